/* SPDX-License-Identifier: Apache-2.0
 *
 * percentile_cont(f) WITHIN GROUP (ORDER BY x) and percentile_disc, where f is no constant but something that a group has one value
 * of: a column of GROUP BY, or one of the query around.  The aggregate lists the values in their order, array_agg(x ORDER BY x),
 * and a function takes the one at f from the list; so f is held to what stands beside aggregates, and follows the group. */
#include "plan/bind_impl.h"

#include "data/nested.h"
#include "sql/ast_equal.h"

#define LIST "array_agg"

static bool is_percentile(Str name)
{
    return str_eq(name, STR("percentile_cont")) || str_eq(name, STR("percentile_disc"));
}

typedef struct Fraction {
    bool columns, aggregates;
} Fraction;

static int look_into(void *self, Node *n)
{
    Fraction *f = self;
    f->columns |= n->kind == NODE_EXPR_COLUMN;
    f->aggregates |= n->kind == NODE_EXPR_CALL && agg_is_name(name_last(&AST(ExprCall, n)->func)->s);
    return ast_each_child(n, look_into, self);
}

bool bind_fraction_varies(const ExprCall *c)
{
    Fraction f = {0};
    if (c->within_group.n != 1 || c->args.n != 1 || c->over || c->distinct || !is_percentile(name_last(&c->func)->s))
        return false;
    (void)look_into(&f, c->args.first);
    return f.columns && !f.aggregates; /* these cannot be nested */
}

/* A list of arrays is an array of two dimensions, whose elements are not these arrays. */
static int refuse_arrays(const ExprScope *x, const Node *value, Err *err)
{
    ExprScope in = *x;
    Expr *e;
    in.in_agg = true;
    in.in_over = false;
    if (bind_expr(&in, value, &e, NULL) < 0 || e->type.id != T_ARRAY) /* what is wrong with it the aggregate says */
        return 0;
    return bind_unsupported(err, value->at, "percentile_disc() of arrays with a fraction that is not constant is");
}

/* array_agg(x ORDER BY x) FILTER (WHERE x IS NOT NULL) */
static int list_values(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    Node *value = AST(OrderItem, c->within_group.first)->expr; /* in no list but that of the arguments */
    ExprCall *list = arena_memdup(a, c, sizeof(*c));
    ExprIs *there = ARENA_NEW(a, ExprIs);
    ExprLogic *both = ARENA_NEW(a, ExprLogic);
    Ident *name = ARENA_NEW(a, Ident);
    if (!list || !there || !both || !name)
        return RAISE_NOMEM(err);
    value->next = NULL;
    *there = (ExprIs){.node = {.kind = NODE_EXPR_IS, .at = c->node.at}, .test = IS_NULL, .negated = true, .arg = value};
    *name = (Ident){.s = STR(LIST), .at = c->node.at};
    list->func = (Name){.part = name, .n_parts = 1, .at = c->func.at};
    list->args = (NodeList){.first = value, .last = value, .n = 1};
    list->order_by = c->within_group;
    list->within_group = (NodeList){0};
    list->filter = &there->node;
    if (c->filter) {
        *both = (ExprLogic){.node = {.kind = NODE_EXPR_LOGIC, .at = c->node.at}};
        node_list_append(&both->args, &there->node);
        node_list_append(&both->args, c->filter);
        list->filter = &both->node;
    }
    return bind_aggregate(x, list, ret, err);
}

int bind_fraction(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    bool between = str_eq(name_last(&c->func)->s, STR("percentile_cont"));
    Expr *arg[2];
    TRY(refuse_arrays(x, AST(OrderItem, c->within_group.first)->expr, err));
    TRY(list_values(x, c, &arg[0], err));
    TRY(bind_expr(x, c->args.first, &arg[1], err));
    Type element = type_element(arg[0]->type);
    if (type_holds(arg[1]->type, T_ARRAY))
        return bind_unsupported(err, c->args.first->at, "an array of fractions that is not constant is");
    if (between && !type_is_numeric(element.id) && element.id != T_INTERVAL)
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, c->node.at, "percentile_cont() takes numbers and intervals");
    if (between && element.id != T_INTERVAL)
        TRY(expr_cast(a, arg[0], type_array(TYPE(F64)), CAST_EXPLICIT, false, &arg[0], err));
    TRY(expr_cast(a, arg[1], TYPE(F64), CAST_IMPLICIT, false, &arg[1], err));
    return expr_call(a, between ? STR("percentile between") : STR("percentile of"), arg, 2, c->node.at, ret, err);
}
