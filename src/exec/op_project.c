/* SPDX-License-Identifier: Apache-2.0
 *
 * Project: one program for all output columns; selection and weights stay. Marks go through the expressions.
 *
 * Of a batch of one row the header, the types and where computed values lie are always the same: it is made once. */
#include "exec/op_impl.h"

typedef struct OpProject {
    Op op;
    RowEval eval;
    Batch *one; /* result of one row; NULL = those are evaluated as all others */
} OpProject;

static int project_open(Op *op, const PhysNode *node, Err *err)
{
    OpProject *o = (OpProject *)op;
    const PhysProject *p = (const PhysProject *)node;
    RowEval *e = &o->eval;
    TRY(row_eval_open(e, op, node->in[0]->schema, p->exprs, p->n, err));
    if (node->in[0]->kind == PHYS_FILTER) {
        const PhysFilter *f = (const PhysFilter *)node->in[0];
        TRY(row_eval_given(e, node->in[0]->schema, p->exprs, f->shared, f->n_shared, f, err));
    }
    TRY(row_eval_alone(e, err));
    if (!e->alone && !e->col)
        return 0;
    o->one = batch_scratch(op->env->plan, node->schema, 1);
    if (!o->one)
        return RAISE_NOMEM(err);
    if (e->alone)
        program_row_begin(e->alone, o->one->col);
    return 0;
}

/* 1: done; 0: not for here. */
static int push_one(OpProject *p, Batch *in, Out *out)
{
    Batch *b = p->one;
    RowEval *e = &p->eval;
    if (e->col) {
        for (uint32_t i = 0; i < e->n; i++)
            b->col[i] = in->col[e->col[i]];
    } else {
        EvalCtx *x = &p->op.env->eval;
        eval_ctx_clear(x, 1);
        int rc = program_row_run(e->alone, x, in, b->col);
        if (rc <= 0)
            return rc;
    }
    batch_stamp(b, in);
    TRY(out_batch(out, b));
    return 1;
}

static int project_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpProject *p = (OpProject *)op;
    Rows rows;
    (void)input;
    if (p->one && in->n == 1 && in->n_sel == 1 && out->arena == op->env->step) {
        int rc = push_one(p, in, out);
        if (rc != 0)
            return MIN(rc, 0);
    }
    Batch *b = batch_derive_bare(out->arena, op->node->schema, in);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    TRY(row_eval_into(&p->eval, in, out, b->col, &rows));
    if (rows.n == 0)
        return 0;
    b->n_sel = rows.n;
    b->sel = rows.sel;
    return out_batch(out, b);
}

static int project_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    TRY(op_mark_exprs(op, input, ((const PhysProject *)op->node)->exprs, m, out));
    return op_mark_release(op, out);
}

const OpType op_project = {
    .name = "project",
    .size = sizeof(OpProject),
    .open = project_open,
    .push = project_push,
    .mark = project_mark,
    .keep = &op_keeps_tables,
};
