/* SPDX-License-Identifier: Apache-2.0
 *
 * DROP.  RESTRICT names the dependants; CASCADE takes them along, dependants first.  Relations of errors and late rows belong to
 * their relation and go with it. */
#include "db/comment.h"
#include "db/durable.h"
#include "db/execute.h"
#include "db/foreign.h"
#include "db/sequence.h"
#include "db/share.h"
#include "db/transaction_ddl.h"
#include "db/names_move.h"
#include "sql/print.h"

#include <stdio.h>

bool relation_is_object(const Relation *r, ObjectKind wanted)
{
    RelationKind kind = r->kind == REL_LATE && r->input == 0 ? REL_STREAM : r->kind; /* a plain SELECT has left it */
    switch (wanted) {
    case OBJECT_SOURCE: return kind == REL_SOURCE;
    case OBJECT_STREAM:
    case OBJECT_CONTINUOUS_QUERY: return kind == REL_STREAM;
    case OBJECT_SINK: return kind == REL_SINK;
    case OBJECT_TABLE: return kind == REL_TABLE;
    case OBJECT_LOOKUP_TABLE: return relation_is_lookup(r);
    case OBJECT_MATERIALIZED_VIEW: return kind == REL_VIEW;
    case OBJECT_VIEW: return kind == REL_QUERY;
    case OBJECT_FUNCTION: return kind == REL_FUNCTION && !r->fn_procedure;
    case OBJECT_PROCEDURE: return kind == REL_FUNCTION && r->fn_procedure;
    case OBJECT_ROUTINE: return kind == REL_FUNCTION;
    case OBJECT_TYPE: return relation_is_type(r);
    case OBJECT_DOMAIN: return kind == REL_DOMAIN;
    case OBJECT_INDEX: return kind == REL_INDEX;
    case OBJECT_SEQUENCE: return kind == REL_SEQUENCE;
    case OBJECT_SCHEMA: return kind == REL_SCHEMA;
    default: return false;
    }
}

typedef struct Dropped { /* what the statement names */
    uint64_t *id;
    uint32_t n;
} Dropped;

static bool is_going(const Dropped *d, uint64_t id)
{
    for (uint32_t i = 0; i < d->n; i++)
        if (d->id[i] == id)
            return true;
    return false;
}

static bool goes_too(const Dropped *all, const Relation *r)
{
    bool found = relation_belongs(r);
    for (uint32_t i = 0; i < all->n && !found; i++)
        found = all->id[i] == r->id;
    return found;
}

static int refuse_dependants(const Relation *r, const Relation **deps, uint32_t n, const Dropped *all, Span at, Err *err)
{
    const Relation *first = NULL;
    StrBuf names;
    sb_init(&names, NULL);
    for (uint32_t i = 0; i < n; i++) {
        if (goes_too(all, deps[i]) || deps[i]->hidden) /* who shares that is named */
            continue;
        first = first ? first : deps[i];
        sb_printf(&names, "%s%s \"%s\"", names.n ? ", " : "", relation_kind_name(deps[i]->kind), deps[i]->name);
    }
    int rc = 0;
    if (first) {
        (void)RAISE_AT(err, ERR_DEPENDENT_OBJECTS, at, "cannot drop %s \"%s\" because other objects depend on it",
                       relation_kind_name(r->kind), r->name);
        (void)err_detail(err, "%s", sb_cstr(&names));
        rc = err_hint(err, "use DROP ... CASCADE to drop them too");
    }
    sb_done(&names);
    return rc;
}

/* With what hangs on it, dependants first; some of it may go with a name before. */
static int add_going(StmtContext *x, uint64_t id, Dropped *to, Err *err)
{
    const Relation *r = catalog_by_id(x->db->catalog, id), **deps = NULL;
    uint32_t n = 0;
    TRY(catalog_dependants(x->db->catalog, id, x->arena, &deps, &n, err));
    uint64_t *all = ARENA_ARRAY(x->arena, uint64_t, to->n + n + 1);
    if (!all)
        return RAISE_NOMEM(err);
    if (to->n)
        memcpy(all, to->id, to->n * sizeof(*all));
    to->id = all;
    for (uint32_t i = 0; i <= n; i++) {
        uint64_t one = i < n ? deps[i]->id : r->id;
        if (!is_going(to, one))
            to->id[to->n++] = one;
    }
    return 0;
}

/* DEFAULT, CHECK and the like call it by its name. */
static int refuse_callers(StmtContext *x, const Relation *r, const Dropped *all, bool cascade, Span at, Err *err)
{
    const Relation *of;
    if (r->kind != REL_FUNCTION || is_going(all, r->id))
        return 0;
    TRY(function_find_namer(x, r, &of, err));
    if (!of)
        return 0;
    (void)RAISE_AT(err, cascade ? ERR_UNSUPPORTED : ERR_DEPENDENT_OBJECTS, at,
                   cascade ? "DROP %s .. CASCADE of \"%s\", which a definition calls, is not supported"
                           : "cannot drop %s \"%s\" because other objects depend on it",
                   relation_kind_name(r->kind), r->name);
    return err_detail(err, "%s \"%s\"", relation_kind_name(of->kind), of->name);
}

bool type_has_part(Type t, Type part)
{
    if (t.nested == part.nested)
        return true;
    bool has = false;
    for (uint32_t i = 0; t.nested && i < t.nested->n && !has; i++)
        has = type_has_part(t.nested->field[i].type, part);
    return has;
}

/* Columns of a type keep it, whatever DROP says: they would have nothing to be.  But those of what goes, too. */
static int refuse_columns(const Catalog *c, const Relation *type, const Dropped *all, Span at, Err *err)
{
    for (uint32_t i = 0; i < c->n; i++) {
        const Relation *r = c->relation[i];
        if (is_going(all, r->id))
            continue;
        if (r != type && relation_is_type(r) && type_has_part(r->type, type->type))
            return RAISE_AT(err, ERR_DEPENDENT_OBJECTS, at, "cannot drop TYPE \"%s\": %s \"%s\" is made of it", type->name,
                            relation_kind_name(r->kind), r->name);
        for (uint32_t k = 0; r->schema && k < r->schema->n; k++)
            if (type_has_part(r->schema->field[k].type, type->type))
                return RAISE_AT(err, ERR_DEPENDENT_OBJECTS, at, "cannot drop TYPE \"%s\": column \"%s\" of %s \"%s\" is of it",
                                type->name, r->schema->field[k].name, relation_kind_name(r->kind), r->name);
    }
    return 0;
}

/* The column of a table that is of one of the domains that go; NULL = none. */
static const Field *domain_column(const Catalog *c, const Dropped *going, const Relation **ret_table)
{
    for (uint32_t i = 0; i < c->n; i++) {
        const Relation *r = c->relation[i];
        for (uint32_t k = 0; relation_has_domains(r) && k < r->schema->n && !is_going(going, r->id); k++)
            if (r->schema->field[k].domain && is_going(going, r->schema->field[k].domain)) {
                *ret_table = r;
                return &r->schema->field[k];
            }
    }
    return NULL;
}

static int refuse_domain_columns(const Catalog *c, const Relation *domain, Span at, Err *err)
{
    uint64_t id = domain->id;
    const Relation *table;
    const Field *f = domain_column(c, &(Dropped){.id = &id, .n = 1}, &table);
    if (!f)
        return 0;
    (void)RAISE_AT(err, ERR_DEPENDENT_OBJECTS, at, "cannot drop DOMAIN \"%s\" because other objects depend on it", domain->name);
    (void)err_detail(err, "column \"%s\" of %s \"%s\"", f->name, relation_kind_name(table->kind), table->name);
    return err_hint(err, "use DROP ... CASCADE to drop them too");
}

/* What it has got becomes visible; what cannot is told, and it goes all the same. */
void finish_sink(StmtContext *x, const Relation *r)
{
    Err notice = ERR_INIT;
    if (r->kind == REL_SINK && sinks_finish(x->db, r->id, &notice) < 0)
        statement_notice(x->result, &notice);
}

static void drop_index(Database *db, const Relation *r)
{
    if (r->kind != REL_INDEX)
        return;
    engine_enter(db->engine);
    Feed *f = engine_feed(db->engine, r->input);
    if (f && f->stored) {
        close_index(db, f, r);
        if (r->index_unique && !transaction_has_changes(db, f)) /* else the table goes, too */
            (void)transaction_copy_again(db, f, NULL);
    }
    engine_leave(db->engine);
}

/* A DEFAULT calls it, or one that goes along with a table. */
static int refuse_sequences(StmtContext *x, const Relation *r, const Relation **deps, uint32_t n, Span at, Err *err)
{
    if (r->kind == REL_SEQUENCE)
        TRY(sequence_refuse_change(x, r, NULL, 0, "drop", at, err));
    for (uint32_t i = 0; i < n; i++)
        if (deps[i]->kind == REL_SEQUENCE)
            TRY(sequence_refuse_change(x, deps[i], &deps[i]->input, 1, "drop", at, err));
    return 0;
}

/* All that is in a schema goes at once, with who reads it: only what stays can hold anything back. */
static int check_schema(StmtContext *x, const Relation *schema, const DropStmt *d, const Dropped *all, Span at, Err *err)
{
    Dropped going = {0};
    const Catalog *c = x->db->catalog;
    const Relation **deps = NULL;
    uint32_t n = 0;
    TRY(catalog_dependants(c, schema->id, x->arena, &deps, &n, err));
    TRY(transaction_refuse_definition(x->db, schema, deps, n, false, at, err));
    if (d->behavior != DROP_CASCADE)
        return refuse_dependants(schema, deps, n, all, at, err);
    TRY(add_going(x, schema->id, &going, err));
    for (uint32_t i = 0; i < all->n; i++)
        TRY(add_going(x, all->id[i], &going, err));
    for (uint32_t i = 0; i < n; i++) {
        if (deps[i]->kind == REL_TYPE)
            TRY(refuse_columns(c, deps[i], &going, at, err));
        if (deps[i]->kind == REL_SEQUENCE)
            TRY(sequence_refuse_change(x, deps[i], going.id, going.n, "drop", at, err));
        if (deps[i]->kind == REL_INDEX)
            TRY(index_refuse_change(x->db, deps[i], at, err));
    }
    return 0;
}

static const Relation *find_named(const StmtContext *x, const DropStmt *d, const Name *name)
{
    return (d->kind == OBJECT_SCHEMA ? catalog_schema : catalog_find)(x->db->catalog, name_key(name));
}

/* 1: its schema is not there, and IF EXISTS was said. */
static int check_schema_of(StmtContext *x, const DropStmt *d, const Name *name, Err *err)
{
    Err why = ERR_INIT;
    int rc = name_check_made(x->db->catalog, name, &why);
    if (rc == -ERR_UNDEFINED_SCHEMA && d->if_exists) {
        Err notice = ERR_INIT;
        (void)RAISE(&notice, ERR_UNDEFINED_SCHEMA, "%s, skipping", why.message);
        statement_notice(x->result, &notice);
        return 1;
    }
    if (rc < 0 && err)
        *err = why;
    return rc;
}

/* Whether a name may go, before anything does.  *ret_id = 0: it is not there, and IF EXISTS was said. */
static int check_drop(StmtContext *x, const DropStmt *d, const NameNode *of, const Dropped *all, uint64_t *ret_id, Err *err)
{
    Database *db = x->db;
    const Name *name = &of->name;
    *ret_id = 0;
    Str id = object_of(name);
    const Relation *r = NULL;
    if (d->kind == OBJECT_SCHEMA) {
        TRY(find_dropped_schema(x, d, name, &r, err));
        *ret_id = r ? r->id : 0;
        return r ? check_schema(x, r, d, all, name->at, err) : 0;
    }
    int rc = check_schema_of(x, d, name, err);
    if (rc != 0)
        return MIN(rc, 0);
    r = find_named(x, d, name);
    const char *text = NULL;
    if (object_is_routine(d->kind))
        TRY(find_function(db->catalog, x->arena, name, of->has_args ? &of->args : NULL, &r, &text, err));
    r = object_is_routine(d->kind) && r && !relation_is_object(r, d->kind) ? NULL : r;
    if (!r && d->if_exists) {
        Err notice = ERR_INIT;
        (void)RAISE(&notice, ERR_UNDEFINED_RELATION, "%s \"%.*s\" does not exist, skipping", object_kind_text(d->kind), (int)id.n,
                    id.p);
        statement_notice(x->result, &notice);
        return 0;
    }
    if (!r && object_is_routine(d->kind))
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, name->at, "%s %s does not exist",
                        d->kind == OBJECT_PROCEDURE ? "procedure"
                        : d->kind == OBJECT_ROUTINE ? "routine"
                                                    : "function",
                        text);
    if (!r) {
        const char *near = catalog_nearest(db->catalog, id);
        bool is_type = d->kind == OBJECT_TYPE || d->kind == OBJECT_DOMAIN;
        rc = RAISE_AT(err, is_type || d->kind == OBJECT_INDEX ? ERR_UNDEFINED_OBJECT : ERR_UNDEFINED_RELATION, name->at,
                      "%s \"%.*s\" does not exist", object_kind_text(d->kind), (int)id.n, id.p);
        return near ? err_hint(err, "Did you mean \"%s\"?", near) : rc;
    }
    if (!relation_is_object(r, d->kind) || relation_is_keys(r)) {
        const Relation *owner = relation_belongs(r) ? catalog_by_id(db->catalog, r->input) : NULL;
        (void)RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, name->at, "\"%s\" is %s %s, not %s %s", r->name,
                       word_article(relation_kind_name(r->kind)), relation_kind_name(r->kind),
                       word_article(object_kind_text(d->kind)), object_kind_text(d->kind));
        if (owner)
            return err_hint(err, "it goes with %s \"%s\"", relation_kind_name(owner->kind), owner->name);
        return err_hint(err, "Use DROP %s.", relation_kind_name(r->kind));
    }
    if (r->native)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, name->at,
                        "function %s is of the program that opened the database, and goes with it", r->name);
    const Relation **deps = NULL;
    uint32_t n = 0;
    TRY(catalog_dependants(db->catalog, r->id, x->arena, &deps, &n, err));
    if (r->kind == REL_TYPE)
        TRY(refuse_columns(db->catalog, r, &(Dropped){0}, name->at, err));
    TRY(refuse_callers(x, r, all, d->behavior == DROP_CASCADE, name->at, err));
    TRY(refuse_sequences(x, r, deps, n, name->at, err));
    TRY(transaction_refuse_definition(db, r, deps, n, false, name->at, err));
    if (r->kind == REL_INDEX)
        TRY(index_refuse_change(db, r, name->at, err));
    if (d->behavior != DROP_CASCADE) { /* else drop_constraints() */
        if (r->kind == REL_DOMAIN)
            TRY(refuse_domain_columns(db->catalog, r, name->at, err));
        TRY(foreign_refuse_drop(db->catalog, r, all->id, all->n, name->at, err));
        TRY(refuse_dependants(r, deps, n, all, name->at, err));
    }
    *ret_id = r->id;
    return 0;
}

/* What runs of them ends: queries first, then the feeds of error relations they write to. */
static void stop_all(Database *db, const Catalog *before, const Dropped *d)
{
    for (int belongs = 0; belongs < 2; belongs++)
        for (uint32_t i = 0; i < d->n; i++)
            if (relation_belongs(catalog_by_id(before, d->id[i])) == (belongs == 1))
                db_stop(db, d->id[i]);
    for (uint32_t i = 0; i < d->n; i++)
        drop_index(db, catalog_by_id(before, d->id[i]));
    comments_forget(db, d->id, d->n);
    for (uint32_t i = 0; i < d->n; i++)
        sequences_forget(db, d->id[i]);
}

/* The catalog of afterwards, and the foreign keys in it. */
static int next_of(StmtContext *x, const Leaving *l, Catalog **ret, ForeignKeys **ret_keys, Err *err)
{
    Database *db = x->db;
    TRY(db_next_catalog(db, NULL, l->id, l->n, ret, err));
    int rc = foreign_link(db, *ret, ret_keys, err);
    if (rc == 0 && (rc = share_hide(x, l, ret, err)) < 0)
        foreign_keys_free(*ret_keys);
    if (rc < 0)
        catalog_unref(*ret);
    return rc;
}

/* First what memory may be missing for; behind that nothing can fail. */
int drop_found(StmtContext *x, const uint64_t *id, uint32_t n, Err *err)
{
    Database *db = x->db;
    Leaving l;
    if (n == 0)
        return 0;
    TRY(share_leave(x, id, n, &l, err));
    Catalog *before = db_catalog(db), *next = NULL;
    bool defining = transaction_is_defining(db); /* they stay until COMMIT, out of sight */
    for (uint32_t i = 0; i < l.n && !defining; i++)
        finish_sink(x, catalog_by_id(before, l.id[i]));
    ForeignKeys *keys;
    Dropped going = {.id = l.id, .n = l.n};
    int rc = next_of(x, &l, &next, &keys, err);
    if (rc == 0) {
        foreign_use(db, keys);
        db_swap_catalog(db, next);
        if (!defining)
            stop_all(db, before, &going);
        for (uint32_t i = 0; i < l.n && defining; i++)
            drop_index(db, catalog_by_id(before, l.id[i]));
        share_hidden(x, &l, before);
    }
    catalog_unref(before);
    return rc;
}

/* Tables that go together may refer to each other. */
static int list_dropped(StmtContext *x, const DropStmt *d, Dropped *ret, Err *err)
{
    *ret = (Dropped){.id = ARENA_ARRAY(x->arena, uint64_t, d->names.n + 1)};
    if (!ret->id)
        return RAISE_NOMEM(err);
    AST_EACH(node, d->names)
    {
        const Name *name = &AST(NameNode, node)->name;
        const Relation *r = find_named(x, d, name);
        if (r)
            ret->id[ret->n++] = r->id;
    }
    return 0;
}

/* Those that are there. */
static int check_names(StmtContext *x, const DropStmt *d, Dropped *ret, Err *err)
{
    Dropped all;
    *ret = (Dropped){.id = ARENA_ARRAY(x->arena, uint64_t, d->names.n + 1)};
    if (!ret->id)
        return RAISE_NOMEM(err);
    TRY(list_dropped(x, d, &all, err));
    AST_EACH(node, d->names)
    {
        TRY(check_drop(x, d, AST(NameNode, node), &all, &ret->id[ret->n], err));
        ret->n += ret->id[ret->n] != 0;
    }
    return 0;
}

int statement_without(StmtContext *x, const Relation *table, const char *what, const char *name, ScriptStmt **ret, Err *err)
{
    _cleanup_(sb_done) StrBuf text;
    sb_init(&text, &x->db->acct);
    sb_puts(&text, table->kind == REL_SOURCE ? "ALTER SOURCE " : "ALTER TABLE ");
    relation_print_name(table, &text);
    sb_printf(&text, " DROP %s ", what);
    sql_print_ident(str_of(name), &text);
    sb_puts(&text, strcmp(what, "COLUMN") == 0 ? " CASCADE" : "");
    char *copy = text.failed ? NULL : arena_strndup(x->arena, text.p, text.n);
    ScriptStmt *s = ARENA_NEW(x->arena, ScriptStmt);
    if (!copy || !s)
        return RAISE_NOMEM(err);
    TRY(sql_parse_one(x->arena, copy, (uint32_t)text.n, s, err));
    *ret = s;
    return 0;
}

/* What takes the next foreign key of another table away, or the next column of a domain that goes; *ret NULL: there is none. */
static int next_constraint(StmtContext *x, const DropStmt *d, ScriptStmt **ret, Err *err)
{
    Dropped all, going = {0};
    uint32_t key;
    *ret = NULL;
    TRY(check_names(x, d, &all, err));
    for (uint32_t i = 0; i < all.n; i++)
        TRY(add_going(x, all.id[i], &going, err));
    const Relation *r = foreign_referrer(x->db->catalog, going.id, going.n, &key);
    if (r)
        return statement_without(x, r, "CONSTRAINT", r->foreign[key].name, ret, err);
    const Field *f = domain_column(x->db->catalog, &going, &r);
    return f ? statement_without(x, r, "COLUMN", f->name, ret, err) : 0;
}

int alter_first(StmtContext *x, const ScriptStmt *alter, const ScriptStmt *s, Err *err)
{
    Database *db = x->db;
    durable_unit_begin(db);
    durable_instead(db, alter);
    int rc = stmt_alter(x, alter, err);
    if (rc == 0 && !transaction_is_defining(db))
        return durable_next(db, s, err);
    if (rc < 0 && !transaction_is_defining(db))
        return rc; /* what was done before it is in the record */
    rc = durable_end(db, rc, err);
    durable_begin(db, s);
    return rc;
}

/* CASCADE: foreign keys of tables that stay go before, each by a statement of its own, which a checkpoint keeps with its table. In
 * the log all of them and the DROP are one record: a crash leaves everything or nothing. */
static int drop_constraints(StmtContext *x, const ScriptStmt *s, const DropStmt *d, Err *err)
{
    Database *db = x->db;
    for (;;) {
        ScriptStmt *alter = NULL;
        uint32_t told = x->result->n_notices;
        env_lock(db->env, &db->ddl);
        int rc = next_constraint(x, d, &alter, err);
        env_unlock(db->env, &db->ddl);
        x->result->n_notices = told; /* they come again when it is dropped */
        if (rc < 0 || !alter)
            return rc;
        rc = alter_first(x, alter, s, err);
        if (rc < 0 && err)
            err->at = s->node->at;
        TRY(rc);
    }
}

/* All names or none. */
static int drop_names(StmtContext *x, const DropStmt *d, Err *err)
{
    Dropped found;
    TRY(check_names(x, d, &found, err));
    Dropped going = {0};
    for (uint32_t i = 0; i < found.n; i++)
        TRY(add_going(x, found.id[i], &going, err));
    return drop_found(x, going.id, going.n, err);
}

static const Relation *first_temporary(const Catalog *c)
{
    for (uint32_t i = 0; i < c->n; i++)
        if (c->relation[i]->temporary)
            return c->relation[i];
    return NULL;
}

bool db_has_temporary(Database *db)
{
    Catalog *c = db_catalog(db);
    bool has = first_temporary(c) != NULL;
    catalog_unref(c);
    return has;
}

int drop_temporary(StmtContext *x, Err *err)
{
    Database *db = x->db;
    DropStmt d = {.behavior = DROP_CASCADE};
    const Relation *r;
    int rc = 0;
    env_lock(db->env, &db->ddl);
    while (rc == 0 && (r = first_temporary(db->catalog)) != NULL) {
        d.kind = r->kind == REL_TABLE ? OBJECT_TABLE : r->kind == REL_QUERY ? OBJECT_VIEW : OBJECT_SEQUENCE;
        Dropped all = {.id = &(uint64_t){r->id}, .n = 1};
        Ident part = {.s = {arena_strdup(x->arena, r->name), strlen(r->name)}};
        uint64_t id = 0;
        rc = part.s.p ? check_drop(x, &d, &(NameNode){.name = {.part = &part, .n_parts = 1}}, &all, &id, err) : RAISE_NOMEM(err);
        Dropped going = {0};
        if (rc == 0)
            rc = add_going(x, id, &going, err);
        if (rc == 0)
            rc = drop_found(x, going.id, going.n, err);
    }
    env_unlock(db->env, &db->ddl);
    return rc;
}

int stmt_drop(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const DropStmt *d = AST(DropStmt, s->node);
    Database *db = x->db;
    char tag[64];
    snprintf(tag, sizeof(tag), "DROP %s", object_kind_text(d->kind));
    if (d->kind != OBJECT_SCHEMA && d->kind != OBJECT_SOURCE && d->kind != OBJECT_STREAM && d->kind != OBJECT_SINK &&
        d->kind != OBJECT_CONTINUOUS_QUERY && d->kind != OBJECT_TABLE && d->kind != OBJECT_MATERIALIZED_VIEW &&
        d->kind != OBJECT_VIEW && !object_is_routine(d->kind) && d->kind != OBJECT_TYPE && d->kind != OBJECT_DOMAIN &&
        d->kind != OBJECT_LOOKUP_TABLE && d->kind != OBJECT_INDEX && d->kind != OBJECT_SEQUENCE)
        return RAISE_AT(err, ERR_UNSUPPORTED, s->node->at, "%s is not supported yet", tag);
    int rc;
    bool done = false;
    Str last = {"", 0};
    for (Node *n = d->names.first; d->kind == OBJECT_INDEX && n && !done; n = n->next)
        TRY(drop_unique_index(x, d, &AST(NameNode, n)->name, &done, err));
    if (!done && d->behavior == DROP_CASCADE)
        TRY(drop_constraints(x, s, d, err));
    env_lock(db->env, &db->ddl);
    rc = done ? 0 : drop_names(x, d, err);
    AST_EACH(node, d->names)
    last = object_of(&AST(NameNode, node)->name);
    env_unlock(db->env, &db->ddl);
    TRY(rc);
    stmt_done(x, STMT_DDL, tag, last);
    return 0;
}
