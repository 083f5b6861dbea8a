/* SPDX-License-Identifier: Apache-2.0
 *
 * A sink that takes nothing for a while under memory_limit: what waits for it is on disk, nothing is lost, memory stays bounded. A
 * program of its own, since it looks at the memory of its process. */
#include "directory_test.h"

#include <sys/stat.h>

#define STUCK_LIMIT_MB 24
#define STUCK_SLACK_MB 16 /* what a step needs while it runs, and what the allocator keeps between chunks */
#define STUCK_ROWS 160000 /* of some 600 bytes: four times the limit */
#define STUCK_PAD 600
#define STUCK_STEP 500

static void expect_state(LaminarConnection *db, const char *state)
{
    char sql[200];
    snprintf(sql, sizeof(sql), "SELECT count(*) FROM laminar_sinks WHERE state <> '%s'", state);
    if (strcmp(rows_of(db, sql), "0;") != 0)
        fail_msg("not %s: %s", state, rows_of(db, "SELECT * FROM laminar_sinks"));
}

/* Memory of this process that is not a mapped file. */
static long resident_kb(void)
{
    char line[200];
    long kb = -1;
    FILE *f = fopen("/proc/self/status", "r");
    assert_non_null(f);
    while (kb < 0 && fgets(line, sizeof(line), f))
        (void)sscanf(line, "RssAnon: %ld kB", &kb);
    fclose(f);
    assert_true(kb >= 0);
    return kb;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) /* most memory is theirs */
#define SEES_ITS_MEMORY false
#else
#define SEES_ITS_MEMORY true
#endif

static void expect_bounded(long before_kb, const char *when)
{
    long kb = resident_kb() - before_kb;
    if (SEES_ITS_MEMORY && kb > 1024L * (STUCK_LIMIT_MB + STUCK_SLACK_MB))
        fail_msg("%ld kB more than before the database was there, %s", kb, when);
}

static int32_t push_one(LaminarWriter *w, long long n)
{
    static char pad[STUCK_PAD + 1];
    LaminarRow *row = NULL;
    memset(pad, 'x', STUCK_PAD);
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_i64(row, 0, n));
    OK(laminar_row_text(row, 1, pad, STUCK_PAD));
    return laminar_row_push(row);
}

static void push_padded(LaminarWriter *w, long long from, long long to)
{
    for (long long n = from; n < to; n++)
        if (push_one(w, n) != LAMINAR_OK)
            fail_msg("row %lld: %s", n, laminar_last_error());
}

/* Every row once, in the order in which it was pushed. */
static void expect_padded(const char *path, long long n)
{
    static char line[STUCK_PAD + 40];
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof(line), f)); /* n,k */
    for (long long i = 0; i < n; i++) {
        char *end = NULL;
        assert_non_null(fgets(line, sizeof(line), f));
        if (strtoll(line, &end, 10) != i || *end != ',' || strlen(end) != STUCK_PAD + 2)
            fail_msg("%.20s where row %lld should be", line, i);
    }
    assert_null(fgets(line, sizeof(line), f));
    fclose(f);
}

/* A database whose only sink has published ten rows, closed; what it has to look at when it is opened again is away. */
static void make_stuck(char *ret_path, size_t cap)
{
    char sql[400], command[300];
    snprintf(sql, sizeof(sql), "%s/out", root);
    assert_int_equal(mkdir(sql, 0777), 0);
    snprintf(ret_path, cap, "%s/out/one.csv", root);
    LaminarConnection *db = open_at(dir);
    snprintf(sql, sizeof(sql),
             "CREATE SOURCE s (n BIGINT, k TEXT) WITH (buffer_size = 1024); CREATE SINK o FROM s INTO FILE (path = '%s');"
             "SET checkpoint_interval = 'off'",
             ret_path);
    run(db, sql);
    LaminarWriter *w = NULL;
    OK(laminar_writer_create(db, "s", &w));
    push_padded(w, 0, 10);
    laminar_writer_free(w);
    run(db, "CHECKPOINT");
    OK(laminar_close(db));
    snprintf(command, sizeof(command), "mv '%s/out' '%s/away' && touch '%s/out'", root, root, root);
    assert_int_equal(system(command), 0);
}

static void put_back(void)
{
    char command[300];
    snprintf(command, sizeof(command), "rm '%s/out' && mv '%s/away' '%s/out'", root, root, root);
    assert_int_equal(system(command), 0);
}

static void set_limit(LaminarConnection *db, long long bytes)
{
    char sql[80];
    snprintf(sql, sizeof(sql), "SET memory_limit = %lld", bytes);
    run(db, sql);
}

/* Rows for it wait on disk, over restarts as well; the writer is refused none, and memory stays below the limit. */
static void test_waits_on_disk(void **state)
{
    (void)state;
    char path[128];
    long before_kb = resident_kb();
    long long n = 10;
    make_stuck(path, sizeof(path));
    for (int life = 0; life < 2; life++) {
        LaminarWriter *w = NULL;
        LaminarConnection *db = open_at(dir);
        set_limit(db, STUCK_LIMIT_MB << 20);
        OK(laminar_writer_create(db, "s", &w));
        for (long long end = n + STUCK_ROWS / 2; n < end; n += STUCK_STEP) {
            push_padded(w, n, n + STUCK_STEP);
            expect_bounded(before_kb, "rows wait");
        }
        laminar_writer_free(w);
        expect_state(db, "DEGRADED");
        ROWS(db, "SELECT is_full, limit_bytes IS NULL FROM laminar_rings WHERE ring = 'sink'", "t|t;");
        run(db, "CHECKPOINT");
        expect_bounded(before_kb, "after a checkpoint");
        OK(laminar_close(db));
    }
    LaminarConnection *db = open_at(dir);
    ROWS(db, "SELECT value > 20000000 FROM laminar_metrics WHERE metric = 'bytes_out'", "t;");
    put_back();
    run(db, "ALTER SINK o RESUME");
    expect_bounded(before_kb, "the sink has gone on");
    run(db, "CHECKPOINT");
    expect_bounded(before_kb, "all is published");
    expect_state(db, "RUNNING");
    expect_padded(path, n);
    OK(laminar_close(db));
}

/* With next to nothing left for what keeps the pages in order, the writer waits and is refused rows, which are nowhere then; the
 * others are all there, in order, and the writer goes on when the sink does. */
static void test_writer_is_refused(void **state)
{
    (void)state;
    char path[128];
    make_stuck(path, sizeof(path));
    LaminarWriter *w = NULL;
    LaminarConnection *db = open_at(dir);
    OK(laminar_writer_create(db, "s", &w));
    push_padded(w, 10, 2010); /* what the source retains, and scratch, are there */
    set_limit(db, 1 << 20);   /* all pages leave */
    set_limit(db, strtoll(rows_of(db, "SELECT value FROM laminar_metrics WHERE metric = 'bytes'"), NULL, 10) + (512 << 10));
    long long n = 2010;
    while (n < STUCK_ROWS && push_one(w, n) == LAMINAR_OK)
        n++;
    expect_error(LAMINAR_ERR_QUERY, "53200");
    FAILS(LAMINAR_ERR_QUERY, push_one(w, n + 1000000));
    expect_state(db, "DEGRADED");
    put_back();
    run(db, "CHECKPOINT"); /* what waits goes on, and its buffers go */
    for (int64_t end = now_ms() + PATIENCE_MS; push_one(w, n) != LAMINAR_OK;)
        assert_true(now_ms() < end);
    n++;
    laminar_writer_free(w);
    run(db, "CHECKPOINT");
    expect_state(db, "RUNNING");
    expect_padded(path, n);
    OK(laminar_close(db));
}

int main(void)
{
    const struct CMUnitTest tests[] = {DIRECTORY_TEST(test_waits_on_disk), DIRECTORY_TEST(test_writer_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
