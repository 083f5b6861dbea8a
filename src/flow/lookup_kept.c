/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers that are kept.  Each has its place in two orders: of its age, among those with a row or among those without one and
 * failures, since these are forgotten sooner; and of its last use, for when there are too many.  `places` finds the place of a key.
 * All of it holds addresses and is made again from the keys' relation; the order of use is then that of age. */
#include <stdlib.h>
#include <string.h>

#include "flow/lookup_impl.h"

#define NOWHERE UINT32_MAX

/* ---- places ---- */

void lookup_kept_init(LookupTable *t)
{
    t->kept_free = NOWHERE;
    for (uint32_t i = 0; i < N_KEPT_ORDERS; i++)
        t->list[i] = (KeptList){NOWHERE, NOWHERE, 0};
}

void lookup_kept_done(LookupTable *t)
{
    hash_table_free(t->places);
    mem_free(t->acct, t->kept, t->kept_cap * sizeof(*t->kept));
}

static struct KeptLink *link_of(LookupTable *t, uint32_t at, KeptOrder order)
{
    return order == KEPT_BY_USE ? &t->kept[at].use : &t->kept[at].age;
}

static void list_add(LookupTable *t, uint32_t at, KeptOrder order)
{
    KeptList *l = &t->list[order];
    *link_of(t, at, order) = (struct KeptLink){l->last, NOWHERE};
    if (l->last == NOWHERE)
        l->first = at;
    else
        link_of(t, l->last, order)->after = at;
    l->last = at;
    l->n++;
}

static void list_remove(LookupTable *t, uint32_t at, KeptOrder order)
{
    KeptList *l = &t->list[order];
    struct KeptLink link = *link_of(t, at, order);
    if (link.before == NOWHERE)
        l->first = link.after;
    else
        link_of(t, link.before, order)->after = link.after;
    if (link.after == NOWHERE)
        l->last = link.before;
    else
        link_of(t, link.after, order)->before = link.before;
    l->n--;
}

static int place_new(LookupTable *t, uint32_t *ret)
{
    if (t->kept_free != NOWHERE) {
        *ret = t->kept_free;
        t->kept_free = t->kept[*ret].use.after;
        return 0;
    }
    if (t->n_kept_used == t->kept_cap) {
        uint32_t cap = t->kept_cap ? 2 * t->kept_cap : 64;
        KeptKey *bigger = mem_realloc(t->acct, t->kept, t->kept_cap * sizeof(*bigger), cap * sizeof(*bigger));
        if (!bigger)
            return -ERR_OUT_OF_MEMORY;
        t->kept = bigger;
        t->kept_cap = cap;
    }
    *ret = t->n_kept_used++;
    return 0;
}

/* The newest of its kind, and the one used last. */
static int put(LookupTable *t, const KeptKey *k, uint8_t *place)
{
    uint32_t at;
    TRY(place_new(t, &at));
    t->kept[at] = *k;
    *row_count(place) = (int64_t)at + 1;
    t->kept_bytes += k->bytes;
    list_add(t, at, k->by_age);
    list_add(t, at, KEPT_BY_USE);
    return 0;
}

static void drop(LookupTable *t, uint32_t at)
{
    t->kept_bytes -= t->kept[at].bytes;
    list_remove(t, at, t->kept[at].by_age);
    list_remove(t, at, KEPT_BY_USE);
    t->kept[at].use.after = t->kept_free;
    t->kept_free = at;
}

void lookup_used(LookupTable *t, const Vec *const *key, const uint64_t *hash, Rows rows, uint8_t **scratch)
{
    if (!t->started || t->list[KEPT_BY_USE].n == 0)
        return;
    hash_table_find(t->places, key, hash, rows, scratch);
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t at = scratch[i] ? (uint32_t)(*row_count(scratch[i]) - 1) : NOWHERE;
        if (at == NOWHERE || at == t->list[KEPT_BY_USE].last)
            continue;
        list_remove(t, at, KEPT_BY_USE);
        list_add(t, at, KEPT_BY_USE);
    }
}

/* The columns and hashes of a batch of keys. */
static int hash_keys(LookupTable *t, const Batch *b, Arena *arena, const Vec ***ret_col, uint64_t **ret_hash, Err *err)
{
    uint32_t n_key = t->keys->stored->n_key;
    const Vec **col = ARENA_ARRAY(arena, const Vec *, n_key + 1);
    uint64_t *hash = arena_alloc(arena, (b->n_sel + 1) * sizeof(*hash));
    if (!col || !hash)
        return RAISE_NOMEM(err);
    for (uint32_t k = 0; k < n_key; k++)
        col[k] = &b->col[k];
    kernel_hash(col, n_key, batch_rows(b), hash);
    *ret_col = col;
    *ret_hash = hash;
    return 0;
}

int lookup_find_rows(LookupTable *t, const Batch *b, Arena *arena, uint8_t ***ret, Err *err)
{
    const Vec **col;
    uint64_t *hash;
    TRY(hash_keys(t, b, arena, &col, &hash, err));
    *ret = arena_alloc(arena, (b->n_sel + 1) * sizeof(**ret));
    if (!*ret)
        return RAISE_NOMEM(err);
    return stored_find_hashed(t->rows->stored, col, hash, batch_rows(b), *ret) < 0 ? RAISE_NOMEM(err) : 0;
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

/* ---- keeping ---- */

#define TEXT_INLINE 12 /* longer texts lie beside the row */

static int64_t texts_of(const RowLayout *l, const Batch *b, uint32_t at)
{
    int64_t n = 0;
    for (uint32_t i = 0; i < l->n_texts; i++) {
        Value v = vec_get(&b->col[l->text[i]], at);
        n += !v.is_null && v.str.n > TEXT_INLINE ? (int64_t)v.str.n : 0;
    }
    return n;
}

/* What the answer for each of the keys takes, and where it is found; row: theirs. */
static int measure(LookupTable *t, const Batch *b, uint8_t *const *row, Arena *arena, int64_t *ret, Err *err)
{
    const RowLayout *of_keys = &t->keys->stored->layout, *of_rows = &t->rows->stored->layout;
    uint8_t **there = arena_alloc(arena, (b->n_sel + 1) * sizeof(*there));
    uint32_t n = 0;
    Batch *found = NULL;
    if (!there)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < b->n_sel; i++)
        if (row[i])
            there[n++] = row[i];
    if (n > 0)
        TRY(stored_read(t->rows->stored, there, n, arena, &found, err));
    n = 0;
    for (uint32_t i = 0; i < b->n_sel; i++) {
        ret[i] = (int64_t)sizeof(KeptKey) + of_keys->row_bytes + texts_of(of_keys, b, row_at(batch_rows(b), i));
        if (row[i])
            ret[i] += of_rows->row_bytes + texts_of(of_rows, found, n++);
    }
    return 0;
}

/* The selected keys of b with their rows (NULL = none) and addresses. */
static int keep(LookupTable *t, const Batch *b, uint8_t *const *key, uint8_t *const *row, Arena *arena, Err *err)
{
    Rows rows = batch_rows(b);
    int64_t *bytes = arena_alloc(arena, (rows.n + 1) * sizeof(*bytes));
    uint8_t **place = arena_alloc(arena, (rows.n + 1) * sizeof(*place));
    uint64_t *hash, *is_new = arena_alloc(arena, (BIT_WORDS(rows.n) + 1) * sizeof(*is_new));
    const Vec **col;
    if (!bytes || !place || !is_new)
        return RAISE_NOMEM(err);
    TRY(measure(t, b, row, arena, bytes, err));
    TRY(hash_keys(t, b, arena, &col, &hash, err));
    TRY(hash_table_upsert(t->places, col, hash, rows, place, is_new, err));
    for (uint32_t i = 0; i < rows.n; i++) {
        KeptKey k = {.row = key[i],
                     .us = vec_get(&b->col[t->keys->stored->n_key + 1], row_at(rows, i)).i64,
                     .bytes = bytes[i],
                     .by_age = row[i] ? KEPT_FOUND : KEPT_ABSENT};
        if (key[i] && *row_count(place[i]) == 0 && put(t, &k, place[i]) < 0)
            return RAISE_NOMEM(err);
    }
    return 0;
}

int lookup_keep(LookupTable *t, const Batch *b, bool failed, Arena *arena, Err *err)
{
    uint8_t **key = arena_alloc(arena, (b->n_sel + 1) * sizeof(*key)), **row;
    if (!key)
        return RAISE_NOMEM(err);
    TRY(stored_find(t->keys->stored, b, key, err));
    TRY(lookup_find_rows(t, b, arena, &row, err));
    for (uint32_t i = 0; i < b->n_sel; i++) {
        t->n_found += row[i] != NULL;
        t->n_absent += !row[i] && !failed;
    }
    return keep(t, b, key, row, arena, err);
}

/* ---- forgetting ---- */

/* The keys at n places, at most a batch.  First nobody knows them any more, then their rows go. */
static int forget(LookupTable *t, const uint32_t *at, uint32_t n, Arena *arena, Err *err)
{
    uint8_t **row = arena_alloc(arena, n * sizeof(*row));
    uint32_t n_key = t->keys->stored->n_key, n_failures = 0;
    const Vec **col;
    uint64_t *hash;
    Batch *b;
    if (!row)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        row[i] = t->kept[at[i]].row;
    TRY(stored_read(t->keys->stored, row, n, arena, &b, err));
    TRY(hash_keys(t, b, arena, &col, &hash, err));
    for (uint32_t i = 0; i < n; i++)
        n_failures += !vec_is_null(&b->col[n_key], i);
    b->w_kind = W_MINUS;
    TRY(engine_change(t->engine, t->keys, &b, 1, err));
    t->n_failures_kept -= n_failures;
    hash_table_find(t->places, col, hash, batch_rows(b), row);
    for (uint32_t i = 0; i < n; i++) {
        drop(t, at[i]);
        if (row[i])
            hash_table_remove(t->places, row[i]);
    }
    return lookup_drop_rows(t, b, arena, err);
}

static int64_t ttl_of(const LookupTable *t, KeptOrder by_age)
{
    return by_age == KEPT_FOUND ? t->spec.ttl_us : t->spec.negative_ttl_us;
}

/* Those that are too old: as many as a batch of each kind. */
static int forget_old(LookupTable *t, uint32_t *at, Arena *arena, Err *err)
{
    int64_t now_us = env_wall_us(engine_env(t->engine));
    for (KeptOrder o = KEPT_FOUND; o <= KEPT_ABSENT; o++) {
        uint32_t n = 0;
        for (uint32_t i = t->list[o].first; i != NOWHERE && n < BATCH_ROWS; i = t->kept[i].age.after) {
            if (t->kept[i].us > now_us - ttl_of(t, o))
                break;
            at[n++] = i;
        }
        if (n > 0)
            TRY(forget(t, at, n, arena, err));
    }
    return 0;
}

int lookup_forget_due(LookupTable *t, Arena *arena, Err *err)
{
    const KeptList *all = &t->list[KEPT_BY_USE];
    uint32_t *at = arena_alloc(arena, BATCH_ROWS * sizeof(*at));
    if (t->n_holds > 0)
        return 0;
    if (!at)
        return RAISE_NOMEM(err);
    TRY(forget_old(t, at, arena, err));
    while (all->n > t->spec.max_keys || (t->kept_bytes > t->spec.max_bytes && all->n > 0)) {
        uint64_t over = all->n > t->spec.max_keys ? all->n - t->spec.max_keys : 0;
        int64_t bytes = t->kept_bytes;
        uint32_t n = 0;
        for (uint32_t i = all->first; i != NOWHERE && n < BATCH_ROWS && (n < over || bytes > t->spec.max_bytes);
             i = t->kept[i].use.after) {
            bytes -= t->kept[i].bytes;
            at[n++] = i;
        }
        t->n_evicted += n;
        TRY(forget(t, at, n, arena, err));
    }
    return 0;
}

int lookup_forget_all(LookupTable *t, Err *err)
{
    const KeptList *all = &t->list[KEPT_BY_USE];
    Arena arena;
    int rc = 0;
    arena_init(&arena, t->acct, 0);
    if (!t->started)
        rc = lookup_begin(t, &arena, err);
    t->started |= rc == 0;
    while (rc == 0 && t->n_holds == 0 && all->n > 0) {
        uint32_t n = 0, *at = arena_alloc(&arena, BATCH_ROWS * sizeof(*at));
        for (uint32_t i = all->first; at && i != NOWHERE && n < BATCH_ROWS; i = t->kept[i].use.after)
            at[n++] = i;
        rc = at ? forget(t, at, n, &arena, err) : RAISE_NOMEM(err);
        arena_reset(&arena);
    }
    arena_done(&arena);
    return rc;
}

int64_t lookup_forget_at_ns(const LookupTable *t, int64_t now_ns)
{
    int64_t now_us = env_wall_us(engine_env(t->engine)), at = INT64_MAX;
    if (t->n_holds > 0)
        return INT64_MAX;
    for (KeptOrder o = KEPT_FOUND; o <= KEPT_ABSENT; o++)
        if (t->list[o].n > 0) {
            int64_t left_us = MAX(t->kept[t->list[o].first].us + ttl_of(t, o) - now_us, 0);
            at = MIN(at, left_us > INT64_MAX / 2000 ? INT64_MAX : now_ns + left_us * 1000);
        }
    return at;
}

/* ---- opening ---- */

typedef struct Opening {
    LookupTable *t;
    Arena *arena;
} Opening;

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
    for (uint32_t i = 0; i < b->n_sel; i++)
        t->n_failures_kept += !vec_is_null(&b->col[n_key], row_at(batch_rows(b), i));
    return keep(t, b, key, row, o->arena, err);
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

typedef struct Aged {
    int64_t us;
    uint32_t at;
} Aged;

static int by_time(const void *a, const void *b)
{
    const Aged *x = a, *y = b;
    return (x->us > y->us) - (x->us < y->us);
}

/* The content of a table has no order: that of age is made. */
static int order_by_age(LookupTable *t, Arena *arena, Err *err)
{
    uint32_t n = t->n_kept_used;
    Aged *aged = arena_alloc(arena, (n + 1) * sizeof(*aged));
    if (!aged)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        aged[i] = (Aged){t->kept[i].us, i};
    qsort(aged, n, sizeof(*aged), by_time);
    for (uint32_t i = 0; i < N_KEPT_ORDERS; i++)
        t->list[i] = (KeptList){NOWHERE, NOWHERE, 0};
    for (uint32_t i = 0; i < n; i++) {
        list_add(t, aged[i].at, t->kept[aged[i].at].by_age);
        list_add(t, aged[i].at, KEPT_BY_USE);
    }
    return 0;
}

int lookup_begin(LookupTable *t, Arena *arena, Err *err)
{
    Opening o = {.t = t, .arena = arena};
    if (t->keys->stored->n_rows >= UINT32_MAX)
        return RAISE(err, ERR_PROGRAM_LIMIT, "lookup table \"%s\" keeps too many keys", t->rows->name);
    TRY(drop_answered(t, arena, err));
    hash_table_clear(t->places); /* of an attempt before */
    t->n_kept_used = 0;
    t->kept_bytes = 0;
    lookup_kept_init(t);
    t->n_failures_kept = 0;
    TRY(stored_each(t->keys->stored, note_kept, &o, err));
    return order_by_age(t, arena, err);
}
