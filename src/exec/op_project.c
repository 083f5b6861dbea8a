/* SPDX-License-Identifier: Apache-2.0
 *
 * Project: one program for all output columns; selection and weights stay. Marks go through the expressions. */
#include "exec/op_impl.h"

typedef struct OpProject {
    Op op;
    RowEval eval;
} OpProject;

static int project_open(Op *op, const PhysNode *node, Err *err)
{
    const PhysProject *p = (const PhysProject *)node;
    RowEval *e = &((OpProject *)op)->eval;
    TRY(row_eval_open(e, op, node->in[0]->schema, p->exprs, p->n, err));
    return row_eval_alone(e, err);
}

static int project_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpProject *p = (OpProject *)op;
    Rows rows;
    (void)input;
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
