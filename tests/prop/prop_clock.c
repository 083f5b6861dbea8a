/* SPDX-License-Identifier: Apache-2.0
 *
 * Property: a view with conditions on now() equals the same query run over all the input, at every moment.  Virtual time; random
 * conditions, random inserts, updates and deletes of rows whose times lie around now, random steps of the clock; after each, the
 * view's content, a view over it, and the changes it has given, summed, are compared with a bounded SELECT of the same text at the
 * same moment.  And state_ttl by processing time equals a model that takes row by row.  `prop_clock [SEED [N]]` replays. */
#include "db/execute.h"
#include "env/env_sim.h"

#include <stdio.h>
#include <stdlib.h>

#define SEEDS 60
#define STEPS 60
#define IDS 40
#define SECOND INT64_C(1000000)

static uint64_t state;
static Database *db;

static int below(int n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((state >> 33) % (uint64_t)n);
}

/* ---- changes, summed ---- */

typedef struct Sum {
    char *row[4096];
    int64_t weight[4096];
    int n;
} Sum;
static Sum given;

static void sum_add(const char *row, int64_t weight)
{
    for (int i = 0; i < given.n; i++)
        if (strcmp(given.row[i], row) == 0) {
            given.weight[i] += weight;
            return;
        }
    if (given.n == (int)ARRAY_LEN(given.row))
        abort();
    given.row[given.n] = strdup(row);
    given.weight[given.n++] = weight;
}

static void sum_clear(void)
{
    for (int i = 0; i < given.n; i++)
        free(given.row[i]);
    given.n = 0;
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

static int take(Consumer *c, const Batch *b, Err *err)
{
    Rows rows = batch_rows(b);
    StrBuf text;
    (void)c;
    (void)err;
    sb_init(&text, NULL);
    for (uint32_t i = 0; i < rows.n; i++) {
        sb_clear(&text);
        put_row(b, row_at(rows, i), &text);
        sum_add(sb_cstr(&text), batch_weight(b, row_at(rows, i)));
    }
    sb_done(&text);
    return 0;
}
static void end(Consumer *c, const Err *err)
{
    (void)c;
    if (err && err->code != ERR_QUERY_CANCELED)
        printf("the view has failed: %s\n", err->message);
}
static const ConsumerType watch_type = {.batch = take, .end = end};

/* ---- statements ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Rows as lines, sorted; NULL = failed. */
static char *rows_text(char **line, int n)
{
    StrBuf all;
    sb_init(&all, NULL);
    qsort(line, (size_t)n, sizeof(*line), by_text);
    for (int i = 0; i < n; i++)
        sb_printf(&all, "%s\n", line[i]);
    char *text = strdup(sb_cstr(&all));
    sb_done(&all);
    return text;
}

static char *ask(const char *sql)
{
    static char *line[8192];
    int n = 0;
    StatementResult r;
    Err err = ERR_INIT;
    if (db_execute(db, str_of(sql), &r, &err) < 0) {
        printf("%s\n  %s\n", sql, err.message);
        return NULL;
    }
    for (uint32_t k = 0; r.rows && k < r.rows->n; k++) {
        Rows rows = batch_rows(r.rows->batch[k]);
        for (uint32_t i = 0; i < rows.n; i++) {
            StrBuf text;
            sb_init(&text, NULL);
            put_row(r.rows->batch[k], row_at(rows, i), &text);
            line[n++] = strdup(sb_cstr(&text));
            sb_done(&text);
        }
    }
    char *text = rows_text(line, n);
    while (n > 0)
        free(line[--n]);
    statement_result_done(&r);
    return text;
}

static bool run(const char *sql)
{
    char *text = ask(sql);
    free(text);
    return text != NULL;
}

static char *sum_text(void)
{
    static char *line[8192];
    int n = 0;
    for (int i = 0; i < given.n; i++)
        for (int64_t k = 0; k < given.weight[i] && n < (int)ARRAY_LEN(line); k++)
            line[n++] = given.row[i];
    return rows_text(line, n);
}

/* ---- the condition ---- */

static void interval(StrBuf *b)
{
    static const char *const units[] = {"SECOND", "SECOND", "SECOND", "MINUTE", "HOUR", "DAY"};
    int u = below((int)ARRAY_LEN(units));
    sb_printf(b, "INTERVAL '%d' %s", u < 3 ? below(90) : u < 4 ? below(3) : below(2), units[u]);
}

static void conjunct(StrBuf *b)
{
    static const char *const compare[] = {"<", "<=", ">", ">="};
    static const char *const now[] = {"now()", "current_timestamp", "proctime()", "localtimestamp"};
    const char *c = compare[below(4)], *n = now[below(4)];
    switch (below(10)) {
    case 9:
        sb_printf(b, "extract(epoch FROM %s - ts) %s %d", n[0] == 'n' ? "localtimestamp" : n, c, below(400) - 200);
        sb_puts(b, below(3) ? "" : below(2) ? ".25" : "::DOUBLE PRECISION");
        break;
    case 0:
        sb_printf(b, "ts %s %s - ", c, n);
        interval(b);
        break;
    case 1:
        sb_printf(b, "%s %s ts + ", n, c);
        interval(b);
        break;
    case 2:
        sb_printf(b, "ts + ");
        interval(b);
        sb_printf(b, " %s %s", c, n);
        break;
    case 3:
        sb_printf(b, "ts BETWEEN %s - ", n);
        interval(b);
        sb_printf(b, " AND %s + ", n);
        interval(b);
        break;
    case 4:
        sb_printf(b, "%s - ts %s ", n[0] == 'n' ? "localtimestamp" : n, c);
        interval(b);
        break;
    case 5: sb_printf(b, "date_trunc('minute', %s) %s ts", n, c); break;
    case 6: sb_printf(b, "NOT (ts %s %s)", c, n); break;
    case 7: sb_printf(b, "t2 %s %s", c, below(2) ? "localtimestamp" : "proctime()"); break;
    default: sb_printf(b, "ts::date %s current_date", below(2) ? "=" : c); break;
    }
}

/* It holds at any time, or goes by the clock, with or without more. */
static void alternatives(StrBuf *b)
{
    static const char *const plain[] = {"v < 12", "v % 3 = 0", "id > 30", "t2 IS NULL", "v = id OR ts IS NULL"};
    sb_printf(b, "(%s OR (", plain[below(5)]);
    conjunct(b);
    if (below(2))
        sb_printf(b, " AND %s", plain[below(3)]);
    sb_printf(b, ")%s)", below(3) ? "" : " OR v > 45");
}

static void condition(StrBuf *b)
{
    int n = 1 + below(3);
    for (int i = 0; i < n; i++) {
        if (i)
            sb_puts(b, " AND ");
        if (below(3))
            conjunct(b);
        else
            alternatives(b);
    }
    if (below(3) == 0)
        sb_puts(b, " AND v > 20");
}

/* ---- a run ---- */

static bool check(const char *what, const char *view, const char *bounded, uint64_t seed)
{
    char *left = view ? ask(view) : sum_text(), *right = ask(bounded);
    bool same = left && right && strcmp(left, right) == 0;
    if (!same && left && right)
        printf("seed %llu: %s\n%s\n-- is --\n%s-- and must be --\n%s", (unsigned long long)seed, what, bounded, left, right);
    free(left);
    free(right);
    return same;
}

static void put_time(StrBuf *b, Env *env)
{
    int64_t us = env_wall_us(env) + (below(400) - 200) * SECOND + (below(3) ? 0 : below(1000000));
    if (below(12) == 0) {
        sb_puts(b, "NULL");
        return;
    }
    Value v = {.type = TYPE(TS), .i64 = us};
    sb_puts(b, "TIMESTAMP '");
    value_print(&v, b);
    sb_putc(b, '\'');
}

static bool change(Env *env)
{
    StrBuf b;
    sb_init(&b, NULL);
    switch (below(4)) {
    case 0:
        sb_printf(&b, "UPDATE t SET v = %d, ts = ", below(50));
        put_time(&b, env);
        sb_printf(&b, " WHERE id = %d", below(IDS));
        break;
    case 1: sb_printf(&b, "DELETE FROM t WHERE id = %d", below(IDS)); break;
    default:
        sb_printf(&b, "INSERT INTO t VALUES (%d, %d, ", below(IDS), below(50));
        put_time(&b, env);
        sb_puts(&b, ", ");
        put_time(&b, env);
        sb_puts(&b, ") ON CONFLICT DO NOTHING");
        break;
    }
    bool ok = run(sb_cstr(&b));
    sb_done(&b);
    return ok;
}

/* Rows by themselves, or what follows from some of them by the others. */
static void query_of(StrBuf *b, const char *where, bool follows)
{
    if (follows)
        sb_printf(
            b,
            "WITH RECURSIVE r (v, id) AS (SELECT v, id FROM t WHERE id < 6 UNION SELECT x.v, x.id FROM r JOIN (SELECT * FROM t "
            "WHERE %s) x ON x.id = r.v) SELECT v, id FROM r",
            where);
    else
        sb_printf(b, "SELECT v, id FROM t WHERE %s", where);
}

static bool create(const char *query, Env *env)
{
    bool early = below(2);
    StrBuf b;
    sb_init(&b, NULL);
    bool ok = run("CREATE TABLE t (id INT PRIMARY KEY, v INT, ts TIMESTAMP, t2 TIMESTAMP(9))");
    for (int i = 0; i < 10 && !early && ok; i++)
        ok = change(env);
    sb_printf(&b, "CREATE MATERIALIZED VIEW w AS %s", query);
    ok = ok && run(sb_cstr(&b));
    ok = ok && run("CREATE MATERIALIZED VIEW g AS SELECT v, count(*) AS n, min(id) AS id FROM w GROUP BY v");
    sb_done(&b);
    return ok;
}

static bool play(uint64_t seed)
{
    state = seed * 77;
    Env *env = env_sim_new(seed, NULL);
    Err err = ERR_INIT;
    Consumer watch = {.type = &watch_type};
    StrBuf where, bounded, grouped;
    sb_init(&where, NULL);
    sb_init(&bounded, NULL);
    sb_init(&grouped, NULL);
    condition(&where);
    query_of(&bounded, sb_cstr(&where), below(3) == 0);
    sb_printf(&grouped, "SELECT v, count(*), min(id) FROM (%s) x GROUP BY v", sb_cstr(&bounded));
    bool ok = env && db_open(env, NULL, &db, &err) == 0 && create(sb_cstr(&bounded), env);
    char *first = ok ? ask("SELECT * FROM w") : NULL;
    if (first) { /* what the view has when its changes begin to be summed */
        for (char *p = first, *nl; (nl = strchr(p, '\n')); p = nl + 1) {
            *nl = 0;
            sum_add(p, 1);
        }
        engine_enter(db->engine);
        Feed *w = engine_feed(db->engine, catalog_find(db->catalog, STR("w"))->id);
        consumer_add(&w->consumers, &watch);
        engine_leave(db->engine);
    }
    free(first);
    for (int i = 0; ok && i < STEPS; i++) {
        if (below(2))
            ok = change(env);
        else
            env_sim_advance(env, below(4) ? below(60) * SECOND * 1000 : below(5000) * SECOND * 1000);
        if (ok && below(3) == 0)
            (void)engine_poll(db->engine);
        ok = ok && check("the view", "SELECT * FROM w", sb_cstr(&bounded), seed) &&
             check("its changes", NULL, sb_cstr(&bounded), seed) &&
             check("the view over it", "SELECT * FROM g", sb_cstr(&grouped), seed);
    }
    sum_clear();
    db_close(db);
    db_unref(db);
    env_sim_free(env);
    sb_done(&where);
    sb_done(&bounded);
    sb_done(&grouped);
    return ok;
}

/* ---- state_ttl by processing time: a key's rows count from the first after a silence of the TTL ---- */

#define KEYS 6
#define TTL_SECONDS 30

typedef struct Key {
    int n, sum;
    int64_t last_us;
} Key;

static bool check_keys(const Key *key, Env *env, uint64_t seed)
{
    StrBuf must;
    sb_init(&must, NULL);
    for (int k = 0; k < KEYS; k++)
        if (key[k].n && env_wall_us(env) < key[k].last_us + TTL_SECONDS * SECOND)
            sb_printf(&must, "%d %d %d\n", k, key[k].n, key[k].sum);
    char *held = ask("SELECT * FROM g"), *given_rows = sum_text(); /* in this order: before a statement, what is due leaves */
    bool same = held && strcmp(held, sb_cstr(&must)) == 0 && strcmp(given_rows, sb_cstr(&must)) == 0;
    if (!same)
        printf("seed %llu: state_ttl\n-- is --\n%s-- was given --\n%s-- and must be --\n%s", (unsigned long long)seed,
               held ? held : "", given_rows, sb_cstr(&must));
    free(given_rows);
    free(held);
    sb_done(&must);
    return same;
}

static bool add_rows(Key *key, Env *env)
{
    StrBuf b;
    sb_init(&b, NULL);
    sb_puts(&b, "INSERT INTO e VALUES ");
    for (int i = below(4); i >= 0; i--) {
        int k = below(KEYS), v = below(10);
        if (env_wall_us(env) >= key[k].last_us + TTL_SECONDS * SECOND)
            key[k] = (Key){0};
        key[k].n++;
        key[k].sum += v;
        key[k].last_us = env_wall_us(env);
        sb_printf(&b, "(%d, %d)%s", k, v, i ? ", " : "");
    }
    bool ok = run(sb_cstr(&b));
    sb_done(&b);
    return ok;
}

static bool play_ttl(uint64_t seed)
{
    state = seed * 99;
    Env *env = env_sim_new(seed, NULL);
    Err err = ERR_INIT;
    Consumer watch = {.type = &watch_type};
    Key key[KEYS] = {0};
    bool ok =
        env && db_open(env, NULL, &db, &err) == 0 && run("CREATE SOURCE e (k INT, v INT)") &&
        run("CREATE MATERIALIZED VIEW g AS SELECT k, count(*) AS n, sum(v) AS s FROM e GROUP BY k WITH (state_ttl = '30 seconds')");
    if (ok) {
        engine_enter(db->engine);
        Feed *g = engine_feed(db->engine, catalog_find(db->catalog, STR("g"))->id);
        consumer_add(&g->consumers, &watch);
        engine_leave(db->engine);
    }
    for (int i = 0; ok && i < STEPS; i++) {
        if (below(2))
            ok = add_rows(key, env);
        else
            env_sim_advance(env, below(3) ? below(12) * SECOND * 1000 : below(45) * SECOND * 1000);
        if (below(3) == 0)
            (void)engine_poll(db->engine);
        ok = ok && check_keys(key, env, seed);
    }
    sum_clear();
    db_close(db);
    db_unref(db);
    env_sim_free(env);
    return ok;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : argc > 1 ? 1 : SEEDS;
    unsigned passed = 0;
    for (uint64_t seed = first; seed < first + n; seed++)
        passed += play(seed) && play_ttl(seed);
    printf("%u passed, %u failed, 0 skipped\n", passed, (unsigned)n - passed);
    return passed == n ? 0 : 1;
}
