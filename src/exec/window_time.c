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

/* The window of whole months that holds t; boundaries are first days of months plus the offset. */
static bool tumble_months(const TimeWindow *w, int64_t t_us, WindowBounds *ret)
{
    int64_t local;
    if (t_us == TIMESTAMP_INFINITY || t_us == TIMESTAMP_MINUS_INFINITY || __builtin_sub_overflow(t_us, w->offset_us, &local))
        return false;
    int64_t first = floor_div(month_of(floor_div(local, US_PER_DAY)), w->months) * w->months;
    return !__builtin_mul_overflow(day_of(first), US_PER_DAY, &ret->start) &&
           !__builtin_add_overflow(ret->start, w->offset_us, &ret->start) &&
           !__builtin_mul_overflow(day_of(first + w->months), US_PER_DAY, &ret->end) &&
           !__builtin_add_overflow(ret->end, w->offset_us, &ret->end);
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

int64_t window_pane_us(const TimeWindow *w)
{
    switch (w->kind) {
    case WINDOW_HOP: return gcd(w->size_us, w->slide_us);
    case WINDOW_CUMULATE: return w->slide_us;
    default: return w->size_us;
    }
}

bool window_pane(const TimeWindow *w, int64_t t_us, WindowBounds *ret)
{
    WindowBounds reach;
    if (w->months)
        return tumble_months(w, t_us, ret);
    int64_t pane = window_pane_us(w);
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
    int64_t pane_start = pane_end - window_pane_us(w);
    switch (w->kind) {
    case WINDOW_HOP: {
        int64_t last = align_down(pane_start, w->slide_us, w->offset_us) + w->size_us;
        int64_t first = align_down(pane_end - 1, w->slide_us, floor_mod(w->offset_us, w->slide_us) + w->size_us % w->slide_us);
        return (WindowRun){first + w->slide_us, last, w->slide_us};
    }
    case WINDOW_CUMULATE: return (WindowRun){pane_end, align_down(pane_start, w->size_us, w->offset_us) + w->size_us, w->slide_us};
    default: return (WindowRun){pane_end, pane_end, w->size_us};
    }
}

int64_t window_start(const TimeWindow *w, int64_t end)
{
    WindowBounds b;
    if (w->months)
        return tumble_months(w, end - 1, &b) ? b.start : end - w->size_us; /* it was given as the end of one */
    return w->kind == WINDOW_CUMULATE ? align_down(end - 1, w->size_us, w->offset_us) : end - w->size_us;
}

int64_t window_mark(const TimeWindow *w, int64_t wm_us)
{
    WindowBounds b;
    if (w->kind == WINDOW_NONE || w->kind == WINDOW_SESSION)
        return INT64_MIN;
    if (w->kind == WINDOW_HOP) {
        bool there = window_pane(w, wm_us, &b);
        return there ? window_run(w, b.end).first_end - w->size_us : INT64_MIN;
    }
    bool there = w->months ? tumble_months(w, wm_us, &b) : window_tumble(wm_us, w->size_us, w->offset_us, &b);
    return there ? b.start : INT64_MIN;
}

int window_check(const TimeWindow *w, Err *err)
{
    bool sliced = w->kind == WINDOW_HOP || w->kind == WINDOW_CUMULATE;
    if (w->kind != WINDOW_TUMBLE && !sliced)
        return RAISE(err, ERR_WINDOW_SPEC, "rows cannot be assigned to windows of this kind one by one");
    if (w->size_us <= 0)
        return RAISE(err, ERR_WINDOW_SPEC, "the size of a window must be positive");
    if (sliced && (w->slide_us <= 0 || w->slide_us > w->size_us))
        return RAISE(err, ERR_WINDOW_SPEC, "the slide of a window must be positive and not exceed its size");
    if (w->kind == WINDOW_CUMULATE && w->size_us % w->slide_us != 0)
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
