/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions that give rows in a SELECT list.  [control]
 *
 * Where a query neither groups nor has window functions, and of what it groups by, their rows are put over those of FROM before all
 * else is bound (bind_unnest.c).  Elsewhere they are bound where they stand, over groups and windows, and leave columns numbered
 * from ROWS_COLUMN on, which are replaced when these nodes are there (bind_rows.c): first the rows of the groups, then theirs. */
#pragma once
#include "plan/bind_impl.h"

#define ROWS_COLUMN UINT32_C(0x300000)

typedef struct Columns { /* of an L_UNNEST node being made */
    const char *name[UNNEST_MAX];
    UnnestItem item[UNNEST_MAX];
    uint32_t n;
    bool wrapped; /* the last is a value in a row of one field */
    bool named;   /* the same by the name of an OUT parameter, which no other name of the relation replaces */
} Columns;

/* ---- bind_unnest.c ---- */
/* The columns of one call; alias: what stands behind it in FROM, or NULL. */
int unnest_columns(const ExprScope *x, const ExprCall *c, const Alias *alias, Columns *t, Err *err);
/* Puts the node over the scope's rows; the elements are the first new columns. */
int unnest_node(Binder *b, Scope *s, const Columns *t, bool ordinality, bool outer, Span at, Err *err);
/* Calls in the SELECT list whose rows come before groups and windows.  `late`: those of a query that has these. */
int bind_unnest_target(Binder *b, const Select *s, bool late, Scope *scope, Err *err);
int bind_unnest_call(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err);

/* ---- bind_rows.c ---- */
typedef struct LateCall {
    uint32_t first, n; /* of its columns in RowsList.column */
    uint32_t level;    /* it gives rows for each row of those of lower levels */
} LateCall;
struct RowsList {
    uint32_t n, level; /* level: the highest of what has been bound last */
    LateCall call[UNNEST_MAX];
    Columns column; /* of all calls */
};
typedef struct RowsList RowsList;
/* The value of a call where it stands: its column, or its columns as a row. */
int rows_call(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err);
/* Their arguments, which are to be replaced with everything else that is over groups and windows; ret NULL: how many. */
uint32_t rows_args(RowsList *l, Expr ***ret);
/* Puts the nodes over *node, and their columns into exprs. */
int rows_build(Binder *b, RowsList *l, Expr ***exprs, uint32_t n, Span at, Logical **node, Err *err);
bool rows_is_in(const Expr *e); /* such a column, not yet replaced */
/* Columns of a node, or those that stand for them, as the value of a call. */
int rows_value(const ExprScope *x, const ExprCall *c, Expr *const *col, const char *const *name, uint32_t n, Expr **ret, Err *err);
/* Whether an aggregate or a window function is called in it, subqueries apart. */
bool rows_gathers(const Binder *b, const Node *n);
/* Whether there are functions that give rows in ORDER BY, or in the SELECT list of a query that groups or has window functions. */
bool rows_come_late(const Binder *b, const Select *s, const Query *outer);
