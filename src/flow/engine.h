/* SPDX-License-Identifier: Apache-2.0
 *
 * Engine: the running part of one database: feeds, queries, readers, and the shard that owns them all (design 5).  A step runs on
 * whoever holds the shard: the caller of a push (inline), a reader of an ad-hoc query, or the worker thread.  All functions are
 * [any] unless they say otherwise; they take the shard themselves. */
#pragma once
#include "flow/align.h"
#include "flow/foreign.h"
#include "flow/journal.h"
#include "flow/measure.h"
#include "flow/pin.h"
#include "flow/reader.h"
#include "flow/sink_driver.h"
#include "flow/timers.h"

typedef struct Engine Engine;
typedef struct EngineCounters {
    uint64_t steps, rows_in, rows_out, mailbox_full;
    uint64_t repeated; /* pushes that had come before */
    uint64_t memory_waits;
    SpillCounters spill; /* of all stores */
} EngineCounters;

int engine_new(Env *env, Account *parent, Engine **ret, Err *err);
/* Ends everything: queries are cancelled, consumers told. Not from inside a callback. */
void engine_free(Engine *e);
Env *engine_env(Engine *e);
Account *engine_account(Engine *e);
Arena *engine_step(Engine *e); /* scratch of the running step; only inside */

/* How many threads run the operators of a query that can run in parts; the queries made from now on have as many parts.  Inside,
 * between enter and leave. */
#define ENGINE_THREADS_MAX 16u
int engine_set_threads(Engine *e, uint32_t n, Err *err);
uint32_t engine_threads(const Engine *e);
/* From how many rows on a call is shared out. */
void engine_set_parallel_rows(Engine *e, uint32_t rows);
uint32_t engine_parallel_rows(const Engine *e);
/* The threads, for work on rows that are not pushed yet: of the engine, by one who is not inside.  While they are lent the shard is
 * held, but not entered. */
TeamLoan engine_loan(Engine *e);

/* The shard, for callers that build or change what runs on it (DDL, attaching, reading retained rows). Not from inside a step. */
void engine_enter(Engine *e);
void engine_leave(Engine *e);
/* Nobody is in the shard and nothing is queued for it: what was pushed before has been processed. */
bool engine_is_quiet(Engine *e);
bool engine_is_inside(const Engine *e); /* the calling thread is in a step or between enter and leave */

/* Between enter and leave: */
/* Takes what wm->spec wants taken. */
int engine_add_feed(Engine *e, uint64_t relation, const char *name, const Schema *schema, const Watermark *wm, uint64_t retain_rows,
                    Feed **ret, Err *err);
Feed *engine_feed(Engine *e, uint64_t relation); /* NULL = none */
/* Makes a new feed the front of a stored relation, with a primary key when n_key > 0. */
int engine_store(Engine *e, Feed *f, const uint32_t *key, uint32_t n_key, Err *err);
/* Changes a stored relation by n weighted batches in one step: as a whole or not at all. */
int engine_change(Engine *e, Feed *f, Batch *const *b, uint32_t n, Err *err);
/* The same for several tables at once; n > 0. */
/* What changes of stored relations are checked against from now on; NULL = nothing.  Inside the shard. */
void engine_set_foreign(Engine *e, ForeignKeys *give_keys);
const ForeignKeys *engine_foreign(const Engine *e);
int engine_change_all(Engine *e, const FeedChange *c, uint32_t n, Err *err);
/* The same, behind one record of statements that counts together with it; n 0: these alone. */
int engine_change_unit(Engine *e, uint64_t relation, Str statements, const FeedChange *c, uint32_t n, Err *err);
/* Keeps the feed's changes from now on, up to so many bytes. */
int engine_retain_history(Engine *e, Feed *f, int64_t bytes, Err *err);
/* Steps are numbered: the epoch of a change is the number of the step that made it. */
uint64_t engine_epoch(const Engine *e);
void engine_drop_feed(Engine *e, Feed *f);
/* Its relation has been dropped for all but the queries of relations that read it. */
void engine_hide_feed(Engine *e, Feed *f);
void engine_end_feeds(Engine *e, const Err *why); /* every consumer is told, every later push refused */

typedef enum LeafKind {
    LEAF_LIVE,     /* what the feed gives from now on; of a stored relation its content first */
    LEAF_SNAPSHOT, /* the stored content or the retained rows, then the end */
    LEAF_READER,   /* a connector's own reader */
} LeafKind;
typedef struct LeafBinding {
    LeafKind kind;
    Feed *feed;     /* LIVE, SNAPSHOT */
    Source *source; /* READER; taken by engine_add_query, also on failure, as is origin; NULL: it is not there, as *absent says */
    ReaderOrigin origin;
    const Err *absent;
    Watermark wm;   /* READER */
    Feed *bad_feed; /* READER: <source>$errors or NULL */
} LeafBinding;
typedef enum PipelineStart {                 /* what live leaves get before what comes */
                             START_CONTENT,  /* the content of stored relations */
                             START_RETAINED, /* and the rows that sources retain */
                             START_LATEST,   /* nothing but what state is made of: who reads joins after the start */
                             START_HISTORY,  /* the changes after `after_epoch` */
} PipelineStart;
typedef struct PipelineOptions {
    const char *name;
    Str text;                 /* the query as written, for those who list queries; empty = not known */
    uint64_t output_relation; /* feed that the result goes to, 0 = none */
    Feed *errors;             /* <name>$errors, NULL: a row error fails the query */
    struct LateRoute *late;   /* borrowed; NULL: late rows are only counted */
    bool keeps_result;        /* a view: rows retained by its inputs come first, and its result stands from the start */
    PipelineStart start;
    uint64_t slice_rows;     /* rows of its inputs that go in at once while it is filled; 0 = by the time it takes */
    int64_t history_us;      /* rows retained by sources that are older than that do not come; 0 = all come */
    uint64_t after_epoch;    /* START_HISTORY */
    bool of_relation;        /* it belongs to a relation, and so to a checkpoint */
    struct SinkDriver *sink; /* that its result goes to; borrowed */
    int64_t now_us;          /* what now() is to a query that ends; 0 = the time of its start */
    bool background;         /* the worker runs its readers and timers; else only engine_run does (ad-hoc) */
} PipelineOptions;
/* leaves[i] belongs to the i-th PHYS_SOURCE of plan->nodes. Takes the plan. The query does not run before engine_start_query, so
 * that consumers can be added first. */
int engine_add_query(Engine *e, PhysPlan *give_plan, const PipelineOptions *o, const LeafBinding *leaves, Pipeline **ret, Err *err);
void engine_start_query(Engine *e, Pipeline *q);
/* The same for a relation's query: when its inputs hold much, true, and engine_build is to be called until it says false, with the
 * shard let go between; then the query is there, has failed, or its build was cancelled (BuildProgress.stopped). */
bool engine_start_build(Engine *e, Pipeline *q);
bool engine_build(Engine *e, Pipeline *q);
/* Inside, when its statement is in the log, or will never be. */
int engine_end_build(Engine *e, const Pipeline *q, Err *err);
int64_t engine_build_pause_ns(const Engine *e); /* how long the shard is let go between two calls */
typedef struct BuildProgress {
    uint64_t n_rows, n_done; /* of the inputs; 0: they were read at once */
    int64_t begun_ns, took_ns;
    bool running, waits; /* waits: for memory */
    bool stopped;        /* it was cancelled, and may be resumed */
} BuildProgress;
bool engine_build_progress(Engine *e, uint64_t relation, BuildProgress *ret); /* inside; false = no query makes the relation */
bool engine_cancel_build(Engine *e, uint64_t relation);                       /* inside; false = it is not being filled */
/* Inside.  The query of a build that was cancelled, for engine_build to go on with; NULL = there is none. */
Pipeline *engine_resume_build(Engine *e, uint64_t relation);
const char *engine_stopped_build(const Engine *e); /* inside: the name of a query whose build stands still; NULL = none */
/* Inside: the relation's rows are about to be laid out anew, without being changes, or to be found no more by what joins find them
 * by: from now on these keep them.  And: that is over, or something has come that finds them: they may lie only there. */
int engine_unshare(Engine *e, const Feed *f, Err *err);
void engine_share_again(Engine *e, const Feed *f);
/* Joins that find rows by it keep them from now on; without memory for that their queries fail. */
void engine_drop_index(Engine *e, Feed *f, const char *name);
void engine_drop_query(Engine *e, Pipeline *q);                 /* cancels when running, frees; consumers are told */
Pipeline *engine_query(Engine *e, uint64_t id);                 /* NULL = none */
Pipeline *engine_query_of(Engine *e, uint64_t output_relation); /* whose result is that relation's feed; NULL = none */
struct SinkDriver *engine_sink_of(Engine *e, uint64_t relation, Pipeline **ret); /* inside; NULL = no query delivers to that sink */
/* Every query; a non-zero answer stops. */
int engine_each_query(Engine *e, int (*each)(void *self, Pipeline *q), void *self);
Reader *engine_readers(Engine *e); /* list, [shard] */
/* Where the rows of a leaf come from: its reader, else its feed. */
void engine_leaf_input(Engine *e, const Pipeline *q, uint32_t leaf, Reader **ret_reader, Feed **ret_feed);

void engine_timer_set(Engine *e, Timer *t, int64_t due_ns); /* [shard] the worker calls it */
void engine_timer_clear(Engine *e, Timer *t);

const AlignGroup *engine_align_groups(const Engine *e); /* list, [shard] */

/* Outside: */
/* Waits while a reader of what depends on f has no room (room.h); call it before a push, without anything held.  -ERR_QUEUE_FULL
 * when the wait is over its limit or would be for this thread itself; inside a callback it does not wait. */
int engine_wait_room(Engine *e, Feed *f, Err *err);
/* Where state pages go that memory has no room for: a file that is made when it is needed.  Once, right after engine_new. */
int engine_spill_to(Engine *e, const char *path, Err *err);
/* The limit while a database is opened: pages leave memory, nobody is refused anything. */
void engine_relieve_above(Engine *e, int64_t bytes);
/* Between enter and leave: lets about so many bytes of state go that has not been used lately; gives how many are free now. */
int64_t engine_evict(Engine *e, int64_t bytes);
void engine_spill_always(Engine *e, bool on); /* whatever the limit: all that can go does, after every step */
bool engine_spills_always(const Engine *e);
void engine_set_memory_limit(Engine *e, int64_t bytes); /* of the account that the engine was made with; 0 = none */
int64_t engine_memory_limit(const Engine *e);
/* Before an input that makes the database larger: while it holds as much as memory_limit says this waits, for a second at most and
 * without anything held, and then refuses: -ERR_OUT_OF_MEMORY.  Queries that run are not refused anything; sources that can wait
 * are not read meanwhile. */
int engine_wait_memory(Engine *e, Err *err);
/* How near the limit is, and by that what is done about it (memory.c). */
typedef enum MemoryState { MEMORY_UNLIMITED, MEMORY_ENOUGH, MEMORY_EVICTING, MEMORY_SHORT, MEMORY_FULL } MemoryState;
MemoryState engine_memory_state(const Engine *e);
const char *memory_state_name(MemoryState s); /* NULL: there is no limit */
/* What the readers of a query wait for, inside; NULL = only for their source to give something. */
const char *engine_waits_for(Engine *e, const Pipeline *q);
/* Inside.  Why a source of the query is not there; NULL = all are, or nothing reads them.  And: they are looked for now. */
const char *engine_absent_source(const Engine *e, const Pipeline *q);
int engine_look_for_sources(Engine *e, const Pipeline *q, Err *err);
typedef struct Lane Lane; /* what a writer uses when others push at the same time (lane.h) */
/* One step: rows into a feed; returns when it has been processed, or, when another thread holds the shard, when it is queued there
 * (then b's rows are copied).  Inside a callback: always queued.  0, -ERR_QUEUE_FULL, -ERR_SHUTDOWN, -ERR_OUT_OF_MEMORY,
 * -ERR_FUTURE_TIMESTAMP, -ERR_LOG_DEAD.  In a durable database b->seq becomes the ticket of the push, 0 when it has none of its own
 * (made inside a callback, or repeated).  who: NULL = a push that comes once.  lane: the writer's; NULL = it has none. */
int engine_push(Engine *e, Feed *f, Batch *b, const Producer *who, Lane *lane, Err *err);
/* Several batches behind each other, b[0 .. n) not empty, as so many calls of engine_push.  Where they may be worked on at once
 * they are one step.  span: by batch, what is known of its times already; NULL = nothing.  ret_done: how many of them have been
 * taken when it fails. */
int engine_push_run(Engine *e, Feed *f, Batch *const *b, const TimeSpan *span, uint32_t n, const Producer *who, Lane *lane,
                    uint32_t *ret_done, Err *err);
/* For batches of this schema; NULL = no memory. */
Lane *engine_lane_new(Account *acct, Feed *f, const Schema *schema, Fate *fate);
void engine_lane_close(Lane *l); /* its rows stay with the engine; NULL is fine */
int engine_push_watermark(Engine *e, Feed *f, int64_t wm_us, Err *err);
/* Runs q's readers on the calling thread until it is no longer RUNNING or budget_us has passed (0 = one poll of each); true when
 * something was done.  The caller looks at q->state afterwards. */
bool engine_run(Engine *e, Pipeline *q, int64_t budget_us);
/* Mono time of q's next event worth running for (reader or period); INT64_MAX = none. */
int64_t engine_next_wake_ns(Engine *e, Pipeline *q);
/* The only entry of the background: one round over mailbox, timers and readers. True when something was done. The worker loops it,
 * the simulator schedules it. */
bool engine_poll(Engine *e);
void engine_counters(Engine *e, EngineCounters *ret);
void engine_measures(Engine *e, Measures *ret);
void engine_measure(Engine *e, Task t, uint64_t began);                          /* inside; began: ticks of the clock */
void engine_mailbox(const Engine *e, uint64_t *ret_queued, uint64_t *ret_slots); /* pushes that wait for the shard */
/* True while a background query has a bounded reader that has not ended. */
bool engine_has_bounded_work(Engine *e);
/* Any background query with a reader that runs, or one that reads what a connector pushes. */
bool engine_has_background_work(Engine *e);

/* ---- a durable database (journal.h): between replay_begin and replay_end records are the only input ---- */

void engine_set_sequences(Engine *e, const Sequences *sequences); /* what bounded queries may call; before any runs */
void engine_replay_begin(Engine *e, uint64_t random_seed);
typedef struct ReplayUnit ReplayUnit;
typedef struct LogReplay { /* kept between calls; the arena is the caller's to init and free */
    Arena arena;
    ReplayUnit *unit;
} LogReplay;
int engine_replay(Engine *e, LogReplay *at, const WalRecord *r, Err *err); /* any record but WAL_DDL */
void engine_replay_at(Engine *e, const WalRecord *r);                      /* before a WAL_DDL record's statement is run */
/* From now on inputs are logged. generation: how many processes have written this log, with this one. */
void engine_replay_end(Engine *e, Wal *wal, uint64_t generation);
void engine_log_end(Engine *e); /* the log closes */
/* Between enter and leave: the feed of a table logs its changes. */
void engine_log_changes(Engine *e, Feed *f);
/* Inside, right after what runs was changed, or outside: the statement takes its place among the steps. */
/* Inside: the time of a statement that is logged there; the same when it is replayed. */
int64_t engine_statement_clock(Engine *e);
int engine_log_statement(Engine *e, uint64_t relation, Str statement, Err *err);
Producers *engine_producers(Engine *e);
