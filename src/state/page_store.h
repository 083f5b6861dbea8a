/* SPDX-License-Identifier: Apache-2.0
 *
 * Page store (design 7.3): 4 KiB position-independent pages, each owned by one (table, key group, optional time bucket).  [shard]
 *
 * Every change of a page is announced first (page_touch, called by the tables): the page becomes dirty in the store's current epoch, and
 * if a snapshot is open and still needs the old image, the image is copied to the snapshot before the change.  In memory for now;
 * checkpoint, spill and eviction work on the same pages without a change of the tables' users. */
#pragma once
#include "base/mem.h"
#include "data/vec.h"

#define PAGE_BYTES 4096u
typedef struct PageStore PageStore;
typedef struct PageSnapshot PageSnapshot;

typedef struct PageHeader {
    uint32_t magic;
    uint32_t table;       /* id given at table creation, stable */
    uint64_t page_id;     /* unique in the store */
    int64_t bucket;       /* INT64_MIN = none */
    uint64_t dirty_epoch; /* epoch of the last change */
    uint16_t key_group;
    uint16_t kind;        /* rows, string heap, tree node, overflow */
    uint16_t n_used, free_at;
    uint32_t crc;         /* set when written out */
    uint32_t pad;
    uint64_t link[2];     /* by kind */
} PageHeader;
static_assert(sizeof(PageHeader) == 64, "one cache line");

PageStore *page_store_new(Account *acct); /* NULL = no memory */
void page_store_free(PageStore *ps);      /* all tables must be gone */
void page_store_begin_epoch(PageStore *ps, uint64_t epoch);
uint64_t page_store_pages(const PageStore *ps);
int64_t page_store_bytes(const PageStore *ps);
/* Pins the content of one table as of now; later changes copy a page once before its first change. */
int page_snapshot_open(PageStore *ps, uint32_t table, PageSnapshot **ret, Err *err);
void page_snapshot_close(PageSnapshot *s);
