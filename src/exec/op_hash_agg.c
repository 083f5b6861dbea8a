/* SPDX-License-Identifier: Apache-2.0
 *
 * Hash aggregate (design 4.2): weighted input of any sign, one group table.  Emits the net change of its groups when its emit mode
 * is due; a bounded query, which wants the result once (OUTPUT_FINAL), iterates the table at the end and keeps no before-images.
 *
 * State TTL (design 3.7): a group's row holds the largest event time of its rows.  Whenever results leave, groups whose time is
 * ttl_us or more behind the watermark are noted like any other change and counted as empty: the flush takes their results back and
 * removes them with all their state, and one that came and went between two flushes leaves no trace.  A later row of the key makes
 * a new group.  Rows without a time take no part, as in windows.  Only input without deletes comes here, so no count is ever wrong
 * by a row that was forgotten.  Without an event time the clock is processing time: the group is taken back at the moment its TTL
 * ends (timer), before any row that comes at that moment.  The order by due time is made again from the table when a state is
 * restored.  A node that `freezes` keeps such groups with their results, and their later rows are late.
 *
 * Groups by a watermark column (close_key) are complete when the mark has passed their time, for somebody below refuses later rows:
 * they leave the state then, found in the same order.  With EMIT ON WINDOW CLOSE and FINAL that is when their results leave, and no
 * before-images are kept; else the results have left already and stay.  A group whose time is NULL is never complete.  A key may
 * also be a number that rises with the time: then what the mark says is a number, too. */
#include "exec/agg_group.h"
#include "exec/row_age.h"
#include "exec/window_time.h"

typedef struct OpHashAgg {
    Op op;
    AggGroups g;
    GroupTable t;
    const PhysAgg *node;
    bool once;   /* emits each group only once, when it is complete: at the end, or when the mark has passed it */
    bool closes; /* groups leave when the mark has passed them */
    bool begun;  /* the groups that are there without rows exist */
    bool at_end; /* iterating */
    HashCursor next;
    int64_t ttl_us; /* 0 = none */
    int64_t wm_us;  /* closes: groups below are complete */
    DueRuns due;    /* by the age of the group */
} OpHashAgg;

static RowAge *age_of(const void *self, uint8_t *row)
{
    const OpHashAgg *h = self;
    return (RowAge *)(void *)(row_extra(&h->g.layout, row) + h->g.own_at);
}

static int hash_agg_open(Op *op, const PhysNode *node, Err *err)
{
    OpHashAgg *h = (OpHashAgg *)op;
    h->node = (const PhysAgg *)node;
    h->closes = h->node->closes;
    h->once = h->node->emit == OUTPUT_FINAL || (h->closes && h->node->emit == OUTPUT_ON_WINDOW_CLOSE);
    h->t.bucket = INT64_MIN;
    h->ttl_us = h->node->ttl_us;
    h->wm_us = INT64_MIN;
    op->timed = h->ttl_us > 0 && !h->node->time;
    AggGroupsOpen o = {.node = h->node, .track = !h->once};
    if (h->ttl_us > 0 && h->node->time) {
        o.extra = (Expr *const *)&h->node->time;
        o.n_extra = 1;
    }
    o.own_bytes = h->ttl_us > 0 || h->closes ? sizeof(RowAge) : 0;
    TRY(agg_groups_open(&h->g, op, &o, err));
    TRY(row_eval_alone(&h->g.eval, err));
    due_runs_init(&h->due, op->env->acct);
    h->t.rows = hash_table_new(op->env->pages, &h->g.layout, h->g.table_id, INT64_MIN, err);
    if (!h->t.rows)
        return -ERR_OUT_OF_MEMORY;
    h->t.distinct = ARENA_ARRAY(op->env->plan, HashTable *, MAX(h->g.n_distinct, 1));
    if (!h->t.distinct)
        return RAISE_NOMEM(err);
    for (uint32_t d = 0; d < h->g.n_distinct; d++) {
        h->t.distinct[d] = hash_table_new(agg_map_pages(&h->g, d), &h->g.distinct[d].layout, h->g.table_id + 1 + d, INT64_MIN, err);
        if (!h->t.distinct[d])
            return -ERR_OUT_OF_MEMORY;
    }
    return 0;
}

/* ---- TTL ---- */

/* The rows that have an event time. */
static int timed_rows(OpHashAgg *h, const Vec *time, Rows rows, Rows *ret)
{
    uint16_t *sel = arena_alloc(h->op.env->step, MAX(rows.n, 1) * sizeof(*sel));
    uint32_t n = 0;
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < rows.n; i++) {
        sel[n] = (uint16_t)row_at(rows, i);
        n += !vec_is_null(time, sel[n]);
    }
    h->op.c.null_time += rows.n - n;
    *ret = n < rows.n ? (Rows){n, sel} : rows;
    return 0;
}

/* time NULL: they came now. */
static int note_times(OpHashAgg *h, const Vec *time, Rows rows, uint8_t *const *row)
{
    const int64_t *us = time ? vec_values(time)->data : NULL;
    for (uint32_t i = 0; i < rows.n; i++) {
        TRY(row_age_note(age_of(h, row[i]), &h->due, row[i], time ? us[vec_phys(time, row_at(rows, i))] : h->wm_us));
    }
    return 0;
}

/* Groups that were made for rows which are late. */
static void remove_unborn(OpHashAgg *h, uint8_t **row, uint32_t n)
{
    n = row_age_unborn(row, n, age_of, h);
    for (uint32_t i = 0; i < n; i++)
        agg_groups_remove(&h->g, &h->t, row[i]);
}

/* Rows of frozen groups are late, and so are rows that are too old for a group that is not there.  The others are left in *rows and
 * *row, with their times noted. */
static int part_frozen(OpHashAgg *h, Batch *in, const Vec *time, Rows *rows, uint8_t **row, Out *out)
{
    const int64_t *us = time ? vec_values(time)->data : NULL;
    uint16_t *sel = arena_alloc(h->op.env->step, rows->n * sizeof(*sel)), *late = arena_alloc(out->arena, rows->n * sizeof(*late));
    uint8_t **unborn = arena_alloc(h->op.env->step, rows->n * sizeof(*unborn));
    uint32_t n = 0, n_late = 0, n_unborn = 0;
    if (!sel || !late || !unborn)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < rows->n; i++) {
        uint16_t r = (uint16_t)row_at(*rows, i);
        RowAge *age = age_of(h, row[i]);
        int64_t t = us ? us[vec_phys(time, r)] : h->wm_us;
        bool old = us && !age->listed && t <= sub_saturated(h->wm_us, h->ttl_us);
        if (!age->over && !old) {
            row[n] = row[i];
            sel[n] = r;
            TRY(note_times(h, time, (Rows){1, &sel[n]}, &row[n]));
            n++;
            continue;
        }
        late[n_late++] = r;
        unborn[n_unborn] = row[i];
        n_unborn += old;
    }
    remove_unborn(h, unborn, n_unborn);
    *rows = (Rows){n, sel};
    h->op.c.late += n_late;
    Batch *b = n_late ? batch_with_sel(out->arena, in, late, n_late) : NULL;
    return n_late == 0 ? 0 : b ? out_late(out, h->op.node, b, LATE_KEY, h->wm_us) : -ERR_OUT_OF_MEMORY;
}

static int push_timed(OpHashAgg *h, Batch *in, Rows all, Out *out)
{
    const Vec *time = h->node->time ? &h->g.eval.vec[h->node->n_keys] : NULL;
    Rows rows = all;
    if (time)
        TRY(timed_rows(h, time, all, &rows));
    else
        h->wm_us = MAX(h->wm_us, h->op.env->eval.now_us);
    if (rows.n == 0)
        return 0;
    uint8_t **row = arena_alloc(h->op.env->step, rows.n * sizeof(*row));
    if (!row)
        return -ERR_OUT_OF_MEMORY;
    TRY(agg_groups_find(&h->g, &h->t, h->g.key, rows, row));
    if (h->node->freezes)
        TRY(part_frozen(h, in, time, &rows, row, out));
    if (rows.n == 0)
        return 0;
    TRY(agg_dirty_note(&h->g, &h->t, row, rows.n));
    TRY(note_times(h, time, rows, row));
    RowSet set = {rows, row, in->w_kind == W_VEC ? in->w : NULL, in->w_kind == W_MINUS ? -1 : 1, false};
    return agg_groups_apply(&h->g, &h->t, &set, in->n);
}

/* Before results leave: the groups that are too old count as empty. */
static int expire(OpHashAgg *h)
{
    uint8_t *old[256];
    const DueRow *d;
    int64_t limit = sub_saturated(h->wm_us, h->ttl_us);
    for (;;) {
        uint32_t n = 0;
        while (n < ARRAY_LEN(old) && (d = due_runs_first(&h->due)) != NULL && d->us <= limit) {
            uint8_t *row = old[n] = due_runs_pop(&h->due);
            TRY(hash_table_need(h->t.rows, row));
            if (age_of(h, row)->us > limit)
                TRY(due_runs_add(&h->due, row, age_of(h, row)->us));
            else
                n++;
        }
        if (n == 0)
            return 0;
        for (uint32_t i = 0; i < n; i++)
            TRY(hash_table_touch(h->t.rows, old[i]));
        for (uint32_t i = 0; i < n && h->node->freezes; i++) {
            age_of(h, old[i])->over = true;
            age_of(h, old[i])->listed = false;
        }
        if (h->node->freezes)
            continue;
        TRY(agg_dirty_note(&h->g, &h->t, old, n));
        for (uint32_t i = 0; i < n; i++)
            *row_count(old[i]) = 0;
    }
}

/* ---- groups that the watermark completes ---- */

/* Of a key that is a number; false: NULL. */
static bool rank_in(const Vec *v, uint32_t row, int64_t *ret)
{
    if (vec_is_null(v, row))
        return false;
    const Vec *values = vec_values(v);
    uint32_t at = vec_phys(v, row);
    switch (values->type.id) {
    case T_I16: *ret = ((const int16_t *)values->data)[at]; break;
    case T_I32: *ret = ((const int32_t *)values->data)[at]; break;
    case T_F32: *ret = op_rank_of_f64((double)((const float *)values->data)[at]); break;
    case T_F64: *ret = op_rank_of_f64(((const double *)values->data)[at]); break;
    case T_DECIMAL: *ret = op_rank_of_decimal(((const i128 *)values->data)[at]); break;
    default: *ret = ((const int64_t *)values->data)[at]; break;
    }
    return true;
}

/* What a mark says of such keys. */
static void pass_numbers(OpHashAgg *h, Mark m, Arena *scratch)
{
    int64_t least = m.wm_us;
    if (m.cls != h->node->close_class ||
        (m.wm_us != INT64_MAX && !op_mark_rank(h->node->close_expr, m.wm_us, h->node->close_units, scratch, &least)))
        return;
    h->wm_us = MAX(h->wm_us, least);
}

static int push_closing(OpHashAgg *h, Batch *in, Rows rows)
{
    const Vec *time = h->g.key[h->node->close_key];
    if (rows.n == 0)
        return 0;
    uint8_t **row = arena_alloc(h->op.env->step, rows.n * sizeof(*row));
    if (!row)
        return -ERR_OUT_OF_MEMORY;
    TRY(agg_groups_find(&h->g, &h->t, h->g.key, rows, row));
    for (uint32_t i = 0; i < rows.n; i++) {
        RowAge *age = age_of(h, row[i]);
        uint32_t r = row_at(rows, i);
        if (age->listed ||
            !(h->node->close_expr ? rank_in(time, r, &age->us) : time_to_us(time, r, h->node->close_unit_us, &age->us)))
            continue;
        TRY(due_runs_add(&h->due, row[i], age->us));
        age->listed = true;
    }
    if (!h->once)
        TRY(agg_dirty_note(&h->g, &h->t, row, rows.n));
    RowSet set = {rows, row, in->w_kind == W_VEC ? in->w : NULL, in->w_kind == W_MINUS ? -1 : 1, false};
    return agg_groups_apply(&h->g, &h->t, &set, in->n);
}

/* The groups below wm_us leave; OP_MORE when the output is full. */
static int close_groups(OpHashAgg *h, Out *out)
{
    const DueRow *d;
    while ((d = due_runs_first(&h->due)) != NULL && d->us < h->wm_us) {
        uint32_t n = 0;
        uint8_t **row = arena_alloc(out->arena, BATCH_ROWS * sizeof(*row));
        if (h->once && out_is_full(out))
            return OP_MORE;
        if (!row)
            return -ERR_OUT_OF_MEMORY;
        for (; n < BATCH_ROWS && (d = due_runs_first(&h->due)) != NULL && d->us < h->wm_us; n++) {
            row[n] = due_runs_pop(&h->due);
            TRY(hash_table_touch(h->t.rows, row[n]));
            age_of(h, row[n])->listed = false;
        }
        if (h->once)
            TRY(agg_groups_emit(&h->g, &h->t, row, n, out));
        for (uint32_t i = 0; i < n; i++)
            agg_groups_remove(&h->g, &h->t, row[i]);
    }
    return 0;
}

static int hash_agg_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpHashAgg *h = (OpHashAgg *)op;
    Rows rows;
    (void)input;
    TRY(row_eval_run(&h->g.eval, in, out, &rows));
    if (h->closes)
        return push_closing(h, in, rows);
    return h->ttl_us > 0 ? push_timed(h, in, rows, out) : agg_groups_add(&h->g, &h->t, in, rows, !h->once);
}

static void count_state(OpHashAgg *h)
{
    h->op.c.state_rows = hash_table_rows(h->t.rows);
    h->op.c.state_bytes = hash_table_bytes(h->t.rows);
    for (uint32_t d = 0; d < h->g.n_distinct; d++)
        h->op.c.state_bytes += hash_table_bytes(h->t.distinct[d]);
    if (h->g.multi)
        h->op.c.state_bytes += multi_table_bytes(h->g.multi);
}

static int emit_all(OpHashAgg *h, Out *out)
{
    while (!out_is_full(out)) {
        uint8_t **row = arena_alloc(out->arena, BATCH_ROWS * sizeof(*row));
        if (!row)
            return -ERR_OUT_OF_MEMORY;
        uint32_t n = hash_table_next(h->t.rows, &h->next, row, BATCH_ROWS);
        if (n == 0)
            return 0;
        TRY(agg_groups_emit(&h->g, &h->t, row, n, out));
    }
    return OP_MORE;
}

static int hash_agg_more(Op *op, Out *out)
{
    OpHashAgg *h = (OpHashAgg *)op;
    if (h->at_end && !op->env->part_keys) /* where the next groups are is known without their rows; parts are at work at once */
        page_store_breathe(op->env->pages);
    int rc = h->once ? 0 : agg_dirty_flush(&h->g, INT64_MAX, out);
    if (rc == 0 && h->closes)
        rc = close_groups(h, out);
    if (rc == 0 && h->at_end)
        rc = emit_all(h, out);
    if (rc != 0)
        return rc;
    count_state(h);
    return op_mark_release(op, out);
}

static int hash_agg_flush(Op *op, FlushWhy why, Out *out)
{
    OpHashAgg *h = (OpHashAgg *)op;
    if (!emit_is_due(h->node->emit, why)) {
        if (is_step_end(why))
            return agg_zero_flush(&h->g);
        return 0;
    }
    if (!h->begun && agg_has_standing(&h->g)) {
        TRY(agg_groups_standing(&h->g, &h->t));
        h->begun = true;
    }
    TRY(agg_zero_flush(&h->g));
    h->at_end = h->once && why == FLUSH_END;
    if (h->ttl_us > 0)
        TRY(expire(h));
    if (!h->once && !agg_is_dirty(&h->g))
        return op_mark_release(op, out);
    return hash_agg_more(op, out);
}

static bool hash_agg_passes(const Op *op, Mark m)
{
    const OpHashAgg *h = (const OpHashAgg *)op;
    (void)m;
    return h->ttl_us == 0 && !h->closes;
}

static bool is_number(Type t)
{
    return !type_is_nested((TypeId)t.id) && (t.id == T_DECIMAL || type_bytes((TypeId)t.id) <= sizeof(int64_t));
}

/* Results are copies of numbers, and before-images are rows; groups do not go while rows only come. */
static bool hash_agg_lasts(const Op *op)
{
    const OpHashAgg *h = (const OpHashAgg *)op;
    bool all = h->ttl_us == 0 && !h->closes && !h->once && h->node->emit != OUTPUT_EVERY && h->g.by_row;
    for (uint32_t i = 0; i < h->node->n_aggs; i++)
        all &= is_number(h->node->aggs[i].spec.ret);
    return all;
}

static int hash_agg_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    OpHashAgg *h = (OpHashAgg *)op;
    TRY(op_mark_exprs(op, input, h->node->keys, m, out)); /* watermark columns of the output are keys */
    if (h->ttl_us > 0 && h->node->time && m.cls == h->node->wm_class &&
        m.wm_us != INT64_MAX) { /* INT64_MAX: the input ends, time does not */
        h->wm_us = MAX(h->wm_us, m.wm_us);
        if (!agg_is_dirty(&h->g) && h->node->emit != OUTPUT_EVERY) {
            TRY(expire(h));
            if (agg_is_dirty(&h->g))
                return hash_agg_more(op, out);
        }
    }
    if (h->closes) {
        if (h->node->close_expr)
            pass_numbers(h, m, out->arena);
        for (uint32_t i = 0; i < op->n_marks && !h->node->close_expr; i++)
            if (op->marks[i].cls == h->node->close_class)
                h->wm_us = MAX(h->wm_us, mark_ahead(op->marks[i].wm[0], h->node->ahead_us));
        return agg_is_dirty(&h->g) ? 0 : hash_agg_more(op, out);
    }
    if (h->once || agg_is_dirty(&h->g)) /* results that are held back may lie below the mark */
        return 0;
    return op_mark_release(op, out);
}

static int64_t hash_agg_due(const Op *op)
{
    const OpHashAgg *h = (const OpHashAgg *)op;
    const DueRow *first = due_runs_first(&h->due);
    if (!op->timed || !first || h->node->emit == OUTPUT_EVERY)
        return INT64_MAX;
    return add_saturated(first->us, h->ttl_us);
}

static int hash_agg_timer(Op *op, int64_t now_us, Out *out)
{
    OpHashAgg *h = (OpHashAgg *)op;
    h->wm_us = MAX(h->wm_us, now_us);
    TRY(expire(h));
    return agg_is_dirty(&h->g) ? hash_agg_more(op, out) : 0;
}

static void hash_agg_close(Op *op)
{
    OpHashAgg *h = (OpHashAgg *)op;
    for (uint32_t d = 0; h->t.distinct && d < h->g.n_distinct; d++)
        hash_table_free(h->t.distinct[d]);
    hash_table_free(h->t.rows);
    due_runs_done(&h->due);
    agg_groups_close(&h->g);
}

static void hash_agg_save(const Op *op, StrBuf *out)
{
    const OpHashAgg *h = (const OpHashAgg *)op;
    agg_groups_save(&h->g, out);
    bytes_put_u8(out, h->begun);
    bytes_put_i64(out, h->wm_us);
}

static int list_again(OpHashAgg *h, Err *err)
{
    HashCursor at = {0};
    uint8_t *row[256];
    for (uint32_t n; (n = hash_table_next(h->t.rows, &at, row, ARRAY_LEN(row))) > 0;)
        for (uint32_t i = 0; i < n; i++)
            if (age_of(h, row[i])->listed && due_runs_add(&h->due, row[i], age_of(h, row[i])->us) < 0)
                return RAISE_NOMEM(err);
    return 0;
}

static int hash_agg_restore(Op *op, ByteReader *in, Err *err)
{
    OpHashAgg *h = (OpHashAgg *)op;
    TRY(agg_groups_restore(&h->g, in, err));
    h->begun = bytes_u8(in) != 0;
    h->wm_us = bytes_i64(in);
    return h->ttl_us > 0 || h->closes ? list_again(h, err) : 0;
}
static const OpKeep hash_agg_keep = {hash_agg_save, hash_agg_restore};

const OpType op_hash_agg = {
    .name = "hash_agg",
    .size = sizeof(OpHashAgg),
    .open = hash_agg_open,
    .push = hash_agg_push,
    .more = hash_agg_more,
    .mark = hash_agg_mark,
    .flush = hash_agg_flush,
    .flush_yields = true,
    .passes = hash_agg_passes,
    .lasts = hash_agg_lasts,
    .timer = hash_agg_timer,
    .due_us = hash_agg_due,
    .close = hash_agg_close,
    .keep = &hash_agg_keep,
};
