/* SPDX-License-Identifier: Apache-2.0
 *
 * AT TIME ZONE, which is timezone(zone, moment): a TIMESTAMP is read as the clock of the zone and becomes a moment, a TIMESTAMPTZ
 * becomes what that clock shows.  Zones are UTC and its aliases, abbreviations of fixed offsets, the system's zones with their
 * rules (base/zone.h), and offsets (as in PostgreSQL a text's offset is POSIX's, positive to the west, and an interval's positive
 * to the east).  A reading that the clock shows twice means the later moment, one that it jumps over the moment as far behind the
 * jump. */
#include "base/zone.h"
#include "func/func_impl.h"

static bool take_two(Str s, size_t *at, int64_t max, int64_t *ret)
{
    size_t from = *at;
    int64_t v = 0;
    for (; *at < s.n && *at - from < 2 && s.p[*at] >= '0' && s.p[*at] <= '9'; (*at)++)
        v = v * 10 + (s.p[*at] - '0');
    *ret = v;
    return *at > from && v <= max;
}

/* [name][+-]hh[:mm[:ss]], seconds east of UTC. */
static bool posix_offset(Str s, int64_t *ret_east)
{
    size_t at = 0;
    int64_t h, m = 0, sec = 0;
    while (at < s.n && ((s.p[at] | 0x20) >= 'a' && (s.p[at] | 0x20) <= 'z'))
        at++;
    bool named = at >= 3;
    if (at > 0 && !named)
        return false;
    bool east = at < s.n && s.p[at] == '-';
    at += at < s.n && (s.p[at] == '-' || s.p[at] == '+');
    if (!take_two(s, &at, 24, &h))
        return false;
    if (at < s.n && s.p[at] == ':' && (at++, !take_two(s, &at, 59, &m)))
        return false;
    if (at < s.n && s.p[at] == ':' && (at++, !take_two(s, &at, 59, &sec)))
        return false;
    *ret_east = (h * 3600 + m * 60 + sec) * (east ? 1 : -1);
    return at == s.n;
}

/* What a zone's name means: rules, or a fixed offset. */
typedef struct Zone {
    const TimeZone *rules; /* NULL = none */
    int64_t east_us;
} Zone;

/* ":CET" is the zone and not the abbreviation. */
static bool zone_named(Str name, Zone *ret)
{
    *ret = (Zone){0};
    int32_t minutes;
    if (name.n > 1 && name.p[0] == ':') {
        ret->rules = zone_of_setting((Str){name.p + 1, name.n - 1});
        return ret->rules != NULL;
    }
    if (zone_abbreviation(name, &minutes)) {
        ret->east_us = minutes * US_PER_MINUTE;
        return true;
    }
    ret->rules = zone_find(name);
    int64_t east = 0;
    if (!ret->rules && !posix_offset(name, &east)) {
        ret->rules = zone_of_setting(name); /* with rules in POSIX's form */
        return ret->rules != NULL;
    }
    ret->east_us = east * US_PER_SECOND;
    return true;
}

bool func_zone_offset(Str name, int64_t *ret_east_us)
{
    Zone z;
    if (!zone_named(name, &z) || z.rules)
        return false;
    *ret_east_us = z.east_us;
    return true;
}

static int64_t shift(EvalCtx *x, uint32_t row, int64_t us, int64_t by)
{
    int64_t sum = us;
    if (__builtin_add_overflow(us, by, &sum))
        row_error(x, row, ERR_DATETIME_OVERFLOW, "timestamp out of range");
    return sum;
}

static int64_t convert(EvalCtx *x, uint32_t row, const Zone *z, bool to_moment, int64_t us)
{
    int64_t moment = us;
    if (us == TIMESTAMP_INFINITY || us == TIMESTAMP_MINUS_INFINITY)
        return us;
    if (!z->rules)
        return shift(x, row, us, to_moment ? -z->east_us : z->east_us);
    if (!to_moment)
        return shift(x, row, us, zone_east_us(z->rules, us));
    if (!zone_moment(z->rules, us, FOLD_LAST, &moment))
        row_error(x, row, ERR_DATETIME_OVERFLOW, "timestamp out of range");
    return moment;
}

static bool zone_of_interval(EvalCtx *x, uint32_t row, const Interval *iv, Zone *ret)
{
    *ret = (Zone){.east_us = iv->ns / 1000000000 * US_PER_SECOND};
    if (iv->months == 0 && iv->days == 0)
        return true;
    row_error(x, row, ERR_INVALID_PARAMETER, "interval time zone must not include months or days");
    return false;
}

static bool zone_of_text(EvalCtx *x, uint32_t row, Str name, Zone *ret)
{
    if (zone_named(name, ret))
        return true;
    row_error(x, row, ERR_INVALID_PARAMETER, "time zone \"%.*s\" not recognized", (int)MIN(name.n, 64), name.p);
    return false;
}

/* The zone of each row: nearly always that of the row before. */
typedef struct ZoneOfRow {
    Zone zone;
    Str last;
    bool known;
} ZoneOfRow;

/* false: the row is in error. */
static bool zone_of_row(EvalCtx *x, const Vec *v, uint32_t row, ZoneOfRow *z)
{
    if (v->type.id == T_INTERVAL)
        return zone_of_interval(x, row, (const Interval *)v->data + (row & vec_mask(v)), &z->zone);
    Str name = text_at(v, row);
    if (!z->known || !str_eq(name, z->last)) {
        z->known = zone_of_text(x, row, name, &z->zone);
        z->last = name;
    }
    return z->known;
}

static int zone_rows(EvalCtx *x, const Vec *const *arg, Vec *dst, Rows rows)
{
    const int64_t *us = arg[1]->data;
    bool to_moment = dst->type.id == T_TSTZ;
    ZoneOfRow z = {0};
    EACH_ROW(rows, r)
    ((int64_t *)dst->data)[r] = zone_of_row(x, arg[0], r, &z) ? convert(x, r, &z.zone, to_moment, us[r & vec_mask(arg[1])]) : 0;
    return 0;
}
static int timezone_of(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return zone_rows(x, arg, dst, rows);
}

static int64_t add_in_zone(EvalCtx *x, uint32_t row, const Zone *z, int64_t us, const Interval *by)
{
    int64_t sum = 0;
    int rc;
    if (us == TIMESTAMP_INFINITY || us == TIMESTAMP_MINUS_INFINITY)
        return us;
    if (z->rules)
        rc = zone_add(z->rules, us, by, &sum);
    else if (__builtin_add_overflow(us, z->east_us, &sum) || timestamp_add(sum, by, &sum) < 0)
        rc = -ERR_DATETIME_OVERFLOW;
    else
        rc = __builtin_sub_overflow(sum, z->east_us, &sum) ? -ERR_DATETIME_OVERFLOW : 0;
    if (rc < 0)
        row_error(x, row, ERR_DATETIME_OVERFLOW, "timestamp out of range");
    return rc < 0 ? 0 : sum;
}

static int add_rows(EvalCtx *x, const Vec *const *arg, Vec *dst, Rows rows, bool minus)
{
    const int64_t *us = arg[0]->data;
    const Interval *iv = arg[1]->data;
    ZoneOfRow z = {0};
    EACH_ROW(rows, r)
    {
        Interval by = iv[r & vec_mask(arg[1])];
        ((int64_t *)dst->data)[r] = 0;
        if (minus && interval_neg(&by, &by) < 0)
            row_error(x, r, ERR_DATETIME_OVERFLOW, "interval out of range");
        else if (zone_of_row(x, arg[2], r, &z))
            ((int64_t *)dst->data)[r] = add_in_zone(x, r, &z.zone, us[r & vec_mask(arg[0])], &by);
    }
    return 0;
}
static int date_add(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return add_rows(x, arg, dst, rows, false);
}
static int date_subtract(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return add_rows(x, arg, dst, rows, true);
}

/* The same moment of the day as the clock of the zone shows it, with the offset that it has now. */
static int timezone_timetz(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    const int64_t *v = arg[1]->data;
    ZoneOfRow z = {0};
    EACH_ROW(rows, r)
    {
        int64_t utc = timetz_utc_us(v[r & vec_mask(arg[1])]), east_s = 0;
        if (zone_of_row(x, arg[0], r, &z))
            east_s = (z.zone.rules ? zone_east_us(z.zone.rules, x->now_us) : z.zone.east_us) / US_PER_SECOND;
        if (east_s >= 16 * 3600 || east_s <= -16 * 3600)
            row_error(x, r, ERR_DATETIME_OVERFLOW, "time zone displacement out of range");
        ((int64_t *)dst->data)[r] = timetz_pack(floor_mod(utc + east_s * US_PER_SECOND, US_PER_DAY), east_s);
    }
    return 0;
}

/* Only a clock that never goes back keeps the order at all times: the binder makes constant fixed offsets intervals. */
#define ZONE(zone, from, to, help)                                                                                                 \
    FN2("timezone", zone, from, to, timezone_of, FN_FAIL, help,                                                                    \
        "TIMESTAMP '2024-05-06 07:08:09' AT TIME ZONE 'Europe/Berlin' -> 2024-05-06 05:08:09+00",                                  \
        MONO2(MONO_NONE, (zone) == T_INTERVAL ? MONO_NONDEC                                                                        \
                         : (to) == T_TS       ? MONO_NONDEC_BY_CHANGES                                                             \
                                              : MONO_NONDEC_BY_UNITS))
#define ADD(name, kernel, zone, help)                                                                                              \
    FN3(name, T_TSTZ, T_INTERVAL, zone, T_TSTZ, kernel, FN_FAIL, help, name "(now(), INTERVAL '1' DAY, 'Europe/Berlin')")
#define TIMETZ(zone, flags)                                                                                                        \
    FN2("timezone", zone, T_TIMETZ, T_TIMETZ, timezone_timetz, FN_FAIL | (flags),                                                  \
        "the time of day on the zone's clock, as it is now", "TIMETZ '12:00+00' AT TIME ZONE 'Asia/Tokyo' -> 21:00:00+09")
const FuncDef fn_zone[] = {
    TIMETZ(T_TEXT, FN_STABLE),
    TIMETZ(T_INTERVAL, 0),
    ADD("date_add", date_add, T_TEXT, "moment later by an interval whose days and months are those of the zone's clock"),
    ADD("date_add", date_add, T_INTERVAL, "moment later by an interval whose days and months are those of the zone's clock"),
    ADD("date_subtract", date_subtract, T_TEXT,
        "moment earlier by an interval whose days and months are those of the zone's clock"),
    ADD("date_subtract", date_subtract, T_INTERVAL,
        "moment earlier by an interval whose days and months are those of the zone's clock"),
    ZONE(T_TEXT, T_TS, T_TSTZ, "moment at which the zone's clock shows the timestamp"),
    ZONE(T_TEXT, T_TSTZ, T_TS, "what the zone's clock shows at the moment"),
    ZONE(T_INTERVAL, T_TS, T_TSTZ, "moment at which the zone's clock shows the timestamp"),
    ZONE(T_INTERVAL, T_TSTZ, T_TS, "what the zone's clock shows at the moment"),
    {0},
};
