/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows are sort keys: the time as a BIGINT, then the columns, each of which reads back as it was. */
#include "exec/asof_state.h"

static const SortSpec time_spec = {.type = TYPE(I64)};

static int open_side(AsofState *s, uint32_t i, Expr *const *key, Expr *time, Err *err)
{
    AsofSide *side = &s->side[i];
    Arena *plan = s->op->env->plan;
    side->schema = s->op->node->in[i]->schema;
    side->spec = ARENA_ARRAY(plan, SortSpec, side->schema->n + 1);
    Expr **exprs = ARENA_ARRAY(plan, Expr *, s->n_keys + 1);
    if (!side->spec || !exprs)
        return RAISE_NOMEM(err);
    for (uint32_t c = 0; c < side->schema->n; c++) {
        side->spec[c] = (SortSpec){.type = side->schema->field[c].type};
    }
    if (s->n_keys)
        memcpy(exprs, key, s->n_keys * sizeof(*exprs));
    exprs[s->n_keys] = time;
    return row_eval_open(&side->eval, s->op, side->schema, exprs, s->n_keys + 1, err);
}

int asof_state_open(AsofState *s, Op *op, Expr *const *left_key, Expr *const *right_key, uint32_t n_keys, Expr *left_time,
                    Expr *right_time, Err *err)
{
    OpEnv *env = op->env;
    *s = (AsofState){.op = op, .n_keys = n_keys};
    sb_init(&s->key, env->acct);
    sb_init(&s->bound, env->acct);
    Type *types = ARENA_ARRAY(env->plan, Type, n_keys + 1);
    s->key_col = ARENA_ARRAY(env->plan, const Vec *, n_keys + 1);
    if (!types || !s->key_col)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_keys; i++)
        types[i] = left_key[i]->type;
    StrBuf *b = &s->bound; /* how long a time is */
    sortkey_put(b, &time_spec, &(Value){.type = TYPE(I64), .i64 = 0});
    s->end_bytes = (uint32_t)sb_str(b).n;
    TRY(row_layout_init(&s->key_layout, env->acct, types, n_keys, sizeof(AsofKey), err));
    due_runs_init(&s->due, env->acct);
    due_runs_init(&s->first, env->acct);
    due_runs_init(&s->old, env->acct);
    s->keys = hash_table_new(env->pages, &s->key_layout, env->next_table_id++, INT64_MIN, err);
    s->rows = multi_table_new(env->pages, env->next_table_id++, err);
    if (!s->keys || !s->rows)
        return -ERR_OUT_OF_MEMORY;
    TRY(open_side(s, 0, left_key, left_time, err));
    return open_side(s, 1, right_key, right_time, err);
}

void asof_state_done(AsofState *s)
{
    multi_table_free(s->rows);
    hash_table_free(s->keys);
    due_runs_done(&s->due);
    due_runs_done(&s->first);
    due_runs_done(&s->old);
    if (s->key_layout.acct)
        row_layout_done(&s->key_layout);
    sb_done(&s->key);
    sb_done(&s->bound);
}

int64_t asof_state_bytes(const AsofState *s)
{
    return hash_table_bytes(s->keys) + multi_table_bytes(s->rows) + due_runs_bytes(&s->due) + due_runs_bytes(&s->first) +
           due_runs_bytes(&s->old);
}

int asof_state_keys(AsofState *s, uint32_t side, Rows rows, uint8_t **ret)
{
    Arena *step = s->op->env->step;
    uint64_t *hash = arena_zalloc(step, (rows.n + 1) * sizeof(*hash)),
             *is_new = arena_alloc(step, (BIT_WORDS(rows.n) + 1) * sizeof(*is_new));
    if (!hash || !is_new)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t k = 0; k < s->n_keys; k++)
        s->key_col[k] = &s->side[side].eval.vec[k];
    if (s->n_keys)
        kernel_hash(s->key_col, s->n_keys, rows, hash);
    return hash_table_upsert(s->keys, s->key_col, hash, rows, ret, is_new, NULL);
}

static int put_time(StrBuf *b, int64_t time)
{
    sb_clear(b);
    sortkey_put(b, &time_spec, &(Value){.type = TYPE(I64), .i64 = time});
    return b->failed ? -ERR_OUT_OF_MEMORY : 0;
}

int asof_state_encode(AsofState *s, uint32_t side, const Batch *b, int64_t time, uint32_t r, Str *ret)
{
    TRY(put_time(&s->key, time));
    for (uint32_t c = 0; c < s->side[side].schema->n; c++)
        sortkey_put_row(&s->key, &s->side[side].spec[c], &b->col[c], r);
    *ret = sb_str(&s->key);
    return s->key.failed ? -ERR_OUT_OF_MEMORY : 0;
}

int asof_state_add(AsofState *s, uint8_t *key, uint32_t side, Str row, int64_t weight)
{
    int64_t after;
    uint64_t before = multi_entries(s->rows, asof_key(s, key)->side[side]);
    (void)hash_table_touch(s->keys, key);
    TRY(multi_add(s->rows, &asof_key(s, key)->side[side], INT64_MIN, row, weight, &after, NULL));
    uint64_t now = multi_entries(s->rows, asof_key(s, key)->side[side]);
    s->n_rows += now - before;
    *row_count(key) += (int64_t)(now - before);
    return 0;
}

int asof_state_list(AsofState *s, DueRuns *in, uint8_t *key, int64_t us)
{
    AsofKey *k = asof_key(s, key);
    bool *is_in = in == &s->due ? &k->in_due : &k->in_first;
    int64_t *at = in == &s->due ? &k->due_us : &k->first_us;
    if (*is_in && *at == us)
        return 0;
    TRY(hash_table_touch(s->keys, key));
    if (*is_in)
        due_runs_remove(in, key, *at);
    *is_in = false;
    TRY(due_runs_add(in, key, us));
    *is_in = true;
    *at = us;
    return 0;
}

int asof_state_unlist(AsofState *s, DueRuns *in, uint8_t *key)
{
    AsofKey *k = asof_key(s, key);
    bool *is_in = in == &s->due ? &k->in_due : &k->in_first;
    if (!*is_in)
        return 0;
    TRY(hash_table_touch(s->keys, key));
    due_runs_remove(in, key, in == &s->due ? k->due_us : k->first_us);
    *is_in = false;
    return 0;
}

void asof_state_tidy(AsofState *s, uint8_t *key)
{
    if (*row_count(key) == 0 && !asof_key_is_listed(s, key))
        hash_table_remove(s->keys, key);
}

/* ---- reading ---- */

bool asof_after(const AsofState *s, uint8_t *key, uint32_t side, Str row, Str *ret, int64_t *ret_count)
{
    uint64_t owner = asof_key(s, key)->side[side];
    bool found = owner && multi_seek(s->rows, owner, row, true, ret, ret_count);
    while (found && *ret_count <= 0)
        found = multi_seek(s->rows, owner, *ret, true, ret, ret_count);
    return found;
}

static bool from_bound(AsofState *s, uint8_t *key, uint32_t side, Str *ret, int64_t *ret_count)
{
    uint64_t owner = asof_key(s, key)->side[side];
    bool found = owner && multi_seek(s->rows, owner, sb_str(&s->bound), false, ret, ret_count);
    while (found && *ret_count <= 0)
        found = multi_seek(s->rows, owner, *ret, true, ret, ret_count);
    return found;
}

bool asof_first(const AsofState *s, uint8_t *key, uint32_t side, Str *ret, int64_t *ret_count)
{
    uint64_t owner = asof_key(s, key)->side[side];
    bool found = owner && multi_seek(s->rows, owner, (Str){"", 0}, false, ret, ret_count);
    while (found && *ret_count <= 0)
        found = multi_seek(s->rows, owner, *ret, true, ret, ret_count);
    return found;
}

bool asof_at_or_after(AsofState *s, uint8_t *key, uint32_t side, int64_t time, Str *ret, int64_t *ret_count)
{
    return put_time(&s->bound, time) == 0 && from_bound(s, key, side, ret, ret_count);
}

bool asof_before(AsofState *s, uint8_t *key, uint32_t side, int64_t time, Str *ret, int64_t *ret_count)
{
    uint64_t owner = asof_key(s, key)->side[side];
    if (put_time(&s->bound, time) < 0)
        return false;
    bool found = owner && multi_seek_back(s->rows, owner, sb_str(&s->bound), true, ret, ret_count);
    while (found && *ret_count <= 0)
        found = multi_seek_back(s->rows, owner, *ret, true, ret, ret_count);
    return found;
}

int64_t asof_time(Str row)
{
    size_t at = 0;
    Value v = {0};
    bool ok = sortkey_get(&time_spec, row, &at, NULL, &v);
    ASSERT(ok);
    return v.i64;
}

static int read_column(AsofState *s, uint32_t side, const Str *row, size_t *at, uint32_t n, uint32_t c, Vec *v, Arena *arena)
{
    StrWriter w;
    Type type = s->side[side].spec[c].type;
    TRY(vec_scratch(v, type, n, arena));
    bool text = type_is_string((TypeId)type.id);
    if (text)
        strwriter_init(&w, v, arena);
    for (uint32_t i = 0; i < n; i++) {
        Value val = value_null(type);
        if (row[i].p && !sortkey_get(&s->side[side].spec[c], row[i], &at[i], arena, &val))
            return -ERR_CORRUPT;
        TRY(vec_put(v, i, &val, text ? &w : NULL, arena));
    }
    return text ? strwriter_finish(&w) : 0;
}

int asof_state_read(AsofState *s, uint32_t side, const Str *row, uint32_t n, Batch *to, uint32_t first, Arena *arena)
{
    size_t *at = arena_zalloc(arena, (n + 1) * sizeof(*at));
    Value time;
    if (!at)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++)
        if (row[i].p && !sortkey_get(&time_spec, row[i], &at[i], arena, &time))
            return -ERR_CORRUPT;
    for (uint32_t c = 0; c < s->side[side].schema->n; c++)
        TRY(read_column(s, side, row, at, n, c, &to->col[first + c], arena));
    return 0;
}
