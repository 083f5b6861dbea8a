/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups of a few batches, put together beside the state: by one key of 64 bits, rows counted and integers summed.  A part of a
 * window aggregate collects its share of a run of batches so (part_chain.h), apart by the part that each key belongs to, and each
 * part then takes what is its own from all of them.  So a frequent key is no more work for one part than for another, and no group
 * is in two parts.  What is collected is gone by the end of the call.  Inside exec/ only. */
#pragma once
#include "exec/agg_group.h"
#include "exec/parts.h"

#define PRE_PANES 4u
#define PRE_SUMS 4u

typedef struct PreCells { /* the groups of a part; cell 0 is none */
    uint32_t n;
    uint16_t *place; /* open addressing: the cell of a key */
    uint64_t *key;
    uint32_t *count;
    i128 *sum[PRE_SUMS];
} PreCells;

typedef struct PrePane {
    int64_t end;
    uint32_t mask; /* of places */
    PreCells of[PARTS_MAX];
    void *memory;
} PrePane;

typedef struct PreGroups {
    AggGroups *g;
    uint32_t n_parts, n_sums, max_cells;
    uint32_t max_places; /* a power of two, as mask + 1 */
    const GroupSlot *sum[PRE_SUMS];
    uint32_t n_panes; /* in use */
    size_t pane_bytes;
    PrePane pane[PRE_PANES];
} PreGroups;

/* Whether all that the groups need can be collected. */
bool pre_groups_can(const AggGroups *g);
int pre_groups_new(AggGroups *g, uint32_t n_parts, PreGroups **ret);
void pre_groups_free(PreGroups *p); /* NULL is fine */
void pre_groups_clear(PreGroups *p);
/* Whether rows of the batch that eval has run on can be collected. */
bool pre_groups_takes(const PreGroups *p, const Batch *in);
/* Room for the rows of a pane: 1, or 0 where there is none.  Then they can be added. */
int pre_groups_room(PreGroups *p, int64_t end, uint32_t n_rows, PrePane **ret);
void pre_groups_add(PreGroups *p, PrePane *pane, Rows rows);
/* The groups of such cells get what has been collected. */
int pre_groups_settle(AggGroups *g, GroupTable *t, const PreGroups *from, const PreCells *c);
uint64_t pre_groups_cells(const PreGroups *p);
