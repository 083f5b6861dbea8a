/* SPDX-License-Identifier: Apache-2.0
 *
 * Dates, times, timestamps and intervals to text, as PostgreSQL prints them with DateStyle ISO and IntervalStyle postgres;
 * the other styles are in text_style_print.c.
 *
 * Years before 0001 print as years BC (astronomical 0 is 0001 BC).  Every text read back by the parser gives the same value. */
#include <string.h>

#include "base/calendar_impl.h"
#include "base/zone.h"

/* yyyy-mm-dd; *ret_bc says whether " BC" must follow at the end. */
static char *put_date(char *p, int64_t days, bool *ret_bc)
{
    int32_t y, m, d;
    civil_of_days(days, &y, &m, &d);
    *ret_bc = y <= 0;
    if (y <= 0)
        y = 1 - y;
    if (y < 10000) {
        p = put_two(p, y / 100);
        p = put_two(p, y % 100);
    } else {
        p = put_i64(p, y);
    }
    *p++ = '-';
    p = put_two(p, m);
    *p++ = '-';
    return put_two(p, d);
}

static int finish(char *buf, char *p, bool bc)
{
    if (bc)
        p = put_text(p, " BC");
    *p = 0;
    return (int)(p - buf);
}

int date_print(int32_t days, char *buf)
{
    bool bc = false;
    char *p;
    if (days == DATE_INFINITY || days == DATE_MINUS_INFINITY)
        p = put_text(buf, days > 0 ? "infinity" : "-infinity");
    else
        p = put_date(buf, days, &bc);
    return finish(buf, p, bc);
}

int time_print(int64_t us, char *buf)
{
    char *p = buf;
    uint64_t a = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
    if (us < 0) /* no time of day; shown rather than hidden */
        *p++ = '-';
    return finish(buf, put_time(p, (int64_t)MIN(a, (uint64_t)INT64_MAX), 6), false);
}

static int print_moment(int64_t v, int digits, const char *zone, char *buf)
{
    if (v == TIMESTAMP_INFINITY || v == TIMESTAMP_MINUS_INFINITY)
        return finish(buf, put_text(buf, v > 0 ? "infinity" : "-infinity"), false);
    int64_t per_day = digits == 6 ? US_PER_DAY : NS_PER_DAY;
    int64_t days = floor_div(v, per_day);
    bool bc;
    char *p = put_date(buf, days, &bc);
    *p++ = ' ';
    p = put_time(p, floor_mod(v, per_day), digits);
    return finish(buf, put_text(p, zone), bc);
}

int timestamp_print(int64_t us, char *buf)
{
    return print_moment(us, 6, "", buf);
}

int timestamptz_print(int64_t us, char *buf)
{
    const TimeZone *z = zone_in_use();
    bool finite = us != TIMESTAMP_INFINITY && us != TIMESTAMP_MINUS_INFINITY;
    char offset[16];
    int64_t east, local;
    if (likely(!z || !finite))
        return print_moment(us, 6, finite ? "+00" : "", buf);
    east = zone_east_us(z, us);
    if (__builtin_add_overflow(us, east, &local) || local == TIMESTAMP_INFINITY || local == TIMESTAMP_MINUS_INFINITY)
        return print_moment(us, 6, "+00", buf);
    put_offset(offset, east / US_PER_SECOND);
    return print_moment(local, 6, offset, buf);
}

int timetz_print(int64_t v, char *buf)
{
    char *p = buf + time_print(timetz_us(v), buf);
    put_offset(p, timetz_east_s(v));
    return (int)(p - buf) + (int)strlen(p);
}

int timestamp_print_ns(int64_t ns, char *buf)
{
    return print_moment(ns, 9, "", buf);
}

/* One field of an interval; a positive one after a negative one carries its sign, so that the text reads back. */
static char *put_field(char *buf, char *p, int64_t v, const char *name, bool *minus_before)
{
    if (v == 0)
        return p;
    if (p > buf)
        *p++ = ' ';
    if (*minus_before && v > 0)
        *p++ = '+';
    *minus_before = v < 0;
    p = put_i64(p, v);
    p = put_text(p, name);
    if (v != 1)
        *p++ = 's';
    return p;
}

int interval_print(const Interval *i, char *buf)
{
    char *p = buf;
    bool minus = false;
    p = put_field(buf, p, i->months / 12, " year", &minus);
    p = put_field(buf, p, i->months % 12, " mon", &minus);
    p = put_field(buf, p, i->days, " day", &minus);
    if (i->ns != 0 || p == buf) {
        if (p > buf)
            *p++ = ' ';
        if (i->ns < 0)
            *p++ = '-';
        else if (minus)
            *p++ = '+';
        uint64_t a = i->ns < 0 ? 0 - (uint64_t)i->ns : (uint64_t)i->ns;
        /* INT64_MIN: its magnitude exceeds int64 by one, so hours and the rest are split before they are printed. */
        p = put_i64(p, (int64_t)(a / (3600 * NS_PER_SECOND)));
        if (p - buf == 1 || p[-2] < '0' || p[-2] > '9') { /* one digit: pad */
            p[0] = p[-1];
            p[-1] = '0';
            p++;
        }
        char rest[32];
        char *end = put_time(rest, (int64_t)(a % (3600 * NS_PER_SECOND)), 9);
        size_t n = (size_t)(end - rest) - 2;
        memcpy(p, rest + 2, n);
        p += n;
    }
    return finish(buf, p, false);
}
