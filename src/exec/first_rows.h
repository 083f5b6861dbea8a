/* SPDX-License-Identifier: Apache-2.0
 *
 * What the first row of each key and the first few of it have in common, over input that only comes: how their keys are found, the
 * order of rows in sort form, and how rows leave that lie in the heap of a HASH table.
 *
 * A kept row is {order columns in sort form, all columns packed}.  The first 16 bytes of the former, its head, decide nearly every
 * comparison; equal rows go by arrival, so a new one does not win.  A row that leaves stays where it is: its texts are referred to,
 * not copied, until the output has been used, which it has when the operator is called again. */
#pragma once
#include "exec/ranked.h"

#define HEAD_WORDS 2

typedef struct FirstRows {
    Op *op;
    RowEval eval; /* partition columns, then order columns */
    uint32_t n_part, n_order;
    const Vec **key;
    Type *key_type;
    Ranked rows;          /* of it, what its writer reads: how a row is put together */
    uint32_t order_bytes; /* at most; 0: there are texts in the order */
    bool in_head;         /* the head is all of the order */
    StrBuf text;          /* the order of a row, being made */
} FirstRows;

typedef struct FirstRowsOpen {
    Expr *const *part, *const *order;
    uint32_t n_part, n_order;
    const bool *desc, *nulls_first;
} FirstRowsOpen;
int first_rows_open(FirstRows *f, Op *op, const FirstRowsOpen *o, Err *err);
void first_rows_close(FirstRows *f);

/* The rows of the keys in a table, made where there are none; *ret_new: bit i says that the i-th was, NULL is fine. */
int first_rows_find(FirstRows *f, HashTable *t, Rows rows, uint8_t **ret_row, uint64_t **ret_new);
/* The order columns of a row, in sort form, in f->text. */
int first_rows_order(FirstRows *f, uint32_t phys);
/* The heads of all rows; *ret_wide: the columns have nine bytes each in all of them. */
int first_rows_heads(FirstRows *f, Rows rows, uint64_t (*head)[HEAD_WORDS], bool *ret_wide);
/* Does the order of a row come before that of a kept one, or of another row of the batch? */
int first_rows_before_kept(FirstRows *f, uint32_t phys, Str kept, bool *ret);
int first_rows_before_row(FirstRows *f, uint32_t phys, uint32_t other, bool *ret);

static inline bool head_before(const uint64_t a[HEAD_WORDS], const uint64_t b[HEAD_WORDS])
{
    return a[0] != b[0] ? a[0] < b[0] : a[1] < b[1];
}
static inline bool head_equal(const uint64_t a[HEAD_WORDS], const uint64_t b[HEAD_WORDS])
{
    return a[0] == b[0] && a[1] == b[1];
}
/* A kept row on its way out. */
static inline int first_rows_put(const FirstRows *f, RankedWriter *w, Str row, int32_t weight)
{
    TRY(ranked_writer_lend(w, str_behind(row, ranked_order_bytes(&f->rows, row))));
    w->weight[w->n++] = weight;
    return 0;
}
