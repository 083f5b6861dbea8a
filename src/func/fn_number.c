/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions on whole and exact numbers: greatest common divisor, least common multiple, factorial, integer quotient, buckets of a
 * histogram.  Results that leave the type are errors of range, as in PostgreSQL. */
#include <math.h>

#include "base/decimal.h"
#include "func/func_impl.h"

static u128 magnitude(i128 v)
{
    return v < 0 ? -(u128)v : (u128)v;
}

static u128 gcd_of(u128 a, u128 b)
{
    while (b != 0) {
        u128 rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Smallest common multiple, or false when it does not fit 127 bits. */
static bool lcm_of(u128 a, u128 b, u128 *ret)
{
    *ret = 0;
    return a == 0 || b == 0 || (!__builtin_mul_overflow(a / gcd_of(a, b), b, ret) && (*ret >> 127) == 0);
}

static int64_t int_gcd(EvalCtx *x, uint32_t row, int64_t a, int64_t b, int64_t max, const char *type)
{
    u128 v = gcd_of(magnitude(a), magnitude(b));
    if (likely(v <= (u128)max))
        return (int64_t)v;
    row_error(x, row, ERR_NUMERIC_RANGE, "%s out of range", type);
    return 0;
}

static int64_t int_lcm(EvalCtx *x, uint32_t row, int64_t a, int64_t b, int64_t max, const char *type)
{
    u128 v;
    if (likely(lcm_of(magnitude(a), magnitude(b), &v) && v <= (u128)max))
        return (int64_t)v;
    row_error(x, row, ERR_NUMERIC_RANGE, "%s out of range", type);
    return 0;
}

MAP2(gcd_i32, int32_t, int32_t, int32_t, (int32_t)int_gcd(x, r, a, b, INT32_MAX, "integer"))
MAP2(gcd_i64, int64_t, int64_t, int64_t, int_gcd(x, r, a, b, INT64_MAX, "bigint"))
MAP2(lcm_i32, int32_t, int32_t, int32_t, (int32_t)int_lcm(x, r, a, b, INT32_MAX, "integer"))
MAP2(lcm_i64, int64_t, int64_t, int64_t, int_lcm(x, r, a, b, INT64_MAX, "bigint"))

static i128 factorial_of(EvalCtx *x, uint32_t row, int64_t n)
{
    i128 product = 1;
    if (n < 0) {
        row_error(x, row, ERR_NUMERIC_RANGE, "factorial of a negative number is undefined");
        return 0;
    }
    for (int64_t k = 2; k <= n; k++) {
        if (__builtin_mul_overflow(product, (i128)k, &product) || !decimal_fits(product, DECIMAL_DIGITS_MAX)) {
            row_error(x, row, ERR_NUMERIC_RANGE, "value overflows numeric format");
            return 0;
        }
    }
    return product;
}
MAP1(factorial, int64_t, i128, factorial_of(x, r, a))

/* Both arguments at the larger of their scales. */
static bool same_scale(EvalCtx *x, const Vec *const *arg, uint32_t r, i128 *ret_a, i128 *ret_b)
{
    unsigned scale = MAX(arg[0]->type.scale, arg[1]->type.scale);
    i128 a = ((const i128 *)arg[0]->data)[r & vec_mask(arg[0])], b = ((const i128 *)arg[1]->data)[r & vec_mask(arg[1])];
    if (decimal_rescale(a, arg[0]->type.scale, scale, ret_a) == 0 && decimal_rescale(b, arg[1]->type.scale, scale, ret_b) == 0)
        return true;
    row_error(x, r, ERR_NUMERIC_RANGE, "numeric field overflow");
    return false;
}

/* Quotient cut towards zero. */
static int div_dec(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    {
        i128 a, b, quotient = 0;
        if (same_scale(x, arg, r, &a, &b)) {
            if (b == 0)
                row_error(x, r, ERR_DIVISION_BY_ZERO, NULL);
            else
                quotient = a / b;
        }
        ((i128 *)dst->data)[r] = quotient;
    }
    return 0;
}

static int gcd_dec(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    {
        i128 a, b;
        ((i128 *)dst->data)[r] = same_scale(x, arg, r, &a, &b) ? (i128)gcd_of(magnitude(a), magnitude(b)) : 0;
    }
    return 0;
}

static int lcm_dec(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    {
        i128 a, b;
        u128 v = 0;
        if (same_scale(x, arg, r, &a, &b) &&
            (!lcm_of(magnitude(a), magnitude(b), &v) || !decimal_fits((i128)v, DECIMAL_DIGITS_MAX))) {
            row_error(x, r, ERR_NUMERIC_RANGE, "value overflows numeric format");
            v = 0;
        }
        ((i128 *)dst->data)[r] = (i128)v;
    }
    return 0;
}

static int quotient_type(const Type *args, uint32_t n, Type *ret, Err *err)
{
    (void)args, (void)n, (void)err;
    *ret = TYPE_DECIMAL(DECIMAL_DIGITS_MAX, 0);
    return 0;
}
static int common_scale_type(const Type *args, uint32_t n, Type *ret, Err *err)
{
    (void)n, (void)err;
    *ret = type_bare_as(TYPE_DECIMAL(DECIMAL_DIGITS_MAX, MAX(args[0].scale, args[1].scale)), args[0], args[1]);
    return 0;
}

/* Which of `count` equal buckets of [low, high) v falls in; 0 below, count + 1 above.  high < low counts down. */
static int32_t bucket_of(EvalCtx *x, uint32_t row, double v, double low, double high, int32_t count)
{
    const char *wrong = count <= 0                              ? "count must be greater than zero"
                        : isnan(v) || isnan(low) || isnan(high) ? "operand, lower bound, and upper bound cannot be NaN"
                        : isinf(low) || isinf(high)             ? "lower and upper bounds must be finite"
                        : low == high                           ? "lower bound cannot equal upper bound"
                                                                : NULL;
    if (wrong) {
        row_error(x, row, ERR_INVALID_BUCKET_ARG, "%s", wrong);
        return 0;
    }
    bool down = high < low;
    if (down ? v > low : v < low)
        return 0;
    if (down ? v <= high : v >= high) {
        if (count == INT32_MAX)
            row_error(x, row, ERR_NUMERIC_RANGE, "integer out of range");
        return count == INT32_MAX ? 0 : count + 1;
    }
    double width = high - low; /* halves where that overflows */
    double share = isinf(width) ? (v / 2 - low / 2) / (high / 2 - low / 2) : (v - low) / width;
    int32_t bucket = (int32_t)(count * share);
    return MIN(bucket, count - 1) + 1;
}

static double f64_at(const Vec *v, uint32_t r)
{
    return ((const double *)v->data)[r & vec_mask(v)];
}
static int32_t i32_at(const Vec *v, uint32_t r)
{
    return ((const int32_t *)v->data)[r & vec_mask(v)];
}

static int width_bucket_f64(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    ((int32_t *)dst->data)[r] = bucket_of(x, r, f64_at(arg[0], r), f64_at(arg[1], r), f64_at(arg[2], r), i32_at(arg[3], r));
    return 0;
}

static bool dec_at(const Vec *v, uint32_t r, unsigned scale, i128 *ret)
{
    return decimal_rescale(((const i128 *)v->data)[r & vec_mask(v)], v->type.scale, scale, ret) == 0;
}

/* Exact where the product of the count and the distance fits; bounds and errors are those of doubles. */
static int width_bucket_dec(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    unsigned scale = MAX(MAX(arg[0]->type.scale, arg[1]->type.scale), arg[2]->type.scale);
    EACH_ROW(rows, r)
    {
        i128 v, low, high, steps;
        int32_t count = i32_at(arg[3], r);
        ((int32_t *)dst->data)[r] = 0;
        if (!dec_at(arg[0], r, scale, &v) || !dec_at(arg[1], r, scale, &low) || !dec_at(arg[2], r, scale, &high)) {
            row_error(x, r, ERR_NUMERIC_RANGE, "numeric field overflow");
            continue;
        }
        bool down = high < low, inside = down ? v <= low && v > high : v >= low && v < high;
        if (count > 0 && inside && !__builtin_mul_overflow(down ? low - v : v - low, (i128)count, &steps))
            ((int32_t *)dst->data)[r] = (int32_t)(steps / (down ? low - high : high - low)) + 1;
        else
            ((int32_t *)dst->data)[r] =
                bucket_of(x, r, decimal_to_f64(v, scale), decimal_to_f64(low, scale), decimal_to_f64(high, scale), count);
    }
    return 0;
}

/* Digits behind the point that are not zeros at the end. */
static int32_t min_scale_of(i128 v, unsigned scale)
{
    while (scale > 0 && v % 10 == 0) {
        v /= 10;
        scale--;
    }
    return (int32_t)scale;
}
MAP1(min_scale, i128, int32_t, min_scale_of(a, arg[0]->type.scale))
MAP1(scale, i128, int32_t, type_is_bare(arg[0]->type) ? min_scale_of(a, arg[0]->type.scale) : (int32_t)arg[0]->type.scale)

static i128 rescaled(EvalCtx *x, uint32_t row, i128 v, unsigned from, unsigned to)
{
    if (decimal_rescale(v, from, to, &v) < 0)
        row_error(x, row, ERR_NUMERIC_RANGE, "numeric field overflow");
    return v;
}
MAP1(trim_scale, i128, i128, rescaled(x, r, a, arg[0]->type.scale, dst->type.scale))

static int trimmed_type(const Type *args, uint32_t n, Type *ret, Err *err)
{
    (void)n, (void)err;
    *ret = args[0];
    ret->length = LIMIT_BARE;
    return 0;
}
/* A column has one scale, and is only shown without the zeros; a constant has its own. */
static void refine_trimmed(const Value *const *consts, const Type *args, uint32_t n, Type *ret)
{
    (void)n;
    if (!consts[0] || consts[0]->is_null || consts[0]->type.id != T_DECIMAL)
        return;
    int scale = min_scale_of(consts[0]->dec, consts[0]->type.scale);
    *ret = TYPE_DECIMAL(MAX(args[0].precision - (args[0].scale - scale), 1), scale);
}

#define GCD(t, k, ...) FN2("gcd", t, t, t, k, FN_FAIL | FN_CHEAP, "greatest common divisor", "gcd(1071, 462) -> 21", __VA_ARGS__)
#define LCM(t, k, ...) FN2("lcm", t, t, t, k, FN_FAIL | FN_CHEAP, "least common multiple", "lcm(1071, 462) -> 23562", __VA_ARGS__)
#define BUCKET(t, k)                                                                                                               \
    FN4("width_bucket", t, t, t, T_I32, T_I32, k, FN_FAIL | FN_CHEAP,                                                              \
        "number of the bucket of n equal ones between two bounds; 0 and n + 1 are outside",                                        \
        "width_bucket(5.35, 0.024, 10.06, 5) -> 3")

const FuncDef fn_number[] = {
    GCD(T_I32, gcd_i32),
    GCD(T_I64, gcd_i64),
    GCD(T_DECIMAL, gcd_dec, .ret_type = common_scale_type),
    LCM(T_I32, lcm_i32),
    LCM(T_I64, lcm_i64),
    LCM(T_DECIMAL, lcm_dec, .ret_type = common_scale_type),
    FN2("div", T_DECIMAL, T_DECIMAL, T_DECIMAL, div_dec, FN_FAIL | FN_CHEAP, "integer quotient, cut towards zero", "div(9, 4) -> 2",
        .ret_type = quotient_type),
    FN1("factorial", T_I64, T_DECIMAL, factorial, FN_FAIL | FN_CHEAP, "product of the integers up to n", "factorial(5) -> 120",
        .ret_type = quotient_type),
    BUCKET(T_F64, width_bucket_f64),
    BUCKET(T_DECIMAL, width_bucket_dec),
    FN1("scale", T_DECIMAL, T_I32, scale, FN_PURE | FN_CHEAP, "number of digits behind the point", "scale(8.4100) -> 4"),
    FN1("min_scale", T_DECIMAL, T_I32, min_scale, FN_PURE | FN_CHEAP, "number of digits behind the point that are needed",
        "min_scale(8.4100) -> 2"),
    FN1("trim_scale", T_DECIMAL, T_DECIMAL, trim_scale, FN_FAIL | FN_CHEAP, "without zeros at the end",
        "trim_scale(8.4100) -> 8.41", .ret_type = trimmed_type, .refine = refine_trimmed),
    {0},
};
