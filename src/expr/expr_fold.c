/* SPDX-License-Identifier: Apache-2.0
 *
 * Constant folding, through the same program and kernels that run rows.  What raises stays as it is: it may stand in a branch that
 * no row reaches.  AND, OR, CASE and COALESCE also lose operands that constants decide. */
#include <string.h>

#include "expr/expr_impl.h"
#include "expr/program.h"

static int eval_row(Arena *a, const Expr *e, const Schema *schema, const Batch *in, int64_t now_us, const ExprRandom *random,
                    Value *ret, Err *err)
{
    Program *p;
    Vec out;
    EvalCtx x = {.arena = a, .now_us = now_us, .watermark_us = INT64_MIN};
    Expr *one = (Expr *)e;
    if (random) {
        x.rand64 = random->rand64;
        x.rand_self = random->self;
        x.sequences = random->sequences;
    }
    TRY(program_compile(a, &one, 1, schema, &p, err));
    eval_ctx_clear(&x, 1);
    int rc = program_run(p, &x, in, &out);
    if (rc < 0)
        return RAISE(err, (ErrCode)-rc, "%s", err_class_text((ErrCode)-rc));
    if (x.n_errors > 0)
        return RAISE_AT(err, (ErrCode)x.err_code[0], x.err_at[0].len ? x.err_at[0] : e->at, "%s", x.err_text[0]);
    Value v = vec_get(&out, 0);
    v.type = e->type;
    if (!v.is_null && type_is_string(e->type.id)) {
        v.str.p = arena_strndup(a, v.str.p, v.str.n);
        if (!v.str.p)
            return RAISE_NOMEM(err);
    }
    *ret = v;
    return 0;
}

static int eval_at(Arena *a, Expr *e, int64_t now_us, const ExprRandom *random, Value *ret, Err *err)
{
    Batch *in = arena_zalloc(a, sizeof(Batch));
    if (!in)
        return RAISE_NOMEM(err);
    in->n = in->n_sel = 1;
    return eval_row(a, e, NULL, in, now_us, random, ret, err);
}

int expr_eval_const(Arena *a, Expr *e, Value *ret, Err *err)
{
    return eval_at(a, e, 0, NULL, ret, err);
}

static bool is_true(const Expr *e)
{
    return e->kind == EXPR_CONST && !e->value.is_null && e->value.b;
}
static bool is_not_true(const Expr *e)
{
    return e->kind == EXPR_CONST && (e->value.is_null || !e->value.b);
}
static bool is_null(const Expr *e)
{
    return e->kind == EXPR_CONST && e->value.is_null;
}
static bool is_bool(const Expr *e, bool v)
{
    return e->kind == EXPR_CONST && !e->value.is_null && e->value.b == v;
}

static Expr *bool_const(Arena *a, bool b, Span at)
{
    Value v = {.type = TYPE(BOOL), .b = b};
    return expr_const(a, &v, at);
}

/* Neutral constants go; what follows a deciding constant is never evaluated, so it goes too. */
static Expr *simplify_logic(Arena *a, Expr *e)
{
    bool deciding = e->kind == EXPR_OR;
    uint32_t n = 0;
    bool fails = false;
    for (uint32_t i = 0; i < e->n_args; i++) {
        Expr *arg = e->arg[i];
        if (is_bool(arg, !deciding))
            continue;
        if (is_bool(arg, deciding) && !fails)
            return arg;
        fails |= arg->can_fail || arg->is_volatile;
        e->arg[n++] = arg;
        if (is_bool(arg, deciding))
            break;
    }
    e->n_args = n;
    if (n == 0)
        return bool_const(a, !deciding, e->at);
    return n == 1 ? e->arg[0] : e;
}

static Expr *simplify_case(Expr *e)
{
    uint32_t n = 0;
    Expr *otherwise = e->arg[e->n_args - 1];
    for (uint32_t i = 0; i + 1 < e->n_args; i += 2) {
        if (is_not_true(e->arg[i]))
            continue;
        if (is_true(e->arg[i])) {
            otherwise = e->arg[i + 1];
            break;
        }
        e->arg[n] = e->arg[i];
        e->arg[n + 1] = e->arg[i + 1];
        n += 2;
    }
    e->arg[n] = otherwise;
    e->n_args = n + 1;
    return n == 0 ? otherwise : e;
}

static Expr *simplify_coalesce(Expr *e)
{
    uint32_t n = 0;
    Expr *last = e->arg[e->n_args - 1];
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (is_null(e->arg[i]))
            continue;
        e->arg[n++] = e->arg[i];
        if (e->arg[i]->not_null)
            break;
    }
    e->n_args = n;
    return n == 0 ? last : n == 1 ? e->arg[0] : e;
}

static Expr *simplify(Arena *a, Expr *e)
{
    Expr *made = e;
    if (e->kind == EXPR_AND || e->kind == EXPR_OR)
        made = simplify_logic(a, e);
    else if (e->kind == EXPR_CASE)
        made = simplify_case(e);
    else if (e->kind == EXPR_COALESCE)
        made = simplify_coalesce(e);
    else if (e->kind == EXPR_CALL && (e->fn->flags & FN_STRICT) && !e->is_volatile) {
        for (uint32_t i = 0; i < e->n_args; i++) {
            if (is_null(e->arg[i])) {
                Value null = value_null(e->type);
                return expr_const(a, &null, e->at);
            }
        }
    }
    if (made == e)
        expr_derive(e);
    return made;
}

/* One value whatever the row is. */
static bool is_rowless(const Expr *e)
{
    if (e->kind == EXPR_COLUMN || e->kind == EXPR_PARAM || e->kind == EXPR_VALUE || e->is_volatile)
        return false;
    uint32_t n = expr_is_domain_check(e) ? 1 : e->n_args; /* its conditions read its value */
    for (uint32_t i = 0; i < n; i++) {
        if (!is_rowless(e->arg[i]))
            return false;
    }
    return true;
}

static bool is_constant_deep(const Expr *e)
{
    return !e->is_stable && is_rowless(e);
}

Expr *expr_fold(Arena *a, Expr *e)
{
    if (e->n_args == 0 && e->kind != EXPR_CALL)
        return e;
    Expr *made = arena_memdup(a, e, sizeof(Expr));
    if (!made)
        return NULL;
    made->arg = ARENA_ARRAY(a, Expr *, MAX(e->n_args, 1u));
    if (!made->arg)
        return NULL;
    for (uint32_t i = 0; i < e->n_args; i++) {
        made->arg[i] = expr_fold(a, e->arg[i]);
        if (!made->arg[i])
            return NULL;
    }
    made = simplify(a, made);
    if (!made || made->kind == EXPR_CONST || !is_constant_deep(made))
        return made;
    Value v;
    if (expr_eval_const(a, made, &v, NULL) < 0)
        return made;
    return expr_const(a, &v, e->at);
}

int expr_const_value(Arena *a, Expr *e, const char *what, Value *ret, Err *err)
{
    Expr *folded = expr_fold(a, e);
    if (!folded)
        return RAISE_NOMEM(err);
    if (folded->kind == EXPR_CONST) {
        *ret = folded->value;
        ret->type = folded->type;
        return 0;
    }
    if (!is_constant_deep(folded))
        return RAISE_AT(err, ERR_INVALID_PARAMETER, e->at, "%s must be a constant", what);
    return expr_eval_const(a, folded, ret, err);
}

int expr_value_at(Arena *a, Expr *e, const char *what, int64_t now_us, Value *ret, Err *err)
{
    if (!e->is_stable || !is_rowless(e))
        return expr_const_value(a, e, what, ret, err);
    return eval_at(a, e, now_us, NULL, ret, err);
}

int expr_value_random(Arena *a, Expr *e, int64_t now_us, const ExprRandom *random, Value *ret, Err *err)
{
    return eval_at(a, e, now_us, random, ret, err);
}

/* The expression over one row whose only used column is `in`; column numbers are made 0 first. */
bool expr_apply_scalar(const Expr *e, const Value *in, Arena *scratch, Value *ret)
{
    uint32_t col;
    if (!expr_rises(e, &col))
        return false;
    Expr **map = ARENA_ARRAY(scratch, Expr *, col + 1);
    Expr *constant = expr_const(scratch, in, e->at);
    if (!map || !constant)
        return false;
    map[col] = constant;
    Expr *applied = expr_substitute(scratch, e, map);
    return applied && expr_eval_const(scratch, applied, ret, NULL) == 0 && !ret->is_null;
}
