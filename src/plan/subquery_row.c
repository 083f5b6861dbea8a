/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows compared with the rows of a subquery, as values: (a, b) IN (query), (a, b) op ANY | ALL (query), and with the only one of
 * it, (a, b) op (query).  A row of several columns can be unknown in more ways than a count of NULLs tells, so the two questions
 * that decide are asked of the rows themselves: is there one for which the comparison decides, and, if not, is there one for which
 * it is unknown? */
#include "plan/subquery_impl.h"

#include <stdio.h>

typedef struct RowsAsked {
    const ExprScope *x;
    Arena *a;
    Span at;
    const Node *left; /* an ExprRow */
    Query *query;
    SqlOp op;
    uint32_t n;
} RowsAsked;

static void *node(const RowsAsked *r, NodeKind kind, size_t bytes)
{
    Node *n = arena_zalloc(r->a, bytes);
    if (n) {
        n->kind = (uint16_t)kind;
        n->at = r->at;
    }
    return n;
}
#define NEW_NODE(r, Struct) ((Struct *)node((r), (NodeKind)NODE_OF_##Struct, sizeof(Struct)))

/* Names that hide nothing the left side refers to. */
static int column_name(const RowsAsked *r, uint32_t i, Ident *ret, Err *err)
{
    const char *text = arena_printf(r->a, " row %u", i);
    if (!text)
        return RAISE_NOMEM(err);
    *ret = (Ident){.s = str_of(text), .at = r->at, .quoted = true};
    return 0;
}

/* FROM (query) AS " rows" (" row 0", ..), and a row of these columns. */
static int make_from(const RowsAsked *r, Node **ret_from, Node **ret_row, Err *err)
{
    FromSubquery *from = NEW_NODE(r, FromSubquery);
    Alias *alias = NEW_NODE(r, Alias);
    ExprRow *row = NEW_NODE(r, ExprRow);
    if (!from || !alias || !row)
        return RAISE_NOMEM(err);
    alias->name = (Ident){.s = STR(" rows"), .at = r->at, .quoted = true};
    for (uint32_t i = 0; i < r->n; i++) {
        IdentNode *name = NEW_NODE(r, IdentNode);
        ExprColumn *column = NEW_NODE(r, ExprColumn);
        if (!name || !column)
            return RAISE_NOMEM(err);
        TRY(column_name(r, i, &name->ident, err));
        column->name = (Name){.n_parts = 1, .part = &name->ident, .at = r->at};
        node_list_append(&alias->columns, &name->node);
        node_list_append(&row->items, &column->node);
    }
    from->query = r->query;
    from->alias = alias;
    *ret_from = &from->node;
    *ret_row = &row->node;
    return 0;
}

/* EXISTS (SELECT 1 FROM (query) WHERE (left op row) IS test); IS TRUE needs no saying, and an equality stays one. */
static int ask(const RowsAsked *r, IsTest test, Expr **ret, Err *err)
{
    Node *from, *row;
    TRY(make_from(r, &from, &row, err));
    ExprBinary *compare = NEW_NODE(r, ExprBinary);
    ExprIs *is = NEW_NODE(r, ExprIs);
    Target *target = NEW_NODE(r, Target);
    ExprLiteral *one = NEW_NODE(r, ExprLiteral);
    Select *select = NEW_NODE(r, Select);
    Query *query = NEW_NODE(r, Query);
    ExprExists *exists = NEW_NODE(r, ExprExists);
    if (!compare || !is || !target || !one || !select || !query || !exists)
        return RAISE_NOMEM(err);
    compare->op = r->op;
    compare->op_at = r->at;
    compare->left = (Node *)r->left;
    compare->right = row;
    is->test = test;
    is->arg = &compare->node;
    one->kind = LITERAL_INT;
    one->text = STR("1");
    target->expr = &one->node;
    node_list_append(&select->targets, &target->node);
    node_list_append(&select->from, from);
    select->where = test == IS_TRUE ? &compare->node : &is->node;
    query->body = &select->node;
    exists->query = query;
    return bind_expr(r->x, &exists->node, ret, err);
}

/* The row is one value of the query, (SELECT " rows" FROM (query) AS " rows"), so it is read once. */
int bind_row_to_query(const ExprScope *x, SqlOp op, const Node *left, Query *query, Span at, Expr **ret, Err *err)
{
    RowsAsked r = {x, x->b->arena, at, left, query, op, 0};
    Node *from, *row;
    TRY(make_from(&r, &from, &row, err));
    ExprColumn *whole = NEW_NODE(&r, ExprColumn);
    Target *target = NEW_NODE(&r, Target);
    Select *select = NEW_NODE(&r, Select);
    Query *outside = NEW_NODE(&r, Query);
    ExprSubquery *value = NEW_NODE(&r, ExprSubquery);
    if (!whole || !target || !select || !outside || !value)
        return RAISE_NOMEM(err);
    whole->name = (Name){.n_parts = 1, .part = &AST(FromSubquery, from)->alias->name, .at = at};
    target->expr = &whole->node;
    node_list_append(&select->targets, &target->node);
    node_list_append(&select->from, from);
    outside->body = &select->node;
    value->query = outside;
    value->node.at = query->node.at;
    Expr *right;
    TRY(bind_expr(x, &value->node, &right, err));
    return bind_row_with_value(x, op, left, right, at, ret, err);
}

int bind_row_quantified(const ExprScope *x, const Node *left, Query *query, SqlOp op, bool all, Span at, Expr **ret, Err *err)
{
    RowsAsked r = {x, x->b->arena, at, left, query, op, AST(ExprRow, left)->items.n};
    Value yes = {.type = TYPE(BOOL), .b = true}, no = {.type = TYPE(BOOL)}, unknown = value_null(TYPE(BOOL));
    Expr *is_true = expr_const(r.a, &yes, at), *is_false = expr_const(r.a, &no, at), *null = expr_const(r.a, &unknown, at);
    Expr *when[2];
    Subquery s;
    if (!is_true || !is_false || !null)
        return RAISE_NOMEM(err);
    TRY(subquery_bind(x, query, true, &s, err));
    TRY(check_columns(query, s.query->n_cols, r.n, err));
    TRY(ask(&r, all ? IS_FALSE : IS_TRUE, &when[0], err));
    TRY(ask(&r, IS_UNKNOWN, &when[1], err));
    return expr_case(r.a, when, (Expr *[]){all ? is_false : is_true, null}, 2, all ? is_true : is_false, at, ret, err);
}
