/* SPDX-License-Identifier: Apache-2.0
 *
 * Windows of whose groups only the first few by a count are wanted.  A Top-N over the results of a window aggregate gets every
 * group of each window and keeps a few.  Groups that lie behind as many others of their window need not be given (PhysAgg.best).
 *
 * That holds where the rows of a window are in one partition of the Top-N, where nothing in between leaves a row out, and where no
 * one else reads them.  It is told to the aggregate when the plan is made and is no part of the plan's identity. */
#include "plan/logical.h"

#include <string.h>

#define BEST_MAX 64 /* of a window: more are not worth keeping in order */

/* x = x of what is never NULL, and such together. */
static bool is_always_true(const Expr *e)
{
    bool all = e->kind == EXPR_AND;
    for (uint32_t i = 0; i < e->n_args && all; i++)
        all = is_always_true(e->arg[i]);
    bool is_equal = e->kind == EXPR_CALL && e->n_args == 2 && strcmp(e->fn->name, "=") == 0;
    return all || (is_equal && e->arg[0]->kind == EXPR_COLUMN && e->arg[0]->not_null && expr_equal(e->arg[0], e->arg[1]));
}

static uint32_t count_users(const PhysPlan *plan, const PhysNode *node)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < plan->n_nodes; i++)
        for (uint32_t k = 0; k < plan->nodes[i]->n_in; k++)
            n += plan->nodes[i]->in[k] == node;
    return n;
}

/* The aggregate below, with the columns in question as it numbers them; NULL: something else. */
static PhysAgg *find_agg(const PhysPlan *plan, PhysNode *node, uint32_t *col, uint32_t n_cols)
{
    while (node->kind != PHYS_WINDOW_AGG) {
        if (count_users(plan, node) != 1)
            return NULL;
        if (node->kind == PHYS_PROJECT) {
            const PhysProject *p = (const PhysProject *)node;
            for (uint32_t i = 0; i < n_cols; i++) {
                if (p->exprs[col[i]]->kind != EXPR_COLUMN)
                    return NULL;
                col[i] = p->exprs[col[i]]->col;
            }
            for (uint32_t i = 0; i < p->n; i++) /* an error would be missing */
                if (p->exprs[i]->can_fail)
                    return NULL;
        } else if (node->kind != PHYS_FILTER || !is_always_true(((const PhysFilter *)node)->predicate)) {
            return NULL;
        }
        node = node->in[0];
    }
    return count_users(plan, node) == 1 ? (PhysAgg *)node : NULL;
}

/* Counts of rows alone: no result can be an error, and none is NULL. */
static bool are_counts(const PhysAgg *a)
{
    for (uint32_t i = 0; i < a->n_aggs; i++)
        if (!a->aggs[i].spec.count_star)
            return false;
    return a->n_aggs > 0;
}

static int note_top(PhysPlan *plan, const PhysTopN *top, Err *err)
{
    uint32_t n = top->n_part + 1;
    if (top->n_order == 0 || top->kind == RANK_DENSE || top->lo_kind == RANK_DENSE || top->hi < 1 || top->hi > BEST_MAX ||
        top->order[0]->kind != EXPR_COLUMN || top->node.in[0]->props.change != CHANGE_APPEND)
        return 0;
    uint32_t *col = ARENA_ARRAY(&plan->arena, uint32_t, n);
    if (!col)
        return RAISE_NOMEM(err);
    col[0] = top->order[0]->col;
    for (uint32_t i = 0; i < top->n_part; i++) {
        if (top->part[i]->kind != EXPR_COLUMN)
            return 0;
        col[i + 1] = top->part[i]->col;
    }
    PhysAgg *a = find_agg(plan, top->node.in[0], col, n);
    if (!a || a->is_global || a->prewindowed || !are_counts(a) || col[0] < a->n_keys + 2)
        return 0;
    for (uint32_t i = 1; i < n; i++) /* the bounds of the window, behind the keys */
        if (col[i] != a->n_keys && col[i] != a->n_keys + 1)
            return 0;
    a->best = (uint32_t)top->hi;
    a->best_agg = col[0] - a->n_keys - 2;
    a->best_is_least = !top->desc[0];
    return 0;
}

int physical_best(PhysPlan *plan, Err *err)
{
    for (uint32_t i = 0; i < plan->n_nodes; i++)
        if (plan->nodes[i]->kind == PHYS_TOP_N)
            TRY(note_top(plan, (const PhysTopN *)plan->nodes[i], err));
    return 0;
}
