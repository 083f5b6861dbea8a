/* SPDX-License-Identifier: Apache-2.0
 *
 * The groups of a window that are among its first few by a count (PhysAgg.best): of what a window gives, groups behind so many
 * others are left out before their results are made.  What is left may still have more than that.  Inside exec/ only. */
#pragma once
#include "exec/agg_group.h"

typedef struct BestGroups {
    uint32_t n, n_seen; /* 0: all groups are wanted */
    int64_t at;         /* of the count in a row */
    int64_t sign;       /* -1: the least are wanted */
    int64_t *first;     /* the n_seen best counts yet, from the best on */
} BestGroups;

int best_groups_open(BestGroups *b, const AggGroups *g, Err *err);
static inline void best_groups_begin(BestGroups *b) /* a window */
{
    b->n_seen = 0;
}
/* How many of the rows are left, at their beginning. */
uint32_t best_groups_keep(BestGroups *b, uint8_t **row, uint32_t n);
