/* SPDX-License-Identifier: Apache-2.0
 *
 * SHOW BACKFILL STATUS, CANCEL BACKFILL and RESUME BACKFILL: what a CREATE over much that is there does meanwhile
 * (flow/engine_build.c), seen and stopped from another thread.  The statement that made the relation ends then, with a notice; the
 * relation is there and follows its inputs, but cannot be read before the statement that resumes has put in the rest. */
#include "db/query_options.h"
#include "db/show_impl.h"

int backfill_check(const Relation *r, Span at, Err *err)
{
    if (r->kind == REL_VIEW || (r->kind == REL_STREAM && !r->expands))
        return 0;
    return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, at, "\"%s\" is no materialized view or running stream", r->name);
}

static int status(SysScan *s, Err *err)
{
    BuildProgress p = {0};
    (void)err;
    (void)engine_build_progress(s->db->engine, s->of->id, &p);
    double rate = p.took_ns > 0 ? (double)p.n_done * 1e9 / (double)p.took_ns : 0;
    sys_text(s, s->of->name);
    sys_text(s, p.stopped ? "CANCELLED" : !p.running ? "COMPLETE" : p.waits ? "WAITING FOR MEMORY" : "RUNNING");
    sys_f64(s, (p.running || p.stopped) && p.n_rows ? (double)p.n_done / (double)p.n_rows : 1);
    sys_int(s, (int64_t)p.n_done);
    sys_int(s, (int64_t)p.n_rows);
    if (rate > 0)
        sys_f64(s, rate);
    else
        sys_null(s);
    if (!p.running && !p.stopped)
        sys_f64(s, 0);
    else if (rate > 0 && p.running)
        sys_f64(s, (double)(p.n_rows - p.n_done) / rate);
    else
        sys_null(s);
    sys_end(s);
    return 0;
}

const SysRelation sys_backfill = {.columns = "name text, state text, progress float8, processed_rows int8, total_rows int8, "
                                             "rows_per_sec float8, eta_sec float8",
                                  .fill = status};

void backfill_tell(StmtContext *x, const Relation *r)
{
    BuildProgress p = {0};
    Err what = ERR_INIT;
    engine_enter(x->db->engine);
    (void)engine_build_progress(x->db->engine, r->id, &p);
    engine_leave(x->db->engine);
    if (!p.stopped)
        return;
    (void)RAISE(&what, ERR_QUERY_CANCELED, "the backfill of \"%s\" was cancelled after %llu of %llu rows", r->name,
                (unsigned long long)p.n_done, (unsigned long long)p.n_rows);
    (void)err_hint(&what, "RESUME BACKFILL FOR %s goes on with it.", r->name);
    statement_notice(x->result, &what);
}

static int stop(StmtContext *x, const Relation *r, Span at, Err *err)
{
    engine_enter(x->db->engine);
    bool was = engine_cancel_build(x->db->engine, r->id);
    engine_leave(x->db->engine);
    return was ? 0 : RAISE_AT(err, ERR_WRONG_STATE, at, "no backfill of \"%s\" is running", r->name);
}

static int resume(StmtContext *x, const Relation *r, Span at, Err *err)
{
    Engine *e = x->db->engine;
    int rc = 0;
    engine_enter(e);
    Pipeline *q = engine_resume_build(e, r->id);
    if (q) {
        fill_query(x->db, q);
        rc = q->state == PIPELINE_FAILED ? -(int)q->error.code : 0;
        if (rc < 0 && err)
            *err = q->error;
    } else {
        rc = RAISE_AT(err, ERR_WRONG_STATE, at, "no backfill of \"%s\" was cancelled", r->name);
    }
    engine_leave(e);
    if (rc == 0)
        backfill_tell(x, r);
    return rc;
}

/* One that resumes changes the catalog no more than the CREATE does whose work it goes on with: it holds the same lock. */
int stmt_backfill(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const BackfillStmt *b = AST(BackfillStmt, s->node);
    Database *db = x->db;
    const Relation *r = NULL;
    if (b->resume)
        env_lock(db->env, &db->ddl);
    Catalog *c = db_catalog(db);
    int rc = show_find_relation(c, &b->name, &r, err);
    if (rc == 0)
        rc = backfill_check(r, b->name.at, err);
    if (rc == 0)
        rc = b->resume ? resume(x, r, b->name.at, err) : stop(x, r, b->name.at, err);
    catalog_unref(c);
    if (b->resume)
        env_unlock(db->env, &db->ddl);
    TRY(rc);
    stmt_done(x, STMT_METADATA, b->resume ? "RESUME BACKFILL" : "CANCEL BACKFILL", object_of(&b->name));
    return 0;
}
