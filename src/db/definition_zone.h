/* SPDX-License-Identifier: Apache-2.0
 *
 * The zone and the styles of the session that creates something, kept with its definition. */
#pragma once
#include "db/execute.h"

/* A CREATE of what is kept, in a session of another zone than UTC that names none itself: as if WITH (timezone = ..) stood in it,
 * in its tree and in s->text. */
int definition_in_zone(StmtContext *x, ScriptStmt *s, Err *err);
/* The same of the statement that EXPLAIN shows. */
int definition_tree_in_zone(StmtContext *x, Node *stmt, bool *ret_changed, Err *err);
