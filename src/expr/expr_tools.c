/* SPDX-License-Identifier: Apache-2.0
 *
 * What rules ask of an expression: equality, hash, text, the columns it uses, the same expression over other columns, and whether
 * it keeps the order of a column. */
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "expr/expr_impl.h"

/* The same value to every function: intervals, zeros and numbers in JSONB that are equal in SQL may still be told apart by their
 * text. */
static bool same_constant(const Value *a, const Value *b)
{
    if (!value_eq(a, b))
        return false;
    if (a->is_null)
        return true;
    switch ((TypeId)a->type.id) {
    case T_INTERVAL: return a->iv.months == b->iv.months && a->iv.days == b->iv.days && a->iv.ns == b->iv.ns;
    case T_F32: return signbit(a->f32) == signbit(b->f32);
    case T_F64: return signbit(a->f64) == signbit(b->f64);
    case T_JSONB: return str_eq(a->str, b->str);
    default: return true;
    }
}

bool expr_equal(const Expr *a, const Expr *b)
{
    if (a == b)
        return true;
    if (a->kind != b->kind || a->n_args != b->n_args || !type_eq(a->type, b->type) || a->try_cast != b->try_cast ||
        a->zone != b->zone)
        return false;
    switch (a->kind) {
    case EXPR_CONST: return same_constant(&a->value, &b->value);
    case EXPR_COLUMN:
    case EXPR_PARAM: return a->col == b->col;
    case EXPR_CALL:
        if (a->fn != b->fn)
            return false;
        break;
    case EXPR_CAST:
        if (a->cast != b->cast || a->type.length != b->type.length || a->type.precision != b->type.precision)
            return false;
        break;
    default: break;
    }
    for (uint32_t i = 0; i < a->n_args; i++) {
        if (!expr_equal(a->arg[i], b->arg[i]))
            return false;
    }
    return true;
}

uint64_t expr_hash(const Expr *e)
{
    uint64_t h = hash_i64((int64_t)e->kind * 64 + e->type.id);
    switch (e->kind) {
    case EXPR_CONST: h = hash_combine(h, e->value.is_null ? HASH_NULL : value_hash(&e->value)); break;
    case EXPR_COLUMN:
    case EXPR_PARAM: h = hash_combine(h, hash_i64(e->col)); break;
    case EXPR_CALL: h = hash_combine(h, hash_bytes(e->fn->name, strlen(e->fn->name))); break;
    default: break;
    }
    if (unlikely(e->zone != NULL))
        h = hash_combine(h, hash_bytes(e->zone->name, strlen(e->zone->name)));
    if (unlikely(e->zone && e->zone->plain)) /* a style, too */
        h = hash_combine(h, hash_bytes(&e->zone->style, sizeof(e->zone->style)));
    for (uint32_t i = 0; i < e->n_args; i++)
        h = hash_combine(h, expr_hash(e->arg[i]));
    return h;
}

static void print_list(const Expr *e, uint32_t from, const char *separator, const Schema *input, StrBuf *b)
{
    for (uint32_t i = from; i < e->n_args; i++) {
        if (i > from)
            sb_puts(b, separator);
        expr_print(e->arg[i], input, b);
    }
}

static void print_call(const Expr *e, const Schema *input, StrBuf *b)
{
    const char *name = e->try_cast ? "TRY domain check" : e->fn->name;
    bool is_test = strncmp(name, "is ", 3) == 0;
    if ((e->fn->flags & FN_OPERATOR) && e->n_args == 2) {
        sb_putc(b, '(');
        expr_print(e->arg[0], input, b);
        sb_printf(b, " %s ", name);
        expr_print(e->arg[1], input, b);
        sb_putc(b, ')');
    } else if (e->fn->flags & FN_OPERATOR && e->n_args == 1) {
        sb_putc(b, '(');
        if (!is_test)
            sb_printf(b, "%s ", name);
        expr_print(e->arg[0], input, b);
        if (is_test)
            sb_printf(b, " %s", name);
        sb_putc(b, ')');
    } else {
        sb_printf(b, "%s(", name);
        print_list(e, 0, ", ", input, b);
        sb_putc(b, ')');
    }
}

static void print_case(const Expr *e, const Schema *input, StrBuf *b)
{
    sb_puts(b, "CASE");
    for (uint32_t i = 0; i + 1 < e->n_args; i += 2) {
        sb_puts(b, " WHEN ");
        expr_print(e->arg[i], input, b);
        sb_puts(b, " THEN ");
        expr_print(e->arg[i + 1], input, b);
    }
    sb_puts(b, " ELSE ");
    expr_print(e->arg[e->n_args - 1], input, b);
    sb_puts(b, " END");
}

static void print_cast(const Expr *e, const Schema *input, StrBuf *b)
{
    char type[64];
    type_print(e->type, type, sizeof(type));
    sb_puts(b, e->try_cast ? "TRY_CAST(" : "CAST(");
    expr_print(e->arg[0], input, b);
    sb_printf(b, " AS %s)", type);
}

void expr_print(const Expr *e, const Schema *input, StrBuf *b)
{
    switch (e->kind) {
    case EXPR_CONST: value_print_literal(&e->value, b); break;
    case EXPR_COLUMN:
        if (input && e->col < input->n)
            sb_puts(b, input->field[e->col].name);
        else
            sb_printf(b, "#%u", e->col);
        break;
    case EXPR_PARAM: sb_printf(b, "$%u", e->col + 1); break;
    case EXPR_VALUE: sb_puts(b, "VALUE"); break;
    case EXPR_CALL: print_call(e, input, b); break;
    case EXPR_CAST: print_cast(e, input, b); break;
    case EXPR_CASE: print_case(e, input, b); break;
    case EXPR_AND:
    case EXPR_OR:
        sb_putc(b, '(');
        print_list(e, 0, e->kind == EXPR_AND ? " AND " : " OR ", input, b);
        sb_putc(b, ')');
        break;
    case EXPR_COALESCE:
        sb_puts(b, "COALESCE(");
        print_list(e, 0, ", ", input, b);
        sb_putc(b, ')');
        break;
    case EXPR_IN:
        sb_putc(b, '(');
        expr_print(e->arg[0], input, b);
        sb_puts(b, " IN (");
        print_list(e, 1, ", ", input, b);
        sb_puts(b, "))");
        break;
    }
}

void expr_columns(const Expr *e, uint64_t *bits)
{
    if (e->kind == EXPR_COLUMN)
        bit_set(bits, e->col);
    for (uint32_t i = 0; i < e->n_args; i++)
        expr_columns(e->arg[i], bits);
}

bool expr_uses_only(const Expr *e, const uint64_t *bits, uint32_t n_bits)
{
    if (e->kind == EXPR_COLUMN)
        return e->col < n_bits && bit_get(bits, e->col);
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (!expr_uses_only(e->arg[i], bits, n_bits))
            return false;
    }
    return true;
}

Expr *expr_substitute(Arena *a, const Expr *e, Expr *const *map)
{
    if (e->kind == EXPR_COLUMN)
        return map[e->col];
    Expr *made = arena_memdup(a, e, sizeof(Expr));
    if (!made || e->n_args == 0)
        return made;
    made->arg = ARENA_ARRAY(a, Expr *, e->n_args);
    if (!made->arg)
        return NULL;
    for (uint32_t i = 0; i < e->n_args; i++) {
        made->arg[i] = expr_substitute(a, e->arg[i], map);
        if (!made->arg[i])
            return NULL;
    }
    expr_derive(made);
    return made;
}

/* +1 nondecreasing, -1 nonincreasing, 0 neither; in the one column that *col then names (UINT32_MAX = none met yet). */
static int direction(const Expr *e, bool zones, uint32_t *col);

/* A constant operand that makes a product or quotient keep the order, or an interval that does not go backwards with the clipping
 * of months: every constant interval keeps the order of timestamps, because clipping is monotone too. */
static bool is_positive(const Expr *e)
{
    if (e->kind != EXPR_CONST || e->value.is_null)
        return false;
    switch ((TypeId)e->type.id) {
    case T_I16: return e->value.i16 > 0;
    case T_I32: return e->value.i32 > 0;
    case T_I64: return e->value.i64 > 0;
    case T_F32: return e->value.f32 > 0;
    case T_F64: return e->value.f64 > 0;
    case T_DECIMAL: return e->value.dec > 0;
    case T_INTERVAL: return e->value.iv.months >= 0 && interval_total_us(&e->value.iv) > 0;
    default: return false;
    }
}

static bool is_one_of(const Expr *e, const char *const *names)
{
    if (e->kind != EXPR_CONST || e->value.is_null || e->type.id != T_TEXT)
        return false;
    while (*names && !str_eq_nocase(e->value.str, str_of(*names)))
        names++;
    return *names != NULL;
}

/* The moment in a column, whatever it is held as. */
static bool is_moment(const Expr *e)
{
    while (e->kind == EXPR_CAST && !e->try_cast && type_is_timestamp(e->type.id))
        e = e->arg[0];
    return e->kind == EXPR_COLUMN && (type_is_timestamp(e->type.id) || e->type.id == T_DATE);
}

/* x - x % c, which is c * (x / c). */
static bool cuts_remainder(const Expr *e)
{
    const Expr *rest = e->n_args == 2 ? e->arg[1] : NULL;
    return rest && strcmp(e->fn->name, "-") == 0 && rest->kind == EXPR_CALL && strcmp(rest->fn->name, "%") == 0 &&
           is_positive(rest->arg[1]) && expr_equal(e->arg[0], rest->arg[0]);
}

static int call_direction(const Expr *e, bool zones, uint32_t *col)
{
    static const char *const fields[] = {"epoch", "year", "isoyear", "decade", "century", "millennium", "julian", NULL};
    static const char *const units[] = {"hour", "day", "week", "month", "quarter", "year", "decade", "century", "millennium", NULL};
    uint32_t moving = UINT32_MAX;
    if (cuts_remainder(e))
        return direction(e->arg[0], zones, col);
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (e->arg[i]->kind == EXPR_CONST)
            continue;
        if (moving != UINT32_MAX)
            return 0;
        moving = i;
    }
    if (moving == UINT32_MAX)
        return 0;
    uint8_t mono = e->fn->mono[MIN(moving, FUNC_ARGS_MAX - 1u)];
    const Expr *arg = e->arg[moving];
    int inner = direction(arg, zones, col);
    switch ((Monotone)mono) {
    case MONO_NONDEC: return inner;
    case MONO_NONINC: return -inner;
    case MONO_NONDEC_IF_CONST_POSITIVE:
        for (uint32_t i = 0; i < e->n_args; i++) {
            if (i != moving && !is_positive(e->arg[i]))
                return 0;
        }
        return inner;
    case MONO_NONDEC_BY_FIELD: return is_one_of(e->arg[0], fields) ? inner : 0;
    case MONO_NONDEC_BY_CHANGES: return zones && is_moment(arg) ? inner : 0;
    case MONO_NONDEC_BY_UNITS: {
        bool cut = arg->kind == EXPR_CALL && strcmp(arg->fn->name, "date_trunc") == 0 && is_one_of(arg->arg[0], units);
        return zones && cut ? inner : 0;
    }
    default: return 0;
    }
}

static int direction(const Expr *e, bool zones, uint32_t *col)
{
    if (e->is_volatile || e->is_stable)
        return 0;
    switch (e->kind) {
    case EXPR_COLUMN: *col = e->col; return 1;
    case EXPR_CAST: return e->cast->nondecreasing && !e->try_cast ? direction(e->arg[0], zones, col) : 0;
    case EXPR_CALL: return call_direction(e, zones, col);
    default: return 0;
    }
}

static bool rises(const Expr *e, bool zones, uint32_t *ret_col)
{
    uint32_t col = UINT32_MAX;
    if (direction(e, zones, &col) != 1)
        return false;
    *ret_col = col;
    return true;
}

bool expr_is_nondecreasing(const Expr *e, uint32_t *ret_col)
{
    return rises(e, false, ret_col);
}

bool expr_rises(const Expr *e, uint32_t *ret_col)
{
    return rises(e, true, ret_col);
}
