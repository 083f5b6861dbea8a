/* SPDX-License-Identifier: Apache-2.0
 *
 * WITH RECURSIVE in a result that is kept up to date, as a node of a physical plan. */
#pragma once
#include "plan/phys_node.h"

/* WITH RECURSIVE kept up to date.  Input 0 is the first term; the others, sources, are what the second one reads, in the order of
 * `leaf`, nodes of its plan.  The query's own rows are a source there, too, of no relation. */
typedef struct PhysRecurse {
    PhysNode node;
    const char *name;
    bool all, ends; /* ends: by itself, whatever the rows are */
    struct PhysPlan *body;
    PhysNode **leaf; /* n_in - 1 of them */
} PhysRecurse;
bool recurse_reads_self(const PhysNode *n); /* somewhere below, or there */
#define RECURSE_SELF UINT64_C(0)            /* PhysSource.relation */
