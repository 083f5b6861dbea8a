/* SPDX-License-Identifier: Apache-2.0
 *
 * Deduplication (design 4.12): of the rows of each key the first one in an order, over input that only comes.  What ROW_NUMBER() =
 * 1 and DISTINCT ON become there: a Top-N of one, whose group is one row.
 *
 * A key is a row of a HASH table.  It has the head of the best row so far, and that row (first_rows.h) in itself when the columns
 * have no texts, else in the table's heap.  Of the rows of a batch only the best of each key is put into that form.  The old one of
 * a key is copied when the first of a step takes its place; both leave from where they are then. */
#include "exec/first_rows.h"

#define KEYS_AHEAD 8u /* keys that are on their way into the cache: the probe has asked for where they begin only */

typedef struct DedupRow { /* extra bytes of a key's row */
    uint64_t ref;         /* of its best row; 0 = none yet; 1 = it lies behind this */
    uint64_t head[HEAD_WORDS];
    uint32_t dirty;  /* its place among the dirty ones, if that one speaks of it */
    uint32_t winner; /* in the batch being taken: 1 + physical row */
    char best[];
} DedupRow;
#define OWN_BYTES_MAX 512u

typedef struct DirtyKey {
    uint8_t *row;
    Str old; /* its best row when it was touched; p NULL = none */
} DirtyKey;

typedef struct OpDedup {
    Op op;
    const PhysDedup *node;
    FirstRows first;
    RowLayout layout;
    uint32_t own_bytes; /* of a best row that lies in its key's; 0: it lies in the heap */
    HashTable *keys;
    DirtyKey *dirty;
    uint32_t n_dirty, cap_dirty, next;
    Arena old_arena; /* old rows; their output may be in use until the operator is called again */
} OpDedup;

static DedupRow *dedup_row(const OpDedup *d, uint8_t *row)
{
    return (DedupRow *)(void *)row_extra(&d->layout, row);
}

static int dedup_open(Op *op, const PhysNode *node, Err *err)
{
    OpDedup *d = (OpDedup *)op;
    const PhysDedup *p = d->node = (const PhysDedup *)node;
    const Schema *in = node->in[0]->schema;
    arena_init(&d->old_arena, op->env->acct, 0);
    for (uint32_t i = 0; i < in->n; i++)
        if (type_is_nested(in->field[i].type.id))
            return RAISE(err, ERR_UNSUPPORTED, "ordering rows with a column of type %s", type_id_name(in->field[i].type.id));
    FirstRowsOpen o = {.part = p->part,
                       .n_part = p->n_part,
                       .order = p->order,
                       .n_order = p->n_order,
                       .desc = p->desc,
                       .nulls_first = p->nulls_first};
    TRY(first_rows_open(&d->first, op, &o, err));
    const PackedLayout *packed = &d->first.rows.packed;
    uint32_t bytes = d->first.order_bytes + packed->fixed_bytes;
    if ((d->first.order_bytes || p->n_order == 0) && !packed->has_texts && bytes <= OWN_BYTES_MAX)
        d->own_bytes = bytes;
    TRY(row_layout_init(&d->layout, op->env->acct, d->first.key_type, p->n_part, (uint32_t)sizeof(DedupRow) + d->own_bytes, err));
    d->keys = hash_table_new(op->env->pages, &d->layout, op->env->next_table_id++, INT64_MIN, err);
    return d->keys ? 0 : -ERR_OUT_OF_MEMORY;
}

static void dedup_close(Op *op)
{
    OpDedup *d = (OpDedup *)op;
    if (!d->node)
        return;
    hash_table_free(d->keys);
    row_layout_done(&d->layout);
    mem_free(op->env->acct, d->dirty, d->cap_dirty * sizeof(*d->dirty));
    arena_done(&d->old_arena);
    first_rows_close(&d->first);
}

/* ---- which row is first ---- */

static Str best_of(const OpDedup *d, const DedupRow *x)
{
    return d->own_bytes ? (Str){x->best, d->own_bytes} : hash_table_heap_get(d->keys, x->ref);
}

/* Does a row come before the best of its key?  Heads are equal. */
static int beats(OpDedup *d, const DedupRow *x, uint32_t phys, bool *ret)
{
    *ret = false;
    if (d->first.in_head)
        return 0;
    if (x->winner) /* it stands in the batch, and is not put together yet */
        return first_rows_before_row(&d->first, phys, x->winner - 1, ret);
    return first_rows_before_kept(&d->first, phys, best_of(d, x), ret);
}

static int note_dirty(OpDedup *d, uint8_t *row, DedupRow *x)
{
    if (x->dirty < d->n_dirty && d->dirty[x->dirty].row == row)
        return 0;
    if (d->n_dirty == 0)
        arena_reset(&d->old_arena);
    if (d->n_dirty == d->cap_dirty) {
        uint32_t cap = d->cap_dirty ? d->cap_dirty * 2 : 256;
        DirtyKey *more = mem_realloc(d->op.env->acct, d->dirty, d->cap_dirty * sizeof(*more), cap * sizeof(*more));
        if (!more)
            return -ERR_OUT_OF_MEMORY;
        d->dirty = more;
        d->cap_dirty = cap;
    }
    DirtyKey *k = &d->dirty[d->n_dirty];
    *k = (DirtyKey){.row = row};
    if (x->ref) {
        Str old = best_of(d, x);
        k->old = (Str){arena_memdup(&d->old_arena, old.p, old.n), old.n};
        if (!k->old.p)
            return -ERR_OUT_OF_MEMORY;
    }
    x->dirty = d->n_dirty++;
    return 0;
}

/* Where a best row of n bytes goes. */
static int place_best(OpDedup *d, DedupRow *x, size_t n, char **ret)
{
    if (!d->own_bytes)
        return hash_table_heap_renew(d->keys, n, &x->ref, ret);
    *ret = x->best;
    x->ref = 1;
    return 0;
}

/* The order columns of the winner, and where the rest of it goes.  wide: all of them are of nine bytes. */
static int store_order(OpDedup *d, DedupRow *x, bool wide, size_t packed_bytes, char **ret)
{
    FirstRows *f = &d->first;
    uint32_t phys = x->winner - 1;
    x->winner = 0;
    if (wide) {
        TRY(place_best(d, x, f->n_order * SORTKEY_WIDE_BYTES + packed_bytes, ret));
        *ret = sortkey_write_wide(*ret, f->rows.order, f->eval.vec + f->n_part, f->n_order, phys);
        return 0;
    }
    TRY(first_rows_order(f, phys));
    TRY(place_best(d, x, f->text.n + packed_bytes, ret));
    if (f->text.n)
        memcpy(*ret, f->text.p, f->text.n);
    *ret += f->text.n;
    return 0;
}

/* The winners of a batch become the best rows of their keys. */
static int store_winners(OpDedup *d, const Batch *in, bool wide, uint8_t **row, uint32_t n)
{
    Arena *step = d->op.env->step;
    uint16_t *sel = arena_alloc(step, MAX(n, 1) * sizeof(*sel));
    size_t *bytes = arena_alloc(step, MAX(n, 1) * sizeof(*bytes));
    char **to = arena_alloc(step, MAX(n, 1) * sizeof(*to));
    if (!sel || !bytes || !to)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++)
        sel[i] = (uint16_t)(dedup_row(d, row[i])->winner - 1);
    packed_measure(&d->first.rows.packed, in->col, (Rows){n, sel}, bytes);
    for (uint32_t i = 0; i < n; i++) {
        DedupRow *x = dedup_row(d, row[i]);
        TRY(note_dirty(d, row[i], x));
        TRY(store_order(d, x, wide, bytes[i], &to[i]));
    }
    packed_put_rows(&d->first.rows.packed, in->col, (Rows){n, sel}, to);
    return 0;
}

/* What is looked at of a key, and the end of its best row.  Always inlined, for gcc drops calls of what only prefetches. */
static inline __attribute__((always_inline)) void prefetch_key(const OpDedup *d, uint8_t *row)
{
    const uint8_t *x = (const uint8_t *)dedup_row(d, row);
    __builtin_prefetch(x, 1);
    for (uint32_t at = 64; at < d->layout.extra_bytes; at += 64)
        __builtin_prefetch(x + at, 1);
    __builtin_prefetch(x + d->layout.extra_bytes - 1, 1);
}

static int take_rows(OpDedup *d, const Batch *in, Rows rows, uint8_t **row)
{
    uint32_t n_won = 0;
    bool wide;
    uint64_t(*heads)[HEAD_WORDS] = arena_alloc(d->op.env->step, rows.n * sizeof(*heads));
    if (!heads)
        return -ERR_OUT_OF_MEMORY;
    TRY(first_rows_heads(&d->first, rows, heads, &wide));
    for (uint32_t i = 0; i < rows.n; i++) {
        DedupRow *x = dedup_row(d, row[i]);
        if (i + KEYS_AHEAD < rows.n)
            prefetch_key(d, row[i + KEYS_AHEAD]);
        uint32_t phys = row_at(rows, i);
        const uint64_t *head = heads[i];
        bool is_first = x->ref == 0 && x->winner == 0, wins = is_first;
        if (!is_first && head_equal(head, x->head))
            TRY(beats(d, x, phys, &wins));
        else if (!is_first)
            wins = head_before(head, x->head);
        if (!wins)
            continue;
        if (x->winner == 0) {
            row[n_won++] = row[i]; /* n_won <= i */
            if (x->ref && !d->own_bytes)
                hash_table_heap_prefetch(d->keys, x->ref);
        }
        x->winner = phys + 1;
        memcpy(x->head, head, sizeof(x->head));
    }
    return store_winners(d, in, wide, row, n_won);
}

static int dedup_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpDedup *d = (OpDedup *)op;
    Rows rows;
    (void)input;
    TRY(row_eval_run(&d->first.eval, in, out, &rows));
    if (rows.n == 0)
        return 0;
    uint8_t **row = arena_alloc(op->env->step, rows.n * sizeof(*row));
    if (!row)
        return -ERR_OUT_OF_MEMORY;
    TRY(first_rows_find(&d->first, d->keys, rows, row, NULL));
    return take_rows(d, in, rows, row);
}

/* ---- output ---- */

static int flush_some(OpDedup *d, Out *out)
{
    RankedWriter w;
    ranked_writer_init(&w, &d->first.rows, d->op.node->schema, out->arena);
    for (; d->next < d->n_dirty; d->next++) {
        const DirtyKey *k = &d->dirty[d->next];
        if (ranked_writer_lacks(&w, 2)) {
            TRY(ranked_writer_flush(&w, out));
            if (out_is_full(out))
                return OP_MORE;
        }
        TRY(hash_table_need(d->keys, k->row)); /* it may have been noted some steps ago */
        if (k->old.p)
            TRY(first_rows_put(&d->first, &w, k->old, -1));
        TRY(first_rows_put(&d->first, &w, best_of(d, dedup_row(d, k->row)), 1));
    }
    TRY(ranked_writer_flush(&w, out));
    d->n_dirty = d->next = 0;
    d->op.c.state_rows = hash_table_rows(d->keys);
    d->op.c.state_bytes = hash_table_bytes(d->keys);
    return op_mark_release(&d->op, out);
}

static int dedup_more(Op *op, Out *out)
{
    return flush_some((OpDedup *)op, out);
}

static int dedup_flush(Op *op, FlushWhy why, Out *out)
{
    OpDedup *d = (OpDedup *)op;
    return emit_is_due(d->node->emit, why) ? flush_some(d, out) : 0;
}

static int dedup_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    TRY(op_mark_hold(op, input, m));
    return ((OpDedup *)op)->n_dirty > 0 ? 0 : op_mark_release(op, out); /* what is held back may lie below the mark */
}

static bool dedup_rests(const Op *op, FlushWhy why)
{
    (void)why;
    return ((const OpDedup *)op)->n_dirty == 0;
}

static bool dedup_passes(const Op *op, Mark m)
{
    (void)op, (void)m;
    return true;
}

static int dedup_restore(Op *op, ByteReader *in, Err *err)
{
    (void)in;
    (void)err;
    ranked_restore(&((OpDedup *)op)->first.rows);
    return 0;
}
static const OpKeep dedup_keep = {.restore = dedup_restore};

const OpType op_dedup = {
    .name = "dedup",
    .size = sizeof(OpDedup),
    .open = dedup_open,
    .push = dedup_push,
    .more = dedup_more,
    .flush = dedup_flush,
    .mark = dedup_mark,
    .rests = dedup_rests,
    .passes = dedup_passes,
    .close = dedup_close,
    .keep = &dedup_keep,
};
