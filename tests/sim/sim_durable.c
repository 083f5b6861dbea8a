/* SPDX-License-Identifier: Apache-2.0
 *
 * A database in a directory, in the simulator: statements and pushes, then a crash at a fault point drawn from the seed, which
 * keeps or loses each unsynced sector and name as the seed says; then the database is opened again and goes on.  Some seeds have
 * failing syncs, a full disk, short reads, failing allocations as well.
 *
 * RESTORE takes back the operations since a checkpoint, all of them or, when it crashes, none.
 *
 * Everything that changes the database is one list of operations; what is found after a crash must be the state after a prefix of
 * it that has every operation that was acknowledged.  Every view must be what its query says over what is found, and everything
 * that runs must be what it is in a database in memory in which the same operations were done.  Among them are MERGE, transactions
 * that change the catalog and rows, and numbers of a sequence and of an identity column, none of which may come twice.
 *
 * With `spill` every page of state leaves memory after every operation, and what is out of memory cannot even be read; the disk
 * then fails to read or to write at times.
 *
 *   sim_durable [first_seed n_seeds [spill]] */
#include "db/durable.h"
#include "env/env_sim.h"
#include "flow/engine.h"

#include <stdio.h>
#include <stdlib.h>

#define N_KEYS 12
#define OPS_MAX 200
#define LIVES 4

typedef struct State {     /* of the database, as far as it matters */
    int64_t value[N_KEYS]; /* INT64_MIN = no row */
    uint32_t n_pushed, n_bag, n_num;
    uint32_t n_tables; /* u0, u1, .., made and dropped in transactions */
    bool made;         /* the relations are there */
} State;

typedef struct Done { /* an operation, to be done again */
    char sql[300];    /* "" = a push, or a RESTORE */
    uint32_t from, n; /* of a RESTORE n = 0: to where there were so many operations that count */
} Done;

typedef struct Kept { /* the newest checkpoint, when nothing is unsure about it */
    uint64_t number;  /* 0 = none */
    State state;
    uint32_t n_counting;
} Kept;

typedef struct Run {
    uint64_t seed;
    uint32_t n_opened;
    Env *env;
    Database *db;
    State now, after[OPS_MAX + 1]; /* after[i]: when i operations of this life have happened */
    uint32_t n_ops, n_safe;        /* issued; of those, surely on disk */
    Done done[LIVES * OPS_MAX];    /* of all lives; of this one from n_before on */
    uint32_t n_before;
    Kept kept;
    int64_t last_id, last_x; /* numbers that have been given and surely kept: no later one may be as low */
    bool failed, spills;
} Run;

static int fail(Run *r, const char *what, const char *detail)
{
    printf("seed %llu: %s: %s\nreplay: sim_durable %llu 1%s\n", (unsigned long long)r->seed, what, detail,
           (unsigned long long)r->seed, r->spills ? " spill" : "");
    r->failed = true;
    return -1;
}

/* ---- statements ---- */

/* Twice, for what was used stays once more. */
static void let_pages_go(Run *r)
{
    if (!r->spills || !r->db)
        return;
    engine_enter(r->db->engine);
    for (int i = 0; i < 2; i++)
        (void)engine_evict(r->db->engine, INT64_MAX);
    engine_leave(r->db->engine);
}

static int execute(Run *r, const char *sql, StatementResult *ret, Err *err)
{
    let_pages_go(r);
    StatementResult local;
    *err = ERR_INIT;
    int rc = db_execute(r->db, str_of(sql), ret ? ret : &local, err);
    if (rc >= 0 && !ret)
        statement_result_done(&local);
    return rc;
}

/* The machine is gone, or the log, or memory: the end of a life, no finding. */
static bool is_end(Run *r, const Err *err)
{
    return env_sim_crashed(r->env) || err->code == ERR_LOG_DEAD || err->code == ERR_IO || err->code == ERR_OUT_OF_MEMORY ||
           err->code == ERR_FILE_ACCESS || err->code == ERR_DISK_FULL;
}

static int read_state(Run *r, State *s);
static bool same_state(const State *a, const State *b);

/* A full disk ends nothing, and what was asked for has happened as a whole or not at all.  1 = the life is over. */
static int disk_was_full(Run *r, const State *to)
{
    State found;
    if (env_sim_crashed(r->env) || !r->now.made)
        return 1;
    TRY(read_state(r, &found));
    if (same_state(&found, &r->now))
        r->n_ops--;
    else if (same_state(&found, to))
        r->now = *to;
    else
        return fail(r, "full disk", "half of a change has happened");
    return 0;
}

/* One operation: `to` is the state when it has happened.  0, or 1 = this life is over. */
static int change(Run *r, const char *sql, const State *to)
{
    Err err;
    snprintf(r->done[r->n_before + r->n_ops].sql, sizeof(r->done->sql), "%s", sql);
    r->after[++r->n_ops] = *to;
    int rc = execute(r, sql, NULL, &err);
    if (rc < 0 && strncmp(sql, "BEGIN", 5) == 0) {
        Err ignored;
        (void)execute(r, "ROLLBACK", NULL, &ignored);
    }
    if (rc == -ERR_DISK_FULL)
        return disk_was_full(r, to);
    if (rc < 0)
        return is_end(r, &err) ? 1 : fail(r, sql, err.message);
    r->now = *to;
    r->n_safe = r->n_ops;
    return 0;
}

static int make_relations(Run *r)
{
    static const char *const ddl[] = {
        "CREATE TABLE IF NOT EXISTS t (id BIGINT PRIMARY KEY, k TEXT, v BIGINT)",
        "CREATE TABLE IF NOT EXISTS bag (k TEXT, v BIGINT)",
        "CREATE SOURCE IF NOT EXISTS s (k TEXT, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)",
        "CREATE MATERIALIZED VIEW IF NOT EXISTS tv AS SELECT k, count(*) AS n, sum(v) AS s, min(v) AS lo FROM t GROUP BY k",
        "CREATE MATERIALIZED VIEW IF NOT EXISTS bv AS SELECT v % 3 AS g, count(*) AS n FROM bag GROUP BY v % 3",
        "CREATE MATERIALIZED VIEW IF NOT EXISTS sv AS SELECT k, count(*) AS n, sum(v) AS s, max(v) AS hi FROM s GROUP BY k",
        ("CREATE STREAM IF NOT EXISTS w AS SELECT k, count(*) AS n, TUMBLE_END(ts, INTERVAL '10' SECOND) AS e FROM s "
         "GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND)"),
        ("CREATE MATERIALIZED VIEW IF NOT EXISTS dv AS SELECT count(DISTINCT k) AS dk, count(DISTINCT v % 7) AS dv, max(k) AS mk "
         "FROM t"),
        ("CREATE STREAM IF NOT EXISTS h AS SELECT k, sum(v) AS s, HOP_END(ts, INTERVAL '5' SECOND, INTERVAL '15' SECOND) AS e FROM "
         "s "
         "GROUP BY k, HOP(ts, INTERVAL '5' SECOND, INTERVAL '15' SECOND)"),
        "CREATE MATERIALIZED VIEW IF NOT EXISTS hv AS SELECT * FROM h",
        "CREATE MATERIALIZED VIEW IF NOT EXISTS hm AS SELECT e, max(s) AS hi, min(k) AS lo FROM h GROUP BY e",
        "CREATE MATERIALIZED VIEW IF NOT EXISTS uv AS SELECT k FROM t UNION SELECT k FROM bag WHERE v % 2 = 0",
        ("CREATE STREAM IF NOT EXISTS ses AS SELECT k, count(*) AS n, max(v) AS hi, SESSION_END(ts, INTERVAL '1900' MILLISECOND) "
         "AS e "
         "FROM s GROUP BY k, SESSION(ts, INTERVAL '1900' MILLISECOND)"),
        "CREATE MATERIALIZED VIEW IF NOT EXISTS sesv AS SELECT k, n, count(*) AS c, max(hi) AS hi, max(e) AS e FROM ses GROUP BY "
        "k, n",
        ("CREATE MATERIALIZED VIEW IF NOT EXISTS sesd AS SELECT k, count(DISTINCT v % 3) AS n, min(v) AS lo, "
         "SESSION_END(ts, INTERVAL '1' SECOND) AS e FROM s GROUP BY k, SESSION(ts, INTERVAL '1' SECOND)"),
        "CREATE MATERIALIZED VIEW IF NOT EXISTS sesc AS SELECT n, count(*) AS c, sum(lo) AS lo FROM sesd GROUP BY n",
        ("CREATE STREAM IF NOT EXISTS ij AS SELECT a.k, a.v AS x, b.v AS y FROM s a LEFT JOIN s b ON a.k = b.k AND b.v <> a.v "
         "AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '2' SECOND"),
        "CREATE MATERIALIZED VIEW IF NOT EXISTS ijv AS SELECT k, count(*) AS n, count(y) AS m, sum(x * 3 + y) AS s FROM ij GROUP "
        "BY k",
        "CREATE MATERIALIZED VIEW IF NOT EXISTS lj AS SELECT k, count(*) AS n, sum(w) AS w FROM (SELECT s.k, t.v AS w FROM s "
        "LEFT JOIN t ON s.v % 12 = t.id) j GROUP BY k",
        ("CREATE STREAM IF NOT EXISTS aj AS SELECT a.v AS x, b.v AS y FROM s a ASOF JOIN s b MATCH_CONDITION (a.ts >= b.ts) "
         "ON a.v % 3 = b.v % 5"),
        "CREATE MATERIALIZED VIEW IF NOT EXISTS ajv AS SELECT x % 7 AS g, count(y) AS n, sum(y) AS s FROM aj GROUP BY x % 7",
        ("CREATE STREAM IF NOT EXISTS os AS SELECT k, v, lag(v) OVER (PARTITION BY k ORDER BY ts) AS p, sum(v) OVER (PARTITION BY "
         "k "
         "ORDER BY ts ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING) AS s FROM s"),
        "CREATE MATERIALIZED VIEW IF NOT EXISTS osv AS SELECT k, count(*) AS n, sum(p) AS p, sum(s) AS s FROM os GROUP BY k",
        ("CREATE STREAM IF NOT EXISTS orun AS SELECT k, v, sum(v) OVER w AS s, max(k) OVER w AS hi, dense_rank() OVER w AS d, "
         "first_value(v) OVER w AS f FROM s WINDOW w AS (PARTITION BY v % 4 ORDER BY ts)"),
        "CREATE MATERIALIZED VIEW IF NOT EXISTS orv AS SELECT k, count(*) AS n, sum(s) AS s, max(hi) AS hi, sum(d) AS d, sum(f) AS "
        "f FROM "
        "orun GROUP BY k",
        "CREATE MATERIALIZED VIEW IF NOT EXISTS tj AS SELECT x.id, y.v FROM t x FULL JOIN t y ON x.v % 12 = y.id AND x.v < y.v",
        "CREATE MATERIALIZED VIEW IF NOT EXISTS tn AS SELECT * FROM (SELECT k, v, row_number() OVER (PARTITION BY k ORDER BY v "
        "DESC, "
        "id) AS rn FROM t) r WHERE rn <= 2",
        ("CREATE MATERIALIZED VIEW IF NOT EXISTS ov AS SELECT id, lag(v) OVER (ORDER BY id) AS p, sum(v) OVER (PARTITION BY k "
         "ORDER "
         "BY id) AS s, min(v) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS m FROM t"),
        "CREATE MATERIALIZED VIEW IF NOT EXISTS gs AS SELECT k, v % 2 AS p, count(*) AS n FROM t GROUP BY CUBE (k, v % 2)",
        ("CREATE STREAM IF NOT EXISTS hr AS SELECT k, v, window_end AS e FROM TUMBLE(s, ts, INTERVAL '10' SECOND) EMIT ON WINDOW "
         "CLOSE"),
        "CREATE MATERIALIZED VIEW IF NOT EXISTS hrv AS SELECT k, e, count(*) AS n, sum(v) AS s FROM hr GROUP BY k, e",
        ("CREATE STREAM IF NOT EXISTS tk AS SELECT date_trunc('minute', ts) AS m, k, sum(v) AS s, count(DISTINCT v % 3) AS d FROM "
         "s "
         "GROUP BY 1, 2 EMIT ON WINDOW CLOSE ALLOW LATENESS INTERVAL '2' SECOND"),
        "CREATE MATERIALIZED VIEW IF NOT EXISTS tkv AS SELECT k, count(*) AS n, sum(s) AS s, sum(d) AS d FROM tk GROUP BY k",
        "CREATE MATERIALIZED VIEW IF NOT EXISTS tl AS SELECT ts, count(*) AS n FROM s GROUP BY ts ALLOW LATENESS INTERVAL '1' "
        "SECOND",
        "CREATE MATERIALIZED VIEW IF NOT EXISTS tlv AS SELECT count(*) AS c, sum(n) AS n FROM tl",
        "CREATE MATERIALIZED VIEW IF NOT EXISTS rt AS SELECT count(*) AS n, median(v) AS m FROM s WITH (state_ttl = '20 s')",
        "CREATE MATERIALIZED VIEW IF NOT EXISTS fd AS SELECT DISTINCT ON (v % 10) v % 10 AS g, k, v FROM s ORDER BY v % 10, v DESC",
        ("CREATE STREAM IF NOT EXISTS sr AS SELECT k, v, window_end AS e FROM SESSION(TABLE s PARTITION BY k, DESCRIPTOR(ts), "
         "INTERVAL '1900' MILLISECOND)"),
        "CREATE MATERIALIZED VIEW IF NOT EXISTS srv AS SELECT k, count(*) AS n, sum(v) AS s, max(e) AS e FROM sr GROUP BY k",
        ("CREATE STREAM IF NOT EXISTS ma AS SELECT * FROM s MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES FIRST(a.v) AS f, "
         "count(*) AS n PATTERN (a b+) WITHIN INTERVAL '5' SECOND DEFINE b AS v > PREV(v))"),
        "CREATE MATERIALIZED VIEW IF NOT EXISTS mav AS SELECT k, count(*) AS c, sum(f) AS f, sum(n) AS n FROM ma GROUP BY k",
        "CREATE MATERIALIZED VIEW IF NOT EXISTS ne AS SELECT v % 4 AS g, array_agg(ROW(id, k) ORDER BY id) AS a FROM t GROUP BY v "
        "% 4",
        "CREATE SEQUENCE IF NOT EXISTS q INCREMENT BY 2",
        "CREATE TABLE IF NOT EXISTS num (id BIGINT GENERATED ALWAYS AS IDENTITY, x BIGINT DEFAULT nextval('q'), y INT)",
        "CREATE MATERIALIZED VIEW IF NOT EXISTS wv AS SELECT count(*) AS windows, sum(n) AS n_rows FROM w",
    };
    State to = r->now;
    for (size_t i = 0; i < ARRAY_LEN(ddl); i++) {
        to.made = i + 1 == ARRAY_LEN(ddl);
        int rc = change(r, ddl[i], &to);
        if (rc)
            return rc;
    }
    return 0;
}

static int put_row(Run *r)
{
    char sql[200];
    State to = r->now;
    uint64_t id = env_sim_draw(r->env, N_KEYS);
    to.value[id] = (int64_t)env_sim_draw(r->env, 1000);
    snprintf(sql, sizeof(sql), "INSERT INTO t VALUES (%llu, %s, %lld) ON CONFLICT (id) DO UPDATE SET v = EXCLUDED.v",
             (unsigned long long)id,
             id % 4 == 0 ? "NULL"
             : id % 2    ? "'odd'"
                         : "'an even key, and a long name'",
             (long long)to.value[id]);
    return change(r, sql, &to);
}

static int add_to_all(Run *r)
{
    State to = r->now;
    for (size_t i = 0; i < N_KEYS; i++)
        to.value[i] += to.value[i] != INT64_MIN;
    return change(r, "UPDATE t SET v = v + 1", &to);
}

static int delete_some(Run *r)
{
    char sql[80];
    State to = r->now;
    int64_t from = (int64_t)env_sim_draw(r->env, 1000);
    for (size_t i = 0; i < N_KEYS; i++)
        if (to.value[i] >= from)
            to.value[i] = INT64_MIN;
    snprintf(sql, sizeof(sql), "DELETE FROM t WHERE v >= %lld", (long long)from);
    return change(r, sql, &to);
}

static int fill_bag(Run *r)
{
    char sql[200];
    State to = r->now;
    snprintf(sql, sizeof(sql), "INSERT INTO bag VALUES ('x', %u), ('y of more than twelve bytes', 1), (NULL, NULL)", to.n_bag);
    to.n_bag += 3;
    return change(r, sql, &to);
}

static int double_bag(Run *r)
{
    State to = r->now;
    if (to.n_bag > 20000)
        return 0;
    to.n_bag *= 2;
    return change(r, "INSERT INTO bag SELECT * FROM bag", &to);
}

static int merge_rows(Run *r)
{
    char sql[300];
    State to = r->now;
    uint64_t id[2];
    int64_t v[2];
    id[0] = env_sim_draw(r->env, N_KEYS);
    id[1] = (id[0] + 1 + env_sim_draw(r->env, N_KEYS - 1)) % N_KEYS;
    for (int i = 0; i < 2; i++) {
        v[i] = (int64_t)env_sim_draw(r->env, 1000);
        bool is_there = to.value[id[i]] != INT64_MIN;
        to.value[id[i]] = is_there && v[i] % 3 == 0 ? INT64_MIN : v[i];
    }
    snprintf(sql, sizeof(sql),
             "MERGE INTO t USING (VALUES (%llu, %lld), (%llu, %lld)) x (id, v) ON t.id = x.id WHEN MATCHED AND x.v %% 3 = 0 THEN "
             "DELETE WHEN MATCHED THEN UPDATE SET v = x.v WHEN NOT MATCHED THEN INSERT VALUES (x.id, 'merged', x.v)",
             (unsigned long long)id[0], (long long)v[0], (unsigned long long)id[1], (long long)v[1]);
    return change(r, sql, &to);
}

/* The catalog and rows change together. */
static int change_catalog(Run *r)
{
    char sql[300];
    State to = r->now;
    to.n_bag += 3;
    if (to.n_tables > 3) {
        to.n_tables--;
        snprintf(sql, sizeof(sql), "BEGIN; INSERT INTO bag VALUES ('t', 1), ('t', 2), (NULL, 3); DROP TABLE u%u; COMMIT",
                 to.n_tables);
    } else {
        snprintf(
            sql, sizeof(sql),
            "BEGIN; CREATE TABLE u%u (id SERIAL, n BIGINT); INSERT INTO u%u (n) SELECT count(*) FROM t; SAVEPOINT p; DROP TABLE "
            "u%u; ROLLBACK TO p; INSERT INTO bag VALUES ('t', 1), ('t', 2), (NULL, 3); CREATE INDEX ui%u ON u%u (n); COMMIT",
            to.n_tables, to.n_tables, to.n_tables, to.n_tables, to.n_tables);
        to.n_tables++;
    }
    return change(r, sql, &to);
}

/* 1 = the life is over. */
static int check_newest(Run *r, const char *sql, int64_t *last)
{
    StatementResult res;
    Err err;
    char detail[80];
    if (execute(r, sql, &res, &err) < 0)
        return is_end(r, &err) ? 1 : fail(r, sql, err.message);
    int64_t v = vec_get(&res.rows->batch[0]->col[0], 0).i64;
    statement_result_done(&res);
    snprintf(detail, sizeof(detail), "%lld behind %lld", (long long)v, (long long)*last);
    if (v <= *last)
        return fail(r, sql, detail);
    *last = v;
    return 0;
}

static int add_number(Run *r)
{
    State to = r->now;
    to.n_num++;
    int rc = change(r, "INSERT INTO num (y) VALUES (1)", &to);
    if (rc || r->now.n_num != to.n_num) /* a full disk */
        return rc;
    rc = check_newest(r, "SELECT max(id) FROM num", &r->last_id);
    return rc ? rc : check_newest(r, "SELECT max(x) FROM num", &r->last_x);
}

static int delete_numbers(Run *r)
{
    State to = r->now;
    to.n_num = 0;
    return change(r, "DELETE FROM num", &to);
}

/* Rows number n_pushed, n_pushed + 1, ...: their contents follow from the number. Not acknowledged unless waited for. */
static Batch *make_rows(Database *db, const Schema *schema, uint32_t from, uint32_t n, Err *err)
{
    Builder b = {0};
    int rc = builder_init(&b, engine_account(db->engine), schema, n, err);
    for (uint32_t i = from; rc >= 0 && i < from + n; i++) {
        const char *k = i % 3 ? "a" : "another name that is long";
        rc = builder_str(&b, 0, k, strlen(k));
        ((int64_t *)builder_data(&b, 1))[b.n] = i;
        ((int64_t *)builder_data(&b, 2))[b.n] = (int64_t)i * 700000 - (i % 5) * 900000;
        if (rc >= 0)
            rc = builder_row_done(&b);
    }
    Batch *batch = rc >= 0 ? builder_take(&b) : NULL;
    if (b.schema)
        builder_done(&b);
    return batch;
}

static int push_rows(Database *db, uint32_t from, uint32_t n, uint64_t *ret_ticket, Err *err)
{
    Catalog *c = db_catalog(db);
    const Relation *rel = catalog_find(c, STR("s"));
    engine_enter(db->engine);
    Feed *feed = feed_ref(engine_feed(db->engine, rel->id));
    engine_leave(db->engine);
    Batch *batch = make_rows(db, rel->schema, from, n, err);
    int rc = batch ? engine_push(db->engine, feed, batch, NULL, NULL, err) : RAISE_NOMEM(err);
    if (batch)
        *ret_ticket = batch->seq;
    batch_unref(batch);
    feed_unref(feed);
    catalog_unref(c);
    return rc;
}

static int push(Run *r)
{
    Err err = ERR_INIT;
    Database *db = r->db;
    uint32_t n = 1 + (uint32_t)env_sim_draw(r->env, 30);
    uint64_t ticket = 0;
    State to = r->now;
    let_pages_go(r);
    to.n_pushed += n;
    r->done[r->n_before + r->n_ops] = (Done){.from = r->now.n_pushed, .n = n};
    r->after[++r->n_ops] = to;
    int rc = push_rows(db, r->now.n_pushed, n, &ticket, &err);
    if (rc >= 0) {
        r->now = to;
        if (env_sim_draw(r->env, 3) == 0) {
            rc = durable_wait(db, ticket, false, INT64_MAX, &err);
            r->n_safe = rc >= 0 ? r->n_ops : r->n_safe;
        }
    }
    if (rc == -ERR_DISK_FULL && ticket == 0)
        return disk_was_full(r, &to);
    return rc >= 0 || rc == -ERR_DISK_FULL ? 0 : is_end(r, &err) ? 1 : fail(r, "push", err.message);
}

/* Those of the first n operations that no RESTORE has undone. */
static uint32_t counting(const Run *r, uint32_t n, uint32_t *which)
{
    uint32_t k = 0;
    for (uint32_t i = 0; i < n; i++) {
        const Done *d = &r->done[i];
        if (d->sql[0] || d->n)
            which[k++] = i;
        else
            k = d->from;
    }
    return k;
}

/* What fails here is lost to nobody: the database goes on with its log. */
static int make_checkpoint(Run *r)
{
    Err err;
    uint32_t which[LIVES * OPS_MAX];
    r->kept.number = 0;
    if (execute(r, "CHECKPOINT", NULL, &err) < 0)
        return is_end(r, &err) || err.code == ERR_WRONG_STATE ? env_sim_crashed(r->env) : fail(r, "CHECKPOINT", err.message);
    r->n_safe = r->n_ops; /* it has everything in it */
    r->kept = (Kept){r->db->durable->newest.number, r->now, counting(r, r->n_before + r->n_ops, which)};
    return 0;
}

/* Ends the life, unless it was refused: whoever goes on opens the database again. */
static int restore(Run *r)
{
    char sql[60];
    Err err;
    if (!r->kept.number)
        return 0;
    snprintf(sql, sizeof(sql), "RESTORE FROM CHECKPOINT %llu", (unsigned long long)r->kept.number);
    r->done[r->n_before + r->n_ops] = (Done){.from = r->kept.n_counting};
    r->after[++r->n_ops] = r->kept.state;
    r->kept.number = 0;
    r->last_id = r->last_x = 0; /* what has been given since may come again */
    if (execute(r, sql, NULL, &err) >= 0) {
        r->n_safe = r->n_ops;
        return 1;
    }
    if (!is_end(r, &err))
        return fail(r, sql, err.message);
    if (atomic_load(&r->db->closed) || env_sim_crashed(r->env))
        return 1;
    r->n_ops--;
    return 0;
}

/* ---- what is found ---- */

static void print_row(const Batch *b, uint32_t row, StrBuf *out)
{
    for (uint32_t c = 0; c < b->n_cols; c++) {
        Value v = vec_get(&b->col[c], row);
        sb_puts(out, "|");
        if (v.is_null)
            sb_puts(out, "NULL");
        else
            value_print(&v, out);
    }
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The rows of a query as sorted text. */
static int rows_of(Run *r, const char *sql, StrBuf *out)
{
    StatementResult res;
    Err err;
    if (execute(r, sql, &res, &err) < 0)
        return fail(r, sql, err.message);
    char *line[600];
    size_t n = 0;
    for (uint32_t i = 0; i < res.rows->n; i++) {
        const Batch *b = res.rows->batch[i];
        Rows rows = batch_rows(b);
        for (uint32_t k = 0; k < rows.n && n < ARRAY_LEN(line); k++) {
            StrBuf one;
            sb_init(&one, NULL);
            print_row(b, row_at(rows, k), &one);
            line[n++] = strdup(sb_cstr(&one));
            sb_done(&one);
        }
    }
    qsort(line, n, sizeof(*line), by_text);
    for (size_t i = 0; i < n; i++) {
        sb_puts(out, line[i]);
        sb_puts(out, "\n");
        free(line[i]);
    }
    statement_result_done(&res);
    return 0;
}

static int same(Run *r, const char *view, const char *query)
{
    StrBuf a, b;
    sb_init(&a, NULL);
    sb_init(&b, NULL);
    int rc = rows_of(r, view, &a);
    if (rc == 0)
        rc = rows_of(r, query, &b);
    if (rc == 0 && strcmp(sb_cstr(&a), sb_cstr(&b)) != 0) {
        printf("%s\n%s-- %s\n%s", view, sb_cstr(&a), query, sb_cstr(&b));
        rc = fail(r, view, "a view is not what its query says");
    }
    sb_done(&a);
    sb_done(&b);
    return rc;
}

static int number_of(Run *r, const char *sql, int64_t *ret)
{
    StatementResult res;
    Err err;
    if (execute(r, sql, &res, &err) < 0)
        return fail(r, sql, err.message);
    Value v = vec_get(&res.rows->batch[0]->col[0], 0);
    *ret = v.i64;
    statement_result_done(&res);
    return 0;
}

static bool has_relation(Run *r, const char *name)
{
    Catalog *c = db_catalog(r->db);
    bool is = catalog_find(c, str_of(name)) != NULL;
    catalog_unref(c);
    return is;
}

static int read_state(Run *r, State *s)
{
    *s = (State){.made = has_relation(r, "wv")};
    for (size_t i = 0; i < N_KEYS; i++)
        s->value[i] = INT64_MIN;
    int64_t n = 0;
    if (has_relation(r, "t")) {
        StatementResult res;
        Err err;
        if (execute(r, "SELECT id, v FROM t", &res, &err) < 0)
            return fail(r, "SELECT", err.message);
        for (uint32_t i = 0; i < res.rows->n; i++) {
            Rows rows = batch_rows(res.rows->batch[i]);
            for (uint32_t k = 0; k < rows.n; k++) {
                Value id = vec_get(&res.rows->batch[i]->col[0], row_at(rows, k)),
                      v = vec_get(&res.rows->batch[i]->col[1], row_at(rows, k));
                s->value[id.i64] = v.i64;
            }
        }
        statement_result_done(&res);
    }
    if (has_relation(r, "bag"))
        TRY(number_of(r, "SELECT count(*) FROM bag", &n));
    s->n_bag = (uint32_t)n;
    n = 0;
    if (has_relation(r, "num"))
        TRY(number_of(r, "SELECT count(*) FROM num", &n));
    s->n_num = (uint32_t)n;
    for (char name[20]; snprintf(name, sizeof(name), "u%u", s->n_tables), has_relation(r, name);)
        s->n_tables++;
    n = 0;
    if (has_relation(r, "s"))
        TRY(number_of(r, "SELECT count(*) FROM s", &n));
    s->n_pushed = (uint32_t)n;
    return 0;
}

static bool same_state(const State *a, const State *b)
{
    return memcmp(a->value, b->value, sizeof(a->value)) == 0 && a->n_pushed == b->n_pushed && a->n_bag == b->n_bag &&
           a->n_num == b->n_num && a->n_tables == b->n_tables && a->made == b->made;
}

static int check_views(Run *r)
{
    TRY(same(r, "SELECT * FROM tv", "SELECT k, count(*), sum(v), min(v) FROM t GROUP BY k"));
    TRY(same(r, "SELECT * FROM bv", "SELECT v % 3, count(*) FROM bag GROUP BY v % 3"));
    TRY(same(r, "SELECT * FROM sv", "SELECT k, count(*), sum(v), max(v) FROM s GROUP BY k"));
    int64_t n_rows = 0; /* which rows were late follows from the order in which they came */
    TRY(number_of(r, "SELECT count(*) FROM s", &n_rows));
    char want[80];
    int64_t wm = INT64_MIN, windows = 0, counted = 0;
    static uint32_t in_window[2][100000];
    memset(in_window, 0, sizeof(in_window));
    for (int64_t i = 0; i < n_rows; i++) {
        int64_t ts = i * 700000 - (i % 5) * 900000, w = floor_div(ts, 10000000);
        if (wm == INT64_MIN || (w + 1) * 10000000 > wm)
            in_window[i % 3 ? 0 : 1][w + 2]++;
        wm = wm == INT64_MIN ? ts - 5000000 : MAX(wm, ts - 5000000);
    }
    for (int64_t w = -2; w < 90000 && n_rows; w++) {
        for (int k = 0; k < 2; k++) {
            bool closed = (w + 1) * 10000000 <= wm;
            windows += closed && in_window[k][w + 2];
            counted += closed ? in_window[k][w + 2] : 0;
        }
    }
    StrBuf have;
    sb_init(&have, NULL);
    int rc = rows_of(r, "SELECT windows, n_rows FROM wv", &have);
    if (windows)
        snprintf(want, sizeof(want), "|%lld|%lld\n", (long long)windows, (long long)counted);
    else
        snprintf(want, sizeof(want), "|0|NULL\n");
    if (rc == 0 && strcmp(sb_cstr(&have), want) != 0) {
        printf("have %swant %s", sb_cstr(&have), want);
        rc = fail(r, "wv", "closed windows are not what they were");
    }
    sb_done(&have);
    return rc;
}

/* The same operations in a database in memory. */
static int check_twin(Run *r)
{
    static const char *const all[] = {"t",  "bag",  "s",    "tv",  "bv", "sv",  "dv",  "hv",  "hm", "uv",
                                      "wv", "sesv", "sesc", "ijv", "lj", "ajv", "osv", "tj",  "tn", "ov",
                                      "gs", "hrv",  "tkv",  "tlv", "rt", "fd",  "srv", "mav", "ne", "orv"};
    Database *db = r->db;
    StrBuf text[2];
    Err err = ERR_INIT;
    uint64_t ticket;
    Env *env = env_sim_new(r->seed, NULL);
    Database *twin = NULL;
    int rc = db_open(env, NULL, &twin, &err);
    r->db = twin;
    uint32_t which[LIVES * OPS_MAX], n = counting(r, r->n_before, which);
    for (uint32_t i = 0; i < n && rc >= 0; i++) {
        const Done *d = &r->done[which[i]];
        rc = d->sql[0] ? execute(r, d->sql, NULL, &err) : push_rows(twin, d->from, d->n, &ticket, &err);
    }
    if (rc < 0)
        (void)fail(r, "twin", err.message);
    for (size_t i = 0; i < ARRAY_LEN(all) && !r->failed; i++) {
        char sql[40];
        snprintf(sql, sizeof(sql), "SELECT * FROM %s", all[i]);
        for (int k = 0; k < 2; k++) {
            sb_init(&text[k], NULL);
            r->db = k ? twin : db;
            (void)rows_of(r, sql, &text[k]);
        }
        if (!r->failed && strcmp(sb_cstr(&text[0]), sb_cstr(&text[1])) != 0) {
            printf("-- %s\n%s-- in memory\n%s", all[i], sb_cstr(&text[0]), sb_cstr(&text[1]));
            (void)fail(r, all[i], "is not what it is in memory");
        }
        sb_done(&text[0]);
        sb_done(&text[1]);
    }
    db_unref(twin);
    env_sim_free(env);
    r->db = db;
    return r->failed ? -1 : 0;
}

/* ---- lives ---- */

static int open_database(Run *r, Err *err)
{
    /* Another number of threads each time: queries keep the parts they have. */
    DatabaseConfig config = {.path = "/db",
                             .threads = (uint32_t)((r->seed + r->n_opened++) % 3 + 1),
                             .wal = {.segment_bytes = 128 << 10, .buffer_bytes = 32 << 10}};
    r->db = NULL;
    *err = ERR_INIT;
    TRY(db_open(r->env, &config, &r->db, err));
    engine_set_parallel_rows(r->db->engine, 1);
    return 0;
}

static void print_state(const char *what, const State *s)
{
    printf("%s: %u pushed, bag %u, numbers %u, tables %u, t", what, s->n_pushed, s->n_bag, s->n_num, s->n_tables);
    for (size_t i = 0; i < N_KEYS; i++)
        if (s->value[i] != INT64_MIN)
            printf(" %zu=%lld", i, (long long)s->value[i]);
    puts("");
}

static int check_found(Run *r)
{
    State found;
    TRY(read_state(r, &found));
    uint32_t i = r->n_safe;
    while (i <= r->n_ops && !same_state(&found, &r->after[i]))
        i++;
    if (i > r->n_ops) {
        print_state("found", &found);
        for (i = r->n_safe; i <= r->n_ops; i++)
            print_state(i > 0 ? r->done[r->n_before + i - 1].sql : "the beginning", &r->after[i]);
        return fail(r, "after the crash", "what is found is no prefix of what was done that has all that was acknowledged");
    }
    r->now = r->after[0] = found;
    r->n_before += i;
    r->n_ops = r->n_safe = 0;
    if (!found.made)
        return 0;
    TRY(check_views(r));
    return check_twin(r);
}

/* Operations until the crash; 1 = the life is over. */
static int live(Run *r)
{
    if (!r->now.made) {
        int rc = make_relations(r);
        if (rc)
            return rc;
    }
    for (uint32_t n = 5 + (uint32_t)env_sim_draw(r->env, 60); n > 0 && r->n_ops + 1 < OPS_MAX; n--) {
        int rc;
        switch (env_sim_draw(r->env, 20)) {
        case 0: rc = add_to_all(r); break;
        case 1: rc = delete_some(r); break;
        case 2: rc = fill_bag(r); break;
        case 3: rc = double_bag(r); break;
        case 4:
            env_sim_advance(r->env, 1000000000);
            rc = 0;
            break;
        case 5:
            (void)engine_poll(r->db->engine);
            rc = 0;
            break;
        case 12:
        case 13: rc = make_checkpoint(r); break;
        case 14: rc = env_sim_draw(r->env, 3) ? push(r) : restore(r); break;
        case 15: rc = merge_rows(r); break;
        case 16: rc = change_catalog(r); break;
        case 17:
        case 18: rc = add_number(r); break;
        case 19: rc = delete_numbers(r); break;
        case 6:
        case 7: rc = put_row(r); break;
        default: rc = push(r); break;
        }
        if (rc)
            return rc;
    }
    return 0;
}

static bool run_seed(uint64_t seed, bool spills)
{
    static Run r;
    r = (Run){.seed = seed, .spills = spills};
    for (size_t i = 0; i < N_KEYS; i++)
        r.now.value[i] = INT64_MIN;
    r.after[0] = r.now;
    SimFaults faults = {.torn_writes = true, .short_read = seed % 2 ? 100000 : 0};
    SimFaults bad = faults;
    bad.sync_eio = seed % 5 == 1 ? 20000 : 0;
    bad.enospc = seed % 5 == 2 ? 20000 : 0;
    bad.alloc_fail = seed % 5 == 3 ? 300 : 0;
    bad.read_eio = spills && seed % 5 == 4 ? 1000 : 0;
    bad.write_eio = spills && seed % 5 == 0 ? 1000 : 0;
    r.env = env_sim_new(seed, &faults);
    for (int life = 0; life < LIVES && r.env && !r.failed; life++) {
        Err err;
        env_sim_set_faults(r.env, &bad);
        env_sim_set_alloc_faults(r.env, bad.alloc_fail != 0);
        if (env_sim_draw(r.env, 4))
            env_sim_crash_at(r.env, 1 + env_sim_draw(r.env, life == 0 ? 400 : 200));
        int rc = open_database(&r, &err); /* may crash, too */
        if (rc < 0 && !is_end(&r, &err))
            (void)fail(&r, "open", err.message);
        r.kept.number = 0;
        if (rc == 0)
            (void)live(&r);
        env_sim_set_alloc_faults(r.env, false);
        db_unref(r.db);
        r.db = NULL;
        env_sim_crash(r.env);
        env_sim_set_faults(r.env, &faults);
        if (!r.failed && open_database(&r, &err) < 0)
            (void)fail(&r, "open after a crash", err.message);
        if (!r.failed)
            (void)check_found(&r);
        db_unref(r.db);
        r.db = NULL;
    }
    env_sim_free(r.env);
    return !r.failed;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, n = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000;
    bool spills = argc > 3 && strcmp(argv[3], "spill") == 0;
    uint64_t passed = 0, failed = 0;
    mem_pages_guard(spills);
    for (uint64_t seed = first; seed < first + n; seed++) {
        if (run_seed(seed, spills))
            passed++;
        else if (++failed >= 5)
            break;
    }
    printf("%llu passed, %llu failed, 0 skipped\n", (unsigned long long)passed, (unsigned long long)failed);
    return failed ? 1 : 0;
}
