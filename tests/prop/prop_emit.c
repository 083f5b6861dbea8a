/* SPDX-License-Identifier: Apache-2.0
 *
 * Property: whatever the EMIT clause, the changes of a windowed query sum up to the same content, that of a model that takes row by
 * row and leaves out what is late for a window.  Random windows, disorder, delays, batches, and steps of the clock.  The same of
 * groups by the watermark column, or by its minute, which the watermark completes, too: there a row is late by its own time.
 * `prop_emit [SEED [N]]` replays. */
#include "db/execute.h"
#include "env/env_sim.h"

#include <stdio.h>
#include <stdlib.h>

#define SEEDS 100
#define PUSHES 60
#define KEYS 3
#define SECONDS 120
#define WINDOWS 64

static const char *const modes[] = {"",
                                    "EMIT ON UPDATE",
                                    "EMIT CHANGES",
                                    "EMIT EVERY INTERVAL '7' SECOND",
                                    "EMIT PERIODICALLY INTERVAL '1' DAY",
                                    "EMIT ON WATERMARK",
                                    "EMIT AFTER WATERMARK",
                                    "EMIT ON WINDOW CLOSE",
                                    "EMIT FINAL"};
#define N_MODES ARRAY_LEN(modes)
#define N_SUMS (2 * N_MODES) /* windows, then groups by time */

typedef struct Sum { /* changes of one stream */
    Consumer watch;
    size_t mode;
    bool keyed;
    int n;
    char *row[2048];
    int64_t weight[2048];
    bool minus; /* something was taken back */
} Sum;

typedef struct Cell {
    int n, sum, least;
} Cell;

typedef struct Model {
    int slide, size, delay, lateness, wm; /* seconds */
    Cell cell[KEYS][WINDOWS];             /* window i ends at (i + 1) * slide */
    int bin;                              /* of the groups by time */
    Cell judged[KEYS][SECONDS], all[KEYS][SECONDS];
} Model;

static uint64_t state;
static Database *db;

static int below(int n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((state >> 33) % (uint64_t)n);
}

static void sum_add(Sum *s, const char *row, int64_t weight)
{
    for (int i = 0; i < s->n; i++)
        if (strcmp(s->row[i], row) == 0) {
            s->weight[i] += weight;
            return;
        }
    if (s->n == (int)ARRAY_LEN(s->row))
        abort();
    s->row[s->n] = strdup(row);
    s->weight[s->n++] = weight;
}

static int take(Consumer *c, const Batch *b, Err *err)
{
    Sum *s = (Sum *)c;
    Rows rows = batch_rows(b);
    StrBuf text;
    (void)err;
    sb_init(&text, NULL);
    for (uint32_t i = 0; i < rows.n; i++) {
        sb_clear(&text);
        for (uint32_t col = 0; col < b->n_cols; col++) {
            Value v = vec_get(&b->col[col], row_at(rows, i));
            if (col)
                sb_putc(&text, ' ');
            value_print(&v, &text);
        }
        s->minus |= batch_weight(b, row_at(rows, i)) < 0;
        sum_add(s, sb_cstr(&text), batch_weight(b, row_at(rows, i)));
    }
    sb_done(&text);
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

static void cell_add(Cell *c, int v)
{
    c->least = c->n == 0 || v < c->least ? v : c->least;
    c->n++;
    c->sum += v;
}

static void model_row(Model *m, int key, int t, int v)
{
    cell_add(&m->all[key][t / m->bin], v);
    if (t >= m->wm - m->lateness)
        cell_add(&m->judged[key][t / m->bin], v);
    for (int i = 0; i < WINDOWS; i++) {
        int last = (i + 1) * m->slide;
        Cell *c = &m->cell[key][i];
        if (t >= last || t < last - m->size || last + m->lateness <= m->wm)
            continue;
        cell_add(c, v);
    }
}

/* Rows of one statement are judged in their order: each by the watermark of those before it. */
static bool push(Model *m, int t0)
{
    StrBuf sql;
    sb_init(&sql, NULL);
    sb_puts(&sql, "INSERT INTO e VALUES ");
    for (int i = below(6); i >= 0; i--) {
        int key = below(KEYS), v = below(100), t = t0 + below(10) - below(30);
        t = t < 0 ? 0 : MIN(t, SECONDS - 1);
        sb_printf(&sql, "(%d, %d, TIMESTAMP '1970-01-01 00:%02d:%02d')%s", key, v, t / 60, t % 60, i ? ", " : "");
        model_row(m, key, t, v);
        m->wm = MAX(m->wm, t - m->delay);
    }
    bool ok = run(sb_cstr(&sql));
    sb_done(&sql);
    return ok;
}

/* A first result and corrections are for windows. */
static bool is_refused(const Model *m, const Sum *s)
{
    return s->keyed && m->lateness && strstr(modes[s->mode], "WATERMARK");
}

static bool create(const Model *m, Sum *sums)
{
    StrBuf sql;
    bool ok = true;
    sb_init(&sql, NULL);
    sb_printf(&sql, "CREATE SOURCE e (k INTEGER, v INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '%d' SECOND)",
              m->delay);
    ok = run(sb_cstr(&sql));
    for (size_t i = 0; i < N_SUMS && ok; i++) {
        char name[16];
        const char *mode = modes[i % N_MODES];
        bool keyed = i >= N_MODES;
        sums[i] = (Sum){.watch.type = &watch_type, .mode = i % N_MODES, .keyed = keyed};
        if (is_refused(m, &sums[i]))
            continue;
        snprintf(name, sizeof(name), "w%zu", i);
        sb_clear(&sql);
        if (keyed)
            sb_printf(&sql,
                      "CREATE STREAM %s AS SELECT k, %s AS e, count(*) AS n, sum(v) AS s, min(v) AS lo FROM e GROUP BY 1, 2 %s",
                      name, m->bin == 1 ? "ts" : "date_trunc('minute', ts)", mode);
        else
            sb_printf(
                &sql,
                "CREATE STREAM %s AS SELECT k, window_end AS e, count(*) AS n, sum(v) AS s, min(v) AS lo FROM HOP(e, ts, INTERVAL "
                "'%d' SECOND, INTERVAL '%d' SECOND) GROUP BY k, window_start, window_end %s",
                name, m->slide, m->size, mode);
        if (m->lateness) /* EMIT FINAL takes none all the same */
            sb_printf(&sql, " ALLOW LATENESS INTERVAL '%d' SECOND", m->lateness);
        ok = run(sb_cstr(&sql));
        if (!ok)
            break;
        engine_enter(db->engine);
        consumer_add(&engine_feed(db->engine, catalog_find(db->catalog, str_of(name))->id)->consumers, &sums[i].watch);
        engine_leave(db->engine);
    }
    sb_done(&sql);
    return ok;
}

static bool compare(const Model *m, const Sum *s, uint64_t seed)
{
    int n = 0, n_given = 0;
    bool closes = strstr(modes[s->mode], "CLOSE") || strstr(modes[s->mode], "FINAL") ||
                  (m->lateness == 0 && strstr(modes[s->mode], "WATERMARK"));
    bool append = closes || (m->lateness == 0 && s->mode == 0 && !s->keyed);
    int width = s->keyed ? m->bin : m->slide, n_cells = s->keyed ? SECONDS : WINDOWS;
    if (is_refused(m, s) || (m->lateness && strstr(modes[s->mode], "FINAL"))) /* that has its own, stricter, lateness */
        return true;
    for (int i = 0; i < s->n; i++)
        n_given += s->weight[i] != 0;
    for (int k = 0; k < KEYS; k++)
        for (int w = 0; w < n_cells; w++) {
            const Cell *c = !s->keyed ? &m->cell[k][w] : closes || m->lateness ? &m->judged[k][w] : &m->all[k][w];
            char row[128];
            int last = (s->keyed ? w : w + 1) * width, i = 0;
            if (c->n == 0)
                continue;
            n++;
            snprintf(row, sizeof(row), "%d 1970-01-01 00:%02d:%02d %d %d %d", k, last / 60, last % 60, c->n, c->sum, c->least);
            while (i < s->n && (strcmp(s->row[i], row) != 0 || s->weight[i] != 1))
                i++;
            if (i < s->n)
                continue;
            printf("seed %llu: \"%s\" (%s %d, %d, delay %d, lateness %d) lacks \"%s\"\n", (unsigned long long)seed, modes[s->mode],
                   s->keyed ? "groups of" : "hop", width, m->size, m->delay, m->lateness, row);
            return false;
        }
    if (n != n_given || (append && s->minus))
        printf("seed %llu: \"%s\" gives %d rows instead of %d%s\n", (unsigned long long)seed, modes[s->mode], n_given, n,
               s->minus ? ", and took some back" : "");
    return n == n_given && !(append && s->minus);
}

static bool play(uint64_t seed)
{
    static Sum sums[N_SUMS];
    state = seed * 31;
    Env *env = env_sim_new(seed, NULL);
    Err err = ERR_INIT;
    DatabaseConfig config = {.threads = (uint32_t)(seed % 3 + 1)};
    Model m = {.slide = 5 * (1 + below(2)), .delay = below(8), .lateness = below(2) * below(20), .wm = -1000};
    m.size = m.slide * (1 + below(3));
    m.bin = below(2) ? 1 : 60;
    memset(sums, 0, sizeof(sums));
    bool ok = env && db_open(env, &config, &db, &err) == 0;
    if (ok) {
        engine_set_parallel_rows(db->engine, 1);
        engine_spill_always(db->engine, seed % 5 == 3);
    }
    ok = ok && create(&m, sums);
    for (int i = 0; ok && i < PUSHES; i++) {
        ok = push(&m, i * SECONDS / PUSHES);
        if (below(3) == 0)
            env_sim_advance(env, below(9) * INT64_C(1000000000));
        if (below(2))
            (void)engine_poll(db->engine);
    }
    Feed *e = ok ? engine_feed(db->engine, catalog_find(db->catalog, STR("e"))->id) : NULL;
    ok = ok && engine_push_watermark(db->engine, e, INT64_C(1000000000000), &err) == 0;
    for (size_t i = 0; i < N_SUMS && ok; i++)
        ok = compare(&m, &sums[i], seed);
    for (size_t i = 0; i < N_SUMS; i++)
        while (sums[i].n > 0)
            free(sums[i].row[--sums[i].n]);
    db_close(db);
    db_unref(db);
    env_sim_free(env);
    return ok;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : argc > 1 ? 1 : SEEDS;
    unsigned passed = 0;
    for (uint64_t seed = first; seed < first + n; seed++)
        passed += play(seed);
    printf("%u passed, %u failed, 0 skipped\n", passed, (unsigned)n - passed);
    return passed == n ? 0 : 1;
}
