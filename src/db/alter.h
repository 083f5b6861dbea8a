/* SPDX-License-Identifier: Apache-2.0
 *
 * ALTER TABLE and ALTER SOURCE, in three parts: what the definition becomes (alter_definition.c), who reads what is changed
 * (alter_dependants.c), and what happens to the rows (ddl_alter.c). */
#pragma once
#include "db/table_write.h"

typedef struct Alter {
    StmtContext *x;
    const AlterStmt *st;
    Relation *old; /* one reference */
    CreateRelationStmt *def;
    Relation *made; /* one reference */
    uint32_t n_old;
    ColumnDef **was;               /* the old columns, as nodes of `def`; those that were dropped stand here only */
    const AlterAction **converted; /* by old column: TYPE */
    bool *touched;                 /* by old column: who reads it would have to change */
    bool *named;                   /* by old column: who names it in a text would */
    bool loosens;                  /* a key goes: who relies on it would have to change */
    bool rebuilds;                 /* rows are written anew, and writers opened again */
    bool takes_names;              /* columns get or lose names: texts may mean something else */
    bool cascades;
    uint32_t n_done; /* actions that changed something */
    uint64_t *dropped;
    uint32_t n_dropped; /* CASCADE: dependants that go */
} Alter;

/* ---- alter_definition.c ---- */
/* Reads the old definition and makes all changes to it; then binds it. */
int alter_definition(Alter *a, Err *err);
/* Old column that column `col` of the new definition was; -1 = it is new. */
int32_t alter_origin(const Alter *a, uint32_t col);
/* TYPE: the new value of an old column, over the old row. */
int alter_convert(const Alter *a, uint32_t old, Type to, Expr **ret, Err *err);
const ColumnDef *alter_column(const Alter *a, uint32_t col); /* of the new definition */

/* ---- alter_dependants.c ---- */
/* Finds who would have to change: refused, or with CASCADE listed in `dropped`. */
int alter_check_dependants(Alter *a, Err *err);
void alter_finish_dropped(Alter *a); /* before the shard is taken */
void alter_stop_dropped(Alter *a);   /* inside */
void alter_forget_dropped(Alter *a); /* when they are out of the catalog */
/* Inside: queries that go on read their columns where these are now, and so do comments. */
void alter_move_columns(Alter *a, const int32_t *now /* by old column, -1 = gone */);
