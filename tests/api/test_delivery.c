/* SPDX-License-Identifier: Apache-2.0
 *
 * Delivery of changes: starts (latest, snapshot, epoch, time), policies of a slow reader, demand, batching, pause, filters, several
 * changes at once.  test_subscription.c has the life of subscriptions. */
#include "api_test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

typedef struct Log {
    char text[8192];
    _Atomic int calls; /* counted last: who sees it sees the text */
    int errors, completed;
    int32_t code;
    LaminarSubscription *sub;
} Log;

static const char *const kinds[] = {"", "mark;", "begin;", "snap:", "end;", "over;"};

static void log_change(void *user_data, const LaminarChange *c)
{
    Log *l = user_data;
    strcat(l->text, kinds[c->kind]);
    if (c->gap_rows)
        sprintf(l->text + strlen(l->text), "gap%d;", (int)c->gap_rows);
    if (c->batch)
        batch_add_text(c->batch, l->text, sizeof(l->text));
    l->calls++;
}

static bool log_each(void *user_data, const LaminarChange *c)
{
    log_change(user_data, c);
    return true;
}

static void log_error(void *user_data, int32_t code, const char *message)
{
    Log *l = user_data;
    assert_non_null(message);
    l->errors++;
    l->code = code;
}

static void log_complete(void *user_data, int32_t status, void *result)
{
    Log *l = user_data;
    assert_null(result);
    l->completed += status == LAMINAR_OK;
}

static LaminarSubscription *open_sub(LaminarConnection *db, const char *what, LaminarSubscribeOptions o)
{
    LaminarSubscription *sub = NULL;
    o.size = sizeof(o);
    if (laminar_subscribe(db, what, &o, &sub) != LAMINAR_OK)
        fail_msg("%s in subscribe %s", laminar_last_error(), what);
    return sub;
}

/* Everything that is there, as text. */
static const char *drain(LaminarSubscription *sub)
{
    static Log l;
    l = (Log){0};
    size_t n = 1;
    while (n > 0)
        OK(laminar_subscription_poll_each(sub, 100, log_each, &l, &n));
    return l.text;
}
#define GIVES(sub, expected) assert_string_equal(drain(sub), expected)

/* ---- starts ---- */

static void test_start_of_tables(void **state)
{
    LaminarConnection *db = *state;
    run(db, "CREATE TABLE t (k INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 10)");
    LaminarSubscription *preset = open_sub(db, "t", (LaminarSubscribeOptions){0});
    LaminarSubscription *latest = open_sub(db, "t", (LaminarSubscribeOptions){.start = LAMINAR_START_LATEST});
    LaminarSubscription *snapshot = open_sub(db, "t", (LaminarSubscribeOptions){.start = LAMINAR_START_SNAPSHOT});
    LaminarSubscription *query =
        open_sub(db, "SELECT k, v FROM t WHERE v < 100", (LaminarSubscribeOptions){.start = LAMINAR_START_SNAPSHOT});
    LaminarSubscription *sum = open_sub(db, "SELECT sum(v) FROM t", (LaminarSubscribeOptions){.start = LAMINAR_START_LATEST});
    run(db, "INSERT INTO t VALUES (2, 20); UPDATE t SET v = 11 WHERE k = 1");
    GIVES(preset, "snap:1|10;2|20;-1:1|10;1|11;");
    GIVES(latest, "2|20;-1:1|10;1|11;");
    GIVES(snapshot, "begin;snap:1|10;end;2|20;-1:1|10;1|11;");
    GIVES(query, "begin;snap:1|10;end;2|20;-1:1|10;1|11;");
    GIVES(sum, "-1:10;30;-1:30;31;"); /* the state is there, its result is not told again */
    LaminarSubscription *all[] = {preset, latest, snapshot, query, sum};
    for (size_t i = 0; i < 5; i++)
        laminar_subscription_release(all[i]);
}

static void test_start_of_sources_and_streams(void **state)
{
    LaminarConnection *db = *state;
    LaminarSubscription *sub = NULL;
    LaminarSubscribeOptions o = {.size = sizeof(o), .start = LAMINAR_START_SNAPSHOT};
    run(db, "CREATE SOURCE s (v INT); CREATE STREAM q AS SELECT v FROM s; INSERT INTO s VALUES (1), (2)");
    LaminarSubscription *kept = open_sub(db, "s", o), *query = open_sub(db, "SELECT v + 1 AS x FROM s", o);
    LaminarSubscription *preset = open_sub(db, "s", (LaminarSubscribeOptions){0});
    FAILS(400, laminar_subscribe(db, "q", &o, &sub)); /* a stream keeps nothing */
    expect_error(LAMINAR_ERR_QUERY, "55000");
    run(db, "INSERT INTO s VALUES (3)");
    GIVES(kept, "begin;snap:1;2;end;3;");
    GIVES(query, "begin;snap:2;3;end;4;");
    GIVES(preset, "3;");
    laminar_subscription_release(kept);
    laminar_subscription_release(query);
    laminar_subscription_release(preset);
}

static uint64_t epoch_now(LaminarConnection *db)
{
    uint64_t epoch = 0;
    OK(laminar_current_epoch(db, &epoch));
    return epoch;
}

static void test_epochs(void **state)
{
    LaminarConnection *db = *state;
    LaminarSubscription *none = NULL;
    LaminarChange c;
    run(db, "CREATE SOURCE s (v INT); CREATE STREAM q AS SELECT v FROM s WITH (retain_history = '1MiB')");
    run(db, "INSERT INTO s VALUES (1); INSERT INTO s VALUES (2)");
    uint64_t two = epoch_now(db);
    run(db, "INSERT INTO s VALUES (3)");
    LaminarSubscribeOptions o = {.size = sizeof(o), .start = LAMINAR_START_EPOCH, .from_epoch = two};
    LaminarSubscription *sub = open_sub(db, "q", o);
    o.filter = "v <> 4";
    LaminarSubscription *filtered = open_sub(db, "q", o);
    run(db, "INSERT INTO s VALUES (4)");
    OK(laminar_subscription_next(sub, 0, &c));
    uint64_t three = c.epoch;
    assert_true(three > two);
    GIVES(sub, "4;");
    GIVES(filtered, "3;");
    laminar_subscription_release(sub);
    laminar_subscription_release(filtered);
    sub = open_sub(db, "q", (LaminarSubscribeOptions){.start = LAMINAR_START_EPOCH, .from_epoch = three}); /* where it was left */
    GIVES(sub, "4;");
    laminar_subscription_release(sub);
    o = (LaminarSubscribeOptions){.size = sizeof(o), .start = LAMINAR_START_EPOCH, .from_epoch = epoch_now(db) + 100};
    FAILS(401, laminar_subscribe(db, "q", &o, &none));
    expect_error(LAMINAR_ERR_INTERNAL, "22023");
    o.from_epoch = 0;
    FAILS(400, laminar_subscribe(db, "s", &o, &none)); /* keeps no history */
    sub = open_sub(db, "q", (LaminarSubscribeOptions){.start = LAMINAR_START_TIMESTAMP, .from_timestamp_us = 0});
    GIVES(sub, "1;2;3;4;");
    laminar_subscription_release(sub);
}

typedef struct Sum { /* the integral of the changes of a view: total weight and weighted values */
    int64_t n, total;
    uint64_t epoch;
} Sum;

static bool add_change(void *user_data, const LaminarChange *c)
{
    Sum *s = user_data;
    s->epoch = c->epoch;
    assert_int_equal(c->gap_rows, 0);
    for (size_t r = 0; r < c->num_rows; r++) {
        int32_t w = 0;
        const char *text = NULL;
        OK(laminar_batch_weight(c->batch, r, &w));
        OK(laminar_batch_text(c->batch, r, 1, &text, NULL));
        s->n += w;
        s->total += w * atoll(text);
    }
    return true;
}

static void add_all(LaminarSubscription *sub, Sum *s)
{
    for (size_t n = 1; n > 0;)
        OK(laminar_subscription_poll_each(sub, 7, add_change, s, &n));
}

/* Whatever the start, and however often the reader comes back with its last epoch, what it has seen adds up to the content. */
static void test_no_gap_no_duplicate(void **state)
{
    LaminarConnection *db = *state;
    Sum kept = {0}, asked = {0}, resumed = {0};
    unsigned seed = 12345;
    run(db, "CREATE TABLE t (k INT PRIMARY KEY, g INT, v INT)");
    run(db, "CREATE MATERIALIZED VIEW w AS SELECT g, sum(v) AS v FROM t GROUP BY g WITH (retain_history = '4MiB')");
    LaminarSubscription *whole = open_sub(db, "w", (LaminarSubscribeOptions){.start = LAMINAR_START_SNAPSHOT}), *late = NULL,
                        *again = NULL;
    for (int i = 0; i < 300; i++) {
        char sql[160];
        unsigned k = (seed = seed * 1103515245u + 12345u) >> 16 & 31;
        snprintf(sql, sizeof(sql),
                 i % 3 == 2 ? "DELETE FROM t WHERE k = %u"
                            : "INSERT INTO t VALUES (%u, %u, %d) ON CONFLICT (k) DO UPDATE SET v = excluded.v",
                 k, k % 5, i * 7 % 100);
        run(db, sql);
        if (i == 100)
            late = open_sub(db, "SELECT * FROM w WHERE g >= 0", (LaminarSubscribeOptions){.start = LAMINAR_START_SNAPSHOT});
        if (i % 20 == 0) {
            again = open_sub(db, "w", (LaminarSubscribeOptions){.start = LAMINAR_START_EPOCH, .from_epoch = resumed.epoch});
            add_all(again, &resumed);
            laminar_subscription_release(again);
        }
        if (i % 50 == 7)
            add_all(whole, &kept);
    }
    add_all(whole, &kept);
    add_all(late, &asked);
    again = open_sub(db, "w", (LaminarSubscribeOptions){.start = LAMINAR_START_EPOCH, .from_epoch = resumed.epoch});
    add_all(again, &resumed);
    char actual[64];
    const Sum *sums[] = {&kept, &asked, &resumed};
    const char *expected = rows_of(db, "SELECT count(*), sum(v) FROM w");
    for (int i = 0; i < 3; i++) {
        snprintf(actual, sizeof(actual), "%lld|%lld;", (long long)sums[i]->n, (long long)sums[i]->total);
        assert_string_equal(actual, expected);
    }
    laminar_subscription_release(whole);
    laminar_subscription_release(late);
    laminar_subscription_release(again);
}

/* ---- a slow reader ---- */

static void push_each(LaminarConnection *db, int from, int to)
{
    for (int i = from; i <= to; i++) {
        char sql[64];
        snprintf(sql, sizeof(sql), "INSERT INTO s VALUES (%d)", i);
        run(db, sql);
    }
}

static void test_drop_newest(void **state)
{
    LaminarConnection *db = *state;
    run(db, "CREATE SOURCE s (v INT)");
    LaminarSubscription *sub =
        open_sub(db, "s", (LaminarSubscribeOptions){.overflow = LAMINAR_OVERFLOW_DROP_NEWEST, .buffer_bytes = 1});
    push_each(db, 1, 3); /* one is always taken in */
    GIVES(sub, "1;");
    push_each(db, 4, 4);
    GIVES(sub, "gap2;4;");
    LaminarSubscriptionStats st = {.size = sizeof(st)};
    OK(laminar_subscription_stats(sub, &st));
    assert_int_equal(st.dropped_rows, 2);
    assert_int_equal(st.rows, 2);
    assert_int_equal(st.rows_in, 4);
    laminar_subscription_release(sub);
}

static void test_drop_oldest_keeps_the_snapshot(void **state)
{
    LaminarConnection *db = *state;
    run(db, "CREATE TABLE s (v INT); INSERT INTO s VALUES (1), (2)");
    LaminarSubscription *sub = open_sub(db, "s", (LaminarSubscribeOptions){.start = LAMINAR_START_SNAPSHOT, .buffer_bytes = 1});
    push_each(db, 3, 6);
    GIVES(sub, "begin;snap:1;2;end;gap3;6;");
    laminar_subscription_release(sub);
}

static void test_conflate(void **state)
{
    LaminarConnection *db = *state;
    LaminarSubscription *none = NULL;
    LaminarSubscribeOptions o = {.size = sizeof(o), .overflow = LAMINAR_OVERFLOW_CONFLATE};
    run(db, "CREATE SOURCE s (k INT, v INT); CREATE STREAM sums AS SELECT k, sum(v) AS v FROM s GROUP BY k");
    FAILS(401, laminar_subscribe(db, "s", &o, &none)); /* no key */
    LaminarSubscription *sub = open_sub(db, "sums", o);
    run(db, "INSERT INTO s VALUES (1, 1); INSERT INTO s VALUES (1, 2), (2, 5); INSERT INTO s VALUES (1, 3)");
    GIVES(sub, "1|6;2|5;");
    run(db, "INSERT INTO s VALUES (1, 1); INSERT INTO s VALUES (1, 1); INSERT INTO s VALUES (2, 0)");
    GIVES(sub, "-1:1|6;1|8;"); /* key 2 has not changed */
    laminar_subscription_release(sub);
}

static void test_sample(void **state)
{
    LaminarConnection *db = *state;
    LaminarSubscription *none = NULL;
    LaminarSubscribeOptions o = {.size = sizeof(o), .sample = 3};
    run(db, "CREATE SOURCE s (v INT)");
    LaminarSubscription *sub = open_sub(db, "s", o);
    run(db, "INSERT INTO s VALUES (1), (2); INSERT INTO s VALUES (3), (4), (5), (6), (7)");
    GIVES(sub, "1;4;7;");
    FAILS(401, laminar_subscribe(db, "SELECT count(*) FROM s", &o, &none));
    laminar_subscription_release(sub);
}

/* ---- backpressure ---- */

typedef struct Pusher {
    LaminarConnection *db;
    _Atomic int pushed;
    int32_t code;
    int n;
} Pusher;

static void *push_rows(void *p)
{
    Pusher *x = p;
    for (int i = 1; i <= x->n && x->code == LAMINAR_OK; i++) {
        x->code = laminar_execute(x->db, "INSERT INTO s VALUES (7)", NULL);
        atomic_fetch_add(&x->pushed, x->code == LAMINAR_OK);
    }
    return NULL;
}

static void wait_until_stuck(Pusher *x)
{
    for (int before = -1; before != atomic_load(&x->pushed) || before == 0; usleep(20000))
        before = atomic_load(&x->pushed);
}

static void test_block(void **state)
{
    LaminarConnection *db = *state;
    pthread_t t;
    Pusher x = {.db = db, .n = 200};
    LaminarChange change;
    uint64_t rows = 0;
    run(db, "CREATE SOURCE s (v INT); CREATE STREAM q AS SELECT v FROM s");
    LaminarSubscription *sub =
        open_sub(db, "q", (LaminarSubscribeOptions){.overflow = LAMINAR_OVERFLOW_BLOCK, .buffer_bytes = 4096});
    assert_int_equal(pthread_create(&t, NULL, push_rows, &x), 0);
    wait_until_stuck(&x);
    assert_in_range(atomic_load(&x.pushed), 1, 100);
    while (rows < 200 && laminar_subscription_next(sub, PATIENCE_MS, &change) == LAMINAR_OK) {
        assert_int_equal(change.gap_rows, 0);
        rows += change.num_rows;
    }
    pthread_join(t, NULL);
    assert_int_equal(rows, 200);
    assert_int_equal(x.code, LAMINAR_OK);
    laminar_subscription_release(sub);
}

/* The thread that reads is not made to wait for itself. */
static void test_block_of_the_reader(void **state)
{
    LaminarConnection *db = *state;
    int32_t code = LAMINAR_OK;
    run(db,
        "CREATE SOURCE s (v INT); CREATE TABLE t (v INT); CREATE MATERIALIZED VIEW w AS SELECT v FROM s UNION ALL SELECT v FROM t");
    LaminarSubscription *sub = open_sub(db, "w", (LaminarSubscribeOptions){.overflow = LAMINAR_OVERFLOW_BLOCK, .buffer_bytes = 1});
    for (int i = 0; i < 3 && code == LAMINAR_OK; i++)
        code = laminar_execute(db, "INSERT INTO s VALUES (1)", NULL);
    assert_int_equal(code, 300);
    expect_error(LAMINAR_ERR_INGESTION, "LM031");
    FAILS(300, laminar_execute(db, "INSERT INTO t VALUES (1)", NULL));
    (void)drain(sub);
    run(db, "INSERT INTO s VALUES (1)");
    laminar_subscription_release(sub);
    run(db, "INSERT INTO s VALUES (1); INSERT INTO t VALUES (1)");
}

/* What the source says holds for who pushes into it. */
static void test_reject_and_drop(void **state)
{
    LaminarConnection *db = *state;
    LaminarSubscribeOptions block = {.overflow = LAMINAR_OVERFLOW_BLOCK, .buffer_bytes = 1};
    LaminarChange change;
    run(db, "CREATE SOURCE r (v INT) WITH (backpressure = 'reject'); CREATE STREAM qr AS SELECT v FROM r;"
            "CREATE SOURCE d (v INT) WITH (backpressure = 'drop_oldest'); CREATE STREAM qd AS SELECT v FROM d");
    LaminarSubscription *sub = open_sub(db, "qr", block);
    run(db, "INSERT INTO r VALUES (1)");
    FAILS(300, laminar_execute(db, "INSERT INTO r VALUES (2)", NULL));
    expect_error(LAMINAR_ERR_INGESTION, "LM031");
    GIVES(sub, "1;");
    run(db, "INSERT INTO r VALUES (3)");
    GIVES(sub, "3;");
    laminar_subscription_release(sub);
    sub = open_sub(db, "qd", block);
    for (int i = 0; i < 5; i++)
        run(db, "INSERT INTO d VALUES (4)");
    OK(laminar_subscription_next(sub, 5000, &change));
    assert_int_equal(change.gap_rows, 4);
    assert_int_equal(change.num_rows, 1);
    laminar_subscription_release(sub);
}

/* A sink in memory says what holds for subscribers that do not say it. */
static void test_sink_in_memory(void **state)
{
    LaminarConnection *db = *state;
    LaminarChange change;
    run(db, "CREATE SOURCE s (v INT); CREATE SINK k FROM s WHERE v > 1 WITH (buffer_size = 4, backpressure = 'drop_oldest');"
            "CREATE SINK b FROM s WITH (buffer_size = 4)");
    LaminarSubscription *sub = open_sub(db, "k", (LaminarSubscribeOptions){0});
    for (int i = 0; i < 3; i++)
        run(db, "INSERT INTO s VALUES (1), (2), (3)");
    OK(laminar_subscription_next(sub, 5000, &change));
    assert_int_equal(change.gap_rows, 2);
    assert_int_equal(change.num_rows, 2);
    laminar_subscription_release(sub);
    sub = open_sub(db, "b", (LaminarSubscribeOptions){0});
    run(db, "INSERT INTO s VALUES (1), (2), (3), (4)");
    FAILS(300, laminar_execute(db, "INSERT INTO s VALUES (5)", NULL));
    GIVES(sub, "1;2;3;4;");
    run(db, "INSERT INTO s VALUES (5)");
    laminar_subscription_release(sub);
}

static void test_block_ends(void **state)
{
    LaminarConnection *db = *state;
    pthread_t t;
    run(db, "CREATE SOURCE s (v INT)");
    for (int how = 0; how < 2; how++) {
        Pusher x = {.db = db, .n = 20};
        LaminarSubscription *sub =
            open_sub(db, "s", (LaminarSubscribeOptions){.overflow = LAMINAR_OVERFLOW_BLOCK, .buffer_bytes = 1});
        assert_int_equal(pthread_create(&t, NULL, push_rows, &x), 0);
        wait_until_stuck(&x);
        if (how == 0)
            OK(laminar_subscription_close(sub));
        else
            run(db, "DROP SOURCE s");
        pthread_join(t, NULL);
        assert_true(how == 0 ? x.code == LAMINAR_OK && x.pushed == 20 : x.code != LAMINAR_OK);
        laminar_subscription_release(sub);
    }
    run(db, "CREATE SOURCE s (v INT)");
    LaminarSubscribeOptions o = {.overflow = LAMINAR_OVERFLOW_BLOCK, .buffer_bytes = 1, .block_timeout_ms = 30};
    LaminarSubscription *sub = open_sub(db, "s", o);
    Pusher x = {.db = db, .n = 20};
    assert_int_equal(pthread_create(&t, NULL, push_rows, &x), 0);
    pthread_join(t, NULL);
    assert_int_equal(x.code, 300);
    laminar_subscription_release(sub);
}

static void test_close_with_a_blocked_push(void **state)
{
    (void)state;
    LaminarConnection *db = NULL;
    pthread_t t;
    OK(laminar_open(&db));
    run(db, "CREATE SOURCE s (v INT)");
    LaminarSubscription *sub = open_sub(db, "s", (LaminarSubscribeOptions){.overflow = LAMINAR_OVERFLOW_BLOCK, .buffer_bytes = 1});
    LaminarWriter *w = NULL;
    LaminarRow *row = NULL;
    OK(laminar_writer_create(db, "s", &w));
    Pusher x = {.db = db, .n = 20};
    assert_int_equal(pthread_create(&t, NULL, push_rows, &x), 0);
    wait_until_stuck(&x);
    OK(laminar_row_begin(w, &row));
    OK(laminar_subscription_close(sub)); /* the connection's handle is not used by two threads beyond laminar_close */
    pthread_join(t, NULL);
    OK(laminar_close(db));
    assert_int_equal(x.code, LAMINAR_OK);
    laminar_writer_free(w);
    laminar_subscription_release(sub);
}

/* ---- callbacks held back ---- */

static void test_demand(void **state)
{
    LaminarConnection *db = *state;
    Log l = {0};
    run(db, "CREATE SOURCE s (v INT)");
    LaminarSubscription *sub =
        open_sub(db, "s", (LaminarSubscribeOptions){.on_change = log_change, .user_data = &l, .demand = true});
    run(db, "INSERT INTO s VALUES (1), (2), (3); INSERT INTO s VALUES (4)");
    assert_string_equal(l.text, "");
    OK(laminar_subscription_request(sub, 2));
    assert_string_equal(l.text, "1;2;");
    OK(laminar_subscription_request(sub, 3));
    assert_string_equal(l.text, "1;2;3;4;");
    run(db, "INSERT INTO s VALUES (5), (6)");
    assert_string_equal(l.text, "1;2;3;4;5;");
    OK(laminar_subscription_request(sub, UINT64_MAX));
    run(db, "INSERT INTO s VALUES (7)");
    assert_string_equal(l.text, "1;2;3;4;5;6;7;");
    laminar_subscription_release(sub);
    sub = open_sub(db, "s", (LaminarSubscribeOptions){0});
    FAILS(400, laminar_subscription_request(sub, 1));
    laminar_subscription_release(sub);
}

static void ask_for_more(void *user_data, const LaminarChange *c)
{
    Log *l = user_data;
    log_change(l, c);
    OK(laminar_subscription_request(l->sub, 1));
}

static void test_demand_inside(void **state)
{
    LaminarConnection *db = *state;
    Log l = {0};
    run(db, "CREATE SOURCE s (v INT)");
    l.sub = open_sub(db, "s", (LaminarSubscribeOptions){.on_change = ask_for_more, .user_data = &l, .demand = true});
    run(db, "INSERT INTO s VALUES (1), (2), (3)");
    OK(laminar_subscription_request(l.sub, 1));
    assert_string_equal(l.text, "1;2;3;");
    assert_int_equal(l.calls, 3);
    laminar_subscription_release(l.sub);
}

static void test_pause(void **state)
{
    LaminarConnection *db = *state;
    Log l = {0};
    run(db, "CREATE SOURCE s (v INT)");
    LaminarSubscription *sub = open_sub(db, "s", (LaminarSubscribeOptions){.on_change = log_change, .user_data = &l});
    LaminarSubscription *polled = open_sub(db, "s", (LaminarSubscribeOptions){0});
    push_each(db, 1, 1);
    OK(laminar_subscription_pause(sub));
    OK(laminar_subscription_pause(polled));
    push_each(db, 2, 3);
    assert_string_equal(l.text, "1;");
    GIVES(polled, "");
    OK(laminar_subscription_resume(sub));
    OK(laminar_subscription_resume(polled));
    assert_string_equal(l.text, "1;2;3;");
    GIVES(polled, "1;2;3;");
    push_each(db, 4, 4);
    assert_string_equal(l.text, "1;2;3;4;");
    laminar_subscription_release(sub);
    laminar_subscription_release(polled);
}

static void test_batching(void **state)
{
    LaminarConnection *db = *state;
    Log l = {0};
    LaminarSubscribeOptions o = {.on_change = log_change, .user_data = &l, .batch_rows = 3, .batch_delay_us = 3600 * SEC};
    run(db, "CREATE SOURCE s (v INT, t TEXT)");
    LaminarSubscription *sub = open_sub(db, "s", o);
    for (int i = 0; i < 7; i++)
        run(db, "INSERT INTO s VALUES (1, NULL)");
    assert_int_equal(l.calls, 2);
    assert_string_equal(l.text, "1|NULL;1|NULL;1|NULL;1|NULL;1|NULL;1|NULL;");
    laminar_subscription_release(sub);
    l = (Log){0};
    o.batch_delay_us = 2000;
    sub = open_sub(db, "SELECT count(*) AS n FROM s", o);
    run(db, "INSERT INTO s VALUES (2, 'a text longer than twelve bytes')");
    for (int64_t end = now_ms() + PATIENCE_MS; now_ms() < end && l.calls == 0;) {
        pause_ms(10); /* the worker gives it when the time has come; a statement orders what it wrote before what we read */
        run(db, "SHOW SOURCES");
    }
    assert_string_equal(l.text, "1;");
    laminar_subscription_release(sub);
}

/* ---- filters ---- */

static void test_filter_and_columns(void **state)
{
    LaminarConnection *db = *state;
    Log l = {0};
    LaminarSubscription *none = NULL;
    LaminarSubscribeOptions bad = {.size = sizeof(bad), .filter = "nothing > 1"};
    run(db, "CREATE SOURCE s (a INT, b INT)");
    LaminarSubscription *sub = open_sub(db, "s",
                                        (LaminarSubscribeOptions){.filter = "10 / a > 1",
                                                                  .columns = "b, a + 1 AS c",
                                                                  .on_change = log_change,
                                                                  .on_error = log_error,
                                                                  .user_data = &l});
    LaminarSubscription *query = open_sub(db, "SELECT a + b AS x FROM s", (LaminarSubscribeOptions){.filter = "x > 5"});
    run(db, "INSERT INTO s VALUES (4, 1), (0, 2), (NULL, 3), (20, 4), (5, 5)");
    assert_string_equal(l.text, "1|5;5|6;");
    assert_int_equal(l.errors, 1); /* division by zero: told, counted, and the rest goes on */
    GIVES(query, "24;10;");
    LaminarSubscriptionStats st = {.size = sizeof(st)};
    OK(laminar_subscription_stats(sub, &st));
    assert_int_equal(st.errors, 1);
    assert_true(st.active);
    FAILS(401, laminar_subscribe(db, "s", &bad, &none));
    expect_error(LAMINAR_ERR_INTERNAL, "42703");
    laminar_subscription_release(sub);
    laminar_subscription_release(query);
}

static void test_folded(void **state)
{
    LaminarConnection *db = *state;
    LaminarChange c;
    run(db, "CREATE TABLE t (k INT PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')");
    LaminarSubscription *sub = open_sub(db, "t", (LaminarSubscribeOptions){.start = LAMINAR_START_LATEST, .fold_updates = true});
    run(db, "UPDATE t SET v = v || '!' WHERE k < 3");
    OK(laminar_subscription_next(sub, 0, &c));
    assert_int_equal(c.event, LAMINAR_EVENT_UPDATE);
    char text[256] = "";
    batch_add_text(c.batch, text, sizeof(text));
    assert_string_equal(text, "-1:1|a;1|a!;-1:2|b;2|b!;");
    run(db, "DELETE FROM t WHERE k = 3");
    OK(laminar_subscription_next(sub, 0, &c));
    assert_int_equal(c.event, LAMINAR_EVENT_DELETE);
    run(db, "INSERT INTO t VALUES (9, NULL)");
    OK(laminar_subscription_next(sub, 0, &c));
    assert_int_equal(c.event, LAMINAR_EVENT_INSERT);
    FAILS(502, laminar_subscription_next(sub, 0, &c));
    laminar_subscription_release(sub);
}

/* ---- several at once, ends ---- */

static void test_next_many(void **state)
{
    LaminarConnection *db = *state;
    LaminarChange c[4];
    size_t n = 0;
    run(db, "CREATE SOURCE s (v INT)");
    LaminarSubscription *sub = open_sub(db, "s", (LaminarSubscribeOptions){0});
    FAILS(502, laminar_subscription_next_many(sub, 0, c, 4, &n));
    push_each(db, 1, 6);
    OK(laminar_subscription_next_many(sub, 0, c, 4, &n));
    assert_int_equal(n, 4);
    for (size_t i = 0; i < n; i++) { /* all are valid at once */
        char text[16] = "", expected[16];
        snprintf(expected, sizeof(expected), "%d;", (int)i + 1);
        batch_add_text(c[i].batch, text, sizeof(text));
        assert_string_equal(text, expected);
        assert_int_equal(c[i].sequence, i + 1);
        assert_true(i == 0 || c[i].epoch > c[i - 1].epoch);
    }
    OK(laminar_subscription_next_many(sub, 0, c, 4, &n));
    assert_int_equal(n, 2);
    laminar_subscription_release(sub);
}

static void test_completion(void **state)
{
    LaminarConnection *db = *state;
    Log l = {0};
    LaminarSubscribeOptions o = {.on_change = log_change, .on_error = log_error, .on_complete = log_complete, .user_data = &l};
    LaminarSubscription *sub = open_sub(db, "SELECT 1 AS one", o);
    assert_string_equal(l.text, "1;");
    assert_int_equal(l.completed, 1);
    laminar_subscription_release(sub);
    l = (Log){0};
    run(db, "CREATE SOURCE s (v INT)");
    sub = open_sub(db, "s", o);
    run(db, "DROP SOURCE s");
    assert_int_equal(l.completed, 0);
    assert_int_equal(l.errors, 1);
    assert_int_equal(l.code, LAMINAR_API_SUBSCRIPTION_CLOSED);
    laminar_subscription_release(sub);
}

static void test_wrong_options(void **state)
{
    LaminarConnection *db = *state;
    LaminarSubscription *sub = NULL;
    run(db, "CREATE SOURCE s (v INT)");
    const LaminarSubscribeOptions wrong[] = {
        {.overflow = 9},        {.overflow = -1},     {.start = 17},
        {.demand = true},       {.batch_rows = 5},    {.on_change = log_change, .batch_rows = 100000},
        {.batch_delay_us = -1}, {.buffer_bytes = -1}, {.on_change = log_change, .batch_rows = 2, .demand = true}};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        LaminarSubscribeOptions o = wrong[i];
        o.size = sizeof(o);
        FAILS(401, laminar_subscribe(db, "s", &o, &sub));
        expect_error(LAMINAR_ERR_INTERNAL, "22023");
    }
    LaminarSubscribeOptions old = {.size = offsetof(LaminarSubscribeOptions, on_complete), .start = 17}; /* beyond its size */
    OK(laminar_subscribe(db, "s", &old, &sub));
    laminar_subscription_release(sub);
}

static void test_ten_thousand(void **state)
{
    LaminarConnection *db = *state;
    enum { N = 10000 };
    LaminarSubscription **sub = calloc(N, sizeof(*sub));
    LaminarChange c;
    run(db, "CREATE SOURCE s (v INT)");
    for (int i = 0; i < N; i++)
        sub[i] = open_sub(db, "s", (LaminarSubscribeOptions){.overflow = i % 2, .on_change = NULL});
    run(db, "INSERT INTO s VALUES (1), (2)");
    for (int i = 0; i < N; i += 3) {
        laminar_subscription_release(sub[i]);
        sub[i] = NULL;
    }
    run(db, "INSERT INTO s VALUES (3)");
    for (int i = 0; i < N; i++) {
        for (int k = 0; sub[i] && k < 2; k++) {
            OK(laminar_subscription_next(sub[i], 0, &c));
            assert_int_equal(c.num_rows, k == 0 ? 2 : 1);
        }
        laminar_subscription_release(sub[i]);
    }
    free(sub);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DB_TEST(test_start_of_tables),
        DB_TEST(test_start_of_sources_and_streams),
        DB_TEST(test_epochs),
        DB_TEST(test_no_gap_no_duplicate),
        DB_TEST(test_drop_newest),
        DB_TEST(test_drop_oldest_keeps_the_snapshot),
        DB_TEST(test_conflate),
        DB_TEST(test_sample),
        DB_TEST(test_block),
        DB_TEST(test_block_of_the_reader),
        DB_TEST(test_reject_and_drop),
        DB_TEST(test_sink_in_memory),
        DB_TEST(test_block_ends),
        cmocka_unit_test(test_close_with_a_blocked_push),
        DB_TEST(test_demand),
        DB_TEST(test_demand_inside),
        DB_TEST(test_pause),
        DB_TEST(test_batching),
        DB_TEST(test_filter_and_columns),
        DB_TEST(test_folded),
        DB_TEST(test_next_many),
        DB_TEST(test_completion),
        DB_TEST(test_wrong_options),
        DB_TEST(test_ten_thousand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
