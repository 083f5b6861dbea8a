/* SPDX-License-Identifier: Apache-2.0
 *
 * to_char of timestamps and intervals, to_date and to_timestamp of texts, by templates.  The patterns and their errors are
 * PostgreSQL's; reading by ISO weeks, quarters and day names is refused. */
#include "func/fn_format.h"

#include <ctype.h>

#include "base/zone.h"

typedef struct Clock {
    Civil civil;
    int64_t days, time_us;
    bool is_interval, has_zone;
    const char *abbr; /* has_zone: what the clock is called, and how far it is east */
    int64_t east_s;
} Clock;

#define TEMPLATE_FIELDS_MAX 32 /* that are kept; longer ones are read anew for each row */

static int64_t pow10_of(unsigned n)
{
    int64_t v = 1;
    for (; n > 0; n--)
        v *= 10;
    return v;
}

static void put_name(StrBuf *b, const TplField *f, const char *name, size_t cut)
{
    size_t n = MIN(strlen(name), cut);
    for (size_t i = 0; i < n; i++) {
        bool upper = f->letters == LETTERS_UPPER || (f->letters == LETTERS_TITLE && i == 0);
        sb_putc(b, (char)(upper ? toupper((unsigned char)name[i]) : tolower((unsigned char)name[i])));
    }
    for (; f->fill && cut > 4 && n < 9; n++)
        sb_putc(b, ' ');
}

static void put_digits(StrBuf *b, int64_t v, int width)
{
    char text[24];
    size_t at = sizeof(text);
    if (v < 0 || width > 20) {
        sb_printf(b, "%0*lld", width + (width && v < 0), (long long)v);
        return;
    }
    do
        text[--at] = (char)('0' + v % 10);
    while ((v /= 10) > 0);
    while (sizeof(text) - at < (size_t)width)
        text[--at] = '0';
    sb_put(b, text + at, sizeof(text) - at);
}

static void put_ordinal(StrBuf *b, const TplField *f, int64_t v)
{
    if (f->ordinal) {
        static const char *const small[] = {"th", "st", "nd", "rd"};
        int64_t tail = (v < 0 ? -v : v) % 100, last = tail % 10;
        const char *ending = tail / 10 != 1 && last <= 3 ? small[last] : small[0];
        sb_putc(b, (char)(f->ordinal_upper ? toupper((unsigned char)ending[0]) : ending[0]));
        sb_putc(b, (char)(f->ordinal_upper ? toupper((unsigned char)ending[1]) : ending[1]));
    }
}

static void put_number(StrBuf *b, const TplField *f, int64_t v, int digits)
{
    put_digits(b, v, f->fill ? digits : 0);
    put_ordinal(b, f, v);
}

static int64_t shown_year(const Clock *c, int64_t year)
{
    return c->is_interval || year > 0 ? year : 1 - year;
}

static void put_year(StrBuf *b, const TplField *f, int64_t year)
{
    int64_t cut = f->digits < 4 ? year % pow10_of(f->digits) : year;
    put_number(b, f, cut, f->digits);
}

static void put_half(StrBuf *b, const TplField *f, bool second, char half)
{
    bool dots = f->pattern == P_AM_DOTS || f->pattern == P_BC_DOTS;
    const char *text = half == 'M' ? (second ? (dots ? "P.M." : "PM")
                                      : dots ? "A.M."
                                             : "AM")
                                   : (second ? (dots ? "B.C." : "BC")
                                      : dots ? "A.D."
                                             : "AD");
    for (; *text; text++)
        sb_putc(b, (char)(f->letters == LETTERS_LOWER ? tolower((unsigned char)*text) : *text));
}

/* Names and weeks, which an interval does not have. */
static bool needs_date(Pattern p)
{
    const uint64_t dates = UINT64_C(1) << P_BC | UINT64_C(1) << P_BC_DOTS | UINT64_C(1) << P_DAY | UINT64_C(1) << P_DAY_SHORT |
                           UINT64_C(1) << P_DOW | UINT64_C(1) << P_ISO_DOW | UINT64_C(1) << P_ISO_DOY | UINT64_C(1) << P_ISO_WEEK |
                           UINT64_C(1) << P_MONTH_NAME | UINT64_C(1) << P_MONTH_SHORT | UINT64_C(1) << P_ROMAN_MONTH |
                           UINT64_C(1) << P_WEEK;
    return dates >> p & 1;
}

/* Those that an interval has as well. */
static bool is_by_day(Pattern p)
{
    return p == P_CENTURY || p == P_ISO_YEAR || p == P_JULIAN || p == P_DOY;
}

/* The day that the fields of an interval name in the calendar, whatever they are: PostgreSQL's date2j(). */
static int64_t julian_of_fields(int64_t year, int64_t month, int64_t day)
{
    bool late = month > 2;
    month += late ? 1 : 13;
    year += late ? 4800 : 4799;
    int64_t century = year / 100;
    return year * 365 - 32167 + year / 4 - century + century / 4 + 7834 * month / 256 + day;
}

/* An interval lies in no calendar: a month has 30 days. */
static bool put_interval_field(StrBuf *b, const TplField *f, const Civil *v)
{
    switch (f->pattern) {
    case P_CENTURY: put_number(b, f, v->year / 100, 2); return true;
    case P_DOY: put_number(b, f, ((int64_t)v->year * 12 + v->month) * 30 + v->day, 3); return true;
    case P_JULIAN: put_number(b, f, julian_of_fields(v->year, v->month, v->day), 0); return true;
    default: return false;
    }
}

/* Fields that go by the day; false: it is none. */
static bool put_day_field(StrBuf *b, const TplField *f, const Clock *c)
{
    static const char *const roman[] = {"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"};
    const Civil *v = &c->civil;
    if (!needs_date(f->pattern) && !is_by_day(f->pattern))
        return false;
    if (c->is_interval && put_interval_field(b, f, v))
        return true;
    int32_t iso_year, week = iso_week(c->days, &iso_year);
    int64_t doy = c->days - days_of_civil(v->year, 1, 1) + 1, dow = floor_mod(c->days + 4, 7);
    switch (f->pattern) {
    case P_BC:
    case P_BC_DOTS: put_half(b, f, v->year <= 0, 'C'); return true;
    case P_CENTURY: {
        int64_t century = v->year > 0 ? (v->year - 1) / 100 + 1 : v->year / 100 - 1;
        put_number(b, f, century, 2);
        return true;
    }
    case P_DAY: put_name(b, f, day_names[dow], 9); return true;
    case P_DAY_SHORT: put_name(b, f, day_names[dow], 3); return true;
    case P_DOY: put_number(b, f, doy, 3); return true;
    case P_DOW: put_number(b, f, dow + 1, 1); return true;
    case P_ISO_DOW: put_number(b, f, dow == 0 ? 7 : dow, 1); return true;
    case P_ISO_DOY: put_number(b, f, (week - 1) * 7 + (dow == 0 ? 7 : dow), 3); return true;
    case P_ISO_WEEK: put_number(b, f, week, 2); return true;
    case P_ISO_YEAR: put_year(b, f, shown_year(c, iso_year)); return true;
    case P_JULIAN: put_number(b, f, c->days + 2440588, 0); return true;
    case P_MONTH_NAME: put_name(b, f, month_names[v->month - 1], 9); return true;
    case P_MONTH_SHORT: put_name(b, f, month_names[v->month - 1], 3); return true;
    case P_ROMAN_MONTH: {
        size_t n = strlen(roman[v->month - 1]);
        put_name(b, f, roman[v->month - 1], 4);
        for (; f->fill && n < 4; n++)
            sb_putc(b, ' ');
        return true;
    }
    case P_WEEK: put_number(b, f, (doy - 1) / 7 + 1, 2); return true;
    default: return false;
    }
}

/* TZ, and the offset as +02, +05:30 (OF) or in its parts. */
static void put_zone(StrBuf *b, const TplField *f, const Clock *c)
{
    int64_t a = c->east_s < 0 ? -c->east_s : c->east_s;
    int hours = (int)(a / 3600), minutes = (int)(a / 60 % 60);
    for (const char *p = c->abbr; f->pattern == P_ZONE && c->has_zone && *p; p++)
        sb_putc(b, f->letters == LETTERS_LOWER ? (char)tolower((unsigned char)*p) : *p);
    if (f->pattern == P_ZONE_HOUR || f->pattern == P_ZONE_OFFSET)
        sb_printf(b, "%c%02d", c->east_s < 0 ? '-' : '+', hours);
    if (f->pattern == P_ZONE_OFFSET && minutes)
        sb_printf(b, ":%02d", minutes);
    if (f->pattern == P_ZONE_MINUTE)
        sb_printf(b, "%02d", minutes);
}

static void put_clock_field(StrBuf *b, const TplField *f, const Clock *c)
{
    const Civil *v = &c->civil;
    int32_t half = v->hour % 12;
    switch (f->pattern) {
    case P_AM:
    case P_AM_DOTS: put_half(b, f, v->hour % 24 >= 12, 'M'); break;
    case P_DOM: put_number(b, f, v->day, 2); break;
    case P_HOUR12: put_number(b, f, half == 0 ? 12 : half, 2); break;
    case P_HOUR24: put_number(b, f, v->hour, 2); break;
    case P_MINUTE: put_number(b, f, v->minute, 2); break;
    case P_MONTH: put_number(b, f, v->month, 2); break;
    case P_MS: sb_printf(b, "%03d", (int)(v->us / 1000)); break;
    case P_US: sb_printf(b, "%06d", (int)v->us); break;
    case P_FRACTION: sb_printf(b, "%0*lld", f->digits, (long long)(v->us / pow10_of(6u - f->digits))); break;
    case P_QUARTER:
        if (v->month)
            put_number(b, f, (v->month - 1) / 3 + 1, 1);
        break;
    case P_SECOND: put_number(b, f, v->second, 2); break;
    case P_DAY_SECOND:
        put_number(b, (&(TplField){.ordinal = f->ordinal, .ordinal_upper = f->ordinal_upper}), c->time_us / US_PER_SECOND, 0);
        break;
    case P_WEEK_OF_MONTH: put_number(b, f, (v->day - 1) / 7 + 1, 1); break;
    case P_YEAR: put_year(b, f, shown_year(c, v->year)); break;
    case P_YEAR_COMMA: {
        int64_t year = shown_year(c, v->year);
        sb_printf(b, "%lld,%03lld", (long long)(year / 1000), (long long)(year % 1000));
        put_ordinal(b, f, year);
        break;
    }
    case P_ZONE:
    case P_ZONE_HOUR:
    case P_ZONE_OFFSET:
    case P_ZONE_MINUTE: put_zone(b, f, c); break;
    default: break;
    }
}

/* A template in its fields, kept from row to row: it is a constant, nearly always. */
typedef struct Template {
    Str text;
    uint32_t n;
    int64_t unit_us; /* times of one such unit, counted from 1970, look the same */
    TplField field[TEMPLATE_FIELDS_MAX];
} Template;

static int64_t unit_of_pattern(Pattern p)
{
    switch (p) {
    case P_MS:
    case P_US:
    case P_FRACTION: return 1;
    case P_SECOND:
    case P_DAY_SECOND: return US_PER_SECOND;
    case P_MINUTE: return US_PER_MINUTE;
    case P_AM:
    case P_AM_DOTS:
    case P_HOUR12:
    case P_HOUR24: return US_PER_HOUR;
    default: return US_PER_DAY;
    }
}

/* Returns whether it is the template of the row before. */
static bool template_read(Template *t, Str text)
{
    if (t->n && t->text.p == text.p && t->text.n == text.n)
        return true;
    t->text = text;
    t->n = 0;
    t->unit_us = US_PER_DAY;
    for (; t->n < TEMPLATE_FIELDS_MAX && format_next(&text, &t->field[t->n]); t->n++)
        t->unit_us = MIN(t->unit_us, unit_of_pattern(t->field[t->n].pattern));
    return false;
}

static bool put_field(EvalCtx *x, uint32_t row, const TplField *f, const Clock *c, StrBuf *b)
{
    if (f->pattern == P_LITERAL) {
        if (f->quoted)
            format_put_quoted(b, f->text);
        else
            sb_putstr(b, f->text);
        return true;
    }
    if (c->is_interval && needs_date(f->pattern)) {
        row_error(x, row, ERR_DATETIME_FORMAT, "invalid format specification for an interval value");
        return false;
    }
    if (!put_day_field(b, f, c))
        put_clock_field(b, f, c);
    return true;
}

static void put_template(EvalCtx *x, uint32_t row, const Template *t, Str format, const Clock *c, StrBuf *b)
{
    TplField f;
    bool whole = t->n < TEMPLATE_FIELDS_MAX, good = true;
    for (uint32_t i = 0; i < t->n && whole && good; i++)
        good = put_field(x, row, &t->field[i], c, b);
    while (!whole && good && format_next(&format, &f))
        good = put_field(x, row, &f, c, b);
}

static bool clock_of_row(const Vec *v, uint32_t r, const TimeZone *z, Clock *ret)
{
    uint32_t i = r & vec_mask(v);
    if (v->type.id == T_INTERVAL) {
        Interval iv = ((const Interval *)v->data)[i];
        int64_t us = iv.ns / 1000;
        *ret = (Clock){.is_interval = true, .time_us = us};
        ret->civil = (Civil){.year = iv.months / 12,
                             .month = iv.months % 12,
                             .day = iv.days,
                             .hour = (int32_t)(us / US_PER_HOUR),
                             .minute = (int32_t)(us / US_PER_MINUTE % 60),
                             .second = (int32_t)(us / US_PER_SECOND % 60),
                             .us = (int32_t)(us % US_PER_SECOND)};
        return true;
    }
    int64_t us = ((const int64_t *)v->data)[i];
    if (us == TIMESTAMP_INFINITY || us == TIMESTAMP_MINUS_INFINITY)
        return false;
    bool is_moment = v->type.id == T_TSTZ;
    int64_t east = is_moment && z ? zone_east_us(z, us) : 0, moment = us;
    if (__builtin_add_overflow(us, east, &us))
        us = moment;
    *ret = (Clock){.days = floor_div(us, US_PER_DAY),
                   .time_us = floor_mod(us, US_PER_DAY),
                   .has_zone = is_moment,
                   .abbr = z ? zone_abbr(z, moment) : "UTC",
                   .east_s = east / US_PER_SECOND};
    civil_of_us(us, &ret->civil);
    return true;
}

/* Rows of a batch are close in time, and most templates name a day or a minute: the text of the row before is the row's own as
 * long as both lie in one unit of the template's finest field. */
typedef struct SameText {
    int64_t from, to; /* microseconds, to is past the end; none when equal */
} SameText;

static bool is_same_text(const SameText *same, const Vec *v, uint32_t r)
{
    int64_t us = v->type.id == T_INTERVAL ? same->to : ((const int64_t *)v->data)[r & vec_mask(v)];
    return us >= same->from && us < same->to;
}

static SameText same_text_around(const Template *t, const Clock *c)
{
    int64_t from;
    if (c->is_interval || t->n == TEMPLATE_FIELDS_MAX || __builtin_mul_overflow(c->days, US_PER_DAY, &from))
        return (SameText){0};
    from += c->time_us - c->time_us % t->unit_us;
    return (SameText){from, from + t->unit_us};
}

#define ONE_TEXT_ROWS 16u /* for fewer it is not asked whether they have one text */

/* Whether one text is that of all rows; of the first one then. t: of a constant. */
static bool have_one_text(EvalCtx *x, const Vec *const *arg, const Template *t, Rows rows, StrBuf *b)
{
    const Vec *v = arg[0];
    Clock c;
    bool plain = t && v->kind == VEC_FLAT && !v->valid && v->type.id == T_TS;
    if (!plain || rows.n < ONE_TEXT_ROWS)
        return false;
    uint32_t first = row_at(rows, 0);
    Str format = t->text;
    if (format.n == 0 || !clock_of_row(v, first, NULL, &c))
        return false;
    SameText same = same_text_around(t, &c);
    if (same.from == same.to || !kernel_within(v->data, rows, same.from, same.to))
        return false;
    put_template(x, first, t, format, &c, b);
    return true;
}

static int put_one_text(StrWriter *w, StrBuf *b)
{
    if (b->failed)
        return -ERR_OUT_OF_MEMORY;
    w->v->kind = VEC_CONST;
    TRY(strwriter_put(w, 0, sb_cstr(b), b->n));
    return strwriter_finish(w);
}

/* aux: the template, when it is a constant. */
static int prepare_to_char(Arena *arena, const Value *const *consts, uint32_t n_args, Type ret, void **ret_aux, Err *err)
{
    (void)n_args, (void)ret;
    *ret_aux = NULL;
    if (!consts[1] || consts[1]->is_null)
        return 0;
    Template *t = ARENA_NEW(arena, Template);
    const char *text = t ? arena_strndup(arena, consts[1]->str.p ? consts[1]->str.p : "", consts[1]->str.n) : NULL;
    if (!text)
        return RAISE_NOMEM(err);
    t->n = 0;
    (void)template_read(t, (Str){text, consts[1]->str.n});
    t->text = (Str){text, consts[1]->str.n};
    *ret_aux = t;
    return 0;
}

static int to_char(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    StrWriter w;
    Template own;
    const Template *t = aux ? aux : &own;
    SameText same = {0};
    const TimeZone *z = arg[0]->type.id == T_TSTZ ? zone_in_use() : NULL;
    own.n = 0;
    strwriter_init(&w, dst, x->arena);
    _cleanup_(sb_done) StrBuf b;
    sb_init(&b, x->arena->acct);
    if (have_one_text(x, arg, aux, rows, &b))
        return put_one_text(&w, &b);
    EACH_ROW(rows, r)
    {
        Clock c;
        Str format = aux ? t->text : text_at(arg[1], r);
        if ((aux || template_read(&own, format)) && is_same_text(&same, arg[0], r)) {
            TRY(strwriter_put(&w, r, sb_cstr(&b), b.n));
            continue;
        }
        sb_clear(&b);
        same = (SameText){0};
        if (format.n == 0 || !clock_of_row(arg[0], r, z, &c)) { /* nothing to write, or infinite: NULL */
            TRY(vec_add_valid(dst, x->arena));
            bit_clear(dst->valid, r);
        } else {
            put_template(x, r, t, format, &c, &b);
            same = z ? same : same_text_around(t, &c);
        }
        if (b.failed)
            return -ERR_OUT_OF_MEMORY;
        TRY(strwriter_put(&w, r, sb_cstr(&b), b.n));
    }
    return strwriter_finish(&w);
}

/* --- reading -------------------------------------------------------------------------------------------------------------------
 */

typedef struct Reader {
    EvalCtx *x;
    uint32_t row;
    Str text, left;
    Civil civil;
    int64_t julian, doy, day_second;
    int32_t half;                         /* 1 = AM, 2 = PM */
    int32_t week, week_of_month, weekday; /* 0 = not given; Sunday = 1 */
    int32_t century, year_digits;
    int32_t zone_hour, zone_minute;
    bool bc, clock12, zone_west, has_zone;
    bool by_date, by_week; /* fields of the Gregorian calendar, of ISO weeks */
} Reader;

static void skip_blanks(Reader *in)
{
    while (in->left.n && isspace((unsigned char)in->left.p[0]))
        in->left = (Str){in->left.p + 1, in->left.n - 1};
}

static bool bad_value(const Reader *in, const TplField *f)
{
    row_error(in->x, in->row, ERR_DATETIME_FORMAT, "invalid value \"%.*s\" for \"%s\"", (int)MIN(in->left.n, 32), in->left.p,
              f->name);
    return false;
}

/* Up to `digits` digits, or as many as there are when no digit follows in the template. */
static bool take_digits(Reader *in, const TplField *f, Str rest, unsigned digits, int64_t *ret, unsigned *ret_n)
{
    TplField next;
    bool open = !f->fill || !format_next(&rest, &next) || (next.pattern == P_LITERAL && !isdigit((unsigned char)next.text.p[0]));
    size_t n = 0;
    int64_t v = 0;
    skip_blanks(in);
    bool negative = in->left.n > 1 && in->left.p[0] == '-' && isdigit((unsigned char)in->left.p[1]) && open;
    if (negative)
        in->left = (Str){in->left.p + 1, in->left.n - 1};
    for (; n < in->left.n && isdigit((unsigned char)in->left.p[n]) && (open ? n < 18 : n < digits); n++)
        v = v * 10 + (in->left.p[n] - '0');
    if (n == 0)
        return bad_value(in, f);
    in->left = (Str){in->left.p + n, in->left.n - n};
    *ret = negative ? -v : v;
    *ret_n = (unsigned)n;
    if (v <= INT32_MAX)
        return true;
    row_error(in->x, in->row, ERR_DATETIME_OVERFLOW, "value for \"%s\" in source string is out of range", f->name);
    return false;
}

/* One of the names, whole or its first three letters. */
static bool take_name(Reader *in, const TplField *f, const char *const *names, unsigned n_names, bool brief, int32_t *ret)
{
    skip_blanks(in);
    for (unsigned i = 0; i < n_names; i++) {
        Str name = {names[i], brief ? 3 : strlen(names[i])};
        if (in->left.n >= name.n && str_eq_nocase((Str){in->left.p, name.n}, name)) {
            in->left = (Str){in->left.p + name.n, in->left.n - name.n};
            *ret = (int32_t)i + 1;
            return true;
        }
    }
    return bad_value(in, f);
}

static bool take_half(Reader *in, const TplField *f)
{
    static const char *const names[] = {"am", "pm", "ad", "bc", "a.m.", "p.m.", "a.d.", "b.c."};
    bool era = f->pattern == P_BC || f->pattern == P_BC_DOTS, dots = f->pattern == P_AM_DOTS || f->pattern == P_BC_DOTS;
    for (unsigned i = 0; i < 2; i++) {
        Str name = str_of(names[i + 2 * era + 4 * dots]);
        if (in->left.n < name.n || !str_eq_nocase((Str){in->left.p, name.n}, name))
            continue;
        in->left = (Str){in->left.p + name.n, in->left.n - name.n};
        if (era)
            in->bc = i == 1;
        else
            in->half = (int32_t)i + 1;
        return true;
    }
    return bad_value(in, f);
}

/* Years of fewer than four digits are those nearest 2020. */
static int32_t whole_year(int64_t v, unsigned n_digits, unsigned digits)
{
    if (digits >= 4 || n_digits > digits)
        return (int32_t)v;
    if (v < 70)
        return (int32_t)v + 2000;
    if (v < 100)
        return (int32_t)v + 1900;
    return (int32_t)(v < 520 ? v + 2000 : v + 1000);
}

static bool read_number(Reader *in, const TplField *f, Str rest)
{
    int64_t v = 0;
    unsigned n = 0;
    if (!take_digits(in, f, rest, MAX(f->digits, 1), &v, &n))
        return false;
    Civil *c = &in->civil;
    switch (f->pattern) {
    case P_YEAR:
    case P_ISO_YEAR:
        in->year_digits = f->digits;
        c->year = v < 0 ? (in->bc = true, (int32_t)-v) : whole_year(v, n, f->digits);
        break;
    case P_QUARTER: break; /* which day it would be is open: PostgreSQL reads over it */
    case P_CENTURY: in->century = (int32_t)v; break;
    case P_WEEK:
    case P_ISO_WEEK: in->week = (int32_t)v; break;
    case P_WEEK_OF_MONTH: in->week_of_month = (int32_t)v; break;
    case P_DOW: in->weekday = (int32_t)v; break;
    case P_ISO_DOW: in->weekday = (int32_t)(v >= 7 ? 1 : v + 1); break;
    case P_ISO_DOY: in->doy = v; break;
    case P_ZONE_HOUR: in->zone_hour = (int32_t)v; break;
    case P_ZONE_MINUTE: in->zone_minute = (int32_t)v; break;
    case P_MONTH: c->month = (int32_t)v; break;
    case P_DOM: c->day = (int32_t)v; break;
    case P_DOY: in->doy = v; break;
    case P_JULIAN: in->julian = v; break;
    case P_HOUR12:
        in->clock12 = true;
        c->hour = (int32_t)v;
        break;
    case P_HOUR24: c->hour = (int32_t)v; break;
    case P_MINUTE: c->minute = (int32_t)v; break;
    case P_SECOND: c->second = (int32_t)v; break;
    case P_DAY_SECOND: in->day_second = v; break;
    default: /* a fraction: digits after the point */
        c->us = n <= 6 ? (int32_t)(v * pow10_of(6 - n)) : (int32_t)(v / pow10_of(n - 6));
        break;
    }
    if (f->ordinal && in->left.n >= 2)
        in->left = (Str){in->left.p + 2, in->left.n - 2};
    return true;
}

static bool is_separator(char c)
{
    return (unsigned char)c < 0x80 && !isalnum((unsigned char)c);
}

/* Letters that a text of the template stands for. */
static size_t literal_letters(const TplField *f)
{
    size_t n = utf8_length(f->text.p, f->text.n);
    for (size_t i = 0; f->quoted && i + 1 < f->text.n; i++) {
        if (f->text.p[i] == '\\') {
            n--;
            i++;
        }
    }
    return n;
}

/* A separator of the template stands for any separator or none; other text for as many characters of the input. */
static void read_literal(Reader *in, const TplField *f)
{
    bool separator = f->text.n == 1 && is_separator(f->text.p[0]);
    if (separator) {
        skip_blanks(in);
        if (in->left.n && is_separator(in->left.p[0]) && !(in->left.p[0] == '-' && f->text.p[0] == ' '))
            in->left = (Str){in->left.p + 1, in->left.n - 1};
        skip_blanks(in);
        return;
    }
    size_t n = utf8_offset(in->left.p, in->left.n, literal_letters(f));
    in->left = (Str){in->left.p + n, in->left.n - n};
}

/* I to XII: the longest that fits. */
static bool take_roman(Reader *in, const TplField *f)
{
    static const char *const months[] = {"xii", "xi", "x", "ix", "viii", "vii", "vi", "v", "iv", "iii", "ii", "i"};
    skip_blanks(in);
    for (int32_t i = 0; i < 12; i++) {
        Str name = str_of(months[i]);
        if (in->left.n < name.n || !str_eq_nocase((Str){in->left.p, name.n}, name))
            continue;
        in->left = (Str){in->left.p + name.n, in->left.n - name.n};
        in->civil.month = 12 - i;
        return true;
    }
    return bad_value(in, f);
}

static bool read_zone_hour(Reader *in, const TplField *f, Str rest)
{
    char sign = in->left.p[0];
    in->zone_west = sign == '-';
    in->has_zone = true;
    if (sign == '+' || sign == '-' || sign == ' ')
        in->left = (Str){in->left.p + 1, in->left.n - 1};
    return read_number(in, f, rest);
}

/* Months and days of the calendar do not go together with weeks and days of ISO years. */
static bool check_convention(Reader *in, Pattern p)
{
    switch (p) {
    case P_ISO_YEAR:
    case P_ISO_WEEK:
    case P_ISO_DOW:
    case P_ISO_DOY: in->by_week = true; break;
    case P_YEAR:
    case P_YEAR_COMMA:
    case P_MONTH:
    case P_MONTH_NAME:
    case P_MONTH_SHORT:
    case P_ROMAN_MONTH:
    case P_DOM:
    case P_DOW:
    case P_DOY:
    case P_WEEK:
    case P_WEEK_OF_MONTH: in->by_date = true; break;
    default: break;
    }
    if (!in->by_date || !in->by_week)
        return true;
    row_error(in->x, in->row, ERR_DATETIME_FORMAT, "invalid combination of date conventions");
    return false;
}

/* 2,024 */
static bool read_year_comma(Reader *in, const TplField *f, Str rest)
{
    int64_t thousands, years;
    unsigned n;
    if (!take_digits(in, f, STR(","), 9, &thousands, &n))
        return false;
    if (in->left.n == 0 || in->left.p[0] != ',')
        return bad_value(in, f);
    in->left = (Str){in->left.p + 1, in->left.n - 1};
    if (!take_digits(in, f, rest, 3, &years, &n))
        return false;
    in->year_digits = 4;
    in->civil.year = (int32_t)MIN(thousands * 1000 + years, INT32_MAX);
    return true;
}

static bool read_field(Reader *in, const TplField *f, Str rest)
{
    if (!check_convention(in, f->pattern))
        return false;
    switch (f->pattern) {
    case P_LITERAL: read_literal(in, f); return true;
    case P_AM:
    case P_AM_DOTS: in->clock12 = true; return take_half(in, f);
    case P_BC:
    case P_BC_DOTS: return take_half(in, f);
    case P_MONTH_NAME: return take_name(in, f, month_names, 12, false, &in->civil.month);
    case P_MONTH_SHORT: return take_name(in, f, month_names, 12, true, &in->civil.month);
    case P_DAY: return take_name(in, f, day_names, 7, false, &in->weekday);
    case P_DAY_SHORT: return take_name(in, f, day_names, 7, true, &in->weekday);
    case P_ROMAN_MONTH: return take_roman(in, f);
    case P_ZONE_HOUR: return read_zone_hour(in, f, rest);
    case P_YEAR_COMMA: return read_year_comma(in, f, rest);
    case P_ZONE_MINUTE:
    case P_CENTURY:
    case P_QUARTER:
    case P_WEEK:
    case P_WEEK_OF_MONTH:
    case P_DOW:
    case P_ISO_YEAR:
    case P_ISO_WEEK:
    case P_ISO_DOW:
    case P_ISO_DOY:
    case P_YEAR:
    case P_MONTH:
    case P_DOM:
    case P_DOY:
    case P_JULIAN:
    case P_HOUR12:
    case P_HOUR24:
    case P_MINUTE:
    case P_SECOND:
    case P_DAY_SECOND:
    case P_MS:
    case P_US:
    case P_FRACTION: return read_number(in, f, rest);
    default:
        row_error(in->x, in->row, ERR_UNSUPPORTED, "reading a date by the pattern \"%s\" is not supported", f->name);
        return false;
    }
}

static bool out_of_range(const Reader *in)
{
    row_error(in->x, in->row, ERR_DATETIME_OVERFLOW, "date/time field value out of range: \"%.*s\"", (int)MIN(in->text.n, 64),
              in->text.p);
    return false;
}

static bool reader_clock(Reader *in)
{
    Civil *c = &in->civil;
    if (in->day_second >= 0) {
        c->hour = (int32_t)(in->day_second / 3600);
        c->minute = (int32_t)(in->day_second / 60 % 60);
        c->second = (int32_t)(in->day_second % 60);
    }
    if (in->clock12) {
        if (c->hour < 1 || c->hour > 12) {
            row_error(in->x, in->row, ERR_DATETIME_FORMAT, "hour \"%d\" is invalid for the 12-hour clock", c->hour);
            return false;
        }
        if (in->half == 2 && c->hour < 12)
            c->hour += 12;
        else if (in->half == 1 && c->hour == 12)
            c->hour = 0;
    }
    return c->hour < 24 && c->minute < 60 && c->second < 60 && c->hour >= 0 && c->minute >= 0 && c->second >= 0 ? true
                                                                                                                : out_of_range(in);
}

/* CC beside a year of one or two digits, or alone: its first year. */
static void reader_century(Reader *in)
{
    Civil *c = &in->civil;
    if (in->century == 0 || in->year_digits > 2)
        return;
    int32_t of_century = in->year_digits ? c->year % 100 : 0;
    if (in->bc)
        c->year = of_century ? in->century * 100 - of_century : in->century * 100;
    else
        c->year = (of_century ? of_century : in->year_digits ? 100 : 1) + (in->century - 1) * 100;
}

/* The day, from 1970-01-01: by month and day, by the week of the year or month, or by ISO weeks. */
static bool reader_day(Reader *in, int64_t *ret)
{
    Civil *c = &in->civil;
    if (in->week_of_month)
        c->day = (in->week_of_month - 1) * 7 + 1;
    if (c->month < 1 || c->month > 12 || c->day < 1 || c->day > days_in_month(c->year, c->month))
        return out_of_range(in);
    int64_t days = days_of_civil(c->year, c->month, c->day);
    int64_t fourth = days_of_civil(c->year, 1, 4); /* always in the first ISO week */
    int64_t monday = fourth - floor_mod(fourth + 3, 7);
    if (in->week && in->by_week)
        days = monday + (in->week - 1) * INT64_C(7) + (in->weekday > 1 ? in->weekday - 2 : in->weekday ? 6 : 0);
    else if (in->week)
        in->doy = (in->week - 1) * INT64_C(7) + 1;
    if (in->doy >= 0) {
        if (in->doy < 1 || in->doy > (in->by_week ? 371 : 366))
            return out_of_range(in);
        days = (in->by_week ? monday : days_of_civil(c->year, 1, 1)) + in->doy - 1;
    }
    *ret = in->julian >= 0 ? in->julian - 2440588 : days;
    return true;
}

/* The moment in microseconds; false: the row is in error.  zoned: TZH and TZM count. */
static bool read_template(EvalCtx *x, uint32_t row, Str text, Str format, bool zoned, int64_t *ret_us)
{
    Reader in = {.x = x, .row = row, .text = text, .left = text, .julian = -1, .doy = -1, .day_second = -1};
    Civil *c = &in.civil;
    TplField f;
    *c = (Civil){.month = 1, .day = 1};
    while (format_next(&format, &f)) {
        if (in.left.n == 0 && f.pattern != P_LITERAL)
            break;
        if (!read_field(&in, &f, format))
            return false;
    }
    if (!reader_clock(&in))
        return false;
    reader_century(&in);
    if (in.bc)
        c->year = c->year > 0 ? 1 - c->year : 0;
    int64_t days = 0, us;
    if (!reader_day(&in, &days))
        return false;
    int64_t time = c->hour * US_PER_HOUR + c->minute * US_PER_MINUTE + c->second * US_PER_SECOND + c->us;
    int64_t east = in.zone_hour * US_PER_HOUR + in.zone_minute * US_PER_MINUTE;
    if (zoned)
        time -= in.zone_west ? -east : east;
    if (__builtin_mul_overflow(days, US_PER_DAY, &us) || __builtin_add_overflow(us, time, ret_us))
        return out_of_range(&in);
    const TimeZone *z = zoned && !in.has_zone ? zone_in_use() : NULL;
    return !z || zone_moment(z, *ret_us, FOLD_LAST, ret_us) || out_of_range(&in);
}

static int from_text(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    {
        int64_t us = 0;
        if (!read_template(x, r, text_at(arg[0], r), text_at(arg[1], r), dst->type.id != T_DATE, &us))
            us = 0;
        if (dst->type.id == T_DATE)
            ((int32_t *)dst->data)[r] = (int32_t)floor_div(us, US_PER_DAY);
        else
            ((int64_t *)dst->data)[r] = us;
    }
    return 0;
}

#define TO_CHAR(t)                                                                                                                 \
    FN2("to_char", t, T_TEXT, T_TEXT, to_char, FN_FAIL | FN_NULLABLE | FN_ZONED_IF(t), "text by a template",                       \
        "to_char(TIMESTAMP '2001-02-03 04:05:06', 'DD Mon YYYY, HH24:MI') -> '03 Feb 2001, 04:05'", .prepare = prepare_to_char)
const FuncDef fn_format[] = {
    TO_CHAR(T_TS),
    TO_CHAR(T_TSTZ),
    TO_CHAR(T_INTERVAL),
    FN2("to_date", T_TEXT, T_TEXT, T_DATE, from_text, FN_FAIL, "date in a text, by a template",
        "to_date('05 Dec 2000', 'DD Mon YYYY') -> 2000-12-05"),
    FN2("to_timestamp", T_TEXT, T_TEXT, T_TSTZ, from_text, FN_FAIL | FN_ZONED, "moment in a text, by a template",
        "to_timestamp('05 Dec 2000', 'DD Mon YYYY') -> 2000-12-05 00:00:00+00"),
    {0},
};
