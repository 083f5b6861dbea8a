/* SPDX-License-Identifier: Apache-2.0
 *
 * State TTL that freezes by key (design 3.7), below an operator that keeps rows of each key: rows of a key pass while the key is
 * active, which it is until the clock is ttl_us behind the newest time of its rows.  Then the key is remembered, what is above
 * stays as it is, and later rows of the key are late; so are rows that are too old when their key is not known yet.
 *
 * The clock is the watermark of the rows' time, without one processing time, by which a row's time is its arrival.  Over rows that
 * only come.  A key is a row of a HASH table; their order by time is made again from it when a state is restored. */
#include "exec/row_age.h"
#include "exec/window_time.h"

#include <stddef.h>

typedef struct OpKeyTtl {
    Op op;
    const PhysKeyTtl *node;
    RowEval eval; /* the key, then the event time */
    RowLayout layout;
    const Vec **key;
    HashTable *keys;
    DueRuns due; /* active ones, by the time of a row; they are filed anew when they are found due */
    int64_t now_us;
} OpKeyTtl;

static RowAge *age_of(const void *self, uint8_t *row)
{
    const OpKeyTtl *t = self;
    return (RowAge *)(void *)row_extra(&t->layout, row);
}

static int key_ttl_open(Op *op, const PhysNode *node, Err *err)
{
    OpKeyTtl *t = (OpKeyTtl *)op;
    const PhysKeyTtl *p = t->node = (const PhysKeyTtl *)node;
    t->now_us = INT64_MIN;
    op->timed = !p->time;
    Expr **all = ARENA_ARRAY(op->env->plan, Expr *, p->n_part + 1);
    Type *type = ARENA_ARRAY(op->env->plan, Type, p->n_part + 1);
    t->key = ARENA_ARRAY(op->env->plan, const Vec *, p->n_part + 1);
    if (!all || !type || !t->key)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < p->n_part; i++) {
        all[i] = p->part[i];
        type[i] = p->part[i]->type;
    }
    all[p->n_part] = p->time;
    TRY(row_eval_open(&t->eval, op, node->in[0]->schema, all, p->n_part + (p->time != NULL), err));
    for (uint32_t i = 0; i < p->n_part; i++)
        t->key[i] = &t->eval.vec[i];
    TRY(row_layout_init(&t->layout, op->env->acct, type, p->n_part, sizeof(RowAge), err));
    due_runs_init(&t->due, op->env->acct);
    t->keys = hash_table_new(op->env->pages, &t->layout, op->env->next_table_id++, INT64_MIN, err);
    return t->keys ? 0 : -ERR_OUT_OF_MEMORY;
}

static void key_ttl_close(Op *op)
{
    OpKeyTtl *t = (OpKeyTtl *)op;
    hash_table_free(t->keys);
    due_runs_done(&t->due);
    if (t->layout.acct)
        row_layout_done(&t->layout);
}

static bool is_over(const OpKeyTtl *t, int64_t us)
{
    return add_saturated(us, t->node->ttl_us) <= t->now_us;
}

/* Keys whose time has come. */
static int expire(OpKeyTtl *t)
{
    for (const DueRow *d; (d = due_runs_first(&t->due)) != NULL && is_over(t, d->us);) {
        uint8_t *row = due_runs_pop(&t->due);
        TRY(hash_table_need(t->keys, row));
        if (!is_over(t, age_of(t, row)->us)) {
            TRY(due_runs_add(&t->due, row, age_of(t, row)->us));
            continue;
        }
        TRY(hash_table_touch(t->keys, row));
        age_of(t, row)->listed = false;
        age_of(t, row)->over = true;
    }
    t->op.c.state_rows = hash_table_rows(t->keys);
    t->op.c.state_bytes = hash_table_bytes(t->keys) + due_runs_bytes(&t->due);
    return 0;
}

/* By position in rows: the key of each into row.  us NULL: they come now. */
static int part(OpKeyTtl *t, Batch *in, Rows rows, const int64_t *us, uint8_t **row, Out *out)
{
    uint16_t *sel = arena_alloc(out->arena, rows.n * sizeof(*sel)), *late = arena_alloc(out->arena, rows.n * sizeof(*late));
    uint32_t n = 0, n_late = 0;
    if (!sel || !late)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < rows.n; i++) {
        uint16_t r = (uint16_t)row_at(rows, i);
        const RowAge *a = age_of(t, row[i]);
        int64_t at = us ? us[r] : t->now_us;
        if (a->over || (!a->listed && is_over(t, at))) {
            row[n_late] = row[i]; /* n_late <= i */
            late[n_late++] = r;
            continue;
        }
        TRY(row_age_note(age_of(t, row[i]), &t->due, row[i], at));
        sel[n++] = r;
    }
    uint32_t n_unborn = row_age_unborn(row, n_late, age_of, t); /* keys that were made for rows which are too old for them */
    for (uint32_t i = 0; i < n_unborn; i++)
        hash_table_remove(t->keys, row[i]);
    t->op.c.late += n_late;
    if (n_late > 0) {
        Batch *b = batch_with_sel(out->arena, in, late, n_late);
        if (!b)
            return -ERR_OUT_OF_MEMORY;
        TRY(out_late(out, t->op.node, b, LATE_KEY, t->now_us));
    }
    Batch *b = n == in->n_sel ? in : batch_with_sel(out->arena, in, sel, n);
    return b ? out_batch(out, b) : -ERR_OUT_OF_MEMORY;
}

static int key_ttl_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpKeyTtl *t = (OpKeyTtl *)op;
    Arena *step = op->env->step;
    const int64_t *us = NULL;
    Rows all, rows;
    (void)input;
    TRY(row_eval_run(&t->eval, in, out, &all));
    rows = all;
    if (t->node->time) {
        TRY(window_times(&t->eval.vec[t->node->n_part], all, in->n, step, &us, &rows));
        op->c.null_time += all.n - rows.n;
    } else {
        t->now_us = MAX(t->now_us, op->env->eval.now_us);
        TRY(expire(t));
    }
    if (rows.n == 0)
        return 0;
    uint64_t *hash = arena_alloc(step, rows.n * sizeof(*hash)), *is_new = arena_alloc(step, BIT_WORDS(rows.n) * sizeof(*is_new));
    uint8_t **row = arena_alloc(step, rows.n * sizeof(*row));
    if (!hash || !is_new || !row)
        return -ERR_OUT_OF_MEMORY;
    kernel_hash(t->key, t->node->n_part, rows, hash);
    TRY(hash_table_upsert(t->keys, t->key, hash, rows, row, is_new, NULL));
    return part(t, in, rows, us, row, out);
}

static int key_ttl_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    OpKeyTtl *t = (OpKeyTtl *)op;
    if (t->node->time && m.cls == t->node->wm_class && m.wm_us != INT64_MAX) { /* INT64_MAX: the input ends, time does not */
        t->now_us = MAX(t->now_us, m.wm_us);
        TRY(expire(t));
    }
    TRY(op_mark_hold(op, input, m));
    return op_mark_release(op, out);
}

static int64_t key_ttl_due(const Op *op)
{
    const OpKeyTtl *t = (const OpKeyTtl *)op;
    const DueRow *first = due_runs_first(&t->due);
    return op->timed && first ? add_saturated(first->us, t->node->ttl_us) : INT64_MAX;
}

static int key_ttl_timer(Op *op, int64_t now_us, Out *out)
{
    OpKeyTtl *t = (OpKeyTtl *)op;
    (void)out;
    t->now_us = MAX(t->now_us, now_us);
    return expire(t);
}

static void key_ttl_save(const Op *op, StrBuf *out)
{
    bytes_put_i64(out, ((const OpKeyTtl *)op)->now_us);
}

static int key_ttl_restore(Op *op, ByteReader *in, Err *err)
{
    OpKeyTtl *t = (OpKeyTtl *)op;
    HashCursor at = {0};
    uint8_t *row[256];
    t->now_us = bytes_i64(in);
    for (uint32_t n; (n = hash_table_next(t->keys, &at, row, ARRAY_LEN(row))) > 0;)
        for (uint32_t i = 0; i < n; i++)
            if (age_of(t, row[i])->listed && due_runs_add(&t->due, row[i], age_of(t, row[i])->us) < 0)
                return RAISE_NOMEM(err);
    return 0;
}
static const OpKeep key_ttl_keep = {key_ttl_save, key_ttl_restore};

const OpType op_key_ttl = {
    .name = "key_ttl",
    .size = sizeof(OpKeyTtl),
    .open = key_ttl_open,
    .push = key_ttl_push,
    .mark = key_ttl_mark,
    .timer = key_ttl_timer,
    .due_us = key_ttl_due,
    .keep = &key_ttl_keep,
    .close = key_ttl_close,
};
