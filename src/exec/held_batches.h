/* SPDX-License-Identifier: Apache-2.0
 *
 * Batches that state refers to instead of keeping their rows in pages.  [shard]
 *
 * A row of one is known by a number: the place of its batch, and its own in the batch.  With each batch may go a note per row,
 * the operator's.  A batch goes when the last of its rows that are wanted has.
 *
 * Only where nothing asks for the state as pages: no log (OpEnv.refers), no limit of memory.  An operator that has some looks at
 * held_may() before it uses them, for a limit may be set at any time. */
#pragma once
#include "exec/op.h"

#define HELD_ROW_BITS 12u /* of a number: rows of a batch */
#define HELD_ROWS_MIN 64u /* of a batch: with fewer a reference to it costs more than its rows */

typedef struct HeldBatch {
    Batch *batch;  /* one reference; NULL: the place is free */
    void *note;    /* one for each physical row; NULL: note_bytes is 0 */
    uint32_t left; /* rows that are wanted */
    uint32_t next_free;
} HeldBatch;
typedef struct HeldBatches { /* zeroed, then note_bytes is set */
    HeldBatch *at;           /* by place */
    uint32_t n, cap, first_free, note_bytes;
    uint64_t rows; /* that are wanted, in all */
} HeldBatches;

bool held_may(const OpEnv *env);
/* Whether the operator will do so with rows of texts as they come from a source: it is better off in one piece then, for parts get
 * a share of each batch's rows and would have to copy them. */
bool held_beats_parts(const OpEnv *env, const PhysNode *node);
/* One that somebody counts, of rows that only come. */
static inline bool held_takes(const Batch *b)
{
    return atomic_load_explicit(&b->rc, memory_order_relaxed) > 0 && !(b->flags & BATCH_BORROWED) && b->w_kind == W_ONE &&
           b->n >= HELD_ROWS_MIN;
}
/* 1; 0: there are as many as there can be; or -ERR_OUT_OF_MEMORY. */
int held_take(HeldBatches *h, Account *acct, Batch *b, uint32_t left, uint32_t *ret_place);
void held_give(HeldBatches *h, Account *acct, uint32_t place);
void held_done(HeldBatches *h, Account *acct); /* zeroed is fine */

static inline uint32_t held_number(uint32_t place, uint32_t phys)
{
    return place << HELD_ROW_BITS | phys;
}
static inline uint32_t held_place(uint32_t number)
{
    return number >> HELD_ROW_BITS;
}
static inline uint32_t held_row(uint32_t number)
{
    return number & (BATCH_ROWS_MAX - 1);
}
