/* SPDX-License-Identifier: Apache-2.0
 *
 * Snapshots of a table's pages: copy on first change.
 *
 * Opening notes the store's generation and takes a new one; nothing is copied.  A page with a generation not above the snapshot's
 * has not changed since, so its live bytes are the image; otherwise the image was copied by page_touch before the change, or the
 * page is younger than the snapshot.  Images are kept by page id in a two-level array, so that images and live pages are walked in
 * one order and a walk can be interrupted by changes. */
#include "state/page_impl.h"

#include <string.h>

typedef struct SnapshotImages {
    uint8_t *image[REGION_PAGES];
} SnapshotImages;

struct PageSnapshot {
    PageStore *ps;
    PageSnapshot *next; /* younger */
    uint32_t table, gen;
    SnapshotImages **region; /* by region number; NULL = no image there */
    uint32_t n_regions;
    bool broken;      /* an image could not be kept */
    uint8_t *scratch; /* a page that is not in memory */
    size_t scratch_bytes;
};

int page_snapshot_open(PageStore *ps, uint32_t table, PageSnapshot **ret, Err *err)
{
    PageSnapshot *s = mem_zalloc(ps->acct, sizeof(*s));
    if (!s)
        return RAISE_NOMEM(err);
    s->ps = ps;
    s->table = table;
    page_generation_next(ps);
    s->gen = ps->gen - 1;
    PageSnapshot **last = &ps->snapshots;
    while (*last)
        last = &(*last)->next;
    *last = s;
    *ret = s;
    return 0;
}

static void images_free(Account *acct, SnapshotImages *r)
{
    for (uint32_t i = 0; i < REGION_PAGES; i++) {
        if (r->image[i])
            mem_free(acct, r->image[i], page_image_bytes((const PageHeader *)(const void *)r->image[i]));
    }
    mem_free(acct, r, sizeof(*r));
}

void page_snapshot_close(PageSnapshot *s)
{
    if (!s)
        return;
    Account *acct = s->ps->acct;
    PageSnapshot **at = &s->ps->snapshots;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    for (uint32_t i = 0; i < s->n_regions; i++) {
        if (s->region[i])
            images_free(acct, s->region[i]);
    }
    mem_free(acct, s->region, s->n_regions * sizeof(*s->region));
    mem_free(acct, s->scratch, s->scratch_bytes);
    mem_free(acct, s, sizeof(*s));
}

static bool snapshot_keep(PageSnapshot *s, const PageHeader *p)
{
    Account *acct = s->ps->acct;
    uint32_t no = (uint32_t)p->page_id / REGION_PAGES;
    if (no >= s->n_regions) {
        uint32_t n = s->ps->cap_regions;
        SnapshotImages **r = mem_realloc(acct, s->region, s->n_regions * sizeof(*r), n * sizeof(*r));
        if (!r)
            return false;
        memset(r + s->n_regions, 0, (n - s->n_regions) * sizeof(*r));
        s->region = r;
        s->n_regions = n;
    }
    if (!s->region[no]) {
        s->region[no] = mem_zalloc(acct, sizeof(SnapshotImages));
        if (!s->region[no])
            return false;
    }
    size_t n = page_image_bytes(p);
    uint8_t *image = mem_alloc(acct, n);
    if (!image)
        return false;
    memcpy(image, p, n);
    s->region[no]->image[p->page_id % REGION_PAGES] = image;
    return true;
}

void page_snapshots_keep(PageStore *ps, PageHeader *p)
{
    uint32_t gen = *page_gen(p);
    for (PageSnapshot *s = ps->snapshots; s; s = s->next) {
        if ((s->table == p->table || s->table == PAGES_OF_ALL_TABLES) && gen <= s->gen && !s->broken && !snapshot_keep(s, p))
            s->broken = true;
    }
}

void page_snapshots_break(PageStore *ps)
{
    for (PageSnapshot *s = ps->snapshots; s; s = s->next)
        s->broken = true;
}

/* Only the order between a page's generation and each snapshot's matters: ranks among the snapshots say the same in small numbers.
 */
static uint32_t generation_rank(const PageStore *ps, uint32_t gen)
{
    uint32_t rank = 0;
    for (const PageSnapshot *s = ps->snapshots; s; s = s->next)
        rank += s->gen < gen;
    return rank;
}

void page_generations_renumber(PageStore *ps)
{
    for (uint32_t i = 0; i < ps->n_regions; i++) {
        PageRegion *r = ps->region[i].base;
        for (uint32_t k = 0; r && k < REGION_PAGES - 1; k++)
            r->gen[k] = generation_rank(ps, r->gen[k]);
    }
    uint32_t rank = 0;
    for (PageSnapshot *s = ps->snapshots; s; s = s->next)
        s->gen = rank++;
    ps->gen = rank + 1;
    ps->first_gen = 0;
}

/* The image of a page id, which may be that of a page that is not in memory, or NULL when the snapshot has no such page. */
static const PageHeader *snapshot_find(const PageSnapshot *s, uint32_t no, uint32_t at)
{
    if (no < s->n_regions && s->region[no] && s->region[no]->image[at])
        return (const PageHeader *)(const void *)s->region[no]->image[at];
    if (no >= s->ps->n_regions || !s->ps->region[no].base || at >= s->ps->region[no].n_pages)
        return NULL;
    const PageRegion *r = s->ps->region[no].base;
    uint32_t table = r->table[at - 1];
    bool is_ours = s->table == PAGES_OF_ALL_TABLES ? table != PAGE_NO_TABLE : table == s->table;
    return is_ours && r->gen[at - 1] <= s->gen ? page_by_id(s->ps, no * REGION_PAGES + at) : NULL;
}

/* Of the images, those that are copies are always in memory; they lie in no region. */
static bool is_copy(const PageSnapshot *s, const PageHeader *p, uint64_t id)
{
    return p != page_by_id(s->ps, (uint32_t)id);
}

const PageHeader *page_snapshot_image(const PageSnapshot *s, uint32_t page_id)
{
    const PageHeader *p = snapshot_find(s, page_id / REGION_PAGES, page_id % REGION_PAGES);
    if (p && !is_copy(s, p, page_id))
        (void)page_need(s->ps, p);
    return p;
}

static const PageHeader *find_next(PageSnapshot *s, uint64_t *at)
{
    uint64_t end = (uint64_t)MAX(s->n_regions, s->ps->n_regions) * REGION_PAGES;
    for (; !s->broken && *at < end; ++*at) {
        uint32_t pos = (uint32_t)(*at % REGION_PAGES);
        const PageHeader *image = pos ? snapshot_find(s, (uint32_t)(*at / REGION_PAGES), pos) : NULL;
        if (image) {
            ++*at;
            return image;
        }
    }
    return NULL;
}

static int end_of(const PageSnapshot *s, Err *err)
{
    return s->broken ? RAISE(err, ERR_OUT_OF_MEMORY, "no memory to keep the pages of a snapshot") : 0;
}

int page_snapshot_next(PageSnapshot *s, uint64_t *at, const PageHeader **ret, Err *err)
{
    const PageHeader *p = find_next(s, at);
    if (!p)
        return end_of(s, err);
    *ret = p;
    return is_copy(s, p, *at - 1) || page_need(s->ps, p) ? 1 : page_store_take_error(s->ps, err);
}

int page_snapshot_look(PageSnapshot *s, uint64_t *at, PageLook *ret, Err *err)
{
    const PageHeader *p = find_next(s, at);
    if (!p)
        return end_of(s, err);
    PageFacts facts = {.id = (uint32_t)(*at - 1)};
    if (!is_copy(s, p, *at - 1))
        facts = page_facts(p);
    if (facts.is_out) {
        const PageRegion *r = region_of(p);
        *ret = (PageLook){.id = facts.id,
                          .table = r->table[facts.id % REGION_PAGES - 1],
                          .n_pages = facts.n_pages,
                          .dirty_epoch = facts.dirty_epoch,
                          .out = p};
        return 1;
    }
    *ret = (PageLook){.id = facts.id,
                      .table = p->table,
                      .n_pages = (uint32_t)(page_image_bytes(p) / PAGE_BYTES),
                      .dirty_epoch = p->dirty_epoch,
                      .image = p};
    return 1;
}

int page_snapshot_read(PageSnapshot *s, PageLook *look, Err *err)
{
    if (look->image)
        return 0;
    size_t n = (size_t)look->n_pages * PAGE_BYTES;
    if (s->scratch_bytes < n) {
        uint8_t *p = mem_realloc(s->ps->acct, s->scratch, s->scratch_bytes, n);
        if (!p)
            return RAISE_NOMEM(err);
        s->scratch = p;
        s->scratch_bytes = n;
    }
    TRY(page_read_out(s->ps, look->out, s->scratch, err));
    look->image = (const PageHeader *)(const void *)s->scratch;
    return 0;
}

int page_snapshot_each(PageSnapshot *s, int (*each)(void *self, const PageHeader *image), void *self, Err *err)
{
    uint64_t at = 0;
    const PageHeader *image = NULL;
    for (;;) {
        int rc = page_snapshot_next(s, &at, &image, err);
        if (rc <= 0)
            return rc;
        rc = each(self, image);
        if (rc)
            return rc;
    }
}
