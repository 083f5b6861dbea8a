/* SPDX-License-Identifier: Apache-2.0
 *
 * A chain of operators by whole batches (design 5.4).  Several batches that come together are shared out between the parts, each of
 * which takes its batches through operators of its own: sources, filters, projections, assigned windows, and at the end of the
 * chain an operator whose rows go by turns (part_turns.h).  So the parts meet once for all batches, where an operator in parts
 * meets once for each, and no part looks at what another one has in its caches.
 *
 * Or there is an operator with keys at the end.  Then each part deals the rows of its batches out by key, and when all have, each
 * takes its rows of one batch after the other, with the flush that ends a step: two meetings for all batches, and what comes out
 * for a batch is what comes out when it is pushed by itself.  And where a key is frequent in one batch, another one is in the next.
 *
 * What comes out is kept by batch, in order, in the scratch of the parts; it is good until the step's arena is rewound to before
 * the call. */
#pragma once
#include "exec/op.h"
#include "exec/parts.h"

#define CHAIN_OPS 8u
#define CHAIN_BATCHES 32u /* of one call */

typedef struct PartChain PartChain;

/* Whether the operator can stand in a chain that comes to its input.  *ret_last: only as its last link, when it holds rows back. */
bool part_chain_can(const Op *op, uint32_t input, bool *ret_last);
/* op[0 .. n) from the input up, each with the next one as its only user; borrowed.  env: of the query.  Before op[n_first] rows are
 * dealt out by key, for that input of it; n_first == n: they are not. */
int part_chain_new(OpEnv *env, Op *const *op, uint32_t n, uint32_t n_first, uint32_t input, PartChain **ret, Err *err);
bool part_chain_deals(const PartChain *c);
bool part_chain_keyed(const Op *op, uint32_t input); /* rows can be dealt out for that input of it */
bool part_chain_along(const Op *op);                 /* and what a part of such gives is for the same part of this one */
void part_chain_free(PartChain *c);                  /* NULL is fine; before the operators */
/* Whether so many batches, of n_rows together, may be taken now. */
bool part_chain_takes(PartChain *c, uint32_t n, uint32_t n_rows);
/* n <= CHAIN_BATCHES; reads: columns to be announced.  The batches are borrowed until their output has been used.  < 0: state that
 * should have got rows has not. */
int part_chain_run(PartChain *c, Batch *const *b, uint32_t n, uint64_t reads);
/* What batch i gave, on all ports, from whichever operator; < 0: it failed with that error. */
int part_chain_given(const PartChain *c, uint32_t i, const OutItem **ret_first);
/* And batches that came as far as the last operator, which has to get them by itself. */
const OutItem *part_chain_back(const PartChain *c, uint32_t i);
