/* SPDX-License-Identifier: Apache-2.0
 *
 * Processes of several threads that are killed with SIGKILL at random moments: one pushes single rows, one streams of arrays, one
 * changes a table, one makes and drops views over it and makes checkpoints, with one to three threads for the queries and, in some
 * lives, a limit of memory.  After each kill: of every producer's rows the first ones are there, each once, and all that it was
 * told are safe; views hold what their queries give; the sink's files have each row once.
 *
 *   api_crowd                 the test
 *   api_crowd child DIR SEED  at work until it is killed
 *
 * LAMINAR_KILLS=1000 kills that often; LAMINAR_KILLS_SEED=7 at other moments. */
#include "directory_test.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SINGLE = 1, STREAMED = 2, N_PRODUCERS = 2 };
#define N_OF(a) (sizeof(a) / sizeof((a)[0]))

static const char *self;

/* What a producer says on standard output: so many of its rows are safe.  A negative one ends the process. */
typedef struct Safe {
    int64_t producer, n;
} Safe;

static const char *const relations[] = {
    "CREATE SOURCE IF NOT EXISTS s (p BIGINT, n BIGINT, v TEXT) WITH (buffer_size = 1000)",
    "CREATE TABLE IF NOT EXISTS t (id BIGINT PRIMARY KEY, g BIGINT, v BIGINT)",
    "CREATE INDEX IF NOT EXISTS by_v ON t (v)",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS sums AS SELECT p, count(*) AS c, sum(n) AS s, max(n) AS hi FROM s GROUP BY p",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS parts AS SELECT p, n / 100 AS part, count(*) AS c, count(DISTINCT v) AS d FROM s GROUP "
    "BY p, n / 100",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS groups AS SELECT g, count(*) AS n, sum(v) AS s, max(v) AS hi FROM t GROUP BY g",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS sizes AS SELECT n, count(*) AS c FROM groups GROUP BY n",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS pairs AS SELECT a.g, count(*) AS n FROM t a JOIN t b ON b.v = a.id GROUP BY a.g",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS best AS SELECT * FROM (SELECT id, g, v, row_number() OVER (PARTITION BY g ORDER BY v "
    "DESC, id) AS rn FROM t) "
    "q WHERE rn <= 2",
};
static const struct {
    const char *view, *sql;
} answers[] = {
    {"groups", "SELECT g, count(*), sum(v), max(v) FROM t GROUP BY g"},
    {"sizes", "SELECT n, count(*) FROM (SELECT g, count(*) AS n FROM t GROUP BY g) q GROUP BY n"},
    {"pairs", "SELECT a.g, count(*) FROM t a JOIN t b ON b.v = a.id GROUP BY a.g"},
    {"best",
     "SELECT * FROM (SELECT id, g, v, row_number() OVER (PARTITION BY g ORDER BY v DESC, id) AS rn FROM t) q WHERE rn <= 2"},
    {"late", "SELECT g, count(*) FROM t WHERE v % 3 <> 0 GROUP BY g"},
};

static int execute(LaminarConnection *db, const char *sql)
{
    if (laminar_execute(db, sql, NULL) == LAMINAR_OK)
        return 0;
    fprintf(stderr, "%s: %s\n", sql, laminar_last_error());
    return -1;
}

static int64_t number(LaminarConnection *db, const char *sql)
{
    LaminarQueryResult *r = NULL;
    LaminarRecordBatch *b = NULL;
    const char *text = NULL;
    int64_t n = -1;
    if (laminar_query(db, sql, &r) == LAMINAR_OK && laminar_result_get_batch(r, 0, &b) == LAMINAR_OK &&
        laminar_batch_text(b, 0, 0, &text, NULL) == LAMINAR_OK)
        n = strtoll(text, NULL, 10);
    laminar_batch_free(b);
    laminar_result_free(r);
    return n;
}

/* ---- the child ---- */

static LaminarConnection *child_db;

static void say(int64_t producer, int64_t n)
{
    const Safe safe = {producer, n};
    if (write(STDOUT_FILENO, &safe, sizeof(safe)) != sizeof(safe))
        _exit(0);
}

/* Whether what failed did for want of memory, where there is little: nothing of it is there, and it may be tried again. */
static bool is_refused(void)
{
    LaminarError e = {.size = sizeof(e)};
    bool is = laminar_last_error_detail(&e) == LAMINAR_OK && strcmp(e.sqlstate, "53200") == 0;
    if (is)
        pause_ms(5);
    return is;
}

static void give_up(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, laminar_last_error() ? laminar_last_error() : "?");
    say(-1, 0);
    _exit(1);
}

/* The number of the producer's next row: the rows that are there are the first ones, in their order. */
static int64_t next_of(int producer)
{
    char sql[100];
    snprintf(sql, sizeof(sql), "SELECT coalesce(max(hi), -1) + 1 FROM sums WHERE p = %d", producer);
    int64_t n = number(child_db, sql);
    while (n < 0 && is_refused())
        n = number(child_db, sql);
    return n;
}

static void *push_rows(void *unused)
{
    (void)unused;
    LaminarWriter *w = NULL;
    LaminarRow *row = NULL;
    int64_t n = next_of(SINGLE);
    if (n < 0 || laminar_writer_create(child_db, "s", &w))
        give_up("writer");
    for (;; n++) {
        char text[60];
        int len = snprintf(text, sizeof(text), "a value that is not inlined, %lld", (long long)n);
        if (laminar_row_begin(w, &row) || laminar_row_i64(row, 0, SINGLE) || laminar_row_i64(row, 1, n) ||
            laminar_row_text(row, 2, text, (size_t)len))
            give_up("row");
        if (laminar_row_push(row) != LAMINAR_OK) {
            if (!is_refused())
                give_up("push");
            n--;
            continue;
        }
        if (n % 50 == 49) {
            if (laminar_wait(child_db, 0, LAMINAR_DURABLE, -1))
                give_up("wait");
            say(SINGLE, n + 1);
        }
    }
    return NULL;
}

static void *push_streams(void *unused)
{
    (void)unused;
    LaminarWriter *w = NULL;
    int64_t n = next_of(STREAMED);
    if (n < 0 || laminar_writer_create(child_db, "s", &w))
        give_up("writer");
    for (int64_t size = 700;; size = size % 9001 + 1300) {
        char sql[200];
        LaminarQueryResult *r = NULL;
        struct ArrowArrayStream stream;
        uint64_t ticket = 0;
        snprintf(sql, sizeof(sql),
                 "SELECT %d::BIGINT, i, 'a value that is not inlined, ' || i FROM generate_series(%lld::BIGINT, %lld) AS g(i)",
                 STREAMED, (long long)n, (long long)(n + size - 1));
        if (laminar_query(child_db, sql, &r) || laminar_result_export_stream(r, &stream) ||
            laminar_writer_push_stream(w, &stream, &ticket)) {
            if (!is_refused())
                give_up("stream");
            n = next_of(STREAMED); /* arrays before the one that was refused are in */
        } else {
            n += size;
            if (laminar_wait(child_db, ticket, LAMINAR_DURABLE, -1))
                give_up("wait");
            say(STREAMED, n);
        }
        laminar_result_free(r);
        pause_ms(3);
    }
    return NULL;
}

static void *change_table(void *seed)
{
    uint64_t x = (uint64_t)(uintptr_t)seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    for (;;) {
        char sql[300];
        x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        int id = (int)(x >> 33) % 3000, v = (int)(x >> 20) % 997;
        switch (x >> 60) {
        case 0: snprintf(sql, sizeof(sql), "DELETE FROM t WHERE v = %d", v); break;
        case 1: snprintf(sql, sizeof(sql), "UPDATE t SET v = (v + %d) %% 3000 WHERE id BETWEEN %d AND %d", v, id, id + 40); break;
        case 2:
            snprintf(sql, sizeof(sql),
                     "INSERT INTO t SELECT i, i %% 40, (i * 7 + %d) %% 3000 FROM generate_series(%d, %d) AS g(i) ON CONFLICT (id) "
                     "DO NOTHING",
                     v, id, id + 100);
            break;
        default:
            snprintf(sql, sizeof(sql), "INSERT INTO t VALUES (%d, %d, %d) ON CONFLICT (id) DO UPDATE SET v = excluded.v", id,
                     id % 40, v);
        }
        if (laminar_execute(child_db, sql, NULL) != LAMINAR_OK && !is_refused())
            give_up(sql);
    }
    return NULL;
}

static void define(uint64_t seed)
{
    static const char *const sql[] = {
        "DROP MATERIALIZED VIEW IF EXISTS late", "CHECKPOINT",
        ("CREATE MATERIALIZED VIEW IF NOT EXISTS late AS SELECT g, count(*) AS n FROM t WHERE v % 3 <> 0 GROUP BY g "
         "WITH (backfill_batch_size = 100)"),
        "CHECKPOINT", "SELECT count(*) FROM pairs"};
    for (uint64_t i = seed;; i++) {
        if (laminar_execute(child_db, sql[i % N_OF(sql)], NULL) != LAMINAR_OK && !is_refused())
            give_up(sql[i % N_OF(sql)]);
        pause_ms(4);
    }
}

static int make_all(LaminarConnection *db, const char *base)
{
    char sql[300];
    snprintf(sql, sizeof(sql),
             "CREATE SINK IF NOT EXISTS o FROM (SELECT p, n FROM s) INTO FILE (path = '%s/out/', format = 'csv', max_file_size = "
             "200000)",
             base);
    for (size_t i = 0; i < N_OF(relations); i++)
        if (execute(db, relations[i]) < 0)
            return -1;
    return execute(db, sql);
}

static int child(const char *base, uint64_t seed)
{
    char path[128];
    const LaminarConfig config = {.size = sizeof(config),
                                  .threads = (uint32_t)(seed % 3 + 1),
                                  .memory_limit_bytes = seed % 4 == 1 ? 256 << 20 : 0};
    pthread_t t;
    snprintf(path, sizeof(path), "%s/db", base);
    if (laminar_open_with_config(path, &config, &child_db) != LAMINAR_OK || make_all(child_db, base) < 0)
        give_up("open");
    if (seed % 3 == 0 && execute(child_db, "SET parallel_rows = 1") < 0)
        give_up("set");
    pthread_create(&t, NULL, push_rows, NULL);
    pthread_create(&t, NULL, push_streams, NULL);
    pthread_create(&t, NULL, change_table, (void *)(uintptr_t)seed);
    define(seed);
    return 0;
}

/* ---- the test ---- */

static void live(uint64_t seed, useconds_t us, int64_t *safe)
{
    char text[24];
    int fd, status;
    Safe said;
    snprintf(text, sizeof(text), "%llu", (unsigned long long)seed);
    pid_t pid = spawn(self, (const char *[]){"child", root, text, NULL}, &fd);
    if (seed % 5) /* else it dies while it opens, perhaps */
        for (bool at_work = false; !at_work && read(fd, &said, sizeof(said)) == sizeof(said); at_work = true)
            safe[said.producer > 0 ? said.producer : 0] = said.n;
    usleep(us);
    assert_int_equal(kill(pid, SIGKILL), 0);
    while (read(fd, &said, sizeof(said)) == sizeof(said)) {
        if (said.producer < 0)
            fail_msg("seed %llu: ended by itself", (unsigned long long)seed);
        safe[said.producer] = said.n;
    }
    close(fd);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        fail_msg("seed %llu: ended by itself with status %d", (unsigned long long)seed, status);
}

static void check_views(LaminarConnection *db, uint64_t seed)
{
    for (size_t i = 0; i < N_OF(answers); i++) {
        char sql[900];
        const char *view = answers[i].view, *query = answers[i].sql;
        if (strcmp(view, "late") == 0 && number(db, "SELECT count(*) FROM laminar_relations WHERE name = 'late'") == 0)
            continue;
        snprintf(sql, sizeof(sql),
                 "SELECT (SELECT count(*) FROM (SELECT * FROM %s EXCEPT ALL (%s)) x), (SELECT count(*) FROM ((%s) EXCEPT ALL "
                 "SELECT * FROM %s) y)",
                 view, query, query, view);
        const char *differ = rows_of(db, sql);
        if (strcmp(differ, "0|0;") != 0)
            fail_msg("seed %llu: view %s differs from its query in %s", (unsigned long long)seed, view, differ);
    }
}

/* Files of the sink: rows `p,n`, each once; all that the sink has been given once a checkpoint is made. */
static void check_files(LaminarConnection *db, uint64_t seed)
{
    char command[400];
    run(db, "CHECKPOINT");
    int64_t rows = number(db, "SELECT coalesce(sum(c), 0) FROM sums");
    snprintf(command, sizeof(command),
             "test \"$(cat '%s'/out/*.csv 2>/dev/null | grep -v p | sort -u | wc -l)\" = %lld && "
             "test \"$(cat '%s'/out/*.csv 2>/dev/null | grep -vc p)\" = %lld",
             root, (long long)rows, root, (long long)rows);
    if (system(command) != 0)
        fail_msg("seed %llu: the files do not have each of %lld rows once, %s", (unsigned long long)seed, (long long)rows, root);
}

static void check(uint64_t seed, const int64_t *safe)
{
    LaminarConnection *db = open_at(dir);
    assert_int_equal(make_all(db, root), 0);
    for (int p = 1; p <= N_PRODUCERS; p++) {
        char sql[300];
        snprintf(sql, sizeof(sql), "SELECT count(*) FROM sums WHERE p = %d AND c = hi + 1 AND s = hi * (hi + 1) / 2 AND c >= %lld",
                 p, (long long)safe[p]);
        if (number(db, sql) != 1 && safe[p] > 0)
            fail_msg("seed %llu: producer %d, %lld rows are safe: %s", (unsigned long long)seed, p, (long long)safe[p],
                     rows_of(db, "SELECT * FROM sums"));
        snprintf(sql, sizeof(sql),
                 "SELECT count(*) FROM parts WHERE p = %d AND (c > 100 OR c <> d OR c < 100 AND part < (SELECT max(part) FROM "
                 "parts WHERE p = %d))",
                 p, p);
        ROWS(db, sql, "0;");
    }
    check_views(db, seed);
    if (seed % 4 == 2)
        check_files(db, seed);
    OK(laminar_close(db));
}

static void test_crowd(void **state)
{
    (void)state;
    const char *kills = getenv("LAMINAR_KILLS"), *from = getenv("LAMINAR_KILLS_SEED");
    long n = kills ? atol(kills) : 16;
    uint64_t seed = from ? strtoull(from, NULL, 10) : 1, us = seed * 977;
    int64_t safe[N_PRODUCERS + 1] = {0};
    for (long i = 0; i < n; i++, seed++) {
        us = us * UINT64_C(1103515245) + 12345;
        live(seed, (useconds_t)(us / 8 % 300000), safe);
        check(seed, safe);
    }
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "child") == 0)
        return child(argv[2], strtoull(argv[3], NULL, 10));
    self = argv[0];
    const struct CMUnitTest tests[] = {DIRECTORY_TEST(test_crowd)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
