/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrangements: stored relations in which joins of running queries find rows where they lie, instead of keeping them once more
 * (design 4.6).  [shard]  What a join must not see yet of a change is known here (exec/join_shared.h): the batches that have not
 * been handed to its input. */
#pragma once
#include "flow/engine_impl.h"

/* When a query starts: its joins share what they can.  Of a join that shares a side, that side's content is not read. */
void engine_share(PipelineSlot *s, bool restores);
void engine_share_free(PipelineSlot *s);
/* Of a join with both sides in relations one is read all the same, for the join of what is there.  While that goes on in slices,
 * the join keeps what it has been given of that side; then no more. */
void engine_share_read(PipelineSlot *s, bool reads);
/* The batch that the feed hands out now is the next one of the leaf. */
void arrangement_next(const PipelineSlot *s, uint32_t leaf);
