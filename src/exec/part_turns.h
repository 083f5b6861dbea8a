/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows by turns (design 5.4, two-phase aggregation).  Parts of an operator that gives each result once need not have the rows of a
 * key each: where many rows come to few groups, each takes a share of every batch into its own state, and the first one takes over
 * what a mark makes final.  No key is looked at to deal the rows out, and one that has half of all rows is no more work for one
 * part than for another.  It costs one merge per group and part, so it is done while few groups are new.
 *
 * Where rows come in runs of batches (part_chain.h) and the operator can collect them, it is done for the length of a run only:
 * each part collects its share of it, and then each takes over what is its own by key.  So no group is in several parts, and each
 * makes the results of its own.
 *
 * What is decided shows in how the state is laid out, not in results.  Inside exec/ only. */
#pragma once
#include "exec/op.h"

typedef struct PartTurns {
    const OpMerge *merge; /* NULL: rows go by key, always */
    bool always;          /* there is no key */
    bool on;
    bool collects;    /* on for runs only, and nothing gets mixed by it; other rows go by key */
    bool mixed;       /* a group may be in several parts */
    int64_t until_us; /* on no more: until this mark */
    /* Since results became final last. */
    uint64_t n_rows, n_judged, groups_then, n_new;
    bool is_due; /* the running mark makes some final */
    bool may_collect;
    uint64_t n_in_runs, n_collected; /* rows of n_judged that came in runs, groups that they were */
} PartTurns;

/* Whether the node can, under that PartRule. */
bool part_turns_can(const OpType *type, const PhysNode *node, uint8_t rule);
void part_turns_open(PartTurns *t, Op *const *part, uint32_t n, bool always);
/* Rows come; whether they are dealt out by turns.  wide_rows: from so many on a call is for several threads. */
bool part_turns_push(PartTurns *t, Op *const *part, uint32_t n, uint32_t n_rows, uint32_t wide_rows);
/* So many rows come in a run: whether the parts may share it out as they like. */
bool part_turns_run(PartTurns *t, uint32_t n_rows);
/* Before the parts get a mark, and after. */
int part_turns_mark(PartTurns *t, Op *const *part, uint32_t n, Mark m);
void part_turns_marked(PartTurns *t, Op *const *part, uint32_t n);

void part_turns_save(const PartTurns *t, StrBuf *out);
void part_turns_restore(PartTurns *t, ByteReader *in);
