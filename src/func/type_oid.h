/* SPDX-License-Identifier: Apache-2.0
 *
 * PostgreSQL's numbers and names of types, for pg_catalog and what asks it. */
#pragma once
#include "base/str.h"
#include "data/type.h"

#define OID_ARRAY_IN 750 /* the function that reads arrays: what pg_type.typinput says of them */

typedef struct PgType {
    uint32_t oid, array_oid; /* array_oid 0 = there are no arrays of it */
    uint8_t id;              /* TypeId */
    const char *name;        /* typname */
    const char *text;        /* as format_type() gives it */
    int16_t length;          /* bytes, -1 = any number */
    char align, category;
    bool is_preferred;
} PgType;
const PgType *pg_type_at(uint32_t index); /* NULL after the last */
const PgType *pg_type_find(uint32_t oid, bool *ret_is_array);
const PgType *pg_type_named(Str name); /* by typname or text */
uint32_t pg_type_oid(Type t);
int32_t pg_type_mod(Type t); /* atttypmod: lengths, precisions; -1 = none */
void pg_type_print(uint32_t oid, int32_t mod, StrBuf *out);
