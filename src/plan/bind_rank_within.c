/* SPDX-License-Identifier: Apache-2.0
 *
 * rank(x) WITHIN GROUP (ORDER BY y) and its family: which place x would have among the rows of the group.  They are counts of the
 * rows before it, so they need no aggregate of their own and follow updates and deletes:
 *   rank          1 + rows before          dense_rank  1 + different values before
 *   percent_rank  rows before / all rows   cume_dist   (rows not behind + 1) / (all rows + 1) */
#include "plan/bind_impl.h"

typedef struct Place {
    const ExprScope *x;
    const ExprCall *c;
    Arena *a;
    Span at;
} Place;

bool rank_within_is_name(Str name)
{
    static const char *const names[] = {"rank", "dense_rank", "percent_rank", "cume_dist"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq(name, str_of(names[i])))
            return true;
    return false;
}

/* ---- the conditions, as syntax: a node is in one list only, so what stands in several places is copied ---- */

static void *node(const Place *p, const void *of, size_t n)
{
    Node *copy = arena_memdup(p->a, of, n);
    if (copy) {
        copy->at = p->at;
        copy->next = NULL;
    }
    return copy;
}
#define MAKE(p, kind_, Type, ...) node(p, &(Type){.node = {.kind = (kind_)}, __VA_ARGS__}, sizeof(Type))

static Node *logic(const Place *p, bool is_or, Node *l, Node *r)
{
    if (!l || !r)
        return NULL;
    l->next = r;
    r->next = NULL;
    return MAKE(p, NODE_EXPR_LOGIC, ExprLogic, .is_or = is_or, .args = {.first = l, .last = r, .n = 2});
}

static Node *null_test(const Place *p, Node *e, bool negated)
{
    return MAKE(p, NODE_EXPR_IS, ExprIs, .test = IS_NULL, .negated = negated, .arg = e);
}

/* y sorts before x. */
static Node *before(const Place *p, const OrderItem *o, Node *x)
{
    bool desc = o->dir == SORT_DESC;
    bool nulls_first = o->nulls == SORT_NULLS_DEFAULT ? desc : o->nulls == SORT_NULLS_FIRST;
    Node *less =
        MAKE(p, NODE_EXPR_BINARY, ExprBinary, .op = desc ? SQL_OP_GT : SQL_OP_LT, .op_at = p->at, .left = o->expr, .right = x);
    Node *by_null = logic(p, false, null_test(p, o->expr, !nulls_first), null_test(p, x, nulls_first));
    return logic(p, true, less, by_null);
}

static Node *same(const Place *p, const OrderItem *o, Node *x)
{
    return MAKE(p, NODE_EXPR_DISTINCT, ExprDistinct, .negated = true, .left = o->expr, .right = x);
}

/* The rows that sort before the arguments: by the first column, or the same there and by the second, and so on.  And those that are
 * like them, when `also_same`. */
static Node *rows_before(const Place *p, bool also_same)
{
    const Node *item = p->c->within_group.first, *x = p->c->args.first;
    Node *all = NULL;
    for (uint32_t k = 0; k < p->c->args.n; k++, item = item->next, x = x->next) {
        Node *here = before(p, (const OrderItem *)item, (Node *)x);
        if (also_same && k + 1 == p->c->args.n)
            here = logic(p, true, here, same(p, (const OrderItem *)item, (Node *)x));
        const Node *y = p->c->within_group.first, *z = p->c->args.first;
        for (uint32_t i = 0; i < k && here; i++, y = y->next, z = z->next)
            here = logic(p, false, same(p, (const OrderItem *)y, (Node *)z), here);
        all = k == 0 ? here : logic(p, true, all, here);
        if (!all)
            return NULL;
    }
    return all;
}

/* ---- the counts ---- */

/* of: NULL = all rows. */
static int count_rows(const Place *p, Node *of, bool different, Expr **ret, Err *err)
{
    ExprCall *count = node(p, p->c, sizeof(*p->c));
    if (!count)
        return RAISE_NOMEM(err);
    count->func.part = arena_memdup(p->a, name_last(&p->c->func), sizeof(*count->func.part));
    if (!count->func.part)
        return RAISE_NOMEM(err);
    count->func.n_parts = 1;
    count->func.part[0].s = STR("count");
    count->args = count->within_group = (NodeList){0};
    count->star = !different;
    count->distinct = different;
    if (different) { /* of the rows of the order's columns: a NULL is a value, too */
        ExprRow *row = MAKE(p, NODE_EXPR_ROW, ExprRow, .explicit_row = true);
        if (!row)
            return RAISE_NOMEM(err);
        AST_EACH(item, p->c->within_group)
        {
            Node *y = AST(OrderItem, item)->expr; /* in no list but this one */
            y->next = NULL;
            if (row->items.last)
                row->items.last->next = y;
            else
                row->items.first = y;
            row->items.last = y;
            row->items.n++;
        }
        count->args = (NodeList){.first = &row->node, .last = &row->node, .n = 1};
    }
    count->filter = of && p->c->filter ? logic(p, false, of, p->c->filter) : of ? of : p->c->filter;
    if (of && !count->filter)
        return RAISE_NOMEM(err);
    return bind_aggregate(p->x, count, ret, err);
}

static int number(const Place *p, int64_t v, Expr **ret, Err *err)
{
    *ret = expr_const(p->a, &(Value){.type = TYPE(I64), .i64 = v}, p->at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int operation(const Place *p, const char *op, Expr *l, Expr *r, Expr **ret, Err *err)
{
    return expr_call(p->a, str_of(op), (Expr *[]){l, r}, 2, p->at, ret, err);
}

/* l / r as DOUBLE; 0 when r is 0. */
static int quotient(const Place *p, Expr *l, Expr *r, Expr **ret, Err *err)
{
    Expr *zero, *none, *empty;
    TRY(number(p, 0, &zero, err));
    TRY(operation(p, "=", r, zero, &empty, err));
    TRY(expr_cast(p->a, zero, TYPE(F64), CAST_IMPLICIT, false, &none, err));
    TRY(expr_cast(p->a, l, TYPE(F64), CAST_IMPLICIT, false, &l, err));
    TRY(expr_cast(p->a, r, TYPE(F64), CAST_IMPLICIT, false, &r, err));
    TRY(operation(p, "/", l, r, ret, err));
    return expr_case(p->a, &empty, &none, 1, *ret, p->at, ret, err);
}

static int place_of(const Place *p, Str name, Expr **ret, Err *err)
{
    bool same_too = str_eq(name, STR("cume_dist")), different = str_eq(name, STR("dense_rank"));
    Node *of = rows_before(p, same_too);
    Expr *n, *all, *one;
    if (!of)
        return RAISE_NOMEM(err);
    TRY(count_rows(p, of, different, &n, err));
    TRY(number(p, 1, &one, err));
    if (different || str_eq(name, STR("rank")))
        return operation(p, "+", n, one, ret, err);
    TRY(count_rows(p, NULL, false, &all, err));
    if (same_too) {
        TRY(operation(p, "+", n, one, &n, err));
        TRY(operation(p, "+", all, one, &all, err));
    }
    return quotient(p, n, all, ret, err);
}

static int check(const ExprCall *c, Str name, Err *err)
{
    if (c->distinct)
        return RAISE_AT(err, ERR_SYNTAX, c->node.at, "cannot use DISTINCT with WITHIN GROUP");
    if (c->order_by.n > 0)
        return RAISE_AT(err, ERR_SYNTAX, c->node.at, "an aggregate takes one ORDER BY: inside, or WITHIN GROUP");
    if (c->variadic || c->star || c->args.n != c->within_group.n) {
        (void)RAISE_AT(err, ERR_UNDEFINED_FUNCTION, c->node.at,
                       "%.*s() WITHIN GROUP takes as many arguments as its ORDER BY has expressions", (int)name.n, name.p);
        return err_hint(err, "The arguments are a row whose place among the others is asked for.");
    }
    return 0;
}

int bind_rank_within(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err)
{
    Place p = {x, c, x->b->arena, c->node.at};
    Str name = name_last(&c->func)->s;
    TRY(check(c, name, err));
    TRY(place_of(&p, name, ret, err));
    AST_EACH(item, c->args)
    {
        Expr *arg, *null, *again;
        if (item->kind == NODE_EXPR_LITERAL)
            continue;
        /* An argument is the same for all rows of a group: standing beside the counts, it is held to that. */
        TRY(bind_expr(x, item, &arg, err));
        if (arg->kind == EXPR_CONST)
            continue;
        TRY(expr_call(p.a, STR("is null"), &arg, 1, p.at, &null, err));
        TRY(place_of(&p, name, &again, err));
        TRY(expr_case(p.a, &null, ret, 1, again, p.at, ret, err));
    }
    return 0;
}
