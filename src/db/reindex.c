/* SPDX-License-Identifier: Apache-2.0
 *
 * REINDEX: the indexes of a table or view, or one of them, made anew from its rows.  What they say does not change, so nothing is
 * logged.  It brings back indexes that were given up when memory was missing, and packs those that many changes have left loose.
 * The key of the rows themselves, PRIMARY KEY, lies with the rows: there is nothing beside them to make anew. */
#include "db/execute.h"
#include "db/transaction.h"
#include "db/transaction_ddl.h"

static bool has_indexes(const Catalog *c, const Relation *r)
{
    bool some = r->n_primary_key > 0 || r->n_unique > 0;
    for (uint32_t i = 0; i < c->n; i++)
        some |= c->relation[i]->kind == REL_INDEX && c->relation[i]->input == r->id;
    return some;
}

static void tell(StmtContext *x, const char *text, const char *name)
{
    Err notice = ERR_INIT;
    (void)RAISE(&notice, ERR_WRONG_STATE, text, name);
    statement_notice(x->result, &notice);
}

/* name: of one index, as the rows know it; NULL = all. */
static int remake(StmtContext *x, const Relation *r, const char *name, Span at, Err *err)
{
    Database *db = x->db;
    Feed *f = engine_feed(db->engine, r->id);
    if (!f || !f->stored)
        return 0; /* a table of a connector, or a view that is not there yet */
    if (transaction_has_changes(db, f))
        return RAISE_AT(err, ERR_UNSUPPORTED, at,
                        "REINDEX of \"%s\" behind changes of its rows is not supported inside the same transaction", r->name);
    return stored_remake_indexes(f->stored, name, err);
}

static bool has_rows(const Relation *r)
{
    return r->kind == REL_TABLE || r->kind == REL_VIEW;
}

static int of_table(StmtContext *x, const Catalog *c, const MaintainStmt *m, const Name *name, Err *err)
{
    TRY(name_check_made(c, name, err));
    Str id = object_of(name);
    const Relation *r = catalog_find(c, id);
    if (!r)
        return RAISE_AT(err, ERR_UNDEFINED_RELATION, name->at, "relation \"%.*s\" does not exist", (int)id.n, id.p);
    if (!has_rows(r))
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, name->at, "\"%s\" is not a table or materialized view", r->name);
    if (!has_indexes(c, r))
        tell(x, "table \"%s\" has no indexes to reindex", r->name);
    else if (m->aloud)
        tell(x, "indexes of \"%s\" were made anew", r->name);
    return remake(x, r, NULL, name->at, err);
}

static int of_index(StmtContext *x, const Catalog *c, const MaintainStmt *m, const Name *name, Err *err)
{
    TRY(name_check_made(c, name, err));
    Str id = object_of(name), own = name_last(name)->s;
    const Relation *r = catalog_find(c, id), *table = r && r->kind == REL_INDEX ? catalog_by_id(c, r->input) : NULL;
    if (!r)
        table = index_owner(c, id);
    if (!r && !table)
        return RAISE_AT(err, ERR_UNDEFINED_RELATION, name->at, "relation \"%.*s\" does not exist", (int)id.n, id.p);
    if (!table)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, name->at, "\"%s\" is not an index", r->name);
    const char *known = r ? r->name : arena_strndup(x->arena, own.p, own.n);
    if (!known)
        return RAISE_NOMEM(err);
    if (m->aloud)
        tell(x, "index \"%s\" was reindexed", known);
    return remake(x, table, known, name->at, err);
}

static int of_all(StmtContext *x, const Catalog *c, const MaintainStmt *m, Err *err)
{
    const Name *name = &m->whole;
    Str id = name_key(name);
    const Relation *space = m->of == REINDEX_SCHEMA ? catalog_schema(c, id) : NULL;
    bool is_public = m->of == REINDEX_SCHEMA && str_eq(id, STR("public"));
    if (x->db->transaction)
        return RAISE_AT(err, ERR_ACTIVE_TRANSACTION, m->node.at, "REINDEX %s cannot run inside a transaction block",
                        m->of == REINDEX_SCHEMA ? "SCHEMA" : "DATABASE");
    if (m->of == REINDEX_SCHEMA && !space && !is_public)
        return RAISE_AT(err, ERR_UNDEFINED_SCHEMA, name->at, "schema \"%.*s\" does not exist", (int)id.n, id.p);
    if (m->of == REINDEX_DATABASE && !str_eq(id, STR("laminar")))
        return RAISE_AT(err, ERR_UNSUPPORTED, name->at, "can only reindex the currently open database");
    for (uint32_t i = 0; i < c->n; i++) {
        const Relation *r = c->relation[i];
        bool in = m->of == REINDEX_DATABASE || (is_public ? r->space == 0 : r->space == space->id);
        if (!in || !has_rows(r) || !has_indexes(c, r))
            continue;
        if (m->aloud)
            tell(x, "indexes of \"%s\" were made anew", r->name);
        TRY(remake(x, r, NULL, name->at, err));
    }
    return 0;
}

int reindex(StmtContext *x, const MaintainStmt *m, Err *err)
{
    const MaintainTable *one = m->tables.n ? AST(MaintainTable, m->tables.first) : NULL;
    env_lock(x->db->env, &x->db->ddl);
    const Catalog *c = x->db->catalog;
    engine_enter(x->db->engine);
    int rc = !one                     ? of_all(x, c, m, err)
             : m->of == REINDEX_TABLE ? of_table(x, c, m, &one->name, err)
                                      : of_index(x, c, m, &one->name, err);
    engine_leave(x->db->engine);
    env_unlock(x->db->env, &x->db->ddl);
    return rc;
}
