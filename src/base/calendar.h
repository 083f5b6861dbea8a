/* SPDX-License-Identifier: Apache-2.0
 *
 * Calendar arithmetic (proleptic Gregorian) and the text forms of dates, times, timestamps and intervals, as PostgreSQL reads and
 * prints them with DateStyle ISO and IntervalStyle postgres.  Times are microseconds since 1970-01-01 00:00:00 unless a name says
 * ns.  Time zones other than fixed offsets are in zone.h. */
#pragma once
#include "base/err.h"
#include "base/str.h"

#define US_PER_SECOND INT64_C(1000000)
#define US_PER_MINUTE (60 * US_PER_SECOND)
#define US_PER_HOUR (60 * US_PER_MINUTE)
#define US_PER_DAY (24 * US_PER_HOUR)
#define TIMESTAMP_INFINITY INT64_MAX
#define TIMESTAMP_MINUS_INFINITY INT64_MIN
#define DATE_INFINITY INT32_MAX
#define DATE_MINUS_INFINITY INT32_MIN

typedef struct Interval {
    int32_t months, days;
    int64_t ns;
} Interval; /* the layout of Arrow's "tin" */

typedef struct Civil {
    int32_t year; /* astronomical: 0 = 1 BC */
    int32_t month, day, hour, minute, second, us;
} Civil;

static inline bool time_is_valid(int64_t us) /* of a TIME; 24:00 is one */
{
    return us >= 0 && us <= US_PER_DAY;
}

/* TIME WITH TIME ZONE in one word, in PostgreSQL's order: by the moment in UTC, then the zone, the most eastern first.  The time is
 * 0 to 24 hours, the offset less than 16 hours. */
#define TIMETZ_BITS 17
#define TIMETZ_MIDDLE (INT64_C(1) << (TIMETZ_BITS - 1))
static inline int64_t timetz_pack(int64_t us, int64_t east_s)
{
    return (us - east_s * US_PER_SECOND) * (INT64_C(1) << TIMETZ_BITS) + (TIMETZ_MIDDLE - east_s);
}
static inline int64_t timetz_utc_us(int64_t v) /* may lie before or behind the day */
{
    return v >> TIMETZ_BITS;
}
static inline int64_t timetz_east_s(int64_t v)
{
    return TIMETZ_MIDDLE - (v & ((INT64_C(1) << TIMETZ_BITS) - 1));
}
static inline int64_t timetz_us(int64_t v) /* the time that it shows */
{
    return timetz_utc_us(v) + timetz_east_s(v) * US_PER_SECOND;
}
static inline int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - ((a % b != 0) && ((a < 0) != (b < 0)));
}
static inline int64_t floor_mod(int64_t a, int64_t b)
{
    int64_t r = a % b; /* a - floor_div(a, b) * b would overflow near INT64_MIN */
    return r != 0 && ((r < 0) != (b < 0)) ? r + b : r;
}
int64_t days_of_civil(int32_t y, int32_t m, int32_t d); /* days since 1970-01-01 */
void civil_of_days(int64_t days, int32_t *y, int32_t *m, int32_t *d);
void civil_of_us(int64_t us, Civil *ret);
int us_of_civil(const Civil *c, int64_t *ret); /* -ERR_DATETIME_OVERFLOW when not a real or representable moment */
int32_t days_in_month(int32_t y, int32_t m);
int32_t iso_week(int64_t days, int32_t *ret_iso_year);

/* 0 or -ERR_DATETIME_FORMAT / -ERR_DATETIME_OVERFLOW / -ERR_INTERVAL_OVERFLOW.  timestamp_parse reads `2001-01-31 12:34:56.789`,
 * with T, with a zone (Z, +hh[:mm[:ss]], UTC, GMT, Europe/Berlin); has_zone says whether one was given, the result is then UTC.
 * Also "infinity",
 * "-infinity", "epoch".  Fractions beyond the precision are rounded (us) or kept to nine digits (ns). */
/* 'Jan 5, 2024', '1/5/2024' (in the order of the style in use), '10:30 PM' as the forms that the readers below take, written to
 * buf.  false: it is none.
 */
bool calendar_words(Str s, char *buf, size_t cap, Str *ret);
int date_parse(Str s, int32_t *ret_days);
int time_parse(Str s, int64_t *ret_us);
int timestamp_parse(Str s, int64_t *ret_us, bool *ret_has_zone);
int timestamptz_parse(Str s, int64_t *ret_us); /* without a zone by the clock of the zone in use (zone.h) */
int timestamp_parse_ns(Str s, int64_t *ret_ns, bool *ret_has_zone);
int timestamp_parse_local(Str s, int64_t *ret_us); /* a zone is read and dropped: SQL's TIMESTAMP WITHOUT TIME ZONE */
int timestamp_parse_local_ns(Str s, int64_t *ret_ns);
int interval_parse(Str s, Interval *ret); /* '1 day 02:03:04', '5 minutes', '100ms', 'P1DT2H', '-3 mons', 'n' = seconds */
/* Interval of INTERVAL '<s>' <unit>: unit is a field name (SECOND, minutes, DAY TO SECOND is given as two). "" = none. */
int interval_parse_unit(Str s, Str unit, Str to_unit, Interval *ret);
/* Drops what is finer than `last` (a field name, year .. second) and rounds the seconds to 0..6 digits. */
int interval_cut(const Interval *i, Str last, int32_t digits, Interval *ret);
int timetz_parse(Str s,
                 int64_t *ret); /* '12:00+02'; without an offset that of the zone in use, -ERR_UNSUPPORTED if that is not one */
int timetz_print(int64_t v, char *buf);
int date_print(int32_t days, char *buf); /* all: length; buf >= CALENDAR_TEXT_MAX; NUL-terminated */
int time_print(int64_t us, char *buf);
int timestamp_print(int64_t us, char *buf);   /* 2001-01-31 12:34:56.789, trailing zeros of the fraction dropped */
int timestamptz_print(int64_t us, char *buf); /* the same with +00, or by the clock of the zone in use with its offset */
int timestamp_print_ns(int64_t ns, char *buf);
int interval_print(const Interval *i, char *buf);
#define CALENDAR_TEXT_MAX 96

/* 0 or an overflow code.  Months are added first, the day clipped to the month's last, then days, then time. */
int timestamp_add(int64_t us, const Interval *i, int64_t *ret_us);
int interval_add(const Interval *a, const Interval *b, Interval *ret);
int interval_neg(const Interval *a, Interval *ret);
int interval_mul(const Interval *a, double f, Interval *ret);
int interval_cmp(const Interval *a, const Interval *b); /* month = 30 days, day = 24 hours, as PostgreSQL */
i128 interval_total_us(const Interval *i);              /* by the same rule */
/* A fixed duration (no months; days count 24 h) in us; -ERR_WINDOW_SPEC when it has months or is finer than 1 us. */
int interval_fixed_us(const Interval *i, int64_t *ret_us);
/* Truncate to a unit: microseconds .. millennium, week (ISO).  -ERR_INVALID_PARAMETER for an unknown one. */
int timestamp_trunc(Str unit, int64_t us, int64_t *ret_us);
