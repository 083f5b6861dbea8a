/* SPDX-License-Identifier: Apache-2.0
 *
 * Operators on dates, times, timestamps and intervals, as PostgreSQL's.  A timestamp plus a constant interval without months is one
 * checked addition per row.  TIMESTAMP(9) goes through microseconds for months and days and keeps its nanoseconds. */
#include "func/func_impl.h"

#include <math.h>

#define NS_PER_US 1000
#define FIRST_DAY (-2440588) /* 4714-11-24 BC, day 0 of the Julian count */
#define LAST_DAY 2145042905L /* 5874897-12-31 */
#define NS_PER_DAY (US_PER_DAY * NS_PER_US)

static bool is_infinite(int64_t t)
{
    return t == TIMESTAMP_INFINITY || t == TIMESTAMP_MINUS_INFINITY;
}

static void timestamp_overflow(EvalCtx *x, uint32_t row)
{
    row_error(x, row, ERR_DATETIME_OVERFLOW, "timestamp out of range");
}
static void interval_overflow(EvalCtx *x, uint32_t row)
{
    row_error(x, row, ERR_DATETIME_OVERFLOW, "interval out of range");
}

static int64_t add_us(EvalCtx *x, uint32_t row, int64_t us, Interval iv)
{
    int64_t sum = 0;
    if (unlikely(is_infinite(us)))
        return us;
    if (unlikely(timestamp_add(us, &iv, &sum) < 0))
        timestamp_overflow(x, row);
    return sum;
}

static Interval negative(EvalCtx *x, uint32_t row, Interval iv)
{
    Interval n = {0};
    if (unlikely(interval_neg(&iv, &n) < 0))
        interval_overflow(x, row);
    return n;
}

static int64_t add_ns(EvalCtx *x, uint32_t row, int64_t ns, Interval iv)
{
    int64_t us = floor_div(ns, NS_PER_US), rest = floor_mod(ns, NS_PER_US), sum;
    Interval coarse = {.months = iv.months, .days = iv.days};
    if (unlikely(is_infinite(ns)))
        return ns;
    if (timestamp_add(us, &coarse, &us) < 0 || __builtin_mul_overflow(us, (int64_t)NS_PER_US, &sum) ||
        __builtin_add_overflow(sum, rest, &sum) || __builtin_add_overflow(sum, iv.ns, &sum)) {
        timestamp_overflow(x, row);
        return 0;
    }
    return sum;
}

/* ts +- constant of days and whole microseconds. */
static bool fixed_step(const Vec *v, int sign, int64_t *ret_us)
{
    if (v->kind != VEC_CONST)
        return false;
    const Interval *iv = v->data;
    int64_t days;
    if (iv->months != 0 || iv->ns % NS_PER_US != 0 || __builtin_mul_overflow((int64_t)iv->days, US_PER_DAY, &days))
        return false;
    return !__builtin_add_overflow(sign * days, sign * (iv->ns / NS_PER_US), ret_us);
}

static int ts_step(EvalCtx *x, const Vec *ts, const Vec *iv, Vec *dst, Rows rows, int sign)
{
    const int64_t *a = ts->data;
    const Interval *b = iv->data;
    int64_t *d = dst->data, step;
    uint32_t ma = vec_mask(ts), mb = vec_mask(iv);
    if (fixed_step(iv, sign, &step)) {
        EACH_ROW(rows, r)
        {
            int64_t t = a[r & ma];
            if (unlikely(__builtin_add_overflow(t, step, &d[r]) || is_infinite(t) || is_infinite(d[r]))) {
                d[r] = t;
                if (!is_infinite(t))
                    timestamp_overflow(x, r);
            }
        }
        return 0;
    }
    EACH_ROW(rows, r)
    d[r] = add_us(x, r, a[r & ma], sign < 0 ? negative(x, r, b[r & mb]) : b[r & mb]);
    return 0;
}
static int ts_plus(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return ts_step(x, arg[0], arg[1], dst, rows, 1);
}
static int plus_ts(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return ts_step(x, arg[1], arg[0], dst, rows, 1);
}
static int ts_minus(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return ts_step(x, arg[0], arg[1], dst, rows, -1);
}

/* Whole days and the rest, both with the sign of the difference. */
static Interval ts_difference(EvalCtx *x, uint32_t row, int64_t a, int64_t b)
{
    int64_t us;
    if (is_infinite(a) || is_infinite(b))
        row_error(x, row, ERR_DATETIME_OVERFLOW, "cannot subtract infinite timestamps");
    else if (!__builtin_sub_overflow(a, b, &us))
        return (Interval){.days = (int32_t)(us / US_PER_DAY), .ns = us % US_PER_DAY * NS_PER_US};
    else
        interval_overflow(x, row);
    return (Interval){0};
}

static Interval ns_difference(EvalCtx *x, uint32_t row, int64_t a, int64_t b)
{
    int64_t ns;
    if (is_infinite(a) || is_infinite(b))
        row_error(x, row, ERR_DATETIME_OVERFLOW, "cannot subtract infinite timestamps");
    else if (!__builtin_sub_overflow(a, b, &ns))
        return (Interval){.days = (int32_t)(ns / NS_PER_DAY), .ns = ns % NS_PER_DAY};
    else
        interval_overflow(x, row);
    return (Interval){0};
}

static int32_t date_step(EvalCtx *x, uint32_t row, int32_t days, int64_t step)
{
    if (days == DATE_INFINITY || days == DATE_MINUS_INFINITY)
        return days;
    int64_t sum = days + step;
    if (unlikely(sum > LAST_DAY || sum < FIRST_DAY)) {
        row_error(x, row, ERR_DATETIME_OVERFLOW, "date out of range");
        return 0;
    }
    return (int32_t)sum;
}

static int32_t date_difference(EvalCtx *x, uint32_t row, int32_t a, int32_t b)
{
    bool infinite = a == DATE_INFINITY || a == DATE_MINUS_INFINITY || b == DATE_INFINITY || b == DATE_MINUS_INFINITY;
    int32_t d = 0;
    if (infinite)
        row_error(x, row, ERR_DATETIME_OVERFLOW, "cannot subtract infinite dates");
    else if (__builtin_sub_overflow(a, b, &d))
        row_error(x, row, ERR_NUMERIC_RANGE, "integer out of range");
    return d;
}

static int64_t date_us(EvalCtx *x, uint32_t row, int32_t days)
{
    int64_t us = 0;
    if (days == DATE_INFINITY)
        return TIMESTAMP_INFINITY;
    if (days == DATE_MINUS_INFINITY)
        return TIMESTAMP_MINUS_INFINITY;
    if (__builtin_mul_overflow((int64_t)days, US_PER_DAY, &us))
        timestamp_overflow(x, row);
    return us;
}

static int64_t date_time(EvalCtx *x, uint32_t row, int32_t days, int64_t time)
{
    int64_t us = date_us(x, row, days), sum = us;
    if (!is_infinite(us) && __builtin_add_overflow(us, time, &sum))
        timestamp_overflow(x, row);
    return sum;
}

/* Only the time of the interval counts, and the clock goes round. */
static int64_t time_step(int64_t t, const Interval *iv, int sign)
{
    return floor_mod(t + sign * floor_mod(floor_div(iv->ns, NS_PER_US), US_PER_DAY), US_PER_DAY);
}

/* The time that it shows, at the same offset. */
static int64_t timetz_step(int64_t v, const Interval *iv, int sign)
{
    return timetz_pack(time_step(timetz_us(v), iv, sign), timetz_east_s(v));
}

static int64_t date_timetz(EvalCtx *x, uint32_t row, int32_t days, int64_t v)
{
    int64_t us = date_us(x, row, days), sum = us;
    if (!is_infinite(us) && __builtin_add_overflow(us, timetz_utc_us(v), &sum))
        timestamp_overflow(x, row);
    return sum;
}

static Interval interval_sum(EvalCtx *x, uint32_t row, Interval a, Interval b)
{
    Interval sum = {0};
    if (unlikely(interval_add(&a, &b, &sum) < 0))
        interval_overflow(x, row);
    return sum;
}

static double micro_round(double v)
{
    return rint(v * 1e6) / 1e6;
}

/* Whole months and days; what is left of a month becomes days (of 30), of a day time. */
static int interval_spread(double months, double days, long double ns, Interval *ret)
{
    if (!(fabs(months) < 2147483648.0 && fabs(days) < 2147483648.0))
        return -ERR_DATETIME_OVERFLOW;
    Interval v = {.months = (int32_t)months, .days = (int32_t)days};
    double spill_days = micro_round((months - v.months) * 30);
    double seconds = micro_round((days - v.days + spill_days - trunc(spill_days)) * 86400);
    if (fabs(seconds) >= 86400) {
        v.days += (int32_t)(seconds / 86400);
        seconds -= trunc(seconds / 86400) * 86400;
    }
    ns += (long double)seconds * 1e9L;
    if (!(fabsl(ns) < 9223372036854775807.0L) || __builtin_add_overflow(v.days, (int32_t)spill_days, &v.days))
        return -ERR_DATETIME_OVERFLOW;
    v.ns = (int64_t)rintl(ns / NS_PER_US) * NS_PER_US;
    *ret = v;
    return 0;
}

int interval_div_f64(const Interval *a, double f, Interval *ret)
{
    if (f == 0)
        return -ERR_DIVISION_BY_ZERO;
    return interval_spread(a->months / f, a->days / f, (long double)a->ns / f, ret);
}

static Interval interval_product(EvalCtx *x, uint32_t row, Interval a, double f)
{
    Interval product = {0};
    if (unlikely(interval_spread(a.months * f, a.days * f, (long double)a.ns * f, &product) < 0))
        interval_overflow(x, row);
    return product;
}

static Interval interval_quotient(EvalCtx *x, uint32_t row, Interval a, double f)
{
    Interval v = {0};
    int rc = interval_div_f64(&a, f, &v);
    if (unlikely(rc == -ERR_DIVISION_BY_ZERO))
        row_error(x, row, ERR_DIVISION_BY_ZERO, NULL);
    else if (unlikely(rc < 0))
        interval_overflow(x, row);
    return v;
}

MAP2(ts_sub_ts, int64_t, int64_t, Interval, ts_difference(x, r, a, b))
MAP2(ns_sub_ns, int64_t, int64_t, Interval, ns_difference(x, r, a, b))
MAP2(ns_plus, int64_t, Interval, int64_t, add_ns(x, r, a, b))
MAP2(plus_ns, Interval, int64_t, int64_t, add_ns(x, r, b, a))
MAP2(ns_minus, int64_t, Interval, int64_t, add_ns(x, r, a, negative(x, r, b)))
MAP2(date_plus, int32_t, int32_t, int32_t, date_step(x, r, a, b))
MAP2(plus_date, int32_t, int32_t, int32_t, date_step(x, r, b, a))
MAP2(date_minus, int32_t, int32_t, int32_t, date_step(x, r, a, -(int64_t)b))
MAP2(date_sub_date, int32_t, int32_t, int32_t, date_difference(x, r, a, b))
MAP2(date_plus_interval, int32_t, Interval, int64_t, add_us(x, r, date_us(x, r, a), b))
MAP2(interval_plus_date, Interval, int32_t, int64_t, add_us(x, r, date_us(x, r, b), a))
MAP2(date_minus_interval, int32_t, Interval, int64_t, add_us(x, r, date_us(x, r, a), negative(x, r, b)))
MAP2(date_plus_time, int32_t, int64_t, int64_t, date_time(x, r, a, b))
MAP2(time_plus_date, int64_t, int32_t, int64_t, date_time(x, r, b, a))
MAP2(time_plus, int64_t, Interval, int64_t, time_step(a, &b, 1))
MAP2(plus_time, Interval, int64_t, int64_t, time_step(b, &a, 1))
MAP2(time_minus, int64_t, Interval, int64_t, time_step(a, &b, -1))
MAP2(timetz_plus, int64_t, Interval, int64_t, timetz_step(a, &b, 1))
MAP2(plus_timetz, Interval, int64_t, int64_t, timetz_step(b, &a, 1))
MAP2(timetz_minus, int64_t, Interval, int64_t, timetz_step(a, &b, -1))
MAP2(date_plus_timetz, int32_t, int64_t, int64_t, date_timetz(x, r, a, b))
MAP2(timetz_plus_date, int64_t, int32_t, int64_t, date_timetz(x, r, b, a))
MAP2(time_sub_time, int64_t, int64_t, Interval, (Interval){.ns = (a - b) * NS_PER_US})
MAP2(interval_plus, Interval, Interval, Interval, interval_sum(x, r, a, b))
MAP2(interval_minus, Interval, Interval, Interval, interval_sum(x, r, a, negative(x, r, b)))
MAP1(interval_negate, Interval, Interval, negative(x, r, a))
MAP2(interval_times, Interval, double, Interval, interval_product(x, r, a, b))
MAP2(times_interval, double, Interval, Interval, interval_product(x, r, b, a))
MAP2(interval_by, Interval, double, Interval, interval_quotient(x, r, a, b))

#define TIME_OP(op, a, b, ret, k, m, help, example)                                                                                \
    FN2(op, T_##a, T_##b, T_##ret, k, FN_FAIL | FN_OPERATOR | FN_CHEAP, help, example, m)
#define LEFT MONO2(MONO_NONDEC, MONO_NONE)
#define RIGHT MONO2(MONO_NONE, MONO_NONDEC)
#define BOTH MONO2(MONO_NONDEC, MONO_NONDEC)
#define MINUS MONO2(MONO_NONDEC, MONO_NONINC)
#define NEITHER MONO2(MONO_NONE, MONO_NONE)
static int cut_interval(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    {
        Value iv = vec_get(arg[0], r & vec_mask(arg[0])), digits = vec_get(arg[2], r & vec_mask(arg[2]));
        Interval out = {0};
        if (interval_cut(&iv.iv, text_at(arg[1], r), digits.i32, &out) < 0)
            interval_overflow(x, r);
        ((Interval *)dst->data)[r] = out;
    }
    return 0;
}

/* To 0..5 digits of the second; halves away from 1970, as PostgreSQL. */
static int round_time(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    static const int64_t steps[] = {1000000, 100000, 10000, 1000, 100, 10};
    const int64_t *a = arg[0]->data;
    uint32_t ma = vec_mask(arg[0]);
    EACH_ROW(rows, r)
    {
        int64_t us = a[r & ma], step = steps[MIN(MAX(vec_get(arg[1], r & vec_mask(arg[1])).i32, 0), 5)];
        int64_t rest = us % step;
        if (!is_infinite(us) && rest) /* the ends of the range are far from the infinities */
            us += rest * 2 >= step ? step - rest : rest * 2 <= -step ? -step - rest : -rest;
        ((int64_t *)dst->data)[r] = us;
    }
    return 0;
}
#define ROUND_TIME(t)                                                                                                              \
    FN2("time round", T_##t, T_I32, T_##t, round_time, FN_PURE | FN_INTERNAL, "", "", MONO2(MONO_NONDEC, MONO_NONE))

const FuncDef fn_time[] = {
    ROUND_TIME(TS),
    ROUND_TIME(TSTZ),
    ROUND_TIME(TIME),
    FN3("interval cut", T_INTERVAL, T_TEXT, T_I32, T_INTERVAL, cut_interval, FN_FAIL | FN_INTERNAL,
        "cast to an interval with fields", ""),
    TIME_OP("+", TS, INTERVAL, TS, ts_plus, LEFT, "later by an interval",
            "TIMESTAMP '2024-05-06 07:08:09' + INTERVAL '1' HOUR -> 2024-05-06 08:08:09"),
    TIME_OP("+", INTERVAL, TS, TS, plus_ts, RIGHT, "later by an interval",
            "INTERVAL '1' HOUR + TIMESTAMP '2024-05-06 07:08:09' -> 2024-05-06 08:08:09"),
    TIME_OP("-", TS, INTERVAL, TS, ts_minus, LEFT, "earlier by an interval",
            "TIMESTAMP '2024-05-06 07:08:09' - INTERVAL '1' HOUR -> 2024-05-06 06:08:09"),
    TIME_OP("-", TS, TS, INTERVAL, ts_sub_ts, MINUS, "days and time between",
            "TIMESTAMP '2024-05-06 07:00' - TIMESTAMP '2024-05-05 06:00' -> 1 day 01:00:00"),
    TIME_OP("+", TSTZ, INTERVAL, TSTZ, ts_plus, LEFT, "later by an interval", "now() + INTERVAL '1' HOUR"),
    TIME_OP("+", INTERVAL, TSTZ, TSTZ, plus_ts, RIGHT, "later by an interval", "INTERVAL '1' HOUR + now()"),
    TIME_OP("-", TSTZ, INTERVAL, TSTZ, ts_minus, LEFT, "earlier by an interval", "now() - INTERVAL '1' HOUR"),
    TIME_OP("-", TSTZ, TSTZ, INTERVAL, ts_sub_ts, MINUS, "days and time between", "now() - now() -> 00:00:00"),
    TIME_OP("+", TSNS, INTERVAL, TSNS, ns_plus, LEFT, "later by an interval",
            "TIMESTAMP '2024-05-06 07:08:09' + INTERVAL '1' HOUR -> 2024-05-06 08:08:09"),
    TIME_OP("+", INTERVAL, TSNS, TSNS, plus_ns, RIGHT, "later by an interval",
            "INTERVAL '1' HOUR + TIMESTAMP '2024-05-06 07:08:09' -> 2024-05-06 08:08:09"),
    TIME_OP("-", TSNS, INTERVAL, TSNS, ns_minus, LEFT, "earlier by an interval",
            "TIMESTAMP '2024-05-06 07:08:09' - INTERVAL '1' HOUR -> 2024-05-06 06:08:09"),
    TIME_OP("-", TSNS, TSNS, INTERVAL, ns_sub_ns, MINUS, "days and time between",
            "TIMESTAMP '2024-05-06 07:00' - TIMESTAMP '2024-05-05 06:00' -> 1 day 01:00:00"),
    TIME_OP("+", DATE, I32, DATE, date_plus, BOTH, "days later", "DATE '2001-09-28' + 7 -> 2001-10-05"),
    TIME_OP("+", I32, DATE, DATE, plus_date, BOTH, "days later", "7 + DATE '2001-09-28' -> 2001-10-05"),
    TIME_OP("-", DATE, I32, DATE, date_minus, MINUS, "days earlier", "DATE '2001-10-01' - 7 -> 2001-09-24"),
    TIME_OP("-", DATE, DATE, I32, date_sub_date, MINUS, "days between", "DATE '2001-10-01' - DATE '2001-09-28' -> 3"),
    TIME_OP("+", DATE, INTERVAL, TS, date_plus_interval, LEFT, "later by an interval", "DATE '2001-09-28' + INTERVAL '1' HOUR"),
    TIME_OP("+", INTERVAL, DATE, TS, interval_plus_date, RIGHT, "later by an interval", "INTERVAL '1' HOUR + DATE '2001-09-28'"),
    TIME_OP("-", DATE, INTERVAL, TS, date_minus_interval, LEFT, "earlier by an interval", "DATE '2001-09-28' - INTERVAL '1' HOUR"),
    TIME_OP("+", DATE, TIME, TS, date_plus_time, BOTH, "date with a time", "DATE '2001-09-28' + TIME '03:00'"),
    TIME_OP("+", TIME, DATE, TS, time_plus_date, BOTH, "date with a time", "TIME '03:00' + DATE '2001-09-28'"),
    TIME_OP("+", TIME, INTERVAL, TIME, time_plus, NEITHER, "time later, round the clock",
            "TIME '01:00' + INTERVAL '3' HOUR -> 04:00:00"),
    TIME_OP("+", INTERVAL, TIME, TIME, plus_time, NEITHER, "time later, round the clock",
            "INTERVAL '3' HOUR + TIME '01:00' -> 04:00:00"),
    TIME_OP("-", TIME, INTERVAL, TIME, time_minus, NEITHER, "time earlier, round the clock",
            "TIME '05:00' - INTERVAL '2' HOUR -> 03:00:00"),
    TIME_OP("+", TIMETZ, INTERVAL, TIMETZ, timetz_plus, NEITHER, "time later, round the clock",
            "TIMETZ '01:00+02' + INTERVAL '3' HOUR -> 04:00:00+02"),
    TIME_OP("+", INTERVAL, TIMETZ, TIMETZ, plus_timetz, NEITHER, "time later, round the clock",
            "INTERVAL '3' HOUR + TIMETZ '01:00+02' -> 04:00:00+02"),
    TIME_OP("-", TIMETZ, INTERVAL, TIMETZ, timetz_minus, NEITHER, "time earlier, round the clock",
            "TIMETZ '05:00+02' - INTERVAL '2' HOUR -> 03:00:00+02"),
    TIME_OP("+", DATE, TIMETZ, TSTZ, date_plus_timetz, NEITHER, "moment of a date and a time with its offset",
            "DATE '2001-09-28' + TIMETZ '03:00+02' -> 2001-09-28 01:00:00+00"),
    TIME_OP("+", TIMETZ, DATE, TSTZ, timetz_plus_date, NEITHER, "moment of a date and a time with its offset",
            "TIMETZ '03:00+02' + DATE '2001-09-28' -> 2001-09-28 01:00:00+00"),
    TIME_OP("-", TIME, TIME, INTERVAL, time_sub_time, MINUS, "time between", "TIME '05:00' - TIME '03:00' -> 02:00:00"),
    TIME_OP("+", INTERVAL, INTERVAL, INTERVAL, interval_plus, BOTH, "sum",
            "INTERVAL '1' DAY + INTERVAL '1' HOUR -> 1 day 01:00:00"),
    TIME_OP("-", INTERVAL, INTERVAL, INTERVAL, interval_minus, MINUS, "difference",
            "INTERVAL '1' DAY - INTERVAL '1' HOUR -> 1 day -01:00:00"),
    FN1("-", T_INTERVAL, T_INTERVAL, interval_negate, FN_FAIL | FN_OPERATOR | FN_CHEAP, "negation",
        "- INTERVAL '23' HOUR -> -23:00:00", MONO1(MONO_NONINC)),
    TIME_OP("*", INTERVAL, F64, INTERVAL, interval_times, NEITHER, "product", "INTERVAL '1' HOUR * 3.5 -> 03:30:00"),
    TIME_OP("*", F64, INTERVAL, INTERVAL, times_interval, NEITHER, "product", "900 * INTERVAL '1' SECOND -> 00:15:00"),
    TIME_OP("/", INTERVAL, F64, INTERVAL, interval_by, NEITHER, "quotient", "INTERVAL '1' HOUR / 1.5 -> 00:40:00"),
    {0},
};
