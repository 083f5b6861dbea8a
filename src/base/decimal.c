/* SPDX-License-Identifier: Apache-2.0
 *
 * DECIMAL arithmetic on scaled 128-bit integers.
 *
 * All work is done on magnitudes, in 256 bits where a product or a widened dividend needs it; the sign is put back at the end, so
 * that rounding half away from zero is "round half up".  Dropping d decimal digits with that rule depends on the first dropped
 * digit only, therefore division by 10^d is truncation to d - 1 digits and one rounded step.  Results are below 10^38 or refused.
 */
#include "base/decimal.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define TEN18 UINT64_C(1000000000000000000)
#define TEN19 UINT64_C(10000000000000000000)
#define P18(hi) ((u128)(hi)*TEN18)

const u128 decimal_pow10_table[39] = {
    1,
    10,
    100,
    1000,
    10000,
    100000,
    1000000,
    10000000,
    100000000,
    1000000000,
    UINT64_C(10000000000),
    UINT64_C(100000000000),
    UINT64_C(1000000000000),
    UINT64_C(10000000000000),
    UINT64_C(100000000000000),
    UINT64_C(1000000000000000),
    UINT64_C(10000000000000000),
    UINT64_C(100000000000000000),
    TEN18,
    TEN19,
    P18(100),
    P18(1000),
    P18(10000),
    P18(100000),
    P18(1000000),
    P18(10000000),
    P18(100000000),
    P18(1000000000),
    P18(UINT64_C(10000000000)),
    P18(UINT64_C(100000000000)),
    P18(UINT64_C(1000000000000)),
    P18(UINT64_C(10000000000000)),
    P18(UINT64_C(100000000000000)),
    P18(UINT64_C(1000000000000000)),
    P18(UINT64_C(10000000000000000)),
    P18(UINT64_C(100000000000000000)),
    P18(TEN18),
    P18(TEN19),
    P18(TEN19) * 10,
};

static inline u128 magnitude(i128 v)
{
    return v < 0 ? -(u128)v : (u128)v;
}

static int signed_result(u128 m, bool minus, i128 *ret)
{
    if (m >= decimal_pow10_table[DECIMAL_DIGITS_MAX])
        return -ERR_NUMERIC_RANGE;
    *ret = minus ? -(i128)m : (i128)m;
    return 0;
}

bool decimal_fits(i128 v, unsigned precision)
{
    return precision <= DECIMAL_DIGITS_MAX && magnitude(v) < decimal_pow10_table[precision];
}

/* 256-bit magnitude, limb 0 lowest. */
typedef struct Wide {
    uint64_t limb[4];
} Wide;

static Wide wide_mul(u128 a, u128 b)
{
    uint64_t a0 = (uint64_t)a, a1 = (uint64_t)(a >> 64), b0 = (uint64_t)b, b1 = (uint64_t)(b >> 64);
    u128 p00 = (u128)a0 * b0, p01 = (u128)a0 * b1, p10 = (u128)a1 * b0, p11 = (u128)a1 * b1;
    u128 mid = (p00 >> 64) + (uint64_t)p01 + (uint64_t)p10;
    u128 high = p11 + (p01 >> 64) + (p10 >> 64) + (mid >> 64);
    return (Wide){{(uint64_t)p00, (uint64_t)mid, (uint64_t)high, (uint64_t)(high >> 64)}};
}

/* w /= d; returns the remainder. */
static uint64_t wide_div_small(Wide *w, uint64_t d)
{
    uint64_t rest = 0;
    for (int i = 3; i >= 0; i--) {
        u128 part = (u128)rest << 64 | w->limb[i];
        if (part >> 64) {
            w->limb[i] = (uint64_t)(part / d);
            rest = (uint64_t)(part % d);
        } else {
            w->limb[i] = (uint64_t)part / d;
            rest = (uint64_t)part % d;
        }
    }
    return rest;
}

/* w *= m; false when it does not fit. */
static bool wide_mul_small(Wide *w, uint64_t m)
{
    uint64_t carry = 0;
    for (int i = 0; i < 4; i++) {
        u128 part = (u128)w->limb[i] * m + carry;
        w->limb[i] = (uint64_t)part;
        carry = (uint64_t)(part >> 64);
    }
    return carry == 0;
}

static inline u128 wide_low(const Wide *w)
{
    return (u128)w->limb[1] << 64 | w->limb[0];
}

static inline bool wide_is_narrow(const Wide *w)
{
    return (w->limb[2] | w->limb[3]) == 0;
}

/* Drops `digits` decimal digits of m, half away from zero. */
static u128 drop_digits(u128 m, unsigned digits)
{
    if (digits == 0)
        return m;
    if (digits > DECIMAL_DIGITS_MAX + 1)
        return 0;
    m /= decimal_pow10_table[digits - 1];
    return m / 10 + (m % 10 >= 5);
}

static int wide_drop_digits(Wide *w, unsigned digits, u128 *ret)
{
    unsigned left = digits ? digits - 1 : 0;
    while (left > 0) {
        unsigned step = MIN(left, 19u);
        wide_div_small(w, (uint64_t)decimal_pow10_table[step]);
        left -= step;
    }
    uint64_t last = digits ? wide_div_small(w, 10) : 0;
    if (!wide_is_narrow(w))
        return -ERR_NUMERIC_RANGE;
    u128 m = wide_low(w);
    if (m >= decimal_pow10_table[DECIMAL_DIGITS_MAX])
        return -ERR_NUMERIC_RANGE;
    *ret = m + (last >= 5);
    return 0;
}

int decimal_rescale(i128 v, unsigned from, unsigned to, i128 *ret)
{
    u128 m = magnitude(v);
    if (to <= from)
        return signed_result(drop_digits(m, from - to), v < 0, ret);
    unsigned add = to - from;
    if (m == 0)
        return signed_result(0, false, ret);
    if (add > DECIMAL_DIGITS_MAX || m > decimal_pow10_table[DECIMAL_DIGITS_MAX] / decimal_pow10_table[add])
        return -ERR_NUMERIC_RANGE;
    return signed_result(m * decimal_pow10_table[add], v < 0, ret);
}

int decimal_mul(i128 a, i128 b, unsigned drop_scale, i128 *ret)
{
    u128 x = magnitude(a), y = magnitude(b), m;
    bool minus = (a < 0) != (b < 0);
    if (likely(!__builtin_mul_overflow(x, y, &m)))
        return signed_result(drop_digits(m, drop_scale), minus, ret);
    Wide w = wide_mul(x, y);
    TRY(wide_drop_digits(&w, MIN(drop_scale, 80u), &m));
    return signed_result(m, minus, ret);
}

/* Quotient digit of the two-limb divisor d (top bit set) into the three limbs u2 u1 u0, where u2:u1 < d: schoolbook division.
 * The estimate from the top limbs is at most two too large. */
static uint64_t quotient_digit(uint64_t u[3], u128 d)
{
    uint64_t d1 = (uint64_t)(d >> 64), d0 = (uint64_t)d;
    u128 top = (u128)u[2] << 64 | u[1];
    u128 q = u[2] >= d1 ? UINT64_MAX : top / d1;
    u128 rest = top - q * d1;
    while (!(rest >> 64) && q * d0 > (rest << 64 | u[0])) {
        q--;
        rest += d1;
    }
    /* u -= q * d */
    u128 low = (u128)(uint64_t)q * d0, high = (u128)(uint64_t)q * d1 + (low >> 64);
    u128 have = (u128)u[1] << 64 | u[0], take = high << 64 | (uint64_t)low;
    have -= take; /* what is left is below d: two limbs, wrapping included */
    u[0] = (uint64_t)have;
    u[1] = (uint64_t)(have >> 64);
    u[2] = 0;
    return (uint64_t)q;
}

/* w / d for d >= 2^64; the quotient has at most 192 bits, more than 128 are refused. */
static bool wide_div(const Wide *w, u128 d, u128 *ret_quotient, u128 *ret_rest)
{
    unsigned shift = (unsigned)__builtin_clzll((uint64_t)(d >> 64));
    u128 dn = d << shift;
    uint64_t n[5];
    n[4] = shift ? w->limb[3] >> (64 - shift) : 0;
    for (int i = 3; i > 0; i--)
        n[i] = shift ? w->limb[i] << shift | w->limb[i - 1] >> (64 - shift) : w->limb[i];
    n[0] = w->limb[0] << shift;
    uint64_t q[3];
    for (int i = 2; i >= 0; i--)
        q[i] = quotient_digit(n + i, dn);
    *ret_quotient = (u128)q[1] << 64 | q[0];
    *ret_rest = ((u128)n[1] << 64 | n[0]) >> shift;
    return q[2] == 0;
}

/* The compiler's library divides 128 bits by 128; what is narrower is one instruction. */
static u128 quotient(u128 x, u128 y)
{
    uint64_t high = (uint64_t)(x >> 64);
    if (y >> 64 == 0 && high == 0)
        return (uint64_t)x / (uint64_t)y;
#if defined(__x86_64__)
    if (y >> 64 == 0 && high < (uint64_t)y) {
        uint64_t q, rest;
        __asm__("divq %4" : "=a"(q), "=d"(rest) : "0"((uint64_t)x), "1"(high), "rm"((uint64_t)y) : "cc");
        return q;
    }
#endif
    return x / y;
}

int decimal_div(i128 a, i128 b, unsigned add_scale, i128 *ret)
{
    if (b == 0)
        return -ERR_DIVISION_BY_ZERO;
    u128 x = magnitude(a), y = magnitude(b), scaled, q, rest;
    bool minus = (a < 0) != (b < 0);
    if (x == 0)
        return signed_result(0, false, ret);
    if (add_scale <= DECIMAL_DIGITS_MAX && !__builtin_mul_overflow(x, decimal_pow10_table[add_scale], &scaled)) {
        q = quotient(scaled, y);
        rest = scaled - q * y;
        return signed_result(q + (rest >= y - rest), minus, ret);
    }
    if (add_scale > 2 * DECIMAL_DIGITS_MAX)
        return -ERR_NUMERIC_RANGE;
    unsigned first = MIN(add_scale, (unsigned)DECIMAL_DIGITS_MAX);
    Wide w = wide_mul(x, decimal_pow10_table[first]);
    for (unsigned left = add_scale - first; left > 0;) {
        unsigned step = MIN(left, 19u);
        if (!wide_mul_small(&w, (uint64_t)decimal_pow10_table[step]))
            return -ERR_NUMERIC_RANGE;
        left -= step;
    }
    if (y >> 64) {
        if (!wide_div(&w, y, &q, &rest))
            return -ERR_NUMERIC_RANGE;
    } else {
        rest = wide_div_small(&w, (uint64_t)y);
        if (!wide_is_narrow(&w))
            return -ERR_NUMERIC_RANGE;
        q = wide_low(&w);
    }
    if (q >= decimal_pow10_table[DECIMAL_DIGITS_MAX])
        return -ERR_NUMERIC_RANGE;
    return signed_result(q + (rest >= y - rest), minus, ret);
}

/* Decimal text taken apart: value = digits * 10^-scale, rounded to what was asked for when read. */
typedef struct DecimalText {
    Str whole, fraction; /* digits only, leading zeros of whole stripped */
    int64_t exp10;
    bool minus;
} DecimalText;

static Str digits_take(const char **p, const char *end)
{
    const char *from = *p;
    while (*p < end && (unsigned)(**p - '0') <= 9)
        (*p)++;
    return (Str){from, (size_t)(*p - from)};
}

static bool decimal_text_read(Str s, DecimalText *t)
{
    s = str_trim(s);
    const char *p = s.p, *end = s.p + s.n;
    *t = (DecimalText){.minus = p < end && *p == '-'};
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    t->whole = digits_take(&p, end);
    t->fraction = (Str){p, 0};
    if (p < end && *p == '.') {
        p++;
        t->fraction = digits_take(&p, end);
    }
    if (t->whole.n + t->fraction.n == 0)
        return false;
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        bool minus = p < end && *p == '-';
        if (p < end && (*p == '-' || *p == '+'))
            p++;
        Str e = digits_take(&p, end);
        if (e.n == 0)
            return false;
        for (size_t i = 0; i < e.n; i++)
            t->exp10 = MIN(t->exp10 * 10 + (e.p[i] - '0'), INT64_C(1000000000));
        if (minus)
            t->exp10 = -t->exp10;
    }
    return p == end;
}

static inline unsigned digit_at(const DecimalText *t, size_t i)
{
    return (unsigned)((i < t->whole.n ? t->whole.p[i] : t->fraction.p[i - t->whole.n]) - '0');
}

/* The text's value at `scale`: digits in front of the cut are kept, the first one behind it rounds. */
static int decimal_text_value(const DecimalText *t, int64_t scale, i128 *ret)
{
    size_t n = t->whole.n + t->fraction.n;
    int64_t keep = (int64_t)t->whole.n + t->exp10 + scale; /* may be negative, or beyond n: zeros follow */
    u128 m = 0;
    for (int64_t i = 0; i < keep; i++) {
        if (i >= (int64_t)n && m == 0)
            break;
        if (m >= decimal_pow10_table[DECIMAL_DIGITS_MAX - 1])
            return -ERR_NUMERIC_RANGE;
        m = m * 10 + (i < (int64_t)n ? digit_at(t, (size_t)i) : 0);
    }
    if (keep >= 0 && keep < (int64_t)n && digit_at(t, (size_t)keep) >= 5)
        m++;
    return signed_result(m, t->minus, ret);
}

int decimal_parse(Str s, unsigned precision, unsigned scale, i128 *ret)
{
    DecimalText t;
    i128 v;
    if (!decimal_text_read(s, &t))
        return -ERR_INVALID_TEXT;
    TRY(decimal_text_value(&t, (int64_t)scale, &v));
    if (!decimal_fits(v, precision))
        return -ERR_NUMERIC_RANGE;
    *ret = v;
    return 0;
}

int decimal_parse_any(Str s, i128 *ret, unsigned *ret_precision, unsigned *ret_scale)
{
    DecimalText t;
    i128 v;
    if (!decimal_text_read(s, &t))
        return -ERR_INVALID_TEXT;
    int64_t written = (int64_t)t.fraction.n - t.exp10;
    int64_t scale = MAX(written, 0);
    scale = MIN(scale, DECIMAL_DIGITS_MAX);
    int rc = decimal_text_value(&t, scale, &v);
    while (rc == -ERR_NUMERIC_RANGE && scale > 0) /* whole digits take precedence over those of the fraction */
        rc = decimal_text_value(&t, --scale, &v);
    TRY(rc);
    unsigned precision = 1;
    while (precision < DECIMAL_DIGITS_MAX && !decimal_fits(v, precision))
        precision++;
    *ret = v;
    *ret_precision = MAX(precision, (unsigned)scale);
    *ret_scale = (unsigned)scale;
    return 0;
}

int decimal_print(i128 v, unsigned scale, char *buf)
{
    char digits[40];
    unsigned at = sizeof(digits);
    u128 m = magnitude(v);
    do {
        /* Nineteen digits at a time: 128-bit divisions are slow. */
        uint64_t part = (uint64_t)(m % TEN19);
        m /= TEN19;
        for (unsigned k = 0; k < 19 && (m || part || k == 0); k++) {
            digits[--at] = (char)('0' + part % 10);
            part /= 10;
        }
    } while (m);
    while (sizeof(digits) - at < scale + 1 && at > 0)
        digits[--at] = '0';
    unsigned n = (unsigned)sizeof(digits) - at, whole = n > scale ? n - scale : 0;
    char *p = buf;
    if (v < 0)
        *p++ = '-';
    memcpy(p, digits + at, whole);
    p += whole;
    if (scale) {
        *p++ = '.';
        memcpy(p, digits + at + whole, n - whole);
        p += n - whole;
    }
    *p = 0;
    return (int)(p - buf);
}

#define POW10_EXTENDED_MAX 27 /* 5^27 < 2^64 */

/* m / 10^scale rounded once: both are exact in the 64 bits of the x87's mantissa, and so is the middle between two doubles.  A
 * quotient that is not such a middle after its own rounding is on the side of it where the exact one is. */
static bool divide_extended(uint64_t m, unsigned scale, double *ret)
{
#if LDBL_MANT_DIG == 64
    static const long double pow10[POW10_EXTENDED_MAX + 1] = {1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,
                                                              1e10L, 1e11L, 1e12L, 1e13L, 1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L,
                                                              1e20L, 1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};
    union {
        long double v;
        uint64_t mantissa;
    } q = {.v = (long double)m / pow10[scale]};
    *ret = (double)q.v;
    return (q.mantissa & 0x7ff) != 0x400;
#else
    (void)m, (void)scale, (void)ret;
    return false;
#endif
}

/* Powers of ten that a double has exactly. */
static const double pow10_exact[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                     1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

double decimal_to_f64(i128 v, unsigned scale)
{
    u128 m = magnitude(v);
    if (likely(m <= (u128)1 << 53 && scale < ARRAY_LEN(pow10_exact))) { /* both exact: one rounding */
        double d = (double)(int64_t)m / pow10_exact[scale];
        return v < 0 ? -d : d;
    }
    double d = 0;
    if (m >> 64 == 0 && scale <= POW10_EXTENDED_MAX && divide_extended((uint64_t)m, scale, &d))
        return v < 0 ? -d : d;
    char buf[DECIMAL_TEXT_MAX];
    int n = decimal_print(v, scale, buf);
    str_to_f64((Str){buf, (size_t)n}, &d);
    return d;
}

/* As PostgreSQL: a double stands for its first 15 significant digits, so that 0.1 + 0.2 becomes 0.3. */
int decimal_from_f64(double d, unsigned scale, i128 *ret)
{
    if (!isfinite(d) || fabs(d) >= 1e38)
        return -ERR_NUMERIC_RANGE;
    if (d == 0) {
        *ret = 0;
        return 0;
    }
    double a = fabs(d);
    if (a < 1e15 && a == floor(a))
        return decimal_rescale((i128)d, 0, scale, ret);
    char buf[32];
    int n = f64_print_digits(a, 15, buf);
    i128 m;
    TRY(decimal_parse((Str){buf, (size_t)n}, DECIMAL_DIGITS_MAX, scale, &m));
    *ret = d < 0 ? -m : m;
    return 0;
}
