/* SPDX-License-Identifier: Apache-2.0
 *
 * The operators without groups: source, values, filter, project, union, window assign, sort, limit, emit; their marks and row
 * errors. */
#include "exec/agg_gen.h"

typedef struct Fix {
    Bench b;
    Schema *schema;
    Rng r;
} Fix;
static void fix_init(Fix *f, RowErrorPolicy policy)
{
    f->schema = input_schema();
    f->r = (Rng){7};
    bench_init(&f->b, f->schema, policy);
}
static void fix_done(Fix *f)
{
    bench_done(&f->b);
    schema_unref(f->schema);
}
static void push(Fix *f, const InRow *row, uint32_t n)
{
    Input in = input_make(f->schema, row, n, &f->r);
    bench_push(&f->b, in.b);
    input_done(&in);
}

static void test_source(void **state)
{
    (void)state;
    Fix f;
    static const char *const names[] = {"ts", "k"};
    fix_init(&f, ON_ERROR_QUARANTINE);
    Schema *out = schema_of(names, (Type[]){TYPE(TS), TYPE(I64)}, 2);
    uint32_t cols[] = {COL_TS, COL_K};
    PhysSource p = {.node = {.kind = PHYS_SOURCE, .schema = out}, .name = "s", .n_cols = 2, .cols = cols};
    bench_open(&f.b, &p.node);
    push(&f, (InRow[]){{.k = 3, .ts = 0, .w = -2}, {.k = NONE, .ts = 0, .w = 1}}, 2);
    assert_int_equal(f.b.out.n, 2);
    assert_string_equal(f.b.out.row[0].text, "1970-01-01 00:00:00|3");
    assert_int_equal(f.b.out.row[0].w, -2);
    bench_mark(&f.b, 5);
    assert_int_equal(f.b.last_mark.wm_us, 5);
    fix_done(&f);
    schema_unref(out);
}

static void test_values(void **state)
{
    (void)state;
    Fix f;
    static const char *const names[] = {"v"};
    fix_init(&f, ON_ERROR_QUARANTINE);
    Schema *out = schema_of(names, (Type[]){TYPE(I64)}, 1);
    Expr **rows[20];
    for (uint32_t i = 0; i < 20; i++) {
        rows[i] = ARENA_ARRAY(&f.b.plan, Expr *, 1);
        rows[i][0] = i == 13 ? call_of(&f.b, "/", int_of(&f.b, 1), int_of(&f.b, 0)) : int_of(&f.b, i);
    }
    PhysValues p = {.node = {.kind = PHYS_VALUES, .schema = out}, .n_rows = 20, .rows = rows};
    bench_open(&f.b, &p.node);
    bench_step_end(&f.b);
    bench_flush(&f.b, FLUSH_END);
    assert_int_equal(f.b.rc, 0);
    assert_int_equal(f.b.out.n, 19);
    assert_int_equal(f.b.errors.n, 1);
    assert_string_equal(f.b.errors.row[0].text, "22012|~");
    fix_done(&f);
    schema_unref(out);
}

static void test_filter(void **state)
{
    (void)state;
    for (RowErrorPolicy policy = ON_ERROR_QUARANTINE; policy <= ON_ERROR_NULL; policy++) {
        Fix f;
        fix_init(&f, policy);
        Expr *e = call_of(&f.b, ">", call_of(&f.b, "/", int_of(&f.b, 10), col_of(&f.b, COL_X)), int_of(&f.b, 2));
        PhysFilter p = {.node = {.kind = PHYS_FILTER, .schema = f.schema}, .predicate = e};
        bench_open(&f.b, &p.node);
        push(&f, (InRow[]){{.x = 1, .w = 1}, {.x = 0, .w = -3}, {.x = 9, .w = 1}, {.x = NONE, .w = 1}, {.x = 2, .w = 5}}, 5);
        assert_int_equal(f.b.out.n, 2);
        assert_int_equal(f.b.errors.n, policy == ON_ERROR_QUARANTINE);
        if (policy == ON_ERROR_QUARANTINE)
            assert_int_equal(f.b.errors.row[0].w, -3);
        assert_int_equal(f.b.op->c.errors, 1);
        fix_done(&f);
    }
}

static void test_project(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b", "ts"};
    for (RowErrorPolicy policy = ON_ERROR_QUARANTINE; policy <= ON_ERROR_NULL; policy++) {
        Fix f;
        fix_init(&f, policy);
        Expr *hour = call_of(&f.b, "date_trunc", expr_const(&f.b.plan, &(Value){.type = TYPE(TEXT), .str = STR("hour")}, SPAN_NONE),
                             col_of(&f.b, COL_TS));
        Expr *exprs[] = {col_of(&f.b, COL_K), call_of(&f.b, "/", int_of(&f.b, 10), col_of(&f.b, COL_X)), hour};
        Schema *out = schema_of(names, (Type[]){TYPE(I64), exprs[1]->type, TYPE(TS)}, 3);
        PhysProject p = {.node = {.kind = PHYS_PROJECT, .schema = out}, .n = 3, .exprs = exprs};
        p.node.props.n_wm = 1;
        p.node.props.wm[0] = (WatermarkColumn){2, 1};
        bench_open(&f.b, &p.node);
        push(&f, (InRow[]){{.k = 1, .x = 5, .w = 1}, {.k = 2, .x = 0, .w = -1}}, 2);
        assert_int_equal(f.b.out.n, policy == ON_ERROR_NULL ? 2 : 1);
        assert_int_equal(f.b.errors.n, policy != ON_ERROR_NULL);
        if (policy == ON_ERROR_NULL) {
            assert_string_equal(f.b.out.row[1].text, "2|~|1970-01-01 00:00:00");
            assert_int_equal(f.b.out.row[1].w, -1);
        }
        bench_mark(&f.b, US_PER_HOUR + 5);
        assert_int_equal(f.b.last_mark.wm_us, US_PER_HOUR);
        bench_mark(&f.b, US_PER_HOUR + 7); /* the same hour: nothing new to say */
        assert_int_equal(f.b.n_marks, 1);
        bench_mark_on(&f.b, 0, 9, 4); /* a clock that no column follows */
        assert_int_equal(f.b.last_mark.wm_us, 4);
        bench_mark(&f.b, INT64_MAX);
        assert_int_equal(f.b.last_mark.wm_us, INT64_MAX);
        fix_done(&f);
        schema_unref(out);
    }
}

static void test_union(void **state)
{
    (void)state;
    Fix f;
    fix_init(&f, ON_ERROR_QUARANTINE);
    PhysNode in[3];
    for (uint32_t i = 0; i < 3; i++) {
        in[i] = (PhysNode){.kind = PHYS_SOURCE, .schema = f.schema, .props = {.n_wm = 1, .wm = {{COL_TS, 10 + i}}}};
        f.b.inputs[i] = &in[i];
    }
    PhysUnion p = {.node = {.kind = PHYS_UNION, .schema = f.schema, .n_in = 3, .props = {.n_wm = 1, .wm = {{COL_TS, 20}}}}};
    bench_open(&f.b, &p.node);
    bench_mark_on(&f.b, 0, 10, 100);
    bench_mark_on(&f.b, 1, 11, 50);
    bench_mark_on(&f.b, 1, 10, 70); /* not the clock of that input */
    assert_int_equal(f.b.n_marks, 0);
    bench_mark_on(&f.b, 2, 12, 70);
    assert_int_equal(f.b.last_mark.wm_us, 50);
    assert_int_equal(f.b.last_mark.cls, 20);
    bench_mark_on(&f.b, 1, 11, 90);
    assert_int_equal(f.b.last_mark.wm_us, 70);
    Input i2 = input_make(f.schema, &(InRow){.k = 1, .w = 4}, 1, NULL);
    bench_push_to(&f.b, 2, i2.b);
    input_done(&i2);
    assert_int_equal(f.b.out.row[0].w, 4);
    fix_done(&f);
}

static void test_window_assign(void **state)
{
    (void)state;
    static const char *const names[] = {"k", "x", "s", "b", "ts", "window_start", "window_end"};
    for (RowErrorPolicy policy = ON_ERROR_QUARANTINE; policy <= ON_ERROR_NULL; policy++) {
        Fix f;
        fix_init(&f, policy);
        Schema *out = schema_of(names, (Type[]){TYPE(I64), TYPE(I64), TYPE(TEXT), TYPE(BOOL), TYPE(TS), TYPE(TS), TYPE(TS)}, 7);
        f.b.input.props.n_wm = 1;
        f.b.input.props.wm[0] = (WatermarkColumn){COL_TS, 1};
        PhysWindowAssign p = {.node = {.kind = PHYS_WINDOW_ASSIGN, .schema = out}, .time_col = COL_TS};
        p.window = (TimeWindow){.kind = WINDOW_TUMBLE, .size_us = US_PER_SECOND, .offset_us = -250000};
        bench_open(&f.b, &p.node);
        push(&f, (InRow[]){{.k = 1, .s = -1, .ts = -1, .w = 1}, {.k = 2, .ts = NONE, .w = 1}, {.k = 3, .ts = INT64_MAX, .w = 1}},
             3);
        assert_int_equal(f.b.out.n, policy == ON_ERROR_NULL ? 2 : 1);
        assert_int_equal(f.b.errors.n, policy != ON_ERROR_NULL);
        assert_int_equal(f.b.op->c.null_time, 1);
        assert_string_equal(f.b.out.row[0].text,
                            "1|0|~|f|1969-12-31 23:59:59.999999|1969-12-31 23:59:59.75|1970-01-01 00:00:00.75");
        bench_mark(&f.b, 10);
        assert_int_equal(f.b.last_mark.wm_us, -250000);
        fix_done(&f);
        schema_unref(out);
    }
}

/* Nanoseconds: floor to microseconds, then to the window. */
static void test_nanoseconds(void **state)
{
    (void)state;
    Bench b;
    static const char *const names[] = {"ts"}, *const out_names[] = {"ts", "s", "e"};
    Schema *in = schema_of(names, (Type[]){TYPE(TSNS)}, 1),
           *out = schema_of(out_names, (Type[]){TYPE(TSNS), TYPE(TS), TYPE(TS)}, 3);
    bench_init(&b, in, ON_ERROR_QUARANTINE);
    PhysWindowAssign p = {.node = {.kind = PHYS_WINDOW_ASSIGN, .schema = out}};
    p.window = (TimeWindow){.kind = WINDOW_TUMBLE, .size_us = 1};
    bench_open(&b, &p.node);
    Batch *batch = batch_scratch(&b.plan, in, 2);
    int64_t ns[] = {-1, 1999};
    batch->col[0].data = ns;
    bench_push(&b, batch);
    assert_int_equal(b.out.n, 2);
    assert_non_null(strstr(b.out.row[0].text, "|1969-12-31 23:59:59.999999|1970-01-01 00:00:00"));
    assert_non_null(strstr(b.out.row[1].text, "|1970-01-01 00:00:00.000001|1970-01-01 00:00:00.000002"));
    bench_done(&b);
    schema_unref(in);
    schema_unref(out);
}

/* ---- sort ---- */

static int cmp_expected(const void *a, const void *b)
{
    const InRow *x = a, *y = b; /* k descending nulls last, then arrival */
    int64_t kx = x->k, ky = y->k;
    if (kx != ky)
        return kx > ky ? -1 : 1;
    return (x->ts > y->ts) - (x->ts < y->ts);
}

static void sort_run(uint64_t seed, bool net)
{
    static InRow row[20000];
    Fix f;
    Rng r = {seed};
    fix_init(&f, ON_ERROR_QUARANTINE);
    uint32_t n = 1 + rng_below(&r, net ? 300 : 20000);
    int64_t limit = rng_below(&r, 3) ? (int64_t)rng_below(&r, n + 2) : -1,
            offset = rng_below(&r, 2) ? (int64_t)rng_below(&r, 40) : 0;
    Expr *key[] = {col_of(&f.b, COL_K)};
    bool desc = true, nulls_first = false;
    PhysSort p = {.node = {.kind = PHYS_SORT, .schema = f.schema},
                  .n = 1,
                  .keys = key,
                  .desc = &desc,
                  .nulls_first = &nulls_first,
                  .limit = limit,
                  .offset = offset};
    f.b.input.props.change = net ? CHANGE_ZSET : CHANGE_APPEND;
    f.b.room = 700;
    bench_open(&f.b, &p.node);
    for (uint32_t i = 0; i < n; i++)
        row[i] = (InRow){.k = rng_below(&r, 10) ? (int64_t)rng_below(&r, 50) : NONE,
                         .x = 1,
                         .s = (int)rng_below(&r, 6),
                         .b = 1,
                         .ts = i,
                         .w = 1};
    for (uint32_t at = 0; at < n; at += 1500) {
        push(&f, row + at, MIN(1500, n - at));
        assert_int_equal(f.b.rc, 0);
    }
    if (net) { /* takes every third back, before and after it came */
        uint32_t m = 0;
        for (uint32_t i = 0; i < n; i++) {
            InRow d = row[i];
            d.w = -1;
            if (i % 3 == 0)
                push(&f, &d, 1);
            else
                row[m++] = row[i];
        }
        n = m;
    }
    bench_step_end(&f.b);
    bench_mark(&f.b, 9);
    assert_int_equal(f.b.out.n + f.b.n_marks, 0);
    /* The order: the first column of the output must follow the expected rows one by one. */
    qsort(row, n, sizeof(*row), cmp_expected);
    Out o;
    uint32_t at = (uint32_t)MIN(offset, n), end = limit < 0 ? n : (uint32_t)MIN((int64_t)n, at + limit);
    out_init(&o, &f.b.step, f.b.room);
    int rc = op_flush(f.b.op, FLUSH_END, &o);
    for (;; rc = op_more(f.b.op, &o)) {
        assert_true(rc >= 0);
        for (const OutItem *it = o.first; it; it = it->next) {
            for (uint32_t i = 0; it->batch && i < it->batch->n_sel; i++, at++) {
                Value k = vec_get(&it->batch->col[COL_K], i), ts = vec_get(&it->batch->col[COL_TS], i);
                Value s = vec_get(&it->batch->col[COL_S], i);
                assert_true(at < end);
                assert_int_equal(k.is_null, row[at].k == NONE);
                if (!k.is_null)
                    assert_int_equal(k.i64, row[at].k);
                if (net) /* rows of equal key come in the order of their columns there */
                    continue;
                assert_int_equal(ts.i64, row[at].ts);
                assert_true(str_eq(s.str, str_of(gen_texts[row[at].s])));
            }
        }
        if (rc != OP_MORE)
            break;
        arena_reset(&f.b.step);
        out_init(&o, &f.b.step, f.b.room);
    }
    assert_int_equal(at, MAX(end, (uint32_t)MIN(offset, n)));
    arena_reset(&f.b.step);
    fix_done(&f);
}

static void test_sort(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++)
        sort_run(seed, seed % 3 == 0);
}

static void test_limit(void **state)
{
    (void)state;
    Fix f;
    fix_init(&f, ON_ERROR_QUARANTINE);
    PhysLimit p = {.node = {.kind = PHYS_LIMIT, .schema = f.schema}, .limit = 5, .offset = 2};
    bench_open(&f.b, &p.node);
    push(&f, (InRow[]){{.k = 1, .w = 1}, {.k = 2, .w = 3}, {.k = 3, .w = 1}}, 3); /* 1 2 | 2 2 3 */
    assert_int_equal(f.b.rc, 0);
    push(&f, (InRow[]){{.k = 4, .w = 1}, {.k = 5, .w = 1}, {.k = 6, .w = 1}}, 3);
    assert_int_equal(f.b.rc, OP_DONE);
    int64_t total = 0;
    for (size_t i = 0; i < f.b.out.n; i++)
        total += f.b.out.row[i].w;
    assert_int_equal(total, 5);
    push(&f, (InRow[]){{.k = 7, .w = 1}}, 1);
    assert_int_equal(f.b.rc, OP_DONE);
    assert_int_equal(f.b.out.n, 4);
    op_free(f.b.op);
    f.b.op = NULL;
    f.b.input.props.change = CHANGE_ZSET;
    assert_int_equal(op_new(&f.b.env, &p.node, &f.b.op, NULL), -ERR_UNSUPPORTED);
    fix_done(&f);
}

/* ---- emit ---- */

static void test_emit(void **state)
{
    (void)state;
    static const struct {
        OutputMode mode;
        FlushWhy due;
    } cases[] = {{OUTPUT_ON_UPDATE, FLUSH_STEP}, {OUTPUT_CHANGES, FLUSH_EPOCH}, {OUTPUT_EVERY, FLUSH_PERIOD}};
    for (uint32_t i = 0; i < ARRAY_LEN(cases); i++) {
        Fix f;
        fix_init(&f, ON_ERROR_QUARANTINE);
        PhysEmit p = {.node = {.kind = PHYS_EMIT, .schema = f.schema}, .mode = cases[i].mode, .normalise = true};
        bench_open(&f.b, &p.node);
        InRow a = {.k = 1, .s = 4, .w = 1}, b = {.k = 2, .s = 4, .w = -2}, c = {.k = 3, .s = 0, .w = 1}, minus = a;
        minus.w = -1;
        push(&f, (InRow[]){a, b, c, minus}, 4);
        bench_mark(&f.b, 3);
        assert_int_equal(f.b.out.n + f.b.n_marks, 0);
        for (FlushWhy why = FLUSH_STEP; why < cases[i].due; why++)
            bench_flush(&f.b, why);
        assert_int_equal(f.b.out.n, 0);
        bench_flush(&f.b, cases[i].due);
        assert_int_equal(f.b.out.n, 2);
        assert_int_equal(f.b.out.row[0].w, -2); /* minus rows come first */
        assert_int_equal(f.b.out.row[1].w, 1);
        assert_int_equal(f.b.last_mark.wm_us, 3);
        assert_int_equal(page_store_pages(f.b.pages), 0);
        bench_flush(&f.b, cases[i].due);
        assert_int_equal(f.b.n_batches, 2);
        fix_done(&f);
    }
    Fix f;
    fix_init(&f, ON_ERROR_QUARANTINE);
    PhysEmit p = {.node = {.kind = PHYS_EMIT, .schema = f.schema}, .mode = OUTPUT_FINAL};
    bench_open(&f.b, &p.node);
    push(&f, &(InRow){.k = 1, .w = 1}, 1);
    assert_int_equal(f.b.out.n, 1);
    op_free(f.b.op);
    f.b.op = NULL;
    f.b.input.props.change = CHANGE_ZSET;
    assert_int_equal(op_new(&f.b.env, &p.node, &f.b.op, NULL), -ERR_UNSUPPORTED);
    fix_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_source),      cmocka_unit_test(test_values), cmocka_unit_test(test_filter),
        cmocka_unit_test(test_project),     cmocka_unit_test(test_union),  cmocka_unit_test(test_window_assign),
        cmocka_unit_test(test_nanoseconds), cmocka_unit_test(test_sort),   cmocka_unit_test(test_limit),
        cmocka_unit_test(test_emit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
