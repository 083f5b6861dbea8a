/* SPDX-License-Identifier: Apache-2.0
 *
 * Batch probe of the HASH table, in passes over a chunk of rows: home lines (prefetch the index), candidates by tag (prefetch the
 * rows), comparison per key column, then the outcome per row.  Each pass is free of data-dependent branches in the usual case, so
 * the misses of a chunk overlap.  What the passes cannot decide (a second entry with the same tag, a key seen first in this very
 * chunk, an index in the middle of a move) is decided row by row with a full search. */
#include "state/hash_impl.h"

#include <string.h>

#define CHUNK_ROWS 256u
#define MOVE_LINES_PER_ROW 4u

static uint8_t *index_search(const HashTable *t, const HashIndex *x, const Vec *const *keys, uint32_t phys, uint64_t hash)
{
    uint16_t tag = hash_tag(hash);
    uint64_t home = index_home(x, hash), at = home;
    do {
        const IndexLine *l = &x->line[at];
        for (uint32_t m = line_match(l, tag); m; m = match_rest(m)) {
            uint8_t *row = line_row(l, match_first(m));
            if (row_hash(row) == hash && hash_row_equals(t, row, keys, phys))
                return row;
        }
        if (line_match(l, TAG_EMPTY))
            return NULL;
        at = at + 1 == x->n_lines ? 0 : at + 1;
    } while (at != home);
    return NULL;
}

static uint8_t *full_search(const HashTable *t, const Vec *const *keys, uint32_t phys, uint64_t hash)
{
    uint8_t *row = index_search(t, &t->index, keys, phys, hash);
    return row || !t->old.line ? row : index_search(t, &t->old, keys, phys, hash);
}

/* First entry with the tag in the chain that starts at `home`, or NULL. */
static inline uint8_t *chain_candidate(const HashIndex *x, uint64_t home, uint16_t tag)
{
    const IndexLine *l = &x->line[home];
    uint32_t m = line_match(l, tag);
    for (uint64_t at = home; unlikely(!m) && !line_match(l, TAG_EMPTY);) {
        at = at + 1 == x->n_lines ? 0 : at + 1;
        if (at == home)
            return NULL;
        l = &x->line[at];
        m = line_match(l, tag);
    }
    return m ? line_row(l, match_first(m)) : NULL;
}

static void prefetch_lines(const HashIndex *x, const uint64_t *hash, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        __builtin_prefetch(&x->line[index_home(x, hash[i])]);
}

/* cand[i] = a row with the right tag, or the blank row; differs[i] = 1 for the latter. */
static void candidates(const HashTable *t, const uint64_t *hash, uint32_t n, uint8_t **cand, uint8_t *differs)
{
    size_t last = t->layout->row_bytes - 1u;
    uint8_t *blank = t->blank;
    for (uint32_t i = 0; i < n; i++) {
        uint8_t *row = chain_candidate(&t->index, index_home(&t->index, hash[i]), hash_tag(hash[i]));
        if (unlikely(t->old.line != NULL) && !row)
            row = chain_candidate(&t->old, index_home(&t->old, hash[i]), hash_tag(hash[i]));
        differs[i] = !row;
        row = row ? row : blank;
        cand[i] = row;
        __builtin_prefetch(row, 1);
        __builtin_prefetch(row + MIN(last, 127u), 1);
    }
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
    if (t->index.n_lines > LINE_ENTRIES * 64) {
        prefetch_lines(&t->index, hash, rows.n);
        if (unlikely(t->old.line != NULL))
            prefetch_lines(&t->old, hash, rows.n);
    }
    candidates(t, hash, rows.n, cand, differs);
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

static Rows chunk_of(Rows rows, uint32_t from, uint32_t *ret_shift)
{
    uint32_t n = MIN(rows.n - from, CHUNK_ROWS);
    *ret_shift = rows.sel ? 0 : from;
    return (Rows){n, rows.sel ? rows.sel + from : NULL};
}

static int upsert_miss(HashTable *t, const Vec *const *keys, uint32_t phys, uint64_t hash, uint8_t **ret, bool *ret_new)
{
    uint8_t *row = full_search(t, keys, phys, hash);
    *ret_new = !row;
    if (!row)
        row = insert_row(t, keys, phys, hash);
    if (!row)
        return -ERR_OUT_OF_MEMORY;
    page_touch(t->ps, row);
    *ret = row;
    return 0;
}

int hash_table_upsert(HashTable *t, const Vec *const *keys, const uint64_t *hash, Rows rows, uint8_t **ret_row, uint64_t *ret_new,
                      Err *err)
{
    memset(ret_new, 0, BIT_WORDS(rows.n) * sizeof(*ret_new));
    uint16_t seq[CHUNK_ROWS];
    uint8_t differs[CHUNK_ROWS];
    for (uint32_t from = 0; from < rows.n; from += CHUNK_ROWS) {
        uint32_t shift;
        Rows chunk = chunk_of(rows, from, &shift);
        for (uint32_t i = 0; shift && i < chunk.n; i++)
            seq[i] = (uint16_t)(shift + i);
        chunk.sel = shift ? seq : chunk.sel;
        if (unlikely(t->old.line != NULL))
            hash_index_move(t, (uint64_t)chunk.n * MOVE_LINES_PER_ROW);
        probe_chunk(t, keys, hash + from, chunk, ret_row + from, differs);
        for (uint32_t i = 0; i < chunk.n; i++) {
            uint8_t **ret = &ret_row[from + i];
            if (likely(!differs[i])) {
                page_touch(t->ps, *ret);
                continue;
            }
            bool is_new = false;
            if (upsert_miss(t, keys, row_at(chunk, i), hash[from + i], ret, &is_new) < 0)
                return RAISE_NOMEM(err);
            if (is_new)
                bit_set(ret_new, from + i);
        }
    }
    return 0;
}

void hash_table_find(const HashTable *t, const Vec *const *keys, const uint64_t *hash, Rows rows, uint8_t **ret_row)
{
    uint16_t seq[CHUNK_ROWS];
    uint8_t differs[CHUNK_ROWS];
    for (uint32_t from = 0; from < rows.n; from += CHUNK_ROWS) {
        uint32_t shift;
        Rows chunk = chunk_of(rows, from, &shift);
        for (uint32_t i = 0; shift && i < chunk.n; i++)
            seq[i] = (uint16_t)(shift + i);
        chunk.sel = shift ? seq : chunk.sel;
        probe_chunk(t, keys, hash + from, chunk, ret_row + from, differs);
        for (uint32_t i = 0; i < chunk.n; i++) {
            uint8_t **ret = &ret_row[from + i];
            if (unlikely(differs[i]))
                *ret = *ret == t->blank ? NULL : full_search(t, keys, row_at(chunk, i), hash[from + i]);
        }
    }
}
