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

/* e, which is over the rows around `base`, as it is called under o. */
int outer_lift(OuterScope *o, const OuterScope *base, Expr *e, Span at, Expr **ret, Err *err);
int outer_add(OuterScope *o, Expr *e, Span at, Expr **ret, Err *err); /* a parameter that is e */

/* The leaf in place of an EXPR_COLUMN or EXPR_PARAM. */
typedef int (*ExprLeafFn)(void *self, Expr *leaf, Expr **ret, Err *err);
int expr_replace_leaves(Arena *a, Expr *e, ExprLeafFn fn, void *self, Expr **ret, Err *err);
bool expr_has_params(const Expr *e);

struct PendingSubquery {
    Logical *plan;
    bool dependent; /* plan still has parameters */
    Expr *on;       /* over plan's columns; parameters are outer[i]; NULL = every row */
    uint32_t n_outer;
    Expr **outer;    /* over the rows around, rewritten when they are grouped */
    Expr *value;     /* over the same, of the joined rows */
    const Query *of; /* a query that is bound again in the same scope has this value; NULL = none */
    const Scope *scope;
    PendingSubquery *also; /* a second join that `value` reads: its columns follow those of plan */
};

typedef struct Decorrelated {
    bool stuck; /* something refers to the outside that no condition can say: the rest means nothing */
    Logical *node;
    uint32_t n_preds, cap;
    Expr **pred;  /* over node's columns and parameters */
    bool grouped; /* an aggregate without GROUP BY has got keys: it gives no row where it gave one */
    Expr **empty; /* grouped: what each column of node is over no rows, by column; NULL where unknown */
    uint32_t n_empty;
} Decorrelated;
/* Of a copy of the query.  keep_columns false: only whether there are rows counts (EXISTS), so the columns may go. */
int decorrelate(Binder *b, const Logical *query, bool keep_columns, Decorrelated *ret, Err *err);
bool tree_has_params(Logical *n);
/* What a group without rows is, by column: its keys are NULL. */
int agg_over_nothing(Arena *a, const Logical *n, Expr ***ret, Err *err);
/* The aggregate with further keys behind its own; a projection keeps the order of its columns and puts the keys last. */
int agg_add_keys(Arena *a, Logical **node, Expr **key, uint32_t n_new, Err *err);
/* The rows of `in` that LIMIT takes for each value of `part`. */
int limit_each(Arena *a, const Logical *limit, Logical *in, Expr **part, uint32_t n_part, Logical **ret, Err *err);

/* ---- dependent_join.c: any subquery ---- */
typedef struct Dependent {
    const Logical *plan; /* with parameters */
    Expr *on;            /* over plan's columns; parameters are outer[i]; NULL = every row */
    uint32_t n_outer;
    Expr *const *outer; /* over the rows around */
} Dependent;
/* SELECT DISTINCT e over a copy of the rows, or of a part of them that has all the values. */
int distinct_values(Binder *b, const Logical *rows, Expr **e, uint32_t n, Span at, Logical **ret, Err *err);
/* One side is made of the other's rows. */
Logical *mutual_join(Arena *a, JoinType type, Logical *left, Logical *right, Expr *on, Span at);
/* Joins the rows with what the plan gives for each: its columns stand behind those of the rows. */
int dependent_join(Binder *b, Logical **node, JoinType type, const Dependent *s, Span at, Err *err);

/* ---- bind_subquery.c: parts that LATERAL and subqueries as values share ---- */
typedef struct Subquery {
    OuterScope o;
    Logical *query;
    Decorrelated d; /* the same without references to the outside, which are conditions of d then */
    bool dependent; /* d is the query as it is */
} Subquery;
int subquery_bind(const ExprScope *x, const Query *q, bool keep_columns, Subquery *ret, Err *err);
int check_columns(const Query *q, uint32_t n, uint32_t wanted, Err *err);
int expr_call2(Arena *a, const char *name, Expr *l, Expr *r, Span at, Expr **ret, Err *err);
int expr_call1(Arena *a, const char *name, Expr *e, Span at, Expr **ret, Err *err);
typedef struct Membership { /* left op ANY (query) */
    const Node *left;
    const Query *query;
    const char *op;
    Span at;
} Membership;
/* Compares the items of the left side with the columns of the plan; left ones become outer references. */
int compare_items(const ExprScope *x, const Membership *m, OuterScope *o, const Logical *plan, uint32_t n_cols, Expr **ret,
                  Err *err);
int join_pending(Binder *b, Logical **node, const PendingSubquery *p, Err *err); /* LEFT: plan's columns behind the node's */
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
/* subquery_value.c: columns of a plan that is joined LEFT can be missing. */
Expr *missing_column(Arena *a, const Logical *plan, uint32_t col, Span at);
