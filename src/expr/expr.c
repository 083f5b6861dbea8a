/* SPDX-License-Identifier: Apache-2.0
 *
 * Constructors of typed expressions.  They resolve overloads, insert casts, and turn untyped literals into typed constants as soon
 * as their type is known, so that a wrong literal is reported with its own position. */
#include "expr/expr_impl.h"

#include "base/decimal.h"
#include "data/nested.h"

#include <string.h>

Expr *expr_new(Arena *a, ExprKind kind, Type t, Span at)
{
    Expr *e = ARENA_NEW(a, Expr);
    if (e)
        *e = (Expr){.kind = kind, .type = t, .at = at};
    return e;
}

bool expr_is_const(const Expr *e)
{
    return e->kind == EXPR_CONST;
}

Expr *expr_const(Arena *a, const Value *v, Span at)
{
    Expr *e = expr_new(a, EXPR_CONST, v->type, at);
    if (!e)
        return NULL;
    e->value = *v;
    e->not_null = !v->is_null;
    return e;
}

Expr *expr_column(Arena *a, uint32_t col, Type t, bool not_null, Span at)
{
    Expr *e = expr_new(a, EXPR_COLUMN, t, at);
    if (!e)
        return NULL;
    e->col = col;
    e->not_null = not_null;
    return e;
}

static bool is_clock(Type t)
{
    return type_is_timestamp((TypeId)t.id) || t.id == T_DATE || t.id == T_TIME;
}

static bool holds_moment(Type a, Type b)
{
    return type_holds(a, T_TSTZ) || type_holds(b, T_TSTZ) || type_holds(a, T_TIMETZ) || type_holds(b, T_TIMETZ);
}

static bool is_between(const Expr *e, bool (*holds)(Type a, Type b))
{
    Type from = e->arg[0]->type;
    return (from.id != e->type.id || type_is_nested((TypeId)from.id)) && !(is_clock(from) && is_clock(e->type)) &&
           holds(from, e->type);
}

static bool is_called(const Expr *e, bool (*goes)(const FuncDef *f, const Type *args, uint32_t n_args, Type ret))
{
    Type args[CALL_ARGS_MAX];
    for (uint32_t i = 0; i < e->n_args; i++)
        args[i] = e->arg[i]->type;
    return goes(e->fn, args, e->n_args, e->type);
}

/* By the clock of the zone in use. */
static bool goes_by_clock(const Expr *e)
{
    return e->kind == EXPR_CAST ? is_between(e, holds_moment) : e->kind == EXPR_CALL && is_called(e, func_is_zoned);
}

static bool has_style(Type a, Type b)
{
    return type_has_style(a) || type_has_style(b);
}

/* By its style. */
static bool goes_by_style(const Expr *e)
{
    return e->kind == EXPR_CAST ? is_between(e, has_style) : e->kind == EXPR_CALL && is_called(e, func_is_styled);
}

bool expr_is_zoned(const Expr *e)
{
    return goes_by_clock(e) || goes_by_style(e);
}

/* What goes by the style alone is the same in all zones with the plain one. */
static const TimeZone *zone_of(const Expr *e)
{
    const TimeZone *z = zone_in_use();
    return z && (goes_by_clock(e) || (z->plain && goes_by_style(e))) ? z : NULL;
}

static bool any_not_null(const Expr *e)
{
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (e->arg[i]->not_null)
            return true;
    }
    return false;
}

static bool all_not_null(const Expr *e)
{
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (!e->arg[i]->not_null)
            return false;
    }
    return true;
}

/* Of a CASE: the arms' results, not the conditions. */
static bool all_arms_not_null(const Expr *e)
{
    for (uint32_t i = 1; i < e->n_args; i += 2) {
        if (!e->arg[i]->not_null)
            return false;
    }
    return e->arg[e->n_args - 1]->not_null;
}

static bool derive_not_null(const Expr *e)
{
    switch (e->kind) {
    case EXPR_CALL:
        if (expr_is_domain_check(e))
            return expr_domain_check_not_null(e);
        if (e->fn->flags & FN_NOT_NULL)
            return true;
        return (e->fn->flags & FN_STRICT) && !(e->fn->flags & FN_NULLABLE) && all_not_null(e);
    case EXPR_CAST: return !e->try_cast && e->arg[0]->not_null;
    case EXPR_CASE: return all_arms_not_null(e);
    case EXPR_COALESCE: return any_not_null(e);
    case EXPR_AND:
    case EXPR_OR:
    case EXPR_IN: return all_not_null(e);
    default: return e->not_null;
    }
}

void expr_derive(Expr *e)
{
    e->is_volatile = e->is_stable = e->can_fail = false;
    for (uint32_t i = 0; i < e->n_args; i++) {
        e->is_volatile |= e->arg[i]->is_volatile;
        e->is_stable |= e->arg[i]->is_stable;
        e->can_fail |= e->arg[i]->can_fail;
    }
    if (e->kind == EXPR_CALL) {
        e->is_volatile |= (e->fn->flags & FN_VOLATILE) != 0;
        e->is_stable |= (e->fn->flags & FN_STABLE) != 0;
        e->can_fail |= (e->fn->flags & FN_ERR) != 0 && !e->try_cast;
    }
    if (e->kind == EXPR_CAST && !e->try_cast)
        e->can_fail |= e->cast->can_fail;
    e->not_null = derive_not_null(e);
}

static Expr *expr_with_args(Arena *a, ExprKind kind, Type t, uint32_t n, Span at)
{
    Expr *e = expr_new(a, kind, t, at);
    if (!e)
        return NULL;
    e->n_args = n;
    e->arg = ARENA_ARRAY(a, Expr *, MAX(n, 1u));
    return e->arg ? e : NULL;
}

Type expr_param_type(Type to)
{
    Type plain = to.id == T_DECIMAL ? TYPE_DECIMAL(DECIMAL_DIGITS_MAX, 9) : to;
    plain.length = 0;
    plain.precision = type_has_length(plain.id) ? 0 : plain.precision;
    return plain;
}

/* A parameter whose type is being looked for takes the first one that is asked of it. */
static int infer_type(const Expr *e, Type to, Err *err)
{
    Type plain = expr_param_type(to);
    char first[64], second[64];
    if (e->infer->id == T_UNKNOWN)
        *e->infer = plain;
    if (type_eq(*e->infer, plain))
        return 0;
    type_print(*e->infer, first, sizeof(first));
    type_print(plain, second, sizeof(second));
    int rc = RAISE_AT(err, ERR_AMBIGUOUS_PARAMETER, e->at, "inconsistent types deduced for a parameter");
    (void)err_detail(err, "%s versus %s", first, second);
    return rc;
}

/* The constant converted, or NULL when that raises and the cast must stay (it may sit in a branch never taken). */
static int cast_constant(Arena *a, Expr *e, Type to, bool try_cast, bool checked, Expr **ret, Err *err)
{
    Value v;
    Err scratch = ERR_INIT;
    bool literal = e->type.id == T_UNKNOWN;
    *ret = NULL;
    if (checked && !literal)
        return 0;
    int rc = cast_value(&e->value, to, a, &v, &scratch);
    if (rc == -ERR_OUT_OF_MEMORY)
        return RAISE_NOMEM(err);
    if (rc < 0 && try_cast)
        v = value_null(to);
    else if (rc < 0 && literal)
        return RAISE_AT(err, (ErrCode)-rc, e->at, "%s", scratch.message);
    else if (rc < 0)
        return 0;
    v.type = to;
    *ret = expr_const(a, &v, e->at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int cast_node(Arena *a, Expr *e, Type to, const CastDef *cast, bool try_cast, Expr **ret, Err *err)
{
    if (e->kind == EXPR_CONST) {
        bool checked = cast == &cast_text_assign || cast == &cast_text_fill ||
                       cast == &cast_bits_assign || /* a cast of a constant does not */
                       cast == cast_find_assign((TypeId)to.id);
        TRY(cast_constant(a, e, to, try_cast, checked, ret, err));
        if (*ret)
            return 0;
    }
    Expr *made = expr_with_args(a, EXPR_CAST, to, 1, e->at);
    if (!made)
        return RAISE_NOMEM(err);
    made->arg[0] = e;
    made->cast = cast;
    made->try_cast = try_cast;
    made->zone = zone_of(made);
    expr_derive(made);
    *ret = made;
    return 0;
}

/* How a text becomes one with a limit: cut, checked, or, where nobody has asked for the cast, left as long as it is. */
typedef enum LimitMode { LIMIT_CUT, LIMIT_CHECK, LIMIT_KEEP } LimitMode;

/* VARCHAR(n) and CHAR(n) on top of a text, and TEXT on top of CHAR(n). */
static int limit_text(Arena *a, Expr *e, Type to, LimitMode mode, bool try_cast, Expr **ret, Err *err)
{
    const CastDef *cast = cast_find(T_TEXT, T_TEXT);
    if (type_is_char(e->type) && !type_is_char(to)) {
        TRY(cast_node(a, e, TYPE(TEXT), &cast_text_strip, try_cast, &e, err));
        *ret = e;
        if (to.length == 0)
            return 0;
    }
    if (mode == LIMIT_CHECK)
        cast = &cast_text_assign;
    else if (mode == LIMIT_KEEP && type_is_char(to))
        cast = &cast_text_fill;
    return cast_node(a, e, to, cast, try_cast, ret, err);
}

static int limit_length(Arena *a, Expr *e, Type to, LimitMode mode, bool try_cast, Expr **ret, Err *err)
{
    if (to.id == T_TEXT)
        return limit_text(a, e, to, mode, try_cast, ret, err);
    return cast_node(a, e, to, mode == LIMIT_CHECK ? &cast_bits_assign : cast_find(T_BITS, T_BITS), try_cast, ret, err);
}

/* Whether a bit string of type `from` is one of type `to`. */
static bool same_bits(Type from, Type to, LimitMode mode)
{
    if (to.precision)
        return from.precision && from.length == to.length;
    if (from.precision && mode == LIMIT_CUT) /* BIT VARYING is another name of a type */
        return false;
    return to.length == 0 || (from.length > 0 && from.length <= to.length);
}

bool expr_is_moment(const Value *v, Type to)
{
    static const char *const words[] = {"now", "today", "tomorrow", "yesterday"};
    if (v->is_null || (to.id != T_DATE && !type_is_timestamp(to.id)))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq_nocase(str_trim(v->str), str_of(words[i])))
            return true;
    return false;
}

static int cast_any(Arena *a, Expr *e, Type to, LimitMode mode, bool try_cast, Expr **ret, Err *err);

/* 'now', 'today', 'tomorrow' and 'yesterday' are no constants: they go by the processing time of the step. */
static int cast_moment(Arena *a, const Expr *e, Type to, Expr **ret, Err *err)
{
    char first = (char)(str_trim(e->value.str).p[0] | 0x20);
    bool now = first == 'n', today = str_trim(e->value.str).n == 5;
    Value step = {.type = TYPE(I32), .i32 = first == 'y' ? -1 : today ? 0 : 1};
    Expr *arg[2];
    TRY(expr_call(a, STR("now"), NULL, 0, e->at, &arg[0], err));
    if (now)
        return cast_any(a, arg[0], to, LIMIT_CUT, false, ret, err);
    TRY(cast_any(a, arg[0], TYPE(DATE), LIMIT_CUT, false, &arg[0], err));
    arg[1] = expr_const(a, &step, e->at);
    if (!arg[1])
        return RAISE_NOMEM(err);
    TRY(expr_call(a, STR("+"), arg, 2, e->at, &arg[0], err));
    return cast_any(a, arg[0], to, LIMIT_CUT, false, ret, err);
}

/* To a type that is held as a wider one: on top of that. */
static int limit_wider(Arena *a, Expr *e, Type to, LimitMode mode, bool try_cast, Expr **ret, Err *err)
{
    Type wider = to;
    wider.length = 0;
    TRY(cast_any(a, e, wider, mode, try_cast, &e, err));
    return cast_node(a, e, to, &cast_limit, try_cast, ret, err);
}

static int cast_any(Arena *a, Expr *e, Type to, LimitMode mode, bool try_cast, Expr **ret, Err *err)
{
    if (type_is_limited(to) && (e->type.length != to.length || !type_eq(e->type, to)))
        return limit_wider(a, e, to, mode, try_cast, ret, err);
    if (mode == LIMIT_KEEP && to.id == T_BITS)
        to = TYPE(BITS);
    bool limited = type_has_length(to.id) && to.length > 0;
    if (e->type.id == to.id && to.id != T_UNKNOWN) {
        bool chars = type_is_char(e->type) || type_is_char(to);
        bool cut_parts = to.id == T_ARRAY && mode != LIMIT_KEEP && to.length && type_has_length(to.element) &&
                         (e->type.length != to.length || e->type.precision != to.precision);
        bool same = limited ? e->type.length > 0 && e->type.length <= to.length : type_eq(e->type, to);
        if (cut_parts)
            same = false;
        if (chars)
            same = type_is_char(e->type) && type_is_char(to) && e->type.length == to.length;
        if (to.id == T_BITS)
            same = same_bits(e->type, to, mode);
        if (same && to.id == T_DECIMAL && mode == LIMIT_CUT && e->type.length != to.length) /* shown otherwise */
            return cast_node(a, e, to, cast_find(T_DECIMAL, T_DECIMAL), try_cast, ret, err);
        if (same) {
            *ret = e;
            return 0;
        }
        if (limited || chars)
            return limit_length(a, e, to, mode, try_cast, ret, err);
    }
    if (e->type.id == T_UNKNOWN) {
        if (e->kind != EXPR_CONST)
            return RAISE_AT(err, ERR_INDETERMINATE_TYPE, e->at, "could not determine the type of an expression");
        if (expr_is_moment(&e->value, to))
            return cast_moment(a, e, to, ret, err);
        if (e->infer)
            TRY(infer_type(e, to, err));
        else if (unlikely(expr_is_time_alone(&e->value, to))) {
            TRY(cast_any(a, e, TYPE(TIME), mode, try_cast, &e, err));
            return cast_any(a, e, to, mode, try_cast, ret, err);
        }
        Type plain = to;
        if (type_has_length(to.id))
            plain = (Type){.id = to.id};
        plain.length = 0;
        bool cut_parts = to.id == T_ARRAY && type_has_length(to.element) && to.length && mode == LIMIT_CUT;
        if (cut_parts)
            plain.precision = 0;
        TRY(cast_constant(a, e, limited || cut_parts ? plain : to, try_cast, false, ret, err));
        if (cut_parts)
            return cast_node(a, *ret, to, cast_find(T_ARRAY, T_ARRAY), try_cast, ret, err);
        return limited ? limit_length(a, *ret, to, mode, try_cast, ret, err) : 0;
    }
    const CastDef *cast = cast_find(e->type.id, to.id);
    if (!cast)
        return RAISE_AT(err, ERR_CANNOT_COERCE, e->at, "cannot cast type %s to %s", type_id_name(e->type.id), type_id_name(to.id));
    if (unlikely(expr_casts_by_zone((TypeId)e->type.id, (TypeId)to.id)))
        return expr_cast_by_zone(a, e, to, ret, err);
    if (mode == LIMIT_CHECK && e->type.id == to.id && cast_find_assign((TypeId)to.id))
        cast = cast_find_assign((TypeId)to.id);
    if (!limited || (to.id == T_BITS && type_is_integer(e->type.id))) /* of a number BIT(n) takes n bits */
        return cast_node(a, e, to, cast, try_cast, ret, err);
    TRY(cast_node(a, e, (Type){.id = to.id}, cast, try_cast, ret, err));
    return limit_length(a, *ret, to, mode, try_cast, ret, err);
}

int expr_coerce(Arena *a, Expr *e, Type to, Expr **ret, Err *err)
{
    return cast_any(a, e, to, LIMIT_KEEP, false, ret, err);
}

/* A cast to NUMERIC says nothing of digits: a DECIMAL and a literal keep theirs. false: it is to be done. */
static bool keeps_digits(Arena *a, Expr *e, Expr **ret)
{
    unsigned precision, scale;
    Value v = value_null(TYPE(UNKNOWN));
    *ret = e;
    if (e->type.id == T_DECIMAL)
        return true;
    if (e->type.id != T_UNKNOWN || e->kind != EXPR_CONST || e->infer || e->value.is_null ||
        decimal_parse_any(str_trim(e->value.str), &v.dec, &precision, &scale) < 0)
        return false;
    v = (Value){.type = TYPE_DECIMAL(MAX(MAX(precision, scale), 1u), scale), .dec = v.dec};
    *ret = expr_const(a, &v, e->at);
    return *ret != NULL;
}

int expr_cast(Arena *a, Expr *e, Type to, CastContext context, bool try_cast, Expr **ret, Err *err)
{
    if (context == CAST_EXPLICIT && type_is_bare(to) && keeps_digits(a, e, ret))
        return 0;
    if (e->type.id != T_UNKNOWN && e->type.id != to.id) {
        const CastDef *cast = cast_find(e->type.id, to.id);
        if (cast && type_is_integer(e->type.id) && to.id == T_BITS && !to.precision) /* of how many bits? */
            cast = NULL;
        if (!cast || cast->context < context) {
            char from_text[64], to_text[64];
            type_print(e->type, from_text, sizeof(from_text));
            type_print(to, to_text, sizeof(to_text));
            int rc = context == CAST_EXPLICIT
                         ? RAISE_AT(err, ERR_CANNOT_COERCE, e->at, "cannot cast type %s to %s", from_text, to_text)
                         : RAISE_AT(err, ERR_DATATYPE_MISMATCH, e->at, "type %s is needed but the expression is of type %s",
                                    to_text, from_text);
            if (cast)
                err_hint(err, "Write an explicit CAST.");
            return rc;
        }
    }
    return cast_any(a, e, to, context == CAST_EXPLICIT ? LIMIT_CUT : LIMIT_CHECK, try_cast, ret, err);
}

/* CHAR(n) as a TEXT with its blanks. */
static int keep_blanks(Arena *a, Expr *e, Expr **ret, Err *err)
{
    if (e->kind != EXPR_CONST)
        return cast_node(a, e, TYPE(TEXT), cast_find(T_TEXT, T_TEXT), false, ret, err);
    Value v = e->value;
    v.type = TYPE(TEXT);
    *ret = expr_const(a, &v, e->at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* Constants of the arguments for FuncDef.refine and prepare; an argument that is not constant is NULL. */
static int call_fill(Arena *a, const FuncMatch *m, Expr *const *args, Expr *e, Err *err)
{
    const Value *consts[CALL_ARGS_MAX];
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (m->def->flags & FN_BLANKS && type_is_char(args[i]->type))
            TRY(keep_blanks(a, args[i], &e->arg[i], err));
        else
            TRY(expr_coerce(a, args[i], m->arg[i], &e->arg[i], err));
        consts[i] = e->arg[i]->kind == EXPR_CONST ? &e->arg[i]->value : NULL;
    }
    e->fn = m->def;
    e->type = m->ret;
    if (m->def->refine)
        m->def->refine(consts, m->arg, e->n_args, &e->type);
    e->zone = zone_of(e);
    expr_derive(e);
    return 0;
}

int expr_call(Arena *a, Str name, Expr *const *args, uint32_t n_args, Span at, Expr **ret, Err *err)
{
    Type types[CALL_ARGS_MAX] = {TYPE(UNKNOWN)};
    FuncMatch match;
    if (n_args > CALL_ARGS_MAX)
        return RAISE_AT(err, ERR_PROGRAM_LIMIT, at, "more than %d arguments", CALL_ARGS_MAX);
    for (uint32_t i = 0; i < n_args; i++)
        types[i] = args[i]->type;
    TRY(func_resolve(name, types, n_args, at, &match, err));
    int rc = expr_call_by_zone(a, &match, args, n_args, at, ret, err);
    if (rc != 0)
        return MIN(rc, 0);
    Expr *e = expr_with_args(a, EXPR_CALL, match.ret, n_args, at);
    if (!e)
        return RAISE_NOMEM(err);
    TRY(call_fill(a, &match, args, e, err));
    *ret = e;
    return 0;
}

int expr_call_def(Arena *a, const FuncDef *fn, const Type *arg, Type type, Expr *const *args, uint32_t n_args, Span at, Expr **ret,
                  Err *err)
{
    FuncMatch match = {.def = fn, .ret = type};
    Expr *e = expr_with_args(a, EXPR_CALL, type, n_args, at);
    if (!e)
        return RAISE_NOMEM(err);
    memcpy(match.arg, arg, n_args * sizeof(Type));
    TRY(call_fill(a, &match, args, e, err));
    *ret = e;
    return 0;
}

int expr_condition(Arena *a, Expr *e, const char *clause, Expr **ret, Err *err)
{
    if (e->type.id != T_BOOL && e->type.id != T_UNKNOWN) {
        char type[64];
        type_print(e->type, type, sizeof(type));
        return RAISE_AT(err, ERR_DATATYPE_MISMATCH, e->at, "argument of %s must be type boolean, not type %s", clause, type);
    }
    return expr_coerce(a, e, TYPE(BOOL), ret, err);
}

int expr_logic(Arena *a, ExprKind and_or, Expr *const *args, uint32_t n_args, Span at, Expr **ret, Err *err)
{
    ASSERT((and_or == EXPR_AND || and_or == EXPR_OR) && n_args > 0);
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_args; i++)
        n += args[i]->kind == and_or ? args[i]->n_args : 1;
    Expr *e = expr_with_args(a, and_or, TYPE(BOOL), n, at);
    if (!e)
        return RAISE_NOMEM(err);
    n = 0;
    for (uint32_t i = 0; i < n_args; i++) {
        if (args[i]->kind == and_or) {
            memcpy(e->arg + n, args[i]->arg, args[i]->n_args * sizeof(Expr *));
            n += args[i]->n_args;
        } else
            TRY(expr_condition(a, args[i], and_or == EXPR_AND ? "AND" : "OR", &e->arg[n++], err));
    }
    expr_derive(e);
    *ret = n == 1 ? e->arg[0] : e;
    return 0;
}

/* Numbers as they are written, of several scales: each is shown without the zeros that the others ask for. */
static bool of_several_scales(Expr *const *exprs, uint32_t n)
{
    int scale = -1;
    bool several = false;
    for (uint32_t i = 0; i < n; i++) {
        const Expr *e = exprs[i];
        if (e->kind != EXPR_CONST)
            return false;
        if (e->type.id != T_UNKNOWN) {
            several |= scale >= 0 && e->type.scale != scale;
            scale = e->type.scale;
        }
    }
    return several;
}

static int raise_unmatched(Type t, const Expr *e, const char *what, Err *err)
{
    char from[64], to[64];
    if (cast_same_category(t, e->type) && type_print(e->type, from, sizeof(from)) && type_print(t, to, sizeof(to)))
        return RAISE_AT(err, ERR_CANNOT_COERCE, e->at, "%s could not convert type %s to %s", what, from, to);
    return RAISE_AT(err, ERR_DATATYPE_MISMATCH, e->at, "%s types %s and %s cannot be matched", what, type_id_name(t.id),
                    type_id_name(e->type.id));
}

/* Numbers beside a REAL are REAL, as in PostgreSQL; to be compared they are all wider. */
static bool all_fit_real(Expr *const *exprs, uint32_t n)
{
    bool wider = false;
    for (uint32_t i = 0; i < n; i++)
        wider |= exprs[i]->type.id == T_F64;
    return !wider;
}

static int common_type(Expr *const *exprs, uint32_t n, const char *what, bool results, Type *ret, Err *err)
{
    Type t = TYPE(UNKNOWN);
    for (uint32_t i = 0; i < n; i++) {
        Type next, own = exprs[i]->type;
        bool apart = results && t.id != T_UNKNOWN && own.id != T_UNKNOWN && (t.id == T_INTERVAL) != (own.id == T_INTERVAL);
        if (apart || cast_common_type(t, own, &next) < 0)
            return raise_unmatched(t, exprs[i], what, err);
        t = next;
    }
    if (results && t.id == T_F64 && all_fit_real(exprs, n))
        t = TYPE(F32);
    *ret = t.id == T_UNKNOWN ? TYPE(TEXT) : t;
    return 0;
}

static int unify(Arena *a, Expr **exprs, uint32_t n, const char *what, bool results, Err *err)
{
    Type t;
    TRY(common_type(exprs, n, what, results, &t, err));
    if (t.id == T_DECIMAL && of_several_scales(exprs, n))
        t.length = LIMIT_BARE;
    for (uint32_t i = 0; i < n; i++)
        if (exprs[i]->type.id == T_UNKNOWN)
            t = type_unlimited(t);
    for (uint32_t i = 0; i < n; i++)
        TRY(expr_coerce(a, exprs[i], t, &exprs[i], err));
    return 0;
}

/* Of what expr_unify has brought together. */
static Type unified_type(Expr *const *exprs, uint32_t n)
{
    Type t = exprs[0]->type;
    for (uint32_t i = 1; i < n; i++)
        t = type_of_either(t, exprs[i]->type);
    return t;
}

int expr_unify(Arena *a, Expr **exprs, uint32_t n, const char *what, Err *err)
{
    return unify(a, exprs, n, what, false, err);
}

int expr_unify_results(Arena *a, Expr **exprs, uint32_t n, const char *what, Err *err)
{
    return unify(a, exprs, n, what, true, err);
}

int expr_case(Arena *a, Expr *const *whens, Expr *const *thens, uint32_t n, Expr *otherwise, Span at, Expr **ret, Err *err)
{
    Expr **results = ARENA_ARRAY(a, Expr *, n + 1);
    Expr *e = expr_with_args(a, EXPR_CASE, TYPE(UNKNOWN), 2 * n + 1, at);
    Value null = value_null(TYPE(UNKNOWN));
    if (!otherwise)
        otherwise = expr_const(a, &null, at);
    if (!results || !e || !otherwise)
        return RAISE_NOMEM(err);
    memcpy(results, thens, n * sizeof(Expr *));
    results[n] = otherwise;
    TRY(expr_unify_results(a, results, n + 1, "CASE", err));
    for (uint32_t i = 0; i < n; i++) {
        TRY(expr_condition(a, whens[i], "CASE/WHEN", &e->arg[2 * i], err));
        e->arg[2 * i + 1] = results[i];
    }
    e->arg[2 * n] = results[n];
    e->type = unified_type(results, n + 1);
    expr_derive(e);
    *ret = e;
    return 0;
}

int expr_coalesce(Arena *a, Expr *const *args, uint32_t n_args, Span at, Expr **ret, Err *err)
{
    Expr *e = expr_with_args(a, EXPR_COALESCE, TYPE(UNKNOWN), n_args, at);
    if (!e)
        return RAISE_NOMEM(err);
    memcpy(e->arg, args, n_args * sizeof(Expr *));
    TRY(expr_unify_results(a, e->arg, n_args, "COALESCE", err));
    e->type = unified_type(e->arg, n_args);
    expr_derive(e);
    *ret = n_args == 1 ? e->arg[0] : e;
    return 0;
}

static int in_as_ors(Arena *a, Expr *const *list, uint32_t n, Span at, Expr **ret, Err *err)
{
    Expr **equal = ARENA_ARRAY(a, Expr *, n);
    if (!equal)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        Expr *pair[2] = {list[0], list[i + 1]};
        TRY(expr_call(a, STR("="), pair, 2, at, &equal[i], err));
    }
    return expr_logic(a, EXPR_OR, equal, n, at, ret, err);
}

int expr_in(Arena *a, Expr *e, Expr *const *list, uint32_t n, bool negate, Span at, Expr **ret, Err *err)
{
    ASSERT(n > 0);
    Expr *in = expr_with_args(a, EXPR_IN, TYPE(BOOL), n + 1, at);
    if (!in)
        return RAISE_NOMEM(err);
    in->arg[0] = e;
    memcpy(in->arg + 1, list, n * sizeof(Expr *));
    Err inner = ERR_INIT;
    int rc = expr_unify(a, in->arg, n + 1, "IN", &inner);
    bool constant = true;
    if (rc == -ERR_DATATYPE_MISMATCH || rc == -ERR_CANNOT_COERCE) { /* each by itself, which names the operator that is missing */
        in->arg[0] = e;
        memcpy(in->arg + 1, list, n * sizeof(Expr *));
        TRY(in_as_ors(a, in->arg, n, at, ret, err));
        return negate ? expr_call(a, STR("not"), ret, 1, at, ret, err) : 0;
    }
    if (rc < 0 && err)
        *err = inner;
    TRY(rc);
    for (uint32_t i = 1; i <= n; i++) {
        in->arg[i] = expr_fold(a, in->arg[i]);
        if (!in->arg[i])
            return RAISE_NOMEM(err);
        constant &= expr_is_const(in->arg[i]);
    }
    expr_derive(in);
    *ret = in;
    if (!constant)
        TRY(in_as_ors(a, in->arg, n, at, ret, err));
    return negate ? expr_call(a, STR("not"), ret, 1, at, ret, err) : 0;
}
