/* SPDX-License-Identifier: Apache-2.0
 *
 * Kept rows by their key: made once, when all are there.  [shard]
 *
 * Three forms.  A key of one integer whose values lie close together is an address: an array of rows by key, or, where it only
 * matters whether there is one, a bitmap.  Else a table of open addressing with half of the hash beside the number of the row, so
 * that a row is looked at nearly only when its key is the one.  Rows of one key are a list in the order in which they came.
 *
 * Who keeps nothing by the numbers of the rows lets the index number them (`may_order`): where keys are addresses, a row that alone
 * has its key is found at that address without a look at anything, or rows stand in the order of their keys, those of one behind
 * each other. */
#pragma once
#include "exec/kept_rows.h"

typedef struct JoinIndex {
    Account *acct;
    const KeptRows *rows;
    const uint32_t *key_col; /* columns of rows */
    uint32_t n_keys;         /* 0: all rows are of one key */
    const bool *null_safe;   /* NULL is a key; else rows with one are not in the index */
    bool any;                /* only whether there is a row is asked for */
    bool is_int;             /* one column of integers or times, without NULLs that count */
    uint32_t *next;          /* row + 1 of the next of the same key, by row; NULL: all keys are different, or `any`, or `more` */
    uint32_t *place;         /* 1 + the new number of each row, 0: it has none; NULL: they have the numbers that they had */
    uint32_t n_places;
    uint64_t *more; /* by new number: the next one is of the same key; NULL: there is none such */
    int64_t least;
    uint64_t range;   /* keys least .. least + range - 1 */
    uint32_t *by_key; /* row + 1 */
    uint64_t *bitmap; /* any; or, without `any`: the keys that are there, whose rows have their places */
    bool full;        /* all of the range are there */
    uint64_t *slot;   /* upper half: of the hash; lower half: row + 1; 0 = free */
    uint64_t n_slots; /* a power of two */
} JoinIndex;

/* -ERR_OUT_OF_MEMORY.  rows and the arrays are borrowed. */
int join_index_build(JoinIndex *x, Account *acct, const KeptRows *rows, const uint32_t *key_col, uint32_t n_keys,
                     const bool *null_safe, bool any, bool may_order, Arena *scratch);
void join_index_done(JoinIndex *x); /* zeroed is fine */
/* ret[i]: 0, or 1 + the first row whose key is that of the i-th of `rows`; with `any` only whether there is one. */
int join_index_find(const JoinIndex *x, const Vec *const *key, Rows rows, uint32_t *ret, Arena *scratch);
int64_t join_index_bytes(const JoinIndex *x);
static inline bool join_index_repeats(const JoinIndex *x)
{
    return x->next || x->more || (x->n_keys == 0 && x->rows->n > 1);
}
/* 1 + the next row of the key of row number row - 1; 0 = there is none. */
static inline uint32_t join_index_next(const JoinIndex *x, uint32_t row)
{
    if (x->more)
        return bit_get(x->more, row - 1) ? row + 1 : 0;
    if (x->n_keys == 0)
        return row < x->rows->n ? row + 1 : 0;
    return x->next ? x->next[row - 1] : 0;
}
void join_index_forget_places(JoinIndex *x); /* place is not needed any more */
