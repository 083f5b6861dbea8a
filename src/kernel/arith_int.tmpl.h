/* SPDX-License-Identifier: Apache-2.0
 *
 * Integer arithmetic of one width.  T signed, U unsigned of the same width, W a type wide enough for a product (the builtin is used
 * for int64, where there is none that vectorises), UW an unsigned one, N the suffix, TEXT the SQL name. */
#define K_T T
#define K_O U
#define TOP ((U)((U)1 << (8 * sizeof(U) - 1)))
#define RANGE_ERROR(x, r) row_error((x), (r), ERR_NUMERIC_RANGE, TEXT " out of range")

KERNEL_INLINE T
PASTE(add_, N)(T a, T b, U *over)
{
    U r = (U)((U)a + (U)b);
    *over |= (U)(((U)a ^ r) & ((U)b ^ r));
    return (T)r;
}
KERNEL_INLINE T
PASTE(sub_, N)(T a, T b, U *over)
{
    U r = (U)((U)a - (U)b);
    *over |= (U)(((U)a ^ (U)b) & ((U)a ^ r));
    return (T)r;
}
KERNEL_INLINE T
PASTE(mul_, N)(T a, T b, U *over)
{
#ifdef W
    W r = (W)((W)a * (W)b);
    *over |= (U)((U)((T)r != r) << (8 * sizeof(U) - 1));
    return (T)r;
#else
    T
    r;
    *over |= (U)((U)__builtin_mul_overflow(a, b, &r) << (8 * sizeof(U) - 1));
    return r;
#endif
}
/* The divisors 0 and -1 never reach the instruction. */
KERNEL_INLINE T
PASTE(div_, N)(T a, T b, U *over)
{
    if (likely((U)((U)b + 1u) > 1u))
        return (T)(a / b);
    if (b == 0 || (U)a == TOP) {
        *over |= TOP;
        return 0;
    }
    return (T)(-a);
}
KERNEL_INLINE T
PASTE(mod_, N)(T a, T b, U *over)
{
    if (likely((U)((U)b + 1u) > 1u))
        return (T)(a % b);
    if (b == 0)
        *over |= TOP;
    return 0;
}

/* Many numbers by one: the quotient of |a| by |b| is the upper part of a product (Granlund and Montgomery, Division by Invariant
 * Integers using Multiplication, 1994).  With 2^(l-1) < |b| <= 2^l the factor f = ceil(2^(BITS-1+l) / |b|) has BITS bits, and
 * f * |b| exceeds the power of two by less than 2^l, which a numerator of up to 2^(BITS-1) does not bring to the next quotient. */
#define BITS (8 * (unsigned)sizeof(U))
#define DIVISOR_ROWS_MIN 16u /* the factor costs as much as some divisions */
typedef struct PASTE(Divisor_, N) {
    U magnitude, factor;
    unsigned shift; /* of the product's upper half */
} PASTE(Divisor_, N);

/* false: 0, 1 and -1, or too few rows */
KERNEL_INLINE bool PASTE(divisor_, N)(T b, uint32_t n, PASTE(Divisor_, N) * ret)
{
    U magnitude = b < 0 ? (U)(0u - (U)b) : (U)b;
    if (magnitude < 2 || n < DIVISOR_ROWS_MIN)
        return false;
    unsigned l = 64 - (unsigned)__builtin_clzll((unsigned long long)magnitude - 1);
    ret->magnitude = magnitude;
    ret->shift = l - 1;
    ret->factor = (U)((((UW)1 << (BITS - 1 + l)) + magnitude - 1) / magnitude);
    return true;
}
KERNEL_INLINE U PASTE(quotient_, N)(U magnitude, PASTE(Divisor_, N) by)
{
    return (U)((U)((UW)magnitude * by.factor >> BITS) >> by.shift);
}
/* sign: 0 or all ones */
KERNEL_INLINE U PASTE(with_sign_, N)(U magnitude, U sign)
{
    return (U)((magnitude ^ sign) - sign);
}
KERNEL_INLINE bool PASTE(div_const_, N)(const T *a, T b, T *restrict d, uint32_t n)
{
    PASTE(Divisor_, N) by;
    if (!PASTE(divisor_, N)(b, n, &by))
        return false;
    for (uint32_t i = 0; i < n; i++) {
        U sign = (U)(a[i] >> (BITS - 1)), magnitude = PASTE(with_sign_, N)((U)a[i], sign);
        d[i] = (T)PASTE(with_sign_, N)(PASTE(quotient_, N)(magnitude, by), (U)(sign ^ (U)(b >> (BITS - 1))));
    }
    return true;
}
KERNEL_INLINE bool PASTE(mod_const_, N)(const T *a, T b, T *restrict d, uint32_t n)
{
    PASTE(Divisor_, N) by;
    if (!PASTE(divisor_, N)(b, n, &by))
        return false;
    for (uint32_t i = 0; i < n; i++) {
        U sign = (U)(a[i] >> (BITS - 1)), magnitude = PASTE(with_sign_, N)((U)a[i], sign);
        U rest = (U)(magnitude - (U)(PASTE(quotient_, N)(magnitude, by) * by.magnitude));
        d[i] = (T)PASTE(with_sign_, N)(rest, sign);
    }
    return true;
}

#define K_NAME PASTE(kernel_add_, N)
#define K_EVAL(a, b, o) PASTE(add_, N)((a), (b), &(o))
#define K_BLAME(x, r, a, b) RANGE_ERROR(x, r)
#include "kernel/lanes2.tmpl.h"

#define K_NAME PASTE(kernel_sub_, N)
#define K_EVAL(a, b, o) PASTE(sub_, N)((a), (b), &(o))
#define K_BLAME(x, r, a, b) RANGE_ERROR(x, r)
#include "kernel/lanes2.tmpl.h"

#define K_NAME PASTE(kernel_mul_, N)
#define K_EVAL(a, b, o) PASTE(mul_, N)((a), (b), &(o))
#define K_BLAME(x, r, a, b) RANGE_ERROR(x, r)
#include "kernel/lanes2.tmpl.h"

#define K_BY_CONST PASTE(div_const_, N)
#define K_NAME PASTE(kernel_div_, N)
#define K_EVAL(a, b, o) PASTE(div_, N)((a), (b), &(o))
#define K_BLAME(x, r, a, b) ((b) == 0 ? row_error((x), (r), ERR_DIVISION_BY_ZERO, NULL) : RANGE_ERROR(x, r))
#include "kernel/lanes2.tmpl.h"

#define K_BY_CONST PASTE(mod_const_, N)
#define K_NAME PASTE(kernel_mod_, N)
#define K_EVAL(a, b, o) PASTE(mod_, N)((a), (b), &(o))
#define K_BLAME(x, r, a, b) row_error((x), (r), ERR_DIVISION_BY_ZERO, NULL)
#include "kernel/lanes2.tmpl.h"

#define K_NAME PASTE(kernel_neg_, N)
#define K_EVAL(a, o) PASTE(sub_, N)(0, (a), &(o))
#define K_BLAME(x, r, a) RANGE_ERROR(x, r)
#include "kernel/lanes1.tmpl.h"

#define K_NAME PASTE(kernel_abs_, N)
#define K_EVAL(a, o) ((a) < 0 ? PASTE(sub_, N)(0, (a), &(o)) : (a))
#define K_BLAME(x, r, a) RANGE_ERROR(x, r)
#include "kernel/lanes1.tmpl.h"

#undef K_T
#undef K_O
#undef TOP
#undef RANGE_ERROR
#undef T
#undef U
#undef W
#undef UW
#undef BITS
#undef DIVISOR_ROWS_MIN
#undef N
#undef TEXT
