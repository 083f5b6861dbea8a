/* SPDX-License-Identifier: Apache-2.0
 *
 * Splits a template of to_char into fields.  Patterns are found longest first, in any letter case; the case of the template decides
 * that of names. */
#include <ctype.h>

#include "func/fn_format.h"

const char *const month_names[12] = {"January", "February", "March",     "April",   "May",      "June",
                                     "July",    "August",   "September", "October", "November", "December"};
const char *const day_names[7] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

/* A pattern stands before every pattern that is its beginning. */
static const struct PatternName {
    const char *name;
    Pattern pattern;
    uint8_t digits;
} patterns[] = {
    {"A.D.", P_BC_DOTS, 0},
    {"A.M.", P_AM_DOTS, 0},
    {"AD", P_BC, 0},
    {"AM", P_AM, 0},
    {"B.C.", P_BC_DOTS, 0},
    {"BC", P_BC, 0},
    {"CC", P_CENTURY, 2},
    {"DAY", P_DAY, 0},
    {"DDD", P_DOY, 3},
    {"DD", P_DOM, 2},
    {"DY", P_DAY_SHORT, 0},
    {"D", P_DOW, 1},
    {"FF1", P_FRACTION, 1},
    {"FF2", P_FRACTION, 2},
    {"FF3", P_FRACTION, 3},
    {"FF4", P_FRACTION, 4},
    {"FF5", P_FRACTION, 5},
    {"FF6", P_FRACTION, 6},
    {"HH24", P_HOUR24, 2},
    {"HH12", P_HOUR12, 2},
    {"HH", P_HOUR12, 2},
    {"IDDD", P_ISO_DOY, 3},
    {"ID", P_ISO_DOW, 1},
    {"IW", P_ISO_WEEK, 2},
    {"IYYY", P_ISO_YEAR, 4},
    {"IYY", P_ISO_YEAR, 3},
    {"IY", P_ISO_YEAR, 2},
    {"I", P_ISO_YEAR, 1},
    {"J", P_JULIAN, 0},
    {"MI", P_MINUTE, 2},
    {"MM", P_MONTH, 2},
    {"MONTH", P_MONTH_NAME, 0},
    {"MON", P_MONTH_SHORT, 0},
    {"MS", P_MS, 3},
    {"OF", P_ZONE_OFFSET, 0},
    {"P.M.", P_AM_DOTS, 0},
    {"PM", P_AM, 0},
    {"Q", P_QUARTER, 1},
    {"RM", P_ROMAN_MONTH, 4},
    {"SSSSS", P_DAY_SECOND, 5},
    {"SSSS", P_DAY_SECOND, 5},
    {"SS", P_SECOND, 2},
    {"TZH", P_ZONE_HOUR, 2},
    {"TZM", P_ZONE_MINUTE, 2},
    {"TZ", P_ZONE, 0},
    {"US", P_US, 6},
    {"WW", P_WEEK, 2},
    {"W", P_WEEK_OF_MONTH, 1},
    {"Y,YYY", P_YEAR_COMMA, 5},
    {"YYYY", P_YEAR, 4},
    {"YYY", P_YEAR, 3},
    {"YY", P_YEAR, 2},
    {"Y", P_YEAR, 1},
};

static bool starts_nocase(Str s, Str with)
{
    return s.n >= with.n && str_eq_nocase((Str){s.p, with.n}, with);
}

static void drop(Str *s, size_t n)
{
    *s = (Str){s->p + n, s->n - n};
}

size_t format_quoted_bytes(Str s)
{
    size_t n = 1;
    while (n < s.n && s.p[n] != '"')
        n += s.p[n] == '\\' && n + 1 < s.n ? 2 : 1;
    return n - 1;
}

void format_put_quoted(StrBuf *b, Str text)
{
    for (size_t i = 0; i < text.n; i++) {
        i += text.p[i] == '\\' && i + 1 < text.n;
        sb_putc(b, text.p[i]);
    }
}

static void take_literal(Str *rest, TplField *ret)
{
    size_t n = 1;
    ret->pattern = P_LITERAL;
    if (rest->p[0] == '"') {
        n = format_quoted_bytes(*rest);
        ret->text = (Str){rest->p + 1, n};
        ret->quoted = true;
        drop(rest, MIN(n + 2, rest->n));
        return;
    }
    if (rest->p[0] == '\\' && rest->n > 1 && rest->p[1] == '"')
        drop(rest, 1);
    uint32_t cp;
    n = (size_t)MAX(utf8_decode(rest->p, rest->n, &cp), 1);
    ret->text = (Str){rest->p, n};
    drop(rest, n);
}

bool format_next(Str *rest, TplField *ret)
{
    *ret = (TplField){.fill = true};
    for (bool more = true; more;) { /* FM, TM (names are English), FX */
        more = starts_nocase(*rest, STR("FM")) || starts_nocase(*rest, STR("TM")) || starts_nocase(*rest, STR("FX"));
        if (more) {
            ret->fill &= (rest->p[0] | 0x20) == 'f' && (rest->p[1] | 0x20) == 'x';
            drop(rest, 2);
        }
    }
    if (rest->n == 0)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
        Str name = str_of(patterns[i].name);
        if (!starts_nocase(*rest, name))
            continue;
        bool first = isupper((unsigned char)rest->p[0]), second = rest->n > 1 && isupper((unsigned char)rest->p[1]);
        ret->letters = !first ? LETTERS_LOWER : second || rest->p[1] == '.' ? LETTERS_UPPER : LETTERS_TITLE;
        ret->pattern = patterns[i].pattern;
        ret->name = patterns[i].name;
        ret->digits = patterns[i].digits;
        drop(rest, name.n);
        ret->ordinal = starts_nocase(*rest, STR("TH"));
        if (ret->ordinal) {
            ret->ordinal_upper = rest->p[0] == 'T';
            drop(rest, 2);
        } else if (str_starts(*rest, STR("SP"))) { /* spelled out: PostgreSQL reads it and writes digits, too */
            drop(rest, 2);
        }
        return true;
    }
    take_literal(rest, ret);
    return true;
}
