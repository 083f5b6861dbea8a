/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows by the time at which they can be forgotten: a binary heap, earliest first.  [shard]  Each row keeps its place in the heap,
 * so that it can leave early.  Made again from the rows when a state is restored. */
#pragma once
#include "exec/op_impl.h"

typedef struct DueRow {
    int64_t us;
    uint8_t *row;
} DueRow;
typedef struct DueHeap {
    Account *acct;
    DueRow *at;
    uint32_t n, cap;
    uint32_t place_offset; /* of the uint32_t in a row that holds its place */
} DueHeap;

void due_heap_init(DueHeap *h, Account *acct, uint32_t place_offset);
void due_heap_done(DueHeap *h);
int due_heap_add(DueHeap *h, uint8_t *row, int64_t us);
void due_heap_remove(DueHeap *h, uint8_t *row);
static inline const DueRow *due_heap_first(const DueHeap *h) /* NULL = empty */
{
    return h->n ? h->at : NULL;
}
