/* SPDX-License-Identifier: Apache-2.0
 *
 * Hash aggregate (design 4.2): weighted input of any sign, one group table.  Emits the net change of its groups when its emit mode
 * is due; a bounded query, which wants the result once (OUTPUT_FINAL), iterates the table at the end and keeps no before-images. */
#include "exec/agg_group.h"

typedef struct OpHashAgg {
    Op op;
    AggGroups g;
    GroupTable t;
    const PhysAgg *node;
    bool once;   /* emits only at the end */
    bool begun;  /* a global aggregate's row exists */
    bool at_end; /* iterating */
    HashCursor next;
} OpHashAgg;

static int hash_agg_open(Op *op, const PhysNode *node, Err *err)
{
    OpHashAgg *h = (OpHashAgg *)op;
    h->node = (const PhysAgg *)node;
    h->once = h->node->emit == OUTPUT_FINAL;
    h->t.bucket = INT64_MIN;
    TRY(agg_groups_open(&h->g, op, &(AggGroupsOpen){.node = h->node, .track = !h->once}, err));
    h->t.rows = hash_table_new(op->env->pages, &h->g.layout, h->g.table_id, INT64_MIN, err);
    if (!h->t.rows)
        return -ERR_OUT_OF_MEMORY;
    h->t.distinct = ARENA_ARRAY(op->env->plan, HashTable *, MAX(h->g.n_distinct, 1));
    if (!h->t.distinct)
        return RAISE_NOMEM(err);
    for (uint32_t d = 0; d < h->g.n_distinct; d++) {
        h->t.distinct[d] = hash_table_new(op->env->pages, &h->g.distinct[d].layout, h->g.table_id + 1 + d, INT64_MIN, err);
        if (!h->t.distinct[d])
            return -ERR_OUT_OF_MEMORY;
    }
    return 0;
}

static int hash_agg_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpHashAgg *h = (OpHashAgg *)op;
    Rows rows;
    (void)input;
    TRY(row_eval_run(&h->g.eval, in, out, &rows));
    return agg_groups_add(&h->g, &h->t, in, rows, !h->once);
}

static void count_state(OpHashAgg *h)
{
    h->op.c.state_rows = hash_table_rows(h->t.rows);
    h->op.c.state_bytes = hash_table_bytes(h->t.rows);
    for (uint32_t d = 0; d < h->g.n_distinct; d++)
        h->op.c.state_bytes += hash_table_bytes(h->t.distinct[d]);
    if (h->g.multi)
        h->op.c.state_bytes += multi_table_bytes(h->g.multi);
}

static int emit_all(OpHashAgg *h, Out *out)
{
    while (!out_is_full(out)) {
        uint8_t **row = arena_alloc(out->arena, BATCH_ROWS * sizeof(*row));
        if (!row)
            return -ERR_OUT_OF_MEMORY;
        uint32_t n = hash_table_next(h->t.rows, &h->next, row, BATCH_ROWS);
        if (n == 0)
            return 0;
        TRY(agg_groups_emit(&h->g, &h->t, row, n, out));
    }
    return OP_MORE;
}

static int hash_agg_more(Op *op, Out *out)
{
    OpHashAgg *h = (OpHashAgg *)op;
    int rc = h->at_end ? emit_all(h, out) : agg_dirty_flush(&h->g, INT64_MAX, out);
    if (rc != 0)
        return rc;
    count_state(h);
    return op_mark_release(op, out);
}

static int hash_agg_flush(Op *op, FlushWhy why, Out *out)
{
    OpHashAgg *h = (OpHashAgg *)op;
    if (!emit_is_due(h->node->emit, why)) {
        if (why == FLUSH_STEP)
            return agg_zero_flush(&h->g);
        return 0;
    }
    if (h->node->is_global && !h->begun) {
        TRY(agg_groups_global(&h->g, &h->t));
        h->begun = true;
    }
    TRY(agg_zero_flush(&h->g));
    h->at_end = h->once;
    if (!h->once && !agg_is_dirty(&h->g))
        return op_mark_release(op, out);
    return hash_agg_more(op, out);
}

static int hash_agg_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    OpHashAgg *h = (OpHashAgg *)op;
    TRY(op_mark_exprs(op, input, h->node->keys, m, out)); /* watermark columns of the output are keys */
    if (h->once || agg_is_dirty(&h->g))                   /* results that are held back may lie below the mark */
        return 0;
    return op_mark_release(op, out);
}

static void hash_agg_close(Op *op)
{
    OpHashAgg *h = (OpHashAgg *)op;
    for (uint32_t d = 0; h->t.distinct && d < h->g.n_distinct; d++)
        hash_table_free(h->t.distinct[d]);
    hash_table_free(h->t.rows);
    agg_groups_close(&h->g);
}

static void hash_agg_save(const Op *op, StrBuf *out)
{
    const OpHashAgg *h = (const OpHashAgg *)op;
    agg_groups_save(&h->g, out);
    bytes_put_u8(out, h->begun);
}

static int hash_agg_restore(Op *op, ByteReader *in, Err *err)
{
    OpHashAgg *h = (OpHashAgg *)op;
    TRY(agg_groups_restore(&h->g, in, err));
    h->begun = bytes_u8(in) != 0;
    return 0;
}
static const OpKeep hash_agg_keep = {hash_agg_save, hash_agg_restore};

const OpType op_hash_agg = {
    .name = "hash_agg",
    .size = sizeof(OpHashAgg),
    .open = hash_agg_open,
    .push = hash_agg_push,
    .more = hash_agg_more,
    .mark = hash_agg_mark,
    .flush = hash_agg_flush,
    .close = hash_agg_close,
    .keep = &hash_agg_keep,
};
