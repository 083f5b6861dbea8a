/* SPDX-License-Identifier: Apache-2.0
 *
 * Batch probe of the HASH table, in passes over a chunk of rows: home lines (prefetch the index), candidates by tag (prefetch the
 * rows), comparison per key column, then the outcome per row.  Each pass is free of data-dependent branches in the usual case, so
 * the misses of a chunk overlap.  What the passes cannot decide (a second entry with the same tag, a key seen first in this very
 * chunk, an index in the middle of a move) is decided row by row with a full search. */
#include "state/hash_impl.h"

#include <string.h>

#define CHUNK_ROWS 256u
#define PASSES_ROWS_MIN 3u    /* fewer rows are searched one by one */
#define MOVE_LINES_PER_ROW 1u /* done long before the next growth: that takes two rows per line of old at least */
#define LINES_IN_CACHE 512u

typedef struct KeyOfRow {
    const Vec *const *keys;
    uint32_t phys;
} KeyOfRow;

static inline bool has_key(const HashTable *t, const uint8_t *row, const void *key)
{
    const KeyOfRow *k = key;
    return hash_row_equals(t, row, k->keys, k->phys);
}

uint8_t *hash_find_row(const HashTable *t, const Vec *const *keys, uint32_t phys, uint64_t hash)
{
    return hash_search(t, hash, has_key, &(KeyOfRow){keys, phys});
}

/* One key of eight bytes without NULL, in a table beyond the caches: hash_ints.c. */
static bool is_for_ints(const HashTable *t, const Vec *const *keys, Rows rows)
{
    return rows.n >= HASH_INTS_ROWS && hash_ints_takes(t) && hash_table_takes_ints(t, keys[0]);
}

/* First entry with the tag in the hash's chain, or NULL. */
static inline uint8_t *chain_candidate(const HashTable *t, const HashIndex *x, uint64_t hash)
{
    uint16_t tag = hash_tag(hash);
    uint64_t home = index_home(x, hash), at = home;
    const IndexLine *l = &x->line[home];
    uint32_t m = line_match(l, tag);
    while (unlikely(!m) && !line_match(l, TAG_EMPTY)) {
        at = index_after(t, x, at);
        if (at == home || at == x->n_lines)
            return NULL;
        l = &x->line[at];
        m = line_match(l, tag);
    }
    return m ? line_row(l, match_first(m)) : NULL;
}

PREFETCH_LOOP prefetch_lines(const HashTable *t, const uint64_t *hash, uint32_t n)
{
    if (t->old.line) {
        for (uint32_t i = 0; i < n; i++) {
            const HashIndex *x = hash_index_of(t, hash[i]);
            __builtin_prefetch(&x->line[index_home(x, hash[i])]);
        }
        return;
    }
    HashIndex x = t->index;
    for (uint32_t i = 0; i < n; i++)
        __builtin_prefetch(&x.line[index_home(&x, hash[i])]);
}

/* cand[i] = a row with the right tag, or the blank row; differs[i] = 1 for the latter. */
static void candidates(const HashTable *t, const uint64_t *hash, uint32_t n, uint8_t **cand, uint8_t *differs)
{
    size_t last = t->layout->row_bytes - 1u;
    uint8_t *blank = t->blank;
    bool moving = t->old.line != NULL;
    for (uint32_t i = 0; i < n; i++) {
        uint8_t *row = chain_candidate(t, moving ? hash_index_of(t, hash[i]) : &t->index, hash[i]);
        differs[i] = !row;
        row = row ? row : blank;
        cand[i] = row;
        __builtin_prefetch(row, 1);
        __builtin_prefetch(row + MIN(last, 127u), 1);
    }
}

/* Candidates whose pages are not in memory; one that cannot be read is none. */
static void bring_in(const HashTable *t, uint32_t n, uint8_t **cand, uint8_t *differs)
{
    for (uint32_t i = 0; i < n; i++) {
        if (differs[i] || page_need(t->ps, cand[i]))
            continue;
        differs[i] = 1;
        cand[i] = t->blank;
    }
}

/* One key column of eight bytes, compared as they are, in a table that lies in the cache: candidate and comparison in one pass, and
 * nothing is prefetched. */
static inline __attribute__((always_inline)) void cached_key_loop(const HashTable *t, const uint64_t *data, const uint64_t *hash,
                                                                  Rows rows, uint8_t **cand, uint8_t *differs)
{
    const RowLayout *l = t->layout;
    HashIndex x = t->index;
    uint8_t *blank = t->blank;
    uint32_t offset = l->offset[0], null_offset = l->null_offset;
    for (uint32_t i = 0; i < rows.n; i++) {
        const IndexLine *line = &x.line[index_home(&x, hash[i])];
        uint32_t m = line_match(line, hash_tag(hash[i]));
        uint8_t *row = likely(m != 0) ? line_row(line, match_first(m)) : chain_candidate(t, &t->index, hash[i]);
        uint64_t k;
        cand[i] = row = row ? row : blank;
        memcpy(&k, row + offset, sizeof(k));
        differs[i] = (uint8_t)((row == blank) | (k != data[row_at(rows, i)]) | (row[null_offset] & 1u));
    }
}

static void probe_cached_key(const HashTable *t, const Vec *key, const uint64_t *hash, Rows rows, uint8_t **cand, uint8_t *differs)
{
    if (rows.sel)
        cached_key_loop(t, key->data, hash, rows, cand, differs);
    else
        cached_key_loop(t, key->data, hash, (Rows){rows.n, NULL}, cand, differs);
}

/* Types of eight bytes whose equality is that of their bytes. */
static bool is_cached_key(const HashTable *t, const Vec *key)
{
    TypeId id = (TypeId)t->layout->type[0].id;
    return t->index.n_lines <= LINES_IN_CACHE && !t->old.line && !t->ps->spilling && key->kind == VEC_FLAT && !key->valid &&
           type_bytes(id) == sizeof(uint64_t) && !type_is_float(id);
}

static void compare_hashes(const uint64_t *hash, uint32_t n, uint8_t *const *cand, uint8_t *differs)
{
    for (uint32_t i = 0; i < n; i++)
        differs[i] |= row_hash(cand[i]) != hash[i];
}

/* Runs the passes: afterwards cand[i] is the row where differs[i] is 0. */
static void probe_chunk(const HashTable *t, const Vec *const *keys, const uint64_t *hash, Rows rows, uint8_t **cand,
                        uint8_t *differs)
{
    const RowLayout *l = t->layout;
    if (l->n_cols == 1 && is_cached_key(t, keys[0])) {
        probe_cached_key(t, keys[0], hash, rows, cand, differs);
        return;
    }
    if (t->index.n_lines > LINES_IN_CACHE)
        prefetch_lines(t, hash, rows.n);
    candidates(t, hash, rows.n, cand, differs);
    if (unlikely(t->ps->spilling))
        bring_in(t, rows.n, cand, differs);
    if (hash_rows_compare_dated(t, keys, rows, cand, differs))
        return;
    if (l->n_cols != 1 || type_is_string((TypeId)l->type[0].id))
        compare_hashes(hash, rows.n, cand, differs);
    for (uint32_t c = 0; c < l->n_cols; c++)
        hash_rows_compare(t, c, keys[c], rows, cand, differs);
}

static uint8_t *insert_row(HashTable *t, const Vec *const *keys, uint32_t phys, uint64_t hash)
{
    if (hash_index_reserve(t) < 0)
        return NULL;
    uint8_t *row = hash_row_new(t, keys, phys, hash);
    if (row)
        hash_index_insert(t, row);
    return row;
}

/* Rows from..from + CHUNK_ROWS; seq is memory for their selection. */
static Rows chunk_of(Rows rows, uint32_t from, uint16_t *seq)
{
    uint32_t n = MIN(rows.n - from, CHUNK_ROWS);
    if (rows.sel)
        return (Rows){n, rows.sel + from};
    for (uint32_t i = 0; from && i < n; i++)
        seq[i] = (uint16_t)(from + i);
    return (Rows){n, from ? seq : NULL};
}

static int upsert_miss(HashTable *t, const Vec *const *keys, uint32_t phys, uint64_t hash, uint8_t **ret, bool *ret_new)
{
    uint8_t *row = hash_is_absent(t, hash) ? NULL : hash_find_row(t, keys, phys, hash);
    *ret_new = !row;
    if (!row && unlikely(t->ps->lost)) /* it may be there */
        return -ERR_IO;
    if (!row)
        row = insert_row(t, keys, phys, hash);
    if (!row)
        return t->ps->lost ? -ERR_IO : -ERR_OUT_OF_MEMORY;
    page_touch(t->ps, row);
    *ret = row;
    return 0;
}

/* Each row to the end: for so few rows that there is nothing to overlap. */
static int upsert_few(HashTable *t, const Vec *const *keys, const uint64_t *hash, Rows rows, uint8_t **ret_row, uint64_t *ret_new)
{
    if (unlikely(t->old.line != NULL))
        hash_index_move(t, (uint64_t)rows.n * MOVE_LINES_PER_ROW);
    for (uint32_t i = 0; i < rows.n; i++) {
        bool is_new;
        TRY(upsert_miss(t, keys, row_at(rows, i), hash[i], &ret_row[i], &is_new));
        *ret_new |= (uint64_t)is_new << i;
    }
    return 0;
}

/* All rows have the same key, which is searched once. */
static int upsert_same(HashTable *t, const Vec *const *keys, const uint64_t *hash, Rows rows, uint8_t **ret_row, uint64_t *ret_new)
{
    TRY(upsert_few(t, keys, hash, (Rows){1, rows.sel}, ret_row, ret_new));
    for (uint32_t i = 1; i < rows.n; i++)
        ret_row[i] = ret_row[0];
    return 0;
}

/* Rows of a chunk that the passes have not found, by their place in it. */
typedef struct Misses {
    uint32_t n;
    uint16_t at[CHUNK_ROWS];
} Misses;

/* Finds those that are there all the same, where there was a candidate with another key; the others are left. */
static int search_misses(HashTable *t, const Vec *const *keys, const uint64_t *hash, Rows chunk, uint8_t **ret_row, Misses *m)
{
    uint32_t n_left = 0;
    for (uint32_t i = 0; i < m->n; i++) {
        uint32_t at = m->at[i];
        uint8_t *row = ret_row[at] == t->blank ? NULL : hash_find_row(t, keys, row_at(chunk, at), hash[at]);
        if (row)
            page_touch(t->ps, row);
        else
            m->at[n_left++] = (uint16_t)at;
        ret_row[at] = row;
    }
    m->n = n_left;
    return unlikely(t->ps->lost) ? -ERR_IO : 0; /* one may be there */
}

static int insert_each(HashTable *t, const Vec *const *keys, const uint64_t *hash, Rows chunk, uint8_t **ret_row, uint64_t *ret_new,
                       uint32_t from, const Misses *m)
{
    for (uint32_t i = 0; i < m->n; i++) {
        bool is_new;
        uint32_t at = m->at[i];
        TRY(upsert_miss(t, keys, row_at(chunk, at), hash[at], &ret_row[at], &is_new));
        if (is_new)
            bit_set(ret_new, from + at);
    }
    return 0;
}

/* Misses with a hash that one before them has: most likely the same new key, which stands in half of the rows of a chunk where it
 * is a frequent one. */
typedef struct Repeats {
    uint32_t n;
    uint16_t at[CHUNK_ROWS], of[CHUNK_ROWS]; /* the row in the chunk, and the one before it */
} Repeats;

#define SEEN_SLOTS 512u
#define REPEATS_MIN 8u /* fewer misses: not worth the clearing */

/* Takes the repeats out of m.  A place is the first one's that comes to it: of rows with one hash all but the first are repeats, or
 * none, so that of equal keys the first is the new one. */
static void part_repeats(const uint64_t *hash, Misses *m, Repeats *ret)
{
    uint16_t seen[SEEN_SLOTS]; /* 1 + place in the chunk */
    uint32_t n = 0;
    ret->n = 0;
    if (m->n < REPEATS_MIN)
        return;
    memset(seen, 0, sizeof(seen));
    for (uint32_t i = 0; i < m->n; i++) {
        uint16_t at = m->at[i], *slot = &seen[hash[at] % SEEN_SLOTS];
        bool repeats = *slot && hash[*slot - 1] == hash[at];
        ret->at[ret->n] = at;
        ret->of[ret->n] = (uint16_t)(*slot - 1);
        ret->n += repeats;
        m->at[n] = at;
        n += !repeats;
        *slot = *slot ? *slot : (uint16_t)(at + 1);
    }
    m->n = n;
}

static int settle_repeats(HashTable *t, const Vec *const *keys, const uint64_t *hash, Rows chunk, uint8_t **ret_row,
                          uint64_t *ret_new, uint32_t from, const Repeats *r)
{
    for (uint32_t i = 0; i < r->n; i++) {
        uint32_t at = r->at[i], phys = row_at(chunk, at);
        bool is_new = false;
        ret_row[at] = ret_row[r->of[i]];
        if (unlikely(!hash_row_equals(t, ret_row[at], keys, phys)))
            TRY(upsert_miss(t, keys, phys, hash[at], &ret_row[at], &is_new));
        if (is_new)
            bit_set(ret_new, from + at);
    }
    return 0;
}

/* Makes rows for those that are not there, all at once; some may have the same key.  An index that has to be made anew finds rows
 * in their pages, so there are none before it has room for all. */
static int insert_misses(HashTable *t, const Vec *const *keys, const uint64_t *hash, Rows chunk, uint8_t **ret_row,
                         uint64_t *ret_new, uint32_t from, Misses *m)
{
    uint8_t *fresh[CHUNK_ROWS];
    uint64_t fresh_hash[CHUNK_ROWS];
    uint16_t sel[CHUNK_ROWS];
    uint32_t n_unused = 0;
    Repeats repeats;
    if (t->ps->spilling || t->n_rows + t->index.n_graves + m->n >= t->index.room)
        return insert_each(t, keys, hash, chunk, ret_row, ret_new, from, m);
    part_repeats(hash, m, &repeats);
    for (uint32_t i = 0; i < m->n; i++) {
        sel[i] = (uint16_t)row_at(chunk, m->at[i]);
        fresh_hash[i] = hash[m->at[i]];
    }
    TRY(hash_rows_make(t, keys, fresh_hash, (Rows){m->n, sel}, fresh));
    for (uint32_t i = 0; i < m->n; i++) {
        uint8_t *row = hash_is_absent(t, fresh_hash[i]) ? NULL : hash_find_row(t, keys, sel[i], fresh_hash[i]);
        ret_row[m->at[i]] = row ? row : fresh[i];
        if (row) {
            fresh[n_unused++] = fresh[i];
            continue;
        }
        hash_index_insert(t, fresh[i]);
        bit_set(ret_new, from + m->at[i]);
    }
    while (n_unused > 0)
        hash_row_free(t, fresh[--n_unused]);
    return settle_repeats(t, keys, hash, chunk, ret_row, ret_new, from, &repeats);
}

/* The passes over one chunk; bit `from` + i of ret_new is its i-th row's. */
static int upsert_chunk(HashTable *t, const Vec *const *keys, const uint64_t *hash, Rows chunk, uint8_t **ret_row,
                        uint64_t *ret_new, uint32_t from)
{
    uint8_t differs[CHUNK_ROWS];
    Misses m;
    m.n = 0;
    if (unlikely(t->old.line != NULL))
        hash_index_move(t, (uint64_t)chunk.n * MOVE_LINES_PER_ROW);
    probe_chunk(t, keys, hash, chunk, ret_row, differs);
    uint32_t gen = t->ps->gen;
    for (uint32_t i = 0; i < chunk.n; i++) { /* mostly all are there, in pages that have been announced */
        m.at[m.n] = (uint16_t)i;
        m.n += differs[i] != 0;
        if (unlikely(!differs[i] && *page_gen(ret_row[i]) != gen))
            page_touch(t->ps, ret_row[i]);
    }
    if (m.n == 0)
        return 0;
    TRY(search_misses(t, keys, hash, chunk, ret_row, &m));
    return m.n ? insert_misses(t, keys, hash, chunk, ret_row, ret_new, from, &m) : 0;
}

int hash_table_upsert_row(HashTable *t, const Vec *const *keys, uint32_t phys, uint64_t hash, uint8_t **ret_row, bool *ret_new)
{
    if (unlikely(t->old.line != NULL))
        hash_index_move(t, MOVE_LINES_PER_ROW);
    return upsert_miss(t, keys, phys, hash, ret_row, ret_new);
}

static int raise_failed(const HashTable *t, int rc, Err *err)
{
    return rc == -ERR_IO ? page_store_error(t->ps, err) : RAISE_NOMEM(err);
}

int hash_table_upsert(HashTable *t, const Vec *const *keys, const uint64_t *hash, Rows rows, uint8_t **ret_row, uint64_t *ret_new,
                      Err *err)
{
    if (rows.n < PASSES_ROWS_MIN) {
        if (rows.n)
            *ret_new = 0;
        int rc = rows.n ? upsert_few(t, keys, hash, rows, ret_row, ret_new) : 0;
        return rc < 0 ? raise_failed(t, rc, err) : 0;
    }
    if (is_for_ints(t, keys, rows)) {
        int rc = hash_ints_upsert(t, keys[0], rows, ret_row, ret_new);
        return rc < 0 ? raise_failed(t, rc, err) : 0;
    }
    memset(ret_new, 0, BIT_WORDS(rows.n) * sizeof(*ret_new));
    if (vecs_are_const(keys, t->layout->n_cols)) {
        int rc = upsert_same(t, keys, hash, rows, ret_row, ret_new);
        return rc < 0 ? raise_failed(t, rc, err) : 0;
    }
    uint16_t seq[CHUNK_ROWS];
    for (uint32_t from = 0; from < rows.n; from += CHUNK_ROWS) {
        Rows chunk = chunk_of(rows, from, seq);
        int rc = upsert_chunk(t, keys, hash + from, chunk, ret_row + from, ret_new, from);
        if (rc < 0)
            return raise_failed(t, rc, err);
    }
    return 0;
}

void hash_table_find(const HashTable *t, const Vec *const *keys, const uint64_t *hash, Rows rows, uint8_t **ret_row)
{
    if (is_for_ints(t, keys, rows)) {
        hash_ints_find(t, keys[0], hash, rows, ret_row);
        return;
    }
    for (uint32_t i = 0; rows.n < PASSES_ROWS_MIN && i < rows.n; i++)
        ret_row[i] = hash_find_row(t, keys, row_at(rows, i), hash[i]);
    uint16_t seq[CHUNK_ROWS];
    uint8_t differs[CHUNK_ROWS];
    for (uint32_t from = 0; rows.n >= PASSES_ROWS_MIN && from < rows.n; from += CHUNK_ROWS) {
        Rows chunk = chunk_of(rows, from, seq);
        probe_chunk(t, keys, hash + from, chunk, ret_row + from, differs);
        for (uint32_t i = 0; i < chunk.n; i++) {
            uint8_t **ret = &ret_row[from + i];
            if (unlikely(differs[i]))
                *ret = *ret == t->blank ? NULL : hash_find_row(t, keys, row_at(chunk, i), hash[from + i]);
        }
    }
}

/* The only row of the hash's chain with its tag; the blank row: there is none, or there are several. */
static inline uint8_t *only_candidate(const HashTable *t, uint64_t hash)
{
    const HashIndex *x = hash_index_of(t, hash);
    uint16_t tag = hash_tag(hash);
    uint64_t home = index_home(x, hash), at = home;
    uint8_t *found = t->blank;
    do {
        const IndexLine *l = &x->line[at];
        uint32_t m = line_match(l, tag);
        if (m && (found != t->blank || match_rest(m)))
            return t->blank;
        found = m ? line_row(l, match_first(m)) : found;
        if (likely(line_match(l, TAG_EMPTY)))
            return found;
        at = index_after(t, x, at);
    } while (at != home && at != x->n_lines);
    return found;
}

void hash_table_find_only(const HashTable *t, const uint32_t *col, uint32_t n, const Vec *const *value, const uint64_t *hash,
                          Rows rows, uint8_t **ret_row)
{
    uint16_t seq[CHUNK_ROWS];
    uint8_t differs[CHUNK_ROWS];
    for (uint32_t from = 0; from < rows.n; from += CHUNK_ROWS) {
        Rows chunk = chunk_of(rows, from, seq);
        uint8_t **row = ret_row + from;
        if (t->index.n_lines > LINES_IN_CACHE)
            prefetch_lines(t, hash + from, chunk.n);
        for (uint32_t i = 0; i < chunk.n; i++) {
            row[i] = only_candidate(t, hash[from + i]);
            differs[i] = row[i] == t->blank;
            __builtin_prefetch(row[i], 1);
        }
        if (unlikely(t->ps->spilling))
            bring_in(t, chunk.n, row, differs);
        for (uint32_t k = 0; k < n; k++)
            hash_rows_compare(t, col[k], value[k], chunk, row, differs);
        for (uint32_t i = 0; i < chunk.n; i++)
            row[i] = differs[i] ? NULL : row[i];
    }
}

bool hash_table_renew(HashTable *t, const uint32_t *col, uint32_t n, const Vec *const *value, uint64_t hash, uint32_t was,
                      uint32_t is)
{
    uint8_t *row = only_candidate(t, hash);
    if (row == t->blank || !page_need(t->ps, row) || *row_count(row) != 1 || !hash_row_equals(t, row, value, was))
        return false;
    for (uint32_t k = 0; k < n; k++)
        if (!vec_rows_equal(value[col[k]], was, value[col[k]], is))
            return false;
    page_touch(t->ps, row);
    for (uint32_t c = 0, k = 0; c < t->layout->n_cols; c++) {
        for (k = 0; k < n && col[k] != c; k++)
            ;
        if (k == n)
            hash_row_rewrite(t, row, c, value[c], is);
    }
    return true;
}
