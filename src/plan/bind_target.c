/* SPDX-License-Identifier: Apache-2.0
 *
 * The SELECT list: * and t.* spelled out, and the names of output columns as PostgreSQL gives them. */
#include "plan/bind_impl.h"
#include "plan/bind_target.h"

static const char *type_column_name(const TypeName *t)
{
    static const char *const names[N_TYPES] = {
        [T_BOOL] = "bool",
        [T_I16] = "int2",
        [T_I32] = "int4",
        [T_I64] = "int8",
        [T_F32] = "float4",
        [T_F64] = "float8",
        [T_DECIMAL] = "numeric",
        [T_TEXT] = "text",
        [T_BYTEA] = "bytea",
        [T_BITS] = "varbit",
        [T_DATE] = "date",
        [T_TIME] = "time",
        [T_TIMETZ] = "timetz",
        [T_TS] = "timestamp",
        [T_TSTZ] = "timestamptz",
        [T_TSNS] = "timestamp",
        [T_INTERVAL] = "interval",
        [T_UUID] = "uuid",
        [T_JSON] = "json",
        [T_JSONB] = "jsonb",
        [T_STRUCT] = "struct",
        [T_MAP] = "map",
        [T_INT4RANGE] = "int4range",
        [T_INT8RANGE] = "int8range",
        [T_NUMRANGE] = "numrange",
        [T_DATERANGE] = "daterange",
        [T_TSRANGE] = "tsrange",
        [T_TSTZRANGE] = "tstzrange",
        [T_INT4MULTIRANGE] = "int4multirange",
        [T_INT8MULTIRANGE] = "int8multirange",
        [T_NUMMULTIRANGE] = "nummultirange",
        [T_DATEMULTIRANGE] = "datemultirange",
        [T_TSMULTIRANGE] = "tsmultirange",
        [T_TSTZMULTIRANGE] = "tstzmultirange",
        [T_INET] = "inet",
        [T_CIDR] = "cidr",
        [T_MACADDR] = "macaddr",
    };
    Type type;
    if (bind_type(NULL, t, &type, NULL) < 0) /* a type that CREATE TYPE made is called like itself */
        return t->name.n_parts ? name_last(&t->name)->s.p : NULL;
    type = type.id == T_ARRAY ? type_element(type) : type;
    if (!names[type.id])
        return NULL;
    if (type.id == T_BITS && type.precision)
        return "bit";
    return type_is_char(type) ? "bpchar" : type.id == T_TEXT && type.length ? "varchar" : names[type.id];
}

static const char *name_of(Arena *a, const Node *n, bool *weak);

/* A subquery is called like its column. */
static const char *name_of_query(Arena *a, const Query *q, bool *weak)
{
    const Node *body = q->body;
    while (body->kind == NODE_SET_OP || body->kind == NODE_QUERY)
        body = body->kind == NODE_QUERY ? AST(Query, body)->body : AST(SetOp, body)->left;
    if (body->kind == NODE_VALUES)
        return "column1";
    if (body->kind != NODE_SELECT || AST(Select, body)->targets.n == 0)
        return NULL;
    const Target *t = AST(Target, AST(Select, body)->targets.first);
    return t->alias.s.p ? t->alias.s.p : name_of(a, t->expr, weak);
}

/* Name of an expression; *weak: only better than nothing (a type's name). */
static const char *name_of(Arena *a, const Node *n, bool *weak)
{
    *weak = false;
    switch ((NodeKind)n->kind) {
    case NODE_EXPR_COLUMN: return name_last(&AST(ExprColumn, n)->name)->s.p;
    case NODE_EXPR_FIELD: return AST(ExprField, n)->field.s.p;
    case NODE_EXPR_ROW: return "row";
    case NODE_EXPR_MAP: return "map";
    case NODE_EXPR_CALL: {
        Str s = name_last(&AST(ExprCall, n)->func)->s, first, rest;
        bool standard = str_starts(s, STR("json_")) && str_cut(s, ' ', &first, &rest); /* sql/ast_make_json.c */
        return standard ? arena_strndup(a, first.p, first.n) : arena_strndup(a, s.p, s.n);
    }
    case NODE_EXPR_CAST: {
        const ExprCast *c = AST(ExprCast, n);
        const char *name = name_of(a, c->arg, weak);
        if (name && !*weak)
            return name;
        *weak = true;
        return type_column_name(c->type);
    }
    case NODE_EXPR_TYPED: *weak = true; return type_column_name(AST(ExprTyped, n)->type);
    case NODE_EXPR_INTERVAL: *weak = true; return "interval";
    case NODE_EXPR_CASE: {
        const ExprCase *c = AST(ExprCase, n);
        const char *name = c->otherwise ? name_of(a, c->otherwise, weak) : NULL;
        if (name && !*weak)
            return name;
        *weak = true;
        return "case";
    }
    case NODE_EXPR_AT_TIME_ZONE: return "timezone";
    case NODE_EXPR_EXISTS: return "exists";
    case NODE_EXPR_SUBQUERY: return AST(ExprSubquery, n)->array ? "array" : name_of_query(a, AST(ExprSubquery, n)->query, weak);
    case NODE_EXPR_COLLATE: return name_of(a, AST(ExprCollate, n)->arg, weak);
    case NODE_EXPR_ARRAY: return "array";
    case NODE_EXPR_INDEX: return name_of(a, AST(ExprIndex, n)->arg, weak);
    case NODE_EXPR_SLICE: return name_of(a, AST(ExprSlice, n)->arg, weak);
    default: return NULL;
    }
}

const char *target_name(Arena *a, const Node *n)
{
    bool weak;
    const char *name = name_of(a, n, &weak);
    return name ? name : "?column?";
}

int target_add(Arena *a, TargetItems *t, TargetItem item, Err *err)
{
    if (t->n == COLUMNS_MAX)
        return RAISE_AT(err, ERR_TOO_MANY_COLUMNS, item.ast ? item.ast->at : SPAN_NONE, "target lists can have at most %d entries",
                        COLUMNS_MAX);
    if (t->n == t->cap) {
        uint32_t cap = t->cap ? t->cap * 2 : 16;
        TargetItem *more = ARENA_ARRAY(a, TargetItem, cap);
        if (!more)
            return RAISE_NOMEM(err);
        if (t->n)
            memcpy(more, t->item, t->n * sizeof(*more));
        t->item = more;
        t->cap = cap;
    }
    t->item[t->n++] = item;
    return 0;
}

/* Takes a column's name off the EXCLUDE list; *left counts down. */
static bool excluded(const NodeList *exclude, const char *name)
{
    AST_EACH(e, *exclude)
    if (str_eq(AST(IdentNode, e)->ident.s, str_of(name)))
        return true;
    return false;
}

/* What * REPLACE and * RENAME make of the column called *name: true, the expression in ret->ast. */
static bool replaced(const ExprStar *star, const char **name, TargetItem *ret)
{
    Str was = str_of(*name);
    AST_EACH(r, star->rename)
    if (str_eq(name_last(&AST(ExprColumn, AST(Target, r)->expr)->name)->s, was))
        *name = AST(Target, r)->alias.s.p;
    AST_EACH(r, star->replace)
    if (str_eq(AST(Target, r)->alias.s, was)) {
        *ret = (TargetItem){.ast = AST(Target, r)->expr, .name = *name};
        return true;
    }
    return false;
}

/* Its names are columns: -ERR_UNDEFINED_COLUMN. */
static int check_star_names(const Scope *s, const ExprStar *star, Err *err)
{
    uint32_t col;
    AST_EACH(e, star->exclude)
    {
        Name name = {.part = &AST(IdentNode, e)->ident, .n_parts = 1, .at = e->at};
        TRY(scope_find(s, &name, &col, err));
    }
    AST_EACH(e, star->replace)
    {
        Name name = {.part = &AST(Target, e)->alias, .n_parts = 1, .at = AST(Target, e)->alias.at};
        TRY(scope_find(s, &name, &col, err));
    }
    AST_EACH(e, star->rename)
    TRY(scope_find(s, &AST(ExprColumn, AST(Target, e)->expr)->name, &col, err));
    return 0;
}

static int add_fields(const ExprScope *x, Expr *row, const ExprStar *star, TargetItems *ret, Err *err)
{
    for (uint32_t i = 0; i < row->type.nested->n; i++) {
        TargetItem item = {.name = row->type.nested->field[i].name};
        const char *name = item.name;
        if (excluded(&star->exclude, item.name))
            continue;
        if (replaced(star, &name, &item)) {
            TRY(target_add(x->b->arena, ret, item, err));
            continue;
        }
        item.name = name;
        TRY(bind_field_at(x, row, i, star->node.at, &item.expr, err));
        TRY(target_add(x->b->arena, ret, item, err));
    }
    return 0;
}

static int bind_star(Binder *b, const Scope *s, SubqueryList *subs, const ExprStar *star, TargetItems *ret, Err *err)
{
    const ScopeRel *only = NULL;
    ExprScope x = {.b = b, .scope = (Scope *)s, .clause = "a SELECT list", .subs = subs};
    Expr *row;
    TRY(bind_star_row(&x, star, &row, err));
    if (row)
        return add_fields(&x, row, star, ret, err);
    if (s->n_rels == 0 && star->of.n_parts == 0)
        return RAISE_AT(err, ERR_SYNTAX, star->node.at, "SELECT * with no tables specified is not valid");
    if (star->of.n_parts > 0)
        TRY(scope_find_rel_of(s, &star->of, star->of.n_parts, &only, err));
    TRY(check_star_names(s, star, err));
    for (uint32_t r = 0; r < s->n_rels; r++) {
        if (only && only != &s->rels[r])
            continue;
        for (uint32_t i = s->rels[r].first; i < s->rels[r].first + s->rels[r].n; i++) {
            const char *name = s->node->cols[i].name;
            if (name[0] == 0 || ((!only || s->rels[r].is_system) && scope_hides(&s->rels[r], i)) || excluded(&star->exclude, name))
                continue;
            TargetItem item;
            if (replaced(star, &name, &item)) {
                TRY(target_add(b->arena, ret, item, err));
                continue;
            }
            Expr *e = logical_column(b->arena, s->node, i, star->node.at);
            if (!e)
                return RAISE_NOMEM(err);
            TRY(target_add(b->arena, ret, (TargetItem){.name = name, .expr = e}, err));
        }
    }
    return 0;
}

int bind_targets(Binder *b, const Scope *scope, SubqueryList *subs, const NodeList *targets, TargetItems *ret, Err *err)
{
    AST_EACH(item, *targets)
    {
        const Target *t = AST(Target, item);
        if (t->expr->kind == NODE_EXPR_STAR) {
            TRY(bind_star(b, scope, subs, AST(ExprStar, t->expr), ret, err));
            continue;
        }
        int rc = bind_columns(b, scope, t, ret, err);
        TRY(rc);
        if (rc)
            continue;
        const char *name = t->alias.s.p ? t->alias.s.p : target_name(b->arena, t->expr);
        TRY(target_add(b->arena, ret, (TargetItem){.ast = t->expr, .name = name}, err));
    }
    return 0;
}
