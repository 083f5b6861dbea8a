/* SPDX-License-Identifier: Apache-2.0
 *
 * Deduplication (design 4.12): of the rows of each key the first one in an order, over input that only comes.  What ROW_NUMBER() =
 * 1 and DISTINCT ON become there: a Top-N of one, whose group is one row.
 *
 * A key is a row of a HASH table.  It has the head of the best row so far, and that row (first_rows.h) in itself when the columns
 * have no texts, else in the table's heap.  Of the rows of a batch only the best of each key is put into that form.  The old one of
 * a key is copied when the first of a step takes its place; both leave from where they are then.
 *
 * Or the best row stays in the batch with which it came (held_batches.h), when many rows of that are the best of their keys: then
 * no text is read or written when it comes and when it leaves.  When only few rows of a batch are left, they are put into the heap.
 */
#include "exec/first_rows.h"
#include "exec/held_batches.h"

#define KEYS_AHEAD 8u /* keys that are on their way into the cache: the probe has asked for where they begin only */

typedef struct DedupRow { /* extra bytes of a key's row */
    uint64_t ref;         /* of its best row; 0 = none yet; 1 = it lies behind this; HELD | number: in a batch */
    uint64_t head[HEAD_WORDS];
    uint32_t dirty;  /* its place among the dirty ones, if that one speaks of it */
    uint32_t winner; /* in the batch being taken: 1 + physical row */
    char best[];
} DedupRow;
#define OWN_BYTES_MAX 512u
#define HELD (UINT64_C(1) << 63)
#define HELD_TAKEN_SHARE 4u /* a batch is held when so large a share of its rows are the best of their keys ... */
#define HELD_LEFT_SHARE 8u  /* ... and until less than this is left */

typedef struct DirtyKey {
    uint8_t *row;
    Str old;           /* its best row when it was touched; p NULL = none */
    uint64_t old_held; /* or HELD | number; 0 = none.  Held until the output has been used */
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
    HeldBatches held;
    uint32_t n_given; /* dirty keys of the last output, whose old rows may still be held */
    bool may_hold;    /* rows have texts, their head is all of the order, keys and order are columns */
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
    d->may_hold = op->env->refers && !d->own_bytes && d->first.in_head && d->first.eval.col;
    TRY(row_layout_init(&d->layout, op->env->acct, d->first.key_type, p->n_part, (uint32_t)sizeof(DedupRow) + d->own_bytes, err));
    d->keys = hash_table_new(op->env->pages, &d->layout, op->env->next_table_id++, INT64_MIN, err);
    return d->keys ? 0 : -ERR_OUT_OF_MEMORY;
}

static void dedup_close(Op *op)
{
    OpDedup *d = (OpDedup *)op;
    if (!d->node)
        return;
    held_done(&d->held, op->env->acct);
    hash_table_free(d->keys);
    row_layout_done(&d->layout);
    mem_free(op->env->acct, d->dirty, d->cap_dirty * sizeof(*d->dirty));
    arena_done(&d->old_arena);
    first_rows_close(&d->first);
}

/* ---- rows that are held ---- */

static HeldBatch *held_of(const OpDedup *d, uint64_t ref)
{
    return &d->held.at[held_place((uint32_t)ref)];
}

/* The best row of a key goes from a batch into the heap; the order columns have been evaluated over that. */
static int into_heap(OpDedup *d, uint8_t *row, uint32_t phys, const Batch *b)
{
    const PackedLayout *packed = &d->first.rows.packed;
    DedupRow *x = dedup_row(d, row);
    uint16_t sel = (uint16_t)phys;
    size_t bytes;
    char *to;
    uint64_t ref = 0;
    TRY(hash_table_touch(d->keys, row));
    packed_measure(packed, b->col, (Rows){1, &sel}, &bytes);
    TRY(first_rows_order(&d->first, phys));
    TRY(hash_table_heap_renew(d->keys, d->first.text.n + bytes, &ref, &to));
    if (d->first.text.n)
        memcpy(to, d->first.text.p, d->first.text.n);
    to += d->first.text.n;
    packed_put_rows(packed, b->col, (Rows){1, &sel}, &to);
    x->ref = ref;
    return 0;
}

/* Best rows in a batch go into the heap: their keys are looked up again.  What has been given and is held for that stays. */
static int empty_batch(OpDedup *d, uint32_t place, Out *out)
{
    HeldBatch *h = &d->held.at[place];
    Rows rows;
    TRY(row_eval_run(&d->first.eval, h->batch, out, &rows));
    uint8_t **row = arena_alloc(d->op.env->step, MAX(rows.n, 1) * sizeof(*row));
    if (!row)
        return -ERR_OUT_OF_MEMORY;
    TRY(first_rows_find(&d->first, d->keys, rows, row, NULL));
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t phys = row_at(rows, i);
        if (dedup_row(d, row[i])->ref != (HELD | held_number(place, phys)))
            continue;
        TRY(into_heap(d, row[i], phys, h->batch));
        h->left--;
        d->held.rows--;
    }
    if (h->left == 0)
        held_give(&d->held, d->op.env->acct, place);
    return 0;
}

/* One row is not wanted any more. */
static void let_go(OpDedup *d, uint64_t ref)
{
    HeldBatch *h = held_of(d, ref);
    d->held.rows--;
    if (--h->left == 0)
        held_give(&d->held, d->op.env->acct, held_place((uint32_t)ref));
}

/* Before rows are taken: the output of the last flush has been used. */
static int tidy_held(OpDedup *d, Out *out)
{
    uint32_t n = d->n_given;
    d->n_given = 0;
    for (uint32_t i = 0; i < n; i++)
        if (d->dirty[i].old_held)
            let_go(d, d->dirty[i].old_held);
    bool all = d->held.rows > 0 && !held_may(d->op.env);
    for (uint32_t i = 0; i < n && !all; i++) {
        const HeldBatch *h = d->dirty[i].old_held ? held_of(d, d->dirty[i].old_held) : NULL;
        if (h && h->batch && h->left < h->batch->n / HELD_LEFT_SHARE)
            TRY(empty_batch(d, (uint32_t)(h - d->held.at), out));
    }
    for (uint32_t i = 0; i < d->held.n && all; i++)
        if (d->held.at[i].batch)
            TRY(empty_batch(d, i, out));
    return 0;
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
    if (x->dirty < d->n_dirty && d->dirty[x->dirty].row == row) {
        if (x->ref & HELD) {
            let_go(d, x->ref);
            x->ref = 0;
        }
        return 0;
    }
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
    if (x->ref & HELD) {
        k->old_held = x->ref;
        x->ref = 0;
    } else if (x->ref) {
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

/* Whether the winners stay in their batch; < 0: no memory. */
static int hold_winners(OpDedup *d, Batch *in, uint8_t **row, uint32_t n)
{
    uint32_t place;
    if (!d->may_hold || n < in->n / HELD_TAKEN_SHARE || n == 0 || !held_takes(in) || !held_may(d->op.env))
        return 0;
    int rc = held_take(&d->held, d->op.env->acct, in, n, &place);
    if (rc <= 0)
        return rc;
    for (uint32_t i = 0; i < n; i++) {
        DedupRow *x = dedup_row(d, row[i]);
        uint32_t phys = x->winner - 1;
        TRY(note_dirty(d, row[i], x));
        x->winner = 0;
        if (x->ref)
            hash_table_heap_drop(d->keys, x->ref);
        x->ref = HELD | held_number(place, phys);
    }
    return 1;
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

static int take_rows(OpDedup *d, Batch *in, Rows rows, uint8_t **row)
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
            if (x->ref && !d->own_bytes && !(x->ref & HELD))
                hash_table_heap_prefetch(d->keys, x->ref);
        }
        x->winner = phys + 1;
        memcpy(x->head, head, sizeof(x->head));
    }
    int held = hold_winners(d, in, row, n_won);
    return held != 0 ? MIN(held, 0) : store_winners(d, in, wide, row, n_won);
}

static int dedup_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpDedup *d = (OpDedup *)op;
    Rows rows;
    (void)input;
    TRY(tidy_held(d, out));
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

/* Rows of output: each in a batch. */
typedef struct Gathered {
    uint32_t n;
    const Batch **from;
    uint16_t *row;
    int32_t *weight;
} Gathered;

static int gathered_init(Gathered *g, uint32_t cap, Arena *arena)
{
    *g = (Gathered){.from = arena_alloc(arena, cap * sizeof(*g->from)),
                    .row = arena_alloc(arena, cap * sizeof(*g->row)),
                    .weight = arena_alloc(arena, cap * sizeof(*g->weight))};
    return g->from && g->row && g->weight ? 0 : -ERR_OUT_OF_MEMORY;
}

/* Rows that are not held are put together first, as the rows of the batch that `w` will give: from is NULL meanwhile. */
static int gather_row(OpDedup *d, Gathered *g, RankedWriter *w, uint64_t held, Str packed, int32_t weight)
{
    g->weight[g->n] = weight;
    g->from[g->n] = held ? held_of(d, held)->batch : NULL;
    g->row[g->n] = (uint16_t)(held ? held_row((uint32_t)held) : w->n);
    g->n++;
    return held ? 0 : first_rows_put(&d->first, w, packed, 1);
}

static bool none_leaves(const Gathered *g)
{
    int32_t least = 1;
    for (uint32_t i = 0; i < g->n; i++)
        least = MIN(least, g->weight[i]);
    return least == 1;
}

static bool is_one_batch(const Gathered *g)
{
    bool one = true;
    for (uint32_t i = 1; i < g->n; i++)
        one &= g->from[i] == g->from[0];
    return one;
}

/* The batch itself, with its rows in their order. */
static Batch *give_batch(const Gathered *g, Arena *arena)
{
    uint64_t has[BIT_WORDS(BATCH_ROWS_MAX)] = {0};
    uint16_t *sel = arena_alloc(arena, g->n * sizeof(*sel));
    uint32_t n = 0;
    for (uint32_t i = 0; i < g->n; i++)
        bit_set(has, g->row[i]);
    for (uint32_t w = 0; sel && w < BIT_WORDS(g->from[0]->n); w++)
        for (uint64_t left = has[w]; left; left &= left - 1)
            sel[n++] = (uint16_t)(w * 64 + (uint32_t)__builtin_ctzll(left));
    return sel ? batch_with_sel(arena, g->from[0], sel, n) : NULL;
}

static int give_gathered(OpDedup *d, const Gathered *g, Out *out)
{
    const Schema *schema = d->op.node->schema;
    bool grows = none_leaves(g), one = grows && is_one_batch(g);
    Batch *b = one ? give_batch(g, out->arena) : batch_header(out->arena, schema, g->n);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t c = 0; c < schema->n && !one; c++)
        TRY(vec_gather_lent(&b->col[c], schema->field[c].type, g->from, g->row, g->n, c, out->arena));
    b->schema = schema;
    b->w_kind = grows ? W_ONE : W_VEC;
    b->w = grows ? NULL : g->weight;
    b->epoch = d->op.env->epoch;
    b->ptime_us = d->op.env->eval.now_us;
    return out_batch(out, b);
}

/* Some dirty keys of which rows are held. */
static int give_held(OpDedup *d, uint32_t end, Out *out)
{
    Gathered g;
    RankedWriter w;
    Out apart;
    TRY(gathered_init(&g, 2 * (end - d->next), out->arena));
    ranked_writer_init(&w, &d->first.rows, d->op.node->schema, out->arena);
    ranked_writer_expect(&w, 2 * (int64_t)(end - d->next));
    out_init(&apart, out->arena, UINT32_MAX);
    for (uint32_t i = d->next; i < end; i++) {
        const DirtyKey *k = &d->dirty[i];
        const DedupRow *x = dedup_row(d, k->row);
        TRY(hash_table_need(d->keys, k->row));
        if (k->old.p || k->old_held)
            TRY(gather_row(d, &g, &w, k->old_held, k->old, -1));
        TRY(gather_row(d, &g, &w, x->ref & HELD ? x->ref : 0, x->ref & HELD ? (Str){0} : best_of(d, x), 1));
    }
    TRY(ranked_writer_flush(&w, &apart));
    for (uint32_t i = 0; i < g.n; i++)
        g.from[i] = g.from[i] ? g.from[i] : apart.first->batch;
    d->next = end;
    return give_gathered(d, &g, out);
}

/* Some dirty keys of which none is. */
static int give_packed(OpDedup *d, uint32_t end, Out *out)
{
    RankedWriter w;
    ranked_writer_init(&w, &d->first.rows, d->op.node->schema, out->arena);
    for (; d->next < end; d->next++) {
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
    return ranked_writer_flush(&w, out);
}

static int flush_some(OpDedup *d, Out *out)
{
    while (d->next < d->n_dirty) {
        if (d->next && out_is_full(out))
            return OP_MORE;
        int rc = d->held.rows ? give_held(d, MIN(d->n_dirty, d->next + BATCH_ROWS / 2), out) : give_packed(d, d->n_dirty, out);
        if (rc != 0)
            return rc;
    }
    d->n_given = d->held.rows ? d->n_dirty : 0;
    d->n_dirty = d->next = 0;
    d->op.c.state_rows = hash_table_rows(d->keys);
    d->op.c.state_bytes = hash_table_bytes(d->keys) + (int64_t)(d->held.rows * d->first.rows.packed.fixed_bytes);
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
