/* SPDX-License-Identifier: Apache-2.0
 *
 * The rewriting rules, one file each; rules.def gives their order.  A rule walks the tree itself and may put another node in *n. */
#pragma once
#include "plan/trace.h"

#define RULE(phase, name, function, quiet) int function(PlanState *s, Logical **n, Err *err);
#include "plan/rules.def"
#undef RULE
