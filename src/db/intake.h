/* SPDX-License-Identifier: Apache-2.0
 *
 * Intake: what every push into a source or table goes through, whether a writer or INSERT INTO a source makes it: the operation
 * column becomes a weight, constraints are checked, and the rows are handed to the engine in one step. */
#pragma once
#include "db/table_write.h"

typedef struct Intake {
    Database *db; /* borrowed */
    uint64_t relation;
    Feed *feed;           /* one reference */
    const Schema *schema; /* one reference: of what is pushed; the relation may have got more columns since */
    char name[64];
    bool takes_changes; /* rows may be taken back */
    bool append_only;   /* of a table: for messages */
    int32_t op_col;     /* -1 = none */
    uint32_t n_key, *key;
    RowChecks checks; /* of a table, and of a source that takes changes or has generated columns */
    Arena arena, step;
    struct Lane *lane; /* rows of a source that found another writer at work; NULL = it has none */
    Producer who;      /* id 0: pushes come once */
    uint64_t ticket;   /* of the last push, see laminar_wait */
} Intake;
/* r: a TABLE, or a SOURCE without a connector.  -ERR_SERIALIZATION: it has been altered since the catalog c. */
int intake_open(Intake *k, Database *db, const Catalog *c, const Relation *r, Err *err);
void intake_close(Intake *k); /* also half-opened */
/* Weights of b: negative ones take rows back, -ERR_WRONG_OBJECT_TYPE when the relation does not take changes. */
int intake_push(Intake *k, Batch *b, Err *err);
/* Several, not empty, as so many calls of intake_push; those before an error have been taken.  span: as engine_push_run's. */
int intake_push_run(Intake *k, Batch *const *b, const TimeSpan *span, uint32_t n, Err *err);
bool intake_is_current(const Intake *k); /* what is pushed has the columns that the relation has now */
/* The pushes that follow, until the next call, are pieces of the producer's next one. */
void intake_next(Intake *k);
/* What went wrong with rows that were queued, once: nobody else hears it. */
int intake_tell(Intake *k, Err *err);
/* The same when those that are still queued have been looked at; within a callback: as far as they have. */
int intake_settle(Intake *k, Err *err);
