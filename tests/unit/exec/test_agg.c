/* SPDX-License-Identifier: Apache-2.0
 *
 * Hash aggregate against naive recomputation: random deltas of any sign, every kind of aggregate with DISTINCT and FILTER, batches
 * split at random, all flush modes; what is inserted and deleted leaves no state; failing allocations end cleanly. */
#include "exec/agg_gen.h"

typedef struct Relation { /* distinct rows with net weights */
    InRow row[4096];
    uint32_t n;
} Relation;

static void relation_add(Relation *rel, const InRow *r)
{
    for (uint32_t i = 0; i < rel->n; i++) {
        InRow *o = &rel->row[i];
        if (o->k == r->k && o->x == r->x && o->s == r->s && o->b == r->b && o->ts == r->ts) {
            o->w += r->w;
            if (o->w == 0)
                *o = rel->row[--rel->n];
            return;
        }
    }
    assert_true(rel->n < ARRAY_LEN(rel->row));
    rel->row[rel->n++] = *r;
}

static void model_result(const Relation *rel, const uint32_t *which, uint32_t n, bool keyed, ZSet *ret)
{
    static InRow group[4096];
    static bool done[4096];
    StrBuf s;
    sb_init(&s, NULL);
    zset_clear(ret);
    memset(done, 0, sizeof(done));
    for (uint32_t i = 0; i < rel->n || (i == 0 && !keyed); i++) {
        uint32_t m = 0;
        if (done[i])
            continue;
        for (uint32_t j = i; j < rel->n; j++) {
            if (keyed && rel->row[j].k != rel->row[i].k)
                continue;
            done[j] = true;
            group[m++] = rel->row[j];
        }
        sb_clear(&s);
        if (keyed)
            key_text(rel->row[i].k, &s);
        for (uint32_t c = 0; c < n; c++) {
            if (keyed || c)
                sb_putc(&s, '|');
            model_call(&calls[which[c]], group, m, &s);
        }
        zset_add(ret, sb_cstr(&s), 1);
        if (!keyed)
            break;
    }
    sb_done(&s);
}

static InRow random_row(Rng *r, bool retractable)
{
    InRow row = {.k = rng_below(r, 12) ? (int64_t)rng_below(r, 9) - 4 : NONE,
                 .x = rng_below(r, 6) ? (int64_t)rng_below(r, 7) - 3 : NONE,
                 .s = (int)rng_below(r, (uint32_t)N_TEXTS + 1) - 1,
                 .b = (int)rng_below(r, 3) - 1,
                 .ts = rng_below(r, 5),
                 .w = 1};
    if (retractable && rng_below(r, 5) == 0)
        row.w = 1 + (int32_t)rng_below(r, 3);
    return row;
}

/* Rows of one interval: inserts and deletes of what is there, shuffled, so that deletes may come first. */
static uint32_t random_interval(Rng *r, Relation *rel, bool retractable, InRow *ret)
{
    uint32_t n = 0, n_in = rng_below(r, 40), n_del = retractable ? rng_below(r, 40) : 0;
    for (uint32_t i = 0; i < n_in; i++)
        ret[n++] = random_row(r, retractable);
    for (uint32_t i = 0; i < n; i++)
        relation_add(rel, &ret[i]);
    for (uint32_t i = 0; i < n_del && rel->n > 0; i++) {
        InRow d = rel->row[rng_below(r, rel->n)];
        d.w = rng_below(r, 2) ? -d.w : -1;
        ret[n++] = d;
        relation_add(rel, &d);
    }
    for (uint32_t i = n; i > 1; i--) {
        uint32_t j = rng_below(r, i);
        InRow t = ret[i - 1];
        ret[i - 1] = ret[j];
        ret[j] = t;
    }
    return n;
}

static void push_rows(Bench *b, const InRow *row, uint32_t n, Rng *r)
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

static uint32_t pick_calls(Rng *r, uint32_t *which)
{
    uint32_t n = rng_below(r, 7);
    for (uint32_t i = 0; i < n; i++)
        which[i] = rng_below(r, N_CALLS);
    return n;
}

static void one_run(uint64_t seed)
{
    Rng r = {seed};
    Bench b;
    AggNode a;
    static Relation rel;
    static InRow row[128];
    ZSet want = {0};
    uint32_t which[8];
    bool retractable = rng_below(&r, 4) != 0, keyed = rng_below(&r, 5) != 0;
    static const OutputMode modes[] = {OUTPUT_ON_UPDATE, OUTPUT_CHANGES, OUTPUT_EVERY, OUTPUT_FINAL};
    Schema *schema = input_schema();
    bench_init(&b, schema, ON_ERROR_QUARANTINE);
    rel.n = 0;
    uint32_t n = pick_calls(&r, which);
    if (n == 0 && !keyed)
        which[n++] = 0;
    agg_node_make(&b, &a, which, n, keyed, false, retractable);
    a.agg.emit = modes[rng_below(&r, 4)];
    bench_open(&b, &a.agg.node);
    b.append_only = a.agg.emit == OUTPUT_FINAL;
    for (uint32_t step = 0; step < 12; step++) {
        uint32_t m = random_interval(&r, &rel, retractable, row);
        push_rows(&b, row, m, &r);
        bench_step_end(&b);
        assert_int_equal(b.rc, 0);
        if (a.agg.emit == OUTPUT_EVERY && rng_below(&r, 3))
            continue;
        if (a.agg.emit == OUTPUT_EVERY)
            bench_flush(&b, FLUSH_PERIOD);
        if (a.agg.emit == OUTPUT_FINAL)
            continue;
        model_result(&rel, which, n, keyed, &want);
        zset_assert_equal(&b.out, &want, "step", seed);
    }
    if (retractable && rng_below(&r, 2)) { /* take everything back */
        while (rel.n > 0) {
            row[0] = rel.row[rng_below(&r, rel.n)];
            row[0].w = -row[0].w;
            relation_add(&rel, &row[0]);
            push_rows(&b, row, 1, &r);
        }
        bench_step_end(&b);
        if (a.agg.emit == OUTPUT_EVERY)
            bench_flush(&b, FLUSH_PERIOD);
        if (keyed)
            assert_int_equal(page_store_pages(b.pages), 0);
    }
    bench_flush(&b, FLUSH_END);
    assert_int_equal(b.rc, 0);
    model_result(&rel, which, n, keyed, &want);
    zset_assert_equal(&b.out, &want, "end", seed);
    assert_int_equal(b.errors.n, 0);
    zset_done(&want);
    bench_done(&b);
    schema_unref(a.schema);
    schema_unref(schema);
}

static void test_random(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 400; seed++)
        one_run(seed);
}

/* A delete that comes a flush before its insert: the group is absent, counted, and whole again afterwards. */
static void test_negative(void **state)
{
    (void)state;
    Bench b;
    AggNode a;
    Rng r = {5};
    Schema *schema = input_schema();
    const uint32_t which[] = {0, 3, 8, 6};
    bench_init(&b, schema, ON_ERROR_QUARANTINE);
    agg_node_make(&b, &a, which, 4, true, false, true);
    a.agg.emit = OUTPUT_CHANGES;
    bench_open(&b, &a.agg.node);
    InRow del = {.k = 1, .x = 5, .s = 1, .b = 1, .ts = 1, .w = -1}, ins = del;
    ins.w = 2;
    push_rows(&b, &del, 1, &r);
    bench_step_end(&b);
    assert_int_equal(b.out.n, 0);
    assert_true(b.op->c.neg_rows > 0);
    push_rows(&b, &ins, 1, &r);
    bench_step_end(&b);
    assert_int_equal(b.out.n, 1);
    assert_string_equal(b.out.row[0].text, "1|1|5|5|1");
    push_rows(&b, &del, 1, &r);
    bench_step_end(&b);
    assert_int_equal(b.out.n, 0);
    assert_int_equal(page_store_pages(b.pages), 0);
    bench_done(&b);
    schema_unref(a.schema);
    schema_unref(schema);
}

/* SUM beyond its type: the group becomes an error row, and comes back when the rows that did it are taken back. */
static void test_overflow(void **state)
{
    (void)state;
    Bench b;
    AggNode a;
    Rng r = {5};
    Schema *schema = input_schema();
    const uint32_t which[] = {3};
    const Type wide = TYPE_DECIMAL(38, 18);
    static const char *const names[] = {"k", "s"};
    bench_init(&b, schema, ON_ERROR_QUARANTINE);
    agg_node_make(&b, &a, which, 1, true, false, true);
    schema_unref(a.schema);
    a.call[0].spec = (AggSpec){.retractable = true};
    assert_int_equal(agg_bind(&a.call[0].spec, STR("sum"), &wide, 1, SPAN_NONE, NULL), 0);
    assert_int_equal(expr_cast(&b.plan, a.call[0].arg[0], wide, CAST_EXPLICIT, false, &a.call[0].arg[0], NULL), 0);
    a.schema = schema_of(names, (Type[]){TYPE(I64), a.call[0].spec.ret}, 2);
    a.agg.node.schema = a.schema;
    a.agg.emit = OUTPUT_CHANGES;
    bench_open(&b, &a.agg.node);
    InRow row[] = {{.k = 1, .x = INT64_MAX, .w = 1}, {.k = 1, .x = INT64_MAX - 1, .w = 11}, {.k = 2, .x = 1, .w = 1}};
    push_rows(&b, row, 1, &r);
    bench_step_end(&b);
    assert_int_equal(b.out.n, 1);
    push_rows(&b, row + 1, 2, &r);
    bench_step_end(&b);
    assert_int_equal(b.errors.n, 1);
    assert_int_equal(b.out.n, 1);
    push_rows(&b, row + 2, 1, &r); /* another group; the error stays as it is */
    bench_step_end(&b);
    assert_int_equal(b.errors.n, 1);
    row[1].w = -11;
    push_rows(&b, row + 1, 1, &r);
    bench_step_end(&b);
    assert_int_equal(b.errors.n, 0);
    assert_int_equal(b.out.n, 2);
    bench_done(&b);
    schema_unref(a.schema);
    schema_unref(schema);
}

/* 1 / x as argument, by policy. */
static void run_policy(RowErrorPolicy policy, const char *want, uint64_t n_errors)
{
    Bench b;
    AggNode a;
    Rng r = {5};
    Schema *schema = input_schema();
    const uint32_t which[] = {0, 3};
    bench_init(&b, schema, policy);
    agg_node_make(&b, &a, which, 2, true, false, true);
    a.call[1].arg[0] = call_of(&b, "/", int_of(&b, 10), col_of(&b, COL_X));
    a.agg.emit = OUTPUT_CHANGES;
    bench_open(&b, &a.agg.node);
    InRow row[] = {{.k = 1, .x = 5, .w = 1}, {.k = 1, .x = 0, .w = 1}, {.k = 1, .x = 10, .w = 1}};
    push_rows(&b, row, 3, &r);
    bench_step_end(&b);
    assert_int_equal(b.out.n, 1);
    assert_string_equal(b.out.row[0].text, want);
    assert_int_equal(b.errors.n, n_errors);
    assert_int_equal(b.op->c.errors, 1);
    row[1].w = -1; /* the error goes with the row that caused it */
    push_rows(&b, row + 1, 1, &r);
    bench_step_end(&b);
    assert_int_equal(b.errors.n, 0);
    bench_done(&b);
    schema_unref(a.schema);
    schema_unref(schema);
}

static void test_row_errors(void **state)
{
    (void)state;
    run_policy(ON_ERROR_QUARANTINE, "1|2|3", 1);
    run_policy(ON_ERROR_FAIL, "1|2|3", 1);
    run_policy(ON_ERROR_NULL, "1|3|3", 0);
}

static void test_global(void **state)
{
    (void)state;
    Bench b;
    AggNode a;
    Schema *schema = input_schema();
    const uint32_t which[] = {0, 3};
    for (uint32_t once = 0; once < 2; once++) {
        bench_init(&b, schema, ON_ERROR_QUARANTINE);
        agg_node_make(&b, &a, which, 2, false, false, true);
        a.agg.emit = once ? OUTPUT_FINAL : OUTPUT_CHANGES;
        bench_open(&b, &a.agg.node);
        bench_step_end(&b);
        bench_flush(&b, FLUSH_END);
        assert_int_equal(b.out.n, 1);
        assert_string_equal(b.out.row[0].text, "0|~");
        bench_done(&b);
        schema_unref(a.schema);
    }
    schema_unref(schema);
}

/* A key that is a function of the watermark column: its groups can still change from f(W) on. */
static void test_mark_of_key(void **state)
{
    (void)state;
    Bench b;
    AggNode a;
    Schema *schema = input_schema();
    const uint32_t which[] = {0};
    Value unit = {.type = TYPE(TEXT), .str = STR("hour")};
    for (uint32_t once = 0; once < 2; once++) {
        bench_init(&b, schema, ON_ERROR_QUARANTINE);
        agg_node_make(&b, &a, which, 1, true, false, true);
        a.key[0] = call_of(&b, "date_trunc", expr_const(&b.plan, &unit, SPAN_NONE), col_of(&b, COL_TS));
        a.agg.node.props.n_wm = 1;
        a.agg.node.props.wm[0] = (WatermarkColumn){0, 1};
        a.agg.emit = once ? OUTPUT_FINAL : OUTPUT_CHANGES;
        bench_open(&b, &a.agg.node);
        bench_mark(&b, US_PER_HOUR * 3 + 17);
        assert_int_equal(b.n_marks, !once); /* results to come hold it back */
        bench_flush(&b, FLUSH_END);
        assert_int_equal(b.last_mark.wm_us, US_PER_HOUR * 3);
        bench_done(&b);
        schema_unref(a.schema);
    }
    schema_unref(schema);
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
    int rc = op_new(&b->env, &a->agg.node, &b->op, NULL);
    if (rc < 0)
        return rc;
    for (uint32_t i = 0; i < n_in; i++) {
        bench_push(b, in[i].b);
        if (b->rc >= 0)
            bench_step_end(b);
        if (b->rc < 0)
            return b->rc;
    }
    bench_flush(b, FLUSH_END);
    return b->rc;
}

static void test_no_memory(void **state)
{
    (void)state;
    Rng r = {99};
    Schema *schema = input_schema();
    const uint32_t which[] = {0, 3, 6, 10, 13, 16};
    static Relation rel;
    static InRow row[128];
    Input in[3];
    rel.n = 0;
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t n = random_interval(&r, &rel, true, row);
        in[i] = input_make(schema, row, MAX(n, 1), &r);
    }
    bool passed = false;
    for (uint64_t at = 1; !passed; at++) {
        Bench b;
        AggNode a;
        Failing f = {0, at};
        bench_init(&b, schema, ON_ERROR_QUARANTINE);
        agg_node_make(&b, &a, which, 6, true, false, true);
        a.agg.emit = OUTPUT_CHANGES;
        mem_set_hook(fail_nth, &f);
        int rc = script(&b, &a, in, 3);
        mem_set_hook(NULL, NULL);
        passed = f.n < at;
        if (passed)
            assert_int_equal(rc, 0);
        else if (rc < 0)
            assert_int_equal(rc, -ERR_OUT_OF_MEMORY);
        bench_done(&b);
        schema_unref(a.schema);
        assert_true(at < 5000);
    }
    for (uint32_t i = 0; i < 3; i++)
        input_done(&in[i]);
    schema_unref(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_global),      cmocka_unit_test(test_negative), cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_row_errors),  cmocka_unit_test(test_random),   cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_mark_of_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
