/* SPDX-License-Identifier: Apache-2.0
 *
 * LATERAL (query): a derived table that refers to what stands before it in FROM.  Like a subquery as a value it becomes a join: its
 * conditions with such references are those of the join, LIMIT counts per key, an aggregate without GROUP BY is grouped by what it
 * is compared with and gives what it gives over no rows where there are none.  Its SELECT list, when it refers to the left side
 * itself, is computed over the joined rows. */
#include "plan/subquery_impl.h"
#include "plan/trace.h"
#include "sql/ast_equal.h"

bool lateral_is_item(const Node *n)
{
    return n->kind == NODE_FROM_SUBQUERY && AST(FromSubquery, n)->lateral;
}

typedef struct Lateral {
    Binder *b;
    Logical *left;
    Span at;
    bool outer;    /* LEFT JOIN .. ON TRUE */
    Logical *list; /* the projection on top, when it refers to the left side; NULL = none */
    OuterScope o;
    Decorrelated d;
    uint32_t n_cols; /* of the plan under `list` */
    Expr **value;    /* n_cols, over the joined rows */
    Expr *absent;    /* whether a left row has no partner; NULL = nobody asks */
    Expr *on;        /* of LEFT JOIN .. ON: over the left columns and those of the query; NULL = TRUE */
    bool one_row;    /* each left row has exactly one row of the query */
} Lateral;

static bool list_refers(const Logical *n)
{
    for (uint32_t i = 0; n->kind == L_PROJECT && i < n->n_cols; i++)
        if (expr_has_params(n->exprs[i]))
            return true;
    return false;
}

static int add_mark(Lateral *l, Err *err)
{
    uint32_t col;
    TRY(mark_rows(l->b, &l->d.node, &col, err));
    Expr *mark = missing_column(l->b->arena, l->d.node, col, l->at);
    if (!mark)
        return RAISE_NOMEM(err);
    mark->col += l->left->n_cols;
    return expr_call(l->b->arena, STR("is null"), &mark, 1, l->at, &l->absent, err);
}

/* A column of the joined rows; of an aggregate what it is over no rows where there are none. */
static int joined_value(Lateral *l, uint32_t col, Expr **ret, Err *err)
{
    Arena *a = l->b->arena;
    const Field *f = &l->d.node->cols[col];
    *ret = expr_column(a, l->left->n_cols + col, f->type, f->not_null && !l->d.grouped && !l->outer, l->at);
    if (!*ret)
        return RAISE_NOMEM(err);
    if (!l->d.grouped)
        return 0;
    Expr *empty = l->d.empty[col];
    return empty->value.is_null ? 0 : expr_case(a, &l->absent, &empty, 1, *ret, l->at, ret, err);
}

/* A column of the ON of a LEFT JOIN as the conditions of the join have it: over the plan, with the left side as parameters. */
typedef struct OnLeaf {
    Lateral *l;
    uint32_t first; /* parameter of the first left column */
} OnLeaf;

static int on_leaf(void *self, Expr *leaf, Expr **ret, Err *err)
{
    const OnLeaf *o = self;
    const Lateral *l = o->l;
    uint32_t n_left = l->left->n_cols;
    if (leaf->kind == EXPR_COLUMN && leaf->col >= n_left && l->list) {
        *ret = l->list->exprs[leaf->col - n_left];
        return 0;
    }
    bool is_left = leaf->kind == EXPR_COLUMN && leaf->col < n_left;
    *ret = leaf->kind != EXPR_COLUMN ? leaf
                                     : expr_column(l->b->arena, is_left ? o->first + leaf->col : leaf->col - n_left, leaf->type,
                                                   leaf->not_null, leaf->at);
    if (*ret && is_left)
        (*ret)->kind = EXPR_PARAM;
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int add_on(Lateral *l, Expr **on, Err *err)
{
    Arena *a = l->b->arena;
    uint32_t n_left = l->left->n_cols;
    Expr **ref = ARENA_ARRAY(a, Expr *, l->o.n + n_left + 1), *more;
    OnLeaf leaf = {l, l->o.n};
    if (!ref)
        return RAISE_NOMEM(err);
    if (l->o.n)
        memcpy(ref, l->o.ref, l->o.n * sizeof(*ref));
    for (uint32_t i = 0; i < n_left; i++) {
        ref[l->o.n + i] = logical_column(a, l->left, i, l->at);
        if (!ref[l->o.n + i])
            return RAISE_NOMEM(err);
    }
    l->o.ref = ref;
    l->o.n = l->o.cap = l->o.n + n_left;
    TRY(expr_replace_leaves(a, l->on, on_leaf, &leaf, &more, err));
    return join_and(a, *on, more, on, err);
}

static int join_rows(Lateral *l, Logical **rows, Err *err)
{
    Arena *a = l->b->arena;
    Expr *on;
    TRY(all_preds(a, &l->d, &on, err));
    if (l->on && !l->d.grouped)
        TRY(add_on(l, &on, err));
    if (l->d.grouped || (l->outer && l->list))
        TRY(add_mark(l, err));
    JoinType type = l->outer || l->d.grouped ? LEFT_JOIN : INNER_JOIN;
    TRY(join_plan(a, rows, type, l->d.node, on, l->o.ref, l->at, err));
    for (uint32_t i = 0; i < l->n_cols; i++)
        TRY(joined_value(l, i, &l->value[i], err));
    return 0;
}

static int list_leaf(void *self, Expr *leaf, Expr **ret, Err *err)
{
    const Lateral *l = self;
    (void)err;
    *ret = leaf->kind == EXPR_PARAM ? l->o.ref[leaf->col] : l->value[leaf->col];
    return 0;
}

/* An item of the list over the joined rows; NULL where LEFT JOIN has found nothing, whatever the item says. */
static int list_item(Lateral *l, Expr *e, Expr **ret, Err *err)
{
    Value v = value_null(e->type);
    TRY(expr_replace_leaves(l->b->arena, e, list_leaf, l, ret, err));
    if (!l->absent || l->d.grouped)
        return 0;
    Expr *null = expr_const(l->b->arena, &v, l->at);
    return null ? expr_case(l->b->arena, &l->absent, &null, 1, *ret, l->at, ret, err) : RAISE_NOMEM(err);
}

/* The left columns, then those of the query. */
static int project(Lateral *l, Logical *rows, const Field *cols, uint32_t n_right, Logical **ret, Err *err)
{
    Arena *a = l->b->arena;
    uint32_t n_left = l->left->n_cols, n = n_left + n_right;
    Expr **exprs = ARENA_ARRAY(a, Expr *, n + 1);
    const char **names = ARENA_ARRAY(a, const char *, n + 1);
    if (!exprs || !names)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_left; i++) {
        exprs[i] = logical_column(a, rows, i, l->at);
        names[i] = l->left->cols[i].name;
        if (!exprs[i])
            return RAISE_NOMEM(err);
    }
    for (uint32_t i = n_left; i < n; i++) {
        names[i] = cols[i - n_left].name;
        if (l->list)
            TRY(list_item(l, l->list->exprs[i - n_left], &exprs[i], err));
        else
            exprs[i] = l->value[i - n_left];
        if (exprs[i]->type.id == T_UNKNOWN)
            TRY(expr_cast(a, exprs[i], TYPE(TEXT), CAST_IMPLICIT, false, &exprs[i], err));
    }
    TRY(bind_count_node(l->b, l->at, err));
    *ret = logical_project(a, rows, exprs, n, names, l->at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* SELECT t.a + 1, without FROM: one row for each of the left. */
static bool is_one_row(const Logical *n)
{
    return n->kind == L_VALUES && n->values.n_rows == 1 && n->n_cols == 0;
}

static int add_rel(Binder *b, const Scope *left, const Alias *alias, uint32_t n_right, Scope *s, Err *err)
{
    ScopeRel *rels = ARENA_ARRAY(b->arena, ScopeRel, left->n_rels + 1);
    uint32_t i = 0, first = left->node->n_cols;
    const char *name = alias ? alias->name.s.p : NULL;
    if (!rels)
        return RAISE_NOMEM(err);
    if (left->n_rels)
        memcpy(rels, left->rels, left->n_rels * sizeof(*rels));
    for (uint32_t k = 0; name && k < left->n_rels; k++)
        if (rels[k].name && strcmp(rels[k].name, name) == 0)
            return RAISE_AT(err, ERR_DUPLICATE_ALIAS, alias->node.at, "table name \"%s\" specified more than once", name);
    rels[left->n_rels] = (ScopeRel){.name = name, .first = first, .n = n_right};
    s->rels = rels;
    s->n_rels = left->n_rels + 1;
    if (!alias || alias->columns.n == 0)
        return 0;
    if (alias->columns.n > n_right)
        return RAISE_AT(err, ERR_INVALID_COLUMN_REF, alias->node.at,
                        "table \"%s\" has %u columns available but %u columns specified", name, n_right, alias->columns.n);
    AST_EACH(item, alias->columns)
    s->node->cols[first + i++].name = AST(IdentNode, item)->ident.s.p;
    return 0;
}

/* Names and binds the ON of a LEFT JOIN before the join is made. */
static int bind_on(Lateral *l, const Scope *left, const Node *on, const Alias *alias, Logical *query, Err *err)
{
    Scope both = {.window_col = -1};
    both.node = logical_join(l->b->arena, LEFT_JOIN, left->node, query, NULL, l->at);
    if (!both.node)
        return RAISE_NOMEM(err);
    TRY(add_rel(l->b, left, alias, query->n_cols, &both, err));
    return bind_predicate(&(ExprScope){.b = l->b, .scope = &both, .clause = "JOIN/ON"}, on, &l->on, err);
}

/* There is one row for each left row: ON says whether its columns are seen. */
static int hide_unless(Lateral *l, Logical **node, Err *err)
{
    Arena *a = l->b->arena;
    Logical *in = *node;
    Expr **exprs = ARENA_ARRAY(a, Expr *, in->n_cols + 1);
    const char **names = ARENA_ARRAY(a, const char *, in->n_cols + 1);
    if (!exprs || !names)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < in->n_cols; i++) {
        names[i] = in->cols[i].name;
        exprs[i] = logical_column(a, in, i, l->at);
        if (!exprs[i])
            return RAISE_NOMEM(err);
        if (i >= l->left->n_cols)
            TRY(expr_case(a, &l->on, &exprs[i], 1, NULL, l->at, &exprs[i], err));
    }
    *node = logical_project(a, in, exprs, in->n_cols, names, l->at);
    return *node ? 0 : RAISE_NOMEM(err);
}

static bool knows_empty(const Lateral *l)
{
    bool known = true;
    for (uint32_t i = 0; l->d.grouped && i < l->n_cols; i++)
        known = known && i < l->d.n_empty && l->d.empty[i];
    return known;
}

/* Any query: evaluated for each value of what it refers to. */
static int each_row(Lateral *l, const Scope *left, Logical *query, const Alias *alias, Scope *ret, Err *err)
{
    Expr *on = NULL;
    uint32_t n_outer = l->o.n;
    *ret = (Scope){.window_col = -1, .node = left->node};
    l->list = NULL;
    if (l->on)
        TRY(add_on(l, &on, err));
    const Dependent each = {.plan = query, .on = on, .outer = l->o.ref, .n_outer = n_outer};
    trace_subquery(l->b->state, true, "LATERAL query", l->outer ? LEFT_JOIN : INNER_JOIN);
    TRY(dependent_join(l->b, &ret->node, l->outer ? LEFT_JOIN : INNER_JOIN, &each, l->at, err));
    for (uint32_t i = 0; i < query->n_cols; i++)
        ret->node->cols[left->node->n_cols + i].name = query->cols[i].name;
    return add_rel(l->b, left, alias, query->n_cols, ret, err);
}

int bind_lateral(Binder *b, const Scope *left, const Node *n, bool outer, const Node *on, Scope *ret, Err *err)
{
    const FromSubquery *f = AST(FromSubquery, n);
    return bind_lateral_query(b, left, &(LateralItem){f->query, f->alias, n->at, outer, on}, ret, err);
}

int bind_lateral_query(Binder *b, const Scope *left, const LateralItem *f, Scope *ret, Err *err)
{
    const Node *on = f->on;
    Scope around = *left;
    ExprScope x = {.b = b, .scope = &around, .clause = "LATERAL"};
    Lateral l = {.b = b, .left = left->node, .at = f->at, .outer = f->outer};
    Logical *query, *plan, *rows = left->node;
    TRY(subquery_plan(&x, f->query, &l.o, &query, err));
    l.list = list_refers(query) ? query : NULL;
    plan = l.list ? query->in[0] : query;
    l.n_cols = plan->n_cols;
    uint32_t n_right = query->n_cols; /* decorrelation may add some */
    const Field *cols = query->cols;
    l.value = ARENA_ARRAY(b->arena, Expr *, l.n_cols + 1);
    if (!l.value)
        return RAISE_NOMEM(err);
    if (on)
        TRY(bind_on(&l, left, on, f->alias, query, err));
    l.one_row = l.list && is_one_row(plan);
    if (!l.one_row)
        TRY(decorrelate(b, plan, true, &l.d, err));
    if (l.d.stuck || !knows_empty(&l))
        return each_row(&l, left, query, f->alias, ret, err);
    if (!l.one_row)
        TRY(join_rows(&l, &rows, err));
    *ret = (Scope){.window_col = -1};
    TRY(project(&l, rows, cols, n_right, &ret->node, err));
    if (l.on && (l.one_row || l.d.grouped))
        TRY(hide_unless(&l, &ret->node, err));
    return add_rel(b, left, f->alias, n_right, ret, err);
}

/* ---- LEFT JOIN .. ON ---- */

static int names_left(void *self, Node *n)
{
    const Scope *left = self;
    const Name *name = n->kind == NODE_EXPR_COLUMN ? &AST(ExprColumn, n)->name : NULL;
    const ScopeRel *rel;
    Err unused = ERR_INIT;
    if (!name)
        return ast_each_child(n, names_left, self);
    for (uint32_t i = 0; i + 1 < name->n_parts; i++)
        if (scope_find_rel(left, &name->part[i], &rel, &unused) == 0)
            return true;
    return scope_has_column(left, name->part[0].s) || scope_whole(left, name->part[0].s);
}

bool lateral_names_left(const Scope *left, const Node *item)
{
    return item->kind == NODE_FROM_FUNCTION && ast_each_child(item, names_left, (Scope *)left);
}

/* SELECT * FROM item WHERE where. */
static int select_all_of(Arena *a, const Node *item, const Node *where, Query **ret, Err *err)
{
    Query *q = ARENA_NEW(a, Query);
    Select *s = ARENA_NEW(a, Select);
    Target *t = ARENA_NEW(a, Target);
    ExprStar *star = ARENA_NEW(a, ExprStar);
    Node *from = ast_copy_top(a, item);
    if (!q || !s || !t || !star || !from)
        return RAISE_NOMEM(err);
    *star = (ExprStar){.node = {.kind = NODE_EXPR_STAR, .at = item->at}};
    *t = (Target){.node = {.kind = NODE_TARGET, .at = item->at}, .expr = &star->node};
    *s = (Select){.node = {.kind = NODE_SELECT, .at = item->at}, .where = (Node *)where};
    node_list_append(&s->targets, &t->node);
    node_list_append(&s->from, from);
    *q = (Query){.node = {.kind = NODE_QUERY, .at = item->at}, .body = &s->node};
    *ret = q;
    return 0;
}

/* What the item is called; its own alias names the columns inside. */
static int name_of(Arena *a, const Node *n, Alias **ret, Err *err)
{
    const FromFunction *f = n->kind == NODE_FROM_FUNCTION ? AST(FromFunction, n) : NULL;
    const Alias *given = f ? f->alias : AST(FromSubquery, n)->alias;
    *ret = NULL;
    if (!f && !given)
        return 0;
    *ret = ARENA_NEW(a, Alias);
    if (!*ret)
        return RAISE_NOMEM(err);
    **ret = (Alias){.node = {.kind = NODE_ALIAS, .at = n->at}};
    (*ret)->name = given && given->name.s.p ? given->name : *name_last(&f->call->func);
    return 0;
}

int bind_lateral_left(Binder *b, const Scope *left, const Node *n, const Node *on, Scope *ret, Err *err)
{
    const FromFunction *f = n->kind == NODE_FROM_FUNCTION ? AST(FromFunction, n) : NULL;
    bool inside = plan_holds_query(b->ctx->catalog, on);
    Alias *alias;
    Query *q;
    TRY(name_of(b->arena, n, &alias, err));
    TRY(select_all_of(b->arena, n, inside ? on : NULL, &q, err));
    TRY(bind_lateral_query(b, left, &(LateralItem){q, alias, n->at, true, inside ? NULL : on}, ret, err));
    ScopeRel *own = (ScopeRel *)&ret->rels[ret->n_rels - 1];
    own->scalar = f && own->n == 1 && !f->ordinality && ret->node->cols[own->first].type.id != T_STRUCT;
    return 0;
}
