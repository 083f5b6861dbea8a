/* SPDX-License-Identifier: Apache-2.0
 *
 * A side of a join whose rows lie in a stored relation. */
#include "exec/join_shared.h"

#include "base/bits.h"
#include "exec/part_keys.h"

int join_shared_open(JoinSide *s, Err *err)
{
    const PhysNode *in = s->op->node->in[s->number];
    Arena *plan = s->op->env->plan;
    if (in->kind != PHYS_FILTER)
        return 0;
    Expr *predicate = ((const PhysFilter *)in)->predicate;
    s->filter_reads = ARENA_ARRAY(plan, uint64_t, BIT_WORDS(s->n_cols) + 1);
    if (!s->filter_reads)
        return RAISE_NOMEM(err);
    expr_columns(predicate, s->filter_reads);
    return program_compile(plan, &predicate, 1, in->schema, &s->filter, err);
}

/* Selects of b, in the step's arena, what the filter lets through. */
static int pass_filter(const JoinSide *s, Batch *b, Arena *arena)
{
    EvalCtx *x = &s->op->env->eval;
    uint16_t *sel = arena_alloc(arena, MAX(b->n_sel, 1) * sizeof(*sel));
    uint32_t n;
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    eval_ctx_clear(x, b->n);
    TRY(program_filter(s->filter, x, b, batch_rows(b), sel, &n));
    b->sel = sel;
    b->n_sel = n;
    return 0;
}

/* Of a part of the join: the rows that belong to it. */
static int pass_part(const JoinSide *s, Batch *b, Arena *arena)
{
    OpEnv *env = s->op->env;
    uint8_t *part = arena_alloc(arena, MAX(b->n_sel, 1));
    uint16_t *sel = arena_alloc(arena, MAX(b->n_sel, 1) * sizeof(*sel));
    uint32_t n = 0;
    if (!part || !sel)
        return -ERR_OUT_OF_MEMORY;
    TRY(part_keys_run(&env->part_keys[s->number], &env->eval, b, env->of_parts, part));
    Rows rows = batch_rows(b);
    for (uint32_t i = 0; i < rows.n; i++)
        if (part[i] == env->part)
            sel[n++] = (uint16_t)row_at(rows, i);
    b->sel = sel;
    b->n_sel = n;
    return 0;
}

static void move_up(uint16_t *at, uint8_t **row, const uint16_t *sel, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        at[i] = at[sel[i]];
        row[i] = row[sel[i]];
    }
}

static int sift_by_filter(const JoinSide *s, uint16_t *at, uint8_t **row, uint32_t *n, Arena *arena)
{
    Batch *b = batch_scratch(arena, s->op->node->in[s->number]->schema, *n);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    b->n = b->n_sel = *n;
    for (uint32_t c = 0; c < s->n_cols; c++)
        if (bit_get(s->filter_reads, c))
            TRY(join_side_read_column(s, true, row, *n, c, &b->col[c], arena));
    TRY(pass_filter(s, b, arena));
    move_up(at, row, b->sel, *n = b->n_sel);
    return 0;
}

/* By a key that did not find them: its column here, and the key of the input's rows. */
static int sift_by_key(const JoinSide *s, uint32_t k, const Vec *of_input, Rows rows, uint16_t *at, uint8_t **row, uint32_t *n,
                       Arena *arena)
{
    Vec have, want;
    uint16_t *phys = arena_alloc(arena, *n * sizeof(*phys)), *sel = arena_alloc(arena, *n * sizeof(*sel));
    if (!phys || !sel)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < *n; i++)
        phys[i] = (uint16_t)row_at(rows, at[i]);
    TRY(vec_scratch(&have, of_input->type, *n, arena));
    TRY(join_side_read_column(s, true, row, *n, s->eval.col[k], &have, arena));
    TRY(vec_pick(of_input, (Rows){*n, phys}, &want, arena));
    uint32_t n_left = 0;
    for (uint32_t i = 0; i < *n; i++) {
        sel[n_left] = (uint16_t)i;
        n_left += vec_rows_equal(&have, i, &want, i) && (s->null_safe[k] || !vec_is_null(&have, i));
    }
    move_up(at, row, sel, *n = n_left);
    return 0;
}

int join_shared_sift(const JoinSide *s, const JoinSide *by, const JoinInput *in, uint16_t *at, uint8_t **row, uint32_t *n,
                     Arena *arena)
{
    for (uint32_t i = s->shared->n_keys; i<s->n_keys && * n> 0; i++) {
        uint32_t k = s->shared->keys[i];
        TRY(sift_by_key(s, k, by->key_col[k], in->rows, at, row, n, arena));
    }
    return s->filter && *n > 0 ? sift_by_filter(s, at, row, n, arena) : 0;
}

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
    if (s->filter)
        TRY(pass_filter(s, b, step));
    if (s->op->env->part_keys)
        TRY(pass_part(s, b, step));
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

bool join_shared_is_loaded(const JoinSide *s)
{
    Batch *const *b;
    uint64_t change;
    (void)s->shared->unseen(s->shared->self, &b, &change);
    return change == s->loaded;
}

int join_shared_seen(JoinSide *s, const JoinInput *in)
{
    return join_shared_is_loaded(s) ? join_side_store(s, in, NULL, NULL) : 0;
}

int join_shared_match(JoinSide *s, const JoinSide *other, const JoinInput *in, uint8_t ***ret_row)
{
    Arena *step = s->op->env->step;
    const Arrangement *a = other->shared;
    const Vec **key = s->lent_key = arena_alloc(step, s->n_keys * sizeof(*key));
    uint8_t **row = arena_alloc(step, (in->rows.n + 1) * sizeof(*row));
    uint64_t *hash = in->hash;
    bool in_order = a->n_keys == s->n_keys;
    if (!key || !row)
        return -ERR_OUT_OF_MEMORY;
    *ret_row = row;
    for (uint32_t k = 0; k < a->n_keys; k++) {
        key[k] = s->key_col[a->keys[k]];
        in_order &= a->keys[k] == k;
    }
    if (a->next)
        return 0;
    if (!in_order) {
        hash = arena_alloc(step, (in->rows.n + 1) * sizeof(*hash));
        if (!hash)
            return -ERR_OUT_OF_MEMORY;
        kernel_hash(key, a->n_keys, in->rows, hash);
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
