/* SPDX-License-Identifier: Apache-2.0
 *
 * Window functions (design 4.11), in one of three ways: over input that ends, sorted, partition by partition; kept up to date; or,
 * for a stream in the order of its watermark, each row once. */
#include "exec/over_sorted.h"
#include "exec/over_view.h"

typedef struct OpOver {
    Op op;
    const PhysOver *node;
    OverSorted sorted;
    OverView view;
} OpOver;

static int over_open(Op *op, const PhysNode *node, Err *err)
{
    OpOver *o = (OpOver *)op;
    o->node = (const PhysOver *)node;
    return o->node->sorted ? over_sorted_open(&o->sorted, op, o->node, err) : over_view_open(&o->view, op, o->node, err);
}

static int over_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpOver *o = (OpOver *)op;
    (void)input;
    if (o->node->sorted)
        return over_sorted_push(&o->sorted, in, out);
    return o->node->stream ? over_stream_push(&o->view, in, out) : over_view_push(&o->view, in, out);
}

static int over_more(Op *op, Out *out)
{
    OpOver *o = (OpOver *)op;
    if (o->node->sorted)
        return 0;
    return o->node->stream ? over_stream_more(&o->view, out) : over_view_more(&o->view, out);
}

static int over_flush(Op *op, FlushWhy why, Out *out)
{
    OpOver *o = (OpOver *)op;
    if (o->node->sorted)
        return over_sorted_flush(&o->sorted, why, out);
    return o->node->stream ? over_stream_flush(&o->view) : over_view_flush(&o->view, why, out);
}

static int over_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    OpOver *o = (OpOver *)op;
    TRY(op_mark_hold(op, input, m));
    if (o->node->stream)
        return over_stream_mark(&o->view, m, out);
    return o->node->sorted || over_view_is_dirty(&o->view) ? 0 : op_mark_release(op, out);
}

static void over_close(Op *op)
{
    OpOver *o = (OpOver *)op;
    over_sorted_close(&o->sorted);
    over_view_close(&o->view);
}

/* Only queries that go on are kept, and those are not `sorted`. */
static void over_save(const Op *op, StrBuf *out)
{
    bytes_put_i64(out, ((const OpOver *)op)->view.wm_us);
}

static int over_restore(Op *op, ByteReader *in, Err *err)
{
    OpOver *o = (OpOver *)op;
    o->view.wm_us = bytes_i64(in);
    return o->node->sorted || over_view_restore(&o->view) >= 0 ? 0 : RAISE_NOMEM(err);
}
static const OpKeep over_keep = {over_save, over_restore};

const OpType op_over = {
    .name = "over",
    .size = sizeof(OpOver),
    .open = over_open,
    .push = over_push,
    .more = over_more,
    .mark = over_mark,
    .flush = over_flush,
    .keep = &over_keep,
    .close = over_close,
};
