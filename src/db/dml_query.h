/* SPDX-License-Identifier: Apache-2.0
 *
 * UPDATE and DELETE whose rows and values a query finds. */
#pragma once
#include "db/table_write.h"

typedef struct QueryChangeStmt { /* the parts of UpdateStmt and DeleteStmt */
    const Name *table;
    const Ident *alias;
    With *with;
    const NodeList *from; /* FROM, USING */
    Node *where;
    const NodeList *sets; /* NULL: DELETE */
    const NodeList *returning;
    Span at;
} QueryChangeStmt;
/* Whether it reads more than its row: then the others below are needed. */
bool dml_reads_more(const QueryChangeStmt *st);
bool dml_holds_query(const Node *n); /* a subquery stands somewhere below */
bool dml_is_text(const Node *n);     /* a text literal: its type is that of the column it goes to */
typedef struct SetItem {             /* one column of SET, tuples taken apart */
    const Ident *column;
    Node *value; /* may be ExprDefault */
} SetItem;
int dml_set_items(Arena *a, const NodeList *sets, SetItem **ret, uint32_t *ret_n, Err *err);
/* Runs a bounded plan to its end; w has begun, so nothing comes in between. */
int dml_find(TableWrite *w, PhysPlan *give_plan, Span at, BatchList *ret, Err *err);
/* From begin to commit. w is open. */
int dml_run_query(TableWrite *w, const QueryChangeStmt *st, Err *err);
