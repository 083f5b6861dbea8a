/* SPDX-License-Identifier: Apache-2.0
 *
 * Property: windows that close give the same on one thread and in parts, whose rows come by turns or by key: random windows, keys
 * that are few and many by times, disorder, batches of one row and of some hundred, restarts with and without a checkpoint, state
 * out of memory.  `prop_turns [SEED [N]]` replays.  Public header alone. */
#include "multiset.h"
#include "seeds.h"

#include <string.h>
#include <unistd.h>

#define SEEDS 40
#define PUSHES 40
#define ROWS_MAX 300
#define TEXT_BYTES 32768

typedef struct Side {
    LaminarConnection *db;
    LaminarConfig config;
    const char *dir; /* NULL: in memory */
    const char *spill;
} Side;

static char text[TEXT_BYTES];

static bool side_run(Side *s, const char *sql)
{
    return laminar_execute(s->db, sql, NULL) == LAMINAR_OK;
}

static bool side_open(Side *s)
{
    int32_t rc = s->dir ? laminar_open_with_config(s->dir, &s->config, &s->db) : laminar_open_with_config(NULL, &s->config, &s->db);
    return rc == LAMINAR_OK && side_run(s, "SET parallel_rows = 1") && (!s->spill || side_run(s, s->spill));
}

static bool both(Side *side, const char *sql)
{
    return side_run(&side[0], sql) && side_run(&side[1], sql);
}

static const char *query(void)
{
    static const char *const lists[] = {
        "count(*) AS n, sum(v) AS s, min(v) AS lo, max(v) AS hi",
        "count(*) FILTER (WHERE v > 3) AS n, avg(v) AS a, sum(d) AS s, bool_and(v > 0) AS b",
        "sum(m) AS s, max(d) AS hi, count(v) AS n, bit_xor(v) AS x",
        "count(*) AS n, first_value(v) AS f, last_value(v) AS l",
        "min(t) AS lo, count(DISTINCT v) AS n",
    };
    static const char *const keys[] = {"", "k, ", "k, t, ", "k % 2, "};
    static const char *const windows[] = {"TUMBLE(e, ts, INTERVAL '10' SECOND)",
                                          "HOP(e, ts, INTERVAL '2' SECOND, INTERVAL '10' SECOND)",
                                          "HOP(e, ts, INTERVAL '5' SECOND, INTERVAL '15' SECOND)",
                                          "CUMULATE(e, ts, INTERVAL '5' SECOND, INTERVAL '20' SECOND)"};
    if (draw(5) == 0) { /* the first ones of each window */
        snprintf(
            text, sizeof(text),
            "CREATE MATERIALIZED VIEW w AS SELECT %sv, d, t, ws, we FROM (SELECT k, v, d, t, window_start AS ws, window_end AS we, "
            "%s() OVER (PARTITION BY %swindow_start, window_end ORDER BY v DESC, k %% 3) AS r FROM %s) AS x WHERE r <= %d EMIT ON "
            "WINDOW CLOSE",
            draw(2) ? "k, " : "",
            draw(2)   ? "RANK"
            : draw(2) ? "DENSE_RANK"
                      : "ROW_NUMBER",
            draw(2) ? "" : "t, ", windows[draw(3)], 1 + draw(4));
        return text;
    }
    const char *key = keys[draw(4)];
    int w = draw(8), late = draw(3) * 4;
    int len =
        snprintf(text, sizeof(text),
                 "CREATE MATERIALIZED VIEW w AS SELECT %swindow_start AS ws, window_end AS we, %s FROM %s GROUP BY %swindow_start, "
                 "window_end EMIT ON WINDOW CLOSE",
                 key, lists[draw(10) % 5], windows[w < 4 ? 0 : w - 4], key);
    if (late)
        snprintf(text + len, sizeof(text) - (size_t)len, " ALLOW LATENESS INTERVAL '%d' SECOND", late);
    return text;
}

/* Some rows about `at` seconds. */
static const char *rows(int at, int n_keys, int n)
{
    int len = snprintf(text, sizeof(text), "INSERT INTO e VALUES ");
    for (int i = 0; i < n; i++) {
        int k = draw(n_keys), v = draw(9), ms = at * 1000 + draw(9000);
        len += snprintf(text + len, sizeof(text) - (size_t)len,
                        "%s(%d, 't%d', %d, %d.5, %d.25, TIMESTAMP '2026-01-01' + INTERVAL '%d' SECOND / 1000)", i ? ", " : "", k,
                        k % 3, v, v * 7 - 20, v - 4, ms);
    }
    return text;
}

static bool play(Side *side, const char **ret_what)
{
    snprintf(text, sizeof(text),
             "CREATE SOURCE e (k INTEGER, t VARCHAR, v BIGINT, d DOUBLE, m DECIMAL(8, 2), ts TIMESTAMP, WATERMARK FOR ts AS ts - "
             "INTERVAL '%d' SECOND)",
             draw(6));
    *ret_what = "definitions";
    if (!both(side, text) || !both(side, query()))
        return false;
    int at = 0, n_keys = 1 + draw(3);
    *ret_what = "rows";
    for (int i = 0; i < PUSHES; i++) {
        if (draw(6) == 0)
            n_keys = draw(2) ? 1 + draw(3) : 1 + draw(500);
        if (!both(side, rows(at, n_keys, draw(4) ? 1 + draw(ROWS_MAX) : 1)))
            return false;
        at += draw(4);
        if (draw(10) > 0)
            continue;
        if (draw(2) && !side_run(&side[1], "CHECKPOINT"))
            return false;
        laminar_close(side[1].db);
        side[1].db = NULL;
        if (!side_open(&side[1]))
            return false;
    }
    return both(side, "INSERT INTO e VALUES (0, '', 0, 0, 0, TIMESTAMP '2027-01-01')");
}

static bool run_seed(uint64_t seed)
{
    char dir[64];
    snprintf(dir, sizeof(dir), "/tmp/laminar_turns_%d_%" PRIu64, (int)getpid(), seed);
    static const uint32_t threads[] = {2, 3, 5};
    Side side[2] = {{.config = {.size = sizeof(LaminarConfig), .threads = 1}},
                    {.config = {.size = sizeof(LaminarConfig), .threads = threads[seed % 3]},
                     .dir = dir,
                     .spill = seed % 5 == 3 ? "SET spill = always" : NULL}};
    Multiset content[2] = {0};
    const char *what = "opening", *differs = NULL;
    char sql[128];
    rng_state = seed * 977;
    snprintf(sql, sizeof(sql), "rm -rf %s", dir);
    bool ok = system(sql) == 0 && side_open(&side[0]) && side_open(&side[1]) && play(side, &what);
    for (int i = 0; i < 2 && ok; i++)
        ok = multiset_add_query(&content[i], side[i].db, "SELECT * FROM w");
    if (ok && (differs = multiset_difference(&content[0], &content[1])))
        what = "one thread and parts differ";
    ok = ok && !differs;
    if (!ok)
        (void)seed_failed("prop_turns", seed, what, differs);
    for (int i = 0; i < 2; i++) {
        multiset_clear(&content[i]);
        if (side[i].db)
            laminar_close(side[i].db);
    }
    return system(sql) == 0 && ok;
}

int main(int argc, char **argv)
{
    return run_seeds(argc, argv, SEEDS, 1, run_seed);
}
