/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of multirange types: ranges that are not empty, do not touch and are in their order, held behind each other as range.h
 * holds each.  No range begins as another one of other bytes ends, so memcmp with the shorter one first is PostgreSQL's order here,
 * too, and a multirange is a byte string to everything but its functions and texts.  The one without ranges has no bytes. */
#pragma once
#include "data/range.h"

typedef struct Ranges {
    Arena *arena;
    TypeId type; /* of the ranges */
    uint32_t n, cap;
    Range *at;
} Ranges;

/* Those of a value of a range or multirange type; of an empty range none.  All of these: 0 or -ERR_OUT_OF_MEMORY. */
int ranges_read(TypeId type, Str bytes, Arena *arena, Ranges *ret);
int ranges_add(Ranges *r, const Range *one); /* anywhere; an empty one counts for nothing */
void ranges_merge(Ranges *r);                /* of any ranges: in order, those that touch as one */
void ranges_put(const Ranges *r, StrBuf *b);

/* ret is made; a and b are merged ones. */
int ranges_intersect(const Ranges *a, const Ranges *b, Ranges *ret);
int ranges_subtract(const Ranges *a, const Ranges *b, Ranges *ret);

/* PostgreSQL's text: {}, {[1,5),[7,9)}. */
void multirange_print(const Value *v, StrBuf *b);
/* As range_parse. */
int multirange_parse(Type t, Str s, bool sql, Arena *arena, Value *ret, Err *err);
