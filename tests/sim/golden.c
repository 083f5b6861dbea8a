/* SPDX-License-Identifier: Apache-2.0
 *
 * Databases as earlier builds wrote them: tests/golden/format-N has the files of a directory with a view of every operator, two
 * checkpoints and a log behind them.  It must open, every view must be what its query says and what it said when the directory was
 * made, and go on.  And when an operator of a stored plan is another one than this build makes, the opening must say which query.
 *
 *   golden check DIR   the tests
 *   golden make DIR    writes such a directory: for a new format number, never over one that was released */
#include "base/hash.h"
#include "db/durable.h"
#include "env/env_sim.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char *const script[] = {
    "CREATE TABLE t (id BIGINT PRIMARY KEY, k TEXT, v BIGINT, d DECIMAL(12,2))",
    "CREATE TABLE bag (k TEXT, v BIGINT)",
    "CREATE SOURCE s (k TEXT, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)",
    "CREATE SOURCE p (k TEXT, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts PER KEY (k))",
    "CREATE SOURCE q (k TEXT, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts) WITH (watermark_partition = 'k')",
    "CREATE MATERIALIZED VIEW agg AS SELECT k, count(*) AS n, sum(v) AS s, min(v) AS lo, avg(d) AS a FROM t GROUP BY k",
    "CREATE MATERIALIZED VIEW dis AS SELECT v % 3 AS g, count(DISTINCT k) AS n, string_agg(k, ',' ORDER BY k) AS ks FROM bag GROUP "
    "BY "
    "v % 3",
    "CREATE MATERIALIZED VIEW sets AS SELECT k, v % 2 AS p, count(*) AS n FROM t GROUP BY CUBE (k, v % 2)",
    "CREATE MATERIALIZED VIEW joins AS SELECT x.id, x.k, y.v FROM t x FULL JOIN bag y ON x.k = y.k AND x.v < y.v",
    "CREATE MATERIALIZED VIEW semi AS SELECT id, k FROM t WHERE k IN (SELECT k FROM bag) AND NOT EXISTS (SELECT 1 FROM bag b WHERE "
    "b.v = t.id)",
    "CREATE MATERIALIZED VIEW setop AS SELECT k FROM t EXCEPT SELECT k FROM bag WHERE v > 2",
    "CREATE MATERIALIZED VIEW uni AS SELECT k, v FROM t UNION ALL SELECT k, v FROM bag",
    "CREATE MATERIALIZED VIEW top AS SELECT * FROM (SELECT k, id, row_number() OVER (PARTITION BY k ORDER BY v DESC, id) AS rn "
    "FROM "
    "t) r WHERE rn <= 2",
    "CREATE MATERIALIZED VIEW over_v AS SELECT id, lag(v) OVER (ORDER BY id) AS p, sum(v) OVER (PARTITION BY k ORDER BY id) AS s "
    "FROM "
    "t",
    "CREATE MATERIALIZED VIEW un AS SELECT id, u FROM t CROSS JOIN LATERAL generate_series(1, t.v % 3) AS g(u)",
    "CREATE MATERIALIZED VIEW recent AS SELECT k, count(*) AS n FROM s WHERE ts > now() - INTERVAL '1' DAY GROUP BY k",
    "CREATE MATERIALIZED VIEW tum AS SELECT k, count(*) AS n, TUMBLE_END(ts, INTERVAL '10' SECOND) AS e FROM s GROUP BY k, "
    "TUMBLE(ts, "
    "INTERVAL '10' SECOND) EMIT ON WINDOW CLOSE",
    "CREATE MATERIALIZED VIEW hop AS SELECT count(*) AS n, HOP_END(ts, INTERVAL '5' SECOND, INTERVAL '15' SECOND) AS e FROM s "
    "GROUP "
    "BY HOP(ts, INTERVAL '5' SECOND, INTERVAL '15' SECOND) EMIT ON WINDOW CLOSE",
    "CREATE MATERIALIZED VIEW ses AS SELECT k, count(*) AS n, SESSION_END(ts, INTERVAL '2' SECOND) AS e FROM s GROUP BY k, "
    "SESSION(ts, INTERVAL '2' SECOND) EMIT ON WINDOW CLOSE",
    "CREATE MATERIALIZED VIEW per AS SELECT k, count(*) AS n, TUMBLE_END(ts, INTERVAL '10' SECOND) AS e FROM p GROUP BY k, "
    "TUMBLE(ts, "
    "INTERVAL '10' SECOND) EMIT ON WINDOW CLOSE",
    "CREATE MATERIALIZED VIEW par AS SELECT k, count(*) AS n FROM q GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND) EMIT ON WINDOW "
    "CLOSE",
    "CREATE STREAM ij AS SELECT a.k, a.v AS x, b.v AS y FROM s a LEFT JOIN s b ON a.k = b.k AND b.v <> a.v AND b.ts BETWEEN a.ts "
    "AND "
    "a.ts + INTERVAL '2' SECOND",
    "CREATE MATERIALIZED VIEW ijv AS SELECT k, count(*) AS n, count(y) AS m FROM ij GROUP BY k",
    "CREATE STREAM aj AS SELECT a.v AS x, b.v AS y FROM s a ASOF JOIN s b MATCH_CONDITION (a.ts >= b.ts) ON a.v % 3 = b.v % 5",
    "CREATE MATERIALIZED VIEW ajv AS SELECT x % 7 AS g, count(y) AS n FROM aj GROUP BY x % 7",
    "CREATE STREAM os AS SELECT k, v, lag(v) OVER (PARTITION BY k ORDER BY ts) AS p FROM s",
    "CREATE MATERIALIZED VIEW osv AS SELECT k, count(*) AS n, sum(p) AS p FROM os GROUP BY k",
    "CREATE MATERIALIZED VIEW look AS SELECT k, sum(w) AS w FROM (SELECT s.k, t.v AS w FROM s LEFT JOIN t ON s.v = t.id) j GROUP "
    "BY k",
    "CREATE STREAM ev AS SELECT k, count(*) AS n FROM s GROUP BY k EMIT EVERY INTERVAL '1' HOUR",
    "CREATE MATERIALIZED VIEW evv AS SELECT * FROM ev",
    "INSERT INTO t SELECT g, 'key ' || (g % 4), g * 7 % 11, g / 4.0 FROM generate_series(1, 20) AS x(g)",
    "INSERT INTO bag SELECT 'key ' || (g % 6), g % 5 FROM generate_series(1, 12) AS x(g)",
    "INSERT INTO s SELECT 'k' || (g % 3), g, TIMESTAMP '2023-12-31 23:00:00' + g * INTERVAL '1100' MILLISECOND FROM "
    "generate_series(1, "
    "40) AS x(g)",
    "INSERT INTO p SELECT 'k' || (g % 3), g, TIMESTAMP '2023-12-31 23:00:00' + g * INTERVAL '1' SECOND FROM generate_series(1, 25) "
    "AS "
    "x(g)",
    "INSERT INTO q SELECT 'k' || (g % 3), g, TIMESTAMP '2023-12-31 23:00:00' + g * INTERVAL '1' SECOND FROM generate_series(1, 25) "
    "AS "
    "x(g)",
    "CHECKPOINT",
    "UPDATE t SET v = v + 1, k = 'a text that is longer than a cell' WHERE id % 7 = 0",
    "DELETE FROM bag WHERE v = 3",
    "CHECKPOINT",
    "INSERT INTO t VALUES (100, NULL, NULL, NULL)",
    "INSERT INTO s VALUES ('k1', 41, TIMESTAMP '2023-12-31 23:01:00'), ('late', 1, TIMESTAMP '2023-12-31 22:59:00')",
    "INSERT INTO p VALUES ('k1', 41, TIMESTAMP '2023-12-31 23:01:00')",
    "DELETE FROM t WHERE id = 3",
};
static const char *const views[] = {"agg", "dis", "sets", "joins", "semi", "setop", "uni", "top",  "over_v", "un", "recent", "tum",
                                    "hop", "ses", "per",  "par",   "ijv",  "ajv",   "osv", "look", "evv",    "t",  "bag"};
static const char *const further[] = {
    "INSERT INTO t SELECT g, 'key ' || (g % 4), g, g FROM generate_series(200, 210) AS x(g)",
    "DELETE FROM t WHERE id = 100",
    "INSERT INTO s VALUES ('k1', 41, TIMESTAMP '2023-12-31 23:02:00')",
    "INSERT INTO p VALUES ('k2', 41, TIMESTAMP '2023-12-31 23:02:00')",
    "CHECKPOINT",
    "INSERT INTO bag VALUES ('key 1', 9)",
};

static int fail(const char *what, const char *detail)
{
    printf("%s: %s\n", what, detail);
    return -1;
}

static int run(Database *db, const char *const *sql, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        StatementResult res;
        Err err = ERR_INIT;
        if (db_execute(db, str_of(sql[i]), &res, &err) < 0)
            return fail(sql[i], err.message);
        statement_result_done(&res);
    }
    return 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int put_rows(Database *db, const char *sql, StrBuf *out)
{
    StatementResult res;
    Err err = ERR_INIT;
    char *line[500];
    size_t n = 0;
    if (db_execute(db, str_of(sql), &res, &err) < 0)
        return fail(sql, err.message);
    for (uint32_t i = 0; i < res.rows->n; i++) {
        const Batch *b = res.rows->batch[i];
        for (uint32_t k = 0; k < b->n_sel && n < ARRAY_LEN(line); k++) {
            StrBuf one;
            sb_init(&one, NULL);
            for (uint32_t c = 0; c < b->n_cols; c++) {
                Value v = vec_get(&b->col[c], row_at(batch_rows(b), k));
                sb_puts(&one, "|");
                if (!v.is_null)
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

static int put_views(Database *db, StrBuf *out)
{
    for (size_t i = 0; i < ARRAY_LEN(views); i++) {
        char sql[60];
        snprintf(sql, sizeof(sql), "SELECT * FROM %s", views[i]);
        sb_printf(out, "-- %s\n", views[i]);
        if (put_rows(db, sql, out) < 0)
            return -1;
    }
    return 0;
}

static int open_database(Env *env, Database **ret, Err *err)
{
    DatabaseConfig config = {.path = "/db", .wal = {.segment_bytes = 128 << 10, .buffer_bytes = 32 << 10}};
    *ret = NULL;
    *err = ERR_INIT;
    return db_open(env, &config, ret, err);
}

/* ---- making ---- */

typedef struct Copying {
    Env *env;
    const char *to;
} Copying;

static int write_file(const char *dir, const char *name, Str text)
{
    char path[300];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    bool ok = f && fwrite(text.p, 1, text.n, f) == text.n;
    if (f)
        ok = fclose(f) == 0 && ok;
    return ok ? 0 : fail(path, "cannot be written");
}

static int copy_out(void *self, const char *name)
{
    Copying *c = self;
    char path[64];
    Arena arena;
    Str text;
    Err err = ERR_INIT;
    arena_init(&arena, NULL, 0);
    snprintf(path, sizeof(path), "/db/%s", name);
    int rc = env_read_file(c->env, path, &arena, &text, &err);
    while (rc == 0 && strncmp(name, "wal-", 4) == 0 && text.n >= 4096 && text.p[text.n - 1] == 0 &&
           memcmp(text.p + text.n - 4096, text.p + text.n - 4095, 4095) == 0)
        text.n -= 4096; /* what was only set aside */
    if (rc == 0 && strcmp(name, "LOCK") != 0)
        rc = write_file(c->to, name, text);
    arena_done(&arena);
    return rc < 0 ? rc : 0;
}

static int make(const char *to)
{
    Env *env = env_sim_new(1, NULL);
    Database *db;
    Err err;
    StrBuf text;
    Copying c = {env, to};
    (void)mkdir(to, 0777);
    sb_init(&text, NULL);
    int rc = open_database(env, &db, &err);
    if (rc < 0)
        return fail("open", err.message);
    rc = run(db, script, ARRAY_LEN(script));
    if (rc == 0)
        rc = put_views(db, &text);
    if (rc == 0)
        rc = write_file(to, "expected.txt", sb_str(&text));
    if (rc == 0)
        rc = env->file->list(env, "/db", copy_out, &c, &err);
    sb_done(&text);
    db_unref(db);
    env_sim_free(env);
    return rc;
}

/* ---- checking ---- */

static char *read_file(const char *dir, const char *name, size_t *ret_n)
{
    char path[300];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "rb");
    char *p = f ? malloc(4 << 20) : NULL;
    *ret_n = p ? fread(p, 1, (4 << 20) - 1, f) : 0;
    if (p)
        p[*ret_n] = 0;
    if (f)
        fclose(f);
    return p;
}

/* The identity of an operator with state, in every manifest: as if another version had planned the query. */
static bool change_identity(char *p, size_t n, uint64_t identity)
{
    struct {
        char magic[8];
        uint32_t format, crc;
        uint64_t bytes;
    } h;
    memcpy(&h, p, sizeof(h));
    for (size_t i = sizeof(h); i + 8 <= n; i++) {
        if (memcmp(p + i, &identity, 8) != 0)
            continue;
        p[i] ^= 1;
        h.crc = crc32c(0, p + sizeof(h), h.bytes);
        memcpy(p, &h, sizeof(h));
        return true;
    }
    return false;
}

/* identity 0 = as it is. */
static Env *load(const char *dir, uint64_t identity)
{
    Env *env = env_sim_new(2, NULL);
    DIR *d = opendir(dir);
    (void)env->dir->mkdir(env, "/db", NULL);
    for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
        char path[300];
        size_t n;
        char *p = e->d_name[0] != '.' && strcmp(e->d_name, "expected.txt") != 0 ? read_file(dir, e->d_name, &n) : NULL;
        if (!p)
            continue;
        if (identity && strncmp(e->d_name, "MANIFEST-", 9) == 0 && !change_identity(p, n, identity))
            (void)fail(e->d_name, "has not the operator");
        snprintf(path, sizeof(path), "/db/%s", e->d_name);
        (void)env_sim_put_file(env, path, p, n);
        free(p);
    }
    if (d)
        closedir(d);
    return env;
}

/* Against the same query over what the tables hold. */
static int check_queries(Database *db)
{
    static const char *const pairs[][2] = {
        {"SELECT * FROM agg", "SELECT k, count(*), sum(v), min(v), avg(d) FROM t GROUP BY k"},
        {"SELECT * FROM joins", "SELECT x.id, x.k, y.v FROM t x FULL JOIN bag y ON x.k = y.k AND x.v < y.v"},
        {"SELECT * FROM over_v", "SELECT id, lag(v) OVER (ORDER BY id), sum(v) OVER (PARTITION BY k ORDER BY id) FROM t"},
        {"SELECT * FROM setop", "SELECT k FROM t EXCEPT SELECT k FROM bag WHERE v > 2"},
        {"SELECT * FROM sets", "SELECT k, v % 2, count(*) FROM t GROUP BY CUBE (k, v % 2)"},
    };
    int rc = 0;
    for (size_t i = 0; i < ARRAY_LEN(pairs) && rc == 0; i++) {
        StrBuf a, b;
        sb_init(&a, NULL);
        sb_init(&b, NULL);
        rc = put_rows(db, pairs[i][0], &a) < 0 || put_rows(db, pairs[i][1], &b) < 0 ? -1 : 0;
        if (rc == 0 && strcmp(sb_cstr(&a), sb_cstr(&b)) != 0)
            rc = fail(pairs[i][0], "is not what its query says");
        sb_done(&a);
        sb_done(&b);
    }
    return rc;
}

static uint64_t identity_in(Database *db, const char *name, PhysKind kind)
{
    uint64_t id = 0;
    engine_enter(db->engine);
    Pipeline *q = engine_query_of(db->engine, catalog_find(db->catalog, str_of(name))->id);
    for (uint32_t i = 0; i < q->plan->n_nodes; i++)
        id = q->plan->nodes[i]->kind == kind ? q->plan->nodes[i]->identity : id;
    engine_leave(db->engine);
    return id;
}

static int check(const char *dir)
{
    Env *env = load(dir, 0);
    Database *db;
    Err err;
    StrBuf text, later, again;
    size_t n;
    char *expected = read_file(dir, "expected.txt", &n);
    sb_init(&text, NULL);
    sb_init(&later, NULL);
    sb_init(&again, NULL);
    if (!expected || open_database(env, &db, &err) < 0)
        return fail(dir, expected ? err.message : "cannot be read");
    uint64_t identity = identity_in(db, "tum", PHYS_WINDOW_AGG);
    int rc = put_views(db, &text);
    if (rc == 0 && strcmp(sb_cstr(&text), expected) != 0) {
        printf("%s", sb_cstr(&text));
        rc = fail(dir, "the views are not what they were");
    }
    rc = rc < 0 || check_queries(db) < 0 || run(db, further, ARRAY_LEN(further)) < 0 || check_queries(db) < 0 ||
                 put_views(db, &later) < 0
             ? -1
             : 0;
    db_close(db);
    db_unref(db);
    db = NULL;
    if (rc == 0 && open_database(env, &db, &err) < 0)
        rc = fail("opened a second time", err.message);
    if (rc == 0)
        rc = put_views(db, &again);
    if (rc == 0 && strcmp(sb_cstr(&again), sb_cstr(&later)) != 0)
        rc = fail(dir, "the views are not what they were before it was closed");
    db_unref(db);
    env_sim_free(env);
    env = load(dir, identity);
    if (rc == 0 && (open_database(env, &db, &err) != -ERR_WRONG_STATE || !strstr(err.message, "\"tum\"") || !err.hint[0]))
        rc = fail("another plan", err.message);
    db_unref(rc == 0 ? NULL : db);
    env_sim_free(env);
    sb_done(&text);
    sb_done(&later);
    sb_done(&again);
    free(expected);
    return rc;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    int rc = strcmp(argv[1], "make") == 0 ? make(argv[2]) : check(argv[2]);
    printf("%d passed, %d failed, 0 skipped\n", rc == 0, rc != 0);
    return rc == 0 ? 0 : 1;
}
