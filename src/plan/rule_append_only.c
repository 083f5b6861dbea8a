/* SPDX-License-Identifier: Apache-2.0
 *
 * Aggregates over input without deletes are bound again as such: MIN, MAX, FIRST and LAST then keep one value instead of all of
 * them. */
#include "plan/rules.h"

int rule_append_only(PlanState *s, Logical **node, Err *err)
{
    Logical *n = *node;
    for (uint32_t i = 0; i < n->n_in; i++)
        TRY(rule_append_only(s, &n->in[i], err));
    if (n->kind != L_AGG && n->kind != L_WINDOW_AGG)
        return 0;
    bool retractable = n->in[0]->props.change != CHANGE_APPEND;
    for (uint32_t i = 0; i < n->group.n_aggs; i++)
        TRY(logical_agg_bind(s->arena, &n->group.aggs[i], retractable, err));
    return 0;
}
