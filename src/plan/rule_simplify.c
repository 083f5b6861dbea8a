/* SPDX-License-Identifier: Apache-2.0
 *
 * Predicates: filters on filters become one conjunction, TRUE goes away, and a filter with nothing left goes with it. */
#include "plan/rules.h"

static bool is_true(const Expr *e)
{
    return e->kind == EXPR_CONST && !e->value.is_null && e->type.id == T_BOOL && e->value.b;
}

/* Conjuncts without TRUE; args of a nested AND are flat already (expr_logic). */
static uint32_t live_conjuncts(Expr *e, Expr **out)
{
    uint32_t n = 0;
    if (e->kind != EXPR_AND) {
        if (!is_true(e))
            out[n++] = e;
        return n;
    }
    for (uint32_t i = 0; i < e->n_args; i++)
        if (!is_true(e->arg[i]))
            out[n++] = e->arg[i];
    return n;
}

static int simplify_filter(PlanState *s, Logical **node, Err *err)
{
    Logical *n = *node;
    if (n->in[0]->kind == L_FILTER) { /* the inner predicate first: rows it refuses must not reach the outer one */
        Expr *both[2] = {n->in[0]->predicate, n->predicate};
        TRY(expr_logic(s->arena, EXPR_AND, both, 2, n->at, &n->predicate, err));
        n->in[0] = n->in[0]->in[0];
        logical_take_columns(n);
    }
    uint32_t cap = n->predicate->kind == EXPR_AND ? n->predicate->n_args : 1;
    Expr **live = ARENA_ARRAY(s->arena, Expr *, cap + 1);
    if (!live)
        return RAISE_NOMEM(err);
    uint32_t n_live = live_conjuncts(n->predicate, live);
    if (n_live == 0) {
        *node = n->in[0];
        return 0;
    }
    if (n_live == 1)
        n->predicate = live[0];
    else if (n_live < cap)
        TRY(expr_logic(s->arena, EXPR_AND, live, n_live, n->at, &n->predicate, err));
    return 0;
}

int rule_simplify(PlanState *s, Logical **n, Err *err)
{
    for (uint32_t i = 0; i < (*n)->n_in; i++)
        TRY(rule_simplify(s, &(*n)->in[i], err));
    return (*n)->kind == L_FILTER ? simplify_filter(s, n, err) : 0;
}
