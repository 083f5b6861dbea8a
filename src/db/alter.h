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
    uint32_t n_done;      /* actions that changed something */
    struct AlterRestart { /* RESTART of identity columns */
        const AlterAction *action;
        uint32_t col; /* of the new definition */
        int64_t value;
    } * restart;
    uint32_t n_restarts;
    uint64_t *dropped;
    uint32_t n_dropped; /* CASCADE: dependants that go */
    Relation **index;   /* RENAME COLUMN: entries of indexes with the new name; one reference each */
    uint32_t n_index;
    const Catalog *next; /* that is going to be; borrowed */
    ScriptStmt *before;  /* CASCADE: what takes a foreign key of another table away, first */
} Alter;

/* ---- alter_definition.c ---- */
/* Reads the old definition and makes all changes to it; then binds it. */
int alter_definition(Alter *a, Err *err);
/* Old column that column `col` of the new definition was; -1 = it is new. */
int32_t alter_origin(const Alter *a, uint32_t col);
/* TYPE: the new value of an old column, over the old row. */
int alter_convert(const Alter *a, uint32_t old, Type to, Expr **ret, Err *err);
const ColumnDef *alter_column(const Alter *a, uint32_t col); /* of the new definition */
/* Whether the column is named in e, alone or behind its table; with `rename` it is called so from then on. */
bool alter_mentions(Node *e, Str table, Str column, const Ident *rename);

/* ---- index_entry.c ---- */
/* The entry of an index whose table, `table`, calls a column otherwise; one reference. */
bool index_names_column(const Relation *index, Str column, Arena *scratch);
int index_with_column(StmtContext *x, const Relation *old, const Relation *table, Str from, const Ident *to, Relation **ret,
                      Err *err);

/* ---- alter_identity.c ---- */
/* ADD GENERATED, SET GENERATED, SET INCREMENT .., RESTART, DROP IDENTITY of column c, which was `old` (-1: it is new).  1: there is
 * nothing to do. */
int alter_identity(Alter *a, const AlterAction *act, ColumnDef *c, int32_t old, Err *err);
/* Raises what DEFAULT, NOT NULL and TYPE cannot do of a column that numbers; SERIAL whose DEFAULT goes is an integer from then on.
 */
int alter_numbering(Alter *a, const AlterAction *act, ColumnDef *c, Err *err);
/* What the numbers go on with, once the definition is bound.  Then, [shard] when it is published, that they do. */
int alter_find_restarts(Alter *a, Err *err);
int alter_restart(Alter *a, Err *err);
int alter_sequence_of(StmtContext *x, const AlterStmt *st, const Relation *table, uint32_t col, Err *err);

/* ---- alter_rows.c ---- */
typedef struct NewRows {
    Alter *a;
    Program *program; /* a value for each new column, over the old ones */
    Vec *value;
    bool varies;        /* one of them is another for each row: the log has the rows */
    bool takes_changes; /* of the transaction: they are among the rows, which the log has, too */
    int64_t *number;    /* by new column: what identity has given last */
    uint64_t n_rows;    /* so far */
    EvalCtx eval;
    Arena step;
    RowChecks checks;
    BatchList list;
} NewRows;
/* [shard] All rows of the relation over the new columns, checked. */
int alter_rows_make(NewRows *n, Alter *a, Feed *f, Err *err);
/* Replaying: the numbers that they hold have been given. */
int alter_rows_note(const NewRows *n, Err *err);
void alter_rows_done(NewRows *n);

/* ---- alter_dependants.c ---- */
/* Finds who would have to change: refused, or with CASCADE listed in `dropped`. */
int alter_check_dependants(Alter *a, Err *err);
void alter_finish_dropped(Alter *a); /* before the shard is taken */
void alter_stop_dropped(Alter *a);   /* inside */
void alter_forget_dropped(Alter *a); /* when they are out of the catalog */
/* Inside: queries that go on read their columns where these are now, and so do comments. */
void alter_move_columns(Alter *a, const int32_t *now /* by old column, -1 = gone */);
