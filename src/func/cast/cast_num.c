/* SPDX-License-Identifier: Apache-2.0
 *
 * Casts between numbers, and between numbers and booleans.  As PostgreSQL: a decimal rounds half away from zero to an integer, a
 * float half to even; a float becomes the decimal that its 15 (REAL: 6) significant digits print. */
#include "func/cast/cast_impl.h"

#include <math.h>
#include <stdio.h>

#include "base/decimal.h"
#include "func/func_impl.h"

static int64_t to_int(EvalCtx *x, uint32_t row, int64_t v, int64_t low, int64_t high, const char *type)
{
    if (likely(v >= low && v <= high))
        return v;
    row_error(x, row, ERR_NUMERIC_RANGE, "%s out of range", type);
    return 0;
}

static void decimal_overflow(EvalCtx *x, uint32_t row, Type t)
{
    row_error(x, row, ERR_NUMERIC_RANGE, "numeric field overflow: a value does not fit DECIMAL(%u,%u)", t.precision, t.scale);
}

static i128 int_to_decimal(EvalCtx *x, uint32_t row, int64_t v, Type t)
{
    i128 d;
    if (likely(!__builtin_mul_overflow((i128)v, decimal_pow10(t.scale), &d) && decimal_fits(d, t.precision)))
        return d;
    decimal_overflow(x, row, t);
    return 0;
}

/* What integers are multiplied by, when the product of it and any of 64 bits is one of 128; else 0. */
static int64_t small_factor(Type t)
{
    return t.scale <= 18 ? (int64_t)decimal_pow10(t.scale) : 0;
}

/* Whether every integer of so many bytes fits. */
static bool takes_all(Type t, size_t bytes)
{
    unsigned digits = bytes == sizeof(int16_t) ? 5 : bytes == sizeof(int32_t) ? 10 : 19;
    return small_factor(t) && t.precision >= digits + t.scale;
}

#define T int16_t
#define N i16
#include "func/cast/cast_num.tmpl.h"
#define T int32_t
#define N i32
#include "func/cast/cast_num.tmpl.h"
#define T int64_t
#define N i64
#include "func/cast/cast_num.tmpl.h"

MAP1(cast_i16_i32, int16_t, int32_t, a)
MAP1(cast_i16_i64, int16_t, int64_t, a)
MAP1(cast_i32_i16, int32_t, int16_t, (int16_t)to_int(x, r, a, INT16_MIN, INT16_MAX, "smallint"))
MAP1(cast_i32_i64, int32_t, int64_t, a)
MAP1(cast_i64_i16, int64_t, int16_t, (int16_t)to_int(x, r, a, INT16_MIN, INT16_MAX, "smallint"))
MAP1(cast_i64_i32, int64_t, int32_t, (int32_t)to_int(x, r, a, INT32_MIN, INT32_MAX, "integer"))

/* The bounds are exact as doubles; the upper one is excluded because rounding is done before. */
static int64_t float_to_int(EvalCtx *x, uint32_t row, double v, double low, double above, const char *type)
{
    double r = rint(v);
    if (likely(r >= low && r < above))
        return (int64_t)r;
    row_error(x, row, ERR_NUMERIC_RANGE, "%s out of range", type);
    return 0;
}

static float f64_to_f32(EvalCtx *x, uint32_t row, double v)
{
    float f = (float)v;
    if (unlikely(isinf(f) && !isinf(v)))
        row_error(x, row, ERR_NUMERIC_RANGE, "value out of range: overflow");
    if (unlikely(f == 0 && v != 0))
        row_error(x, row, ERR_NUMERIC_RANGE, "value out of range: underflow");
    return f;
}

static i128 float_to_decimal(EvalCtx *x, uint32_t row, double v, int digits, Type t)
{
    char text[48];
    i128 d = 0;
    if (!isfinite(v)) {
        row_error(x, row, ERR_NUMERIC_RANGE, "cannot convert %s to numeric", isnan(v) ? "NaN" : "infinity");
        return 0;
    }
    int n = snprintf(text, sizeof(text), "%.*g", digits, v);
    if (decimal_parse((Str){text, (size_t)n}, t.precision, t.scale, &d) < 0)
        decimal_overflow(x, row, t);
    return d;
}

#define TWO_63 9223372036854775808.0
MAP1(cast_f32_i16, float, int16_t, (int16_t)float_to_int(x, r, (double)a, -32768.0, 32768.0, "smallint"))
MAP1(cast_f32_i32, float, int32_t, (int32_t)float_to_int(x, r, (double)a, -2147483648.0, 2147483648.0, "integer"))
MAP1(cast_f32_i64, float, int64_t, float_to_int(x, r, (double)a, -TWO_63, TWO_63, "bigint"))
MAP1(cast_f64_i16, double, int16_t, (int16_t)float_to_int(x, r, a, -32768.0, 32768.0, "smallint"))
MAP1(cast_f64_i32, double, int32_t, (int32_t)float_to_int(x, r, a, -2147483648.0, 2147483648.0, "integer"))
MAP1(cast_f64_i64, double, int64_t, float_to_int(x, r, a, -TWO_63, TWO_63, "bigint"))
MAP1(cast_f32_f64, float, double, (double)a)
MAP1(cast_f64_f32, double, float, f64_to_f32(x, r, a))
MAP1(cast_f32_dec, float, i128, float_to_decimal(x, r, (double)a, 6, dst->type))
MAP1(cast_f64_dec, double, i128, float_to_decimal(x, r, a, 15, dst->type))

static int64_t decimal_to_int(EvalCtx *x, uint32_t row, i128 v, unsigned scale, int64_t low, int64_t high, const char *type)
{
    i128 d = 0;
    if (likely(decimal_rescale(v, scale, 0, &d) == 0 && d >= low && d <= high))
        return (int64_t)d;
    row_error(x, row, ERR_NUMERIC_RANGE, "%s out of range", type);
    return 0;
}

static i128 decimal_to_decimal(EvalCtx *x, uint32_t row, i128 v, unsigned scale, Type t)
{
    i128 d = 0;
    if (likely(decimal_rescale(v, scale, t.scale, &d) == 0 && decimal_fits(d, t.precision)))
        return d;
    decimal_overflow(x, row, t);
    return 0;
}

MAP1(cast_dec_i16, i128, int16_t, (int16_t)decimal_to_int(x, r, a, arg[0]->type.scale, INT16_MIN, INT16_MAX, "smallint"))
MAP1(cast_dec_i32, i128, int32_t, (int32_t)decimal_to_int(x, r, a, arg[0]->type.scale, INT32_MIN, INT32_MAX, "integer"))
MAP1(cast_dec_i64, i128, int64_t, decimal_to_int(x, r, a, arg[0]->type.scale, INT64_MIN, INT64_MAX, "bigint"))
MAP1(cast_dec_f32, i128, float, f64_to_f32(x, r, decimal_to_f64(a, arg[0]->type.scale)))
MAP1(cast_dec_f64, i128, double, decimal_to_f64(a, arg[0]->type.scale))
static int cast_dec_dec(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    const i128 *a = arg[0]->data;
    i128 *d = dst->data, limit = decimal_pow10(dst->type.precision);
    uint32_t mask = vec_mask(arg[0]);
    unsigned scale = arg[0]->type.scale;
    bool same = scale == dst->type.scale;
    EACH_ROW(rows, r)
    {
        i128 v = a[r & mask];
        d[r] = likely(same && v < limit && v > -limit) ? v : decimal_to_decimal(x, r, v, scale, dst->type);
    }
    return 0;
}

#define CAST(from, to, context, fails, k)                                                                                          \
    {                                                                                                                              \
        T_##from, T_##to, CAST_##context, fails, true, k                                                                           \
    }
const CastDef cast_numbers[] = {
    CAST(I16, I32, IMPLICIT, false, cast_i16_i32),     CAST(I16, I64, IMPLICIT, false, cast_i16_i64),
    CAST(I16, F32, ASSIGN, false, cast_i16_f32),       CAST(I16, F64, IMPLICIT, false, cast_i16_f64),
    CAST(I16, DECIMAL, IMPLICIT, true, cast_i16_dec),  CAST(I16, BOOL, EXPLICIT, false, cast_i16_bool),
    CAST(I32, I16, ASSIGN, true, cast_i32_i16),        CAST(I32, I64, IMPLICIT, false, cast_i32_i64),
    CAST(I32, F32, ASSIGN, false, cast_i32_f32),       CAST(I32, F64, IMPLICIT, false, cast_i32_f64),
    CAST(I32, DECIMAL, IMPLICIT, true, cast_i32_dec),  CAST(I32, BOOL, EXPLICIT, false, cast_i32_bool),
    CAST(I64, I16, ASSIGN, true, cast_i64_i16),        CAST(I64, I32, ASSIGN, true, cast_i64_i32),
    CAST(I64, F32, ASSIGN, false, cast_i64_f32),       CAST(I64, F64, IMPLICIT, false, cast_i64_f64),
    CAST(I64, DECIMAL, IMPLICIT, true, cast_i64_dec),  CAST(I64, BOOL, EXPLICIT, false, cast_i64_bool),
    CAST(F32, I16, ASSIGN, true, cast_f32_i16),        CAST(F32, I32, ASSIGN, true, cast_f32_i32),
    CAST(F32, I64, ASSIGN, true, cast_f32_i64),        CAST(F32, F64, IMPLICIT, false, cast_f32_f64),
    CAST(F32, DECIMAL, ASSIGN, true, cast_f32_dec),    CAST(F64, I16, ASSIGN, true, cast_f64_i16),
    CAST(F64, I32, ASSIGN, true, cast_f64_i32),        CAST(F64, I64, ASSIGN, true, cast_f64_i64),
    CAST(F64, F32, ASSIGN, true, cast_f64_f32),        CAST(F64, DECIMAL, ASSIGN, true, cast_f64_dec),
    CAST(DECIMAL, I16, ASSIGN, true, cast_dec_i16),    CAST(DECIMAL, I32, ASSIGN, true, cast_dec_i32),
    CAST(DECIMAL, I64, ASSIGN, true, cast_dec_i64),    CAST(DECIMAL, F32, ASSIGN, true, cast_dec_f32),
    CAST(DECIMAL, F64, IMPLICIT, false, cast_dec_f64), CAST(DECIMAL, DECIMAL, IMPLICIT, true, cast_dec_dec),
    CAST(BOOL, I16, EXPLICIT, false, cast_bool_i16),   CAST(BOOL, I32, EXPLICIT, false, cast_bool_i32),
    CAST(BOOL, I64, EXPLICIT, false, cast_bool_i64),   {0},
};
