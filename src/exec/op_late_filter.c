/* SPDX-License-Identifier: Apache-2.0
 *
 * Late filter: ALLOW LATENESS where no window above judges a row.  Rows whose event time lies below W - lateness go to the late
 * port instead of on; equal is on time, and so is a row without a time.
 *
 * The limit is converted to the unit of the time column at each mark, so a batch in time costs one comparison per row.  The mark
 * goes on as W - lateness: rows down to there may still come. */
#include "exec/window_time.h"

#include "base/calendar.h"

typedef struct OpLateFilter {
    Op op;
    const PhysLateFilter *node;
    int64_t wm_us;
    int64_t limit; /* in the unit of the column: rows below are late; INT64_MIN = none is */
} OpLateFilter;

static int late_filter_open(Op *op, const PhysNode *node, Err *err)
{
    OpLateFilter *f = (OpLateFilter *)op;
    f->node = (const PhysLateFilter *)node;
    f->wm_us = f->limit = INT64_MIN;
    Type t = node->schema->field[f->node->time_col].type;
    if (!type_is_timestamp(t.id) && t.id != T_DATE && t.id != T_I64)
        return RAISE(err, ERR_INTERNAL, "event time of a late filter of type %s", type_id_name(t.id));
    return 0;
}

static int64_t ceil_div(int64_t a, int64_t b)
{
    return floor_div(a, b) + (floor_mod(a, b) != 0);
}

static int64_t mul_saturated(int64_t a, int64_t b)
{
    int64_t r;
    return __builtin_mul_overflow(a, b, &r) ? (a < 0 ? INT64_MIN : INT64_MAX) : r;
}

/* The least value of the column whose time is not below us. */
static int64_t limit_of(Type t, int64_t unit_us, int64_t us)
{
    if (unit_us > 0)
        return ceil_div(us, unit_us);
    if (unit_us < 0)
        return mul_saturated(us, -unit_us);
    if (t.id == T_TSNS)
        return mul_saturated(us, 1000);
    return t.id == T_DATE ? ceil_div(us, US_PER_DAY) : us;
}

static int64_t time_at(const Vec *values, uint32_t i)
{
    return values->type.id == T_DATE ? ((const int32_t *)values->data)[i] : ((const int64_t *)values->data)[i];
}

static bool any_below(const int64_t *t, uint32_t n, int64_t limit)
{
    int64_t below = 0;
    for (uint32_t i = 0; i < n; i++)
        below += t[i] < limit;
    return below > 0;
}

static int late_filter_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpLateFilter *f = (OpLateFilter *)op;
    const Vec *v = &in->col[f->node->time_col], *values = vec_values(v);
    Rows rows = batch_rows(in);
    bool plain = v->kind == VEC_FLAT && !v->valid && !rows.sel && v->type.id != T_DATE;
    (void)input;
    if (f->limit == INT64_MIN || (plain && !any_below(v->data, rows.n, f->limit)))
        return out_batch(out, in);
    uint16_t *sel = arena_alloc(out->arena, 2 * MAX(rows.n, 1) * sizeof(*sel)), *late = sel + MAX(rows.n, 1);
    uint32_t n = 0, n_late = 0;
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        if (!vec_is_null(v, r) && time_at(values, vec_phys(v, r)) < f->limit)
            late[n_late++] = (uint16_t)r;
        else
            sel[n++] = (uint16_t)r;
    }
    if (n_late == 0)
        return out_batch(out, in);
    Batch *on_time = batch_with_sel(out->arena, in, sel, n), *too_late = batch_with_sel(out->arena, in, late, n_late);
    if (!on_time || !too_late)
        return -ERR_OUT_OF_MEMORY;
    op->c.late += n_late;
    TRY(out_late(out, op->node, too_late, LATE_ROW, f->wm_us));
    return out_batch(out, on_time);
}

static int late_filter_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    OpLateFilter *f = (OpLateFilter *)op;
    if (m.cls == f->node->wm_class && m.wm_us != INT64_MAX) { /* INT64_MAX: the input has ended */
        f->wm_us = MAX(f->wm_us, m.wm_us);
        m.wm_us = sub_saturated(m.wm_us, f->node->lateness_us);
        int64_t limit = limit_of(op->node->schema->field[f->node->time_col].type, f->node->time_unit_us, m.wm_us);
        f->limit = MAX(f->limit, limit);
    }
    TRY(op_mark_hold(op, input, m));
    return op_mark_release(op, out);
}

static void late_filter_save(const Op *op, StrBuf *out)
{
    bytes_put_i64(out, ((const OpLateFilter *)op)->limit);
}

static int late_filter_restore(Op *op, ByteReader *in, Err *err)
{
    (void)err;
    ((OpLateFilter *)op)->limit = bytes_i64(in);
    return 0;
}
static const OpKeep late_filter_keep = {late_filter_save, late_filter_restore};

const OpType op_late_filter = {
    .name = "late_filter",
    .size = sizeof(OpLateFilter),
    .open = late_filter_open,
    .push = late_filter_push,
    .mark = late_filter_mark,
    .keep = &late_filter_keep,
};
