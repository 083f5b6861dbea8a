/* SPDX-License-Identifier: Apache-2.0
 *
 * Constant folding of every expression (design 2.5): pure calls on constants are evaluated once; one that raises stays as it is,
 * for it may sit in a branch that is never taken. */
#include "plan/rules.h"

static int fold_one(void *self, Expr **e, Err *err)
{
    Expr *folded = expr_fold(self, *e);
    if (!folded)
        return RAISE_NOMEM(err);
    *e = folded;
    return 0;
}

int rule_fold(PlanState *s, Logical **n, Err *err)
{
    for (uint32_t i = 0; i < (*n)->n_in; i++)
        TRY(rule_fold(s, &(*n)->in[i], err));
    return logical_each_expr(*n, fold_one, s->arena, err);
}
