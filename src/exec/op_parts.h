/* SPDX-License-Identifier: Apache-2.0
 *
 * An operator in parts: what op_new makes of a node in a query that has several.  Inside exec/ only. */
#pragma once
#include "exec/op.h"

/* *ret NULL: the node does not run in parts. */
int op_parts_new(OpEnv *env, const PhysNode *node, Op **ret, Err *err);

/* ---- as a link of a chain (part_chain.h), which calls the parts itself ---- */

/* Whether any part may get any row, perhaps only after some rows. */
bool op_parts_may_chain(const Op *op);                          /* false of an operator that is not in parts */
bool op_parts_chains(Op *op);                                   /* now */
void op_parts_follow(Op *op, uint32_t part);                    /* before the calls of a part; on its thread */
void op_parts_chained(Op *op, uint32_t which, uint64_t n_rows); /* the parts in which have got so many rows together */
