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
bool dml_reads_more(const Catalog *c, const QueryChangeStmt *st);
bool dml_is_untyped(const Node *n); /* a text literal or NULL */
/* A parameter that is a value by itself and has no type yet has that of its column. */
void dml_type_param(const StmtContext *x, const Node *value, Type column);
bool dml_is_text(const Node *n); /* a text literal: its type is that of the column it goes to */
typedef struct SetItem {         /* one column of SET, tuples taken apart */
    const Ident *column;
    Node *value; /* may be ExprDefault */
} SetItem;
/* dml_set.c; of: what the table is called there. */
int dml_set_items(Arena *a, const Ident *of, const NodeList *sets, SetItem **ret, uint32_t *ret_n, Err *err);
const Ident *dml_column(const Node *n); /* of a list of columns: its name, also when it is a part of the column */
/* INSERT: parts of one column as one value of it, begun with NULL.  to: where the columns are, a table or a view. */
bool dml_has_parts(const NodeList *columns);
int dml_join_columns(Arena *a, const NodeList *columns, NodeList *ret, Err *err);
int dml_join_values(Arena *a, const Relation *to, const NodeList *columns, const NodeList *values, NodeList *ret, Err *err);
int dml_join_query(Arena *a, const Relation *to, const NodeList *columns, Query *query, Query **ret, Err *err);
/* Runs a bounded plan to its end; w has begun, so nothing comes in between. */
int dml_find(TableWrite *w, PhysPlan *give_plan, Span at, BatchList *ret, Err *err);
/* ON CONFLICT DO UPDATE with subqueries, of rows: the columns of the row that is met, behind them EXCLUDED's; of a view these are
 * the view's, and the table's stand before them.  rows NULL: binds only. */
int dml_update_held(TableWrite *w, const With *with, const OnConflict *oc, const Schema *schema, Batch *rows, Err *err);
/* From begin to commit. w is open. */
int dml_run_query(TableWrite *w, const QueryChangeStmt *st, Err *err);
