/* SPDX-License-Identifier: Apache-2.0
 *
 * Filters move towards the leaves: through projections (rewritten over their input), into both inputs of a union, below a window
 * assignment when they do not look at the window, below a sort, and below an aggregate, window functions and Top-N when they look
 * at its keys only.  Nothing volatile moves or is moved over. */
#include "plan/join_impl.h"
#include "plan/rules.h"
#include "plan/temporal.h"

#include "base/bits.h"

static bool touches_volatile(const Logical *project, const Expr *e, uint64_t *bits)
{
    memset(bits, 0, BIT_WORDS(project->n_cols) * sizeof(*bits));
    expr_columns(e, bits);
    for (uint32_t i = 0; i < project->n_cols; i++)
        if (bit_get(bits, i) && project->exprs[i]->is_volatile)
            return true;
    return false;
}

static bool uses_at_least(const Expr *e, uint32_t n_cols, uint32_t from, uint64_t *bits)
{
    memset(bits, 0, BIT_WORDS(n_cols) * sizeof(*bits));
    expr_columns(e, bits);
    for (uint32_t i = from; i < n_cols; i++)
        if (bit_get(bits, i))
            return true;
    return false;
}

/* Keys that are columns of a window stay above: the filter would part the window from its aggregate. */
static bool uses_window_key(const Logical *agg, const Expr *e, uint64_t *bits)
{
    const Props *in = &agg->in[0]->props;
    memset(bits, 0, BIT_WORDS(agg->n_cols) * sizeof(*bits));
    expr_columns(e, bits);
    uint64_t *below = bits + BIT_WORDS(agg->n_cols);
    for (uint32_t i = 0; i < agg->group.n_keys; i++) {
        if (!bit_get(bits, i))
            continue;
        memset(below, 0, BIT_WORDS(agg->in[0]->n_cols) * sizeof(*below));
        expr_columns(agg->group.keys[i], below);
        if ((in->window_start_col >= 0 && bit_get(below, (uint32_t)in->window_start_col)) ||
            (in->window_end_col >= 0 && bit_get(below, (uint32_t)in->window_end_col)))
            return true;
    }
    return false;
}

/* A filter over columns of the partition leaves whole partitions: it may come first. */
static bool uses_only_partition(const Expr *e, Expr *const *part, uint32_t n_part, uint32_t n_cols, uint64_t *bits)
{
    memset(bits, 0, BIT_WORDS(n_cols) * sizeof(*bits));
    expr_columns(e, bits);
    for (uint32_t i = 0; i < n_part; i++)
        if (part[i]->kind == EXPR_COLUMN)
            bit_clear(bits, part[i]->col);
    for (uint32_t i = 0; i < n_cols; i++)
        if (bit_get(bits, i))
            return false;
    return true;
}

/* Sessions are made by the aggregate right over them, or over the copies of grouping sets. */
static bool groups_sessions(const Logical *agg)
{
    const Logical *in = agg->in[0]->kind == L_EXPAND ? agg->in[0]->in[0] : agg->in[0];
    return in->kind == L_WINDOW && in->window.spec.kind == WINDOW_SESSION;
}

/* A filter over keys that the copies of grouping sets bring would come between them and the window below. */
static bool uses_copied_key(const Logical *agg, const Expr *e, uint64_t *bits)
{
    const Logical *in = agg->in[0];
    if (in->kind != L_EXPAND || in->in[0]->kind != L_WINDOW)
        return false;
    memset(bits, 0, BIT_WORDS(agg->n_cols) * sizeof(*bits));
    expr_columns(e, bits);
    for (uint32_t i = 0; i < agg->group.n_keys; i++)
        if (bit_get(bits, i) && agg->group.keys[i]->kind == EXPR_COLUMN && agg->group.keys[i]->col >= in->in[0]->n_cols)
            return true;
    return false;
}

/* Conditions on now() make rows leave whatever their event time is, so below a node that goes by a watermark they would take it
 * its clock. */
static bool passes_clock(LogicalKind kind)
{
    return kind == L_PROJECT || kind == L_UNION || kind == L_SET_OP || kind == L_EXPAND || kind == L_UNNEST;
}

static bool may_push(const PlanState *s, const Logical *child, const Expr *e, uint64_t *bits)
{
    if (e->is_volatile || (s->continuous && !passes_clock(child->kind) && temporal_clock(e)))
        return false;
    switch (child->kind) {
    case L_PROJECT: return !touches_volatile(child, e, bits);
    case L_TTL:
    case L_UNION:
    case L_SET_OP: return true;
    case L_EXPAND:
    case L_UNNEST: return !uses_at_least(e, child->n_cols, child->in[0]->n_cols, bits);
    case L_WINDOW: /* which sessions there are depends on all rows */
        return child->window.spec.kind != WINDOW_SESSION && !uses_at_least(e, child->n_cols, child->n_cols - 2, bits);
    case L_SORT: return child->sort.limit < 0 && child->sort.offset <= 0;
    case L_OVER: return uses_only_partition(e, child->over.part, child->over.n_part, child->n_cols, bits);
    case L_TOP_N: return uses_only_partition(e, child->top.part, child->top.n_part, child->n_cols, bits);
    case L_AGG:
        if (child->group.n_keys == 0 || child->group.standing.n > 0 || uses_at_least(e, child->n_cols, child->group.n_keys, bits))
            return false;
        if (groups_sessions(child) || uses_copied_key(child, e, bits))
            return false; /* nothing may come between the two */
        return !uses_window_key(child, e, bits);
    case L_WINDOW_AGG: return child->group.n_keys > 0 && !uses_at_least(e, child->n_cols, child->group.n_keys, bits);
    case L_ASOF: /* asof_push_filter */
    case L_JOIN: /* join_push_filter */
    case L_MATCH:
    case L_SOURCE:
    case L_VALUES:
    case L_FILTER:
    case L_LIMIT:
    case L_EVERY: /* what never leaves it is not to raise */
    case L_RECURSE:
    case N_LOGICAL_KINDS: return false;
    }
    return false;
}

/* What the columns of `child` are over its input: the map to rewrite a filter with; NULL = the same columns. */
static Expr **child_exprs(const Logical *child)
{
    if (child->kind == L_PROJECT)
        return child->exprs;
    return child->kind == L_AGG || child->kind == L_WINDOW_AGG ? child->group.keys : NULL;
}

static int put_below(PlanState *s, Logical *child, uint32_t input, Expr *predicate, Err *err)
{
    Logical *f = logical_filter(s->arena, child->in[input], predicate);
    if (!f)
        return RAISE_NOMEM(err);
    child->in[input] = f;
    if (child->kind == L_SORT)
        logical_take_columns(child);
    f->props = f->in[0]->props;
    return 0;
}

static int push_one(PlanState *s, Logical *child, Expr *e, Err *err)
{
    Expr **map = child_exprs(child);
    if (map) {
        e = expr_substitute(s->arena, e, map);
        if (!e)
            return RAISE_NOMEM(err);
    }
    for (uint32_t i = 0; i < child->n_in; i++)
        TRY(put_below(s, child, i, e, err));
    return 0;
}

/* Few conditions go down as filters of their own; what is done with a chain of filters costs the square of its length, so many go
 * as one. */
#define CHAIN_MAX 64u

static int push_many(PlanState *s, Logical *child, Expr **e, uint32_t n, Span at, Err *err)
{
    Expr *all;
    if (n > CHAIN_MAX) {
        TRY(expr_logic(s->arena, EXPR_AND, e, n, at, &all, err));
        return push_one(s, child, all, err);
    }
    for (uint32_t i = 0; i < n; i++)
        TRY(push_one(s, child, e[i], err));
    return 0;
}

static int push_filter(PlanState *s, Logical **node, Err *err)
{
    Logical *n = *node, *child = n->in[0];
    bool is_and = n->predicate->kind == EXPR_AND;
    Expr **parts = is_and ? n->predicate->arg : &n->predicate;
    uint32_t n_parts = is_and ? n->predicate->n_args : 1, n_kept = 0, n_down = 0;
    size_t words = BIT_WORDS(child->n_cols) + BIT_WORDS(child->n_in ? child->in[0]->n_cols : 0) + 2;
    Expr **kept = ARENA_ARRAY(s->arena, Expr *, n_parts), **down = ARENA_ARRAY(s->arena, Expr *, n_parts);
    uint64_t *bits = ARENA_ARRAY(s->arena, uint64_t, words);
    if (!kept || !down || !bits)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_parts; i++) {
        bool pushed = false;
        if (child->kind == L_JOIN)
            TRY(join_push_filter(s, child, parts[i], &pushed, err));
        if (child->kind == L_ASOF)
            TRY(asof_push_filter(s, child, parts[i], &pushed, err));
        if (pushed)
            continue;
        if (may_push(s, child, parts[i], bits))
            down[n_down++] = parts[i];
        else
            kept[n_kept++] = parts[i];
    }
    for (uint32_t i = 0; i < n_down; i++)
        trace_move(s, child, down[i], logical_kind_name(child->kind));
    TRY(push_many(s, child, down, n_down, n->at, err));
    if (n_kept == n_parts)
        return 0;
    if (n_kept == 0)
        *node = child;
    else if (n_kept == 1)
        n->predicate = kept[0];
    else
        TRY(expr_logic(s->arena, EXPR_AND, kept, n_kept, n->at, &n->predicate, err));
    return 0;
}

/* Filters over each other: the lowest goes first, so that it is out of the others' way. */
static int push_chain(PlanState *s, Logical **n, Err *err)
{
    if ((*n)->in[0]->kind == L_FILTER)
        TRY(push_chain(s, &(*n)->in[0], err));
    return push_filter(s, n, err);
}

int rule_push_filters(PlanState *s, Logical **n, Err *err)
{
    if ((*n)->kind == L_FILTER)
        TRY(push_chain(s, n, err));
    for (uint32_t i = 0; i < (*n)->n_in; i++)
        TRY(rule_push_filters(s, &(*n)->in[i], err));
    return 0;
}
