/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows that join the greatest of their window are its first ranks:
 *   FROM s JOIN (SELECT max(x) AS m, window_start, window_end FROM TUMBLE(s, t, size) GROUP BY .., k) AS g
 *   ON s.x = g.m AND s.k = g.k AND s.t >= g.window_end - size AND s.t < g.window_end
 * becomes the rows of rank 1 of TUMBLE(s, t, size), partitioned by the keys and ordered by x from above (min: from below).  The
 * join would keep every row of the window and look each up; a rank with a bound keeps the best alone.
 *
 * What has to hold: both sides read the same rows; every key of the groups is a bound of the window or is equated with its column;
 * the condition leaves a row no window but the one it is in.  A row then meets the one result of its own group or none, and it is
 * of the first rank where it does.  The whole condition stays above the ranks, over the few rows that are left, with the group's
 * columns taken from the row itself: so NULLs (which are ranked, but join nothing) and whatever else ON asks for need no rule of
 * their own.  Floating-point values are left alone: their order tells zeros apart that are equal.
 *
 * The same of the results of windows that join the greatest of them,
 *   FROM c JOIN (SELECT max(n) AS m, window_start, window_end FROM c GROUP BY window_start, window_end) AS g
 *   ON c.window_start = g.window_start AND c.window_end = g.window_end AND c.n >= g.m
 * where every key is equated; what was computed twice for it, c, is then computed once.
 *
 * Only where a window's result comes once, when it closes: there ranks are forgotten with their window. */
#include "base/calendar.h"
#include "plan/join_impl.h"
#include "plan/rules.h"

typedef struct Extreme {
    Arena *arena;
    Logical *join, *agg, *window;
    bool of_results;   /* the aggregate is over the results of windows, not over rows: `window` is NULL */
    Logical *rows;     /* the other side */
    uint32_t *row_col; /* its columns, as those of the rows that the aggregate is over */
    Expr *condition;   /* on these alone; NULL = none */
    bool rows_right;   /* they are the right input */
    bool is_max;
    Expr **out;     /* the group side's columns, over the aggregate's */
    uint32_t value; /* the aggregate's argument: column of the rows */
} Extreme;

static uint32_t rows_at(const Extreme *x)
{
    return x->rows_right ? x->join->in[0]->n_cols : 0;
}

static uint32_t group_at(const Extreme *x)
{
    return x->rows_right ? 0 : x->join->in[0]->n_cols;
}

/* ---- the same rows ---- */

static bool same_exprs(Expr *const *a, Expr *const *b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (a[i]->is_volatile || !expr_equal(a[i], b[i]))
            return false;
    return true;
}

static bool same_source(const Logical *a, const Logical *b)
{
    return a->source.relation == b->source.relation && !a->source.has_running && !b->source.has_running &&
           memcmp(a->source.cols, b->source.cols, a->n_cols * sizeof(*a->source.cols)) == 0;
}

static bool same_window(const LogicalWindow *a, const LogicalWindow *b)
{
    return a->spec.kind != WINDOW_SESSION && window_equal(&a->spec, &b->spec) && a->time_col == b->time_col;
}

static bool same_agg(const LogicalAgg *a, const LogicalAgg *b)
{
    return !a->native && !b->native && str_eq(a->func, b->func) && a->spec.distinct == b->spec.distinct &&
           a->n_given == b->n_given && a->n_order == 0 && b->n_order == 0 && (a->spec.count_star || a->spec.n_args == a->n_given) &&
           !a->filter == !b->filter && (!a->filter || same_exprs(&a->filter, &b->filter, 1)) &&
           same_exprs(a->arg, b->arg, a->n_given);
}

static bool same_groups(const LogicalGroup *a, const LogicalGroup *b)
{
    bool same = a->n_keys == b->n_keys && a->n_aggs == b->n_aggs && !a->is_global && !b->is_global && a->standing.n == 0 &&
                b->standing.n == 0 && same_exprs(a->keys, b->keys, a->n_keys);
    for (uint32_t i = 0; same && i < a->n_aggs; i++)
        same = same_agg(&a->aggs[i], &b->aggs[i]);
    return same;
}

static bool same_rows(const Logical *a, const Logical *b)
{
    if (a->kind != b->kind || a->n_cols != b->n_cols || a->own != b->own)
        return false;
    switch (a->kind) {
    case L_SOURCE: return same_source(a, b);
    case L_FILTER: return same_exprs(&a->predicate, &b->predicate, 1) && same_rows(a->in[0], b->in[0]);
    case L_WINDOW: return same_window(&a->window, &b->window) && same_rows(a->in[0], b->in[0]);
    case L_AGG: return same_groups(&a->group, &b->group) && same_rows(a->in[0], b->in[0]);
    case L_PROJECT: return same_exprs(a->exprs, b->exprs, a->n_cols) && same_rows(a->in[0], b->in[0]);
    default: return false;
    }
}

/* ---- what the condition says ---- */

static bool is_call(const Expr *e, const char *name)
{
    return e->kind == EXPR_CALL && e->n_args == 2 && strcmp(e->fn->name, name) == 0;
}

/* `e`, a column of the join, as a column of the aggregate; UINT32_MAX: it is none. */
static uint32_t group_column(const Extreme *x, const Expr *e)
{
    uint32_t at = group_at(x), n = x->join->in[!x->rows_right]->n_cols;
    if (e->kind != EXPR_COLUMN || e->col < at || e->col - at >= n || x->out[e->col - at]->kind != EXPR_COLUMN)
        return UINT32_MAX;
    return x->out[e->col - at]->col;
}

/* The same of a column of the rows. */
static uint32_t row_column(const Extreme *x, const Expr *e)
{
    uint32_t at = rows_at(x), n = x->rows->n_cols;
    return e->kind == EXPR_COLUMN && e->col >= at && e->col - at < n ? x->row_col[e->col - at] : UINT32_MAX;
}

/* e is `row column  op  group column`, or the other way round. */
static bool relates(const Extreme *x, const Expr *e, const char *op, const char *turned, uint32_t row_col, uint32_t group_col)
{
    for (uint32_t i = 0; i < 2; i++)
        if (is_call(e, i ? turned : op) && row_column(x, e->arg[i]) == row_col && group_column(x, e->arg[!i]) == group_col)
            return true;
    return false;
}

static bool is_bound(const Extreme *x, uint32_t key)
{
    if (x->of_results)
        return false;
    uint32_t col = x->agg->group.keys[key]->col;
    return col + 2 >= x->window->n_cols;
}

/* Every key, but of rows the window's bounds, is equated with its column, and the value with the aggregate. */
static bool keys_are_equated(const Extreme *x)
{
    const LogicalGroup *g = &x->agg->group;
    Expr *on = x->join->join.on, **part;
    uint32_t n;
    join_conjuncts(&on, &part, &n);
    for (uint32_t k = 0; k <= g->n_keys; k++) {
        bool found = k < g->n_keys && is_bound(x, k);
        for (uint32_t i = 0; i < n && !found; i++)
            found = k < g->n_keys ? relates(x, part[i], "=", "=", g->keys[k]->col, k)
                                  : relates(x, part[i], "=", "=", x->value, k) ||
                                        relates(x, part[i], x->is_max ? ">=" : "<=", x->is_max ? "<=" : ">=", x->value, k);
        if (!found)
            return false;
    }
    return true;
}

/* `e`, a time of the group's window plus a constant: how far from the window's start it is. */
static bool window_offset(const Extreme *x, const Expr *e, int64_t *ret_us)
{
    int64_t part = 0;
    bool plus = is_call(e, "+"), minus = is_call(e, "-");
    if (plus || minus) {
        const Expr *by = e->arg[1];
        if (by->kind != EXPR_CONST || by->type.id != T_INTERVAL || by->value.is_null || by->value.iv.months != 0 ||
            interval_fixed_us(&by->value.iv, &part) < 0)
            return false;
        e = e->arg[0];
    }
    uint32_t key = group_column(x, e);
    if (key >= x->agg->group.n_keys || !is_bound(x, key) || e->type.id != T_TS)
        return false;
    int64_t from = x->agg->group.keys[key]->col + 1 == x->window->n_cols ? x->window->window.spec.size_us : 0;
    return !(minus ? __builtin_sub_overflow(from, part, ret_us) : __builtin_add_overflow(from, part, ret_us));
}

/* e is `row time  op  bound`, either way round; *ret_us: the bound, from the window's start. */
static bool bounds_time(const Extreme *x, const Expr *e, const char *op, const char *turned, int64_t *ret_us)
{
    for (uint32_t i = 0; i < 2; i++)
        if (is_call(e, i ? turned : op) && e->arg[i]->type.id == T_TS && row_column(x, e->arg[i]) == x->window->window.time_col &&
            window_offset(x, e->arg[!i], ret_us))
            return true;
    return false;
}

/* The condition holds the row's time within the window of the group. */
static bool window_is_own(const Extreme *x)
{
    Expr *on = x->join->join.on, **part;
    uint32_t n;
    int64_t size = x->window->window.spec.size_us, us;
    bool low = false, high = false;
    join_conjuncts(&on, &part, &n);
    for (uint32_t i = 0; i < n; i++) {
        low |= bounds_time(x, part[i], ">=", "<=", &us) && us >= 0;
        high |= bounds_time(x, part[i], "<", ">", &us) && us <= size;
        high |= bounds_time(x, part[i], "<=", ">=", &us) && us < size;
    }
    return low && high;
}

/* ---- the form ---- */

static bool is_float(Type t)
{
    return t.id == T_F32 || t.id == T_F64;
}

/* The results of windows of rows that only come: each once, when the watermark passes its window. */
static bool results_of_windows(const Logical *n)
{
    const OwnEmit *own = n->own;
    while ((n->kind == L_PROJECT || n->kind == L_FILTER) && n->own == own)
        n = n->in[0];
    if (n->kind != L_AGG || n->own != own || n->in[0]->kind != L_WINDOW || n->in[0]->own != own)
        return false;
    const Props *p = &n->in[0]->props;
    return n->in[0]->window.spec.kind != WINDOW_SESSION && p->change == CHANGE_APPEND && n->props.window_start_col >= 0 &&
           n->props.window_end_col >= 0 && props_find_class(p, (uint32_t)p->window_end_col, NULL);
}

/* The key that is a column; n_keys = none. */
static uint32_t key_of(const LogicalGroup *g, int32_t col)
{
    uint32_t k = 0;
    while (k < g->n_keys && (int32_t)g->keys[k]->col != col)
        k++;
    return k;
}

static bool fits_aggregate(Extreme *x)
{
    const LogicalGroup *g = &x->agg->group;
    const LogicalAgg *a = g->aggs;
    if (g->is_global || g->standing.n || g->n_aggs != 1 || a->native || a->filter || a->n_given != 1 || a->n_order)
        return false;
    x->is_max = str_eq(a->func, STR("max"));
    if ((!x->is_max && !str_eq(a->func, STR("min"))) || a->arg[0]->kind != EXPR_COLUMN || is_float(a->arg[0]->type))
        return false;
    x->value = a->arg[0]->col;
    for (uint32_t k = 0; k < g->n_keys; k++)
        if (g->keys[k]->kind != EXPR_COLUMN || is_float(g->keys[k]->type))
            return false;
    const Logical *w = x->agg->in[0];
    x->of_results = results_of_windows(w) && key_of(g, w->props.window_start_col) < g->n_keys;
    return x->of_results || (w->kind == L_WINDOW && w->window.spec.kind == WINDOW_TUMBLE && w->window.spec.tick == TICK_US &&
                             x->value + 2 < w->n_cols);
}

/* The group side: an aggregate below projections. */
static int find_aggregate(Extreme *x, bool *ret, Err *err)
{
    Logical *n = x->join->in[!x->rows_right];
    *ret = false;
    x->out = ARENA_ARRAY(x->arena, Expr *, n->n_cols + 1);
    if (!x->out)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n->n_cols; i++)
        if (!(x->out[i] = logical_column(x->arena, n, i, n->at)))
            return RAISE_NOMEM(err);
    for (uint32_t n_out = n->n_cols; n->kind == L_PROJECT && n->own == x->join->own; n = n->in[0])
        for (uint32_t i = 0; i < n_out; i++) {
            if (!(x->out[i] = expr_substitute(x->arena, x->out[i], n->exprs)))
                return RAISE_NOMEM(err);
            if (x->out[i]->is_volatile)
                return 0;
        }
    x->agg = n;
    if (n->kind != L_AGG || n->own != x->join->own || !fits_aggregate(x))
        return 0;
    x->window = x->of_results ? NULL : n->in[0];
    *ret = true;
    return 0;
}

/* Down through selections of columns. */
static Logical *below_columns(Extreme *x, Logical *n, const Logical *same)
{
    while (n->kind == L_PROJECT && n->own == x->join->own && !same_rows(n, same)) {
        for (uint32_t i = 0; i < x->rows->n_cols; i++) {
            const Expr *e = n->exprs[x->row_col[i]];
            if (e->kind != EXPR_COLUMN)
                return n;
            x->row_col[i] = e->col;
        }
        n = n->in[0];
    }
    return n;
}

static int find_rows(Extreme *x, bool *ret, Err *err)
{
    const Logical *same = x->of_results ? x->agg->in[0] : x->window->in[0];
    *ret = false;
    if (x->agg->in[0]->own != x->join->own || (!x->of_results && same->props.change != CHANGE_APPEND))
        return 0;
    x->rows = x->join->in[x->rows_right];
    x->row_col = ARENA_ARRAY(x->arena, uint32_t, x->rows->n_cols + 1);
    if (!x->row_col)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < x->rows->n_cols; i++)
        x->row_col[i] = i;
    Logical *n = below_columns(x, x->rows, same);
    *ret = same_rows(n, same);
    if (*ret || n->kind != L_FILTER || n->own != x->join->own || n->predicate->is_volatile || n->predicate->is_stable)
        return 0;
    x->condition = n->predicate;
    *ret = same_rows(n->in[0], same);
    return 0;
}

/* ---- the other form of it ---- */

/* The keys of the groups; the start of the window first, which is what closes them. */
static int partition_of(const Extreme *x, const Logical *top, Expr ***ret, uint32_t *ret_n, Err *err)
{
    const LogicalGroup *g = &x->agg->group;
    Expr **part = ARENA_ARRAY(x->arena, Expr *, g->n_keys + 1);
    uint32_t start = (uint32_t)x->agg->in[0]->props.window_start_col, n = 1;
    if (!part || !(part[0] = logical_column(x->arena, top, start, x->join->at)))
        return RAISE_NOMEM(err);
    for (uint32_t k = 0; k < g->n_keys; k++)
        if (g->keys[k]->col != start)
            part[n++] = g->keys[k];
    *ret = part;
    *ret_n = n;
    return 0;
}

static int top_new(const Extreme *x, Logical **ret, Err *err)
{
    Arena *a = x->arena;
    Logical *t = logical_new(a, L_TOP_N, x->agg->in[0], 0, x->join->at);
    Expr **part = NULL, **order = ARENA_ARRAY(a, Expr *, 1);
    uint32_t n_part = 0;
    bool *desc = ARENA_ARRAY(a, bool, 1), *nulls_first = ARENA_ARRAY(a, bool, 1);
    if (!t || !order || !desc || !nulls_first)
        return RAISE_NOMEM(err);
    t->own = x->join->own;
    logical_take_columns(t);
    order[0] = x->agg->group.aggs[0].arg[0];
    desc[0] = x->is_max;
    TRY(partition_of(x, t, &part, &n_part, err));
    t->top = (LogicalTopN){.n_part = n_part,
                           .part = part,
                           .n_order = 1,
                           .order = order,
                           .desc = desc,
                           .nulls_first = nulls_first,
                           .kind = RANK_RANK,
                           .lo_kind = RANK_RANK,
                           .lo = 1,
                           .hi = 1};
    *ret = t;
    return 0;
}

/* The join's columns over the ranks. */
static int columns_over(const Extreme *x, const Logical *top, Expr ***ret, Err *err)
{
    Arena *a = x->arena;
    const LogicalGroup *g = &x->agg->group;
    uint32_t n_rows = x->rows->n_cols, n_group = x->join->n_cols - n_rows;
    Expr **of_agg = ARENA_ARRAY(a, Expr *, g->n_keys + 1), **map = ARENA_ARRAY(a, Expr *, x->join->n_cols + 1);
    if (!of_agg || !map)
        return RAISE_NOMEM(err);
    for (uint32_t k = 0; k <= g->n_keys; k++)
        if (!(of_agg[k] = logical_column(a, top, k < g->n_keys ? g->keys[k]->col : x->value, x->join->at)))
            return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_rows; i++)
        if (!(map[rows_at(x) + i] = logical_column(a, top, x->row_col[i], x->join->at)))
            return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_group; i++)
        if (!(map[group_at(x) + i] = expr_substitute(a, x->out[i], of_agg)))
            return RAISE_NOMEM(err);
    *ret = map;
    return 0;
}

static int convert(PlanState *s, const Extreme *x, Logical **node, Err *err)
{
    Arena *a = s->arena;
    Logical *top, *join = x->join;
    Expr **map, *where = join->join.on;
    const char **names = ARENA_ARRAY(a, const char *, join->n_cols + 1);
    if (!names)
        return RAISE_NOMEM(err);
    TRY(top_new(x, &top, err));
    TRY(columns_over(x, top, &map, err));
    where = expr_substitute(a, where, map);
    if (!where)
        return RAISE_NOMEM(err);
    TRY(join_and(a, where, x->condition, &where, err)); /* the columns of the rows are the first of the ranks' */
    Logical *f = logical_filter(a, top, where);
    for (uint32_t i = 0; i < join->n_cols; i++)
        names[i] = join->cols[i].name;
    Logical *p = f ? logical_project(a, f, map, join->n_cols, names, join->at) : NULL;
    if (!p)
        return RAISE_NOMEM(err);
    f->own = p->own = join->own;
    trace_say(s, "join with the %s of its window is the first rank", x->is_max ? "greatest" : "least");
    *node = p;
    return props_derive(s, p, err);
}

static bool closes_once(const PlanState *s, const OwnEmit *own)
{
    if (!s->continuous || s->emit.late_to || s->emit.has_lateness)
        return false;
    if (own)
        return own->window_mode == OUTPUT_ON_WINDOW_CLOSE && !own->has_lateness;
    return s->emit.mode == OUTPUT_DEFAULT ? !s->is_view : s->emit.mode == OUTPUT_ON_WINDOW_CLOSE || s->emit.mode == OUTPUT_FINAL;
}

int rule_extreme_join(PlanState *s, Logical **node, Err *err)
{
    Logical *n = *node;
    for (uint32_t i = 0; i < n->n_in; i++)
        TRY(rule_extreme_join(s, &n->in[i], err));
    if (n->kind != L_JOIN || n->join.type != INNER_JOIN || !n->join.on || n->join.on->is_volatile || n->join.freezes ||
        n->join.at_clock || n->join.is_mutual || !closes_once(s, n->own))
        return 0;
    for (uint32_t right = 0; right < 2; right++) {
        Extreme x = {.arena = s->arena, .join = n, .rows_right = right};
        bool found;
        TRY(find_aggregate(&x, &found, err));
        if (found)
            TRY(find_rows(&x, &found, err));
        if (found && keys_are_equated(&x) && (x.of_results || window_is_own(&x)))
            return convert(s, &x, node, err);
    }
    return 0;
}
