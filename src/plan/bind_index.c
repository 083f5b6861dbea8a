/* SPDX-License-Identifier: Apache-2.0
 *
 * CREATE INDEX: what the index is of, over its relation's row.  Texts are kept and bound again when the index is opened and when a
 * query may use it. */
#include "plan/bind_impl.h"
#include "sql/parse.h"

static int immutable(const Expr *e, const char *what, Span at, Err *err)
{
    return e->is_volatile || e->is_stable
               ? RAISE_AT(err, ERR_INVALID_OBJECT_DEF, at, "functions in index %s must be marked IMMUTABLE", what)
               : 0;
}

static PlanContext kept(const PlanContext *ctx)
{
    PlanContext c = *ctx;
    c.stored_text = true;
    c.n_params = 0;
    c.params = NULL;
    return c;
}

int bind_conflict_key(const PlanContext *ctx, const Relation *table, const Node *e, Arena *arena, Expr **ret, Err *err)
{
    const PlanContext c = kept(ctx);
    Expr *bound;
    TRY(bind_row_expr(&c, e, table, false, arena, &bound, err));
    TRY(immutable(bound, "expression", e->at, err));
    if (bound->type.id == T_UNKNOWN)
        TRY(expr_cast(arena, bound, TYPE(TEXT), CAST_ASSIGN, false, &bound, err));
    *ret = expr_fold(arena, bound);
    return *ret ? 0 : RAISE_NOMEM(err);
}

int bind_index_key(const PlanContext *ctx, const Relation *table, const Node *e, Arena *arena, Expr **ret, Err *err)
{
    TRY(bind_conflict_key(ctx, table, e, arena, ret, err));
    Type t = (*ret)->type;
    if (t.id == T_INTERVAL || t.id == T_STRUCT || t.id == T_MAP || t.id == T_JSON)
        return RAISE_AT(err, ERR_UNSUPPORTED, e->at, "an index on a column of type %s is not supported",
                        type_id_name((TypeId)t.id));
    return 0;
}

int bind_index_condition(const PlanContext *ctx, const Relation *table, const Node *e, Arena *arena, Expr **ret, Err *err)
{
    const PlanContext c = kept(ctx);
    Expr *bound;
    TRY(bind_row_expr(&c, e, table, true, arena, &bound, err));
    TRY(immutable(bound, "predicate", e->at, err));
    *ret = expr_fold(arena, bound);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int parse(const char *text, Arena *arena, Node **ret, Err *err)
{
    return sql_parse_expr_at(arena, text, (uint32_t)strlen(text), SPAN_NONE, ret, err);
}

int bind_index(const PlanContext *ctx, const Relation *table, const Relation *index, Arena *arena, IndexExprs *ret, Err *err)
{
    Node *node;
    *ret = (IndexExprs){.key = ARENA_ARRAY(arena, Expr *, index->n_indexed + 1)};
    if (!ret->key)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < index->n_indexed; i++) {
        const struct RelationIndexed *x = &index->indexed[i];
        if (x->expr) {
            TRY(parse(x->expr, arena, &node, err));
            TRY(bind_index_key(ctx, table, node, arena, &ret->key[i], err));
            continue;
        }
        int32_t col = schema_find(table->schema, str_of(x->name));
        if (col < 0)
            return RAISE(err, ERR_UNDEFINED_COLUMN, "column \"%s\" does not exist", x->name);
        const Field *f = &table->schema->field[col];
        ret->key[i] = expr_column(arena, (uint32_t)col, f->type, f->not_null, SPAN_NONE);
        if (!ret->key[i])
            return RAISE_NOMEM(err);
    }
    for (uint32_t i = 0; i < index->n_included; i++)
        if (schema_find(table->schema, str_of(index->included[i])) < 0)
            return RAISE(err, ERR_UNDEFINED_COLUMN, "column \"%s\" does not exist", index->included[i]);
    if (!index->condition)
        return 0;
    TRY(parse(index->condition, arena, &node, err));
    return bind_index_condition(ctx, table, node, arena, &ret->condition, err);
}
