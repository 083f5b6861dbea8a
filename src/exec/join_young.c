/* SPDX-License-Identifier: Apache-2.0
 *
 * Young rows of a side of a join.
 *
 * The row of a key has the number of its newest row that is young, and each of these that of the one before it.  All rows of a key
 * leave at once, so nothing is ever taken out of the middle of a chain.
 *
 * The keys of a batch are looked up when it comes, for then its key columns are in the processor's caches; the number is written to
 * a line that the look-up has read anyway. */
#include "exec/join_young.h"

#include <stdlib.h>

#define TRIED_ROWS 16384u            /* of so many rows that were young ... */
#define PAUSE_ROWS (16 * TRIED_ROWS) /* ... half were wanted: so many are stored before it is tried again */

static uint32_t *key_young(const JoinSide *s, uint8_t *key)
{
    return &((JoinKeyYoung *)(void *)row_extra(&s->key_layout, key))->newest;
}

/* ---- coming ---- */

/* All rows of a batch, and keys that are columns of it. */
static bool takes(const JoinSide *s, const JoinInput *in)
{
    const Batch *b = in->batch;
    return s->young.may && !s->shared && held_takes(b) && !b->sel && in->rows.n == b->n && s->eval.col && held_may(s->op->env);
}

/* The rows of a batch's keys. */
static int find_keys(JoinSide *s, const JoinInput *in, uint8_t ***ret)
{
    Arena *step = s->op->env->step;
    uint8_t **key = arena_alloc(step, in->rows.n * sizeof(*key));
    uint64_t *is_new = arena_alloc(step, BIT_WORDS(in->rows.n) * sizeof(*is_new));
    if (!key || !is_new)
        return -ERR_OUT_OF_MEMORY;
    *ret = key;
    if (s->n_keys == 1 && hash_table_takes_ints(s->keys, s->key_col[0]))
        return hash_table_upsert_ints(s->keys, s->key_col[0], in->rows, key, is_new, NULL);
    return hash_table_upsert(s->keys, s->key_col, in->hash, in->rows, key, is_new, NULL);
}

int join_young_take(JoinSide *s, const JoinInput *in)
{
    JoinYoung *y = &s->young;
    uint32_t n = in->rows.n, at;
    uint8_t **key;
    if (!takes(s, in))
        return 0;
    if (y->to_store > 0) {
        y->to_store -= MIN(y->to_store, n);
        return 0;
    }
    TRY(find_keys(s, in, &key));
    int rc = held_take(&y->held, s->op->env->acct, in->batch, n, &at);
    if (rc <= 0)
        return rc;
    uint32_t *before = y->held.at[at].note;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t *newest = key_young(s, key[i]);
        before[i] = *newest;
        *newest = 1 + held_number(at, i);
    }
    y->taken += n;
    if (y->taken >= TRIED_ROWS) {
        y->to_store = y->met > y->taken / 2 ? PAUSE_ROWS : 0;
        y->taken = y->met = 0;
    }
    return 1;
}

/* ---- leaving ---- */

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Some rows of one batch. */
static int store_rows(JoinSide *s, uint32_t at, Rows rows, Out *out)
{
    JoinYoung *y = &s->young;
    Arena *step = s->op->env->step;
    ArenaMark mark = arena_mark(step);
    JoinInput in;
    int rc = join_side_keys(s, y->held.at[at].batch, out, &in);
    in.rows = rows;
    if (rc >= 0)
        rc = join_side_hash(s, &in);
    if (rc >= 0)
        rc = join_side_store(s, &in, NULL, NULL);
    arena_rewind(step, mark);
    TRY(rc);
    y->held.rows -= rows.n;
    y->held.at[at].left -= rows.n;
    if (y->held.at[at].left == 0)
        held_give(&y->held, s->op->env->acct, at);
    return 0;
}

/* Rows by their numbers, in ascending order. */
static int store_numbers(JoinSide *s, const uint32_t *number, size_t n, Out *out)
{
    uint16_t sel[BATCH_ROWS_MAX];
    for (size_t i = 0; i < n;) {
        uint32_t at = held_place(number[i]), k = 0;
        for (; i < n && held_place(number[i]) == at; i++)
            sel[k++] = (uint16_t)held_row(number[i]);
        TRY(store_rows(s, at, (Rows){k, sel}, out));
    }
    return 0;
}

/* The row before in the chain. */
static uint32_t before_of(const JoinSide *s, uint32_t one_and_number)
{
    uint32_t number = one_and_number - 1;
    return ((const uint32_t *)s->young.held.at[held_place(number)].note)[held_row(number)];
}

/* All rows of some chains. */
static int store_chains(JoinSide *s, const uint32_t *newest, uint32_t n, Out *out)
{
    Arena *step = s->op->env->step;
    size_t n_rows = 0;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t r = newest[i]; r; r = before_of(s, r))
            n_rows++;
    ArenaMark mark = arena_mark(step);
    uint32_t *number = arena_alloc(step, n_rows * sizeof(*number));
    if (!number)
        return -ERR_OUT_OF_MEMORY;
    size_t k = 0;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t r = newest[i]; r; r = before_of(s, r))
            number[k++] = r - 1;
    qsort(number, n_rows, sizeof(*number), by_number);
    int rc = store_numbers(s, number, n_rows, out);
    arena_rewind(step, mark);
    s->young.met += (uint32_t)MIN(n_rows, TRIED_ROWS);
    return rc;
}

/* The chains of the keys, which have none afterwards. */
static int take_chains(JoinSide *s, uint8_t *const *key, uint32_t n, uint32_t *ret, uint32_t *ret_n)
{
    *ret_n = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (!key[i] || !*key_young(s, key[i]))
            continue;
        TRY(hash_table_touch(s->keys, key[i]));
        ret[(*ret_n)++] = *key_young(s, key[i]);
        *key_young(s, key[i]) = 0;
    }
    return 0;
}

/* Memory is limited since. */
static int store_all(JoinSide *s, Out *out)
{
    uint8_t *key[BATCH_ROWS];
    uint32_t newest[BATCH_ROWS], n, n_chains;
    HashCursor at = {0};
    while ((n = hash_table_next(s->keys, &at, key, BATCH_ROWS)) > 0) {
        TRY(take_chains(s, key, n, newest, &n_chains));
        TRY(store_chains(s, newest, n_chains, out));
    }
    return 0;
}

int join_young_meet(const JoinSide *s, JoinSide *other, const JoinInput *in, Out *out)
{
    Arena *step = s->op->env->step;
    uint32_t n = in->rows.n, n_chains;
    if (likely(other->young.held.rows == 0))
        return 0;
    if (!held_may(other->op->env))
        return store_all(other, out);
    uint8_t **key = arena_alloc(step, (n + 1) * sizeof(*key));
    uint32_t *newest = arena_alloc(step, (n + 1) * sizeof(*newest));
    if (!key || !newest)
        return -ERR_OUT_OF_MEMORY;
    hash_table_find(other->keys, s->key_col, in->hash, in->rows, key);
    TRY(take_chains(other, key, n, newest, &n_chains));
    return n_chains ? store_chains(other, newest, n_chains, out) : 0;
}

void join_young_drop(JoinSide *s)
{
    held_done(&s->young.held, s->op ? s->op->env->acct : NULL);
}
