/* SPDX-License-Identifier: Apache-2.0
 *
 * A text is looked for by its first and its last byte: where both fit the rest is compared. */
#include "base/find.h"

/* Places from i on, 16 of them, at which a text with these first and last bytes can begin; i + 15 + n <= s.n. */
static inline unsigned places16(Str s, size_t i, Str needle)
{
    return find_mask16(s.p + i, needle.p[0]) & find_mask16(s.p + i + needle.n - 1, needle.p[needle.n - 1]);
}

static inline bool is_at(Str s, size_t i, Str needle)
{
    return needle.n <= 2 || memcmp(s.p + i + 1, needle.p + 1, needle.n - 2) == 0;
}

static inline size_t first_of(Str s, size_t i, unsigned places, Str needle)
{
    for (; places; places &= places - 1) {
        size_t at = i + (size_t)__builtin_ctz(places);
        if (is_at(s, at, needle))
            return at;
    }
    return SIZE_MAX;
}

#if defined(__SSE2__)
/* Sixteen places, by vectors that hold the first and the last byte. */
static inline unsigned places_of(const char *p, size_t last, __m128i a, __m128i b)
{
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p), y = _mm_loadu_si128((const __m128i *)(const void *)(p + last));
    return (unsigned)_mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(x, a), _mm_cmpeq_epi8(y, b)));
}

/* Of the first n places, a multiple of 32. */
static inline size_t find_wide(Str s, size_t n, Str needle)
{
    size_t last = needle.n - 1;
    __m128i a = _mm_set1_epi8(needle.p[0]), b = _mm_set1_epi8(needle.p[last]);
    for (size_t i = 0; i < n; i += 32) {
        unsigned places = places_of(s.p + i, last, a, b) | places_of(s.p + i + 16, last, a, b) << 16;
        size_t at = places ? first_of(s, i, places, needle) : SIZE_MAX;
        if (at != SIZE_MAX)
            return at;
    }
    return SIZE_MAX;
}
#endif

size_t find_text(Str s, Str needle)
{
    if (needle.n == 0)
        return 0;
    if (s.n < needle.n)
        return SIZE_MAX;
    size_t n = s.n - needle.n + 1, i = 0, at; /* places */
#if defined(__SSE2__)
    i = n & ~(size_t)31;
    if (i && (at = find_wide(s, i, needle)) != SIZE_MAX)
        return at;
#endif
    for (; i + 16 <= n; i += 16)
        if ((at = first_of(s, i, places16(s, i, needle), needle)) != SIZE_MAX)
            return at;
    if (i < n && n >= 16) /* the last 16, of which some were looked at */
        return first_of(s, n - 16, places16(s, n - 16, needle), needle);
    for (; i < n; i++)
        if (s.p[i] == needle.p[0] && s.p[i + needle.n - 1] == needle.p[needle.n - 1] && is_at(s, i, needle))
            return i;
    return SIZE_MAX;
}
