/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts as words in their order, byte by byte as unsigned numbers, a prefix first.  [shard] */
#pragma once
#include "data/vec.h"

#define TEXT_WORDS 2u

typedef struct TextWords {
    bool whole;                 /* the words are the texts; else there is a rank */
    uint64_t *word[TEXT_WORDS]; /* by row, of acct; the second one NULL when all have at most eight bytes */
    uint64_t *length;           /* NULL: not needed */
} TextWords;

/* The words of n rows of a FLAT vector; those of NULLs mean nothing.  -ERR_OUT_OF_MEMORY: what is there is freed with the rest. */
int text_words(TextWords *t, Account *acct, const Vec *v, uint32_t n);
void text_words_done(TextWords *t, Account *acct, uint32_t n);
