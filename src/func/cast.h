/* SPDX-License-Identifier: Apache-2.0
 *
 * Casts as data.  IMPLICIT ones may be applied anywhere (int -> bigint, any integer -> decimal -> double, date -> timestamp),
 * ASSIGN ones when a value is stored in a column, EXPLICIT ones by CAST and ::.  Contexts as in PostgreSQL. */
#pragma once
#include "kernel/kernel.h"

typedef enum CastContext { CAST_NONE, CAST_EXPLICIT, CAST_ASSIGN, CAST_IMPLICIT } CastContext;
typedef struct CastDef {
    uint8_t from, to; /* TypeId */
    uint8_t context;  /* CastContext: the weakest context that allows it */
    bool can_fail;
    bool nondecreasing; /* keeps order: a watermark passes through */
    Kernel kernel;      /* strict; dst->type says precision, scale, length */
} CastDef;
const CastDef *cast_find(TypeId from, TypeId to); /* NULL = none */
/* TEXT to VARCHAR(n) when a value is stored: raises 22001 unless only spaces are cut (the explicit cast just cuts). */
extern const CastDef cast_text_assign;
extern const CastDef cast_bits_assign;     /* the same of bit strings: 22026 and 22001 */
extern const CastDef cast_text_fill;       /* to CHAR(n) without cutting: beside a CHAR(n) */
extern const CastDef cast_text_strip;      /* of CHAR(n) to the other texts: without the blanks at the end */
extern const CastDef cast_limit;           /* to a type with limits (data/type.h) from what it is held as: checked or rounded */
bool cast_is_implicit(Type from, Type to); /* equal ids count; T_UNKNOWN casts to anything */
/* Common type of two types for CASE, UNION, IN, comparison (PostgreSQL's preference); T_UNKNOWN yields the other. */
int cast_common_type(Type a, Type b, Type *ret); /* 0 or -ERR_DATATYPE_MISMATCH */
bool cast_same_category(Type a, Type b);         /* of PostgreSQL: what has no common type could not be converted (42846) */
/* Converts one value (constants, defaults). 0 or the row's error. */
int cast_value(const Value *v, Type to, Arena *arena, Value *ret, Err *err);
/* The same for a value that is stored: a text longer than VARCHAR(n) or CHAR(n), also inside of it, raises instead of being cut. */
int cast_assign(const Value *v, Type to, Arena *arena, Value *ret, Err *err);
/* Of arrays, rows and maps to one with other parts, stored likewise; NULL = the type is no such. */
const CastDef *cast_find_assign(TypeId id);
