/* SPDX-License-Identifier: Apache-2.0
 *
 * Team: threads that share out one call.  What runs it is further up (flow/crew.h); what has pieces to share out only has to know
 * this.  Pieces that are at work at once write nothing that another one looks at. */
#pragma once
#include "base/err.h"

#define TEAM_MAX 16u
#define TEAM_WIDE_ROWS 256u /* fewer rows are not worth waking a thread for */

typedef void (*TeamWork)(void *self, uint32_t piece);
typedef struct Team Team;
struct Team { /* embedded first in what runs it */
    uint32_t n_threads;
    _Atomic uint32_t wide_rows; /* from so many on a call is for more than one thread */
    /* Does work(self, i) for each of the n <= TEAM_MAX pieces whose bit is set in which; returns when all is done. */
    void (*run)(Team *team, uint32_t n, uint32_t which, TeamWork work, void *self);
};

/* Where a team can be had for some time, by a thread that holds none. */
typedef struct TeamLoan {
    void *self;
    Team *(*take)(void *self, uint32_t rows); /* NULL: it is at work, or so many rows are not for it; then nothing is given back */
    void (*give_back)(void *self);
} TeamLoan;

/* Piece i of n of so many rows, which begins at a multiple of 64 (bitmaps are written by words); may be empty. */
static inline uint32_t team_share(uint32_t rows, uint32_t n, uint32_t i, uint32_t *ret_from)
{
    uint32_t share = ((rows + n - 1) / n + 63) & ~63u, from = MIN(i * share, rows);
    *ret_from = from;
    return MIN(share, rows - from);
}
