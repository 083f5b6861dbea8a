/* SPDX-License-Identifier: Apache-2.0
 *
 * SHOW BACKFILL STATUS and CANCEL BACKFILL: what a CREATE over much that is there does meanwhile (flow/engine_build.c), seen and
 * ended from another thread. */
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
    sys_text(s, !p.running ? "COMPLETE" : p.waits ? "WAITING FOR MEMORY" : "RUNNING");
    sys_f64(s, p.running && p.n_rows ? (double)p.n_done / (double)p.n_rows : 1);
    sys_int(s, (int64_t)p.n_done);
    sys_int(s, (int64_t)p.n_rows);
    if (rate > 0)
        sys_f64(s, rate);
    else
        sys_null(s);
    if (!p.running)
        sys_f64(s, 0);
    else if (rate > 0)
        sys_f64(s, (double)(p.n_rows - p.n_done) / rate);
    else
        sys_null(s);
    sys_end(s);
    return 0;
}

const SysRelation sys_backfill = {.columns = "name text, state text, progress float8, processed_rows int8, total_rows int8, "
                                             "rows_per_sec float8, eta_sec float8",
                                  .fill = status};

int stmt_backfill(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const BackfillStmt *b = AST(BackfillStmt, s->node);
    const Relation *r = NULL;
    if (b->resume) {
        (void)RAISE_AT(err, ERR_UNSUPPORTED, s->node->at, "RESUME BACKFILL is not supported");
        return err_hint(err, "a CREATE whose backfill is cancelled leaves nothing behind: run it again");
    }
    Catalog *c = db_catalog(x->db);
    int rc = show_find_relation(c, &b->name, &r, err);
    if (rc == 0)
        rc = backfill_check(r, b->name.at, err);
    if (rc == 0) {
        engine_enter(x->db->engine);
        bool was = engine_cancel_build(x->db->engine, r->id);
        engine_leave(x->db->engine);
        if (!was)
            rc = RAISE_AT(err, ERR_WRONG_STATE, b->name.at, "no backfill of \"%s\" is running", r->name);
    }
    catalog_unref(c);
    TRY(rc);
    stmt_done(x, STMT_METADATA, "CANCEL BACKFILL", object_of(&b->name));
    return 0;
}
