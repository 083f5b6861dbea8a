/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages that are not in memory (design 7.6).
 *
 * Addresses of rows are everywhere: in the index, in links between rows, in heaps of due times.  So a page that leaves keeps its
 * address: its bytes are written to the spill file, the memory behind the address goes back to the system (mem_pages_release), and
 * a bit in the region says that it is out.  Nothing that holds an address has to be found or changed; whoever follows one asks
 * first (page_need: one branch, on a flag of the store, as long as nothing has ever left).  A page's place in the file is its page
 * id, so the file is sparse and needs no map.
 *
 * Invariants: a bit in `out` is set exactly while the account does not pay for the page.  Of a page in use its bytes are then in
 * the file at its place, with the sum that is kept here: a sum in memory notices a write that the disk has lost, too.  Free pages
 * may be out without a copy.  What is out is never changed: page_touch brings a page in.
 *
 * Who goes is decided by a clock: a hand goes over the regions, what was looked at or changed since it came by last stays once
 * more. Pages in a row leave in one write; one whose bytes are still those of its copy leaves without one. */
#include <string.h>

#include "base/hash.h"
#include "base/str.h"
#include "env/env.h"
#include "state/page_impl.h"

#define WRITE_PAGES 256u /* that leave in one write */
#define RETRY_PASSES 64u /* evictions that are left out after the disk has refused a write */
#define SPILL_FLAGS (ENV_READ | ENV_WRITE | ENV_CREATE | ENV_EXCL)

typedef struct SpillPage {
    uint64_t sum, dirty_epoch;
    uint32_t n_pages;
    bool has_copy; /* the file holds a page with this sum */
} SpillPage;

struct RegionSpill {
    uint32_t no, n_pages;
    uint64_t out[REGION_PAGES / 64], used[REGION_PAGES / 64];
    SpillPage page[];
};

struct PageSpill {
    Env *env;
    char *path;
    EnvFileHandle *file; /* NULL: not made yet */
    uint32_t hand_no, hand_at;
    uint32_t recent; /* pages of this generation and above were changed since the last pass */
    uint32_t skip;   /* passes */
    bool disk_is_full;
    Err err; /* why a page is lost */
    SpillCounters c;
    void (*relief)(void *self);
    void *relief_self;
};

static uint32_t page_at(const void *p)
{
    return (uint32_t)(((uintptr_t)p / PAGE_BYTES) % REGION_PAGES);
}

static uint8_t *page_address(PageRegion *r, uint32_t at)
{
    return (uint8_t *)r + (size_t)at * PAGE_BYTES;
}

static uint64_t image_sum(const void *p, uint32_t n_pages)
{
    return hash_bytes(p, (size_t)n_pages * PAGE_BYTES);
}

static size_t region_spill_bytes(uint32_t n_pages)
{
    return sizeof(RegionSpill) + n_pages * sizeof(SpillPage);
}

/* The account pays for pages from `at` on again, those that were out. */
static void take(PageStore *ps, PageRegion *r, uint32_t at, uint32_t n)
{
    RegionSpill *x = r->spill;
    for (uint32_t i = at; i < MIN(at + n, x->n_pages); i++) {
        if (!bit_get(x->out, i))
            continue;
        bit_clear(x->out, i);
        mem_pages_take(ps->acct, page_address(r, i), PAGE_BYTES);
        ps->spill->c.out_bytes -= PAGE_BYTES;
    }
}

/* ---- life ---- */

int page_store_spill_to(PageStore *ps, Env *env, const char *path, Err *err)
{
    ASSERT(!ps->spill);
    PageSpill *s = mem_zalloc(ps->acct, sizeof(*s));
    if (!s)
        return RAISE_NOMEM(err);
    s->env = env;
    s->path = mem_strdup(ps->acct, path);
    if (!s->path) {
        mem_free(ps->acct, s, sizeof(*s));
        return RAISE_NOMEM(err);
    }
    ps->spill = s;
    return 0;
}

int page_store_spill_as(PageStore *ps, const PageStore *other, Err *err)
{
    const PageSpill *like = other->spill;
    if (!like)
        return 0;
    TRY(page_store_spill_to(ps, like->env, like->path, err));
    ps->spill->relief = like->relief;
    ps->spill->relief_self = like->relief_self;
    return 0;
}

int64_t page_store_held(const PageStore *ps)
{
    return ps->bytes - (ps->spill ? ps->spill->c.out_bytes : 0);
}

void page_spill_free(PageStore *ps)
{
    PageSpill *s = MOVE(ps->spill);
    if (!s)
        return;
    s->env->file->close(s->env, s->file);
    mem_strfree(ps->acct, s->path);
    mem_free(ps->acct, s, sizeof(*s));
}

void page_spill_region_free(PageStore *ps, RegionSlot *r)
{
    take(ps, r->base, 1, r->n_pages);
    RegionSpill *x = MOVE(r->base->spill);
    mem_free(ps->acct, x, region_spill_bytes(x->n_pages));
}

SpillCounters page_store_spill_counters(const PageStore *ps)
{
    return ps->spill ? ps->spill->c : (SpillCounters){0};
}

void page_store_set_relief(PageStore *ps, void (*relief)(void *self), void *self)
{
    ASSERT(ps->spill);
    ps->spill->relief = relief;
    ps->spill->relief_self = self;
}

void page_store_breathe(PageStore *ps)
{
    if (unlikely(ps->spill != NULL) && ps->spill->relief)
        ps->spill->relief(ps->spill->relief_self);
}

bool page_store_is_spilling(const PageStore *ps)
{
    return ps->spilling;
}

bool page_store_disk_is_full(const PageStore *ps)
{
    return ps->spill && ps->spill->disk_is_full;
}

const bool *page_store_lost(const PageStore *ps)
{
    return &ps->lost;
}

int page_store_error(const PageStore *ps, Err *err)
{
    if (likely(!ps->lost))
        return 0;
    if (err)
        *err = ps->spill->err;
    return -ERR_IO;
}

int page_store_take_error(PageStore *ps, Err *err)
{
    int rc = page_store_error(ps, err);
    ps->lost = false;
    return rc;
}

/* ---- back ---- */

static int64_t file_place(uint32_t id)
{
    return (int64_t)id * PAGE_BYTES;
}

static int read_full(PageSpill *s, uint8_t *to, size_t n, int64_t at, Err *err)
{
    for (size_t done = 0; done < n;) {
        int64_t got = s->file ? s->env->file->pread(s->env, s->file, to + done, n - done, at + (int64_t)done, err) : 0;
        if (got < 0)
            return (int)got;
        if (got == 0)
            return RAISE(err, ERR_IO, "the spill file has lost its end");
        done += (size_t)got;
    }
    return 0;
}

static int read_image(PageStore *ps, const RegionSpill *x, uint32_t at, uint8_t *to, Err *err)
{
    PageSpill *s = ps->spill;
    const SpillPage *p = &x->page[at];
    uint32_t id = x->no * REGION_PAGES + at;
    int rc = read_full(s, to, (size_t)p->n_pages * PAGE_BYTES, file_place(id), err);
    if (rc == 0 && image_sum(to, p->n_pages) != p->sum)
        rc = RAISE(err, ERR_IO, "page %u does not come back from the spill file as it was written", id);
    if (rc == 0)
        s->c.n_read += p->n_pages;
    return rc == 0 ? 0 : -ERR_IO;
}

static bool bring_back(PageStore *ps, PageRegion *r, uint32_t at)
{
    Err err = ERR_INIT;
    uint8_t *p = page_address(r, at);
    uint32_t n = r->spill->page[at].n_pages;
    take(ps, r, at, n);
    if (likely(read_image(ps, r->spill, at, p, &err) == 0))
        return true;
    mem_pages_release(ps->acct, p, (size_t)n * PAGE_BYTES); /* zeros, whatever was read of it */
    mem_pages_show(p, (size_t)n * PAGE_BYTES);
    for (uint32_t i = at; i < at + n; i++)
        bit_set(r->spill->out, i);
    ps->spill->c.out_bytes += (int64_t)n * PAGE_BYTES;
    ps->spill->c.n_failed++;
    if (!ps->lost) {
        ps->spill->err = (Err)ERR_INIT;
        (void)RAISE(&ps->spill->err, ERR_IO, "state cannot be read back: %s", err.message);
    }
    ps->lost = true;
    return false;
}

bool page_fetch(PageStore *ps, const void *p)
{
    PageRegion *r = region_of(p);
    uint32_t at = page_at(p);
    if (!r->spill)
        return true;
    bit_set(r->spill->used, at);
    return likely(!bit_get(r->spill->out, at)) || bring_back(ps, r, at);
}

PageFacts page_facts(const PageHeader *p)
{
    const RegionSpill *x = region_of(p)->spill;
    uint32_t at = page_at(p);
    if (x && bit_get(x->out, at))
        return (PageFacts){.id = x->no * REGION_PAGES + at,
                           .n_pages = x->page[at].n_pages,
                           .dirty_epoch = x->page[at].dirty_epoch,
                           .is_out = true};
    return (PageFacts){.id = (uint32_t)p->page_id,
                       .n_pages = (uint32_t)(page_image_bytes(p) / PAGE_BYTES),
                       .dirty_epoch = p->dirty_epoch};
}

int page_read_out(PageStore *ps, const PageHeader *p, void *to, Err *err)
{
    return read_image(ps, region_of(p)->spill, page_at(p), to, err);
}

void page_spill_take(PageStore *ps, PageRegion *r, uint32_t at, uint32_t n)
{
    take(ps, r, at, n);
    for (uint32_t i = at; i < MIN(at + n, r->spill->n_pages); i++)
        r->spill->page[i].has_copy = false;
}

/* ---- out ---- */

typedef struct Leaving { /* consecutive pages of a region */
    uint32_t no, at, n;
    bool is_free;
} Leaving;

/* The name goes at once, so that nothing is left behind whatever happens. */
static int file_make(PageSpill *s, Err *err)
{
    if (s->file)
        return 0;
    (void)s->env->dir->unlink(s->env, s->path, NULL); /* of a process that died between the two calls */
    TRY(s->env->file->open(s->env, s->path, SPILL_FLAGS, &s->file, err));
    (void)s->env->dir->unlink(s->env, s->path, NULL);
    return 0;
}

static int write_full(PageSpill *s, const uint8_t *p, size_t n, int64_t at)
{
    int rc = file_make(s, NULL);
    for (size_t done = 0; rc == 0 && done < n;) {
        int64_t put = s->env->file->pwrite(s->env, s->file, p + done, n - done, at + (int64_t)done, NULL);
        rc = put < 0 ? (int)put : put == 0 ? -ERR_IO : 0;
        done += rc == 0 ? (size_t)put : 0;
    }
    s->disk_is_full = rc == -ERR_DISK_FULL;
    TRY(rc);
    s->c.file_bytes = MAX(s->c.file_bytes, at + (int64_t)n);
    return 0;
}

static RegionSpill *region_spill(PageStore *ps, uint32_t no)
{
    RegionSlot *r = &ps->region[no];
    if (r->base->spill)
        return r->base->spill;
    RegionSpill *x = mem_zalloc(ps->acct, region_spill_bytes(r->n_pages));
    if (!x)
        return NULL;
    x->no = no;
    x->n_pages = r->n_pages;
    mem_pages_stay_small(r->base, (size_t)r->n_pages * PAGE_BYTES);
    r->base->spill = x;
    return x;
}

/* Notes what is known of the pages; whether one of them has to be written. */
static bool note_pages(PageRegion *r, const Leaving *l)
{
    bool any = false;
    for (uint32_t at = l->at, n; at < l->at + l->n; at += n) {
        const PageHeader *p = (const PageHeader *)(const void *)page_address(r, at);
        SpillPage *known = &r->spill->page[at];
        n = (uint32_t)(page_image_bytes(p) / PAGE_BYTES);
        uint64_t sum = image_sum(p, n);
        any |= !known->has_copy || known->sum != sum;
        *known = (SpillPage){.sum = sum, .dirty_epoch = p->dirty_epoch, .n_pages = n, .has_copy = known->has_copy};
    }
    return any;
}

/* false: the disk has refused it, nothing has left. */
static bool leave(PageStore *ps, const Leaving *l)
{
    PageSpill *s = ps->spill;
    PageRegion *r = ps->region[l->no].base;
    RegionSpill *x = r->spill;
    size_t bytes = (size_t)l->n * PAGE_BYTES;
    bool writes = !l->is_free && note_pages(r, l);
    if (writes && write_full(s, page_address(r, l->at), bytes, file_place(l->no * REGION_PAGES + l->at)) < 0) {
        for (uint32_t i = l->at; i < l->at + l->n; i++)
            x->page[i].has_copy = false;
        s->skip = RETRY_PASSES;
        return false;
    }
    for (uint32_t i = l->at; i < l->at + l->n; i++) {
        bit_set(x->out, i);
        x->page[i].has_copy = !l->is_free;
    }
    mem_pages_release(ps->acct, page_address(r, l->at), bytes);
    s->c.out_bytes += (int64_t)bytes;
    s->c.n_evicted += l->is_free ? 0 : l->n;
    s->c.n_written += writes ? l->n : 0;
    return true;
}

/* How many pages go from `at` on: 0 = it stays, and *ret_step pages are passed over. */
static uint32_t leaves(PageStore *ps, const RegionSlot *r, uint32_t at, bool may_be_used, bool *ret_free, uint32_t *ret_step)
{
    RegionSpill *x = r->base->spill;
    *ret_step = 1;
    *ret_free = bit_get(r->free, at);
    if (bit_get(x->out, at)) {
        *ret_step = *ret_free || r->base->table[at - 1] == PAGE_NO_TABLE ? 1 : x->page[at].n_pages;
        return 0;
    }
    if (*ret_free)
        return 1;
    if (r->base->table[at - 1] == PAGE_NO_TABLE)
        return 0;
    const PageHeader *p = (const PageHeader *)(const void *)page_address(r->base, at);
    *ret_step = (uint32_t)(page_image_bytes(p) / PAGE_BYTES);
    bool is_used = bit_get(x->used, at) || r->base->gen[at - 1] >= ps->spill->recent;
    bit_clear(x->used, at);
    return p->crc != 0 || (is_used && !may_be_used) ? 0 : *ret_step;
}

/* Goes over a region from the hand on until `want` bytes are free; -1 = the disk is full. */
static int64_t sweep_region(PageStore *ps, int64_t want, bool may_be_used)
{
    PageSpill *s = ps->spill;
    const RegionSlot *r = &ps->region[s->hand_no];
    Leaving l = {.no = s->hand_no};
    int64_t freed = 0;
    if (!r->base || r->n_pages > REGION_PAGES || !region_spill(ps, s->hand_no)) {
        s->hand_at = r->n_pages;
        return 0;
    }
    for (s->hand_at = MAX(s->hand_at, 1u); s->hand_at < r->n_pages && freed + (int64_t)l.n * PAGE_BYTES < want;) {
        bool is_free;
        uint32_t step, at = s->hand_at, n = leaves(ps, r, at, may_be_used, &is_free, &step);
        if (l.n && (n == 0 || is_free != l.is_free || l.n + n > WRITE_PAGES)) {
            if (!leave(ps, &l))
                return -1;
            freed += (int64_t)l.n * PAGE_BYTES;
            l.n = 0;
        }
        if (n && l.n == 0)
            l = (Leaving){.no = s->hand_no, .at = at, .is_free = is_free};
        l.n += n;
        s->hand_at += step;
    }
    if (l.n && !leave(ps, &l))
        return -1;
    return freed + (int64_t)l.n * PAGE_BYTES;
}

int64_t page_store_evict(PageStore *ps, int64_t bytes)
{
    PageSpill *s = ps->spill;
    int64_t freed = 0;
    if (!s || bytes <= 0 || ps->n_regions == 0)
        return 0;
    if (s->skip) {
        s->skip--;
        return 0;
    }
    ps->spilling = true;
    s->recent = ps->gen;
    page_generation_next(ps); /* what changes from now on is announced again: by that, a page that is out is brought in */
    for (uint32_t i = 0; i < 2 * ps->n_regions + 1 && freed < bytes; i++) {
        if (s->hand_no >= ps->n_regions || s->hand_at >= ps->region[s->hand_no].n_pages) {
            s->hand_no = s->hand_no + 1 < ps->n_regions ? s->hand_no + 1 : 0;
            s->hand_at = 1;
        }
        int64_t n = sweep_region(ps, bytes - freed, i > ps->n_regions);
        if (n < 0)
            break;
        freed += n;
    }
    return freed;
}
