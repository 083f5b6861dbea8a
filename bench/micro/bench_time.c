/* SPDX-License-Identifier: Apache-2.0
 *
 * Watermarks: nanoseconds per row of a source with one watermark, with one per partition and with one per key, in batches of 1,024
 * and of one row; the watermark of the source from its keys; whether 100 partitions are idle; a report to an alignment group of
 * ten. Prints `name value unit` per line; the numbers depend on the machine, compare within one run. */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "env/env.h"
#include "flow/event_clock.h"

#define ROUND_ROWS (UINT64_C(1) << 14)
#define ROUNDS 200 /* the best of them: the machine does other things, too */

typedef struct Bench {
    Env *env;
    PageStore *ps;
    Schema *schema; /* k BIGINT, ts TIMESTAMP */
    Arena arena;
    Batch *b;
    uint64_t seed;
    int64_t now_us, clock_ns; /* clock_ns: what reading the clock costs */
} Bench;

static void print(const char *name, double value, const char *unit)
{
    char line[160];
    int n = snprintf(line, sizeof(line), "%-36s %10.2f %s\n", name, value, unit);
    (void)env_write_stdout(line, (size_t)n);
}

static uint64_t below(Bench *b, uint64_t n)
{
    b->seed += UINT64_C(0x9e3779b97f4a7c15);
    return (uint64_t)((u128)hash_mix(b->seed ^ UINT64_C(0xbf58476d1ce4e5b9), UINT64_C(0x94d049bb133111eb)) * n >> 64);
}

/* Keys at random, times that rise by a millisecond. */
static void fill(Bench *b, uint32_t n, uint64_t n_keys)
{
    b->b->n = b->b->n_sel = n;
    for (uint32_t i = 0; i < n; i++) {
        ((int64_t *)b->b->col[0].data)[i] = (int64_t)below(b, n_keys);
        ((int64_t *)b->b->col[1].data)[i] = b->now_us += 1000;
    }
}

static int take(Bench *b, Watermark *w)
{
    Rows rows = batch_rows(b->b);
    for (uint32_t from = 0, n; from < rows.n; from += n) {
        WatermarkSplit split;
        n = watermark_piece(w, b->b, rows, from, b->now_us);
        TRY(watermark_accept(w, b->b, b->now_us, &b->arena, &split));
        if (w->clock)
            event_clock_publish(w);
        if (w->clock)
            event_clock_settle(w);
    }
    return 0;
}

static int bench_source(Bench *b, const char *name, const ClockSpec *spec, uint64_t n_keys, uint32_t batch)
{
    Watermark w = {.on = true, .col = 1, .delay_us = 1000000, .max_future_skew_us = 1000000, .wm_us = INT64_MIN};
    uint64_t rows = batch == 1 ? ROUND_ROWS / 8 : ROUND_ROWS;
    if (spec)
        TRY(event_clock_new(NULL, b->ps, b->schema, spec, &w.clock, NULL));
    for (uint64_t done = 0; done < n_keys * 2; done += BATCH_ROWS) {
        fill(b, BATCH_ROWS, n_keys);
        TRY(take(b, &w));
    }
    double best = 1e9;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        int64_t spent = 0;
        for (uint64_t done = 0; done < rows; done += batch) {
            fill(b, batch, n_keys);
            int64_t t0 = env_mono_ns(b->env);
            TRY(take(b, &w));
            spent += env_mono_ns(b->env) - t0 - b->clock_ns;
            arena_reset(&b->arena);
        }
        best = MIN(best, (double)spent / (double)rows);
    }
    print(name, best, "ns/row");
    event_clock_free(w.clock);
    return 0;
}

static int compare_i64(const void *a, const void *b)
{
    int64_t x, y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x < y ? -1 : x > y;
}

/* The least over the keys after a batch has moved some of them; the median. */
static int bench_least(Bench *b, const char *name, uint64_t n_keys, uint32_t batch)
{
    uint32_t col = 0;
    ClockSpec spec = {.n_keys = 1, .keys = &col, .key_idle_us = INT64_C(1) << 60};
    Watermark w = {.on = true, .col = 1, .max_future_skew_us = 1000000, .wm_us = INT64_MIN};
    static int64_t spent[1001];
    uint64_t fills = n_keys * 16 / batch + 1;
    TRY(event_clock_new(NULL, b->ps, b->schema, &spec, &w.clock, NULL));
    for (uint64_t i = 0; i < fills + ARRAY_LEN(spent); i++) {
        fill(b, batch, n_keys);
        (void)watermark_piece(&w, b->b, batch_rows(b->b), 0, b->now_us);
        key_clock_publish(w.clock->keys);
        int64_t t0 = env_mono_ns(b->env);
        (void)key_clock_settle(w.clock->keys);
        if (i >= fills)
            spent[i - fills] = env_mono_ns(b->env) - t0 - b->clock_ns;
    }
    qsort(spent, ARRAY_LEN(spent), sizeof(*spent), compare_i64);
    double best = (double)spent[ARRAY_LEN(spent) / 2];
    char text[64];
    print(name, best, "ns/call");
    snprintf(text, sizeof(text), "%s_bytes", name);
    KeyClock *k = w.clock->keys;
    print(text, (double)hash_table_bytes(k->table) / (double)n_keys + sizeof(LazyMinMember) + sizeof(LazyMinEntry) + sizeof(void *),
          "bytes/key");
    event_clock_free(w.clock);
    return 0;
}

static int bench_idle(Bench *b)
{
    ClockSpec spec = {.parts = CLOCK_PART_COLUMN, .idle_timeout_us = INT64_C(1) << 40};
    Watermark w = {.on = true, .col = 1, .max_future_skew_us = 1000000, .wm_us = INT64_MIN};
    TRY(event_clock_new(NULL, b->ps, b->schema, &spec, &w.clock, NULL));
    for (uint32_t i = 0; i < 10; i++) {
        fill(b, BATCH_ROWS, 100);
        TRY(take(b, &w));
    }
    int64_t t0 = env_mono_ns(b->env);
    for (uint32_t i = 0; i < 100000; i++)
        (void)event_clock_tick(&w, b->now_us);
    print("idle_check_100_partitions", (double)(env_mono_ns(b->env) - t0) / 100000, "ns/call");
    event_clock_free(w.clock);
    return 0;
}

static int bench_group(Bench *b)
{
    static AlignMember m[10];
    AlignGroup *groups = NULL;
    AlignSpec spec = {.group = "g", .drift_us = 1000000};
    int64_t sum = 0;
    for (uint32_t i = 0; i < ARRAY_LEN(m); i++)
        TRY(align_join(&groups, NULL, &spec, &m[i], NULL));
    int64_t t0 = env_mono_ns(b->env);
    for (int64_t i = 0; i < 1000000; i++)
        align_report(&m[i % 10], i, false);
    int64_t t1 = env_mono_ns(b->env);
    for (int64_t i = 0; i < 1000000; i++) {
        m[i % 10].wm_us = i;
        sum += align_must_pause(&m[i % 10], i);
    }
    int64_t t2 = env_mono_ns(b->env);
    print("group_report", (double)(t1 - t0) / 1000000, "ns/call");
    print("group_decision_10", (double)(t2 - t1) / 1000000, "ns/call");
    for (uint32_t i = 0; i < ARRAY_LEN(m); i++)
        align_leave(&groups, &m[i]);
    return sum < 0;
}

static int bench_all(Bench *b)
{
    uint32_t col = 0;
    ClockSpec parts = {.parts = CLOCK_PART_COLUMN}, keys = {.n_keys = 1, .keys = &col, .key_idle_us = INT64_C(1) << 60};
    TRY(bench_source(b, "plain_1024", NULL, 1, BATCH_ROWS));
    TRY(bench_source(b, "plain_1", NULL, 1, 1));
    TRY(bench_source(b, "partitions_100_1024", &parts, 100, BATCH_ROWS));
    TRY(bench_source(b, "partitions_100_1", &parts, 100, 1));
    TRY(bench_source(b, "keys_1K_1024", &keys, 1000, BATCH_ROWS));
    TRY(bench_source(b, "keys_1K_1", &keys, 1000, 1));
    TRY(bench_source(b, "keys_100K_1024", &keys, 100000, BATCH_ROWS));
    TRY(bench_least(b, "keys_1K_least_of_1", 1000, 1));
    TRY(bench_least(b, "keys_1K_least", 1000, BATCH_ROWS));
    TRY(bench_least(b, "keys_100K_least_of_1", 100000, 1));
    TRY(bench_least(b, "keys_100K_least", 100000, BATCH_ROWS));
    TRY(bench_idle(b));
    return bench_group(b);
}

int main(void)
{
    static Bench b;
    Field f[] = {{"k", TYPE(I64), false}, {"ts", TYPE(TS), false}};
    b.env = env_linux();
    b.ps = page_store_new(NULL);
    b.schema = schema_new(NULL, f, 2);
    b.now_us = 1000000000;
    arena_init(&b.arena, NULL, 0);
    Arena batch;
    arena_init(&batch, NULL, 0);
    b.b = b.schema ? batch_scratch(&batch, b.schema, BATCH_ROWS) : NULL;
    if (!b.ps || !b.b || vec_scratch(&b.b->col[0], TYPE(I64), BATCH_ROWS, &batch) < 0 ||
        vec_scratch(&b.b->col[1], TYPE(TS), BATCH_ROWS, &batch) < 0)
        return 1;
    b.clock_ns = INT64_MAX;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        int64_t t0 = env_mono_ns(b.env);
        for (uint32_t k = 0; k < 1000; k++)
            (void)env_mono_ns(b.env);
        b.clock_ns = MIN(b.clock_ns, (env_mono_ns(b.env) - t0) / 1000);
    }
    int rc = bench_all(&b);
    arena_done(&batch);
    arena_done(&b.arena);
    schema_unref(b.schema);
    page_store_free(b.ps);
    return rc < 0;
}
