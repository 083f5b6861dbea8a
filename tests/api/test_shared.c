/* SPDX-License-Identifier: Apache-2.0
 *
 * Views that share what other views hold: the same after an opening, from the log and from a checkpoint, in whatever order they are
 * dropped; their errors; what memory it saves. */
#include "directory_test.h"

static LaminarConnection *reopen(LaminarConnection *db, bool checkpoint)
{
    if (checkpoint)
        run(db, "CHECKPOINT");
    OK(laminar_close(db));
    return open_at(dir);
}

#define SUMS "SELECT k, sum(x) AS s, count(*) AS n FROM t GROUP BY k"
#define READER "SELECT u.name, g.s FROM u JOIN (SELECT k, sum(x) AS s FROM t GROUP BY k) g ON u.k = g.k"

static LaminarConnection *start(void)
{
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (id INT PRIMARY KEY, k INT, x INT); CREATE TABLE u (k INT PRIMARY KEY, name TEXT);"
            "INSERT INTO t VALUES (1, 1, 10), (2, 1, 20), (3, 2, 5); INSERT INTO u VALUES (1, 'a'), (2, 'b');"
            "CREATE MATERIALIZED VIEW sums AS " SUMS "; CREATE MATERIALIZED VIEW v AS " READER);
    ROWS(db, "SELECT shares FROM laminar_relations WHERE name = 'v'", "sums;");
    return db;
}

static void verify(LaminarConnection *db, const char *view)
{
    char sql[100];
    LaminarQueryResult *result = NULL;
    size_t n = 1;
    snprintf(sql, sizeof(sql), "VERIFY VIEW %s", view);
    OK(laminar_execute(db, sql, &result));
    OK(laminar_result_num_rows(result, &n));
    assert_int_equal(n, 0);
    laminar_result_free(result);
}

static void check(LaminarConnection *db, const char *view, const char *rows)
{
    char sql[100];
    snprintf(sql, sizeof(sql), "SELECT * FROM %s ORDER BY 1", view);
    ROWS(db, sql, rows);
    verify(db, view);
}

/* What is shared goes first: it stays, out of sight, until the last of those who share it goes. */
static void test_dropped_first(void **state)
{
    (void)state;
    for (int checkpoint = 0; checkpoint < 2; checkpoint++) {
        assert_int_equal(remove_tree(dir), 0);
        LaminarConnection *db = reopen(start(), checkpoint);
        check(db, "v", "a|30;b|5;");
        run(db, "DROP MATERIALIZED VIEW sums");
        FAILS(200, laminar_execute(db, "SELECT * FROM sums", NULL));
        FAILS(200, laminar_execute(db, "SELECT * FROM \"sums$shared4\"", NULL));
        ROWS(db, "SELECT relname FROM pg_class WHERE relkind = 'm'", "v;");
        run(db, "INSERT INTO t VALUES (4, 2, 7)");
        db = reopen(db, checkpoint);
        check(db, "v", "a|30;b|12;");
        run(db, "CREATE MATERIALIZED VIEW sums AS " SUMS "; CREATE MATERIALIZED VIEW w AS SELECT max(s) AS top FROM (" SUMS ") q");
        ROWS(db, "SELECT count(*) FROM laminar_relations WHERE shares LIKE 'sums$shared%'", "3;");
        run(db, "DROP MATERIALIZED VIEW v; INSERT INTO t VALUES (5, 2, 80)");
        db = reopen(db, checkpoint);
        check(db, "sums", "1|30|2;2|92|3;");
        check(db, "w", "92;");
        run(db, "DROP MATERIALIZED VIEW sums; DROP MATERIALIZED VIEW w");
        ROWS(db, "SELECT count(*) FROM laminar_relations", "2;");
        db = reopen(db, checkpoint);
        ROWS(db, "SELECT count(*) FROM laminar_relations", "2;");
        run(db, "CREATE MATERIALIZED VIEW sums AS " SUMS);
        check(db, "sums", "1|30|2;2|92|3;");
        OK(laminar_close(db));
    }
}

/* The other way round, and all at once. */
static void test_dropped_last(void **state)
{
    (void)state;
    LaminarConnection *db = start();
    run(db, "DROP MATERIALIZED VIEW v; UPDATE t SET x = x + 1");
    db = reopen(db, false);
    check(db, "sums", "1|32|2;2|6|1;");
    run(db, "CREATE MATERIALIZED VIEW v AS " READER "; DROP MATERIALIZED VIEW sums");
    FAILS(400, laminar_execute(db, "DROP TABLE t", NULL));
    LaminarError e = {.size = sizeof(e)};
    OK(laminar_last_error_detail(&e));
    assert_null(strstr(e.detail, "shared"));
    assert_non_null(strstr(e.detail, "\"v\""));
    run(db, "DROP TABLE t CASCADE");
    ROWS(db, "SELECT name FROM laminar_relations", "u;");
    db = reopen(db, true);
    ROWS(db, "SELECT name FROM laminar_relations", "u;");
    OK(laminar_close(db));
}

/* Names, definitions and the table below change meanwhile. */
static void test_altered(void **state)
{
    (void)state;
    LaminarConnection *db = start();
    run(db,
        "ALTER MATERIALIZED VIEW sums RENAME TO totals; CREATE INDEX ON totals (k); COMMENT ON MATERIALIZED VIEW totals IS 'x'");
    check(db, "v", "a|30;b|5;");
    db = reopen(db, true);
    ROWS(db, "SELECT shares FROM laminar_relations WHERE name = 'v'", "totals;");
    run(db, "CREATE OR REPLACE MATERIALIZED VIEW totals AS SELECT k, min(x) AS least FROM t GROUP BY k");
    check(db, "totals", "1|10;2|5;");
    run(db, "ALTER TABLE t ADD COLUMN y INT; INSERT INTO t VALUES (4, 2, 7, 8); ALTER TABLE t RENAME TO tt");
    for (int i = 0; i < 3; i++) {
        check(db, "v", "a|30;b|12;");
        check(db, "totals", "1|10;2|5;");
        db = reopen(db, i == 1);
    }
    /* What v reads of the table it reads through the hidden view. */
    FAILS(400, laminar_execute(db, "ALTER TABLE tt DROP COLUMN x", NULL));
    run(db, "ALTER TABLE tt DROP COLUMN y; DROP MATERIALIZED VIEW totals; ALTER TABLE tt DROP COLUMN x CASCADE");
    ROWS(db, "SELECT count(*) FROM laminar_relations", "2;");
    db = reopen(db, false);
    ROWS(db, "SELECT count(*) FROM laminar_relations", "2;");
    OK(laminar_close(db));
}

/* A column that has taken the place of another is another. */
static void test_moved_columns(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (a INT, b INT, c INT); INSERT INTO t VALUES (1, 20, 300), (2, 30, 400);"
            "CREATE MATERIALIZED VIEW m AS SELECT max(c) AS top, count(*) AS n FROM t; ALTER TABLE t DROP COLUMN b;"
            "ALTER TABLE t ADD COLUMN b INT; UPDATE t SET b = 7; CREATE MATERIALIZED VIEW n AS SELECT max(b) AS top, count(*) AS n "
            "FROM t");
    for (int i = 0; i < 3; i++) {
        check(db, "n", "7|2;");
        ROWS(db, "SELECT * FROM m", "400|2;");
        db = reopen(db, i == 1);
    }
    OK(laminar_close(db));
}

/* Rows that raise in the shared part are in the error relations of all, also those of before. */
static void test_errors(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (id INT PRIMARY KEY, k INT, x INT); INSERT INTO t VALUES (1, 1, 5), (2, 1, 0);"
            "CREATE MATERIALIZED VIEW a AS SELECT k, sum(100 / x) AS s FROM t GROUP BY k;"
            "CREATE MATERIALIZED VIEW b AS SELECT max(s) AS top FROM (SELECT k, sum(100 / x) AS s FROM t GROUP BY k) q");
    ROWS(db, "SELECT shares FROM laminar_relations WHERE name = 'b'", "a;");
    ROWS(db, "SELECT sqlstate, weight FROM \"b$errors\"", "22012|1;");
    run(db, "INSERT INTO t VALUES (3, 2, 0), (4, 2, 1); DROP MATERIALIZED VIEW a");
    for (int i = 0; i < 3; i++) {
        ROWS(db, "SELECT top FROM b", "100;");
        ROWS(db, "SELECT count(*) FROM \"b$errors\"", "2;");
        db = reopen(db, i == 1);
    }
    run(db, "DELETE FROM t WHERE id = 3");
    ROWS(db, "SELECT sum(weight), count(*) FROM \"b$errors\"", "1|3;");
    OK(laminar_close(db));
}

/* A view that has failed takes those along that share it, as their own query would have failed. */
static void test_failure(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "SET on_error = 'fail'; CREATE TABLE t (k INT, x INT); INSERT INTO t VALUES (1, 5);"
            "CREATE MATERIALIZED VIEW a AS SELECT k, sum(100 / x) AS s FROM t GROUP BY k;"
            "CREATE MATERIALIZED VIEW b AS SELECT max(s) AS top FROM (SELECT k, sum(100 / x) AS s FROM t GROUP BY k) q");
    ROWS(db, "SELECT shares FROM laminar_relations WHERE name = 'b'", "a;");
    run(db, "INSERT INTO t VALUES (1, 0)");
    FAILS(400, laminar_execute(db, "SELECT * FROM a", NULL));
    FAILS(400, laminar_execute(db, "SELECT * FROM b", NULL));
    run(db, "CREATE MATERIALIZED VIEW c AS SELECT k, count(*) AS n FROM t GROUP BY k");
    OK(laminar_close(db));
}

/* What is decided stays decided: a view that computes by itself goes on so, whatever the setting is then. */
static void test_setting(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (id INT PRIMARY KEY, k INT, x INT); INSERT INTO t SELECT i, i % 7, i FROM generate_series(1, 100) i;"
            "CREATE MATERIALIZED VIEW a AS " SUMS "; SET share_subplans = off; CREATE MATERIALIZED VIEW b AS " SUMS
            "; SET share_subplans = on; CREATE MATERIALIZED VIEW c AS " SUMS ";"
            "CREATE MATERIALIZED VIEW d AS WITH g AS (SELECT x % 3 AS r, max(k) AS m FROM t GROUP BY x % 3)"
            " SELECT p.r, q.m FROM g p JOIN g q ON p.r = q.r; SET share_subplans = off");
    for (int i = 0; i < 3; i++) {
        ROWS(db, "SELECT name, shares FROM laminar_relations WHERE kind = 'MATERIALIZED VIEW' ORDER BY 1",
             "a|NULL;b|NULL;c|a;d|NULL;");
        run(db, "UPDATE t SET x = x + 1 WHERE id % 10 = 3");
        verify(db, "b");
        verify(db, "c");
        verify(db, "d");
        db = reopen(db, i == 1);
    }
    OK(laminar_close(db));
}

static int64_t state_bytes(LaminarConnection *db, const char *query)
{
    char sql[160];
    snprintf(sql, sizeof(sql), "SELECT CAST(coalesce(sum(state_bytes), 0) AS BIGINT) FROM laminar_queries WHERE name = '%s'",
             query);
    return strtoll(rows_of(db, sql), NULL, 10);
}

/* The groups are kept once. */
static void test_memory(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (id INT PRIMARY KEY, k INT, x INT); INSERT INTO t SELECT i, i, i FROM generate_series(1, 20000) i;"
            "CREATE MATERIALIZED VIEW a AS " SUMS "; CREATE MATERIALIZED VIEW b AS SELECT k, s FROM (" SUMS ") q WHERE n > 1;"
            "SET share_subplans = off; CREATE MATERIALIZED VIEW c AS SELECT k, s FROM (" SUMS ") q WHERE n > 1");
    assert_true(state_bytes(db, "c") > 100000);
    assert_true(state_bytes(db, "b") < state_bytes(db, "c") / 10);
    OK(laminar_close(db));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DIRECTORY_TEST(test_dropped_first), DIRECTORY_TEST(test_dropped_last), DIRECTORY_TEST(test_altered),
        DIRECTORY_TEST(test_moved_columns), DIRECTORY_TEST(test_errors),       DIRECTORY_TEST(test_failure),
        DIRECTORY_TEST(test_setting),       DIRECTORY_TEST(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
