/* SPDX-License-Identifier: Apache-2.0
 *
 * Source: the leaf where a relation's rows enter.  Prunes and reorders columns by sharing their vectors; marks pass (the driver
 * computes watermarks). */
#include "exec/op_impl.h"

typedef struct OpSource {
    Op op;
    const PhysSource *node;
    bool same; /* may be all columns in order: known when a batch of that width comes */
} OpSource;

static int source_open(Op *op, const PhysNode *node, Err *err)
{
    OpSource *s = (OpSource *)op;
    s->node = (const PhysSource *)node;
    if (s->node->n_cols != node->schema->n)
        return RAISE(err, ERR_INTERNAL, "source \"%s\" reads %u columns for %u", s->node->name, s->node->n_cols, node->schema->n);
    s->same = true;
    for (uint32_t i = 0; i < s->node->n_cols; i++)
        s->same &= s->node->cols[i] == i;
    return 0;
}

static int source_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpSource *s = (OpSource *)op;
    (void)input;
    if (s->same && in->n_cols == s->node->n_cols)
        return out_batch(out, in);
    Batch *b = batch_derive_bare(out->arena, op->node->schema, in);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < s->node->n_cols; i++)
        b->col[i] = in->col[s->node->cols[i]];
    return out_batch(out, b);
}

const OpType op_source = {
    .name = "source",
    .size = sizeof(OpSource),
    .open = source_open,
    .push = source_push,
    .keep = &op_keeps_tables,
};
