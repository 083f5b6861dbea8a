/* SPDX-License-Identifier: Apache-2.0
 *
 * Construction and walking of logical nodes. */
#include "plan/join_impl.h"

const char *logical_kind_name(LogicalKind k)
{
    static const char *const names[N_LOGICAL_KINDS] = {
        [L_SOURCE] = "source",         [L_VALUES] = "values",
        [L_FILTER] = "filter",         [L_PROJECT] = "projection",
        [L_UNION] = "union",           [L_UNNEST] = "unnest",
        [L_WINDOW] = "window",         [L_AGG] = "aggregate",
        [L_WINDOW_AGG] = "aggregate",  [L_SORT] = "sort",
        [L_LIMIT] = "limit",           [L_JOIN] = "join",
        [L_SET_OP] = "set operation",  [L_OVER] = "window function",
        [L_MATCH] = "MATCH_RECOGNIZE", [L_ASOF] = "as-of join",
        [L_TOP_N] = "Top-N",           [L_EXPAND] = "grouping sets",
        [L_TTL] = "state_ttl",         [L_EVERY] = "EMIT EVERY",
        [L_RECURSE] = "recursion",
    };
    ASSERT((unsigned)k < N_LOGICAL_KINDS);
    return names[k];
}

Logical *logical_new(Arena *a, LogicalKind kind, Logical *in, uint32_t n_cols, Span at)
{
    Logical *n = ARENA_NEW(a, Logical);
    if (!n)
        return NULL;
    n->kind = kind;
    n->at = at;
    n->n_in = in ? 1 : 0;
    n->in[0] = in;
    n->n_cols = n_cols;
    n->cols = ARENA_ARRAY(a, Field, n_cols + 1);
    return n->cols ? n : NULL;
}

void logical_take_columns(Logical *n)
{
    n->n_cols = n->in[0]->n_cols;
    n->cols = n->in[0]->cols;
}

Logical *logical_project(Arena *a, Logical *in, Expr **exprs, uint32_t n_exprs, const char *const *names, Span at)
{
    Logical *n = logical_new(a, L_PROJECT, in, n_exprs, at);
    if (!n)
        return NULL;
    n->exprs = exprs;
    for (uint32_t i = 0; i < n_exprs; i++) {
        const char *name = names ? names[i] : exprs[i]->kind == EXPR_COLUMN ? in->cols[exprs[i]->col].name : "?column?";
        n->cols[i] = (Field){.name = name, .type = exprs[i]->type, .not_null = exprs[i]->not_null};
    }
    return n;
}

Logical *logical_filter(Arena *a, Logical *in, Expr *predicate)
{
    Logical *n = ARENA_NEW(a, Logical);
    if (!n)
        return NULL;
    n->kind = L_FILTER;
    n->at = predicate->at;
    n->n_in = 1;
    n->in[0] = in;
    n->predicate = predicate;
    logical_take_columns(n);
    return n;
}

static void take_side(Field *to, const Logical *side, bool may_miss)
{
    for (uint32_t i = 0; i < side->n_cols; i++) {
        to[i] = side->cols[i];
        to[i].not_null &= !may_miss;
    }
}

Logical *logical_join(Arena *a, JoinType type, Logical *left, Logical *right, Expr *on, Span at)
{
    bool both = type != SEMI_JOIN && type != ANTI_JOIN;
    Logical *n = logical_new(a, L_JOIN, left, left->n_cols + (both ? right->n_cols : 0), at);
    if (!n)
        return NULL;
    n->n_in = 2;
    n->in[1] = right;
    n->join = (LogicalJoin){.type = type, .on = on};
    take_side(n->cols, left, type == FULL_JOIN);
    if (both)
        take_side(n->cols + left->n_cols, right, type != INNER_JOIN);
    return n;
}

bool asof_time_column(const Logical *n, uint32_t side, uint32_t *ret)
{
    const Expr *e = side ? n->asof.right_time : n->asof.left_clock ? n->asof.left_clock : n->asof.left_time;
    if (e->kind != EXPR_COLUMN || !props_find_class(&n->in[side]->props, e->col, NULL))
        return false;
    *ret = e->col;
    return true;
}

bool asof_key_covers(const Logical *n, bool or_time)
{
    const Props *r = &n->in[1]->props;
    const Expr *t = n->asof.right_time;
    for (uint32_t i = 0; i < r->n_key; i++) {
        bool is_key = or_time && t->kind == EXPR_COLUMN && t->col == r->key[i];
        for (uint32_t k = 0; k < n->asof.n_keys; k++)
            is_key |= n->asof.right_key[k]->kind == EXPR_COLUMN && n->asof.right_key[k]->col == r->key[i];
        if (!is_key)
            return false;
    }
    return r->n_key > 0;
}

bool logical_is_early(const PlanState *s, const Logical *n)
{
    return s->continuous && (n->own ? n->own->window_mode == OUTPUT_ON_UPDATE : s->emit.at_once);
}

AsofUse logical_asof_use(const PlanState *s, const Logical *n)
{
    const Props *l = &n->in[0]->props, *r = &n->in[1]->props;
    uint32_t col;
    if (!s->continuous)
        return ASOF_FINAL_AT_END;
    if (l->change == CHANGE_APPEND && r->change == CHANGE_APPEND && asof_time_column(n, 0, &col) && asof_time_column(n, 1, &col))
        return logical_is_early(s, n) && !n->asof.temporal && !n->asof.left_clock ? ASOF_EARLY : ASOF_FINAL_BY_CLOCK;
    bool probes = !s->inputs_end && l->content == STATE_ROWS && l->change == CHANGE_APPEND && r->content < STATE_ROWS;
    if (!probes)
        return ASOF_UPDATES;
    return n->asof.temporal && r->change != CHANGE_APPEND && asof_key_covers(n, false) ? ASOF_VERSIONS : ASOF_PROBES;
}

/* Its rows are those of a stream, each for a while: both sides of a join are kept. */
static bool is_for_a_while(const Logical *n)
{
    if (n->kind == L_TTL)
        return true;
    bool found = false;
    for (uint32_t i = 0; i < n->n_in && (n->kind == L_PROJECT || n->kind == L_FILTER || n->kind == L_UNION); i++)
        found |= is_for_a_while(n->in[i]);
    return found;
}

/* The right side's rows come once and late, when the watermark has passed them, and the condition goes by event time: what a row
 * of the left would find when it comes is an accident, and for its own window it is nothing. */
static bool comes_too_late(const Logical *join)
{
    const Props *r = &join->in[1]->props;
    return r->change == CHANGE_APPEND && r->content > STATE_CONST && !join->join.at_clock && join_relates_clocks(join);
}

bool logical_join_probes(const PlanState *s, const Logical *join)
{
    JoinBand band;
    if (join->join.is_mutual || join_is_timed(s, join, &band))
        return false;
    const Props *l = &join->in[0]->props, *r = &join->in[1]->props;
    if (!s->continuous || s->inputs_end || join->join.type == FULL_JOIN)
        return false;
    if (l->change == CHANGE_ZSET && lookup_asks(join->in[1])) /* nobody is told when its rows change */
        return true;
    return l->content == STATE_ROWS && l->change == CHANGE_APPEND && r->content < STATE_ROWS && !is_for_a_while(join->in[1]) &&
           !comes_too_late(join);
}

Expr *logical_column(Arena *a, const Logical *in, uint32_t col, Span at)
{
    ASSERT(col < in->n_cols);
    return expr_column(a, col, in->cols[col].type, in->cols[col].not_null, at);
}

Expr **logical_map(Arena *a, const Logical *in, const uint32_t *map_to, uint32_t n)
{
    Expr **map = ARENA_ARRAY(a, Expr *, n + 1);
    if (!map)
        return NULL;
    for (uint32_t i = 0; i < n; i++) {
        if (map_to[i] == UINT32_MAX)
            continue;
        map[i] = logical_column(a, in, map_to[i], SPAN_NONE);
        if (!map[i])
            return NULL;
    }
    return map;
}

static int each_of_agg(LogicalAgg *a, int (*fn)(void *self, Expr **e, Err *err), void *self, Err *err)
{
    for (uint32_t k = 0; k < ARRAY_LEN(a->arg); k++)
        if (a->arg[k])
            TRY(fn(self, &a->arg[k], err));
    if (a->filter)
        TRY(fn(self, &a->filter, err));
    for (uint32_t k = 0; k < ARRAY_LEN(a->order); k++)
        if (a->order[k])
            TRY(fn(self, &a->order[k], err));
    return 0;
}

static int each_of_group(LogicalGroup *g, int (*fn)(void *self, Expr **e, Err *err), void *self, Err *err)
{
    for (uint32_t i = 0; i < g->n_keys; i++)
        TRY(fn(self, &g->keys[i], err));
    for (uint32_t i = 0; i < g->n_aggs; i++)
        TRY(each_of_agg(&g->aggs[i], fn, self, err));
    return g->ttl_time ? fn(self, &g->ttl_time, err) : 0;
}

static int each_of_list(Expr **e, uint32_t n, int (*fn)(void *self, Expr **e, Err *err), void *self, Err *err)
{
    for (uint32_t i = 0; i < n; i++)
        TRY(fn(self, &e[i], err));
    return 0;
}

static int each_of_over(LogicalOver *o, int (*fn)(void *self, Expr **e, Err *err), void *self, Err *err)
{
    TRY(each_of_list(o->part, o->n_part, fn, self, err));
    TRY(each_of_list(o->order, o->n_order, fn, self, err));
    for (uint32_t i = 0; i < o->n_calls; i++)
        TRY(each_of_agg(&o->calls[i].call, fn, self, err));
    return 0;
}

int logical_each_expr(Logical *n, int (*fn)(void *self, Expr **e, Err *err), void *self, Err *err)
{
    switch (n->kind) {
    case L_FILTER: return fn(self, &n->predicate, err);
    case L_PROJECT:
        for (uint32_t i = 0; i < n->n_cols; i++)
            TRY(fn(self, &n->exprs[i], err));
        return 0;
    case L_VALUES:
        for (uint32_t r = 0; r < n->values.n_rows; r++)
            for (uint32_t i = 0; i < n->n_cols; i++)
                TRY(fn(self, &n->values.rows[r][i], err));
        return 0;
    case L_AGG:
    case L_WINDOW_AGG: return each_of_group(&n->group, fn, self, err);
    case L_EXPAND: return each_of_list(n->expand.keys, n->expand.n_keys, fn, self, err);
    case L_UNNEST:
        for (uint32_t i = 0; i < n->unnest.n; i++)
            TRY(each_of_list(n->unnest.items[i].arg, unnest_args(&n->unnest.items[i]), fn, self, err));
        return 0;
    case L_ASOF:
        for (uint32_t i = 0; i < n->asof.n_keys; i++) {
            TRY(fn(self, &n->asof.left_key[i], err));
            TRY(fn(self, &n->asof.right_key[i], err));
        }
        TRY(fn(self, &n->asof.left_time, err));
        if (n->asof.left_clock)
            TRY(fn(self, &n->asof.left_clock, err));
        return fn(self, &n->asof.right_time, err);
    case L_JOIN: return n->join.on ? fn(self, &n->join.on, err) : 0;
    case L_OVER: return each_of_over(&n->over, fn, self, err);
    case L_TOP_N:
        TRY(each_of_list(n->top.part, n->top.n_part, fn, self, err));
        return each_of_list(n->top.order, n->top.n_order, fn, self, err);
    case L_MATCH:
        TRY(each_of_list(n->match->part, n->match->n_part, fn, self, err));
        return each_of_list(n->match->order, n->match->n_order, fn, self, err);
    case L_SORT: return each_of_list(n->sort.keys, n->sort.n, fn, self, err);
    case L_TTL: TRY(each_of_list(n->ttl.part, n->ttl.n_part, fn, self, err)); return n->ttl.time ? fn(self, &n->ttl.time, err) : 0;
    case L_WINDOW: return each_of_list(n->window.part, n->window.n_part, fn, self, err);
    case L_SOURCE:
    case L_UNION:
    case L_SET_OP:
    case L_LIMIT:
    case L_EVERY:
    case L_RECURSE:
    case N_LOGICAL_KINDS: return 0;
    }
    return 0;
}

static int find_volatile(void *self, Expr **e, Err *err)
{
    bool *found = self;
    (void)err;
    *found |= (*e)->is_volatile;
    return 0;
}

bool logical_is_volatile(Logical *n)
{
    bool found = false;
    (void)logical_each_expr(n, find_volatile, &found, NULL);
    for (uint32_t i = 0; i < n->n_in && !found; i++)
        found = logical_is_volatile(n->in[i]);
    return found;
}

bool logical_window_closes(const Logical *n)
{
    if (n->kind == L_WINDOW)
        return n->window.spec.kind == WINDOW_SESSION && props_find_class(&n->in[0]->props, n->window.time_col, NULL);
    const LogicalGroup *g = &n->group;
    return n->kind == L_WINDOW_AGG && props_find_class(&n->in[0]->props, g->prewindowed ? g->end_col : g->time_col, NULL);
}

/* A key without a watermark of its own that is a number and rises with a column that has one. */
static bool find_number(const Logical *n, ClosingKey *ret)
{
    const Logical *in = n->in[0];
    for (uint32_t i = 0; i < n->group.n_keys; i++) {
        const Expr *key = n->group.keys[i];
        uint32_t col;
        int64_t unit = 0;
        *ret = (ClosingKey){.key = i, .is_number = true};
        if (!type_is_numeric(key->type.id) || key->kind == EXPR_COLUMN || !expr_rises(key, &col))
            continue;
        if (!props_find_class(&in->props, col, &ret->cls) || !logical_is_time(in, col, &unit))
            continue;
        ret->units = unit > 0 ? US_PER_SECOND / unit : unit < 0 ? -unit * US_PER_SECOND : 0;
        return true;
    }
    return false;
}

bool logical_closing_key(const Logical *n, ClosingKey *ret)
{
    const Props *p = &n->props;
    ClosingKey found = {0};
    ret = ret ? ret : &found;
    if (n->kind != L_AGG || n->in[0]->props.change != CHANGE_APPEND || n->group.standing.n > 0 || n->group.ttl_us > 0)
        return false;
    for (uint32_t i = 0; i < p->n_wm; i++) {
        if (p->wm[i].col >= n->group.n_keys)
            continue;
        const Expr *key = n->group.keys[p->wm[i].col];
        int64_t unit = 0;
        bool is_time = type_is_timestamp(key->type.id) || key->type.id == T_DATE;
        if (!is_time && (key->kind != EXPR_COLUMN || !logical_is_time(n->in[0], key->col, &unit)))
            continue;
        *ret = (ClosingKey){.key = p->wm[i].col, .cls = p->wm[i].cls, .unit_us = unit};
        return true;
    }
    return find_number(n, ret);
}

const Relation *logical_origin(const Logical *n, uint32_t col, uint32_t *ret_col)
{
    for (;;) {
        switch (n->kind) {
        case L_SOURCE: *ret_col = n->source.cols[col]; return n->source.relation;
        case L_PROJECT:
            if (n->exprs[col]->kind != EXPR_COLUMN)
                return NULL;
            col = n->exprs[col]->col;
            break;
        case L_UNNEST:
        case L_EXPAND:
        case L_WINDOW:
        case L_OVER:
        case L_TOP_N:
            if (col >= n->in[0]->n_cols)
                return NULL;
            break;
        case L_ASOF:
        case L_JOIN:
            if (col >= n->in[0]->n_cols) {
                col -= n->in[0]->n_cols;
                n = n->in[1];
                continue;
            }
            break;
        case L_FILTER:
        case L_TTL:
        case L_SORT:
        case L_LIMIT:
        case L_EVERY: break;
        case L_VALUES:
        case L_RECURSE:
        case L_UNION:
        case L_SET_OP:
        case L_MATCH:
        case L_AGG:
        case L_WINDOW_AGG:
        case N_LOGICAL_KINDS: return NULL;
        }
        n = n->in[0];
    }
}

static void expr_set_place(Expr *e, Span at)
{
    e->at = at;
    for (uint32_t i = 0; i < e->n_args; i++)
        expr_set_place(e->arg[i], at);
}

static int set_place(void *self, Expr **e, Err *err)
{
    (void)err;
    expr_set_place(*e, *(const Span *)self);
    return 0;
}

int logical_set_place(Logical *n, Span at, Err *err)
{
    n->at = at;
    if (n->kind == L_AGG || n->kind == L_WINDOW_AGG)
        for (uint32_t i = 0; i < n->group.n_aggs; i++)
            n->group.aggs[i].at = at;
    TRY(logical_each_expr(n, set_place, &at, err));
    for (uint32_t i = 0; i < n->n_in; i++)
        TRY(logical_set_place(n->in[i], at, err));
    return 0;
}

bool recurse_reads_stream(const Logical *n)
{
    const Relation *r = n->kind == L_SOURCE ? n->source.relation : NULL;
    bool reads = r && !relation_is_stored(r) && r->kind != REL_VIEW;
    for (uint32_t i = 0; i < n->n_in && !reads; i++)
        reads = recurse_reads_stream(n->in[i]);
    return reads;
}
