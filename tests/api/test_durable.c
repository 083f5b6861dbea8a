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

/* Each longer than a region of pages, with short ones before and behind. */
static void test_long_values(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db, "CREATE TABLE t (k INT PRIMARY KEY, v TEXT);"
            "INSERT INTO t SELECT g, repeat('x', 3000000) || g FROM generate_series(1, 3) AS g (g);"
            "INSERT INTO t SELECT g, repeat('y', 300) || g FROM generate_series(10001, 19000) AS g (g);"
            "INSERT INTO t SELECT g, repeat('x', 5000000) || g FROM generate_series(4, 5) AS g (g);"
            "INSERT INTO t SELECT g, repeat('y', 300) || g FROM generate_series(20001, 29000) AS g (g)");
    for (int i = 0; i < 3; i++) {
        run(db, "CHECKPOINT");
        ROWS(db, "SELECT count(*), sum(length(v)) FROM t", i == 2 ? "18002|15490004;" : "18005|24490005;");
        ROWS(db, "SELECT right(v, 3), length(v) FROM t WHERE k IN (2, 5, 19000) ORDER BY k",
             i == 2 ? "x5z|5000002;000|305;" : "xx2|3000001;xx5|5000001;000|305;");
        OK(laminar_close(db));
        db = open_at(dir);
        if (i == 1)
            run(db, "DELETE FROM t WHERE k <= 3; UPDATE t SET v = v || 'z' WHERE k < 10");
    }
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
    int gone[2];
    char byte;
    assert_int_equal(pipe(gone), 0);
    db = open_at(dir);
    pid_t child = fork(); /* .. also where a child still has all files of its parent */
    if (child == 0) {
        (void)close(gone[1]);
        _exit(read(gone[0], &byte, 1) == 0 ? 0 : 1);
    }
    assert_true(child > 0);
    OK(laminar_close(db));
    db = open_at(dir);
    OK(laminar_close(db));
    (void)close(gone[0]);
    (void)close(gone[1]);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(laminar_open_with_config(root, NULL, &other), 100); /* it holds something else */
    expect_sqlstate("55000");
    FAILS(100, laminar_open_with_config("/proc/no/such/place", NULL, &other));
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
        FAILS(100, laminar_open_with_config(path, NULL, &other));
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
    run(db, "SET checkpoint_interval = off; CREATE SOURCE s (v BIGINT); SET wal_mode = async");
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
    OK(laminar_wait(db, 0, LAMINAR_DURABLE, PATIENCE_MS));
    FAILS(502, laminar_wait(db, ticket, LAMINAR_SETTLED, 0));
    OK(laminar_wait(db, ticket, LAMINAR_SETTLED, -1));
    OK(laminar_wait(db, ticket, LAMINAR_SETTLED, 0));
    run(db, "SET checkpoint_interval = '100 ms'; CHECKPOINT; SET checkpoint_interval = off"); /* one of its own would wait, too */
    FAILS(401, laminar_execute(db, "SET checkpoint_interval = '1 ms'", NULL));
    FAILS(401, laminar_execute(db, "SET checkpoint_interval = '11 min'", NULL));
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

/* ---- several who wait ---- */

enum { WAITED_ROWS = 150, WAITERS_MAX = 8 };

typedef struct Waiter {
    LaminarConnection *db;
    int64_t from;
} Waiter;

/* Waits for each row, in every way. */
static void *push_and_wait(void *arg)
{
    Waiter *x = arg;
    LaminarWriter *w = NULL;
    uint64_t ticket = 0;
    OK(laminar_writer_create(x->db, "s", &w));
    for (int i = 0; i < WAITED_ROWS; i++) {
        push_row(w, x->from + i);
        OK(laminar_writer_ticket(w, &ticket));
        if (i % 3 < 2)
            OK(laminar_wait(x->db, ticket, LAMINAR_DURABLE, i % 3 == 0 ? -1 : 100000));
        else
            while (laminar_wait(x->db, ticket, LAMINAR_DURABLE, 0) != LAMINAR_OK) {
            }
    }
    laminar_writer_free(w);
    return NULL;
}

/* Whether one waits, who then writes, or several, for whom the log thread does, or it changes: all hear of it. */
static void test_waiters(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    Waiter waiter[WAITERS_MAX];
    pthread_t thread[WAITERS_MAX];
    int64_t n = 0;
    run(db, "CREATE TABLE s (v BIGINT PRIMARY KEY)");
    for (int n_threads = 1; n_threads <= WAITERS_MAX; n_threads *= 2) {
        for (int i = 0; i < n_threads; i++, n += WAITED_ROWS) {
            waiter[i] = (Waiter){db, n};
            assert_int_equal(pthread_create(&thread[i], NULL, push_and_wait, &waiter[i]), 0);
        }
        for (int i = 0; i < n_threads; i++)
            pthread_join(thread[i], NULL);
    }
    OK(laminar_close(db));
    db = open_at(dir);
    char expected[64];
    snprintf(expected, sizeof(expected), "%lld|%lld;", (long long)n, (long long)n - 1);
    ROWS(db, "SELECT count(*), max(v) FROM s", expected);
    OK(laminar_close(db));
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
    FAILS(100, laminar_open_with_config(link_path, NULL, &db));
}

/* ---- a file that a view reads is gone ---- */

static void put_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
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
    rows_become(db, "SELECT * FROM over", "3;");
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
        rows_become(db, "SELECT * FROM fv", "2|3;");
        rows_become(db, "SELECT * FROM over", "3;");
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
    rows_become(db, "SELECT * FROM fv", "3|6;");
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
    rows_become(db, "SELECT * FROM fv", "1|1;");
    ROWS(db, "SELECT count(*) FROM t", "2;");
    OK(laminar_close(db));
}

/* Another file has the name by now, and no row of it has come yet: that is the one to read on. */
static void test_rotated(void **state)
{
    (void)state;
    char file[128], away[128], sql[500];
    snprintf(file, sizeof(file), "%s/f.csv", root);
    snprintf(away, sizeof(away), "%s/f.1", root);
    put_text(file, "a,b\n1,x\n2,y\n");
    LaminarConnection *db = open_at(dir);
    snprintf(sql, sizeof(sql),
             "CREATE SOURCE f (a INT, b TEXT) FROM FILE (path = '%s', follow = true, poll_interval = '1 ms') FORMAT CSV;"
             "CREATE MATERIALIZED VIEW fv AS SELECT count(*) AS n, sum(a) AS s FROM f",
             file);
    run(db, sql);
    rows_become(db, "SELECT * FROM fv", "2|3;");
    assert_int_equal(rename(file, away), 0);
    put_text(file, "a,b\nbad,y\n");
    rows_become(db, "SELECT count(*) FROM f$errors", "1;");
    OK(laminar_close(db));
    for (int i = 3; i < 5; i++) {
        db = open_at(dir);
        FILE *f = fopen(file, "a");
        assert_non_null(f);
        fprintf(f, "%d,z\n", i);
        fclose(f);
        rows_become(db, "SELECT * FROM fv", i == 3 ? "3|6;" : "4|10;");
        OK(laminar_close(db));
    }
}

/* One of several files cannot be read: the query waits, and goes on where each of them stood. */
static void test_one_unreadable(void **state)
{
    (void)state;
    char file[128], other[128], sql[500];
    snprintf(sql, sizeof(sql), "%s/in", root);
    assert_int_equal(mkdir(sql, 0777), 0);
    snprintf(file, sizeof(file), "%s/in/a.csv", root);
    snprintf(other, sizeof(other), "%s/in/b.csv", root);
    put_text(file, "a,b\n1,x\n2,y\n");
    LaminarConnection *db = open_at(dir);
    snprintf(sql, sizeof(sql),
             "CREATE SOURCE f (a INT, b TEXT) FROM FILE (path = '%s/in/*.csv', follow = true, poll_interval = '1 ms') FORMAT CSV;"
             "CREATE MATERIALIZED VIEW fv AS SELECT count(*) AS n, sum(a) AS s FROM f",
             root);
    run(db, sql);
    rows_become(db, "SELECT * FROM fv", "2|3;");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(symlink("/proc/self/mem", other), 0); /* reading its start is EIO */
        rows_become(db, "SELECT count(*) FROM laminar_queries WHERE name = 'fv' AND waits_for <> ''", "1;");
        FILE *f = fopen(file, "a");
        assert_non_null(f);
        fprintf(f, "%d,z\n", i);
        fclose(f);
        assert_int_equal(unlink(other), 0);
        if (i == 1) {
            OK(laminar_close(db)); /* while it waits, or just behind */
            db = open_at(dir);
        }
        rows_become(db, "SELECT * FROM fv", i ? "4|4;" : "3|3;");
    }
    OK(laminar_close(db));
}

/* Who waits for a pipe that nobody writes to keeps nobody else waiting, and loses none of its bytes to a look at the header. */
static void test_pipe(void **state)
{
    (void)state;
    char path[128], sql[400];
    snprintf(path, sizeof(path), "%s/pipe", root);
    assert_int_equal(mkfifo(path, 0600), 0);
    LaminarConnection *db = open_at(dir);
    snprintf(sql, sizeof(sql),
             "CREATE TABLE t (a INT); CREATE SOURCE f (a INT) FROM FILE (path = '%s') FORMAT CSV;"
             "CREATE MATERIALIZED VIEW fv AS SELECT count(*) AS n, sum(a) AS s FROM f; INSERT INTO t VALUES (1); CHECKPOINT",
             path);
    run(db, sql);
    ROWS(db, "SELECT * FROM fv, t", "0|NULL|1;");
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("a\n1\n2\n", f);
    fflush(f);
    rows_become(db, "SELECT * FROM fv", "2|3;");
    run(db, "INSERT INTO t VALUES (2)"); /* it waits again */
    fputs("3\n", f);
    fclose(f);
    rows_become(db, "SELECT * FROM fv", "3|6;");
    rows_become(db, "SELECT state FROM laminar_queries WHERE name = 'fv'", "DONE;");
    OK(laminar_close(db));
    db = open_at(dir);
    ROWS(db, "SELECT * FROM fv", "3|6;");
    snprintf(sql, sizeof(sql), "CREATE SOURCE g (a INT) FROM FILE (path = '%s') FORMAT CSV; CREATE STREAM gs AS SELECT a FROM g",
             path);
    run(db, sql);
    OK(laminar_close(db)); /* while it waits */
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
    rows_become(db, "SELECT count(*) FROM f", "2;");
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

static void damage_newest(void)
{
    char text[400];
    snprintf(text, sizeof(text), "f=$(ls %s/MANIFEST-* | tail -1); printf 'xxxx' | dd of=$f conv=notrunc bs=1 seek=60 2>/dev/null",
             dir);
    assert_int_equal(system(text), 0);
}

/* A sink has got more of a file and of a table than the checkpoint that is left knows, and the file is away: which rows come in
 * which order is known with the file only.  RESUME takes them, without another opening. */
static void test_sink_of_two(void **state)
{
    (void)state;
    char file[128], away[128], out[400], sql[900];
    snprintf(file, sizeof(file), "%s/f.csv", root);
    snprintf(away, sizeof(away), "%s/away.csv", root);
    put_text(file, "a\n1\n2\n");
    LaminarConnection *db = open_at(dir);
    snprintf(sql, sizeof(sql),
             "CREATE TABLE t (a BIGINT); CREATE SOURCE f (a BIGINT) FROM FILE (path = '%s', follow = true, poll_interval = '1 ms') "
             "FORMAT CSV; CREATE MATERIALIZED VIEW fv AS SELECT count(*) AS n FROM f;"
             "CREATE SINK o INTO FILE (path = '%s/o/') FORMAT CSV AS SELECT a FROM f UNION ALL SELECT a FROM t;"
             "INSERT INTO t VALUES (100)",
             file, root);
    run(db, sql);
    rows_become(db, "SELECT n FROM fv", "2;");
    rows_become(db, "SELECT rows FROM laminar_sinks", "3;");
    run(db, "CHECKPOINT");
    for (int i = 3; i < 6; i++) {
        FILE *f = fopen(file, "a");
        assert_non_null(f);
        fprintf(f, "%d\n", i);
        fclose(f);
        snprintf(sql, sizeof(sql), "%d;", 2 * i - 2);
        rows_become(db, "SELECT rows FROM laminar_sinks", sql);
        snprintf(sql, sizeof(sql), "INSERT INTO t VALUES (%d)", 100 + i);
        run(db, sql);
    }
    run(db, "CHECKPOINT");
    OK(laminar_close(db));
    damage_newest();
    assert_int_equal(rename(file, away), 0);
    db = open_at(dir);
    run(db, "INSERT INTO t VALUES (200)");
    FAILS(400, laminar_execute(db, "CHECKPOINT", NULL));
    expect_sqlstate("55000");
    run(db, "ALTER SINK o RESUME");
    FAILS(400, laminar_execute(db, "CHECKPOINT", NULL)); /* it is still away */
    assert_int_equal(rename(away, file), 0);
    run(db, "ALTER SINK o RESUME");
    run(db, "CHECKPOINT");
    OK(laminar_close(db));
    snprintf(out, sizeof(out), "cat %s/o/* | grep -v a | cut -d, -f2 | sort -n | tr '\\n' ' ' > %s/o.txt", root, root);
    assert_int_equal(system(out), 0);
    snprintf(out, sizeof(out), "test \"$(cat %s/o.txt)\" = '1 2 3 4 5 100 103 104 105 200 '", root);
    assert_int_equal(system(out), 0);
}

/* ---- checkpoints that fail ---- */

/* A directory stands where the pages of a checkpoint are to be written. */
static void block(const char *of, uint32_t number, bool blocks)
{
    char path[300];
    snprintf(path, sizeof(path), "%s/ckpt-%016x.pages", of, number);
    assert_int_equal(blocks ? mkdir(path, 0777) : rmdir(path), 0);
}

/* How many have failed, of which none was made. */
static uint32_t count_failed(LaminarConnection *db)
{
    LaminarQueryResult *r = NULL;
    OK(laminar_execute(db, "SHOW CHECKPOINT STATUS", &r));
    const char *at = result_text(r);
    laminar_result_free(r);
    for (int i = 0; i < 6 && at; i++)
        at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL;
    assert_non_null(at); /* made, failed */
    assert_true(strncmp(at, "0|", 2) == 0);
    return (uint32_t)atoi(at + 2);
}

/* They are tried again less often each time, and their numbers are not given again, not after a crash either. */
static void test_failing(void **state)
{
    (void)state;
    char text[500], other[200];
    int64_t from = now_ms(); /* the first one is due 100 ms behind the opening */
    LaminarConnection *db = open_at(dir);
    for (uint32_t i = 1; i < 60; i++)
        block(dir, i, true);
    uint32_t n_failed;
    run(db, "CREATE TABLE t (a BIGINT); INSERT INTO t VALUES (1); SET checkpoint_interval = '100 ms'");
    while ((n_failed = count_failed(db)) < 3 && now_ms() - from < PATIENCE_MS)
        pause_ms(5);
    assert_true(n_failed >= 3 && now_ms() - from >= 590); /* one at once, two behind 200 and 400 ms, and what clocks may differ */
    run(db, "SET checkpoint_interval = off");
    for (uint32_t i = 1; i < 60; i++)
        block(dir, i, false);
    OK(laminar_close(db)); /* and with it one of them that may be under way */
    db = open_at(dir);
    run(db, "INSERT INTO t VALUES (0); CHECKPOINT; INSERT INTO t VALUES (2)");
    uint32_t number = (uint32_t)atoi(rows_of(db, "SELECT max(checkpoint) FROM laminar_checkpoints"));
    assert_in_range(number, n_failed + 1, 60);
    block(dir, number + 1, true);
    assert_int_not_equal(laminar_execute(db, "CHECKPOINT", NULL), LAMINAR_OK);
    snprintf(other, sizeof(other), "%s/crashed", root);
    snprintf(text, sizeof(text), "cp -r %s %s", dir, other);
    assert_int_equal(system(text), 0);
    block(dir, number + 1, false);
    block(other, number + 1, false);
    OK(laminar_close(db));
    db = open_at(other);
    run(db, "CHECKPOINT");
    snprintf(text, sizeof(text), "%u;", number + 2);
    ROWS(db, "SELECT max(checkpoint) FROM laminar_checkpoints", text);
    ROWS(db, "SELECT count(*) FROM t", "3;");
    OK(laminar_close(db));
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

/* A query that fails between its groups and what they would have given is part of checkpoints, as it is. */
static void test_failed_step(void **state)
{
    (void)state;
    LaminarConnection *db = open_at(dir);
    run(db,
        "SET on_error = 'fail'; CREATE SOURCE e (k BIGINT, v BIGINT, t TEXT);"
        "CREATE MATERIALIZED VIEW q AS SELECT t, min(v) AS a FROM (SELECT a.t, b.v FROM e AS a JOIN e AS b ON a.k = b.k AND 60 / "
        "(a.v - 4) < b.v) AS x GROUP BY t WITH (allow_unbounded_state = true);"
        "CREATE MATERIALIZED VIEW n AS SELECT count(*) AS n FROM e;"
        "INSERT INTO e SELECT i % 3, 10 + i, 'x' FROM generate_series(1, 50) AS g(i);"
        "INSERT INTO e SELECT i % 3, CASE WHEN i = 3000 THEN 4 ELSE 100 + i END, 'y' FROM generate_series(1, 3000) AS g(i)");
    for (int i = 0; i < 2; i++) {
        run(db, "CHECKPOINT");
        assert_int_not_equal(laminar_execute(db, "SELECT * FROM q", NULL), LAMINAR_OK);
        assert_non_null(strstr(laminar_last_error(), "division by zero"));
        ROWS(db, "SELECT * FROM n", "3050;");
        OK(laminar_close(db));
        db = open_at(dir);
    }
    run(db, "DROP MATERIALIZED VIEW q");
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
        DIRECTORY_TEST(test_reopen),      DIRECTORY_TEST(test_many_tables),
        DIRECTORY_TEST(test_long_values), DIRECTORY_TEST(test_refusals),
        DIRECTORY_TEST(test_levels),      DIRECTORY_TEST(test_waiters),
        DIRECTORY_TEST(test_producer),    DIRECTORY_TEST(test_kill),
        DIRECTORY_TEST(test_full),        DIRECTORY_TEST(test_names),
        DIRECTORY_TEST(test_gone),        DIRECTORY_TEST(test_shrunk),
        DIRECTORY_TEST(test_rotated),     DIRECTORY_TEST(test_one_unreadable),
        DIRECTORY_TEST(test_pipe),        DIRECTORY_TEST(test_sink_gone),
        DIRECTORY_TEST(test_sink_of_two), DIRECTORY_TEST(test_failing),
        DIRECTORY_TEST(test_concurrent),  DIRECTORY_TEST(test_watermark_of_rows),
        DIRECTORY_TEST(test_failed_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
