/* SPDX-License-Identifier: Apache-2.0
 *
 * ALTER SINK name RESUME: what stood in a sink's way has gone.
 *
 * A sink that is only behind (DEGRADED) has all that it has not published in the database; that is published now.  One that has
 * failed, or is broken, lacks rows that the log still has, which is kept for it from the last checkpoint that has its state on: the
 * database is closed and opened again, as by RESTORE, and runs it from there. */
#include "db/durable.h"
#include "db/execute.h"
#include "flow/engine_keep.h"

static int find_sink(Database *db, const AlterStmt *st, const Relation **ret, Err *err)
{
    Str id = object_of(&st->name);
    *ret = catalog_find(db->catalog, id);
    if (!*ret && st->if_exists)
        return 0;
    if (!*ret)
        return RAISE_AT(err, ERR_UNDEFINED_RELATION, st->name.at, "relation \"%.*s\" does not exist", (int)id.n, id.p);
    if ((*ret)->kind != REL_SINK)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, st->name.at, "\"%s\" is %s %s, not a sink", (*ret)->name,
                        word_article(relation_kind_name((*ret)->kind)), relation_kind_name((*ret)->kind));
    return 0;
}

static bool has_failed(Database *db, const Relation *r)
{
    const Live *l = db_live(db, r->id);
    engine_enter(db->engine);
    bool failed = r->broken || (l && l->sink && l->sink->failed) || (l && l->query && engine_may_run_again(l->query));
    engine_leave(db->engine);
    return failed;
}

static int check_runs(Database *db, const AlterStmt *st, const Relation *r, Err *err)
{
    const Live *l = db_live(db, r->id);
    Err why = ERR_INIT;
    engine_enter(db->engine);
    bool failed = l && l->query && l->query->state == PIPELINE_FAILED;
    if (failed)
        why = l->query->error;
    engine_leave(db->engine);
    if (!failed)
        return 0;
    (void)RAISE_AT(err, ERR_WRONG_STATE, st->name.at, "the query of sink \"%s\" has failed: %s", r->name, why.message);
    return err_hint(err, "it would fail again: drop the sink and create it anew");
}

static int look_for_sources(Database *db, const Relation *r, Err *err)
{
    const Live *l = db_live(db, r->id);
    engine_enter(db->engine);
    int rc = l && l->query ? engine_look_for_sources(db->engine, l->query, err) : 0;
    engine_leave(db->engine);
    return rc;
}

static int run_again(StmtContext *x, const AlterStmt *st, Err *err)
{
    Database *db = x->db;
    if (!db->durable)
        return RAISE_AT(err, ERR_WRONG_STATE, st->name.at, "the database is in memory: nothing has the rows that the sink lacks");
    if (!x->is_last)
        return RAISE_AT(err, ERR_UNSUPPORTED, st->name.at,
                        "statements behind RESUME of a sink that has failed, in one text, are not supported");
    db->reopen_path = mem_strdup(&db->acct, db->durable->dir.path);
    if (!db->reopen_path)
        return RAISE_NOMEM(err);
    db_close(db);
    return 0;
}

int stmt_resume(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const AlterStmt *st = AST(AlterStmt, s->node);
    Database *db = x->db;
    const Relation *r = NULL;
    bool failed = false;
    env_lock(db->env, &db->ddl);
    int rc = find_sink(db, st, &r, err);
    if (rc == 0 && r)
        failed = has_failed(db, r);
    if (rc == 0 && r && !failed)
        rc = look_for_sources(db, r, err);
    if (rc == 0 && r && !failed)
        rc = sinks_publish(db, r->id, err);
    if (rc == 0 && r && !failed)
        rc = check_runs(db, st, r, err);
    env_unlock(db->env, &db->ddl);
    if (rc == 0 && failed)
        rc = run_again(x, st, err);
    TRY(rc);
    stmt_done(x, STMT_DDL, "ALTER SINK", object_of(&st->name));
    return 0;
}
