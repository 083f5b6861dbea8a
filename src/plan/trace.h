/* SPDX-License-Identifier: Apache-2.0
 *
 * What the rewriting rules did to a plan, for EXPLAIN.  A rule says it where it does it; nobody asks, and it costs the look at one
 * pointer.  A call never fails: memory that is missing is told once, when the plan takes the list (trace_take). */
#pragma once
#include "plan/logical.h"

Trace *trace_new(Arena *a); /* NULL = out of memory */
/* "LEFT JOIN is INNER" */
void trace_say(const PlanState *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* An expression over the columns of n, of a join those of the pair, to be said; "" when nobody asks. */
const char *trace_text(const PlanState *s, const Logical *n, const Expr *e);
/* A condition over the columns of n has gone to another place, and will go on from there: "(x = 5) below projection, join". */
void trace_move(const PlanState *s, const Logical *n, const Expr *e, const char *place);
/* Outside of rules.c: what follows is told of this rule.  The name is kept as it is. */
void trace_rule(const PlanState *s, const char *rule, bool quiet);
/* A subquery has become a join; dependent: one that is evaluated for each value that it refers to. */
void trace_subquery(const PlanState *s, bool dependent, const char *what, JoinType type);
/* What a node reads: "orders", or its kind. */
const char *trace_name(const Logical *n);
int trace_take(const PlanState *s, PhysPlan *plan, Err *err);
