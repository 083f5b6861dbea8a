/* SPDX-License-Identifier: Apache-2.0
 *
 * Statements without memory: the first, the second, the third .. allocation of each fails.  A statement then says 53200 and nothing
 * has happened, or it succeeds and all of it has; and views, which are kept up to date by the same step, are what their queries say
 * or have failed for want of memory and say so.
 *
 *   sim_nomem [statement | all [every]]
 *
 * every: only each so-manieth allocation fails, another share of them for each statement. */
#include "db/durable.h"
#include "env/env_sim.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct View {
    const char *name, *query;
} View;
typedef struct Scene {
    const char *setup;
    const char *const *statement;
    size_t n_statements;
    const View *view;
    size_t n_views;
    const char *const *content; /* what a statement changes, or not */
    size_t n_content;
    bool pushes; /* rows of a source count when they could not be kept for SELECT, too: views are as they were, or have them all */
} Scene;
#define VIEWS_MAX 8

/* ---- tables ---- */

static const char of_tables[] =
    "CREATE TABLE t (id BIGINT PRIMARY KEY, k TEXT, v BIGINT CHECK (v >= 0), UNIQUE (k, v));"
    "CREATE TABLE u (id BIGINT REFERENCES t ON DELETE CASCADE, w TEXT);"
    "CREATE INDEX uw ON u (w);"
    "CREATE TYPE kind AS ENUM ('a', 'b');"
    "CREATE DOMAIN few AS BIGINT DEFAULT 3 CHECK (VALUE > 0); CREATE TABLE d (n few, a few[], o INT); INSERT INTO d VALUES (1, "
    "'{2}');"
    "CREATE SOURCE fs (f few, ip INET);"
    "CREATE FUNCTION one_of(a BIGINT) RETURNS TEXT LANGUAGE SQL AS 'SELECT k FROM t WHERE id = a';"
    "CREATE FUNCTION some_of(a BIGINT) RETURNS TABLE (i BIGINT) LANGUAGE SQL AS 'SELECT id FROM t WHERE v = a';"
    "INSERT INTO t SELECT g, 'a name that is not short ' || g % 7, g FROM generate_series(1, 40) g;"
    "CREATE SOURCE s (a BIGINT, b BIGINT); INSERT INTO s SELECT g, g + 1 FROM generate_series(1, 20) g;"
    "INSERT INTO u SELECT 1 + g % 20, 'w' || g FROM generate_series(1, 60) g;"
    "CREATE MATERIALIZED VIEW tv AS SELECT k, count(*) AS n, sum(v) AS s, min(v) AS lo FROM t GROUP BY k;"
    "CREATE MATERIALIZED VIEW jv AS SELECT t.id, t.v, u.w FROM t LEFT JOIN u ON t.id = u.id;"
    "CREATE MATERIALIZED VIEW ov AS SELECT id, row_number() OVER (PARTITION BY k ORDER BY v DESC) AS n FROM t;"
    "CREATE MATERIALIZED VIEW av AS SELECT sum(id) OVER (PARTITION BY v % 3 ORDER BY v, id ROWS 2 PRECEDING) AS s FROM t;"
    "CREATE MATERIALIZED VIEW rv AS WITH RECURSIVE r (a, b) AS (SELECT id, v FROM t WHERE id < 9 UNION SELECT r.b, u.id FROM r "
    "JOIN u ON u.id = r.b + 1) SELECT a, b FROM r;"
    "CREATE MATERIALIZED VIEW nv AS SELECT id FROM t WHERE (v, k) NOT IN (SELECT id + 4, w FROM u WHERE u.id = t.id + 1);"
    "CREATE MATERIALIZED VIEW held AS SELECT w, count(*) AS n FROM u GROUP BY w;"
    "CREATE MATERIALIZED VIEW holds AS SELECT max(n) AS m FROM (SELECT w, count(*) AS n FROM u GROUP BY w) q;"
    "CREATE TABLE bare (id BIGINT PRIMARY KEY, v BIGINT); INSERT INTO bare SELECT g, g FROM generate_series(1, 20) g;"
    "CREATE TABLE refers (id BIGINT REFERENCES bare (id)); INSERT INTO refers VALUES (3);"
    "COMMENT ON INDEX uw IS 'a comment that is not short'; COMMENT ON CONSTRAINT t_v_check ON t IS 'another comment';"
    "CREATE PROCEDURE changes(a BIGINT, x TEXT) LANGUAGE SQL AS 'UPDATE t SET k = x WHERE id = a; DELETE FROM u WHERE id = a';"
    "CREATE FUNCTION changed(a BIGINT) RETURNS SETOF t LANGUAGE SQL AS 'UPDATE t SET v = v + 1 WHERE id = a RETURNING *';"
    "CREATE VIEW simple AS SELECT id, v FROM t WHERE v < 1000 WITH CHECK OPTION";

static const char *const table_statements[] = {
    "INSERT INTO t VALUES (100, 'x', 1), (101, 'y', 2)",
    "INSERT INTO t SELECT id + 200, k, v + 200 FROM t WHERE v % 2 = 0 RETURNING id, k || '!'",
    "INSERT INTO t SELECT id, k, v FROM t ON CONFLICT (id) DO UPDATE SET v = t.v + 1000, k = EXCLUDED.k || ' again'",
    "UPDATE t SET v = v + 1000 WHERE id < 30 RETURNING *",
    "UPDATE t SET v = x.n + 500 + x.id FROM (SELECT id, count(*) AS n FROM u GROUP BY id) x WHERE x.id = t.id",
    "DELETE FROM t WHERE k IN (SELECT k FROM t WHERE v < 3)",
    "DELETE FROM u USING t WHERE t.id = u.id AND t.v > 10",
    ("MERGE INTO t USING (SELECT id + 15 AS id, count(*) AS n FROM u GROUP BY id) x ON t.id = x.id WHEN MATCHED AND x.id > 30 THEN "
     "DELETE WHEN MATCHED THEN UPDATE SET v = 2000 + x.id WHEN NOT MATCHED THEN INSERT VALUES (x.id, 'merged', x.n)"),
    "WITH gone AS (DELETE FROM u WHERE id < 10 RETURNING id, w) INSERT INTO t SELECT 300 + row_number() OVER (), w, 1 FROM gone",
    "TRUNCATE u",
    "UPDATE simple SET v = v + 1 WHERE id > 20",
    "BEGIN; UPDATE t SET v = v + 1 WHERE id > 35; SAVEPOINT p; DELETE FROM u; ROLLBACK TO p; DELETE FROM u WHERE id = 3; COMMIT",
    "BEGIN; CREATE TABLE n (a BIGINT); INSERT INTO n SELECT v FROM t; DELETE FROM t WHERE id = 40; COMMIT",
    "CREATE TABLE n AS SELECT k, sum(v) AS s FROM t GROUP BY k",
    ("CREATE TABLE n AS SELECT t.id, u.w FROM t JOIN u ON t.id = u.id FULL JOIN t x ON x.k = t.k WHERE t.v > (SELECT avg(v) FROM "
     "t) "
     "ORDER BY t.k || ' and more than short', u.w DESC, x.v::decimal(20, 2)"),
    "CREATE MATERIALIZED VIEW n AS SELECT u.w, max(t.v) AS m FROM t JOIN u USING (id) GROUP BY u.w",
    ("CREATE MATERIALIZED VIEW n AS WITH g AS (SELECT id, max(w) AS w FROM u GROUP BY id) SELECT p.id, h.n, q.w FROM g p JOIN g q "
     "ON q.id = p.id + 1 LEFT JOIN (SELECT w, count(*) AS n FROM u GROUP BY w) h ON h.w = p.w"),
    "DROP MATERIALIZED VIEW held",
    "CREATE MATERIALIZED VIEW n AS WITH RECURSIVE r (a, b, n) AS (SELECT id, k, 1 FROM t UNION ALL SELECT u.id, w, n + 1 FROM r "
    "JOIN u ON u.id = r.a + 7) SELECT a, b, n FROM r",
    ("CREATE MATERIALIZED VIEW n WITH (allow_unbounded_state = true) AS WITH RECURSIVE r (a) AS (SELECT id FROM t WHERE id < 9 "
     "UNION SELECT s.b FROM r JOIN s ON s.a = r.a) SELECT a FROM r"),
    "CREATE MATERIALIZED VIEW n AS SELECT id, k FROM t WHERE (v, k) NOT IN (SELECT id, w FROM u WHERE u.id = t.id)",
    "ALTER TABLE t ADD COLUMN more TEXT DEFAULT 'a default that is not short'",
    "CREATE INDEX tk ON t (k)",
    "DROP TABLE u CASCADE",
    "DROP TABLE u, t CASCADE",
    "ALTER TABLE t DROP COLUMN k CASCADE",
    "ALTER TABLE u ADD CONSTRAINT more UNIQUE (w)",
    "CREATE SEQUENCE n",
    "CREATE SOURCE n (k TEXT, v BIGINT) FROM UDP (port = 9999) FORMAT csv",
    "ALTER TABLE u ADD COLUMN n SERIAL",
    ("BEGIN; CREATE TABLE n (a BIGINT); ALTER TABLE n ADD COLUMN m INT GENERATED ALWAYS AS IDENTITY; ALTER TABLE n ALTER m RESTART "
     "WITH 100; INSERT INTO n (a) VALUES (1); COMMIT"),
    "ALTER TYPE kind ADD VALUE 'c'",
    "ALTER TYPE kind RENAME VALUE 'a' TO 'another name'",
    ("BEGIN; ALTER TYPE kind ADD VALUE 'c'; SAVEPOINT p; ALTER TYPE kind RENAME VALUE 'a' TO 'another name'; ROLLBACK TO p; UPDATE "
     "t "
     "SET v = 1 WHERE id = 3; COMMIT"),
    "CLOSE ALL; DECLARE c CURSOR FOR SELECT k FROM t WHERE id > 3; FETCH 2 FROM c; UPDATE t SET v = v + 1 WHERE CURRENT OF c",
    "CREATE DOMAIN small AS BIGINT DEFAULT 3 CHECK (VALUE < 1000000) CONSTRAINT other CHECK (VALUE > -5)",
    "CREATE FUNCTION rows_of(x TEXT) RETURNS TABLE (i BIGINT, s TEXT) LANGUAGE SQL AS 'SELECT id, k FROM t WHERE k > x'",
    "CREATE MATERIALIZED VIEW n AS SELECT u.id, f.i, one_of(u.id) FROM u, some_of(u.id) f",
    "INSERT INTO u SELECT f.i, one_of(2) FROM some_of(3) WITH ORDINALITY f",
    "INSERT INTO u SELECT id, format('%s', VARIADIC string_to_array(k, '-')) FROM t WHERE id < 9",
    "ALTER DOMAIN few ADD CONSTRAINT more CHECK (VALUE < 1000000)",
    "ALTER DOMAIN few SET DEFAULT 4",
    "INSERT INTO d VALUES (5, '{6}')",
    "DROP DOMAIN few CASCADE",
    "CREATE SCHEMA n",
    "INSERT INTO fs VALUES (3, '10.0.0.1/8'), (4, '::1')",
    "ALTER TYPE kind RENAME TO another_kind",
    ("CREATE TABLE n AS SELECT network('10.0.0.0'::inet + id) AS net, JSON_OBJECT('k': k, 'v': NULL ABSENT ON NULL WITH UNIQUE) AS "
     "j, "
     "JSON_VALUE(JSON_ARRAY(id RETURNING text), '$[0]' RETURNING int DEFAULT 1 ON ERROR) AS i FROM t WHERE id < 9"),
    "INSERT INTO bare SELECT 500 + count(*), percentile_disc(v / 1000000.0) WITHIN GROUP (ORDER BY id) FROM t WHERE id = 3 GROUP "
    "BY v",
    ("BEGIN; CREATE SCHEMA n; SET LOCAL search_path TO n, public; CREATE TABLE r (a BIGINT, w TEXT); INSERT INTO r SELECT id, k "
     "FROM t; "
     "CREATE VIEW rv AS SELECT a FROM r; COMMIT"),
    "COMMENT ON TABLE t IS 'a comment that is not short'",
    "REINDEX TABLE u",
    "REINDEX TABLE t",
    "CREATE PROCEDURE n(a BIGINT, x TEXT) LANGUAGE SQL AS 'UPDATE t SET k = x WHERE id = a; DELETE FROM u WHERE id = a'",
    "CALL changes(5, 'another name that is not short')",
    "SELECT * FROM changed(6)",
    "SELECT changed(6), changed(7)",
    "CREATE TABLE n (LIKE t INCLUDING ALL)",
    "ALTER TABLE bare RENAME COLUMN id TO number",
    "CREATE SOURCE n (id INT, ms BIGINT, ts AS to_timestamp(ms / 1000.0), came AS PROCTIME(), WATERMARK FOR ts AS ts)",
    "INSERT INTO bare SELECT unnest(array_agg(id + 1000)), max(v) FROM t WHERE id < 9",
    "CREATE MATERIALIZED VIEW n AS SELECT unnest(array_agg(w ORDER BY id)) AS w, generate_series(1, generate_series(1, 2)) AS i "
    "FROM u",
    ("BEGIN; UPDATE bare SET v = v + 1 WHERE id > 5; ALTER TABLE bare ADD COLUMN more TEXT DEFAULT 'a default that is not short'; "
     "SAVEPOINT p; DELETE FROM bare WHERE id = 9; ALTER TABLE bare DROP COLUMN v; ROLLBACK TO p; INSERT INTO bare VALUES (70, 7, "
     "'x');"
     "COMMIT"),
};

static const View table_views[] = {
    {"tv", "SELECT k, count(*), sum(v), min(v) FROM t GROUP BY k"},
    {"ov", "SELECT id, row_number() OVER (PARTITION BY k ORDER BY v DESC) FROM t"},
    {"av", "SELECT sum(id) OVER (PARTITION BY v % 3 ORDER BY v, id ROWS 2 PRECEDING) FROM t"},
    {"rv", "WITH RECURSIVE r (a, b) AS (SELECT id, v FROM t WHERE id < 9 UNION SELECT r.b, u.id FROM r JOIN u ON u.id = r.b + 1) "
           "SELECT a, b FROM r"},
    {"holds", "SELECT max(n) FROM (SELECT w, count(*) AS n FROM u GROUP BY w) q"},
    {"nv", "SELECT id FROM t WHERE (v, k) NOT IN (SELECT id + 4, w FROM u WHERE u.id = t.id + 1)"},
};

static const char *const table_content[] = {"SELECT * FROM t",
                                            "SELECT * FROM u",
                                            "SELECT * FROM n",
                                            "SELECT * FROM bare",
                                            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint",
                                            "SELECT name, kind FROM laminar_relations",
                                            "SELECT indexname FROM pg_indexes",
                                            "SELECT enum_range(NULL::kind)"};

/* ---- streams: sessions, first rows, ranks, distinct values, windows, and tables of groups beyond the caches ---- */

static const char of_streams[] =
    "CREATE TABLE big (k BIGINT, v BIGINT); INSERT INTO big SELECT g * 7919, g FROM generate_series(1, 4000) g;"
    "CREATE SOURCE e (k BIGINT, s TEXT, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' HOUR);"
    "INSERT INTO e SELECT g % 9, 'a text that is not short ' || g % 4, g * 7 % 31, TIMESTAMP '2024-01-01' + g * INTERVAL '7 "
    "second' "
    "FROM generate_series(1, 60) g;"
    "CREATE MATERIALIZED VIEW sv AS SELECT k, count(*) AS n, sum(v) AS s, session_start() AS a FROM e GROUP BY k, SESSION(ts, "
    "INTERVAL "
    "'40' SECOND);"
    "CREATE MATERIALIZED VIEW mv AS SELECT s, count(DISTINCT v) AS n, max(v) AS hi, session_start() AS a FROM e GROUP BY s, "
    "SESSION(ts, "
    "INTERVAL '20' SECOND);"
    "CREATE MATERIALIZED VIEW dv AS SELECT DISTINCT ON (k) k, v, ts FROM e ORDER BY k, v DESC, ts;"
    "CREATE MATERIALIZED VIEW fv AS SELECT DISTINCT ON (s) s, v, ts FROM e ORDER BY s, v, ts;"
    "CREATE MATERIALIZED VIEW kv AS SELECT k, v, ts FROM (SELECT *, rank() OVER (PARTITION BY k ORDER BY v DESC) AS r FROM e) x "
    "WHERE "
    "r <= 2;"
    "CREATE MATERIALIZED VIEW pv AS SELECT k, s, v, n FROM (SELECT *, row_number() OVER (PARTITION BY k ORDER BY v DESC, ts) AS n "
    "FROM e) x WHERE n <= 3;"
    "CREATE MATERIALIZED VIEW cv AS SELECT k, count(DISTINCT v) AS a, count(DISTINCT v) FILTER (WHERE v > 9) AS b, count(DISTINCT "
    "s) "
    "AS c FROM e GROUP BY k;"
    "CREATE MATERIALIZED VIEW wv AS SELECT s, window_end AS b, count(*) AS n, min(v) AS lo FROM TUMBLE(e, ts, INTERVAL '1' MINUTE) "
    "GROUP BY s, window_start, window_end";

static const char *const stream_statements[] = {
    "INSERT INTO e SELECT g % 12, 'a text that is not short ' || g % 5, g * 11 % 37, TIMESTAMP '2024-01-01' + g * INTERVAL '5 "
    "second' "
    "FROM generate_series(1, 90) g",
    "INSERT INTO e VALUES (3, 'a', 5, '2024-01-01 00:04:00')",
    "SELECT k, count(*), sum(v) FROM (SELECT k, v FROM big UNION ALL SELECT k + v % 2, v FROM big) x GROUP BY k",
    "SELECT v % 3, count(DISTINCT k), count(DISTINCT k) FILTER (WHERE v > 500) FROM big GROUP BY 1",
    "SELECT id FROM (SELECT v AS id, rank() OVER (ORDER BY k) AS r FROM big) x WHERE r < 20",
};

static const View stream_views[] = {
    {"sv", "SELECT k, count(*), sum(v), session_start() FROM e GROUP BY k, SESSION(ts, INTERVAL '40' SECOND)"},
    {"mv", "SELECT s, count(DISTINCT v), max(v), session_start() FROM e GROUP BY s, SESSION(ts, INTERVAL '20' SECOND)"},
    {"dv", "SELECT DISTINCT ON (k) k, v, ts FROM e ORDER BY k, v DESC, ts"},
    {"fv", "SELECT DISTINCT ON (s) s, v, ts FROM e ORDER BY s, v, ts"},
    {"kv", "SELECT k, v, ts FROM (SELECT *, rank() OVER (PARTITION BY k ORDER BY v DESC) AS r FROM e) x WHERE r <= 2"},
    {"pv", "SELECT k, s, v, n FROM (SELECT *, row_number() OVER (PARTITION BY k ORDER BY v DESC, ts) AS n FROM e) x WHERE n <= 3"},
    {"cv", "SELECT k, count(DISTINCT v), count(DISTINCT v) FILTER (WHERE v > 9), count(DISTINCT s) FROM e GROUP BY k"},
    {"wv", "SELECT s, window_end, count(*), min(v) FROM TUMBLE(e, ts, INTERVAL '1' MINUTE) GROUP BY s, window_start, window_end"},
};

static const char *const stream_content[] = {"SELECT * FROM e", "SELECT name, kind FROM laminar_relations"};

static const Scene scenes[] = {
    {of_tables, table_statements, ARRAY_LEN(table_statements), table_views, ARRAY_LEN(table_views), table_content,
     ARRAY_LEN(table_content)},
    {of_streams, stream_statements, ARRAY_LEN(stream_statements), stream_views, ARRAY_LEN(stream_views), stream_content,
     ARRAY_LEN(stream_content), true},
};

typedef struct Nth {
    uint64_t n, at;
} Nth;

static int fail_nth(void *self, size_t bytes)
{
    Nth *f = self;
    (void)bytes;
    return ++f->at == f->n;
}

static int execute(Database *db, const char *sql, StatementResult *ret, Err *err)
{
    StatementResult local;
    *err = ERR_INIT;
    int rc = db_execute(db, str_of(sql), ret ? ret : &local, err);
    if (rc >= 0 && !ret)
        statement_result_done(&local);
    return rc;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted; a relation that is not there, or has failed, is its SQLSTATE. */
static void put_rows(Database *db, const char *sql, StrBuf *out)
{
    StatementResult res;
    Err err;
    char *line[1000];
    size_t n = 0;
    if (execute(db, sql, &res, &err) < 0) {
        sb_printf(out, "%s %s\n", err_sqlstate(err.code), err.message);
        return;
    }
    for (uint32_t i = 0; i < res.rows->n; i++) {
        const Batch *b = res.rows->batch[i];
        for (uint32_t k = 0; k < b->n_sel && n < ARRAY_LEN(line); k++) {
            _cleanup_(sb_done) StrBuf one;
            sb_init(&one, NULL);
            for (uint32_t c = 0; c < b->n_cols; c++) {
                Value v = vec_get(&b->col[c], row_at(batch_rows(b), k));
                sb_puts(&one, v.is_null ? "|NULL" : "|");
                if (!v.is_null)
                    value_print(&v, &one);
            }
            line[n++] = strdup(sb_cstr(&one));
        }
    }
    qsort(line, n, sizeof(*line), by_text);
    for (size_t i = 0; i < n; i++) {
        sb_printf(out, "%s\n", line[i]);
        free(line[i]);
    }
    statement_result_done(&res);
}

static void put_content(Database *db, const Scene *scene, StrBuf *out)
{
    for (size_t i = 0; i < scene->n_content; i++)
        put_rows(db, scene->content[i], out);
}

static bool fail(const char *sql, uint64_t n, const char *what, const char *detail)
{
    printf("%s\nallocation %llu: %s %s\n", sql, (unsigned long long)n, what, detail);
    return false;
}

typedef struct Outcome { /* of a run with memory */
    StrBuf content, view[VIEWS_MAX];
} Outcome;

static void put_view(Database *db, const View *v, StrBuf *out)
{
    char buf[80];
    snprintf(buf, sizeof(buf), "SELECT * FROM %s", v->name);
    put_rows(db, buf, out);
}

static bool view_holds(Database *db, const Scene *scene, size_t i, const char *sql, uint64_t n, Outcome *before, Outcome *after)
{
    const View *v = &scene->view[i];
    StrBuf is, says;
    sb_init(&is, NULL);
    sb_init(&says, NULL);
    put_view(db, v, &is);
    put_rows(db, v->query, &says);
    const char *have = sb_cstr(&is);
    bool ok = strcmp(have, sb_cstr(&says)) == 0 || strncmp(have, "42P01", 5) == 0 ||
              (strncmp(have, "55000", 5) == 0 && strstr(have, "out of memory"));
    if (scene->pushes)
        ok |= strcmp(have, sb_cstr(&before->view[i])) == 0 || strcmp(have, sb_cstr(&after->view[i])) == 0;
    if (!ok)
        printf("-- %s\n%s-- %s\n%s", v->name, have, v->query, sb_cstr(&says));
    if (!ok)
        (void)fail(sql, n, "a view is not what its query says:", v->name);
    sb_done(&is);
    sb_done(&says);
    return ok;
}

/* The statement with its n-th allocation failing.  1 = it was made with fewer. */
static int run_once(const Scene *scene, const char *sql, uint64_t n, Outcome *before, Outcome *after)
{
    SimFaults none = {0};
    DatabaseConfig config = {0};
    Env *env = env_sim_new(1, &none);
    Database *db = NULL;
    Err err = ERR_INIT;
    Nth f = {.n = n};
    if (db_open(env, &config, &db, &err) < 0 || execute(db, scene->setup, NULL, &err) < 0)
        return fail(sql, n, "setup:", err.message) - 1;
    mem_set_hook(fail_nth, &f);
    int rc = execute(db, sql, NULL, &err);
    mem_set_hook(NULL, NULL);
    Err ignored;
    if (rc < 0 && strncmp(sql, "BEGIN", 5) == 0)
        (void)execute(db, "ROLLBACK", NULL, &ignored);
    StrBuf found;
    sb_init(&found, NULL);
    put_content(db, scene, &found);
    bool ok = true;
    if (rc < 0 && err.code != ERR_OUT_OF_MEMORY)
        ok = fail(sql, n, "another error:", err.message);
    else if (strcmp(sb_cstr(&found), sb_cstr(rc < 0 ? &before->content : &after->content)) != 0)
        ok = fail(sql, n, rc < 0 ? "failed, and something has happened:\n" : "succeeded, and not all has happened:\n",
                  sb_cstr(&found));
    for (size_t i = 0; i < scene->n_views && ok; i++)
        ok = view_holds(db, scene, i, sql, n, before, after);
    sb_done(&found);
    db_close(db);
    db_unref(db);
    env_sim_free(env);
    return !ok ? -1 : f.at < n;
}

static void outcome_of(const Scene *scene, const char *sql, Outcome *ret)
{
    SimFaults none = {0};
    DatabaseConfig config = {0};
    Env *env = env_sim_new(1, &none);
    Database *db = NULL;
    Err err = ERR_INIT;
    if (db_open(env, &config, &db, &err) < 0 || execute(db, scene->setup, NULL, &err) < 0 ||
        (sql && execute(db, sql, NULL, &err) < 0))
        printf("%s: %s\n", sql ? sql : "setup", err.message);
    sb_init(&ret->content, NULL);
    put_content(db, scene, &ret->content);
    for (size_t i = 0; i < scene->n_views; i++) {
        sb_init(&ret->view[i], NULL);
        put_view(db, &scene->view[i], &ret->view[i]);
    }
    db_close(db);
    db_unref(db);
    env_sim_free(env);
}

static void outcome_done(const Scene *scene, Outcome *o)
{
    sb_done(&o->content);
    for (size_t i = 0; i < scene->n_views; i++)
        sb_done(&o->view[i]);
}

/* The allocations first, first + every, .. fail.  1 = it holds, -1 = it does not; *ret_n: one behind the last that it needs. */
static int try_statement(const Scene *scene, const char *sql, uint64_t first, uint64_t every, uint64_t *ret_n)
{
    Outcome before, after;
    int rc;
    outcome_of(scene, NULL, &before);
    outcome_of(scene, sql, &after);
    for (*ret_n = first; (rc = run_once(scene, sql, *ret_n, &before, &after)) == 0; *ret_n += every)
        ;
    outcome_done(scene, &before);
    outcome_done(scene, &after);
    return rc;
}

int main(int argc, char **argv)
{
    uint64_t n_passed = 0, n_failed = 0, n, every = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    bool is_one = argc > 1 && strcmp(argv[1], "all") != 0;
    size_t number = 0;
    every = every ? every : 1;
    for (size_t k = 0; k < ARRAY_LEN(scenes); k++)
        for (size_t i = 0; i < scenes[k].n_statements; i++, number++) {
            if (is_one && (size_t)atoi(argv[1]) != number)
                continue;
            int rc = try_statement(&scenes[k], scenes[k].statement[i], 1 + number % every, every, &n);
            n_passed += rc > 0;
            n_failed += rc < 0;
            if (is_one)
                printf("%llu allocations\n", (unsigned long long)n - 1);
        }
    printf("%llu passed, %llu failed, 0 skipped\n", (unsigned long long)n_passed, (unsigned long long)n_failed);
    return n_failed != 0;
}
