/* SPDX-License-Identifier: Apache-2.0
 *
 * Of the pairs of a stored row the best ones alone (plan/rule_best_pairs.c).  [shard]
 *
 * A stored row has the head of the best pair it was part of, the first 16 bytes of the order's key; a pair whose head is greater
 * lies behind that one, whatever follows.  The bound is data, as a row's degree is: it goes into checkpoints with what the node
 * above knows, of which it says nothing more. */
#pragma once
#include "data/sortkey.h"
#include "exec/join_side.h"

typedef struct JoinBest {
    const PairBest *of;
    SortSpec spec[PAIR_BEST_MAX];
    uint64_t (*head)[2]; /* of the input's rows, by position; NULL = not known: nothing is left out */
} JoinBest;

void join_best_open(JoinBest *x, const PairBest *of, const Schema *in);
/* The heads of the rows of side `input`. */
int join_best_input(JoinBest *x, uint32_t input, const JoinInput *in, Arena *step);
/* Of n pairs, of input rows at[i] and stored rows row[i], those that are the best of their stored row so far; *n: how many are
 * left. */
int join_best_keep(const JoinBest *x, JoinSide *stored, uint16_t *at, uint8_t **row, uint32_t *n);

static inline bool head_is_greater(const uint64_t a[2], const uint64_t b[2])
{
    return a[0] != b[0] ? a[0] > b[0] : a[1] > b[1];
}
static inline bool join_best_is_behind(const JoinBest *x, const JoinSide *stored, uint32_t at, uint8_t *row)
{
    return head_is_greater(x->head[at], join_link_bound(stored, row)->head);
}
