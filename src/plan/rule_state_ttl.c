/* SPDX-License-Identifier: Apache-2.0
 *
 * State TTL (design 3.7): which operators forget by it, and by which clock.
 *
 * A grouping of rows that only come forgets whole groups: it takes, from the watermark columns of its input, the time of each row
 * as one more expression over it, so that pruning keeps the column.  Whatever else would keep rows or keys for ever gets its inputs
 * through an L_TTL, which takes each row back when its time is over, so that what is above is the answer over the rows that are
 * active.  Where an input has no watermark at all, the clock is processing time.  An inner join whose inputs only grow keeps its
 * results when it forgets (`freezes`), unless `ttl_mode` says retract.
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

static int of_join(PlanState *s, Logical *n, Err *err)
{
    JoinBand band;
    if (join_is_timed(s, n, &band) || logical_join_probes(s, n))
        return 0;
    TRY(wrap(s, n, 0, err));
    TRY(wrap(s, n, 1, err));
    n->join.freezes =
        n->join.type == INNER_JOIN && s->ctx->ttl_mode != TTL_RETRACT && only_comes(s, n->in[0]) && only_comes(s, n->in[1]);
    return props_derive(s, n, err);
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
    return find_time(s, n->in[0], n->at, false, &n->group.ttl_time, err);
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

static int of_node(PlanState *s, Logical *n, Err *err)
{
    switch (n->kind) {
    case L_AGG: return of_agg(s, n, err);
    case L_JOIN: return of_join(s, n, err);
    case L_SET_OP: TRY(wrap(s, n, 0, err)); return wrap(s, n, 1, err);
    case L_TOP_N: {
        bool first_ones = n->top.n_part == 0 && n->in[0]->props.change == CHANGE_APPEND && n->top.hi != INT64_MAX;
        return first_ones || is_of_window(s, n) ? 0 : wrap(s, n, 0, err);
    }
    case L_OVER: return n->props.change == CHANGE_APPEND && over_clock(n, NULL) ? 0 : wrap(s, n, 0, err);
    case L_ASOF:
        if (logical_asof_use(s, n) != ASOF_UPDATES)
            return 0;
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
    return of_node(s, n, err);
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
    if (s->ctx->ttl_mode != TTL_FREEZE || !limited || through || (n->kind == L_JOIN && n->join.freezes))
        return 0;
    return RAISE_AT(
        err, ERR_UNSUPPORTED, n->at,
        "option ttl_mode = 'freeze' with a %s is not supported: it is for GROUP BY and inner joins of rows that are only "
        "inserted",
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
    for (uint32_t i = 0; i < s->ctx->n_side_ttl; i++)
        if (!(s->side_ttl_used >> i & 1))
            return RAISE_AT(err, ERR_BAD_OPTION, s->ctx->side_ttl[i].at,
                            "state_ttl of \"%.*s\": nothing in FROM of the query has this name", (int)s->ctx->side_ttl[i].name.n,
                            s->ctx->side_ttl[i].name.p);
    if (s->ctx->state_ttl_us == 0 || s->n_ttl > 0)
        return 0;
    return RAISE(err, ERR_UNSUPPORTED,
                 "option \"state_ttl\" has nothing to forget: no state of the query grows with its rows or keys");
}
