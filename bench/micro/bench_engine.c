/* SPDX-License-Identifier: Apache-2.0
 *
 * The whole path through the C interface: latency of single rows (push to callback), throughput of filter + project and of the
 * tumbling aggregate by keys and batch size, CREATE to first result, state bytes per group.  Prints `name value unit` lines. */
#include "../limits/views.h"
#include "base/mem.h"
#include "db/api.h"
#include "env/env.h"
#include "feedstock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- latency ---- */

typedef struct Seen {
    int64_t at_ns;
    uint64_t n;
} Seen;

static void on_change(void *self, const LaminarChange *change)
{
    Seen *s = self;
    s->n += change->num_rows;
    s->at_ns = env_mono_ns(env);
}

static void push_one(LaminarWriter *w, int64_t key, int64_t value, int64_t ts)
{
    LaminarRow *row;
    check(laminar_row_begin(w, &row), "row_begin");
    check(laminar_row_i64(row, 0, key), "row_i64");
    check(laminar_row_i64(row, 1, value), "row_i64");
    check(laminar_row_timestamp(row, 2, ts), "row_timestamp");
    check(laminar_row_push(row), "row_push");
}

enum { WARM = 70000, N = 200000 };
static void latency(const char *name, const char *query, int64_t n_keys, int warm, int n)
{
    LaminarConnection *db;
    check(laminar_open(&db), "open");
    check(laminar_execute(db,
                          "CREATE SOURCE s (k BIGINT NOT NULL, v BIGINT NOT NULL, ts TIMESTAMP NOT NULL, WATERMARK FOR ts AS ts - "
                          "INTERVAL '1' SECOND)",
                          NULL),
          "source");
    check(laminar_execute(db, query, NULL), "stream");
    Seen seen = {0};
    LaminarSubscribeOptions o = {.size = sizeof(o), .on_change = on_change, .user_data = &seen};
    LaminarSubscription *sub;
    check(laminar_subscribe(db, "q", &o, &sub), "subscribe");
    LaminarWriter *w;
    check(laminar_writer_create(db, "s", &w), "writer");
    int64_t *took = malloc((size_t)n * sizeof(*took));
    int64_t ts = INT64_C(1700000000000000);
    for (int i = 0; i < warm; i++)
        push_one(w, (int64_t)(rng() % (uint64_t)n_keys), i % 100, ts += 100);
    uint64_t before = mem_guard_violations();
    for (int i = 0; i < n; i++) {
        int64_t key = (int64_t)(rng() % (uint64_t)n_keys);
        int64_t t0 = env_mono_ns(env);
        mem_guard_enter();
        push_one(w, key, i % 100, ts += 100);
        mem_guard_leave();
        took[i] = seen.at_ns - t0;
    }
    uint64_t violations = mem_guard_violations() - before;
    qsort(took, (size_t)n, sizeof(*took), by_value);
    char label[96];
    const struct {
        const char *what;
        int at;
    } points[] = {{"p50", n / 2}, {"p99", n / 100 * 99}, {"p99.9", n / 1000 * 999}};
    for (size_t i = 0; i < sizeof(points) / sizeof(*points); i++) {
        snprintf(label, sizeof(label), "latency_%s_%s", name, points[i].what);
        report(label, (double)took[points[i].at], "ns");
    }
    snprintf(label, sizeof(label), "latency_%s_allocations", name);
    report(label, (double)violations, "count");
    if (seen.n < (uint64_t)n)
        fprintf(stderr, "%s: only %" PRIu64 " rows came back\n", name, seen.n);
    free(took);
    laminar_writer_free(w);
    laminar_subscription_release(sub);
    laminar_close(db);
}

static int64_t clock_now(void)
{
    return env_mono_ns(env);
}

/* The same rows through functions for that one purpose: filter, projection or aggregate, callback. */
static void limit_latency(const char *name, int64_t n_keys, bool aggregate)
{
    char label[96];
    int64_t *took = malloc((size_t)N * sizeof(*took)), at = 0;
    if (!took)
        return;
    row_chain_begin();
    for (int i = -WARM; i < N; i++) {
        int64_t key = (int64_t)(rng() % (uint64_t)n_keys), t0 = env_mono_ns(env);
        row_chain_push(key, i & 63, aggregate, clock_now, &at);
        if (i >= 0)
            took[i] = at - t0;
    }
    qsort(took, N, sizeof(*took), by_value);
    snprintf(label, sizeof(label), "limit_latency_%s_p50", name);
    report(label, (double)took[N / 2], "ns");
    free(took);
}

#define LATENCY_QUERY                                                                                                              \
    "CREATE STREAM q AS SELECT k, TUMBLE_START(ts, INTERVAL '1' HOUR) AS w, COUNT(*) AS n, SUM(v) AS total FROM s WHERE v >= 0 "   \
    "GROUP BY k, TUMBLE(ts, INTERVAL '1' HOUR) EMIT CHANGES"

/* ---- throughput ---- */

static size_t column_of(LaminarRecordBatch *b, const char *name)
{
    LaminarSchema *schema;
    size_t n, found = SIZE_MAX;
    check(laminar_batch_schema(b, &schema), "schema");
    check(laminar_schema_num_fields(schema, &n), "fields");
    for (size_t i = 0; i < n && found == SIZE_MAX; i++) {
        char *text;
        check(laminar_schema_field_name(schema, i, &text), "name");
        found = strcmp(text, name) == 0 ? i : found;
        laminar_string_free(text);
    }
    laminar_schema_free(schema);
    check(found == SIZE_MAX, name);
    return found;
}

static double throughput(const char *query, int64_t n_keys, int64_t batch, int64_t n_rows, int64_t *ret_state_bytes)
{
    LaminarConnection *db;
    check(laminar_open(&db), "open");
    check(laminar_execute(db,
                          "CREATE SOURCE s (k BIGINT NOT NULL, v BIGINT NOT NULL, ts TIMESTAMP NOT NULL, WATERMARK FOR ts AS ts) "
                          "WITH (buffer_size = 4096)",
                          NULL),
          "source");
    check(laminar_execute(db, query, NULL), "stream");
    LaminarWriter *w;
    check(laminar_writer_create(db, "s", &w), "writer");
    enum { POOL = 1 << 20 };
    int64_t *k = malloc(POOL * 8), *v = malloc(POOL * 8), *t = malloc(POOL * 8);
    for (int64_t i = 0; i < POOL; i++) {
        k[i] = (int64_t)(rng() % (uint64_t)n_keys);
        v[i] = (int64_t)(rng() % 1000);
        t[i] = INT64_C(1700000000000000) + i;
    }
    static Feedstock f;
    feedstock_init(&f);
    double best = 0;
    for (int round = 0; round < 3; round++) {
        int64_t t0 = env_mono_ns(env);
        for (int64_t done = 0; done < n_rows; done += batch) {
            int64_t at = done % (POOL - batch);
            check(laminar_writer_push(w, feedstock_rows(&f, k + at, v + at, t + at, batch), &f.schema, NULL), "push");
        }
        double rate = (double)n_rows / (double)(env_mono_ns(env) - t0) * 1000.0;
        best = rate > best ? rate : best;
    }
    if (ret_state_bytes) {
        LaminarQueryResult *r;
        LaminarRecordBatch *b;
        const char *text;
        check(laminar_execute(db, "SHOW QUERIES", &r), "show queries");
        check(laminar_result_get_batch(r, 0, &b), "batch");
        check(laminar_batch_text(b, 0, column_of(b, "state_bytes"), &text, NULL), "text");
        *ret_state_bytes = strtoll(text, NULL, 10);
        laminar_batch_free(b);
        laminar_result_free(r);
    }
    laminar_writer_free(w);
    laminar_close(db);
    free(k);
    free(v);
    free(t);
    return best;
}

#define WINDOW_QUERY                                                                                                               \
    "CREATE STREAM q AS SELECT k, TUMBLE_START(ts, INTERVAL '1' HOUR) AS w, COUNT(*) AS n, SUM(v) AS total FROM s GROUP BY k, "    \
    "TUMBLE(ts, INTERVAL '1' HOUR)"

/* ---- what a loop for that one purpose reaches in the same run ---- */

typedef struct LimitGroup {
    int64_t key, count, sum, unused;
} LimitGroup;

enum { LIMIT_BATCH = 1024 };
static void limit_batch(LimitGroup *group, uint32_t bits, const int64_t *k, const int64_t *v)
{
    LimitGroup *at[LIMIT_BATCH], *end = group + ((size_t)1 << bits);
    for (int i = 0; i < LIMIT_BATCH; i++) {
        at[i] = &group[(uint64_t)k[i] * UINT64_C(0x9e3779b97f4a7c15) >> (64 - bits)];
        __builtin_prefetch(at[i], 1);
    }
    for (int i = 0; i < LIMIT_BATCH; i++) {
        LimitGroup *g = at[i];
        while (g->count && g->key != k[i])
            g = g + 1 == end ? group : g + 1;
        g->key = k[i];
        g->count++;
        g->sum += v[i];
    }
}

/* Open addressing by one integer, count and sum in the group, the groups of a batch asked for before it: no windows, no changes of
 * size, no checks, nothing but that. */
static double limit_rate(int64_t n_keys, int64_t n_rows)
{
    enum { POOL = 1 << 20 };
    uint32_t bits = 11;
    while ((INT64_C(1) << bits) < n_keys + n_keys / 4)
        bits++;
    size_t bytes = MAX(sizeof(LimitGroup) << bits, (size_t)2 << 20);
    LimitGroup *group = mem_alloc_aligned(NULL, bytes, (size_t)2 << 20);
    int64_t *k = malloc(POOL * 8), *v = malloc(POOL * 8);
    double best = 0;
    if (!group || !k || !v)
        return 0;
    memset(group, 0, bytes);
    for (int64_t i = 0; i < POOL; i++) {
        k[i] = (int64_t)(rng() % (uint64_t)n_keys);
        v[i] = (int64_t)(rng() % 1000);
    }
    for (int round = 0; round < 3; round++) {
        int64_t t0 = env_mono_ns(env);
        for (int64_t done = 0; done < n_rows; done += LIMIT_BATCH)
            limit_batch(group, bits, k + done % (POOL - LIMIT_BATCH), v + done % (POOL - LIMIT_BATCH));
        double rate = (double)n_rows / (double)(env_mono_ns(env) - t0) * 1000.0;
        best = rate > best ? rate : best;
    }
    mem_free_aligned(NULL, group, bytes);
    free(k);
    free(v);
    return best;
}

static void rates(void)
{
    static const int64_t batches[] = {1, 16, 1024};
    static const struct {
        int64_t keys;
        const char *name;
    } keys[] = {{1000, "1k"}, {100000, "100k"}, {1000000, "1m"}};
    char label[96];
    for (size_t b = 0; b < 3; b++) {
        snprintf(label, sizeof(label), "filter_project_batch_%d", (int)batches[b]);
        int64_t rows = batches[b] == 1 ? 1000000 : batches[b] == 16 ? 8000000 : 60000000;
        report(label,
               throughput("CREATE STREAM q AS SELECT k, v * 2 + 1 AS x, ts FROM s WHERE v < 500", 1000, batches[b], rows, NULL),
               "Mrows/s");
    }
    for (size_t i = 0; i < 3; i++) {
        for (size_t b = 0; b < 3; b++) {
            int64_t rows = batches[b] == 1 ? 1000000 : batches[b] == 16 ? 8000000 : 30000000, bytes = 0;
            if (batches[b] == LIMIT_BATCH) {
                snprintf(label, sizeof(label), "limit_tumble_count_sum_%s_batch_%d", keys[i].name, (int)batches[b]);
                report(label, limit_rate(keys[i].keys, rows), "Mrows/s");
            }
            double rate = throughput(WINDOW_QUERY, keys[i].keys, batches[b], rows, &bytes);
            snprintf(label, sizeof(label), "tumble_count_sum_%s_batch_%d", keys[i].name, (int)batches[b]);
            report(label, rate, "Mrows/s");
            if (batches[b] == 1024) {
                snprintf(label, sizeof(label), "tumble_bytes_per_group_%s", keys[i].name);
                report(label, (double)bytes / (double)keys[i].keys, "B");
            }
        }
    }
}

static void first_result(void)
{
    int64_t best = INT64_MAX, open_best = INT64_MAX;
    for (int i = 0; i < 20; i++) {
        LaminarConnection *db;
        int64_t t0 = env_mono_ns(env);
        check(laminar_open(&db), "open");
        int64_t t1 = env_mono_ns(env);
        check(laminar_execute(db, "CREATE SOURCE s (k BIGINT NOT NULL, v BIGINT NOT NULL, ts TIMESTAMP NOT NULL)", NULL), "source");
        check(laminar_execute(db, "CREATE STREAM q AS SELECT k, sum(v) AS total FROM s GROUP BY k", NULL), "stream");
        Seen seen = {0};
        LaminarSubscribeOptions o = {.size = sizeof(o), .on_change = on_change, .user_data = &seen};
        LaminarSubscription *sub;
        check(laminar_subscribe(db, "q", &o, &sub), "subscribe");
        LaminarWriter *w;
        check(laminar_writer_create(db, "s", &w), "writer");
        push_one(w, 1, 2, 3);
        laminar_subscription_release(sub); /* what another thread has taken on is through then */
        if (seen.n != 1)
            fprintf(stderr, "first result: %" PRIu64 " rows\n", seen.n);
        else
            best = MIN(best, seen.at_ns - t1);
        open_best = MIN(open_best, t1 - t0);
        laminar_writer_free(w);
        laminar_close(db);
    }
    report("open_ms", (double)open_best / 1e6, "ms");
    report("create_to_first_result_ms", (double)best / 1e6, "ms");
}

int main(int argc, char **argv)
{
    const char *only = argc > 1 ? argv[1] : NULL; /* "latency", "first", "rates": one part alone */
    env = env_linux();
    if (!only || strcmp(only, "latency") == 0) {
        limit_latency("filter_project", 1000, false);
        limit_latency("window_agg_1m", 1000000, true);
        latency("filter_project", "CREATE STREAM q AS SELECT k, v + 1 AS x FROM s WHERE v >= 0", 1000, WARM, N);
        latency("window_agg_1k", LATENCY_QUERY, 1000, WARM, N);
        latency("window_agg_1m", LATENCY_QUERY, 1000000, WARM, N);
    }
    if (!only || strcmp(only, "first") == 0)
        first_result();
    if (!only || strcmp(only, "rates") == 0)
        rates();
    if (only && strcmp(only, "rows") == 0) { /* for a profiler */
        latency("filter_project", "CREATE STREAM q AS SELECT k, v + 1 AS x FROM s WHERE v >= 0", 1000, 2000, 20000);
        latency("window_agg_1k", LATENCY_QUERY, 1000, 2000, 20000);
    }
    if (only && strcmp(only, "one") == 0) { /* for a profiler: [keys [batch [rows]]] */
        int64_t keys = argc > 2 ? atoll(argv[2]) : 1000;
        report("tumble_count_sum",
               throughput(WINDOW_QUERY, keys, argc > 3 ? atoll(argv[3]) : 1024, argc > 4 ? atoll(argv[4]) : 60000000, NULL),
               "Mrows/s");
    }
    return 0;
}
