/* SPDX-License-Identifier: Apache-2.0
 *
 * The changes of a step while they are few: up to FEW_ROWS different rows side by side, by column, whose weights are added up. What
 * a table would do for them costs more than all operators around it when rows come one by one.  Rows with a text longer than a view
 * holds are not taken. */
#pragma once
#include "data/batch.h"

#define FEW_ROWS 8u

typedef struct FewRows {
    uint32_t n;
    int64_t weight[FEW_ROWS];
    int32_t w[FEW_ROWS];
    uint16_t sel[2][FEW_ROWS];
    Batch *batch[2]; /* of rows with weights below and above 0, over the same columns; NULL: not open */
    uint64_t *valid; /* a word per column */
} FewRows;

int few_rows_open(FewRows *f, Arena *plan, const Schema *schema, Err *err);
/* false: they do not fit, and none has been taken. */
bool few_rows_take(FewRows *f, const Batch *in);
/* The rows with weights below or above 0, in the order in which they came, valid until the next are taken; *ret NULL: there are
 * none. -ERR_NUMERIC_RANGE. */
int few_rows_give(FewRows *f, bool minus, Batch **ret);
/* All of them with their weights, of which some may be 0. */
int few_rows_all(FewRows *f, Batch **ret);
