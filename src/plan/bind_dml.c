/* SPDX-License-Identifier: Apache-2.0
 *
 * Expressions of statements that change a table: over its row, in ON CONFLICT over its row and the one proposed.  The row is a leaf
 * that no plan has; the statement evaluates over the rows it has found. */
#include "plan/bind_impl.h"
#include "plan/bind_target.h"

typedef struct RowBinder { /* the parts of an ExprScope over one row */
    PlanState state;
    Binder binder;
    ScopeRel *rel;
    Scope scope;
    ExprScope x;
} RowBinder;

static ScopeRel *add_rel(RowBinder *r, const char *name, const Schema *schema)
{
    uint32_t from = r->scope.n_rels ? r->rel[r->scope.n_rels - 1].first + r->rel[r->scope.n_rels - 1].n : 0;
    r->rel[r->scope.n_rels++] = (ScopeRel){.name = name, .first = from, .n = schema->n};
    memcpy(r->scope.node->cols + from, schema->field, schema->n * sizeof(Field));
    return &r->rel[r->scope.n_rels - 1];
}

static int open_row(RowBinder *r, const PlanContext *ctx, const TableScope *t, const char *clause, Arena *arena, Err *err)
{
    uint32_t n = t->table->schema->n * (t->with_excluded ? 2 : 1);
    for (uint32_t i = 0; i < t->n_more; i++)
        n += t->more[i].schema->n;
    *r = (RowBinder){.state = {.ctx = ctx, .arena = arena}};
    r->binder = (Binder){.ctx = ctx, .state = &r->state, .arena = arena};
    r->rel = ARENA_ARRAY(arena, ScopeRel, t->n_more + 2);
    r->scope = (Scope){.rels = r->rel, .window_col = -1};
    r->scope.node = logical_new(arena, L_SOURCE, NULL, n, SPAN_NONE);
    if (!r->rel || !r->scope.node)
        return RAISE_NOMEM(err);
    ScopeRel *own = add_rel(r, t->alias ? t->alias : t->table->own, t->table->schema);
    own->schema = t->alias ? NULL : relation_schema_name(t->table, arena);
    if (!t->alias && !own->schema)
        return RAISE_NOMEM(err);
    own->relation = t->table;
    if (t->with_excluded)
        add_rel(r, "excluded", t->table->schema);
    for (uint32_t i = 0; i < t->n_more; i++)
        add_rel(r, t->more[i].name, t->more[i].schema);
    r->x = (ExprScope){.b = &r->binder, .scope = &r->scope, .clause = clause};
    return 0;
}

int bind_table_predicate(const PlanContext *ctx, const TableScope *scope, const Node *e, const char *clause, Arena *arena,
                         Expr **ret, Err *err)
{
    WITH_ZONE(ctx->zone);
    RowBinder r;
    TRY(open_row(&r, ctx, scope, clause, arena, err));
    return bind_predicate(&r.x, e, ret, err);
}

int bind_assigned(Arena *arena, const Field *f, Expr *e, bool is_default, Span at, Expr **ret, Err *err)
{
    Type from = e->type;
    int rc = expr_cast(arena, e, f->type, CAST_ASSIGN, false, ret, err);
    if (rc == -ERR_CANNOT_COERCE || rc == -ERR_DATATYPE_MISMATCH)
        return RAISE_AT(err, ERR_DATATYPE_MISMATCH, at, "column \"%s\" is of type %s but %sexpression is of type %s", f->name,
                        type_id_name((TypeId)f->type.id), is_default ? "default " : "", type_id_name((TypeId)from.id));
    if (rc < 0 && err && span_is_none(err->at))
        err->at = at;
    return rc;
}

static int assign(const PlanContext *ctx, const TableScope *scope, const Node *e, uint32_t col, const char *clause, Arena *arena,
                  Expr **ret, Err *err)
{
    RowBinder r;
    Expr *bound;
    TRY(open_row(&r, ctx, scope, clause, arena, err));
    TRY(bind_expr(&r.x, e, &bound, err));
    return bind_assigned(arena, &scope->table->schema->field[col], bound, strcmp(clause, "SET") != 0, e->at, ret, err);
}

int bind_table_assign(const PlanContext *ctx, const TableScope *scope, const Node *e, uint32_t col, Arena *arena, Expr **ret,
                      Err *err)
{
    WITH_ZONE(ctx->zone);
    return assign(ctx, scope, e, col, "SET", arena, ret, err);
}

int bind_table_generated(const PlanContext *ctx, const TableScope *scope, const Node *e, uint32_t col, Arena *arena, Expr **ret,
                         Err *err)
{
    WITH_ZONE(ctx->zone);
    return assign(ctx, scope, e, col, "column generation expression", arena, ret, err);
}

int bind_table_type(const PlanContext *ctx, const TableScope *scope, const Node *e, Arena *arena, Type *ret, Err *err)
{
    WITH_ZONE(ctx->zone);
    RowBinder r;
    Expr *bound;
    TRY(open_row(&r, ctx, scope, "column generation expression", arena, err));
    TRY(bind_expr(&r.x, e, &bound, err));
    *ret = bound->type.id == T_UNKNOWN ? TYPE(TEXT) : bound->type;
    return 0;
}

int bind_table_convert(const PlanContext *ctx, const TableScope *scope, const Node *e, Type to, Arena *arena, Expr **ret, Err *err)
{
    WITH_ZONE(ctx->zone);
    RowBinder r;
    Expr *bound;
    TRY(open_row(&r, ctx, scope, "USING", arena, err));
    TRY(bind_expr(&r.x, e, &bound, err));
    return expr_cast(arena, bound, to, CAST_ASSIGN, false, ret, err);
}

int bind_table_returning(const PlanContext *ctx, const TableScope *scope, const NodeList *targets, Arena *arena, Field **ret_field,
                         Expr ***ret, uint32_t *ret_n, Err *err)
{
    WITH_ZONE(ctx->zone);
    RowBinder r;
    TargetItems items = {0};
    TRY(open_row(&r, ctx, scope, "RETURNING", arena, err));
    TRY(bind_targets(&r.binder, &r.scope, NULL, targets, &items, err));
    if (items.n == 0)
        return RAISE_AT(err, ERR_SYNTAX, targets->first->at, "RETURNING must have at least one column");
    *ret = ARENA_ARRAY(arena, Expr *, items.n + 1);
    *ret_field = ARENA_ARRAY(arena, Field, items.n + 1);
    if (!*ret || !*ret_field)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < items.n; i++) {
        Expr *e = items.item[i].expr;
        if (!e)
            TRY(bind_expr(&r.x, items.item[i].ast, &e, err));
        if (e->type.id == T_UNKNOWN)
            TRY(expr_cast(arena, e, TYPE(TEXT), CAST_IMPLICIT, false, &e, err));
        (*ret)[i] = e;
        (*ret_field)[i] = (Field){.name = items.item[i].name, .type = e->type};
    }
    *ret_n = items.n;
    return 0;
}
