/* SPDX-License-Identifier: Apache-2.0
 *
 * What the results of joins have in common: the schema of a pair, NULLs in the place of a side, weights of pairs.  [shard] */
#pragma once
#include "exec/op_impl.h"

/* Left columns, then right ones: what the node gives when it gives `pairs`, else a schema of its own.  One reference. */
int join_pair_schema(Op *op, bool pairs, const Schema **ret, Err *err);
/* Columns first .. first + n - 1 of b are NULL. */
int join_fill_nulls(const Schema *pair, uint32_t first, uint32_t n, Batch *b, Arena *arena);
/* Selects of the pairs in b those that the residual lets through; one for which it fails goes to the error port as a whole. */
int join_judge(Op *op, Program *residual, Batch *b, Out *out);
/* Weights of the selected rows, by physical row; one beyond 32 bits is an error of the query. */
int join_set_weights(Batch *b, const int64_t *w, Arena *arena);
/* Row from[i] of v becomes row i, JOIN_ALONE a NULL. */
#define JOIN_ALONE UINT16_MAX
int join_pick_or_null(const Vec *v, const uint16_t *from, uint32_t n, Vec *ret, Arena *arena);
/* OpType.lasts of a join: pairs are of the batch, which is there, and of rows of the other side. */
bool join_lasts(const Op *op);
