/* SPDX-License-Identifier: Apache-2.0
 *
 * Doubles and floats to the shortest text that reads back equal, with PostgreSQL's choice between fixed and exponent form.
 *
 * The method: v = c * 2^q is the middle of an interval of reals that round to it.  With 10^k the largest power not above the
 * interval's width, one of the two multiples of 10^k next to v lies inside, and at most one multiple of 10^(k+1) does; that one
 * is shorter, else the nearer of the two is the answer.  All is compared in units of 10^k / 4, rounded to odd: an odd last
 * bit says "and a bit more", so that comparisons come out as on the exact reals. */
#include "base/err.h"
#include "base/str.h"
#include "base/float_impl.h"

#include <math.h>
#include <stdio.h>

const Pow10 pow10_leading[POW10_MAX - POW10_MIN + 1] = {
#define P(e, high, low) {high, low},
#include "base/pow10.def"
#undef P
};

static inline unsigned digit_of(char c)
{
    return (unsigned)(unsigned char)c - '0';
}

/* Lays out 0.d1d2..dn * 10^(exp10 + 1): fixed form while -4 <= exp10 < fixed_below, else d.ddde+XX. */
static int digits_layout(char *buf, bool minus, const char *digits, int n_digits, int exp10, int fixed_below)
{
    char *p = buf;
    if (minus)
        *p++ = '-';
    if (exp10 < -4 || exp10 >= fixed_below) {
        *p++ = digits[0];
        if (n_digits > 1) {
            *p++ = '.';
            memcpy(p, digits + 1, (size_t)n_digits - 1);
            p += n_digits - 1;
        }
        p += snprintf(p, 8, "e%c%02d", exp10 < 0 ? '-' : '+', exp10 < 0 ? -exp10 : exp10);
        return (int)(p - buf);
    }
    if (exp10 < 0) {
        *p++ = '0';
        *p++ = '.';
        for (int i = -1; i > exp10; i--)
            *p++ = '0';
    }
    for (int i = 0; i < n_digits || i <= exp10; i++) {
        if (i == exp10 + 1 && exp10 >= 0)
            *p++ = '.';
        *p++ = i < n_digits ? digits[i] : '0';
    }
    *p = 0;
    return (int)(p - buf);
}

/* Takes %.*e text apart; the decimal point of the locale is skipped whatever it looks like.  Trailing zeros are dropped. */
static int exponent_text_digits(const char *text, char *digits, int *ret_exp10)
{
    int n = 0;
    const char *p = text;
    for (; *p && *p != 'e'; p++)
        if (digit_of(*p) <= 9)
            digits[n++] = *p;
    int e = 0;
    bool minus = p[0] && p[1] == '-';
    for (p += p[0] != 0; *p; p++)
        if (digit_of(*p) <= 9)
            e = e * 10 + (int)digit_of(*p);
    while (n > 1 && digits[n - 1] == '0')
        n--;
    *ret_exp10 = minus ? -e : e;
    return n;
}

static int float_print_special(double v, char *buf)
{
    const char *s = isnan(v) ? "NaN" : v == 0 ? (signbit(v) ? "-0" : "0") : v > 0 ? "Infinity" : "-Infinity";
    size_t n = strlen(s);
    memcpy(buf, s, n + 1);
    return (int)n;
}

/* A binary float taken apart for printing: c * 2^q, `lopsided` at a power of two, where the neighbour below is only half as far. */
typedef struct Binary {
    uint64_t c;
    int q;
    bool lopsided;
} Binary;

typedef struct Decimal {
    uint64_t digits;
    int exp10;
} Decimal;

/* floor(log10(2^q)), or of 3/4 of it. */
static inline int log10_of_pow2(int q, bool three_quarters)
{
    return (q * 1262611 - (three_quarters ? 524031 : 0)) >> 22;
}

/* v, the lower and the upper end of its interval, in quarters of 10^k. */
typedef struct Scaled {
    uint64_t v, lower, upper;
} Scaled;

/* a * g / 2^128, rounded to odd; g is an upper bound of the power that is off by less than one. */
static inline uint64_t scale_wide(u128 g, uint64_t a)
{
    u128 low = (u128)(uint64_t)g * a, y = (u128)(uint64_t)(g >> 64) * a + (low >> 64);
    return (uint64_t)(y >> 64) | ((uint64_t)y > 1);
}

/* The same with 64 bits of the power, enough for floats. */
static inline uint64_t scale_narrow(uint64_t g, uint64_t a)
{
    u128 y = (u128)g * a;
    return (uint64_t)(y >> 64) | ((uint32_t)(y >> 32) > 1);
}

static Decimal shortest_choose(const Scaled *x, bool odd, int k)
{
    uint64_t lower = x->lower + odd, upper = x->upper - odd; /* an even significand takes the ends as well */
    uint64_t s = x->v / 4;
    if (s >= 10) {
        uint64_t tens = s / 10;
        bool down = lower <= 40 * tens, up = 40 * tens + 40 <= upper;
        if (down != up)
            return (Decimal){tens + up, k + 1};
    }
    bool down = lower <= 4 * s, up = 4 * s + 4 <= upper;
    if (down != up)
        return (Decimal){s + up, k};
    uint64_t middle = 4 * s + 2;
    return (Decimal){s + (x->v > middle || (x->v == middle && (s & 1))), k};
}

static Decimal shortest_f64(const Binary *b)
{
    int k = log10_of_pow2(b->q, b->lopsided);
    int h = b->q + log2_of_pow10(-k) + 1;
    Pow10 power = pow10_of(-k);
    u128 g = ((u128)power.high << 64 | power.low) + 1;
    uint64_t c4 = 4 * b->c;
    Scaled x = {scale_wide(g, c4 << h), scale_wide(g, (c4 - 2 + b->lopsided) << h), scale_wide(g, (c4 + 2) << h)};
    return shortest_choose(&x, b->c & 1, k);
}

static Decimal shortest_f32(const Binary *b)
{
    int k = log10_of_pow2(b->q, b->lopsided);
    int h = b->q + log2_of_pow10(-k) + 1;
    uint64_t g = pow10_of(-k).high + 1;
    uint64_t c4 = 4 * b->c;
    Scaled x = {scale_narrow(g, c4 << h), scale_narrow(g, (c4 - 2 + b->lopsided) << h), scale_narrow(g, (c4 + 2) << h)};
    return shortest_choose(&x, b->c & 1, k);
}

static int decimal_layout(char *buf, bool minus, Decimal d, int fixed_below)
{
    char digits[20];
    int n = (int)u64_digits(d.digits, digits);
    int exp10 = d.exp10 + n - 1;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    return digits_layout(buf, minus, digits, n, exp10, fixed_below);
}

int f64_print(double v, char *buf)
{
    if (unlikely(!isfinite(v) || v == 0))
        return float_print_special(v, buf);
    double a = fabs(v);
    if (a < 1e15 && a == (double)(uint64_t)a)
        return i64_print((int64_t)v, buf);
    uint64_t bits;
    memcpy(&bits, &a, sizeof(bits));
    uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
    int exponent = (int)(bits >> 52);
    Binary b = {exponent ? fraction | UINT64_C(1) << 52 : fraction, MAX(exponent, 1) - 1075, fraction == 0 && exponent > 1};
    return decimal_layout(buf, v < 0, shortest_f64(&b), 15);
}

int f64_print_digits(double v, int n_digits, char *buf)
{
    if (!isfinite(v) || v == 0)
        return float_print_special(v, buf);
    char text[40], digits[40];
    int exp10;
    snprintf(text, sizeof(text), "%.*e", MIN(MAX(n_digits, 1), 17) - 1, fabs(v));
    int n = exponent_text_digits(text, digits, &exp10);
    return digits_layout(buf, v < 0, digits, n, exp10, 15);
}

int f32_print(float v, char *buf)
{
    if (unlikely(!isfinite(v) || v == 0))
        return float_print_special((double)v, buf);
    float a = fabsf(v);
    if (a < 1e6f && a == (float)(uint32_t)a)
        return i64_print((int64_t)v, buf);
    uint32_t bits;
    memcpy(&bits, &a, sizeof(bits));
    uint32_t fraction = bits & ((1u << 23) - 1);
    int exponent = (int)(bits >> 23);
    Binary b = {exponent ? fraction | 1u << 23 : fraction, MAX(exponent, 1) - 150, fraction == 0 && exponent > 1};
    return decimal_layout(buf, v < 0, shortest_f32(&b), 6);
}
