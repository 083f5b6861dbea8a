/* SPDX-License-Identifier: Apache-2.0
 *
 * Aggregates against recomputation over the rows that are left: random inserts and deletes with weights, one group and many,
 * scatter and reduce entry points, merging of partials with both signs; and fixed results, types and errors. */
#include "func/agg.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "base/decimal.h"

static Arena arena;
static uint64_t seed = 88172645463325252u;
static uint32_t rnd(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)((seed >> 20) % n);
}

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, NULL, 0);
    return 0;
}
static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

/* A heap that counts what is kept. */
typedef struct TestHeap {
    AggHeap base;
    Str text[4096];
    uint32_t n, n_live;
} TestHeap;
static int heap_put(AggHeap *h, const char *p, size_t n, uint64_t *ret)
{
    TestHeap *t = (TestHeap *)h;
    uint32_t at = 0;
    while (at < t->n && t->text[at].p)
        at++;
    t->text[at] = (Str){arena_strndup(&arena, p, n), n};
    t->n = MAX(t->n, at + 1);
    *ret = at;
    t->n_live++;
    return 0;
}
static Str heap_get(AggHeap *h, uint64_t ref)
{
    return ((TestHeap *)h)->text[ref];
}
static void heap_drop(AggHeap *h, uint64_t ref)
{
    TestHeap *t = (TestHeap *)h;
    assert_non_null(t->text[ref].p);
    t->text[ref].p = NULL;
    t->n_live--;
}
static TestHeap heap = {.base = {heap_put, heap_get, heap_drop}};

static AggSpec bind(const char *name, bool retractable, uint32_t n_args, Type a, Type b)
{
    AggSpec s = {.retractable = retractable, .param = {.is_null = true}};
    Type args[2] = {a, b};
    Err err = ERR_INIT;
    if (agg_bind(&s, str_of(name), args, n_args, SPAN_NONE, &err) < 0)
        fail_msg("%s: %s", name, err.message);
    return s;
}

enum { ROWS = 300, GROUPS = 7 };

typedef struct Input {
    Vec col[2];
    int32_t w[ROWS];
    uint32_t group[ROWS];
    uint16_t sel[ROWS];
    Rows rows;
} Input;

static void random_vec(Vec *v, Type t, uint32_t range)
{
    static const char *const texts[] = {"a", "bb", "a text of more than sixteen bytes", "a text of more than sixteen bytes, too",
                                        ""};
    StrWriter w;
    assert_int_equal(vec_scratch(v, t, ROWS, &arena), 0);
    vec_add_valid(v, &arena);
    if (t.id == T_TEXT)
        strwriter_init(&w, v, &arena);
    for (uint32_t i = 0; i < ROWS; i++) {
        int32_t n = (int32_t)rnd(range) - (int32_t)range / 2;
        bit_put(v->valid, i, rnd(5) != 0);
        switch ((TypeId)t.id) {
        case T_I16: ((int16_t *)v->data)[i] = (int16_t)n; break;
        case T_I32: ((int32_t *)v->data)[i] = n; break;
        case T_F64: ((double *)v->data)[i] = rnd(40) ? n / 8.0 : rnd(2) ? INFINITY : NAN; break;
        case T_DECIMAL: ((i128 *)v->data)[i] = n; break;
        case T_BOOL: bit_put(v->data, i, n > 0); break;
        case T_INTERVAL: ((Interval *)v->data)[i] = (Interval){n % 5, n % 7, (int64_t)n * 1000}; break;
        case T_TEXT: break;
        default: ((int64_t *)v->data)[i] = n; break;
        }
        if (t.id == T_TEXT) {
            const char *s = texts[rnd(5)];
            strwriter_put(&w, i, s, strlen(s));
        }
    }
    if (t.id == T_TEXT)
        strwriter_finish(&w);
}

static void random_input(Input *in, Type a, Type b, uint32_t n_args, bool negative)
{
    random_vec(&in->col[0], a, 60);
    if (n_args > 1)
        random_vec(&in->col[1], b, 60);
    in->rows = (Rows){0, in->sel};
    for (uint32_t i = 0; i < ROWS; i++) {
        in->w[i] = negative ? (int32_t)rnd(5) - 2 : 1 + (int32_t)rnd(2);
        in->group[i] = rnd(GROUPS);
        if (rnd(4))
            in->sel[in->rows.n++] = (uint16_t)i;
    }
}

static void states_new(const AggSpec *s, uint8_t **state)
{
    for (uint32_t g = 0; g < GROUPS; g++) {
        state[g] = arena_zalloc(&arena, s->state_bytes);
        s->type->init(s, state[g]);
    }
}

/* sign -1 takes the rows back. */
static void apply(const AggSpec *s, uint8_t **state, const Input *in, int sign)
{
    EvalCtx eval = {.arena = &arena, .n_rows = ROWS};
    AggCtx x = {&eval, &heap.base};
    uint8_t *at[ROWS];
    int32_t w[ROWS];
    const Vec *arg[2] = {&in->col[0], &in->col[1]};
    for (uint32_t i = 0; i < ROWS; i++)
        w[i] = sign * in->w[i];
    for (uint32_t i = 0; i < in->rows.n; i++)
        at[i] = state[in->group[in->rows.sel[i]]];
    if (rnd(2) || !s->type->add_one) {
        assert_int_equal(s->type->add(s, &x, at, arg, w, 1, in->rows), 0);
        return;
    }
    for (uint32_t g = 0; g < GROUPS; g++) {
        uint16_t sel[ROWS];
        Rows rows = {0, sel};
        for (uint32_t i = 0; i < in->rows.n; i++) {
            if (in->group[in->rows.sel[i]] == g)
                sel[rows.n++] = in->rows.sel[i];
        }
        assert_int_equal(s->type->add_one(s, &x, state[g], arg, w, 1, rows), 0);
    }
}

static void results(const AggSpec *s, uint8_t **state, Vec *out)
{
    EvalCtx eval = {.arena = &arena, .n_rows = GROUPS};
    AggCtx x = {&eval, &heap.base};
    assert_int_equal(vec_scratch(out, s->ret, GROUPS, &arena), 0);
    assert_int_equal(s->type->final(s, &x, (const uint8_t *const *)state, GROUPS, out), 0);
    assert_int_equal(eval.n_errors, 0);
}

static void same(const char *what, const Vec *a, const Vec *b, double tolerance)
{
    for (uint32_t g = 0; g < GROUPS; g++) {
        Value p = vec_get(a, g), q = vec_get(b, g);
        bool equal = value_eq(&p, &q);
        if (!equal && !p.is_null && !q.is_null && p.type.id == T_F64)
            equal = fabs(p.f64 - q.f64) <= tolerance * fmax(1, fabs(p.f64)) || (isnan(p.f64) && isnan(q.f64));
        if (!equal)
            fail_msg("%s: group %u differs (%g, %g)", what, g, p.f64, q.f64);
    }
}

typedef struct Case {
    const char *name;
    TypeId a;
    uint32_t n_args;
} Case;
static const Case invertible[] = {
    {"count", T_I32, 1},    {"sum", T_I16, 1},        {"sum", T_I64, 1},    {"sum", T_F64, 1},        {"sum", T_DECIMAL, 1},
    {"sum", T_INTERVAL, 1}, {"avg", T_I64, 1},        {"avg", T_F64, 1},    {"avg", T_DECIMAL, 1},    {"bool_and", T_BOOL, 1},
    {"bool_or", T_BOOL, 1}, {"bit_and", T_I32, 1},    {"bit_or", T_I64, 1}, {"bit_xor", T_I16, 1},    {"stddev", T_F64, 1},
    {"var_pop", T_F64, 1},  {"covar_samp", T_F64, 2}, {"corr", T_F64, 2},   {"regr_slope", T_F64, 2}, {"regr_count", T_F64, 2},
};

/* A + B - B = A, whichever entry point did what; merge(A, B) = A + B; merge(A + B, B, -1) = A. */
static void test_invertible(void **state)
{
    (void)state;
    for (size_t c = 0; c < ARRAY_LEN(invertible); c++) {
        const Case *k = &invertible[c];
        Type a = {.id = (uint8_t)k->a, .precision = 10, .scale = 2}, b = TYPE(F64);
        AggSpec s = bind(k->name, true, k->n_args, a, b);
        assert_true(s.flags & AGG_INVERTIBLE);
        for (int round = 0; round < 30; round++) {
            Input p, q;
            uint8_t *base[GROUPS], *both[GROUPS], *part[GROUPS];
            Vec want, got;
            EvalCtx eval = {.arena = &arena, .n_rows = ROWS};
            AggCtx x = {&eval, &heap.base};
            random_input(&p, a, b, k->n_args, false);
            random_input(&q, a, b, k->n_args, true);
            states_new(&s, base);
            states_new(&s, both);
            states_new(&s, part);
            apply(&s, base, &p, 1);
            apply(&s, both, &p, 1);
            apply(&s, both, &q, 1);
            apply(&s, part, &q, 1);
            for (uint32_t g = 0; g < GROUPS; g++) {
                uint8_t *copy = arena_memdup(&arena, both[g], s.state_bytes);
                assert_int_equal(s.type->merge(&s, &x, copy, part[g], -1), 0);
                part[g] = copy;
            }
            apply(&s, both, &q, -1);
            results(&s, base, &want);
            results(&s, both, &got);
            same(k->name, &want, &got, 1e-9);
            results(&s, part, &got);
            same(k->name, &want, &got, 1e-9);
            arena_reset(&arena);
        }
    }
}

static bool counts(const Input *in, uint32_t i, uint32_t n_args, uint32_t g)
{
    uint32_t r = in->rows.sel[i];
    return in->group[r] == g && !vec_is_null(&in->col[0], r) && (n_args < 2 || !vec_is_null(&in->col[1], r));
}

/* Sums by plain loops. */
static void test_sums(void **state)
{
    (void)state;
    static const TypeId types[] = {T_I16, T_I64, T_DECIMAL};
    for (int round = 0; round < 60; round++) {
        Type t = {.id = (uint8_t)types[rnd(3)], .precision = 10, .scale = 2};
        AggSpec sum = bind("sum", true, 1, t, t), avg = bind("avg", true, 1, t, t);
        Input in;
        uint8_t *a[GROUPS], *b[GROUPS];
        Vec sums, avgs;
        random_input(&in, t, t, 1, false);
        states_new(&sum, a);
        states_new(&avg, b);
        apply(&sum, a, &in, 1);
        apply(&avg, b, &in, 1);
        results(&sum, a, &sums);
        results(&avg, b, &avgs);
        for (uint32_t g = 0; g < GROUPS; g++) {
            i128 total = 0;
            int64_t n = 0;
            for (uint32_t i = 0; i < in.rows.n; i++) {
                uint32_t r = in.rows.sel[i];
                if (!counts(&in, i, 1, g))
                    continue;
                Value v = vec_get(&in.col[0], r);
                total += (t.id == T_I16 ? v.i16 : t.id == T_I64 ? v.i64 : v.dec) * in.w[r];
                n += in.w[r];
            }
            Value v = vec_get(&sums, g), m = vec_get(&avgs, g);
            assert_int_equal(v.is_null, n == 0);
            if (n == 0)
                continue;
            assert_true((t.id == T_I16 ? (i128)v.i64 : v.dec) == total);
            if (t.id == T_DECIMAL)
                assert_true(fabs(decimal_to_f64(m.dec, m.type.scale) - (double)total / (double)n / 100) < 1e-6);
            else
                assert_true(fabs(m.f64 - (double)total / (double)n) < 1e-9);
        }
        arena_reset(&arena);
    }
}

/* MIN, MAX, FIRST, LAST, ARG_MIN, ARG_MAX on append-only input, texts included, in two partials that are merged. */
static void test_best(void **state)
{
    (void)state;
    static const char *const names[] = {"min", "max", "first", "last", "arg_min", "arg_max"};
    static const TypeId types[] = {T_I16, T_I32, T_TS, T_F64, T_DECIMAL, T_TEXT, T_BOOL, T_INTERVAL};
    for (int round = 0; round < 300; round++) {
        uint32_t which = rnd(6), n_args = which < 2 ? 1 : 2;
        Type t = {.id = (uint8_t)types[rnd(8)], .precision = 10, .scale = 2},
             by = {.id = (uint8_t)types[rnd(6)], .precision = 10, .scale = 2};
        AggSpec s = bind(names[which], false, n_args, t, by);
        Input in, in2;
        uint8_t *st[GROUPS], *st2[GROUPS];
        Vec out;
        EvalCtx eval = {.arena = &arena, .n_rows = ROWS};
        AggCtx x = {&eval, &heap.base};
        heap.n = heap.n_live = 0;
        random_input(&in, t, by, n_args, false);
        random_input(&in2, t, by, n_args, false);
        states_new(&s, st);
        states_new(&s, st2);
        apply(&s, st, &in, 1);
        apply(&s, st2, &in2, 1);
        for (uint32_t g = 0; g < GROUPS; g++)
            assert_int_equal(s.type->merge(&s, &x, st[g], st2[g], 1), 0);
        results(&s, st, &out);
        for (uint32_t g = 0; g < GROUPS; g++) {
            Value best = value_null(s.ret), order = {0};
            for (uint32_t k = 0; k < 2; k++) {
                const Input *from = k ? &in2 : &in;
                for (uint32_t i = 0; i < from->rows.n; i++) {
                    if (!counts(from, i, n_args, g))
                        continue;
                    Value v = vec_get(&from->col[0], from->rows.sel[i]), o = vec_get(&from->col[n_args - 1], from->rows.sel[i]);
                    int c = best.is_null ? 1 : value_cmp(&o, &order) * (which % 2 ? 1 : -1);
                    if (c > 0 || (c == 0 && which == 3)) {
                        best = v;
                        order = o;
                    }
                }
            }
            Value got = vec_get(&out, g);
            assert_int_equal(got.is_null, best.is_null);
            if (!got.is_null)
                assert_int_equal(value_cmp(&got, &best), 0);
        }
        for (uint32_t g = 0; g < GROUPS; g++) {
            s.type->drop(&s, &x, st[g]);
            s.type->drop(&s, &x, st2[g]);
        }
        assert_int_equal(heap.n_live, 0);
        arena_reset(&arena);
    }
}

/* APPROX_COUNT_DISTINCT: near the true count; the same in any order and however the rows are split into partials. */
static void test_sketch(void **state)
{
    (void)state;
    static const uint32_t counts[] = {0, 1, 64, 65, 500, 5000, 60000};
    for (size_t c = 0; c < ARRAY_LEN(counts); c++) {
        AggSpec s = bind("approx_count_distinct", false, 1, TYPE(I64), TYPE(I64));
        EvalCtx eval = {.arena = &arena, .n_rows = ROWS};
        AggCtx x = {&eval, &heap.base};
        uint8_t *whole = arena_zalloc(&arena, s.state_bytes), *part[3];
        const uint8_t *all[2];
        Vec v, out;
        const Vec *arg = &v;
        assert_int_equal(vec_scratch(&v, TYPE(I64), ROWS, &arena), 0);
        assert_int_equal(vec_scratch(&out, TYPE(I64), 2, &arena), 0);
        heap.n = heap.n_live = 0;
        for (uint32_t p = 0; p < 3; p++)
            part[p] = arena_zalloc(&arena, s.state_bytes);
        for (uint32_t i = 0; i < 2 * counts[c]; i += ROWS) { /* every value twice */
            Rows rows = {MIN(2 * counts[c] - i, ROWS), NULL};
            for (uint32_t r = 0; r < rows.n; r++)
                ((int64_t *)v.data)[r] = (i + r) % counts[c] + c * 1000003;
            assert_int_equal(s.type->add_one(&s, &x, whole, &arg, NULL, 1, rows), 0);
            assert_int_equal(s.type->add_one(&s, &x, part[rnd(3)], &arg, NULL, 1, rows), 0);
        }
        assert_int_equal(s.type->merge(&s, &x, part[1], part[0], 1), 0);
        assert_int_equal(s.type->merge(&s, &x, part[2], part[1], 1), 0);
        all[0] = whole;
        all[1] = part[2];
        assert_int_equal(s.type->final(&s, &x, all, 2, &out), 0);
        int64_t got = ((int64_t *)out.data)[0];
        assert_true(counts[c] <= 64 ? got == counts[c] : fabs((double)got / counts[c] - 1) < 0.05);
        assert_int_equal(((int64_t *)out.data)[1], got);
        s.type->drop(&s, &x, whole);
        for (uint32_t p = 0; p < 3; p++)
            s.type->drop(&s, &x, part[p]);
        assert_int_equal(heap.n_live, 0);
        arena_reset(&arena);
    }
    AggSpec exact = bind("approx_distinct", true, 1, TYPE(TEXT), TYPE(TEXT));
    assert_string_equal(exact.type->name, "count");
    assert_true(exact.distinct);
}

static void test_float_sum(void **state)
{
    (void)state;
    AggSpec s = bind("sum", true, 1, TYPE(F64), TYPE(F64));
    EvalCtx eval = {.arena = &arena, .n_rows = 1000};
    AggCtx x = {&eval, NULL};
    uint8_t *st = arena_zalloc(&arena, s.state_bytes);
    Vec v, out;
    const Vec *arg = &v;
    s.type->init(&s, st);
    vec_scratch(&v, TYPE(F64), 1000, &arena);
    for (uint32_t i = 0; i < 1000; i++)
        ((double *)v.data)[i] = i % 2 ? 1e16 : 0.1;
    assert_int_equal(s.type->add_one(&s, &x, st, &arg, NULL, 1, (Rows){1000, NULL}), 0);
    assert_int_equal(s.type->add_one(&s, &x, st, &arg, NULL, -1, (Rows){1000, NULL}), 0);
    vec_scratch(&out, TYPE(F64), 1, &arena);
    assert_int_equal(s.type->final(&s, &x, (const uint8_t *const *)&st, 1, &out), 0);
    assert_true(vec_is_null(&out, 0));
    for (uint32_t i = 0; i < 1000; i++)
        ((double *)v.data)[i] = i == 999 ? INFINITY : 0.1;
    assert_int_equal(s.type->add_one(&s, &x, st, &arg, NULL, 1, (Rows){1000, NULL}), 0);
    ((double *)v.data)[0] = INFINITY;
    assert_int_equal(s.type->add_one(&s, &x, st, &arg, NULL, -1, (Rows){1, NULL}), 0);
    vec_scratch(&out, TYPE(F64), 1, &arena);
    assert_int_equal(s.type->final(&s, &x, (const uint8_t *const *)&st, 1, &out), 0);
    assert_true(fabs(((double *)out.data)[0] - 99.9) < 1e-12);
}

static void test_types(void **state)
{
    (void)state;
    Type none = {0};
    assert_int_equal(bind("sum", true, 1, TYPE(I32), none).ret.id, T_I64);
    assert_true(type_eq(bind("sum", true, 1, TYPE(I64), none).ret, TYPE_DECIMAL(38, 0)));
    assert_true(type_eq(bind("sum", true, 1, TYPE_DECIMAL(10, 2), none).ret, TYPE_DECIMAL(38, 2)));
    assert_int_equal(bind("avg", true, 1, TYPE(I32), none).ret.id, T_F64);
    assert_int_equal(bind("min", true, 1, TYPE(TEXT), none).flags & AGG_NEEDS_MULTISET, AGG_NEEDS_MULTISET);
    assert_int_equal(bind("last", true, 2, TYPE(I32), TYPE(TS)).n_order, 1);
    assert_true(bind("count", true, 0, none, none).count_star);
    assert_ptr_equal(agg_find(STR("stddev")), agg_find(STR("stddev_samp")));
    assert_null(agg_find(STR("nothing")));
    AggSpec s = {0};
    Type text = TYPE(TEXT);
    Err err = ERR_INIT;
    assert_int_equal(agg_bind(&s, STR("sum"), &text, 1, (Span){7, 3}, &err), -ERR_UNDEFINED_FUNCTION);
    assert_string_equal(err.message, "function sum(text) does not exist");
    assert_int_equal(err.at.pos, 7);
    for (uint32_t i = 0; agg_at(i); i++) {
        assert_non_null(agg_at(i)->help);
        assert_non_null(agg_at(i)->example);
    }
}

/* A multiset over an array of sorted doubles. */
typedef struct ArrayMulti {
    AggMulti base;
    const double *v;
    int64_t n;
} ArrayMulti;
static int64_t array_total(AggMulti *m)
{
    return ((ArrayMulti *)m)->n;
}
static int array_nth(AggMulti *m, int64_t k, Value *ret, int64_t *ret_count)
{
    *ret = (Value){.type = TYPE(F64), .f64 = ((ArrayMulti *)m)->v[k]};
    *ret_count = 1;
    return 0;
}
static int array_each(AggMulti *m, int (*fn)(void *self, const Value *cols, int64_t count), void *self)
{
    ArrayMulti *t = (ArrayMulti *)m;
    for (int64_t i = 0, j; i < t->n; i = j) {
        Value v = {.type = TYPE(F64), .f64 = t->v[i]};
        for (j = i; j < t->n && t->v[j] == t->v[i];)
            j++;
        TRY(fn(self, &v, j - i));
    }
    return 0;
}

static void test_multi(void **state)
{
    (void)state;
    static const double v[] = {1, 2, 2, 3, 10};
    ArrayMulti m = {{array_total, array_nth, array_each}, v, 5};
    static const struct {
        const char *name;
        double fraction, want;
    } cases[] = {{"median", 0, 2},
                 {"approx_median", 0, 2},
                 {"approx_percentile", 0.9, 7.2},
                 {"percentile_cont", 0.9, 7.2},
                 {"percentile_disc", 0.9, 10},
                 {"mode", 0, 2},
                 {"min", 0, 1},
                 {"max", 0, 10}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AggSpec s = {.retractable = true, .param = {.type = TYPE(F64), .f64 = cases[i].fraction}};
        Type t = TYPE(F64);
        Value r;
        assert_int_equal(agg_bind(&s, str_of(cases[i].name), &t, 1, SPAN_NONE, NULL), 0);
        assert_int_equal(s.type->final_multi(&s, NULL, &m.base, &arena, &r), 0);
        assert_true(fabs(r.f64 - cases[i].want) < 1e-12);
        ArrayMulti empty = {m.base, v, 0};
        assert_int_equal(s.type->final_multi(&s, NULL, &empty.base, &arena, &r), 0);
        assert_true(r.is_null);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_invertible, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sums, setup, teardown),
        cmocka_unit_test_setup_teardown(test_best, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sketch, setup, teardown),
        cmocka_unit_test_setup_teardown(test_float_sum, setup, teardown),
        cmocka_unit_test_setup_teardown(test_types, setup, teardown),
        cmocka_unit_test_setup_teardown(test_multi, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
