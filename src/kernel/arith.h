/* SPDX-License-Identifier: Apache-2.0
 *
 * Checked arithmetic, one kernel per operation and type.  All are FN_LANES kernels (func.h): over dense rows they compute every
 * lane wrapped, collect an overflow mark, and only when it is set look again for the rows to blame (null rows, by dst->valid, never
 * are). integers   wrap detected: 22003; x / 0 and x % 0: 22012; MIN / -1: 22003 floats     a finite operation that gives infinity:
 * 22003, one that gives 0 from non-zero factors: 22003 (underflow); x / 0: 22012 decimals   operands of any scale, result of
 * dst->type's scale, rounded half away from zero; 22003 beyond 38 digits */
#pragma once
#include "kernel/kernel.h"

#define ARITH_TYPES(X) X(i16) X(i32) X(i64) X(f32) X(f64) X(dec)
#define ARITH_DECLARE(t)                                                                                                           \
    int kernel_add_##t(EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows);                  \
    int kernel_sub_##t(EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows);                  \
    int kernel_mul_##t(EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows);                  \
    int kernel_div_##t(EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows);                  \
    int kernel_mod_##t(EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows);                  \
    int kernel_neg_##t(EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows);                  \
    int kernel_abs_##t(EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows);
ARITH_TYPES(ARITH_DECLARE)
#undef ARITH_DECLARE

/* Types of decimal results.
 *   a + b, a - b, a % b  scale max(s1, s2), one more digit before the point
 *   a * b                scale s1 + s2 (at most 38), precision p1 + p2 (at most 38)
 *   a / b                scale max(6, s1, s2), raised to 16 while all p1 - s1 + s2 digits before the point still fit into 38, and
 *                        where one is a DECIMAL without a size or p1 is 38, as of a sum
 * Sums, products and remainders of a DECIMAL without a size are shown as it is (LIMIT_BARE). */
Type decimal_add_type(Type a, Type b);
Type decimal_mul_type(Type a, Type b);
Type decimal_div_type(Type a, Type b);
Type decimal_mod_type(Type a, Type b);
