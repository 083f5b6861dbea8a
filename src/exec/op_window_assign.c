/* SPDX-License-Identifier: Apache-2.0
 *
 * Window assign: FROM TUMBLE(relation, time, size) - the input's columns, then window_start and window_end.  Stateless; a row
 * without a time belongs to no window and is left out (counted), one whose window cannot be represented is a row error. */
#include "exec/window_time.h"

typedef struct OpWindowAssign {
    Op op;
    const PhysWindowAssign *node;
} OpWindowAssign;

static int window_assign_open(Op *op, const PhysNode *node, Err *err)
{
    OpWindowAssign *w = (OpWindowAssign *)op;
    w->node = (const PhysWindowAssign *)node;
    if (w->node->window.kind != WINDOW_TUMBLE)
        return RAISE(err, ERR_UNSUPPORTED, "windows other than TUMBLE are not supported yet");
    if (w->node->window.size_us <= 0)
        return RAISE(err, ERR_WINDOW_SPEC, "the size of a window must be positive");
    return 0;
}

/* Fills start and end for the rows; those without a window are blamed in x. */
static void assign_rows(const TimeWindow *spec, EvalCtx *x, const int64_t *us, Rows rows, int64_t *start, int64_t *end)
{
    WindowBounds w = {0, 0}; /* of the last row: neighbours mostly share it */
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        if (us[r] < w.start || us[r] >= w.end) {
            if (!window_tumble(us[r], spec->size_us, spec->offset_us, &w)) {
                window_blame(x, r, us[r]);
                w = (WindowBounds){0, 0};
                continue;
            }
        }
        start[r] = w.start;
        end[r] = w.end;
    }
}

/* ON ERROR NULL: the row stays, its window is NULL. */
static int null_windows(OpWindowAssign *w, const EvalCtx *x, Rows rows, Vec *start, Vec *end)
{
    if (!x->err)
        return -ERR_OUT_OF_MEMORY;
    w->op.c.errors += x->n_errors;
    TRY(vec_add_valid(start, x->arena));
    TRY(vec_add_valid(end, x->arena));
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        bit_put(start->valid, r, !bit_get(x->err, r));
        bit_put(end->valid, r, !bit_get(x->err, r));
    }
    return 0;
}

static int window_assign_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpWindowAssign *w = (OpWindowAssign *)op;
    EvalCtx *x = &op->env->eval;
    const int64_t *us;
    Rows rows;
    (void)input;
    eval_ctx_clear(x, in->n);
    TRY(window_times(&in->col[w->node->time_col], batch_rows(in), in->n, out->arena, &us, &rows));
    op->c.null_time += in->n_sel - rows.n;
    Batch *b = batch_derive(out->arena, op->node->schema, in);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    Vec *start = &b->col[in->n_cols], *end = &b->col[in->n_cols + 1];
    memcpy(b->col, in->col, in->n_cols * sizeof(Vec));
    TRY(vec_scratch(start, start->type, in->n, out->arena));
    TRY(vec_scratch(end, end->type, in->n, out->arena));
    assign_rows(&w->node->window, x, us, rows, start->data, end->data);
    if (unlikely(x->n_errors > 0)) {
        if (op->env->on_error == ON_ERROR_NULL)
            TRY(null_windows(w, x, rows, start, end));
        else
            TRY(row_eval_blame(op, in, out, rows, &rows));
    }
    b->n_sel = rows.n;
    b->sel = rows.sel;
    return out_batch(out, b);
}

/* The mark must hold for window_start too: it leaves as the start of its window. */
static int window_assign_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    const PhysWindowAssign *node = ((OpWindowAssign *)op)->node;
    const Props *in = &op->node->in[0]->props;
    for (uint32_t i = 0; i < in->n_wm; i++) {
        if (in->wm[i].cls != m.cls || in->wm[i].col != node->time_col || m.wm_us == INT64_MAX)
            continue;
        m.wm_us = window_mark(&node->window, m.wm_us);
        break;
    }
    TRY(op_mark_hold(op, input, m));
    return op_mark_release(op, out);
}

const OpType op_window_assign = {
    .name = "window_assign",
    .size = sizeof(OpWindowAssign),
    .open = window_assign_open,
    .push = window_assign_push,
    .mark = window_assign_mark,
};
