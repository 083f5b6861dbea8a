/* SPDX-License-Identifier: Apache-2.0
 *
 * The numbers of sequences. */
#pragma once
#include "db/execute.h"

void sequences_init(Database *db);
void sequences_forget(Database *db, uint64_t relation); /* dropped, behind the catalog that lacks it; 0 = all */
void sequences_discard(Database *db);                   /* what currval() and lastval() say */
/* Before a number is shown: waits for the disk as statements that write do. */
int sequences_settle(Database *db, Err *err);
typedef struct SequenceRestart { /* ALTER */
    bool on;
    int64_t value;
    Span at;
} SequenceRestart;
/* [ddl] Publishes r and logs the statement, so that no record of its numbers comes before.  altered NULL: r is new. */
int sequence_publish(Database *db, Relation *r, const SequenceRestart *altered, Err *err);
/* "drop": 2BP01 when a DEFAULT calls it, but those of the relation `except`. */
int sequence_refuse_change(StmtContext *x, const Relation *r, const uint64_t *except, uint32_t n_except, const char *what, Span at,
                           Err *err);
int alter_sequence(StmtContext *x, const AlterStmt *st, Err *err); /* ddl_sequence.c */
/* The number it gave last, or, !called, gives next. */
void sequence_restore(Database *db, uint64_t relation, int64_t last, bool called);
/* [shard] TRUNCATE .. RESTART IDENTITY: those that columns of the table own begin anew. */
int sequences_restart(Database *db, const Catalog *c, const Relation *table, Err *err);
void sequence_print(Database *db, const Relation *r, StrBuf *out); /* the statement that brings it where it is */
void sequence_state(Database *db, const Relation *r, int64_t *ret_last, bool *ret_called);

/* ---- the log and checkpoints ---- */
bool sequence_is_record(Str text);
int sequence_replay(Database *db, Str text, Err *err);
/* Inside: the record of each sequence that has been asked, and how many there are; what they give afterwards is logged anew.  put
 * NULL: counts only. */
uint32_t sequences_checkpoint(Database *db, void (*put)(void *self, uint64_t relation, const StrBuf *text), void *self);
