/* SPDX-License-Identifier: Apache-2.0
 *
 * Temporal filter (design 4.13): rows whose bounds on now() hold.  The bounds of a row are one span [enter, leave) of processing
 * time; the row is given with its weight when the clock comes to the first and taken back when it comes to the second.
 *
 * Rows are entries of one MULTI table, {due, leave, all columns} with their weight, under two owners: those that wait to enter, by
 * when they do, and those inside, by when they leave.  So the next thing to happen is the first entry of either, equal rows are one
 * entry, and a row that is taken back finds itself again, for its columns give the same span.  Rows that never leave are not kept
 * once they are inside; rows whose span is over are not kept at all.  Everything is linear in the weights, of either sign.
 *
 * The clock never goes back: a step that comes with an earlier time, from a machine whose clock was set, counts as the latest. */
#include "exec/ranked.h"
#include "exec/window_time.h"

#include "base/calendar.h"

#define NS_PER_US 1000

typedef struct SpanUs {
    int64_t enter, leave;
} SpanUs;

typedef struct OpTemporalFilter {
    Op op;
    const PhysTemporalFilter *node;
    RowEval eval; /* the values of the bounds */
    Ranked rows;  /* of it, what its writer reads: how a key is made of a row */
    MultiTable *table;
    uint64_t waiting, inside; /* owners; 0 = empty */
    int64_t now_us;           /* all that was due by then has been done */
    StrBuf key;
} OpTemporalFilter;

static const SortSpec by_time = {.type = {.id = T_I64}};

static int temporal_open(Op *op, const PhysNode *node, Err *err)
{
    OpTemporalFilter *t = (OpTemporalFilter *)op;
    const Schema *in = node->in[0]->schema;
    Arena *plan = op->env->plan;
    t->node = (const PhysTemporalFilter *)node;
    t->now_us = INT64_MIN;
    op->timed = true;
    sb_init(&t->key, op->env->acct);
    Expr **value = ARENA_ARRAY(plan, Expr *, t->node->n + 1);
    t->rows = (Ranked){.op = op, .n_order = 2, .n_cols = in->n};
    t->rows.order = ARENA_ARRAY(plan, SortSpec, 2);
    t->rows.col = ARENA_ARRAY(plan, SortSpec, in->n + 1);
    if (!value || !t->rows.order || !t->rows.col)
        return RAISE_NOMEM(err);
    t->rows.order[0] = t->rows.order[1] = by_time;
    for (uint32_t i = 0; i < in->n; i++) {
        t->rows.col[i] = (SortSpec){.type = in->field[i].type};
    }
    for (uint32_t i = 0; i < t->node->n; i++)
        value[i] = t->node->bounds[i].value;
    TRY(row_eval_open(&t->eval, op, in, value, t->node->n, err));
    t->table = multi_table_new(op->env->pages, op->env->next_table_id++, err);
    return t->table ? 0 : -ERR_OUT_OF_MEMORY;
}

/* ---- the span of a row ---- */

static int64_t ceil_to(int64_t us, int64_t unit)
{
    int64_t over, up;
    if (us == INT64_MIN || us == INT64_MAX)
        return us;
    over = floor_mod(us, unit);
    return over == 0 ? us : __builtin_add_overflow(us, unit - over, &up) ? INT64_MAX : up;
}

/* An end of a span that is open stays so. */
static int64_t shifted(int64_t us, int64_t by)
{
    return us == INT64_MIN || us == INT64_MAX ? us : sub_saturated(us, by);
}

/* The least microsecond that is not below the value, and the least that is above it. */
static void edges(const Vec *v, uint32_t row, int64_t *at_least, int64_t *above)
{
    uint32_t i = vec_phys(v, row);
    const void *data = vec_values(v)->data;
    if (v->type.id == T_DATE) {
        int32_t days = ((const int32_t *)data)[i];
        *at_least = days == DATE_INFINITY ? INT64_MAX : days == DATE_MINUS_INFINITY ? INT64_MIN : days * US_PER_DAY;
        *above = add_saturated(*at_least, 1);
        return;
    }
    int64_t us = ((const int64_t *)data)[i];
    *at_least = us;
    if (v->type.id == T_TSNS && us != INT64_MAX && us != INT64_MIN) {
        *above = floor_div(us, NS_PER_US) + 1;
        *at_least = *above - (floor_mod(us, NS_PER_US) == 0);
        return;
    }
    *above = us == INT64_MIN ? INT64_MIN : add_saturated(us, 1);
}

static void narrow(SpanUs *s, const TimeBound *b, const Vec *v, uint32_t row)
{
    int64_t at_least, above, enter = INT64_MIN, leave = INT64_MAX;
    edges(v, row, &at_least, &above);
    if (b->compare == BOUND_LT || b->compare == BOUND_LE)
        leave = b->compare == BOUND_LT ? at_least : above;
    else
        enter = b->compare == BOUND_GT ? above : at_least;
    if (b->compare == BOUND_EQ)
        leave = above;
    for (uint32_t i = 0; i < b->n_steps; i++) {
        const NowStep *step = &b->step[i];
        enter = step->floor_us ? ceil_to(enter, step->floor_us) : shifted(enter, step->shift_us);
        leave = step->floor_us ? ceil_to(leave, step->floor_us) : shifted(leave, step->shift_us);
    }
    s->enter = MAX(s->enter, enter);
    s->leave = MIN(s->leave, leave);
}

/* false: the row is never inside. */
static bool span_of(const OpTemporalFilter *t, uint32_t row, SpanUs *ret)
{
    *ret = (SpanUs){INT64_MIN, INT64_MAX};
    for (uint32_t i = 0; i < t->node->n; i++) {
        if (vec_is_null(&t->eval.vec[i], row))
            return false;
        narrow(ret, &t->node->bounds[i], &t->eval.vec[i], row);
    }
    return ret->enter < ret->leave && ret->enter != INT64_MAX;
}

/* ---- keeping rows ---- */

static void put_time(StrBuf *b, int64_t us)
{
    Value v = {.type = TYPE(I64), .i64 = us};
    sortkey_put(b, &by_time, &v);
}

static int64_t take_time(Str key, size_t *at)
{
    Value v = {0};
    (void)sortkey_get(&by_time, key, at, NULL, &v);
    return v.i64;
}

static int keep_row(OpTemporalFilter *t, Batch *in, uint32_t row, const SpanUs *s, bool waits)
{
    EvalCtx *x = &t->op.env->eval;
    int64_t after;
    sb_clear(&t->key);
    put_time(&t->key, waits ? s->enter : s->leave);
    put_time(&t->key, s->leave);
    for (uint32_t c = 0; c < in->n_cols; c++)
        sortkey_put_row(&t->key, &t->rows.col[c], &in->col[c], row);
    if (t->key.failed)
        return -ERR_OUT_OF_MEMORY;
    if (t->key.n > MULTI_KEY_MAX) {
        row_error(x, row, ERR_PROGRAM_LIMIT, "a row that is kept by the clock may take %u bytes", MULTI_KEY_MAX);
        return 0;
    }
    return multi_add(t->table, waits ? &t->waiting : &t->inside, INT64_MIN, sb_str(&t->key), batch_weight(in, row), &after, NULL);
}

static int temporal_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpTemporalFilter *t = (OpTemporalFilter *)op;
    EvalCtx *x = &op->env->eval;
    Rows rows;
    (void)input;
    t->now_us = MAX(t->now_us, x->now_us);
    TRY(row_eval_run(&t->eval, in, out, &rows));
    uint16_t *sel = arena_alloc(out->arena, MAX(rows.n, 1) * sizeof(*sel));
    uint32_t n = 0;
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    eval_ctx_clear(x, in->n);
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i), n_errors = x->n_errors;
        SpanUs s;
        if (batch_weight(in, r) == 0 || !span_of(t, r, &s) || s.leave <= t->now_us)
            continue;
        bool waits = s.enter > t->now_us;
        if (waits || s.leave != INT64_MAX)
            TRY(keep_row(t, in, r, &s, waits));
        if (!waits && x->n_errors == n_errors)
            sel[n++] = (uint16_t)r;
    }
    TRY(row_eval_blame(op, in, out, rows, &rows));
    if (n == 0)
        return 0;
    Batch *b = n == in->n_sel ? in : batch_with_sel(out->arena, in, sel, n);
    return b ? out_batch(out, b) : -ERR_OUT_OF_MEMORY;
}

/* ---- the clock ---- */

static bool first_due(const OpTemporalFilter *t, uint64_t owner, Str *ret, int64_t *ret_us, int64_t *ret_count)
{
    size_t at = 0;
    if (owner == 0 || !multi_seek(t->table, owner, STR(""), false, ret, ret_count))
        return false;
    *ret_us = take_time(*ret, &at);
    return true;
}

static int64_t temporal_due(const Op *op)
{
    const OpTemporalFilter *t = (const OpTemporalFilter *)op;
    int64_t us = INT64_MAX, at, count;
    Str key;
    if (first_due(t, t->waiting, &key, &at, &count))
        us = at;
    if (first_due(t, t->inside, &key, &at, &count))
        us = MIN(us, at);
    return us;
}

/* The first entry of an owner out of the table; its key is copied into t->key. */
static int take_first(OpTemporalFilter *t, uint64_t *owner, Str key, int64_t count)
{
    int64_t after;
    sb_clear(&t->key);
    sb_put(&t->key, key.p, key.n);
    if (t->key.failed)
        return -ERR_OUT_OF_MEMORY;
    return multi_add(t->table, owner, INT64_MIN, sb_str(&t->key), -count, &after, NULL);
}

/* A row that has entered is inside until it leaves; one whose whole span has passed meanwhile never was. */
static int enter_row(OpTemporalFilter *t, RankedWriter *w, int64_t count)
{
    size_t first = 0, second;
    int64_t after;
    (void)take_time(sb_str(&t->key), &first);
    second = first;
    int64_t leave = take_time(sb_str(&t->key), &second);
    if (leave <= t->now_us)
        return 0;
    TRY(ranked_writer_put(w, sb_str(&t->key)));
    TRY(ranked_writer_done(w, count));
    if (leave == INT64_MAX)
        return 0;
    memmove(t->key.p, t->key.p + first, first); /* due is when it leaves now: both are coded in as many bytes */
    return multi_add(t->table, &t->inside, INT64_MIN, sb_str(&t->key), count, &after, NULL);
}

static int advance(OpTemporalFilter *t, Out *out)
{
    RankedWriter w;
    Str key;
    int64_t due, count;
    ranked_writer_init(&w, &t->rows, t->op.node->schema, out->arena);
    while (!ranked_writer_is_full(&w)) {
        if (first_due(t, t->waiting, &key, &due, &count) && due <= t->now_us) {
            TRY(take_first(t, &t->waiting, key, count));
            TRY(enter_row(t, &w, count));
        } else if (first_due(t, t->inside, &key, &due, &count) && due <= t->now_us) {
            TRY(take_first(t, &t->inside, key, count));
            TRY(ranked_writer_put(&w, sb_str(&t->key)));
            TRY(ranked_writer_done(&w, -count));
        } else {
            return ranked_writer_flush(&w, out);
        }
    }
    TRY(ranked_writer_flush(&w, out));
    return OP_MORE;
}

static int temporal_timer(Op *op, int64_t now_us, Out *out)
{
    OpTemporalFilter *t = (OpTemporalFilter *)op;
    t->now_us = MAX(t->now_us, now_us);
    return temporal_due(op) <= t->now_us ? advance(t, out) : 0;
}

static int temporal_more(Op *op, Out *out)
{
    return advance((OpTemporalFilter *)op, out);
}

static void temporal_measure(Op *op)
{
    const OpTemporalFilter *t = (const OpTemporalFilter *)op;
    op->c.state_rows =
        (t->waiting ? multi_entries(t->table, t->waiting) : 0) + (t->inside ? multi_entries(t->table, t->inside) : 0);
    op->c.state_bytes = multi_table_bytes(t->table);
}

static void temporal_save(const Op *op, StrBuf *out)
{
    const OpTemporalFilter *t = (const OpTemporalFilter *)op;
    bytes_put_u64(out, t->waiting);
    bytes_put_u64(out, t->inside);
    bytes_put_i64(out, t->now_us);
}

static int temporal_restore(Op *op, ByteReader *in, Err *err)
{
    OpTemporalFilter *t = (OpTemporalFilter *)op;
    (void)err;
    t->waiting = bytes_u64(in);
    t->inside = bytes_u64(in);
    t->now_us = bytes_i64(in);
    return 0;
}
static const OpKeep temporal_keep = {temporal_save, temporal_restore};

static void temporal_close(Op *op)
{
    OpTemporalFilter *t = (OpTemporalFilter *)op;
    multi_table_free(t->table);
    sb_done(&t->key);
}

const OpType op_temporal_filter = {
    .name = "temporal_filter",
    .size = sizeof(OpTemporalFilter),
    .open = temporal_open,
    .push = temporal_push,
    .more = temporal_more,
    .mark = op_mark_none, /* What leaves by the clock lies below any watermark. */
    .timer = temporal_timer,
    .due_us = temporal_due,
    .measure = temporal_measure,
    .keep = &temporal_keep,
    .close = temporal_close,
};
