/* SPDX-License-Identifier: Apache-2.0
 *
 * Domains: a type by another name with conditions on its values.  Columns, parameters and results have the base type, and so every
 * operator takes them; the domain is what a value is held to where it becomes one: in casts, arguments and results, and when a row
 * is written (db/table_write.c).  The conditions are bound there, each time, as the domain has them then.
 *
 * A domain over a domain has the conditions of both; those of the inner one come first. */
#include "plan/bind_function.h"

#include "sql/parse.h"
#include "sql/print.h"

#include <stdio.h>

#define DOMAIN_DEPTH_MAX 32u /* domains over domains */

/* The domain that r is over, where its values are the values of that one; *ret_elements: it is over arrays of such. */
static const Relation *domain_under(const Catalog *c, const Relation *r, bool *ret_elements)
{
    const Field *f = &r->schema->field[0];
    const Relation *under = f->domain ? catalog_by_id(c, f->domain) : NULL;
    *ret_elements = under && f->type.id == T_ARRAY && under->type.id != T_ARRAY;
    return under;
}

static int bind_condition(Binder *b, const Relation *r, const Node *e, Expr **ret, Err *err)
{
    Expr *value = expr_value(b->arena, r->type, SPAN_NONE);
    FunctionArgs f = {.params = r->schema, .n = 1, .arg = &value};
    if (!value)
        return RAISE_NOMEM(err);
    TRY(bind_over_args(b, &f, "check constraints", e, ret, err));
    return expr_condition(b->arena, *ret, "CHECK", ret, err);
}

static int add_rules(Binder *b, const Relation *r, DomainRules *d, Err *err)
{
    d->not_null |= r->schema->field[0].not_null;
    for (uint32_t i = 0; i < r->n_checks; i++) {
        Node *e = NULL;
        TRY(sql_parse_expr_at(b->arena, r->check[i], (uint32_t)strlen(r->check[i]), SPAN_NONE, &e, err));
        TRY(bind_condition(b, r, e, &d->condition[d->n], err));
        d->constraint[d->n++] = r->check_name[i];
    }
    return 0;
}

int bind_domain(Binder *b, const Field *f, Expr *e, bool tries, Expr **ret, Err *err)
{
    const Catalog *c = b->ctx->catalog;
    const Relation *r = f->domain ? catalog_by_id(c, f->domain) : NULL, *chain[DOMAIN_DEPTH_MAX];
    uint32_t n = 0, n_checks = 0;
    bool elements = false;
    *ret = e;
    if (!r)
        return 0;
    DomainRules d = {.name = r->name, .elements = f->type.id == T_ARRAY && r->type.id != T_ARRAY, .tries = tries};
    for (const Relation *p = r; p && !elements && n < DOMAIN_DEPTH_MAX; p = domain_under(c, p, &elements)) {
        chain[n++] = p;
        n_checks += p->n_checks;
    }
    if (elements)
        TRY(bind_domain(b, &chain[n - 1]->schema->field[0], e, tries, &e, err));
    d.condition = ARENA_ARRAY(b->arena, Expr *, n_checks + 1);
    d.constraint = ARENA_ARRAY(b->arena, const char *, n_checks + 1);
    if (!d.condition || !d.constraint)
        return RAISE_NOMEM(err);
    while (n-- > 0)
        TRY(add_rules(b, chain[n], &d, err));
    *ret = e;
    return d.not_null || d.n ? expr_domain_check(b->arena, e, &d, ret, err) : 0;
}

int bind_domain_value(const PlanContext *ctx, const Field *f, Expr *e, Arena *arena, Expr **ret, Err *err)
{
    WITH_ZONE(ctx->zone);
    PlanState s = {.ctx = ctx, .arena = arena};
    Binder b = {.ctx = ctx, .state = &s, .arena = arena};
    return bind_domain(&b, f, e, false, ret, err);
}

/* ---- what CREATE DOMAIN and ALTER DOMAIN say ---- */

/* In the type's own arena: what is bound here is thrown away. */
typedef struct DomainBinder {
    PlanState state;
    Binder b;
} DomainBinder;

static Binder *open_binder(DomainBinder *d, const PlanContext *ctx, Relation *into)
{
    d->state = (PlanState){.ctx = ctx, .arena = &into->arena};
    d->b = (Binder){.ctx = ctx, .state = &d->state, .arena = &into->arena};
    return &d->b;
}

static int refuse_rules(const ColumnDef *c, Err *err)
{
    const char *what = c->primary_key ? "primary key constraints" : c->unique ? "unique constraints" : NULL;
    if (c->foreign.n)
        what = "foreign key constraints";
    if (what)
        return RAISE_AT(err, ERR_SYNTAX, c->node.at, "%s not possible for domains", what);
    if (c->generated || c->identity)
        return RAISE_AT(err, ERR_SYNTAX, c->node.at, "%s not possible for domains",
                        c->identity ? "identity columns are" : "generated columns are");
    return 0;
}

static int check_depth(const Catalog *c, const Relation *r, Span at, Err *err)
{
    uint32_t depth = 0;
    bool elements;
    for (const Relation *p = r; p; p = domain_under(c, p, &elements))
        if (++depth >= DOMAIN_DEPTH_MAX)
            return RAISE_AT(err, ERR_TOO_COMPLEX, at, "domains are over each other more than %u deep", DOMAIN_DEPTH_MAX);
    return 0;
}

int bind_domain_type(const PlanContext *ctx, const ColumnDef *c, Relation *into, Err *err)
{
    Field f = {.name = "value", .not_null = c->nulls == NULL_FORBIDDEN};
    TRY(refuse_rules(c, err));
    TRY(bind_field_type(ctx->catalog, c->type, &f, err));
    if (c->collation.n_parts)
        TRY(bind_collation(&c->collation, c->node.at, f.type, err));
    into->type = f.type;
    into->schema = schema_new(into->arena.acct, &f, 1);
    if (!into->schema)
        return RAISE_NOMEM(err);
    const Relation *under = f.domain ? catalog_by_id(ctx->catalog, f.domain) : NULL;
    if (under && under->type.id == f.type.id && under->defaults) { /* as it is now */
        const char **text = ARENA_ARRAY(&into->arena, const char *, 1);
        if (!text || !(text[0] = arena_strdup(&into->arena, under->defaults[0])))
            return RAISE_NOMEM(err);
        into->defaults = text;
    }
    return check_depth(ctx->catalog, into, c->type->node.at, err);
}

static char *print(const Node *e, Relation *into)
{
    StrBuf text;
    sb_init(&text, into->arena.acct);
    sql_print(e, &text);
    char *own = text.failed ? NULL : arena_strdup(&into->arena, sb_cstr(&text));
    sb_done(&text);
    return own;
}

int bind_domain_default(const PlanContext *ctx, const Node *e, Relation *into, Err *err)
{
    WITH_ZONE(ctx->zone);
    DomainBinder d;
    ExprScope x = {.b = open_binder(&d, ctx, into), .clause = "DEFAULT"};
    Expr *bound;
    into->defaults = NULL;
    if (!e)
        return 0;
    TRY(bind_expr(&x, e, &bound, err));
    int rc = expr_cast(&into->arena, bound, into->type, CAST_ASSIGN, false, &bound, err);
    if (rc < 0 && err && span_is_none(err->at))
        err->at = e->at;
    TRY(rc);
    if (bound->is_volatile)
        return RAISE_AT(err, ERR_UNSUPPORTED, e->at, "a DEFAULT of a domain that is another value each time is not supported");
    const char **text = ARENA_ARRAY(&into->arena, const char *, 1);
    if (!text || !(text[0] = print(e, into)))
        return RAISE_NOMEM(err);
    into->defaults = text;
    return 0;
}

/* d_check, d_check1, as PostgreSQL names them. */
static const char *choose_name(Relation *into)
{
    for (uint32_t k = 0;; k++) {
        char number[16] = "";
        if (k)
            snprintf(number, sizeof(number), "%u", k);
        char *name = arena_printf(&into->arena, "%s_check%s", into->own, number);
        if (!name || !relation_has_constraint(into, str_of(name)))
            return name;
    }
}

int domain_add_check(Relation *into, Str name, Str text, bool not_valid, Err *err)
{
    uint32_t n = into->n_checks;
    const char **check = ARENA_ARRAY(&into->arena, const char *, n + 1), **names = ARENA_ARRAY(&into->arena, const char *, n + 1);
    bool *flags = ARENA_ARRAY(&into->arena, bool, n + 1);
    if (!check || !names || !flags)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        check[i] = into->check[i];
        names[i] = into->check_name[i];
        flags[i] = into->check_not_valid && into->check_not_valid[i];
    }
    check[n] = arena_strndup(&into->arena, text.p, text.n);
    names[n] = arena_strndup(&into->arena, name.p, name.n);
    flags[n] = not_valid;
    if (!check[n] || !names[n])
        return RAISE_NOMEM(err);
    into->check = check;
    into->check_name = names;
    into->check_not_valid = flags;
    into->n_checks = n + 1;
    return 0;
}

int bind_domain_check(const PlanContext *ctx, const TableCheck *check, bool not_valid, Relation *into, Err *err)
{
    WITH_ZONE(ctx->zone);
    DomainBinder d;
    Expr *bound;
    const Ident *name = &check->name;
    if (name->s.p && relation_has_constraint(into, name->s))
        return RAISE_AT(err, ERR_DUPLICATE_OBJECT, check->node.at, "constraint \"%.*s\" for domain \"%s\" already exists",
                        (int)name->s.n, name->s.p, into->name);
    TRY(bind_condition(open_binder(&d, ctx, into), into, check->expr, &bound, err));
    if (bound->is_volatile || bound->is_stable)
        return RAISE_AT(err, ERR_INVALID_OBJECT_DEF, check->expr->at,
                        "a CHECK must not depend on the time or on chance: it would not hold for ever");
    const char *made = name->s.p ? "" : choose_name(into), *text = print(check->expr, into);
    if (!made || !text)
        return RAISE_NOMEM(err);
    return domain_add_check(into, name->s.p ? name->s : str_of(made), str_of(text), not_valid, err);
}

int bind_domain_end(const PlanContext *ctx, Relation *into, Err *err)
{
    WITH_ZONE(ctx->zone);
    DomainBinder d;
    Binder *b = open_binder(&d, ctx, into);
    const Field *f = &into->schema->field[0];
    const Relation *under = f->domain ? catalog_by_id(ctx->catalog, f->domain) : NULL;
    const char *made = into->type.nested ? into->type.nested->name : NULL;
    const Relation *type = made ? catalog_find(ctx->catalog, str_of(made)) : NULL;
    DomainRules rules = {.condition = ARENA_ARRAY(&into->arena, Expr *, into->n_checks + 1),
                         .constraint = ARENA_ARRAY(&into->arena, const char *, into->n_checks + 1)};
    if (!rules.condition || !rules.constraint)
        return RAISE_NOMEM(err);
    if (under)
        TRY(bind_remember(b, under, err));
    if (type)
        TRY(bind_remember(b, type, err));
    TRY(add_rules(b, into, &rules, err));
    into->n_depends = b->n_relations;
    into->depends =
        arena_memdup(&into->arena, b->n_relations ? b->relations : (uint64_t[]){0}, MAX(b->n_relations, 1) * sizeof(uint64_t));
    return into->depends ? 0 : RAISE_NOMEM(err);
}
