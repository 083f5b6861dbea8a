/* SPDX-License-Identifier: Apache-2.0
 *
 * Damaged and random text into every parser of base: none reads beyond its slice (each text lies at the end of its own block, so
 * the address sanitizer sees one byte too many), and what is accepted prints and reads back equal. */
#include "test_util.h"

#include <stdlib.h>

#include "base/calendar.h"
#include "base/decimal.h"

static const char *const samples[] = {
    "2001-01-31 12:34:56.789",
    "2001-01-31T12:34:56Z",
    "2001-01-31",
    "20010131T123456+02:30",
    "0044-03-15 BC",
    "12:34:56.5",
    "1 year 2 mons -3 days +04:05:06.7",
    "P1Y2M3DT4H5M6.7S",
    "@ 1-2 3 4:05:06 ago",
    "P0001-02-03T04:05:06",
    "-1234567890.123456789012345678e-12",
    "1.7976931348623157e308",
    "9223372036854775807",
    "15 minutes",
    "64 KiB",
    "infinity",
    "99999999999999999999999999999999999999",
};

static void check_moments(Str s)
{
    int64_t us, back;
    int32_t days, days_back;
    bool zone;
    Interval v, w;
    char buf[CALENDAR_TEXT_MAX];
    if (timestamp_parse(s, &us, &zone) == 0) {
        int n = timestamp_print(us, buf);
        assert_int_equal(timestamp_parse((Str){buf, (size_t)n}, &back, &zone), 0);
        assert_true(us == back);
    }
    timestamp_parse_ns(s, &us, &zone);
    if (date_parse(s, &days) == 0) {
        int n = date_print(days, buf);
        assert_int_equal(date_parse((Str){buf, (size_t)n}, &days_back), 0);
        assert_int_equal(days, days_back);
    }
    if (time_parse(s, &us) == 0)
        assert_true(us >= 0 && us <= US_PER_DAY);
    if (interval_parse(s, &v) == 0) {
        int n = interval_print(&v, buf);
        assert_int_equal(interval_parse((Str){buf, (size_t)n}, &w), 0);
        assert_true(v.months == w.months && v.days == w.days && v.ns == w.ns);
    }
    interval_parse_unit(s, STR("minute"), STR("second"), &v);
}

static void check_numbers(Str s)
{
    double f, f_back;
    int64_t i;
    uint64_t u;
    i128 d, d_back;
    unsigned precision, scale;
    char buf[64];
    if (str_to_f64(s, &f)) {
        int n = f64_print(f, buf);
        assert_true(str_to_f64((Str){buf, (size_t)n}, &f_back));
        assert_true(f == f_back || f != f);
    }
    if (decimal_parse_any(s, &d, &precision, &scale) == 0) {
        assert_true(decimal_fits(d, precision) && scale <= 38 && precision <= 38);
        int n = decimal_print(d, scale, buf);
        assert_true(n < DECIMAL_TEXT_MAX);
        assert_int_equal(decimal_parse((Str){buf, (size_t)n}, 38, scale, &d_back), 0);
        assert_true(d == d_back);
    }
    str_to_i64(s, &i);
    str_to_u64(s, &u);
    if (str_to_duration_us(s, 1000, &i))
        assert_true(i >= 0);
    if (str_to_bytes(s, &i))
        assert_true(i >= 0);
    utf8_is_valid(s.p, s.n);
}

static void damaged(void **state)
{
    (void)state;
    static const char letters[] = "0123456789-+.:/ TZPYMDWHSeE@dagohmsn\0\x80\xff";
    for (int round = 0; round < 60000; round++) {
        const char *sample = samples[test_random() % ARRAY_LEN(samples)];
        size_t n = test_random() % (strlen(sample) + 1);
        n = round % 3 ? strlen(sample) : n;
        char *text = malloc(n ? n : 1);
        memcpy(text, sample, n);
        for (uint64_t k = test_random() % 4; k > 0 && n > 0; k--)
            text[test_random() % n] = letters[test_random() % (sizeof(letters) - 1)];
        check_moments((Str){text, n});
        check_numbers((Str){text, n});
        free(text);
    }
}

/* The fast form of dates against the general arithmetic, every day it covers. */
static void every_date(void **state)
{
    (void)state;
    char buf[CALENDAR_TEXT_MAX];
    int64_t first = days_of_civil(1, 1, 1), last = days_of_civil(9999, 12, 31), us;
    bool zone;
    for (int64_t day = first; day <= last; day++) {
        int32_t back;
        assert_int_equal(date_print((int32_t)day, buf), 10);
        assert_int_equal(date_parse(((Str){buf, 10}), &back), 0);
        assert_int_equal(back, day);
    }
    assert_int_equal(timestamp_parse(STR("9999-12-31 23:59:59.999999"), &us, &zone), 0);
    assert_int_equal(us, (last + 1) * US_PER_DAY - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(damaged), cmocka_unit_test(every_date)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
