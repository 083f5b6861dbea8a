/* SPDX-License-Identifier: Apache-2.0
 *
 * A new content of a stored relation, given as all of its rows, as the changes that lead to it: rows that are the same do not move,
 * so what reads the relation sees only what is new.  Rows are told apart by the primary key; of several with one key the last
 * counts. */
#include "data/value.h"
#include "flow/stored.h"

typedef struct Replace {
    Stored *s;
    HashTable *keys; /* of the new rows: 1 + the number of the last row that has the key */
    Arena *arena;
    Replacement *to;
} Replace;

static int note_keys(Replace *r, const Batch *b, int64_t first, Err *err)
{
    uint8_t **entry = arena_alloc(r->arena, MAX(b->n_sel, 1) * sizeof(*entry));
    if (!entry)
        return RAISE_NOMEM(err);
    TRY(stored_keys_get(r->s, r->keys, b, entry, err));
    for (uint32_t i = 0; i < b->n_sel; i++)
        *row_count(entry[i]) = first + i + 1;
    return 0;
}

static bool is_same(const Batch *a, uint32_t row, const Batch *b, uint32_t row_b)
{
    for (uint32_t c = 0; c < a->n_cols; c++) {
        Value x = vec_get(&a->col[c], row), y = vec_get(&b->col[c], row_b);
        if (x.is_null != y.is_null || (!x.is_null && !value_eq(&x, &y)))
            return false;
    }
    return true;
}

/* The rows of b that are the last of their keys. */
static int last_rows(Replace *r, const Batch *b, int64_t first, Batch **ret, Err *err)
{
    Rows rows = batch_rows(b);
    uint8_t **entry = arena_alloc(r->arena, MAX(rows.n, 1) * sizeof(*entry));
    uint16_t *sel = arena_alloc(r->arena, (rows.n + 1) * sizeof(*sel));
    uint32_t n = 0;
    if (!entry || !sel)
        return RAISE_NOMEM(err);
    TRY(stored_keys_get(r->s, r->keys, b, entry, err));
    for (uint32_t i = 0; i < rows.n; i++) {
        sel[n] = (uint16_t)row_at(rows, i);
        n += *row_count(entry[i]) == first + i + 1;
    }
    *ret = batch_with_sel(r->arena, b, sel, n);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static void put(Replace *r, Batch *b, WeightKind w)
{
    if (b->n_sel == 0)
        return;
    b->w_kind = (uint8_t)w;
    r->to->batch[r->to->n++] = b;
}

/* Rows with a key that is stored replace that row, unless they are it. */
static int put_new(Replace *r, const Batch *b, int64_t first, Err *err)
{
    Batch *last, *old;
    TRY(last_rows(r, b, first, &last, err));
    Rows rows = batch_rows(last);
    uint8_t **row = arena_alloc(r->arena, MAX(rows.n, 1) * sizeof(*row));
    uint16_t *come = arena_alloc(r->arena, (rows.n + 1) * sizeof(*come)), *go = arena_alloc(r->arena, (rows.n + 1) * sizeof(*go));
    uint32_t n_old = 0, n_come = 0, n_go = 0;
    if (!row || !come || !go)
        return RAISE_NOMEM(err);
    TRY(stored_find(r->s, last, row, err));
    uint8_t **found = arena_alloc(r->arena, MAX(rows.n, 1) * sizeof(*found));
    if (!found)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < rows.n; i++)
        if (row[i])
            found[n_old++] = row[i];
    TRY(stored_read(r->s, found, n_old, r->arena, &old, err));
    for (uint32_t i = 0, k = 0; i < rows.n; i++) {
        uint32_t at = row_at(rows, i);
        if (row[i] && is_same(last, at, old, k++))
            continue;
        come[n_come++] = (uint16_t)at;
        if (row[i])
            go[n_go++] = (uint16_t)(k - 1);
    }
    Batch *plus = batch_with_sel(r->arena, last, come, n_come), *minus = batch_with_sel(r->arena, old, go, n_go);
    if (!plus || !minus)
        return RAISE_NOMEM(err);
    put(r, minus, W_MINUS);
    put(r, plus, W_ONE);
    return 0;
}

/* Stored rows whose key none of the new ones has. */
static int put_gone(void *self, Batch *b, Err *err)
{
    Replace *r = self;
    Rows rows = batch_rows(b);
    uint8_t **entry = arena_alloc(r->arena, MAX(rows.n, 1) * sizeof(*entry));
    uint16_t *sel = arena_alloc(r->arena, (rows.n + 1) * sizeof(*sel));
    uint32_t n = 0;
    if (!entry || !sel)
        return RAISE_NOMEM(err);
    TRY(stored_keys_get(r->s, r->keys, b, entry, err));
    for (uint32_t i = 0; i < rows.n; i++) {
        sel[n] = (uint16_t)row_at(rows, i);
        n += *row_count(entry[i]) == 0;
    }
    Batch *gone = batch_with_sel(r->arena, b, sel, n), *kept;
    uint8_t **row = arena_alloc(r->arena, MAX(n, 1) * sizeof(*row));
    if (!gone || !row)
        return RAISE_NOMEM(err);
    if (n == 0)
        return 0;
    TRY(stored_find(r->s, gone, row, err));
    TRY(stored_read(r->s, row, n, r->arena, &kept, err)); /* b is there during this call only */
    put(r, kept, W_MINUS);
    return 0;
}

int stored_replace(Stored *s, Batch *const *b, uint32_t n, Arena *arena, Replacement *ret, Err *err)
{
    ASSERT(s->index);
    uint64_t cap = 2 * (uint64_t)n + s->n_rows / BATCH_ROWS + 2;
    *ret = (Replacement){.batch = arena_alloc(arena, cap * sizeof(Batch *))};
    if (!ret->batch)
        return RAISE_NOMEM(err);
    Replace r = {s, stored_keys_new(s, err), arena, ret};
    if (!r.keys)
        return -ERR_OUT_OF_MEMORY;
    int rc = 0;
    int64_t first = 0;
    for (uint32_t i = 0; rc == 0 && i < n; first += b[i++]->n_sel)
        rc = note_keys(&r, b[i], first, err);
    first = 0;
    for (uint32_t i = 0; rc == 0 && i < n; first += b[i++]->n_sel)
        rc = put_new(&r, b[i], first, err);
    if (rc == 0)
        rc = stored_each(s, put_gone, &r, err);
    hash_table_free(r.keys);
    return rc;
}
