/* SPDX-License-Identifier: Apache-2.0
 *
 * State TTL (design 3.7): which operators forget by it, and by which clock.
 *
 * A grouping of rows that only come forgets whole groups: it takes, from the watermark columns of its input, the time of each row
 * as one more expression over it, so that pruning keeps the column.  Whatever else would keep rows or keys for ever gets its inputs
 * through an L_TTL, which takes each row back when its time is over, so that what is above is the answer over the rows that are
 * active.  Where an input has no watermark at all, the clock is processing time.  A join whose inputs only grow can keep its
 * results when it forgets (`freezes`): an inner one does unless `ttl_mode` says retract, the others when it says freeze.
 *
 * WITH (state_ttl.NAME) puts an L_TTL over an item of FROM when that is bound; what is above sees its active rows only.
 *
 * All that grows and does not forget so is refused: a limit that holds for a part of a plan only would be none. */
#include "plan/rules.h"

#include <stdio.h>

#include "plan/join_impl.h"
#include "plan/plan.h"
#include "plan/temporal.h"
#include "plan/ttl_impl.h"

/* The time of the rows of `in`, a timestamp; *ret NULL: they have no watermark, or none of a moment. */
static int find_time(PlanState *s, const Logical *in, Span at, bool may_be_ns, Expr **ret, Err *err)
{
    *ret = NULL;
    for (uint32_t i = 0; i < in->props.n_wm && !*ret; i++) {
        Expr *e = logical_column(s->arena, in, in->props.wm[i].col, at);
        if (!e)
            return RAISE_NOMEM(err);
        if (may_be_ns && e->type.id == T_TSNS)
            *ret = e;
        else
            TRY(moment_of(s->arena, in, e, ret, err));
    }
    return 0;
}

/* ---- rows ---- */

static int no_clock(Span at, Err *err)
{
    (void)RAISE_AT(err, ERR_UNSUPPORTED, at,
                   "option \"state_ttl\" with an input that has a watermark, but of numbers without a unit is not supported yet");
    return err_hint(err, "Read the time as a TIMESTAMP before the rows meet others.");
}

static bool has_clock(const Logical *n)
{
    bool any = n->props.n_wm > 0;
    for (uint32_t i = 0; i < n->n_in && (n->kind == L_PROJECT || n->kind == L_UNION || n->kind == L_FILTER); i++)
        any |= has_clock(n->in[i]);
    return any;
}

/* Rows through an L_TTL; below a selection of columns that has left the time out. */
static int put_ttl(PlanState *s, Logical **node, Span at, Err *err)
{
    Logical *in = *node;
    Expr *time;
    if (in->kind == L_TTL)
        return 0;
    TRY(find_time(s, in, at, true, &time, err));
    if (!time && (in->kind == L_PROJECT || in->kind == L_UNION || in->kind == L_FILTER) && has_clock(in)) {
        for (uint32_t i = 0; i < in->n_in; i++)
            TRY(put_ttl(s, &in->in[i], at, err));
        return 0;
    }
    if (!time && in->props.n_wm > 0)
        return no_clock(at, err);
    Logical *t = logical_new(s->arena, L_TTL, in, in->n_cols, at);
    if (!t)
        return RAISE_NOMEM(err);
    logical_take_columns(t);
    t->ttl = (LogicalTtl){.ttl_us = s->ctx->state_ttl_us, .has_time = true, .time = time};
    trace_say(s, "rows of %s leave", trace_name(in));
    *node = t;
    return 0;
}

/* The input `i` of n, when its rows are kept for ever. */
static int wrap(PlanState *s, Logical *n, uint32_t i, Err *err)
{
    if (s->ctx->state_ttl_us == 0 || n->in[i]->props.content < STATE_KEYS)
        return 0;
    TRY(put_ttl(s, &n->in[i], n->at, err));
    return props_derive(s, n, err);
}

/* Rows of the partitions of a Top-N that are over are late; above a selection of columns that has left the time out, too. */
static int put_key_ttl(PlanState *s, Logical *top, Err *err)
{
    Logical **node = &top->in[0];
    Expr *time, **part = ARENA_ARRAY(s->arena, Expr *, top->top.n_part);
    if (!part)
        return RAISE_NOMEM(err);
    memcpy(part, top->top.part, top->top.n_part * sizeof(*part));
    for (;; node = &(*node)->in[0]) {
        TRY(find_time(s, *node, top->at, true, &time, err));
        if (time || (*node)->kind != L_PROJECT || !has_clock(*node))
            break;
        for (uint32_t i = 0; i < top->top.n_part; i++)
            if (!(part[i] = expr_substitute(s->arena, part[i], (*node)->exprs)))
                return RAISE_NOMEM(err);
    }
    bool draws = false;
    for (uint32_t i = 0; i < top->top.n_part; i++)
        draws |= part[i]->is_volatile;
    if (draws || (!time && has_clock(*node)))
        return RAISE_AT(err, ERR_UNSUPPORTED, top->at, "option ttl_mode = 'freeze' with a Top-N over rows %s is not supported yet",
                        draws ? "of random values" : "that have left their time out");
    Logical *t = logical_new(s->arena, L_TTL, *node, (*node)->n_cols, top->at);
    if (!t)
        return RAISE_NOMEM(err);
    logical_take_columns(t);
    t->ttl = (LogicalTtl){.ttl_us = s->ctx->state_ttl_us, .has_time = true, .time = time, .n_part = top->top.n_part, .part = part};
    trace_say(s, "rows of keys of Top-N that are over are late");
    *node = t;
    return props_derive(s, top, err);
}

/* By what is below: rows that come up to it without being taken back. */
static bool is_frozen_top_n(const Logical *n)
{
    if (n->kind != L_TOP_N)
        return false;
    for (n = n->in[0]; n->kind == L_PROJECT; n = n->in[0])
        ;
    return n->kind == L_TTL && n->ttl.n_part > 0;
}

/* All that it takes back is too old, and comes in batches of its own. */
static bool only_comes(const PlanState *s, const Logical *n)
{
    switch (n->kind) {
    case L_TTL: return n->in[0]->props.change == CHANGE_APPEND;
    case L_FILTER: return !temporal_is_filter(s, n) && only_comes(s, n->in[0]);
    case L_PROJECT: return only_comes(s, n->in[0]);
    case L_UNION: return only_comes(s, n->in[0]) && only_comes(s, n->in[1]);
    default: return false;
    }
}

/* ---- joins that freeze ---- */

/* Does the join have to know of each row of that side whether it has met one? */
static bool counts(const Logical *n, uint32_t side)
{
    return n->join.type == FULL_JOIN || (side == 0 && n->join.type != INNER_JOIN);
}

static bool has_timed(const Logical *n)
{
    bool any = n->kind == L_TTL && n->ttl.time;
    for (uint32_t i = 0; i < n->n_in && n->kind != L_TTL; i++)
        any |= has_timed(n->in[i]);
    return any;
}

/* Rows that differ by their time do not leave in the order they came in: the join must tell them apart. */
static bool shows_time(const Logical *n)
{
    while (n->kind == L_FILTER)
        n = n->in[0];
    return n->kind == L_TTL || !has_timed(n);
}

/* The time of the rows of n; a selection of columns that has left it out gets one more.  *ret NULL: there is none, or it is lost.
 */
static int carry_time(PlanState *s, Logical *n, Span at, Expr **ret, Err *err)
{
    TRY(find_time(s, n, at, true, ret, err));
    if (*ret || (n->kind != L_PROJECT && n->kind != L_FILTER) || !has_clock(n))
        return 0;
    Expr *time;
    TRY(carry_time(s, n->in[0], at, &time, err));
    if (!time)
        return 0;
    if (n->kind == L_FILTER) {
        logical_take_columns(n);
        *ret = time;
        return props_derive(s, n, err);
    }
    Expr **exprs = ARENA_ARRAY(s->arena, Expr *, n->n_cols + 1);
    Field *cols = ARENA_ARRAY(s->arena, Field, n->n_cols + 1);
    if (!exprs || !cols)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n->n_cols; i++) {
        exprs[i] = n->exprs[i];
        cols[i] = n->cols[i];
    }
    exprs[n->n_cols] = time;
    cols[n->n_cols] = (Field){.name = "its time", .type = time->type, .not_null = time->not_null};
    n->exprs = exprs;
    n->cols = cols;
    *ret = logical_column(s->arena, n, n->n_cols++, at);
    return *ret ? props_derive(s, n, err) : RAISE_NOMEM(err);
}

/* Both sides of *node show the times of the rows that are counted; it is a selection of the join's columns when they are new. */
static int carry_times(PlanState *s, Logical **node, Logical **ret_join, Err *err)
{
    Logical *n = *ret_join = *node;
    uint32_t n_old[2] = {n->in[0]->n_cols, n->in[1]->n_cols}, n_pair = n_old[0] + n_old[1];
    Expr *time;
    for (uint32_t i = 0; i < 2; i++)
        if (counts(n, i) && n->in[i]->props.content >= STATE_KEYS)
            TRY(carry_time(s, n->in[i], n->at, &time, err));
    if (n->in[0]->n_cols == n_old[0] && n->in[1]->n_cols == n_old[1])
        return 0;
    Expr **map = ARENA_ARRAY(s->arena, Expr *, n_pair + 1), **shown = ARENA_ARRAY(s->arena, Expr *, n->n_cols + 1);
    const char **names = ARENA_ARRAY(s->arena, const char *, n->n_cols + 1);
    Logical *join = logical_join(s->arena, n->join.type, n->in[0], n->in[1], NULL, n->at);
    if (!map || !shown || !names || !join)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_pair; i++) {
        uint32_t right = i >= n_old[0], col = i - (right ? n_old[0] : 0), at = right ? n->in[0]->n_cols + col : col;
        const Field *f = &n->in[right]->cols[col];
        map[i] = expr_column(s->arena, at, f->type, f->not_null, n->at);
        if (i < n->n_cols) {
            shown[i] = logical_column(s->arena, join, at, n->at);
            names[i] = n->cols[i].name;
        }
        if (!map[i] || (i < n->n_cols && !shown[i]))
            return RAISE_NOMEM(err);
    }
    join->join = n->join;
    join->own = n->own;
    if (n->join.on && !(join->join.on = expr_substitute(s->arena, n->join.on, map)))
        return RAISE_NOMEM(err);
    *node = logical_project(s->arena, join, shown, n->n_cols, names, n->at);
    if (!*node)
        return RAISE_NOMEM(err);
    (*node)->own = n->own;
    *ret_join = join;
    return 0;
}

static int of_join(PlanState *s, Logical **node, Err *err)
{
    Logical *n = *node;
    JoinBand band;
    bool wanted = n->join.type == INNER_JOIN ? s->ctx->ttl_mode != TTL_RETRACT : s->ctx->ttl_mode == TTL_FREEZE;
    if (join_is_timed(s, n, &band) || logical_join_probes(s, n))
        return 0;
    if (wanted && s->ctx->state_ttl_us > 0)
        TRY(carry_times(s, node, &n, err));
    TRY(wrap(s, n, 0, err));
    TRY(wrap(s, n, 1, err));
    bool before = n->join.freezes;
    n->join.freezes = wanted && only_comes(s, n->in[0]) && only_comes(s, n->in[1]);
    for (uint32_t i = 0; i < 2; i++)
        n->join.freezes &= !counts(n, i) || shows_time(n->in[i]);
    if (n->join.freezes && !before)
        trace_say(s, "results of join stay");
    return props_derive(s, *node, err);
}

/* Does an aggregate without GROUP BY keep more than its sums? */
static bool keeps_values(const LogicalGroup *g)
{
    for (uint32_t i = 0; i < g->n_aggs; i++) {
        const AggSpec *a = &g->aggs[i].spec;
        bool map = a->distinct && !(a->flags & AGG_IGNORES_DISTINCT);
        if (map || ((a->flags & AGG_NEEDS_MULTISET) && !(a->flags & AGG_FEW_VALUES)))
            return true;
    }
    return false;
}

static bool by_group(const Logical *n)
{
    return n->group.n_keys > 0 && n->group.standing.n == 0 && n->in[0]->props.change == CHANGE_APPEND;
}

static int of_agg(PlanState *s, Logical *n, Err *err)
{
    if (!by_group(n))
        return n->group.n_keys > 0 || keeps_values(&n->group) ? wrap(s, n, 0, err) : 0;
    if (s->ctx->state_ttl_us == 0 || n->group.ttl_time || n->in[0]->props.content < STATE_KEYS)
        return 0;
    TRY(find_time(s, n->in[0], n->at, false, &n->group.ttl_time, err));
    trace_say(s, "groups leave");
    return 0;
}

/* Those of a window leave with it. */
static bool is_of_window(const PlanState *s, const Logical *n)
{
    const Props *in = &n->in[0]->props;
    for (uint32_t i = 0; i < n->top.n_part; i++) {
        const Expr *e = n->top.part[i];
        if (e->kind == EXPR_COLUMN && props_find_class(in, e->col, NULL) && !s->is_view)
            return true;
    }
    return false;
}

/* Of two streams whose results stay: who comes when a row's TTL is over does not find it, so it is a tolerance, by which the join
 * forgets. */
static int of_asof(PlanState *s, Logical *n)
{
    AsofUse use = logical_asof_use(s, n);
    TypeId time = (TypeId)n->asof.left_time->type.id;
    bool stays = (use == ASOF_FINAL_BY_CLOCK || use == ASOF_EARLY) && !n->asof.left_clock && s->ctx->ttl_mode != TTL_RETRACT;
    if (s->ctx->state_ttl_us == 0 || !stays || n->asof.forgets || (time != T_TS && time != T_TSTZ))
        return 0;
    n->asof.forgets = true;
    n->asof.tolerance = MIN(n->asof.tolerance, s->ctx->state_ttl_us - 1);
    trace_say(s, "rows of %s are found until then", trace_name(n->in[1]));
    return 0;
}

/* Rows of streams: those of relations leave as they are told to. */
static int of_recurse(PlanState *s, Logical *n, Err *err)
{
    if (recurse_reads_stream(n->in[0]))
        TRY(wrap(s, n, 0, err));
    for (uint32_t i = 0; i < n->recurse.n_leaves && s->ctx->state_ttl_us > 0; i++)
        if (n->recurse.leaf[i] && n->recurse.leaf[i]->props.content >= STATE_KEYS && recurse_reads_stream(n->recurse.leaf[i]))
            TRY(put_ttl(s, &n->recurse.leaf[i], n->at, err));
    return props_derive(s, n, err);
}

static int of_node(PlanState *s, Logical **node, Err *err)
{
    Logical *n = *node;
    switch (n->kind) {
    case L_AGG: return of_agg(s, n, err);
    case L_JOIN: return of_join(s, node, err);
    case L_SET_OP: TRY(wrap(s, n, 0, err)); return wrap(s, n, 1, err);
    case L_RECURSE: return of_recurse(s, n, err);
    case L_TOP_N: {
        bool first_ones = n->top.n_part == 0 && n->in[0]->props.change == CHANGE_APPEND && n->top.hi != INT64_MAX;
        if (first_ones || is_of_window(s, n) || n->in[0]->props.content < STATE_KEYS || is_frozen_top_n(n))
            return 0;
        bool by_key = s->ctx->ttl_mode == TTL_FREEZE && s->ctx->state_ttl_us > 0 && n->top.n_part > 0 &&
                      n->in[0]->props.change == CHANGE_APPEND && n->top.hi != INT64_MAX;
        return by_key ? put_key_ttl(s, n, err) : wrap(s, n, 0, err);
    }
    case L_OVER: return n->props.change == CHANGE_APPEND && over_clock(n, NULL) ? 0 : wrap(s, n, 0, err);
    case L_ASOF:
        if (logical_asof_use(s, n) != ASOF_UPDATES)
            return of_asof(s, n);
        TRY(wrap(s, n, 0, err));
        return wrap(s, n, 1, err);
    case L_WINDOW_AGG: return logical_window_closes(n) ? 0 : wrap(s, n, 0, err);
    case L_WINDOW: return n->window.spec.kind != WINDOW_SESSION || logical_window_closes(n) ? 0 : wrap(s, n, 0, err);
    default: return 0;
    }
}

/* One that was given by name. */
static int of_given(PlanState *s, Logical *n, Err *err)
{
    TRY(props_derive(s, n->in[0], err));
    if (n->in[0]->props.content < STATE_KEYS)
        return RAISE_AT(err, ERR_BAD_OPTION, n->at, "state_ttl of rows that do not grow: they are those of %s",
                        n->in[0]->props.content_why);
    n->ttl.has_time = true;
    TRY(find_time(s, n->in[0], n->at, true, &n->ttl.time, err));
    return n->ttl.time || n->in[0]->props.n_wm == 0 ? 0 : no_clock(n->at, err);
}

int rule_state_ttl(PlanState *s, Logical **node, Err *err)
{
    Logical *n = *node;
    for (uint32_t i = 0; i < n->n_in; i++)
        TRY(rule_state_ttl(s, &n->in[i], err));
    if (!s->continuous)
        return 0;
    if (n->kind == L_TTL && !n->ttl.has_time)
        return of_given(s, n, err);
    if (s->ctx->state_ttl_us == 0 && s->ctx->n_side_ttl == 0)
        return 0;
    TRY(props_derive(s, n, err));
    return of_node(s, node, err);
}

/* ---- what is checked, when the classes of state are known ---- */

static int refuse(const Logical *n, const char *what, Err *err)
{
    return RAISE_AT(err, ERR_UNSUPPORTED, n->at, "option \"state_ttl\" with %s is not supported yet", what);
}

static int check_group(const Logical *n, Err *err)
{
    const Props *in = &n->in[0]->props;
    uint32_t cls, col;
    if (n->group.emit == OUTPUT_FINAL || n->group.emit == OUTPUT_ON_WINDOW_CLOSE)
        return refuse(n, "EMIT FINAL or EMIT ON WINDOW CLOSE", err);
    const Expr *time = n->group.ttl_time;
    if (!time && in->n_wm == 0)
        return 0;
    if (time && expr_is_nondecreasing(time, &col) && props_find_class(in, col, &cls))
        return 0;
    return no_clock(n->at, err);
}

/* Are the rows of n forgotten by an option? */
static bool is_limited(const Logical *n)
{
    if (n->kind == L_TTL)
        return true;
    for (uint32_t i = 0; i < n->n_in && (n->kind == L_PROJECT || n->kind == L_UNION || n->kind == L_FILTER); i++)
        if (is_limited(n->in[i]))
            return true;
    return false;
}

/* What is over stays in the result for ever: freeze is for what only comes. */
static int check_freeze(const PlanState *s, const Logical *n, Err *err)
{
    bool through = n->kind == L_PROJECT || n->kind == L_UNION || n->kind == L_FILTER || n->kind == L_TTL;
    bool limited = false;
    for (uint32_t i = 0; i < n->n_in; i++)
        limited |= is_limited(n->in[i]);
    if (s->ctx->ttl_mode != TTL_FREEZE || !limited || through || (n->kind == L_JOIN && n->join.freezes) || is_frozen_top_n(n))
        return 0;
    return RAISE_AT(err, ERR_UNSUPPORTED, n->at,
                    "option ttl_mode = 'freeze' with a %s is not supported: it is for GROUP BY, joins and the first rows of each "
                    "key, over rows that are only inserted",
                    logical_kind_name(n->kind));
}

int ttl_check(PlanState *s, Logical *n, Err *err)
{
    if (s->ctx->state_ttl_us == 0 && s->ctx->n_side_ttl == 0)
        return 0;
    s->n_ttl += n->kind == L_TTL && !n->ttl.is_given;
    TRY(check_freeze(s, n, err));
    if (s->ctx->state_ttl_us == 0 || n->state < STATE_KEYS)
        return 0;
    if ((n->kind == L_TTL && n->ttl.n_part > 0) || is_frozen_top_n(n))
        return 0;
    if (n->kind == L_ASOF && n->asof.forgets) {
        s->n_ttl++;
        n->state = STATE_WINDOW;
        n->state_why = "rows until their state_ttl is over";
        return 0;
    }
    if (n->kind != L_AGG) {
        char what[64];
        snprintf(what, sizeof(what), "a %s", logical_kind_name(n->kind));
        return refuse(n, what, err);
    }
    TRY(check_group(n, err));
    s->n_ttl++;
    n->group.ttl_us = s->ctx->state_ttl_us;
    n->group.freezes = s->ctx->ttl_mode == TTL_FREEZE;
    if (n->group.freezes) {
        n->state_why = "per distinct key: those that are over are remembered";
        return 0;
    }
    n->state = STATE_WINDOW;
    n->state_why = n->group.ttl_time ? "until the watermark passes the last change of the group by the TTL"
                                     : "until the TTL has passed since the last change of the group";
    return 0;
}

int ttl_check_used(const PlanState *s, Err *err)
{
    for (uint32_t i = 0; i < s->ctx->n_side_ttl && !s->is_body; i++)
        if (!(s->side_ttl_used >> i & 1))
            return RAISE_AT(err, ERR_BAD_OPTION, s->ctx->side_ttl[i].at,
                            "state_ttl of \"%.*s\": nothing in FROM of the query has this name", (int)s->ctx->side_ttl[i].name.n,
                            s->ctx->side_ttl[i].name.p);
    if (s->ctx->state_ttl_us == 0 || s->n_ttl > 0 || s->is_body)
        return 0;
    return RAISE(err, ERR_UNSUPPORTED,
                 "option \"state_ttl\" has nothing to forget: no state of the query grows with its rows or keys");
}
