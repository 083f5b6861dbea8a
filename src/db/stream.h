/* SPDX-License-Identifier: Apache-2.0
 *
 * Stream: one query run for one reader: an ad-hoc SELECT (collected or not), a subscription that is polled.  The reading thread
 * itself runs the query's readers while it waits, so a SELECT over a file needs no other thread; rows that others push arrive
 * through the queue. */
#pragma once
#include "db/database.h"
#include "db/result.h"

typedef enum StreamUse {
    STREAM_COLLECT, /* must end: a query over an unbounded source needs LIMIT */
    STREAM_OPEN,    /* may go on for ever */
} StreamUse;

typedef enum StreamOverflow { STREAM_DROP_OLDEST, STREAM_DISCONNECT } StreamOverflow;
typedef struct StreamOptions {
    bool background; /* the worker runs it too: subscriptions */
    bool watermarks; /* watermark moves count as deliveries */
    StreamOverflow overflow;
    int64_t buffer_bytes; /* bound of the queue for rows pushed by others; 0 = none */
    bool want_fd;
    /* Instead of queueing: called inside the step, borrows. */
    void (*on_batch)(void *self, const Batch *b);
    void (*on_mark)(void *self, int64_t wm_us);
    void (*on_end)(void *self, const Err *err);
    void *self;
    struct Stream **opened; /* set before the first call of any of these */
} StreamOptions;

typedef struct QueuedBatch {
    struct QueuedBatch *next;
    Batch *batch; /* NULL: a watermark */
    int64_t wm_us;
    int64_t bytes;
    uint64_t gap_rows;
} QueuedBatch;

typedef struct Stream {
    Consumer consumer;
    Database *db;         /* one reference */
    Pipeline *query;      /* owned, lives in the engine; NULL: straight from `feed` */
    Feed *feed;           /* one reference; NULL with a query of its own */
    const Schema *schema; /* one reference */
    StreamOptions o;
    bool append_only;
    EnvMutex lock; /* the queue */
    QueuedBatch *first, **last;
    int64_t queued_bytes;
    uint64_t gap_rows;
    _Atomic uint32_t event; /* futex: something came */
    _Atomic bool ended;
    bool failed; /* [lock] with error */
    Err error;
    int fd;
    _Atomic bool cancelled;
} Stream;

/* text: one statement, for positions and for SUBSCRIBE; stmt: QueryStmt or SubscribeStmt of it. */
int stream_open(Database *db, const Node *stmt, Str text, StreamUse use, const StreamOptions *o, Stream **ret, Err *err);
/* A relation's changes by name, as SUBSCRIBE name. */
int stream_open_relation(Database *db, Str name, const StreamOptions *o, Stream **ret, Err *err);
#define STREAM_ROWS 0
#define STREAM_TIMEOUT 1
#define STREAM_END 2
/* Next delivery; *ret is the caller's (batch reference). deadline_ns: mono; INT64_MAX = wait, 0 = do not wait.  Ends with the
 * query's error; -ERR_QUERY_CANCELED after stream_cancel or an interrupt. */
int stream_next(Stream *s, int64_t deadline_ns, QueuedBatch *ret, Err *err);
void stream_cancel(Stream *s);
bool stream_is_active(Stream *s);
void stream_free(Stream *s); /* cancels; NULL is fine; not inside a step */

/* The bindings of a plan's leaves; also says whether a connector leaf is unbounded. Sources are opened. */
typedef enum LeafUse { LEAVES_SNAPSHOT, LEAVES_LIVE } LeafUse;
int bind_leaves(Database *db, const Catalog *c, const PhysPlan *p, LeafUse use, Arena *arena, LeafBinding **ret, uint32_t *ret_n,
                bool *ret_unbounded, Err *err);
void leaves_close(LeafBinding *leaves, uint32_t n);
/* Options and schema of a relation as a connector wants them. */
void connect_args_of(Database *db, const Relation *r, ConnectArgs *ret);
Watermark watermark_of(const Relation *r);
int refuse_late_to(const Query *query, const PhysPlan *p, Err *err);
PlanContext plan_context(Database *db, const Catalog *c, const char *object);
