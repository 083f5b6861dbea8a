/* SPDX-License-Identifier: Apache-2.0
 *
 * Guessing the type of a column from a sample of its texts.  The guess is a join in a small lattice: BIGINT and DOUBLE meet in
 * DOUBLE, dates and timestamps in the timestamp, everything else that differs in TEXT.  Only the plain spelling of a type counts
 * (true, not yes; 2024-01-31, not 31 January), so that a column of words is never mistaken for something narrower. */
#include <stdio.h>
#include <string.h>

#include "base/calendar.h"
#include "format/format_impl.h"

static bool has_digit(Str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= '0' && s.p[i] <= '9')
            return true;
    return false;
}

static bool is_date_shape(Str s)
{
    static const char shape[] = "dddd-dd-dd";
    if (s.n < 10)
        return false;
    for (size_t i = 0; i < 10; i++)
        if (shape[i] == 'd' ? s.p[i] < '0' || s.p[i] > '9' : s.p[i] != shape[i])
            return false;
    return true;
}

Guess guess_text(Str s)
{
    int64_t i;
    double f;
    int32_t days;
    bool has_zone;
    s = str_trim(s);
    if (s.n == 0)
        return GUESS_NONE;
    if (str_eq_nocase(s, STR("true")) || str_eq_nocase(s, STR("false")))
        return GUESS_BOOL;
    if (is_date_shape(s)) {
        if (s.n == 10 && date_parse(s, &days) == 0)
            return GUESS_DATE;
        if (s.n >= 16 && timestamp_parse(s, &i, &has_zone) == 0)
            return has_zone ? GUESS_TSTZ : GUESS_TS;
        return GUESS_TEXT;
    }
    if (str_to_i64(s, &i))
        return GUESS_I64;
    return has_digit(s) && str_to_f64(s, &f) ? GUESS_F64 : GUESS_TEXT;
}

Guess guess_merge(Guess a, Guess b)
{
    if (a == GUESS_NONE || a == b)
        return b;
    if (b == GUESS_NONE)
        return a;
    Guess low = MIN(a, b), high = MAX(a, b);
    if (low == GUESS_I64 && high == GUESS_F64)
        return GUESS_F64;
    if (low >= GUESS_DATE && high <= GUESS_TSTZ)
        return high;
    return GUESS_TEXT;
}

Type guess_type(Guess g)
{
    switch (g) {
    case GUESS_BOOL: return TYPE(BOOL);
    case GUESS_I64: return TYPE(I64);
    case GUESS_F64: return TYPE(F64);
    case GUESS_DATE: return TYPE(DATE);
    case GUESS_TS: return TYPE(TS);
    case GUESS_TSTZ: return TYPE(TSTZ);
    case GUESS_NONE:
    case GUESS_TEXT: break;
    }
    return TYPE(TEXT);
}

static bool is_taken(const Field *f, uint32_t n, const char *name)
{
    for (uint32_t i = 0; i < n; i++)
        if (str_eq_nocase(str_of(f[i].name), str_of(name)))
            return true;
    return false;
}

int guess_schema(Account *acct, Arena *arena, Str *names, const Guess *guess, uint32_t n, Schema **ret, Err *err)
{
    if (n > COLUMNS_MAX)
        return RAISE(err, ERR_TOO_MANY_COLUMNS, "the input has %u columns, at most %d are possible", n, COLUMNS_MAX);
    Field *f = ARENA_ARRAY(arena, Field, MAX(n, 1u));
    if (!f)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        if (!utf8_is_valid(names[i].p, names[i].n))
            return RAISE(err, ERR_CHARACTER_NOT_IN_REPERTOIRE, "the name of column %u is not valid UTF-8", i + 1);
        const char *base = names[i].n ? arena_strndup(arena, names[i].p, names[i].n) : arena_printf(arena, "column%u", i + 1);
        const char *name = base;
        for (uint32_t k = 2; name && is_taken(f, i, name); k++)
            name = arena_printf(arena, "%s_%u", base, k);
        if (!name)
            return RAISE_NOMEM(err);
        f[i] = (Field){.name = name, .type = guess_type(guess[i])};
    }
    *ret = schema_new(acct, f, n);
    return *ret ? 0 : RAISE_NOMEM(err);
}
