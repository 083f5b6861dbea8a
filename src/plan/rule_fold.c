/* SPDX-License-Identifier: Apache-2.0
 *
 * Constant folding of every expression (design 2.5): pure calls on constants are evaluated once; one that raises stays as it is,
 * for it may sit in a branch that is never taken. */
#include "plan/rules.h"

typedef struct Fold {
    PlanState *s;
    const Logical *over; /* the columns are of; NULL = of several nodes */
} Fold;

static int fold_one(void *self, Expr **e, Err *err)
{
    const Fold *f = self;
    Expr *folded = expr_fold(f->s->arena, *e);
    if (!folded)
        return RAISE_NOMEM(err);
    if (f->s->trace && f->over && !expr_equal(*e, folded))
        trace_say(f->s, "%s is %s", trace_text(f->s, f->over, *e), trace_text(f->s, f->over, folded));
    *e = folded;
    return 0;
}

int rule_fold(PlanState *s, Logical **n, Err *err)
{
    for (uint32_t i = 0; i < (*n)->n_in; i++)
        TRY(rule_fold(s, &(*n)->in[i], err));
    const Logical *over = (*n)->kind == L_ASOF ? NULL : (*n)->n_in == 1 ? (*n)->in[0] : *n;
    Fold f = {s, over};
    return logical_each_expr(*n, fold_one, &f, err);
}
