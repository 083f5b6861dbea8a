/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers that are kept: two queues in the order in which they came, of keys that have a row and of those that have none or have
 * failed, since these are forgotten sooner.  The queues hold addresses and are made again from the keys' relation. */
#include <stdlib.h>
#include <string.h>

#include "flow/lookup_impl.h"

static int ring_put(LookupTable *t, KeptRing *r, uint8_t *row, int64_t us)
{
    if (r->n == r->cap) {
        uint32_t cap = r->cap ? 2 * r->cap : 256;
        KeptKey *bigger = mem_alloc(t->acct, cap * sizeof(*bigger));
        if (!bigger)
            return -ERR_OUT_OF_MEMORY;
        for (uint32_t i = 0; i < r->n; i++)
            bigger[i] = r->key[(r->head + i) & (r->cap - 1)];
        mem_free(t->acct, r->key, r->cap * sizeof(*bigger));
        *r = (KeptRing){bigger, 0, r->n, cap};
    }
    r->key[(r->head + r->n++) & (r->cap - 1)] = (KeptKey){row, us};
    return 0;
}

int lookup_find_rows(LookupTable *t, const Batch *b, Arena *arena, uint8_t ***ret, Err *err)
{
    Stored *s = t->rows->stored;
    Rows rows = batch_rows(b);
    const Vec **col = ARENA_ARRAY(arena, const Vec *, s->n_key + 1);
    uint64_t *hash = arena_alloc(arena, (rows.n + 1) * sizeof(*hash));
    *ret = arena_alloc(arena, (rows.n + 1) * sizeof(**ret));
    if (!col || !hash || !*ret)
        return RAISE_NOMEM(err);
    for (uint32_t k = 0; k < s->n_key; k++)
        col[k] = &b->col[k];
    kernel_hash(col, s->n_key, rows, hash);
    return stored_find_hashed(s, col, hash, rows, *ret) < 0 ? RAISE_NOMEM(err) : 0;
}

int lookup_drop_rows(LookupTable *t, const Batch *keys, Arena *arena, Err *err)
{
    uint8_t **row;
    uint32_t n = 0;
    Batch *b;
    TRY(lookup_find_rows(t, keys, arena, &row, err));
    for (uint32_t i = 0; i < keys->n_sel; i++)
        if (row[i])
            row[n++] = row[i];
    if (n == 0)
        return 0;
    TRY(stored_read(t->rows->stored, row, n, arena, &b, err));
    b->w_kind = W_MINUS;
    return engine_change(t->engine, t->rows, &b, 1, err);
}

int lookup_keep(LookupTable *t, const Batch *b, int64_t now_us, bool failed, Arena *arena, Err *err)
{
    uint8_t **key = arena_alloc(arena, (b->n_sel + 1) * sizeof(*key)), **row;
    if (!key)
        return RAISE_NOMEM(err);
    TRY(stored_find(t->keys->stored, b, key, err));
    TRY(lookup_find_rows(t, b, arena, &row, err));
    for (uint32_t i = 0; i < b->n_sel; i++) {
        t->n_found += row[i] != NULL;
        t->n_absent += !row[i] && !failed;
        if (key[i] && ring_put(t, &t->kept[!row[i]], key[i], now_us) < 0)
            return RAISE_NOMEM(err);
    }
    return 0;
}

/* ---- forgetting ---- */

/* The n oldest of a queue, n at most a batch.  First nobody knows the keys any more, then the rows go. */
static int forget(LookupTable *t, KeptRing *r, uint32_t n, Arena *arena, Err *err)
{
    uint8_t **row = arena_alloc(arena, n * sizeof(*row));
    uint32_t n_key = t->keys->stored->n_key, n_failures = 0;
    Batch *b;
    if (!row)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        row[i] = r->key[(r->head + i) & (r->cap - 1)].row;
    TRY(stored_read(t->keys->stored, row, n, arena, &b, err));
    for (uint32_t i = 0; i < n; i++)
        n_failures += !vec_is_null(&b->col[n_key], i);
    b->w_kind = W_MINUS;
    TRY(engine_change(t->engine, t->keys, &b, 1, err));
    t->n_failures_kept -= n_failures;
    r->head = (r->head + n) & (r->cap - 1);
    r->n -= n;
    return lookup_drop_rows(t, b, arena, err);
}

static int64_t ttl_of(const LookupTable *t, const KeptRing *r)
{
    return r == &t->kept[0] ? t->spec.ttl_us : t->spec.negative_ttl_us;
}

int lookup_forget_due(LookupTable *t, Arena *arena, Err *err)
{
    int64_t now_us = env_wall_us(engine_env(t->engine));
    if (t->n_holds > 0)
        return 0;
    for (KeptRing *r = t->kept; r < t->kept + ARRAY_LEN(t->kept); r++) {
        uint32_t n = 0;
        while (n < r->n && n < BATCH_ROWS && r->key[(r->head + n) & (r->cap - 1)].us <= now_us - ttl_of(t, r))
            n++;
        if (n > 0)
            TRY(forget(t, r, n, arena, err));
    }
    while ((uint64_t)t->kept[0].n + t->kept[1].n > t->spec.max_keys) {
        uint64_t over = (uint64_t)t->kept[0].n + t->kept[1].n - t->spec.max_keys;
        KeptRing *r = &t->kept[t->kept[1].n > 0];
        if (t->kept[0].n > 0 && t->kept[1].n > 0)
            r = &t->kept[t->kept[1].key[t->kept[1].head].us < t->kept[0].key[t->kept[0].head].us];
        TRY(forget(t, r, (uint32_t)MIN(MIN(over, r->n), BATCH_ROWS), arena, err));
    }
    return 0;
}

int64_t lookup_forget_at_ns(const LookupTable *t, int64_t now_ns)
{
    int64_t now_us = env_wall_us(engine_env(t->engine)), at = INT64_MAX;
    if (t->n_holds > 0)
        return INT64_MAX;
    for (const KeptRing *r = t->kept; r < t->kept + ARRAY_LEN(t->kept); r++)
        if (r->n > 0) {
            int64_t left_us = MAX(r->key[r->head].us + ttl_of(t, r) - now_us, 0);
            at = MIN(at, left_us > INT64_MAX / 2000 ? INT64_MAX : now_ns + left_us * 1000);
        }
    return at;
}

/* ---- opening ---- */

typedef struct Opening {
    LookupTable *t;
    Arena *arena;
    KeptKey *key[2];
    uint32_t n[2];
} Opening;

static int by_time(const void *a, const void *b)
{
    const KeptKey *x = a, *y = b;
    return (x->us > y->us) - (x->us < y->us);
}

/* The content of the keys, a batch. */
static int note_kept(void *self, Batch *b, Err *err)
{
    Opening *o = self;
    LookupTable *t = o->t;
    uint32_t n_key = t->keys->stored->n_key;
    uint8_t **key = arena_alloc(o->arena, (b->n_sel + 1) * sizeof(*key)), **row;
    if (!key)
        return RAISE_NOMEM(err);
    TRY(stored_find(t->keys->stored, b, key, err));
    TRY(lookup_find_rows(t, b, o->arena, &row, err));
    for (uint32_t i = 0; i < b->n_sel; i++) {
        uint32_t at = row_at(batch_rows(b), i), which = !row[i];
        t->n_failures_kept += !vec_is_null(&b->col[n_key], at);
        o->key[which][o->n[which]++] = (KeptKey){key[i], vec_get(&b->col[n_key + 1], at).i64};
    }
    return 0;
}

/* Keys that have been answered while the log was replayed are wanted no more. */
static int drop_answered(LookupTable *t, Arena *arena, Err *err)
{
    HashCursor at = {0};
    uint8_t *some[64], *found[64];
    for (uint32_t n; (n = hash_table_next(t->wanted, &at, some, ARRAY_LEN(some))) > 0;) {
        Batch *b = batch_scratch(arena, t->keys->schema, n);
        if (!b)
            return RAISE_NOMEM(err);
        b->n_sel = n;
        for (uint32_t k = 0; k < t->keys->stored->n_key; k++)
            if (hash_table_read(t->wanted, some, n, k, &b->col[k], arena) < 0)
                return RAISE_NOMEM(err);
        TRY(stored_find(t->keys->stored, b, found, err));
        for (uint32_t i = 0; i < n; i++)
            if (found[i]) {
                t->n_unasked -= *row_count(some[i]) == -1;
                hash_table_remove(t->wanted, some[i]);
            }
    }
    return 0;
}

int lookup_begin(LookupTable *t, Arena *arena, Err *err)
{
    uint64_t n = t->keys->stored->n_rows;
    Opening o = {.t = t, .arena = arena};
    if (n > UINT32_MAX)
        return RAISE(err, ERR_PROGRAM_LIMIT, "lookup table \"%s\" keeps too many keys", t->rows->name);
    TRY(drop_answered(t, arena, err));
    for (uint32_t i = 0; i < 2; i++) {
        o.key[i] = arena_alloc(arena, (n + 1) * sizeof(KeptKey));
        if (!o.key[i])
            return RAISE_NOMEM(err);
        t->kept[i].n = 0;
    }
    t->n_failures_kept = 0;
    TRY(stored_each(t->keys->stored, note_kept, &o, err));
    for (uint32_t i = 0; i < 2; i++) {
        if (o.n[i] > 1)
            qsort(o.key[i], o.n[i], sizeof(KeptKey), by_time);
        for (uint32_t k = 0; k < o.n[i]; k++)
            if (ring_put(t, &t->kept[i], o.key[i][k].row, o.key[i][k].us) < 0)
                return RAISE_NOMEM(err);
    }
    return 0;
}
