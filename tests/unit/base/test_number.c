/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers, durations and sizes: round trips on random bit patterns, extremes, and the look of PostgreSQL. */
#include "test_util.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>

static double f64_of_bits(uint64_t u)
{
    double d;
    memcpy(&d, &u, 8);
    return d;
}

static float f32_of_bits(uint32_t u)
{
    float f;
    memcpy(&f, &u, 4);
    return f;
}

static void expect_f64(double v, const char *want)
{
    char buf[32];
    int n = f64_print(v, buf);
    assert_string_equal(buf, want);
    assert_int_equal(n, strlen(want));
}

static void f64_look(void **state)
{
    (void)state;
    expect_f64(0, "0");
    expect_f64(-0.0, "-0");
    expect_f64(1, "1");
    expect_f64(-1.5, "-1.5");
    expect_f64(0.1, "0.1");
    expect_f64(0.1 + 0.2, "0.30000000000000004");
    expect_f64(1e20, "1e+20");
    expect_f64(1e-5, "1e-05");
    expect_f64(0.0001, "0.0001");
    expect_f64(0.00012345, "0.00012345");
    expect_f64(1e14, "100000000000000");
    expect_f64(1e15, "1e+15");
    expect_f64(123456789012345.0, "123456789012345");
    expect_f64(1234567890123456.0, "1.234567890123456e+15");
    expect_f64(1e100, "1e+100");
    expect_f64(DBL_MAX, "1.7976931348623157e+308");
    expect_f64(-DBL_MAX, "-1.7976931348623157e+308");
    expect_f64(DBL_MIN, "2.2250738585072014e-308");
    expect_f64(4.9406564584124654e-324, "5e-324");
    expect_f64((double)INFINITY, "Infinity");
    expect_f64(-(double)INFINITY, "-Infinity");
    expect_f64((double)NAN, "NaN");
    expect_f64(123.456, "123.456");
    expect_f64(9007199254740993.0, "9.007199254740992e+15");
    expect_f64(5e-5, "5e-05");
    expect_f64(0x1p-44, "5.684341886080802e-14");
    expect_f64(0x1p-1073, "1e-323");
    expect_f64(0x1p63, "9.223372036854776e+18");
    expect_f64(99999999999999.9, "99999999999999.9");
}

static void expect_f32(float v, const char *want)
{
    char buf[32];
    int n = f32_print(v, buf);
    assert_string_equal(buf, want);
    assert_int_equal(n, strlen(want));
}

static void f32_look(void **state)
{
    (void)state;
    expect_f32(0.1f, "0.1");
    expect_f32(1.5f, "1.5");
    expect_f32(100000, "100000");
    expect_f32(1e6f, "1e+06");
    expect_f32(16777216, "1.6777216e+07");
    expect_f32(FLT_MAX, "3.4028235e+38");
    expect_f32(1e-45f, "1e-45");
    expect_f32(-0.0001f, "-0.0001");
    expect_f32(3.1415927f, "3.1415927");
    expect_f32(INFINITY, "Infinity");
}

/* Shortest: reads back equal, and no text of one digit less does. */
static void check_shortest(double v)
{
    char buf[32], shorter[48];
    double back;
    int n = f64_print(v, buf);
    assert_true(n < 32 && buf[n] == 0);
    assert_true(str_to_f64((Str){buf, (size_t)n}, &back));
    if (memcmp(&back, &v, 8) != 0)
        fail_msg("%s does not read back as %.17g", buf, v);
    assert_true(strtod(buf, NULL) == v);
    unsigned digits = 0, zeros = 0;
    for (const char *p = buf; *p && *p != 'e'; p++) {
        if (*p < '0' || *p > '9' || (digits == 0 && *p == '0'))
            continue;
        digits++;
        zeros = *p == '0' ? zeros + 1 : 0;
    }
    digits -= zeros;
    if (digits > 1) {
        snprintf(shorter, sizeof(shorter), "%.*e", (int)digits - 2, v);
        if (strtod(shorter, NULL) == v)
            fail_msg("%s is not the shortest, %s is shorter", buf, shorter);
    }
}

static void f64_round_trip(void **state)
{
    (void)state;
    for (int i = 0; i < 60000; i++) {
        double v = f64_of_bits(test_random());
        if (isfinite(v))
            check_shortest(v);
        check_shortest((double)(int64_t)test_random() / 1000.0);
        check_shortest((double)(int32_t)test_random() / 100.0);
        check_shortest((double)(test_random() % 1000000) / 1e9);
        check_shortest((double)(test_random() >> (test_random() % 64)));
    }
}

static void f32_round_trip(void **state)
{
    (void)state;
    for (int i = 0; i < 60000; i++) {
        float v = i & 1 ? f32_of_bits((uint32_t)test_random()) : (float)((double)(int32_t)test_random() / 1000.0);
        char buf[32];
        if (!isfinite(v))
            continue;
        f32_print(v, buf);
        assert_true(strtof(buf, NULL) == v);
    }
}

static void f64_parse(void **state)
{
    (void)state;
    static const char *const texts[] = {"0",
                                        "-0",
                                        "1",
                                        "1.",
                                        ".5",
                                        "1e5",
                                        "1E-5",
                                        "+1.5e+3",
                                        "0.1",
                                        "123456789012345678",
                                        "2.2250738585072011e-308",
                                        "1.7976931348623157e308",
                                        "9007199254740993",
                                        "0.000000000000000000000000000000000000000000000000000000000000000000001e69",
                                        "179769313486231580793728971405301199e273",
                                        "8.5e-324",
                                        "00000000000000000000001.5",
                                        "1234567890.12345678901234567890",
                                        "1e22",
                                        "1e23",
                                        "-1e-22",
                                        "0e999999",
                                        "7.0000000000000000000000e0"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        double v, want = strtod(texts[i], NULL);
        assert_true(str_to_f64(s_of(texts[i]), &v));
        if (memcmp(&v, &want, 8) != 0)
            fail_msg("%s gives %.17g", texts[i], v);
    }
    static const char *const bad[] = {"",    "-",    ".",     "e5",     "1e",     "1e+",  "1x",   "1.2.3", " 1",   "1 ",
                                      "--1", "0x10", "1e400", "-1e400", "1e-400", "infi", "nano", "1_000", "1e5.5"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        double v;
        if (str_to_f64(s_of(bad[i]), &v))
            fail_msg("\"%s\" was accepted", bad[i]);
    }
    double v;
    assert_true(str_to_f64(STR("Infinity"), &v) && v > 0 && isinf(v));
    assert_true(str_to_f64(STR("-INF"), &v) && v < 0 && isinf(v));
    assert_true(str_to_f64(STR("nan"), &v) && isnan(v));
}

static void f64_parse_random(void **state)
{
    (void)state;
    for (int i = 0; i < 300000; i++) {
        char text[64];
        uint64_t digits = test_random() >> (test_random() % 64);
        int exp10 = i % 2 ? (int)(test_random() % 700) - 360 : (int)(test_random() % 60) - 30;
        int n = snprintf(text, sizeof(text), "%llue%d", (unsigned long long)digits, exp10);
        double want = strtod(text, NULL), v;
        bool legal = isfinite(want) && (want != 0 || digits == 0);
        bool ok = str_to_f64((Str){text, (size_t)n}, &v);
        if (ok != legal || (ok && memcmp(&v, &want, 8) != 0))
            fail_msg("%s", text);
    }
}

/* A tie that only the 800th digit decides. */
static void f64_parse_long(void **state)
{
    (void)state;
    char buf[1400];
    int n = snprintf(buf, sizeof(buf), "9007199254740993.");
    memset(buf + n, '0', 1200);
    double v;
    assert_true(str_to_f64((Str){buf, (size_t)n + 1200}, &v) && v == 9007199254740992.0);
    buf[n + 1190] = '1';
    assert_true(str_to_f64((Str){buf, (size_t)n + 1200}, &v) && v == 9007199254740994.0);
    memset(buf, '1', 1300);
    assert_false(str_to_f64((Str){buf, 1300}, &v));
    memcpy(buf + 1300, "e-1290", 6);
    assert_true(str_to_f64((Str){buf, 1306}, &v));
    assert_true(fabs(v - 1111111111.111111) < 1e-5);
}

static void locale_is_ignored(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8", "C.UTF-8"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (setlocale(LC_ALL, names[i]))
            break;
    double v;
    assert_true(str_to_f64(STR("1.25e300"), &v) && v == 1.25e300);
    expect_f64(1.2345678901234567, "1.2345678901234567");
    setlocale(LC_ALL, "C");
}

static void integers(void **state)
{
    (void)state;
    int64_t i;
    uint64_t u;
    char buf[32];
    assert_true(str_to_i64(STR("-9223372036854775808"), &i) && i == INT64_MIN);
    assert_true(str_to_i64(STR("9223372036854775807"), &i) && i == INT64_MAX);
    assert_true(str_to_i64(STR("+00000000000000000000000000012"), &i) && i == 12);
    assert_false(str_to_i64(STR("9223372036854775808"), &i));
    assert_false(str_to_i64(STR("-9223372036854775809"), &i));
    assert_false(str_to_i64(STR("99999999999999999999999"), &i));
    assert_false(str_to_i64(STR(""), &i));
    assert_false(str_to_i64(STR("-"), &i));
    assert_false(str_to_i64(STR("1 "), &i));
    assert_false(str_to_i64(STR("+-1"), &i));
    assert_true(str_to_u64(STR("18446744073709551615"), &u) && u == UINT64_MAX);
    assert_false(str_to_u64(STR("18446744073709551616"), &u));
    assert_false(str_to_u64(STR("-1"), &u));
    assert_int_equal(i64_print(INT64_MIN, buf), 20);
    assert_string_equal(buf, "-9223372036854775808");
    for (int k = 0; k < 100000; k++) {
        int64_t v = (int64_t)test_random() >> (test_random() % 64);
        char want[32];
        snprintf(want, sizeof(want), "%lld", (long long)v);
        int n = i64_print(v, buf);
        assert_string_equal(buf, want);
        assert_true(str_to_i64((Str){buf, (size_t)n}, &i) && i == v);
    }
}

static void durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t us;
    } rows[] = {{"100", 100000},
                {"100ms", 100000},
                {"5s", 5000000},
                {"10 seconds", 10000000},
                {"2 min", 120000000},
                {"1h", 3600000000},
                {"3 days", 259200000000},
                {"1 week", 604800000000},
                {" 1.5 s ", 1500000},
                {"7 us", 7},
                {"0", 0},
                {"2M", 120000000},
                {"0.25ms", 250},
                {"106751991 days", 9223372022400000000}};
    int64_t us;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_true(str_to_duration_us(s_of(rows[i].text), 1000, &us));
        assert_int_equal(us, rows[i].us);
    }
    static const char *const bad[] = {"",      "s",  "-1s", "1 fortnight", "1.s", "0.5us", "106751992 days", "99999999999999999999",
                                      "1 s 2", "1e3"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(str_to_duration_us(s_of(bad[i]), 1000, &us));
}

static void sizes(void **state)
{
    (void)state;
    int64_t n;
    assert_true(str_to_bytes(STR("65536"), &n) && n == 65536);
    assert_true(str_to_bytes(STR("64kb"), &n) && n == 65536);
    assert_true(str_to_bytes(STR("1 MiB"), &n) && n == 1 << 20);
    assert_true(str_to_bytes(STR("2g"), &n) && n == INT64_C(2) << 30);
    assert_true(str_to_bytes(STR("1.5k"), &n) && n == 1536);
    assert_true(str_to_bytes(STR("8388607 TB"), &n) && n == INT64_C(8388607) << 40);
    assert_false(str_to_bytes(STR("8388608TB"), &n));
    assert_false(str_to_bytes(STR("-1"), &n));
    assert_false(str_to_bytes(STR("1 pint"), &n));
    assert_false(str_to_bytes(STR("0.3 kb"), &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(f64_look),       cmocka_unit_test(f32_look),
        cmocka_unit_test(f64_round_trip), cmocka_unit_test(f32_round_trip),
        cmocka_unit_test(f64_parse),      cmocka_unit_test(f64_parse_random),
        cmocka_unit_test(f64_parse_long), cmocka_unit_test(locale_is_ignored),
        cmocka_unit_test(integers),       cmocka_unit_test(durations),
        cmocka_unit_test(sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
