/* SPDX-License-Identifier: Apache-2.0
 *
 * Property: a materialized view of a random query equals the query, whatever the query is, after every change of the tables below.
 *
 * Queries of random_query.h over three tables and over views made before, created before, between and after random changes.  After
 * each round the content of every view and the sum of the changes it delivered equal a SELECT of its text.  A query that the
 * planner refuses is counted; when more than a tenth is refused, the test fails.  Public header alone.
 *
 *   prop_queries [first_seed n_seeds]     one seed alone prints its statements
 *   prop_queries --script seed     the same statements as a script, for another database to run */
#include "in_parts.h"
#include "multiset.h"
#include "random_query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VIEWS_MAX 8
#define RELATIONS_MAX (3 + VIEWS_MAX)
#define ROUNDS 5

typedef struct View {
    char name[8];
    RandomQuery query;
    LaminarSubscription *sub;
    Multiset seen;
} View;

typedef struct Run {
    uint64_t seed;
    LaminarConnection *db;
    RandomRelation relation[RELATIONS_MAX];
    View view[VIEWS_MAX];
    int n_views, n_refused;
    bool trace, durable;
    char dir[64];
    char last[512];
} Run;

static int32_t execute(Run *r, const char *sql)
{
    if (r->trace)
        printf("%s;\n", sql);
    return laminar_execute(r->db, sql, NULL);
}

static bool fail(Run *r, const View *v, const char *what, const char *detail)
{
    printf("seed %llu: %s\n  %s\n  after: %s\n", (unsigned long long)r->seed, what, detail ? detail : "", r->last);
    if (laminar_last_error())
        printf("  %s\n", laminar_last_error());
    if (v)
        printf("  %s: %s\n", v->name, v->query.text);
    printf("replay: prop_queries %llu 1\n", (unsigned long long)r->seed);
    return false;
}

static bool select_rows(Run *r, const View *v, const char *sql, Multiset *ret)
{
    LaminarQueryResult *result;
    size_t n = 0;
    if (laminar_query(r->db, sql, &result) != LAMINAR_OK)
        return fail(r, v, "a SELECT failed", sql);
    laminar_result_num_batches(result, &n);
    for (size_t i = 0; i < n; i++) {
        LaminarRecordBatch *b;
        laminar_result_get_batch(result, i, &b);
        multiset_add_batch(ret, b);
        laminar_batch_free(b);
    }
    laminar_result_free(result);
    return true;
}

static bool drain(Run *r, View *v)
{
    for (;;) {
        LaminarChange c;
        int32_t rc = laminar_subscription_next(v->sub, 0, &c);
        if (rc == LAMINAR_API_SUBSCRIPTION_TIMEOUT)
            return true;
        if (rc != LAMINAR_OK)
            return fail(r, v, "reading the subscription failed", NULL);
        if (!c.sequence)
            return true;
        if (c.batch)
            multiset_add_batch(&v->seen, c.batch);
    }
}

static bool compare_view(Run *r, View *v, Multiset *content, Multiset *direct)
{
    char sql[64], detail[4400];
    snprintf(sql, sizeof(sql), "SELECT * FROM %s", v->name);
    if (!drain(r, v) || !select_rows(r, v, v->query.text, direct) || !select_rows(r, v, sql, content))
        return false;
    const char *row = multiset_difference(&v->seen, direct);
    if (!row)
        row = multiset_difference(content, direct);
    if (!row)
        return true;
    snprintf(detail, sizeof(detail), "row %s delivered %d, stored %d, SELECT %d", row, multiset_count(&v->seen, row),
             multiset_count(content, row), multiset_count(direct, row));
    return fail(r, v, "the kept result differs from its query", detail);
}

static bool compare(Run *r)
{
    for (int i = 0; i < r->n_views; i++) {
        Multiset content = {0}, direct = {0};
        bool ok = compare_view(r, &r->view[i], &content, &direct);
        multiset_clear(&content);
        multiset_clear(&direct);
        if (!ok)
            return false;
    }
    return true;
}

static bool subscribe(Run *r, View *v)
{
    LaminarSubscribeOptions o = {.size = sizeof(o)};
    return laminar_subscribe(r->db, v->name, &o, &v->sub) == LAMINAR_OK || fail(r, v, "subscribing failed", NULL);
}

static bool make_view(Run *r)
{
    static char sql[QUERY_BYTES + 64];
    View *v = &r->view[r->n_views];
    random_query(r->relation, 3 + r->n_views, random_draw(4), false, &v->query);
    if (v->query.too_long)
        return true;
    snprintf(v->name, sizeof(v->name), "v%d", r->n_views);
    snprintf(sql, sizeof(sql), "CREATE MATERIALIZED VIEW %s AS %s", v->name, v->query.text);
    if (execute(r, sql) != LAMINAR_OK) {
        LaminarError e = {.size = sizeof(e)};
        laminar_last_error_detail(&e);
        if (strcmp(e.sqlstate, "0A000") != 0)
            return fail(r, v, "creating a view failed", sql);
        r->n_refused++;
        return true;
    }
    if (!subscribe(r, v))
        return false;
    RandomRelation *as = &r->relation[3 + r->n_views++];
    memcpy(as->name, v->name, sizeof(v->name));
    as->n_cols = v->query.n_cols;
    memcpy(as->type, v->query.type, sizeof(as->type));
    for (int i = 0; i < as->n_cols; i++)
        snprintf(as->col[i], sizeof(as->col[i]), "c%c", '0' + i);
    return true;
}

static bool open_database(Run *r)
{
    int32_t rc = open_in_parts(r->durable ? r->dir : NULL, r->seed, &r->db);
    return rc == LAMINAR_OK || fail(r, NULL, "opening the database failed", r->dir);
}

static void close_database(Run *r)
{
    for (int i = 0; i < VIEWS_MAX; i++) {
        laminar_subscription_release(r->view[i].sub);
        multiset_clear(&r->view[i].seen);
        r->view[i].sub = NULL;
    }
    laminar_close(r->db);
    r->db = NULL;
}

/* A checkpoint, and the database closed and opened, each at times. */
static bool restart(Run *r)
{
    if (random_draw(2) && execute(r, "CHECKPOINT") != LAMINAR_OK)
        return fail(r, NULL, "a checkpoint failed", NULL);
    if (random_draw(2))
        return true;
    if (r->trace)
        printf("-- closed and opened\n");
    close_database(r);
    if (!open_database(r))
        return false;
    for (int i = 0; i < r->n_views; i++)
        if (!subscribe(r, &r->view[i]))
            return false;
    return compare(r);
}

static bool play(Run *r)
{
    if (!open_database(r) || execute(r, random_tables_ddl))
        return fail(r, NULL, "setting up failed", NULL);
    for (int round = 0; round < ROUNDS; round++) {
        while (r->n_views < VIEWS_MAX && random_draw(3))
            if (!make_view(r))
                return false;
        for (int n = random_draw(12); n > 0; n--) {
            random_change(r->last, sizeof(r->last));
            if (execute(r, r->last) != LAMINAR_OK)
                return fail(r, NULL, "a change failed", NULL);
        }
        if (!compare(r) || (r->durable && !restart(r)))
            return false;
    }
    snprintf(r->last, sizeof(r->last), "DELETE FROM bag; DELETE FROM u; DELETE FROM t");
    if (execute(r, r->last) != LAMINAR_OK)
        return fail(r, NULL, "deleting all rows failed", NULL);
    return compare(r);
}

static bool run_seed(uint64_t seed, bool trace, int *n_views, int *n_refused)
{
    static Run r;
    memset(&r, 0, sizeof(r));
    memcpy(r.relation, random_tables, sizeof(random_tables));
    r.seed = seed;
    r.trace = trace;
    r.durable = seed % 4 == 0;
    snprintf(r.dir, sizeof(r.dir), "%s", "/tmp/laminar-queries-XXXXXX");
    if (r.durable && !mkdtemp(r.dir))
        return fail(&r, NULL, "a directory cannot be made", r.dir);
    random_seed(seed);
    bool ok = play(&r);
    close_database(&r);
    if (r.durable) {
        snprintf(r.last, sizeof(r.last), "rm -rf '%s'", r.dir);
        ok = system(r.last) == 0 && ok;
    }
    *n_views += r.n_views;
    *n_refused += r.n_refused;
    return ok;
}

static int print_script(uint64_t seed)
{
    static RandomQuery q;
    char change[512];
    random_seed(seed);
    printf("%s;\n", random_tables_ddl);
    for (int i = 0; i < 25; i++) {
        random_change(change, sizeof(change));
        printf("%s;\n", change);
    }
    for (int i = 0; i < 20; i++) {
        random_query(random_tables, 3, random_draw(4), true, &q);
        if (!q.too_long)
            printf("%s;\n", q.text);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "--script") == 0)
        return print_script(strtoull(argv[2], NULL, 10));
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, n = argc > 2 ? strtoull(argv[2], NULL, 10) : 200;
    unsigned long long passed = 0, failed = 0;
    int n_views = 0, n_refused = 0;
    for (uint64_t seed = first; seed < first + n && failed < 5; seed++) {
        if (run_seed(seed, n == 1, &n_views, &n_refused))
            passed++;
        else
            failed++;
    }
    if (n_refused * 10 > n_views + n_refused) {
        printf("%d of %d queries were refused\n", n_refused, n_views + n_refused);
        failed++;
    }
    printf("%llu passed, %llu failed, 0 skipped\n", passed, failed);
    return failed ? 1 : 0;
}
