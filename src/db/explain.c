/* SPDX-License-Identifier: Apache-2.0
 *
 * EXPLAIN: the plan of a query or of the query inside CREATE STREAM / SINK, as (plan_key, plan_value) rows.  Nothing runs. */
#include "db/execute.h"
#include "db/query_options.h"
#include "db/stream.h"

static int add_row(void *self, Str key, Str value, Err *err)
{
    (void)err;
    RowMaker *m = self;
    row_str(m, key);
    row_str(m, value);
    row_end(m);
    return m->failed;
}

static int plan_of(StmtContext *x, const Catalog *c, const Node *stmt, PhysPlan **ret, Err *err)
{
    PlanContext ctx = plan_context(x->db, c, NULL);
    switch (stmt->kind) {
    case NODE_QUERY_STMT: {
        const Query *q = AST(QueryStmt, stmt)->query;
        return plan_query(&ctx, q, PLAN_BOUNDED, 0, ret, err);
    }
    case NODE_CREATE_QUERY_STMT: {
        QueryOptions options;
        return plan_create_query(x, c, AST(CreateQueryStmt, stmt), &options, ret, err);
    }
    case NODE_CREATE_SINK_STMT: {
        const CreateSinkStmt *k = AST(CreateSinkStmt, stmt);
        const SinkType *type = k->connector && k->connector->kind.s.p ? sink_type_find(k->connector->kind.s) : NULL;
        const Query *query;
        Str text;
        QueryOptions options;
        return plan_create_sink(x, c, k, type, &query, &text, &options, ret, err);
    }
    default: return RAISE_AT(err, ERR_UNSUPPORTED, stmt->at, "EXPLAIN of this statement is not supported yet");
    }
}

int stmt_explain(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const ExplainStmt *e = AST(ExplainStmt, s->node);
    if (e->analyze && e->what == EXPLAIN_STATEMENT && !e->options.n && !e->verbose)
        return explain_analyze(x, e, err);
    if (e->what == EXPLAIN_DAG)
        return explain_dag(x, err);
    if (e->what == EXPLAIN_ROW)
        return explain_row(x, e, err);
    if (e->analyze || e->options.n || e->verbose)
        return RAISE_AT(err, ERR_UNSUPPORTED, s->node->at, "EXPLAIN %s is not supported yet",
                        e->analyze   ? "ANALYZE"
                        : e->verbose ? "VERBOSE"
                                     : "with options");
    Catalog *c = db_catalog(x->db);
    PhysPlan *plan = NULL;
    int rc = plan_of(x, c, e->stmt, &plan, err);
    RowMaker m = {0};
    if (rc == 0) {
        const Field f[] = {{"plan_key", TYPE(TEXT), false}, {"plan_value", TYPE(TEXT), false}};
        rc = row_maker_init(&m, &x->db->acct, f, 2, err);
    }
    if (rc == 0)
        rc = plan_explain(plan, add_row, &m, err);
    ResultSet *rows = NULL;
    if (m.set) {
        int made = row_maker_finish(&m, &rows, rc < 0 ? NULL : err);
        rc = rc < 0 ? rc : made;
    }
    phys_plan_free(plan);
    catalog_unref(c);
    if (rc < 0) {
        result_set_unref(rows);
        return rc;
    }
    stmt_done(x, STMT_METADATA, "EXPLAIN", (Str){"", 0});
    x->result->rows = rows;
    return 0;
}
