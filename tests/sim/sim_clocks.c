/* SPDX-License-Identifier: Apache-2.0
 *
 * Watermarks that time moves, watermarks per partition and per key, periods: in three databases with the same operations at the
 * same simulated times.  The first makes checkpoints and crashes, the second crashes and has only its log, the third is in memory
 * and goes on; after every operation all three must show the same.
 *
 *   sim_clocks [first_seed n_seeds] */
#include "db/durable.h"
#include "env/env_sim.h"
#include "flow/event_clock.h"

#include <stdio.h>
#include <stdlib.h>

#define N_SIDES 3
#define IN_MEMORY 2
#define N_OPS 90

typedef struct Side {
    Env *env;
    Database *db;
} Side;

typedef struct Run {
    uint64_t seed, random;
    int64_t ts_ms; /* of the rows, going on */
    Side side[N_SIDES];
    bool failed;
} Run;

static const char *const ddl[] = {
    "CREATE SOURCE pk (k TEXT, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '2' SECOND PER KEY (k)) WITH (key_idle = "
    "'30s')",
    "CREATE SOURCE pj (k TEXT, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND PER KEY (k)) WITH (key_idle = "
    "'25s', max_keys = 3, watermark_interval = '2s')",
    "CREATE SOURCE pe (k TEXT, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts PER KEY (k)) WITH (key_idle = '40s', max_keys = 3, "
    "max_keys_policy = 'evict_idle')",
    "CREATE SOURCE pr (k TEXT, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts PER KEY (k)) WITH (key_idle = '15s', max_keys = 3, "
    "max_keys_policy = 'reject')",
    "CREATE SOURCE pp (k TEXT, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH (watermark_partition = "
    "'k', idle_timeout = '3s')",
    "CREATE SOURCE pi (k TEXT, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH (watermark_interval = "
    "'1s', watermark_partition = 'k', idle_timeout = '4s')",
    "CREATE SOURCE pa (k TEXT, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH (idle_timeout = '2s', "
    "idle_watermark = 'clock')",
    "CREATE SOURCE pw (k TEXT, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts WHEN v > 3)",
    "CREATE SOURCE pc (k TEXT, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS PROCTIME())",
    "CREATE MATERIALIZED VIEW v_pk AS SELECT k, count(*) AS n, sum(v) AS s, TUMBLE_END(ts, INTERVAL '5' SECOND) AS e FROM pk GROUP "
    "BY k, TUMBLE(ts, INTERVAL '5' SECOND) EMIT ON WINDOW CLOSE",
    "CREATE MATERIALIZED VIEW w_pk AS SELECT k, v % 2 AS p, max(v) AS m FROM pk GROUP BY k, v % 2, TUMBLE(ts, INTERVAL '5' SECOND) "
    "EMIT ON WINDOW CLOSE",
    "CREATE MATERIALIZED VIEW v_pj AS SELECT k, count(*) AS n, TUMBLE_END(ts, INTERVAL '5' SECOND) AS e FROM pj GROUP BY k, "
    "TUMBLE(ts, INTERVAL '5' SECOND) EMIT ON WINDOW CLOSE",
    "CREATE MATERIALIZED VIEW v_pe AS SELECT k, count(*) AS n, HOP_END(ts, INTERVAL '2' SECOND, INTERVAL '6' SECOND) AS e FROM pe "
    "GROUP BY k, HOP(ts, INTERVAL '2' SECOND, INTERVAL '6' SECOND)",
    "CREATE MATERIALIZED VIEW v_pr AS SELECT k, count(*) AS n, TUMBLE_END(ts, INTERVAL '5' SECOND) AS e FROM pr GROUP BY k, "
    "TUMBLE(ts, INTERVAL '5' SECOND) EMIT ON WINDOW CLOSE",
    "CREATE MATERIALIZED VIEW v_pp AS SELECT count(*) AS n, min(k) AS lo, TUMBLE_END(ts, INTERVAL '5' SECOND) AS e FROM pp GROUP "
    "BY TUMBLE(ts, INTERVAL '5' SECOND) EMIT ON WINDOW CLOSE",
    "CREATE MATERIALIZED VIEW v_pi AS SELECT k, count(*) AS n, TUMBLE_END(ts, INTERVAL '5' SECOND) AS e FROM pi GROUP BY k, "
    "TUMBLE(ts, INTERVAL '5' SECOND) EMIT ON WINDOW CLOSE",
    "CREATE MATERIALIZED VIEW v_pa AS SELECT count(*) AS n, TUMBLE_END(ts, INTERVAL '5' SECOND) AS e FROM pa GROUP BY TUMBLE(ts, "
    "INTERVAL '5' SECOND) EMIT ON WINDOW CLOSE",
    "CREATE MATERIALIZED VIEW v_pw AS SELECT count(*) AS n, sum(v) AS s FROM pw GROUP BY TUMBLE(ts, INTERVAL '5' SECOND) EMIT ON "
    "WINDOW CLOSE",
    "CREATE MATERIALIZED VIEW v_pc AS SELECT k, count(*) AS n FROM pc GROUP BY k, TUMBLE(ts, INTERVAL '3' SECOND) EMIT ON WINDOW "
    "CLOSE",
    "CREATE STREAM ev AS SELECT k, count(*) AS n, sum(v) AS s FROM pp GROUP BY k EMIT EVERY INTERVAL '7' SECOND",
    "CREATE MATERIALIZED VIEW v_ev AS SELECT * FROM ev",
    "CREATE STREAM ew AS SELECT k, count(*) AS n, TUMBLE_END(ts, INTERVAL '20' SECOND) AS e FROM pw GROUP BY k, TUMBLE(ts, "
    "INTERVAL '20' SECOND) EMIT EVERY INTERVAL '300' SECOND",
    "CREATE MATERIALIZED VIEW v_ew AS SELECT * FROM ew",
    "CREATE STREAM er AS SELECT k, v FROM pi WHERE v % 2 = 0 EMIT EVERY INTERVAL '3' SECOND",
    "CREATE MATERIALIZED VIEW v_er AS SELECT k, count(*) AS n FROM er GROUP BY k",
    "CREATE MATERIALIZED VIEW v_uu AS SELECT k, count(*) AS n FROM (SELECT * FROM pp UNION ALL SELECT * FROM pa) AS u GROUP BY k, "
    "TUMBLE(ts, INTERVAL '5' SECOND) EMIT ON WINDOW CLOSE",
};
static const char *const sources[] = {"pk", "pj", "pe", "pr", "pp", "pi", "pa", "pw", "pc"};
static const char *const often[] = {"pp", "pi", "pw"};
static const char *const shown[] = {"SELECT * FROM v_pk", "SELECT * FROM w_pk", "SELECT * FROM v_pj", "SELECT * FROM v_pe",
                                    "SELECT * FROM v_pr", "SELECT * FROM v_pp", "SELECT * FROM v_pi", "SELECT * FROM v_pa",
                                    "SELECT * FROM v_pw", "SELECT * FROM v_pc", "SELECT * FROM v_ev", "SELECT * FROM v_ew",
                                    "SELECT * FROM v_er", "SELECT * FROM v_uu", "SHOW WATERMARKS"};

static uint64_t draw(Run *r, uint64_t below)
{
    r->random = r->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (r->random >> 33) % below;
}

static int fail(Run *r, const char *what, const char *detail)
{
    printf("seed %llu: %s: %s\nreplay: sim_clocks %llu 1\n", (unsigned long long)r->seed, what, detail,
           (unsigned long long)r->seed);
    r->failed = true;
    return -1;
}

/* On one side, or (side N_SIDES) on all of them. */
static int execute(Run *r, uint32_t side, const char *sql)
{
    for (uint32_t i = 0; i < N_SIDES; i++) {
        StatementResult res;
        Err err = ERR_INIT;
        if (side != N_SIDES && side != i)
            continue;
        if (db_execute(r->side[i].db, str_of(sql), &res, &err) < 0)
            return fail(r, sql, err.message);
        statement_result_done(&res);
    }
    return 0;
}

static int open_side(Run *r, uint32_t i)
{
    Err err = ERR_INIT;
    DatabaseConfig config = {.path = i == IN_MEMORY ? NULL : "/db", .wal = {.segment_bytes = 128 << 10, .buffer_bytes = 32 << 10}};
    return db_open(r->side[i].env, &config, &r->side[i].db, &err) < 0 ? fail(r, "open", err.message) : 0;
}

/* ---- operations ---- */

static int push(Run *r, const char *source)
{
    static const char *const names[] = {"'a'", "'b'", "'c'", "'a long name of a key'", "NULL"};
    char sql[1500];
    int n = snprintf(sql, sizeof(sql), "INSERT INTO %s VALUES ", source);
    for (uint64_t i = 0, rows = 1 + draw(r, 9); i < rows; i++) {
        r->ts_ms += (int64_t)draw(r, 900);
        int64_t ts_ms = r->ts_ms - (int64_t)draw(r, 9) * 1100;
        n += snprintf(sql + n, sizeof(sql) - (size_t)n, "%s(%s, %u, ", i ? ", " : "", names[draw(r, 16) ? draw(r, 4) : 4],
                      (unsigned)draw(r, 9));
        if (draw(r, 20) == 0)
            n += snprintf(sql + n, sizeof(sql) - (size_t)n, "NULL)");
        else
            n += snprintf(sql + n, sizeof(sql) - (size_t)n, "TIMESTAMP '2001-01-01 00:00:00' + INTERVAL '%lld' MILLISECOND)",
                          (long long)ts_ms);
    }
    return execute(r, N_SIDES, sql);
}

/* A poll that comes much later than it is due counts as little as one in time: see POLL_GRACE_NS. */
static void pass_time(Run *r)
{
    bool polled = draw(r, 6) != 0;
    int64_t step_ms = 1 + (int64_t)draw(r, polled ? 130 : 5000);
    for (uint64_t n = 1 + draw(r, polled ? 60 : 4); n > 0; n--)
        for (uint32_t i = 0; i < N_SIDES; i++) {
            env_sim_advance(r->side[i].env, step_ms * 1000000);
            if (polled)
                (void)engine_poll(r->side[i].db->engine);
        }
}

/* For the database in memory: what opening again is for the others, whose clocks have not been polled meanwhile. */
static void pause_clocks(Database *db)
{
    engine_enter(db->engine);
    for (uint64_t id = 0; id < db->next_relation; id++) {
        Feed *f = engine_feed(db->engine, id);
        if (f && f->wm.clock)
            event_clock_paused(f->wm.clock);
    }
    engine_leave(db->engine);
}

/* A row of every source first: with it comes into the log how far its clock was polled. */
static int crash(Run *r)
{
    for (size_t i = 0; i < ARRAY_LEN(sources); i++)
        TRY(push(r, sources[i]));
    for (uint32_t i = 0; i < IN_MEMORY; i++) {
        env_sim_crash(r->side[i].env);
        db_unref(r->side[i].db);
        r->side[i].db = NULL;
        env_sim_crash(r->side[i].env);
        TRY(open_side(r, i));
    }
    pause_clocks(r->side[IN_MEMORY].db);
    return 0;
}

/* ---- comparing ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int rows_of(Run *r, uint32_t side, const char *sql, StrBuf *out)
{
    StatementResult res;
    Err err = ERR_INIT;
    char *line[2000];
    size_t n = 0;
    if (db_execute(r->side[side].db, str_of(sql), &res, &err) < 0)
        return fail(r, sql, err.message);
    for (uint32_t i = 0; i < res.rows->n; i++) {
        const Batch *b = res.rows->batch[i];
        for (uint32_t k = 0; k < b->n_sel && n < ARRAY_LEN(line); k++) {
            StrBuf one;
            sb_init(&one, NULL);
            for (uint32_t c = 0; c < b->n_cols; c++) {
                Value v = vec_get(&b->col[c], row_at(batch_rows(b), k));
                sb_puts(&one, "|");
                if (v.is_null)
                    sb_puts(&one, "NULL");
                else
                    value_print(&v, &one);
            }
            line[n++] = strdup(sb_cstr(&one));
            sb_done(&one);
        }
    }
    qsort(line, n, sizeof(*line), by_text);
    for (size_t i = 0; i < n; i++) {
        sb_printf(out, "%s\n", line[i]);
        free(line[i]);
    }
    statement_result_done(&res);
    return 0;
}

static int compare(Run *r)
{
    static const char *const who[N_SIDES] = {"checkpoints", "log", "memory"};
    for (size_t i = 0; i < ARRAY_LEN(shown) && !r->failed; i++) {
        StrBuf text[N_SIDES];
        for (uint32_t k = 0; k < N_SIDES; k++) {
            sb_init(&text[k], NULL);
            (void)rows_of(r, k, shown[i], &text[k]);
        }
        for (uint32_t k = 0; k < IN_MEMORY && !r->failed; k++) {
            if (strcmp(sb_cstr(&text[k]), sb_cstr(&text[IN_MEMORY])) == 0)
                continue;
            printf("-- %s: %s\n%s-- memory\n%s", shown[i], who[k], sb_cstr(&text[k]), sb_cstr(&text[IN_MEMORY]));
            (void)fail(r, shown[i], "is not what it is in memory");
        }
        for (uint32_t k = 0; k < N_SIDES; k++)
            sb_done(&text[k]);
    }
    return r->failed ? -1 : 0;
}

static int operate(Run *r)
{
    switch (draw(r, 16)) {
    case 0: return crash(r);
    case 1:
    case 2: return execute(r, 0, "CHECKPOINT");
    case 3:
    case 4:
    case 5: pass_time(r); return 0;
    case 6:
    case 7:
    case 8: return push(r, often[draw(r, ARRAY_LEN(often))]);
    default: return push(r, sources[draw(r, ARRAY_LEN(sources))]);
    }
}

static bool run_seed(uint64_t seed)
{
    static Run r;
    r = (Run){.seed = seed, .random = seed * 7919};
    for (uint32_t i = 0; i < N_SIDES && !r.failed; i++) {
        r.side[i].env = env_sim_new(seed, NULL);
        (void)open_side(&r, i);
    }
    for (size_t i = 0; i < ARRAY_LEN(ddl) && !r.failed; i++)
        (void)execute(&r, N_SIDES, ddl[i]);
    for (int i = 0; i < N_OPS && !r.failed; i++)
        if (operate(&r) == 0)
            (void)compare(&r);
    for (uint32_t i = 0; i < N_SIDES; i++) {
        db_unref(r.side[i].db);
        env_sim_free(r.side[i].env);
    }
    return !r.failed;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, n = argc > 2 ? strtoull(argv[2], NULL, 10) : 60;
    uint64_t passed = 0, failed = 0;
    for (uint64_t seed = first; seed < first + n && failed < 5; seed++)
        run_seed(seed) ? passed++ : failed++;
    printf("%llu passed, %llu failed, 0 skipped\n", (unsigned long long)passed, (unsigned long long)failed);
    return failed ? 1 : 0;
}
