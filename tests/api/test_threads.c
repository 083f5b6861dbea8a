/* SPDX-License-Identifier: Apache-2.0
 *
 * One connection, many threads: writers, queries, subscriptions and statements at once. Every row is seen exactly once by a
 * subscription, and sums are exact. */
#include "api_test.h"

#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#define N_WRITERS 4
#define ROWS_EACH 3000

typedef struct Shared {
    LaminarConnection *db;
    _Atomic int64_t rows, sum;
    _Atomic int failures, next;
    atomic_bool inside, stop;
} Shared;

static void *write_rows(void *p)
{
    Shared *s = p;
    int me = atomic_fetch_add(&s->next, 1);
    LaminarWriter *w = NULL;
    LaminarRow *row = NULL;
    int32_t bad = laminar_writer_create(s->db, "t", &w);
    for (int i = 0; i < ROWS_EACH && !bad; i++) {
        bad = laminar_row_begin(w, &row);
        bad |= laminar_row_i64(row, 0, me) | laminar_row_i64(row, 1, i);
        bad |= i % 10 ? laminar_row_end(row) : laminar_row_push(row);
    }
    bad |= laminar_writer_close(w);
    laminar_writer_free(w);
    atomic_fetch_add(&s->failures, bad != 0);
    return NULL;
}

static void *query(void *p)
{
    Shared *s = p;
    while (!atomic_load(&s->stop)) {
        LaminarQueryResult *r = NULL;
        size_t n = 0;
        int32_t bad = laminar_query(s->db, "SELECT k, count(*), sum(v) FROM t GROUP BY k", &r);
        if (!bad)
            bad = laminar_result_num_rows(r, &n);
        atomic_fetch_add(&s->failures, bad != 0 || n > N_WRITERS);
        laminar_result_free(r);
    }
    return NULL;
}

static void *query_view(void *p)
{
    Shared *s = p;
    while (!atomic_load(&s->stop))
        atomic_fetch_add(&s->failures, laminar_execute(s->db, "SELECT sum(n), max(a) FROM m", NULL) != LAMINAR_OK);
    return NULL;
}

static void *define(void *p)
{
    Shared *s = p;
    for (int i = 0; !atomic_load(&s->stop); i++) {
        char sql[160];
        snprintf(sql, sizeof(sql), "CREATE STREAM x%d AS SELECT k, max(v) AS m FROM t GROUP BY k; SHOW QUERIES; DROP STREAM x%d", i,
                 i);
        atomic_fetch_add(&s->failures, laminar_execute(s->db, sql, NULL) != LAMINAR_OK);
        usleep(1000);
    }
    return NULL;
}

static void count_rows(void *user_data, LaminarRecordBatch *batch, int32_t event)
{
    Shared *s = user_data;
    size_t n = 0;
    if (atomic_exchange(&s->inside, true))
        atomic_fetch_add(&s->failures, 1); /* two callbacks at once */
    if (event == LAMINAR_EVENT_INSERT && laminar_batch_num_rows(batch, &n) == LAMINAR_OK)
        atomic_fetch_add(&s->rows, (int64_t)n);
    laminar_batch_free(batch);
    atomic_store(&s->inside, false);
}

static void *poll_sum(void *p)
{
    Shared *s = p;
    LaminarSubscription *sub = NULL;
    LaminarChange change;
    int32_t bad = laminar_subscribe(s->db, "SELECT v FROM t WHERE v >= 0", NULL, &sub);
    atomic_fetch_add(&s->next, 1);
    while (!bad) {
        bool last = atomic_load(&s->stop); /* before the look: rows may come between that and this */
        int32_t code = laminar_subscription_next(sub, 50, &change);
        if (code == LAMINAR_API_SUBSCRIPTION_TIMEOUT && last)
            break;
        if (code == LAMINAR_OK && change.batch)
            atomic_fetch_add(&s->sum, (int64_t)change.num_rows);
        else
            bad = code != LAMINAR_API_SUBSCRIPTION_TIMEOUT;
    }
    laminar_subscription_release(sub);
    atomic_fetch_add(&s->failures, bad != 0);
    return NULL;
}

static void test_everything_at_once(void **state)
{
    Shared s = {.db = *state};
    pthread_t writer[N_WRITERS], other[3];
    LaminarSubscriptionHandle *h = NULL;
    run(s.db,
        "CREATE SOURCE t (k BIGINT, v BIGINT); CREATE STREAM sums AS SELECT k, count(*) AS n, sum(v) AS total FROM t GROUP BY k");
    OK(laminar_subscribe_callback(s.db, "t", count_rows, NULL, &s, &h));
    assert_int_equal(pthread_create(&other[0], NULL, poll_sum, &s), 0);
    while (atomic_load(&s.next) == 0)
        usleep(1000);
    atomic_store(&s.next, 0);
    assert_int_equal(pthread_create(&other[1], NULL, query, &s), 0);
    assert_int_equal(pthread_create(&other[2], NULL, define, &s), 0);
    for (int i = 0; i < N_WRITERS; i++)
        assert_int_equal(pthread_create(&writer[i], NULL, write_rows, &s), 0);
    for (int i = 0; i < N_WRITERS; i++)
        pthread_join(writer[i], NULL);
    atomic_store(&s.stop, true);
    for (int i = 0; i < 3; i++)
        pthread_join(other[i], NULL);
    ROWS(s.db, "SELECT count(*), sum(v) FROM t", "12000|17994000;");
    assert_int_equal(s.failures, 0);
    assert_int_equal(s.rows, N_WRITERS * ROWS_EACH);
    assert_int_equal(s.sum, N_WRITERS * ROWS_EACH);
    laminar_subscription_free(h);
}

static void *subscribe_and_cancel(void *p)
{
    Shared *s = p;
    while (!atomic_load(&s->stop)) {
        LaminarSubscriptionHandle *h = NULL;
        Shared mine = {.db = s->db};
        int32_t bad = laminar_subscribe_callback(s->db, "SELECT k, sum(v) FROM t GROUP BY k", count_rows, NULL, &mine, &h);
        usleep(500);
        bad |= laminar_subscription_cancel(h);
        int64_t rows = atomic_load(&mine.rows); /* no callback after cancel returned: `mine` goes out of scope */
        laminar_subscription_free(h);
        atomic_fetch_add(&s->failures, bad != 0 || rows != atomic_load(&mine.rows));
    }
    return NULL;
}

static void test_cancel_while_rows_come(void **state)
{
    Shared s = {.db = *state};
    pthread_t writer[2], canceller[2];
    run(s.db, "CREATE SOURCE t (k BIGINT, v BIGINT)");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&writer[i], NULL, write_rows, &s), 0);
        assert_int_equal(pthread_create(&canceller[i], NULL, subscribe_and_cancel, &s), 0);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(writer[i], NULL);
    atomic_store(&s.stop, true);
    for (int i = 0; i < 2; i++)
        pthread_join(canceller[i], NULL);
    assert_int_equal(s.failures, 0);
}

static void *write_until_closed(void *p)
{
    Shared *s = p;
    LaminarWriter *w = NULL;
    LaminarRow *row = NULL;
    int32_t code = laminar_writer_create(s->db, "t", &w);
    atomic_fetch_add(&s->next, 1);
    while (code == LAMINAR_OK) {
        code = laminar_row_begin(w, &row);
        if (code == LAMINAR_OK)
            code = laminar_row_push(row);
    }
    atomic_fetch_add(&s->failures, code != LAMINAR_API_SHUTDOWN);
    laminar_writer_free(w);
    return NULL;
}

static void test_close_while_rows_come(void **state)
{
    (void)state;
    Shared s = {.db = NULL};
    pthread_t writer[3];
    OK(laminar_open(&s.db));
    run(s.db, "CREATE SOURCE t (k BIGINT, v BIGINT); CREATE STREAM c AS SELECT count(*) AS n FROM t");
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&writer[i], NULL, write_until_closed, &s), 0);
    while (atomic_load(&s.next) < 3)
        usleep(1000);
    usleep(20000);
    OK(laminar_close(s.db));
    for (int i = 0; i < 3; i++)
        pthread_join(writer[i], NULL);
    assert_int_equal(s.failures, 0);
}

typedef struct Reader {
    LaminarQueryStream *stream;
    LaminarSubscription *sub;
    int32_t stream_code, sub_code;
    size_t rows;
} Reader;

static void *read_stream(void *p)
{
    Reader *r = p;
    LaminarRecordBatch *batch = NULL;
    r->stream_code = laminar_stream_next(r->stream, &batch);
    laminar_batch_free(batch);
    return NULL;
}

static void *read_subscription(void *p)
{
    Reader *r = p;
    LaminarChange change;
    r->sub_code = laminar_subscription_next(r->sub, -1, &change);
    return NULL;
}

/* Whoever waits for rows is woken by the end of the database. */
static void test_close_while_others_wait(void **state)
{
    (void)state;
    LaminarConnection *db = NULL;
    Reader r = {.stream_code = -99, .sub_code = -99};
    pthread_t t[2];
    OK(laminar_open(&db));
    run(db, "CREATE SOURCE t (k BIGINT, v BIGINT)");
    OK(laminar_query_stream(db, "SUBSCRIBE t", &r.stream));
    OK(laminar_subscribe(db, "t", NULL, &r.sub));
    assert_int_equal(pthread_create(&t[0], NULL, read_stream, &r), 0);
    assert_int_equal(pthread_create(&t[1], NULL, read_subscription, &r), 0);
    usleep(50000);
    OK(laminar_close(db));
    pthread_join(t[0], NULL);
    pthread_join(t[1], NULL);
    assert_int_equal(r.stream_code, LAMINAR_API_SHUTDOWN);
    assert_int_equal(r.sub_code, LAMINAR_API_SHUTDOWN);
    laminar_stream_free(r.stream);
    laminar_subscription_release(r.sub);
}

static void *interrupt_again_and_again(void *p)
{
    Shared *s = p;
    while (!atomic_load(&s->stop)) {
        usleep(5000);
        laminar_interrupt(s->db);
    }
    return NULL;
}

/* Rows that no source gives are made in one step: it can be given up, too. */
static void test_interrupt_without_input(void **state)
{
    Shared s = {.db = *state};
    pthread_t t;
    assert_int_equal(pthread_create(&t, NULL, interrupt_again_and_again, &s), 0);
    FAILS(LAMINAR_API_QUERY_CANCELLED, laminar_execute(s.db, "SELECT count(*) FROM generate_series(1, 1000000000000)", NULL));
    atomic_store(&s.stop, true);
    pthread_join(t, NULL);
    ROWS(s.db, "SELECT count(*) FROM generate_series(1, 100000)", "100000;");
}

/* A row that is there two thousand million times is as many rows to a SELECT, which can be given up, and ends when it has enough.
 */
static void test_interrupt_in_a_row(void **state)
{
    Shared s = {.db = *state};
    pthread_t t;
    run(s.db, "CREATE TABLE a (x INT); INSERT INTO a SELECT 1 FROM generate_series(1, 45000)");
    run(s.db, "CREATE MATERIALIZED VIEW v AS SELECT 1 AS one FROM a JOIN a b ON a.x = b.x");
    ROWS(s.db, "SELECT one FROM v LIMIT 2", "1;1;");
    assert_int_equal(pthread_create(&t, NULL, interrupt_again_and_again, &s), 0);
    int32_t code;
    do /* it has an end, which it may come to before the other thread runs */
        code = laminar_execute(s.db, "SELECT sum(one) FROM v", NULL);
    while (code == LAMINAR_OK);
    assert_int_equal(code, LAMINAR_API_QUERY_CANCELLED);
    FAILS(LAMINAR_API_QUERY_CANCELLED, laminar_execute(s.db, "SELECT count(*) FROM v JOIN v w ON v.one = w.one", NULL));
    FAILS(LAMINAR_API_QUERY_CANCELLED, laminar_execute(s.db, "CREATE TABLE c AS SELECT one FROM v", NULL));
    FAILS(LAMINAR_API_QUERY_CANCELLED, laminar_execute(s.db, "COPY v TO '/dev/null'", NULL));
    atomic_store(&s.stop, true);
    pthread_join(t, NULL);
    ROWS(s.db, "SELECT one FROM v FETCH FIRST ROW ONLY", "1;");
}

#define LATE_ROWS 1000

static void *read_late(void *p)
{
    Reader *r = p;
    LaminarChange change;
    pause_ms(100);
    while (r->rows < LATE_ROWS && laminar_subscription_next(r->sub, PATIENCE_MS, &change) == LAMINAR_OK &&
           change.kind == LAMINAR_CHANGE_ROWS)
        r->rows += change.num_rows;
    return NULL;
}

/* One thread opens the subscription and pushes, another begins to read when the queue is full: that is backpressure, not a
 * thread that waits for itself. */
static void test_reader_comes_later(void **state)
{
    LaminarConnection *db = *state;
    LaminarSubscribeOptions o = {.size = sizeof(o), .overflow = LAMINAR_OVERFLOW_BLOCK, .buffer_bytes = 4096};
    LaminarWriter *w = NULL;
    LaminarRow *row = NULL;
    Reader r = {0};
    pthread_t t;
    run(db, "CREATE SOURCE t (k BIGINT)");
    OK(laminar_writer_create(db, "t", &w));
    OK(laminar_subscribe(db, "t", &o, &r.sub));
    assert_int_equal(pthread_create(&t, NULL, read_late, &r), 0);
    for (int i = 0; i < LATE_ROWS;) { /* refused only when the other thread has not come to run for a second */
        OK(laminar_row_begin(w, &row));
        OK(laminar_row_i64(row, 0, i));
        int32_t code = laminar_row_push(row);
        assert_true(code == LAMINAR_OK || code == LAMINAR_ERR_INGESTION);
        i += code == LAMINAR_OK;
    }
    pthread_join(t, NULL);
    assert_int_equal(r.rows, LATE_ROWS);
    laminar_subscription_release(r.sub);
    laminar_writer_free(w);
}

/* A thread that opens one that nobody reads is told after a moment, and from then on at once. */
static void test_reader_never_comes(void **state)
{
    LaminarConnection *db = *state;
    LaminarSubscribeOptions o = {.size = sizeof(o), .overflow = LAMINAR_OVERFLOW_BLOCK, .buffer_bytes = 1};
    LaminarSubscription *sub = NULL;
    run(db, "CREATE SOURCE t (k BIGINT)");
    OK(laminar_subscribe(db, "t", &o, &sub));
    run(db, "INSERT INTO t VALUES (1)");
    for (int i = 0; i < 20; i++)
        FAILS(LAMINAR_ERR_INGESTION, laminar_execute(db, "INSERT INTO t VALUES (2)", NULL));
    expect_error(300, "LM031");
    laminar_subscription_release(sub);
    run(db, "INSERT INTO t VALUES (3)");
}

static void *push_from_far(void *p)
{
    Shared *s = p;
    LaminarWriter *w = NULL;
    LaminarRow *row = NULL;
    int32_t bad = laminar_writer_create(s->db, "strict", &w);
    for (int i = 0; !atomic_load(&s->stop) && !bad; i++) {
        bad = laminar_row_begin(w, &row);
        bad |= laminar_row_i64(row, 0, i) | laminar_row_timestamp(row, 1, INT64_C(7258118400000000)); /* 2200 */
        if (!bad && laminar_row_push(row) == LAMINAR_OK)
            atomic_fetch_add(&s->rows, 1);
    }
    laminar_writer_free(w);
    atomic_fetch_add(&s->failures, bad != 0);
    return NULL;
}

/* Whoever pushes a row that is refused is told so, also while other threads have the database. */
static void test_refused_among_others(void **state)
{
    Shared s = {.db = *state};
    pthread_t pusher[2];
    assert_int_equal(
        laminar_execute(s.db,
                        "CREATE SOURCE strict (v BIGINT, ts TIMESTAMP, WATERMARK FOR ts) WITH (future_rows = 'error');"
                        "CREATE TABLE t (k BIGINT, v BIGINT); INSERT INTO t SELECT i % 5, i FROM generate_series(1, 20000) AS g(i)",
                        NULL),
        LAMINAR_OK);
    for (size_t i = 0; i < sizeof(pusher) / sizeof(*pusher); i++)
        pthread_create(&pusher[i], NULL, push_from_far, &s);
    for (int i = 0; i < 50; i++)
        assert_int_equal(laminar_execute(s.db, "SELECT k, count(*), sum(v) FROM t GROUP BY k", NULL), LAMINAR_OK);
    atomic_store(&s.stop, true);
    for (size_t i = 0; i < sizeof(pusher) / sizeof(*pusher); i++)
        pthread_join(pusher[i], NULL);
    assert_int_equal(atomic_load(&s.rows), 0);
    assert_int_equal(atomic_load(&s.failures), 0);
}

#define N_ARRAYS 40

/* That many, or until it is told to stop. */
static void push_many(Shared *s, int n_arrays)
{
    LaminarWriter *w = NULL;
    LaminarQueryResult *rows = NULL;
    LaminarRecordBatch *batch = NULL;
    int32_t bad =
        laminar_query(s->db, "SELECT i % 7, 'text number ' || i, repeat('x', i % 20) FROM generate_series(1, 1000) g(i)", &rows);
    size_t n_rows = 0;
    bad = bad || laminar_result_get_batch(rows, 0, &batch);
    bad = bad || laminar_batch_num_rows(batch, &n_rows);
    bad = bad || laminar_writer_create(s->db, "t", &w);
    int64_t n_pushed = 0;
    for (int i = 0; i < n_arrays && !bad && !atomic_load(&s->stop); i++) {
        struct ArrowArray array;
        struct ArrowSchema schema;
        bad = laminar_batch_export_views(batch, &array, &schema);
        bad = bad || laminar_writer_push(w, &array, &schema, NULL);
        schema.release(&schema);
        n_pushed += (int64_t)n_rows;
    }
    laminar_batch_free(batch);
    laminar_result_free(rows);
    laminar_writer_free(w);
    atomic_fetch_add(&s->rows, n_pushed);
    atomic_fetch_add(&s->failures, bad != 0 || n_rows < 300);
}

static void *push_arrays(void *p)
{
    push_many(p, N_ARRAYS);
    return NULL;
}

static void *push_on(void *p)
{
    push_many(p, INT_MAX);
    return NULL;
}

/* Statements come in between pushes that never pause, instead of working for who pushes as long as that goes on. */
static void test_statements_among_pushes(void **state)
{
    Shared s = {.db = *state};
    pthread_t pusher[2];
    char want[64];
    run(s.db, "CREATE SOURCE t (k BIGINT, a TEXT, b TEXT); CREATE TABLE z (a INT);"
              "CREATE MATERIALIZED VIEW m AS SELECT k, b, count(*) AS n, max(a) AS a FROM t GROUP BY k, b");
    for (size_t i = 0; i < 2; i++)
        pthread_create(&pusher[i], NULL, push_on, &s);
    while (atomic_load(&s.failures) == 0 && strcmp(rows_of(s.db, "SELECT count(*) FROM m"), "0;") == 0)
        sched_yield();
    int64_t from = now_ms();
    for (int i = 0; i < 100; i++)
        run(s.db, i % 10 ? "SELECT * FROM z" : "CREATE OR REPLACE VIEW v AS SELECT * FROM z");
    assert_true(now_ms() - from < PATIENCE_MS); /* one tenth of a second, on a quiet machine */
    atomic_store(&s.stop, true);
    for (size_t i = 0; i < 2; i++)
        pthread_join(pusher[i], NULL);
    assert_int_equal(atomic_load(&s.failures), 0);
    snprintf(want, sizeof(want), "%lld;", (long long)atomic_load(&s.rows));
    assert_string_equal(rows_of(s.db, "SELECT sum(n) FROM m"), want);
}

/* The threads of the operators look at arrays, too, while other threads push and ask. */
static void test_arrays_by_team(void **state)
{
    Shared s = {.db = *state};
    pthread_t pusher[3], asker;
    char want[64];
    run(s.db, "CREATE SOURCE t (k BIGINT, a TEXT, b TEXT)");
    run(s.db, "SET threads = 3");
    run(s.db, "CREATE MATERIALIZED VIEW m AS SELECT k, count(*) AS n, max(a) AS a FROM t GROUP BY k");
    pthread_create(&asker, NULL, query_view, &s);
    for (size_t i = 0; i < 3; i++)
        pthread_create(&pusher[i], NULL, push_arrays, &s);
    for (size_t i = 0; i < 3; i++)
        pthread_join(pusher[i], NULL);
    atomic_store(&s.stop, true);
    pthread_join(asker, NULL);
    assert_int_equal(atomic_load(&s.failures), 0);
    snprintf(want, sizeof(want), "%lld|text number 99;", (long long)atomic_load(&s.rows));
    assert_string_equal(rows_of(s.db, "SELECT sum(n), max(a) FROM m"), want);
}

typedef struct Speaker {
    LaminarConnection *db;
    const char *const *sql; /* in turn, by one thread; ends with NULL */
    _Atomic int *crowd;     /* those who are not done */
} Speaker;

/* What fails says so; what succeeds is whole. */
static void *speak(void *p)
{
    Speaker *s = p;
    for (int i = 0; i < 150; i++) {
        for (size_t k = 0; s->sql[k]; k++) {
            LaminarQueryResult *r = NULL;
            (void)laminar_execute(s->db, s->sql[k], &r);
            laminar_result_free(r);
        }
    }
    atomic_fetch_sub(s->crowd, 1);
    return NULL;
}

static void ask_inside(void *user, LaminarRecordBatch *batch, int32_t event)
{
    (void)event;
    (void)laminar_execute(user, "SELECT 1", NULL); /* refused, and waits for nobody */
    laminar_batch_free(batch);
}

/* A statement that was bound before a table was altered, dropped or made anew, or before a transaction of another thread. */
static void test_definitions_change(void **state)
{
    LaminarConnection *db = *state;
    static const char *const sql[5][7] = {
        {"ALTER TABLE t DROP COLUMN w", "ALTER TABLE t ADD COLUMN w TEXT", "ALTER TABLE t ALTER COLUMN w TYPE VARCHAR(9)",
         "DROP TABLE t", "CREATE TABLE t (id INT PRIMARY KEY, w TEXT)"},
        {"INSERT INTO t VALUES (1, 'a') ON CONFLICT DO NOTHING", "INSERT INTO t SELECT g, 'b' FROM generate_series(1, 50) g",
         "UPDATE t SET w = w || 'c' WHERE id < (SELECT max(id) FROM t)", "DELETE FROM t WHERE id > 20", "TRUNCATE t"},
        {"SELECT * FROM t", "SELECT a.w, count(*) FROM t a JOIN t b ON a.id = b.id GROUP BY 1", "SELECT sum(id) FROM t",
         "WITH c AS (DELETE FROM t WHERE id = 3 RETURNING *) INSERT INTO t SELECT id + 100, w FROM c"},
        {"BEGIN", "INSERT INTO t VALUES (7, 'x')", "UPDATE t SET id = id + 1000", "ROLLBACK", "SET memory_limit = '200MB'",
         "SET memory_limit = 'off'"},
        {"INSERT INTO u SELECT id, w FROM t", "INSERT INTO u VALUES (1, 'z')", "DELETE FROM u"}};
    Speaker s[5];
    pthread_t t[5];
    LaminarSubscriptionHandle *h = NULL;
    _Atomic int crowd = 5;
    run(db, "CREATE TABLE t (id INT PRIMARY KEY, w TEXT); CREATE TABLE u (id INT, w TEXT)");
    OK(laminar_subscribe_callback(db, "u", ask_inside, NULL, db, &h));
    for (size_t i = 0; i < 5; i++) {
        s[i] = (Speaker){db, sql[i], &crowd};
        pthread_create(&t[i], NULL, speak, &s[i]);
    }
    for (size_t i = 0; i < 5; i++)
        pthread_join(t[i], NULL);
    laminar_subscription_free(h);
    (void)laminar_execute(db, "ROLLBACK", NULL);
    run(db, "DROP TABLE IF EXISTS t; CREATE TABLE t (id INT, w TEXT); INSERT INTO t VALUES (1, 'whole')");
    ROWS(db, "SELECT * FROM t", "1|whole;");
}

/* ---- what the database says of itself, while it changes ---- */

static void *observe(void *p)
{
    static const char *const relations[] = {"queries", "operators",     "parts", "rings",     "budgets",      "latencies",
                                            "metrics", "memory",        "state", "threads",   "watermarks",   "sources",
                                            "streams", "subscriptions", "sinks", "relations", "dag_topology", "columns"};
    Shared *s = p;
    for (size_t i = 0; !atomic_load(&s->stop); i++) {
        char sql[160];
        LaminarQueryResult *r = NULL;
        snprintf(sql, sizeof(sql), "SELECT * FROM laminar_%s", relations[i % (sizeof(relations) / sizeof(*relations))]);
        atomic_fetch_add(&s->failures, laminar_query(s->db, sql, &r) != LAMINAR_OK);
        laminar_result_free(r);
        atomic_fetch_add(&s->rows, 1);
    }
    return NULL;
}

static void *make_and_drop(void *p)
{
    Shared *s = p;
    for (int i = 0; !atomic_load(&s->stop); i++) {
        char sql[400];
        LaminarSubscription *sub = NULL;
        LaminarChange c;
        snprintf(
            sql, sizeof(sql),
            "CREATE STREAM x%d AS SELECT k, v FROM t WHERE v > 5; CREATE MATERIALIZED VIEW y%d AS SELECT k, sum(v) AS s FROM x%d "
            "GROUP BY k; CREATE SINK z%d FROM y%d",
            i, i, i, i, i);
        atomic_fetch_add(&s->failures, laminar_execute(s->db, sql, NULL) != LAMINAR_OK);
        snprintf(sql, sizeof(sql), "y%d", i);
        atomic_fetch_add(&s->failures, laminar_subscribe(s->db, sql, NULL, &sub) != LAMINAR_OK);
        for (int k = 0; k < 10; k++)
            (void)laminar_subscription_next(sub, 1, &c);
        laminar_subscription_release(sub);
        snprintf(sql, sizeof(sql), "DROP SINK z%d; DROP MATERIALIZED VIEW y%d; DROP STREAM x%d", i, i, i);
        atomic_fetch_add(&s->failures, laminar_execute(s->db, sql, NULL) != LAMINAR_OK);
        atomic_fetch_add(&s->sum, 1);
    }
    return NULL;
}

/* The system relations are read while rows come, queries are made and dropped and their operators run on three threads. */
static void test_observed_while_it_changes(void **state)
{
    Shared s = {.db = *state};
    pthread_t other[3], writer[2];
    run(s.db, "SET threads = 3; SET parallel_rows = 1; CREATE SOURCE t (k BIGINT, v BIGINT); "
              "CREATE MATERIALIZED VIEW m AS SELECT k, count(*) AS n FROM t GROUP BY k");
    assert_int_equal(pthread_create(&other[0], NULL, observe, &s), 0);
    assert_int_equal(pthread_create(&other[1], NULL, observe, &s), 0);
    assert_int_equal(pthread_create(&other[2], NULL, make_and_drop, &s), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&writer[i], NULL, write_rows, &s), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(writer[i], NULL);
    while (atomic_load(&s.rows) < 60 || atomic_load(&s.sum) < 3)
        usleep(1000);
    atomic_store(&s.stop, true);
    for (int i = 0; i < 3; i++)
        pthread_join(other[i], NULL);
    assert_int_equal(s.failures, 0);
    ROWS(s.db, "SELECT rows_in FROM laminar_operators WHERE query = 'm' AND operator = 'hash_agg'", "6000;");
    ROWS(s.db, "SELECT sum(rows_in) FROM laminar_parts WHERE query = 'm' AND operator = 'hash_agg'", "6000;");
    ROWS(s.db, "SELECT count(*) FROM laminar_rings", "1;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {DB_TEST(test_everything_at_once),
                                       DB_TEST(test_cancel_while_rows_come),
                                       cmocka_unit_test(test_close_while_rows_come),
                                       cmocka_unit_test(test_close_while_others_wait),
                                       DB_TEST(test_interrupt_without_input),
                                       DB_TEST(test_interrupt_in_a_row),
                                       DB_TEST(test_reader_comes_later),
                                       DB_TEST(test_reader_never_comes),
                                       DB_TEST(test_refused_among_others),
                                       DB_TEST(test_arrays_by_team),
                                       DB_TEST(test_definitions_change),
                                       DB_TEST(test_statements_among_pushes),
                                       DB_TEST(test_observed_while_it_changes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
