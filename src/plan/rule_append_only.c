/* SPDX-License-Identifier: Apache-2.0
 *
 * Aggregates over input without deletes are bound again as such: MIN, MAX, FIRST and LAST then keep one value instead of all of
 * them.  Those of a query that ends list values in the order of their rows; a result that is kept up to date cannot know it. */
#include "plan/plan.h"
#include "plan/rules.h"

static void list_by_arrival(LogicalAgg *g)
{
    g->by_arrival = true;
    if (!g->order_implied)
        return;
    g->n_order = 0;
    g->order[0] = NULL;
}

int rule_append_only(PlanState *s, Logical **node, Err *err)
{
    Logical *n = *node;
    for (uint32_t i = 0; i < n->n_in; i++)
        TRY(rule_append_only(s, &n->in[i], err));
    if (n->kind != L_AGG && n->kind != L_WINDOW_AGG)
        return 0;
    bool retractable = n->in[0]->props.change != CHANGE_APPEND;
    bool arrive = !s->continuous && !s->ctx->as_kept && !retractable && n->group.window.kind != WINDOW_SESSION;
    for (uint32_t i = 0; i < n->group.n_aggs; i++) {
        if (arrive)
            list_by_arrival(&n->group.aggs[i]);
        LogicalAgg *g = &n->group.aggs[i];
        bool kept_all = g->spec.flags & AGG_NEEDS_MULTISET;
        TRY(logical_agg_bind(s->arena, g, retractable, err));
        if (kept_all && !(g->spec.flags & AGG_NEEDS_MULTISET))
            trace_say(s, "%.*s() keeps one value", (int)g->func.n, g->func.p);
    }
    return 0;
}
