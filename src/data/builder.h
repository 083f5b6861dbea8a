/* SPDX-License-Identifier: Apache-2.0
 *
 * Builder: appends values column by column into an owned batch (readers, row API, tests).  All columns must get exactly one value
 * per row before builder_row_done; rows beyond the capacity are refused with BUILDER_FULL so that the caller takes the batch. */
#pragma once
#include "data/batch.h"
#include "data/value.h"

#define BUILDER_FULL 1

typedef struct Builder {
    Account *acct;
    const Schema *schema; /* one reference */
    Batch *batch;         /* in the making; heap, owned vectors */
    uint32_t n, cap;      /* rows complete, capacity (<= BATCH_ROWS_MAX) */
} Builder;
int builder_init(Builder *b, Account *acct, const Schema *schema, uint32_t cap, Err *err);
void builder_done(Builder *b);

/* Direct, unchecked access for readers: data and validity of column c, room for `cap` values; validity starts as all ones (valid)
 * and is dropped from the batch by builder_take when no null was put. Strings: builder_str copies bytes into the column's buffer.
 */
static inline void *builder_data(Builder *b, uint32_t c)
{
    return b->batch->col[c].data;
}
void builder_null(Builder *b, uint32_t c);                           /* at row b->n */
int builder_str(Builder *b, uint32_t c, const char *p, size_t n);    /* 0 or -ERR_OUT_OF_MEMORY */
int builder_value(Builder *b, uint32_t c, const Value *v, Err *err); /* converts nothing: types must match */
/* Ends a row. 0, or BUILDER_FULL when this was the last that fits. */
int builder_row_done(Builder *b);
/* Gives the batch made so far (one reference; NULL = no memory, nothing lost) and starts a new one. n = 0 gives an empty batch. */
Batch *builder_take(Builder *b);
