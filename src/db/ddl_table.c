/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE TABLE: a stored relation that only statements and writers change. */
#include "db/durable.h"
#include "db/execute.h"
#include "db/stream.h"

int create_table(StmtContext *x, const ScriptStmt *s, const CreateRelationStmt *c, Relation *r, Err *err)
{
    Database *db = x->db;
    PlanContext ctx = plan_context(db, db->catalog, NULL);
    TRY(bind_source_connector(&ctx, c, r, err));
    if (r->connector)
        return RAISE_AT(err, ERR_UNSUPPORTED, c->name.at,
                        "a table that a connector fills is not supported yet: use CREATE SOURCE and a materialized view");
    TRY(bind_create_source(&ctx, c, NULL, r, err));
    r->ddl = arena_strndup(&r->arena, s->text.p, s->text.n);
    if (!r->ddl)
        return RAISE_NOMEM(err);
    TRY(db_publish(db, r, NULL, 0, err));
    Feed *feed = NULL;
    engine_enter(db->engine);
    int rc = engine_add_feed(db->engine, r->id, r->name, r->schema, NULL, 0, &feed, err);
    if (rc == 0)
        rc = store_feed(db, r, feed, err);
    if (rc == 0) {
        engine_log_changes(db->engine, feed);
        rc = durable_log_statement(db, err);
    }
    engine_leave(db->engine);
    return rc;
}
