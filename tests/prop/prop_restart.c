/* SPDX-License-Identifier: Apache-2.0
 *
 * Property: a database in a directory that is closed, or dies, and is opened again between any two statements is what a database in
 * memory is after the same statements.  Random pushes into two sources, out of order, and random changes of tables; MERGE, TRUNCATE
 * .. RESTART IDENTITY, and transactions that make, alter and drop tables and indexes.  Views with what forgets: joins that freeze,
 * keys and rows with a TTL, as-of joins that correct themselves, ranks that freeze.  A death is a copy of the directory as it lies
 * there.  Public header alone.
 *
 *   prop_restart [first_seed n_seeds]     one seed alone prints its statements */
#include "in_parts.h"
#include "multiset.h"
#include "seeds.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <string.h>

#define SEEDS 8
#define STEPS 24
#define TABLES_MAX 8

static const char *const views[] = {
    "SELECT l.k, l.v, r.w FROM l JOIN r ON l.k = r.k %s WITH (state_ttl = '20 seconds')",
    "SELECT l.k, l.v, r.w FROM l LEFT JOIN r ON l.k = r.k %s WITH (state_ttl = '15 seconds', ttl_mode = 'freeze')",
    "SELECT l.k, l.v, r.w FROM l FULL JOIN r ON l.k = r.k AND l.v < r.w %s WITH (state_ttl = '9 seconds', ttl_mode = 'freeze')",
    "SELECT k, v FROM l WHERE EXISTS (SELECT 1 FROM r WHERE r.k = l.k AND r.w > l.v) %s WITH (state_ttl = '9 seconds', ttl_mode = "
    "'freeze')",
    "SELECT l.k, l.v, r.w FROM l JOIN r ON l.k = r.k %s WITH (state_ttl = '12 seconds', ttl_mode = 'retract')",
    "SELECT k, count(*) AS n, sum(v) AS s, max(v) AS hi FROM l GROUP BY k %s WITH (state_ttl = '10 seconds')",
    "SELECT k, count(*) AS n, min(v) AS lo FROM l GROUP BY k %s WITH (state_ttl = '7 seconds', ttl_mode = 'freeze')",
    "SELECT DISTINCT k, v FROM l %s WITH (state_ttl = '7 seconds', ttl_mode = 'freeze')",
    "SELECT k, v, rn FROM (SELECT k, v, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v) AS rn FROM l) x WHERE rn <= 2 %s WITH "
    "(state_ttl = '8 seconds', ttl_mode = 'freeze')",
    "SELECT count(*) AS n, median(v) AS m FROM l %s WITH (state_ttl = '11 seconds')",
    "SELECT l.k, l.v, r.w FROM l ASOF LEFT JOIN r MATCH_CONDITION (l.ts >= r.ts) ON l.k = r.k %s",
    "SELECT l.k, l.v, r.w FROM l ASOF LEFT JOIN r MATCH_CONDITION (l.ts >= r.ts) ON l.k = r.k %s WITH (state_ttl = '6 seconds')",
    "SELECT l.v, r.w FROM l ASOF JOIN r MATCH_CONDITION (l.ts <= r.ts) %s",
    "SELECT l.k, l.v, r.w FROM l LEFT JOIN r ON l.k = r.k AND r.ts BETWEEN l.ts - INTERVAL '4' SECOND AND l.ts %s",
    "SELECT k, window_start AS a, count(*) AS n, sum(v) AS s FROM SESSION(l, ts, INTERVAL '2' SECOND) GROUP BY k, window_start, "
    "window_end %s",
    "SELECT l.k, l.v, t.s FROM l LEFT JOIN t ON t.id = l.k %s",
    "SELECT t.k, count(*) AS n, max(u.n) AS m, min(t.s) AS lo FROM t LEFT JOIN u ON u.k = t.k GROUP BY t.k %s",
    "SELECT t.id, u.n, x.s FROM t JOIN u ON u.k = t.k JOIN t x ON x.id = u.k AND x.v > 1 %s",
    "SELECT t.id, u.n, x.s, y.v FROM u JOIN t ON u.k = t.id JOIN t x ON x.k = t.v JOIN t y ON y.id = u.k AND y.k = x.k %s",
    "SELECT t.k, u.n FROM t FULL JOIN u ON u.k = t.id %s",
    "SELECT id, v FROM t WHERE v NOT IN (SELECT n FROM u) %s",
    "SELECT id, v FROM t WHERE (k, v) NOT IN (SELECT k, n FROM u) %s",
    "SELECT id, v FROM t WHERE v NOT IN (SELECT n FROM u WHERE u.k = t.k) %s",
    "SELECT id, v FROM t WHERE v NOT IN (SELECT n FROM u WHERE u.k IS NOT DISTINCT FROM t.k) %s",
    "WITH RECURSIVE r(a, b) AS (SELECT k, id FROM t UNION SELECT r.a, u.n::INTEGER %% 9 FROM r JOIN u ON u.k = r.b) SELECT * FROM "
    "r %s",
    "WITH RECURSIVE r(a, b, d) AS (SELECT k, v, 0 FROM t UNION ALL SELECT a, u.k, d + 1 FROM r JOIN u ON u.n = r.b WHERE d < 3) "
    "SELECT * "
    "FROM r %s",
    "WITH RECURSIVE q(a, b) AS (SELECT k, v FROM l UNION SELECT q.a, r.w FROM q JOIN r ON r.k = q.b) SELECT * FROM q %s WITH "
    "(state_ttl = '9 seconds')",
    "WITH RECURSIVE q(a, b, d) AS (SELECT k, v %% 5, 0 FROM l UNION ALL SELECT q.a, r.w, d + 1 FROM q JOIN r ON r.k = q.b WHERE d "
    "< "
    "2) SELECT * FROM q %s WITH (state_ttl = '6 seconds')",
    "WITH RECURSIVE q(a, b) AS (SELECT k, id FROM t UNION SELECT q.a, l.v %% 5 FROM q LEFT JOIN l ON l.k = q.b) SELECT * FROM q %s "
    "WITH (allow_unbounded_state = true)",
    "SELECT t.k, t.s FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.k = t.id) %s",
    "SELECT id, v, rank() OVER (PARTITION BY k ORDER BY v, id) AS r FROM t %s",
    "SELECT id, n FROM u %s",
    "SELECT v %% 2 AS odd, count(DISTINCT k) AS a, count(DISTINCT s) AS b, count(DISTINCT id) FILTER (WHERE v > 3) AS c FROM t "
    "GROUP BY v "
    "%% 2 %s",
    "SELECT count(DISTINCT k) AS a, sum(DISTINCT n) AS b, count(*) AS n FROM u %s",
    "SELECT k, v %% 2 AS odd, count(*) AS n, sum(v) AS s FROM t GROUP BY k, v %% 2 %s",
};
#define N_VIEWS (int)(sizeof(views) / sizeof(*views))

typedef struct Run {
    uint64_t seed;
    LaminarConnection *db, *twin;
    char dir[80];
    int n_dirs, now, n_made;
    bool is_there[TABLES_MAX], uses[N_VIEWS], prints;
} Run;

static bool fail(const Run *r, const char *what, const char *detail)
{
    return seed_failed("prop_restart", r->seed, what, detail);
}

/* In both; what fails in one fails in the other. */
static bool both(Run *r, const char *sql)
{
    if (r->prints)
        printf("%s;\n", sql);
    int32_t a = laminar_execute(r->db, sql, NULL), b = laminar_execute(r->twin, sql, NULL);
    return a == b ? true : fail(r, a == LAMINAR_OK ? "failed in memory only" : "failed in the directory only", sql);
}

static bool must(Run *r, const char *sql)
{
    return both(r, sql) && laminar_execute(r->db, "SELECT 1", NULL) == LAMINAR_OK ? true : fail(r, "failed", sql);
}

/* ---- statements ---- */

static bool push(Run *r)
{
    char sql[1200];
    int n = 1 + draw(6), at = snprintf(sql, sizeof(sql), "INSERT INTO %s VALUES ", draw(2) ? "l" : "r");
    r->now += draw(4);
    for (int i = 0; i < n; i++) {
        int t = r->now + 5 - draw(11);
        t = t < 0 ? 0 : t;
        at += snprintf(sql + at, sizeof(sql) - (size_t)at, "%s(%d, %d, TIMESTAMP '2026-01-01 00:%02d:%02d')", i ? ", " : "",
                       draw(5), draw(20), t / 60 % 60, t % 60);
    }
    return both(r, sql);
}

/* An identity column goes on behind the largest number that is there after a restart, in memory behind the largest that was given:
 * rows with one do not go but with RESTART, and none are given numbers that are rolled back. */
static bool change_table(Run *r, bool numbers)
{
    static const char *const text[] = {
        "INSERT INTO t VALUES (%d, %d, %d, 'a text that is long enough') ON CONFLICT (id) DO UPDATE SET v = EXCLUDED.v",
        "INSERT INTO t VALUES (%d, %d, %d, NULL) ON CONFLICT (id) DO NOTHING",
        "UPDATE t SET v = v + %d, k = %d WHERE id %% 3 = %d %% 3",
        "DELETE FROM t WHERE id = %d OR v > %d + %d",
        ("MERGE INTO t USING (SELECT DISTINCT k, %d AS w FROM u) x ON t.id = x.k WHEN MATCHED AND t.v > %d THEN DELETE WHEN "
         "MATCHED "
         "THEN UPDATE SET v = x.w, s = 'merged' WHEN NOT MATCHED THEN INSERT VALUES (x.k, x.k, %d, 'new')"),
        "MERGE INTO t USING t x ON t.id = x.id + 1 AND x.k = %d WHEN MATCHED THEN UPDATE SET k = (x.k + %d) %% 5, v = %d",
        "TRUNCATE u RESTART IDENTITY",
        "UPDATE u SET n = n + %d WHERE k = %d OR n > %d",
        "INSERT INTO u (k) VALUES (%d), (%d), (%d)",
        "INSERT INTO u (k, n) VALUES (%d, %d), (%d, NULL)",
    };
    char sql[400];
    snprintf(sql, sizeof(sql), text[draw((int)(sizeof(text) / sizeof(*text)) - (numbers ? 0 : 2))], draw(8), draw(5), draw(9));
    return both(r, sql);
}

/* What joins find rows by, and whether they do; as long as they run. */
static bool tune(Run *r)
{
    static const char *const columns[] = {"t (k)", "t (v)", "u (k)", "u (k, n)", "t (k, v)"};
    char sql[100];
    int i = draw(4);
    switch (draw(4)) {
    case 0: snprintf(sql, sizeof(sql), "SET streaming_enable_delta_join = %s", draw(2) ? "on" : "off"); break;
    case 1: snprintf(sql, sizeof(sql), "DROP INDEX IF EXISTS i%d", i); break;
    default: snprintf(sql, sizeof(sql), "CREATE INDEX IF NOT EXISTS i%d ON %s", i, columns[draw(5)]); break;
    }
    return both(r, sql);
}

static bool define(Run *r)
{
    char sql[200];
    if (draw(4) == 0)
        return tune(r);
    int i = draw(TABLES_MAX);
    if (!r->is_there[i]) {
        snprintf(sql, sizeof(sql), "CREATE TABLE x%d (k INTEGER, s TEXT DEFAULT 'none')", i);
        r->is_there[i] = true;
        return both(r, sql);
    }
    switch (draw(6)) {
    case 0: snprintf(sql, sizeof(sql), "INSERT INTO x%d (k) SELECT k FROM t WHERE v < %d", i, draw(20)); break;
    case 1: snprintf(sql, sizeof(sql), "ALTER TABLE x%d ADD COLUMN c%d INTEGER DEFAULT %d", i, r->n_made++, draw(9)); break;
    case 2: snprintf(sql, sizeof(sql), "CREATE INDEX ON x%d (k)", i); break;
    case 3:
        snprintf(sql, sizeof(sql), "UPDATE x%d SET k = %d, s = 'some text that is changed' WHERE k %% 2 = 0", i, draw(5));
        break;
    case 4: snprintf(sql, sizeof(sql), "DELETE FROM x%d WHERE k > 2", i); break;
    default: snprintf(sql, sizeof(sql), "DROP TABLE x%d", i); r->is_there[i] = false;
    }
    return both(r, sql);
}

/* Whatever of it fails: the transaction is over then as a whole, or goes back to where it was. */
static bool transaction(Run *r)
{
    bool was[TABLES_MAX], ok = both(r, "BEGIN");
    memcpy(was, r->is_there, sizeof(was));
    for (int i = 1 + draw(5); ok && i > 0; i--)
        ok = draw(2) ? define(r) : change_table(r, false);
    bool back = draw(3) == 0;
    ok = ok && both(r, back ? "ROLLBACK" : "COMMIT");
    for (int i = 0; ok && i < TABLES_MAX; i++) { /* a commit of what has failed goes back, too */
        char sql[60];
        snprintf(sql, sizeof(sql), "SELECT 1 FROM x%d", i);
        r->is_there[i] = laminar_execute(r->twin, sql, NULL) == LAMINAR_OK;
    }
    return ok;
}

/* ---- restarts ---- */

static bool open_again(Run *r)
{
    return open_in_parts(r->dir, r->seed + (uint64_t)r->n_dirs, &r->db) == LAMINAR_OK ? true : fail(r, "opening failed", r->dir);
}

static void remove_directory(const char *dir)
{
    char command[120];
    snprintf(command, sizeof(command), "rm -rf '%s'", dir);
    if (system(command) != 0)
        printf("%s failed\n", command);
}

static bool restart(Run *r)
{
    char before[80], command[300];
    if (r->prints)
        printf("-- restart\n");
    if (draw(3) == 0 && laminar_execute(r->db, "CHECKPOINT", NULL) != LAMINAR_OK)
        return fail(r, "CHECKPOINT failed", NULL);
    bool dies = draw(2);
    snprintf(before, sizeof(before), "%s", r->dir);
    if (dies) {
        if (laminar_wait(r->db, 0, LAMINAR_DURABLE, -1) != LAMINAR_OK)
            return fail(r, "waiting failed", NULL);
        *strrchr(r->dir, '-') = 0;
        snprintf(r->dir + strlen(r->dir), sizeof(r->dir) - strlen(r->dir), "-%d", ++r->n_dirs);
        snprintf(command, sizeof(command), "cp -r --sparse=always '%s' '%s'", before, r->dir);
        if (system(command) != 0)
            return fail(r, "copying failed", command);
    }
    int32_t rc = laminar_close(r->db);
    r->db = NULL;
    if (dies)
        remove_directory(before);
    return rc == LAMINAR_OK ? open_again(r) : fail(r, "closing failed", NULL);
}

/* ---- comparing ---- */

static bool rows(Run *r, LaminarConnection *db, const char *sql, Multiset *to)
{
    LaminarQueryResult *result = NULL;
    size_t n = 0;
    multiset_clear(to);
    if (laminar_query(db, sql, &result) != LAMINAR_OK)
        return fail(r, "a SELECT failed", sql);
    (void)laminar_result_num_batches(result, &n);
    for (size_t i = 0; i < n; i++) {
        LaminarRecordBatch *b = NULL;
        if (laminar_result_get_batch(result, i, &b) == LAMINAR_OK)
            multiset_add_batch(to, b);
        laminar_batch_free(b);
    }
    laminar_result_free(result);
    return true;
}

static bool same(Run *r, const char *name)
{
    static Multiset here, there;
    char sql[60];
    snprintf(sql, sizeof(sql), "SELECT * FROM %s", name);
    if (!rows(r, r->db, sql, &here) || !rows(r, r->twin, sql, &there))
        return false;
    const char *row = multiset_difference(&here, &there);
    if (!row)
        return true;
    printf("%s: %d times %s, in memory %d times\n", name, multiset_count(&here, row), row, multiset_count(&there, row));
    return fail(r, "is not what it is in memory", name);
}

static bool compare(Run *r)
{
    char name[16];
    bool ok = same(r, "t") && same(r, "u") && same(r, "l");
    for (int i = 0; i < TABLES_MAX && ok; i++) {
        snprintf(name, sizeof(name), "x%d", i);
        ok = !r->is_there[i] || same(r, name);
    }
    for (int i = 0; i < N_VIEWS && ok; i++) {
        snprintf(name, sizeof(name), "v%d", i);
        ok = !r->uses[i] || same(r, name);
    }
    return ok;
}

/* ---- a seed ---- */

static bool make_view(Run *r, int i)
{
    char query[400], sql[500];
    snprintf(query, sizeof(query), views[i], "");
    snprintf(sql, sizeof(sql), "CREATE MATERIALIZED VIEW v%d AS %s", i, query);
    r->uses[i] = true;
    return must(r, sql);
}

static bool set_up(Run *r)
{
    snprintf(r->dir, sizeof(r->dir), "/tmp/laminar-restart-%d-%" PRIu64 "-%d-0", (int)getpid(), r->seed, draw(1000000000));
    if (open_in_parts(r->dir, r->seed, &r->db) != LAMINAR_OK || open_in_parts(NULL, r->seed, &r->twin) != LAMINAR_OK)
        return fail(r, "opening failed", r->dir);
    bool ok = must(r, "CREATE TABLE t (id INTEGER PRIMARY KEY, k INTEGER, v INTEGER, s TEXT)") &&
              must(r, "CREATE TABLE u (id BIGINT GENERATED ALWAYS AS IDENTITY, k INTEGER, n BIGINT DEFAULT 30)") &&
              must(r, "CREATE SOURCE l (k INTEGER, v INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '4' SECOND)") &&
              must(r, "CREATE SOURCE r (k INTEGER, w INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '4' SECOND)");
    static const char *const indexes[] = {"CREATE INDEX ON t (k)", "CREATE INDEX ON t (v)", "CREATE INDEX ON u (k)"};
    for (int i = 0; i < 3 && ok; i++)
        ok = draw(3) == 0 || must(r, indexes[i]);
    for (int i = 0; i < N_VIEWS && ok; i++)
        ok = draw(2) || make_view(r, i);
    return ok;
}

static bool play(uint64_t seed, bool prints)
{
    Run r = {.seed = seed, .prints = prints};
    rng_state = seed;
    bool ok = set_up(&r);
    for (int i = 0; i < STEPS && ok; i++) {
        switch (draw(8)) {
        case 0: ok = restart(&r) && compare(&r); break;
        case 1: ok = define(&r); break;
        case 2: ok = transaction(&r); break;
        case 3:
        case 4: ok = change_table(&r, true); break;
        default: ok = push(&r); break;
        }
        int late = draw(N_VIEWS); /* a view over what is there already */
        if (ok && !r.uses[late] && draw(4) == 0)
            ok = make_view(&r, late);
    }
    ok = ok && compare(&r) && restart(&r) && compare(&r) && push(&r) && compare(&r);
    if (r.db)
        (void)laminar_close(r.db);
    if (r.twin)
        (void)laminar_close(r.twin);
    remove_directory(r.dir);
    return ok;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, n = argc > 2 ? strtoull(argv[2], NULL, 10) : argc > 1 ? 1 : SEEDS;
    unsigned passed = 0;
    for (uint64_t seed = first; seed < first + n; seed++)
        passed += play(seed, argc == 2);
    printf("%u passed, %u failed, 0 skipped\n", passed, (unsigned)n - passed);
    return passed == n ? 0 : 1;
}
