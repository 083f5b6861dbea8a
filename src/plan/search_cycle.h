/* SPDX-License-Identifier: Apache-2.0
 *
 * SEARCH and CYCLE of WITH RECURSIVE: the terms with the columns that these clauses add. */
#pragma once
#include "plan/bind_impl.h"

typedef struct CteColumns { /* the query's own */
    uint32_t n;
    const char *const *name;
} CteColumns;

bool cte_is_marked(const Cte *c);
/* The body of a term with the columns: first of `term`, then of op's right side.  In the binder's arena. */
int marked_first(Binder *b, const Cte *c, const CteColumns *cols, const Node *term, const Node **ret, Err *err);
int marked_second(Binder *b, const Cte *c, const SetOp *op, const CteColumns *cols, const Node **ret, Err *err);
