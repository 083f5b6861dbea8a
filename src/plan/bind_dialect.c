/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions of other systems (dialects.def): expressions over ours, put where they are called, as those that CREATE FUNCTION makes;
 * and aggregates of other systems, which are ours in another form.  They are looked at last: a function of ours, of the program or
 * of a statement of the same name and number of arguments is what is called. */
#include "plan/bind_function.h"

static const struct Dialect {
    const char *name, *params, *body;
} dialects[] = {
#define D(name, params, result, body, help, example) {name, params, body},
#include "plan/dialects.def"
#undef D
};

static uint32_t n_params(const char *params)
{
    uint32_t n = *params != '\0';
    for (const char *c = params; *c; c++)
        n += *c == ',';
    return n;
}

/* Untyped literals as the types of their parameters. */
static int typed_args(Arena *a, const char *params, Expr *const *args, uint32_t n, Expr **ret, Err *err)
{
    Str rest = str_of(params), one;
    for (uint32_t i = 0; i < n; i++) {
        Type type;
        (void)str_cut(rest, ',', &one, &rest);
        one = str_trim(one);
        ret[i] = args[i];
        if (args[i]->type.id != T_UNKNOWN || str_starts(one, STR("any")))
            continue;
        TRY(type_of_name(one, NULL, 0, &type, err));
        TRY(expr_cast(a, args[i], type, CAST_IMPLICIT, false, &ret[i], err));
    }
    return 0;
}

int bind_dialect(const ExprScope *x, Str name, Expr *const *args, uint32_t n, Span at, Expr **ret, Err *err)
{
    bool known = false;
    Err first = ERR_INIT;
    *ret = NULL;
    for (size_t i = 0; i < ARRAY_LEN(dialects); i++) {
        const struct Dialect *d = &dialects[i];
        Expr *typed[CALL_ARGS_MAX];
        Err inner = ERR_INIT;
        if (!str_eq(name, str_of(d->name)) || n_params(d->params) != n || n > ARRAY_LEN(typed))
            continue;
        int rc = typed_args(x->b->arena, d->params, args, n, typed, &inner);
        if (rc == 0)
            rc = bind_text_over(x, str_of(d->body), typed, n, name, at, ret, &inner);
        if (rc == 0)
            return 0;
        *ret = NULL;
        if (rc == -ERR_OUT_OF_MEMORY || rc == -ERR_UNSUPPORTED || (rc != -ERR_UNDEFINED_FUNCTION && !known))
            first = inner;
        known = true;
        if (rc == -ERR_OUT_OF_MEMORY || rc == -ERR_UNSUPPORTED)
            break;
    }
    if (!known || first.code == 0) /* expr_call says that there is none for these types */
        return 0;
    if (err) {
        *err = first;
        err->at = at;
        err->line = 0;
    }
    return -(int)first.code;
}

/* ---- aggregates ---- */

typedef enum AggForm { FORM_NAME, FORM_PAIR, FORM_DISTINCT, FORM_IF, FORM_COUNT_IF } AggForm;

static const struct {
    const char *name, *of;
    AggForm form;
} forms[] = {
    {"uniq", "approx_count_distinct", FORM_NAME},
    {"arbitrary", "any_value", FORM_NAME},
    {"json_group_array", "json_agg", FORM_NAME},
    {"json_group_object", "json_object_agg", FORM_PAIR},
    {"fsum", "sum", FORM_NAME},
    {"kahan_sum", "sum", FORM_NAME},
    {"favg", "avg", FORM_NAME},
    {"collect_set", "array_agg", FORM_DISTINCT},
    {"groupuniqarray", "array_agg", FORM_DISTINCT},
    {"uniqexact", "count", FORM_DISTINCT},
    {"count_if", "count", FORM_COUNT_IF},
    {"countif", "count", FORM_COUNT_IF},
    {"sumif", "sum", FORM_IF},
    {"avgif", "avg", FORM_IF},
    {"minif", "min", FORM_IF},
    {"maxif", "max", FORM_IF},
};

/* (x, c) as CASE WHEN c THEN x END: what is left out is NULL, which these aggregates do not see. */
static int value_when(Arena *a, const ExprCall *c, NodeList *ret, Err *err)
{
    When *when = ARENA_NEW(a, When);
    ExprCase *made = ARENA_NEW(a, ExprCase);
    if (!when || !made)
        return RAISE_NOMEM(err);
    *when = (When){.node = {.kind = NODE_WHEN, .at = c->node.at}, .when = c->args.last, .then = c->args.first};
    *made = (ExprCase){.node = {.kind = NODE_EXPR_CASE, .at = c->node.at}};
    node_list_append(&made->whens, &when->node);
    *ret = (NodeList){0};
    node_list_append(ret, &made->node);
    return 0;
}

/* countIf(c) is count(*) FILTER (WHERE c), sumIf(x, c) is sum(CASE WHEN c THEN x END), collect_set(x) is array_agg(DISTINCT x). */
int bind_dialect_agg(const ExprScope *x, const ExprCall *c, const ExprCall **ret, Err *err)
{
    Str name = name_last(&c->func)->s;
    Arena *a = x->b->arena;
    *ret = c;
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        uint32_t n = forms[i].form == FORM_IF || forms[i].form == FORM_PAIR ? 2 : 1;
        if (!str_eq(name, str_of(forms[i].name)) || c->args.n != n || c->star ||
            (forms[i].form > FORM_PAIR && (c->filter || c->distinct)) ||
            function_is_name(x->b->ctx->catalog, name, FUNCTION_SCALAR) ||
            function_is_name(x->b->ctx->catalog, name, FUNCTION_AGGREGATE))
            continue;
        ExprCall *made = arena_memdup(a, c, sizeof(*c));
        Ident *part = made ? arena_memdup(a, c->func.part, c->func.n_parts * sizeof(*part)) : NULL;
        if (!part)
            return RAISE_NOMEM(err);
        part[c->func.n_parts - 1].s = str_of(forms[i].of);
        made->func.part = part;
        made->distinct |= forms[i].form == FORM_DISTINCT;
        if (forms[i].form == FORM_COUNT_IF) {
            made->filter = c->args.first;
            made->star = true;
            made->args = (NodeList){0};
        }
        if (forms[i].form == FORM_IF)
            TRY(value_when(a, c, &made->args, err));
        *ret = made;
        return 0;
    }
    return 0;
}
