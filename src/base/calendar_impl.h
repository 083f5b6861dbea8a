/* SPDX-License-Identifier: Apache-2.0
 *
 * Parts of dates and times as text, for the printers of the ISO form and of the other styles.  Each writes at p and gives the place
 * behind it. */
#pragma once
#include <string.h>

#include "base/calendar.h"

#define NS_PER_SECOND INT64_C(1000000000)
#define NS_PER_DAY (86400 * NS_PER_SECOND)

static inline char *put_text(char *p, const char *s)
{
    size_t n = strlen(s);
    memcpy(p, s, n);
    return p + n;
}

static inline char *put_i64(char *p, int64_t v)
{
    return p + i64_print(v, p);
}

static inline char *put_two(char *p, int64_t v)
{
    *p++ = (char)('0' + v / 10);
    *p++ = (char)('0' + v % 10);
    return p;
}

/* .fraction without trailing zeros; nothing for 0. */
static inline char *put_fraction(char *p, int64_t v, int digits)
{
    if (v == 0)
        return p;
    *p++ = '.';
    for (int i = digits - 1; i >= 0; i--) {
        p[i] = (char)('0' + v % 10);
        v /= 10;
    }
    p += digits;
    while (p[-1] == '0')
        p--;
    return p;
}

/* hh:mm:ss.f; v in units of 10^-digits seconds, not negative. Hours may have more than two digits. */
static inline char *put_time(char *p, int64_t v, int digits)
{
    int64_t per_second = digits == 6 ? US_PER_SECOND : NS_PER_SECOND;
    int64_t seconds = v / per_second, hours = seconds / 3600;
    p = hours < 100 ? put_two(p, hours) : put_i64(p, hours);
    *p++ = ':';
    p = put_two(p, seconds / 60 % 60);
    *p++ = ':';
    p = put_two(p, seconds % 60);
    return put_fraction(p, v % per_second, digits);
}

/* +02, -03:30, +00:53:28 */
static inline void put_offset(char *p, int64_t east_s)
{
    int64_t a = east_s < 0 ? -east_s : east_s;
    *p++ = east_s < 0 ? '-' : '+';
    p = a >= 100 * 3600 ? put_i64(p, a / 3600) : put_two(p, (int32_t)(a / 3600));
    for (int64_t unit = 60; unit >= 1 && a % (unit * 60); unit /= 60) {
        *p++ = ':';
        p = put_two(p, (int32_t)(a / unit % 60));
    }
    *p = 0;
}
