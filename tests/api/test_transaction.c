/* SPDX-License-Identifier: Apache-2.0
 *
 * Transactions through the C interface: what others see of them, what a crash leaves of them.
 *
 *   api_transaction            the tests
 *   api_transaction child DIR  commits transactions until it is killed */
#include "api_test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *self;

/* Both tables have the same number of rows after each transaction, and as many were deleted from each. */
static int child(const char *dir)
{
    LaminarConnection *db = NULL;
    if (laminar_open_with_config(dir, NULL, &db))
        return 1;
    const char *make =
        "CREATE TABLE IF NOT EXISTS a (id BIGINT PRIMARY KEY, v BIGINT); CREATE TABLE IF NOT EXISTS b (k BIGINT, s TEXT)";
    if (laminar_execute(db, make, NULL))
        return 1;
    for (long n = 0;; n++) {
        char sql[600];
        long at = (long)getpid() * 1000000 + n * 10;
        snprintf(sql, sizeof(sql),
                 "BEGIN; INSERT INTO a SELECT g, g FROM generate_series(%ld, %ld) AS x(g); "
                 "INSERT INTO b SELECT id, 'text of some length ' || id FROM a WHERE id BETWEEN %ld AND %ld; "
                 "DELETE FROM a WHERE id = %ld; DELETE FROM b WHERE k = %ld; UPDATE a SET v = v + 1 WHERE id = %ld; COMMIT",
                 at, at + 7, at, at + 7, at + 3, at + 3, at + 1); /* numbers of processes begin anew some time */
        if (laminar_execute(db, sql, NULL) || (n % 11 == 0 && laminar_execute(db, "CHECKPOINT", NULL)))
            return 1;
        if (write(STDOUT_FILENO, &n, sizeof(n)) != sizeof(n))
            return 0;
    }
}

static long run_child(const char *dir, unsigned us)
{
    int fd[2];
    assert_int_equal(pipe(fd), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(fd[1], STDOUT_FILENO);
        close(fd[0]);
        close(fd[1]);
        execl(self, self, "child", dir, (char *)NULL);
        _exit(3);
    }
    close(fd[1]);
    long n = -1, last = -1;
    while (last < 0 && read(fd[0], &n, sizeof(n)) == sizeof(n))
        last = n;
    usleep(us);
    assert_int_equal(kill(pid, SIGKILL), 0);
    while (read(fd[0], &n, sizeof(n)) == sizeof(n))
        last = n;
    close(fd[0]);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    return last;
}

static void test_crash(void **state)
{
    (void)state;
    char dir[] = "/tmp/laminar-transaction-XXXXXX", path[80], command[120], expected[64];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/db", dir);
    unsigned us = 99991;
    long long least = 0;
    for (int round = 0; round < 25; round++) {
        us = us * 1103515245u + 12345u;
        least += 7 * (run_child(path, us % 15000) + 1);
        LaminarConnection *db = NULL;
        OK(laminar_open_with_config(path, NULL, &db));
        long long rows = 0;
        assert_int_equal(sscanf(rows_of(db, "SELECT count(*) FROM a"), "%lld", &rows), 1);
        assert_true(rows >= least && rows % 7 == 0); /* nothing acknowledged is missing, no part of a transaction is there */
        least = rows;
        snprintf(expected, sizeof(expected), "%lld;", rows);
        ROWS(db, "SELECT count(*) FROM b", expected);
        ROWS(db, "SELECT count(*) FROM a FULL JOIN b ON id = k WHERE id IS NULL OR k IS NULL", "0;");
        snprintf(expected, sizeof(expected), "%lld;", rows / 7);
        ROWS(db, "SELECT count(*) FROM a WHERE v <> id", expected);
        OK(laminar_close(db));
    }
    snprintf(command, sizeof(command), "rm -rf '%s'", dir);
    assert_int_equal(system(command), 0);
}

/* Rows that a writer pushes are nobody's transaction. */
static void test_conflict(void **state)
{
    LaminarConnection *db = *state;
    LaminarWriter *w = NULL;
    LaminarRow *row = NULL;
    run(db, "CREATE TABLE t (id BIGINT PRIMARY KEY, v BIGINT); CREATE TABLE other (id BIGINT); INSERT INTO t VALUES (1, 1)");
    OK(laminar_writer_create(db, "t", &w));
    run(db, "BEGIN; UPDATE t SET v = v + 1; INSERT INTO other VALUES (1)");
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_i64(row, 0, 2));
    OK(laminar_row_i64(row, 1, 20));
    OK(laminar_row_push(row));
    ROWS(db, "SELECT * FROM t ORDER BY id", "1|2;"); /* what it was when the transaction came to it, and its own */
    assert_int_not_equal(laminar_execute(db, "COMMIT", NULL), 0);
    expect_error(400, "40001");
    ROWS(db, "SELECT * FROM t ORDER BY id", "1|1;2|20;");
    ROWS(db, "SELECT count(*) FROM other", "0;");
    run(db, "BEGIN; LOCK TABLE t; LOCK TABLE other IN ROW EXCLUSIVE MODE");
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_i64(row, 0, 2));
    OK(laminar_row_i64(row, 1, 20));
    OK(laminar_row_push(row));
    assert_int_not_equal(laminar_execute(db, "COMMIT", NULL), 0);
    expect_error(400, "40001");
    /* a table that it has not changed may change */
    run(db, "BEGIN; SELECT * FROM t; INSERT INTO other VALUES (1)");
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_i64(row, 0, 3));
    OK(laminar_row_i64(row, 1, 30));
    OK(laminar_row_push(row));
    run(db, "COMMIT");
    ROWS(db, "SELECT count(*) FROM other", "1;");
    laminar_writer_free(w);
}

static void on_change(void *user, LaminarRecordBatch *batch, int32_t event)
{
    (void)event;
    batch_add_text(batch, user, 1000);
    strcat(user, "/");
    laminar_batch_free(batch);
}

/* A view over both tables goes from the one state to the other, with nothing between. */
static void test_one_step(void **state)
{
    LaminarConnection *db = *state;
    LaminarSubscriptionHandle *s = NULL;
    char seen[1000] = "";
    run(db, "CREATE TABLE a (x BIGINT); CREATE TABLE b (x BIGINT); INSERT INTO a VALUES (100); INSERT INTO b VALUES (0); "
            "CREATE MATERIALIZED VIEW total AS SELECT sum(x) AS total, count(*) AS n FROM (SELECT x FROM a UNION ALL SELECT x FROM "
            "b) AS u");
    OK(laminar_subscribe_callback(db, "total", on_change, NULL, seen, &s));
    seen[0] = 0;
    run(db, "BEGIN; UPDATE a SET x = x - 30; UPDATE b SET x = x + 30; COMMIT");
    assert_string_equal(seen, "");
    run(db, "BEGIN; UPDATE a SET x = x - 30; INSERT INTO b VALUES (30); ROLLBACK");
    assert_string_equal(seen, "");
    run(db, "BEGIN; UPDATE a SET x = x - 30; INSERT INTO b VALUES (31); COMMIT");
    assert_non_null(strstr(seen, "101|3"));
    assert_null(strstr(seen, "70|"));
    laminar_subscription_cancel(s);
    laminar_subscription_free(s);
}

/* An open transaction is rolled back when the database is closed; a stream opened inside outlives it. */
static void test_left_open(void **state)
{
    LaminarConnection *db = *state;
    LaminarQueryStream *q = NULL;
    LaminarRecordBatch *b = NULL;
    char text[200] = "";
    run(db, "CREATE TABLE t (id BIGINT, s TEXT); BEGIN; INSERT INTO t VALUES (1, 'a text that is not inlined')");
    OK(laminar_query_stream(db, "SELECT * FROM t", &q));
    run(db, "ROLLBACK");
    run(db, "SHOW QUERIES");
    OK(laminar_stream_next(q, &b));
    batch_add_text(b, text, sizeof(text));
    assert_string_equal(text, "1|a text that is not inlined;");
    laminar_batch_free(b);
    laminar_stream_free(q);
    run(db, "BEGIN; INSERT INTO t VALUES (1, 'x')");
    FAILS(400, laminar_query_stream(db, "SELECT * FROM nope", &q) ? 400 : 0);
    FAILS(400, laminar_query_stream(db, "SELECT * FROM t", &q));
    expect_error(400, "25P02");
}

static void read_stream(LaminarConnection *db, const char *sql, int32_t code)
{
    LaminarQueryStream *q = NULL;
    LaminarRecordBatch *b = NULL;
    OK(laminar_query_stream(db, sql, &q));
    int32_t rc = laminar_stream_next(q, &b);
    assert_int_equal(rc, code);
    laminar_batch_free(b);
    laminar_stream_free(q);
}

/* Rows of a stream are part of the transaction in which it was opened: an error among them fails that, and no other. */
static void test_stream_fails(void **state)
{
    LaminarConnection *db = *state;
    LaminarQueryStream *q = NULL;
    LaminarRecordBatch *b = NULL;
    run(db, "CREATE TABLE t (x BIGINT); INSERT INTO t VALUES (0); BEGIN; INSERT INTO t VALUES (0)");
    read_stream(db, "SELECT 1 / x FROM t", 400);
    FAILS(400, laminar_query_stream(db, "SELECT 1", &q));
    expect_error(400, "25P02");
    run(db, "COMMIT");
    ROWS(db, "SELECT count(*) FROM t", "1;");
    run(db, "BEGIN; SAVEPOINT a");
    OK(laminar_query_stream(db, "SELECT 1 / x FROM t", &q));
    run(db, "COMMIT; BEGIN; INSERT INTO t VALUES (5)");
    FAILS(400, laminar_stream_next(q, &b));
    laminar_stream_free(q);
    read_stream(db, "SELECT x FROM t", LAMINAR_OK);
    FAILS(400, laminar_execute(db, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", NULL));
    expect_error(400, "25001");
    run(db, "ROLLBACK; BEGIN; SAVEPOINT a; INSERT INTO t VALUES (6)");
    read_stream(db, "SELECT 1 / x FROM t", 400);
    run(db, "ROLLBACK TO a; INSERT INTO t VALUES (7); COMMIT");
    ROWS(db, "SELECT * FROM t", "0;7;");
    FAILS(401, laminar_query_stream(db, "SELECT nothing", &q)); /* outside of one there is none to fail */
    read_stream(db, "SELECT pg_advisory_xact_lock(3)", LAMINAR_OK);
    read_stream(db, "SELECT 1 / x FROM t", 400);
    ROWS(db, "SELECT count(*) FROM pg_locks", "0;");
}

int main(int argc, char **argv)
{
    self = argv[0];
    if (argc == 3 && strcmp(argv[1], "child") == 0)
        return child(argv[2]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crash), DB_TEST(test_conflict),     DB_TEST(test_one_step),
        DB_TEST(test_left_open),      DB_TEST(test_stream_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
