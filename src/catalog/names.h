/* SPDX-License-Identifier: Apache-2.0
 *
 * Schemas, and names with a schema before them. */
#pragma once
#include "base/str.h"
#include "sql/ast_node.h"

#define DATABASE_NAME "laminar"

typedef enum SchemaId {
    SCHEMA_NONE, /* none is written: public, then the others */
    SCHEMA_PUBLIC,
    SCHEMA_PG_CATALOG,
    SCHEMA_INFORMATION,
    SCHEMA_LAMINAR, /* laminar_system */
    N_SCHEMAS
} SchemaId;
const char *schema_name(SchemaId s);
bool schema_id_find(Str name, SchemaId *ret); /* "main" is another name of public */

#define NAME_NO_SCHEMA 1
/* The schema of a name of one to three parts: 0, or NAME_NO_SCHEMA when it names one that is not there. */
int name_schema(const Name *n, SchemaId *ret, Err *err);
/* A name that a statement makes, changes or drops: in public, written or not.  -ERR_UNDEFINED_SCHEMA, -ERR_SYSTEM_OBJECT. */
int name_check_public(const Name *n, Err *err);
int name_no_schema(const Name *n, Err *err); /* raises it: 3F000 */
