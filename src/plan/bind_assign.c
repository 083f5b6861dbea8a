/* SPDX-License-Identifier: Apache-2.0
 *
 * A part of a column that is assigned: SET a[2] = x, r.f = y, j['k'][0] = z.  The whole column gets a new value, made of what it
 * holds and of the part: array set (a, x, 2), a row of the fields with one of them replaced, jsonb set path.  Subscripts and
 * fields go inwards: of r.f[2] the value is r with its f replaced, which is r.f with element 2 replaced.  The parts are not read
 * but where something stands behind them, so a NULL is an empty array, a row of NULLs, an empty document. */
#include "plan/bind_impl.h"

#include "data/array.h"

#define STEPS_MAX 64u

typedef struct Steps { /* from the column inwards */
    const ExprAssign *a;
    const Node *step[STEPS_MAX];
    uint32_t n;
} Steps;

static int call(const ExprScope *x, const char *name, Expr *const *args, uint32_t n, Span at, Expr **ret, Err *err)
{
    return expr_call(x->b->arena, str_of(name), args, n, at, ret, err);
}

static int collect(const ExprAssign *a, Steps *ret, Err *err)
{
    uint32_t n = 0;
    *ret = (Steps){.a = a};
    for (const Node *p = a->place; p->kind != NODE_EXPR_COLUMN;) {
        if (n == STEPS_MAX)
            return RAISE_AT(err, ERR_TOO_COMPLEX, p->at, "a part that is assigned lies at most %u levels deep", STEPS_MAX);
        ret->step[n++] = p;
        p = p->kind == NODE_EXPR_INDEX   ? AST(ExprIndex, p)->arg
            : p->kind == NODE_EXPR_SLICE ? AST(ExprSlice, p)->arg
                                         : AST(ExprField, p)->arg;
    }
    ret->n = n;
    for (uint32_t i = 0; i < n / 2; i++) {
        const Node *swap = ret->step[i];
        ret->step[i] = ret->step[n - 1 - i];
        ret->step[n - 1 - i] = swap;
    }
    return 0;
}

/* The value at the end of the path. */
static int bind_part_value(const ExprScope *x, const Steps *s, Type to, Expr **ret, Err *err)
{
    const Node *v = s->a->value, *last = s->step[s->n - 1];
    char want[64], is[64];
    if (v->kind == NODE_EXPR_DEFAULT)
        return RAISE_AT(err, ERR_UNSUPPORTED, v->at, "cannot set %s to DEFAULT",
                        last->kind == NODE_EXPR_FIELD ? "a subfield" : "an array element");
    TRY(bind_expr(x, v, ret, err));
    type_print((*ret)->type, is, sizeof(is));
    bool json = to.id == T_JSONB && (*ret)->type.id != T_UNKNOWN && (*ret)->type.id != T_JSONB;
    int rc = json ? -ERR_DATATYPE_MISMATCH : expr_cast(x->b->arena, *ret, to, CAST_ASSIGN, false, ret, err);
    if (rc != -ERR_CANNOT_COERCE && rc != -ERR_DATATYPE_MISMATCH)
        return rc;
    type_print(to, want, sizeof(want));
    if (last->kind == NODE_EXPR_FIELD)
        return RAISE_AT(err, ERR_DATATYPE_MISMATCH, v->at, "subfield \"%.*s\" is of type %s but expression is of type %s",
                        (int)AST(ExprField, last)->field.s.n, AST(ExprField, last)->field.s.p, want, is);
    return RAISE_AT(err, ERR_DATATYPE_MISMATCH, v->at,
                    "subscripted assignment to \"%.*s\" requires type %s but expression is of type %s", (int)s->a->column.s.n,
                    s->a->column.s.p, want, is);
}

static int assign(const ExprScope *x, const Steps *s, uint32_t i, Expr *of, Expr **ret, Err *err);

/* ---- arrays ---- */

static int bind_bound(const ExprScope *x, const Node *n, int64_t otherwise, Span at, Expr **ret, Err *err)
{
    if (!n) {
        *ret = expr_const(x->b->arena, &(Value){.type = TYPE(I64), .i64 = otherwise}, at);
        return *ret ? 0 : RAISE_NOMEM(err);
    }
    TRY(bind_expr(x, n, ret, err));
    return expr_cast(x->b->arena, *ret, TYPE(I64), CAST_ASSIGN, false, ret, err);
}

/* How many subscripts from i on are of this array, and whether there is a slice among them. */
static uint32_t count_subscripts(const Steps *s, uint32_t i, Type array, bool *ret_slices)
{
    bool one = array.element == T_MAP || array.element == T_JSONB;
    uint32_t n = 0;
    *ret_slices = false;
    for (; i + n < s->n && s->step[i + n]->kind != NODE_EXPR_FIELD && !(one && n == 1); n++)
        *ret_slices |= s->step[i + n]->kind == NODE_EXPR_SLICE;
    return n;
}

/* Beside a slice a plain subscript n means 1:n. */
static int assign_slice(const ExprScope *x, const Steps *s, uint32_t i, uint32_t n, Expr *of, Expr **ret, Err *err)
{
    Expr *arg[2 + 2 * ARRAY_DIMS_MAX] = {of};
    Span at = s->step[i]->at;
    uint32_t n_args = 2;
    if (i + n < s->n)
        return bind_unsupported(err, at, "the assignment of parts of the elements of a slice is");
    TRY(bind_part_value(x, s, of->type, &arg[1], err));
    for (uint32_t k = i; k < i + n; k++) {
        const ExprSlice *slice = s->step[k]->kind == NODE_EXPR_SLICE ? AST(ExprSlice, s->step[k]) : NULL;
        const Node *high = slice ? slice->high : AST(ExprIndex, s->step[k])->index;
        TRY(bind_bound(x, slice ? slice->low : NULL, slice ? INT64_MIN : 1, at, &arg[n_args++], err));
        TRY(bind_bound(x, high, INT64_MAX, at, &arg[n_args++], err));
    }
    return call(x, "array set slice", arg, n_args, at, ret, err);
}

static int assign_elements(const ExprScope *x, const Steps *s, uint32_t i, Expr *of, Expr **ret, Err *err)
{
    bool slices;
    uint32_t n = count_subscripts(s, i, of->type, &slices);
    Expr *arg[2 + ARRAY_DIMS_MAX] = {of}, *read[1 + ARRAY_DIMS_MAX] = {of}, *element;
    Span at = s->step[i]->at;
    if (n == 0)
        return RAISE_AT(err, ERR_DATATYPE_MISMATCH, at, "a field of an array is none of its elements");
    if (n > ARRAY_DIMS_MAX)
        return RAISE_AT(err, ERR_PROGRAM_LIMIT, at, "number of array dimensions exceeds the maximum allowed (%d)", ARRAY_DIMS_MAX);
    if (slices)
        return assign_slice(x, s, i, n, of, ret, err);
    for (uint32_t k = 0; k < n; k++) {
        TRY(bind_bound(x, AST(ExprIndex, s->step[i + k])->index, 0, at, &arg[k + 2], err));
        read[k + 1] = arg[k + 2];
    }
    if (i + n == s->n) {
        TRY(bind_part_value(x, s, type_element(of->type), &arg[1], err));
    } else {
        TRY(bind_check_shared(of, s->a->place, err));
        TRY(call(x, "array_element", read, n + 1, at, &element, err));
        TRY(assign(x, s, i + n, element, &arg[1], err));
    }
    return call(x, "array set", arg, n + 2, at, ret, err);
}

/* ---- documents ---- */

static int assign_document(const ExprScope *x, const Steps *s, uint32_t i, Expr *of, Expr **ret, Err *err)
{
    Expr *arg[3 + STEPS_MAX] = {of};
    uint32_t n = 3;
    TRY(bind_part_value(x, s, TYPE(JSONB), &arg[1], err));
    for (uint32_t k = i; k < s->n; k++) {
        const Node *step = s->step[k];
        if (step->kind != NODE_EXPR_INDEX)
            return RAISE_AT(err, ERR_DATATYPE_MISMATCH, step->at,
                            step->kind == NODE_EXPR_SLICE ? "jsonb subscript does not support slices"
                                                          : "column notation applied to type jsonb, which is not a composite type");
        TRY(bind_expr(x, AST(ExprIndex, step)->index, &arg[n], err));
        TypeId t = (TypeId)arg[n]->type.id;
        if (t != T_UNKNOWN && t != T_TEXT && t != T_I16 && t != T_I32)
            return RAISE_AT(err, ERR_DATATYPE_MISMATCH, step->at, "subscript type %s is not supported", type_id_name(t));
        if (k == i) {
            Value number = {.type = TYPE(BOOL), .b = t == T_I16 || t == T_I32};
            arg[2] = expr_const(x->b->arena, &number, step->at);
        }
        TRY(expr_cast(x->b->arena, arg[n], TYPE(TEXT), CAST_EXPLICIT, false, &arg[n], err));
        n++;
    }
    return arg[2] ? call(x, "jsonb set path", arg, n, s->a->node.at, ret, err) : RAISE_NOMEM(err);
}

/* ---- rows ---- */

static int assign_field(const ExprScope *x, const Steps *s, uint32_t i, Expr *of, Expr **ret, Err *err)
{
    const Ident *name = &AST(ExprField, s->step[i])->field;
    const Schema *fields = of->type.nested;
    int at = schema_find(fields, name->s);
    Type type = of->type;
    Expr **arg = ARENA_ARRAY(x->b->arena, Expr *, fields->n + 1);
    if (!arg)
        return RAISE_NOMEM(err);
    if (at < 0)
        return RAISE_AT(err, ERR_UNDEFINED_COLUMN, name->at,
                        "cannot assign to field \"%.*s\" of column \"%.*s\" because there is no such column in its data type",
                        (int)name->s.n, name->s.p, (int)s->a->column.s.n, s->a->column.s.p);
    for (uint32_t k = 0; k < fields->n; k++)
        TRY(bind_field_at(x, of, k, s->step[i]->at, &arg[k], err));
    if (i + 1 == s->n)
        TRY(bind_part_value(x, s, fields->field[at].type, &arg[at], err));
    else
        TRY(assign(x, s, i + 1, arg[at], &arg[at], err));
    TRY(call(x, "row", arg, fields->n, s->step[i]->at, ret, err));
    (*ret)->type = type;
    return 0;
}

static int assign(const ExprScope *x, const Steps *s, uint32_t i, Expr *of, Expr **ret, Err *err)
{
    const Node *step = s->step[i];
    char type[64];
    if (of->type.id == T_STRUCT && step->kind == NODE_EXPR_FIELD)
        return assign_field(x, s, i, of, ret, err);
    if (of->type.id == T_ARRAY && step->kind != NODE_EXPR_FIELD)
        return assign_elements(x, s, i, of, ret, err);
    if (of->type.id == T_JSONB && step->kind != NODE_EXPR_FIELD)
        return assign_document(x, s, i, of, ret, err);
    type_print(of->type, type, sizeof(type));
    if (step->kind == NODE_EXPR_FIELD)
        return RAISE_AT(err, ERR_DATATYPE_MISMATCH, step->at,
                        "cannot assign to field \"%.*s\" of column \"%.*s\" because its type %s is not a composite type",
                        (int)AST(ExprField, step)->field.s.n, AST(ExprField, step)->field.s.p, (int)s->a->column.s.n,
                        s->a->column.s.p, type);
    return RAISE_AT(err, ERR_DATATYPE_MISMATCH, step->at, "cannot subscript type %s because it does not support subscripting",
                    type);
}

int bind_part_assigned(const ExprScope *x, const ExprAssign *a, Expr **ret, Err *err)
{
    Steps s;
    Expr *of;
    TRY(collect(a, &s, err));
    TRY(bind_expr(x, a->of, &of, err));
    return assign(x, &s, 0, of, ret, err);
}
