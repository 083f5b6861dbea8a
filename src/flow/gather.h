/* SPDX-License-Identifier: Apache-2.0
 *
 * Gather: single rows and small batches that are pushed into a source nobody listens behind.  [shard]  What a step costs besides
 * its rows is some thousand instructions; where nobody could tell the difference, pushes are put together and go through the
 * queries in one step. */
#pragma once
#include "flow/engine_impl.h"

/* The shard is held, and has been since the mailbox was emptied.  True: b was taken, and its step comes later.  False: it has to
 * be stepped now, after gather_end.  rc: -ERR_OUT_OF_MEMORY when rows that were taken before have been lost. */
bool gather_push(Engine *e, Feed *f, const Batch *b, int *ret_rc, Err *err);
void gather_run(Engine *e); /* the step of what was taken; there is something */
static inline void gather_end(Engine *e)
{
    if (unlikely(e->gathering != NULL))
        gather_run(e);
}
