/* SPDX-License-Identifier: Apache-2.0
 *
 * Upsert by one key column of 64-bit integers in a table that does not lie in the processor's caches.  Three passes over few rows,
 * each without branches: hash the key and prefetch its line of the index; take the candidate from the line and prefetch its row;
 * compare the row's key.  What is read stays in registers and the first cache from pass to pass, and the misses of all rows
 * overlap.
 *
 * Only the first entry with the right tag is looked at, in pages that have been announced: all but a few in a
 * thousand rows.  The others are searched one by one, as are keys that are not there yet.
 *
 * Where nothing but counting and summing is to be done with the rows, the passes and that work are one loop: each turn asks for the
 * line of a key, asks for the row of one that comes before it, and adds to the row of one before that.  So instructions run while
 * memory is waited for, and a row is looked at once. */
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

/* Where a key's own line is full and has no such tag: the first entry in the lines behind it that has; the blank row: there is
 * none. Some rows in a hundred, which would each wait for memory by itself if they were searched. */
static __attribute__((noinline)) uint8_t *candidate_behind(const HashTable *t, const IndexLine *line, uint16_t tag)
{
    const HashIndex *x = &t->index;
    uint64_t home = (uint64_t)(line - x->line), at = home;
    uint32_t m = 0;
    while (!m && !line_match(&x->line[at], TAG_EMPTY)) {
        at = index_after(t, x, at);
        if (at == home || at == x->n_lines)
            break;
        m = line_match(&x->line[at], tag);
    }
    return m ? line_row(&x->line[at], match_first(m)) : t->blank;
}

/* The blank row where there is none. */
static __attribute__((noinline)) void find_rows(const HashTable *t, const Lines *l, uint32_t n, uint8_t **ret_row)
{
    size_t last = MIN(t->layout->row_bytes, 128u) - 1;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t m = line_match(l->line[i], l->tag[i]);
        uint8_t *row = likely(m != 0) ? line_row(l->line[i], match_first(m)) : candidate_behind(t, l->line[i], l->tag[i]);
        __builtin_prefetch(row, 1);
        __builtin_prefetch(row + last, 1); /* mostly in another line, unless rows are as long as one */
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

/* announces: rows whose page has not been announced are to be searched. */
static __attribute__((noinline)) uint32_t compare_rows(const HashTable *t, const uint64_t *key, Rows rows, bool announces,
                                                       uint8_t *const *row, uint16_t *ret_miss)
{
    if (rows.sel)
        return compare_loop(t, key, rows, row, !announces, ret_miss);
    if (announces && t->ps->gen != t->ps->first_gen)
        return compare_loop(t, key, (Rows){rows.n, NULL}, row, false, ret_miss);
    return compare_loop(t, key, (Rows){rows.n, NULL}, row, true, ret_miss);
}

/* Of some keys; ret_miss as above. */
static uint32_t probe(const HashTable *t, const uint64_t *key, Rows rows, bool announces, uint8_t **ret_row, uint16_t *ret_miss)
{
    Lines l;
    find_lines(t, key, rows, &l);
    find_rows(t, &l, rows.n, ret_row);
    return compare_rows(t, key, rows, announces, ret_row, ret_miss);
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
            n_miss =
                probe(t, data + (rows.sel ? 0 : from), (Rows){n, rows.sel ? rows.sel + from : NULL}, true, ret_row + from, miss);
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

void hash_ints_find(const HashTable *t, const Vec *key, const uint64_t *hash, Rows rows, uint8_t **ret_row)
{
    uint16_t miss[PIPE_ROWS];
    const uint64_t *data = key->data;
    for (uint32_t from = 0, n; from < rows.n; from += n) {
        n = MIN(rows.n - from, PIPE_ROWS);
        uint32_t n_miss =
            probe(t, data + (rows.sel ? 0 : from), (Rows){n, rows.sel ? rows.sel + from : NULL}, false, ret_row + from, miss);
        for (uint32_t i = 0; i < n_miss; i++) {
            uint32_t at = from + miss[i];
            ret_row[at] = hash_is_absent(t, hash[at]) ? NULL : hash_find_row(t, &key, row_at(rows, at), hash[at]);
        }
    }
}

/* ---- upsert, count and sum in one loop ---- */

#define AHEAD 32u         /* rows between asking for a line and its use, and for a row and its use */
#define RING (4u * AHEAD) /* a power of two above 2 * AHEAD */
#define SUM_ROWS_MIN 128u /* fewer: most of the loop would be its beginning */

/* The loops count in the width of addresses. */
PASS size_t phys_at(Rows rows, size_t i)
{
    return rows.sel ? rows.sel[i] : i;
}

typedef struct Ring { /* of the keys whose rows have not been asked for */
    const IndexLine *line[RING];
    uint16_t tag[RING];
} Ring;

typedef struct Pipe { /* of one batch */
    HashIndex index;
    const uint64_t *key;
    Rows rows;
    RowSums sums;
    uint8_t **row;
    const HashTable *table;
    uint32_t key_at, null_at, gen;
    bool announced; /* all pages have been, in this generation */
} Pipe;

PASS void ask_line(const Pipe *p, Ring *ring, size_t i)
{
    uint64_t hash = hash_i64((int64_t)p->key[phys_at(p->rows, i)]);
    const IndexLine *line = &p->index.line[index_home(&p->index, hash)];
    __builtin_prefetch(line);
    ring->line[i % RING] = line;
    ring->tag[i % RING] = hash_tag(hash);
}

PASS void ask_row(const Pipe *p, const Ring *ring, size_t i)
{
    const IndexLine *line = ring->line[i % RING];
    uint32_t m = line_match(line, ring->tag[i % RING]);
    uint8_t *row = likely(m != 0) ? line_row(line, match_first(m)) : candidate_behind(p->table, line, ring->tag[i % RING]);
    __builtin_prefetch(row, 1);
    p->row[i] = row;
}

PASS void add_to_row(uint8_t *row, const RowSums *s, size_t phys, int sign)
{
    *row_count(row) += sign;
    if (!s->value)
        return;
    *(i128 *)(void *)(row + s->sum_at) += sign < 0 ? -(i128)s->value[phys] : (i128)s->value[phys];
    *(int64_t *)(void *)(row + s->n_at) += sign;
}

/* Asks for what rows behind the i-th need and adds to that; false: it has to be searched. */
PASS bool turn(const Pipe *p, Ring *ring, size_t i, bool asks_line, bool asks_row)
{
    if (asks_line)
        ask_line(p, ring, i + 2 * AHEAD);
    if (asks_row)
        ask_row(p, ring, i + AHEAD);
    uint8_t *row = p->row[i];
    size_t phys = phys_at(p->rows, i);
    uint64_t k;
    memcpy(&k, row + p->key_at, sizeof(k));
    if (unlikely(k != p->key[phys]) || unlikely(row[p->null_at] & 1u) || (!p->announced && *page_gen(row) != p->gen))
        return false;
    add_to_row(row, &p->sums, phys, 1);
    return true;
}

/* From row i on, whose line and row have been asked for, as have those of the AHEAD rows behind it and the lines of as many more.
 * Gives the first row that has to be searched.  The pipe is a copy, which stays in registers whatever the rows may alias. */
PASS size_t sum_loop(const Pipe p, Ring *ring, size_t i)
{
    size_t n = p.rows.n;
    for (; i + 2 * AHEAD < n; i++)
        if (!turn(&p, ring, i, true, true))
            return i;
    for (; i + AHEAD < n; i++)
        if (!turn(&p, ring, i, false, true))
            return i;
    while (i < n && turn(&p, ring, i, false, false))
        i++;
    return i;
}

static __attribute__((noinline)) size_t sum_known(const Pipe *from, Ring *ring, size_t i)
{
    Pipe p = *from;
    p.announced = false;
    if (p.rows.sel || !from->announced)
        return sum_loop(p, ring, i);
    p.rows.sel = NULL; /* what is plain here is left out of the loops below */
    p.announced = true;
    if (p.sums.value)
        return sum_loop(p, ring, i);
    p.sums.value = NULL;
    return sum_loop(p, ring, i);
}

static void take_back(const Pipe *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add_to_row(p->row[i], &p->sums, phys_at(p->rows, i), -1);
}

bool hash_table_takes_sums(const HashTable *t, const Vec *key, Rows rows)
{
    return rows.n >= SUM_ROWS_MIN && hash_table_takes_ints(t, key) && hash_ints_takes(t);
}

int hash_table_upsert_sums(HashTable *t, const Vec *key, Rows rows, const RowSums *s, uint8_t **ret_row, uint64_t *ret_new,
                           Err *err)
{
    const Pipe p = {.index = {.line = t->index.line, .n_lines = t->index.n_lines},
                    .key = key->data,
                    .rows = rows,
                    .sums = *s,
                    .row = ret_row,
                    .table = t,
                    .key_at = t->layout->offset[0],
                    .null_at = t->layout->null_offset,
                    .gen = t->ps->gen,
                    .announced = t->ps->gen == t->ps->first_gen};
    Ring ring;
    bool known = true; /* the lines that have been asked for are those of the index */
    memset(ret_new, 0, BIT_WORDS(rows.n) * sizeof(*ret_new));
    for (uint32_t i = 0; i < 2 * AHEAD; i++)
        ask_line(&p, &ring, i);
    for (uint32_t i = 0; i < AHEAD; i++)
        ask_row(&p, &ring, i);
    for (size_t i = 0;; i++) {
        if (known)
            i = sum_known(&p, &ring, i);
        if (i >= rows.n)
            return 0;
        uint32_t phys = row_at(rows, (uint32_t)i);
        bool is_new;
        int rc = hash_table_upsert_row(t, &key, phys, hash_i64((int64_t)p.key[phys]), &ret_row[i], &is_new);
        if (unlikely(rc < 0)) {
            take_back(&p, i);
            return RAISE_NOMEM(err);
        }
        add_to_row(ret_row[i], s, phys, 1);
        if (is_new)
            bit_set(ret_new, i);
        known = known && hash_ints_takes(t) && t->index.line == p.index.line;
    }
}
