/* SPDX-License-Identifier: Apache-2.0
 *
 * Calendar: every day of many centuries against a step-by-step count, text both ways, extremes of the range. */
#include "test_util.h"

#include "base/calendar.h"

static void every_day(void **state)
{
    (void)state;
    int32_t y = -1201, m = 1, d = 1;
    for (int64_t day = days_of_civil(y, m, d); y < 3000; day++) {
        int32_t gy, gm, gd;
        civil_of_days(day, &gy, &gm, &gd);
        if (gy != y || gm != m || gd != d || days_of_civil(y, m, d) != day)
            fail_msg("day %lld is %d-%d-%d, not %d-%d-%d", (long long)day, y, m, d, gy, gm, gd);
        if (++d > days_in_month(y, m)) {
            d = 1;
            if (++m > 12) {
                m = 1;
                y++;
            }
        }
    }
    assert_int_equal(days_of_civil(1970, 1, 1), 0);
    assert_int_equal(days_of_civil(2000, 3, 1), 11017);
    assert_int_equal(days_in_month(1900, 2), 28);
    assert_int_equal(days_in_month(2000, 2), 29);
    assert_int_equal(days_in_month(0, 2), 29);
    assert_int_equal(days_in_month(-4, 2), 29);
    assert_int_equal(days_in_month(-100, 2), 28);
    for (int i = 0; i < 100000; i++) {
        int64_t day = (int32_t)test_random();
        civil_of_days(day, &y, &m, &d);
        assert_true(days_of_civil(y, m, d) == day && d <= days_in_month(y, m));
    }
}

static void weeks(void **state)
{
    (void)state;
    static const struct {
        int32_t y, m, d, iso_year, week;
    } rows[] = {{2005, 1, 1, 2004, 53},   {2005, 1, 3, 2005, 1}, {2008, 12, 29, 2009, 1}, {2010, 1, 3, 2009, 53},
                {2020, 12, 31, 2020, 53}, {2021, 1, 4, 2021, 1}, {1970, 1, 1, 1970, 1},   {0, 1, 1, -1, 52}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int32_t year;
        assert_int_equal(iso_week(days_of_civil(rows[i].y, rows[i].m, rows[i].d), &year), rows[i].week);
        assert_int_equal(year, rows[i].iso_year);
    }
}

static void expect_timestamp(const char *in, const char *out, bool zone)
{
    int64_t us;
    bool has_zone;
    char buf[CALENDAR_TEXT_MAX];
    int rc = timestamp_parse(s_of(in), &us, &has_zone);
    if (rc != 0)
        fail_msg("\"%s\": %d", in, rc);
    int n = timestamp_print(us, buf);
    if (strcmp(buf, out) != 0 || has_zone != zone || n != (int)strlen(out))
        fail_msg("\"%s\" gives \"%s\" zone %d, not \"%s\"", in, buf, has_zone, out);
}

static void timestamps(void **state)
{
    (void)state;
    expect_timestamp("2001-01-31 12:34:56.789", "2001-01-31 12:34:56.789", false);
    expect_timestamp("2001-01-31T12:34:56", "2001-01-31 12:34:56", false);
    expect_timestamp("2001-01-31T12:34:56Z", "2001-01-31 12:34:56", true);
    expect_timestamp("2001-01-31 12:34:56.5Z", "2001-01-31 12:34:56.5", true);
    expect_timestamp("2001-01-31 12:34", "2001-01-31 12:34:00", false);
    expect_timestamp("2001-01-31", "2001-01-31 00:00:00", false);
    expect_timestamp("20010131T123456", "2001-01-31 12:34:56", false);
    expect_timestamp("2001-1-5 1:02:03", "2001-01-05 01:02:03", false);
    expect_timestamp("2001/01/05", "2001-01-05 00:00:00", false);
    expect_timestamp("  2001-01-31 12:34:56  ", "2001-01-31 12:34:56", false);
    expect_timestamp("2001-01-31 12:34:56+02", "2001-01-31 10:34:56", true);
    expect_timestamp("2001-01-31 12:34:56 -03:30", "2001-01-31 16:04:56", true);
    expect_timestamp("2001-01-31 12:34:56+0530", "2001-01-31 07:04:56", true);
    expect_timestamp("2001-01-31 12:34:56+01:02:03", "2001-01-31 11:32:53", true);
    expect_timestamp("2001-01-31 12:34:56 UTC", "2001-01-31 12:34:56", true);
    expect_timestamp("2001-01-31 12:34:56 gmt", "2001-01-31 12:34:56", true);
    expect_timestamp("2000-02-29 24:00:00", "2000-03-01 00:00:00", false);
    expect_timestamp("1999-12-31 23:59:60", "2000-01-01 00:00:00", false);
    expect_timestamp("1999-12-31 23:59:59.9999995", "2000-01-01 00:00:00", false);
    expect_timestamp("1999-12-31 23:59:59.9999994", "1999-12-31 23:59:59.999999", false);
    expect_timestamp("1969-12-31 23:59:59.999999", "1969-12-31 23:59:59.999999", false);
    expect_timestamp("0001-01-01 00:00:00 BC", "0001-01-01 00:00:00 BC", false);
    expect_timestamp("0044-03-15 10:00:00 BC", "0044-03-15 10:00:00 BC", false);
    expect_timestamp("0005-02-29 BC", "0005-02-29 00:00:00 BC", false);
    expect_timestamp("12345-01-01 00:00:00", "12345-01-01 00:00:00", false);
    expect_timestamp("294247-01-10 04:00:54.775806", "294247-01-10 04:00:54.775806", false);
    expect_timestamp("infinity", "infinity", false);
    expect_timestamp("-Infinity", "-infinity", false);
    expect_timestamp("epoch", "1970-01-01 00:00:00", true);
    expect_timestamp("2001-01-31 12:34:56.", "2001-01-31 12:34:56", false);
}

static void timestamp_errors(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        int rc;
    } rows[] = {
        {"", -ERR_DATETIME_FORMAT},
        {"yesterday", -ERR_DATETIME_FORMAT},
        {"2001-01-31 ", 0},
        {"2001-01-31T", -ERR_DATETIME_FORMAT},
        {"2001-01-31 12", -ERR_DATETIME_FORMAT},
        {"2001-01-31 12:34:56x", -ERR_DATETIME_FORMAT},
        {"2001-01-31 12:34:56.x", -ERR_DATETIME_FORMAT},
        {"2001-01:31 12:34:56", -ERR_DATETIME_FORMAT},
        {"2001-01-31 12:34:56 XST", -ERR_DATETIME_FORMAT},
        {"2001-01-31 12:34:56+", -ERR_DATETIME_FORMAT},
        {"2001-01-31 12:34:5/", -ERR_DATETIME_FORMAT},
        {"200a-01-31 12:34:56", -ERR_DATETIME_FORMAT},
        {"2001-01-3\xB1 12:34:56", -ERR_DATETIME_FORMAT},
        {"\xB2"
         "001-01-31 12:34:56",
         -ERR_DATETIME_FORMAT},
        {"2001-02-29", -ERR_DATETIME_OVERFLOW},
        {"2001-13-01", -ERR_DATETIME_OVERFLOW},
        {"2001-00-01", -ERR_DATETIME_OVERFLOW},
        {"2001-01-00", -ERR_DATETIME_OVERFLOW},
        {"0000-01-01 00:00:00", -ERR_DATETIME_OVERFLOW},
        {"0000-01-01 BC", -ERR_DATETIME_OVERFLOW},
        {"2001-01-31 25:00:00", -ERR_DATETIME_OVERFLOW},
        {"2001-01-31 24:00:01", -ERR_DATETIME_OVERFLOW},
        {"2001-01-31 12:60:00", -ERR_DATETIME_OVERFLOW},
        {"2001-01-31 12:00:61", -ERR_DATETIME_OVERFLOW},
        {"2001-01-31 12:00:00+16", -ERR_ZONE_OFFSET},
        {"294247-01-10 04:00:54.775807", -ERR_DATETIME_OVERFLOW},
        {"294248-01-01", -ERR_DATETIME_OVERFLOW},
        {"290309-01-01 BC", -ERR_DATETIME_OVERFLOW},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t us;
        bool zone;
        int rc = timestamp_parse(s_of(rows[i].in), &us, &zone);
        if (rc != rows[i].rc)
            fail_msg("\"%s\": %d instead of %d", rows[i].in, rc, rows[i].rc);
    }
}

static void timestamp_round_trip(void **state)
{
    (void)state;
    char buf[CALENDAR_TEXT_MAX];
    bool zone;
    for (int i = 0; i < 200000; i++) {
        int64_t us = (int64_t)test_random() >> (test_random() % 40), back;
        if (us == TIMESTAMP_MINUS_INFINITY || us == TIMESTAMP_INFINITY)
            continue;
        int n = timestamp_print(us, buf);
        assert_int_equal(timestamp_parse((Str){buf, (size_t)n}, &back, &zone), 0);
        assert_true(back == us && !zone);
        n = timestamptz_print(us, buf);
        assert_int_equal(timestamp_parse((Str){buf, (size_t)n}, &back, &zone), 0);
        assert_true(back == us && zone);
        n = timestamp_print_ns(us, buf);
        assert_int_equal(timestamp_parse_ns((Str){buf, (size_t)n}, &back, &zone), 0);
        assert_true(back == us);
        Civil c;
        civil_of_us(us, &c);
        assert_int_equal(us_of_civil(&c, &back), 0);
        assert_true(back == us);
    }
    int64_t ns;
    assert_int_equal(timestamp_parse_ns(STR("2001-01-31 12:34:56.123456789"), &ns, &zone), 0);
    timestamp_print_ns(ns, buf);
    assert_string_equal(buf, "2001-01-31 12:34:56.123456789");
    assert_int_equal(timestamp_parse_ns(STR("2300-01-01 00:00:00"), &ns, &zone), -ERR_DATETIME_OVERFLOW);
    assert_int_equal(timestamp_print(INT64_MAX - 1, buf), 28);
    assert_string_equal(buf, "294247-01-10 04:00:54.775806");
    timestamp_print(INT64_MIN + 1, buf);
    assert_string_equal(buf, "290309-12-21 19:59:05.224193 BC");
    timestamptz_print(-1, buf);
    assert_string_equal(buf, "1969-12-31 23:59:59.999999+00");
    timestamptz_print(TIMESTAMP_INFINITY, buf);
    assert_string_equal(buf, "infinity");
}

static void dates_and_times(void **state)
{
    (void)state;
    int32_t days;
    int64_t us;
    char buf[CALENDAR_TEXT_MAX];
    for (int i = 0; i < 100000; i++) {
        int32_t v = (int32_t)test_random() >> (test_random() % 20);
        int n = date_print(v, buf);
        assert_int_equal(date_parse((Str){buf, (size_t)n}, &days), 0);
        assert_int_equal(days, v);
        int64_t t = (int64_t)(test_random() % (uint64_t)US_PER_DAY);
        n = time_print(t, buf);
        assert_int_equal(time_parse((Str){buf, (size_t)n}, &us), 0);
        assert_int_equal(us, t);
    }
    assert_int_equal(date_parse(STR("2000-02-29"), &days), 0);
    assert_int_equal(date_parse(STR("1900-02-29"), &days), -ERR_DATETIME_OVERFLOW);
    assert_int_equal(date_parse(STR("2000-02-2"), &days), 0);
    assert_int_equal(date_parse(STR("2000-02-29 13:00:00"), &days), 0);
    assert_int_equal(date_parse(STR("2000-02"), &days), -ERR_DATETIME_FORMAT);
    assert_int_equal(date_parse(STR("9999999-01-01"), &days), -ERR_DATETIME_OVERFLOW);
    assert_int_equal(time_parse(STR("24:00:00"), &us), 0);
    assert_int_equal(us, US_PER_DAY);
    time_print(us, buf);
    assert_string_equal(buf, "24:00:00");
    assert_int_equal(time_parse(STR("T12:34"), &us), 0);
    assert_int_equal(time_parse(STR("123456"), &us), 0);
    assert_int_equal(time_parse(STR("23:59:60"), &us), 0);
    assert_int_equal(us, US_PER_DAY);
    assert_int_equal(time_parse(STR("24:00:00.1"), &us), -ERR_DATETIME_OVERFLOW);
    assert_int_equal(time_parse(STR("12:34:56 x"), &us), -ERR_DATETIME_FORMAT);
    assert_int_equal(time_parse(STR(""), &us), -ERR_DATETIME_FORMAT);
}

static void truncation(void **state)
{
    (void)state;
    static const struct {
        const char *unit, *in, *out;
    } rows[] = {
        {"microseconds", "2001-02-16 20:38:40.123456", "2001-02-16 20:38:40.123456"},
        {"milliseconds", "2001-02-16 20:38:40.123456", "2001-02-16 20:38:40.123"},
        {"second", "1960-02-16 20:38:40.123456", "1960-02-16 20:38:40"},
        {"MINUTE", "2001-02-16 20:38:40", "2001-02-16 20:38:00"},
        {"hour", "1960-02-16 20:38:40", "1960-02-16 20:00:00"},
        {"day", "2001-02-16 20:38:40", "2001-02-16 00:00:00"},
        {"week", "2001-02-16 20:38:40", "2001-02-12 00:00:00"},
        {"week", "1969-12-31 20:38:40", "1969-12-29 00:00:00"},
        {"month", "2001-02-16 20:38:40", "2001-02-01 00:00:00"},
        {"quarter", "2001-06-16 20:38:40", "2001-04-01 00:00:00"},
        {"year", "2001-02-16 20:38:40", "2001-01-01 00:00:00"},
        {"decade", "2009-02-16 20:38:40", "2000-01-01 00:00:00"},
        {"century", "2000-02-16 20:38:40", "1901-01-01 00:00:00"},
        {"century", "2001-02-16 20:38:40", "2001-01-01 00:00:00"},
        {"millennium", "2000-12-16 20:38:40", "1001-01-01 00:00:00"},
        {"century", "0055-08-10 BC", "0100-01-01 00:00:00 BC"},
        {"decade", "0002-12-31 BC", "0011-01-01 00:00:00 BC"},
        {"years", "infinity", "infinity"},
    };
    int64_t us;
    bool zone;
    char buf[CALENDAR_TEXT_MAX];
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(timestamp_parse(s_of(rows[i].in), &us, &zone), 0);
        assert_int_equal(timestamp_trunc(s_of(rows[i].unit), us, &us), 0);
        timestamp_print(us, buf);
        assert_string_equal(buf, rows[i].out);
    }
    assert_int_equal(timestamp_trunc(STR("fortnight"), 0, &us), -ERR_INVALID_PARAMETER);
    assert_int_equal(timestamp_trunc(STR("century"), INT64_MIN + 1, &us), -ERR_DATETIME_OVERFLOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day),
        cmocka_unit_test(weeks),
        cmocka_unit_test(timestamps),
        cmocka_unit_test(timestamp_errors),
        cmocka_unit_test(timestamp_round_trip),
        cmocka_unit_test(dates_and_times),
        cmocka_unit_test(truncation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
