/* SPDX-License-Identifier: Apache-2.0
 *
 * Integer arithmetic of one width.  T signed, U unsigned of the same width, W a type wide enough for a product (the builtin is used
 * for int64, where there is none that vectorises), N the suffix, TEXT the SQL name. */
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

#define K_NAME PASTE(kernel_div_, N)
#define K_EVAL(a, b, o) PASTE(div_, N)((a), (b), &(o))
#define K_BLAME(x, r, a, b) ((b) == 0 ? row_error((x), (r), ERR_DIVISION_BY_ZERO, NULL) : RANGE_ERROR(x, r))
#include "kernel/lanes2.tmpl.h"

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
#undef N
#undef TEXT
