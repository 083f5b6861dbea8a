/* SPDX-License-Identifier: Apache-2.0
 *
 * Values: constant rows, given at the first flush.  An expression that was left unfolded (now(), 1/0) is evaluated then, so that
 * its error is one of the row and not of the plan. */
#include "exec/op_impl.h"

typedef struct OpValues {
    Op op;
    const PhysValues *node;
    Schema *no_columns;
    uint32_t next; /* row */
} OpValues;

static int values_open(Op *op, const PhysNode *node, Err *err)
{
    OpValues *v = (OpValues *)op;
    v->node = (const PhysValues *)node;
    v->no_columns = schema_new(op->env->acct, NULL, 0);
    return v->no_columns ? 0 : RAISE_NOMEM(err);
}

static int values_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    (void)op, (void)input, (void)in, (void)out;
    return -ERR_INTERNAL; /* a leaf that nobody feeds */
}

/* Value of one expression; an error blames row i of the output in x. */
static int value_of(OpValues *v, Expr *e, EvalCtx *x, uint32_t i, Value *ret)
{
    if (e->kind == EXPR_CONST) {
        *ret = e->value;
        return 0;
    }
    Program *program;
    Vec result;
    EvalCtx one = v->op.env->eval;
    Batch *dummy = batch_scratch(x->arena, v->no_columns, 1);
    if (!dummy)
        return -ERR_OUT_OF_MEMORY;
    TRY(program_compile(x->arena, &e, 1, v->no_columns, &program, NULL));
    eval_ctx_clear(&one, 1);
    TRY(program_run(program, &one, dummy, &result));
    if (one.n_errors > 0) {
        if (!one.err)
            return -ERR_OUT_OF_MEMORY;
        *ret = value_null(e->type);
        v->op.c.errors++;
        if (v->op.env->on_error != ON_ERROR_NULL)
            row_error_copy(x, i, &one, 0);
        return 0;
    }
    *ret = vec_get(&result, 0);
    return 0;
}

static int fill_column(OpValues *v, EvalCtx *x, Batch *b, uint32_t c)
{
    Vec *col = &b->col[c];
    StrWriter w;
    TRY(vec_scratch(col, v->op.node->schema->field[c].type, b->n, x->arena));
    bool texts = type_is_string(col->type.id);
    if (texts)
        strwriter_init(&w, col, x->arena);
    for (uint32_t i = 0; i < b->n; i++) {
        Value val;
        TRY(value_of(v, v->node->rows[v->next + i][c], x, i, &val));
        TRY(vec_put(col, i, &val, &w, x->arena));
    }
    return texts ? strwriter_finish(&w) : 0;
}

static int values_more(Op *op, Out *out)
{
    OpValues *v = (OpValues *)op;
    EvalCtx *x = &op->env->eval;
    while (v->next < v->node->n_rows) {
        if (out_is_full(out))
            return OP_MORE;
        uint32_t n = MIN(v->node->n_rows - v->next, BATCH_ROWS);
        Batch *b = batch_scratch(out->arena, op->node->schema, n);
        if (!b)
            return -ERR_OUT_OF_MEMORY;
        eval_ctx_clear(x, n);
        for (uint32_t c = 0; c < op->node->schema->n; c++)
            TRY(fill_column(v, x, b, c));
        v->next += n;
        if (x->n_errors > 0) {
            uint16_t *sel = arena_alloc(out->arena, n * sizeof(*sel));
            if (!sel || !x->err)
                return -ERR_OUT_OF_MEMORY;
            TRY(out_errors(out, op->node, b, x));
            uint32_t n_good = 0;
            for (uint32_t i = 0; i < n; i++)
                if (!bit_get(x->err, i))
                    sel[n_good++] = (uint16_t)i;
            b = batch_with_sel(out->arena, b, sel, n_good);
            if (!b)
                return -ERR_OUT_OF_MEMORY;
        }
        TRY(out_batch(out, b));
    }
    return 0;
}

static int values_flush(Op *op, FlushWhy why, Out *out)
{
    (void)why;
    return values_more(op, out);
}

static void values_close(Op *op)
{
    schema_unref(((OpValues *)op)->no_columns);
}

static void values_save(const Op *op, StrBuf *out)
{
    bytes_put_u32(out, ((const OpValues *)op)->next);
}

static int values_restore(Op *op, ByteReader *in, Err *err)
{
    (void)err;
    ((OpValues *)op)->next = bytes_u32(in);
    return 0;
}
static const OpKeep values_keep = {values_save, values_restore};

const OpType op_values = {
    .name = "values",
    .size = sizeof(OpValues),
    .open = values_open,
    .push = values_push,
    .more = values_more,
    .flush = values_flush,
    .close = values_close,
    .keep = &values_keep,
};
