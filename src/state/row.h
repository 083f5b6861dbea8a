/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows in state pages (design 4.0).  A row is
 *   u64 hash | i64 count | null bits (8-byte words) | fixed columns, naturally aligned | extra bytes (aggregate states)
 * in multiples of 16 bytes, the extra bytes at a multiple of 16.
 *
 * String columns are 16 bytes {i32 n; 12 inlined bytes} or {i32 n; 4-byte prefix; u32 page id; u32 offset in the page}: position
 * independent, so a page can be written to disk as it is.  `count` is the row's signed multiplicity (a group's number of rows).
 * A row larger than a page has a run of pages for itself. */
#pragma once
#include "data/batch.h"
#include "data/value.h"

typedef struct RowLayout {
    uint32_t n_cols;
    Type *type;       /* n_cols */
    uint16_t *offset; /* of each column in the row */
    uint32_t null_offset, extra_offset, extra_bytes;
    uint32_t row_bytes; /* multiple of 16 */
    bool has_strings;
    uint16_t *text; /* which columns are strings */
    uint32_t n_texts;
    bool whole; /* set by who keeps whole rows: what SQL calls equal but shows differently, INTERVAL and JSONB, is different */
    bool pairs; /* the same: such a table has no rows but pairs of integers (hash_table_mark_pairs) */
    Account *acct;
} RowLayout;
/* 0, -ERR_UNSUPPORTED (ARRAY, STRUCT, UNKNOWN columns), -ERR_PROGRAM_LIMIT (1,600 columns, 1 MiB of extra bytes),
 * -ERR_OUT_OF_MEMORY. */
int row_layout_init(RowLayout *l, Account *acct, const Type *types, uint32_t n_cols, uint32_t extra_bytes, Err *err);
void row_layout_done(RowLayout *l);

static inline uint64_t row_hash(const uint8_t *row)
{
    return *(const uint64_t *)(const void *)row;
}
static inline void row_set_hash(uint8_t *row, uint64_t hash)
{
    *(uint64_t *)(void *)row = hash;
}
#define ROW_COUNT_AT 8u
static inline int64_t *row_count(uint8_t *row)
{
    return (int64_t *)(void *)(row + ROW_COUNT_AT);
}
static inline uint8_t *row_extra(const RowLayout *l, uint8_t *row)
{
    return row + l->extra_offset;
}
