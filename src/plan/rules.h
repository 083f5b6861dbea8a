/* SPDX-License-Identifier: Apache-2.0
 *
 * The rewriting rules, one file each; rules.def gives their order.  A rule walks the tree itself and may put another node in *n. */
#pragma once
#include "plan/trace.h"

#define RULE(phase, name, function, quiet) int function(PlanState *s, Logical **n, Err *err);
#include "plan/rules.def"
#undef RULE

/* Whether a condition is false or NULL whatever the row (rule_contradiction.c). */
int expr_passes_nothing(PlanState *s, Expr *predicate, bool *ret, Err *err);
/* Puts no rows in the place of *n, where they may be left out (rule_no_rows.c). */
int logical_no_rows(PlanState *s, Logical **n, bool *ret, Err *err);
