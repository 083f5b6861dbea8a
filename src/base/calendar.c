/* SPDX-License-Identifier: Apache-2.0
 *
 * Calendar arithmetic, proleptic Gregorian, astronomical years.
 *
 * Days are counted through years that begin in March: a leap day is then the last day of its year and month lengths follow
 * one linear rule, (153 m + 2) / 5 days before month m.  Everything is computed in 64 bits with floor division, so negative years
 * and dates before 1970 need no special case. */
#include "base/calendar.h"

#define DAYS_PER_400_YEARS 146097
#define EPOCH_FROM_MARCH_0 719468 /* days from 0000-03-01 to 1970-01-01 */

static bool is_leap(int64_t y)
{
    return (y & 3) == 0 && (y % 100 != 0 || y % 400 == 0);
}

int32_t days_in_month(int32_t y, int32_t m)
{
    static const int8_t days[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (m < 1 || m > 12)
        return 0;
    return days[m] + (m == 2 && is_leap(y));
}

int64_t days_of_civil(int32_t y, int32_t m, int32_t d)
{
    int64_t year = (int64_t)y - (m <= 2);
    int64_t month = m <= 2 ? m + 9 : m - 3; /* March = 0 */
    int64_t in_year = (153 * month + 2) / 5 + d - 1;
    return year * 365 + floor_div(year, 4) - floor_div(year, 100) + floor_div(year, 400) + in_year - EPOCH_FROM_MARCH_0;
}

void civil_of_days(int64_t days, int32_t *y, int32_t *m, int32_t *d)
{
    int64_t n = days + EPOCH_FROM_MARCH_0;
    int64_t cycle = floor_div(n, DAYS_PER_400_YEARS);
    int64_t in_cycle = n - cycle * DAYS_PER_400_YEARS;
    /* Days of the leap days passed are taken out; the last day of a cycle is one of them. */
    int64_t year = (in_cycle - in_cycle / 1460 + in_cycle / 36524 - in_cycle / 146096) / 365;
    int64_t in_year = in_cycle - (year * 365 + year / 4 - year / 100);
    int64_t month = (5 * in_year + 2) / 153;
    *d = (int32_t)(in_year - (153 * month + 2) / 5 + 1);
    *m = (int32_t)(month < 10 ? month + 3 : month - 9);
    *y = (int32_t)(cycle * 400 + year + (month >= 10));
}

void civil_of_us(int64_t us, Civil *ret)
{
    int64_t days = floor_div(us, US_PER_DAY), rest = us - days * US_PER_DAY;
    civil_of_days(days, &ret->year, &ret->month, &ret->day);
    ret->us = (int32_t)(rest % US_PER_SECOND);
    rest /= US_PER_SECOND;
    ret->second = (int32_t)(rest % 60);
    rest /= 60;
    ret->minute = (int32_t)(rest % 60);
    ret->hour = (int32_t)(rest / 60);
}

/* Second 60 and 24:00:00 are the beginning of what follows, as in PostgreSQL. */
static bool time_is_real(const Civil *c)
{
    if (c->hour < 0 || c->minute < 0 || c->minute > 59 || c->second < 0 || c->second > 60 || c->us < 0 || c->us > 999999)
        return false;
    return c->hour < 24 || (c->hour == 24 && c->minute == 0 && c->second == 0 && c->us == 0);
}

int us_of_civil(const Civil *c, int64_t *ret)
{
    if (c->month < 1 || c->month > 12 || c->day < 1 || c->day > days_in_month(c->year, c->month) || !time_is_real(c))
        return -ERR_DATETIME_OVERFLOW;
    i128 us = (i128)days_of_civil(c->year, c->month, c->day) * US_PER_DAY;
    us += ((int64_t)c->hour * 60 + c->minute) * US_PER_MINUTE + c->second * US_PER_SECOND + c->us;
    if (us <= TIMESTAMP_MINUS_INFINITY || us >= TIMESTAMP_INFINITY)
        return -ERR_DATETIME_OVERFLOW;
    *ret = (int64_t)us;
    return 0;
}

int32_t iso_week(int64_t days, int32_t *ret_iso_year)
{
    int64_t weekday = floor_mod(days + 3, 7); /* Monday = 0; 1970-01-01 was a Thursday */
    int32_t y, m, d;
    civil_of_days(days - weekday + 3, &y, &m, &d); /* a week belongs to the year of its Thursday */
    *ret_iso_year = y;
    return (int32_t)((days - weekday + 3 - days_of_civil(y, 1, 1)) / 7 + 1);
}

typedef enum TruncUnit {
    TRUNC_FIXED, /* a multiple of a number of microseconds */
    TRUNC_WEEK,
    TRUNC_MONTHS, /* a multiple of months, counted from year 0 or 1 */
} TruncUnit;

typedef struct TruncName {
    const char *name;
    TruncUnit kind;
    int64_t size;
    int32_t first_year; /* centuries and millennia begin with a year ending in 1 */
} TruncName;

static const TruncName trunc_names[] = {
    {"microsecond", TRUNC_FIXED, 1, 0},
    {"millisecond", TRUNC_FIXED, 1000, 0},
    {"second", TRUNC_FIXED, US_PER_SECOND, 0},
    {"minute", TRUNC_FIXED, US_PER_MINUTE, 0},
    {"hour", TRUNC_FIXED, US_PER_HOUR, 0},
    {"day", TRUNC_FIXED, US_PER_DAY, 0},
    {"week", TRUNC_WEEK, 7, 0},
    {"month", TRUNC_MONTHS, 1, 0},
    {"quarter", TRUNC_MONTHS, 3, 0},
    {"year", TRUNC_MONTHS, 12, 0},
    {"decade", TRUNC_MONTHS, 120, 0},
    {"century", TRUNC_MONTHS, 1200, 1},
    {"millennium", TRUNC_MONTHS, 12000, 1},
};

static const TruncName *trunc_name_find(Str unit)
{
    static const struct {
        const char *name, *of;
    } others[] = {{"centuries", "century"}, {"millennia", "millennium"}, {"us", "microsecond"}, {"ms", "millisecond"}};
    unit = str_trim(unit);
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (str_eq_nocase(unit, str_of(others[i].name)))
            unit = str_of(others[i].of);
    for (size_t i = 0; i < ARRAY_LEN(trunc_names); i++) {
        Str name = str_of(trunc_names[i].name);
        bool plural = unit.n == name.n + 1 && (unit.p[name.n] | 0x20) == 's' && str_starts_nocase(unit, name);
        if (plural || str_eq_nocase(unit, name))
            return &trunc_names[i];
    }
    return NULL;
}

int timestamp_trunc(Str unit, int64_t us, int64_t *ret_us)
{
    const TruncName *t = trunc_name_find(unit);
    if (!t)
        return -ERR_INVALID_PARAMETER;
    if (us == TIMESTAMP_INFINITY || us == TIMESTAMP_MINUS_INFINITY) {
        *ret_us = us;
        return 0;
    }
    i128 at;
    if (t->kind == TRUNC_FIXED) {
        at = (i128)floor_div(us, t->size) * t->size;
    } else {
        int64_t days = floor_div(us, US_PER_DAY);
        if (t->kind == TRUNC_WEEK) {
            days -= floor_mod(days + 3, 7);
        } else {
            int32_t y, m, d;
            civil_of_days(days, &y, &m, &d);
            int64_t months = ((int64_t)y - t->first_year) * 12 + m - 1;
            months = floor_div(months, t->size) * t->size + t->first_year * INT64_C(12);
            days = days_of_civil((int32_t)floor_div(months, 12), (int32_t)floor_mod(months, 12) + 1, 1);
        }
        at = (i128)days * US_PER_DAY;
    }
    if (at <= TIMESTAMP_MINUS_INFINITY)
        return -ERR_DATETIME_OVERFLOW;
    *ret_us = (int64_t)at;
    return 0;
}
