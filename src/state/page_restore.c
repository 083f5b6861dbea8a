/* SPDX-License-Identifier: Apache-2.0
 *
 * Restoring pages: images come back under the page ids they had, so every reference inside of them holds, and wait for their
 * tables.  A table that is made while pages wait takes those of its id and bucket.  What nobody takes is an error of the caller's:
 * the plans are not those that made the pages. */
#include "state/page_impl.h"

#include <stdlib.h>
#include <string.h>

static int by_owner(const void *a, const void *b)
{
    const PageOrphan *x = a, *y = b;
    if (x->table != y->table)
        return x->table < y->table ? -1 : 1;
    if (x->bucket != y->bucket)
        return x->bucket < y->bucket ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

int page_restore_begin(PageStore *ps, uint64_t n_pages, Err *err)
{
    ASSERT(ps->n_pages == 0 && !ps->orphan);
    ps->orphan = mem_zalloc(ps->acct, (n_pages + 1) * sizeof(*ps->orphan));
    ps->cap_orphans = n_pages + 1;
    ps->n_orphans = 0;
    if (!ps->orphan)
        return RAISE_NOMEM(err);
    if (n_pages >= RESTORE_WARM_PAGES)
        space_expect(&ps->space, n_pages / (REGION_PAGES - 1) * REGION_BYTES);
    return 0;
}

bool page_restore_warm(PageStore *ps)
{
    return space_warm(&ps->space);
}

int page_restore_region(PageStore *ps, uint32_t first_id, uint32_t end_id, Err *err)
{
    uint32_t no = first_id / REGION_PAGES, n = end_id - no * REGION_PAGES;
    if (!page_region_at(ps, no, n))
        return RAISE_NOMEM(err);
    return 0;
}

static bool image_is_sound(const PageHeader *p, uint32_t n_pages)
{
    if (p->magic != PAGE_MAGIC || p->page_id == 0 || p->page_id > UINT32_MAX || p->kind < PAGE_ROWS || p->kind > PAGE_PAIRS)
        return false;
    if (p->kind == PAGE_PAIRS)
        return n_pages == 1 && pair_page_is_sound(p);
    if (p->unit_bytes == 0)
        return p->link[1] == n_pages && p->n_used == 1;
    uint32_t cap = PAGE_ROOM / p->unit_bytes;
    uint32_t used = (uint32_t)(__builtin_popcountll(p->link[0]) + __builtin_popcountll(p->link[1]));
    return n_pages == 1 && p->n_used == used && used > 0 && used <= cap && page_unit_last(p) < cap;
}

void *page_restore_room(PageStore *ps, uint32_t id, uint32_t n_pages)
{
    uint32_t no = id / REGION_PAGES, at = id % REGION_PAGES;
    RegionSlot *r = no < ps->n_regions ? &ps->region[no] : NULL;
    if (!r || !r->base || at == 0 || at >= r->n_pages || n_pages > r->n_pages - at)
        return NULL;
    r->fresh = MAX(r->fresh, at + n_pages);
    return page_by_id(ps, id);
}

int page_restore_add(PageStore *ps, const void *image, uint32_t n_pages, Err *err)
{
    const PageHeader *p = image;
    if (!image_is_sound(p, n_pages) || ps->n_orphans == ps->cap_orphans ||
        !page_take_id(ps, (uint32_t)p->page_id, n_pages, p->table))
        return RAISE(err, ERR_CORRUPT, "a page of a checkpoint cannot be read");
    PageHeader *to = page_by_id(ps, (uint32_t)p->page_id);
    if (to != image)
        memcpy(to, image, (size_t)n_pages * PAGE_BYTES);
    to->crc = 0;
    ps->orphan[ps->n_orphans++] = (PageOrphan){.table = p->table, .id = (uint32_t)p->page_id, .bucket = p->bucket};
    return 0;
}

void page_restore_ready(PageStore *ps)
{
    space_expect_end(&ps->space);
    qsort(ps->orphan, ps->n_orphans, sizeof(*ps->orphan), by_owner);
}

uint64_t page_restore_end(PageStore *ps)
{
    uint64_t left = 0;
    for (uint64_t i = 0; i < ps->n_orphans; i++) {
        if (ps->orphan[i].taken)
            continue;
        page_free(ps, page_by_id(ps, ps->orphan[i].id));
        left++;
    }
    mem_free(ps->acct, ps->orphan, ps->cap_orphans * sizeof(*ps->orphan));
    ps->orphan = NULL;
    ps->n_orphans = ps->cap_orphans = 0;
    space_expect_end(&ps->space);
    if (ps->n_pages == 0) /* another checkpoint's pages may follow */
        page_regions_drop(ps);
    return left;
}

/* First orphan that is not before (table, bucket). */
static uint64_t lower(const PageStore *ps, uint32_t table, int64_t bucket)
{
    PageOrphan key = {.table = table, .bucket = bucket, .id = 0};
    uint64_t a = 0, b = ps->n_orphans;
    while (a < b) {
        uint64_t m = a + (b - a) / 2;
        if (by_owner(&ps->orphan[m], &key) < 0)
            a = m + 1;
        else
            b = m;
    }
    return a;
}

PageHeader *page_orphan_take(PageStore *ps, uint32_t table, int64_t bucket, uint64_t *at)
{
    if (likely(!ps->orphan || ps->holds_orphans))
        return NULL;
    if (*at == 0)
        *at = lower(ps, table, bucket) + 1;
    for (uint64_t i = *at - 1; i < ps->n_orphans; i++) {
        PageOrphan *o = &ps->orphan[i];
        if (o->table != table || o->bucket != bucket)
            return NULL;
        if (o->taken)
            continue;
        o->taken = true;
        *at = i + 2;
        return page_by_id(ps, o->id);
    }
    return NULL;
}

bool page_orphan_bucket(const PageStore *ps, uint32_t table, bool first, int64_t after, int64_t *ret)
{
    if (likely(!ps->orphan || ps->holds_orphans) || (!first && after == INT64_MAX))
        return false;
    uint64_t i = lower(ps, table, first ? INT64_MIN : after + 1);
    if (i == ps->n_orphans || ps->orphan[i].table != table)
        return false;
    *ret = ps->orphan[i].bucket;
    return true;
}

bool page_orphans_wait(const PageStore *ps, uint32_t table, int64_t bucket)
{
    if (likely(!ps->orphan))
        return false;
    uint64_t i = lower(ps, table, bucket);
    return i < ps->n_orphans && ps->orphan[i].table == table && ps->orphan[i].bucket == bucket;
}

void page_orphans_hold(PageStore *ps, bool hold)
{
    ps->holds_orphans = hold;
}

void page_orphans_drop(PageStore *ps, uint32_t table)
{
    if (likely(!ps->orphan || ps->holds_orphans))
        return;
    for (uint64_t i = lower(ps, table, INT64_MIN); i < ps->n_orphans && ps->orphan[i].table == table; i++) {
        if (ps->orphan[i].taken)
            continue;
        ps->orphan[i].taken = true;
        page_free(ps, page_by_id(ps, ps->orphan[i].id));
    }
}
