/* SPDX-License-Identifier: Apache-2.0
 *
 * Aggregates whose keys name a window that a watermark can close become windowed ones: state is kept per window and dropped with
 * it. Directly over the window assignment the two are one node; over rows that carry window columns from further below (a derived
 * table, the results of another windowed aggregate) the columns are used as they are.  A bounded plan has no watermark to wait for
 * and stays as it is; but sessions are made by their aggregate in any plan. */
#include "plan/rules.h"

#include "base/bits.h"

typedef struct Renamed { /* columns of an input that was made anew */
    Arena *a;
    Expr **map;
} Renamed;

static int32_t key_of_column(const LogicalGroup *g, int32_t col)
{
    for (uint32_t i = 0; i < g->n_keys && col >= 0; i++)
        if (g->keys[i]->kind == EXPR_COLUMN && (int32_t)g->keys[i]->col == col)
            return (int32_t)i;
    return -1;
}

/* A projection that gives the columns in the aggregate's old order. */
static int restore_order(PlanState *s, Logical *agg, const Logical *old, int32_t start_key, int32_t end_key, Logical **ret,
                         Err *err)
{
    uint32_t n_keys = old->group.n_keys, n = old->n_cols, next = 0;
    Expr **exprs = ARENA_ARRAY(s->arena, Expr *, n + 1);
    const char **names = ARENA_ARRAY(s->arena, const char *, n + 1);
    if (!exprs || !names)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t col;
        if ((int32_t)i == start_key)
            col = agg->group.n_keys;
        else if ((int32_t)i == end_key)
            col = agg->group.n_keys + 1;
        else if (i < n_keys)
            col = next++;
        else
            col = agg->group.n_keys + 2 + (i - n_keys);
        exprs[i] = logical_column(s->arena, agg, col, old->at);
        names[i] = old->cols[i].name;
        if (!exprs[i])
            return RAISE_NOMEM(err);
    }
    *ret = logical_project(s->arena, agg, exprs, n, names, old->at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* An aggregate is fused with the window below it unless an argument or a computed key looks at the columns that the window adds. */
static int may_fuse(PlanState *s, const Logical *old, bool *ret, Err *err)
{
    const Logical *w = old->in[0];
    *ret = false;
    if (w->kind != L_WINDOW)
        return 0;
    uint64_t *bits = ARENA_ARRAY(s->arena, uint64_t, BIT_WORDS(w->n_cols) + 1);
    if (!bits)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < old->group.n_keys; i++)
        if (old->group.keys[i]->kind != EXPR_COLUMN)
            expr_columns(old->group.keys[i], bits);
    for (uint32_t i = 0; i < old->group.n_aggs; i++) {
        const LogicalAgg *a = &old->group.aggs[i];
        for (uint32_t k = 0; k < ARRAY_LEN(a->arg); k++)
            if (a->arg[k])
                expr_columns(a->arg[k], bits);
        for (uint32_t k = 0; k < a->n_order; k++)
            expr_columns(a->order[k], bits);
        if (a->filter)
            expr_columns(a->filter, bits);
    }
    *ret = !bit_get(bits, w->n_cols - 2) && !bit_get(bits, w->n_cols - 1);
    return 0;
}

/* Over copies for grouping sets that all have the window, the copies are made below it, so that the two can be one node. */
static bool may_sink_expand(const Logical *e, uint64_t *bits)
{
    const Logical *w = e->in[0];
    for (uint32_t i = 0; i < e->expand.n_keys; i++)
        expr_columns(e->expand.keys[i], bits);
    return !bit_get(bits, w->n_cols - 2) && !bit_get(bits, w->n_cols - 1);
}

static int substitute(void *self, Expr **e, Err *err)
{
    const Renamed *r = self;
    *e = expr_substitute(r->a, *e, r->map);
    return *e ? 0 : RAISE_NOMEM(err);
}

static int sink_expand(PlanState *s, Logical *agg, Err *err)
{
    Arena *a = s->arena;
    Logical *e = agg->in[0], *w = e->in[0];
    if (e->kind != L_EXPAND || w->kind != L_WINDOW)
        return 0;
    uint32_t n_rows = w->n_cols - 2, n_added = e->n_cols - w->n_cols, n = e->n_cols;
    uint64_t *bits = ARENA_ARRAY(a, uint64_t, BIT_WORDS(w->n_cols) + 1);
    uint32_t *to = ARENA_ARRAY(a, uint32_t, n + 1);
    if (!bits || !to)
        return RAISE_NOMEM(err);
    if (!may_sink_expand(e, bits))
        return 0;
    Logical *below = logical_new(a, L_EXPAND, w->in[0], n - 2, e->at), *above = logical_new(a, L_WINDOW, below, n, w->at);
    if (!below || !above)
        return RAISE_NOMEM(err);
    below->own = above->own = w->own;
    below->expand = e->expand;
    above->window = w->window;
    for (uint32_t i = 0; i < n; i++) {
        bool bound = i >= n_rows && i < n_rows + 2;
        to[i] = i < n_rows ? i : bound ? i + n_added : i - 2;
        above->cols[to[i]] = e->cols[i];
        if (!bound)
            below->cols[to[i]] = e->cols[i];
    }
    trace_say(s, "grouping sets below the window");
    agg->in[0] = above;
    Renamed r = {a, logical_map(a, above, to, n)};
    if (!r.map)
        return RAISE_NOMEM(err);
    TRY(logical_each_expr(agg, substitute, &r, err));
    return props_derive(s, agg, err);
}

/* ---- sessions ---- */

static bool makes_sessions(const Logical *n)
{
    return n->kind == L_WINDOW && n->window.spec.kind == WINDOW_SESSION;
}

/* The window of sessions that the rows of an aggregate come from, through conditions on them; NULL = none. */
static Logical *sessions_below(Logical *n)
{
    while (n->kind == L_FILTER)
        n = n->in[0];
    return makes_sessions(n) ? n : NULL;
}

static bool touches_bounds(const Logical *w, const Expr *e, uint64_t *bits)
{
    memset(bits, 0, (BIT_WORDS(w->n_cols) + 1) * sizeof(*bits));
    expr_columns(e, bits);
    return bit_get(bits, w->n_cols - 2) || bit_get(bits, w->n_cols - 1);
}

static bool is_among(Expr *const *list, uint32_t n, const Expr *e)
{
    for (uint32_t i = 0; i < n; i++)
        if (expr_equal(list[i], e))
            return true;
    return false;
}

/* PARTITION BY says what the keys of the aggregate say. */
static bool same_partition(const LogicalGroup *g, const Logical *w, uint64_t *bits)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < g->n_keys; i++) {
        if (touches_bounds(w, g->keys[i], bits))
            continue;
        if (!is_among(w->window.part, w->window.n_part, g->keys[i]))
            return false;
        n++;
    }
    return n == w->window.n_part;
}

/* Sessions that are made below their aggregate are those of its keys, as they are when the two are one node. */
static int partition_by_keys(PlanState *s, const LogicalGroup *g, Logical *w, uint64_t *bits, Err *err)
{
    LogicalWindow *win = &w->window;
    if (win->is_given || win->is_set)
        return 0;
    win->part = ARENA_ARRAY(s->arena, Expr *, g->n_keys + 1);
    if (!win->part)
        return RAISE_NOMEM(err);
    win->is_set = true;
    for (uint32_t i = 0; i < g->n_keys; i++) {
        if (touches_bounds(w, g->keys[i], bits))
            continue;
        win->part[win->n_part++] = g->keys[i];
    }
    return 0;
}

/* What becomes of a window of sessions below: it is part of the aggregate (*fused stays), or makes the rows of sessions. */
static int look_at_sessions(PlanState *s, Logical *old, bool *fused, Err *err)
{
    Logical *w = sessions_below(old->in[0]);
    if (!w)
        return 0;
    uint64_t *bits = ARENA_ARRAY(s->arena, uint64_t, BIT_WORDS(w->n_cols) + 1);
    if (!bits)
        return RAISE_NOMEM(err);
    *fused &= !w->window.is_set && (!w->window.is_given || same_partition(&old->group, w, bits));
    return *fused ? 0 : partition_by_keys(s, &old->group, w, bits, err);
}

/* ---- the aggregate ---- */

/* One of the columns says what the other is. */
static bool names_window(WindowKind kind, int32_t start_key, int32_t end_key, bool fused)
{
    bool both = start_key >= 0 && end_key >= 0;
    switch (kind) {
    case WINDOW_CUMULATE: return end_key >= 0;
    case WINDOW_SESSION: return both || fused; /* those of one key do not overlap */
    default: return true;
    }
}

static int convert(PlanState *s, Logical **node, Err *err)
{
    Logical *old = *node, *in = old->in[0];
    const LogicalGroup *g = &old->group;
    const Props *p = &in->props;
    uint32_t n_keys = 0;
    int32_t start_key = key_of_column(g, p->window_start_col), end_key = key_of_column(g, p->window_end_col);
    if ((start_key < 0 && end_key < 0) || p->window_start_col < 0 || p->window_end_col < 0 || p->window.kind == WINDOW_NONE)
        return 0;
    bool fused;
    TRY(may_fuse(s, old, &fused, err));
    TRY(look_at_sessions(s, old, &fused, err));
    if (!names_window(p->window.kind, start_key, end_key, fused))
        return 0;
    bool sessions = fused && makes_sessions(in); /* made by their aggregate in any plan */
    if (!s->continuous && !sessions)
        return 0;
    if (!sessions && !props_find_class(p, (uint32_t)p->window_end_col, NULL))
        return 0;
    Logical *agg = logical_new(s->arena, L_WINDOW_AGG, fused ? in->in[0] : in, 0, old->at);
    Field *cols = ARENA_ARRAY(s->arena, Field, old->n_cols + 2);
    Expr **keys = ARENA_ARRAY(s->arena, Expr *, g->n_keys + 1);
    if (!agg || !cols || !keys)
        return RAISE_NOMEM(err);
    agg->own = old->own;
    for (uint32_t i = 0; i < g->n_keys; i++) {
        if ((int32_t)i == start_key || (int32_t)i == end_key)
            continue;
        cols[n_keys] = old->cols[i];
        keys[n_keys++] = g->keys[i];
    }
    cols[n_keys] = (Field){.name = "window_start", .type = TYPE(TS), .not_null = true};
    cols[n_keys + 1] = (Field){.name = "window_end", .type = TYPE(TS), .not_null = true};
    for (uint32_t i = 0; i < g->n_aggs; i++)
        cols[n_keys + 2 + i] = old->cols[g->n_keys + i];
    agg->cols = cols;
    agg->n_cols = n_keys + 2 + g->n_aggs;
    agg->group = (LogicalGroup){.n_keys = n_keys, .keys = keys, .n_aggs = g->n_aggs, .aggs = g->aggs, .window = p->window};
    agg->group.prewindowed = !fused;
    agg->group.time_col = fused ? in->window.time_col : 0;
    agg->group.start_col = (uint32_t)p->window_start_col;
    agg->group.end_col = (uint32_t)p->window_end_col;
    trace_say(s, fused ? "GROUP BY and its window are one" : "GROUP BY closes with the window that its rows bring");
    TRY(restore_order(s, agg, old, start_key, end_key, node, err));
    return props_derive(s, *node, err); /* for an aggregate above */
}

int rule_window_agg(PlanState *s, Logical **n, Err *err)
{
    for (uint32_t i = 0; i < (*n)->n_in; i++)
        TRY(rule_window_agg(s, &(*n)->in[i], err));
    if ((*n)->kind != L_AGG)
        return 0;
    TRY(sink_expand(s, *n, err));
    const Logical *in = (*n)->in[0];
    if (in->kind == L_EXPAND && sessions_below(in->in[0]) && key_of_column(&(*n)->group, in->props.window_start_col) >= 0)
        return RAISE_AT(err, ERR_UNSUPPORTED, (*n)->at,
                        "grouping sets over SESSION in FROM, with conditions or computations between, are not supported yet");
    return s->continuous || sessions_below((*n)->in[0]) ? convert(s, n, err) : 0;
}
