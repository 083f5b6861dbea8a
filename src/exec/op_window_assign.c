/* SPDX-License-Identifier: Apache-2.0
 *
 * Window assign: FROM TUMBLE(relation, time, size), HOP, CUMULATE - the input's columns, then window_start and window_end.  A row
 * without a time belongs to no window and is left out (counted), one whose windows cannot be represented is a row error.
 *
 * A row is given once per window, in rounds: first every row with its latest window, then those that have another one before, and
 * so on.  Columns are shared, only the bounds are made.  Between rounds the output may be cut; the rows left are then kept. */
#include "exec/window_time.h"

typedef struct Rounds { /* what is left of a batch */
    Batch *in;
    Rows rows;
    WindowRun *run; /* by physical row; last_end is the window to give next */
} Rounds;

typedef struct OpWindowAssign {
    Op op;
    const PhysWindowAssign *node;
    Rounds left; /* after a cut: in is on the heap, the arrays in the arena; in stays until the next push, its output may be used */
    Arena arena;
} OpWindowAssign;

static int window_assign_open(Op *op, const PhysNode *node, Err *err)
{
    OpWindowAssign *w = (OpWindowAssign *)op;
    w->node = (const PhysWindowAssign *)node;
    arena_init(&w->arena, op->env->acct, 0);
    return window_check(&w->node->window, err);
}

static void forget(OpWindowAssign *w)
{
    batch_unref(w->left.in);
    w->left = (Rounds){0};
    arena_reset(&w->arena);
}

static void window_assign_close(Op *op)
{
    OpWindowAssign *w = (OpWindowAssign *)op;
    forget(w);
    arena_done(&w->arena);
}

/* The windows of the rows; those without one are blamed in x and get an empty run. */
static void find_windows(const TimeWindow *spec, EvalCtx *x, const int64_t *us, Rows rows, WindowRun *run)
{
    WindowBounds pane = {0, 0}; /* of the last row: neighbours mostly share it */
    WindowRun of_pane = {0};
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        if (us[r] < pane.start || us[r] >= pane.end) {
            if (!window_pane(spec, us[r], &pane)) {
                window_blame(x, r, us[r]);
                pane = (WindowBounds){0, 0};
                run[r] = (WindowRun){0, 0};
                continue;
            }
            of_pane = window_run(spec, pane.end);
        }
        run[r] = of_pane;
    }
}

/* Whether all rows lie in one window and in no other, as most batches do of tumbling ones. */
static bool have_one_window(const TimeWindow *spec, const int64_t *us, Rows rows, int64_t *ret_end)
{
    WindowBounds pane;
    if (rows.n == 0 || !window_pane(spec, us[row_at(rows, 0)], &pane))
        return false;
    WindowRun run = window_run(spec, pane.end);
    *ret_end = run.last_end;
    return run.first_end == run.last_end && kernel_within(us, rows, pane.start, pane.end);
}

static int give_window(OpWindowAssign *w, const Batch *in, Rows rows, int64_t end, Out *out)
{
    Batch *b = batch_derive(out->arena, w->op.node->schema, in);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    Vec *bounds = &b->col[in->n_cols];
    memcpy(b->col, in->col, in->n_cols * sizeof(Vec));
    TRY(vec_const_i64(&bounds[0], bounds[0].type, window_start(&w->node->window, end), in->n, out->arena));
    TRY(vec_const_i64(&bounds[1], bounds[1].type, end, in->n, out->arena));
    b->sel = rows.sel;
    b->n_sel = rows.n;
    return out_batch(out, b);
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

/* Gives each row left with its next window.  bad: rows whose window is NULL, in the first round only; NULL = none. */
static int give_round(OpWindowAssign *w, Rounds *left, const EvalCtx *bad, Out *out)
{
    Batch *in = left->in, *b = batch_derive(out->arena, w->op.node->schema, in);
    uint16_t *sel = arena_alloc(out->arena, MAX(left->rows.n, 1) * sizeof(*sel));
    if (!b || !sel)
        return -ERR_OUT_OF_MEMORY;
    Vec *start = &b->col[in->n_cols], *end = &b->col[in->n_cols + 1];
    memcpy(b->col, in->col, in->n_cols * sizeof(Vec));
    TRY(vec_scratch(start, start->type, in->n, out->arena));
    TRY(vec_scratch(end, end->type, in->n, out->arena));
    b->sel = left->rows.sel;
    b->n_sel = left->rows.n;
    uint32_t n = 0;
    for (uint32_t i = 0; i < left->rows.n; i++) {
        uint32_t r = row_at(left->rows, i);
        WindowRun *run = &left->run[r];
        ((int64_t *)end->data)[r] = run->last_end;
        ((int64_t *)start->data)[r] = window_start(&w->node->window, run->last_end);
        sel[n] = (uint16_t)r;
        n += run->last_end > run->first_end;
        run->last_end = window_slid(&w->node->window, run->last_end, -1);
    }
    if (bad)
        TRY(null_windows(w, bad, left->rows, start, end));
    left->rows = (Rows){n, sel};
    return out_batch(out, b);
}

/* The rows left, dense and on the heap. */
static int keep(OpWindowAssign *w, const Rounds *left, Out *out)
{
    Batch *some = batch_with_sel(out->arena, left->in, left->rows.sel, left->rows.n);
    WindowRun *run = arena_alloc(&w->arena, left->rows.n * sizeof(*run));
    if (!some || !run)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < left->rows.n; i++)
        run[i] = left->run[row_at(left->rows, i)];
    w->left = (Rounds){batch_own(w->op.env->acct, some), {left->rows.n, NULL}, run};
    return w->left.in ? OP_MORE : -ERR_OUT_OF_MEMORY;
}

static int window_assign_more(Op *op, Out *out)
{
    OpWindowAssign *w = (OpWindowAssign *)op;
    while (w->left.rows.n > 0) {
        if (out_is_full(out)) { /* the selection lies in the step's arena */
            size_t bytes = w->left.rows.n * sizeof(uint16_t);
            const uint16_t *sel = w->left.rows.sel;
            w->left.rows.sel = sel ? arena_memdup(&w->arena, sel, bytes) : NULL;
            return sel && !w->left.rows.sel ? -ERR_OUT_OF_MEMORY : OP_MORE;
        }
        TRY(give_round(w, &w->left, NULL, out));
    }
    return 0;
}

static int window_assign_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpWindowAssign *w = (OpWindowAssign *)op;
    EvalCtx *x = &op->env->eval;
    const int64_t *us;
    int64_t end;
    Rounds left = {.in = in};
    (void)input;
    forget(w);
    eval_ctx_clear(x, in->n);
    TRY(window_times(&in->col[w->node->time_col], batch_rows(in), in->n, out->arena, &us, &left.rows));
    op->c.null_time += in->n_sel - left.rows.n;
    if (have_one_window(&w->node->window, us, left.rows, &end))
        return give_window(w, in, left.rows, end, out);
    left.run = arena_alloc(out->arena, MAX(in->n, 1) * sizeof(*left.run));
    if (!left.run)
        return -ERR_OUT_OF_MEMORY;
    find_windows(&w->node->window, x, us, left.rows, left.run);
    bool nulls = x->n_errors > 0 && op->env->on_error == ON_ERROR_NULL;
    if (unlikely(x->n_errors > 0) && !nulls)
        TRY(row_eval_blame(op, in, out, left.rows, &left.rows));
    for (bool first = true; left.rows.n > 0; first = false) {
        if (!first && out_is_full(out))
            return keep(w, &left, out);
        TRY(give_round(w, &left, first && nulls ? x : NULL, out));
    }
    return 0;
}

/* The mark must hold for window_start too: it leaves as the start of the earliest window that may still get rows.  The end of a
 * row's windows lies behind the row, so for window_end it also leaves as it is. */
static int window_assign_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    const PhysWindowAssign *node = ((OpWindowAssign *)op)->node;
    const Props *in = &op->node->in[0]->props;
    bool of_time = false;
    for (uint32_t i = 0; i < in->n_wm; i++)
        of_time |= in->wm[i].cls == m.cls && in->wm[i].col == node->time_col;
    if (of_time)
        TRY(op_mark_hold(op, input, (Mark){node->end_class, m.wm_us}));
    if (of_time && m.wm_us != INT64_MAX)
        m.wm_us = window_mark(&node->window, m.wm_us);
    TRY(op_mark_hold(op, input, m));
    return op_mark_release(op, out);
}

const OpType op_window_assign = {
    .name = "window_assign",
    .size = sizeof(OpWindowAssign),
    .open = window_assign_open,
    .push = window_assign_push,
    .more = window_assign_more,
    .mark = window_assign_mark,
    .close = window_assign_close,
    .keep = &op_keeps_tables,
};
