/* SPDX-License-Identifier: Apache-2.0
 *
 * SHOW BACKFILL STATUS and CANCEL BACKFILL: what a CREATE over much that is there does meanwhile (flow/engine_build.c), seen and
 * ended from another thread. */
#include "db/show_impl.h"

static int find_query(const Catalog *c, const Name *name, const Relation **ret, Err *err)
{
    TRY(show_find_relation(c, name, ret, err));
    const Relation *r = *ret;
    if (r->kind == REL_VIEW || (r->kind == REL_STREAM && !r->expands))
        return 0;
    return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, name->at, "\"%s\" is no materialized view or running stream", r->name);
}

static void row_f64(RowMaker *m, double v)
{
    row_value(m, &(Value){.type = TYPE(F64), .f64 = v});
}

int show_backfill(Shower *w, Err *err)
{
    const Field f[] = {TEXT_FIELD("name"),           TEXT_FIELD("state"),     {"progress", TYPE(F64), false},
                       INT_FIELD("processed_rows"),  INT_FIELD("total_rows"), {"rows_per_sec", TYPE(F64), false},
                       {"eta_sec", TYPE(F64), false}};
    const Relation *r = NULL;
    BuildProgress p = {0};
    TRY(find_query(w->catalog, &w->st->name, &r, err));
    engine_enter(w->x->db->engine);
    (void)engine_build_progress(w->x->db->engine, r->id, &p);
    engine_leave(w->x->db->engine);
    TRY(row_maker_init(&w->m, &w->x->db->acct, f, ARRAY_LEN(f), err));
    double rate = p.took_ns > 0 ? (double)p.n_done * 1e9 / (double)p.took_ns : 0;
    row_text(&w->m, r->name);
    row_text(&w->m, p.running ? "RUNNING" : "COMPLETE");
    row_f64(&w->m, p.running && p.n_rows ? (double)p.n_done / (double)p.n_rows : 1);
    row_i64(&w->m, (int64_t)p.n_done);
    row_i64(&w->m, (int64_t)p.n_rows);
    if (rate > 0)
        row_f64(&w->m, rate);
    else
        row_null(&w->m);
    if (!p.running)
        row_f64(&w->m, 0);
    else if (rate > 0)
        row_f64(&w->m, (double)(p.n_rows - p.n_done) / rate);
    else
        row_null(&w->m);
    row_end(&w->m);
    return 0;
}

int stmt_backfill(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const BackfillStmt *b = AST(BackfillStmt, s->node);
    const Relation *r = NULL;
    if (b->resume) {
        (void)RAISE_AT(err, ERR_UNSUPPORTED, s->node->at, "RESUME BACKFILL is not supported");
        return err_hint(err, "a CREATE whose backfill is cancelled leaves nothing behind: run it again");
    }
    Catalog *c = db_catalog(x->db);
    int rc = find_query(c, &b->name, &r, err);
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
