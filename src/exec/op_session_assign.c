/* SPDX-License-Identifier: Apache-2.0
 *
 * Session assign: FROM SESSION(relation, time, gap) - the input's columns, then the bounds of the session that the row is in, among
 * the rows of its partition (design 4.5).  A row changes its bounds whenever its session grows, merges, splits or shrinks.
 *
 * The rows of a partition are one ordered group (ranked.h), by time.  Sessions are nothing but runs of rows less than the gap
 * apart, so none is kept: at a flush the neighbourhood of what was touched is walked twice, in the old and in the present content;
 * first for the bounds of the sessions there, then for the rows whose bounds differ.  A neighbourhood is a run in both contents
 * together, so no session of either reaches out of it.
 *
 * Closing is that of SESSION_AGG: a session ends at W >= last + gap + lateness and its rows are forgotten; a row is late when it
 * joins no rows that are kept and time + gap + lateness <= W.  A heap has for each partition a time before which nothing can end.
 */
#include "exec/ranked.h"
#include "exec/window_time.h"

#include <stddef.h>

typedef enum SessionStyle { STYLE_CLOSE, STYLE_WATERMARK, STYLE_CHANGES } SessionStyle;
typedef enum AssignStage { STAGE_IDLE, STAGE_GROUPS, STAGE_ENDS } AssignStage;

typedef struct Session {
    int64_t first, last;
} Session;
typedef struct Sessions {
    Session *at;
    uint32_t n, cap, next;
} Sessions;
typedef struct Side { /* one content of the group during a walk */
    RankedCursor at;
    Sessions spans;
} Side;

typedef struct OpSessionAssign {
    Op op;
    const PhysSessionAssign *node;
    Ranked r;
    SessionStyle style;
    int64_t gap_us, lateness_us;
    int64_t wm_us, to_us;
    RankedDue due;
    uint32_t n_late; /* of the push that is going on */
    uint16_t *late;
    /* The flush that is going on. */
    AssignStage stage;
    uint32_t group;
    Touch **touch;
    uint32_t n_touches, next_touch;
    bool in_group, in_run;
    int64_t run_to; /* the neighbourhood reaches to here */
    Side old, now;
    /* The partition whose sessions end. */
    bool all; /* of every partition: the input has ended */
    HashTable *table;
    HashCursor next_row;
    uint8_t *row;
    int64_t next_us;
    bool in_span;
    Session span;
    RankedCursor span_at;
} OpSessionAssign;

static int assign_open(Op *op, const PhysNode *node, Err *err)
{
    OpSessionAssign *a = (OpSessionAssign *)op;
    static const bool ascending[1];
    const PhysSessionAssign *p = a->node = (const PhysSessionAssign *)node;
    a->gap_us = p->gap_us;
    a->lateness_us = p->emit == OUTPUT_FINAL ? 0 : p->lateness_us;
    a->style = STYLE_CHANGES;
    if (p->emit == OUTPUT_ON_WINDOW_CLOSE || p->emit == OUTPUT_FINAL || (p->emit == OUTPUT_ON_WATERMARK && a->lateness_us == 0))
        a->style = STYLE_CLOSE;
    else if (p->emit == OUTPUT_ON_WATERMARK)
        a->style = STYLE_WATERMARK;
    a->wm_us = INT64_MIN;
    RankedOpen o = {.part = p->part,
                    .n_part = p->n_part,
                    .order = (Expr *const *)&p->time,
                    .n_order = 1,
                    .desc = ascending,
                    .nulls_first = ascending,
                    .time_part = -1,
                    .own_bytes = sizeof(int64_t)};
    TRY(ranked_open(&a->r, op, &o, err));
    ranked_due_init(&a->due, op->env->acct);
    return 0;
}

static void assign_close(Op *op)
{
    OpSessionAssign *a = (OpSessionAssign *)op;
    ranked_due_done(&a->due);
    ranked_close(&a->r);
}

/* ---- times and keys ---- */

static int64_t time_of(const OpSessionAssign *a, Str key)
{
    Value v = {0};
    size_t at = 0;
    (void)sortkey_get(&a->r.order[0], key, &at, NULL, &v);
    return v.i64;
}

/* Below every key of that time, above every earlier one. */
static int time_key(OpSessionAssign *a, int64_t us, Arena *arena, Str *ret)
{
    Value v = {.type = a->r.order[0].type, .i64 = us};
    StrBuf *b = &a->r.text;
    sb_clear(b);
    sortkey_put(b, &a->r.order[0], &v);
    *ret = (Str){arena_memdup(arena, b->p, b->n), b->n};
    return b->failed || !ret->p ? -ERR_OUT_OF_MEMORY : 0;
}

static int64_t end_of(const OpSessionAssign *a, int64_t last)
{
    return last + a->gap_us;
}

static int64_t gone_at(const OpSessionAssign *a, int64_t last)
{
    return add_saturated(end_of(a, last), a->lateness_us);
}

/* ---- changes ---- */

/* Not later than at us. */
static int file_at(OpSessionAssign *a, HashTable *table, uint8_t *row, int64_t us)
{
    bool is_due = ranked_row(&a->r, row)->flags & RANKED_IS_DUE;
    if (!a->node->wm_class || (is_due && ranked_due_us(&a->r, row) <= us))
        return 0;
    return ranked_due_set(&a->r, &a->due, table, row, us);
}

/* Does a row at us lie beside one that is kept? */
static int joins_kept(OpSessionAssign *a, uint64_t owner, int64_t us, bool *ret)
{
    Str from, key;
    int64_t count;
    TRY(time_key(a, us - a->gap_us + 1, a->op.env->step, &from));
    *ret = false;
    bool more = multi_seek(a->r.rows, owner, from, false, &key, &count);
    while (more && !*ret && time_of(a, key) < us + a->gap_us) {
        *ret = count > 0;
        more = multi_seek(a->r.rows, owner, key, true, &key, &count);
    }
    return 0;
}

static int change_row(void *self, const Batch *in, RankedChange *c)
{
    OpSessionAssign *a = self;
    const Vec *time = &a->r.eval.vec[a->r.n_part];
    int64_t us = ((const int64_t *)vec_values(time)->data)[vec_phys(time, c->phys)], after;
    RankedGroup *g;
    bool is_new, kept = true;
    Str key;
    size_t n_order;
    TRY(ranked_touch_group(&a->r, c, &g, &is_new));
    if (gone_at(a, us) <= a->wm_us)
        TRY(joins_kept(a, ranked_row(&a->r, c->row)->owner, us, &kept));
    if (!kept) {
        a->late[a->n_late++] = (uint16_t)c->phys;
        return 0;
    }
    TRY(ranked_key(&a->r, in, c, &key, &n_order));
    TRY(ranked_add(&a->r, c, key, &after));
    if (a->style != STYLE_CLOSE)
        TRY(ranked_touch(&a->r, g, key, after - c->weight));
    return file_at(a, c->table, c->row, c->weight < 0 ? INT64_MIN : a->style == STYLE_WATERMARK ? end_of(a, us) : gone_at(a, us));
}

/* Rows that have a time, and a session that can be represented. */
static int check_times(OpSessionAssign *a, Batch *in, Out *out, Batch **ret)
{
    EvalCtx *x = &a->op.env->eval;
    const int64_t *us;
    Rows rows;
    TRY(window_times(&in->col[a->node->time->col], batch_rows(in), in->n, out->arena, &us, &rows));
    a->op.c.null_time += in->n_sel - rows.n;
    uint16_t *sel = arena_alloc(out->arena, MAX(rows.n, 1) * sizeof(*sel));
    uint32_t n = 0;
    int64_t sum;
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    eval_ctx_clear(x, in->n);
    for (uint32_t i = 0; i < rows.n; i++) {
        uint32_t r = row_at(rows, i);
        if (__builtin_add_overflow(us[r], a->gap_us, &sum) || sum == INT64_MAX || __builtin_sub_overflow(us[r], a->gap_us, &sum))
            window_blame(x, r, us[r]);
        else
            sel[n++] = (uint16_t)r;
    }
    if (unlikely(x->n_errors > 0)) {
        a->op.c.errors += x->n_errors;
        if (a->op.env->on_error != ON_ERROR_NULL)
            TRY(out_errors(out, a->op.node, in, x));
    }
    *ret = n == in->n_sel ? in : batch_with_sel(out->arena, in, sel, n);
    return *ret ? 0 : -ERR_OUT_OF_MEMORY;
}

static int assign_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpSessionAssign *a = (OpSessionAssign *)op;
    Batch *timed;
    (void)input;
    TRY(check_times(a, in, out, &timed));
    a->n_late = 0;
    a->late = arena_alloc(out->arena, MAX(timed->n_sel, 1) * sizeof(*a->late));
    if (!a->late)
        return -ERR_OUT_OF_MEMORY;
    if (timed->n_sel > 0)
        TRY(ranked_push(&a->r, timed, out, change_row, a));
    if (a->n_late == 0)
        return 0;
    Batch *late = batch_with_sel(out->arena, timed, a->late, a->n_late);
    if (!late)
        return -ERR_OUT_OF_MEMORY;
    op->c.late += a->n_late;
    return out_late(out, op->node, late, LATE_SESSION, a->wm_us);
}

/* ---- output ---- */

static int emit_row(OpSessionAssign *a, RankedWriter *w, Str key, int64_t weight, const Session *s)
{
    if (weight == 0)
        return 0;
    TRY(ranked_writer_put(w, key));
    ((int64_t *)w->b->col[a->r.n_cols].data)[w->n] = s->first;
    ((int64_t *)w->b->col[a->r.n_cols + 1].data)[w->n] = end_of(a, s->last);
    return ranked_writer_done(w, weight);
}

static bool is_told(const OpSessionAssign *a, const Session *s)
{
    return a->style == STYLE_CHANGES || end_of(a, s->last) <= a->wm_us;
}

/* ---- the neighbourhood of a change ---- */

static int spans_note(OpSessionAssign *a, Sessions *s, int64_t us)
{
    Arena *arena = &a->r.touch_arena;
    if (s->n > 0 && us - s->at[s->n - 1].last < a->gap_us) {
        s->at[s->n - 1].last = us;
        return 0;
    }
    if (s->n == s->cap) {
        uint32_t cap = s->cap ? 2 * s->cap : 16;
        Session *more = arena_alloc(arena, cap * sizeof(*more));
        if (!more)
            return -ERR_OUT_OF_MEMORY;
        if (s->n)
            memcpy(more, s->at, s->n * sizeof(*more));
        s->at = more;
        s->cap = cap;
    }
    s->at[s->n++] = (Session){us, us};
    return 0;
}

/* The earliest time that is connected with us in what is there. */
static int run_begin(OpSessionAssign *a, uint64_t owner, int64_t us, int64_t *ret)
{
    Str at, key;
    int64_t count;
    *ret = us;
    for (;;) {
        TRY(time_key(a, *ret, a->op.env->step, &at));
        if (!multi_seek_back(a->r.rows, owner, at, true, &key, &count) || *ret - time_of(a, key) >= a->gap_us)
            return 0;
        *ret = time_of(a, key);
    }
}

static void run_seek(OpSessionAssign *a, uint64_t owner, Str from)
{
    ranked_walk(&a->old.at, &a->r, owner, a->touch, a->n_touches, from);
    ranked_walk(&a->now.at, &a->r, owner, NULL, 0, from);
    a->old.spans.next = a->now.spans.next = 0;
}

/* Finds how far the run around the next touch reaches, and the sessions in it. */
static int start_run(OpSessionAssign *a, uint64_t owner)
{
    int64_t begin, reached;
    Str from;
    TRY(run_begin(a, owner, time_of(a, a->touch[a->next_touch]->key), &begin));
    TRY(time_key(a, begin, &a->r.touch_arena, &from));
    a->old.spans.n = a->now.spans.n = 0;
    run_seek(a, owner, from);
    reached = begin;
    for (;;) {
        int64_t old = a->old.at.has ? time_of(a, a->old.at.key) : INT64_MAX;
        int64_t now = a->now.at.has ? time_of(a, a->now.at.key) : INT64_MAX;
        int64_t touched = a->next_touch < a->n_touches ? time_of(a, a->touch[a->next_touch]->key) : INT64_MAX;
        int64_t us = MIN(touched, MIN(old, now));
        if (us == INT64_MAX || (us > reached && us - reached >= a->gap_us))
            break;
        reached = us;
        a->next_touch += us == touched;
        if (us == old) {
            TRY(spans_note(a, &a->old.spans, us));
            ranked_next(&a->old.at);
        }
        if (us == now) {
            TRY(spans_note(a, &a->now.spans, us));
            ranked_next(&a->now.at);
        }
    }
    a->run_to = reached;
    run_seek(a, owner, from);
    return 0;
}

static bool side_in_run(const OpSessionAssign *a, const Side *s)
{
    return s->at.has && time_of(a, s->at.key) <= a->run_to;
}

static const Session *span_of(const OpSessionAssign *a, Side *s)
{
    int64_t us = time_of(a, s->at.key);
    while (s->spans.at[s->spans.next].last < us)
        s->spans.next++;
    return &s->spans.at[s->spans.next];
}

/* 1 = the writer is full. */
static int emit_run(OpSessionAssign *a, RankedWriter *w)
{
    Side *o = &a->old, *n = &a->now;
    for (bool has_old, has_now; has_old = side_in_run(a, o), has_now = side_in_run(a, n), has_old || has_now;) {
        int side = !has_old ? 1 : !has_now ? -1 : key_cmp(o->at.key, n->at.key);
        const Session *was = side <= 0 ? span_of(a, o) : NULL, *is = side >= 0 ? span_of(a, n) : NULL;
        if (ranked_writer_lacks(w, 2))
            return 1;
        if (side == 0 && was->first == is->first && was->last == is->last) {
            TRY(emit_row(a, w, n->at.key, is_told(a, is) ? n->at.count - o->at.count : 0, is));
        } else {
            if (was && is_told(a, was))
                TRY(emit_row(a, w, o->at.key, -o->at.count, was));
            if (is && is_told(a, is))
                TRY(emit_row(a, w, n->at.key, n->at.count, is));
        }
        if (side <= 0)
            ranked_next(&o->at);
        if (side >= 0)
            ranked_next(&n->at);
    }
    return 0;
}

static int flush_group(OpSessionAssign *a, RankedWriter *w)
{
    RankedGroup *g = &a->r.group[a->group];
    TRY(hash_table_need(g->table, g->row)); /* a view that is being filled has noted it some steps ago */
    uint64_t owner = ranked_row(&a->r, g->row)->owner;
    if (!a->in_group) {
        TRY(ranked_sorted(&a->r, g, &a->touch, &a->n_touches));
        a->next_touch = 0;
        a->in_group = true;
    }
    while (a->in_run || a->next_touch < a->n_touches) {
        if (!a->in_run)
            TRY(start_run(a, owner));
        a->in_run = true;
        int rc = emit_run(a, w);
        if (rc)
            return rc;
        a->in_run = false;
    }
    a->in_group = false;
    if (owner == 0)
        TRY(ranked_due_clear(&a->r, &a->due, g->table, g->row));
    ranked_trim(&a->r, g);
    a->group++;
    return 0;
}

/* ---- sessions that end ---- */

/* The session that begins with the first row kept at or after `from`; false = there is none. */
static int next_span(OpSessionAssign *a, uint64_t owner, int64_t after, bool any, Session *ret, bool *ret_has)
{
    RankedCursor c;
    Str from = STR("");
    if (any)
        TRY(time_key(a, after, a->op.env->step, &from));
    ranked_walk(&c, &a->r, owner, NULL, 0, from);
    *ret_has = c.has;
    if (!c.has)
        return 0;
    *ret = (Session){time_of(a, c.key), time_of(a, c.key)};
    for (; c.has && time_of(a, c.key) - ret->last < a->gap_us; ranked_next(&c))
        ret->last = time_of(a, c.key);
    return 0;
}

/* Forgets the rows up to a time, those with negative counts too. */
static int forget_to(OpSessionAssign *a, uint8_t *row, int64_t us)
{
    RankedRow *x = ranked_row(&a->r, row);
    Str key, last;
    int64_t count, after;
    TRY(hash_table_touch(a->table, row));
    if (!multi_seek_back(a->r.rows, x->owner, STR("\xff\xff"), false, &last, &count) || time_of(a, last) <= us) {
        multi_drop(a->r.rows, x->owner);
        x->owner = 0;
        return 0;
    }
    while (x->owner && multi_seek(a->r.rows, x->owner, STR(""), false, &key, &count) && time_of(a, key) <= us) {
        sb_clear(&a->r.text); /* the key is good until the change */
        sb_put(&a->r.text, key.p, key.n);
        if (a->r.text.failed)
            return -ERR_OUT_OF_MEMORY;
        TRY(multi_add(a->r.rows, &x->owner, INT64_MIN, sb_str(&a->r.text), -count, &after, NULL));
    }
    return 0;
}

/* One partition: its sessions in order, from `span` on when it was cut.  1 = the writer is full. */
static int visit(OpSessionAssign *a, RankedWriter *w)
{
    RankedRow *x = ranked_row(&a->r, a->row);
    for (;;) {
        bool has = true;
        if (!a->in_span) {
            bool any = a->span.last != INT64_MIN;
            TRY(next_span(a, x->owner, a->span.last + any, any, &a->span, &has));
            if (!has)
                return 0;
            int64_t end = end_of(a, a->span.last);
            bool gone = a->all || gone_at(a, a->span.last) <= a->to_us;
            bool told =
                a->style == STYLE_CLOSE ? gone : a->style == STYLE_WATERMARK && end > a->wm_us && (a->all || end <= a->to_us);
            Str from = STR("");
            TRY(time_key(a, a->span.first, a->op.env->step, &from));
            ranked_walk(&a->span_at, &a->r, x->owner, NULL, 0, from);
            a->span_at.has &= told;
            a->in_span = true;
        }
        for (; a->span_at.has && time_of(a, a->span_at.key) <= a->span.last; ranked_next(&a->span_at)) {
            if (ranked_writer_is_full(w))
                return 1;
            TRY(emit_row(a, w, a->span_at.key, a->span_at.count, &a->span));
        }
        a->in_span = false;
        int64_t gone_us = gone_at(a, a->span.last), end = end_of(a, a->span.last);
        if (a->all || gone_us <= a->to_us)
            TRY(forget_to(a, a->row, a->span.last));
        else
            a->next_us = MIN(a->next_us, a->style == STYLE_WATERMARK && end > a->to_us ? end : gone_us);
    }
}

static void take_row(OpSessionAssign *a, uint8_t *row)
{
    a->row = row;
    a->next_us = INT64_MAX;
    a->in_span = false;
    a->span = (Session){INT64_MIN, INT64_MIN};
}

/* 1, 0 = there is none. */
static int next_partition(OpSessionAssign *a)
{
    uint8_t *row;
    const DueRow *d = ranked_due_first(&a->due);
    if (a->all) {
        if (hash_table_next(a->table, &a->next_row, &row, 1) == 0)
            return 0;
    } else {
        if (!d || d->us > a->to_us)
            return 0;
        row = d->row;
    }
    TRY(ranked_due_clear(&a->r, &a->due, a->table, row));
    take_row(a, row);
    return 1;
}

static int end_partition(OpSessionAssign *a)
{
    uint8_t *row = a->row;
    a->row = NULL;
    if (a->all) /* nothing comes any more, and the table is being walked */
        return 0;
    if (ranked_row(&a->r, row)->owner == 0) {
        hash_table_remove(a->table, row);
        return 0;
    }
    return a->next_us == INT64_MAX ? 0 : file_at(a, a->table, row, a->next_us);
}

/* ---- the driver's calls ---- */

/* One piece of what is to be done; 1 = there is more of it, for a new batch. */
static int some(OpSessionAssign *a, RankedWriter *w)
{
    if (a->stage == STAGE_GROUPS) {
        while (a->group < a->r.n_groups) {
            int rc = flush_group(a, w);
            if (rc)
                return rc;
        }
        ranked_forget_touches(&a->r);
        a->stage = STAGE_ENDS;
    }
    for (;;) {
        int rc = a->row ? 1 : next_partition(a);
        if (rc <= 0)
            return rc;
        rc = visit(a, w);
        if (rc)
            return rc;
        TRY(end_partition(a));
    }
}

static int assign_more(Op *op, Out *out)
{
    OpSessionAssign *a = (OpSessionAssign *)op;
    RankedWriter w;
    ranked_writer_init(&w, &a->r, op->node->schema, out->arena);
    for (int rc = 1; rc > 0;) {
        rc = some(a, &w);
        if (rc < 0)
            return rc;
        TRY(ranked_writer_flush(&w, out));
        if (rc > 0 && out_is_full(out))
            return OP_MORE;
    }
    a->wm_us = a->to_us;
    a->stage = STAGE_IDLE;
    ranked_count_state(&a->r, &op->c);
    return op_mark_release(op, out);
}

static int advance(OpSessionAssign *a, int64_t to_us, bool all, Out *out)
{
    a->to_us = to_us;
    a->all = all;
    a->group = 0;
    a->in_group = a->in_run = false;
    a->old = a->now = (Side){0}; /* their sessions lay among the touches */
    a->row = NULL;
    a->next_row = (HashCursor){0};
    a->table = bucket_find(a->r.buckets, INT64_MIN);
    a->stage = STAGE_GROUPS;
    return a->table ? assign_more(&a->op, out) : op_mark_release(&a->op, out);
}

static int assign_flush(Op *op, FlushWhy why, Out *out)
{
    OpSessionAssign *a = (OpSessionAssign *)op;
    const DueRow *d = ranked_due_first(&a->due);
    if (why == FLUSH_END && a->style != STYLE_CHANGES)
        return advance(a, INT64_MAX, true, out);
    if ((!is_step_end(why) && why != FLUSH_END) || (a->r.n_groups == 0 && !(d && d->us <= a->wm_us)))
        return 0;
    return advance(a, a->wm_us, false, out);
}

static int assign_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    OpSessionAssign *a = (OpSessionAssign *)op;
    int64_t to_us = m.wm_us;
    if (m.cls != a->node->wm_class) {
        TRY(op_mark_hold(op, input, m));
        return op_mark_release(op, out);
    }
    if (to_us <= a->wm_us)
        return 0;
    if (to_us != INT64_MAX) /* of window_end: what is kept or comes ends later than that */
        m.wm_us = sub_saturated(to_us, a->lateness_us);
    TRY(op_mark_hold(op, input, m));
    const DueRow *d = ranked_due_first(&a->due);
    if (a->r.n_groups > 0 || (d && d->us <= to_us))
        return advance(a, to_us, false, out);
    a->wm_us = to_us;
    return op_mark_release(op, out);
}

static void assign_save(const Op *op, StrBuf *out)
{
    bytes_put_i64(out, ((const OpSessionAssign *)op)->wm_us);
}

/* Every partition is looked at with the next flush. */
static int assign_restore(Op *op, ByteReader *in, Err *err)
{
    OpSessionAssign *a = (OpSessionAssign *)op;
    HashCursor at = {0};
    uint8_t *row;
    a->wm_us = bytes_i64(in);
    HashTable *t = bucket_find(a->r.buckets, INT64_MIN);
    while (t && hash_table_next(t, &at, &row, 1) > 0) {
        ranked_row(&a->r, row)->flags = 0;
        if (file_at(a, t, row, INT64_MIN) < 0)
            return RAISE_NOMEM(err);
    }
    return 0;
}
static const OpKeep session_assign_keep = {assign_save, assign_restore};

const OpType op_session_assign = {
    .name = "session_assign",
    .size = sizeof(OpSessionAssign),
    .open = assign_open,
    .push = assign_push,
    .more = assign_more,
    .mark = assign_mark,
    .flush = assign_flush,
    .close = assign_close,
    .keep = &session_assign_keep,
};
