/* SPDX-License-Identifier: Apache-2.0
 *
 * A side of a join whose rows lie in a stored relation (design 4.6, shared arrangement).  [shard]
 *
 * The join has to see the side as what it has been given of it, and the relation is ahead of that: of a change all is in it before
 * the first batch is handed out, and rows of the other side may come in between, where both sides change in one step.  So what the
 * side holds is the relation less what is still to come of its change; that is put, negated, into the side's own tables at the
 * moment when rows of the other side ask for it, and taken out again batch by batch.  Nearly always there is nothing of the kind,
 * and the tables are empty. */
#pragma once
#include "exec/join_side.h"

/* Before rows of the other side are matched. */
int join_shared_load(JoinSide *s, Out *out);
bool join_shared_is_loaded(const JoinSide *s);
/* A batch of the side itself has been matched. */
int join_shared_seen(JoinSide *s, const JoinInput *in);
static inline bool join_shared_is_ahead(const JoinSide *s)
{
    return s->shared && hash_table_rows(s->rows) > 0;
}
/* Rows of the relation that the rows of `in` (of the other side, s) meet, by position in in->rows; NULL = no match.  Of a relation
 * with `next` it only makes the keys for that, in s->lent_key. */
int join_shared_match(JoinSide *s, const JoinSide *other, const JoinInput *in, uint8_t ***ret_row);
/* Where the relation has rows by key in an index: the next ones of the key of s->lent_key at a physical row, of `by`'s input. */
static inline int join_shared_next(JoinSide *s, const JoinSide *by, uint32_t row, ArrangementPlace *at, uint8_t **ret_row,
                                   uint32_t max, Arena *arena)
{
    return s->shared->next(s->shared->self, by->lent_key, row, &(ArrangementRoom){&s->sought, arena}, at, ret_row, max);
}
/* How often n rows of the relation count, less what is still to come of rows that are equal to them: these rows of the side's
 * tables get the stamp as their degree. */
int join_shared_counts(JoinSide *s, uint8_t *const *row, uint32_t n, int64_t stamp, Arena *arena, int64_t *ret);
/* The first operator above the relation, a filter, is asked when rows are found. */
int join_shared_open(JoinSide *s, Err *err);
/* Which of the n rows of the relation, found for the rows `at` of the other side's input, are rows of the side that meet these: by
 * its filter, and by the keys that did not find them.  They move up; *n: how many. */
int join_shared_sift(const JoinSide *s, const JoinSide *by, const JoinInput *in, uint16_t *at, uint8_t **row, uint32_t *n,
                     Arena *arena);
/* Of a join that is not told of changes: what it has loaded of the one that is being handed out, op_join.c. */
void join_forget_ahead(Op *op);
/* The content of the relation into the side's own tables, which are empty. */
int join_shared_copy(JoinSide *s, Err *err);
