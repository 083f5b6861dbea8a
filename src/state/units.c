/* SPDX-License-Identifier: Apache-2.0
 *
 * Units in pages: page lists, pools, size classes.
 *
 * Invariants: a page is in the chain of its pool exactly while it has a free unit; a page without a unit in use does not exist;
 * the bits of a page's links are its units in use.  A list's positions never move, so a cursor over them survives removals. */
#include "state/units_impl.h"

#include <string.h>

#define UNITS_MAX 126u /* bits in the links, rounded down to what 32-byte units fill */
#define SLOTS_KEPT 16u
#define SMALL_HEAP_PAGES 16u /* below, only few classes are used */

/* A size class: its unit, how many fit a page, and of which class the units of a small heap are. */
#define CLASS(bytes, n, coarse)                                                                                                    \
    {                                                                                                                              \
        {.head = UNIT_NONE,                                                                                                        \
         .unit_bytes = (bytes),                                                                                                    \
         .inverse = (uint32_t)(((UINT64_C(1) << 32) + (bytes)-1) / (bytes)),                                                       \
         .capacity = (n)},                                                                                                         \
            (coarse)                                                                                                               \
    }

/* Each divides a page's room well, and an eighth of a unit is lost at most, but where units are large. */
static const struct {
    UnitPool pool; /* as it begins */
    uint8_t coarse;
} unit_class[N_UNIT_CLASSES] = {CLASS(32, 126, 2),  CLASS(48, 84, 2),   CLASS(64, 63, 2),   CLASS(80, 50, 12),  CLASS(96, 42, 12),
                                CLASS(112, 36, 12), CLASS(128, 31, 12), CLASS(144, 28, 12), CLASS(160, 25, 12), CLASS(192, 21, 12),
                                CLASS(224, 18, 12), CLASS(256, 15, 12), CLASS(288, 14, 12), CLASS(336, 12, 19), CLASS(400, 10, 19),
                                CLASS(448, 9, 19),  CLASS(576, 7, 19),  CLASS(672, 6, 19),  CLASS(800, 5, 19),  CLASS(1008, 4, 19),
                                CLASS(1344, 3, 22), CLASS(2016, 2, 22), CLASS(4032, 1, 22)};
#define CLASS_BYTES_MAX 4032u

/* By the number of CLASS_STEPs that are needed. */
#define CLASS_STEP 16u
static const uint8_t class_at[CLASS_BYTES_MAX / CLASS_STEP + 1] = {
    [0 ... 2] = 0,    [3] = 1,          [4] = 2,          [5] = 3,           [6] = 4,           [7] = 5,
    [8] = 6,          [9] = 7,          [10] = 8,         [11 ... 12] = 9,   [13 ... 14] = 10,  [15 ... 16] = 11,
    [17 ... 18] = 12, [19 ... 21] = 13, [22 ... 25] = 14, [26 ... 28] = 15,  [29 ... 36] = 16,  [37 ... 42] = 17,
    [43 ... 50] = 18, [51 ... 63] = 19, [64 ... 84] = 20, [85 ... 126] = 21, [127 ... 252] = 22};

void page_list_init(PageList *l, PageStore *ps, uint32_t table, int64_t bucket)
{
    *l = (PageList){.ps = ps, .table = table, .bucket = bucket, .hole = UNIT_NONE};
}

/* A small array is kept for a table that comes and goes. */
static void slots_shrink(PageList *l)
{
    if (l->cap <= SLOTS_KEPT)
        return;
    page_array_free(l->ps, l->slot, l->cap * sizeof(*l->slot));
    l->slot = NULL;
    l->cap = 0;
}

void page_list_clear(PageList *l)
{
    for (uint32_t i = 0; i < l->n; i++) {
        if (l->slot[i].page)
            page_free(l->ps, l->slot[i].page);
    }
    l->n = 0;
    l->n_pages = 0;
    l->hole = UNIT_NONE;
    slots_shrink(l);
}

void page_list_done(PageList *l)
{
    if (!l->ps)
        return;
    page_list_clear(l);
    page_array_free(l->ps, l->slot, l->cap * sizeof(*l->slot));
    l->slot = NULL;
    l->cap = 0;
}

/* Room for one more page; its place. */
static uint32_t page_list_place(PageList *l)
{
    if (l->hole != UNIT_NONE || l->n < l->cap)
        return l->hole != UNIT_NONE ? l->hole : l->n;
    uint32_t cap = l->cap ? l->cap * 2 : 4;
    PageSlot *s = cap < l->cap ? NULL : page_array_grow(l->ps, l->slot, l->cap * sizeof(*s), cap * sizeof(*s), ARRAY_LARGE);
    if (!s)
        return UNIT_NONE;
    l->slot = s;
    l->cap = cap;
    return l->n;
}

static void page_list_put(PageList *l, uint32_t i, PageHeader *p, uint32_t n_pages)
{
    if (i == l->hole)
        l->hole = l->slot[i].next;
    else
        l->n++;
    l->slot[i] = (PageSlot){.page = p, .prev = UNIT_NONE, .next = UNIT_NONE};
    l->n_pages += n_pages;
    p->index = i;
    p->crc = l->stays;
}

PageHeader *page_list_add(PageList *l, PageKind kind, uint32_t n_pages)
{
    uint32_t i = page_list_place(l);
    PageHeader *p = i == UNIT_NONE ? NULL : page_alloc(l->ps, l->table, ALL_KEY_GROUPS, l->bucket, kind, n_pages);
    if (p)
        page_list_put(l, i, p, n_pages);
    return p;
}

int page_list_adopt(PageList *l, PageHeader *page)
{
    uint32_t i = page_list_place(l);
    if (i == UNIT_NONE)
        return -ERR_OUT_OF_MEMORY;
    page_list_put(l, i, page, (uint32_t)(page_image_bytes(page) / PAGE_BYTES));
    return 0;
}

static void page_list_remove(PageList *l, PageHeader *p)
{
    uint32_t i = p->index;
    l->n_pages -= page_image_bytes(p) / PAGE_BYTES;
    page_free(l->ps, p);
    l->slot[i] = (PageSlot){.next = l->hole};
    l->hole = i;
    if (l->n_pages == 0) { /* all positions are holes */
        l->n = 0;
        l->hole = UNIT_NONE;
        slots_shrink(l);
    }
}

void unit_pool_init(UnitPool *p, PageKind kind, uint32_t unit_bytes)
{
    *p = (UnitPool){.head = UNIT_NONE, .unit_bytes = unit_bytes, .kind = (uint8_t)kind};
    p->capacity = (uint16_t)(unit_bytes > PAGE_ROOM ? 1 : MIN(PAGE_ROOM / unit_bytes, UNITS_MAX));
    p->inverse = unit_bytes > PAGE_ROOM ? 0 : (uint32_t)(((UINT64_C(1) << 32) + unit_bytes - 1) / unit_bytes);
}

static void chain_push(UnitPool *p, PageList *l, uint32_t i)
{
    l->slot[i].prev = UNIT_NONE;
    l->slot[i].next = p->head;
    if (p->head != UNIT_NONE)
        l->slot[p->head].prev = i;
    p->head = i;
}

static void chain_remove(UnitPool *p, PageList *l, uint32_t i)
{
    PageSlot *s = &l->slot[i];
    if (s->next != UNIT_NONE)
        l->slot[s->next].prev = s->prev;
    if (s->prev != UNIT_NONE)
        l->slot[s->prev].next = s->next;
    else
        p->head = s->next;
}

static bool pool_add_page(UnitPool *p, PageList *l)
{
    uint32_t n = p->unit_bytes > PAGE_ROOM ? (uint32_t)((p->unit_bytes + sizeof(PageHeader) + PAGE_BYTES - 1) / PAGE_BYTES) : 1;
    PageHeader *page = page_list_add(l, (PageKind)p->kind, n);
    if (!page)
        return false;
    page->unit_bytes = n > 1 ? 0 : (uint16_t)p->unit_bytes;
    page->link[1] = n > 1 ? n : 0;
    p->n_pages++;
    chain_push(p, l, page->index);
    return true;
}

uint8_t *unit_alloc(UnitPool *p, PageList *l)
{
    if (unlikely(p->head == UNIT_NONE) && !pool_add_page(p, l))
        return NULL;
    uint32_t i = p->head;
    PageHeader *page = l->slot[i].page;
    if (!page_need(l->ps, page))
        return NULL;
    page_touch(l->ps, page);
    uint32_t w = ~page->link[0] ? 0 : 1;
    uint32_t unit = w * 64 + (uint32_t)__builtin_ctzll(~page->link[w]);
    page->link[w] |= UINT64_C(1) << (unit % 64);
    if (++page->n_used == p->capacity)
        chain_remove(p, l, i);
    return page_unit(page, unit);
}

/* The free units of a page in the chain, up to n of them. */
static uint32_t take_units(UnitPool *p, PageList *l, PageHeader *page, uint32_t n, uint8_t **ret)
{
    uint32_t taken = 0, room = p->capacity - page->n_used;
    uint8_t *first = page_unit(page, 0);
    n = MIN(n, room);
    for (uint32_t w = 0; w < 2 && taken < n; w++) {
        uint64_t is_free = ~page->link[w];
        for (; is_free && taken < n; is_free &= is_free - 1)
            ret[taken++] = first + (size_t)(w * 64 + (uint32_t)__builtin_ctzll(is_free)) * p->unit_bytes;
        page->link[w] = ~is_free;
    }
    page->n_used = (uint16_t)(page->n_used + n);
    if (n == room)
        chain_remove(p, l, page->index);
    return n;
}

uint32_t unit_alloc_many(UnitPool *p, PageList *l, uint32_t n, uint8_t **ret)
{
    uint32_t done = 0;
    while (done < n) {
        if (p->head == UNIT_NONE && !pool_add_page(p, l))
            break;
        PageHeader *page = l->slot[p->head].page;
        uint32_t next = l->slot[p->head].next;
        if (next != UNIT_NONE && !l->ps->spilling)
            __builtin_prefetch(l->slot[next].page, 1);
        if (!page_need(l->ps, page))
            break;
        page_touch(l->ps, page);
        if (page->unit_bytes == 0) { /* a run */
            page->link[0] = page->n_used = 1;
            chain_remove(p, l, page->index);
            ret[done++] = page_unit(page, 0);
            continue;
        }
        done += take_units(p, l, page, n - done, ret + done);
    }
    return done;
}

/* A unit of a page that cannot be read is never used again; nothing is wrong because of it. */
static bool need_to_free(PageStore *ps, const PageHeader *page)
{
    bool before = ps->lost;
    if (likely(page_need(ps, page)))
        return true;
    page_lost_as(ps, before);
    return false;
}

void unit_free(UnitPool *p, PageList *l, uint8_t *unit)
{
    PageHeader *page = page_of(unit);
    if (!need_to_free(l->ps, page))
        return;
    page_touch(l->ps, page);
    uint32_t i = (uint32_t)((uintptr_t)unit & (PAGE_BYTES - 1)) - (uint32_t)sizeof(PageHeader);
    i = (uint32_t)((uint64_t)i * p->inverse >> 32);
    page->link[i / 64] &= ~(UINT64_C(1) << (i % 64));
    if (page->n_used-- == p->capacity)
        chain_push(p, l, page->index);
    if (page->n_used == 0) {
        chain_remove(p, l, page->index);
        page_list_remove(l, page);
        p->n_pages--;
    }
}

/* The first that is large enough, of at most CLASS_BYTES_MAX. */
static inline uint32_t class_of(size_t bytes)
{
    return class_at[(bytes + CLASS_STEP - 1) / CLASS_STEP];
}

/* A page may be of a range of key groups, as pages once were made; all that is in it serves like any other. */
int unit_pool_adopt(UnitPool *p, PageList *l, PageHeader *page)
{
    uint32_t group = page->key_group & 0xff, log2 = page->key_group >> 8;
    if (group >= N_KEY_GROUPS || log2 > ALL_KEY_GROUPS >> 8 ||
        (page->unit_bytes ? page->unit_bytes != p->unit_bytes : p->unit_bytes <= PAGE_ROOM))
        return -ERR_CORRUPT;
    TRY(page_list_adopt(l, page));
    p->n_pages++;
    if (page->n_used < p->capacity)
        chain_push(p, l, page->index);
    return 0;
}

int unit_heap_adopt(UnitHeap *h, PageList *l, PageHeader *page)
{
    if (page->unit_bytes) {
        if (page->unit_bytes > CLASS_BYTES_MAX)
            return -ERR_CORRUPT;
        TRY(unit_pool_adopt(&h->pool[class_of(page->unit_bytes)], l, page));
        h->n_pages++;
        return 0;
    }
    return page_list_adopt(l, page);
}

void unit_heap_init(UnitHeap *h, PageKind kind)
{
    h->n_pages = 0;
    h->kind = (uint8_t)kind;
    for (uint32_t i = 0; i < N_UNIT_CLASSES; i++) {
        h->pool[i] = unit_class[i].pool;
        h->pool[i].kind = (uint8_t)kind;
    }
}

void unit_heap_done(UnitHeap *h)
{
    unit_heap_init(h, (PageKind)h->kind);
}

static uint8_t *run_alloc(const UnitHeap *h, PageList *l, size_t bytes)
{
    size_t n = (bytes + sizeof(PageHeader) + PAGE_BYTES - 1) / PAGE_BYTES;
    if (n > UINT32_MAX / 2)
        return NULL;
    PageHeader *page = page_list_add(l, (PageKind)h->kind, (uint32_t)n);
    if (!page)
        return NULL;
    page->n_used = 1;
    page->link[0] = 1;
    page->link[1] = n;
    return page_unit(page, 0);
}

uint8_t *unit_heap_alloc(UnitHeap *h, PageList *l, size_t bytes)
{
    if (bytes > CLASS_BYTES_MAX)
        return run_alloc(h, l, bytes);
    uint32_t c = class_of(bytes);
    if (h->n_pages < SMALL_HEAP_PAGES)
        c = unit_class[c].coarse;
    UnitPool *p = &h->pool[c];
    uint32_t before = p->n_pages;
    uint8_t *unit = unit_alloc(p, l);
    h->n_pages += p->n_pages - before;
    return unit;
}

void unit_heap_free(UnitHeap *h, PageList *l, uint8_t *unit)
{
    PageHeader *page = page_of(unit);
    if (!need_to_free(l->ps, page))
        return;
    if (page->unit_bytes == 0) {
        page_list_remove(l, page);
        return;
    }
    UnitPool *p = &h->pool[class_of(page->unit_bytes)];
    uint32_t before = p->n_pages;
    unit_free(p, l, unit);
    h->n_pages -= before - p->n_pages;
}

uint32_t unit_room(const uint8_t *unit)
{
    return page_of(unit)->unit_bytes;
}
