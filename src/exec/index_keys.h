/* SPDX-License-Identifier: Apache-2.0
 *
 * What an index is of: columns or what is computed from them, for all rows or those that fulfil a condition.  It says of a batch
 * which of its rows are in the index, and with what keys.  Keys are the same whenever they are computed: nothing in them depends on
 * time or chance. */
#pragma once
#include "data/batch.h"
#include "expr/program.h"

typedef struct IndexKeys {
    uint32_t rc; /* [shard] the relation's index and those of its overlays */
    uint32_t n;
    Arena arena; /* of all below */
    Type *type;
    int32_t *col;      /* -1 = the next value of `computed` */
    const char **text; /* as errors name them */
    bool *desc;
    uint32_t n_computed;
    Program *computed, *condition; /* NULL = none */
    bool nulls_equal;              /* of a unique index: NULLS NOT DISTINCT */
} IndexKeys;

/* One reference; the columns are for the caller to fill. */
int index_keys_new(uint32_t n, IndexKeys **ret, Err *err);
/* Of plain columns; desc NULL: all ascending. */
int index_keys_of_columns(const Schema *schema, const uint32_t *col, const bool *desc, uint32_t n, IndexKeys **ret, Err *err);
IndexKeys *index_keys_ref(IndexKeys *k);
void index_keys_unref(IndexKeys *k); /* NULL is fine */

typedef struct IndexedRows {
    const Vec **key;
    Rows rows;          /* of the batch that are in the index */
    const uint16_t *at; /* which of the selected ones these are; NULL = all */
} IndexedRows;
/* In the arena.  -ERR_OUT_OF_MEMORY, or what an expression raises. */
int index_keys_read(const IndexKeys *k, const Batch *b, Arena *arena, IndexedRows *ret, Err *err);
