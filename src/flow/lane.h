/* SPDX-License-Identifier: Apache-2.0
 *
 * Lanes: rows of a writer that found another thread in the shard (design 5.2).  They need not wait for the shard, nor be handed
 * over one by one: a writer puts them into a lane of its own, and goes on there until the lane is full or has been emptied.
 *
 * Where pushes may be gathered (gather.h) that is all: whoever enters the shard for anything but a push empties all lanes first, so
 * two writers of one source write nothing that the other one reads, but for one step in some hundred rows.  Where somebody listens,
 * who has the shard empties them when he leaves it, as letters are opened, with the rows that have come meanwhile in one step.
 *
 * A lane belongs to one writer, and that to one thread at a time.  What a thread pushes into several sources stays in its order: it
 * goes on only in the lane that it has used last. */
#pragma once
#include "flow/gather.h"

typedef enum LanePush { LANE_NOT, LANE_DONE, LANE_SOON } LanePush;
/* [any] DONE: the rows are seen by who looks next. SOON: when the shard is left, which has to be seen to where nobody is in it. */
LanePush lane_push(Lane *l, Engine *e, const Batch *b);
typedef struct LaneFront { /* where a lane begins */
    _Atomic bool has_rows;
} LaneFront;
/* By the writer: what it pushes now comes behind them. */
static inline bool lane_has_rows(const Lane *l)
{
    return atomic_load_explicit(&((const LaneFront *)(const void *)l)->has_rows, memory_order_relaxed);
}
/* This thread has put rows into another lane last, which may still be there: what it pushes now comes behind them, too.  l: NULL =
 * no lane. */
bool lane_is_other(const Lane *l);
void lane_forget_last(void); /* all have been emptied */
/* Some lane is on a list.  Rows of others have been taken by who has the shard, behind whom a push comes in any case. */
static inline bool lanes_wait(Engine *e)
{
    return atomic_load_explicit(&e->lanes, memory_order_relaxed) != NULL ||
           atomic_load_explicit(&e->lanes_soon, memory_order_relaxed) != NULL;
}
