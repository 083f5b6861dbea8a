/* SPDX-License-Identifier: Apache-2.0
 *
 * Changes from outside into a stored relation (design 4.13, UPSERT): a batch of weighted rows becomes the rows that go and the rows
 * that come, so that everything above sees a correct Z-set whatever the producer knew.
 *
 * With a primary key one row of a key is left at most, and a row that comes replaces it.  Taken in order, the last change of a key
 * decides, and a row that goes is named by its key alone.  Taken by weight, the weights of equal rows are added first, and the
 * stored row must not contradict the one that goes (a column that is NULL says nothing): so the -old of an update may come after
 * its +new, also in another push.  Without a key the weights add up.  What is to go and is not there is counted and left out. */
#include "data/value.h"
#include "flow/stored.h"
#include "kernel/kernel.h"

/* Adds the weights of equal ones of n rows of b, given by their places and hashes, up at the first of them; the others get 0. */
static int net_rows(Stored *s, const Batch *b, const uint32_t *at, uint32_t n, const uint64_t *hash, Arena *arena, int64_t *w,
                    Err *err)
{
    uint64_t *is_new = arena_alloc(arena, BIT_WORDS(n) * sizeof(*is_new)), *hash_at = arena_alloc(arena, n * sizeof(*hash_at));
    uint8_t **entry = arena_alloc(arena, n * sizeof(*entry));
    uint16_t *sel = arena_alloc(arena, n * sizeof(*sel));
    if (!is_new || !hash_at || !entry || !sel)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        sel[i] = (uint16_t)row_at(batch_rows(b), at[i]);
        hash_at[i] = hash[at[i]];
    }
    HashTable *sums = hash_table_new(s->pages, &s->layout, s->table_id + 3, INT64_MIN, err);
    if (!sums)
        return -ERR_OUT_OF_MEMORY;
    int rc = hash_table_upsert(sums, s->col, hash_at, (Rows){n, sel}, entry, is_new, err);
    for (uint32_t i = 0; rc == 0 && i < n; i++)
        *row_count(entry[i]) += w[at[i]];
    for (uint32_t i = 0; rc == 0 && i < n; i++) {
        w[at[i]] = *row_count(entry[i]);
        *row_count(entry[i]) = 0;
    }
    hash_table_free(sums);
    return rc;
}

/* The same where all of them show what the first one with their hash shows, as nearly always; false: nothing is done. */
static bool net_alike(const Stored *s, const Batch *b, const uint32_t *at, uint32_t n, const uint32_t *first, int64_t *w)
{
    Rows rows = batch_rows(b);
    for (uint32_t c = 0; c < s->schema->n; c++)
        for (uint32_t i = 0; i < n; i++)
            if (!vec_rows_equal(&b->col[c], row_at(rows, at[i]), &b->col[c], row_at(rows, first[at[i]])))
                return false;
    for (uint32_t i = 0; i < n; i++) {
        int64_t own = w[at[i]];
        if (first[at[i]] == at[i])
            continue;
        w[first[at[i]]] += own;
        w[at[i]] = 0;
    }
    return true;
}

/* Weights of b's rows, by selected row: as given, or, netted, the sum over equal rows, at the first of them (the others have 0).
 * ret_hash: of the rows, where all of them were hashed. */
static int weigh(Stored *s, const Batch *b, bool netted, Arena *arena, int64_t **ret, const uint64_t **ret_hash, Err *err)
{
    Rows rows = batch_rows(b);
    int64_t *w = arena_alloc(arena, MAX(rows.n, 1) * sizeof(*w));
    if (!w)
        return RAISE_NOMEM(err);
    *ret = w;
    *ret_hash = NULL;
    for (uint32_t i = 0; i < rows.n; i++)
        w[i] = batch_weight(b, row_at(rows, i));
    if (!netted || rows.n == 1)
        return 0;
    uint64_t *hash = arena_alloc(arena, rows.n * sizeof(*hash));
    uint32_t *repeated = arena_alloc(arena, rows.n * sizeof(*repeated)), n;
    uint32_t *first = arena_alloc(arena, rows.n * sizeof(*first));
    if (!hash || !repeated || !first)
        return RAISE_NOMEM(err);
    stored_hash_rows(s, b, rows, hash);
    *ret_hash = hash;
    if (kernel_repeated(hash, rows.n, arena, first, repeated, &n) < 0)
        return RAISE_NOMEM(err);
    return n && !net_alike(s, b, repeated, n, first, w) ? net_rows(s, b, repeated, n, hash, arena, w, err) : 0;
}

/* ---- by key ---- */

typedef struct Decided { /* selections of the batch */
    uint16_t *plus, *minus;
    uint32_t n_plus, n_minus;
} Decided;

/* The change that stands for each key: by order the last one; by weight a row that remains before one that goes. */
static int decide(Stored *s, const Batch *b, bool in_order, const int64_t *w, Arena *arena, Decided *d, Err *err)
{
    Rows rows = batch_rows(b);
    uint8_t **entry = arena_alloc(arena, rows.n * sizeof(*entry));
    d->plus = arena_alloc(arena, rows.n * sizeof(*d->plus));
    d->minus = arena_alloc(arena, rows.n * sizeof(*d->minus));
    if (!entry || !d->plus || !d->minus)
        return RAISE_NOMEM(err);
    HashTable *keys = stored_keys_new(s, err);
    if (!keys)
        return -ERR_OUT_OF_MEMORY;
    int rc = stored_keys_get(s, keys, b, entry, err);
    for (uint32_t i = 0; rc == 0 && i < rows.n; i++) {
        int64_t *last = row_count(entry[i]), at = (int64_t)i + 1;
        if (w[i] > 0)
            *last = at;
        else if (w[i] < 0 && (in_order || *last <= 0))
            *last = -at;
    }
    for (uint32_t i = 0; rc == 0 && i < rows.n; i++) {
        if (*row_count(entry[i]) == (int64_t)i + 1)
            d->plus[d->n_plus++] = (uint16_t)row_at(rows, i);
        else if (*row_count(entry[i]) == -(int64_t)i - 1)
            d->minus[d->n_minus++] = (uint16_t)row_at(rows, i);
    }
    hash_table_free(keys);
    return rc;
}

/* Appends the stored rows that have the keys of these rows, and which rows these are. */
static int find_old(Stored *s, const Batch *b, const uint16_t *sel, uint32_t n, Arena *arena, uint8_t **row, uint16_t *of,
                    uint32_t *n_row, Err *err)
{
    if (n == 0)
        return 0;
    Batch *part = batch_with_sel(arena, b, sel, n);
    uint8_t **found = arena_alloc(arena, n * sizeof(*found));
    if (!part || !found)
        return RAISE_NOMEM(err);
    TRY(stored_find(s, part, found, err));
    for (uint32_t i = 0; i < n; i++) {
        if (!found[i])
            continue;
        row[*n_row] = found[i];
        of[(*n_row)++] = sel[i];
    }
    return 0;
}

/* Of the n stored rows, found for the rows that go, keeps those that do not contradict them. */
static int keep_named(Stored *s, const Batch *b, const uint16_t *sel, uint8_t **row, uint32_t n, Arena *arena, uint32_t *ret_n,
                      Err *err)
{
    Batch *have;
    *ret_n = 0;
    if (n == 0)
        return 0;
    TRY(stored_read(s, row, n, arena, &have, err));
    for (uint32_t i = 0; i < n; i++) {
        bool fits = true;
        for (uint32_t c = 0; fits && c < s->schema->n; c++) {
            Value said = vec_get(&b->col[c], sel[i]), stored = vec_get(&have->col[c], i);
            fits = said.is_null || value_eq(&said, &stored);
        }
        if (fits)
            row[(*ret_n)++] = row[i];
    }
    return 0;
}

static int take_by_key(Stored *s, const Batch *b, bool in_order, const int64_t *w, Arena *arena, Taken *ret, Err *err)
{
    uint16_t one[2] = {(uint16_t)row_at(batch_rows(b), 0)};
    Decided d = {one, one, w[0] > 0, w[0] < 0};
    if (b->n_sel > 1) {
        d.n_plus = d.n_minus = 0;
        TRY(decide(s, b, in_order, w, arena, &d, err));
    }
    uint32_t n_old = 0, n_gone;
    uint8_t **old = arena_alloc(arena, (d.n_plus + d.n_minus + 1) * sizeof(*old));
    uint16_t *of = arena_alloc(arena, (d.n_plus + d.n_minus + 1) * sizeof(*of));
    uint16_t *plus = arena_memdup(arena, d.plus, d.n_plus * sizeof(*plus));
    if (!old || !of || !plus)
        return RAISE_NOMEM(err);
    TRY(find_old(s, b, d.minus, d.n_minus, arena, old, of, &n_old, err));
    n_gone = n_old;
    if (!in_order)
        TRY(keep_named(s, b, of, old, n_old, arena, &n_gone, err));
    ret->n_unknown = d.n_minus - n_gone;
    n_old = n_gone;
    TRY(find_old(s, b, d.plus, d.n_plus, arena, old, of, &n_old, err));
    if (n_old > 0) {
        TRY(stored_read(s, old, n_old, arena, &ret->minus, err));
        ret->minus->w_kind = W_MINUS;
    }
    ret->plus = batch_with_sel(arena, b, plus, d.n_plus);
    if (!ret->plus)
        return RAISE_NOMEM(err);
    ret->plus->w_kind = W_ONE;
    return 0;
}

/* ---- by weight ---- */

/* Of the rows that go, no more than there are: what is more is unknown. */
static int bound_minus(Stored *s, const Batch *b, int64_t *w, Arena *arena, uint64_t *ret_unknown, Err *err)
{
    Rows rows = batch_rows(b);
    uint32_t *at = arena_alloc(arena, rows.n * sizeof(*at)), n = 0;
    uint16_t *sel = arena_alloc(arena, rows.n * sizeof(*sel));
    if (!at || !sel)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < rows.n; i++) {
        at[n] = i;
        sel[n] = (uint16_t)row_at(rows, i);
        n += w[i] < 0;
    }
    uint8_t **found = arena_alloc(arena, MAX(n, 1) * sizeof(*found));
    uint64_t *hash = arena_alloc(arena, MAX(n, 1) * sizeof(*hash));
    if (!found || !hash)
        return RAISE_NOMEM(err);
    stored_hash_rows(s, b, (Rows){n, sel}, hash);
    hash_table_find(s->rows, s->col, hash, (Rows){n, sel}, found);
    TRY(page_store_take_error(s->pages, err));
    for (uint32_t i = 0; i < n; i++) {
        int64_t have = found[i] ? *row_count(found[i]) : 0;
        if (have >= -w[at[i]])
            continue;
        *ret_unknown += (uint64_t)(-w[at[i]] - have);
        w[at[i]] = -have;
    }
    return 0;
}

/* The hashes of b's rows go with its part that is applied next. */
static int give_hashes(const Stored *s, const Batch *b, const uint64_t *hash, Batch *part, Arena *arena)
{
    Rows rows = batch_rows(b);
    BatchExtra *extra = ARENA_NEW(arena, BatchExtra);
    Vec *col = ARENA_NEW(arena, Vec);
    uint64_t *by_row = rows.sel ? arena_alloc(arena, b->n * sizeof(*by_row)) : (uint64_t *)hash;
    if (!extra || !col || !by_row)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; rows.sel && i < rows.n; i++)
        by_row[rows.sel[i]] = hash[i];
    col->data = by_row;
    *extra = (BatchExtra){s, col};
    part->extra = extra;
    return 0;
}

static int take_weights(Stored *s, const Batch *b, int64_t *w, const uint64_t *hash, Arena *arena, Taken *ret, Err *err)
{
    Rows rows = batch_rows(b);
    uint16_t *sel = arena_alloc(arena, rows.n * sizeof(*sel));
    int32_t *weight = arena_zalloc(arena, b->n * sizeof(*weight));
    uint32_t n = 0;
    if (!sel || !weight)
        return RAISE_NOMEM(err);
    TRY(bound_minus(s, b, w, arena, &ret->n_unknown, err));
    for (uint32_t i = 0; i < rows.n; i++) {
        if (w[i] == 0)
            continue;
        if (w[i] > INT32_MAX)
            return RAISE(err, ERR_PROGRAM_LIMIT, "a row is added more than %d times", INT32_MAX);
        weight[row_at(rows, i)] = (int32_t)w[i];
        sel[n++] = (uint16_t)row_at(rows, i);
    }
    ret->plus = batch_with_sel(arena, b, sel, n);
    if (!ret->plus)
        return RAISE_NOMEM(err);
    ret->plus->w_kind = W_VEC;
    ret->plus->w = weight;
    return hash && give_hashes(s, b, hash, ret->plus, arena) < 0 ? RAISE_NOMEM(err) : 0;
}

int stored_take(Stored *s, const Batch *b, bool in_order, Arena *arena, Taken *ret, Err *err)
{
    int64_t *w;
    const uint64_t *hash;
    *ret = (Taken){0};
    if (b->n_sel == 0)
        return 0;
    if (!s->index && b->w_kind == W_ONE) { /* nothing can be missing */
        ret->plus = batch_with_sel(arena, b, b->sel, b->n_sel);
        return ret->plus ? 0 : RAISE_NOMEM(err);
    }
    TRY(weigh(s, b, !(s->index && in_order), arena, &w, &hash, err));
    return s->index ? take_by_key(s, b, in_order, w, arena, ret, err) : take_weights(s, b, w, hash, arena, ret, err);
}
