/* SPDX-License-Identifier: Apache-2.0
 *
 * UTF-8: strict validation, counting, and single code points.
 *
 * Most text is ASCII, so the loops first look at 16 or 8 bytes at once and only fall to single characters where a byte has its
 * high bit set.  utf8_decode is the definition of what is valid; the validator and it must agree (tested). */
#include "base/err.h"
#include "base/str.h"
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define HIGH_BITS UINT64_C(0x8080808080808080)

static inline uint64_t load64(const char *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
    return v;
}

static inline bool is_tail(unsigned char c)
{
    return (c & 0xC0u) == 0x80;
}

int utf8_decode(const char *text, size_t n, uint32_t *ret_cp)
{
    const unsigned char *p = (const unsigned char *)text;
    if (n == 0)
        return 0;
    if (p[0] < 0x80) {
        *ret_cp = p[0];
        return 1;
    }
    if (p[0] < 0xC2)
        return 0;
    if (p[0] < 0xE0) {
        if (n < 2 || !is_tail(p[1]))
            return 0;
        *ret_cp = (uint32_t)(p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
        return 2;
    }
    if (p[0] < 0xF0) {
        if (n < 3 || !is_tail(p[1]) || !is_tail(p[2]))
            return 0;
        uint32_t cp = (uint32_t)(p[0] & 0x0Fu) << 12 | (uint32_t)(p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
        if (cp < 0x800 || (cp >= 0xD800 && cp < 0xE000))
            return 0;
        *ret_cp = cp;
        return 3;
    }
    if (p[0] > 0xF4 || n < 4 || !is_tail(p[1]) || !is_tail(p[2]) || !is_tail(p[3]))
        return 0;
    uint32_t cp = (uint32_t)(p[0] & 0x07u) << 18 | (uint32_t)(p[1] & 0x3Fu) << 12 | (uint32_t)(p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
    if (cp < 0x10000 || cp > 0x10FFFF)
        return 0;
    *ret_cp = cp;
    return 4;
}

int utf8_encode(uint32_t cp, char out[4])
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0u | cp >> 6);
        out[1] = (char)(0x80u | (cp & 0x3Fu));
        return 2;
    }
    if (cp < 0x10000) {
        if (cp >= 0xD800 && cp < 0xE000)
            return 0;
        out[0] = (char)(0xE0u | cp >> 12);
        out[1] = (char)(0x80u | (cp >> 6 & 0x3Fu));
        out[2] = (char)(0x80u | (cp & 0x3Fu));
        return 3;
    }
    if (cp > 0x10FFFF)
        return 0;
    out[0] = (char)(0xF0u | cp >> 18);
    out[1] = (char)(0x80u | (cp >> 12 & 0x3Fu));
    out[2] = (char)(0x80u | (cp >> 6 & 0x3Fu));
    out[3] = (char)(0x80u | (cp & 0x3Fu));
    return 4;
}

static inline uint64_t load32(const char *p)
{
    uint32_t v;
    memcpy(&v, p, 4);
    return v;
}

/* Most text is. Four bytes or more end with a load that may overlap the one before, so there is no loop over the last bytes. */
bool utf8_is_ascii(const char *p, size_t n)
{
    uint64_t seen = 0;
    const char *end = p + n;
#if defined(__SSE2__)
    if (n >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(end - 16));
        for (; end - p > 16; p += 16)
            bytes = _mm_or_si128(bytes, _mm_loadu_si128((const __m128i *)(const void *)p));
        return _mm_movemask_epi8(bytes) == 0;
    }
#endif
    for (; end - p >= 32; p += 32)
        seen |= load64(p) | load64(p + 8) | load64(p + 16) | load64(p + 24);
    for (; end - p >= 8; p += 8)
        seen |= load64(p);
    if (n >= 8)
        seen |= load64(end - 8);
    else if (n >= 4)
        seen |= load32(p) | load32(end - 4);
    else
        for (; p < end; p++)
            seen |= (uint64_t)(unsigned char)*p;
    return !(seen & HIGH_BITS);
}

bool utf8_is_valid(const char *p, size_t n)
{
    if (utf8_is_ascii(p, n))
        return true;
    const char *end = p + n;
    while (p < end) {
        while (end - p >= 16 && !((load64(p) | load64(p + 8)) & HIGH_BITS))
            p += 16;
        /* One run of characters up to the next ASCII stretch. */
        do {
            if (p == end)
                return true;
            uint32_t cp;
            int taken = utf8_decode(p, (size_t)(end - p), &cp);
            if (!taken)
                return false;
            p += taken;
        } while (end - p < 16 || (*p & 0x80));
    }
    return true;
}

/* Bytes of the word that continue a character: 10xxxxxx. */
static inline unsigned tails_of(uint64_t w)
{
    return (unsigned)__builtin_popcountll(w & ~(w << 1) & HIGH_BITS);
}

size_t utf8_length(const char *p, size_t n)
{
    size_t tails = 0, i = 0;
    for (; i + 8 <= n; i += 8)
        tails += tails_of(load64(p + i));
    for (; i < n; i++)
        tails += is_tail((unsigned char)p[i]);
    return n - tails;
}

size_t utf8_offset(const char *p, size_t n, size_t k)
{
    size_t i = 0;
    while (i + 8 <= n) {
        size_t starts = 8 - tails_of(load64(p + i));
        if (starts > k)
            break;
        k -= starts;
        i += 8;
    }
    for (; i < n; i++) {
        if (is_tail((unsigned char)p[i]))
            continue;
        if (k == 0)
            return i;
        k--;
    }
    return n;
}
