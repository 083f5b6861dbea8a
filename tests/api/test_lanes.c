/* SPDX-License-Identifier: Apache-2.0
 *
 * Writers of one source on several threads at once: single rows that meet another writer wait in lanes.  Each row is there once,
 * those of a writer in their order, whoever comes to look meanwhile. */
#include "api_test.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#define WRITERS 3
#define ROWS_EACH 8000
#define ALTERATIONS 40

typedef struct Race {
    LaminarConnection *db;
    _Atomic int next, failures, done;
    int64_t last[WRITERS]; /* of the callback: what came of each writer */
    int64_t n_rows, n_disorder;
} Race;

static void *push_rows(void *p)
{
    Race *r = p;
    int me = atomic_fetch_add(&r->next, 1);
    LaminarWriter *w;
    LaminarRow *row;
    int32_t bad = laminar_writer_create(r->db, "s", &w);
    for (int i = 1; i <= ROWS_EACH && !bad; i++) {
        bad = laminar_row_begin(w, &row);
        bad |= laminar_row_i64(row, 0, me) | laminar_row_i64(row, 1, i);
        bad |= laminar_row_push(row);
    }
    laminar_writer_free(w); /* what waits stays */
    atomic_fetch_add(&r->failures, bad != 0);
    atomic_fetch_add(&r->done, 1);
    return NULL;
}

static int64_t number_at(LaminarRecordBatch *b, size_t row, size_t col)
{
    const char *text;
    return laminar_batch_text(b, row, col, &text, NULL) == LAMINAR_OK ? strtoll(text, NULL, 10) : -1;
}

static void on_rows(void *self, const LaminarChange *change)
{
    Race *r = self;
    for (size_t i = 0; i < change->num_rows; i++) {
        int64_t k = number_at(change->batch, i, 0), v = number_at(change->batch, i, 1);
        if (k < 0 || k >= WRITERS)
            continue;
        r->n_disorder += v != r->last[k] + 1;
        r->last[k] = v;
        r->n_rows++;
    }
}

static void start(Race *r, pthread_t *thread)
{
    for (int i = 0; i < WRITERS; i++)
        pthread_create(&thread[i], NULL, push_rows, r);
}

static void finish(Race *r, pthread_t *thread)
{
    for (int i = 0; i < WRITERS; i++)
        pthread_join(thread[i], NULL);
    assert_int_equal(atomic_load(&r->failures), 0);
}

#define ALL "0|8000|32004000;1|8000|32004000;2|8000|32004000;"

static void test_nobody_listens(void **state)
{
    Race r = {.db = *state};
    pthread_t thread[WRITERS];
    run(r.db, "CREATE SOURCE s (k BIGINT, v BIGINT);"
              "CREATE MATERIALIZED VIEW m AS SELECT k, count(*) AS n, sum(v) AS t FROM s GROUP BY k");
    start(&r, thread);
    while (atomic_load(&r.done) < WRITERS)
        run(r.db, "SELECT count(*) FROM m"); /* each look empties the lanes */
    finish(&r, thread);
    ROWS(r.db, "SELECT * FROM m ORDER BY k", ALL);
}

static void test_undisturbed(void **state)
{
    Race r = {.db = *state};
    pthread_t thread[WRITERS];
    run(r.db, "CREATE SOURCE s (k BIGINT, v BIGINT);"
              "CREATE MATERIALIZED VIEW m AS SELECT k, count(*) AS n, sum(v) AS t FROM s GROUP BY k");
    start(&r, thread);
    finish(&r, thread);
    ROWS(r.db, "SELECT * FROM m ORDER BY k", ALL);
}

static void test_somebody_listens(void **state)
{
    Race r = {.db = *state};
    pthread_t thread[WRITERS];
    LaminarSubscription *sub;
    LaminarSubscribeOptions o = {.size = sizeof(o), .on_change = on_rows, .user_data = &r};
    bool unbounded;
    run(r.db, "CREATE SOURCE s (k BIGINT, v BIGINT); CREATE STREAM q AS SELECT k, v FROM s WHERE v > 0");
    OK(laminar_subscribe(r.db, "q", &o, &sub));
    start(&r, thread);
    finish(&r, thread);
    OK(laminar_wait_idle(r.db, -1, &unbounded));
    laminar_subscription_release(sub);
    assert_int_equal(r.n_rows, WRITERS * ROWS_EACH);
    assert_int_equal(r.n_disorder, 0);
}

/* Listeners come and go, and so do queries: rows change between waiting for a look and being waited for. */
static void test_listeners_come_and_go(void **state)
{
    Race r = {.db = *state};
    pthread_t thread[WRITERS];
    LaminarSubscribeOptions o = {.size = sizeof(o), .on_change = on_rows, .user_data = &r};
    run(r.db, "CREATE SOURCE s (k BIGINT, v BIGINT);"
              "CREATE MATERIALIZED VIEW m AS SELECT k, count(*) AS n, sum(v) AS t FROM s GROUP BY k");
    start(&r, thread);
    for (int i = 0; atomic_load(&r.done) < WRITERS; i++) {
        LaminarSubscription *sub;
        OK(laminar_subscribe(r.db, "s", &o, &sub));
        if (i % 4 == 0)
            run(r.db, "CREATE STREAM x AS SELECT k FROM s WHERE v < 0; DROP STREAM x");
        laminar_subscription_release(sub);
    }
    finish(&r, thread);
    ROWS(r.db, "SELECT * FROM m ORDER BY k", ALL);
}

/* Rows that were made for columns that there are no more are refused where they are pushed, whatever they wait in. */
typedef struct Altered {
    LaminarConnection *db;
    _Atomic int64_t n_taken;
    _Atomic bool stop;
} Altered;

static void *push_while_altered(void *p)
{
    Altered *a = p;
    LaminarWriter *w;
    LaminarRow *row;
    while (!atomic_load(&a->stop)) {
        int32_t bad = laminar_writer_create(a->db, "s", &w);
        while (!bad && !atomic_load(&a->stop)) {
            bad = laminar_row_begin(w, &row);
            bad = bad ? bad : laminar_row_i64(row, 0, 1) | laminar_row_i64(row, 1, 2) | laminar_row_push(row);
            atomic_fetch_add(&a->n_taken, !bad);
        }
        laminar_writer_free(w);
    }
    return NULL;
}

static void test_altered(void **state)
{
    Altered a = {.db = *state};
    pthread_t thread[WRITERS];
    char rows[64];
    run(a.db, "CREATE SOURCE s (k BIGINT, v BIGINT); CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n, sum(k) AS k, sum(v) AS v "
              "FROM s");
    for (int i = 0; i < WRITERS; i++)
        pthread_create(&thread[i], NULL, push_while_altered, &a);
    for (int i = 0; i < ALTERATIONS; i++) {
        for (int64_t n = atomic_load(&a.n_taken); atomic_load(&a.n_taken) < n + WRITERS;)
            sched_yield();
        run(a.db, "ALTER SOURCE s ADD COLUMN x BIGINT; ALTER SOURCE s DROP COLUMN x");
    }
    atomic_store(&a.stop, true);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(thread[i], NULL);
    int64_t n = atomic_load(&a.n_taken);
    snprintf(rows, sizeof(rows), "%lld|%lld|%lld;", (long long)n, (long long)n, (long long)n * 2);
    ROWS(a.db, "SELECT * FROM m", rows);
}

/* What a thread pushes into two sources comes in the order in which it has pushed it, whoever else pushes. */
typedef struct Rates {
    LaminarConnection *db;
    _Atomic bool stop;
    int64_t n_rows, n_wrong;
} Rates;

static void *push_others(void *p)
{
    Rates *r = p;
    LaminarWriter *w;
    LaminarRow *row;
    int32_t bad = laminar_writer_create(r->db, "s", &w);
    while (!bad && !atomic_load(&r->stop)) {
        bad = laminar_row_begin(w, &row);
        bad = bad ? bad : laminar_row_i64(row, 0, -1) | laminar_row_i64(row, 1, 1) | laminar_row_push(row);
    }
    laminar_writer_free(w);
    return NULL;
}

static void on_rated(void *self, const LaminarChange *change)
{
    Rates *r = self;
    for (size_t i = 0; i < change->num_rows; i++) {
        r->n_wrong += number_at(change->batch, i, 0) != number_at(change->batch, i, 1);
        r->n_rows++;
    }
}

static void test_two_sources(void **state)
{
    Rates r = {.db = *state};
    pthread_t other;
    LaminarSubscription *sub;
    LaminarSubscribeOptions o = {.size = sizeof(o), .on_change = on_rated, .user_data = &r};
    LaminarWriter *w[2];
    LaminarRow *row;
    bool unbounded;
    run(r.db,
        "CREATE SOURCE s (k BIGINT, v BIGINT); CREATE SOURCE rate (k BIGINT, v BIGINT);"
        "CREATE MATERIALIZED VIEW latest AS SELECT k, max(v) AS v FROM rate GROUP BY k;"
        "CREATE STREAM rated AS SELECT s.v, latest.v AS by FROM s JOIN latest FOR SYSTEM_TIME AS OF PROCTIME() ON s.k = latest.k");
    OK(laminar_subscribe(r.db, "rated", &o, &sub));
    OK(laminar_writer_create(r.db, "rate", &w[0]));
    OK(laminar_writer_create(r.db, "s", &w[1]));
    pthread_create(&other, NULL, push_others, &r);
    for (int i = 1; i <= ROWS_EACH; i++) {
        for (int k = 0; k < 2; k++) {
            OK(laminar_row_begin(w[k], &row));
            OK(laminar_row_i64(row, 0, 1) | laminar_row_i64(row, 1, i) | laminar_row_push(row));
        }
    }
    atomic_store(&r.stop, true);
    pthread_join(other, NULL);
    OK(laminar_wait_idle(r.db, -1, &unbounded));
    laminar_subscription_release(sub);
    for (int k = 0; k < 2; k++)
        laminar_writer_free(w[k]);
    assert_int_equal(r.n_rows, ROWS_EACH);
    assert_int_equal(r.n_wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {DB_TEST(test_nobody_listens),   DB_TEST(test_undisturbed),
                                       DB_TEST(test_somebody_listens), DB_TEST(test_listeners_come_and_go),
                                       DB_TEST(test_altered),          DB_TEST(test_two_sources)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
