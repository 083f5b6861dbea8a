/* SPDX-License-Identifier: Apache-2.0
 *
 * Schemas in a directory: what was made in them under a search_path means the same after an opening, from the log and from a
 * checkpoint; so does what has come out of one that is gone.  And names with a schema in the C interface. */
#include "directory_test.h"

static LaminarConnection *again(LaminarConnection *db, bool checkpoint)
{
    if (checkpoint)
        run(db, "CHECKPOINT");
    OK(laminar_close(db));
    return open_at(dir);
}

static void test_reopen(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE SCHEMA s; CREATE TABLE t (a INT); INSERT INTO t VALUES (100);"
            "SET search_path TO s, public;"
            "CREATE TYPE mood AS ENUM ('low', 'high'); CREATE SEQUENCE q; CREATE FUNCTION twice(x INT) RETURNS INT RETURN x * 2;"
            "CREATE TABLE t (a INT PRIMARY KEY, m mood, n INT DEFAULT nextval('q'), up INT REFERENCES t, CHECK (a < 50));"
            "CREATE INDEX i ON t (m, a); INSERT INTO t VALUES (1, 'low'), (2, 'high');"
            "CREATE VIEW v AS SELECT twice(a) AS a, m FROM t;"
            "CREATE MATERIALIZED VIEW mv AS SELECT m, count(*) AS n, sum(a) AS s FROM v GROUP BY m;"
            "CREATE SOURCE src (k INT, ts TIMESTAMP, WATERMARK FOR ts AS ts);"
            "CREATE MATERIALIZED VIEW w AS SELECT window_start, sum(twice(k)) AS n FROM TUMBLE(src, ts, INTERVAL '1' HOUR)"
            " GROUP BY window_start; INSERT INTO src VALUES (1, '2024-01-01 00:10:00')");
    for (int i = 1; i <= 4; i++) {
        char sql[200];
        db = again(db, i > 2);
        ROWS(db, "SELECT current_setting('search_path')", "\"$user\", public;");
        ROWS(db, "SELECT * FROM t", "100;");
        ROWS(db, "SELECT a, m FROM s.t WHERE a < 3 ORDER BY a", "1|low;2|high;");
        snprintf(sql, sizeof(sql), "INSERT INTO s.t VALUES (%d, 'high'); INSERT INTO s.src VALUES (1, '2024-01-01 00:20:00')",
                 2 + i);
        run(db, sql);
        snprintf(sql, sizeof(sql), "%d;", 1 + 2 * i); /* a row that is refused has had a number, too */
        ROWS(db, "SELECT max(n) FROM s.t", sql);
        snprintf(sql, sizeof(sql), "%d;", 2 + 2 * i);
        ROWS(db, "SELECT n FROM s.w", sql);
        FAILS(300, laminar_execute(db, "INSERT INTO s.t VALUES (60)", NULL));
    }
    ROWS(db, "SELECT * FROM s.mv ORDER BY m", "low|1|2;high|5|40;");
    OK(laminar_close(db));
}

/* A table was made with what has gone since, with its schema. */
static void test_past(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE SCHEMA s; CREATE SEQUENCE s.q; CREATE TYPE s.kind AS ENUM ('a');"
            "CREATE TABLE t (a INT DEFAULT nextval('s.q'), k s.kind); INSERT INTO t DEFAULT VALUES;"
            "ALTER TABLE t ALTER a DROP DEFAULT; ALTER TABLE t DROP COLUMN k; DROP SCHEMA s CASCADE;"
            "CREATE SCHEMA s; CREATE TABLE s.u (x INT); INSERT INTO s.u VALUES (7);"
            "CREATE SCHEMA other; CREATE TABLE other.u (x INT); DROP SCHEMA other CASCADE;"
            "BEGIN; CREATE SCHEMA in_one; CREATE TABLE in_one.t (x INT); INSERT INTO in_one.t VALUES (1); COMMIT;"
            "BEGIN; CREATE SCHEMA taken_back; CREATE TABLE taken_back.t (x INT); ROLLBACK");
    for (int i = 0; i < 4; i++) {
        db = again(db, i > 0);
        ROWS(db, "SELECT * FROM t", "1;");
        ROWS(db, "SELECT * FROM s.u", "7;");
        ROWS(db, "SELECT * FROM in_one.t", "1;");
        ROWS(db, "SELECT nspname FROM pg_namespace WHERE oid > 16384 ORDER BY nspname", "in_one;s;");
    }
    OK(laminar_close(db));
}

static void test_names(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    LaminarWriter *w = NULL;
    LaminarSchema *schema = NULL;
    LaminarQueryStream *stream = NULL;
    run(db, "CREATE SCHEMA s; CREATE SOURCE s.src (k BIGINT); CREATE MATERIALIZED VIEW s.v AS SELECT sum(k) AS n FROM s.src");
    OK(laminar_get_schema(db, "s.src", &schema));
    laminar_schema_free(schema);
    OK(laminar_writer_create(db, "s.src", &w));
    laminar_writer_free(w);
    FAILS(200, laminar_writer_create(db, "s.nosuch", &w));
    run(db, "INSERT INTO s.src VALUES (3), (4); SET search_path = s");
    ROWS(db, "SELECT n FROM v", "7;");
    FAILS(401, laminar_query_stream(db, "SELECT\n  nope FROM v", &stream));
    LaminarError e = {.size = sizeof(e)};
    OK(laminar_last_error_detail(&e));
    assert_int_equal(e.line, 2);
    assert_int_equal(e.column, 3);
    FAILS(401, laminar_query_stream(db, "SELECT n FROM v WHERE nope", &stream));
    OK(laminar_last_error_detail(&e));
    assert_int_equal(e.column, 23); /* in what was written */
    OK(laminar_close(db));
}

int main(void)
{
    const struct CMUnitTest tests[] = {DIRECTORY_TEST(test_reopen), DIRECTORY_TEST(test_past), DIRECTORY_TEST(test_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
