/* SPDX-License-Identifier: Apache-2.0
 *
 * Units: pieces of equal size in pages, the one allocator of rows, strings and tree nodes.  [shard]
 *
 * A UnitPool hands out units of one size, from the page that got a free unit last: what comes at the same time lies together, and
 * the header that is written is nearly always in the cache. Pages of a range of key groups each, as they once were, cost a miss per
 * unit: 128 headers at the same offset of their pages share a few sets of every cache.
 *
 * A UnitHeap is a pool per size class, and runs of pages for what is larger than a page.  An empty page goes back to the store at
 * once. References are {page id : 32, byte offset : 32}: they mean the same in a page's image. */
#pragma once
#include "base/hash.h"
#include "state/page_impl.h"

#define UNIT_NONE UINT32_MAX
#define ALL_KEY_GROUPS (7u << 8) /* in a page's header: of the first group, 2^7 */

typedef struct PageSlot {
    PageHeader *page;    /* NULL: hole */
    uint32_t prev, next; /* among the pages with a free unit; of a hole: the next hole */
} PageSlot;

typedef struct PageList { /* all pages of a table */
    PageStore *ps;
    uint32_t table;
    int64_t bucket;
    PageSlot *slot;
    uint32_t n, cap, hole;
    uint64_t n_pages; /* of 4 KiB */
    bool stays;       /* its pages do not leave memory */
} PageList;

typedef struct UnitPool {
    uint32_t head; /* first page with a free unit */
    uint32_t unit_bytes;
    uint32_t inverse; /* offset * inverse >> 32 is a unit's number: a division takes longer than all else of unit_free */
    uint32_t n_pages;
    uint16_t capacity; /* units per page */
    uint8_t kind;      /* PageKind */
} UnitPool;

#define N_UNIT_CLASSES 23u
typedef struct UnitHeap {
    UnitPool pool[N_UNIT_CLASSES];
    uint32_t n_pages; /* of pools, without runs */
    uint8_t kind;
} UnitHeap;

void page_list_init(PageList *l, PageStore *ps, uint32_t table, int64_t bucket);
void page_list_done(PageList *l);  /* frees all pages */
void page_list_clear(PageList *l); /* the same; the list stays usable, the pools must be reset */
/* A new page of n pages in the list, or a restored one; in no chain. */
PageHeader *page_list_add(PageList *l, PageKind kind, uint32_t n_pages);
int page_list_adopt(PageList *l, PageHeader *page);
static inline int64_t page_list_bytes(const PageList *l)
{
    return (int64_t)l->n_pages * (int64_t)PAGE_BYTES + (int64_t)(l->cap * sizeof(PageSlot));
}

void unit_pool_init(UnitPool *p, PageKind kind, uint32_t unit_bytes);
uint8_t *unit_alloc(UnitPool *p, PageList *l); /* not zeroed, page announced; NULL = no memory */
/* As many of n units as there is memory for; how many. */
uint32_t unit_alloc_many(UnitPool *p, PageList *l, uint32_t n, uint8_t **ret);
void unit_free(UnitPool *p, PageList *l, uint8_t *unit);

void unit_heap_init(UnitHeap *h, PageKind kind);
void unit_heap_done(UnitHeap *h);
uint8_t *unit_heap_alloc(UnitHeap *h, PageList *l, size_t bytes);
void unit_heap_free(UnitHeap *h, PageList *l, uint8_t *unit);
/* A restored page becomes the list's, and the pool's or heap's. 0 or -ERR_OUT_OF_MEMORY, -ERR_CORRUPT. */
int unit_pool_adopt(UnitPool *p, PageList *l, PageHeader *page);
int unit_heap_adopt(UnitHeap *h, PageList *l, PageHeader *page);
uint32_t unit_room(const uint8_t *unit); /* bytes of a unit that is not a run */

static inline uint64_t unit_ref(const uint8_t *unit)
{
    return page_of(unit)->page_id << 32 | ((uintptr_t)unit & (PAGE_BYTES - 1));
}
static inline uint8_t *unit_at(const PageStore *ps, uint64_t ref)
{
    PageHeader *p = page_by_id(ps, (uint32_t)(ref >> 32));
    (void)page_need(ps, p);
    return (uint8_t *)p + (uint32_t)ref;
}
/* Units of a page in use: position of the first one not below `from`, or UNIT_NONE. */
static inline uint32_t page_unit_next(const PageHeader *p, uint32_t from)
{
    for (uint32_t w = from / 64; w < 2; w++, from = w * 64) {
        uint64_t m = p->unit_bytes || w == 0 ? p->link[w] & (UINT64_MAX << (from % 64)) : 0;
        if (m)
            return w * 64 + (uint32_t)__builtin_ctzll(m);
    }
    return UNIT_NONE;
}
static inline uint8_t *page_unit(PageHeader *p, uint32_t i)
{
    return (uint8_t *)p + sizeof(PageHeader) + (size_t)i * p->unit_bytes;
}
