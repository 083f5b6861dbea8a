/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows as bytes that are only kept and read back, where no order is needed (that is sortkey.h, which costs several times as much):
 * null bits, then each column at a fixed place as it lies in a vector, a text as its length; then the texts behind each other.
 * Position independent, without alignment.  Rows of one layout with the same bytes are equal; equal ones may differ in bytes (-0,
 * intervals of one length). */
#pragma once
#include "data/vec.h"

typedef struct PackedColumn {
    uint8_t id;    /* TypeId */
    uint8_t bytes; /* in the fixed part */
    uint32_t at;
} PackedColumn;
typedef struct PackedLayout {
    uint32_t n_cols, fixed_bytes;
    bool has_texts; /* else a row has fixed_bytes */
    PackedColumn *col;
} PackedLayout;
bool packed_init(PackedLayout *l, const Schema *schema, Arena *arena); /* false = no memory */
/* Appends row `row` of the vectors. */
void packed_put(const PackedLayout *l, StrBuf *b, const Vec *col, uint32_t row);
/* The same of a layout without texts, to where there are fixed_bytes. */
void packed_write(const PackedLayout *l, char *to, const Vec *col, uint32_t row);
/* Rows of a layout without texts into rows 0 .. n - 1 of scratch vectors, column by column. */
int packed_get_rows(const PackedLayout *l, const char *const *packed, uint32_t n, Vec *col, Arena *arena);
/* Reads a row into row `to` of scratch vectors; text: a writer for each text column.  0, -ERR_OUT_OF_MEMORY, -ERR_CORRUPT. */
int packed_get(const PackedLayout *l, Str packed, Vec *col, uint32_t to, StrWriter *text, Arena *arena);
