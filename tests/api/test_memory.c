/* SPDX-License-Identifier: Apache-2.0
 *
 * SET memory_limit: who asked for more is refused it, what runs goes on, what is deleted gives room. */
#include "api_test.h"

#include <pthread.h>
#include <unistd.h>

static int set_up(void **state)
{
    LaminarConnection *db = NULL;
    OK(laminar_open(&db));
    *state = db;
    run(db, "CREATE SOURCE g (a BIGINT) FROM GENERATOR (rows_per_second = 0, max_rows = 400000, a.kind = sequence);"
            "CREATE TABLE t (id BIGINT PRIMARY KEY, v TEXT);"
            "CREATE MATERIALIZED VIEW m AS SELECT id % 100 AS k, count(*) AS n, count(DISTINCT v) AS d FROM t GROUP BY id % 100;"
            "INSERT INTO t SELECT a, 'text number ' || a FROM g WHERE a < 60000");
    return 0;
}

static int tear_down(void **state)
{
    return laminar_close(*state) == LAMINAR_OK ? 0 : -1;
}

static void refused(LaminarConnection *db, const char *sql)
{
    LaminarError e = {.size = sizeof(e)};
    FAILS(400, laminar_execute(db, sql, NULL));
    OK(laminar_last_error_detail(&e));
    assert_string_equal(e.sqlstate, "53200");
    assert_non_null(strstr(e.hint, "memory_limit"));
}

static void expect_limit(LaminarConnection *db, const char *want)
{
    LaminarQueryResult *r = NULL;
    OK(laminar_execute(db, "SHOW memory_limit", &r));
    assert_string_equal(result_text(r), want);
    laminar_result_free(r);
}

static void expect_view(LaminarConnection *db)
{
    char want[4000];
    snprintf(want, sizeof(want), "%.3999s",
             rows_of(db, "SELECT id % 100, count(*), count(DISTINCT v) FROM t GROUP BY 1 ORDER BY 1"));
    ROWS(db, "SELECT * FROM m ORDER BY k", want);
}

static void test_statements(void **state)
{
    LaminarConnection *db = *state;
    run(db, "SET memory_limit = '1 MiB'");
    expect_limit(db, "1048576;");
    refused(db, "INSERT INTO t VALUES (-1, 'x')");
    refused(db, "UPDATE t SET v = 'y'");
    refused(db, "SELECT a, count(*) FROM g GROUP BY a");
    refused(db, "CREATE MATERIALIZED VIEW w AS SELECT v, count(*) FROM t GROUP BY v");
    refused(db, "CREATE TABLE u AS SELECT * FROM t");
    FAILS(401, laminar_execute(db, "SET memory_limit = '100 kB'", NULL));
    FAILS(401, laminar_execute(db, "SET memory_limit = 'much'", NULL));
    run(db, "DELETE FROM t WHERE id >= 30000; SET memory_limit = 'off'");
    ROWS(db, "SELECT count(*), min(id) FROM t", "30000|0;");
    FAILS(200, laminar_execute(db, "SELECT * FROM w", NULL)); /* nothing of it is there */
    FAILS(200, laminar_execute(db, "SELECT * FROM u", NULL));
    expect_view(db);
    run(db, "INSERT INTO t VALUES (-1, 'x'); SET memory_limit = '1 MiB'; TRUNCATE t; RESET memory_limit");
    expect_limit(db, "0;");
    ROWS(db, "SELECT count(*) FROM m", "0;");
}

static void *drop_soon(void *db)
{
    usleep(100000);
    run(db, "DROP SOURCE big");
    return NULL;
}

#define WAITS_MS 900 /* a second, less what clocks may differ */

/* A push waits while there is no room, so that another thread can make some, however long that takes. */
static void test_wait(void **state)
{
    LaminarConnection *db = *state;
    pthread_t thread;
    LaminarWriter *w = NULL;
    LaminarRow *row = NULL;
    run(db, "CREATE SOURCE s (a BIGINT); CREATE SOURCE big (v TEXT); INSERT INTO big SELECT repeat(v, 20) FROM t;"
            "SET memory_limit = '16 MiB'"); /* what a source retains does not leave memory */
    refused(db, "INSERT INTO t VALUES (-1, 'x')");
    assert_int_equal(pthread_create(&thread, NULL, drop_soon, db), 0);
    OK(laminar_writer_create(db, "s", &w));
    int32_t code = LAMINAR_ERR_INTERNAL;
    for (int64_t end = now_ms() + PATIENCE_MS; code != LAMINAR_OK && now_ms() < end;) {
        int64_t from = now_ms();
        OK(laminar_row_begin(w, &row));
        OK(laminar_row_i64(row, 0, 1));
        code = laminar_row_push(row);
        assert_true(code == LAMINAR_OK || now_ms() - from >= WAITS_MS);
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(code, LAMINAR_OK);
    laminar_writer_free(w);
    ROWS(db, "SELECT count(*) FROM s", "1;");
    run(db, "SET memory_limit = 'off'; INSERT INTO t VALUES (-1, 'x')");
    expect_view(db);
}

/* State larger than the limit: pages leave memory and come back, and nobody is refused. */
static void test_spill(void **state)
{
    LaminarConnection *db = *state;
    run(db, "SET memory_limit = '28 MiB'");
    for (int i = 0; i < 5; i++)
        run(db, "INSERT INTO t SELECT id + 5000 + (SELECT max(id) FROM t), repeat(v, 20) FROM t WHERE id < 5000;"
                "UPDATE t SET v = v || 'x' WHERE id % 97 = 0; DELETE FROM t WHERE id % 1000 = 999");
    LaminarQueryResult *r = NULL;
    OK(laminar_execute(db,
                       "SELECT (SELECT value FROM laminar_metrics WHERE metric = 'pages_read') > 1000, "
                       "(SELECT value FROM laminar_metrics WHERE metric = 'bytes_out') > 8000000, "
                       "(SELECT value FROM laminar_metrics WHERE metric = 'bytes') < 29000000",
                       &r));
    assert_string_equal(result_text(r), "t|t|t;");
    laminar_result_free(r);
    run(db, "SET memory_limit = 'off'"); /* a statement that collects as much is refused it */
    expect_view(db);
}

/* So does what waits for the watermark: rows of an interval join, groups, rows held back. */
static void test_due(void **state)
{
    LaminarConnection *db = *state;
    run(db,
        "CREATE SOURCE a (k BIGINT, v TEXT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' HOUR) WITH (buffer_size = 1024);"
        "CREATE SOURCE b (k BIGINT, v TEXT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' HOUR) WITH (buffer_size = 1024);"
        "CREATE MATERIALIZED VIEW due_j AS SELECT count(*) AS n, count(b.v) AS m FROM a LEFT JOIN b"
        " ON a.k = b.k AND b.ts BETWEEN a.ts - INTERVAL '10' MINUTE AND a.ts + INTERVAL '10' MINUTE;"
        "CREATE STREAM due_g AS SELECT ts, k, max(v) AS w FROM a GROUP BY ts, k EMIT ON WINDOW CLOSE;"
        "CREATE STREAM due_h AS SELECT k, v, ts FROM a EMIT ON WATERMARK;"
        "CREATE MATERIALIZED VIEW due_n AS SELECT count(*) AS n FROM (SELECT k FROM due_g UNION ALL SELECT k FROM due_h) AS x;"
        "SET memory_limit = '28 MiB'");
    for (int i = 0; i < 60000; i += 2500) { /* b backwards */
        char sql[400];
        int from = i < 30000 ? i + 1 : 60000 - i - 2498;
        snprintf(sql, sizeof(sql),
                 "INSERT INTO %s SELECT g, repeat('x', 300) || g, TIMESTAMP '2024-01-01' + g * INTERVAL '50 milliseconds'"
                 " FROM generate_series(%d, %d, %d) AS x(g)",
                 i < 30000 ? "a" : "b", from, from + 2499, i < 30000 ? 1 : 2);
        run(db, sql);
    }
    ROWS(db, "SELECT * FROM due_j", "15000|15000;");
    ROWS(db, "SELECT * FROM due_n", "0;");
    ROWS(db,
         "SELECT (SELECT value FROM laminar_metrics WHERE metric = 'bytes_out') > 20000000, "
         "(SELECT value FROM laminar_metrics WHERE metric = 'bytes') < 30000000",
         "t|t;");
    run(db, "INSERT INTO a VALUES (-1, '', '2024-01-02'); INSERT INTO b VALUES (-1, '', '2024-01-02'); RESET memory_limit");
    ROWS(db, "SELECT * FROM due_j", "30001|15001;");
    ROWS(db, "SELECT * FROM due_n", "60000;");
    run(db, "DROP SOURCE a CASCADE; DROP SOURCE b CASCADE");
}

/* And sessions, with the rows that splits are made of; closed ones leave nothing behind. */
static void test_sessions(void **state)
{
    LaminarConnection *db = *state;
    run(db,
        "CREATE SOURCE a (k BIGINT, v TEXT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' HOUR) WITH (buffer_size = 1024);"
        "CREATE STREAM a_s AS SELECT k, max(v) AS v, string_agg(v, ',' ORDER BY ts) AS w, count(*) AS n FROM a"
        " GROUP BY k, SESSION(ts, INTERVAL '10' SECOND) EMIT ON WINDOW CLOSE;"
        "CREATE MATERIALIZED VIEW a_n AS SELECT count(*) AS n, sum(n) AS m, sum(length(w)) AS l FROM a_s;"
        "SET memory_limit = '28 MiB'");
    for (int i = 0; i < 60000; i += 2500) {
        char sql[400];
        snprintf(sql, sizeof(sql),
                 "INSERT INTO a SELECT g %% 15000, repeat('x', 200) || g %% 15000, TIMESTAMP '2024-01-01' + g * INTERVAL '0.5 "
                 "millisecond'"
                 " FROM generate_series(%d, %d) AS x(g)",
                 i, i + 2499);
        run(db, sql);
    }
    ROWS(db, "SELECT n FROM a_n", "0;");
    ROWS(db,
         "SELECT (SELECT value FROM laminar_metrics WHERE metric = 'bytes_out') > 20000000, "
         "(SELECT value FROM laminar_metrics WHERE metric = 'bytes') < 30000000",
         "t|t;");
    run(db, "INSERT INTO a VALUES (-1, '', '2024-01-02'); RESET memory_limit");
    ROWS(db, "SELECT n, m, l FROM a_n", "15000|60000|12300560;");
    ROWS(db, "SELECT rows FROM laminar_state WHERE owner = 'a_s' AND part = 'session_agg'", "1;");
    run(db, "DROP SOURCE a CASCADE");
}

/* A source that can wait is not read while there is no room, and the query over it lives. */
static void test_source(void **state)
{
    LaminarConnection *db = *state;
    bool unbounded = false;
    run(db, "DELETE FROM t; SET memory_limit = '4 MiB'; CREATE MATERIALIZED VIEW v AS SELECT a, count(*) AS n FROM g GROUP BY a");
    FAILS(502, laminar_wait_idle(db, 500, &unbounded)); /* it has not come to the end */
    rows_become(db, "SELECT waits_for FROM laminar_queries WHERE name = 'v'", "memory;");
    ROWS(db, "SELECT state FROM laminar_memory WHERE kind = 'database'", "FULL;");
    run(db, "SET memory_limit = 'off'");
    OK(laminar_wait_idle(db, PATIENCE_MS, &unbounded));
    ROWS(db, "SELECT count(*), sum(n), max(a) FROM v", "400000|400000|399999;");
}

/* Rows of a push are all there or none is, and what has been taken is right. */
static void test_push(void **state)
{
    LaminarConnection *db = *state;
    LaminarWriter *w = NULL;
    LaminarRow *row = NULL;
    int64_t n = 0;
    run(db, "DELETE FROM t; CREATE SOURCE s (a BIGINT); CREATE MATERIALIZED VIEW v AS SELECT a, count(*) AS n FROM s GROUP BY a;"
            "CREATE MATERIALIZED VIEW c AS SELECT count(*) AS n, sum(a) AS s FROM s; SET memory_limit = '8 MiB'");
    OK(laminar_writer_create(db, "s", &w));
    while (laminar_row_begin(w, &row) == LAMINAR_OK && laminar_row_i64(row, 0, n) == LAMINAR_OK &&
           laminar_row_push(row) == LAMINAR_OK)
        n++;
    expect_error(LAMINAR_ERR_QUERY, "53200");
    run(db, "SET memory_limit = 'off'");
    char want[60];
    snprintf(want, sizeof(want), "%lld|%lld;", (long long)n, (long long)(n * (n - 1) / 2));
    ROWS(db, "SELECT * FROM c", want);
    ROWS(db, "SELECT count(*), sum(a) FROM v WHERE n = 1", want);
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_i64(row, 0, n));
    OK(laminar_row_push(row));
    laminar_writer_free(w);
}

static void test_kept(void **state)
{
    (void)state;
    char dir[] = "/tmp/laminar-memory-XXXXXX", command[60];
    assert_non_null(mkdtemp(dir));
    for (int i = 0; i < 3; i++) {
        LaminarConnection *db = NULL;
        LaminarConfig config = {.size = sizeof(config), .memory_limit_bytes = i == 2 ? 64 << 20 : 0};
        OK(laminar_open_with_config(dir, &config, &db));
        expect_limit(db, i == 0 ? "0;" : i == 1 ? "33554432;" : "67108864;");
        if (i == 0)
            run(db, "SET memory_limit = '32 MB'; CREATE TABLE t (a INT); INSERT INTO t VALUES (1); SET memory_limit = '32 MiB'");
        OK(laminar_close(db));
    }
    snprintf(command, sizeof(command), "rm -rf '%s'", dir);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_statements, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wait, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_spill, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_due, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sessions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_source, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_push, set_up, tear_down),
        cmocka_unit_test(test_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
