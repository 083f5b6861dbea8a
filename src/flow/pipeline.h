/* SPDX-License-Identifier: Apache-2.0
 *
 * Pipeline: one running plan on a shard.  [shard]  Holds the operators and drives them: deltas go depth first through the graph
 * (operators append to an Out, the driver hands the items on), then flushes run in topological order, then watermarks.  Before an
 * operator sees a mark it is flushed, so no result can leave behind the watermark that covers it. */
#pragma once
#include "exec/op.h"
#include "exec/part_chain.h"
#include "exec/parts.h"
#include "flow/consumer.h"

typedef struct Env Env;
typedef enum PipelineState { PIPELINE_RUNNING, PIPELINE_DONE, PIPELINE_FAILED, PIPELINE_CANCELLED } PipelineState;
const char *pipeline_state_name(PipelineState s);

typedef struct PipelineNode {
    Op *op;
    bool dirty;      /* got something since its last flush */
    bool wants_mark; /* it, or a node above it, does something when the watermark moves */
    uint32_t n_users;
    uint32_t *user;       /* index of the node above */
    uint32_t *user_input; /* and which of its inputs this is */
    bool gives_changes;   /* what goes and what comes in its place reach the result together */
    bool may_give;        /* rows: found out when an input has ended */
    uint32_t n_ended;     /* inputs, of a bounded plan */
    bool over;            /* it has given all that it will */
} PipelineNode;

typedef struct PipelineLeaf {
    const PhysSource *source;
    uint32_t node;
    uint32_t mark_node, mark_input; /* the first operator above for which a mark may be more than something to pass on */
    bool whole;                     /* a batch of all columns of the source goes to its one user as it is, which costs no call */
    bool ended;
    bool enough;   /* an operator above wants no more of it: ends with the step */
    bool idle;     /* has nothing to give for now: does not hold the others back */
    int64_t wm_us; /* of its source; INT64_MIN = none yet */
    uint64_t n_rows;
    bool is_shared, skips_content;     /* see arrangement.c */
    bool run_known, runs;              /* whether rows may come in runs, once somebody has asked */
    bool deals;                        /* .. which deal them out by key */
    uint32_t run_node;                 /* of those: whose output the chain's is */
    uint64_t run_reads;                /* pipeline_reads */
    PartChain *chain;                  /* NULL: rows are the result as they come */
    uint64_t next_change, seen_change; /* of the relation's change: which one, and how many of its batches; the next one has come */
    uint32_t n_next, n_seen;
} PipelineLeaf;

/* Takes the rows that raised errors: design 2.4. `b` has node's input schema. */
typedef struct Pipeline Pipeline;
typedef int (*PipelineErrorsFn)(void *self, Pipeline *q, const OutItem *item, Err *err);
/* Takes rows that are late, of the shape the plan says (late_schema, late_of_leaf). */
typedef int (*PipelineLateFn)(void *self, Pipeline *q, const OutItem *item, Err *err);

/* Numbers of the tables in pages.  Those of a query are a range of its own, in whole spaces of 256: a checkpoint knows by them what
 * a page belongs to, so a query that is kept has spaces that no other query of the database ever has had.  Those of queries that
 * are not kept lie behind, and stored relations have the upper half. */
#define TABLE_SPACE_BITS 8
#define TABLE_SPACES_KEPT (UINT32_C(1) << 22)
#define STORED_TABLE_IDS UINT32_C(0x80000000)

struct Pipeline {
    uint64_t id;    /* while the process runs */
    uint32_t space; /* first of its table numbers, in spaces */
    Account acct;
    char name[64];  /* of the relation, or "query N" */
    char *text;     /* the query as written, in the arena; NULL = not known */
    PhysPlan *plan; /* owned */
    OpEnv env;
    Arena arena; /* programs, cursors: env.plan */
    PipelineNode *node;
    Op *unlinked;     /* the Emit of a result that nothing is held back of: only counted; NULL = it is linked, or there is none */
    uint32_t n_flush; /* nodes that hold something between calls */
    uint32_t *flush;
    uint32_t n_timers; /* nodes that do something by themselves as time passes */
    uint32_t *timer;
    uint32_t n_leaves;
    PipelineLeaf *leaf;
    ConsumerList consumers;
    PipelineErrorsFn on_errors; /* NULL: a row error fails the query with that error (ad-hoc statements) */
    void *on_errors_self;
    PipelineLateFn on_late; /* NULL: they are only counted, by the operator */
    void *on_late_self;
    const Batch *leaf_batch; /* being pushed */
    PipelineState state;
    Err error;         /* PIPELINE_FAILED */
    bool lost_state;   /* it failed because its state, or what it has read, could not be read back: what it was is in the checkpoint
                          and the log */
    bool may_fail;     /* for want of memory, before others do */
    bool ends_early;   /* with the last input that can give rows: what is only looked up goes on changing, and nobody is to wait for
                          it */
    bool ending;       /* all input has come */
    bool enough;       /* some leaf is */
    bool touched;      /* got deltas since the last flush */
    uint32_t part_at;  /* of a flush in parts: place in `flush` */
    bool part_more;    /* and that operator has more to give */
    bool marks_out;    /* during a mark: the consumers want the result's watermark */
    bool takes_change; /* rows that go, and those in their place behind them, are on their way */
    const Batch *minus; /* of these the first, at the result */
    bool stands;        /* the result is there before any input: of a view, over nothing */
    _Atomic bool held;  /* [any] its readers pause: who reads the result has no room */
    bool idle;          /* all leaves are idle or have ended */
    bool every;         /* some operator emits by period */
    int64_t every_us, next_due_us;
    int64_t wm_us; /* of the result, INT64_MIN = none yet */
    uint64_t n_in, n_out, n_errors;
    Env *measured;        /* its clock is read around the calls of operators, for OpCounters.ns; NULL = nobody measures */
    struct HotKeys **hot; /* by node, NULL = it has no keys; NULL = nobody asks for them */
};

typedef struct PipelineHome { /* what a pipeline has of the shard */
    Account *acct;
    PageStore *pages;
    Arena *step;
    Parts *parts;     /* NULL, with n_parts below 2: operators are whole */
    uint32_t n_parts; /* that its operators have, as far as they can be cut */
    PartRule rule;
    const Asker *asker;
    bool refers;    /* OpEnv.refers */
    uint32_t space; /* where the numbers of its tables begin */
} PipelineHome;
/* Takes the plan (freed also on failure). */
int pipeline_new(const PipelineHome *home, PhysPlan *give_plan, uint64_t id, const char *name, Pipeline **ret, Err *err);
uint32_t pipeline_n_spaces(const Pipeline *q); /* of table numbers; grows until its leaves are bound */
void pipeline_free(Pipeline *q);

/* The node answers each row of its left input when it comes, with what the right one has then. */
static inline bool node_looks_up(const PhysNode *node)
{
    return (node->kind == PHYS_JOIN && ((const PhysJoin *)node)->probes) ||
           (node->kind == PHYS_ASOF_JOIN && ((const PhysAsofJoin *)node)->probes);
}

/* All of these put a failure into q (state, error) and tell the consumers; they never return one. */
void pipeline_push(Pipeline *q, uint32_t leaf, Batch *b, int64_t now_us);
bool pipeline_mark(Pipeline *q, uint32_t leaf, int64_t wm_us); /* false: no operator did anything, nothing is to be flushed */
/* A run: several batches at once, none of whose rows lies below a watermark of those before it.  What they give is the same as that
 * of one push each with the marks between them; the marks come behind all.  Whether so many batches of n_rows together may come
 * now: of queries in parts (exec/part_chain.h) whose rows need nothing of each other before the result, before windows by turns, or
 * before an operator with keys.  alone: nothing else comes to the query by the step that brings them to this leaf. */
bool pipeline_takes_run(Pipeline *q, uint32_t leaf, uint32_t n, uint32_t n_rows, bool alone);
void pipeline_push_run(Pipeline *q, uint32_t leaf, Batch *const *b, uint32_t n, int64_t now_us);
void pipeline_note_watermark(Pipeline *q); /* watermark() is the least of its active inputs' */
/* Watermarks per key of the leaf's source; and: some have moved. */
void pipeline_set_keys(Pipeline *q, uint32_t leaf, const KeyClock *keys);
void pipeline_keys(Pipeline *q, uint32_t leaf);
/* The leaf's source has become idle, or has ceased to be.  While it is, it counts as being where the least of the others is, so
 * that what they have can close; its own rows are judged by that when they come. */
void pipeline_idle(Pipeline *q, uint32_t leaf, bool is_idle);
void pipeline_leaf_end(Pipeline *q, uint32_t leaf); /* bounded input: marks everything final; ends the query when all leaves have */
uint64_t pipeline_reads(const Pipeline *q, uint32_t leaf); /* bits of the source's first 64 columns that are looked at */
bool pipeline_wants_mark(Pipeline *q, uint32_t leaf);
void pipeline_flush(Pipeline *q); /* end of step (and of the epoch, inline) */
/* The same in pieces of about so many rows, for a query whose result nobody reads yet: until enough() says so, after at least one
 * piece; 1 = there is more.  Rows may be pushed before it goes on: what operators that can be stopped have given already, they
 * change then.  The others give all that they have as one piece.  A whole flush follows. */
int pipeline_flush_part(Pipeline *q, uint32_t piece_rows, bool (*enough)(void *self), void *self);
/* From now on the keys of which operators get most rows are counted (Pipeline.hot), until they are forgotten. */
int pipeline_watch_keys(Pipeline *q, Err *err);
void pipeline_forget_keys(Pipeline *q);
bool pipeline_period_is_due(const Pipeline *q, int64_t now_us);
void pipeline_period(Pipeline *q, int64_t now_us); /* EMIT EVERY */
int64_t pipeline_due_us(const Pipeline *q);        /* when it has something to do by the clock; INT64_MAX = nothing */
void pipeline_tick(Pipeline *q, int64_t now_us);   /* does what is due by then; the step's flush follows */
void pipeline_start(Pipeline *q, int64_t now_us);  /* plans without leaves (VALUES) run here */
void pipeline_cancel(Pipeline *q);
void pipeline_fail(Pipeline *q, const Err *err);
uint64_t pipeline_late_rows(const Pipeline *q);         /* refused */
uint64_t pipeline_late_partial_rows(const Pipeline *q); /* late for some of their windows */
uint64_t pipeline_null_times(const Pipeline *q);        /* in no window, for want of a time */
int64_t pipeline_state_bytes(const Pipeline *q);
