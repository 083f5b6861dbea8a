/* SPDX-License-Identifier: Apache-2.0
 *
 * A side of a join whose rows lie in a stored relation. */
#include "exec/join_shared.h"

/* A batch of the relation as one of the side, with the weights times sign. */
static int store(JoinSide *s, const Batch *of, int32_t sign, Out *out)
{
    Arena *step = s->op->env->step;
    const PhysNode *join = s->op->node;
    const Schema *schema = join->in[s->number]->schema;
    JoinInput in;
    Batch *b = batch_derive(step, schema, of);
    int32_t *w = arena_alloc(step, MAX(of->n, 1) * sizeof(*w));
    if (!b || !w)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t c = 0; c < s->n_cols; c++)
        b->col[c] = of->col[s->shared->cols[c]];
    Rows rows = batch_rows(of);
    for (uint32_t i = 0; i < rows.n; i++)
        w[row_at(rows, i)] = sign * batch_weight(of, row_at(rows, i));
    b->w_kind = W_VEC;
    b->w = w;
    TRY(join_side_input(s, b, out, &in));
    return join_side_store(s, &in, NULL, NULL);
}

int join_shared_load(JoinSide *s, Out *out)
{
    Batch *const *b;
    uint64_t change;
    uint32_t n = s->shared->unseen(s->shared->self, &b, &change);
    if (likely(n == 0) || change == s->loaded)
        return 0;
    s->loaded = change;
    for (uint32_t i = 0; i < n; i++)
        if (b[i]->n_sel)
            TRY(store(s, b[i], -1, out));
    return 0;
}

int join_shared_seen(JoinSide *s, const JoinInput *in)
{
    Batch *const *b;
    uint64_t change;
    (void)s->shared->unseen(s->shared->self, &b, &change);
    return change == s->loaded ? join_side_store(s, in, NULL, NULL) : 0;
}

int join_shared_match(JoinSide *s, const JoinSide *other, const JoinInput *in, uint8_t ***ret_row)
{
    Arena *step = s->op->env->step;
    const Arrangement *a = other->shared;
    const Vec **key = s->lent_key = arena_alloc(step, s->n_keys * sizeof(*key));
    uint8_t **row = arena_alloc(step, (in->rows.n + 1) * sizeof(*row));
    uint64_t *hash = in->hash;
    bool in_order = true;
    if (!key || !row)
        return -ERR_OUT_OF_MEMORY;
    *ret_row = row;
    for (uint32_t k = 0; k < s->n_keys; k++) {
        key[k] = s->key_col[a->keys[k]];
        in_order &= a->keys[k] == k;
    }
    if (a->next)
        return 0;
    if (!in_order) {
        hash = arena_alloc(step, (in->rows.n + 1) * sizeof(*hash));
        if (!hash)
            return -ERR_OUT_OF_MEMORY;
        kernel_hash(key, s->n_keys, in->rows, hash);
    }
    return a->find(a->self, key, hash, in->rows, row);
}

int join_shared_counts(JoinSide *s, uint8_t *const *row, uint32_t n, int64_t stamp, Arena *arena, int64_t *ret)
{
    Batch *b = batch_scratch(arena, s->op->node->in[s->number]->schema, n);
    uint64_t *hash = arena_alloc(arena, n * sizeof(*hash));
    uint8_t **own = arena_alloc(arena, n * sizeof(*own));
    if (!b || !hash || !own)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t c = 0; c < s->n_cols; c++) {
        TRY(join_side_read_column(s, true, row, n, c, &b->col[c], arena));
        s->col[c] = &b->col[c];
    }
    Rows rows = {n, NULL};
    kernel_hash(s->col, s->n_cols, rows, hash);
    hash_table_find(s->rows, s->col, hash, rows, own);
    for (uint32_t i = 0; i < n; i++) {
        ret[i] = *row_count(row[i]);
        if (!own[i])
            continue;
        ret[i] += *row_count(own[i]);
        join_link(s, own[i])->degree = stamp;
    }
    return 0;
}

static int copy_batch(void *self, Batch *b, Err *err)
{
    JoinSide *s = self;
    Arena *step = s->op->env->step;
    ArenaMark mark = arena_mark(step);
    Out out;
    out_init(&out, step, UINT32_MAX);
    int rc = store(s, b, 1, &out);
    arena_rewind(step, mark);
    return rc < 0 ? RAISE(err, (ErrCode)-rc, "%s", err_class_text((ErrCode)-rc)) : 0;
}

int join_shared_copy(JoinSide *s, Err *err)
{
    s->loaded = 0;
    return s->shared->each(s->shared->self, copy_batch, s, err);
}
