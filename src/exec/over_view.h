/* SPDX-License-Identifier: Apache-2.0
 *
 * Window functions of a relation that changes.  Inside exec/ only.  [shard] */
#pragma once
#include "exec/over_eval.h"
#include "exec/ranked.h"

typedef struct OverView {
    Op *op;
    const PhysOver *node;
    Ranked r;
    OverEval e;
    bool local; /* every function looks at most `back` rows back and `ahead` rows ahead */
    int64_t back, ahead;
    uint32_t group; /* of the flush that is going on */
    Arena arena;    /* one group's rows and results */
} OverView;
int over_view_open(OverView *v, Op *op, const PhysOver *node, Err *err);
int over_view_push(OverView *v, Batch *in, Out *out);
int over_view_more(OverView *v, Out *out);
int over_view_flush(OverView *v, FlushWhy why, Out *out);
static inline bool over_view_is_dirty(const OverView *v)
{
    return v->r.n_groups > 0;
}
void over_view_close(OverView *v); /* also zeroed or half-opened */
