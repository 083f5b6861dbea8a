/* SPDX-License-Identifier: Apache-2.0
 *
 * agg(x) FILTER (WHERE c): x is not computed for rows that c leaves out, so what it would raise for them is not raised either
 * (sum(1 / x) FILTER (WHERE x <> 0)).  The arguments of all aggregates are computed at once, for all rows; so such an argument
 * becomes CASE WHEN c THEN x END.  Only what fails by the values of ordinary rows is worth that: sums and products of numbers,
 * which overflow once in a lifetime, stay as they are.
 *
 * It is done after the identity of the node is known, of which it is no part: plans that are stored have the state they had. */
#include "plan/agg_guard.h"

#include "base/str.h"

static bool is_arithmetic(const FuncDef *fn)
{
    static const char *const name[] = {"+", "-", "*", "abs"};
    for (size_t i = 0; i < ARRAY_LEN(name); i++)
        if (strcmp(fn->name, name[i]) == 0)
            return true;
    return false;
}

static bool fails_by_values(const Expr *e)
{
    if (!e->can_fail)
        return false;
    if ((e->kind == EXPR_CALL && (e->fn->flags & FN_ERR) && !is_arithmetic(e->fn)) || (e->kind == EXPR_CAST && e->cast->can_fail))
        return true;
    for (uint32_t i = 0; i < e->n_args; i++)
        if (fails_by_values(e->arg[i]))
            return true;
    return false;
}

static int guard(Arena *a, Expr *filter, Expr **e, Err *err)
{
    if (!*e || (*e)->is_volatile || !fails_by_values(*e))
        return 0;
    return expr_case(a, &filter, e, 1, NULL, (*e)->at, e, err);
}

int agg_guard(Arena *a, PhysAggCall *call, Err *err)
{
    if (!call->filter || call->filter->is_volatile)
        return 0;
    for (uint32_t i = 0; i < ARRAY_LEN(call->arg); i++)
        TRY(guard(a, call->filter, &call->arg[i], err));
    for (uint32_t i = 0; i < ARRAY_LEN(call->order); i++)
        TRY(guard(a, call->filter, &call->order[i], err));
    return 0;
}
