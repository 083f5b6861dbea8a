/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of the page store, for the tables of this folder.  [shard]
 *
 * Pages live in regions, aligned to 2 MiB whatever their size, so a row's region and page are found by masking its address.  A
 * region's first page holds, densely, each page's change generation and table: the check "is this page announced already?" touches
 * 4 bytes that stay in the cache instead of one header per page.
 *
 * Generation: the store's counter grows at every epoch and at every opening of a snapshot.  A page whose generation is the store's
 * has been stamped with the epoch and copied for the snapshots that need it.  A snapshot still sees the live page while the page's
 * generation is not above the snapshot's.
 *
 * Runs: something larger than one page gets consecutive pages; only the first has a header, a generation and a table. */
#pragma once
#include "base/space.h"
#include "state/page_store.h"

#define REGION_BYTES ((size_t)2 << 20)
#define REGION_PAGES 512u
#define PAGE_ROOM (PAGE_BYTES - (uint32_t)sizeof(PageHeader))
#define PAGE_MAGIC 0x4750414cu /* "LAPG" */
#define PAGE_NO_TABLE UINT32_MAX
#define REGIONS_FIRST 4u     /* a list has room for so many, then for twice as many, .. */
#define REGION_LISTS_MAX 20u /* more are more than page ids have bits for */

typedef struct PageSpill PageSpill;
typedef struct RegionSpill RegionSpill;
typedef struct PageRegion {
    RegionSpill *spill;               /* which pages are not in memory; NULL = all are (page_spill.c) */
    uint32_t gen[REGION_PAGES - 1];   /* of page i + 1 */
    uint32_t table[REGION_PAGES - 1]; /* of page i + 1; PAGE_NO_TABLE: free, or a later page of a run */
} PageRegion;
_Static_assert(sizeof(PageRegion) <= PAGE_BYTES, "first page of a region");

typedef struct RegionSlot {
    PageRegion *base; /* NULL: this number is free */
    uint32_t n_pages; /* with the first; above REGION_PAGES: holds one long run */
    uint32_t n_free;
    uint32_t fresh; /* pages from this one on have never been used, and are zeros */
    uint64_t free[REGION_PAGES / 64];
} RegionSlot;

typedef struct RegionList {
    RegionSlot *list;
    uint32_t cap;
} RegionList;

typedef struct PageOrphan { /* a restored page that waits for its table */
    uint32_t table, id;
    int64_t bucket;
    bool taken;
} PageOrphan;

struct PageStore {
    uint32_t gen;
    uint32_t first_gen; /* no page's is below; 0: they have been numbered anew */
    uint64_t epoch;
    /* By number: page id = number * REGION_PAGES + position.  [any] where nothing leaves memory: while one thread makes pages,
     * others may read rows and texts of tables that nobody changes, so a list that has moved stays where it was until the end. */
    RegionSlot *_Atomic region;
    RegionList moved[REGION_LISTS_MAX];
    uint32_t n_moved;
    uint32_t n_regions, cap_regions;
    uint32_t hint;     /* no region below has a free page */
    uint32_t run_hint; /* where the last run was found */
    uint32_t n_empty;  /* regions without a page in use, at most one */
    uint64_t n_pages;  /* in use */
    int64_t bytes;
    PageSnapshot *snapshots; /* oldest first */
    PageSpill *spill;        /* NULL: pages never leave memory */
    bool spilling;           /* some may have left it */
    bool lost;               /* a page could not be read back; see page_store_take_error */
    PageOrphan *orphan;      /* by table, bucket, id; NULL: nothing is being restored */
    uint64_t n_orphans, cap_orphans;
    bool holds_orphans; /* see page_orphans_hold */
    Space space;        /* regions, and what else of the tables is large */
    Account *acct;
};

static inline PageRegion *region_of(const void *p)
{
    return (PageRegion *)((uintptr_t)p & ~(uintptr_t)(REGION_BYTES - 1));
}
/* Of an address in a page, or of the start of a unit that is a run. */
static inline PageHeader *page_of(const void *p)
{
    return (PageHeader *)((uintptr_t)p & ~(uintptr_t)(PAGE_BYTES - 1));
}
static inline PageHeader *page_by_id(const PageStore *ps, uint32_t id)
{
    return (PageHeader *)((uint8_t *)ps->region[id / REGION_PAGES].base + (size_t)(id % REGION_PAGES) * PAGE_BYTES);
}
static inline uint32_t *page_gen(const void *p)
{
    return &region_of(p)->gen[(((uintptr_t)p / PAGE_BYTES) % REGION_PAGES) - 1];
}

/* Lists that grow by doubling: from `large` bytes on they lie in the store's space and stay where they are.  NULL = no memory, and
 * nothing has changed. */
#define ARRAY_LARGE ((size_t)16 << 10)
void *page_array_grow(PageStore *ps, void *p, size_t bytes, size_t to, size_t large);
void page_array_free(PageStore *ps, void *p, size_t bytes);

/* n_pages consecutive pages with the first one's header set (n_used 0, unit_bytes 0, links 0), counted as changed in this epoch;
 * NULL = no memory.  group as in the header. */
PageHeader *page_alloc(PageStore *ps, uint32_t table, uint16_t group, int64_t bucket, PageKind kind, uint32_t n_pages);
void page_free(PageStore *ps, PageHeader *p);
/* For restoring: region `no` with n pages (its first included), which must not be there; NULL = no memory. And pages of it for one
 * table, from a given id on; false: they are not free. */
PageRegion *page_region_at(PageStore *ps, uint32_t no, uint32_t n);
void page_regions_drop(PageStore *ps); /* of a store without pages */
bool page_take_id(PageStore *ps, uint32_t id, uint32_t n_pages, uint32_t table);
/* The next page that waits for a table's bucket; *at starts with 0. NULL = no more. */
PageHeader *page_orphan_take(PageStore *ps, uint32_t table, int64_t bucket, uint64_t *at);
/* The smallest bucket of the table with waiting pages, or the smallest above `after`. */
bool page_orphan_bucket(const PageStore *ps, uint32_t table, bool first, int64_t after, int64_t *ret);
static inline uint32_t page_unit_last(const PageHeader *p)
{
    return p->link[1] ? 127u - (uint32_t)__builtin_clzll(p->link[1]) : 63u - (uint32_t)__builtin_clzll(p->link[0] | 1);
}
/* ---- pages that are not in memory (page_spill.c) ----
 * An address may be that of a page whose bytes are in the spill file; pages leave memory only in page_store_evict, between steps.
 * So what an address of an earlier step points to is looked at only after page_need, and then it is good until the step ends.
 * page_touch does that too, and a page with the store's generation is in memory.  false: the page cannot be read; it looks like
 * zeros, ps->lost is set, and the query of the step fails. */
bool page_fetch(PageStore *ps, const void *p);
static inline bool page_need(const PageStore *ps, const void *p)
{
    return likely(!ps->spilling) || page_fetch((PageStore *)ps, p);
}
/* What could not be read since then was not needed.  Where all is in memory nothing is written: others may look. */
static inline void page_lost_as(PageStore *ps, bool before)
{
    if (unlikely(ps->lost != before))
        ps->lost = before;
}
typedef struct PageFacts { /* what is known of a page in use without reading it */
    uint32_t id, n_pages;
    uint64_t dirty_epoch;
    bool is_out;
} PageFacts;
PageFacts page_facts(const PageHeader *p);
/* The image of a page that is out, into a buffer of its size; the page stays out. */
int page_read_out(PageStore *ps, const PageHeader *p, void *to, Err *err);
/* Free pages from `at` on are put to use. */
void page_spill_take(PageStore *ps, PageRegion *r, uint32_t at, uint32_t n);
void page_spill_region_free(PageStore *ps, RegionSlot *r); /* before its memory goes */
void page_spill_free(PageStore *ps);

bool pair_page_is_sound(const PageHeader *p); /* pair_pages.c */

void page_touch_slow(PageStore *ps, PageHeader *p);
/* Must precede every change of the page that p lies in (of a run: in its first page). */
static inline void page_touch(PageStore *ps, const void *p)
{
    if (unlikely(*page_gen(p) != ps->gen))
        page_touch_slow(ps, page_of(p));
}
/* Saves p's image for the snapshots that need it, before it changes (page_snapshot.c). */
void page_snapshots_keep(PageStore *ps, PageHeader *p);
void page_snapshots_break(PageStore *ps); /* an image that they may need cannot be had */
/* The image of a page, in memory; NULL = the snapshot has no such page. */
const PageHeader *page_snapshot_image(const PageSnapshot *s, uint32_t page_id);
/* Makes room in the generation counter; keeps every page's relation to every snapshot. */
void page_generations_renumber(PageStore *ps);
/* The next generation, at a new epoch or snapshot. */
void page_generation_next(PageStore *ps);
