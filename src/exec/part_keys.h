/* SPDX-License-Identifier: Apache-2.0
 *
 * Which part a row belongs to.  Inside exec/ only. */
#pragma once
#include "exec/op_impl.h"
#include "exec/parts.h"

#define PART_KEYS_MAX 64u

typedef struct PartKeys { /* of one input */
    uint32_t n;
    Expr **key;       /* over the input; NULL: all of its columns */
    uint32_t n_used;  /* of them, which decide */
    uint32_t *col;    /* these are columns; else NULL */
    Program *program; /* what computes them otherwise */
    bool by_place;    /* rows have nothing to do with each other: the batch is cut, in its order */
} PartKeys;

/* The part of n that a row of such a hash of its keys belongs to. */
static inline uint8_t part_of_hash(uint64_t hash, uint32_t n)
{
    return (uint8_t)((uint64_t)(uint32_t)hash * n >> 32);
}

/* Whether the node can run in parts: rows of different keys have nothing to do with each other, and the keys can be computed apart
 * from the operator.  Without looking at the input's rows. */
bool part_keys_of(const OpEnv *env, const PhysNode *node, PartKeys ret[2]);
/* By what an operator keeps its state, per input; false: it keeps none, or by nothing. */
bool node_keys(const PhysNode *node, PartKeys ret[2]);
/* Whether something in the node, which has keys, says another thing in another step: now(), watermark(). */
bool part_keys_see_steps(const PhysNode *node);
/* Which keys of n_in inputs decide, as bits.  Rows of one key have any part of it in common: where some keys are columns, those
 * that would have to be computed are left out. */
uint64_t part_keys_choose(const PartKeys *key, uint32_t n_in, PartRule rule);
/* The same of a node that runs in parts, with PART_WITH_INPUT.  *ret_with_input: what the parts of its input give, through nothing
 * but filters and projections, is for the same parts of this one. */
uint64_t part_keys_use(const OpEnv *env, const PhysNode *node, const PartKeys *key, bool *ret_with_input);
int part_keys_open(PartKeys *k, OpEnv *env, const Schema *in, uint64_t use, Err *err);
/* The keys that decide, and their hashes, in the arena of x, on any thread with an x of its own; *ret_rows: those whose key can be
 * computed. */
int part_keys_hash(const PartKeys *k, EvalCtx *x, const Batch *b, const Vec **ret_key, Rows *ret_rows, uint64_t **ret_hash);
/* part[i] of the i-th row of b, of n parts.  A row whose key cannot be computed goes to part 0, where it fails again. */
int part_keys_run(const PartKeys *k, EvalCtx *x, const Batch *b, uint32_t n, uint8_t *ret_part);
