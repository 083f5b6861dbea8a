/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside this folder: the items of a SELECT list once * and COLUMNS(..) are spelled out, and what ORDER BY ALL means. */
#pragma once
#include "plan/bind_impl.h"

typedef struct TargetItem {
    const Node *ast; /* NULL for a column of * */
    const char *name;
    const Node *column; /* what COLUMNS(..) in it means; NULL = there is none */
    Expr *expr;         /* NULL until bound */
} TargetItem;
struct TargetItems {
    uint32_t n, cap;
    TargetItem *item;
};
/* subs: of `(row).*`; NULL: it asks no queries. */
int bind_targets(Binder *b, const Scope *scope, SubqueryList *subs, const NodeList *targets, TargetItems *ret, Err *err);
const char *target_name(Arena *a, const Node *n);
int target_add(Arena *a, TargetItems *t, TargetItem item, Err *err);
/* bind_columns.c: 1: the target has COLUMNS(..) in it, and its items are in *ret; 0: it has not */
int bind_columns(Binder *b, const Scope *s, const Target *t, TargetItems *ret, Err *err);
bool columns_is_call(const Node *n);
bool order_is_by_all(const Query *q); /* ORDER BY ALL: by each column of the result */
void order_direction(const OrderItem *o, bool *ret_desc, bool *ret_nulls_first);
