/* SPDX-License-Identifier: Apache-2.0
 *
 * Decimals: text, rounding half away from zero, and products and quotients against schoolbook arithmetic on digit strings. */
#include "test_util.h"

#include <math.h>
#include <stdlib.h>

#include "base/decimal.h"

static i128 dec(const char *s)
{
    i128 v = 0;
    unsigned precision, scale;
    assert_int_equal(decimal_parse_any(s_of(s), &v, &precision, &scale), 0);
    assert_int_equal(scale, 0);
    return v;
}

static void expect_dec(i128 v, const char *want)
{
    char buf[DECIMAL_TEXT_MAX];
    int n = decimal_print(v, 0, buf);
    assert_string_equal(buf, want);
    assert_int_equal(n, strlen(want));
}

#define NINES38 "99999999999999999999999999999999999999"

static void powers(void **state)
{
    (void)state;
    u128 p = 1;
    for (unsigned i = 0; i <= 38; i++) {
        assert_true(decimal_pow10_table[i] == p);
        p *= 10;
    }
    assert_true(decimal_fits(dec(NINES38), 38));
    assert_false(decimal_fits((i128)decimal_pow10_table[38], 38));
    assert_true(decimal_fits(-999, 3));
    assert_false(decimal_fits(-1000, 3));
    assert_true(decimal_fits(0, 0));
}

static void text(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        unsigned precision, scale;
        int rc;
        const char *out;
    } rows[] = {
        {"0", 5, 2, 0, "0.00"},
        {"-0", 5, 2, 0, "0.00"},
        {"1.005", 10, 2, 0, "1.01"},
        {"-1.005", 10, 2, 0, "-1.01"},
        {"1.0049999", 10, 2, 0, "1.00"},
        {"0.5", 1, 0, 0, "1"},
        {"-0.5", 1, 0, 0, "-1"},
        {"0.4999", 1, 0, 0, "0"},
        {"9.5", 1, 0, -ERR_NUMERIC_RANGE, NULL},
        {"999.994", 5, 2, 0, "999.99"},
        {"999.995", 5, 2, -ERR_NUMERIC_RANGE, NULL},
        {"1e3", 6, 2, 0, "1000.00"},
        {"1.5E-2", 6, 4, 0, "0.0150"},
        {"5e-3", 6, 2, 0, "0.01"},
        {"4e-3", 6, 2, 0, "0.00"},
        {"1e-999999999999", 6, 2, 0, "0.00"},
        {"0e999999999999", 6, 2, 0, "0.00"},
        {"1e38", 38, 0, -ERR_NUMERIC_RANGE, NULL},
        {"1e37", 38, 0, 0, "10000000000000000000000000000000000000"},
        {NINES38, 38, 0, 0, NINES38},
        {"-" NINES38, 38, 0, 0, "-" NINES38},
        {NINES38 ".4", 38, 0, 0, NINES38},
        {NINES38 ".5", 38, 0, -ERR_NUMERIC_RANGE, NULL},
        {"0.99999999999999999999999999999999999999", 38, 38, 0, "0.99999999999999999999999999999999999999"},
        {"-.1", 38, 38, 0, "-0.10000000000000000000000000000000000000"},
        {"  12. ", 5, 1, 0, "12.0"},
        {"+7", 5, 0, 0, "7"},
        {"000000000000000000000000000000000000000000000001", 5, 0, 0, "1"},
        {"", 5, 0, -ERR_INVALID_TEXT, NULL},
        {".", 5, 0, -ERR_INVALID_TEXT, NULL},
        {"1e", 5, 0, -ERR_INVALID_TEXT, NULL},
        {"1..2", 5, 0, -ERR_INVALID_TEXT, NULL},
        {"12a", 5, 0, -ERR_INVALID_TEXT, NULL},
        {"NaN", 5, 0, -ERR_INVALID_TEXT, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        i128 v = 0;
        char buf[DECIMAL_TEXT_MAX];
        int rc = decimal_parse(s_of(rows[i].in), rows[i].precision, rows[i].scale, &v);
        if (rc != rows[i].rc)
            fail_msg("\"%s\": %d instead of %d", rows[i].in, rc, rows[i].rc);
        if (rc == 0) {
            decimal_print(v, rows[i].scale, buf);
            assert_string_equal(buf, rows[i].out);
        }
    }
}

static void text_any(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        unsigned precision, scale;
        const char *out;
    } rows[] = {{"1.50", 3, 2, "1.50"},
                {"0.05", 2, 2, "0.05"},
                {"120", 3, 0, "120"},
                {"1.2e3", 4, 0, "1200"},
                {"1e-3", 3, 3, "0.001"},
                {"0", 1, 0, "0"},
                {"123456789012345678901234567890.1234567890", 38, 8, "123456789012345678901234567890.12345679"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        i128 v;
        unsigned precision, scale;
        char buf[DECIMAL_TEXT_MAX];
        assert_int_equal(decimal_parse_any(s_of(rows[i].in), &v, &precision, &scale), 0);
        assert_int_equal(precision, rows[i].precision);
        assert_int_equal(scale, rows[i].scale);
        decimal_print(v, scale, buf);
        assert_string_equal(buf, rows[i].out);
    }
}

static void rescale(void **state)
{
    (void)state;
    i128 v;
    assert_int_equal(decimal_rescale(125, 2, 1, &v), 0);
    assert_true(v == 13);
    assert_int_equal(decimal_rescale(-125, 2, 1, &v), 0);
    assert_true(v == -13);
    assert_int_equal(decimal_rescale(124, 2, 1, &v), 0);
    assert_true(v == 12);
    assert_int_equal(decimal_rescale(5, 0, 37, &v), 0);
    expect_dec(v, "50000000000000000000000000000000000000");
    assert_int_equal(decimal_rescale(10, 0, 37, &v), -ERR_NUMERIC_RANGE);
    assert_int_equal(decimal_rescale(0, 0, 38, &v), 0);
    assert_true(v == 0);
    assert_int_equal(decimal_rescale(dec(NINES38), 38, 0, &v), 0);
    assert_true(v == 1);
    assert_int_equal(decimal_rescale(dec("49999999999999999999999999999999999999"), 38, 0, &v), 0);
    assert_true(v == 0);
    assert_int_equal(decimal_rescale(-dec(NINES38), 1, 0, &v), 0);
    expect_dec(v, "-10000000000000000000000000000000000000");
}

/* A number of up to 80 decimal digits, lowest first: slow and obviously right. */
typedef struct Digits {
    int d[96];
} Digits;

static Digits digits_of(u128 v)
{
    Digits r = {{0}};
    for (int i = 0; v; i++, v /= 10)
        r.d[i] = (int)(v % 10);
    return r;
}

static Digits digits_mul(const Digits *a, const Digits *b)
{
    Digits r = {{0}};
    for (int i = 0; i < 48; i++)
        for (int j = 0; j < 48; j++)
            r.d[i + j] += a->d[i] * b->d[j];
    for (int i = 0; i + 1 < 96; i++) {
        r.d[i + 1] += r.d[i] / 10;
        r.d[i] %= 10;
    }
    return r;
}

/* Drops n digits, half up; false when more than 38 are left. */
static bool digits_drop(const Digits *a, unsigned n, u128 *ret)
{
    u128 v = 0;
    for (int i = 95; i >= (int)n; i--) {
        if (i >= (int)n + 38 && a->d[i])
            return false;
        if (i < (int)n + 38)
            v = v * 10 + (unsigned)a->d[i];
    }
    v += n > 0 && a->d[n - 1] >= 5;
    *ret = v;
    return v < decimal_pow10_table[38];
}

static u128 random_magnitude(void)
{
    u128 v = (u128)test_random() << 64 | test_random();
    return (v >> (test_random() % 128)) % decimal_pow10_table[38];
}

static void products(void **state)
{
    (void)state;
    i128 v;
    for (int i = 0; i < 40000; i++) {
        u128 a = random_magnitude(), b = random_magnitude(), want;
        unsigned drop = (unsigned)(test_random() % 77);
        Digits x = digits_of(a), y = digits_of(b), xy = digits_mul(&x, &y);
        bool fits = digits_drop(&xy, drop, &want);
        int rc = decimal_mul((i128)a, -(i128)b, drop, &v);
        assert_int_equal(rc, fits ? 0 : -ERR_NUMERIC_RANGE);
        if (fits)
            assert_true(v == -(i128)want);
    }
    i128 max = dec(NINES38);
    assert_int_equal(decimal_mul(max, max, 38, &v), 0);
    expect_dec(v, "99999999999999999999999999999999999998");
    assert_int_equal(decimal_mul(max, max, 37, &v), -ERR_NUMERIC_RANGE);
    assert_int_equal(decimal_mul(-25, 1, 1, &v), 0);
    assert_true(v == -3);
}

/* q = round(a * 10^add / b)  <=>  |2 a 10^add - 2 q b| <= b, checked in digits. */
static void check_quotient(u128 a, u128 b, unsigned add, u128 q)
{
    Digits x = {{0}}, ad = digits_of(a), bd = digits_of(b), q2 = digits_of(2 * q + 1), lo = digits_of(q ? 2 * q - 1 : 0);
    memcpy(x.d + add, ad.d, sizeof(int) * (96 - add));
    for (int i = 0; i < 96; i++)
        x.d[i] *= 2;
    for (int i = 0; i + 1 < 96; i++) {
        x.d[i + 1] += x.d[i] / 10;
        x.d[i] %= 10;
    }
    Digits high = digits_mul(&q2, &bd), low = digits_mul(&lo, &bd);
    int above = 0, below = 0;
    for (int i = 95; i >= 0 && !above; i--)
        above = (high.d[i] > x.d[i]) - (high.d[i] < x.d[i]);
    for (int i = 95; i >= 0 && !below; i--)
        below = (x.d[i] > low.d[i]) - (x.d[i] < low.d[i]);
    assert_int_equal(above, 1); /* half goes up: 2x < (2q + 1) b */
    assert_true(q == 0 || below >= 0);
}

static void quotients(void **state)
{
    (void)state;
    i128 v;
    unsigned n_ok = 0;
    for (int i = 0; i < 60000; i++) {
        u128 a = random_magnitude(), b = random_magnitude();
        unsigned add = (unsigned)(test_random() % 77);
        if (b == 0)
            continue;
        int rc = decimal_div(-(i128)a, (i128)b, add, &v);
        if (rc == 0) {
            check_quotient(a, b, add, (u128)-v);
            n_ok++;
        } else {
            assert_int_equal(rc, -ERR_NUMERIC_RANGE);
            long double about = (long double)a / (long double)b * powl(10, add);
            assert_true(about > 9.9999e37L);
        }
    }
    assert_true(n_ok > 10000);
    assert_int_equal(decimal_div(1, 0, 0, &v), -ERR_DIVISION_BY_ZERO);
    assert_int_equal(decimal_div(1, 2, 0, &v), 0);
    assert_true(v == 1);
    assert_int_equal(decimal_div(-1, 2, 0, &v), 0);
    assert_true(v == -1);
    assert_int_equal(decimal_div(1, 3, 37, &v), 0);
    expect_dec(v, "3333333333333333333333333333333333333");
    i128 max = dec(NINES38);
    assert_int_equal(decimal_div(max, max, 37, &v), 0);
    expect_dec(v, "10000000000000000000000000000000000000");
    assert_int_equal(decimal_div(max, max, 38, &v), -ERR_NUMERIC_RANGE);
    assert_int_equal(decimal_div(1, max, 75, &v), 0);
    expect_dec(v, "10000000000000000000000000000000000000");
    assert_int_equal(decimal_div(1, max, 77, &v), -ERR_NUMERIC_RANGE);
    assert_int_equal(decimal_div(0, max, 200, &v), 0);
}

static void doubles(void **state)
{
    (void)state;
    i128 v;
    assert_int_equal(decimal_from_f64(0.1 + 0.2, 10, &v), 0);
    assert_true(v == INT64_C(3000000000));
    assert_int_equal(decimal_from_f64(-2.5, 0, &v), 0);
    assert_true(v == -3);
    assert_int_equal(decimal_from_f64(1.005, 2, &v), 0);
    assert_true(v == 101);
    assert_int_equal(decimal_from_f64(1e37, 0, &v), 0);
    expect_dec(v, "10000000000000000000000000000000000000");
    assert_int_equal(decimal_from_f64(1e38, 0, &v), -ERR_NUMERIC_RANGE);
    assert_int_equal(decimal_from_f64((double)NAN, 0, &v), -ERR_NUMERIC_RANGE);
    assert_int_equal(decimal_from_f64(-(double)INFINITY, 0, &v), -ERR_NUMERIC_RANGE);
    assert_int_equal(decimal_from_f64(1e-300, 4, &v), 0);
    assert_true(v == 0);
    assert_true(decimal_to_f64(12345, 2) == 123.45);
    assert_true(decimal_to_f64(-1, 38) == -1e-38);
    assert_true(decimal_to_f64(dec(NINES38), 0) == 1e38);
    assert_true(decimal_to_f64(dec("12345678901234567890"), 10) == 1234567890.1234567890);
    uint64_t random = 88172645463325252u;
    for (int i = 0; i < 20000; i++) { /* as the C library reads the text */
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        char buf[DECIMAL_TEXT_MAX + 1];
        unsigned scale = (unsigned)(random % 39);
        i128 x = i % 3 ? (i128)(random >> random % 40) : (i128)(random | 0x400) << random % 60;
        buf[decimal_print(i % 2 ? x : -x, scale, buf)] = '\0';
        assert_true(decimal_to_f64(i % 2 ? x : -x, scale) == strtod(buf, NULL));
    }
    /* between two doubles, exactly and by a hair */
    assert_true(decimal_to_f64(dec("9007199254740993"), 0) == 9007199254740992.0);
    assert_true(decimal_to_f64(dec("9007199254740993001"), 3) == 9007199254740994.0);
    assert_true(decimal_to_f64(dec("9007199254740992999"), 3) == 9007199254740992.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(powers),   cmocka_unit_test(text),      cmocka_unit_test(text_any), cmocka_unit_test(rescale),
        cmocka_unit_test(products), cmocka_unit_test(quotients), cmocka_unit_test(doubles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
