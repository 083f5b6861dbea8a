/* SPDX-License-Identifier: Apache-2.0
 *
 * The cast table and what is derived from it: the common type of two types, and casts of single values, which run the kernels over
 * a vector of one row so that there is one implementation of every conversion. */
#include "func/cast.h"

#include "base/zone.h"
#include "data/nested.h"
#include "func/cast/cast_impl.h"
#include "func/func_impl.h"

static const CastDef *const families[] = {cast_numbers, cast_times,    cast_texts, cast_bits,
                                          cast_ranges,  cast_networks, cast_json,  cast_nested};

const CastDef *cast_find(TypeId from, TypeId to)
{
    for (size_t f = 0; f < ARRAY_LEN(families); f++) {
        for (const CastDef *c = families[f]; c->kernel; c++) {
            if (c->from == from && c->to == to)
                return c;
        }
    }
    return NULL;
}

bool cast_is_implicit(Type from, Type to)
{
    if (from.id == T_ENUM && to.id == T_ENUM && from.nested && to.nested)
        return type_eq(from, to); /* no ENUM is another one */
    if (from.id == to.id || from.id == T_UNKNOWN)
        return true;
    const CastDef *c = cast_find(from.id, to.id);
    return c && c->context == CAST_IMPLICIT;
}

/* Digits that every value of an integer type has room in. */
static Type decimal_of(Type t)
{
    switch ((TypeId)t.id) {
    case T_I16: return TYPE_DECIMAL(5, 0);
    case T_I32: return TYPE_DECIMAL(10, 0);
    case T_I64: return TYPE_DECIMAL(19, 0);
    default: return t;
    }
}

static Type decimal_common(Type a, Type b)
{
    a = decimal_of(a);
    b = decimal_of(b);
    unsigned scale = MAX(a.scale, b.scale), int_digits = (unsigned)MAX(a.precision - a.scale, b.precision - b.scale);
    return type_bare_as(TYPE_DECIMAL(MIN(int_digits + scale, 38u), scale), a, b);
}

/* An untyped literal within ROW(..) has become a text: it goes by the other row. */
static int common_part(Type a, Type b, Type *ret)
{
    if (cast_common_type(a, b, ret) == 0)
        return 0;
    if (a.id != T_TEXT && b.id != T_TEXT)
        return -ERR_DATATYPE_MISMATCH;
    *ret = a.id == T_TEXT ? b : a;
    return 0;
}

/* Of two STRUCTs or MAPs that differ: part by part, with the names of the first. */
static int nested_common(Type a, Type b, Type *ret)
{
    Field field[STRUCT_FIELDS_MAX];
    if (a.id == T_ENUM || a.nested->n != b.nested->n || a.nested->n > STRUCT_FIELDS_MAX)
        return -ERR_DATATYPE_MISMATCH;
    for (uint32_t i = 0; i < a.nested->n; i++) {
        field[i] = a.nested->field[i];
        TRY(common_part(field[i].type, b.nested->field[i].type, &field[i].type));
    }
    return a.id == T_MAP ? type_map(field[0].type, field[1].type, ret) : type_struct(a.nested->name, field, a.nested->n, ret);
}

int cast_common_type(Type a, Type b, Type *ret)
{
    if (a.id == T_UNKNOWN || b.id == T_UNKNOWN) {
        *ret = a.id == T_UNKNOWN ? b : a;
        return 0;
    }
    if ((a.id == T_DECIMAL && (type_is_integer(b.id) || b.id == T_DECIMAL)) || (b.id == T_DECIMAL && type_is_integer(a.id))) {
        *ret = decimal_common(a, b);
        return 0;
    }
    if (a.id == T_ARRAY && b.id == T_ARRAY) {
        Type element;
        TRY(cast_common_type(type_element(a), type_element(b), &element));
        *ret = type_array(element);
        return 0;
    }
    if (a.id == b.id) {
        if (a.nested != b.nested)
            return nested_common(a, b, ret);
        *ret = a;
        if (a.length != b.length && a.id != T_TEXT)
            ret->length = 0;
        if (type_is_char(a) && type_is_char(b))
            ret->length = MAX(a.length, b.length);
        else if (a.length != b.length || a.precision != b.precision)
            *ret = type_has_length(a.id) ? (Type){.id = a.id} : *ret;
        return 0;
    }
    if ((a.id == T_F32 && type_is_numeric(b.id)) || (b.id == T_F32 && type_is_numeric(a.id))) {
        *ret = TYPE(F64);
        return 0;
    }
    if (cast_is_implicit(a, b))
        *ret = b;
    else if (cast_is_implicit(b, a))
        *ret = a;
    else
        return -ERR_DATATYPE_MISMATCH;
    if (type_is_limited(*ret)) /* the other's values may be beyond */
        ret->length = 0;
    return 0;
}

/* pg_type.typcategory, as far as types of one are not all converted to each other. */
static char category_of(Type t)
{
    switch ((TypeId)t.id) {
    case T_DATE:
    case T_TIME:
    case T_TIMETZ:
    case T_TS:
    case T_TSTZ:
    case T_TSNS: return 'D';
    case T_UUID:
    case T_BYTEA:
    case T_JSON:
    case T_JSONB: return 'U';
    case T_ARRAY: return 'A';
    case T_ENUM: return 'E';
    case T_RANGES:
    case T_MULTIRANGES: return 'R';
    case T_INET:
    case T_CIDR: return 'I';
    case T_MACADDR: return 'U';
    default: return 0;
    }
}

bool cast_same_category(Type a, Type b)
{
    return category_of(a) && category_of(a) == category_of(b);
}

static int limit_values(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    Type t = dst->type;
    uint32_t mask = vec_mask(arg[0]), bytes = type_bytes((TypeId)t.id);
    EACH_ROW(rows, r)
    {
        Value v = vec_get(arg[0], r & mask);
        char name[64];
        if (value_limit(t, &v, NULL) < 0) {
            type_print(t, name, sizeof(name));
            row_error(x, r, ERR_NUMERIC_RANGE, "value out of range for type %s", name);
        }
        memcpy((uint8_t *)dst->data + (size_t)r * bytes, &v.i64, bytes);
    }
    return 0;
}
const CastDef cast_limit = {.context = CAST_IMPLICIT, .can_fail = true, .nondecreasing = true, .kernel = limit_values};

/* As row 0 of a vector of one row. */
static int cast_one(const CastDef *c, const Value *v, Type to, Arena *arena, Value *ret, Err *err)
{
    EvalCtx x = {.arena = arena};
    Vec in, out;
    eval_ctx_clear(&x, 1);
    if (vec_const(v, 1, &in, arena) < 0 || vec_scratch(&out, to, 1, arena) < 0)
        return RAISE_NOMEM(err);
    const Vec *arg = &in;
    if (c->kernel(&x, &arg, 1, NULL, &out, (Rows){1, NULL}) < 0)
        return RAISE_NOMEM(err);
    if (x.n_errors > 0)
        return x.err ? RAISE(err, (ErrCode)x.err_code[0], "%s", x.err_text[0]) : RAISE_NOMEM(err);
    *ret = vec_get(&out, 0);
    ret->type = to;
    if (type_is_string(to.id)) { /* an inline string would point into the vector */
        char *copy = arena_strndup(arena, ret->str.p, ret->str.n);
        if (!copy)
            return RAISE_NOMEM(err);
        ret->str.p = copy;
    }
    return 0;
}

static bool is_clock_type(TypeId t)
{
    return t == T_TS || t == T_TSNS || t == T_DATE || t == T_TIME;
}

static int cast_unlimited(const Value *v, Type to, Arena *arena, Value *ret, Err *err);

/* Between a moment and what the clock of the zone in use shows at it. */
static int cast_by_zone(const TimeZone *z, const Value *v, Type to, Arena *arena, Value *ret, Err *err)
{
    Value clock = *v;
    if (to.id == T_TSTZ)
        TRY(cast_unlimited(v, TYPE(TS), arena, &clock, err));
    bool finite = clock.i64 != TIMESTAMP_INFINITY && clock.i64 != TIMESTAMP_MINUS_INFINITY;
    bool out = finite && (to.id == T_TSTZ ? !zone_moment(z, clock.i64, FOLD_LAST, &clock.i64)
                                          : __builtin_add_overflow(clock.i64, zone_east_us(z, clock.i64), &clock.i64));
    if (out)
        return RAISE(err, ERR_DATETIME_OVERFLOW, "timestamp out of range");
    if (to.id != T_TSTZ) {
        clock.type = TYPE(TS);
        return cast_unlimited(&clock, to, arena, ret, err);
    }
    *ret = clock;
    ret->type = to;
    return 0;
}

static int cast_unlimited(const Value *v, Type to, Arena *arena, Value *ret, Err *err)
{
    if (v->is_null) {
        *ret = value_null(to);
        return 0;
    }
    if (to.id == T_BITS && to.length && (v->type.id == T_UNKNOWN || v->type.id == T_TEXT)) {
        Value bits;
        TRY(cast_unlimited(v, TYPE(BITS), arena, &bits, err));
        return cast_one(cast_find(T_BITS, T_BITS), &bits, to, arena, ret, err);
    }
    if (v->type.id == T_UNKNOWN) {
        Value text = *v, parsed;
        text.type = TYPE(TEXT);
        if (to.id == T_TEXT && to.length)
            return cast_one(cast_find(T_TEXT, T_TEXT), &text, to, arena, ret, err);
        if (to.id == T_TEXT || to.id == T_UNKNOWN) {
            *ret = text;
            ret->type = to;
            return 0;
        }
        TRY(value_parse_sql(to, v->str, arena, &parsed, err));
        *ret = parsed;
        ret->type = to;
        return 0;
    }
    if (to.id == T_TEXT && to.length && v->type.id != T_TEXT) { /* its text, then cut */
        Value text;
        TRY(cast_unlimited(v, TYPE(TEXT), arena, &text, err));
        return cast_one(cast_find(T_TEXT, T_TEXT), &text, to, arena, ret, err);
    }
    const TimeZone *zone = zone_in_use();
    if (unlikely(zone && ((v->type.id == T_TSTZ && is_clock_type((TypeId)to.id)) ||
                          (to.id == T_TSTZ && v->type.id != T_TIME && is_clock_type((TypeId)v->type.id)))))
        return cast_by_zone(zone, v, to, arena, ret, err);
    bool same_decimal = v->type.id == T_DECIMAL && v->type.scale == to.scale && v->type.precision <= to.precision;
    bool same_nested = type_eq(v->type, to) && (to.length == 0 || v->type.length == to.length);
    if (v->type.id == to.id && (to.id != T_DECIMAL || same_decimal) && ((to.id != T_ARRAY && !to.nested) || same_nested) &&
        (!type_has_length(to.id) || (to.length == 0 && !type_is_char(v->type)))) {
        *ret = *v;
        ret->type = to;
        return 0;
    }
    const CastDef *c =
        type_is_char(v->type) && to.id == T_TEXT && !type_is_char(to) ? &cast_text_strip : cast_find(v->type.id, to.id);
    if (!c)
        return RAISE(err, ERR_CANNOT_COERCE, "cannot cast type %s to %s", type_id_name(v->type.id), type_id_name(to.id));
    return cast_one(c, v, to, arena, ret, err);
}

int cast_value(const Value *v, Type to, Arena *arena, Value *ret, Err *err)
{
    Value made;
    TRY(cast_unlimited(v, to, arena, &made, err));
    TRY(value_limit(to, &made, err));
    *ret = made;
    return 0;
}

/* Whether a text inside has a length. */
static bool has_lengths(Type t)
{
    if (t.id == T_ARRAY)
        return has_lengths(type_element(t));
    if (!type_is_nested((TypeId)t.id))
        return type_has_length(t.id) && t.length > 0;
    for (uint32_t i = 0; i < t.nested->n; i++)
        if (has_lengths(t.nested->field[i].type))
            return true;
    return false;
}

const CastDef *cast_find_assign(TypeId id)
{
    return id == T_ARRAY ? &cast_array_assign : id == T_STRUCT || id == T_MAP ? &cast_row_assign : NULL;
}

int cast_assign(const Value *v, Type to, Arena *arena, Value *ret, Err *err)
{
    Value text;
    if (v->is_null || !has_lengths(to))
        return cast_value(v, to, arena, ret, err);
    if (to.id == T_BITS && v->type.id == T_BITS)
        return cast_one(&cast_bits_assign, v, to, arena, ret, err);
    if (to.id == T_BITS && (v->type.id == T_UNKNOWN || v->type.id == T_TEXT))
        return value_parse_sql(to, v->str, arena, ret, err);
    if (to.id != T_TEXT && v->type.id == to.id)
        return cast_one(cast_find_assign((TypeId)to.id), v, to, arena, ret, err);
    if (to.id != T_TEXT)
        return cast_value(v, to, arena, ret, err); /* reading a text checks */
    TRY(cast_value(v, TYPE(TEXT), arena, &text, err));
    return value_parse_sql(to, text.str, arena, ret, err);
}
