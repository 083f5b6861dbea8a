/* SPDX-License-Identifier: Apache-2.0
 *
 * Statements with INSERT, UPDATE and DELETE in WITH. */
#pragma once
#include "db/table_write.h"

const Node *dml_with_items(const Node *stmt); /* the items of its own WITH; NULL = there is none */
bool dml_with_changes(const Node *stmt);      /* one of them changes rows */
int stmt_with_changes(StmtContext *x, const ScriptStmt *s, Err *err);

/* What the parts of one statement do to tables, until all of it happens at once. */
typedef struct ChangeSet ChangeSet;
int change_set_begin(ChangeSet *c, TableWrite *w, Err *err); /* [shard] w has begun; -ERR_SERIALIZATION: changed since */
int change_set_add(ChangeSet *c, TableWrite *w, Err *err);   /* [shard] takes over what w changes */
