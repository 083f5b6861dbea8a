/* SPDX-License-Identifier: Apache-2.0
 *
 * Filter: narrows the selection, keeps weights and vectors.  A batch of which all rows pass goes on as it is.  Values that the
 * projection behind it needs as well go with the batch. */
#include "exec/op_impl.h"

typedef struct OpFilter {
    Op op;
    Program *program;
    uint32_t n_shared; /* results that go with the batch */
    ProgramRow *alone; /* the same for batches of one row; NULL = it cannot be had */
} OpFilter;

static int filter_open(Op *op, const PhysNode *node, Err *err)
{
    OpFilter *f = (OpFilter *)op;
    const PhysFilter *p = (const PhysFilter *)node;
    Expr **exprs = ARENA_ARRAY(op->env->plan, Expr *, 1 + p->n_shared);
    if (!exprs)
        return RAISE_NOMEM(err);
    exprs[0] = p->predicate;
    for (uint32_t i = 0; i < p->n_shared; i++)
        exprs[1 + i] = p->shared[i];
    f->n_shared = p->n_shared;
    TRY(program_compile(op->env->plan, exprs, 1 + p->n_shared, node->in[0]->schema, &f->program, err));
    return program_row_new(op->env->plan, f->program, &f->alone, err);
}

/* Room for what goes with a batch. */
static BatchExtra *extra_new(const OpFilter *f, Arena *arena)
{
    BatchExtra *extra = ARENA_NEW(arena, BatchExtra);
    Vec *col = ARENA_ARRAY(arena, Vec, f->n_shared);
    if (!extra || !col)
        return NULL;
    *extra = (BatchExtra){f->op.node, col};
    return extra;
}

static int filter_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpFilter *f = (OpFilter *)op;
    EvalCtx *x = &op->env->eval;
    (void)input;
    if (f->alone && in->n == 1 && in->n_sel == 1) {
        bool pass;
        eval_ctx_clear(x, 1);
        int rc = program_row_filter(f->alone, x, in, &pass);
        if (rc != 0)
            return rc > 0 && pass ? out_batch(out, in) : MIN(rc, 0);
    }
    uint16_t *sel = arena_alloc(out->arena, MAX(in->n_sel, 1) * sizeof(*sel));
    BatchExtra *extra = f->n_shared ? extra_new(f, out->arena) : NULL;
    if (!sel || (f->n_shared && !extra))
        return -ERR_OUT_OF_MEMORY;
    uint32_t n;
    eval_ctx_clear(x, in->n);
    TRY(program_filter_more(f->program, x, in, batch_rows(in), sel, &n, extra ? extra->col : NULL));
    if (unlikely(x->n_errors > 0)) {
        op->c.errors += x->n_errors;
        if (op->env->on_error != ON_ERROR_NULL) /* under null the predicate is NULL: not selected, which it is not already */
            TRY(out_errors(out, op->node, in, x));
    }
    if (n == in->n_sel && !extra)
        return out_batch(out, in);
    if (n == 0)
        return 0;
    Batch *b = batch_with_sel(out->arena, in, n == in->n_sel ? in->sel : sel, n);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    b->extra = extra;
    return out_batch(out, b);
}

const OpType op_filter = {
    .name = "filter",
    .size = sizeof(OpFilter),
    .open = filter_open,
    .push = filter_push,
    .keep = &op_keeps_tables,
};
