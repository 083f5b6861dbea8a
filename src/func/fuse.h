/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions of another function's result that can do without it: a text that is only measured need not be made. */
#pragma once
#include "func/func.h"

/* What takes the arguments of `inner`, whose constants are given (NULL: not constant), and gives what `outer` makes of its result,
 * and raises nothing; NULL = there is no such thing. */
Kernel func_fused(const FuncDef *outer, const FuncDef *inner, const Value *const *consts);
