/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks that a text is JSON (RFC 8259) without building anything: an explicit stack of one bit per level instead of recursion, so
 * that hostile nesting costs 64 bytes.  Strings must be UTF-8 and escaped surrogates must come in pairs, as PostgreSQL's jsonb
 * asks. */
#include "base/bits.h"
#include "data/value.h"

typedef struct Cursor {
    const char *p, *end;
} Cursor;

static void skip_space(Cursor *c)
{
    while (c->p < c->end && (*c->p == ' ' || *c->p == '\t' || *c->p == '\n' || *c->p == '\r'))
        c->p++;
}

static bool take(Cursor *c, char ch)
{
    if (c->p == c->end || *c->p != ch)
        return false;
    c->p++;
    return true;
}

static bool take_word(Cursor *c, Str word)
{
    if ((size_t)(c->end - c->p) < word.n || memcmp(c->p, word.p, word.n) != 0)
        return false;
    c->p += word.n;
    return true;
}

static bool take_digits(Cursor *c)
{
    const char *from = c->p;
    while (c->p < c->end && *c->p >= '0' && *c->p <= '9')
        c->p++;
    return c->p > from;
}

static bool take_number(Cursor *c)
{
    take(c, '-');
    if (!take(c, '0') && !take_digits(c))
        return false;
    if (take(c, '.') && !take_digits(c))
        return false;
    if (take(c, 'e') || take(c, 'E')) {
        if (!take(c, '+'))
            take(c, '-');
        return take_digits(c);
    }
    return true;
}

static bool take_hex4(Cursor *c, uint32_t *ret)
{
    uint32_t v = 0;
    if (c->end - c->p < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        char h = *c->p++;
        uint32_t d = h >= '0' && h <= '9'   ? (uint32_t)(h - '0')
                     : h >= 'a' && h <= 'f' ? (uint32_t)(h - 'a' + 10)
                     : h >= 'A' && h <= 'F' ? (uint32_t)(h - 'A' + 10)
                                            : 16;
        if (d == 16)
            return false;
        v = v << 4 | d;
    }
    *ret = v;
    return true;
}

static bool take_escape(Cursor *c)
{
    uint32_t high, low;
    if (c->p == c->end)
        return false;
    char e = *c->p++;
    if (e != 'u')
        return e && strchr("\"\\/bfnrt", e);
    if (!take_hex4(c, &high))
        return false;
    if (high >= 0xDC00 && high <= 0xDFFF)
        return false;
    if (high < 0xD800 || high > 0xDBFF)
        return true;
    return take(c, '\\') && take(c, 'u') && take_hex4(c, &low) && low >= 0xDC00 && low <= 0xDFFF;
}

static bool take_string(Cursor *c)
{
    if (!take(c, '"'))
        return false;
    while (c->p < c->end) {
        unsigned char ch = (unsigned char)*c->p++;
        if (ch == '"')
            return true;
        if (ch < 0x20 || (ch == '\\' && !take_escape(c)))
            return false;
    }
    return false;
}

static bool take_scalar(Cursor *c)
{
    if (c->p == c->end)
        return false;
    switch (*c->p) {
    case '"': return take_string(c);
    case 't': return take_word(c, STR("true"));
    case 'f': return take_word(c, STR("false"));
    case 'n': return take_word(c, STR("null"));
    default: return take_number(c);
    }
}

static bool take_key(Cursor *c)
{
    skip_space(c);
    if (!take_string(c))
        return false;
    skip_space(c);
    return take(c, ':');
}

typedef struct Levels {
    uint64_t is_object[JSON_DEPTH_MAX / 64];
    size_t n;
} Levels;

/* One value up to the point where it is complete or, for a container with members, where its first member starts.
 * 1 = complete, 0 = a member follows, -1 = not JSON. */
static int open_value(Cursor *c, Levels *l)
{
    skip_space(c);
    bool is_object = take(c, '{');
    if (!is_object && !take(c, '['))
        return take_scalar(c) ? 1 : -1;
    if (l->n == JSON_DEPTH_MAX)
        return -1;
    skip_space(c);
    if (take(c, is_object ? '}' : ']'))
        return 1;
    bit_put(l->is_object, l->n++, is_object);
    return !is_object || take_key(c) ? 0 : -1;
}

/* After a complete value: closes containers.  1 = all closed, 0 = another member follows, -1 = not JSON. */
static int close_values(Cursor *c, Levels *l)
{
    while (l->n > 0) {
        bool is_object = bit_get(l->is_object, l->n - 1);
        skip_space(c);
        if (take(c, ','))
            return !is_object || take_key(c) ? 0 : -1;
        if (!take(c, is_object ? '}' : ']'))
            return -1;
        l->n--;
    }
    return 1;
}

bool json_is_valid(Str s)
{
    Cursor c = {s.p, s.p + s.n};
    Levels levels = {.n = 0};
    if (s.n == 0 || !utf8_is_valid(s.p, s.n))
        return false;
    for (;;) {
        int state = open_value(&c, &levels);
        if (state == 1)
            state = close_values(&c, &levels);
        if (state == 1)
            break;
        if (state < 0)
            return false;
    }
    skip_space(&c);
    return c.p == c.end;
}
