/* SPDX-License-Identifier: Apache-2.0
 *
 * Joins and window functions, through the C interface: rows a second into a regular join and a look-up join with 1,000,000 rows on
 * the other side (10,000,000 with the argument `large`), shared by its key, by an index, or copied, an interval join, an as-of
 * join, window functions over a stream and over what changes, a join where one key has a tenth of the rows; and how long pushes
 * into another source take while one push finds a million matches.  Prints `name value unit` lines. */
#include "../limits/views.h"
#include "feedstock.h"

#include <pthread.h>
#include <stdatomic.h>

static bool large;

static void run(LaminarConnection *db, const char *sql)
{
    check(laminar_execute(db, sql, NULL), sql);
}

static void wait_idle(LaminarConnection *db)
{
    bool unbounded;
    check(laminar_wait_idle(db, -1, &unbounded), "wait_idle");
}

/* ---- throughput ---- */

typedef struct Case {
    const char *name, *setup, *query;
    int64_t n_keys, n_rows, step_us;
    bool changes, both; /* weights are given; every second batch goes to `t` */
    int64_t pairs;      /* of a row on average: what is reported; 0 = rows */
    bool is_large;
} Case;

#define STREAM "(k BIGINT NOT NULL, v BIGINT NOT NULL, ts TIMESTAMP NOT NULL, WATERMARK FOR ts AS ts) WITH (buffer_size = 4096)"
#define CHANGES "(k BIGINT NOT NULL, v BIGINT NOT NULL, ts TIMESTAMP) WITH (changes = 'zset')"
#define ROWS(key, rows)                                                                                                            \
    "CREATE TABLE d (" key ", v BIGINT); INSERT INTO d SELECT g, g * 7 FROM generate_series(0, " rows " - 1) AS x(g)"
#define DIMENSION(rows) ROWS("k BIGINT PRIMARY KEY", rows)

static const Case cases[] = {
    {"join_regular_1m", "CREATE SOURCE s " CHANGES ";" DIMENSION("1000000"), "SELECT s.k, s.v, d.v AS w FROM s JOIN d ON d.k = s.k",
     1000000, 1000000, 0, .changes = true},
    {"join_copied_1m", "CREATE SOURCE s " CHANGES ";" ROWS("k BIGINT", "1000000"),
     "SELECT s.k, s.v, d.v AS w FROM s JOIN d ON d.k = s.k", 1000000, 1000000, 0, .changes = true},
    {"join_index_1m", "CREATE SOURCE s " CHANGES ";" ROWS("k BIGINT", "1000000") "; CREATE INDEX i ON d (k)",
     "SELECT s.k, s.v, d.v AS w FROM s JOIN d ON d.k = s.k", 1000000, 1000000, 0, .changes = true},
    /* Three relations, and what changes is the last: both ways to have the others. */
    {"join_delta_1m",
     "CREATE TABLE s (k BIGINT, v BIGINT, ts TIMESTAMP);" DIMENSION(
         "1000000") "; CREATE INDEX j ON d (v);"
                    "CREATE TABLE e (k BIGINT PRIMARY KEY, v BIGINT); INSERT INTO e SELECT g, g FROM generate_series(0, 999999) AS "
                    "x(g);"
                    "CREATE INDEX i ON s (k)",
     "SELECT s.k, s.v, d.v AS w, e.v AS x FROM d JOIN e ON e.k = d.k JOIN s ON s.k = d.k", 1000000, 1000000, 0, .changes = true},
    {"join_kept_1m",
     "CREATE TABLE s (k BIGINT, v BIGINT, ts TIMESTAMP);" DIMENSION(
         "1000000") ";"
                    "CREATE TABLE e (k BIGINT PRIMARY KEY, v BIGINT); INSERT INTO e SELECT g, g FROM generate_series(0, 999999) AS "
                    "x(g)",
     "SELECT s.k, s.v, d.v AS w, e.v AS x FROM d JOIN e ON e.k = d.k JOIN s ON s.k = d.k", 1000000, 1000000, 0, .changes = true},
    {"join_regular_10m", "CREATE SOURCE s " CHANGES ";" DIMENSION("10000000"),
     "SELECT s.k, s.v, d.v AS w FROM s JOIN d ON d.k = s.k", 10000000, 1000000, 0, .changes = true, .is_large = true},
    {"join_left_1m", "CREATE SOURCE s " CHANGES ";" DIMENSION("1000000"),
     "SELECT s.k, s.v, d.v AS w FROM s LEFT JOIN d ON d.k = s.k", 2000000, 1000000, 0, .changes = true},
    {"join_lookup_1m", "CREATE SOURCE s " STREAM ";" DIMENSION("1000000"), "SELECT s.k, s.v, d.v AS w FROM s JOIN d ON d.k = s.k",
     1000000, 2000000, 1},
    {"join_lookup_10m", "CREATE SOURCE s " STREAM ";" DIMENSION("10000000"), "SELECT s.k, s.v, d.v AS w FROM s JOIN d ON d.k = s.k",
     10000000, 2000000, 1, .is_large = true},
    {"join_interval_10k", "CREATE SOURCE s " STREAM "; CREATE SOURCE t " STREAM,
     "SELECT s.k, s.v, t.v AS w FROM s JOIN t ON t.k = s.k AND t.ts BETWEEN s.ts - INTERVAL '5' SECOND AND s.ts + INTERVAL '5' "
     "SECOND",
     10000, 1000000, 1000, .both = true},
    {"join_asof_10k", "CREATE SOURCE s " STREAM "; CREATE SOURCE t " STREAM,
     "SELECT s.k, s.v, t.v AS w FROM s ASOF JOIN t MATCH_CONDITION (s.ts >= t.ts) ON t.k = s.k", 10000, 2000000, 1000,
     .both = true},
    {"over_row_number_10k", "CREATE SOURCE s " STREAM,
     "SELECT k, v, row_number() OVER (PARTITION BY k ORDER BY ts) AS n FROM s QUALIFY row_number() OVER (PARTITION BY k ORDER BY "
     "ts) "
     "<= 1000000000",
     10000, 1000000, 1000},
    {"over_lag_10k", "CREATE SOURCE s " STREAM, "SELECT k, v, lag(v) OVER (PARTITION BY k ORDER BY ts) AS w FROM s", 10000, 1000000,
     1000},
    {"over_sum_10_rows_10k", "CREATE SOURCE s " STREAM,
     "SELECT k, v, sum(v) OVER (PARTITION BY k ORDER BY ts ROWS BETWEEN 9 PRECEDING AND CURRENT ROW) AS w FROM s", 10000, 1000000,
     1000},
    {"over_lag_of_changes_100k", "CREATE SOURCE s " CHANGES, "SELECT k, v, lag(v) OVER (PARTITION BY k ORDER BY v) AS w FROM s",
     100000, 200000, 0, .changes = true},
    {"join_hot_key_pairs",
     "CREATE SOURCE s " CHANGES "; CREATE TABLE d (k BIGINT, v BIGINT);"
     "INSERT INTO d SELECT CASE WHEN g % 10 = 0 THEN 0 ELSE g END, g FROM generate_series(0, 99999) AS x(g)",
     "SELECT s.k, s.v, d.v AS w FROM s JOIN d ON d.k = s.k", 0, 8 * BATCH, 0, .changes = true, .pairs = 1000},
};

/* A tenth of the rows has the key 0 where n_keys is 0. */
static void fill(Feedstock *f, const Case *c, int64_t *ts)
{
    for (int i = 0; i < BATCH; i++) {
        f->data[0][i] = c->n_keys ? (int64_t)(rng() % (uint64_t)c->n_keys) : i % 10 ? (int64_t)(rng() % 100000) | 1 : 0;
        f->data[1][i] = (int64_t)(rng() % 1000000000);
        f->data[2][i] = *ts += c->step_us;
        f->weight[i] = 1;
    }
}

static int64_t push(const Case *c, LaminarWriter *w, Feedstock *f)
{
    int64_t from = env_mono_ns(env);
    if (c->changes)
        check(laminar_writer_push_changes(w, feedstock_array(f), f->weight, NULL), "push_changes");
    else
        check(laminar_writer_push(w, feedstock_array(f), &f->schema, NULL), "push");
    return env_mono_ns(env) - from;
}

/* What a loop for that one purpose reaches with the same rows; where there is one. */
static void limit(const Case *c)
{
    static Feedstock f;
    char name[96];
    int64_t ts = INT64_C(1700000000000000), took = 0;
    uint64_t begin = rng_state;
    ViewKernel kernel = view_kernel(c->name);
    if (!kernel)
        return;
    for (int64_t done = 0; done < c->n_rows; done += BATCH) {
        fill(&f, c, &ts);
        int64_t t0 = cpu_ns();
        kernel(f.data[0], f.data[1], f.data[2], f.weight, BATCH);
        took += cpu_ns() - t0;
    }
    rng_state = begin;
    snprintf(name, sizeof(name), "limit_%s", c->name);
    report(name, (double)c->n_rows / (double)took * 1000.0, "Mrows/s");
}

static void throughput(const Case *c)
{
    LaminarConnection *db;
    LaminarWriter *w[2] = {0};
    static Feedstock f;
    char sql[800], what[96];
    int64_t ts = INT64_C(1700000000000000), took = 0, cpu = 0;
    limit(c);
    check(laminar_open(&db), "open");
    run(db, c->setup);
    snprintf(sql, sizeof(sql), "CREATE STREAM q AS %s", c->query);
    int64_t from = env_mono_ns(env);
    run(db, sql);
    snprintf(what, sizeof(what), "%s_create", c->name);
    if (strstr(c->setup, "generate_series"))
        report(what, (double)(env_mono_ns(env) - from) / 1e6, "ms");
    check(laminar_writer_create(db, "s", &w[0]), "writer");
    if (c->both)
        check(laminar_writer_create(db, "t", &w[1]), "writer");
    feedstock_init(&f);
    for (int64_t done = 0; done < c->n_rows; done += BATCH) {
        fill(&f, c, &ts);
        int64_t cpu0 = cpu_ns();
        took += push(c, w[c->both && done / BATCH % 2], &f);
        cpu += cpu_ns() - cpu0;
    }
    from = env_mono_ns(env);
    wait_idle(db);
    took += env_mono_ns(env) - from;
    snprintf(what, sizeof(what), "%s_cpu", c->name);
    report(what, (double)c->n_rows / (double)cpu * 1000.0, "Mrows/s");
    report(c->name, (double)(c->n_rows * (c->pairs ? c->pairs : 1)) / (double)took * 1000.0, c->pairs ? "Mpairs/s" : "Mrows/s");
    laminar_writer_free(w[0]);
    laminar_writer_free(w[1]);
    laminar_close(db);
}

/* ---- pushes of others while one push finds a million matches ---- */

enum { SAMPLES = 1 << 20 };
typedef struct Others {
    LaminarConnection *db;
    LaminarWriter *writer; /* made before: a statement waits for the shard, which is never free for long */
    int64_t *ns;
    uint32_t n;
    atomic_bool stop;
} Others;

static void push_row(LaminarWriter *w, int64_t k, int64_t v)
{
    LaminarRow *row = NULL;
    check(laminar_row_begin(w, &row), "begin");
    check(laminar_row_i64(row, 0, k), "k");
    check(laminar_row_i64(row, 1, v), "v");
    check(laminar_row_push(row), "push");
}

static void *push_others(void *p)
{
    Others *o = p;
    for (int64_t i = 0; !atomic_load(&o->stop) && o->n < SAMPLES; i++) {
        int64_t from = env_mono_ns(env);
        push_row(o->writer, i % 1000, i);
        o->ns[o->n++] = env_mono_ns(env) - from;
        while (env_mono_ns(env) < from + 20000) {
        }
    }
    return NULL;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void million_matches(void)
{
    pthread_t t;
    LaminarWriter *w;
    Others o = {.ns = malloc(SAMPLES * sizeof(*o.ns))};
    int64_t longest = 0;
    check(laminar_open(&o.db), "open");
    run(o.db, "CREATE SOURCE live (k BIGINT, v BIGINT);"
              "CREATE MATERIALIZED VIEW running AS SELECT k, count(*) AS n, sum(v) AS t FROM live GROUP BY k;"
              "CREATE SOURCE s (k BIGINT, v BIGINT); CREATE TABLE d (k BIGINT, v BIGINT);"
              "INSERT INTO d SELECT 1, g FROM generate_series(1, 1000000) AS x(g);"
              "CREATE STREAM q AS SELECT s.v, count(*) AS n, sum(d.v) AS t FROM s JOIN d ON d.k = s.k GROUP BY s.v");
    check(laminar_writer_create(o.db, "s", &w), "writer");
    check(laminar_writer_create(o.db, "live", &o.writer), "live");
    if (!o.ns || pthread_create(&t, NULL, push_others, &o) != 0)
        exit(1);
    for (int i = 0; i < 20; i++) {
        int64_t from = env_mono_ns(env);
        push_row(w, 1, i);
        longest = MAX(longest, env_mono_ns(env) - from);
    }
    atomic_store(&o.stop, true);
    (void)pthread_join(t, NULL);
    qsort(o.ns, o.n, sizeof(*o.ns), by_size);
    report("million_matches_longest", (double)longest / 1e6, "ms");
    if (o.n > 0) {
        report("million_matches_other_push_p50", (double)o.ns[o.n / 2] / 1000, "us");
        report("million_matches_other_push_p99", (double)o.ns[(size_t)o.n * 99 / 100] / 1000, "us");
    }
    free(o.ns);
    laminar_writer_free(o.writer);
    laminar_writer_free(w);
    laminar_close(o.db);
}

int main(int argc, char **argv)
{
    const char *only = NULL;
    env = env_linux();
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "large") == 0)
            large = true;
        else
            only = argv[i];
    }
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        if ((large || !cases[i].is_large) && (!only || strstr(cases[i].name, only)))
            throughput(&cases[i]);
    if (!only || strstr("million_matches", only))
        million_matches();
    return 0;
}
