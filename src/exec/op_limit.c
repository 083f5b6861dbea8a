/* SPDX-License-Identifier: Apache-2.0
 *
 * Limit: rows offset .. offset + limit of an append-only input in its order; says OP_DONE with the last, so that the query may end
 * early. A row of weight w counts as w rows. */
#include "exec/op_impl.h"

typedef struct OpLimit {
    Op op;
    int64_t skip, left; /* rows still to be left out, to be given; left -1 = no limit */
} OpLimit;

static int limit_open(Op *op, const PhysNode *node, Err *err)
{
    OpLimit *l = (OpLimit *)op;
    const PhysLimit *p = (const PhysLimit *)node;
    if (node->in[0]->props.change != CHANGE_APPEND)
        return RAISE(err, ERR_UNSUPPORTED, "LIMIT on an input with updates or deletes is not supported");
    l->skip = MAX(p->offset, 0);
    l->left = p->limit;
    return 0;
}

/* Copies of a row of weight w that pass. */
static int32_t take(OpLimit *l, int32_t w)
{
    int64_t n = MAX(w, 0), skipped = MIN(l->skip, n);
    l->skip -= skipped;
    n -= skipped;
    if (l->left >= 0) {
        n = MIN(n, l->left);
        l->left -= n;
    }
    return (int32_t)n;
}

static int limit_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpLimit *l = (OpLimit *)op;
    Rows rows = batch_rows(in);
    (void)input;
    if (l->left == 0)
        return OP_DONE;
    if (in->w_kind == W_ONE && l->skip == 0 && (l->left < 0 || l->left > rows.n)) {
        l->left -= l->left < 0 ? 0 : rows.n;
        return out_batch(out, in);
    }
    uint16_t *sel = arena_alloc(out->arena, MAX(rows.n, 1) * sizeof(*sel));
    int32_t *w = in->w_kind == W_VEC ? arena_alloc(out->arena, in->n * sizeof(*w)) : NULL;
    if (!sel || (in->w_kind == W_VEC && !w))
        return -ERR_OUT_OF_MEMORY;
    uint32_t n = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        int32_t copies = take(l, batch_weight(in, r));
        sel[n] = (uint16_t)r;
        if (w)
            w[r] = copies;
        n += copies > 0;
    }
    Batch *b = batch_with_sel(out->arena, in, sel, n);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    if (w)
        b->w = w;
    TRY(out_batch(out, b));
    return l->left == 0 ? OP_DONE : 0;
}

/* LIMIT 0 ends the query without waiting for a row. */
static int limit_flush(Op *op, FlushWhy why, Out *out)
{
    (void)why, (void)out;
    return ((OpLimit *)op)->left == 0 ? OP_DONE : 0;
}

static void limit_save(const Op *op, StrBuf *out)
{
    bytes_put_i64(out, ((const OpLimit *)op)->skip);
    bytes_put_i64(out, ((const OpLimit *)op)->left);
}

static int limit_restore(Op *op, ByteReader *in, Err *err)
{
    (void)err;
    ((OpLimit *)op)->skip = bytes_i64(in);
    ((OpLimit *)op)->left = bytes_i64(in);
    return 0;
}
static const OpKeep limit_keep = {limit_save, limit_restore};

const OpType op_limit = {
    .name = "limit",
    .size = sizeof(OpLimit),
    .open = limit_open,
    .push = limit_push,
    .flush = limit_flush,
    .keep = &limit_keep,
};
