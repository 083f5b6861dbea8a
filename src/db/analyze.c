/* SPDX-License-Identifier: Apache-2.0
 *
 * EXPLAIN ANALYZE: the plan with what its operators did.  A query is run to its end, its rows are dropped; a stream or view that
 * runs is watched for a second.  Rows, late rows and errors are counted always; the clock is read around the calls of operators
 * only while somebody measures (Pipeline.measured), and the keys of what runs are only then sampled (Pipeline.hot). */
#include "db/explain_impl.h"
#include "db/stream.h"

#include <stdio.h>

#define WATCH_NS INT64_C(1000000000)

typedef struct Analysis {
    Explained e;
    ResultSet *rows;
} Analysis;

/* ---- reading the counters; inside ---- */

static void read_counters(const Pipeline *q, Measured *ret)
{
    for (uint32_t i = 0; i < q->plan->n_nodes; i++) {
        Op *op = q->node[i].op;
        (void)op_state_bytes(op);
        ret[i] = (Measured){.c = op->c};
        ret[i].n_hot = q->hot && q->hot[i] ? q->plan->nodes[i]->n_in : 0;
        for (uint32_t k = 0; k < ret[i].n_hot; k++)
            ret[i].hot[k].n = hot_keys_top(q->hot[i], k, ret[i].hot[k].key, HOT_KEYS_MAX, &ret[i].hot[k].rows);
    }
    for (uint32_t i = 0; i < q->n_leaves; i++) {
        ret[q->leaf[i].node].is_leaf = true;
        ret[q->leaf[i].node].n_leaf = q->leaf[i].n_rows;
    }
}

/* What came since `before`; what is there stays. */
static void subtract(Measured *now, const Measured *before, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        OpCounters *c = &now[i].c;
        const OpCounters *b = &before[i].c;
        c->rows_in[0] -= b->rows_in[0];
        c->rows_in[1] -= b->rows_in[1];
        c->rows_out -= b->rows_out;
        c->batches -= b->batches;
        c->late -= b->late;
        c->errors -= b->errors;
        c->ns -= b->ns;
        now[i].n_leaf -= before[i].n_leaf;
    }
}

/* ---- the answer ---- */

static int answer(Analysis *a, Database *db, const PhysPlan *plan, Err *err)
{
    a->e.plan = plan;
    a->e.plan_ns = -1;
    return explain_answer(db, &a->e, &a->rows, err);
}

static int new_analysis(StmtContext *x, const Pipeline *q, Analysis *a, Err *err)
{
    a->e.n_nodes = q->plan->n_nodes;
    a->e.node = ARENA_ARRAY(x->arena, Measured, a->e.n_nodes + 1);
    return a->e.node ? 0 : RAISE_NOMEM(err);
}

/* ---- a query ---- */

static int run_out(Stream *s, Err *err)
{
    for (;;) {
        Delivery d = {0};
        int rc = stream_next(s, INT64_MAX, &d, err);
        batch_unref(d.batch);
        if (rc == STREAM_END)
            return 0;
        TRY(rc);
    }
}

static int analyze_query(StmtContext *x, const Node *stmt, Analysis *a, Err *err)
{
    Database *db = x->db;
    Stream *s = NULL;
    StreamOptions o = {.n_params = x->n_params, .params = x->params, .measured = true};
    atomic_store(&db->interrupted, false);
    int64_t from = env_mono_ns(db->env);
    TRY(stream_open(db, stmt, x->script, STREAM_COLLECT, &o, &s, err));
    int rc = run_out(s, err);
    a->e.took_ns = env_mono_ns(db->env) - from;
    if (rc == 0 && !s->query)
        rc = RAISE(err, ERR_INTERNAL, "the query did not run by itself");
    if (rc == 0)
        rc = new_analysis(x, s->query, a, err);
    if (rc == 0) {
        engine_enter(db->engine);
        read_counters(s->query, a->e.node);
        rc = answer(a, db, s->query->plan, err);
        engine_leave(db->engine);
    }
    stream_free(s);
    return rc;
}

/* ---- what runs ---- */

static void wait_a_second(Database *db)
{
    _Atomic uint32_t word = 0;
    int64_t until = env_mono_ns(db->env) + WATCH_NS;
    while (env_mono_ns(db->env) < until && !atomic_load(&db->interrupted))
        db->env->thread->park(db->env, &word, 0, MIN(until, env_mono_ns(db->env) + WATCH_NS / 20));
}

static int watch(StmtContext *x, const Relation *r, Analysis *a, Err *err)
{
    Database *db = x->db;
    engine_enter(db->engine);
    Pipeline *q = engine_query_of(db->engine, r->id);
    int rc = q ? new_analysis(x, q, a, err) : RAISE(err, ERR_WRONG_STATE, "nothing runs behind \"%s\"", r->name);
    Measured *before = rc == 0 ? ARENA_ARRAY(x->arena, Measured, a->e.n_nodes + 1) : NULL;
    if (rc == 0 && !before)
        rc = RAISE_NOMEM(err);
    uint64_t id = q ? q->id : 0;
    if (rc == 0) {
        read_counters(q, before);
        rc = pipeline_watch_keys(q, err);
    }
    if (rc == 0)
        q->measured = db->env;
    engine_leave(db->engine);
    TRY(rc);
    int64_t from = env_mono_ns(db->env);
    wait_a_second(db);
    a->e.took_ns = env_mono_ns(db->env) - from;
    engine_enter(db->engine);
    q = engine_query_of(db->engine, r->id);
    if (!q || q->id != id) {
        rc = RAISE(err, ERR_WRONG_STATE, "\"%s\" was dropped meanwhile", r->name);
    } else {
        q->measured = NULL;
        read_counters(q, a->e.node);
        subtract(a->e.node, before, a->e.n_nodes);
        if (q->wm_us != INT64_MIN && q->wm_us != INT64_MAX)
            (void)timestamp_print(q->wm_us, a->e.watermark);
        rc = answer(a, db, q->plan, err);
        pipeline_forget_keys(q);
    }
    engine_leave(db->engine);
    return rc;
}

static int watch_relation(StmtContext *x, const Name *name, Analysis *a, Err *err)
{
    Str object = object_of(name);
    Catalog *c = db_catalog(x->db);
    const Relation *r = catalog_find(c, object);
    atomic_store(&x->db->interrupted, false);
    int rc;
    if (!r)
        rc = RAISE_AT(err, ERR_UNDEFINED_RELATION, name->at, "relation \"%.*s\" does not exist", (int)object.n, object.p);
    else if (r->kind != REL_VIEW && r->kind != REL_STREAM)
        rc = RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, name->at,
                      "\"%s\" is %s %s: EXPLAIN ANALYZE takes a query, a stream or a materialized view", r->name,
                      word_article(relation_kind_name(r->kind)), relation_kind_name(r->kind));
    else
        rc = watch(x, r, a, err);
    catalog_unref(c);
    return rc;
}

int explain_analyze(StmtContext *x, const ExplainStmt *e, const ExplainOptions *o, Err *err)
{
    Analysis a = {.e = {.db = x->db, .o = o}};
    if (e->stmt && e->stmt->kind != NODE_QUERY_STMT)
        return RAISE_AT(err, ERR_UNSUPPORTED, e->stmt->at, "EXPLAIN ANALYZE of this statement is not supported yet");
    TRY(e->stmt ? analyze_query(x, e->stmt, &a, err) : watch_relation(x, &e->name, &a, err));
    stmt_done(x, STMT_METADATA, "EXPLAIN", (Str){"", 0});
    x->result->rows = a.rows;
    return 0;
}
