/* SPDX-License-Identifier: Apache-2.0
 *
 * Property: views on views on views are what their queries say over what is below them.  Stacks of random views of one shape (k, v,
 * s, ts) over two sources, whose rows come out of order, and two tables with inserts, updates, deletes and MERGE: joins, windows of
 * all kinds, window functions, Top-N, set operations, grouping sets, look-ups, subqueries.  What is below is named, or its query
 * stands in WITH, where it is shared with the view that holds it.  Views are made before, between and after the data, some of them
 * filled in slices of a few rows, and dropped when nobody names them; databases in a directory are closed and opened in between.
 * After each round the content of every view equals a SELECT of its text.  A query that is refused is counted.  Public header
 * alone.
 *
 *   prop_stacks [first_seed n_seeds]     one seed alone prints its statements */
#include "in_parts.h"
#include "multiset.h"
#include "seeds.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEEDS 60
#define VIEWS_MAX 9
#define TEXT_MAX 4200
#define SHAPE_MAX 900
#define WITH_MAX 1500 /* longer queries are named */
#define ROUNDS 5
#define BASES 4
#define KEYS 7

/* %1$s and %2$s are what is below. */
static const char *const shapes[] = {
    "SELECT k, v + 1 AS v, s, ts FROM %1$s WHERE v %% 3 <> 0 OR s IS NULL",
    "SELECT v AS k, k AS v, s || 'x' AS s, ts + INTERVAL '1' SECOND AS ts FROM %1$s",
    "SELECT a.k, a.v, b.s, a.ts FROM %1$s a JOIN %2$s b ON a.k = b.k AND a.v = b.v",
    "SELECT a.k, b.v, a.s, a.ts FROM %1$s a LEFT JOIN %2$s b ON a.k = b.k AND a.v < b.v AND a.s = b.s",
    "SELECT coalesce(a.k, b.k) AS k, a.v, b.s, coalesce(b.ts, a.ts) AS ts FROM %1$s a FULL JOIN %2$s b ON a.v = b.v AND a.s = b.s",
    "SELECT a.k, a.v, b.s, b.ts FROM %1$s a JOIN %2$s b ON a.k = b.k AND b.ts BETWEEN a.ts - INTERVAL '3' SECOND AND a.ts",
    "SELECT a.k, b.v, a.s, a.ts FROM %1$s a ASOF LEFT JOIN (SELECT k, ts, max(v) AS v FROM %2$s GROUP BY k, ts) b MATCH_CONDITION "
    "(a.ts >= b.ts) ON a.k = b.k",
    "SELECT k, CAST(sum(v) %% 1000 AS BIGINT) AS v, max(s) AS s, max(ts) AS ts FROM %1$s GROUP BY k",
    "SELECT k, count(DISTINCT v) AS v, string_agg(s, ',' ORDER BY s) AS s, min(ts) AS ts FROM %1$s GROUP BY k HAVING count(*) > 1",
    "SELECT k, count(*) AS v, min(s) AS s, window_start AS ts FROM TUMBLE(%1$s, ts, INTERVAL '10' SECOND) GROUP BY k, "
    "window_start, "
    "window_end",
    "SELECT count(*) AS k, max(v) AS v, min(s) AS s, window_end AS ts FROM HOP(%1$s, ts, INTERVAL '5' SECOND, INTERVAL '15' "
    "SECOND) "
    "GROUP BY window_start, window_end",
    "SELECT k, max(v) AS v, max(s) AS s, window_start AS ts FROM CUMULATE(%1$s, ts, INTERVAL '4' SECOND, INTERVAL '12' SECOND) "
    "GROUP "
    "BY k, window_start, window_end",
    "SELECT k, count(*) AS v, min(s) AS s, window_start AS ts FROM SESSION(%1$s, ts, INTERVAL '2' SECOND) GROUP BY k, "
    "window_start, "
    "window_end",
    "SELECT k, v, s, window_end AS ts FROM TUMBLE(%1$s, ts, INTERVAL '7' SECOND)",
    "SELECT k, CAST(sum(v) OVER (PARTITION BY k ORDER BY ts, v, s) %% 1000 AS BIGINT) AS v, s, ts FROM %1$s",
    "SELECT k, lag(v) OVER (PARTITION BY k ORDER BY ts, v, s) AS v, s, ts FROM %1$s",
    "SELECT k, max(v) OVER (PARTITION BY s) AS v, s, ts FROM %1$s",
    "SELECT k, v, s, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC, ts, s) AS rn FROM %1$s) q WHERE rn <= 2",
    "SELECT k, rk AS v, s, ts FROM (SELECT *, RANK() OVER (PARTITION BY s ORDER BY v, k) AS rk FROM %1$s) q WHERE rk <= 3",
    "SELECT k, v, s, ts FROM %1$s ORDER BY v DESC NULLS LAST, k, s, ts LIMIT 7",
    "SELECT DISTINCT k, v, s, ts FROM %1$s",
    "SELECT k, v, s, ts FROM %1$s UNION SELECT k, v, s, ts FROM %2$s",
    "SELECT k, v, s, ts FROM %1$s UNION ALL SELECT v, k, s, ts FROM %2$s",
    "SELECT k, v, s, ts FROM %1$s EXCEPT SELECT k, v, s, ts FROM %2$s",
    "SELECT k, v, s, ts FROM %1$s EXCEPT ALL SELECT k, v, s, ts FROM %2$s",
    "SELECT k, v, s, ts FROM %1$s INTERSECT ALL SELECT k, v, s, ts FROM %2$s",
    "SELECT k, count(*) AS v, s, max(ts) AS ts FROM %1$s GROUP BY GROUPING SETS ((k, s), (k), (s))",
    "SELECT k, max(v) AS v, s, min(ts) AS ts FROM %1$s GROUP BY ROLLUP (k, s)",
    "SELECT a.k, a.v, d.name AS s, a.ts FROM %1$s a LEFT JOIN dim d ON d.id = a.k",
    "SELECT d.id AS k, a.v, a.s, a.ts FROM %1$s a JOIN dim d ON d.id = a.v AND d.name <> 'three'",
    "SELECT a.k, t.v, n.name AS s, a.ts FROM %1$s a JOIN t ON a.v = t.id JOIN dim n ON n.id = a.k",
    "SELECT a.k, b.v, t.s, a.ts FROM %1$s a JOIN %2$s b ON a.k = b.k AND b.v < 6 JOIN t ON t.id = b.v AND t.k = a.v",
    "SELECT b.k, b.v, n.name AS s, b.ts FROM bag b JOIN t ON b.k = t.id JOIN dim n ON n.id = t.v JOIN %1$s a ON a.k = b.v",
    "SELECT k, v, s, ts FROM %1$s x WHERE EXISTS (SELECT 1 FROM %2$s y WHERE y.k = x.k AND y.v > x.v)",
    "SELECT k, v, s, ts FROM %1$s x WHERE NOT EXISTS (SELECT 1 FROM %2$s y WHERE y.s = x.s AND y.v = x.k)",
    "SELECT k, v, s, ts FROM %1$s WHERE k NOT IN (SELECT v FROM %2$s WHERE v IS NOT NULL)",
    "SELECT k, v, s, ts FROM %1$s WHERE (k, s) NOT IN (SELECT v %% 7, s FROM %2$s WHERE v > 2)",
    "SELECT k, v, s, ts FROM %1$s x WHERE v NOT IN (SELECT y.v FROM %2$s y WHERE y.k = x.k)",
    "WITH RECURSIVE r (k, v, s, ts) AS (SELECT k, v, s, ts FROM %1$s WHERE v %% 4 = 0 UNION SELECT r.k, y.v, r.s, y.ts FROM r JOIN "
    "%2$s y "
    "ON y.k = r.v %% 7 AND y.s = r.s) SELECT k, v, s, ts FROM r",
    "WITH RECURSIVE r (k, v, s, ts, d) AS (SELECT k, v, s, ts, 0 FROM %1$s WHERE v %% 3 = 0 UNION ALL SELECT y.k, y.v, y.s, r.ts, "
    "d + 1 FROM r JOIN "
    "%2$s y ON y.k = r.v %% 7 AND y.v > r.v WHERE d < 2) SELECT k, v, s, ts FROM r",
    "SELECT k, (SELECT max(v) FROM %2$s y WHERE y.k = x.k) AS v, s, ts FROM %1$s x",
    "SELECT k, v, s, ts FROM %1$s WHERE v >= (SELECT avg(v) FROM %2$s)",
};
#define N_SHAPES (int)(sizeof(shapes) / sizeof(*shapes))

typedef struct Run {
    uint64_t seed;
    LaminarConnection *db;
    char dir[64], text[VIEWS_MAX][TEXT_MAX]; /* "": dropped */
    int n_views, n_refused, n_shared, now[2];
    bool prints, durable;
} Run;

static const char *const bases[BASES] = {"t", "bag", "e", "f"};

static bool fail(const Run *r, const char *what, const char *detail)
{
    return seed_failed("prop_stacks", r->seed, what, detail);
}

static bool execute(Run *r, const char *sql)
{
    if (r->prints)
        printf("%s;\n", sql);
    return laminar_execute(r->db, sql, NULL) == LAMINAR_OK ? true : fail(r, "a statement failed", sql);
}

/* ---- data ---- */

/* (k, v, s, ts) at about that second. */
static int put_values(char *sql, size_t room, int t)
{
    static const char *const texts[] = {"NULL", "'a'", "'b'", "'a text that is longer'"};
    char k[8] = "NULL", v[8] = "NULL";
    if (draw(10))
        snprintf(k, sizeof(k), "%d", draw(KEYS));
    if (draw(10))
        snprintf(v, sizeof(v), "%d", draw(9));
    return snprintf(sql, room, "%s, %s, %s, TIMESTAMP '2026-01-01 00:%02d:%02d'", k, v, texts[draw(4)], t / 60 % 60, t % 60);
}

static bool push(Run *r)
{
    char sql[1000];
    int source = draw(2), n = 1 + draw(5), at = snprintf(sql, sizeof(sql), "INSERT INTO %s VALUES ", bases[2 + source]);
    r->now[source] += draw(4);
    for (int i = 0; i < n; i++) { /* a row is never further behind than the watermark's delay */
        at += snprintf(sql + at, sizeof(sql) - (size_t)at, "%s(", i ? ", " : "");
        at += put_values(sql + at, sizeof(sql) - (size_t)at, r->now[source] + draw(6));
        at += snprintf(sql + at, sizeof(sql) - (size_t)at, ")");
    }
    return execute(r, sql);
}

static bool change(Run *r)
{
    char sql[600], row[200];
    int id = draw(25), a = draw(KEYS), b = draw(9);
    put_values(row, sizeof(row), draw(90));
    switch (draw(11)) {
    case 0: snprintf(sql, sizeof(sql), "UPDATE t SET v = v + 1, s = 'b' WHERE k = %d", a); break;
    case 1: snprintf(sql, sizeof(sql), "DELETE FROM t WHERE v = %d", b); break;
    case 2: snprintf(sql, sizeof(sql), "DELETE FROM bag WHERE k = %d AND v > %d", a, b); break;
    case 3:
        if (draw(2)) {
            snprintf(
                sql, sizeof(sql),
                "BEGIN; UPDATE t SET k = v, v = k; DELETE FROM t WHERE id = %d; UPDATE bag SET v = k, k = %d WHERE v = %d; COMMIT",
                b, a, b);
            break;
        }
        snprintf(sql, sizeof(sql), "UPDATE bag SET ts = ts + INTERVAL '%d' SECOND WHERE k = %d", b, a);
        break;
    case 4:
        snprintf(
            sql, sizeof(sql),
            "MERGE INTO t USING (SELECT DISTINCT k, %d AS w FROM bag WHERE k IS NOT NULL) x ON t.id = x.k WHEN MATCHED AND t.v > "
            "%d THEN DELETE WHEN MATCHED THEN UPDATE SET v = x.w WHEN NOT MATCHED THEN INSERT VALUES (x.k, x.k, x.w, 'b', "
            "TIMESTAMP '2026-01-01 00:00:30')",
            b, a);
        break;
    case 5: snprintf(sql, sizeof(sql), "INSERT INTO bag SELECT k, v, s, ts FROM t WHERE k = %d", a); break;
    case 6:
    case 7: snprintf(sql, sizeof(sql), "INSERT INTO bag VALUES (%s)", row); break;
    default:
        snprintf(sql, sizeof(sql),
                 "INSERT INTO t VALUES (%d, %s) ON CONFLICT (id) DO UPDATE SET k = EXCLUDED.k, v = EXCLUDED.v, ts = EXCLUDED.ts",
                 id, row);
    }
    return execute(r, sql);
}

/* ---- views ---- */

static int32_t ask(Run *r, const char *sql, Multiset *to)
{
    LaminarQueryResult *result = NULL;
    size_t n = 0;
    multiset_clear(to);
    int32_t rc = laminar_execute(r->db, sql, &result);
    if (rc != LAMINAR_OK)
        return rc;
    (void)laminar_result_num_batches(result, &n);
    for (size_t i = 0; i < n; i++) {
        LaminarRecordBatch *b = NULL;
        if (laminar_result_get_batch(result, i, &b) == LAMINAR_OK)
            multiset_add_batch(to, b);
        laminar_batch_free(b);
    }
    laminar_result_free(result);
    return LAMINAR_OK;
}

static bool rows(Run *r, const char *sql, Multiset *to)
{
    return ask(r, sql, to) == LAMINAR_OK ? true : fail(r, "a SELECT failed", sql);
}

/* Rows that only come look up what does not stand still: what the result is depends on when they came. */
static bool looks_up(Run *r, const char *create, bool *ret)
{
    static Multiset plan;
    char sql[TEXT_MAX + 200];
    LaminarError e = {.size = sizeof(e)};
    snprintf(sql, sizeof(sql), "EXPLAIN %s", create);
    *ret = false;
    if (ask(r, sql, &plan) != LAMINAR_OK) {
        laminar_last_error_detail(&e);
        *ret = true;
        r->n_refused++;
        return strcmp(e.sqlstate, "0A000") == 0 || strncmp(e.sqlstate, "LM", 2) == 0 ? true : fail(r, "EXPLAIN failed", sql);
    }
    bool shares = false;
    for (size_t i = 0; i < plan.cap; i++) {
        shares |= plan.row[i] && (strstr(plan.row[i], "] shared") || strstr(plan.row[i], "] as above"));
        *ret |= plan.row[i] && strstr(plan.row[i], "look up the right") && (!strstr(create, "dim d") || strstr(create, "WITH "));
    }
    r->n_shared += shares;
    return true;
}

static const char *below(const Run *r, char *name, size_t room)
{
    if (r->n_views == 0 || draw(3) == 0)
        return bases[draw(BASES)];
    int at = r->n_views - 1 - draw(r->n_views > 2 ? 2 : r->n_views); /* so that stacks grow high */
    if (!r->text[at][0])
        return bases[draw(BASES)];
    snprintf(name, room, "v%d", at);
    return name;
}

/* The query of a view in WITH, in place of its name. */
static void write_out(const Run *r, const char **name, const char *as, char *with, size_t room)
{
    size_t n = strlen(with);
    if ((*name)[0] != 'v' || draw(2))
        return;
    const char *text = r->text[(*name)[1] - '0'];
    if (strlen(text) > WITH_MAX)
        return;
    snprintf(with + n, room - n, "%s%s AS (%s)", n ? ", " : "", as, text);
    *name = as;
}

/* A shape over what is below it; a recursive one has a WITH of its own. */
static void make_text(const Run *r, char *text)
{
    static const char recursive[] = "WITH RECURSIVE ";
    static char with[2 * WITH_MAX + 100], body[SHAPE_MAX];
    char a[8], b[8], w1[16], w2[16];
    const char *first = below(r, a, sizeof(a)), *second = draw(4) ? below(r, b, sizeof(b)) : first;
    with[0] = 0;
    snprintf(w1, sizeof(w1), "w%d", r->n_views);
    snprintf(w2, sizeof(w2), "x%d", r->n_views);
    bool same = first == second;
    write_out(r, &first, w1, with, sizeof(with));
    if (same)
        second = first;
    else
        write_out(r, &second, w2, with, sizeof(with));
    snprintf(body, sizeof(body), shapes[draw(N_SHAPES)], first, second);
    bool is_recursive = strncmp(body, recursive, sizeof(recursive) - 1) == 0;
    if (!with[0])
        snprintf(text, TEXT_MAX, "%s", body);
    else if (is_recursive)
        snprintf(text, TEXT_MAX, "%s%s, %s", recursive, with, body + sizeof(recursive) - 1);
    else
        snprintf(text, TEXT_MAX, "WITH %s %s", with, body);
}

/* Refused while another names it. */
static bool drop_view(Run *r)
{
    char sql[40];
    int at = r->n_views ? draw(r->n_views) : 0;
    if (r->n_views == 0 || !r->text[at][0])
        return true;
    snprintf(sql, sizeof(sql), "DROP MATERIALIZED VIEW v%d", at);
    if (r->prints)
        printf("%s;\n", sql);
    int32_t rc = laminar_execute(r->db, sql, NULL);
    LaminarError e = {.size = sizeof(e)};
    if (rc != LAMINAR_OK) {
        laminar_last_error_detail(&e);
        return strcmp(e.sqlstate, "2BP01") == 0 ? true : fail(r, "DROP failed", sql);
    }
    r->text[at][0] = 0;
    return true;
}

static bool make_view(Run *r)
{
    char sql[TEXT_MAX + 100], *text = r->text[r->n_views];
    bool skips;
    make_text(r, text);
    int n = snprintf(sql, sizeof(sql), "CREATE MATERIALIZED VIEW v%d AS %s", r->n_views, text);
    if (!looks_up(r, sql, &skips))
        return false;
    if (skips)
        return true;
    if (draw(3) == 0)
        snprintf(sql + n, sizeof(sql) - (size_t)n, " WITH (backfill_batch_size = %d)", 1 + draw(9));
    r->n_views++;
    if (!execute(r, sql))
        return false;
    snprintf(sql, sizeof(sql), "CREATE INDEX ON v%d (%s)", r->n_views - 1, draw(2) ? "k" : "v");
    return draw(3) || execute(r, sql);
}

static bool compare(Run *r)
{
    static Multiset kept, direct;
    for (int i = 0; i < r->n_views; i++) {
        char sql[40], detail[3000];
        if (!r->text[i][0])
            continue;
        snprintf(sql, sizeof(sql), "SELECT * FROM v%d", i);
        if (!rows(r, sql, &kept) || !rows(r, r->text[i], &direct))
            return false;
        const char *row = multiset_difference(&kept, &direct);
        if (!row)
            continue;
        snprintf(detail, sizeof(detail), "v%d: %.1400s\n  row %.1500s stored %d, SELECT %d", i, r->text[i], row,
                 multiset_count(&kept, row), multiset_count(&direct, row));
        return fail(r, "the kept result differs from its query", detail);
    }
    return true;
}

/* ---- a seed ---- */

static bool open_database(Run *r)
{
    return open_in_parts(r->durable ? r->dir : NULL, r->seed, &r->db) == LAMINAR_OK ? true : fail(r, "opening failed", r->dir);
}

static bool restart(Run *r)
{
    if (draw(2) && !execute(r, "CHECKPOINT"))
        return false;
    if (r->prints)
        printf("-- closed and opened\n");
    int32_t rc = laminar_close(r->db);
    r->db = NULL;
    return rc == LAMINAR_OK ? open_database(r) && compare(r) : fail(r, "closing failed", NULL);
}

static bool set_up(Run *r)
{
    return open_database(r) && execute(r, "CREATE TABLE t (id BIGINT PRIMARY KEY, k BIGINT, v BIGINT, s TEXT, ts TIMESTAMP)") &&
           execute(r, "CREATE TABLE bag (k BIGINT, v BIGINT, s TEXT, ts TIMESTAMP)") &&
           execute(r, "CREATE SOURCE e (k BIGINT, v BIGINT, s TEXT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '6' SECOND)") &&
           execute(r, "CREATE SOURCE f (k BIGINT, v BIGINT, s TEXT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '6' SECOND)") &&
           execute(r, "CREATE TABLE dim (id BIGINT PRIMARY KEY, name TEXT)") &&
           execute(r, "INSERT INTO dim VALUES (1, 'one'), (2, 'two'), (3, 'three'), (5, 'a name that is longer')") &&
           (draw(2) || execute(r, "CREATE INDEX ON bag (k); CREATE INDEX ON t (v)")) &&
           (draw(2) || execute(r, "CREATE INDEX ON bag (v)"));
}

static bool play(Run *r)
{
    bool ok = set_up(r);
    for (int round = 0; round < ROUNDS && ok; round++) {
        while (ok && r->n_views < VIEWS_MAX && draw(3))
            ok = make_view(r);
        for (int n = draw(10); ok && n > 0; n--)
            ok = draw(2) ? push(r) : change(r);
        ok = ok && (draw(3) || drop_view(r)) && compare(r) && (!r->durable || draw(2) || restart(r));
    }
    return ok && execute(r, "DELETE FROM t; DELETE FROM bag") && compare(r);
}

static bool run_seed(uint64_t seed, bool prints, int *n_views, int *n_refused, int *n_shared)
{
    static Run r;
    r = (Run){.seed = seed, .prints = prints, .durable = seed % 4 == 0, .dir = "/tmp/laminar-stacks-XXXXXX"};
    if (r.durable && !mkdtemp(r.dir))
        return fail(&r, "a directory cannot be made", r.dir);
    rng_state = seed;
    bool ok = play(&r);
    if (r.db)
        (void)laminar_close(r.db);
    if (r.durable) {
        char command[100];
        snprintf(command, sizeof(command), "rm -rf '%s'", r.dir);
        ok = system(command) == 0 && ok;
    }
    *n_views += r.n_views;
    *n_refused += r.n_refused;
    *n_shared += r.n_shared;
    return ok;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, n = argc > 2 ? strtoull(argv[2], NULL, 10) : argc > 1 ? 1 : SEEDS;
    unsigned long long passed = 0, failed = 0;
    int n_views = 0, n_refused = 0, n_shared = 0;
    for (uint64_t seed = first; seed < first + n && failed < 5; seed++) {
        bool ok = run_seed(seed, n == 1, &n_views, &n_refused, &n_shared);
        passed += ok;
        failed += !ok;
    }
    if (n_refused * 4 > n_views + n_refused) {
        printf("%d of %d views were refused\n", n_refused, n_views + n_refused);
        failed++;
    }
    if (n_shared * 50 < n_views && n >= SEEDS) {
        printf("%d of %d views share something\n", n_shared, n_views);
        failed++;
    }
    printf("%llu passed, %llu failed, 0 skipped\n", passed, failed);
    return failed ? 1 : 0;
}
