/* SPDX-License-Identifier: Apache-2.0
 *
 * The operator contract (design 4.0).  [shard]  Operators never call each other: they append to an Out, and the driver (flow/)
 * hands what is there to the operators above, in topological order, so that in one step an operator sees all deltas of that step.
 *
 * Within a step the driver calls, per operator in topological order: push() for each input batch, mark() for each moved watermark,
 * then flush(FLUSH_EPOCH).  An operator with more output than `out` has room for returns OP_MORE and keeps a cursor; the driver
 * takes the output and calls more() until it returns 0, before anything else is given to that operator.  Batches in `out` are
 * scratch of the step unless an operator says otherwise: whoever keeps one beyond the step uses batch_own(). */
#pragma once
#include "base/bytes.h"
#include "exec/key_clock.h"
#include "expr/program.h"
#include "plan/phys.h"
#include "state/table.h"

#define OP_MORE 1 /* output is cut; call more() */
#define OP_DONE 2 /* nothing further will ever come out (LIMIT reached): the query may end */

/* FLUSH_EPOCH is the end of a step that ends an epoch too, as every step run inline does: one call for both. */
typedef enum FlushWhy { FLUSH_STEP, FLUSH_EPOCH, FLUSH_PERIOD, FLUSH_END } FlushWhy;
typedef struct Mark { /* watermark of a class moved: no future delta has a time below */
    uint32_t cls;
    int64_t wm_us; /* INT64_MAX: the input of that clock has ended */
} Mark;

typedef enum OutPort { OUT_MAIN, OUT_LATE, OUT_ERRORS, N_OUT_PORTS } OutPort;
typedef enum LateWhy {
    LATE_ROW,     /* below W - lateness */
    LATE_WINDOW,  /* all of its windows have closed */
    LATE_SESSION, /* so has the session it would be in */
    LATE_TTL,     /* its TTL is over */
    LATE_KEY,     /* that of its key is, and results stay */
} LateWhy;
const char *late_why_text(LateWhy why);
typedef struct OutItem OutItem;
struct OutItem {
    OutItem *next;
    OutPort port;
    Batch *batch; /* NULL: a mark */
    Mark mark;
    const PhysNode *node; /* OUT_LATE, OUT_ERRORS: where; batches there have that node's input schema */
    uint16_t *err_code;   /* OUT_ERRORS: by physical row */
    const char **err_text;
    const Span *err_at; /* see row_error_at() */
    LateWhy late_why;   /* OUT_LATE: and the watermark that judged */
    int64_t late_wm_us;
};
typedef struct Out { /* output of one operator in one call, in order */
    Arena *arena;
    OutItem *first, **last;
    uint32_t n_rows;    /* on the main port */
    uint32_t room_rows; /* an operator should return OP_MORE once n_rows reaches this */
    bool failed;        /* no memory: the driver turns it into an error */
    OutItem one;        /* the first item: most calls give one or none */
} Out;
static inline void out_init(Out *o, Arena *arena, uint32_t room_rows)
{
    o->arena = arena;
    o->first = NULL;
    o->last = &o->first;
    o->n_rows = 0;
    o->room_rows = room_rows;
    o->failed = false;
}
int out_batch_more(Out *o, Batch *b); /* out_batch when something is there already */
/* Skips empty ones; main port. */
static inline int out_batch(Out *o, Batch *b)
{
    if (unlikely(o->first != NULL || b->n_sel == 0))
        return out_batch_more(o, b);
    o->first = &o->one;
    o->last = &o->one.next;
    o->one.next = NULL;
    o->one.port = OUT_MAIN;
    o->one.batch = b;
    o->n_rows += b->n_sel;
    return 0;
}
/* The one batch that is all of what a call gave, which is usual; NULL = it is something else. */
static inline Batch *out_only_batch(const Out *o)
{
    const OutItem *item = o->first;
    return item && !item->next && item->port == OUT_MAIN ? item->batch : NULL;
}
int out_mark(Out *o, uint32_t cls, int64_t wm_us);
int out_item(Out *o, const OutItem *item); /* a copy of one of another output, with a batch */
int out_late(Out *o, const PhysNode *node, Batch *b, LateWhy why, int64_t wm_us);
/* Sends the rows in error of x (all rows of b marked there and selected) to the error port; no-op without errors. */
int out_errors(Out *o, const PhysNode *node, Batch *b, const EvalCtx *x);
static inline bool out_is_full(const Out *o)
{
    return o->n_rows >= o->room_rows;
}

typedef struct OpCounters { /* design 11: written by the owner only */
    uint64_t rows_in[2], rows_out, batches, flushes, ns, late, late_partial, errors, neg_rows, state_rows, more_resumes;
    uint64_t null_time; /* rows left out of windows because their event time is NULL */
    int64_t state_bytes, wm_in[2], wm_out;
} OpCounters;

/* Lookup tables whose rows are asked for by key (flow/lookup_table.h), as the operator that waits for answers sees them. */
typedef enum AskState { ASK_KNOWN, ASK_WAITS, ASK_FAILED } AskState;
typedef struct Asker {
    void *self;
    void *(*table)(void *self, uint64_t keys_relation); /* NULL = it is gone */
    /* key: n_keys vectors.  By position in rows: whether the answer is there, and, of one that has failed, why (in the arena). What
     * is not there is asked for.  A key that holds a NULL is known: nothing has it. */
    int (*ask)(void *table, const Vec *key, Rows rows, uint8_t *ret_state, const char **ret_why, Arena *arena);
} Asker;

typedef struct ArrangementPlace { /* of a key's rows */
    bool begun, ended;
    MultiPlace place;
} ArrangementPlace;
typedef struct ArrangementRoom { /* scratch of who looks: several parts may look at once */
    StrBuf *sought;
    Arena *arena; /* left as it was */
} ArrangementRoom;
/* A small relation by column: what stands at key k is at place[k - first] - 1 of the columns; 0 = nothing does. */
typedef struct ArrangementColumns {
    Vec *col; /* by column of the relation; those that were asked for */
    const uint16_t *place;
    int64_t first;
    uint32_t span; /* elements of place */
} ArrangementColumns;
/* A stored relation that a join finds rows in where they lie, instead of keeping a copy (flow/arrangement.h).  It is ahead of what
 * the join has been told: a change is in it as a whole before its batches are handed out.  [any] Parts of a join look at the same
 * time; nobody changes the relation meanwhile. */
typedef struct Arrangement {
    void *self;
    HashTable *(*rows)(void *self); /* its rows, with their counts; all columns */
    /* By position in rows: the row that has the key, whose columns are those of the relation's; NULL = none. */
    int (*find)(void *self, const Vec *const *key, const uint64_t *hash, Rows rows, uint8_t **ret_row);
    /* Instead of find, where a key may have many rows: the next ones of the key at a physical row, at most max of them; 0 = there
     * are no more, else < 0.  at: begins with zeros, and holds while the relation does not change. */
    int (*next)(void *self, const Vec *const *key, uint32_t row, const ArrangementRoom *room, ArrangementPlace *at,
                uint8_t **ret_row, uint32_t max);
    /* Instead of both, of one integer key: n_rows of it are about to be looked up in the relation as it is.  The columns are good
     * until it changes; NULL = not now.  Not for parts, which look at the same time. */
    const ArrangementColumns *(*columns)(void *self, uint32_t n_rows);
    /* How many batches of its latest change the join has not been given yet, and the number of the change, never 0. */
    uint32_t (*unseen)(void *self, Batch *const **ret, uint64_t *ret_change);
    int (*each)(void *self, int (*take)(void *to, Batch *b, Err *err), void *to, Err *err); /* its content, between steps */
    const uint32_t *cols; /* its columns, by column of the input */
    /* By column of its key: which of the join's keys that is; then the join's other keys, which the rows found are compared by. */
    uint32_t n_keys;
    const uint32_t *keys;
    struct JoinPath *path; /* the side is no relation but a join of such, whose rows are found by this; the rest, but `each`, is not
                              set then.  Without it only `each` is there, for a state that lacks the rows */
} Arrangement;

typedef struct OpEnv { /* what the driver provides to all operators of a query */
    Account *acct;
    PageStore *pages;
    Arena *step;  /* scratch, reset after each step */
    Arena *plan;  /* lives as long as the query: programs, cursors */
    EvalCtx eval; /* arena = step; now_us set per step */
    uint64_t epoch;
    int64_t started_us;     /* when the query began */
    uint32_t to_come_16ths; /* of the relation being read at once: how much of it is left beside what has come; 0 = not known */
    uint32_t yields;        /* rows may be pushed between two pieces of this flush, of about so many rows; 0: it is not cut */
    RowErrorPolicy on_error;
    uint32_t next_table_id;
    bool orders_as_written; /* what is kept in an order is of a version whose keys said how INTERVAL and JSONB were written */
    const bool *lost;       /* set while state of this store could not be read: what an operator gives then is not true */
    struct Parts *parts;    /* what operators that can run in parts run on; borrowed */
    uint32_t n_parts;       /* of the query; below 2: none does */
    uint8_t part_rule;      /* PartRule: how it is laid out by them */
    /* Of a part of an operator: which one it is, and by what rows of each input belong to a part; NULL: it has all rows. */
    const struct PartKeys *part_keys;
    uint32_t part, of_parts;
    const Asker *asker;            /* borrowed */
    bool refers;                   /* state may refer to batches: no log, so nobody asks for all of it as pages */
    const _Atomic bool *interrupt; /* [any] a statement waits for the query and may be given up; NULL = nobody does */
} OpEnv;
/* Asked by what may take long within one call, which then returns -ERR_QUERY_CANCELED. */
static inline bool op_is_cancelled(const OpEnv *env)
{
    return unlikely(env->interrupt && atomic_load_explicit(env->interrupt, memory_order_relaxed));
}

typedef struct OpType OpType;
typedef struct Op Op;
/* What of an operator's state does not lie in its state tables, as bytes in a checkpoint.  Tables come back by themselves: those
 * that an operator makes in open() take the pages that were theirs.  Called between steps. */
typedef struct OpKeep {
    void (*save)(const Op *op, StrBuf *out);          /* NULL: nothing */
    int (*restore)(Op *op, ByteReader *in, Err *err); /* right after open() */
} OpKeep;
extern const OpKeep op_keeps_tables; /* all of it lies there, or there is none */
/* Two instances of an operator that have got the rows of one input by turns, whatever their keys: one of them takes over from the
 * other before it gives a result.  Of operators that give a result once. */
typedef struct OpCollect { /* another way: beside the state, and then each instance takes over what is its own by key */
    bool (*can)(const Op *op);
    int (*begin)(Op *op);             /* nothing is collected */
    int (*add)(Op *op, Batch *in);    /* 1; 0: these rows cannot be collected, and nothing was done; < 0 */
    int (*settle)(Op *op, Op *from);  /* while nobody collects */
    uint64_t (*groups)(const Op *op); /* that have been collected */
} OpCollect;
typedef struct OpMerge {
    uint8_t rule; /* PartRule: from which on its rows are dealt out so */
    bool (*can)(const PhysNode *node);
    uint64_t (*groups)(const Op *op);      /* that it has */
    bool (*is_due)(const Op *op, Mark m);  /* the mark makes something final that this instance has */
    int (*take)(Op *op, Op *of, Mark m);   /* what it makes final of the other's state, which loses it */
    int64_t (*turns_end_us)(const Op *op); /* a mark from which on nothing is there that has come by now; INT64_MAX = not known */
    const OpCollect *collect;              /* NULL: it cannot */
} OpMerge;
typedef struct Op { /* embedded first in every operator */
    const OpType *type;
    const PhysNode *node;
    OpEnv *env;
    OpCounters c;
    bool timed;           /* set by open(): it does something as time passes, see due_us */
    const KeyClock *keys; /* watermarks per key of the clock keys_class; NULL = the operator does not look at them */
    uint32_t keys_class;
    /* A mark of the class below quiet_us does nothing but raise passed_us: the driver does that without a call.  With rows one by
     * one this is nearly every mark. */
    uint32_t quiet_class;
    int64_t quiet_us, passed_us; /* INT64_MIN at first: no mark is quiet, none has come */
    /* Default mark(): latest watermark per input and class; forwards the minimum over inputs. */
    uint32_t n_marks;
    struct {
        uint32_t cls;
        int64_t wm[2];
        int64_t out;
    } marks[WATERMARK_COLUMNS_MAX * 2];
} Op;

struct OpType {
    const char *name;
    size_t size; /* of the instance, zeroed by op_new */
    int (*open)(Op *op, const PhysNode *node, Err *err);
    int (*push)(Op *op, uint32_t input, Batch *in, Out *out); /* borrows in; 0, OP_MORE, OP_DONE or < 0 */
    int (*more)(Op *op, Out *out);                            /* only after OP_MORE */
    int (*mark)(Op *op, uint32_t input, Mark m, Out *out);    /* NULL: forward the minimum over the inputs */
    int (*flush)(Op *op, FlushWhy why, Out *out); /* NULL: nothing held. FLUSH_END: the input ended, all marks came before */
    /* With env->yields rows may be pushed between two calls of more() that belong to a flush: what has been given already
     * and changes then is given again. */
    bool flush_yields;
    /* Of a bounded plan: no row comes to this input any more.  True when none comes out any more either.  NULL: the operator does
     * not care, and has ended when it holds nothing (no flush()) and has this one input. */
    bool (*input_ended)(Op *op, uint32_t input);
    int (*keys)(Op *op, Out *out);                  /* watermarks of single keys have moved; NULL: only the stream's counts */
    int (*timer)(Op *op, int64_t now_us, Out *out); /* NULL: none */
    int64_t (*due_us)(const Op *op);                /* when timer() next has something to do; INT64_MAX = nothing. With timer() */
    void (*measure)(Op *op);                        /* c.state_rows and c.state_bytes; NULL: they always are what they say */
    /* Whether flush(why) would give nothing and change nothing: asked where a call costs more than this.  NULL: not known. */
    bool (*rests)(const Op *op, FlushWhy why);
    /* Whether mark(m) has so little to do that no thread should be asked for it.  NULL: not known. */
    bool (*passes)(const Op *op, Mark m);
    /* Whether what is given for rows of one input, and at the ends of steps, stays as it is while more rows of that input come: it
     * refers to nothing in the state that they change; where out->arena is another one than env->step, to no scratch in there
     * either. NULL: no. */
    bool (*lasts)(const Op *op);
    const OpMerge *merge; /* NULL: it cannot */
    const OpKeep *keep;   /* NULL: a query with this operator cannot be part of a checkpoint */
    /* The rows of an input lie in a borrowed arrangement and need not be kept, which may be refused (false): after open(), or
     * between steps, with what is kept dropped.  And back: they are copied from there.  is_new: the operator has got nothing yet;
     * or its state is restored later, so nothing is dropped or copied before that says what it was.  NULL: no. */
    bool (*share)(Op *op, uint32_t input, const Arrangement *a, bool is_new);
    int (*unshare)(Op *op, uint32_t input, bool is_new, Err *err);
    void (*close)(Op *op); /* NULL: nothing to free */
};
extern const OpType *const op_types[N_PHYS_KINDS]; /* from plan/phys.def */

/* Wrappers: the only callers of the table; they count. */
int op_new(OpEnv *env, const PhysNode *node, Op **ret, Err *err);
/* Appends what op_restore needs.  -ERR_UNSUPPORTED with the operator's name when it cannot be kept. */
int op_save(const Op *op, StrBuf *out, Err *err);
int op_restore(Op *op, ByteReader *in, Err *err);
void op_free(Op *op); /* NULL is fine; also half-opened */
static inline int op_count_out(Op *op, int rc, const Out *out, uint32_t n_before)
{
    op->c.rows_out += out->n_rows - n_before;
    if (unlikely(*op->env->lost))
        return -ERR_IO;
    return unlikely(out->failed) && rc >= 0 ? -ERR_OUT_OF_MEMORY : rc;
}
static inline int op_push(Op *op, uint32_t input, Batch *in, Out *out)
{
    uint32_t before = out->n_rows;
    op->c.rows_in[input != 0] += in->n_sel;
    op->c.batches++;
    return op_count_out(op, op->type->push(op, input, in, out), out, before);
}
/* For a batch that an operator would only have passed on. */
static inline void op_count_passed(Op *op, const Batch *b)
{
    op->c.rows_in[0] += b->n_sel;
    op->c.rows_out += b->n_sel;
    op->c.batches++;
}
int op_more(Op *op, Out *out);
int op_mark(Op *op, uint32_t input, Mark m, Out *out);
static inline int op_flush(Op *op, FlushWhy why, Out *out)
{
    if (!op->type->flush)
        return 0;
    uint32_t before = out->n_rows;
    op->c.flushes++;
    return op_count_out(op, op->type->flush(op, why, out), out, before);
}
static inline bool op_takes_quietly(Op *op, Mark m)
{
    if (m.wm_us >= op->quiet_us || m.cls != op->quiet_class)
        return false;
    op->passed_us = MAX(op->passed_us, m.wm_us);
    op->c.wm_in[0] = MAX(op->c.wm_in[0], m.wm_us);
    return true;
}
/* The operator judges by the watermarks per key of that clock, when it can. */
void op_set_keys(Op *op, uint32_t cls, const KeyClock *keys);
int op_keys(Op *op, Out *out);
int op_timer(Op *op, int64_t now_us, Out *out);
int64_t op_due_us(const Op *op);
/* EMIT EVERY: when the period that `now` lies in ends; at `due` one does. */
static inline int64_t period_end(int64_t due_us, int64_t every_us, int64_t now_us)
{
    int64_t ret;
    if (due_us > now_us)
        return due_us;
    return __builtin_add_overflow(now_us, every_us - (now_us - due_us) % every_us, &ret) ? INT64_MAX : ret;
}
/* The i-th part of an operator in parts, NULL = there are no more; any other operator is its only part. */
Op *op_part(Op *op, uint32_t i);
int64_t op_state_bytes(Op *op);
