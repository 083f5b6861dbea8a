/* SPDX-License-Identifier: Apache-2.0
 *
 * Page store (design 7.3): 4 KiB position-independent pages, each owned by one table, with an optional time bucket.  [shard]
 *
 * Every change of a page is announced first (page_touch, called by the tables): the page becomes dirty in the store's current
 * epoch, and if a snapshot is open and still needs the old image, the image is copied to the snapshot before the change.
 *
 * Pages that are not used can leave memory for a file (page_spill.c).  That happens between steps only, in page_store_evict;
 * addresses stay what they are, and whoever follows one that is older than the step says so (page_need, hash_table_need). */
#pragma once
#include "base/mem.h"
#include "data/vec.h"

#define PAGE_BYTES 4096u
typedef struct Env Env;
typedef struct PageStore PageStore;
typedef struct PageSnapshot PageSnapshot;

typedef struct PageHeader {
    uint32_t magic;
    uint32_t table;       /* id given at table creation, stable */
    uint64_t page_id;     /* unique in the store */
    int64_t bucket;       /* INT64_MIN = none */
    uint64_t dirty_epoch; /* epoch of the last change */
    uint16_t key_group;   /* first key group | log2(number of groups) << 8; pages made today are of all groups */
    uint16_t kind;        /* PageKind */
    uint16_t n_used;      /* units in use */
    uint16_t unit_bytes;  /* size of a unit; 0: one unit that goes on over the following pages */
    uint32_t crc;         /* set when written out; in memory: not 0 = the page stays there */
    uint32_t index;       /* of the page in its table's list; means nothing outside the process */
    uint64_t link[2];     /* bitmap of the units in use; unit_bytes 0: link[1] = number of pages */
} PageHeader;
_Static_assert(sizeof(PageHeader) == 64, "one cache line");
typedef enum PageKind { PAGE_ROWS = 1, PAGE_HEAP, PAGE_SHARED_HEAP, PAGE_NODES, PAGE_PAIRS } PageKind;

PageStore *page_store_new(Account *acct);                   /* NULL = no memory */
void page_store_free(PageStore *ps);                        /* all tables must be gone */
void page_store_begin_epoch(PageStore *ps, uint64_t epoch); /* pages changed from now on carry it */
uint64_t page_store_epoch(const PageStore *ps);
uint64_t page_store_pages(const PageStore *ps); /* in use by tables */
int64_t page_store_bytes(const PageStore *ps);  /* of all regions, free pages included */
/* Pins the content of one table as of now, in O(1); later changes copy a page once before its first change.  Memory for such a copy
 * may be missing: the change goes on, and the snapshot is broken, which page_snapshot_next and _each report as -ERR_OUT_OF_MEMORY.
 */
#define PAGES_OF_ALL_TABLES (UINT32_MAX - 1)
int page_snapshot_open(PageStore *ps, uint32_t table /* or PAGES_OF_ALL_TABLES */, PageSnapshot **ret, Err *err);
void page_snapshot_close(PageSnapshot *s); /* NULL is fine */
/* The next pinned page in the order of page ids; *at starts with 0 and may be kept while the table changes.  1 = *ret is the image,
 * to be read before the next change of the table, 0 = end.  An image has page_image_bytes() bytes. */
int page_snapshot_next(PageSnapshot *s, uint64_t *at, const PageHeader **ret, Err *err);
/* The same for who wants only some of the images: what a page is, without reading one that is not in memory; and its image then,
 * good until the next call. */
typedef struct PageLook {
    uint32_t id, table, n_pages;
    uint64_t dirty_epoch;
    const PageHeader *image; /* NULL: to be read */
    const PageHeader *out;   /* where from */
} PageLook;
int page_snapshot_look(PageSnapshot *s, uint64_t *at, PageLook *ret, Err *err);
int page_snapshot_read(PageSnapshot *s, PageLook *look, Err *err);
/* Calls back for every image; a non-zero answer stops and is returned. */
int page_snapshot_each(PageSnapshot *s, int (*each)(void *self, const PageHeader *image), void *self, Err *err);
/* ---- state larger than memory (page_spill.c) ----
 * From here on pages may leave memory, for a file that is made at `path` (copied) when the first one does and that has no name from
 * then on.  Once, before the first eviction. */
int page_store_spill_to(PageStore *ps, Env *env, const char *path, Err *err);
/* As another store does, if that does; each has a file of its own, made under the same name one after the other. */
int page_store_spill_as(PageStore *ps, const PageStore *other, Err *err);
/* Lets go of about so many bytes of pages that have not been used lately; nobody may hold addresses of rows.  Gives the bytes that
 * are free now: fewer when all is in use, or when the disk is full, which is no error. */
int64_t page_store_evict(PageStore *ps, int64_t bytes);
int64_t page_store_held(const PageStore *ps); /* bytes of its pages in memory */
/* A page could not be read back since the last call: err says why, -ERR_IO.  Else 0. */
int page_store_take_error(PageStore *ps, Err *err);
int page_store_error(const PageStore *ps, Err *err); /* the same; it stays to be taken */
bool page_store_is_spilling(const PageStore *ps);    /* pages may be out of memory, or have been */
bool page_store_disk_is_full(const PageStore *ps);   /* that is why pages have stayed, the last time that some were to go */
const bool *page_store_lost(const PageStore *ps);    /* true: there is such an error */
typedef struct SpillCounters {
    uint64_t n_evicted, n_written, n_read, n_failed;
    int64_t out_bytes, file_bytes;
} SpillCounters;
SpillCounters page_store_spill_counters(const PageStore *ps);
/* While something large is put together and nobody holds addresses of rows: lets pages go when there are too many (a hook, which
 * the owner of the store sets). */
void page_store_set_relief(PageStore *ps, void (*relief)(void *self), void *self);
void page_store_breathe(PageStore *ps);
/* ---- restoring a checkpoint (page_restore.c) ---- */
/* Into a store without pages.  Then, region by region in the order of ids: page_restore_region with the first id of the region and
 * the one behind its last page, page_restore_add for each image, which may lie anywhere or where room says; then ready.  Tables
 * made between ready and end take their pages.  -ERR_CORRUPT when an image is none.
 *
 * Between begin and ready (or end) one other thread may call page_restore_warm, until it is false: memory for the pages is touched.
 */
int page_restore_begin(PageStore *ps, uint64_t n_pages, Err *err);
#define RESTORE_WARM_PAGES 8192u /* fewer are not worth a thread */
bool page_restore_warm(PageStore *ps);
int page_restore_region(PageStore *ps, uint32_t first_id, uint32_t end_id, Err *err);
/* Where images of n pages from id on may be read to, in a region that is there; NULL = not there. */
void *page_restore_room(PageStore *ps, uint32_t id, uint32_t n_pages);
int page_restore_add(PageStore *ps, const void *image, uint32_t n_pages, Err *err);
void page_restore_ready(PageStore *ps);
uint64_t page_restore_end(PageStore *ps); /* pages that no table has taken; they are gone */
/* What waits for this table is not wanted: it will be made again from other tables. */
void page_orphans_drop(PageStore *ps, uint32_t table);
/* Pages wait for this table's bucket. */
bool page_orphans_wait(const PageStore *ps, uint32_t table, int64_t bucket);
/* Tables that are made meanwhile take no pages over: what they become later will. */
void page_orphans_hold(PageStore *ps, bool hold);
#define PAGES_PER_REGION 512u /* page ids of one region begin at a multiple */
/* A page id of one store has so many bits; where there are several stores, the number of the store is above them. */
#define PAGE_ID_BITS 28u
#define PAGE_ID_MASK ((UINT32_C(1) << PAGE_ID_BITS) - 1)

static inline size_t page_image_bytes(const PageHeader *p)
{
    return PAGE_BYTES * (p->unit_bytes ? 1 : (size_t)p->link[1]);
}
