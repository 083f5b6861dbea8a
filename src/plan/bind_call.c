/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls: windows and aggregates go their own ways; COALESCE and NULLIF are forms of expr/; everything else is resolved over the
 * function table. */
#include "plan/bind_function.h"
#include "plan/bind_rows.h"
#include "plan/bind_target.h"

/* Place of a named argument in "days|hours"; -1 = there is no such name. */
static int32_t place_of(const char *names, Str name, uint32_t *ret_n)
{
    Str rest = str_of(names), one;
    int32_t place = -1;
    *ret_n = 0;
    for (bool more = true; more; (*ret_n)++) {
        more = str_cut(rest, '|', &one, &rest);
        if (str_eq(one, name))
            place = (int32_t)*ret_n;
    }
    return place;
}

/* Arguments by position, then by name; those left out are 0. */
static int bind_named_args(const ExprScope *x, const ExprCall *c, const char *names, Expr **args, uint32_t n, Err *err)
{
    uint32_t at = 0;
    Value zero = {.type = TYPE(I32)};
    AST_EACH(item, c->args)
    {
        const ExprNamedArg *named = item->kind == NODE_EXPR_NAMED_ARG ? AST(ExprNamedArg, item) : NULL;
        uint32_t ignored;
        int32_t place = named ? place_of(names, named->name.s, &ignored) : (int32_t)at++;
        if (place < 0)
            return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, item->at, "the function has no argument named \"%.*s\"",
                            (int)named->name.s.n, named->name.s.p);
        if (args[place])
            return RAISE_AT(err, ERR_SYNTAX, item->at, "argument %d is given more than once", place + 1);
        TRY(bind_expr(x, named ? named->value : item, &args[place], err));
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!args[i])
            args[i] = expr_const(x->b->arena, &zero, c->node.at);
        if (!args[i])
            return RAISE_NOMEM(err);
    }
    return 0;
}

/* nextval('s'::regclass), as dumps say it, is nextval('s'). */
static const Node *named_sequence(Str name, const Node *arg)
{
    static const char *const names[] = {"nextval", "currval", "setval"};
    const Node *text = arg->kind == NODE_EXPR_CAST ? AST(ExprCast, arg)->arg : NULL;
    if (!text || text->kind != NODE_EXPR_LITERAL || AST(ExprLiteral, text)->kind != LITERAL_STRING ||
        !str_eq(name_last(&AST(ExprCast, arg)->type->name)->s, STR("regclass")))
        return arg;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq(name, str_of(names[i])))
            return text;
    return arg;
}

static int bind_args(const ExprScope *x, const ExprCall *c, Str name, Expr ***ret, uint32_t *ret_n, Err *err)
{
    uint32_t n = 0;
    const char *names = func_arg_names(name);
    if (c->args.n > CALL_ARGS_MAX)
        return RAISE_AT(err, ERR_PROGRAM_LIMIT, c->node.at, "a function takes at most %d arguments", CALL_ARGS_MAX);
    Expr **args = ARENA_ARRAY(x->b->arena, Expr *, MAX(c->args.n, FUNC_ARGS_MAX) + 1);
    if (!args)
        return RAISE_NOMEM(err);
    memset(args, 0, (MAX(c->args.n, FUNC_ARGS_MAX) + 1) * sizeof(Expr *));
    *ret = args;
    if (names)
        (void)place_of(names, STR(""), ret_n);
    if (names && c->args.n <= *ret_n)
        return bind_named_args(x, c, names, args, *ret_n, err);
    AST_EACH(item, c->args)
    {
        if (!macro_is_form(c, item)) {
            TRY(bind_argument(x, named_sequence(name, item), &args[n++], err));
            continue;
        }
        Value form = {.type = TYPE(TEXT), .str = AST(ExprColumn, item)->name.part[0].s};
        args[n] = expr_const(x->b->arena, &form, item->at);
        if (!args[n++])
            return RAISE_NOMEM(err);
    }
    *ret_n = n;
    return 0;
}

/* NULLIF(a, b) of two types: NULL when they are equal, else a, with the type that it is compared as: its own, but for numbers
 * where the operator is that of the wider kind. */
static int bind_nullif(const ExprScope *x, Expr **args, Span at, Expr **ret, Err *err)
{
    Expr *equal, *null;
    Value v = value_null(TYPE(UNKNOWN));
    TypeId a = args[0]->type.id, b = args[1]->type.id;
    if ((type_is_integer(a) && (b == T_DECIMAL || type_is_float(b))) || (a == T_DECIMAL && type_is_float(b)))
        TRY(expr_unify(x->b->arena, args, 2, "NULLIF", err));
    TRY(expr_call(x->b->arena, STR("="), args, 2, at, &equal, err));
    null = expr_const(x->b->arena, &v, at);
    if (!null)
        return RAISE_NOMEM(err);
    return expr_case(x->b->arena, &equal, &null, 1, args[0], at, ret, err);
}

/* Parts of the call that only aggregates have. */
static int check_plain(const ExprCall *c, Str name, Err *err)
{
    const char *what = c->star ? "(*)" : c->distinct ? "DISTINCT" : c->order_by.n ? "ORDER BY" : NULL;
    if (c->filter)
        what = "FILTER";
    if (c->within_group.n)
        what = "WITHIN GROUP";
    if (c->nulls != NULLS_DEFAULT)
        what = "IGNORE NULLS";
    if (!what)
        return 0;
    if (!func_exists(name)) {
        int rc = RAISE_AT(err, ERR_UNDEFINED_FUNCTION, c->node.at, "aggregate function %.*s does not exist", (int)name.n, name.p);
        return func_nearest(name) ? err_hint(err, "Did you mean %s()?", func_nearest(name)) : rc;
    }
    return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, c->node.at, "%s specified, but %.*s is not an aggregate function", what,
                    (int)name.n, name.p);
}

/* What SQL has as expressions, not as functions: another number of operands is a mistake in the syntax. */
static int check_expression(const ExprCall *c, Str name, uint32_t n, Err *err)
{
    bool many = str_eq(name, STR("coalesce")) || str_eq(name, STR("greatest")) || str_eq(name, STR("least"));
    if ((many && n == 0) || (str_eq(name, STR("nullif")) && n != 2))
        return RAISE_AT(err, ERR_SYNTAX, c->node.at, "%.*s needs %s", (int)name.n, name.p, many ? "arguments" : "two arguments");
    return 0;
}

/* date(x), int4(x): a function called like a type converts to it. */
static int bind_type_call(const ExprScope *x, Str name, Expr *arg, Expr **ret, Err *err)
{
    static const char *const names[] = {"date",  "int2",  "int4",        "int8",   "float4", "float8", "numeric",
                                        "bool",  "text",  "varchar",     "bpchar", "name",   "uuid",   "json",
                                        "jsonb", "bytea", "timestamptz", "inet",   "cidr",   "macaddr"};
    Type to;
    bool is_type = false;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        is_type |= str_eq(name, str_of(names[i]));
    *ret = NULL;
    bool is_range = name.n > 5 && memcmp(name.p + name.n - 5, "range", 5) == 0; /* which makes one of two values as well */
    if (is_range ? !func_exists(name) : !is_type || func_exists(name))
        return 0;
    if (type_of_name(name, NULL, 0, &to, NULL) < 0)
        return 0;
    if (arg->type.id != T_UNKNOWN && to.id != T_TEXT && !cast_find(arg->type.id, to.id))
        return 0;
    if (str_eq(name, STR("bpchar")))
        to = TYPE(TEXT);
    return expr_cast(x->b->arena, arg, to, CAST_EXPLICIT, false, ret, err);
}

/* nextval() and its kin give another answer each time, and change what they answer from: not for what is computed again. */
static int check_sequence(const ExprScope *x, const Expr *e, Span at, Err *err)
{
    const Relation *r;
    int32_t col;
    if (e->kind != EXPR_CALL || !(e->fn->flags & FN_SEQUENCE))
        return 0;
    if (!x->b->ctx->sequences)
        return RAISE_AT(err, ERR_UNSUPPORTED, at, "%s() is not supported here", e->fn->name);
    if (e->n_args == 0 || e->fn->arg[0] != T_TEXT || e->arg[0]->kind != EXPR_CONST || e->arg[0]->value.is_null)
        return 0;
    int rc = catalog_sequence(x->b->ctx->catalog, e->arg[0]->value.str, &r, &col, err);
    if (rc < 0 && err)
        err->at = e->arg[0]->at;
    if (rc == 0 && col >= 0 && x->b->ctx->stored_text) /* nothing would keep the table */
        return bind_unsupported(err, at, "a DEFAULT that asks the numbers of another table's column is");
    return rc;
}

/* The name of a type, or of a function of another system. */
static int bind_foreign_name(const ExprScope *x, Str name, Expr **args, uint32_t n, Span at, Expr **ret, Err *err)
{
    if (n == 1)
        TRY(bind_type_call(x, name, args[0], ret, err));
    return *ret ? 0 : bind_dialect(x, name, args, n, at, ret, err);
}

/* Functions of other systems whose arguments are the elements of an array. */
static bool is_list_of(const ExprScope *x, const ExprCall *c, Str name)
{
    bool is = str_eq(name, STR("make_array")) || str_eq(name, STR("list_value"));
    return is && c->args.n && !c->star && !c->distinct && !function_is_name(x->b->ctx->catalog, name, FUNCTION_SCALAR);
}

/* What is written like a call and is another expression; *ret NULL: it is none. */
static int bind_other_form(const ExprScope *x, const ExprCall *c, Str name, Expr **ret, Err *err)
{
    ExprArray list = {.node = {.kind = NODE_EXPR_ARRAY, .at = c->node.at}, .items = c->args};
    if (x->column && columns_is_call(&c->node))
        return bind_expr(x, x->column, ret, err);
    TRY(bind_delimited(x, c, ret, err));
    return !*ret && is_list_of(x, c, name) ? bind_expr(x, &list.node, ret, err) : 0;
}

/* pg_catalog's functions, and what information_schema has of its own. */
static bool is_in_schema_of_its_own(const ExprScope *x, const ExprCall *c)
{
    bool built_in = c->func.n_parts == 1 || (c->func.n_parts == 2 && str_eq(c->func.part[0].s, STR("pg_catalog")));
    return !built_in && !unnest_is_call(x->b, &c->node);
}

static FunctionFind find_how(const ExprCall *c, Str name)
{
    return c->variadic ? FIND_SPREAD : func_exists(name) ? FIND_EXACT : FIND_ANY;
}

/* schema.f(..): one of CREATE FUNCTION. */
static int bind_schema_call(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err)
{
    const Catalog *catalog = x->b->ctx->catalog;
    Str name = name_key(&c->func);
    Expr **args = NULL;
    SchemaId schema;
    uint32_t n = c->args.n;
    int rc = name_schema(&c->func, &schema, err);
    if (rc == NAME_NO_SCHEMA && !catalog_schema(catalog, c->func.part[c->func.n_parts - 2].s))
        return name_no_schema(&c->func, err);
    TRY(MIN(rc, 0));
    if (c->over || c->range != CALL_DEFAULT || !function_is_name(catalog, name, FUNCTION_SCALAR))
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, c->node.at, "function %.*s does not exist", (int)name.n, name.p);
    TRY(check_plain(c, name, err));
    if (c->args.last && c->args.last->kind == NODE_EXPR_NAMED_ARG)
        return bind_function_by_name(x, c, name, ret, err);
    TRY(bind_args(x, c, name, &args, &n, err));
    return bind_user_function(x, name, args, n, c->variadic ? FIND_SPREAD : FIND_ANY, c->node.at, ret, err);
}

static int check_words(const ExprCall *c, Str name, Err *err)
{
    if (c->variadic && (c->over || agg_is_name(name) || window_is_name(name)))
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, c->node.at, "no function %.*s takes any number of arguments", (int)name.n,
                        name.p);
    return c->range == CALL_DEFAULT ? 0
                                    : RAISE_AT(err, ERR_SYNTAX, c->node.at,
                                               "RUNNING and FINAL stand before navigations and aggregates of MEASURES only");
}

int bind_call(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err)
{
    Str name = name_last(&c->func)->s;
    Expr **args = NULL;
    uint32_t n = c->args.n;
    if (is_in_schema_of_its_own(x, c))
        return bind_schema_call(x, c, ret, err);
    if (x->match) {
        bool is_match = false;
        TRY(match_call(x, c, &is_match, ret, err));
        if (is_match)
            return 0;
    }
    TRY(bind_other_form(x, c, name, ret, err));
    if (*ret)
        return 0;
    TRY(bind_dialect_agg(x, c, &c, err));
    name = name_last(&c->func)->s;
    TRY(check_words(c, name, err));
    if (agg_takes_rows(c))
        return bind_agg_of_rows(x, c, ret, err);
    if (c->over)
        return bind_over(x, c, ret, err);
    if (window_is_name(name))
        return bind_window_call(x, c, ret, err);
    if (str_eq(name, STR("grouping")))
        return bind_grouping(x, c, ret, err);
    if (unnest_is_call(x->b, &c->node))
        return bind_unnest_call(x, c, ret, err);
    if (agg_is_name(name) || function_is_name(x->b->ctx->catalog, name, FUNCTION_AGGREGATE))
        return bind_aggregate(x, c, ret, err);
    if (c->within_group.n > 0 && rank_within_is_name(name))
        return bind_rank_within(x, c, ret, err);
    if (over_is_name(name))
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, c->node.at, "window function %.*s requires an OVER clause", (int)name.n,
                        name.p);
    TRY(check_plain(c, name, err));
    if (str_eq(name, STR("position"))) /* another name of it in results only: plans that are kept have this one */
        name = STR("strpos");
    if (c->args.last && c->args.last->kind == NODE_EXPR_NAMED_ARG && function_is_name(x->b->ctx->catalog, name, FUNCTION_SCALAR))
        return bind_function_by_name(x, c, name, ret, err);
    TRY(bind_args(x, c, name, &args, &n, err));
    if (c->variadic && !function_is_name(x->b->ctx->catalog, name, FUNCTION_SCALAR)) {
        TRY(bind_variadic(x, name, &args, &n, c->node.at, ret, err));
        if (*ret)
            return 0;
    }
    if (function_is_name(x->b->ctx->catalog, name, FUNCTION_SCALAR)) {
        TRY(bind_user_function(x, name, args, n, find_how(c, name), c->node.at, ret, err));
        if (*ret)
            return 0;
    }
    TRY(bind_macro(x, name, args, n, c->node.at, ret, err));
    if (!*ret)
        TRY(bind_catalog_call(x, name, args, n, c->node.at, ret, err));
    if (*ret)
        return 0;
    TRY(check_expression(c, name, n, err));
    if (str_eq(name, STR("coalesce")))
        return expr_coalesce(x->b->arena, args, n, c->node.at, ret, err);
    if (n > 0 && (str_eq(name, STR("greatest")) || str_eq(name, STR("least"))))
        TRY(expr_unify_results(x->b->arena, args, n, str_eq(name, STR("least")) ? "LEAST" : "GREATEST", err));
    if (str_eq(name, STR("nullif")) && n == 2 && args[0]->type.id != args[1]->type.id && args[0]->type.id != T_UNKNOWN &&
        args[1]->type.id != T_UNKNOWN)
        return bind_nullif(x, args, c->node.at, ret, err);
    TRY(bind_foreign_name(x, name, args, n, c->node.at, ret, err));
    if (*ret)
        return 0;
    TRY(expr_call(x->b->arena, name, args, n, c->node.at, ret, err));
    return check_sequence(x, *ret, c->node.at, err);
}
