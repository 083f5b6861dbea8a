/* SPDX-License-Identifier: Apache-2.0
 *
 * Mathematical functions.  Floats round half to even, decimals half away from zero, as in PostgreSQL; errors outside a function's
 * domain are PostgreSQL's.  round(x, n) and trunc(x, n) also take DOUBLE PRECISION. */
#include "func/func_impl.h"

#include <math.h>

#include "base/decimal.h"
#include "kernel/arith.h"

#define RADIANS_PER_DEGREE 0.0174532925199432957692

static double finite_of(EvalCtx *x, uint32_t row, double result, bool finite_input)
{
    if (unlikely(isinf(result) && finite_input))
        row_error(x, row, ERR_NUMERIC_RANGE, "value out of range: overflow");
    return result;
}

static double checked_sqrt(EvalCtx *x, uint32_t row, double a)
{
    if (unlikely(a < 0))
        row_error(x, row, ERR_INVALID_POWER_ARG, "cannot take square root of a negative number");
    return sqrt(a);
}

/* The library's may be off by one ulp for cubes; one step of Newton's method puts that right. */
static double exact_cbrt(double a)
{
    double y = cbrt(a);
    return a == 0 || !isfinite(a) ? y : y - (y * y * y - a) / (3 * y * y);
}

static double log_arg(EvalCtx *x, uint32_t row, double a)
{
    if (unlikely(a <= 0)) {
        row_error(x, row, ERR_INVALID_LOG_ARG,
                  a == 0 ? "cannot take logarithm of zero" : "cannot take logarithm of a negative number");
        return 1;
    }
    return a;
}

static double checked_log_base(EvalCtx *x, uint32_t row, double base, double a)
{
    double divisor = log(log_arg(x, row, base)), l = log(log_arg(x, row, a));
    if (unlikely(divisor == 0)) {
        row_error(x, row, ERR_DIVISION_BY_ZERO, NULL);
        return 0;
    }
    return l / divisor;
}

static double checked_pow(EvalCtx *x, uint32_t row, double a, double b)
{
    if (a == 0 && b < 0) {
        row_error(x, row, ERR_INVALID_POWER_ARG, "zero raised to a negative power is undefined");
        return 0;
    }
    if (a < 0 && isfinite(b) && floor(b) != b) {
        row_error(x, row, ERR_INVALID_POWER_ARG, "a negative number raised to a non-integer power yields a complex result");
        return 0;
    }
    double r = pow(a, b);
    if (unlikely(r == 0 && a != 0 && isfinite(a) && isfinite(b)))
        row_error(x, row, ERR_NUMERIC_RANGE, "value out of range: underflow");
    return finite_of(x, row, r, isfinite(a) && isfinite(b));
}

static double checked_exp(EvalCtx *x, uint32_t row, double a)
{
    double r = exp(a);
    if (unlikely(r == 0 && isfinite(a)))
        row_error(x, row, ERR_NUMERIC_RANGE, "value out of range: underflow");
    return finite_of(x, row, r, isfinite(a));
}

/* f(a) for a in [low, high]; NaN passes. */
static double in_range(EvalCtx *x, uint32_t row, double a, double low, double high)
{
    if (likely(!(a < low) && !(a > high)))
        return a;
    row_error(x, row, ERR_NUMERIC_RANGE, "input is out of range");
    return 0;
}

/* Angles of trigonometric functions. */
static double finite_angle(EvalCtx *x, uint32_t row, double a)
{
    if (likely(!isinf(a)))
        return a;
    row_error(x, row, ERR_NUMERIC_RANGE, "input is out of range");
    return 0;
}

static double ten_to(int32_t n)
{
    return pow(10.0, n);
}

/* Away from zero on halves, on the value's shortest decimal form: 1.005 has no exact double, so the scaled value is nudged by one
 * ulp. */
static double round_digits(double a, int32_t n)
{
    if (!isfinite(a) || n > 300)
        return a;
    if (n < -308)
        return 0;
    double f = ten_to(n < 0 ? -n : n), scaled = n < 0 ? a / f : a * f;
    if (!isfinite(scaled) || fabs(scaled) >= 4503599627370496.0)
        return a;
    double r = round(scaled), up = round(nextafter(scaled, scaled < 0 ? -INFINITY : INFINITY));
    r = r == up ? r : up;
    return n < 0 ? r * f : r / f;
}

static double trunc_digits(double a, int32_t n)
{
    if (!isfinite(a) || n > 300)
        return a;
    if (n < -308)
        return 0;
    double f = ten_to(n < 0 ? -n : n), scaled = n < 0 ? a / f : a * f;
    if (!isfinite(scaled) || fabs(scaled) >= 4503599627370496.0)
        return a;
    double r = trunc(scaled);
    return n < 0 ? r * f : r / f;
}

MAP1(sqrt_f64, double, double, checked_sqrt(x, r, a))
MAP1(cbrt_f64, double, double, exact_cbrt(a))
MAP1(exp_f64, double, double, checked_exp(x, r, a))
MAP1(ln_f64, double, double, log(log_arg(x, r, a)))
MAP1(log10_f64, double, double, log10(log_arg(x, r, a)))
MAP2(log_base_f64, double, double, double, checked_log_base(x, r, a, b))
MAP2(power_f64, double, double, double, checked_pow(x, r, a, b))
MAP1(floor_f64, double, double, floor(a))
MAP1(ceil_f64, double, double, ceil(a))
MAP1(round_f64, double, double, rint(a))
MAP1(trunc_f64, double, double, trunc(a))
MAP2(round_f64_n, double, int32_t, double, round_digits(a, b))
MAP2(trunc_f64_n, double, int32_t, double, trunc_digits(a, b))
MAP1(sign_f64, double, double, a > 0 ? 1 : a < 0 ? -1 : 0)
MAP1(sin_f64, double, double, sin(finite_angle(x, r, a)))
MAP1(cos_f64, double, double, cos(finite_angle(x, r, a)))
MAP1(tan_f64, double, double, tan(finite_angle(x, r, a)))
MAP1(cot_f64, double, double, 1.0 / tan(finite_angle(x, r, a)))
MAP1(asin_f64, double, double, asin(in_range(x, r, a, -1, 1)))
MAP1(acos_f64, double, double, acos(in_range(x, r, a, -1, 1)))
MAP1(atan_f64, double, double, atan(a))
MAP2(atan2_f64, double, double, double, atan2(a, b))
MAP1(sinh_f64, double, double, sinh(a))
MAP1(cosh_f64, double, double, cosh(a))
MAP1(tanh_f64, double, double, tanh(a))
MAP1(asinh_f64, double, double, asinh(a))
MAP1(acosh_f64, double, double, acosh(in_range(x, r, a, 1, INFINITY)))
MAP1(atanh_f64, double, double, atanh(in_range(x, r, a, -1, 1)))
MAP1(erf_f64, double, double, erf(a))
MAP1(erfc_f64, double, double, erfc(a))
/* Not defined at zero and the negative integers, and too great above 171.6. */
MAP1(gamma_f64, double, double, finite_of(x, r, tgamma(a), isfinite(a) || a > 0))
MAP1(lgamma_f64, double, double, finite_of(x, r, lgamma(a), isfinite(a)))
MAP1(degrees_f64, double, double, finite_of(x, r, a / RADIANS_PER_DEGREE, isfinite(a)))
MAP1(radians_f64, double, double, a *RADIANS_PER_DEGREE)

static int is_nan(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    const double *a = arg[0]->data;
    uint32_t m = vec_mask(arg[0]);
    EACH_ROW(rows, r)
    bit_put(dst->data, r, isnan(a[r & m]));
    return 0;
}

static int pi_f64(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    EACH_ROW(rows, r)
    ((double *)dst->data)[r] = M_PI;
    return 0;
}

typedef enum RoundMode { ROUND_HALF_AWAY, ROUND_TRUNC, ROUND_FLOOR, ROUND_CEIL } RoundMode;

/* v of scale `from`, cut to n digits after the point by `mode`, at scale `to`. */
static i128 round_decimal(EvalCtx *x, uint32_t row, i128 v, unsigned from, int32_t n, Type t, RoundMode mode)
{
    i128 d = v;
    n = MAX(n, -1000); /* from there on nothing is left */
    int drop = (int)from - n;
    if (drop > 38)
        d = mode == ROUND_FLOOR && v < 0 ? -1 : mode == ROUND_CEIL && v > 0 ? 1 : 0;
    else if (drop > 0) {
        i128 p = decimal_pow10((unsigned)drop), rest = v % p;
        d = v / p;
        if (mode == ROUND_HALF_AWAY)
            d += rest >= p - rest ? 1 : -rest >= p + rest ? -1 : 0;
        else if (mode == ROUND_FLOOR)
            d -= rest < 0;
        else if (mode == ROUND_CEIL)
            d += rest > 0;
    }
    /* d has from - drop digits after the point when digits were dropped, else from. */
    int scale = drop > 0 ? n : (int)from;
    int grow = (int)t.scale - scale;
    if (d == 0)
        return 0;
    if (grow > 38 || decimal_rescale(d, 0, (unsigned)MAX(grow, 0), &d) < 0 || !decimal_fits(d, DECIMAL_DIGITS_MAX)) {
        row_error(x, row, ERR_NUMERIC_RANGE, "numeric field overflow");
        return 0;
    }
    return d;
}

static int run_round(EvalCtx *x, const Vec *const *arg, uint32_t n_args, Vec *dst, Rows rows, RoundMode mode)
{
    const i128 *a = arg[0]->data;
    const int32_t *digits = n_args > 1 ? arg[1]->data : NULL;
    uint32_t ma = vec_mask(arg[0]), mb = n_args > 1 ? vec_mask(arg[1]) : 0;
    EACH_ROW(rows, r)
    {
        int32_t n = digits ? digits[r & mb] : 0;
        n = MIN(n, (int32_t)dst->type.scale);
        ((i128 *)dst->data)[r] = round_decimal(x, r, a[r & ma], arg[0]->type.scale, n, dst->type, mode);
    }
    return 0;
}
static int round_dec(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return run_round(x, arg, n_args, dst, rows, ROUND_HALF_AWAY);
}
static int trunc_dec(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return run_round(x, arg, n_args, dst, rows, ROUND_TRUNC);
}
static int floor_dec(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return run_round(x, arg, n_args, dst, rows, ROUND_FLOOR);
}
static int ceil_dec(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    return run_round(x, arg, n_args, dst, rows, ROUND_CEIL);
}
static int sign_dec(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    const i128 *a = arg[0]->data;
    uint32_t m = vec_mask(arg[0]);
    EACH_ROW(rows, r)
    ((i128 *)dst->data)[r] = (a[r & m] > 0) - (a[r & m] < 0);
    return 0;
}

/* Rounding can carry: one more digit before the point. */
static int integral_type(const Type *args, uint32_t n, Type *ret, Err *err)
{
    (void)n, (void)err;
    *ret = TYPE_DECIMAL(MIN(args[0].precision - args[0].scale + 1, 38), 0);
    return 0;
}
static int rounded_type(const Type *args, uint32_t n, Type *ret, Err *err)
{
    (void)n, (void)err;
    *ret = type_bare_as(TYPE_DECIMAL(MIN(args[0].precision + 1, 38), args[0].scale), args[0], args[0]);
    return 0;
}
static int same_type(const Type *args, uint32_t n, Type *ret, Err *err)
{
    (void)n, (void)err;
    *ret = args[0];
    return 0;
}
static int one_digit_type(const Type *args, uint32_t n, Type *ret, Err *err)
{
    (void)args, (void)n, (void)err;
    *ret = TYPE_DECIMAL(1, 0);
    return 0;
}

/* round(x, 2): the scale is 2, also when x has fewer digits. */
static void refine_digits(const Value *const *consts, const Type *args, uint32_t n, Type *ret)
{
    if (n < 2 || !consts[1] || consts[1]->is_null)
        return;
    int int_digits = args[0].precision - args[0].scale + 1;
    int scale = MAX(MIN(consts[1]->i32, 38 - MIN(int_digits, 38)), 0);
    *ret = TYPE_DECIMAL(MAX(MIN(int_digits + scale, 38), 1), scale);
}

#define F64_1(name, k, flags, help, example, ...) FN1(name, T_F64, T_F64, k, flags | FN_CHEAP, help, example, __VA_ARGS__)
#define F64_2(name, k, help, example, ...) FN2(name, T_F64, T_F64, T_F64, k, FN_FAIL | FN_CHEAP, help, example, __VA_ARGS__)
#define NONDEC MONO1(MONO_NONDEC)
#define DEC_1(name, k, help, example, ...) FN1(name, T_DECIMAL, T_DECIMAL, k, FN_FAIL | FN_CHEAP, help, example, __VA_ARGS__)
#define DEC_N(name, k, help, example)                                                                                              \
    FN2(name, T_DECIMAL, T_I32, T_DECIMAL, k, FN_FAIL | FN_CHEAP, help, example, NONDEC, .ret_type = rounded_type,                 \
        .refine = refine_digits)
#define ABS(t, k) FN1("abs", t, t, k, FN_FAIL | FN_LANES | FN_CHEAP, "absolute value", "abs(-5) -> 5")

const FuncDef fn_math[] = {
    ABS(T_I16, kernel_abs_i16),
    ABS(T_I32, kernel_abs_i32),
    ABS(T_I64, kernel_abs_i64),
    ABS(T_F32, kernel_abs_f32),
    ABS(T_F64, kernel_abs_f64),
    FN1("abs", T_DECIMAL, T_DECIMAL, kernel_abs_dec, FN_PURE | FN_CHEAP, "absolute value", "abs(-5.5) -> 5.5",
        .ret_type = same_type),
    F64_1("sign", sign_f64, FN_PURE, "-1, 0 or 1", "sign(-8.4e0) -> -1", NONDEC),
    DEC_1("sign", sign_dec, "-1, 0 or 1", "sign(-8.4) -> -1", NONDEC, .ret_type = one_digit_type),
    F64_1("floor", floor_f64, FN_PURE, "nearest integer not above", "floor(-42.8e0) -> -43", NONDEC),
    F64_1("ceil", ceil_f64, FN_PURE, "nearest integer not below", "ceil(42.2e0) -> 43", NONDEC),
    F64_1("ceiling", ceil_f64, FN_PURE, "nearest integer not below", "ceiling(95.3e0) -> 96", NONDEC),
    F64_1("round", round_f64, FN_PURE, "nearest integer, halves to the even one", "round(42.5e0) -> 42", NONDEC),
    F64_1("trunc", trunc_f64, FN_PURE, "integer part", "trunc(-42.8e0) -> -42", NONDEC),
    DEC_1("floor", floor_dec, "nearest integer not above", "floor(-42.8) -> -43", NONDEC, .ret_type = integral_type),
    DEC_1("ceil", ceil_dec, "nearest integer not below", "ceil(42.2) -> 43", NONDEC, .ret_type = integral_type),
    DEC_1("ceiling", ceil_dec, "nearest integer not below", "ceiling(95.3) -> 96", NONDEC, .ret_type = integral_type),
    DEC_1("round", round_dec, "nearest integer, halves away from zero", "round(42.5) -> 43", NONDEC, .ret_type = integral_type),
    DEC_1("trunc", trunc_dec, "integer part", "trunc(-42.8) -> -42", NONDEC, .ret_type = integral_type),
    DEC_N("round", round_dec, "rounded to n digits after the point", "round(42.4382, 2) -> 42.44"),
    DEC_N("trunc", trunc_dec, "cut to n digits after the point", "trunc(42.4382, 2) -> 42.43"),
    FN2("round", T_F64, T_I32, T_F64, round_f64_n, FN_PURE | FN_CHEAP, "rounded to n digits after the point",
        "round(2.675e0, 2) -> 2.68", NONDEC),
    FN2("trunc", T_F64, T_I32, T_F64, trunc_f64_n, FN_PURE | FN_CHEAP, "cut to n digits after the point",
        "trunc(2.678e0, 2) -> 2.67", NONDEC),
    FN2("^", T_F64, T_F64, T_F64, power_f64, FN_FAIL | FN_OPERATOR | FN_CHEAP, "power", "2 ^ 3 -> 8"),
    F64_2("power", power_f64, "a to the power of b", "power(9, 3) -> 729"),
    F64_2("pow", power_f64, "a to the power of b", "pow(9, 3) -> 729"),
    F64_1("sqrt", sqrt_f64, FN_FAIL, "square root", "sqrt(2) -> 1.4142135623730951", NONDEC),
    F64_1("cbrt", cbrt_f64, FN_PURE, "cube root", "cbrt(27) -> 3", NONDEC),
    F64_1("exp", exp_f64, FN_FAIL, "e to the power of x", "exp(1) -> 2.718281828459045", NONDEC),
    F64_1("ln", ln_f64, FN_FAIL, "natural logarithm", "ln(2) -> 0.6931471805599453", NONDEC),
    F64_1("log", log10_f64, FN_FAIL, "base 10 logarithm", "log(100) -> 2", NONDEC),
    F64_1("log10", log10_f64, FN_FAIL, "base 10 logarithm", "log10(1000) -> 3", NONDEC),
    F64_2("log", log_base_f64, "logarithm of b to base a", "log(2, 64) -> 6"),
    FN0("pi", T_F64, pi_f64, FN_PURE | FN_CHEAP, "approximate value of pi", "pi() -> 3.141592653589793"),
    F64_1("sin", sin_f64, FN_FAIL, "sine of radians", "sin(1) -> 0.8414709848078965"),
    F64_1("cos", cos_f64, FN_FAIL, "cosine of radians", "cos(0) -> 1"),
    F64_1("tan", tan_f64, FN_FAIL, "tangent of radians", "tan(1) -> 1.5574077246549023"),
    F64_1("cot", cot_f64, FN_FAIL, "cotangent of radians", "cot(0.5) -> 1.830487721712452"),
    F64_1("asin", asin_f64, FN_FAIL, "inverse sine", "asin(1) -> 1.5707963267948966", NONDEC),
    F64_1("acos", acos_f64, FN_FAIL, "inverse cosine", "acos(1) -> 0", MONO1(MONO_NONINC)),
    F64_1("atan", atan_f64, FN_PURE, "inverse tangent", "atan(1) -> 0.7853981633974483", NONDEC),
    FN2("atan2", T_F64, T_F64, T_F64, atan2_f64, FN_PURE | FN_CHEAP, "inverse tangent of y / x",
        "atan2(1, 0) -> 1.5707963267948966"),
    F64_1("sinh", sinh_f64, FN_PURE, "hyperbolic sine", "sinh(1) -> 1.1752011936438014", NONDEC),
    F64_1("cosh", cosh_f64, FN_PURE, "hyperbolic cosine", "cosh(0) -> 1"),
    F64_1("tanh", tanh_f64, FN_PURE, "hyperbolic tangent", "tanh(1) -> 0.7615941559557649", NONDEC),
    F64_1("asinh", asinh_f64, FN_PURE, "inverse hyperbolic sine", "asinh(1) -> 0.881373587019543", NONDEC),
    F64_1("acosh", acosh_f64, FN_FAIL, "inverse hyperbolic cosine", "acosh(1) -> 0", NONDEC),
    F64_1("atanh", atanh_f64, FN_FAIL, "inverse hyperbolic tangent", "atanh(0.5) -> 0.5493061443340548", NONDEC),
    F64_1("erf", erf_f64, FN_PURE, "error function", "erf(1) -> 0.8427007929497149", NONDEC),
    F64_1("erfc", erfc_f64, FN_PURE, "1 - erf(x)", "erfc(1) -> 0.15729920705028513", MONO1(MONO_NONINC)),
    F64_1("gamma", gamma_f64, FN_FAIL, "gamma function", "gamma(5) -> 24"),
    F64_1("lgamma", lgamma_f64, FN_FAIL, "logarithm of the absolute value of the gamma function",
          "lgamma(3) -> 0.6931471805599453"),
    F64_1("degrees", degrees_f64, FN_FAIL, "radians to degrees", "degrees(0.5) -> 28.64788975654116", NONDEC),
    F64_1("radians", radians_f64, FN_PURE, "degrees to radians", "radians(45) -> 0.7853981633974483", NONDEC),
    FN1("isnan", T_F64, T_BOOL, is_nan, FN_PURE | FN_CHEAP, "is not a number", "isnan('NaN') -> true"),
    {0},
};
