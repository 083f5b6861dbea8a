/* SPDX-License-Identifier: Apache-2.0
 *
 * Dates and times as people write them: 'Jan 5, 2024', '5-Jan-2024', '1/5/2024', '5.1.2024', '240105', '2024.005' (day of the
 * year), 'Jan 5, 99 BC', '10:30 PM'.  Which number is the day and which the month is a matter of the style in use (text_style.h).
 * They are brought into the ISO form, which the readers of calendar_parse.c take; whatever does not fit is left to their error. */
#include "base/text_style.h"

#include <stdio.h>

typedef struct Words {
    int32_t year, month, day; /* 0 = not seen */
    bool has_year, bc, ad;
    uint8_t year_digits;
    Str time, rest;
    int half; /* 1 = AM, 2 = PM */
    TextStyle style;
} Words;

static int32_t month_named(Str s)
{
    static const char *const names[] = {"january", "february", "march",     "april",   "may",      "june",
                                        "july",    "august",   "september", "october", "november", "december"};
    for (int32_t m = 0; m < 12; m++) {
        Str name = str_of(names[m]);
        bool abbreviated = s.n == 3 || (m == 8 && s.n == 4);
        if (str_eq_nocase(s, name) || (abbreviated && str_eq_nocase(s, (Str){name.p, s.n})))
            return m + 1;
    }
    return 0;
}

static bool is_weekday(Str s)
{
    static const char *const names[] = {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq_nocase(s, str_of(names[i])) || (s.n == 3 && str_eq_nocase(s, (Str){names[i], 3})))
            return true;
    return false;
}

static bool number_of(Str s, int32_t *ret)
{
    int64_t v;
    if (s.n == 0 || s.n > 6 || s.p[0] < '0' || s.p[0] > '9' || !str_to_i64(s, &v))
        return false;
    *ret = (int32_t)v;
    return true;
}

static bool put_year(Words *w, Str s, int32_t v)
{
    if (w->has_year)
        return false;
    w->has_year = true;
    w->year = v;
    w->year_digits = (uint8_t)s.n;
    return true;
}

/* YYMMDD. */
static bool put_six(Words *w, int32_t v)
{
    w->month = v / 100 % 100;
    w->day = v % 100;
    return put_year(w, STR("yy"), v / 10000);
}

/* YYYY.DDD: the day of the year. */
static bool put_year_day(Words *w, Str s)
{
    Str year, day;
    int32_t y, d, m = 1;
    if (s.n != 8 || !str_cut(s, '.', &year, &day) || year.n != 4 || !number_of(year, &y) || !number_of(day, &d) || d < 1 || d > 366)
        return false;
    bool leap = days_in_month(y, 2) == 29, next = d == 366 && !leap; /* the first day of the year after */
    for (d = next ? 1 : d; d > days_in_month(y, m); m++)
        d -= days_in_month(y, m);
    w->month = m;
    w->day = d;
    return put_year(w, year, y + next);
}

/* A number alone: of four digits a year, else the day, and after the day the year. */
static bool put_number(Words *w, Str s)
{
    int32_t v;
    if (!number_of(s, &v))
        return false;
    if (s.n == 6 && !w->month && !w->day && !w->has_year)
        return put_six(w, v);
    if (s.n > 2 || w->day)
        return put_year(w, s, v);
    w->day = v;
    return v > 0;
}

/* Three parts between slashes, hyphens or points, one of which may be a month's name.  A year of more than two digits may stand
 * first; else the order is that of the style. */
static bool put_parts(Words *w, Str s, char separator)
{
    Str part[3], rest = s;
    int32_t v[3] = {0}, named = -1;
    if (w->month || w->day || w->has_year)
        return false;
    for (int i = 0; i < 3; i++) {
        bool more = str_cut(rest, separator, &part[i], &rest);
        if (more != (i < 2))
            return false;
        int32_t month = month_named(part[i]);
        if (month && named < 0) {
            named = i;
            v[i] = month;
        } else if (!number_of(part[i], &v[i])) {
            return false;
        }
    }
    int first = named == 0 ? 1 : 0, last = named == 2 ? 1 : 2; /* the numbers that may be a year */
    bool year_first = part[first].n > 2 || (w->style.order == ORDER_YMD && (named < 0 || part[last].n <= 2));
    int y = year_first ? first : last;
    int m = named >= 0 ? named : year_first || w->style.order == ORDER_DMY ? 1 : 0, d = 3 - y - m;
    w->month = MIN(v[m], 99); /* which says that it is out of range */
    w->day = MIN(v[d], 99);
    return put_year(w, part[y], v[y]);
}

static bool take_half(Words *w, Str s)
{
    bool am = str_eq_nocase(s, STR("am")), pm = str_eq_nocase(s, STR("pm"));
    if (w->half == 0 && (am || pm))
        w->half = am ? 1 : 2;
    return am || pm;
}

static bool put_word(Words *w, Str s)
{
    int32_t month = month_named(s);
    if (month) {
        bool first = w->month == 0;
        w->month = month;
        return first;
    }
    if (is_weekday(s) || take_half(w, s))
        return true;
    if (str_eq_nocase(s, STR("bc")) || str_eq_nocase(s, STR("ad"))) {
        bool first = !w->bc && !w->ad;
        w->bc = s.p[0] == 'b' || s.p[0] == 'B';
        w->ad = !w->bc;
        return first;
    }
    if (str_eq_nocase(s, STR("allballs")) && w->time.n == 0) { /* midnight, as PostgreSQL calls it */
        w->time = STR("00:00Z");
        return true;
    }
    if (memchr(s.p, ':', s.n) && w->time.n == 0) {
        w->time = s;
        if (s.n > 2 && take_half(w, (Str){s.p + s.n - 2, 2}))
            w->time.n -= 2;
        return true;
    }
    if (memchr(s.p, '/', s.n))
        return put_parts(w, s, '/');
    if (s.n >= 5 && memchr(s.p + 1, '-', s.n - 1))
        return put_parts(w, s, '-');
    if (memchr(s.p, '.', s.n) && s.p[0] >= '0' && s.p[0] <= '9')
        return put_year_day(w, s) || put_parts(w, s, '.');
    if (s.p[0] >= '0' && s.p[0] <= '9')
        return put_number(w, s);
    bool first = w->rest.n == 0; /* a zone */
    w->rest = s;
    return first && w->time.n > 0;
}

/* The hour of a clock of twelve. */
static bool put_time(const Words *w, char *buf, size_t cap, int *n)
{
    Str hour, rest;
    int32_t h;
    if (w->time.n == 0)
        return w->half == 0;
    if (!w->half) {
        *n += snprintf(buf + *n, cap - (size_t)*n, "%.*s", (int)w->time.n, w->time.p);
        return true;
    }
    if (!str_cut(w->time, ':', &hour, &rest) || !number_of(hour, &h))
        return false;
    h = h > 12 ? 25 : h % 12 + (w->half == 2 ? 12 : 0); /* 25: out of range, as the reader says it */
    *n += snprintf(buf + *n, cap - (size_t)*n, "%02d:%.*s", h, (int)rest.n, rest.p);
    return true;
}

bool calendar_words(Str s, char *buf, size_t cap, Str *ret)
{
    Words w = {.style = text_style_in_use()};
    int n = 0;
    size_t i = 0;
    if (s.n == 0 || s.n > 60)
        return false;
    while (i < s.n) {
        size_t from = i;
        while (i < s.n && s.p[i] != ' ' && s.p[i] != ',')
            i++;
        if (i > from && !put_word(&w, (Str){s.p + from, i - from}))
            return false;
        i++;
    }
    bool date = w.month && w.day && w.has_year;
    if (!date && (w.month || w.day || w.has_year))
        return false;
    if (date && w.year_digits <= 2 && !w.bc)
        w.year += w.year < 70 ? 2000 : 1900;
    if (date)
        n = snprintf(buf, cap, "%04d-%02d-%02d%s", w.year, w.month, w.day, w.time.n ? " " : "");
    if (!put_time(&w, buf, cap, &n) || n == 0)
        return false;
    n += snprintf(buf + n, cap - (size_t)n, "%s%.*s%s", w.rest.n ? " " : "", (int)w.rest.n, w.rest.p, w.bc ? " BC" : "");
    *ret = (Str){buf, (size_t)n};
    return (size_t)n < cap;
}
