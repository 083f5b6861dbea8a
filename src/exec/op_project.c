/* SPDX-License-Identifier: Apache-2.0
 *
 * Project: one program for all output columns; selection and weights stay.
 *
 * A mark speaks of the watermark columns of the input.  Where an output column is a nondecreasing function f of one
 * (date_trunc('hour', ts)), rows below f(W) can still not come but rows below W can, so the mark becomes f(W), the least over the
 * columns of its class. */
#include "exec/op_impl.h"

typedef struct OpProject {
    Op op;
    RowEval eval;
} OpProject;

static int project_open(Op *op, const PhysNode *node, Err *err)
{
    const PhysProject *p = (const PhysProject *)node;
    return row_eval_open(&((OpProject *)op)->eval, op, node->in[0]->schema, p->exprs, p->n, err);
}

static int project_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpProject *p = (OpProject *)op;
    Rows rows;
    (void)input;
    TRY(row_eval_run(&p->eval, in, out, &rows));
    if (rows.n == 0)
        return 0;
    Batch *b = batch_derive(out->arena, op->node->schema, in);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < p->eval.n; i++)
        b->col[i] = p->eval.vec[i];
    b->n_sel = rows.n;
    b->sel = rows.sel;
    return out_batch(out, b);
}

/* Value of the class's clock as the input column holds it, and back (rounded down). */
static bool time_of_us(int64_t us, Type t, Value *ret)
{
    *ret = (Value){.type = t, .i64 = us};
    return t.id != T_TSNS || !__builtin_mul_overflow(us, INT64_C(1000), &ret->i64);
}

static bool us_of_time(const Value *v, int64_t *ret)
{
    if (v->is_null || !type_is_timestamp(v->type.id))
        return false;
    *ret = v->type.id == T_TSNS ? floor_div(v->i64, 1000) : v->i64;
    return true;
}

/* What watermark us means for the output column made by e; false = nothing is known. */
static bool mark_through(const Expr *e, int64_t us, Arena *scratch, int64_t *ret)
{
    uint32_t col;
    Value in, result;
    *ret = us;
    if (e->kind == EXPR_COLUMN || us == INT64_MAX || us == INT64_MIN)
        return true;
    if (!expr_is_nondecreasing(e, &col))
        return false;
    const Expr *leaf = e;
    while (leaf->kind != EXPR_COLUMN) { /* the argument that leads to the only column */
        const Expr *next = NULL;
        for (uint32_t i = 0; i < leaf->n_args && !next; i++)
            if (leaf->arg[i]->kind != EXPR_CONST)
                next = leaf->arg[i];
        if (!next)
            return false;
        leaf = next;
    }
    return time_of_us(us, leaf->type, &in) && expr_apply_scalar(e, &in, scratch, &result) && us_of_time(&result, ret);
}

static int project_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    const PhysProject *p = (const PhysProject *)op->node;
    const Props *props = &op->node->props;
    int64_t least = m.wm_us;
    (void)input;
    bool first = true;
    for (uint32_t i = 0; i < props->n_wm; i++) {
        int64_t us;
        if (props->wm[i].cls != m.cls)
            continue;
        if (!mark_through(p->exprs[props->wm[i].col], m.wm_us, out->arena, &us))
            return 0;
        least = first ? us : MIN(least, us);
        first = false;
    }
    TRY(op_mark_hold(op, 0, (Mark){m.cls, least}));
    return op_mark_release(op, out);
}

const OpType op_project = {
    .name = "project",
    .size = sizeof(OpProject),
    .open = project_open,
    .push = project_push,
    .mark = project_mark,
};
