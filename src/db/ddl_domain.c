/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE DOMAIN and ALTER DOMAIN.  A domain is an entry of the catalog like a type, under its own id for as long as it is there;
 * who holds values to it binds its conditions from the entry, so a change is another entry.  Those who have bound them and go on
 * (writers) ask Database.domains whether they are of today; queries that run do not, and so a domain that they cast to cannot
 * change what it holds values to.
 *
 * A constraint that comes is held against the values that are there: in columns of tables, the only place that keeps values of a
 * domain. */
#include "catalog/names.h"
#include "db/comment.h"
#include "db/durable.h"
#include "db/names_move.h"
#include "db/stream.h"
#include "db/table_write.h"
#include "db/transaction_ddl.h"
#include "plan/plan.h"
#include "sql/print.h"

#include <string.h>

/* ---- CREATE ---- */

static int define(StmtContext *x, const ScriptStmt *s, const ColumnDef *c, Relation *r, Err *err)
{
    PlanContext ctx = plan_context(x->db, x->db->catalog, NULL);
    ctx.stored_text = true;
    r->ddl = arena_strndup(&r->arena, s->text.p, s->text.n);
    if (!r->ddl)
        return RAISE_NOMEM(err);
    TRY(bind_domain_type(&ctx, c, r, err));
    if (c->preset)
        TRY(bind_domain_default(&ctx, c->preset, r, err));
    AST_EACH(item, c->checks)
    TRY(bind_domain_check(&ctx, AST(TableCheck, item), false, r, err));
    TRY(bind_domain_end(&ctx, r, err));
    return db_publish(x->db, r, NULL, 0, err);
}

static int create(StmtContext *x, const ScriptStmt *s, const CreateDomainStmt *c, Err *err)
{
    Str id = object_of(&c->name);
    TRY(type_check_new(x->db, &c->name, err));
    char *name = arena_strndup(x->arena, id.p, id.n);
    Relation *r = name ? relation_new(x->db->catalog, &x->db->acct, REL_DOMAIN, name) : NULL;
    if (!r)
        return RAISE_NOMEM(err);
    int rc = define(x, s, c->column, r, err);
    relation_unref(r);
    return rc;
}

int stmt_create_domain(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const CreateDomainStmt *c = AST(CreateDomainStmt, s->node);
    env_lock(x->db->env, &x->db->ddl);
    int rc = create(x, s, c, err);
    env_unlock(x->db->env, &x->db->ddl);
    TRY(rc);
    stmt_done(x, STMT_DDL, "CREATE DOMAIN", object_of(&c->name));
    return 0;
}

/* ---- ALTER ---- */

typedef struct AlterDomain {
    StmtContext *x;
    const Relation *old;
    const AlterAction *act;
    PlanContext ctx;
    Relation *made;  /* one reference */
    Relation *probe; /* the domain with what comes alone, which the values that are there are held to; NULL = nothing comes */
    bool skips;      /* nothing is to be done */
} AlterDomain;

static Relation *new_domain(const AlterDomain *a, const char *name, bool not_null)
{
    Relation *r = relation_new(a->x->db->catalog, &a->x->db->acct, REL_DOMAIN, name);
    Field f = a->old->schema->field[0];
    if (!r)
        return NULL;
    f.not_null = not_null;
    r->id = a->old->id;
    r->type = a->old->type;
    r->schema = schema_new(&a->x->db->acct, &f, 1);
    return r->schema ? r : relation_unref(r);
}

/* All that the old one says but constraint `without`, and with another name for constraint `renames`; -1 = none. */
static int copy_domain(AlterDomain *a, const char *name, bool not_null, int32_t without, int32_t renames, Err *err)
{
    const Relation *old = a->old;
    Relation *r = a->made = new_domain(a, name, not_null);
    if (!r)
        return RAISE_NOMEM(err);
    if (old->defaults) {
        const char **text = ARENA_ARRAY(&r->arena, const char *, 1);
        if (!text || !(text[0] = arena_strdup(&r->arena, old->defaults[0])))
            return RAISE_NOMEM(err);
        r->defaults = text;
    }
    for (uint32_t i = 0; i < old->n_checks; i++) {
        Str s = (int32_t)i == renames ? a->act->new_name.s : str_of(old->check_name[i]);
        bool not_valid = old->check_not_valid && old->check_not_valid[i];
        if ((int32_t)i != without)
            TRY(domain_add_check(r, s, str_of(old->check[i]), not_valid, err));
    }
    return 0;
}

static int copy_whole(AlterDomain *a, Err *err)
{
    return copy_domain(a, a->old->name, a->old->schema->field[0].not_null, -1, -1, err);
}

/* A domain of the values that are there, which says nothing yet. */
static int open_probe(AlterDomain *a, bool not_null, Err *err)
{
    Field f = {.name = "value", .type = a->old->type, .not_null = not_null};
    Relation *r = a->probe = relation_new(a->x->db->catalog, &a->x->db->acct, REL_DOMAIN, a->old->name);
    if (r)
        r->schema = schema_new(&a->x->db->acct, &f, 1);
    if (!r || !r->schema)
        return RAISE_NOMEM(err);
    r->id = a->old->id;
    r->type = f.type;
    return 0;
}

/* ---- its text ---- */

static int take_state(StmtContext *x, const Relation *r, CreateDomainStmt *c, Err *err)
{
    ColumnDef *column = c->column;
    TRY(name_of_relation(r, x->arena, &c->name, err));
    column->nulls = r->schema->field[0].not_null ? NULL_FORBIDDEN : NULL_UNSAID;
    column->preset = NULL;
    column->checks = (NodeList){0};
    if (r->defaults)
        TRY(sql_parse_expr_at(x->arena, r->defaults[0], (uint32_t)strlen(r->defaults[0]), SPAN_NONE, &column->preset, err));
    for (uint32_t i = 0; i < r->n_checks; i++) {
        TableCheck *k = ARENA_NEW(x->arena, TableCheck);
        if (!k)
            return RAISE_NOMEM(err);
        *k = (TableCheck){.node = {.kind = NODE_TABLE_CHECK, .at = SPAN_NONE}, .name = {.s = str_of(r->check_name[i])}};
        TRY(sql_parse_expr_at(x->arena, r->check[i], (uint32_t)strlen(r->check[i]), SPAN_NONE, &k->expr, err));
        node_list_append(&column->checks, &k->node);
    }
    return 0;
}

/* The statement that would make it as it is now: what was said of the type comes from the old one. */
static int print_domain(StmtContext *x, const Relation *old, Relation *r, Err *err)
{
    ScriptStmt parsed;
    char *text = arena_strdup(x->arena, old->ddl);
    if (!text)
        return RAISE_NOMEM(err);
    TRY(sql_parse_one(x->arena, text, (uint32_t)strlen(text), &parsed, err));
    TRY(take_state(x, r, AST(CreateDomainStmt, parsed.node), err));
    StrBuf b;
    sb_init(&b, &x->db->acct);
    sql_print(parsed.node, &b);
    r->ddl = b.failed ? NULL : arena_strdup(&r->arena, sb_cstr(&b));
    sb_done(&b);
    return r->ddl ? 0 : RAISE_NOMEM(err);
}

/* ---- values that are there ---- */

typedef struct Scan {
    AlterDomain *a;
    const Relation *table;
    const Field *field;
    Program *program;
    EvalCtx eval;
    Arena step;
    Vec out;
} Scan;

static int scan_batch(void *self, Batch *b, Err *err)
{
    Scan *s = self;
    Err inner = ERR_INIT;
    arena_reset(&s->step);
    int rc = eval_rows(&s->eval, s->a->x->now_us, s->program, b, &s->out, &inner);
    if (rc == -ERR_NOT_NULL)
        return RAISE(err, ERR_NOT_NULL, "column \"%s\" of table \"%s\" contains null values", s->field->name, s->table->name);
    if (rc == -ERR_CHECK)
        return RAISE(err, ERR_CHECK, "column \"%s\" of table \"%s\" contains values that violate the new constraint",
                     s->field->name, s->table->name);
    if (rc < 0 && err)
        *err = inner;
    return rc;
}

/* [shard] Column `col` of a table, held to the probe. */
static int scan_column(AlterDomain *a, const PlanContext *ctx, const Relation *table, uint32_t col, Feed *f, Err *err)
{
    StmtContext *x = a->x;
    Field of = table->schema->field[col];
    Scan s = {.a = a, .table = table, .field = &table->schema->field[col]};
    Expr *e = expr_column(x->arena, col, of.type, of.not_null, SPAN_NONE);
    if (!e)
        return RAISE_NOMEM(err);
    of.domain = a->probe->id;
    TRY(bind_domain_value(ctx, &of, e, x->arena, &e, err));
    TRY(program_compile(x->arena, &e, 1, table->schema, &s.program, err));
    arena_init(&s.step, &x->db->acct, 0);
    s.eval.arena = &s.step;
    int rc = feed_each_retained(f, scan_batch, &s, err);
    arena_done(&s.step);
    return rc;
}

static bool is_over(const Catalog *c, uint64_t domain, uint64_t id)
{
    while (domain && domain != id) {
        const Relation *r = catalog_by_id(c, domain);
        domain = r ? r->schema->field[0].domain : 0;
    }
    return domain == id;
}

/* [shard] */
static int scan_table(AlterDomain *a, const PlanContext *ctx, const Relation *table, Err *err)
{
    Database *db = a->x->db;
    Feed *f = engine_feed(db->engine, table->id);
    for (uint32_t i = 0; f && table->schema && i < table->schema->n; i++) {
        if (!is_over(db->catalog, table->schema->field[i].domain, a->old->id))
            continue;
        if (transaction_has_changes(db, f))
            return RAISE_AT(err, ERR_UNSUPPORTED, a->act->node.at,
                            "ALTER DOMAIN while a transaction has changed \"%s\", which uses it, is not supported", table->name);
        TRY(scan_column(a, ctx, table, i, f, err));
    }
    return 0;
}

/* [shard] */
static int scan_all(AlterDomain *a, Err *err)
{
    Database *db = a->x->db;
    Catalog *with_probe;
    int rc = 0;
    TRY(catalog_with(db->catalog, a->probe, NULL, 0, &with_probe, err));
    PlanContext ctx = plan_context(db, with_probe, NULL);
    ctx.stored_text = true;
    for (uint32_t i = 0; i < db->catalog->n && rc == 0; i++)
        if (relation_has_domains(db->catalog->relation[i]))
            rc = scan_table(a, &ctx, db->catalog->relation[i], err);
    catalog_unref(with_probe);
    return rc;
}

/* ---- the actions ---- */

static int32_t find_check(const Relation *r, Str name)
{
    for (uint32_t i = 0; i < r->n_checks; i++)
        if (str_eq(str_of(r->check_name[i]), name))
            return (int32_t)i;
    return -1;
}

static int no_constraint(const AlterDomain *a, Err *err)
{
    return RAISE_AT(err, ERR_UNDEFINED_OBJECT, a->act->name.at, "constraint \"%s\" of domain \"%s\" does not exist",
                    a->act->name.s.p, a->old->name);
}

static int set_default(AlterDomain *a, Err *err)
{
    TRY(copy_whole(a, err));
    return bind_domain_default(&a->ctx, a->act->expr, a->made, err);
}

static int set_not_null(AlterDomain *a, Err *err)
{
    bool sets = a->act->kind == ALTER_SET_NOT_NULL;
    a->skips = a->old->schema->field[0].not_null == sets;
    TRY(copy_domain(a, a->old->name, sets, -1, -1, err));
    return sets ? open_probe(a, true, err) : 0;
}

static int add_constraint(AlterDomain *a, Err *err)
{
    bool not_valid = a->act->when & CHECKED_NOT_VALID;
    const TableCheck *k = AST(TableCheck, a->act->part);
    TRY(copy_whole(a, err));
    TRY(bind_domain_check(&a->ctx, k, not_valid, a->made, err));
    if (not_valid)
        return 0;
    TRY(open_probe(a, false, err));
    return bind_domain_check(&a->ctx, k, false, a->probe, err);
}

static int drop_constraint(AlterDomain *a, Err *err)
{
    int32_t at = find_check(a->old, a->act->name.s);
    a->skips = at < 0;
    if (at < 0 && a->act->if_exists) {
        Err notice = ERR_INIT;
        (void)RAISE(&notice, ERR_UNDEFINED_OBJECT, "constraint \"%s\" of domain \"%s\" does not exist, skipping", a->act->name.s.p,
                    a->old->name);
        statement_notice(a->x->result, &notice);
        return 0;
    }
    return at < 0 ? no_constraint(a, err) : copy_domain(a, a->old->name, a->old->schema->field[0].not_null, at, -1, err);
}

static int validate_constraint(AlterDomain *a, Err *err)
{
    int32_t at = find_check(a->old, a->act->name.s);
    if (at < 0)
        return no_constraint(a, err);
    a->skips = !a->old->check_not_valid || !a->old->check_not_valid[at];
    TRY(copy_domain(a, a->old->name, a->old->schema->field[0].not_null, at, -1, err));
    TRY(domain_add_check(a->made, a->act->name.s, str_of(a->old->check[at]), false, err));
    TRY(open_probe(a, false, err));
    return domain_add_check(a->probe, a->act->name.s, str_of(a->old->check[at]), false, err);
}

static int rename_constraint(AlterDomain *a, Err *err)
{
    int32_t at = find_check(a->old, a->act->name.s);
    if (at < 0)
        return no_constraint(a, err);
    if (find_check(a->old, a->act->new_name.s) >= 0)
        return RAISE_AT(err, ERR_DUPLICATE_OBJECT, a->act->new_name.at, "constraint \"%s\" for domain \"%s\" already exists",
                        a->act->new_name.s.p, a->old->name);
    return copy_domain(a, a->old->name, a->old->schema->field[0].not_null, -1, at, err);
}

/* ---- who uses it ---- */

static int refuse(const AlterDomain *a, const Relation *user, const char *what, Err *err)
{
    (void)RAISE_AT(err, ERR_UNSUPPORTED, a->act->node.at, "%s is not supported yet", what);
    return err_detail(err, "%s \"%s\" uses DOMAIN \"%s\".", relation_kind_name(user->kind), user->name, a->old->name);
}

static int rename_domain(StmtContext *x, const Relation *r, const Ident *to, Err *err)
{
    Name whole;
    TRY(name_beside(r, to, x->arena, &whole, err));
    TRY(type_check_new(x->db, &whole, err));
    return object_rename(x, r, to, err);
}

static bool has_column_of(const AlterDomain *a, const Relation *r)
{
    for (uint32_t i = 0; relation_has_domains(r) && i < r->schema->n; i++)
        if (is_over(a->x->db->catalog, r->schema->field[i].domain, a->old->id))
            return true;
    return false;
}

/* A query that runs has bound the conditions, and so has what reads a connector: there rows are read again as they were then. */
static int refuse_running(const AlterDomain *a, Err *err)
{
    const Catalog *c = a->x->db->catalog;
    const Relation **dep;
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->n; i++)
        if (c->relation[i]->connector && has_column_of(a, c->relation[i]))
            return refuse(a, c->relation[i], "ALTER DOMAIN of what a domain holds the rows of a connector to", err);
    TRY(catalog_dependants(c, a->old->id, a->x->arena, &dep, &n, err));
    for (uint32_t i = 0; i < n; i++)
        if (dep[i]->kind == REL_VIEW || dep[i]->kind == REL_STREAM || dep[i]->kind == REL_SINK)
            return refuse(a, dep[i], "ALTER DOMAIN of what a domain holds values to, which a running query casts to,", err);
    return 0;
}

/* ---- the statement ---- */

static int change(AlterDomain *a, Err *err)
{
    switch (a->act->kind) {
    case ALTER_COLUMN_DEFAULT: return set_default(a, err);
    case ALTER_SET_NOT_NULL:
    case ALTER_DROP_NOT_NULL: return set_not_null(a, err);
    case ALTER_ADD_CONSTRAINT: return add_constraint(a, err);
    case ALTER_DROP_CONSTRAINT: return drop_constraint(a, err);
    case ALTER_VALIDATE_CONSTRAINT: return validate_constraint(a, err);
    case ALTER_RENAME_CONSTRAINT: return rename_constraint(a, err);
    default: return RAISE_AT(err, ERR_UNSUPPORTED, a->act->node.at, "this form of ALTER DOMAIN is not supported");
    }
}

static bool holds_otherwise(AlterKind k)
{
    return k != ALTER_COLUMN_DEFAULT && k != ALTER_RENAME_CONSTRAINT && k != ALTER_VALIDATE_CONSTRAINT;
}

/* [shard] */
static int publish(AlterDomain *a, Err *err)
{
    Database *db = a->x->db;
    a->x->now_us = engine_statement_clock(db->engine);
    if (a->probe && !durable_is_replaying(db))
        TRY(scan_all(a, err));
    TRY(db_publish(db, a->made, NULL, 0, err));
    atomic_fetch_add(&db->domains, 1);
    if (a->act->kind == ALTER_RENAME_CONSTRAINT)
        comments_rename(db, a->made->id, a->act->name.s, a->act->new_name.s);
    comments_settle(db, a->made);
    return 0;
}

static int run_alter(AlterDomain *a, Err *err)
{
    Database *db = a->x->db;
    TRY(change(a, err));
    if (a->skips) {
        durable_skip(db);
        return 0;
    }
    if (holds_otherwise(a->act->kind))
        TRY(refuse_running(a, err));
    TRY(bind_domain_end(&a->ctx, a->made, err));
    for (uint32_t i = 0; i < a->made->n_depends; i++)
        if (a->made->depends[i] == a->old->id)
            return RAISE_AT(err, ERR_UNSUPPORTED, a->act->node.at, "a constraint of a domain that casts to it is not supported");
    TRY(print_domain(a->x, a->old, a->made, err));
    engine_enter(db->engine);
    int rc = publish(a, err);
    engine_leave(db->engine);
    return rc;
}

static int alter_found(StmtContext *x, const AlterStmt *st, Err *err)
{
    TRY(name_check_made(x->db->catalog, &st->name, err));
    Str id = object_of(&st->name);
    const Relation *r = catalog_find(x->db->catalog, id);
    if (!r || !relation_is_type(r))
        return RAISE_AT(err, ERR_UNDEFINED_OBJECT, st->name.at, "type \"%.*s\" does not exist", (int)id.n, id.p);
    if (r->kind != REL_DOMAIN)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, st->name.at, "\"%s\" is not a domain", r->name);
    if (r->broken)
        return RAISE_AT(err, ERR_WRONG_STATE, st->name.at, "domain \"%s\" is broken", r->name);
    if (AST(AlterAction, st->actions.first)->kind == ALTER_RENAME)
        return rename_domain(x, r, &AST(AlterAction, st->actions.first)->new_name, err);
    AlterDomain a = {.x = x, .old = r, .act = AST(AlterAction, st->actions.first)};
    a.ctx = plan_context(x->db, x->db->catalog, NULL);
    a.ctx.stored_text = true;
    int rc = run_alter(&a, err);
    relation_unref(a.probe);
    relation_unref(a.made);
    return rc;
}

int alter_domain(StmtContext *x, const AlterStmt *st, Err *err)
{
    env_lock(x->db->env, &x->db->ddl);
    int rc = alter_found(x, st, err);
    env_unlock(x->db->env, &x->db->ddl);
    TRY(rc);
    stmt_done(x, STMT_DDL, st->kind == OBJECT_TYPE ? "ALTER TYPE" : "ALTER DOMAIN", object_of(&st->name));
    return 0;
}
