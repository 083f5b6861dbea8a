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

int64_t window_mark(const TimeWindow *w, int64_t wm_us)
{
    WindowBounds b;
    if (w->kind != WINDOW_TUMBLE || !window_tumble(wm_us, w->size_us, w->offset_us, &b))
        return INT64_MIN;
    return b.start;
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
