/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of the HASH table.  [shard]
 *
 * Index: cache lines of eight {16-bit tag, 48-bit row address}, the three parts side by side so that one comparison tests all tags.
 * A row's home is a line, chosen by the hash's high half scaled to the number of lines (any number, so it grows in finer steps than
 * doubling); the tag is made of the low bits.  A full line overflows into the next one.  A search ends at a line with an empty
 * place; a place emptied in a full line becomes a grave so that searches pass on.
 *
 * Growth is incremental: `old` holds what has not moved yet, lines below `cursor` are moved, every change moves a few more. Entries
 * are inserted into `index` only; searches look into both. */
#pragma once
#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include "state/table.h"
#include "state/units_impl.h"

#define LINE_ENTRIES 8u
#define TAG_EMPTY 0u
#define TAG_GRAVE 1u

typedef struct IndexLine {
    uint16_t tag[LINE_ENTRIES];
    uint32_t low[LINE_ENTRIES];
    uint16_t high[LINE_ENTRIES];
} IndexLine;
_Static_assert(sizeof(IndexLine) == 64, "one cache line");

typedef struct HashIndex {
    IndexLine *line; /* NULL = none */
    uint64_t n_lines;
    uint64_t n_graves;
    void *memory; /* line, before alignment */
} HashIndex;

struct HashTable {
    HashIndex index, old;
    uint64_t cursor; /* next line of old to move */
    uint64_t n_rows;
    const RowLayout *layout;
    PageStore *ps;
    uint8_t *blank; /* row_bytes zeros: stands for "no candidate" in loops without branches */
    UnitPool rows;
    PageList pages;
    UnitHeap strings, heap; /* strings of rows, by key group; texts of hash_table_heap_put */
};

static inline uint16_t hash_tag(uint64_t hash)
{
    uint32_t t = (uint32_t)hash & 0xffff;
    return (uint16_t)(t + (t < 2 ? 2 : 0));
}
static inline uint64_t index_home(const HashIndex *x, uint64_t hash)
{
    return (hash >> 32) * x->n_lines >> 32;
}
/* Two bits per matching entry. */
static inline uint32_t line_match(const IndexLine *l, uint16_t tag)
{
#ifdef __SSE2__
    __m128i tags = _mm_load_si128((const __m128i *)(const void *)l->tag);
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi16(tags, _mm_set1_epi16((short)tag)));
#else
    uint32_t m = 0;
    for (uint32_t i = 0; i < LINE_ENTRIES; i++)
        m |= l->tag[i] == tag ? 3u << (2 * i) : 0;
    return m;
#endif
}
static inline uint32_t match_first(uint32_t m)
{
    return (uint32_t)__builtin_ctz(m) / 2;
}
static inline uint32_t match_rest(uint32_t m)
{
    return m & (m - 1) & ~(2u << (m ? __builtin_ctz(m) : 0));
}
static inline uint8_t *line_row(const IndexLine *l, uint32_t i)
{
    return (uint8_t *)(uintptr_t)((uint64_t)l->high[i] << 32 | l->low[i]); /* design 4.0: an entry is a tag and an address */
}

/* hash_index.c */
int hash_index_init(HashTable *t);
void hash_index_done(HashTable *t);
void hash_index_clear(HashTable *t); /* of a table without rows; gives memory back when there is memory to do so */
int64_t hash_index_bytes(const HashTable *t);
/* Room for one more entry; 0 or -ERR_OUT_OF_MEMORY. */
int hash_index_reserve(HashTable *t);
void hash_index_insert(HashTable *t, uint8_t *row); /* after hash_index_reserve */
void hash_index_remove(HashTable *t, uint8_t *row);
/* Moves up to n lines of the old index. */
void hash_index_move(HashTable *t, uint64_t n);

/* hash_rows.c: row against the i-th key (physical row) */
bool hash_row_equals(const HashTable *t, const uint8_t *row, const Vec *const *keys, uint32_t phys);
uint8_t *hash_row_new(HashTable *t, const Vec *const *keys, uint32_t phys, uint64_t hash); /* NULL = no memory */
void hash_row_free(HashTable *t, uint8_t *row);
Str hash_row_str(const HashTable *t, const StrView *v);
/* Whether column c of each of the n candidates differs from the key, or'ed into differs[i]. */
void hash_rows_compare(const HashTable *t, uint32_t c, const Vec *key, Rows rows, uint8_t *const *cand, uint8_t *differs);
