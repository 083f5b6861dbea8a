/* SPDX-License-Identifier: Apache-2.0
 *
 * ANALYZE, VACUUM, LOCK TABLE; REINDEX is in reindex.c.
 *
 * There is nothing to gather for plans, which go by the numbers of rows as they are, and the space of a row that is gone is free at
 * once, so ANALYZE and VACUUM find all done; they look whether their tables and columns are there.  LOCK TABLE in a mode that
 * others who write are not in makes the tables the transaction's, as SELECT FOR UPDATE does: nobody is kept waiting, and COMMIT
 * says 40001 when a writer has changed one meanwhile. */
#include "db/execute.h"
#include "db/transaction.h"

static int find(const Catalog *c, const MaintainTable *t, const Relation **ret, Err *err)
{
    TRY(name_check_made(c, &t->name, err));
    Str id = object_of(&t->name);
    const Relation *r = *ret = catalog_find(c, id);
    if (!r)
        return RAISE_AT(err, ERR_UNDEFINED_RELATION, t->name.at, "relation \"%.*s\" does not exist", (int)id.n, id.p);
    AST_EACH(n, t->columns)
    {
        const Ident *column = &AST(IdentNode, n)->ident;
        if (!r->schema || schema_find(r->schema, column->s) < 0)
            return relation_no_column(r, column->s, column->at, err);
    }
    return 0;
}

static int check_kind(const MaintainStmt *m, const MaintainTable *t, const Relation *r, Err *err)
{
    bool lock = m->what == MAINTAIN_LOCK;
    if (lock && t->columns.n)
        return RAISE_AT(err, ERR_SYNTAX, t->node.at, "LOCK TABLE takes no columns");
    if (m->what == MAINTAIN_VACUUM && t->columns.n && !m->analyzes)
        return RAISE_AT(err, ERR_UNSUPPORTED, t->node.at, "ANALYZE option must be specified when a column list is provided");
    bool fits = r->kind == REL_TABLE || (!lock && (r->kind == REL_VIEW || r->kind == REL_SOURCE));
    if (!fits)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, t->name.at, "\"%s\" is not a table", r->name);
    return 0;
}

static int lock(StmtContext *x, const Catalog *c, const MaintainStmt *m, Err *err)
{
    uint64_t *id = ARENA_ARRAY(x->arena, uint64_t, m->tables.n + 1);
    uint32_t n = 0;
    if (!id)
        return RAISE_NOMEM(err);
    AST_EACH(t, m->tables)
    id[n++] = catalog_find(c, object_of(&AST(MaintainTable, t)->name))->id;
    engine_enter(x->db->engine);
    int rc = transaction_lock(x->db, c, id, n, err);
    engine_leave(x->db->engine);
    return rc;
}

/* VERBOSE: what PostgreSQL tells as INFO. */
static void tell(StmtContext *x, const MaintainStmt *m, const Relation *r)
{
    Err notice = ERR_INIT;
    if (!m->aloud)
        return;
    (void)RAISE(&notice, ERR_WRONG_STATE, "%s of \"%s\" found nothing to do", m->what == MAINTAIN_VACUUM ? "VACUUM" : "ANALYZE",
                r->name);
    statement_notice(x->result, &notice);
}

static int maintain(StmtContext *x, const Catalog *c, const MaintainStmt *m, Err *err)
{
    for (uint32_t i = 0; m->tables.n == 0 && i < c->n; i++)
        if (c->relation[i]->kind == REL_TABLE)
            tell(x, m, c->relation[i]);
    AST_EACH(n, m->tables)
    {
        const Relation *r;
        TRY(find(c, AST(MaintainTable, n), &r, err));
        TRY(check_kind(m, AST(MaintainTable, n), r, err));
        tell(x, m, r);
    }
    return m->what == MAINTAIN_LOCK && m->excludes ? lock(x, c, m, err) : 0;
}

int stmt_maintain(StmtContext *x, const ScriptStmt *s, Err *err)
{
    static const char *const tags[] = {"ANALYZE", "VACUUM", "LOCK TABLE", "REINDEX"};
    const MaintainStmt *m = AST(MaintainStmt, s->node);
    if (m->what == MAINTAIN_LOCK && !x->db->transaction)
        return RAISE_AT(err, ERR_NO_TRANSACTION, m->node.at, "LOCK TABLE can only be used in transaction blocks");
    Catalog *c = db_catalog(x->db);
    int rc = m->what == MAINTAIN_REINDEX ? reindex(x, m, err) : maintain(x, c, m, err);
    catalog_unref(c);
    TRY(rc);
    stmt_done(x, STMT_DDL, tags[m->what], STR(""));
    return 0;
}
