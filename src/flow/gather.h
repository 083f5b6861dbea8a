/* SPDX-License-Identifier: Apache-2.0
 *
 * Gather: single rows and small batches that are pushed into a source nobody listens behind.  [shard]  What a step costs besides
 * its rows is some thousand instructions; where nobody could tell the difference, pushes are put together and go through the
 * queries in one step. */
#pragma once
#include "flow/engine_impl.h"

#define GATHER_ROWS 256u
#define GATHER_PUSH_ROWS (GATHER_ROWS / 4) /* a larger push is a step */
#define GATHER_TICKS (UINT64_C(1) << 20)   /* below a millisecond: rows that count as having come at the same time */

static inline bool gather_takes(const Batch *b)
{
    return b->n_sel - 1 < GATHER_PUSH_ROWS && b->w_kind == W_ONE; /* 0 is none */
}
/* The usual case: plain rows more of the feed that is gathered for, which have room.  The shard need not have been entered: it is
 * enough that nobody else is in it and the mailbox is empty, for nothing is called and no memory taken. */
static inline bool gather_more(Engine *e, const Feed *f, const Batch *b)
{
    RowBlock *r = f->gather;
    return e->gathering == f && gather_takes(b) && r->n + b->n_sel < r->cap && !b->sel && b->n_cols == f->schema->n &&
           e->env->clock->ticks(e->env) - e->gather_ticks <= GATHER_TICKS && row_block_append_words(r, b, 0, b->n_sel);
}

static inline bool gather_may(const Engine *e, const Feed *f) /* false: known not to */
{
    return f->gathers || f->gathers_seen != atomic_load_explicit(&e->n_entries, memory_order_relaxed);
}
/* The shard is held, and has been since the mailbox was emptied.  True: b was taken, and its step comes later.  False: it has to
 * be stepped now, after gather_end.  rc: -ERR_OUT_OF_MEMORY when rows that were taken before have been lost. */
bool gather_push(Engine *e, Feed *f, const Batch *b, int *ret_rc, Err *err);
void gather_run(Engine *e); /* the step of what was taken; there is something */
void lanes_run(Engine *e);  /* lane.c: the steps of what is in lanes, all of them */
void lanes_drop(Engine *e); /* .. when nothing is stepped any more */
static inline void gather_end(Engine *e)
{
    if (unlikely(e->gathering != NULL))
        gather_run(e);
    if (unlikely(atomic_load(&e->lanes) != NULL || atomic_load(&e->lanes_soon) != NULL))
        lanes_run(e);
}
