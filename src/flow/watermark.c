/* SPDX-License-Identifier: Apache-2.0
 *
 * Event time and watermarks of a source.  The common case (microsecond timestamps, no nulls, nothing in the future) is one pass
 * that finds the maximum and counts rows below W; everything else takes the row-by-row pass. */
#include "exec/window_time.h"
#include "flow/event_clock.h"

bool watermark_time_us(const Watermark *w, const Vec *v, uint32_t row, int64_t *ret_us)
{
    return time_to_us(v, row, w->unit_us, ret_us);
}

int64_t watermark_horizon(const Watermark *w, int64_t ptime_us)
{
    int64_t horizon;
    return __builtin_add_overflow(ptime_us, w->max_future_skew_us, &horizon) ? INT64_MAX : horizon;
}

static void move_to(Watermark *w, int64_t max_us)
{
    int64_t wm;
    if (__builtin_sub_overflow(max_us, w->delay_us, &wm))
        wm = INT64_MIN + 1;
    if (wm > w->wm_us)
        w->wm_us = wm;
}

/* Largest time and how many lie below wm.  Two plain reductions: the compiler makes vectors of them. */
VECTOR_CLONES static int64_t scan_times(const int64_t *restrict t, uint32_t n, int64_t wm, uint64_t *ret_late)
{
    int64_t max = INT64_MIN, late = 0;
    for (uint32_t i = 0; i < n; i++)
        max = t[i] > max ? t[i] : max;
    for (uint32_t i = 0; i < n; i++)
        late += t[i] < wm;
    *ret_late = (uint64_t)late;
    return max;
}

uint32_t watermark_count_below(const int64_t *t, uint32_t n, int64_t wm)
{
    uint32_t from = 0;
    while (n > 0) {
        uint32_t half = n / 2;
        bool below = t[from + half] < wm;
        from += below ? half + 1 : 0;
        n = below ? n - half - 1 : half;
    }
    return from;
}

/* Microsecond timestamps without nulls: true when no row lies beyond `horizon`. */
static bool accept_plain(Watermark *w, const int64_t *t, Rows rows, bool in_order, int64_t horizon)
{
    int64_t max = INT64_MIN;
    uint64_t late = 0;
    if (in_order && (!rows.sel || t[rows.sel[0]] >= w->wm_us)) {
        max = t[row_at(rows, rows.n - 1)];
        late = rows.sel ? 0 : watermark_count_below(t, rows.n, w->wm_us);
    } else if (!rows.sel) {
        max = scan_times(t, rows.n, w->wm_us, &late);
    } else {
        for (uint32_t i = 0; i < rows.n; i++) {
            int64_t v = t[rows.sel[i]];
            max = v > max ? v : max;
            late += v < w->wm_us;
        }
    }
    if (max > horizon)
        return false;
    w->n_late += late;
    move_to(w, max);
    return true;
}

static int accept_split(Watermark *w, const Batch *b, int64_t horizon, Arena *arena, WatermarkSplit *ret)
{
    Rows rows = batch_rows(b);
    const Vec *v = &b->col[w->col];
    uint16_t *keep = arena_alloc(arena, rows.n * sizeof(uint16_t)), *future = arena_alloc(arena, rows.n * sizeof(uint16_t));
    if (!keep || !future)
        return -ERR_OUT_OF_MEMORY;
    uint32_t n_keep = 0, n_future = 0;
    int64_t max = INT64_MIN;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint16_t row = (uint16_t)row_at(rows, i);
        int64_t t;
        if (!watermark_time_us(w, v, row, &t)) {
            w->n_null++;
            keep[n_keep++] = row;
        } else if (t > horizon) {
            w->n_future++;
            if (w->future_rows == FUTURE_ACCEPT)
                keep[n_keep++] = row;
            else
                future[n_future++] = row;
        } else {
            w->n_late += t < w->wm_us;
            max = MAX(max, t);
            keep[n_keep++] = row;
        }
    }
    if (max != INT64_MIN)
        move_to(w, max);
    if (n_future)
        *ret = (WatermarkSplit){{n_keep, keep}, {n_future, future}, true};
    return 0;
}

static bool is_plain(const Watermark *w, const Vec *v)
{
    return v->kind == VEC_FLAT && !v->valid && w->unit_us == 0 && (v->type.id == T_TS || v->type.id == T_TSTZ);
}

bool watermark_accept_row(Watermark *w, const Batch *b, int64_t ptime_us)
{
    if (!w->on || w->clock)
        return !w->on;
    const Vec *v = &b->col[w->col];
    if (!is_plain(w, v))
        return false;
    int64_t t = ((const int64_t *)v->data)[row_at(batch_rows(b), 0)];
    if (t > watermark_horizon(w, ptime_us))
        return false;
    w->n_late += t < w->wm_us;
    move_to(w, t);
    return true;
}

int watermark_accept(Watermark *w, const Batch *b, int64_t ptime_us, Arena *arena, WatermarkSplit *ret)
{
    Rows rows = batch_rows(b);
    bool in_order = w->in_order;
    w->in_order = false;
    *ret = (WatermarkSplit){rows, {0, NULL}, false};
    if (!w->on || rows.n == 0)
        return 0;
    if (unlikely(w->clock))
        return event_clock_accept(w, b, ret);
    const Vec *v = &b->col[w->col];
    int64_t horizon = watermark_horizon(w, ptime_us);
    if (is_plain(w, v) && accept_plain(w, v->data, rows, in_order, horizon))
        return 0;
    return accept_split(w, b, horizon, arena, ret);
}

/* No time lies below one before it. */
VECTOR_CLONES static bool is_ascending(const int64_t *t, uint32_t n)
{
    int64_t falls = 0;
    for (uint32_t i = 1; i < n; i++)
        falls += t[i] < t[i - 1];
    return falls == 0;
}

const int64_t *watermark_ascending(const Watermark *w, const Batch *b, Rows rows, uint32_t from)
{
    const Vec *v = &b->col[w->col];
    if (rows.sel || !is_plain(w, v))
        return NULL;
    const int64_t *t = (const int64_t *)v->data + from;
    return is_ascending(t, rows.n - from) ? t : NULL;
}

static uint32_t cut_by_rows(const Watermark *w, const Vec *v, Rows rows, uint32_t from, int64_t horizon)
{
    int64_t max = INT64_MIN, wm = w->wm_us;
    for (uint32_t i = from; i < rows.n; i++) {
        int64_t t;
        if (!watermark_time_us(w, v, row_at(rows, i), &t) || t > horizon)
            continue;
        if (t > max) {
            max = t;
            int64_t reached;
            if (!__builtin_sub_overflow(t, w->delay_us, &reached))
                wm = MAX(wm, reached);
        } else if (t < wm && wm > w->wm_us) {
            return i - from;
        }
    }
    return rows.n - from;
}

VECTOR_CLONES static void find_ends(const int64_t *t, uint32_t n, TimeSpan *ret)
{
    int64_t min = INT64_MAX, max = INT64_MIN;
    for (uint32_t i = 0; i < n; i++) {
        min = t[i] < min ? t[i] : min;
        max = t[i] > max ? t[i] : max;
    }
    ret->min_us = min;
    ret->max_us = max;
}

/* Times mostly ascend: then they are looked at once, and the first and the last are the ends. */
static void scan_span(const int64_t *t, uint32_t n, TimeSpan *ret)
{
    ret->ascending = is_ascending(t, n);
    ret->min_us = t[0];
    ret->max_us = t[n - 1];
    if (!ret->ascending)
        find_ends(t, n, ret);
}

TimeSpan watermark_span(const Watermark *w, const Batch *b)
{
    TimeSpan span = {.col = w->col, .is_known = true};
    if (!w->on || w->clock || b->sel || b->n == 0 || !is_plain(w, &b->col[w->col]))
        return span;
    span.is_plain = true;
    scan_span(b->col[w->col].data, b->n, &span);
    return span;
}

bool watermark_has_span(const Watermark *w, const TimeSpan *s)
{
    return s->is_known && s->col == w->col;
}

bool watermark_joins_run(const Watermark *w, const TimeSpan *s, int64_t horizon_us, int64_t *wm_us)
{
    int64_t reached;
    if (!s->is_plain || s->min_us < *wm_us || s->max_us > horizon_us || __builtin_sub_overflow(s->max_us, w->delay_us, &reached) ||
        (!s->ascending && s->min_us < reached))
        return false;
    *wm_us = MAX(*wm_us, reached);
    return true;
}

uint32_t watermark_piece(Watermark *w, const Batch *b, Rows rows, uint32_t from, int64_t ptime_us)
{
    if (unlikely(w->clock))
        return event_clock_piece(w, b, rows, from, ptime_us);
    w->in_order = false;
    if (!w->on || rows.n - from < 2)
        return rows.n - from;
    w->in_order = watermark_ascending(w, b, rows, from) != NULL;
    if (w->in_order)
        return rows.n - from;
    return cut_by_rows(w, &b->col[w->col], rows, from, watermark_horizon(w, ptime_us));
}

Batch *watermark_take_piece(Arena *arena, Batch *b, Rows rows, uint32_t from, uint32_t n)
{
    if (from == 0 && n == b->n_sel)
        return b;
    uint16_t *sel = arena_alloc(arena, MAX(n, 1) * sizeof(*sel));
    if (!sel)
        return NULL;
    for (uint32_t i = 0; i < n; i++)
        sel[i] = (uint16_t)row_at(rows, from + i);
    Batch *piece = batch_with_sel(arena, b, sel, n);
    if (piece)
        piece->ptime_us = b->ptime_us;
    return piece;
}

bool watermark_raise(Watermark *w, int64_t wm_us)
{
    if (wm_us <= w->wm_us)
        return false;
    w->wm_us = wm_us;
    if (w->clock && w->clock->keys) {
        key_clock_begin(w->clock->keys);
        key_clock_raise(w->clock->keys, wm_us);
        w->clock->hides_keys = false;
    } else if (w->clock) {
        event_clock_report(w);
    }
    return true;
}
