/* SPDX-License-Identifier: Apache-2.0
 *
 * Sorting kept rows by words.  [shard]  Keys that are numbers, times, truth values or texts become words of 64 bits in the order of
 * the values (sort_texts.h), as few bits of each as their range needs; columns that fit into one word together are sorted together,
 * from the last ones to the first by a stable radix sort.  Rows stay where they are until they are read. */
#pragma once
#include "data/sortkey.h"
#include "exec/kept_rows.h"
#include "exec/op_impl.h"

typedef struct WordSort {
    const SortSpec *spec;
    uint32_t n_keys;
    uint32_t *key_col; /* of the kept rows: a column of the input, or one behind those */
    const Vec **col;
    KeptRows rows;
    uint32_t *order; /* 1 + row, in order; after word_sort_run */
} WordSort;

bool word_sort_takes(const SortSpec *spec, uint32_t n_keys); /* whether all keys are such */
int word_sort_open(WordSort *s, const Op *op, const Schema *in, Expr *const *keys, const SortSpec *spec, uint32_t n_keys, Err *err);
void word_sort_done(WordSort *s); /* zeroed is fine */
/* key: n_keys vectors of the batch's rows. */
int word_sort_add(WordSort *s, const Batch *in, Rows rows, const Vec *key, Arena *scratch);
int word_sort_run(WordSort *s);
