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
    uint32_t group; /* of the flush that is going on */
    Arena arena;    /* one group's rows and results */
    bool is_near;   /* over_near.c */
    Arena near_arena;
    /* node->stream */
    RankedDue due; /* groups by the time when their next row is final */
    int64_t wm_us; /* rows below are late */
} OverView;
int over_view_open(OverView *v, Op *op, const PhysOver *node, Err *err);
int over_view_push(OverView *v, Batch *in, Out *out);
int over_view_more(OverView *v, Out *out);
int over_view_flush(OverView *v, FlushWhy why, Out *out);
int over_view_restore(OverView *v);
static inline bool over_view_is_dirty(const OverView *v)
{
    return v->r.n_groups > 0;
}
/* over_stream.c: each row once, when the watermark has made its results final. */
uint32_t over_stream_bytes(const PhysOver *node); /* of a group's row, its own */
int over_stream_open(OverView *v);                /* by over_view_open */
int over_stream_restore(OverView *v);
int over_stream_push(OverView *v, Batch *in, Out *out);
int over_stream_flush(OverView *v);
int over_stream_mark(OverView *v, Mark m, Out *out);
int over_stream_more(OverView *v, Out *out);
void over_view_close(OverView *v); /* also zeroed or half-opened */
