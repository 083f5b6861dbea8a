/* SPDX-License-Identifier: Apache-2.0
 *
 * Window function calls: f(..) OVER (..), named windows and what one inherits from another, frames, with PostgreSQL's rules and
 * errors.  Calls are collected while the expressions of SELECT, QUALIFY and ORDER BY are bound over the rows of FROM; each leaves a
 * column numbered from OVER_COLUMN on, which bind_over_node.c replaces once the nodes exist.  Aggregates inside a call belong to
 * the query's GROUP BY, for window functions see the groups. */
#include "plan/bind_function.h"

static const char *const func_names[N_OVER_FUNCS] = {
    "row_number", "rank", "dense_rank",  "percent_rank", "cume_dist", "ntile",
    "lag",        "lead", "first_value", "last_value",   "nth_value", "aggregate",
};

const char *over_func_name(OverFunc f)
{
    return func_names[f];
}

static OverFunc func_of(Str name)
{
    for (int i = 0; i < OVER_AGG; i++)
        if (str_eq(name, str_of(func_names[i])))
            return (OverFunc)i;
    return OVER_AGG;
}

bool over_is_name(Str name)
{
    return func_of(name) != OVER_AGG;
}

/* ---- windows ---- */

typedef struct Window { /* put together from a specification and those it refers to */
    const NodeList *partition_by, *order_by;
    const WindowSpec *frame; /* with a frame clause, else NULL */
} Window;

static int window_find(const OverList *l, const Ident *name, const WindowSpec *before, const WindowSpec **ret, Err *err)
{
    for (const Node *n = l->windows ? l->windows->first : NULL; n && AST(WindowSpec, n) != before; n = n->next)
        if (str_eq(AST(WindowSpec, n)->name.s, name->s)) {
            *ret = AST(WindowSpec, n);
            return 0;
        }
    return RAISE_AT(err, ERR_UNDEFINED_OBJECT, name->at, "window \"%.*s\" does not exist", (int)name->s.n, name->s.p);
}

/* A definition refers to earlier ones only, so this ends. */
static int window_resolve(const OverList *l, const WindowSpec *w, Window *ret, Err *err)
{
    const WindowSpec *base;
    *ret = (Window){&w->partition_by, &w->order_by, w->mode == FRAME_NONE ? NULL : w};
    if (!w->base.s.p)
        return 0;
    TRY(window_find(l, &w->base, w->name.s.p ? w : NULL, &base, err));
    Window below;
    TRY(window_resolve(l, base, &below, err));
    if (w->reference_only) {
        *ret = below;
        return 0;
    }
    const char *name = w->base.s.p;
    if (w->partition_by.n)
        return RAISE_AT(err, ERR_WINDOWING, w->node.at, "cannot override PARTITION BY clause of window \"%s\"", name);
    if (w->order_by.n && below.order_by->n)
        return RAISE_AT(err, ERR_WINDOWING, w->node.at, "cannot override ORDER BY clause of window \"%s\"", name);
    if (below.frame)
        return RAISE_AT(err, ERR_WINDOWING, w->node.at, "cannot copy window \"%s\" because it has a frame clause", name);
    ret->partition_by = below.partition_by;
    if (!w->order_by.n)
        ret->order_by = below.order_by;
    return 0;
}

static int known_type(Arena *a, Expr **e, Err *err)
{
    return (*e)->type.id == T_UNKNOWN ? expr_cast(a, *e, TYPE(TEXT), CAST_IMPLICIT, false, e, err) : 0;
}

static int bind_keys(const ExprScope *x, const Window *w, LogicalOver *ret, Err *err)
{
    Arena *a = x->b->arena;
    ret->part = ARENA_ARRAY(a, Expr *, w->partition_by->n + 1);
    ret->order = ARENA_ARRAY(a, Expr *, w->order_by->n + 1);
    ret->desc = ARENA_ARRAY(a, bool, w->order_by->n + 1);
    ret->nulls_first = ARENA_ARRAY(a, bool, w->order_by->n + 1);
    if (!ret->part || !ret->order || !ret->desc || !ret->nulls_first)
        return RAISE_NOMEM(err);
    AST_EACH(item, *w->partition_by)
    {
        TRY(bind_expr(x, item, &ret->part[ret->n_part], err));
        TRY(known_type(a, &ret->part[ret->n_part], err));
        ret->n_part += ret->part[ret->n_part]->kind != EXPR_CONST; /* a constant parts nothing */
    }
    AST_EACH(item, *w->order_by)
    {
        const OrderItem *o = AST(OrderItem, item);
        uint32_t i = ret->n_order;
        TRY(bind_expr(x, o->expr, &ret->order[i], err));
        TRY(known_type(a, &ret->order[i], err));
        ret->desc[i] = o->dir == SORT_DESC;
        ret->nulls_first[i] = o->nulls == SORT_NULLS_DEFAULT ? ret->desc[i] : o->nulls == SORT_NULLS_FIRST;
        ret->n_order++;
    }
    return 0;
}

/* ---- frames ---- */

/* The type of a distance between two values of the order column; T_UNKNOWN: there is none. */
static Type distance_type(Type t)
{
    switch ((TypeId)t.id) {
    case T_I16:
    case T_I32:
    case T_I64: return TYPE(I64);
    case T_F32:
    case T_F64: return TYPE(F64);
    case T_DECIMAL: return t;
    case T_DATE:
    case T_TIME:
    case T_TS:
    case T_TSTZ:
    case T_TSNS:
    case T_INTERVAL: return TYPE(INTERVAL);
    default: return TYPE(UNKNOWN);
    }
}

static bool is_negative(const Value *v)
{
    switch ((TypeId)v->type.id) {
    case T_I64: return v->i64 < 0;
    case T_F64: return !(v->f64 >= 0);
    case T_DECIMAL: return v->dec < 0;
    case T_INTERVAL: return interval_cmp(&v->iv, &(Interval){0}) < 0;
    default: return false;
    }
}

static int bind_offset(const ExprScope *x, const Node *n, Type t, bool is_end, const char *unit, Value *ret, Err *err)
{
    Arena *a = x->b->arena;
    ExprScope constants = {.b = x->b, .clause = unit};
    const char *which = is_end ? "ending" : "starting";
    Expr *e;
    Err inner = ERR_INIT;
    int rc = bind_expr(&constants, n, &e, &inner);
    if (rc == -ERR_UNDEFINED_COLUMN || rc == -ERR_GROUPING || rc == -ERR_WINDOWING)
        return RAISE_AT(err, ERR_INVALID_COLUMN_REF, n->at, "argument of %s must not contain variables", unit);
    if (rc >= 0)
        rc = expr_cast(a, e, t, CAST_ASSIGN, false, &e, &inner);
    if (rc == -ERR_DATATYPE_MISMATCH || rc == -ERR_CANNOT_COERCE) {
        char want[64], got[64];
        type_print(t, want, sizeof(want));
        type_print(e->type, got, sizeof(got));
        if (str_eq(str_of(unit), STR("RANGE")))
            return RAISE_AT(err, ERR_UNSUPPORTED, n->at,
                            "RANGE with offset PRECEDING/FOLLOWING is not supported for offset type %s: its column asks for %s",
                            got, want);
        return RAISE_AT(err, ERR_DATATYPE_MISMATCH, n->at, "argument of %s must be type %s, not type %s", unit, want, got);
    }
    if (rc >= 0)
        rc = expr_const_value(a, e, "the offset of a frame", ret, &inner);
    if (rc < 0) {
        if (span_is_none(inner.at))
            inner.at = n->at;
        if (err)
            *err = inner;
        return rc;
    }
    if (ret->is_null)
        return RAISE_AT(err, ERR_NULL_NOT_ALLOWED, n->at, "frame %s offset must not be null", which);
    if (is_negative(ret))
        return RAISE_AT(err, ERR_INVALID_FRAME_SIZE, n->at, "frame %s offset must not be negative", which);
    return 0;
}

static int bind_frame(const ExprScope *x, const WindowSpec *f, const LogicalOver *over, OverFrame *ret, Err *err)
{
    static const char *const units[] = {"ROWS", "RANGE", "GROUPS"};
    *ret = (OverFrame){.unit = OVER_RANGE, .start = OVER_FIRST, .end = OVER_CURRENT};
    ret->offset[0] = ret->offset[1] = value_null(TYPE(I64));
    if (!f)
        return 0;
    ret->unit = f->mode == FRAME_ROWS ? OVER_ROWS : f->mode == FRAME_RANGE ? OVER_RANGE : OVER_GROUPS;
    ret->start = (OverBound)f->start;
    ret->end = f->between ? (OverBound)f->end : OVER_CURRENT;
    ret->exclude = (OverExclude)f->exclude;
    if (ret->unit == OVER_GROUPS && over->n_order == 0)
        return RAISE_AT(err, ERR_WINDOWING, f->node.at, "GROUPS mode requires an ORDER BY clause");
    if (!f->start_offset && !f->end_offset)
        return 0;
    Type t = TYPE(I64);
    if (ret->unit == OVER_RANGE) {
        if (over->n_order != 1)
            return RAISE_AT(err, ERR_WINDOWING, f->node.at,
                            "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column");
        t = distance_type(over->order[0]->type);
        if (t.id == T_UNKNOWN)
            return RAISE_AT(err, ERR_UNSUPPORTED, f->node.at,
                            "RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s",
                            type_id_name(over->order[0]->type.id));
    }
    if (f->start_offset)
        TRY(bind_offset(x, f->start_offset, t, false, units[ret->unit], &ret->offset[0], err));
    return f->end_offset ? bind_offset(x, f->end_offset, t, true, units[ret->unit], &ret->offset[1], err) : 0;
}

/* ---- functions ---- */

static int wrong_args(const ExprCall *c, Str name, Err *err)
{
    return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, c->node.at, "function %.*s with %u arguments of these types does not exist",
                    (int)name.n, name.p, c->args.n);
}

static int as_count(const ExprScope *x, const ExprCall *c, Str name, Expr **e, Err *err)
{
    if (!type_is_integer((*e)->type.id) && (*e)->type.id != T_UNKNOWN)
        return wrong_args(c, name, err);
    return expr_cast(x->b->arena, *e, TYPE(I64), CAST_IMPLICIT, false, e, err);
}

/* LAG and LEAD bring the value and its default to one type. */
static int bind_neighbour(const ExprScope *x, const ExprCall *c, Str name, LogicalOverCall *ret, Err *err)
{
    LogicalAgg *g = &ret->call;
    if (g->n_given < 1 || g->n_given > 3)
        return wrong_args(c, name, err);
    if (g->n_given > 1)
        TRY(as_count(x, c, name, &g->arg[1], err));
    if (g->n_given > 2) {
        Expr *both[2] = {g->arg[0], g->arg[2]};
        TRY(expr_unify(x->b->arena, both, 2, ret->name, err));
        g->arg[0] = both[0];
        g->arg[2] = both[1];
        TRY(known_type(x->b->arena, &g->arg[2], err));
    }
    TRY(known_type(x->b->arena, &g->arg[0], err));
    ret->ret = g->arg[0]->type;
    return 0;
}

static int bind_function(const ExprScope *x, const ExprCall *c, Str name, LogicalOverCall *ret, Err *err)
{
    static const uint8_t n_args[N_OVER_FUNCS] = {
        [OVER_NTILE] = 1, [OVER_FIRST_VALUE] = 1, [OVER_LAST_VALUE] = 1, [OVER_NTH_VALUE] = 2};
    LogicalAgg *g = &ret->call;
    if (c->args.n > ARRAY_LEN(g->arg))
        return wrong_args(c, name, err);
    AST_EACH(item, c->args)
    TRY(bind_expr(x, item, &g->arg[g->n_given++], err));
    if (ret->func == OVER_LAG || ret->func == OVER_LEAD)
        return bind_neighbour(x, c, name, ret, err);
    if (g->n_given != n_args[ret->func])
        return wrong_args(c, name, err);
    switch (ret->func) {
    case OVER_PERCENT_RANK:
    case OVER_CUME_DIST: ret->ret = TYPE(F64); break;
    case OVER_NTILE:
        TRY(as_count(x, c, name, &g->arg[0], err));
        ret->ret = TYPE(I32);
        return 0; /* NULL buckets give NULL */
    case OVER_FIRST_VALUE:
    case OVER_LAST_VALUE:
    case OVER_NTH_VALUE:
        TRY(known_type(x->b->arena, &g->arg[0], err));
        if (ret->func == OVER_NTH_VALUE)
            TRY(as_count(x, c, name, &g->arg[1], err));
        ret->ret = g->arg[0]->type;
        return 0;
    default: ret->ret = TYPE(I64);
    }
    ret->not_null = true;
    return 0;
}

/* A frame that only grows keeps plain states; one whose start moves has to take values back. */
static bool takes_back(const OverFrame *f)
{
    return f->start != OVER_FIRST || f->exclude != OVER_KEEP_ALL;
}

/* What lists the values of a frame does so in the order of the window. */
static int list_in_order(Arena *a, const LogicalOver *over, LogicalAgg *g, Span at, Err *err)
{
    const AggType *type = g->native ? NULL : agg_find(g->func);
    if (!type || !(type->traits & AGG_LISTS) || over->n_order == 0)
        return 0;
    g->n_order = 0;
    return agg_take_order(a, g, over->order, over->desc, over->nulls_first, over->n_order, at, err);
}

static int bind_over_agg(const ExprScope *x, const ExprCall *c, const LogicalOver *over, LogicalOverCall *ret, Err *err)
{
    if (c->order_by.n)
        return RAISE_AT(err, ERR_UNSUPPORTED, c->node.at, "aggregate ORDER BY is not implemented for window functions");
    TRY(bind_agg_parts(x, c, &ret->call, err));
    TRY(list_in_order(x->b->arena, over, &ret->call, c->node.at, err));
    TRY(logical_agg_bind(x->b->arena, &ret->call, takes_back(&ret->frame), err));
    ret->ret = ret->call.spec.ret;
    ret->not_null = str_eq(ret->call.func, STR("count"));
    return 0;
}

static int check_call(const ExprScope *x, const ExprCall *c, Str name, Err *err)
{
    Span at = c->node.at;
    bool is_func = over_is_name(name);
    if (!is_func && !agg_is_name(name) && !function_is_name(x->b->ctx->catalog, name, FUNCTION_AGGREGATE))
        return RAISE_AT(err, func_exists(name) ? ERR_WRONG_OBJECT_TYPE : ERR_UNDEFINED_FUNCTION, at,
                        func_exists(name) ? "OVER specified, but %.*s is not a window function nor an aggregate function"
                                          : "function %.*s does not exist",
                        (int)name.n, name.p);
    if (x->in_over)
        return RAISE_AT(err, ERR_WINDOWING, at, "window function calls cannot be nested");
    if (x->in_agg)
        return RAISE_AT(err, ERR_GROUPING, at, "aggregate function calls cannot contain window function calls");
    if (!x->overs || !x->scope)
        return RAISE_AT(err, ERR_WINDOWING, at, "window functions are not allowed in %s", x->clause);
    if (c->distinct)
        return RAISE_AT(err, ERR_UNSUPPORTED, at, "DISTINCT is not implemented for window functions");
    if (c->within_group.n)
        return RAISE_AT(err, ERR_UNSUPPORTED, at, "OVER is not supported for ordered-set aggregate %.*s", (int)name.n, name.p);
    if (!is_func)
        return agg_nulls_allowed(c, err);
    if (c->filter)
        return RAISE_AT(err, ERR_UNSUPPORTED, at, "FILTER is not implemented for non-aggregate window functions");
    if (c->order_by.n || c->star)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, at, "%s specified, but %.*s is not an aggregate function",
                        c->star ? "(*)" : "ORDER BY", (int)name.n, name.p);
    if (c->nulls == NULLS_IGNORE && func_of(name) < OVER_LAG)
        return RAISE_AT(err, ERR_UNSUPPORTED, at, "IGNORE NULLS is not implemented for %.*s", (int)name.n, name.p);
    return 0;
}

static int over_add(OverList *l, Arena *a, const LogicalOver *o, uint32_t *ret, Err *err)
{
    if (l->n == l->cap) {
        uint32_t cap = l->cap ? l->cap * 2 : 8;
        LogicalOver *item = ARENA_ARRAY(a, LogicalOver, cap);
        if (!item)
            return RAISE_NOMEM(err);
        if (l->n)
            memcpy(item, l->item, l->n * sizeof(*item));
        l->item = item;
        l->cap = cap;
    }
    l->item[l->n] = *o;
    *ret = l->n++;
    return 0;
}

int bind_over(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    Str name = name_last(&c->func)->s;
    ExprScope in = *x;
    LogicalOver over = {.n_calls = 1};
    Window w;
    uint32_t i = 0;
    TRY(check_call(x, c, name, err));
    in.in_over = true;
    over.calls = ARENA_NEW(a, LogicalOverCall);
    if (!over.calls)
        return RAISE_NOMEM(err);
    *over.calls = (LogicalOverCall){.func = func_of(name), .at = c->node.at, .ignore_nulls = c->nulls == NULLS_IGNORE};
    over.calls->name = arena_strndup(a, name.p, name.n);
    over.calls->call = (LogicalAgg){.func = name, .at = c->node.at, .name = over.calls->name};
    if (!over.calls->name)
        return RAISE_NOMEM(err);
    TRY(window_resolve(x->overs, c->over, &w, err));
    TRY(bind_keys(&in, &w, &over, err));
    TRY(bind_frame(&in, w.frame, &over, &over.calls->frame, err));
    if (over.calls->func == OVER_AGG)
        TRY(bind_over_agg(&in, c, &over, over.calls, err));
    else
        TRY(bind_function(&in, c, name, over.calls, err));
    TRY(over_add(x->overs, a, &over, &i, err));
    *ret = expr_column(a, OVER_COLUMN + i, over.calls->ret, over.calls->not_null, c->node.at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

int bind_windows(const ExprScope *x, Err *err)
{
    const NodeList *list = x->overs->windows;
    ExprScope in = *x;
    in.in_over = true;
    for (const Node *n = list->first; n; n = n->next) {
        const WindowSpec *spec = AST(WindowSpec, n);
        LogicalOver over = {0};
        OverFrame frame;
        Window w;
        for (const Node *k = list->first; k != n; k = k->next)
            if (str_eq(AST(WindowSpec, k)->name.s, spec->name.s))
                return RAISE_AT(err, ERR_WINDOWING, spec->name.at, "window \"%s\" is already defined", spec->name.s.p);
        TRY(window_resolve(x->overs, spec, &w, err));
        TRY(bind_keys(&in, &w, &over, err));
        TRY(bind_frame(&in, w.frame, &over, &frame, err));
    }
    return 0;
}
