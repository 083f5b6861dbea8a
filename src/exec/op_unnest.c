/* SPDX-License-Identifier: Apache-2.0
 *
 * Unnest: each row once per element of an array, with the element (and its number) behind its columns.  A row whose array is NULL
 * or empty is left out, or kept with NULLs when the node is `outer`.  Stateless: an element has the weight of its row, so taking a
 * row back takes back what it gave.
 *
 * Output leaves in batches of BATCH_ROWS; between them the cursor stays in the input batch, which its giver holds until the
 * operator has no more. */
#include "exec/op_impl.h"

#include "data/array.h"

typedef struct OpUnnest {
    Op op;
    const PhysUnnest *node;
    RowEval eval;
    /* What is left of the batch being unnested. */
    Batch *in;
    Rows rows;
    uint32_t at;  /* in rows */
    bool is_open; /* the array of rows[at] is being read */
    ArrayReader read;
    int64_t n_read; /* its elements so far */
} OpUnnest;

static int unnest_open(Op *op, const PhysNode *node, Err *err)
{
    OpUnnest *u = (OpUnnest *)op;
    u->node = (const PhysUnnest *)node;
    Expr *array = u->node->array;
    return row_eval_open(&u->eval, op, node->in[0]->schema, &array, 1, err);
}

/* The next element of the batch: its row and value.  0: there is none. */
static int next_element(OpUnnest *u, Arena *arena, uint32_t *ret_row, Value *ret, int64_t *ret_number)
{
    const Vec *v = &u->eval.vec[0];
    for (; u->at < u->rows.n; u->at++, u->is_open = false) {
        uint32_t r = row_at(u->rows, u->at);
        if (!u->is_open) {
            u->read = array_read(v->type, vec_is_null(v, r) ? STR("") : vec_str(vec_values(v), vec_phys(v, r)), NULL);
            u->is_open = true;
            u->n_read = 0;
        }
        u->read.arena = arena;
        int rc = array_next(&u->read, ret);
        bool padded = rc == 0 && u->n_read == 0 && u->node->outer;
        if (padded)
            *ret = value_null(type_element(v->type));
        if (rc == 0 && !padded)
            continue;
        *ret_row = r;
        *ret_number = padded ? 0 : ++u->n_read;
        u->n_read += padded;
        return rc < 0 ? rc : 1;
    }
    return 0;
}

/* Columns of the input for rows that repeat, then the element and its number. */
static int fill_batch(OpUnnest *u, Batch *b, const uint16_t *from, Arena *arena)
{
    Rows rows = {b->n, from};
    for (uint32_t c = 0; c < u->in->n_cols; c++)
        TRY(vec_gather(&u->in->col[c], rows, &b->col[c], arena));
    for (uint32_t c = 0; c < u->in->n_cols; c++) { /* the header lies in the arena and borrows */
        Vec *v = &b->col[c];
        for (uint32_t i = 0; v->str_bufs && i < v->n_str_bufs; i++)
            buffer_unref(v->str_bufs[i]);
        buffer_unref(v->aux_buf);
        v->str_bufs = NULL;
        v->aux_buf = NULL;
    }
    b->w_kind = u->in->w_kind;
    if (b->w_kind != W_VEC)
        return 0;
    b->w = arena_alloc(arena, MAX(b->n, 1) * sizeof(*b->w));
    if (!b->w)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < b->n; i++)
        b->w[i] = u->in->w[from[i]];
    return 0;
}

static int give_batch(OpUnnest *u, Out *out)
{
    Arena *arena = out->arena;
    uint32_t n = 0, n_in = u->in->n_cols;
    uint16_t *from = arena_alloc(arena, BATCH_ROWS * sizeof(*from));
    Vec element, number;
    StrWriter w;
    Value v;
    int64_t nr;
    TRY(vec_scratch(&element, type_element(u->node->array->type), BATCH_ROWS, arena));
    TRY(vec_scratch(&number, TYPE(I64), BATCH_ROWS, arena));
    if (!from)
        return -ERR_OUT_OF_MEMORY;
    bool texts = type_is_string(element.type.id);
    if (texts)
        strwriter_init(&w, &element, arena);
    for (uint32_t r; n < BATCH_ROWS; n++) {
        int rc = next_element(u, arena, &r, &v, &nr);
        TRY(rc);
        if (rc == 0)
            break;
        from[n] = (uint16_t)r;
        TRY(vec_put(&element, n, &v, texts ? &w : NULL, arena));
        Value no = {.type = TYPE(I64), .is_null = nr == 0, .i64 = nr};
        TRY(vec_put(&number, n, &no, NULL, arena));
    }
    if (texts)
        TRY(strwriter_finish(&w));
    if (n == 0)
        return 0;
    Batch *b = batch_scratch(arena, u->op.node->schema, n);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    b->epoch = u->in->epoch;
    b->seq = u->in->seq;
    b->ptime_us = u->in->ptime_us;
    TRY(fill_batch(u, b, from, arena));
    element.n = number.n = n;
    b->col[n_in] = element;
    if (u->node->ordinality)
        b->col[n_in + 1] = number;
    return out_batch(out, b);
}

static int unnest_more(Op *op, Out *out)
{
    OpUnnest *u = (OpUnnest *)op;
    while (u->at < u->rows.n) {
        if (out_is_full(out))
            return OP_MORE;
        TRY(give_batch(u, out));
    }
    return 0;
}

static int unnest_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpUnnest *u = (OpUnnest *)op;
    (void)input;
    u->in = in;
    u->at = 0;
    u->is_open = false;
    TRY(row_eval_run(&u->eval, in, out, &u->rows));
    return unnest_more(op, out);
}

const OpType op_unnest = {
    .name = "unnest",
    .size = sizeof(OpUnnest),
    .open = unnest_open,
    .push = unnest_push,
    .more = unnest_more,
};
