/* SPDX-License-Identifier: Apache-2.0
 *
 * Plain views that change, and new names of what runs. */
#pragma once
#include "db/durable.h"
#include "db/execute.h"

int alter_view(StmtContext *x, const AlterStmt *st, Err *err); /* RENAME TO, RENAME COLUMN */
/* [ddl] OR REPLACE of a view that others read: it stays, under the number *ret_id; 0: it is no such statement. */
int view_stays(StmtContext *x, const CreateQueryStmt *c, uint64_t *ret_id, Err *err);
/* [ddl] made has its number: 42P16 when columns change or go; 2BP01 and 0A000 for those that read it. */
int view_check_replacement(StmtContext *x, const Relation *made, Span at, Err *err);
/* [ddl] made is there: what could not be made over the view as it was is tried again. */
int view_mend_readers(StmtContext *x, const Relation *made, Err *err);
/* ddl_stream.c: makes r what c says, which is written in `text`. */
int view_define(StmtContext *x, const ScriptStmt *s, Str text, const CreateQueryStmt *c, Relation *r, Err *err);

/* ---- ddl_rename.c ---- */
bool renames_running(const AlterStmt *st); /* RENAME TO of a materialized view, a stream, a sink */
int alter_rename_running(StmtContext *x, const AlterStmt *st, Err *err);
int rename_running(StmtContext *x, const AlterStmt *st, const Relation *old, Err *err); /* [ddl] of one that is found */
/* [ddl] Whether a sink can be made under the name: what sinks have unfinished is known by the names that they were made with. */
int rename_leaves_room(const Database *db, const char *name, Span at, Err *err);
