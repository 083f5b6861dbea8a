/* SPDX-License-Identifier: Apache-2.0
 *
 * anyelement and anyarray: types that a call decides.  In the catalog they are of unknown type, or arrays of it; a call has one
 * type for all of them, which its arguments say, and the result follows from that.  Of anycompatible, which has a precision of 1
 * there, the arguments may have different types, and the type is the common one. */
#include "func/cast.h"
#include "plan/bind_function.h"

bool function_is_open_type(Type t)
{
    return t.id == T_UNKNOWN || (t.id == T_ARRAY && t.element == T_UNKNOWN);
}

const char *function_open_name(Type t)
{
    return t.id == T_ARRAY ? (t.precision ? "anycompatiblearray" : "anyarray") : t.precision ? "anycompatible" : "anyelement";
}

bool function_mixes_open(const struct RelationFnArg *arg, uint32_t n, Type open)
{
    bool mixes = false;
    for (uint32_t i = 0; i < n; i++)
        mixes |= function_is_open_type(arg[i].type) && arg[i].type.precision != open.precision;
    return mixes;
}

static Type close_type(Type t, Type element)
{
    return t.id == T_UNKNOWN ? element : t.id == T_ARRAY && t.element == T_UNKNOWN ? type_array(element) : t;
}

/* Of arguments that have their types: of the first parameter that is open. */
Type function_type(const Relation *r, Type t, Expr *const *args)
{
    if (!function_is_open_type(t))
        return t;
    for (uint32_t i = 0; i + 1 < r->schema->n; i++) {
        Type of = r->schema->field[i].type;
        if (function_is_open_type(of))
            return close_type(t, of.id == T_ARRAY ? type_element(args[i]->type) : args[i]->type);
    }
    return t;
}

bool function_is_open(const Relation *r)
{
    for (uint32_t i = 0; i + 1 < r->schema->n; i++)
        if (function_is_open_type(r->schema->field[i].type))
            return true;
    return false;
}

/* An untyped literal takes the type of the others. */
bool function_fits_open(Type open, Type is, Type *element)
{
    if (is.id == T_UNKNOWN)
        return true;
    if (open.id == T_ARRAY && is.id != T_ARRAY)
        return false;
    if (open.id == T_ARRAY)
        is = type_element(is);
    if (is.id == T_TEXT || type_is_limited(is))
        is.length = 0;
    if (is.id == T_TEXT)
        is.precision = 0;
    if (open.precision)
        return cast_common_type(*element, is, element) == 0;
    bool alike = element->id == T_UNKNOWN || type_eq(*element, is);
    *element = is;
    return alike;
}

/* The one type that the arguments have. */
static int find_element(const Relation *r, Expr *const *args, Type *ret, Err *err)
{
    *ret = TYPE(UNKNOWN);
    for (uint32_t i = 0; i + 1 < r->schema->n; i++) {
        Type of = r->schema->field[i].type;
        if (args[i] && function_is_open_type(of) && !function_fits_open(of, args[i]->type, ret))
            return RAISE_AT(err, ERR_DATATYPE_MISMATCH, args[i]->at,
                            of.precision ? "arguments of anycompatible family cannot be cast to a common type"
                                         : "arguments declared \"anyelement\" are not all alike");
    }
    return 0;
}

static bool is_compatible(const Relation *r)
{
    bool is = false;
    for (uint32_t i = 0; i + 1 < r->schema->n; i++)
        is |= function_is_open_type(r->schema->field[i].type) && r->schema->field[i].type.precision;
    return is;
}

int function_close_args(Binder *b, const Relation *r, Expr **args, Err *err)
{
    Type element;
    if (!function_is_open(r))
        return 0;
    TRY(find_element(r, args, &element, err));
    if (element.id == T_UNKNOWN && is_compatible(r))
        element = TYPE(TEXT);
    if (element.id == T_UNKNOWN)
        return RAISE(err, ERR_DATATYPE_MISMATCH, "could not determine polymorphic type because input has type unknown");
    for (uint32_t i = 0; i + 1 < r->schema->n; i++) {
        Type of = r->schema->field[i].type;
        if (args[i] && function_is_open_type(of))
            TRY(expr_cast(b->arena, args[i], close_type(of, element), CAST_IMPLICIT, false, &args[i], err));
    }
    return 0;
}
