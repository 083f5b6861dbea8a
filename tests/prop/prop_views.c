/* SPDX-License-Identifier: Apache-2.0
 *
 * Property: a query kept incrementally equals the same query run over all the input.  Random rows (NULLs, disorder, negative
 * times), random queries of the supported grammar, random splits of the input into pushes; at random moments the changes delivered
 * so far, summed by weight, are compared with a bounded SELECT of the same text.  Written on the public header alone.
 *
 *   prop_views [first_seed n_seeds] */
#include "in_parts.h"
#include "multiset.h"
#include "seeds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 512

static const char *pick(const char *const *from, size_t n)
{
    return from[draw64(n)];
}
#define PICK(list) pick(list, sizeof(list) / sizeof(*(list)))

/* ---- random queries ---- */

static const char *const keys[] = {"k", "s", "k % 3", "k, s", "upper(s)", "v > 0", "coalesce(s, 'none')", "b, k", "k::TEXT", "d"};
static const char *const values[] = {"v",         "k",
                                     "v * 2 - k", "abs(v)",
                                     "d",         "CASE WHEN v > 3 THEN v ELSE k END",
                                     "length(s)", "v::DOUBLE PRECISION / 4"};
static const char *const aggregates[] = {"count", "sum", "min", "max", "avg", "approx_count_distinct", "approx_median"};
static const char *const predicates[] = {
    "v > 0",       "s LIKE 'a%'",         "k IN (1, 2, 3) OR v IS NULL",          "b", "v BETWEEN -3 AND 7 AND s IS NOT NULL",
    "NOT (k = 2)", "coalesce(v, 0) >= k", "ts >= TIMESTAMP '2001-01-01 00:30:00'"};
static const char *const sizes[] = {"INTERVAL '1' MINUTE", "INTERVAL '10 minutes'", "INTERVAL '1' HOUR", "INTERVAL '7 seconds'"};

/* Windows with their arguments behind the time. */
typedef struct WindowText {
    const char *name, *args;
} WindowText;
static const WindowText windows[] = {
    {"HOP", "INTERVAL '5 minutes', INTERVAL '10 minutes'"},
    {"HOP", "INTERVAL '7 minutes', INTERVAL '20 minutes'"},
    {"SLIDE", "INTERVAL '1' MINUTE, INTERVAL '1' MINUTE"},
    {"HOP", "INTERVAL '1' MINUTE, INTERVAL '13 minutes', INTERVAL '11 seconds'"},
    {"CUMULATE", "INTERVAL '10 minutes', INTERVAL '1' HOUR"},
    {"SESSION", "INTERVAL '90 seconds'"},
    {"SESSION", "INTERVAL '10 minutes'"},
    {"SESSION", "INTERVAL '20 seconds'"},
};

static void put(char *out, const char *text)
{
    strncat(out, text, 2047 - strlen(out));
}

typedef struct Last { /* of the aggregates before: those of one argument and one filter may share their state */
    const char *value, *filter;
} Last;

static void put_aggregate(char *out, int i, Last *last)
{
    char text[256];
    const char *fn = PICK(aggregates), *value = i && draw64(2) ? last->value : PICK(values);
    const char *distinct = draw64(5) == 0 ? "DISTINCT " : "";
    last->value = value;
    if (i == 0 || draw64(3) == 0)
        last->filter = draw64(4) ? NULL : PICK(predicates);
    if (draw64(6) == 0)
        snprintf(text, sizeof(text), ", count(*)");
    else
        snprintf(text, sizeof(text), ", %s(%s%s)", fn, distinct, value);
    put(out, text);
    if (last->filter) {
        snprintf(text, sizeof(text), " FILTER (WHERE %s)", last->filter);
        put(out, text);
    }
    snprintf(text, sizeof(text), " AS a%d", i);
    put(out, text);
}

typedef struct Shape {
    char query[2048];
    bool windowed, aggregated;
} Shape;

static void random_query(Shape *q)
{
    *q = (Shape){0};
    q->aggregated = draw64(5) != 0;
    q->windowed = q->aggregated && draw64(2) == 0;
    const char *key = draw64(6) == 0 ? NULL : PICK(keys), *size = PICK(sizes), *window = "TUMBLE";
    if (draw64(3)) {
        const WindowText *w = &windows[draw64(sizeof(windows) / sizeof(*windows))];
        window = w->name;
        size = w->args;
    }
    const char *where = draw64(2) ? PICK(predicates) : NULL;
    char text[512];
    if (!q->aggregated) {
        snprintf(q->query, sizeof(q->query), "SELECT id, %s AS x, %s AS y FROM s", PICK(values), PICK(values));
    } else {
        snprintf(q->query, sizeof(q->query), "SELECT ");
        /* Keys of several columns are grouped, and shown by the aggregates only. */
        put(q->query,
            q->windowed
                ? (snprintf(text, sizeof(text), "%s_START(ts, %s) AS w, %s_END(ts, %s) AS e", window, size, window, size), text)
                : "1 AS one");
        if (key && !strchr(key, ',')) {
            snprintf(text, sizeof(text), ", %s AS g", key);
            put(q->query, text);
        }
        int n = 1 + (int)draw64(4);
        Last last = {NULL, NULL};
        for (int i = 0; i < n; i++)
            put_aggregate(q->query, i, &last);
        put(q->query, " FROM s");
    }
    if (where) {
        put(q->query, " WHERE ");
        put(q->query, where);
    }
    if (q->aggregated && (key || q->windowed)) {
        snprintf(text, sizeof(text), " GROUP BY %s%s", key ? key : "", key && q->windowed ? ", " : "");
        put(q->query, text);
        if (q->windowed) {
            snprintf(text, sizeof(text), "%s(ts, %s)", window, size);
            put(q->query, text);
        }
        if (draw64(4) == 0)
            put(q->query, draw64(2) ? " HAVING count(*) > 2" : " HAVING max(v) > 3");
    }
}

/* ---- running ---- */

typedef struct Run {
    uint64_t seed;
    LaminarConnection *db;
    LaminarSubscription *sub;
    LaminarWriter *writer;
    Shape shape;
    Multiset delivered, batch;
    int64_t id;
} Run;

static bool fail(Run *r, const char *what, const char *row)
{
    printf("seed %llu: %s\n  %s\n", (unsigned long long)r->seed, what, r->shape.query);
    if (row)
        printf("  row %s: delivered %d, SELECT %d\n", row, multiset_count(&r->delivered, row), multiset_count(&r->batch, row));
    if (laminar_last_error())
        printf("  %s\n", laminar_last_error());
    printf("replay: prop_views %llu 1\n", (unsigned long long)r->seed);
    return false;
}

static bool push_row(Run *r, bool at_once)
{
    static const char *const names[] = {"a", "b", "abc", "a longer name than twelve bytes", "", "zzz", "\xc3\xa9t\xc3\xa9"};
    LaminarRow *row;
    char dec[32];
    int32_t rc = laminar_row_begin(r->writer, &row);
    rc = rc ? rc : laminar_row_i64(row, 0, r->id++);
    if (draw64(8))
        rc = rc ? rc : laminar_row_i64(row, 1, (int64_t)draw64(6));
    if (draw64(8))
        rc = rc ? rc : laminar_row_i64(row, 2, (int64_t)draw64(21) - 10);
    if (draw64(6)) {
        const char *s = PICK(names);
        rc = rc ? rc : laminar_row_text(row, 3, s, strlen(s));
    }
    if (draw64(9))
        rc = rc ? rc : laminar_row_bool(row, 4, draw64(2));
    if (draw64(9)) {
        snprintf(dec, sizeof(dec), "%d.%02d", (int)draw64(40) - 20, (int)draw64(100));
        rc = rc ? rc : laminar_row_text(row, 5, dec, strlen(dec));
    }
    if (draw64(30)) /* three hours around midnight of 2001-01-01, sometimes before 1970 */
        rc = rc ? rc
                : laminar_row_timestamp(row, 6,
                                        (draw64(10) ? INT64_C(978307200000000) : INT64_C(-7200000000)) +
                                            (int64_t)draw64(10800) * 1000000 + (int64_t)draw64(3));
    return (rc ? rc : at_once ? laminar_row_push(row) : laminar_row_end(row)) == LAMINAR_OK;
}

static bool drain(Run *r)
{
    for (;;) {
        LaminarChange c;
        int32_t rc = laminar_subscription_next(r->sub, 0, &c);
        if (rc == LAMINAR_API_SUBSCRIPTION_TIMEOUT)
            return true;
        if (rc != LAMINAR_OK)
            return fail(r, "reading the subscription failed", NULL);
        if (!c.sequence)
            return true;
        if (c.batch)
            multiset_add_batch(&r->delivered, c.batch);
    }
}

static bool compare(Run *r)
{
    LaminarQueryResult *res;
    size_t n = 0;
    if (r->id == 0) /* a query without GROUP BY says its first row with its first input */
        return true;
    multiset_clear(&r->batch);
    if (laminar_writer_flush(r->writer) != LAMINAR_OK || !drain(r))
        return fail(r, "flush failed", NULL);
    if (laminar_query(r->db, r->shape.query, &res) != LAMINAR_OK)
        return fail(r, "the bounded query failed", NULL);
    laminar_result_num_batches(res, &n);
    for (size_t i = 0; i < n; i++) {
        LaminarRecordBatch *b;
        laminar_result_get_batch(res, i, &b);
        multiset_add_batch(&r->batch, b);
        laminar_batch_free(b);
    }
    laminar_result_free(res);
    const char *row = multiset_difference(&r->delivered, &r->batch);
    return row ? fail(r, "the incremental result differs", row) : true;
}

static bool play(Run *r)
{
    bool on_close = r->shape.windowed && draw64(2);
    char sql[2300];
    if (open_in_parts(NULL, r->seed, &r->db) ||
        laminar_execute(
            r->db,
            "CREATE SOURCE s (id BIGINT NOT NULL, k INTEGER, v BIGINT, s TEXT, b BOOLEAN, d DECIMAL(10, 2), ts TIMESTAMP, "
            "WATERMARK FOR ts AS ts - INTERVAL '40000' DAY) WITH (buffer_size = 1048576)",
            NULL))
        return fail(r, "setting up failed", NULL);
    snprintf(sql, sizeof(sql), "CREATE STREAM q AS %s%s", r->shape.query,
             on_close    ? ""
             : draw64(2) ? " EMIT CHANGES"
                         : " EMIT ON UPDATE");
    LaminarSubscribeOptions o = {.size = sizeof(o)};
    if (laminar_execute(r->db, sql, NULL) || laminar_subscribe(r->db, "q", &o, &r->sub) ||
        laminar_writer_create(r->db, "s", &r->writer))
        return fail(r, "creating the stream failed", NULL);
    int n_rows = (int)draw64(400);
    for (int i = 0; i < n_rows; i++) {
        if (!push_row(r, draw64(3) == 0))
            return fail(r, "pushing a row failed", NULL);
        if (draw64(20) == 0 && laminar_writer_flush(r->writer) != LAMINAR_OK)
            return fail(r, "flush failed", NULL);
        if (!on_close && draw64(60) == 0 && !compare(r))
            return false;
    }
    if (on_close && laminar_writer_watermark(r->writer, INT64_MAX - 1) != LAMINAR_OK)
        return fail(r, "the final watermark failed", NULL);
    return compare(r);
}

static bool run_seed(uint64_t seed)
{
    static Run r;
    memset(&r, 0, sizeof(r));
    r.seed = seed;
    rng_state = seed * 0x2545f4914f6cdd1dull;
    random_query(&r.shape);
    bool ok = play(&r);
    laminar_writer_free(r.writer);
    laminar_subscription_release(r.sub);
    laminar_close(r.db);
    multiset_clear(&r.delivered);
    multiset_clear(&r.batch);
    return ok;
}

int main(int argc, char **argv)
{
    return run_seeds(argc, argv, 300, 5, run_seed);
}
