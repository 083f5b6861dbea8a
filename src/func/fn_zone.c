/* SPDX-License-Identifier: Apache-2.0
 *
 * AT TIME ZONE, which is timezone(zone, moment): a TIMESTAMP is read as the clock of the zone and becomes a moment, a TIMESTAMPTZ
 * becomes what that clock shows.  Zones are UTC and its aliases, offsets (as in PostgreSQL a text's offset is POSIX's, positive to
 * the west, and an interval's positive to the east).  Zones with rules are not known here and raise an error that says so. */
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

static bool zone_east(EvalCtx *x, uint32_t row, Str name, int64_t *ret_us)
{
    static const char *const aliases[] = {"utc", "gmt", "z", "zulu", "ut", "uct", "etc/utc", "etc/gmt", "greenwich", "universal"};
    int64_t east = 0;
    bool known = false, path = false;
    for (size_t i = 0; i < ARRAY_LEN(aliases) && !known; i++)
        known = str_eq_nocase(name, str_of(aliases[i]));
    known = known || posix_offset(name, &east);
    *ret_us = east * US_PER_SECOND;
    for (size_t i = 0; i < name.n; i++)
        path |= name.p[i] == '/';
    if (!known && path)
        row_error(x, row, ERR_UNSUPPORTED, "time zone \"%.*s\": only UTC and fixed offsets are supported", (int)MIN(name.n, 64),
                  name.p);
    else if (!known)
        row_error(x, row, ERR_INVALID_PARAMETER, "time zone \"%.*s\" not recognized", (int)MIN(name.n, 64), name.p);
    return known;
}

static int64_t shift(EvalCtx *x, uint32_t row, int64_t us, int64_t by)
{
    int64_t sum = us;
    if (us == TIMESTAMP_INFINITY || us == TIMESTAMP_MINUS_INFINITY)
        return us;
    if (__builtin_add_overflow(us, by, &sum))
        row_error(x, row, ERR_DATETIME_OVERFLOW, "timestamp out of range");
    return sum;
}

static int zone_rows(EvalCtx *x, const Vec *const *arg, Vec *dst, Rows rows)
{
    const int64_t *us = arg[1]->data;
    int sign = dst->type.id == T_TSTZ ? -1 : 1;
    EACH_ROW(rows, r)
    {
        int64_t east = 0;
        if (arg[0]->type.id == T_INTERVAL) {
            const Interval *iv = (const Interval *)arg[0]->data + (r & vec_mask(arg[0]));
            if (iv->months || iv->days)
                row_error(x, r, ERR_INVALID_PARAMETER, "interval time zone must not include months or days");
            else
                east = iv->ns / 1000000000 * US_PER_SECOND;
        } else if (!zone_east(x, r, text_at(arg[0], r), &east)) {
            east = 0;
        }
        ((int64_t *)dst->data)[r] = shift(x, r, us[r & vec_mask(arg[1])], sign * east);
    }
    return 0;
}
static int timezone_of(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return zone_rows(x, arg, dst, rows);
}

#define ZONE(zone, from, to, help)                                                                                                 \
    FN2("timezone", zone, from, to, timezone_of, FN_FAIL, help, "ts AT TIME ZONE 'UTC'", MONO2(MONO_NONE, MONO_NONDEC))
const FuncDef fn_zone[] = {
    ZONE(T_TEXT, T_TS, T_TSTZ, "moment at which the zone's clock shows the timestamp"),
    ZONE(T_TEXT, T_TSTZ, T_TS, "what the zone's clock shows at the moment"),
    ZONE(T_INTERVAL, T_TS, T_TSTZ, "moment at which the zone's clock shows the timestamp"),
    ZONE(T_INTERVAL, T_TSTZ, T_TS, "what the zone's clock shows at the moment"),
    {0},
};
