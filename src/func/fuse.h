/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions of another function's result that can do without it: a text that is only measured need not be made, a
 * remainder that is only compared not be divided for. */
#pragma once
#include "func/func.h"

/* A call that takes the arguments of the inner function and gives what the outer one makes of its result; it raises nothing. */
typedef struct Fused {
    Kernel kernel;
    const void *aux;
    const char *name;
    bool needs_valid; /* it must not see null rows */
} Fused;
/* consts: the constants among the arguments of `inner`, else NULL; other: the other argument of `outer` where that has two.  1, 0 =
 * there is no such thing, or -ERR_OUT_OF_MEMORY. */
int func_fused(Arena *arena, const FuncDef *outer, const FuncDef *inner, const Value *const *consts, const Value *other,
               Fused *ret);
/* The same of outer(left(s), right(inner(s, ..))). */
bool func_fused_pair(const FuncDef *outer, const FuncDef *left, const FuncDef *right, const FuncDef *inner,
                     const Value *const *consts, Fused *ret);
