/* SPDX-License-Identifier: Apache-2.0
 *
 * Joins inside plan/: which side a condition looks at, and the keys that ON holds. */
#pragma once
#include "plan/logical.h"

enum { SIDE_LEFT = 1, SIDE_RIGHT = 2 };
/* Which inputs of a join an expression over its pairs (left columns, then right columns) reads: a mask of SIDE_*. */
int join_sides(Arena *a, const Logical *join, const Expr *e, uint32_t *ret, Err *err);
/* The same expression over the left or the right input alone; it must read no other. */
Expr *join_over_side(Arena *a, const Logical *join, Expr *e, uint32_t side);
/* The conjuncts of an expression: its arguments when it is an AND, else itself. */
void join_conjuncts(Expr **e, Expr ***ret, uint32_t *ret_n);
/* `a AND b`, either may be NULL. */
int join_and(Arena *a, Expr *left, Expr *right, Expr **ret, Err *err);

/* Values of the type that are equal are the same to every function. */
bool join_type_is_exact(Type t);
bool join_same_type(Type a, Type b); /* as keys: decimals by their scale, too */

typedef struct JoinKeys { /* ON, taken apart */
    uint32_t n;
    Expr **left, **right; /* equal types pairwise; over the left and the right input */
    bool *null_safe;
    Expr *residual; /* over the pairs; NULL = none */
} JoinKeys;
int join_keys_find(Arena *a, const Logical *join, JoinKeys *ret, Err *err);
/* Every column of `cols` (of that side) is a key of the join by itself. */
bool join_keys_cover(const JoinKeys *k, uint32_t side, const uint32_t *cols, uint32_t n);

/* left_due - right_clock >= lo: a left row is forgotten by the right clock; left_clock - right_due <= hi: a right one by the left.
 * The clocks are watermark columns; what a side is due by is its clock, mostly, or another time of its rows. */
typedef struct JoinBand {
    uint32_t left_clock, right_clock, left_due, right_due;
    int64_t lo_us, hi_us;
} JoinBand;
/* true: the condition bounds both sides.  The properties of the inputs are derived. */
bool join_band_find(const PlanState *s, const Logical *join, JoinBand *ret);
/* The condition compares an event time, or a bound of a window, with something of the other side. */
bool join_relates_clocks(const Logical *join);
/* A continuous join whose rows are forgotten by the watermarks. */
static inline bool join_is_timed(const PlanState *s, const Logical *join, JoinBand *ret)
{
    return s->continuous && !join->join.at_clock && join_band_find(s, join, ret);
}

/* join_shared.c: what p->shares and may_share say; p is built otherwise. */
typedef struct PhysJoin PhysJoin;
typedef struct PhysPlan PhysPlan;
void join_find_shared(const PlanState *s, PhysJoin *p);
/* not_in.c: what p->not_in says. */
int join_find_not_in(PhysPlan *plan, PhysJoin *p, Err *err);
bool join_can_share(const PlanState *s, const PhysJoin *p, uint32_t side);
bool join_finds_one(const PlanState *s, const PhysJoin *p, uint32_t side); /* by what has one row of a key at most */
/* delta_join.c: what p->delta says, behind that. */
int join_find_delta(const PlanState *s, PhysPlan *plan, PhysJoin *p, Err *err);

/* join_rows.c: how many rows there may be, and how many without the conditions on them; false: nobody knows. */
bool join_guess_rows(const PlanState *s, const Logical *n, double *ret, double *ret_all);
double join_column_values(const PlanState *s, const Logical *n, uint32_t col); /* different ones; < 0: nobody knows */
double join_semi_part(const PlanState *s, const Logical *semi); /* of the left rows, that meet one; < 0: nobody knows */

/* join_order.c: a group of inner joins, by numbers. */
#define JOIN_INPUTS_MAX 64
typedef struct JoinEdge { /* an equality of columns of two inputs */
    uint32_t input[2];
    bool is_key[2];   /* the column tells the rows of its input apart */
    uint8_t place[2]; /* or is one of several that do: a bit */
    uint32_t cls;     /* columns that equalities make the same are of one class */
    double values;    /* of the class, where a key is in it: as many different ones at most; 0 = not known */
} JoinEdge;
typedef struct JoinCost {
    uint32_t n_inputs, n_edges; /* edges of a class lie together */
    double rows[JOIN_INPUTS_MAX], all[JOIN_INPUTS_MAX];
    uint8_t places[JOIN_INPUTS_MAX]; /* all bits of a key of several columns; 0 = none */
    JoinEdge *edge;
} JoinCost;
double join_order_cost(const JoinCost *c, const uint32_t *order);
double join_order_choose(const JoinCost *c, uint32_t *ret_order); /* its cost */

/* A filter's conjunct over a join: moved into a side, or into ON.  *ret: it has moved. */
int asof_push_filter(PlanState *s, Logical *join, Expr *e, bool *ret, Err *err);
int join_push_filter(PlanState *s, Logical *join, Expr *e, bool *ret, Err *err);
