/* SPDX-License-Identifier: Apache-2.0
 *
 * One SELECT: FROM, WHERE, GROUP BY, HAVING, the target list, DISTINCT, and the ORDER BY and LIMIT of the query around it, which
 * may name output columns, numbers, and expressions that are not selected (those become columns that a last projection drops). */
#include "plan/bind_impl.h"

typedef struct SortItem {
    Expr *expr; /* over the rows of FROM; NULL when it names a target */
    uint32_t target;
    bool desc, nulls_first;
} SortItem;

typedef struct SelectParts {
    ExprScope x;
    Scope scope;
    AggList aggs;
    SubqueryList subs;
    TargetItems targets;
    Expr **keys;
    uint32_t n_keys;
    Expr *having;
    uint32_t n_sort;
    SortItem *sort;
} SelectParts;

/* ORDER BY <number> or <output name>: the target; 1 = neither. */
static int sort_target(const SelectParts *p, const Node *e, uint32_t *ret, Err *err)
{
    if (e->kind == NODE_EXPR_LITERAL && AST(ExprLiteral, e)->kind == LITERAL_INT) {
        int64_t i;
        Str text = AST(ExprLiteral, e)->text;
        if (!str_to_i64(text, &i) || i < 1 || i > p->targets.n)
            return RAISE_AT(err, ERR_INVALID_COLUMN_REF, e->at, "ORDER BY position %.*s is not in select list", (int)text.n,
                            text.p);
        *ret = (uint32_t)i - 1;
        return 0;
    }
    if (e->kind != NODE_EXPR_COLUMN || AST(ExprColumn, e)->name.n_parts != 1)
        return 1;
    Str name = AST(ExprColumn, e)->name.part[0].s;
    int found = 1;
    for (uint32_t i = 0; i < p->targets.n; i++) {
        if (!str_eq(str_of(p->targets.item[i].name), name))
            continue;
        if (found == 0 && !expr_equal(p->targets.item[i].expr, p->targets.item[*ret].expr))
            return RAISE_AT(err, ERR_AMBIGUOUS_COLUMN, e->at, "ORDER BY \"%.*s\" is ambiguous", (int)name.n, name.p);
        if (found)
            *ret = i;
        found = 0;
    }
    return found;
}

static int bind_sort_items(SelectParts *p, const Query *q, Err *err)
{
    p->x.clause = "ORDER BY";
    p->sort = ARENA_ARRAY(p->x.b->arena, SortItem, q->order_by.n + 1);
    if (!p->sort)
        return RAISE_NOMEM(err);
    AST_EACH(item, q->order_by)
    {
        const OrderItem *o = AST(OrderItem, item);
        SortItem *s = &p->sort[p->n_sort++];
        s->desc = o->dir == SORT_DESC;
        s->nulls_first = o->nulls == SORT_NULLS_DEFAULT ? s->desc : o->nulls == SORT_NULLS_FIRST;
        int rc = sort_target(p, o->expr, &s->target, err);
        TRY(rc);
        if (rc == 0)
            continue;
        TRY(bind_expr(&p->x, o->expr, &s->expr, err));
        for (uint32_t i = 0; i < p->targets.n; i++)
            if (!s->expr->is_volatile && expr_equal(s->expr, p->targets.item[i].expr)) {
                s->target = i;
                s->expr = NULL;
                break;
            }
    }
    return 0;
}

/* Everything that is written over the rows of FROM. */
static int bind_parts(SelectParts *p, const Select *s, const Query *outer, Err *err)
{
    Binder *b = p->x.b;
    TRY(bind_targets(b, &p->scope, &s->targets, &p->targets, err));
    p->x.clause = "GROUP BY";
    TRY(bind_group_by(&p->x, s, &p->targets, &p->keys, &p->n_keys, err));
    p->x.aggs = &p->aggs;
    p->x.subs = &p->subs;
    p->x.clause = "SELECT";
    for (uint32_t i = 0; i < p->targets.n; i++)
        if (!p->targets.item[i].expr)
            TRY(bind_expr(&p->x, p->targets.item[i].ast, &p->targets.item[i].expr, err));
    if (s->having) {
        p->x.clause = "HAVING";
        TRY(bind_predicate(&p->x, s->having, &p->having, err));
    }
    return outer ? bind_sort_items(p, outer, err) : 0;
}

/* Every expression over the rows, or groups, that the rest of the query reads; n with the outer sides of subqueries. */
static Expr ***all_exprs(SelectParts *p, uint32_t *ret_n)
{
    uint32_t n = 0, n_outer = subqueries_outer(&p->subs, NULL, 0);
    Expr ***all = ARENA_ARRAY(p->x.b->arena, Expr **, p->targets.n + p->n_sort + n_outer + 1);
    if (!all)
        return NULL;
    for (uint32_t i = 0; i < p->targets.n; i++)
        all[n++] = &p->targets.item[i].expr;
    for (uint32_t i = 0; i < p->n_sort; i++)
        all[n++] = &p->sort[i].expr;
    all[n++] = &p->having;
    n += subqueries_outer(&p->subs, all + n, n_outer);
    *ret_n = n;
    return all;
}

static int group_parts(SelectParts *p, const Select *s, Logical **node, Err *err)
{
    uint32_t n;
    bool grouped = s->group_by.n > 0 || p->aggs.n > 0 || s->having;
    *node = p->scope.node;
    Expr ***all = all_exprs(p, &n);
    if (!all)
        return RAISE_NOMEM(err);
    if (grouped)
        TRY(bind_grouped(&p->x, p->keys, p->n_keys, s->group_by.n == 0, all, n, node, err));
    TRY(subqueries_join(p->x.b, &p->subs, node, all, p->targets.n + p->n_sort + 1, err));
    if (!p->having)
        return 0;
    *node = logical_filter(p->x.b->arena, *node, p->having);
    return *node ? 0 : RAISE_NOMEM(err);
}

/* The projection: targets, then what only ORDER BY needs. */
static int project_parts(SelectParts *p, bool keep_unknown, Span at, Logical **node, Err *err)
{
    Arena *a = p->x.b->arena;
    uint32_t n = p->targets.n;
    Expr **exprs = ARENA_ARRAY(a, Expr *, n + p->n_sort + 1);
    const char **names = ARENA_ARRAY(a, const char *, n + p->n_sort + 1);
    if (!exprs || !names)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        exprs[i] = p->targets.item[i].expr;
        names[i] = p->targets.item[i].name;
        if (exprs[i]->type.id == T_UNKNOWN && !keep_unknown)
            TRY(expr_cast(a, exprs[i], TYPE(TEXT), CAST_IMPLICIT, false, &exprs[i], err));
    }
    for (uint32_t i = 0; i < p->n_sort; i++) {
        if (!p->sort[i].expr)
            continue;
        p->sort[i].target = n;
        exprs[n] = p->sort[i].expr;
        if (exprs[n]->type.id == T_UNKNOWN)
            TRY(expr_cast(a, exprs[n], TYPE(TEXT), CAST_IMPLICIT, false, &exprs[n], err));
        names[n++] = "(sort key)";
    }
    *node = logical_project(a, *node, exprs, n, names, at);
    return *node ? 0 : RAISE_NOMEM(err);
}

static int sort_parts(SelectParts *p, const Query *q, Logical **node, Err *err)
{
    Arena *a = p->x.b->arena;
    LogicalSort sort = {.n = p->n_sort, .limit = -1, .offset = -1};
    sort.keys = ARENA_ARRAY(a, Expr *, p->n_sort + 1);
    sort.desc = ARENA_ARRAY(a, bool, p->n_sort + 1);
    sort.nulls_first = ARENA_ARRAY(a, bool, p->n_sort + 1);
    if (!sort.keys || !sort.desc || !sort.nulls_first)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < p->n_sort; i++) {
        sort.keys[i] = logical_column(a, *node, p->sort[i].target, q->order_by.first->at);
        if (!sort.keys[i])
            return RAISE_NOMEM(err);
        sort.desc[i] = p->sort[i].desc;
        sort.nulls_first[i] = p->sort[i].nulls_first;
    }
    TRY(bind_limits(p->x.b, q, node, &sort, err));
    if ((*node)->n_cols == p->targets.n)
        return 0;
    Expr **exprs = ARENA_ARRAY(a, Expr *, p->targets.n + 1);
    if (!exprs)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < p->targets.n; i++) {
        exprs[i] = logical_column(a, *node, i, SPAN_NONE);
        if (!exprs[i])
            return RAISE_NOMEM(err);
    }
    *node = logical_project(a, *node, exprs, p->targets.n, NULL, q->node.at);
    return *node ? 0 : RAISE_NOMEM(err);
}

static int check_select(const Select *s, Err *err)
{
    if (s->distinct == SELECT_DISTINCT_ON)
        return bind_unsupported(err, s->distinct_on.first->at, "DISTINCT ON is");
    if (s->windows.n)
        return bind_unsupported(err, s->windows.first->at, "WINDOW (named windows) is");
    return 0;
}

int bind_select(Binder *b, const Select *s, const Query *outer, Logical **ret, Err *err)
{
    SelectParts p = {0};
    Logical *node;
    TRY(check_select(s, err));
    TRY(bind_from(b, &s->from, &p.scope, err));
    p.x = (ExprScope){.b = b, .scope = &p.scope, .clause = "WHERE"};
    if (s->where)
        TRY(bind_where(&p.x, s->where, err));
    TRY(bind_parts(&p, s, outer, err));
    TRY(group_parts(&p, s, &node, err));
    TRY(bind_count_node(b, s->node.at, err));
    TRY(project_parts(&p, !outer && s->distinct == SELECT_ALL, s->node.at, &node, err));
    if (s->distinct == SELECT_DISTINCT) {
        if (node->n_cols > p.targets.n)
            return RAISE_AT(err, ERR_INVALID_COLUMN_REF, outer->order_by.first->at,
                            "for SELECT DISTINCT, ORDER BY expressions must appear in select list");
        TRY(bind_distinct(b, node, s->node.at, &node, err));
    }
    if (outer)
        TRY(sort_parts(&p, outer, &node, err));
    *ret = node;
    return 0;
}
