/* SPDX-License-Identifier: Apache-2.0
 *
 * Schemas, and names with a schema before them. */
#pragma once
#include "catalog/catalog.h"
#include "sql/ast_node.h"

#define DATABASE_NAME "laminar"

typedef enum SchemaId {
    SCHEMA_NONE, /* none is written: public, then the others; or one of CREATE SCHEMA */
    SCHEMA_PUBLIC,
    SCHEMA_PG_CATALOG,
    SCHEMA_INFORMATION,
    SCHEMA_LAMINAR, /* laminar_system */
    N_SCHEMAS
} SchemaId;
const char *schema_name(SchemaId s);
bool schema_id_find(Str name, SchemaId *ret); /* "main" is another name of public */

#define NAME_NO_SCHEMA 1
/* The schema of a name of one to three parts: 0, or NAME_NO_SCHEMA when it names none of these. */
int name_schema(const Name *n, SchemaId *ret, Err *err);
/* A name that a statement makes, changes or drops: in public, written or not, or in a schema of c.  -ERR_UNDEFINED_SCHEMA,
 * -ERR_SYSTEM_OBJECT, -ERR_NAME_TOO_LONG. */
int name_check_made(const Catalog *c, const Name *n, Err *err);
/* r, as a statement names it, at the place that *ret has; its texts are the arena's. */
int name_of_relation(const Relation *r, Arena *arena, Name *ret, Err *err);
/* A name in the schema of r, and in that of the other name: its key; p == NULL = no memory. */
int name_beside(const Relation *r, const Ident *own, Arena *arena, Name *ret, Err *err);
Str name_key_beside(const Name *n, const Ident *own, Arena *arena);
Str name_key_in(const Ident *schema, const Name *n, Arena *arena); /* the object in another schema */
/* The name of the relation's schema, in the arena; NULL = no memory. */
const char *relation_schema_name(const Relation *r, Arena *arena);
int name_no_schema(const Name *n, Err *err); /* raises it: 3F000 */
