/* SPDX-License-Identifier: Apache-2.0
 *
 * State TTL of rows (design 3.7): what is above sees each row from when it comes until the clock is ttl_us behind it, and then sees
 * it taken back.  So joins, Top-N, set operations, window functions and aggregates hold the answer over the rows that are active,
 * and their state is bounded with it.
 *
 * By event time a row's time is one of its columns: a row that comes when its time is over is late, one that is taken back then is
 * no more.  Everything is linear in the weights, of either sign.  Without an event time the clock is processing time, and a row is
 * active from its arrival: each arrival for itself where rows only come (the time is part of the key), all copies of a row from the
 * last one on where they may be taken back.  There a row that is taken back and is not known has expired; until the step ends it
 * may also be one whose insert comes later in the same step, so it passes, and what is still less than nothing then is given back.
 *
 * The rows are a Z-set in a HASH table; their order by time is made again from it when a state is restored. */
#include "exec/due_runs.h"
#include "exec/window_time.h"

#include <stddef.h>

typedef struct RowAge { /* extra bytes of a row */
    int64_t us;         /* its time */
    uint32_t unused;    /* part of the stored layout */
    uint32_t listed;
} RowAge;

typedef struct OpRowTtl {
    Op op;
    const PhysRowTtl *node;
    uint32_t n_cols;
    bool by_arrival; /* the time of arrival is one more column of the key */
    RowEval eval;    /* the event time */
    RowLayout layout;
    const Vec **key;
    HashTable *rows;
    DueRuns due;
    int64_t now_us; /* all that was over by then has left */
    bool below;     /* by processing time: some row has come to less than nothing in this step */
    HashCursor next;
    bool mending;
} OpRowTtl;

static RowAge *age_of(const OpRowTtl *t, uint8_t *row)
{
    return (RowAge *)(void *)row_extra(&t->layout, row);
}

static int ttl_open(Op *op, const PhysNode *node, Err *err)
{
    OpRowTtl *t = (OpRowTtl *)op;
    const Schema *in = node->in[0]->schema;
    t->node = (const PhysRowTtl *)node;
    t->n_cols = in->n;
    t->now_us = INT64_MIN;
    t->by_arrival = !t->node->time && node->in[0]->props.change == CHANGE_APPEND;
    op->timed = !t->node->time;
    Type *type = ARENA_ARRAY(op->env->plan, Type, in->n + 1);
    t->key = ARENA_ARRAY(op->env->plan, const Vec *, in->n + 1);
    if (!type || !t->key)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < in->n; i++) {
        type[i] = in->field[i].type;
        if (type_is_nested(type[i].id))
            return RAISE(err, ERR_UNSUPPORTED, "state_ttl of rows with a column of type %s", type_id_name(type[i].id));
    }
    type[in->n] = TYPE(TS);
    TRY(row_layout_init(&t->layout, op->env->acct, type, in->n + t->by_arrival, sizeof(RowAge), err));
    t->layout.whole = true;
    due_runs_init(&t->due, op->env->acct);
    if (t->node->time)
        TRY(row_eval_open(&t->eval, op, in, (Expr *const *)&t->node->time, 1, err));
    t->rows = hash_table_new(op->env->pages, &t->layout, op->env->next_table_id++, INT64_MIN, err);
    return t->rows ? 0 : -ERR_OUT_OF_MEMORY;
}

static void ttl_close(Op *op)
{
    OpRowTtl *t = (OpRowTtl *)op;
    hash_table_free(t->rows);
    due_runs_done(&t->due);
    row_layout_done(&t->layout);
}

static int file(OpRowTtl *t, uint8_t *row, int64_t us)
{
    RowAge *a = age_of(t, row);
    if (a->listed && us <= a->us)
        return 0;
    if (a->listed)
        due_runs_remove(&t->due, row, a->us);
    a->listed = 0;
    TRY(due_runs_add(&t->due, row, us));
    a->listed = 1;
    a->us = us;
    return 0;
}

/* ---- rows that come ---- */

/* By event time: rows that are active into *ret; those whose time is over are late when they come and nothing when they go. */
static int part(OpRowTtl *t, Batch *in, Rows rows, const int64_t *us, Rows *ret, Out *out)
{
    uint16_t *sel = arena_alloc(out->arena, MAX(rows.n, 1) * sizeof(*sel)),
             *late = arena_alloc(out->arena, MAX(rows.n, 1) * sizeof(*late));
    uint32_t n = 0, n_late = 0;
    if (!sel || !late)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        if (add_saturated(us[r], t->node->ttl_us) > t->now_us)
            sel[n++] = (uint16_t)r;
        else if (batch_weight(in, r) > 0)
            late[n_late++] = (uint16_t)r;
    }
    *ret = (Rows){n, sel};
    if (n_late == 0)
        return 0;
    Batch *b = batch_with_sel(out->arena, in, late, n_late);
    t->op.c.late += n_late;
    return b ? out_late(out, t->op.node, b, LATE_TTL, t->now_us) : -ERR_OUT_OF_MEMORY;
}

/* Adds the rows; us: their times by physical row, NULL = they come now. */
static int add(OpRowTtl *t, const Batch *in, Rows rows, const int64_t *us)
{
    Arena *step = t->op.env->step;
    uint64_t *hash = arena_alloc(step, rows.n * sizeof(*hash)), *is_new = arena_alloc(step, BIT_WORDS(rows.n) * sizeof(*is_new));
    uint8_t **row = arena_alloc(step, rows.n * sizeof(*row));
    Vec now;
    if (!hash || !is_new || !row)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t c = 0; c < t->n_cols; c++)
        t->key[c] = &in->col[c];
    if (t->by_arrival) {
        TRY(vec_const_i64(&now, TYPE(TS), t->now_us, in->n, step));
        t->key[t->n_cols] = &now;
    }
    kernel_hash(t->key, t->n_cols + t->by_arrival, rows, hash);
    TRY(hash_table_upsert(t->rows, t->key, hash, rows, row, is_new, NULL));
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        int32_t w = batch_weight(in, r);
        *row_count(row[i]) += w;
        t->below |= *row_count(row[i]) < 0;
        if (w > 0 || us || !age_of(t, row[i])->listed)
            TRY(file(t, row[i], us ? us[r] : t->now_us));
    }
    uint32_t n_empty = 0;
    for (uint32_t i = 0; i < rows.n; i++) { /* a row may stand in the batch several times: each is dropped once */
        RowAge *a = age_of(t, row[i]);
        if (*row_count(row[i]) != 0 || !a->listed)
            continue;
        due_runs_remove(&t->due, row[i], a->us);
        a->listed = 0;
        row[n_empty++] = row[i];
    }
    for (uint32_t i = 0; i < n_empty; i++)
        hash_table_remove(t->rows, row[i]);
    return 0;
}

static int ttl_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpRowTtl *t = (OpRowTtl *)op;
    Rows rows = batch_rows(in), timed = rows;
    const int64_t *us = NULL;
    (void)input;
    if (t->node->time) {
        TRY(row_eval_run(&t->eval, in, out, &rows));
        TRY(window_times(&t->eval.vec[0], rows, in->n, out->arena, &us, &timed));
        op->c.null_time += rows.n - timed.n;
        TRY(part(t, in, timed, us, &timed, out));
    } else {
        t->now_us = MAX(t->now_us, op->env->eval.now_us);
    }
    if (timed.n == 0)
        return 0;
    TRY(add(t, in, timed, us));
    Batch *b = timed.n == in->n_sel ? in : batch_with_sel(out->arena, in, timed.sel, timed.n);
    return b ? out_batch(out, b) : -ERR_OUT_OF_MEMORY;
}

/* ---- rows that leave ---- */

/* Takes the rows back, with what is left of their weights, and forgets them. */
static int take_back(OpRowTtl *t, uint8_t *const *row, uint32_t n, Out *out)
{
    Batch *b = batch_scratch(out->arena, t->op.node->schema, n);
    int32_t *w = arena_alloc(out->arena, MAX(n, 1) * sizeof(*w));
    bool ones = true;
    if (!b || !w)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t c = 0; c < t->n_cols; c++)
        TRY(hash_table_read(t->rows, row, n, c, &b->col[c], out->arena));
    for (uint32_t i = 0; i < n; i++) {
        int64_t count = *row_count(row[i]);
        if (count > INT32_MAX || count < -INT32_MAX)
            return -ERR_NUMERIC_RANGE;
        w[i] = (int32_t)-count;
        ones &= count == 1;
    }
    b->epoch = t->op.env->epoch;
    b->ptime_us = t->op.env->eval.now_us;
    b->w_kind = ones ? W_MINUS : W_VEC;
    b->w = ones ? NULL : w;
    for (uint32_t i = 0; i < n; i++)
        hash_table_remove(t->rows, row[i]);
    return out_batch(out, b);
}

static bool is_over(const OpRowTtl *t, const DueRow *d)
{
    return d && add_saturated(d->us, t->node->ttl_us) <= t->now_us;
}

static int expire(OpRowTtl *t, Out *out)
{
    while (is_over(t, due_runs_first(&t->due))) {
        uint8_t **row = arena_alloc(out->arena, BATCH_ROWS * sizeof(*row));
        uint32_t n = 0;
        if (!row)
            return -ERR_OUT_OF_MEMORY;
        if (out_is_full(out))
            return OP_MORE;
        for (; n < BATCH_ROWS && is_over(t, due_runs_first(&t->due)); n++)
            row[n] = due_runs_pop(&t->due);
        TRY(hash_table_need_all(t->rows, row, n));
        TRY(take_back(t, row, n, out));
    }
    t->op.c.state_rows = hash_table_rows(t->rows);
    t->op.c.state_bytes = hash_table_bytes(t->rows);
    return 0;
}

/* What was taken back without being there had expired: it is given back.  Such steps are rare and the table is walked once. */
static int mend(OpRowTtl *t, Out *out)
{
    for (;;) {
        uint8_t **row = arena_alloc(out->arena, BATCH_ROWS * sizeof(*row));
        uint32_t n, k = 0;
        if (!row)
            return -ERR_OUT_OF_MEMORY;
        if (out_is_full(out))
            return OP_MORE;
        n = hash_table_next(t->rows, &t->next, row, BATCH_ROWS);
        if (n == 0)
            break;
        for (uint32_t i = 0; i < n; i++)
            if (*row_count(row[i]) < 0)
                row[k++] = row[i];
        for (uint32_t i = 0; i < k; i++)
            due_runs_remove(&t->due, row[i], age_of(t, row[i])->us);
        if (k > 0)
            TRY(take_back(t, row, k, out));
    }
    t->mending = t->below = false;
    return 0;
}

static int ttl_more(Op *op, Out *out)
{
    OpRowTtl *t = (OpRowTtl *)op;
    return t->mending ? mend(t, out) : expire(t, out);
}

static int ttl_flush(Op *op, FlushWhy why, Out *out)
{
    OpRowTtl *t = (OpRowTtl *)op;
    if (!is_step_end(why) || !t->below || t->node->time)
        return 0;
    t->mending = true;
    t->next = (HashCursor){0};
    return mend(t, out);
}

/* What is taken back lies below any watermark, so none passes. */
static int ttl_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    OpRowTtl *t = (OpRowTtl *)op;
    (void)input;
    if (!t->node->time || m.cls != t->node->wm_class || m.wm_us == INT64_MAX || m.wm_us <= t->now_us)
        return 0; /* INT64_MAX: the input ends, time does not */
    t->now_us = m.wm_us;
    return expire(t, out);
}

static int64_t ttl_due(const Op *op)
{
    const OpRowTtl *t = (const OpRowTtl *)op;
    const DueRow *first = due_runs_first(&t->due);
    return op->timed && first ? add_saturated(first->us, t->node->ttl_us) : INT64_MAX;
}

static int ttl_timer(Op *op, int64_t now_us, Out *out)
{
    OpRowTtl *t = (OpRowTtl *)op;
    t->now_us = MAX(t->now_us, now_us);
    return expire(t, out);
}

static void ttl_save(const Op *op, StrBuf *out)
{
    bytes_put_i64(out, ((const OpRowTtl *)op)->now_us);
}

static int ttl_restore(Op *op, ByteReader *in, Err *err)
{
    OpRowTtl *t = (OpRowTtl *)op;
    HashCursor at = {0};
    uint8_t *row[256];
    t->now_us = bytes_i64(in);
    for (uint32_t n; (n = hash_table_next(t->rows, &at, row, ARRAY_LEN(row))) > 0;)
        for (uint32_t i = 0; i < n; i++)
            if (due_runs_add(&t->due, row[i], age_of(t, row[i])->us) < 0)
                return RAISE_NOMEM(err);
    return 0;
}
static const OpKeep row_ttl_keep = {ttl_save, ttl_restore};

const OpType op_row_ttl = {
    .name = "row_ttl",
    .size = sizeof(OpRowTtl),
    .open = ttl_open,
    .push = ttl_push,
    .more = ttl_more,
    .mark = ttl_mark,
    .flush = ttl_flush,
    .timer = ttl_timer,
    .due_us = ttl_due,
    .keep = &row_ttl_keep,
    .close = ttl_close,
};
