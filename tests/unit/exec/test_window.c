/* SPDX-License-Identifier: Apache-2.0
 *
 * Window aggregate (tumbling, hopping, cumulating) against a naive model that keeps the rows of every window: random disorder,
 * deletes, marks and lateness in all emit modes; bounds, negative times, the ends of int64, NULL and nanosecond times. */
#include "exec/agg_gen.h"

#define SIZE 10
#define N_WINDOWS 256
typedef struct ModelWindow {
    int64_t start, end;
    InRow row[600];
    uint32_t n;
} ModelWindow;
typedef struct Model {
    ModelWindow win[N_WINDOWS];
    uint32_t n;
    int64_t wm, lateness;
    TimeWindow spec;
    uint64_t late, late_partial;
} Model;

static int64_t floor_to(int64_t t, int64_t unit, int64_t offset)
{
    int64_t start = t - offset;
    while (start % unit != 0)
        start--;
    return start + offset;
}

/* Windows of a time, latest first. */
static uint32_t windows_of(const TimeWindow *w, int64_t ts, ModelWindow *ret)
{
    uint32_t n = 0;
    if (w->kind == WINDOW_CUMULATE) {
        int64_t start = floor_to(ts, w->size_us, w->offset_us);
        for (int64_t end = start + w->size_us; end > ts; end -= w->slide_us, n++)
            ret[n].start = start, ret[n].end = end;
        return n;
    }
    int64_t slide = w->kind == WINDOW_HOP ? w->slide_us : w->size_us;
    for (int64_t start = floor_to(ts, slide, w->offset_us); start + w->size_us > ts; start -= slide, n++)
        ret[n].start = start, ret[n].end = start + w->size_us;
    return n;
}

static void window_add(Model *m, int64_t start, int64_t end, const InRow *r)
{
    uint32_t i = 0;
    while (i < m->n && m->win[i].end != end)
        i++;
    assert_true(i < N_WINDOWS);
    if (i == m->n) {
        m->win[i].start = start;
        m->win[i].end = end;
        m->win[i].n = 0;
        m->n++;
    }
    ModelWindow *w = &m->win[i];
    for (i = 0; i < w->n; i++) {
        InRow *o = &w->row[i];
        if (o->k == r->k && o->x == r->x && o->s == r->s && o->b == r->b && o->ts == r->ts) {
            o->w += r->w;
            if (o->w == 0)
                *o = w->row[--w->n];
            return;
        }
    }
    assert_true(w->n < ARRAY_LEN(w->row));
    w->row[w->n++] = *r;
}

static void model_add(Model *m, const InRow *r)
{
    static ModelWindow of[SIZE + 1];
    if (r->ts == NONE)
        return;
    uint32_t n = windows_of(&m->spec, r->ts, of), n_late = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (m->wm != INT64_MIN && of[i].end + m->lateness <= m->wm)
            n_late++;
        else
            window_add(m, of[i].start, of[i].end, r);
    }
    m->late += n_late == n;
    m->late_partial += n_late > 0 && n_late < n;
}

/* Results of the windows with end <= limit. */
static void model_result(const Model *m, int64_t limit, const uint32_t *which, uint32_t n, ZSet *ret)
{
    static InRow group[600];
    char text[2][CALENDAR_TEXT_MAX];
    StrBuf s;
    sb_init(&s, NULL);
    zset_clear(ret);
    for (uint32_t i = 0; i < m->n; i++) {
        const ModelWindow *w = &m->win[i];
        for (uint32_t a = 0; a < w->n && w->end <= limit; a++) {
            uint32_t g = 0, first = 0;
            while (w->row[first].k != w->row[a].k)
                first++;
            for (uint32_t c = a; first == a && c < w->n; c++)
                if (w->row[c].k == w->row[a].k)
                    group[g++] = w->row[c];
            if (first != a)
                continue;
            timestamp_print(w->start, text[0]);
            timestamp_print(w->end, text[1]);
            sb_clear(&s);
            key_text(w->row[a].k, &s);
            sb_printf(&s, "|%s|%s", text[0], text[1]);
            for (uint32_t c = 0; c < n; c++) {
                sb_putc(&s, '|');
                model_call(&calls[which[c]], group, g, &s);
            }
            zset_add(ret, sb_cstr(&s), 1);
        }
    }
    sb_done(&s);
}

static void push_some(Bench *b, const InRow *row, uint32_t n, Rng *r)
{
    for (uint32_t at = 0; at < n;) {
        uint32_t m = 1 + rng_below(r, 20);
        m = MIN(m, n - at);
        Input in = input_make(b->input.schema, row + at, m, r);
        bench_push(b, in.b);
        input_done(&in);
        assert_int_equal(b->rc, 0);
        at += m;
    }
}

static uint32_t random_rows(Rng *r, Model *m, int64_t now, bool retractable, InRow *ret)
{
    uint32_t n = 0, n_in = rng_below(r, 30);
    for (uint32_t i = 0; i < n_in; i++) {
        InRow row = {.k = rng_below(r, 10) ? (int64_t)rng_below(r, 4) : NONE,
                     .x = rng_below(r, 6) ? (int64_t)rng_below(r, 7) - 3 : NONE,
                     .s = (int)rng_below(r, (uint32_t)N_TEXTS + 1) - 1,
                     .b = (int)rng_below(r, 3) - 1,
                     .ts = rng_below(r, 20) ? now - (int64_t)rng_below(r, 40) : NONE,
                     .w = 1};
        model_add(m, &row);
        ret[n++] = row;
    }
    for (uint32_t i = rng_below(r, 20); retractable && i > 0 && m->n > 0; i--) {
        const ModelWindow *w = &m->win[rng_below(r, m->n)];
        if (w->n == 0 || (m->spec.kind != WINDOW_TUMBLE && m->wm != INT64_MIN && w->end + m->lateness <= m->wm))
            continue; /* a row that is gone may still stand in a window that has closed */
        InRow d = w->row[rng_below(r, w->n)];
        d.w = -1;
        model_add(m, &d);
        ret[n++] = d;
    }
    return n;
}

static void check(Bench *b, const Model *m, OutputMode mode, const uint32_t *which, uint32_t n, uint64_t seed)
{
    ZSet want = {0};
    int64_t limit = INT64_MAX;
    if (mode == OUTPUT_ON_WINDOW_CLOSE || mode == OUTPUT_FINAL)
        limit = m->wm == INT64_MIN ? INT64_MIN : m->wm - m->lateness;
    else if (mode == OUTPUT_ON_WATERMARK)
        limit = m->wm;
    model_result(m, limit, which, n, &want);
    zset_assert_equal(&b->out, &want, "window", seed);
    zset_done(&want);
    assert_int_equal(b->n_late, m->late);
    assert_int_equal(b->op->c.late, m->late);
    assert_int_equal(b->op->c.late_partial, m->late_partial);
}

static TimeWindow random_window(Rng *r)
{
    static const WindowKind kinds[] = {WINDOW_TUMBLE, WINDOW_HOP, WINDOW_HOP, WINDOW_CUMULATE};
    TimeWindow w = {.kind = kinds[rng_below(r, ARRAY_LEN(kinds))], .size_us = SIZE, .offset_us = (int64_t)rng_below(r, 31) - 15};
    if (w.kind == WINDOW_HOP)
        w.slide_us = 2 + (int64_t)rng_below(r, SIZE - 1);
    else if (w.kind == WINDOW_CUMULATE)
        w.slide_us = rng_below(r, 2) ? 5 : 2;
    return w;
}

static void one_run(uint64_t seed)
{
    static const OutputMode modes[] = {
        OUTPUT_ON_WINDOW_CLOSE,   OUTPUT_FINAL, OUTPUT_ON_WATERMARK, OUTPUT_ON_UPDATE, OUTPUT_CHANGES,
        OUTPUT_CHANGES_IMMEDIATE, OUTPUT_EVERY};
    Rng r = {seed};
    Bench b;
    AggNode a;
    static Model m;
    static InRow row[128];
    uint32_t which[6], n = rng_below(&r, 6);
    Schema *schema = input_schema();
    bool retractable = rng_below(&r, 3) != 0;
    OutputMode mode = modes[rng_below(&r, ARRAY_LEN(modes))];
    for (uint32_t i = 0; i < n; i++)
        which[i] = rng_below(&r, N_CALLS);
    bench_init(&b, schema, ON_ERROR_QUARANTINE);
    agg_node_make(&b, &a, which, n, true, true, retractable);
    m = (Model){.wm = INT64_MIN, .lateness = rng_below(&r, 2) ? (int64_t)rng_below(&r, 25) : 0, .spec = random_window(&r)};
    a.agg.emit = mode;
    a.agg.lateness_us = m.lateness;
    a.agg.window = m.spec;
    if (mode == OUTPUT_FINAL)
        m.lateness = 0;
    bench_open(&b, &a.agg.node);
    b.append_only = mode == OUTPUT_ON_WINDOW_CLOSE || mode == OUTPUT_FINAL;
    int64_t now = -60;
    for (uint32_t step = 0; step < 14; step++) {
        uint32_t count = random_rows(&r, &m, now, retractable, row);
        push_some(&b, row, count, &r);
        bench_step_end(&b);
        if (mode != OUTPUT_EVERY)
            check(&b, &m, mode, which, n, seed);
        if (rng_below(&r, 3) == 0) {
            int64_t wm = now - (int64_t)rng_below(&r, 30);
            bench_mark(&b, wm);
            m.wm = MAX(m.wm, wm);
            if (m.wm == wm && b.n_marks > 0)
                assert_true(b.last_mark.wm_us <= wm - m.lateness);
            if (mode != OUTPUT_EVERY)
                check(&b, &m, mode, which, n, seed);
        }
        if (mode == OUTPUT_EVERY && rng_below(&r, 2)) {
            bench_flush(&b, FLUSH_PERIOD);
            check(&b, &m, mode, which, n, seed);
        }
        now += rng_below(&r, 20);
    }
    bench_mark(&b, INT64_MAX);
    m.wm = INT64_MAX;
    assert_int_equal(b.last_mark.wm_us, INT64_MAX);
    bench_flush(&b, FLUSH_END);
    assert_int_equal(b.rc, 0);
    m.lateness = 0;
    check(&b, &m, mode, which, n, seed);
    assert_int_equal(page_store_pages(b.pages), 0);
    bench_done(&b);
    schema_unref(a.schema);
    schema_unref(schema);
}

static void test_random(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 500; seed++)
        one_run(seed);
}

typedef struct Fix {
    Bench b;
    AggNode a;
    Schema *schema;
    Rng r;
} Fix;
static void fix_open(Fix *f, OutputMode mode, int64_t lateness, RowErrorPolicy policy)
{
    const uint32_t which[] = {0};
    f->r = (Rng){3};
    f->schema = input_schema();
    bench_init(&f->b, f->schema, policy);
    agg_node_make(&f->b, &f->a, which, 1, true, true, true);
    f->a.agg.emit = mode;
    f->a.agg.lateness_us = lateness;
    f->a.agg.window = (TimeWindow){.kind = WINDOW_TUMBLE, .size_us = SIZE};
    bench_open(&f->b, &f->a.agg.node);
}
static void fix_push(Fix *f, int64_t ts, int32_t w)
{
    InRow row = {.k = 1, .x = 1, .s = -1, .b = 1, .ts = ts, .w = w};
    push_some(&f->b, &row, 1, &f->r);
}
static void fix_close(Fix *f)
{
    bench_done(&f->b);
    schema_unref(f->a.schema);
    schema_unref(f->schema);
}

/* Late iff W >= end + lateness; a window closes at the same moment. */
static void test_bounds(void **state)
{
    (void)state;
    Fix f;
    fix_open(&f, OUTPUT_ON_WINDOW_CLOSE, 5, ON_ERROR_QUARANTINE);
    fix_push(&f, 9, 1); /* [0, 10) */
    bench_mark(&f.b, 14);
    assert_int_equal(f.b.out.n, 0);
    assert_int_equal(f.b.last_mark.wm_us, 0); /* 14 - 5 lies in [0, 10) */
    fix_push(&f, 0, 1);
    assert_int_equal(f.b.n_late, 0);
    fix_push(&f, -1, 1); /* [-10, 0) ended at 0: 0 + 5 <= 14 */
    assert_int_equal(f.b.n_late, 1);
    bench_mark(&f.b, 15);
    assert_int_equal(f.b.out.n, 1);
    assert_string_equal(f.b.out.row[0].text, "1|1970-01-01 00:00:00|1970-01-01 00:00:00.00001|2");
    assert_int_equal(f.b.last_mark.wm_us, 10);
    fix_push(&f, 9, 1);
    fix_push(&f, 9, -1); /* late deletes go the same way */
    assert_int_equal(f.b.n_late, 3);
    fix_push(&f, 10, 1);
    assert_int_equal(f.b.n_late, 3);
    bench_mark(&f.b, 3); /* never back */
    assert_int_equal(f.b.last_mark.wm_us, 10);
    fix_close(&f);
}

static void test_corrections(void **state)
{
    (void)state;
    Fix f;
    fix_open(&f, OUTPUT_ON_WATERMARK, 5, ON_ERROR_QUARANTINE);
    fix_push(&f, 9, 1);
    bench_step_end(&f.b);
    assert_int_equal(f.b.out.n, 0);
    bench_mark(&f.b, 10);
    assert_int_equal(f.b.out.n, 1);
    uint64_t before = f.b.n_batches;
    fix_push(&f, 8, 1);
    bench_step_end(&f.b);
    assert_int_equal(f.b.n_batches, before + 1); /* -old +new, together */
    assert_string_equal(f.b.out.row[0].text, "1|1970-01-01 00:00:00|1970-01-01 00:00:00.00001|2");
    fix_push(&f, 8, 1);
    fix_push(&f, 8, -1);
    bench_step_end(&f.b);
    assert_int_equal(f.b.n_batches, before + 1); /* nothing changed */
    bench_mark(&f.b, 15);
    assert_int_equal(page_store_pages(f.b.pages), 0);
    assert_int_equal(f.b.out.n, 1);
    fix_close(&f);
}

/* Times whose window cannot be represented are row errors, with the weight of their row. */
static void test_extremes(void **state)
{
    (void)state;
    Fix f;
    static const int64_t bad[] = {INT64_MIN + 1, INT64_MAX, INT64_MAX - 1};
    fix_open(&f, OUTPUT_CHANGES, 0, ON_ERROR_QUARANTINE);
    for (uint32_t i = 0; i < ARRAY_LEN(bad); i++) {
        fix_push(&f, bad[i], 1);
        assert_int_equal(f.b.errors.n, 1);
        assert_int_equal(strncmp(f.b.errors.row[0].text, "22008|", 6), 0);
        fix_push(&f, bad[i], -1);
        assert_int_equal(f.b.errors.n, 0);
    }
    InRow row[] = {{.k = 1, .ts = INT64_MAX - 20, .w = 1},
                   {.k = 1, .ts = INT64_MAX, .w = 1},
                   {.k = 1, .ts = NONE, .w = 1},
                   {.k = 1, .ts = INT64_MIN + 20, .w = 1}};
    push_some(&f.b, row, 4, &f.r);
    bench_step_end(&f.b);
    assert_int_equal(f.b.out.n, 2);
    assert_int_equal(f.b.errors.n, 1);
    assert_int_equal(f.b.op->c.null_time, 1);
    bench_mark(&f.b, INT64_MAX - 1);
    bench_mark(&f.b, INT64_MAX);
    assert_int_equal(page_store_pages(f.b.pages), 0);
    fix_close(&f);
    fix_open(&f, OUTPUT_CHANGES, 0, ON_ERROR_NULL);
    fix_push(&f, INT64_MAX, 1);
    bench_step_end(&f.b);
    assert_int_equal(f.b.errors.n, 0);
    assert_int_equal(f.b.out.n, 0);
    fix_close(&f);
}

/* Many windows and many groups in one mark, in ascending order and cut into pieces. */
static void test_many(void **state)
{
    (void)state;
    Fix f;
    static InRow row[3000];
    fix_open(&f, OUTPUT_ON_WINDOW_CLOSE, 0, ON_ERROR_QUARANTINE);
    for (uint32_t i = 0; i < ARRAY_LEN(row); i++)
        row[i] = (InRow){.k = i % 7, .x = 1, .s = 1, .b = 1, .ts = (int64_t)(i * 7919 % 3000) - 1500, .w = 1};
    Input in = input_make(f.schema, row, 3000, NULL);
    bench_push(&f.b, in.b);
    input_done(&in);
    bench_mark(&f.b, INT64_MAX);
    assert_true(f.b.op->c.more_resumes > 10);
    int64_t total = 0;
    for (size_t i = 0; i < f.b.out.n; i++)
        total += strtoll(strrchr(f.b.out.row[i].text, '|') + 1, NULL, 10);
    assert_int_equal(total, 3000);
    assert_int_equal(page_store_pages(f.b.pages), 0);
    fix_close(&f);
}

/* Input that carries its windows: start and end are the key, also where windows of two sizes end together. */
static void test_prewindowed(void **state)
{
    (void)state;
    Bench b;
    static const char *const names[] = {"s", "e"}, *const out_names[] = {"s", "e", "n"};
    Schema *in = schema_of(names, (Type[]){TYPE(TS), TYPE(TS)}, 2);
    Schema *out = schema_of(out_names, (Type[]){TYPE(TS), TYPE(TS), TYPE(I64)}, 3);
    PhysAggCall call;
    bench_init(&b, in, ON_ERROR_QUARANTINE);
    call_make(&b, &calls[0], false, &call);
    PhysAgg a = {.node = {.kind = PHYS_WINDOW_AGG, .schema = out},
                 .n_aggs = 1,
                 .aggs = &call,
                 .prewindowed = true,
                 .start_col = 0,
                 .end_col = 1,
                 .wm_class = 1,
                 .emit = OUTPUT_ON_WINDOW_CLOSE,
                 .window = {.kind = WINDOW_TUMBLE, .size_us = SIZE}};
    bench_open(&b, &a.node);
    int64_t start[] = {0, 5, 0, 10, 0}, end[] = {10, 10, 10, 20, 10};
    uint64_t valid = 0xf; /* the last has no end */
    Batch *batch = batch_scratch(&b.plan, in, 5);
    batch->col[0].data = start;
    batch->col[1].data = end;
    batch->col[1].valid = &valid;
    bench_push(&b, batch);
    assert_int_equal(b.op->c.null_time, 1);
    bench_mark(&b, 10);
    assert_int_equal(b.out.n, 2);
    assert_string_equal(b.out.row[0].text, "1970-01-01 00:00:00|1970-01-01 00:00:00.00001|2");
    assert_string_equal(b.out.row[1].text, "1970-01-01 00:00:00.000005|1970-01-01 00:00:00.00001|1");
    bench_push(&b, batch);
    assert_int_equal(b.n_late, 3);
    bench_flush(&b, FLUSH_END); /* closes what no mark did */
    assert_int_equal(b.out.n, 3);
    assert_int_equal(b.out.row[2].w, 1);
    assert_int_equal(page_store_pages(b.pages), 0);
    bench_done(&b);
    schema_unref(in);
    schema_unref(out);
}

static void test_refused(void **state)
{
    (void)state;
    Fix f;
    Err err = ERR_INIT;
    Op *op;
    fix_open(&f, OUTPUT_CHANGES, 0, ON_ERROR_QUARANTINE);
    f.a.agg.window.kind = WINDOW_HOP; /* without a slide */
    assert_int_equal(op_new(&f.b.env, &f.a.agg.node, &op, &err), -ERR_WINDOW_SPEC);
    f.a.agg.window = (TimeWindow){.kind = WINDOW_TUMBLE};
    assert_int_equal(op_new(&f.b.env, &f.a.agg.node, &op, &err), -ERR_WINDOW_SPEC);
    fix_close(&f);
}

/* ---- failing allocations ---- */

typedef struct Failing {
    uint64_t n, at;
} Failing;
static int fail_nth(void *self, size_t bytes)
{
    Failing *f = self;
    (void)bytes;
    return ++f->n == f->at;
}

static int script(Bench *b, AggNode *a, Input *in, uint32_t n_in)
{
    a->agg.node.in = b->inputs;
    a->agg.node.n_in = 1;
    TRY(op_new(&b->env, &a->agg.node, &b->op, NULL));
    for (uint32_t i = 0; i < n_in; i++) {
        bench_push(b, in[i].b);
        if (b->rc >= 0)
            bench_step_end(b);
        if (b->rc >= 0)
            bench_mark(b, (int64_t)i * 12 - 20);
        if (b->rc < 0)
            return b->rc;
    }
    bench_flush(b, FLUSH_END);
    return b->rc;
}

static void test_no_memory(void **state)
{
    (void)state;
    static const OutputMode modes[] = {OUTPUT_ON_WINDOW_CLOSE, OUTPUT_ON_WATERMARK, OUTPUT_ON_UPDATE};
    const uint32_t which[] = {1, 3, 6, 10, 16};
    static Model m;
    static InRow row[128];
    Rng r = {77};
    Input in[4];
    Schema *schema = input_schema();
    m = (Model){.wm = INT64_MIN, .spec = {.kind = WINDOW_TUMBLE, .size_us = SIZE}};
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t n = random_rows(&r, &m, (int64_t)i * 15, true, row);
        in[i] = input_make(schema, row, n, &r);
    }
    for (uint32_t k = 0; k < ARRAY_LEN(modes); k++) {
        bool passed = false;
        for (uint64_t at = 1; !passed; at++) {
            Bench b;
            AggNode a;
            Failing f = {0, at};
            bench_init(&b, schema, ON_ERROR_QUARANTINE);
            agg_node_make(&b, &a, which, 5, true, true, true);
            a.agg.emit = modes[k];
            a.agg.lateness_us = 5;
            a.agg.window = (TimeWindow){.kind = WINDOW_TUMBLE, .size_us = SIZE};
            mem_set_hook(fail_nth, &f);
            int rc = script(&b, &a, in, 4);
            mem_set_hook(NULL, NULL);
            passed = f.n < at;
            assert_int_equal(rc, passed || rc >= 0 ? 0 : -ERR_OUT_OF_MEMORY);
            bench_done(&b);
            schema_unref(a.schema);
        }
    }
    for (uint32_t i = 0; i < 4; i++)
        input_done(&in[i]);
    schema_unref(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bounds),      cmocka_unit_test(test_corrections), cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_many),        cmocka_unit_test(test_refused),     cmocka_unit_test(test_random),
        cmocka_unit_test(test_prewindowed), cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
