/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "expr/expr.h"

/* Where `given` is true, `wanted` is true, as far as their forms show it.  Both are of the same columns. */
bool expr_implies(const Expr *given, const Expr *wanted);
