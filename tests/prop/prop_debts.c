/* SPDX-License-Identifier: Apache-2.0
 *
 * Property: what a query keeps is a function of the sum of the changes it got, whatever their order and however far below 0 a count
 * is between two flushes; back-fills in slices stand on that.  Random queries over three bags: joins of all kinds, groups, set
 * operations, ranks, window functions.  In each round the content becomes another one: rows that come, rows that go, and pairs that
 * cancel, all with weights, in random order and random batches; then the query is flushed, for the first time sometimes in pieces,
 * between which rows come and go.  What it has given in the end, added up,
 * is the bounded SELECT over the content; and when all rows have gone at last, nothing. `prop_debts [SEED [N]]` replays. */
#include "db/execute.h"
#include "env/env_sim.h"
#include "flow/row_block.h"

#include <stdio.h>
#include <stdlib.h>

#define SEEDS 120
#define TABLES 3
#define ROWS_MAX 400
#define LINES_MAX 16384

static const char *const queries[] = {
    "SELECT a.k, a.v, b.v AS w FROM a JOIN b ON a.k = b.k",
    "SELECT a.k, a.v, b.v AS w, b.s FROM a LEFT JOIN b ON a.k = b.k",
    "SELECT a.k, a.s, b.k AS k2, b.v FROM a FULL JOIN b ON a.k = b.k AND a.v <= b.v",
    "SELECT b.k, a.v, b.v AS w FROM a RIGHT JOIN b ON a.k = b.k AND a.s <> b.s",
    "SELECT k, v FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.k = a.k AND b.v > a.v)",
    "SELECT k, s FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.k = a.k)",
    "SELECT k, v FROM a WHERE k NOT IN (SELECT k FROM b WHERE k IS NOT NULL)",
    "SELECT x.k, y.v FROM a x JOIN a y ON x.v = y.k",
    "SELECT a.k, b.v, c.s FROM a LEFT JOIN b ON a.k = b.k FULL JOIN c ON b.v = c.k",
    "SELECT a.v, b.v AS w FROM a JOIN b ON a.v < b.v AND a.k > b.k",
    "SELECT k, count(*) AS n, sum(v) AS s, min(v) AS lo, max(s) AS hi, count(DISTINCT v) AS d FROM a GROUP BY k",
    "SELECT k IS NULL AS no, count(*) AS n, avg(v) AS m, min(s) AS lo, max(v) AS hi FROM a WHERE v > 0 GROUP BY 1",
    "SELECT n, count(*) AS c, max(hi) AS h FROM (SELECT k, count(*) AS n, max(v) AS hi FROM a GROUP BY k) x GROUP BY n",
    "SELECT a.k, count(*) AS n, sum(b.v) AS t FROM a LEFT JOIN b ON a.k = b.k GROUP BY a.k HAVING count(*) > 1",
    "SELECT k, s, count(*) AS n, grouping(k, s) AS g FROM a GROUP BY GROUPING SETS ((k, s), (k))",
    "SELECT k, string_agg(s, ',' ORDER BY s) AS t, median(v) AS m FROM a GROUP BY k",
    "SELECT DISTINCT k, s FROM a",
    "SELECT k FROM a UNION SELECT v FROM b",
    "SELECT k, v FROM a EXCEPT SELECT k, v FROM b",
    "SELECT k FROM a EXCEPT ALL SELECT k FROM b",
    "SELECT k, v FROM a INTERSECT ALL SELECT k, v FROM b",
    "SELECT k FROM a INTERSECT SELECT k FROM b UNION ALL SELECT v FROM c",
    "SELECT k, v FROM (SELECT k, v, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC, s, v) AS rn FROM a) x WHERE rn <= 2",
    "SELECT k, v, rk FROM (SELECT k, v, RANK() OVER (PARTITION BY k ORDER BY v) AS rk FROM a) x WHERE rk <= 3",
    "SELECT k, v, rk FROM (SELECT k, v, DENSE_RANK() OVER (ORDER BY v) AS rk FROM a) x WHERE rk <= 2",
    "SELECT v FROM a ORDER BY v DESC NULLS LAST LIMIT 5",
    "SELECT k, v, sum(v) OVER (PARTITION BY k ORDER BY v) AS t, count(*) OVER (PARTITION BY k) AS n FROM a",
    "SELECT k, v, max(v) OVER (PARTITION BY k ORDER BY v ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS m FROM a",
    "SELECT k, v, rank() OVER (ORDER BY v, k) AS r, lag(v) OVER (ORDER BY v, k, s) AS l FROM a",
    "SELECT x.k, x.n, y.s FROM (SELECT k, count(*) AS n FROM a GROUP BY k) x LEFT JOIN b y ON x.n = y.v",
    "SELECT k, v FROM a WHERE v = (SELECT max(v) FROM b)",
    "SELECT k, v FROM a x WHERE v >= ALL (SELECT v FROM a y WHERE y.k = x.k)",
    "SELECT a.k, u.i FROM a, LATERAL generate_series(1, a.v) AS u(i)",
};
#define N_QUERIES (int)ARRAY_LEN(queries)

typedef struct Change {
    int table, k, v, s; /* -1: NULL */
    int64_t weight;
} Change;

typedef struct Given { /* changes of one query, by row */
    Consumer watch;
    const char *query;
    Pipeline *q;
    int n;
    char *row[LINES_MAX];
    int64_t weight[LINES_MAX];
} Given;

#define AT_ONCE 5
static Given given[AT_ONCE];
static uint64_t state;
static Database *db;

static int below(int n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((state >> 33) % (uint64_t)n);
}

/* ---- what is given ---- */

static void put_row(const Batch *b, uint32_t row, StrBuf *text)
{
    for (uint32_t c = 0; c < b->n_cols; c++) {
        Value v = vec_get(&b->col[c], row);
        if (c)
            sb_putc(text, '|');
        value_print(&v, text);
    }
}

static void given_add(Given *g, const char *row, int64_t weight)
{
    for (int i = 0; i < g->n; i++)
        if (strcmp(g->row[i], row) == 0) {
            g->weight[i] += weight;
            return;
        }
    if (g->n == LINES_MAX)
        abort();
    g->row[g->n] = strdup(row);
    g->weight[g->n++] = weight;
}

static void given_add_batch(Given *g, const Batch *b, int sign)
{
    Rows rows = batch_rows(b);
    StrBuf text;
    sb_init(&text, NULL);
    for (uint32_t i = 0; i < rows.n; i++) {
        sb_clear(&text);
        put_row(b, row_at(rows, i), &text);
        given_add(g, sb_cstr(&text), sign * batch_weight(b, row_at(rows, i)));
    }
    sb_done(&text);
}

static int take(Consumer *c, const Batch *b, Err *err)
{
    (void)err;
    given_add_batch((Given *)c, b, 1);
    return 0;
}
static void end(Consumer *c, const Err *err)
{
    if (err && err->code != ERR_QUERY_CANCELED && err->code != ERR_CLOSED)
        printf("\"%s\" has failed: %s\n", ((Given *)c)->query, err->message);
}
static const ConsumerType watch_type = {.batch = take, .end = end};

/* take NULL: what it gives does not matter. */
static bool run(const char *sql, Given *take_back)
{
    StatementResult r;
    Err err = ERR_INIT;
    if (db_execute(db, str_of(sql), &r, &err) < 0) {
        printf("%s\n  %s\n", sql, err.message);
        return false;
    }
    for (uint32_t k = 0; take_back && r.rows && k < r.rows->n; k++)
        given_add_batch(take_back, r.rows->batch[k], -1);
    statement_result_done(&r);
    return true;
}

/* ---- changes ---- */

static Change random_row(void)
{
    return (Change){.table = below(TABLES), .k = below(7) - 1, .v = below(8) - 1, .s = below(5) - 1, .weight = 1};
}

/* From one content to the next, and pairs that cancel. */
static int make_changes(Change *content, int *n_content, bool all_go, Change *c)
{
    int n = 0, n_stay = 0, n_rows = all_go ? 0 : 5 + below(30), n_pairs = below(40);
    for (int i = 0; i < *n_content; i++) {
        if (!all_go && below(3)) {
            content[n_stay++] = content[i];
            continue;
        }
        c[n] = content[i];
        c[n++].weight = -1;
    }
    for (int i = 0; i < n_rows; i++)
        content[n_stay++] = c[n++] = random_row();
    *n_content = n_stay;
    for (int i = 0; i < n_pairs; i++) {
        Change r = random_row();
        r.weight = 1 + below(3);
        c[n++] = r;
        for (int64_t left = r.weight, w; left > 0; left -= w) { /* taken back at once or by and by */
            w = 1 + below((int)left);
            r.weight = -w;
            c[n++] = r;
        }
    }
    return n;
}

static void shuffle(Change *c, int n)
{
    for (int i = n - 1; i > 0; i--) {
        int j = below(i + 1);
        Change x = c[i];
        c[i] = c[j];
        c[j] = x;
    }
}

static void put(RowBlock *r, uint32_t c, Value v, bool is_null)
{
    v.is_null = is_null;
    (void)row_block_value(r, c, &v);
}

/* The rows of one table, to every leaf of q that reads it. */
static void push(Pipeline *q, int table, const Change *c, int n, const Schema *schema)
{
    static const char *const texts[] = {"", "a", "a text that is longer", "b"};
    char name[2] = {(char)('a' + table), 0};
    RowBlock r;
    int32_t weight[ROWS_MAX];
    Err err = ERR_INIT;
    if (row_block_init(&r, engine_account(db->engine), schema, ROWS_MAX, &err) < 0)
        abort();
    for (int i = 0; i < n; i++) {
        if (c[i].table != table)
            continue;
        weight[r.n] = (int32_t)c[i].weight;
        put(&r, 0, (Value){.type = TYPE(I32), .i32 = c[i].k}, c[i].k < 0);
        put(&r, 1, (Value){.type = TYPE(I32), .i32 = c[i].v}, c[i].v < 0);
        put(&r, 2, (Value){.type = TYPE(TEXT), .str = str_of(texts[MAX(c[i].s, 0)])}, c[i].s < 0);
        row_block_commit(&r);
    }
    for (uint32_t leaf = 0; r.n > 0 && leaf < q->n_leaves; leaf++) {
        if (strcmp(q->leaf[leaf].source->name, name) != 0)
            continue;
        Batch *b = row_block_view(&r);
        b->w_kind = W_VEC;
        b->w = weight;
        pipeline_push(q, leaf, b, 1);
        b->w_kind = W_ONE;
    }
    row_block_done(&r);
}

static void push_all(Pipeline *q, const Change *c, int n, int most)
{
    Engine *e = db->engine;
    const Schema *schema = engine_feed(e, catalog_find(db->catalog, STR("a"))->id)->schema;
    for (int from = 0, m; from < n; from += m) {
        m = MIN(1 + below(most), n - from);
        arena_reset(engine_step(e));
        for (int table = 0; table < TABLES; table++)
            push(q, table, c + from, m, schema);
    }
    arena_reset(engine_step(e));
}

static bool enough(void *self)
{
    (void)self;
    arena_reset(engine_step(db->engine));
    return below(3) > 0;
}

/* The first result leaves in pieces, between which the content changes. */
static void flush_in_pieces(Pipeline *q, Change *content, int *n_content)
{
    Change c[2];
    while (pipeline_flush_part(q, 1 + (uint32_t)below(9), enough, NULL)) {
        int n = 0;
        if (*n_content > 0 && below(2)) {
            int i = below(*n_content);
            c[n] = content[i];
            c[n++].weight = -1;
            content[i] = content[--*n_content];
        }
        if (*n_content < ROWS_MAX / 2 && below(2))
            content[(*n_content)++] = c[n++] = random_row();
        push_all(q, c, n, 2);
    }
}

/* content NULL: the result leaves as a whole. */
static void play_round(Given *g, Change *c, int n, Change *content, int *n_content)
{
    engine_enter(db->engine);
    shuffle(c, n);
    push_all(g->q, c, n, 30);
    if (content)
        flush_in_pieces(g->q, content, n_content);
    pipeline_flush(g->q);
    engine_leave(db->engine);
}

/* ---- a seed ---- */

static bool create(Given *g, int i)
{
    char sql[512];
    bool ok = true;
    *g = (Given){.watch.type = &watch_type, .query = queries[below(N_QUERIES)]};
    snprintf(sql, sizeof(sql), "CREATE STREAM q%d AS %s", i, g->query);
    ok = run(sql, NULL);
    if (!ok)
        return false;
    snprintf(sql, sizeof(sql), "q%d", i);
    engine_enter(db->engine);
    g->q = engine_query_of(db->engine, catalog_find(db->catalog, str_of(sql))->id);
    consumer_add(&g->q->consumers, &g->watch);
    engine_leave(db->engine);
    return true;
}

/* Of the content, which the tables get now: the streams over them get it, too, but they have been looked at. */
static bool insert(const Change *c, int n)
{
    static const char *const texts[] = {"NULL", "''", "'a'", "'a text that is longer'", "'b'"};
    bool ok = true;
    for (int i = 0; i < n && ok; i++) {
        char sql[200], k[16] = "NULL", v[16] = "NULL";
        if (c[i].k >= 0)
            snprintf(k, sizeof(k), "%d", c[i].k);
        if (c[i].v >= 0)
            snprintf(v, sizeof(v), "%d", c[i].v);
        snprintf(sql, sizeof(sql), "INSERT INTO %c VALUES (%s, %s, %s)", 'a' + c[i].table, k, v, texts[c[i].s + 1]);
        ok = run(sql, NULL);
    }
    return ok;
}

static bool is_nothing(const Given *g, uint64_t seed, const char *when)
{
    for (int i = 0; i < g->n; i++) {
        if (g->weight[i] == 0)
            continue;
        printf("seed %llu: %s\n  has %s %+lld times %s\n", (unsigned long long)seed, g->query, g->row[i], (long long)g->weight[i],
               when);
        return false;
    }
    return true;
}

static bool open_db(Env *env, uint64_t seed)
{
    Err err = ERR_INIT;
    DatabaseConfig config = {.threads = (uint32_t)(seed % 3 + 1)};
    if (db_open(env, &config, &db, &err) < 0)
        return false;
    engine_set_parallel_rows(db->engine, 1);
    engine_spill_always(db->engine, seed % 5 == 3);
    bool ok = true;
    for (int i = 0; i < TABLES && ok; i++) {
        char sql[100];
        snprintf(sql, sizeof(sql), "CREATE TABLE %c (k INTEGER, v INTEGER, s TEXT)", 'a' + i);
        ok = run(sql, NULL);
    }
    return ok;
}

/* The tables hold the content only for the SELECT: the streams over them get that, too, while nobody looks. */
static bool play_query(int i, uint64_t seed)
{
    static Change change[ROWS_MAX], content[ROWS_MAX];
    Given *g = &given[i];
    int n_content = 0;
    bool ok = create(g, i);
    for (int round = 0, n_rounds = 1 + below(3); ok && round < n_rounds; round++) {
        int n = make_changes(content, &n_content, false, change);
        play_round(g, change, n, round == 0 && below(2) ? content : NULL, &n_content);
    }
    if (!ok)
        return false;
    consumer_remove(&g->q->consumers, &g->watch);
    ok = insert(content, n_content) && run(g->query, g) && is_nothing(g, seed, "beside the SELECT");
    ok = ok && run(g->query, g) && run("DELETE FROM a; DELETE FROM b; DELETE FROM c", NULL);
    for (int k = 0; k < g->n; k++) /* so that it holds what is to go */
        g->weight[k] = -g->weight[k];
    if (ok) {
        consumer_add(&g->q->consumers, &g->watch);
        play_round(g, change, make_changes(content, &n_content, true, change), NULL, NULL);
        consumer_remove(&g->q->consumers, &g->watch);
        ok = g->q->state == PIPELINE_RUNNING && is_nothing(g, seed, "when all rows have gone");
    }
    while (g->n > 0)
        free(g->row[--g->n]);
    return ok;
}

static bool play(uint64_t seed)
{
    state = seed * 77;
    Env *env = env_sim_new(seed, NULL);
    bool ok = env && open_db(env, seed);
    for (int i = 0; i < AT_ONCE && ok; i++)
        ok = play_query(i, seed);
    if (db) {
        db_close(db);
        db_unref(db);
    }
    db = NULL;
    env_sim_free(env);
    return ok;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : argc > 1 ? 1 : SEEDS;
    unsigned passed = 0;
    for (uint64_t seed = first; seed < first + n; seed++)
        passed += play(seed);
    printf("%u passed, %u failed, 0 skipped\n", passed, (unsigned)n - passed);
    return passed == n ? 0 : 1;
}
