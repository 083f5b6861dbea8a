/* SPDX-License-Identifier: Apache-2.0
 *
 * Aggregate calls.  They are collected while the expressions of SELECT, HAVING and ORDER BY are bound over the rows of FROM; each
 * leaves a column numbered from AGG_COLUMN on, which bind_group.c replaces once the grouped node exists.  Equal calls are one
 * aggregate. FIRST and LAST go by event time: the binder adds it as their second argument. */
#include "plan/bind_function.h"
#include "plan/subquery_impl.h"

#include "sql/ast_equal.h"

bool agg_is_name(Str name)
{
    return agg_find(name) != NULL;
}

static const AggType *type_of(const LogicalAgg *g)
{
    return g->native ? g->native : agg_find(g->func);
}

static bool is_first_last(Str name)
{
    return str_eq(name, STR("first")) || str_eq(name, STR("last")) || str_eq(name, STR("first_value")) ||
           str_eq(name, STR("last_value"));
}

static bool same_expr(const Expr *a, const Expr *b)
{
    return a == b || (a && b && expr_equal(a, b));
}

static bool same_agg(const LogicalAgg *a, const LogicalAgg *b)
{
    if (type_of(a) != type_of(b) || a->spec.distinct != b->spec.distinct || a->spec.count_star != b->spec.count_star ||
        a->spec.arg_desc != b->spec.arg_desc || a->n_given != b->n_given || a->n_order != b->n_order ||
        !same_expr(a->filter, b->filter))
        return false;
    for (uint32_t i = 0; i < ARRAY_LEN(a->arg); i++)
        if (!same_expr(a->arg[i], b->arg[i]) || (a->arg[i] && a->arg[i]->is_volatile))
            return false;
    for (uint32_t i = 0; i < a->n_order; i++)
        if (!same_expr(a->order[i], b->order[i]) || a->order_desc[i] != b->order_desc[i] ||
            a->order_nulls_first[i] != b->order_nulls_first[i])
            return false;
    return true;
}

static int event_time(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err)
{
    Scope *s = x->scope;
    if (s->window_time) {
        *ret = s->window_time;
        return 0;
    }
    TRY(props_derive(x->b->state, s->node, err));
    if (s->node->props.n_wm == 0) {
        Str name = name_last(&c->func)->s;
        RAISE_AT(err, ERR_NO_WATERMARK, c->node.at, "%.*s() goes by event time, but its input has none", (int)name.n, name.p);
        return err_hint(err, "Declare WATERMARK FOR the time column of the source, or write the order: %.*s(x ORDER BY y).",
                        (int)name.n, name.p);
    }
    *ret = logical_column(x->b->arena, s->node, s->node->props.wm[0].col, c->node.at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* Whether the i-th is part of the row that the one before begins: rows go by their fields, NULLs behind all values, and the other
 * way round when they descend. */
static bool is_of_run(const bool *desc, const bool *nulls_first, uint32_t i)
{
    return i > 0 && desc[i] == desc[i - 1] && nulls_first[i] == desc[i] && nulls_first[i - 1] == desc[i];
}

int agg_take_order(Arena *a, LogicalAgg *g, Expr **key, const bool *desc, const bool *nulls_first, uint32_t n, Span at, Err *err)
{
    bool merge = n > AGG_ORDER_APART;
    for (uint32_t i = 0, len; i < n; i += len) {
        uint32_t k = g->n_order;
        for (len = 1; merge && i + len < n && is_of_run(desc, nulls_first, i + len); len++)
            ;
        if (k == ARRAY_LEN(g->order))
            return RAISE_AT(err, ERR_UNSUPPORTED, at, "an aggregate takes at most %zu ORDER BY items of different directions",
                            ARRAY_LEN(g->order));
        g->order[k] = key[i];
        if (len > 1)
            TRY(expr_call(a, STR("row"), key + i, len, key[i]->at, &g->order[k], err));
        g->order_desc[k] = desc[i];
        g->order_nulls_first[k] = nulls_first[i];
        g->n_order++;
    }
    return 0;
}

static int bind_agg_order(const ExprScope *in, const NodeList *list, LogicalAgg *g, Err *err)
{
    Arena *a = in->b->arena;
    Expr **key = ARENA_ARRAY(a, Expr *, list->n + 1);
    bool *desc = ARENA_ARRAY(a, bool, list->n + 1), *nulls_first = ARENA_ARRAY(a, bool, list->n + 1);
    uint32_t i = 0;
    if (!key || !desc || !nulls_first)
        return RAISE_NOMEM(err);
    AST_EACH(item, *list)
    {
        const OrderItem *o = AST(OrderItem, item);
        TRY(bind_expr(in, o->expr, &key[i], err));
        if (key[i]->type.id == T_UNKNOWN)
            TRY(expr_cast(a, key[i], TYPE(TEXT), CAST_IMPLICIT, false, &key[i], err));
        desc[i] = o->dir == SORT_DESC;
        nulls_first[i] = o->nulls == SORT_NULLS_DEFAULT ? desc[i] : o->nulls == SORT_NULLS_FIRST;
        i++;
    }
    return i ? agg_take_order(a, g, key, desc, nulls_first, i, list->first->at, err) : 0;
}

/* Of equal values one is left, and only what all of them have in common can order it. */
static int check_distinct_order(const ExprCall *c, const LogicalAgg *g, Err *err)
{
    for (uint32_t i = 0; c->distinct && i < g->n_order; i++) {
        bool given = false;
        for (uint32_t k = 0; k < g->n_given; k++)
            given |= expr_equal(g->order[i], g->arg[k]);
        if (!given)
            return RAISE_AT(err, ERR_INVALID_COLUMN_REF, g->order[i]->at,
                            "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list");
    }
    return 0;
}

/* WITHIN GROUP of an ordered-set aggregate: percentile_cont(0.5) WITHIN GROUP (ORDER BY x) is percentile_cont(x, 0.5). */
static int bind_within_group(const ExprScope *in, const ExprCall *c, LogicalAgg *g, Err *err)
{
    const OrderItem *o = AST(OrderItem, c->within_group.first);
    if (c->within_group.n > 1)
        return bind_unsupported(err, o->node.at, "WITHIN GROUP of more than one expression is");
    g->spec.arg_desc = o->dir == SORT_DESC; /* NULLs do not count, wherever they sort */
    return bind_expr(in, o->expr, &g->arg[g->n_given++], err);
}

/* FIRST(x ORDER BY y) goes by y, and FIRST(x ORDER BY y DESC) is ARG_MAX(x, y). */
static int bind_first_order(const ExprScope *in, const ExprCall *c, LogicalAgg *g, Err *err)
{
    const OrderItem *o = AST(OrderItem, c->order_by.first);
    bool is_first = str_eq(str_of(agg_find(g->func)->name), STR("first_value"));
    if (c->order_by.n > 1 || o->nulls != SORT_NULLS_DEFAULT || (o->dir == SORT_DESC && !is_first))
        return bind_unsupported(err, o->node.at, "an order of FIRST and LAST other than one expression, ascending for LAST, is");
    if (o->dir == SORT_DESC)
        g->func = STR("arg_max");
    return bind_expr(in, o->expr, &g->arg[g->n_given++], err);
}

/* Name and value of a JSON object become its member; without ORDER BY the members are in the order of their names. */
static int bind_agg_pair(const ExprScope *in, const ExprCall *c, LogicalAgg *g, Err *err)
{
    if (g->n_given != 2)
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, c->node.at, "%s() takes a name and a value", g->name);
    Expr *name = g->arg[0];
    TRY(expr_call(in->b->arena, STR("json member"), g->arg, 2, c->node.at, &g->arg[0], err));
    g->arg[1] = NULL;
    g->n_given = 1;
    if (g->n_order > 0)
        return 0;
    if (name->type.id == T_UNKNOWN)
        TRY(expr_cast(in->b->arena, name, TYPE(TEXT), CAST_IMPLICIT, false, &name, err));
    g->order[0] = name;
    g->order_desc[0] = g->order_nulls_first[0] = false;
    g->n_order = 1;
    g->order_implied = true;
    return 0;
}

static int bind_agg_args(const ExprScope *in, const ExprCall *c, LogicalAgg *g, Err *err)
{
    uint32_t traits = agg_is_name(g->func) ? agg_find(g->func)->traits : 0;
    bool ordered_set = c->within_group.n > 0 && (traits & AGG_WITHIN_GROUP);
    if (c->args.n + ordered_set > ARRAY_LEN(g->arg))
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, c->node.at, "aggregate %.*s takes fewer arguments", (int)g->func.n, g->func.p);
    if (c->within_group.n > 0 && c->order_by.n > 0)
        return RAISE_AT(err, ERR_SYNTAX, c->node.at, "an aggregate takes one ORDER BY: inside, or WITHIN GROUP");
    if (c->within_group.n > 0 && agg_is_name(g->func) && !(traits & (AGG_WITHIN_GROUP | AGG_LISTS)))
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, c->node.at,
                        "%.*s is not an ordered-set aggregate, so it cannot have WITHIN GROUP", (int)g->func.n, g->func.p);
    if (ordered_set)
        TRY(bind_within_group(in, c, g, err));
    AST_EACH(item, c->args)
    TRY(bind_argument(in, item, &g->arg[g->n_given++], err));
    if (is_first_last(g->func)) {
        if (g->n_given != 1) /* an order was given as second argument */
            return 0;
        return c->order_by.n > 0 ? bind_first_order(in, c, g, err) : event_time(in, c, &g->arg[g->n_given++], err);
    }
    if (!ordered_set) {
        TRY(bind_agg_order(in, c->within_group.n > 0 ? &c->within_group : &c->order_by, g, err));
        TRY(check_distinct_order(c, g, err));
    }
    if (!agg_is_name(g->func))
        return bind_native_agg(in, g, err);
    if (traits & AGG_PAIRS)
        return bind_agg_pair(in, c, g, err);
    if ((traits & AGG_BY_EVENT_TIME) && g->n_order == 0) {
        TRY(event_time(in, c, &g->order[0], err));
        g->order_desc[0] = g->order_nulls_first[0] = false;
        g->n_order = 1;
    }
    return 0;
}

/* The last argument of some is a constant of the aggregate itself: a fraction, a separator. */
static int agg_param(Arena *a, const LogicalAgg *g, AggSpec *spec, uint32_t *n_args, Err *err)
{
    const AggType *type = type_of(g);
    spec->param = value_null(TYPE(UNKNOWN));
    if (str_eq(g->func, STR("group_concat"))) /* separated by commas, unlike LISTAGG */
        spec->param = (Value){.type = TYPE(TEXT), .str = STR(",")};
    if (!type || !(type->traits & AGG_TAKES_PARAM) || g->n_given < 2)
        return 0;
    Expr *e = g->arg[g->n_given - 1];
    Type param = g->arg[0]->type.id == T_BYTEA ? TYPE(BYTEA) : TYPE(TEXT); /* the separator of string_agg */
    int rc = e->type.id == T_UNKNOWN ? expr_cast(a, e, param, CAST_IMPLICIT, false, &e, err) : 0;
    if (rc >= 0)
        rc = expr_const_value(a, e, "the last argument of this aggregate", &spec->param, err);
    if (rc < 0 && err && span_is_none(err->at))
        err->at = g->arg[g->n_given - 1]->at;
    *n_args = g->n_given - 1;
    return rc;
}

/* The place of a row among those that come is the last order column. */
static void put_arrival(LogicalAgg *g, AggSpec *spec)
{
    uint32_t i = spec->n_order;
    if (!g->by_arrival || spec->distinct || i == ARRAY_LEN(spec->order) || !(spec->type->traits & AGG_LISTS))
        return;
    spec->order[i] = TYPE(I64);
    spec->order_desc[i] = spec->order_nulls_first[i] = false;
    spec->n_order = i + 1;
    spec->by_arrival = true;
}

int logical_agg_bind(Arena *a, LogicalAgg *g, bool retractable, Err *err)
{
    Type types[ARRAY_LEN(g->arg)];
    AggSpec spec = {.distinct = g->spec.distinct, .arg_desc = g->spec.arg_desc, .retractable = retractable};
    uint32_t n_args = g->n_given;
    spec.arg_not_null = g->n_given > 0 && g->arg[0]->not_null;
    for (uint32_t i = 0; i < g->n_given; i++)
        types[i] = g->arg[i]->type;
    TRY(agg_param(a, g, &spec, &n_args, err));
    TRY(g->native ? agg_bind_type(&spec, g->native, types, n_args, g->at, err)
                  : agg_bind(&spec, g->func, types, n_args, g->at, err));
    for (uint32_t i = 0; i < g->n_order && (spec.flags & (AGG_NEEDS_MULTISET | AGG_ORDERED)); i++) {
        spec.order[i] = g->order[i]->type;
        spec.order_desc[i] = g->order_desc[i];
        spec.order_nulls_first[i] = g->order_nulls_first[i];
        spec.n_order = i + 1;
    }
    put_arrival(g, &spec);
    spec.count_star = spec.count_star || g->spec.count_star;
    g->spec = spec;
    for (uint32_t i = 0; i < spec.n_args && i < g->n_given; i++)
        TRY(expr_cast(a, g->arg[i], spec.arg[i], CAST_IMPLICIT, false, &g->arg[i], err));
    return 0;
}

static int agg_add(AggList *list, Arena *a, const LogicalAgg *g, uint32_t *ret, Err *err)
{
    for (uint32_t i = 0; i < list->n; i++)
        if (same_agg(&list->item[i], g)) {
            *ret = i;
            return 0;
        }
    if (list->n == list->cap) {
        uint32_t cap = list->cap ? list->cap * 2 : 8;
        LogicalAgg *item = ARENA_ARRAY(a, LogicalAgg, cap);
        if (!item)
            return RAISE_NOMEM(err);
        if (list->n)
            memcpy(item, list->item, list->n * sizeof(*item));
        list->item = item;
        list->cap = cap;
    }
    list->item[list->n] = *g;
    *ret = list->n++;
    return 0;
}

/* Of array_agg and the like NULLs are values anyway. */
static bool keeps_nulls(Str name)
{
    static const char *const names[] = {"array_agg", "json_agg", "jsonb_agg"};
    const AggType *t = agg_find(name);
    for (size_t i = 0; t && i < ARRAY_LEN(names); i++)
        if (t == agg_find(str_of(names[i])))
            return true;
    return false;
}

/* first(x RESPECT NULLS) is (first(ROW(x))).f1: a row is not NULL when what is in it is. */
bool agg_takes_rows(const ExprCall *c)
{
    static const char *const names[] = {"first_value", "last_value", "arg_min", "arg_max"};
    Str name = name_last(&c->func)->s;
    bool fits = c->nulls == NULLS_RESPECT && (c->args.n == 1 || (c->args.n == 2 && !c->over)) && !(c->over && over_is_name(name));
    const AggType *t = fits ? agg_find(name) : NULL;
    for (size_t i = 0; t && i < ARRAY_LEN(names); i++)
        if (t == agg_find(str_of(names[i])))
            return true;
    return false;
}

int bind_agg_of_rows(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    ExprRow *row = ARENA_NEW(a, ExprRow);
    ExprCall *call = ARENA_NEW(a, ExprCall);
    ExprField *field = ARENA_NEW(a, ExprField);
    if (!row || !call || !field)
        return RAISE_NOMEM(err);
    Node *value = c->args.first, *behind = value->next;
    *row = (ExprRow){.node = {.kind = NODE_EXPR_ROW, .at = value->at, .depth = (uint16_t)(value->depth + 1)}, .explicit_row = true};
    *call = *c;
    call->nulls = NULLS_DEFAULT;
    call->args = (NodeList){0};
    node_list_append(&row->items, value); /* out of its list, until it is bound */
    node_list_append(&call->args, &row->node);
    if (behind)
        node_list_append(&call->args, behind);
    *field = (ExprField){.node = {.kind = NODE_EXPR_FIELD, .at = c->node.at, .depth = (uint16_t)(c->node.depth + 2)},
                         .arg = &call->node,
                         .field = {.s = STR("f1"), .at = c->node.at}};
    int rc = bind_expr(x, &field->node, ret, err);
    value->next = behind;
    return rc;
}

int agg_nulls_allowed(const ExprCall *c, Err *err)
{
    if (c->nulls == NULLS_RESPECT && !keeps_nulls(name_last(&c->func)->s))
        return bind_unsupported(err, c->node.at, "RESPECT NULLS of an aggregate that leaves NULLs out is");
    if (c->nulls == NULLS_IGNORE && (c->star || c->args.n == 0))
        return bind_unsupported(err, c->node.at, "IGNORE NULLS of an aggregate without an argument is");
    return 0;
}

static int agg_allowed(const ExprScope *x, const ExprCall *c, Err *err)
{
    if (x->in_agg)
        return RAISE_AT(err, ERR_GROUPING, c->node.at, "aggregate function calls cannot be nested");
    if (!x->aggs || !x->scope)
        return RAISE_AT(err, ERR_GROUPING, c->node.at, "aggregate functions are not allowed in %s", x->clause);
    return agg_nulls_allowed(c, err);
}

/* agg(x IGNORE NULLS) is agg(x) FILTER (WHERE x IS NOT NULL). */
static int leave_out_nulls(const ExprScope *in, const ExprCall *c, LogicalAgg *g, Err *err)
{
    ExprIs some = {.node = {.kind = NODE_EXPR_IS, .at = c->node.at}, .test = IS_NULL, .negated = true, .arg = c->args.first};
    ExprLogic both = {.node = {.kind = NODE_EXPR_LOGIC, .at = c->node.at},
                      .args = {.first = &some.node, .last = c->filter, .n = 2}};
    some.node.next = c->filter;
    return bind_predicate(in, c->filter ? &both.node : &some.node, &g->filter, err);
}

int bind_agg_parts(const ExprScope *in, const ExprCall *c, LogicalAgg *g, Err *err)
{
    g->spec.distinct = c->distinct;
    g->spec.count_star = c->star;
    if (c->star && !str_eq(g->func, STR("count")))
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, c->node.at, "%s(*) does not exist: only count takes *", g->name);
    if (!c->star && c->args.n == 0 && str_eq(g->func, STR("count")))
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, c->node.at, "count(*) must be used to call a parameterless aggregate function");
    TRY(bind_agg_args(in, c, g, err));
    if (!c->filter && c->nulls != NULLS_IGNORE)
        return 0;
    ExprScope filter = *in;
    filter.clause = "FILTER";
    if (c->nulls == NULLS_IGNORE)
        return leave_out_nulls(&filter, c, g, err);
    return bind_predicate(&filter, c->filter, &g->filter, err);
}

/* ---- aggregates of the query around ---- */

typedef struct AggReads { /* what an aggregate's arguments name */
    const Catalog *catalog;
    const Scope *scope;
    const OuterScope *outer;
    bool any, own; /* columns at all, but for those of subqueries; some of the scope */
    bool around;   /* in a subquery one behind the name of a relation of a query around */
} AggReads;

typedef struct FromNames { /* whether a query has a relation of that name in a FROM, or one with a column of it */
    const Catalog *catalog;
    Str name;
    bool column, found;
} FromNames;

static bool is_column_of(const FromNames *f, const FromTable *t)
{
    const Relation *r = catalog_find(f->catalog, name_key(&t->name));
    return r && r->schema && schema_find(r->schema, f->name) >= 0;
}

static int find_from_name(void *self, Node *n)
{
    FromNames *f = self;
    const Alias *alias = n->kind == NODE_FROM_TABLE      ? AST(FromTable, n)->alias
                         : n->kind == NODE_FROM_SUBQUERY ? AST(FromSubquery, n)->alias
                         : n->kind == NODE_FROM_FUNCTION ? AST(FromFunction, n)->alias
                                                         : NULL;
    if (f->column)
        f->found |= n->kind == NODE_FROM_TABLE && is_column_of(f, AST(FromTable, n));
    else if (alias)
        f->found |= str_eq(alias->name.s, f->name);
    else if (n->kind == NODE_FROM_TABLE)
        f->found |= str_eq(name_last(&AST(FromTable, n)->name)->s, f->name);
    return ast_each_child(n, find_from_name, f);
}

typedef struct AggQuery { /* a subquery in the arguments */
    AggReads *reads;
    Node *query;
} AggQuery;

static int find_in_query(void *self, Node *n)
{
    const AggQuery *q = self;
    AggReads *r = q->reads;
    uint32_t col;
    if (n->kind != NODE_EXPR_COLUMN)
        return ast_each_child(n, find_in_query, self);
    const Name *name = &AST(ExprColumn, n)->name;
    bool own = r->scope && scope_find(r->scope, name, &col, NULL) >= 0;
    FromNames inside = {.catalog = r->catalog, .name = name->part[0].s, .column = name->n_parts < 2};
    (void)find_from_name(&inside, q->query);
    r->own |= own && !inside.found;
    for (const OuterScope *o = own || inside.found || name->n_parts < 2 ? NULL : r->outer; o; o = o->outer)
        r->around |= o->x->scope && scope_find(o->x->scope, name, &col, NULL) >= 0;
    return 0;
}

static int find_own(void *self, Node *n)
{
    AggReads *r = self;
    uint32_t col;
    bool column = n->kind == NODE_EXPR_COLUMN;
    if (n->kind == NODE_QUERY)
        return find_in_query(&(AggQuery){.reads = r, .query = n}, n);
    r->any |= column;
    r->own |= column && r->scope && scope_find(r->scope, &AST(ExprColumn, n)->name, &col, NULL) >= 0;
    return ast_each_child(n, find_own, r);
}

static AggReads agg_reads(const ExprScope *x, const OuterScope *outer, const ExprCall *c)
{
    AggReads r = {.catalog = x->b->ctx->catalog, .scope = x->scope, .outer = outer};
    (void)ast_each_child(&c->node, find_own, &r);
    return r;
}

static int agg_around(OuterScope *o, const ExprCall *c, Expr **ret, Err *err)
{
    Binder *b = o->x->b;
    Expr *e;
    if (!agg_reads(o->x, o->outer, c).own && o->outer) {
        TRY(agg_around(o->outer, c, &e, err));
    } else {
        OuterScope *now = b->outer;
        b->outer = o->outer;
        int rc =
            str_eq(name_last(&c->func)->s, STR("grouping")) ? bind_grouping(o->x, c, &e, err) : bind_aggregate(o->x, c, &e, err);
        b->outer = now;
        TRY(rc);
    }
    return outer_add(o, e, c->node.at, ret, err);
}

/* An aggregate of nothing but columns of the query around is one of that query, whose groups have its value. */
static bool is_around(const ExprScope *x, const ExprCall *c)
{
    AggReads r = agg_reads(x, x->b->outer, c);
    return !r.own && (r.around || r.any);
}

bool agg_bind_around(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err, int *ret_rc)
{
    bool around = x->b->outer && !x->match && is_around(x, c);
    if (around)
        *ret_rc = agg_around(x->b->outer, c, ret, err);
    return around;
}

/* percentile_cont(ARRAY[0.25, 0.5]) WITHIN GROUP (..): an array of the answers to each of the fractions. */
static int bind_fractions(const ExprScope *x, const ExprCall *c, const ExprArray *fractions, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    Expr *each[CALL_ARGS_MAX];
    uint32_t n = 0;
    if (fractions->items.n > ARRAY_LEN(each))
        return RAISE_AT(err, ERR_PROGRAM_LIMIT, c->node.at, "more than %d fractions", CALL_ARGS_MAX);
    AST_EACH(item, fractions->items)
    {
        if (item->kind == NODE_EXPR_ARRAY) { /* of two dimensions */
            TRY(bind_fractions(x, c, AST(ExprArray, item), &each[n++], err));
            continue;
        }
        ExprCall *one = arena_memdup(a, c, sizeof(*c));
        if (!one)
            return RAISE_NOMEM(err);
        if (item->kind == NODE_EXPR_LITERAL && AST(ExprLiteral, item)->kind == LITERAL_NULL) { /* has no answer */
            TRY(bind_expr(x, item, &each[n++], err));
            continue;
        }
        Node *next = item->next; /* it is the only argument of its call */
        item->next = NULL;
        one->args = (NodeList){.first = item, .last = item, .n = 1};
        int rc = bind_aggregate(x, one, &each[n++], err);
        item->next = next;
        TRY(rc);
    }
    bool nested = fractions->items.first->kind == NODE_EXPR_ARRAY;
    return expr_call(a, nested ? STR("array of arrays") : STR("array"), each, n, c->node.at, ret, err);
}

/* '{0.25,0.5}'::float8[] and other constants as ARRAY[0.25, 0.5]; *ret NULL: the fraction is none of these. */
static int constant_fractions(const ExprScope *x, const ExprCall *c, ExprArray **ret, Err *err)
{
    ExprScope constants = {.b = x->b, .clause = "fractions"};
    Expr *e, **item;
    uint32_t n;
    *ret = NULL;
    if (c->args.first->kind == NODE_EXPR_LITERAL || bind_expr(&constants, c->args.first, &e, NULL) < 0)
        return 0;
    e = expr_fold(x->b->arena, e);
    if (!e || e->kind != EXPR_CONST || e->type.id != T_ARRAY || e->value.is_null)
        return 0;
    ExprArray *made = ARENA_NEW(x->b->arena, ExprArray);
    if (!made)
        return RAISE_NOMEM(err);
    *made = (ExprArray){.node = {.kind = NODE_EXPR_ARRAY, .at = c->args.first->at}};
    TRY(bind_array_elements(x, e, &item, &n, err));
    for (uint32_t i = 0; i < n; i++) {
        ExprLiteral *l = ARENA_NEW(x->b->arena, ExprLiteral);
        StrBuf text;
        if (!l)
            return RAISE_NOMEM(err);
        sb_init(&text, x->b->ctx->acct);
        if (!item[i]->value.is_null)
            value_print(&item[i]->value, &text);
        const char *copy = text.failed ? NULL : arena_strdup(x->b->arena, sb_cstr(&text));
        sb_done(&text);
        if (!copy)
            return RAISE_NOMEM(err);
        *l = (ExprLiteral){.node = {.kind = NODE_EXPR_LITERAL, .at = c->args.first->at, .depth = 1},
                           .kind = item[i]->value.is_null ? LITERAL_NULL : LITERAL_FLOAT,
                           .text = str_of(copy)};
        node_list_append(&made->items, &l->node);
    }
    *ret = n ? made : NULL;
    return 0;
}

/* percentile_cont(NULL) WITHIN GROUP (..) is NULL, of the type that any other fraction gives. */
static int bind_null_fraction(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    ExprScope constants = {.b = x->b, .clause = "fractions"};
    ExprCall *with = arena_memdup(a, c, sizeof(*c));
    ExprLiteral *half = ARENA_NEW(a, ExprLiteral);
    Expr *e;
    *ret = NULL;
    if (!with || !half)
        return RAISE_NOMEM(err);
    if (bind_expr(&constants, c->args.first, &e, NULL) < 0 || !(e = expr_fold(a, e)) || e->kind != EXPR_CONST || !e->value.is_null)
        return 0;
    *half = (ExprLiteral){.node = {.kind = NODE_EXPR_LITERAL, .at = c->args.first->at, .depth = 1},
                          .kind = LITERAL_FLOAT,
                          .text = STR("0.5")};
    with->args = (NodeList){.first = &half->node, .last = &half->node, .n = 1};
    TRY(bind_aggregate(x, with, &e, err));
    Value null = value_null(e->type);
    *ret = expr_const(a, &null, c->node.at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static bool takes_fraction(const ExprCall *c)
{
    Str name = name_last(&c->func)->s;
    return c->within_group.n && c->args.n == 1 && (str_eq(name, STR("percentile_cont")) || str_eq(name, STR("percentile_disc")));
}

int bind_aggregate(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    if (takes_fraction(c) && c->args.first->kind != NODE_EXPR_ARRAY) {
        TRY(bind_null_fraction(x, c, ret, err));
        if (*ret)
            return 0;
    }
    if (c->within_group.n && c->args.n == 1 && c->args.first->kind == NODE_EXPR_ARRAY && AST(ExprArray, c->args.first)->items.n)
        return bind_fractions(x, c, AST(ExprArray, c->args.first), ret, err);
    if (bind_fraction_varies(c))
        return bind_fraction(x, c, ret, err);
    if (c->within_group.n && c->args.n == 1) {
        ExprArray *fractions;
        TRY(constant_fractions(x, c, &fractions, err));
        if (fractions)
            return bind_fractions(x, c, fractions, ret, err);
    }
    LogicalAgg g = {.func = name_last(&c->func)->s, .at = c->node.at};
    ExprScope in = *x;
    uint32_t i = 0;
    int rc;
    if (agg_bind_around(x, c, ret, err, &rc))
        return rc;
    TRY(agg_allowed(x, c, err));
    in.in_agg = true;
    in.in_over = false;
    g.name = arena_strndup(a, g.func.p, g.func.n);
    if (!g.name)
        return RAISE_NOMEM(err);
    TRY(bind_agg_parts(&in, c, &g, err));
    TRY(logical_agg_bind(a, &g, true, err));
    TRY(agg_add(x->aggs, a, &g, &i, err));
    *ret = expr_column(a, AGG_COLUMN + i, g.spec.ret, str_eq(g.func, STR("count")), c->node.at);
    return *ret ? 0 : RAISE_NOMEM(err);
}
