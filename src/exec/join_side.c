/* SPDX-License-Identifier: Apache-2.0
 *
 * The stored rows of one side of a join.  A row lives as long as its count is not 0; a key lives as long as a row is in its list,
 * which is counted in the key's own row. */
#include "exec/join_young.h"

#include "exec/window_time.h"

static uint8_t **list_head(JoinSide *s, uint8_t *key)
{
    return key ? (uint8_t **)(void *)row_extra(&s->key_layout, key) : &s->all;
}

static int open_rows(JoinSide *s, const Schema *in, Err *err)
{
    OpEnv *env = s->op->env;
    Type *types = ARENA_ARRAY(env->plan, Type, in->n + 1);
    s->col = ARENA_ARRAY(env->plan, const Vec *, in->n + 1);
    if (!types || !s->col)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < in->n; i++)
        types[i] = in->field[i].type;
    uint32_t extra = (uint32_t)(sizeof(JoinLink) + (s->has_bounds ? sizeof(JoinBound) : 0));
    TRY(row_layout_init(&s->row_layout, env->acct, types, in->n, extra, err));
    s->row_layout.whole = true;
    due_runs_init(&s->due, env->acct);
    s->rows =
        (s->only_grows ? hash_table_new_bare : hash_table_new)(env->pages, &s->row_layout, env->next_table_id++, INT64_MIN, err);
    return s->rows ? 0 : -ERR_OUT_OF_MEMORY;
}

static int open_keys(JoinSide *s, Expr *const *keys, PageStore *apart, Err *err)
{
    OpEnv *env = s->op->env;
    uint32_t number = apart ? s->number + 1 : env->next_table_id++;
    Type *types = ARENA_ARRAY(env->plan, Type, s->n_keys + 1);
    s->key_col = ARENA_ARRAY(env->plan, const Vec *, s->n_keys + 1);
    if (!types || !s->key_col)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < s->n_keys; i++)
        types[i] = keys[i]->type;
    TRY(row_layout_init(&s->key_layout, env->acct, types, s->n_keys, s->key_extra, err));
    s->keys = hash_table_new(apart ? apart : env->pages, &s->key_layout, number, INT64_MIN, err);
    return s->keys ? 0 : -ERR_OUT_OF_MEMORY;
}

int join_side_open(JoinSide *s, Op *op, const JoinSideOpen *o, Err *err)
{
    const Schema *in = o->input->schema;
    *s = (JoinSide){.time_col = o->time_col,
                    .op = op,
                    .number = o->number,
                    .n_cols = in->n,
                    .n_keys = o->n_keys,
                    .null_safe = o->null_safe,
                    .key_extra = MAX(o->key_extra, (uint32_t)sizeof(uint8_t *)),
                    .has_bounds = o->has_bounds};
    sb_init(&s->sought, op->env->acct);
    s->only_grows = o->input->props.change == CHANGE_APPEND;
    if (o->may_be_young && s->only_grows && o->n_keys && !o->key_extra) {
        s->young = (JoinYoung){.may = op->env->refers, .held.note_bytes = sizeof(uint32_t)};
        s->key_extra = (uint32_t)sizeof(JoinKeyYoung);
    }
    TRY(open_rows(s, in, err));
    if (o->n_keys)
        TRY(open_keys(s, o->keys, o->key_pages, err));
    return row_eval_open(&s->eval, op, in, o->keys, o->n_keys, err);
}

void join_side_close(JoinSide *s)
{
    join_young_drop(s);
    hash_table_free(s->rows);
    hash_table_free(s->keys);
    due_runs_done(&s->due);
    if (s->op)
        sb_done(&s->sought);
    if (s->row_layout.acct)
        row_layout_done(&s->row_layout);
    if (s->key_layout.acct)
        row_layout_done(&s->key_layout);
}

void join_side_clear(JoinSide *s)
{
    join_young_drop(s);
    hash_table_clear(s->rows);
    if (s->keys)
        hash_table_clear(s->keys);
    s->all = NULL;
    s->loaded = 0;
}

/* ---- input ---- */

/* Parts the rows whose key holds a NULL that cannot match from the others. */
static int part_nulls(JoinSide *s, JoinInput *in, Rows rows)
{
    Arena *step = s->op->env->step;
    bool any = false;
    for (uint32_t k = 0; k < s->n_keys; k++)
        any |= !s->null_safe[k] && s->eval.vec[k].valid;
    in->rows = rows;
    in->lone = (Rows){0};
    if (!any)
        return 0;
    uint16_t *live = arena_alloc(step, (rows.n + 1) * sizeof(*live)), *lone = arena_alloc(step, (rows.n + 1) * sizeof(*lone));
    if (!live || !lone)
        return -ERR_OUT_OF_MEMORY;
    uint32_t n_live = 0, n_lone = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        bool null = false;
        for (uint32_t k = 0; k < s->n_keys; k++)
            null |= !s->null_safe[k] && vec_is_null(&s->eval.vec[k], r);
        if (null)
            lone[n_lone++] = (uint16_t)r;
        else
            live[n_live++] = (uint16_t)r;
    }
    in->rows = (Rows){n_live, live};
    in->lone = (Rows){n_lone, lone};
    return 0;
}

int join_side_keys(JoinSide *s, Batch *in, Out *out, JoinInput *ret)
{
    Rows rows;
    ret->batch = in;
    ret->hash = NULL;
    TRY(row_eval_run(&s->eval, in, out, &rows));
    TRY(part_nulls(s, ret, rows));
    for (uint32_t k = 0; k < s->n_keys; k++)
        s->key_col[k] = &s->eval.vec[k];
    return 0;
}

int join_side_hash(JoinSide *s, JoinInput *in)
{
    in->hash = arena_alloc(s->op->env->step, (in->rows.n + 1) * sizeof(*in->hash));
    if (!in->hash)
        return -ERR_OUT_OF_MEMORY;
    if (s->n_keys)
        kernel_hash(s->key_col, s->n_keys, in->rows, in->hash);
    return 0;
}

int join_side_input(JoinSide *s, Batch *in, Out *out, JoinInput *ret)
{
    TRY(join_side_keys(s, in, out, ret));
    return join_side_hash(s, ret);
}

int join_side_match(const JoinSide *s, const JoinSide *other, const JoinInput *in, uint8_t ***ret_head)
{
    uint8_t **head = arena_alloc(s->op->env->step, (in->rows.n + 1) * sizeof(*head));
    if (!head)
        return -ERR_OUT_OF_MEMORY;
    *ret_head = head;
    if (s->n_keys == 0) {
        for (uint32_t i = 0; i < in->rows.n; i++)
            head[i] = other->all;
        return 0;
    }
    hash_table_find(other->keys, s->key_col, in->hash, in->rows, head);
    for (uint32_t i = 0; i < in->rows.n; i++) {
        if (!head[i])
            continue;
        head[i] = *list_head((JoinSide *)other, head[i]);
        __builtin_prefetch(head[i], 1);
        __builtin_prefetch(head[i] + other->row_layout.extra_offset, 1);
    }
    return 0;
}

/* ---- store ---- */

static int list_add(JoinSide *s, uint8_t *row, uint8_t *key)
{
    uint8_t **head = list_head(s, key);
    JoinLink *link = join_link(s, row);
    if (*head)
        TRY(hash_table_need(s->rows, *head));
    *link = (JoinLink){.next = *head, .key = key};
    if (*head)
        join_link(s, *head)->prev = row;
    *head = row;
    if (key)
        ++*row_count(key);
    return 0;
}

/* What a row is linked to. */
static int need_neighbours(JoinSide *s, const JoinLink *link)
{
    if (link->next)
        TRY(hash_table_need(s->rows, link->next));
    if (link->prev)
        TRY(hash_table_need(s->rows, link->prev));
    return link->key ? hash_table_touch(s->keys, link->key) : 0;
}

int join_side_forget(JoinSide *s, uint8_t *row)
{
    TRY(hash_table_need(s->rows, row));
    JoinLink *link = join_link(s, row);
    uint8_t *key = link->key;
    TRY(need_neighbours(s, link));
    if (link->next)
        join_link(s, link->next)->prev = link->prev;
    if (link->prev)
        join_link(s, link->prev)->next = link->next;
    else
        *list_head(s, key) = link->next;
    hash_table_remove(s->rows, row);
    if (key && --*row_count(key) == 0) {
        if (s->key_goes)
            s->key_goes(s->key_self, s, key);
        hash_table_remove(s->keys, key);
    }
    return 0;
}

/* Rows that leave before their time. */
static int unfile(JoinSide *s, uint8_t *const *row, uint32_t n)
{
    Arena *step = s->op->env->step;
    const int64_t *us = NULL;
    Rows timed;
    Vec time;
    if (n == 0 || s->time_col < 0)
        return 0;
    TRY(vec_scratch(&time, s->row_layout.type[s->time_col], n, step));
    TRY(hash_table_read(s->rows, row, n, (uint32_t)s->time_col, &time, step));
    TRY(window_times(&time, (Rows){n, NULL}, n, step, &us, &timed));
    for (uint32_t i = 0; i < n; i++)
        due_runs_remove(&s->due, row[i], us[i]);
    return 0;
}

/* A row may stand in the batch several times: each is dropped once. */
static int drop_empty(JoinSide *s, uint8_t **row, uint32_t n)
{
    uint32_t n_empty = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (*row_count(row[i]) != 0 || join_link(s, row[i])->listed)
            continue;
        join_link(s, row[i])->listed = true;
        row[n_empty++] = row[i];
    }
    TRY(unfile(s, row, n_empty));
    for (uint32_t i = 0; i < n_empty; i++)
        TRY(join_side_forget(s, row[i]));
    return 0;
}

int join_side_store(JoinSide *s, const JoinInput *in, const int64_t *degree, const int64_t *time_us)
{
    Arena *step = s->op->env->step;
    uint32_t n = in->rows.n;
    if (n == 0)
        return 0;
    uint64_t *hash = arena_alloc(step, n * sizeof(*hash)), *is_new = arena_alloc(step, BIT_WORDS(n) * sizeof(*is_new));
    uint8_t **row = arena_alloc(step, n * sizeof(*row)), **key = s->n_keys ? arena_alloc(step, n * sizeof(*key)) : NULL;
    if (!hash || !is_new || !row || (s->n_keys && !key))
        return -ERR_OUT_OF_MEMORY;
    if (key && s->n_keys == 1 && hash_table_takes_ints(s->keys, s->key_col[0]))
        TRY(hash_table_upsert_ints(s->keys, s->key_col[0], in->rows, key, is_new, NULL));
    else if (key)
        TRY(hash_table_upsert(s->keys, s->key_col, in->hash, in->rows, key, is_new, NULL));
    for (uint32_t c = 0; c < s->n_cols; c++)
        s->col[c] = &in->batch->col[c];
    if (s->only_grows) {
        if (s->n_keys == 0)
            memset(in->hash, 0, n * sizeof(*in->hash));
        TRY(hash_table_append(s->rows, s->col, in->hash, in->rows, row, NULL));
    } else {
        kernel_hash(s->col, s->n_cols, in->rows, hash);
        TRY(hash_table_upsert(s->rows, s->col, hash, in->rows, row, is_new, NULL));
    }
    for (uint32_t i = 0; i < n; i++) {
        if (s->only_grows || bit_get(is_new, i)) {
            TRY(list_add(s, row[i], key ? key[i] : NULL));
            join_link(s, row[i])->degree = degree && !s->by_copy ? degree[i] : 0;
            if (s->has_bounds)
                *join_link_bound(s, row[i]) = (JoinBound){{UINT64_MAX, UINT64_MAX}};
            if (s->time_col >= 0)
                TRY(due_runs_add(&s->due, row[i], time_us[row_at(in->rows, i)]));
        }
        *row_count(row[i]) += batch_weight(in->batch, row_at(in->rows, i));
        if (s->by_copy)
            join_link(s, row[i])->degree = MIN(join_link(s, row[i])->degree + (degree ? degree[i] : 0), *row_count(row[i]));
    }
    return drop_empty(s, row, n);
}

/* ---- a restored state ---- */

/* Some stored rows as a batch, then back on the lists of their keys.  What a row's links were is overwritten; its degree is kept.
 */
static int relink(JoinSide *s, const Schema *in, uint8_t **row, uint32_t n, Out *out)
{
    Arena *step = s->op->env->step;
    Batch *b = batch_scratch(step, in, n);
    uint64_t *is_new = arena_alloc(step, BIT_WORDS(n) * sizeof(*is_new));
    uint8_t **key = s->n_keys ? arena_alloc(step, n * sizeof(*key)) : NULL;
    const int64_t *us = NULL;
    JoinInput j;
    Rows timed;
    if (!b || !is_new || (s->n_keys && !key))
        return -ERR_OUT_OF_MEMORY;
    b->n_sel = n;
    TRY(join_side_read(s, row, n, b, 0, step));
    TRY(join_side_input(s, b, out, &j));
    if (j.rows.n != n)
        return -ERR_CORRUPT;
    if (key)
        TRY(hash_table_upsert(s->keys, s->key_col, j.hash, j.rows, key, is_new, NULL));
    if (s->time_col >= 0)
        TRY(window_times(&b->col[s->time_col], j.rows, n, step, &us, &timed));
    for (uint32_t i = 0; i < n; i++) {
        int64_t degree = join_link(s, row[i])->degree;
        TRY(list_add(s, row[i], key ? key[i] : NULL));
        join_link(s, row[i])->degree = degree;
        if (s->time_col >= 0)
            TRY(due_runs_add(&s->due, row[i], us[i]));
    }
    return 0;
}

int join_side_restore(JoinSide *s, const Schema *in, Err *err)
{
    Arena *step = s->op->env->step;
    uint8_t *row[BATCH_ROWS];
    HashCursor at = {0};
    uint32_t n;
    if (s->keys)
        hash_table_clear(s->keys);
    s->all = NULL;
    while ((n = hash_table_next(s->rows, &at, row, BATCH_ROWS)) > 0) {
        Out out;
        ArenaMark mark = arena_mark(step);
        out_init(&out, step, UINT32_MAX);
        int rc = relink(s, in, row, n, &out);
        arena_rewind(step, mark);
        if (rc < 0)
            return RAISE(err, (ErrCode)-rc, "the rows of a join cannot be put together again");
    }
    return 0;
}

/* ---- reading ---- */

int join_side_read(const JoinSide *s, uint8_t *const *row, uint32_t n, Batch *to, uint32_t first, Arena *arena)
{
    for (uint32_t c = 0; c < s->n_cols; c++)
        TRY(hash_table_read(s->rows, row, n, c, &to->col[first + c], arena));
    return 0;
}

int join_side_read_pairs(const JoinSide *s, bool lent, uint8_t *const *row, uint32_t n, Batch *to, uint32_t first, Arena *arena)
{
    for (uint32_t c = 0; c < s->n_cols; c++)
        TRY(join_side_read_column(s, lent, row, n, c, &to->col[first + c], arena));
    return 0;
}

int64_t join_side_bytes(const JoinSide *s)
{
    return hash_table_bytes(s->rows) + (s->keys ? hash_table_bytes(s->keys) : 0) + due_runs_bytes(&s->due) +
           (int64_t)(s->young.held.rows * s->row_layout.row_bytes);
}
