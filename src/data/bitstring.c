/* SPDX-License-Identifier: Apache-2.0
 *
 * Bit strings from texts, and the rule of their lengths: BIT(n) takes n bits, BIT VARYING(n) at most n; what casts cut and fill up
 * is theirs (func/cast/cast_bits.c). */
#include "data/bitstring.h"

#include "base/str.h"

int bitstring_check(Type t, size_t n, Err *err)
{
    if (!t.length || n == t.length || (n < t.length && !t.precision))
        return 0;
    if (t.precision)
        return RAISE(err, ERR_STRING_LENGTH, "bit string length %zu does not match type bit(%u)", n, t.length);
    return RAISE(err, ERR_STRING_TOO_LONG, "bit string too long for type bit varying(%u)", t.length);
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Four digits for each hexadecimal one. false: another character is among them, which *ret_bad is the place of. */
static bool of_hex(Str hex, char *out, size_t *ret_bad)
{
    for (*ret_bad = 0; *ret_bad < hex.n; ++*ret_bad) {
        int v = hex_value(hex.p[*ret_bad]);
        if (v < 0)
            return false;
        for (int k = 3; k >= 0; k--)
            *out++ = (char)('0' + (v >> k & 1));
    }
    return true;
}

static int bad_digit(Str s, size_t at, const char *base, Err *err)
{
    uint32_t cp;
    int n = MAX(utf8_decode(s.p + at, s.n - at, &cp), 1);
    return RAISE(err, ERR_INVALID_TEXT, "\"%.*s\" is not a valid %s digit", n, s.p + at, base);
}

static int parse_hex(Str digits, Arena *arena, Str *ret, Err *err)
{
    size_t bad;
    char *out = arena_alloc(arena, MAX(4 * digits.n, (size_t)1));
    if (!out)
        return RAISE_NOMEM(err);
    if (!of_hex(digits, out, &bad))
        return bad_digit(digits, bad, "hexadecimal", err);
    *ret = (Str){out, 4 * digits.n};
    return 0;
}

int bitstring_parse(Type t, Str s, Arena *arena, Str *ret, Err *err)
{
    char mark = s.n ? s.p[0] : 0;
    bool hex = mark == 'x' || mark == 'X';
    if (hex || mark == 'b' || mark == 'B')
        s = (Str){s.p + 1, s.n - 1};
    if (hex) {
        TRY(parse_hex(s, arena, ret, err));
    } else {
        for (size_t i = 0; i < s.n; i++)
            if (s.p[i] != '0' && s.p[i] != '1')
                return bad_digit(s, i, "binary", err);
        *ret = s;
    }
    return bitstring_check(t, ret->n, err);
}
