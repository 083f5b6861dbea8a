/* SPDX-License-Identifier: Apache-2.0
 *
 * Expressions under the row error policy (design 2.4).  Quarantine and fail compile all expressions of a node into one program:
 * which of them failed does not matter, the row leaves.  Null must know, so there each expression is a program of its own. */
#include "exec/op_impl.h"

/* A projection that only picks columns, and keys that are columns, are common and need no evaluation. */
static int find_columns(RowEval *e, Arena *plan, Expr *const *exprs, Err *err)
{
    for (uint32_t i = 0; i < e->n; i++)
        if (exprs[i]->kind != EXPR_COLUMN)
            return 0;
    e->col = ARENA_ARRAY(plan, uint32_t, MAX(e->n, 1));
    if (!e->col)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < e->n; i++)
        e->col[i] = exprs[i]->col;
    return 0;
}

int row_eval_open(RowEval *e, Op *op, const Schema *in, Expr *const *exprs, uint32_t n, Err *err)
{
    Arena *plan = op->env->plan;
    bool apart = op->env->on_error == ON_ERROR_NULL;
    *e = (RowEval){.op = op, .n = n, .n_programs = apart ? n : 1};
    e->program = ARENA_ARRAY(plan, Program *, MAX(e->n_programs, 1));
    e->vec = ARENA_ARRAY(plan, Vec, MAX(n, 1));
    if (!e->program || !e->vec)
        return RAISE_NOMEM(err);
    TRY(find_columns(e, plan, exprs, err));
    for (uint32_t i = 0; i < e->n_programs; i++) {
        TRY(program_compile(plan, apart ? exprs + i : exprs, apart ? 1 : n, in, &e->program[i], err));
        e->can_fail |= program_can_fail(e->program[i]);
    }
    return 0;
}

int row_eval_given(RowEval *e, const Schema *in, Expr *const *exprs, Expr *const *given, uint32_t n_given, const void *giver,
                   Err *err)
{
    Arena *plan = e->op->env->plan;
    if (e->col || n_given == 0)
        return 0;
    e->rest = ARENA_ARRAY(plan, Program *, MAX(e->n_programs, 1));
    if (!e->rest)
        return RAISE_NOMEM(err);
    uint32_t each = e->n_programs == 1 ? e->n : 1;
    for (uint32_t i = 0; i < e->n_programs; i++)
        TRY(program_compile_given(plan, exprs + i, each, in, given, n_given, &e->rest[i], err));
    e->giver = giver;
    return 0;
}

static inline Program *const *programs_for(const RowEval *e, const Batch *in)
{
    return e->rest && in->extra && in->extra->owner == e->giver ? e->rest : e->program;
}

int row_eval_alone(RowEval *e, Err *err)
{
    return e->n_programs == 1 && !e->col ? program_row_new(e->op->env->plan, e->program[0], &e->alone, err) : 0;
}

int rows_without_error(const EvalCtx *x, Rows rows, Rows *ret)
{
    uint16_t *sel = arena_alloc(x->arena, MAX(rows.n, 1) * sizeof(*sel));
    if (!sel || !x->err)
        return -ERR_OUT_OF_MEMORY;
    uint32_t n = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        sel[n] = (uint16_t)r;
        n += !bit_get(x->err, r);
    }
    *ret = (Rows){n, sel};
    return 0;
}

int row_eval_blame(Op *op, Batch *in, Out *out, Rows rows, Rows *ret_rows)
{
    EvalCtx *x = &op->env->eval;
    *ret_rows = rows;
    if (likely(x->n_errors == 0))
        return 0;
    op->c.errors += x->n_errors;
    TRY(rows_without_error(x, rows, ret_rows));
    return out_errors(out, op->node, in, x);
}

/* NULL where the expression failed. */
static int null_errors(const EvalCtx *x, Rows rows, Vec *v)
{
    Vec flat;
    if (!x->err)
        return -ERR_OUT_OF_MEMORY;
    TRY(vec_flatten(v, rows, &flat, x->arena));
    *v = flat;
    TRY(vec_add_valid(v, x->arena));
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        if (bit_get(x->err, r))
            bit_clear(v->valid, r);
    }
    return 0;
}

static int run_apart(RowEval *e, Batch *in, Vec *ret)
{
    EvalCtx *x = &e->op->env->eval;
    Program *const *program = programs_for(e, in);
    for (uint32_t i = 0; i < e->n; i++) {
        eval_ctx_clear(x, in->n);
        TRY(program_run(program[i], x, in, &ret[i]));
        if (x->n_errors == 0)
            continue;
        e->op->c.errors += x->n_errors;
        TRY(null_errors(x, batch_rows(in), &ret[i]));
    }
    return 0;
}

int row_eval_into(RowEval *e, Batch *in, Out *out, Vec *ret, Rows *ret_rows)
{
    EvalCtx *x = &e->op->env->eval;
    *ret_rows = batch_rows(in);
    if (e->col) {
        for (uint32_t i = 0; i < e->n; i++)
            ret[i] = in->col[e->col[i]];
        return 0;
    }
    if (unlikely(e->n_programs != 1))
        return run_apart(e, in, ret);
    eval_ctx_clear(x, in->n);
    TRY(program_run(programs_for(e, in)[0], x, in, ret));
    if (likely(x->n_errors == 0))
        return 0;
    if (e->op->env->on_error == ON_ERROR_NULL) { /* one expression is one program under either policy */
        e->op->c.errors += x->n_errors;
        return null_errors(x, *ret_rows, ret);
    }
    return row_eval_blame(e->op, in, out, *ret_rows, ret_rows);
}

int row_eval_run(RowEval *e, Batch *in, Out *out, Rows *ret_rows)
{
    if (e->alone && in->n == 1 && in->n_sel == 1) {
        EvalCtx *x = &e->op->env->eval;
        *ret_rows = batch_rows(in);
        if (!e->alone_begun)
            program_row_begin(e->alone, e->vec);
        e->alone_begun = true;
        eval_ctx_clear(x, 1);
        int rc = program_row_run(e->alone, x, in, e->vec);
        if (rc != 0)
            return MIN(rc, 0);
    }
    e->alone_begun = false;
    return row_eval_into(e, in, out, e->vec, ret_rows);
}
