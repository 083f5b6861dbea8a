/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding bytes and short texts in short texts.  The C library's memmem and memchr are made for long ones: what they prepare costs
 * more than looking at the fifty bytes of a usual value.  Sixteen bytes at a time where SSE2 is, one by one elsewhere. */
#pragma once
#include "base/str.h"
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Bit i: byte i of the 16 at p is c. */
static inline unsigned find_mask16(const char *p, char c)
{
#if defined(__SSE2__)
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8(c)));
#else
    unsigned mask = 0;
    for (unsigned i = 0; i < 16; i++)
        mask |= (unsigned)(p[i] == c) << i;
    return mask;
#endif
}

/* The same for the bytes of s from i on, of which there may be fewer: those that are missing are not c. */
static inline unsigned find_mask(Str s, size_t i, char c)
{
    if (s.n - i >= 16)
        return find_mask16(s.p + i, c);
    if (s.n >= 16)
        return find_mask16(s.p + s.n - 16, c) >> (16 - (s.n - i));
    unsigned mask = 0;
    for (size_t k = i; k < s.n; k++)
        mask |= (unsigned)(s.p[k] == c) << (k - i);
    return mask;
}

/* Where `needle` begins in s, SIZE_MAX = nowhere; an empty one at 0. */
size_t find_text(Str s, Str needle);
