/* SPDX-License-Identifier: Apache-2.0
 *
 * Journal: what an engine writes into the log, and what it does with a record when the log is read back.  [shard]
 *
 * Logged are inputs, never results: rows pushed into sources, weighted rows that changed tables (the outcome of a statement, so
 * nothing of it is evaluated again), explicit watermarks, ticks of processing time, statements.  The order of the records is the
 * order of the steps, so that the same steps run again, with the processing time that they had. */
#pragma once
#include "durable/wal.h"
#include "flow/fate.h"
#include "flow/feed.h"

typedef struct Producer { /* who pushes, for pushes that may come twice */
    uint64_t id, seq;     /* id 0 = nobody */
    uint16_t part;        /* of a push that is cut into batches */
    uint32_t n_altered;   /* Feed.n_altered when its rows were made */
    Fate *fate;           /* of rows that it hands over; borrowed, but of a letter; NULL = nobody asks */
} Producer;

typedef struct Journal {
    Wal *wal; /* NULL: nothing is logged */
    Producer producer;
    bool continues; /* the next change goes on with the unit of the record before it */
} Journal;

/* Rows about to be pushed; b->seq becomes the record's number. */
int journal_rows(Journal *j, const Feed *f, Batch *b, Err *err);
/* A change of a table that has happened. */
int journal_change(Journal *j, const Feed *f, Batch *const *b, uint32_t n, bool is_first, bool is_last, Err *err);
/* Statements of a transaction: one record; more: it and the change that follows count together, or neither. */
int journal_statements(Journal *j, uint64_t relation, int64_t ptime_us, Str payload, bool more, Err *err);
/* A record with a small payload. */
int journal_put(Journal *j, WalKind kind, uint64_t relation, int64_t ptime_us, Str payload, uint64_t *ret_seq, Err *err);

/* The last push of each producer into each relation. */
typedef struct ProducerSlot {
    uint64_t relation, id, seq;
    uint16_t part;
} ProducerSlot;
typedef struct Producers {
    Account *acct;
    ProducerSlot *slot; /* open addressing; id 0 = free */
    uint32_t n, cap;
} Producers;
void producers_done(Producers *p);
bool producers_have(const Producers *p, uint64_t relation, const Producer *push); /* it has come already */
int producers_note(Producers *p, uint64_t relation, const Producer *push, Err *err);
uint64_t producers_last(const Producers *p, uint64_t relation, uint64_t id); /* 0 = none */
void producers_forget(Producers *p, uint64_t relation);
