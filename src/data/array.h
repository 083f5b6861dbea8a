/* SPDX-License-Identifier: Apache-2.0
 *
 * ARRAY values: the sort keys (sortkey.h) of their elements, ascending and NULLs last, one behind the other.  An array is thus a
 * byte string like any other to vectors, pages, hashes and copies, equal arrays are equal bytes, and memcmp with the shorter one
 * first is PostgreSQL's order of arrays.  Arrow's lists are made and read at the interface only.  What is lost: -0 is 0.  Arrays
 * have one dimension and their first element is number 1; elements are scalars. */
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

void array_put(StrBuf *b, Type array, const Value *element);
uint32_t array_count(Type array, Str bytes);
/* PostgreSQL's text: {1,NULL,"x y"}. */
void array_print(const Value *v, StrBuf *b);
/* sql: elements are read as value_parse_sql does.  -ERR_INVALID_TEXT and the errors of the elements. */
int array_parse(Type t, Str s, bool sql, Arena *arena, Value *ret, Err *err);
