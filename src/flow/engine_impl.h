/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of the engine, for the files of this folder that are it.  [shard]  Each kind of step logs itself when the engine has a
 * log, so that replaying a record is to call its step again. */
#pragma once
#include "base/hash.h"
#include "base/ring.h"
#include "flow/crew.h"
#include "flow/engine.h"
#include "flow/event_clock.h"
#include "flow/measure.h"
#include "flow/pin.h"

typedef struct Letter { /* a push that was queued */
    uint64_t posted;    /* ticks */
    Feed *feed;
    Batch *batch; /* owned; NULL: a watermark */
    int64_t wm_us;
    Producer producer;
} Letter;

typedef struct LeafConsumer { /* a running query's input from a feed */
    Consumer consumer;
    Engine *engine;
    Pipeline *query;
    uint32_t leaf, slot; /* slot: position of the query */
    uint64_t alone_seen; /* Engine.n_entries + 1 when `alone` was found out; 0 = never */
    bool alone;          /* a step that brings rows to it brings none to the query's other leaves */
} LeafConsumer;

typedef struct FeedConsumer { /* a query's result into a feed */
    Consumer consumer;
    Pipeline *query;
    Feed *to;
} FeedConsumer;

typedef struct Build Build;
typedef struct SharedLeaf SharedLeaf;
typedef struct SharedPath SharedPath;
typedef struct PipelineSlot {
    Pipeline *query;
    PipelineOptions options;
    char name[64];
    LeafConsumer *leaf; /* one per leaf; consumer.type NULL when the leaf is not live */
    Feed **leaf_feed;   /* feed of a live or snapshot leaf */
    bool *snapshot;
    FeedConsumer out;
    bool started;
    SharedLeaf *shared; /* inputs that joins find rows in, see arrangement.h */
    SharedPath *paths;  /* and joins of such */
    Build *build;       /* its inputs are being read, see engine_build.c; NULL = no more, or never were */
    BuildProgress progress;
} PipelineSlot;

struct Engine {
    Env *env;
    Account acct;
    EnvMutex lock;
    _Atomic uint64_t owner; /* thread in the shard */
    Mpsc mailbox;
    _Atomic int64_t letter_rows;  /* in the mailbox, about */
    _Atomic uint32_t n_impatient; /* who waits for the shard, or for the mailbox to be empty: whoever pushes now waits, too */
    Arena step;
    PageStore *pages; /* also of part 0 of queries in parts */
    Crew crew;
    uint64_t next_query; /* while the process runs */
    uint64_t next_space; /* of table numbers, in the life of the database */
    uint32_t n_slots, cap_slots;
    PipelineSlot **slot;   /* by creation */
    uint32_t touched_from; /* first slot that may have got something in this step */
    uint64_t *touched;     /* bit of each that may have */
    uint32_t n_feeds, cap_feeds;
    uint32_t n_clocks;  /* feeds with a clock */
    uint32_t n_timed;   /* queries that do something as time passes */
    int64_t watched_us; /* the worker looks by then */
    Feed **feed;
    Reader *readers;
    AlignGroup *groups;
    StepClock clock;                                 /* number and processing time of the step */
    _Atomic uint64_t n_entries;                      /* into the shard, but for pushes */
    struct Lane *_Atomic lanes, *_Atomic lanes_soon; /* [any] lane.h: those that have rows; .. that somebody waits for */
    Feed *gathering;                                 /* gather.h: has rows that wait for their step; NULL = none */
    uint64_t gather_ticks;                           /* when the first of them came */
    int64_t gather_us;
    TimerList timers;
    Asker asker; /* what its queries ask lookup tables by */
    Journal journal;
    ForeignKeys *foreign; /* owned; NULL = none */
    Producers producers;
    const Sequences *sequences;   /* of bounded queries; NULL = none */
    uint64_t random, random_seed; /* of a durable database: what a step draws is drawn again when it is replayed */
    uint64_t replay_seq;          /* of the record being replayed */
    bool restoring_partly;        /* not every query of the checkpoint could be made again */
    Str restoring;                /* state of a checkpoint while its statements run; p NULL = none */
    bool replaying;               /* steps come from the log, with the processing time they had; nothing else runs */
    EngineCounters c;
    Measures measures;
    _Atomic int64_t memory_limit; /* bytes of the database at which inputs wait; 0 = none */
    bool could_fail;              /* of the thread in the shard, outside of it */
    bool relieves;                /* there is, or has been, a limit above which pages leave memory */
    _Atomic bool spills_always;   /* .. or all that can, at the end of every step */
    _Atomic uint64_t memory_waits;
    int64_t relieve_at; /* bytes at which that is tried again; 0 = as the limit says */
    /* Worker: started with the first background query that has something to poll. */
    EnvThreadHandle *worker;
    Pinning pinning;
    int64_t pinned[ENGINE_THREADS_MAX]; /* core of each thread as engine_thread counts them; -1 = any */
    _Atomic uint32_t wake;              /* futex word */
    _Atomic bool stop;
    bool closing;
};

/* Processing time, for what begins now. */
static inline int64_t engine_clock_us(Engine *e)
{
    return e->replaying ? e->clock.now_us : env_wall_us(e->env);
}

/* The step that the next record of the log stands for draws its random numbers from here. */
static inline void engine_random_restart(Engine *e, uint64_t seq)
{
    e->random = hash_combine(e->random_seed, seq);
}

/* memory.c */
bool engine_memory_is_full(const Engine *e);
void engine_relieve(Engine *e);         /* between steps: lets pages go when the limit is near */
void engine_relieve_leaving(Engine *e); /* the same, and the scratch of steps, when the shard is left */

/* engine.c */
bool engine_try_enter(Engine *e);
void engine_enter_in_line(Engine *e); /* engine_enter by who pushes, whom others that push do not wait for */
void engine_entered(Engine *e);       /* by who has got the lock of a shard */
void engine_let_go(Engine *e);        /* a lock that was not entered with */
PipelineSlot *engine_slot_of(Engine *e, const Pipeline *q, uint32_t *ret_index); /* NULL = not there */
uint64_t engine_relation_of(const PipelineSlot *s);                              /* that its query belongs to; 0 = none */

/* Links a leaf to its feed; and tells it where the feed's time is. */
void engine_leaf_order(const PipelineSlot *s, uint32_t *order); /* in which the leaves are read; order has n_leaves */
/* The same for what a query that goes on begins with.  true: something is looked up, which has to be complete before it is. */
bool engine_fill_order(const PipelineSlot *s, uint32_t *order);
void engine_link_leaf(Engine *e, PipelineSlot *s, uint32_t leaf, uint32_t slot);
void engine_catch_up_leaf(PipelineSlot *s, uint32_t leaf);

/* The query's reader for a leaf; NULL = it has none. */
Reader *engine_reader_of(const Engine *e, const Pipeline *q, uint32_t leaf);

/* engine_build.c */
void engine_build_free(Engine *e, PipelineSlot *s);

/* engine_keep.c */
bool engine_has_state(const Engine *e, const char *name); /* the checkpoint that is restored has that of such a query */
int engine_restored_space(Engine *e, const char *name, uint64_t *ret, uint32_t *ret_parts, PartRule *ret_rule, Err *err);

/* engine_step.c */
extern const ConsumerType engine_leaf_consumer, engine_feed_consumer;
void engine_step_begin(Engine *e);
static inline void engine_touch(Engine *e, uint32_t slot) /* it may have got something */
{
    e->touched_from = MIN(e->touched_from, slot);
    bit_set(e->touched, slot);
}
void engine_flush_touched(Engine *e);
void engine_open_letters(Engine *e);
/* Others have left something to be done. */
static inline bool engine_has_letters(Engine *e)
{
    return !mpsc_is_empty(&e->mailbox) || atomic_load(&e->lanes_soon) != NULL;
}
static inline void engine_drain_mailbox(Engine *e)
{
    if (unlikely(engine_has_letters(e)))
        engine_open_letters(e);
}
int engine_step_push(Engine *e, Feed *f, Batch *b, Err *err);
int engine_step_gathered(Engine *e, Feed *f, Batch *b, int64_t now_us, Err *err); /* pushed before, at now_us */
/* By who is inside, when nothing waits before it. */
int engine_push_here(Engine *e, Feed *f, Batch *b, const Producer *who, Err *err);
int engine_step_mark(Engine *e, Feed *f, int64_t wm_us, Err *err);
/* What a step of pushed rows is made of. */
int engine_step_open(Engine *e, const Feed *f, Err *err);
/* Before anything happens; b: NULL = of a table, which logs what has changed. */
int engine_log_push(Engine *e, Feed *f, Batch *b, Err *err);
/* With the time of arrival: b itself, or a reference or scratch; NULL = no memory. */
Batch *engine_stamp(Engine *e, Feed *f, Batch *b);
void engine_step_moved(Engine *e, Feed *f); /* the watermark */
void engine_step_end(Engine *e, Feed *f);
bool engine_is_stale(const Feed *f, const Producer *who); /* its columns are of other types than the feed's */
void engine_replay_clock(Engine *e, Feed *f, ClockTime t, bool ticks);
void engine_tick_feeds(Engine *e); /* what the clocks of push sources do by themselves */

/* engine_poll.c */
void engine_step_tick(Engine *e, int64_t now_us); /* what happens by processing time */
void engine_tick_due(Engine *e);                  /* a step of its own before what begins now, when something is due */
void engine_watch_due(Engine *e);                 /* after a step: wakes the worker if something is due before it would look */
void engine_worker_ensure(Engine *e);
void engine_worker_stop(Engine *e);
