/* SPDX-License-Identifier: Apache-2.0
 *
 * What a condition says of another one: whether a partial index has all rows that a query can want.  A part of the wanted one
 * follows from one that is equal to it, and from a comparison of the same value with a constant that leaves less. */
#include "plan/implies.h"

typedef struct Bound { /* value op constant */
    const Expr *of;
    const Value *v;
    char op; /* = < > L (<=) G (>=) ! */
} Bound;

static char op_of(const char *name)
{
    static const struct {
        const char *name;
        char op;
    } ops[] = {{"=", '='}, {"<", '<'}, {">", '>'}, {"<=", 'L'}, {">=", 'G'}, {"<>", '!'}, {"!=", '!'}};
    for (size_t i = 0; i < ARRAY_LEN(ops); i++)
        if (strcmp(name, ops[i].name) == 0)
            return ops[i].op;
    return 0;
}

static char mirrored(char op)
{
    switch (op) {
    case '<': return '>';
    case '>': return '<';
    case 'L': return 'G';
    case 'G': return 'L';
    default: return op;
    }
}

static bool is_bound(const Expr *e, Bound *ret)
{
    char op = e->kind == EXPR_CALL && e->n_args == 2 ? op_of(e->fn->name) : 0;
    if (!op)
        return false;
    bool swapped = e->arg[0]->kind == EXPR_CONST;
    const Expr *value = e->arg[swapped ? 0 : 1], *of = e->arg[swapped ? 1 : 0];
    if (value->kind != EXPR_CONST || value->value.is_null || !type_eq(value->value.type, of->type))
        return false;
    *ret = (Bound){of, &value->value, swapped ? mirrored(op) : op};
    return true;
}

static bool holds(const Value *v, char op, const Value *than)
{
    int c = value_cmp(v, than);
    switch (op) {
    case '=': return c == 0;
    case '<': return c < 0;
    case '>': return c > 0;
    case 'L': return c <= 0;
    case 'G': return c >= 0;
    default: return c != 0;
    }
}

/* All x with `x g.op g.v` fulfil `x w.op w.v`. */
static bool leaves_less(const Bound *g, const Bound *w)
{
    if (!type_eq(g->v->type, w->v->type))
        return false;
    int c = value_cmp(g->v, w->v);
    switch (g->op) {
    case '=': return holds(g->v, w->op, w->v);
    case '<': return (w->op == '<' || w->op == 'L' || w->op == '!') && c <= 0;
    case 'L': return w->op == 'L' ? c <= 0 : (w->op == '<' || w->op == '!') && c < 0;
    case '>': return (w->op == '>' || w->op == 'G' || w->op == '!') && c >= 0;
    case 'G': return w->op == 'G' ? c >= 0 : (w->op == '>' || w->op == '!') && c > 0;
    default: return w->op == '!' && c == 0;
    }
}

/* e = given[0] IN (..): each of its values. */
static bool list_implies(const Expr *list, const Bound *w)
{
    if (!expr_equal(list->arg[0], w->of))
        return false;
    for (uint32_t i = 1; i < list->n_args; i++)
        if (list->arg[i]->kind != EXPR_CONST || list->arg[i]->value.is_null || !type_eq(list->arg[i]->value.type, w->v->type) ||
            !holds(&list->arg[i]->value, w->op, w->v))
            return false;
    return true;
}

static bool is_listed(const Expr *list, const Value *v)
{
    for (uint32_t i = 1; i < list->n_args; i++)
        if (list->arg[i]->kind == EXPR_CONST && !list->arg[i]->value.is_null && type_eq(list->arg[i]->value.type, v->type) &&
            value_cmp(&list->arg[i]->value, v) == 0)
            return true;
    return false;
}

static bool list_has_all(const Expr *list, const Expr *of)
{
    for (uint32_t i = 1; i < of->n_args; i++)
        if (of->arg[i]->kind != EXPR_CONST || of->arg[i]->value.is_null || !is_listed(list, &of->arg[i]->value))
            return false;
    return expr_equal(list->arg[0], of->arg[0]);
}

/* The comparison is not true of a NULL. */
static bool rejects_null(const Expr *g, const Expr *of)
{
    Bound b;
    if (g->kind == EXPR_IN)
        return expr_equal(g->arg[0], of);
    if (is_bound(g, &b))
        return expr_equal(b.of, of);
    return g->kind == EXPR_CALL && g->n_args == 2 && op_of(g->fn->name) && (expr_equal(g->arg[0], of) || expr_equal(g->arg[1], of));
}

/* Neither is an AND or an OR. */
static bool one_implies(const Expr *g, const Expr *w)
{
    Bound have, want;
    if (expr_equal(g, w))
        return true;
    if (w->kind == EXPR_CALL && w->n_args == 1 && strcmp(w->fn->name, "is not null") == 0)
        return rejects_null(g, w->arg[0]);
    if (w->kind == EXPR_IN && g->kind == EXPR_IN)
        return list_has_all(w, g);
    if (w->kind == EXPR_IN)
        return is_bound(g, &have) && have.op == '=' && expr_equal(have.of, w->arg[0]) && is_listed(w, have.v);
    if (!is_bound(w, &want))
        return false;
    if (g->kind == EXPR_IN)
        return list_implies(g, &want);
    return is_bound(g, &have) && expr_equal(have.of, want.of) && leaves_less(&have, &want);
}

bool expr_implies(const Expr *given, const Expr *wanted)
{
    bool any = false, all = true;
    if (expr_equal(given, wanted) || (wanted->kind == EXPR_CONST && !wanted->value.is_null && wanted->value.b))
        return true;
    if (wanted->kind == EXPR_AND) {
        for (uint32_t i = 0; i < wanted->n_args; i++)
            all = all && expr_implies(given, wanted->arg[i]);
        return all;
    }
    if (given->kind == EXPR_OR) {
        for (uint32_t i = 0; i < given->n_args; i++)
            all = all && expr_implies(given->arg[i], wanted);
        return all;
    }
    for (uint32_t i = 0; given->kind == EXPR_AND && i < given->n_args; i++)
        any = any || expr_implies(given->arg[i], wanted);
    for (uint32_t i = 0; wanted->kind == EXPR_OR && i < wanted->n_args; i++)
        any = any || expr_implies(given, wanted->arg[i]);
    if (given->kind == EXPR_AND || wanted->kind == EXPR_OR)
        return any;
    return one_implies(given, wanted);
}
