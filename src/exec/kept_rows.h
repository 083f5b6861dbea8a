/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows that a bounded plan keeps until its input has ended, column by column in memory, found again by their number.  [shard]
 *
 * Rows are only added.  A column is one array, so that what reads rows in any order (a join, a sort) costs one load per value; the
 * bytes of long texts lie in chunks that all columns share.  What is read points there: it is good until the next rows are added.
 * They do not leave memory; who keeps what may be larger than that asks mem_is_limited first. */
#pragma once
#include "data/batch.h"

typedef struct KeptRows {
    Account *acct;
    uint32_t n_cols;
    uint32_t n, cap;                       /* rows */
    Vec *col;                              /* FLAT, of all rows */
    int32_t *w;                            /* weights; NULL = all are 1 */
    uint32_t *data_cap, *valid_cap, w_cap; /* of each array: at least cap where there is one */
    uint32_t n_chunks, cap_chunks, cap_sizes;
    uint8_t **chunk;
    size_t *chunk_bytes, chunk_used; /* used: of the last one */
} KeptRows;

/* The array of columns lies in `plan`. */
int kept_rows_init(KeptRows *k, Account *acct, Arena *plan, const Type *types, uint32_t n_cols, Err *err);
void kept_rows_done(KeptRows *k); /* zeroed is fine */
/* Adds rows of n_cols vectors with the weights of `from`; -ERR_PROGRAM_LIMIT beyond 2^32 - 2 rows. */
int kept_rows_add(KeptRows *k, const Vec *const *cols, const Batch *from, Rows rows, Arena *scratch);
/* Column c of rows at .. at + n - 1 where they lie; at is a multiple of 64. */
void kept_rows_view(const KeptRows *k, uint32_t at, uint32_t n, uint32_t c, Vec *ret);
/* Column c of some rows: the value of row number row[i] - 1, or NULL where row[i] is 0, becomes row row_at(to, i) of *ret, which
 * has n_phys rows. */
int kept_rows_read(const KeptRows *k, uint32_t c, const uint32_t *row, Rows to, uint32_t n_phys, Vec *ret, Arena *arena);
void kept_rows_forget(KeptRows *k, uint32_t c); /* the values of a column; the bytes of long texts stay */
int64_t kept_rows_bytes(const KeptRows *k);
static inline int32_t kept_rows_weight(const KeptRows *k, uint32_t row)
{
    return k->w ? k->w[row] : 1;
}
