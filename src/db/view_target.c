/* SPDX-License-Identifier: Apache-2.0
 *
 * Views that statements change.  A view is simple when its rows are rows of one table, or of a simple view: then each level is a
 * condition and a list of expressions over the level below.
 *
 * UPDATE and DELETE read the view as a query, level in level, through which the columns of the table pass under names that nobody
 * can write; so what is found are the table's rows, and expressions see the view's columns.  What RETURNING and check options need
 * of a row that has been made is computed upwards, level by level. */
#include "db/view_target.h"

#include <stdio.h>

#define DETAIL "Views containing %s are not automatically updatable."

struct ViewLevel {
    const Relation *view, *below;
    const Select *select;
    const FromTable *from;
    Ident alias;      /* of what it reads */
    uint32_t *source; /* per column: of `below`; VIEW_EXPRESSION = none */
    Node **expr;      /* per column */
    Program *columns; /* NULL: not to be computed from a row alone */
    Vec *value;
    Program *where;
    bool has_where;
};

/* ---- what is simple ---- */

static const char *what_hinders(const Query *q)
{
    if (q->with)
        return "WITH";
    if (q->limit || q->offset)
        return "LIMIT or OFFSET";
    const Node *body = q->body;
    if (body->kind == NODE_QUERY)
        return what_hinders(AST(Query, body));
    if (body->kind == NODE_SET_OP)
        return "UNION, INTERSECT, or EXCEPT";
    if (body->kind != NODE_SELECT)
        return "VALUES";
    const Select *s = AST(Select, body);
    return s->distinct ? "DISTINCT" : s->group_by.n ? "GROUP BY" : s->having ? "HAVING" : s->qualify ? "QUALIFY" : NULL;
}

static const Select *select_of(const Query *q)
{
    const Node *body = q->body;
    while (body->kind == NODE_QUERY)
        body = AST(Query, body)->body;
    return AST(Select, body);
}

static int refuse(const Relation *view, const char *doing, Span at, const char *detail, Err *err)
{
    int rc = RAISE_AT(err, ERR_WRONG_STATE, at, "cannot %s view \"%s\"", doing, view->name);
    (void)err_detail(err, "%s", detail);
    return rc;
}

static int refuse_for(const Relation *view, const char *doing, Span at, const char *what, Err *err)
{
    char detail[128];
    snprintf(detail, sizeof(detail), DETAIL, what);
    return refuse(view, doing, at, detail, err);
}

/* ---- columns ---- */

static Node *column_node(Arena *a, const Ident *of, Str name, Span at)
{
    ExprColumn *c = ARENA_NEW(a, ExprColumn);
    Ident *part = ARENA_ARRAY(a, Ident, 2);
    if (!c || !part)
        return NULL;
    part[0] = *of;
    part[1] = (Ident){.s = name, .at = at};
    *c = (ExprColumn){.node = {.kind = NODE_EXPR_COLUMN, .at = at, .depth = 1}, .name = {.part = part, .n_parts = 2, .at = at}};
    return &c->node;
}

static int add_column(ViewLevel *l, uint32_t *n, Node *expr, uint32_t source, Err *err)
{
    if (!expr)
        return RAISE_NOMEM(err);
    if (*n < l->view->schema->n) {
        l->expr[*n] = expr;
        l->source[*n] = source;
    }
    ++*n;
    return 0;
}

static int add_target(ViewLevel *l, Arena *a, const Target *t, uint32_t *n, Err *err)
{
    const Schema *below = l->below->schema;
    if (t->expr->kind == NODE_EXPR_STAR) {
        const ExprStar *star = AST(ExprStar, t->expr);
        if (star->row || star->exclude.n)
            return 1;
        for (uint32_t i = 0; i < below->n; i++)
            TRY(add_column(l, n, column_node(a, &l->alias, str_of(below->field[i].name), t->expr->at), i, err));
        return 0;
    }
    int source = -1;
    if (t->expr->kind == NODE_EXPR_COLUMN)
        source = schema_find(below, name_last(&AST(ExprColumn, t->expr)->name)->s);
    return add_column(l, n, t->expr, source < 0 ? VIEW_EXPRESSION : (uint32_t)source, err);
}

/* Programs over a row of the level below; what a row alone does not say stays NULL. */
static int compile(TableWrite *w, ViewLevel *l, const char *doing, Span at, Err *err)
{
    Arena *a = w->x->arena;
    TableScope scope = {.table = l->below, .alias = l->alias.s.p};
    const Schema *schema = l->view->schema;
    NodeList targets = {0};
    Field *field;
    Expr **e, *where;
    uint32_t n = 0;
    Err why = ERR_INIT;
    for (uint32_t i = 0; i < schema->n; i++) {
        Target *t = ARENA_NEW(a, Target);
        if (!t)
            return RAISE_NOMEM(err);
        *t = (Target){.node = {.kind = NODE_TARGET, .at = at, .depth = 2}, .expr = l->expr[i]};
        node_list_append(&targets, &t->node);
    }
    int rc = bind_table_returning(&w->plan, &scope, &targets, a, &field, &e, &n, &why);
    if (rc < 0 && rc != -ERR_UNSUPPORTED)
        return refuse(l->view, doing, at,
                      "Views that return aggregate functions, window functions or sets are not automatically updatable.", err);
    if (rc == 0)
        TRY(program_compile(a, e, n, l->below->schema, &l->columns, err));
    l->value = ARENA_ARRAY(a, Vec, schema->n + 1);
    l->has_where = l->select->where != NULL;
    if (l->has_where && bind_table_predicate(&w->plan, &scope, l->select->where, "WHERE", a, &where, NULL) == 0)
        TRY(program_compile(a, &where, 1, l->below->schema, &l->where, err));
    return l->value ? 0 : RAISE_NOMEM(err);
}

/* ---- levels ---- */

static int read_level(TableWrite *w, ViewLevel *l, const char *doing, Span at, Err *err)
{
    Arena *a = w->x->arena;
    const Relation *v = l->view;
    ScriptStmt s;
    uint32_t n = 0;
    TRY(sql_parse_one_at(a, v->query, (uint32_t)strlen(v->query), at, &s, err));
    const Query *q = AST(QueryStmt, s.node)->query;
    const char *what = what_hinders(q);
    if (what)
        return refuse_for(v, doing, at, what, err);
    l->select = select_of(q);
    const Node *from = l->select->from.first;
    if (l->select->from.n != 1 || from->kind != NODE_FROM_TABLE || AST(FromTable, from)->as_of)
        return refuse(v, doing, at, "Views that do not select from a single table or view are not automatically updatable.", err);
    l->from = AST(FromTable, from);
    l->below = catalog_find(w->catalog, name_key(&l->from->name));
    if (!l->below || relation_is_lookup(l->below) || (l->below->kind != REL_TABLE && l->below->kind != REL_QUERY))
        return refuse(v, doing, at, "Views that do not select from a single table or view are not automatically updatable.", err);
    l->alias = l->from->alias ? l->from->alias->name : *name_last(&l->from->name);
    if (l->from->alias && l->from->alias->columns.n)
        return RAISE_AT(err, ERR_UNSUPPORTED, at,
                        "changing view \"%s\", which names the columns of its table anew, is not supported", v->name);
    l->source = ARENA_ARRAY(a, uint32_t, v->schema->n + 1);
    l->expr = ARENA_ARRAY(a, Node *, v->schema->n + 1);
    if (!l->source || !l->expr)
        return RAISE_NOMEM(err);
    AST_EACH(t, l->select->targets)
    {
        if (plan_gives_rows(&w->plan, AST(Target, t)->expr))
            return refuse(v, doing, at, "Views that return set-returning functions are not automatically updatable.", err);
        int rc = add_target(l, a, AST(Target, t), &n, err);
        TRY(rc);
        n += rc ? v->schema->n + 1 : 0;
    }
    if (n != v->schema->n)
        return RAISE_AT(err, ERR_UNSUPPORTED, at, "changing view \"%s\", which has such a list of columns, is not supported",
                        v->name);
    return compile(w, l, doing, at, err);
}

int view_target_open(TableWrite *w, const Relation *view, const char *doing, Span at, ViewTarget **ret, Err *err)
{
    Arena *a = w->x->arena;
    ViewTarget *t = ARENA_NEW(a, ViewTarget);
    uint32_t n = 0, cap = 64; /* views are nested less deeply */
    ViewLevel *down = ARENA_ARRAY(a, ViewLevel, cap);
    if (!t || !down)
        return RAISE_NOMEM(err);
    for (const Relation *v = view; v->kind == REL_QUERY; v = down[n++].below) {
        if (n == cap)
            return RAISE_AT(err, ERR_TOO_COMPLEX, at, "views are nested more than %u deep", cap);
        down[n] = (ViewLevel){.view = v};
        TRY(read_level(w, &down[n], doing, at, err));
    }
    *t = (ViewTarget){.view = view, .table = down[n - 1].below, .n = n, .level = ARENA_ARRAY(a, ViewLevel, n)};
    t->base_of = ARENA_ARRAY(a, uint32_t, view->schema->n + 1);
    if (!t->level || !t->base_of)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        t->level[i] = down[n - 1 - i];
    for (uint32_t c = 0; c < view->schema->n; c++) {
        uint32_t at_level = c;
        for (uint32_t i = 0; i < n && at_level != VIEW_EXPRESSION; i++)
            at_level = down[i].source[at_level];
        t->base_of[c] = at_level;
    }
    *ret = t;
    return 0;
}

int view_check_option(StmtContext *x, const Catalog *c, const Relation *view, Span at, Err *err)
{
    TableWrite w = {.x = x, .catalog = (Catalog *)c, .plan = statement_context(x, c)};
    ViewTarget *t;
    Err why = ERR_INIT;
    int rc = view_target_open(&w, view, "update", at, &t, &why);
    if (rc == -ERR_WRONG_STATE) {
        (void)RAISE_AT(err, ERR_UNSUPPORTED, at, "WITH CHECK OPTION is supported only on automatically updatable views");
        return err_hint(err, "%s", why.detail);
    }
    if (rc < 0 && err)
        *err = why;
    for (uint32_t i = 0; rc == 0 && i < t->n; i++)
        if ((t->level[i].has_where && !t->level[i].where) || !t->level[i].columns)
            return RAISE_AT(err, ERR_UNSUPPORTED, at, "WITH CHECK OPTION of a view with subqueries is not supported");
    return rc;
}

int view_is_updatable(Database *db, const Catalog *c, const Relation *view, Arena *arena, bool *ret, const bool **ret_column,
                      Err *err)
{
    StmtContext x = {.db = db, .arena = arena};
    TableWrite w = {.x = &x, .catalog = (Catalog *)c, .plan = statement_context(&x, c)};
    ViewTarget *t = NULL;
    Err why = ERR_INIT;
    bool *column = ARENA_ARRAY(arena, bool, view->schema->n + 1);
    *ret = false;
    *ret_column = column;
    if (!column)
        return RAISE_NOMEM(err);
    int rc = view->broken ? 0 : view_target_open(&w, view, "update", SPAN_NONE, &t, &why);
    for (uint32_t i = 0; rc == 0 && t && i < view->schema->n; i++) {
        column[i] = t->base_of[i] != VIEW_EXPRESSION && !relation_generates(t->table, t->base_of[i]);
        *ret |= column[i];
    }
    return rc == -ERR_OUT_OF_MEMORY ? RAISE_NOMEM(err) : 0;
}

/* ---- names ---- */

int view_column(const ViewTarget *v, const Ident *name, const char *doing, uint32_t *ret, Err *err)
{
    int c = schema_find(v->view->schema, name->s);
    if (c < 0)
        return RAISE_AT(err, ERR_UNDEFINED_COLUMN, name->at, "column \"%.*s\" of relation \"%s\" does not exist", (int)name->s.n,
                        name->s.p, v->view->name);
    *ret = v->base_of[c];
    if (*ret != VIEW_EXPRESSION)
        return 0;
    int rc = RAISE_AT(err, ERR_UNSUPPORTED, name->at, "cannot %s column \"%.*s\" of view \"%s\"", doing, (int)name->s.n, name->s.p,
                      v->view->name);
    (void)err_detail(err, "View columns that are not columns of their base relation are not updatable.");
    return rc;
}

static int add_name(const ViewTarget *v, Arena *a, uint32_t base, Span at, NodeList *l, Err *err)
{
    IdentNode *n = ARENA_NEW(a, IdentNode);
    if (!n)
        return RAISE_NOMEM(err);
    *n = (IdentNode){.node = {.kind = NODE_IDENT, .at = at, .depth = 1},
                     .ident = {.s = str_of(v->table->schema->field[base].name), .at = at}};
    node_list_append(l, &n->node);
    return 0;
}

int view_columns(const ViewTarget *v, Arena *a, const NodeList *written, Span at, NodeList *ret, Err *err)
{
    *ret = (NodeList){0};
    uint32_t base;
    AST_EACH(item, *written)
    {
        const Ident *id = &AST(IdentNode, item)->ident;
        TRY(view_column(v, id, "insert into", &base, err));
        TRY(add_name(v, a, base, id->at, ret, err));
    }
    if (written->n)
        return 0;
    for (uint32_t c = 0; c < v->view->schema->n; c++) {
        Ident id = {.s = str_of(v->view->schema->field[c].name), .at = at};
        if (c == 0)
            TRY(view_column(v, &id, "insert into", &base, err));
        if (v->base_of[c] == VIEW_EXPRESSION)
            return 0;
        TRY(add_name(v, a, v->base_of[c], at, ret, err));
    }
    return 0;
}

/* ---- reading ---- */

static Str hidden_name(Arena *a, uint32_t i)
{
    const char *name = arena_printf(a, "\x01%u", i);
    return name ? str_of(name) : (Str){0};
}

static int add_named(Arena *a, NodeList *l, Node *expr, Str name, Err *err)
{
    Target *t = ARENA_NEW(a, Target);
    if (!t || !expr || !name.p)
        return RAISE_NOMEM(err);
    *t = (Target){.node = {.kind = NODE_TARGET, .at = expr->at, .depth = (uint16_t)(expr->depth + 1)},
                  .expr = expr,
                  .alias = {.s = name, .at = expr->at}};
    node_list_append(l, &t->node);
    return 0;
}

static int subquery(Arena *a, Select *s, const Ident *alias, Node **ret, Err *err)
{
    Query *q = ARENA_NEW(a, Query);
    FromSubquery *f = ARENA_NEW(a, FromSubquery);
    Alias *n = ARENA_NEW(a, Alias);
    Span at = alias->at;
    if (!q || !f || !n)
        return RAISE_NOMEM(err);
    *q = (Query){.node = {.kind = NODE_QUERY, .at = at}, .body = &s->node};
    *n = (Alias){.node = {.kind = NODE_ALIAS, .at = at}, .name = *alias};
    *f = (FromSubquery){.node = {.kind = NODE_FROM_SUBQUERY, .at = at}, .query = q, .alias = n};
    *ret = &f->node;
    return 0;
}

int view_from(const ViewTarget *v, Arena *a, const Ident *alias, Node **ret, Err *err)
{
    const Schema *base = v->table->schema;
    Node *from = NULL;
    for (uint32_t k = 0; k < v->n; k++) {
        const ViewLevel *l = &v->level[k];
        Select *s = ARENA_NEW(a, Select);
        FromTable *table = arena_memdup(a, l->from, sizeof(*table));
        if (!s || !table)
            return RAISE_NOMEM(err);
        table->node.next = NULL;
        *s = (Select){.node = {.kind = NODE_SELECT, .at = alias->at}, .where = l->select->where};
        node_list_append(&s->from, from ? from : &table->node);
        for (uint32_t i = 0; i < base->n; i++) {
            Str hidden = hidden_name(a, i), name = k ? hidden : str_of(base->field[i].name);
            TRY(add_named(a, &s->targets, column_node(a, &l->alias, name, alias->at), hidden, err));
        }
        for (uint32_t c = 0; c < l->view->schema->n; c++)
            TRY(add_named(a, &s->targets, l->expr[c], str_of(l->view->schema->field[c].name), err));
        TRY(subquery(a, s, k + 1 < v->n ? &v->level[k + 1].alias : alias, &from, err));
    }
    *ret = from;
    return 0;
}

int view_row_targets(const ViewTarget *v, Arena *a, const Ident *alias, NodeList *targets, Err *err)
{
    for (uint32_t i = 0; i < v->table->schema->n; i++) {
        Str name = hidden_name(a, i);
        TRY(add_named(a, targets, column_node(a, alias, name, alias->at), name, err));
    }
    return 0;
}

/* ---- rows that have been made ---- */

static int level_rows(TableWrite *w, ViewLevel *l, const Batch *b, Batch **ret, Err *err)
{
    uint32_t n = l->view->schema->n;
    if (!l->columns)
        return RAISE(err, ERR_UNSUPPORTED, "RETURNING of view \"%s\", whose columns are subqueries, is not supported",
                     l->view->name);
    Batch *r = batch_scratch(&w->step, l->view->schema, b->n);
    if (!r)
        return RAISE_NOMEM(err);
    TRY(table_write_eval(w, l->columns, b, l->value, err));
    memcpy(r->col, l->value, n * sizeof(*r->col));
    r->n = b->n;
    r->sel = b->sel;
    r->n_sel = b->n_sel;
    *ret = r;
    return 0;
}

int view_rows(TableWrite *w, const Batch *b, Batch **ret, Err *err)
{
    for (uint32_t k = 0; k < w->view->n; k++) {
        TRY(level_rows(w, &w->view->level[k], b, ret, err));
        b = *ret;
    }
    return 0;
}

static bool is_checked(const ViewTarget *v, uint32_t k)
{
    bool is = v->level[k].view->view_check != VIEW_CHECK_NONE;
    for (uint32_t i = k + 1; i < v->n; i++)
        is |= v->level[i].view->view_check == VIEW_CHECK_CASCADED;
    return is;
}

int view_check_rows(TableWrite *w, const Batch *b, Err *err)
{
    uint32_t last = 0;
    for (uint32_t k = 0; k < w->view->n; k++)
        last = is_checked(w->view, k) ? k + 1 : last;
    for (uint32_t k = 0; k < last; k++) {
        ViewLevel *l = &w->view->level[k];
        Batch *pass, *rows;
        if (l->has_where && is_checked(w->view, k)) {
            if (!l->where)
                return RAISE(err, ERR_UNSUPPORTED, "the check option of view \"%s\" with subqueries is not supported",
                             l->view->name);
            TRY(table_write_filter(w, l->where, b, &pass, err));
            if (pass->n_sel < b->n_sel)
                return RAISE(err, ERR_CHECK_OPTION, "new row violates check option for view \"%s\"", l->view->name);
        }
        if (k + 1 == last)
            return 0;
        TRY(level_rows(w, l, b, &rows, err));
        b = rows;
    }
    return 0;
}
