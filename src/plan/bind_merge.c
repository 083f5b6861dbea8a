/* SPDX-License-Identifier: Apache-2.0
 *
 * The query behind MERGE: which rows of the source meet which rows of the table, which WHEN is for each of them, and what its
 * values are.  The source is joined with the table, whose rows get a mark, so that a row of the source that meets none is known;
 * the first WHEN that fits is a column of that join, and each value is evaluated for the rows of its WHEN only.  A subquery in a
 * value is joined to all rows, as in any CASE.
 *
 *     (values of WHEN n, NULL elsewhere)
 *     filter: a WHEN is for the row
 *     the columns of the join, and the number of the WHEN
 *     source [LEFT] JOIN (SELECT *, 1 FROM table) ON condition
 *
 * What WHEN NOT MATCHED says sees the source alone, so a name that both have is no ambiguity there. */
#include "plan/bind_impl.h"

typedef struct Merge {
    Binder *b;
    const MergeQuery *q;
    Scope both, source; /* names of WHEN MATCHED, WHEN NOT MATCHED */
    uint32_t first;     /* column of the table's first */
    uint32_t n_values;
} Merge;

/* ---- the join ---- */

static Node *column_target(Arena *a, Node *expr, Node *next)
{
    Target *t = ARENA_NEW(a, Target);
    if (t)
        *t = (Target){.node = {.kind = NODE_TARGET, .at = expr->at, .next = next}, .expr = expr};
    return t ? &t->node : NULL;
}

/* (SELECT *, 1 FROM table) AS its name. */
static int marked_table(Merge *m, Node **ret, Err *err)
{
    Arena *a = m->b->arena;
    Span at = m->q->table->at;
    ExprStar *star = ARENA_NEW(a, ExprStar);
    ExprLiteral *one = ARENA_NEW(a, ExprLiteral);
    FromTable *from = ARENA_NEW(a, FromTable);
    FromSubquery *marked = ARENA_NEW(a, FromSubquery);
    Alias *alias = ARENA_NEW(a, Alias);
    Select *s = ARENA_NEW(a, Select);
    Query *q = ARENA_NEW(a, Query);
    if (!star || !one || !from || !marked || !alias || !s || !q)
        return RAISE_NOMEM(err);
    *star = (ExprStar){.node = {.kind = NODE_EXPR_STAR, .at = at}};
    *one = (ExprLiteral){.node = {.kind = NODE_EXPR_LITERAL, .at = at}, .kind = LITERAL_INT, .text = STR("1")};
    *from = (FromTable){.node = {.kind = NODE_FROM_TABLE, .at = at}, .name = *m->q->table};
    *s = (Select){.node = {.kind = NODE_SELECT, .at = at}, .from = {&from->node, &from->node, 1, 1}};
    s->targets.last = column_target(a, &one->node, NULL);
    s->targets.first = s->targets.last ? column_target(a, &star->node, s->targets.last) : NULL;
    s->targets.n = 2;
    if (!s->targets.first)
        return RAISE_NOMEM(err);
    *q = (Query){.node = {.kind = NODE_QUERY, .at = at}, .body = &s->node};
    *alias = (Alias){.node = {.kind = NODE_ALIAS, .at = at}, .name = m->q->alias->s.p ? *m->q->alias : *name_last(m->q->table)};
    *marked = (FromSubquery){.node = {.kind = NODE_FROM_SUBQUERY, .at = at}, .query = q, .alias = alias};
    *ret = &marked->node;
    return 0;
}

static int join_source(Merge *m, Err *err)
{
    FromJoin *j = ARENA_NEW(m->b->arena, FromJoin);
    Node *marked;
    bool absent = false;
    if (!j)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < m->q->n_when; i++)
        absent |= !m->q->when[i].matched;
    TRY(marked_table(m, &marked, err));
    *j = (FromJoin){.node = {.kind = NODE_FROM_JOIN, .at = m->q->stmt->at},
                    .kind = absent ? JOIN_LEFT : JOIN_INNER,
                    .left = m->q->source,
                    .right = marked,
                    .on = m->q->on};
    TRY(bind_from_item(m->b, &j->node, &m->both, err));
    ScopeRel *table = &m->both.rels[m->both.n_rels - 1];
    table->n--; /* the mark has no name */
    m->first = table->first;
    m->source = m->both;
    m->source.n_rels--;
    return 0;
}

/* ---- which WHEN ---- */

static int number(Merge *m, uint32_t i, Expr **ret, Err *err)
{
    Value v = {.type = TYPE(I32), .i32 = (int32_t)i};
    *ret = expr_const(m->b->arena, &v, SPAN_NONE);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int truth(Merge *m, Expr **ret, Err *err)
{
    Value v = {.type = TYPE(BOOL), .b = true};
    *ret = expr_const(m->b->arena, &v, SPAN_NONE);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* CASE WHEN condition THEN number .. END of those that are for matched rows, or for others. */
static int choice(Merge *m, bool matched, SubqueryList *subs, Expr **ret, Err *err)
{
    Arena *a = m->b->arena;
    ExprScope x = {.b = m->b, .scope = matched ? &m->both : &m->source, .clause = "MERGE WHEN conditions", .subs = subs};
    Expr **when = ARENA_ARRAY(a, Expr *, m->q->n_when + 1), **then = ARENA_ARRAY(a, Expr *, m->q->n_when + 1);
    uint32_t n = 0;
    if (!when || !then)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < m->q->n_when; i++) {
        const MergeQueryWhen *w = &m->q->when[i];
        if (w->matched != matched)
            continue;
        TRY(w->condition ? bind_predicate(&x, w->condition, &when[n], err) : truth(m, &when[n], err));
        TRY(number(m, i, &then[n++], err));
    }
    if (n)
        return expr_case(a, when, then, n, NULL, SPAN_NONE, ret, err);
    Value none = value_null(TYPE(I32));
    *ret = expr_const(a, &none, SPAN_NONE);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int choose(Merge *m, SubqueryList *subs, Expr **ret, Err *err)
{
    Expr *present, *matched, *other;
    uint32_t mark = m->first + m->q->relation->schema->n;
    Expr *column = logical_column(m->b->arena, m->both.node, mark, SPAN_NONE);
    if (!column)
        return RAISE_NOMEM(err);
    TRY(choice(m, true, subs, &matched, err));
    TRY(choice(m, false, subs, &other, err));
    TRY(expr_call(m->b->arena, STR("is not null"), &column, 1, SPAN_NONE, &present, err));
    return expr_case(m->b->arena, &present, &matched, 1, other, SPAN_NONE, ret, err);
}

/* The columns of the join and the number of the WHEN as a node, with those rows only that one is for. */
static int build_choice(Merge *m, Logical **ret, uint32_t *ret_choice, Err *err)
{
    Arena *a = m->b->arena;
    Logical *in = m->both.node;
    uint32_t n = in->n_cols;
    SubqueryList subs = {0};
    Expr **exprs = ARENA_ARRAY(a, Expr *, n + 1), ***all = ARENA_ARRAY(a, Expr **, n + 1), *known;
    const char **names = ARENA_ARRAY(a, const char *, n + 1);
    if (!exprs || !all || !names)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        exprs[i] = logical_column(a, in, i, SPAN_NONE);
        names[i] = in->cols[i].name;
        if (!exprs[i])
            return RAISE_NOMEM(err);
    }
    names[n] = "";
    TRY(choose(m, &subs, &exprs[n], err));
    for (uint32_t i = 0; i <= n; i++)
        all[i] = &exprs[i];
    TRY(subqueries_join(m->b, &subs, &in, all, n + 1, err));
    in = logical_project(a, in, exprs, n + 1, names, m->q->stmt->at);
    known = in ? logical_column(a, in, n, SPAN_NONE) : NULL;
    if (!known)
        return RAISE_NOMEM(err);
    TRY(expr_call(a, STR("is not null"), &known, 1, SPAN_NONE, &known, err));
    *ret = logical_filter(a, in, known);
    *ret_choice = n;
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* ---- values ---- */

/* The value of WHEN i, as its column holds it. */
static int bind_when_value(Merge *m, uint32_t i, uint32_t k, Expr *chosen, SubqueryList *subs, Expr **ret, Err *err)
{
    const MergeQueryWhen *w = &m->q->when[i];
    ExprScope x = {.b = m->b,
                   .scope = w->matched ? &m->both : &m->source,
                   .clause = w->matched ? "UPDATE" : "VALUES",
                   .subs = subs};
    Expr *value, *is, *at;
    TRY(bind_expr(&x, w->value[k], &value, err));
    TRY(bind_assigned(m->b->arena, &m->q->relation->schema->field[w->col[k]], value, false, w->value[k]->at, &value, err));
    TRY(number(m, i, &at, err));
    TRY(expr_call(m->b->arena, STR("="), (Expr *[]){chosen, at}, 2, SPAN_NONE, &is, err));
    return expr_case(m->b->arena, &is, &value, 1, NULL, w->value[k]->at, ret, err);
}

/* The table's columns, the number of the WHEN, the values of all of them. */
static int build_values(Merge *m, Logical *in, uint32_t chosen, Logical **ret, Err *err)
{
    Arena *a = m->b->arena;
    SubqueryList subs = {0};
    uint32_t n_table = m->q->relation->schema->n, n = 0;
    Expr **exprs = ARENA_ARRAY(a, Expr *, n_table + 1 + m->n_values), ***all = ARENA_ARRAY(a, Expr **, n_table + 1 + m->n_values);
    if (!exprs || !all)
        return RAISE_NOMEM(err);
    m->both.node = m->source.node = in;
    for (; n <= n_table; n++) {
        exprs[n] = logical_column(a, in, n < n_table ? m->first + n : chosen, SPAN_NONE);
        if (!exprs[n])
            return RAISE_NOMEM(err);
    }
    for (uint32_t i = 0; i < m->q->n_when; i++)
        for (uint32_t k = 0; k < m->q->when[i].n; k++)
            TRY(bind_when_value(m, i, k, exprs[n_table], &subs, &exprs[n++], err));
    for (uint32_t i = 0; i < n; i++)
        all[i] = &exprs[i];
    TRY(subqueries_join(m->b, &subs, &in, all, n, err));
    *ret = logical_project(a, in, exprs, n, NULL, m->q->stmt->at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

int bind_merge(Binder *b, const MergeQuery *q, Logical **ret, Err *err)
{
    Merge m = {.b = b, .q = q};
    Logical *node;
    uint32_t chosen;
    for (uint32_t i = 0; i < q->n_when; i++)
        m.n_values += q->when[i].n;
    if (q->relation->schema->n + 1 + m.n_values > COLUMNS_MAX)
        return RAISE_AT(err, ERR_TOO_MANY_COLUMNS, q->stmt->at, "MERGE of more than %d columns and values", COLUMNS_MAX);
    TRY(join_source(&m, err));
    TRY(build_choice(&m, &node, &chosen, err));
    TRY(build_values(&m, node, chosen, ret, err));
    return 0;
}
