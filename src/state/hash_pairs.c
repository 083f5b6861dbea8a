/* SPDX-License-Identifier: Apache-2.0
 *
 * Upsert by two key columns of 64-bit integers: a group and a value of it, as the maps of DISTINCT aggregates have them.  Three
 * passes over few rows as in hash_ints.c: hash and prefetch the line of the index; take the candidate and prefetch its row; compare
 * both keys.  What is left is searched one by one; mostly it is new, which its line says, and its row is two stores.
 *
 * Works while the index is growing, too: a stream of new values is in the middle of a move much of the time. */
#include <string.h>

#include "base/hash.h"
#include "state/hash_impl.h"

#define PIPE_ROWS 128u /* their rows of the table and lines of the index fit the first cache */
#define PASS static inline __attribute__((always_inline))

bool hash_table_takes_pairs(const HashTable *t, const Vec *second)
{
    const RowLayout *l = t->layout;
    bool takes = l->n_cols == 2 && second->kind == VEC_FLAT && !second->valid && !t->ps->spilling && !t->keys.entry;
    for (uint32_t c = 0; c < 2 && takes; c++) {
        TypeId id = (TypeId)l->type[c].id;
        takes = type_bytes(id) == sizeof(int64_t) && !type_is_float(id);
    }
    return takes;
}

/* A piece of the rows. */
typedef struct Piece {
    const int64_t *first, *second;
    uint32_t first_mask; /* 0: one for all */
    Rows rows;
    uint64_t hash[PIPE_ROWS];
} Piece;

PASS int64_t first_at(const Piece *p, uint32_t i)
{
    return p->first[i & p->first_mask];
}

PASS void hash_loop(const HashTable *t, Piece *p, Rows rows)
{
    bool moving = t->old.line != NULL;
    HashIndex own = {.line = t->index.line, .n_lines = t->index.n_lines};
    for (uint32_t i = 0; i < rows.n; i++) {
        uint64_t hash = hash_combine(hash_i64(first_at(p, i)), hash_i64(p->second[row_at(rows, i)]));
        const HashIndex *x = unlikely(moving) ? hash_index_of(t, hash) : &own;
        __builtin_prefetch(&x->line[index_home(x, hash)]);
        p->hash[i] = hash;
    }
}

static __attribute__((noinline)) void find_lines(const HashTable *t, Piece *p)
{
    if (p->rows.sel)
        hash_loop(t, p, p->rows);
    else
        hash_loop(t, p, (Rows){p->rows.n, NULL});
}

/* The blank row where a line has none. */
static __attribute__((noinline)) void find_rows(const HashTable *t, const Piece *p, uint8_t **ret_row)
{
    bool moving = t->old.line != NULL;
    HashIndex own = {.line = t->index.line, .n_lines = t->index.n_lines};
    uint8_t *blank = t->blank;
    for (uint32_t i = 0; i < p->rows.n; i++) {
        const HashIndex *x = unlikely(moving) ? hash_index_of(t, p->hash[i]) : &own;
        const IndexLine *l = &x->line[index_home(x, p->hash[i])];
        uint32_t m = line_match(l, hash_tag(p->hash[i]));
        uint8_t *row = m ? line_row(l, match_first(m)) : blank;
        __builtin_prefetch(row, 1);
        ret_row[i] = row;
    }
}

typedef struct RowKeys { /* where they are in a row */
    uint32_t first, second, nulls;
} RowKeys;

static RowKeys keys_in(const RowLayout *l)
{
    return (RowKeys){l->offset[0], l->offset[1], l->null_offset};
}

PASS bool has_keys(const RowKeys *at, const uint8_t *row, int64_t first, int64_t second)
{
    int64_t a, b;
    memcpy(&a, row + at->first, sizeof(a));
    memcpy(&b, row + at->second, sizeof(b));
    return !((a ^ first) | (b ^ second) | (row[at->nulls] & 3));
}

/* Lists the rows that are to be searched; gives how many. */
PASS uint32_t compare_loop(const HashTable *t, const Piece *p, Rows rows, uint8_t *const *row, uint16_t *ret_miss)
{
    const uint8_t *blank = t->blank;
    RowKeys at = keys_in(t->layout);
    uint32_t gen = t->ps->gen, n_miss = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        const uint8_t *r = row[i];
        ret_miss[n_miss] = (uint16_t)i;
        n_miss += r == blank || !has_keys(&at, r, first_at(p, i), p->second[row_at(rows, i)]) || *page_gen(r) != gen;
    }
    return n_miss;
}

static __attribute__((noinline)) uint32_t compare_rows(const HashTable *t, const Piece *p, uint8_t *const *row, uint16_t *ret_miss)
{
    if (p->rows.sel)
        return compare_loop(t, p, p->rows, row, ret_miss);
    return compare_loop(t, p, (Rows){p->rows.n, NULL}, row, ret_miss);
}

typedef struct Wanted {
    RowKeys at;
    int64_t first, second;
} Wanted;

static inline bool is_wanted(const HashTable *t, const uint8_t *row, const void *key)
{
    const Wanted *w = key;
    (void)t;
    return has_keys(&w->at, row, w->first, w->second);
}

static uint8_t *insert(HashTable *t, const Wanted *w, uint64_t hash)
{
    if (hash_index_reserve(t) < 0)
        return NULL;
    uint8_t *row = hash_row_blank(t, hash);
    if (unlikely(!row))
        return NULL;
    memcpy(row + w->at.first, &w->first, sizeof(w->first));
    memcpy(row + w->at.second, &w->second, sizeof(w->second));
    hash_index_insert(t, row);
    return row;
}

/* The i-th row of a piece, which the passes have not found. */
static int upsert_missed(HashTable *t, const Piece *p, uint32_t i, uint8_t **ret, bool *ret_new)
{
    uint64_t hash = p->hash[i];
    Wanted w = {keys_in(t->layout), first_at(p, i), p->second[row_at(p->rows, i)]};
    uint8_t *row = hash_is_absent(t, hash) ? NULL : hash_search(t, hash, is_wanted, &w);
    *ret_new = !row;
    if (!row)
        row = insert(t, &w, hash);
    if (!row)
        return -ERR_OUT_OF_MEMORY;
    page_touch(t->ps, row);
    *ret = row;
    return 0;
}

/* Bit `from` + i of ret_new is the i-th row's of the piece. */
static int upsert_piece(HashTable *t, Piece *p, uint8_t **ret_row, uint64_t *ret_new, uint32_t from)
{
    uint16_t miss[PIPE_ROWS];
    if (unlikely(t->old.line != NULL))
        hash_index_move(t, p->rows.n);
    find_lines(t, p);
    find_rows(t, p, ret_row);
    uint32_t n_miss = compare_rows(t, p, ret_row, miss);
    for (uint32_t k = 0; k < n_miss; k++) {
        bool is_new;
        TRY(upsert_missed(t, p, miss[k], &ret_row[miss[k]], &is_new));
        if (is_new)
            bit_set(ret_new, from + miss[k]);
    }
    return 0;
}

int hash_table_upsert_pairs(HashTable *t, const KeyPairs *keys, Rows rows, uint8_t **ret_row, uint64_t *ret_new, Err *err)
{
    Piece p = {.first_mask = keys->one_first ? 0 : UINT32_MAX};
    memset(ret_new, 0, BIT_WORDS(rows.n) * sizeof(*ret_new));
    for (uint32_t from = 0; from < rows.n; from += p.rows.n) {
        p.rows = (Rows){MIN(rows.n - from, PIPE_ROWS), rows.sel ? rows.sel + from : NULL};
        p.first = keys->first + (from & p.first_mask);
        p.second = keys->second + (rows.sel ? 0 : from);
        if (upsert_piece(t, &p, ret_row + from, ret_new, from) < 0)
            return t->ps->lost ? page_store_error(t->ps, err) : RAISE_NOMEM(err);
    }
    return 0;
}
