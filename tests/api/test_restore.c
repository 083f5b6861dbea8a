/* SPDX-License-Identifier: Apache-2.0
 *
 * Going back to a checkpoint and to a backup through the C interface, and backups that fail. */
#include "directory_test.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

static char copy[96];

static int set_up(void **state)
{
    int rc = make_root(state);
    snprintf(copy, sizeof(copy), "%s/copy", root);
    return rc;
}

static void expect_state(LaminarConnection *db, const char *sql, const char *sqlstate)
{
    LaminarError e = {.size = sizeof(e)};
    assert_int_not_equal(laminar_execute(db, sql, NULL), LAMINAR_OK);
    OK(laminar_last_error_detail(&e));
    assert_string_equal(e.sqlstate, sqlstate);
}

static LaminarConnection *make_database(void)
{
    LaminarConnection *db = open_at(dir);
    run(db,
        "CREATE TABLE t (id BIGINT PRIMARY KEY, k TEXT);"
        "CREATE SOURCE s (k TEXT, ts TIMESTAMP, WATERMARK FOR ts PER KEY (k));"
        "CREATE MATERIALIZED VIEW m AS SELECT k, count(*) AS n FROM t GROUP BY k;"
        "CREATE MATERIALIZED VIEW w AS SELECT k, count(*) AS n FROM s GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND) EMIT ON WINDOW "
        "CLOSE;"
        "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'a');"
        "INSERT INTO s VALUES ('a', '2020-01-01 00:00:01'), ('b', '2020-01-01 00:00:01'), ('a', '2020-01-01 00:00:11')");
    return db;
}

static void expect_first(LaminarConnection *db)
{
    ROWS(db, "SELECT * FROM t ORDER BY id", "1|a;2|b;3|a;");
    ROWS(db, "SELECT * FROM m ORDER BY k", "a|2;b|1;");
    ROWS(db, "SELECT * FROM w ORDER BY k", "a|1;");
}

static void no_line(void *user_data, const char *line)
{
    (void)user_data;
    (void)line;
}

static void test_checkpoint(void **state)
{
    (void)state;
    LaminarConnection *db = make_database();
    LaminarWriter *w = NULL;
    LaminarRow *row = NULL;
    run(db,
        "CHECKPOINT; INSERT INTO t VALUES (4, 'c'); DELETE FROM t WHERE id = 1; INSERT INTO s VALUES ('b', '2020-01-01 "
        "00:00:11'); CREATE TABLE u (x INT); DROP MATERIALIZED VIEW m; SET wal_mode = async; CHECKPOINT; INSERT INTO u VALUES (1)");
    OK(laminar_writer_create(db, "u", &w));
    expect_state(db, "RESTORE FROM CHECKPOINT 9", "42704");
    expect_state(db, "RESTORE FROM CHECKPOINT 1; SELECT 1", "0A000");
    ROWS(db, "SELECT count(*) FROM u", "1;"); /* nothing has happened */
    run(db, "RESTORE FROM CHECKPOINT 1");
    expect_first(db);
    expect_state(db, "SELECT * FROM u", "42P01");
    ROWS(db, "SELECT count(*) FROM laminar_checkpoints", "2;");
    assert_int_not_equal(laminar_row_begin(w, &row), LAMINAR_OK); /* a writer of what was */
    laminar_writer_free(w);
    run(db, "INSERT INTO s VALUES ('b', '2020-01-01 00:00:11'); INSERT INTO t VALUES (9, 'b')"); /* and it goes on from there */
    ROWS(db, "SELECT * FROM w ORDER BY k", "a|1;b|1;");
    OK(laminar_close(db));
    db = open_at(dir);
    ROWS(db, "SELECT * FROM w ORDER BY k", "a|1;b|1;");
    ROWS(db, "SELECT * FROM m ORDER BY k", "a|2;b|2;");
    expect_state(db, "RESTORE FROM CHECKPOINT 1", "42704"); /* it has gone with what came after */
    OK(laminar_close(db));
    OK(laminar_check(dir, no_line, NULL));
}

/* A mistake is found after the database has been closed and looked at a few times. */
static void test_older_one(void **state)
{
    (void)state;
    LaminarConnection *db = make_database();
    run(db, "CHECKPOINT; TRUNCATE t; INSERT INTO s VALUES ('b', '2020-01-01 00:00:11')");
    OK(laminar_close(db)); /* makes the second one */
    for (int i = 0; i < 4; i++) {
        db = open_at(dir);
        ROWS(db, "SELECT count(*) FROM t", "0;");
        ROWS(db, "SELECT checkpoint FROM laminar_checkpoints", "2;1;");
        OK(laminar_close(db));
    }
    db = open_at(dir);
    run(db, "RESTORE FROM CHECKPOINT 1");
    expect_first(db);
    OK(laminar_close(db));
    char text[300];
    snprintf(text, sizeof(text), "f=$(ls %s/MANIFEST-* | tail -1); printf 'xxxx' | dd of=$f conv=notrunc bs=1 seek=60 2>/dev/null",
             dir);
    assert_int_equal(system(text), 0); /* the one before it is as good */
    db = open_at(dir);
    expect_first(db);
    run(db, "INSERT INTO t VALUES (4, 'c'); CHECKPOINT; INSERT INTO t VALUES (5, 'c')");
    OK(laminar_close(db));
    OK(laminar_check(dir, no_line, NULL));
}

static void test_backup(void **state)
{
    (void)state;
    char sql[200];
    LaminarConnection *db = make_database(), *other;
    snprintf(sql, sizeof(sql), "BACKUP TO '%s'", copy);
    run(db, sql);
    run(db, "TRUNCATE t; CHECKPOINT; INSERT INTO t VALUES (7, 'z'); CHECKPOINT; CHECKPOINT");
    snprintf(sql, sizeof(sql), "RESTORE FROM '%s'", copy);
    run(db, sql);
    expect_first(db);
    run(db, "INSERT INTO t VALUES (4, 'c')");
    run(db, sql); /* a second time */
    expect_first(db);
    other = open_at(copy); /* makes it a database of its own */
    run(other, "INSERT INTO t VALUES (4, 'c')");
    OK(laminar_close(other));
    expect_state(db, sql, "55000");
    snprintf(sql, sizeof(sql), "RESTORE FROM '%s/nothing'", root);
    expect_state(db, sql, "58P01");
    snprintf(sql, sizeof(sql), "RESTORE FROM '%s'", root);
    expect_state(db, sql, "55000");
    expect_first(db);
    OK(laminar_close(db));
}

static int count_names(const char *path)
{
    int n = 0;
    DIR *d = opendir(path);
    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

/* What it was copying when it failed does not stay: neither a directory that it made nor files in one that was there. */
static void test_backup_fails(void **state)
{
    (void)state;
    char sql[200], path[200];
    LaminarConnection *db = make_database();
    run(db, "CHECKPOINT");
    snprintf(path, sizeof(path), "%s/ckpt-0000000000000001.pages", dir);
    assert_int_equal(unlink(path), 0); /* pages of t, which no later checkpoint writes again */
    snprintf(sql, sizeof(sql), "BACKUP TO '%s'", copy);
    expect_state(db, sql, "58P01");
    assert_int_equal(access(copy, F_OK), -1);
    assert_int_equal(mkdir(copy, 0777), 0);
    expect_state(db, sql, "58P01");
    assert_int_equal(count_names(copy), 2);
    expect_state(db, "RESTORE FROM CHECKPOINT 3", "58P01");
    expect_first(db);
    OK(laminar_close(db));
}

static void *ask(void *db)
{
    for (int i = 0; i < 300; i++) {
        LaminarQueryResult *r = NULL;
        LaminarWriter *w = NULL;
        if (laminar_query(db, "SELECT count(*) FROM t", &r) == LAMINAR_OK)
            laminar_result_free(r);
        if (laminar_writer_create(db, "s", &w) == LAMINAR_OK)
            laminar_writer_free(w);
        (void)laminar_execute(db, "INSERT INTO t VALUES (5, 'q') ON CONFLICT (id) DO NOTHING", NULL);
    }
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    LaminarConnection *db = make_database();
    pthread_t thread[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, ask, db), 0);
    for (int i = 0; i < 5; i++) {
        char sql[60];
        run(db, "CHECKPOINT");
        LaminarQueryResult *r = NULL;
        OK(laminar_execute(db, "SHOW CHECKPOINTS", &r));
        snprintf(sql, sizeof(sql), "RESTORE FROM CHECKPOINT %d", atoi(result_text(r)));
        laminar_result_free(r);
        run(db, sql);
    }
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_join(thread[i], NULL), 0);
    ROWS(db, "SELECT count(*) FROM t WHERE id < 5", "3;");
    OK(laminar_close(db));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_checkpoint, set_up, remove_root),
        cmocka_unit_test_setup_teardown(test_older_one, set_up, remove_root),
        cmocka_unit_test_setup_teardown(test_backup, set_up, remove_root),
        cmocka_unit_test_setup_teardown(test_backup_fails, set_up, remove_root),
        cmocka_unit_test_setup_teardown(test_threads, set_up, remove_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
