/* SPDX-License-Identifier: Apache-2.0
 *
 * Row block: a columnar buffer of a fixed number of rows that is filled row by row, read as a Batch, and used again.  Lanes of row
 * writers and the retained tail of push sources are made of them, so a steady stream of single rows reaches malloc only while text
 * columns still grow. */
#pragma once
#include "data/batch.h"
#include "data/value.h"

typedef struct RowBlock {
    Account *acct;
    const Schema *schema;      /* one reference */
    uint32_t n, cap;           /* rows complete, capacity */
    Batch *view;               /* heap header over the block's memory; never handed out by reference */
    StrBuf *text;              /* per column: bytes of strings longer than 12 */
    const uint8_t **text_data; /* per column: start of text, what view's vectors point to */
    uint64_t **valid;          /* per column; in the view only while has_null */
    bool *has_null;
    bool any_null, any_text; /* some column has a null; holds texts */
    bool all_words;          /* every column has values of eight bytes */
    bool view_has_null;      /* some column of the view has its bitmap */
} RowBlock;
int row_block_init(RowBlock *r, Account *acct, const Schema *schema, uint32_t cap, Err *err);
void row_block_done(RowBlock *r);
void row_block_reset(RowBlock *r);

/* Setters of column c in the row under construction (row r->n).  The caller has checked the type. */
static inline void *row_block_cell(RowBlock *r, uint32_t c, uint32_t bytes)
{
    return (char *)r->view->col[c].data + (size_t)r->n * bytes;
}
int row_block_value(RowBlock *r, uint32_t c, const Value *v); /* types must match; NULL allowed. 0 or -ERR_OUT_OF_MEMORY */
int row_block_text(RowBlock *r, uint32_t c, const char *p, size_t n);
void row_block_null(RowBlock *r, uint32_t c);
static inline void row_block_commit(RowBlock *r)
{
    r->n++;
}
/* The usual rows, of words and n next to each other, into a block with room.  False: they are not that, and nothing has been
 * appended. */
bool row_block_append_words(RowBlock *r, const Batch *b, uint32_t first, uint32_t n);
/* Copies rows of b (any vector kinds) as the next ones; there must be room.  -ERR_OUT_OF_MEMORY: none was appended. */
int row_block_append(RowBlock *r, const Batch *b, Rows rows);
/* The complete rows as a batch, borrowed: valid until the next change.  W_ONE, no selection. */
Batch *row_block_view(RowBlock *r);
