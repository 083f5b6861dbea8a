/* SPDX-License-Identifier: Apache-2.0
 *
 * Stable radix sort of row numbers by words of 64 bits.  [any] */
#pragma once
#include "data/vec.h"

typedef struct WordRow {
    uint64_t word;
    uint32_t row;
} WordRow;

/* Sorts n of them by the lower n_bits of their words; spare has room for as many.  Gives which of the two arrays has the result. */
WordRow *radix_sort(WordRow *row, WordRow *spare, uint32_t n, uint32_t n_bits);
/* Bits in which the words differ; each row counts of which `valid` says so (NULL = all). */
uint64_t words_varying(const uint64_t *word, const uint64_t *valid, uint32_t n);
/* Leaves only the bits of `mask`, pushed together: where the others are the same everywhere, the order stays. */
void words_squeeze(uint64_t *word, uint32_t n, uint64_t mask);
