/* SPDX-License-Identifier: Apache-2.0
 *
 * A database in a directory through the C interface: what was acknowledged is there after closing, after kill -9, after a resend;
 * what cannot be opened says why.
 *
 *   api_durable           the tests
 *   api_durable child DIR pushes and acknowledges on standard output until it is killed
 *   api_durable full DIR  the same until the disk is full; reads, and ends
 *   api_durable open DIR  opens it: exit code 0 = open, 4 = somebody has it open
 *
 * LAMINAR_KILLS=1000 kills that often. */
#include "directory_test.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *self;

/* RESTART IDENTITY of a transaction is in the log when the transaction is, and behind its rows. */
static void test_numbers_begin_anew(void **state)
{
    (void)state;
    char copy[160], command[400];
    for (int commits = 0; commits < 2; commits++) {
        LaminarConnection *db = open_at(dir);
        run(db, "DROP TABLE IF EXISTS u; CREATE TABLE u (id BIGINT GENERATED ALWAYS AS IDENTITY, k INT);"
                "INSERT INTO u (k) SELECT * FROM generate_series(1, 10); DELETE FROM u WHERE id > 2;"
                "BEGIN; UPDATE u SET k = k + 1; TRUNCATE u RESTART IDENTITY");
        OK(laminar_wait(db, 0, LAMINAR_SETTLED, -1)); /* by a checkpoint: it has the numbers as they were before the transaction */
        if (commits)
            run(db, "COMMIT");
        OK(laminar_wait(db, 0, LAMINAR_DURABLE, -1));
        snprintf(copy, sizeof(copy), "%s/copy%d", root, commits); /* what a crash would leave */
        snprintf(command, sizeof(command), "cp -r --sparse=always '%s' '%s'", dir, copy);
        assert_int_equal(system(command), 0);
        if (!commits)
            run(db, "ROLLBACK");
        OK(laminar_close(db));
        db = open_at(copy);
        run(db, "INSERT INTO u (k) VALUES (5)");
        ROWS(db, "SELECT max(id) FROM u", commits ? "1;" : "11;");
        OK(laminar_close(db));
    }
}

static void test_reopen(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (id BIGINT PRIMARY KEY, at TIMESTAMPTZ, k TEXT);"
            "CREATE MATERIALIZED VIEW v AS SELECT k, count(*) AS n FROM t GROUP BY k;"
            "CREATE STREAM big AS SELECT * FROM v WHERE n > 1;"
            "INSERT INTO t (id, k) VALUES (1, 'a'), (2, 'a'), (3, NULL);"
            "UPDATE t SET at = now() WHERE id = 1; UPDATE t SET k = 'b' WHERE id = 2; DELETE FROM t WHERE id = 3;"
            "CREATE TABLE gone (x INT); INSERT INTO gone VALUES (1); DROP TABLE gone;"
            "CREATE OR REPLACE MATERIALIZED VIEW w AS SELECT 1 AS one;"
            "CREATE OR REPLACE MATERIALIZED VIEW w AS SELECT sum(id) AS s FROM t;"
            "SET state_check = 'strict'");
    char before[200];
    snprintf(before, sizeof(before), "%.199s", rows_of(db, "SELECT * FROM t ORDER BY id"));
    OK(laminar_close(db));
    for (int i = 0; i < 3; i++) {
        db = open_at(dir);
        ROWS(db, "SELECT * FROM t ORDER BY id", before); /* now() was not asked again */
        ROWS(db, "SELECT * FROM v ORDER BY k", "a|1;b|1;");
        ROWS(db, "SELECT * FROM w", "3;");
        FAILS(200, laminar_execute(db, "SELECT * FROM gone", NULL));
        run(db, "CREATE SOURCE IF NOT EXISTS q (k TEXT)");
        FAILS(401, laminar_execute(db, "CREATE STREAM x AS SELECT k, count(*) AS n FROM q GROUP BY k", NULL)); /* strict */
        OK(laminar_close(db));
    }
    db = open_at(dir);
    run(db, "INSERT INTO t VALUES (7, NULL, 'a')");
    ROWS(db, "SELECT * FROM v ORDER BY k", "a|2;b|1;");
    FAILS(300, laminar_execute(db, "INSERT INTO t VALUES (7, NULL, 'twice')", NULL));
    OK(laminar_close(db));
    db = open_at(dir);
    ROWS(db, "SELECT * FROM v ORDER BY k", "a|2;b|1;");
    OK(laminar_close(db));
}

static void append_text(char *text, size_t cap, const char *format, uint32_t i)
{
    size_t n = strlen(text);
    snprintf(text + n, cap - n, format, i);
}

/* Queries with more tables of state than one space of numbers has, and a table with more keys, next to each other. */
static void test_many_tables(void **state)
{
    (void)state;
    static char text[40000];
    LaminarConnection *db = open_at(dir);
    text[0] = 0;
    append_text(text, sizeof(text), "CREATE TABLE keys (c0 INT PRIMARY KEY", 0);
    for (uint32_t i = 1; i < 20; i++)
        append_text(text, sizeof(text), ", c%u INT UNIQUE", i);
    run(db, strcat(text, "); CREATE TABLE t (k BIGINT, v BIGINT); CREATE TABLE u (k BIGINT)"));
    for (uint32_t v = 1; v <= 3; v++) {
        text[0] = 0;
        append_text(text, sizeof(text), "CREATE MATERIALIZED VIEW v%u AS SELECT k", v);
        for (uint32_t i = 0; i < 260; i++)
            append_text(text, sizeof(text), ", count(DISTINCT v + %u) AS n", i), append_text(text, sizeof(text), "%u", i);
        run(db, strcat(text, " FROM t GROUP BY k"));
    }
    run(db,
        "INSERT INTO t SELECT x % 3, x FROM generate_series(1, 100) AS g (x); INSERT INTO u VALUES (5);"
        "INSERT INTO keys SELECT x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x FROM generate_series(1, 50) AS g (x)");
    for (int i = 0; i < 3; i++) {
        run(db, "CHECKPOINT");
        OK(laminar_close(db));
        db = open_at(dir);
        ROWS(db, "SELECT v1.k, v1.n0, v2.n259, v3.n100 FROM v1 JOIN v2 USING (k) JOIN v3 USING (k) ORDER BY k",
             "0|33|33|33;1|34|34|34;2|33|33|33;");
        ROWS(db, "SELECT count(*), sum(c19) FROM keys", "50|1275;");
        ROWS(db, "SELECT * FROM u", "5;");
        FAILS(300, laminar_execute(db, "UPDATE keys SET c19 = 7 WHERE c0 = 8", NULL));
    }
    run(db, "DELETE FROM t WHERE v > 10");
    ROWS(db, "SELECT v1.n0, v2.n259, v3.n100 FROM v1 JOIN v2 USING (k) JOIN v3 USING (k) ORDER BY k", "3|3|3;4|4|4;3|3|3;");
    OK(laminar_close(db));
}

/* The zone of the session goes with it; what was made in it keeps the zone, from the log and from a checkpoint. */
static void test_zone(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "SET timezone = 'Europe/Berlin'; CREATE SOURCE s (id INT, ts TIMESTAMPTZ);"
            "CREATE TABLE t (id INT PRIMARY KEY, ts TIMESTAMPTZ DEFAULT '2026-07-01 12:00', CHECK (ts < '2026-07-02'),"
            " day DATE GENERATED ALWAYS AS (ts::date) STORED);"
            "CREATE MATERIALIZED VIEW v AS SELECT id, ts::date AS day, ts::text AS text FROM t;"
            "CREATE STREAM days AS SELECT ts::date AS day FROM s;"
            "INSERT INTO t (id) VALUES (1); INSERT INTO t (id, ts) VALUES (2, '2026-07-01 00:30')");
    ROWS(db, "SELECT * FROM t ORDER BY id", "1|2026-07-01 12:00:00+02|2026-07-01;2|2026-07-01 00:30:00+02|2026-07-01;");
    for (int i = 0; i < 3; i++) {
        if (i == 2)
            run(db, "CHECKPOINT");
        OK(laminar_close(db));
        db = open_at(dir);
        ROWS(db, "SELECT current_setting('timezone')", "UTC;");
        ROWS(db, "SELECT * FROM t WHERE id < 3 ORDER BY id",
             "1|2026-07-01 10:00:00+00|2026-07-01;2|2026-06-30 22:30:00+00|2026-07-01;");
        ROWS(db, "SELECT * FROM v WHERE id < 3 ORDER BY id",
             "1|2026-07-01|2026-07-01 12:00:00+02;2|2026-07-01|2026-07-01 00:30:00+02;");
        run(db, "SET timezone = 'Asia/Tokyo'");
        FAILS(300, laminar_execute(db, "INSERT INTO t VALUES (9, '2026-07-02 07:00')", NULL));
        run(db, "DELETE FROM t WHERE id = 3; INSERT INTO t (id) VALUES (3); INSERT INTO t VALUES (4, '2026-07-02 06:59') ON "
                "CONFLICT DO NOTHING");
        ROWS(db, "SELECT id, ts, day FROM t WHERE id > 2 ORDER BY id",
             "3|2026-07-01 19:00:00+09|2026-07-01;4|2026-07-02 06:59:00+09|2026-07-01;");
        ROWS(db, "SELECT * FROM v WHERE id > 2 ORDER BY id",
             "3|2026-07-01|2026-07-01 12:00:00+02;4|2026-07-01|2026-07-01 23:59:00+02;");
    }
    OK(laminar_close(db));
}

/* Comments and numbers of relations are there again, from the log and from a checkpoint. */
static void test_comments(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (id BIGINT PRIMARY KEY, a TEXT); COMMENT ON TABLE t IS 'first'; COMMENT ON TABLE t IS 'it''s';"
            "COMMENT ON COLUMN t.a IS 'an a'; COMMENT ON COLUMN t.id IS 'gone'; COMMENT ON COLUMN t.id IS NULL;"
            "CREATE TABLE old (x INT); COMMENT ON TABLE old IS 'not to be seen'; DROP TABLE old;"
            "ALTER TABLE t RENAME TO u; COMMENT ON COLUMN u.id IS 'a key'; SET application_name = 'one'; SET on_error = 'null'");
    char number[40];
    snprintf(number, sizeof(number), "%.39s", rows_of(db, "SELECT oid FROM pg_class WHERE relname = 'u'"));
    for (int i = 0; i < 3; i++) {
        ROWS(db, "SELECT objsubid, description FROM pg_description WHERE objoid = 'u'::regclass ORDER BY 1",
             "0|it's;1|a key;2|an a;");
        ROWS(db, "SELECT oid FROM pg_class WHERE relname = 'u'", number);
        ROWS(db, "SELECT count(*) FROM pg_description WHERE description = 'not to be seen'", "0;");
        ROWS(db, "SELECT setting FROM pg_settings WHERE name = 'on_error'", "null;");
        OK(laminar_close(db));
        db = open_at(dir);
        ROWS(db, "SELECT count(*) FROM pg_settings WHERE name = 'application_name' AND setting = ''", "1;");
        if (i == 1)
            run(db, "CHECKPOINT");
    }
    ROWS(db, "SELECT count(*) FROM laminar_wal", "1;");
    OK(laminar_close(db));
}

/* Opens the database in a process that ends without closing it, right behind the answer. */
static void number_and_die(const char *sql, int64_t *ret)
{
    int pipe_of[2];
    assert_int_equal(pipe(pipe_of), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        LaminarConnection *db = open_at(dir);
        int64_t v = strtoll(rows_of(db, sql), NULL, 10);
        _exit(write(pipe_of[1], &v, sizeof(v)) == sizeof(v) ? 0 : 1);
    }
    int status;
    assert_int_equal(read(pipe_of[0], ret, sizeof(*ret)), sizeof(*ret));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    close(pipe_of[0]);
    close(pipe_of[1]);
}

/* No number of a sequence comes twice, whatever ends the program; closing loses none that a checkpoint knew. */
static void test_sequences(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE SEQUENCE s; CREATE SEQUENCE few INCREMENT BY 3 MAXVALUE 9 CYCLE;"
            "CREATE TABLE t (id BIGINT DEFAULT nextval('s') PRIMARY KEY, x INT); INSERT INTO t (x) VALUES (1), (2)");
    ROWS(db, "SELECT nextval('s')", "3;");
    OK(laminar_close(db));
    int64_t last = 3, v;
    for (int i = 0; i < 6; i++) {
        number_and_die(i % 2 ? "SELECT max(nextval('s')) FROM generate_series(1, 50)" : "SELECT nextval('s')", &v);
        assert_true(v > last && v < last + 200);
        last = v;
        db = open_at(dir);
        run(db, "INSERT INTO t (x) VALUES (4)");
        if (i == 3)
            run(db, "CHECKPOINT");
        ROWS(db, "SELECT max(id) = currval('s') FROM t", "t;");
        last = strtoll(rows_of(db, "SELECT currval('s')"), NULL, 10);
        OK(laminar_close(db));
    }
    db = open_at(dir);
    ROWS(db, "SELECT setval('s', 5000), setval('few', 7)", "5000|7;");
    run(db, "CHECKPOINT");
    OK(laminar_close(db));
    for (int i = 0; i < 2; i++) {
        db = open_at(dir);
        FAILS(400, laminar_execute(db, "SELECT currval('s')", NULL));
        OK(laminar_close(db));
    }
    db = open_at(dir);
    ROWS(db, "SELECT nextval('s'), nextval('few'), nextval('few')", "5001|1|4;");
    run(db, "DROP TABLE t; DROP SEQUENCE s; CREATE SEQUENCE s START 7");
    OK(laminar_close(db));
    number_and_die("SELECT nextval('s')", &v);
    assert_int_equal(v, 7);
    db = open_at(dir);
    assert_true(strtoll(rows_of(db, "SELECT nextval('s')"), NULL, 10) > 7);
    OK(laminar_close(db));
}

/* What ALTER SEQUENCE says holds after each opening, from the log and from checkpoints, and the log is never behind. */
static void test_altered_sequences(void **state)
{
    (void)state;
    int64_t v;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (id INT); CREATE SEQUENCE s OWNED BY t.id; SELECT nextval('s');"
            "ALTER SEQUENCE s INCREMENT 5 MAXVALUE 1000; SELECT nextval('s'); ALTER SEQUENCE s RENAME TO z");
    ROWS(db, "SELECT nextval('z')", "11;");
    run(db, "CREATE SEQUENCE k; SELECT nextval('k'); ALTER SEQUENCE k RESTART 50");
    OK(laminar_close(db));
    db = open_at(dir);
    ROWS(db, "SELECT nextval('z'), nextval('k')", "16|50;");
    run(db, "CHECKPOINT; ALTER SEQUENCE k INCREMENT 7 CACHE 100");
    ROWS(db, "SELECT nextval('k')", "57;");
    OK(laminar_close(db));
    number_and_die("SELECT nextval('k')", &v);
    assert_int_equal(v, 64);
    db = open_at(dir);
    v = strtoll(rows_of(db, "SELECT nextval('k')"), NULL, 10);
    assert_true(v > 64 && v <= 64 + 7 * 100);
    ROWS(db, "SELECT pg_get_serial_sequence('t', 'id'), increment_by, max_value FROM pg_sequences WHERE sequencename = 'z'",
         "public.z|5|1000;");
    run(db, "ALTER SEQUENCE z MAXVALUE 20; DROP TABLE t");
    OK(laminar_close(db));
    db = open_at(dir);
    ROWS(db, "SELECT sequencename FROM pg_sequences", "k;");
    OK(laminar_close(db));
}

/* RESTART IDENTITY holds after each opening, and no number that was given behind it comes twice. */
static void test_restarted_numbers(void **state)
{
    (void)state;
    int64_t v;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (id SERIAL, x INT); CREATE SEQUENCE s START 10 OWNED BY t.x;"
            "INSERT INTO t (x) SELECT nextval('s') FROM generate_series(1, 100); CHECKPOINT; TRUNCATE t RESTART IDENTITY");
    OK(laminar_close(db));
    db = open_at(dir);
    run(db, "INSERT INTO t (x) VALUES (nextval('s'))");
    ROWS(db, "SELECT * FROM t", "1|10;");
    run(db, "CHECKPOINT; TRUNCATE t RESTART IDENTITY");
    OK(laminar_close(db));
    number_and_die("SELECT nextval('s')", &v);
    assert_int_equal(v, 10);
    db = open_at(dir);
    assert_true(strtoll(rows_of(db, "SELECT nextval('s')"), NULL, 10) > 10);
    run(db, "INSERT INTO t (x) VALUES (1)");
    ROWS(db, "SELECT id FROM t", "1;");
    OK(laminar_close(db));
}

static void run_and_die(const char *sql)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        run(open_at(dir), sql);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* A number of an identity column whose row has gone does not come again, whether the log says so or a checkpoint. */
static void test_numbers_of_gone_rows(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (id SERIAL, x INT); INSERT INTO t (x) VALUES (1), (2), (3); DELETE FROM t WHERE id > 1");
    OK(laminar_close(db));
    run_and_die("INSERT INTO t (x) VALUES (4); DELETE FROM t WHERE x = 4");
    run_and_die("INSERT INTO t (id, x) VALUES (10, 5); DELETE FROM t; CHECKPOINT; INSERT INTO t (x) VALUES (6)");
    db = open_at(dir);
    run(db, "INSERT INTO t (x) VALUES (7)");
    ROWS(db, "SELECT * FROM t ORDER BY id", "11|6;12|7;");
    OK(laminar_close(db));
    /* That a restart was taken back is in the log, too. */
    run_and_die("DELETE FROM t WHERE x = 7; BEGIN; TRUNCATE t RESTART IDENTITY; INSERT INTO t (x) VALUES (8); ROLLBACK");
    run_and_die("BEGIN; INSERT INTO t (x) VALUES (9); COMMIT; DELETE FROM t WHERE x = 9");
    run_and_die("BEGIN; CREATE TABLE u (id BIGINT GENERATED ALWAYS AS IDENTITY, x INT); INSERT INTO u (x) VALUES (1), (2); COMMIT;"
                "DELETE FROM u WHERE x = 2");
    db = open_at(dir);
    run(db, "INSERT INTO t (x) VALUES (10); INSERT INTO u (x) VALUES (3)");
    ROWS(db, "SELECT * FROM t ORDER BY id", "11|6;14|10;");
    ROWS(db, "SELECT * FROM u ORDER BY id", "1|1;3|3;");
    OK(laminar_close(db));
    run_and_die("TRUNCATE t RESTART IDENTITY; INSERT INTO t (x) VALUES (11)");
    run_and_die("TRUNCATE t RESTART IDENTITY");
    db = open_at(dir);
    run(db, "INSERT INTO t (x) VALUES (12)");
    ROWS(db, "SELECT * FROM t", "1|12;");
    OK(laminar_close(db));
}

/* What ALTER draws for each row, numbers and chance, is drawn once: the log has it, a checkpoint too. */
static void test_altered_rows(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (v INT); INSERT INTO t SELECT g % 1000 FROM generate_series(1, 6000) AS g; CREATE SEQUENCE s;"
            "CREATE MATERIALIZED VIEW total AS SELECT count(*) AS n, sum(v) AS v FROM t");
    run(db, "DELETE FROM t WHERE v % 3 = 1; INSERT INTO t VALUES (-1), (-1)");
    run(db, "ALTER TABLE t ADD id SERIAL PRIMARY KEY, ADD u UUID DEFAULT gen_random_uuid(), ADD n BIGINT DEFAULT nextval('s') * 2");
    static const char sums[] =
        "SELECT count(*), sum(id), sum(n), md5(string_agg(v || ' ' || id || ' ' || u || ' ' || n, ',' ORDER BY id)) FROM t";
    char was[256];
    snprintf(was, sizeof(was), "%s", rows_of(db, sums));
    OK(laminar_close(db));
    for (uint32_t i = 0; i < 3; i++) {
        db = open_at(dir);
        ROWS(db, sums, was);
        ROWS(db, "SELECT (SELECT n FROM total) = count(*), (SELECT v FROM total) = sum(v) FROM t", "t|t;");
        if (i == 1)
            run(db, "CHECKPOINT");
        OK(laminar_close(db));
    }
    run_and_die(
        "DROP MATERIALIZED VIEW total; BEGIN; ALTER TABLE t ADD r DOUBLE DEFAULT random(); INSERT INTO t (v) VALUES (7); COMMIT;"
        "CREATE TABLE kept AS SELECT id, r FROM t; ALTER SEQUENCE t_id_seq RESTART WITH 90000");
    run_and_die("BEGIN; ALTER TABLE t ADD w DOUBLE DEFAULT random(); ALTER SEQUENCE t_id_seq RESTART WITH 5; ROLLBACK");
    for (uint32_t i = 0; i < 2; i++) {
        db = open_at(dir);
        ROWS(db, "SELECT count(*) FROM t JOIN kept USING (id, r) WHERE t.v = 7 OR r < 1", "4005;");
        run(db, i ? "INSERT INTO t (v) VALUES (9)" : "CHECKPOINT");
        OK(laminar_close(db));
    }
    db = open_at(dir);
    ROWS(db, "SELECT id FROM t WHERE v = 9 AND id > 6000", "90000;");
    OK(laminar_close(db));
    run_and_die("CREATE TABLE d (id INT PRIMARY KEY); INSERT INTO d VALUES (1); CREATE TABLE began AS SELECT now() AS m LIMIT 0;"
                "BEGIN; INSERT INTO began VALUES (now()); ALTER TABLE d ADD m TIMESTAMPTZ DEFAULT now(); COMMIT");
    for (uint32_t i = 0; i < 2; i++) {
        db = open_at(dir);
        ROWS(db, "SELECT count(*) FROM d JOIN began USING (m)", "1;");
        run(db, "CHECKPOINT");
        OK(laminar_close(db));
    }
}

/* Labels that came later are there again, whether the log says so or a checkpoint, and in another database not. */
static void test_added_labels(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir), *other;
    run(db, "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE p (id INT PRIMARY KEY, m mood); CREATE INDEX i ON p (m);"
            "CREATE MATERIALIZED VIEW v AS SELECT m, count(*) AS n FROM p GROUP BY m; INSERT INTO p VALUES (1, 'sad');"
            "ALTER TYPE mood ADD VALUE 'happy'; INSERT INTO p VALUES (2, 'happy')");
    OK(laminar_close(db));
    db = open_at(dir);
    ROWS(db, "SELECT * FROM v ORDER BY m", "sad|1;happy|1;");
    run(db, "CHECKPOINT; ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'; ALTER TYPE mood ADD VALUE 'great';"
            "INSERT INTO p VALUES (3, 'great'), (4, 'fine')");
    for (uint32_t i = 0; i < 2; i++) {
        OK(laminar_close(db));
        db = open_at(dir);
        ROWS(db, "SELECT * FROM v ORDER BY m", "sad|1;fine|1;happy|1;great|1;");
        ROWS(db, "SELECT id FROM p WHERE m = 'great'", "3;");
        run(db, "CHECKPOINT");
    }
    OK(laminar_close(db));
    run_and_die(
        "BEGIN; ALTER TYPE mood ADD VALUE 'glad'; ALTER TYPE mood RENAME VALUE 'great' TO 'grand'; COMMIT;"
        "INSERT INTO p VALUES (5, 'glad'); BEGIN; ALTER TYPE mood ADD VALUE 'gone'; ALTER TYPE mood RENAME VALUE 'sad' TO 'x'");
    db = open_at(dir);
    ROWS(db, "SELECT enum_range(NULL::mood), (SELECT string_agg(m::text, ' ' ORDER BY id) FROM p)",
         "{sad,fine,happy,grand,glad}|sad happy grand fine glad;");
    OK(laminar_open(&other));
    run(other, "CREATE TYPE mood AS ENUM ('sad', 'ok')");
    ROWS(other, "SELECT enum_range(NULL::mood)", "{sad,ok};");
    OK(laminar_close(other));
    run(db, "DROP MATERIALIZED VIEW v; ALTER TABLE p DROP m; DROP TYPE mood; CREATE TYPE mood AS ENUM ('x'); CHECKPOINT");
    OK(laminar_close(db));
    db = open_at(dir);
    ROWS(db, "SELECT enum_range(NULL::mood), count(*) FROM p", "{x}|5;");
    OK(laminar_close(db));
}

/* Functions that are queries, and what is made of them, are there again, and follow. */
static void test_functions(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (id INT PRIMARY KEY, g TEXT, v INT); INSERT INTO t VALUES (1, 'a', 10), (2, 'b', 5);"
            "CREATE FUNCTION total(k TEXT) RETURNS BIGINT LANGUAGE SQL AS 'SELECT sum(v) FROM t WHERE g = k';"
            "CREATE FUNCTION rows_of(k TEXT, least INT DEFAULT 0) RETURNS TABLE (i INT, w INT) BEGIN ATOMIC SELECT id, v FROM t "
            "WHERE g = k AND v >= least; END;"
            "CREATE MATERIALIZED VIEW m AS SELECT t.id, total(t.g) AS n, r.w FROM t, rows_of(t.g) r");
    for (int i = 0; i < 3; i++) {
        char text[64];
        OK(laminar_close(db));
        db = open_at(dir);
        ROWS(db, "SELECT * FROM m WHERE id = 2", "2|5|5;");
        run(db, "INSERT INTO t VALUES (3, 'a', 1)");
        ROWS(db, "SELECT * FROM m WHERE id = 1 ORDER BY w", "1|11|1;1|11|10;");
        ROWS(db, "SELECT * FROM rows_of('a', 2) WITH ORDINALITY", "1|10|1;");
        run(db, "DELETE FROM t WHERE id = 3");
        snprintf(text, sizeof(text), "%s", i == 1 ? "CHECKPOINT" : "SELECT 1");
        run(db, text);
    }
    run(db, "DROP TABLE t CASCADE; CHECKPOINT");
    OK(laminar_close(db));
    db = open_at(dir);
    ROWS(db, "SELECT count(*) FROM pg_proc WHERE pronamespace = 2200", "0;");
    OK(laminar_close(db));
}

/* Domains hold values to what they did, whether the log says so or a checkpoint. */
static void test_domains(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE DOMAIN pos AS INT DEFAULT 3 CHECK (VALUE > 0); CREATE DOMAIN few AS pos NOT NULL CHECK (VALUE < 10);"
            "CREATE TABLE t (id INT, p pos, f few DEFAULT 1, a pos[]); INSERT INTO t VALUES (1, NULL, 2, '{5}');"
            "CREATE FUNCTION g(x pos) RETURNS INT LANGUAGE SQL AS 'SELECT x + 1';"
            "ALTER DOMAIN pos SET DEFAULT 7; ALTER DOMAIN few DROP NOT NULL;"
            "CREATE MATERIALIZED VIEW v AS SELECT id, (f + 1)::few AS f FROM t; CREATE DOMAIN gone AS INT; DROP DOMAIN gone");
    for (uint32_t i = 0; i < 3; i++) {
        OK(laminar_close(db));
        db = open_at(dir);
        FAILS(300, laminar_execute(db, "INSERT INTO t VALUES (2, 0)", NULL));
        FAILS(300, laminar_execute(db, "INSERT INTO t VALUES (2, 1, 10)", NULL));
        FAILS(300, laminar_execute(db, "INSERT INTO t VALUES (2, 1, 9, '{-1}')", NULL));
        FAILS(300, laminar_execute(db, "SELECT g(0)", NULL));
        run(db, "INSERT INTO t (id, f) VALUES (2, NULL)");
        ROWS(db, "SELECT p, f FROM t WHERE id = 2", "7|NULL;");
        ROWS(db, "SELECT * FROM v WHERE id = 1", "1|3;");
        run(db, "DELETE FROM t WHERE id = 2");
        if (i == 1)
            run(db, "CHECKPOINT");
    }
    run(db, "DROP MATERIALIZED VIEW v; DROP FUNCTION g; DROP DOMAIN pos CASCADE; CHECKPOINT");
    OK(laminar_close(db));
    db = open_at(dir);
    ROWS(db, "SELECT * FROM t", "1;");
    run(db, "DROP TABLE t; CREATE DOMAIN pos AS TEXT; DROP DOMAIN pos");
    OK(laminar_close(db));
}

/* Views that have changed their names have what they had. */
static void test_renamed_views(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (k TEXT, v INT); CREATE MATERIALIZED VIEW a AS SELECT k, sum(v) AS s FROM t GROUP BY k;"
            "CREATE MATERIALIZED VIEW b AS SELECT count(*) AS n FROM t; INSERT INTO t VALUES ('x', 1);"
            "ALTER MATERIALIZED VIEW a RENAME TO c; ALTER MATERIALIZED VIEW b RENAME TO a; INSERT INTO t VALUES ('x', 2)");
    OK(laminar_close(db));
    for (uint32_t i = 0; i < 2; i++) {
        db = open_at(dir);
        ROWS(db, "TABLE a", "2;");
        ROWS(db, "TABLE c", "x|3;");
        run(db, "CHECKPOINT");
        OK(laminar_close(db));
    }
    run_and_die(
        "INSERT INTO t VALUES ('y', 5); ALTER MATERIALIZED VIEW a RENAME TO d; DROP MATERIALIZED VIEW c; INSERT INTO t VALUES "
        "('y', 5)");
    for (uint32_t i = 0; i < 2; i++) {
        db = open_at(dir);
        ROWS(db, "TABLE d", "4;");
        ROWS(db, "SELECT name FROM laminar_relations WHERE kind = 'ERROR TABLE'", "d$errors;");
        run(db, "CHECKPOINT");
        OK(laminar_close(db));
    }
}

static void test_renamed_streams(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    char sql[2000];
    snprintf(sql, sizeof(sql),
             "CREATE SOURCE s (v INT); CREATE STREAM u AS SELECT v FROM s WHERE v > 1; CREATE SOURCE g (n BIGINT) FROM GENERATOR "
             "(max_rows = 3);"
             "CREATE SINK k FROM s INTO FILE (path = '%s/k.csv'); INSERT INTO s VALUES (1), (2);"
             "ALTER STREAM u RENAME TO w; ALTER SINK k RENAME TO l; ALTER SOURCE g RENAME TO h; INSERT INTO s VALUES (3)",
             root);
    run(db, sql);
    snprintf(sql, sizeof(sql), "CREATE SINK k FROM s INTO FILE (path = '%s/other.csv')", root);
    FAILS(102, laminar_execute(db, sql, NULL)); /* what l has not published is known by that name */
    OK(laminar_close(db));
    for (uint32_t i = 0; i < 2; i++) {
        db = open_at(dir);
        ROWS(db, "SELECT name FROM laminar_relations WHERE kind IN ('STREAM', 'SINK', 'SOURCE') ORDER BY name", "h;l;s;w;");
        ROWS(db, "SELECT count(*) FROM h", "3;");
        run(db, "INSERT INTO s VALUES (4); CHECKPOINT");
        OK(laminar_close(db));
    }
    run_and_die("INSERT INTO s VALUES (5); ALTER SINK l RENAME TO m; ALTER STREAM w RENAME TO u; INSERT INTO s VALUES (6)");
    db = open_at(dir);
    ROWS(db, "SELECT name FROM laminar_relations WHERE kind IN ('STREAM', 'SINK') ORDER BY name", "m;u;");
    run(db, "CHECKPOINT");
    snprintf(sql, sizeof(sql), "CREATE SOURCE f (v INT) FROM FILE (path = '%s/k.csv')", root);
    run(db, sql);
    ROWS(db, "SELECT count(*), sum(v) FROM f", "7|25;");
    run(db, "DROP SINK m");
    snprintf(sql, sizeof(sql), "CREATE SINK k FROM s INTO FILE (path = '%s/other.csv')", root);
    run(db, sql);
    OK(laminar_close(db));
}

/* A table that was made after the likeness of something does not need it any more, nor does a view that was replaced. */
static void test_origins_go(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (a INT, b DECIMAL(10,2)); INSERT INTO t VALUES (1, 2); CREATE TABLE x1 AS SELECT a, b + 1 AS b FROM t;"
            "CREATE TABLE x2 (LIKE t, c INT); SELECT a INTO x3 FROM t; INSERT INTO x2 VALUES (3, 4, 5);"
            "BEGIN; CREATE TABLE x4 AS TABLE t; COMMIT; DROP TABLE t; CHECKPOINT");
    run(db, "CREATE TABLE o1 (a INT, b INT); CREATE TABLE o2 (a INT, b INT); CREATE TABLE o3 (a INT, b INT);"
            "INSERT INTO o3 VALUES (7, 8); CREATE VIEW v AS SELECT a, b FROM o1; CREATE VIEW w AS SELECT a FROM v;"
            "CREATE OR REPLACE VIEW v AS SELECT a, b FROM o2; COMMENT ON COLUMN v.a IS 'first';"
            "CREATE OR REPLACE VIEW v AS SELECT a, b FROM o3; DROP TABLE o2; CHECKPOINT");
    for (uint32_t i = 0; i < 2; i++) {
        OK(laminar_close(db));
        db = open_at(dir);
        ROWS(db, "SELECT a, b FROM x1 UNION ALL SELECT a, b FROM x2 UNION ALL SELECT a, 0 FROM x3 UNION ALL TABLE x4 ORDER BY 1, 2",
             "1|0.00;1|2.00;1|3.00;3|4.00;");
        ROWS(db, "SELECT a FROM w", "7;");
        run(db, "CHECKPOINT");
    }
    OK(laminar_close(db));
}

/* What a table had before it was altered may go, too: types, functions and sequences, and come again under the same name. */
static void test_past_of_tables(void **state)
{
    (void)state;
    static const char *const all = "SELECT (SELECT count(*) FROM pg_type WHERE typname IN ('mood', 'late')), (SELECT count(*) FROM "
                                   "laminar_functions WHERE name = 'above'), (SELECT count(*) FROM information_schema.sequences)";
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE early (a INT); CREATE TYPE mood AS ENUM ('a', 'b'); CREATE SEQUENCE s; CREATE SEQUENCE kept;"
            "CREATE FUNCTION above(x INT) RETURNS BOOLEAN AS (x > 0);"
            "CREATE TABLE t (a INT CONSTRAINT c CHECK (above(a)), m mood, n BIGINT DEFAULT nextval('s'), o BIGINT DEFAULT "
            "nextval('kept')); INSERT INTO t VALUES (1, 'b')");
    run(db, "ALTER TABLE early ADD COLUMN m mood; INSERT INTO early VALUES (5, 'a'); ALTER TABLE early DROP COLUMN m;"
            "ALTER TABLE t DROP CONSTRAINT c; ALTER TABLE t ALTER COLUMN m TYPE TEXT USING m::text; ALTER TABLE t ALTER COLUMN n "
            "DROP DEFAULT;"
            "DROP FUNCTION above(INT); DROP SEQUENCE s; DROP TYPE mood; CREATE TYPE mood AS ENUM ('c')");
    run(db, "BEGIN; CREATE TYPE late AS ENUM ('z'); ALTER TABLE early ADD COLUMN z late; COMMIT;"
            "BEGIN; ALTER TABLE early DROP COLUMN z; DROP TYPE late; ALTER TABLE early ADD COLUMN m mood; COMMIT");
    for (uint32_t i = 0; i < 3; i++) {
        ROWS(db, all, "1|0|1;");
        ROWS(db, "SELECT a, m, n, o FROM t", "1|b|1|1;");
        ROWS(db, "SELECT * FROM early", "5|NULL;");
        if (i < 2)
            run(db, "CHECKPOINT");
        OK(laminar_close(db));
        db = open_at(dir);
    }
    run(db, "DROP TABLE t, early; DROP TYPE mood; DROP SEQUENCE kept; CHECKPOINT");
    OK(laminar_close(db));
    db = open_at(dir);
    ROWS(db, all, "0|0|0;");
    OK(laminar_close(db));
}

/* The catalog of a transaction is there with its rows, or neither is: after COMMIT, ROLLBACK, and an end in between. */
static void test_catalog_in_transactions(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE base (x INT); INSERT INTO base VALUES (1)");
    run(db, "BEGIN; CREATE TABLE lost (x INT); INSERT INTO lost VALUES (1); ALTER TABLE base ADD COLUMN y INT; ROLLBACK");
    run(db, "BEGIN; CREATE TABLE a (id INT PRIMARY KEY, t TEXT); INSERT INTO a VALUES (1, 'x'), (2, 'y');"
            "ALTER TABLE base ADD COLUMN y INT DEFAULT 7; INSERT INTO base VALUES (2, 2); CREATE SEQUENCE s;"
            "SAVEPOINT p; CREATE TABLE gone (x INT); DROP TABLE a; ROLLBACK TO p;"
            "CREATE TABLE b (i BIGINT DEFAULT nextval('s'), z INT REFERENCES a); INSERT INTO b (z) VALUES (1), (2);"
            "CREATE INDEX bi ON b (z); CREATE VIEW v AS SELECT count(*) AS n FROM a; COMMENT ON TABLE a IS 'c'; COMMIT");
    FAILS(400, laminar_execute(db, "BEGIN; CREATE TABLE half (x INT); CHECKPOINT", NULL));
    run(db, "ROLLBACK");
    OK(laminar_close(db));
    static const char *const all =
        "SELECT (SELECT count(*) FROM a), (SELECT max(i) FROM b WHERE z = 2), (SELECT sum(y) FROM base), (SELECT n "
        "FROM v), obj_description('a'::regclass, 'pg_class'), (SELECT count(*) FROM pg_tables WHERE "
        "schemaname = 'public')";
    for (int i = 0; i < 2; i++) {
        db = open_at(dir);
        ROWS(db, all, "2|2|9|2|c|3;");
        run(db, "CHECKPOINT");
        OK(laminar_close(db));
    }
    db = open_at(dir);
    ROWS(db, all, "2|2|9|2|c|3;");
    run(db, "BEGIN; DROP TABLE b; DROP VIEW v; CREATE TABLE b (other TEXT); INSERT INTO b VALUES ('new'); COMMIT");
    run(db, "BEGIN; CREATE TABLE open_end (x INT); INSERT INTO open_end VALUES (1)");
    OK(laminar_close(db));
    db = open_at(dir);
    ROWS(db, "SELECT (SELECT other FROM b), (SELECT count(*) FROM pg_tables WHERE schemaname = 'public'), nextval('s') > 2",
         "new|3|t;");
    OK(laminar_close(db));
}

/* Altered relations, from the log and from checkpoints made before and after: rows, keys, and queries over them that go on. */
static void test_altered(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (id INT PRIMARY KEY, v INT UNIQUE, w TEXT, x INT); CREATE SOURCE s (k INT, a TEXT);"
            "INSERT INTO t VALUES (1, 2, 'a', 7), (2, 3, 'b', 8); INSERT INTO s VALUES (1, 'p');"
            "CREATE MATERIALIZED VIEW m AS SELECT x, count(*) AS n FROM t GROUP BY x;"
            "CREATE MATERIALIZED VIEW gone AS SELECT w FROM t;"
            "ALTER TABLE t ADD COLUMN y INT DEFAULT 5, ADD COLUMN at TIMESTAMPTZ DEFAULT now();"
            "ALTER SOURCE s ADD COLUMN b INT DEFAULT 1");
    char at[80];
    snprintf(at, sizeof(at), "%.79s", rows_of(db, "SELECT DISTINCT at FROM t"));
    for (int i = 0; i < 2; i++) {
        if (i)
            run(db, "CHECKPOINT");
        OK(laminar_close(db));
        db = open_at(dir);
        ROWS(db, "SELECT id, v, w, x, y FROM t ORDER BY id", "1|2|a|7|5;2|3|b|8|5;");
        ROWS(db, "SELECT DISTINCT at FROM t", at);
        ROWS(db, "SELECT * FROM s", "1|p|1;");
        FAILS(300, laminar_execute(db, "INSERT INTO t (id, v) VALUES (3, 2)", NULL));
    }
    run(db, "ALTER TABLE t DROP COLUMN w CASCADE, ALTER y TYPE TEXT USING y || '!'; ALTER SOURCE s DROP COLUMN a;"
            "ALTER TABLE t RENAME COLUMN y TO z; INSERT INTO t VALUES (3, 4, 8, 'z', NULL)");
    for (int i = 0; i < 2; i++) {
        if (i)
            run(db, "CHECKPOINT");
        OK(laminar_close(db));
        db = open_at(dir);
        FAILS(200, laminar_execute(db, "SELECT * FROM gone", NULL));
        ROWS(db, "SELECT id, v, x, z FROM t ORDER BY id", "1|2|7|5!;2|3|8|5!;3|4|8|z;");
        ROWS(db, "SELECT * FROM m ORDER BY x", "7|1;8|2;");
        ROWS(db, "SELECT * FROM s", "1|1;");
        FAILS(300, laminar_execute(db, "INSERT INTO t (id, v) VALUES (4, 4)", NULL));
    }
    run(db, "DELETE FROM t WHERE id = 3; INSERT INTO s VALUES (2, 2)");
    ROWS(db, "SELECT * FROM m ORDER BY x", "7|1;8|1;");
    OK(laminar_close(db));
}

/* What a transaction may put off is the same after a restart, from the log and from a checkpoint; and the rows are judged. */
static void test_deferrable(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE p (id INT PRIMARY KEY); CREATE TABLE q (id INT PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, n INT);"
            "CREATE TABLE c (a INT, b INT); ALTER TABLE c ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES p DEFERRABLE;"
            "ALTER TABLE c ALTER CONSTRAINT k DEFERRABLE INITIALLY DEFERRED;"
            "BEGIN; INSERT INTO c VALUES (1); INSERT INTO p VALUES (1); INSERT INTO q VALUES (1, 1), (2, 2); COMMIT");
    OK(laminar_close(db));
    for (int i = 2; i < 4; i++) {
        db = open_at(dir);
        run(db, "BEGIN; INSERT INTO c VALUES (9)");
        FAILS(300, laminar_execute(db, "COMMIT", NULL));
        expect_sqlstate("23503");
        run(db, "BEGIN; UPDATE q SET id = 2 WHERE n = 1; UPDATE q SET id = 1 WHERE n = 2; UPDATE q SET n = id; COMMIT");
        FAILS(300, laminar_execute(db, "INSERT INTO q VALUES (1, 3)", NULL));
        expect_sqlstate("23505");
        FAILS(300, laminar_execute(db, "DELETE FROM p WHERE id = 1", NULL));
        expect_sqlstate("23503");
        run(db, "BEGIN; DELETE FROM p; INSERT INTO p VALUES (1); COMMIT; CHECKPOINT");
        ROWS(db, "SELECT id, n FROM q ORDER BY id", "1|1;2|2;");
        OK(laminar_close(db));
    }
}

/* Indexes of expressions and of some rows are made again from their texts. */
static void test_partial(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE p (id INT, mail TEXT, gone BOOLEAN); CREATE UNIQUE INDEX u ON p (lower(mail)) WHERE NOT gone;"
            "CREATE INDEX o ON p ((id * 2)) WHERE id > 1; INSERT INTO p VALUES (1, 'A', false), (2, 'a', true), (3, 'b', false)");
    OK(laminar_close(db));
    for (int i = 0; i < 3; i++) {
        db = open_at(dir);
        FAILS(300, laminar_execute(db, "INSERT INTO p VALUES (4, 'B', false)", NULL));
        expect_sqlstate("23505");
        run(db, "INSERT INTO p VALUES (4, 'B', false) ON CONFLICT (lower(mail)) WHERE NOT gone DO UPDATE SET mail = 'b'");
        ROWS(db, "SELECT id FROM p WHERE id * 2 = 6 AND id > 2", "3;");
        ROWS(db, "SELECT id FROM p WHERE lower(mail) = 'a' AND NOT gone", "1;");
        if (i == 1)
            run(db, "ALTER TABLE p ADD COLUMN more INT; CHECKPOINT");
        OK(laminar_close(db));
    }
}

/* Foreign keys and generated columns hold after a restart, from the log and from a checkpoint; a table that nothing refers to any
 * more may be gone by then. */
static void test_keys(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE p (id INT PRIMARY KEY, twice INT GENERATED ALWAYS AS (id * 2) STORED UNIQUE);"
            "CREATE TABLE c (a INT REFERENCES p ON DELETE CASCADE, b INT REFERENCES p (twice));"
            "CREATE TABLE later (a INT); ALTER TABLE later ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES p;"
            "INSERT INTO p VALUES (1), (2), (3); INSERT INTO c VALUES (1, 6), (2, NULL); INSERT INTO later VALUES (3)");
    OK(laminar_close(db));
    for (int i = 0; i < 2; i++) {
        db = open_at(dir);
        FAILS(300, laminar_execute(db, "INSERT INTO c VALUES (4, NULL)", NULL));
        expect_sqlstate("23503");
        FAILS(300, laminar_execute(db, "DELETE FROM p WHERE id = 3", NULL));
        expect_sqlstate("23503");
        run(db, "DELETE FROM p WHERE id = 2; INSERT INTO p VALUES (2); INSERT INTO c VALUES (2, 4); CHECKPOINT");
        ROWS(db, "SELECT a, b FROM c ORDER BY a, b", "1|6;2|4;");
        OK(laminar_close(db));
    }
    db = open_at(dir);
    run(db, "ALTER TABLE c DROP CONSTRAINT c_a_fkey; ALTER TABLE c DROP CONSTRAINT c_b_fkey; ALTER TABLE later DROP CONSTRAINT k;"
            "DROP TABLE p; CHECKPOINT");
    OK(laminar_close(db));
    db = open_at(dir);
    run(db, "INSERT INTO c VALUES (9, 9); INSERT INTO later VALUES (9)");
    ROWS(db, "SELECT count(*) FROM pg_constraint WHERE contype = 'f'", "0;");
    OK(laminar_close(db));
}

static void test_refusals(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir), *other = NULL;
    FAILS(102, laminar_open_with_config(dir, NULL, &other));
    expect_sqlstate("55006");
    OK(laminar_close(db));
    db = open_at(dir); /* the lock goes with the connection */
    OK(laminar_close(db));
    assert_int_equal(laminar_open_with_config(root, NULL, &other), 400); /* it holds something else */
    expect_sqlstate("55000");
    FAILS(400, laminar_open_with_config("/proc/no/such/place", NULL, &other));
    char path[200];
    snprintf(path, sizeof(path), "%s/LAMINAR", dir);
    FILE *f = fopen(path, "r+");
    assert_non_null(f);
    fputs("something else", f);
    fclose(f);
    FAILS(900, laminar_open_with_config(dir, NULL, &other));
    expect_sqlstate("XX001");
    if (geteuid() != 0) {
        assert_int_equal(chmod(root, 0500), 0);
        snprintf(path, sizeof(path), "%s/new", root);
        FAILS(400, laminar_open_with_config(path, NULL, &other));
        expect_sqlstate("42501");
        assert_int_equal(chmod(root, 0700), 0);
    }
    assert_null(other);
}

static void test_levels(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    LaminarWriter *w = NULL;
    LaminarRow *row = NULL;
    uint64_t ticket = 0, last = 0;
    run(db, "CREATE SOURCE s (v BIGINT); SET wal_mode = async");
    OK(laminar_writer_create(db, "s", &w));
    for (int i = 0; i < 100; i++) {
        OK(laminar_row_begin(w, &row));
        OK(laminar_row_i64(row, 0, i));
        OK(laminar_row_push(row));
        OK(laminar_writer_ticket(w, &ticket));
        assert_true(ticket > last);
        last = ticket;
    }
    OK(laminar_wait(db, ticket, LAMINAR_ACCEPTED, 0));
    OK(laminar_wait(db, ticket, LAMINAR_DURABLE, -1));
    OK(laminar_wait(db, ticket, LAMINAR_DURABLE, 0));
    OK(laminar_wait(db, 0, LAMINAR_DURABLE, 1000));
    FAILS(502, laminar_wait(db, ticket, LAMINAR_SETTLED, 0));
    OK(laminar_wait(db, ticket, LAMINAR_SETTLED, -1));
    OK(laminar_wait(db, ticket, LAMINAR_SETTLED, 0));
    run(db, "SET checkpoint_interval = '100 ms'; CHECKPOINT");
    FAILS(401, laminar_execute(db, "SET checkpoint_interval = '1 ms'", NULL));
    FAILS(401, laminar_wait(db, 0, (LaminarLevel)7, 0));
    run(db, "INSERT INTO s VALUES (100); RESET wal_mode");
    run(db,
        "CREATE SOURCE a (v BIGINT) WITH (wal_mode = 'async'); CREATE TABLE waits AS SELECT measured AS n FROM laminar_latencies "
        "WHERE name = 'log_wait'; SET wal_mode = async; CREATE SOURCE b (v BIGINT) WITH (wal_mode = 'sync')");
    run(db, "RESET wal_mode; UPDATE waits SET n = (SELECT measured FROM laminar_latencies WHERE name = 'log_wait')");
    run(db, "INSERT INTO a VALUES (1); INSERT INTO a VALUES (2)");
    ROWS(db, "SELECT measured - n FROM waits, laminar_latencies WHERE name = 'log_wait'", "1;"); /* of the UPDATE */
    run(db, "INSERT INTO s VALUES (-1); SET wal_mode = async; INSERT INTO s VALUES (1); INSERT INTO b VALUES (1); RESET wal_mode");
    ROWS(db, "SELECT measured - n > 2 FROM waits, laminar_latencies WHERE name = 'log_wait'", "t;");
    FAILS(401, laminar_execute(db, "SET wal_mode = 'maybe'", NULL));
    laminar_writer_free(w);
    OK(laminar_close(db));
    db = open_at(dir);
    ROWS(db, "SELECT count(*), sum(v) FROM s", "103|5050;");
    ROWS(db, "SELECT count(*) FROM a", "2;");
    OK(laminar_close(db));
    OK(laminar_open(&db)); /* in memory */
    OK(laminar_wait(db, 0, LAMINAR_ACCEPTED, 0));
    FAILS(400, laminar_wait(db, 0, LAMINAR_DURABLE, 0));
    FAILS(400, laminar_execute(db, "SET wal_mode = async", NULL));
    OK(laminar_close(db));
}

static void push_row(LaminarWriter *w, int64_t v)
{
    LaminarRow *row = NULL;
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_i64(row, 0, v));
    OK(laminar_row_push(row));
}

/* A client that sends everything again after each crash. */
static void test_producer(void **state)
{
    (void)state;
    LaminarWriter *w = NULL;
    uint64_t last = 0;
    for (int life = 0; life < 3; life++) {
        LaminarConnection *db = open_at(dir);
        if (life == 0)
            run(db, "CREATE SOURCE s (v BIGINT); CREATE TABLE t (v BIGINT)");
        OK(laminar_writer_create(db, "s", &w));
        OK(laminar_writer_producer(w, 77, &last));
        assert_int_equal(last, life == 0 ? 0 : 10 * life);
        OK(laminar_writer_sequence(w, 1));
        for (int i = 1; i <= 10 * (life + 1); i++)
            push_row(w, i);
        laminar_writer_free(w);
        OK(laminar_writer_create(db, "t", &w));
        OK(laminar_writer_producer(w, 77, &last));
        assert_int_equal(last, life == 0 ? 0 : 6);
        OK(laminar_writer_sequence(w, 1));
        for (int i = 1; i <= 5; i++)
            push_row(w, i);
        push_row(w, 0); /* number 6 */
        OK(laminar_writer_sequence(w, 5));
        push_row(w, 5);
        laminar_writer_free(w);
        ROWS(db, "SELECT count(*), count(DISTINCT v) FROM s", life == 0 ? "10|10;" : life == 1 ? "20|20;" : "30|30;");
        ROWS(db, "SELECT count(*) FROM t", "6;");
        OK(laminar_wait(db, 0, LAMINAR_DURABLE, -1));
        OK(laminar_close(db));
    }
    LaminarConnection *db = NULL;
    OK(laminar_open(&db));
    run(db, "CREATE SOURCE s (v BIGINT)");
    OK(laminar_writer_create(db, "s", &w));
    FAILS(401, laminar_writer_sequence(w, 1)); /* of nobody */
    OK(laminar_writer_producer(w, 1, NULL));
    push_row(w, 1);
    OK(laminar_writer_sequence(w, 1));
    push_row(w, 1);
    ROWS(db, "SELECT count(*) FROM s", "1;"); /* it holds in memory, too */
    laminar_writer_free(w);
    OK(laminar_close(db));
}

/* ---- kill -9 ---- */

static int child(const char *path)
{
    LaminarConnection *db = NULL;
    LaminarWriter *w = NULL;
    LaminarRow *row = NULL;
    if (laminar_open_with_config(path, NULL, &db) != LAMINAR_OK)
        return 1;
    if (laminar_execute(db,
                        "CREATE SOURCE IF NOT EXISTS s (n BIGINT, k TEXT);"
                        "CREATE TABLE IF NOT EXISTS t (n BIGINT PRIMARY KEY, k TEXT);"
                        "CREATE MATERIALIZED VIEW IF NOT EXISTS v AS SELECT k, count(*) AS c, max(n) AS hi FROM s GROUP BY k",
                        NULL) != LAMINAR_OK ||
        laminar_writer_create(db, "s", &w) != LAMINAR_OK)
        return 1;
    LaminarQueryResult *result = NULL;
    if (laminar_query(db, "SELECT count(*) FROM s", &result) != LAMINAR_OK)
        return 1;
    int64_t n = strtoll(result_text(result), NULL, 10);
    laminar_result_free(result);
    char sql[100];
    if (n > 0) { /* the row of `t` that the last life may not have come to */
        snprintf(sql, sizeof(sql), "INSERT INTO t VALUES (%lld, 'x') ON CONFLICT DO NOTHING", (long long)((n - 1) / 21 * 21));
        if (laminar_execute(db, sql, NULL) != LAMINAR_OK)
            return 1;
    }
    for (;; n++) {
        const char *k = n % 2 ? "odd" : "an even number of rows";
        if (laminar_row_begin(w, &row) || laminar_row_i64(row, 0, n) || laminar_row_text(row, 1, k, strlen(k)) ||
            laminar_row_push(row))
            return 1;
        if (n % 60 == 0 && laminar_execute(db, "CHECKPOINT", NULL))
            return 1;
        if (n % 7)
            continue;
        snprintf(sql, sizeof(sql), "INSERT INTO t VALUES (%lld, 'x')", (long long)n);
        if (n % 3 == 0 ? laminar_execute(db, sql, NULL) : laminar_wait(db, 0, LAMINAR_DURABLE, -1))
            return 1;
        if (write(STDOUT_FILENO, &n, sizeof(n)) != sizeof(n)) /* acknowledged */
            return 0;
    }
}

static int64_t run_child(unsigned us)
{
    int fd;
    pid_t pid = spawn(self, (const char *[]){"child", dir, NULL}, &fd);
    int64_t n, last = -1;
    while (last < 0 && read(fd, &n, sizeof(n)) == sizeof(n)) /* it is at work */
        last = n;
    usleep(us);
    assert_int_equal(kill(pid, SIGKILL), 0);
    while (read(fd, &n, sizeof(n)) == sizeof(n))
        last = n;
    close(fd);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    return last;
}

/* How the log is written makes no difference to what is in it; without io_uring all are the first. */
static const char *const log_io[] = {"SET wal_io = 'plain'", "SET wal_io = 'io_uring'", "SET wal_io = 'io_uring_sqpoll'"};

static void test_kill(void **state)
{
    (void)state;
    unsigned us = 12345;
    const char *kills = getenv("LAMINAR_KILLS");
    long n_kills = kills ? atol(kills) : 60;
    for (long round = 0; round < n_kills; round++) {
        us = us * 1103515245u + 12345u;
        int64_t acknowledged = run_child(us % 20000);
        LaminarConnection *db = open_at(dir);
        LaminarQueryResult *result = NULL;
        OK(laminar_query(db, "SELECT count(*), count(DISTINCT n), max(n) FROM s", &result));
        long long count, distinct, hi;
        assert_int_equal(sscanf(result_text(result), "%lld|%lld|%lld", &count, &distinct, &hi), 3);
        laminar_result_free(result);
        assert_true(hi >= acknowledged); /* nothing acknowledged is missing */
        assert_int_equal(count, hi + 1); /* nothing is there twice, no hole */
        assert_int_equal(distinct, count);
        char table[100];
        snprintf(table, sizeof(table), "SELECT count(*) >= %lld FROM t", (long long)(acknowledged / 21 + 1));
        ROWS(db, table, "t;");
        char view[2000];
        snprintf(view, sizeof(view), "%.1999s", rows_of(db, "SELECT * FROM v ORDER BY k"));
        ROWS(db, "SELECT k, count(*), max(n) FROM s GROUP BY k ORDER BY k", view);
        run(db, log_io[round % 3]); /* of the next child */
        OK(laminar_close(db));
    }
}

/* ---- a full disk, as far as a process may make one: its files cannot grow ---- */

static int full(const char *path)
{
    LaminarConnection *db = NULL;
    LaminarWriter *w = NULL;
    LaminarRow *row = NULL;
    const struct rlimit limit = {400 << 10, 400 << 10};
    signal(SIGXFSZ, SIG_IGN);
    if (laminar_open_with_config(path, NULL, &db) != LAMINAR_OK ||
        laminar_execute(db, "CREATE SOURCE IF NOT EXISTS s (n BIGINT, k TEXT)", NULL) != LAMINAR_OK ||
        laminar_writer_create(db, "s", &w) != LAMINAR_OK || setrlimit(RLIMIT_FSIZE, &limit) < 0)
        return 10;
    for (int64_t n = 0;; n++) {
        if (n > 1000000)
            return 11;
        if (laminar_row_begin(w, &row) || laminar_row_i64(row, 0, n) || laminar_row_text(row, 1, "x", 1) || laminar_row_push(row) ||
            laminar_wait(db, 0, LAMINAR_DURABLE, -1))
            break;
        if (write(STDOUT_FILENO, &n, sizeof(n)) != sizeof(n))
            return 12;
    }
    LaminarError e = {.size = sizeof(e)};
    LaminarQueryResult *result = NULL;
    if (laminar_last_error_detail(&e) != LAMINAR_OK || strcmp(e.sqlstate, "LM050") != 0)
        return 13;
    if (laminar_query(db, "SELECT count(*) FROM s", &result) != LAMINAR_OK) /* reading goes on */
        return 14;
    laminar_result_free(result);
    if (laminar_execute(db, "INSERT INTO s VALUES (-1, 'y')", NULL) == LAMINAR_OK) /* writing does not */
        return 15;
    laminar_writer_free(w);
    (void)laminar_close(db);
    return 0;
}

static void fill_disk(const char *path, const char *set_io)
{
    int fd;
    int64_t n, last = -1;
    LaminarConnection *db = open_at(path);
    run(db, set_io);
    OK(laminar_close(db));
    pid_t pid = spawn(self, (const char *[]){"full", path, NULL}, &fd);
    while (read(fd, &n, sizeof(n)) == sizeof(n))
        last = n;
    close(fd);
    assert_int_equal(exit_code(pid), 0);
    assert_true(last > 10);
    db = open_at(path);
    char sql[160];
    snprintf(sql, sizeof(sql), "SELECT count(*) >= %lld, count(*) = count(DISTINCT n), count(*) = max(n) + 1, min(n) FROM s",
             (long long)last + 1);
    ROWS(db, sql, "t|t|t|0;");
    run(db, "INSERT INTO s VALUES (-1, 'there is room again')");
    ROWS(db, "SELECT min(n) FROM s", "-1;");
    OK(laminar_close(db));
}

static void test_full(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(log_io) / sizeof(log_io[0]); i++) {
        char path[128];
        snprintf(path, sizeof(path), "%s/full%zu", root, i);
        fill_disk(path, log_io[i]);
    }
}

/* ---- other processes, other names ---- */

static int open_once(const char *path)
{
    LaminarConnection *db = NULL;
    LaminarError e = {.size = sizeof(e)};
    if (laminar_open_with_config(path, NULL, &db) != LAMINAR_OK) {
        (void)laminar_last_error_detail(&e);
        return strcmp(e.sqlstate, "55006") == 0 ? 4 : 5;
    }
    return laminar_close(db) == LAMINAR_OK ? 0 : 6;
}

static void test_names(void **state)
{
    (void)state;
    int fd;
    char link_path[128];
    snprintf(link_path, sizeof(link_path), "%s/link", root);
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (v INT); INSERT INTO t VALUES (1)");
    assert_int_equal(symlink(dir, link_path), 0);
    pid_t pid = spawn(self, (const char *[]){"open", dir, NULL}, &fd);
    close(fd);
    assert_int_equal(exit_code(pid), 4);
    pid = spawn(self, (const char *[]){"open", link_path, NULL}, &fd); /* the same one under another name */
    close(fd);
    assert_int_equal(exit_code(pid), 4);
    ROWS(db, "SELECT * FROM t", "1;");
    OK(laminar_close(db));
    db = open_at(link_path);
    run(db, "INSERT INTO t VALUES (2); CHECKPOINT");
    OK(laminar_close(db));
    db = open_at(dir);
    ROWS(db, "SELECT * FROM t ORDER BY v", "1;2;");
    OK(laminar_close(db));
    pid = spawn(self, (const char *[]){"open", dir, NULL}, &fd);
    close(fd);
    assert_int_equal(exit_code(pid), 0);
    assert_int_equal(unlink(link_path), 0);
    assert_int_equal(symlink("/no/such/place", link_path), 0);
    FAILS(400, laminar_open_with_config(link_path, NULL, &db));
}

/* ---- a file that a view reads is gone ---- */

static void put_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

/* A file is read by the worker: what a view over it holds comes soon. */
static void rows_soon(LaminarConnection *db, const char *sql, const char *text)
{
    for (int i = 0; i < 1000 && strcmp(rows_of(db, sql), text) != 0; i++)
        usleep(5000);
    ROWS(db, sql, text);
}

static void test_gone(void **state)
{
    (void)state;
    char file[128], away[128], sql[600];
    snprintf(file, sizeof(file), "%s/f.csv", root);
    snprintf(away, sizeof(away), "%s/away.csv", root);
    put_text(file, "a,b\n1,x\n2,y\n");
    LaminarConnection *db = open_at(dir);
    snprintf(sql, sizeof(sql),
             "CREATE TABLE t (id BIGINT PRIMARY KEY); INSERT INTO t VALUES (1);"
             "CREATE SOURCE f FROM FILE (path = '%s') FORMAT CSV;"
             "CREATE MATERIALIZED VIEW fv AS SELECT count(*) AS n, sum(a) AS s FROM f;"
             "CREATE MATERIALIZED VIEW over AS SELECT n + 1 AS m FROM fv;"
             "CREATE MATERIALIZED VIEW tv AS SELECT count(*) AS n FROM t",
             file);
    run(db, sql);
    rows_soon(db, "SELECT * FROM over", "3;");
    OK(laminar_close(db));
    assert_int_equal(rename(file, away), 0);
    for (int64_t i = 2; i < 6; i++) { /* what was read stays */
        db = open_at(dir);
        ROWS(db, "SELECT * FROM fv", "2|3;");
        ROWS(db, "SELECT * FROM over", "3;");
        FAILS(400, laminar_execute(db, "SELECT count(*) FROM f", NULL));
        FAILS(201, laminar_execute(db, "CREATE TABLE fv (x INT)", NULL));
        snprintf(sql, sizeof(sql), "INSERT INTO t VALUES (%lld)", (long long)i);
        run(db, sql);
        snprintf(sql, sizeof(sql), "%lld;", (long long)i);
        ROWS(db, "SELECT * FROM tv", sql);
        snprintf(sql, sizeof(sql), "CREATE TABLE more%lld (x INT)", (long long)i);
        run(db, sql);
        OK(laminar_close(db));
    }
    assert_int_equal(rename(away, file), 0);
    for (int i = 0; i < 2; i++) {
        db = open_at(dir);
        rows_soon(db, "SELECT * FROM fv", "2|3;");
        rows_soon(db, "SELECT * FROM over", "3;");
        ROWS(db, "SELECT * FROM tv", "5;");
        ROWS(db, "SELECT * FROM more4", "");
        OK(laminar_close(db));
    }
    assert_int_equal(unlink(file), 0);
    db = open_at(dir);
    run(db, "DROP MATERIALIZED VIEW over; DROP MATERIALIZED VIEW fv; DROP SOURCE f; CREATE TABLE fv (x INT)");
    OK(laminar_close(db));
    db = open_at(dir);
    ROWS(db, "SELECT * FROM fv", "");
    OK(laminar_close(db));
}

/* What was read of a file is not in it any more: its query waits with what it has, and for nothing else is that a matter. */
static void test_shrunk(void **state)
{
    (void)state;
    char file[128], sql[500];
    snprintf(file, sizeof(file), "%s/f.csv", root);
    put_text(file, "a,b\n1,x\n2,y\n3,z\n");
    LaminarConnection *db = open_at(dir);
    snprintf(sql, sizeof(sql),
             "CREATE TABLE t (id INT); CREATE SOURCE f (a INT, b TEXT) FROM FILE (path = '%s', follow = true) FORMAT CSV;"
             "CREATE MATERIALIZED VIEW fv AS SELECT count(*) AS n, sum(a) AS s FROM f",
             file);
    run(db, sql);
    rows_soon(db, "SELECT * FROM fv", "3|6;");
    OK(laminar_close(db));
    put_text(file, "a,b\n1,x\n");
    for (int i = 0; i < 2; i++) {
        db = open_at(dir);
        run(db, "INSERT INTO t VALUES (1)");
        ROWS(db, "SELECT * FROM fv", "3|6;");
        ROWS(db, "SELECT count(*) FROM laminar_queries WHERE waits_for LIKE '%fewer than the position to resume at'", "1;");
        OK(laminar_close(db));
    }
    db = open_at(dir);
    run(db, "DROP MATERIALIZED VIEW fv; CREATE MATERIALIZED VIEW fv AS SELECT count(*) AS n, sum(a) AS s FROM f");
    rows_soon(db, "SELECT * FROM fv", "1|1;");
    ROWS(db, "SELECT count(*) FROM t", "2;");
    OK(laminar_close(db));
}

static void count_lines(const char *path, int expected)
{
    int n = 0, c;
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    while ((c = getc(f)) != EOF)
        n += c == '\n';
    fclose(f);
    assert_int_equal(n, expected);
}

/* A sink that could not run goes on where it was: nothing twice. */
static void test_sink_gone(void **state)
{
    (void)state;
    char file[128], away[128], out[400], sql[700];
    snprintf(file, sizeof(file), "%s/f.csv", root);
    snprintf(away, sizeof(away), "%s/away.csv", root);
    put_text(file, "a,b\n1,x\n2,y\n");
    LaminarConnection *db = open_at(dir);
    snprintf(sql, sizeof(sql),
             "CREATE TABLE t (id BIGINT PRIMARY KEY); INSERT INTO t VALUES (1);"
             "CREATE SOURCE f FROM FILE (path = '%s') FORMAT CSV;"
             "CREATE SINK o FROM f INTO FILE (path = '%s/o/') FORMAT JSON;"
             "CREATE SINK p FROM t INTO FILE (path = '%s/p/') FORMAT JSON",
             file, root, root);
    run(db, sql);
    rows_soon(db, "SELECT count(*) FROM f", "2;");
    OK(laminar_close(db));
    assert_int_equal(rename(file, away), 0);
    for (int i = 2; i < 4; i++) {
        db = open_at(dir);
        snprintf(sql, sizeof(sql), "INSERT INTO t VALUES (%d); CHECKPOINT", i);
        run(db, sql);
        OK(laminar_close(db));
    }
    assert_int_equal(rename(away, file), 0);
    for (int i = 0; i < 2; i++) {
        db = open_at(dir);
        run(db, "CHECKPOINT");
        OK(laminar_close(db));
    }
    snprintf(out, sizeof(out), "cat %s/o/* > %s/o.txt; cat %s/p/* > %s/p.txt", root, root, root, root);
    assert_int_equal(system(out), 0);
    snprintf(out, sizeof(out), "%s/o.txt", root);
    count_lines(out, 2);
    snprintf(out, sizeof(out), "%s/p.txt", root);
    count_lines(out, 3);
}

/* ---- checkpoints at the same time, while rows come ---- */

static void *make_checkpoints(void *db)
{
    int32_t rc = LAMINAR_OK;
    for (int i = 0; i < 8 && rc == LAMINAR_OK; i++)
        rc = laminar_execute(db, "CHECKPOINT", NULL);
    return (void *)(intptr_t)rc;
}

static void test_concurrent(void **state)
{
    (void)state;
    pthread_t thread[2];
    char text[40];
    LaminarConnection *db = open_at(dir);
    run(db, "CHECKPOINT"); /* of nothing at all */
    OK(laminar_close(db));
    for (int life = 0; life < 3; life++) {
        LaminarWriter *w = NULL;
        void *end;
        db = open_at(dir);
        run(db, "CREATE SOURCE IF NOT EXISTS s (v BIGINT);"
                "CREATE MATERIALIZED VIEW IF NOT EXISTS q AS SELECT v % 10 AS k, count(*) AS n FROM s GROUP BY v % 10");
        OK(laminar_writer_create(db, "s", &w));
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(pthread_create(&thread[i], NULL, make_checkpoints, db), 0);
        for (int i = 0; i < 2000; i++)
            push_row(w, i);
        laminar_writer_free(w);
        for (size_t i = 0; i < 2; i++) {
            assert_int_equal(pthread_join(thread[i], &end), 0);
            assert_int_equal((intptr_t)end, LAMINAR_OK);
        }
        OK(laminar_close(db));
        db = open_at(dir);
        snprintf(text, sizeof(text), "10|%d;", 2000 * (life + 1));
        ROWS(db, "SELECT count(*), sum(n) FROM q", text);
        OK(laminar_close(db));
    }
}

/* watermark() of the next row is what it would be without the restart; of two inputs the least. */
static void test_watermark_of_rows(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE SOURCE a (v BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND);"
            "CREATE SOURCE b (v BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND);"
            "CREATE MATERIALIZED VIEW m AS SELECT v, watermark()::time AS w FROM a;"
            "CREATE MATERIALIZED VIEW m2 AS SELECT v, current_watermark()::time AS w FROM (SELECT v, ts FROM a UNION ALL SELECT "
            "v, ts "
            "FROM b) u;"
            "INSERT INTO a VALUES (1, '2024-01-01 00:00:10'); INSERT INTO b VALUES (2, '2024-01-01 00:00:05');"
            "INSERT INTO a VALUES (3, '2024-01-01 00:00:20')");
    OK(laminar_close(db));
    db = open_at(dir);
    run(db, "INSERT INTO a VALUES (4, '2024-01-01 00:00:21')");
    ROWS(db, "SELECT * FROM m ORDER BY v", "1|NULL;3|00:00:09;4|00:00:19;");
    ROWS(db, "SELECT * FROM m2 ORDER BY v", "1|NULL;2|NULL;3|00:00:04;4|00:00:04;");
    OK(laminar_close(db));
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "child") == 0)
        return child(argv[2]);
    if (argc == 3 && strcmp(argv[1], "full") == 0)
        return full(argv[2]);
    if (argc == 3 && strcmp(argv[1], "open") == 0)
        return open_once(argv[2]);
    self = argv[0];
    const struct CMUnitTest tests[] = {
        DIRECTORY_TEST(test_numbers_begin_anew),
        DIRECTORY_TEST(test_reopen),
        DIRECTORY_TEST(test_many_tables),
        DIRECTORY_TEST(test_zone),
        DIRECTORY_TEST(test_comments),
        DIRECTORY_TEST(test_altered),
        DIRECTORY_TEST(test_keys),
        DIRECTORY_TEST(test_deferrable),
        DIRECTORY_TEST(test_partial),
        DIRECTORY_TEST(test_sequences),
        DIRECTORY_TEST(test_altered_sequences),
        DIRECTORY_TEST(test_restarted_numbers),
        DIRECTORY_TEST(test_numbers_of_gone_rows),
        DIRECTORY_TEST(test_altered_rows),
        DIRECTORY_TEST(test_added_labels),
        DIRECTORY_TEST(test_domains),
        DIRECTORY_TEST(test_functions),
        DIRECTORY_TEST(test_renamed_views),
        DIRECTORY_TEST(test_renamed_streams),
        DIRECTORY_TEST(test_origins_go),
        DIRECTORY_TEST(test_past_of_tables),
        DIRECTORY_TEST(test_catalog_in_transactions),
        DIRECTORY_TEST(test_refusals),
        DIRECTORY_TEST(test_levels),
        DIRECTORY_TEST(test_producer),
        DIRECTORY_TEST(test_kill),
        DIRECTORY_TEST(test_full),
        DIRECTORY_TEST(test_names),
        DIRECTORY_TEST(test_gone),
        DIRECTORY_TEST(test_shrunk),
        DIRECTORY_TEST(test_sink_gone),
        DIRECTORY_TEST(test_concurrent),
        DIRECTORY_TEST(test_watermark_of_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
