/* SPDX-License-Identifier: Apache-2.0
 *
 * DECIMAL(p <= 38, s) as a scaled __int128: value = v / 10^scale. */
#pragma once
#include "base/err.h"
#include "base/str.h"

#define DECIMAL_DIGITS_MAX 38
#define DECIMAL_TEXT_MAX 44 /* sign, 38 digits, point, leading zero, NUL */
extern const u128 decimal_pow10_table[39];
static inline i128 decimal_pow10(unsigned n)
{
    return (i128)decimal_pow10_table[n];
}
/* |v| < 10^precision */
bool decimal_fits(i128 v, unsigned precision);
/* Text with optional sign, point and exponent to a value of `scale`, rounding half away from zero. 0 or a code: INVALID_TEXT,
 * NUMERIC_RANGE.  decimal_parse_any also finds the scale written in the text (at most 38). */
int decimal_parse(Str s, unsigned precision, unsigned scale, i128 *ret);
int decimal_parse_any(Str s, i128 *ret, unsigned *ret_precision, unsigned *ret_scale);
int decimal_print(i128 v, unsigned scale, char *buf); /* length; buf >= DECIMAL_TEXT_MAX */
/* All return 0 or -ERR_NUMERIC_RANGE / -ERR_DIVISION_BY_ZERO; rounding is half away from zero. */
int decimal_rescale(i128 v, unsigned from, unsigned to, i128 *ret);
int decimal_mul(i128 a, i128 b, unsigned drop_scale /* digits to round away */, i128 *ret); /* 256-bit intermediate */
int decimal_div(i128 a, i128 b, unsigned add_scale /* digits to add to a */, i128 *ret);    /* 256-bit intermediate */
double decimal_to_f64(i128 v, unsigned scale);
int decimal_from_f64(double d, unsigned scale, i128 *ret);
