/* SPDX-License-Identifier: Apache-2.0
 *
 * What reading and printing of numbers share inside base. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* Leading 128 bits of 10^e, rounded down; e in [POW10_MIN, POW10_MAX]. */
typedef struct Pow10 {
    uint64_t high, low;
} Pow10;
#define POW10_MIN (-342)
#define POW10_MAX 324
extern const Pow10 pow10_leading[POW10_MAX - POW10_MIN + 1];
static inline Pow10 pow10_of(int e)
{
    return pow10_leading[e - POW10_MIN];
}
/* floor(log2(10^e)), |e| <= 1200. */
static inline int log2_of_pow10(int e)
{
    return (e * 1741647) >> 19;
}

unsigned u64_digits(uint64_t v, char *buf); /* decimal digits without a NUL; returns how many, at most 20 */
