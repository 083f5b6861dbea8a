/* SPDX-License-Identifier: Apache-2.0
 *
 * Kept rows as they are read in any order: columns side by side in rows, numbers in as few bytes as their range needs.  [shard]
 *
 * Made once, of some columns of KeptRows that are complete, and in an order of one's own.  What reads a row of some columns so
 * waits for one line of the cache, of a table that is a half or an eighth as large.  Rows count from 1; row 0 is NULL, and rows
 * that the order leaves out are. */
#pragma once
#include "exec/kept_rows.h"

typedef struct NarrowCol {
    bool is_there;
    uint8_t bytes; /* of a value in the row; 0: all values are `base` */
    uint32_t at;   /* in the row */
    int64_t base;  /* added to what stands in the row; of types of up to eight bytes */
    uint64_t *valid;
} NarrowCol;

typedef struct NarrowRows {
    Account *acct;
    const KeptRows *from; /* types, and the bytes of long texts; borrowed; NULL = not made yet */
    uint32_t n, stride;   /* n: the last row */
    uint8_t *row;
    NarrowCol *col;  /* by column of `from` */
    uint32_t n_cols; /* of col: at least as many as `from` has */
} NarrowRows;

int narrow_rows_init(NarrowRows *p, Account *acct, Arena *plan, uint32_t n_cols, Err *err); /* for up to n_cols columns */
/* Row i of `from` becomes row place[i] of n, or none where that is 0; place NULL: row i + 1.  -ERR_OUT_OF_MEMORY. */
int narrow_rows_build(NarrowRows *p, const KeptRows *from, const bool *cols, const uint32_t *place, uint32_t n);
void narrow_rows_done(NarrowRows *p); /* zeroed is fine */
/* Column c of some rows: row number row[i] becomes row row_at(to, i) of *ret, which has n_phys rows. */
int narrow_rows_read(const NarrowRows *p, uint32_t c, const uint32_t *row, Rows to, uint32_t n_phys, Vec *ret, Arena *arena);
int64_t narrow_rows_bytes(const NarrowRows *p);
