/* SPDX-License-Identifier: Apache-2.0
 *
 * Expressions: each form of the syntax tree to the one constructor of expr/ that does its typing.  The recursion is as deep as the
 * tree, which the parser bounds. */
#include "func/json/jsonpath.h"
#include "plan/bind_function.h"
#include "plan/bind_target.h"

static int bind_list(const ExprScope *x, const NodeList *list, Expr ***ret, uint32_t *ret_n, Err *err)
{
    Expr **e = ARENA_ARRAY(x->b->arena, Expr *, list->n + 1);
    uint32_t n = 0;
    if (!e)
        return RAISE_NOMEM(err);
    AST_EACH(item, *list)
    TRY(bind_expr(x, item, &e[n++], err));
    *ret = e;
    *ret_n = n;
    return 0;
}

static int call(const ExprScope *x, const char *name, Expr *const *args, uint32_t n, Span at, Expr **ret, Err *err)
{
    return expr_call(x->b->arena, str_of(name), args, n, at, ret, err);
}

/* current_user and the like, which are functions without parentheses. */
static int bare_call(const ExprScope *x, const Ident *name, Expr **ret, Err *err)
{
    TRY(bind_catalog_call(x, name->s, NULL, 0, name->at, ret, err));
    return *ret ? 0 : call(x, name->s.p, NULL, 0, name->at, ret, err);
}

/* An output column by its name, unless FROM has one of that name. */
static bool find_alias(const ExprScope *x, const Name *name, Expr **ret)
{
    Str s = name->part[0].s;
    if (!x->aliases || name->n_parts != 1 || scope_has_column(x->scope, s))
        return false;
    for (uint32_t i = 0; i < x->aliases->n; i++)
        if (x->aliases->item[i].ast && str_eq(str_of(x->aliases->item[i].name), s)) {
            *ret = x->aliases->item[i].expr;
            return true;
        }
    return false;
}

/* tableoid of the one relation in FROM, or of that which is named.  0: it is not that; 1. */
static int bind_tableoid(const ExprScope *x, const ExprColumn *c, Expr **ret, Err *err)
{
    const Scope *s = x->scope;
    const ScopeRel *r = s->n_rels == 1 ? &s->rels[0] : NULL;
    const Name *name = &c->name;
    if (!str_eq(name_last(name)->s, STR("tableoid")) ||
        (name->n_parts > 1 && scope_find_rel_of(s, name, name->n_parts - 1, &r, NULL) < 0) || !r || !r->relation)
        return 0;
    Value v = {.type = TYPE(I64), .i64 = relation_oid(r->relation)};
    *ret = expr_const(x->b->arena, &v, c->node.at);
    return *ret ? 1 : RAISE_NOMEM(err);
}

static int bind_column(const ExprScope *x, const ExprColumn *c, Expr **ret, Err *err)
{
    uint32_t col;
    if (x->match)
        return match_column(x, c, ret, err);
    if ((x->b->function || x->b->ctx->n_params) && !x->scope) {
        int is_param = bind_function_name(x, c, ret, err);
        if (is_param)
            return MIN(is_param, 0);
    }
    if (!x->scope && c->name.n_parts == 1 && macro_is_bare(c->name.part[0].s))
        return bare_call(x, &c->name.part[0], ret, err);
    if (!x->scope && x->lateral && x->b->outer && outer_find(x->b->outer, c, ret, NULL) >= 0)
        return 0;
    if (!x->scope) {
        const Ident *last = name_last(&c->name);
        ErrCode code = str_eq(str_of(x->clause), STR("LIMIT"))     ? ERR_INVALID_COLUMN_REF
                       : str_eq(str_of(x->clause), STR("DEFAULT")) ? ERR_UNSUPPORTED
                                                                   : ERR_UNDEFINED_COLUMN;
        return RAISE_AT(err, code, c->node.at, "column \"%.*s\" cannot stand in %s: a constant is needed", (int)last->s.n,
                        last->s.p, x->clause);
    }
    if (find_alias(x, &c->name, ret))
        return 0;
    Err inner = ERR_INIT;
    int rc = scope_find(x->scope, &c->name, &col, &inner);
    bool unknown = rc == -ERR_UNDEFINED_COLUMN || rc == -ERR_UNDEFINED_RELATION;
    int nested = unknown ? bind_nested_name(x, &c->name, ret, err) : 1;
    if (nested == 0 || nested == -ERR_OUT_OF_MEMORY)
        return nested;
    Err around = ERR_INIT;
    if (unknown && x->b->outer && outer_find(x->b->outer, c, ret, &around) >= 0)
        return 0;
    if (unknown && (x->b->function || x->b->ctx->n_params)) { /* columns come before parameters */
        int is_param = bind_function_name(x, c, ret, err);
        if (is_param)
            return MIN(is_param, 0);
    }
    if (inner.code == ERR_UNDEFINED_RELATION && around.code != 0) /* the relation may be one around */
        inner = around;
    if (unknown && c->name.n_parts == 1 && macro_is_bare(c->name.part[0].s))
        return bare_call(x, &c->name.part[0], ret, err);
    if (unknown && c->name.n_parts == 1 && x->scope->window_col >= 0 && str_eq(c->name.part[0].s, STR("window_time")))
        return bind_window_time(x, c->node.at, ret, err);
    int of_table = unknown ? bind_tableoid(x, c, ret, err) : 0;
    if (of_table != 0)
        return MIN(of_table, 0);
    if (rc < 0) {
        if (err)
            *err = inner;
        return rc;
    }
    *ret = logical_column(x->b->arena, x->scope->node, col, c->node.at);
    return *ret ? 0 : RAISE_NOMEM(err);
}

static int bind_unary(const ExprScope *x, const ExprUnary *u, Expr **ret, Err *err)
{
    const Node *number = &u->node; /* - -9223372036854775808 is a number too */
    bool negative = false;
    for (; number->kind == NODE_EXPR_UNARY && AST(ExprUnary, number)->op == SQL_OP_SUB; negative = !negative)
        number = AST(ExprUnary, number)->arg;
    if (u->op == SQL_OP_SUB && number->kind == NODE_EXPR_LITERAL) {
        const ExprLiteral *l = AST(ExprLiteral, number);
        if (l->kind == LITERAL_INT || l->kind == LITERAL_DECIMAL || l->kind == LITERAL_FLOAT)
            return bind_literal(x->b->arena, l, negative, ret, err);
    }
    Expr *arg;
    TRY(bind_expr(x, u->arg, &arg, err));
    const char *function = u->op == SQL_OP_SQRT ? "sqrt" : u->op == SQL_OP_CBRT ? "cbrt" : u->op == SQL_OP_ABS ? "abs" : NULL;
    if (u->op != SQL_OP_NOT)
        return call(x, function ? function : sql_op_text(u->op), &arg, 1, u->node.at, ret, err);
    TRY(expr_condition(x->b->arena, arg, "NOT", &arg, err));
    return call(x, "not", &arg, 1, u->node.at, ret, err);
}

static int bind_binary(const ExprScope *x, const ExprBinary *o, Expr **ret, Err *err)
{
    Expr *arg[2];
    if (o->left->kind == NODE_EXPR_ROW && o->right->kind == NODE_EXPR_ROW)
        return bind_row_comparison(x, o->op, o->left, o->right, o->node.at, ret, err);
    if (o->left->kind == NODE_EXPR_ROW && o->right->kind == NODE_EXPR_SUBQUERY && !AST(ExprSubquery, o->right)->array)
        return bind_row_to_query(x, o->op, o->left, AST(ExprSubquery, o->right)->query, o->node.at, ret, err);
    TRY(bind_expr(x, o->left, &arg[0], err));
    TRY(bind_expr(x, o->right, &arg[1], err));
    return call(x, sql_op_text(o->op), arg, 2, o->op_at.len ? o->op_at : o->node.at, ret, err);
}

static int bind_logic(const ExprScope *x, const ExprLogic *l, Expr **ret, Err *err)
{
    Expr **args;
    uint32_t n;
    TRY(bind_list(x, &l->args, &args, &n, err));
    return expr_logic(x->b->arena, l->is_or ? EXPR_OR : EXPR_AND, args, n, l->node.at, ret, err);
}

static int bind_is(const ExprScope *x, const ExprIs *i, Expr **ret, Err *err)
{
    static const char *const names[][2] = {
        [IS_NULL] = {"is null", "is not null"},
        [IS_TRUE] = {"is true", "is not true"},
        [IS_FALSE] = {"is false", "is not false"},
        [IS_UNKNOWN] = {"is unknown", "is not unknown"},
    };
    static const char *const clauses[][2] = {
        [IS_TRUE] = {"IS TRUE", "IS NOT TRUE"},
        [IS_FALSE] = {"IS FALSE", "IS NOT FALSE"},
        [IS_UNKNOWN] = {"IS UNKNOWN", "IS NOT UNKNOWN"},
    };
    Expr *arg;
    if (i->arg->kind == NODE_EXPR_ROW)
        return bind_row_is(x, i, ret, err);
    TRY(bind_expr(x, i->arg, &arg, err));
    if (i->test == IS_NULL && arg->type.id == T_STRUCT)
        return call(x, i->negated ? "row is not null" : "row is null", &arg, 1, i->node.at, ret, err);
    if (i->test != IS_NULL)
        TRY(expr_condition(x->b->arena, arg, clauses[i->test][i->negated], &arg, err));
    return call(x, names[i->test][i->negated], &arg, 1, i->node.at, ret, err);
}

static int bind_is_distinct(const ExprScope *x, const ExprDistinct *d, Expr **ret, Err *err)
{
    Expr *arg[2];
    if (d->left->kind == NODE_EXPR_ROW && d->right->kind == NODE_EXPR_ROW)
        return bind_row_distinct(x, d, ret, err);
    TRY(bind_expr(x, d->left, &arg[0], err));
    TRY(bind_expr(x, d->right, &arg[1], err));
    return call(x, d->negated ? "is not distinct from" : "is distinct from", arg, 2, d->node.at, ret, err);
}

/* Some forms use a part more than once; nested, they would double at each level. */
#define SHARED_PARTS_MAX 4096u
static uint32_t count_parts(const Expr *e, uint32_t room)
{
    uint32_t n = 1;
    for (uint32_t i = 0; i < e->n_args && n <= room; i++)
        n += count_parts(e->arg[i], room - n);
    return n;
}

int bind_check_shared(const Expr *e, const Node *n, Err *err)
{
    if (count_parts(e, SHARED_PARTS_MAX) > SHARED_PARTS_MAX)
        return RAISE_AT(err, ERR_TOO_COMPLEX, n->at, "this expression has more than %u parts and is needed more than once",
                        SHARED_PARTS_MAX);
    return 0;
}

/* low <= e AND e <= high, or its negation e < low OR high < e. */
static int between(const ExprScope *x, Expr *e, Expr *low, Expr *high, bool negated, Span at, Expr **ret, Err *err)
{
    Expr *side[2];
    TRY(call(x, negated ? "<" : ">=", (Expr *[]){e, low}, 2, at, &side[0], err));
    TRY(call(x, negated ? ">" : "<=", (Expr *[]){e, high}, 2, at, &side[1], err));
    return expr_logic(x->b->arena, negated ? EXPR_OR : EXPR_AND, side, 2, at, ret, err);
}

static int bind_between(const ExprScope *x, const ExprBetween *n, Expr **ret, Err *err)
{
    Expr *e, *low, *high, *way[2];
    Span at = n->node.at;
    TRY(bind_expr(x, n->arg, &e, err));
    TRY(bind_check_shared(e, n->arg, err));
    TRY(bind_expr(x, n->low, &low, err));
    TRY(bind_expr(x, n->high, &high, err));
    TRY(bind_check_shared(low, n->low, err));
    TRY(bind_check_shared(high, n->high, err));
    if (!n->symmetric)
        return between(x, e, low, high, n->negated, at, ret, err);
    TRY(between(x, e, low, high, n->negated, at, &way[0], err));
    TRY(between(x, e, high, low, n->negated, at, &way[1], err));
    return expr_logic(x->b->arena, n->negated ? EXPR_AND : EXPR_OR, way, 2, at, ret, err);
}

static int bind_in(const ExprScope *x, const ExprIn *n, Expr **ret, Err *err)
{
    Expr *e, **items;
    uint32_t n_items;
    if (n->query)
        return bind_in_value(x, n, ret, err);
    if (n->arg->kind == NODE_EXPR_ROW)
        return bind_row_in(x, n, ret, err);
    TRY(bind_expr(x, n->arg, &e, err));
    TRY(bind_check_shared(e, n->arg, err));
    TRY(bind_list(x, &n->items, &items, &n_items, err));
    return expr_in(x->b->arena, e, items, n_items, n->negated, n->node.at, ret, err);
}

static int bind_like(const ExprScope *x, const ExprLike *l, Expr **ret, Err *err)
{
    static const char *const names[] = {[LIKE_LIKE] = "like", [LIKE_ILIKE] = "ilike", [LIKE_SIMILAR] = "~"};
    Expr *arg[3];
    uint32_t n = 2;
    TRY(bind_expr(x, l->arg, &arg[0], err));
    TRY(bind_expr(x, l->pattern, &arg[1], err));
    if (l->escape)
        TRY(bind_expr(x, l->escape, &arg[n++], err));
    if (l->kind == LIKE_SIMILAR) { /* a regular expression made of the pattern */
        TRY(call(x, "similar_to_escape", arg + 1, n - 1, l->node.at, &arg[1], err));
        arg[1] = expr_fold(x->b->arena, arg[1]);
        if (!arg[1])
            return RAISE_NOMEM(err);
        n = 2;
    }
    TRY(call(x, names[l->kind], arg, n, l->node.at, ret, err));
    return l->negated ? call(x, "not", ret, 1, l->node.at, ret, err) : 0;
}

static int bind_case(const ExprScope *around, const ExprCase *c, Expr **ret, Err *err)
{
    ExprScope inside = *around, *x = &inside;
    Arena *a = x->b->arena;
    inside.rows = NULL; /* whether their rows come would depend on a condition */
    Expr *subject = NULL, *otherwise = NULL;
    Expr **when = ARENA_ARRAY(a, Expr *, c->whens.n), **then = ARENA_ARRAY(a, Expr *, c->whens.n);
    uint32_t n = 0;
    if (!when || !then)
        return RAISE_NOMEM(err);
    if (c->arg) {
        TRY(bind_expr(x, c->arg, &subject, err));
        TRY(bind_check_shared(subject, c->arg, err));
    }
    AST_EACH(item, c->whens)
    {
        const When *w = AST(When, item);
        TRY(bind_expr(x, w->when, &when[n], err));
        if (subject)
            TRY(call(x, "=", (Expr *[]){subject, when[n]}, 2, w->node.at, &when[n], err));
        else
            TRY(expr_condition(a, when[n], "CASE/WHEN", &when[n], err));
        TRY(bind_expr(x, w->then, &then[n++], err));
    }
    if (c->otherwise)
        TRY(bind_expr(x, c->otherwise, &otherwise, err));
    return expr_case(a, when, then, n, otherwise, c->node.at, ret, err);
}

/* x::jsonpath is the path's text, which is read once here when it is constant. 1, or 0: another type. */
static int bind_path_cast(const ExprScope *x, const ExprCast *c, Expr **ret, Err *err)
{
    JsonPath *path;
    const TypeName *t = c->type;
    if (t->name.n_parts > 1 || t->n_dims || t->n_mods || !str_eq(name_last(&t->name)->s, STR("jsonpath")))
        return 0;
    TRY(bind_expr(x, c->arg, ret, err));
    TRY(expr_cast(x->b->arena, *ret, TYPE(TEXT), CAST_EXPLICIT, c->try_cast, ret, err));
    if ((*ret)->kind == EXPR_CONST && !(*ret)->value.is_null) {
        int rc = jsonpath_parse((*ret)->value.str, x->b->arena, &path, err);
        if (rc < 0 && err && span_is_none(err->at))
            err->at = c->arg->at;
        TRY(rc);
    }
    return 1;
}

static int bind_cast(const ExprScope *x, const ExprCast *c, Expr **ret, Err *err)
{
    Field of;
    Expr *e;
    int is_reg = bind_reg_cast(x, c, ret, err);
    if (!is_reg)
        is_reg = bind_reg_text(x, c, ret, err);
    if (!is_reg)
        is_reg = bind_interval_cast(x, c, ret, err);
    if (!is_reg)
        is_reg = bind_path_cast(x, c, ret, err);
    if (is_reg)
        return is_reg < 0 ? is_reg : 0;
    TRY(bind_known_type(x->b, c->type, &of, err));
    if (of.type.id == T_ARRAY && c->arg->kind == NODE_EXPR_ARRAY && AST(ExprArray, c->arg)->items.n == 0) {
        *ret = expr_const(x->b->arena, &(Value){.type = of.type, .str = STR("")}, c->node.at);
        if (!*ret)
            return RAISE_NOMEM(err);
    } else {
        TRY(bind_expr(x, c->arg, &e, err));
        TRY(expr_cast(x->b->arena, e, of.type, CAST_EXPLICIT, c->try_cast, ret, err));
    }
    return bind_domain(x->b, &of, *ret, c->try_cast, ret, err);
}

static int bind_at_zone(const ExprScope *x, const ExprAtTimeZone *z, Expr **ret, Err *err)
{
    Expr *arg[2];
    int64_t east_us;
    TRY(bind_expr(x, z->zone, &arg[0], err));
    TRY(bind_expr(x, z->arg, &arg[1], err));
    if (arg[0]->kind == EXPR_CONST && !arg[0]->value.is_null && (arg[0]->type.id == T_UNKNOWN || arg[0]->type.id == T_TEXT) &&
        func_zone_offset(arg[0]->value.str, &east_us)) {
        Value offset = {.type = TYPE(INTERVAL), .iv = {.ns = east_us * 1000}};
        arg[0] = expr_const(x->b->arena, &offset, arg[0]->at);
        if (!arg[0])
            return RAISE_NOMEM(err);
    }
    return call(x, "timezone", arg, 2, z->node.at, ret, err);
}

/* Texts compare by their bytes; the collations that do, too, are those there are. */
int bind_collation(const Name *collation, Span at, Type type, Err *err)
{
    static const char *const names[] = {"C", "POSIX", "default", "ucs_basic", "C.UTF-8", "C.utf8"};
    Str name = name_last(collation)->s;
    char text[64];
    bool known = false;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        known |= str_eq(name, str_of(names[i]));
    if (!known)
        return RAISE_AT(err, ERR_UNDEFINED_OBJECT, at,
                        "collation \"%.*s\" does not exist: texts compare by their bytes, as in \"C\"", (int)name.n, name.p);
    type_print(type, text, sizeof(text));
    return type.id == T_TEXT || type.id == T_UNKNOWN
               ? 0
               : RAISE_AT(err, ERR_DATATYPE_MISMATCH, at, "collations are not supported by type %s", text);
}

static int bind_collate(const ExprScope *x, const ExprCollate *c, Expr **ret, Err *err)
{
    TRY(bind_expr(x, c->arg, ret, err));
    TRY(bind_collation(&c->collation, c->node.at, (*ret)->type, err));
    return (*ret)->type.id == T_UNKNOWN ? expr_cast(x->b->arena, *ret, TYPE(TEXT), CAST_IMPLICIT, false, ret, err) : 0;
}

/* What has no meaning yet, by name. */
static int bind_other(const Node *n, Err *err)
{
    switch ((NodeKind)n->kind) {
    case NODE_EXPR_DEFAULT: return RAISE_AT(err, ERR_SYNTAX, n->at, "DEFAULT is not allowed in this context");
    case NODE_EXPR_NAMED_ARG: return RAISE_AT(err, ERR_SYNTAX, n->at, "this function takes no named arguments");
    case NODE_EXPR_TABLE_ARG:
    case NODE_EXPR_DESCRIPTOR:
        return RAISE_AT(err, ERR_SYNTAX, n->at, "TABLE and DESCRIPTOR are arguments of table functions in FROM only");
    case NODE_GROUP_SET: return RAISE_AT(err, ERR_SYNTAX, n->at, "ORDER BY ALL is of the result of a query");
    default: return RAISE_AT(err, ERR_INTERNAL, n->at, "%s is not an expression", node_kind_name((NodeKind)n->kind));
    }
}

/* = ANY (query) is IN, <> ALL (query) is NOT IN. */
static int bind_quantified(const ExprScope *x, const Node *n, Expr **ret, Err *err)
{
    const ExprQuantified *q = AST(ExprQuantified, n);
    bool in = q->op == SQL_OP_EQ && !q->all, not_in = q->op == SQL_OP_NE && q->all;
    if (!q->query)
        return bind_array_expr(x, n, ret, err);
    if (!in && !not_in)
        return bind_quantified_value(x, q, ret, err);
    ExprIn as = {.node = {.kind = NODE_EXPR_IN, .at = n->at}, .negated = not_in, .arg = q->left, .query = q->query};
    return bind_in_value(x, &as, ret, err);
}

int bind_expr(const ExprScope *x, const Node *n, Expr **ret, Err *err)
{
    Arena *a = x->b->arena;
    switch ((NodeKind)n->kind) {
    case NODE_EXPR_FIELD:
    case NODE_EXPR_ROW:
    case NODE_EXPR_MAP: return bind_nested(x, n, ret, err);
    case NODE_EXPR_LITERAL: return bind_literal(a, AST(ExprLiteral, n), false, ret, err);
    case NODE_EXPR_TYPED: return bind_typed(x->b, AST(ExprTyped, n), ret, err);
    case NODE_EXPR_INTERVAL: return bind_interval(a, AST(ExprInterval, n), ret, err);
    case NODE_EXPR_PARAM: return bind_param(x, AST(ExprParam, n), ret, err);
    case NODE_EXPR_COLUMN: return bind_column(x, AST(ExprColumn, n), ret, err);
    case NODE_EXPR_UNARY: return bind_unary(x, AST(ExprUnary, n), ret, err);
    case NODE_EXPR_BINARY: return bind_binary(x, AST(ExprBinary, n), ret, err);
    case NODE_EXPR_LOGIC: return bind_logic(x, AST(ExprLogic, n), ret, err);
    case NODE_EXPR_IS: return bind_is(x, AST(ExprIs, n), ret, err);
    case NODE_EXPR_DISTINCT: return bind_is_distinct(x, AST(ExprDistinct, n), ret, err);
    case NODE_EXPR_BETWEEN: return bind_between(x, AST(ExprBetween, n), ret, err);
    case NODE_EXPR_EXISTS: return bind_exists_value(x, AST(ExprExists, n), ret, err);
    case NODE_EXPR_QUANTIFIED: return bind_quantified(x, n, ret, err);
    case NODE_EXPR_SUBQUERY: return bind_scalar_subquery(x, AST(ExprSubquery, n), ret, err);
    case NODE_EXPR_IN: return bind_in(x, AST(ExprIn, n), ret, err);
    case NODE_EXPR_LIKE: return bind_like(x, AST(ExprLike, n), ret, err);
    case NODE_EXPR_STAR: return bind_star_value(x, AST(ExprStar, n), ret, err);
    case NODE_EXPR_CASE: return bind_case(x, AST(ExprCase, n), ret, err);
    case NODE_EXPR_CAST: return bind_cast(x, AST(ExprCast, n), ret, err);
    case NODE_EXPR_CALL: return bind_call(x, AST(ExprCall, n), ret, err);
    case NODE_EXPR_COLLATE: return bind_collate(x, AST(ExprCollate, n), ret, err);
    case NODE_EXPR_CURRENT_OF: return RAISE_AT(err, ERR_SYNTAX, n->at, "WHERE CURRENT OF is for UPDATE and DELETE of a table");
    case NODE_EXPR_AT_TIME_ZONE: return bind_at_zone(x, AST(ExprAtTimeZone, n), ret, err);
    case NODE_EXPR_ASSIGN: return bind_part_assigned(x, AST(ExprAssign, n), ret, err);
    case NODE_EXPR_ARRAY:
    case NODE_EXPR_INDEX:
    case NODE_EXPR_SLICE: return bind_array_expr(x, n, ret, err);
    default: return bind_other(n, err);
    }
}

int bind_predicate(const ExprScope *x, const Node *n, Expr **ret, Err *err)
{
    TRY(bind_expr(x, n, ret, err));
    return expr_condition(x->b->arena, *ret, x->clause, ret, err);
}

/* A constant of a type, with the place of the expression in every error. */
static int const_of(const ExprScope *x, const Node *n, Type t, CastContext context, const char *what, Value *ret, Err *err)
{
    Expr *e;
    TRY(bind_expr(x, n, &e, err));
    int rc = expr_cast(x->b->arena, e, t, context, false, &e, err);
    if (rc >= 0)
        rc = expr_const_value(x->b->arena, e, what, ret, err);
    if (rc < 0 && err && span_is_none(err->at))
        err->at = n->at;
    return rc;
}

int bind_const_interval(const ExprScope *x, const Node *n, const char *what, Interval *ret, Err *err)
{
    Value v;
    ExprScope constants = {.b = x->b, .clause = what};
    Err inner = ERR_INIT;
    int rc = const_of(&constants, n, TYPE(INTERVAL), CAST_IMPLICIT, what, &v, &inner);
    if (rc == -ERR_DATATYPE_MISMATCH)
        return RAISE_AT(err, ERR_WINDOW_SPEC, n->at, "%s must be an INTERVAL", what);
    if (rc < 0) {
        if (err)
            *err = inner;
        return rc;
    }
    if (v.is_null)
        return RAISE_AT(err, ERR_WINDOW_SPEC, n->at, "%s must not be NULL", what);
    *ret = v.iv;
    return 0;
}

int bind_const_us(const ExprScope *x, const Node *n, const char *what, int64_t *ret_us, Err *err)
{
    Interval v;
    TRY(bind_const_interval(x, n, what, &v, err));
    if (v.months != 0)
        return RAISE_AT(err, ERR_WINDOW_SPEC, n->at, "%s must be a fixed duration: months and years vary in length", what);
    if (interval_fixed_us(&v, ret_us) < 0)
        return RAISE_AT(err, ERR_WINDOW_SPEC, n->at, "%s must be a whole number of microseconds within 292,000 years", what);
    return 0;
}

int bind_const_text(const ExprScope *x, const Node *n, const char *what, Value *ret, Err *err)
{
    ExprScope constants = {.b = x->b, .clause = what};
    return const_of(&constants, n, TYPE(TEXT), CAST_IMPLICIT, what, ret, err);
}

int bind_row_count(const ExprScope *x, const Node *n, bool is_limit, int64_t *ret, Err *err)
{
    Value v;
    const char *what = is_limit ? "LIMIT" : "OFFSET";
    ExprScope constants = {.b = x->b, .clause = what};
    if (n->kind == NODE_EXPR_SUBQUERY && !AST(ExprSubquery, n)->array)
        TRY(bind_integer_now(x->b, AST(ExprSubquery, n)->query, &v, err));
    else
        TRY(const_of(&constants, n, TYPE(I64), CAST_ASSIGN, what, &v, err));
    if (!v.is_null && v.i64 < 0)
        return RAISE_AT(err, is_limit ? ERR_INVALID_LIMIT : ERR_INVALID_OFFSET, n->at, "%s must not be negative", what);
    *ret = v.is_null ? -1 : v.i64; /* NULL: none, as in PostgreSQL */
    return 0;
}
