/* SPDX-License-Identifier: Apache-2.0
 *
 * Property: Top-N kept incrementally equals a naive model that sorts all rows, and window functions kept incrementally equal the
 * same query run over all rows.  Random rows (NULLs, ties, equal rows), random ranks, bounds and orders; over a table with inserts,
 * updates and deletes (a materialized view), and over a source that only grows (a stream), with random splits into statements. Both
 * the content and the sum of the delivered changes are compared.
 *
 *   prop_order [first_seed n_seeds] */
#include "in_parts.h"
#include "laminar.h"
#include "seeds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 400
#define SET_MAX 4000
#define NULL_INT INT32_MIN

/* ---- multisets ---- */

typedef struct Set {
    char row[SET_MAX][128];
    int count[SET_MAX];
    int n;
} Set;

static void set_add(Set *s, const char *row, int w)
{
    for (int i = 0; i < s->n; i++)
        if (strcmp(s->row[i], row) == 0) {
            s->count[i] += w;
            return;
        }
    for (int i = 0, n = s->n; s->n == SET_MAX && i < n; i++) /* what is gone makes room */
        if (s->count[i] == 0) {
            s->n--;
            memmove(s->row[i], s->row[s->n], sizeof(s->row[0]));
            s->count[i] = s->count[s->n];
        }
    if (s->n == SET_MAX) {
        fprintf(stderr, "the set is too small for this test\n");
        exit(2);
    }
    snprintf(s->row[s->n], sizeof(s->row[0]), "%s", row);
    s->count[s->n++] = w;
}

static int set_count(const Set *s, const char *row)
{
    for (int i = 0; i < s->n; i++)
        if (strcmp(s->row[i], row) == 0)
            return s->count[i];
    return 0;
}

static const char *set_differs(const Set *a, const Set *b)
{
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < (k ? b : a)->n; i++) {
            const char *row = (k ? b : a)->row[i];
            if (set_count(a, row) != set_count(b, row))
                return row;
        }
    return NULL;
}

static void set_add_batch(Set *s, LaminarRecordBatch *b)
{
    size_t n_rows = 0, n_cols = 0;
    laminar_batch_num_rows(b, &n_rows);
    laminar_batch_num_columns(b, &n_cols);
    for (size_t r = 0; r < n_rows; r++) {
        char line[128];
        size_t at = 0;
        int32_t w = 0;
        for (size_t c = 0; c < n_cols && at < sizeof(line); c++) {
            const char *text;
            laminar_batch_text(b, r, c, &text, NULL);
            at += (size_t)snprintf(line + at, sizeof(line) - at, "%s|", text ? text : "-");
        }
        laminar_batch_weight(b, r, &w);
        set_add(s, line, w);
    }
}

/* ---- the model ---- */

typedef struct Row {
    int id, k, v; /* NULL_INT = NULL */
} Row;

typedef enum Kind { ROW_NUMBER, RANK, DENSE_RANK, LIMIT, TIES, DISTINCT_ON, OVER } Kind;
typedef struct Shape {
    Kind kind;
    bool parted, desc, total, with_rank; /* total: the id ends the order */
    int lo, hi;
    char query[900];
} Shape;

static const Shape *shape_now;

static int cmp_int(int a, int b, bool desc)
{
    if (a == b)
        return 0;
    if (a == NULL_INT || b == NULL_INT) /* NULLs last going up, first going down */
        return (a == NULL_INT) == desc ? -1 : 1;
    return (a < b) == desc ? 1 : -1;
}

static int cmp_order(const Row *a, const Row *b)
{
    int c = cmp_int(a->v, b->v, shape_now->desc);
    return c || !shape_now->total ? c : cmp_int(a->id, b->id, false);
}

static int cmp_rows(const void *x, const void *y)
{
    const Row *a = x, *b = y;
    int c = shape_now->parted ? cmp_int(a->k, b->k, false) : 0;
    return c ? c : cmp_order(a, b);
}

static void model_row(const Shape *q, const Row *r, int rank, Set *ret)
{
    char k[16] = "-", v[16] = "-", text[64];
    if (r->k != NULL_INT)
        snprintf(k, sizeof(k), "%d", r->k);
    if (r->v != NULL_INT)
        snprintf(v, sizeof(v), "%d", r->v);
    if (q->with_rank)
        snprintf(text, sizeof(text), "%d|%s|%s|%d|", r->id, k, v, rank);
    else
        snprintf(text, sizeof(text), "%d|%s|%s|", r->id, k, v);
    set_add(ret, text, 1);
}

static void model(const Shape *q, const Row *rows, int n, Set *ret)
{
    static Row sorted[ROWS_MAX];
    int pos = 0, rank = 0, dense = 0;
    bool had_last = false;
    ret->n = 0;
    shape_now = q;
    memcpy(sorted, rows, (size_t)n * sizeof(*rows));
    qsort(sorted, (size_t)n, sizeof(*sorted), cmp_rows);
    for (int i = 0; i < n; i++) {
        bool first = i == 0 || (q->parted && sorted[i].k != sorted[i - 1].k);
        if (first)
            pos = rank = dense = 0;
        bool peer = !first && cmp_order(&sorted[i], &sorted[i - 1]) == 0;
        pos++;
        rank = peer ? rank : pos;
        dense += !peer;
        int r = q->kind == RANK ? rank : q->kind == DENSE_RANK ? dense : pos;
        bool in = r >= q->lo && r <= q->hi;
        if (q->kind == TIES)
            in = pos >= q->lo && (pos <= q->hi || (peer && had_last));
        had_last = in;
        if (in)
            model_row(q, &sorted[i], r, ret);
    }
}

/* ---- window functions ---- */

static void put_text(char *out, size_t size, const char *text)
{
    strncat(out, text, size - strlen(out) - 1);
}

static const char *const functions[] = {
    "count(*)",       "sum(v)",          "min(v)",
    "max(v)",         "avg(v)",          "first_value(v)",
    "last_value(id)", "nth_value(v, 2)", "sum(v) FILTER (WHERE id % 2 = 0)",
    "count(v)",
};
static const char *const numbers[] = {"row_number()", "rank()", "dense_rank()", "percent_rank()", "cume_dist()", "ntile(3)"};
static const char *const neighbours[] = {"lag(v)", "lead(v)", "lag(v, 2, -1)", "lead(id, 3)", "lag(v, 0)", "lag(v, -1)"};
static const char *const frames[] = {
    "",
    "ROWS 2 PRECEDING",
    "ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
    "ROWS BETWEEN CURRENT ROW AND 2 FOLLOWING",
    "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING",
    "ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
    "ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING",
    "GROUPS 1 PRECEDING",
    "RANGE UNBOUNDED PRECEDING EXCLUDE TIES",
    "ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING EXCLUDE CURRENT ROW",
};
static const char *const added[] = {"count(*)", "sum(v)", "avg(v)", "count(v)", "sum(v + id)", "avg(id)"};
static const char *const around[] = {
    "ROWS 2 PRECEDING",
    "ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
    "ROWS BETWEEN CURRENT ROW AND 2 FOLLOWING",
    "ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING",
    "ROWS BETWEEN 2 FOLLOWING AND 4 FOLLOWING",
    "ROWS BETWEEN 2 PRECEDING AND 3 PRECEDING",
    "ROWS BETWEEN CURRENT ROW AND CURRENT ROW",
};
#define ANY(list) (list)[draw64(sizeof(list) / sizeof(*(list)))]

/* The order ends with the id, or the result depends on values alone. */
static void random_over(Shape *q)
{
    char *out = q->query;
    size_t size = sizeof(q->query);
    int n = 1 + (int)draw64(3);
    const char *part = draw64(4) ? "PARTITION BY k" : "", *order = draw64(2) ? "v, id" : "v DESC, id";
    bool local = draw64(2);         /* only what looks a few rows around */
    bool sums = local && draw64(2); /* and adds them up */
    q->total = true;
    put_text(out, size, "SELECT id, k, v");
    for (int i = 0; i < n; i++) {
        char text[200];
        uint64_t kind = sums ? 2 : local ? 1 + draw64(2) : draw64(4);
        const char *f = kind == 0 ? ANY(numbers) : kind == 1 ? ANY(neighbours) : sums ? ANY(added) : ANY(functions);
        const char *frame = kind < 2 ? "" : sums ? ANY(around) : local ? frames[1 + draw64(3)] : ANY(frames);
        snprintf(text, sizeof(text), ", %s OVER (%s ORDER BY %s %s)", f, part, kind == 3 && !local ? "v" : order,
                 kind == 3 && !local ? "RANGE BETWEEN 2 PRECEDING AND 1 FOLLOWING" : frame);
        if (kind == 3 && strncmp(f, "sum", 3) && strncmp(f, "count", 5) && strncmp(f, "min", 3))
            snprintf(text, sizeof(text), ", max(v) OVER (%s ORDER BY v DESC)", part);
        put_text(out, size, text);
        snprintf(text, sizeof(text), " AS c%d", i);
        put_text(out, size, text);
    }
    put_text(out, size, " FROM t");
}

static void random_shape(Shape *q)
{
    static const char *const names[] = {"ROW_NUMBER", "RANK", "DENSE_RANK"};
    *q = (Shape){.kind = (Kind)draw64(9), .desc = draw64(2), .total = draw64(2)};
    if (q->kind >= OVER) {
        q->kind = OVER;
        random_over(q);
        return;
    }
    q->lo = draw64(3) ? 1 : 1 + (int)draw64(4);
    q->hi = q->lo + (int)draw64(5) - (draw64(10) == 0);
    const char *down = q->desc ? " DESC" : "";
    if (q->kind == ROW_NUMBER || q->kind == LIMIT || q->kind == DISTINCT_ON || (q->kind == TIES && q->lo > 1))
        q->total = true; /* else any of equal rows is right */
    const char *more = q->total ? ", id" : "";
    if (q->kind == DISTINCT_ON) {
        q->parted = true;
        q->lo = q->hi = 1;
        snprintf(q->query, sizeof(q->query), "SELECT DISTINCT ON (k) id, k, v FROM t ORDER BY k, v%s, id", down);
    } else if (q->kind >= LIMIT) {
        int n = q->hi - q->lo + 1;
        if (q->kind == TIES && n < 1) {
            q->hi = q->lo;
            n = 1;
        }
        snprintf(q->query, sizeof(q->query), "SELECT id, k, v FROM t ORDER BY v%s%s OFFSET %d FETCH FIRST %d ROWS %s", down, more,
                 q->lo - 1, n, q->kind == TIES ? "WITH TIES" : "ONLY");
    } else {
        q->parted = draw64(3);
        q->with_rank = draw64(2);
        const char *name = names[q->kind];
        snprintf(
            q->query, sizeof(q->query),
            draw64(2)
                ? "SELECT id, k, v%s FROM (SELECT *, %s() OVER (%s ORDER BY v%s%s) AS rn FROM t) q WHERE rn BETWEEN %d AND %d"
                : "SELECT * EXCLUDE (hide) FROM (SELECT id, k, v%s, 1 AS hide FROM (SELECT *, %s() OVER (%s ORDER BY v%s%s) AS rn "
                  "FROM t) p WHERE rn >= %d AND rn < %d + 1) q",
            q->with_rank ? ", rn" : "", name, q->parted ? "PARTITION BY k" : "", down, more, q->lo, q->hi);
    }
}

/* ---- running ---- */

typedef struct Run {
    uint64_t seed;
    LaminarConnection *db;
    LaminarSubscription *sub;
    Shape q;
    bool table;
    Row row[ROWS_MAX];
    int n, next_id;
    Set expected, content, delivered;
} Run;

static bool fail(Run *r, const char *what, const char *row, const Set *got)
{
    printf("seed %llu (%s): %s\n  %s\n", (unsigned long long)r->seed, r->table ? "table" : "source", what, r->q.query);
    if (row)
        printf("  row %s expected %d, got %d\n", row, set_count(&r->expected, row), set_count(got, row));
    if (laminar_last_error())
        printf("  %s\n", laminar_last_error());
    printf("replay: prop_order %llu 1\n", (unsigned long long)r->seed);
    return false;
}

static bool execute(Run *r, const char *sql)
{
    return laminar_execute(r->db, sql, NULL) == LAMINAR_OK ? true : fail(r, sql, NULL, NULL);
}

/* Columns of four or of eight bytes, which go by different ways. */
static bool create_rows(Run *r)
{
    const char *type = r->seed % 2 ? "BIGINT" : "INT";
    char sql[128];
    snprintf(sql, sizeof(sql), "CREATE %s t (id %s, k %s, v %s)", r->table ? "TABLE" : "SOURCE", type, type, type);
    return execute(r, sql);
}

static bool read_rows(Run *r, const char *sql, Set *ret)
{
    LaminarQueryResult *res;
    size_t n = 0;
    ret->n = 0;
    if (laminar_query(r->db, sql, &res) != LAMINAR_OK)
        return fail(r, "the query failed", NULL, NULL);
    laminar_result_num_batches(res, &n);
    for (size_t i = 0; i < n; i++) {
        LaminarRecordBatch *b;
        laminar_result_get_batch(res, i, &b);
        set_add_batch(ret, b);
        laminar_batch_free(b);
    }
    laminar_result_free(res);
    return true;
}

static bool compare(Run *r)
{
    const char *row;
    if (r->q.kind != OVER)
        model(&r->q, r->row, r->n, &r->expected);
    else if (!read_rows(r, r->q.query, &r->expected))
        return false;
    for (;;) {
        LaminarChange c;
        int32_t rc = laminar_subscription_next(r->sub, 0, &c);
        if (rc == LAMINAR_API_SUBSCRIPTION_TIMEOUT || (rc == LAMINAR_OK && !c.sequence))
            break;
        if (rc != LAMINAR_OK)
            return fail(r, "reading the subscription failed", NULL, NULL);
        if (c.batch)
            set_add_batch(&r->delivered, c.batch);
    }
    row = set_differs(&r->expected, &r->delivered);
    if (row)
        return fail(r, "the delivered changes differ", row, &r->delivered);
    if (!read_rows(r, r->table && draw64(2) ? "SELECT * FROM q" : r->q.query, &r->content))
        return false;
    row = set_differs(&r->expected, &r->content);
    return row ? fail(r, "the content differs", row, &r->content) : true;
}

static void put_int(char *out, size_t size, const char *before, int v)
{
    size_t n = strlen(out);
    if (v == NULL_INT)
        snprintf(out + n, size - n, "%sNULL", before);
    else
        snprintf(out + n, size - n, "%s%d", before, v);
}

static bool insert_rows(Run *r)
{
    char sql[8192] = "INSERT INTO t VALUES ";
    int n = draw64(4) ? 1 + (int)draw64(3) : 1 + (int)draw64(40);
    for (int i = 0; i < n && r->n < ROWS_MAX; i++) {
        Row x = {r->next_id++, draw64(8) ? (int)draw64(4) : NULL_INT, draw64(8) ? (int)draw64(12) : NULL_INT};
        if (r->n > 0 && draw64(8) == 0)
            x.id = r->row[draw64((uint64_t)r->n)].id; /* a row of a known id, perhaps an equal one */
        if (r->q.total)
            x.id = r->next_id++;
        put_int(sql, sizeof(sql), i ? ", (" : "(", x.id);
        put_int(sql, sizeof(sql), ", ", x.k);
        put_int(sql, sizeof(sql), ", ", x.v);
        strncat(sql, ")", sizeof(sql) - strlen(sql) - 1);
        r->row[r->n++] = x;
    }
    return sql[strlen(sql) - 1] == ')' ? execute(r, sql) : true;
}

static bool change_rows(Run *r)
{
    char sql[256];
    int id = r->row[draw64((uint64_t)r->n)].id, v = draw64(8) ? (int)draw64(12) : NULL_INT;
    bool update = draw64(2);
    bool all = !update && draw64(30) == 0;
    snprintf(sql, sizeof(sql), update ? "UPDATE t SET v = " : all ? "DELETE FROM t" : "DELETE FROM t WHERE id = %d", id);
    if (update) {
        put_int(sql, sizeof(sql), "", v);
        snprintf(sql + strlen(sql), sizeof(sql) - strlen(sql), " WHERE id = %d", id);
    }
    int kept = 0;
    for (int i = 0; i < r->n; i++) {
        Row x = r->row[i];
        if (x.id == id && update)
            x.v = v;
        else if (x.id == id || all)
            continue;
        r->row[kept++] = x;
    }
    r->n = kept;
    return execute(r, sql);
}

static bool play(Run *r)
{
    char sql[1000];
    if (open_in_parts(NULL, r->seed, &r->db) || !create_rows(r))
        return fail(r, "setting up failed", NULL, NULL);
    bool late = r->table && draw64(4) == 0;
    if (late && !insert_rows(r))
        return false;
    snprintf(sql, sizeof(sql), "CREATE %s q AS %s", r->table ? "MATERIALIZED VIEW" : "STREAM", r->q.query);
    LaminarSubscribeOptions o = {.size = sizeof(o)};
    if (!execute(r, sql))
        return false;
    if (laminar_subscribe(r->db, "q", &o, &r->sub))
        return fail(r, "subscribing failed", NULL, NULL);
    int n_steps = 5 + (int)draw64(60);
    for (int i = 0; i < n_steps; i++) {
        bool change = r->table && r->n > 0 && draw64(2);
        if (!(change ? change_rows(r) : insert_rows(r)))
            return false;
        if (draw64(3) == 0 && !compare(r))
            return false;
    }
    return compare(r);
}

static bool run_seed(uint64_t seed)
{
    static Run r;
    memset(&r, 0, sizeof(r));
    r.seed = seed;
    rng_state = seed * 0x2545f4914f6cdd1dull;
    random_shape(&r.q);
    r.table = r.q.kind == OVER || draw64(3) != 0;
    bool ok = play(&r);
    laminar_subscription_release(r.sub);
    laminar_close(r.db);
    return ok;
}

int main(int argc, char **argv)
{
    return run_seeds(argc, argv, 300, 5, run_seed);
}
