/* SPDX-License-Identifier: Apache-2.0
 *
 * Subqueries as values and as conditions, made into joins (design 3.2, rule 3).
 *
 * A conjunct of WHERE that is EXISTS, IN, ANY, ALL or their negation becomes a semi or anti join at once.  Anywhere else a subquery
 * leaves a column numbered from SUBQUERY_COLUMN on; once it is known whether the query groups, the joins are put over the rows (or
 * the groups), and those columns are replaced by what the joins give (subqueries_join).  The value of IN is made of two joins: one
 * with the distinct values, one with their number and that of the NULLs, for the three-valued answer. */
#include "plan/subquery_impl.h"

/* ---- binding under the query around ---- */

int outer_find(OuterScope *o, const ExprColumn *c, Expr **ret, Err *err)
{
    uint32_t col;
    Expr *e;
    Err inner = ERR_INIT;
    Arena *a = o->x->b->arena;
    if (o->x->scope && scope_find(o->x->scope, &c->name, &col, &inner) == 0) {
        e = logical_column(a, o->x->scope->node, col, c->node.at);
        if (!e)
            return RAISE_NOMEM(err);
    } else if (inner.code == ERR_AMBIGUOUS_COLUMN || !o->outer) {
        if (err)
            *err = inner;
        return -(int)(inner.code ? inner.code : ERR_UNDEFINED_COLUMN);
    } else {
        TRY(outer_find(o->outer, c, &e, err));
    }
    if (o->n == o->cap) {
        uint32_t cap = o->cap ? o->cap * 2 : 8;
        Expr **more = ARENA_ARRAY(a, Expr *, cap);
        if (!more)
            return RAISE_NOMEM(err);
        if (o->n)
            memcpy(more, o->ref, o->n * sizeof(*more));
        o->ref = more;
        o->cap = cap;
    }
    *ret = expr_column(a, o->n, e->type, e->not_null, c->node.at);
    if (!*ret)
        return RAISE_NOMEM(err);
    (*ret)->kind = EXPR_PARAM;
    o->ref[o->n++] = e;
    return 0;
}

int subquery_plan(const ExprScope *x, const Query *q, OuterScope *o, Logical **ret, Err *err)
{
    Binder *b = x->b;
    *o = (OuterScope){.outer = b->outer, .x = x};
    TRY(bind_count_node(b, q->node.at, err));
    b->outer = o;
    int rc = bind_query(b, q, ret, err);
    b->outer = o->outer;
    return rc;
}

/* The query's plan without references to the outside, which are conditions of d then. */
static int subquery_bind(const ExprScope *x, const Query *q, bool keep_columns, OuterScope *o, Decorrelated *d,
                         uint32_t *ret_n_cols, Err *err)
{
    Logical *node;
    TRY(subquery_plan(x, q, o, &node, err));
    if (ret_n_cols)
        *ret_n_cols = node->n_cols;
    return decorrelate(x->b, node, keep_columns, d, err);
}

static int check_columns(const Query *q, uint32_t n, uint32_t wanted, Err *err)
{
    if (n == wanted)
        return 0;
    if (wanted == 1 && n > 1 && q)
        return RAISE_AT(err, ERR_SYNTAX, q->node.at, "subquery must return only one column");
    return RAISE_AT(err, ERR_SYNTAX, q->node.at, n > wanted ? "subquery has too many columns" : "subquery has too few columns");
}

static int call2(Arena *a, const char *name, Expr *l, Expr *r, Span at, Expr **ret, Err *err)
{
    return expr_call(a, str_of(name), (Expr *[]){l, r}, 2, at, ret, err);
}

static int call1(Arena *a, const char *name, Expr *e, Span at, Expr **ret, Err *err)
{
    return expr_call(a, str_of(name), &e, 1, at, ret, err);
}

int all_preds(Arena *a, const Decorrelated *d, Expr **ret, Err *err)
{
    *ret = NULL;
    for (uint32_t i = 0; i < d->n_preds; i++)
        TRY(join_and(a, *ret, d->pred[i], ret, err));
    return 0;
}

/* ---- joins over a node ---- */

int over_leaf(void *self, Expr *leaf, Expr **ret, Err *err)
{
    const Over *o = self;
    if (leaf->kind == EXPR_PARAM) {
        *ret = o->outer[leaf->col];
        return 0;
    }
    *ret = expr_column(o->a, leaf->col + o->shift, leaf->type, leaf->not_null, leaf->at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

int join_plan(Arena *a, Logical **node, JoinType type, Logical *plan, Expr *on, Expr *const *outer, Span at, Err *err)
{
    Over over = {a, (*node)->n_cols, outer};
    if (on)
        TRY(expr_replace_leaves(a, on, over_leaf, &over, &on, err));
    *node = logical_join(a, type, *node, plan, on, at);
    return *node ? 0 : RAISE_NOMEM(err);
}

/* ---- conditions of WHERE ---- */

typedef struct Membership { /* left op ANY (query) */
    const Node *left;
    const Query *query;
    const char *op;
    Span at;
} Membership;

/* Compares the items of the left side with the columns of the plan; left ones become outer references. */
static int compare_items(const ExprScope *x, const Membership *m, OuterScope *o, const Logical *plan, uint32_t n_cols, Expr **ret,
                         Err *err)
{
    Arena *a = x->b->arena;
    const NodeList *items = m->left->kind == NODE_EXPR_ROW ? &AST(ExprRow, m->left)->items : NULL;
    uint32_t n = items ? items->n : 1;
    const Node *item = items ? items->first : m->left;
    if (n != n_cols)
        return RAISE_AT(err, ERR_SYNTAX, m->query->node.at,
                        n_cols > n ? "subquery has too many columns" : "subquery has too few columns");
    if (n > 1 && strcmp(m->op, "=") != 0)
        return bind_unsupported(err, m->at, "comparing rows with a subquery by anything but = and IN is");
    *ret = NULL;
    for (uint32_t i = 0; i < n; i++, item = item->next) {
        Expr *left, *right, *cmp;
        TRY(bind_expr(x, item, &left, err));
        Expr **ref = ARENA_ARRAY(a, Expr *, o->n + 1);
        if (!ref)
            return RAISE_NOMEM(err);
        if (o->n)
            memcpy(ref, o->ref, o->n * sizeof(*ref));
        ref[o->n] = left;
        o->ref = ref;
        o->cap = o->n + 1;
        Expr *param = expr_column(a, o->n++, left->type, left->not_null, left->at);
        right = logical_column(a, plan, i, m->query->node.at);
        if (!param || !right)
            return RAISE_NOMEM(err);
        param->kind = EXPR_PARAM;
        if (left->type.id == T_UNKNOWN) {
            TRY(expr_cast(a, left, right->type, CAST_IMPLICIT, false, &ref[o->n - 1], err));
            param->type = right->type;
        }
        TRY(call2(a, m->op, param, right, m->at, &cmp, err));
        TRY(join_and(a, *ret, cmp, ret, err));
    }
    return 0;
}

static int exists_condition(const ExprScope *x, const Query *q, bool negated, Err *err)
{
    Arena *a = x->b->arena;
    OuterScope o;
    Decorrelated d;
    Expr *on;
    TRY(subquery_bind(x, q, false, &o, &d, NULL, err));
    if (d.grouped) /* an aggregate over nothing is still a row */
        return bind_unsupported(err, q->node.at, "EXISTS over an aggregate without GROUP BY that refers to the query around it is");
    TRY(all_preds(a, &d, &on, err));
    return join_plan(a, &x->scope->node, negated ? ANTI_JOIN : SEMI_JOIN, d.node, on, o.ref, q->node.at, err);
}

/* ANY is a semi join on the comparison; its negation, and ALL, anti joins on what is not false, or not true. */
static int membership_condition(const ExprScope *x, const Membership *m, bool all, bool negated, Err *err)
{
    Arena *a = x->b->arena;
    OuterScope o;
    Decorrelated d;
    Expr *on, *preds;
    uint32_t n_cols;
    TRY(subquery_bind(x, m->query, true, &o, &d, &n_cols, err));
    if (d.grouped)
        return bind_unsupported(err, m->at,
                                "a comparison with an aggregate without GROUP BY by IN, ANY or ALL, which refers to the "
                                "query around it, is");
    TRY(compare_items(x, m, &o, d.node, n_cols, &on, err));
    if (all && negated)
        TRY(call1(a, "is false", on, m->at, &on, err));
    else if (all)
        TRY(call1(a, "is not true", on, m->at, &on, err));
    else if (negated && !on->not_null)
        TRY(call1(a, "is not false", on, m->at, &on, err));
    TRY(all_preds(a, &d, &preds, err));
    TRY(join_and(a, on, preds, &on, err));
    bool semi = all == negated;
    return join_plan(a, &x->scope->node, semi ? SEMI_JOIN : ANTI_JOIN, d.node, on, o.ref, m->at, err);
}

/* 1 = not such a condition. */
static int condition(const ExprScope *x, const Node *n, bool negated, Err *err)
{
    switch ((NodeKind)n->kind) {
    case NODE_EXPR_UNARY: return AST(ExprUnary, n)->op == SQL_OP_NOT ? condition(x, AST(ExprUnary, n)->arg, !negated, err) : 1;
    case NODE_EXPR_EXISTS: return exists_condition(x, AST(ExprExists, n)->query, negated, err);
    case NODE_EXPR_IN: {
        const ExprIn *in = AST(ExprIn, n);
        if (!in->query)
            return 1;
        Membership m = {in->arg, in->query, "=", n->at};
        return membership_condition(x, &m, false, negated != in->negated, err);
    }
    case NODE_EXPR_QUANTIFIED: {
        const ExprQuantified *q = AST(ExprQuantified, n);
        if (!q->query)
            return 1;
        Membership m = {q->left, q->query, sql_op_text(q->op), n->at};
        return membership_condition(x, &m, q->all, negated, err);
    }
    default: return 1;
    }
}

static bool is_condition(const Node *n)
{
    while (n->kind == NODE_EXPR_UNARY && AST(ExprUnary, n)->op == SQL_OP_NOT)
        n = AST(ExprUnary, n)->arg;
    return n->kind == NODE_EXPR_EXISTS || (n->kind == NODE_EXPR_IN && AST(ExprIn, n)->query) ||
           (n->kind == NODE_EXPR_QUANTIFIED && AST(ExprQuantified, n)->query);
}

static int filter_by(const ExprScope *x, const Node *n, Err *err)
{
    Scope *s = x->scope;
    Expr *e;
    SubqueryList list = {0};
    ExprScope with = *x;
    with.subs = &list;
    TRY(bind_predicate(&with, n, &e, err));
    TRY(subqueries_join(x->b, &list, &s->node, (Expr * *[]){&e}, 1, err));
    s->node = logical_filter(x->b->arena, s->node, e);
    return s->node ? 0 : RAISE_NOMEM(err);
}

bool where_asks_queries(const Node *where)
{
    bool any = is_condition(where);
    if (where->kind == NODE_EXPR_LOGIC && !AST(ExprLogic, where)->is_or)
        AST_EACH(item, AST(ExprLogic, where)->args)
    any |= is_condition(item);
    return any;
}

int bind_where(const ExprScope *x, const Node *where, Err *err)
{
    bool is_and = where->kind == NODE_EXPR_LOGIC && !AST(ExprLogic, where)->is_or;
    if (!where_asks_queries(where))
        return filter_by(x, where, err);
    if (!is_and)
        return condition(x, where, false, err);
    AST_EACH(item, AST(ExprLogic, where)->args)
    if (!is_condition(item))
        TRY(filter_by(x, item, err));
    AST_EACH(item, AST(ExprLogic, where)->args)
    if (is_condition(item))
        TRY(condition(x, item, false, err));
    return 0;
}

/* ---- values ---- */

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

/* The keys of the plan that the conditions compare with the outside, and their equalities; others cannot be grouped. */
static int key_columns(const Decorrelated *d, uint32_t *col, Err *err)
{
    for (uint32_t i = 0; i < d->n_preds; i++) {
        const Expr *e = d->pred[i], *side = compared_column(e);
        if (!side) {
            RAISE_AT(
                err, ERR_UNSUPPORTED, e->at,
                "a subquery as a value that refers to the query around it by anything but column = value is not supported yet");
            return err_hint(err, "Write a JOIN with GROUP BY.");
        }
        col[i] = side->col;
    }
    return 0;
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

/* GROUP BY the key columns of the conditions, which are put over the result: keys, then aggregates. */
static int group_plan(Binder *b, Decorrelated *d, LogicalAgg *aggs, uint32_t n_aggs, Span at, Err *err)
{
    Arena *a = b->arena;
    uint32_t n_keys = d->n_preds, *col = ARENA_ARRAY(a, uint32_t, n_keys + 1);
    Expr **keys = ARENA_ARRAY(a, Expr *, n_keys + 1);
    Logical *g = logical_new(a, L_AGG, d->node, n_keys + n_aggs, at);
    if (!col || !keys || !g)
        return RAISE_NOMEM(err);
    TRY(key_columns(d, col, err));
    for (uint32_t i = 0; i < n_keys; i++) {
        keys[i] = logical_column(a, d->node, col[i], at);
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
            args[k] = d->pred[i]->arg[k]->kind == EXPR_COLUMN && d->pred[i]->arg[k]->col == col[i] ? key : d->pred[i]->arg[k];
        pred->arg = args;
        d->pred[i] = pred;
    }
    d->node = g;
    return 0;
}

/* Whether the plan has at most one row for each value of the compared columns: further conditions only take rows away. */
static int is_single(Binder *b, const Decorrelated *d, bool *ret, Err *err)
{
    TRY(props_derive(b->state, d->node, err));
    const Props *p = &d->node->props;
    const Logical *n = d->node;
    *ret = false;
    while (n->kind == L_PROJECT)
        n = n->in[0];
    if (d->n_preds == 0) {
        *ret = (n->kind == L_AGG && n->group.n_keys == 0) || (n->kind == L_VALUES && n->values.n_rows == 1);
        return 0;
    }
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

/* Column 0, or the error of more than one row: the smallest value together with the number of rows. */
static int single_value(Binder *b, Decorrelated *d, Span at, Expr **ret, Err *err)
{
    Arena *a = b->arena;
    LogicalAgg *aggs = ARENA_ARRAY(a, LogicalAgg, 2);
    if (!aggs)
        return RAISE_NOMEM(err);
    bool has_min = d->node->cols[0].type.id != T_BOOL;
    TRY(agg_of(b, has_min ? "min" : "bool_or", d->node, 0, &aggs[0], at, err));
    TRY(agg_of(b, "count", d->node, -1, &aggs[1], at, err));
    TRY(group_plan(b, d, aggs, 2, at, err));
    Expr *value = logical_column(a, d->node, d->n_preds, at), *rows = logical_column(a, d->node, d->n_preds + 1, at), *one;
    if (!value || !rows)
        return RAISE_NOMEM(err);
    TRY(call1(a, "is at most one row", rows, at, &one, err));
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

int bind_scalar_subquery(const ExprScope *x, const ExprSubquery *s, Expr **ret, Err *err)
{
    Binder *b = x->b;
    Arena *a = b->arena;
    Span at = s->node.at;
    OuterScope o;
    Decorrelated d;
    bool single;
    uint32_t n_cols;
    PendingSubquery *p = ARENA_NEW(a, PendingSubquery);
    if (s->array)
        return bind_array_query(x, s, ret, err);
    TRY(need_list(x, at, err));
    if (!p)
        return RAISE_NOMEM(err);
    if (has_no_rows(x->scope->node))
        return value_of_nothing(x, s, ret, err);
    TRY(subquery_bind(x, s->query, true, &o, &d, &n_cols, err));
    TRY(check_columns(s->query, n_cols, 1, err));
    TRY(is_single(b, &d, &single, err));
    if (single || d.grouped)
        p->value = missing_column(a, d.node, 0, at);
    else
        TRY(single_value(b, &d, at, &p->value, err));
    if (!p->value)
        return RAISE_NOMEM(err);
    if (d.grouped && d.n_empty > 0 && d.empty[0] && !d.empty[0]->value.is_null) {
        uint32_t mark;
        Expr *absent;
        TRY(mark_rows(b, &d.node, &mark, err));
        TRY(call1(a, "is null", missing_column(a, d.node, mark, at), at, &absent, err));
        TRY(expr_case(a, &absent, &d.empty[0], 1, p->value, at, &p->value, err));
    }
    p->plan = d.node;
    TRY(all_preds(a, &d, &p->on, err));
    p->outer = o.ref;
    p->n_outer = o.n;
    return add_pending(x, p, at, ret, err);
}

int bind_exists_value(const ExprScope *x, const ExprExists *e, Expr **ret, Err *err)
{
    Binder *b = x->b;
    Arena *a = b->arena;
    Span at = e->node.at;
    OuterScope o;
    Decorrelated d;
    LogicalAgg *agg = ARENA_NEW(a, LogicalAgg);
    PendingSubquery *p = ARENA_NEW(a, PendingSubquery);
    TRY(need_list(x, at, err));
    if (!agg || !p)
        return RAISE_NOMEM(err);
    TRY(subquery_bind(x, e->query, true, &o, &d, NULL, err));
    if (d.grouped)
        return bind_unsupported(err, at, "EXISTS over an aggregate without GROUP BY that refers to the query around it is");
    TRY(agg_of(b, "count", d.node, -1, agg, at, err));
    TRY(group_plan(b, &d, agg, 1, at, err));
    Value zero = {.type = TYPE(I64), .i64 = 0};
    Expr *count = missing_column(a, d.node, d.n_preds, at), *none = expr_const(a, &zero, at), *counts[2] = {count, none};
    if (!count || !none)
        return RAISE_NOMEM(err);
    TRY(expr_coalesce(a, counts, 2, at, &count, err));
    TRY(call2(a, ">", count, none, at, &p->value, err));
    p->plan = d.node;
    TRY(all_preds(a, &d, &p->on, err));
    p->outer = o.ref;
    p->n_outer = o.n;
    return add_pending(x, p, at, ret, err);
}

/* The second join of IN: how many values there are, and how many that are not NULL. */
static int count_values(const ExprScope *x, const Query *q, Span at, PendingSubquery **ret, Expr **ret_n, Expr **ret_known,
                        Err *err)
{
    Binder *b = x->b;
    Arena *a = b->arena;
    OuterScope o;
    Decorrelated d;
    PendingSubquery *p = ARENA_NEW(a, PendingSubquery);
    LogicalAgg *aggs = ARENA_ARRAY(a, LogicalAgg, 2);
    if (!p || !aggs)
        return RAISE_NOMEM(err);
    TRY(subquery_bind(x, q, true, &o, &d, NULL, err));
    TRY(agg_of(b, "count", d.node, -1, &aggs[0], at, err));
    TRY(agg_of(b, "count", d.node, 0, &aggs[1], at, err));
    TRY(group_plan(b, &d, aggs, 2, at, err));
    *ret_n = missing_column(a, d.node, d.n_preds, at);
    *ret_known = missing_column(a, d.node, d.n_preds + 1, at);
    p->plan = d.node;
    TRY(all_preds(a, &d, &p->on, err));
    p->outer = o.ref;
    p->n_outer = o.n;
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
    TRY(call1(a, "is not null", found, at, &when[0], err));
    TRY(expr_coalesce(a, (Expr *[]){n, none}, 2, at, &part[0], err));
    TRY(call2(a, "=", part[0], none, at, &when[1], err));
    TRY(call1(a, "is null", left, at, &part[0], err));
    TRY(call2(a, "<>", n, known, at, &part[1], err));
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

/* An aggregate without GROUP BY always gives one row, so IN is an equality; HAVING may take that row away. */
static int in_one_value(const ExprScope *x, const ExprIn *in, const Decorrelated *d, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    Span at = in->node.at;
    const ExprSubquery one = {.node = {.kind = NODE_EXPR_SUBQUERY, .at = at}, .query = in->query};
    const Logical *n = d->node;
    Expr *left, *value;
    while (n->kind == L_PROJECT)
        n = n->in[0];
    if (n->kind != L_AGG)
        return bind_unsupported(err, at,
                                "IN over this form of an aggregate without GROUP BY that refers to the query around it is");
    TRY(bind_expr(x, in->arg, &left, err));
    TRY(bind_scalar_subquery(x, &one, &value, err));
    TRY(call2(a, "=", left, value, at, ret, err));
    return in->negated ? call1(a, "not", *ret, at, ret, err) : 0;
}

int bind_in_value(const ExprScope *x, const ExprIn *in, Expr **ret, Err *err)
{
    Binder *b = x->b;
    Arena *a = b->arena;
    Span at = in->node.at;
    OuterScope o;
    Decorrelated d;
    uint32_t n_cols, mark;
    Expr *cmp, *left, *n, *known, *found;
    PendingSubquery *p = ARENA_NEW(a, PendingSubquery);
    TRY(need_list(x, at, err));
    if (!p)
        return RAISE_NOMEM(err);
    if (in->arg->kind == NODE_EXPR_ROW)
        return bind_unsupported(err, at, "a row IN (subquery) as a value is");
    TRY(subquery_bind(x, in->query, true, &o, &d, &n_cols, err));
    TRY(check_columns(in->query, n_cols, 1, err));
    if (d.grouped)
        return in_one_value(x, in, &d, ret, err);
    TRY(bind_distinct(b, d.node, at, &d.node, err));
    TRY(mark_rows(b, &d.node, &mark, err));
    Membership m = {in->arg, in->query, "=", at};
    TRY(compare_items(x, &m, &o, d.node, 1, &cmp, err));
    left = expr_column(a, o.n - 1, o.ref[o.n - 1]->type, o.ref[o.n - 1]->not_null, at);
    if (!left)
        return RAISE_NOMEM(err);
    left->kind = EXPR_PARAM;
    TRY(all_preds(a, &d, &p->on, err));
    TRY(join_and(a, cmp, p->on, &p->on, err));
    p->plan = d.node;
    p->outer = o.ref;
    p->n_outer = o.n;
    found = missing_column(a, d.node, mark, at);
    TRY(count_values(x, in->query, at, &p->also, &n, &known, err));
    if (!found)
        return RAISE_NOMEM(err);
    Shift shift = {a, p->plan->n_cols, p->n_outer};
    TRY(expr_replace_leaves(a, n, shift_leaf, &shift, &n, err));
    TRY(expr_replace_leaves(a, known, shift_leaf, &shift, &known, err));
    TRY(in_value(x, found, left, n, known, at, &p->value, err));
    if (in->negated)
        TRY(call1(a, "not", p->value, at, &p->value, err));
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
        TRY(call2(a, op, left, least, at, &part[0], err));
        TRY(call2(a, op, left, largest, at, &part[1], err));
        return expr_logic(a, q->all ? EXPR_AND : EXPR_OR, part, 2, at, ret, err);
    }
    bool above = q->op == SQL_OP_GT || q->op == SQL_OP_GE;
    return call2(a, op, left, above == q->all ? largest : least, at, ret, err);
}

/* Over no values ALL is true and ANY false; else the comparison decides when it holds for ANY, or fails for ALL; a NULL on either
 * side leaves the rest unknown. */
static int quantified_value(Arena *a, const ExprQuantified *q, Expr *left, Expr *const *agg, Expr **ret, Err *err)
{
    Span at = q->node.at;
    Value yes = {.type = TYPE(BOOL), .b = true}, no = {.type = TYPE(BOOL)}, unknown = value_null(TYPE(BOOL)),
          zero = {.type = TYPE(I64)};
    Expr *true_ = expr_const(a, &yes, at), *false_ = expr_const(a, &no, at), *null = expr_const(a, &unknown, at);
    Expr *none = expr_const(a, &zero, at), *when[3], *part[2], *cmp;
    if (!true_ || !false_ || !null || !none)
        return RAISE_NOMEM(err);
    Expr *empty = q->all ? true_ : false_, *decided = q->all ? false_ : true_;
    TRY(expr_coalesce(a, (Expr *[]){agg[0], none}, 2, at, &part[0], err));
    TRY(call2(a, "=", part[0], none, at, &when[0], err));
    TRY(compare_ends(a, q, left, agg[2], agg[3], &cmp, err));
    TRY(call1(a, q->all ? "is false" : "is true", cmp, at, &when[1], err));
    TRY(call1(a, "is null", left, at, &part[0], err));
    TRY(call2(a, "<>", agg[0], agg[1], at, &part[1], err));
    TRY(expr_logic(a, EXPR_OR, part, 2, at, &when[2], err));
    return expr_case(a, when, (Expr *[]){empty, decided, null}, 3, empty, at, ret, err);
}

int bind_quantified_value(const ExprScope *x, const ExprQuantified *q, Expr **ret, Err *err)
{
    Binder *b = x->b;
    Arena *a = b->arena;
    Span at = q->node.at;
    OuterScope o;
    Decorrelated d;
    uint32_t n_cols;
    Expr *agg[4], *left;
    LogicalAgg *aggs = ARENA_ARRAY(a, LogicalAgg, 4);
    PendingSubquery *p = ARENA_NEW(a, PendingSubquery);
    TRY(need_list(x, at, err));
    if (!aggs || !p)
        return RAISE_NOMEM(err);
    if (q->left->kind == NODE_EXPR_ROW)
        return bind_unsupported(err, at, "a row compared with ANY or ALL (subquery) as a value is");
    TRY(subquery_bind(x, q->query, true, &o, &d, &n_cols, err));
    TRY(check_columns(q->query, n_cols, 1, err));
    if (d.grouped)
        return bind_unsupported(err, at, "ANY or ALL over an aggregate without GROUP BY that refers to the query around it is");
    Type column = d.node->cols[0].type;
    bool flags = column.id == T_BOOL;
    TRY(agg_of(b, "count", d.node, -1, &aggs[0], at, err));
    TRY(agg_of(b, "count", d.node, 0, &aggs[1], at, err));
    TRY(agg_of(b, flags ? "bool_and" : "min", d.node, 0, &aggs[2], at, err));
    TRY(agg_of(b, flags ? "bool_or" : "max", d.node, 0, &aggs[3], at, err));
    TRY(group_plan(b, &d, aggs, 4, at, err));
    for (uint32_t i = 0; i < 4; i++) {
        agg[i] = missing_column(a, d.node, d.n_preds + i, at);
        if (!agg[i])
            return RAISE_NOMEM(err);
    }
    TRY(left_param(x, &o, q->left, column, &left, err));
    TRY(quantified_value(a, q, left, agg, &p->value, err));
    p->plan = d.node;
    TRY(all_preds(a, &d, &p->on, err));
    p->outer = o.ref;
    p->n_outer = o.n;
    return add_pending(x, p, at, ret, err);
}

/* ---- putting the joins in ---- */

uint32_t subqueries_outer(const SubqueryList *l, Expr ***ret, uint32_t cap)
{
    uint32_t n = 0;
    for (uint32_t i = 0; l && i < l->n; i++)
        for (PendingSubquery *p = l->item[i]; p; p = p->also)
            for (uint32_t k = 0; k < p->n_outer; k++, n++)
                if (n < cap)
                    ret[n] = &p->outer[k];
    return n;
}

typedef struct Placed {
    const SubqueryList *list;
    Expr **value;
} Placed;

static int place_leaf(void *self, Expr *leaf, Expr **ret, Err *err)
{
    const Placed *p = self;
    (void)err;
    *ret = leaf->kind == EXPR_COLUMN && leaf->col >= SUBQUERY_COLUMN ? p->value[leaf->col - SUBQUERY_COLUMN] : leaf;
    return 0;
}

int subqueries_join(Binder *b, const SubqueryList *l, Logical **node, Expr ***exprs, uint32_t n, Err *err)
{
    Arena *a = b->arena;
    Placed placed = {l, ARENA_ARRAY(a, Expr *, l->n + 1)};
    if (l->n == 0)
        return 0;
    if (!placed.value)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < l->n; i++) {
        PendingSubquery *p = l->item[i];
        Over over = {a, (*node)->n_cols, p->outer};
        for (PendingSubquery *each = p; each; each = each->also) {
            for (uint32_t k = 0; k < each->n_outer; k++) /* an operand may itself be a subquery that was joined before */
                TRY(expr_replace_leaves(a, each->outer[k], place_leaf, &placed, &each->outer[k], err));
            TRY(join_plan(a, node, LEFT_JOIN, each->plan, each->on, each->outer, each->plan->at, err));
        }
        TRY(expr_replace_leaves(a, p->value, over_leaf, &over, &placed.value[i], err));
    }
    for (uint32_t i = 0; i < n; i++)
        if (*exprs[i])
            TRY(expr_replace_leaves(a, *exprs[i], place_leaf, &placed, exprs[i], err));
    return 0;
}
