/* SPDX-License-Identifier: Apache-2.0
 *
 * A database in a directory through the C interface: what was acknowledged is there after closing, after kill -9, after a resend;
 * what cannot be opened says why.
 *
 *   api_durable           the tests
 *   api_durable child DIR pushes and acknowledges on standard output until it is killed */
#include "api_test.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char root[64], dir[96];
static const char *self;

static int remove_tree(const char *path)
{
    char command[256];
    snprintf(command, sizeof(command), "rm -rf '%s'", path);
    return system(command);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(root, sizeof(root), "%s", "/tmp/laminar-durable-XXXXXX");
    if (!mkdtemp(root))
        return -1;
    snprintf(dir, sizeof(dir), "%s/db", root);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return remove_tree(root);
}

static LaminarConnection *open_at(const char *path)
{
    LaminarConnection *db = NULL;
    if (laminar_open_with_config(path, NULL, &db) != LAMINAR_OK)
        fail_msg("%s", laminar_last_error());
    return db;
}

static void expect_state(const char *sqlstate)
{
    LaminarError e = {.size = sizeof(e)};
    OK(laminar_last_error_detail(&e));
    assert_string_equal(e.sqlstate, sqlstate);
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

static void test_refusals(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir), *other = NULL;
    FAILS(102, laminar_open_with_config(dir, NULL, &other));
    expect_state("55006");
    OK(laminar_close(db));
    db = open_at(dir); /* the lock goes with the connection */
    OK(laminar_close(db));
    assert_int_equal(laminar_open_with_config(root, NULL, &other), 400); /* it holds something else */
    expect_state("55000");
    FAILS(400, laminar_open_with_config("/proc/no/such/place", NULL, &other));
    char path[200];
    snprintf(path, sizeof(path), "%s/LAMINAR", dir);
    FILE *f = fopen(path, "r+");
    assert_non_null(f);
    fputs("something else", f);
    fclose(f);
    FAILS(900, laminar_open_with_config(dir, NULL, &other));
    expect_state("XX001");
    if (geteuid() != 0) {
        assert_int_equal(chmod(root, 0500), 0);
        snprintf(path, sizeof(path), "%s/new", root);
        FAILS(400, laminar_open_with_config(path, NULL, &other));
        expect_state("42501");
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
    FAILS(401, laminar_execute(db, "SET wal_mode = 'maybe'", NULL));
    laminar_writer_free(w);
    OK(laminar_close(db));
    db = open_at(dir);
    ROWS(db, "SELECT count(*), sum(v) FROM s", "101|5050;");
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
    int64_t n, last = -1;
    while (last < 0 && read(fd[0], &n, sizeof(n)) == sizeof(n)) /* it is at work */
        last = n;
    usleep(us);
    assert_int_equal(kill(pid, SIGKILL), 0);
    while (read(fd[0], &n, sizeof(n)) == sizeof(n))
        last = n;
    close(fd[0]);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    return last;
}

static void test_kill(void **state)
{
    (void)state;
    unsigned us = 12345;
    for (int round = 0; round < 30; round++) {
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
        OK(laminar_close(db));
    }
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "child") == 0)
        return child(argv[2]);
    self = argv[0];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_reopen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refusals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_levels, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_producer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_kill, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
