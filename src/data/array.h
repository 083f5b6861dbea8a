/* SPDX-License-Identifier: Apache-2.0
 *
 * ARRAY values: the sort keys (sortkey.h) of their elements, ascending and NULLs last, one behind the other.  An array is thus a
 * byte string like any other to vectors, pages, hashes and copies, equal arrays are equal bytes, and memcmp with the shorter one
 * first is PostgreSQL's order of arrays.  Arrow's lists are made and read at the interface only.  What is lost: -0 is 0.
 * Elements are anything but arrays.  Behind those of an array with more than one dimension, or whose first element is not number 1,
 * stand its bounds, begun by a byte that no element begins with and that sorts before them: so {{1,2}} comes behind {1,2} and
 * before {1,2,3}, as in PostgreSQL. */
#pragma once
#include "data/sortkey.h"

typedef struct ArrayReader {
    SortSpec spec;
    Str bytes;
    size_t at;
    Arena *arena;
} ArrayReader;
ArrayReader array_read(Type array, Str bytes, Arena *arena); /* texts of elements go to the arena */
/* 1: the next element is *ret; 0: there is none. */
int array_next(ArrayReader *r, Value *ret);
/* The next element's bytes alone: its key. */
bool array_next_key(ArrayReader *r, Str *ret);
static inline bool array_key_is_null(Str key)
{
    return key.n == 1;
}

#define ARRAY_DIMS_MAX 6 /* as PostgreSQL */
#define ARRAY_ITEMS_MAX (1u << 27)
typedef struct ArrayDims {
    uint32_t n; /* 0: the array is empty */
    uint32_t len[ARRAY_DIMS_MAX];
    int32_t lower[ARRAY_DIMS_MAX];
} ArrayDims;
/* Also the elements alone. */
void array_dims_of(Type array, Str bytes, ArrayDims *ret, Str *ret_items);
/* Ends an array whose elements are in b; nothing is added for a list that begins with number 1. */
void array_put_dims(StrBuf *b, const ArrayDims *d);
static inline bool array_same_dims(const ArrayDims *a, const ArrayDims *b)
{
    return a->n == b->n && memcmp(a->len, b->len, a->n * sizeof(*a->len)) == 0;
}
/* Elements that one step in dimension d passes over. */
uint32_t array_stride(const ArrayDims *d, uint32_t dim);

void array_put(StrBuf *b, Type array, const Value *element);
uint32_t array_count(Type array, Str bytes); /* elements in all dimensions */
/* PostgreSQL's text: {1,NULL,"x y"}, {{1,2},{3,4}}, [0:1]={1,2}. */
void array_print(const Value *v, StrBuf *b);
/* sql: elements are read as value_parse_sql does.  -ERR_INVALID_TEXT, -ERR_PROGRAM_LIMIT and the errors of the elements. */
int array_parse(Type t, Str s, bool sql, Arena *arena, Value *ret, Err *err);
