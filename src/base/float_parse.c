/* SPDX-License-Identifier: Apache-2.0
 *
 * Text to double, correctly rounded, whatever the process's locale is.
 *
 * Three ways, each taken when the one before cannot promise the last bit: a significand below 2^53 and a power of ten up to 10^22
 * are exact doubles, so one operation rounds once; up to 19 digits are multiplied with 128 bits of the power of ten; everything
 * else (more digits, subnormals, ties) goes to the C library's exact reader in the C locale. */
#include "base/err.h"
#include "base/str.h"
#include "base/float_impl.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double pow10_exact[23] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                       1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static inline unsigned digit_of(char c)
{
    return (unsigned)(unsigned char)c - '0';
}

/* The C locale, whatever setlocale() was called with.  Two threads that race here make it twice and keep one. */
static locale_t locale_c(void)
{
    static _Atomic(locale_t) cached;
    locale_t l = atomic_load_explicit(&cached, memory_order_acquire);
    if (l)
        return l;
    l = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t none = (locale_t)0;
    if (l && !atomic_compare_exchange_strong(&cached, &none, l)) {
        freelocale(l);
        l = none;
    }
    return l;
}

/* A number's text taken apart: value = digits * 10^exp10, exact while n_digits <= 19. */
typedef struct FloatText {
    uint64_t digits;
    unsigned n_digits; /* without leading zeros */
    int64_t exp10;
    bool minus;
} FloatText;

static bool float_text_exponent(const char *p, const char *end, int64_t *ret)
{
    bool minus = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    if (p == end)
        return false;
    int64_t e = 0;
    for (; p < end; p++) {
        if (digit_of(*p) > 9)
            return false;
        e = MIN(e * 10 + digit_of(*p), 100000000);
    }
    *ret = minus ? -e : e;
    return true;
}

static bool float_text_read(Str s, FloatText *t)
{
    const char *p = s.p, *end = s.p + s.n;
    *t = (FloatText){.minus = p < end && *p == '-'};
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    bool any = false, point = false;
    for (; p < end; p++) {
        unsigned d = digit_of(*p);
        if (d <= 9) {
            any = true;
            t->exp10 -= point;
            if (t->n_digits < 19)
                t->digits = t->digits * 10 + d;
            t->n_digits += (t->n_digits || d);
        } else if (*p == '.' && !point) {
            point = true;
        } else {
            break;
        }
    }
    if (!any)
        return false;
    if (p == end)
        return true;
    int64_t e;
    if ((*p != 'e' && *p != 'E') || !float_text_exponent(p + 1, end, &e))
        return false;
    t->exp10 += e;
    return true;
}

/* infinity, inf, nan with a sign. */
static bool float_name_read(Str s, double *ret)
{
    bool minus = s.n && s.p[0] == '-';
    if (s.n && (minus || s.p[0] == '+')) {
        s.p++;
        s.n--;
    }
    if (str_eq_nocase(s, STR("nan")))
        *ret = (double)NAN;
    else if (str_eq_nocase(s, STR("inf")) || str_eq_nocase(s, STR("infinity")))
        *ret = minus ? -(double)INFINITY : (double)INFINITY;
    else
        return false;
    return true;
}

#define FLOAT_TEXT_MAX 1100u /* more digits than any double needs to be told apart from its neighbours (767) */

/* Exact reading by the C library.  The text is known to be a number; digits beyond what can matter are replaced by one sticky
 * digit, so that a bounded buffer is enough for any length. */
static bool float_read_exact(Str s, const FloatText *t, double *ret)
{
    char buf[FLOAT_TEXT_MAX + 32];
    size_t n = 0;
    int64_t exp10 = t->exp10;
    bool lead = true, sticky = false;
    buf[n++] = t->minus ? '-' : '+';
    for (size_t i = 0; i < s.n && s.p[i] != 'e' && s.p[i] != 'E'; i++) {
        unsigned d = digit_of(s.p[i]);
        if (d > 9 || (lead && d == 0))
            continue;
        lead = false;
        if (n < FLOAT_TEXT_MAX) {
            buf[n++] = s.p[i];
        } else {
            sticky |= d != 0;
            exp10++;
        }
    }
    if (lead) {
        *ret = t->minus ? -0.0 : 0.0;
        return true;
    }
    if (sticky) {
        buf[n++] = '1';
        exp10--;
    }
    snprintf(buf + n, sizeof(buf) - n, "e%lld", (long long)exp10);
    locale_t l = locale_c();
    if (!l)
        return false;
    *ret = strtod_l(buf, NULL, l);
    return isfinite(*ret) && *ret != 0;
}

/* digits * 10^exp10 by one 64 x 128 bit product.  The power is cut off, so the product is a little too small; false when that
 * could decide the rounding, and for results that are not normal numbers: the exact reader takes those. */
static bool float_from_product(uint64_t digits, int64_t exp10, double *ret)
{
    if (exp10 < POW10_MIN || exp10 > 308)
        return false;
    int lead = __builtin_clzll(digits);
    uint64_t w = digits << lead;
    Pow10 power = pow10_of((int)exp10);
    u128 product = (u128)w * power.high;
    u128 below = (u128)w * power.low >> 64;
    product += below;
    uint64_t high = (uint64_t)(product >> 64), low = (uint64_t)product;
    int top = (int)(high >> 63);
    int drop = 9 + top; /* 64 bits to 54: the significand and one bit for rounding */
    /* The true product lies above this one by less than 2 in `low`: close to an overflow, or to half way, it stays open. */
    uint64_t rest = high & ((UINT64_C(1) << drop) - 1);
    bool near_end = low >= UINT64_MAX - 1 && rest == (UINT64_C(1) << drop) - 1;
    bool near_start = rest == 0 && low <= 1;
    if (near_end || near_start)
        return false;
    uint64_t significand = high >> drop;
    significand = (significand + (significand & 1)) >> 1; /* no tie: those ended above */
    int64_t exponent = log2_of_pow10((int)exp10) + 63 - lead + top;
    if (significand >> 53) {
        significand >>= 1;
        exponent++;
    }
    if (exponent < -1022 || exponent > 1023)
        return false;
    uint64_t bits = (uint64_t)(exponent + 1023) << 52 | (significand & ((UINT64_C(1) << 52) - 1));
    memcpy(ret, &bits, sizeof(bits));
    return true;
}

bool str_to_f64(Str s, double *ret)
{
    FloatText t;
    if (!float_text_read(s, &t))
        return float_name_read(s, ret);
    if (likely(t.n_digits <= 19 && t.digits <= UINT64_C(1) << 53 && t.exp10 >= -22 && t.exp10 <= 22)) {
        double v = (double)t.digits;
        v = t.exp10 < 0 ? v / pow10_exact[-t.exp10] : v * pow10_exact[t.exp10];
        *ret = t.minus ? -v : v;
        return true;
    }
    double v;
    if (likely(t.n_digits <= 19 && t.digits != 0 && float_from_product(t.digits, t.exp10, &v))) {
        *ret = t.minus ? -v : v;
        return true;
    }
    return float_read_exact(s, &t, ret);
}
