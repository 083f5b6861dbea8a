/* SPDX-License-Identifier: Apache-2.0
 *
 * GROUP BY and the grouped node.  Keys are bound over the rows of FROM; expressions of SELECT, HAVING and ORDER BY are bound over
 * the same rows and then rewritten over the node's output: a part equal to a key becomes that key, an aggregate its result, and a
 * column that is left over is the grouping error of SQL. */
#include "plan/group_sets.h"

#include "plan/bind_function.h"
#include "plan/bind_rows.h"
#include "plan/bind_target.h"
#include "sql/ast_equal.h"

static int key_add(GroupBinder *g, Expr *e, KeySet *set, Err *err)
{
    GroupParts *p = g->parts;
    uint32_t k = 0;
    while (k < p->n_keys && !expr_equal(p->keys[k], e))
        k++;
    if (k == p->n_keys && k == p->cap) {
        uint32_t cap = p->cap ? p->cap * 2 : 8;
        Expr **more = ARENA_ARRAY(g->x->b->arena, Expr *, cap);
        if (!more)
            return RAISE_NOMEM(err);
        if (p->n_keys)
            memcpy(more, p->keys, p->n_keys * sizeof(*more));
        p->keys = more;
        p->cap = cap;
    }
    if (k == p->n_keys)
        p->keys[p->n_keys++] = e;
    if (!set)
        return 0;
    if (k >= GROUPING_KEYS_MAX)
        return RAISE_AT(err, ERR_PROGRAM_LIMIT, e->at, "grouping sets have at most %u expressions", GROUPING_KEYS_MAX);
    set->word[k / 64] |= UINT64_C(1) << k % 64;
    return 0;
}

bool bind_is_minus_number(const Node *e)
{
    const ExprUnary *u = e->kind == NODE_EXPR_UNARY ? AST(ExprUnary, e) : NULL;
    return u && u->op == SQL_OP_SUB && u->arg->kind == NODE_EXPR_LITERAL && AST(ExprLiteral, u->arg)->kind == LITERAL_INT;
}

/* What an item of GROUP BY means: the item, or the target that a number or an alias names. */
static int resolve_item(const ExprScope *x, const Node *item, const TargetItems *targets, const Node **ret_ast, Expr **ret_expr,
                        Err *err)
{
    *ret_ast = item;
    *ret_expr = NULL;
    if (item->kind == NODE_EXPR_LITERAL && AST(ExprLiteral, item)->kind == LITERAL_INT) {
        int64_t i;
        if (!str_to_i64(AST(ExprLiteral, item)->text, &i) || i < 1 || i > targets->n)
            return RAISE_AT(err, ERR_INVALID_COLUMN_REF, item->at, "GROUP BY position %.*s is not in select list",
                            (int)AST(ExprLiteral, item)->text.n, AST(ExprLiteral, item)->text.p);
        *ret_ast = targets->item[i - 1].ast;
        *ret_expr = targets->item[i - 1].expr;
        return 0;
    }
    if (bind_is_minus_number(item))
        return RAISE_AT(err, ERR_INVALID_COLUMN_REF, item->at, "GROUP BY position is not in select list");
    if (item->kind == NODE_EXPR_LITERAL && AST(ExprLiteral, item)->kind != LITERAL_NULL) /* NULL is one group */
        return RAISE_AT(err, ERR_SYNTAX, item->at, "non-integer constant in GROUP BY");
    if (item->kind != NODE_EXPR_COLUMN || AST(ExprColumn, item)->name.n_parts != 1)
        return 0;
    Str name = AST(ExprColumn, item)->name.part[0].s;
    if (scope_has_column(x->scope, name)) /* a column of FROM goes before an alias */
        return 0;
    for (uint32_t i = 0; i < targets->n; i++)
        if (targets->item[i].ast && str_eq(str_of(targets->item[i].name), name)) {
            *ret_ast = targets->item[i].ast;
            return 0;
        }
    return 0;
}

/* The window's two bounds are its keys. */
static int window_keys(GroupBinder *g, const Node *ast, KeySet *ret, Err *err)
{
    Scope *s = g->x->scope;
    TRY(bind_group_window(g->x, AST(ExprCall, ast), err));
    for (uint32_t i = 0; i < 2; i++) {
        Expr *e = logical_column(g->x->b->arena, s->node, (uint32_t)s->window_col + i, ast->at);
        if (!e)
            return RAISE_NOMEM(err);
        TRY(key_add(g, e, ret, err));
    }
    return 0;
}

/* A key with subqueries: they are joined to the rows now; targets of the same text mean the same value. */
static int bind_key(GroupBinder *g, const Node *ast, Expr **ret, Err *err)
{
    ExprScope x = *g->x;
    SubqueryList subs = {0};
    x.subs = &subs;
    TRY(bind_expr(&x, ast, ret, err));
    if (subs.n == 0)
        return 0;
    TRY(subqueries_join(x.b, &subs, &x.scope->node, &ret, 1, err));
    for (uint32_t i = 0; i < g->targets->n; i++) {
        TargetItem *t = &g->targets->item[i];
        if (t->ast && !t->expr && ast_is_equal(t->ast, ast))
            t->expr = *ret;
    }
    return 0;
}

/* To group by window_time is to group by the end that it is computed from, which the rules of windows and watermarks know. */
static Expr *window_end_of(const Scope *s, const Node *ast, Expr *e)
{
    bool named = s->window_col >= 0 && ast && ast->kind == NODE_EXPR_COLUMN &&
                 str_eq(name_last(&AST(ExprColumn, ast)->name)->s, STR("window_time"));
    bool is_time = named && e->kind != EXPR_COLUMN && e->n_args == 2 && e->arg[0]->kind == EXPR_COLUMN &&
                   e->arg[0]->col == (uint32_t)s->window_col + 1;
    return is_time ? e->arg[0] : e;
}

/* ret NULL: there are no sets to note the keys in. */
int bind_group_key(GroupBinder *g, const Node *item, KeySet *ret, Err *err)
{
    const Node *ast;
    Expr *e;
    if (item->kind == NODE_EXPR_ROW) {
        AST_EACH(part, AST(ExprRow, item)->items)
        TRY(bind_group_key(g, part, ret, err));
        return 0;
    }
    TRY(resolve_item(g->x, item, g->targets, &ast, &e, err));
    if (!e && window_is_group_item(ast))
        return window_keys(g, ast, ret, err);
    if (!e)
        TRY(bind_key(g, ast, &e, err));
    e = window_end_of(g->x->scope, ast, e);
    if (e->type.id == T_UNKNOWN)
        TRY(expr_cast(g->x->b->arena, e, TYPE(TEXT), CAST_IMPLICIT, false, &e, err));
    return key_add(g, e, ret, err);
}

/* GROUP BY ALL: every target that has neither an aggregate nor a window function in it. */
static int group_by_all(GroupBinder *g, Span at, Err *err)
{
    for (uint32_t i = 0; i < g->targets->n; i++) {
        const Node *ast = g->targets->item[i].ast;
        if (ast && rows_gathers(g->x->b, ast))
            continue;
        const char *number = arena_printf(g->x->b->arena, "%u", i + 1);
        ExprLiteral *place = ARENA_NEW(g->x->b->arena, ExprLiteral);
        if (!number || !place)
            return RAISE_NOMEM(err);
        *place = (ExprLiteral){.node = {.kind = NODE_EXPR_LITERAL, .at = ast ? ast->at : at},
                               .kind = LITERAL_INT,
                               .text = str_of(number)};
        TRY(bind_group_key(g, &place->node, NULL, err));
    }
    return 0;
}

static bool groups_by_all(const Node *item)
{
    return item && item->kind == NODE_GROUP_SET && AST(GroupSet, item)->kind == GROUP_ALL;
}

int bind_group_by(ExprScope *x, const Select *s, const TargetItems *targets, GroupParts *ret, Err *err)
{
    GroupBinder g = {.x = x, .targets = targets, .parts = ret};
    bool plain = true;
    AST_EACH(item, s->group_by)
    plain &= item->kind != NODE_GROUP_SET;
    ret->at = s->group_by.n ? s->group_by.first->at : s->node.at;
    if (s->group_by.n && groups_by_all(s->group_by.first))
        return group_by_all(&g, ret->at, err);
    if (!plain)
        return bind_group_sets(&g, s, &ret->sets, err);
    AST_EACH(item, s->group_by)
    TRY(bind_group_key(&g, item, NULL, err));
    return 0;
}

typedef struct Regroup {
    ExprScope *x;
    Expr **keys; /* n_keys, over the rows of FROM */
    uint32_t n_keys, n_ids;
    Logical *node;
} Regroup;

static int not_grouped(const Regroup *g, const Expr *e, Err *err)
{
    const Scope *s = g->x->scope;
    for (uint32_t i = 0; i < s->n_rels; i++) {
        const ScopeRel *r = &s->rels[i];
        if (e->col < r->first || e->col >= r->first + r->n || !r->name)
            continue;
        return RAISE_AT(err, ERR_GROUPING, e->at,
                        "column \"%s.%s\" must appear in the GROUP BY clause or be used in an aggregate function", r->name,
                        s->node->cols[e->col].name);
    }
    return RAISE_AT(err, ERR_GROUPING, e->at,
                    "column \"%s\" must appear in the GROUP BY clause or be used in an aggregate function",
                    s->node->cols[e->col].name);
}

static int regroup(const Regroup *g, Expr *e, Expr **ret, Err *err)
{
    Arena *a = g->x->b->arena;
    for (uint32_t i = 0; i < g->n_keys; i++)
        if (expr_equal(e, g->keys[i])) {
            *ret = logical_column(a, g->node, i, e->at);
            return *ret ? 0 : RAISE_NOMEM(err);
        }
    if (e->kind == EXPR_COLUMN && e->col >= OVER_COLUMN) { /* what window functions and subqueries see is rewritten apart */
        *ret = e;
        return 0;
    }
    if (e->kind == EXPR_COLUMN) {
        if (e->col < GROUPING_COLUMN)
            return not_grouped(g, e, err);
        uint32_t col = e->col < AGG_COLUMN ? 1 + e->col - GROUPING_COLUMN : g->n_ids + e->col - AGG_COLUMN;
        *ret = logical_column(a, g->node, g->n_keys + col, e->at);
        return *ret ? 0 : RAISE_NOMEM(err);
    }
    *ret = e;
    if (e->n_args == 0)
        return 0;
    Expr *copy = arena_memdup(a, e, sizeof(*e));
    Expr **args = ARENA_ARRAY(a, Expr *, e->n_args);
    if (!copy || !args)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < e->n_args; i++)
        TRY(regroup(g, e->arg[i], &args[i], err));
    copy->arg = args;
    expr_derive(copy); /* a key that some set lacks can be NULL */
    *ret = copy;
    return 0;
}

/* Without keys there is one group, with or without rows. */
static int group_node(const ExprScope *x, Logical *in, Expr **keys, uint32_t n_keys, Span at, Logical **ret, Err *err)
{
    Logical *g = logical_new(x->b->arena, L_AGG, in, n_keys + x->aggs->n, at);
    if (!g)
        return RAISE_NOMEM(err);
    TRY(bind_count_node(x->b, at, err));
    g->group =
        (LogicalGroup){.n_keys = n_keys, .keys = keys, .n_aggs = x->aggs->n, .aggs = x->aggs->item, .is_global = n_keys == 0};
    for (uint32_t i = 0; i < n_keys; i++) {
        const char *name = keys[i]->kind == EXPR_COLUMN ? in->cols[keys[i]->col].name : "?column?";
        g->cols[i] = (Field){.name = name, .type = keys[i]->type, .not_null = keys[i]->not_null};
    }
    for (uint32_t i = 0; i < x->aggs->n; i++) {
        const LogicalAgg *agg = &x->aggs->item[i];
        g->cols[n_keys + i] = (Field){.name = agg->name, .type = agg->spec.ret, .not_null = str_eq(agg->func, STR("count"))};
    }
    *ret = g;
    return 0;
}

/* ---- columns that the primary key of their table determines ---- */

/* Column a of the node is column b, or a JOIN .. USING shows b under its name. */
static bool is_column(const Logical *node, uint32_t a, uint32_t b)
{
    return a == b || (node->kind == L_PROJECT && expr_equal(node->exprs[a], node->exprs[b]));
}

static bool has_key(const GroupBinder *g, uint32_t col)
{
    for (uint32_t i = 0; i < g->parts->n_keys; i++)
        if (g->parts->keys[i]->kind == EXPR_COLUMN && is_column(g->x->scope->node, g->parts->keys[i]->col, col))
            return true;
    return false;
}

static bool is_determined(const GroupBinder *g, uint32_t col)
{
    const Scope *s = g->x->scope;
    for (uint32_t i = 0; i < s->n_rels; i++) {
        const ScopeRel *r = &s->rels[i];
        if (col < r->first || col >= r->first + r->n || !r->table)
            continue;
        uint32_t k = 0;
        while (k < r->table->n_primary_key && has_key(g, r->first + r->table->primary_key[k]))
            k++;
        return k == r->table->n_primary_key;
    }
    return false;
}

/* Where the primary key of a table is grouped by, its other columns have one value per group: they become keys, too. */
static int add_determined(GroupBinder *g, Expr *e, Err *err)
{
    for (uint32_t i = 0; i < g->parts->n_keys; i++)
        if (expr_equal(e, g->parts->keys[i]))
            return 0;
    if (e->kind == EXPR_COLUMN)
        return e->col < GROUPING_COLUMN && is_determined(g, e->col) ? key_add(g, e, NULL, err) : 0;
    for (uint32_t i = 0; i < e->n_args; i++)
        TRY(add_determined(g, e->arg[i], err));
    return 0;
}

int bind_grouped(ExprScope *x, GroupParts *group, Expr ***exprs, uint32_t n, Logical **ret, Err *err)
{
    Logical *in = x->scope->node;
    GroupBinder plain = {.x = x, .parts = group};
    for (uint32_t i = 0; i < n && group->sets.n == 0 && group->n_keys > 0; i++)
        if (*exprs[i])
            TRY(add_determined(&plain, *exprs[i], err));
    uint32_t n_keys = group->n_keys, n_ids = 0;
    Expr **keys = group->keys;
    StandingGroups standing = {0};
    Span at = n_keys ? keys[0]->at : x->aggs->n ? x->aggs->item[0].at : in->at;
    if (group->sets.n > 1) {
        TRY(group_sets_expand(x->b, group, &in, &standing, err));
        keys = group->over_sets;
        n_ids = 1 + group->n_calls;
    }
    TRY(group_node(x, in, keys, n_keys + n_ids, at, ret, err));
    (*ret)->group.standing = standing;
    Regroup re = {.x = x, .keys = group->keys, .n_keys = n_keys, .n_ids = n_ids, .node = *ret};
    for (uint32_t i = 0; i < n; i++)
        if (*exprs[i])
            TRY(regroup(&re, *exprs[i], exprs[i], err));
    return 0;
}
