/* SPDX-License-Identifier: Apache-2.0
 *
 * Query streams: rows as they come, read by the caller's thread. */
#include "db/api.h"
#include "db/routine.h"
#include "db/search_path.h"
#include "db/session.h"
#include "db/transaction.h"

/* Functions of the query that run statements do so before it is opened. */
static int run_calls(Database *db, Arena *arena, ParsedQuery *q, bool held, RoutineResults *called, Err *err)
{
    if (!routine_is_called(db, q->stmt.node))
        return 0;
    StatementResult unused = {0};
    StmtContext x = {.db = db,
                     .arena = arena,
                     .script = q->text,
                     .result = &unused,
                     .now_us = env_wall_us(db->env),
                     .in_transaction = held,
                     .alone = !held,
                     .called = called};
    int rc = run_as_one(&x, routine_run_in, q->stmt.node, err);
    statement_result_done(&unused);
    return rc;
}

int32_t laminar_query_stream(LaminarConnection *conn, const char *sql, LaminarQueryStream **out)
{
    if (!conn || !sql || !out)
        return api_null();
    api_begin();
    Str text;
    if (!api_text(sql, &text))
        return LAMINAR_ERR_INVALID_UTF8;
    Err err = ERR_INIT;
    Database *db = conn->db;
    atomic_store(&db->interrupted, false);
    if (db_is_inside(db))
        return api_return(RAISE(&err, ERR_REENTRANT, "a query cannot be opened inside a callback"), &err);
    Arena arena;
    arena_init(&arena, NULL, 0);
    ParsedQuery q;
    Stream *s = NULL;
    uint64_t transaction = 0;
    RoutineResults called = {0};
    int rc = 0;
    WITH_ZONE(db_zone(db));
    bool held = transaction_hold(db, &rc, &err);
    if (rc == 0)
        rc = db_parse_query(db, &arena, text, &q, &err);
    if (rc == 0) {
        rc = run_calls(db, &arena, &q, held, &called, &err);
        if (rc == 0)
            rc = stream_open(db, q.stmt.node, q.text, STREAM_OPEN, NULL, &s, &err);
        routine_results_done(&called);
        if (rc < 0)
            parsed_query_locate(&q, &err);
    }
    if (held) {
        transaction = transaction_number(db);
        transaction_leave(db, rc);
    } else {
        transaction_leave_alone(db);
    }
    LaminarQueryStream *h = rc == 0 ? mem_zalloc(NULL, sizeof(*h)) : NULL;
    const char *kept = h ? arena_strndup(&arena, q.text.p, q.text.n) : NULL;
    if (kept)
        h->text = mem_strdup(NULL, kept);
    arena_done(&arena);
    if (rc == 0 && (!h || !h->text))
        rc = RAISE_NOMEM(&err);
    if (rc < 0) {
        mem_free(NULL, h, h ? sizeof(*h) : 0);
        stream_free(s);
        return api_return(rc, &err);
    }
    h->stream = s;
    h->transaction = transaction;
    *out = h;
    return LAMINAR_OK;
}

int32_t laminar_stream_schema(LaminarQueryStream *stream, LaminarSchema **out)
{
    if (!stream || !out)
        return api_null();
    api_begin();
    return api_schema_new(stream->stream->schema, out);
}

/* timeout_code: what STREAM_TIMEOUT means to the caller. */
static int32_t next_batch(LaminarQueryStream *stream, int64_t deadline_ns, bool timeout_is_error, LaminarRecordBatch **out)
{
    Err err = ERR_INIT;
    Delivery q = {0};
    int rc = stream_next(stream->stream, deadline_ns, &q, &err);
    if (rc < 0) {
        transaction_fail_of(stream->stream->db, stream->transaction);
        err_locate(&err, stream->text, (uint32_t)strlen(stream->text));
        return api_return(rc, &err);
    }
    if (rc == STREAM_TIMEOUT && timeout_is_error)
        return api_return(RAISE(&err, ERR_TIMEOUT, "nothing came in time"), &err);
    LaminarRecordBatch *b = rc == STREAM_ROWS ? api_batch_new(stream->stream->db, q.batch) : NULL;
    if (rc == STREAM_ROWS && !b)
        return api_return(RAISE_NOMEM(&err), &err);
    *out = b;
    return LAMINAR_OK;
}

int32_t laminar_stream_next(LaminarQueryStream *stream, LaminarRecordBatch **out)
{
    if (!stream || !out)
        return api_null();
    api_begin();
    return next_batch(stream, INT64_MAX, false, out);
}

int32_t laminar_stream_try_next(LaminarQueryStream *stream, LaminarRecordBatch **out)
{
    if (!stream || !out)
        return api_null();
    api_begin();
    return next_batch(stream, 0, false, out);
}

int32_t laminar_stream_next_timeout(LaminarQueryStream *stream, int64_t timeout_ms, LaminarRecordBatch **out)
{
    if (!stream || !out)
        return api_null();
    api_begin();
    return next_batch(stream, api_deadline(stream->stream->db->env, timeout_ms), true, out);
}

int32_t laminar_stream_is_active(LaminarQueryStream *stream, bool *out)
{
    if (!stream || !out)
        return api_null();
    api_begin();
    *out = stream_is_active(stream->stream);
    return LAMINAR_OK;
}

int32_t laminar_stream_cancel(LaminarQueryStream *stream)
{
    if (!stream)
        return api_null();
    api_begin();
    stream_cancel(stream->stream);
    return LAMINAR_OK;
}

static void stream_destroy(void *p)
{
    LaminarQueryStream *stream = p;
    Database *db = stream->stream->db;
    if (!stream->transaction && !db->transaction) /* it stood alone */
        session_transaction_over(db);
    stream_free(stream->stream);
    mem_strfree(NULL, stream->text);
    mem_free(NULL, stream, sizeof(*stream));
}

void laminar_stream_free(LaminarQueryStream *stream)
{
    if (!stream)
        return;
    stream_cancel(stream->stream);
    if (db_is_inside(stream->stream->db))
        (void)db_bury(stream->stream->db, stream_destroy, stream);
    else
        stream_destroy(stream);
}

int32_t laminar_stream_stats(LaminarQueryStream *stream, LaminarStats *out)
{
    if (!stream || !out || out->size < sizeof(*out))
        return api_null();
    api_begin();
    Stream *s = stream->stream;
    Engine *e = s->db->engine;
    uint32_t size = out->size;
    *out = (LaminarStats){.size = size, .append_only = s->append_only, .watermark_us = INT64_MIN};
    if (engine_is_inside(e))
        return LAMINAR_OK;
    engine_enter(e);
    Pipeline *q = s->query;
    if (!q) { /* straight from a feed */
        out->rows_in = out->rows_out = s->feed->n_rows;
        out->watermark_us = s->feed->wm.wm_us;
        engine_leave(e);
        return LAMINAR_OK;
    }
    out->rows_in = q->n_in;
    out->rows_out = q->n_out;
    out->late = pipeline_late_rows(q);
    out->late_partial = pipeline_late_partial_rows(q);
    out->errors = q->n_errors;
    out->watermark_us = q->wm_us;
    out->state_bytes = pipeline_state_bytes(q);
    for (Reader *r = engine_readers(e); r; r = r->next) {
        if (r->query != q)
            continue;
        out->malformed += r->n_bad;
        if (out->watermark_us == INT64_MIN)
            out->watermark_us = r->wm.wm_us;
    }
    engine_leave(e);
    return LAMINAR_OK;
}
