/* SPDX-License-Identifier: Apache-2.0
 *
 * Dates, times and intervals to text in the styles other than ISO and postgres, as PostgreSQL prints them: 17.12.1997, 12/17/1997
 * 07:37:16 PST, Wed Dec 17 07:37:16 1997 PST, P1Y2M, @ 1 year 2 mons ago, 1-2.  Intervals keep nanoseconds, which PostgreSQL has
 * not. */
#include "base/text_style.h"

#include "base/calendar_impl.h"
#include "base/zone.h"

static int finish(char *buf, char *p, bool bc)
{
    if (bc)
        p = put_text(p, " BC");
    *p = 0;
    return (int)(p - buf);
}

static char *put_year(char *p, int32_t y)
{
    y = y <= 0 ? 1 - y : y;
    if (y >= 10000)
        return put_i64(p, y);
    return put_two(put_two(p, y / 100), y % 100);
}

/* Day and month before the year: 17.12.1997, 12/17/1997, 12-17-1997. */
static char *put_date(char *p, int64_t days, TextStyle s, bool *ret_bc)
{
    int32_t y, m, d;
    char sep = s.date == FORM_GERMAN ? '.' : s.date == FORM_SQL ? '/' : '-';
    bool day_first = s.date == FORM_GERMAN || s.order == ORDER_DMY;
    civil_of_days(days, &y, &m, &d);
    *ret_bc = y <= 0;
    p = put_two(p, day_first ? d : m);
    *p++ = sep;
    p = put_two(p, day_first ? m : d);
    *p++ = sep;
    return put_year(p, y);
}

int date_print_as(int32_t days, TextStyle s, char *buf)
{
    bool bc;
    if (s.date == FORM_ISO || days == DATE_INFINITY || days == DATE_MINUS_INFINITY)
        return date_print(days, buf);
    char *p = put_date(buf, days, s, &bc);
    return finish(buf, p, bc);
}

/* Wed Dec 17 07:37:16 1997, and with the day first Wed 17 Dec .. */
static char *put_named_moment(char *p, int64_t days, int64_t time, int digits, TextStyle s, bool *ret_bc)
{
    static const char weekdays[] = "ThuFriSatSunMonTueWed", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int32_t y, m, d;
    civil_of_days(days, &y, &m, &d);
    *ret_bc = y <= 0;
    memcpy(p, weekdays + 3 * floor_mod(days, 7), 3); /* 1970-01-01 was a Thursday */
    p += 3;
    *p++ = ' ';
    if (s.order == ORDER_DMY) {
        p = put_two(p, d);
        *p++ = ' ';
    }
    memcpy(p, months + 3 * (m - 1), 3);
    p += 3;
    *p++ = ' ';
    if (s.order != ORDER_DMY) {
        p = put_two(p, d);
        *p++ = ' ';
    }
    p = put_time(p, time, digits);
    *p++ = ' ';
    return put_year(p, y);
}

static int print_moment(int64_t v, int digits, const char *zone, TextStyle s, char *buf)
{
    int64_t per_day = digits == 6 ? US_PER_DAY : NS_PER_DAY;
    int64_t days = floor_div(v, per_day), time = floor_mod(v, per_day);
    bool bc;
    char *p;
    if (s.date == FORM_POSTGRES) {
        p = put_named_moment(buf, days, time, digits, s, &bc);
    } else {
        p = put_date(buf, days, s, &bc);
        *p++ = ' ';
        p = put_time(p, time, digits);
    }
    if (*zone)
        *p++ = ' ';
    return finish(buf, put_text(p, zone), bc);
}

static bool is_infinite(int64_t v)
{
    return v == TIMESTAMP_INFINITY || v == TIMESTAMP_MINUS_INFINITY;
}

int timestamp_print_as(int64_t us, TextStyle s, char *buf)
{
    return s.date == FORM_ISO || is_infinite(us) ? timestamp_print(us, buf) : print_moment(us, 6, "", s, buf);
}

int timestamp_print_ns_as(int64_t ns, TextStyle s, char *buf)
{
    return s.date == FORM_ISO || is_infinite(ns) ? timestamp_print_ns(ns, buf) : print_moment(ns, 9, "", s, buf);
}

int timestamptz_print_as(int64_t us, TextStyle s, char *buf)
{
    const TimeZone *z = zone_in_use();
    int64_t local = us;
    if (s.date == FORM_ISO || is_infinite(us))
        return timestamptz_print(us, buf);
    if (z && (__builtin_add_overflow(us, zone_east_us(z, us), &local) || is_infinite(local)))
        return print_moment(us, 6, "UTC", s, buf);
    return print_moment(local, 6, z ? zone_abbr(z, us) : "UTC", s, buf);
}

/* ---- intervals ---- */

enum { FIELD_YEAR, FIELD_MONTH, FIELD_DAY, FIELD_HOUR, FIELD_MINUTE, FIELD_NS, N_FIELDS };

/* Years to minutes, and the nanoseconds below a minute; those of time have one sign, and so have years and months. */
static void take_apart(const Interval *i, int64_t f[N_FIELDS])
{
    f[FIELD_YEAR] = i->months / 12;
    f[FIELD_MONTH] = i->months % 12;
    f[FIELD_DAY] = i->days;
    f[FIELD_HOUR] = i->ns / (3600 * NS_PER_SECOND);
    f[FIELD_MINUTE] = i->ns / (60 * NS_PER_SECOND) % 60;
    f[FIELD_NS] = i->ns % (60 * NS_PER_SECOND);
}

static int64_t magnitude(int64_t v)
{
    return v < 0 ? -v : v;
}

/* Seconds of a time without its sign; two digits where `full`. */
static char *put_seconds(char *p, int64_t ns, bool full)
{
    int64_t a = magnitude(ns), s = a / NS_PER_SECOND;
    p = full ? put_two(p, s) : put_i64(p, s);
    return put_fraction(p, a % NS_PER_SECOND, 9);
}

/* 04:05:06 behind an hour */
static char *put_clock(char *p, const int64_t *f)
{
    p = put_i64(p, magnitude(f[FIELD_HOUR]));
    *p++ = ':';
    p = put_two(p, magnitude(f[FIELD_MINUTE]));
    *p++ = ':';
    return put_seconds(p, f[FIELD_NS], true);
}

static char *put_year_month(char *p, const int64_t *f)
{
    p = put_i64(p, magnitude(f[FIELD_YEAR]));
    *p++ = '-';
    return put_i64(p, magnitude(f[FIELD_MONTH]));
}

/* The standard has intervals of years and months, and of days and time, with one sign; what is both, or has two signs, is written
 * with all parts and a sign for each. */
static char *put_standard(char *p, const int64_t *f)
{
    bool minus = false, plus = false;
    for (int i = 0; i < N_FIELDS; i++) {
        minus |= f[i] < 0;
        plus |= f[i] > 0;
    }
    bool year_month = f[FIELD_YEAR] || f[FIELD_MONTH], time = f[FIELD_HOUR] || f[FIELD_MINUTE] || f[FIELD_NS];
    if (!minus && !plus)
        return put_text(p, "0");
    if ((minus && plus) || (year_month && (f[FIELD_DAY] || time))) {
        *p++ = f[FIELD_YEAR] < 0 || f[FIELD_MONTH] < 0 ? '-' : '+';
        p = put_year_month(p, f);
        p = put_text(p, f[FIELD_DAY] < 0 ? " -" : " +");
        p = put_i64(p, magnitude(f[FIELD_DAY]));
        p = put_text(p, f[FIELD_HOUR] < 0 || f[FIELD_MINUTE] < 0 || f[FIELD_NS] < 0 ? " -" : " +");
        return put_clock(p, f);
    }
    if (minus)
        *p++ = '-';
    if (year_month)
        return put_year_month(p, f);
    if (f[FIELD_DAY]) {
        p = put_i64(p, magnitude(f[FIELD_DAY]));
        *p++ = ' ';
    }
    return put_clock(p, f);
}

static char *put_iso(char *p, const int64_t *f)
{
    static const char letters[] = "YMDHM";
    char *from = p;
    *p++ = 'P';
    for (int i = 0; i < N_FIELDS; i++) {
        if (i == FIELD_HOUR && (f[FIELD_HOUR] || f[FIELD_MINUTE] || f[FIELD_NS]))
            *p++ = 'T';
        if (f[i] == 0)
            continue;
        if (i < FIELD_NS) {
            p = put_i64(p, f[i]);
            *p++ = letters[i];
            continue;
        }
        if (f[i] < 0)
            *p++ = '-';
        p = put_seconds(p, f[i], false);
        *p++ = 'S';
    }
    return p == from + 1 ? put_text(p, "T0S") : p;
}

/* @ 1 year 2 mons -3 days ago: the first part says whether it is ago, the others are relative to that. */
static char *put_verbose(char *p, const int64_t *f)
{
    static const char *const names[] = {" year", " mon", " day", " hour", " min", " sec"};
    bool first = true, ago = false;
    *p++ = '@';
    for (int i = 0; i < N_FIELDS; i++) {
        int64_t v = f[i];
        if (v == 0)
            continue;
        ago = first ? v < 0 : ago;
        first = false;
        *p++ = ' ';
        if (ago != (v < 0))
            *p++ = '-';
        p = i == FIELD_NS ? put_seconds(p, v, false) : put_i64(p, magnitude(v));
        p = put_text(p, names[i]);
        bool one = i == FIELD_NS ? magnitude(v) == NS_PER_SECOND : v == (ago ? -1 : 1); /* PostgreSQL has -1 days */
        if (!one)
            *p++ = 's';
    }
    if (first)
        p = put_text(p, " 0");
    return ago ? put_text(p, " ago") : p;
}

int interval_print_as(const Interval *i, TextStyle s, char *buf)
{
    int64_t f[N_FIELDS];
    take_apart(i, f);
    switch ((IntervalForm)s.interval) {
    case FORM_PLAIN: return interval_print(i, buf);
    case FORM_VERBOSE: return finish(buf, put_verbose(buf, f), false);
    case FORM_STANDARD: return finish(buf, put_standard(buf, f), false);
    case FORM_ISO_8601: return finish(buf, put_iso(buf, f), false);
    }
    return 0;
}
