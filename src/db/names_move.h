/* SPDX-License-Identifier: Apache-2.0
 *
 * ALTER SCHEMA .. RENAME TO, ALTER .. SET SCHEMA: what is called otherwise, and every definition that names it. */
#pragma once
#include "db/execute.h"

/* [ddl] Everything that is in the schema goes on under its new name. */
int schema_rename(StmtContext *x, const Relation *schema, const Ident *to, Err *err);
/* [ddl] r, and what belongs to it, is in schema `to` from now on. */
int object_move(StmtContext *x, const Relation *r, const Ident *to, Span at, Err *err);
/* [ddl] r, which its definition alone and other texts name, has another name in its schema; what is in its rows does not. */
int object_rename(StmtContext *x, const Relation *r, const Ident *own, Err *err);
/* [ddl] The table, source, domain or index whose defaults, checks or keys call the function; NULL = there is none. */
int function_find_namer(StmtContext *x, const Relation *r, const Relation **ret, Err *err);
/* [ddl] A function that nothing uses has another name in its schema: -ERR_DEPENDENT_OBJECTS, -ERR_DUPLICATE_FUNCTION. */
int function_rename(StmtContext *x, const Relation *r, const Ident *own, Err *err);
/* [ddl] *next, in which r has the name already, with the others that name it. */
int rename_in_readers(StmtContext *x, Catalog **next, const Relation *r, const Ident *own, Err *err);
/* [shard] What runs and is stored behind a relation is called as the relation is. */
void name_running(Database *db, const Relation *r);
