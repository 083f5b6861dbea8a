/* SPDX-License-Identifier: Apache-2.0
 *
 * Feed: a relation while the database runs (design 5): a push source, the output of a running STREAM, an error relation.  [shard]
 * It keeps the watermark, the retained tail that ad-hoc SELECT reads, and hands what comes to its consumers. */
#pragma once
#include "flow/consumer.h"
#include "flow/history.h"
#include "flow/room.h"
#include "flow/row_block.h"
#include "flow/stored.h"
#include "flow/watermark.h"

typedef struct Feed Feed;
typedef struct StepClock {
    uint64_t epoch;
    int64_t now_us;
} StepClock;
typedef struct Journal Journal;
typedef struct Refill Refill;
typedef struct Receiver Receiver;
typedef struct LookupTable LookupTable;
typedef struct ForeignKeys ForeignKeys;
#define FEED_BY_REF_ROWS 128u /* smaller batches are copied into blocks */
#define FEED_GONE_MAX 32u

/* Somebody who reads the retained tail piece by piece, oldest rows first, while more come behind it: a view that is being filled.
 */
typedef struct FeedTail FeedTail;
struct FeedTail {
    FeedTail *next;
    uint64_t at, part, skip;   /* number of the next row; of the part that has it, and how many rows of that have been read */
    bool broken;               /* memory was missing for rows that came meanwhile */
    void (*fall)(FeedTail *t); /* what it has not read of the oldest part goes now: it reads that */
};

typedef struct RetainedPart { /* a whole batch, or a block */
    Batch *batch;
    RowBlock *block;
} RetainedPart;
struct Feed {
    _Atomic uint32_t rc; /* the engine's, writers', queued letters' */
    uint64_t relation;
    char name[64];
    Account acct;
    const Schema *schema; /* one reference */
    Watermark wm;         /* owns its clock */
    bool idle;            /* as told to the consumers */
    ConsumerList consumers;
    /* Retained tail, oldest first: at least the newest `retain_rows` rows (0 = nothing). */
    uint64_t retain_rows, retained_rows;
    RetainedPart *part; /* ring */
    uint32_t part_head, n_parts, part_cap;
    /* Batches that a run has put out of the tail: whoever runs the next one lets them go, on all of its threads. */
    Batch *gone[FEED_GONE_MAX];
    uint32_t n_gone;
    bool defers;               /* a run is being retained */
    RowBlock *spare;           /* emptied block to be used again */
    RowBlock *gather;          /* rows that wait for their step (gather.h); NULL = none ever did */
    uint64_t gathers_seen;     /* Engine.n_entries when `gathers` was found out */
    bool gathers;              /* small pushes need no step of their own */
    _Atomic uint64_t lanes_at; /* [any] lane.h: 0 or 2 * gathers_seen where its writers may have lanes, + 1 where it gathers */
    bool gather_lost;          /* some that had been taken found no memory: the next push hears it */
    uint64_t n_fallen, parts_fallen; /* rows and parts that are retained no more */
    FeedTail *tails;
    bool keeps_all;             /* nothing falls out of retention: see WAL_KEEP */
    _Atomic bool may_refuse;    /* a push, by what it finds in its rows or in the content */
    _Atomic uint32_t n_posting; /* [any] who may have looked at may_refuse before it was set, and posts */
    _Atomic uint32_t n_altered; /* changes of its definition: what was made for another one does not fit */
    Stored *stored;             /* content of a TABLE or MATERIALIZED VIEW, owned; NULL = only the tail is kept */
    Refill *refill;             /* a connector fills it (refill.h), owned; NULL = none */
    Receiver *receiver;         /* a connector pushes into it (receiver.h), owned; NULL = none */
    LookupTable *lookup;        /* of the keys of a lookup table that is asked by key (lookup_table.h), owned; NULL = none */
    bool in_order;              /* changes pushed into it are taken in order, see stored_take */
    const StepClock *clock;     /* the engine's */
    History *history;           /* retain_history, owned; NULL = none */
    Room room;
    Backpressure backpressure; /* of pushes into it */
    uint64_t n_changes;        /* of the stored content */
    Batch *const *handing;     /* the batches of the last one while they are handed out, and how far this has come */
    uint32_t n_handing, at_handing;
    uint64_t n_rows, n_refused, n_unknown; /* n_unknown: rows taken back by a push that were not there */
    bool closed;
    bool defining;   /* a transaction that is not over has made or altered the relation: nobody else changes it */
    bool lacks_rows; /* memory was missing for retained rows: SELECT has not all of them until the next opening */
    bool building;   /* its query still reads what was there: nobody may read the feed */
    int64_t logged_polled_ns, logged_tick_us; /* of the clock, as the log has it */
    const ForeignKeys *foreign;               /* keys that it refers to or is referred to by are among these; borrowed */
    Journal *journal;                         /* of a table in a durable database: its changes are logged; borrowed */
};

int feed_new(Account *parent, uint64_t relation, const char *name, const Schema *schema, const Watermark *wm, uint64_t retain_rows,
             Feed **ret, Err *err);
Feed *feed_ref(Feed *f);
void feed_unref(Feed *f); /* NULL is fine */
/* Hands a batch to retention and consumers. 0 or -ERR_OUT_OF_MEMORY (retention only; consumers got it).  Of a stored relation: as
 * feed_change. */
int feed_emit(Feed *f, Batch *b, Err *err);
int feed_emit_run(Feed *f, Batch *const *b, uint32_t n, Err *err); /* of rows that are not stored; all consumers take it */
/* Share i of n of what the last run has put out of the tail; feed_gone when all shares have. */
void feed_let_go(Feed *f, uint32_t i, uint32_t n);
void feed_gone(Feed *f);
/* Stored relation: all batches become part of its content and go to the consumers, or none does (see stored_apply). */
int feed_change(Feed *f, Batch *const *b, uint32_t n, Err *err);
typedef struct FeedChange {
    Feed *feed;
    Batch **batch;
    uint32_t n; /* one of them has rows */
} FeedChange;
/* The same for several stored relations: all of them or none, and one unit of the log. */
int feed_change_all(const FeedChange *c, uint32_t n, Err *err);
/* Rows pushed into a stored relation: see stored_take. */
int feed_take(Feed *f, Batch *b, Arena *arena, Err *err);
/* A relation without stored content has got columns: the n batches, with them, are what is retained from now on. */
int feed_widen(Feed *f, const Schema *schema, Batch *const *b, uint32_t n, Err *err);
bool feed_make_gather(Feed *f, uint32_t rows); /* false = no memory */
/* SET (buffer_size, backpressure): rows that are retained no more go at once. */
void feed_set_room(Feed *f, uint64_t retain_rows, Backpressure backpressure);
int feed_retain(Feed *f, Batch *b, Err *err); /* to the tail only: of a checkpoint */
void feed_keep_all(Feed *f, bool on);         /* of what comes from now on nothing goes, until off */
void feed_tail_open(Feed *f, FeedTail *t);    /* with `fall` set; borrowed until it is closed */
void feed_tail_close(Feed *f, FeedTail *t);   /* also one that was never opened */
uint64_t feed_tail_left(const Feed *f, const FeedTail *t);
/* The next rows, at most so many, valid until the feed changes; NULL: there are no more yet. */
int feed_tail_next(Feed *f, FeedTail *t, uint32_t most, Arena *arena, Batch **ret, Err *err);
void feed_mark(Feed *f, int64_t wm_us);
void feed_idle(Feed *f, bool is_idle);  /* tells the consumers when that is news */
void feed_end(Feed *f, const Err *err); /* nothing further comes: the input has ended, has failed, or the relation goes away */
/* What a late comer gets first: the stored content, else the retained tail, oldest first; a negative answer stops. */
int feed_each_retained(Feed *f, int (*each)(void *self, Batch *b, Err *err), void *self, Err *err);
