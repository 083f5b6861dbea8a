/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions that give rows in the SELECT list of a query that groups or has window functions: SELECT unnest(array_agg(x)), ..
 *
 * As in PostgreSQL they come last: what they are given are the results of groups and windows, and ORDER BY, DISTINCT and LIMIT see
 * their rows.  Those of one level advance together; one with others in its arguments gives its rows for each row of these. */
#include "plan/bind_rows.h"

#include "data/nested.h"
#include "plan/bind_function.h"
#include "plan/subquery_impl.h"
#include "sql/ast_equal.h"

/* ---- aggregates and window functions ---- */

typedef struct Gathers {
    const Binder *b;
    bool gathers, rows;
} Gathers;

static int look_for_gathering(void *self, Node *n)
{
    Gathers *l = self;
    const ExprCall *c = n->kind == NODE_EXPR_CALL ? AST(ExprCall, n) : NULL;
    if (n->kind == NODE_QUERY)
        return 0;
    if (c) {
        Str name = name_last(&c->func)->s;
        l->gathers |= c->over || agg_is_name(name) || function_is_name(l->b->ctx->catalog, name, FUNCTION_AGGREGATE);
        l->rows |= unnest_is_call(l->b, n);
    }
    return ast_each_child(n, look_for_gathering, l);
}

bool rows_gathers(const Binder *b, const Node *n)
{
    Gathers l = {.b = b};
    (void)look_for_gathering(&l, (Node *)n);
    return l.gathers;
}

bool rows_come_late(const Binder *b, const Select *s, const Query *outer)
{
    Gathers l = {.b = b, .gathers = s->group_by.n > 0 || s->having};
    AST_EACH(item, s->targets)
    (void)look_for_gathering(&l, AST(Target, item)->expr);
    bool shown = l.rows;
    l.rows = false;
    for (Node *n = outer ? outer->order_by.first : NULL; n; n = n->next)
        (void)look_for_gathering(&l, AST(OrderItem, n)->expr);
    return l.rows || (shown && l.gathers);
}

/* ---- calls ---- */

int rows_value(const ExprScope *x, const ExprCall *c, Expr *const *col, const char *const *name, uint32_t n, Expr **ret, Err *err)
{
    Field field[UNNEST_MAX];
    if (n == 1) {
        *ret = col[0];
        if (str_eq(name_last(&c->func)->s, STR("regexp_matches"))) /* its rows have one field, which is meant */
            return bind_field_at(x, *ret, 0, c->node.at, ret, err);
        return 0;
    }
    for (uint32_t i = 0; i < n; i++)
        field[i] = (Field){.name = name[i], .type = col[i]->type};
    /* No row is there where others have given more rows. */
    TRY(expr_call(x->b->arena, STR("whole row"), (Expr **)col, n, c->node.at, ret, err));
    return type_struct(NULL, field, n, &(*ret)->type) < 0 ? RAISE_NOMEM(err) : 0;
}

static int rows_allowed(const ExprScope *x, const ExprCall *c, Err *err)
{
    Span at = c->node.at;
    if (x->in_agg)
        return RAISE_AT(err, ERR_UNSUPPORTED, at, "aggregate function calls cannot contain set-returning function calls");
    if (x->in_over)
        return RAISE_AT(err, ERR_UNSUPPORTED, at, "window function calls cannot contain set-returning function calls");
    if (!x->rows)
        return bind_unsupported(err, at, "a function that gives rows, other than in FROM or in a SELECT list, is");
    if (x->rows->n == UNNEST_MAX)
        return RAISE_AT(err, ERR_PROGRAM_LIMIT, at, "more than %d functions that give rows side by side", UNNEST_MAX);
    return 0;
}

int rows_call(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err)
{
    RowsList *l = x->rows;
    Columns *t = l ? &l->column : NULL;
    Expr *col[UNNEST_MAX];
    TRY(rows_allowed(x, c, err));
    uint32_t beside = l->level;
    l->level = 0;
    Columns own = {.n = 0};
    TRY(unnest_columns(x, c, NULL, &own, err)); /* may come here again for the arguments */
    if (l->n == UNNEST_MAX || t->n + own.n > UNNEST_MAX)
        return RAISE_AT(err, ERR_PROGRAM_LIMIT, c->node.at, "more than %d functions that give rows side by side", UNNEST_MAX);
    l->call[l->n++] = (LateCall){.first = t->n, .n = own.n, .level = ++l->level};
    l->level = MAX(l->level, beside);
    for (uint32_t i = 0; i < own.n; i++, t->n++) {
        t->name[t->n] = own.name[i];
        t->item[t->n] = own.item[i];
        col[i] = expr_column(x->b->arena, ROWS_COLUMN + t->n, own.item[i].type, false, c->node.at);
        if (!col[i])
            return RAISE_NOMEM(err);
    }
    return rows_value(x, c, col, own.name, own.n, ret, err);
}

uint32_t rows_args(RowsList *l, Expr ***ret)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < l->column.n; i++)
        for (uint32_t k = 0; k < ARRAY_LEN(l->column.item[i].arg); k++) {
            if (!l->column.item[i].arg[k])
                continue;
            if (ret)
                ret[n] = &l->column.item[i].arg[k];
            n++;
        }
    return n;
}

/* ---- nodes ---- */

typedef struct Placed {
    Arena *arena;
    const Logical *node;
    uint32_t to[UNNEST_MAX]; /* UINT32_MAX: not there yet */
} Placed;

static int place_leaf(void *self, Expr *leaf, Expr **ret, Err *err)
{
    const Placed *p = self;
    bool stands = leaf->kind == EXPR_COLUMN && leaf->col >= ROWS_COLUMN && leaf->col - ROWS_COLUMN < UNNEST_MAX;
    *ret = leaf;
    if (stands && p->to[leaf->col - ROWS_COLUMN] != UINT32_MAX)
        *ret = logical_column(p->arena, p->node, p->to[leaf->col - ROWS_COLUMN], leaf->at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

bool rows_is_in(const Expr *e)
{
    if (e->kind == EXPR_COLUMN && e->col >= ROWS_COLUMN && e->col < SUBQUERY_COLUMN)
        return true;
    for (uint32_t i = 0; i < e->n_args; i++)
        if (rows_is_in(e->arg[i]))
            return true;
    return false;
}

/* Subqueries about rows that are not there yet. */
static int check_ready(const Expr *e, Err *err)
{
    if (e->kind == EXPR_COLUMN && e->col >= ROWS_COLUMN)
        return bind_unsupported(err, e->at, "a function that gives rows of what a subquery says about the rows of another one is");
    for (uint32_t i = 0; i < e->n_args; i++)
        TRY(check_ready(e->arg[i], err));
    return 0;
}

static int build_level(Binder *b, const RowsList *l, uint32_t level, Span at, Logical **node, Placed *p, Err *err)
{
    Scope over = {.node = *node};
    Columns t = {.n = 0};
    for (uint32_t i = 0; i < l->n; i++) {
        const LateCall *c = &l->call[i];
        for (uint32_t k = c->first; c->level == level && k < c->first + c->n; k++) {
            p->to[k] = (*node)->n_cols + t.n;
            for (uint32_t a = 0; a < ARRAY_LEN(l->column.item[k].arg); a++)
                if (l->column.item[k].arg[a])
                    TRY(check_ready(l->column.item[k].arg[a], err));
            t.name[t.n] = l->column.name[k];
            t.item[t.n++] = l->column.item[k];
        }
    }
    TRY(unnest_node(b, &over, &t, false, false, at, err));
    *node = over.node;
    p->node = over.node;
    return 0;
}

int rows_build(Binder *b, RowsList *l, Expr ***exprs, uint32_t n, Span at, Logical **node, Err *err)
{
    Placed p = {.arena = b->arena};
    Expr **arg[UNNEST_MAX * ARRAY_LEN(l->column.item->arg)];
    uint32_t top = 0, n_args = rows_args(l, arg);
    memset(p.to, 0xff, sizeof(p.to));
    for (uint32_t i = 0; i < l->n; i++)
        top = MAX(top, l->call[i].level);
    for (uint32_t level = 1; level <= top; level++) {
        TRY(build_level(b, l, level, at, node, &p, err));
        for (uint32_t i = 0; i < n_args; i++)
            TRY(expr_replace_leaves(b->arena, *arg[i], place_leaf, &p, arg[i], err));
    }
    for (uint32_t i = 0; l->n && i < n; i++)
        if (*exprs[i])
            TRY(expr_replace_leaves(b->arena, *exprs[i], place_leaf, &p, exprs[i], err));
    return 0;
}
