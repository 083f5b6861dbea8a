/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows as durable bytes, column by column (part of the disk format):
 *   u8 weights (0 all +1, 1 all -1, 2 a vector), u8 0, u16 columns, u32 rows, [i32 weight of each row]
 *   per column: u8 1 when nulls are there, [bitmap], then
 *     BOOLEAN a bitmap; fixed-width types their values; strings u32 lengths of all rows, then the bytes
 * Bitmaps have (rows + 7) / 8 bytes.  Only selected rows are written.  Values of null rows are zero. */
#pragma once
#include "data/batch.h"
#include "base/bytes.h"

typedef void (*RowsPut)(void *self, const void *p, size_t n);
/* -ERR_UNSUPPORTED for nested types, -ERR_PROGRAM_LIMIT for 2 GiB of text in one column; before the first byte is put. */
int rows_check(const Batch *b, Err *err);
void rows_put(const Batch *b, RowsPut put, void *self);
/* The same bytes for a batch of one row, whose text is never too much: how many, and to where they go. */
size_t rows_one_bytes(const Batch *b);
void rows_one_write(const Batch *b, uint8_t *to);
/* The same for a row of eight-byte values without NULL or weight, which is most of what is pushed; 0 bytes: it is none. */
size_t rows_words_bytes(const Batch *b);
void rows_words_write(const Batch *b, uint8_t *to);
/* A batch in the arena; its strings point into the payload, which must live as long.  -ERR_CORRUPT when the bytes are no rows of
 * this schema. */
int rows_read(Str payload, const Schema *schema, Arena *arena, Batch **ret, Err *err);
