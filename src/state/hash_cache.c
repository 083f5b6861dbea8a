/* SPDX-License-Identifier: Apache-2.0
 *
 * Upsert by one key column of 64-bit integers, in front of the index: a direct-mapped cache from key to row.  A stream of few
 * thousand groups finds nearly every row here, by one multiplication and one comparison, without a hash, a tag, or a look at the
 * row.  What is not there goes the usual way, and then is.
 *
 * An entry is right as long as its row lives (hash_row_free forgets it) and implies that the row's page has been announced in the
 * store's present generation: a new generation empties the cache.  Tables of more rows than ROWS_MAX have none: there the
 * cache would miss the processor's caches as often as the index does. */
#include "base/hash.h"
#include "state/hash_impl.h"

#include <string.h>

#define ROWS_MIN 64u
#define ROWS_MAX 8192u
#define ENTRIES_PER_ROW 4u
#define CHUNK_ROWS 1024u

static uint32_t slot_of(const KeyCache *c, uint64_t key)
{
    return (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> c->shift);
}

/* An entry that holds nothing has a key that belongs elsewhere. */
static void entry_clear(KeyCache *c, uint32_t slot)
{
    c->entry[slot] = (KeyEntry){.key = slot == 0 ? 1 : 0};
}

static void cache_clear(KeyCache *c)
{
    memset(c->entry, 0, ((size_t)1 << c->bits) * sizeof(*c->entry));
    entry_clear(c, 0);
}

void key_cache_done(HashTable *t)
{
    KeyCache *c = &t->keys;
    if (c->entry)
        mem_free(t->ps->acct, c->entry, ((size_t)1 << c->bits) * sizeof(*c->entry));
    *c = (KeyCache){0};
}

int64_t key_cache_bytes(const HashTable *t)
{
    return t->keys.entry ? (int64_t)sizeof(KeyEntry) << t->keys.bits : 0;
}

void key_cache_reset(HashTable *t)
{
    if (t->keys.entry)
        cache_clear(&t->keys);
}

static uint32_t slot_of_row(const HashTable *t, const uint8_t *row)
{
    uint64_t key;
    memcpy(&key, row + t->layout->offset[0], sizeof(key));
    return slot_of(&t->keys, key);
}

void key_cache_prefetch(const HashTable *t, const uint8_t *row)
{
    __builtin_prefetch(&t->keys.entry[slot_of_row(t, row)], 1);
}

void key_cache_forget(HashTable *t, const uint8_t *row)
{
    KeyCache *c = &t->keys;
    uint32_t slot = slot_of_row(t, row);
    if (c->entry[slot].row == row)
        entry_clear(c, slot);
}

/* A cache of the size that the table asks for; false: it is too small, too big, or there is no memory. */
static bool cache_ready(HashTable *t)
{
    KeyCache *c = &t->keys;
    if (t->n_rows < ROWS_MIN || t->n_rows > ROWS_MAX) {
        key_cache_done(t);
        return false;
    }
    uint32_t bits = 64u - (uint32_t)__builtin_clzll(t->n_rows * ENTRIES_PER_ROW - 1);
    if (!c->entry || c->bits < bits) {
        key_cache_done(t);
        c->entry = mem_alloc(t->ps->acct, ((size_t)1 << bits) * sizeof(*c->entry));
        if (!c->entry)
            return false;
        c->bits = bits;
        c->shift = 64 - bits;
        c->gen = t->ps->gen;
        cache_clear(c);
    } else if (c->gen != t->ps->gen) {
        c->gen = t->ps->gen;
        cache_clear(c);
    }
    return true;
}

/* Rows of keys that are in the cache; *ret_miss lists the others by their place in `rows`. */
static inline __attribute__((always_inline)) uint32_t lookup(const KeyCache *c, const uint64_t *key, Rows rows, uint8_t **ret_row,
                                                             uint16_t *ret_miss)
{
    const KeyEntry *entry = c->entry;
    uint32_t shift = c->shift, n_miss = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint64_t k = key[row_at(rows, i)];
        const KeyEntry *e = &entry[k * UINT64_C(0x9e3779b97f4a7c15) >> shift];
        ret_row[i] = e->row;
        ret_miss[n_miss] = (uint16_t)i;
        n_miss += e->key != k;
    }
    return n_miss;
}

static int upsert_plain(HashTable *t, const Vec *key, Rows rows, uint8_t **ret_row, uint64_t *ret_new, Err *err)
{
    uint64_t hash[CHUNK_ROWS];
    const uint64_t *data = key->data;
    for (uint32_t i = 0; i < rows.n; i++)
        hash[i] = hash_i64((int64_t)data[row_at(rows, i)]);
    return hash_table_upsert(t, &key, hash, rows, ret_row, ret_new, err);
}

/* The rows that the cache did not have, and into it. */
static int upsert_missed(HashTable *t, const Vec *key, Rows rows, const uint16_t *miss, uint32_t n_miss, uint8_t **ret_row,
                         uint64_t *ret_new, Err *err)
{
    uint16_t sel[CHUNK_ROWS];
    uint8_t *row[CHUNK_ROWS];
    uint64_t is_new[BIT_WORDS(CHUNK_ROWS)];
    const uint64_t *data = key->data;
    for (uint32_t i = 0; i < n_miss; i++)
        sel[i] = (uint16_t)row_at(rows, miss[i]);
    TRY(upsert_plain(t, key, (Rows){n_miss, sel}, row, is_new, err));
    for (uint32_t i = 0; i < n_miss; i++) {
        ret_row[miss[i]] = row[i];
        if (bit_get(is_new, i))
            bit_set(ret_new, miss[i]);
        t->keys.entry[slot_of(&t->keys, data[sel[i]])] = (KeyEntry){data[sel[i]], row[i]};
    }
    return 0;
}

static int upsert_chunk(HashTable *t, const Vec *key, Rows rows, uint8_t **ret_row, uint64_t *ret_new, Err *err)
{
    uint16_t miss[CHUNK_ROWS];
    if (!cache_ready(t) && hash_ints_takes(t))
        return hash_ints_upsert(t, key, rows, ret_row, ret_new) < 0 ? RAISE_NOMEM(err) : 0;
    if (!t->keys.entry)
        return upsert_plain(t, key, rows, ret_row, ret_new, err);
    memset(ret_new, 0, BIT_WORDS(rows.n) * sizeof(*ret_new));
    uint32_t n_miss = rows.sel ? lookup(&t->keys, key->data, rows, ret_row, miss)
                               : lookup(&t->keys, key->data, (Rows){rows.n, NULL}, ret_row, miss);
    return n_miss ? upsert_missed(t, key, rows, miss, n_miss, ret_row, ret_new, err) : 0;
}

bool hash_table_takes_ints(const HashTable *t, const Vec *key)
{
    TypeId id = (TypeId)t->layout->type[0].id;
    return t->layout->n_cols == 1 && key->kind == VEC_FLAT && !key->valid && type_bytes(id) == sizeof(uint64_t) &&
           !type_is_float(id);
}

int hash_table_upsert_int(HashTable *t, const Vec *key, uint32_t phys, uint8_t **ret_row, bool *ret_new)
{
    uint64_t k = ((const uint64_t *)key->data)[phys];
    if (!cache_ready(t))
        return hash_table_upsert_row(t, &key, phys, hash_i64((int64_t)k), ret_row, ret_new);
    KeyEntry *e = &t->keys.entry[slot_of(&t->keys, k)];
    *ret_row = e->row;
    *ret_new = false;
    if (likely(e->key == k))
        return 0;
    TRY(hash_table_upsert_row(t, &key, phys, hash_i64((int64_t)k), ret_row, ret_new));
    *e = (KeyEntry){k, *ret_row};
    return 0;
}

int hash_table_upsert_ints(HashTable *t, const Vec *key, Rows rows, uint8_t **ret_row, uint64_t *ret_new, Err *err)
{
    uint16_t seq[CHUNK_ROWS];
    for (uint32_t from = 0, n; from < rows.n; from += n) {
        n = MIN(rows.n - from, CHUNK_ROWS);
        Rows chunk = {n, rows.sel ? rows.sel + from : NULL};
        for (uint32_t i = 0; from && !rows.sel && i < n; i++)
            seq[i] = (uint16_t)(from + i);
        if (from && !rows.sel)
            chunk.sel = seq;
        TRY(upsert_chunk(t, key, chunk, ret_row + from, ret_new + from / 64, err));
    }
    return 0;
}
