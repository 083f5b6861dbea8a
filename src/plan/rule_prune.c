/* SPDX-License-Identifier: Apache-2.0
 *
 * Column pruning, top-down: each node learns which of its columns are used, drops the others, and tells by a map where the rest
 * went. A source always keeps its event time, for its watermark is made from it, and at least one column.  A left join that only
 * adds columns that nobody reads goes. */
#include "plan/join_impl.h"
#include "plan/rules.h"

#include "base/bits.h"

typedef struct Pruned { /* by old column: new column, UINT32_MAX = gone */
    uint32_t *to;
} Pruned;

static int prune(PlanState *s, Logical **node, const uint64_t *used, Pruned *ret, Err *err);

static uint64_t *bits_new(PlanState *s, uint32_t n)
{
    return ARENA_ARRAY(s->arena, uint64_t, BIT_WORDS(n) + 1);
}

static int map_new(PlanState *s, uint32_t n, Pruned *ret, Err *err)
{
    ret->to = ARENA_ARRAY(s->arena, uint32_t, n + 1);
    if (!ret->to)
        return RAISE_NOMEM(err);
    memset(ret->to, 0xff, n * sizeof(*ret->to));
    return 0;
}

static int collect_columns(void *self, Expr **e, Err *err)
{
    (void)err;
    expr_columns(*e, self);
    return 0;
}

typedef struct Rewrite {
    PlanState *s;
    Expr **map;
} Rewrite;

static int rewrite_one(void *self, Expr **e, Err *err)
{
    const Rewrite *r = self;
    *e = expr_substitute(r->s->arena, *e, r->map);
    return *e ? 0 : RAISE_NOMEM(err);
}

static int rewrite_exprs(PlanState *s, Logical *n, uint32_t n_old, const Pruned *below, Err *err)
{
    Rewrite r = {.s = s, .map = logical_map(s->arena, n->in[0], below->to, n_old)};
    if (!r.map)
        return RAISE_NOMEM(err);
    return logical_each_expr(n, rewrite_one, &r, err);
}

static int prune_source(PlanState *s, Logical *n, const uint64_t *used, Pruned *ret, Err *err)
{
    uint32_t n_new = 0, narrowest = 0;
    TRY(map_new(s, n->n_cols, ret, err));
    Field *cols = ARENA_ARRAY(s->arena, Field, n->n_cols + 1);
    uint32_t *from = ARENA_ARRAY(s->arena, uint32_t, n->n_cols + 1);
    if (!cols || !from)
        return RAISE_NOMEM(err);
    bool keep_time = s->continuous && !s->is_body && n->source.time_col >= 0, any = keep_time;
    for (uint32_t i = 0; i < n->n_cols; i++) {
        any |= bit_get(used, i);
        if (!type_is_string(n->cols[i].type.id) && type_is_string(n->cols[narrowest].type.id))
            narrowest = i;
    }
    for (uint32_t i = 0; i < n->n_cols; i++) {
        if (!bit_get(used, i) && !(keep_time && (int32_t)i == n->source.time_col) && (any || i != narrowest))
            continue;
        ret->to[i] = n_new;
        cols[n_new] = n->cols[i];
        from[n_new++] = n->source.cols[i];
    }
    if (n->source.time_col >= 0)
        n->source.time_col = (int32_t)ret->to[n->source.time_col]; /* -1 when it is gone */
    if (n_new < n->n_cols)
        trace_say(s, "%u of %u columns of %s", n_new, n->n_cols, n->source.relation->name);
    n->cols = cols;
    n->n_cols = n_new;
    n->source.cols = from;
    return 0;
}

static int prune_values(PlanState *s, Logical *n, const uint64_t *used, Pruned *ret, Err *err)
{
    uint32_t n_new = 0;
    TRY(map_new(s, n->n_cols, ret, err));
    Field *cols = arena_memdup(s->arena, n->cols, n->n_cols * sizeof(Field));
    if (!cols)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n->n_cols; i++) {
        if (!bit_get(used, i))
            continue;
        for (uint32_t r = 0; r < n->values.n_rows; r++)
            n->values.rows[r][n_new] = n->values.rows[r][i];
        cols[n_new] = cols[i];
        ret->to[i] = n_new++;
    }
    n->cols = cols;
    n->n_cols = n_new;
    n->values.n_key = 0;
    return 0;
}

/* Nodes whose columns are those of their input: filter, sort, limit. */
static int prune_through(PlanState *s, Logical *n, const uint64_t *used, Pruned *ret, Err *err)
{
    uint32_t n_old = n->n_cols;
    uint64_t *below = bits_new(s, n_old);
    if (!below)
        return RAISE_NOMEM(err);
    memcpy(below, used, BIT_WORDS(n_old) * sizeof(*below));
    TRY(logical_each_expr(n, collect_columns, below, err));
    TRY(prune(s, &n->in[0], below, ret, err));
    logical_take_columns(n);
    return rewrite_exprs(s, n, n_old, ret, err);
}

static int prune_project(PlanState *s, Logical **node, const uint64_t *used, Pruned *ret, Err *err)
{
    Logical *n = *node;
    uint32_t n_new = 0, n_below = n->in[0]->n_cols;
    Pruned below;
    TRY(map_new(s, n->n_cols, ret, err));
    Expr **exprs = ARENA_ARRAY(s->arena, Expr *, n->n_cols + 1);
    Field *cols = ARENA_ARRAY(s->arena, Field, n->n_cols + 1);
    uint64_t *bits = bits_new(s, n_below);
    if (!exprs || !cols || !bits)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n->n_cols; i++) {
        if (!bit_get(used, i))
            continue;
        exprs[n_new] = n->exprs[i];
        cols[n_new] = n->cols[i];
        ret->to[i] = n_new++;
        expr_columns(n->exprs[i], bits);
    }
    TRY(prune(s, &n->in[0], bits, &below, err));
    if (n_new == 0) { /* only the number of rows counts */
        *node = n->in[0];
        return 0;
    }
    n->exprs = exprs;
    n->cols = cols;
    n->n_cols = n_new;
    return rewrite_exprs(s, n, n_below, &below, err);
}

/* Puts exactly the used columns of `in`, in order, for a union. */
static int exact_columns(PlanState *s, Logical **in, uint32_t n_old, const uint64_t *used, const Pruned *p, Err *err)
{
    Logical *n = *in;
    uint32_t n_new = 0;
    bool exact = true;
    Expr **exprs = ARENA_ARRAY(s->arena, Expr *, n_old + 1);
    if (!exprs)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_old; i++) {
        if (!bit_get(used, i))
            continue;
        exact &= p->to[i] == n_new;
        exprs[n_new] = logical_column(s->arena, n, p->to[i], n->at);
        if (!exprs[n_new++])
            return RAISE_NOMEM(err);
    }
    if (exact && n_new == n->n_cols)
        return 0;
    *in = logical_project(s->arena, n, exprs, n_new, NULL, n->at);
    return *in ? 0 : RAISE_NOMEM(err);
}

static int prune_union(PlanState *s, Logical *n, const uint64_t *used, Pruned *ret, Err *err)
{
    uint32_t n_old = n->n_cols, n_new = 0;
    uint64_t *bits = bits_new(s, n_old);
    Field *cols = ARENA_ARRAY(s->arena, Field, n_old + 1);
    if (!bits || !cols)
        return RAISE_NOMEM(err);
    memcpy(bits, used, BIT_WORDS(n_old) * sizeof(*bits));
    bool any = false;
    for (uint32_t i = 0; i < n_old; i++)
        any |= bit_get(bits, i);
    if (!any && n_old > 0)
        bit_set(bits, 0);
    for (uint32_t i = 0; i < n->n_in; i++) {
        Pruned below;
        TRY(prune(s, &n->in[i], bits, &below, err));
        TRY(exact_columns(s, &n->in[i], n_old, bits, &below, err));
    }
    TRY(map_new(s, n_old, ret, err));
    for (uint32_t i = 0; i < n_old; i++)
        if (bit_get(bits, i)) {
            cols[n_new] = n->cols[i];
            ret->to[i] = n_new++;
        }
    n->cols = cols;
    n->n_cols = n_new;
    return 0;
}

/* Rows are compared whole: every column is used. */
static int prune_set_op(PlanState *s, Logical *n, Pruned *ret, Err *err)
{
    uint64_t *all = bits_new(s, n->n_cols);
    if (!all)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n->n_cols; i++)
        bit_set(all, i);
    return prune_union(s, n, all, ret, err);
}

/* What its second term reads is what it is given. */
static int prune_recurse(PlanState *s, Logical *n, Pruned *ret, Err *err)
{
    for (uint32_t i = 0; i < n->recurse.n_leaves; i++)
        if (n->recurse.leaf[i])
            TRY(rule_prune_columns(s, &n->recurse.leaf[i], err));
    return prune_set_op(s, n, ret, err);
}

/* The clock of its rows is one of their columns; and a change of any is one that its readers see. */
static int prune_every(PlanState *s, Logical *n, Pruned *ret, Err *err)
{
    uint64_t *all = bits_new(s, n->n_cols);
    if (!all)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n->n_cols; i++)
        bit_set(all, i);
    return prune_through(s, n, all, ret, err);
}

static int prune_window(PlanState *s, Logical *n, const uint64_t *used, Pruned *ret, Err *err)
{
    uint32_t n_old = n->n_cols, n_below = n_old - 2;
    uint64_t *bits = bits_new(s, n_old);
    Pruned below;
    if (!bits)
        return RAISE_NOMEM(err);
    memcpy(bits, used, BIT_WORDS(n_old) * sizeof(*bits));
    bit_set(bits, n->window.time_col);
    TRY(logical_each_expr(n, collect_columns, bits, err));
    TRY(prune(s, &n->in[0], bits, &below, err));
    TRY(rewrite_exprs(s, n, n_below, &below, err));
    TRY(map_new(s, n_old, ret, err));
    uint32_t n_new = n->in[0]->n_cols;
    Field *cols = ARENA_ARRAY(s->arena, Field, n_new + 2);
    if (!cols)
        return RAISE_NOMEM(err);
    memcpy(ret->to, below.to, n_below * sizeof(*ret->to));
    memcpy(cols, n->in[0]->cols, n_new * sizeof(Field));
    for (uint32_t i = 0; i < 2; i++) {
        cols[n_new + i] = n->cols[n_below + i];
        ret->to[n_below + i] = n_new + i;
    }
    n->window.time_col = below.to[n->window.time_col];
    n->cols = cols;
    n->n_cols = n_new + 2;
    return 0;
}

/* The input's columns, then those that the node adds: columns n_below.. of the old ones that are used stay, in order. */
static int prune_added(PlanState *s, Logical *n, uint32_t n_below, const uint64_t *used, Pruned *ret, Err *err)
{
    uint32_t n_old = n->n_cols;
    uint64_t *bits = bits_new(s, n_old);
    Pruned below;
    if (!bits)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_below; i++)
        if (bit_get(used, i))
            bit_set(bits, i);
    TRY(logical_each_expr(n, collect_columns, bits, err));
    TRY(prune(s, &n->in[0], bits, &below, err));
    TRY(map_new(s, n_old, ret, err));
    uint32_t n_new = n->in[0]->n_cols;
    Field *cols = ARENA_ARRAY(s->arena, Field, n_new + n_old - n_below + 1);
    if (!cols)
        return RAISE_NOMEM(err);
    memcpy(ret->to, below.to, n_below * sizeof(*ret->to));
    memcpy(cols, n->in[0]->cols, n_new * sizeof(Field));
    for (uint32_t i = n_below; i < n_old; i++) {
        if (!bit_get(used, i))
            continue;
        cols[n_new] = n->cols[i];
        ret->to[i] = n_new++;
    }
    n->cols = cols;
    n->n_cols = n_new;
    return rewrite_exprs(s, n, n_below, &below, err);
}

static int prune_over(PlanState *s, Logical **node, const uint64_t *used, Pruned *ret, Err *err)
{
    Logical *n = *node;
    uint32_t n_below = n->in[0]->n_cols, k = 0;
    LogicalOverCall *calls = ARENA_ARRAY(s->arena, LogicalOverCall, n->over.n_calls + 1);
    if (!calls)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n->over.n_calls; i++)
        if (bit_get(used, n_below + i))
            calls[k++] = n->over.calls[i];
    n->over.calls = calls;
    n->over.n_calls = k;
    TRY(prune_added(s, n, n_below, used, ret, err));
    if (k == 0) {
        trace_say(s, "window functions that nobody reads left out");
        *node = n->in[0];
    }
    return 0;
}

static void mark_slot(const MatchSlot *s, uint64_t *bits)
{
    for (uint32_t i = 0; i < s->n_cols; i++)
        bit_set(bits, s->col[i]);
}

static void move_slot(MatchSlot *s, const Pruned *below)
{
    for (uint32_t i = 0; i < s->n_cols; i++)
        s->col[i] = below->to[s->col[i]];
}

static int prune_match(PlanState *s, Logical *n, const uint64_t *used, Pruned *ret, Err *err)
{
    Match *m = n->match;
    uint32_t n_old = n->n_cols, n_new = 0, n_below = n->in[0]->n_cols;
    uint64_t *bits = bits_new(s, n_below);
    Pruned below;
    if (!bits)
        return RAISE_NOMEM(err);
    TRY(map_new(s, n_old, ret, err));
    for (uint32_t i = 0; i < n_old; i++) {
        if (!bit_get(used, i))
            continue;
        n->cols[n_new] = n->cols[i];
        m->out[n_new] = m->out[i];
        mark_slot(&m->out[n_new], bits);
        ret->to[i] = n_new++;
    }
    n->n_cols = n_new;
    for (uint32_t i = 0; i < m->n_slots; i++)
        mark_slot(&m->slots[i], bits);
    for (uint32_t i = 0; i < m->n_part; i++)
        expr_columns(m->part[i], bits);
    for (uint32_t i = 0; i < m->n_order; i++)
        expr_columns(m->order[i], bits);
    TRY(prune(s, &n->in[0], bits, &below, err));
    for (uint32_t i = 0; i < n_new; i++)
        move_slot(&m->out[i], &below);
    for (uint32_t i = 0; i < m->n_slots; i++)
        move_slot(&m->slots[i], &below);
    return rewrite_exprs(s, n, n_below, &below, err);
}

/* The elements stay even when nobody reads them: they are what makes the rows. */
static int prune_unnest(PlanState *s, Logical *n, const uint64_t *used, Pruned *ret, Err *err)
{
    uint32_t n_below = n->in[0]->n_cols;
    uint64_t *more = bits_new(s, n->n_cols);
    if (!more)
        return RAISE_NOMEM(err);
    memcpy(more, used, BIT_WORDS(n->n_cols) * sizeof(*more));
    for (uint32_t i = 0; i < n->unnest.n; i++)
        bit_set(more, n_below + i);
    n->unnest.ordinality = n->unnest.ordinality && bit_get(more, n_below + n->unnest.n);
    return prune_added(s, n, n_below, more, ret, err);
}

/* Keys and ids make the groups: all of them stay. */
static int prune_expand(PlanState *s, Logical *n, const uint64_t *used, Pruned *ret, Err *err)
{
    uint32_t n_below = n->in[0]->n_cols;
    uint64_t *more = bits_new(s, n->n_cols);
    if (!more)
        return RAISE_NOMEM(err);
    memcpy(more, used, BIT_WORDS(n->n_cols) * sizeof(*more));
    for (uint32_t i = n_below; i < n->n_cols; i++)
        bit_set(more, i);
    return prune_added(s, n, n_below, more, ret, err);
}

static int prune_top_n(PlanState *s, Logical *n, const uint64_t *used, Pruned *ret, Err *err)
{
    uint32_t n_below = n->in[0]->n_cols;
    n->top.with_rank = n->top.with_rank && bit_get(used, n_below);
    return prune_added(s, n, n_below, used, ret, err);
}

/* Aggregates nobody reads go; keys stay, they make the groups. */
static int prune_group(PlanState *s, Logical *n, const uint64_t *used, Pruned *ret, Err *err)
{
    LogicalGroup *g = &n->group;
    uint32_t n_first = g->n_keys + (n->kind == L_WINDOW_AGG ? 2 : 0), n_new = n_first, n_below = n->in[0]->n_cols;
    Pruned below;
    TRY(map_new(s, n->n_cols, ret, err));
    Field *cols = ARENA_ARRAY(s->arena, Field, n->n_cols + 1);
    LogicalAgg *aggs = ARENA_ARRAY(s->arena, LogicalAgg, g->n_aggs + 1);
    uint64_t *bits = bits_new(s, n_below);
    if (!cols || !aggs || !bits)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n->n_cols; i++) {
        if (i >= n_first && !bit_get(used, i))
            continue;
        if (i >= n_first)
            aggs[n_new - n_first] = g->aggs[i - n_first];
        ret->to[i] = i < n_first ? i : n_new++;
        cols[ret->to[i]] = n->cols[i];
    }
    if (n_new - n_first < g->n_aggs)
        trace_say(s, "%u of %u aggregates", n_new - n_first, g->n_aggs);
    g->aggs = aggs;
    g->n_aggs = n_new - n_first;
    n->cols = cols;
    n->n_cols = n_new;
    TRY(logical_each_expr(n, collect_columns, bits, err));
    if (n->kind == L_WINDOW_AGG && g->prewindowed) {
        bit_set(bits, g->start_col);
        bit_set(bits, g->end_col);
    } else if (n->kind == L_WINDOW_AGG) {
        bit_set(bits, g->time_col);
    }
    TRY(prune(s, &n->in[0], bits, &below, err));
    if (n->kind == L_WINDOW_AGG && g->prewindowed) {
        g->start_col = below.to[g->start_col];
        g->end_col = below.to[g->end_col];
    } else if (n->kind == L_WINDOW_AGG) {
        g->time_col = below.to[g->time_col];
    }
    return rewrite_exprs(s, n, n_below, &below, err);
}

/* Each side keeps what is read above and what ON reads; the columns that are left stand side by side again. */
/* A left join that gives each left row once, whatever the right side holds, and of whose right side nobody reads a column. */
static int join_is_idle(PlanState *s, const Logical *n, const uint64_t *used, bool *ret, Err *err)
{
    JoinBand band;
    JoinKeys keys;
    const Props *right = &n->in[1]->props;
    *ret = false;
    if (n->join.type != LEFT_JOIN || n->join.at_clock || n->join.is_mutual || n->own || right->n_key == 0)
        return 0;
    for (uint32_t i = n->in[0]->n_cols; i < n->n_cols; i++)
        if (bit_get(used, i))
            return 0;
    if (join_is_timed(s, n, &band))
        return 0;
    TRY(join_keys_find(s->arena, n, &keys, err));
    *ret = join_keys_cover(&keys, SIDE_RIGHT, right->key, right->n_key);
    return 0;
}

/* Its left side alone. */
static int drop_join(PlanState *s, Logical **node, const uint64_t *used, Pruned *ret, Err *err)
{
    Pruned below;
    uint32_t n_left = (*node)->in[0]->n_cols;
    TRY(map_new(s, (*node)->n_cols, ret, err));
    trace_say(s, "LEFT join with %s left out", trace_name((*node)->in[1]));
    *node = (*node)->in[0];
    TRY(prune(s, node, used, &below, err));
    memcpy(ret->to, below.to, n_left * sizeof(*ret->to));
    return 0;
}

static int prune_join(PlanState *s, Logical **node, const uint64_t *used, Pruned *ret, Err *err)
{
    Logical *n = *node;
    bool idle;
    TRY(join_is_idle(s, n, used, &idle, err));
    if (idle)
        return drop_join(s, node, used, ret, err);
    uint32_t n_side[2] = {n->in[0]->n_cols, n->in[1]->n_cols}, n_pair = n_side[0] + n_side[1], n_old = n->n_cols;
    uint64_t *bits = bits_new(s, n_pair), *side[2] = {bits_new(s, n_side[0]), bits_new(s, n_side[1])};
    Expr **map = ARENA_ARRAY(s->arena, Expr *, n_pair + 1);
    Pruned below[2];
    if (!bits || !side[0] || !side[1] || !map)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_old; i++)
        if (bit_get(used, i))
            bit_set(bits, i);
    if (n->join.on)
        expr_columns(n->join.on, bits);
    for (uint32_t i = 0; i < n_pair; i++)
        if (bit_get(bits, i))
            bit_set(side[i >= n_side[0]], i < n_side[0] ? i : i - n_side[0]);
    for (uint32_t k = 0; k < 2; k++)
        TRY(prune(s, &n->in[k], side[k], &below[k], err));
    TRY(map_new(s, n_old, ret, err));
    Logical *join = logical_join(s->arena, n->join.type, n->in[0], n->in[1], NULL, n->at);
    if (!join)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_pair; i++) {
        bool right = i >= n_side[0];
        uint32_t to = below[right].to[right ? i - n_side[0] : i];
        if (to == UINT32_MAX)
            continue;
        if (i < n_old)
            ret->to[i] = right ? n->in[0]->n_cols + to : to;
        const Field *f = &n->in[right]->cols[to];
        map[i] = expr_column(s->arena, right ? n->in[0]->n_cols + to : to, f->type, f->not_null, n->at);
        if (!map[i])
            return RAISE_NOMEM(err);
    }
    if (n->join.on) {
        join->join.on = expr_substitute(s->arena, n->join.on, map);
        if (!join->join.on)
            return RAISE_NOMEM(err);
    }
    join->join.at_clock = n->join.at_clock;
    join->join.is_mutual = n->join.is_mutual;
    memcpy(join->out_class, n->out_class, sizeof(n->out_class));
    join->join.freezes = n->join.freezes;
    join->own = n->own;
    *node = join;
    return 0;
}

static int rewrite_side(PlanState *s, Expr **e, Expr **map, Err *err)
{
    *e = expr_substitute(s->arena, *e, map);
    return *e ? 0 : RAISE_NOMEM(err);
}

static int prune_asof(PlanState *s, Logical *n, const uint64_t *used, Pruned *ret, Err *err)
{
    LogicalAsof *a = &n->asof;
    uint32_t n_side[2] = {n->in[0]->n_cols, n->in[1]->n_cols}, n_old = n->n_cols;
    Pruned below[2];
    Field *cols = ARENA_ARRAY(s->arena, Field, n_old + 1);
    if (!cols)
        return RAISE_NOMEM(err);
    for (uint32_t k = 0; k < 2; k++) {
        uint64_t *bits = bits_new(s, n_side[k]);
        uint32_t first = k ? n_side[0] : 0;
        if (!bits)
            return RAISE_NOMEM(err);
        for (uint32_t i = 0; i < n_side[k]; i++)
            if (bit_get(used, first + i))
                bit_set(bits, i);
        expr_columns(k ? a->right_time : a->left_time, bits);
        if (!k && a->left_clock)
            expr_columns(a->left_clock, bits);
        for (uint32_t i = 0; i < a->n_keys; i++)
            expr_columns(k ? a->right_key[i] : a->left_key[i], bits);
        TRY(prune(s, &n->in[k], bits, &below[k], err));
        Expr **map = logical_map(s->arena, n->in[k], below[k].to, n_side[k]);
        if (!map)
            return RAISE_NOMEM(err);
        TRY(rewrite_side(s, k ? &a->right_time : &a->left_time, map, err));
        if (!k && a->left_clock)
            TRY(rewrite_side(s, &a->left_clock, map, err));
        for (uint32_t i = 0; i < a->n_keys; i++)
            TRY(rewrite_side(s, k ? &a->right_key[i] : &a->left_key[i], map, err));
    }
    TRY(map_new(s, n_old, ret, err));
    n->n_cols = n->in[0]->n_cols + n->in[1]->n_cols;
    for (uint32_t i = 0; i < n_old; i++) {
        bool right = i >= n_side[0];
        uint32_t to = below[right].to[right ? i - n_side[0] : i];
        if (to == UINT32_MAX)
            continue;
        ret->to[i] = right ? n->in[0]->n_cols + to : to;
        cols[ret->to[i]] = n->cols[i];
    }
    n->cols = cols;
    return 0;
}

static int prune(PlanState *s, Logical **node, const uint64_t *used, Pruned *ret, Err *err)
{
    Logical *n = *node;
    switch (n->kind) {
    case L_SOURCE: return prune_source(s, n, used, ret, err);
    case L_VALUES: return prune_values(s, n, used, ret, err);
    case L_FILTER:
    case L_TTL:
    case L_SORT:
    case L_LIMIT: return prune_through(s, n, used, ret, err);
    case L_EVERY: return prune_every(s, n, ret, err);
    case L_PROJECT: return prune_project(s, node, used, ret, err);
    case L_OVER: return prune_over(s, node, used, ret, err);
    case L_MATCH: return prune_match(s, n, used, ret, err);
    case L_TOP_N: return prune_top_n(s, n, used, ret, err);
    case L_UNION: return prune_union(s, n, used, ret, err);
    case L_ASOF: return prune_asof(s, n, used, ret, err);
    case L_JOIN: return prune_join(s, node, used, ret, err);
    case L_SET_OP: return prune_set_op(s, n, ret, err);
    case L_RECURSE: return prune_recurse(s, n, ret, err);
    case L_UNNEST: return prune_unnest(s, n, used, ret, err);
    case L_EXPAND: return prune_expand(s, n, used, ret, err);
    case L_WINDOW: return prune_window(s, n, used, ret, err);
    case L_AGG:
    case L_WINDOW_AGG: return prune_group(s, n, used, ret, err);
    case N_LOGICAL_KINDS: break;
    }
    return RAISE(err, ERR_INTERNAL, "unknown logical node %d", (int)n->kind);
}

/* The root keeps all of its columns where they are; a node that gained none in between is left as it is. */
int rule_prune_columns(PlanState *s, Logical **n, Err *err)
{
    Logical *root = *n;
    uint32_t n_cols = root->n_cols;
    const Field *cols = root->cols;
    uint64_t *used = bits_new(s, n_cols);
    Pruned map;
    if (!used)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_cols; i++)
        bit_set(used, i);
    TRY(prune(s, n, used, &map, err));
    bool exact = (*n)->n_cols == n_cols;
    for (uint32_t i = 0; i < n_cols; i++)
        exact &= map.to[i] == i;
    if (exact)
        return 0;
    Expr **exprs = ARENA_ARRAY(s->arena, Expr *, n_cols + 1);
    const char **names = ARENA_ARRAY(s->arena, const char *, n_cols + 1);
    if (!exprs || !names)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_cols; i++) {
        exprs[i] = logical_column(s->arena, *n, map.to[i], root->at);
        names[i] = cols[i].name;
        if (!exprs[i])
            return RAISE_NOMEM(err);
    }
    *n = logical_project(s->arena, *n, exprs, n_cols, names, root->at);
    return *n ? 0 : RAISE_NOMEM(err);
}
