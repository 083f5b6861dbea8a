/* SPDX-License-Identifier: Apache-2.0
 *
 * Time arithmetic of windows. */
#include "exec/window_time.h"

bool window_tumble(int64_t t_us, int64_t size_us, int64_t offset_us, WindowBounds *ret)
{
    ASSERT(size_us > 0);
    if (t_us == TIMESTAMP_INFINITY || t_us == TIMESTAMP_MINUS_INFINITY)
        return false;
    /* How far t is behind its window's start; both operands of the difference are reduced, so it cannot overflow. */
    int64_t behind = floor_mod(t_us, size_us) - floor_mod(offset_us, size_us);
    if (behind < 0)
        behind += size_us;
    return !__builtin_sub_overflow(t_us, behind, &ret->start) && !__builtin_add_overflow(ret->start, size_us, &ret->end);
}

/* ---- by the calendar ---- */

/* Months since January 1970 of a day; and the day that a month begins with. */
static int64_t month_of(int64_t day)
{
    int32_t y, m, d;
    civil_of_days(day, &y, &m, &d);
    return ((int64_t)y - 1970) * 12 + m - 1;
}
static int64_t day_of(int64_t month)
{
    return days_of_civil((int32_t)(1970 + floor_div(month, 12)), (int32_t)floor_mod(month, 12) + 1, 1);
}

/* The moment that a day or month begins, by the window's clock and with its offset. */
static bool tick_begin(const TimeWindow *w, int64_t tick, int64_t *ret)
{
    int64_t local, next;
    if (__builtin_mul_overflow(w->tick == TICK_MONTH ? day_of(tick) : tick, US_PER_DAY, &local) ||
        __builtin_add_overflow(local, w->offset_us, &local))
        return false;
    *ret = local;
    if (!w->zone)
        return true;
    if (!zone_moment(w->zone, local, FOLD_FIRST, ret))
        return false;
    /* A day that the zone left out begins when the next one does; boundaries must differ, and so it gets a microsecond. */
    if (unlikely(w->zone->skips_days) && w->tick == TICK_DAY && zone_moment(w->zone, local + US_PER_DAY, FOLD_FIRST, &next))
        *ret -= next == *ret;
    return true;
}

/* The day or month that holds t; of a boundary the one that begins there. */
static bool tick_of(const TimeWindow *w, int64_t t_us, int64_t *ret)
{
    int64_t local = t_us, begin;
    if (t_us == TIMESTAMP_INFINITY || t_us == TIMESTAMP_MINUS_INFINITY)
        return false;
    if ((w->zone && __builtin_add_overflow(local, zone_east_us(w->zone, t_us), &local)) ||
        __builtin_sub_overflow(local, w->offset_us, &local))
        return false;
    int64_t tick = floor_div(local, US_PER_DAY);
    tick = w->tick == TICK_MONTH ? month_of(tick) : tick;
    bool there = tick_begin(w, tick, &begin);
    while (there && begin > t_us) /* the clock was put back, or the offset is another than at the boundary */
        there = tick_begin(w, --tick, &begin);
    while (there && tick_begin(w, tick + 1, &begin) && begin <= t_us)
        tick++;
    *ret = tick;
    return there;
}

static int64_t gcd(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t r = a % b;
        a = b;
        b = r;
    }
    return a;
}

/* The greatest a = k * unit with a <= tick. */
static int64_t tick_down(int64_t tick, int64_t unit)
{
    return tick - floor_mod(tick, unit);
}

static int64_t pane_ticks(const TimeWindow *w)
{
    switch (w->kind) {
    case WINDOW_HOP: return gcd(w->size_ticks, w->slide_ticks);
    case WINDOW_CUMULATE: return w->slide_ticks;
    default: return w->size_ticks;
    }
}

static bool calendar_pane(const TimeWindow *w, int64_t t_us, WindowBounds *ret)
{
    int64_t tick, reach, unit = pane_ticks(w);
    if (!tick_of(w, t_us, &tick))
        return false;
    tick = tick_down(tick, unit);
    return tick_begin(w, tick, &ret->start) && tick_begin(w, tick + unit, &ret->end) &&
           tick_begin(w, tick - 2 * (int64_t)w->size_ticks, &reach) &&
           tick_begin(w, tick + unit + 2 * (int64_t)w->size_ticks, &reach);
}

/* Of a boundary near a pane: its distance to what can be represented has been looked at. */
static int64_t bound_tick(const TimeWindow *w, int64_t bound)
{
    int64_t tick = 0;
    (void)tick_of(w, bound, &tick);
    return tick;
}
static int64_t tick_bound(const TimeWindow *w, int64_t tick)
{
    int64_t bound = INT64_MAX;
    (void)tick_begin(w, tick, &bound);
    return bound;
}

static WindowRun calendar_run(const TimeWindow *w, int64_t pane_end)
{
    int64_t end = bound_tick(w, pane_end), start = end - pane_ticks(w);
    switch (w->kind) {
    case WINDOW_HOP: {
        int64_t rest = w->size_ticks % w->slide_ticks, last = tick_down(start, w->slide_ticks) + w->size_ticks;
        int64_t first = tick_down(end - 1 - rest, w->slide_ticks) + rest + w->slide_ticks;
        return (WindowRun){tick_bound(w, first), tick_bound(w, last)};
    }
    case WINDOW_CUMULATE: return (WindowRun){pane_end, tick_bound(w, tick_down(start, w->size_ticks) + w->size_ticks)};
    default: return (WindowRun){pane_end, pane_end};
    }
}

static int64_t calendar_start(const TimeWindow *w, int64_t end)
{
    int64_t tick = bound_tick(w, end);
    return tick_bound(w, w->kind == WINDOW_CUMULATE ? tick_down(tick - 1, w->size_ticks) : tick - w->size_ticks);
}

int64_t window_slid_by_calendar(const TimeWindow *w, int64_t bound, int32_t slides)
{
    if (bound == INT64_MIN || bound == INT64_MAX)
        return bound;
    return tick_bound(w, bound_tick(w, bound) + (int64_t)slides * (w->kind == WINDOW_TUMBLE ? w->size_ticks : w->slide_ticks));
}

/* ---- fixed durations ---- */

static int64_t pane_us(const TimeWindow *w)
{
    switch (w->kind) {
    case WINDOW_HOP: return gcd(w->size_us, w->slide_us);
    case WINDOW_CUMULATE: return w->slide_us;
    default: return w->size_us;
    }
}

bool window_has_slices(const TimeWindow *w)
{
    return w->tick == TICK_US ? pane_us(w) < w->size_us : pane_ticks(w) < w->size_ticks;
}

bool window_pane(const TimeWindow *w, int64_t t_us, WindowBounds *ret)
{
    WindowBounds reach;
    if (w->tick != TICK_US)
        return calendar_pane(w, t_us, ret);
    int64_t pane = pane_us(w);
    if (!window_tumble(t_us, pane, w->offset_us, ret))
        return false;
    return pane == w->size_us || (!__builtin_sub_overflow(ret->start, w->size_us, &reach.start) &&
                                  !__builtin_add_overflow(ret->end, w->size_us, &reach.end));
}

/* The greatest a = offset + k * unit with a <= t; t is a pane's bound, far enough from the ends of int64. */
static int64_t align_down(int64_t t_us, int64_t unit_us, int64_t offset_us)
{
    return t_us - floor_mod(floor_mod(t_us, unit_us) - floor_mod(offset_us, unit_us), unit_us);
}

WindowRun window_run(const TimeWindow *w, int64_t pane_end)
{
    if (w->tick != TICK_US)
        return calendar_run(w, pane_end);
    int64_t pane_start = pane_end - pane_us(w);
    switch (w->kind) {
    case WINDOW_HOP: {
        int64_t last = align_down(pane_start, w->slide_us, w->offset_us) + w->size_us;
        int64_t first = align_down(pane_end - 1, w->slide_us, floor_mod(w->offset_us, w->slide_us) + w->size_us % w->slide_us);
        return (WindowRun){first + w->slide_us, last};
    }
    case WINDOW_CUMULATE: return (WindowRun){pane_end, align_down(pane_start, w->size_us, w->offset_us) + w->size_us};
    default: return (WindowRun){pane_end, pane_end};
    }
}

int64_t window_start(const TimeWindow *w, int64_t end)
{
    if (w->tick != TICK_US)
        return calendar_start(w, end);
    return w->kind == WINDOW_CUMULATE ? align_down(end - 1, w->size_us, w->offset_us) : end - w->size_us;
}

bool window_is_full(const TimeWindow *w, int64_t end)
{
    if (w->tick != TICK_US)
        return floor_mod(bound_tick(w, end), w->size_ticks) == 0;
    return align_down(end, w->size_us, w->offset_us) == end;
}

/* Near the end of time there is no window that holds wm_us, and so none that may still get rows: all others are complete. */
int64_t window_mark(const TimeWindow *w, int64_t wm_us)
{
    WindowBounds b;
    int64_t tick, none = wm_us > 0 ? INT64_MAX - 1 : INT64_MIN;
    if (w->kind == WINDOW_NONE || w->kind == WINDOW_SESSION)
        return INT64_MIN;
    if (w->kind == WINDOW_HOP)
        return window_pane(w, wm_us, &b) ? window_start(w, window_run(w, b.end).first_end) : none;
    if (w->tick == TICK_US)
        return window_tumble(wm_us, w->size_us, w->offset_us, &b) ? b.start : none;
    return tick_of(w, wm_us, &tick) && tick_begin(w, tick_down(tick, w->size_ticks), &b.start) ? b.start : none;
}

int window_check(const TimeWindow *w, Err *err)
{
    bool sliced = w->kind == WINDOW_HOP || w->kind == WINDOW_CUMULATE, fixed = w->tick == TICK_US;
    int64_t size = fixed ? w->size_us : w->size_ticks, slide = fixed ? w->slide_us : w->slide_ticks;
    if (w->kind != WINDOW_TUMBLE && !sliced)
        return RAISE(err, ERR_WINDOW_SPEC, "rows cannot be assigned to windows of this kind one by one");
    if (size <= 0)
        return RAISE(err, ERR_WINDOW_SPEC, "the size of a window must be positive");
    if (sliced && (slide <= 0 || slide > size))
        return RAISE(err, ERR_WINDOW_SPEC, "the slide of a window must be positive and not exceed its size");
    if (w->kind == WINDOW_CUMULATE && size % slide != 0)
        return RAISE(err, ERR_WINDOW_SPEC, "the size of a cumulating window must be a multiple of its step");
    return 0;
}

static int drop_null_times(const Vec *v, Rows rows, Arena *arena, Rows *ret)
{
    *ret = rows;
    if (!v->valid)
        return 0;
    uint16_t *sel = arena_alloc(arena, MAX(rows.n, 1) * sizeof(*sel));
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    uint32_t n = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        sel[n] = (uint16_t)r;
        n += !vec_is_null(v, r);
    }
    if (n < rows.n)
        *ret = (Rows){n, sel};
    return 0;
}

static int64_t time_scale(int64_t unit_us, TypeId type, int64_t v)
{
    int64_t us;
    if (unit_us < 0)
        return floor_div(v, -unit_us);
    if (type == T_TSNS)
        return floor_div(v, 1000);
    int64_t scale = unit_us > 0 ? unit_us : type == T_DATE ? US_PER_DAY : 1;
    if (__builtin_mul_overflow(v, scale, &us))
        return v < 0 ? INT64_MIN + 1 : INT64_MAX - 1;
    return us;
}

bool time_to_us(const Vec *v, uint32_t row, int64_t unit_us, int64_t *ret_us)
{
    if (vec_is_null(v, row))
        return false;
    const Vec *values = vec_values(v);
    uint32_t at = vec_phys(v, row);
    int64_t raw;
    switch (values->type.id) {
    case T_I16: raw = ((const int16_t *)values->data)[at]; break;
    case T_I32:
    case T_DATE: raw = ((const int32_t *)values->data)[at]; break;
    default: raw = ((const int64_t *)values->data)[at]; break;
    }
    *ret_us = time_scale(unit_us, values->type.id, raw);
    return true;
}

int window_times(const Vec *v, Rows rows, uint32_t n_rows, Arena *arena, const int64_t **ret_us, Rows *ret_rows)
{
    ASSERT(type_is_timestamp(v->type.id));
    const int64_t *data = vec_values(v)->data;
    bool is_ns = v->type.id == T_TSNS;
    TRY(drop_null_times(v, rows, arena, ret_rows));
    *ret_us = data;
    if (v->kind == VEC_FLAT && !is_ns)
        return 0;
    int64_t *us = arena_alloc(arena, MAX(n_rows, 1) * sizeof(*us));
    if (!us)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < ret_rows->n; i++) {
        uint32_t r = row_at(*ret_rows, i);
        int64_t t = data[vec_phys(v, r)];
        bool infinite = t == TIMESTAMP_INFINITY || t == TIMESTAMP_MINUS_INFINITY;
        us[r] = is_ns && !infinite ? floor_div(t, 1000) : t;
    }
    *ret_us = us;
    return 0;
}

void window_blame(EvalCtx *x, uint32_t row, int64_t t_us)
{
    char text[CALENDAR_TEXT_MAX];
    timestamp_print(t_us, text);
    row_error(x, row, ERR_DATETIME_OVERFLOW, "the window of timestamp %s is out of range", text);
}
