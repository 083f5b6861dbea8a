/* SPDX-License-Identifier: Apache-2.0
 *
 * string_agg(text, delimiter) whose delimiter is another one for each row: the rows (text, delimiter) are collected as an array, in
 * the order and with the filter of the call, and joined then.  What aggregates and window functions do with arrays thus holds for
 * it.  A constant delimiter is a parameter of the aggregate, which keeps the texts alone. */
#include "plan/bind_impl.h"

#include "sql/ast_equal.h"

static bool is_constant(const ExprScope *x, const Node *n)
{
    ExprScope constants = {.b = x->b, .clause = "a delimiter"};
    Expr *e;
    if (bind_expr(&constants, n, &e, NULL) < 0)
        return false;
    e = expr_fold(x->b->arena, e);
    return e && e->kind == EXPR_CONST;
}

static bool is_own(const ExprScope *x, const ExprCall *c)
{
    bool plain = c->func.n_parts == 1 || (c->func.n_parts == 2 && str_eq(c->func.part[0].s, STR("pg_catalog")));
    return plain && str_eq(name_last(&c->func)->s, STR("string_agg")) && c->args.n == 2 && !c->variadic && !c->within_group.n &&
           c->nulls == NULLS_DEFAULT && !is_constant(x, c->args.last);
}

/* text IS NOT NULL [AND filter] */
static Node *filter_of(Arena *a, const ExprCall *c)
{
    ExprIs *is = ARENA_NEW(a, ExprIs);
    ExprLogic *both = ARENA_NEW(a, ExprLogic);
    Node *filter = c->filter ? ast_copy_top(a, c->filter) : NULL;
    if (!is || !both || (c->filter && !filter))
        return NULL;
    *is = (ExprIs){.node = {.kind = NODE_EXPR_IS, .at = c->node.at, .depth = (uint16_t)(c->args.depth + 1)},
                   .test = IS_NULL,
                   .negated = true,
                   .arg = c->args.first};
    if (!filter)
        return &is->node;
    *both = (ExprLogic){.node = {.kind = NODE_EXPR_LOGIC, .at = c->node.at}};
    node_list_append(&both->args, &is->node);
    node_list_append(&both->args, filter);
    both->node.depth = (uint16_t)(both->args.depth + 1);
    return &both->node;
}

/* array_agg(ROW(text, delimiter)) */
static int pairs_of(Arena *a, const ExprCall *c, ExprCall **ret, Err *err)
{
    ExprRow *row = ARENA_NEW(a, ExprRow);
    ExprCall *made = arena_memdup(a, c, sizeof(*c));
    Ident *part = ARENA_NEW(a, Ident);
    Node *text = ast_copy_top(a, c->args.first), *delimiter = ast_copy_top(a, c->args.last);
    if (!row || !made || !part || !text || !delimiter)
        return RAISE_NOMEM(err);
    *row = (ExprRow){.node = {.kind = NODE_EXPR_ROW, .at = c->node.at}, .explicit_row = true};
    node_list_append(&row->items, text);
    node_list_append(&row->items, delimiter);
    row->node.depth = (uint16_t)(row->items.depth + 1);
    *part = (Ident){.s = STR("array_agg"), .at = c->node.at};
    made->func = (Name){.part = part, .n_parts = 1, .at = c->node.at};
    made->args = (NodeList){0};
    node_list_append(&made->args, &row->node);
    made->filter = filter_of(a, c);
    *ret = made;
    return made->filter ? 0 : RAISE_NOMEM(err);
}

int bind_delimited(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err)
{
    ExprCall *pairs;
    Expr *array;
    char type[2][64];
    *ret = NULL;
    if (!is_own(x, c))
        return 0;
    TRY(pairs_of(x->b->arena, c, &pairs, err));
    TRY(bind_call(x, pairs, &array, err));
    const Schema *row = type_element(array->type).nested;
    Type text = row->field[0].type, delimiter = row->field[1].type;
    if ((text.id != T_TEXT && text.id != T_BYTEA) || delimiter.id != text.id) {
        type_print(text, type[0], sizeof(type[0]));
        type_print(delimiter, type[1], sizeof(type[1]));
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, c->node.at, "function string_agg(%s, %s) does not exist", type[0], type[1]);
    }
    return expr_call(x->b->arena, STR("join delimited"), &array, 1, c->node.at, ret, err);
}
