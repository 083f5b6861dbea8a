/* SPDX-License-Identifier: Apache-2.0
 *
 * Unnest: each row once per element of the longest of its arrays and series, with the elements (and their number) behind its
 * columns.  A row whose arrays are NULL or empty is left out, or kept with NULLs when the node is `outer`.  Stateless: an element
 * has the weight of its row, so taking a row back takes back what it gave.
 *
 * Output leaves in batches of BATCH_ROWS; between them the cursor stays in the input batch, which its giver holds until the
 * operator has no more.  A series is counted up as it is read: it needs no room, however long it is. */
#include "exec/op_impl.h"

#include "base/calendar.h"
#include "data/array.h"

typedef struct Series {
    Value next, stop, step;
    bool is_over, goes_down;
} Series;

typedef union Cursor {
    ArrayReader array;
    Series series;
} Cursor;

typedef struct OpUnnest {
    Op op;
    const PhysUnnest *node;
    RowEval eval;
    /* What is left of the batch being unnested. */
    Batch *in;
    Rows rows;
    uint32_t at;  /* in rows */
    bool is_open; /* the items of rows[at] are being read */
    Cursor read[UNNEST_MAX];
    uint32_t arg[UNNEST_MAX]; /* of each item, the first in eval.vec */
    int64_t n_read;           /* their elements so far */
} OpUnnest;

static int unnest_open(Op *op, const PhysNode *node, Err *err)
{
    OpUnnest *u = (OpUnnest *)op;
    Expr *exprs[3 * UNNEST_MAX];
    uint32_t n = 0;
    u->node = (const PhysUnnest *)node;
    for (uint32_t k = 0; k < u->node->n; k++) {
        u->arg[k] = n;
        for (uint32_t i = 0; i < unnest_args(&u->node->items[k]); i++)
            exprs[n++] = u->node->items[k].arg[i];
    }
    return row_eval_open(&u->eval, op, node->in[0]->schema, exprs, n, err);
}

/* ---- series ---- */

static int compare(const Value *a, const Value *b)
{
    switch ((TypeId)a->type.id) {
    case T_I32: return (a->i32 > b->i32) - (a->i32 < b->i32);
    case T_DECIMAL: return (a->dec > b->dec) - (a->dec < b->dec);
    default: return (a->i64 > b->i64) - (a->i64 < b->i64);
    }
}

/* The sign of a step. */
static int sign(const Value *step)
{
    Value zero = {.type = step->type};
    return step->type.id == T_INTERVAL ? interval_cmp(&step->iv, &zero.iv) : compare(step, &zero);
}

/* false: the next value is out of range, and so the last was the last. */
static bool advance(Value *v, const Value *step, const TimeZone *zone)
{
    switch ((TypeId)v->type.id) {
    case T_I32: return !__builtin_add_overflow(v->i32, step->i32, &v->i32);
    case T_I64: return !__builtin_add_overflow(v->i64, step->i64, &v->i64);
    case T_DECIMAL: return !__builtin_add_overflow(v->dec, step->dec, &v->dec);
    default: return (zone ? zone_add(zone, v->i64, &step->iv, &v->i64) : timestamp_add(v->i64, &step->iv, &v->i64)) >= 0;
    }
}

static void series_open(Series *s, const Vec *arg, uint32_t r)
{
    *s = (Series){vec_get(&arg[0], r), vec_get(&arg[1], r), vec_get(&arg[2], r), false, false};
    bool times = type_is_timestamp(s->next.type.id);
    s->is_over = s->next.is_null || s->stop.is_null || s->step.is_null ||
                 (times && (s->next.i64 == TIMESTAMP_INFINITY || s->next.i64 == TIMESTAMP_MINUS_INFINITY));
    s->goes_down = !s->is_over && sign(&s->step) < 0;
}

static int series_next(Series *s, const TimeZone *zone, Value *ret)
{
    if (s->is_over || (s->goes_down ? compare(&s->next, &s->stop) < 0 : compare(&s->next, &s->stop) > 0))
        return 0;
    *ret = s->next;
    s->is_over = !advance(&s->next, &s->step, zone);
    return 1;
}

/* Rows with a step of zero are in error. */
static int refuse_zero_steps(OpUnnest *u, Batch *in, Out *out)
{
    EvalCtx *x = &u->op.env->eval;
    bool begun = false;
    for (uint32_t k = 0; k < u->node->n; k++) {
        for (uint32_t i = 0; u->node->items[k].is_series && i < u->rows.n; i++) {
            uint32_t r = row_at(u->rows, i);
            Value step = vec_get(&u->eval.vec[u->arg[k] + 2], r);
            if (step.is_null || sign(&step) != 0)
                continue;
            if (!begun)
                eval_ctx_clear(x, in->n);
            begun = true;
            row_error(x, r, ERR_INVALID_PARAMETER, "step size cannot equal zero");
        }
    }
    return begun ? row_eval_blame(&u->op, in, out, u->rows, &u->rows) : 0;
}

/* ---- rows ---- */

static void open_items(OpUnnest *u, uint32_t r)
{
    for (uint32_t k = 0; k < u->node->n; k++) {
        const Vec *v = &u->eval.vec[u->arg[k]];
        if (u->node->items[k].is_series)
            series_open(&u->read[k].series, v, r);
        else
            u->read[k].array = array_read(v->type, vec_is_null(v, r) ? STR("") : vec_str(vec_values(v), vec_phys(v, r)), NULL);
    }
    u->is_open = true;
    u->n_read = 0;
}

static int item_next(OpUnnest *u, uint32_t k, Arena *arena, Value *ret)
{
    if (u->node->items[k].is_series)
        return series_next(&u->read[k].series, u->node->items[k].zone, ret);
    u->read[k].array.arena = arena;
    return array_next(&u->read[k].array, ret);
}

/* 1: one of the items has another element. */
static int next_of_row(OpUnnest *u, Arena *arena, Value *ret)
{
    int any = 0;
    for (uint32_t k = 0; k < u->node->n; k++) {
        int rc = item_next(u, k, arena, &ret[k]);
        TRY(rc);
        if (rc == 0)
            ret[k] = value_null(u->node->items[k].type);
        any |= rc;
    }
    return any;
}

/* The next elements of the batch: their row and values.  0: there are none. */
static int next_element(OpUnnest *u, Arena *arena, uint32_t *ret_row, Value *ret, int64_t *ret_number)
{
    for (; u->at < u->rows.n; u->at++, u->is_open = false) {
        uint32_t r = row_at(u->rows, u->at);
        if (!u->is_open)
            open_items(u, r);
        int rc = next_of_row(u, arena, ret);
        bool padded = rc == 0 && u->n_read == 0 && u->node->outer;
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

/* Vectors of the elements and of their numbers, being filled. */
typedef struct Elements {
    Vec *col; /* node->n, then the number */
    StrWriter *w;
    uint32_t n_arrays;
} Elements;

static int elements_open(const PhysUnnest *node, Arena *arena, Elements *ret)
{
    ret->n_arrays = node->n;
    ret->col = ARENA_ARRAY(arena, Vec, node->n + 1);
    ret->w = ARENA_ARRAY(arena, StrWriter, node->n);
    if (!ret->col || !ret->w)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t k = 0; k < node->n; k++) {
        TRY(vec_scratch(&ret->col[k], node->items[k].type, BATCH_ROWS, arena));
        if (type_is_string(ret->col[k].type.id))
            strwriter_init(&ret->w[k], &ret->col[k], arena);
    }
    return vec_scratch(&ret->col[node->n], TYPE(I64), BATCH_ROWS, arena);
}

static int elements_put(Elements *t, uint32_t i, const Value *v, int64_t number, Arena *arena)
{
    Value no = {.type = TYPE(I64), .is_null = number == 0, .i64 = number};
    for (uint32_t k = 0; k < t->n_arrays; k++)
        TRY(vec_put(&t->col[k], i, &v[k], type_is_string(t->col[k].type.id) ? &t->w[k] : NULL, arena));
    return vec_put(&t->col[t->n_arrays], i, &no, NULL, arena);
}

static int elements_finish(Elements *t, uint32_t n)
{
    for (uint32_t k = 0; k < t->n_arrays; k++) {
        if (type_is_string(t->col[k].type.id))
            TRY(strwriter_finish(&t->w[k]));
        t->col[k].n = n;
    }
    t->col[t->n_arrays].n = n;
    return 0;
}

static int give_batch(OpUnnest *u, Out *out)
{
    Arena *arena = out->arena;
    uint32_t n = 0, n_in = u->in->n_cols;
    uint16_t *from = arena_alloc(arena, BATCH_ROWS * sizeof(*from));
    Elements elements;
    Value v[UNNEST_MAX];
    int64_t nr;
    TRY(elements_open(u->node, arena, &elements));
    if (!from)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t r; n < BATCH_ROWS; n++) {
        int rc = next_element(u, arena, &r, v, &nr);
        TRY(rc);
        if (rc == 0)
            break;
        from[n] = (uint16_t)r;
        TRY(elements_put(&elements, n, v, nr, arena));
    }
    TRY(elements_finish(&elements, n));
    if (n == 0)
        return 0;
    Batch *b = batch_scratch(arena, u->op.node->schema, n);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    b->epoch = u->in->epoch;
    b->seq = u->in->seq;
    b->ptime_us = u->in->ptime_us;
    TRY(fill_batch(u, b, from, arena));
    for (uint32_t k = 0; k < u->node->n + u->node->ordinality; k++)
        b->col[n_in + k] = elements.col[k];
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
    TRY(refuse_zero_steps(u, in, out));
    return unnest_more(op, out);
}

const OpType op_unnest = {
    .name = "unnest",
    .size = sizeof(OpUnnest),
    .open = unnest_open,
    .push = unnest_push,
    .more = unnest_more,
    .keep = &op_keeps_tables,
};
