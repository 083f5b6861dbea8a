/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows written in parentheses, (a, b) or ROW(a, b), where they are compared or tested: each such condition becomes one over their
 * fields, with PostgreSQL's rules for NULLs.  Rows that are values (bind_nested.c) compare as wholes, where NULL equals NULL. */
#include "plan/bind_impl.h"

typedef struct Row {
    Expr **field;
    uint32_t n;
} Row;

static int call(const ExprScope *x, const char *name, Expr *a, Expr *b, Span at, Expr **ret, Err *err)
{
    Expr *arg[2] = {a, b};
    return expr_call(x->b->arena, str_of(name), arg, b ? 2 : 1, at, ret, err);
}

static int bind_row(const ExprScope *x, const Node *n, Row *ret, Err *err)
{
    if (n->kind != NODE_EXPR_ROW)
        return bind_unsupported(err, n->at, "a row beside a value that is not written as one, here, is");
    const NodeList *items = &AST(ExprRow, n)->items;
    ret->field = ARENA_ARRAY(x->b->arena, Expr *, items->n + 1);
    ret->n = 0;
    if (!ret->field)
        return RAISE_NOMEM(err);
    AST_EACH(item, *items)
    {
        TRY(bind_expr(x, item, &ret->field[ret->n], err));
        TRY(bind_check_shared(ret->field[ret->n++], item, err));
    }
    return 0;
}

static int same_width(const Row *a, const Row *b, Span at, Err *err)
{
    if (a->n == 0 || b->n == 0)
        return RAISE_AT(err, ERR_UNSUPPORTED, at, "cannot compare rows of zero length");
    return a->n == b->n ? 0 : RAISE_AT(err, ERR_SYNTAX, at, "unequal number of entries in row expressions");
}

/* op between all fields in turn, put together by AND or OR. */
static int each_field(const ExprScope *x, const char *op, const Row *a, const Row *b, ExprKind and_or, Span at, Expr **ret,
                      Err *err)
{
    Expr **part = ARENA_ARRAY(x->b->arena, Expr *, a->n);
    if (!part)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < a->n; i++)
        TRY(call(x, op, a->field[i], b ? b->field[i] : NULL, at, &part[i], err));
    *ret = part[0];
    return a->n == 1 ? 0 : expr_logic(x->b->arena, and_or, part, a->n, at, ret, err);
}

/* a1 < b1 OR (a1 = b1 AND (a2 < b2 OR ..)), the last with the operator itself. */
static int in_order(const ExprScope *x, const char *strict, const char *last, const Row *a, const Row *b, Span at, Expr **ret,
                    Err *err)
{
    TRY(call(x, last, a->field[a->n - 1], b->field[a->n - 1], at, ret, err));
    for (uint32_t i = a->n - 1; i-- > 0;) {
        Expr *part[2] = {NULL, *ret};
        TRY(call(x, "=", a->field[i], b->field[i], at, &part[0], err));
        TRY(expr_logic(x->b->arena, EXPR_AND, part, 2, at, &part[1], err));
        TRY(call(x, strict, a->field[i], b->field[i], at, &part[0], err));
        TRY(expr_logic(x->b->arena, EXPR_OR, part, 2, at, ret, err));
    }
    return 0;
}

static int compare(const ExprScope *x, SqlOp op, const Row *a, const Row *b, Span at, Expr **ret, Err *err)
{
    switch (op) {
    case SQL_OP_EQ: return each_field(x, "=", a, b, EXPR_AND, at, ret, err);
    case SQL_OP_NE: return each_field(x, "<>", a, b, EXPR_OR, at, ret, err);
    case SQL_OP_LT:
    case SQL_OP_LE: return in_order(x, "<", sql_op_text(op), a, b, at, ret, err);
    case SQL_OP_GT:
    case SQL_OP_GE: return in_order(x, ">", sql_op_text(op), a, b, at, ret, err);
    default:
        return RAISE_AT(err, ERR_UNSUPPORTED, at, "operator %s between rows is not supported: only comparisons are",
                        sql_op_text(op));
    }
}

int bind_row_comparison(const ExprScope *x, SqlOp op, const Node *left, const Node *right, Span at, Expr **ret, Err *err)
{
    Row a, b;
    TRY(bind_row(x, left, &a, err));
    TRY(bind_row(x, right, &b, err));
    TRY(same_width(&a, &b, at, err));
    return compare(x, op, &a, &b, at, ret, err);
}

int bind_row_with_value(const ExprScope *x, SqlOp op, const Node *left, Expr *right, Span at, Expr **ret, Err *err)
{
    Row a, b = {.n = right->type.nested->n};
    TRY(bind_row(x, left, &a, err));
    if (a.n != b.n)
        return RAISE_AT(err, ERR_SYNTAX, right->at, "subquery has too %s columns", b.n < a.n ? "few" : "many");
    b.field = ARENA_ARRAY(x->b->arena, Expr *, b.n);
    if (!b.field)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < b.n; i++)
        TRY(bind_field_at(x, right, i, right->at, &b.field[i], err));
    return compare(x, op, &a, &b, at, ret, err);
}

int bind_row_distinct(const ExprScope *x, const ExprDistinct *d, Expr **ret, Err *err)
{
    Row a, b;
    TRY(bind_row(x, d->left, &a, err));
    TRY(bind_row(x, d->right, &b, err));
    TRY(same_width(&a, &b, d->node.at, err));
    return each_field(x, d->negated ? "is not distinct from" : "is distinct from", &a, &b, d->negated ? EXPR_AND : EXPR_OR,
                      d->node.at, ret, err);
}

/* IS NULL: every field is; IS NOT NULL: none is. */
int bind_row_is(const ExprScope *x, const ExprIs *i, Expr **ret, Err *err)
{
    Row a;
    if (i->test != IS_NULL)
        return RAISE_AT(err, ERR_DATATYPE_MISMATCH, i->node.at, "a row is no condition");
    TRY(bind_row(x, i->arg, &a, err));
    if (a.n == 0)
        return bind_unsupported(err, i->node.at, "a row without fields is");
    return each_field(x, i->negated ? "is not null" : "is null", &a, NULL, EXPR_AND, i->node.at, ret, err);
}

int bind_row_in(const ExprScope *x, const ExprIn *n, Expr **ret, Err *err)
{
    Row a, b;
    uint32_t k = 0;
    Expr **part = ARENA_ARRAY(x->b->arena, Expr *, n->items.n + 1);
    if (!part)
        return RAISE_NOMEM(err);
    TRY(bind_row(x, n->arg, &a, err));
    AST_EACH(item, n->items)
    {
        if (item->kind != NODE_EXPR_ROW) {
            Expr *whole[2];
            TRY(bind_expr(x, n->arg, &whole[0], err));
            TRY(bind_expr(x, item, &whole[1], err));
            TRY(call(x, "=", whole[0], whole[1], item->at, &part[k++], err));
            continue;
        }
        TRY(bind_row(x, item, &b, err));
        TRY(same_width(&a, &b, item->at, err));
        TRY(each_field(x, "=", &a, &b, EXPR_AND, item->at, &part[k++], err));
    }
    *ret = part[0];
    if (k > 1)
        TRY(expr_logic(x->b->arena, EXPR_OR, part, k, n->node.at, ret, err));
    return n->negated ? call(x, "not", *ret, NULL, n->node.at, ret, err) : 0;
}
