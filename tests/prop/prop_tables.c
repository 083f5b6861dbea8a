/* SPDX-License-Identifier: Apache-2.0
 *
 * Property: views over tables equal their queries at every moment.  Random INSERT, UPDATE, DELETE, upserts and TRUNCATE on two
 * tables, one with a primary key and one that is a bag; random views, stacked at random, made before, between and after the
 * changes.  After each round the stored content of every view is compared with a bounded SELECT of its text, and what a
 * subscription summed up with both.  In the end all rows are deleted: views without a global aggregate are empty then.  A statement
 * that fails must have changed nothing.  Some seeds keep the database in a directory, and close and open it between; some have a
 * table of some thousand rows as well, which is read again and again between its changes.  Public header alone.
 *
 *   prop_tables [first_seed n_seeds] */
#include "in_parts.h"
#include "multiset.h"
#include "seeds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 4000
#define VIEWS_MAX 10
#define TEXT_MAX 512

typedef struct View {
    char name[8], query[1024];
    bool global; /* has a row even over nothing, or reads one that has */
    LaminarSubscription *sub;
    Multiset seen;
} View;

typedef struct Run {
    uint64_t seed;
    LaminarConnection *db;
    View view[VIEWS_MAX];
    int n_views;
    bool has_big;
    char dir[64]; /* "" = in memory */
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
    printf("replay: prop_tables %llu 1\n", (unsigned long long)r->seed);
    return false;
}

static bool select_rows(Run *r, const char *query, Multiset *ret)
{
    if (!multiset_add_query(ret, r->db, query))
        return fail(r, "a query failed", query);
    return true;
}

static const char *const texts[] = {
    "'a'", "'b'", "'abc'", "NULL", "''", "'a text longer than twelve bytes'", "'another long text of many bytes'"};
static const char *const wheres[] = {
    "k = 1",       "v > 0",          "s IS NULL",           "k % 2 = 0",       "v BETWEEN -3 AND 3",
    "s LIKE 'a%'", "length(s) > 12", "k IS NULL OR v < -5", "k = 3 AND v > 1", "s = 'abc'",
    "k IN (2, 4)"};

static void random_row(char *out, size_t cap)
{
    char k[16] = "NULL", v[16] = "NULL", d[24] = "NULL";
    if (draw(7))
        snprintf(k, sizeof(k), "%d", draw(5));
    if (draw(7))
        snprintf(v, sizeof(v), "%d", draw(21) - 10);
    if (draw(5))
        snprintf(d, sizeof(d), "%d.%02d", draw(9) - 4, draw(100));
    snprintf(out, cap, "%d, %s, %s, %s, %s", draw(60), k, v, PICK(texts), d);
}

static void random_insert(char *sql, size_t cap, const char *table)
{
    size_t at = (size_t)snprintf(sql, cap, "INSERT INTO %s VALUES ", table);
    int n = 1 + draw(6);
    for (int i = 0; i < n; i++) {
        char row[200];
        random_row(row, sizeof(row));
        at += (size_t)snprintf(sql + at, cap - at, "%s(%s)", i ? ", " : "", row);
    }
    if (strcmp(table, "t") != 0 || draw(6) == 0)
        return;
    static const char *const conflicts[] = {
        " ON CONFLICT DO NOTHING",
        " ON CONFLICT (id) DO UPDATE SET v = EXCLUDED.v, s = EXCLUDED.s",
        " ON CONFLICT (id) DO UPDATE SET v = coalesce(t.v, 0) + 1, k = EXCLUDED.k WHERE t.k IS NOT NULL",
    };
    snprintf(sql + at, cap - at, "%s", PICK(conflicts));
}

/* Some change a row twice, which is an error. */
static void random_merge(char *sql, size_t cap)
{
    static const char *const merges[] = {
        "MERGE INTO t USING (SELECT DISTINCT ON (id) * FROM bag ORDER BY id, k, v, s, d) x ON t.id = x.id WHEN MATCHED AND x.v IS "
        "NULL THEN DELETE WHEN MATCHED THEN UPDATE SET v = x.v, s = x.s WHEN NOT MATCHED THEN INSERT VALUES (x.id, x.k, x.v, x.s, "
        "x.d)",
        "MERGE INTO t USING bag x ON t.id = x.id WHEN MATCHED AND t.v < x.v THEN UPDATE SET k = x.k, v = x.v WHEN NOT MATCHED AND "
        "x.k > 2 THEN INSERT (id, v, k) VALUES (x.id, x.v - 1, x.k)",
        "MERGE INTO bag USING (SELECT k, max(v) AS v FROM t GROUP BY k) x ON bag.k = x.k WHEN MATCHED AND bag.v < x.v THEN UPDATE "
        "SET v = x.v WHEN MATCHED AND bag.v = x.v THEN DELETE WHEN NOT MATCHED AND x.k > 0 THEN INSERT (id, k, v) VALUES (x.k, "
        "x.k, x.v)",
        "MERGE INTO bag USING t x ON bag.id = x.id AND bag.k = x.k WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES "
        "(x.id, x.v, x.k, x.s, x.d)",
        "MERGE INTO t USING t x ON t.id = x.id + 1 WHEN MATCHED AND x.s > t.s THEN UPDATE SET s = x.s, d = x.d WHEN MATCHED AND "
        "x.k = t.k THEN DELETE WHEN NOT MATCHED AND x.v > 3 THEN INSERT VALUES (x.id + 100, x.k, x.v)",
    };
    snprintf(sql, cap, "%s", PICK(merges));
}

static void random_change(char *sql, size_t cap)
{
    const char *table = draw(2) ? "t" : "bag";
    static const char *const sets[] = {"v = v + 1", "k = (k + 1) % 5",  "s = s || 'x', d = d * 2",
                                       "v = NULL",  "v = k, k = v % 5", "id = id + 1",
                                       "id = 7",    "v = 10 / v"};
    switch (draw(14)) {
    case 12:
    case 13: random_merge(sql, cap); break;
    case 0:
    case 1: snprintf(sql, cap, "DELETE FROM %s WHERE %s", table, PICK(wheres)); break;
    case 2:
    case 3:
    case 4: snprintf(sql, cap, "UPDATE %s SET %s WHERE %s", table, PICK(sets), PICK(wheres)); break;
    case 5:
        snprintf(sql, cap, "INSERT INTO %s SELECT id + %d, k, v, s, d FROM t WHERE %s", table, draw(3) ? 60 : 0, PICK(wheres));
        break;
    case 6:
        if (draw(4) == 0)
            snprintf(sql, cap, "TRUNCATE %s", table);
        else
            snprintf(sql, cap, "UPDATE %s SET %s", table, PICK(sets));
        break;
    default: random_insert(sql, cap, table); break;
    }
}

/* ---- views ---- */

/* Joins that at most double the rows: with the table by its key, and those that keep one side. */
static void random_join(View *v, const char *from, const char *where)
{
    static const char *const kinds[] = {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"};
    static const char *const halves[] = {"LEFT SEMI JOIN", "LEFT ANTI JOIN"};
    static const char *const pairs[] = {"x.k = y.id", "x.v = y.id AND x.v IS NOT NULL", "y.id = x.k AND x.v < y.v",
                                        "x.k = y.id AND y.s LIKE 'a%'", "x.k = y.id AND y.k = x.k AND x.d IS NOT NULL"};
    static const char *const matches[] = {
        "x.k = y.k", "x.k = y.k AND x.v <= y.v", "x.v > y.v", "x.s IS NOT DISTINCT FROM y.s", "x.k = y.k AND x.s = y.s",
        "x.d = y.d", "x.k = 1 AND y.v IS NULL"};
    if (draw(2))
        snprintf(v->query, sizeof(v->query),
                 "SELECT x.k, y.v, coalesce(x.s, y.s) AS s, y.d FROM (SELECT * FROM %s%s) x %s t y ON %s%s", from, where,
                 PICK(kinds), PICK(pairs), draw(3) ? "" : " WHERE y.v > 0");
    else
        snprintf(v->query, sizeof(v->query), "SELECT k, v, s, d FROM %s x %s %s y ON %s", from, PICK(halves), draw(2) ? "t" : "bag",
                 PICK(matches));
}

static void random_subquery(View *v, const char *from)
{
    static const char *const conditions[] = {
        "EXISTS (SELECT 1 FROM bag y WHERE y.k = x.k AND y.v > x.v)",
        "NOT EXISTS (SELECT 1 FROM t y WHERE y.k = x.k AND y.s = x.s)",
        "x.k IN (SELECT k FROM bag WHERE v > 0)",
        "x.k NOT IN (SELECT k FROM bag WHERE v > 3)",
        "x.k NOT IN (SELECT y.v FROM t y WHERE y.s = x.s)",
        "(x.k, x.s) NOT IN (SELECT y.v, y.s FROM t y)",
        "(x.v, x.k) NOT IN (SELECT y.v, y.k FROM bag y WHERE y.s = x.s)",
        "x.v >= ALL (SELECT v FROM t WHERE k = 2)",
        "x.v > (SELECT min(v) FROM bag)",
        "x.v > (SELECT avg(y.v) FROM bag y WHERE y.k = x.k)",
        "x.k IN (SELECT k FROM bag WHERE v > 3) OR x.s IS NULL",
        "NOT (x.k IN (SELECT y.k FROM t y WHERE y.s = x.s))",
        "x.k = 1 OR EXISTS (SELECT 1 FROM bag y WHERE y.v = x.k)",
        "x.k IN (SELECT k FROM bag WHERE v > 3) IS NULL",
    };
    if (draw(4))
        snprintf(v->query, sizeof(v->query), "SELECT k, v, s, d FROM %s x WHERE %s", from, PICK(conditions));
    else
        snprintf(
            v->query, sizeof(v->query),
            "SELECT k, (SELECT count(*) FROM bag y WHERE y.k = x.k) AS v, (SELECT y.s FROM t y WHERE y.id = x.k) AS s, d FROM %s x",
            from);
}

static void random_lateral(View *v, const char *from)
{
    static const char *const joins[] = {
        ", LATERAL (SELECT v, s FROM bag y WHERE y.k = x.k ORDER BY v DESC, s LIMIT 2) y",
        " LEFT JOIN LATERAL (SELECT v, s FROM bag y WHERE y.k = x.k AND y.v > 0 ORDER BY v, s LIMIT 1 OFFSET 1) y ON true",
        " LEFT JOIN LATERAL (SELECT count(*) AS v, max(y.s) AS s FROM t y WHERE y.k = x.k) y ON true",
        ", LATERAL (SELECT sum(y.k) + x.k AS v, min(y.s) AS s FROM bag y WHERE y.k = x.k) y",
        " CROSS JOIN LATERAL (SELECT x.k + 1 AS v, upper(x.s) AS s) y",
        " LEFT JOIN LATERAL (SELECT x.v + y.v AS v, y.s FROM t y WHERE y.id = x.k) y ON true",
        ", LATERAL (SELECT DISTINCT ON (y.s) y.v, y.s FROM bag y WHERE y.k = x.k ORDER BY y.s, y.v) y",
        ", LATERAL (SELECT g AS v, NULL::TEXT AS s FROM generate_series(1, 2) g) y",
    };
    snprintf(v->query, sizeof(v->query), "SELECT x.k, CAST(y.v AS BIGINT) AS v, y.s, x.d FROM %s x%s", from, PICK(joins));
}

static void random_sets(View *v, const char *from, const char *where)
{
    static const char *const sets[] = {"ROLLUP (k, s)",
                                       "CUBE (k, s)",
                                       "s, ROLLUP (k)",
                                       "GROUPING SETS ((k), (s), ())",
                                       "GROUPING SETS ((k, s), (k), (k))",
                                       "GROUPING SETS ((), (), (s, k))",
                                       "ROLLUP (k), CUBE (s)",
                                       "DISTINCT ROLLUP (k, s), ROLLUP (k)",
                                       "GROUPING SETS ((k, s), CUBE (s))"};
    static const char *const values[] = {"sum(v)", "count(*)", "max(v)", "count(DISTINCT v)", "grouping(k, s)", "median(v)"};
    static const char *const havings[] = {"", "", "", " HAVING count(*) > 1", " HAVING k IS NOT NULL", " HAVING grouping(k) = 1"};
    const char *having = PICK(havings);
    snprintf(v->query, sizeof(v->query),
             "SELECT CAST(%s AS BIGINT) AS k, CAST(%s AS BIGINT) AS v, s, CAST(%s AS DECIMAL(10,2)) AS d FROM %s%s GROUP BY %s%s",
             draw(2) ? "k" : "grouping(s)", PICK(values), draw(2) ? "min(d)" : "grouping(k)", from, where, PICK(sets), having);
    v->global = true;
}

static void random_view(Run *r, View *v)
{
    static const char *const keys[] = {"k", "s", "k % 2", "v > 0", "coalesce(s, 'none')", "d"};
    static const char *const aggs[] = {"count(*)",
                                       "count(v)",
                                       "sum(v)",
                                       "min(v)",
                                       "max(v)",
                                       "avg(v)",
                                       "min(s)",
                                       "max(s)",
                                       "sum(d)",
                                       "count(DISTINCT v)",
                                       "sum(DISTINCT k)",
                                       "min(d)",
                                       "sum(v) FILTER (WHERE k > 1)",
                                       "approx_count_distinct(s)",
                                       "approx_median(v)",
                                       "nth_value(v, 2 ORDER BY s, k)",
                                       "any_value(s)",
                                       "median(v)",
                                       "percentile_disc(0.3) WITHIN GROUP (ORDER BY v DESC)",
                                       "mode(v)",
                                       "bit_xor(v)",
                                       "string_agg(s, '+' ORDER BY k DESC, s)"};
    int below = r->n_views ? draw(r->n_views + 2) : 0;
    char from[64];
    v->global = false;
    /* All views have the columns k, v, s, d, so that any can be read by the next. */
    if (r->n_views && below < r->n_views) {
        snprintf(from, sizeof(from), "%s", r->view[below].name);
        v->global = r->view[below].global;
    } else {
        snprintf(from, sizeof(from), "%s", draw(2) ? "t" : "bag");
    }
    char where[100] = "";
    if (draw(3) == 0)
        snprintf(where, sizeof(where), " WHERE %s", PICK(wheres));
    switch (draw(19)) {
    case 17:
    case 18: random_lateral(v, from); break;
    case 15:
    case 16: random_sets(v, from, where); break;
    case 10:
    case 11:
    case 12: random_subquery(v, from); break;
    case 7:
    case 8:
    case 9: random_join(v, from, where); break;
    case 0: snprintf(v->query, sizeof(v->query), "SELECT k, v, s, d FROM %s%s", from, where); break;
    case 1: snprintf(v->query, sizeof(v->query), "SELECT DISTINCT k, v, s, NULL::DECIMAL(10,2) AS d FROM %s%s", from, where); break;
    case 2:
        snprintf(v->query, sizeof(v->query), "SELECT k, v, s, d FROM %s%s UNION ALL SELECT v %% 5, k, upper(s), d FROM %s", from,
                 where, draw(2) ? "t" : from);
        break;
    case 13:
    case 14: {
        static const char *const ops[] = {"UNION", "INTERSECT", "INTERSECT ALL", "EXCEPT", "EXCEPT ALL"};
        static const char *const parts[] = {"SELECT k, NULL::BIGINT AS v, s, d",
                                            "SELECT k, v % 3 AS v, NULL::TEXT AS s, NULL::DECIMAL(10,2) AS d", "SELECT k, v, s, d"};
        const char *part = PICK(parts);
        snprintf(v->query, sizeof(v->query), "%s FROM %s%s %s %s FROM %s", part, from, where, PICK(ops), part,
                 draw(2) ? "t" : "bag");
        break;
    }
    case 3:
        snprintf(v->query, sizeof(v->query),
                 "SELECT count(*) AS k, CAST(sum(v) AS BIGINT) AS v, max(s) AS s, min(d) AS d FROM %s%s", from, where);
        v->global = true;
        break;
    default: {
        const char *key = PICK(keys);
        snprintf(v->query, sizeof(v->query),
                 "SELECT CAST(%s AS BIGINT) AS k, CAST(%s AS BIGINT) AS v, CAST(%s AS TEXT) AS s, CAST(%s AS DECIMAL(10,2)) AS d "
                 "FROM %s%s GROUP BY %s%s",
                 draw(2) ? "count(*)" : "sum(k)", draw(2) ? "sum(v)" : "max(v)", draw(2) ? key : PICK(aggs),
                 draw(2) ? "min(d)" : "max(v)", from, where, key, draw(3) ? "" : " HAVING count(*) > 1");
        break;
    }
    }
}

static bool make_view(Run *r)
{
    View *v = &r->view[r->n_views];
    char sql[1200];
    random_view(r, v);
    snprintf(v->name, sizeof(v->name), "v%d", r->n_views);
    snprintf(sql, sizeof(sql), "CREATE MATERIALIZED VIEW %s AS %s", v->name, v->query);
    snprintf(r->last, sizeof(r->last), "%.1000s", sql);
    if (laminar_execute(r->db, sql, NULL) != LAMINAR_OK)
        return fail(r, "creating a view failed", sql);
    r->n_views++;
    if (draw(2) == 0)
        return true;
    LaminarSubscribeOptions o = {.size = sizeof(o)};
    return laminar_subscribe(r->db, v->name, &o, &v->sub) == LAMINAR_OK ? true : fail(r, "subscribing failed", v->name);
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

static bool compare(Run *r, Multiset *stored, Multiset *direct)
{
    for (int i = 0; i < r->n_views; i++) {
        View *v = &r->view[i];
        char sql[64], detail[TEXT_MAX + 128];
        snprintf(sql, sizeof(sql), "SELECT * FROM %s", v->name);
        multiset_clear(stored);
        multiset_clear(direct);
        if (!select_rows(r, sql, stored) || !select_rows(r, v->query, direct))
            return false;
        const char *row = multiset_difference(stored, direct);
        if (row) {
            snprintf(detail, sizeof(detail), "%s: row %s stored %d, SELECT %d", v->name, row, multiset_count(stored, row),
                     multiset_count(direct, row));
            return fail(r, "the stored content differs from its query", detail);
        }
        if (!v->sub)
            continue;
        if (!drain(r, v))
            return false;
        row = multiset_difference(&v->seen, stored);
        if (row) {
            snprintf(detail, sizeof(detail), "%s: row %s subscribed %d, stored %d", v->name, row, multiset_count(&v->seen, row),
                     multiset_count(stored, row));
            return fail(r, "the changes do not add up to the content", detail);
        }
    }
    return true;
}

/* ---- indexes ---- */

static bool change_index(Run *r)
{
    static const char *const columns[] = {"k", "v DESC", "s, k", "d", "k, v", "k DESC, s DESC", "s", "v, id"};
    char sql[128];
    if (draw(4))
        snprintf(sql, sizeof(sql), "CREATE INDEX IF NOT EXISTS i%d ON %s (%s)", draw(4), draw(2) ? "t" : "bag", PICK(columns));
    else
        snprintf(sql, sizeof(sql), "DROP INDEX IF EXISTS i%d", draw(4));
    snprintf(r->last, sizeof(r->last), "%s", sql);
    return laminar_execute(r->db, sql, NULL) == LAMINAR_OK ? true : fail(r, "changing an index failed", sql);
}

/* What an index finds, beside the same condition in words that none helps with. */
static bool compare_indexed(Run *r, Multiset *indexed, Multiset *scanned)
{
    static const char *const by[][2] = {
        {"k = 1", "k + 0 = 1"},
        {"k IN (0, 3, 3, 77)", "k + 0 IN (0, 3, 77)"},
        {"v BETWEEN -3 AND 3", "v + 0 BETWEEN -3 AND 3"},
        {"k = 2 AND v > 0", "k + 0 = 2 AND v + 0 > 0"},
        {"s = 'abc' AND k < 3", "s || '' = 'abc' AND k + 0 < 3"},
        {"s > 'a' AND s <= 'another long text of many bytes'", "s || '' > 'a' AND s || '' <= 'another long text of many bytes'"},
        {"d >= 1.50 AND 3 > d", "d + 0 >= 1.50 AND 3 > d + 0"},
        {"v < -2 AND id > 10", "v + 0 < -2 AND id > 10"},
    };
    const char *const *pair = by[draw((int)(sizeof(by) / sizeof(*by)))], *table = draw(2) ? "t" : "bag";
    char sql[256];
    multiset_clear(indexed);
    multiset_clear(scanned);
    snprintf(sql, sizeof(sql), "SELECT * FROM %s WHERE %s", table, pair[1]);
    if (!select_rows(r, sql, scanned))
        return false;
    snprintf(sql, sizeof(sql), "SELECT * FROM %s WHERE %s", table, pair[0]);
    if (!select_rows(r, sql, indexed))
        return false;
    return multiset_difference(indexed, scanned) ? fail(r, "an index finds other rows", sql) : true;
}

static bool run_change(Run *r, Multiset *before, Multiset *after)
{
    char sql[1000];
    random_change(sql, sizeof(sql));
    multiset_clear(before);
    if (!select_rows(r, "SELECT 't', * FROM t UNION ALL SELECT 'bag', * FROM bag", before))
        return false;
    snprintf(r->last, sizeof(r->last), "%.1000s", sql);
    if (before->n > ROWS_MAX / 8)
        snprintf(sql, sizeof(sql), "DELETE FROM bag");
    if (laminar_execute(r->db, sql, NULL) == LAMINAR_OK)
        return true;
    multiset_clear(after);
    if (!select_rows(r, "SELECT 't', * FROM t UNION ALL SELECT 'bag', * FROM bag", after))
        return false;
    const char *row = multiset_difference(before, after);
    return row ? fail(r, "a statement that failed has changed a row", row) : true;
}

static bool check_empty(Run *r, Multiset *stored)
{
    if (laminar_execute(r->db, "DELETE FROM t; DELETE FROM bag", NULL) != LAMINAR_OK)
        return fail(r, "deleting all rows failed", NULL);
    for (int i = 0; i < r->n_views; i++) {
        char sql[64];
        if (r->view[i].global)
            continue;
        multiset_clear(stored);
        snprintf(sql, sizeof(sql), "SELECT * FROM %s", r->view[i].name);
        if (!select_rows(r, sql, stored))
            return false;
        if (stored->n)
            return fail(r, "a view over nothing is not empty", r->view[i].name);
    }
    return true;
}

/* ---- a table that is read again and again, whose columns may be kept beside each other ---- */

static const char *const of_big[] = {
    "SELECT k, count(*) AS n, sum(v) AS s, avg(v) AS a FROM big GROUP BY k",
    "SELECT v, max(s) AS s, min(id) AS i FROM big GROUP BY v",
    "SELECT s, sum(d) AS d, avg(d) AS a, count(v) AS n FROM big GROUP BY s",
    "SELECT count(*) AS n, sum(id) AS i, max(d) AS d FROM big WHERE k = 2",
    "SELECT x.k, count(*) AS n, sum(y.v) AS v FROM big x JOIN big y ON x.id = y.id + 1 GROUP BY x.k",
};
#define N_OF_BIG (int)(sizeof(of_big) / sizeof(*of_big))

static bool make_big(Run *r)
{
    char sql[400];
    snprintf(sql, sizeof(sql),
             "CREATE TABLE big (id BIGINT PRIMARY KEY, k BIGINT, v BIGINT, s TEXT, d DECIMAL(10, 2)); INSERT INTO big SELECT g, "
             "nullif(g %% 7, 6), g %% 23 - 9, nullif('text ' || g %% 5, 'text 3'), (g %% 900) / 8.0 FROM generate_series(1, %d) g",
             4000 + draw(2500));
    if (laminar_execute(r->db, sql, NULL) != LAMINAR_OK)
        return fail(r, "setting up failed", sql);
    for (int i = 0; i < N_OF_BIG; i++) {
        snprintf(sql, sizeof(sql), "CREATE MATERIALIZED VIEW big%d AS %s", i, of_big[i]);
        if (laminar_execute(r->db, sql, NULL) != LAMINAR_OK)
            return fail(r, "creating a view failed", sql);
    }
    r->has_big = true;
    return true;
}

/* Kept results, and the same queries asked several times, with changes between at times. */
static bool read_big(Run *r, Multiset *stored, Multiset *direct)
{
    static const char *const changes[] = {
        "UPDATE big SET v = v + 1 WHERE id %% 1000 = %d",
        "DELETE FROM big WHERE id %% 500 = %d",
        "INSERT INTO big VALUES (-%d, 1, 4, 'abc', 1.25) ON CONFLICT (id) DO UPDATE SET s = big.s || 'd', d = NULL",
        "MERGE INTO big USING bag x ON big.id = x.id AND x.k = %d WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN DO NOTHING",
        "BEGIN; UPDATE big SET k = NULL WHERE id %% 100 = %d; ROLLBACK",
    };
    char sql[256];
    if (draw(3)) {
        snprintf(r->last, sizeof(r->last), PICK(changes), draw(300)); /* an error of MERGE changes nothing */
        (void)laminar_execute(r->db, r->last, NULL);
    }
    for (int n = 3 + draw(5); n > 0; n--) {
        int i = draw(N_OF_BIG);
        snprintf(sql, sizeof(sql), "SELECT * FROM big%d", i);
        multiset_clear(stored);
        multiset_clear(direct);
        if (!select_rows(r, sql, stored) || !select_rows(r, of_big[i], direct))
            return false;
        if (multiset_difference(stored, direct))
            return fail(r, "the content of a view differs from its query", of_big[i]);
    }
    return true;
}

/* ---- running ---- */

static bool open_database(Run *r)
{
    return open_in_parts(r->dir[0] ? r->dir : NULL, r->seed, &r->db) == LAMINAR_OK ||
           fail(r, "opening the database failed", r->dir);
}

static void close_database(Run *r)
{
    for (int i = 0; i < r->n_views; i++) {
        laminar_subscription_release(r->view[i].sub);
        multiset_clear(&r->view[i].seen);
        r->view[i].sub = NULL;
    }
    laminar_close(r->db);
    r->db = NULL;
}

static bool restart(Run *r)
{
    LaminarSubscribeOptions o = {.size = sizeof(o)};
    if (draw(2) && laminar_execute(r->db, "CHECKPOINT", NULL) != LAMINAR_OK)
        return fail(r, "a checkpoint failed", NULL);
    close_database(r);
    if (!open_database(r))
        return false;
    for (int i = 0; i < r->n_views; i++)
        if (draw(2) && laminar_subscribe(r->db, r->view[i].name, &o, &r->view[i].sub) != LAMINAR_OK)
            return fail(r, "subscribing failed", r->view[i].name);
    return true;
}

static bool play(Run *r, Multiset *a, Multiset *b)
{
    if (!open_database(r) ||
        laminar_execute(r->db,
                        "CREATE TABLE t (id BIGINT PRIMARY KEY, k BIGINT, v BIGINT, s TEXT, d DECIMAL(10, 2), CHECK (v <> 9));"
                        "CREATE TABLE bag (id BIGINT NOT NULL, k BIGINT, v BIGINT, s TEXT, d DECIMAL(10, 2))",
                        NULL))
        return fail(r, "setting up failed", NULL);
    int rounds = 2 + draw(10);
    for (int i = 0; i < rounds; i++) {
        while (r->n_views < VIEWS_MAX && draw(3) == 0)
            if (!make_view(r))
                return false;
        if (draw(2) && !change_index(r))
            return false;
        int n = draw(8);
        for (int k = 0; k < n; k++)
            if (!run_change(r, a, b))
                return false;
        if (!compare(r, a, b))
            return false;
        for (int k = 0; k < 4; k++)
            if (!compare_indexed(r, a, b))
                return false;
        if (r->seed % 16 == 5 && !(r->has_big ? read_big(r, a, b) : make_big(r)))
            return false;
        if (r->dir[0] && draw(3) == 0 && !(restart(r) && compare(r, a, b)))
            return false;
    }
    return check_empty(r, a) && compare(r, a, b);
}

static bool run_seed(uint64_t seed)
{
    static Run r;
    static Multiset a, b;
    memset(&r, 0, sizeof(r));
    r.seed = seed;
    rng_state = seed * 0x2545f4914f6cdd1dull;
    if (seed % 8 == 0 && !mkdtemp(strcpy(r.dir, "/tmp/laminar-tables-XXXXXX")))
        return fail(&r, "a directory cannot be made", r.dir);
    bool ok = play(&r, &a, &b);
    if (ok && draw(2) && laminar_execute(r.db, "DROP TABLE t CASCADE; DROP TABLE bag CASCADE", NULL) != LAMINAR_OK)
        ok = fail(&r, "dropping everything failed", NULL);
    close_database(&r);
    multiset_clear(&a);
    multiset_clear(&b);
    if (r.dir[0]) {
        snprintf(r.last, sizeof(r.last), "rm -rf '%s'", r.dir);
        ok = system(r.last) == 0 && ok;
    }
    return ok;
}

int main(int argc, char **argv)
{
    return run_seeds(argc, argv, 200, 5, run_seed);
}
