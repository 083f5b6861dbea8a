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

/* More items than a call takes: arrays of as many, put together two by two. */
static int call_in_parts(const ExprScope *x, const char *name, Expr **item, uint32_t n, Span at, Expr **ret, Err *err)
{
    uint32_t n_parts = 0;
    for (uint32_t i = 0; i < n; i += CALL_ARGS_MAX) {
        Expr *part;
        TRY(call(x, name, item + i, MIN(n - i, CALL_ARGS_MAX), at, &part, err));
        item[n_parts++] = part; /* whose items have gone into it */
    }
    for (; n_parts > 1; n_parts = (n_parts + 1) / 2)
        for (uint32_t i = 0; i < n_parts; i += 2) {
            Expr *both = item[i];
            if (i + 1 < n_parts)
                TRY(call(x, "array_cat", (Expr *[]){item[i], item[i + 1]}, 2, at, &both, err));
            item[i / 2] = both;
        }
    *ret = item[0];
    return 0;
}

static int bind_constructor(const ExprScope *x, const ExprArray *c, Expr **ret, Err *err);

/* [1, 2] within ARRAY[[1, 2], [3, 4]] needs no word. */
static int bind_item(const ExprScope *x, const Node *n, Expr **ret, Err *err)
{
    return n->kind == NODE_EXPR_ARRAY ? bind_constructor(x, AST(ExprArray, n), ret, err) : bind_expr(x, n, ret, err);
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
    bool nested = false;
    AST_EACH(e, c->items)
    {
        TRY(bind_item(x, e, &item[n], err));
        nested |= item[n++]->type.id == T_ARRAY;
    }
    for (uint32_t i = 0; nested && i < n; i++)
        if (item[i]->type.id != T_ARRAY && item[i]->type.id != T_UNKNOWN)
            return RAISE_AT(err, ERR_DATATYPE_MISMATCH, item[i]->at, "arrays and elements cannot stand side by side in an array");
    if (!nested)
        TRY(expr_unify_results(x->b->arena, item, n, "ARRAY", err));
    return call_in_parts(x, nested ? "array of arrays" : "array", item, n, c->node.at, ret, err);
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

/* a[i][j:k]..: the subscripts that stand behind one another. */
typedef struct Subscripts {
    const Node *of; /* what they are applied to */
    const Node *sub[ARRAY_DIMS_MAX + 2];
    uint32_t n;
    bool slices;
} Subscripts;

static int collect(const Node *n, Subscripts *ret, Err *err)
{
    const Node *sub[ARRAY_LEN(ret->sub)];
    uint32_t k = ARRAY_LEN(sub);
    *ret = (Subscripts){.of = n};
    while ((ret->of->kind == NODE_EXPR_INDEX || ret->of->kind == NODE_EXPR_SLICE) &&
           ret->of->at.pos == n->at.pos) { /* else it stands in parentheses: a value of its own */
        if (k == 0)
            return RAISE_AT(err, ERR_PROGRAM_LIMIT, n->at, "number of array dimensions exceeds the maximum allowed (%d)",
                            ARRAY_DIMS_MAX);
        sub[--k] = ret->of;
        ret->slices |= ret->of->kind == NODE_EXPR_SLICE;
        ret->of = ret->of->kind == NODE_EXPR_INDEX ? AST(ExprIndex, ret->of)->arg : AST(ExprSlice, ret->of)->arg;
    }
    ret->n = ARRAY_LEN(sub) - k;
    memcpy(ret->sub, sub + k, ret->n * sizeof(*sub));
    return 0;
}

/* Beside a slice a plain subscript n means 1:n. */
static int bind_slices(const ExprScope *x, const Subscripts *s, Expr *array, Span at, Expr **ret, Err *err)
{
    Expr *arg[1 + 2 * ARRAY_LEN(s->sub)] = {array};
    uint32_t n = 1;
    for (uint32_t i = 0; i < s->n; i++) {
        bool slice = s->sub[i]->kind == NODE_EXPR_SLICE;
        const Node *low = slice ? AST(ExprSlice, s->sub[i])->low : NULL;
        const Node *high = slice ? AST(ExprSlice, s->sub[i])->high : AST(ExprIndex, s->sub[i])->index;
        TRY(bind_bound(x, low, slice ? INT64_MIN : 1, at, &arg[n++], err));
        TRY(bind_bound(x, high, INT64_MAX, at, &arg[n++], err));
    }
    return call(x, "array_slice", arg, n, at, ret, err);
}

static int bind_elements(const ExprScope *x, const Subscripts *s, Expr *array, Span at, Expr **ret, Err *err)
{
    Expr *arg[1 + ARRAY_LEN(s->sub)] = {array};
    uint32_t n = 1;
    for (uint32_t i = 0; i < s->n; i++)
        TRY(bind_bound(x, AST(ExprIndex, s->sub[i])->index, 0, at, &arg[n++], err));
    return call(x, "array_element", arg, n, at, ret, err);
}

/* j['a'], j[0] of a JSONB are j -> 'a', j -> 0. */
static int bind_json_element(const ExprScope *x, Expr *json, const Node *key, Span at, Expr **ret, Err *err)
{
    Expr *arg[2] = {json};
    TRY(bind_expr(x, key, &arg[1], err));
    return call(x, "->", arg, 2, at, ret, err);
}

/* How many of the subscripts belong to the value: a map and a document take one each, and so does an array of them. */
static uint32_t share_of(Type t, const Subscripts *s, uint32_t from)
{
    bool more = t.id == T_ARRAY && t.element != T_MAP && t.element != T_JSONB;
    return more ? s->n - from : 1;
}

static int bind_subscripts(const ExprScope *x, const Node *n, Expr **ret, Err *err)
{
    Subscripts s;
    char type[64];
    TRY(collect(n, &s, err));
    TRY(bind_expr(x, s.of, ret, err));
    for (uint32_t i = 0; i < s.n;) {
        Subscripts part = s;
        part.n = share_of((*ret)->type, &s, i);
        memcpy(part.sub, s.sub + i, part.n * sizeof(*part.sub));
        part.slices = false;
        for (uint32_t k = 0; k < part.n; k++)
            part.slices |= part.sub[k]->kind == NODE_EXPR_SLICE;
        const Node *key = part.slices ? NULL : AST(ExprIndex, part.sub[0])->index;
        if ((*ret)->type.id == T_ARRAY) {
            TRY(part.slices ? bind_slices(x, &part, *ret, n->at, ret, err) : bind_elements(x, &part, *ret, n->at, ret, err));
        } else if ((*ret)->type.id == T_MAP && key) {
            TRY(bind_map_element(x, *ret, key, n->at, ret, err));
        } else if ((*ret)->type.id == T_JSONB && key) {
            TRY(bind_json_element(x, *ret, key, n->at, ret, err));
        } else {
            type_print((*ret)->type, type, sizeof(type));
            return RAISE_AT(err, ERR_DATATYPE_MISMATCH, s.of->at, "cannot subscript type %s because it is not an array", type);
        }
        i += part.n;
    }
    return 0;
}

/* The elements of an array that is written as one, or is constant. */
int bind_array_elements(const ExprScope *x, Expr *array, Expr ***ret, uint32_t *ret_n, Err *err)
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
    ASSERT(array->kind == EXPR_CONST && !array->value.is_null);
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
    TRY(bind_array_elements(x, array, &element, &n, err));
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
    Expr *left, *array;
    TRY(bind_expr(x, q->left, &left, err));
    TRY(bind_expr(x, q->array, &array, err));
    return bind_quantified_array(x, q, left, array, ret, err);
}

int bind_quantified_array(const ExprScope *x, const ExprQuantified *q, Expr *left, Expr *array, Expr **ret, Err *err)
{
    Expr *arg[2] = {left, array};
    char name[24];
    if (arg[1]->type.id != T_ARRAY && arg[1]->type.id != T_UNKNOWN)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, q->array->at, "op ANY/ALL (array) requires array on right side");
    snprintf(name, sizeof(name), "%s %s", q->all ? "all" : "any", sql_op_text(q->op));
    if (func_exists(str_of(name)))
        return call(x, name, arg, 2, q->node.at, ret, err);
    bool written = arg[1]->kind == EXPR_CALL && str_eq(str_of(arg[1]->fn->name), STR("array"));
    if (written || (arg[1]->kind == EXPR_CONST && !arg[1]->value.is_null))
        return each_element(x, q, arg[0], arg[1], ret, err);
    snprintf(name, sizeof(name), "%s of %s", q->all ? "all" : "any", sql_op_text(q->op));
    if (!func_exists(str_of(name)))
        return bind_unsupported(err, arg[1]->at, "ANY and ALL of an array that is not constant, with this operator, are");
    return call(x, name, arg, 2, q->node.at, ret, err);
}

int bind_array_expr(const ExprScope *x, const Node *n, Expr **ret, Err *err)
{
    switch ((NodeKind)n->kind) {
    case NODE_EXPR_ARRAY: return bind_constructor(x, AST(ExprArray, n), ret, err);
    case NODE_EXPR_INDEX:
    case NODE_EXPR_SLICE: return bind_subscripts(x, n, ret, err);
    default: return bind_quantified(x, AST(ExprQuantified, n), ret, err);
    }
}
