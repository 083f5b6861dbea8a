/* SPDX-License-Identifier: Apache-2.0
 *
 * Session window aggregate (design 4.5): per key, rows whose times are less than the gap apart are one session [first, last + gap).
 * Sessions are half-open like all windows: a row exactly at last + gap begins the next, so that a session may close when the
 * watermark reaches its end and still be what a batch query gives.
 *
 * A row joins no session (one begins), one (it may grow) or two (they merge).  A delete of the last row at a time shrinks its
 * session, splits it, or ends it.  A row is late when it joins no session that is kept and time + gap + lateness <= W.
 *
 * Modes are those of the window aggregate: a session is closed at W >= last + gap + lateness.  ON WATERMARK gives a session at
 * W >= last + gap, and from then on its changes.  Of two sessions that merge the one that was given lives on. */
#include "exec/session_table.h"

#define KEYS_AHEAD 16u /* keys whose sessions are on their way into the cache */

typedef enum SessionStyle { STYLE_CLOSE, STYLE_WATERMARK, STYLE_CHANGES } SessionStyle;
typedef enum CloseStage { STAGE_NONE, STAGE_CHANGES, STAGE_SESSIONS } CloseStage;

typedef struct OpSessionAgg {
    Op op;
    SessionTable st;
    const PhysAgg *node;
    SessionStyle style;
    int64_t lateness_us;
    int64_t wm_us; /* W, as far as sessions have been closed for it */
    CloseStage stage;
    int64_t to_us; /* the new W */
} OpSessionAgg;

/* Rows of a batch on their way into sessions: states are applied later than bounds, but before sessions merge or split. */
typedef struct Feed {
    Batch *in;
    Rows rows; /* that have a time */
    const int64_t *us;
    uint8_t **key;     /* of each */
    uint8_t **session; /* of each; NULL: it has none, or its state has been applied */
    uint16_t *sel;     /* memory for those that are applied at once */
    uint8_t **group;
    uint32_t n_late;
    uint16_t *late;
    uint32_t n_over; /* that would begin a session more than their key may have */
    uint16_t *over;
} Feed;

/* ---- life ---- */

static int session_agg_open(Op *op, const PhysNode *node, Err *err)
{
    OpSessionAgg *w = (OpSessionAgg *)op;
    const PhysAgg *p = w->node = (const PhysAgg *)node;
    if (p->window.kind != WINDOW_SESSION || p->window.gap_us <= 0)
        return RAISE(err, ERR_WINDOW_SPEC, "the gap of a session must be positive");
    if (!p->time || !type_is_timestamp(p->time->type.id))
        return RAISE(err, ERR_WINDOW_SPEC, "the time of a window must be a timestamp");
    if (p->lateness_us < 0)
        return RAISE(err, ERR_WINDOW_SPEC, "allowed lateness cannot be negative");
    w->lateness_us = p->emit == OUTPUT_FINAL ? 0 : p->lateness_us;
    w->style = STYLE_CHANGES;
    if (p->emit == OUTPUT_ON_WINDOW_CLOSE || p->emit == OUTPUT_FINAL || (p->emit == OUTPUT_ON_WATERMARK && w->lateness_us == 0))
        w->style = STYLE_CLOSE;
    else if (p->emit == OUTPUT_ON_WATERMARK)
        w->style = STYLE_WATERMARK;
    w->wm_us = INT64_MIN;
    w->st.gap_us = p->window.gap_us;
    w->st.first_stage = w->style == STYLE_WATERMARK ? SESSION_OPEN : SESSION_FIRED;
    Expr *extra[1] = {p->time};
    AggGroupsOpen o = {.node = p,
                       .extra = extra,
                       .n_extra = 1,
                       .n_extra_keys = 1,
                       .track = w->style != STYLE_CLOSE,
                       .bounds = true,
                       .last_plus = w->st.gap_us,
                       .own_bytes = sizeof(SessionOwn)};
    TRY(agg_groups_open(&w->st.g, op, &o, err));
    return session_table_open(&w->st, p->n_keys + 1, node->in[0]->props.change != CHANGE_APPEND, err);
}

static void session_agg_close(Op *op)
{
    session_table_close(&((OpSessionAgg *)op)->st);
}

/* ---- changes of sessions ---- */

static bool is_late(const OpSessionAgg *w, int64_t ts)
{
    return add_saturated(ts + w->st.gap_us, w->lateness_us) <= w->wm_us;
}

/* Before any change of sessions whose changes are told; they have been announced. */
static int note_told(OpSessionAgg *w, uint8_t *const *s, uint32_t n)
{
    AggGroups *g = &w->st.g;
    if (w->style == STYLE_CHANGES)
        return agg_dirty_note(g, &w->st.t, s, n);
    for (uint32_t i = 0; w->style == STYLE_WATERMARK && i < n; i++)
        if (session_own(&w->st, s[i])->stage == SESSION_FIRED)
            TRY(agg_dirty_note_one(g, &w->st.t, s[i]));
    return 0;
}

static int note_all(OpSessionAgg *w, uint8_t *const *s, uint32_t n)
{
    TRY(hash_table_touch_all(w->st.t.rows, s, n));
    return note_told(w, s, n);
}

static int note(OpSessionAgg *w, uint8_t *s)
{
    return note_all(w, &s, 1);
}

/* All rows with a session whose states have not been applied. */
static int apply_rows(OpSessionAgg *w, Feed *f)
{
    RowSet set = {f->rows, f->session, f->in->w_kind == W_VEC ? f->in->w : NULL, f->in->w_kind == W_MINUS ? -1 : 1, true};
    uint32_t n = 0;
    for (uint32_t i = 0; i < f->rows.n; i++) {
        f->sel[n] = (uint16_t)row_at(f->rows, i);
        f->group[n] = f->session[i];
        n += f->session[i] != NULL;
    }
    if (n == 0)
        return 0;
    if (n < f->rows.n)
        set.rows = (Rows){n, f->sel};
    set.row = f->group;
    for (uint32_t i = 1; i < n && set.one_group; i++)
        set.one_group = set.row[i] == set.row[0];
    TRY(agg_groups_apply(&w->st.g, &w->st.t, &set, f->in->n));
    memset(f->session, 0, f->rows.n * sizeof(*f->session));
    return 0;
}

/* Of two neighbours one takes the other over; *ret is what they are then. */
static int merge(OpSessionAgg *w, Feed *f, uint8_t *left, uint8_t *right, uint8_t **ret)
{
    SessionTable *st = &w->st;
    bool keep_right = session_own(st, right)->stage == SESSION_FIRED && session_own(st, left)->stage != SESSION_FIRED;
    uint8_t *to = keep_right ? right : left, *from = keep_right ? left : right, *key = session_own(st, to)->key;
    int64_t first = session_first(st, left), last = MAX(session_last(st, left), session_last(st, right));
    int64_t from_first = session_first(st, from), from_last = session_last(st, from);
    TRY(apply_rows(w, f));
    TRY(note(w, to));
    TRY(note(w, from));
    if (st->keeps_rows) {
        TRY(session_replay(st, key, from_first, from_last, to, REPLAY_ADD));
        TRY(session_replay(st, key, from_first, from_last, from, REPLAY_FORGET));
    } else {
        TRY(agg_groups_merge(&st->g, &st->t, &to, &from, 1, 1));
    }
    TRY(session_retire(st, from));
    *ret = to;
    return session_set_bounds(st, to, first, last);
}

/* The session that holds ts, made or grown as needed; NULL: the row is late, or its key has as many sessions as it may. */
static int cover(OpSessionAgg *w, Feed *f, uint8_t *key, int64_t ts, uint32_t r, uint8_t **ret)
{
    SessionTable *st = &w->st;
    uint8_t *left, *right, *s = session_only(st, key);
    *ret = NULL;
    if (likely(s != NULL)) { /* mostly the row goes on with it */
        TRY(hash_table_need(st->t.rows, s));
        if (ts >= session_first(st, s) && ts < session_end(st, s)) {
            TRY(note(w, *ret = s));
            return ts > session_last(st, s) ? session_grow(st, s, ts) : 0;
        }
    }
    TRY(session_find(st, key, ts, &left, &right));
    if (!left && !right) {
        if (is_late(w, ts) || (w->node->max_sessions > 0 && session_key(st, key)->n >= w->node->max_sessions))
            return 0;
        TRY(session_new(st, key, st->g.key, r, ts, ts, ret));
        return note(w, *ret);
    }
    if (left && right)
        TRY(merge(w, f, left, right, &s));
    else
        s = left ? left : right;
    TRY(note(w, s));
    if (ts < session_first(st, s) || ts > session_last(st, s))
        TRY(session_set_bounds(st, s, MIN(ts, session_first(st, s)), MAX(ts, session_last(st, s))));
    session_key(st, key)->recent = s;
    *ret = s;
    return 0;
}

/* What is left when the last row at ts has gone. */
static int uncover(OpSessionAgg *w, Feed *f, uint8_t *key, int64_t ts, uint8_t *s)
{
    SessionTable *st = &w->st;
    int64_t first = session_first(st, s), last = session_last(st, s), before, after;
    bool has_left = session_row_before(st, key, ts, &before) && before >= first;
    bool has_right = session_row_from(st, key, ts, &after) && after <= last;
    uint8_t *right;
    if (has_right && after == ts)
        return 0;
    TRY(apply_rows(w, f));
    if (!has_left && !has_right)
        return session_retire(st, s);
    if (!has_left || !has_right)
        return session_set_bounds(st, s, has_left ? first : after, has_right ? last : before);
    if (after - before < st->gap_us)
        return 0;
    TRY(session_new_beside(st, s, after, last, &right));
    if (session_own(st, s)->stage != session_own(st, right)->stage)
        TRY(session_set_stage(st, right, (SessionStage)session_own(st, s)->stage));
    TRY(note(w, right));
    TRY(session_replay(st, key, after, last, s, REPLAY_TAKE));
    TRY(session_replay(st, key, after, last, right, REPLAY_ADD));
    return session_set_bounds(st, s, first, before);
}

/* ---- rows ---- */

/* The i-th. */
static int take_row(OpSessionAgg *w, Feed *f, uint32_t i)
{
    uint32_t r = row_at(f->rows, i);
    uint8_t *key = f->key[i], *s;
    int64_t count = 1, ts = f->us[r];
    TRY(cover(w, f, key, ts, r, &s));
    if (!s) {
        if (is_late(w, ts))
            f->late[f->n_late++] = (uint16_t)r;
        else
            f->over[f->n_over++] = (uint16_t)r;
        return 0;
    }
    if (w->st.keeps_rows)
        TRY(session_row_add(&w->st, key, ts, r, batch_weight(f->in, r), &count));
    f->session[i] = s;
    return count == 0 ? uncover(w, f, key, ts, s) : 0;
}

static int take_each(OpSessionAgg *w, Feed *f, const uint16_t *at, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (i + KEYS_AHEAD < n)
            session_prefetch(&w->st, f->key[at ? at[i + KEYS_AHEAD] : i + KEYS_AHEAD]);
        TRY(take_row(w, f, at ? at[i] : i));
    }
    return 0;
}

/* ---- the usual rows, which come to the only session of their key, or begin it ---- */

/* The only sessions of the keys, announced, into f->session; NULL: there is none or more. */
static int find_only(OpSessionAgg *w, Feed *f)
{
    SessionTable *st = &w->st;
    uint32_t n = 0;
    for (uint32_t i = 0; i < f->rows.n; i++) {
        uint8_t *s = session_only(st, f->key[i]);
        if (i + KEYS_AHEAD < f->rows.n)
            __builtin_prefetch(session_key(st, f->key[i + KEYS_AHEAD]), 1);
        session_prefetch_of(st, session_key(st, f->key[i])->recent); /* of an idle key, too */
        f->session[i] = f->group[n] = s;
        n += s != NULL;
    }
    return note_all(w, f->group, n);
}

/* Rows within these sessions, which grow; gives how many others there are, which are listed. */
static uint32_t grow_only(OpSessionAgg *w, Feed *f, uint16_t *ret_rest)
{
    SessionTable *st = &w->st;
    int64_t gap = st->gap_us;
    uint32_t n = 0;
    for (uint32_t i = 0; i < f->rows.n; i++) {
        uint8_t *s = f->session[i];
        int64_t ts = f->us[row_at(f->rows, i)], last = s ? session_last(st, s) : 0;
        if (likely(s && ts >= session_first(st, s) && ts < last + gap)) {
            *group_last(&st->g, s) = MAX(last, ts); /* never before the time it is filed under */
            continue;
        }
        f->session[i] = NULL;
        ret_rest[n++] = (uint16_t)i;
    }
    return n;
}

static bool is_any_late(const OpSessionAgg *w, const Feed *f, const uint16_t *at, uint32_t n)
{
    bool late = false;
    for (uint32_t i = 0; i < n; i++)
        late |= is_late(w, f->us[row_at(f->rows, at[i])]);
    return late;
}

/* The first rows of keys without a session begin one each; `at` lists the others then.  None is late. */
static int begin_only(OpSessionAgg *w, Feed *f, uint16_t *at, uint32_t *n)
{
    SessionTable *st = &w->st;
    Arena *step = w->op.env->step;
    uint16_t *first = arena_alloc(step, MAX(*n, 1) * sizeof(*first));
    uint8_t **key = arena_alloc(step, MAX(*n, 1) * sizeof(*key)), **s = f->group;
    uint32_t n_new = 0, n_rest = 0;
    if (!first || !key)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < *n; i++) {
        SessionKey *k = session_key(st, f->key[at[i]]);
        if (k->n > 0) {
            at[n_rest++] = at[i];
            continue;
        }
        k->n = 1; /* no other row of the batch begins one */
        key[n_new] = f->key[at[i]];
        first[n_new++] = at[i];
    }
    *n = n_rest;
    for (uint32_t i = 0; i < n_new; i++)
        f->sel[i] = (uint16_t)row_at(f->rows, first[i]);
    int rc = n_new > 0 ? session_new_all(st, key, (Rows){n_new, f->sel}, f->us, s) : 0;
    for (uint32_t i = 0; rc < 0 && i < n_new; i++)
        if (!session_key(st, key[i])->recent || session_own(st, session_key(st, key[i])->recent)->stage == SESSION_ENDED)
            session_key(st, key[i])->n = 0;
    TRY(rc);
    for (uint32_t i = 0; i < n_new; i++)
        f->session[first[i]] = s[i];
    return note_told(w, s, n_new);
}

/* Most rows go with others through a few short loops; the rest one by one. */
static int take_usual(OpSessionAgg *w, Feed *f)
{
    uint16_t *rest = arena_alloc(w->op.env->step, f->rows.n * sizeof(*rest));
    if (!rest)
        return -ERR_OUT_OF_MEMORY;
    TRY(find_only(w, f));
    uint32_t n = grow_only(w, f, rest);
    if (!is_any_late(w, f, rest, n)) /* a row before may decide whether one is */
        TRY(begin_only(w, f, rest, &n));
    return take_each(w, f, rest, n);
}

/* Whether the order of rows makes no difference to which sessions there are. */
static bool is_usual(const OpSessionAgg *w)
{
    return !w->st.keeps_rows && w->node->max_sessions == 0;
}

/* Rows whose session can be represented; the others are blamed. */
static int check_times(OpSessionAgg *w, Batch *in, const int64_t *us, Out *out, Rows *rows)
{
    EvalCtx *x = &w->op.env->eval;
    int64_t gap = w->st.gap_us, sum;
    uint16_t *sel = arena_alloc(x->arena, MAX(rows->n, 1) * sizeof(*sel));
    uint32_t n = 0;
    if (!sel)
        return -ERR_OUT_OF_MEMORY;
    eval_ctx_clear(x, in->n);
    for (uint32_t i = 0; i < rows->n; i++) {
        uint32_t r = row_at(*rows, i);
        bool infinite = us[r] == TIMESTAMP_INFINITY || us[r] == TIMESTAMP_MINUS_INFINITY;
        if (infinite || __builtin_add_overflow(us[r], gap, &sum) || __builtin_sub_overflow(us[r], gap, &sum))
            window_blame(x, r, us[r]);
        else
            sel[n++] = (uint16_t)r;
    }
    if (likely(x->n_errors == 0))
        return 0;
    *rows = (Rows){n, sel};
    w->op.c.errors += x->n_errors;
    return w->op.env->on_error == ON_ERROR_NULL ? 0 : out_errors(out, w->op.node, in, x);
}

static int find_keys(OpSessionAgg *w, Rows rows, uint8_t ***ret)
{
    Arena *step = w->op.env->step;
    HashTable *keys = w->st.keys;
    uint64_t *is_new = arena_alloc(step, BIT_WORDS(rows.n) * sizeof(*is_new));
    *ret = arena_alloc(step, rows.n * sizeof(**ret));
    if (!is_new || !*ret)
        return -ERR_OUT_OF_MEMORY;
    if (w->node->n_keys == 1 && hash_table_takes_ints(keys, w->st.g.key[0]))
        return hash_table_upsert_ints(keys, w->st.g.key[0], rows, *ret, is_new, NULL);
    uint64_t *hash = arena_alloc(step, rows.n * sizeof(*hash));
    if (!hash)
        return -ERR_OUT_OF_MEMORY;
    kernel_hash(w->st.g.key, w->node->n_keys, rows, hash);
    return hash_table_upsert(keys, w->st.g.key, hash, rows, *ret, is_new, NULL);
}

#define GONE UINT64_MAX /* number of sessions of a key that is about to be removed: it may be listed more than once */

/* Keys that were made for late rows, or whose last session has gone. */
static void remove_keys(OpSessionAgg *w, uint8_t **key, uint32_t n)
{
    uint32_t n_gone = 0;
    for (uint32_t i = 0; i < n; i++) {
        SessionKey *k = session_key(&w->st, key[i]);
        if (k->n != 0 || session_key_idles(k))
            continue;
        k->n = GONE;
        key[n_gone++] = key[i];
    }
    for (uint32_t i = 0; i < n_gone; i++)
        session_key_remove(&w->st, key[i]);
}

static int send_late(OpSessionAgg *w, const Feed *f, Out *out)
{
    if (f->n_late == 0)
        return 0;
    Batch *late = batch_with_sel(out->arena, f->in, f->late, f->n_late);
    if (!late)
        return -ERR_OUT_OF_MEMORY;
    w->op.c.late += f->n_late;
    return out_late(out, w->op.node, late, LATE_SESSION, w->wm_us);
}

/* Nothing is lost in silence: they are errors, whatever becomes of other rows that fail. */
static int send_over(OpSessionAgg *w, const Feed *f, Out *out)
{
    EvalCtx *x = &w->op.env->eval;
    if (f->n_over == 0)
        return 0;
    eval_ctx_clear(x, f->in->n);
    for (uint32_t i = 0; i < f->n_over; i++)
        row_error(x, f->over[i], ERR_PROGRAM_LIMIT, "the key of the row has %llu open sessions, which is the limit",
                  (unsigned long long)w->node->max_sessions);
    w->op.c.errors += f->n_over;
    return out_errors(out, w->op.node, f->in, x);
}

static int session_agg_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    OpSessionAgg *w = (OpSessionAgg *)op;
    AggGroups *g = &w->st.g;
    Arena *step = op->env->step;
    const int64_t *us;
    Rows rows, timed;
    (void)input;
    TRY(row_eval_run(&g->eval, in, out, &rows));
    TRY(window_times(&g->eval.vec[w->node->n_keys], rows, in->n, step, &us, &timed));
    op->c.null_time += rows.n - timed.n;
    TRY(check_times(w, in, us, out, &timed));
    if (timed.n == 0)
        return 0;
    Feed f = {.in = in,
              .rows = timed,
              .us = us,
              .session = arena_zalloc(step, timed.n * sizeof(*f.session)),
              .sel = arena_alloc(step, timed.n * sizeof(*f.sel)),
              .group = arena_alloc(step, timed.n * sizeof(*f.group)),
              .late = arena_alloc(out->arena, timed.n * sizeof(*f.late)),
              .over = arena_alloc(step, timed.n * sizeof(*f.over))};
    if (!f.session || !f.sel || !f.group || !f.late || !f.over)
        return -ERR_OUT_OF_MEMORY;
    TRY(find_keys(w, timed, &f.key));
    TRY(is_usual(w) ? take_usual(w, &f) : take_each(w, &f, NULL, timed.n));
    TRY(apply_rows(w, &f));
    if (w->st.keeps_rows || f.n_late > 0 || f.n_over > 0)
        remove_keys(w, f.key, timed.n);
    TRY(send_over(w, &f, out));
    return send_late(w, &f, out);
}

/* ---- closing ---- */

/* Up to a batch of sessions that are due, taken out of their stage's order: they are given (and go on) or dropped. */
static int close_some(OpSessionAgg *w, SessionStage stage, bool *ret_more, Out *out)
{
    int64_t delay = stage == SESSION_OPEN ? 0 : w->lateness_us;
    uint8_t **s = arena_alloc(out->arena, BATCH_ROWS * sizeof(*s));
    uint32_t n = 0;
    if (!s)
        return -ERR_OUT_OF_MEMORY;
    TRY(session_due(&w->st, stage, delay, w->to_us, s, BATCH_ROWS, &n, ret_more));
    for (uint32_t i = 0; stage == SESSION_OPEN && i < n; i++)
        TRY(session_file(&w->st, s[i], SESSION_FIRED));
    if (n > 0 && (stage == SESSION_OPEN || w->style == STYLE_CLOSE))
        TRY(agg_groups_emit(&w->st.g, &w->st.t, s, n, out));
    return stage == SESSION_OPEN ? 0 : session_retire_all(&w->st, s, n);
}

static int close_sessions(OpSessionAgg *w, Out *out)
{
    for (SessionStage stage = w->st.first_stage; stage < N_SESSION_STAGES; stage++) {
        for (bool more = true; more;) {
            if (out_is_full(out))
                return OP_MORE;
            TRY(close_some(w, stage, &more, out));
        }
    }
    return 0;
}

static int session_agg_more(Op *op, Out *out)
{
    OpSessionAgg *w = (OpSessionAgg *)op;
    int rc;
    switch (w->stage) {
    case STAGE_NONE: return 0;
    case STAGE_CHANGES:
        rc = agg_dirty_flush(&w->st.g, INT64_MAX, out);
        if (rc != 0)
            return rc;
        w->stage = STAGE_SESSIONS;
        __attribute__((fallthrough));
    case STAGE_SESSIONS:
        rc = close_sessions(w, out);
        if (rc != 0)
            return rc;
        break;
    }
    w->wm_us = w->to_us;
    w->stage = STAGE_NONE;
    session_table_count(&w->st, &op->c);
    return op_mark_release(op, out);
}

static bool is_due(const OpSessionAgg *w, int64_t wm_us)
{
    return session_is_due(&w->st, SESSION_OPEN, 0, wm_us) || session_is_due(&w->st, SESSION_FIRED, w->lateness_us, wm_us);
}

static int advance(OpSessionAgg *w, int64_t to_us, CloseStage stage, Out *out)
{
    w->to_us = to_us;
    w->stage = stage;
    return session_agg_more(&w->op, out);
}

static int session_agg_mark(Op *op, uint32_t input, Mark m, Out *out)
{
    OpSessionAgg *w = (OpSessionAgg *)op;
    int64_t to_us = m.wm_us;
    if (m.cls != w->node->wm_class) {
        TRY(op_mark_hold(op, input, m));
        return op_mark_release(op, out);
    }
    to_us = mark_ahead(to_us, w->node->ahead_us);
    if (to_us <= w->wm_us)
        return 0;
    if (to_us != INT64_MAX) /* of window_end: what is kept or comes ends later than that */
        m.wm_us = sub_saturated(to_us, w->lateness_us);
    TRY(op_mark_hold(op, input, m));
    return advance(w, to_us, is_due(w, to_us) ? STAGE_CHANGES : STAGE_SESSIONS, out);
}

static int session_agg_flush(Op *op, FlushWhy why, Out *out)
{
    OpSessionAgg *w = (OpSessionAgg *)op;
    if (why == FLUSH_END && w->wm_us < INT64_MAX)
        return advance(w, INT64_MAX, STAGE_CHANGES, out);
    bool told = w->style == STYLE_WATERMARK ? is_step_end(why) : w->style == STYLE_CHANGES && emit_is_due(w->node->emit, why);
    bool due = is_step_end(why) && is_due(w, w->wm_us); /* a late row or a delete made a session that has ended already */
    if (!due && !(told && agg_is_dirty(&w->st.g)))
        return 0;
    return advance(w, w->wm_us, STAGE_CHANGES, out);
}

static void session_agg_save(const Op *op, StrBuf *out)
{
    const OpSessionAgg *w = (const OpSessionAgg *)op;
    session_table_save(&w->st, out);
    bytes_put_i64(out, w->wm_us);
}

static int session_agg_restore(Op *op, ByteReader *in, Err *err)
{
    OpSessionAgg *w = (OpSessionAgg *)op;
    TRY(session_table_restore(&w->st, in, err));
    w->wm_us = bytes_i64(in);
    session_table_count(&w->st, &op->c);
    return 0;
}
static const OpKeep session_agg_keep = {session_agg_save, session_agg_restore};

const OpType op_session_agg = {
    .name = "session_agg",
    .size = sizeof(OpSessionAgg),
    .open = session_agg_open,
    .push = session_agg_push,
    .more = session_agg_more,
    .mark = session_agg_mark,
    .flush = session_agg_flush,
    .keep = &session_agg_keep,
    .close = session_agg_close,
};
