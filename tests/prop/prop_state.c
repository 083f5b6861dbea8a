/* SPDX-License-Identifier: Apache-2.0
 *
 * Properties of what is kept (design 12.3), for every operator:
 *   tables   a view made before the data equals one made later, and the bounded SELECT; with all rows deleted views are empty and
 * the pages hold what they hold in a database that never had a row streams  forgetting changes nothing: the changes of a query
 * whose watermark closes as it goes add up to those of the same query whose watermark only comes at the end; a view over a source
 * equals one that was made before its rows came ttl      state_ttl of rows equals the query over the rows that are active, by event
 * time and by processing time; a join that freezes has met what was active when each row came, and a Top-N that does holds the rows
 * that came while their key was active
 *
 * In every third seed all state leaves memory before each statement, and what is out of it cannot be read.
 *
 * prop_state [SEED [N]] replays. */
#include "db/execute.h"
#include "env/env_sim.h"
#include "flow/engine_keep.h"

#include <stdio.h>
#include <stdlib.h>

#define SEEDS 20
#define SECOND INT64_C(1000000)
#define IDS 24

static uint64_t state;
static Database *db;
static Env *env;
static bool spills;

static int below(int n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((state >> 33) % (uint64_t)n);
}

/* ---- statements ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void put_row(const Batch *b, uint32_t row, StrBuf *text)
{
    for (uint32_t c = 0; c < b->n_cols; c++) {
        Value v = vec_get(&b->col[c], row);
        if (c)
            sb_putc(text, ' ');
        value_print(&v, text);
    }
}

/* Rows as lines, sorted; gives the lines back. */
static char *rows_text(char **line, int n)
{
    StrBuf all;
    sb_init(&all, NULL);
    qsort(line, (size_t)n, sizeof(*line), by_text);
    for (int i = 0; i < n; i++) {
        sb_printf(&all, "%s\n", line[i]);
        free(line[i]);
    }
    char *text = strdup(sb_cstr(&all));
    sb_done(&all);
    return text;
}

/* Twice, for what was used stays once more. */
static void let_pages_go(void)
{
    engine_enter(db->engine);
    for (int i = 0; i < 2 && spills; i++)
        (void)engine_evict(db->engine, INT64_MAX);
    engine_leave(db->engine);
}

static char *ask(const char *sql)
{
    static char *line[65536];
    int n = 0;
    StatementResult r;
    Err err = ERR_INIT;
    let_pages_go();
    if (db_execute(db, str_of(sql), &r, &err) < 0) {
        printf("%s\n  %s\n", sql, err.message);
        return NULL;
    }
    for (uint32_t k = 0; r.rows && k < r.rows->n; k++) {
        Rows rows = batch_rows(r.rows->batch[k]);
        for (uint32_t i = 0; i < rows.n && n < (int)ARRAY_LEN(line); i++) {
            StrBuf text;
            sb_init(&text, NULL);
            put_row(r.rows->batch[k], row_at(rows, i), &text);
            line[n++] = strdup(sb_cstr(&text));
            sb_done(&text);
        }
    }
    statement_result_done(&r);
    return rows_text(line, n);
}

static bool run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static bool run(const char *fmt, ...)
{
    char sql[2048];
    va_list args;
    va_start(args, fmt);
    vsnprintf(sql, sizeof(sql), fmt, args);
    va_end(args);
    char *text = ask(sql);
    free(text);
    return text != NULL;
}

static bool same(const char *what, const char *a, const char *b)
{
    char *left = ask(a), *right = ask(b);
    bool equal = left && right && strcmp(left, right) == 0;
    if (!equal && left && right)
        printf("%s\n%s\n-- is --\n%s-- and must be, by --\n%s\n%s", what, a, left, b, right);
    free(left);
    free(right);
    return equal;
}

static bool open_database(uint64_t seed)
{
    Err err = ERR_INIT;
    env = env_sim_new(seed, NULL);
    DatabaseConfig config = {.threads = (uint32_t)(seed % 3 + 1)};
    spills = seed / 3 % 3 == 1;
    mem_pages_guard(spills);
    if (!env || db_open(env, &config, &db, &err) < 0)
        return false;
    engine_set_parallel_rows(db->engine, 1);
    return true;
}

static void close_database(void)
{
    db_close(db);
    db_unref(db);
    env_sim_free(env);
    db = NULL;
    env = NULL;
}

/* The query with its relations named: %1 and %2. */
static const char *named(const char *query, const char *first, const char *second, char *out, size_t cap)
{
    size_t n = 0;
    for (const char *p = query; *p && n + 40 < cap; p++) {
        if (*p == '%' && (p[1] == '1' || p[1] == '2'))
            n += (size_t)snprintf(out + n, cap - n, "%s", *++p == '1' ? first : second);
        else
            out[n++] = *p;
    }
    out[n] = 0;
    return out;
}

/* ---- tables ---- */

static const char *const table_queries[] = {
    "SELECT k, v FROM %1 WHERE v > 3",
    "SELECT k, count(*) AS n, sum(v) AS s, max(v) AS m, count(DISTINCT v) AS d, string_agg(v::text, ',' ORDER BY v) AS l FROM %1 "
    "GROUP BY k",
    "SELECT DISTINCT k, v FROM %1",
    "SELECT a.id AS a, b.id AS b FROM %1 a JOIN %2 b ON a.k = b.k",
    "SELECT a.id AS a, b.id AS b FROM %1 a LEFT JOIN %2 b ON a.k = b.k AND a.v < b.v",
    "SELECT a.id AS a, b.id AS b FROM %1 a FULL JOIN %2 b ON a.k = b.k AND a.v = b.v",
    "SELECT id FROM %1 a WHERE EXISTS (SELECT 1 FROM %2 b WHERE b.k = a.k AND b.v > a.v)",
    "SELECT id FROM %1 a WHERE NOT EXISTS (SELECT 1 FROM %2 b WHERE b.k = a.k)",
    "SELECT id FROM %1 WHERE v NOT IN (SELECT v FROM %2)",
    "SELECT k FROM %1 INTERSECT SELECT k FROM %2",
    "SELECT k, v FROM %1 EXCEPT ALL SELECT k, v FROM %2",
    "SELECT k FROM %1 UNION SELECT v FROM %2",
    "SELECT id, v FROM %1 QUALIFY row_number() OVER (PARTITION BY k ORDER BY v, id) <= 2",
    "SELECT id, k FROM %1 QUALIFY rank() OVER (ORDER BY v) <= 3",
    "SELECT k, v, row_number() OVER (PARTITION BY k ORDER BY id DESC) AS r FROM %1 QUALIFY r <= 2",
    "SELECT id, sum(v) OVER (PARTITION BY k ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS s, rank() OVER (PARTITION BY "
    "k "
    "ORDER BY v) AS r FROM %1",
    "SELECT id, lag(v, 2) OVER (ORDER BY id) AS l, lead(id) OVER (PARTITION BY k ORDER BY id) AS n FROM %1",
    "SELECT k, window_start AS a, count(*) AS n, median(v) AS m FROM TUMBLE(%1, ts, INTERVAL '10' SECOND) GROUP BY k, "
    "window_start, window_end",
    "SELECT k, window_start AS a, sum(v) AS n FROM HOP(%1, ts, INTERVAL '5' SECOND, INTERVAL '15' SECOND) GROUP BY k, "
    "window_start, window_end",
    "SELECT window_end AS a, min(v) AS n FROM CUMULATE(%1, ts, INTERVAL '5' SECOND, INTERVAL '15' SECOND) GROUP BY window_start, "
    "window_end",
    "SELECT k, session_start() AS a, session_end() AS b, sum(v) AS s, max(v) AS m FROM %1 GROUP BY k, SESSION(ts, INTERVAL '5' "
    "SECOND)",
    "SELECT id, window_start AS a, window_end AS b FROM SESSION(TABLE %1 PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)",
    "SELECT id, window_start AS a, window_end AS b FROM SESSION(%1, ts, INTERVAL '3' SECOND)",
    "SELECT k, window_start AS a, count(*) AS n FROM SESSION(%1, ts, INTERVAL '5' SECOND) WHERE v > 2 GROUP BY k, window_start, "
    "window_end",
    "SELECT a.id, x FROM %1 a, unnest(ARRAY[v, v + 1]) AS q (x)",
    "SELECT k, v, count(*) AS n FROM %1 GROUP BY GROUPING SETS ((k), (v))",
    "SELECT a.id AS a, b.id AS b FROM %1 a ASOF JOIN %2 b MATCH_CONDITION (a.ts >= b.ts) ON a.k = b.k",
    "SELECT id, (SELECT max(b.v) FROM %2 b WHERE b.k = a.k) AS m FROM %1 a",
    "SELECT a.id, y.v FROM %1 a, LATERAL (SELECT b.v FROM %2 b WHERE b.k = a.k ORDER BY b.v DESC, b.id LIMIT 2) y",
    "SELECT n, count(*) AS c FROM (SELECT k, count(*) AS n FROM %1 GROUP BY k) q GROUP BY n",
};
#define N_TABLE_QUERIES (int)ARRAY_LEN(table_queries)

static bool change_table(void)
{
    const char *t = below(2) ? "t" : "u";
    char ts[64] = "NULL";
    if (below(12))
        snprintf(ts, sizeof(ts), "TIMESTAMP '1970-01-01' + INTERVAL '%d seconds'", below(60) - 10);
    switch (below(6)) {
    case 0: return run("DELETE FROM %s WHERE id = %d", t, below(IDS));
    case 1: return run("DELETE FROM %s WHERE k = %d", t, below(5));
    case 2: return run("UPDATE %s SET v = %d, ts = %s WHERE id < %d AND k = %d", t, below(8), ts, below(IDS), below(5));
    case 3: return run("UPDATE %s SET k = %d WHERE id = %d", t, below(5), below(IDS));
    default:
        return run("INSERT INTO %s VALUES (%d, %d, %d, %s), (%d, NULL, %d, %s) ON CONFLICT (id) DO UPDATE SET v = EXCLUDED.v, ts = "
                   "EXCLUDED.ts",
                   t, below(IDS), below(5), below(8), ts, IDS + below(IDS), below(8), ts);
    }
}

static bool make_view(const char *name, int i)
{
    char query[1024];
    return run("CREATE MATERIALIZED VIEW %s%d AS %s", name, i, named(table_queries[i], "t", "u", query, sizeof(query)));
}

static bool check_table_views(const int *which, int n, const bool *late)
{
    for (int i = 0; i < n; i++) {
        char query[1024], early[64], other[64];
        named(table_queries[which[i]], "t", "u", query, sizeof(query));
        snprintf(early, sizeof(early), "SELECT * FROM e%d", which[i]);
        snprintf(other, sizeof(other), "SELECT * FROM l%d", which[i]);
        if (!same("a view and its query", early, query) || (late[i] && !same("a view made later", other, early)))
            return false;
    }
    return true;
}

static int count_units(void *self, const PageHeader *image)
{
    *(uint64_t *)self += image->n_used;
    return 0;
}

/* Units of pages in use by all tables of the database. */
static uint64_t units_in_use(void)
{
    uint64_t n = 0;
    Err err = ERR_INIT;
    engine_enter(db->engine);
    for (uint32_t part = 0; part < 3 && n != UINT64_MAX; part++) {
        PageStore *pages = NULL;
        PageSnapshot *s = NULL;
        if (engine_pages(db->engine, part, &pages, &err) < 0 || page_snapshot_open(pages, PAGES_OF_ALL_TABLES, &s, &err) < 0 ||
            page_snapshot_each(s, count_units, &n, &err) < 0)
            n = UINT64_MAX;
        page_snapshot_close(s);
    }
    engine_leave(db->engine);
    return n;
}

static bool make_tables(void)
{
    return run("CREATE TABLE t (id INT PRIMARY KEY, k INT, v INT, ts TIMESTAMP)") &&
           run("CREATE TABLE u (id INT PRIMARY KEY, k INT, v INT, ts TIMESTAMP)");
}

static uint64_t units_of_empty(const int *which, int n, uint64_t seed)
{
    uint64_t units = UINT64_MAX;
    bool ok = open_database(seed) && make_tables();
    for (int i = 0; i < n && ok; i++)
        ok = make_view("e", which[i]) && make_view("l", which[i]);
    if (ok)
        units = units_in_use();
    close_database();
    return units;
}

static bool play_tables(uint64_t seed)
{
    int which[6], n = 6;
    bool late[6] = {false};
    state = seed * 77;
    int start = below(N_TABLE_QUERIES);
    for (int i = 0; i < n; i++) /* 7 and the number of queries have no common divisor */
        which[i] = (start + i * 7) % N_TABLE_QUERIES;
    bool ok = open_database(seed) && make_tables();
    for (int i = 0; i < n && ok; i++)
        ok = make_view("e", which[i]);
    for (int step = 0; step < 40 && ok; step++) {
        int i = below(n);
        ok = change_table();
        if (ok && step > 8 && !late[i]) {
            ok = make_view("l", which[i]);
            late[i] = true;
        }
        if (ok && step % 4 == 3)
            ok = check_table_views(which, n, late);
    }
    for (int i = 0; i < n && ok; i++)
        ok = late[i] || make_view("l", which[i]);
    ok = ok && run("DELETE FROM t") && run("DELETE FROM u");
    uint64_t units = ok ? units_in_use() : 0;
    for (int i = 0; i < n && ok; i++) {
        char sql[64];
        snprintf(sql, sizeof(sql), "SELECT count(*) FROM e%d", which[i]);
        ok = same("a view over nothing", sql, "SELECT 0::bigint");
    }
    close_database();
    uint64_t none = ok ? units_of_empty(which, n, seed) : 0;
    if (ok && units != none) {
        printf("%llu units of state over nothing, %llu without any row ever\n", (unsigned long long)units,
               (unsigned long long)none);
        for (int i = 0; i < n; i++)
            printf("  %s\n", table_queries[which[i]]);
    }
    return ok && units == none;
}

/* ---- streams ---- */

static const char *const stream_queries[] = {
    "SELECT k, window_start AS a, count(*) AS n, sum(v) AS s, max(v) AS m FROM TUMBLE(%1, ts, INTERVAL '10' SECOND) GROUP BY k, "
    "window_start, window_end",
    "SELECT k, window_start AS a, sum(v) AS s, max(v) AS m FROM HOP(%1, ts, INTERVAL '4' SECOND, INTERVAL '15' SECOND) GROUP BY k, "
    "window_start, window_end",
    "SELECT window_end AS a, min(v) AS n FROM CUMULATE(%1, ts, INTERVAL '5' SECOND, INTERVAL '15' SECOND) GROUP BY window_start, "
    "window_end",
    "SELECT k, window_start AS a, window_end AS b, sum(v) AS s, median(v) AS m FROM SESSION(%1, ts, INTERVAL '3' SECOND) GROUP BY "
    "k, window_start, window_end",
    "SELECT k, v, window_start AS a, window_end AS b FROM SESSION(TABLE %1 PARTITION BY k, DESCRIPTOR(ts), INTERVAL '3' SECOND)",
    "SELECT k, window_end AS b, max(ts - window_start) AS m FROM HOP(%1, ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) GROUP BY "
    "k, window_start, window_end",
    "SELECT a.id AS x, b.id AS y FROM %1 a JOIN %2 b ON a.k = b.k AND a.ts BETWEEN b.ts - INTERVAL '4' SECOND AND b.ts + INTERVAL "
    "'3' SECOND",
    "SELECT a.id AS x, b.id AS y FROM %1 a LEFT JOIN %2 b ON a.k = b.k AND a.ts BETWEEN b.ts - INTERVAL '4' SECOND AND b.ts + "
    "INTERVAL '3' SECOND",
    "SELECT a.id AS x, b.id AS y FROM %1 a FULL JOIN %2 b ON a.k = b.k AND a.ts BETWEEN b.ts AND b.ts + INTERVAL '6' SECOND",
    "SELECT a.id AS x, b.id AS y FROM %1 a ASOF JOIN %2 b MATCH_CONDITION (a.ts >= b.ts) ON a.k = b.k",
    "SELECT a.id AS x, b.id AS y FROM %1 a ASOF JOIN %2 b MATCH_CONDITION (a.ts <= b.ts) ON a.k = b.k",
    "SELECT a.id AS x, b.id AS y FROM %1 a LEFT JOIN %2 b ON a.k = b.k AND a.ts BETWEEN b.ts - INTERVAL '4' SECOND AND b.ts + "
    "INTERVAL '3' SECOND EMIT CHANGES",
    "SELECT id FROM %1 a WHERE NOT EXISTS (SELECT 1 FROM %2 b WHERE a.k = b.k AND a.ts BETWEEN b.ts AND b.ts + INTERVAL '6' "
    "SECOND) "
    "EMIT ON UPDATE",
    "SELECT a.id AS x, b.id AS y FROM %1 a ASOF JOIN %2 b MATCH_CONDITION (a.ts >= b.ts) ON a.k = b.k EMIT CHANGES",
    "SELECT a.id AS x, b.id AS y FROM %1 a ASOF INNER JOIN %2 b MATCH_CONDITION (a.ts < b.ts) ON a.k = b.k EMIT ON UPDATE",
    "SELECT a.id AS x, b.id AS y FROM %1 a ASOF JOIN %2 b MATCH_CONDITION (NEAREST(a.ts, b.ts)) TOLERANCE INTERVAL '8' SECOND ON "
    "a.k = "
    "b.k EMIT CHANGES",
    "SELECT id, lag(id) OVER (PARTITION BY k ORDER BY ts, id) AS l, sum(v) OVER (PARTITION BY k ORDER BY ts, id ROWS BETWEEN 2 "
    "PRECEDING AND "
    "CURRENT ROW) AS s FROM %1",
    "SELECT id, sum(v) OVER w AS s, max(id) OVER w AS m, rank() OVER w AS r, dense_rank() OVER w AS d, first_value(id) OVER w AS f "
    "FROM %1 WINDOW w AS (PARTITION BY k ORDER BY ts, id)",
    "SELECT id, lead(id) OVER (PARTITION BY k ORDER BY ts, id) AS l, sum(v) OVER (PARTITION BY k ORDER BY ts, id ROWS BETWEEN "
    "UNBOUNDED PRECEDING AND 1 FOLLOWING) AS s, min(v) OVER (PARTITION BY k ORDER BY ts, id ROWS BETWEEN UNBOUNDED PRECEDING AND 2 "
    "PRECEDING) AS m FROM %1",
    "SELECT window_start AS a, k, v FROM TUMBLE(%1, ts, INTERVAL '10' SECOND) QUALIFY row_number() OVER (PARTITION BY window_start "
    "ORDER BY v, id) <= 2",
    /* keys that rise with the time */
    "SELECT floor(extract(epoch FROM ts) / 7) AS a, count(*) AS n, sum(v) AS s FROM %1 GROUP BY 1 EMIT ON WINDOW CLOSE",
    "SELECT epoch_ms(ts) - epoch_ms(ts) % 5000 AS a, k, min(v) AS m FROM %1 GROUP BY 1, 2 EMIT FINAL",
    "SELECT date_part('epoch', ts) / 3 AS a, k, count(*) AS n FROM %1 GROUP BY 1, 2 EMIT ON WINDOW CLOSE",
    "SELECT (epoch_us(ts) / 4000000)::INT AS a, max(v) AS m FROM %1 GROUP BY 1 EMIT ON WINDOW CLOSE",
    "SELECT date_bin('8 seconds', ts, TIMESTAMP '2001-01-01 00:00:03') AS a, count(*) AS n FROM %1 GROUP BY 1 EMIT ON WINDOW CLOSE",
    "SELECT date_trunc('minute', ts::TIMESTAMPTZ AT TIME ZONE 'Europe/Berlin') AS a, count(*) AS n FROM %1 GROUP BY 1 EMIT ON "
    "WINDOW "
    "CLOSE",
    "SELECT date_trunc('second', ts::TIMESTAMPTZ AT TIME ZONE 'America/St_Johns') AS a, k, sum(v) AS s FROM %1 GROUP BY 1, 2 EMIT "
    "ON "
    "WINDOW CLOSE",
    "SELECT date_trunc('day', ts::TIMESTAMPTZ, 'America/St_Johns') AS a, k, count(*) AS n FROM %1 GROUP BY 1, 2 EMIT ON WINDOW "
    "CLOSE",
    "SELECT date_trunc('hour', ts::TIMESTAMPTZ, 'Europe/Berlin') AS a, k, sum(v) AS n FROM %1 GROUP BY 1, 2 EMIT ON WINDOW CLOSE",
    "SELECT a, count(*) AS n FROM (SELECT k, window_start AS a, window_end AS b FROM TUMBLE(%1, ts, INTERVAL '5' SECOND) GROUP BY "
    "k, window_start, window_end) q "
    "GROUP BY a",
};

/* Where their times begin: also shortly before clocks are set back, in one zone past midnight. */
static const char *const begins[] = {"1970-01-01", "2021-10-31 00:58:50", "2006-10-29 02:29:50"};
static const char *begin;
#define N_STREAM_QUERIES (int)ARRAY_LEN(stream_queries)

typedef struct Sum {
    Consumer consumer;
    char *row[8192];
    int64_t weight[8192];
    int n;
} Sum;
static Sum sums[2][N_STREAM_QUERIES];

static int take(Consumer *c, const Batch *b, Err *err)
{
    Sum *s = (Sum *)(void *)c;
    Rows rows = batch_rows(b);
    (void)err;
    for (uint32_t i = 0; i < rows.n; i++) {
        StrBuf text;
        int at = 0;
        sb_init(&text, NULL);
        put_row(b, row_at(rows, i), &text);
        while (at < s->n && strcmp(s->row[at], sb_cstr(&text)) != 0)
            at++;
        if (at == s->n && s->n < (int)ARRAY_LEN(s->row)) {
            s->weight[at] = 0;
            s->row[s->n++] = strdup(sb_cstr(&text));
        }
        s->weight[at] += batch_weight(b, row_at(rows, i));
        sb_done(&text);
    }
    return 0;
}

static void end(Consumer *c, const Err *err)
{
    (void)c;
    if (err && err->code != ERR_QUERY_CANCELED)
        printf("a stream has failed: %s\n", err->message);
}
static const ConsumerType watch_type = {.batch = take, .end = end};

static char *sum_text(Sum *s)
{
    static char *line[65536];
    int n = 0;
    for (int i = 0; i < s->n; i++) {
        for (int64_t k = 0; k < s->weight[i] && n < (int)ARRAY_LEN(line); k++)
            line[n++] = strdup(s->row[i]);
        if (s->weight[i] < 0)
            line[n++] = strdup("less than nothing");
        free(s->row[i]);
    }
    s->n = 0;
    return rows_text(line, n);
}

static bool make_streams(int set)
{
    for (int i = 0; i < N_STREAM_QUERIES; i++) {
        char query[1024], name[16];
        named(stream_queries[i], set ? "a2" : "a1", set ? "b2" : "b1", query, sizeof(query));
        snprintf(name, sizeof(name), "q%d_%d", set, i);
        if (!run("CREATE STREAM %s AS %s", name, query))
            return false;
        engine_enter(db->engine);
        sums[set][i].consumer = (Consumer){.type = &watch_type};
        sums[set][i].n = 0;
        consumer_add(&engine_feed(db->engine, catalog_find(db->catalog, str_of(name))->id)->consumers, &sums[set][i].consumer);
        engine_leave(db->engine);
    }
    return true;
}

/* The same rows into both sources; none is late for either. */
static bool push_both(char source, int64_t *newest)
{
    char rows[1024] = "";
    int n = 1 + below(5);
    for (int i = 0; i < n; i++) {
        int64_t ts = *newest - below(19000);
        char row[160];
        static int id;
        snprintf(row, sizeof(row), "%s(%d, %d, %d, TIMESTAMP '%s' + INTERVAL '%lld milliseconds')", i ? ", " : "", ++id, below(3),
                 below(9), begin, (long long)ts);
        strncat(rows, row, sizeof(rows) - strlen(rows) - 1);
    }
    if (!run("INSERT INTO %c1 VALUES %s", source, rows) || !run("INSERT INTO %c2 VALUES %s", source, rows))
        return false;
    *newest += below(3) * 1000;
    return run("INSERT INTO %c1 VALUES (0, 0, 0, TIMESTAMP '%s' + INTERVAL '%lld milliseconds')", source, begin,
               (long long)*newest) &&
           run("INSERT INTO %c2 VALUES (0, 0, 0, TIMESTAMP '%s' + INTERVAL '%lld milliseconds')", source, begin,
               (long long)*newest);
}

static const char *const source_views[] = {
    "SELECT k, count(*) AS n, sum(v) AS s FROM a1 GROUP BY k",
    "SELECT DISTINCT v FROM a1",
    "SELECT k, window_start AS a, count(*) AS n FROM TUMBLE(a1, ts, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end",
    "SELECT k, session_start() AS a, sum(v) AS n FROM a1 GROUP BY k, SESSION(ts, INTERVAL '3' SECOND)",
    "SELECT id, v FROM a1 QUALIFY row_number() OVER (PARTITION BY k ORDER BY v DESC, id) <= 2",
    "SELECT k FROM a1 UNION SELECT v FROM b1",
    /* at once, with corrections */
    "SELECT a.id AS x, b.id AS y FROM a1 a FULL JOIN b1 b ON a.k = b.k AND a.ts BETWEEN b.ts - INTERVAL '2' SECOND AND b.ts + "
    "INTERVAL '3' SECOND",
    "SELECT id FROM a1 a WHERE NOT EXISTS (SELECT 1 FROM b1 b WHERE a.k = b.k AND a.ts BETWEEN b.ts AND b.ts + INTERVAL '6' "
    "SECOND)",
    "SELECT a.id AS x, b.ts AS y FROM a1 a ASOF JOIN b1 b MATCH_CONDITION (a.ts >= b.ts) ON a.k = b.k",
    "SELECT a.id AS x, b.ts AS y FROM a1 a ASOF INNER JOIN b1 b MATCH_CONDITION (a.ts < b.ts) ON a.k = b.k",
    "SELECT a.id AS x, b.ts AS y FROM a1 a ASOF JOIN b1 b MATCH_CONDITION (NEAREST(a.ts, b.ts)) TOLERANCE INTERVAL '8' SECOND ON "
    "a.k "
    "= b.k",
};
#define N_USUAL_VIEWS 6 /* the others say how they emit */

static bool check_source_views(void)
{
    for (size_t i = 0; i < ARRAY_LEN(source_views); i++) {
        char a[64], b[64];
        snprintf(a, sizeof(a), "SELECT * FROM l%zu", i);
        snprintf(b, sizeof(b), "SELECT * FROM e%zu", i);
        if (!same("a view over a source made later", a, b) || !same("a view over a source", b, source_views[i]))
            return false;
    }
    return true;
}

static bool make_source_views(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(source_views); i++)
        if (!run("CREATE MATERIALIZED VIEW %s%zu AS %s%s", name, i, source_views[i], i < N_USUAL_VIEWS ? "" : " EMIT CHANGES"))
            return false;
    return true;
}

static bool play_streams(uint64_t seed)
{
    int64_t newest = 40000;
    bool made = false;
    state = seed * 99;
    begin = begins[seed % ARRAY_LEN(begins)];
    bool ok = open_database(seed);
    for (int i = 0; i < 4 && ok; i++)
        ok = run("CREATE SOURCE %s (id INT, k INT, v INT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '%s')",
                 (const char *const[]){"a1", "b1", "a2", "b2"}[i], i < 2 ? "20 seconds" : "10 days");
    ok = ok && make_streams(0) && make_streams(1) && make_source_views("e");
    for (int i = 0; i < 40 && ok; i++) {
        ok = push_both(below(2) ? 'a' : 'b', &newest);
        if (ok && i == 20) {
            ok = make_source_views("l");
            made = true;
        }
        if (ok && made && i % 8 == 0)
            ok = check_source_views();
    }
    for (int i = 0; i < 4 && ok; i++) /* and now all of it is over */
        ok = run("INSERT INTO %s VALUES (0, 99, 0, TIMESTAMP '%s' + INTERVAL '300 days')",
                 (const char *const[]){"a1", "b1", "a2", "b2"}[i], begin);
    for (int i = 0; i < N_STREAM_QUERIES; i++) {
        char *a = sum_text(&sums[0][i]), *b = sum_text(&sums[1][i]);
        if (ok && strcmp(a, b) != 0)
            printf("%s\n-- forgetting --\n%s-- not forgetting --\n%s", stream_queries[i], a, b);
        ok = ok && strcmp(a, b) == 0;
        free(a);
        free(b);
    }
    close_database();
    return ok;
}

/* ---- state_ttl of rows ---- */

static const char *const ttl_queries[] = {
    "SELECT a.id AS x, b.id AS y FROM %1 a JOIN %2 b ON a.k = b.k",
    "SELECT a.id AS x, b.id AS y FROM %1 a LEFT JOIN %2 b ON a.k = b.k AND a.v < b.v",
    "SELECT a.id AS x, b.id AS y FROM %1 a FULL JOIN %2 b ON a.k = b.k AND a.v = b.v",
    "SELECT id FROM %1 a WHERE EXISTS (SELECT 1 FROM %2 b WHERE b.k = a.k AND b.v > a.v)",
    "SELECT id FROM %1 a WHERE NOT EXISTS (SELECT 1 FROM %2 b WHERE b.k = a.k)",
    "SELECT k FROM %1 INTERSECT ALL SELECT k FROM %2",
    "SELECT k, v FROM %1 EXCEPT SELECT k, v FROM %2",
    "SELECT id, v FROM %1 QUALIFY row_number() OVER (PARTITION BY k ORDER BY v, id) <= 2",
    "SELECT id, v FROM %1 QUALIFY rank() OVER (PARTITION BY k ORDER BY v DESC) <= 2",
    "SELECT id, sum(v) OVER (PARTITION BY k ORDER BY id) AS s, rank() OVER (ORDER BY v) AS r FROM %1",
    "SELECT count(DISTINCT k) AS n, median(v) AS m, string_agg(id::text, ',' ORDER BY id) AS l FROM %1",
    "SELECT k, v, count(*) AS n FROM %1 GROUP BY CUBE (k, v)",
    "SELECT x.k, count(*) AS n FROM (SELECT a.k, b.v FROM %1 a LEFT JOIN %2 b ON a.k = b.k) x GROUP BY x.k",
};
#define TTL (10 * SECOND)

/* What freezes, and the same of all that has come: `ever` are the rows, `pairs` those of them that were active at the same time and
 * have equal keys, `accepted` those of s0 that came while their key was active. */
static const char *const frozen_queries[][2] = {
    {"SELECT a.id AS x, b.id AS y FROM s0 a JOIN s1 b ON a.k = b.k", "SELECT x, y FROM pairs"},
    {"SELECT a.id AS x, b.id AS y FROM s0 a LEFT JOIN s1 b ON a.k = b.k",
     "SELECT a.id, y FROM ever0 a LEFT JOIN pairs ON x = a.id"},
    {"SELECT a.id AS x, b.id AS y FROM s0 a RIGHT JOIN s1 b ON a.k = b.k AND a.v < b.v",
     "SELECT x, b.id FROM (SELECT * FROM pairs WHERE xv < yv) p RIGHT JOIN ever1 b ON y = b.id"},
    {"SELECT a.id AS x, b.id AS y FROM s0 a FULL JOIN s1 b ON a.k = b.k AND a.v = b.v",
     "SELECT a.id, b.id FROM ever0 a LEFT JOIN (SELECT * FROM pairs WHERE xv = yv) p ON x = a.id FULL JOIN ever1 b ON y = b.id"},
    {"SELECT id FROM s0 a WHERE EXISTS (SELECT 1 FROM s1 b WHERE b.k = a.k AND b.v > a.v)",
     "SELECT id FROM ever0 WHERE id IN (SELECT x FROM pairs WHERE yv > xv)"},
    {"SELECT id FROM s0 a WHERE NOT EXISTS (SELECT 1 FROM s1 b WHERE b.k = a.k)",
     "SELECT id FROM ever0 WHERE id NOT IN (SELECT x FROM pairs)"},
    /* equal rows */
    {"SELECT a.k FROM (SELECT k FROM s0) a LEFT JOIN (SELECT k FROM s1) b ON a.k = b.k",
     "SELECT a.k FROM ever0 a LEFT JOIN pairs ON x = a.id"},
    {"SELECT a.v, b.v AS w FROM (SELECT k, v FROM s0) a FULL JOIN (SELECT k, v FROM s1) b ON a.k = b.k AND a.v < b.v",
     "SELECT a.v, b.v FROM ever0 a LEFT JOIN (SELECT * FROM pairs WHERE xv < yv) p ON x = a.id FULL JOIN ever1 b ON y = b.id"},
    {"SELECT k FROM s0 a WHERE k IN (SELECT k FROM s1)", "SELECT k FROM ever0 WHERE id IN (SELECT x FROM pairs)"},
    {"SELECT k FROM s0 a WHERE NOT EXISTS (SELECT 1 FROM s1 b WHERE b.k = a.k AND b.v < a.v)",
     "SELECT k FROM ever0 WHERE id NOT IN (SELECT x FROM pairs WHERE yv < xv)"},
    {"SELECT id, v FROM s0 QUALIFY row_number() OVER (PARTITION BY k ORDER BY v, id) <= 2",
     "SELECT id, v FROM accepted QUALIFY row_number() OVER (PARTITION BY k ORDER BY v, id) <= 2"},
    {"SELECT id, rank() OVER (PARTITION BY k ORDER BY v DESC) AS r FROM s0 QUALIFY r <= 2",
     "SELECT id, rank() OVER (PARTITION BY k ORDER BY v DESC) AS r FROM accepted QUALIFY r <= 2"},
    {"SELECT DISTINCT ON (k) k, id, v FROM s0 ORDER BY k, v DESC, id",
     "SELECT DISTINCT ON (k) k, id, v FROM accepted ORDER BY k, v DESC, id"},
};
#define N_KEYS 4

typedef struct Clock {
    int64_t us[2]; /* of each source; by processing time both are now */
    bool wall;
    struct {
        bool known, over;
        int64_t us; /* of its newest row */
    } key[N_KEYS];  /* of s0 */
} Clock;

static bool forget(Clock *c)
{
    for (int k = 0; k < N_KEYS; k++)
        c->key[k].over |= c->key[k].known && c->us[0] > INT64_MIN && c->key[k].us + TTL <= c->us[0];
    for (int i = 0; i < 2; i++)
        if (c->us[i] > INT64_MIN && !run("DELETE FROM m%d WHERE us + %lld <= %lld", i, (long long)TTL, (long long)c->us[i]))
            return false;
    return true;
}

static bool accept(Clock *c, int id, int k, int v, int64_t us, bool late)
{
    if (c->key[k].over || (!c->key[k].known && late))
        return true;
    c->key[k].us = c->key[k].known ? MAX(c->key[k].us, us) : us;
    c->key[k].known = true;
    return run("INSERT INTO accepted VALUES (%d, %d, %d)", id, k, v);
}

static bool add_row(Clock *c)
{
    static int id;
    int i = below(2), k = below(N_KEYS), v = below(6);
    int64_t us = c->wall ? c->us[i] : (c->us[i] == INT64_MIN ? 0 : c->us[i]) + (below(24) - 12) * SECOND + below(3) * SECOND / 2;
    id++;
    if (!run("INSERT INTO s%d VALUES (%d, %d, %d, TIMESTAMP '1970-01-01' + INTERVAL '%lld microseconds')", i, id, k, v,
             (long long)us))
        return false;
    bool late = c->us[i] > INT64_MIN && us + TTL <= c->us[i];
    if (i == 0 && !accept(c, id, k, v, us, late))
        return false;
    if (late)
        return true;
    if (!run("INSERT INTO m%d VALUES (%d, %d, %d, %lld)", i, id, k, v, (long long)us) ||
        !run("INSERT INTO ever%d VALUES (%d, %d, %d)", i, id, k, v))
        return false;
    char sql[160];
    if (i)
        snprintf(sql, sizeof(sql), "SELECT m.id, %d, m.v, %d FROM m0 m WHERE m.k = %d", id, v, k);
    else
        snprintf(sql, sizeof(sql), "SELECT %d, m.id, %d, m.v FROM m1 m WHERE m.k = %d", id, v, k);
    if (!run("INSERT INTO pairs %s", sql))
        return false;
    if (!c->wall)
        c->us[i] = MAX(c->us[i], us - 5 * SECOND);
    return true;
}

static bool make_ttl(bool wall)
{
    bool ok = run("CREATE TABLE pairs (x INT, y INT, xv INT, yv INT)") && run("CREATE TABLE accepted (id INT, k INT, v INT)");
    for (int i = 0; i < 2 && ok; i++)
        ok = run("CREATE SOURCE s%d (id INT, k INT, v INT, ts TIMESTAMP%s)", i,
                 wall ? "" : ", WATERMARK FOR ts AS ts - INTERVAL '5' SECOND") &&
             run("CREATE TABLE m%d (id INT PRIMARY KEY, k INT, v INT, us BIGINT)", i) &&
             run("CREATE TABLE ever%d (id INT PRIMARY KEY, k INT, v INT)", i);
    for (size_t i = 0; i < ARRAY_LEN(ttl_queries) && ok; i++) {
        char query[1024];
        ok = run("CREATE MATERIALIZED VIEW w%zu AS %s WITH (state_ttl = '10 seconds', ttl_mode = 'retract')", i,
                 named(ttl_queries[i], "s0", "s1", query, sizeof(query)));
    }
    for (size_t i = 0; i < ARRAY_LEN(frozen_queries) && ok; i++) /* an inner join does so by itself */
        ok = run("CREATE MATERIALIZED VIEW f%zu AS %s WITH (state_ttl = '10 seconds'%s)", i, frozen_queries[i][0],
                 i == 0 ? "" : ", ttl_mode = 'freeze'");
    return ok;
}

static bool check_ttl(void)
{
    for (size_t i = 0; i < ARRAY_LEN(ttl_queries); i++) {
        char query[1024], view[64];
        snprintf(view, sizeof(view), "SELECT * FROM w%zu", i);
        if (!same("state_ttl", view, named(ttl_queries[i], "m0", "m1", query, sizeof(query))))
            return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(frozen_queries); i++) {
        char view[64];
        snprintf(view, sizeof(view), "SELECT * FROM f%zu", i);
        if (!same("what freezes", view, frozen_queries[i][1]))
            return false;
    }
    return true;
}

static bool play_ttl(uint64_t seed, bool wall)
{
    Clock c = {.us = {INT64_MIN, INT64_MIN}, .wall = wall};
    state = seed * 55 + wall;
    bool ok = open_database(seed) && make_ttl(wall);
    for (int step = 0; step < 50 && ok; step++) {
        if (wall) {
            env_sim_advance(env, below(3) * below(4) * SECOND * 1000);
            (void)engine_poll(db->engine);
            c.us[0] = c.us[1] = env_wall_us(env);
            ok = forget(&c);
        }
        ok = ok && add_row(&c) && forget(&c);
        if (ok && step % 4 == 3)
            ok = check_ttl();
    }
    close_database();
    return ok;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : argc > 1 ? 1 : SEEDS;
    unsigned passed = 0;
    for (uint64_t seed = first; seed < first + n; seed++) {
        bool ok = play_tables(seed) && play_streams(seed) && play_ttl(seed, false) && play_ttl(seed, true);
        if (!ok)
            printf("replay: prop_state %llu\n", (unsigned long long)seed);
        passed += ok;
    }
    printf("%u passed, %u failed, 0 skipped\n", passed, (unsigned)n - passed);
    return passed == n ? 0 : 1;
}
