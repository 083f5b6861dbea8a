/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows by the time at which they can be forgotten, earliest first.  [shard]  Each row keeps its place, so that it can leave early.
 * Made again from the rows when a state is restored.
 *
 * Rows mostly come in the order of their times: those make a sorted run, to whose end they are put and from whose beginning they
 * leave, without moving another.  What comes out of order is in a binary heap beside it. */
#pragma once
#include "exec/op_impl.h"

typedef struct DueRow {
    int64_t us;
    uint8_t *row;
} DueRow;
typedef struct DueHeap {
    Account *acct;
    DueRow *at; /* the heap */
    uint32_t n, cap;
    DueRow *run; /* places head .. end; row NULL: has left. The first one is there */
    uint32_t head, end, run_cap;
    uint32_t n_left;       /* gaps in the run */
    uint32_t base;         /* number of the run's place 0: a row keeps its number, so the run can move down */
    uint32_t place_offset; /* of the uint32_t in a row that holds its place */
} DueHeap;

void due_heap_init(DueHeap *h, Account *acct, uint32_t place_offset);
void due_heap_done(DueHeap *h);
int due_heap_add(DueHeap *h, uint8_t *row, int64_t us);
void due_heap_remove(DueHeap *h, uint8_t *row);
/* Whether a row of this time would come last in the run, which costs next to nothing. */
static inline bool due_heap_is_last(const DueHeap *h, int64_t us)
{
    return h->head == h->end || us >= h->run[h->end - 1].us;
}
/* Whether the row is there, whatever its place says. */
bool due_heap_holds(const DueHeap *h, uint8_t *row);
static inline const DueRow *due_heap_first(const DueHeap *h) /* NULL = empty */
{
    const DueRow *run = h->head < h->end ? &h->run[h->head] : NULL, *top = h->n ? h->at : NULL;
    return run && (!top || run->us <= top->us) ? run : top;
}
static inline int64_t due_heap_bytes(const DueHeap *h)
{
    return (int64_t)(((size_t)h->cap + h->run_cap) * sizeof(DueRow));
}
