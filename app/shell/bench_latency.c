/* SPDX-License-Identifier: Apache-2.0
 *
 * `laminar bench latency [PATH...]`: from the push of one row to the callback that gets its result, on one thread.
 *
 * Each path is measured in a closed loop (the next row comes when the one before is done: what a push costs) and in an open loop
 * (rows are due at a fixed rate, and a row's latency counts from then, whether or not the push could begin, so that a slow push
 * makes the ones behind it late too: coordinated omission is corrected).  With --dir the database stands in a directory and each
 * row goes through its log. */
#include "shell/bench.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "shell/progress.h"

#define WINDOW_SELECT                                                                                                              \
    "SELECT k, TUMBLE_START(ts, INTERVAL '1' HOUR) AS w, COUNT(*) AS n, SUM(v) AS total FROM s WHERE v >= 0 "                      \
    "GROUP BY k, TUMBLE(ts, INTERVAL '1' HOUR) EMIT CHANGES"

static const struct Path {
    const char *name;
    const char *prepare; /* statements, with one %lld for the number of keys; NULL = none */
    const char *stream;
} paths[] = {
    {"filter", NULL, "CREATE STREAM q AS SELECT k, v + 1 AS x FROM s WHERE v >= 0"},
    {"window", NULL, "CREATE STREAM q AS " WINDOW_SELECT},
    {"stacked",
     "CREATE TABLE names (k BIGINT PRIMARY KEY, name TEXT); INSERT INTO names SELECT i, 'key ' || i FROM generate_series(0, %lld - "
     "1) "
     "AS g(i); CREATE MATERIALIZED VIEW sums AS SELECT k, COUNT(*) AS n, SUM(v) AS total FROM s GROUP BY k",
     "CREATE STREAM q AS SELECT sums.k, name, total FROM sums JOIN names ON sums.k = names.k WITH (allow_unbounded_state = true)"},
};
#define N_PATHS (sizeof(paths) / sizeof(*paths))

enum { DEFAULT_ROWS = 200000, DEFAULT_KEYS = 1000, DEFAULT_RATE = 1000000 };

#define RESULT_WAIT_NS INT64_C(5000000000)

typedef struct Seen {
    _Atomic int64_t at_ns; /* of the last one; set before rows is */
    _Atomic uint64_t rows;
} Seen;

static void on_change(void *self, const LaminarChange *change)
{
    Seen *s = self;
    atomic_store_explicit(&s->at_ns, clock_ns(), memory_order_relaxed);
    atomic_fetch_add_explicit(&s->rows, change->num_rows, memory_order_release);
}

typedef struct Run {
    LaminarConnection *db;
    LaminarSubscription *subscription;
    Feed feed;
    Seen seen;
    Samples samples;
} Run;

static bool run_open(Run *r, const BenchOptions *o, const struct Path *path, const char *loop, int64_t keys)
{
    LaminarConfig config = {.size = sizeof(config), .threads = o->threads};
    LaminarSubscribeOptions to = {.size = sizeof(to), .on_change = on_change, .user_data = &r->seen};
    char dir[4096], prepare[512];
    if (o->dir)
        (void)snprintf(dir, sizeof(dir), "%s/latency_%s_%s", o->dir, path->name, loop);
    (void)snprintf(prepare, sizeof(prepare), path->prepare ? path->prepare : "%lld", (long long)keys);
    if (laminar_open_with_config(o->dir ? dir : NULL, &config, &r->db) != LAMINAR_OK)
        return false;
    signals_init(r->db);
    return laminar_execute(r->db, "CREATE SOURCE s " FEED_COLUMNS, NULL) == LAMINAR_OK &&
           (!path->prepare || laminar_execute(r->db, prepare, NULL) == LAMINAR_OK) &&
           laminar_execute(r->db, path->stream, NULL) == LAMINAR_OK &&
           laminar_subscribe(r->db, "q", &to, &r->subscription) == LAMINAR_OK && feed_open(&r->feed, r->db, "s", keys, o->seed);
}

static void run_done(Run *r)
{
    signals_done();
    feed_close(&r->feed);
    laminar_subscription_release(r->subscription);
    samples_done(&r->samples);
    if (r->db)
        (void)laminar_close(r->db);
}

/* Usually the push itself has called the callback; when another thread of the engine had the work in hand, it calls it a little
 * later. False when no result comes: a path whose rows have none would measure nothing. */
static bool wait_for_result(Run *r, uint64_t before)
{
    int64_t from = clock_ns();
    while (atomic_load_explicit(&r->seen.rows, memory_order_acquire) == before) {
        if (clock_ns() - from > RESULT_WAIT_NS) {
            message_printf("laminar bench: a row had no result\n");
            return false;
        }
    }
    return true;
}

static bool push_rows(Run *r, int64_t rows, double rate)
{
    int64_t start = clock_ns();
    for (int64_t i = 0; i < rows; i++) {
        int64_t from = clock_ns();
        if (rate > 0) {
            int64_t due = start + (int64_t)((double)i / rate * 1e9);
            while (from < due)
                from = clock_ns();
            from = due;
        }
        if ((i & 4095) == 0 && signals_interrupted())
            return false;
        uint64_t before = atomic_load_explicit(&r->seen.rows, memory_order_relaxed);
        if (!feed_row(&r->feed) || !wait_for_result(r, before) ||
            !samples_add(&r->samples, atomic_load_explicit(&r->seen.at_ns, memory_order_relaxed) - from))
            return false;
    }
    return true;
}

static bool measure(const BenchOptions *o, const struct Path *path, bool open_loop, Figures *f)
{
    Run r = {0};
    const char *loop = open_loop ? "open" : "closed";
    int64_t rows = o->rows ? o->rows : DEFAULT_ROWS, keys = o->keys ? o->keys : DEFAULT_KEYS;
    double rate = open_loop ? o->rate > 0 ? o->rate : DEFAULT_RATE : 0;
    bool done = run_open(&r, o, path, loop, keys);
    done = done && push_rows(&r, rows / 4 + 1, 0); /* caches and state are warm then */
    r.samples.n = 0;
    int64_t began = clock_ns();
    done = done && push_rows(&r, rows, rate);
    int64_t took = clock_ns() - began;
    if (done) {
        samples_sort(&r.samples);
        figures_text(f, path->name);
        figures_text(f, loop);
        figures_int(f, keys);
        figures_int(f, rows);
        figures_float(f, (double)rows / ((double)(took ? took : 1) / 1e9), 0);
        figures_int(f, samples_at(&r.samples, 0.5));
        figures_int(f, samples_at(&r.samples, 0.99));
        figures_int(f, samples_at(&r.samples, 0.999));
        figures_int(f, samples_at(&r.samples, 1));
    }
    (void)bench_check(done);
    run_done(&r);
    return done;
}

static bool wanted(const BenchOptions *o, const char *name)
{
    bool found = o->n_names == 0;
    for (int i = 0; i < o->n_names; i++)
        found |= strcmp(o->name[i], name) == 0;
    return found;
}

static bool is_path(const char *name)
{
    bool found = false;
    for (size_t i = 0; i < N_PATHS; i++)
        found |= strcmp(paths[i].name, name) == 0;
    return found;
}

int bench_latency(Shell *s, const BenchOptions *o)
{
    static const Column columns[] = {
        {.name = {"path", 4}, .kind = CELL_TEXT},          {.name = {"loop", 4}, .kind = CELL_TEXT},
        {.name = {"keys", 4}, .kind = CELL_NUMBER},        {.name = {"rows", 4}, .kind = CELL_NUMBER},
        {.name = {"rows_per_s", 10}, .kind = CELL_NUMBER}, {.name = {"p50_ns", 6}, .kind = CELL_NUMBER},
        {.name = {"p99_ns", 6}, .kind = CELL_NUMBER},      {.name = {"p999_ns", 7}, .kind = CELL_NUMBER},
        {.name = {"max_ns", 6}, .kind = CELL_NUMBER}};
    for (int i = 0; i < o->n_names; i++) {
        if (!is_path(o->name[i])) {
            message_printf("laminar bench latency: there is no path %s; there are filter, window, stacked\n", o->name[i]);
            return EXIT_USAGE;
        }
    }
    Figures f;
    figures_begin(&f, s, columns, sizeof(columns) / sizeof(*columns));
    bool done = true;
    for (size_t i = 0; i < N_PATHS && done; i++)
        if (wanted(o, paths[i].name))
            done = measure(o, &paths[i], false, &f) && measure(o, &paths[i], true, &f);
    return figures_end(&f, done);
}
