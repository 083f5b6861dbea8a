/* SPDX-License-Identifier: Apache-2.0
 *
 * Window functions over rows that come ordered by (partition, order) and end.  Inside exec/ only.  [shard] */
#pragma once
#include "exec/over_eval.h"

typedef struct OverHeld OverHeld;
struct OverHeld { /* a batch of the input that is not done or not yet given back */
    OverHeld *next;
    Arena arena;
    Batch *b; /* owned */
    OverBatch *over;
};

typedef struct OverSorted {
    Op *op;
    const PhysOver *node;
    OverEval e;
    RowEval keys; /* partition columns, order columns */
    SortSpec *spec;
    OverHeld *held, **held_last, *spent; /* not emitted yet, oldest first; emitted in the last call */
    /* The partition that is being collected. */
    StrBuf part, text;
    bool has_part;
    Arena arena; /* order keys of its rows, and what its evaluation needs */
    OverRow *row;
    Str *order;
    uint32_t n, cap;
} OverSorted;
int over_sorted_open(OverSorted *s, Op *op, const PhysOver *node, Err *err);
int over_sorted_push(OverSorted *s, Batch *in, Out *out);
int over_sorted_flush(OverSorted *s, FlushWhy why, Out *out);
void over_sorted_close(OverSorted *s); /* also zeroed or half-opened */
