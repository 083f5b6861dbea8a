/* SPDX-License-Identifier: Apache-2.0
 *
 * laminar_writer_push_stream: results as streams into sources and tables, what is pushed before an error, who releases what. */
#include "api_test.h"

#include <errno.h>

typedef struct Gift { /* arrays of results, then an error or the end */
    struct ArrowArrayStream stream;
    LaminarConnection *db;
    const char *const *sql; /* one per array; NULL ends */
    int at, fails;          /* what get_next gives behind the last one; 0 = the end */
    int n_released;
    LaminarWriter *pushes; /* get_next tries to push a stream of its own through it; NULL = not */
} Gift;

static void batch_of(LaminarConnection *db, const char *sql, struct ArrowArray *ret, struct ArrowSchema *ret_schema)
{
    LaminarQueryResult *result = NULL;
    LaminarRecordBatch *batch = NULL;
    OK(laminar_query(db, sql, &result));
    OK(laminar_result_get_batch(result, 0, &batch));
    OK(laminar_batch_export(batch, ret, ret_schema));
    laminar_batch_free(batch);
    laminar_result_free(result);
}

static int gift_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    Gift *g = (Gift *)stream;
    struct ArrowArray array;
    if (!g->sql[0])
        return ENOENT;
    batch_of(g->db, g->sql[0], &array, out);
    array.release(&array);
    return 0;
}

static void push_within(LaminarConnection *db, LaminarWriter *w);

static int gift_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    Gift *g = (Gift *)stream;
    struct ArrowSchema schema;
    *out = (struct ArrowArray){0};
    if (g->pushes)
        push_within(g->db, g->pushes);
    if (!g->sql[g->at])
        return g->fails;
    batch_of(g->db, g->sql[g->at++], out, &schema);
    schema.release(&schema);
    return 0;
}

static const char *gift_error(struct ArrowArrayStream *stream)
{
    return ((Gift *)stream)->fails == EPIPE ? "the producer has gone" : NULL;
}

static void gift_release(struct ArrowArrayStream *stream)
{
    ((Gift *)stream)->n_released++;
    stream->release = NULL;
}

static Gift gift(LaminarConnection *db, const char *const *sql, int fails)
{
    return (Gift){.stream = {gift_schema, gift_next, gift_error, gift_release, NULL}, .db = db, .sql = sql, .fails = fails};
}

#define NUMBERS(from, to, ...) "SELECT i AS k, " #__VA_ARGS__ " AS v FROM generate_series(" #from "::BIGINT, " #to ") AS g(i)"
/* One batch of many rows comes as several; so the arrays of the test have at most 1,024. */

static void test_results(void **state)
{
    LaminarConnection *db = *state;
    LaminarWriter *w = NULL;
    LaminarQueryResult *result = NULL;
    LaminarRow *row = NULL;
    struct ArrowArrayStream stream;
    uint64_t ticket = 0;
    run(db, "SET threads = 3; SET parallel_rows = 1; CREATE SOURCE s (k BIGINT, v TEXT) WITH (buffer_size = 1000000);"
            "CREATE STREAM odd AS SELECT k, upper(v) AS v FROM s WHERE k % 2 = 1;"
            "CREATE MATERIALIZED VIEW n AS SELECT count(*) AS n, max(v) AS hi FROM odd");
    OK(laminar_writer_create(db, "s", &w));
    OK(laminar_row_begin(w, &row)); /* comes first */
    OK(laminar_row_i64(row, 0, -1));
    OK(laminar_row_end(row));
    OK(laminar_query(db, "SELECT i, 't' || i FROM generate_series(1::BIGINT, 50000) AS g(i)", &result));
    OK(laminar_result_export_stream(result, &stream));
    laminar_result_free(result);
    OK(laminar_writer_push_stream(w, &stream, &ticket));
    assert_null(stream.release);
    assert_true(ticket > 0);
    ROWS(db, "SELECT count(*), min(k), max(k), sum(k) FROM s", "50001|-1|50000|1250024999;");
    ROWS(db, "SELECT * FROM n", "25000|T9999;");
    ROWS(db, "SELECT k FROM s LIMIT 3", "-1;1;2;");
    laminar_writer_free(w);
}

static void test_sizes(void **state)
{
    LaminarConnection *db = *state;
    LaminarWriter *w = NULL;
    static const char *const arrays[] = {NUMBERS(1, 3, i),       NUMBERS(4, 1003, i),    NUMBERS(1004, 1500, NULL::BIGINT),
                                         NUMBERS(1501, 1501, i), NUMBERS(1502, 2500, i), NULL};
    Gift g = gift(db, arrays, 0);
    run(db, "SET threads = 2; SET parallel_rows = 1; CREATE SOURCE s (k BIGINT, v BIGINT); CREATE STREAM o AS SELECT k + 0 AS k, v "
            "FROM s;"
            "CREATE MATERIALIZED VIEW n AS SELECT count(*) AS n, count(v) AS c, sum(k) AS s FROM s");
    OK(laminar_writer_create(db, "s", &w));
    OK(laminar_writer_push_stream(w, &g.stream, NULL));
    assert_int_equal(g.n_released, 1);
    ROWS(db, "SELECT * FROM n", "2500|2003|3126250;");
    laminar_writer_free(w);
}

/* Arrays fall out of what the source retains while others come, and their memory is used again, with and without a time of arrival.
 */
static void test_falls(void **state)
{
    LaminarConnection *db = *state;
    static const char *const arrays[] = {
        "SELECT i AS k, TIMESTAMP '2020-01-01' AS t FROM generate_series(1::BIGINT, 500) AS g(i)",
        "SELECT i AS k, TIMESTAMP '2020-01-01' AS t FROM generate_series(501::BIGINT, 1000) AS g(i)",
        "SELECT i AS k, TIMESTAMP '2020-01-01' AS t FROM generate_series(1001::BIGINT, 1500) AS g(i)", NULL};
    run(db, "SET threads = 2; SET parallel_rows = 1;"
            "CREATE SOURCE came (k BIGINT, t TIMESTAMP, WATERMARK FOR t AS PROCTIME()) WITH (buffer_size = 1000);"
            "CREATE SOURCE said (k BIGINT, t TIMESTAMP) WITH (buffer_size = 1000);"
            "CREATE MATERIALIZED VIEW n AS SELECT count(*) AS n, sum(k) AS s, min(t) > TIMESTAMP '2021-01-01' AS now FROM came;"
            "CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n, sum(k) AS s, max(t) > TIMESTAMP '2021-01-01' AS now FROM said");
    static const char *const source[] = {"came", "said"};
    for (int i = 0; i < 2; i++) {
        LaminarWriter *w = NULL;
        OK(laminar_writer_create(db, source[i], &w));
        for (int round = 0; round < 5; round++) {
            Gift g = gift(db, arrays, 0);
            OK(laminar_writer_push_stream(w, &g.stream, NULL));
        }
        laminar_writer_free(w);
    }
    ROWS(db, "SELECT * FROM n", "7500|5628750|t;");
    ROWS(db, "SELECT * FROM m", "7500|5628750|f;");
    ROWS(db, "SELECT count(*) BETWEEN 1000 AND 2000, max(k), min(t) > TIMESTAMP '2021-01-01' FROM came", "t|1500|t;");
    ROWS(db, "SELECT count(*) BETWEEN 1000 AND 2000, max(k), min(t) > TIMESTAMP '2021-01-01' FROM said", "t|1500|f;");
}

/* What stands before the array that cannot be taken is in, nothing behind it. */
static void test_errors(void **state)
{
    LaminarConnection *db = *state;
    LaminarWriter *w = NULL;
    static const char *const bad[] = {NUMBERS(1, 500, i), NUMBERS(501, 1000, i), NUMBERS(1001, 1500, i::TEXT),
                                      NUMBERS(1501, 2000, i), NULL};
    static const char *const null[] = {NUMBERS(1, 500, i), NUMBERS(501, 1000, nullif(i, 700)), NUMBERS(1001, 1500, i), NULL};
    static const char *const cut[] = {NUMBERS(2001, 2500, i), NULL};
    static const char *const none[] = {NULL};
    run(db, "SET threads = 2; SET parallel_rows = 1; CREATE SOURCE s (k BIGINT, v BIGINT NOT NULL);"
            "CREATE MATERIALIZED VIEW n AS SELECT count(*) AS n, max(k) AS k FROM s");
    OK(laminar_writer_create(db, "s", &w));
    Gift g = gift(db, bad, 0);
    assert_int_not_equal(laminar_writer_push_stream(w, &g.stream, NULL), LAMINAR_OK);
    assert_int_equal(g.n_released, 1);
    ROWS(db, "SELECT * FROM n", "1000|1000;");
    g = gift(db, null, 0);
    assert_int_not_equal(laminar_writer_push_stream(w, &g.stream, NULL), LAMINAR_OK);
    assert_non_null(strstr(laminar_last_error(), "\"v\""));
    ROWS(db, "SELECT * FROM n", "1500|1000;");
    g = gift(db, cut, EPIPE);
    FAILS(900, laminar_writer_push_stream(w, &g.stream, NULL));
    assert_non_null(strstr(laminar_last_error(), "the producer has gone"));
    ROWS(db, "SELECT * FROM n", "2000|2500;");
    g = gift(db, none, 0);
    FAILS(900, laminar_writer_push_stream(w, &g.stream, NULL));
    assert_int_equal(g.n_released, 1);
    g = gift(db, cut, 0);
    FAILS(LAMINAR_ERR_NULL_POINTER, laminar_writer_push_stream(NULL, &g.stream, NULL));
    assert_int_equal(g.n_released, 1);
    FAILS(LAMINAR_ERR_NULL_POINTER, laminar_writer_push_stream(w, NULL, NULL));
    OK(laminar_writer_close(w));
    g = gift(db, cut, 0);
    assert_int_not_equal(laminar_writer_push_stream(w, &g.stream, NULL), LAMINAR_OK);
    assert_int_equal(g.n_released, 1);
    laminar_writer_free(w);
}

/* A table checks its rows; of a producer each array has a number. */
static void test_table(void **state)
{
    LaminarConnection *db = *state;
    LaminarWriter *w = NULL;
    uint64_t last = 7;
    static const char *const arrays[] = {NUMBERS(1, 500, i), NUMBERS(401, 900, -i), NULL};
    run(db,
        "SET threads = 2; CREATE TABLE t (k BIGINT PRIMARY KEY, v BIGINT CHECK (v > -1000)); CREATE SOURCE s (k BIGINT, v BIGINT)");
    OK(laminar_writer_create(db, "t", &w));
    Gift g = gift(db, arrays, 0);
    OK(laminar_writer_push_stream(w, &g.stream, NULL));
    ROWS(db, "SELECT count(*), sum(v) FROM t", "900|-245050;");
    laminar_writer_free(w);
    OK(laminar_writer_create(db, "s", &w));
    OK(laminar_writer_producer(w, 5, &last));
    assert_int_equal(last, 0);
    for (int i = 0; i < 2; i++) {
        OK(laminar_writer_sequence(w, 1));
        g = gift(db, arrays, 0);
        OK(laminar_writer_push_stream(w, &g.stream, NULL));
    }
    OK(laminar_writer_producer(w, 5, &last));
    assert_int_equal(last, 2);
    ROWS(db, "SELECT count(*) FROM s", "1000;");
    laminar_writer_free(w);
}

static void push_within(LaminarConnection *db, LaminarWriter *w)
{
    static const char *const arrays[] = {NUMBERS(1, 300, i), NULL};
    Gift inner = gift(db, arrays, 0);
    struct ArrowArray array;
    struct ArrowSchema schema;
    batch_of(db, NUMBERS(1, 1, i), &array, &schema);
    FAILS(400, laminar_writer_push_stream(w, &inner.stream, NULL));
    assert_int_equal(inner.n_released, 1);
    OK(laminar_writer_push(w, &array, &schema, NULL)); /* no stream: it is taken */
    schema.release(&schema);
}

/* A stream that pushes another one through the same writer. */
static void test_nested(void **state)
{
    LaminarConnection *db = *state;
    LaminarWriter *w = NULL;
    static const char *const arrays[] = {NUMBERS(1, 500, i), NUMBERS(501, 1000, i), NUMBERS(1001, 1500, i), NULL};
    run(db, "SET threads = 2; SET parallel_rows = 1; CREATE SOURCE s (k BIGINT, v BIGINT);"
            "CREATE MATERIALIZED VIEW n AS SELECT count(*) AS n, max(k) AS k FROM s");
    OK(laminar_writer_create(db, "s", &w));
    Gift g = gift(db, arrays, 0);
    g.pushes = w;
    OK(laminar_writer_push_stream(w, &g.stream, NULL));
    assert_int_equal(g.n_released, 1);
    ROWS(db, "SELECT * FROM n", "1504|1500;");
    g = gift(db, arrays, 0);
    OK(laminar_writer_push_stream(w, &g.stream, NULL)); /* and then again by itself */
    ROWS(db, "SELECT * FROM n", "3004|1500;");
    laminar_writer_free(w);
}

#define ECHO 1000000

/* The last row of each batch once more, as another one. */
static void echo(void *writer, LaminarRecordBatch *batch, int32_t event)
{
    LaminarRow *row = NULL;
    const char *text = NULL;
    size_t n = 0;
    (void)event;
    OK(laminar_batch_num_rows(batch, &n));
    OK(laminar_batch_text(batch, n - 1, 0, &text, NULL));
    int64_t k = atoll(text);
    laminar_batch_free(batch);
    if (k >= ECHO)
        return;
    OK(laminar_row_begin(writer, &row));
    OK(laminar_row_i64(row, 0, k + ECHO));
    OK(laminar_row_push(row));
}

/* What a callback pushes comes behind the batch that it has got, before the next one. */
static void test_callback_pushes(void **state)
{
    LaminarConnection *db = *state;
    LaminarWriter *w = NULL, *echoes = NULL;
    LaminarSubscriptionHandle *sub = NULL;
    static const char *const arrays[] = {NUMBERS(1, 500, i), NUMBERS(501, 1000, i), NUMBERS(1001, 1500, i), NULL};
    run(db, "SET threads = 2; SET parallel_rows = 1; CREATE SOURCE s (k BIGINT, v BIGINT) WITH (buffer_size = 10000)");
    OK(laminar_writer_create(db, "s", &w));
    OK(laminar_writer_create(db, "s", &echoes));
    OK(laminar_subscribe_callback(db, "s", echo, NULL, echoes, &sub));
    Gift g = gift(db, arrays, 0);
    OK(laminar_writer_push_stream(w, &g.stream, NULL));
    ROWS(db, "SELECT k FROM s WHERE k % 500 = 1 OR k >= 1000000", "1;1000500;501;1001000;1001;1001500;");
    laminar_subscription_free(sub);
    laminar_writer_free(echoes);
    laminar_writer_free(w);
}

/* Rows without a time are counted, whichever operators have seen them. */
static void test_null_times(void **state)
{
    LaminarConnection *db = *state;
    LaminarWriter *w = NULL;
    static const char *const arrays[] = {"SELECT i AS k, NULL::TIMESTAMP AS ts FROM generate_series(1::BIGINT, 500) AS g(i)",
                                         "SELECT i AS k, NULL::TIMESTAMP AS ts FROM generate_series(1::BIGINT, 500) AS g(i)", NULL};
    run(db, "SET threads = 2; SET parallel_rows = 1; CREATE SOURCE s (k BIGINT, ts TIMESTAMP);"
            "CREATE STREAM o AS SELECT k, window_start FROM TUMBLE(s, ts, INTERVAL '1 minute')");
    OK(laminar_writer_create(db, "s", &w));
    Gift g = gift(db, arrays, 0);
    OK(laminar_writer_push_stream(w, &g.stream, NULL));
    ROWS(db, "SELECT rows_in, rows_out, null_time FROM laminar_operators WHERE operator = 'window_assign'", "1000|0|1000;");
    laminar_writer_free(w);
}

#define WIDE_ARRAYS 64
#define WIDE_ROWS 4096 /* what a batch has at most */
#define WIDE_KEYS 2000

typedef struct Wide { /* arrays as large as a batch */
    struct ArrowArrayStream stream;
    int n_given;
} Wide;

typedef struct WideArray {
    const void *none[1], *buffers[2][2];
    struct ArrowArray column[2], *columns[2];
} WideArray;

static int64_t wide_value[2][WIDE_ROWS];
static struct ArrowSchema wide_column[2], *wide_columns[2];
static WideArray wide_array[WIDE_ARRAYS];

static void schema_released(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

static void array_released(struct ArrowArray *array)
{
    array->release = NULL;
}

static int wide_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    (void)stream;
    for (int i = 0; i < 2; i++) {
        wide_column[i] = (struct ArrowSchema){.format = i ? "tsu:" : "l", .name = i ? "ts" : "k", .release = schema_released};
        wide_columns[i] = &wide_column[i];
    }
    *out = (struct ArrowSchema){.format = "+s", .name = "", .n_children = 2, .children = wide_columns, .release = schema_released};
    return 0;
}

static int wide_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    Wide *w = (Wide *)stream;
    *out = (struct ArrowArray){0};
    if (w->n_given == WIDE_ARRAYS)
        return 0;
    WideArray *a = &wide_array[w->n_given++];
    for (int i = 0; i < 2; i++) {
        a->buffers[i][1] = wide_value[i];
        a->column[i] =
            (struct ArrowArray){.length = WIDE_ROWS, .n_buffers = 2, .buffers = a->buffers[i], .release = array_released};
        a->columns[i] = &a->column[i];
    }
    *out = (struct ArrowArray){.length = WIDE_ROWS,
                               .n_buffers = 1,
                               .buffers = a->none,
                               .n_children = 2,
                               .children = a->columns,
                               .release = array_released};
    return 0;
}

static const char *no_error(struct ArrowArrayStream *stream)
{
    (void)stream;
    return NULL;
}

static void stream_released(struct ArrowArrayStream *stream)
{
    stream->release = NULL;
}

/* Groups of windows that are collected for a run, in numbers of parts that are no powers of two. */
static void test_wide_arrays(void **state)
{
    LaminarConnection *db = *state;
    static const char *const threads[] = {"3", "5", "7", "11"};
    for (int i = 0; i < WIDE_ROWS; i++) {
        wide_value[0][i] = i % WIDE_KEYS;
        wide_value[1][i] = INT64_C(1767225600000000) + i;
    }
    for (size_t i = 0; i < sizeof(threads) / sizeof(*threads); i++) {
        LaminarWriter *w = NULL;
        char sql[64];
        snprintf(sql, sizeof(sql), "SET threads = %s; SET parallel_rows = 1", threads[i]);
        run(db, sql);
        run(db, "CREATE SOURCE s (k BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1 minute');"
                "CREATE MATERIALIZED VIEW n AS SELECT k, count(*) AS n, sum(k) AS s FROM TUMBLE(s, ts, INTERVAL '1 hour') "
                "GROUP BY k, window_start, window_end EMIT ON WINDOW CLOSE");
        OK(laminar_writer_create(db, "s", &w));
        for (int k = 0; k < 2; k++) {
            Wide wide = {.stream = {wide_schema, wide_next, no_error, stream_released, NULL}};
            OK(laminar_writer_push_stream(w, &wide.stream, NULL));
        }
        laminar_writer_free(w);
        run(db, "INSERT INTO s VALUES (0, '2026-01-02')");
        ROWS(db, "SELECT count(*), min(n), max(n), sum(n), sum(s) FROM n", "2000|256|384|524288|512327680;");
        run(db, "DROP MATERIALIZED VIEW n; DROP SOURCE s");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_results, open_db, close_db),
        cmocka_unit_test_setup_teardown(test_sizes, open_db, close_db),
        cmocka_unit_test_setup_teardown(test_falls, open_db, close_db),
        cmocka_unit_test_setup_teardown(test_errors, open_db, close_db),
        cmocka_unit_test_setup_teardown(test_table, open_db, close_db),
        cmocka_unit_test_setup_teardown(test_nested, open_db, close_db),
        cmocka_unit_test_setup_teardown(test_callback_pushes, open_db, close_db),
        cmocka_unit_test_setup_teardown(test_null_times, open_db, close_db),
        cmocka_unit_test_setup_teardown(test_wide_arrays, open_db, close_db),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
