/* SPDX-License-Identifier: Apache-2.0
 *
 * Values: text forms both ways, order, hash, constants. */
#include "data_gen.h"

#include "base/hash.h"

static Arena arena;

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

static const char *print(const Value *v)
{
    StrBuf b;
    sb_init(&b, NULL);
    value_print(v, &b);
    const char *out = arena_strndup(&arena, sb_cstr(&b), b.n);
    sb_done(&b);
    return out;
}

static const char *literal(const Value *v)
{
    StrBuf b;
    sb_init(&b, NULL);
    value_print_literal(v, &b);
    const char *out = arena_strdup(&arena, sb_cstr(&b));
    sb_done(&b);
    return out;
}

static Value parse(Type t, const char *text)
{
    Value v = {0};
    Err err = ERR_INIT;
    if (value_parse(t, str_of(text), &arena, &v, &err) != 0)
        fail_msg("%s: %s", text, err.message);
    return v;
}

static void check_text(Type t, const char *in, const char *out)
{
    Value v = parse(t, in);
    assert_string_equal(print(&v), out);
}

static void check_bad(Type t, const char *in, ErrCode code)
{
    Value v;
    Err err = ERR_INIT;
    int rc = value_parse(t, str_of(in), &arena, &v, &err);
    if (rc != -(int)code)
        fail_msg("%s \"%s\": %d instead of %d", type_id_name(t.id), in, rc, -(int)code);
    assert_true(err.message[0]);
}

static void test_round_trip(void **state)
{
    Rng r = {1};
    (void)state;
    for (uint32_t c = 0; c < N_ALL; c++) {
        for (int i = 0; i < 3000; i++) {
            Value v = gen_value(&r, all_types[c].type, &arena), back = {0};
            StrBuf b;
            Err err = ERR_INIT;
            sb_init(&b, NULL);
            value_print(&v, &b);
            if (value_parse(v.type, sb_str(&b), &arena, &back, &err) != 0)
                fail_msg("%s: %s", all_types[c].name, err.message);
            check_value(&v, &back, all_types[c].name, (uint32_t)i);
            assert_true(value_hash(&v) == value_hash(&back));
            assert_int_equal(value_cmp(&v, &back), 0);
            sb_done(&b);
        }
        arena_reset(&arena);
    }
}

static void test_bool(void **state)
{
    static const char *const yes[] = {"t", "tr", "TRUE", "y", "yes", "on", "1", "  true "};
    static const char *const no[] = {"f", "fal", "False", "n", "no", "of", "OFF", "0"};
    static const char *const neither[] = {"", "o", "2", "truee", "yess", "10", "offf", "t f"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(yes); i++)
        check_text(TYPE(BOOL), yes[i], "t");
    for (size_t i = 0; i < ARRAY_LEN(no); i++)
        check_text(TYPE(BOOL), no[i], "f");
    for (size_t i = 0; i < ARRAY_LEN(neither); i++)
        check_bad(TYPE(BOOL), neither[i], ERR_INVALID_TEXT);
}

static void test_numbers(void **state)
{
    (void)state;
    check_text(TYPE(I16), " -32768 ", "-32768");
    check_text(TYPE(I64), "-9223372036854775808", "-9223372036854775808");
    check_text(TYPE(I32), "+7", "7");
    check_bad(TYPE(I16), "32768", ERR_NUMERIC_RANGE);
    check_bad(TYPE(I64), "9223372036854775808", ERR_NUMERIC_RANGE);
    check_bad(TYPE(I32), "1.5", ERR_INVALID_TEXT);
    check_bad(TYPE(I32), "", ERR_INVALID_TEXT);
    check_bad(TYPE(I32), "-", ERR_INVALID_TEXT);
    check_bad(TYPE(I32), "1 2", ERR_INVALID_TEXT);
    check_text(TYPE(F64), "1.50", "1.5");
    check_text(TYPE(F64), "nan", "NaN");
    check_text(TYPE(F64), "-inf", "-Infinity");
    check_text(TYPE(F64), "1e20", "1e+20");
    check_text(TYPE(F32), "0.1", "0.1");
    check_bad(TYPE(F64), "1e400", ERR_NUMERIC_RANGE);
    check_bad(TYPE(F32), "1e39", ERR_NUMERIC_RANGE);
    check_bad(TYPE(F32), "1e-60", ERR_NUMERIC_RANGE);
    check_bad(TYPE(F64), "1e", ERR_INVALID_TEXT);
    check_bad(TYPE(F64), "abc", ERR_INVALID_TEXT);
    check_bad(TYPE(F64), "", ERR_INVALID_TEXT);
    check_text(TYPE_DECIMAL(10, 2), "1.005", "1.01");
    check_text(TYPE_DECIMAL(10, 2), "-5", "-5.00");
    check_bad(TYPE_DECIMAL(4, 2), "100", ERR_NUMERIC_RANGE);
    check_bad(TYPE_DECIMAL(4, 2), "x", ERR_INVALID_TEXT);
}

static void test_strings(void **state)
{
    Type v3 = {.id = T_TEXT, .length = 3};
    (void)state;
    check_text(v3, "äöü", "äöü");
    check_text(v3, "abc   ", "abc");
    check_bad(v3, "abcd", ERR_STRING_TOO_LONG);
    check_bad(TYPE(TEXT), "\xff", ERR_CHARACTER_NOT_IN_REPERTOIRE);
    check_text(TYPE(BYTEA), "\\x0A 1b", "\\x0a1b");
    check_text(TYPE(BYTEA), "a\\\\b\\001", "\\x615c6201");
    check_text(TYPE(BYTEA), "", "\\x");
    check_bad(TYPE(BYTEA), "\\x0", ERR_INVALID_PARAMETER);
    check_bad(TYPE(BYTEA), "\\xzz", ERR_INVALID_PARAMETER);
    check_bad(TYPE(BYTEA), "\\9", ERR_INVALID_TEXT);
    check_bad(TYPE(BYTEA), "\\400", ERR_INVALID_TEXT);
}

static void test_uuid(void **state)
{
    const char *out = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
    (void)state;
    check_text(TYPE(UUID), out, out);
    check_text(TYPE(UUID), "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", out);
    check_text(TYPE(UUID), "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}", out);
    check_text(TYPE(UUID), "a0eebc999c0b4ef8bb6d6bb9bd380a11", out);
    check_text(TYPE(UUID), "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11", out);
    check_bad(TYPE(UUID), "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11", ERR_INVALID_TEXT);
    check_bad(TYPE(UUID), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1", ERR_INVALID_TEXT);
    check_bad(TYPE(UUID), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11-", ERR_INVALID_TEXT);
    check_bad(TYPE(UUID), "a-0eebc999c0b4ef8bb6d6bb9bd380a11", ERR_INVALID_TEXT);
    check_bad(TYPE(UUID), "", ERR_INVALID_TEXT);
}

static void test_moments(void **state)
{
    (void)state;
    check_text(TYPE(DATE), "2001-01-31", "2001-01-31");
    check_text(TYPE(TIME), "12:34:56.5", "12:34:56.5");
    check_text(TYPE(TS), "2001-01-31 12:34:56.789", "2001-01-31 12:34:56.789");
    check_text(TYPE(TSTZ), "2001-01-31 12:34:56+02", "2001-01-31 10:34:56+00");
    check_text(TYPE(TSNS), "2001-01-31 12:34:56.123456789", "2001-01-31 12:34:56.123456789");
    check_text(TYPE(INTERVAL), "1 day 02:03:04", "1 day 02:03:04");
    check_text(TYPE(TS), "infinity", "infinity");
    check_bad(TYPE(DATE), "2001-02-30", ERR_DATETIME_OVERFLOW);
    check_bad(TYPE(DATE), "hello", ERR_DATETIME_FORMAT);
    check_bad(TYPE(TS), "", ERR_DATETIME_FORMAT);
    check_bad(TYPE(INTERVAL), "soon", ERR_DATETIME_FORMAT);
}

static void test_json(void **state)
{
    static const char *const good[] = {"{}",   " [ ] ", "1", "-0.5E+7", "\"\\ud83d\\ude00\"", "{\"a\":[{\"b\":null}]}",
                                       "true", "[[[]]]"};
    static const char *const wrong[] = {"",    "{",     "[1,]",  "{\"a\"}",     "{\"a\":1,}",
                                        "01",  "1.",    "'a'",   "\"\\ud83d\"", "\"\n\"",
                                        "nul", "[1] 2", "{a:1}", "+1",          "\"\\x\"",
                                        "]",   "\"",    "-",     "[1 2]",       "{\"a\":1 \"b\":2}"};
    char deep[2 * JSON_DEPTH_MAX + 4];
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        check_text(TYPE(JSON), good[i], good[i]);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        check_bad(TYPE(JSON), wrong[i], ERR_INVALID_TEXT);
    memset(deep, '[', JSON_DEPTH_MAX);
    memset(deep + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
    assert_true(json_is_valid((Str){deep, 2 * JSON_DEPTH_MAX}));
    memset(deep, '[', JSON_DEPTH_MAX + 1);
    memset(deep + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
    assert_false(json_is_valid((Str){deep, 2 * JSON_DEPTH_MAX + 2}));
}

static void test_literals(void **state)
{
    (void)state;
    static const struct {
        Type t;
        const char *in, *out;
    } cases[] = {
        {{.id = T_TEXT}, "it's", "'it''s'"},
        {{.id = T_DECIMAL, .precision = 3, .scale = 1}, "1.5", "1.5"},
        {{.id = T_BOOL}, "t", "TRUE"},
        {{.id = T_TS}, "2001-01-31 00:00:00", "TIMESTAMP '2001-01-31 00:00:00'"},
        {{.id = T_F64}, "NaN", "CAST('NaN' AS DOUBLE PRECISION)"},
        {{.id = T_BYTEA}, "ab", "CAST('\\x6162' AS BYTEA)"},
        {{.id = T_JSON}, "{\"a\": \"it's\"}", "CAST('{\"a\": \"it''s\"}' AS JSON)"},
        {{.id = T_INTERVAL}, "1 day", "INTERVAL '1 day'"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Value v = parse(cases[i].t, cases[i].in);
        assert_string_equal(literal(&v), cases[i].out);
    }
    Value null = value_null(TYPE(I32));
    assert_string_equal(literal(&null), "NULL");
    assert_string_equal(print(&null), "");
}

static void test_order_and_hash(void **state)
{
    (void)state;
    Value nan = parse(TYPE(F64), "NaN"), inf = parse(TYPE(F64), "inf"), zero = parse(TYPE(F64), "0"),
          minus = parse(TYPE(F64), "-0");
    assert_true(value_cmp(&nan, &inf) > 0 && value_cmp(&inf, &nan) < 0 && value_cmp(&nan, &nan) == 0);
    assert_true(value_eq(&zero, &minus) && value_hash(&zero) == value_hash(&minus));
    Value f32 = parse(TYPE(F32), "1.5"), f64 = parse(TYPE(F64), "1.5");
    assert_true(value_hash(&f32) == value_hash(&f64));
    Value i16 = parse(TYPE(I16), "42"), i64 = parse(TYPE(I64), "42"), dec = parse(TYPE_DECIMAL(10, 3), "42.000");
    assert_true(value_hash(&i16) == hash_i64(42) && value_hash(&i64) == hash_i64(42) && value_hash(&dec) == hash_i64(42));
    Value d1 = parse(TYPE_DECIMAL(10, 1), "0.5"), d3 = parse(TYPE_DECIMAL(38, 30), "0.500");
    assert_true(value_hash(&d1) == value_hash(&d3) && value_eq(&d1, &d3));
    Value big = parse(TYPE_DECIMAL(38, 0), "99999999999999999999999999999999999999");
    assert_true(value_cmp(&big, &d3) > 0 && value_cmp(&d3, &big) < 0);
    Value month = parse(TYPE(INTERVAL), "1 mon"), days = parse(TYPE(INTERVAL), "30 days"),
          hours = parse(TYPE(INTERVAL), "720:00:00");
    assert_true(value_eq(&month, &days) && value_eq(&days, &hours));
    assert_true(value_hash(&month) == value_hash(&days) && value_hash(&days) == value_hash(&hours));
    Value null = value_null(TYPE(I64));
    assert_true(value_eq(&null, &null) && !value_eq(&null, &i64) && value_hash(&null) == HASH_NULL);
}

static void test_const(void **state)
{
    Rng r = {5};
    (void)state;
    for (uint32_t c = 0; c < N_ALL; c++) {
        for (int i = 0; i < 20; i++) {
            Value v = gen_value(&r, all_types[c].type, &arena);
            Vec vec;
            v.is_null = i == 0;
            assert_int_equal(vec_const(&v, 100, &vec, &arena), 0);
            Value back = vec_get(&vec, 99);
            check_value(&v, &back, all_types[c].name, 99);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_bool),     cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_strings),    cmocka_unit_test(test_uuid),     cmocka_unit_test(test_moments),
        cmocka_unit_test(test_json),       cmocka_unit_test(test_literals), cmocka_unit_test(test_order_and_hash),
        cmocka_unit_test(test_const),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
