/* SPDX-License-Identifier: Apache-2.0
 *
 * f(a, VARIADIC array): the elements are arguments.  An array that is written or constant is taken apart when the call is bound;
 * for one that rows have, a function that means the same over an array is called where there is one, else f row by row. */
#include "plan/bind_impl.h"

typedef enum Spread { SPREAD_NONE, SPREAD_TEXT, SPREAD_JOIN, SPREAD_JSONB, SPREAD_PATH, SPREAD_PATH_TEXT } Spread;

/* The functions that take any number of arguments, and what they are over an array of rows. */
static const struct {
    const char *name;
    uint32_t n_before; /* arguments of its own */
    Spread over_array;
} takers[] = {
    {"concat", 0, SPREAD_TEXT},
    {"concat_ws", 1, SPREAD_JOIN},
    {"format", 1, SPREAD_NONE},
    {"json_build_array", 0, SPREAD_NONE},
    {"jsonb_build_array", 0, SPREAD_JSONB},
    {"json_build_object", 0, SPREAD_NONE},
    {"jsonb_build_object", 0, SPREAD_NONE},
    {"json_extract_path", 1, SPREAD_PATH},
    {"jsonb_extract_path", 1, SPREAD_PATH},
    {"json_extract_path_text", 1, SPREAD_PATH_TEXT},
    {"jsonb_extract_path_text", 1, SPREAD_PATH_TEXT},
    {"num_nulls", 0, SPREAD_NONE},
    {"num_nonnulls", 0, SPREAD_NONE},
    {"int4multirange", 0, SPREAD_NONE},
    {"int8multirange", 0, SPREAD_NONE},
    {"nummultirange", 0, SPREAD_NONE},
    {"datemultirange", 0, SPREAD_NONE},
    {"tsmultirange", 0, SPREAD_NONE},
    {"tstzmultirange", 0, SPREAD_NONE},
};

static int over_array(const ExprScope *x, Spread how, Str name, Expr **args, uint32_t n, Span at, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    Expr *array = args[n - 1], *empty = expr_const(a, &(Value){.type = TYPE(TEXT), .str = STR("")}, at);
    uint32_t n_before = how == SPREAD_TEXT || how == SPREAD_JSONB ? 0 : 1;
    if (!empty)
        return RAISE_NOMEM(err);
    if (how == SPREAD_NONE || n != n_before + 1)
        return expr_spread(a, name, args, n, at, ret, err);
    if (n_before && how != SPREAD_JOIN && args[0]->type.id == T_UNKNOWN)
        TRY(expr_cast(a, args[0], str_starts(name, STR("jsonb")) ? TYPE(JSONB) : TYPE(JSON), CAST_IMPLICIT, false, &args[0], err));
    switch (how) {
    case SPREAD_TEXT: return expr_call(a, STR("array_to_string"), (Expr *[]){array, empty}, 2, at, ret, err);
    case SPREAD_JOIN: return expr_call(a, STR("array_to_string"), (Expr *[]){array, args[0]}, 2, at, ret, err);
    case SPREAD_JSONB: return expr_call(a, STR("to_jsonb"), &array, 1, at, ret, err);
    case SPREAD_PATH: return expr_call(a, STR("#>"), args, 2, at, ret, err);
    default: return expr_call(a, STR("#>>"), args, 2, at, ret, err);
    }
}

int bind_variadic(const ExprScope *x, Str name, Expr ***args, uint32_t *n, Span at, Expr **ret, Err *err)
{
    Expr *array = (*args)[*n - 1], **element = NULL, **all;
    uint32_t n_elements = 0;
    size_t i = 0;
    *ret = NULL;
    while (i < ARRAY_LEN(takers) && !str_eq(name, str_of(takers[i].name)))
        i++;
    if (i == ARRAY_LEN(takers))
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, at, "no function %.*s takes any number of arguments", (int)name.n, name.p);
    if (*n - 1 != takers[i].n_before)
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, at, "function %.*s takes %s before VARIADIC", (int)name.n, name.p,
                        takers[i].n_before ? "one argument" : "nothing");
    if (array->type.id == T_UNKNOWN)
        TRY(expr_cast(x->b->arena, array, type_array(TYPE(TEXT)), CAST_IMPLICIT, false, &array, err));
    if (array->type.id != T_ARRAY)
        return RAISE_AT(err, ERR_DATATYPE_MISMATCH, array->at, "VARIADIC argument must be an array");
    (*args)[*n - 1] = array;
    bool written = array->kind == EXPR_CALL && str_eq(str_of(array->fn->name), STR("array"));
    if (!written && (array->kind != EXPR_CONST || array->value.is_null))
        return over_array(x, takers[i].over_array, name, *args, *n, at, ret, err);
    TRY(bind_array_elements(x, array, &element, &n_elements, err));
    if (n_elements == 0 && takers[i].over_array != SPREAD_NONE)
        return over_array(x, takers[i].over_array, name, *args, *n, at, ret, err);
    if (*n - 1 + n_elements > CALL_ARGS_MAX)
        return RAISE_AT(err, ERR_PROGRAM_LIMIT, at, "a function takes at most %d arguments", CALL_ARGS_MAX);
    all = ARENA_ARRAY(x->b->arena, Expr *, *n + n_elements);
    if (!all)
        return RAISE_NOMEM(err);
    memcpy(all, *args, (*n - 1) * sizeof(Expr *));
    if (n_elements)
        memcpy(all + *n - 1, element, n_elements * sizeof(Expr *));
    *args = all;
    *n += n_elements - 1;
    return 0;
}
