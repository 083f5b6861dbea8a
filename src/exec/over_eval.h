/* SPDX-License-Identifier: Apache-2.0
 *
 * Window functions over the rows of one partition (or a piece of it), in order.  Inside exec/ only.  [shard]
 *
 * The one evaluator of every mode: a bounded query gives it whole partitions after a sort, a continuous one the old and the new
 * content of what changed.  Rows are handed over as places in batches whose arguments have been evaluated; results are put into
 * vectors of the same batches, at the same places. */
#pragma once
#include "exec/agg_group.h"

typedef struct OverBatch OverBatch;
struct OverBatch { /* a batch of rows with what the functions need and give */
    OverBatch *next;
    Arena *arena; /* of the vectors below */
    const Batch *b;
    Vec *arg;        /* of e->eval: arguments of functions that are no aggregates, and the order column */
    Vec **agg_arg;   /* by call: of its AggGroups; NULL = no aggregate */
    Vec *ret;        /* by call: results, b->n rows */
    StrWriter *text; /* of results that are strings */
    EvalCtx errors;  /* rows whose function raised: their result is NULL */
};

typedef struct OverRow {
    OverBatch *in;
    uint32_t phys;
} OverRow;

typedef struct OverRows {
    uint32_t n, first, end; /* results are wanted from `first` to end - 1 */
    const OverRow *row;
    const Str *order;      /* order columns as a sort key */
    uint32_t *group;       /* of peers, by row: set by over_eval */
    uint32_t *group_start; /* by group; one more at the end */
    uint32_t n_groups;
} OverRows;

typedef struct OverCallEval {
    const PhysOverCall *call;
    uint32_t arg; /* first argument in e->eval */
    /* OVER_AGG: one group that holds the rows of the frame; of one that runs a group for each partition. */
    AggGroups g;
    PhysAgg node;
    GroupTable t;
    uint8_t *state;    /* the group's row */
    bool can_sub;      /* rows may be taken out again */
    uint32_t from, to; /* rows that are in */
} OverCallEval;

typedef struct OverEval {
    Op *op;
    const PhysOver *node;
    RowEval eval;
    int32_t order_arg; /* the order column in eval, for RANGE with an offset; -1 = not needed */
    OverCallEval *call;
    uint8_t **same_row; /* BATCH_ROWS_MAX pointers for the aggregates, of which the first n_same are the same */
    uint32_t n_same;
    uint16_t *iota; /* 0 .. BATCH_ROWS_MAX - 1 */
    StrBuf key;
    int64_t base;  /* rows of the partition before the first: those that are no longer there */
    int64_t dense; /* groups of peers before OverRows.first, and not in it */
} OverEval;
int over_eval_open(OverEval *e, Op *op, const PhysOver *node, Err *err);
/* Groups of aggregates are scratch: what a checkpoint has of them is of no use. */
void over_eval_restore(OverEval *e);
void over_eval_rest(OverEval *e);  /* nothing is evaluated for a while: the scratch goes */
void over_eval_close(OverEval *e); /* also half-opened (zeroed) */
/* Evaluates the arguments for all rows of b, which must be dense and stay.  A row whose arguments raise goes to the error port and
 * is left out of *ret_rows. */
int over_batch_new(OverEval *e, Batch *b, Arena *arena, Out *out, OverBatch **ret, Rows *ret_rows);
/* Results of all rows; scratch: another arena than that of the batches. 0 or -ERR_OUT_OF_MEMORY. */
int over_eval(OverEval *e, OverRows *rows, Arena *scratch);
/* Results are complete: to be called once per batch, before they are read. */
int over_batch_done(OverEval *e, OverBatch *b);

/* over_frame.c: rows from .. to - 1 of row i's frame, without EXCLUDE. */
int over_frame(OverEval *e, const PhysOverCall *c, const OverRows *r, uint32_t i, uint32_t *ret_from, uint32_t *ret_to);
