/* SPDX-License-Identifier: Apache-2.0
 *
 * Str: comparing, trimming and cutting borrowed slices, and the "Did you mean" of error messages.
 *
 * Case folding is ASCII only, on purpose: identifiers and option keys must not depend on a locale. */
#include "base/str.h"
#include "base/err.h"

static inline unsigned char lower(char c)
{
    unsigned char u = (unsigned char)c;
    return (unsigned char)(u - 'A') < 26 ? (unsigned char)(u | 0x20u) : u;
}

static bool equal_nocase(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

bool str_eq_nocase(Str a, Str b)
{
    return a.n == b.n && equal_nocase(a.p, b.p, a.n);
}

int str_cmp(Str a, Str b)
{
    size_t n = MIN(a.n, b.n);
    int c = n ? memcmp(a.p, b.p, n) : 0;
    if (c)
        return c;
    return (a.n > b.n) - (a.n < b.n);
}

bool str_starts(Str s, Str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

bool str_starts_nocase(Str s, Str prefix)
{
    return s.n >= prefix.n && equal_nocase(s.p, prefix.p, prefix.n);
}

static inline bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

Str str_trim(Str s)
{
    while (s.n && is_space(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

bool str_cut(Str s, char c, Str *head, Str *rest)
{
    const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
    if (!at) {
        *head = s;
        *rest = (Str){s.p ? s.p + s.n : NULL, 0};
        return false;
    }
    size_t n = (size_t)(at - s.p);
    *head = (Str){s.p, n};
    *rest = (Str){at + 1, s.n - n - 1};
    return true;
}

#define DISTANCE_BYTES_MAX 127u

/* Optimal string alignment: insert, delete, replace, and swap of neighbours cost one each.  Three rows are enough, because a
 * swap looks two rows back.  Longer names than any of ours are equal or far. */
unsigned str_distance(Str a, Str b, unsigned max)
{
    size_t gap = a.n > b.n ? a.n - b.n : b.n - a.n;
    if (gap > max)
        return max + 1;
    if (a.n > DISTANCE_BYTES_MAX || b.n > DISTANCE_BYTES_MAX)
        return str_eq_nocase(a, b) ? 0 : max + 1;
    unsigned rows[3][DISTANCE_BYTES_MAX + 1];
    for (size_t j = 0; j <= b.n; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a.n; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        unsigned best = row[0] = (unsigned)i;
        for (size_t j = 1; j <= b.n; j++) {
            unsigned char x = lower(a.p[i - 1]), y = lower(b.p[j - 1]);
            unsigned d = above[j - 1] + (x != y);
            d = MIN(d, above[j] + 1);
            d = MIN(d, row[j - 1] + 1);
            if (i > 1 && j > 1 && x == lower(b.p[j - 2]) && y == lower(a.p[i - 2]))
                d = MIN(d, above2[j - 2] + 1);
            row[j] = d;
            best = MIN(best, d);
        }
        if (best > max + 1)
            return max + 1;
    }
    return MIN(rows[a.n % 3][b.n], max + 1);
}

const char *str_nearest(Str s, const char *const *names, size_t n_names)
{
    unsigned max = 1 + (unsigned)(MIN(s.n, 512u) / 4);
    unsigned best = max + 1;
    const char *nearest = NULL;
    for (size_t i = 0; i < n_names; i++) {
        Str name = str_of(names[i]);
        unsigned d = str_distance(s, name, max);
        bool tie = d == best && nearest && name.n == s.n && strlen(nearest) != s.n; /* FORM is FROM rather than FOR */
        if ((d < best || tie) && d < MAX(s.n, name.n)) { /* a name with no byte in common is no suggestion */
            best = d;
            nearest = names[i];
        }
    }
    return nearest;
}
