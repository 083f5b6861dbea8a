/* SPDX-License-Identifier: Apache-2.0
 *
 * Parts (design 5.1, 5.4): a keyed operator runs as several instances, each with the rows of its keys, its own pages and its own
 * scratch.  [shard]  One call of the operator is one call of each part that it concerns, at once on as many threads as there are,
 * and ends when all have ended: so a step stays one step, its result does not depend on the number of threads, and nothing is
 * shared between two parts that either of them changes.
 *
 * A query has as many parts as its plan was opened with, and its state in a checkpoint is laid out by them; the number of threads
 * that run them may change at any time. */
#pragma once
#include "base/arena.h"
#include "state/page_store.h"

#define PARTS_MAX 16u
#define PARTS_WIDE_ROWS 256u /* fewer rows are not worth waking a thread for */

typedef struct Part {
    PageStore *pages; /* number p of a store is the upper bits of its page ids in a checkpoint */
    Arena arena;      /* scratch of the part's calls, within the step */
} Part;

#define PART_MARKS 32u
typedef struct Parts Parts;
typedef void (*PartWork)(void *self, uint32_t part);
struct Parts { /* embedded first in what runs them (flow/crew.h) */
    uint32_t n;
    Part part[PARTS_MAX];
    _Atomic uint32_t wide_rows; /* from so many on a call is for more than one thread */
    /* Does work(self, p) for each of the n parts whose bit is set in which; returns when all is done. */
    void (*run)(Parts *parts, uint32_t n, uint32_t which, PartWork work, void *self);
    /* Where the scratch of the parts was when a call began, by where the step's arena was: what was allocated behind a place that
     * the driver has rewound is given back. */
    uint32_t n_marks;
    struct {
        uint64_t at;
        ArenaMark part[PARTS_MAX];
    } mark[PART_MARKS];
};

/* State that a part could not read back: as page_store_take_error, of all stores. */
int parts_take_error(Parts *p, Err *err);
/* At the beginning of a call: gives back the scratch of what the driver has rewound since, and notes where this call begins. */
void parts_call_begins(Parts *p, Arena *step);
