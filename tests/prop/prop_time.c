/* SPDX-License-Identifier: Apache-2.0
 *
 * Watermarks per key and per partition against a model that takes row by row: whatever the disorder and however the rows are cut
 * into batches, each window of each key comes out once, with the rows that were on time by the watermark they had to be judged by.
 * And alignment groups: which pushes are refused, which rows are lost, and how far ahead of the others each source is.
 * `prop_time [SEED]` replays one. */
#include "db/execute.h"
#include "env/env_sim.h"

#include <stdio.h>
#include <stdlib.h>

#define SEEDS 150
#define ROWS 250
#define KEYS 5
#define SECONDS 200 /* of event time */
#define SIZE 10
#define WINDOWS (SECONDS / 5 + 4)

typedef enum Scope { PER_KEY, PER_PARTITION, N_SCOPES } Scope;

typedef struct Model {
    Scope scope;
    int slide, delay, idle;
    int wm[KEYS], stream, floor; /* seconds; none = -1000 */
    int sum[KEYS][WINDOWS];
    bool any[KEYS][WINDOWS];
} Model;

static uint64_t state;
static Database *db;
static StrBuf emitted;
static uint32_t n_emitted;

static int below(int n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((state >> 33) % (uint64_t)n);
}

static int judged_by(const Model *m, int key)
{
    return m->scope == PER_PARTITION ? m->stream : MAX(m->wm[key], m->floor);
}

static void model_row(Model *m, int key, int t, int v)
{
    int w = judged_by(m, key);
    for (int i = 0; i < WINDOWS; i++) { /* window i ends at (i + 1) * slide */
        int end = (i + 1) * m->slide;
        if (t >= end || t < end - SIZE || end <= w)
            continue;
        m->sum[key][i] += v;
        m->any[key][i] = true;
    }
    m->wm[key] = MAX(m->wm[key], t - m->delay);
    m->floor = MAX(m->floor, t - m->delay - m->idle);
    int least = 1000;
    for (int k = 0; k < KEYS; k++)
        if (m->wm[k] != -1000)
            least = MIN(least, m->wm[k]);
    m->stream = MAX(m->stream, least);
}

static int take(Consumer *c, const Batch *b, Err *err)
{
    (void)c;
    (void)err;
    Rows rows = batch_rows(b);
    for (uint32_t i = 0; i < rows.n; i++, n_emitted++) {
        for (uint32_t col = 0; col < b->n_cols; col++) {
            Value v = vec_get(&b->col[col], row_at(rows, i));
            value_print(&v, &emitted);
            sb_putc(&emitted, col + 1 < b->n_cols ? ' ' : '\n');
        }
    }
    return 0;
}
static void end(Consumer *c, const Err *err)
{
    (void)c;
    (void)err;
}
static const ConsumerType watch_type = {.batch = take, .end = end};

static bool run(const char *sql)
{
    StatementResult r;
    Err err = ERR_INIT;
    if (db_execute(db, str_of(sql), &r, &err) < 0) {
        printf("%s\n  %s\n", sql, err.message);
        return false;
    }
    statement_result_done(&r);
    return true;
}

/* Whether the line stands there, whole. */
static bool has_line(const char *line)
{
    size_t n = strlen(line);
    for (const char *p = strstr(sb_cstr(&emitted), line); p; p = strstr(p + 1, line))
        if ((p == sb_cstr(&emitted) || p[-1] == '\n') && p[n] == '\n')
            return true;
    return false;
}

static bool compare(const Model *m, uint64_t seed)
{
    uint32_t n = 0;
    for (int k = 0; k < KEYS; k++) {
        for (int i = 0; i < WINDOWS; i++) {
            char line[64];
            if (!m->any[k][i])
                continue;
            n++;
            snprintf(line, sizeof(line), "%d %d %d", k, (i + 1) * m->slide, m->sum[k][i]);
            if (has_line(line))
                continue;
            printf("seed %llu: \"%s\" (key, window end, sum) is missing in\n%s", (unsigned long long)seed, line, sb_cstr(&emitted));
            return false;
        }
    }
    if (n == n_emitted)
        return true;
    printf("seed %llu: %u rows instead of %u\n%s", (unsigned long long)seed, (unsigned)n_emitted, (unsigned)n, sb_cstr(&emitted));
    return false;
}

static bool create(const Model *m)
{
    char sql[400];
    snprintf(sql, sizeof(sql),
             "CREATE SOURCE e (k INTEGER, v INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '%d' SECOND %s) WITH (%s%s)",
             m->delay, m->scope == PER_KEY ? "PER KEY (k)" : "",
             m->scope == PER_KEY ? "key_idle = " : "watermark_partition = ", m->scope == PER_KEY ? "'40 seconds'" : "'k'");
    if (!run(sql))
        return false;
    snprintf(sql, sizeof(sql),
             "CREATE STREAM w AS SELECT k, CAST(extract(epoch FROM HOP_END(ts, INTERVAL '%d' SECOND, INTERVAL '10' SECOND)) AS "
             "INTEGER) AS t, "
             "sum(v) AS s FROM e GROUP BY k, HOP(ts, INTERVAL '%d' SECOND, INTERVAL '10' SECOND) EMIT ON WINDOW CLOSE",
             m->slide, m->slide);
    return run(sql);
}

static bool push(Model *m, int t0, int n)
{
    StrBuf sql;
    sb_init(&sql, NULL);
    sb_puts(&sql, "INSERT INTO e VALUES ");
    for (int i = 0; i < n; i++) {
        int key = below(KEYS), v = below(100), t = t0 + key * 3 - below(40); /* keys run apart, rows come in disorder */
        t = t < 0 ? 0 : MIN(t, SECONDS - 1);
        sb_printf(&sql, "%s(%d, %d, TIMESTAMP '1970-01-01 00:%02d:%02d')", i ? ", " : "", key, v, t / 60, t % 60);
        model_row(m, key, t, v);
    }
    bool ok = run(sb_cstr(&sql));
    sb_done(&sql);
    return ok;
}

static bool play(uint64_t seed)
{
    state = seed;
    Env *env = env_sim_new(seed, NULL);
    Err err = ERR_INIT;
    DatabaseConfig config = {.threads = (uint32_t)(seed % 3 + 1)};
    Consumer watch = {.type = &watch_type};
    Model m = {.scope = (Scope)below(N_SCOPES),
               .slide = below(2) ? 5 : 10,
               .delay = below(8),
               .idle = 40,
               .stream = -1000,
               .floor = -1000};
    for (int k = 0; k < KEYS; k++)
        m.wm[k] = -1000;
    sb_init(&emitted, NULL);
    n_emitted = 0;
    bool ok = env && db_open(env, &config, &db, &err) == 0;
    if (ok) {
        engine_set_parallel_rows(db->engine, 1);
        engine_spill_always(db->engine, seed % 5 == 3);
    }
    ok = ok && create(&m);
    if (ok) {
        engine_enter(db->engine);
        Feed *w = engine_feed(db->engine, catalog_find(db->catalog, STR("w"))->id);
        consumer_add(&w->consumers, &watch);
        engine_leave(db->engine);
    }
    for (int done = 0; ok && done < ROWS;) {
        int n = below(3) ? 1 + below(3) : 1 + below(40);
        ok = push(&m, done * SECONDS / ROWS, n);
        done += n;
    }
    Feed *e = ok ? engine_feed(db->engine, catalog_find(db->catalog, STR("e"))->id) : NULL;
    ok = ok && engine_push_watermark(db->engine, e, INT64_C(1000000000000), &err) == 0 && compare(&m, seed);
    db_close(db);
    db_unref(db);
    env_sim_free(env);
    sb_done(&emitted);
    return ok;
}

/* ---- alignment groups ---- */

#define SOURCES 3
static const char *const mode_names[] = {"pause", "warn", "drop"};

typedef struct Member {
    int mode, delay, drift; /* place in mode_names; seconds */
    int wm, dropped, rows;  /* wm: none = -1000 */
} Member;

/* The last of the others; 1000 = none has a watermark. */
static int last_other(const Member *m, int i)
{
    int last = 1000;
    for (int k = 0; k < SOURCES; k++)
        if (k != i && m[k].wm != -1000)
            last = MIN(last, m[k].wm);
    return last;
}

static bool push_member(Member *m, int i, int t0)
{
    StrBuf sql;
    StatementResult r;
    Err err = ERR_INIT;
    int limit = last_other(m, i) == 1000 ? 1000 : last_other(m, i) + m[i].drift, first = m[i].wm;
    bool refused = m[i].mode == 0 && first != -1000 && first > limit;
    sb_init(&sql, NULL);
    sb_printf(&sql, "INSERT INTO a%d VALUES ", i);
    for (int n = 1 + below(4); n > 0; n--) {
        int t = t0 + below(30);
        bool no_time = below(12) == 0, lost = !no_time && m[i].mode == 2 && t - m[i].delay > limit;
        if (no_time)
            sb_printf(&sql, "(NULL)%s", n > 1 ? ", " : "");
        else
            sb_printf(&sql, "(TIMESTAMP '1970-01-01 00:%02d:%02d')%s", t / 60, t % 60, n > 1 ? ", " : "");
        m[i].dropped += !refused && lost;
        m[i].rows += !refused && !lost;
        if (!refused && !lost && !no_time)
            m[i].wm = MAX(m[i].wm, t - m[i].delay);
    }
    int rc = db_execute(db, str_of(sb_cstr(&sql)), &r, &err);
    bool ok = refused ? rc == -ERR_QUEUE_FULL : rc == 0;
    if (!ok)
        printf("%s\n  should be %s: %s\n", sb_cstr(&sql), refused ? "refused" : "taken", rc < 0 ? err.message : "it is not");
    if (rc == 0)
        statement_result_done(&r);
    sb_done(&sql);
    return ok;
}

static bool answers(const char *sql, const char *expected)
{
    StatementResult r;
    Err err = ERR_INIT;
    StrBuf text;
    if (db_execute(db, str_of(sql), &r, &err) < 0) {
        printf("%s\n  %s\n", sql, err.message);
        return false;
    }
    sb_init(&text, NULL);
    for (uint32_t k = 0; r.rows && k < r.rows->n; k++)
        for (uint32_t c = 0; c < r.rows->batch[k]->n_cols; c++) {
            Value v = vec_get(&r.rows->batch[k]->col[c], row_at(batch_rows(r.rows->batch[k]), 0));
            value_print(&v, &text);
            sb_putc(&text, ' ');
        }
    bool ok = strcmp(sb_cstr(&text), expected) == 0;
    if (!ok)
        printf("%s\n  is %s, not %s\n", sql, sb_cstr(&text), expected);
    sb_done(&text);
    statement_result_done(&r);
    return ok;
}

static bool look(const Member *m, int i)
{
    char sql[200], expected[100];
    int last = last_other(m, i), drift = m[i].wm == -1000 || last == 1000 || m[i].wm < last ? 0 : m[i].wm - last;
    snprintf(sql, sizeof(sql),
             "SELECT count(*), (SELECT drift_ms FROM laminar_alignments WHERE source = 'a%d'), "
             "(SELECT dropped FROM laminar_alignments WHERE source = 'a%d') FROM a%d",
             i, i, i);
    snprintf(expected, sizeof(expected), "%d %d %d ", m[i].rows, drift * 1000, m[i].dropped);
    return answers(sql, expected);
}

static bool play_aligned(uint64_t seed)
{
    Member m[SOURCES];
    Err err = ERR_INIT;
    DatabaseConfig config = {0};
    state = seed * 7;
    Env *env = env_sim_new(seed, NULL);
    bool ok = env && db_open(env, &config, &db, &err) == 0;
    for (int i = 0; i < SOURCES && ok; i++) {
        char sql[400];
        m[i] = (Member){.mode = below(3), .delay = below(5), .drift = 1 + below(20), .wm = -1000};
        snprintf(sql, sizeof(sql),
                 "CREATE SOURCE a%d (ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '%d' SECOND) WITH (alignment.group = 'g', "
                 "alignment.max_drift = '%ds', alignment.mode = '%s')",
                 i, m[i].delay, m[i].drift, mode_names[m[i].mode]);
        ok = run(sql);
    }
    for (int n = 0; n < 40 && ok; n++) {
        int i = below(SOURCES);
        ok = push_member(m, i, n) && look(m, below(SOURCES));
    }
    if (!ok)
        printf("seed %llu: alignment\n", (unsigned long long)seed);
    db_close(db);
    db_unref(db);
    env_sim_free(env);
    return ok;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, n = argc > 2 ? strtoull(argv[2], NULL, 10) : argc > 1 ? 1 : SEEDS;
    unsigned passed = 0;
    for (uint64_t seed = first; seed < first + n; seed++)
        passed += play(seed) && play_aligned(seed);
    printf("%u passed, %u failed, 0 skipped\n", passed, (unsigned)n - passed);
    return passed == n ? 0 : 1;
}
