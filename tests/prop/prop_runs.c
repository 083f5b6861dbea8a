/* SPDX-License-Identifier: Apache-2.0
 *
 * Property: arrays that are pushed as a stream into a database of several threads give what the same arrays give one by one on one
 * thread: filters, projections, errors, windows that close, groups, joins, groups of joined rows, streams over streams; rows in and
 * out of order, late, without a time and far in the future; arrays of one row and of more than a batch; restarts with and without a
 * checkpoint.  Streams in the order of their rows, those of groups and joins change by change in any order, views by content, and
 * the watermark.  The first groups of a window against a form of the query in which all of them are given.  `prop_runs [SEED [N]]`
 * replays.  Public header alone. */
#include "multiset.h"
#include "seeds.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define SEEDS 60
#define ROUNDS 8
#define QUERIES 3
#define FIRST_KEYED 9 /* of the queries: from here on rows of one push come in any order */
#define TEXT_BYTES 4096

typedef struct Kept { /* of a stream: its changes in their order, hashed; or the sum of their hashes */
    uint64_t hash, n;
    bool in_any_order;
    LaminarSubscription *subscription;
} Kept;

typedef struct Side {
    LaminarConnection *db;
    LaminarConfig config;
    const char *dir; /* NULL: in memory */
    LaminarWriter *to;
    Kept kept[QUERIES];
} Side;

typedef struct Shape { /* of a seed */
    int n, query[QUERIES];
    bool trusted, views, restarted; /* restarted: errors of before are forgotten */
} Shape;

typedef struct Arrays { /* batches of a result as a stream */
    struct ArrowArrayStream stream;
    LaminarQueryResult *result;
    size_t n, at;
    bool views;
} Arrays;

static const struct {
    const char *sql; /* %d: its number; @: for the first side " + 0" */
    bool is_stream;
} queries[] = {
    {"CREATE STREAM q%d AS SELECT k, v * 2 AS d, t, ts FROM e WHERE v > 3", true},
    {"CREATE STREAM q%d AS SELECT upper(t) || '/' || k AS u, md5(t) AS m, 0.5 * v AS h FROM e", true},
    {"CREATE STREAM q%d AS SELECT k, 60 / (v - 4) AS d FROM e WHERE k %% 3 <> 1", true},
    {"CREATE STREAM q%d AS SELECT * FROM e", true},
    {"CREATE MATERIALIZED VIEW q%d AS SELECT k, window_start AS ws, count(*) AS n, sum(v) AS s FROM TUMBLE(e, ts, INTERVAL '10' "
     "SECOND) "
     "GROUP BY k, window_start, window_end EMIT ON WINDOW CLOSE",
     false},
    {"CREATE MATERIALIZED VIEW q%d AS SELECT window_end AS we, count(*) AS n, max(v) AS hi, min(t) AS lo FROM HOP(e, ts, INTERVAL "
     "'2' SECOND, "
     "INTERVAL '10' SECOND) WHERE v <> 5 GROUP BY window_start, window_end EMIT ON WINDOW CLOSE",
     false},
    {"CREATE MATERIALIZED VIEW q%d AS SELECT k %% 4 AS g, window_start AS ws, avg(v) AS a FROM TUMBLE(e, ts, INTERVAL '5' SECOND) "
     "GROUP BY "
     "k %% 4, window_start, window_end EMIT ON WINDOW CLOSE ALLOW LATENESS INTERVAL '3' SECOND",
     false},
    {"CREATE MATERIALIZED VIEW q%d AS SELECT k, v, t, ws FROM (SELECT k, v, t, window_start AS ws, RANK() OVER (PARTITION BY "
     "window_start, "
     "window_end ORDER BY v DESC, k) AS r FROM TUMBLE(e, ts, INTERVAL '10' SECOND)) AS x WHERE r <= 3 EMIT ON WINDOW CLOSE",
     false},
    {"CREATE MATERIALIZED VIEW q%d AS SELECT k, window_end AS we, count(*) AS n, sum(k) AS s, avg(k) AS a, count(*) FILTER (WHERE "
     "k > "
     "3) AS f FROM HOP(e, ts, INTERVAL '2' SECOND, INTERVAL '10' SECOND) GROUP BY k, window_start, window_end EMIT ON WINDOW CLOSE",
     false},
    {"CREATE MATERIALIZED VIEW q%d AS SELECT k, window_end AS we, count(*) AS n, sum(k) AS s FROM HOP(e, ts, INTERVAL '3' SECOND, "
     "INTERVAL '6' SECOND) GROUP BY k, window_start, window_end EMIT ON WINDOW CLOSE ALLOW LATENESS INTERVAL '2' SECOND",
     false},
    {"CREATE MATERIALIZED VIEW q%d AS SELECT k, window_end AS we, count(*) AS n FROM TUMBLE(e, ts, INTERVAL '7' SECOND) GROUP BY "
     "k, "
     "window_start, window_end EMIT ON WINDOW CLOSE",
     false},
    {"CREATE MATERIALIZED VIEW q%d AS SELECT k, n, we FROM (SELECT k, n, we, RANK() OVER (PARTITION BY we ORDER BY n@ DESC) AS r "
     "FROM "
     "(SELECT k, count(*) AS n, window_end AS we FROM HOP(e, ts, INTERVAL '2' SECOND, INTERVAL '10' SECOND) GROUP BY k, "
     "window_start, "
     "window_end) AS c) AS x WHERE r <= 2 EMIT ON WINDOW CLOSE",
     false},
    {"CREATE MATERIALIZED VIEW q%d AS SELECT k, n, we FROM (SELECT k, n, we, ROW_NUMBER() OVER (PARTITION BY we ORDER BY n@, k) AS "
     "r "
     "FROM (SELECT k, count(*) AS n, window_end AS we FROM TUMBLE(e, ts, INTERVAL '5' SECOND) GROUP BY k, window_start, "
     "window_end) AS "
     "c) AS x WHERE r BETWEEN 2 AND 5 EMIT ON WINDOW CLOSE",
     false},
    {"CREATE MATERIALIZED VIEW q%d AS SELECT k, count(*) AS n, sum(v) AS s, max(t) AS hi FROM e GROUP BY k", false},
    {"CREATE STREAM q%d AS SELECT k, count(*) AS n, sum(v) AS s, max(v) AS hi, avg(v) AS a FROM e WHERE v <> 3 GROUP BY k WITH "
     "(allow_unbounded_state = true)",
     true},
    {"CREATE STREAM q%d AS SELECT t, k, count(DISTINCT v) AS d, count(*) FILTER (WHERE v > 4) AS n FROM e GROUP BY t, k WITH "
     "(allow_unbounded_state = true)",
     true},
    {"CREATE STREAM q%d AS SELECT k, max(t) AS hi FROM e GROUP BY k WITH (allow_unbounded_state = true)", true},
    {"CREATE STREAM q%d AS SELECT e.k, e.t, f.name, e.ts FROM e JOIN f ON e.k = f.fk WHERE e.v > 2 WITH (allow_unbounded_state = "
     "true)",
     true},
    {"CREATE STREAM q%d AS SELECT g, sum(hi) AS s, count(*) AS n FROM (SELECT f.fk, f.g, max(e.v) AS hi FROM e JOIN f ON e.k = "
     "f.fk "
     "AND e.ts BETWEEN f.fts AND f.until GROUP BY f.fk, f.g) AS x GROUP BY g WITH (allow_unbounded_state = true)",
     true},
    {"CREATE STREAM q%d AS SELECT f.fk, f.name, e.t, e.v FROM f JOIN e ON e.k = f.fk AND e.ts BETWEEN f.fts AND f.fts + INTERVAL "
     "'9' "
     "SECOND",
     true},
    {"CREATE STREAM q%d AS SELECT a.k, count(*) AS n FROM e AS a JOIN e AS b ON a.k = b.k AND a.ts = b.ts GROUP BY a.k WITH "
     "(allow_unbounded_state = true)",
     true},
    {"CREATE STREAM q%d AS SELECT e.k, count(f.name) AS n FROM e LEFT JOIN f ON e.k = f.fk GROUP BY e.k WITH "
     "(allow_unbounded_state "
     "= true)",
     true},
};
#define N_QUERIES ((int)(sizeof(queries) / sizeof(*queries)))

static char text[TEXT_BYTES];

/* ---- arrays ---- */

static int give_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    Arrays *a = (Arrays *)stream;
    LaminarRecordBatch *batch = NULL;
    struct ArrowArray array;
    if (laminar_result_get_batch(a->result, 0, &batch) != LAMINAR_OK)
        return EIO;
    int32_t rc = a->views ? laminar_batch_export_views(batch, &array, out) : laminar_batch_export(batch, &array, out);
    laminar_batch_free(batch);
    if (rc == LAMINAR_OK)
        array.release(&array);
    return rc == LAMINAR_OK ? 0 : EIO;
}

static int give_array(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    Arrays *a = (Arrays *)stream;
    LaminarRecordBatch *batch = NULL;
    struct ArrowSchema schema;
    *out = (struct ArrowArray){0};
    if (a->at == a->n)
        return 0;
    if (laminar_result_get_batch(a->result, a->at++, &batch) != LAMINAR_OK)
        return EIO;
    int32_t rc = a->views ? laminar_batch_export_views(batch, out, &schema) : laminar_batch_export(batch, out, &schema);
    laminar_batch_free(batch);
    if (rc == LAMINAR_OK)
        schema.release(&schema);
    return rc == LAMINAR_OK ? 0 : EIO;
}

static const char *give_error(struct ArrowArrayStream *stream)
{
    (void)stream;
    return NULL;
}

static void end_stream(struct ArrowArrayStream *stream)
{
    stream->release = NULL;
}

static bool arrays_make(LaminarConnection *maker, bool views, Arrays *a)
{
    *a = (Arrays){.stream = {give_schema, give_array, give_error, end_stream, NULL}, .views = views};
    return laminar_execute(maker, text, &a->result) == LAMINAR_OK && laminar_result_num_batches(a->result, &a->n) == LAMINAR_OK;
}

static bool push_singly(Side *s, Arrays *a)
{
    struct ArrowSchema schema;
    if (a->n == 0)
        return true;
    bool done = give_schema(&a->stream, &schema) == 0;
    for (struct ArrowArray array; done;) {
        done = give_array(&a->stream, &array) == 0;
        if (!done || !array.release)
            break;
        done = laminar_writer_push(s->to, &array, &schema, NULL) == LAMINAR_OK;
    }
    schema.release(&schema);
    a->at = 0;
    return done;
}

static bool push_together(Side *s, Arrays *a)
{
    a->stream.release = end_stream;
    return a->n == 0 || laminar_writer_push_stream(s->to, &a->stream, NULL) == LAMINAR_OK;
}

/* ---- sides ---- */

static bool side_run(Side *s, const char *sql)
{
    return laminar_execute(s->db, sql, NULL) == LAMINAR_OK;
}

static void keep(void *self, const LaminarChange *change)
{
    Kept *k = self;
    size_t columns = 0, length;
    const char *cell;
    if (change->num_rows == 0 || laminar_batch_num_columns(change->batch, &columns) != LAMINAR_OK)
        return;
    for (size_t r = 0; r < change->num_rows; r++, k->n++) {
        uint64_t hash = k->in_any_order ? 1 : k->hash;
        int32_t weight = 0;
        for (size_t c = 0; c < columns; c++) {
            if (laminar_batch_text(change->batch, r, c, &cell, &length) != LAMINAR_OK)
                cell = "?", length = 1;
            for (size_t i = 0; i < length; i++)
                hash = (hash ^ (uint8_t)cell[i]) * 0x100000001b3ull;
            hash = (hash ^ 0xff) * 0x100000001b3ull;
        }
        (void)laminar_batch_weight(change->batch, r, &weight);
        hash = (hash ^ (uint64_t)(int64_t)weight) * 0x9e3779b97f4a7c15ull;
        k->hash = k->in_any_order ? k->hash + hash : hash;
    }
}

static bool side_open(Side *s)
{
    int32_t rc = s->dir ? laminar_open_with_config(s->dir, &s->config, &s->db) : laminar_open_with_config(NULL, &s->config, &s->db);
    return rc == LAMINAR_OK && side_run(s, "SET parallel_rows = 1");
}

static bool side_listen(Side *s, const Shape *shape)
{
    if (laminar_writer_create(s->db, "e", &s->to) != LAMINAR_OK || laminar_writer_trust(s->to, shape->trusted) != LAMINAR_OK)
        return false;
    for (int i = 0; i < shape->n; i++) {
        char name[8];
        LaminarSubscribeOptions o = {.size = sizeof(o), .on_change = keep, .user_data = &s->kept[i]};
        snprintf(name, sizeof(name), "q%d", i);
        s->kept[i].in_any_order = shape->query[i] >= FIRST_KEYED;
        if (queries[shape->query[i]].is_stream && laminar_subscribe(s->db, name, &o, &s->kept[i].subscription) != LAMINAR_OK)
            return false;
    }
    return true;
}

static void side_close(Side *s)
{
    for (int i = 0; i < QUERIES; i++) {
        laminar_subscription_release(s->kept[i].subscription);
        s->kept[i].subscription = NULL;
    }
    laminar_writer_free(s->to);
    s->to = NULL;
    if (s->db)
        laminar_close(s->db);
    s->db = NULL;
}

static bool side_again(Side *s, Shape *shape)
{
    shape->restarted = true;
    if (draw(2) && !side_run(s, "CHECKPOINT"))
        return false;
    side_close(s);
    return side_open(s) && side_listen(s, shape);
}

static int64_t watermark_of(Side *s)
{
    int64_t us = 0;
    return laminar_writer_current_watermark(s->to, &us) == LAMINAR_OK ? us : -1;
}

/* ---- a seed ---- */

/* Rows from second `at` on: n of them in `seconds`, each up to `disorder` seconds before its place. */
static void draw_rows(int at, int n, int seconds, int disorder)
{
    int keys = draw(2) ? 1 + draw(5) : 1 + draw(400), none = draw(3) ? 65519 : 997, odd = draw(8) ? 0 : 1 + draw(3),
        salt = draw(100000);
    const char *time = odd == 1   ? "CASE WHEN i %% 611 = 5 THEN NULL ELSE %s END"
                       : odd == 2 ? "CASE WHEN i %% 777 = 9 THEN TIMESTAMP '2999-01-01' ELSE %s END"
                                  : "%s";
    char place[256];
    snprintf(place, sizeof(place),
             "TIMESTAMP '2026-01-01' + INTERVAL '1' MILLISECOND * (%d000 + i * %d000 / %d - (i * 40503 + %d) %% 65521 %% %d)", at,
             seconds, n, salt, disorder * 1000 + 1);
    int len = snprintf(text, sizeof(text),
                       "SELECT CASE WHEN i %% %d = 996 THEN NULL ELSE (i * 30011 + %d) %% 65519 %% %d END AS k, CASE WHEN i %% 53 "
                       "= 7 THEN NULL ELSE (i * 50021 + %d) %% "
                       "65497 %% 11 END AS v, "
                       "'text ' || (i %% 17) || repeat('x', CAST(i %% 23 AS INTEGER)) AS t, ",
                       none, salt, keys, salt);
    len += snprintf(text + len, sizeof(text) - (size_t)len, time, place);
    snprintf(text + len, sizeof(text) - (size_t)len, " AS ts FROM generate_series(1::BIGINT, %d) AS g(i)", n);
}

static bool make_query(Side *side, int query, int number, const char *added)
{
    const char *sql = queries[query].sql, *at = strchr(sql, '@');
    char whole[TEXT_BYTES];
    if (at)
        snprintf(whole, sizeof(whole), "%.*s%s%s", (int)(at - sql), sql, added, at + 1);
    snprintf(text, sizeof(text), at ? whole : sql, number);
    return side_run(side, text);
}

static bool make_queries(Side *side, Shape *shape)
{
    snprintf(text, sizeof(text),
             "CREATE SOURCE e (k BIGINT, v BIGINT, t TEXT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '%d' SECOND)",
             draw(3) * 2);
    if (!side_run(&side[0], text) || !side_run(&side[1], text))
        return false;
    for (int i = 0; i < 2; i++)
        if (!side_run(&side[i],
                      "CREATE SOURCE f (fk BIGINT, g BIGINT, name TEXT, fts TIMESTAMP, until TIMESTAMP, WATERMARK FOR fts)"))
            return false;
    shape->n = 1 + draw(QUERIES);
    shape->trusted = draw(2);
    shape->views = draw(3) > 0;
    for (int i = 0; i < shape->n; i++) {
        shape->query[i] = draw(draw(3) ? N_QUERIES - 1 : N_QUERIES);
        if (!make_query(&side[0], shape->query[i], i, " + 0") || !make_query(&side[1], shape->query[i], i, ""))
            return false;
    }
    return side_listen(&side[0], shape) && side_listen(&side[1], shape);
}

/* Rows of the other source, which some of the keys have. */
static bool add_others(Side *side, int at)
{
    int n = draw(60), salt = draw(1000);
    snprintf(
        text, sizeof(text),
        "INSERT INTO f SELECT (i * 7919 + %d) %% 397, i %% 5, 'the name of ' || i, TIMESTAMP '2026-01-01' + INTERVAL '1' SECOND "
        "* (%d + i / 8), TIMESTAMP '2026-01-01' + INTERVAL '1' SECOND * (%d + i / 8 + i %% 30) FROM "
        "generate_series(1::BIGINT, %d) AS g(i)",
        salt, at, at, n);
    return side_run(&side[0], text) && side_run(&side[1], text);
}

static bool play(LaminarConnection *maker, Side *side, Shape *shape, const char **ret_what)
{
    *ret_what = "definitions";
    if (!make_queries(side, shape))
        return false;
    int at = 100;
    for (int round = 0; round < ROUNDS; round++) {
        Arrays a;
        int seconds = draw(40), n = draw(4) ? 2000 + draw(20000) : 1 + draw(300);
        *ret_what = "rows of the other source";
        if (!add_others(side, at))
            return false;
        draw_rows(at, n, seconds, draw(3) ? 0 : draw(12));
        *ret_what = "arrays";
        bool done = arrays_make(maker, shape->views, &a);
        *ret_what = done ? "pushes" : *ret_what;
        done = done && push_singly(&side[0], &a) && push_together(&side[1], &a);
        laminar_result_free(a.result);
        at += seconds;
        *ret_what = done ? "watermarks differ" : *ret_what;
        if (!done || watermark_of(&side[0]) != watermark_of(&side[1]))
            return false;
        *ret_what = "a restart";
        if (draw(6) == 0 && !side_again(&side[1], shape))
            return false;
    }
    return true;
}

static bool contents_differ(Side *side, const char *columns, const char *name, const char **ret_row)
{
    static char row[512];
    Multiset content[2] = {0};
    char sql[64];
    snprintf(sql, sizeof(sql), "SELECT %s FROM %s", columns, name);
    bool done = multiset_add_query(&content[0], side[0].db, sql) && multiset_add_query(&content[1], side[1].db, sql);
    const char *differs = done ? multiset_difference(&content[0], &content[1]) : laminar_last_error();
    if (differs)
        snprintf(row, sizeof(row), "%s: %s (%d and %d times)", name, differs, multiset_count(&content[0], differs),
                 multiset_count(&content[1], differs));
    *ret_row = row;
    multiset_clear(&content[0]);
    multiset_clear(&content[1]);
    return differs != NULL;
}

static bool agree(Side *side, const Shape *shape, const char **ret_what, const char **ret_row)
{
    for (int i = 0; i < shape->n; i++) {
        char name[24];
        snprintf(name, sizeof(name), "q%d", i);
        *ret_what = queries[shape->query[i]].sql;
        *ret_row = "the rows of the stream, or their order";
        if (queries[shape->query[i]].is_stream &&
            (side[0].kept[i].n != side[1].kept[i].n || side[0].kept[i].hash != side[1].kept[i].hash))
            return false;
        if (!queries[shape->query[i]].is_stream && contents_differ(side, "*", name, ret_row))
            return false;
        snprintf(name, sizeof(name), "\"q%d$errors\"", i);
        if (shape->query[i] == 2 && !shape->restarted && contents_differ(side, "row_json, message", name, ret_row))
            return false;
    }
    return true;
}

static bool run_seed(uint64_t seed)
{
    static const uint32_t threads[] = {2, 3, 5};
    char dir[64], sql[96];
    snprintf(dir, sizeof(dir), "/tmp/laminar_runs_%d_%" PRIu64, (int)getpid(), seed);
    Side side[2] = {{.config = {.size = sizeof(LaminarConfig), .threads = 1}},
                    {.config = {.size = sizeof(LaminarConfig), .threads = threads[seed % 3]}, .dir = dir}};
    LaminarConnection *maker = NULL;
    const char *what = "opening", *row = NULL;
    Shape shape = {0};
    rng_state = seed * 1409;
    snprintf(sql, sizeof(sql), "rm -rf %s", dir);
    bool ok = system(sql) == 0 && laminar_open(&maker) == LAMINAR_OK && side_open(&side[0]) && side_open(&side[1]) &&
              play(maker, side, &shape, &what) && agree(side, &shape, &what, &row);
    if (!ok)
        (void)seed_failed("prop_runs", seed, what, row);
    side_close(&side[0]);
    side_close(&side[1]);
    if (maker)
        laminar_close(maker);
    return system(sql) == 0 && ok;
}

int main(int argc, char **argv)
{
    return run_seeds(argc, argv, SEEDS, 1, run_seed);
}
