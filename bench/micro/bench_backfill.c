/* SPDX-License-Identifier: Apache-2.0
 *
 * Views made over much that is there while rows are pushed, one at a time, into a source with a running view: how many rows a
 * second of the history go in, and how long pushes take meanwhile, beside what they take when nothing is made.  The views are over
 * a table and over what a source retains; groups with a million keys say what the end costs, when the result leaves.  Prints `name
 * value unit` lines. */
#include "db/api.h"
#include "env/env.h"
#include "figures.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HISTORY 1000000
#define SAMPLES_MAX (1u << 23)
#define PAUSE_NS 20000 /* 50,000 pushes a second at most */
static Env *env;

static LaminarRow *row_of(LaminarWriter *w, int64_t k, int64_t v, int64_t ts)
{
    LaminarRow *row = NULL;
    check(laminar_row_begin(w, &row), "begin");
    check(laminar_row_i64(row, 0, k), "k");
    check(laminar_row_i64(row, 1, v), "v");
    check(laminar_row_i64(row, 2, ts), "ts");
    return row;
}

static void fill(LaminarConnection *db, const char *relation, int64_t n)
{
    LaminarWriter *w = NULL;
    check(laminar_writer_create(db, relation, &w), relation);
    for (int64_t i = 0; i < n; i++)
        check(laminar_row_end(row_of(w, i, i * 7919 % 100000, i * 1000)), "end");
    check(laminar_writer_close(w), "close");
    laminar_writer_free(w);
}

/* ---- the load that goes on ---- */

typedef struct Load {
    LaminarConnection *db;
    int64_t *ns; /* SAMPLES_MAX */
    uint32_t n;
    atomic_bool stop;
} Load;

static void *push(void *p)
{
    Load *l = p;
    LaminarWriter *w = NULL;
    check(laminar_writer_create(l->db, "live", &w), "live");
    for (int64_t i = 0; !atomic_load(&l->stop) && l->n < SAMPLES_MAX; i++) {
        LaminarRow *row = row_of(w, i % 1000, i, i);
        int64_t from = env_mono_ns(env);
        check(laminar_row_end(row), "end");
        check(laminar_writer_flush(w), "flush");
        l->ns[l->n++] = env_mono_ns(env) - from;
        while (env_mono_ns(env) < from + PAUSE_NS) {
        }
    }
    check(laminar_writer_close(w), "close");
    laminar_writer_free(w);
    return NULL;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Runs the statement, or nothing for half a second, beside the load; gives how long it took. */
static double beside(Load *l, const char *name, const char *sql)
{
    pthread_t t;
    char what[64];
    _Atomic uint32_t word = 0;
    l->n = 0;
    atomic_store(&l->stop, false);
    if (pthread_create(&t, NULL, push, l) != 0)
        exit(1);
    int64_t from = env_mono_ns(env);
    if (sql)
        check(laminar_execute(l->db, sql, NULL), sql);
    else
        env->thread->park(env, &word, 0, from + 500000000);
    double seconds = (double)(env_mono_ns(env) - from) / 1e9;
    atomic_store(&l->stop, true);
    (void)pthread_join(t, NULL);
    qsort(l->ns, l->n, sizeof(*l->ns), by_size);
    snprintf(what, sizeof(what), "%s_push_p50", name);
    report(what, (double)l->ns[l->n / 2] / 1000, "us");
    snprintf(what, sizeof(what), "%s_push_p99", name);
    report(what, (double)l->ns[(size_t)l->n * 99 / 100] / 1000, "us");
    snprintf(what, sizeof(what), "%s_push_longest", name);
    report(what, (double)l->ns[l->n - 1] / 1000, "us");
    return seconds;
}

int main(void)
{
    static const struct {
        const char *name, *sql;
    } cases[] = {
        {"backfill_table_filter", "SELECT k, v FROM t WHERE v % 3 <> 0"},
        {"backfill_table_1k_groups", "SELECT v % 1000 AS g, count(*) AS n, sum(v) AS s FROM t GROUP BY v % 1000"},
        {"backfill_table_1m_groups", "SELECT k, count(*) AS n, sum(v) AS s FROM t GROUP BY k"},
        {"backfill_table_join", "SELECT a.k, b.v FROM t a JOIN t b ON b.k = a.v"},
        {"backfill_source_1k_groups", "SELECT v % 1000 AS g, count(*) AS n, sum(v) AS s FROM s GROUP BY v % 1000"},
        {"backfill_source_windows", "SELECT v % 100 AS g, window_start, count(*) AS n FROM TUMBLE(s, ts, INTERVAL '10' SECOND) "
                                    "GROUP BY v % 100, window_start, "
                                    "window_end"},
    };
    Load l = {0};
    char sql[400], what[80];
    env = env_linux();
    check(laminar_open(&l.db), "open");
    l.ns = malloc(SAMPLES_MAX * sizeof(*l.ns));
    if (!l.ns)
        return 1;
    check(laminar_execute(l.db,
                          "CREATE SOURCE live (k BIGINT, v BIGINT, ts TIMESTAMP);"
                          "CREATE MATERIALIZED VIEW running AS SELECT k, count(*) AS n, sum(v) AS s FROM live GROUP BY k;"
                          "CREATE TABLE t (k BIGINT PRIMARY KEY, v BIGINT, ts TIMESTAMP);"
                          "CREATE SOURCE s (k BIGINT, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts) WITH (buffer_size = 1000000)",
                          NULL),
          "create");
    fill(l.db, "t", HISTORY);
    fill(l.db, "s", HISTORY);
    (void)beside(&l, "backfill_none", NULL);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        snprintf(sql, sizeof(sql), "CREATE MATERIALIZED VIEW v%zu AS %s", i, cases[i].sql);
        double seconds = beside(&l, cases[i].name, sql);
        snprintf(what, sizeof(what), "%s_rate", cases[i].name);
        report(what, HISTORY / seconds / 1e6, "Mrows/s");
        snprintf(sql, sizeof(sql), "DROP MATERIALIZED VIEW v%zu", i);
        check(laminar_execute(l.db, sql, NULL), sql);
    }
    free(l.ns);
    check(laminar_close(l.db), "close");
    return 0;
}
