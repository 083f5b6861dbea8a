/* SPDX-License-Identifier: Apache-2.0
 *
 * Subqueries inside plan/.  A reference to a row of the query around is an EXPR_PARAM; its number indexes the list of the
 * OuterScope under which the subquery is bound.  Decorrelation takes the conditions with such references out of the subquery's tree
 * and gives them back over its columns, to become conditions of a join. */
#pragma once
#include "plan/bind_impl.h"
#include "plan/join_impl.h"

struct OuterScope { /* what a subquery sees of the query around it */
    OuterScope *outer;
    const ExprScope *x;
    uint32_t n, cap;
    Expr **ref; /* over the rows of x, by number of the parameter */
};

/* The leaf in place of an EXPR_COLUMN or EXPR_PARAM. */
typedef int (*ExprLeafFn)(void *self, Expr *leaf, Expr **ret, Err *err);
int expr_replace_leaves(Arena *a, Expr *e, ExprLeafFn fn, void *self, Expr **ret, Err *err);
bool expr_has_params(const Expr *e);

struct PendingSubquery {
    Logical *plan;
    Expr *on; /* over plan's columns; parameters are outer[i]; NULL = every row */
    uint32_t n_outer;
    Expr **outer;          /* over the rows around, rewritten when they are grouped */
    Expr *value;           /* over the same, of the joined rows */
    PendingSubquery *also; /* a second join that `value` reads: its columns follow those of plan */
};

typedef struct Decorrelated {
    Logical *node;
    uint32_t n_preds, cap;
    Expr **pred;  /* over node's columns and parameters */
    bool grouped; /* an aggregate without GROUP BY has got keys: it gives no row where it gave one */
    Expr **empty; /* grouped: what each column of node is over no rows, by column; NULL where unknown */
    uint32_t n_empty;
} Decorrelated;
/* keep_columns false: only whether there are rows counts (EXISTS), so the columns may go. */
int decorrelate(Binder *b, Logical *node, bool keep_columns, Decorrelated *ret, Err *err);
bool tree_has_params(Logical *n);

/* ---- bind_subquery.c: parts that LATERAL shares ---- */
/* The query's plan, with references to the rows of x. */
int subquery_plan(const ExprScope *x, const Query *q, OuterScope *o, Logical **ret, Err *err);
int all_preds(Arena *a, const Decorrelated *d, Expr **ret, Err *err); /* NULL: there are none */
typedef struct Over { /* columns of a plan behind those of the rows; parameters are their expressions */
    Arena *a;
    uint32_t shift;
    Expr *const *outer;
} Over;
int over_leaf(void *self, Expr *leaf, Expr **ret, Err *err); /* self: an Over */
int join_plan(Arena *a, Logical **node, JoinType type, Logical *plan, Expr *on, Expr *const *outer, Span at, Err *err);
/* A column that tells a joined row from one that is missing. */
int mark_rows(Binder *b, Logical **plan, uint32_t *ret_col, Err *err);
/* Columns of a plan that is joined LEFT can be missing. */
Expr *missing_column(Arena *a, const Logical *plan, uint32_t col, Span at);
