/* SPDX-License-Identifier: Apache-2.0
 *
 * Text to number without branches per character: eight bytes at a time in one word (SWAR).  Every function here is only an
 * accelerator: `false` means "ask value_parse", which alone decides what is valid.  So these accept a plain subset and never round.
 *
 * All of them read up to 8 bytes behind the text they are given; FEED_PADDING guarantees that. */
#pragma once
#include <string.h>

#include "base/calendar.h"
#include "base/str.h"

static inline uint64_t load8(const char *p)
{
    uint64_t w;
    memcpy(&w, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    w = __builtin_bswap64(w);
#endif
    return w;
}

/* n = 1..8 digits, the low bytes of `text`. */
static inline bool digits8_of(uint64_t text, size_t n, uint64_t *ret)
{
    unsigned shift = (unsigned)(8 - n) * 8;
    uint64_t w = (text << shift) - (UINT64_C(0x3030303030303030) << shift);
    if (((w + UINT64_C(0x7676767676767676)) | w) & UINT64_C(0x8080808080808080))
        return false;
    w = w * 10 + (w >> 8);
    *ret = ((w & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x000F424000000064) +
            ((w >> 16) & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x0000271000000001)) >>
           32;
    return true;
}

static inline bool digits8(const char *p, size_t n, uint64_t *ret)
{
    return digits8_of(load8(p), n, ret);
}

/* n = 1..18 digits. */
static inline bool digits18(const char *p, size_t n, uint64_t *ret)
{
    uint64_t head = 0, part;
    if (likely(n <= 8))
        return digits8(p, n, ret);
    if (n > 16) {
        if (!digits8(p, n - 16, &head))
            return false;
        p += n - 16;
        n = 16;
    }
    if (!digits8(p, n - 8, &part))
        return false;
    head = head * 100000000u + part;
    if (!digits8(p + n - 8, 8, &part))
        return false;
    *ret = head * 100000000u + part;
    return true;
}

/* [-] 1..18 digits */
static inline bool int_parse_fast(const char *p, size_t n, int64_t *ret)
{
    bool minus = *p == '-';
    uint64_t v;
    p += minus;
    n -= minus;
    if (unlikely(n - 1 >= 18) || !digits18(p, n, &v))
        return false;
    *ret = minus ? -(int64_t)v : (int64_t)v;
    return true;
}

/* Eight bytes against a shape: digits become 0..9 in their byte; pairs[k] = 10 * byte k + byte k + 1. */
static inline bool shape8(const char *p, uint64_t shape, uint64_t slack, uint64_t *ret_pairs)
{
    uint64_t w = load8(p) ^ shape;
    if (((w + slack) | w) & UINT64_C(0x8080808080808080))
        return false;
    *ret_pairs = w * 10 + (w >> 8);
    return true;
}

/* "YYYY-MM-DD", year 1..9999 */
static inline bool date_parse_fast(const char *p, int64_t *ret_days)
{
    static const uint8_t month_days[16] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    static const uint16_t days_before[16] = {0,   306, 337, 0,   31,  61, 92,
                                             122, 153, 184, 214, 245, 275}; /* the year begins in March */
    uint64_t w, d1 = (uint64_t)(uint8_t)p[8] - '0', d0 = (uint64_t)(uint8_t)p[9] - '0';
    if (!shape8(p, UINT64_C(0x2d30302d30303030), UINT64_C(0x7f76767f76767676), &w) || d1 > 9 || d0 > 9)
        return false;
    uint32_t y = (uint32_t)(w & 0xff) * 100 + (uint32_t)((w >> 16) & 0xff), m = (uint32_t)((w >> 40) & 0xff);
    uint32_t d = (uint32_t)(d1 * 10 + d0);
    if (y == 0 || m > 12 || d - 1 >= month_days[m])
        return false;
    if (m == 2 && d == 29 && (y % 4 != 0 || (y % 100 == 0 && y % 400 != 0)))
        return false;
    y -= m <= 2;
    uint32_t century = y / 100;
    *ret_days = (int64_t)(365 * y + y / 4 - century + century / 4 + days_before[m] + d) - 719469;
    return true;
}

/* "HH:MM:SS", below 24:00:00.  The slack lets tens be at most 2, 5 and 5; only 24..29 hours are left to ask for. */
static inline bool time_parse_fast(const char *p, int64_t *ret_seconds)
{
    uint64_t w;
    if (!shape8(p, UINT64_C(0x30303a30303a3030), UINT64_C(0x767a7f767a7f767d), &w))
        return false;
    uint32_t h = (uint32_t)(w & 0xff), m = (uint32_t)((w >> 24) & 0xff), s = (uint32_t)((w >> 48) & 0xff);
    *ret_seconds = h * 3600 + m * 60 + s;
    return h < 24;
}

static const uint32_t pow10_small[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};

static const uint64_t pow10_wide[] = {UINT64_C(1),
                                      UINT64_C(10),
                                      UINT64_C(100),
                                      UINT64_C(1000),
                                      UINT64_C(10000),
                                      UINT64_C(100000),
                                      UINT64_C(1000000),
                                      UINT64_C(10000000),
                                      UINT64_C(100000000),
                                      UINT64_C(1000000000),
                                      UINT64_C(10000000000),
                                      UINT64_C(100000000000),
                                      UINT64_C(1000000000000),
                                      UINT64_C(10000000000000),
                                      UINT64_C(100000000000000),
                                      UINT64_C(1000000000000000),
                                      UINT64_C(10000000000000000),
                                      UINT64_C(100000000000000000),
                                      UINT64_C(1000000000000000000)};

/* The date read last: event times come in order, so the next one is nearly always the same day. */
typedef struct DateCache {
    uint64_t head; /* "YYYY-MM-" */
    uint16_t tail; /* "DD" */
    int64_t base;  /* its midnight, in the units of the column */
} DateCache;

/* The cache is never empty: an unset one would match a text of ten NULs. */
static inline DateCache date_cache(void)
{
    DateCache c = {.head = load8("1970-01-"), .base = 0};
    memcpy(&c.tail, "01", 2);
    return c;
}

static inline bool date_parse_cached(const char *p, unsigned digits, DateCache *cache)
{
    uint64_t head = load8(p);
    uint16_t tail;
    int64_t days, base;
    memcpy(&tail, p + 8, 2);
    if (likely(head == cache->head && tail == cache->tail))
        return true;
    if (!date_parse_fast(p, &days) || __builtin_mul_overflow(days * 86400, (int64_t)pow10_small[digits], &base))
        return false;
    *cache = (DateCache){.head = head, .tail = tail, .base = base};
    return true;
}

/* "YYYY-MM-DD?HH:MM:SS[.f{1,digits}][Z]" with a blank or T in the middle, to 10^-digits seconds (6 or 9, always the same for one
 * cache). */
static inline bool timestamp_parse_fast(const char *p, size_t n, unsigned digits, DateCache *cache, int64_t *ret)
{
    int64_t seconds;
    uint64_t fraction = 0;
    if (n < 19 || (p[10] != ' ' && p[10] != 'T') || !date_parse_cached(p, digits, cache) || !time_parse_fast(p + 11, &seconds))
        return false;
    if (n > 19) {
        n -= p[n - 1] == 'Z';
        size_t k = n - 20;
        if (n > 19) {
            if (p[19] != '.' || k - 1 >= digits || !digits18(p + 20, k, &fraction))
                return false;
            fraction *= pow10_small[digits - k];
        }
    }
    return !__builtin_add_overflow(cache->base, seconds * (int64_t)pow10_small[digits] + (int64_t)fraction, ret);
}

/* Which byte of w is the first point; 8 = none. */
static inline unsigned point_in(uint64_t w)
{
    uint64_t t = w ^ UINT64_C(0x2e2e2e2e2e2e2e2e), zeros = (t - UINT64_C(0x0101010101010101)) & ~t & UINT64_C(0x8080808080808080);
    return zeros ? (unsigned)__builtin_ctzll(zeros) / 8 : 8;
}

/* The same as number_parse_fast for up to eight bytes without a sign: the point is taken out of the word, the rest is one number.
 */
static inline bool number8(const char *p, size_t n, uint64_t *ret_m, unsigned *ret_scale)
{
    uint64_t w = load8(p);
    unsigned point = point_in(w);
    bool has = point < n;
    uint64_t before = (UINT64_C(1) << (has ? 8 * point : 0)) - 1;
    w = has ? (w & before) | ((w >> 8) & ~before) : w;
    *ret_scale = has ? (unsigned)n - point - 1 : 0;
    n -= has;
    return n > 0 && digits8_of(w, n, ret_m);
}

/* A plain decimal number [-]ddd[.ddd] of at most 18 digits, nothing else: *ret_m / 10^*ret_scale. */
static inline bool number_parse_fast(const char *p, size_t n, int64_t *ret_m, unsigned *ret_scale)
{
    bool minus = *p == '-';
    p += minus;
    n -= minus;
    if (unlikely(n - 1 >= 19))
        return false;
    if (likely(n <= 8)) {
        uint64_t v;
        if (!number8(p, n, &v, ret_scale))
            return false;
        *ret_m = minus ? -(int64_t)v : (int64_t)v;
        return true;
    }
    size_t point = 0;
    while (point < n) {
        unsigned at = point_in(load8(p + point));
        point += at;
        if (at < 8)
            break;
    }
    point = MIN(point, n);
    size_t scale = point < n ? n - point - 1 : 0;
    uint64_t m = 0, fraction = 0;
    if (point + scale - 1 >= 18 || (point && !digits18(p, point, &m)) || (scale && !digits18(p + point + 1, scale, &fraction)))
        return false;
    m = m * pow10_wide[scale] + fraction;
    *ret_m = minus ? -(int64_t)m : (int64_t)m;
    *ret_scale = (unsigned)scale;
    return true;
}

/* Exact by Clinger's rule: mantissa and power of ten are both doubles without error, and one operation rounds once. */
static inline bool f64_parse_fast(const char *p, size_t n, double *ret)
{
    static const double pow10[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    int64_t m;
    unsigned scale;
    if (!number_parse_fast(p, n, &m, &scale) || m > (INT64_C(1) << 53) || m < -(INT64_C(1) << 53) || (m == 0 && *p == '-'))
        return false;
    *ret = (double)m / pow10[scale];
    return true;
}
