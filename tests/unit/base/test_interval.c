/* SPDX-License-Identifier: Apache-2.0
 *
 * Intervals: every accepted form, printing, arithmetic and the edges of the range. */
#include "test_util.h"

#include "base/calendar.h"

#define SECOND INT64_C(1000000000)
#define HOUR (3600 * SECOND)

static void forms(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"1 day 02:03:04", "1 day 02:03:04"},
        {"5 minutes", "00:05:00"},
        {"100ms", "00:00:00.1"},
        {"P1DT2H", "1 day 02:00:00"},
        {"-3 mons", "-3 mons"},
        {"7", "00:00:07"},
        {"1.5", "00:00:01.5"},
        {"0", "00:00:00"},
        {"1-2", "1 year 2 mons"},
        {"-1-2", "-1 years -2 mons"},
        {"1-2 3 4:05:06", "1 year 2 mons 3 days 04:05:06"},
        {"P1Y2M3DT4H5M6S", "1 year 2 mons 3 days 04:05:06"},
        {"P1Y2M3DT4H5M6.7S", "1 year 2 mons 3 days 04:05:06.7"},
        {"P2W", "14 days"},
        {"PT0.001S", "00:00:00.001"},
        {"PT-6H3M", "-05:57:00"},
        {"P-1Y2M", "-10 mons"},
        {"P0001-02-03T04:05:06", "1 year 2 mons 3 days 04:05:06"},
        {"1 year 2 mons -3 days +04:05:06", "1 year 2 mons -3 days +04:05:06"},
        {"1 day ago", "-1 days"},
        {"@ 1 minute 2 secs ago", "-00:01:02"},
        {"1y 2mon 3d 4h 5min 6s 7ms 8us", "1 year 2 mons 3 days 04:05:06.007008"},
        {"1d2h", "1 day 02:00:00"},
        {"2 w", "14 days"},
        {"1 decade 1 century 1 millennium", "1110 years"},
        {"1 quarter", "3 mons"},
        {"02:03", "02:03:00"},
        {"02:03.5", "00:02:03.5"},
        {"-02:03:04", "-02:03:04"},
        {"100:00:00", "100:00:00"},
        {"1.5 days", "1 day 12:00:00"},
        {"1.5 months", "1 mon 15 days"},
        {"1.5 years", "1 year 6 mons"},
        {"-1.5 months", "-1 mons -15 days"},
        {"1.51 months", "1 mon 15 days 07:12:00"},
        {"0.5 weeks", "3 days 12:00:00"},
        {"1.23456789 hours", "01:14:04.444404"},
        {".5 s", "00:00:00.5"},
        {"1 nanosecond", "00:00:00.000000001"},
        {"1 hour 30", "01:00:30"},
        {"3 4:05", "3 days 04:05:00"},
        {"  12 hr  ", "12:00:00"},
        {"1 MONTH", "1 mon"},
        {"2562047:47:16.854775807", "2562047:47:16.854775807"},
        {"-2562047:47:16.854775808", "-2562047:47:16.854775808"},
        {"2147483647 days", "2147483647 days"},
        {"-2147483648 months", "-178956970 years -8 mons"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Interval v, back;
        char buf[CALENDAR_TEXT_MAX];
        int rc = interval_parse(s_of(rows[i].in), &v);
        if (rc != 0)
            fail_msg("\"%s\": %d", rows[i].in, rc);
        int n = interval_print(&v, buf);
        if (strcmp(buf, rows[i].out) != 0 || n != (int)strlen(buf))
            fail_msg("\"%s\" gives \"%s\", not \"%s\"", rows[i].in, buf, rows[i].out);
        assert_int_equal(interval_parse((Str){buf, (size_t)n}, &back), 0);
        assert_true(back.months == v.months && back.days == v.days && back.ns == v.ns);
    }
}

static void errors(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        int rc;
    } rows[] = {
        {"", -ERR_DATETIME_FORMAT},
        {"@", -ERR_DATETIME_FORMAT},
        {"day", -ERR_DATETIME_FORMAT},
        {"1 fortnight", -ERR_DATETIME_FORMAT},
        {"1 day 2 days", -ERR_DATETIME_FORMAT},
        {"1 2 3", -ERR_DATETIME_FORMAT},
        {"1 day ago 2 hours", -ERR_DATETIME_FORMAT},
        {"ago", -ERR_DATETIME_FORMAT},
        {"P", -ERR_DATETIME_FORMAT},
        {"PT", -ERR_DATETIME_FORMAT},
        {"P1DT", -ERR_DATETIME_FORMAT},
        {"P1H", -ERR_DATETIME_FORMAT},
        {"1-2-3", -ERR_DATETIME_FORMAT},
        {"1:2:3:4", -ERR_DATETIME_FORMAT},
        {"1.", 0},
        {".", -ERR_DATETIME_FORMAT},
        {"--1 day", -ERR_DATETIME_FORMAT},
        {"infinity", -ERR_DATETIME_FORMAT},
        {"1-12", -ERR_INTERVAL_OVERFLOW},
        {"1:60:00", -ERR_INTERVAL_OVERFLOW},
        {"1:00:61", -ERR_INTERVAL_OVERFLOW},
        {"1:00:60", 0},
        {"2147483648 days", -ERR_INTERVAL_OVERFLOW},
        {"178956971 years", -ERR_INTERVAL_OVERFLOW},
        {"2562047:47:16.854775808", -ERR_INTERVAL_OVERFLOW},
        {"99999999999999999999 s", -ERR_INTERVAL_OVERFLOW},
        {"9223372036854775807 millennia", -ERR_INTERVAL_OVERFLOW},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Interval v;
        int rc = interval_parse(s_of(rows[i].in), &v);
        if (rc != rows[i].rc)
            fail_msg("\"%s\": %d instead of %d", rows[i].in, rc, rows[i].rc);
    }
}

static void unit_forms(void **state)
{
    (void)state;
    static const struct {
        const char *in, *unit, *to, *out;
    } rows[] = {
        {"5", "MINUTE", "", "00:05:00"},
        {"5", "days", "", "5 days"},
        {"1.5", "SECOND", "", "00:00:01.5"},
        {"250", "milliseconds", "", "00:00:00.25"},
        {"1-2", "YEAR", "MONTH", "1 year 2 mons"},
        {"1 2:03", "DAY", "MINUTE", "1 day 02:03:00"},
        {"02:03", "MINUTE", "SECOND", "00:02:03"},
        {"1 day 02:03:04", "HOUR", "", "1 day 02:00:00"},
        {"1 day 02:03:04", "DAY", "", "1 day"},
        {"1 year 5 mons", "YEAR", "", "1 year"},
        {"7", "HOUR", "SECOND", "00:00:07"},
        {"3 hours", "", "", "03:00:00"},
        {"2", "week", "", "14 days"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Interval v;
        char buf[CALENDAR_TEXT_MAX];
        assert_int_equal(interval_parse_unit(s_of(rows[i].in), s_of(rows[i].unit), s_of(rows[i].to), &v), 0);
        interval_print(&v, buf);
        assert_string_equal(buf, rows[i].out);
    }
    Interval v;
    assert_int_equal(interval_parse_unit(STR("1"), STR("parsec"), STR(""), &v), -ERR_DATETIME_FORMAT);
}

static void print_round_trip(void **state)
{
    (void)state;
    for (int i = 0; i < 200000; i++) {
        Interval v = {(int32_t)test_random() >> (test_random() % 32), (int32_t)test_random() >> (test_random() % 32),
                      (int64_t)test_random() >> (test_random() % 64)};
        Interval back;
        char buf[CALENDAR_TEXT_MAX];
        int n = interval_print(&v, buf);
        assert_true(n < CALENDAR_TEXT_MAX);
        if (interval_parse((Str){buf, (size_t)n}, &back) != 0 || back.months != v.months || back.days != v.days || back.ns != v.ns)
            fail_msg("\"%s\" does not read back", buf);
    }
}

static void arithmetic(void **state)
{
    (void)state;
    Interval r, a = {1, 2, 3}, min = {INT32_MIN, INT32_MIN, INT64_MIN}, zero = {0, 0, 0}, month = {1, 0, 0}, days30 = {0, 30, 0};
    assert_int_equal(interval_add(&a, &a, &r), 0);
    assert_true(r.months == 2 && r.days == 4 && r.ns == 6);
    assert_int_equal(interval_add(&min, &min, &r), -ERR_INTERVAL_OVERFLOW);
    assert_int_equal(interval_neg(&min, &r), -ERR_INTERVAL_OVERFLOW);
    assert_int_equal(interval_neg(&a, &r), 0);
    assert_true(r.months == -1 && r.days == -2 && r.ns == -3);
    assert_int_equal(interval_cmp(&month, &days30), 0);
    assert_true(interval_cmp(&min, &zero) < 0 && interval_cmp(&a, &zero) > 0);
    assert_int_equal(interval_mul(&month, 0.1, &r), 0);
    assert_true(r.months == 0 && r.days == 3 && r.ns == 0);
    assert_int_equal(interval_mul(&month, 0.7, &r), 0);
    assert_true(r.months == 0 && r.days == 21 && r.ns == 0);
    assert_int_equal(interval_mul(&month, -1.5, &r), 0);
    assert_true(r.months == -1 && r.days == -15 && r.ns == 0);
    Interval day = {0, 1, 0}, second = {0, 0, SECOND};
    assert_int_equal(interval_mul(&day, 1.25, &r), 0);
    assert_true(r.days == 1 && r.ns == 6 * HOUR);
    assert_int_equal(interval_mul(&second, 0.5, &r), 0);
    assert_true(r.ns == SECOND / 2);
    assert_int_equal(interval_mul(&month, 1e18, &r), -ERR_INTERVAL_OVERFLOW);
    assert_int_equal(interval_mul(&second, 1e18, &r), -ERR_INTERVAL_OVERFLOW);
    assert_int_equal(interval_mul(&second, (double)__builtin_nanf(""), &r), -ERR_INTERVAL_OVERFLOW);
    int64_t us;
    assert_int_equal(interval_fixed_us(&day, &us), 0);
    assert_int_equal(us, US_PER_DAY);
    assert_int_equal(interval_fixed_us(&month, &us), -ERR_WINDOW_SPEC);
    assert_int_equal(interval_fixed_us(&(Interval){0, 0, 1}, &us), -ERR_WINDOW_SPEC);
    assert_true(interval_total_us(&(Interval){1, 1, 1500}) == (i128)31 * US_PER_DAY + 2);
}

static void expect_sum(const char *at, const char *interval, const char *want)
{
    int64_t us;
    bool zone;
    Interval i;
    char buf[CALENDAR_TEXT_MAX];
    assert_int_equal(timestamp_parse(s_of(at), &us, &zone), 0);
    assert_int_equal(interval_parse(s_of(interval), &i), 0);
    assert_int_equal(timestamp_add(us, &i, &us), 0);
    timestamp_print(us, buf);
    assert_string_equal(buf, want);
}

static void sums(void **state)
{
    (void)state;
    expect_sum("2001-01-31 10:00:00", "1 month", "2001-02-28 10:00:00");
    expect_sum("2000-01-31 10:00:00", "1 month", "2000-02-29 10:00:00");
    expect_sum("2000-02-29", "1 year", "2001-02-28 00:00:00");
    expect_sum("2000-03-31", "-1 month", "2000-02-29 00:00:00");
    expect_sum("2000-01-31", "1 month 1 day", "2000-03-01 00:00:00");
    expect_sum("0001-01-01", "-1 day", "0001-12-31 00:00:00 BC");
    expect_sum("0001-01-31 BC", "1 month", "0001-02-29 00:00:00 BC");
    expect_sum("1970-01-01", "-1 microsecond", "1969-12-31 23:59:59.999999");
    expect_sum("infinity", "-1 day", "infinity");
    int64_t us;
    assert_int_equal(timestamp_add(INT64_MAX - 1, &(Interval){0, 0, 1000}, &us), -ERR_DATETIME_OVERFLOW);
    assert_int_equal(timestamp_add(INT64_MIN + 1, &(Interval){0, -1, 0}, &us), -ERR_DATETIME_OVERFLOW);
    assert_int_equal(timestamp_add(0, &(Interval){INT32_MAX, 0, 0}, &us), -ERR_DATETIME_OVERFLOW);
    assert_int_equal(timestamp_add(0, &(Interval){INT32_MIN, INT32_MIN, INT64_MIN}, &us), -ERR_DATETIME_OVERFLOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms),      cmocka_unit_test(errors), cmocka_unit_test(unit_forms), cmocka_unit_test(print_round_trip),
        cmocka_unit_test(arithmetic), cmocka_unit_test(sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
