/* SPDX-License-Identifier: Apache-2.0
 *
 * STRUCT and MAP values: like those of ARRAY byte strings that vectors, pages, hashes and copies carry as they are.  A STRUCT is
 * the sort keys of its fields one behind the other, so that equal rows are equal bytes and memcmp is PostgreSQL's order of rows:
 * field by field, NULL behind everything.  A MAP is the sort keys of its keys and values in turn, in the order of the keys, each
 * key once: the entries of a map have no other order, and equal maps are equal bytes. */
#pragma once
#include "data/nested.h"
#include "data/sortkey.h"

typedef struct RecordReader {
    const Schema *parts;
    Str bytes;
    size_t at;
    uint32_t i;
    Arena *arena;
} RecordReader;
/* Of a STRUCT or MAP; texts of parts go to the arena. */
RecordReader record_read(Type t, Str bytes, Arena *arena);
/* The fields of a STRUCT in turn, or key, value, key ... of a MAP.  1: *ret is the next; 0: there is none; -ERR_OUT_OF_MEMORY. */
int record_next(RecordReader *r, Value *ret);
/* The bytes of the next part; false = there is none. */
bool record_next_key(RecordReader *r, Str *ret);
void record_put(StrBuf *b, const Value *part);

/* A MAP of n entries whose parts are in entry[0 .. 2n), key and value in turn; of equal keys the last counts.  NULL keys:
 * -ERR_NULL_NOT_ALLOWED. */
int map_put(StrBuf *b, const Value *entry, uint32_t n, Arena *arena, Err *err);
/* The value's bytes (a sort key); false = there is no such key. */
bool map_find(Type map, Str bytes, Str key, Str *ret);
uint32_t map_count(Type map, Str bytes);

/* PostgreSQL's text of a row: (1,"x y",).  A map: {a=1,"b c"=NULL}. */
void record_print(const Value *v, StrBuf *b);
int record_parse(Type t, Str s, bool sql, Arena *arena, Value *ret, Err *err);
void map_print(const Value *v, StrBuf *b);
int map_parse(Type t, Str s, bool sql, Arena *arena, Value *ret, Err *err);
/* The number of a label; -1 = there is none. */
int32_t enum_find(Type t, Str label);
