/* SPDX-License-Identifier: Apache-2.0
 *
 * What a database in a directory makes again at its opening: definitions as they have been altered and renamed, constraints,
 * comments, and the numbers of sequences and identity columns, from checkpoints and from the log, also after processes that ended
 * without closing it. */
#include "directory_test.h"

#include <sys/wait.h>
#include <unistd.h>

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

/* ALTER TABLE of the same transaction moves the columns: what began anew, and what comes back, are the same numbers. */
static void test_numbers_begin_anew_elsewhere(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE a (gone INT, id BIGINT GENERATED ALWAYS AS IDENTITY, k INT); INSERT INTO a (k) VALUES (1), (2), (3);"
            "DELETE FROM a; CREATE TABLE b (gone INT GENERATED ALWAYS AS IDENTITY, id INT GENERATED ALWAYS AS IDENTITY (START 100),"
            " k INT); INSERT INTO b (k) VALUES (1);"
            "BEGIN; TRUNCATE a RESTART IDENTITY; ALTER TABLE a DROP COLUMN gone; COMMIT;"
            "INSERT INTO a (k) SELECT * FROM generate_series(1, 10)");
    run(db, "BEGIN; ALTER TABLE b DROP COLUMN gone; TRUNCATE b RESTART IDENTITY; ROLLBACK; INSERT INTO b (k) VALUES (2)");
    ROWS(db, "SELECT * FROM b ORDER BY id", "1|100|1;2|101|2;");
    run(db, "DELETE FROM b; BEGIN; TRUNCATE b RESTART IDENTITY; ALTER TABLE b DROP COLUMN gone; SAVEPOINT s;"
            "INSERT INTO b (k) VALUES (3), (4); TRUNCATE b RESTART IDENTITY; ROLLBACK TO s; COMMIT");
    OK(laminar_close(db));
    db = open_at(dir);
    run(db, "INSERT INTO a (k) VALUES (11)");
    ROWS(db, "SELECT min(id), max(id) FROM a", "1|11;");
    run(db, "INSERT INTO b (k) VALUES (5)");
    ROWS(db, "SELECT * FROM b", "102|5;");
    OK(laminar_close(db));
}

/* With CYCLE rows do not say where it is: it goes on behind what it has given, without a checkpoint and with one; a crash may lose
 * numbers. */
static void test_numbers_cycle(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE y (id SMALLINT GENERATED ALWAYS AS IDENTITY (MAXVALUE 50 CYCLE), k INT);"
            "INSERT INTO y (k) SELECT * FROM generate_series(1, 51); UPDATE y SET k = -k;"
            "BEGIN; CREATE TABLE w (id INT GENERATED ALWAYS AS IDENTITY (MAXVALUE 3 CYCLE), k INT);"
            "INSERT INTO w (k) VALUES (1), (2), (3), (4); COMMIT");
    OK(laminar_close(db));
    db = open_at(dir);
    run(db, "INSERT INTO y (k) VALUES (52); INSERT INTO w (k) VALUES (5)");
    ROWS(db, "SELECT id BETWEEN 2 AND 50, count(*) FROM y WHERE k = 52 GROUP BY 1", "t|1;");
    ROWS(db, "SELECT id FROM w ORDER BY k", "1;2;3;1;2;");
    run(db, "BEGIN; TRUNCATE y RESTART IDENTITY; INSERT INTO y (k) VALUES (60); ROLLBACK; CHECKPOINT;"
            "DELETE FROM y; SELECT setval('y_id_seq', 49)");
    OK(laminar_close(db));
    db = open_at(dir);
    run(db, "INSERT INTO y (k) VALUES (1), (2), (3)");
    ROWS(db, "SELECT id FROM y ORDER BY k", "50;1;2;");
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

/* An index that finds rows of a join is dropped and made again, and stands behind the view then: that keeps its rows from there on.
 */
static void test_indexes_again(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (id INT PRIMARY KEY, k INT); CREATE TABLE u (k INT, v INT); CREATE TABLE w (c INT);"
            "CREATE INDEX by_v ON u (v); CREATE INDEX by_c ON w (c); CREATE INDEX by_k ON t (k);"
            "INSERT INTO t VALUES (1, 1); INSERT INTO u VALUES (1, 2); INSERT INTO w VALUES (2);"
            "CREATE MATERIALIZED VIEW m AS SELECT t.id, u.v, w.c FROM t JOIN u ON t.k = u.k JOIN w ON w.c = u.v;"
            "CREATE MATERIALIZED VIEW n AS SELECT count(*) AS n FROM t JOIN u ON t.k = u.k JOIN w ON w.c = u.v;"
            "DROP INDEX by_v; CREATE INDEX by_v ON u (v)");
    for (int i = 3; i < 7; i++) {
        char sql[200];
        OK(laminar_close(db));
        snprintf(sql, sizeof(sql), "INSERT INTO w VALUES (%d); INSERT INTO u VALUES (1, %d)", i, i);
        if (i % 2)
            run_and_die(sql);
        db = open_at(dir);
        if (i % 2 == 0)
            run(db, sql);
        snprintf(sql, sizeof(sql), "%d|%d;", i - 1, i - 1);
        ROWS(db, "SELECT count(*), n FROM m, n GROUP BY n", sql);
        run(db, "DROP INDEX by_v; CREATE INDEX by_v ON u (v)");
    }
    run(db, "DELETE FROM w WHERE c > 2");
    ROWS(db, "SELECT * FROM m", "1|2|2;");
    OK(laminar_close(db));
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
            "CREATE VIEW of_a AS SELECT a.s FROM a;"
            "ALTER MATERIALIZED VIEW a RENAME TO c; ALTER MATERIALIZED VIEW b RENAME TO a; INSERT INTO t VALUES ('x', 2)");
    OK(laminar_close(db));
    for (uint32_t i = 0; i < 2; i++) {
        db = open_at(dir);
        ROWS(db, "TABLE a", "2;");
        ROWS(db, "TABLE c", "x|3;");
        ROWS(db, "TABLE of_a", "3;");
        run(db, "CHECKPOINT");
        OK(laminar_close(db));
    }
    run_and_die("INSERT INTO t VALUES ('y', 5); ALTER MATERIALIZED VIEW a RENAME TO d; DROP MATERIALIZED VIEW c CASCADE; INSERT "
                "INTO t VALUES "
                "('y', 5)");
    for (uint32_t i = 0; i < 2; i++) {
        db = open_at(dir);
        ROWS(db, "TABLE d", "4;");
        ROWS(db, "SELECT name FROM laminar_relations WHERE kind = 'ERROR TABLE'", "d$errors;");
        run(db, "CHECKPOINT");
        OK(laminar_close(db));
    }
}

/* Schemas renamed and things moved between them; the old names are others' meanwhile, and one schema is gone. */
static void test_moved_schemas(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db,
        "CREATE SCHEMA a; CREATE TABLE a.t (k INT PRIMARY KEY, v INT); CREATE SEQUENCE a.s; CREATE INDEX by_v ON a.t (v);"
        "CREATE TABLE u (n INT DEFAULT nextval('a.s'), k INT REFERENCES a.t); CREATE FUNCTION a.f (x INT) RETURNS INT RETURN x + 1;"
        "CREATE VIEW a.p AS SELECT a.t.k, a.f(v) AS v FROM a.t; CREATE MATERIALIZED VIEW a.m AS SELECT sum(v) AS s FROM a.t;"
        "CREATE DOMAIN a.d AS INT; CREATE TABLE d (x a.d); INSERT INTO a.t VALUES (1, 10), (2, 20); INSERT INTO u (k) VALUES (1);"
        "ALTER SCHEMA a RENAME TO b; CREATE SCHEMA a; CREATE TABLE a.t (other TEXT); INSERT INTO a.t VALUES ('x');"
        "CREATE MATERIALIZED VIEW a.m AS SELECT count(*) AS s FROM a.t; INSERT INTO b.t VALUES (3, 30);"
        "ALTER TABLE b.t SET SCHEMA public; ALTER FUNCTION b.f SET SCHEMA public; ALTER SEQUENCE b.s SET SCHEMA public;"
        "ALTER VIEW b.p SET SCHEMA a; ALTER MATERIALIZED VIEW b.m SET SCHEMA public; ALTER DOMAIN b.d SET SCHEMA a; DROP SCHEMA b;"
        "CREATE SCHEMA e CREATE VIEW v AS SELECT * FROM w CREATE TABLE w (i INT); INSERT INTO e.w VALUES (8);"
        "BEGIN; ALTER SCHEMA e RENAME TO g; INSERT INTO g.w VALUES (9); COMMIT;"
        "CREATE TABLE bare (); CREATE TABLE bare_too AS SELECT FROM u; INSERT INTO bare SELECT FROM generate_series(1, 3);"
        "CREATE TABLE late (i INT, j INT DEFAULT 1); BEGIN; INSERT INTO late (i) VALUES (1); ALTER TABLE late ALTER j SET DEFAULT "
        "2;"
        "INSERT INTO late (i) VALUES (2); ALTER TABLE late RENAME TO later; COMMIT");
    for (int i = 0; i < 4; i++) {
        if (i == 2)
            run(db, "CHECKPOINT");
        OK(laminar_close(db));
        db = open_at(dir);
        ROWS(db, "SELECT * FROM a.p WHERE k < 4 ORDER BY k", "1|11;2|21;3|31;");
        ROWS(db, "SELECT s FROM m", i == 0 ? "60;" : i == 1 ? "64;" : i == 2 ? "69;" : "75;");
        ROWS(db, "SELECT s FROM a.m", "1;");
        ROWS(db, "SELECT i FROM g.v ORDER BY i", "8;9;");
        ROWS(db, "SELECT (SELECT count(*) FROM bare), (SELECT count(*) FROM bare_too)", "3|1;");
        ROWS(db, "SELECT i, j FROM later ORDER BY i", "1|1;2|2;");
        ROWS(db, "SELECT k FROM t WHERE v = 20", "2;");
        ROWS(db, "SELECT count(*) FROM pg_namespace WHERE nspname IN ('a', 'b', 'e', 'g')", "2;");
        char insert[100];
        snprintf(insert, sizeof(insert), "INSERT INTO t VALUES (%d, %d); INSERT INTO u (k) VALUES (%d)", i + 4, i + 4, i + 4);
        run(db, insert);
        FAILS(300, laminar_execute(db, "INSERT INTO u (k) VALUES (99)", NULL));
    }
    ROWS(db, "SELECT count(DISTINCT n), count(*) FROM u", "5|5;");
    OK(laminar_close(db));
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
/* What is past is found by its name, however that is written: with quotes in it, of a schema behind SET SCHEMA. */
static void test_past_names(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TYPE \"we\"\"ird\" AS ENUM ('a'); CREATE TABLE t (a INT, x \"we\"\"ird\"); INSERT INTO t VALUES (1, 'a');"
            "ALTER TABLE t DROP COLUMN x; DROP TYPE \"we\"\"ird\";"
            "CREATE FUNCTION f(x INT) RETURNS INT IMMUTABLE LANGUAGE sql AS 'SELECT x + 1'; CREATE SCHEMA s2;"
            "ALTER FUNCTION f SET SCHEMA s2; CREATE TABLE of_f (a INT DEFAULT 5); DROP SCHEMA s2 CASCADE");
    for (int i = 0; i < 2; i++) {
        OK(laminar_close(db));
        db = open_at(dir);
        ROWS(db, "SELECT * FROM t", "1;");
        ROWS(db, "SELECT count(*) FROM laminar_relations", "2;");
    }
    OK(laminar_close(db));
}

/* A function is known by the name that its parameter's type has now; the one that it had is another type's. */
static void test_renamed_parameter_types(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TYPE mood AS ENUM ('x'); CREATE FUNCTION f(a mood[], b INT) RETURNS INT AS 'SELECT 1' LANGUAGE sql;"
            "CREATE VIEW v AS SELECT f(ARRAY['x'::mood], 1) AS f; ALTER TYPE mood RENAME TO feel; CREATE TYPE mood AS ENUM ('x');"
            "CREATE FUNCTION f(a mood[], b INT) RETURNS INT AS 'SELECT 2' LANGUAGE sql;"
            "CREATE VIEW w AS SELECT f(ARRAY['x'::mood], 1) AS f");
    for (int i = 0; i < 3; i++) {
        OK(laminar_close(db));
        db = open_at(dir);
        ROWS(db, "SELECT v.f, w.f, f(ARRAY['x'::feel], 1), f(ARRAY['x'::mood], 1) FROM v, w", "1|2|1|2;");
        if (i == 1)
            run(db, "CHECKPOINT");
    }
    run(db, "DROP VIEW w; DROP FUNCTION f(mood[], INT)");
    ROWS(db, "SELECT f FROM v", "1;");
    OK(laminar_close(db));
}

/* ALTER FUNCTION goes with the function, whatever else has the name that it gives. */
static void test_altered_functions(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE FUNCTION f(x INT) RETURNS INT AS 'SELECT x + 1' LANGUAGE sql; CREATE SEQUENCE taken; CREATE SCHEMA s2;"
            "CREATE FUNCTION g(x TEXT) RETURNS INT AS 'SELECT 7' LANGUAGE sql;"
            "CREATE FUNCTION h(x INT) RETURNS INT AS 'SELECT x + 2' LANGUAGE sql;"
            "CREATE FUNCTION k(x INT) RETURNS INT AS 'SELECT x + 3' LANGUAGE sql;"
            "CREATE FUNCTION s2.k(x TEXT) RETURNS INT AS 'SELECT 8' LANGUAGE sql;"
            "ALTER FUNCTION f RENAME TO taken; DROP SEQUENCE taken; ALTER FUNCTION h RENAME TO g; ALTER FUNCTION k SET SCHEMA s2;"
            "ALTER FUNCTION IF EXISTS nothing RENAME TO something");
    for (int i = 0; i < 3; i++) {
        OK(laminar_close(db));
        db = open_at(dir);
        ROWS(db, "SELECT taken(1), g(1), g('a'::TEXT), s2.k(1), s2.k('a'::TEXT)", "2|3|7|4|8;");
        if (i == 1)
            run(db, "CHECKPOINT");
    }
    OK(laminar_close(db));
}

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

/* Procedures are there again, from the log and from a checkpoint, also when what they name is not; what a call did is. */
static void test_procedures(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE acc (id INT PRIMARY KEY, bal INT CHECK (bal >= 0)); INSERT INTO acc VALUES (1, 100), (2, 50);"
            "CREATE TABLE lost (x INT);"
            "CREATE PROCEDURE move(a INT, b INT, n INT) LANGUAGE SQL AS 'UPDATE acc SET bal = bal + n WHERE id = b; UPDATE acc SET "
            "bal = bal - n WHERE id = a';"
            "CREATE PROCEDURE about(a INT) LANGUAGE SQL AS 'DELETE FROM lost WHERE x = a';"
            "CREATE FUNCTION added(INT) RETURNS SETOF acc LANGUAGE SQL AS 'INSERT INTO acc VALUES ($1, 0) RETURNING *';"
            "DROP TABLE lost; CALL move(1, 2, 10)");
    FAILS(300, laminar_execute(db, "CALL move(1, 2, 1000)", NULL));
    ROWS(db, "SELECT * FROM added(3)", "3|0;");
    for (int i = 0; i < 3; i++) {
        ROWS(db, "SELECT id, bal FROM acc WHERE id < 4 ORDER BY id", "1|90;2|60;3|0;");
        if (i == 1)
            run(db, "CHECKPOINT");
        OK(laminar_close(db));
        db = open_at(dir);
        run(db, "CALL move(1, 2, 10); CALL move(2, 1, 10)");
        FAILS(200, laminar_execute(db, "CALL about(1)", NULL));
    }
    run(db, "BEGIN; CALL move(1, 2, 10); SAVEPOINT s; CALL move(1, 2, 10); ROLLBACK TO s; COMMIT");
    OK(laminar_close(db));
    db = open_at(dir);
    ROWS(db, "SELECT bal FROM acc WHERE id = 1", "80;");
    ROWS(db, "SELECT count(*) FROM pg_proc WHERE prokind = 'p'", "2;");
    OK(laminar_close(db));
}

/* Rows that ALTER has made anew behind changes of its transaction; and what an ended process leaves of such a one. */
static void test_altered_behind_changes(void **state)
{
    (void)state;
    static const char *const all = "SELECT id, v, s, w, n - id FROM t WHERE id < 5 ORDER BY id";
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE p (id INT PRIMARY KEY, u INT UNIQUE); CREATE TABLE t (id INT PRIMARY KEY, v INT, s TEXT, k SERIAL,"
            " pid INT REFERENCES p (id)); INSERT INTO p VALUES (1, 10), (2, 20);"
            "INSERT INTO t (id, v, s, pid) VALUES (1, 1, '1', 1), (2, NULL, 'x', 1)");
    run(db, "BEGIN; UPDATE t SET s = '22', v = 5 WHERE id = 2; INSERT INTO t (id, v, s) VALUES (3, 3, '3'); SAVEPOINT a;"
            "ALTER TABLE t DROP COLUMN s; ROLLBACK TO a; ALTER TABLE t ALTER COLUMN s TYPE INT USING s::int;"
            "ALTER TABLE t ALTER COLUMN v SET NOT NULL; ALTER TABLE t ADD COLUMN w INT DEFAULT 7;"
            "UPDATE t SET w = 8 WHERE id = 3; ALTER TABLE t ADD COLUMN n INT GENERATED BY DEFAULT AS IDENTITY;"
            "INSERT INTO t (id, v) VALUES (4, 4); ALTER TABLE p RENAME COLUMN id TO pk; COMMIT");
    for (int i = 0; i < 3; i++) {
        ROWS(db, "SELECT id, v, s, w, n > 0 FROM t ORDER BY id", "1|1|1|7|t;2|5|22|7|t;3|3|3|8|t;4|4|NULL|7|t;");
        ROWS(db, "SELECT count(DISTINCT n), count(DISTINCT k), max(n), max(k) FROM t", "4|4|4|4;");
        run(db, "BEGIN; INSERT INTO t (id, v) VALUES (5, 5); ALTER TABLE t DROP COLUMN w; INSERT INTO t (id, v) VALUES (6, 6)");
        ROWS(db, "SELECT count(*) FROM t", "6;");
        if (i == 1)
            run(db, "ROLLBACK; CHECKPOINT");
        OK(laminar_close(db));
        db = open_at(dir);
        FAILS(300, laminar_execute(db, "INSERT INTO t (id, v, pid) VALUES (7, 7, 3)", NULL));
        expect_sqlstate("23503");
        FAILS(300, laminar_execute(db, "DELETE FROM p WHERE pk = 1", NULL));
        expect_sqlstate("23503");
    }
    run(db, "INSERT INTO t (id, v, s) VALUES (5, 5, 5)");
    ROWS(db, all, "1|1|1|7|0;2|5|22|7|0;3|3|3|8|0;4|4|NULL|7|0;");
    ROWS(db, "SELECT n > 4 FROM t WHERE id = 5", "t;");
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

/* What a crash would leave of the directory. */
static LaminarConnection *open_crashed(LaminarConnection *db, const char *name)
{
    char copy[160], command[400];
    OK(laminar_wait(db, 0, LAMINAR_DURABLE, -1));
    snprintf(copy, sizeof(copy), "%s/%s", root, name);
    snprintf(command, sizeof(command), "cp -r --sparse=always '%s' '%s'", dir, copy);
    assert_int_equal(system(command), 0);
    OK(laminar_close(db));
    return open_at(copy);
}

/* OR REPLACE: what is there stays when the statement fails, and what came in its place is there again. */
static void test_replaced(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "CREATE OR REPLACE TABLE t (a nothing)",
        "CREATE OR REPLACE TABLE t (a INT, CHECK (b > 1))",
        "CREATE OR REPLACE TABLE t AS SELECT 1 / (k - k) FROM t",
        "CREATE OR REPLACE SOURCE s (a nothing)",
        "CREATE OR REPLACE STREAM f (a, b, c) AS SELECT k FROM s",
        "CREATE OR REPLACE MATERIALIZED VIEW m (a, b, c) AS SELECT k FROM t",
        "CREATE OR REPLACE SINK o FROM (SELECT nothing FROM t)",
        "CREATE OR REPLACE SINK o FROM t INTO file (path = '/nowhere/at/all.csv', mode = 'none')",
        "CREATE OR REPLACE SINK o FROM t INTO file (path = '/nowhere/at/all.csv') FORMAT none",
        "CREATE OR REPLACE SINK o FROM t INTO file (path = '/nowhere/at/all.csv')",
        "CREATE OR REPLACE SINK o FROM t INTO file (path = '/tmp', format = 'csv')",
        "CREATE OR REPLACE SINK o FROM t INTO file (path = '/dev/null', mode = 'error', format = 'csv')",
        "CREATE OR REPLACE SINK o FROM t INTO file (path = '/dev/null/{k}.csv')",
        "CREATE OR REPLACE SINK o FROM t INTO file (path = '/tmp/all.csv', prefix = 'a')",
        "CREATE OR REPLACE FUNCTION g() RETURNS INT LANGUAGE sql AS 'SELECT nothing'",
        "CREATE OR REPLACE FUNCTION g() RETURNS INT LANGUAGE sql AS 'SELECT g() + 1'"};
    LaminarConnection *db = open_at(dir);
    run(db,
        "CREATE TABLE t AS SELECT 1 AS k; CREATE SOURCE s (k INT); INSERT INTO s VALUES (2); CREATE STREAM f AS SELECT k FROM s;"
        "CREATE TABLE u (k INT); CREATE MATERIALIZED VIEW m AS SELECT k FROM u; INSERT INTO u VALUES (3);"
        "CREATE SINK o FROM u; CREATE FUNCTION g() RETURNS INT LANGUAGE sql AS 'SELECT 4'");
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_not_equal(laminar_execute(db, wrong[i], NULL), LAMINAR_OK);
    ROWS(db, "SELECT t.k, s.k, m.k, g() FROM t, s, m", "1|2|3|4;");
    ROWS(db, "SELECT count(*) FROM laminar_sinks", "1;");
    run(db, "CREATE OR REPLACE TABLE t AS SELECT k, k + 4 AS more FROM t; CREATE TABLE w (k INT); CREATE OR REPLACE TABLE w (LIKE "
            "w, z INT DEFAULT 6);"
            "INSERT INTO w VALUES (5)");
    db = open_crashed(db, "first");
    ROWS(db, "SELECT * FROM t", "1|5;");
    ROWS(db, "SELECT s.k, w.k, w.z, g() FROM s, w", "2|5|6|4;");
    OK(laminar_close(db));
}

/* Of what could not be put in its place neither is there, and its name is free. */
static void test_replaced_by_nothing(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (k INT); INSERT INTO t VALUES (0); CREATE MATERIALIZED VIEW m AS SELECT k FROM t");
    assert_int_not_equal(
        laminar_execute(db, "CREATE OR REPLACE MATERIALIZED VIEW m AS SELECT 1 / k AS q FROM t WITH (on_error = 'fail')", NULL),
        LAMINAR_OK);
    run(db, "CREATE MATERIALIZED VIEW m AS SELECT k + 2 AS k FROM t");
    db = open_crashed(db, "second");
    ROWS(db, "SELECT k FROM m", "2;");
    ROWS(db, "SELECT name, kind FROM laminar_relations WHERE belongs_to IS NULL ORDER BY name", "m|MATERIALIZED VIEW;t|TABLE;");
    OK(laminar_close(db));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DIRECTORY_TEST(test_replaced),
        DIRECTORY_TEST(test_replaced_by_nothing),
        DIRECTORY_TEST(test_zone),
        DIRECTORY_TEST(test_comments),
        DIRECTORY_TEST(test_altered),
        DIRECTORY_TEST(test_keys),
        DIRECTORY_TEST(test_deferrable),
        DIRECTORY_TEST(test_partial),
        DIRECTORY_TEST(test_sequences),
        DIRECTORY_TEST(test_altered_sequences),
        DIRECTORY_TEST(test_restarted_numbers),
        DIRECTORY_TEST(test_indexes_again),
        DIRECTORY_TEST(test_numbers_of_gone_rows),
        DIRECTORY_TEST(test_numbers_begin_anew),
        DIRECTORY_TEST(test_numbers_begin_anew_elsewhere),
        DIRECTORY_TEST(test_numbers_cycle),
        DIRECTORY_TEST(test_altered_rows),
        DIRECTORY_TEST(test_altered_behind_changes),
        DIRECTORY_TEST(test_procedures),
        DIRECTORY_TEST(test_added_labels),
        DIRECTORY_TEST(test_domains),
        DIRECTORY_TEST(test_functions),
        DIRECTORY_TEST(test_renamed_views),
        DIRECTORY_TEST(test_moved_schemas),
        DIRECTORY_TEST(test_renamed_streams),
        DIRECTORY_TEST(test_origins_go),
        DIRECTORY_TEST(test_past_of_tables),
        DIRECTORY_TEST(test_past_names),
        DIRECTORY_TEST(test_renamed_parameter_types),
        DIRECTORY_TEST(test_altered_functions),
        DIRECTORY_TEST(test_catalog_in_transactions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
