/* SPDX-License-Identifier: Apache-2.0
 *
 * Batch: up to 4,096 rows of columns with an optional selection and signed weights (design 1.1).  [shard], or [any] once SHARED.
 * A batch is immutable once it has been handed on; operators make new batch headers that share vectors.
 *
 * Weights: W_ONE = all +1 (append-only, no vector), W_MINUS = all -1, W_VEC = w[i].  |w| > 1 is legal everywhere, 0 is legal. */
#pragma once
#include "data/vec.h"

typedef enum WeightKind { W_ONE, W_MINUS, W_VEC } WeightKind;
typedef enum BatchFlags {
    BATCH_SHARED = 1,   /* counted atomically */
    BATCH_BORROWED = 2, /* some vectors point into a step's arena: batch_own before keeping it beyond the step */
    BATCH_LAST_OF_STEP = 4,
    BATCH_TAKEN = 8, /* header, schema and all that the vectors refer to go with `root` */
} BatchFlags;

/* Values that an operator had to compute of the rows anyway, for the one behind it; in the step's arena. */
typedef struct BatchExtra {
    const void *owner; /* says what they are: the plan's node */
    Vec *col;
} BatchExtra;

typedef struct Batch {
    uint32_t n;          /* physical rows, <= BATCH_ROWS_MAX */
    uint32_t n_sel;      /* selected rows */
    const uint16_t *sel; /* NULL = all n rows in order */
    int32_t *w;          /* by physical row; NULL unless W_VEC */
    uint8_t w_kind, flags;
    uint16_t n_cols;
    _Atomic uint32_t rc;  /* 0: lives in an arena */
    uint64_t epoch, seq;  /* epoch it belongs to; per-lane sequence of its first row */
    int64_t ptime_us;     /* processing time assigned at ingest */
    const Schema *schema; /* one reference; borrowed in an arena batch */
    Account *acct;        /* pays for this header; NULL when it lives in an arena */
    Buffer *owned_sel, *owned_w;
    Buffer *root;            /* BATCH_TAKEN: one reference */
    const BatchExtra *extra; /* of just this batch: none that is made of it has them. NULL = none */
    Vec col[];
} Batch;

/* A header in the arena, all vectors zeroed, W_ONE, borrowed; or on the heap, counted.  NULL = no memory.  n_cols from the schema.
 */
Batch *batch_scratch(Arena *arena, const Schema *schema, uint32_t n_rows);
/* As batch_scratch, for one who sets all columns himself: of them only type and n are set. */
Batch *batch_header(Arena *arena, const Schema *schema, uint32_t n_rows);
/* As batch_scratch, for one who writes all columns whole: nothing of them is set. */
Batch *batch_bare(Arena *arena, const Schema *schema, uint32_t n_rows);
Batch *batch_new(Account *acct, const Schema *schema, uint32_t n_rows);
Batch *batch_ref(Batch *b);   /* of a heap batch */
Batch *batch_unref(Batch *b); /* an arena batch ignores it; NULL in, NULL out */
void batch_unrefp(Batch **b);
/* Makes a heap batch and its buffers count atomically, before a second thread gets a reference. */
void batch_share(Batch *b);
/* A heap batch with the selected rows of b, dense, owning all its memory, safe to keep and to hand to another thread. */
Batch *batch_own(Account *acct, const Batch *b);
/* The same, sharing the columns that are FLAT and own their memory when b has no selection. */
Batch *batch_dense(Account *acct, const Batch *b);
/* Arena header of the n rows from `from` on, a multiple of 64, over b's memory; b has no selection. */
Batch *batch_slice(Arena *arena, const Batch *b, uint32_t from, uint32_t n);
/* Arena header sharing b's vectors with another selection. */
Batch *batch_with_sel(Arena *arena, const Batch *b, const uint16_t *sel, uint32_t n_sel);

/* Asks the processor for the first lines of each page of the columns in cols (bits of the first 64): it reads ahead within a page,
 * once it has waited for its first lines, and here nothing waits yet. */
void batch_announce(const Batch *b, uint64_t cols);

static inline Rows batch_rows(const Batch *b)
{
    return (Rows){b->n_sel, b->sel};
}
static inline int32_t batch_weight(const Batch *b, uint32_t phys)
{
    return b->w_kind == W_VEC ? b->w[phys] : b->w_kind == W_ONE ? 1 : -1;
}
