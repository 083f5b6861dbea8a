/* SPDX-License-Identifier: Apache-2.0
 *
 * The keys of which an operator gets most rows, counted while somebody asks (EXPLAIN ANALYZE of what runs).  [shard] */
#pragma once
#include "exec/op.h"

typedef struct HotKeys HotKeys;
typedef struct HotKey {
    const char *text; /* 'ann', or (1, 'ann'); lives as long as the sketch */
    uint64_t rows;    /* at least so many */
} HotKey;

/* *ret NULL: the operator has no keys, or random ones, which must not be drawn twice. */
int hot_keys_new(OpEnv *env, const PhysNode *node, HotKeys **ret, Err *err);
void hot_keys_free(HotKeys *h); /* NULL is fine */
int hot_keys_add(HotKeys *h, EvalCtx *x, uint32_t input, const Batch *b);
/* Those that have a hundredth of the input's rows for certain, the hottest first; how many rows have come is *ret_rows. */
uint32_t hot_keys_top(const HotKeys *h, uint32_t input, HotKey *ret, uint32_t cap, uint64_t *ret_rows);
