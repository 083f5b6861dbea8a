/* SPDX-License-Identifier: Apache-2.0
 *
 * Deduplication (design 4.12): of the rows of each key the first one in an order, over input that only comes.  What ROW_NUMBER() =
 * 1 and DISTINCT ON become there: a Top-N of one, whose group is one row.
 *
 * A key is a row of a HASH table.  It has the best row so far as {order columns in sort form, all columns packed}: in itself when
 * the columns have no texts, else in the table's heap.  And it has the first 16 bytes of that, which decide nearly every
 * comparison; equal rows in the order go by arrival, so a new one does not win.  Of the rows of a batch only the best of each key
 * is put into that form. */
#include "exec/ranked.h"

#define HEAD_WORDS 2
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
    RowEval eval; /* partition columns, then order columns */
    Ranked rows;  /* of it, what its writer reads: how a row is put together */
    RowLayout layout;
    uint32_t order_bytes; /* at most; 0: there are texts in the order */
    uint32_t own_bytes;   /* of a best row that lies in its key's; 0: it lies in the heap */
    HashTable *keys;
    const Vec **key;
    DirtyKey *dirty;
    uint32_t n_dirty, cap_dirty, next;
    Arena old_arena;
    StrBuf text;
} OpDedup;

static DedupRow *dedup_row(const OpDedup *d, uint8_t *row)
{
    return (DedupRow *)(void *)row_extra(&d->layout, row);
}

/* Where best rows lie, from what they take at most. */
static void open_place(OpDedup *d)
{
    const PhysDedup *p = d->node;
    uint32_t n = 0;
    bool texts = false;
    for (uint32_t i = 0; i < p->n_order; i++) {
        TypeId id = (TypeId)p->order[i]->type.id;
        texts |= type_is_string(id);
        n += id == T_INTERVAL ? 25 : 1 + (id == T_BOOL ? 1 : type_bytes(id));
    }
    d->order_bytes = texts ? 0 : n;
    if (!texts && !d->rows.packed.has_texts && n + d->rows.packed.fixed_bytes <= OWN_BYTES_MAX)
        d->own_bytes = n + d->rows.packed.fixed_bytes;
    d->rows.stays = d->own_bytes > 0;
}

static int open_columns(OpDedup *d, Expr **all, Type *type, Err *err)
{
    const PhysDedup *p = d->node;
    const Schema *in = p->node.in[0]->schema;
    for (uint32_t i = 0; i < p->n_part; i++) {
        all[i] = p->part[i];
        type[i] = p->part[i]->type;
    }
    for (uint32_t i = 0; i < p->n_order; i++) {
        all[p->n_part + i] = p->order[i];
        d->rows.order[i] = (SortSpec){p->order[i]->type, p->desc[i], p->nulls_first[i], .by_value = true};
    }
    for (uint32_t i = 0; i < in->n; i++) {
        d->rows.col[i] = (SortSpec){.type = in->field[i].type};
        if (type_is_nested(in->field[i].type.id))
            return RAISE(err, ERR_UNSUPPORTED, "ordering rows with a column of type %s", type_id_name(in->field[i].type.id));
    }
    return 0;
}

static int dedup_open(Op *op, const PhysNode *node, Err *err)
{
    OpDedup *d = (OpDedup *)op;
    const PhysDedup *p = d->node = (const PhysDedup *)node;
    const Schema *in = node->in[0]->schema;
    Arena *plan = op->env->plan;
    arena_init(&d->old_arena, op->env->acct, 0);
    sb_init(&d->text, op->env->acct);
    d->rows = (Ranked){.op = op, .n_order = p->n_order, .n_cols = in->n, .is_packed = true};
    d->rows.order = ARENA_ARRAY(plan, SortSpec, p->n_order + 1);
    d->rows.col = ARENA_ARRAY(plan, SortSpec, in->n + 1);
    d->key = ARENA_ARRAY(plan, const Vec *, p->n_part + 1);
    Expr **all = ARENA_ARRAY(plan, Expr *, p->n_part + p->n_order + 1);
    Type *type = ARENA_ARRAY(plan, Type, p->n_part + 1);
    if (!d->rows.order || !d->rows.col || !d->key || !all || !type)
        return RAISE_NOMEM(err);
    TRY(open_columns(d, all, type, err));
    ranked_look_at_order(&d->rows);
    if (!packed_init(&d->rows.packed, in, plan))
        return RAISE_NOMEM(err);
    open_place(d);
    TRY(row_eval_open(&d->eval, op, in, all, p->n_part + p->n_order, err));
    for (uint32_t i = 0; i < p->n_part; i++)
        d->key[i] = &d->eval.vec[i];
    TRY(row_layout_init(&d->layout, op->env->acct, type, p->n_part, (uint32_t)sizeof(DedupRow) + d->own_bytes, err));
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
    sb_done(&d->text);
}

/* ---- which row is first ---- */

/* The order columns of a row, in sort form, in d->text. */
static int put_order(OpDedup *d, uint32_t phys)
{
    sb_clear(&d->text);
    for (uint32_t i = 0; i < d->node->n_order; i++)
        sortkey_put_row(&d->text, &d->rows.order[i], &d->eval.vec[d->node->n_part + i], phys);
    return d->text.failed ? -ERR_OUT_OF_MEMORY : 0;
}

/* The same, and its beginning. */
static int order_of(OpDedup *d, uint32_t phys, uint64_t head[HEAD_WORDS])
{
    uint8_t bytes[HEAD_WORDS * sizeof(uint64_t)] = {0};
    TRY(put_order(d, phys));
    memcpy(bytes, d->text.p, MIN(d->text.n, sizeof(bytes)));
    memcpy(head, bytes, sizeof(bytes));
    for (uint32_t i = 0; i < HEAD_WORDS; i++)
        head[i] = __builtin_bswap64(head[i]);
    return 0;
}

/* *ret_wide: the columns have nine bytes each in all rows. */
static int heads_of(OpDedup *d, Rows rows, uint64_t (*head)[HEAD_WORDS], bool *ret_wide)
{
    *ret_wide = sortkey_heads(d->rows.order, d->eval.vec + d->node->n_part, d->node->n_order, rows, head);
    if (*ret_wide)
        return 0;
    for (uint32_t i = 0; i < rows.n; i++)
        TRY(order_of(d, row_at(rows, i), head[i]));
    return 0;
}

static Str best_of(const OpDedup *d, const DedupRow *x)
{
    return d->own_bytes ? (Str){x->best, d->own_bytes} : hash_table_heap_get(d->keys, x->ref);
}

/* Does a row come before the best of its key?  Heads are equal. */
static int beats(OpDedup *d, const DedupRow *x, uint32_t phys, bool *ret)
{
    Str best;
    uint64_t head[HEAD_WORDS];
    *ret = false;
    if (d->order_bytes && d->order_bytes <= sizeof(head)) /* the head was all of it */
        return 0;
    TRY(order_of(d, phys, head));
    if (d->text.n <= sizeof(head))
        return 0;
    if (x->winner == 0) {
        best = best_of(d, x);
    } else { /* it stands in the batch, and is not put together yet */
        Str mine = {arena_memdup(d->op.env->step, d->text.p, d->text.n), d->text.n};
        if (!mine.p)
            return -ERR_OUT_OF_MEMORY;
        TRY(order_of(d, x->winner - 1, head));
        *ret = key_cmp(mine, sb_str(&d->text)) < 0;
        return 0;
    }
    *ret = key_cmp(sb_str(&d->text), str_first(best, ranked_order_bytes(&d->rows, best))) < 0;
    return 0;
}

static int note_dirty(OpDedup *d, uint8_t *row, DedupRow *x)
{
    if (x->dirty < d->n_dirty && d->dirty[x->dirty].row == row)
        return 0;
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
    uint32_t phys = x->winner - 1, n_order = d->node->n_order;
    x->winner = 0;
    if (wide) {
        TRY(place_best(d, x, n_order * SORTKEY_WIDE_BYTES + packed_bytes, ret));
        *ret = sortkey_write_wide(*ret, d->rows.order, d->eval.vec + d->node->n_part, n_order, phys);
        return 0;
    }
    TRY(put_order(d, phys));
    TRY(place_best(d, x, d->text.n + packed_bytes, ret));
    memcpy(*ret, d->text.p, d->text.n);
    *ret += d->text.n;
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
    packed_measure(&d->rows.packed, in->col, (Rows){n, sel}, bytes);
    for (uint32_t i = 0; i < n; i++) {
        DedupRow *x = dedup_row(d, row[i]);
        TRY(note_dirty(d, row[i], x));
        TRY(store_order(d, x, wide, bytes[i], &to[i]));
    }
    packed_put_rows(&d->rows.packed, in->col, (Rows){n, sel}, to);
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
    TRY(heads_of(d, rows, heads, &wide));
    for (uint32_t i = 0; i < rows.n; i++) {
        DedupRow *x = dedup_row(d, row[i]);
        if (i + KEYS_AHEAD < rows.n)
            prefetch_key(d, row[i + KEYS_AHEAD]);
        uint32_t phys = row_at(rows, i);
        const uint64_t *head = heads[i];
        bool first = x->ref == 0 && x->winner == 0, wins = first;
        if (!first && head[0] != x->head[0])
            wins = head[0] < x->head[0];
        else if (!first && head[1] != x->head[1])
            wins = head[1] < x->head[1];
        else if (!first)
            TRY(beats(d, x, phys, &wins));
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

static int find_keys(OpDedup *d, Rows rows, uint8_t **ret_row)
{
    Arena *step = d->op.env->step;
    uint64_t *is_new = arena_alloc(step, BIT_WORDS(rows.n) * sizeof(*is_new));
    if (!is_new)
        return -ERR_OUT_OF_MEMORY;
    if (d->node->n_part == 1 && hash_table_takes_ints(d->keys, d->key[0]))
        return hash_table_upsert_ints(d->keys, d->key[0], rows, ret_row, is_new, NULL);
    uint64_t *hash = arena_alloc(step, rows.n * sizeof(*hash));
    if (!hash)
        return -ERR_OUT_OF_MEMORY;
    kernel_hash(d->key, d->node->n_part, rows, hash);
    return hash_table_upsert(d->keys, d->key, hash, rows, ret_row, is_new, NULL);
}

static int dedup_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpDedup *d = (OpDedup *)op;
    Rows rows;
    (void)input;
    TRY(row_eval_run(&d->eval, in, out, &rows));
    if (rows.n == 0)
        return 0;
    uint8_t **row = arena_alloc(op->env->step, rows.n * sizeof(*row));
    if (!row)
        return -ERR_OUT_OF_MEMORY;
    TRY(find_keys(d, rows, row));
    return take_rows(d, in, rows, row);
}

/* ---- output ---- */

static inline int put_row(const OpDedup *d, RankedWriter *w, Str row, int32_t weight)
{
    if (likely(d->own_bytes)) { /* it stays where it is until the batch is made */
        w->packed.row[w->n] = row.p + ranked_order_bytes(&d->rows, row);
        w->weight[w->n++] = weight;
        return 0;
    }
    TRY(ranked_writer_put(w, row));
    return ranked_writer_done(w, weight);
}

static int flush_some(OpDedup *d, Out *out)
{
    RankedWriter w;
    TRY(ranked_writer_init(&w, &d->rows, d->op.node->schema, out->arena));
    for (; d->next < d->n_dirty; d->next++) {
        const DirtyKey *k = &d->dirty[d->next];
        if (ranked_writer_lacks(&w, 2)) {
            TRY(ranked_writer_flush(&w, out));
            if (out_is_full(out))
                return OP_MORE;
        }
        TRY(hash_table_need(d->keys, k->row)); /* it may have been noted some steps ago */
        if (k->old.p)
            TRY(put_row(d, &w, k->old, -1));
        TRY(put_row(d, &w, best_of(d, dedup_row(d, k->row)), 1));
    }
    TRY(ranked_writer_flush(&w, out));
    d->n_dirty = d->next = 0;
    arena_reset(&d->old_arena);
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

static int dedup_restore(Op *op, ByteReader *in, Err *err)
{
    (void)in;
    (void)err;
    ranked_restore(&((OpDedup *)op)->rows);
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
    .close = dedup_close,
    .keep = &dedup_keep,
};
