/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows mostly come in the order of their times, so adding one rarely moves another. */
#include "exec/due_heap.h"

void due_heap_init(DueHeap *h, Account *acct, uint32_t place_offset)
{
    *h = (DueHeap){.acct = acct, .place_offset = place_offset};
}

void due_heap_done(DueHeap *h)
{
    if (h->acct)
        mem_free(h->acct, h->at, h->cap * sizeof(*h->at));
    *h = (DueHeap){0};
}

static uint32_t *place_of(const DueHeap *h, uint8_t *row)
{
    return (uint32_t *)(void *)(row + h->place_offset);
}

static void put(DueHeap *h, uint32_t i, DueRow d)
{
    h->at[i] = d;
    *place_of(h, d.row) = i;
}

static void sift_up(DueHeap *h, uint32_t i, DueRow d)
{
    while (i > 0 && h->at[(i - 1) / 2].us > d.us) {
        put(h, i, h->at[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    put(h, i, d);
}

static void sift_down(DueHeap *h, uint32_t i, DueRow d)
{
    for (;;) {
        uint32_t child = 2 * i + 1;
        if (child >= h->n)
            break;
        if (child + 1 < h->n && h->at[child + 1].us < h->at[child].us)
            child++;
        if (h->at[child].us >= d.us)
            break;
        put(h, i, h->at[child]);
        i = child;
    }
    put(h, i, d);
}

int due_heap_add(DueHeap *h, uint8_t *row, int64_t us)
{
    if (h->n == h->cap) {
        uint32_t cap = h->cap ? h->cap * 2 : 256;
        DueRow *more = cap > h->cap ? mem_realloc(h->acct, h->at, h->cap * sizeof(*more), cap * sizeof(*more)) : NULL;
        if (!more)
            return -ERR_OUT_OF_MEMORY;
        h->at = more;
        h->cap = cap;
    }
    sift_up(h, h->n++, (DueRow){us, row});
    return 0;
}

void due_heap_remove(DueHeap *h, uint8_t *row)
{
    uint32_t i = *place_of(h, row);
    ASSERT(i < h->n && h->at[i].row == row);
    DueRow last = h->at[--h->n];
    if (i == h->n)
        return;
    if (i > 0 && h->at[(i - 1) / 2].us > last.us)
        sift_up(h, i, last);
    else
        sift_down(h, i, last);
}
