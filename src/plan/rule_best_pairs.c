/* SPDX-License-Identifier: Apache-2.0
 *
 * Of the pairs of a join of two streams whoever wants the first of a group only, ROW_NUMBER() = 1 or MAX, needs none that comes
 * behind another of its group.  Where the groups are made of one side's columns (or of keys of the join, which are the same on
 * both), the pairs of a stored row of that side are of one group; where the order is by columns of the other side, the join knows a
 * pair's place in it before the pair is made.  So it remembers for each stored row the best that it has met (PairBest) and leaves
 * out what lies behind: the node above gets a fraction of the pairs, and stays, for it knows the groups.
 *
 * What has to hold: rows only come, so that the best is never taken back; groups do not go by a clock, for a pair that is left out
 * would have been late, or have kept a group alive; the condition cannot fail, for a pair that is left out is not judged. */
#include "plan/join_impl.h"
#include "plan/plan.h"
#include "plan/rules.h"

typedef struct Wanted { /* the first of which groups, in which order: columns of the join */
    uint32_t n_part, n_order;
    Expr *const *part, *const *order;
    bool desc, nulls_first; /* of order[0] */
    const bool *desc_of, *nulls_first_of;
} Wanted;

static bool is_wide(const Expr *e)
{
    TypeId t = (TypeId)e->type.id;
    return e->kind == EXPR_COLUMN && (t == T_I64 || t == T_TIME || t == T_TS || t == T_TSTZ || t == T_TSNS);
}

static bool wanted_of_top(const Logical *n, Wanted *ret)
{
    const LogicalTopN *t = &n->top;
    uint32_t cls;
    if (t->hi != 1 || t->n_order == 0 || t->emit == OUTPUT_FINAL || t->emit == OUTPUT_ON_WINDOW_CLOSE)
        return false;
    for (uint32_t i = 0; i < t->n_part; i++)
        if (t->part[i]->kind != EXPR_COLUMN || props_closing_class(&n->in[0]->props, t->part[i]->col, &cls))
            return false;
    *ret = (Wanted){t->n_part, t->n_order, t->part, t->order, t->desc[0], t->nulls_first[0], t->desc, t->nulls_first};
    return true;
}

/* MAX of one column, however often; or MIN. */
static bool wanted_of_agg(const Logical *n, Wanted *ret)
{
    const LogicalGroup *g = &n->group;
    if (g->n_aggs == 0 || g->standing.n || g->closes || g->ttl_time || g->emit == OUTPUT_FINAL || g->emit == OUTPUT_ON_WINDOW_CLOSE)
        return false;
    for (uint32_t i = 0; i < g->n_keys; i++)
        if (g->keys[i]->kind != EXPR_COLUMN)
            return false;
    for (uint32_t i = 0; i < g->n_aggs; i++) {
        const LogicalAgg *a = &g->aggs[i];
        if (a->native || a->filter || a->n_given != 1 || a->n_order || !str_eq(a->func, g->aggs[0].func) ||
            a->arg[0]->kind != EXPR_COLUMN || a->arg[0]->col != g->aggs[0].arg[0]->col)
            return false;
    }
    bool is_max = str_eq(g->aggs[0].func, STR("max"));
    *ret = (Wanted){g->n_keys, 1, g->keys, g->aggs[0].arg, is_max, false, NULL, NULL};
    return is_max || str_eq(g->aggs[0].func, STR("min"));
}

static bool only_streams(const PlanState *s, const Logical *join)
{
    const LogicalJoin *j = &join->join;
    return s->continuous && !s->inputs_end && s->ctx->state_ttl_us == 0 && s->ctx->n_side_ttl == 0 && j->type == INNER_JOIN &&
           !j->freezes && !j->at_clock && !j->is_mutual && join->in[0]->props.change == CHANGE_APPEND &&
           join->in[1]->props.change == CHANGE_APPEND && !logical_join_probes(s, join);
}

static bool on_right(const Logical *join, const Expr *e)
{
    return e->col >= join->in[0]->n_cols;
}

/* The same for all pairs of a stored row that does not have the order's columns. */
static bool is_of_group(const Logical *join, const JoinKeys *k, const Expr *e, bool order_right)
{
    if (on_right(join, e) != order_right)
        return true;
    uint32_t col = e->col - (order_right ? join->in[0]->n_cols : 0);
    return join_keys_cover(k, order_right ? SIDE_RIGHT : SIDE_LEFT, &col, 1);
}

static int look_at(PlanState *s, Logical *join, const Wanted *w, Err *err)
{
    JoinKeys keys;
    PairBest best = {0};
    if (!only_streams(s, join) || !is_wide(w->order[0]))
        return 0;
    TRY(join_keys_find(s->arena, join, &keys, err));
    if (keys.n == 0 || (keys.residual && (keys.residual->can_fail || keys.residual->is_volatile || keys.residual->is_stable)))
        return 0;
    bool right = on_right(join, w->order[0]);
    for (uint32_t i = 0; i < w->n_part; i++)
        if (!is_of_group(join, &keys, w->part[i], right))
            return 0;
    best.side = right;
    for (; best.n < MIN(w->n_order, PAIR_BEST_MAX); best.n++) {
        const Expr *e = w->order[best.n];
        if (!is_wide(e) || on_right(join, e) != right)
            break;
        best.col[best.n] = e->col - (right ? join->in[0]->n_cols : 0);
        best.desc[best.n] = w->desc_of ? w->desc_of[best.n] : w->desc;
        best.nulls_first[best.n] = w->nulls_first_of ? w->nulls_first_of[best.n] : w->nulls_first;
    }
    join->join.best = best;
    trace_say(s, "join of %s and %s leaves out pairs behind the best", trace_name(join->in[0]), trace_name(join->in[1]));
    return 0;
}

int rule_best_pairs(PlanState *s, Logical **node, Err *err)
{
    Logical *n = *node;
    Wanted w;
    for (uint32_t i = 0; i < n->n_in; i++)
        TRY(rule_best_pairs(s, &n->in[i], err));
    bool is_user = (n->kind == L_TOP_N && wanted_of_top(n, &w)) || (n->kind == L_AGG && wanted_of_agg(n, &w));
    return is_user && n->in[0]->kind == L_JOIN ? look_at(s, n->in[0], &w, err) : 0;
}
