/* SPDX-License-Identifier: Apache-2.0
 *
 * INTERSECT and EXCEPT, with and without ALL (design 4.13).  One row of state per distinct row of the inputs: its count in each of
 * them, of any sign, and the multiplicity that was emitted.  At the end of a step each touched row emits the difference between
 * what follows from its counts now and what was emitted; a bounded query, which wants the result once, iterates the table at its
 * end.  NULLs are equal here.
 *
 * The rows touched in a step are listed outside the table; between steps the list is empty, so the pages are all the state. */
#include "exec/op_impl.h"

typedef struct SetCounts { /* behind the columns of a state row; the count of the left input is the row's own */
    int64_t right, shown;
} SetCounts;

typedef struct Touched Touched;
struct Touched {
    Touched *next;
    uint32_t n;
    uint8_t *row[];
};

typedef struct OpSetOp {
    Op op;
    const PhysSetOp *node;
    RowLayout layout;
    HashTable *rows;
    const Vec **key;
    bool once;
    Arena list; /* of `first` */
    Touched *first, **last, *next;
    HashCursor at; /* bounded: where the iteration is */
    uint8_t *repeat;
    int64_t n_repeat; /* times the row is still to come */
} OpSetOp;

static SetCounts *counts_of(const OpSetOp *s, uint8_t *row)
{
    return (SetCounts *)(void *)row_extra(&s->layout, row);
}

static int set_op_open(Op *op, const PhysNode *node, Err *err)
{
    OpSetOp *s = (OpSetOp *)op;
    uint32_t n = node->schema->n;
    s->node = (const PhysSetOp *)node;
    s->once = s->node->once;
    s->last = &s->first;
    arena_init(&s->list, op->env->acct, 0);
    Type *type = ARENA_ARRAY(op->env->plan, Type, n + 1);
    s->key = ARENA_ARRAY(op->env->plan, const Vec *, n + 1);
    if (!type || !s->key)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        type[i] = node->schema->field[i].type;
    TRY(row_layout_init(&s->layout, op->env->acct, type, n, sizeof(SetCounts), err));
    s->rows = hash_table_new(op->env->pages, &s->layout, op->env->next_table_id++, INT64_MIN, err);
    return s->rows ? 0 : -ERR_OUT_OF_MEMORY;
}

static int note(OpSetOp *s, uint8_t *const *row, uint32_t n)
{
    Touched *t = arena_alloc(&s->list, sizeof(*t) + n * sizeof(*row));
    if (!t)
        return -ERR_OUT_OF_MEMORY;
    *t = (Touched){.n = n};
    memcpy(t->row, row, n * sizeof(*row));
    *s->last = t;
    s->last = &t->next;
    return 0;
}

static int set_op_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpSetOp *s = (OpSetOp *)op;
    Rows rows = batch_rows(in);
    uint64_t *hash = arena_alloc(out->arena, MAX(rows.n, 1) * sizeof(*hash));
    uint64_t *is_new = arena_alloc(out->arena, (BIT_WORDS(rows.n) + 1) * sizeof(*is_new));
    uint8_t **row = arena_alloc(out->arena, MAX(rows.n, 1) * sizeof(*row));
    if (!hash || !is_new || !row)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t c = 0; c < in->n_cols; c++)
        s->key[c] = &in->col[c];
    kernel_hash(s->key, in->n_cols, rows, hash);
    TRY(hash_table_upsert(s->rows, s->key, hash, rows, row, is_new, NULL));
    for (uint32_t i = 0; i < rows.n; i++) {
        int32_t w = batch_weight(in, row_at(rows, i));
        if (input == 0)
            *row_count(row[i]) += w;
        else
            counts_of(s, row[i])->right += w;
    }
    return s->once ? 0 : note(s, row, rows.n);
}

/* How often the row is in the result; a negative count is an absent row. */
static int64_t multiplicity(const OpSetOp *s, uint8_t *row)
{
    int64_t left = MAX(*row_count(row), 0), right = MAX(counts_of(s, row)->right, 0);
    if (s->node->is_except)
        return s->node->all ? MAX(left - right, 0) : left > 0 && right == 0;
    return s->node->all ? MIN(left, right) : left > 0 && right > 0;
}

static Batch *rows_batch(OpSetOp *s, uint8_t *const *row, uint32_t n, Arena *arena)
{
    Batch *b = batch_scratch(arena, s->op.node->schema, n);
    if (!b)
        return NULL;
    b->n = b->n_sel = n;
    for (uint32_t c = 0; c < b->n_cols; c++)
        if (hash_table_read(s->rows, row, n, c, &b->col[c], arena) < 0)
            return NULL;
    b->epoch = s->op.env->epoch;
    b->ptime_us = s->op.env->eval.now_us;
    return b;
}

/* ---- changes ---- */

static int emit_touched(OpSetOp *s, const Touched *t, Out *out)
{
    uint8_t **row = arena_alloc(out->arena, MAX(t->n, 1) * sizeof(*row));
    int32_t *w = arena_alloc(out->arena, MAX(t->n, 1) * sizeof(*w));
    uint32_t n = 0;
    if (!row || !w)
        return -ERR_OUT_OF_MEMORY;
    TRY(hash_table_need_all(s->rows, t->row, t->n)); /* a view that is being filled has noted them some steps ago */
    for (uint32_t i = 0; i < t->n; i++) {
        SetCounts *c = counts_of(s, t->row[i]);
        int64_t change = multiplicity(s, t->row[i]) - c->shown;
        s->op.c.neg_rows += *row_count(t->row[i]) < 0 || c->right < 0;
        if (change == 0)
            continue;
        if (change > INT32_MAX || change < -INT32_MAX)
            return -ERR_NUMERIC_RANGE;
        TRY(hash_table_touch(s->rows, t->row[i]));
        c->shown += change;
        w[n] = (int32_t)change;
        row[n++] = t->row[i];
    }
    if (n == 0)
        return 0;
    Batch *b = rows_batch(s, row, n, out->arena);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    b->w_kind = W_VEC;
    b->w = w;
    return out_batch(out, b);
}

#define GONE INT64_MIN /* left count of a row that is about to be removed: it may be listed more than once */

/* What is in neither input goes, after all changes have left. */
static void remove_absent(OpSetOp *s)
{
    for (Touched *t = s->first; t; t = t->next) {
        uint32_t n = 0;
        (void)hash_table_need_all(s->rows, t->row, t->n);
        for (uint32_t i = 0; i < t->n; i++) {
            if (*row_count(t->row[i]) != 0 || counts_of(s, t->row[i])->right != 0)
                continue;
            (void)hash_table_touch(s->rows, t->row[i]);
            *row_count(t->row[i]) = GONE;
            t->row[n++] = t->row[i];
        }
        t->n = n;
    }
    for (Touched *t = s->first; t; t = t->next)
        for (uint32_t i = 0; i < t->n; i++)
            hash_table_remove(s->rows, t->row[i]);
}

static int emit_changes(OpSetOp *s, Out *out)
{
    for (; s->next; s->next = s->next->next) {
        if (out_is_full(out))
            return OP_MORE;
        TRY(emit_touched(s, s->next, out));
    }
    remove_absent(s);
    arena_reset(&s->list);
    s->first = NULL;
    s->last = &s->first;
    return 0;
}

/* ---- the whole result, once ---- */

static int emit_all(OpSetOp *s, Out *out)
{
    while (!out_is_full(out)) {
        uint8_t **row = arena_alloc(out->arena, BATCH_ROWS * sizeof(*row));
        uint32_t n = 0;
        if (!row)
            return -ERR_OUT_OF_MEMORY;
        while (n < BATCH_ROWS) {
            if (s->n_repeat == 0) {
                if (hash_table_next(s->rows, &s->at, &s->repeat, 1) == 0)
                    break;
                s->n_repeat = multiplicity(s, s->repeat);
                continue;
            }
            row[n++] = s->repeat;
            s->n_repeat--;
        }
        if (n == 0)
            return 0;
        Batch *b = rows_batch(s, row, n, out->arena);
        if (!b)
            return -ERR_OUT_OF_MEMORY;
        TRY(out_batch(out, b));
    }
    return OP_MORE;
}

static int set_op_more(Op *op, Out *out)
{
    OpSetOp *s = (OpSetOp *)op;
    int rc = s->once ? emit_all(s, out) : emit_changes(s, out);
    s->op.c.state_rows = hash_table_rows(s->rows);
    s->op.c.state_bytes = hash_table_bytes(s->rows);
    return rc;
}

static int set_op_flush(Op *op, FlushWhy why, Out *out)
{
    OpSetOp *s = (OpSetOp *)op;
    if (s->once ? why != FLUSH_END : !s->first)
        return 0;
    s->next = s->first;
    return set_op_more(op, out);
}

static void set_op_close(Op *op)
{
    OpSetOp *s = (OpSetOp *)op;
    hash_table_free(s->rows);
    row_layout_done(&s->layout);
    arena_done(&s->list);
}

const OpType op_set_op = {
    .name = "set_op",
    .size = sizeof(OpSetOp),
    .open = set_op_open,
    .push = set_op_push,
    .more = set_op_more,
    .mark = op_mark_none, /* The result has no watermark: a row of one input may come or go whenever the other changes. */
    .flush = set_op_flush,
    .close = set_op_close,
    .keep = &op_keeps_tables,
};
