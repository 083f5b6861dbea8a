/* SPDX-License-Identifier: Apache-2.0
 *
 * Float arithmetic of one width.  T the type, U unsigned of the same width, N the suffix, T_MAX the largest finite value, T_MOD
 * fmod. A result is marked when it is infinite (or zero from non-zero factors); whether it was caused by infinite operands, which
 * is legal, is only asked for the marked rows. */
#define K_T T
#define K_O U
#define MARK(cond) ((U)((U)(cond) << (8 * sizeof(U) - 1)))
#define IS_HUGE(v) (((v) > T_MAX) | ((v) < -T_MAX))

KERNEL_INLINE T
PASTE(add_, N)(T a, T b, U *over)
{
    T
    r = a + b;
    *over |= MARK(IS_HUGE(r));
    return r;
}
KERNEL_INLINE T
PASTE(sub_, N)(T a, T b, U *over)
{
    T
    r = a - b;
    *over |= MARK(IS_HUGE(r));
    return r;
}
KERNEL_INLINE T
PASTE(mul_, N)(T a, T b, U *over)
{
    T
    r = a * b;
    *over |= MARK(IS_HUGE(r) | ((r == 0) & (a != 0) & (b != 0)));
    return r;
}
KERNEL_INLINE T
PASTE(div_, N)(T a, T b, U *over)
{
    T
    zero = (T)(b == 0);
    T
    r = a / (b + zero);
    *over |= MARK((b == 0) | IS_HUGE(r) | ((r == 0) & (a != 0)));
    return r;
}
static void PASTE(blame_, N)(EvalCtx *x, uint32_t row, T a, T b, bool division)
{
    if (division && b == 0) {
        if (a == a)
            row_error(x, row, ERR_DIVISION_BY_ZERO, NULL);
    } else if (IS_HUGE(a) || (IS_HUGE(b)))
        return;
    else {
        T
        r = division ? a / b : a * b;
        row_error(x, row, ERR_NUMERIC_RANGE, r == 0 ? "value out of range: underflow" : "value out of range: overflow");
    }
}

/* Sums are marked only when infinite. */
static void PASTE(blame_sum_, N)(EvalCtx *x, uint32_t row, T a, T b)
{
    if (!IS_HUGE(a) && !IS_HUGE(b))
        row_error(x, row, ERR_NUMERIC_RANGE, "value out of range: overflow");
}

#define K_NAME PASTE(kernel_add_, N)
#define K_EVAL(a, b, o) PASTE(add_, N)((a), (b), &(o))
#define K_BLAME(x, r, a, b) PASTE(blame_sum_, N)((x), (r), (a), (b))
#include "kernel/lanes2.tmpl.h"

#define K_NAME PASTE(kernel_sub_, N)
#define K_EVAL(a, b, o) PASTE(sub_, N)((a), (b), &(o))
#define K_BLAME(x, r, a, b) PASTE(blame_sum_, N)((x), (r), (a), (b))
#include "kernel/lanes2.tmpl.h"

#define K_NAME PASTE(kernel_mul_, N)
#define K_EVAL(a, b, o) PASTE(mul_, N)((a), (b), &(o))
#define K_BLAME(x, r, a, b) PASTE(blame_, N)((x), (r), (a), (b), false)
#include "kernel/lanes2.tmpl.h"

#define K_NAME PASTE(kernel_div_, N)
#define K_EVAL(a, b, o) PASTE(div_, N)((a), (b), &(o))
#define K_BLAME(x, r, a, b) PASTE(blame_, N)((x), (r), (a), (b), true)
#include "kernel/lanes2.tmpl.h"

#define K_NAME PASTE(kernel_mod_, N)
#define K_EVAL(a, b, o) ((o) |= MARK((b) == 0), T_MOD((a), (b)))
#define K_BLAME(x, r, a, b) PASTE(blame_, N)((x), (r), (a), (b), true)
#include "kernel/lanes2.tmpl.h"

#define K_NAME PASTE(kernel_neg_, N)
#define K_EVAL(a, o) ((void)(o), -(a))
#define K_BLAME(x, r, a) ((void)(r))
#include "kernel/lanes1.tmpl.h"

#define K_NAME PASTE(kernel_abs_, N)
#define K_EVAL(a, o) ((void)(o), (a) < 0 ? -(a) : (a) + 0)
#define K_BLAME(x, r, a) ((void)(r))
#include "kernel/lanes1.tmpl.h"

#undef K_T
#undef K_O
#undef MARK
#undef IS_HUGE
#undef T
#undef U
#undef N
#undef T_MAX
#undef T_MOD
