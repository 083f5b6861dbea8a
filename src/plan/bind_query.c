/* SPDX-License-Identifier: Apache-2.0
 *
 * Queries: WITH, set operations, VALUES, and the ORDER BY, LIMIT and OFFSET around them.  WITH queries are expanded where they are
 * used. */
#include "plan/bind_target.h"
#include "plan/search_cycle.h"
#include "sql/ast_equal.h"

#include "sql/parse.h"

static int bind_body(Binder *b, const Node *body, const Query *outer, Logical **ret, Err *err);

int bind_distinct(Binder *b, Logical *in, Span at, Logical **ret, Err *err)
{
    Logical *g = logical_new(b->arena, L_AGG, in, in->n_cols, at);
    Expr **keys = ARENA_ARRAY(b->arena, Expr *, in->n_cols + 1);
    if (!g || !keys)
        return RAISE_NOMEM(err);
    TRY(bind_count_node(b, at, err));
    for (uint32_t i = 0; i < in->n_cols; i++) {
        keys[i] = logical_column(b->arena, in, i, at);
        if (!keys[i])
            return RAISE_NOMEM(err);
        g->cols[i] = in->cols[i];
    }
    g->group = (LogicalGroup){.n_keys = in->n_cols, .keys = keys};
    *ret = g;
    return 0;
}

/* ORDER BY without LIMIT of a query that goes on: 1 = it is a stream's own, and is seen to when its results are emitted. */
static int check_order(Binder *b, const Query *q, const LogicalSort *sort, Err *err)
{
    const PlanState *s = b->state;
    if (q->with_ties && q->order_by.n == 0)
        return RAISE_AT(err, ERR_SYNTAX, q->limit->at, "WITH TIES cannot be specified without ORDER BY clause");
    if (q->order_by.n == 0 || !s->continuous || q->limit)
        return 0;
    if (q == b->of_stream) /* who reads a stream has its rows in no order */
        return 1;
    if (q != s->outermost || s->is_view || q->offset || sort->n == 0)
        return order_refuse(s, q->order_by.first->at, err);
    TRY(order_take(b->state, sort, q->order_by.first->at, err));
    return 1;
}

int bind_limits(Binder *b, const Query *q, Logical **node, LogicalSort *sort, Err *err)
{
    ExprScope x = {.b = b, .clause = "LIMIT"};
    int rc = check_order(b, q, sort, err);
    if (rc != 0)
        return MIN(rc, 0);
    if (q->limit)
        TRY(bind_row_count(&x, q->limit, true, &sort->limit, err));
    if (q->offset)
        TRY(bind_row_count(&x, q->offset, false, &sort->offset, err));
    sort->with_ties = q->with_ties && sort->limit >= 0;
    if (sort->n == 0 && sort->limit < 0 && sort->offset <= 0)
        return 0;
    Logical *n = logical_new(b->arena, sort->n ? L_SORT : L_LIMIT, *node, 0, q->order_by.n ? q->order_by.first->at : q->node.at);
    if (!n)
        return RAISE_NOMEM(err);
    logical_take_columns(n);
    n->sort = *sort;
    if (q->limit && sort->n == 0)
        n->at = q->limit->at;
    *node = n;
    return bind_count_node(b, n->at, err);
}

static int sort_by_all(Arena *a, const Logical *node, const OrderItem *o, LogicalSort *sort, Err *err)
{
    for (; sort->n < node->n_cols; sort->n++) {
        sort->keys[sort->n] = logical_column(a, node, sort->n, o->node.at);
        if (!sort->keys[sort->n])
            return RAISE_NOMEM(err);
        order_direction(o, &sort->desc[sort->n], &sort->nulls_first[sort->n]);
    }
    return 0;
}

/* ORDER BY of a set operation or VALUES: numbers and names of output columns only. */
static int output_sort(Binder *b, const Query *q, Logical **node, Err *err)
{
    LogicalSort sort = {.limit = -1, .offset = -1};
    Arena *a = b->arena;
    bool by_all = order_is_by_all(q);
    uint32_t n = by_all ? (*node)->n_cols : q->order_by.n;
    sort.keys = ARENA_ARRAY(a, Expr *, n + 1);
    sort.desc = ARENA_ARRAY(a, bool, n + 1);
    sort.nulls_first = ARENA_ARRAY(a, bool, n + 1);
    if (!sort.keys || !sort.desc || !sort.nulls_first)
        return RAISE_NOMEM(err);
    AST_EACH(item, q->order_by)
    {
        const OrderItem *o = AST(OrderItem, item);
        int64_t col = -1;
        if (by_all) {
            TRY(sort_by_all(a, *node, o, &sort, err));
            break;
        }
        if (o->expr->kind == NODE_EXPR_LITERAL && AST(ExprLiteral, o->expr)->kind == LITERAL_INT) {
            if (!str_to_i64(AST(ExprLiteral, o->expr)->text, &col) || col < 1 || col > (*node)->n_cols)
                return RAISE_AT(err, ERR_INVALID_COLUMN_REF, item->at, "ORDER BY position is not in select list");
            col--;
        } else if (o->expr->kind == NODE_EXPR_COLUMN && AST(ExprColumn, o->expr)->name.n_parts == 1) {
            Name name = AST(ExprColumn, o->expr)->name;
            uint32_t found;
            ScopeRel rel = {.n = (*node)->n_cols};
            Scope scope = {.node = *node, .n_rels = 1, .rels = &rel, .window_col = -1};
            TRY(scope_find(&scope, &name, &found, err));
            col = found;
        } else {
            RAISE_AT(err, ERR_UNSUPPORTED, item->at, "invalid UNION/INTERSECT/EXCEPT ORDER BY clause");
            err_detail(err, "Only result column names can be used, not expressions or functions.");
            return err_hint(err, "Put the set operation into FROM ( .. ).");
        }
        sort.keys[sort.n] = logical_column(a, *node, (uint32_t)col, item->at);
        if (!sort.keys[sort.n])
            return RAISE_NOMEM(err);
        order_direction(o, &sort.desc[sort.n], &sort.nulls_first[sort.n]);
        sort.n++;
    }
    return bind_limits(b, q, node, &sort, err);
}

/* A projection over `in` that casts its columns to the given types; `in` itself when nothing changes. */
static int cast_columns(Binder *b, Logical *in, Expr **cast, Logical **ret, Err *err)
{
    bool same = true;
    const char **names = ARENA_ARRAY(b->arena, const char *, in->n_cols + 1);
    if (!names)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < in->n_cols; i++) {
        names[i] = in->cols[i].name;
        same &= cast[i]->kind == EXPR_COLUMN && cast[i]->col == i;
    }
    *ret = same ? in : logical_project(b->arena, in, cast, in->n_cols, names, in->at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* Expression of column i over n: its own when n is a projection, so that untyped literals still take a type. */
static Expr *column_source(Binder *b, const Logical *n, uint32_t i)
{
    return n->kind == L_PROJECT && n->cols[i].type.id == T_UNKNOWN ? n->exprs[i] : logical_column(b->arena, n, i, n->at);
}

/* The i-th columns of n queries get one type. */
static int unify_column(Binder *b, Logical **side, uint32_t n, uint32_t i, Expr **e, const char *what, Err *err)
{
    for (uint32_t s = 0; s < n; s++) {
        e[s] = column_source(b, side[s], i);
        if (!e[s])
            return RAISE_NOMEM(err);
    }
    TRY(expr_unify_results(b->arena, e, n, what, err));
    for (uint32_t s = 0; s < n; s++) {
        if (e[s]->type.id == T_UNKNOWN)
            TRY(expr_cast(b->arena, e[s], TYPE(TEXT), CAST_IMPLICIT, false, &e[s], err));
        if (side[s]->cols[i].type.id != T_UNKNOWN || side[s]->kind != L_PROJECT)
            continue;
        side[s]->exprs[i] = e[s]; /* the literal was given its type in place */
        side[s]->cols[i].type = e[s]->type;
        e[s] = logical_column(b->arena, side[s], i, e[s]->at);
        if (!e[s])
            return RAISE_NOMEM(err);
    }
    return 0;
}

static int unify_inputs(Binder *b, Logical **side, uint32_t n, const char *what, Err *err)
{
    uint32_t n_cols = side[0]->n_cols;
    Expr **of = ARENA_ARRAY(b->arena, Expr *, (size_t)n * n_cols + 1), **one = ARENA_ARRAY(b->arena, Expr *, n + 1);
    if (!of || !one)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n_cols; i++) {
        TRY(unify_column(b, side, n, i, one, what, err));
        for (uint32_t s = 0; s < n; s++)
            of[s * n_cols + i] = one[s];
    }
    for (uint32_t s = 0; s < n; s++)
        TRY(cast_columns(b, side[s], of + s * n_cols, &side[s], err));
    return 0;
}

static const char *set_op_name(SetOpKind k)
{
    return k == SETOP_UNION ? "UNION" : k == SETOP_INTERSECT ? "INTERSECT" : "EXCEPT";
}

/* Of two queries with the same columns. */
static int set_op_of(Binder *b, SetOpKind kind, Logical *l, Logical *r, Span at, Logical **ret, Err *err)
{
    Logical *u = logical_new(b->arena, kind == SETOP_UNION ? L_UNION : L_SET_OP, l, l->n_cols, at);
    if (!u)
        return RAISE_NOMEM(err);
    TRY(bind_count_node(b, at, err));
    u->in[1] = r;
    u->n_in = 2;
    for (uint32_t i = 0; i < u->n_cols; i++) {
        bool of_left = kind == SETOP_EXCEPT, of_any = kind == SETOP_INTERSECT;
        bool left = l->cols[i].not_null, right = r->cols[i].not_null;
        u->cols[i] = l->cols[i];
        u->cols[i].type = type_of_either(l->cols[i].type, r->cols[i].type);
        u->cols[i].not_null = of_left ? left : of_any ? left || right : left && right;
    }
    *ret = u;
    return 0;
}

/* -1: it has no such column; -2: two of them. */
static int64_t column_named(const Logical *n, const char *name)
{
    int64_t found = -1;
    for (uint32_t i = 0; i < n->n_cols; i++)
        if (strcmp(n->cols[i].name, name) == 0)
            found = found < 0 ? (int64_t)i : -2;
    return found;
}

/* The columns called so, NULL for those that are not there. */
static int arrange(Binder *b, Logical *in, const char *const *names, uint32_t n, Span at, Logical **ret, Err *err)
{
    Expr **e = ARENA_ARRAY(b->arena, Expr *, n + 1);
    Value none = value_null(TYPE(UNKNOWN));
    if (!e)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        int64_t col = column_named(in, names[i]);
        if (col == -2)
            return RAISE_AT(err, ERR_AMBIGUOUS_COLUMN, at, "column \"%s\" of UNION BY NAME is ambiguous", names[i]);
        e[i] = col < 0 ? expr_const(b->arena, &none, at) : column_source(b, in, (uint32_t)col);
        if (!e[i])
            return RAISE_NOMEM(err);
    }
    *ret = logical_project(b->arena, in, e, n, names, at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* UNION BY NAME: the columns of the left, then those that only the right has. */
static int match_names(Binder *b, const SetOp *s, Logical **side, Err *err)
{
    const char **names = ARENA_ARRAY(b->arena, const char *, (size_t)side[0]->n_cols + side[1]->n_cols + 1);
    uint32_t n = 0;
    if (!names)
        return RAISE_NOMEM(err);
    for (int k = 0; k < 2; k++)
        for (uint32_t i = 0; i < side[k]->n_cols; i++)
            if (k == 0 || column_named(side[0], side[1]->cols[i].name) == -1)
                names[n++] = side[k]->cols[i].name;
    if (n > COLUMNS_MAX)
        return RAISE_AT(err, ERR_TOO_MANY_COLUMNS, s->node.at, "a row has at most %d columns", COLUMNS_MAX);
    TRY(arrange(b, side[0], names, n, s->left->at, &side[0], err));
    return arrange(b, side[1], names, n, s->right->at, &side[1], err);
}

static int bind_set_op(Binder *b, const SetOp *s, Logical **ret, Err *err)
{
    Logical *side[2];
    TRY(bind_body(b, s->left, NULL, &side[0], err));
    TRY(bind_body(b, s->right, NULL, &side[1], err));
    if (s->by_name)
        TRY(match_names(b, s, side, err));
    if (side[0]->n_cols != side[1]->n_cols)
        return RAISE_AT(err, ERR_SYNTAX, s->right->at, "each %s query must have the same number of columns", set_op_name(s->kind));
    TRY(unify_inputs(b, side, 2, set_op_name(s->kind), err));
    TRY(set_op_of(b, s->kind, side[0], side[1], s->node.at, ret, err));
    if (s->kind == SETOP_UNION)
        return s->all ? 0 : bind_distinct(b, *ret, s->node.at, ret, err);
    (*ret)->set_op.is_except = s->kind == SETOP_EXCEPT;
    (*ret)->set_op.all = s->all;
    return 0;
}

static int values_row(const ExprScope *x, const ValuesRow *row, uint32_t n_cols, Expr ***ret, Err *err)
{
    uint32_t n = 0;
    if (row->items.n != n_cols)
        return RAISE_AT(err, ERR_SYNTAX, row->node.at, "VALUES lists must all be the same length");
    *ret = ARENA_ARRAY(x->b->arena, Expr *, n_cols + 1);
    if (!*ret)
        return RAISE_NOMEM(err);
    AST_EACH(item, row->items)
    TRY(bind_expr(x, item, &(*ret)[n++], err));
    return 0;
}

/* ---- VALUES with subqueries: a SELECT for each row ---- */

static int bind_row_query(Binder *b, const ValuesRow *row, Logical **ret, Err *err)
{
    Select *s = ARENA_NEW(b->arena, Select);
    uint32_t n = 0;
    if (!s)
        return RAISE_NOMEM(err);
    s->node = (Node){.kind = NODE_SELECT, .at = row->node.at};
    AST_EACH(item, row->items)
    {
        Target *t = ARENA_NEW(b->arena, Target);
        const char *name = arena_printf(b->arena, "column%u", ++n);
        if (!t || !name)
            return RAISE_NOMEM(err);
        t->node = (Node){.kind = NODE_TARGET, .at = item->at};
        t->expr = item;
        t->alias = (Ident){.s = str_of(name), .at = item->at, .quoted = true};
        node_list_append(&s->targets, &t->node);
    }
    return bind_body(b, &s->node, NULL, ret, err);
}

static int bind_values_queries(Binder *b, const Values *v, Logical **ret, Err *err)
{
    Logical **row = ARENA_ARRAY(b->arena, Logical *, v->rows.n);
    uint32_t n_cols = AST(ValuesRow, v->rows.first)->items.n, n = 0;
    if (!row)
        return RAISE_NOMEM(err);
    AST_EACH(item, v->rows)
    {
        if (AST(ValuesRow, item)->items.n != n_cols)
            return RAISE_AT(err, ERR_SYNTAX, item->at, "VALUES lists must all be the same length");
        TRY(bind_row_query(b, AST(ValuesRow, item), &row[n++], err));
    }
    TRY(unify_inputs(b, row, n, "VALUES", err));
    *ret = row[0];
    for (uint32_t r = 1; r < n; r++)
        TRY(set_op_of(b, SETOP_UNION, *ret, row[r], v->node.at, ret, err));
    return 0;
}

static int bind_values(Binder *b, const Values *v, Logical **ret, Err *err)
{
    Arena *a = b->arena;
    if (plan_holds_query(b->ctx->catalog, &v->node))
        return bind_values_queries(b, v, ret, err);
    ExprScope x = {.b = b, .clause = "VALUES", .lateral = true};
    uint32_t n_cols = AST(ValuesRow, v->rows.first)->items.n, r = 0;
    if (n_cols > COLUMNS_MAX)
        return RAISE_AT(err, ERR_TOO_MANY_COLUMNS, v->node.at, "a row has at most %d columns", COLUMNS_MAX);
    Logical *n = logical_new(a, L_VALUES, NULL, n_cols, v->node.at);
    Expr **column = ARENA_ARRAY(a, Expr *, v->rows.n);
    if (!n || !column)
        return RAISE_NOMEM(err);
    n->values.rows = ARENA_ARRAY(a, Expr **, v->rows.n);
    if (!n->values.rows)
        return RAISE_NOMEM(err);
    n->values.n_rows = v->rows.n;
    AST_EACH(item, v->rows)
    TRY(values_row(&x, AST(ValuesRow, item), n_cols, &n->values.rows[r++], err));
    for (uint32_t i = 0; i < n_cols; i++) {
        bool not_null = true;
        Type type;
        for (r = 0; r < v->rows.n; r++)
            column[r] = n->values.rows[r][i];
        TRY(expr_unify_results(a, column, v->rows.n, "VALUES", err));
        for (r = 0; r < v->rows.n; r++) {
            if (column[r]->type.id == T_UNKNOWN)
                TRY(expr_cast(a, column[r], TYPE(TEXT), CAST_IMPLICIT, false, &column[r], err));
            n->values.rows[r][i] = column[r];
            type = r == 0 ? column[r]->type : type_of_either(type, column[r]->type);
            not_null &= column[r]->not_null;
        }
        char *name = arena_printf(a, "column%u", i + 1);
        if (!name)
            return RAISE_NOMEM(err);
        n->cols[i] = (Field){.name = name, .type = type, .not_null = not_null};
    }
    *ret = n;
    return 0;
}

static int bind_body(Binder *b, const Node *body, const Query *outer, Logical **ret, Err *err)
{
    switch ((NodeKind)body->kind) {
    case NODE_SELECT: return bind_select(b, AST(Select, body), outer, ret, err);
    case NODE_SET_OP: TRY(bind_set_op(b, AST(SetOp, body), ret, err)); break;
    case NODE_VALUES: TRY(bind_values(b, AST(Values, body), ret, err)); break;
    case NODE_QUERY: TRY(bind_query(b, AST(Query, body), ret, err)); break;
    default: return RAISE_AT(err, ERR_INTERNAL, body->at, "%s is not a query", node_kind_name((NodeKind)body->kind));
    }
    return outer ? output_sort(b, outer, ret, err) : 0;
}

int bind_query_body(Binder *b, const Node *body, Logical **ret, Err *err)
{
    return bind_body(b, body, NULL, ret, err);
}

#define CTES_MAX 4096u /* each name is compared with those before it */

int bind_with(Binder *b, const With *w, const Node *within, Err *err)
{
    CteScope *outer = b->ctes;
    if (w->ctes.n > CTES_MAX)
        return RAISE_AT(err, ERR_PROGRAM_LIMIT, w->node.at, "a WITH clause has at most %u queries", CTES_MAX);
    AST_EACH(item, w->ctes)
    {
        const Cte *c = AST(Cte, item);
        for (CteScope *s = b->ctes; s != outer; s = s->outer)
            if (str_eq(s->cte->name.s, c->name.s))
                return RAISE_AT(err, ERR_DUPLICATE_ALIAS, c->name.at, "WITH query name \"%s\" specified more than once",
                                c->name.s.p);
        if (c->change && !c->given)
            return RAISE_AT(err, ERR_UNSUPPORTED, c->change->at,
                            "WITH clause containing a data-modifying statement must be at the top level");
        bool recursive = w->recursive && cte_is_recursive(c);
        if (cte_is_marked(c) && !recursive)
            return RAISE_AT(err, ERR_SYNTAX, c->name.at, "WITH query is not recursive");
        CteScope *s = ARENA_NEW(b->arena, CteScope);
        if (!s)
            return RAISE_NOMEM(err);
        *s = (CteScope){.outer = b->ctes, .cte = c, .env = b->ctes, .recursive = recursive};
        s->within = within;
        b->ctes = s;
    }
    return 0;
}

static int check_unread(Binder *b, CteScope *s, Err *err)
{
    CteScope *all = b->ctes;
    uint32_t n_nodes = b->n_nodes;
    Logical *unused;
    if (s->read || s->recursive || s->rows || s->cte->given)
        return 0;
    b->ctes = s->env;
    int rc = bind_query(b, s->cte->query, &unused, err);
    b->ctes = all;
    b->n_nodes = n_nodes;
    return rc < 0 ? rc : cte_check_columns(s->cte, unused->n_cols, err);
}

/* WITH queries that nothing reads are no part of the plan, but they have to be right, and what they name stays: a definition is
 * bound again as it is written.  Not asked of definitions that are there. */
static int check_all_unread(Binder *b, CteScope *outer, Err *err)
{
    bool asks = !b->outer && !b->function && !b->in_definition && !b->ctx->replaying;
    for (CteScope *s = b->ctes; asks && s != outer; s = s->outer)
        TRY(check_unread(b, s, err));
    return 0;
}

int bind_query(Binder *b, const Query *q, Logical **ret, Err *err)
{
    CteScope *outer = b->ctes;
    if (b->depth == QUERY_DEPTH_MAX)
        return RAISE_AT(err, ERR_TOO_COMPLEX, q->node.at, "queries are nested more than %d deep", QUERY_DEPTH_MAX);
    if (q->clauses && b->depth > 0)
        return RAISE_AT(err, ERR_EMIT_MODE, q->clauses->node.at,
                        "EMIT and late clauses belong to the whole statement, not to a part of it");
    TRY(bind_lock_place(b, q, err));
    b->depth++;
    int rc = q->with ? bind_with(b, q->with, &q->node, err) : 0;
    if (rc >= 0)
        rc = bind_body(b, q->body, q, ret, err);
    if (rc >= 0 && q->with)
        rc = check_all_unread(b, outer, err);
    b->depth--;
    b->ctes = outer;
    return rc;
}

/* A projection, where the relation has names of its own: nodes below take theirs from their input again. */
static int name_as_relation(Binder *b, const Relation *r, Logical **node, Err *err)
{
    uint32_t n = r->schema->n;
    bool same = true;
    Expr **cols = ARENA_ARRAY(b->arena, Expr *, n + 1);
    const char **names = ARENA_ARRAY(b->arena, const char *, n + 1);
    if (!cols || !names)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        names[i] = r->schema->field[i].name;
        same &= strcmp(names[i], (*node)->cols[i].name) == 0;
        cols[i] = logical_column(b->arena, *node, i, (*node)->at);
        if (!cols[i])
            return RAISE_NOMEM(err);
    }
    if (!same)
        *node = logical_project(b->arena, *node, cols, n, names, (*node)->at);
    return *node ? 0 : RAISE_NOMEM(err);
}

int bind_definition(Binder *b, const Relation *r, Span at, const Query **ret_query, Logical **ret, Err *err)
{
    ScriptStmt stmt;
    CteScope *ctes = b->ctes;
    uint32_t depth = b->depth;
    bool in_definition = b->in_definition;
    const Query *of_stream = b->of_stream;
    Err inner = ERR_INIT;
    if (depth == QUERY_DEPTH_MAX)
        return RAISE_AT(err, ERR_TOO_COMPLEX, at, "definitions are nested more than %d deep", QUERY_DEPTH_MAX);
    if (!r->query)
        return RAISE(err, ERR_INTERNAL, "relation \"%s\" has no definition", r->name);
    b->ctes = NULL; /* a definition sees the catalog only */
    int rc = sql_parse_one_at(b->arena, r->query, (uint32_t)strlen(r->query), at, &stmt, &inner);
    if (rc >= 0) {
        const Query *q = AST(QueryStmt, stmt.node)->query;
        Query plain = *q; /* its EMIT clause is the running query's own */
        plain.clauses = NULL;
        b->depth = depth + 1;
        b->in_definition = true;
        b->of_stream = r->kind == REL_STREAM || r->kind == REL_SINK ? &plain : NULL;
        WITH_ZONE(r->kind == REL_QUERY ? zone_in_use() : r->zone); /* a plain view is read as its text: in the reader's zone */
        rc = bind_query(b, &plain, ret, &inner);
        *ret_query = q;
    }
    b->ctes = ctes;
    b->depth = depth;
    b->in_definition = in_definition;
    b->of_stream = of_stream;
    if (rc < 0) {
        RAISE_AT(err, inner.code, at, "definition of \"%s\": %s", r->name, inner.message);
        return inner.hint[0] ? err_hint(err, "%s", inner.hint) : rc;
    }
    if ((*ret)->n_cols != r->schema->n)
        return RAISE(err, ERR_SCHEMA_MISMATCH, "definition of \"%s\" gives %u columns, the relation has %u", r->name,
                     (*ret)->n_cols, r->schema->n);
    TRY(name_as_relation(b, r, ret, err));
    return logical_set_place(*ret, at, err);
}
