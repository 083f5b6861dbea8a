/* SPDX-License-Identifier: Apache-2.0
 *
 * GROUP BY and the grouped node.  Keys are bound over the rows of FROM; expressions of SELECT, HAVING and ORDER BY are bound over
 * the same rows and then rewritten over the node's output: a part equal to a key becomes that key, an aggregate its result, and a
 * column that is left over is the grouping error of SQL. */
#include "plan/bind_impl.h"

typedef struct KeyList {
    Expr **e;
    uint32_t n, cap;
} KeyList;

static int key_add(Arena *a, KeyList *k, Expr *e, Err *err)
{
    for (uint32_t i = 0; i < k->n; i++)
        if (!e->is_volatile && expr_equal(k->e[i], e))
            return 0;
    if (k->n == k->cap) {
        uint32_t cap = k->cap ? k->cap * 2 : 8;
        Expr **more = ARENA_ARRAY(a, Expr *, cap);
        if (!more)
            return RAISE_NOMEM(err);
        if (k->n)
            memcpy(more, k->e, k->n * sizeof(*more));
        k->e = more;
        k->cap = cap;
    }
    k->e[k->n++] = e;
    return 0;
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

static int bind_key(ExprScope *x, const Node *item, const TargetItems *targets, KeyList *keys, Err *err)
{
    const Node *ast;
    Expr *e;
    Arena *a = x->b->arena;
    if (item->kind == NODE_GROUP_SET) {
        static const char *const names[] = {"GROUP BY () is", "ROLLUP is", "CUBE is", "GROUPING SETS is"};
        return bind_unsupported(err, item->at, names[AST(GroupSet, item)->kind]);
    }
    if (item->kind == NODE_EXPR_ROW) {
        AST_EACH(part, AST(ExprRow, item)->items)
        TRY(bind_key(x, part, targets, keys, err));
        return 0;
    }
    TRY(resolve_item(x, item, targets, &ast, &e, err));
    if (!e && window_is_group_item(ast)) {
        TRY(bind_group_window(x, AST(ExprCall, ast), err));
        for (uint32_t i = 0; i < 2; i++) {
            e = logical_column(a, x->scope->node, (uint32_t)x->scope->window_col + i, ast->at);
            if (!e)
                return RAISE_NOMEM(err);
            TRY(key_add(a, keys, e, err));
        }
        return 0;
    }
    if (!e)
        TRY(bind_expr(x, ast, &e, err));
    if (e->type.id == T_UNKNOWN)
        TRY(expr_cast(a, e, TYPE(TEXT), CAST_IMPLICIT, false, &e, err));
    return key_add(a, keys, e, err);
}

int bind_group_by(ExprScope *x, const Select *s, const TargetItems *targets, Expr ***ret_keys, uint32_t *ret_n, Err *err)
{
    KeyList keys = {0};
    if (s->group_distinct)
        return bind_unsupported(err, s->node.at, "GROUP BY DISTINCT is");
    AST_EACH(item, s->group_by)
    TRY(bind_key(x, item, targets, &keys, err));
    *ret_keys = keys.e;
    *ret_n = keys.n;
    return 0;
}

typedef struct Regroup {
    ExprScope *x;
    Expr **keys;
    uint32_t n_keys;
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
        if (!e->is_volatile && expr_equal(e, g->keys[i])) {
            *ret = logical_column(a, g->node, i, e->at);
            return *ret ? 0 : RAISE_NOMEM(err);
        }
    if (e->kind == EXPR_COLUMN && e->col >= OVER_COLUMN) { /* what window functions and subqueries see is rewritten apart */
        *ret = e;
        return 0;
    }
    if (e->kind == EXPR_COLUMN) {
        if (e->col < AGG_COLUMN)
            return not_grouped(g, e, err);
        *ret = logical_column(a, g->node, g->n_keys + (e->col - AGG_COLUMN), e->at);
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
    *ret = copy;
    return 0;
}

int bind_grouped(ExprScope *x, Expr **keys, uint32_t n_keys, bool is_global, Expr ***exprs, uint32_t n, Logical **ret, Err *err)
{
    Arena *a = x->b->arena;
    Scope *s = x->scope;
    TRY(bind_count_node(x->b, s->node->at, err));
    Span at = n_keys ? keys[0]->at : x->aggs->n ? x->aggs->item[0].at : s->node->at;
    Logical *g = logical_new(a, L_AGG, s->node, n_keys + x->aggs->n, at);
    if (!g)
        return RAISE_NOMEM(err);
    g->group = (LogicalGroup){.n_keys = n_keys, .keys = keys, .n_aggs = x->aggs->n, .aggs = x->aggs->item, .is_global = is_global};
    for (uint32_t i = 0; i < n_keys; i++) {
        const char *name = keys[i]->kind == EXPR_COLUMN ? s->node->cols[keys[i]->col].name : "?column?";
        g->cols[i] = (Field){.name = name, .type = keys[i]->type, .not_null = keys[i]->not_null};
    }
    for (uint32_t i = 0; i < x->aggs->n; i++) {
        const LogicalAgg *agg = &x->aggs->item[i];
        g->cols[n_keys + i] = (Field){.name = agg->name, .type = agg->spec.ret, .not_null = str_eq(agg->func, STR("count"))};
    }
    Regroup re = {.x = x, .keys = keys, .n_keys = n_keys, .node = g};
    for (uint32_t i = 0; i < n; i++)
        if (*exprs[i])
            TRY(regroup(&re, *exprs[i], exprs[i], err));
    *ret = g;
    return 0;
}
