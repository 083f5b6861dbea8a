/* SPDX-License-Identifier: Apache-2.0
 *
 * A side of a join that is a join of stored relations and not kept (plan/phys.h, PhysDelta): its rows are found through these, one
 * hop after the other.  [shard]
 *
 * A hop is a join operator whose right side is shared (join_shared.h), so it sees of its relation what the query has been given,
 * as every other join does; it keeps nothing, not even of a change that is still to come, for it is not told of changes.  What a
 * hop has given lies in scratch of its own until the next one is done with it, so a row with a million matches costs no memory. */
#pragma once
#include "exec/op_impl.h"

typedef struct JoinPath JoinPath;
int join_path_new(const OpEnv *env, const PhysDelta *delta, JoinPath **ret, Err *err);
void join_path_free(JoinPath *p); /* NULL is fine */
/* To share its input 1. */
Op *join_path_hop(const JoinPath *p, uint32_t i);
const PhysDelta *join_path_delta(const JoinPath *p);
/* For these rows of a batch, with their keys by physical row.  key, rows and `in` live until the end. */
int join_path_begin(JoinPath *p, const Vec *const *key, Rows rows, const Batch *in);
/* 1: rows of the side, with the weights of both multiplied; they stay until the next call.  Column PhysDelta.col[c] is column c of
 * the side, and join_path_rows has the positions in `rows` that they belong to.  0: there are no more. */
int join_path_next(JoinPath *p, Batch **ret);
const int64_t *join_path_rows(const JoinPath *p, const Batch *b); /* by physical row */
