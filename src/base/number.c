/* SPDX-License-Identifier: Apache-2.0
 *
 * Text of numbers, durations and sizes, both ways, whatever the process's locale is.
 *
 * Reading doubles: a significand below 2^53 and a power of ten up to 10^22 are both exact doubles, so one multiplication or
 * division rounds correctly; everything else goes to the C library's exact reader in the C locale.  Printing is the shortest
 * text that reads back equal, with PostgreSQL's choice between fixed and exponent form. */
#include "base/err.h"
#include "base/str.h"

#include <float.h>
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

/* Decimal digits only; false when empty, not all digits, or above UINT64_MAX. */
static bool digits_to_u64(const char *p, size_t n, uint64_t *ret)
{
    if (n == 0)
        return false;
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned d = digit_of(p[i]);
        if (d > 9)
            return false;
        if (unlikely(i >= 19) && (__builtin_mul_overflow(v, (uint64_t)10, &v) || __builtin_add_overflow(v, (uint64_t)d, &v)))
            return false;
        if (likely(i < 19))
            v = v * 10 + d;
    }
    *ret = v;
    return true;
}

bool str_to_u64(Str s, uint64_t *ret)
{
    if (s.n && s.p[0] == '+') {
        s.p++;
        s.n--;
    }
    return digits_to_u64(s.p, s.n, ret);
}

bool str_to_i64(Str s, int64_t *ret)
{
    bool minus = s.n && s.p[0] == '-';
    if (s.n && (minus || s.p[0] == '+')) {
        s.p++;
        s.n--;
    }
    uint64_t u;
    if (!digits_to_u64(s.p, s.n, &u) || u > (uint64_t)INT64_MAX + minus)
        return false;
    *ret = (int64_t)(minus ? 0 - u : u);
    return true;
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
    n += (size_t)snprintf(buf + n, sizeof(buf) - n, "e%lld", (long long)exp10);
    locale_t l = locale_c();
    if (!l)
        return false;
    *ret = strtod_l(buf, NULL, l);
    return isfinite(*ret) && *ret != 0;
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
    return float_read_exact(s, &t, ret);
}

static const char digit_pairs[201] =
    "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
    "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

/* Digits of v without a NUL; returns how many. */
static unsigned u64_digits(uint64_t v, char *buf)
{
    char tmp[20];
    unsigned at = sizeof(tmp);
    while (v >= 100) {
        at -= 2;
        memcpy(tmp + at, digit_pairs + v % 100 * 2, 2);
        v /= 100;
    }
    if (v >= 10) {
        at -= 2;
        memcpy(tmp + at, digit_pairs + v * 2, 2);
    } else {
        tmp[--at] = (char)('0' + v);
    }
    memcpy(buf, tmp + at, sizeof(tmp) - at);
    return (unsigned)sizeof(tmp) - at;
}

int i64_print(int64_t v, char *buf)
{
    int n = 0;
    if (v < 0)
        buf[n++] = '-';
    n += (int)u64_digits(v < 0 ? 0 - (uint64_t)v : (uint64_t)v, buf + n);
    buf[n] = 0;
    return n;
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

/* Prints m / 10^k. m > 0 and without a trailing zero when k > 0. */
static int scaled_print(char *buf, bool minus, uint64_t m, int k, int fixed_below)
{
    char digits[20];
    int n = (int)u64_digits(m, digits);
    int exp10 = n - 1 - k;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    return digits_layout(buf, minus, digits, n, exp10, fixed_below);
}

/* Whether digits * 10^(exp10 - n + 1) reads back as a (single: as float). */
static bool digits_read_back(double a, const char *digits, int n, int exp10, bool single)
{
    char text[48];
    double back;
    int len = snprintf(text, sizeof(text), "%.*se%d", n, digits, exp10 - n + 1);
    if (!single)
        return str_to_f64((Str){text, (size_t)len}, &back) && back == a;
    locale_t l = locale_c();
    return l && strtof_l(text, NULL, l) == (float)a;
}

/* The next larger decimal of n digits; false when it would carry out of them. */
static bool digits_increment(char *digits, int n)
{
    for (int i = n - 1; i >= 0; i--) {
        if (digits[i] != '9') {
            digits[i]++;
            return true;
        }
        digits[i] = '0';
    }
    return false;
}

/* The shortest text by trying.  The nearest decimal of some length is the only candidate of that length, except at a power of
 * two: its neighbour below is only half as far, so there the decimal above may read back when the nearest, below, does not. */
static int print_by_trying(double v, int precision, int precision_max, bool single, char *buf)
{
    char text[48], digits[48];
    double a = fabs(v);
    int exp10 = 0, n = 0, exponent;
    bool power_of_two = frexp(a, &exponent) == 0.5;
    for (; precision <= precision_max; precision++) {
        snprintf(text, sizeof(text), "%.*e", precision - 1, a);
        n = exponent_text_digits(text, digits, &exp10);
        if (precision == precision_max || digits_read_back(a, digits, n, exp10, single))
            break;
        if (power_of_two && n == precision && digits_increment(digits, n) && digits_read_back(a, digits, n, exp10, single))
            break;
    }
    return digits_layout(buf, v < 0, digits, n, exp10, single ? 6 : 15);
}

int f64_print(double v, char *buf)
{
    if (unlikely(!isfinite(v) || v == 0))
        return float_print_special(v, buf);
    double a = fabs(v);
    /* Up to 15 digits: m / 10^k is correctly rounded and no two such decimals share a double, so the first k that gives a back
     * is the shortest text. */
    if (a < 1e15 && a >= 1e-5) {
        for (int k = 0; k <= 19; k++) {
            double scaled = a * pow10_exact[k];
            if (scaled >= 1e15)
                break;
            uint64_t m = (uint64_t)(scaled + 0.5);
            if ((double)m / pow10_exact[k] == a)
                return scaled_print(buf, v < 0, m, k, 15);
        }
    }
    /* Subnormals have fewer digits than 15 that mean anything. */
    return print_by_trying(v, a < DBL_MIN ? 1 : 15, 17, false, buf);
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
    if (a < 1e6f && a >= 1e-4f) { /* as above with 6 digits; 10^10 is the last power that is an exact float */
        for (int k = 0; k <= 10; k++) {
            double scaled = (double)a * pow10_exact[k];
            if (scaled >= 1e6)
                break;
            uint32_t m = (uint32_t)(scaled + 0.5);
            if ((float)m / (float)pow10_exact[k] == a)
                return scaled_print(buf, v < 0, m, k, 6);
        }
    }
    return print_by_trying((double)v, a < FLT_MIN ? 1 : 6, 9, true, buf);
}

typedef struct UnitName {
    const char *name;
    int64_t factor;
} UnitName;

static const UnitName duration_units[] = {
    {"us", 1},
    {"usec", 1},
    {"usecs", 1},
    {"microsecond", 1},
    {"microseconds", 1},
    {"ms", 1000},
    {"msec", 1000},
    {"msecs", 1000},
    {"millisecond", 1000},
    {"milliseconds", 1000},
    {"s", 1000000},
    {"sec", 1000000},
    {"secs", 1000000},
    {"second", 1000000},
    {"seconds", 1000000},
    {"m", 60000000},
    {"min", 60000000},
    {"mins", 60000000},
    {"minute", 60000000},
    {"minutes", 60000000},
    {"h", INT64_C(3600000000)},
    {"hr", INT64_C(3600000000)},
    {"hrs", INT64_C(3600000000)},
    {"hour", INT64_C(3600000000)},
    {"hours", INT64_C(3600000000)},
    {"d", INT64_C(86400000000)},
    {"day", INT64_C(86400000000)},
    {"days", INT64_C(86400000000)},
    {"w", INT64_C(604800000000)},
    {"week", INT64_C(604800000000)},
    {"weeks", INT64_C(604800000000)},
};

static const UnitName size_units[] = {
    {"", 1},          {"b", 1},         {"byte", 1},       {"bytes", 1},       {"k", 1 << 10}, {"kb", 1 << 10},
    {"kib", 1 << 10}, {"m", 1 << 20},   {"mb", 1 << 20},   {"mib", 1 << 20},   {"g", 1 << 30}, {"gb", 1 << 30},
    {"gib", 1 << 30}, {"t", 1LL << 40}, {"tb", 1LL << 40}, {"tib", 1LL << 40},
};

/* `12.5 unit`: digits with an optional fraction, then the unit's name; the result must be a whole number of the base unit. */
static bool quantity_read(Str s, const UnitName *units, size_t n_units, int64_t bare, int64_t *ret)
{
    s = str_trim(s);
    uint64_t whole = 0, fraction = 0, scale = 1;
    size_t i = 0;
    if (s.n == 0 || digit_of(s.p[0]) > 9)
        return false;
    for (; i < s.n && digit_of(s.p[i]) <= 9; i++)
        if (__builtin_mul_overflow(whole, (uint64_t)10, &whole) ||
            __builtin_add_overflow(whole, (uint64_t)digit_of(s.p[i]), &whole))
            return false;
    if (i < s.n && s.p[i] == '.') {
        size_t from = ++i;
        for (; i < s.n && digit_of(s.p[i]) <= 9; i++) {
            if (scale >= UINT64_C(1000000000000000000))
                return false;
            fraction = fraction * 10 + digit_of(s.p[i]);
            scale *= 10;
        }
        if (i == from)
            return false;
    }
    Str unit = str_trim((Str){s.p + i, s.n - i});
    int64_t factor = unit.n == 0 ? bare : 0;
    for (size_t k = 0; k < n_units && factor == 0; k++)
        if (str_eq_nocase(unit, str_of(units[k].name)))
            factor = units[k].factor;
    if (factor <= 0)
        return false;
    u128 part = (u128)fraction * (uint64_t)factor;
    u128 total = (u128)whole * (uint64_t)factor + part / scale;
    if (part % scale || total > INT64_MAX)
        return false;
    *ret = (int64_t)total;
    return true;
}

bool str_to_duration_us(Str s, int64_t unit_us, int64_t *ret_us)
{
    return quantity_read(s, duration_units, ARRAY_LEN(duration_units), unit_us, ret_us);
}

bool str_to_bytes(Str s, int64_t *ret_bytes)
{
    return quantity_read(s, size_units, ARRAY_LEN(size_units), 1, ret_bytes);
}
