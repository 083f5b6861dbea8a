/* SPDX-License-Identifier: Apache-2.0
 *
 * Young rows of a side of a join: batches that are kept as they came, by reference, their rows put into pages when they are wanted.
 * [shard]
 *
 * Most rows of a side that only grows may never meet anything, and putting a row with texts into pages costs several times what all
 * the rest of the join does with it.  So batches are only referred to.  Of their rows the keys are known: the row of a key in
 * `keys` has a chain of those that are young.  When the other side has such a key, all rows of the chain go into pages by the way
 * that all rows went before, and the list of the key is as it would be without this, but for its order.
 *
 * Batches are referred to only where nothing asks for the state as pages: no log, no limit of memory.  Where many of their rows are
 * wanted, the side leaves it for a while. */
#pragma once
#include "exec/join_side.h"

/* The rows of the batch, which the side's input will never take back: 1 when they are young now, 0 when they are to be stored. */
int join_young_take(JoinSide *s, const JoinInput *in);
/* Before rows of `in`, of side s, meet those of `other`: what they may meet is put into pages. */
int join_young_meet(const JoinSide *s, JoinSide *other, const JoinInput *in, Out *out);
void join_young_drop(JoinSide *s); /* all of them are forgotten */
