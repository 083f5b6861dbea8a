/* SPDX-License-Identifier: Apache-2.0
 *
 * Sort keys: for every type, direction and place of NULLs the order of the keys is the order of the values, and each key decodes to
 * its value; over pairs of columns the order is that of the columns in turn; cut and random bytes never crash the decoder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/hash.h"
#include "data/sortkey.h"

static uint64_t seed = 7;
static uint64_t random64(void)
{
    seed += UINT64_C(0x9e3779b97f4a7c15);
    return hash_mix(seed, UINT64_C(0xbf58476d1ce4e5b9) ^ (seed >> 31));
}

static Value random_value(Type t, Arena *arena)
{
    Value v = {.type = t};
    uint64_t r = random64();
    int shift = (int)(r % 64);
    int64_t n = (int64_t)random64() >> shift;
    if (r % 17 == 0)
        return value_null(t);
    static const double doubles[] = {0.0, -0.0, 1.5, -1.5, 1e300, -1e300, 5e-324, -5e-324, 1.0 / 0.0, -1.0 / 0.0};
    switch ((TypeId)t.id) {
    case T_BOOL: v.b = n & 1; break;
    case T_I16: v.i16 = (int16_t)n; break;
    case T_I32:
    case T_DATE: v.i32 = (int32_t)n; break;
    case T_F32: v.f32 = r % 13 == 1 ? __builtin_nanf("") : (float)(r % 3 ? doubles[r % 10] : (double)n); break;
    case T_F64: v.f64 = r % 13 == 1 ? -__builtin_nan("") : r % 3 ? doubles[r % 10] : (double)n; break;
    case T_DECIMAL: v.dec = (i128)n * (r & 1 ? 1 : INT64_MAX); break;
    case T_INTERVAL: v.iv = (Interval){(int32_t)n % 3, (int32_t)(n >> 8) % 40, r & 1 ? n : 0}; break;
    case T_UUID: memcpy(v.uuid.b + shift % 8, &n, 8); break;
    case T_TEXT:
    case T_BYTEA:
    case T_JSON: {
        static const char letters[] = {0, 1, 'a', (char)0xff};
        size_t len = r % 7;
        char *p = arena_alloc(arena, 8);
        for (size_t i = 0; i < len; i++)
            p[i] = letters[random64() % 4];
        v.str = (Str){p, len};
        break;
    }
    default: v.i64 = n; break;
    }
    return v;
}

static int value_order(const SortSpec *s, const Value *a, const Value *b)
{
    if (a->is_null || b->is_null)
        return (a->is_null - b->is_null) * (s->nulls_first ? -1 : 1);
    int c = value_cmp(a, b);
    return s->desc ? -c : c;
}

static int sign(int c)
{
    return (c > 0) - (c < 0);
}

static void check_decodes(const SortSpec *s, const Value *v, Str key, Arena *arena)
{
    size_t at = 0;
    Value back = {0};
    assert_true(sortkey_get(s, key, &at, arena, &back));
    assert_int_equal(at, key.n);
    assert_int_equal(back.is_null, v->is_null);
    assert_true(v->is_null || value_eq(&back, v));
    if (!v->is_null && s->type.id == T_INTERVAL)
        assert_memory_equal(&back.iv, &v->iv, sizeof(v->iv));
    for (size_t cut = 0; cut < key.n; cut++) {
        at = 0;
        assert_false(sortkey_get(s, (Str){key.p, cut}, &at, arena, &back));
    }
}

static void check_type(SortSpec s)
{
    Arena arena;
    arena_init(&arena, NULL, 0);
    StrBuf a, b;
    sb_init(&a, NULL);
    sb_init(&b, NULL);
    for (int r = 0; r < 3000; r++) {
        arena_reset(&arena);
        Value x = random_value(s.type, &arena), y = random_value(s.type, &arena);
        sb_clear(&a);
        sb_clear(&b);
        sortkey_put(&a, &s, &x);
        sortkey_put(&b, &s, &y);
        int want = value_order(&s, &x, &y), got = str_cmp(sb_str(&a), sb_str(&b));
        if (want || s.type.id != T_INTERVAL) /* equally long intervals keep their fields apart */
            assert_int_equal(sign(got), sign(want));
        check_decodes(&s, &x, sb_str(&a), &arena);
    }
    sb_done(&a);
    sb_done(&b);
    arena_done(&arena);
}

static void test_types(void **state)
{
    (void)state;
    for (int id = T_BOOL; id <= T_JSON; id++) {
        Type t = id == T_DECIMAL ? TYPE_DECIMAL(38, 3) : (Type){.id = (uint8_t)id};
        for (int k = 0; k < 4; k++)
            check_type((SortSpec){t, k & 1, k & 2});
    }
}

static Value jsonb_value(void)
{
    static const char *const text[] = {"1",         "1.0",         "1.00",  "2",    "[1,2]", "[1.0,2]",
                                       "{\"a\":1}", "{\"a\":1.0}", "\"a\"", "null", "true"};
    const char *p = text[random64() % ARRAY_LEN(text)];
    return (Value){.type = TYPE(JSONB), .str = {p, strlen(p)}};
}

/* By value, what is equal has one key, however it is written; where it ends is known all the same. */
static void check_by_value(SortSpec s)
{
    StrBuf a, b;
    Arena arena;
    Value back;
    arena_init(&arena, NULL, 0);
    sb_init(&a, NULL);
    sb_init(&b, NULL);
    for (int r = 0; r < 3000; r++) {
        Value x = s.type.id == T_JSONB ? jsonb_value() : random_value(s.type, &arena);
        Value y = s.type.id == T_JSONB ? jsonb_value() : random_value(s.type, &arena);
        sb_clear(&a);
        sb_clear(&b);
        sortkey_put(&a, &s, &x);
        sortkey_put(&b, &s, &y);
        assert_int_equal(sign(str_cmp(sb_str(&a), sb_str(&b))), sign(value_order(&s, &x, &y)));
        size_t n = a.n, at = 0;
        sortkey_put(&a, &s, &y);
        assert_int_equal(sortkey_length(&s, sb_str(&a), 0), n);
        assert_true(sortkey_get(&s, sb_str(&a), &at, &arena, &back));
        assert_int_equal(at, n);
        assert_int_equal(back.is_null, x.is_null);
    }
    sb_done(&a);
    sb_done(&b);
    arena_done(&arena);
}

static void test_by_value(void **state)
{
    (void)state;
    for (int k = 0; k < 4; k++) {
        check_by_value((SortSpec){TYPE(INTERVAL), k & 1, k & 2, .by_value = true});
        check_by_value((SortSpec){TYPE(JSONB), k & 1, k & 2, .by_value = true});
    }
}

static void test_columns(void **state)
{
    (void)state;
    const SortSpec s[] = {{{.id = T_TEXT}, false, false}, {{.id = T_TEXT}, true, true}, {{.id = T_I32}, false, true}};
    Arena arena;
    arena_init(&arena, NULL, 0);
    StrBuf key[2];
    sb_init(&key[0], NULL);
    sb_init(&key[1], NULL);
    for (int r = 0; r < 20000; r++) {
        arena_reset(&arena);
        int want = 0;
        sb_clear(&key[0]);
        sb_clear(&key[1]);
        for (int c = 0; c < 3; c++) {
            Value x = random_value(s[c].type, &arena), y = r % 2 ? x : random_value(s[c].type, &arena);
            want = want ? want : value_order(&s[c], &x, &y);
            sortkey_put(&key[0], &s[c], &x);
            sortkey_put(&key[1], &s[c], &y);
        }
        assert_int_equal(sign(str_cmp(sb_str(&key[0]), sb_str(&key[1]))), sign(want));
        size_t at = 0;
        Value v;
        for (int c = 0; c < 3; c++)
            assert_true(sortkey_get(&s[c], sb_str(&key[0]), &at, &arena, &v));
        assert_int_equal(at, key[0].n);
    }
    sb_done(&key[0]);
    sb_done(&key[1]);
    arena_done(&arena);
}

static void test_rows(void **state)
{
    (void)state;
    Arena arena;
    arena_init(&arena, NULL, 0);
    Vec v;
    Value text = {.type = TYPE(TEXT), .str = STR("a text of more than twelve bytes")};
    assert_int_equal(vec_const(&text, 5, &v, &arena), 0);
    SortSpec s = {TYPE(TEXT), true, false};
    StrBuf a, b;
    sb_init(&a, NULL);
    sb_init(&b, NULL);
    sortkey_put(&a, &s, &text);
    sortkey_put_row(&b, &s, &v, 4);
    assert_true(str_eq(sb_str(&a), sb_str(&b)));
    sb_done(&a);
    sb_done(&b);
    arena_done(&arena);
}

static void test_malformed(void **state)
{
    (void)state;
    Arena arena;
    arena_init(&arena, NULL, 0);
    for (int r = 0; r < 50000; r++) {
        arena_reset(&arena);
        uint64_t bytes[6];
        for (int i = 0; i < 6; i++)
            bytes[i] = random64() & random64();
        ((uint8_t *)bytes)[0] &= 3;
        SortSpec s = {{.id = (uint8_t)(random64() % N_TYPES)}, r & 1, r & 2};
        size_t at = 0, n = random64() % sizeof(bytes);
        Value v;
        if (sortkey_get(&s, (Str){(const char *)bytes, n}, &at, &arena, &v))
            assert_true(at <= n);
        else
            assert_int_equal(at, 0);
    }
    arena_done(&arena);
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The head of the k-th row leaves that row and all that are as good or better; where it is cut to its upper bits, a few more. */
static void test_kth(void **state)
{
    (void)state;
    int64_t v[300], sorted[300];
    uint16_t sel[300], place[300];
    for (int r = 0; r < 2000; r++) {
        uint32_t n = 1 + (uint32_t)(random64() % 300), n_sel = 0, n_to;
        uint32_t k = 1 + (uint32_t)(random64() % SORTKEY_KTH_MAX);
        for (uint32_t i = 0; i < n; i++)
            v[i] = r % 3 == 0 ? (int64_t)random64() : (int64_t)(random64() % 2000) - 1000;
        for (uint32_t i = 0; i < n; i++)
            if (r % 2 == 0 || random64() % 3)
                sel[n_sel++] = (uint16_t)i;
        for (uint32_t i = 0; i < n_sel; i++)
            sorted[i] = v[sel[i]];
        qsort(sorted, n_sel, sizeof(*sorted), by_size);
        SortSpec s = {TYPE(I64), r % 5 < 2, false};
        Vec vec = {.kind = VEC_FLAT, .n = n, .type = TYPE(I64), .data = v};
        Rows rows = {n_sel, n_sel == n ? NULL : sel};
        uint64_t head;
        assert_int_equal(sortkey_kth(&s, &vec, rows, k, &head), n_sel >= k);
        if (n_sel < k || !sortkey_to(&s, &vec, rows, head, place, &n_to))
            continue;
        int64_t last = s.desc ? sorted[n_sel - k] : sorted[k - 1];
        uint32_t at = 0;
        for (uint32_t i = 0; i < n_sel; i++) {
            int64_t x = v[sel[i]];
            bool wanted = s.desc ? x >= last : x <= last, is_in = at < n_to && place[at] == i;
            at += is_in;
            assert_true(is_in || !wanted);
            assert_true(!is_in || wanted || ((uint64_t)x ^ (uint64_t)last) < 256);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types), cmocka_unit_test(test_by_value),  cmocka_unit_test(test_columns),
        cmocka_unit_test(test_rows),  cmocka_unit_test(test_malformed), cmocka_unit_test(test_kth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
