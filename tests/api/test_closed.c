/* SPDX-License-Identifier: Apache-2.0
 *
 * Handles that outlive laminar_close: 901 or what they still hold, never a crash; each is freed afterwards. One handle per test, so
 * that a failure names the kind. */
#include "api_test.h"

static LaminarConnection *db_new(void)
{
    LaminarConnection *db = NULL;
    OK(laminar_open(&db));
    run(db, "CREATE SOURCE s (a BIGINT, ts TIMESTAMP, WATERMARK FOR ts); INSERT INTO s VALUES (1, '2024-01-01')");
    return db;
}

static void test_writer(void **state)
{
    (void)state;
    LaminarConnection *db = db_new();
    LaminarWriter *w = NULL;
    LaminarRow *row = NULL;
    LaminarQueryResult *r = NULL;
    LaminarRecordBatch *batch = NULL;
    int64_t wm;
    OK(laminar_query(db, "SELECT * FROM s", &r));
    OK(laminar_result_get_batch(r, 0, &batch));
    OK(laminar_writer_create(db, "s", &w));
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_end(row));
    OK(laminar_row_begin(w, &row));
    OK(laminar_close(db));
    FAILS(901, laminar_row_push(row));
    FAILS(901, laminar_row_begin(w, &row));
    expect_error(LAMINAR_ERR_SHUTDOWN, "57P01");
    FAILS(901, laminar_writer_flush(w));
    FAILS(901, laminar_writer_write(w, batch));
    FAILS(901, laminar_writer_watermark(w, 1));
    (void)laminar_writer_current_watermark(w, &wm);
    (void)laminar_writer_close(w);
    laminar_writer_free(w);
    laminar_result_free(r);
}

static void test_result_and_batch(void **state)
{
    (void)state;
    LaminarConnection *db = db_new();
    LaminarQueryResult *r = NULL;
    LaminarRecordBatch *batch = NULL;
    struct ArrowArray a;
    struct ArrowSchema s;
    const char *text = NULL;
    OK(laminar_query(db, "SELECT a, 'a text longer than twelve' FROM s", &r));
    OK(laminar_result_get_batch(r, 0, &batch));
    OK(laminar_batch_export(batch, &a, &s));
    OK(laminar_close(db));
    assert_string_equal(result_text(r), "1|a text longer than twelve;"); /* rows stay readable */
    laminar_result_free(r);
    OK(laminar_batch_text(batch, 0, 1, &text, NULL));
    assert_string_equal(text, "a text longer than twelve");
    laminar_batch_free(batch);
    assert_int_equal(((const int64_t *)a.children[0]->buffers[1])[a.children[0]->offset], 1);
    a.release(&a);
    s.release(&s);
}

static void test_arrow_stream(void **state)
{
    (void)state;
    LaminarConnection *db = db_new();
    LaminarQueryResult *r = NULL;
    struct ArrowArrayStream stream;
    struct ArrowArray a;
    OK(laminar_query(db, "SELECT a FROM s", &r));
    OK(laminar_result_export_stream(r, &stream));
    laminar_result_free(r);
    OK(laminar_close(db));
    assert_int_equal(stream.get_next(&stream, &a), 0);
    assert_int_equal(a.length, 1);
    stream.release(&stream);
    a.release(&a);
}

static void test_stream(void **state)
{
    (void)state;
    LaminarConnection *db = db_new();
    LaminarQueryStream *stream = NULL;
    LaminarRecordBatch *batch = NULL;
    LaminarStats stats = {.size = sizeof(stats)};
    bool active = true;
    OK(laminar_query_stream(db, "SUBSCRIBE s", &stream));
    OK(laminar_close(db));
    int32_t code = laminar_stream_next(stream, &batch);
    assert_true(code != LAMINAR_OK || !batch);
    OK(laminar_stream_is_active(stream, &active));
    assert_false(active);
    (void)laminar_stream_stats(stream, &stats);
    (void)laminar_stream_cancel(stream);
    laminar_stream_free(stream);
}

static void ignore(void *user_data, LaminarRecordBatch *batch, int32_t event)
{
    (void)user_data;
    (void)event;
    laminar_batch_free(batch);
}

static void test_subscriptions(void **state)
{
    (void)state;
    LaminarConnection *db = db_new();
    LaminarSubscriptionHandle *h = NULL;
    LaminarSubscription *sub = NULL;
    LaminarChange change = {0};
    bool active = true;
    OK(laminar_subscribe_callback(db, "s", ignore, NULL, NULL, &h));
    OK(laminar_subscribe(db, "SELECT count(*) FROM s", NULL, &sub));
    OK(laminar_close(db));
    int32_t code;
    do {
        change.batch = NULL; /* what was delivered before is still there to be read */
        code = laminar_subscription_next(sub, PATIENCE_MS, &change);
    } while (code == LAMINAR_OK && change.batch);
    assert_int_not_equal(code, LAMINAR_API_SUBSCRIPTION_TIMEOUT);
    OK(laminar_subscription_is_active(h, &active));
    assert_false(active);
    OK(laminar_subscription_cancel(h));
    laminar_subscription_free(h);
    OK(laminar_subscription_close(sub));
    laminar_subscription_release(sub);
}

static void test_schema(void **state)
{
    (void)state;
    LaminarConnection *db = db_new();
    LaminarSchema *schema = NULL;
    struct ArrowSchema s;
    char *name = NULL;
    OK(laminar_get_schema(db, "s", &schema));
    OK(laminar_close(db));
    OK(laminar_schema_field_name(schema, 0, &name));
    assert_string_equal(name, "a");
    laminar_string_free(name);
    OK(laminar_schema_export(schema, &s));
    laminar_schema_free(schema);
    s.release(&s);
}

static void test_result_schema(void **state)
{
    (void)state;
    LaminarConnection *db = db_new();
    LaminarQueryResult *r = NULL;
    LaminarSchema *schema = NULL;
    OK(laminar_query(db, "SELECT * FROM s", &r));
    OK(laminar_result_schema(r, &schema));
    laminar_result_free(r);
    OK(laminar_close(db));
    laminar_schema_free(schema);
}

/* The Arrow specification lets a consumer move a child out and release it when it likes. */
static void test_moved_child(void **state)
{
    (void)state;
    LaminarConnection *db = db_new();
    LaminarQueryResult *r = NULL;
    LaminarRecordBatch *batch = NULL;
    struct ArrowArray a;
    struct ArrowSchema s;
    OK(laminar_query(db, "SELECT a, 'a text longer than twelve' FROM s", &r));
    OK(laminar_result_get_batch(r, 0, &batch));
    OK(laminar_batch_export(batch, &a, &s));
    s.release(&s);
    struct ArrowArray child = *a.children[0];
    a.children[0]->release = NULL;
    a.release(&a);
    laminar_batch_free(batch);
    laminar_result_free(r);
    OK(laminar_close(db));
    assert_int_equal(((const int64_t *)child.buffers[1])[child.offset], 1);
    child.release(&child);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writer),        cmocka_unit_test(test_result_and_batch), cmocka_unit_test(test_arrow_stream),
        cmocka_unit_test(test_stream),        cmocka_unit_test(test_subscriptions),    cmocka_unit_test(test_schema),
        cmocka_unit_test(test_result_schema), cmocka_unit_test(test_moved_child),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
