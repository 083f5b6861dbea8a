/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of a side that lies in a stored relation and come or go by whether they have a match (join_shared.h).  [shard]
 *
 * They have no degree that could be kept.  But where the other side lies in a relation as well, and the keys alone say what
 * matches, all rows of a key have the same one: how many rows the other side has of it, which is counted when these change.  What
 * the change cannot have been the last or the first of needs no more looking, so a key with a million rows costs no more than the
 * change. */
#pragma once
#include "exec/join_shared.h"

typedef struct JoinCross { /* keys of a batch that have got their first match, or lost their last one */
    JoinInput in;          /* one row of the batch for each */
    int8_t *sign;          /* by position: 1 = it has got one now, -1 = it has none any more */
    uint8_t **head, **own; /* what they meet on the other side, as that of the batch */
} JoinCross;

/* The batch `in` of side s, of which it is a part now: the side's own tables hold what is still to come. */
int join_cross_find(JoinSide *s, const JoinInput *in, JoinCross *ret);
