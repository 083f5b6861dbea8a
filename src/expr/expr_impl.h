/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside expr/ only. */
#pragma once
#include "expr/expr.h"
#include "func/fuse.h"

Expr *expr_new(Arena *a, ExprKind kind, Type t, Span at);
/* Sets the derived flags (is_volatile, is_stable, can_fail) from the kind, the function or cast, and the arguments. */

bool expr_is_const(const Expr *e);
/* domain_check.c: what its kernel gets, when only the value is computed before; whether it is never NULL. */
int expr_domain_prepare(Arena *a, const Expr *e, const void **ret_aux, Err *err);
bool expr_domain_check_not_null(const Expr *e);
/* A cast that resolution has decided on: no context is asked. */
int expr_coerce(Arena *a, Expr *e, Type to, Expr **ret, Err *err);
/* Conversions by the clock of the zone in use, which is not UTC. */
bool expr_casts_by_zone(TypeId from, TypeId to);
int expr_cast_by_zone(Arena *a, Expr *e, Type to, Expr **ret, Err *err);
/* 1: *ret is the call with that zone's clock written out; 0: it is as it stands. */
int expr_call_by_zone(Arena *a, const FuncMatch *m, Expr *const *args, uint32_t n, Span at, Expr **ret, Err *err);
/* Evaluates an expression without columns by a program of its own. 0, the row's error, or -ERR_OUT_OF_MEMORY. */
int expr_eval_const(Arena *a, Expr *e, Value *ret, Err *err);
/* scaled_compare.c: 1: e, a call, is what *ret says of *ret_number; 0: it is something else; or -ERR_OUT_OF_MEMORY. */
int scaled_compare(Arena *arena, const Expr *e, const Expr **ret_number, Fused *ret);
