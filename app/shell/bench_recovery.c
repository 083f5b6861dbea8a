/* SPDX-License-Identifier: Apache-2.0
 *
 * `laminar bench recovery --dir DIR`: how long a database is away after a crash.  A child process fills a view of --keys keys in
 * the new directory DIR/recovery, makes a checkpoint, pushes a tenth as many rows again, waits until they are durable and ends
 * without closing.  Then the database is opened and the view asked. */
#include "shell/bench.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shell/progress.h"
#include "shell/report.h"

enum { DEFAULT_KEYS = 1000000 };

typedef struct Filled { /* what the child reports */
    int64_t fill_ns, checkpoint_ns, rows;
} Filled;

static bool push_rows(Feed *f, int64_t rows)
{
    for (int64_t n = 0; n < rows; n += FEED_ROWS) {
        feed_make(f, FEED_ROWS);
        if (!feed_push(f, FEED_ROWS))
            return false;
    }
    return true;
}

static bool fill(const char *dir, int64_t keys, int64_t seed, Filled *ret)
{
    LaminarConnection *db = NULL;
    Feed f;
    int64_t from = clock_ns();
    uint64_t ticket;
    if (laminar_open_with_config(dir, NULL, &db) != LAMINAR_OK ||
        laminar_execute(db, "SET checkpoint_interval = off; CREATE SOURCE s " FEED_COLUMNS, NULL) != LAMINAR_OK ||
        laminar_execute(
            db, "CREATE MATERIALIZED VIEW sums AS SELECT k, COUNT(*) AS n, SUM(v) AS total, MAX(ts) AS last FROM s GROUP BY k",
            NULL) != LAMINAR_OK ||
        !feed_open(&f, db, "s", keys, seed) || !push_rows(&f, 3 * keys))
        return false;
    ret->fill_ns = clock_ns() - from;
    from = clock_ns();
    if (laminar_execute(db, "CHECKPOINT", NULL) != LAMINAR_OK)
        return false;
    ret->checkpoint_ns = clock_ns() - from;
    bool done = push_rows(&f, keys / 10) && laminar_writer_ticket(f.to, &ticket) == LAMINAR_OK &&
                laminar_wait(db, ticket, LAMINAR_DURABLE, -1) == LAMINAR_OK;
    ret->rows = f.n_rows;
    return done;
}

/* The child: never returns, and leaves the database as a crash would. */
static void child(const char *dir, int64_t keys, int64_t seed, int to)
{
    Filled filled = {0};
    if (!fill(dir, keys, seed, &filled)) {
        report_last_error((Str){0}, (Origin){0});
        _exit(EXIT_ERROR);
    }
    _exit(write(to, &filled, sizeof(filled)) == (ssize_t)sizeof(filled) ? EXIT_OK : EXIT_ERROR);
}

static bool run_child(const char *dir, int64_t keys, int64_t seed, Filled *ret)
{
    int ends[2], status = 0;
    if (pipe(ends) != 0) {
        report_error((Origin){0}, "58030", "cannot make a pipe: %s", strerror(errno));
        return false;
    }
    pid_t pid = fork();
    if (pid == 0)
        child(dir, keys, seed, ends[1]);
    (void)close(ends[1]);
    bool done = pid > 0 && read(ends[0], ret, sizeof(*ret)) == (ssize_t)sizeof(*ret);
    (void)close(ends[0]);
    if (pid > 0)
        (void)waitpid(pid, &status, 0);
    else
        report_error((Origin){0}, "58030", "cannot start a process: %s", strerror(errno));
    return done && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_OK;
}

static int64_t directory_bytes(const char *dir)
{
    char path[8192];
    struct stat st;
    int64_t bytes = 0;
    DIR *d = opendir(dir);
    for (const struct dirent *e; d && (e = readdir(d));) {
        (void)snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
            bytes += (int64_t)st.st_blocks * 512;
    }
    if (d)
        (void)closedir(d);
    return bytes;
}

static void print(Figures *f, const Filled *filled, int64_t keys, int64_t state, int64_t disk, int64_t open_ns, int64_t answer_ns)
{
    double seconds = (double)(open_ns + answer_ns) / 1e9;
    figures_int(f, keys);
    figures_int(f, filled->rows);
    figures_int(f, state);
    figures_int(f, disk);
    figures_float(f, (double)filled->fill_ns / 1e9, 3);
    figures_float(f, (double)filled->checkpoint_ns / 1e9, 3);
    figures_float(f, (double)open_ns / 1e9, 3);
    figures_float(f, (double)answer_ns / 1e6, 3);
    figures_float(f, state ? seconds / ((double)state / 1e9) : 0, 2);
}

static bool measure(const BenchOptions *o, const char *dir, Figures *f)
{
    Filled filled;
    LaminarConfig config = {.size = sizeof(config), .threads = o->threads};
    LaminarConnection *db = NULL;
    int64_t keys = o->keys ? o->keys : DEFAULT_KEYS, rows = 0, state = 0;
    if (!run_child(dir, keys, o->seed, &filled))
        return false;
    int64_t disk = directory_bytes(dir), from = clock_ns();
    bool done = laminar_open_with_config(dir, &config, &db) == LAMINAR_OK;
    int64_t opened = clock_ns();
    done = done && bench_number(db, "SELECT COALESCE(MAX(n), 0) FROM sums WHERE k = 0", &rows);
    int64_t answered = clock_ns();
    done = done && bench_number(db, "SELECT CAST(SUM(n) AS BIGINT) FROM sums", &rows) &&
           bench_number(db, "SELECT CAST(SUM(state_bytes) AS BIGINT) FROM laminar_queries", &state);
    if (done && rows != filled.rows) {
        report_error((Origin){0}, "XX001", "after the crash the view has %lld rows, %lld were durable", (long long)rows,
                     (long long)filled.rows);
        done = false;
    }
    if (done)
        print(f, &filled, keys, state, disk, opened - from, answered - opened);
    (void)bench_check(done);
    if (db)
        (void)laminar_close(db);
    return done;
}

int bench_recovery(Shell *s, const BenchOptions *o)
{
    static const Column columns[] = {
        {.name = {"keys", 4}, .kind = CELL_NUMBER},         {.name = {"rows", 4}, .kind = CELL_NUMBER},
        {.name = {"state_bytes", 11}, .kind = CELL_NUMBER}, {.name = {"disk_bytes", 10}, .kind = CELL_NUMBER},
        {.name = {"fill_s", 6}, .kind = CELL_FLOAT},        {.name = {"checkpoint_s", 12}, .kind = CELL_FLOAT},
        {.name = {"open_s", 6}, .kind = CELL_FLOAT},        {.name = {"first_answer_ms", 15}, .kind = CELL_FLOAT},
        {.name = {"s_per_gb", 8}, .kind = CELL_FLOAT}};
    char dir[4096];
    (void)snprintf(dir, sizeof(dir), "%s/recovery", o->dir);
    if (access(dir, F_OK) == 0) {
        message_printf("laminar bench recovery: %s exists; it is made by the benchmark, and left for you to look at\n", dir);
        return EXIT_USAGE;
    }
    Figures f;
    figures_begin(&f, s, columns, sizeof(columns) / sizeof(*columns));
    return figures_end(&f, measure(o, dir, &f));
}
