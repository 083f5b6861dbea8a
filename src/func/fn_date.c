/* SPDX-License-Identifier: Apache-2.0
 *
 * Parts of dates and times: extract, date_part, date_trunc, date_bin, and what makes or measures them.  A constant unit is looked
 * up once with the plan; units up to a week are a floor division per row. */
#include "func/func_impl.h"

#include <math.h>

#include "base/decimal.h"
#include "base/zone.h"

typedef enum Unit {
    UNIT_MICROSECOND,
    UNIT_MILLISECOND,
    UNIT_SECOND,
    UNIT_MINUTE,
    UNIT_HOUR,
    UNIT_DAY,
    UNIT_WEEK,
    UNIT_MONTH,
    UNIT_QUARTER,
    UNIT_YEAR,
    UNIT_DECADE,
    UNIT_CENTURY,
    UNIT_MILLENNIUM, /* up to here for date_trunc too */
    UNIT_DOW,
    UNIT_ISODOW,
    UNIT_DOY,
    UNIT_ISOYEAR,
    UNIT_JULIAN,
    UNIT_EPOCH,
    UNIT_TIMEZONE, /* from here on TIMESTAMPTZ and TIMETZ alone have them */
    UNIT_TIMEZONE_HOUR,
    UNIT_TIMEZONE_MINUTE,
    N_UNITS
} Unit;

/* Spellings: the first is the name, plurals and PostgreSQL's short forms follow. */
static const char *const unit_names[N_UNITS] = {
    [UNIT_MICROSECOND] = "microseconds|microsecond|us|usec|usecs|useconds",
    [UNIT_MILLISECOND] = "milliseconds|millisecond|ms|msec|msecs|mseconds",
    [UNIT_SECOND] = "second|seconds|s|sec|secs",
    [UNIT_MINUTE] = "minute|minutes|m|min|mins",
    [UNIT_HOUR] = "hour|hours|h|hr|hrs",
    [UNIT_DAY] = "day|days|d",
    [UNIT_WEEK] = "week|weeks|w",
    [UNIT_MONTH] = "month|months|mon|mons",
    [UNIT_QUARTER] = "quarter|quarters|qtr",
    [UNIT_YEAR] = "year|years|y|yr|yrs",
    [UNIT_DECADE] = "decade|decades|dec|decs",
    [UNIT_CENTURY] = "century|centuries|c|cent",
    [UNIT_MILLENNIUM] = "millennium|millennia|mil|mils",
    [UNIT_DOW] = "dow",
    [UNIT_ISODOW] = "isodow",
    [UNIT_DOY] = "doy",
    [UNIT_ISOYEAR] = "isoyear",
    [UNIT_JULIAN] = "julian",
    [UNIT_EPOCH] = "epoch",
    [UNIT_TIMEZONE] = "timezone",
    [UNIT_TIMEZONE_HOUR] = "timezone_hour",
    [UNIT_TIMEZONE_MINUTE] = "timezone_minute",
};

static bool unit_find(Str s, Unit *ret)
{
    for (unsigned u = 0; u < N_UNITS; u++) {
        Str rest = str_of(unit_names[u]), one;
        for (bool more = true; more;) {
            more = str_cut(rest, '|', &one, &rest);
            if (str_eq_nocase(one, s)) {
                *ret = (Unit)u;
                return true;
            }
        }
    }
    return false;
}

#define BIT(u) (UINT32_C(1) << (u))
#define CLOCK_UNITS (BIT(UNIT_MICROSECOND) | BIT(UNIT_MILLISECOND) | BIT(UNIT_SECOND) | BIT(UNIT_MINUTE) | BIT(UNIT_HOUR))
#define INTERVAL_UNITS                                                                                                             \
    (CLOCK_UNITS | BIT(UNIT_DAY) | BIT(UNIT_MONTH) | BIT(UNIT_QUARTER) | BIT(UNIT_YEAR) | BIT(UNIT_DECADE) | BIT(UNIT_CENTURY) |   \
     BIT(UNIT_MILLENNIUM) | BIT(UNIT_EPOCH))

/* Whether values of the type have the unit. */
static bool unit_fits(Unit u, TypeId t)
{
    switch (t) {
    case T_TIME: return (CLOCK_UNITS | BIT(UNIT_EPOCH)) & BIT(u);
    case T_INTERVAL: return INTERVAL_UNITS & BIT(u);
    case T_DATE: return u < UNIT_TIMEZONE && !(CLOCK_UNITS & BIT(u));
    case T_TIMETZ: return u >= UNIT_TIMEZONE || ((CLOCK_UNITS | BIT(UNIT_EPOCH)) & BIT(u));
    case T_TSTZ: return true;
    default: return u < UNIT_TIMEZONE;
    }
}

/* Years of a calendar unit, counted as PostgreSQL does: no year 0, so that 1 BC is year -1. */
static int32_t year_part(Unit u, int32_t year)
{
    int32_t shown = year > 0 ? year : year - 1;
    switch (u) {
    case UNIT_DECADE: return (int32_t)floor_div(year, 10);
    case UNIT_CENTURY: return shown > 0 ? (shown + 99) / 100 : -((99 - (shown)) / 100);
    case UNIT_MILLENNIUM: return shown > 0 ? (shown + 999) / 1000 : -((999 - (shown)) / 1000);
    default: return shown;
    }
}

/* The part of a timestamp, times 10^6. */
static i128 part_of_us(Unit u, int64_t us)
{
    int64_t days = floor_div(us, US_PER_DAY), time = floor_mod(us, US_PER_DAY);
    int32_t year, month, day, iso_year;
    switch (u) {
    case UNIT_MICROSECOND: return (i128)(time % US_PER_MINUTE) * 1000000;
    case UNIT_MILLISECOND: return (i128)(time % US_PER_MINUTE) * 1000;
    case UNIT_SECOND: return time % US_PER_MINUTE;
    case UNIT_MINUTE: return (i128)(time / US_PER_MINUTE % 60) * 1000000;
    case UNIT_HOUR: return (i128)(time / US_PER_HOUR) * 1000000;
    case UNIT_DOW: return (i128)floor_mod(days + 4, 7) * 1000000;
    case UNIT_ISODOW: return (i128)(floor_mod(days + 3, 7) + 1) * 1000000;
    case UNIT_JULIAN: return (i128)(days + 2440588) * 1000000 + (i128)time * 1000000 / US_PER_DAY;
    case UNIT_EPOCH: return us;
    case UNIT_WEEK: return (i128)iso_week(days, &iso_year) * 1000000;
    case UNIT_ISOYEAR: iso_week(days, &iso_year); return (i128)year_part(UNIT_YEAR, iso_year) * 1000000;
    default: break;
    }
    civil_of_days(days, &year, &month, &day);
    switch (u) {
    case UNIT_DAY: return (i128)day * 1000000;
    case UNIT_MONTH: return (i128)month * 1000000;
    case UNIT_QUARTER: return (i128)((month - 1) / 3 + 1) * 1000000;
    case UNIT_DOY: return (i128)(days - days_of_civil(year, 1, 1) + 1) * 1000000;
    default: return (i128)year_part(u, year) * 1000000;
    }
}

static i128 part_of_interval(Unit u, const Interval *iv)
{
    int64_t us = iv->ns / 1000;
    int32_t years = iv->months / 12, months = iv->months % 12;
    switch (u) {
    case UNIT_MICROSECOND: return (i128)(us % US_PER_MINUTE) * 1000000;
    case UNIT_MILLISECOND: return (i128)(us % US_PER_MINUTE) * 1000;
    case UNIT_SECOND: return us % US_PER_MINUTE;
    case UNIT_MINUTE: return (i128)(us / US_PER_MINUTE % 60) * 1000000;
    case UNIT_HOUR: return (i128)(us / US_PER_HOUR) * 1000000;
    case UNIT_DAY: return (i128)iv->days * 1000000;
    case UNIT_MONTH: return (i128)months * 1000000;
    case UNIT_QUARTER: return (i128)(months / 3 + 1) * 1000000;
    case UNIT_YEAR: return (i128)years * 1000000;
    case UNIT_DECADE: return (i128)(years / 10) * 1000000;
    case UNIT_CENTURY: return (i128)(years / 100) * 1000000;
    case UNIT_MILLENNIUM: return (i128)(years / 1000) * 1000000;
    default: /* epoch: a year is 365.25 days */
        return (i128)years * (US_PER_DAY * 1461 / 4) + (i128)months * 30 * US_PER_DAY + (i128)iv->days * US_PER_DAY + us;
    }
}

static bool is_infinite(int64_t t)
{
    return t == TIMESTAMP_INFINITY || t == TIMESTAMP_MINUS_INFINITY;
}

/* Of a moment by a clock so far to the east. */
static i128 part_on_clock(Unit u, int64_t us, int64_t east)
{
    int64_t local = us;
    switch (u) {
    case UNIT_TIMEZONE: return east;
    case UNIT_TIMEZONE_HOUR: return (i128)(east / US_PER_HOUR) * 1000000;
    case UNIT_TIMEZONE_MINUTE: return (i128)(east / US_PER_MINUTE % 60) * 1000000;
    case UNIT_EPOCH: return us;
    default: return part_of_us(u, __builtin_add_overflow(us, east, &local) ? us : local);
    }
}

/* Moment or time of row r in us; the unit's part times 10^6.  false: an infinite value, which has no parts. */
static bool part_of_row(Unit u, const Vec *v, uint32_t r, const TimeZone *z, i128 *ret)
{
    uint32_t i = r & vec_mask(v);
    int64_t us;
    switch ((TypeId)v->type.id) {
    case T_INTERVAL: *ret = part_of_interval(u, (const Interval *)v->data + i); return true;
    case T_DATE: {
        int32_t days = ((const int32_t *)v->data)[i];
        if (days == DATE_INFINITY || days == DATE_MINUS_INFINITY)
            return false;
        if (u == UNIT_EPOCH) {
            *ret = (i128)days * US_PER_DAY;
            return true;
        }
        us = (int64_t)days * US_PER_DAY;
        break;
    }
    case T_TSNS:
        us = ((const int64_t *)v->data)[i];
        if (is_infinite(us))
            return false;
        us = floor_div(us, 1000);
        break;
    case T_TSTZ:
        us = ((const int64_t *)v->data)[i];
        if (is_infinite(us))
            return false;
        *ret = part_on_clock(u, us, z ? zone_east_us(z, us) : 0);
        return true;
    case T_TIMETZ:
        us = ((const int64_t *)v->data)[i];
        *ret = part_on_clock(u, timetz_utc_us(us), timetz_east_s(us) * US_PER_SECOND);
        return true;
    default:
        us = ((const int64_t *)v->data)[i];
        if (v->type.id != T_TIME && is_infinite(us))
            return false;
        break;
    }
    *ret = part_of_us(u, us);
    return true;
}

static int unit_error(Err *err, Str name, TypeId t, bool known)
{
    return RAISE(err, known ? ERR_UNSUPPORTED : ERR_INVALID_PARAMETER, "unit \"%.*s\" %s for type %s", (int)MIN(name.n, 64), name.p,
                 known ? "not supported" : "not recognized", type_id_name(t));
}

/* aux: the unit, when it is a constant; one that arguments of type t have not is an error of the statement. */
static int prepare_unit(Arena *arena, const Value *unit, TypeId t, void **ret_aux, Err *err)
{
    Unit u;
    *ret_aux = NULL;
    if (!unit || unit->is_null)
        return 0;
    bool known = unit_find(unit->str, &u);
    if (!known || !unit_fits(u, t))
        return unit_error(err, unit->str, t, known);
    *ret_aux = arena_memdup(arena, &u, sizeof(u));
    return *ret_aux ? 0 : -ERR_OUT_OF_MEMORY;
}
#define PREPARE_UNIT(t)                                                                                                            \
    static int prepare_unit_##t(Arena *arena, const Value *const *consts, uint32_t n_args, Type ret, void **ret_aux, Err *err)     \
    {                                                                                                                              \
        (void)n_args, (void)ret;                                                                                                   \
        return prepare_unit(arena, consts[0], t, ret_aux, err);                                                                    \
    }
PREPARE_UNIT(T_TS)
PREPARE_UNIT(T_TSTZ)
PREPARE_UNIT(T_TSNS)
PREPARE_UNIT(T_DATE)
PREPARE_UNIT(T_TIME)
PREPARE_UNIT(T_TIMETZ)
PREPARE_UNIT(T_INTERVAL)

/* false: row in error. */
static bool unit_of_row(EvalCtx *x, const Vec *const *arg, const void *aux, uint32_t r, Unit *ret)
{
    TypeId t = arg[1]->type.id;
    if (aux)
        *ret = *(const Unit *)aux;
    bool known = aux || unit_find(text_at(arg[0], r), ret);
    if (known && unit_fits(*ret, t))
        return true;
    Err err = ERR_INIT;
    unit_error(&err, text_at(arg[0], r), t, known);
    row_error(x, r, err.code, "%s", err.message);
    return false;
}

/* Of a day that is no microsecond's: a DECIMAL of 6 digits has no room for it, a DOUBLE has. */
static double julian_of_row(const Vec *v, uint32_t r, const TimeZone *z)
{
    i128 us = 0, east = 0;
    part_of_row(UNIT_EPOCH, v, r, z, &us);
    if (v->type.id == T_TSTZ)
        part_of_row(UNIT_TIMEZONE, v, r, z, &east);
    int64_t local = (int64_t)(us + east);
    return (double)(floor_div(local, US_PER_DAY) + 2440588) + (double)floor_mod(local, US_PER_DAY) / (double)US_PER_DAY;
}

/* What grows with the time is infinite for an infinite one, what begins anew is NULL. */
static bool part_of_infinite(Unit u, const Vec *v, uint32_t r, double *ret)
{
    const uint64_t growing = BIT(UNIT_YEAR) | BIT(UNIT_DECADE) | BIT(UNIT_CENTURY) | BIT(UNIT_MILLENNIUM) | BIT(UNIT_ISOYEAR) |
                             BIT(UNIT_JULIAN) | BIT(UNIT_EPOCH);
    uint32_t i = r & vec_mask(v);
    bool before = v->type.id == T_DATE ? ((const int32_t *)v->data)[i] == DATE_MINUS_INFINITY
                                       : ((const int64_t *)v->data)[i] == TIMESTAMP_MINUS_INFINITY;
    *ret = before ? -INFINITY : INFINITY;
    return growing & BIT(u);
}

static int part_rows(EvalCtx *x, const Vec *const *arg, const void *aux, Vec *dst, Rows rows)
{
    bool is_decimal = dst->type.id == T_DECIMAL;
    const TimeZone *z = zone_in_use();
    EACH_ROW(rows, r)
    {
        i128 v = 0;
        Unit u;
        double f = 0;
        bool known = unit_of_row(x, arg, aux, r, &u), has = known && part_of_row(u, arg[1], r, z, &v);
        if (has && !is_decimal)
            f = u == UNIT_JULIAN ? julian_of_row(arg[1], r, z) : (double)v / 1e6;
        else if (!has && !(known && !is_decimal && part_of_infinite(u, arg[1], r, &f))) {
            TRY(vec_add_valid(dst, x->arena));
            bit_clear(dst->valid, r);
        }
        if (!is_decimal)
            ((double *)dst->data)[r] = f;
        else if (decimal_rescale(v, 6, dst->type.scale, &((i128 *)dst->data)[r]) < 0)
            row_error(x, r, ERR_NUMERIC_RANGE, "numeric field overflow");
    }
    return 0;
}
#define ONE_PART_ROWS 16u /* for fewer it is not asked whether they have one value */

/* Times of one batch lie close together: one value where all are of one hour, minute or day. 1: it is. */
static int one_part(EvalCtx *x, const Vec *const *arg, const void *aux, Vec *dst, Rows rows)
{
    const Vec *v = arg[1];
    if (!aux || rows.n < ONE_PART_ROWS || v->kind != VEC_FLAT || v->valid || v->type.id != T_TS)
        return 0;
    Unit u = *(const Unit *)aux;
    int64_t span = u == UNIT_MINUTE ? US_PER_MINUTE : u == UNIT_HOUR ? US_PER_HOUR : US_PER_DAY;
    int64_t first = ((const int64_t *)v->data)[row_at(rows, 0)], from = first - floor_mod(first, span);
    if ((BIT(u) & (BIT(UNIT_MICROSECOND) | BIT(UNIT_MILLISECOND) | BIT(UNIT_SECOND) | BIT(UNIT_JULIAN) | BIT(UNIT_EPOCH))) ||
        is_infinite(first) || first > INT64_MAX - span || first < INT64_MIN + span ||
        !kernel_within(v->data, rows, from, from + span))
        return 0;
    dst->kind = VEC_CONST;
    Vec one = *v;
    one.data = &first;
    const Vec *args[] = {arg[0], &one};
    TRY(part_rows(x, args, aux, dst, (Rows){1, NULL}));
    return 1;
}

static int date_part(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    int rc = one_part(x, arg, aux, dst, rows);
    if (rc != 0)
        return MIN(rc, 0);
    return part_rows(x, arg, aux, dst, rows);
}

static int extract_type(const Type *args, uint32_t n, Type *ret, Err *err)
{
    (void)args, (void)n, (void)err;
    *ret = TYPE_DECIMAL(26, 6);
    return 0;
}
/* Units that are whole numbers have scale 0, milliseconds 3. */
static void extract_refine(const Value *const *consts, const Type *args, uint32_t n, Type *ret)
{
    (void)args, (void)n;
    Unit u;
    if (!consts[0] || consts[0]->is_null || !unit_find(consts[0]->str, &u))
        return;
    if (u == UNIT_MILLISECOND)
        *ret = TYPE_DECIMAL(8, 3);
    else if (u == UNIT_SECOND)
        *ret = TYPE_DECIMAL(8, 6);
    else if (u != UNIT_EPOCH && u != UNIT_JULIAN)
        *ret = TYPE_DECIMAL(10, 0);
}

static int64_t us_of_date(int32_t year, int32_t month)
{
    return days_of_civil(year, month, 1) * US_PER_DAY;
}

static int64_t floor_to(int64_t us, int64_t step)
{
    return us - floor_mod(us, step);
}

/* First year of the decade, century or millennium; centuries start with the years ending in 1. */
static int32_t first_year(Unit u, int32_t year)
{
    switch (u) {
    case UNIT_DECADE: return (int32_t)floor_div(year, 10) * 10;
    case UNIT_CENTURY: return (int32_t)floor_div(year - 1, 100) * 100 + 1;
    case UNIT_MILLENNIUM: return (int32_t)floor_div(year - 1, 1000) * 1000 + 1;
    default: return year;
    }
}

static int64_t trunc_us(Unit u, int64_t us)
{
    static const int64_t step[] = {[UNIT_MICROSECOND] = 1,        [UNIT_MILLISECOND] = 1000, [UNIT_SECOND] = US_PER_SECOND,
                                   [UNIT_MINUTE] = US_PER_MINUTE, [UNIT_HOUR] = US_PER_HOUR, [UNIT_DAY] = US_PER_DAY};
    int32_t year, month, day;
    if (is_infinite(us))
        return us;
    if (u <= UNIT_DAY)
        return floor_to(us, step[u]);
    int64_t days = floor_div(us, US_PER_DAY);
    if (u == UNIT_WEEK)
        return (days - floor_mod(days + 3, 7)) * US_PER_DAY;
    civil_of_days(days, &year, &month, &day);
    if (u == UNIT_MONTH)
        return us_of_date(year, month);
    if (u == UNIT_QUARTER)
        return us_of_date(year, (month - 1) / 3 * 3 + 1);
    return us_of_date(first_year(u, year), 1);
}

/* What is shorter than a day keeps the offset, so that an hour which the clock shows twice does not jump to the other. */
static int64_t trunc_in_zone(EvalCtx *x, uint32_t row, Unit u, int64_t us, const TimeZone *z)
{
    int64_t east = zone_east_us(z, us), local;
    if (is_infinite(us))
        return us;
    if (!__builtin_add_overflow(us, east, &local)) {
        local = trunc_us(u, local);
        if (u < UNIT_DAY)
            return local - east;
        if (zone_moment(z, local, FOLD_LAST, &us))
            return us;
    }
    row_error(x, row, ERR_DATETIME_OVERFLOW, "timestamp out of range");
    return 0;
}

static Interval trunc_interval(Unit u, Interval iv)
{
    static const int64_t step[] = {[UNIT_MICROSECOND] = 1000,
                                   [UNIT_MILLISECOND] = 1000000,
                                   [UNIT_SECOND] = 1000 * US_PER_SECOND,
                                   [UNIT_MINUTE] = 1000 * US_PER_MINUTE,
                                   [UNIT_HOUR] = 1000 * US_PER_HOUR};
    static const int32_t months[] = {[UNIT_MONTH] = 1,    [UNIT_QUARTER] = 3,    [UNIT_YEAR] = 12,
                                     [UNIT_DECADE] = 120, [UNIT_CENTURY] = 1200, [UNIT_MILLENNIUM] = 12000};
    if (u <= UNIT_HOUR)
        iv.ns -= iv.ns % step[u];
    else if (u == UNIT_DAY)
        iv.ns = 0;
    else
        iv = (Interval){.months = iv.months - iv.months % months[u]};
    return iv;
}

static int date_trunc(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    const int64_t *a = arg[1]->data;
    TypeId t = arg[1]->type.id;
    uint32_t m = vec_mask(arg[1]);
    const TimeZone *z = t == T_TSTZ ? zone_in_use() : NULL;
    EACH_ROW(rows, r)
    {
        Unit u;
        if (!unit_of_row(x, arg, aux, r, &u)) {
            memset((uint8_t *)dst->data + (size_t)r * type_bytes(t), 0, type_bytes(t));
            continue;
        }
        if (u > UNIT_MILLENNIUM) {
            const uint64_t fields =
                BIT(UNIT_ISOYEAR) | BIT(UNIT_DOW) | BIT(UNIT_DOY) | BIT(UNIT_EPOCH) | BIT(UNIT_JULIAN) | BIT(UNIT_ISODOW);
            bool named = fields & BIT(u); /* PostgreSQL tells two kinds of what cannot be truncated to apart */
            row_error(x, r, named ? ERR_INVALID_PARAMETER : ERR_UNSUPPORTED, "unit \"%s\" not %s for type %s", unit_names[u],
                      named ? "recognized" : "supported", type_id_name(t));
            u = UNIT_DAY;
        }
        if (t == T_INTERVAL)
            ((Interval *)dst->data)[r] = trunc_interval(u, ((const Interval *)arg[1]->data)[r & m]);
        else if (t == T_TSNS)
            ((int64_t *)dst->data)[r] = is_infinite(a[r & m]) ? a[r & m] : trunc_us(u, floor_div(a[r & m], 1000)) * 1000;
        else
            ((int64_t *)dst->data)[r] = unlikely(z != NULL) ? trunc_in_zone(x, r, u, a[r & m], z) : trunc_us(u, a[r & m]);
    }
    return 0;
}

/* Start of the stride that us lies in, counted from the origin. */
static int64_t bin_us(EvalCtx *x, uint32_t row, const Interval *stride, int64_t us, int64_t origin)
{
    int64_t step, offset;
    if (is_infinite(us))
        return us;
    if (stride->months != 0) {
        row_error(x, row, ERR_UNSUPPORTED, "timestamps cannot be binned into intervals containing months or years");
        return 0;
    }
    if (interval_fixed_us(stride, &step) < 0 || step <= 0) {
        row_error(x, row, ERR_DATETIME_OVERFLOW, "stride must be greater than zero");
        return 0;
    }
    if (is_infinite(origin) || __builtin_sub_overflow(us, origin, &offset)) {
        row_error(x, row, ERR_DATETIME_OVERFLOW, "origin out of range");
        return 0;
    }
    return origin + floor_to(offset, step);
}

static int date_bin(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    const Interval *stride = arg[0]->data;
    const int64_t *us = arg[1]->data, *origin = arg[2]->data;
    EACH_ROW(rows, r)
    ((int64_t *)dst->data)[r] = bin_us(x, r, &stride[r & vec_mask(arg[0])], us[r & vec_mask(arg[1])], origin[r & vec_mask(arg[2])]);
    return 0;
}

static int32_t i32_at(const Vec *v, uint32_t r)
{
    return ((const int32_t *)v->data)[r & vec_mask(v)];
}
static double f64_at(const Vec *v, uint32_t r)
{
    return ((const double *)v->data)[r & vec_mask(v)];
}

/* Year -1 is 1 BC, as in PostgreSQL; there is no year 0. */
static bool make_day(EvalCtx *x, uint32_t row, const Vec *const *arg, int64_t *ret_days)
{
    int32_t y = i32_at(arg[0], row), m = i32_at(arg[1], row), d = i32_at(arg[2], row);
    int32_t year = y < 0 ? y + 1 : y;
    *ret_days = 0;
    if (y == 0 || y < -4713 || y > 5874897 || m < 1 || m > 12 || d < 1 || d > days_in_month(year, m)) {
        row_error(x, row, ERR_DATETIME_OVERFLOW, "date field value out of range: %d-%02d-%02d", y, m, d);
        return false;
    }
    *ret_days = days_of_civil(year, m, d);
    return true;
}

static bool make_clock(EvalCtx *x, uint32_t row, int32_t h, int32_t m, double s, int64_t *ret_us)
{
    *ret_us = 0;
    if (h < 0 || h > 24 || m < 0 || m > 59 || !(s >= 0 && s <= 60) || (h == 24 && (m > 0 || s > 0))) {
        row_error(x, row, ERR_DATETIME_OVERFLOW, "time field value out of range: %d:%02d:%02g", h, m, s);
        return false;
    }
    *ret_us = h * US_PER_HOUR + m * US_PER_MINUTE + (int64_t)rint(s * 1e6);
    return true;
}

static int make_date(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    {
        int64_t days;
        make_day(x, r, arg, &days);
        ((int32_t *)dst->data)[r] = (int32_t)days;
    }
    return 0;
}

static int make_time(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    make_clock(x, r, i32_at(arg[0], r), i32_at(arg[1], r), f64_at(arg[2], r), &((int64_t *)dst->data)[r]);
    return 0;
}

static int make_timestamp(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    {
        int64_t days, time, us = 0;
        if (make_day(x, r, arg, &days) && make_clock(x, r, i32_at(arg[3], r), i32_at(arg[4], r), f64_at(arg[5], r), &time) &&
            (__builtin_mul_overflow(days, US_PER_DAY, &us) || __builtin_add_overflow(us, time, &us)))
            row_error(x, r, ERR_DATETIME_OVERFLOW, "timestamp out of range");
        ((int64_t *)dst->data)[r] = us;
    }
    return 0;
}

/* years, months, weeks, days, hours, minutes, seconds */
static int make_interval(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    {
        int64_t months = (int64_t)i32_at(arg[0], r) * 12 + i32_at(arg[1], r),
                days = (int64_t)i32_at(arg[2], r) * 7 + i32_at(arg[3], r);
        int64_t us = i32_at(arg[4], r) * US_PER_HOUR + i32_at(arg[5], r) * US_PER_MINUTE, ns = 0;
        double seconds = rint(f64_at(arg[6], r) * 1e6);
        if (months != (int32_t)months || days != (int32_t)days || !(fabs(seconds) < 9e18) ||
            __builtin_add_overflow(us, (int64_t)seconds, &us) || __builtin_mul_overflow(us, (int64_t)1000, &ns))
            row_error(x, r, ERR_DATETIME_OVERFLOW, "interval out of range");
        ((Interval *)dst->data)[r] = (Interval){.months = (int32_t)months, .days = (int32_t)days, .ns = ns};
    }
    return 0;
}

static int64_t seconds_to_us(EvalCtx *x, uint32_t row, double s)
{
    if (isinf(s))
        return s > 0 ? TIMESTAMP_INFINITY : TIMESTAMP_MINUS_INFINITY;
    double us = rint(s * 1e6);
    if (isnan(s) || fabs(us) >= 9223372036854775807.0) {
        row_error(x, row, ERR_DATETIME_OVERFLOW, isnan(s) ? "timestamp cannot be NaN" : "timestamp out of range");
        return 0;
    }
    return (int64_t)us;
}

static int64_t scaled_to_us(EvalCtx *x, uint32_t row, int64_t v, int64_t factor)
{
    int64_t us = 0;
    if (__builtin_mul_overflow(v, factor, &us))
        row_error(x, row, ERR_DATETIME_OVERFLOW, "timestamp out of range");
    return us;
}

/* Symbolic difference: years and months first, then days (of the earlier moment's month), then time. */
static Interval age_between(EvalCtx *x, uint32_t row, int64_t a, int64_t b)
{
    Civil p, q;
    if (is_infinite(a) || is_infinite(b)) {
        row_error(x, row, ERR_DATETIME_OVERFLOW, "cannot subtract infinite timestamps");
        return (Interval){0};
    }
    bool negative = a < b;
    civil_of_us(negative ? b : a, &p);
    civil_of_us(negative ? a : b, &q);
    int64_t time = floor_mod(negative ? b : a, US_PER_DAY) - floor_mod(negative ? a : b, US_PER_DAY);
    int32_t months = (p.year - q.year) * 12 + p.month - q.month, days = p.day - q.day;
    if (time < 0) {
        time += US_PER_DAY;
        days--;
    }
    if (days < 0) {
        days += days_in_month(q.year, q.month);
        months--;
    }
    Interval age = {.months = months, .days = days, .ns = time * 1000};
    return negative ? (Interval){.months = -age.months, .days = -age.days, .ns = -age.ns} : age;
}

/* 24 hours to a day, 30 days to a month; the lower part gets the sign of the upper. */
static Interval justify(EvalCtx *x, uint32_t row, Interval iv, bool hours, bool days)
{
    int64_t day_ns = US_PER_DAY * 1000, d = iv.days, m = iv.months;
    if (hours) {
        d += iv.ns / day_ns;
        iv.ns %= day_ns;
    }
    if (days) {
        m += d / 30;
        d %= 30;
        if (m > 0 && (d < 0 || (d == 0 && hours && iv.ns < 0))) {
            d += 30;
            m--;
        } else if (m < 0 && (d > 0 || (d == 0 && hours && iv.ns > 0))) {
            d -= 30;
            m++;
        }
    }
    if (hours && d > 0 && iv.ns < 0) {
        iv.ns += day_ns;
        d--;
    } else if (hours && d < 0 && iv.ns > 0) {
        iv.ns -= day_ns;
        d++;
    }
    if (d != (int32_t)d || m != (int32_t)m)
        row_error(x, row, ERR_DATETIME_OVERFLOW, "interval out of range");
    return (Interval){.months = (int32_t)m, .days = (int32_t)d, .ns = iv.ns};
}

static int64_t epoch_ns(EvalCtx *x, uint32_t row, int64_t us)
{
    int64_t ns = 0;
    if (__builtin_mul_overflow(us, (int64_t)1000, &ns))
        row_error(x, row, ERR_NUMERIC_RANGE, "bigint out of range");
    return ns;
}

MAP1(to_timestamp_f64, double, int64_t, seconds_to_us(x, r, a))
MAP1(from_seconds, int64_t, int64_t, scaled_to_us(x, r, a, US_PER_SECOND))
MAP1(from_millis, int64_t, int64_t, scaled_to_us(x, r, a, 1000))
MAP1(from_micros, int64_t, int64_t, a)
MAP1(from_nanos, int64_t, int64_t, a)
MAP1(to_epoch_ms, int64_t, int64_t, floor_div(a, 1000))
MAP1(to_epoch_us, int64_t, int64_t, a)
MAP1(to_epoch_ns, int64_t, int64_t, epoch_ns(x, r, a))
MAP2(age_ts, int64_t, int64_t, Interval, age_between(x, r, a, b))
MAP1(justify_hours, Interval, Interval, justify(x, r, a, true, false))
MAP1(justify_days, Interval, Interval, justify(x, r, a, false, true))
static Interval interval_abs(EvalCtx *x, uint32_t row, Interval a)
{
    static const Interval zero;
    Interval b;
    if (interval_cmp(&a, &zero) >= 0)
        return a;
    if (__builtin_sub_overflow(0, a.months, &b.months) || __builtin_sub_overflow(0, a.days, &b.days) ||
        __builtin_sub_overflow(0, a.ns, &b.ns)) {
        row_error(x, row, ERR_DATETIME_OVERFLOW, "interval out of range");
        return a;
    }
    return b;
}
MAP1(abs_interval, Interval, Interval, interval_abs(x, r, a))
MAP1(justify_interval, Interval, Interval, justify(x, r, a, true, true))

static int is_finite_ts(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    bit_put(dst->data, r, !is_infinite(((const int64_t *)arg[0]->data)[r & vec_mask(arg[0])]));
    return 0;
}
static int is_finite_interval(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    bit_put(dst->data, r, true);
    return 0;
}
static int is_finite_date(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    {
        int32_t d = i32_at(arg[0], r);
        bit_put(dst->data, r, d != DATE_INFINITY && d != DATE_MINUS_INFINITY);
    }
    return 0;
}

#define EXTRACT(t)                                                                                                                 \
    FN2("extract", T_TEXT, t, T_DECIMAL, date_part, FN_FAIL | FN_NULLABLE | FN_ZONED_IF(t), "a field of a date or time",           \
        "extract(hour FROM TIMESTAMP '2001-02-16 20:38:40') -> 20", .ret_type = extract_type, .refine = extract_refine,            \
        .prepare = prepare_unit_##t, MONO2(MONO_NONE, MONO_NONDEC_BY_FIELD)),                                                      \
        FN2("date_part", T_TEXT, t, T_F64, date_part, FN_FAIL | FN_NULLABLE | FN_ZONED_IF(t),                                      \
            "a field of a date or time, as a double", "date_part('hour', TIMESTAMP '2001-02-16 20:38:40') -> 20",                  \
            .prepare = prepare_unit_##t, MONO2(MONO_NONE, MONO_NONDEC_BY_FIELD))
#define TRUNC(t)                                                                                                                   \
    FN2("date_trunc", T_TEXT, t, t, date_trunc, FN_FAIL | FN_ZONED_IF(t), "cut to a unit",                                         \
        "date_trunc('hour', TIMESTAMP '2024-05-06 07:08:09') -> 2024-05-06 07:00:00", .prepare = prepare_unit_##t,                 \
        MONO2(MONO_NONE, MONO_NONDEC))
#define BIN(t)                                                                                                                     \
    FN3("date_bin", T_INTERVAL, t, t, t, date_bin, FN_FAIL, "start of the stride that the moment lies in, counted from an origin", \
        "date_bin('15 minutes', TIMESTAMP '2024-05-06 07:08:09', TIMESTAMP '2001-01-01') -> 2024-05-06 07:00:00",                  \
        .mono = {MONO_NONE, MONO_NONDEC, MONO_NONE})
#define EPOCH(t)                                                                                                                   \
    FN1("epoch_ms", t, T_I64, to_epoch_ms, FN_PURE | FN_CHEAP, "milliseconds since 1970",                                          \
        "epoch_ms(TIMESTAMP '1970-01-01 00:00:01') -> 1000", MONO1(MONO_NONDEC)),                                                  \
        FN1("epoch_us", t, T_I64, to_epoch_us, FN_PURE | FN_CHEAP, "microseconds since 1970",                                      \
            "epoch_us(TIMESTAMP '1970-01-01 00:00:01') -> 1000000", MONO1(MONO_NONDEC)),                                           \
        FN1("epoch_ns", t, T_I64, to_epoch_ns, FN_FAIL | FN_CHEAP, "nanoseconds since 1970",                                       \
            "epoch_ns(TIMESTAMP '1970-01-01 00:00:01') -> 1000000000", MONO1(MONO_NONDEC))
#define FROM_EPOCH(name, k, ret, fl, help) FN1(name, T_I64, ret, k, fl | FN_CHEAP, help, name "(1700000000)", MONO1(MONO_NONDEC))

const FuncDef fn_date[] = {
    EXTRACT(T_TS),
    EXTRACT(T_TSTZ),
    EXTRACT(T_TSNS),
    EXTRACT(T_DATE),
    EXTRACT(T_TIME),
    EXTRACT(T_TIMETZ),
    EXTRACT(T_INTERVAL),
    TRUNC(T_TS),
    TRUNC(T_TSTZ),
    TRUNC(T_TSNS),
    TRUNC(T_INTERVAL),
    BIN(T_TS),
    BIN(T_TSTZ),
    FN3("make_date", T_I32, T_I32, T_I32, T_DATE, make_date, FN_FAIL, "date of year, month, day",
        "make_date(2013, 7, 15) -> 2013-07-15"),
    FN3("make_time", T_I32, T_I32, T_F64, T_TIME, make_time, FN_FAIL, "time of hour, minute, second",
        "make_time(8, 15, 23.5) -> 08:15:23.5"),
    {.name = "make_timestamp",
     .n_args = 6,
     .arg = {T_I32, T_I32, T_I32, T_I32, T_I32, T_F64},
     .ret = T_TS,
     .kernel = make_timestamp,
     .flags = FN_FAIL,
     .help = "timestamp of year, month, day, hour, minute, second",
     .example = "make_timestamp(2013, 7, 15, 8, 15, 23.5) -> 2013-07-15 08:15:23.5"},
    {.name = "make_interval",
     .n_args = 7,
     .arg = {T_I32, T_I32, T_I32, T_I32, T_I32, T_I32, T_F64},
     .ret = T_INTERVAL,
     .kernel = make_interval,
     .flags = FN_FAIL,
     .arg_names = "years|months|weeks|days|hours|mins|secs",
     .help = "interval of its parts, which may be named or left out",
     .example = "make_interval(days => 10) -> 10 days"},
    FN1("to_timestamp", T_F64, T_TSTZ, to_timestamp_f64, FN_FAIL | FN_CHEAP, "moment of seconds since 1970",
        "to_timestamp(1284352323)", MONO1(MONO_NONDEC)),
    FROM_EPOCH("to_timestamp_s", from_seconds, T_TS, FN_FAIL, "timestamp of seconds since 1970"),
    FROM_EPOCH("to_timestamp_ms", from_millis, T_TS, FN_FAIL, "timestamp of milliseconds since 1970"),
    FROM_EPOCH("to_timestamp_us", from_micros, T_TS, FN_PURE, "timestamp of microseconds since 1970"),
    FROM_EPOCH("to_timestamp_ns", from_nanos, T_TSNS, FN_PURE, "TIMESTAMP(9) of nanoseconds since 1970"),
    FROM_EPOCH("to_timestamp_seconds", from_seconds, T_TS, FN_FAIL, "timestamp of seconds since 1970"),
    FROM_EPOCH("to_timestamp_millis", from_millis, T_TS, FN_FAIL, "timestamp of milliseconds since 1970"),
    FROM_EPOCH("to_timestamp_micros", from_micros, T_TS, FN_PURE, "timestamp of microseconds since 1970"),
    FROM_EPOCH("to_timestamp_nanos", from_nanos, T_TSNS, FN_PURE, "TIMESTAMP(9) of nanoseconds since 1970"),
    EPOCH(T_TS),
    EPOCH(T_TSTZ),
    FN2("age", T_TS, T_TS, T_INTERVAL, age_ts, FN_FAIL, "years, months, days and time between",
        "age(TIMESTAMP '2024-05-06', TIMESTAMP '2023-04-05') -> 1 year 1 mon 1 day"),
    FN2("age", T_TSTZ, T_TSTZ, T_INTERVAL, age_ts, FN_FAIL, "years, months, days and time between",
        "age(TIMESTAMP '2024-05-06', TIMESTAMP '2023-04-05') -> 1 year 1 mon 1 day"),
    FN1("justify_hours", T_INTERVAL, T_INTERVAL, justify_hours, FN_FAIL, "24 hours as days",
        "justify_hours('27 hours') -> 1 day 03:00:00"),
    FN1("justify_days", T_INTERVAL, T_INTERVAL, justify_days, FN_FAIL, "30 days as months",
        "justify_days('35 days') -> 1 mon 5 days"),
    FN1("abs", T_INTERVAL, T_INTERVAL, abs_interval, FN_FAIL | FN_TYPED,
        "the interval without its sign: how far apart two times are", "abs(INTERVAL '-5 minutes') -> 00:05:00"),
    FN1("justify_interval", T_INTERVAL, T_INTERVAL, justify_interval, FN_FAIL, "hours as days and days as months, signs made equal",
        "justify_interval('1 mon -1 hour') -> 29 days 23:00:00"),
    FN1("isfinite", T_TS, T_BOOL, is_finite_ts, FN_PURE | FN_CHEAP, "is not infinite", "isfinite(TIMESTAMP 'infinity') -> false"),
    FN1("isfinite", T_TSTZ, T_BOOL, is_finite_ts, FN_PURE | FN_CHEAP, "is not infinite", "isfinite(now()) -> true"),
    FN1("isfinite", T_INTERVAL, T_BOOL, is_finite_interval, FN_PURE | FN_CHEAP, "always: intervals are finite",
        "isfinite(INTERVAL '4 hours') -> true"),
    FN1("isfinite", T_DATE, T_BOOL, is_finite_date, FN_PURE | FN_CHEAP, "is not infinite", "isfinite(DATE '2001-02-16') -> true"),
    {0},
};
