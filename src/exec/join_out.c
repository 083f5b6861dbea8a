/* SPDX-License-Identifier: Apache-2.0
 *
 * What the results of joins have in common. */
#include "exec/join_out.h"

int join_pair_schema(Op *op, bool pairs, const Schema **ret, Err *err)
{
    const Schema *l = op->node->in[0]->schema, *r = op->node->in[1]->schema;
    if (pairs) { /* who keeps a result keeps its schema: it is the plan's, not this query's */
        *ret = schema_ref(op->node->schema);
        return 0;
    }
    Field *f = ARENA_ARRAY(op->env->plan, Field, l->n + r->n + 1);
    if (!f)
        return RAISE_NOMEM(err);
    memcpy(f, l->field, l->n * sizeof(*f));
    memcpy(f + l->n, r->field, r->n * sizeof(*f));
    *ret = schema_new(op->env->acct, f, l->n + r->n);
    return *ret ? 0 : RAISE_NOMEM(err);
}

int join_fill_nulls(const Schema *pair, uint32_t first, uint32_t n, Batch *b, Arena *arena)
{
    static const uint64_t null_word = 0;
    for (uint32_t c = first; c < first + n; c++) {
        void *zero = arena_zalloc(arena, 16);
        if (!zero)
            return -ERR_OUT_OF_MEMORY;
        b->col[c] = (Vec){.kind = VEC_CONST, .type = pair->field[c].type, .n = b->n, .data = zero, .valid = (uint64_t *)&null_word};
    }
    return 0;
}

int join_pick_or_null(const Vec *v, const uint16_t *from, uint32_t n, Vec *ret, Arena *arena)
{
    uint16_t *at = arena_alloc(arena, (n + 1) * sizeof(*at));
    if (!at)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++)
        at[i] = from[i] == JOIN_ALONE ? 0 : from[i];
    TRY(vec_pick(v, (Rows){n, at}, ret, arena));
    TRY(vec_add_valid(ret, arena));
    for (uint32_t i = 0; i < n; i++)
        if (from[i] == JOIN_ALONE)
            bit_clear(ret->valid, i);
    return 0;
}

int join_judge(Op *op, Program *residual, Batch *b, Out *out)
{
    EvalCtx *x = &op->env->eval;
    uint16_t *sel = arena_alloc(out->arena, b->n * sizeof(*sel));
    uint32_t n;
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    eval_ctx_clear(x, b->n);
    TRY(program_filter(residual, x, b, batch_rows(b), sel, &n));
    if (unlikely(x->n_errors > 0)) {
        op->c.errors += x->n_errors;
        if (op->env->on_error != ON_ERROR_NULL)
            TRY(out_errors(out, op->node, b, x));
    }
    b->sel = sel;
    b->n_sel = n;
    return 0;
}

int join_set_weights(Batch *b, const int64_t *w, Arena *arena)
{
    Rows rows = batch_rows(b);
    bool ones = true;
    for (uint32_t i = 0; i < rows.n; i++)
        ones &= w[row_at(rows, i)] == 1;
    if (ones)
        return 0;
    b->w = arena_alloc(arena, b->n * sizeof(*b->w));
    if (!b->w)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        if (w[r] > INT32_MAX || w[r] < -INT32_MAX)
            return -ERR_PROGRAM_LIMIT;
        b->w[r] = (int32_t)w[r];
    }
    b->w_kind = W_VEC;
    return 0;
}

bool join_lasts(const Op *op)
{
    const PhysJoin *p = (const PhysJoin *)op->node;
    return p->type == INNER_JOIN && !p->probes && !p->freezes && !p->at_end;
}
