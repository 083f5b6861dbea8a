/* SPDX-License-Identifier: Apache-2.0
 *
 * Value: one typed scalar, for constants, defaults, options and tests; never used per row on a hot path.  Strings are borrowed
 * (from an arena or a literal).  Also the text form of every type, shared by casts, CSV, JSON, the shell and the tests. */
#pragma once
#include "data/vec.h"

typedef struct Uuid {
    uint8_t b[16];
} Uuid;

typedef struct Value {
    Type type;
    bool is_null;
    union {
        bool b;
        int16_t i16;
        int32_t i32; /* also DATE: days */
        int64_t i64; /* also TIME, timestamps */
        float f32;
        double f64;
        i128 dec;
        Interval iv;
        Uuid uuid;
        Str str; /* TEXT, BYTEA, JSON, UNKNOWN literals; ARRAY: its bytes (array.h) */
    };
} Value;

static inline Value value_null(Type t)
{
    return (Value){.type = t, .is_null = true};
}
Value vec_get(const Vec *v, uint32_t row); /* strings borrowed from the vector */
/* Puts val (of the vector's type, or NULL) into row i of a scratch vector; strings go through w. */
int vec_put(Vec *v, uint32_t i, const Value *val, StrWriter *w, Arena *arena);
int vec_const(const Value *val, uint32_t n, Vec *ret, Arena *arena); /* CONST vector; strings copied to the arena */
int value_cmp(const Value *a, const Value *b);                       /* same type, not null; the order of ORDER BY (NaN largest) */
bool value_eq(const Value *a, const Value *b);                       /* NULL equals NULL */
uint64_t value_hash(const Value *v);                                 /* as base/hash.h says */
uint64_t decimal_hash(i128 v, unsigned scale);                       /* the rule for DECIMAL, for hash kernels too */
uint64_t interval_hash(const Interval *i);                           /* equal by interval_cmp hash equal */
bool json_is_valid(Str s); /* one JSON text (RFC 8259), at most JSON_DEPTH_MAX levels deep */
#define JSON_DEPTH_MAX 512

/* Text of a value, appended to b, as PostgreSQL prints it: t/f, 1.5, NaN, \x0a1b, times in the style in use. NULL prints nothing.
 */
void value_print(const Value *v, StrBuf *b);
void value_print_iso(const Value *v, StrBuf *b); /* the same with dates and timestamps in ISO whatever style is in use: in JSON */
/* Text to value of type t (PostgreSQL's input syntax).  Strings are borrowed from s (BYTEA: decoded into the arena).
 * 0 or -ERR_INVALID_TEXT, -ERR_NUMERIC_RANGE, -ERR_DATETIME_*, -ERR_STRING_TOO_LONG with a message. */
int value_parse(Type t, Str s, Arena *arena, Value *ret, Err *err);
/* The same for literals and casts of SQL: the zone in the text of a TIMESTAMP is dropped, not applied. */
int value_parse_sql(Type t, Str s, Arena *arena, Value *ret, Err *err);
/* As a SQL literal that reads back equal ('it''s', 1.5, TIMESTAMP '...', NULL). */
/* What t's limits (type.h) make of a value of its representation: rounded in place, or -ERR_NUMERIC_RANGE. */
int value_limit(Type t, Value *v, Err *err);
void value_print_literal(const Value *v, StrBuf *b);
