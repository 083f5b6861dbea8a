/* SPDX-License-Identifier: Apache-2.0
 *
 * Emit: the root of every continuous query (design 4.14).  Passes batches through unless changes have to be netted (`normalise`):
 * then the rows of an interval go into a table keyed by the whole row, whose count is the net weight.  At the flush +x -x has
 * cancelled, an update to the same row has vanished, and what is left leaves with all minus rows before the plus rows, hence also
 * per upsert key.  While they are few, which is what a single row causes, they need no table (few_rows.h); nor do more of them, up
 * to those of a batch, where all columns have a fixed width (net_rows.h).
 *
 * A flush that yields is one before anybody has seen a row: what stands there for good leaves as it is found, and is netted no
 * more.
 *
 * EMIT EVERY gives what it holds at the end of each period, and what a watermark makes final (a window's last value, when it
 * closes) at once: rows whose time lies below the mark, of which no change can come any more.
 *
 * The Emit of a stream that is planned into its reader lies within the plan, and its periods are not the reader's: it has a timer
 * of its own.  The periods follow each other from the start of the query on; one in which nothing came wakes nobody. */
#include "exec/few_rows.h"
#include "exec/net_rows.h"
#include "exec/window_time.h"

typedef enum NetStage { NET_IDLE, NET_MINUS, NET_PLUS } NetStage;

typedef struct OpEmit {
    Op op;
    const PhysEmit *node;
    RowLayout layout;
    HashTable *net; /* NULL: straight through */
    FewRows few;    /* what the step has given, while the table is empty */
    NetRows rows;   /* the same of more rows, where `few` is empty */
    bool takes_few; /* each step gives all that it holds */
    const Vec **key;
    NetStage stage;
    HashCursor next;
    /* EVERY: the column by which rows become final; of a window's end alone, the start is so far before it. */
    bool has_clock;
    uint32_t clock_col, clock_cls;
    int64_t before_us;
    int64_t least_us; /* no row that is held has an earlier time */
    int64_t due_us;   /* of an inner one: when its period ends; 0 = none has ended */
    int64_t below_us; /* the flush gives rows with a time below; INT64_MAX = all */
} OpEmit;

static int check_append(const PhysEmit *p, Err *err)
{
    bool append = p->mode == OUTPUT_ON_WINDOW_CLOSE || p->mode == OUTPUT_FINAL;
    if (append && p->node.in[0]->props.change != CHANGE_APPEND)
        return RAISE(err, ERR_UNSUPPORTED, "EMIT %s of a result that changes after it was emitted",
                     p->mode == OUTPUT_FINAL ? "FINAL" : "ON WINDOW CLOSE");
    return 0;
}

static void find_clock(OpEmit *e)
{
    const Props *p = &e->node->node.in[0]->props;
    e->least_us = e->below_us = INT64_MAX;
    for (uint32_t i = 0; i < p->n_wm && e->node->mode == OUTPUT_EVERY && !e->has_clock; i++) {
        Type t = e->node->node.schema->field[p->wm[i].col].type;
        if (t.id != T_TS && t.id != T_TSTZ)
            continue;
        e->has_clock = true;
        e->clock_col = p->wm[i].col;
        e->clock_cls = p->wm[i].cls;
    }
    bool is_end = e->has_clock && (int32_t)e->clock_col == p->window_end_col;
    bool fixed = p->window.kind == WINDOW_TUMBLE || p->window.kind == WINDOW_HOP;
    e->before_us = is_end && fixed && p->window.tick == TICK_US ? p->window.size_us : 0;
}

static int emit_open(Op *op, const PhysNode *node, Err *err)
{
    OpEmit *e = (OpEmit *)op;
    e->node = (const PhysEmit *)node;
    TRY(check_append(e->node, err));
    find_clock(e);
    op->timed = e->node->inner;
    if (!e->node->normalise)
        return 0;
    uint32_t n = node->schema->n;
    Type *type = ARENA_ARRAY(op->env->plan, Type, MAX(n, 1));
    e->key = ARENA_ARRAY(op->env->plan, const Vec *, MAX(n, 1));
    if (!type || !e->key)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        type[i] = node->schema->field[i].type;
    }
    TRY(row_layout_init(&e->layout, op->env->acct, type, n, 0, err));
    e->layout.whole = true;
    e->net = hash_table_new(op->env->pages, &e->layout, op->env->next_table_id++, INT64_MIN, err);
    if (!e->net)
        return -ERR_OUT_OF_MEMORY;
    e->takes_few = emit_is_due(e->node->mode, FLUSH_EPOCH);
    if (!e->takes_few)
        return 0;
    TRY(few_rows_open(&e->few, op->env->plan, node->schema, err));
    return net_rows_can(node->schema) ? net_rows_open(&e->rows, op->env->plan, op->env->acct, node->schema, err) : 0;
}

/* NULL is never final. */
static int64_t time_of(const OpEmit *e, const Vec *v, uint32_t row)
{
    return vec_is_null(v, row) ? INT64_MAX : sub_saturated(((const int64_t *)vec_values(v)->data)[vec_phys(v, row)], e->before_us);
}

/* The first n of the rows, those that are to be given now; the least time of the others is noted. */
static int pick_final(OpEmit *e, uint8_t **row, uint32_t *n, Arena *arena)
{
    Vec time;
    uint32_t k = 0;
    if (e->below_us == INT64_MAX || *n == 0)
        return 0;
    TRY(hash_table_read(e->net, row, *n, e->clock_col, &time, arena));
    for (uint32_t i = 0; i < *n; i++) {
        int64_t us = time_of(e, &time, i);
        if (us < e->below_us)
            row[k++] = row[i];
        else
            e->least_us = MIN(e->least_us, us);
    }
    *n = k;
    return 0;
}

static int push_into_table(OpEmit *e, Batch *in, Out *out)
{
    Rows rows = batch_rows(in);
    uint64_t *hash = arena_alloc(out->arena, MAX(rows.n, 1) * sizeof(*hash));
    uint64_t *is_new = arena_alloc(out->arena, MAX(BIT_WORDS(rows.n), 1) * sizeof(*is_new));
    uint8_t **row = arena_alloc(out->arena, MAX(rows.n, 1) * sizeof(*row));
    if (!hash || !is_new || !row)
        return -ERR_OUT_OF_MEMORY;
    if (rows.n == 0)
        return 0;
    for (uint32_t i = 0; i < in->n_cols; i++)
        e->key[i] = &in->col[i];
    kernel_hash(e->key, in->n_cols, rows, hash);
    TRY(hash_table_upsert(e->net, e->key, hash, rows, row, is_new, NULL));
    for (uint32_t i = 0; i < rows.n; i++)
        *row_count(row[i]) += batch_weight(in, row_at(rows, i));
    if (e->has_clock)
        for (uint32_t i = 0; i < rows.n; i++)
            e->least_us = MIN(e->least_us, time_of(e, &in->col[e->clock_col], row_at(rows, i)));
    return 0;
}

/* What is not in the table yet. */
static int rest_into_table(OpEmit *e, Out *out)
{
    Batch *b;
    if (e->few.n > 0) {
        TRY(few_rows_all(&e->few, &b));
        e->few.n = 0;
        TRY(push_into_table(e, b, out));
    }
    if (e->rows.n > 0) {
        TRY(net_rows_all(&e->rows, out->arena, &b));
        e->rows.n = 0;
        TRY(push_into_table(e, b, out));
    }
    return 0;
}

/* 1: the rows are beside each other. */
static int take_rows(OpEmit *e, Batch *in)
{
    Batch *few;
    if (!e->rows.schema)
        return 0;
    if (e->few.n > 0) {
        TRY(few_rows_all(&e->few, &few));
        int rc = net_rows_take(&e->rows, few);
        if (rc != 1)
            return rc;
        e->few.n = 0;
    }
    return net_rows_take(&e->rows, in);
}

static int emit_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpEmit *e = (OpEmit *)op;
    (void)input;
    if (!e->net)
        return out_batch(out, in);
    if (e->takes_few && !op->env->yields && hash_table_rows(e->net) == 0) {
        if (e->rows.n == 0 && few_rows_take(&e->few, in))
            return 0;
        int rc = take_rows(e, in);
        if (rc != 0)
            return MIN(rc, 0);
    }
    TRY(rest_into_table(e, out));
    return push_into_table(e, in, out);
}

static int give_batch(OpEmit *e, Batch *b, Out *out)
{
    if (!b)
        return 0;
    b->epoch = e->op.env->epoch;
    b->ptime_us = e->op.env->eval.now_us;
    return out_batch(out, b);
}

/* The few rows, those that leave before those that come. */
static int give_few(OpEmit *e, Out *out)
{
    for (int plus = 0; plus < 2; plus++) {
        Batch *b;
        TRY(few_rows_give(&e->few, !plus, &b));
        TRY(give_batch(e, b, out));
    }
    e->few.n = 0;
    return op_mark_release(&e->op, out);
}

static int give_rows(OpEmit *e, Out *out)
{
    for (int plus = 0; plus < 2; plus++) {
        Batch *b;
        TRY(net_rows_give(&e->rows, !plus, out->arena, &b));
        TRY(give_batch(e, b, out));
    }
    e->rows.n = 0;
    return op_mark_release(&e->op, out);
}

/* Rows of one sign out of the next piece of the table. */
static int emit_some(OpEmit *e, bool minus, uint32_t *ret_read, Out *out)
{
    uint8_t **row = arena_alloc(out->arena, BATCH_ROWS * sizeof(*row));
    if (!row)
        return -ERR_OUT_OF_MEMORY;
    uint32_t yields = e->op.env->yields;
    bool goes = yields || e->below_us != INT64_MAX;
    uint32_t n_read = hash_table_next(e->net, &e->next, row, yields ? yields : BATCH_ROWS), n = 0;
    bool plain = true;
    *ret_read = n_read;
    TRY(pick_final(e, row, &n_read, out->arena));
    for (uint32_t i = 0; i < n_read; i++) {
        int64_t count = *row_count(row[i]);
        if (count == 0 && !minus && goes)
            hash_table_remove(e->net, row[i]);
        if (minus ? count >= 0 : count <= 0)
            continue;
        plain &= count == (minus ? -1 : 1);
        row[n++] = row[i];
    }
    if (n == 0)
        return 0;
    Batch *b = batch_scratch(out->arena, e->op.node->schema, n);
    if (!b)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t c = 0; c < b->n_cols; c++)
        TRY(hash_table_read(e->net, row, n, c, &b->col[c], out->arena));
    b->epoch = e->op.env->epoch;
    b->ptime_us = e->op.env->eval.now_us;
    b->w_kind = minus ? W_MINUS : W_ONE;
    if (!plain) {
        b->w = arena_alloc(out->arena, n * sizeof(*b->w));
        if (!b->w)
            return -ERR_OUT_OF_MEMORY;
        b->w_kind = W_VEC;
        for (uint32_t i = 0; i < n; i++) {
            int64_t count = *row_count(row[i]);
            if (count > INT32_MAX || count < -INT32_MAX)
                return -ERR_NUMERIC_RANGE;
            b->w[i] = (int32_t)count;
        }
    }
    for (uint32_t i = 0; i < n && goes; i++)
        hash_table_remove(e->net, row[i]);
    return out_batch(out, b);
}

static int emit_more(Op *op, Out *out)
{
    OpEmit *e = (OpEmit *)op;
    while (e->stage != NET_IDLE) {
        uint32_t n_read;
        if (out_is_full(out) || (op->env->yields && out->n_rows > 0))
            return OP_MORE;
        TRY(emit_some(e, e->stage == NET_MINUS, &n_read, out));
        if (n_read > 0)
            continue;
        e->next = (HashCursor){0};
        e->stage = e->stage == NET_MINUS ? NET_PLUS : NET_IDLE;
    }
    if (op->env->yields)
        return 0;
    bool some = e->below_us != INT64_MAX;
    e->below_us = INT64_MAX;
    if (some && hash_table_rows(e->net) > 0)
        return 0;
    hash_table_clear(e->net);
    e->least_us = INT64_MAX;
    return op_mark_release(op, out);
}

static int give_all(OpEmit *e, Out *out)
{
    Op *op = &e->op;
    if (op->env->yields)
        TRY(rest_into_table(e, out));
    if (e->few.n > 0)
        return give_few(e, out);
    if (e->rows.n > 0) {
        int rc = net_rows_add_up(&e->rows, out->arena);
        if (rc != 0)
            return rc < 0 ? rc : give_rows(e, out);
        TRY(rest_into_table(e, out));
    }
    if (hash_table_rows(e->net) == 0)
        return op_mark_release(op, out);
    e->stage = op->env->yields ? NET_PLUS : NET_MINUS;
    e->next = (HashCursor){0};
    return emit_more(op, out);
}

static int emit_flush(Op *op, FlushWhy why, Out *out)
{
    OpEmit *e = (OpEmit *)op;
    bool due = emit_is_due(e->node->mode, why) && !(e->node->inner && why == FLUSH_PERIOD); /* that one is the reader's */
    return e->net && due ? give_all(e, out) : 0;
}

/* Before the first one its query says when it began. */
static int64_t emit_due_us(const Op *op)
{
    const OpEmit *e = (const OpEmit *)op;
    return e->due_us ? e->due_us : period_end(op->env->started_us, e->node->every_us, op->env->started_us);
}

static int emit_timer(Op *op, int64_t now_us, Out *out)
{
    OpEmit *e = (OpEmit *)op;
    e->due_us = period_end(emit_due_us(op), e->node->every_us, now_us);
    return give_all(e, out);
}

static int give_final(OpEmit *e, Mark m, Out *out)
{
    if (!e->has_clock || m.cls != e->clock_cls || m.wm_us == INT64_MAX || e->least_us >= m.wm_us)
        return 0;
    e->below_us = m.wm_us;
    e->least_us = INT64_MAX;
    e->stage = NET_MINUS;
    e->next = (HashCursor){0};
    return emit_more(&e->op, out);
}

static int emit_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    OpEmit *e = (OpEmit *)op;
    TRY(op_mark_hold(op, input, m));
    if (e->net && (e->few.n > 0 || e->rows.n > 0 || hash_table_rows(e->net) > 0))
        return give_final(e, m, out); /* what is held back may lie below the mark */
    return op_mark_release(op, out);
}

static void emit_close(Op *op)
{
    OpEmit *e = (OpEmit *)op;
    hash_table_free(e->net);
    net_rows_close(&e->rows);
    row_layout_done(&e->layout);
}

static void emit_save(const Op *op, StrBuf *out)
{
    const OpEmit *e = (const OpEmit *)op;
    bytes_put_i64(out, e->least_us);
    if (e->node->inner)
        bytes_put_i64(out, emit_due_us(op));
}

static int emit_restore(Op *op, ByteReader *in, Err *err)
{
    (void)err;
    OpEmit *e = (OpEmit *)op;
    e->least_us = bytes_i64(in);
    if (e->node->inner)
        e->due_us = bytes_i64(in);
    return 0;
}
static const OpKeep emit_keep = {emit_save, emit_restore};

const OpType op_emit = {
    .name = "emit",
    .size = sizeof(OpEmit),
    .open = emit_open,
    .push = emit_push,
    .more = emit_more,
    .mark = emit_mark,
    .flush = emit_flush,
    .flush_yields = true,
    .timer = emit_timer,
    .due_us = emit_due_us,
    .close = emit_close,
    .keep = &emit_keep,
};
