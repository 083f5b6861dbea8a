/* SPDX-License-Identifier: Apache-2.0
 *
 * Schema: names, types and nullability of columns.  Immutable once made, counted (atomic: schemas are shared by all threads). */
#pragma once
#include "base/mem.h"
#include "data/type.h"
#include <stdatomic.h>

#define COLUMNS_MAX 1600 /* as PostgreSQL */

typedef struct Field {
    const char *name; /* owned by the schema */
    Type type;
    bool not_null;
    uint64_t domain; /* relation: of a column or parameter that was declared of a DOMAIN, or of an array of it; 0 = none */
} Field;

struct Schema {
    _Atomic uint32_t rc;
    uint32_t n;
    Account *acct;
    size_t bytes;
    uint64_t fingerprint; /* hash of names, types, nullability */
    const char *name;     /* of a type that CREATE TYPE made (nested.h), else NULL */
    Field field[];
};

/* Copies names.  NULL = out of memory.  Returns one reference. */
Schema *schema_new(Account *acct, const Field *fields, uint32_t n);
Schema *schema_ref(const Schema *s);
Schema *schema_unref(Schema *s); /* NULL in, NULL out */
void schema_unrefp(Schema **s);
int schema_find(const Schema *s, Str name);            /* exact; index or -1 */
int schema_find_nocase(const Schema *s, Str name);     /* ASCII case ignored; index or -1 */
const char *schema_nearest(const Schema *s, Str name); /* the column that was perhaps meant; NULL when none is near */
bool schema_eq(const Schema *a, const Schema *b);      /* types and nullability and names */
bool schema_same_types(const Schema *a, const Schema *b);
