/* SPDX-License-Identifier: Apache-2.0
 *
 * Subqueries as values and as conditions, made into joins (design 3.2, rule 3).
 *
 * A conjunct of WHERE that is EXISTS, IN, ANY, ALL or their negation becomes a semi or anti join at once.  Anywhere else a subquery
 * leaves a column numbered from SUBQUERY_COLUMN on; once it is known whether the query groups, the joins are put over the rows (or
 * the groups), and those columns are replaced by what the joins give (subqueries_join).  The value of IN is made of two joins: one
 * with the distinct values, one with their number and that of the NULLs, for the three-valued answer.
 *
 * Each form has two plans.  Where equalities say which rows of the subquery belong to a row around, they become conditions of the
 * join (decorrelate.c); else it is a dependent join of the query as it is, made one row first where a value is wanted. */
#include "plan/bind_function.h"
#include "plan/subquery_impl.h"
#include "plan/trace.h"

/* ---- binding under the query around ---- */

int outer_add(OuterScope *o, Expr *e, Span at, Expr **ret, Err *err)
{
    Arena *a = o->x->b->arena;
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
    *ret = expr_column(a, o->n, e->type, e->not_null, at);
    if (!*ret)
        return RAISE_NOMEM(err);
    (*ret)->kind = EXPR_PARAM;
    o->ref[o->n++] = e;
    return 0;
}

int outer_lift(OuterScope *o, const OuterScope *base, Expr *e, Span at, Expr **ret, Err *err)
{
    *ret = e;
    if (!o || o == base || e->kind == EXPR_CONST)
        return 0;
    TRY(outer_lift(o->outer, base, e, at, &e, err));
    return outer_add(o, e, at, ret, err);
}

int outer_find(OuterScope *o, const ExprColumn *c, Expr **ret, Err *err)
{
    uint32_t col;
    Expr *e;
    Err inner = ERR_INIT;
    if (o->x->closed)
        return RAISE_AT(err, ERR_UNDEFINED_COLUMN, c->node.at, "column \"%.*s\" does not exist", (int)name_last(&c->name)->s.n,
                        name_last(&c->name)->s.p);
    if (o->x->scope && scope_find(o->x->scope, &c->name, &col, &inner) == 0) {
        e = logical_column(o->x->b->arena, o->x->scope->node, col, c->node.at);
        if (!e)
            return RAISE_NOMEM(err);
    } else if (inner.code == ERR_AMBIGUOUS_COLUMN || !o->outer) {
        if (err)
            *err = inner;
        return -(int)(inner.code ? inner.code : ERR_UNDEFINED_COLUMN);
    } else {
        TRY(outer_find(o->outer, c, &e, err));
    }
    return outer_add(o, e, c->node.at, ret, err);
}

int subquery_plan(const ExprScope *x, const Query *q, OuterScope *o, Logical **ret, Err *err)
{
    Binder *b = x->b;
    if (b->entering)
        return function_enter(x, q, o, ret, err);
    *o = (OuterScope){.outer = b->outer, .x = x};
    TRY(bind_count_node(b, q->node.at, err));
    b->outer = o;
    int rc = bind_query(b, q, ret, err);
    b->outer = o->outer;
    return rc;
}

int subquery_bind(const ExprScope *x, const Query *q, bool keep_columns, Subquery *ret, Err *err)
{
    ret->dependent = false;
    TRY(subquery_plan(x, q, &ret->o, &ret->query, err));
    return decorrelate(x->b, ret->query, keep_columns, &ret->d, err);
}

/* For EXISTS, IN and ANY: an aggregate over nothing is still a row, which grouping would lose. */
static bool needs_domain(const Subquery *s)
{
    return s->d.stuck || s->d.grouped;
}

int check_columns(const Query *q, uint32_t n, uint32_t wanted, Err *err)
{
    if (n == wanted)
        return 0;
    if (wanted == 1 && n > 1 && q)
        return RAISE_AT(err, ERR_SYNTAX, q->node.at, "subquery must return only one column");
    return RAISE_AT(err, ERR_SYNTAX, q->node.at, n > wanted ? "subquery has too many columns" : "subquery has too few columns");
}

int expr_call2(Arena *a, const char *name, Expr *l, Expr *r, Span at, Expr **ret, Err *err)
{
    return expr_call(a, str_of(name), (Expr *[]){l, r}, 2, at, ret, err);
}

int expr_call1(Arena *a, const char *name, Expr *e, Span at, Expr **ret, Err *err)
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

int compare_items(const ExprScope *x, const Membership *m, OuterScope *o, const Logical *plan, uint32_t n_cols, Expr **ret,
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
        TRY(expr_call2(a, m->op, param, right, m->at, &cmp, err));
        TRY(join_and(a, *ret, cmp, ret, err));
    }
    return 0;
}

static int exists_condition(const ExprScope *x, const Query *q, bool negated, Err *err)
{
    Binder *b = x->b;
    JoinType type = negated ? ANTI_JOIN : SEMI_JOIN;
    Subquery s;
    Expr *on;
    TRY(subquery_bind(x, q, false, &s, err));
    trace_subquery(b->state, needs_domain(&s), negated ? "NOT EXISTS" : "EXISTS", type);
    if (needs_domain(&s)) {
        const Dependent each = {.plan = s.query, .outer = s.o.ref, .n_outer = s.o.n};
        return dependent_join(b, &x->scope->node, type, &each, q->node.at, err);
    }
    TRY(all_preds(b->arena, &s.d, &on, err));
    return join_plan(b->arena, &x->scope->node, type, s.d.node, on, s.o.ref, q->node.at, err);
}

/* What an anti join finds by value (not_in.c). */
static bool is_found_by_value(const Subquery *s, const Expr *cmp)
{
    const Expr *left = s->o.ref[s->o.n - 1];
    bool is = cmp->kind == EXPR_CALL && cmp->n_args == 2 && !left->can_fail && !left->is_volatile && !left->is_stable;
    for (uint32_t i = 0; is && i < 2; i++)
        is = join_type_is_exact(cmp->arg[i]->type) && !cmp->arg[i]->can_fail;
    return is;
}

/* x NOT IN (query) of what may be NULL, as an anti join, has no key: every row would be compared with every value, where it is not
 * found by that all the same.  As a value it is, at the price of reading the query twice.  What goes on keeps the form that its
 * state is stored in. */
static bool is_better_as_value(const ExprScope *x, const Membership *m, const Subquery *s, JoinType type, const Expr *on)
{
    const PlanState *state = x->b->state;
    return type == ANTI_JOIN && !on->not_null && !is_found_by_value(s, on) && strcmp(m->op, "=") == 0 &&
           m->left->kind != NODE_EXPR_ROW && s->d.n_preds == 0 && !state->continuous && state->inputs_end &&
           !logical_is_volatile(s->d.node);
}

/* Subqueries on the left side of the comparison become columns of the rows. */
static int join_left_side(const ExprScope *x, const SubqueryList *list, Expr **left, uint32_t n, Err *err)
{
    Expr ***at = ARENA_ARRAY(x->b->arena, Expr **, n + 1);
    if (!at)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        at[i] = &left[i];
    return list->n ? subqueries_join(x->b, list, &x->scope->node, at, n, err) : 0;
}

/* ANY is a semi join on the comparison; its negation, and ALL, anti joins on what is not false, or not true.  1: see above. */
static int membership_condition(const ExprScope *x, const Membership *m, bool all, bool negated, Err *err)
{
    Arena *a = x->b->arena;
    Subquery s;
    Expr *on, *preds;
    SubqueryList list = {0};
    ExprScope left = *x;
    left.subs = &list;
    TRY(subquery_bind(x, m->query, true, &s, err));
    bool domain = needs_domain(&s);
    uint32_t n_outer = s.o.n;
    TRY(compare_items(&left, m, &s.o, domain ? s.query : s.d.node, s.query->n_cols, &on, err));
    if (all && negated)
        TRY(expr_call1(a, "is false", on, m->at, &on, err));
    else if (all)
        TRY(expr_call1(a, "is not true", on, m->at, &on, err));
    JoinType type = all == negated ? SEMI_JOIN : ANTI_JOIN;
    if (!all && !domain && is_better_as_value(x, m, &s, type, on))
        return 1;
    if (!all && negated && !on->not_null)
        TRY(expr_call1(a, "is not false", on, m->at, &on, err));
    TRY(join_left_side(x, &list, s.o.ref + n_outer, s.o.n - n_outer, err));
    trace_subquery(x->b->state, domain, all ? "ALL" : negated ? "NOT IN" : "IN or ANY", type);
    if (domain) {
        const Dependent each = {.plan = s.query, .on = on, .outer = s.o.ref, .n_outer = n_outer};
        return dependent_join(x->b, &x->scope->node, type, &each, m->at, err);
    }
    TRY(all_preds(a, &s.d, &preds, err));
    TRY(join_and(a, on, preds, &on, err));
    return join_plan(a, &x->scope->node, type, s.d.node, on, s.o.ref, m->at, err);
}

/* Rows compared by anything but = are values (subquery_row.c). */
static bool is_membership(const ExprQuantified *q)
{
    return q->query && (q->left->kind != NODE_EXPR_ROW || q->op == SQL_OP_EQ);
}

/* 1 = not such a condition, or one that is better as a value. */
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
        if (!is_membership(q))
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
           (n->kind == NODE_EXPR_QUANTIFIED && is_membership(AST(ExprQuantified, n)));
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

static int where_condition(const ExprScope *x, const Node *n, Err *err)
{
    int rc = condition(x, n, false, err);
    return rc == 1 ? filter_by(x, n, err) : rc;
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
        return where_condition(x, where, err);
    AST_EACH(item, AST(ExprLogic, where)->args)
    if (!is_condition(item))
        TRY(filter_by(x, item, err));
    AST_EACH(item, AST(ExprLogic, where)->args)
    if (is_condition(item))
        TRY(where_condition(x, item, err));
    return 0;
}

/* ---- putting the joins in ---- */

uint32_t subqueries_outer(const SubqueryList *l, Expr ***ret, uint32_t cap)
{
    uint32_t n = 0;
    for (uint32_t i = 0; l && i < l->n; i++) /* NULL: of the other part */
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
    bool stands = leaf->kind == EXPR_COLUMN && leaf->col >= SUBQUERY_COLUMN && p->value[leaf->col - SUBQUERY_COLUMN];
    *ret = stands ? p->value[leaf->col - SUBQUERY_COLUMN] : leaf;
    return 0;
}

typedef struct LateReads {
    const SubqueryList *late;
    bool found;
} LateReads;

static int late_leaf(void *self, Expr *leaf, Expr **ret, Err *err)
{
    LateReads *r = self;
    (void)err;
    *ret = leaf;
    r->found |= leaf->kind == EXPR_COLUMN && leaf->col >= SUBQUERY_COLUMN && r->late->item[leaf->col - SUBQUERY_COLUMN];
    return 0;
}

static int reads_late(Arena *a, const SubqueryList *late, bool (*is_late)(const Expr *), const PendingSubquery *p, bool *ret,
                      Err *err)
{
    LateReads r = {.late = late};
    Expr *ignored;
    *ret = false;
    for (const PendingSubquery *each = p; each; each = each->also)
        for (uint32_t k = 0; k < each->n_outer; k++) {
            TRY(expr_replace_leaves(a, each->outer[k], late_leaf, &r, &ignored, err));
            *ret |= r.found || is_late(each->outer[k]);
        }
    return 0;
}

int subqueries_part(Arena *a, const SubqueryList *l, bool (*is_late)(const Expr *), SubqueryList *early, SubqueryList *late,
                    Err *err)
{
    PendingSubquery **item = ARENA_ARRAY(a, PendingSubquery *, 2 * l->n + 1);
    if (!item)
        return RAISE_NOMEM(err);
    *early = (SubqueryList){.n = l->n, .item = item};
    *late = (SubqueryList){.n = l->n, .item = item + l->n};
    for (uint32_t i = 0; i < l->n; i++) {
        bool reads;
        TRY(reads_late(a, late, is_late, l->item[i], &reads, err));
        (reads ? late : early)->item[i] = l->item[i];
    }
    return 0;
}

int join_pending(Binder *b, Logical **node, const PendingSubquery *p, Err *err)
{
    const Dependent each = {.plan = p->plan, .on = p->on, .outer = p->outer, .n_outer = p->n_outer};
    trace_subquery(b->state, p->dependent, "value of a subquery", LEFT_JOIN);
    return p->dependent ? dependent_join(b, node, LEFT_JOIN, &each, p->plan->at, err)
                        : join_plan(b->arena, node, LEFT_JOIN, p->plan, p->on, p->outer, p->plan->at, err);
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
        if (!p)
            continue;
        Over over = {a, (*node)->n_cols, p->outer};
        for (PendingSubquery *each = p; each; each = each->also) {
            for (uint32_t k = 0; k < each->n_outer; k++) /* an operand may itself be a subquery that was joined before */
                TRY(expr_replace_leaves(a, each->outer[k], place_leaf, &placed, &each->outer[k], err));
            TRY(join_pending(b, node, each, err));
        }
        TRY(expr_replace_leaves(a, p->value, over_leaf, &over, &placed.value[i], err));
    }
    for (uint32_t i = 0; i < n; i++)
        if (*exprs[i])
            TRY(expr_replace_leaves(a, *exprs[i], place_leaf, &placed, exprs[i], err));
    return 0;
}
