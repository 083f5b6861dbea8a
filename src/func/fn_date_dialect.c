/* SPDX-License-Identifier: Apache-2.0
 *
 * Dates and times as other systems write them: templates of Java, of C's strftime and of MySQL as templates of to_char, and whole
 * units between two times. Nearly every template is a constant and translated once, with the plan. */
#include "base/calendar.h"
#include "func/row_run.h"

/* What a letter behind % is in a template of to_char; C's, and where MySQL has another. */
static const struct Letter {
    char letter;
    const char *c, *mysql;
} letters[] = {
    {'Y', "YYYY", "YYYY"},     {'y', "YY", "YY"},       {'m', "MM", "MM"},      {'d', "DD", "DD"},
    {'e', "FMDD", "FMDD"},     {'H', "HH24", "HH24"},   {'I', "HH12", "HH12"},  {'h', NULL, "HH12"},
    {'k', NULL, "FMHH24"},     {'l', NULL, "FMHH12"},   {'M', "MI", "FMMonth"}, {'i', NULL, "MI"},
    {'S', "SS", "SS"},         {'s', NULL, "SS"},       {'f', "US", "US"},      {'p', "AM", "AM"},
    {'b', "Mon", "Mon"},       {'B', "FMMonth", NULL},  {'a', "Dy", "Dy"},      {'A', "FMDay", NULL},
    {'W', NULL, "FMDay"},      {'j', "DDD", "DDD"},     {'c', NULL, "FMMM"},    {'T', "HH24:MI:SS", "HH24:MI:SS"},
    {'F', "YYYY-MM-DD", NULL}, {'D', "MM/DD/YY", NULL}, {'R', "HH24:MI", NULL}, {'r', NULL, "HH12:MI:SS AM"},
    {'u', "ID", NULL},         {'V', "IW", NULL},       {'G', "IYYY", NULL},    {'z', "TZHTZM", NULL},
    {'Z', "TZ", NULL},         {'g', "MS", NULL},       {'n', "\n", NULL},      {'t', "\t", NULL},
};

/* A character as itself: within quotes no letter is a pattern. */
static void put_literal(StrBuf *b, char c)
{
    if (c == '"' || c == '\\')
        sb_putc(b, '\\');
    if (c == '"' || c == '\\')
        sb_putc(b, c);
    else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
        sb_printf(b, "\"%c\"", c);
    else
        sb_putc(b, c);
}

static int percent_row(RowRun *t, Str s, bool mysql)
{
    for (size_t i = 0; i < s.n; i++) {
        const char *as = NULL;
        if (s.p[i] != '%') {
            put_literal(&t->out, s.p[i]);
            continue;
        }
        bool short_form = i + 1 < s.n && s.p[i + 1] == '-' && !mysql; /* %-d: without zeros before it */
        i += 1 + short_form;
        char c = i < s.n ? s.p[i] : '\0';
        for (size_t k = 0; k < ARRAY_LEN(letters); k++)
            if (letters[k].letter == c)
                as = mysql ? letters[k].mysql : letters[k].c;
        if (c == '%')
            put_literal(&t->out, c);
        else if (!as || (short_form && !strchr("dmHIMSjy", c)))
            return ROW_FAIL(t, ERR_UNSUPPORTED, "the pattern \"%%%s%.1s\" of a template is not supported", short_form ? "-" : "",
                            &c);
        else
            sb_printf(&t->out, "%s%s", short_form ? "FM" : "", as);
    }
    return 1;
}

/* A run of n equal letters of a Java template; NULL = not supported. */
static const char *java_run(char c, size_t n)
{
    static const char *const fractions[] = {"FF1", "FF2", "MS", "FF4", "FF5", "US"};
    switch (c) {
    case 'y':
    case 'u': return n == 2 ? "YY" : "YYYY";
    case 'M':
    case 'L': return n == 1 ? "FMMM" : n == 2 ? "MM" : n == 3 ? "Mon" : "FMMonth";
    case 'd': return n == 1 ? "FMDD" : n == 2 ? "DD" : NULL;
    case 'D': return n == 1 ? "FMDDD" : n == 3 ? "DDD" : NULL;
    case 'H': return n == 1 ? "FMHH24" : n == 2 ? "HH24" : NULL;
    case 'h': return n == 1 ? "FMHH12" : n == 2 ? "HH12" : NULL;
    case 'm': return n == 1 ? "FMMI" : n == 2 ? "MI" : NULL;
    case 's': return n == 1 ? "FMSS" : n == 2 ? "SS" : NULL;
    case 'S': return n <= ARRAY_LEN(fractions) ? fractions[n - 1] : NULL;
    case 'E': return n <= 3 ? "Dy" : "FMDay";
    case 'a': return "AM";
    case 'Q':
    case 'q': return n == 1 ? "Q" : NULL;
    case 'G': return n <= 3 ? "BC" : NULL;
    case 'z': return "TZ";
    case 'Z': return n <= 3 ? "TZHTZM" : NULL;
    case 'X':
    case 'x': return n == 1 ? "TZH" : n == 2 ? "TZHTZM" : n == 3 ? "TZH:TZM" : NULL;
    default: return NULL;
    }
}

/* Letters are patterns, but within '..'; '' is a quote anywhere. */
static int java_row(RowRun *t, Str s)
{
    bool quoted = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '\'') {
            if (i + 1 < s.n && s.p[i + 1] == '\'')
                put_literal(&t->out, s.p[++i]);
            else
                quoted = !quoted;
            continue;
        }
        if (quoted || (c | 0x20) < 'a' || (c | 0x20) > 'z') {
            put_literal(&t->out, c);
            continue;
        }
        size_t n = 1;
        while (i + n < s.n && s.p[i + n] == c)
            n++;
        const char *as = java_run(c, n);
        if (!as)
            return ROW_FAIL(t, ERR_UNSUPPORTED, "the pattern \"%.*s\" of a template is not supported", (int)MIN(n, (size_t)32),
                            s.p + i);
        sb_puts(&t->out, as);
        i += n - 1;
    }
    return 1;
}

static int template_row(RowRun *t)
{
    Str s = row_text(t, 0), kind = row_text(t, 1);
    if (str_eq(kind, STR("c")))
        return percent_row(t, s, false);
    if (str_eq(kind, STR("mysql")) || (str_eq(kind, STR("date_format")) && s.n && memchr(s.p, '%', s.n)))
        return percent_row(t, s, true);
    if (str_eq(kind, STR("java")) || str_eq(kind, STR("date_format")))
        return java_row(t, s);
    return ROW_FAIL(t, ERR_INVALID_PARAMETER, "templates are of 'java', 'c', 'mysql' or 'date_format', not of '%.*s'",
                    (int)MIN(kind.n, (size_t)32), kind.p);
}
ROW_KERNEL(to_char_template, template_row)

/* ---- whole units between two times ---- */

static const struct Unit {
    const char *name;
    int32_t months;
    int64_t us;
} units[] = {
    {"microsecond", 0, 1},
    {"millisecond", 0, 1000},
    {"second", 0, US_PER_SECOND},
    {"minute", 0, 60 * US_PER_SECOND},
    {"hour", 0, 3600 * US_PER_SECOND},
    {"day", 0, US_PER_DAY},
    {"week", 0, 7 * US_PER_DAY},
    {"month", 1, 0},
    {"quarter", 3, 0},
    {"year", 12, 0},
};

/* from <= to: a month is whole when its day of the month and time of day are reached again. */
static int64_t whole_months(int64_t from, int64_t to)
{
    Civil a, b;
    civil_of_us(from, &a);
    civil_of_us(to, &b);
    int64_t months = ((int64_t)b.year - a.year) * 12 + b.month - a.month;
    int64_t in_a = (int64_t)a.day * US_PER_DAY + floor_mod(from, US_PER_DAY),
            in_b = (int64_t)b.day * US_PER_DAY + floor_mod(to, US_PER_DAY);
    return months - (in_b < in_a);
}

static int diff_row(RowRun *t)
{
    Str name = row_text(t, 0);
    int64_t from = row_value(t, 1).i64, to = row_value(t, 2).i64, us;
    if (from == TIMESTAMP_INFINITY || from == TIMESTAMP_MINUS_INFINITY || to == TIMESTAMP_INFINITY ||
        to == TIMESTAMP_MINUS_INFINITY)
        return ROW_FAIL(t, ERR_DATETIME_OVERFLOW, "cannot subtract infinite timestamps");
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (!str_eq_nocase(name, str_of(units[i].name)))
            continue;
        if (units[i].months)
            t->num = (from <= to ? whole_months(from, to) : -whole_months(to, from)) / units[i].months;
        else if (__builtin_sub_overflow(to, from, &us))
            return ROW_FAIL(t, ERR_DATETIME_OVERFLOW, "timestamp out of range");
        else
            t->num = us / units[i].us;
        return 1;
    }
    return ROW_FAIL(t, ERR_INVALID_PARAMETER, "unit \"%.*s\" not recognized", (int)MIN(name.n, (size_t)32), name.p);
}
ROW_KERNEL(timestampdiff, diff_row)

#define DIFF(type)                                                                                                                 \
    FN3("timestampdiff", T_TEXT, type, type, T_I64, timestampdiff, FN_FAIL, "whole units from one time to another",                \
        "timestampdiff(MONTH, TIMESTAMP '2024-01-31', TIMESTAMP '2024-03-30') -> 1")
const FuncDef fn_date_dialect[] = {
    FN2("to_char_template", T_TEXT, T_TEXT, T_TEXT, to_char_template, FN_FAIL,
        "template of to_char for one of 'java', 'c' (strftime), 'mysql' or 'date_format' (mysql with a %, else java)",
        "to_char_template('%Y-%m-%d', 'c') -> 'YYYY-MM-DD'"),
    DIFF(T_TS),
    DIFF(T_TSTZ),
    {0},
};
