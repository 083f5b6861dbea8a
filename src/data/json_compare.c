/* SPDX-License-Identifier: Apache-2.0
 *
 * JSONB by value, over the normal form as it lies: nothing is parsed into a tree and nothing is allocated but by the order key.
 * Equal values differ in their texts only by the zeros at the end of a number's fraction (1.0 and 1.00), so equality and hashes
 * skip those and take all other bytes as they are.  The order is PostgreSQL's: null < texts < numbers < booleans < arrays <
 * objects, containers by their size first, then by what they hold; an empty array that is the whole document comes before
 * everything. */
#include "base/hash.h"
#include "data/json.h"

typedef enum Rank { RANK_EMPTY = 1, RANK_NULL, RANK_STRING, RANK_NUMBER, RANK_BOOL, RANK_ARRAY, RANK_OBJECT } Rank;

static bool is_number_byte(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '.';
}

/* Behind the string that begins at i with its quote. */
static size_t string_end(Str s, size_t i)
{
    for (i++; i < s.n && s.p[i] != '"'; i++)
        i += s.p[i] == '\\';
    return MIN(i + 1, s.n);
}

static size_t number_end(Str s, size_t i)
{
    while (i < s.n && is_number_byte(s.p[i]))
        i++;
    return i;
}

/* Without zeros that end a fraction, and the point before them. */
static size_t number_length(Str s, size_t from, size_t end)
{
    if (!memchr(s.p + from, '.', end - from))
        return end - from;
    while (s.p[end - 1] == '0')
        end--;
    return end - from - (s.p[end - 1] == '.');
}

/* The next stretch of bytes that mean themselves: up to a number's last significant digit, or to the end. */
static Str take_stretch(Str s, size_t *at)
{
    size_t from = *at, i = from;
    while (i < s.n && !is_number_byte(s.p[i]))
        i = s.p[i] == '"' ? string_end(s, i) : i + 1;
    *at = number_end(s, i);
    return (Str){s.p + from, i - from + (*at > i ? number_length(s, i, *at) : 0)};
}

bool jsonb_equal(Str a, Str b)
{
    if (a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0))
        return true;
    for (size_t i = 0, j = 0; i < a.n || j < b.n;)
        if (!str_eq(take_stretch(a, &i), take_stretch(b, &j)))
            return false;
    return true;
}

uint64_t jsonb_hash(Str s)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < s.n;) {
        Str part = take_stretch(s, &i);
        hash = hash_combine(hash, hash_bytes(part.p, part.n));
    }
    return hash;
}

/* ---- order ---- */

typedef struct Walk {
    Str s;
    size_t at;
} Walk;

static void skip_separators(Walk *w)
{
    while (w->at < w->s.n && (w->s.p[w->at] == ' ' || w->s.p[w->at] == ',' || w->s.p[w->at] == ':'))
        w->at++;
}

/* Members of the container that begins here. */
static uint32_t count_members(const Walk *w)
{
    uint32_t n = 0, depth = 0;
    bool any = false;
    for (size_t i = w->at; i < w->s.n; i++) {
        char c = w->s.p[i];
        if (c == '"')
            i = string_end(w->s, i) - 1;
        else if (c == '[' || c == '{')
            any |= depth++ == 1;
        else if ((c == ']' || c == '}') && --depth == 0)
            break;
        else if (depth == 1 && c == ',')
            n++;
        any |= depth == 1 && i > w->at && c != ']' && c != '}';
    }
    return any ? n + 1 : 0;
}

static Rank rank_at(const Walk *w)
{
    switch (w->s.p[w->at]) {
    case 'n': return RANK_NULL;
    case '"': return RANK_STRING;
    case 't':
    case 'f': return RANK_BOOL;
    case '[': return RANK_ARRAY;
    case '{': return RANK_OBJECT;
    default: return RANK_NUMBER;
    }
}

/* The characters that the string stands for, ended by two zeros; a zero inside cannot be. */
static void put_string(StrBuf *b, Walk *w)
{
    static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
    size_t end = string_end(w->s, w->at);
    for (size_t i = w->at + 1; i + 1 < end; i++) {
        char c = w->s.p[i];
        if (c == '\\') {
            c = w->s.p[++i];
            const char *letter = c ? strchr(letters, c) : NULL;
            if (letter) {
                c = meant[letter - letters];
            } else if (c == 'u' && i + 4 < end) { /* the form writes control characters alone so */
                int hi = w->s.p[i + 3] - '0', lo = (unsigned char)w->s.p[i + 4];
                c = (char)(hi * 16 + (lo <= '9' ? lo - '0' : (lo | 0x20) - 'a' + 10));
                i += 4;
            }
        }
        sb_putc(b, c);
    }
    sb_putc(b, 0);
    w->at = end;
}

/* Sign, power of ten, digits: bytes in the order of the numbers. */
static void put_number(StrBuf *b, Walk *w)
{
    size_t end = number_end(w->s, w->at), n = number_length(w->s, w->at, end);
    bool minus = w->s.p[w->at] == '-';
    Str text = {w->s.p + w->at + minus, n - minus};
    size_t whole = 0, lead = 0, zeros = 0;
    while (whole < text.n && text.p[whole] != '.')
        whole++;
    while (lead < text.n && (text.p[lead] == '0' || text.p[lead] == '.')) /* 0.001: the first digit that counts */
        lead++;
    w->at = end;
    if (lead == text.n) {
        sb_putc(b, 1);
        return;
    }
    uint8_t flip = minus ? 0xff : 0;
    int64_t power = lead < whole ? (int64_t)whole - (int64_t)lead : (int64_t)whole - (int64_t)lead + 1;
    uint32_t biased = (uint32_t)(power + (INT64_C(1) << 31));
    sb_putc(b, minus ? 0 : 2);
    for (int shift = 24; shift >= 0; shift -= 8)
        sb_putc(b, (char)((uint8_t)(biased >> shift) ^ flip));
    for (size_t i = lead; i < text.n; i++) {
        if (text.p[i] == '.')
            continue;
        if (text.p[i] == '0') { /* 100 is 1 with another power */
            zeros++;
            continue;
        }
        for (; zeros; zeros--)
            sb_putc(b, (char)(1 ^ flip));
        sb_putc(b, (char)((uint8_t)(text.p[i] - '0' + 1) ^ flip));
    }
    sb_putc(b, (char)flip);
}

static void put_item(StrBuf *b, Walk *w)
{
    uint32_t n;
    Rank rank = rank_at(w);
    sb_putc(b, (char)rank);
    switch (rank) {
    case RANK_STRING: put_string(b, w); break;
    case RANK_NUMBER: put_number(b, w); break;
    case RANK_NULL: w->at += 4; break;
    case RANK_BOOL:
        sb_putc(b, w->s.p[w->at] == 't');
        w->at += w->s.p[w->at] == 't' ? 4 : 5;
        break;
    default:
        n = count_members(w);
        for (int shift = 24; shift >= 0; shift -= 8)
            sb_putc(b, (char)(uint8_t)(n >> shift));
        w->at++;
        for (uint32_t i = 0; i < n && w->at < w->s.n; i++) {
            skip_separators(w);
            if (rank == RANK_OBJECT)
                put_string(b, w);
            skip_separators(w);
            put_item(b, w);
        }
        w->at++;
    }
}

void jsonb_order_key(Str s, StrBuf *b)
{
    Walk w = {.s = s};
    if (s.n == 0)
        return;
    if (s.n == 2 && s.p[0] == '[')
        sb_putc(b, RANK_EMPTY);
    else
        put_item(b, &w);
}

int jsonb_cmp(Str a, Str b)
{
    if (jsonb_equal(a, b))
        return 0;
    _cleanup_(sb_done) StrBuf x, y;
    sb_init(&x, NULL);
    sb_init(&y, NULL);
    jsonb_order_key(a, &x);
    jsonb_order_key(b, &y);
    int c = str_cmp(sb_str(&x), sb_str(&y)); /* without memory for the keys they are equal: any order is one */
    return c ? c : str_cmp(a, b);
}
