/* SPDX-License-Identifier: Apache-2.0
 *
 * Property: joins kept incrementally equal the same query run over all the input.
 *
 * Odd seeds: three sources with disorder below the delay of their watermarks, so that nothing is late; interval joins of every
 * kind, also by a time that a row says itself, EXISTS, ASOF, temporal and probe joins, joins on window bounds, windows above joins.
 * Rows are pushed interleaved, watermarks asserted at random; after the last watermark the changes delivered equal a bounded SELECT
 * of the same text, whether they were to come when they are final or at once, to be corrected.
 *
 * Even seeds: two tables, one of them a bag with rows of any multiplicity; joins of three relations, self joins, joins over
 * aggregates, ASOF joins, subqueries over joins, many of them on the primary key or an index, where the join keeps no copy.
 * After each round of INSERT, UPDATE and DELETE, also several in one transaction, of columns added and dropped, and with indexes
 * that come and go, the stored content equals the SELECT; after all rows are deleted both are empty.  Public header alone.
 *
 *   prop_joins [first_seed n_seeds] */
#include "in_parts.h"
#include "multiset.h"
#include "seeds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VIEWS_MAX 6
#define TEXT_MAX 512
#define SECOND INT64_C(1000000)

typedef struct View {
    char name[8], query[1024];
    LaminarSubscription *sub;
    Multiset seen;
} View;

typedef struct Run {
    uint64_t seed;
    LaminarConnection *db;
    View view[VIEWS_MAX];
    int n_views;
    LaminarWriter *writer[3];
    int64_t now[3]; /* greatest time pushed into each source */
    char last[1024];
} Run;

static const char *pick(const char *const *from, size_t n)
{
    return from[draw((int)n)];
}
#define PICK(list) pick(list, sizeof(list) / sizeof(*(list)))

/* ---- statements ---- */

static bool fail(Run *r, const char *what, const char *detail)
{
    printf("seed %llu: %s\n  %s\n  after: %s\n", (unsigned long long)r->seed, what, detail ? detail : "", r->last);
    if (laminar_last_error())
        printf("  %s\n", laminar_last_error());
    for (int i = 0; i < r->n_views; i++)
        printf("  %s: %s\n", r->view[i].name, r->view[i].query);
    printf("replay: prop_joins %llu 1\n", (unsigned long long)r->seed);
    return false;
}

static bool select_rows(Run *r, const char *query, Multiset *ret)
{
    if (!multiset_add_query(ret, r->db, query))
        return fail(r, "a query failed", query);
    return true;
}

static bool drain(Run *r, View *v)
{
    for (;;) {
        LaminarChange c;
        int32_t rc = laminar_subscription_next(v->sub, 0, &c);
        if (rc == LAMINAR_API_SUBSCRIPTION_TIMEOUT)
            return true;
        if (rc != LAMINAR_OK)
            return fail(r, "reading the subscription failed", v->name);
        if (!c.sequence)
            return true;
        if (c.batch)
            multiset_add_batch(&v->seen, c.batch);
    }
}

/* The stored content (tables) or the changes (streams) of every view equal its query. */
static bool compare(Run *r, bool stored, Multiset *content, Multiset *direct)
{
    for (int i = 0; i < r->n_views; i++) {
        View *v = &r->view[i];
        char sql[64], detail[TEXT_MAX + 128];
        multiset_clear(content);
        multiset_clear(direct);
        snprintf(sql, sizeof(sql), "SELECT * FROM %s", v->name);
        if (!drain(r, v) || !select_rows(r, v->query, direct) || (stored && !select_rows(r, sql, content)))
            return false;
        const char *row = multiset_difference(&v->seen, direct);
        if (!row && stored)
            row = multiset_difference(content, direct);
        if (row) {
            snprintf(detail, sizeof(detail), "%s: row %s delivered %d, stored %d, SELECT %d", v->name, row,
                     multiset_count(&v->seen, row), multiset_count(content, row), multiset_count(direct, row));
            return fail(r, "the kept result differs from its query", detail);
        }
    }
    return true;
}

static bool make_view(Run *r, const char *kind, const char *emit)
{
    View *v = &r->view[r->n_views];
    char sql[1200];
    snprintf(v->name, sizeof(v->name), "v%d", r->n_views);
    bool grows = strcmp(kind, "STREAM") == 0 && strncmp(v->query, "WITH RECURSIVE", 14) == 0;
    snprintf(sql, sizeof(sql), "CREATE %s %s%s AS %s%s", kind, v->name, grows ? " WITH (allow_unbounded_state = true)" : "",
             v->query, emit);
    if (laminar_execute(r->db, sql, NULL) != LAMINAR_OK)
        return fail(r, "creating a query failed", sql);
    LaminarSubscribeOptions o = {.size = sizeof(o)};
    if (laminar_subscribe(r->db, v->name, &o, &v->sub) != LAMINAR_OK)
        return fail(r, "subscribing failed", v->name);
    r->n_views++;
    return true;
}

/* ---- streams ---- */

static const char *const sources[] = {"a", "b", "c"};
static const char *const rests[] = {"", "", " AND x.v <= y.v", " AND y.v > 0", " AND x.v IS NOT NULL", " AND x.v + y.v > 2"};

static void random_band(char *out, size_t cap)
{
    int low = draw(31) - 15, high = low + draw(12);
    switch (draw(5)) {
    case 0: snprintf(out, cap, "y.ts = x.ts"); break;
    case 1: snprintf(out, cap, "y.ts - x.ts >= INTERVAL '%d' SECOND AND y.ts - x.ts < INTERVAL '%d' SECOND", low, high + 1); break;
    case 2: snprintf(out, cap, "x.ts > y.ts - INTERVAL '%d' SECOND AND x.ts <= y.ts - INTERVAL '%d' SECOND", high + 1, low); break;
    default: snprintf(out, cap, "y.ts BETWEEN x.ts + INTERVAL '%d' SECOND AND x.ts + INTERVAL '%d' SECOND", low, high); break;
    }
}

/* The same where rows say themselves until when they find others: by u, which is no event time. */
static void random_until(char *out, size_t cap)
{
    int n = draw(9) - 4;
    switch (draw(4)) {
    case 0: snprintf(out, cap, "y.ts BETWEEN x.ts AND x.u"); break;
    case 1: snprintf(out, cap, "x.ts > y.ts - INTERVAL '%d' SECOND AND y.u > x.ts + INTERVAL '%d' SECOND", 4 + n, n); break;
    case 2: snprintf(out, cap, "y.ts < x.u + INTERVAL '%d' SECOND AND y.u >= x.ts", n); break;
    default: snprintf(out, cap, "x.ts <= y.u - INTERVAL '%d' SECOND AND y.ts <= x.ts AND y.u IS DISTINCT FROM x.u", n); break;
    }
}

static void random_asof_match(char *out, size_t cap, const char *time)
{
    static const char *const compares[] = {">=", ">", "<=", "<"};
    const char *op = PICK(compares);
    if (draw(4) == 0)
        snprintf(out, cap, "(NEAREST(x.%s, y.%s))", time, time);
    else
        snprintf(out, cap, "(x.%s %s y.%s)", time, op, time);
}

/* Bounds between two relations, by the names they have in the query. */
static void random_band_of(char *out, size_t cap, char l, char r)
{
    char band[256];
    random_band(band, sizeof(band));
    size_t at = 0;
    for (const char *c = band; *c && at + 1 < cap; c++) {
        bool name = c[1] == '.' && (*c == 'x' || *c == 'y');
        out[at++] = !name ? *c : *c == 'x' ? l : r;
    }
    out[at] = 0;
}

/* A third relation, within bounds of the first or the second, which may have NULLs where the first join is an outer one. */
static void chain_query(View *v, const char *x, const char *y, const char *band, const char *rest)
{
    static const char *const kinds[] = {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"};
    const char *z = PICK(sources), *first = PICK(kinds), *second = PICK(kinds);
    char more[256], with = draw(2) ? 'x' : 'y';
    random_band_of(more, sizeof(more), with, 'z');
    switch (draw(4)) {
    case 0:
        snprintf(v->query, sizeof(v->query),
                 "SELECT z.id, z.v, j.id AS i2, j.w FROM %s z %s (SELECT x.id, x.k, x.ts AS tx, y.ts AS ty, y.v AS w FROM %s x %s "
                 "%s y ON x.k = y.k "
                 "AND %s%s) j ON z.k = j.k AND z.ts BETWEEN j.t%c - INTERVAL '%d' SECOND AND j.t%c + INTERVAL '%d' SECOND",
                 z, second, x, first, y, band, rest, with, draw(6), with, draw(6));
        break;
    case 1:
        snprintf(v->query, sizeof(v->query),
                 "SELECT x.id, y.id AS i2, x.v, y.ts FROM %s x %s %s y ON x.k = y.k AND %s%s WHERE %sEXISTS (SELECT 1 FROM %s z "
                 "WHERE z.k = %c.k AND %s)",
                 x, first, y, band, rest, draw(2) ? "NOT " : "", z, with, more);
        break;
    default:
        snprintf(
            v->query, sizeof(v->query),
            "SELECT x.id, y.id AS i2, z.id AS i3, x.ts, z.v FROM %s x %s %s y ON x.k = y.k AND %s%s %s %s z ON z.k = %c.k AND %s",
            x, first, y, band, rest, second, z, with, more);
        break;
    }
}

/* Rows beside the windows that hold them, by their bounds; those of their own source among them. */
static void window_bounds_query(View *v, const char *x, const char *y)
{
    static const char *const kinds[] = {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "LEFT SEMI JOIN", "LEFT ANTI JOIN", "JOIN"};
    static const char *const values[] = {"count(*)", "max(v)", "min(v)", "sum(v)"};
    static const char *const windowed[] = {"", "", " AND x.v > w.m", " AND x.v = w.m", " AND x.v IS NOT NULL"};
    const char *kind = PICK(kinds), *rest = PICK(windowed);
    bool keyed = draw(2), half = strstr(kind, "SEMI") || strstr(kind, "ANTI");
    char windows[128], on[160];
    int n = 3 + draw(12);
    switch (draw(4)) {
    case 0: snprintf(windows, sizeof(windows), "HOP(%s, ts, INTERVAL '%d' SECOND, INTERVAL '%d' SECOND)", y, 1 + draw(n), n); break;
    case 1: snprintf(windows, sizeof(windows), "CUMULATE(%s, ts, INTERVAL '%d' SECOND, INTERVAL '%d' SECOND)", y, n, 2 * n); break;
    default: snprintf(windows, sizeof(windows), "TUMBLE(%s, ts, INTERVAL '%d' SECOND)", y, n); break;
    }
    if (draw(4))
        snprintf(on, sizeof(on), "x.ts >= w.b%s AND x.ts < w.e%s", draw(4) ? "" : " - INTERVAL '2' SECOND",
                 draw(4) ? "" : " + INTERVAL '3' SECOND");
    else
        snprintf(on, sizeof(on), "w.b = date_trunc('second', x.ts)");
    snprintf(v->query, sizeof(v->query),
             "SELECT x.id, x.v, x.ts%s FROM %s x %s (SELECT window_start AS b, window_end AS e%s, %s AS m FROM %s GROUP BY "
             "window_start, window_end%s) w ON %s%s%s",
             half ? "" : ", w.b, w.m", x, kind, keyed ? ", k" : "", PICK(values), windows, keyed ? ", k" : "", on,
             keyed ? " AND x.k = w.k" : "", rest);
}

/* Rows of the same window of two sources, as they are. */
static void same_window_query(View *v, const char *x, const char *y)
{
    static const char *const kinds[] = {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"};
    int n = 2 + draw(8);
    snprintf(v->query, sizeof(v->query),
             "SELECT x.id, y.id AS other, x.window_start AS b, y.window_end AS e FROM TUMBLE(%s, ts, INTERVAL '%d' SECOND) x %s "
             "TUMBLE(%s, ts, INTERVAL '%d' SECOND) y ON x.window_start = y.window_start%s AND x.k = y.k",
             x, n, PICK(kinds), y, n, draw(2) ? " AND x.window_end = y.window_end" : "");
}

/* ASOF picks one of several right rows of one time: which, is the engine's choice, so only what is the same for all is shown. */
/* The first of the pairs of a row, or their greatest and least: most of them the join leaves out. */
static void best_query(View *v, const char *x, const char *y, const char *band, const char *rest)
{
    static const char *const orders[] = {"y.v DESC, y.id", "y.v, y.ts DESC, y.id", "y.ts DESC, y.id",
                                         "y.id",           "y.id DESC, x.v",       "x.v, y.id"};
    static const char *const groups[] = {"x.id", "x.id, x.k", "x.id, y.k", "y.k", "x.k", "x.id, y.v"};
    static const char *const firsts[] = {"max(y.v)",     "min(y.v)", "max(y.ts)",         "max(y.id)",
                                         "min(y.v) + 1", "max(x.v)", "max(y.v), count(*)"};
    if (draw(3))
        snprintf(
            v->query, sizeof(v->query),
            "SELECT i, k, o, w, t FROM (SELECT x.id AS i, x.k, y.id AS o, y.v AS w, y.ts AS t, %s OVER (PARTITION BY %s ORDER BY "
            "%s) AS n FROM %s x JOIN %s y ON x.k = y.k AND %s%s) q WHERE n = 1",
            draw(4) ? "row_number()" : "rank()",
            draw(2)   ? "x.id"
            : draw(2) ? "x.id, x.k"
                      : "x.id, y.k",
            PICK(orders), x, y, band, rest);
    else
        snprintf(v->query, sizeof(v->query), "SELECT %s AS m FROM %s x JOIN %s y ON x.k = y.k AND %s%s GROUP BY %s", PICK(firsts),
                 x, y, band, rest, PICK(groups));
}

/* The results of windows that have the greatest or the least value of their window, or of a part of it. */
static void extreme_query(View *v, const char *x)
{
    static const char *const values[] = {"count(*)", "sum(v)", "max(v)", "count(DISTINCT v)", "min(id)"};
    static const char *const ons[] = {" = g.m", " >= g.m", " <= g.m"};
    char windows[128], size = (char)('2' + draw(7));
    switch (draw(3)) {
    case 0: snprintf(windows, sizeof(windows), "HOP(%s, ts, INTERVAL '2' SECOND, INTERVAL '%c' SECOND)", x, size); break;
    case 1: snprintf(windows, sizeof(windows), "CUMULATE(%s, ts, INTERVAL '2' SECOND, INTERVAL '8' SECOND)", x); break;
    default: snprintf(windows, sizeof(windows), "TUMBLE(%s, ts, INTERVAL '%c' SECOND)", x, size); break;
    }
    bool is_max = draw(2), by_key = draw(2);
    snprintf(
        v->query, sizeof(v->query),
        "WITH c AS (SELECT k, v %% 2 AS p, %s AS n, window_start AS ws, window_end AS we FROM %s GROUP BY k, v %% 2, ws, we%s), g "
        "AS "
        "(SELECT %s(n) AS m, ws AS s, %s we AS e FROM c %s GROUP BY s, e%s) SELECT %sc.k, c.p, c.n, c.we, g.m FROM c JOIN g ON "
        "c.ws = g.s AND c.we = g.e AND c.n%s%s",
        PICK(values), windows, draw(3) ? "" : " HAVING count(*) > 1", is_max ? "max" : "min", by_key ? "k AS q," : "",
        draw(5) ? "" : "WHERE n > 1", by_key ? ", q" : "", draw(2) ? "c.ws, " : "",
        draw(4) ? ons[draw(2)  ? 0
                      : is_max ? 1
                               : 2]
                : PICK(ons),
        by_key && draw(4) ? " AND c.k = g.q" : "");
}

/* What follows from rows of streams, in circles mostly, and ways of a few steps. */
static void follow_query(View *v, const char *x, const char *y)
{
    static const char *const firsts[] = {
        "SELECT id, k FROM %s", "SELECT k, v FROM %s WHERE v > 0", "SELECT k, max(v) FROM %s GROUP BY k",
        "SELECT k, count(*) FROM TUMBLE(%s, ts, INTERVAL '7' SECOND) GROUP BY k, window_start, window_end"};
    static const char *const nexts[] = {
        "SELECT r.a, y.v FROM r JOIN %s y ON r.b = y.k",
        "SELECT y.v, r.b FROM r JOIN %s y ON y.k = r.a AND y.v > r.b - 3",
        "SELECT r.a, y.v FROM r LEFT JOIN %s y ON r.b = y.k WHERE r.b >= 0",
        "SELECT r.b, r.a FROM r WHERE NOT EXISTS (SELECT 1 FROM %s y WHERE y.k = r.a AND y.v = r.b)",
        "SELECT r.a, y.m FROM r JOIN (SELECT k, min(v) AS m FROM %s GROUP BY k) y ON r.b = y.k",
        "SELECT r.b, (r.a + r.b) %% 5 FROM r WHERE r.a IN (SELECT y.k FROM %s y WHERE y.v > 1)",
        "SELECT r.b, y.k FROM r, (SELECT k, v FROM %s UNION ALL SELECT v, k FROM c) y WHERE r.b = y.v",
    };
    static const char *const shown[] = {"SELECT a, b FROM r", "SELECT a, b FROM r WHERE a <> b",
                                        "SELECT a, count(*) AS n, max(b) AS m FROM r GROUP BY a"};
    char first[160], next[160];
    const char *f = PICK(firsts), *n = PICK(nexts);
    snprintf(first, sizeof(first), f, x);
    snprintf(next, sizeof(next), n, y);
    if (draw(3))
        snprintf(v->query, sizeof(v->query), "WITH RECURSIVE r(a, b) AS (%s UNION %s) %s", first, next, PICK(shown));
    else
        snprintf(v->query, sizeof(v->query),
                 "WITH RECURSIVE q(a, b, d) AS (SELECT id, k, 0 FROM %s WHERE id %% 5 = 0 UNION ALL SELECT q.a, y.v, d + 1 FROM q "
                 "JOIN %s y ON q.b = y.k WHERE d < %d) SELECT a, b, d FROM q",
                 x, y, 1 + draw(2));
}

static void stream_query(View *v)
{
    static const char *const kinds[] = {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"};
    static const char *const halves[] = {"LEFT SEMI JOIN", "LEFT ANTI JOIN"};
    static const char *const asofs[] = {"ASOF JOIN", "ASOF LEFT JOIN", "ASOF INNER JOIN"};
    static const char *const tolerances[] = {"", "", " TOLERANCE 3000", " TOLERANCE 8000"};
    const char *x = PICK(sources), *y = PICK(sources), *rest = PICK(rests);
    char band[256];
    random_band(band, sizeof(band));
    switch (draw(20)) {
    case 19:
    case 7: follow_query(v, x, y); break;
    case 18:
    case 17: extreme_query(v, x); break;
    case 14: same_window_query(v, x, y); break;
    case 13:
    case 12: window_bounds_query(v, x, y); break;
    case 11:
    case 10: chain_query(v, x, y, band, rest); break;
    case 9:
        snprintf(v->query, sizeof(v->query),
                 "SELECT x.id, x.k, p.offset_ms, y.ts AS t FROM %s x TEMPORAL PROBE JOIN %s y ON (k) TIMESTAMPS (x.ts, y.ts) RANGE "
                 "FROM %ds TO %ds STEP %ds AS p",
                 x, y, draw(7) - 5, 2 + draw(6), 1 + draw(4));
        break;
    case 8:
        snprintf(v->query, sizeof(v->query),
                 "SELECT x.id, x.k, y.ts AS t FROM %s x %s %s FOR SYSTEM_TIME AS OF x.ts y ON x.k = y.k", x,
                 draw(2) ? "JOIN" : "LEFT JOIN", y);
        break;
    case 0:
        snprintf(v->query, sizeof(v->query), "SELECT x.id, x.v, x.ts FROM %s x %s %s y ON x.k = y.k AND %s%s", x, PICK(halves), y,
                 band, rest);
        break;
    case 1:
        snprintf(v->query, sizeof(v->query),
                 "SELECT x.id, x.v FROM %s x WHERE %sEXISTS (SELECT 1 FROM %s y WHERE y.k = x.k AND %s%s)", x,
                 draw(2) ? "NOT " : "", y, band, rest);
        break;
    case 2:
    case 3:
        random_asof_match(band, sizeof(band), "ts");
        snprintf(v->query, sizeof(v->query), "SELECT x.id, x.k, y.ts AS t FROM %s x %s %s y MATCH_CONDITION %s%s ON x.k = y.k", x,
                 PICK(asofs), y, band, PICK(tolerances));
        break;
    case 4: {
        int n = 5 + draw(20);
        snprintf(
            v->query, sizeof(v->query),
            "SELECT x.w, x.k, x.n, y.n AS m FROM (SELECT tumble_start(ts, INTERVAL '%d' SECOND) AS w, k, count(*) AS n FROM %s "
            "GROUP BY k, TUMBLE(ts, INTERVAL '%d' SECOND)) x %s (SELECT tumble_start(ts, INTERVAL '%d' SECOND) AS w, k, "
            "sum(v) AS n FROM %s GROUP BY k, TUMBLE(ts, INTERVAL '%d' SECOND)) y ON x.w = y.w AND x.k = y.k",
            n, x, n, PICK(kinds), n, y, n);
        break;
    }
    case 5:
        snprintf(v->query, sizeof(v->query),
                 "SELECT tumble_start(ts, INTERVAL '10' SECOND) AS w, count(*) AS n, count(u) AS m, sum(u) AS s FROM (SELECT x.ts, "
                 "y.v AS u FROM %s x %s %s y ON x.k = y.k AND %s%s) j GROUP BY TUMBLE(ts, INTERVAL '10' SECOND)",
                 x, draw(2) ? "JOIN" : "LEFT JOIN", y, band, rest);
        break;
    case 15:
    case 16: best_query(v, x, y, band, rest); break;
    default:
        if (draw(2))
            random_until(band, sizeof(band));
        snprintf(v->query, sizeof(v->query),
                 "SELECT x.id, y.id AS other, x.v, y.v AS w, x.ts FROM %s x %s %s y ON x.k = y.k AND %s%s", x, PICK(kinds), y, band,
                 rest);
        break;
    }
}

static bool push_row(Run *r, int source, int64_t id)
{
    LaminarRow *row;
    r->now[source] += draw(3) ? 0 : draw(4) * SECOND;
    int64_t ts = r->now[source] - draw(5) * SECOND;
    int32_t rc = laminar_row_begin(r->writer[source], &row);
    rc = rc ? rc : laminar_row_i64(row, 0, id);
    if (draw(9))
        rc = rc ? rc : laminar_row_i64(row, 1, draw(3));
    if (draw(6))
        rc = rc ? rc : laminar_row_i64(row, 2, draw(11) - 5);
    rc = rc ? rc : laminar_row_timestamp(row, 3, ts);
    if (draw(9))
        rc = rc ? rc : laminar_row_timestamp(row, 4, ts + (draw(9) ? draw(20) - 2 : 500) * SECOND);
    if (draw(12) == 0)
        rc = rc ? rc : laminar_row_weight(row, 2);
    return (rc ? rc : draw(3) ? laminar_row_end(row) : laminar_row_push(row)) == LAMINAR_OK;
}

static bool play_streams(Run *r, Multiset *a, Multiset *b)
{
    if (open_in_parts(NULL, r->seed, &r->db))
        return fail(r, "setting up failed", NULL);
    for (int i = 0; i < 3; i++) {
        char sql[256];
        snprintf(sql, sizeof(sql),
                 "CREATE SOURCE %s (id BIGINT, k BIGINT, v BIGINT, ts TIMESTAMP NOT NULL, u TIMESTAMP, WATERMARK FOR ts AS ts - "
                 "INTERVAL '5' SECOND)",
                 sources[i]);
        if (laminar_execute(r->db, sql, NULL) || laminar_writer_create(r->db, sources[i], &r->writer[i]))
            return fail(r, "setting up failed", sql);
    }
    int n_views = 1 + draw(VIEWS_MAX), n_rows = draw(150);
    while (r->n_views < n_views) {
        stream_query(&r->view[r->n_views]);
        if (!make_view(r, "STREAM", draw(3) ? "" : draw(2) ? " EMIT CHANGES" : " EMIT ON UPDATE"))
            return false;
    }
    for (int i = 0; i < n_rows; i++) {
        int source = draw(3);
        if (!push_row(r, source, i) || (draw(6) == 0 && laminar_writer_flush(r->writer[source])))
            return fail(r, "pushing a row failed", NULL);
        if (draw(25) == 0 &&
            (laminar_writer_flush(r->writer[source]) || laminar_writer_watermark(r->writer[source], r->now[source] - 4 * SECOND)))
            return fail(r, "a watermark failed", NULL);
    }
    for (int i = 0; i < 3; i++)
        if (laminar_writer_flush(r->writer[i]) || laminar_writer_watermark(r->writer[i], INT64_MAX))
            return fail(r, "the last watermark failed", NULL);
    return compare(r, false, a, b);
}

/* ---- tables ---- */

/* Inner joins of three and four relations, in stars, chains and circles: where a key or an index finds all of them nothing is kept.
 */
static void delta_query(View *v)
{
    static const char *const from[] = {"t", "bag", "bag", "(SELECT * FROM t WHERE v > 0)", "(SELECT * FROM bag WHERE k < 3)"};
    static const char *const xy[] = {"x.k = y.id", "x.k = y.k", "x.v = y.id AND x.k = y.k", "x.id = y.id", "x.v = y.v"};
    static const char *const z[] = {"x.v = z.id",
                                    "y.v = z.id",
                                    "y.k = z.k",
                                    "x.k = z.id AND y.v = z.k",
                                    "x.id = z.id",
                                    "y.k = z.id AND x.v + z.v > 2",
                                    "x.v = z.id AND y.k <= z.k"};
    static const char *const u[] = {"z.k = u.id", "x.v = u.id", "y.id = u.id AND z.v = u.v", "z.v = u.v"};
    int n = snprintf(v->query, sizeof(v->query), "SELECT x.id, x.v, y.k, z.v AS zv FROM %s x JOIN %s y ON %s JOIN %s z ON %s",
                     PICK(from), PICK(from), PICK(xy), PICK(from), PICK(z));
    if (draw(2))
        n += snprintf(v->query + n, sizeof(v->query) - (size_t)n, " JOIN %s u ON %s", PICK(from), PICK(u));
    if (draw(4) == 0)
        snprintf(v->query + n, sizeof(v->query) - (size_t)n, " WHERE x.v %s", draw(2) ? "> 0" : "IS NOT NULL AND y.v < 4");
}

/* What may be NULL on both sides, and what is only now and then. */
static void not_in_query(View *v)
{
    static const char *const values[] = {"v", "k", "v + 1", "id"};
    static const char *const lefts[] = {"t", "bag", "bag"};
    static const char *const rights[] = {
        "t", "bag", "bag WHERE v > 1", "bag WHERE v IS NOT NULL", "t WHERE k = 1", "bag WHERE k = 2 AND v = 1"};
    static const char *const pairs[] = {"k, v", "v, k", "v + 1, k", "k, v::DOUBLE PRECISION / 2", "v, id", "k, v, id", "v, v, k"};
    static const char *const froms[] = {"t y", "bag y", "bag y", "(SELECT * FROM bag WHERE v IS NULL OR v > 1) y"};
    static const char *const around[] = {"y.k = x.k", "y.k = x.k AND y.id = x.id", "y.id = x.k", "y.k IS NOT DISTINCT FROM x.k",
                                         "TRUE"};
    const char *pair = PICK(pairs), *other = PICK(pairs);
    while (strchr(pair, ',') != strrchr(pair, ',') ? strchr(other, ',') == strrchr(other, ',')
                                                   : strchr(other, ',') != strrchr(other, ','))
        other = PICK(pairs);
    switch (draw(3)) {
    case 0:
        snprintf(v->query, sizeof(v->query), "SELECT id, k, v FROM %s x WHERE (%s) NOT IN (SELECT %s FROM %s WHERE %s)",
                 PICK(lefts), pair, other, PICK(froms), draw(2) ? "TRUE" : PICK(around));
        break;
    case 1:
        snprintf(v->query, sizeof(v->query), "SELECT id, k, v FROM %s x WHERE %s %s (SELECT y.v%s FROM %s WHERE %s)", PICK(lefts),
                 PICK(values), draw(2) ? "NOT IN" : "<> ALL", draw(2) ? "" : "::REAL", PICK(froms), PICK(around));
        break;
    default:
        snprintf(v->query, sizeof(v->query), "SELECT id, k, v FROM %s WHERE %s %s (SELECT %s FROM %s)", PICK(lefts), PICK(values),
                 draw(2) ? "NOT IN" : "<> ALL", PICK(values), PICK(rights));
        break;
    }
}

/* What follows from rows, in circles mostly, and ways of a few steps. */
static void recursive_query(View *v)
{
    static const char *const firsts[] = {
        "SELECT k, v FROM bag",         "SELECT k, v FROM t WHERE v > 0",        "SELECT id, k FROM bag",
        "SELECT DISTINCT k, id FROM t", "SELECT k + 1, id FROM bag WHERE v = 1", "SELECT k, max(v) FROM bag GROUP BY k"};
    static const char *const nexts[] = {
        "SELECT r.a, y.v FROM r JOIN bag y ON r.b = y.k",
        "SELECT r.a, y.k FROM t y JOIN r ON r.b = y.id WHERE y.v IS NOT NULL",
        "SELECT y.id, r.b FROM r JOIN bag y ON y.k = r.a AND y.v > r.b - 3",
        "SELECT r.a, z.k FROM r JOIN bag y ON r.b = y.k JOIN t z ON z.id = y.v",
        "SELECT r.a, y.v FROM r JOIN (SELECT DISTINCT k, v FROM bag WHERE id <> 3) y ON r.b = y.k",
        "SELECT r.a, y.m FROM r JOIN (SELECT k, min(v) AS m FROM bag GROUP BY k) y ON r.b = y.k",
        "SELECT r.a, (SELECT max(y.v) FROM bag y WHERE y.k = r.b) FROM r WHERE r.b < (SELECT count(*) FROM t) + 2",
        "SELECT r.a, y.v FROM r LEFT JOIN t y ON r.b = y.id WHERE r.b IS NOT NULL",
        "SELECT r.b, r.a FROM r WHERE NOT EXISTS (SELECT 1 FROM bag y WHERE y.k = r.a AND y.v = r.b)",
        "SELECT r.b, (r.a + r.b) % 5 FROM r WHERE r.a IN (SELECT y.k FROM bag y WHERE y.v > 1)",
        "SELECT r.a, y.v FROM r, bag y WHERE r.b IS NOT DISTINCT FROM y.k",
        ("SELECT x.a, x.b FROM (SELECT r.a, y.v AS b FROM r JOIN (SELECT id, v FROM bag UNION ALL SELECT k, id FROM t) y ON y.id = "
         "r.b) x WHERE x.b < 7"),
    };
    static const char *const shown[] = {"SELECT a, b FROM r", "SELECT a, b FROM r WHERE a <> b",
                                        "SELECT a, count(*) AS n, max(b) AS m FROM r GROUP BY a",
                                        "SELECT r.a, y.id FROM r JOIN t y ON y.k = r.b"};
    const char *next = PICK(nexts);
    if (draw(3)) {
        snprintf(v->query, sizeof(v->query), "WITH RECURSIVE r(a, b) AS (%s UNION %s) %s", PICK(firsts), next, PICK(shown));
        return;
    }
    snprintf(v->query, sizeof(v->query),
             "WITH RECURSIVE q(a, b, d) AS (SELECT k, v, 0 FROM bag WHERE id < 4 UNION ALL SELECT q.a, y.v, d + 1 FROM q JOIN bag "
             "y ON q.b = y.k "
             "WHERE d < %d) SELECT a, b, d FROM q",
             1 + draw(2));
}

static void table_query(View *v)
{
    static const char *const kinds[] = {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"};
    static const char *const tables[] = {"t", "bag"};
    static const char *const firsts[] = {"x.k = y.k",
                                         "x.k = y.k AND x.v < y.v",
                                         "x.v = y.v AND x.k IS NOT NULL",
                                         "x.k IS NOT DISTINCT FROM y.k AND x.v > y.v",
                                         "x.k = y.id",
                                         "x.v = y.id AND x.v < y.v",
                                         "x.id = y.id",
                                         "x.id = y.k",
                                         "x.id = y.id AND x.k = y.v",
                                         "x.k = y.id AND x.v = y.k AND x.v > 0",
                                         "x.k = y.id AND x.v IS NOT DISTINCT FROM y.v"};
    static const char *const halves[] = {"LEFT SEMI JOIN", "LEFT ANTI JOIN"};
    static const char *const seconds[] = {"y.v = z.id", "x.k = z.id", "coalesce(x.v, y.v) = z.id", "y.k = z.id AND z.v > 0"};
    static const char *const conditions[] = {
        "EXISTS (SELECT 1 FROM bag z JOIN t u ON z.v = u.id WHERE z.k = x.k)",
        "NOT EXISTS (SELECT 1 FROM bag z WHERE z.k = x.k AND z.v > y.v)",
        "x.v IN (SELECT z.v FROM bag z WHERE z.k = y.k)",
        "y.v NOT IN (SELECT z.v FROM t z WHERE z.k = x.k)",
        "x.v NOT IN (SELECT z.v FROM bag z WHERE z.k = 2)",
        "x.v <> ALL (SELECT z.v + 1 FROM bag z WHERE z.id > 3)",
        "NOT x.k = ANY (SELECT z.v FROM bag z WHERE z.v IS NULL OR z.v > 1)",
        "coalesce(y.v, x.k) NOT IN (SELECT z.k FROM t z WHERE z.v > 3)",
        "x.v >= (SELECT max(z.v) FROM bag z WHERE z.k = y.k)",
    };
    static const char *const asofs[] = {"ASOF JOIN", "ASOF LEFT JOIN", "ASOF INNER JOIN"};
    static const char *const parts[] = {"", "", " WHERE v > 0", " WHERE k IS NOT NULL AND v < 5", " WHERE id % 2 = 0"};
    const char *x = PICK(tables), *y = PICK(tables), *kind = PICK(kinds), *first = PICK(firsts);
    char match[100], some[100];
    snprintf(some, sizeof(some), "(SELECT * FROM %s%s)", y, PICK(parts));
    switch (draw(12)) {
    case 11:
    case 10: recursive_query(v); break;
    case 9: not_in_query(v); break;
    case 8:
    case 7:
    case 6: delta_query(v); break;
    case 5:
        snprintf(v->query, sizeof(v->query), "SELECT x.id, x.k, x.v FROM %s x %s %s y ON %s", x, PICK(halves), some, first);
        break;
    case 0:
        random_asof_match(match, sizeof(match), "v");
        snprintf(v->query, sizeof(v->query), "SELECT x.id, x.k, x.v, y.v AS w FROM %s x %s %s y MATCH_CONDITION %s ON x.k = y.k", x,
                 PICK(asofs), y, match);
        break;
    case 1:
        snprintf(v->query, sizeof(v->query), "SELECT x.id, x.v, y.v AS w FROM %s x %s %s y ON %s WHERE %s", x,
                 draw(2) ? "JOIN" : "LEFT JOIN", some, first, PICK(conditions));
        break;
    case 2:
        snprintf(
            v->query, sizeof(v->query),
            "SELECT x.k, x.n, y.s, y.m FROM (SELECT k, count(*) AS n FROM %s GROUP BY k) x %s (SELECT k, sum(v) AS s, min(v) AS m "
            "FROM %s GROUP BY k HAVING count(*) > 1) y ON x.k = y.k",
            x, kind, y);
        break;
    case 3:
        snprintf(v->query, sizeof(v->query), "SELECT x.k, count(*) AS n, sum(y.v) AS s FROM %s x %s %s y ON %s GROUP BY x.k", x,
                 kind, some, first);
        break;
    default:
        snprintf(v->query, sizeof(v->query), "SELECT x.id, y.v, z.id AS zid, z.k FROM %s x %s %s y ON %s %s t z ON %s", x, kind, y,
                 first, PICK(kinds), PICK(seconds));
        break;
    }
}

static bool change(Run *r)
{
    static const char *const sets[] = {"k = (k + 1) % 4", "v = v + 1", "v = NULL", "k = v, v = k", "k = NULL"};
    static const char *const wheres[] = {"k = 1", "v > 0", "k IS NULL", "v IS NULL", "id % 3 = 0", "TRUE"};
    const char *table = draw(3) ? "bag" : "t";
    char k[16] = "NULL", v[16] = "NULL";
    if (draw(7))
        snprintf(k, sizeof(k), "%d", draw(4));
    if (draw(7))
        snprintf(v, sizeof(v), "%d", draw(11) - 3);
    switch (draw(9)) {
    case 0: snprintf(r->last, sizeof(r->last), "UPDATE %s SET %s WHERE %s", table, PICK(sets), PICK(wheres)); break;
    case 1: snprintf(r->last, sizeof(r->last), "DELETE FROM %s WHERE %s AND id %% 4 = %d", table, PICK(wheres), draw(4)); break;
    default: {
        int id = draw(9);
        snprintf(r->last, sizeof(r->last), "INSERT INTO %s VALUES (%d, %s, %s)%s", table, id, k, v,
                 table[0] == 't' ? " ON CONFLICT (id) DO UPDATE SET k = EXCLUDED.k, v = EXCLUDED.v" : "");
        if (table[0] == 'b' && draw(3) == 0) { /* the same row twice, in one batch */
            size_t at = strlen(r->last);
            snprintf(r->last + at, sizeof(r->last) - at, ", (%d, %s, %s)", id, k, v);
        }
        break;
    }
    }
    return laminar_execute(r->db, r->last, NULL) == LAMINAR_OK ? true : fail(r, "a change failed", r->last);
}

/* A few changes as one, or none of them; or what makes all rows of a table anew. */
static bool step(Run *r, int *n_columns)
{
    char sql[160];
    if (draw(30) == 0) {
        bool drops = *n_columns > 0 && draw(2);
        *n_columns += drops ? -1 : 1;
        snprintf(sql, sizeof(sql), drops ? "ALTER TABLE t DROP COLUMN e%d" : "ALTER TABLE t ADD COLUMN e%d BIGINT DEFAULT 7",
                 drops ? *n_columns : *n_columns - 1);
        return laminar_execute(r->db, sql, NULL) == LAMINAR_OK ? true : fail(r, "ALTER failed", sql);
    }
    if (draw(12) == 0) {
        static const char *const columns[] = {"k", "v", "id", "k, v", "v DESC, k", "k, id"};
        int i = draw(4);
        if (draw(3))
            snprintf(sql, sizeof(sql), "CREATE INDEX IF NOT EXISTS i%d ON %s (%s)", i, draw(2) ? "bag" : "t", PICK(columns));
        else
            snprintf(sql, sizeof(sql), "DROP INDEX IF EXISTS i%d", i);
        return laminar_execute(r->db, sql, NULL) == LAMINAR_OK ? true : fail(r, "an index failed", sql);
    }
    if (draw(3))
        return change(r);
    bool ok = laminar_execute(r->db, "BEGIN", NULL) == LAMINAR_OK;
    for (int n = 1 + draw(5); ok && n > 0; n--)
        ok = change(r);
    return ok && laminar_execute(r->db, draw(6) ? "COMMIT" : "ROLLBACK", NULL) == LAMINAR_OK ? true
                                                                                             : fail(r, "a transaction failed", "");
}

static bool play_tables(Run *r, Multiset *a, Multiset *b)
{
    int n_columns = 0;
    if (open_in_parts(NULL, r->seed, &r->db) ||
        laminar_execute(
            r->db, "CREATE TABLE t (id BIGINT PRIMARY KEY, k BIGINT, v BIGINT); CREATE TABLE bag (id BIGINT, k BIGINT, v BIGINT)",
            NULL))
        return fail(r, "setting up failed", NULL);
    for (int i = draw(5); i > 0; i--) {
        static const char *const indexes[] = {"a ON bag (k)", "b ON bag (v)",  "c ON t (k)",
                                              "d ON t (v)",   "e ON bag (id)", "f ON bag (k, id)"};
        char sql[100];
        snprintf(sql, sizeof(sql), "CREATE INDEX IF NOT EXISTS %s", PICK(indexes));
        if (laminar_execute(r->db, sql, NULL))
            return fail(r, "setting up failed", sql);
    }
    int rounds = 2 + draw(8);
    for (int i = 0; i < rounds; i++) {
        if (laminar_execute(r->db, draw(4) ? "SET streaming_enable_delta_join = on" : "SET streaming_enable_delta_join = off",
                            NULL))
            return fail(r, "SET failed", NULL);
        while (r->n_views < VIEWS_MAX && draw(3)) {
            table_query(&r->view[r->n_views]);
            if (!make_view(r, "MATERIALIZED VIEW", ""))
                return false;
        }
        for (int n = draw(9); n > 0; n--)
            if (!step(r, &n_columns))
                return false;
        if (!compare(r, true, a, b))
            return false;
    }
    if (laminar_execute(r->db, "DELETE FROM bag; DELETE FROM t", NULL) != LAMINAR_OK)
        return fail(r, "deleting all rows failed", NULL);
    if (!compare(r, true, a, b))
        return false;
    for (int i = 0; i < r->n_views; i++)
        if (!multiset_is_empty(&r->view[i].seen))
            return fail(r, "a view over nothing is not empty", r->view[i].name);
    return true;
}

static bool run_seed(uint64_t seed)
{
    static Run r;
    static Multiset a, b;
    memset(&r, 0, sizeof(r));
    r.seed = seed;
    rng_state = seed * 0x2545f4914f6cdd1dull;
    bool ok = seed % 2 ? play_streams(&r, &a, &b) : play_tables(&r, &a, &b);
    for (int i = 0; i < 3; i++)
        laminar_writer_free(r.writer[i]);
    for (int i = 0; i < VIEWS_MAX; i++) {
        laminar_subscription_release(r.view[i].sub);
        multiset_clear(&r.view[i].seen);
    }
    laminar_close(r.db);
    multiset_clear(&a);
    multiset_clear(&b);
    return ok;
}

int main(int argc, char **argv)
{
    return run_seeds(argc, argv, 200, 5, run_seed);
}
