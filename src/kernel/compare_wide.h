/* SPDX-License-Identifier: Apache-2.0
 *
 * 64-bit integers compared many at once: what a comparison of vectors says of them is a mask, which is the result's bitmap.  The
 * portable loops make bytes and pack those. */
#pragma once
#include "kernel/compare.h"
#include "kernel/loop.h"

/* Of the first n / 64 * 64 rows (op: =, <, <=), which is answered; 0: not on this machine. */
uint32_t compare_wide(CmpOp op, const int64_t *a, const int64_t *b, uint64_t *d, uint32_t n, Shape shape);

/* Whether x % divisor = rest, without dividing: x - rest is a multiple of the divisor's odd part when its product with that one's
 * inverse modulo 2^64 is small, and of the divisor when nothing is lost in rotating by the power of two (Warren, Hacker's Delight,
 * 10-17).  The rest has the sign of x. */
typedef struct Remainder {
    uint64_t inverse, most; /* of the rotated product */
    uint64_t minus, limit;  /* |x| - minus is at most the limit, or x has the wrong sign */
    uint64_t flip, keep;    /* |x| is (x ^ s) - s with s = (x's sign & keep) ^ flip */
    uint8_t shift;
    bool never, negated;
} Remainder;
/* false: the divisor is 0, 1 or -1, or INT64_MIN. negated: <> instead of =. */
bool remainder_init(Remainder *r, int64_t divisor, int64_t rest, bool negated);
/* v: smallint, integer or bigint, FLAT or CONST. */
void kernel_remainder(const Remainder *r, const Vec *v, Vec *dst, Rows rows);
