/* SPDX-License-Identifier: Apache-2.0
 *
 * Classes of 16 bytes at a time as bit masks, for the readers that have no structural index: SSE2, which every x86-64 has, and a
 * loop elsewhere.  All of them read 16 bytes at p. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>

static inline __m128i load16(const char *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* Quotes, backslashes and control characters; *ret_high: bytes >= 0x80. */
static inline unsigned string_stops16(const char *p, unsigned *ret_high)
{
    const __m128i v = load16(p), control = _mm_set1_epi8(0x1f);
    __m128i stop = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
    stop = _mm_or_si128(stop, _mm_cmpeq_epi8(_mm_min_epu8(v, control), v));
    *ret_high = (unsigned)_mm_movemask_epi8(v);
    return (unsigned)_mm_movemask_epi8(stop);
}

/* Bytes that no number without an exponent has: all but digits, '-', '+' and '.'. */
static inline unsigned number_stops16(const char *p)
{
    const __m128i v = load16(p), from = _mm_sub_epi8(v, _mm_set1_epi8('+')), last = _mm_set1_epi8('9' - '+');
    __m128i inside = _mm_cmpeq_epi8(_mm_min_epu8(from, last), from);
    __m128i not = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8(',')), _mm_cmpeq_epi8(v, _mm_set1_epi8('/')));
    return ((unsigned)_mm_movemask_epi8(inside) & ~(unsigned)_mm_movemask_epi8(not )) ^ 0xffffu;
}

/* n <= 32; both have 32 bytes. */
static inline bool same32(const char *a, const char *b, unsigned n)
{
    unsigned low = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(load16(a), load16(b)));
    unsigned high = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(load16(a + 16), load16(b + 16)));
    return ((~((uint64_t)high << 16 | low)) & ((UINT64_C(1) << n) - 1)) == 0;
}

#else

static inline unsigned string_stops16(const char *p, unsigned *ret_high)
{
    unsigned stops = 0, high = 0;
    for (unsigned i = 0; i < 16; i++) {
        unsigned char c = (unsigned char)p[i];
        stops |= (unsigned)(c == '"' || c == '\\' || c < 0x20) << i;
        high |= (unsigned)(c >> 7) << i;
    }
    *ret_high = high;
    return stops;
}

static inline unsigned number_stops16(const char *p)
{
    unsigned stops = 0;
    for (unsigned i = 0; i < 16; i++)
        stops |= (unsigned)!((p[i] >= '0' && p[i] <= '9') || p[i] == '-' || p[i] == '+' || p[i] == '.') << i;
    return stops;
}

static inline bool same32(const char *a, const char *b, unsigned n)
{
    return memcmp(a, b, n) == 0;
}
#endif
