/* SPDX-License-Identifier: Apache-2.0
 *
 * INET, CIDR, MACADDR: the form that they are held in, and PostgreSQL's texts. */
#include "data/network.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>

#define GROUP 7u /* bits of the network in a byte */

/* ---- as bytes ---- */

static bool bit_of(const uint8_t *b, uint32_t i)
{
    return b[i / 8] >> (7 - i % 8) & 1;
}

static void set_bit(uint8_t *b, uint32_t i, bool value)
{
    uint8_t bit = (uint8_t)(0x80 >> i % 8);
    b[i / 8] = (uint8_t)(value ? b[i / 8] | bit : b[i / 8] & ~bit);
}

/* How many strings begin like one of d bits and go on with a 0, that one included: those with a 1 come behind them. */
static uint32_t strings_below(uint32_t d)
{
    return (1u << (GROUP - d)) - 1;
}

static uint8_t group_put(const uint8_t *b, uint32_t from, uint32_t n)
{
    uint32_t place = 0;
    for (uint32_t d = 0; d < n; d++)
        place += 1 + (bit_of(b, from + d) ? strings_below(d) : 0);
    return (uint8_t)place;
}

/* The bits of a group; how many they are. */
static uint32_t group_get(uint8_t *b, uint32_t from, uint32_t most, uint32_t place)
{
    uint32_t d = 0;
    for (; d < most && place > 0; d++) {
        place--;
        bool one = place >= strings_below(d);
        set_bit(b, from + d, one);
        place -= one ? strings_below(d) : 0;
    }
    return d;
}

Str inet_write(const Inet *a, char buf[INET_BYTES_MAX])
{
    size_t n = 0;
    uint32_t at = 0, of;
    buf[n++] = inet_is_v6(a) ? 6 : 4;
    do {
        of = MIN(GROUP, a->mask - at);
        buf[n++] = (char)group_put(a->b, at, of);
        at += of;
    } while (of == GROUP);
    for (; at < a->n_bits; at += 8) {
        uint8_t byte = 0;
        for (uint32_t i = 0; i < 8 && at + i < a->n_bits; i++)
            set_bit(&byte, i, bit_of(a->b, at + i));
        buf[n++] = (char)byte;
    }
    return (Str){buf, n};
}

Inet inet_read(Str s)
{
    Inet a = {.n_bits = s.n && s.p[0] == 6 ? 128 : 32};
    size_t n = 1;
    uint32_t at = 0, of = GROUP;
    while (of == GROUP && n < s.n) {
        of = group_get(a.b, at, MIN(GROUP, a.n_bits - at), (uint8_t)s.p[n++]);
        at += of;
    }
    a.mask = (uint8_t)at;
    for (; at < a.n_bits && n < s.n; at += 8, n++)
        for (uint32_t i = 0; i < 8 && at + i < a.n_bits; i++)
            set_bit(a.b, at + i, bit_of((const uint8_t *)&s.p[n], i));
    return a;
}

/* ---- parts ---- */

void inet_fill(Inet *a, uint32_t from, uint32_t to, bool value)
{
    for (uint32_t i = from; i < to; i++)
        set_bit(a->b, i, value);
}

bool inet_has_host_bits(const Inet *a)
{
    for (uint32_t i = a->mask; i < a->n_bits; i++)
        if (bit_of(a->b, i))
            return true;
    return false;
}

bool inet_contains(const Inet *a, const Inet *b)
{
    Inet x = *a, y = *b;
    if (a->n_bits != b->n_bits || a->mask > b->mask)
        return false;
    inet_fill(&x, a->mask, a->n_bits, false);
    inet_fill(&y, a->mask, a->n_bits, false);
    return memcmp(x.b, y.b, sizeof(x.b)) == 0;
}

/* ---- as text ---- */

size_t inet_print(const Inet *a, bool always, char buf[INET_TEXT_MAX])
{
    size_t n = 0;
    if (inet_ntop(inet_is_v6(a) ? AF_INET6 : AF_INET, a->b, buf, INET_TEXT_MAX))
        n = strlen(buf);
    if (always || a->mask != a->n_bits)
        n += (size_t)snprintf(buf + n, INET_TEXT_MAX - n, "/%u", a->mask);
    return n;
}

static size_t short_v4(const Inet *a, char *p)
{
    size_t n = 0;
    uint32_t octets = MAX((a->mask + 7u) / 8, 1u);
    for (uint32_t i = 0; i < octets; i++)
        n += (size_t)snprintf(p + n, INET_TEXT_MAX - n, i ? ".%u" : "%u", a->b[i]);
    return n;
}

typedef struct ZeroRun {
    uint32_t at, n;
} ZeroRun;

/* The longest run of words that are 0, the first of these. */
static ZeroRun longest_zeros(const uint8_t *b, uint32_t words)
{
    ZeroRun best = {0}, run = {0};
    for (uint32_t i = 0; i < words; i++) {
        bool zero = !b[2 * i] && !b[2 * i + 1];
        run = !zero ? (ZeroRun){0} : run.n ? (ZeroRun){run.at, run.n + 1} : (ZeroRun){i, 1};
        if (run.n > best.n)
            best = run;
    }
    return best;
}

static bool shows_v4(const uint8_t *b, ZeroRun z, uint32_t words)
{
    return z.n != words && z.at == 0 &&
           (z.n == 6 || (z.n == 5 && b[10] == 0xff && b[11] == 0xff) || (z.n == 7 && b[14] && b[15] != 1));
}

/* The last two words as octets, of which the last is left out when the mask does not reach it. */
static size_t short_octets(const Inet *a, uint32_t word, char *p, size_t room)
{
    const uint8_t *o = &a->b[2 * word];
    char mark = word == 6 ? ':' : '.';
    return (size_t)(word != 7 || a->mask > 120 ? snprintf(p, room, "%c%u.%u", mark, o[0], o[1])
                                               : snprintf(p, room, "%c%u", mark, o[0]));
}

static size_t short_v6(const Inet *a, char *p)
{
    uint32_t words = MAX((a->mask + 15u) / 16, 2u);
    ZeroRun z = longest_zeros(a->b, words);
    bool v4 = shows_v4(a->b, z, words);
    size_t n = 0;
    if (a->mask == 0)
        return (size_t)snprintf(p, INET_TEXT_MAX, "::");
    for (uint32_t w = 0; w < words; w++) {
        if (w >= z.at && w < z.at + z.n) {
            if (w == z.at)
                p[n++] = ':';
            if (w == words - 1)
                p[n++] = ':';
        } else if (v4 && w > 5) {
            n += short_octets(a, w, p + n, INET_TEXT_MAX - n);
        } else {
            n += (size_t)snprintf(p + n, INET_TEXT_MAX - n, n ? ":%x" : "%x", (uint32_t)a->b[2 * w] << 8 | a->b[2 * w + 1]);
        }
    }
    return n;
}

size_t cidr_print_short(const Inet *a, char buf[INET_TEXT_MAX])
{
    Inet of = *a;
    inet_fill(&of, a->mask, a->n_bits, false);
    size_t n = inet_is_v6(a) ? short_v6(&of, buf) : short_v4(&of, buf);
    return n + (size_t)snprintf(buf + n, INET_TEXT_MAX - n, "/%u", a->mask);
}

size_t macaddr_print(Str s, char buf[INET_TEXT_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += (size_t)snprintf(buf + n, INET_TEXT_MAX - n, i ? ":%02x" : "%02x", (uint8_t)s.p[i]);
    return n;
}

void network_print(const Value *v, StrBuf *b)
{
    char text[INET_TEXT_MAX];
    Inet a = v->type.id == T_MACADDR ? (Inet){0} : inet_read(v->str);
    size_t n = v->type.id == T_MACADDR ? macaddr_print(v->str, text) : inet_print(&a, v->type.id == T_CIDR, text);
    sb_putstr(b, (Str){text, n});
}

/* ---- from text ---- */

static int hex_digit(char c) /* that is one */
{
    return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
}

typedef struct Scan {
    const char *p, *end;
} Scan;

static bool at_digit(const Scan *s)
{
    return s->p < s->end && isdigit((unsigned char)*s->p);
}

/* A number up to `most`; -1: there is none. */
static int32_t number(Scan *s, int32_t most)
{
    int32_t n = 0;
    if (!at_digit(s))
        return -1;
    while (at_digit(s) && n <= most)
        n = n * 10 + (*s->p++ - '0');
    return n <= most ? n : -1;
}

/* /n at the end; ret stays as it is when nothing stands there. */
static bool mask_at_end(Scan *s, int32_t most, int32_t *ret)
{
    if (s->p == s->end)
        return true;
    if (*s->p++ != '/')
        return false;
    *ret = number(s, most);
    return *ret >= 0 && s->p == s->end;
}

/* 0x0a0b: the octets of a network. */
static int32_t hex_octets(Scan *s, uint8_t b[4])
{
    int32_t n = 0;
    s->p += 2;
    while (s->p < s->end && isxdigit((unsigned char)*s->p)) {
        int digit = hex_digit(*s->p++);
        if (n == 8)
            return -1;
        b[n / 2] = (uint8_t)(b[n / 2] | digit << (n % 2 ? 0 : 4));
        n++;
    }
    return (n + 1) / 2;
}

static int32_t octets(Scan *s, uint8_t b[4])
{
    for (int32_t n = 0; n < 4;) {
        int32_t octet = number(s, 255);
        if (octet < 0)
            return -1;
        b[n++] = (uint8_t)octet;
        if (s->p == s->end || *s->p != '.')
            return n;
        s->p++;
    }
    return -1;
}

/* The mask of a network that says none: that of its class, and of what is written at least. */
static int32_t class_mask(const uint8_t b[4], int32_t n)
{
    int32_t mask = b[0] >= 240 ? 32 : b[0] >= 224 ? 8 : b[0] >= 192 ? 24 : b[0] >= 128 ? 16 : 8;
    mask = MAX(mask, n * 8);
    return mask == 8 && b[0] == 224 ? 4 : mask;
}

static bool parse_v4(Scan s, bool is_network, Inet *ret)
{
    bool hex = is_network && s.end - s.p > 2 && s.p[0] == '0' && (s.p[1] | 32) == 'x' && isxdigit((unsigned char)s.p[2]);
    int32_t n = hex ? hex_octets(&s, ret->b) : octets(&s, ret->b), mask = -1;
    if (n <= 0 || !mask_at_end(&s, 32, &mask))
        return false;
    if (mask < 0 && is_network)
        mask = class_mask(ret->b, n);
    else if (mask < 0 && n == 4)
        mask = 32;
    ret->mask = (uint8_t)mask;
    return mask >= 0 && (is_network || mask / 8 <= n);
}

static bool parse_v6(Scan s, Inet *ret)
{
    char host[INET6_ADDRSTRLEN + 1];
    const char *slash = memchr(s.p, '/', (size_t)(s.end - s.p));
    size_t n = (size_t)((slash ? slash : s.end) - s.p);
    int32_t mask = 128;
    if (n == 0 || n >= sizeof(host))
        return false;
    memcpy(host, s.p, n);
    host[n] = 0;
    s.p += n;
    bool zero_first = slash && s.end - slash > 2 && slash[1] == '0';
    ret->n_bits = 128;
    if (zero_first || inet_pton(AF_INET6, host, ret->b) != 1 || !mask_at_end(&s, 128, &mask))
        return false;
    ret->mask = (uint8_t)mask;
    return true;
}

static int cut(Str s)
{
    return (int)MIN(s.n, (size_t)64);
}

static int parse_inet(bool is_network, Str s, Inet *ret, Err *err)
{
    Scan scan = {s.p, s.p + s.n};
    *ret = (Inet){.n_bits = 32};
    bool v6 = memchr(s.p, ':', s.n) != NULL;
    if (memchr(s.p, 0, s.n) || !(v6 ? parse_v6(scan, ret) : parse_v4(scan, is_network, ret)))
        return RAISE(err, ERR_INVALID_TEXT, "invalid input syntax for type %s: \"%.*s\"", is_network ? "cidr" : "inet", cut(s),
                     s.p);
    if (!is_network || !inet_has_host_bits(ret))
        return 0;
    (void)RAISE(err, ERR_INVALID_TEXT, "invalid cidr value: \"%.*s\"", cut(s), s.p);
    return err_detail(err, "Value has bits set to right of mask.");
}

/* Octets with a mark between each two: 08:00:2b:01:02:03.  1: it is one; 0: it is not; -1: an octet is too large. */
static int parse_octets(Scan s, char mark, uint8_t b[6])
{
    bool large = false;
    for (uint32_t i = 0; i < 6; i++) {
        uint32_t v = 0, n = 0;
        for (; s.p < s.end && isxdigit((unsigned char)*s.p) && n < 8; n++)
            v = v << 4 | (uint32_t)hex_digit(*s.p++);
        if (n == 0 || (i < 5 && (s.p == s.end || *s.p++ != mark)))
            return 0;
        large |= v > 255;
        b[i] = (uint8_t)v;
    }
    return s.p < s.end ? 0 : large ? -1 : 1;
}

/* Digits in groups of `group`, with a mark between: 08002b:010203, 0800.2b01.0203, and without one. */
static int parse_digits(Scan s, uint32_t group, char mark, uint8_t b[6])
{
    for (uint32_t i = 0; i < 12; i++) {
        if (i && mark && i % group == 0 && (s.p == s.end || *s.p++ != mark))
            return 0;
        if (s.p == s.end || !isxdigit((unsigned char)*s.p))
            return 0;
        b[i / 2] = (uint8_t)(b[i / 2] << 4 | hex_digit(*s.p++));
    }
    return s.p == s.end;
}

static int parse_macaddr(Str s, uint8_t b[6], Err *err)
{
    static const struct {
        uint32_t group;
        char mark;
    } forms[] = {{6, ':'}, {6, '-'}, {4, '.'}, {4, '-'}, {12, 0}};
    Scan scan = {s.p, s.p + s.n};
    while (scan.p < scan.end && isspace((unsigned char)*scan.p))
        scan.p++;
    while (scan.p < scan.end && isspace((unsigned char)scan.end[-1]))
        scan.end--;
    int rc = parse_octets(scan, ':', b);
    rc = rc ? rc : parse_octets(scan, '-', b);
    for (size_t i = 0; rc == 0 && i < ARRAY_LEN(forms); i++) {
        memset(b, 0, 6);
        rc = parse_digits(scan, forms[i].group, forms[i].mark, b);
    }
    if (rc < 0)
        return RAISE(err, ERR_NUMERIC_RANGE, "invalid octet value in \"macaddr\" value: \"%.*s\"", cut(s), s.p);
    return rc ? 0 : RAISE(err, ERR_INVALID_TEXT, "invalid input syntax for type macaddr: \"%.*s\"", cut(s), s.p);
}

int network_parse(Type t, Str s, Arena *arena, Str *ret, Err *err)
{
    char buf[INET_BYTES_MAX];
    uint8_t mac[6];
    Str bytes = {(const char *)mac, sizeof(mac)};
    if (t.id == T_MACADDR) {
        TRY(parse_macaddr(s, mac, err));
    } else {
        Inet a;
        TRY(parse_inet(t.id == T_CIDR, s, &a, err));
        bytes = inet_write(&a, buf);
    }
    *ret = (Str){arena_strndup(arena, bytes.p, bytes.n), bytes.n};
    return ret->p ? 0 : RAISE_NOMEM(err);
}
