/* SPDX-License-Identifier: Apache-2.0
 *
 * Casts between dates, times, timestamps and intervals.  TIMESTAMP and TIMESTAMPTZ hold the same microseconds: a timestamp without
 * zone is read as UTC; in another zone the conversion is not one of these (expr/expr_zone.c).  Infinite dates and timestamps stay
 * infinite. */
#include "base/zone.h"
#include "func/cast/cast_impl.h"
#include "func/func_impl.h"

#define NS_PER_US 1000

static int64_t date_to_us(EvalCtx *x, uint32_t row, int32_t days)
{
    int64_t us;
    if (days == DATE_INFINITY)
        return TIMESTAMP_INFINITY;
    if (days == DATE_MINUS_INFINITY)
        return TIMESTAMP_MINUS_INFINITY;
    if (__builtin_mul_overflow((int64_t)days, US_PER_DAY, &us))
        row_error(x, row, ERR_DATETIME_OVERFLOW, "date out of range for timestamp");
    return us;
}

static int32_t us_to_date(int64_t us)
{
    if (us == TIMESTAMP_INFINITY)
        return DATE_INFINITY;
    if (us == TIMESTAMP_MINUS_INFINITY)
        return DATE_MINUS_INFINITY;
    return (int32_t)floor_div(us, US_PER_DAY);
}

static int64_t us_to_ns(EvalCtx *x, uint32_t row, int64_t us)
{
    int64_t ns;
    if (us == TIMESTAMP_INFINITY || us == TIMESTAMP_MINUS_INFINITY)
        return us;
    if (__builtin_mul_overflow(us, (int64_t)NS_PER_US, &ns))
        row_error(x, row, ERR_DATETIME_OVERFLOW, "timestamp out of range for TIMESTAMP(9)");
    return ns;
}

/* Rounds down, so that a watermark never runs ahead of the rows. */
static int64_t ns_to_us(int64_t ns)
{
    return ns == TIMESTAMP_INFINITY || ns == TIMESTAMP_MINUS_INFINITY ? ns : floor_div(ns, NS_PER_US);
}

static int64_t time_of_us(EvalCtx *x, uint32_t row, int64_t us)
{
    if (us == TIMESTAMP_INFINITY || us == TIMESTAMP_MINUS_INFINITY) {
        row_error(x, row, ERR_DATETIME_OVERFLOW, "cannot take the time of an infinite timestamp");
        return 0;
    }
    return floor_mod(us, US_PER_DAY);
}

/* By the clock of the zone in use. */
static int64_t timetz_of_us(EvalCtx *x, uint32_t row, int64_t us)
{
    const TimeZone *z = zone_in_use();
    int64_t east = z ? zone_east_us(z, us) : 0;
    return timetz_pack(time_of_us(x, row, us == TIMESTAMP_INFINITY || us == TIMESTAMP_MINUS_INFINITY ? us : us + east),
                       east / US_PER_SECOND);
}

/* Where the offset depends on the date the binder takes today's (expr/expr_zone.c). */
static int64_t timetz_of_time(EvalCtx *x, uint32_t row, int64_t us)
{
    const TimeZone *z = zone_in_use();
    if (z && z->n > 0)
        row_error(x, row, ERR_UNSUPPORTED, "a time has no offset, and that of zone \"%s\" depends on the date", z->name);
    return timetz_pack(us, z ? z->east_s[0] : 0);
}

MAP1(cast_tstz_timetz, int64_t, int64_t, timetz_of_us(x, r, a))
MAP1(cast_time_timetz, int64_t, int64_t, timetz_of_time(x, r, a))
MAP1(cast_timetz_time, int64_t, int64_t, timetz_us(a))
MAP1(cast_date_ts, int32_t, int64_t, date_to_us(x, r, a))
MAP1(cast_date_tsns, int32_t, int64_t, us_to_ns(x, r, date_to_us(x, r, a)))
MAP1(cast_ts_date, int64_t, int32_t, us_to_date(a))
MAP1(cast_ts_time, int64_t, int64_t, time_of_us(x, r, a))
MAP1(cast_ts_ts, int64_t, int64_t, a)
MAP1(cast_ts_tsns, int64_t, int64_t, us_to_ns(x, r, a))
MAP1(cast_tsns_ts, int64_t, int64_t, ns_to_us(a))
MAP1(cast_tsns_date, int64_t, int32_t, us_to_date(ns_to_us(a)))
MAP1(cast_tsns_time, int64_t, int64_t, time_of_us(x, r, ns_to_us(a)))
MAP1(cast_time_interval, int64_t, Interval, (Interval){.ns = a * NS_PER_US})
MAP1(cast_interval_time, Interval, int64_t, floor_mod(floor_div(a.ns, NS_PER_US), US_PER_DAY))

#define CAST(from, to, context, fails, order, k)                                                                                   \
    {                                                                                                                              \
        T_##from, T_##to, CAST_##context, fails, order, k                                                                          \
    }
const CastDef cast_times[] = {
    CAST(DATE, TS, IMPLICIT, true, true, cast_date_ts),
    CAST(DATE, TSTZ, IMPLICIT, true, true, cast_date_ts),
    CAST(DATE, TSNS, IMPLICIT, true, true, cast_date_tsns),
    CAST(TS, TSTZ, IMPLICIT, false, true, cast_ts_ts),
    CAST(TS, TSNS, IMPLICIT, true, true, cast_ts_tsns),
    CAST(TS, DATE, ASSIGN, false, true, cast_ts_date),
    CAST(TS, TIME, ASSIGN, true, false, cast_ts_time),
    CAST(TSTZ, TS, ASSIGN, false, true, cast_ts_ts),
    CAST(TSTZ, TSNS, IMPLICIT, true, true, cast_ts_tsns),
    CAST(TSTZ, DATE, ASSIGN, false, true, cast_ts_date),
    CAST(TSTZ, TIME, ASSIGN, true, false, cast_ts_time),
    CAST(TSNS, TS, ASSIGN, false, true, cast_tsns_ts),
    CAST(TSNS, TSTZ, ASSIGN, false, true, cast_tsns_ts),
    CAST(TSNS, DATE, ASSIGN, false, true, cast_tsns_date),
    CAST(TSNS, TIME, ASSIGN, true, false, cast_tsns_time),
    CAST(TIME, TIMETZ, IMPLICIT, true, true, cast_time_timetz),
    CAST(TIMETZ, TIME, ASSIGN, false, false, cast_timetz_time),
    CAST(TSTZ, TIMETZ, ASSIGN, true, false, cast_tstz_timetz),
    CAST(TIME, INTERVAL, IMPLICIT, false, true, cast_time_interval),
    CAST(INTERVAL, TIME, ASSIGN, false, false, cast_interval_time),
    {0},
};
