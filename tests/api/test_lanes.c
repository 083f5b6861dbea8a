/* SPDX-License-Identifier: Apache-2.0
 *
 * Writers of one source on several threads at once: single rows that meet another writer wait in lanes.  Each row is there once,
 * those of a writer in their order, whoever comes to look meanwhile. */
#include "api_test.h"

#include <pthread.h>
#include <stdatomic.h>

#define WRITERS 3
#define ROWS_EACH 8000

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

int main(void)
{
    const struct CMUnitTest tests[] = {DB_TEST(test_nobody_listens), DB_TEST(test_undisturbed), DB_TEST(test_somebody_listens),
                                       DB_TEST(test_listeners_come_and_go)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
