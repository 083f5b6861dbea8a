/* SPDX-License-Identifier: Apache-2.0
 *
 * Graphs of streams, single rows: how long a row takes from the push to the last callback through a chain of three, through one
 * stream that three read, through two ways that meet again, and through ten streams of several kinds; what each consumer more
 * costs a push; pushes of one, two and four threads into one source.  Prints `name value unit` lines. */
#include <pthread.h>

#include "env/env.h"
#include "figures.h"

#define SINKS_MAX 8
#define WARM 20000
#define ROWS 200000

typedef struct Shape {
    const char *name, *streams;
    const char *sink[SINKS_MAX]; /* whose last callback ends the row's way */
} Shape;

static Env *env;
static int64_t seen_at_ns;

static const Shape shapes[] = {
    {"graph_linear_3",
     "CREATE STREAM a AS SELECT k, v + 1 AS v FROM s;"
     "CREATE STREAM b AS SELECT k, v FROM a WHERE v > 0;"
     "CREATE STREAM c AS SELECT k, v * 2 AS v FROM b",
     {"c"}},
    {"graph_fan_out_3",
     "CREATE STREAM a AS SELECT k, v + 1 AS v FROM s;"
     "CREATE STREAM b AS SELECT k FROM a WHERE v > 0;"
     "CREATE STREAM c AS SELECT k, v * 2 AS v FROM a;"
     "CREATE STREAM d AS SELECT v FROM a",
     {"b", "c", "d"}},
    {"graph_diamond",
     "CREATE STREAM a AS SELECT k, v + 1 AS v FROM s WHERE v % 2 = 0;"
     "CREATE STREAM b AS SELECT k, v - 1 AS v FROM s WHERE v % 2 = 1;"
     "CREATE STREAM c AS SELECT * FROM a UNION ALL SELECT * FROM b",
     {"c"}},
    {"graph_mixed_10",
     "CREATE STREAM a AS SELECT k, v + 1 AS v FROM s;"
     "CREATE STREAM b AS SELECT k, v FROM a WHERE v > 0;"
     "CREATE STREAM c AS SELECT k, v * 2 AS v FROM a;"
     "CREATE STREAM d AS SELECT * FROM b UNION ALL SELECT * FROM c;"
     "CREATE STREAM e AS SELECT k, v - 1 AS v FROM d WHERE k >= 0;"
     "CREATE MATERIALIZED VIEW f AS SELECT k % 10 AS g, count(*) AS n, sum(v) AS t FROM e GROUP BY 1;"
     "CREATE STREAM g AS SELECT g, t / n AS mean FROM f;"
     "CREATE STREAM h AS SELECT k FROM e WHERE v % 16 = 0;"
     "CREATE STREAM i AS SELECT v FROM c;"
     "CREATE STREAM j AS SELECT g FROM g WHERE mean > 0",
     {"j", "h", "i"}},
    {"graph_deep_10",
     "CREATE STREAM a AS SELECT k, v + 1 AS v FROM s; CREATE STREAM b AS SELECT k, v + 1 AS v FROM a;"
     "CREATE STREAM c AS SELECT k, v + 1 AS v FROM b; CREATE STREAM d AS SELECT k, v + 1 AS v FROM c;"
     "CREATE STREAM e AS SELECT k, v + 1 AS v FROM d; CREATE STREAM f AS SELECT k, v + 1 AS v FROM e;"
     "CREATE STREAM g AS SELECT k, v + 1 AS v FROM f; CREATE STREAM h AS SELECT k, v + 1 AS v FROM g;"
     "CREATE STREAM i AS SELECT k, v + 1 AS v FROM h; CREATE STREAM j AS SELECT k, v + 1 AS v FROM i",
     {"j"}},
};

static LaminarConnection *open_db(void)
{
    LaminarConnection *db;
    check(laminar_open(&db), "open");
    check(laminar_execute(db, "CREATE SOURCE s (k BIGINT NOT NULL, v BIGINT NOT NULL) WITH (buffer_size = 1024)", NULL), "source");
    return db;
}

static void put_row(LaminarWriter *w, int64_t k, int64_t v)
{
    LaminarRow *row;
    check(laminar_row_begin(w, &row), "row_begin");
    check(laminar_row_i64(row, 0, k), "row_i64");
    check(laminar_row_i64(row, 1, v), "row_i64");
    check(laminar_row_push(row), "row_push");
}

static void on_change(void *self, const LaminarChange *change)
{
    (void)self;
    (void)change;
    seen_at_ns = env_mono_ns(env);
}

static void report_as(const char *name, const char *what, double value, const char *unit)
{
    char label[96];
    snprintf(label, sizeof(label), "%s_%s", name, what);
    report(label, value, unit);
}

static void shape(const Shape *s)
{
    static int64_t took[ROWS];
    LaminarConnection *db = open_db();
    LaminarWriter *w;
    LaminarSubscription *sub[SINKS_MAX] = {0};
    LaminarSubscribeOptions o = {.size = sizeof(o), .on_change = on_change};
    check(laminar_execute(db, s->streams, NULL), s->name);
    for (int i = 0; i < SINKS_MAX && s->sink[i]; i++)
        check(laminar_subscribe(db, s->sink[i], &o, &sub[i]), "subscribe");
    check(laminar_writer_create(db, "s", &w), "writer");
    int64_t began = 0;
    for (int i = -WARM; i < ROWS; i++) {
        int64_t t0 = env_mono_ns(env);
        began = i == 0 ? t0 : began;
        put_row(w, (int64_t)(rng() % 1000), i & 1023);
        if (i >= 0)
            took[i] = seen_at_ns - t0;
    }
    report_as(s->name, "rate", ROWS / ((double)(env_mono_ns(env) - began) / 1000.0), "Mrows/s");
    qsort(took, ROWS, sizeof(*took), by_value);
    report_as(s->name, "p50", (double)took[ROWS / 2], "ns");
    report_as(s->name, "p99", (double)took[ROWS / 100 * 99], "ns");
    for (int i = 0; i < SINKS_MAX && sub[i]; i++)
        laminar_subscription_release(sub[i]);
    laminar_writer_free(w);
    laminar_close(db);
}

/* ---- consumers ---- */

/* The least that a push costs, in nanoseconds, with n subscriptions that are polled. */
static double push_to(int n)
{
    enum { ROUNDS = 200, ROUND = 512 };
    LaminarConnection *db = open_db();
    LaminarWriter *w;
    LaminarSubscription *sub[SINKS_MAX];
    LaminarChange change;
    int64_t best = INT64_MAX;
    for (int i = 0; i < n; i++)
        check(laminar_subscribe(db, "s", NULL, &sub[i]), "subscribe");
    check(laminar_writer_create(db, "s", &w), "writer");
    for (int round = 0; round < ROUNDS; round++) {
        int64_t t0 = env_mono_ns(env);
        for (int i = 0; i < ROUND; i++)
            put_row(w, i, i);
        best = MIN(best, env_mono_ns(env) - t0);
        for (int i = 0; i < n; i++)
            for (int got = 0; got < ROUND; got++)
                check(laminar_subscription_next(sub[i], 0, &change), "next");
    }
    for (int i = 0; i < n; i++)
        laminar_subscription_release(sub[i]);
    laminar_writer_free(w);
    laminar_close(db);
    return (double)best / ROUND;
}

static void consumers(void)
{
    double one = push_to(1), eight = push_to(SINKS_MAX);
    report("graph_push_to_nobody", push_to(0), "ns");
    report("graph_push_to_1_polled", one, "ns");
    report("graph_push_to_8_polled", eight, "ns");
    report("graph_one_more_consumer", (eight - one) / (SINKS_MAX - 1), "ns");
}

/* ---- producers ---- */

typedef struct Producer {
    LaminarWriter *w;
    pthread_t thread;
} Producer;

static void *produce(void *p)
{
    for (int64_t i = 0; i < ROWS; i++)
        put_row(((Producer *)p)->w, i, i);
    return NULL;
}

/* heard: somebody is called by every row. */
static void producers(int n, bool heard)
{
    LaminarConnection *db = open_db();
    Producer p[4];
    LaminarSubscription *sub;
    LaminarSubscribeOptions o = {.size = sizeof(o), .on_change = on_change};
    bool unbounded;
    check(laminar_execute(db, "CREATE STREAM a AS SELECT k, v FROM s WHERE v >= 0", NULL), "stream");
    if (heard)
        check(laminar_subscribe(db, "a", &o, &sub), "subscribe");
    for (int i = 0; i < n; i++)
        check(laminar_writer_create(db, "s", &p[i].w), "writer");
    int64_t t0 = env_mono_ns(env);
    for (int i = 0; i < n; i++)
        if (pthread_create(&p[i].thread, NULL, produce, &p[i]) != 0)
            exit(1);
    for (int i = 0; i < n; i++)
        (void)pthread_join(p[i].thread, NULL);
    check(laminar_wait_idle(db, -1, &unbounded), "wait_idle");
    char label[96];
    snprintf(label, sizeof(label), "graph_push_by_%d%s", n, heard ? "_heard" : "");
    report(label, (double)(env_mono_ns(env) - t0) / (double)ROWS / n, "ns");
    for (int i = 0; i < n; i++)
        laminar_writer_free(p[i].w);
    if (heard)
        laminar_subscription_release(sub);
    laminar_close(db);
}

int main(void)
{
    env = env_linux();
    for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++)
        shape(&shapes[i]);
    consumers();
    for (int heard = 0; heard < 2; heard++)
        for (int n = 1; n <= 4; n *= 2)
            producers(n, heard);
    return 0;
}
