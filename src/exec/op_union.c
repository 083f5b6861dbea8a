/* SPDX-License-Identifier: Apache-2.0
 *
 * Union all: batches pass, with the node's column names.  A watermark column of the output has its clock (class) in each input; the
 * output's clock is the least of them.  Only the latest value per input is held. */
#include "exec/op_impl.h"

typedef struct UnionClock { /* one watermark class of the output */
    uint32_t cls;
    int64_t out;
    uint32_t *in_cls; /* by input */
    int64_t *wm;      /* by input */
} UnionClock;

typedef struct OpUnion {
    Op op;
    uint32_t n_clocks;
    UnionClock clock[WATERMARK_COLUMNS_MAX];
} OpUnion;

static int clock_open(Op *op, UnionClock *k, const WatermarkColumn *w, Err *err)
{
    const PhysNode *node = op->node;
    *k = (UnionClock){.cls = w->cls, .out = INT64_MIN};
    k->in_cls = ARENA_ARRAY(op->env->plan, uint32_t, node->n_in);
    k->wm = ARENA_ARRAY(op->env->plan, int64_t, node->n_in);
    if (!k->in_cls || !k->wm)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < node->n_in; i++) {
        const Props *in = &node->in[i]->props;
        uint32_t j = 0;
        while (j < in->n_wm && in->wm[j].col != w->col)
            j++;
        if (j == in->n_wm)
            return RAISE(err, ERR_INTERNAL, "input %u of a union has no watermark on column %u", i, w->col);
        k->in_cls[i] = in->wm[j].cls;
        k->wm[i] = INT64_MIN;
    }
    return 0;
}

static int union_open(Op *op, const PhysNode *node, Err *err)
{
    OpUnion *u = (OpUnion *)op;
    for (uint32_t i = 0; i < node->props.n_wm; i++) {
        uint32_t k = 0;
        while (k < u->n_clocks && u->clock[k].cls != node->props.wm[i].cls)
            k++;
        if (k == u->n_clocks)
            TRY(clock_open(op, &u->clock[u->n_clocks++], &node->props.wm[i], err));
    }
    return 0;
}

static int union_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    (void)input;
    Batch *b = in;
    if (in->schema != op->node->schema) {
        b = batch_derive(out->arena, op->node->schema, in);
        if (!b)
            return -ERR_OUT_OF_MEMORY;
        memcpy(b->col, in->col, in->n_cols * sizeof(Vec));
    }
    return out_batch(out, b);
}

static int union_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    OpUnion *u = (OpUnion *)op;
    for (uint32_t k = 0; k < u->n_clocks; k++) {
        UnionClock *c = &u->clock[k];
        if (c->in_cls[input] != m.cls || m.wm_us <= c->wm[input])
            continue;
        c->wm[input] = m.wm_us;
        int64_t least = INT64_MAX;
        for (uint32_t i = 0; i < op->node->n_in; i++)
            least = MIN(least, c->wm[i]);
        if (least <= c->out)
            continue;
        c->out = least;
        TRY(out_mark(out, c->cls, least));
    }
    return 0;
}

static void union_save(const Op *op, StrBuf *out)
{
    const OpUnion *u = (const OpUnion *)op;
    for (uint32_t k = 0; k < u->n_clocks; k++) {
        bytes_put_i64(out, u->clock[k].out);
        for (uint32_t i = 0; i < op->node->n_in; i++)
            bytes_put_i64(out, u->clock[k].wm[i]);
    }
}

static int union_restore(Op *op, ByteReader *in, Err *err)
{
    (void)err;
    OpUnion *u = (OpUnion *)op;
    for (uint32_t k = 0; k < u->n_clocks; k++) {
        u->clock[k].out = bytes_i64(in);
        for (uint32_t i = 0; i < op->node->n_in; i++)
            u->clock[k].wm[i] = bytes_i64(in);
    }
    return 0;
}
static const OpKeep union_keep = {union_save, union_restore};

const OpType op_union = {
    .name = "union",
    .size = sizeof(OpUnion),
    .open = union_open,
    .push = union_push,
    .mark = union_mark,
    .keep = &union_keep,
};
