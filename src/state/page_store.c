/* SPDX-License-Identifier: Apache-2.0
 *
 * Page store: regions, free pages, epochs.
 *
 * Regions double from 32 KiB to 2 MiB with the size of the store, so an empty database stays small and a large one grows rarely; it
 * grows into address space that was reserved for it, without the allocator, as long as there is some.  A free page is a bit; the
 * lowest free page is taken first, which packs the store and lets regions empty.  One empty region is kept: a table that grows and
 * shrinks by a page does not go to the allocator each time. */
#include "state/page_impl.h"

#include <string.h>

#define REGION_PAGES_MIN 8u
#define REGIONS_MAX ((PAGE_ID_MASK + 1) / REGION_PAGES)
#define RUN_TRIES 32u
#define ARRAY_REACH ((size_t)8 << 20) /* addresses of an array in the space, and of one that outgrows them */
#define ARRAY_REACH_HUGE ((size_t)1 << 30)

PageStore *page_store_new(Account *acct)
{
    PageStore *ps = mem_zalloc(acct, sizeof(*ps));
    if (!ps)
        return NULL;
    ps->acct = acct;
    ps->gen = ps->first_gen = 1;
    space_init(&ps->space, acct);
    return ps;
}

/* ---- arrays ---- */

static size_t array_reach(size_t bytes)
{
    return bytes <= ARRAY_REACH ? ARRAY_REACH : MAX(bytes, ARRAY_REACH_HUGE);
}

void page_array_free(PageStore *ps, void *p, size_t bytes)
{
    if (space_has(&ps->space, p))
        space_give(&ps->space, p, bytes, array_reach(bytes));
    else
        mem_free(ps->acct, p, bytes);
}

void *page_array_grow(PageStore *ps, void *p, size_t bytes, size_t to, size_t large)
{
    bool is_in = space_has(&ps->space, p);
    if (is_in && array_reach(to) == array_reach(bytes))
        return space_grow(&ps->space, bytes, to) ? p : NULL;
    void *q = to >= large ? space_take(&ps->space, to, array_reach(to)) : NULL;
    if (!q && !is_in)
        return mem_realloc(ps->acct, p, bytes, to);
    if (!q)
        q = mem_alloc(ps->acct, to);
    if (!q)
        return NULL;
    if (bytes)
        memcpy(q, p, bytes);
    page_array_free(ps, p, bytes);
    return q;
}

/* ---- regions ---- */

static size_t region_bytes(const RegionSlot *r)
{
    return (size_t)r->n_pages * PAGE_BYTES;
}

static void region_free(PageStore *ps, RegionSlot *r)
{
    if (r->base->spill)
        page_spill_region_free(ps, r);
    ps->bytes -= (int64_t)region_bytes(r);
    if (space_has(&ps->space, r->base))
        space_give(&ps->space, r->base, region_bytes(r), region_bytes(r));
    else
        mem_free_aligned(ps->acct, r->base, region_bytes(r));
    *r = (RegionSlot){0};
}

static size_t list_bytes(uint32_t cap)
{
    return cap * sizeof(RegionSlot);
}

/* The list with room for so many: where it is, or a copy. */
static RegionSlot *region_list(PageStore *ps, uint32_t cap)
{
    RegionSlot *now = ps->region;
    size_t bytes = list_bytes(ps->cap_regions), to = list_bytes(cap);
    if (space_has(&ps->space, now) && array_reach(to) == array_reach(bytes))
        return space_grow(&ps->space, bytes, to) ? now : NULL;
    RegionSlot *r = page_array_grow(ps, NULL, 0, to, 0);
    if (r && bytes)
        memcpy(r, now, bytes);
    return r;
}

static void lists_free(PageStore *ps)
{
    page_array_free(ps, ps->region, list_bytes(ps->cap_regions));
    for (uint32_t i = 0; i < ps->n_moved; i++)
        page_array_free(ps, ps->moved[i].list, list_bytes(ps->moved[i].cap));
}

void page_regions_drop(PageStore *ps)
{
    ASSERT(ps->n_pages == 0);
    for (uint32_t i = 0; i < ps->n_regions; i++) {
        if (ps->region[i].base)
            region_free(ps, &ps->region[i]);
    }
    ps->n_regions = ps->n_empty = ps->hint = ps->run_hint = 0;
}

void page_store_free(PageStore *ps)
{
    if (!ps)
        return;
    ASSERT(ps->n_pages == 0 && !ps->snapshots && !ps->orphan);
    page_regions_drop(ps);
    page_spill_free(ps);
    lists_free(ps);
    space_done(&ps->space);
    mem_free(ps->acct, ps, sizeof(*ps));
}

void page_generation_next(PageStore *ps)
{
    if (unlikely(ps->gen == UINT32_MAX - 1))
        page_generations_renumber(ps);
    ps->gen++;
}

void page_store_begin_epoch(PageStore *ps, uint64_t epoch)
{
    ps->epoch = epoch;
    page_generation_next(ps);
}

uint64_t page_store_epoch(const PageStore *ps)
{
    return ps->epoch;
}

uint64_t page_store_pages(const PageStore *ps)
{
    return ps->n_pages;
}

int64_t page_store_bytes(const PageStore *ps)
{
    return ps->bytes;
}

/* A page that cannot be read stays unannounced: what is done to its zeros is forgotten when it can be read again. */
void page_touch_slow(PageStore *ps, PageHeader *p)
{
    if (!page_need(ps, p))
        return;
    if (ps->snapshots)
        page_snapshots_keep(ps, p);
    p->dirty_epoch = ps->epoch;
    *page_gen(p) = ps->gen;
}

/* Room in the list for region `no`. */
static bool region_reserve(PageStore *ps, uint32_t no)
{
    uint32_t cap = MAX(ps->cap_regions, REGIONS_FIRST);
    while (cap <= no)
        cap *= 2;
    if (cap == ps->cap_regions)
        return true;
    RegionSlot *old = ps->region, *r = cap > REGIONS_MAX ? NULL : region_list(ps, cap);
    if (!r)
        return false;
    memset(r + ps->cap_regions, 0, (cap - ps->cap_regions) * sizeof(*r));
    if (r != old) {
        if (old)
            ps->moved[ps->n_moved++] = (RegionList){old, ps->cap_regions};
        ps->region = r;
    }
    ps->cap_regions = cap;
    return true;
}

/* A free region number, or UINT32_MAX. */
static uint32_t region_number(PageStore *ps)
{
    for (uint32_t i = 0; i < ps->n_regions; i++) {
        if (!ps->region[i].base)
            return i;
    }
    return region_reserve(ps, ps->n_regions) ? ps->n_regions++ : UINT32_MAX;
}

static PageRegion *region_make(PageStore *ps, uint32_t no, uint32_t n)
{
    size_t bytes = (size_t)n * PAGE_BYTES;
    PageRegion *base = space_take(&ps->space, bytes, bytes);
    uint32_t fresh = base ? 1 : n;
    if (!base)
        base = mem_alloc_aligned(ps->acct, bytes, REGION_BYTES);
    if (!base)
        return NULL;
    base->spill = NULL; /* the first touch of the region */
    for (uint32_t i = 0; i < REGION_PAGES - 1; i++) {
        base->gen[i] = 0;
        base->table[i] = PAGE_NO_TABLE;
    }
    RegionSlot *r = &ps->region[no];
    *r = (RegionSlot){.base = base, .n_pages = n, .n_free = n - 1, .fresh = fresh};
    for (uint32_t i = 1; i < MIN(n, REGION_PAGES); i++)
        bit_set(r->free, i);
    ps->bytes += (int64_t)region_bytes(r);
    ps->n_empty++;
    ps->hint = MIN(ps->hint, no);
    return base;
}

/* A new region with room for a run of `need` pages. */
static uint32_t region_add(PageStore *ps, uint32_t need)
{
    uint32_t no = region_number(ps);
    if (no == UINT32_MAX)
        return no;
    uint64_t now = (uint64_t)ps->bytes / PAGE_BYTES;
    uint32_t n = REGION_PAGES_MIN;
    while (n < REGION_PAGES && (n <= now || n <= need))
        n *= 2;
    return region_make(ps, no, MAX(n, need + 1)) ? no : UINT32_MAX;
}

PageRegion *page_region_at(PageStore *ps, uint32_t no, uint32_t n)
{
    if (!region_reserve(ps, no))
        return NULL;
    ps->n_regions = MAX(ps->n_regions, no + 1);
    if (ps->region[no].base)
        return NULL;
    uint32_t size = REGION_PAGES_MIN;
    while (size < REGION_PAGES && size < n)
        size *= 2;
    return region_make(ps, no, MAX(size, n));
}

bool page_take_id(PageStore *ps, uint32_t id, uint32_t n_pages, uint32_t table)
{
    uint32_t no = id / REGION_PAGES, at = id % REGION_PAGES;
    RegionSlot *r = no < ps->n_regions ? &ps->region[no] : NULL;
    if (!r || !r->base || at == 0 || n_pages == 0 || n_pages > r->n_pages - at || r->n_free < n_pages)
        return false;
    for (uint32_t i = at; i < at + n_pages && i < REGION_PAGES; i++)
        if (!bit_get(r->free, i))
            return false;
    if (r->n_free == r->n_pages - 1)
        ps->n_empty--;
    for (uint32_t i = at; i < at + n_pages && i < REGION_PAGES; i++)
        bit_clear(r->free, i);
    r->n_free -= n_pages;
    r->fresh = MAX(r->fresh, at + n_pages);
    ps->n_pages += n_pages;
    if (unlikely(r->base->spill != NULL))
        page_spill_take(ps, r->base, at, n_pages);
    r->base->table[at - 1] = table;
    r->base->gen[at - 1] = ps->gen;
    return true;
}

/* Position of the first of n consecutive free pages; 0 = none. */
static uint32_t region_find_run(const RegionSlot *r, uint32_t n)
{
    if (r->n_free < n)
        return 0;
    if (r->n_pages > REGION_PAGES)
        return r->n_free == r->n_pages - 1 ? 1 : 0;
    uint32_t run = 0;
    for (uint32_t i = 1; i < r->n_pages; i++) {
        run = bit_get(r->free, i) ? run + 1 : 0;
        if (run == n)
            return i + 1 - n;
    }
    return 0;
}

static uint32_t region_find_one(const RegionSlot *r)
{
    for (uint32_t w = 0; w < REGION_PAGES / 64; w++) {
        if (r->free[w])
            return w * 64 + (uint32_t)__builtin_ctzll(r->free[w]);
    }
    return 0;
}

/* Page id of n consecutive free pages, 0 = no memory (id 0 is a region's first page). */
static uint32_t find_pages(PageStore *ps, uint32_t n)
{
    if (n == 1) {
        for (; ps->hint < ps->n_regions; ps->hint++) {
            const RegionSlot *r = &ps->region[ps->hint];
            if (r->n_free && r->n_pages <= REGION_PAGES)
                return ps->hint * REGION_PAGES + region_find_one(r);
        }
    } else {
        uint32_t tries = MIN(ps->n_regions, RUN_TRIES);
        for (uint32_t i = 0; i < tries; i++) {
            uint32_t no = (ps->run_hint + i) % ps->n_regions;
            uint32_t at = ps->region[no].base ? region_find_run(&ps->region[no], n) : 0;
            if (at) {
                ps->run_hint = no;
                return no * REGION_PAGES + at;
            }
        }
    }
    uint32_t no = region_add(ps, n);
    if (no == UINT32_MAX)
        return 0;
    if (n > 1)
        ps->run_hint = no;
    return no * REGION_PAGES + 1;
}

PageHeader *page_alloc(PageStore *ps, uint32_t table, uint16_t group, int64_t bucket, PageKind kind, uint32_t n_pages)
{
    uint32_t id = find_pages(ps, n_pages);
    if (!id)
        return NULL;
    RegionSlot *r = &ps->region[id / REGION_PAGES];
    uint32_t at = id % REGION_PAGES;
    if (r->n_free == r->n_pages - 1)
        ps->n_empty--;
    for (uint32_t i = at; i < at + n_pages && i < REGION_PAGES; i++)
        bit_clear(r->free, i);
    r->n_free -= n_pages;
    ps->n_pages += n_pages;
    if (unlikely(r->base->spill != NULL))
        page_spill_take(ps, r->base, at, n_pages);
    r->base->table[at - 1] = table;
    r->base->gen[at - 1] = ps->gen;
    PageHeader *p = page_by_id(ps, id);
    if (at < r->fresh) /* what was there before does not go to disk with the page */
        memset(p, 0, (size_t)MIN(n_pages, r->fresh - at) * PAGE_BYTES);
    r->fresh = MAX(r->fresh, at + n_pages);
    *p = (PageHeader){.magic = PAGE_MAGIC,
                      .table = table,
                      .page_id = id,
                      .bucket = bucket,
                      .dirty_epoch = ps->epoch,
                      .key_group = group,
                      .kind = (uint16_t)kind};
    return p;
}

void page_free(PageStore *ps, PageHeader *p)
{
    PageFacts facts = page_facts(p);
    bool is_here = !facts.is_out || (ps->snapshots && page_need(ps, p));
    if (is_here) {
        page_touch(ps, p);
        p->magic = 0;
    } else {
        page_snapshots_break(ps);
    }
    uint32_t n = facts.n_pages, no = facts.id / REGION_PAGES, at = facts.id % REGION_PAGES;
    RegionSlot *r = &ps->region[no];
    r->base->table[at - 1] = PAGE_NO_TABLE;
    for (uint32_t i = at; i < at + n && i < REGION_PAGES; i++)
        bit_set(r->free, i);
    r->n_free += n;
    ps->n_pages -= n;
    ps->hint = MIN(ps->hint, no);
    if (r->n_free < r->n_pages - 1)
        return;
    if (ps->n_empty || r->n_pages > REGION_PAGES)
        region_free(ps, r);
    else
        ps->n_empty++;
}
