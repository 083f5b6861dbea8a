/* SPDX-License-Identifier: Apache-2.0
 *
 * Trigonometry in degrees.  The values that are exact on paper are exact here: an angle is brought into the first quadrant, and the
 * functions there are scaled by what the machine gives for 30, 45 and 60 degrees. */
#include <math.h>

#include "func/func_impl.h"

#define RADIANS (3.14159265358979323846 / 180)

/* Through volatiles, so that all of them are computed the same way and none by the compiler. */
static double sin_of(double degrees)
{
    volatile double v = degrees * RADIANS;
    return sin(v);
}
static double cos_of(double degrees)
{
    volatile double v = degrees * RADIANS;
    return cos(v);
}

static double sin_to_30(double d)
{
    return sin_of(d) / sin_of(30) / 2;
}
static double cos_to_60(double d)
{
    return 1 - (1 - cos_of(d)) / (1 - cos_of(60)) / 2;
}
/* 0 <= d <= 90 */
static double sin_quadrant(double d)
{
    return d <= 30 ? sin_to_30(d) : cos_to_60(90 - d);
}
static double cos_quadrant(double d)
{
    return d <= 60 ? cos_to_60(d) : sin_to_30(90 - d);
}

typedef struct Quadrant {
    double d; /* 0..90 */
    int sin_sign, cos_sign;
} Quadrant;

static Quadrant quadrant_of(double d)
{
    Quadrant q = {fmod(d, 360), 1, 1};
    if (q.d < 0) {
        q.d = -q.d;
        q.sin_sign = -1;
    }
    if (q.d > 180) {
        q.d = 360 - q.d;
        q.sin_sign = -q.sin_sign;
    }
    if (q.d > 90) {
        q.d = 180 - q.d;
        q.cos_sign = -1;
    }
    return q;
}

typedef enum Trig { TRIG_SIN, TRIG_COS, TRIG_TAN, TRIG_COT } Trig;

static double of_angle(EvalCtx *x, uint32_t row, double d, Trig f)
{
    if (isnan(d))
        return d;
    if (isinf(d)) {
        row_error(x, row, ERR_NUMERIC_RANGE, "input is out of range");
        return 0;
    }
    Quadrant q = quadrant_of(d);
    double s = sin_quadrant(q.d), c = cos_quadrant(q.d), one = sin_quadrant(45) / cos_quadrant(45), v;
    int sign = q.sin_sign * q.cos_sign;
    switch (f) {
    case TRIG_SIN: return q.sin_sign * s;
    case TRIG_COS: return q.cos_sign * c;
    case TRIG_TAN: v = sign * (s / c / one); break;
    default: v = sign * (c / s / (1 / one)); break;
    }
    return v == 0 ? 0 : v; /* no -0 */
}

static double outside(EvalCtx *x, uint32_t row)
{
    row_error(x, row, ERR_NUMERIC_RANGE, "input is out of range");
    return 0;
}

/* v in 0..1 */
static double arc_sin(double v)
{
    volatile double half = 0.5;
    return v <= 0.5 ? asin(v) / asin(half) * 30 : 90 - acos(v) / acos(half) * 60;
}
static double arc_cos(double v)
{
    volatile double half = 0.5;
    return v <= 0.5 ? 90 - asin(v) / asin(half) * 30 : acos(v) / acos(half) * 60;
}
static double asin_degrees(EvalCtx *x, uint32_t row, double v)
{
    if (v < -1 || v > 1)
        return outside(x, row);
    return v < 0 ? -arc_sin(-v) : arc_sin(v);
}
static double acos_degrees(EvalCtx *x, uint32_t row, double v)
{
    if (v < -1 || v > 1)
        return outside(x, row);
    return v < 0 ? 90 + arc_sin(-v) : arc_cos(v);
}
static double atan_degrees(double v)
{
    volatile double one = 1;
    return atan(v) / atan(one) * 45;
}
static double atan2_degrees(double y, double v)
{
    volatile double one = 1;
    return atan2(y, v) / atan(one) * 45;
}

MAP1(sind, double, double, of_angle(x, r, a, TRIG_SIN))
MAP1(cosd, double, double, of_angle(x, r, a, TRIG_COS))
MAP1(tand, double, double, of_angle(x, r, a, TRIG_TAN))
MAP1(cotd, double, double, of_angle(x, r, a, TRIG_COT))
MAP1(asind, double, double, isnan(a) ? a : asin_degrees(x, r, a))
MAP1(acosd, double, double, isnan(a) ? a : acos_degrees(x, r, a))
MAP1(atand, double, double, atan_degrees(a))
MAP2(atan2d, double, double, double, atan2_degrees(a, b))

#define DEGREES(n, k, f, h, e) FN1(n, T_F64, T_F64, k, f | FN_CHEAP, h, e)
const FuncDef fn_trig[] = {
    DEGREES("sind", sind, FN_FAIL, "sine of degrees", "sind(30) -> 0.5"),
    DEGREES("cosd", cosd, FN_FAIL, "cosine of degrees", "cosd(60) -> 0.5"),
    DEGREES("tand", tand, FN_FAIL, "tangent of degrees", "tand(45) -> 1"),
    DEGREES("cotd", cotd, FN_FAIL, "cotangent of degrees", "cotd(45) -> 1"),
    DEGREES("asind", asind, FN_FAIL, "inverse sine in degrees", "asind(0.5) -> 30"),
    DEGREES("acosd", acosd, FN_FAIL, "inverse cosine in degrees", "acosd(0.5) -> 60"),
    DEGREES("atand", atand, FN_PURE, "inverse tangent in degrees", "atand(1) -> 45"),
    FN2("atan2d", T_F64, T_F64, T_F64, atan2d, FN_PURE | FN_CHEAP, "inverse tangent of y / x in degrees", "atan2d(1, 1) -> 45"),
    {0},
};
