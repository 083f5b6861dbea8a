/* SPDX-License-Identifier: Apache-2.0
 *
 * An operator in parts: what op_new makes of a node in a query that has several.  Inside exec/ only. */
#pragma once
#include "exec/op.h"

/* *ret NULL: the node does not run in parts. */
int op_parts_new(OpEnv *env, const PhysNode *node, Op **ret, Err *err);
