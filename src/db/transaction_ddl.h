/* SPDX-License-Identifier: Apache-2.0
 *
 * Statements of a transaction that change the catalog.  They take effect at once, and are written to the log when the transaction
 * commits: one record, which counts together with the rows that changed, or not at all. */
#pragma once
#include "db/durable.h"
#include "db/execute.h"

typedef struct DdlStep DdlStep; /* what was before a statement */
typedef struct DdlStatement {   /* that is to be logged */
    Entry entry;                /* with its payload */
    uint64_t number;            /* first relation, for the record */
} DdlStatement;
typedef struct TransactionDdl {
    Catalog *start; /* before the first of them; NULL = there was none */
    DdlStep *step;  /* newest */
    DdlStatement *statement;
    uint32_t n, cap;
} TransactionDdl;

/* 0A000 for what cannot be taken back; else notes what is there now. */
int transaction_ddl_begin(Database *db, TransactionDdl *x, const ScriptStmt *s, Err *err);
void transaction_ddl_undo(Database *db, TransactionDdl *x, const DdlStep *until); /* NULL: all of it */
/* Inside, with the n changes of tables. */
int transaction_ddl_apply(Database *db, TransactionDdl *x, const FeedChange *c, uint32_t n, Err *err);
void transaction_ddl_finish(Database *db, TransactionDdl *x); /* it has been applied: what was dropped goes */
void transaction_ddl_done(Database *db, TransactionDdl *x);

/* ---- for the handlers; all say no without a transaction ---- */
bool transaction_is_defining(Database *db);
TransactionDdl *transaction_ddl(Database *db); /* transaction.c */
int64_t transaction_now_us(Database *db);      /* transaction.c: when it began; 0 = there is none */
/* The transaction has made or altered r, so the log does not know it as it is. */
bool transaction_defines(Database *db, const Relation *r);
bool transaction_made(Database *db, const Relation *r); /* it was not there before */
/* 1: it keeps the rows that a relation had, with their columns, instead of the caller. */
int transaction_keep_store(Database *db, Feed *f, Stored *store, const Schema *schema, Err *err);
int transaction_keep_statement(Database *db, const Entry *e, uint64_t number, Str payload, Err *err);
/* 0A000 when the relation cannot be altered or dropped in a transaction: running queries read it. */
int transaction_refuse_definition(Database *db, const Relation *r, const Relation *const *dep, uint32_t n, bool alters, Span at,
                                  Err *err);
/* transaction.c: 55006, a constraint over its changed rows waits for the end. */
int transaction_refuse_pending(Database *db, const Relation *r, Span at, Err *err);
/* transaction.c, [shard]: what the transaction has changed in f's rows is part of what ALTER has made of them. */
int transaction_fold(Database *db, Feed *f, Err *err);
bool transaction_ddl_is_behind(const TransactionDdl *x, const DdlStep *step, const DdlStep *than); /* made after; NULL: the start */
int transaction_copy_again(Database *db, Feed *f, Err *err); /* transaction.c: f has other columns now */
bool transaction_has_changes(Database *db, const Feed *f);   /* transaction.c */

/* ---- the log (durable_unit.c) ---- */
typedef struct HeldUnit { /* statements read from the log, whose changes are still to come */
    Arena arena;
    bool open;
    WalRecord *record; /* the statements, then changes */
    uint32_t n, cap;
} HeldUnit;
/* [statements] What a checkpoint has to know of a statement. */
int durable_entry_of(Database *db, const ScriptStmt *s, int64_t ptime_us, Entry *ret, Err *err);
/* now_us: what now() is to them; 0 = the time of the record. */
void durable_put_unit(StrBuf *b, const DdlStatement *statement, uint32_t n, int64_t now_us);
/* *ret_taken: the record was one of these, and has been run or is kept. */
int durable_replay_unit(Database *db, HeldUnit *h, LogReplay *at, const WalRecord *r, bool *ret_taken, Err *err);
