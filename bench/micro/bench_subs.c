/* SPDX-License-Identifier: Apache-2.0
 *
 * Subscriptions: opening, delivering to one and to many, polling, waking, and what each costs in memory. */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "env/env.h"
#include "laminar.h"
#include "figures.h"

static Env *env;

static void count_rows(void *self, const LaminarChange *change)
{
    *(uint64_t *)self += change->num_rows;
}

static bool count_each(void *self, const LaminarChange *change)
{
    count_rows(self, change);
    return true;
}

static LaminarConnection *open_db(LaminarWriter **ret_writer)
{
    LaminarConnection *db;
    check(laminar_open(&db), "open");
    check(laminar_execute(db, "CREATE SOURCE s (k BIGINT NOT NULL, v BIGINT NOT NULL) WITH (buffer_size = 1024)", NULL), "source");
    check(laminar_writer_create(db, "s", ret_writer), "writer");
    return db;
}

static void put_row(LaminarWriter *w, int64_t k, bool push)
{
    LaminarRow *row;
    check(laminar_row_begin(w, &row), "row_begin");
    check(laminar_row_i64(row, 0, k), "row_i64");
    check(laminar_row_i64(row, 1, k + 1), "row_i64");
    check(push ? laminar_row_push(row) : laminar_row_end(row), "row_end");
}

/* Rows per second that n callbacks together take, and nanoseconds per push. */
static void dispatch(const char *name, int n, int batch, int n_rows, uint32_t gather)
{
    LaminarWriter *w;
    LaminarConnection *db = open_db(&w);
    LaminarSubscription *sub[16];
    uint64_t seen = 0;
    LaminarSubscribeOptions o = {.size = sizeof(o), .on_change = count_rows, .user_data = &seen, .batch_rows = gather};
    for (int i = 0; i < n; i++)
        check(laminar_subscribe(db, "s", &o, &sub[i]), "subscribe");
    double best = 0;
    for (int round = 0; round < 5; round++) {
        int64_t t0 = env_mono_ns(env);
        for (int i = 0; i < n_rows; i++)
            put_row(w, i, batch == 1);
        check(laminar_writer_flush(w), "flush");
        double rate = (double)n_rows / (double)(env_mono_ns(env) - t0) * 1000.0;
        best = rate > best ? rate : best;
    }
    char label[96];
    snprintf(label, sizeof(label), "dispatch_%s", name);
    report(label, best * n, "Mrows/s");
    snprintf(label, sizeof(label), "dispatch_%s_per_row", name);
    report(label, 1000.0 / best, "ns");
    for (int i = 0; i < n; i++)
        laminar_subscription_release(sub[i]);
    laminar_writer_free(w);
    laminar_close(db);
}

static void polling(void)
{
    enum { N = 100000, MANY = 10000, ROUND = 1000 };
    LaminarWriter *w;
    LaminarConnection *db = open_db(&w);
    LaminarSubscription *sub;
    LaminarChange change;
    check(laminar_subscribe(db, "s", NULL, &sub), "subscribe");
    int64_t best = INT64_MAX, best_recv = INT64_MAX;
    for (int round = 0; round < 5; round++) {
        int64_t t0 = env_mono_ns(env);
        uint64_t n = 0;
        for (int i = 0; i < N; i++)
            (void)laminar_subscription_poll_each(sub, 1, count_each, &n, NULL);
        best = MIN(best, env_mono_ns(env) - t0);
    }
    report("poll_empty", (double)best / N, "ns");
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < ROUND; i++)
            put_row(w, i, true);
        int64_t t0 = env_mono_ns(env);
        for (int i = 0; i < ROUND; i++)
            check(laminar_subscription_next(sub, 0, &change), "next");
        best_recv = MIN(best_recv, env_mono_ns(env) - t0);
    }
    report("recv_ready", (double)best_recv / ROUND, "ns");
    laminar_subscription_release(sub);
    laminar_writer_free(w);
    laminar_close(db);
}

static void polled_by_ten(void)
{
    enum { ROUND = 1000 };
    LaminarWriter *w;
    LaminarConnection *db = open_db(&w);
    LaminarSubscription *sub[10];
    uint64_t seen = 0;
    int64_t best = INT64_MAX;
    for (int i = 0; i < 10; i++)
        check(laminar_subscribe(db, "s", NULL, &sub[i]), "subscribe");
    for (int round = 0; round < 20; round++) {
        int64_t t0 = env_mono_ns(env);
        for (int i = 0; i < ROUND; i++)
            put_row(w, i, true);
        best = MIN(best, env_mono_ns(env) - t0);
        for (int i = 0; i < 10; i++)
            for (size_t n = 1; n > 0;)
                check(laminar_subscription_poll_each(sub[i], 1000, count_each, &seen, &n), "poll");
    }
    report("push_to_10_polled", (double)best / ROUND, "ns");
    for (int i = 0; i < 10; i++)
        laminar_subscription_release(sub[i]);
    laminar_writer_free(w);
    laminar_close(db);
}

static int64_t resident_bytes(void)
{
    long pages = 0, total = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f) {
        if (fscanf(f, "%ld %ld", &total, &pages) != 2)
            pages = 0;
        fclose(f);
    }
    return pages * 4096;
}

static void ten_thousand(void)
{
    enum { N = 10000 };
    LaminarWriter *w;
    LaminarConnection *db = open_db(&w);
    LaminarSubscription **sub = calloc(N, sizeof(*sub));
    uint64_t seen = 0;
    LaminarSubscribeOptions o = {.size = sizeof(o), .on_change = count_rows, .user_data = &seen};
    int64_t before = resident_bytes(), t0 = env_mono_ns(env);
    for (int i = 0; i < N; i++)
        check(laminar_subscribe(db, "s", &o, &sub[i]), "subscribe");
    report("subscribe", (double)(env_mono_ns(env) - t0) / N, "ns");
    report("bytes_per_subscription", (double)(resident_bytes() - before) / N, "B");
    t0 = env_mono_ns(env);
    for (int i = 0; i < 100; i++)
        put_row(w, i, true);
    report("push_to_10000_callbacks_each", (double)(env_mono_ns(env) - t0) / 100 / N, "ns");
    t0 = env_mono_ns(env);
    for (int i = 0; i < N; i++)
        laminar_subscription_release(sub[i]);
    report("unsubscribe", (double)(env_mono_ns(env) - t0) / N, "ns");
    free(sub);
    laminar_writer_free(w);
    laminar_close(db);
}

typedef struct Waiter {
    LaminarSubscription *sub;
    _Atomic int64_t woken_ns;
    _Atomic int ready;
    int n;
} Waiter;

static void *wait_for_rows(void *p)
{
    Waiter *x = p;
    LaminarChange c;
    for (int i = 0; i < x->n; i++) {
        atomic_store(&x->ready, i + 1);
        if (laminar_subscription_next(x->sub, -1, &c) != LAMINAR_OK)
            return NULL;
        atomic_store(&x->woken_ns, env_mono_ns(env));
    }
    return NULL;
}

/* From the push to the reader's return: of one that spins still, and of one that sleeps. */
static void waking(const char *name, int64_t pause_ns, int n)
{
    LaminarWriter *w;
    LaminarConnection *db = open_db(&w);
    Waiter x = {.n = n};
    pthread_t t;
    int64_t *took = calloc((size_t)n, sizeof(*took));
    check(laminar_subscribe(db, "s", NULL, &x.sub), "subscribe");
    pthread_create(&t, NULL, wait_for_rows, &x);
    for (int i = 0; i < n; i++) {
        while (atomic_load(&x.ready) < i + 1) {
        }
        for (int64_t until = env_mono_ns(env) + pause_ns; env_mono_ns(env) < until;) {
        }
        atomic_store(&x.woken_ns, 0);
        int64_t t0 = env_mono_ns(env);
        put_row(w, i, true);
        while (atomic_load(&x.woken_ns) == 0) {
        }
        took[i] = atomic_load(&x.woken_ns) - t0;
    }
    pthread_join(t, NULL);
    qsort(took, (size_t)n, sizeof(*took), by_value);
    char label[96];
    snprintf(label, sizeof(label), "wake_%s_p50", name);
    report(label, (double)took[n / 2], "ns");
    free(took);
    laminar_subscription_release(x.sub);
    laminar_writer_free(w);
    laminar_close(db);
}

int main(void)
{
    env = env_linux();
    dispatch("1_single", 1, 1, 1000000, 0);
    dispatch("10_single", 10, 1, 300000, 0);
    dispatch("1_batch", 1, 1024, 4000000, 0);
    dispatch("1_gathered", 1, 1, 1000000, 1024);
    polling();
    polled_by_ten();
    ten_thousand();
    waking("spinning", 3000, 2000);
    waking("sleeping", 200000, 300);
    return 0;
}
