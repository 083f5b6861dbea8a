/* SPDX-License-Identifier: Apache-2.0
 *
 * One SELECT: FROM, WHERE, GROUP BY, HAVING, the target list, DISTINCT, and the ORDER BY and LIMIT of the query around it, which
 * may name output columns, numbers, and expressions that are not selected (those become columns that a last projection drops). */
#include "sql/ast_equal.h"
#include "plan/bind_rows.h"
#include "plan/bind_target.h"

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
    OverList overs;
    RowsList *rows;
    TargetItems targets;
    GroupParts group;
    Expr *having, *qualify;
    uint32_t n_sort, n_on;
    SortItem *sort, *on; /* ORDER BY, DISTINCT ON */
} SelectParts;

/* ORDER BY <number> or <output name>: the target; 1 = neither. */
static int sort_target(const SelectParts *p, const Node *e, uint32_t *ret, Err *err)
{
    const char *clause = p->x.clause;
    if (e->kind == NODE_EXPR_LITERAL && AST(ExprLiteral, e)->kind == LITERAL_INT) {
        int64_t i;
        Str text = AST(ExprLiteral, e)->text;
        if (!str_to_i64(text, &i) || i < 1 || i > p->targets.n)
            return RAISE_AT(err, ERR_INVALID_COLUMN_REF, e->at, "%s position %.*s is not in select list", clause, (int)text.n,
                            text.p);
        *ret = (uint32_t)i - 1;
        return 0;
    }
    if (bind_is_minus_number(e))
        return RAISE_AT(err, ERR_INVALID_COLUMN_REF, e->at, "%s position is not in select list", clause);
    if (e->kind == NODE_EXPR_LITERAL)
        return RAISE_AT(err, ERR_SYNTAX, e->at, "non-integer constant in %s", clause);
    if (e->kind != NODE_EXPR_COLUMN || AST(ExprColumn, e)->name.n_parts != 1)
        return 1;
    Str name = AST(ExprColumn, e)->name.part[0].s;
    int found = 1;
    for (uint32_t i = 0; i < p->targets.n; i++) {
        if (!str_eq(str_of(p->targets.item[i].name), name))
            continue;
        if (found == 0 && !expr_equal(p->targets.item[i].expr, p->targets.item[*ret].expr))
            return RAISE_AT(err, ERR_AMBIGUOUS_COLUMN, e->at, "%s \"%.*s\" is ambiguous", clause, (int)name.n, name.p);
        if (found)
            *ret = i;
        found = 0;
    }
    return found;
}

static int bind_sort_item(SelectParts *p, const Node *e, SortItem *s, Err *err)
{
    int rc = sort_target(p, e, &s->target, err);
    TRY(rc);
    if (rc == 0)
        return 0;
    TRY(bind_expr(&p->x, e, &s->expr, err));
    for (uint32_t i = 0; i < p->targets.n; i++)
        if (expr_equal(s->expr, p->targets.item[i].expr)) {
            s->target = i;
            s->expr = NULL;
            break;
        }
    return 0;
}

bool order_is_by_all(const Query *q)
{
    return q->order_by.n == 1 && AST(OrderItem, q->order_by.first)->expr->kind == NODE_GROUP_SET;
}

void order_direction(const OrderItem *o, bool *ret_desc, bool *ret_nulls_first)
{
    *ret_desc = o->dir == SORT_DESC;
    *ret_nulls_first = o->nulls == SORT_NULLS_DEFAULT ? *ret_desc : o->nulls == SORT_NULLS_FIRST;
}

static int bind_sort_items(SelectParts *p, const Query *q, Err *err)
{
    p->x.clause = "ORDER BY";
    p->sort = ARENA_ARRAY(p->x.b->arena, SortItem, MAX(q->order_by.n, p->targets.n) + 1);
    if (!p->sort)
        return RAISE_NOMEM(err);
    if (order_is_by_all(q)) {
        const OrderItem *all = AST(OrderItem, q->order_by.first);
        for (uint32_t i = 0; i < p->targets.n; i++) {
            SortItem *s = &p->sort[p->n_sort++];
            order_direction(all, &s->desc, &s->nulls_first);
            s->target = i;
        }
        return 0;
    }
    AST_EACH(item, q->order_by)
    {
        const OrderItem *o = AST(OrderItem, item);
        SortItem *s = &p->sort[p->n_sort++];
        order_direction(o, &s->desc, &s->nulls_first);
        TRY(bind_sort_item(p, o->expr, s, err));
    }
    return 0;
}

static bool same_item(const SortItem *a, const SortItem *b)
{
    return a->expr && b->expr ? expr_equal(a->expr, b->expr) : !a->expr && !b->expr && a->target == b->target;
}

/* DISTINCT ON: the first of the rows that agree on its items, in the order of ORDER BY, which must begin with them. */
static int bind_distinct_on(SelectParts *p, const Select *s, const Query *q, Err *err)
{
    p->x.clause = "DISTINCT ON";
    p->on = ARENA_ARRAY(p->x.b->arena, SortItem, s->distinct_on.n + 1);
    if (!p->on)
        return RAISE_NOMEM(err);
    AST_EACH(item, s->distinct_on)
    TRY(bind_sort_item(p, item, &p->on[p->n_on++], err));
    for (uint32_t i = 0; i < MIN(p->n_sort, p->n_on); i++) {
        uint32_t k = 0;
        while (k < p->n_on && !same_item(&p->on[k], &p->sort[i]))
            k++;
        if (k == p->n_on)
            return RAISE_AT(err, ERR_INVALID_COLUMN_REF, q->order_by.first->at,
                            "SELECT DISTINCT ON expressions must match initial ORDER BY expressions");
    }
    return 0;
}

/* Everything that is written over the rows of FROM. */
static int bind_parts(SelectParts *p, const Select *s, const Query *outer, Err *err)
{
    Binder *b = p->x.b;
    TRY(bind_targets(b, &p->scope, &p->subs, &s->targets, &p->targets, err));
    p->x.clause = "GROUP BY";
    TRY(bind_group_by(&p->x, s, &p->targets, &p->group, err));
    p->x.group = &p->group;
    p->x.aggs = &p->aggs;
    p->x.subs = &p->subs;
    p->x.overs = &p->overs;
    p->overs.windows = &s->windows;
    p->x.clause = "WINDOW";
    TRY(bind_windows(&p->x, err));
    p->x.clause = "SELECT";
    p->x.rows = p->rows;
    for (uint32_t i = 0; i < p->targets.n; i++)
        if (!p->targets.item[i].expr) {
            p->x.column = p->targets.item[i].column;
            TRY(bind_expr(&p->x, p->targets.item[i].ast, &p->targets.item[i].expr, err));
            p->x.column = NULL;
        }
    p->x.rows = NULL;
    if (s->qualify) {
        p->x.clause = "QUALIFY";
        p->x.aliases = &p->targets;
        TRY(bind_predicate(&p->x, s->qualify, &p->qualify, err));
        p->x.aliases = NULL;
    }
    if (s->having) {
        ExprScope having = p->x;
        having.clause = "HAVING";
        having.overs = NULL;
        TRY(bind_predicate(&having, s->having, &p->having, err));
    }
    p->x.rows = p->rows;
    if (outer)
        TRY(bind_sort_items(p, outer, err));
    return s->distinct == SELECT_DISTINCT_ON ? bind_distinct_on(p, s, outer, err) : 0;
}

/* What the rest of the query reads, over the rows or groups: first what is above the windows, then HAVING and what window functions
 * see, then the outer sides of subqueries. */
typedef struct PartList {
    Expr ***all;
    uint32_t n_shown, n_above, n_own, n; /* what is given out; above the windows; without those of subqueries; all */
} PartList;

static int list_parts(SelectParts *p, PartList *ret, Err *err)
{
    Arena *a = p->x.b->arena;
    Expr ***overs;
    uint32_t n = 0, n_overs, n_outer = subqueries_outer(&p->subs, NULL, 0), n_rows = p->rows ? rows_args(p->rows, NULL) : 0;
    TRY(over_exprs(a, &p->overs, &overs, &n_overs, err));
    Expr ***all = ARENA_ARRAY(a, Expr **, p->targets.n + p->n_sort + p->n_on + n_rows + n_overs + n_outer + 2);
    if (!all)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < p->targets.n; i++)
        all[n++] = &p->targets.item[i].expr;
    for (uint32_t i = 0; i < p->n_sort; i++)
        all[n++] = &p->sort[i].expr;
    for (uint32_t i = 0; i < p->n_on; i++)
        all[n++] = &p->on[i].expr;
    ret->n_shown = n;
    n += p->rows ? rows_args(p->rows, all + n) : 0;
    all[n++] = &p->qualify;
    ret->n_above = n;
    all[n++] = &p->having;
    memcpy(all + n, overs, n_overs * sizeof(*overs));
    ret->n_own = n += n_overs;
    n += subqueries_outer(&p->subs, all + n, n_outer);
    ret->all = all;
    ret->n = n;
    return 0;
}

static int filter_part(SelectParts *p, Expr *predicate, Logical **node, Err *err)
{
    if (!predicate)
        return 0;
    TRY(bind_count_node(p->x.b, predicate->at, err));
    *node = logical_filter(p->x.b->arena, *node, predicate);
    return *node ? 0 : RAISE_NOMEM(err);
}

/* Window functions, then the subqueries that read them. */
static int build_windows(SelectParts *p, const SubqueryList *late, const PartList *parts, Logical **node, Err *err)
{
    Arena *a = p->x.b->arena;
    uint32_t n_outer = subqueries_outer(late, NULL, 0), n = parts->n_above;
    Expr ***above = ARENA_ARRAY(a, Expr **, n + n_outer + 1);
    if (!above)
        return RAISE_NOMEM(err);
    memcpy(above, parts->all, n * sizeof(*above));
    n_outer = subqueries_outer(late, above + n, n_outer);
    TRY(over_build(p->x.b, &p->overs, above, n + n_outer, node, err));
    return subqueries_join(p->x.b, late, node, above, n, err);
}

/* Functions that give rows, then the subqueries about their rows. */
static int build_rows(SelectParts *p, const SubqueryList *last, const PartList *parts, Span at, Logical **node, Err *err)
{
    uint32_t n_outer = subqueries_outer(last, NULL, 0), n = parts->n_shown;
    Expr ***shown = ARENA_ARRAY(p->x.b->arena, Expr **, n + n_outer + 1);
    if (!shown)
        return RAISE_NOMEM(err);
    memcpy(shown, parts->all, n * sizeof(*shown));
    n_outer = subqueries_outer(last, shown + n, n_outer);
    TRY(rows_build(p->x.b, p->rows, shown, n + n_outer, at, node, err));
    return subqueries_join(p->x.b, last, node, shown, n, err);
}

/* GROUP BY and HAVING, then window functions and QUALIFY. */
static int group_parts(SelectParts *p, const Select *s, Logical **node, Err *err)
{
    PartList parts;
    SubqueryList rest, early, late, last;
    *node = p->scope.node;
    TRY(list_parts(p, &parts, err));
    if (s->group_by.n > 0 || p->aggs.n > 0 || s->having)
        TRY(bind_grouped(&p->x, &p->group, parts.all, parts.n, node, err));
    TRY(subqueries_part(p->x.b->arena, &p->subs, rows_is_in, &rest, &last, err));
    TRY(subqueries_part(p->x.b->arena, &rest, over_is_in, &early, &late, err));
    TRY(subqueries_join(p->x.b, &early, node, parts.all, parts.n, err));
    TRY(filter_part(p, p->having, node, err));
    TRY(build_windows(p, &late, &parts, node, err));
    TRY(filter_part(p, p->qualify, node, err));
    return p->rows ? build_rows(p, &last, &parts, s->node.at, node, err) : 0;
}

static int project_items(SelectParts *p, SortItem *item, uint32_t n_items, Expr **exprs, const char **names, uint32_t *n, Err *err)
{
    for (uint32_t i = 0; i < n_items; i++) {
        if (!item[i].expr)
            continue;
        item[i].target = *n;
        exprs[*n] = item[i].expr;
        if (exprs[*n]->type.id == T_UNKNOWN)
            TRY(expr_cast(p->x.b->arena, exprs[*n], TYPE(TEXT), CAST_IMPLICIT, false, &exprs[*n], err));
        names[(*n)++] = "(sort key)";
    }
    return 0;
}

/* The projection: targets, then what only ORDER BY and DISTINCT ON need. */
static int project_parts(SelectParts *p, bool keep_unknown, Span at, Logical **node, Err *err)
{
    Arena *a = p->x.b->arena;
    uint32_t n = p->targets.n;
    Expr **exprs = ARENA_ARRAY(a, Expr *, n + p->n_sort + p->n_on + 1);
    const char **names = ARENA_ARRAY(a, const char *, n + p->n_sort + p->n_on + 1);
    if (!exprs || !names)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        exprs[i] = p->targets.item[i].expr;
        names[i] = p->targets.item[i].name;
        if (exprs[i]->type.id == T_UNKNOWN && !keep_unknown)
            TRY(expr_cast(a, exprs[i], TYPE(TEXT), CAST_IMPLICIT, false, &exprs[i], err));
    }
    TRY(project_items(p, p->sort, p->n_sort, exprs, names, &n, err));
    TRY(project_items(p, p->on, p->n_on, exprs, names, &n, err));
    *node = logical_project(a, *node, exprs, n, names, at);
    return *node ? 0 : RAISE_NOMEM(err);
}

/* ROW_NUMBER() OVER (PARTITION BY on ORDER BY sort) = 1. */
static int first_of_each(SelectParts *p, const Select *s, Logical **node, Err *err)
{
    Binder *b = p->x.b;
    Arena *a = b->arena;
    Span at = s->distinct_on.first->at;
    Logical *top = logical_new(a, L_TOP_N, *node, 0, at);
    if (!top)
        return RAISE_NOMEM(err);
    TRY(bind_count_node(b, at, err));
    logical_take_columns(top);
    top->top = (LogicalTopN){.n_part = p->n_on, .n_order = p->n_sort, .lo = 1, .hi = 1};
    top->top.part = ARENA_ARRAY(a, Expr *, p->n_on + 1);
    top->top.order = ARENA_ARRAY(a, Expr *, p->n_sort + 1);
    top->top.desc = ARENA_ARRAY(a, bool, p->n_sort + 1);
    top->top.nulls_first = ARENA_ARRAY(a, bool, p->n_sort + 1);
    if (!top->top.part || !top->top.order || !top->top.desc || !top->top.nulls_first)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < p->n_on; i++) {
        top->top.part[i] = logical_column(a, *node, p->on[i].target, at);
        if (!top->top.part[i])
            return RAISE_NOMEM(err);
    }
    for (uint32_t i = 0; i < p->n_sort; i++) {
        top->top.order[i] = logical_column(a, *node, p->sort[i].target, at);
        if (!top->top.order[i])
            return RAISE_NOMEM(err);
        top->top.desc[i] = p->sort[i].desc;
        top->top.nulls_first[i] = p->sort[i].nulls_first;
    }
    *node = top;
    return 0;
}

static int drop_sort_keys(SelectParts *p, Span at, Logical **node, Err *err)
{
    Arena *a = p->x.b->arena;
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
    *node = logical_project(a, *node, exprs, p->targets.n, NULL, at);
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
    /* The order of DISTINCT ON has done its work where nothing can be sorted. */
    if (p->n_on == 0 || !p->x.b->state->continuous || q->limit)
        TRY(bind_limits(p->x.b, q, node, &sort, err));
    return drop_sort_keys(p, q->node.at, node, err);
}

static bool constant(const Node *n, uint64_t *ret)
{
    int64_t v;
    if (n && (n->kind != NODE_EXPR_LITERAL || !str_to_i64(AST(ExprLiteral, n)->text, &v) || v < 0))
        return false;
    *ret = n ? (uint64_t)v : 0;
    return true;
}

typedef struct PerRow {
    const Binder *b;
    bool is; /* one value for each row, from that row alone */
} PerRow;

static int look_per_row(void *self, Node *n)
{
    PerRow *p = self;
    if (n->kind == NODE_EXPR_CALL) {
        const ExprCall *c = AST(ExprCall, n);
        Str name = name_last(&c->func)->s;
        p->is = p->is && (func_exists(name) || plan_is_value_function(name)) && !agg_is_name(name) && !c->over &&
                !unnest_is_call(p->b, n);
    }
    p->is = p->is && n->kind != NODE_QUERY;
    return p->is ? ast_each_child(n, look_per_row, p) : 0;
}

/* How many rows SELECT expressions FROM relation LIMIT n reads of it; 0 = all. */
static uint64_t rows_wanted(const Binder *b, const Select *s, const Query *q)
{
    uint64_t limit, offset;
    bool plain = q && q->limit && !q->with_ties && q->order_by.n == 0 && s->distinct == SELECT_ALL && s->from.n == 1 && !s->where &&
                 s->group_by.n == 0 && !s->having && !s->qualify && s->windows.n == 0 && s->from.first->kind == NODE_FROM_TABLE;
    AST_EACH(item, s->targets)
    {
        PerRow p = {b, plain};
        (void)look_per_row(&p, AST(Target, item)->expr);
        plain = p.is;
    }
    return plain && constant(q->limit, &limit) && constant(q->offset, &offset) ? MAX(limit + offset, 1u) : 0;
}

/* Functions that give rows come behind groups and windows, if there are any. */
static int bind_rows(SelectParts *p, const Select *s, const Query *outer, Err *err)
{
    bool late = rows_come_late(p->x.b, s, outer);
    p->rows = late ? ARENA_NEW(p->x.b->arena, RowsList) : NULL;
    if (late && !p->rows)
        return RAISE_NOMEM(err);
    return bind_unnest_target(p->x.b, s, late, &p->scope, err);
}

int bind_select(Binder *b, const Select *s, const Query *outer, Logical **ret, Err *err)
{
    SelectParts p = {0};
    Logical *node;
    b->rows_wanted = rows_wanted(b, s, outer);
    TRY(bind_from(b, &s->from, &p.scope, err));
    p.x = (ExprScope){.b = b, .scope = &p.scope, .clause = "WHERE"};
    if (s->where)
        TRY(bind_where(&p.x, s->where, err));
    TRY(bind_rows(&p, s, outer, err));
    TRY(bind_parts(&p, s, outer, err));
    if (outer && outer->locks.n)
        TRY(bind_locks(b, s, outer, p.aggs.n, p.overs.n, err));
    TRY(group_parts(&p, s, &node, err));
    TRY(bind_count_node(b, s->node.at, err));
    TRY(project_parts(&p, !outer && s->distinct == SELECT_ALL, s->node.at, &node, err));
    if (s->distinct == SELECT_DISTINCT) {
        if (node->n_cols > p.targets.n)
            return RAISE_AT(err, ERR_INVALID_COLUMN_REF, outer->order_by.first->at,
                            "for SELECT DISTINCT, ORDER BY expressions must appear in select list");
        TRY(bind_distinct(b, node, s->node.at, &node, err));
    }
    if (p.n_on)
        TRY(first_of_each(&p, s, &node, err));
    if (outer)
        TRY(sort_parts(&p, outer, &node, err));
    else
        TRY(drop_sort_keys(&p, s->node.at, &node, err));
    *ret = node;
    return 0;
}
