/* SPDX-License-Identifier: Apache-2.0
 *
 * Views by kind, through the C interface: hopping windows of 2, 10 and 60 slides, sessions, distinct counts, the least and the
 * greatest while a tenth of the rows is taken back, the first ten of each group, the last row of each key, three views on each
 * other; and the time from a push to the callback behind two views.  Prints `name value unit` lines. */
#include "../limits/views.h"
#include "feedstock.h"

/* ---- throughput ---- */

typedef struct Case {
    const char *name, *query;
    int64_t n_keys, n_rows, step_us;
    bool deletes;
} Case;

/* Every tenth row takes an earlier one of the batch back. */
static void fill(Feedstock *f, const Case *c, int64_t *ts)
{
    for (int i = 0; i < BATCH; i++) {
        bool back = c->deletes && i % 10 == 9;
        f->data[0][i] = back ? f->data[0][i - 5] : (int64_t)(rng() % (uint64_t)c->n_keys);
        f->data[1][i] = back ? f->data[1][i - 5] : (int64_t)(rng() % 100000);
        f->data[2][i] = back ? f->data[2][i - 5] : (*ts += c->step_us);
        f->weight[i] = back ? -1 : 1;
    }
}

/* What a loop for that one purpose reaches with the same rows; where there is one. */
static void limit(const Case *c, int64_t n_rows)
{
    static Feedstock f;
    char name[96];
    int64_t ts = INT64_C(1700000000000000), took = 0;
    uint64_t begin = rng_state;
    ViewKernel kernel = view_kernel(c->name);
    if (!kernel)
        return;
    for (int64_t done = 0; done < n_rows; done += BATCH) {
        fill(&f, c, &ts);
        int64_t t0 = cpu_ns();
        kernel(f.data[0], f.data[1], f.data[2], f.weight, BATCH);
        took += cpu_ns() - t0;
    }
    rng_state = begin;
    snprintf(name, sizeof(name), "limit_%s", c->name);
    report(name, (double)n_rows / (double)took * 1000.0, "Mrows/s");
}

static void throughput(const Case *c, int64_t n_rows)
{
    LaminarConnection *db;
    LaminarWriter *w;
    static Feedstock f;
    char name[96];
    int64_t ts = INT64_C(1700000000000000), took = 0, cpu = 0;
    limit(c, n_rows);
    check(laminar_open(&db), "open");
    check(laminar_execute(db,
                          c->deletes
                              ? "CREATE SOURCE s (k BIGINT, v BIGINT, ts TIMESTAMP) WITH (changes = 'zset')"
                              : "CREATE SOURCE s (k BIGINT NOT NULL, v BIGINT NOT NULL, ts TIMESTAMP NOT NULL, WATERMARK FOR "
                                "ts AS ts) WITH (buffer_size = 4096)",
                          NULL),
          "source");
    check(laminar_execute(db, c->query, NULL), c->query);
    check(laminar_writer_create(db, "s", &w), "writer");
    feedstock_init(&f);
    for (int64_t done = 0; done < n_rows; done += BATCH) {
        fill(&f, c, &ts);
        int64_t cpu0 = cpu_ns(), t0 = env_mono_ns(env);
        if (c->deletes)
            check(laminar_writer_push_changes(w, feedstock_array(&f), f.weight, NULL), "push_changes");
        else
            check(laminar_writer_push(w, feedstock_array(&f), &f.schema, NULL), "push");
        took += env_mono_ns(env) - t0;
        cpu += cpu_ns() - cpu0;
    }
    /* A push that finds the shard taken by another thread leaves its rows to that one: they count when they are through. */
    int64_t t0 = env_mono_ns(env);
    bool unbounded;
    check(laminar_wait_idle(db, -1, &unbounded), "wait_idle");
    took += env_mono_ns(env) - t0;
    snprintf(name, sizeof(name), "%s_cpu", c->name);
    report(name, (double)n_rows / (double)cpu * 1000.0, "Mrows/s");
    report(c->name, (double)n_rows / (double)took * 1000.0, "Mrows/s");
    laminar_writer_free(w);
    laminar_close(db);
}

#define HOP(slide)                                                                                                                 \
    "CREATE STREAM q AS SELECT k, window_end, count(*) AS n, sum(v) AS t FROM HOP(s, ts, INTERVAL '" slide                         \
    "' SECOND, INTERVAL '60' SECOND) GROUP BY k, window_start, window_end"

static const Case cases[] = {
    {"hop_2_count_sum_1k", HOP("30"), 1000, 4000000, 1000, false},
    {"hop_10_count_sum_1k", HOP("6"), 1000, 4000000, 1000, false},
    {"hop_60_count_sum_1k", HOP("1"), 1000, 2000000, 1000, false},
    {"session_count_sum_10k",
     "CREATE STREAM q AS SELECT k, count(*) AS n, sum(v) AS t FROM s GROUP BY k, SESSION(ts, INTERVAL '10' SECOND)", 10000, 4000000,
     1000, false},
    {"tumble_count_distinct_1k",
     "CREATE STREAM q AS SELECT k, count(DISTINCT v) AS n FROM s GROUP BY k, TUMBLE(ts, INTERVAL '10' MINUTE)", 1000, 2000000, 1000,
     false},
    {"min_max_10_percent_deletes_10k", "CREATE MATERIALIZED VIEW q AS SELECT k, min(v) AS a, max(v) AS b FROM s GROUP BY k", 10000,
     500000, 1000, true},
    {"top_10_of_group_10k",
     "CREATE STREAM q AS SELECT k, v FROM s QUALIFY row_number() OVER (PARTITION BY k ORDER BY v DESC) <= 10", 10000, 2000000, 1000,
     false},
    {"last_of_key_100k", "CREATE STREAM q AS SELECT * FROM s QUALIFY row_number() OVER (PARTITION BY k ORDER BY ts DESC) = 1",
     100000, 2000000, 1000, false},
    {"first_of_key_100k", "CREATE STREAM q AS SELECT * FROM s QUALIFY row_number() OVER (PARTITION BY k ORDER BY ts) = 1", 100000,
     4000000, 1000, false},
    {"three_stacked_views_1k",
     "CREATE MATERIALIZED VIEW a AS SELECT k, count(*) AS n, sum(v) AS t FROM s GROUP BY k;"
     "CREATE MATERIALIZED VIEW b AS SELECT k % 100 AS g, sum(n) AS n, max(t) AS t FROM a GROUP BY k % 100;"
     "CREATE MATERIALIZED VIEW q AS SELECT count(*) AS n, sum(t) AS t FROM b",
     1000, 1000000, 1000, false},
};

/* ---- latency behind two views ---- */

static int64_t seen_at_ns;

static void on_change(void *self, const LaminarChange *change)
{
    (void)self;
    (void)change;
    seen_at_ns = env_mono_ns(env);
}

static void latency(void)
{
    enum { WARM = 20000, N = 100000 };
    static int64_t took[N];
    LaminarConnection *db;
    LaminarWriter *w;
    LaminarSubscription *sub;
    LaminarSubscribeOptions o = {.size = sizeof(o), .on_change = on_change};
    check(laminar_open(&db), "open");
    check(laminar_execute(db,
                          "CREATE SOURCE s (k BIGINT NOT NULL, v BIGINT NOT NULL, ts TIMESTAMP NOT NULL, WATERMARK FOR ts AS ts);"
                          "CREATE MATERIALIZED VIEW a AS SELECT k, count(*) AS n, sum(v) AS t FROM s GROUP BY k;"
                          "CREATE STREAM q AS SELECT k, t / n AS m FROM a WHERE n > 1",
                          NULL),
          "views");
    check(laminar_subscribe(db, "q", &o, &sub), "subscribe");
    check(laminar_writer_create(db, "s", &w), "writer");
    for (int i = -WARM; i < N; i++) {
        LaminarRow *row;
        int64_t t0 = env_mono_ns(env);
        check(laminar_row_begin(w, &row), "row_begin");
        check(laminar_row_i64(row, 0, (int64_t)(rng() % 1000)), "row_i64");
        check(laminar_row_i64(row, 1, i & 1023), "row_i64");
        check(laminar_row_timestamp(row, 2, INT64_C(1700000000000000) + i), "row_timestamp");
        check(laminar_row_push(row), "row_push");
        if (i >= 0)
            took[i] = seen_at_ns - t0;
    }
    qsort(took, N, sizeof(*took), by_value);
    report("latency_stacked_view_p50", (double)took[N / 2], "ns");
    report("latency_stacked_view_p99", (double)took[N / 100 * 99], "ns");
    laminar_writer_free(w);
    laminar_subscription_release(sub);
    laminar_close(db);
}

/* Arguments: part of a name, and by what the number of rows is divided (for tools that take their time). */
int main(int argc, char **argv)
{
    int64_t part = argc > 2 ? MAX(atoll(argv[2]), 1) : 1;
    env = env_linux();
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        if (argc < 2 || strstr(cases[i].name, argv[1]))
            throughput(&cases[i], cases[i].n_rows / part);
    if (argc < 2 || strstr("latency_stacked_view", argv[1]))
        latency();
    return 0;
}
