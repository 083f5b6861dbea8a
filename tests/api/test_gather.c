/* SPDX-License-Identifier: Apache-2.0
 *
 * Small pushes that nobody listens behind go through the queries together.  Two databases get the same rows in the same calls; in
 * one of them a subscription makes every push a step of its own, and whatever is read in the other has to be the same. */
#include "api_test.h"

static uint64_t seed;
static uint32_t draw(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 20) % n;
}

typedef struct Side {
    LaminarConnection *db;
    LaminarWriter *s, *t;
    LaminarSubscription *sub[2];
} Side;

static void ignore_change(void *self, const LaminarChange *change)
{
    (void)self;
    (void)change;
}

static LaminarSubscription *listen_to(LaminarConnection *db, const char *name)
{
    LaminarSubscribeOptions o = {.size = sizeof(o), .on_change = ignore_change};
    LaminarSubscription *sub = NULL;
    OK(laminar_subscribe(db, name, &o, &sub));
    return sub;
}

#define SOURCES                                                                                                                    \
    "CREATE SOURCE s (k BIGINT, v BIGINT, name TEXT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '2' SECOND);"                 \
    "CREATE SOURCE t (k BIGINT NOT NULL, ts TIMESTAMP NOT NULL, WATERMARK FOR ts AS ts);"
#define QUIET_QUERIES                                                                                                              \
    "CREATE MATERIALIZED VIEW totals AS SELECT k, count(*) AS n, sum(v) AS v, min(name) AS name FROM s GROUP BY k;"                \
    "CREATE MATERIALIZED VIEW over_totals AS SELECT n, count(*) AS m FROM totals GROUP BY n;"                                      \
    "CREATE STREAM closed AS SELECT k, TUMBLE_START(ts, INTERVAL '5' SECOND) AS w, count(*) AS n, max(v) AS v FROM s "             \
    "GROUP BY k, TUMBLE(ts, INTERVAL '5' SECOND);"                                                                                 \
    "CREATE STREAM picked AS SELECT k, 100 / v AS x, name FROM s WHERE k <> 3;"                                                    \
    "CREATE MATERIALIZED VIEW of_t AS SELECT k, count(*) AS n FROM t GROUP BY k"

static void side_open(Side *side, const char *queries)
{
    OK(laminar_open(&side->db));
    run(side->db, SOURCES);
    run(side->db, queries);
    OK(laminar_writer_create(side->db, "s", &side->s));
    OK(laminar_writer_create(side->db, "t", &side->t));
}

static void side_close(Side *side)
{
    laminar_writer_free(side->s);
    laminar_writer_free(side->t);
    for (int i = 0; i < 2; i++)
        laminar_subscription_release(side->sub[i]);
    OK(laminar_close(side->db));
}

typedef struct Fields {
    int64_t k, v, ts;
    const char *name;
    bool null_v;
} Fields;

static void put_row(LaminarWriter *w, const Fields *f, bool now)
{
    LaminarRow *row = NULL;
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_i64(row, 0, f->k));
    if (!f->null_v)
        OK(laminar_row_i64(row, 1, f->v));
    if (f->name)
        OK(laminar_row_text(row, 2, f->name, strlen(f->name)));
    OK(laminar_row_timestamp(row, 3, f->ts));
    OK(now ? laminar_row_push(row) : laminar_row_end(row));
}

static void put_time(LaminarWriter *w, int64_t k, int64_t ts)
{
    LaminarRow *row = NULL;
    OK(laminar_row_begin(w, &row));
    OK(laminar_row_i64(row, 0, k));
    OK(laminar_row_timestamp(row, 1, ts));
    OK(laminar_row_push(row));
}

static int64_t steps_of(LaminarConnection *db)
{
    return strtoll(rows_of(db, "SELECT value FROM laminar_metrics WHERE metric = 'steps'"), NULL, 10);
}

static void expect_same(const Side *a, const Side *b, const char *sql)
{
    char *text = strdup(rows_of(a->db, sql));
    assert_non_null(text);
    assert_string_equal(rows_of(b->db, sql), text);
    free(text);
}

static const char *const looks[] = {
    "SELECT * FROM totals ORDER BY k",
    "SELECT * FROM over_totals ORDER BY n",
    "SELECT * FROM closed ORDER BY k, w",
    "SELECT k, name FROM picked WHERE k = 1",
    "SELECT sqlstate, row_json FROM \"picked$errors\" WHERE event_time > TIMESTAMP '1970-01-01 00:04:00'",
    "SELECT * FROM of_t ORDER BY k",
    "SELECT * FROM s WHERE k = 2",
    "SELECT count(*), max(ts) FROM t",
};

static void push_random(Side *side, uint32_t n_sides, int64_t *clock)
{
    static const char *const names[] = {"a", "some text that is longer than twelve bytes", NULL, ""};
    uint32_t what = draw(40), n = what == 0 ? 1 + draw(100) : 1;
    for (uint32_t i = 0; i < n; i++) {
        *clock += draw(200) * 1000;
        Fields f = {.k = draw(5), .v = draw(7), .ts = *clock - draw(4000) * 1000, .name = names[draw(4)], .null_v = draw(9) == 0};
        for (uint32_t k = 0; k < n_sides; k++) {
            if (what == 1)
                put_time(side[k].t, f.k, f.ts);
            else if (what == 2)
                OK(laminar_writer_watermark(side[k].s, f.ts));
            else
                put_row(side[k].s, &f, what != 0);
        }
    }
    for (uint32_t k = 0; k < n_sides && what == 0; k++)
        OK(laminar_writer_flush(side[k].s));
}

static void test_same_answers(void **state)
{
    (void)state;
    for (uint64_t run_of = 1; run_of <= 4; run_of++) {
        seed = run_of * UINT64_C(0x9e3779b97f4a7c15);
        Side side[2] = {0};
        int64_t clock = 100 * SEC;
        side_open(&side[0], QUIET_QUERIES);
        side_open(&side[1], QUIET_QUERIES);
        side[1].sub[0] = listen_to(side[1].db, "s");
        side[1].sub[1] = listen_to(side[1].db, "t");
        for (int i = 0; i < 2500; i++) {
            push_random(side, 2, &clock);
            if (draw(120) == 0)
                expect_same(&side[0], &side[1], looks[draw(sizeof(looks) / sizeof(*looks))]);
        }
        for (size_t i = 0; i < sizeof(looks) / sizeof(*looks); i++)
            expect_same(&side[0], &side[1], looks[i]);
        int64_t wm[2];
        for (int k = 0; k < 2; k++)
            OK(laminar_writer_current_watermark(side[k].s, &wm[k]));
        assert_int_equal(wm[0], wm[1]);
        assert_true(steps_of(side[0].db) * 4 < steps_of(side[1].db));
        side_close(&side[0]);
        side_close(&side[1]);
    }
}

/* Steps that `n` pushes of one row take behind which `queries` are. */
static int64_t steps_for(const char *queries, const char *listen, int n)
{
    Side side = {0};
    side_open(&side, queries);
    side.sub[0] = listen ? listen_to(side.db, listen) : NULL;
    int64_t before = steps_of(side.db);
    for (int i = 0; i < n; i++)
        put_row(side.s, &(Fields){.k = i % 3, .v = 1, .ts = 100 * SEC + i}, true);
    int64_t after = steps_of(side.db);
    side_close(&side);
    return after - before;
}

/* How many pushes find a step under way is a matter of time: the least of some runs. */
static int64_t least_steps_for(const char *queries, const char *listen, int n)
{
    int64_t least = INT64_MAX;
    for (int i = 0; i < 10 && least > n / 2; i++) {
        int64_t steps = steps_for(queries, listen, n);
        least = steps < least ? steps : least;
    }
    return least;
}

/* Whoever could tell the difference gets every push. */
static void test_who_gets_every_push(void **state)
{
    (void)state;
    assert_in_range(least_steps_for(QUIET_QUERIES, NULL, 200), 1, 100);
    assert_in_range(least_steps_for("SELECT 1", NULL, 200), 1, 100);
    assert_int_equal(steps_for(QUIET_QUERIES, "totals", 200), 200);
    assert_int_equal(steps_for(QUIET_QUERIES, "over_totals", 200), 200);
    assert_int_equal(steps_for(QUIET_QUERIES, "closed", 200), 200);
    assert_int_equal(steps_for(QUIET_QUERIES, "picked$errors", 200), 200);
    assert_in_range(least_steps_for(QUIET_QUERIES, "of_t", 200), 1, 100);
    assert_int_equal(steps_for("CREATE STREAM c AS SELECT k, count(*) AS n FROM s GROUP BY k EMIT CHANGES", NULL, 200), 200);
    assert_int_equal(
        steps_for("CREATE MATERIALIZED VIEW m AS SELECT s.k, t.k AS t FROM s JOIN t ON s.k = t.k AND s.ts BETWEEN t.ts "
                  "AND t.ts + INTERVAL '1' SECOND",
                  NULL, 200),
        200);
}

/* Changes of one row each are kept where a stream tells them. */
static void test_changes_are_kept(void **state)
{
    (void)state;
    Side side = {0};
    side_open(&side, "CREATE STREAM c AS SELECT k, count(*) AS n FROM s GROUP BY k EMIT CHANGES");
    for (int i = 0; i < 3; i++)
        put_row(side.s, &(Fields){.k = 1, .v = 1, .ts = SEC}, true);
    assert_string_equal(rows_of(side.db, "SELECT max(n), count(*) FROM c"), "3|1;");
    side_close(&side);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_answers),
        cmocka_unit_test(test_who_gets_every_push),
        cmocka_unit_test(test_changes_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
