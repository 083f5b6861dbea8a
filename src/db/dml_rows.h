/* SPDX-License-Identifier: Apache-2.0
 *
 * Queries over rows that a statement has in its hands: of RETURNING and ON CONFLICT DO UPDATE with subqueries. */
#pragma once
#include "db/table_write.h"

struct HeldRows { /* all of it lies in the statement's arena, but for rows */
    With with;    /* of the statement, and the rows under a name that nobody writes */
    Cte cte;
    FromTable from;
    Alias alias;
    GivenRows given;
    Query query;
    Select select;
    BatchList rows;
};
/* rel: the relations that the columns belong to.  The query is SELECT targets FROM the rows, with the names of `with`. */
int held_rows_new(TableWrite *w, const With *with, const Schema *schema, const GivenRelation *rel, uint32_t n_rel, HeldRows **ret,
                  Err *err);
int held_rows_in_order(HeldRows *h, Arena *a, Err *err); /* the result is in the order of the rows */
/* The relations of a scope, as held_rows_new() takes them. */
int held_rows_relations(Arena *a, const TableScope *s, GivenRelation **ret, uint32_t *ret_n, Err *err);
int held_rows_plan(TableWrite *w, HeldRows *h, PhysPlan **ret, Err *err);
/* [shard] Runs it over h->rows, which go; what it gives goes to w->rows. */
int held_rows_return(TableWrite *w, HeldRows *h, Err *err);
