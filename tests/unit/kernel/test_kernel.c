/* SPDX-License-Identifier: Apache-2.0
 *
 * Kernels against scalar code: arithmetic at the edges in every shape of operands, comparisons of every type, logic, selections,
 * hashes. */
#include "kernel/arith.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "base/hash.h"
#include "kernel/compare.h"

enum { N = 200 };
static Arena arena;
static uint64_t seed = 88172645463325252u;

static uint64_t rnd(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
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

static int64_t edge(void)
{
    static const int64_t edges[] = {0, 1, -1, 2, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, INT64_MAX / 2 + 1, 4294967296};
    return rnd() % 3 ? edges[rnd() % ARRAY_LEN(edges)] : (int64_t)rnd();
}

static Vec i64_vec(bool constant, bool nulls)
{
    Vec v;
    assert_int_equal(vec_scratch(&v, TYPE(I64), N, &arena), 0);
    for (uint32_t i = 0; i < N; i++)
        ((int64_t *)v.data)[i] = edge();
    if (constant)
        v.kind = VEC_CONST;
    else if (nulls) {
        vec_add_valid(&v, &arena);
        for (uint32_t i = 0; i < N; i += 3)
            bit_clear(v.valid, i);
    }
    return v;
}

static int reference(int op, int64_t a, int64_t b, int64_t *r)
{
    switch (op) {
    case 0: return __builtin_add_overflow(a, b, r) ? ERR_NUMERIC_RANGE : 0;
    case 1: return __builtin_sub_overflow(a, b, r) ? ERR_NUMERIC_RANGE : 0;
    case 2: return __builtin_mul_overflow(a, b, r) ? ERR_NUMERIC_RANGE : 0;
    default:
        if (b == 0)
            return ERR_DIVISION_BY_ZERO;
        if (op == 4) {
            *r = b == -1 ? 0 : a % b;
            return 0;
        }
        if (a == INT64_MIN && b == -1)
            return ERR_NUMERIC_RANGE;
        *r = a / b;
        return 0;
    }
}

static Vec int_vec(TypeId id, bool constant, int64_t value)
{
    Vec v;
    assert_int_equal(vec_scratch(&v, (Type){.id = (uint8_t)id}, N, &arena), 0);
    for (uint32_t i = 0; i < N; i++) {
        int64_t x = constant ? value : rnd() % 4 ? edge() : (int64_t)(rnd() % 2000) - 1000;
        if (!constant && value && rnd() % 3 == 0) /* around a multiple, where a quotient changes */
            x = (int64_t)((uint64_t)(x / value) * (uint64_t)value - 1 + rnd() % 3);
        if (id == T_I16)
            ((int16_t *)v.data)[i] = (int16_t)x;
        else if (id == T_I32)
            ((int32_t *)v.data)[i] = (int32_t)x;
        else
            ((int64_t *)v.data)[i] = x;
    }
    if (constant)
        v.kind = VEC_CONST;
    return v;
}

static int64_t int_at(const Vec *v, uint32_t i)
{
    return v->type.id == T_I16   ? ((const int16_t *)v->data)[i]
           : v->type.id == T_I32 ? ((const int32_t *)v->data)[i]
                                 : ((const int64_t *)v->data)[i];
}

/* By a constant: small ones, powers of two and their neighbours, the greatest and least of each width. */
static void test_divide_by_const(void **state)
{
    (void)state;
    static const struct {
        TypeId id;
        Kernel div, mod;
    } of[] = {{T_I16, kernel_div_i16, kernel_mod_i16},
              {T_I32, kernel_div_i32, kernel_mod_i32},
              {T_I64, kernel_div_i64, kernel_mod_i64}};
    for (unsigned round = 0; round < 6000; round++) {
        unsigned w = round % 3, bits = 8 * type_bytes(of[w].id);
        int64_t by = round < 600 ? round / 3 : (int64_t)((UINT64_C(1) << (rnd() % bits)) - 1 + rnd() % 3);
        by = (int64_t)((rnd() % 2 ? (uint64_t)by : 0 - (uint64_t)by) << (64 - bits)) >> (64 - bits);
        by = by == 0 || by == -1 ? 1 : by;
        Vec a = int_vec(of[w].id, false, by), b = int_vec(of[w].id, true, by), quotient, rest;
        const Vec *arg[] = {&a, &b};
        EvalCtx x = {.arena = &arena};
        assert_int_equal(vec_scratch(&quotient, a.type, N, &arena), 0);
        assert_int_equal(vec_scratch(&rest, a.type, N, &arena), 0);
        eval_ctx_clear(&x, N);
        assert_int_equal(of[w].div(&x, arg, 2, NULL, &quotient, (Rows){N, NULL}), 0);
        assert_int_equal(of[w].mod(&x, arg, 2, NULL, &rest, (Rows){N, NULL}), 0);
        for (uint32_t i = 0; i < N; i++) {
            assert_false(row_has_error(&x, i));
            assert_int_equal(int_at(&quotient, i), int_at(&a, i) / by);
            assert_int_equal(int_at(&rest, i), int_at(&a, i) % by);
        }
        arena_reset(&arena);
    }
}

/* Operands vector or constant, rows dense or selected, with and without nulls in the result. */
static void test_integer(void **state)
{
    (void)state;
    static const Kernel kernels[] = {kernel_add_i64, kernel_sub_i64, kernel_mul_i64, kernel_div_i64, kernel_mod_i64};
    for (unsigned round = 0; round < 300; round++) {
        int op = (int)(rnd() % 5);
        unsigned shape = (unsigned)(rnd() % 3);
        Vec a = i64_vec(shape == 1, false), b = i64_vec(shape == 2, false), dst;
        const Vec *arg[] = {&a, &b};
        uint16_t sel[N];
        Rows rows = {N, NULL};
        EvalCtx x = {.arena = &arena};
        assert_int_equal(vec_scratch(&dst, TYPE(I64), N, &arena), 0);
        if (round & 1) {
            rows = (Rows){0, sel};
            for (uint32_t i = 0; i < N; i++) {
                if (rnd() & 1)
                    sel[rows.n++] = (uint16_t)i;
            }
        }
        if (round & 2) {
            vec_add_valid(&dst, &arena);
            for (uint32_t i = 0; i < N; i += 3)
                bit_clear(dst.valid, i);
        }
        eval_ctx_clear(&x, N);
        assert_int_equal(kernels[op](&x, arg, 2, NULL, &dst, rows), 0);
        for (uint32_t i = 0; i < rows.n; i++) {
            uint32_t r = row_at(rows, i);
            int64_t want = 0;
            if (vec_is_null(&dst, r)) {
                assert_false(row_has_error(&x, r));
                continue;
            }
            int code = reference(op, ((int64_t *)a.data)[vec_phys(&a, r)], ((int64_t *)b.data)[vec_phys(&b, r)], &want);
            assert_int_equal(row_has_error(&x, r) ? x.err_code[r] : 0, code);
            if (code == 0)
                assert_int_equal(((int64_t *)dst.data)[r], want);
        }
        arena_reset(&arena);
    }
}

static Value random_value(Type t)
{
    static const char *const texts[] = {"", "a", "ab", "abcd", "abcde", "abcdefghijkl", "abcdefghijklm", "abcdefghijkln", "zz"};
    Value v = {.type = t};
    int64_t n = (int64_t)(rnd() % 5) - 2;
    switch ((TypeId)t.id) {
    case T_BOOL: v.b = rnd() & 1; break;
    case T_I16: v.i16 = (int16_t)n; break;
    case T_I32:
    case T_DATE: v.i32 = (int32_t)n; break;
    case T_F32: v.f32 = rnd() % 5 ? (float)n : 0.0f / 0.0f; break;
    case T_F64: v.f64 = rnd() % 5 ? (double)n : 0.0 / 0.0; break;
    case T_DECIMAL: v.dec = n; break;
    case T_TEXT: v.str = str_of(texts[rnd() % ARRAY_LEN(texts)]); break;
    case T_INTERVAL: v.iv = (Interval){(int32_t)(rnd() % 2), (int32_t)(rnd() % 2) * 30, 0}; break;
    case T_UUID: v.uuid = (Uuid){.b = {(uint8_t)n}}; break;
    default: v.i64 = n; break;
    }
    return v;
}

static void fill(Vec *v, Type t, Value *values, bool constant)
{
    StrWriter w;
    assert_int_equal(vec_scratch(v, t, N, &arena), 0);
    if (t.id == T_TEXT)
        strwriter_init(&w, v, &arena);
    for (uint32_t i = 0; i < N; i++) {
        values[i] = constant && i ? values[0] : random_value(t);
        if (t.id == T_TEXT)
            strwriter_put(&w, i, values[i].str.p, values[i].str.n);
        else if (t.id == T_BOOL)
            bit_put(v->data, i, values[i].b);
        else
            memcpy((char *)v->data + i * type_bytes(t.id), (char *)&values[i] + offsetof(Value, b), type_bytes(t.id));
    }
    if (t.id == T_TEXT)
        strwriter_finish(&w);
    if (constant)
        v->kind = VEC_CONST;
}

static bool holds(CmpOp op, int c)
{
    switch (op) {
    case CMP_EQ: return c == 0;
    case CMP_NE: return c != 0;
    case CMP_LT: return c < 0;
    case CMP_LE: return c <= 0;
    case CMP_GT: return c > 0;
    default: return c >= 0;
    }
}

static void test_compare(void **state)
{
    (void)state;
    static const TypeId types[] = {T_BOOL, T_I16, T_I32, T_I64, T_F32, T_F64, T_DECIMAL, T_TEXT, T_DATE, T_TS, T_INTERVAL, T_UUID};
    for (unsigned round = 0; round < 400; round++) {
        Type t = {.id = (uint8_t)types[rnd() % ARRAY_LEN(types)], .precision = 10};
        CmpOp op = (CmpOp)(rnd() % 6);
        unsigned shape = (unsigned)(rnd() % 3);
        Value p[N], q[N];
        Vec a, b, dst;
        uint16_t sel[N];
        Rows rows = {N, NULL};
        fill(&a, t, p, shape == 1);
        fill(&b, t, q, shape == 2);
        assert_int_equal(vec_scratch(&dst, TYPE(BOOL), N, &arena), 0);
        if (rnd() & 1) {
            rows = (Rows){0, sel};
            for (uint32_t i = 0; i < N; i += 1 + (uint32_t)(rnd() % 3))
                sel[rows.n++] = (uint16_t)i;
        }
        kernel_compare(op, &a, &b, &dst, rows);
        uint16_t chosen[N];
        uint32_t n_chosen = kernel_select_true(&dst, rows, chosen), k = 0;
        uint64_t hash_a[N], hash_b[N];
        const Vec *keys[] = {&a, &b};
        kernel_hash(keys, 1, rows, hash_a);
        kernel_hash(keys + 1, 1, rows, hash_b);
        for (uint32_t i = 0; i < rows.n; i++) {
            uint32_t r = row_at(rows, i);
            int c = value_cmp(&p[r], &q[r]);
            assert_int_equal(bit_get(dst.data, r), holds(op, c));
            int d = kernel_cmp_rows(&a, r, &b, r);
            assert_int_equal((d > 0) - (d < 0), (c > 0) - (c < 0));
            assert_true(hash_a[i] == value_hash(&p[r]));
            if (c == 0)
                assert_true(hash_a[i] == hash_b[i]);
            if (holds(op, c))
                assert_int_equal(chosen[k++], r);
        }
        assert_int_equal(k, n_chosen);
        arena_reset(&arena);
    }
}

static void test_within(void **state)
{
    (void)state;
    enum { N_TIMES = 131 };
    int64_t v[N_TIMES];
    uint16_t sel[N_TIMES];
    for (uint32_t i = 0; i < N_TIMES; i++) {
        v[i] = (int64_t)i - 5;
        sel[i] = (uint16_t)(N_TIMES - 1 - i);
    }
    for (uint32_t k = 0; k < 2; k++) {
        Rows rows = {N_TIMES, k ? sel : NULL};
        assert_true(kernel_within(v, rows, -5, N_TIMES - 5));
        assert_false(kernel_within(v, rows, -4, N_TIMES - 5));
        assert_false(kernel_within(v, rows, -5, N_TIMES - 6));
        assert_true(kernel_within(v, rows, INT64_MIN, INT64_MAX));
        assert_true(kernel_within(v, (Rows){0, rows.sel}, 1, 1));
    }
    assert_true(kernel_within(v, (Rows){1, sel}, N_TIMES - 6, N_TIMES - 5));
}

/* Columns of one value hash as if it stood in each row. */
static void test_hash_const(void **state)
{
    (void)state;
    enum { N_ROWS = 40 };
    Value value[2] = {{.type = TYPE(TEXT), .str = STR("some text")}, {.type = TYPE(I64), .i64 = -3}};
    uint64_t hash[N_ROWS], one[2] = {value_hash(&value[0]), value_hash(&value[1])}, both = hash_combine(one[0], one[1]);
    Vec v[2], flat;
    const Vec *key[] = {&v[0], &v[1]};
    for (uint32_t c = 0; c < 2; c++)
        assert_int_equal(vec_const(&value[c], N_ROWS, &v[c], &arena), 0);
    assert_int_equal(vec_flatten(&v[1], (Rows){N_ROWS, NULL}, &flat, &arena), 0);
    for (uint32_t k = 0; k < 2; k++) {
        kernel_hash(key, 2, (Rows){N_ROWS, NULL}, hash);
        for (uint32_t i = 0; i < N_ROWS; i++)
            assert_true(hash[i] == both);
        key[1] = &flat;
    }
    kernel_hash(key, 1, (Rows){N_ROWS, NULL}, hash);
    assert_true(hash[0] == one[0] && hash[N_ROWS - 1] == one[0]);
}

static void test_logic(void **state)
{
    (void)state;
    /* -1 = NULL */
    static const int and_table[3][3] = {{0, 0, 0}, {0, 1, -1}, {0, -1, -1}}, or_table[3][3] = {{0, 1, -1}, {1, 1, 1}, {-1, 1, -1}};
    for (int is_or = 0; is_or < 2; is_or++) {
        for (int const_b = -1; const_b < 3; const_b++) {
            Vec a, b;
            vec_scratch(&a, TYPE(BOOL), 9, &arena);
            vec_scratch(&b, TYPE(BOOL), 9, &arena);
            vec_add_valid(&a, &arena);
            vec_add_valid(&b, &arena);
            for (uint32_t i = 0; i < 9; i++) {
                bit_put(a.data, i, i / 3 == 1);
                bit_put(a.valid, i, i / 3 != 2);
                uint32_t j = const_b < 0 ? i % 3 : (uint32_t)const_b;
                bit_put(b.data, i, j == 1);
                bit_put(b.valid, i, j != 2);
            }
            if (const_b >= 0)
                b.kind = VEC_CONST;
            assert_int_equal(kernel_logic_words(is_or, &a, &b, 9, &arena), 0);
            for (uint32_t i = 0; i < 9; i++) {
                uint32_t j = const_b < 0 ? i % 3 : (uint32_t)const_b;
                int want = is_or ? or_table[i / 3][j] : and_table[i / 3][j];
                assert_int_equal(vec_is_null(&a, i) ? -1 : bit_get(a.data, i), want);
            }
        }
    }
}

static void test_hash_columns(void **state)
{
    (void)state;
    Vec a = i64_vec(false, true), b = i64_vec(false, false);
    const Vec *keys[] = {&a, &b};
    uint64_t h[N], one[N];
    kernel_hash(keys, 2, (Rows){N, NULL}, h);
    kernel_hash(keys, 1, (Rows){N, NULL}, one);
    for (uint32_t i = 0; i < N; i++) {
        uint64_t first = i % 3 == 0 ? HASH_NULL : hash_i64(((int64_t *)a.data)[i]);
        assert_true(one[i] == first);
        assert_true(h[i] == hash_combine(first, hash_i64(((int64_t *)b.data)[i])));
    }
}

static void test_decimal_types(void **state)
{
    (void)state;
    Type a = TYPE_DECIMAL(10, 2), b = TYPE_DECIMAL(5, 4);
    assert_true(type_eq(decimal_add_type(a, b), TYPE_DECIMAL(13, 4)));
    assert_true(type_eq(decimal_mul_type(a, b), TYPE_DECIMAL(15, 6)));
    assert_true(type_eq(decimal_div_type(a, b), TYPE_DECIMAL(28, 16)));
    assert_true(type_eq(decimal_div_type(TYPE_DECIMAL(38, 9), TYPE_DECIMAL(38, 9)), TYPE_DECIMAL(38, 16)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_integer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_divide_by_const, setup, teardown),
        cmocka_unit_test_setup_teardown(test_compare, setup, teardown),
        cmocka_unit_test_setup_teardown(test_within, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hash_const, setup, teardown),
        cmocka_unit_test_setup_teardown(test_logic, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hash_columns, setup, teardown),
        cmocka_unit_test_setup_teardown(test_decimal_types, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
