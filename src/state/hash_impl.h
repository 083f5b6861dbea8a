/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of the HASH table.  [shard]
 *
 * Index: cache lines of eight {16-bit tag, 48-bit row address}, the three parts side by side so that one comparison tests all tags.
 * A row's home is a line, chosen by the hash's high half scaled to the number of lines (any number, so it grows in finer steps than
 * doubling); the tag is made of the low bits.  A full line overflows into the next one.  A search ends at a line with an empty
 * place; a place emptied in a full line becomes a grave so that searches pass on.
 *
 * Growth is incremental, without a pause for clearing, moving or freeing.  While `old` is there, keys whose home in it is below
 * `cursor` live in old, the others in index.  The cursor goes down; because homes grow with the hash in both, the part of index
 * that is in use grows downwards with it: lines `low`..`high` are not cleared yet and count as empty.  Old gives its end back as it
 * goes. */
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
    uint64_t room; /* for so many rows and graves: then it grows */
    uint64_t n_graves;
    uint64_t low, high;  /* lines not cleared yet, between a few for overflow from the end and those in use */
    void *memory;        /* line, before alignment */
    size_t bytes, reach; /* of it, and the addresses that it had at first */
} HashIndex;

typedef struct KeyEntry {
    uint64_t key;
    uint8_t *row;
} KeyEntry;
typedef struct KeyCache { /* hash_cache.c */
    KeyEntry *entry;      /* 2^bits; NULL = none */
    uint32_t bits, shift, gen;
} KeyCache;

typedef struct PairPages { /* pair_pages.c */
    uintptr_t *page;       /* 2^depth addresses, by the high bits of the hash; 0 = no pair yet */
    uint32_t depth;
} PairPages;

struct HashTable {
    HashIndex index, old;
    KeyCache keys;
    uint64_t cursor; /* lines of old that are still in use */
    uint64_t n_rows;
    bool is_bare; /* no row is in the index */
    const RowLayout *layout;
    PageStore *ps;
    uint8_t *blank; /* row_bytes zeros: stands for "no candidate" in loops without branches */
    UnitPool rows;
    PageList pages;
    PairPages pairs;        /* of a table of pairs, which has no rows: n_rows counts the pairs */
    UnitHeap strings, heap; /* strings of rows; texts of hash_table_heap_put */
};

static inline uint16_t hash_tag(uint64_t hash)
{
    return (uint16_t)(hash | 2u); /* neither of the above */
}
static inline uint64_t index_home(const HashIndex *x, uint64_t hash)
{
    return (hash >> 32) * x->n_lines >> 32;
}
/* Always inlined: a function that only prefetches has no effect in the compiler's eyes, and gcc drops calls of it. */
#define PREFETCH_LOOP static inline __attribute__((always_inline)) void

/* The index that holds a key with this hash, if any does. */
static inline const HashIndex *hash_index_of(const HashTable *t, uint64_t hash)
{
    return unlikely(t->old.line != NULL) && index_home(&t->old, hash) < t->cursor ? &t->old : &t->index;
}
/* The line after `at` where a search goes on, or the number of lines when it ends: only lines below the cursor of old are valid,
 * and lines not cleared are empty. */
static inline uint64_t index_after(const HashTable *t, const HashIndex *x, uint64_t at)
{
    if (++at == x->n_lines)
        at = 0;
    if (unlikely(t->old.line != NULL) && (x == &t->old ? at >= t->cursor || at == 0 : at >= x->low && at < x->high))
        return x->n_lines;
    return at;
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

/* Whether the hash's own line is enough to see that no row has it. */
static inline bool hash_is_absent(const HashTable *t, uint64_t hash)
{
    const HashIndex *x = hash_index_of(t, hash);
    const IndexLine *l = &x->line[index_home(x, hash)];
    return !line_match(l, hash_tag(hash)) && line_match(l, TAG_EMPTY);
}
/* The row with the hash for which `is` says that it has the key, or NULL. */
typedef bool (*RowTest)(const HashTable *t, const uint8_t *row, const void *key);
static inline __attribute__((always_inline)) uint8_t *hash_search(const HashTable *t, uint64_t hash, RowTest is, const void *key)
{
    const HashIndex *x = hash_index_of(t, hash);
    uint16_t tag = hash_tag(hash);
    uint64_t home = index_home(x, hash), at = home;
    do {
        const IndexLine *l = &x->line[at];
        for (uint32_t m = line_match(l, tag); m; m = match_rest(m)) {
            uint8_t *row = line_row(l, match_first(m));
            __builtin_prefetch(row + t->layout->extra_offset, 1);
            if (page_need(t->ps, row) && row_hash(row) == hash && is(t, row, key))
                return row;
        }
        if (line_match(l, TAG_EMPTY))
            return NULL;
        at = index_after(t, x, at);
    } while (at != home && at != x->n_lines);
    return NULL;
}

/* hash_index.c */
int hash_index_init(HashTable *t);
void hash_index_done(HashTable *t);
/* Of a table without rows, which had n_rows: a small index stays as large as those needed, for what is filled and cleared with
 * every step; else memory is given back when there is memory to do so. */
void hash_index_clear(HashTable *t, uint64_t n_rows);
int64_t hash_index_bytes(const HashTable *t);
/* Room for one more entry; 0 or -ERR_OUT_OF_MEMORY. */
int hash_index_make_room(HashTable *t);
static inline int hash_index_reserve(HashTable *t)
{
    bool has_room = t->n_rows + t->index.n_graves < t->index.room && !t->ps->spilling;
    return likely(has_room) ? 0 : hash_index_make_room(t);
}
void hash_index_insert(HashTable *t, uint8_t *row); /* after hash_index_reserve; cannot fail */
void hash_index_remove(HashTable *t, uint8_t *row);
/* Makes the index from the rows in the pages, for n_rows, without the row `without`; without memory (or a page) it stays as it is.
 */
int hash_index_build(HashTable *t, uint64_t n_rows, const uint8_t *without);
/* hash_ints.c: upsert by a column that hash_table_takes_ints, in a table for which that is the faster way; ret_new is cleared. */
bool hash_ints_takes(const HashTable *t);
#define HASH_INTS_ROWS 8u /* fewer have no misses that could overlap */
void hash_ints_find(const HashTable *t, const Vec *key, const uint64_t *hash, Rows rows, uint8_t **ret_row);
uint8_t *hash_find_row(const HashTable *t, const Vec *const *keys, uint32_t phys, uint64_t hash); /* hash_probe.c; NULL = none */
int hash_ints_upsert(HashTable *t, const Vec *key, Rows rows, uint8_t **ret_row, uint64_t *ret_new);
/* Moves n lines of the old index, or a few more. */
void hash_index_move(HashTable *t, uint64_t n);

/* hash_rows.c: row against the i-th key (physical row) */
bool hash_row_equals(const HashTable *t, const uint8_t *row, const Vec *const *keys, uint32_t phys);
void hash_row_rewrite(HashTable *t, uint8_t *row, uint32_t c, const Vec *key, uint32_t phys); /* as hash_table_rewrite */
uint8_t *hash_row_new(HashTable *t, const Vec *const *keys, uint32_t phys, uint64_t hash);    /* NULL = no memory */
/* Rows that are not in the index yet; all or, without memory, none. */
int hash_rows_make(HashTable *t, const Vec *const *keys, const uint64_t *hash, Rows rows, uint8_t **ret_row);
uint8_t *hash_row_blank(HashTable *t, uint64_t hash); /* the same with zeros for a key */
void hash_row_free(HashTable *t, uint8_t *row);
/* Column c of n rows of the store, or of a snapshot when there is one. */
int hash_rows_read(const RowLayout *l, const PageStore *ps, const PageSnapshot *snapshot, uint8_t *const *row, uint32_t n,
                   uint32_t c, Vec *out, Arena *arena);
Str hash_row_str(const HashTable *t, const StrView *v);
/* Whether column c of each of the n candidates differs from the key, or'ed into differs[i]. */
void hash_rows_compare(const HashTable *t, uint32_t c, const Vec *key, Rows rows, uint8_t *const *cand, uint8_t *differs);
/* The same of the whole key, in one walk over the rows, where it is a number beside a text that is short and one for all rows: the
 * groups of a day.  false: it is another key, and nothing is done. */
bool hash_rows_compare_dated(const HashTable *t, const Vec *const *keys, Rows rows, uint8_t *const *cand, uint8_t *differs);

/* hash_cache.c */
void key_cache_done(HashTable *t);
void key_cache_reset(HashTable *t);
int64_t key_cache_bytes(const HashTable *t);
/* Only where there is a cache: */
void key_cache_forget(HashTable *t, const uint8_t *row);
void key_cache_prefetch(const HashTable *t, const uint8_t *row);

/* ---- pair_pages.c ---- */
int pair_pages_init(HashTable *t);
void pair_pages_done(HashTable *t);
void pair_pages_clear(HashTable *t); /* when its pages have gone */
int64_t pair_pages_bytes(const HashTable *t);
void pair_pages_expect(HashTable *t, uint64_t n);
int pair_pages_adopt(HashTable *t, PageHeader *page);           /* a restored page */
int pair_pages_take_rows(HashTable *t, const PageHeader *page); /* pairs that were kept as rows; the page stays what it is */
