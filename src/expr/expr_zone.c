/* SPDX-License-Identifier: Apache-2.0
 *
 * Expressions bound in a zone other than UTC (base/zone.h: the zone in use).  What goes by its clock is written out with the zone
 * as a constant: a conversion between a moment and what has no zone is timezone('Europe/Berlin', x), a month later is date_add(x,
 * '1 month', 'Europe/Berlin').  So the meaning does not depend on the session that runs it, and the rules know what keeps the order
 * of times.  What only reads or writes texts of moments remembers the zone (Expr.zone) and runs in it. */
#include "expr/expr_impl.h"

#include <string.h>

/* The zone as AT TIME ZONE takes it.  A name that is also an abbreviation, which goes first there, has a colon before it. */
static Expr *zone_const(Arena *a, const TimeZone *z, Span at)
{
    Value v = {.type = TYPE(TEXT), .str = str_of(z->name)};
    int32_t minutes;
    if (z->n == 0)
        v = (Value){.type = TYPE(INTERVAL), .iv = {.ns = z->east_s[0] * INT64_C(1000000000)}};
    else if (zone_abbreviation(v.str, &minutes))
        v.str = str_of(arena_printf(a, ":%s", z->name));
    return expr_const(a, &v, at);
}

static int call(Arena *a, const char *name, Expr *x, Expr *y, Span at, Expr **ret, Err *err)
{
    Expr *arg[2] = {x, y};
    if (!x || !y)
        return RAISE_NOMEM(err);
    return expr_call(a, str_of(name), arg, 2, at, ret, err);
}

/* A moment as its reading of the clock, and back. */
static int by_clock(Arena *a, Expr *e, Expr **ret, Err *err)
{
    return call(a, "timezone", zone_const(a, zone_clock_in_use(), e->at), e, e->at, ret, err);
}

static bool is_clock_type(TypeId t)
{
    return t == T_TS || t == T_TSNS || t == T_DATE || t == T_TIME;
}

bool expr_casts_by_zone(TypeId from, TypeId to)
{
    if (from == T_TIME && to == T_TIMETZ)
        return zone_clock_in_use() && zone_clock_in_use()->n > 0;
    return zone_clock_in_use() &&
           ((from == T_TSTZ && is_clock_type(to)) || (to == T_TSTZ && is_clock_type(from) && from != T_TIME));
}

/* A time with the offset that the zone has at it today. */
static int time_today(Arena *a, Expr *e, Type to, Expr **ret, Err *err)
{
    Expr *today;
    TRY(expr_call(a, STR("current_date"), NULL, 0, e->at, &today, err));
    TRY(call(a, "+", today, e, e->at, &e, err));
    TRY(expr_coerce(a, e, TYPE(TSTZ), &e, err));
    return expr_coerce(a, e, to, ret, err);
}

bool expr_is_time_alone(const Value *v, Type to)
{
    int64_t t;
    const TimeZone *z = zone_clock_in_use();
    return to.id == T_TIMETZ && z && z->n > 0 && !v->is_null && time_parse(str_trim(v->str), &t) == 0 &&
           timetz_parse(v->str, &t) == -ERR_UNSUPPORTED;
}

int expr_cast_by_zone(Arena *a, Expr *e, Type to, Expr **ret, Err *err)
{
    if (to.id == T_TIMETZ)
        return time_today(a, e, to, ret, err);
    bool constant = e->kind == EXPR_CONST;
    if (to.id == T_TSTZ) {
        TRY(expr_coerce(a, e, TYPE(TS), &e, err));
        TRY(by_clock(a, e, ret, err));
    } else {
        TRY(by_clock(a, e, ret, err));
        TRY(expr_coerce(a, *ret, to, ret, err));
    }
    if (constant)
        *ret = expr_fold(a, *ret);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* ---- calls ---- */

static bool is_one_of(const Expr *e, const char *words)
{
    Str one, rest = str_of(words);
    if (e->kind != EXPR_CONST || e->value.is_null)
        return false;
    for (bool more = true; more;) {
        more = str_cut(rest, '|', &one, &rest);
        if (str_eq_nocase(one, e->value.str))
            return true;
    }
    return false;
}

/* x +- interval: time alone is the same everywhere. */
static int later(Arena *a, Expr *x, Expr *by, bool minus, Span at, Expr **ret, Err *err)
{
    const TimeZone *z = zone_clock_in_use();
    if (by->kind == EXPR_CONST && (by->value.is_null || (by->value.iv.months == 0 && (by->value.iv.days == 0 || z->n == 0))))
        return 0;
    Expr *arg[3] = {x, by, zone_const(a, z, at)};
    if (!arg[2])
        return RAISE_NOMEM(err);
    TRY(expr_call(a, minus ? STR("date_subtract") : STR("date_add"), arg, 3, at, ret, err));
    return 1;
}

/* The function over what the clock shows, of arguments from `first` on; moment: back to a moment. */
static int over_clock(Arena *a, const FuncMatch *m, Expr *const *args, uint32_t n, uint32_t first, bool moment, Span at, Expr **ret,
                      Err *err)
{
    Expr *arg[FUNC_ARGS_MAX];
    for (uint32_t i = 0; i < n; i++) {
        arg[i] = args[i];
        if (i >= first)
            TRY(by_clock(a, args[i], &arg[i], err));
    }
    TRY(expr_call(a, str_of(m->def->name), arg, n, at, ret, err));
    if (moment)
        TRY(by_clock(a, *ret, ret, err));
    return 1;
}

/* current_date and its kin: what the clock shows now. */
static int now_on_clock(Arena *a, Type to, Span at, Expr **ret, Err *err)
{
    Expr *now;
    TRY(expr_call(a, STR("now"), NULL, 0, at, &now, err));
    TRY(expr_coerce(a, now, to, ret, err));
    return 1;
}

#define DAY_UNITS                                                                                                                  \
    "day|days|d|week|weeks|w|month|months|mon|mons|quarter|quarters|qtr|year|years|y|yr|yrs|decade|decades|dec|decs|century|"      \
    "centuries|c|cent|millennium|millennia|mil|mils"

int expr_call_by_zone(Arena *a, const FuncMatch *m, Expr *const *args, uint32_t n, Span at, Expr **ret, Err *err)
{
    const char *name = m->def->name;
    Expr *arg[FUNC_ARGS_MAX];
    if (!zone_clock_in_use() || n > 3)
        return 0;
    if (n == 0 && strcmp(name, "current_date") == 0)
        return now_on_clock(a, TYPE(DATE), at, ret, err);
    if (n == 0 && strcmp(name, "localtime") == 0)
        return now_on_clock(a, TYPE(TIME), at, ret, err);
    if (n == 0 && strcmp(name, "localtimestamp") == 0)
        return now_on_clock(a, TYPE(TS), at, ret, err);
    if (n < 2 || (m->arg[0].id != T_TSTZ && m->arg[1].id != T_TSTZ))
        return 0;
    for (uint32_t i = 0; i < n; i++)
        TRY(expr_coerce(a, args[i], m->arg[i], &arg[i], err));
    bool plus = strcmp(name, "+") == 0, minus = strcmp(name, "-") == 0;
    if ((plus || minus) && m->arg[1].id == T_INTERVAL)
        return later(a, arg[0], arg[1], minus, at, ret, err);
    if (plus && m->arg[0].id == T_INTERVAL)
        return later(a, arg[1], arg[0], false, at, ret, err);
    if (strcmp(name, "age") == 0)
        return over_clock(a, m, arg, n, 0, false, at, ret, err);
    if (strcmp(name, "timestampdiff") == 0)
        return is_one_of(arg[0], DAY_UNITS) ? over_clock(a, m, arg, n, 1, false, at, ret, err) : 0;
    if (strcmp(name, "date_trunc") == 0)
        return is_one_of(arg[0], DAY_UNITS) ? over_clock(a, m, arg, n, 1, true, at, ret, err) : 0;
    bool part = strcmp(name, "extract") == 0 || strcmp(name, "date_part") == 0;
    bool of_moment = is_one_of(arg[0], "epoch|timezone|timezone_hour|timezone_minute");
    return part && arg[0]->kind == EXPR_CONST && !of_moment ? over_clock(a, m, arg, n, 1, false, at, ret, err) : 0;
}
