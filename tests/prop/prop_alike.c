/* SPDX-License-Identifier: Apache-2.0
 *
 * Property: rows with values that are equal but written differently (a month and thirty days, JSONB 1 and 1.0) are kept as they are
 * written, compared by value, and taken back as they were put in.  Random changes of two tables that have such columns, also in
 * transactions, with indexes and over reopened directories; after each round the content of every view equals a SELECT of its text.
 * What stands in a view's place for several equal values is asked for by its length.  Public header alone.
 *
 *   prop_alike [first_seed n_seeds]     one seed alone prints its statements */
#include "in_parts.h"
#include "laminar.h"
#include "multiset.h"
#include "seeds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))
#define PICK(a) (a)[draw(COUNT(a))]
#define ROUNDS 25
#define VIEWS 12

static const char *const queries[] = {
    "SELECT id, d, j FROM t",
    "SELECT d, j FROM u",
    "SELECT extract(epoch FROM d) AS e, count(*) AS n FROM t GROUP BY d",
    "SELECT k, extract(epoch FROM min(d)) AS a, extract(epoch FROM max(d)) AS b, count(DISTINCT d) AS n FROM t GROUP BY k",
    "SELECT t.id, t.d, u.d AS other, u.j FROM t JOIN u ON t.k = u.k",
    "SELECT t.id, t.j, u.d AS other FROM t LEFT JOIN u ON t.d = u.d",
    "SELECT t.id, t.d, u.k FROM t FULL JOIN u ON t.j = u.j AND t.id = u.k",
    "SELECT id, d FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.d = t.d)",
    "SELECT id, j FROM t WHERE j NOT IN (SELECT j FROM u WHERE j IS NOT NULL)",
    "SELECT d, j FROM t UNION ALL SELECT d, j FROM u",
    "SELECT id, d, j FROM (SELECT *, rank() OVER (PARTITION BY k ORDER BY d) AS r FROM t) x WHERE r <= 2",
    "SELECT id, j FROM (SELECT *, row_number() OVER (ORDER BY j DESC, id) AS r FROM t) x WHERE r <= 4",
    "SELECT id, d FROM t ORDER BY d, id LIMIT 5",
    "SELECT DISTINCT ON (d) id, j FROM t ORDER BY d, j, id",
    "SELECT id, dense_rank() OVER (ORDER BY j) AS r, count(*) OVER (PARTITION BY d) AS n FROM t",
    "SELECT id, count(*) OVER (ORDER BY d RANGE BETWEEN '1 day' PRECEDING AND '29 days' FOLLOWING) AS n FROM t",
    "SELECT id, first_value(d) OVER w AS f, lag(j) OVER w AS l FROM t WINDOW w AS (PARTITION BY k ORDER BY id)",
    "SELECT k, array_agg(id ORDER BY d, id) AS a, array_agg(j ORDER BY id) AS b FROM t GROUP BY k",
    "SELECT a.id, a.d, b.j FROM (SELECT id, d FROM t WHERE k < 3) a JOIN (SELECT id, j FROM t) b ON a.id = b.id",
};

static const char *const lengths[] = {"'1 mon'", "'30 days'", "'720 hours'", "'29 days 24 hours'", "'1 day'", "'24 hours'", "NULL"};
static const char *const jsons[] = {"'1'", "'1.0'", "'1.00'", "'{\"a\": 1}'", "'{\"a\": 1.0}'", "'[1]'", "'[1.0]'", "NULL"};
static const char *const indexes[] = {"CREATE INDEX uk ON u (k)", "CREATE INDEX uj ON u (j)", "CREATE INDEX tj ON t (j)",
                                      "CREATE INDEX tk ON t (k)"};

typedef struct Run {
    uint64_t seed;
    LaminarConnection *db;
    char dir[64]; /* "" = in memory */
    int n_ids, query[VIEWS], n_views;
} Run;
static bool prints;

static bool fail(const Run *r, const char *what, const char *detail)
{
    return seed_failed("prop_alike", r->seed, what, detail);
}

static bool execute(Run *r, const char *sql)
{
    if (prints)
        printf("%s;\n", sql);
    return laminar_execute(r->db, sql, NULL) == LAMINAR_OK ? true : fail(r, "a statement failed", sql);
}

static bool select_rows(Run *r, const char *query, Multiset *ret)
{
    if (!multiset_add_query(ret, r->db, query))
        return fail(r, "a query failed", query);
    return true;
}

static bool change(Run *r)
{
    char sql[200];
    switch (draw(8)) {
    case 0:
    case 1:
    case 2:
        r->n_ids++;
        snprintf(sql, sizeof(sql), "INSERT INTO t VALUES (%d, %d, %s, %s)", r->n_ids, 1 + draw(4), PICK(lengths), PICK(jsons));
        break;
    case 3: snprintf(sql, sizeof(sql), "INSERT INTO u VALUES (%d, %s, %s)", 1 + draw(6), PICK(lengths), PICK(jsons)); break;
    case 4: snprintf(sql, sizeof(sql), "UPDATE t SET d = %s WHERE id %% 3 = %d", PICK(lengths), draw(3)); break;
    case 5: snprintf(sql, sizeof(sql), "UPDATE t SET j = %s WHERE id = %d", PICK(jsons), 1 + draw(r->n_ids + 1)); break;
    case 6: snprintf(sql, sizeof(sql), "UPDATE u SET d = %s, j = %s WHERE k = %d", PICK(lengths), PICK(jsons), 1 + draw(6)); break;
    default: snprintf(sql, sizeof(sql), "DELETE FROM %s WHERE k %% 3 = %d", draw(2) ? "t" : "u", draw(3)); break;
    }
    return execute(r, sql);
}

static bool make_view(Run *r)
{
    char sql[300];
    r->query[r->n_views] = draw(COUNT(queries));
    snprintf(sql, sizeof(sql), "CREATE MATERIALIZED VIEW v%d AS %s", r->n_views, queries[r->query[r->n_views]]);
    r->n_views++;
    return execute(r, sql);
}

static bool check_view(Run *r, int i)
{
    char sql[40], detail[600];
    Multiset stored = {0}, direct = {0};
    snprintf(sql, sizeof(sql), "SELECT * FROM v%d", i);
    bool ok = select_rows(r, sql, &stored) && select_rows(r, queries[r->query[i]], &direct);
    const char *row = ok ? multiset_difference(&stored, &direct) : NULL;
    if (row) {
        snprintf(detail, sizeof(detail), "v%d: row %s stored %d, SELECT %d", i, row, multiset_count(&stored, row),
                 multiset_count(&direct, row));
        ok = fail(r, "the stored content differs from its query", detail);
    }
    multiset_clear(&stored);
    multiset_clear(&direct);
    return ok;
}

static bool open_again(Run *r)
{
    if (r->db)
        laminar_close(r->db);
    r->db = NULL;
    return open_in_parts(r->dir[0] ? r->dir : NULL, r->seed, &r->db) == LAMINAR_OK ? true : fail(r, "cannot be opened", r->dir);
}

static bool round_of(Run *r)
{
    bool ok = true, unit = draw(4) == 0;
    if (unit)
        ok = execute(r, "BEGIN");
    for (int n = 1 + draw(3); ok && n > 0; n--)
        ok = change(r);
    if (ok && unit)
        ok = execute(r, draw(4) ? "COMMIT" : "ROLLBACK");
    if (ok && r->n_views < VIEWS && draw(3) == 0)
        ok = make_view(r);
    if (ok && r->dir[0] && draw(8) == 0)
        ok = (draw(2) || execute(r, "CHECKPOINT")) && open_again(r);
    for (int i = 0; ok && i < r->n_views; i++)
        ok = check_view(r, i);
    return ok;
}

static bool run_seed(uint64_t seed)
{
    Run r = {.seed = seed};
    char command[100];
    rng_state = seed;
    if (seed % 4 == 2)
        snprintf(r.dir, sizeof(r.dir), "/tmp/laminar_prop_alike.%d", (int)getpid());
    bool ok = open_again(&r);
    ok = ok && execute(&r, draw(2) ? "CREATE TABLE t (id INT PRIMARY KEY, k INT, d INTERVAL, j JSONB)"
                                   : "CREATE TABLE t (id INT, k INT, d INTERVAL, j JSONB)");
    ok = ok && execute(&r, "CREATE TABLE u (k INT, d INTERVAL, j JSONB)");
    for (int i = 0; ok && i < COUNT(indexes); i++)
        ok = draw(3) > 0 || execute(&r, indexes[i]);
    for (int i = 0; ok && i < VIEWS / 2; i++)
        ok = make_view(&r);
    for (int i = 0; ok && i < ROUNDS; i++)
        ok = round_of(&r);
    if (r.db)
        laminar_close(r.db);
    snprintf(command, sizeof(command), "rm -rf %s", r.dir);
    if (r.dir[0] && system(command) != 0)
        printf("%s stays\n", r.dir);
    return ok;
}

int main(int argc, char **argv)
{
    prints = argc > 2 && atoi(argv[2]) == 1;
    return run_seeds(argc, argv, 60, 5, run_seed);
}
