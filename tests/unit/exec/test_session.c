/* SPDX-License-Identifier: Apache-2.0
 *
 * Session aggregate against a naive model that keeps all rows and cuts them by gaps: random disorder, deletes, marks and lateness
 * in all emit modes, batches split at random, output cut at random; the example of merging; nothing is left at the end. */
#include "exec/agg_gen.h"

#define N_KEYS 3
#define ROWS_MAX 4000
typedef struct Model {
    InRow row[ROWS_MAX]; /* net weights */
    uint32_t n;
    int64_t wm, lateness, gap;
    uint64_t late;
    ZSet closed; /* results of sessions that have gone */
} Model;

static int cmp_ts(const void *a, const void *b)
{
    const InRow *x = a, *y = b;
    int by_key = (x->k > y->k) - (x->k < y->k);
    return by_key ? by_key : (x->ts > y->ts) - (x->ts < y->ts);
}

static void session_text(const InRow *row, uint32_t n, int64_t gap, const uint32_t *which, uint32_t n_calls, StrBuf *s)
{
    char text[2][CALENDAR_TEXT_MAX];
    timestamp_print(row[0].ts, text[0]);
    timestamp_print(row[n - 1].ts + gap, text[1]);
    sb_clear(s);
    key_text(row[0].k, s);
    sb_printf(s, "|%s|%s", text[0], text[1]);
    for (uint32_t c = 0; c < n_calls; c++) {
        sb_putc(s, '|');
        model_call(&calls[which[c]], row, n, s);
    }
}

/* One past the session that begins at i; rows are sorted. */
static uint32_t session_end_of(const Model *m, uint32_t i)
{
    uint32_t e = i + 1;
    while (e < m->n && m->row[e].k == m->row[i].k && m->row[e].ts - m->row[e - 1].ts < m->gap)
        e++;
    return e;
}

/* Sessions of the model that end at or before limit: their texts; they go when `drop`. */
static void model_sessions(Model *m, int64_t limit, bool drop, const uint32_t *which, uint32_t n_calls, ZSet *ret)
{
    StrBuf s;
    uint32_t kept = 0;
    sb_init(&s, NULL);
    qsort(m->row, m->n, sizeof(InRow), cmp_ts);
    for (uint32_t i = 0, e; i < m->n; i = e) {
        e = session_end_of(m, i);
        bool ended = m->row[e - 1].ts + m->gap <= limit;
        if (ended) {
            session_text(m->row + i, e - i, m->gap, which, n_calls, &s);
            zset_add(ret, sb_cstr(&s), 1);
        }
        for (uint32_t r = i; r < e && !(ended && drop); r++)
            m->row[kept++] = m->row[r];
    }
    if (drop)
        m->n = kept;
    sb_done(&s);
}

static void model_add(Model *m, const InRow *r)
{
    bool joins = false;
    if (r->ts == NONE)
        return;
    for (uint32_t i = 0; i < m->n; i++)
        joins |= m->row[i].k == r->k && llabs(m->row[i].ts - r->ts) < m->gap;
    if (!joins && m->wm != INT64_MIN && r->ts + m->gap + m->lateness <= m->wm) {
        m->late++;
        return;
    }
    for (uint32_t i = 0; i < m->n; i++) {
        InRow *o = &m->row[i];
        if (o->k == r->k && o->x == r->x && o->s == r->s && o->b == r->b && o->ts == r->ts) {
            o->w += r->w;
            if (o->w == 0)
                *o = m->row[--m->n];
            return;
        }
    }
    assert_true(m->n < ROWS_MAX);
    m->row[m->n++] = *r;
}

typedef struct Run {
    Bench b;
    AggNode a;
    Model *m;
    Rng r;
    uint64_t seed;
    OutputMode mode;
    uint32_t which[6], n;
    bool retractable;
} Run;

static void push_rows(Run *run, const InRow *row, uint32_t n)
{
    for (uint32_t at = 0; at < n;) {
        uint32_t some = 1 + rng_below(&run->r, 20);
        some = MIN(some, n - at);
        Input in = input_make(run->b.input.schema, row + at, some, &run->r);
        bench_push(&run->b, in.b);
        input_done(&in);
        assert_int_equal(run->b.rc, 0);
        at += some;
    }
}

static uint32_t random_rows(Run *run, int64_t now, InRow *ret)
{
    Rng *r = &run->r;
    uint32_t n = 0, n_in = rng_below(r, 20);
    for (uint32_t i = 0; i < n_in; i++) {
        InRow row = {.k = rng_below(r, 8) ? (int64_t)rng_below(r, N_KEYS) : NONE,
                     .x = rng_below(r, 6) ? (int64_t)rng_below(r, 7) - 3 : NONE,
                     .s = (int)rng_below(r, (uint32_t)N_TEXTS + 1) - 1,
                     .b = (int)rng_below(r, 3) - 1,
                     .ts = rng_below(r, 20) ? now - (int64_t)rng_below(r, 60) : NONE,
                     .w = 1};
        model_add(run->m, &row);
        ret[n++] = row;
    }
    for (uint32_t i = rng_below(r, 20); run->retractable && i > 0 && run->m->n > 0; i--) {
        InRow d = run->m->row[rng_below(r, run->m->n)];
        d.w = -1;
        model_add(run->m, &d);
        ret[n++] = d;
    }
    return n;
}

/* What has been given: in CLOSE modes the closed sessions; else all there are. ON WATERMARK also what was given and has grown. */
static void check(Run *run)
{
    Model *m = run->m;
    ZSet want = {0};
    bool close = run->mode == OUTPUT_ON_WINDOW_CLOSE || run->mode == OUTPUT_FINAL;
    bool by_mark = run->mode == OUTPUT_ON_WATERMARK;
    int64_t gone = m->wm == INT64_MIN ? INT64_MIN : m->wm == INT64_MAX ? INT64_MAX : m->wm - m->lateness;
    model_sessions(m, gone, true, run->which, run->n, &m->closed);
    for (size_t i = 0; i < m->closed.n; i++)
        zset_add(&want, m->closed.row[i].text, m->closed.row[i].w);
    if (by_mark && m->lateness > 0) {
        ZSet all = {0};
        model_sessions(m, INT64_MAX, false, run->which, run->n, &all);
        for (size_t i = 0; i < m->closed.n; i++)
            zset_add(&all, m->closed.row[i].text, m->closed.row[i].w);
        model_sessions(m, m->wm, false, run->which, run->n, &want);
        for (size_t i = 0; i < run->b.out.n; i++) { /* whatever was given early is right */
            zset_add(&all, run->b.out.row[i].text, -run->b.out.row[i].w);
            bool wanted = false;
            for (size_t k = 0; k < want.n; k++)
                wanted |= strcmp(want.row[k].text, run->b.out.row[i].text) == 0;
            if (!wanted)
                zset_add(&want, run->b.out.row[i].text, run->b.out.row[i].w);
        }
        for (size_t i = 0; i < all.n; i++)
            assert_true(all.row[i].w > 0);
        zset_done(&all);
    } else if (!close && !by_mark) {
        model_sessions(m, INT64_MAX, false, run->which, run->n, &want);
    }
    zset_assert_equal(&run->b.out, &want, output_mode_name(run->mode), run->seed);
    zset_done(&want);
    assert_int_equal(run->b.n_late, m->late);
    assert_int_equal(run->b.op->c.late, m->late);
}

static void run_open(Run *run, Schema *schema, RowErrorPolicy policy)
{
    bench_init(&run->b, schema, policy);
    agg_node_make(&run->b, &run->a, run->which, run->n, true, true, run->retractable);
    run->a.agg.node.kind = PHYS_SESSION_AGG;
    run->a.agg.emit = run->mode;
    run->a.agg.lateness_us = run->m->lateness;
    run->a.agg.window = (TimeWindow){.kind = WINDOW_SESSION, .gap_us = run->m->gap};
    if (run->mode == OUTPUT_FINAL)
        run->m->lateness = 0;
    bench_open(&run->b, &run->a.agg.node);
    run->b.append_only = run->mode == OUTPUT_ON_WINDOW_CLOSE || run->mode == OUTPUT_FINAL;
    run->b.room = 1 + rng_below(&run->r, 20);
}

static void run_close(Run *run, Schema *schema)
{
    zset_done(&run->m->closed);
    bench_done(&run->b);
    schema_unref(run->a.schema);
    schema_unref(schema);
}

static void one_run(uint64_t seed)
{
    static const OutputMode modes[] = {
        OUTPUT_ON_WINDOW_CLOSE,   OUTPUT_FINAL, OUTPUT_ON_WATERMARK, OUTPUT_ON_UPDATE, OUTPUT_CHANGES,
        OUTPUT_CHANGES_IMMEDIATE, OUTPUT_EVERY};
    static InRow row[128];
    static Model m;
    Run run = {.m = &m, .r = {seed}, .seed = seed};
    Schema *schema = input_schema();
    run.retractable = rng_below(&run.r, 3) != 0;
    run.mode = modes[rng_below(&run.r, ARRAY_LEN(modes))];
    run.n = rng_below(&run.r, 6);
    for (uint32_t i = 0; i < run.n; i++)
        run.which[i] = rng_below(&run.r, rng_below(&run.r, 2) ? 5 : N_CALLS);
    memset(&m, 0, sizeof(m));
    m.wm = INT64_MIN;
    m.gap = 1 + (int64_t)rng_below(&run.r, 12);
    m.lateness = rng_below(&run.r, 2) ? (int64_t)rng_below(&run.r, 25) : 0;
    run_open(&run, schema, ON_ERROR_QUARANTINE);
    int64_t now = -60;
    for (uint32_t step = 0; step < 14; step++) {
        uint32_t n = random_rows(&run, now, row);
        push_rows(&run, row, n);
        bench_step_end(&run.b);
        if (run.mode != OUTPUT_EVERY)
            check(&run);
        if (rng_below(&run.r, 3) == 0) {
            int64_t wm = now - (int64_t)rng_below(&run.r, 40);
            bench_mark(&run.b, wm);
            m.wm = MAX(m.wm, wm);
            if (run.mode != OUTPUT_EVERY)
                check(&run);
        }
        if (run.mode == OUTPUT_EVERY) {
            bench_flush(&run.b, FLUSH_PERIOD);
            check(&run);
        }
        now += rng_below(&run.r, 20);
    }
    if (run.retractable && rng_below(&run.r, 3) == 0) { /* all deleted: nothing is kept */
        uint32_t n = 0;
        for (uint32_t i = 0; i < m.n && n < ARRAY_LEN(row); i++) {
            row[n] = m.row[i];
            row[n++].w = -m.row[i].w;
        }
        bool all = n == m.n;
        for (uint32_t i = 0; i < n; i++)
            model_add(&m, &row[i]);
        push_rows(&run, row, n);
        bench_step_end(&run.b);
        bench_flush(&run.b, FLUSH_PERIOD);
        check(&run);
        if (all)
            assert_int_equal(page_store_pages(run.b.pages), 0);
    }
    bench_mark(&run.b, INT64_MAX);
    m.wm = INT64_MAX;
    assert_int_equal(run.b.last_mark.wm_us, INT64_MAX);
    bench_flush(&run.b, FLUSH_END);
    assert_int_equal(run.b.rc, 0);
    check(&run);
    assert_int_equal(run.b.op->c.state_rows, 0);
    assert_int_equal(page_store_pages(run.b.pages), 0);
    run_close(&run, schema);
}

static void test_random(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 700; seed++)
        one_run(seed);
}

/* Gap 3,000 ms: 1,000 and 5,000 are two sessions, 3,500 makes them [1000, 8000). */
static void test_merge(void **state)
{
    (void)state;
    static Model m;
    Run run = {.m = &m, .r = {1}, .mode = OUTPUT_ON_UPDATE, .n = 1, .which = {3}};
    Schema *schema = input_schema();
    memset(&m, 0, sizeof(m));
    m.wm = INT64_MIN;
    m.gap = 3000000;
    run_open(&run, schema, ON_ERROR_QUARANTINE);
    InRow row[] = {{.k = 1, .x = 10, .s = -1, .b = 1, .ts = 1000000, .w = 1},
                   {.k = 1, .x = 20, .s = -1, .b = 1, .ts = 5000000, .w = 1},
                   {.k = 1, .x = 5, .s = -1, .b = 1, .ts = 3500000, .w = 1},
                   {.k = 1, .x = 7, .s = -1, .b = 1, .ts = 8000000, .w = 1}};
    push_rows(&run, row, 2);
    bench_step_end(&run.b);
    assert_int_equal(run.b.out.n, 2);
    push_rows(&run, row + 2, 1);
    bench_step_end(&run.b);
    assert_int_equal(run.b.out.n, 1);
    assert_string_equal(run.b.out.row[0].text, "1|1970-01-01 00:00:01|1970-01-01 00:00:08|35");
    push_rows(&run, row + 3, 1); /* exactly at the end: the next one */
    bench_step_end(&run.b);
    assert_int_equal(run.b.out.n, 2);
    bench_mark(&run.b, 11000000);
    assert_int_equal(page_store_pages(run.b.pages), 0);
    assert_int_equal(run.b.last_mark.wm_us, 11000000);
    assert_int_equal(run.b.out.n, 2);
    run_close(&run, schema);
}

static void test_extremes(void **state)
{
    (void)state;
    static Model m;
    Run run = {.m = &m, .r = {1}, .mode = OUTPUT_CHANGES, .n = 1, .which = {0}};
    Schema *schema = input_schema();
    memset(&m, 0, sizeof(m));
    m.gap = 10;
    run_open(&run, schema, ON_ERROR_QUARANTINE);
    InRow row[] = {{.k = 1, .ts = INT64_MAX, .w = 1},
                   {.k = 1, .ts = INT64_MIN + 1, .w = 1},
                   {.k = 1, .ts = NONE, .w = 1},
                   {.k = 1, .ts = INT64_MAX - 20, .w = 1},
                   {.k = 1, .ts = INT64_MIN + 20, .w = 1}};
    push_rows(&run, row, 5);
    bench_step_end(&run.b);
    assert_int_equal(run.b.out.n, 2);
    assert_int_equal(run.b.errors.n, 2);
    assert_int_equal(run.b.op->c.null_time, 1);
    bench_mark(&run.b, INT64_MAX);
    assert_int_equal(page_store_pages(run.b.pages), 0);
    run_close(&run, schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
