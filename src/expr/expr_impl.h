/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside expr/ only. */
#pragma once
#include "expr/expr.h"

Expr *expr_new(Arena *a, ExprKind kind, Type t, Span at);
/* Sets the derived flags (is_volatile, is_stable, can_fail) from the kind, the function or cast, and the arguments. */

bool expr_is_const(const Expr *e);
/* A cast that resolution has decided on: no context is asked. */
int expr_coerce(Arena *a, Expr *e, Type to, Expr **ret, Err *err);
/* Evaluates an expression without columns by a program of its own. 0, the row's error, or -ERR_OUT_OF_MEMORY. */
int expr_eval_const(Arena *a, Expr *e, Value *ret, Err *err);
