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

size_t find_text(Str s, Str needle)
{
    if (needle.n == 0)
        return 0;
    if (s.n < needle.n)
        return SIZE_MAX;
    size_t n = s.n - needle.n + 1, i = 0, at; /* places */
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
