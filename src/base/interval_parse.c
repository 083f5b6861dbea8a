/* SPDX-License-Identifier: Apache-2.0
 *
 * Text to intervals: quantity-unit lists with times of day ('1 day 02:03:04', '@ 2 weeks ago'), SQL year-month ('1-2'), ISO 8601
 * durations ('P1Y2M3DT4H5M6S', 'P0001-02-03T04:05:06') and bare numbers.
 *
 * All sums are kept in 128 bits until the end and checked once.  A number is a whole part and a decimal fraction in integers, so
 * no value is ever touched by binary rounding; the fraction of a unit spills into the next finer ones: of years into months
 * (rounded), of months into days at 30, of days into time. */
#include "base/text_style.h"

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_SECOND INT64_C(1000000000)
#define NS_PER_MINUTE (60 * NS_PER_SECOND)
#define NS_PER_HOUR (3600 * NS_PER_SECOND)
#define NS_PER_DAY (24 * NS_PER_HOUR)
#define DAYS_PER_MONTH 30
#define FRACTION_SCALE INT64_C(1000000000000000) /* fractions are kept to 15 digits */

typedef enum UnitKind { UNIT_NS, UNIT_DAYS, UNIT_MONTHS } UnitKind;

typedef struct Unit {
    const char *name;
    UnitKind kind;
    int64_t size;
} Unit;

static const Unit units[] = {
    {"ns", UNIT_NS, 1},
    {"nsec", UNIT_NS, 1},
    {"nsecs", UNIT_NS, 1},
    {"nanosecond", UNIT_NS, 1},
    {"nanoseconds", UNIT_NS, 1},
    {"us", UNIT_NS, NS_PER_US},
    {"usec", UNIT_NS, NS_PER_US},
    {"usecs", UNIT_NS, NS_PER_US},
    {"usecond", UNIT_NS, NS_PER_US},
    {"useconds", UNIT_NS, NS_PER_US},
    {"microsecond", UNIT_NS, NS_PER_US},
    {"microseconds", UNIT_NS, NS_PER_US},
    {"ms", UNIT_NS, NS_PER_MS},
    {"msec", UNIT_NS, NS_PER_MS},
    {"msecs", UNIT_NS, NS_PER_MS},
    {"msecond", UNIT_NS, NS_PER_MS},
    {"mseconds", UNIT_NS, NS_PER_MS},
    {"millisecond", UNIT_NS, NS_PER_MS},
    {"milliseconds", UNIT_NS, NS_PER_MS},
    {"s", UNIT_NS, NS_PER_SECOND},
    {"sec", UNIT_NS, NS_PER_SECOND},
    {"secs", UNIT_NS, NS_PER_SECOND},
    {"second", UNIT_NS, NS_PER_SECOND},
    {"seconds", UNIT_NS, NS_PER_SECOND},
    {"m", UNIT_NS, NS_PER_MINUTE},
    {"min", UNIT_NS, NS_PER_MINUTE},
    {"mins", UNIT_NS, NS_PER_MINUTE},
    {"minute", UNIT_NS, NS_PER_MINUTE},
    {"minutes", UNIT_NS, NS_PER_MINUTE},
    {"h", UNIT_NS, NS_PER_HOUR},
    {"hr", UNIT_NS, NS_PER_HOUR},
    {"hrs", UNIT_NS, NS_PER_HOUR},
    {"hour", UNIT_NS, NS_PER_HOUR},
    {"hours", UNIT_NS, NS_PER_HOUR},
    {"d", UNIT_DAYS, 1},
    {"day", UNIT_DAYS, 1},
    {"days", UNIT_DAYS, 1},
    {"w", UNIT_DAYS, 7},
    {"week", UNIT_DAYS, 7},
    {"weeks", UNIT_DAYS, 7},
    {"mon", UNIT_MONTHS, 1},
    {"mons", UNIT_MONTHS, 1},
    {"month", UNIT_MONTHS, 1},
    {"months", UNIT_MONTHS, 1},
    {"quarter", UNIT_MONTHS, 3},
    {"quarters", UNIT_MONTHS, 3},
    {"y", UNIT_MONTHS, 12},
    {"yr", UNIT_MONTHS, 12},
    {"yrs", UNIT_MONTHS, 12},
    {"year", UNIT_MONTHS, 12},
    {"years", UNIT_MONTHS, 12},
    {"dec", UNIT_MONTHS, 120},
    {"decs", UNIT_MONTHS, 120},
    {"decade", UNIT_MONTHS, 120},
    {"decades", UNIT_MONTHS, 120},
    {"c", UNIT_MONTHS, 1200},
    {"cent", UNIT_MONTHS, 1200},
    {"century", UNIT_MONTHS, 1200},
    {"centuries", UNIT_MONTHS, 1200},
    {"mil", UNIT_MONTHS, 12000},
    {"mils", UNIT_MONTHS, 12000},
    {"millennium", UNIT_MONTHS, 12000},
    {"millennia", UNIT_MONTHS, 12000},
};

static const Unit *unit_find(Str name)
{
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (str_eq_nocase(name, str_of(units[i].name)))
            return &units[i];
    return NULL;
}

typedef struct Number {
    int64_t whole, fraction; /* fraction in 1 / FRACTION_SCALE; both not negative, `minus` is kept apart for -0.5 */
    bool minus, has_fraction;
} Number;

typedef struct Sum {
    i128 months, days, ns;
} Sum;

typedef struct Scan {
    const char *p, *end;
} Scan;

static inline char look(const Scan *s)
{
    return s->p < s->end ? *s->p : 0;
}

static inline bool is_digit(char c)
{
    return (unsigned)(c - '0') <= 9;
}

static inline bool is_letter(char c)
{
    return ((unsigned)c | 0x20u) - 'a' < 26u;
}

static bool take(Scan *s, char c)
{
    if (s->p == s->end || *s->p != c)
        return false;
    s->p++;
    return true;
}

static void skip_space(Scan *s)
{
    while (look(s) == ' ' || (look(s) >= '\t' && look(s) <= '\r'))
        s->p++;
}

static bool take_digits(Scan *s, int64_t *ret)
{
    const char *from = s->p;
    int64_t v = 0;
    for (; is_digit(look(s)); s->p++)
        if (__builtin_mul_overflow(v, INT64_C(10), &v) || __builtin_add_overflow(v, (int64_t)(*s->p - '0'), &v))
            return false;
    *ret = v;
    return s->p > from;
}

/* Digits behind a point; the sixteenth rounds. */
static void take_fraction(Scan *s, Number *n)
{
    int64_t unit = FRACTION_SCALE / 10;
    bool round = true;
    for (; is_digit(look(s)); s->p++) {
        int digit = *s->p - '0';
        if (unit == 0 && round) {
            n->fraction += digit >= 5;
            round = false;
        }
        n->fraction += unit * digit;
        unit /= 10;
    }
    n->has_fraction = true;
}

/* 0 or an error code: too large for int64 is an overflow, anything else a format error. */
static int take_number(Scan *s, Number *n)
{
    *n = (Number){0};
    n->minus = take(s, '-');
    if (n->minus || take(s, '+')) /* '1 month - 1 day' */
        skip_space(s);
    bool digits = is_digit(look(s));
    if (digits && !take_digits(s, &n->whole))
        return -ERR_INTERVAL_OVERFLOW;
    if (take(s, '.')) {
        if (!digits && !is_digit(look(s)))
            return -ERR_DATETIME_FORMAT;
        take_fraction(s, n);
        digits = true;
    }
    return digits ? 0 : -ERR_DATETIME_FORMAT;
}

/* x / FRACTION_SCALE, half away from zero. */
static i128 unscale(i128 x)
{
    return (x + (x < 0 ? -FRACTION_SCALE / 2 : FRACTION_SCALE / 2)) / FRACTION_SCALE;
}

/* Adds days in 1 / FRACTION_SCALE: whole days, the rest as time. */
static void add_scaled_days(Sum *sum, i128 scaled)
{
    sum->days += scaled / FRACTION_SCALE;
    sum->ns += unscale(scaled % FRACTION_SCALE * NS_PER_DAY);
}

static void add_quantity(Sum *sum, const Number *n, const Unit *u)
{
    int64_t sign = n->minus ? -1 : 1;
    i128 whole = (i128)n->whole * u->size * sign, part = (i128)n->fraction * u->size * sign;
    switch (u->kind) {
    case UNIT_NS: sum->ns += whole + unscale(part); break;
    case UNIT_DAYS:
        sum->days += whole;
        add_scaled_days(sum, part);
        break;
    case UNIT_MONTHS:
        sum->months += whole;
        if (u->size == 1)
            add_scaled_days(sum, part * DAYS_PER_MONTH);
        else
            sum->months += unscale(part);
        break;
    }
}

/* Continues a time of day behind its first number and ':'. minute_second: two fields are mm:ss. */
static int take_time(Scan *s, const Number *first, bool minute_second, Sum *sum)
{
    Number last = {0};
    int64_t second_field, h = first->whole, m, sec = 0;
    if (first->has_fraction || !take_digits(s, &second_field))
        return -ERR_DATETIME_FORMAT;
    m = second_field;
    bool three = take(s, ':');
    if (three && !take_digits(s, &sec))
        return -ERR_DATETIME_FORMAT;
    if (take(s, '.')) {
        take_fraction(s, &last);
        minute_second = true; /* mm:ss.f */
    }
    if (!three && minute_second) {
        sec = m;
        m = h;
        h = 0;
    }
    /* The leading field may be of any size; 60 seconds are a minute. */
    if (sec > 60 || (h > 0 && m > 59) || (three && m > 59))
        return -ERR_INTERVAL_OVERFLOW;
    i128 ns = (i128)h * NS_PER_HOUR + (i128)m * NS_PER_MINUTE + (i128)sec * NS_PER_SECOND;
    ns += unscale((i128)last.fraction * NS_PER_SECOND);
    sum->ns += first->minus ? -ns : ns;
    return 0;
}

/* Continues year-month behind the year and '-'. */
static int take_year_month(Scan *s, const Number *years, Sum *sum)
{
    int64_t months;
    if (years->has_fraction || !take_digits(s, &months))
        return -ERR_DATETIME_FORMAT;
    if (months > 11)
        return -ERR_INTERVAL_OVERFLOW;
    i128 total = (i128)years->whole * 12 + months;
    sum->months += years->minus ? -total : total;
    return 0;
}

static Str take_name(Scan *s)
{
    const char *from = s->p;
    while (is_letter(look(s)))
        s->p++;
    return (Str){from, (size_t)(s->p - from)};
}

/* What a number without a unit means: the interval's own unit, or days when a time of day follows. */
static int add_bare(Scan *s, const Number *n, const Unit *bare, Sum *sum)
{
    static const Unit day = {"day", UNIT_DAYS, 1};
    Scan ahead = *s;
    Number next;
    if (ahead.p < ahead.end) {
        bool hour_behind = bare && bare->kind == UNIT_NS && bare->size == NS_PER_HOUR; /* '1 2' DAY TO HOUR */
        if (take_number(&ahead, &next) < 0 || (look(&ahead) != ':' && !(hour_behind && ahead.p == ahead.end)))
            return -ERR_DATETIME_FORMAT;
        bare = &day;
    }
    add_quantity(sum, n, bare);
    return 0;
}

/* Names may be given once: '1 day 2 days' is refused, as in PostgreSQL. */
static int note_unit(const Unit *u, uint64_t *seen)
{
    size_t i = (size_t)(u - units);
    while (i > 0 && units[i - 1].kind == u->kind && units[i - 1].size == u->size)
        i--;
    uint64_t bit = UINT64_C(1) << (i & 63u);
    if (*seen & bit)
        return -ERR_DATETIME_FORMAT;
    *seen |= bit;
    return 0;
}
_Static_assert(ARRAY_LEN(units) <= 64, "note_unit keeps one bit per row");

static int parse_list(Scan *s, const Unit *bare, bool minute_second, Sum *sum)
{
    uint64_t seen = 0;
    bool any = false, ago = false;
    skip_space(s);
    if (take(s, '@'))
        skip_space(s);
    while (s->p < s->end) {
        Number n;
        if (any && is_letter(look(s))) {
            if (!str_eq_nocase(take_name(s), STR("ago")))
                return -ERR_DATETIME_FORMAT;
            ago = true;
            skip_space(s);
            break;
        }
        TRY(take_number(s, &n));
        any = true;
        if (take(s, ':')) {
            TRY(take_time(s, &n, minute_second, sum));
        } else if (look(s) == '-' && s->p + 1 < s->end && is_digit(s->p[1])) {
            s->p++;
            TRY(take_year_month(s, &n, sum));
        } else {
            skip_space(s);
            Scan before = *s;
            Str name = take_name(s);
            const Unit *u = unit_find(name);
            if (u) {
                TRY(note_unit(u, &seen));
                add_quantity(sum, &n, u);
            } else {
                *s = before;
                TRY(add_bare(s, &n, bare, sum));
            }
        }
        if (s->p < s->end && !is_letter(s->p[-1]) && !is_letter(look(s)) && s->p[-1] != ' ' && look(s) != ' ')
            return -ERR_DATETIME_FORMAT; /* 1:2x, 1-2-3 */
        skip_space(s);
    }
    if (!any || s->p != s->end)
        return -ERR_DATETIME_FORMAT;
    if (ago)
        *sum = (Sum){-sum->months, -sum->days, -sum->ns};
    return 0;
}

/* PYYYY-MM-DDTHH:MM:SS: the date part behind 'P'. */
static int parse_iso_date_form(Scan *s, const Number *years, Sum *sum)
{
    int64_t months = 0, days = 0;
    if (years->minus || years->has_fraction || !take_digits(s, &months) || !take(s, '-') || !take_digits(s, &days))
        return -ERR_DATETIME_FORMAT;
    sum->months += (i128)years->whole * 12 + months;
    sum->days += days;
    return 0;
}

static int parse_iso(Scan *s, Sum *sum)
{
    static const Unit date_units[] = {{"Y", UNIT_MONTHS, 12}, {"M", UNIT_MONTHS, 1}, {"W", UNIT_DAYS, 7}, {"D", UNIT_DAYS, 1}};
    static const Unit time_units[] = {{"H", UNIT_NS, NS_PER_HOUR}, {"M", UNIT_NS, NS_PER_MINUTE}, {"S", UNIT_NS, NS_PER_SECOND}};
    bool in_time = false, any = false;
    while (s->p < s->end) {
        Number n;
        if (!in_time && take(s, 'T')) {
            in_time = true;
            any = false; /* something must follow */
            continue;
        }
        TRY(take_number(s, &n));
        any = true;
        if (in_time && take(s, ':')) {
            TRY(take_time(s, &n, false, sum));
            continue;
        }
        if (!in_time && look(s) == '-') {
            s->p++;
            TRY(parse_iso_date_form(s, &n, sum));
            continue;
        }
        const Unit *u = NULL;
        const Unit *table = in_time ? time_units : date_units;
        size_t n_units = in_time ? ARRAY_LEN(time_units) : ARRAY_LEN(date_units);
        for (size_t i = 0; i < n_units && !u; i++)
            if (look(s) == table[i].name[0])
                u = &table[i];
        if (!u)
            return -ERR_DATETIME_FORMAT;
        s->p++;
        add_quantity(sum, &n, u);
    }
    return any ? 0 : -ERR_DATETIME_FORMAT;
}

static int sum_to_interval(const Sum *sum, Interval *ret)
{
    if (sum->months < INT32_MIN || sum->months > INT32_MAX || sum->days < INT32_MIN || sum->days > INT32_MAX ||
        sum->ns < INT64_MIN || sum->ns > INT64_MAX)
        return -ERR_INTERVAL_OVERFLOW;
    *ret = (Interval){(int32_t)sum->months, (int32_t)sum->days, (int64_t)sum->ns};
    return 0;
}

static int parse_any(Str text, const Unit *bare, bool minute_second, Sum *sum)
{
    Str t = str_trim(text);
    Scan s = {t.p, t.p + t.n};
    if (t.n > 0 && t.p[0] == 'P') {
        s.p++;
        return parse_iso(&s, sum);
    }
    return parse_list(&s, bare, minute_second, sum);
}

/* The standard has one sign before an interval: with IntervalStyle sql_standard it is that of all parts where no other part has
 * one. */
static void spread_sign(Str s, Sum *sum)
{
    s = str_trim(s);
    if (likely(text_style_in_use().interval != FORM_STANDARD) || s.n == 0 || s.p[0] != '-')
        return;
    for (size_t i = 1; i < s.n; i++)
        if ((s.p[i] == '-' || s.p[i] == '+') && (s.p[i - 1] == ' ' || s.p[i - 1] == '\t'))
            return;
    bool ago = s.n > 3 && str_eq_nocase((Str){s.p + s.n - 3, 3}, STR("ago")); /* turns round what the sign has made */
    i128 *part[] = {&sum->months, &sum->days, &sum->ns};
    for (size_t i = 0; i < ARRAY_LEN(part); i++)
        *part[i] = (*part[i] > 0) == ago ? *part[i] : -*part[i];
}

int interval_parse(Str s, Interval *ret)
{
    Sum sum = {0};
    TRY(parse_any(s, unit_find(STR("second")), false, &sum));
    spread_sign(s, &sum);
    return sum_to_interval(&sum, ret);
}

/* What is finer than the last field of INTERVAL '..' <unit> is dropped, as in PostgreSQL. */
static void cut_below(Sum *sum, const Unit *last)
{
    if (last->kind == UNIT_MONTHS) {
        sum->days = sum->ns = 0;
        sum->months -= last->size == 12 ? sum->months % 12 : 0;
    } else if (last->kind == UNIT_DAYS) {
        sum->ns = 0;
    } else if (last->size > NS_PER_SECOND) {
        sum->ns -= sum->ns % last->size;
    }
}

int interval_cut(const Interval *i, Str last, int32_t digits, Interval *ret)
{
    static const int32_t pow10[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    Sum sum = {.months = i->months, .days = i->days, .ns = i->ns};
    const Unit *unit = unit_find(last);
    i128 step = NS_PER_SECOND / pow10[MIN(MAX(digits, 0), 6)];
    if (!unit)
        return -ERR_DATETIME_FORMAT;
    cut_below(&sum, unit);
    i128 rest = sum.ns % step;
    sum.ns -= rest;
    if (rest * 2 >= step || rest * 2 <= -step)
        sum.ns += rest > 0 ? step : -step;
    return sum_to_interval(&sum, ret);
}

int interval_parse_unit(Str s, Str unit, Str to_unit, Interval *ret)
{
    Sum sum = {0};
    if (str_trim(unit).n == 0)
        return interval_parse(s, ret);
    const Unit *first = unit_find(str_trim(unit)), *last = first;
    if (str_trim(to_unit).n > 0)
        last = unit_find(str_trim(to_unit));
    if (!first || !last)
        return -ERR_DATETIME_FORMAT;
    bool minute_second = first->kind == UNIT_NS && first->size == NS_PER_MINUTE && last->size == NS_PER_SECOND;
    TRY(parse_any(s, last, minute_second, &sum));
    spread_sign(s, &sum);
    cut_below(&sum, last);
    return sum_to_interval(&sum, ret);
}
