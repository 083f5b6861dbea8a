/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions made by CREATE FUNCTION: an expression over its parameters, put where it is called.  The names of the parameters, and
 * $1, stand for the arguments themselves, so what is known of these (constants, NULL, monotone) is known inside, and continuous
 * queries run the function as they would run its text.
 *
 * A function is a relation of the catalog without rows: its name is the signature, its columns are the parameters and, last, the
 * result; so what uses it depends on it by the rules of relations. */
#include "plan/bind_function.h"
#include "plan/subquery_impl.h"

#include "sql/ast_equal.h"
#include "sql/parse.h"

/* The i-th argument, which was bound where the function is called, as it is called here. */
static int argument_here(const ExprScope *x, const FunctionArgs *f, uint32_t i, Span at, Expr **ret, Err *err)
{
    int rc = outer_lift(x->b->outer, f->base, f->arg[i], at, ret, err);
    return rc < 0 ? rc : 1;
}

/* f of f.a, where f(integer) is the function. */
static bool is_function_name(const FunctionArgs *f, Str s)
{
    return f->of && strncmp(f->of->name, s.p, s.n) == 0 && f->of->name[s.n] == '(';
}

/* Of a statement that a function runs: its parameters are those of the statement. */
static int run_parameter(const ExprScope *x, const ExprColumn *c, Expr **ret, Err *err)
{
    const PlanContext *ctx = x->b->ctx;
    const Name *name = &c->name;
    bool whole = name->n_parts == 1 || (name->n_parts == 2 && ctx->routine && str_eq(name->part[0].s, str_of(ctx->routine)));
    for (uint32_t i = 0; whole && i < ctx->n_params; i++) {
        if (!ctx->params[i].name || !ctx->params[i].name[0] || !str_eq(name_last(name)->s, str_of(ctx->params[i].name)))
            continue;
        ExprParam p = {.node = {.kind = NODE_EXPR_PARAM, .at = c->node.at}, .number = i + 1};
        int rc = bind_param(x, &p, ret, err);
        return rc < 0 ? rc : 1;
    }
    return 0;
}

int bind_function_name(const ExprScope *x, const ExprColumn *c, Expr **ret, Err *err)
{
    const FunctionArgs *f = x->b->function;
    if (!f)
        return x->b->ctx->n_params ? run_parameter(x, c, ret, err) : 0;
    bool whole = c->name.n_parts == 1 || (c->name.n_parts == 2 && is_function_name(f, c->name.part[0].s));
    for (uint32_t i = 0; f->params && whole && i < f->n; i++)
        if (str_eq(name_last(&c->name)->s, str_of(f->params->field[i].name)))
            return argument_here(x, f, i, c->node.at, ret, err);
    return 0;
}

int bind_function_param(const ExprScope *x, const ExprParam *p, Expr **ret, Err *err)
{
    const FunctionArgs *f = x->b->function;
    if (!f || p->number == 0 || p->number > f->n)
        return 0;
    return argument_here(x, f, p->number - 1, p->node.at, ret, err);
}

/* ---- which one ---- */

/* f(integer): the name without what is in parentheses. */
static bool is_called(const Relation *r, Str name, FunctionKind kind)
{
    return (r->native ? (FunctionKind)r->native->kind : FUNCTION_SCALAR) == kind && strncmp(r->name, name.p, name.n) == 0 &&
           r->name[name.n] == '(';
}

bool function_is_name(const Catalog *c, Str name, FunctionKind kind)
{
    Relations of = catalog_kind(c, REL_FUNCTION);
    for (uint32_t i = 0; i < of.n; i++)
        if (is_called(of.relation[i], name, kind))
            return true;
    return false;
}

/* An enum or an array of one: each is a type of its own. */
static bool is_of_enum(Type t)
{
    return (t.id == T_ARRAY ? type_element(t) : t).id == T_ENUM;
}

/* Twice how many arguments have the parameter's type already, and one for no parameter left to its default; -1 = it cannot be
 * called with them. */
static int match(const Relation *r, Expr *const *args, uint32_t n, FunctionFind how)
{
    int exact = 0;
    Type open = TYPE(UNKNOWN);
    uint32_t n_params = r->schema->n - 1, n_own = r->fn_variadic && how != FIND_SPREAD ? n_params - 1 : n_params;
    bool takes_more = n_own < n_params;
    if (how == FIND_SPREAD && !r->fn_variadic)
        return -1;
    if (takes_more ? n < n_params : n_params < n || (n_params > n && (!r->defaults || !r->defaults[n])))
        return -1;
    for (uint32_t i = 0; i < n; i++) {
        Type want = r->schema->field[MIN(i, n_params - 1)].type;
        if (i >= n_own && takes_more)
            want = type_element(want);
        if (function_is_open_type(want) && !function_fits_open(want, args[i]->type, &open))
            return -1;
        if (function_is_open_type(want))
            continue;
        if (args[i]->type.id != T_UNKNOWN && !cast_is_implicit(args[i]->type, want))
            return -1;
        bool same = args[i]->type.id == want.id && (!is_of_enum(want) || type_eq(args[i]->type, want));
        exact += same || (args[i]->type.id == T_UNKNOWN && want.id == T_TEXT);
    }
    return 2 * exact + (n_params == n && !takes_more);
}

/* The other kind is there under the name. */
static int wrong_kind(const ExprScope *x, const Relation *r, Span at, Err *err)
{
    bool calls = x->b->ctx->calls;
    (void)RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, at, "%s is %s procedure", r->name, calls ? "not a" : "a");
    return err_hint(err, calls ? "To call a function, use SELECT." : "To call a procedure, use CALL.");
}

static int undefined(const ExprScope *x, Str name, Expr *const *args, uint32_t n, Span at, Err *err)
{
    const char *kind = x->b->ctx->calls ? "procedure" : "function";
    char text[512];
    Type *type = ARENA_ARRAY(x->b->arena, Type, n + 1);
    if (!type)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        type[i] = args[i]->type;
    func_print_types(type, n, ", ", text, sizeof(text));
    (void)RAISE_AT(err, ERR_UNDEFINED_FUNCTION, at, "%s %.*s(%s) does not exist", kind, (int)name.n, name.p, text);
    return err_hint(err, "No %s matches the given name and argument types. You might need to add explicit type casts.", kind);
}

int function_find(const ExprScope *x, Str name, FunctionKind kind, Expr **args, uint32_t n, FunctionFind how, Span at,
                  const Relation **ret, Err *err)
{
    Relations of = catalog_kind(x->b->ctx->catalog, REL_FUNCTION);
    int best = -1;
    bool tie = false;
    *ret = NULL;
    const Relation *other = NULL;
    for (uint32_t i = 0; i < of.n; i++) {
        int fits = is_called(of.relation[i], name, kind) ? match(of.relation[i], args, n, how) : -1;
        bool wanted = kind != FUNCTION_SCALAR || of.relation[i]->fn_procedure == x->b->ctx->calls;
        if (fits >= 0 && !wanted)
            other = of.relation[i];
        if (fits < 0 || fits < best || !wanted)
            continue;
        tie = fits == best;
        best = fits;
        *ret = of.relation[i];
    }
    if (how == FIND_EXACT && best < 2 * (int)n) {
        *ret = NULL;
        return 0;
    }
    if (best < 0 && other)
        return wrong_kind(x, other, at, err);
    if (best < 0)
        return undefined(x, name, args, n, at, err);
    if (tie)
        return RAISE_AT(err, ERR_AMBIGUOUS_FUNCTION, at, "function %.*s is not unique", (int)name.n, name.p);
    if ((*ret)->native && x->b->ctx->stored_text)
        return RAISE_AT(err, ERR_UNSUPPORTED, at, "a function of the program, such as %.*s(), is not supported outside of queries",
                        (int)name.n, name.p);
    return bind_remember(x->b, *ret, err);
}

/* ---- of the program ---- */

/* A number as a decimal that loses nothing of it. */
static Type any_scale(Type given, Type otherwise)
{
    switch ((TypeId)given.id) {
    case T_DECIMAL: return given;
    case T_I16: return TYPE_DECIMAL(5, 0);
    case T_I32: return TYPE_DECIMAL(10, 0);
    case T_I64: return TYPE_DECIMAL(19, 0);
    default: return otherwise;
    }
}

/* The types its arguments are converted to: a decimal comes as it is where no limits were declared. */
static int native_types(const Native *f, Expr *const *args, uint32_t n, Type *ret, Span at, Err *err)
{
    if (n > FUNC_ARGS_MAX)
        return RAISE_AT(err, ERR_INTERNAL, at, "too many arguments");
    for (uint32_t i = 0; i < n; i++)
        ret[i] = f->any_scale[i] ? any_scale(args[i]->type, f->arg[i]) : f->arg[i];
    return 0;
}

static int native_call(const ExprScope *x, const Native *f, Type type, Expr **args, uint32_t n, Span at, Expr **ret, Err *err)
{
    Type types[FUNC_ARGS_MAX];
    TRY(native_types(f, args, n, types, at, err));
    return expr_call_def(x->b->arena, &f->def, types, type, args, n, at, ret, err);
}

int bind_native_rows(const ExprScope *x, const Relation *r, Expr **args, uint32_t n, Span at, Expr **ret, Err *err)
{
    return native_call(x, r->native, type_array(r->native->ret), args, n, at, ret, err);
}

int bind_native_agg(const ExprScope *in, LogicalAgg *g, Err *err)
{
    const Relation *r;
    Arena *a = in->b->arena;
    Type types[FUNC_ARGS_MAX];
    TRY(function_find(in, g->func, FUNCTION_AGGREGATE, g->arg, g->n_given, FIND_ANY, g->at, &r, err));
    g->native = &r->native->agg;
    TRY(native_types(r->native, g->arg, g->n_given, types, g->at, err));
    for (uint32_t i = 0; i < g->n_given; i++)
        TRY(expr_cast(a, g->arg[i], types[i], CAST_IMPLICIT, false, &g->arg[i], err));
    if (r->native->invertible && g->n_order > 0)
        return RAISE_AT(err, ERR_UNSUPPORTED, g->at, "ORDER BY in %s(), which keeps no rows, is not supported", g->name);
    if (r->native->invertible || g->n_given < 2)
        return 0;
    TRY(expr_call(a, STR("row"), g->arg, g->n_given, g->at, &g->arg[0], err)); /* one value of its multiset */
    g->n_given = 1;
    return 0;
}

/* ---- its text ---- */

typedef struct Uses {
    const Schema *params; /* NULL: $n alone */
    uint32_t n, *count;
} Uses;

static int count_uses(void *self, Node *n)
{
    Uses *u = self;
    for (uint32_t i = 0; i < u->n; i++) {
        bool named = u->params && n->kind == NODE_EXPR_COLUMN && AST(ExprColumn, n)->name.n_parts == 1 &&
                     str_eq(AST(ExprColumn, n)->name.part[0].s, str_of(u->params->field[i].name));
        u->count[i] += named || (n->kind == NODE_EXPR_PARAM && AST(ExprParam, n)->number == i + 1);
    }
    return ast_each_child(n, count_uses, u);
}

/* What stands in several places is computed in each of them. */
static int check_uses(Arena *a, const Node *body, const Schema *params, bool strict, Expr *const *arg, uint32_t n, Str name,
                      Span at, Err *err)
{
    Uses u = {params, n, ARENA_ARRAY(a, uint32_t, n + 1)};
    if (!u.count)
        return RAISE_NOMEM(err);
    (void)count_uses(&u, (Node *)body);
    for (uint32_t i = 0; i < n; i++) {
        if (u.count[i] + (strict && !arg[i]->not_null) < 2)
            continue;
        if (arg[i]->is_volatile)
            return RAISE_AT(err, ERR_UNSUPPORTED, at,
                            "a volatile argument for parameter %u%s%s%s, which function %.*s uses more than once, is not supported",
                            i + 1, params ? " \"" : "", params ? params->field[i].name : "", params ? "\"" : "", (int)name.n,
                            name.p);
        Node place = {.at = at};
        TRY(bind_check_shared(arg[i], &place, err));
    }
    return 0;
}

int bind_over_args(Binder *b, FunctionArgs *f, const char *clause, const Node *body, Expr **ret, Err *err)
{
    ExprScope y = {.b = b, .clause = clause};
    f->depth = b->function ? b->function->depth + 1 : 1;
    f->outer = b->function;
    if (f->depth > FUNCTION_DEPTH_MAX)
        return RAISE_AT(err, ERR_TOO_COMPLEX, body->at, "functions call each other more than %u deep", FUNCTION_DEPTH_MAX);
    b->function = f;
    int rc = bind_expr(&y, body, ret, err);
    b->function = f->outer;
    return rc;
}

static int bind_inside(Binder *b, const Node *body, const Relation *r, const Schema *params, uint32_t n, Expr *const *arg,
                       Expr **ret, Err *err)
{
    FunctionArgs f = {.params = params, .n = n, .arg = arg, .of = r, .base = b->outer};
    return bind_over_args(b, &f, "the body of a function", body, ret, err);
}

int bind_text_over(const ExprScope *x, Str text, Expr *const *args, uint32_t n, Str name, Span at, Expr **ret, Err *err)
{
    Node *body;
    TRY(sql_parse_expr(x->b->arena, text.p, (uint32_t)text.n, &body, err));
    TRY(check_uses(x->b->arena, body, NULL, false, args, n, name, at, err));
    return bind_inside(x->b, body, NULL, NULL, n, args, ret, err);
}

static int bind_body(Binder *b, const Node *body, const Relation *r, Expr **arg, Expr **ret, Err *err)
{
    uint32_t n = r->schema->n - 1;
    const Field *f = &r->schema->field[n];
    Type result = function_type(r, f->type, arg);
    TRY(bind_inside(b, body, r, r->schema, n, arg, ret, err));
    char text[64];
    type_print(result, text, sizeof(text));
    int rc = expr_cast(b->arena, *ret, result, CAST_ASSIGN, false, ret, err);
    if (rc >= 0)
        return bind_domain(b, f, *ret, false, ret, err);
    if (rc != -ERR_DATATYPE_MISMATCH && rc != -ERR_CANNOT_COERCE)
        return rc;
    return RAISE_AT(err, ERR_INVALID_FUNCTION_DEF, body->at, "return type mismatch in function declared to return %s", text);
}

/* The parameter's DEFAULT; it sees no parameters. */
static int bind_preset(Binder *b, const Relation *r, uint32_t i, Expr **ret, Err *err)
{
    const FunctionArgs *outer = b->function;
    ExprScope y = {.b = b, .clause = "DEFAULT of a parameter"};
    Type want = r->schema->field[i].type;
    Node *text;
    TRY(sql_parse_expr(b->arena, r->defaults[i], (uint32_t)strlen(r->defaults[i]), &text, err));
    b->function = NULL;
    int rc = bind_expr(&y, text, ret, err);
    b->function = outer;
    TRY(rc);
    Type is = (*ret)->type;
    rc = expr_cast(b->arena, *ret, want, CAST_ASSIGN, false, ret, err);
    if (rc != -ERR_DATATYPE_MISMATCH && rc != -ERR_CANNOT_COERCE)
        return rc;
    char wanted[64], given[64];
    type_print(want, wanted, sizeof(wanted));
    type_print(is, given, sizeof(given));
    return RAISE(err, ERR_DATATYPE_MISMATCH, "argument of DEFAULT must be type %s, not type %s", wanted, given);
}

/* The arguments with the types of the parameters, and the defaults of those that are not given (NULL, or behind n). */
static int complete_args(Binder *b, const Relation *r, Expr **args, uint32_t n, Expr ***ret, Err *err)
{
    uint32_t n_params = r->schema->n - 1;
    Expr **all = ARENA_ARRAY(b->arena, Expr *, n_params + 1);
    if (!all)
        return RAISE_NOMEM(err);
    memset(all, 0, (n_params + 1) * sizeof(*all));
    if (n)
        memcpy(all, args, n * sizeof(*all));
    TRY(function_close_args(b, r, all, err));
    for (uint32_t i = 0; i < n; i++)
        if (all[i])
            TRY(expr_cast(b->arena, all[i], function_type(r, r->schema->field[i].type, all), CAST_IMPLICIT, false, &all[i], err));
    for (uint32_t i = 0; i < n_params; i++) {
        if (!all[i])
            TRY(bind_preset(b, r, i, &all[i], err));
        TRY(bind_domain(b, &r->schema->field[i], all[i], false, &all[i], err));
    }
    *ret = all;
    return 0;
}

int bind_strict(Arena *a, Expr *const *arg, uint32_t n, Span at, Expr **body, Err *err)
{
    uint32_t n_tests = 0;
    Expr **test = ARENA_ARRAY(a, Expr *, n + 1), *any, *null;
    if (!test)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        if (!arg[i]->not_null)
            TRY(expr_call(a, STR("is null"), &arg[i], 1, at, &test[n_tests++], err));
    if (n_tests == 0)
        return 0;
    null = expr_const(a, &(Value){.type = (*body)->type, .is_null = true}, at);
    if (!null)
        return RAISE_NOMEM(err);
    any = test[0];
    if (n_tests > 1)
        TRY(expr_logic(a, EXPR_OR, test, n_tests, at, &any, err));
    return expr_case(a, &any, &null, 1, *body, at, body, err);
}

/* The arguments behind the parameters of their own, as the array that the last one takes. */
static int pack_args(const ExprScope *x, const Relation *r, Expr **args, uint32_t *n, Span at, Err *err)
{
    uint32_t n_params = r->schema->n - 1, first = n_params - 1;
    Type of = type_element(r->schema->field[first].type);
    if (of.id == T_UNKNOWN)
        TRY(expr_unify(x->b->arena, args + first, *n - first, "VARIADIC", err));
    for (uint32_t i = first; i < *n && of.id != T_UNKNOWN; i++)
        TRY(expr_cast(x->b->arena, args[i], of, CAST_IMPLICIT, false, &args[i], err));
    TRY(expr_call(x->b->arena, STR("array"), args + first, *n - first, at, &args[first], err));
    *n = n_params;
    return 0;
}

int function_refuse_script(const Relation *r, Span at, Err *err)
{
    (void)RAISE_AT(err, ERR_UNSUPPORTED, at, "a call of function %s, which runs statements, is not supported here", r->name);
    return err_hint(err, "It is called by SELECT f(..) of nothing else, or alone in the FROM of a SELECT of its own.");
}

/* Where it can be called the value of the call stands already (db/routine.c); PREPARE asks for the type. */
static int call_script(const ExprScope *x, const Relation *r, Span at, Expr **ret, Err *err)
{
    Type t = r->schema->field[r->schema->n - 1].type;
    if (!x->b->ctx->describes)
        return function_refuse_script(r, at, err);
    *ret = expr_const(x->b->arena, &(Value){.type = t, .is_null = true}, at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* With a value for each parameter. */
static int call_function(const ExprScope *x, const Relation *r, Expr **args, Span at, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    Node *body = NULL;
    uint32_t n = r->schema->n - 1;
    if (r->fn_script)
        return call_script(x, r, at, ret, err);
    if (r->fn_query || r->fn_set)
        return function_call_query(x, r, args, at, ret, err);
    TRY(sql_parse_expr(a, r->query, (uint32_t)strlen(r->query), &body, err));
    Err inner = ERR_INIT;
    TRY(check_uses(a, body, r->schema, r->strict, args, n, str_of(r->name), at, err));
    int rc = bind_body(x->b, body, r, args, ret, &inner);
    if (rc == 0 && r->strict)
        rc = bind_strict(a, args, n, at, ret, &inner);
    if (rc < 0 && err) { /* places in the body are none of this statement */
        *err = inner;
        err->at = at;
        err->line = 0;
    }
    return rc;
}

int bind_user_function(const ExprScope *x, Str name, Expr **args, uint32_t n, FunctionFind how, Span at, Expr **ret, Err *err)
{
    const Relation *r = NULL;
    *ret = NULL;
    TRY(function_find(x, name, FUNCTION_SCALAR, args, n, how, at, &r, err));
    if (!r)
        return 0;
    if (r->native)
        return native_call(x, r->native, r->native->ret, args, n, at, ret, err);
    if (r->fn_variadic && how != FIND_SPREAD)
        TRY(pack_args(x, r, args, &n, at, err));
    TRY(complete_args(x->b, r, args, n, &args, err));
    return call_function(x, r, args, at, ret, err);
}

/* ---- arguments by name ---- */

/* Where each parameter's argument stands in the call, NULL for one left to its default; false: r is not called so. */
static bool place_named(const Relation *r, const ExprCall *c, const Node **ret)
{
    uint32_t n_params = r->schema->n - 1, at = 0;
    memset(ret, 0, n_params * sizeof(*ret));
    AST_EACH(item, c->args)
    {
        const ExprNamedArg *named = item->kind == NODE_EXPR_NAMED_ARG ? AST(ExprNamedArg, item) : NULL;
        uint32_t i = named ? 0 : at++;
        while (named && i < n_params && !str_eq(named->name.s, str_of(r->schema->field[i].name)))
            i++;
        if (i >= n_params || ret[i])
            return false;
        ret[i] = named ? named->value : item;
    }
    for (uint32_t i = 0; i < n_params; i++)
        if (!ret[i] && (!r->defaults || !r->defaults[i]))
            return false;
    return true;
}

static int check_names(const ExprCall *c, Err *err)
{
    AST_EACH(item, c->args)
    for (const Node *other = item->next; other; other = other->next)
        if (item->kind == NODE_EXPR_NAMED_ARG && other->kind == NODE_EXPR_NAMED_ARG &&
            str_eq(AST(ExprNamedArg, item)->name.s, AST(ExprNamedArg, other)->name.s))
            return RAISE_AT(err, ERR_SYNTAX, other->at, "argument name \"%.*s\" used more than once",
                            (int)AST(ExprNamedArg, other)->name.s.n, AST(ExprNamedArg, other)->name.s.p);
    return 0;
}

static int find_by_names(const ExprScope *x, const ExprCall *c, Str name, const Relation **ret, Expr ***ret_args, Err *err)
{
    Relations of = catalog_kind(x->b->ctx->catalog, REL_FUNCTION);
    const Relation *r = NULL;
    const Node *placed[CALL_ARGS_MAX + 1];
    Expr *args[CALL_ARGS_MAX + 1] = {0};
    TRY(check_names(c, err));
    for (uint32_t i = 0; i < of.n; i++) {
        const Relation *one = of.relation[i];
        if (!is_called(one, name, FUNCTION_SCALAR) || one->native || one->fn_procedure != x->b->ctx->calls ||
            one->schema->n > CALL_ARGS_MAX || !place_named(one, c, placed))
            continue;
        if (r)
            return RAISE_AT(err, ERR_AMBIGUOUS_FUNCTION, c->node.at, "function %.*s is not unique", (int)name.n, name.p);
        r = one;
    }
    if (!r)
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, c->node.at, "no function %.*s has parameters of these names", (int)name.n,
                        name.p);
    (void)place_named(r, c, placed);
    for (uint32_t i = 0; i + 1 < r->schema->n; i++) {
        if (!placed[i])
            continue;
        TRY(bind_expr(x, placed[i], &args[i], err));
        if (args[i]->type.id != T_UNKNOWN && !cast_is_implicit(args[i]->type, r->schema->field[i].type))
            return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, c->node.at, "function %s takes another type for parameter \"%s\"", r->name,
                            r->schema->field[i].name);
    }
    *ret = r;
    TRY(bind_remember(x->b, r, err));
    return complete_args(x->b, r, args, r->schema->n - 1, ret_args, err);
}

int bind_function_by_name(const ExprScope *x, const ExprCall *c, Str name, Expr **ret, Err *err)
{
    const Relation *r;
    Expr **args;
    TRY(find_by_names(x, c, name, &r, &args, err));
    return call_function(x, r, args, c->node.at, ret, err);
}

int function_of_call(const ExprScope *x, const ExprCall *c, const Relation **ret, Expr ***ret_args, Err *err)
{
    Str name = name_key(&c->func);
    Expr **args = ARENA_ARRAY(x->b->arena, Expr *, c->args.n + 1);
    uint32_t n = 0;
    if (c->args.last && c->args.last->kind == NODE_EXPR_NAMED_ARG)
        return find_by_names(x, c, name, ret, ret_args, err);
    if (!args)
        return RAISE_NOMEM(err);
    AST_EACH(item, c->args)
    TRY(bind_argument(x, item, &args[n++], err));
    TRY(function_find(x, name, FUNCTION_SCALAR, args, n, c->variadic ? FIND_SPREAD : FIND_ANY, c->node.at, ret, err));
    if ((*ret)->native)
        return 0;
    if ((*ret)->fn_variadic && !c->variadic)
        TRY(pack_args(x, *ret, args, &n, c->node.at, err));
    return complete_args(x->b, *ret, args, n, ret_args, err);
}

/* What is put where it is called changes as its expression does: a promise that it does not keep would be without effect. */
static int check_changes(const Expr *body, const Relation *r, Err *err)
{
    if (r->fn_changes == FUNCTION_IMMUTABLE && (body->is_volatile || body->is_stable))
        return RAISE(err, ERR_UNSUPPORTED, "IMMUTABLE of function %s, whose expression is not, is not supported", r->name);
    if (r->fn_changes == FUNCTION_STABLE && body->is_volatile)
        return RAISE(err, ERR_UNSUPPORTED, "STABLE of function %s, whose expression is volatile, is not supported", r->name);
    return 0;
}

/* Over parameters whose values are not known; an open type is `open`. */
static int bind_definition_of(Binder *b, const Node *body, Relation *into, Type open, Err *err)
{
    uint32_t n = into->schema->n - 1;
    Expr **arg = ARENA_ARRAY(b->arena, Expr *, n + 1), *bound;
    if (!arg)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        Type t = into->schema->field[i].type;
        t = t.id == T_UNKNOWN ? open : function_is_open_type(t) ? type_array(open) : t;
        if (!(arg[i] = expr_column(b->arena, i, t, false, body->at)))
            return RAISE_NOMEM(err);
    }
    if (into->fn_query)
        return function_check_query(b, AST(QueryStmt, body)->query, into, arg, err);
    TRY(bind_body(b, body, into, arg, &bound, err));
    return check_changes(bound, into, err);
}

/* Of the definition.  With open types it must be right for some: numbers, or texts. */
int bind_function_def(const PlanContext *ctx, const Node *body, Relation *into, Arena *arena, uint32_t *ret_preset, Err *err)
{
    WITH_ZONE(ctx->zone);
    PlanState s = {.ctx = ctx, .arena = arena};
    Binder b = {.ctx = ctx, .state = &s, .arena = arena};
    uint32_t n = into->schema->n - 1;
    for (uint32_t i = 0; i < n; i++)
        if (into->defaults && into->defaults[i]) {
            Expr *preset;
            *ret_preset = i;
            TRY(bind_preset(&b, into, i, &preset, err));
        }
    *ret_preset = n;
    for (uint32_t i = 0; i <= n; i++)
        if (into->schema->field[i].domain)
            TRY(bind_remember(&b, catalog_by_id(ctx->catalog, into->schema->field[i].domain), err));
    int rc = into->fn_script ? 0 : bind_definition_of(&b, body, into, TYPE(I32), err);
    if (rc < 0 && function_is_open(into) && bind_definition_of(&b, body, into, TYPE(TEXT), NULL) == 0)
        rc = 0;
    TRY(rc);
    into->n_depends = b.n_relations;
    into->depends =
        arena_memdup(&into->arena, b.n_relations ? b.relations : (uint64_t[]){0}, MAX(b.n_relations, 1) * sizeof(uint64_t));
    return into->depends ? 0 : RAISE_NOMEM(err);
}

/* ---- those that run statements ---- */

int bind_routine_call(const PlanContext *given, const ExprCall *c, bool calls, Arena *arena, const Relation **ret, Value **ret_args,
                      Err *err)
{
    PlanContext ctx = *given;
    ctx.calls = calls;
    WITH_ZONE(ctx.zone);
    PlanState s = {.ctx = &ctx, .arena = arena};
    Binder b = {.ctx = &ctx, .state = &s, .arena = arena};
    ExprScope x = {.b = &b, .clause = calls ? "CALL" : "the call of a function that runs statements"};
    Expr **arg = NULL;
    TRY(function_of_call(&x, c, ret, &arg, err));
    uint32_t n = (*ret)->native ? 0 : (*ret)->schema->n - 1;
    *ret_args = ARENA_ARRAY(arena, Value, n + 1);
    if (!*ret_args)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        int rc = arg[i]->is_volatile && ctx.random ? expr_value_random(arena, arg[i], ctx.now_us, ctx.random, &(*ret_args)[i], err)
                                                   : expr_value_at(arena, arg[i], "the argument", ctx.now_us, &(*ret_args)[i], err);
        if (rc < 0 && err && span_is_none(err->at))
            err->at = c->node.at;
        TRY(rc);
    }
    return 0;
}
