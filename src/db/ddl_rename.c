/* SPDX-License-Identifier: Apache-2.0
 *
 * ALTER .. RENAME TO of what runs under its name: materialized views, streams, sinks, and sources with a connector.  Nothing stops:
 * the catalog and what is shown get the new name.  The directory knows state by the name that a relation was made with, and opening
 * runs CREATE and then ALTER, so it is found again.  Who reads the relation has its name in a text, which is written anew. */
#include "catalog/names.h"
#include "db/ddl_view.h"
#include "db/durable.h"
#include "db/names_move.h"
#include "sql/print.h"

#include <stdio.h>
#include <string.h>

static const struct Renamable {
    RelationKind kind;
    ObjectKind object;
    const char *what;
} renamable[] = {
    {REL_VIEW, OBJECT_MATERIALIZED_VIEW, "a materialized view"},
    {REL_STREAM, OBJECT_STREAM, "a stream"},
    {REL_SINK, OBJECT_SINK, "a sink"},
};

static const struct Renamable *renamable_of(ObjectKind object)
{
    for (size_t i = 0; i < ARRAY_LEN(renamable); i++)
        if (renamable[i].object == object)
            return &renamable[i];
    return NULL;
}

/* What reads its errors has the name of that in a text. */
static int refuse_readers(StmtContext *x, const Relation *old, Span at, const Relation **ret_errors, Err *err)
{
    const Relation **dep;
    uint32_t n = 0;
    *ret_errors = NULL;
    TRY(catalog_dependants(x->db->catalog, old->id, x->arena, &dep, &n, err));
    for (uint32_t i = 0; i < n; i++)
        if (dep[i]->kind == REL_ERRORS && dep[i]->input == old->id)
            *ret_errors = dep[i];
    if (!*ret_errors)
        return 0;
    TRY(catalog_dependants(x->db->catalog, (*ret_errors)->id, x->arena, &dep, &n, err));
    if (n == 0)
        return 0;
    (void)RAISE_AT(err, ERR_DEPENDENT_OBJECTS, at, "cannot alter %s \"%s\" because other objects depend on its errors",
                   relation_kind_name(old->kind), old->name);
    return err_detail(err, "%s \"%s\"", relation_kind_name(dep[0]->kind), dep[0]->name);
}

static Name *name_of(Node *created)
{
    switch (created->kind) {
    case NODE_CREATE_QUERY_STMT: return &((CreateQueryStmt *)created)->name;
    case NODE_CREATE_SINK_STMT: return &((CreateSinkStmt *)created)->name;
    case NODE_CREATE_RELATION_STMT: return &((CreateRelationStmt *)created)->name;
    default: return NULL;
    }
}

/* The definition with the new name, written out. */
static int new_text(StmtContext *x, const Relation *old, const Ident *to, const char **ret, Err *err)
{
    ScriptStmt s;
    StrBuf ddl;
    *ret = "";
    if (!*old->ddl)
        return 0;
    TRY(sql_parse_one(x->arena, old->ddl, (uint32_t)strlen(old->ddl), &s, err));
    Name *name = name_of((Node *)s.node);
    if (!name)
        return RAISE(err, ERR_INTERNAL, "the definition of \"%s\" has no name", old->name);
    TRY(name_beside(old, to, x->arena, name, err));
    sb_init(&ddl, &x->db->acct);
    sql_print(s.node, &ddl);
    *ret = ddl.failed ? NULL : arena_strdup(x->arena, sb_cstr(&ddl));
    sb_done(&ddl);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* The relation and, when it has one, that of its errors. */
static int publish_renamed(StmtContext *x, const Relation *old, const Ident *to, Relation *r, Relation *errors, Err *err)
{
    Database *db = x->db;
    Catalog *next = NULL, *both = NULL;
    TRY(db_next_catalog(db, r, NULL, 0, &next, err));
    int rc = errors ? catalog_with(next, errors, NULL, 0, &both, err) : 0;
    if (errors) {
        catalog_unref(next);
        next = both;
    }
    TRY(rc);
    rc = rename_in_readers(x, &next, old, to, err);
    if (rc < 0)
        catalog_unref(next);
    TRY(rc);
    engine_enter(db->engine);
    db_swap_catalog(db, next);
    name_running(db, r);
    if (errors)
        name_running(db, errors);
    rc = durable_log_statement(db, err);
    engine_leave(db->engine);
    return rc;
}

int rename_running(StmtContext *x, const AlterStmt *st, const Relation *old, Err *err)
{
    const Ident *to = &AST(AlterAction, st->actions.first)->new_name;
    Database *db = x->db;
    const Relation *errors;
    const char *text;
    TRY(refuse_readers(x, old, st->name.at, &errors, err));
    char *name = relation_beside(old, to->s, x->arena);
    char *error_name = name ? arena_printf(x->arena, "%s$errors", name) : NULL;
    if (!error_name)
        return RAISE_NOMEM(err);
    TRY(check_renamed(db->catalog, to, name, err));
    if (errors && catalog_find(db->catalog, str_of(error_name)))
        return RAISE_AT(err, ERR_DUPLICATE_RELATION, to->at, "relation \"%s\" already exists", name);
    TRY(new_text(x, old, to, &text, err));
    Relation *r = relation_renamed(db->catalog, old, name, text);
    Relation *e = r && errors ? relation_renamed(db->catalog, errors, error_name, errors->ddl ? errors->ddl : "") : NULL;
    int rc = !r || (errors && !e) ? RAISE_NOMEM(err) : publish_renamed(x, old, to, r, e, err);
    relation_unref(e);
    relation_unref(r);
    return rc;
}

static int rename_found(StmtContext *x, const AlterStmt *st, const struct Renamable *kind, Err *err)
{
    Str id = object_of(&st->name);
    TRY(name_check_made(x->db->catalog, &st->name, err));
    const Relation *r = catalog_find(x->db->catalog, id);
    if (r && r->kind != kind->kind)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, st->name.at, "\"%s\" is not %s", r->name, kind->what);
    if (r)
        return rename_running(x, st, r, err);
    if (!st->if_exists)
        return RAISE_AT(err, ERR_UNDEFINED_RELATION, st->name.at, "relation \"%.*s\" does not exist", (int)id.n, id.p);
    Err notice = ERR_INIT;
    (void)RAISE(&notice, ERR_UNDEFINED_RELATION, "relation \"%.*s\" does not exist, skipping", (int)id.n, id.p);
    statement_notice(x->result, &notice);
    durable_skip(x->db);
    return 0;
}

bool renames_running(const AlterStmt *st)
{
    return st->actions.n == 1 && AST(AlterAction, st->actions.first)->kind == ALTER_RENAME && renamable_of(st->kind);
}

int alter_rename_running(StmtContext *x, const AlterStmt *st, Err *err)
{
    char tag[64];
    env_lock(x->db->env, &x->db->ddl);
    int rc = rename_found(x, st, renamable_of(st->kind), err);
    env_unlock(x->db->env, &x->db->ddl);
    TRY(rc);
    snprintf(tag, sizeof(tag), "ALTER %s", object_kind_text(st->kind));
    stmt_done(x, STMT_DDL, tag, object_of(&st->name));
    return 0;
}

int rename_leaves_room(const Database *db, const char *name, Span at, Err *err)
{
    const Catalog *c = db->catalog;
    for (uint32_t i = 0; db->durable && i < c->n; i++) {
        const Relation *r = c->relation[i];
        if (r->kind == REL_SINK && r->renamed && strcmp(relation_origin(r)->name, name) == 0)
            return RAISE_AT(err, ERR_IN_USE, at, "sink \"%s\" was created as \"%s\", and its files are known by that name", r->name,
                            name);
    }
    return 0;
}
