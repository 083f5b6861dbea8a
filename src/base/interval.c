/* SPDX-License-Identifier: Apache-2.0
 *
 * Interval arithmetic: months, days and nanoseconds are three quantities that never flow into each other, except downwards when
 * an interval is multiplied by a fraction, and in comparisons, where a month is 30 days and a day 24 hours (PostgreSQL's rules).
 * Every result is checked: an interval that does not fit is an error, never a wrapped number. */
#include "base/calendar.h"

#include <math.h>

#define NS_PER_DAY INT64_C(86400000000000)
#define DAYS_PER_MONTH 30

int interval_add(const Interval *a, const Interval *b, Interval *ret)
{
    Interval r;
    if (__builtin_add_overflow(a->months, b->months, &r.months) || __builtin_add_overflow(a->days, b->days, &r.days) ||
        __builtin_add_overflow(a->ns, b->ns, &r.ns))
        return -ERR_INTERVAL_OVERFLOW;
    *ret = r;
    return 0;
}

int interval_neg(const Interval *a, Interval *ret)
{
    if (a->months == INT32_MIN || a->days == INT32_MIN || a->ns == INT64_MIN)
        return -ERR_INTERVAL_OVERFLOW;
    *ret = (Interval){-a->months, -a->days, -a->ns};
    return 0;
}

/* The whole part of x toward zero as int32; the rest stays in *x. */
static bool whole_part(long double *x, int32_t *ret)
{
    long double w = truncl(*x);
    if (!(w >= INT32_MIN && w <= INT32_MAX))
        return false;
    *ret = (int32_t)w;
    *x -= w;
    return true;
}

/* Fractions of months become days and those of days become time, rounded to microseconds: what a double such as 0.7 is off by
 * must not show as nanoseconds. */
int interval_mul(const Interval *a, double f, Interval *ret)
{
    if (!isfinite(f))
        return -ERR_INTERVAL_OVERFLOW;
    long double months = (long double)a->months * f, days = (long double)a->days * f;
    int32_t whole_months, whole_days;
    if (!whole_part(&months, &whole_months) || !whole_part(&days, &whole_days))
        return -ERR_INTERVAL_OVERFLOW;
    long double spill_us = roundl((months * DAYS_PER_MONTH + days) * US_PER_DAY);
    int64_t spill_days = (int64_t)(spill_us / US_PER_DAY);
    spill_us -= (long double)spill_days * US_PER_DAY;
    long double ns = roundl((long double)a->ns * f) + spill_us * 1000;
    int64_t total_days = whole_days + spill_days;
    if (!(ns >= -0x1p63L && ns < 0x1p63L) || total_days < INT32_MIN || total_days > INT32_MAX)
        return -ERR_INTERVAL_OVERFLOW;
    *ret = (Interval){whole_months, (int32_t)total_days, (int64_t)ns};
    return 0;
}

static i128 total_ns(const Interval *i)
{
    return ((i128)i->months * DAYS_PER_MONTH + i->days) * NS_PER_DAY + i->ns;
}

int interval_cmp(const Interval *a, const Interval *b)
{
    i128 x = total_ns(a), y = total_ns(b);
    return (x > y) - (x < y);
}

/* ns / 1000, half away from zero. */
static i128 us_of_ns(i128 ns)
{
    return (ns + (ns < 0 ? -500 : 500)) / 1000;
}

i128 interval_total_us(const Interval *i)
{
    return us_of_ns(total_ns(i));
}

int interval_fixed_us(const Interval *i, int64_t *ret_us)
{
    i128 ns = total_ns(i);
    if (i->months != 0 || ns % 1000 != 0 || ns / 1000 > INT64_MAX || ns / 1000 < INT64_MIN)
        return -ERR_WINDOW_SPEC;
    *ret_us = (int64_t)(ns / 1000);
    return 0;
}

int timestamp_add(int64_t us, const Interval *i, int64_t *ret_us)
{
    if (us == TIMESTAMP_INFINITY || us == TIMESTAMP_MINUS_INFINITY) {
        *ret_us = us;
        return 0;
    }
    i128 t = us;
    if (i->months) {
        int64_t days = floor_div(us, US_PER_DAY);
        int32_t y, m, d;
        civil_of_days(days, &y, &m, &d);
        int64_t months = (int64_t)y * 12 + (m - 1) + i->months;
        y = (int32_t)floor_div(months, 12);
        m = (int32_t)floor_mod(months, 12) + 1;
        d = MIN(d, days_in_month(y, m));
        t = (i128)days_of_civil(y, m, d) * US_PER_DAY + floor_mod(us, US_PER_DAY);
    }
    t += (i128)i->days * US_PER_DAY + us_of_ns(i->ns);
    if (t <= TIMESTAMP_MINUS_INFINITY || t >= TIMESTAMP_INFINITY)
        return -ERR_DATETIME_OVERFLOW;
    *ret_us = (int64_t)t;
    return 0;
}
