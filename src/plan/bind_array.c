/* SPDX-License-Identifier: Apache-2.0
 *
 * The syntax of arrays as calls of func/fn_array.c: ARRAY[..], a[i], a[i:j], x op ANY (a) and ALL. */
#include "plan/bind_impl.h"

#include "data/array.h"

#include <stdio.h>

static int call(const ExprScope *x, const char *name, Expr *const *args, uint32_t n, Span at, Expr **ret, Err *err)
{
    return expr_call(x->b->arena, str_of(name), args, n, at, ret, err);
}

static int bind_constructor(const ExprScope *x, const ExprArray *c, Expr **ret, Err *err)
{
    Expr **item = ARENA_ARRAY(x->b->arena, Expr *, c->items.n + 1);
    uint32_t n = 0;
    if (!item)
        return RAISE_NOMEM(err);
    if (c->items.n == 0) {
        RAISE_AT(err, ERR_INDETERMINATE_TYPE, c->node.at, "cannot determine type of empty array");
        return err_hint(err, "Write '{}'::integer[], with the type that is meant.");
    }
    AST_EACH(e, c->items)
    {
        if (e->kind == NODE_EXPR_ARRAY)
            return bind_unsupported(err, e->at, "an array of more than one dimension is");
        TRY(bind_expr(x, e, &item[n], err));
        if (item[n++]->type.id == T_ARRAY)
            return bind_unsupported(err, e->at, "an array of more than one dimension is");
    }
    return call(x, "array", item, n, c->node.at, ret, err);
}

/* The array of a subscript; an untyped literal has no elements. */
static int bind_subject(const ExprScope *x, const Node *n, Expr **ret, Err *err)
{
    char type[64];
    TRY(bind_expr(x, n, ret, err));
    if ((*ret)->type.id == T_ARRAY)
        return 0;
    type_print((*ret)->type, type, sizeof(type));
    return RAISE_AT(err, ERR_DATATYPE_MISMATCH, n->at, "cannot subscript type %s because it is not an array", type);
}

static int bind_bound(const ExprScope *x, const Node *n, int64_t otherwise, Span at, Expr **ret, Err *err)
{
    if (!n) {
        *ret = expr_const(x->b->arena, &(Value){.type = TYPE(I64), .i64 = otherwise}, at);
        return *ret ? 0 : RAISE_NOMEM(err);
    }
    TRY(bind_expr(x, n, ret, err));
    return expr_cast(x->b->arena, *ret, TYPE(I64), CAST_ASSIGN, false, ret, err);
}

static int bind_index(const ExprScope *x, const ExprIndex *i, Expr **ret, Err *err)
{
    Expr *arg[2];
    TRY(bind_subject(x, i->arg, &arg[0], err));
    TRY(bind_bound(x, i->index, 0, i->node.at, &arg[1], err));
    return call(x, "array_element", arg, 2, i->node.at, ret, err);
}

static int bind_slice(const ExprScope *x, const ExprSlice *s, Expr **ret, Err *err)
{
    Expr *arg[3];
    TRY(bind_subject(x, s->arg, &arg[0], err));
    TRY(bind_bound(x, s->low, 1, s->node.at, &arg[1], err));
    TRY(bind_bound(x, s->high, INT32_MAX, s->node.at, &arg[2], err));
    return call(x, "array_slice", arg, 3, s->node.at, ret, err);
}

/* The elements of an array that is written as one, or is constant. */
static int elements_of(const ExprScope *x, Expr *array, Expr ***ret, uint32_t *ret_n, Err *err)
{
    Arena *a = x->b->arena;
    Value v;
    if (array->type.id == T_UNKNOWN)
        TRY(expr_cast(a, array, type_array(TYPE(TEXT)), CAST_IMPLICIT, false, &array, err));
    if (array->kind == EXPR_CALL && str_eq(str_of(array->fn->name), STR("array"))) {
        *ret = array->arg;
        *ret_n = array->n_args;
        return 0;
    }
    if (array->kind != EXPR_CONST || array->value.is_null)
        return bind_unsupported(err, array->at,
                                "ANY and ALL of an array that is not constant, with an operator that does not compare, are");
    ArrayReader r = array_read(array->type, array->value.str, a);
    uint32_t n = 0;
    *ret = ARENA_ARRAY(a, Expr *, array_count(array->type, array->value.str) + 1);
    if (!*ret)
        return RAISE_NOMEM(err);
    for (int rc; (rc = array_next(&r, &v)) != 0; n++) {
        (*ret)[n] = rc < 0 ? NULL : expr_const(a, &v, array->at);
        if (!(*ret)[n])
            return RAISE_NOMEM(err);
    }
    *ret_n = n;
    return 0;
}

/* x LIKE ANY (array) and the like: the operator with each element, put together by OR or AND. */
static int each_element(const ExprScope *x, const ExprQuantified *q, Expr *left, Expr *array, Expr **ret, Err *err)
{
    Expr **element = NULL, **part;
    uint32_t n = 0;
    TRY(elements_of(x, array, &element, &n, err));
    TRY(bind_check_shared(left, q->left, err));
    part = ARENA_ARRAY(x->b->arena, Expr *, n + 1);
    if (!part)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        TRY(call(x, sql_op_text(q->op), (Expr *[]){left, element[i]}, 2, q->node.at, &part[i], err));
        if (part[i]->type.id != T_BOOL)
            return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, q->node.at, "op ANY/ALL (array) requires operator to yield boolean");
    }
    if (n == 0)
        part[0] = expr_const(x->b->arena, &(Value){.type = TYPE(BOOL), .b = q->all}, q->node.at);
    *ret = part[0];
    if (n < 2)
        return *ret ? 0 : RAISE_NOMEM(err);
    return expr_logic(x->b->arena, q->all ? EXPR_AND : EXPR_OR, part, n, q->node.at, ret, err);
}

static int bind_quantified(const ExprScope *x, const ExprQuantified *q, Expr **ret, Err *err)
{
    Expr *arg[2];
    char name[24];
    TRY(bind_expr(x, q->left, &arg[0], err));
    TRY(bind_expr(x, q->array, &arg[1], err));
    if (arg[1]->type.id != T_ARRAY && arg[1]->type.id != T_UNKNOWN)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, q->array->at, "op ANY/ALL (array) requires array on right side");
    snprintf(name, sizeof(name), "%s %s", q->all ? "all" : "any", sql_op_text(q->op));
    if (!func_exists(str_of(name)))
        return each_element(x, q, arg[0], arg[1], ret, err);
    return call(x, name, arg, 2, q->node.at, ret, err);
}

int bind_array_expr(const ExprScope *x, const Node *n, Expr **ret, Err *err)
{
    switch ((NodeKind)n->kind) {
    case NODE_EXPR_ARRAY: return bind_constructor(x, AST(ExprArray, n), ret, err);
    case NODE_EXPR_INDEX: return bind_index(x, AST(ExprIndex, n), ret, err);
    case NODE_EXPR_SLICE: return bind_slice(x, AST(ExprSlice, n), ret, err);
    default: return bind_quantified(x, AST(ExprQuantified, n), ret, err);
    }
}
