/* SPDX-License-Identifier: Apache-2.0
 *
 * Pairs of integers in pages: what the maps of DISTINCT aggregates keep where rows only come.  A pair is a cell of 16 bytes, group,
 * marks and value; there is no row and no index beside it.
 *
 * A page is a table of its own: 63 lines of four cells.  The high bits of a pair's hash choose the page, through a directory of
 * addresses in memory; low ones the line in which it is searched first.  A cell is free while its first word is 0, the cells of a
 * line fill from the first, and a search goes from line to line to a free cell.  A page that has become full is split by the next
 * bit of the hash, and the directory doubles when it has no such bit yet (extendible hashing): growing costs one page at a time and
 * reads nothing but that.  Full is a page in which a pair's cell is some lines behind its home; nobody counts, for the header of a
 * page would be one more line of memory for each pair, and headers at the same offset of their pages share a few sets of each
 * cache. Each page says how many bits its pairs share and which, so the directory can be made again from the pages.  Where hashes
 * are so alike that the directory would be much larger than what it leads to, a page gets others behind it. */
#include <string.h>
#ifdef __SSE4_1__
#include <smmintrin.h>
#endif

#include "base/hash.h"
#include "state/hash_impl.h"

#define LINE_CELLS 4u
#define LINES 63u
#define CELLS (LINES * LINE_CELLS)
#define FAR_LINES 4u   /* a new pair so many lines behind its home: the page is full */
#define USUAL_CELLS 75 /* of a page at least, when many pairs are expected */
#define DEPTH_MAX 32u
#define SLOTS_PER_PAGE 8u /* of the directory, at most */
#define PIECE_ROWS 512u
#define AHEAD 32u /* rows whose lines are on their way into the cache */
#define GROUP_BITS 56u
#define GROUP_MASK ((UINT64_C(1) << GROUP_BITS) - 1)
#define IS_BEHIND 256u /* in link[0], above the number of bits: no address in the directory leads to the page */

typedef struct PairCell {
    uint64_t key; /* marks << GROUP_BITS | group; 0 = free */
    int64_t value;
} PairCell;
typedef struct PairPage {
    PageHeader
        head; /* link[0]: how many bits of the hash its pairs share; link[1]: which, and the id of the page behind, 0 = none */
    PairCell cell[CELLS]; /* lines of LINE_CELLS */
} PairPage;
_Static_assert(sizeof(PairPage) == PAGE_BYTES, "a page");

#define HAS_BEHIND ((uintptr_t)1) /* in the directory, with the address */

typedef struct Pair {
    uint64_t group;
    int64_t value;
    uint64_t hash;
} Pair;

/* Decides where pairs lie in pages that are kept: never to be changed. */
static inline uint64_t pair_hash(uint64_t group, int64_t value)
{
    return hash_combine(hash_i64((int64_t)group), hash_i64(value));
}
static inline uint64_t high_bits(uint64_t hash, uint32_t n)
{
    return hash >> 1 >> (63 - n);
}
static inline uint32_t home_line(uint64_t hash)
{
    return (uint32_t)((uint64_t)(uint32_t)hash * LINES >> 32);
}
/* An entry of the directory: the address, and whether pages are behind it. */
static inline uintptr_t place_of(const HashTable *t, uint64_t hash)
{
    return t->pairs.page[high_bits(hash, t->pairs.depth)];
}
static uint32_t page_depth(const PairPage *p)
{
    return (uint32_t)p->head.link[0] & (IS_BEHIND - 1);
}
static uint32_t page_prefix(const PairPage *p)
{
    return (uint32_t)(p->head.link[1] >> 32);
}
static uint32_t page_behind(const PairPage *p)
{
    return (uint32_t)p->head.link[1];
}

bool pair_page_is_sound(const PageHeader *p)
{
    uint64_t depth = p->link[0] & ~(uint64_t)IS_BEHIND;
    return p->unit_bytes == sizeof(PairCell) && depth <= DEPTH_MAX && p->link[1] >> 32 >> depth == 0;
}

/* ---- cells ---- */

/* Bit k: the k-th cell of a line has the pair or is free. */
#ifdef __SSE4_1__
static inline uint32_t match_line(const PairCell *c, const Pair *x)
{
    const __m128i *at = (const __m128i *)(const void *)c;
    __m128i a = _mm_load_si128(at), b = _mm_load_si128(at + 1), d = _mm_load_si128(at + 2), e = _mm_load_si128(at + 3);
    __m128i group = _mm_set1_epi64x((long long)x->group), value = _mm_set1_epi64x(x->value);
    __m128i mask = _mm_set1_epi64x((long long)GROUP_MASK), none = _mm_setzero_si128();
    __m128i k0 = _mm_unpacklo_epi64(a, b), k1 = _mm_unpacklo_epi64(d, e);
    __m128i v0 = _mm_cmpeq_epi64(_mm_unpackhi_epi64(a, b), value), v1 = _mm_cmpeq_epi64(_mm_unpackhi_epi64(d, e), value);
    v0 = _mm_and_si128(v0, _mm_cmpeq_epi64(_mm_and_si128(k0, mask), group));
    v1 = _mm_and_si128(v1, _mm_cmpeq_epi64(_mm_and_si128(k1, mask), group));
    v0 = _mm_or_si128(v0, _mm_cmpeq_epi64(k0, none));
    v1 = _mm_or_si128(v1, _mm_cmpeq_epi64(k1, none));
    return (uint32_t)_mm_movemask_ps(_mm_castsi128_ps(_mm_packs_epi32(v0, v1))) /* of 32 bits of both halves */;
}
#else
static inline uint32_t match_line(const PairCell *c, const Pair *x)
{
    uint32_t found = 0;
    for (uint32_t k = 0; k < LINE_CELLS; k++) {
        uint32_t is = ((c[k].key & GROUP_MASK) ^ x->group | (uint64_t)(c[k].value ^ x->value)) == 0;
        found |= (is | (c[k].key == 0)) << k;
    }
    return found;
}
#endif

/* The cell of a pair, or the free one where it belongs; NULL: there is neither in the first lines. */
static inline __attribute__((always_inline)) PairCell *cell_in(PairPage *p, const Pair *x, uint32_t lines)
{
    uint32_t line = home_line(x->hash);
    for (uint32_t n = 0; n < lines; n++) {
        PairCell *c = &p->cell[line * LINE_CELLS];
        uint32_t found = match_line(c, x);
        if (likely(found))
            return &c[__builtin_ctz(found)];
        line = line + 1 == LINES ? 0 : line + 1;
    }
    return NULL;
}

static Pair pair_in(const PairCell *c)
{
    Pair x = {c->key & GROUP_MASK, c->value, 0};
    x.hash = pair_hash(x.group, x.value);
    return x;
}

/* Into a page that has room and not this pair.  The cells of a line fill from the first: those taken are before the free ones. */
static inline void put_cell(PairPage *p, uint64_t hash, const PairCell *cell)
{
    for (uint32_t line = home_line(hash);; line = line + 1 == LINES ? 0 : line + 1) {
        PairCell *c = &p->cell[line * LINE_CELLS];
        uint32_t taken = 0;
        for (uint32_t k = 0; k < LINE_CELLS; k++)
            taken += c[k].key != 0;
        if (likely(taken < LINE_CELLS)) {
            c[taken] = *cell;
            return;
        }
    }
}

/* Takes all cells out of a page that has been announced; ret has room for CELLS. */
static uint32_t take_cells(PairPage *p, PairCell *ret)
{
    uint32_t n = 0;
    const PairCell *c = p->cell;
    for (uint32_t i = 0; i < CELLS; i++) {
        ret[n] = c[i];
        n += c[i].key != 0;
    }
    memset(p->cell, 0, sizeof(p->cell));
    return n;
}

/* ---- pages ---- */

static PairPage *page_new(HashTable *t, uint32_t depth, uint32_t prefix, bool is_behind)
{
    PairPage *p = (PairPage *)page_list_add(&t->pages, PAGE_PAIRS, 1);
    if (!p)
        return NULL;
    p->head.unit_bytes = sizeof(PairCell);
    p->head.link[0] = depth | (is_behind ? IS_BEHIND : 0);
    p->head.link[1] = (uint64_t)prefix << 32;
    return p;
}

/* The places of the directory that lead to a page. */
static void lead_to(HashTable *t, PairPage *p)
{
    uint32_t spare = t->pairs.depth - page_depth(p);
    uintptr_t to = (uintptr_t)p | (page_behind(p) ? HAS_BEHIND : 0), *at = t->pairs.page + ((size_t)page_prefix(p) << spare);
    for (size_t i = 0; i < (size_t)1 << spare; i++)
        at[i] = to;
}

static int set_depth(HashTable *t, uint32_t depth)
{
    PairPages *d = &t->pairs;
    size_t n = (size_t)1 << depth;
    uintptr_t *at = page_array_grow(t->ps, d->page, d->page ? sizeof(*at) << d->depth : 0, n * sizeof(*at), ARRAY_LARGE);
    if (!at)
        return -ERR_OUT_OF_MEMORY;
    if (!d->page)
        at[0] = 0;
    for (size_t i = n, spare = depth - d->depth; i-- > 0;)
        at[i] = at[i >> spare];
    d->page = at;
    d->depth = depth;
    return 0;
}

int pair_pages_init(HashTable *t)
{
    return set_depth(t, 0);
}

void pair_pages_done(HashTable *t)
{
    if (t->pairs.page)
        page_array_free(t->ps, t->pairs.page, sizeof(uintptr_t) << t->pairs.depth);
    t->pairs = (PairPages){0};
}

/* All pages have gone. */
void pair_pages_clear(HashTable *t)
{
    memset(t->pairs.page, 0, sizeof(uintptr_t) << t->pairs.depth);
}

int64_t pair_pages_bytes(const HashTable *t)
{
    return t->pairs.page ? (int64_t)(sizeof(uintptr_t) << t->pairs.depth) : 0;
}

void pair_pages_expect(HashTable *t, uint64_t n)
{
    uint32_t depth = t->pairs.depth;
    while (depth < DEPTH_MAX && n >> (depth + 1) >= USUAL_CELLS)
        depth++;
    if (t->pages.n_pages == 0 && depth > t->pairs.depth)
        (void)set_depth(t, depth); /* without memory it grows as it can */
}

/* ---- growing ---- */

static bool can_split(const HashTable *t, const PairPage *p)
{
    uint32_t depth = page_depth(p);
    bool has_places = depth < t->pairs.depth || UINT64_C(1) << depth < t->pages.n_pages * SLOTS_PER_PAGE;
    return !page_behind(p) && depth < DEPTH_MAX && has_places;
}

static int split(HashTable *t, PairPage *p)
{
    PairCell cell[CELLS];
    uint32_t depth = page_depth(p) + 1, prefix = page_prefix(p) * 2;
    if (depth > t->pairs.depth)
        TRY(set_depth(t, depth));
    PairPage *upper = page_new(t, depth, prefix + 1, false);
    if (!upper)
        return -ERR_OUT_OF_MEMORY;
    page_touch(t->ps, p);
    uint32_t n = take_cells(p, cell);
    p->head.link[0] = depth;
    p->head.link[1] = (uint64_t)prefix << 32;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t hash = pair_in(&cell[i]).hash;
        put_cell(high_bits(hash, depth) & 1 ? upper : p, hash, &cell[i]);
    }
    lead_to(t, upper);
    return 0;
}

typedef struct CellAt {
    PairPage *page;
    PairCell *cell;
} CellAt;

/* The pair's cell, or a free one, in a page or those behind it; cell NULL: there is neither, and page is the last. */
static int cell_behind(HashTable *t, PairPage *p, const Pair *x, CellAt *ret)
{
    *ret = (CellAt){p, NULL};
    for (;;) {
        if (!page_need(t->ps, p))
            return -ERR_IO;
        PairCell *c = cell_in(p, x, LINES);
        if (c && (!ret->cell || c->key))
            *ret = (CellAt){p, c};
        if ((c && c->key) || !page_behind(p))
            break;
        p = (PairPage *)page_by_id(t->ps, page_behind(p));
    }
    if (!ret->cell)
        ret->page = p;
    return 0;
}

static int first_page(HashTable *t, const Pair *x)
{
    PairPage *p = page_new(t, t->pairs.depth, (uint32_t)high_bits(x->hash, t->pairs.depth), false);
    if (!p)
        return -ERR_OUT_OF_MEMORY;
    lead_to(t, p);
    return 0;
}

static int page_behind_new(HashTable *t, PairPage *p, PairPage *last)
{
    PairPage *more = page_new(t, page_depth(p), page_prefix(p), true);
    if (!more)
        return -ERR_OUT_OF_MEMORY;
    page_touch(t->ps, last);
    last->head.link[1] |= more->head.page_id;
    lead_to(t, p);
    return 0;
}

/* The same after making what is missing. */
static __attribute__((noinline)) int cell_made(HashTable *t, const Pair *x, CellAt *ret)
{
    for (;;) {
        PairPage *p = (PairPage *)(place_of(t, x->hash) & ~HAS_BEHIND);
        if (!p) {
            TRY(first_page(t, x));
            continue;
        }
        TRY(cell_behind(t, p, x, ret));
        if (ret->cell && (ret->cell->key || cell_in(p, x, FAR_LINES)))
            return 0;
        if (can_split(t, p))
            TRY(split(t, p));
        else if (ret->cell)
            return 0;
        else
            TRY(page_behind_new(t, p, ret->page));
    }
}

/* ---- adding ---- */

/* Pairs that the usual loop leaves: not in the first line, or with pages that are out. */
static __attribute__((noinline)) int cell_beyond(HashTable *t, const Pair *x, CellAt *ret)
{
    uintptr_t place = place_of(t, x->hash);
    *ret = (CellAt){(PairPage *)place, NULL};
    if (place && !(place & HAS_BEHIND) && page_need(t->ps, ret->page))
        ret->cell = cell_in(ret->page, x, FAR_LINES);
    return ret->cell ? 0 : cell_made(t, x, ret);
}

static inline void set_marks(HashTable *t, const Pair *x, const CellAt *at, uint32_t had, uint32_t mark)
{
    page_touch(t->ps, at->page);
    t->n_rows += had == 0;
    *at->cell = (PairCell){x->group | (uint64_t)(had | mark) << GROUP_BITS, x->value};
}

static int mark_pair(HashTable *t, const Pair *x, uint32_t mark, uint8_t *ret_new)
{
    CellAt at;
    TRY(cell_beyond(t, x, &at));
    uint32_t had = (uint32_t)(at.cell->key >> GROUP_BITS);
    *ret_new = (uint8_t)(mark & ~had);
    if (*ret_new)
        set_marks(t, x, &at, had, mark);
    return 0;
}

/* ---- batches ---- */

typedef struct Column { /* what the loops read, without a branch on where it is */
    const int64_t *first, *second;
    const uint8_t *mark;
    uint32_t mark_mask; /* 0: one for all */
    bool one_first;
    uint64_t first_hash; /* of the one */
} Column;

static inline __attribute__((always_inline)) Pair pair_at(const Column *c, Rows rows, bool one, uint32_t i)
{
    int64_t first = c->first[one ? 0 : i], value = c->second[row_at(rows, i)];
    return (Pair){(uint64_t)first, value, hash_combine(one ? c->first_hash : hash_i64(first), hash_i64(value))};
}

typedef struct Asked { /* a pair on its way into the cache: its page and first line */
    Pair pair;
    PairPage *page; /* NULL: it is searched later */
    PairCell *line;
} Asked;

static inline __attribute__((always_inline)) void ask_for(const HashTable *t, const Column *c, Rows rows, bool one, uint32_t i,
                                                          Asked *ret)
{
    static const PairPage nothing; /* a line of free cells */
    Pair x = pair_at(c, rows, one, i);
    uintptr_t place = place_of(t, x.hash);
    bool usual = place && !(place & HAS_BEHIND);
    const PairPage *page = usual ? (const PairPage *)place : &nothing;
    const PairCell *line = &page->cell[home_line(x.hash) * LINE_CELLS];
    __builtin_prefetch(line, 1);
    *ret = (Asked){x, usual ? (PairPage *)place : NULL, (PairCell *)line};
}

/* Pairs that are in their first line, or have a place there; lists the others and says how many. */
static inline __attribute__((always_inline)) uint32_t mark_usual(HashTable *t, const Column *c, Rows rows, bool one,
                                                                 uint8_t *ret_new, uint16_t *ret_rest)
{
    Asked asked[AHEAD];
    uint32_t n_rest = 0;
    for (uint32_t i = 0; i < MIN(rows.n, AHEAD); i++)
        ask_for(t, c, rows, one, i, &asked[i]);
    for (uint32_t i = 0; i < rows.n; i++) {
        Asked *a = &asked[i % AHEAD];
        uint32_t found = match_line(a->line, &a->pair), mark = c->mark[row_at(rows, i) & c->mark_mask];
        PairCell *cell = &a->line[__builtin_ctz(found | 1u << (LINE_CELLS - 1))];
        uint32_t had = (uint32_t)(cell->key >> GROUP_BITS);
        bool is_rest = !found | !a->page;
        uint32_t new = is_rest ? 0 : mark & ~had;
        ret_rest[n_rest] = (uint16_t)i;
        n_rest += is_rest;
        ret_new[i] = (uint8_t) new;
        if (new)
            set_marks(t, &a->pair, &(CellAt){a->page, cell}, had, mark);
        if (likely(i + AHEAD < rows.n))
            ask_for(t, c, rows, one, i + AHEAD, a);
    }
    return n_rest;
}

static int mark_piece(HashTable *t, const Column *c, Rows rows, uint8_t *ret_new)
{
    uint16_t rest[PIECE_ROWS];
    uint32_t n = rows.n;
    for (uint32_t i = 0; t->ps->spilling && i < n; i++) /* a page may be out: one by one */
        rest[i] = (uint16_t)i;
    if (likely(!t->ps->spilling)) {
        if (c->one_first)
            n = rows.sel ? mark_usual(t, c, rows, true, ret_new, rest) : mark_usual(t, c, (Rows){n, NULL}, true, ret_new, rest);
        else
            n = rows.sel ? mark_usual(t, c, rows, false, ret_new, rest) : mark_usual(t, c, (Rows){n, NULL}, false, ret_new, rest);
    }
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = rest[k];
        Pair x = pair_at(c, rows, c->one_first, i);
        TRY(mark_pair(t, &x, c->mark[row_at(rows, i) & c->mark_mask], &ret_new[i]));
    }
    return 0;
}

int hash_table_mark_pairs(HashTable *t, const KeyPairs *keys, const uint8_t *mark, Rows rows, uint8_t *ret_new, Err *err)
{
    static const uint8_t one = 1;
    Column c = {.mark = &one, .one_first = keys->one_first, .first_hash = hash_i64(rows.n ? keys->first[0] : 0)};
    for (uint32_t from = 0, n; from < rows.n; from += n) {
        n = MIN(rows.n - from, PIECE_ROWS);
        uint32_t phys = rows.sel ? 0 : from;
        c.first = keys->first + (keys->one_first ? 0 : from);
        c.second = keys->second + phys;
        if (mark) {
            c.mark = mark + phys;
            c.mark_mask = UINT32_MAX;
        }
        if (mark_piece(t, &c, (Rows){n, rows.sel ? rows.sel + from : NULL}, ret_new + from) < 0)
            return t->ps->lost ? page_store_error(t->ps, err) : RAISE_NOMEM(err);
    }
    return 0;
}

void hash_table_forget_pairs(HashTable *t, int64_t first)
{
    PairCell cell[CELLS];
    for (uint32_t k = 0; k < t->pages.n; k++) {
        PairPage *p = (PairPage *)t->pages.slot[k].page;
        if (!p || !page_need(t->ps, p))
            continue;
        bool any = false;
        for (uint32_t i = 0; i < CELLS; i++)
            any |= (p->cell[i].key & GROUP_MASK) == (uint64_t)first;
        if (!any)
            continue;
        page_touch(t->ps, p);
        for (uint32_t i = 0, n = take_cells(p, cell); i < n; i++) {
            if ((cell[i].key & GROUP_MASK) == (uint64_t)first)
                t->n_rows--;
            else
                put_cell(p, pair_in(&cell[i]).hash, &cell[i]);
        }
    }
}

/* ---- restored pages ---- */

static bool is_behind_sound(const HashTable *t, const PairPage *p)
{
    uint32_t id = page_behind(p);
    if (id == 0)
        return true;
    RegionSlot *r = id / REGION_PAGES < t->ps->n_regions ? &t->ps->region[id / REGION_PAGES] : NULL;
    uint32_t at = id % REGION_PAGES;
    return r && r->base && at > 0 && at < r->n_pages && r->base->table[at - 1] == t->pages.table;
}

int pair_pages_adopt(HashTable *t, PageHeader *page)
{
    PairPage *p = (PairPage *)page;
    if (!is_behind_sound(t, p))
        return -ERR_CORRUPT;
    if (page_depth(p) > t->pairs.depth)
        TRY(set_depth(t, page_depth(p)));
    TRY(page_list_adopt(&t->pages, page));
    if (!(p->head.link[0] & IS_BEHIND))
        lead_to(t, p);
    for (uint32_t i = 0; i < CELLS; i++)
        t->n_rows += p->cell[i].key != 0;
    return 0;
}

/* Tables of pairs were once rows, with a count for each mark. */
int pair_pages_take_rows(HashTable *t, const PageHeader *page)
{
    const RowLayout *l = t->layout;
    for (uint32_t u = 0; (u = page_unit_next(page, u)) != UNIT_NONE; u++) {
        uint8_t *row = page_unit((PageHeader *)page, u), new;
        Pair x;
        memcpy(&x.group, row + l->offset[0], sizeof(x.group));
        memcpy(&x.value, row + l->offset[1], sizeof(x.value));
        x.hash = pair_hash(x.group, x.value);
        uint32_t mark = *row_count(row) > 0;
        const int64_t *more = (const int64_t *)(const void *)row_extra(l, row);
        for (uint32_t i = 0; i < l->extra_bytes / sizeof(*more); i++)
            mark |= (uint32_t)(more[i] > 0) << (i + 1);
        TRY(mark_pair(t, &x, mark, &new));
    }
    return 0;
}
