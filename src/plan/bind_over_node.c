/* SPDX-License-Identifier: Apache-2.0
 *
 * The nodes of window functions: calls over the same window share one, nodes stand over each other in the order in which their
 * windows are written first, and the columns that stood for calls become those of the nodes. */
#include "plan/bind_rows.h"
#include "plan/subquery_impl.h"

static uint32_t count_exprs(const LogicalOver *o)
{
    return o->n_part + o->n_order + (uint32_t)(ARRAY_LEN(o->calls->call.arg) + ARRAY_LEN(o->calls->call.order)) + 1;
}

int over_exprs(Arena *a, const OverList *l, Expr ****ret, uint32_t *ret_n, Err *err)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < l->n; i++)
        n += count_exprs(&l->item[i]);
    Expr ***all = ARENA_ARRAY(a, Expr **, n + 1);
    if (!all)
        return RAISE_NOMEM(err);
    n = 0;
    for (uint32_t i = 0; i < l->n; i++) {
        LogicalOver *o = &l->item[i];
        for (uint32_t k = 0; k < o->n_part; k++)
            all[n++] = &o->part[k];
        for (uint32_t k = 0; k < o->n_order; k++)
            all[n++] = &o->order[k];
        for (uint32_t k = 0; k < o->calls->call.n_given; k++)
            all[n++] = &o->calls->call.arg[k];
        for (uint32_t k = 0; k < o->calls->call.n_order; k++)
            all[n++] = &o->calls->call.order[k];
        if (o->calls->call.filter)
            all[n++] = &o->calls->call.filter;
    }
    *ret = all;
    *ret_n = n;
    return 0;
}

static bool same_list(Expr *const *a, Expr *const *b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (a[i]->is_volatile || !expr_equal(a[i], b[i]))
            return false;
    return true;
}

static bool same_window(const LogicalOver *a, const LogicalOver *b)
{
    return a->n_part == b->n_part && a->n_order == b->n_order && same_list(a->part, b->part, a->n_part) &&
           same_list(a->order, b->order, a->n_order) && memcmp(a->desc, b->desc, a->n_order * sizeof(bool)) == 0 &&
           memcmp(a->nulls_first, b->nulls_first, a->n_order * sizeof(bool)) == 0;
}

/* Puts the calls of l that share item first's window into one node over *node; to[i] becomes the column of call i. */
static int build_one(Binder *b, const OverList *l, uint32_t first, uint32_t *to, Logical **node, Err *err)
{
    Logical *in = *node;
    uint32_t n = 0;
    Logical *o = logical_new(b->arena, L_OVER, in, in->n_cols + l->n, l->item[first].calls->at);
    LogicalOverCall *calls = ARENA_ARRAY(b->arena, LogicalOverCall, l->n);
    if (!o || !calls)
        return RAISE_NOMEM(err);
    TRY(bind_count_node(b, o->at, err));
    memcpy(o->cols, in->cols, in->n_cols * sizeof(Field));
    for (uint32_t i = first; i < l->n; i++) {
        const LogicalOverCall *c = l->item[i].calls;
        if (to[i] != UINT32_MAX || !same_window(&l->item[first], &l->item[i]))
            continue;
        to[i] = in->n_cols + n;
        o->cols[to[i]] = (Field){.name = c->name, .type = c->ret, .not_null = c->not_null};
        calls[n++] = *c;
    }
    o->over = l->item[first];
    o->over.calls = calls;
    o->over.n_calls = n;
    o->n_cols = in->n_cols + n;
    if (o->n_cols > COLUMNS_MAX)
        return RAISE_AT(err, ERR_TOO_MANY_COLUMNS, o->at, "a row has at most %d columns", COLUMNS_MAX);
    *node = o;
    return 0;
}

typedef struct Placed {
    Arena *arena;
    const Logical *node;
    const uint32_t *to;
} Placed;

static int place_leaf(void *self, Expr *leaf, Expr **ret, Err *err)
{
    const Placed *p = self;
    *ret = leaf;
    if (leaf->kind == EXPR_COLUMN && leaf->col >= OVER_COLUMN && leaf->col < ROWS_COLUMN)
        *ret = logical_column(p->arena, p->node, p->to[leaf->col - OVER_COLUMN], leaf->at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

bool over_is_in(const Expr *e)
{
    if (e->kind == EXPR_COLUMN && e->col >= OVER_COLUMN && e->col < ROWS_COLUMN)
        return true;
    for (uint32_t i = 0; i < e->n_args; i++)
        if (over_is_in(e->arg[i]))
            return true;
    return false;
}

int over_build(Binder *b, OverList *l, Expr ***exprs, uint32_t n, Logical **node, Err *err)
{
    uint32_t *to = ARENA_ARRAY(b->arena, uint32_t, l->n + 1);
    if (!to)
        return RAISE_NOMEM(err);
    memset(to, 0xff, l->n * sizeof(*to));
    for (uint32_t i = 0; i < l->n; i++)
        if (to[i] == UINT32_MAX)
            TRY(build_one(b, l, i, to, node, err));
    Placed placed = {b->arena, *node, to};
    for (uint32_t i = 0; l->n && i < n; i++)
        if (*exprs[i])
            TRY(expr_replace_leaves(b->arena, *exprs[i], place_leaf, &placed, exprs[i], err));
    return 0;
}
