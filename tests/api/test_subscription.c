/* SPDX-License-Identifier: Apache-2.0
 *
 * Query streams and subscriptions: callbacks and polling, gaps, cancelling and freeing from inside, what a callback may not do. */
#include "api_test.h"

#include <poll.h>

typedef struct Seen {
    char text[4096];
    int inserts, deletes, updates, snapshots, marks, errors, calls;
    int32_t error_code;
    LaminarConnection *db;
    LaminarSubscriptionHandle *handle;
    LaminarSubscription *sub;
    LaminarWriter *writer;
    int32_t codes[8];
    uint64_t sequence, gap;
    int64_t wm;
} Seen;

static void on_data(void *user_data, LaminarRecordBatch *batch, int32_t event)
{
    Seen *s = user_data;
    s->calls++;
    if (event == LAMINAR_EVENT_WATERMARK) {
        assert_null(batch);
        s->marks++;
        return;
    }
    s->inserts += event == LAMINAR_EVENT_INSERT;
    s->deletes += event == LAMINAR_EVENT_DELETE;
    s->updates += event == LAMINAR_EVENT_UPDATE;
    s->snapshots += event == LAMINAR_EVENT_SNAPSHOT;
    batch_add_text(batch, s->text, sizeof(s->text));
    laminar_batch_free(batch);
}

static void on_change(void *user_data, const LaminarChange *change)
{
    Seen *s = user_data;
    s->calls++;
    assert_int_equal(change->sequence, s->sequence + 1);
    s->sequence = change->sequence;
    s->wm = change->watermark_us;
    if (change->batch)
        batch_add_text(change->batch, s->text, sizeof(s->text));
    else
        s->marks++;
    laminar_batch_free(change->batch); /* borrowed: this has no effect */
}

static void on_error(void *user_data, int32_t code, const char *message)
{
    Seen *s = user_data;
    assert_non_null(message);
    s->errors++;
    s->error_code = code;
}

/* ---- callback form ---- */

static void test_events(void **state)
{
    LaminarConnection *db = *state;
    Seen s = {.db = db};
    LaminarSubscriptionHandle *h = NULL;
    bool active = false;
    run(db, "CREATE SOURCE t (k TEXT, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts)");
    run(db, "CREATE STREAM sums AS SELECT k, sum(v) AS v FROM t GROUP BY k");
    OK(laminar_subscribe_callback(db, "sums", on_data, on_error, &s, &h));
    assert_ptr_equal(laminar_subscription_user_data(h), &s);
    OK(laminar_subscription_is_active(h, &active));
    assert_true(active);
    run(db, "INSERT INTO t VALUES ('a', 1, '2024-01-01')");
    assert_string_equal(s.text, "a|1;"); /* inside the statement that pushed it */
    run(db, "INSERT INTO t VALUES ('a', 2, '2024-01-02'), ('b', 5, '2024-01-02')");
    assert_true(strstr(s.text, "-1:a|1;") != NULL && strstr(s.text, "a|3;") != NULL && strstr(s.text, "b|5;") != NULL);
    assert_int_equal(s.updates, 1);
    assert_true(strstr(s.text, "-1:a|1;") < strstr(s.text, ";a|3;")); /* what is taken back comes first */
    OK(laminar_subscription_cancel(h));
    OK(laminar_subscription_cancel(h));
    OK(laminar_subscription_is_active(h, &active));
    assert_false(active);
    int calls = s.calls;
    run(db, "INSERT INTO t VALUES ('a', 1, '2024-01-03')");
    assert_int_equal(s.calls, calls);
    laminar_subscription_free(h);
    OK(laminar_subscribe_callback(db, "SELECT k, ts FROM t WHERE v > 10", on_data, on_error, &s, &h));
    run(db, "INSERT INTO t VALUES ('x', 11, '2024-02-01'), ('y', 1, '2024-02-02')");
    assert_non_null(strstr(s.text, "x|2024-02-01 00:00:00;"));
    assert_null(strstr(s.text, "y|"));
    assert_true(s.marks > 0);
    assert_int_equal(s.errors, 0);
    laminar_subscription_free(h);
}

static void test_null_callbacks(void **state)
{
    LaminarConnection *db = *state;
    LaminarSubscriptionHandle *h = NULL;
    run(db, "CREATE SOURCE t (k TEXT)");
    OK(laminar_subscribe_callback(db, "t", NULL, NULL, NULL, &h));
    run(db, "INSERT INTO t VALUES ('a')");
    assert_null(laminar_subscription_user_data(h));
    laminar_subscription_free(h);
}

static void test_subscribe_errors(void **state)
{
    LaminarConnection *db = *state;
    LaminarSubscriptionHandle *h = NULL;
    LaminarSubscription *sub = NULL;
    LaminarSubscribeOptions o = {.size = sizeof(o), .overflow = 7};
    FAILS(200, laminar_subscribe_callback(db, "nothing", NULL, NULL, NULL, &h));
    FAILS(200, laminar_subscribe(db, "nothing", NULL, &sub));
    FAILS(401, laminar_subscribe(db, "SELECT FROM WHERE", NULL, &sub));
    FAILS(400, laminar_subscribe(db, "SHOW SOURCES", NULL, &sub));
    run(db, "CREATE SOURCE t (k TEXT)");
    FAILS(401, laminar_subscribe(db, "t", &o, &sub));
    o.size = 4;
    FAILS(-1, laminar_subscribe(db, "t", &o, &sub));
    FAILS(-1, laminar_subscribe(db, "t", NULL, NULL));
    FAILS(-1, laminar_subscription_cancel(NULL));
    FAILS(-1, laminar_subscription_close(NULL));
    assert_true(!h && !sub);
}

static void cancel_inside(void *user_data, LaminarRecordBatch *batch, int32_t event)
{
    Seen *s = user_data;
    laminar_batch_free(batch);
    if (event != LAMINAR_EVENT_INSERT)
        return;
    s->calls++;
    s->codes[0] = laminar_subscription_cancel(s->handle);
}

static void test_cancel_inside(void **state)
{
    LaminarConnection *db = *state;
    Seen s = {.db = db};
    run(db, "CREATE SOURCE t (k TEXT)");
    OK(laminar_subscribe_callback(db, "t", cancel_inside, NULL, &s, &s.handle));
    run(db, "INSERT INTO t VALUES ('a')");
    run(db, "INSERT INTO t VALUES ('b')");
    assert_int_equal(s.calls, 1);
    assert_int_equal(s.codes[0], LAMINAR_OK);
    laminar_subscription_free(s.handle);
}

static void free_inside(void *user_data, LaminarRecordBatch *batch, int32_t event)
{
    Seen *s = user_data;
    laminar_batch_free(batch);
    if (event != LAMINAR_EVENT_INSERT)
        return;
    s->calls++;
    laminar_subscription_free(s->handle);
    s->handle = NULL;
}

static void release_inside(void *user_data, const LaminarChange *change)
{
    Seen *s = user_data;
    (void)change;
    s->calls++;
    laminar_subscription_release(s->sub);
    s->sub = NULL;
}

static void test_free_inside(void **state)
{
    LaminarConnection *db = *state;
    Seen s = {.db = db}, r = {.db = db};
    LaminarSubscribeOptions o = {.size = sizeof(o), .on_change = release_inside, .user_data = &r};
    run(db, "CREATE SOURCE t (k TEXT)");
    OK(laminar_subscribe_callback(db, "SELECT k, count(*) FROM t GROUP BY k", free_inside, NULL, &s, &s.handle));
    OK(laminar_subscribe(db, "t", &o, &r.sub));
    run(db, "INSERT INTO t VALUES ('a')");
    run(db, "INSERT INTO t VALUES ('b')");
    assert_int_equal(s.calls, 1);
    assert_int_equal(r.calls, 1);
    assert_true(!s.handle && !r.sub);
}

static void forbidden_inside(void *user_data, const LaminarChange *change)
{
    Seen *s = user_data;
    LaminarQueryResult *r = NULL;
    LaminarQueryStream *q = NULL;
    LaminarSubscription *sub = NULL;
    if (!change->batch || s->calls++)
        return;
    s->codes[0] = laminar_execute(s->db, "CREATE SOURCE u (a INT)", NULL);
    s->codes[1] = laminar_query(s->db, "SELECT 1", &r);
    s->codes[2] = laminar_query_stream(s->db, "SELECT 1", &q);
    s->codes[3] = laminar_subscribe(s->db, "t", NULL, &sub);
    s->codes[4] = laminar_close(s->db);
    LaminarRow *row = NULL; /* the caller's own writers are allowed: the row is queued */
    s->codes[5] = laminar_row_begin(s->writer, &row);
    s->codes[6] = laminar_row_text(row, 0, "inner", 5);
    s->codes[7] = laminar_row_push(row);
}

typedef struct Others { /* what else a callback may try */
    LaminarConnection *db;
    LaminarQueryStream *stream;
    LaminarSubscription *self, *polled;
    LaminarWriter *writer;
    int calls;
} Others;

static void other_calls_inside(void *user_data, const LaminarChange *change)
{
    Others *o = user_data;
    LaminarWriter *w = NULL;
    LaminarRecordBatch *batch = NULL;
    LaminarChange c;
    LaminarSubscriptionStats st = {.size = sizeof(st)};
    char *text = NULL;
    int64_t wm;
    uint64_t epoch = 0;
    if (o->calls++)
        return;
    assert_non_null(change->batch);
    FAILS(400, laminar_wait_idle(o->db, 0, NULL));
    FAILS(400, laminar_writer_create(o->db, "t", &w));
    FAILS(400, laminar_stream_next(o->stream, &batch));
    FAILS(400, laminar_subscription_next(o->polled, 0, &c));
    OK(laminar_list_sources(o->db, &text));
    laminar_string_free(text);
    OK(laminar_subscription_stats(o->self, &st));
    OK(laminar_current_epoch(o->db, &epoch));
    assert_int_equal(epoch, change->epoch);
    OK(laminar_subscription_pause(o->self));
    OK(laminar_subscription_resume(o->self));
    (void)laminar_writer_current_watermark(o->writer, &wm);
    laminar_stream_free(o->stream);
    laminar_subscription_release(o->polled);
}

/* Each returns: an error, or what was asked for; none waits for the step it is in. */
static void test_no_call_inside_waits(void **state)
{
    LaminarConnection *db = *state;
    Others o = {.db = db};
    LaminarSubscribeOptions options = {.size = sizeof(options), .on_change = other_calls_inside, .user_data = &o};
    run(db, "CREATE SOURCE t (k TEXT); CREATE SOURCE u (k TEXT)");
    OK(laminar_writer_create(db, "u", &o.writer));
    OK(laminar_query_stream(db, "SUBSCRIBE (SELECT count(*) FROM u)", &o.stream));
    OK(laminar_subscribe(db, "SELECT k FROM u", NULL, &o.polled));
    OK(laminar_subscribe(db, "t", &options, &o.self));
    run(db, "INSERT INTO t VALUES ('a')");
    assert_int_equal(o.calls, 1);
    run(db, "INSERT INTO t VALUES ('b')");
    assert_int_equal(o.calls, 2);
    laminar_subscription_release(o.self);
    laminar_writer_free(o.writer);
}

static void test_what_a_callback_may_do(void **state)
{
    LaminarConnection *db = *state;
    Seen s = {.db = db};
    LaminarSubscribeOptions o = {.size = sizeof(o), .on_change = forbidden_inside, .user_data = &s};
    run(db, "CREATE SOURCE t (k TEXT); CREATE SOURCE other (k TEXT)");
    OK(laminar_writer_create(db, "other", &s.writer));
    OK(laminar_subscribe(db, "t", &o, &s.sub));
    run(db, "INSERT INTO t VALUES ('a')");
    assert_int_equal(s.calls, 1);
    for (int i = 0; i < 4; i++)
        assert_int_equal(s.codes[i], 400);
    /* laminar_close is refused too: the connection still works. */
    assert_int_not_equal(s.codes[4], LAMINAR_OK);
    for (int i = 5; i < 8; i++)
        assert_int_equal(s.codes[i], LAMINAR_OK);
    ROWS(db, "SELECT * FROM other", "inner;");
    laminar_subscription_release(s.sub);
    laminar_writer_free(s.writer);
}

static void copy_inside(void *user_data, const LaminarChange *change)
{
    LaminarRow *row = NULL;
    Seen *s = user_data;
    if (!change->batch)
        return;
    for (size_t i = 0; i < change->num_rows; i++) {
        const char *text = NULL;
        size_t n = 0;
        OK(laminar_batch_text(change->batch, i, 0, &text, &n));
        s->codes[s->calls] = laminar_row_begin(s->writer, &row);
        if (s->codes[s->calls++] == LAMINAR_OK) {
            OK(laminar_row_text(row, 0, text, n));
            OK(laminar_row_push(row));
        }
    }
}

/* Rows that are pushed inside a callback are looked at when it has returned: the writer's next call says what was wrong. */
static void test_queued_rows_that_fail(void **state)
{
    LaminarConnection *db = *state;
    Seen s = {.db = db};
    LaminarError e = {.size = sizeof(e)};
    LaminarSubscribeOptions o = {.size = sizeof(o), .on_change = copy_inside, .user_data = &s};
    LaminarWriter *other = NULL;
    run(db, "CREATE SOURCE t (k TEXT); CREATE TABLE u (k TEXT UNIQUE)");
    OK(laminar_writer_create(db, "u", &s.writer));
    OK(laminar_writer_create(db, "u", &other));
    OK(laminar_subscribe(db, "t", &o, &s.sub));
    run(db, "INSERT INTO t VALUES ('a'); INSERT INTO t VALUES ('a')");
    run(db, "INSERT INTO t VALUES ('b')"); /* in the callback, too */
    assert_int_equal(s.calls, 3);
    assert_int_equal(s.codes[0], LAMINAR_OK);
    assert_int_equal(s.codes[1], LAMINAR_OK);
    assert_int_equal(s.codes[2], 300);
    OK(laminar_writer_flush(s.writer)); /* told once */
    run(db, "INSERT INTO t VALUES ('c'); INSERT INTO t VALUES ('c')");
    OK(laminar_writer_flush(other)); /* nobody else hears it */
    FAILS(300, laminar_writer_flush(s.writer));
    OK(laminar_last_error_detail(&e));
    assert_string_equal(e.sqlstate, "23505");
    assert_non_null(strstr(e.detail, "1 rows that were queued"));
    run(db, "INSERT INTO t VALUES ('c')");
    FAILS(300, laminar_writer_close(s.writer));
    OK(laminar_writer_close(s.writer));
    ROWS(db, "SELECT * FROM u ORDER BY k", "a;c;");
    laminar_subscription_release(s.sub);
    laminar_writer_free(s.writer);
    laminar_writer_free(other);
}

/* ---- additive form ---- */

static void test_changes(void **state)
{
    LaminarConnection *db = *state;
    Seen s = {.db = db};
    LaminarSubscribeOptions o = {
        .size = sizeof(o), .on_change = on_change, .on_error = on_error, .user_data = &s, .watermarks = true};
    LaminarSubscription *sub = NULL;
    LaminarSchema *schema = NULL;
    LaminarChange change;
    size_t n = 0;
    run(db, "CREATE SOURCE t (v BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)");
    OK(laminar_subscribe(db,
                         "SELECT TUMBLE_START(ts, INTERVAL '1' MINUTE) AS w, sum(v) FROM t GROUP BY TUMBLE(ts, INTERVAL '1' "
                         "MINUTE) EMIT ON WINDOW CLOSE",
                         &o, &sub));
    OK(laminar_subscription_schema(sub, &schema));
    OK(laminar_schema_num_fields(schema, &n));
    assert_int_equal(n, 2);
    laminar_schema_free(schema);
    FAILS(500, laminar_subscription_next(sub, 0, &change)); /* it has a callback */
    run(db, "INSERT INTO t VALUES (1, '1970-01-01 00:00:10'), (2, '1970-01-01 00:00:59')");
    assert_string_equal(s.text, "");
    run(db, "INSERT INTO t VALUES (4, '1970-01-01 00:01:01')"); /* the watermark is at the minute */
    assert_string_equal(s.text, "1970-01-01 00:00:00|3;");
    run(db, "INSERT INTO t VALUES (8, '1970-01-01 00:00:30')"); /* late */
    run(db, "INSERT INTO t VALUES (16, '1970-01-01 00:03:00')");
    assert_string_equal(s.text, "1970-01-01 00:00:00|3;1970-01-01 00:01:00|4;");
    assert_true(s.marks > 0);
    assert_true(s.wm > INT64_MIN);
    OK(laminar_subscription_close(sub));
    OK(laminar_subscription_close(sub));
    int calls = s.calls;
    run(db, "INSERT INTO t VALUES (16, '1970-01-01 00:09:00')");
    assert_int_equal(s.calls, calls);
    laminar_subscription_release(sub);
}

static void test_poll(void **state)
{
    LaminarConnection *db = *state;
    LaminarSubscription *sub = NULL;
    LaminarChange change = {0};
    char text[256] = "";
    run(db, "CREATE SOURCE t (k TEXT)");
    OK(laminar_subscribe(db, "t", NULL, &sub));
    struct pollfd fd = {.fd = laminar_subscription_fd(sub), .events = POLLIN};
    assert_true(fd.fd >= 0);
    FAILS(502, laminar_subscription_next(sub, 0, &change));
    expect_error(LAMINAR_ERR_SUBSCRIPTION, "LM070");
    FAILS(502, laminar_subscription_next(sub, 20, &change));
    run(db, "INSERT INTO t VALUES ('a'), ('b')");
    assert_int_equal(poll(&fd, 1, PATIENCE_MS), 1);
    run(db, "INSERT INTO t VALUES ('c')");
    OK(laminar_subscription_next(sub, PATIENCE_MS, &change));
    assert_int_equal(change.num_rows, 2);
    assert_int_equal(change.sequence, 1);
    assert_int_equal(change.gap_rows, 0);
    batch_add_text(change.batch, text, sizeof(text));
    OK(laminar_subscription_next(sub, PATIENCE_MS, &change));
    assert_int_equal(change.sequence, 2);
    batch_add_text(change.batch, text, sizeof(text));
    assert_string_equal(text, "a;b;c;");
    FAILS(502, laminar_subscription_next(sub, 0, &change));
    OK(laminar_subscription_close(sub));
    laminar_subscription_release(sub);
}

static void test_fd_is_quiet_when_all_is_read(void **state)
{
    LaminarConnection *db = *state;
    LaminarSubscription *sub = NULL;
    LaminarChange change;
    run(db, "CREATE SOURCE t (k TEXT)");
    OK(laminar_subscribe(db, "t", NULL, &sub));
    struct pollfd fd = {.fd = laminar_subscription_fd(sub), .events = POLLIN};
    run(db, "INSERT INTO t VALUES ('a')");
    OK(laminar_subscription_next(sub, PATIENCE_MS, &change));
    FAILS(502, laminar_subscription_next(sub, 0, &change));
    assert_int_equal(poll(&fd, 1, 0), 0); /* "readable when there is something" */
    laminar_subscription_release(sub);
}

static void push_rows(LaminarConnection *db, int n)
{
    LaminarWriter *w = NULL;
    LaminarRow *row = NULL;
    OK(laminar_writer_create(db, "t", &w));
    for (int i = 0; i < n; i++) {
        OK(laminar_row_begin(w, &row));
        OK(laminar_row_i64(row, 0, i));
        OK(laminar_row_push(row));
    }
    laminar_writer_free(w);
}

static void test_drop_oldest(void **state)
{
    LaminarConnection *db = *state;
    LaminarSubscription *sub = NULL;
    LaminarSubscribeOptions o = {.size = sizeof(o), .buffer_bytes = 4096};
    LaminarChange change;
    uint64_t rows = 0, gaps = 0;
    run(db, "CREATE SOURCE t (v BIGINT)");
    OK(laminar_subscribe(db, "t", &o, &sub));
    push_rows(db, 5000);
    while (laminar_subscription_next(sub, 0, &change) == LAMINAR_OK) {
        rows += change.num_rows;
        gaps += change.gap_rows;
    }
    assert_true(gaps > 0 && rows > 0);
    assert_int_equal(rows + gaps, 5000); /* nothing is lost unsaid */
    laminar_subscription_release(sub);
}

static void test_disconnect(void **state)
{
    LaminarConnection *db = *state;
    LaminarSubscription *sub = NULL;
    LaminarSubscribeOptions o = {.size = sizeof(o), .buffer_bytes = 4096, .overflow = LAMINAR_OVERFLOW_DISCONNECT};
    LaminarChange change;
    uint64_t rows = 0;
    int32_t code;
    run(db, "CREATE SOURCE t (v BIGINT)");
    OK(laminar_subscribe(db, "t", &o, &sub));
    push_rows(db, 5000); /* the writer does not notice */
    while ((code = laminar_subscription_next(sub, 0, &change)) == LAMINAR_OK && change.batch)
        rows += change.num_rows;
    assert_int_equal(code, 500);
    expect_error(LAMINAR_ERR_SUBSCRIPTION, "LM032");
    assert_true(rows > 0 && rows < 5000);
    laminar_subscription_release(sub);
    ROWS(db, "SELECT count(*) FROM t", "5000;");
}

static void test_end_of_a_bounded_query(void **state)
{
    LaminarConnection *db = *state;
    LaminarSubscription *sub = NULL;
    LaminarChange change;
    uint64_t rows = 0;
    run(db, "CREATE SOURCE g (a BIGINT) FROM GENERATOR (rows_per_second = 0, max_rows = 10000)");
    OK(laminar_subscribe(db, "SELECT a FROM g", NULL, &sub));
    for (;;) {
        OK(laminar_subscription_next(sub, PATIENCE_MS, &change));
        if (!change.batch && change.num_rows == 0)
            break;
        rows += change.num_rows;
    }
    assert_int_equal(rows, 10000);
    laminar_subscription_release(sub);
}

static void test_dropping_ends_the_subscription(void **state)
{
    LaminarConnection *db = *state;
    LaminarSubscription *sub = NULL;
    LaminarChange change = {0};
    run(db, "CREATE SOURCE t (v BIGINT); CREATE STREAM u AS SELECT v FROM t");
    OK(laminar_subscribe(db, "u", NULL, &sub));
    int32_t code = laminar_execute(db, "DROP STREAM u", NULL); /* either refused, or the subscription ends */
    if (code == LAMINAR_OK) {
        code = laminar_subscription_next(sub, PATIENCE_MS, &change);
        assert_true(code != LAMINAR_API_SUBSCRIPTION_TIMEOUT && !change.batch); /* nothing was delivered before */
    }
    laminar_subscription_release(sub);
    run(db, "DROP SOURCE t CASCADE");
}

/* ---- streams ---- */

static void test_stream_bounded(void **state)
{
    LaminarConnection *db = *state;
    LaminarQueryStream *s = NULL;
    LaminarRecordBatch *batch = NULL;
    LaminarSchema *schema = NULL;
    char text[256] = "", *name = NULL;
    bool active = false;
    OK(laminar_query_stream(db, "SELECT * FROM (VALUES (1), (2)) AS t(n) ORDER BY n DESC", &s));
    OK(laminar_stream_schema(s, &schema));
    OK(laminar_schema_field_name(schema, 0, &name));
    assert_string_equal(name, "n");
    laminar_string_free(name);
    laminar_schema_free(schema);
    OK(laminar_stream_is_active(s, &active));
    assert_true(active);
    for (;;) {
        OK(laminar_stream_next(s, &batch));
        if (!batch)
            break;
        batch_add_text(batch, text, sizeof(text));
        laminar_batch_free(batch);
    }
    assert_string_equal(text, "2;1;");
    OK(laminar_stream_next(s, &batch)); /* the end stays */
    assert_null(batch);
    OK(laminar_stream_is_active(s, &active));
    assert_false(active);
    laminar_stream_free(s);
}

static void test_stream_live(void **state)
{
    LaminarConnection *db = *state;
    LaminarQueryStream *s = NULL;
    LaminarRecordBatch *batch = (LaminarRecordBatch *)state;
    LaminarStats stats = {.size = sizeof(stats)};
    char text[256] = "";
    bool active = true;
    run(db, "CREATE SOURCE t (v BIGINT, ts TIMESTAMP, WATERMARK FOR ts)");
    OK(laminar_query_stream(db, "SUBSCRIBE t", &s));
    OK(laminar_stream_try_next(s, &batch));
    assert_null(batch);
    FAILS(502, laminar_stream_next_timeout(s, 20, &batch));
    run(db, "INSERT INTO t VALUES (1, '1970-01-01 00:00:05')");
    OK(laminar_stream_next_timeout(s, PATIENCE_MS, &batch));
    batch_add_text(batch, text, sizeof(text));
    laminar_batch_free(batch);
    assert_string_equal(text, "1|1970-01-01 00:00:05;");
    OK(laminar_stream_stats(s, &stats));
    assert_true(stats.append_only);
    assert_int_equal(stats.rows_in, 1);
    assert_int_equal(stats.rows_out, 1);
    assert_int_equal(stats.watermark_us, 5 * SEC);
    OK(laminar_stream_cancel(s));
    OK(laminar_stream_cancel(s));
    OK(laminar_stream_is_active(s, &active));
    assert_false(active);
    FAILS(-1, laminar_stream_next(s, NULL));
    laminar_stream_free(s);
    OK(laminar_query_stream(db, "SUBSCRIBE (SELECT count(*) FROM t)", &s));
    OK(laminar_stream_stats(s, &stats));
    assert_false(stats.append_only);
    stats.size = 4;
    FAILS(-1, laminar_stream_stats(s, &stats));
    laminar_stream_free(s);
}

static void test_interrupt_leaves_subscriptions(void **state)
{
    LaminarConnection *db = *state;
    LaminarSubscription *sub = NULL;
    LaminarChange change = {0};
    run(db, "CREATE SOURCE t (k TEXT)");
    OK(laminar_subscribe(db, "t", NULL, &sub));
    laminar_interrupt(db); /* no statement runs: there is nothing to end */
    FAILS(502, laminar_subscription_next(sub, 0, &change));
    run(db, "INSERT INTO t VALUES ('a')");
    OK(laminar_subscription_next(sub, PATIENCE_MS, &change));
    assert_int_equal(change.num_rows, 1);
    laminar_subscription_release(sub);
}

static void test_many_subscriptions(void **state)
{
    LaminarConnection *db = *state;
    enum { N = 200 };
    LaminarSubscriptionHandle *h[N];
    Seen s = {.db = db};
    run(db, "CREATE SOURCE t (k TEXT)");
    for (int i = 0; i < N; i++)
        OK(laminar_subscribe_callback(db, i % 2 ? "t" : "SELECT k FROM t WHERE k <> ''", on_data, NULL, &s, &h[i]));
    run(db, "INSERT INTO t VALUES ('a')");
    assert_int_equal(s.inserts, N);
    for (int i = 0; i < N; i += 3)
        laminar_subscription_free(h[i]);
    run(db, "INSERT INTO t VALUES ('b')");
    assert_int_equal(s.inserts, N + N - (N + 2) / 3);
    for (int i = 0; i < N; i++)
        if (i % 3)
            laminar_subscription_free(h[i]);
}

static void test_snapshot_then_changes(void **state)
{
    LaminarConnection *db = *state;
    LaminarSubscription *sub = NULL;
    LaminarChange change = {0};
    run(db, "CREATE SOURCE t (v BIGINT); INSERT INTO t VALUES (1), (2)");
    OK(laminar_subscribe(db, "SELECT sum(v) FROM t", NULL, &sub));
    run(db, "INSERT INTO t VALUES (10)");
    char text[256] = "";
    while (laminar_subscription_next(sub, 200, &change) == LAMINAR_OK && change.batch)
        batch_add_text(change.batch, text, sizeof(text));
    assert_non_null(strstr(text, "10;")); /* what came before the subscription is not part of it */
    assert_null(strstr(text, "13;"));
    laminar_subscription_release(sub);
}

static void test_stream_error_at_the_row(void **state)
{
    LaminarConnection *db = *state;
    LaminarQueryStream *s = NULL;
    LaminarRecordBatch *batch = NULL;
    OK(laminar_query_stream(db, "SELECT 1 / n FROM (VALUES (1), (0)) AS t(n)", &s));
    int32_t code;
    do {
        code = laminar_stream_next(s, &batch);
        if (code == LAMINAR_OK && batch)
            laminar_batch_free(batch);
    } while (code == LAMINAR_OK && batch);
    assert_int_equal(code, 400);
    expect_error(LAMINAR_ERR_QUERY, "22012");
    laminar_stream_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(test_events),
        DB_TEST(test_null_callbacks),
        DB_TEST(test_subscribe_errors),
        DB_TEST(test_cancel_inside),
        DB_TEST(test_free_inside),
        DB_TEST(test_no_call_inside_waits),
        DB_TEST(test_what_a_callback_may_do),
        DB_TEST(test_queued_rows_that_fail),
        DB_TEST(test_changes),
        DB_TEST(test_poll),
        DB_TEST(test_fd_is_quiet_when_all_is_read),
        DB_TEST(test_drop_oldest),
        DB_TEST(test_disconnect),
        DB_TEST(test_end_of_a_bounded_query),
        DB_TEST(test_dropping_ends_the_subscription),
        DB_TEST(test_stream_bounded),
        DB_TEST(test_stream_live),
        DB_TEST(test_stream_error_at_the_row),
        DB_TEST(test_interrupt_leaves_subscriptions),
        DB_TEST(test_many_subscriptions),
        DB_TEST(test_snapshot_then_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
