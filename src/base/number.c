/* SPDX-License-Identifier: Apache-2.0
 *
 * Text of integers, durations and sizes, both ways.
 *
 * Nothing here depends on a locale, skips white space on its own or stops at the first wrong character: a text is wholly what it
 * should be, or it is refused. */
#include "base/err.h"
#include "base/str.h"
#include "base/float_impl.h"

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

static const char digit_pairs[201] =
    "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
    "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

unsigned u64_digits(uint64_t v, char *buf)
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
