/* SPDX-License-Identifier: Apache-2.0
 *
 * Statements that change tables, with every single allocation failing once: the n-th allocation of a statement fails, for n = 1, 2,
 * ..., until it needs fewer.  A statement that fails must have changed nothing, one that succeeds all the same must have done the
 * whole; views over the tables, joins that share one among them, are then what their queries say, or report that they have failed.
 */
#include "db/execute.h"
#include "env/env_sim.h"

#include <stdio.h>
#include <stdlib.h>

#define FAILURES_MAX 5000

static const char *const set_up[] = {
    "CREATE TABLE t (id BIGINT PRIMARY KEY, k TEXT, v BIGINT DEFAULT 1 CHECK (v < 1000))",
    "CREATE TABLE bag (k TEXT, v BIGINT)",
    "CREATE INDEX by_v ON t (v)",
    "INSERT INTO t VALUES (1, 'a', 1), (2, 'b text of more than twelve bytes', 2), (3, NULL, 3)",
};
static const struct {
    const char *name, *query;
} views[] = {
    {"by_k", "SELECT k, count(*) AS n, sum(v) AS s, min(v) AS lo FROM t GROUP BY k"},
    {"named", "SELECT bag.k, bag.v, t.k AS tk FROM bag LEFT JOIN t ON bag.v = t.id"},
    {"pairs", "SELECT x.id, y.k FROM t x JOIN t y ON x.v = y.id"},
    {"chain", "SELECT x.id, y.k, z.k AS zk FROM t x JOIN t y ON x.v = y.id AND y.v < 100 JOIN t z ON y.v = z.id"},
};
static const char *const statements[] = {
    "INSERT INTO t VALUES (4, 'another text of more than twelve bytes', 4), (5, 'e', DEFAULT)",
    "INSERT INTO t SELECT id + 10, k, v + 1 FROM t WHERE v > 1",
    "INSERT INTO t VALUES (1, 'x', 9), (20, 'y', 9) ON CONFLICT DO NOTHING",
    "INSERT INTO t VALUES (1, 'z', 9), (21, 'y', 9) ON CONFLICT (id) DO UPDATE SET v = t.v + EXCLUDED.v, k = EXCLUDED.k || '+'",
    "INSERT INTO bag SELECT k, v FROM t RETURNING upper(k), v * 2",
    "UPDATE t SET v = v * 2, k = upper(k) WHERE id < 15 RETURNING *",
    "UPDATE t SET id = id + 1",
    "MERGE INTO t USING (VALUES (2, 7), (3, 8), (30, 9), (31, 10)) x (id, v) ON t.id = x.id WHEN MATCHED AND x.v = 7 THEN DELETE "
    "WHEN "
    "MATCHED THEN UPDATE SET v = x.v WHEN NOT MATCHED THEN INSERT VALUES (x.id, 'merged, in more than twelve bytes', x.v)",
    "UPDATE t SET v = b.n FROM (SELECT k, count(*) AS n FROM bag GROUP BY k) b WHERE b.k = t.k",
    ("WITH gone AS (DELETE FROM bag WHERE v > 1 RETURNING *) INSERT INTO t SELECT 40 + row_number() OVER (ORDER BY k, v), k, v "
     "FROM "
     "gone"),
    "DELETE FROM bag USING t WHERE t.k = bag.k AND t.v > 2",
    "UPDATE bag SET v = 0",
    "DELETE FROM t WHERE id % 2 = 0 RETURNING k",
    "TRUNCATE bag",
    "DELETE FROM t",
};

typedef struct Failing { /* the hook: allocation number `at` fails */
    uint64_t n, at;
} Failing;

static int failing_alloc(void *self, size_t bytes)
{
    Failing *f = self;
    (void)bytes;
    return ++f->n == f->at;
}

static Database *db;

static int run(const char *sql, StatementResult *ret, Err *err)
{
    *err = ERR_INIT;
    return db_execute(db, str_of(sql), ret, err);
}

static int must(const char *sql)
{
    StatementResult r;
    Err err;
    int rc = run(sql, &r, &err);
    if (rc < 0)
        printf("%s\n  %s\n", sql, err.message);
    else
        statement_result_done(&r);
    return rc;
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Rows of a query as sorted lines; false: it failed with err. */
static bool content(const char *sql, StrBuf *ret, Err *err)
{
    static char *line[1000];
    int n = 0;
    StatementResult r;
    if (run(sql, &r, err) < 0)
        return false;
    for (uint32_t i = 0; i < r.rows->n; i++) {
        const Batch *b = r.rows->batch[i];
        for (uint32_t k = 0; k < b->n_sel && n < 1000; k++) {
            StrBuf text;
            sb_init(&text, NULL);
            for (uint32_t c = 0; c < b->n_cols; c++) {
                Value v = vec_get(&b->col[c], row_at(batch_rows(b), k));
                sb_puts(&text, v.is_null ? "NULL" : "");
                value_print(&v, &text);
                sb_putc(&text, '|');
            }
            line[n++] = strdup(sb_cstr(&text));
            sb_done(&text);
        }
    }
    statement_result_done(&r);
    qsort(line, (size_t)n, sizeof(*line), compare_lines);
    sb_clear(ret);
    for (int i = 0; i < n; i++) {
        sb_puts(ret, line[i]);
        sb_putc(ret, '\n');
        free(line[i]);
    }
    return true;
}

static bool tables(StrBuf *ret)
{
    Err err;
    return content("SELECT 't', * FROM t UNION ALL SELECT 'bag', NULL, * FROM bag", ret, &err);
}

static bool check_view(size_t i, const char *sql, uint64_t at)
{
    StrBuf stored, direct;
    Err err;
    char select[64], drop[64];
    sb_init(&stored, NULL);
    sb_init(&direct, NULL);
    snprintf(select, sizeof(select), "SELECT * FROM %s", views[i].name);
    snprintf(drop, sizeof(drop), "DROP MATERIALIZED VIEW %s", views[i].name);
    bool ok = content(views[i].query, &direct, &err);
    if (ok && !content(select, &stored, &err)) { /* it says so, and is made again */
        ok = err.code == ERR_WRONG_STATE && must(drop) == 0;
    } else if (ok && strcmp(sb_cstr(&stored), sb_cstr(&direct)) != 0) {
        printf("allocation %llu of \"%s\": %s is\n%sinstead of\n%s", (unsigned long long)at, sql, views[i].name, sb_cstr(&stored),
               sb_cstr(&direct));
        ok = false;
    }
    sb_done(&stored);
    sb_done(&direct);
    return ok;
}

static bool make_views(void)
{
    for (size_t i = 0; i < ARRAY_LEN(views); i++) {
        char sql[256];
        snprintf(sql, sizeof(sql), "CREATE MATERIALIZED VIEW IF NOT EXISTS %s AS %s", views[i].name, views[i].query);
        if (must(sql) < 0)
            return false;
    }
    return true;
}

static bool check_views(const char *sql, uint64_t at)
{
    bool ok = true;
    for (size_t i = 0; i < ARRAY_LEN(views); i++)
        ok = check_view(i, sql, at) && ok;
    return ok;
}

/* What the tables are when the statement has been done. */
static bool whole(const char *sql, StrBuf *ret)
{
    return must("BEGIN") == 0 && must(sql) == 0 && tables(ret) && must("ROLLBACK") == 0;
}

static bool put_back(void)
{
    static const char *const sql[] = {"DELETE FROM t", "DELETE FROM bag", "INSERT INTO t SELECT * FROM t_was",
                                      "INSERT INTO bag SELECT * FROM bag_was"};
    for (size_t i = 0; i < ARRAY_LEN(sql); i++)
        if (must(sql[i]) < 0)
            return false;
    return true;
}

static bool keep(void)
{
    return must("DROP TABLE IF EXISTS t_was") == 0 && must("DROP TABLE IF EXISTS bag_was") == 0 &&
           must("CREATE TABLE t_was AS SELECT * FROM t") == 0 && must("CREATE TABLE bag_was AS SELECT * FROM bag") == 0;
}

/* One statement until it needs no more memory. */
static bool play(const char *sql, uint64_t *n_failures)
{
    StrBuf before, after, all;
    sb_init(&before, NULL);
    sb_init(&after, NULL);
    sb_init(&all, NULL);
    bool ok = tables(&before) && keep() && whole(sql, &all), done = false;
    for (uint64_t at = 1; ok && !done && at < FAILURES_MAX; at++) {
        ok = make_views();
        Failing f = {.at = at};
        StatementResult r;
        Err err;
        mem_set_hook(failing_alloc, &f);
        int rc = run(sql, &r, &err);
        mem_set_hook(NULL, NULL);
        if (rc == 0)
            statement_result_done(&r);
        done = rc == 0 && f.n < at;
        *n_failures += rc < 0;
        if (rc < 0 && err.code != ERR_OUT_OF_MEMORY) {
            printf("allocation %llu of \"%s\": %s\n", (unsigned long long)at, sql, err.message);
            ok = false;
        }
        ok = ok && tables(&after);
        if (ok && rc < 0 && strcmp(sb_cstr(&before), sb_cstr(&after)) != 0) {
            printf("allocation %llu of \"%s\" failed and changed\n%sto\n%s", (unsigned long long)at, sql, sb_cstr(&before),
                   sb_cstr(&after));
            ok = false;
        }
        if (ok && rc == 0 && strcmp(sb_cstr(&all), sb_cstr(&after)) != 0) {
            printf("allocation %llu of \"%s\" failed, and it changed\n%sto\n%sinstead of\n%s", (unsigned long long)at, sql,
                   sb_cstr(&before), sb_cstr(&after), sb_cstr(&all));
            ok = false;
        }
        ok = ok && check_views(sql, at) && (rc < 0 || done || put_back());
    }
    sb_done(&all);
    sb_done(&before);
    sb_done(&after);
    return ok && done;
}

int main(void)
{
    Env *env = env_sim_new(1, NULL);
    Err err = ERR_INIT;
    uint64_t n_failures = 0;
    uint32_t passed = 0;
    if (!env || db_open(env, NULL, &db, &err) < 0)
        return 2;
    for (size_t i = 0; i < ARRAY_LEN(set_up); i++)
        if (must(set_up[i]) < 0)
            return 2;
    for (size_t i = 0; i < ARRAY_LEN(statements); i++) {
        if (play(statements[i], &n_failures))
            passed++;
        else
            printf("failed: %s\n", statements[i]);
    }
    db_close(db);
    db_unref(db);
    env_sim_free(env);
    uint32_t n = (uint32_t)ARRAY_LEN(statements);
    printf("%u passed, %u failed, 0 skipped (%llu failed allocations)\n", (unsigned)passed, (unsigned)(n - passed),
           (unsigned long long)n_failures);
    return passed == n && n_failures > n ? 0 : 1;
}
