/* SPDX-License-Identifier: Apache-2.0
 *
 * Subqueries as values: (query), EXISTS, IN, ANY and ALL where no conjunct of WHERE stands.  Each becomes a join that adds columns
 * and no rows: grouped by what equalities compare with the outside, or one row for each value of its domain (bind_subquery.c). */
#include "plan/subquery_impl.h"

static int add_pending(const ExprScope *x, PendingSubquery *p, Span at, Expr **ret, Err *err)
{
    SubqueryList *l = x->subs, now = {0};
    Arena *a = x->b->arena;
    if (x->in_agg) { /* the argument of an aggregate is over the rows: the join goes right there */
        ExprScope rows = *x;
        rows.subs = &now;
        rows.in_agg = false;
        TRY(add_pending(&rows, p, at, ret, err));
        return subqueries_join(x->b, &now, &x->scope->node, &ret, 1, err);
    }
    if (l->n == l->cap) {
        uint32_t cap = l->cap ? l->cap * 2 : 4;
        PendingSubquery **more = ARENA_ARRAY(a, PendingSubquery *, cap);
        if (!more)
            return RAISE_NOMEM(err);
        if (l->n)
            memcpy(more, l->item, l->n * sizeof(*more));
        l->item = more;
        l->cap = cap;
    }
    *ret = expr_column(a, SUBQUERY_COLUMN + l->n, p->value->type, p->value->not_null, at);
    if (!*ret)
        return RAISE_NOMEM(err);
    l->item[l->n++] = p;
    return 0;
}

static int need_list(const ExprScope *x, Span at, Err *err)
{
    if (x->subs && x->scope)
        return 0;
    return RAISE_AT(err, ERR_UNSUPPORTED, at, "a subquery in %s is not supported yet", x->clause);
}

/* The column that a condition compares with the outside by equality; NULL = it is no such condition. */
static const Expr *compared_column(const Expr *e)
{
    bool equal = e->kind == EXPR_CALL && e->n_args == 2 && strcmp(e->fn->name, "=") == 0;
    const Expr *side = NULL;
    for (uint32_t k = 0; equal && k < 2; k++)
        if (e->arg[k]->kind == EXPR_COLUMN && expr_has_params(e->arg[!k]))
            side = e->arg[k];
    return side;
}

/* Whether the conditions are equalities of columns with the outside, by which the plan can be grouped. */
static bool is_keyed(const Decorrelated *d)
{
    bool keyed = !d->stuck;
    for (uint32_t i = 0; i < d->n_preds && keyed; i++)
        keyed = compared_column(d->pred[i]) != NULL;
    return keyed;
}

/* The query as it is, evaluated for each value of what it refers to. */
static void take_domain(Subquery *s)
{
    s->d = (Decorrelated){.node = s->query};
    s->dependent = true;
}

static int bind_to_group(const ExprScope *x, const Query *q, Subquery *ret, Err *err)
{
    TRY(subquery_bind(x, q, true, ret, err));
    if (ret->d.grouped || !is_keyed(&ret->d))
        take_domain(ret);
    return 0;
}

static int take_plan(Arena *a, const Subquery *s, PendingSubquery *p, Err *err)
{
    p->plan = s->d.node;
    p->dependent = s->dependent;
    p->outer = s->o.ref;
    p->n_outer = s->o.n;
    return all_preds(a, &s->d, &p->on, err);
}

static int agg_of(Binder *b, const char *name, const Logical *in, int64_t col, LogicalAgg *ret, Span at, Err *err)
{
    *ret = (LogicalAgg){.func = str_of(name), .name = name, .at = at};
    if (col >= 0) {
        ret->arg[0] = logical_column(b->arena, in, (uint32_t)col, at);
        if (!ret->arg[0])
            return RAISE_NOMEM(err);
        ret->n_given = 1;
    } else {
        ret->spec.count_star = true;
    }
    return logical_agg_bind(b->arena, ret, true, err);
}

/* GROUP BY the columns that the conditions compare (is_keyed), which are put over the result: keys, then aggregates. */
static int group_plan(Binder *b, Decorrelated *d, LogicalAgg *aggs, uint32_t n_aggs, Span at, Err *err)
{
    Arena *a = b->arena;
    uint32_t n_keys = d->n_preds;
    Expr **keys = ARENA_ARRAY(a, Expr *, n_keys + 1);
    Logical *g = logical_new(a, L_AGG, d->node, n_keys + n_aggs, at);
    if (!keys || !g)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_keys; i++) {
        keys[i] = logical_column(a, d->node, compared_column(d->pred[i])->col, at);
        if (!keys[i])
            return RAISE_NOMEM(err);
        g->cols[i] = (Field){.name = "", .type = keys[i]->type, .not_null = keys[i]->not_null};
    }
    for (uint32_t i = 0; i < n_aggs; i++)
        g->cols[n_keys + i] = (Field){.name = "", .type = aggs[i].spec.ret};
    g->group = (LogicalGroup){.n_keys = n_keys, .keys = keys, .n_aggs = n_aggs, .aggs = aggs, .is_global = n_keys == 0};
    for (uint32_t i = 0; i < n_keys; i++) {
        Expr *pred = arena_memdup(a, d->pred[i], sizeof(Expr));
        Expr **args = ARENA_ARRAY(a, Expr *, 2), *key = logical_column(a, g, i, at);
        if (!pred || !args || !key)
            return RAISE_NOMEM(err);
        for (uint32_t k = 0; k < 2; k++)
            args[k] = d->pred[i]->arg[k] == compared_column(d->pred[i]) ? key : d->pred[i]->arg[k];
        pred->arg = args;
        d->pred[i] = pred;
    }
    d->node = g;
    return 0;
}

/* Whether the plan gives at most one row by its form. */
static bool gives_one(const Logical *n)
{
    for (;; n = n->in[0]) {
        switch (n->kind) {
        case L_SORT:
        case L_LIMIT:
            if (!n->sort.with_ties && (n->sort.limit == 0 || n->sort.limit == 1))
                return true;
            break;
        case L_PROJECT:
        case L_FILTER: break;
        case L_AGG: return n->group.n_keys == 0;
        case L_VALUES: return n->values.n_rows == 1;
        default: return false;
        }
    }
}

/* Whether the plan has at most one row for each value of the compared columns: further conditions only take rows away. */
static int is_single(Binder *b, const Decorrelated *d, bool *ret, Err *err)
{
    *ret = d->n_preds == 0 && gives_one(d->node);
    if (d->stuck || d->n_preds == 0)
        return 0;
    TRY(props_derive(b->state, d->node, err));
    const Props *p = &d->node->props;
    bool covered = p->n_key > 0;
    for (uint32_t i = 0; i < p->n_key; i++) {
        bool compared = false;
        for (uint32_t k = 0; k < d->n_preds; k++) {
            const Expr *side = compared_column(d->pred[k]);
            compared |= side && side->col == p->key[i];
        }
        covered &= compared;
    }
    *ret = covered;
    return 0;
}

/* The values have a least and a largest one, as those of JSON have not. */
static int has_ends(Binder *b, const Logical *in, Span at, bool *ret, Err *err)
{
    LogicalAgg agg;
    bool flags = in->cols[0].type.id == T_BOOL;
    int rc = agg_of(b, flags ? "bool_and" : "min", in, 0, &agg, at, NULL);
    *ret = rc == 0;
    return rc == -ERR_OUT_OF_MEMORY ? RAISE_NOMEM(err) : 0;
}

/* Column 0, or the error of more than one row: the smallest value, or the first of a list, together with the number of rows. */
static int single_value(Binder *b, Decorrelated *d, Span at, Expr **ret, Err *err)
{
    Arena *a = b->arena;
    LogicalAgg *aggs = ARENA_ARRAY(a, LogicalAgg, 2);
    if (!aggs)
        return RAISE_NOMEM(err);
    bool flags = d->node->cols[0].type.id == T_BOOL, ends;
    TRY(has_ends(b, d->node, at, &ends, err));
    TRY(agg_of(b, flags ? "bool_or" : ends ? "min" : "array_agg", d->node, 0, &aggs[0], at, err));
    TRY(agg_of(b, "count", d->node, -1, &aggs[1], at, err));
    TRY(group_plan(b, d, aggs, 2, at, err));
    Expr *value = logical_column(a, d->node, d->n_preds, at), *rows = logical_column(a, d->node, d->n_preds + 1, at), *one;
    if (!value || !rows)
        return RAISE_NOMEM(err);
    TRY(expr_call1(a, "is at most one row", rows, at, &one, err));
    if (!ends) {
        Expr *first = expr_const(a, &(Value){.type = TYPE(I64), .i64 = 1}, at);
        if (!first)
            return RAISE_NOMEM(err);
        TRY(expr_call2(a, "array_element", value, first, at, &value, err));
    }
    return expr_case(a, &one, &value, 1, NULL, at, ret, err);
}

int mark_rows(Binder *b, Logical **plan, uint32_t *ret_col, Err *err)
{
    Arena *a = b->arena;
    uint32_t n = (*plan)->n_cols;
    Expr **exprs = ARENA_ARRAY(a, Expr *, n + 1);
    const char **names = ARENA_ARRAY(a, const char *, n + 1);
    Value yes = {.type = TYPE(BOOL), .b = true};
    if (!exprs || !names)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        exprs[i] = logical_column(a, *plan, i, (*plan)->at);
        names[i] = "";
        if (!exprs[i])
            return RAISE_NOMEM(err);
    }
    exprs[n] = expr_const(a, &yes, (*plan)->at);
    names[n] = "";
    *plan = exprs[n] ? logical_project(a, *plan, exprs, n + 1, names, (*plan)->at) : NULL;
    *ret_col = n;
    return *plan ? 0 : RAISE_NOMEM(err);
}

Expr *missing_column(Arena *a, const Logical *plan, uint32_t col, Span at)
{
    return expr_column(a, col, plan->cols[col].type, false, at);
}

/* Over no rows no value is ever asked for: that of relations which are always empty (pg_catalog has many). */
static bool has_no_rows(const Logical *n)
{
    switch (n->kind) {
    case L_VALUES: return n->values.n_rows == 0 && n->values.of;
    case L_FILTER:
    case L_PROJECT: return has_no_rows(n->in[0]);
    case L_JOIN:
        return (n->join.type != FULL_JOIN && has_no_rows(n->in[0])) || (n->join.type == INNER_JOIN && has_no_rows(n->in[1]));
    default: return false;
    }
}

static int value_of_nothing(const ExprScope *x, const ExprSubquery *s, Expr **ret, Err *err)
{
    OuterScope o;
    Logical *node;
    TRY(subquery_plan(x, s->query, &o, &node, err));
    TRY(check_columns(s->query, node->n_cols, 1, err));
    Value none = value_null(node->cols[0].type);
    *ret = expr_const(x->b->arena, &none, s->node.at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int pending_value(const ExprScope *x, Subquery *q, PendingSubquery *p, Span at, Expr **ret, Err *err)
{
    Binder *b = x->b;
    Arena *a = b->arena;
    Decorrelated *d = &q->d;
    bool single;
    TRY(is_single(b, d, &single, err));
    if (d->stuck || (!single && !d->grouped && !is_keyed(d))) {
        take_domain(q);
        TRY(is_single(b, d, &single, err));
    }
    if (single || d->grouped)
        p->value = missing_column(a, d->node, 0, at);
    else
        TRY(single_value(b, d, at, &p->value, err));
    if (!p->value)
        return RAISE_NOMEM(err);
    if (d->grouped && d->n_empty > 0 && d->empty[0] && !d->empty[0]->value.is_null) {
        uint32_t mark;
        Expr *absent;
        TRY(mark_rows(b, &d->node, &mark, err));
        TRY(expr_call1(a, "is null", missing_column(a, d->node, mark, at), at, &absent, err));
        TRY(expr_case(a, &absent, &d->empty[0], 1, p->value, at, &p->value, err));
    }
    TRY(take_plan(a, q, p, err));
    return add_pending(x, p, at, ret, err);
}

/* The column of a query that stands in the list already: SET (a, b) = (query) has it as one node in both values. */
static int bound_before(const ExprScope *x, const ExprSubquery *s, Expr **ret, Err *err)
{
    const SubqueryList *l = x->subs;
    *ret = NULL;
    for (uint32_t i = 0; i < l->n && !x->in_agg; i++) {
        const PendingSubquery *p = l->item[i];
        if (p->of != s->query || p->scope != x->scope)
            continue;
        *ret = expr_column(x->b->arena, SUBQUERY_COLUMN + i, p->value->type, p->value->not_null, s->node.at);
        return *ret ? 0 : RAISE_NOMEM(err);
    }
    return 0;
}

int bind_scalar_subquery(const ExprScope *x, const ExprSubquery *s, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    Span at = s->node.at;
    Subquery q;
    PendingSubquery *p = ARENA_NEW(a, PendingSubquery);
    if (s->array)
        return bind_array_query(x, s, ret, err);
    TRY(need_list(x, at, err));
    TRY(bound_before(x, s, ret, err));
    if (*ret)
        return 0;
    if (!p)
        return RAISE_NOMEM(err);
    p->of = s->query;
    p->scope = x->scope;
    if (has_no_rows(x->scope->node))
        return value_of_nothing(x, s, ret, err);
    TRY(subquery_bind(x, s->query, true, &q, err));
    TRY(check_columns(s->query, q.query->n_cols, 1, err));
    return pending_value(x, &q, p, at, ret, err);
}

/* array_agg of the query's column, in the order of the query. */
static int array_of(Binder *b, Logical **node, Span at, Err *err)
{
    Arena *a = b->arena;
    Logical *n = *node, *g = logical_new(a, L_AGG, NULL, 1, at);
    uint32_t col = 0;
    LogicalAgg *agg = ARENA_NEW(a, LogicalAgg);
    if (!agg || !g)
        return RAISE_NOMEM(err);
    *agg = (LogicalAgg){.func = STR("array_agg"), .name = "array_agg", .at = at, .n_given = 1};
    if (n->kind == L_PROJECT && n->in[0]->kind == L_SORT && n->exprs[0]->kind == EXPR_COLUMN) { /* it drops what sorts */
        col = n->exprs[0]->col;
        n = n->in[0];
    }
    if (n->kind == L_SORT) {
        const LogicalSort *s = &n->sort;
        TRY(agg_take_order(a, agg, s->keys, s->desc, s->nulls_first, s->n, at, err));
        n = s->limit < 0 && s->offset <= 0 ? n->in[0] : n;
    }
    agg->arg[0] = logical_column(a, n, col, at);
    if (!agg->arg[0])
        return RAISE_NOMEM(err);
    TRY(logical_agg_bind(a, agg, true, err));
    g->n_in = 1;
    g->in[0] = n;
    g->cols[0] = (Field){.name = "", .type = agg->spec.ret};
    g->group = (LogicalGroup){.n_aggs = 1, .aggs = agg, .is_global = true};
    *node = g;
    return 0;
}

int bind_array_value(const ExprScope *x, const ExprSubquery *s, Expr **ret, Err *err)
{
    Subquery q = {0};
    PendingSubquery *p = ARENA_NEW(x->b->arena, PendingSubquery);
    TRY(need_list(x, s->node.at, err));
    if (!p)
        return RAISE_NOMEM(err);
    TRY(subquery_plan(x, s->query, &q.o, &q.query, err));
    TRY(check_columns(s->query, q.query->n_cols, 1, err));
    TRY(array_of(x->b, &q.query, s->node.at, err));
    TRY(decorrelate(x->b, q.query, true, &q.d, err));
    return pending_value(x, &q, p, s->node.at, ret, err);
}

int bind_exists_value(const ExprScope *x, const ExprExists *e, Expr **ret, Err *err)
{
    Binder *b = x->b;
    Arena *a = b->arena;
    Span at = e->node.at;
    Subquery s;
    LogicalAgg *agg = ARENA_NEW(a, LogicalAgg);
    PendingSubquery *p = ARENA_NEW(a, PendingSubquery);
    TRY(need_list(x, at, err));
    if (!agg || !p)
        return RAISE_NOMEM(err);
    TRY(bind_to_group(x, e->query, &s, err));
    TRY(agg_of(b, "count", s.d.node, -1, agg, at, err));
    TRY(group_plan(b, &s.d, agg, 1, at, err));
    Value zero = {.type = TYPE(I64), .i64 = 0};
    Expr *count = missing_column(a, s.d.node, s.d.n_preds, at), *none = expr_const(a, &zero, at), *counts[2] = {count, none};
    if (!count || !none)
        return RAISE_NOMEM(err);
    TRY(expr_coalesce(a, counts, 2, at, &count, err));
    TRY(expr_call2(a, ">", count, none, at, &p->value, err));
    TRY(take_plan(a, &s, p, err));
    return add_pending(x, p, at, ret, err);
}

/* The second join of IN: how many values there are, and how many that are not NULL. */
static int count_values(const ExprScope *x, const Query *q, Span at, PendingSubquery **ret, Expr **ret_n, Expr **ret_known,
                        Err *err)
{
    Binder *b = x->b;
    Arena *a = b->arena;
    Subquery s;
    PendingSubquery *p = ARENA_NEW(a, PendingSubquery);
    LogicalAgg *aggs = ARENA_ARRAY(a, LogicalAgg, 2);
    if (!p || !aggs)
        return RAISE_NOMEM(err);
    TRY(bind_to_group(x, q, &s, err));
    TRY(agg_of(b, "count", s.d.node, -1, &aggs[0], at, err));
    TRY(agg_of(b, "count", s.d.node, 0, &aggs[1], at, err));
    TRY(group_plan(b, &s.d, aggs, 2, at, err));
    *ret_n = missing_column(a, s.d.node, s.d.n_preds, at);
    *ret_known = missing_column(a, s.d.node, s.d.n_preds + 1, at);
    TRY(take_plan(a, &s, p, err));
    *ret = p;
    return *ret_n && *ret_known ? 0 : RAISE_NOMEM(err);
}

/* true when found; else NULL when the left side or a value is NULL and there are values; else false. */
static int in_value(const ExprScope *x, Expr *found, Expr *left, Expr *n, Expr *known, Span at, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    Value yes = {.type = TYPE(BOOL), .b = true}, no = {.type = TYPE(BOOL)}, unknown = value_null(TYPE(BOOL));
    Value zero = {.type = TYPE(I64), .i64 = 0};
    Expr *when[3], *then[3] = {expr_const(a, &yes, at), expr_const(a, &no, at), expr_const(a, &unknown, at)};
    Expr *none = expr_const(a, &zero, at), *part[2];
    if (!then[0] || !then[1] || !then[2] || !none)
        return RAISE_NOMEM(err);
    TRY(expr_call1(a, "is not null", found, at, &when[0], err));
    TRY(expr_coalesce(a, (Expr *[]){n, none}, 2, at, &part[0], err));
    TRY(expr_call2(a, "=", part[0], none, at, &when[1], err));
    TRY(expr_call1(a, "is null", left, at, &part[0], err));
    TRY(expr_call2(a, "<>", n, known, at, &part[1], err));
    TRY(expr_logic(a, EXPR_OR, part, 2, at, &when[2], err));
    return expr_case(a, when, then, 3, then[1], at, ret, err);
}

typedef struct Shift {
    Arena *a;
    uint32_t by, params;
} Shift;

static int shift_leaf(void *self, Expr *leaf, Expr **ret, Err *err)
{
    const Shift *s = self;
    *ret = expr_column(s->a, leaf->col + (leaf->kind == EXPR_PARAM ? s->params : s->by), leaf->type, leaf->not_null, leaf->at);
    if (!*ret)
        return RAISE_NOMEM(err);
    (*ret)->kind = leaf->kind;
    return 0;
}

/* An aggregate without GROUP BY always gives one row, so IN is an equality. */
static int in_one_value(const ExprScope *x, const ExprIn *in, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    Span at = in->node.at;
    const ExprSubquery one = {.node = {.kind = NODE_EXPR_SUBQUERY, .at = at}, .query = in->query};
    Expr *left, *value;
    TRY(bind_expr(x, in->arg, &left, err));
    TRY(bind_scalar_subquery(x, &one, &value, err));
    TRY(expr_call2(a, "=", left, value, at, ret, err));
    return in->negated ? expr_call1(a, "not", *ret, at, ret, err) : 0;
}

int bind_in_value(const ExprScope *x, const ExprIn *in, Expr **ret, Err *err)
{
    Binder *b = x->b;
    Arena *a = b->arena;
    Span at = in->node.at;
    Subquery s;
    uint32_t mark;
    Expr *cmp, *left, *n, *known, *found;
    PendingSubquery *p = ARENA_NEW(a, PendingSubquery);
    TRY(need_list(x, at, err));
    if (!p)
        return RAISE_NOMEM(err);
    if (in->arg->kind == NODE_EXPR_ROW) {
        TRY(bind_row_quantified(x, in->arg, in->query, SQL_OP_EQ, false, at, ret, err));
        return in->negated ? expr_call1(a, "not", *ret, at, ret, err) : 0;
    }
    TRY(subquery_bind(x, in->query, true, &s, err));
    TRY(check_columns(in->query, s.query->n_cols, 1, err));
    if (s.d.grouped && !s.d.stuck)
        return in_one_value(x, in, ret, err);
    if (!is_keyed(&s.d))
        take_domain(&s);
    TRY(bind_distinct(b, s.d.node, at, &s.d.node, err));
    TRY(mark_rows(b, &s.d.node, &mark, err));
    Membership m = {in->arg, in->query, "=", at};
    TRY(compare_items(x, &m, &s.o, s.d.node, 1, &cmp, err));
    left = expr_column(a, s.o.n - 1, s.o.ref[s.o.n - 1]->type, s.o.ref[s.o.n - 1]->not_null, at);
    if (!left)
        return RAISE_NOMEM(err);
    left->kind = EXPR_PARAM;
    TRY(take_plan(a, &s, p, err));
    TRY(join_and(a, cmp, p->on, &p->on, err));
    found = missing_column(a, p->plan, mark, at);
    TRY(count_values(x, in->query, at, &p->also, &n, &known, err));
    if (!found)
        return RAISE_NOMEM(err);
    Shift shift = {a, p->plan->n_cols, p->n_outer};
    TRY(expr_replace_leaves(a, n, shift_leaf, &shift, &n, err));
    TRY(expr_replace_leaves(a, known, shift_leaf, &shift, &known, err));
    TRY(in_value(x, found, left, n, known, at, &p->value, err));
    if (in->negated)
        TRY(expr_call1(a, "not", p->value, at, &p->value, err));
    return add_pending(x, p, at, ret, err);
}

/* ---- x op ANY (query), x op ALL (query) as values ---- */

/* The left side as an outer reference, of the type of the query's column when it is an untyped literal. */
static int left_param(const ExprScope *x, OuterScope *o, const Node *left, Type column, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    Expr *e, **ref = ARENA_ARRAY(a, Expr *, o->n + 1);
    TRY(bind_expr(x, left, &e, err));
    if (!ref)
        return RAISE_NOMEM(err);
    if (e->type.id == T_UNKNOWN)
        TRY(expr_cast(a, e, column, CAST_IMPLICIT, false, &e, err));
    if (o->n)
        memcpy(ref, o->ref, o->n * sizeof(*ref));
    ref[o->n] = e;
    o->ref = ref;
    o->cap = o->n + 1;
    *ret = expr_column(a, o->n++, e->type, e->not_null, e->at);
    if (!*ret)
        return RAISE_NOMEM(err);
    (*ret)->kind = EXPR_PARAM;
    return 0;
}

/* One comparison with the least or the largest value decides; = ALL and <> ANY need both. */
static int compare_ends(Arena *a, const ExprQuantified *q, Expr *left, Expr *least, Expr *largest, Expr **ret, Err *err)
{
    const char *op = sql_op_text(q->op);
    Span at = q->node.at;
    Expr *part[2];
    if (q->op == SQL_OP_EQ || q->op == SQL_OP_NE) {
        TRY(expr_call2(a, op, left, least, at, &part[0], err));
        TRY(expr_call2(a, op, left, largest, at, &part[1], err));
        return expr_logic(a, q->all ? EXPR_AND : EXPR_OR, part, 2, at, ret, err);
    }
    bool above = q->op == SQL_OP_GT || q->op == SQL_OP_GE;
    return expr_call2(a, op, left, above == q->all ? largest : least, at, ret, err);
}

/* count(*) of the subquery's rows is 0, or nothing was joined. */
static int is_empty(Arena *a, Expr *count, Span at, Expr **ret, Err *err)
{
    Value zero = {.type = TYPE(I64)};
    Expr *none = expr_const(a, &zero, at), *there;
    if (!none)
        return RAISE_NOMEM(err);
    TRY(expr_coalesce(a, (Expr *[]){count, none}, 2, at, &there, err));
    return expr_call2(a, "=", there, none, at, ret, err);
}

/* Over no values ALL is true and ANY false; else the comparison decides when it holds for ANY, or fails for ALL; a NULL on either
 * side leaves the rest unknown. */
static int quantified_value(Arena *a, const ExprQuantified *q, Expr *left, Expr *const *agg, Expr **ret, Err *err)
{
    Span at = q->node.at;
    Value yes = {.type = TYPE(BOOL), .b = true}, no = {.type = TYPE(BOOL)}, unknown = value_null(TYPE(BOOL));
    Expr *true_ = expr_const(a, &yes, at), *false_ = expr_const(a, &no, at), *null = expr_const(a, &unknown, at);
    Expr *when[3], *part[2], *cmp;
    if (!true_ || !false_ || !null)
        return RAISE_NOMEM(err);
    Expr *empty = q->all ? true_ : false_, *decided = q->all ? false_ : true_;
    TRY(is_empty(a, agg[0], at, &when[0], err));
    TRY(compare_ends(a, q, left, agg[2], agg[3], &cmp, err));
    TRY(expr_call1(a, q->all ? "is false" : "is true", cmp, at, &when[1], err));
    TRY(expr_call1(a, "is null", left, at, &part[0], err));
    TRY(expr_call2(a, "<>", agg[0], agg[1], at, &part[1], err));
    TRY(expr_logic(a, EXPR_OR, part, 2, at, &when[2], err));
    return expr_case(a, when, (Expr *[]){empty, decided, null}, 3, empty, at, ret, err);
}

static bool compares(SqlOp op)
{
    return op == SQL_OP_EQ || op == SQL_OP_NE || op == SQL_OP_LT || op == SQL_OP_LE || op == SQL_OP_GT || op == SQL_OP_GE;
}

/* Of values that have none (JSON, rows), and of operators that go by more than an order (LIKE): all of them as an array, with which
 * the left side is compared. */
static int quantified_list(const ExprScope *x, const ExprQuantified *q, Subquery *s, Expr **ret, Err *err)
{
    Binder *b = x->b;
    Arena *a = b->arena;
    Span at = q->node.at;
    Type column = s->d.node->cols[0].type;
    LogicalAgg *aggs = ARENA_ARRAY(a, LogicalAgg, 2);
    Expr *left, *empty, *compared, *decided = expr_const(a, &(Value){.type = TYPE(BOOL), .b = q->all}, at);
    if (!aggs || !decided)
        return RAISE_NOMEM(err);
    TRY(agg_of(b, "count", s->d.node, -1, &aggs[0], at, err));
    TRY(agg_of(b, "array_agg", s->d.node, 0, &aggs[1], at, err));
    TRY(group_plan(b, &s->d, aggs, 2, at, err));
    Expr *count = missing_column(a, s->d.node, s->d.n_preds, at), *list = missing_column(a, s->d.node, s->d.n_preds + 1, at);
    if (!count || !list)
        return RAISE_NOMEM(err);
    TRY(left_param(x, &s->o, q->left, column, &left, err));
    TRY(is_empty(a, count, at, &empty, err));
    TRY(bind_quantified_array(x, q, left, list, &compared, err));
    return expr_case(a, &empty, &decided, 1, compared, at, ret, err);
}

int bind_quantified_value(const ExprScope *x, const ExprQuantified *q, Expr **ret, Err *err)
{
    Binder *b = x->b;
    Arena *a = b->arena;
    Span at = q->node.at;
    Subquery s;
    Expr *agg[4], *left;
    LogicalAgg *aggs = ARENA_ARRAY(a, LogicalAgg, 4);
    PendingSubquery *p = ARENA_NEW(a, PendingSubquery);
    TRY(need_list(x, at, err));
    if (!aggs || !p)
        return RAISE_NOMEM(err);
    if (q->left->kind == NODE_EXPR_ROW)
        return bind_row_quantified(x, q->left, q->query, q->op, q->all, at, ret, err);
    TRY(bind_to_group(x, q->query, &s, err));
    TRY(check_columns(q->query, s.query->n_cols, 1, err));
    Type column = s.d.node->cols[0].type;
    bool flags = column.id == T_BOOL, ends;
    TRY(has_ends(b, s.d.node, at, &ends, err));
    if (!ends || !compares(q->op)) {
        TRY(quantified_list(x, q, &s, &p->value, err));
        TRY(take_plan(a, &s, p, err));
        return add_pending(x, p, at, ret, err);
    }
    TRY(agg_of(b, "count", s.d.node, -1, &aggs[0], at, err));
    TRY(agg_of(b, "count", s.d.node, 0, &aggs[1], at, err));
    TRY(agg_of(b, flags ? "bool_and" : "min", s.d.node, 0, &aggs[2], at, err));
    TRY(agg_of(b, flags ? "bool_or" : "max", s.d.node, 0, &aggs[3], at, err));
    TRY(group_plan(b, &s.d, aggs, 4, at, err));
    for (uint32_t i = 0; i < 4; i++) {
        agg[i] = missing_column(a, s.d.node, s.d.n_preds + i, at);
        if (!agg[i])
            return RAISE_NOMEM(err);
    }
    TRY(left_param(x, &s.o, q->left, column, &left, err));
    TRY(quantified_value(a, q, left, agg, &p->value, err));
    TRY(take_plan(a, &s, p, err));
    return add_pending(x, p, at, ret, err);
}
