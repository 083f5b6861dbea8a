/* SPDX-License-Identifier: Apache-2.0
 *
 * A place is an index of the heap, or with IN_RUN the number of a place of the run.  Numbers go round at 2^31, and the run is kept
 * far shorter than that. */
#include "exec/due_heap.h"

#include <string.h>

#define IN_RUN (1u << 31)
#define RUN_MAX (1u << 30)
#define AHEAD 6u /* rows that are on their way into the cache */

void due_heap_init(DueHeap *h, Account *acct, uint32_t place_offset)
{
    *h = (DueHeap){.acct = acct, .place_offset = place_offset};
}

void due_heap_done(DueHeap *h)
{
    if (h->acct) {
        mem_free(h->acct, h->at, h->cap * sizeof(*h->at));
        mem_free(h->acct, h->run, h->run_cap * sizeof(*h->run));
    }
    *h = (DueHeap){0};
}

static uint32_t *place_of(const DueHeap *h, uint8_t *row)
{
    return (uint32_t *)(void *)(row + h->place_offset);
}

static bool grow(Account *acct, DueRow **at, uint32_t *cap)
{
    uint32_t more = *cap ? *cap * 2 : 256;
    DueRow *p = more > *cap ? mem_realloc(acct, *at, *cap * sizeof(*p), more * sizeof(*p)) : NULL;
    if (!p)
        return false;
    *at = p;
    *cap = more;
    return true;
}

/* ---- the heap ---- */

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

static void heap_remove(DueHeap *h, uint32_t i)
{
    DueRow last = h->at[--h->n];
    if (i == h->n)
        return;
    if (i > 0 && h->at[(i - 1) / 2].us > last.us)
        sift_up(h, i, last);
    else
        sift_down(h, i, last);
}

/* ---- the run ---- */

static uint32_t run_index(const DueHeap *h, uint32_t place)
{
    return (place - h->base) & (IN_RUN - 1);
}

/* Makes room at the end: of the places before the first, of the gaps when they are many, or of new memory. */
static bool run_make_room(DueHeap *h)
{
    uint32_t n = h->end - h->head;
    if (h->n_left > n / 2) {
        uint32_t to = 0;
        for (uint32_t i = h->head; i < h->end; i++) {
            if (!h->run[i].row)
                continue;
            h->run[to] = h->run[i];
            *place_of(h, h->run[to].row) = IN_RUN | ((h->base + to) & (IN_RUN - 1));
            to++;
        }
        h->head = h->n_left = 0;
        h->end = to;
        return true;
    }
    if (n == RUN_MAX || ((h->run_cap == 0 || h->head < h->run_cap / 2) && !grow(h->acct, &h->run, &h->run_cap)))
        return false;
    if (h->head > 0 && n > 0)
        memmove(h->run, h->run + h->head, n * sizeof(*h->run));
    h->base += h->head;
    h->head = 0;
    h->end = n;
    return true;
}

static bool run_add(DueHeap *h, uint8_t *row, int64_t us)
{
    if (h->head == h->end) {
        h->base += h->end; /* no number is given twice while a row of before might still carry it */
        h->head = h->end = h->n_left = 0;
    } else if (!due_heap_is_last(h, us)) {
        return false;
    }
    if (h->end == h->run_cap && !run_make_room(h))
        return false;
    h->run[h->end] = (DueRow){us, row};
    *place_of(h, row) = IN_RUN | ((h->base + h->end++) & (IN_RUN - 1));
    return true;
}

static void run_remove(DueHeap *h, uint32_t i)
{
    h->run[i].row = NULL;
    h->n_left++;
    for (; h->head < h->end && !h->run[h->head].row; h->head++)
        h->n_left--;
    if (h->head + AHEAD < h->end && h->run[h->head + AHEAD].row) { /* as rows leave from the beginning, mostly */
        const uint8_t *next = h->run[h->head + AHEAD].row;
        __builtin_prefetch(next, 1);
        __builtin_prefetch(next + h->place_offset, 1);
    }
}

/* ---- both ---- */

int due_heap_add(DueHeap *h, uint8_t *row, int64_t us)
{
    if (run_add(h, row, us))
        return 0;
    if (h->n == h->cap && (h->n >= IN_RUN / 2 || !grow(h->acct, &h->at, &h->cap)))
        return -ERR_OUT_OF_MEMORY;
    sift_up(h, h->n++, (DueRow){us, row});
    return 0;
}

bool due_heap_holds(const DueHeap *h, uint8_t *row)
{
    uint32_t place = *place_of(h, row);
    if (!(place & IN_RUN))
        return place < h->n && h->at[place].row == row;
    uint32_t i = run_index(h, place);
    return i >= h->head && i < h->end && h->run[i].row == row;
}

void due_heap_remove(DueHeap *h, uint8_t *row)
{
    ASSERT(due_heap_holds(h, row));
    uint32_t place = *place_of(h, row);
    if (place & IN_RUN)
        run_remove(h, run_index(h, place));
    else
        heap_remove(h, place);
}
