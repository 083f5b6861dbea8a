/* SPDX-License-Identifier: Apache-2.0
 *
 * Decoding of single tokens.  The result is never longer than the source, so each allocates once and fills. */
#include "sql/lex_text.h"

#include <stdio.h>

static char *text_new(Parser *p, size_t n)
{
    char *s = arena_alloc(p->arena, n + 1);
    if (!s)
        RAISE_NOMEM(p->err);
    return s;
}

Str lex_fold(Arena *arena, const char *s, size_t n)
{
    char *out = arena_alloc(arena, n + 1);
    if (!out)
        return (Str){0};
    for (size_t i = 0; i < n; i++)
        out[i] = (char)(s[i] >= 'A' && s[i] <= 'Z' ? s[i] + ('a' - 'A') : s[i]);
    out[n] = 0;
    return (Str){out, n};
}

int lex_unquote(Parser *p, char quote, uint32_t pos, uint32_t end, Str *ret)
{
    char *out = text_new(p, end - pos);
    size_t n = 0;
    if (!out)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = pos + 1; i < end - 1; i++) {
        out[n++] = p->text[i];
        if (p->text[i] == quote)
            i++;
    }
    out[n] = 0;
    if (n == 0 && quote != '\'')
        return RAISE_AT(p->err, ERR_SYNTAX, ((Span){pos, end - pos}), "zero-length quoted identifier");
    *ret = (Str){out, n};
    return 0;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads up to n_max digits at *i, which is moved past them; returns how many. */
static unsigned read_digits(const Parser *p, uint32_t *i, unsigned radix, unsigned n_max, uint32_t *ret)
{
    unsigned n = 0;
    uint32_t v = 0;
    for (int d; n < n_max && (d = hex_value(p->text[*i])) >= 0 && (unsigned)d < radix; n++, ++*i)
        v = v * radix + (uint32_t)d;
    *ret = v;
    return n;
}

/* Behind the backslash and the letter at *i.  Two halves of UTF-16 stand for one character. */
static int unicode_unescape(Parser *p, uint32_t at, uint32_t *i, char *out)
{
    unsigned want = p->text[at + 1] == 'u' ? 4 : 8;
    uint32_t cp, low = 0;
    if (read_digits(p, i, 16, want, &cp) != want)
        return RAISE_AT(p->err, ERR_INVALID_ESCAPE, ((Span){at, *i - at}), "invalid Unicode escape");
    if (cp >= 0xD800 && cp < 0xDC00 && p->text[*i] == '\\' && (p->text[*i + 1] | 0x20) == 'u') {
        want = p->text[*i + 1] == 'u' ? 4 : 8;
        *i += 2;
        if (read_digits(p, i, 16, want, &low) == want && low >= 0xDC00 && low < 0xE000)
            cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
    }
    if (cp >= 0xD800 && cp < 0xE000)
        return RAISE_AT(p->err, ERR_SYNTAX, ((Span){at, *i - at}), "invalid Unicode surrogate pair");
    if (cp == 0 || cp > 0x10FFFF)
        return RAISE_AT(p->err, ERR_SYNTAX, ((Span){at, *i - at}), "invalid Unicode escape value");
    return utf8_encode(cp, out);
}

/* The escape whose backslash is at *i, which is moved past it; gives the bytes written to out (1 to 4) or an error. */
static int unescape_one(Parser *p, uint32_t *i, char *out)
{
    uint32_t at = *i, cp = 0;
    char c = p->text[at + 1];
    static const char letters[] = "b\bf\fn\nr\rt\t";
    *i = at + 2;
    for (const char *l = letters; *l; l += 2) {
        if (*l == c) {
            *out = l[1];
            return 1;
        }
    }
    if (c == 'u' || c == 'U')
        return unicode_unescape(p, at, i, out);
    if (c == 'x' && hex_value(p->text[at + 2]) >= 0)
        read_digits(p, i, 16, 2, &cp);
    else if (c >= '0' && c <= '7')
        *i = at + 1, read_digits(p, i, 8, 3, &cp);
    else
        cp = (unsigned char)c;
    if (cp == 0 || cp > 255)
        return RAISE_AT(p->err, ERR_CHARACTER_NOT_IN_REPERTOIRE, ((Span){at, *i - at}), "escape is not a byte from 1 to 255");
    *out = (char)cp;
    return 1;
}

int lex_unescape(Parser *p, uint32_t pos, uint32_t end, Str *ret)
{
    char *out = text_new(p, end - pos);
    size_t n = 0;
    if (!out)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = pos + 1; i < end - 1;) {
        if (p->text[i] == '\\') {
            int k = unescape_one(p, &i, out + n);
            TRY(k);
            n += (size_t)k;
        } else {
            out[n++] = p->text[i];
            i += p->text[i] == '\'' ? 2 : 1;
        }
    }
    out[n] = 0;
    if (!utf8_is_valid(out, n))
        return RAISE_AT(p->err, ERR_CHARACTER_NOT_IN_REPERTOIRE, ((Span){pos, end - pos}), "escapes do not form valid UTF-8");
    *ret = (Str){out, n};
    return 0;
}

/* Where the text goes on: a quote behind blanks and comments with a line's end among them.  UINT32_MAX: it does not. */
static uint32_t continuation(const Parser *p, uint32_t i)
{
    bool line_end = false;
    while (i < p->n) {
        if (strchr(" \t\r\n\v\f", p->text[i]))
            line_end |= p->text[i] == '\n' || p->text[i] == '\r';
        else if (p->text[i] == '-' && p->text[i + 1] == '-')
            i += (uint32_t)strcspn(p->text + i + 1, "\n");
        else
            break;
        i++;
    }
    return line_end && i < p->n && p->text[i] == '\'' ? i : UINT32_MAX;
}

/* Past the closing quote of the text that starts at pos; UINT32_MAX when there is none. */
static uint32_t string_end(const Parser *p, uint32_t pos, bool escapes)
{
    for (uint32_t i = pos + 1; i < p->n; i++) {
        if (escapes && p->text[i] == '\\')
            i++;
        else if (p->text[i] == '\'' && p->text[i + 1] != '\'')
            return i + 1;
        else if (p->text[i] == '\'')
            i++;
    }
    return UINT32_MAX;
}

static int decode_part(Parser *p, uint32_t pos, bool escapes, uint32_t end, Str *ret)
{
    return escapes ? lex_unescape(p, pos, end, ret) : lex_unquote(p, '\'', pos, end, ret);
}

int lex_string(Parser *p, uint32_t pos, bool escapes, uint32_t *end, Str *ret)
{
    uint32_t next = continuation(p, *end), last = *end, from = *end;
    TRY(decode_part(p, pos, escapes, *end, ret));
    if (next == UINT32_MAX)
        return 0;
    for (uint32_t part = next; part != UINT32_MAX; part = continuation(p, last)) {
        last = string_end(p, part, escapes);
        if (last == UINT32_MAX) {
            *end = p->n;
            return RAISE_AT(p->err, ERR_SYNTAX, ((Span){part, p->n - part}), "unterminated quoted string");
        }
    }
    char *all = text_new(p, ret->n + (last - from));
    size_t n = ret->n;
    if (!all)
        return -ERR_OUT_OF_MEMORY;
    memcpy(all, ret->p, n);
    for (; next != UINT32_MAX; next = continuation(p, from)) {
        Str part;
        from = string_end(p, next, escapes);
        TRY(decode_part(p, next, escapes, from, &part));
        memcpy(all + n, part.p, part.n);
        n += part.n;
    }
    all[n] = 0;
    *end = last;
    *ret = (Str){all, n};
    return 0;
}

/* UESCAPE 'c' behind the literal: the character, and the end of the clause.  A backslash when there is none. */
static int uescape(Parser *p, uint32_t *end, char *ret)
{
    uint32_t i = *end;
    *ret = '\\';
    while (i < p->n && strchr(" \t\r\n\v\f", p->text[i]))
        i++;
    if (i + 7 > p->n || !str_eq_nocase((Str){p->text + i, 7}, STR("uescape")))
        return 0;
    uint32_t word = i;
    for (i += 7; i < p->n && strchr(" \t\r\n\v\f", p->text[i]); i++)
        continue;
    if (i + 3 > p->n || p->text[i] != '\'' || p->text[i + 2] != '\'' || hex_value(p->text[i + 1]) >= 0 ||
        strchr("+'\" \t\r\n\v\f", p->text[i + 1]))
        return RAISE_AT(p->err, ERR_SYNTAX, ((Span){word, 7}), "invalid Unicode escape character");
    *ret = p->text[i + 1];
    *end = i + 3;
    return 0;
}

/* The code point of an escape whose first character after the escape character is at *i.  false: it is none. */
static bool unicode_escape(Parser *p, uint32_t *i, uint32_t *ret)
{
    bool six = p->text[*i] == '+';
    unsigned want = six ? 6 : 4;
    *i += six;
    return read_digits(p, i, 16, want, ret) == want;
}

int lex_unicode(Parser *p, uint32_t pos, uint32_t *end, Str *ret)
{
    uint32_t last = *end - 1, high = 0;
    char quote = p->text[pos], escape, *out = text_new(p, *end - pos);
    size_t n = 0;
    if (!out)
        return -ERR_OUT_OF_MEMORY;
    TRY(uescape(p, end, &escape));
    for (uint32_t i = pos + 1; i < last;) {
        uint32_t from = i, cp = 0;
        bool doubled = p->text[i] == escape && p->text[i + 1] == escape, is_escape = p->text[i] == escape && !doubled;
        i++;
        bool bad = is_escape && !unicode_escape(p, &i, &cp);
        bool low = is_escape && cp >= 0xDC00 && cp <= 0xDFFF;
        if (bad || (is_escape && (cp == 0 || cp > 0x10FFFF)) || (high != 0) != low)
            return RAISE_AT(p->err, ERR_SYNTAX, ((Span){from, MAX(i - from, 1)}), "invalid Unicode escape");
        if (is_escape && cp >= 0xD800 && cp <= 0xDBFF) {
            high = cp;
            continue;
        }
        if (is_escape) {
            n += (size_t)utf8_encode(low ? 0x10000 + ((high - 0xD800) << 10) + (cp - 0xDC00) : cp, out + n);
            high = 0;
            continue;
        }
        out[n++] = p->text[from];
        i += doubled || p->text[from] == quote;
    }
    out[n] = 0;
    if (high)
        return RAISE_AT(p->err, ERR_SYNTAX, ((Span){pos, last - pos}), "invalid Unicode surrogate pair");
    if (n == 0 && quote == '"')
        return RAISE_AT(p->err, ERR_SYNTAX, ((Span){pos, 2}), "zero-length delimited identifier");
    *ret = (Str){out, n};
    return 0;
}

static int bad_bit(Parser *p, uint32_t at, const char *base)
{
    uint32_t cp;
    int n = MAX(utf8_decode(p->text + at, p->n - at, &cp), 1);
    return RAISE_AT(p->err, ERR_INVALID_TEXT, ((Span){at, (uint32_t)n}), "\"%.*s\" is not a valid %s digit", n, p->text + at, base);
}

int lex_bits(Parser *p, uint32_t pos, uint32_t end, Str *ret)
{
    uint32_t n = end - pos - 2;
    char *out = text_new(p, n);
    if (!out)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++) {
        out[i] = p->text[pos + 1 + i];
        if (out[i] != '0' && out[i] != '1')
            return bad_bit(p, pos + 1 + i, "binary");
    }
    out[n] = 0;
    *ret = (Str){out, n};
    return 0;
}

int lex_hex_bits(Parser *p, uint32_t pos, uint32_t end, Str *ret)
{
    uint32_t n_digits = end - pos - 2, n = 0;
    char *out = text_new(p, 4 * (size_t)n_digits);
    if (!out)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n_digits; i++) {
        int digit = hex_value(p->text[pos + 1 + i]);
        if (digit < 0)
            return bad_bit(p, pos + 1 + i, "hexadecimal");
        for (int k = 3; k >= 0; k--)
            out[n++] = (char)('0' + (digit >> k & 1));
    }
    out[n] = 0;
    *ret = (Str){out, n};
    return 0;
}

int lex_digits(Parser *p, uint32_t pos, uint32_t end, Str *ret)
{
    char *out = text_new(p, end - pos);
    size_t n = 0;
    if (!out)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = pos; i < end; i++)
        if (p->text[i] != '_')
            out[n++] = p->text[i];
    out[n] = 0;
    *ret = (Str){out, n};
    return 0;
}

int lex_radix(Parser *p, unsigned radix, uint32_t pos, uint32_t end, Str *ret)
{
    uint64_t v = 0;
    char *out = text_new(p, 20);
    if (!out)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = pos + 2; i < end; i++) {
        if (p->text[i] == '_')
            continue;
        if (v > (UINT64_MAX >> 4))
            return RAISE_AT(p->err, ERR_NUMERIC_RANGE, ((Span){pos, end - pos}), "number does not fit 64 bits");
        v = v * radix + (uint64_t)hex_value(p->text[i]);
    }
    int n = snprintf(out, 21, "%llu", (unsigned long long)v);
    *ret = (Str){out, (size_t)n};
    return 0;
}

int lex_quantity(Parser *p, uint32_t pos, uint32_t end, Str *ret)
{
    static const char *const units[] = {"us", "ms", "s", "sec", "m", "min", "h", "d", "w"};
    uint32_t unit = pos;
    while (unit < end && ((p->text[unit] >= '0' && p->text[unit] <= '9') || p->text[unit] == '_'))
        unit++;
    /* 1_000s reads its last '_' as part of the number only when a digit follows it. */
    while (unit > pos && p->text[unit - 1] == '_')
        unit--;
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (str_eq_nocase((Str){p->text + unit, end - unit}, str_of(units[i]))) {
            TRY(lex_digits(p, pos, end, ret));
            *ret = lex_fold(p->arena, ret->p, ret->n);
            return ret->p ? 0 : RAISE_NOMEM(p->err);
        }
    }
    return RAISE_AT(p->err, ERR_SYNTAX, ((Span){pos, end - pos}), "trailing junk after numeric literal at or near \"%.*s\"",
                    (int)MIN(end - pos, 60u), p->text + pos);
}
