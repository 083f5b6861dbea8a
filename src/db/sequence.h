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
/* [ddl] Publishes r and logs the statement, so that no record of its numbers comes before. */
int sequence_publish(Database *db, Relation *r, Err *err);
int sequence_refuse_drop(StmtContext *x, const Relation *r, Span at, Err *err); /* a DEFAULT calls it */

/* ---- the log and checkpoints ---- */
bool sequence_is_record(Str text);
int sequence_replay(Database *db, Str text, Err *err);
/* Inside: the record of each sequence that has been asked, and how many there are; what they give afterwards is logged anew.  put
 * NULL: counts only. */
uint32_t sequences_checkpoint(Database *db, void (*put)(void *self, uint64_t relation, const StrBuf *text), void *self);
