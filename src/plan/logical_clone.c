/* SPDX-License-Identifier: Apache-2.0
 *
 * A copy of a tree.  A plan is a tree, never a graph: what two places read stands in both.  Expressions are immutable and stay
 * shared; whatever the rules replace in place (lists of expressions, aggregates, columns) is copied. */
#include "plan/logical.h"

/* *p points to n items of `size` bytes: a copy of them. */
static int own(Arena *a, void *p, size_t n, size_t size, Err *err)
{
    void *old, *copy;
    memcpy(&old, p, sizeof(old));
    if (!old || n == 0)
        return 0;
    copy = arena_memdup(a, old, n * size);
    if (!copy)
        return RAISE_NOMEM(err);
    memcpy(p, &copy, sizeof(copy));
    return 0;
}
#define OWN(ptr, n) TRY(own(a, &(ptr), (n), sizeof(*(ptr)), err))

static int own_values(Arena *a, Logical *n, Err *err)
{
    OWN(n->values.rows, n->values.n_rows);
    for (uint32_t r = 0; r < n->values.n_rows; r++)
        OWN(n->values.rows[r], n->n_cols);
    return 0;
}

static int own_asof(Arena *a, LogicalAsof *j, Err *err)
{
    OWN(j->left_key, j->n_keys);
    OWN(j->right_key, j->n_keys);
    return 0;
}

static int own_over(Arena *a, LogicalOver *o, Err *err)
{
    OWN(o->part, o->n_part);
    OWN(o->order, o->n_order);
    OWN(o->calls, o->n_calls);
    return 0;
}

static int own_match(Arena *a, Logical *n, Err *err)
{
    OWN(n->match, 1);
    OWN(n->match->part, n->match->n_part);
    OWN(n->match->order, n->match->n_order);
    OWN(n->match->out, n->n_cols);
    return 0;
}

static int own_lists(Arena *a, Logical *n, Err *err)
{
    switch (n->kind) {
    case L_SOURCE: OWN(n->source.cols, n->n_cols); return 0;
    case L_VALUES: return own_values(a, n, err);
    case L_PROJECT: OWN(n->exprs, n->n_cols); return 0;
    case L_UNNEST: OWN(n->unnest.items, n->unnest.n); return 0;
    case L_EXPAND: OWN(n->expand.keys, n->expand.n_keys); return 0;
    case L_WINDOW: OWN(n->window.part, n->window.n_part); return 0;
    case L_AGG:
    case L_WINDOW_AGG:
        OWN(n->group.keys, n->group.n_keys);
        OWN(n->group.aggs, n->group.n_aggs);
        return 0;
    case L_OVER: return own_over(a, &n->over, err);
    case L_TOP_N:
        OWN(n->top.part, n->top.n_part);
        OWN(n->top.order, n->top.n_order);
        return 0;
    case L_MATCH: return own_match(a, n, err);
    case L_ASOF: return own_asof(a, &n->asof, err);
    case L_SORT: OWN(n->sort.keys, n->sort.n); return 0;
    case L_TTL: OWN(n->ttl.part, n->ttl.n_part); return 0;
    case L_FILTER:
    case L_UNION:
    case L_SET_OP:
    case L_JOIN:
    case L_LIMIT:
    case L_EVERY:
    case N_LOGICAL_KINDS: return 0;
    case L_RECURSE:
        OWN(n->recurse.leaf, n->recurse.n_leaves);
        for (uint32_t i = 0; i < n->recurse.n_leaves; i++)
            if (n->recurse.leaf[i])
                TRY(logical_clone(a, n->recurse.leaf[i], &n->recurse.leaf[i], err));
        return 0;
    }
    return 0;
}

int logical_clone(Arena *a, const Logical *n, Logical **ret, Err *err)
{
    Logical *copy = arena_memdup(a, n, sizeof(*n));
    if (!copy)
        return RAISE_NOMEM(err);
    memset(copy->out_class, 0, sizeof(copy->out_class)); /* it has clocks of its own */
    copy->props = (Props){0};
    OWN(copy->cols, copy->n_cols);
    TRY(own_lists(a, copy, err));
    for (uint32_t i = 0; i < n->n_in; i++)
        TRY(logical_clone(a, n->in[i], &copy->in[i], err));
    *ret = copy;
    return 0;
}
