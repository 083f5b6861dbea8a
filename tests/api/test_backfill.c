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
    pthread_t t, r;
    run(s.db, "CREATE TABLE t (k BIGINT PRIMARY KEY, g BIGINT, name TEXT)");
    fill(s.db);
    assert_int_equal(pthread_create(&t, NULL, cancel, &s), 0);
    const char *sums = "SELECT a.g, count(*) AS n, sum(b.k) AS s FROM t a JOIN t b ON b.k = a.g GROUP BY a.g";
    OK(execute(s.db, "CREATE MATERIALIZED VIEW big AS SELECT a.g, count(*) AS n, sum(b.k) AS s FROM t a JOIN t b ON b.k = a.g "
                     "GROUP BY a.g WITH (backfill_batch_size = 100)"));
    atomic_store(&s.stop, true);
    pthread_join(t, NULL);
    assert_true(atomic_load(&s.cancelled) > 0);
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
    pthread_t t;
    (void)state;
    assert_non_null(mkdtemp(dir));
    OK(laminar_open_with_config(dir, &config, &s.db));
    run(s.db, "CREATE TABLE t (k BIGINT PRIMARY KEY, g BIGINT, name TEXT)");
    fill(s.db);
    assert_int_equal(pthread_create(&t, NULL, cancel, &s), 0);
    OK(execute(s.db, "CREATE MATERIALIZED VIEW big AS SELECT a.g, count(*) AS n FROM t a JOIN t b ON b.k = a.g GROUP BY a.g"));
    atomic_store(&s.stop, true);
    pthread_join(t, NULL);
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

int main(void)
{
    const struct CMUnitTest tests[] = {DB_TEST(test_views_over_what_changes), DB_TEST(test_a_backfill_is_cancelled_and_resumed),
                                       DB_TEST(test_a_backfill_that_was_cancelled_is_dropped),
                                       cmocka_unit_test(test_a_cancelled_backfill_is_whole_after_a_restart),
                                       DB_TEST(test_an_error_in_the_middle_leaves_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
