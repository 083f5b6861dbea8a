/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows and maps as values: ROW(..), the fields of a row, a relation's whole row, MAP[..] and its elements.  (row).field is what
 * PostgreSQL has; column.field without parentheses, which other systems have, means it where no relation is called like the column.
 */
#include "plan/bind_impl.h"

#include "data/nested.h"

static int call(const ExprScope *x, const char *name, Expr *const *args, uint32_t n, Span at, Expr **ret, Err *err)
{
    return expr_call(x->b->arena, str_of(name), args, n, at, ret, err);
}

static int bind_items(const ExprScope *x, const NodeList *items, Expr ***ret, Err *err)
{
    Expr **e = ARENA_ARRAY(x->b->arena, Expr *, items->n + 1);
    uint32_t n = 0;
    if (!e)
        return RAISE_NOMEM(err);
    AST_EACH(item, *items)
    TRY(bind_expr(x, item, &e[n++], err));
    *ret = e;
    return 0;
}

/* ROW(t.*, 1): the columns of t stand beside the rest. */
static int spread_items(const ExprScope *x, const NodeList *items, Expr ***ret, uint32_t *ret_n, Err *err)
{
    Expr **e = ARENA_ARRAY(x->b->arena, Expr *, CALL_ARGS_MAX + 1), *one;
    uint32_t n = 0;
    if (!e)
        return RAISE_NOMEM(err);
    AST_EACH(item, *items)
    {
        TRY(bind_expr(x, item, &one, err));
        uint32_t k = item->kind == NODE_EXPR_STAR ? one->type.nested->n : 1;
        if (n + k > CALL_ARGS_MAX)
            return RAISE_AT(err, ERR_PROGRAM_LIMIT, item->at, "a row has at most %d fields", CALL_ARGS_MAX);
        for (uint32_t i = 0; item->kind == NODE_EXPR_STAR && i < k; i++)
            TRY(bind_field_at(x, one, i, item->at, &e[n++], err));
        if (item->kind != NODE_EXPR_STAR)
            e[n++] = one;
    }
    *ret = e;
    *ret_n = n;
    return 0;
}

/* {'a': x, 'b': y}: the row with these names. */
static int name_fields(const ExprRow *r, Expr *row, Err *err)
{
    Field field[STRUCT_FIELDS_MAX];
    uint32_t n = 0;
    AST_EACH(name, r->names)
    {
        Str s = AST(IdentNode, name)->ident.s;
        field[n] = row->type.nested->field[n];
        field[n].name = s.p;
        for (uint32_t i = 0; i < n; i++)
            if (str_eq(str_of(field[i].name), s))
                return RAISE_AT(err, ERR_DUPLICATE_COLUMN, name->at, "field \"%.*s\" specified more than once", (int)s.n, s.p);
        n++;
    }
    return type_struct(NULL, field, n, &row->type) < 0 ? RAISE_NOMEM(err) : 0;
}

static int bind_row_value(const ExprScope *x, const ExprRow *r, Expr **ret, Err *err)
{
    Expr **item;
    uint32_t n = r->items.n;
    bool stars = false;
    AST_EACH(i, r->items)
    stars |= i->kind == NODE_EXPR_STAR;
    TRY(stars ? spread_items(x, &r->items, &item, &n, err) : bind_items(x, &r->items, &item, err));
    TRY(call(x, "row", item, n, r->node.at, ret, err));
    return r->names.n ? name_fields(r, *ret, err) : 0;
}

/* ---- fields ---- */

int bind_field_at(const ExprScope *x, Expr *row, uint32_t i, Span at, Expr **ret, Err *err)
{
    Expr *arg[2] = {row};
    if (row->kind == EXPR_CALL && row->n_args == row->type.nested->n && strcmp(row->fn->name, "row") == 0) {
        *ret = row->arg[i];
        return 0;
    }
    arg[1] = expr_const(x->b->arena, &(Value){.type = TYPE(I32), .i32 = (int32_t)i}, at);
    return arg[1] ? call(x, "row field", arg, 2, at, ret, err) : RAISE_NOMEM(err);
}

static int bind_field_of(const ExprScope *x, Expr *row, const Ident *field, Expr **ret, Err *err)
{
    char type[64];
    type_print(row->type, type, sizeof(type));
    if (row->type.id != T_STRUCT)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, field->at,
                        "column notation .%.*s applied to type %s, which is not a composite type", (int)field->s.n, field->s.p,
                        type);
    int i = schema_find(row->type.nested, field->s);
    if (i < 0)
        return RAISE_AT(err, ERR_UNDEFINED_COLUMN, field->at, "column \"%.*s\" not found in data type %s", (int)field->s.n,
                        field->s.p, type);
    return bind_field_at(x, row, (uint32_t)i, field->at, ret, err);
}

/* ---- names ---- */

/* The row of a relation of FROM; its fields are called like the columns. */
static int bind_whole(const ExprScope *x, const ScopeRel *rel, Span at, Expr **ret, Err *err)
{
    const Scope *s = x->scope;
    Expr *col[CALL_ARGS_MAX];
    Field field[CALL_ARGS_MAX];
    uint32_t n = 0;
    for (uint32_t i = rel->first; i < rel->first + rel->n; i++) {
        if (s->node->cols[i].name[0] == 0)
            continue;
        if (n == CALL_ARGS_MAX)
            return RAISE_AT(err, ERR_PROGRAM_LIMIT, at, "the row of a relation as one value has at most %d columns", CALL_ARGS_MAX);
        col[n] = logical_column(x->b->arena, s->node, i, at);
        if (!col[n])
            return RAISE_NOMEM(err);
        field[n] = (Field){.name = s->node->cols[i].name, .type = s->node->cols[i].type};
        if (field[n].type.id == T_UNKNOWN)
            field[n].type = TYPE(TEXT);
        n++;
    }
    TRY(call(x, s->n_rels > 1 ? "whole row" : "row", col, n, at, ret, err));
    return type_struct(NULL, field, n, &(*ret)->type) < 0 ? RAISE_NOMEM(err) : 0;
}

/* The longest beginning of the name that is a column; *ret_n parts of it. */
static bool find_column(const ExprScope *x, const Name *name, uint32_t *ret_n, uint32_t *ret_col)
{
    for (uint32_t n = MIN(name->n_parts - 1, 3u); n > 0; n--) {
        Name head = *name;
        head.n_parts = n;
        if (scope_find(x->scope, &head, ret_col, NULL) == 0) {
            *ret_n = n;
            return true;
        }
    }
    return false;
}

int bind_nested_name(const ExprScope *x, const Name *name, Expr **ret, Err *err)
{
    uint32_t n = 0, col;
    const ScopeRel *rel = scope_whole(x->scope, name->part[0].s);
    if (name->n_parts == 1)
        return rel && rel->n > 0 ? bind_whole(x, rel, name->at, ret, err) : -ERR_UNDEFINED_COLUMN;
    if (!find_column(x, name, &n, &col) || x->scope->node->cols[col].type.id != T_STRUCT)
        return -ERR_UNDEFINED_COLUMN;
    *ret = logical_column(x->b->arena, x->scope->node, col, name->at);
    if (!*ret)
        return RAISE_NOMEM(err);
    for (; n < name->n_parts; n++)
        TRY(bind_field_of(x, *ret, &name->part[n], ret, err));
    return 0;
}

int bind_star_row(const ExprScope *x, const ExprStar *star, Expr **ret, Err *err)
{
    char type[64];
    *ret = NULL;
    if (star->row) {
        TRY(bind_expr(x, star->row, ret, err));
    } else {
        uint32_t col;
        bool rel = star->of.n_parts == 1 && scope_whole(x->scope, star->of.part[0].s);
        if (star->of.n_parts == 0 || rel || scope_find(x->scope, &star->of, &col, NULL) < 0)
            return 0;
        *ret = logical_column(x->b->arena, x->scope->node, col, star->node.at);
        if (!*ret)
            return RAISE_NOMEM(err);
    }
    if ((*ret)->type.id == T_STRUCT)
        return 0;
    type_print((*ret)->type, type, sizeof(type));
    return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, star->node.at, "type %s is not composite", type);
}

int bind_star_value(const ExprScope *x, const ExprStar *star, Expr **ret, Err *err)
{
    const ScopeRel *rel;
    if (star->of.n_parts == 0 || star->exclude.n || !x->scope)
        return RAISE_AT(err, ERR_SYNTAX, star->node.at, "\"*\" is not an expression");
    if (star->of.n_parts > 1 || scope_whole(x->scope, star->of.part[0].s)) {
        TRY(scope_find_rel_of(x->scope, &star->of, star->of.n_parts, &rel, err));
        return bind_whole(x, rel, star->node.at, ret, err);
    }
    ExprColumn column = {.node = {.kind = NODE_EXPR_COLUMN, .at = star->node.at, .depth = 1}, .name = star->of};
    int rc = bind_expr(x, &column.node, ret, NULL);
    return rc == 0 && (*ret)->type.id == T_STRUCT ? 0 : scope_find_rel(x->scope, &star->of.part[0], &rel, err);
}

int bind_argument(const ExprScope *x, const Node *n, Expr **ret, Err *err)
{
    const ExprStar *star = n->kind == NODE_EXPR_STAR ? AST(ExprStar, n) : NULL;
    const ScopeRel *rel = star && star->of.n_parts == 1 && !star->exclude.n ? scope_whole(x->scope, star->of.part[0].s) : NULL;
    if (rel && rel->n > 0)
        return bind_whole(x, rel, n->at, ret, err);
    if (star && star->of.n_parts == 1 && !rel)
        return scope_find_rel_of(x->scope, &star->of, 1, &rel, err);
    return bind_expr(x, n, ret, err);
}

/* ---- maps ---- */

static int bind_map(const ExprScope *x, const ExprMap *m, Expr **ret, Err *err)
{
    Expr **item, **key = ARENA_ARRAY(x->b->arena, Expr *, m->items.n + 1), **value = key + m->items.n / 2;
    uint32_t n = m->items.n / 2;
    if (!key)
        return RAISE_NOMEM(err);
    if (m->items.n % 2)
        return RAISE_AT(err, ERR_SYNTAX, m->node.at, "MAP[..] has keys and values in turn");
    if (n == 0) {
        RAISE_AT(err, ERR_INDETERMINATE_TYPE, m->node.at, "cannot determine type of empty map");
        return err_hint(err, "Write '{}'::map<text, integer>, with the types that are meant.");
    }
    TRY(bind_items(x, &m->items, &item, err));
    for (uint32_t i = 0; i < n; i++) {
        key[i] = item[2 * i];
        value[i] = item[2 * i + 1];
    }
    TRY(expr_unify_results(x->b->arena, key, n, "MAP", err));
    TRY(expr_unify_results(x->b->arena, value, n, "MAP", err));
    for (uint32_t i = 0; i < n; i++) {
        item[2 * i] = key[i];
        item[2 * i + 1] = value[i];
    }
    return call(x, "map entries", item, m->items.n, m->node.at, ret, err);
}

int bind_map_element(const ExprScope *x, Expr *map, const Node *key, Span at, Expr **ret, Err *err)
{
    Expr *arg[2] = {map};
    TRY(bind_expr(x, key, &arg[1], err));
    TRY(expr_cast(x->b->arena, arg[1], map_key(map->type), CAST_ASSIGN, false, &arg[1], err));
    TRY(call(x, "map element", arg, 2, at, ret, err));
    (*ret)->type = map_value(map->type);
    return 0;
}

int bind_nested(const ExprScope *x, const Node *n, Expr **ret, Err *err)
{
    switch ((NodeKind)n->kind) {
    case NODE_EXPR_ROW: return bind_row_value(x, AST(ExprRow, n), ret, err);
    case NODE_EXPR_MAP: return bind_map(x, AST(ExprMap, n), ret, err);
    default: break;
    }
    const ExprField *f = AST(ExprField, n);
    Expr *row;
    TRY(bind_expr(x, f->arg, &row, err));
    if (f->number)
        return row->type.nested->n == f->of ? bind_field_at(x, row, f->number - 1, n->at, ret, err)
                                            : RAISE_AT(err, ERR_SYNTAX, n->at, "number of columns does not match number of values");
    return bind_field_of(x, row, &f->field, ret, err);
}
