/* SPDX-License-Identifier: Apache-2.0
 *
 * Upsert by one key column of 64-bit integers in a table that does not lie in the processor's caches.  Three passes over few rows,
 * each without branches: hash the key and prefetch its line of the index; take the candidate from the line and prefetch its row;
 * compare the row's key.  What is read stays in registers and the first cache from pass to pass, and the misses of all rows
 * overlap.
 *
 * Only the first entry with the right tag in a key's own line is looked at, in pages that have been announced: all but a few in a
 * thousand rows.  The others are searched one by one, as are keys that are not there yet. */
#include <string.h>

#include "base/hash.h"
#include "state/hash_impl.h"

#define PIPE_ROWS 128u /* their rows of the table and lines of the index fit the first cache */
#define LINES_MIN 512u /* fewer lie in the caches: hash_probe.c */

bool hash_ints_takes(const HashTable *t)
{
    return t->index.n_lines > LINES_MIN && !t->old.line && !t->ps->spilling;
}

typedef struct Lines { /* of some keys */
    const IndexLine *line[PIPE_ROWS];
    uint16_t tag[PIPE_ROWS];
} Lines;

#define PASS static inline __attribute__((always_inline))

PASS void lines_loop(const HashTable *t, const uint64_t *key, Rows rows, Lines *ret)
{
    const HashIndex x = {.line = t->index.line, .n_lines = t->index.n_lines};
    for (uint32_t i = 0; i < rows.n; i++) {
        uint64_t hash = hash_i64((int64_t)key[row_at(rows, i)]);
        const IndexLine *line = &x.line[index_home(&x, hash)];
        __builtin_prefetch(line);
        ret->line[i] = line;
        ret->tag[i] = hash_tag(hash);
    }
}

static __attribute__((noinline)) void find_lines(const HashTable *t, const uint64_t *key, Rows rows, Lines *ret)
{
    if (rows.sel)
        lines_loop(t, key, rows, ret);
    else
        lines_loop(t, key, (Rows){rows.n, NULL}, ret);
}

/* The blank row where a line has none. */
static __attribute__((noinline)) void find_rows(const HashTable *t, const Lines *l, uint32_t n, uint8_t **ret_row)
{
    uint8_t *blank = t->blank;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t m = line_match(l->line[i], l->tag[i]);
        uint8_t *row = likely(m != 0) ? line_row(l->line[i], match_first(m)) : blank;
        __builtin_prefetch(row, 1);
        ret_row[i] = row;
    }
}

/* Lists the rows that are to be searched; gives how many. */
PASS uint32_t compare_loop(const HashTable *t, const uint64_t *key, Rows rows, uint8_t *const *row, bool announced,
                           uint16_t *ret_miss)
{
    const uint8_t *blank = t->blank;
    uint32_t at = t->layout->offset[0], nulls = t->layout->null_offset, gen = t->ps->gen, n_miss = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        const uint8_t *r = row[i];
        uint64_t k;
        memcpy(&k, r + at, sizeof(k));
        ret_miss[n_miss] = (uint16_t)i;
        n_miss += unlikely(r == blank) || ((k != key[row_at(rows, i)]) | (r[nulls] & 1u) | (!announced && *page_gen(r) != gen));
    }
    return n_miss;
}

static __attribute__((noinline)) uint32_t compare_rows(const HashTable *t, const uint64_t *key, Rows rows, uint8_t *const *row,
                                                       uint16_t *ret_miss)
{
    if (rows.sel)
        return compare_loop(t, key, rows, row, false, ret_miss);
    if (t->ps->gen != t->ps->first_gen)
        return compare_loop(t, key, (Rows){rows.n, NULL}, row, false, ret_miss);
    return compare_loop(t, key, (Rows){rows.n, NULL}, row, true, ret_miss);
}

/* Of some keys; ret_miss as above. */
static uint32_t probe(const HashTable *t, const uint64_t *key, Rows rows, uint8_t **ret_row, uint16_t *ret_miss)
{
    Lines l;
    find_lines(t, key, rows, &l);
    find_rows(t, &l, rows.n, ret_row);
    return compare_rows(t, key, rows, ret_row, ret_miss);
}

int hash_ints_upsert(HashTable *t, const Vec *key, Rows rows, uint8_t **ret_row, uint64_t *ret_new)
{
    uint16_t miss[PIPE_ROWS];
    const uint64_t *data = key->data;
    memset(ret_new, 0, BIT_WORDS(rows.n) * sizeof(*ret_new));
    for (uint32_t from = 0, n; from < rows.n; from += n) {
        n = MIN(rows.n - from, PIPE_ROWS);
        uint32_t n_miss = 0;
        if (!hash_ints_takes(t)) /* it has begun to grow */
            for (; n_miss < n; n_miss++)
                miss[n_miss] = (uint16_t)n_miss;
        else
            n_miss = probe(t, data + (rows.sel ? 0 : from), (Rows){n, rows.sel ? rows.sel + from : NULL}, ret_row + from, miss);
        for (uint32_t i = 0; i < n_miss; i++) {
            uint32_t at = from + miss[i], phys = row_at(rows, at);
            bool is_new;
            TRY(hash_table_upsert_row(t, &key, phys, hash_i64((int64_t)data[phys]), &ret_row[at], &is_new));
            if (is_new)
                bit_set(ret_new, at);
        }
    }
    return 0;
}
