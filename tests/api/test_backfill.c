/* SPDX-License-Identifier: Apache-2.0
 *
 * Views made over much that is there, while other threads change it: no row is lost, none comes twice, the statements of others go
 * on, and a backfill can be watched, cancelled and resumed. */
#include "api_test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#define N_ROWS 60000
#define N_VIEWS 6

static const char *const query[N_VIEWS] = {
    "SELECT k, g + 1 AS h, name FROM t WHERE g % 3 <> 0",
    "SELECT g, count(*) AS n, sum(k) AS s, min(name) AS lo, count(DISTINCT k % 7) AS d FROM t GROUP BY g",
    "SELECT a.k, b.k AS other, a.name FROM t a JOIN t b ON b.k = a.g",
    "SELECT n, count(*) AS c FROM (SELECT g, count(*) AS n FROM t GROUP BY g) x GROUP BY n",
    "SELECT k FROM t WHERE g < 500 EXCEPT SELECT g FROM t",
    "SELECT k, g, rn FROM (SELECT k, g, ROW_NUMBER() OVER (PARTITION BY g % 10 ORDER BY k DESC) AS rn FROM t) x WHERE rn <= 3",
};

typedef struct Shared {
    LaminarConnection *db;
    _Atomic int failures, statements;
    _Atomic int64_t cancelled, watched;
    atomic_bool stop;
} Shared;

static int execute(LaminarConnection *db, const char *sql)
{
    LaminarQueryResult *r = NULL;
    int rc = laminar_execute(db, sql, &r);
    laminar_result_free(r);
    return rc;
}

/* The rows of a SHOW, or NULL when it fails. */
static const char *shown(LaminarConnection *db, const char *sql)
{
    LaminarQueryResult *r = NULL;
    const char *text = laminar_execute(db, sql, &r) == LAMINAR_OK ? result_text(r) : NULL;
    laminar_result_free(r);
    return text;
}

static void fill(LaminarConnection *db)
{
    LaminarWriter *w = NULL;
    LaminarRow *row = NULL;
    OK(laminar_writer_create(db, "t", &w));
    for (int i = 0; i < N_ROWS; i++) {
        char name[64];
        snprintf(name, sizeof(name), "a name longer than what a row holds itself %d", i % 1000);
        OK(laminar_row_begin(w, &row));
        OK(laminar_row_i64(row, 0, i));
        OK(laminar_row_i64(row, 1, i % 1000));
        OK(laminar_row_text(row, 2, name, strlen(name)));
        OK(laminar_row_end(row));
    }
    OK(laminar_writer_close(w));
    laminar_writer_free(w);
}

static void *change(void *p)
{
    Shared *s = p;
    uint32_t x = 12345;
    while (!atomic_load(&s->stop)) {
        char sql[200];
        x = x * 1664525 + 1013904223;
        int k = (int)(x >> 8) % N_ROWS;
        if (x % 4 == 0)
            snprintf(sql, sizeof(sql), "DELETE FROM t WHERE k = %d", k);
        else if (x % 4 == 1)
            snprintf(sql, sizeof(sql), "UPDATE t SET g = %d, name = 'another name that is long enough %d' WHERE k = %d", k % 997,
                     k % 13, k);
        else
            snprintf(sql, sizeof(sql), "INSERT INTO t VALUES (%d, %d, 'new') ON CONFLICT (k) DO UPDATE SET g = t.g + 1",
                     (int)(N_ROWS + x % 9999), k % 1000);
        atomic_fetch_add(&s->failures, execute(s->db, sql) != LAMINAR_OK);
        atomic_fetch_add(&s->statements, 1);
    }
    return NULL;
}

static void equal(LaminarConnection *db, const char *view, const char *sql)
{
    char both[900];
    snprintf(both, sizeof(both),
             "SELECT (SELECT count(*) FROM (SELECT * FROM %s EXCEPT ALL (%s)) x), (SELECT count(*) FROM ((%s) EXCEPT ALL SELECT * "
             "FROM %s) y)",
             view, sql, sql, view);
    assert_string_equal(rows_of(db, both), "0|0;");
}

static void test_views_over_what_changes(void **state)
{
    Shared s = {.db = *state};
    pthread_t t;
    run(s.db, "CREATE TABLE t (k BIGINT PRIMARY KEY, g BIGINT, name TEXT)");
    fill(s.db);
    assert_int_equal(pthread_create(&t, NULL, change, &s), 0);
    for (int i = 0; i < N_VIEWS; i++) {
        char sql[600];
        snprintf(sql, sizeof(sql), "CREATE MATERIALIZED VIEW v%d AS %s", i, query[i]);
        OK(execute(s.db, sql));
    }
    OK(execute(s.db, "CREATE MATERIALIZED VIEW w AS SELECT v0.h, v1.n FROM v0 JOIN v1 ON v1.g = v0.h"));
    int n = atomic_load(&s.statements);
    while (atomic_load(&s.statements) < n + 20)
        usleep(1000);
    atomic_store(&s.stop, true);
    pthread_join(t, NULL);
    assert_int_equal(atomic_load(&s.failures), 0);
    for (int i = 0; i < N_VIEWS; i++) {
        char view[8];
        snprintf(view, sizeof(view), "v%d", i);
        equal(s.db, view, query[i]);
    }
    equal(s.db, "w", "SELECT v0.h, v1.n FROM v0 JOIN v1 ON v1.g = v0.h");
    assert_non_null(strstr(shown(s.db, "SHOW BACKFILL STATUS FOR v0"), "v0|COMPLETE|1|"));
}

static void *cancel(void *p)
{
    Shared *s = p;
    while (!atomic_load(&s->stop)) {
        char text[512];
        LaminarQueryResult *r = NULL;
        text[0] = 0;
        if (laminar_execute(s->db, "SHOW BACKFILL STATUS FOR big", &r) == LAMINAR_OK) {
            LaminarRecordBatch *batch = NULL;
            OK(laminar_result_get_batch(r, 0, &batch));
            batch_add_text(batch, text, sizeof(text));
            laminar_batch_free(batch);
        }
        laminar_result_free(r);
        atomic_fetch_add(&s->watched, (strstr(text, "RUNNING") && !strstr(text, "RUNNING|0|")));
        if (atomic_load(&s->watched) && execute(s->db, "CANCEL BACKFILL FOR big") == LAMINAR_OK)
            atomic_fetch_add(&s->cancelled, 1);
    }
    return NULL;
}

/* The same statement until its backfill is cancelled: all of it may have been done before the other thread came to look. */
static void create_cancelled(Shared *s, const char *sql)
{
    pthread_t t;
    for (int64_t end = now_ms() + PATIENCE_MS; now_ms() < end;) {
        atomic_store(&s->stop, false);
        atomic_store(&s->watched, 0);
        assert_int_equal(pthread_create(&t, NULL, cancel, s), 0);
        OK(execute(s->db, sql));
        atomic_store(&s->stop, true);
        pthread_join(t, NULL);
        if (atomic_load(&s->cancelled) > 0)
            return;
        run(s->db, "DROP MATERIALIZED VIEW big");
    }
    fail_msg("%s was never cancelled", sql);
}

static void *resume(void *p)
{
    Shared *s = p;
    OK(execute(s->db, "RESUME BACKFILL FOR big"));
    atomic_store(&s->stop, true);
    return NULL;
}

/* Its rows so far stay, what comes meanwhile goes in, and the rest follows. */
static void test_a_backfill_is_cancelled_and_resumed(void **state)
{
    Shared s = {.db = *state};
    pthread_t r;
    run(s.db, "CREATE TABLE t (k BIGINT PRIMARY KEY, g BIGINT, name TEXT)");
    fill(s.db);
    const char *sums = "SELECT a.g, count(*) AS n, sum(b.k) AS s FROM t a JOIN t b ON b.k = a.g GROUP BY a.g";
    create_cancelled(&s, "CREATE MATERIALIZED VIEW big AS SELECT a.g, count(*) AS n, sum(b.k) AS s FROM t a JOIN t b ON b.k = a.g "
                         "GROUP BY a.g WITH (backfill_batch_size = 100)");
    assert_non_null(strstr(shown(s.db, "SHOW BACKFILL STATUS FOR big"), "big|CANCELLED|0."));
    assert_int_not_equal(execute(s.db, "SELECT count(*) FROM big"), LAMINAR_OK);
    assert_non_null(strstr(laminar_last_error(), "still being filled"));
    assert_int_not_equal(execute(s.db, "CANCEL BACKFILL FOR big"), LAMINAR_OK);
    assert_int_not_equal(execute(s.db, "ALTER TABLE t ADD COLUMN x INT"), LAMINAR_OK);
    assert_non_null(strstr(laminar_last_error(), "not resumed"));
    run(s.db, "DELETE FROM t WHERE k % 7 = 3");
    run(s.db, "UPDATE t SET g = g + 1 WHERE k % 11 = 5");
    atomic_store(&s.stop, false);
    atomic_store(&s.watched, 0);
    assert_int_equal(pthread_create(&r, NULL, resume, &s), 0);
    for (int i = 0; !atomic_load(&s.stop); i++)
        run(s.db, i % 2 ? "UPDATE t SET g = g - 1 WHERE k = 40000" : "INSERT INTO t VALUES (3, 5, 'x') ON CONFLICT (k) DO NOTHING");
    pthread_join(r, NULL);
    assert_non_null(strstr(shown(s.db, "SHOW BACKFILL STATUS FOR big"), "big|COMPLETE|1|"));
    equal(s.db, "big", sums);
    assert_int_not_equal(execute(s.db, "RESUME BACKFILL FOR big"), LAMINAR_OK);
    run(s.db, "ALTER TABLE t ADD COLUMN x INT");
    equal(s.db, "big", sums);
}

static void test_a_backfill_that_was_cancelled_is_dropped(void **state)
{
    Shared s = {.db = *state};
    pthread_t t;
    run(s.db, "CREATE TABLE t (k BIGINT PRIMARY KEY, g BIGINT, name TEXT)");
    fill(s.db);
    assert_int_equal(pthread_create(&t, NULL, cancel, &s), 0);
    OK(execute(s.db, "CREATE MATERIALIZED VIEW big AS SELECT a.k, b.k AS other FROM t a JOIN t b ON b.g = a.g"));
    atomic_store(&s.stop, true);
    pthread_join(t, NULL);
    run(s.db, "DELETE FROM t WHERE k < 1000");
    run(s.db, "DROP MATERIALIZED VIEW big");
    run(s.db, "CREATE MATERIALIZED VIEW big AS SELECT k FROM t");
    assert_string_equal(rows_of(s.db, "SELECT count(*) FROM big"), "59000;");
    run(s.db, "DROP TABLE t CASCADE");
}

/* What a directory knows of it is the statement and the changes: at the next opening the view is whole. */
static void test_a_cancelled_backfill_is_whole_after_a_restart(void **state)
{
    char dir[] = "/tmp/laminar-backfill-XXXXXX", command[100];
    LaminarConfig config = {.size = sizeof(config)};
    Shared s = {0};
    (void)state;
    assert_non_null(mkdtemp(dir));
    OK(laminar_open_with_config(dir, &config, &s.db));
    run(s.db, "CREATE TABLE t (k BIGINT PRIMARY KEY, g BIGINT, name TEXT)");
    fill(s.db);
    create_cancelled(&s, "CREATE MATERIALIZED VIEW big AS SELECT a.g, count(*) AS n FROM t a JOIN t b ON b.k = a.g GROUP BY a.g "
                         "WITH (backfill_batch_size = 100)");
    assert_non_null(strstr(shown(s.db, "SHOW BACKFILL STATUS FOR big"), "|CANCELLED|"));
    run(s.db, "DELETE FROM t WHERE k % 7 = 3");
    assert_int_not_equal(execute(s.db, "CHECKPOINT"), LAMINAR_OK);
    assert_non_null(strstr(laminar_last_error(), "was cancelled"));
    OK(laminar_close(s.db));
    OK(laminar_open_with_config(dir, &config, &s.db));
    equal(s.db, "big", "SELECT a.g, count(*) AS n FROM t a JOIN t b ON b.k = a.g GROUP BY a.g");
    OK(execute(s.db, "CHECKPOINT"));
    OK(laminar_close(s.db));
    snprintf(command, sizeof(command), "rm -rf '%s'", dir);
    assert_int_equal(system(command), 0);
}

static void test_an_error_in_the_middle_leaves_nothing(void **state)
{
    LaminarConnection *db = *state;
    run(db, "CREATE TABLE t (k BIGINT PRIMARY KEY, g BIGINT, name TEXT)");
    fill(db);
    assert_int_not_equal(execute(db, "CREATE MATERIALIZED VIEW v WITH (on_error = 'fail') AS SELECT 1 / (k - 50000) AS q FROM t"),
                         LAMINAR_OK);
    assert_string_equal(shown(db, "SHOW MATERIALIZED VIEWS"), "");
    assert_int_not_equal(execute(db, "CANCEL BACKFILL FOR t"), LAMINAR_OK);
    assert_int_not_equal(execute(db, "SHOW BACKFILL STATUS FOR nothing"), LAMINAR_OK);
    assert_int_not_equal(execute(db, "RESUME BACKFILL FOR t"), LAMINAR_OK);
}

/* ---- over what sources retain ---- */

#define N_TAILS 9
static const char *const tail_query[N_TAILS] = {
    "SELECT k, g + 1 AS h, name FROM e WHERE g % 3 <> 0",
    "SELECT g, count(*) AS n, sum(k) AS s, first_value(k) AS f, last_value(k) AS l FROM e GROUP BY g",
    ("SELECT window_start, g % 5 AS p, count(*) AS n, max(k) AS hi FROM TUMBLE(e, ts, INTERVAL '1' SECOND) GROUP BY window_start, "
     "window_end, g % 5"),
    "SELECT g, count(*) AS n, min(k) AS lo FROM e GROUP BY g, SESSION(ts, INTERVAL '700' MILLISECOND)",
    "SELECT k, g, rn FROM (SELECT k, g, ROW_NUMBER() OVER (PARTITION BY g ORDER BY name) AS rn FROM e) x WHERE rn <= 2",
    "SELECT n, count(*) AS c FROM (SELECT g, count(*) AS n FROM e GROUP BY g) x GROUP BY n",
    "SELECT a.k, b.k AS other FROM e a JOIN d b ON a.k = b.k AND a.ts = b.ts",
    "SELECT g, count(*) AS n FROM (SELECT g FROM e UNION ALL SELECT g FROM d) x GROUP BY g",
    "SELECT t.k, count(*) AS n FROM e JOIN t ON t.k = e.g GROUP BY t.k",
};

static void push_some(LaminarConnection *db, const char *source, int from, int to)
{
    LaminarWriter *w = NULL;
    LaminarRow *row = NULL;
    OK(laminar_writer_create(db, source, &w));
    for (int i = from; i < to; i++) {
        char name[64];
        snprintf(name, sizeof(name), "a name longer than what a row holds itself %d", i % 10);
        OK(laminar_row_begin(w, &row));
        OK(laminar_row_i64(row, 0, i));
        OK(laminar_row_i64(row, 1, (int64_t)i * 7 % 1000));
        OK(laminar_row_text(row, 2, name, strlen(name)));
        OK(laminar_row_i64(row, 3, (int64_t)i * 1000));
        OK(laminar_row_end(row));
    }
    OK(laminar_writer_close(w));
    laminar_writer_free(w);
}

#define N_RETAINED 12000
#define N_PUSHED_MAX 200000
static void *push(void *p)
{
    Shared *s = p;
    for (int i = N_RETAINED; !atomic_load(&s->stop); i += 5) {
        if (i < N_PUSHED_MAX) {
            push_some(s->db, "e", i, i + 5);
            push_some(s->db, "d", i, i + 3);
        } else {
            pause_ms(1); /* the sources would let rows go */
        }
        atomic_fetch_add(&s->statements, 1);
    }
    return NULL;
}

static void *push_few(void *p)
{
    Shared *s = p;
    for (int i = N_RETAINED; !atomic_load(&s->stop); i += 200)
        push_some(s->db, "few", i, i + 200);
    return NULL;
}

static void make_sources(LaminarConnection *db)
{
    run(db, "CREATE SOURCE e (k BIGINT, g BIGINT, name TEXT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '0' SECOND) "
            "WITH (buffer_size = 1000000)");
    run(db, "CREATE SOURCE d (k BIGINT, g BIGINT, name TEXT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '0' SECOND) "
            "WITH (buffer_size = 1000000)");
    run(db, "CREATE TABLE t (k BIGINT PRIMARY KEY)");
    run(db, "INSERT INTO t SELECT i FROM generate_series(1, 500) AS s(i)");
    push_some(db, "e", 0, N_RETAINED);
    push_some(db, "d", 0, N_RETAINED);
}

static void make_tail_views(LaminarConnection *db, const char *more)
{
    for (int i = 0; i < N_TAILS; i++) {
        char sql[600];
        snprintf(sql, sizeof(sql), "CREATE MATERIALIZED VIEW v%d AS %s %s", i, tail_query[i], more);
        OK(execute(db, sql));
    }
}

static void check_tail_views(LaminarConnection *db)
{
    for (int i = 0; i < N_TAILS; i++) {
        char view[8];
        snprintf(view, sizeof(view), "v%d", i);
        equal(db, view, tail_query[i]);
    }
}

static void test_views_over_what_sources_retain(void **state)
{
    Shared s = {.db = *state};
    pthread_t t;
    make_sources(s.db);
    assert_int_equal(pthread_create(&t, NULL, push, &s), 0);
    make_tail_views(s.db, "EMIT ON UPDATE");
    assert_non_null(strstr(shown(s.db, "SHOW BACKFILL STATUS FOR v1"), "v1|COMPLETE|1|"));
    OK(execute(s.db,
               "CREATE MATERIALIZED VIEW ticks AS SELECT g, count(*) AS n FROM e GROUP BY g EMIT EVERY INTERVAL '20' MILLISECOND"));
    assert_null(strstr(shown(s.db, "SHOW BACKFILL STATUS FOR ticks"), "|0|0|"));
    int n = atomic_load(&s.statements);
    while (atomic_load(&s.statements) < n + 20)
        usleep(1000);
    atomic_store(&s.stop, true);
    pthread_join(t, NULL);
    check_tail_views(s.db);
    const char *differ = "SELECT count(*) FROM (SELECT * FROM ticks EXCEPT ALL SELECT g, count(*) FROM e GROUP BY g) x";
    rows_become(s.db, differ, "0;");
}

/* The rows that its source lets go meanwhile are in it, too. */
static void test_rows_that_fall_out_of_retention(void **state)
{
    Shared s = {.db = *state};
    pthread_t t;
    run(s.db, "CREATE SOURCE e (k BIGINT, g BIGINT, name TEXT, ts TIMESTAMP) WITH (buffer_size = 5000)");
    run(s.db, "CREATE SOURCE d (k BIGINT, g BIGINT, name TEXT, ts TIMESTAMP)");
    push_some(s.db, "e", 0, N_RETAINED);
    create_cancelled(
        &s, "CREATE MATERIALIZED VIEW big AS SELECT k, g, count(*) AS n FROM e GROUP BY k, g WITH (backfill_batch_size = 20)");
    push_some(s.db, "e", N_RETAINED, N_RETAINED + 9000);
    atomic_store(&s.stop, false);
    assert_int_equal(pthread_create(&t, NULL, resume, &s), 0);
    for (int i = N_RETAINED + 9000; !atomic_load(&s.stop); i += 50)
        push_some(s.db, "e", i, i + 50);
    pthread_join(t, NULL);
    ROWS(s.db, "SELECT count(*) = max(k) - min(k) + 1, max(n), min(k) <= 7000 FROM big", "t|1|t;");
    ROWS(s.db, "SELECT (SELECT max(k) FROM big) = (SELECT max(k) FROM e)", "t;");
}

/* The log has the statement where the build ended: over the same rows, whatever the source has let go since it began. */
static void test_what_the_log_knows(void **state)
{
    char dir[] = "/tmp/laminar-backfill-XXXXXX", command[100], before[64], sums[64];
    LaminarConfig config = {.size = sizeof(config)};
    Shared s = {0};
    pthread_t t;
    (void)state;
    assert_non_null(mkdtemp(dir));
    OK(laminar_open_with_config(dir, &config, &s.db));
    make_sources(s.db);
    run(s.db, "CREATE SOURCE few (k BIGINT, g BIGINT, name TEXT, ts TIMESTAMP) WITH (buffer_size = 5000)");
    push_some(s.db, "few", 0, N_RETAINED);
    assert_int_equal(pthread_create(&t, NULL, push, &s), 0);
    make_tail_views(s.db, "EMIT ON UPDATE");
    atomic_store(&s.stop, true);
    pthread_join(t, NULL);
    bool some_fell = false; /* else there is nothing to see here */
    for (int64_t end = now_ms() + PATIENCE_MS; !some_fell && now_ms() < end;) {
        run(s.db, "DROP MATERIALIZED VIEW IF EXISTS big");
        atomic_store(&s.stop, false);
        assert_int_equal(pthread_create(&t, NULL, push_few, &s), 0);
        OK(execute(s.db,
                   "CREATE MATERIALIZED VIEW big AS SELECT count(*) AS n, min(k) AS lo FROM few WITH (backfill_batch_size = 10)"));
        atomic_store(&s.stop, true);
        pthread_join(t, NULL);
        some_fell = strcmp(rows_of(s.db, "SELECT (SELECT min(k) FROM few) > lo FROM big"), "t;") == 0;
    }
    assert_true(some_fell);
    snprintf(before, sizeof(before), "%s", rows_of(s.db, "SELECT * FROM big"));
    snprintf(sums, sizeof(sums), "%s", rows_of(s.db, "SELECT count(*), sum(n) FROM v1"));
    run(s.db, "CREATE TABLE synced (a INT)"); /* what is before it is on disk, too */
    snprintf(command, sizeof(command), "cp -r '%s' '%s-2'", dir, dir);
    assert_int_equal(system(command), 0);
    OK(laminar_close(s.db));
    snprintf(command, sizeof(command), "%s-2", dir);
    OK(laminar_open_with_config(command, &config, &s.db));
    check_tail_views(s.db);
    ROWS(s.db, "SELECT * FROM big", before);
    ROWS(s.db, "SELECT count(*), sum(n) FROM v1", sums);
    ROWS(s.db, "SELECT count(*) < 10000 FROM few", "t;");
    OK(laminar_close(s.db));
    snprintf(command, sizeof(command), "rm -rf '%s' '%s-2'", dir, dir);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {DB_TEST(test_views_over_what_changes),
                                       DB_TEST(test_a_backfill_is_cancelled_and_resumed),
                                       DB_TEST(test_a_backfill_that_was_cancelled_is_dropped),
                                       cmocka_unit_test(test_a_cancelled_backfill_is_whole_after_a_restart),
                                       DB_TEST(test_an_error_in_the_middle_leaves_nothing),
                                       DB_TEST(test_views_over_what_sources_retain),
                                       DB_TEST(test_rows_that_fall_out_of_retention),
                                       cmocka_unit_test(test_what_the_log_knows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
