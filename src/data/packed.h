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
/* Bytes of each row when it is packed. */
void packed_measure(const PackedLayout *l, const Vec *col, Rows rows, size_t *ret_bytes);
/* Packs the i-th row to to[i], where there is room for it; afterwards to[i] is where it ends. */
void packed_put_rows(const PackedLayout *l, const Vec *col, Rows rows, char **to);

typedef struct PackedRows {
    uint32_t n;
    const char **row;     /* where each begins.  What follows is needed where there are texts only: */
    uint32_t *bytes;      /* of each */
    uint16_t *piece;      /* of memory in which it lies */
    const uint8_t **data; /* where each piece begins */
    uint32_t n_pieces;
} PackedRows;
/* Reads them into rows 0 .. n - 1 of scratch vectors; texts stay in the pieces.  0, -ERR_OUT_OF_MEMORY, -ERR_CORRUPT. */
int packed_get_rows(const PackedLayout *l, const PackedRows *rows, Vec *col, Arena *arena);
