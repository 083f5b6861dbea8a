/* SPDX-License-Identifier: Apache-2.0
 *
 * Predicates: filters on filters become one conjunction, TRUE goes away, and a filter with nothing left goes with it.  What every
 * alternative of an OR says is said once beside it, (a AND b) OR (a AND c) = a AND (b OR c): an equality that joins must not stay
 * inside. */
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

/* ---- what alternatives have in common ---- */

typedef struct Conjuncts {
    Expr *const *part;
    uint32_t n;
} Conjuncts;
static Conjuncts conjuncts_of(Expr *const *e)
{
    return (*e)->kind == EXPR_AND ? (Conjuncts){(*e)->arg, (*e)->n_args} : (Conjuncts){e, 1};
}

static bool holds(Conjuncts c, const Expr *part)
{
    for (uint32_t i = 0; i < c.n; i++)
        if (expr_equal(c.part[i], part))
            return true;
    return false;
}

static int all_of(PlanState *s, Expr **part, uint32_t n, Span at, Expr **ret, Err *err)
{
    *ret = part[0];
    return n == 1 ? 0 : expr_logic(s->arena, EXPR_AND, part, n, at, ret, err);
}

/* The alternatives without the common parts; *ret NULL: one of them says no more than these. */
static int rest_of(PlanState *s, const Expr *e, Conjuncts common, Expr **ret, Err *err)
{
    Expr **rest = ARENA_ARRAY(s->arena, Expr *, e->n_args);
    *ret = NULL;
    if (!rest)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < e->n_args; i++) {
        Conjuncts c = conjuncts_of(&e->arg[i]);
        Expr **left = ARENA_ARRAY(s->arena, Expr *, c.n + 1);
        uint32_t n = 0;
        if (!left)
            return RAISE_NOMEM(err);
        for (uint32_t k = 0; k < c.n; k++)
            if (!holds(common, c.part[k]))
                left[n++] = c.part[k];
        if (n == 0)
            return 0;
        TRY(all_of(s, left, n, e->at, &rest[i], err));
    }
    return expr_logic(s->arena, EXPR_OR, rest, e->n_args, e->at, ret, err);
}

static int take_common(PlanState *s, const Logical *over, Expr *e, Expr **ret, Err *err)
{
    Conjuncts first = conjuncts_of(&e->arg[0]);
    Expr **part = ARENA_ARRAY(s->arena, Expr *, first.n + 2);
    uint32_t n = 0;
    *ret = e;
    if (!part)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < first.n; i++) {
        bool common = !first.part[i]->is_volatile;
        for (uint32_t k = 1; k < e->n_args; k++)
            common = common && holds(conjuncts_of(&e->arg[k]), first.part[i]);
        if (common) {
            trace_say(s, "%s holds in each part of OR", trace_text(s, over, first.part[i]));
            part[n++] = first.part[i];
        }
    }
    if (n == 0)
        return 0;
    TRY(rest_of(s, e, (Conjuncts){part, n}, &part[n], err));
    return all_of(s, part, n + (part[n] != NULL), e->at, ret, err);
}

/* over: what the columns are of. */
static int factor(PlanState *s, const Logical *over, Expr **e, Err *err)
{
    if ((*e)->kind == EXPR_OR)
        return take_common(s, over, *e, e, err);
    if ((*e)->kind != EXPR_AND)
        return 0;
    bool changed = false;
    Expr **part = ARENA_ARRAY(s->arena, Expr *, (*e)->n_args);
    if (!part)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < (*e)->n_args; i++) {
        part[i] = (*e)->arg[i];
        if (part[i]->kind == EXPR_OR)
            TRY(take_common(s, over, part[i], &part[i], err));
        changed |= part[i] != (*e)->arg[i];
    }
    return changed ? expr_logic(s->arena, EXPR_AND, part, (*e)->n_args, (*e)->at, e, err) : 0;
}

static int simplify_filter(PlanState *s, Logical **node, Err *err)
{
    Logical *n = *node;
    if (n->in[0]->kind == L_FILTER) { /* the inner predicate first: rows it refuses must not reach the outer one */
        Expr *both[2] = {n->in[0]->predicate, n->predicate};
        TRY(expr_logic(s->arena, EXPR_AND, both, 2, n->at, &n->predicate, err));
        n->in[0] = n->in[0]->in[0];
        logical_take_columns(n);
        trace_say(s, "two filters are one");
    }
    TRY(factor(s, n->in[0], &n->predicate, err));
    uint32_t cap = n->predicate->kind == EXPR_AND ? n->predicate->n_args : 1;
    Expr **live = ARENA_ARRAY(s->arena, Expr *, cap + 1);
    if (!live)
        return RAISE_NOMEM(err);
    uint32_t n_live = live_conjuncts(n->predicate, live);
    if (n_live < cap)
        trace_say(s, "TRUE left out");
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
    if ((*n)->kind == L_JOIN && (*n)->join.on)
        TRY(factor(s, *n, &(*n)->join.on, err));
    return (*n)->kind == L_FILTER ? simplify_filter(s, n, err) : 0;
}
