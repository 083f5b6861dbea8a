/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows as text with signed counts, hashed: what deltas add up to, and what a SELECT gives. */
#pragma once
#include "laminar.h"

#include <stdbool.h>

typedef struct Multiset {
    char **row; /* open addressing; NULL = empty */
    int *count; /* rows with count 0 stay until the next growth */
    size_t n, cap;
} Multiset;

void multiset_add(Multiset *m, const char *row, int weight);
void multiset_add_batch(Multiset *m, LaminarRecordBatch *b);                    /* every row with its weight */
bool multiset_add_query(Multiset *m, LaminarConnection *db, const char *query); /* every row of it; false: it failed */
void multiset_clear(Multiset *m);
int multiset_count(const Multiset *m, const char *row);
bool multiset_is_empty(const Multiset *m); /* no row with a count other than 0 */
/* A row of different counts, or NULL. */
const char *multiset_difference(const Multiset *a, const Multiset *b);
