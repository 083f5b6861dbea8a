/* SPDX-License-Identifier: Apache-2.0
 *
 * ARRAY (query): the subquery as a value (SELECT array_agg(x ORDER BY ..) ..), empty where that is NULL.  A plain SELECT is
 * rewritten so, any other is aggregated as it is. */
#include "plan/bind_impl.h"

/* ORDER BY 1 of the query is its column; anything else is over the same rows. */
static Node *order_expr(const OrderItem *item, Node *column)
{
    const ExprLiteral *l = item->expr->kind == NODE_EXPR_LITERAL ? AST(ExprLiteral, item->expr) : NULL;
    bool first = l && l->kind == LITERAL_INT && str_eq(l->text, STR("1"));
    return first ? column : item->expr;
}

static int order_of(Arena *a, const Query *q, Node *column, NodeList *ret, Err *err)
{
    *ret = (NodeList){0};
    AST_EACH(node, q->order_by)
    {
        OrderItem *item = arena_memdup(a, node, sizeof(*item));
        if (!item)
            return RAISE_NOMEM(err);
        item->expr = order_expr(AST(OrderItem, node), column);
        item->node.next = NULL;
        if (ret->last)
            ret->last->next = &item->node;
        else
            ret->first = &item->node;
        ret->last = &item->node;
        ret->n++;
    }
    return 0;
}

/* The query with array_agg(its column) in place of its column; NULL: it is of another form. */
static int aggregated(Arena *a, const Query *q, Query **ret, Err *err)
{
    const Select *s = q->body->kind == NODE_SELECT ? AST(Select, q->body) : NULL;
    const Target *t = s && s->targets.n == 1 ? AST(Target, s->targets.first) : NULL;
    *ret = NULL;
    bool plain = t && t->expr->kind != NODE_EXPR_STAR && s->distinct == SELECT_ALL && !s->group_by.n && !s->having && !s->qualify &&
                 !q->limit && !q->offset && !q->clauses;
    if (!plain)
        return 0;
    Query *query = arena_memdup(a, q, sizeof(*q));
    Select *select = arena_memdup(a, s, sizeof(*s));
    Target *target = arena_memdup(a, t, sizeof(*t));
    ExprCall *call = ARENA_NEW(a, ExprCall);
    Ident *name = ARENA_NEW(a, Ident);
    if (!query || !select || !target || !call || !name)
        return RAISE_NOMEM(err);
    *name = (Ident){.s = STR("array_agg"), .at = t->expr->at};
    *call = (ExprCall){.node = {.kind = NODE_EXPR_CALL, .at = t->expr->at}, .func = {.part = name, .n_parts = 1, .at = name->at}};
    call->args = (NodeList){.first = t->expr, .last = t->expr, .n = 1};
    TRY(order_of(a, q, t->expr, &call->order_by, err));
    target->expr = &call->node;
    target->node.next = NULL;
    select->targets = (NodeList){.first = &target->node, .last = &target->node, .n = 1};
    query->body = &select->node;
    query->order_by = (NodeList){0};
    *ret = query;
    return 0;
}

int bind_array_query(const ExprScope *x, const ExprSubquery *s, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    ExprSubquery value = *s;
    Query *query = NULL;
    TRY(aggregated(a, s->query, &query, err));
    value.array = false;
    value.query = query;
    TRY(query ? bind_scalar_subquery(x, &value, ret, err) : bind_array_value(x, s, ret, err));
    Value none = {.type = (*ret)->type, .str = STR("")};
    Expr *both[2] = {*ret, expr_const(a, &none, s->node.at)};
    return both[1] ? expr_coalesce(a, both, 2, s->node.at, ret, err) : RAISE_NOMEM(err);
}
