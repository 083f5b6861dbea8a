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
#include "base/team.h"
#include "state/page_store.h"

#define PARTS_MAX TEAM_MAX

/* What two threads write at the same time lies so many bytes apart: lines of the caches are fetched in pairs. */
#define PART_APART 128

typedef struct Part {
    PageStore *pages; /* number p of a store is the upper bits of its page ids in a checkpoint */
    Arena arena;      /* scratch of the part's calls, within the step */
    uint8_t apart[PART_APART];
} Part;

/* How the state of a query is laid out; stored with it.  PART_BY_ALL: all keys decide which part a row belongs to. PART_BY_COLUMNS:
 * where some of them are columns, these alone do; and groups by computed keys, which are mostly few, keep several maps of DISTINCT
 * in a part each.  PART_BY_TURNS: the same, and what gives each result once may have rows of a key in several parts
 * (part_turns.h); first
 * those that aggregate, with PART_BY_TURNS_OF_RANKS also those that rank.  PART_WITH_INPUT: the same, and groups whose keys have
 * the column in them by which their input is in parts lie in the parts that their rows come from. */
typedef enum PartRule {
    PART_BY_ALL,
    PART_BY_COLUMNS,
    PART_BY_TURNS,
    PART_BY_TURNS_OF_RANKS,
    PART_WITH_INPUT,
    N_PART_RULES
} PartRule;

#define PART_MARKS 32u
typedef struct Parts Parts;
struct Parts { /* embedded first in what runs them (flow/crew.h) */
    Team team; /* first */
    uint32_t n;
    Part part[PARTS_MAX];
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
void parts_give_scratch(Parts *p); /* between steps: to the system */
