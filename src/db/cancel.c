/* SPDX-License-Identifier: Apache-2.0
 *
 * CANCEL QUERY, KILL QUERY: ends a query of SHOW QUERIES that somebody reads.  What a relation is made by goes with the relation.
 */
#include "db/execute.h"

static int read_id(const Node *n, uint64_t *ret, Err *err)
{
    const ExprLiteral *l = n->kind == NODE_EXPR_LITERAL ? AST(ExprLiteral, n) : NULL;
    if (!l || l->kind != LITERAL_INT || !str_to_u64(l->text, ret))
        return RAISE_AT(err, ERR_INVALID_PARAMETER, n->at, "a query is named by its number: see SHOW QUERIES");
    return 0;
}

static const Relation *made_by(Database *db, const Catalog *c, const Pipeline *q)
{
    for (uint32_t i = 0; i < c->n; i++) {
        const Relation *r = c->relation[i];
        Pipeline *to_sink = NULL;
        if (engine_query_of(db->engine, r->id) == q || (engine_sink_of(db->engine, r->id, &to_sink) && to_sink == q))
            return r;
    }
    return NULL;
}

static int cancel(Database *db, const Catalog *c, const CancelStmt *st, uint64_t id, Err *err)
{
    Pipeline *q = engine_query(db->engine, id);
    if (!q)
        return RAISE_AT(err, ERR_UNDEFINED_QUERY, st->query_id->at, "query %llu does not exist", (unsigned long long)id);
    const Relation *r = made_by(db, c, q);
    if (r) {
        (void)RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, st->query_id->at, "query %llu makes %s \"%s\"", (unsigned long long)id,
                       relation_kind_name(r->kind), r->name);
        return err_hint(err, "DROP %s %s ends it", relation_kind_name(r->kind), r->name);
    }
    pipeline_cancel(q);
    return 0;
}

int stmt_cancel(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const CancelStmt *st = AST(CancelStmt, s->node);
    uint64_t id = 0;
    TRY(read_id(st->query_id, &id, err));
    Catalog *c = db_catalog(x->db);
    engine_enter(x->db->engine);
    int rc = cancel(x->db, c, st, id, err);
    engine_leave(x->db->engine);
    catalog_unref(c);
    TRY(rc);
    stmt_done(x, STMT_METADATA, st->kill ? "KILL QUERY" : "CANCEL QUERY", (Str){"", 0});
    return 0;
}
