/* SPDX-License-Identifier: Apache-2.0
 *
 * Stream: one query or relation read by one reader: an ad-hoc SELECT (collected or not), a cursor, a subscription by callback or by
 * polling.  A polling thread itself runs the query's readers while it waits, so a SELECT over a file needs no other thread; rows
 * that others push arrive through the queue.
 *
 * Callbacks run on the shard: inside the step that made the change when nothing holds them back, else when credits, a resume or the
 * batching delay let them go.  So they never run twice at once. */
#pragma once
#include "db/change_queue.h"
#include "db/database.h"
#include "db/result.h"

typedef enum StreamUse {
    STREAM_COLLECT, /* must end: a query over an unbounded source needs LIMIT */
    STREAM_OPEN,    /* may go on for ever */
} StreamUse;

typedef enum StreamStart {                       /* numbered as LaminarStart */
                           STREAM_START_DEFAULT, /* of what is stored its content, then what comes; else what comes */
                           STREAM_START_LATEST,
                           STREAM_START_SNAPSHOT,
                           STREAM_START_EPOCH,
                           STREAM_START_TIME,
                           N_STREAM_STARTS
} StreamStart;

#define STREAM_BUFFER_PRESET (INT64_C(16) << 20)
typedef struct StreamOptions {
    bool background;     /* the worker runs it too: subscriptions */
    bool watermarks;     /* watermark moves count as deliveries */
    bool measured;       /* the clock is read around the calls of its operators */
    bool fold;           /* changes of a step by key: DELETE, UPDATE, INSERT apart */
    bool snapshot_marks; /* BEGIN and END also around what comes first without being asked for */
    bool as_kept;        /* PlanContext.as_kept */
    bool hybrid;         /* content and retained rows first, and no word about where they end */
    bool demand;         /* deliver only as many rows as stream_request() has allowed */
    StreamStart start;
    uint64_t after_epoch; /* STREAM_START_EPOCH */
    int64_t from_us;      /* STREAM_START_TIME */
    Str filter, columns;  /* of a relation or query by name: a condition, a select list; empty = none */
    Overflow overflow;
    int64_t buffer_bytes; /* bounds of the queue; 0 = none */
    uint64_t buffer_rows;
    bool presets; /* overflow and buffer_bytes are presets that nobody asked for */
    int64_t block_timeout_ns;
    uint32_t n_params; /* $1.. of the query */
    ParamSlot *params;
    const char *routine; /* PlanContext.routine */
    uint32_t sample;     /* every n-th row only; 0 and 1 = all */
    uint32_t batch_rows; /* callbacks: gather so many rows; 0 = none */
    int64_t batch_delay_us;
    /* Instead of a queue to read from: borrows the delivery; on the shard. */
    void (*deliver)(void *self, const Delivery *d);
    void (*on_row_error)(void *self, const Err *err); /* a row that a filter or expression could not take; [shard] */
    void (*on_end)(void *self, const Err *err);
    void *self;
    struct Stream **opened; /* set before the first call of any of these */
} StreamOptions;

typedef struct StreamCounters {
    _Atomic uint64_t rows_in, batches, rows, bytes, poll_misses, errors, epoch; /* epoch: of the newest delivery */
} StreamCounters;

typedef struct Stream {
    Consumer consumer;
    Database *db;           /* one reference */
    Pipeline *query;        /* owned, lives in the engine; NULL: straight from `feed` */
    Feed *feed;             /* one reference; NULL with a query of its own */
    const Schema *schema;   /* one reference */
    struct LateRoute *late; /* of the query; owned */
    StreamOptions o;
    bool straight; /* rows go to the callback as they are: nothing folds, samples, gathers or doses them */
    bool append_only;
    ChangeKey key; /* owned */
    ChangeQueue queue;
    DeliveryKind rows_kind; /* what rows are now: SNAPSHOT_ROWS while it starts */
    uint64_t epoch;         /* of replayed rows; 0 = the engine's */
    _Atomic bool paused, cancelled, ended;
    bool pumping;             /* [shard] */
    _Atomic uint64_t credits; /* demand */
    uint64_t sampled;
    /* Gathering [shard] */
    RowBlock block;
    int32_t *block_w;
    bool has_block, block_changes; /* weights other than 1 */
    Timer timer;
    Batch **held; /* changes of the step in hand, to be folded */
    uint32_t n_held, cap_held;
    /* Backpressure: the relations it depends on. */
    Feed **upstream;
    Blocker *blocker;
    uint32_t n_upstream;
    uint64_t opener_thread;
    _Atomic uint64_t reader_thread; /* the last one that took a delivery or waited for one; 0 = none yet */
    /* Waiting */
    _Atomic uint32_t event, waiting; /* futex word: something came */
    EnvMutex lock;
    bool failed; /* [lock] with error */
    Err error;
    StreamCounters c;
    /* SHOW SUBSCRIPTIONS: Database.streams */
    struct Stream *next, *prev;
    uint64_t id;
    char *text;
    bool listed;
} Stream;

/* text: one statement, for positions; stmt: QueryStmt or SubscribeStmt of it. */
int stream_open(Database *db, const Node *stmt, Str text, StreamUse use, const StreamOptions *o, Stream **ret, Err *err);
/* Whether the query can be planned; types of parameters that are not known yet are found.  ret: the plan, to be looked at; NULL =
 * nobody wants it. */
int stream_check(Database *db, const Query *query, const StreamOptions *o, PhysPlan **ret, Err *err);
/* A relation's changes by name, as SUBSCRIBE name. */
int stream_open_relation(Database *db, Str name, const StreamOptions *o, Stream **ret, Err *err);
#define STREAM_ROWS 0
#define STREAM_TIMEOUT 1
#define STREAM_END 2
/* Next delivery; *ret is the caller's (batch reference). deadline_ns: mono; INT64_MAX = wait, 0 = do not wait.  Ends with the
 * query's error; -ERR_QUERY_CANCELED after stream_cancel or an interrupt. */
int stream_next(Stream *s, int64_t deadline_ns, Delivery *ret, Err *err);
/* Nothing is delivered while paused; what comes waits in the queue. */
void stream_pause(Stream *s, bool pause);
int stream_request(Stream *s, uint64_t rows, Err *err); /* demand: so many rows more */
int stream_fd(Stream *s);                   /* readable while something is there; made when first asked for; -1 = not available */
bool stream_take(Stream *s, Delivery *ret); /* what is there already, without looking for more */
typedef struct StreamStats {
    uint64_t queued_rows, queued, dropped_rows, current_epoch;
    int64_t queued_bytes;
} StreamStats;
void stream_stats(Stream *s, StreamStats *ret);
uint64_t db_epoch(Database *db); /* the number of the newest step */
void stream_cancel(Stream *s);
bool stream_is_active(Stream *s);
void stream_free(Stream *s);       /* cancels; NULL is fine; not inside a step */
bool streams_watch(const Feed *f); /* [shard] streams that take the rows of a relation as they are */

/* What the parts of the stream share (stream.c delivers, stream_read.c waits, subscribe.c opens). */
int stream_new(Database *db, const StreamOptions *o, Stream **ret, Err *err);
int stream_put(Stream *s, const Batch *b, Err *err);      /* rows, in the state the stream is in; [shard] */
int stream_event(Stream *s, DeliveryKind kind, Err *err); /* begin or end of the snapshot; [shard] */
Batch *stream_keep(Stream *s, const Batch *b);            /* a reference on rows in delivery; all subscribers share one copy */
int stream_step_end(Stream *s, Err *err);
void stream_signal(Stream *s);
void stream_list(Stream *s, Str text);

int check_filled(const Feed *f, Err *err); /* -ERR_WRONG_STATE: its query reads what was there, and is not done */
/* The bindings of a plan's leaves; also says whether a connector leaf is unbounded. Sources are opened. */
typedef enum LeafUse { LEAVES_SNAPSHOT, LEAVES_LIVE } LeafUse;
int bind_leaves(Database *db, const Catalog *c, const PhysPlan *p, LeafUse use, Arena *arena, LeafBinding **ret, uint32_t *ret_n,
                bool *ret_unbounded, Err *err);
void leaves_close(LeafBinding *leaves, uint32_t n);
/* Options and schema of a relation as a connector wants them. */
void connect_args_of(Database *db, const Relation *r, ConnectArgs *ret);
/* made_columns.c: of a source with generated columns */
int made_columns_open(const ConnectArgs *args, WholeRows **ret, Err *err);
/* What the declaration of r makes of the watermark; ret->spec lies in the arena and is taken by who makes a feed or reader of it.
 */
int watermark_of(Database *db, const Catalog *c, const Relation *r, Arena *arena, Watermark *ret, Err *err);
/* recursion.c: PlanContext.run. */
typedef struct TermContext {
    Database *db;
    const Catalog *catalog;
} TermContext;
void plan_may_run(PlanContext *ctx, TermContext *terms); /* borrows terms; the shard is held while the query is planned */
PlanContext plan_context(Database *db, const Catalog *c, const char *object);
