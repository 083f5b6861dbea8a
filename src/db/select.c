/* SPDX-License-Identifier: Apache-2.0
 *
 * Ad-hoc SELECT and SUBSCRIBE as statements: run to their end, rows collected. */
#include "db/execute.h"
#include "db/stream.h"

#include <stdio.h>

static int collect(Stream *s, ResultSet *into, Err *err)
{
    for (;;) {
        Delivery q = {0};
        int rc = stream_next(s, INT64_MAX, &q, err);
        if (rc == STREAM_END)
            return 0;
        TRY(rc);
        if (q.batch)
            TRY(result_set_add(into, q.batch, err));
    }
}

int stmt_select(StmtContext *x, const ScriptStmt *s, Err *err)
{
    Database *db = x->db;
    atomic_store(&db->interrupted, false);
    Stream *stream = NULL;
    StreamOptions o = {.n_params = x->n_params, .params = x->params, .routine = x->routine};
    if (x->only_bind)
        return stream_check(db, AST(QueryStmt, s->node)->query, &o, x->shown, err);
    TRY(stream_open(db, s->node, x->script, STREAM_COLLECT, &o, &stream, err));
    ResultSet *rows = result_set_new(engine_account(db->engine), stream->schema);
    int rc = rows ? collect(stream, rows, err) : RAISE_NOMEM(err);
    stream_free(stream);
    if (rc < 0) {
        result_set_unref(rows);
        return rc;
    }
    stmt_done(x, STMT_QUERY, "", (Str){"", 0});
    snprintf(x->result->tag, sizeof(x->result->tag), "SELECT %llu", (unsigned long long)rows->n_rows);
    x->result->rows = rows;
    return 0;
}

int stmt_subscribe(StmtContext *x, const ScriptStmt *s, Err *err)
{
    (void)x;
    (void)RAISE_AT(err, ERR_WRONG_STATE, s->node->at, "SUBSCRIBE never ends: it cannot be run as a collected statement");
    return err_hint(err, "open it with laminar_query_stream or laminar_subscribe; the shell does");
}
