/* SPDX-License-Identifier: Apache-2.0
 *
 * EXPLAIN ANALYZE: the plan with what its operators did.  A query is run to its end, its rows are dropped; a stream or view that
 * runs is watched for a second.  Rows, late rows and errors are counted always; the clock is read around the calls of operators
 * only while somebody measures (Pipeline.measured). */
#include "db/execute.h"
#include "db/stream.h"

#include <stdio.h>

#define WATCH_NS INT64_C(1000000000)

typedef struct Measured { /* of one operator */
    OpCounters c;
    bool is_leaf;
    uint64_t n_leaf; /* rows of the source */
} Measured;

typedef struct Analysis {
    RowMaker m;
    Measured *node; /* by node of the plan */
    uint32_t n_nodes;
    int64_t took_ns;
} Analysis;

/* ---- reading the counters; inside ---- */

static void read_counters(const Pipeline *q, Measured *ret)
{
    for (uint32_t i = 0; i < q->plan->n_nodes; i++) {
        Op *op = q->node[i].op;
        (void)op_state_bytes(op);
        ret[i] = (Measured){.c = op->c};
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

/* ---- rows of the answer ---- */

static int add_row(void *self, Str key, Str value, Err *err)
{
    Analysis *a = self;
    StrBuf b;
    uint64_t node;
    (void)err;
    sb_init(&b, a->m.set->acct);
    sb_putstr(&b, value);
    if (str_starts(key, STR("node ")) && str_to_u64((Str){key.p + 5, key.n - 5}, &node) && node < a->n_nodes) {
        const Measured *n = &a->node[node];
        const OpCounters *c = &n->c;
        sb_printf(&b, " (in %llu", (unsigned long long)(n->is_leaf ? n->n_leaf : c->rows_in[0]));
        if (c->rows_in[1])
            sb_printf(&b, " + %llu", (unsigned long long)c->rows_in[1]);
        sb_printf(&b, ", out %llu, %.3f ms", (unsigned long long)(n->is_leaf ? n->n_leaf : c->rows_out), (double)c->ns / 1e6);
        if (c->state_rows || c->state_bytes)
            sb_printf(&b, ", state %llu rows %lld bytes", (unsigned long long)c->state_rows, (long long)c->state_bytes);
        if (c->late)
            sb_printf(&b, ", late %llu", (unsigned long long)c->late);
        if (c->errors)
            sb_printf(&b, ", errors %llu", (unsigned long long)c->errors);
        sb_putc(&b, ')');
    }
    row_str(&a->m, key);
    row_str(&a->m, sb_str(&b));
    row_end(&a->m);
    if (b.failed)
        a->m.failed = -ERR_OUT_OF_MEMORY;
    sb_done(&b);
    return a->m.failed;
}

static void add_number(Analysis *a, const char *key, const char *format, double value)
{
    char text[64];
    (void)snprintf(text, sizeof(text), format, value);
    row_text(&a->m, key);
    row_text(&a->m, text);
    row_end(&a->m);
}

static int explain(Analysis *a, Database *db, const PhysPlan *plan, Err *err)
{
    const Field f[] = {{"plan_key", TYPE(TEXT), false}, {"plan_value", TYPE(TEXT), false}};
    TRY(row_maker_init(&a->m, &db->acct, f, 2, err));
    TRY(plan_explain(plan, add_row, a, err));
    add_number(a, "time", "%.3f ms", (double)a->took_ns / 1e6);
    return a->m.failed;
}

static int new_analysis(StmtContext *x, const Pipeline *q, Analysis *a, Err *err)
{
    a->n_nodes = q->plan->n_nodes;
    a->node = ARENA_ARRAY(x->arena, Measured, a->n_nodes + 1);
    return a->node ? 0 : RAISE_NOMEM(err);
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
    a->took_ns = env_mono_ns(db->env) - from;
    if (rc == 0 && !s->query)
        rc = RAISE(err, ERR_INTERNAL, "the query did not run by itself");
    if (rc == 0)
        rc = new_analysis(x, s->query, a, err);
    if (rc == 0) {
        engine_enter(db->engine);
        read_counters(s->query, a->node);
        rc = explain(a, db, s->query->plan, err);
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
    Measured *before = rc == 0 ? ARENA_ARRAY(x->arena, Measured, a->n_nodes + 1) : NULL;
    if (rc == 0 && !before)
        rc = RAISE_NOMEM(err);
    uint64_t id = q ? q->id : 0;
    if (rc == 0) {
        read_counters(q, before);
        q->measured = db->env;
    }
    engine_leave(db->engine);
    TRY(rc);
    int64_t from = env_mono_ns(db->env);
    wait_a_second(db);
    a->took_ns = env_mono_ns(db->env) - from;
    engine_enter(db->engine);
    q = engine_query_of(db->engine, r->id);
    if (!q || q->id != id) {
        rc = RAISE(err, ERR_WRONG_STATE, "\"%s\" was dropped meanwhile", r->name);
    } else {
        q->measured = NULL;
        read_counters(q, a->node);
        subtract(a->node, before, a->n_nodes);
        rc = explain(a, db, q->plan, err);
        if (rc == 0 && q->wm_us != INT64_MIN && q->wm_us != INT64_MAX) {
            char text[64];
            (void)timestamp_print(q->wm_us, text);
            row_text(&a->m, "watermark");
            row_text(&a->m, text);
            row_end(&a->m);
        }
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
                      "\"%s\" is a %s: EXPLAIN ANALYZE takes a query, a stream or a materialized view", r->name,
                      relation_kind_name(r->kind));
    else
        rc = watch(x, r, a, err);
    catalog_unref(c);
    return rc;
}

int explain_analyze(StmtContext *x, const ExplainStmt *e, Err *err)
{
    Analysis a = {0};
    if (e->stmt && e->stmt->kind != NODE_QUERY_STMT)
        return RAISE_AT(err, ERR_UNSUPPORTED, e->stmt->at, "EXPLAIN ANALYZE of this statement is not supported yet");
    int rc = e->stmt ? analyze_query(x, e->stmt, &a, err) : watch_relation(x, &e->name, &a, err);
    ResultSet *rows = NULL;
    if (a.m.set) {
        int made = row_maker_finish(&a.m, &rows, rc < 0 ? NULL : err);
        rc = rc < 0 ? rc : made;
    }
    if (rc < 0) {
        result_set_unref(rows);
        return rc;
    }
    stmt_done(x, STMT_METADATA, "EXPLAIN", (Str){"", 0});
    x->result->rows = rows;
    return 0;
}
