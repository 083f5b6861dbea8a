/* SPDX-License-Identifier: Apache-2.0
 *
 * Conditions on now() in a continuous query: which conjuncts they are, and what each says about the moments at which a row is in
 * the result. */
#pragma once
#include "plan/logical.h"

/* Whether e holds a call of the clock: now(), current_timestamp, localtimestamp, proctime(), current_date .. */
const Expr *temporal_clock(const Expr *e); /* the call; NULL = none */
/* Whether the filter makes rows come and go as time passes. */
bool temporal_is_filter(const PlanState *s, const Logical *filter);
/* The filter's conjuncts, apart: those that hold whatever the time is in *ret_plain (NULL = none), the others solved.  0A000 for a
 * conjunct that cannot be. */
int temporal_solve(Arena *a, const Expr *predicate, Expr **ret_plain, TimeBound **ret, uint32_t *ret_n, Err *err);
/* Whether some bound makes rows leave. */
bool temporal_leaves(const TimeBound *b, uint32_t n);
