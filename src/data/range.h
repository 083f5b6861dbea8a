/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of range types.  A range that is not empty is held as its two bounds behind each other, each as a mark, its value
 * with the highest byte first and the sign bit flipped, and a byte that says on which side of the value it lies.  A bound without
 * end is a mark alone, the lowest below and the highest above; the empty range has no bytes.  So a range is a byte string to
 * vectors, pages, hashes and copies, equal ranges are equal bytes, and memcmp with the shorter one first is PostgreSQL's order: the
 * empty range, then by lower bounds, then by upper ones.
 *
 * What is held is always canonical: lower bounds are not above upper ones, a range that no value lies in is the empty one, and
 * those of integers and dates begin with their first value and end before the one behind their last. */
#pragma once
#include "data/value.h"

typedef struct RangeBound {
    Value value; /* NULL: there is no end */
    bool inclusive, lower;
} RangeBound;
typedef struct Range {
    bool empty;
    RangeBound low, high; /* of one that is not empty */
} Range;

Range range_read(TypeId range, Str bytes);
size_t range_length(TypeId range, const char *p); /* bytes of the range that begins at p, which is not empty */
#define RANGE_BYTES_MAX 36
Str range_write(const Range *r, char buf[RANGE_BYTES_MAX]);
/* The canonical range between two bounds.  -ERR_DATA_EXCEPTION: they are the wrong way round; -ERR_NUMERIC_RANGE or
 * -ERR_DATETIME_OVERFLOW: there is no value behind the last one. */
int range_make(RangeBound low, RangeBound high, Range *ret, Err *err);

int range_cmp_ends(const RangeBound *a, const RangeBound *b);   /* of the values alone */
int range_cmp_bounds(const RangeBound *a, const RangeBound *b); /* and of the sides that they lie on */
bool range_has(const Range *r, const Value *v);
bool range_overlaps(const Range *a, const Range *b);
void range_intersect(const Range *a, const Range *b, Range *ret); /* ret may be a or b */
/* a ends where b begins: no value lies between them, none in both. */
bool range_is_before(const RangeBound *high_a, const RangeBound *low_b);

/* PostgreSQL's text: empty, [1,5), (,"2024-01-01 00:00:00"]. */
void range_print(const Value *v, StrBuf *b);
/* sql: bounds are read as value_parse_sql does.  -ERR_INVALID_TEXT, and what range_make and the reading of bounds raise. */
int range_parse(Type t, Str s, bool sql, Arena *arena, Value *ret, Err *err);
