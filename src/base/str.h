/* SPDX-License-Identifier: Apache-2.0
 *
 * Byte strings: Str (a borrowed slice), StrBuf (a growing owner), and the small text helpers used everywhere. */
#pragma once
#include "base/arena.h"
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

typedef struct Str {
    const char *p;
    size_t n;
} Str;
#define STR(lit) ((Str){(lit), sizeof(lit) - 1})
static inline Str str_of(const char *s)
{
    return (Str){s, s ? strlen(s) : 0};
}
static inline bool str_eq(Str a, Str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
bool str_eq_nocase(Str a, Str b); /* ASCII case only */
int str_cmp(Str a, Str b);        /* byte order, then length */
bool str_starts(Str s, Str prefix);
bool str_starts_nocase(Str s, Str prefix);
Str str_trim(Str s); /* ASCII white space at both ends */
/* Splits at the first `c`: *head is what stands before it, *rest what follows.  false when there is none (head = s). */
bool str_cut(Str s, char c, Str *head, Str *rest);

/* Growing buffer; always NUL-terminated when n > 0 or after sb_cstr.  A failed allocation sets `failed`, further calls do
 * nothing, and the one who uses the result checks once. */
typedef struct StrBuf {
    Account *acct;
    char *p;
    size_t n, cap;
    bool failed;
} StrBuf;
void sb_init(StrBuf *b, Account *acct);
void sb_done(StrBuf *b);
void sb_clear(StrBuf *b);
bool sb_reserve(StrBuf *b, size_t more); /* room for `more` bytes and a NUL */
void sb_put(StrBuf *b, const void *p, size_t n);
void sb_puts(StrBuf *b, const char *s);
void sb_putc(StrBuf *b, char c);
void sb_putstr(StrBuf *b, Str s);
void sb_printf(StrBuf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sb_vprintf(StrBuf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
const char *sb_cstr(StrBuf *b);                          /* "" when empty; never NULL */
static inline const char *word_article(const char *word) /* "an" INDEX, "a" TABLE */
{
    return *word && strchr("AEIOaeio", *word) ? "an" : "a";
}

static inline Str sb_str(const StrBuf *b)
{
    return (Str){b->p, b->n};
}

bool utf8_is_valid(const char *p, size_t n); /* strict: no overlong forms, no surrogates, <= U+10FFFF */
bool utf8_is_ascii(const char *p, size_t n);
size_t utf8_length(const char *p, size_t n);                /* code points; input must be valid */
size_t utf8_offset(const char *p, size_t n, size_t k);      /* byte offset of code point k, n when beyond */
int utf8_decode(const char *p, size_t n, uint32_t *ret_cp); /* bytes taken, 0 = bad */
int utf8_encode(uint32_t cp, char out[4]);                  /* bytes written */

/* Edit distance (Damerau, ASCII case ignored), cut off at `max` + 1.  And the nearest of n names, or NULL when none is near
 * enough for a "Did you mean": distance <= 1 + length / 4. */
unsigned str_distance(Str a, Str b, unsigned max);
const char *str_nearest(Str s, const char *const *names, size_t n_names);

/* Fixed-format number text. All give false when the text is not wholly a number of the kind or is out of range. */
bool str_to_i64(Str s, int64_t *ret);
bool str_to_u64(Str s, uint64_t *ret);
bool str_to_f64(Str s, double *ret); /* also inf, infinity, nan in any case, with a sign */
/* Shortest text that reads back equal (as PostgreSQL prints doubles); returns length, buf >= 32 bytes, NUL-terminated. */
int f64_print(double v, char *buf);
int f32_print(float v, char *buf);
int f64_print_digits(double v, int n_digits, char *buf); /* n_digits (1..17) significant digits, trailing zeros dropped */
int i64_print(int64_t v, char *buf);
/* Duration text of options: 100, 100ms, 5s, 10 seconds, 2 min, 1h, 3 days, 1 week; bare numbers in `unit_us`. Result in us. */
bool str_to_duration_us(Str s, int64_t unit_us, int64_t *ret_us);
/* Size text: 65536, 64kb, 1 MiB, 2g. Result in bytes. */
bool str_to_bytes(Str s, int64_t *ret_bytes);
