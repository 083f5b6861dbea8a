/* SPDX-License-Identifier: Apache-2.0
 *
 * Comparison of two vectors of one type into a boolean, and three-valued logic.  The comparison kernels look at the operand type
 * once per call; they are total (no errors) and fill whole words of the result when the rows are dense.  NaN equals itself and is
 * the largest; intervals compare as PostgreSQL does (a month is 30 days); strings by bytes. */
#pragma once
#include "kernel/kernel.h"

typedef enum CmpOp { CMP_EQ, CMP_LT, CMP_LE, CMP_NE, CMP_GT, CMP_GE } CmpOp;
/* dst: boolean scratch. */
void kernel_compare(CmpOp op, const Vec *a, const Vec *b, Vec *dst, Rows rows);
/* Three-way, of single values as they lie in vectors; for the row at a time paths (greatest, minmax). Same order as
 * kernel_cmp_rows. */
int strview_cmp(const Vec *x, const StrView *a, const Vec *y, const StrView *b);
bool strview_eq(const Vec *x, const StrView *a, const Vec *y, const StrView *b);
static inline int f64_cmp(double a, double b)
{
    if (a < b)
        return -1;
    if (a > b)
        return 1;
    return a == b ? 0 : (a != a) - (b != b);
}

/* acc = acc AND v (is_or: acc OR v), three-valued, over the words of n dense rows. acc: FLAT boolean scratch with its own validity
 * (may be NULL = no nulls; added from the arena when v brings nulls). v FLAT or CONST.  0 or -ERR_OUT_OF_MEMORY. */
int kernel_logic_words(bool is_or, Vec *acc, const Vec *v, uint32_t n, Arena *arena);
