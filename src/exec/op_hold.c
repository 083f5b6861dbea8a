/* SPDX-License-Identifier: Apache-2.0
 *
 * Hold: rows that only come wait until the watermark has passed them, or the end of their window; then they leave, in the order of
 * their times (EMIT ON WINDOW CLOSE without an aggregate, spec 9).  Who is older than what may still wait is late; with a lateness
 * that is not waited for (EMIT ON WATERMARK) such a row leaves at once.  A row without a time belongs to nothing that closes: it is
 * left out and counted.
 *
 * Equal rows are one row of a HASH table, with their count.  The order by due time is made again from the table. */
#include "exec/due_runs.h"
#include "exec/window_time.h"

typedef struct HeldRow { /* behind the columns */
    int64_t us;
    uint32_t unused; /* part of the stored layout */
} HeldRow;

typedef struct OpHold {
    Op op;
    const PhysHold *node;
    RowLayout layout;
    HashTable *rows;
    const Vec **key;
    DueRuns due;
    int64_t wm_us;
    int64_t leave_us; /* rows below leave */
    int64_t late_us;  /* rows below are late */
} OpHold;

static HeldRow *held(const OpHold *h, uint8_t *row)
{
    return (HeldRow *)(void *)row_extra(&h->layout, row);
}

static int hold_open(Op *op, const PhysNode *node, Err *err)
{
    OpHold *h = (OpHold *)op;
    uint32_t n = node->schema->n;
    h->node = (const PhysHold *)node;
    h->wm_us = h->leave_us = h->late_us = INT64_MIN;
    Type *type = ARENA_ARRAY(op->env->plan, Type, n + 1);
    h->key = ARENA_ARRAY(op->env->plan, const Vec *, n + 1);
    if (!type || !h->key)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        type[i] = node->schema->field[i].type;
    TRY(row_layout_init(&h->layout, op->env->acct, type, n, sizeof(HeldRow), err));
    h->layout.whole = true;
    due_runs_init(&h->due, op->env->acct);
    h->rows = hash_table_new(op->env->pages, &h->layout, op->env->next_table_id++, INT64_MIN, err);
    return h->rows ? 0 : -ERR_OUT_OF_MEMORY;
}

static int keep_rows(OpHold *h, const Batch *in, Rows rows, Arena *arena)
{
    uint64_t *hash = arena_alloc(arena, MAX(rows.n, 1) * sizeof(*hash));
    uint64_t *is_new = arena_alloc(arena, (BIT_WORDS(rows.n) + 1) * sizeof(*is_new));
    uint8_t **row = arena_alloc(arena, MAX(rows.n, 1) * sizeof(*row));
    if (!hash || !is_new || !row)
        return -ERR_OUT_OF_MEMORY;
    if (rows.n == 0)
        return 0;
    for (uint32_t c = 0; c < in->n_cols; c++)
        h->key[c] = &in->col[c];
    kernel_hash(h->key, in->n_cols, rows, hash);
    TRY(hash_table_upsert(h->rows, h->key, hash, rows, row, is_new, NULL));
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        if (*row_count(row[i]) == 0) {
            int64_t us = 0;
            (void)time_to_us(&in->col[h->node->col], r, h->node->unit_us, &us); /* rows without a time do not come here */
            TRY(due_runs_add(&h->due, row[i], us));
            held(h, row[i])->us = us;
        }
        *row_count(row[i]) += batch_weight(in, r);
    }
    h->op.c.state_rows = hash_table_rows(h->rows);
    h->op.c.state_bytes = hash_table_bytes(h->rows) + due_runs_bytes(&h->due);
    return 0;
}

static int give_some(const Batch *in, const uint16_t *sel, uint32_t n, Out *out)
{
    Batch *b = n ? batch_with_sel(out->arena, (Batch *)in, sel, n) : NULL;
    return n == 0 ? 0 : b ? out_batch(out, b) : -ERR_OUT_OF_MEMORY;
}

static int hold_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpHold *h = (OpHold *)op;
    const Vec *time = &in->col[h->node->col];
    Rows rows = batch_rows(in);
    uint16_t *sel = arena_alloc(out->arena, 3 * MAX(rows.n, 1) * sizeof(*sel)), *now = sel + rows.n, *late = now + rows.n;
    uint32_t n = 0, n_now = 0, n_late = 0;
    (void)input;
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint16_t r = (uint16_t)row_at(rows, i);
        int64_t us;
        if (!time_to_us(time, r, h->node->unit_us, &us)) {
            op->c.null_time++;
            continue;
        }
        if (us < h->late_us)
            late[n_late++] = r;
        else if (us < h->leave_us)
            now[n_now++] = r;
        else
            sel[n++] = r;
    }
    if (n_late > 0) {
        Batch *b = batch_with_sel(out->arena, in, late, n_late);
        op->c.late += n_late;
        TRY(b ? out_late(out, op->node, b, h->node->is_end ? LATE_WINDOW : LATE_ROW, h->wm_us) : -ERR_OUT_OF_MEMORY);
    }
    TRY(give_some(in, now, n_now, out));
    return keep_rows(h, in, (Rows){n, sel}, out->arena);
}

static int rows_batch(OpHold *h, uint8_t *const *row, uint32_t n, Out *out)
{
    Batch *b = batch_scratch(out->arena, h->op.node->schema, n);
    int32_t *w = arena_alloc(out->arena, n * sizeof(*w));
    if (!b || !w)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t c = 0; c < b->n_cols; c++)
        TRY(hash_table_read(h->rows, row, n, c, &b->col[c], out->arena));
    for (uint32_t i = 0; i < n; i++) {
        if (*row_count(row[i]) > INT32_MAX)
            return -ERR_NUMERIC_RANGE;
        w[i] = (int32_t)*row_count(row[i]);
    }
    b->epoch = h->op.env->epoch;
    b->ptime_us = h->op.env->eval.now_us;
    b->w_kind = W_VEC;
    b->w = w;
    for (uint32_t i = 0; i < n; i++)
        hash_table_remove(h->rows, row[i]);
    return out_batch(out, b);
}

static bool is_due(const OpHold *h)
{
    const DueRow *d = due_runs_first(&h->due);
    return d && (d->us < h->leave_us || h->leave_us == INT64_MAX);
}

static int hold_more(Op *op, Out *out)
{
    OpHold *h = (OpHold *)op;
    while (is_due(h)) {
        uint32_t n = 0;
        uint8_t **row = arena_alloc(out->arena, BATCH_ROWS * sizeof(*row));
        if (out_is_full(out))
            return OP_MORE;
        if (!row)
            return -ERR_OUT_OF_MEMORY;
        for (; n < BATCH_ROWS && is_due(h); n++) {
            row[n] = due_runs_pop(&h->due);
            TRY(hash_table_touch(h->rows, row[n]));
        }
        TRY(rows_batch(h, row, n, out));
    }
    op->c.state_rows = hash_table_rows(h->rows);
    op->c.state_bytes = hash_table_bytes(h->rows) + due_runs_bytes(&h->due);
    return op_mark_release(op, out);
}

/* What leaves later has a time that is not late: so far back the mark goes on.  Of a window's row only the end is known to lie
 * behind it: the other times may be a window's length older. */
static int hold_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    OpHold *h = (OpHold *)op;
    const PhysHold *p = h->node;
    if (m.cls == p->wm_class) {
        int64_t leave = m.wm_us == INT64_MAX ? INT64_MAX : sub_saturated(m.wm_us, p->wait_us);
        int64_t late = m.wm_us == INT64_MAX ? INT64_MAX : sub_saturated(m.wm_us, p->lateness_us);
        if (p->is_end && m.wm_us != INT64_MAX) { /* a window has closed when the watermark has reached its end */
            leave = add_saturated(leave, 1);
            late = add_saturated(late, 1);
        }
        h->wm_us = MAX(h->wm_us, m.wm_us);
        h->leave_us = MAX(h->leave_us, leave);
        h->late_us = m.wm_us == INT64_MAX ? h->late_us : MAX(h->late_us, late);
    }
    if (m.wm_us != INT64_MAX && p->lateness_us > 0)
        m.wm_us = sub_saturated(sub_saturated(m.wm_us, p->lateness_us), m.cls == p->wm_class ? 0 : p->length_us);
    TRY(op_mark_hold(op, input, m));
    return hold_more(op, out);
}

static int hold_flush(Op *op, FlushWhy why, Out *out)
{
    OpHold *h = (OpHold *)op;
    if (why != FLUSH_END)
        return 0;
    h->leave_us = INT64_MAX;
    return hold_more(op, out);
}

static void hold_close(Op *op)
{
    OpHold *h = (OpHold *)op;
    hash_table_free(h->rows);
    due_runs_done(&h->due);
    row_layout_done(&h->layout);
}

static void hold_save(const Op *op, StrBuf *out)
{
    const OpHold *h = (const OpHold *)op;
    bytes_put_i64(out, h->wm_us);
    bytes_put_i64(out, h->leave_us);
    bytes_put_i64(out, h->late_us);
}

static int hold_restore(Op *op, ByteReader *in, Err *err)
{
    OpHold *h = (OpHold *)op;
    HashCursor at = {0};
    uint8_t *row[256];
    h->wm_us = bytes_i64(in);
    h->leave_us = bytes_i64(in);
    h->late_us = bytes_i64(in);
    for (uint32_t n; (n = hash_table_next(h->rows, &at, row, ARRAY_LEN(row))) > 0;)
        for (uint32_t i = 0; i < n; i++)
            if (due_runs_add(&h->due, row[i], held(h, row[i])->us) < 0)
                return RAISE_NOMEM(err);
    return 0;
}
static const OpKeep hold_keep = {hold_save, hold_restore};

const OpType op_hold = {
    .name = "hold",
    .size = sizeof(OpHold),
    .open = hold_open,
    .push = hold_push,
    .more = hold_more,
    .mark = hold_mark,
    .flush = hold_flush,
    .close = hold_close,
    .keep = &hold_keep,
};
