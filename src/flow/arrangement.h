/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrangements: stored relations in which joins of running queries find rows where they lie, instead of keeping them once more
 * (design 4.6).  [shard]  What a join must not see yet of a change is known here (exec/join_shared.h): the batches that have not
 * been handed to its input. */
#pragma once
#include "flow/engine_impl.h"

/* When a query starts: its joins share what they can.  Of a join that shares a side, that side's content is not read. */
void engine_share(Engine *e, PipelineSlot *s);
bool engine_shares_both(const PipelineSlot *s); /* some join has both sides from relations: one of them is read all the same */
/* The batch that the feed hands out now is the next one of the leaf. */
void arrangement_next(const PipelineSlot *s, uint32_t leaf);
