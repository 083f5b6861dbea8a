/* SPDX-License-Identifier: Apache-2.0
 *
 * Expand: each row once per grouping set, behind its columns the keys of the set (NULL where the set lacks one) and the constants
 * that belong to the set.  Stateless: a copy has the weight of its row, so taking a row back takes back its copies.
 *
 * The keys are evaluated once per batch; the batches that leave share them and the input's columns and differ in constant vectors
 * only.  A batch that does not fit stays in use until its last set has left. */
#include "exec/agg_group.h"

typedef struct OpExpand {
    Op op;
    const ExpandSets *sets;
    RowEval eval;
    /* What is left of the batch being copied. */
    Batch *in;
    Rows rows;
    uint32_t next; /* set */
} OpExpand;

static int expand_open(Op *op, const PhysNode *node, Err *err)
{
    OpExpand *x = (OpExpand *)op;
    x->sets = &((const PhysExpand *)node)->sets;
    return row_eval_open(&x->eval, op, node->in[0]->schema, x->sets->keys, x->sets->n_keys, err);
}

static int id_vec(Vec *ret, int32_t v, uint32_t n, Arena *arena)
{
    int32_t *data = arena_alloc(arena, sizeof(int64_t));
    if (!data)
        return -ERR_OUT_OF_MEMORY;
    *data = v;
    *ret = (Vec){.kind = VEC_CONST, .type = TYPE(I32), .n = n, .data = data};
    return 0;
}

static int give_set(OpExpand *x, uint32_t set, Out *out)
{
    const ExpandSets *s = x->sets;
    const Batch *in = x->in;
    Batch *b = batch_derive(out->arena, x->op.node->schema, in);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    Vec *key = b->col + in->n_cols, *id = key + s->n_keys;
    memcpy(b->col, in->col, in->n_cols * sizeof(Vec));
    for (uint32_t k = 0; k < s->n_keys; k++)
        key[k] = s->in_set[set * s->n_keys + k] ? x->eval.vec[k] : agg_null_vec(s->keys[k]->type, in->n);
    for (uint32_t i = 0; i < s->n_ids; i++)
        TRY(id_vec(&id[i], s->id[set * s->n_ids + i], in->n, out->arena));
    b->sel = x->rows.sel;
    b->n_sel = x->rows.n;
    return out_batch(out, b);
}

static int expand_more(Op *op, Out *out)
{
    OpExpand *x = (OpExpand *)op;
    while (x->next < x->sets->n_sets) {
        if (out_is_full(out))
            return OP_MORE;
        TRY(give_set(x, x->next++, out));
    }
    return 0;
}

static int expand_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpExpand *x = (OpExpand *)op;
    (void)input;
    x->in = in;
    x->next = 0;
    TRY(row_eval_run(&x->eval, in, out, &x->rows));
    return x->rows.n ? expand_more(op, out) : 0;
}

const OpType op_expand = {
    .name = "expand",
    .size = sizeof(OpExpand),
    .open = expand_open,
    .push = expand_push,
    .more = expand_more,
    .keep = &op_keeps_tables,
};
