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
bool op_parts_chains(Op *op, uint32_t n_rows);                  /* now, so many that come */
bool op_parts_collects(Op *op);                                 /* then: rows are collected, and settled when all are */
int op_parts_settle(Op *op, uint32_t part);                     /* on its thread */
void op_parts_follow(Op *op, uint32_t part);                    /* before the calls of a part; on its thread */
void op_parts_chained(Op *op, uint32_t which, uint64_t n_rows); /* the parts in which have got so many rows together */

/* ---- as the last link of a chain whose rows are dealt out by key ---- */

/* Whether the rows of several batches may be dealt out before the first of them is pushed, and what the parts give, each for one
 * batch after the other, may wait until all have been. */
bool op_parts_may_deal(const Op *op, uint32_t input);
bool op_parts_come_along(const Op *op); /* the same, and its parts have the rows that those of its input give */
bool op_parts_deals(const Op *op);      /* now */
/* What of a batch is for each of the parts; on any thread, with the scratch of part `by`. */
int op_parts_deal(Op *op, uint32_t input, uint32_t by, Batch *b, Batch **ret_of);
/* The parts have got so many rows, and have been flushed.  And: one of them has given a mark. */
void op_parts_dealt(Op *op, const uint64_t *n_rows);
void op_parts_note_mark(Op *op, uint32_t part, Mark m);
int op_parts_give_marks(Op *op, Out *out);
