/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions whose body is a query.  A call is a subquery: as a value where the function gives one, in FROM a derived table, LATERAL
 * when its arguments are about what stands before it.  So everything that is known of subqueries is known of calls, and continuous
 * queries run them as they run the text.
 *
 * The body sees its tables and its parameters only.  An argument is bound once, where the function is called; in the body it is a
 * reference to the query around (outer_lift), however deep it stands. */
#include "plan/bind_function.h"
#include "plan/subquery_impl.h"

#include "data/nested.h"
#include "sql/ast_equal.h"
#include "sql/parse.h"

#include <stdio.h>

typedef struct FunctionCall {
    FunctionArgs args;
    Span at;
    bool as_value;         /* one column: of a row type when there are several */
    const Schema *columns; /* of RETURNS record: what the caller says; NULL = as declared */
} FunctionCall;

/* ---- what it gives ---- */

static int mismatch(const Relation *r, const char *why, Err *err)
{
    char type[64];
    type_print(r->schema->field[r->schema->n - 1].type, type, sizeof(type));
    (void)RAISE(err, ERR_INVALID_FUNCTION_DEF, "return type mismatch in function declared to return %s",
                r->schema->field[r->schema->n - 1].type.id == T_STRUCT ? "record" : type);
    return err_detail(err, "%s", why);
}

static bool is_output(const struct RelationFnArg *a)
{
    return a->mode == PARAM_OUT || a->mode == PARAM_INOUT || a->mode == PARAM_TABLE;
}

/* Column i of n, of which a result of several has the fields of its type; their domains stand with what was declared. */
static Field column_of(const Relation *r, const FunctionCall *c, uint32_t i)
{
    Field whole = r->schema->field[r->schema->n - 1];
    uint32_t k = 0;
    if (c->columns)
        return c->columns->field[i];
    for (uint32_t a = 0; a < r->n_fn_args; a++)
        if (is_output(&r->fn_arg[a]) && k++ == i)
            return (Field){.name = r->fn_arg[a].name,
                           .type = function_type(r, r->fn_arg[a].type, c->args.arg),
                           .domain = r->fn_arg[a].domain};
    if (whole.type.id == T_STRUCT)
        return whole.type.nested->field[i];
    return (Field){.name = "", .type = function_type(r, whole.type, c->args.arg), .domain = whole.domain};
}

static uint32_t count_columns(const Relation *r, const FunctionCall *c)
{
    Type t = r->schema->field[r->schema->n - 1].type;
    return c->columns ? c->columns->n : t.id == T_STRUCT ? t.nested->n : 1;
}

/* The columns of the body, or the fields of the one row type that it has. */
static int take_columns(Binder *b, const FunctionCall *c, Logical *body, Expr **e, uint32_t n, Err *err)
{
    const Relation *r = c->args.of;
    bool whole = body->n_cols == 1 && body->cols[0].type.id == T_STRUCT && body->cols[0].type.nested->n == n &&
                 r->schema->field[r->schema->n - 1].type.id == T_STRUCT;
    ExprScope x = {.b = b, .clause = "the body of a function"};
    if (!whole && body->n_cols != n)
        return mismatch(r,
                        n == 1             ? "Final statement must return exactly one column."
                        : body->n_cols < n ? "Final statement returns too few columns."
                                           : "Final statement returns too many columns.",
                        err);
    for (uint32_t i = 0; i < n; i++) {
        e[i] = logical_column(b->arena, body, whole ? 0 : i, c->at);
        if (!e[i])
            return RAISE_NOMEM(err);
        if (whole)
            TRY(bind_field_at(&x, e[i], i, c->at, &e[i], err));
    }
    return 0;
}

static int convert(Binder *b, const FunctionCall *c, const Field *to, uint32_t i, Expr **e, Err *err)
{
    char is[64], wanted[64], text[256];
    Type from = (*e)->type;
    int rc = expr_cast(b->arena, *e, to->type, CAST_ASSIGN, false, e, err);
    if (rc == -ERR_DATATYPE_MISMATCH || rc == -ERR_CANNOT_COERCE) {
        type_print(from, is, sizeof(is));
        type_print(to->type, wanted, sizeof(wanted));
        snprintf(text, sizeof(text), "Final statement returns %s instead of %s at column %u.", is, wanted, i + 1);
        return mismatch(c->args.of, text, err);
    }
    TRY(rc);
    return bind_domain(b, to, *e, false, e, err);
}

/* No argument is NULL: of a STRICT function that gives rows. */
static int filter_strict(Binder *b, const FunctionCall *c, Logical **node, Err *err)
{
    for (uint32_t i = 0; i < c->args.n; i++) {
        Expr *arg;
        if (c->args.arg[i]->not_null)
            continue;
        TRY(outer_lift(b->outer, c->args.base, c->args.arg[i], c->at, &arg, err));
        TRY(expr_call(b->arena, STR("is not null"), &arg, 1, c->at, &arg, err));
        *node = logical_filter(b->arena, *node, arg);
        if (!*node)
            return RAISE_NOMEM(err);
    }
    return 0;
}

/* Of the columns that this call has. */
static int row_type(Binder *b, const FunctionCall *c, uint32_t n, Type *ret, Err *err)
{
    Field *f = ARENA_ARRAY(b->arena, Field, n + 1);
    if (!f)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        f[i] = column_of(c->args.of, c, i);
    return type_struct(NULL, f, n, ret) < 0 ? RAISE_NOMEM(err) : 0;
}

static bool is_open(const Relation *r)
{
    return r->fn_record && r->schema->field[r->schema->n - 1].type.id == T_UNKNOWN;
}

/* The columns as the function declares them. */
static int shape(Binder *b, const FunctionCall *c, Logical **node, Err *err)
{
    const Relation *r = c->args.of;
    if (is_open(r) && !c->columns) /* CREATE FUNCTION .. RETURNS record asks the body */
        return 0;
    uint32_t n = count_columns(r, c);
    Expr **e = ARENA_ARRAY(b->arena, Expr *, n + 1);
    const char **name = ARENA_ARRAY(b->arena, const char *, n + 1);
    Field last = r->schema->field[r->schema->n - 1];
    if (!e || !name)
        return RAISE_NOMEM(err);
    TRY(take_columns(b, c, *node, e, n, err));
    for (uint32_t i = 0; i < n; i++) {
        Field f = column_of(r, c, i);
        TRY(convert(b, c, &f, i, &e[i], err));
        name[i] = arena_strdup(b->arena, *f.name ? f.name : arena_strndup(b->arena, r->own, strcspn(r->own, "(")));
        if (!name[i])
            return RAISE_NOMEM(err);
    }
    if (c->as_value && last.type.id == T_STRUCT) {
        Type row = last.type;
        TRY(function_is_open(r) ? row_type(b, c, n, &row, err) : 0);
        TRY(expr_call(b->arena, STR("row"), e, n, c->at, &e[0], err));
        TRY(expr_cast(b->arena, e[0], row, CAST_EXPLICIT, false, &e[0], err));
        n = 1;
    }
    if (r->strict && !c->as_value)
        TRY(filter_strict(b, c, node, err));
    TRY(bind_count_node(b, c->at, err));
    *node = logical_project(b->arena, *node, e, n, name, c->at);
    return *node ? 0 : RAISE_NOMEM(err);
}

/* ---- the body ---- */

/* Places in it are none of the statement. */
static int located(const FunctionCall *c, int rc, const Err *inner, Err *err)
{
    if (rc < 0 && err) {
        *err = *inner;
        err->at = c->at;
        err->line = 0;
    }
    return rc;
}

static int bind_whole(Binder *b, FunctionCall *c, const Query *q, Logical **ret, Err *err)
{
    Binder kept = *b;
    Err inner = ERR_INIT;
    c->args.outer = b->function;
    c->args.depth = b->function ? b->function->depth + 1 : 1;
    if (c->args.depth > FUNCTION_DEPTH_MAX)
        return RAISE_AT(err, ERR_TOO_COMPLEX, c->at, "functions call each other more than %u deep", FUNCTION_DEPTH_MAX);
    b->ctes = NULL;
    b->function = &c->args;
    b->in_definition = true;
    b->rows_wanted = 0;
    int rc = bind_query(b, q, ret, &inner);
    if (rc >= 0)
        rc = shape(b, c, ret, &inner);
    b->ctes = kept.ctes;
    b->function = kept.function;
    b->in_definition = kept.in_definition;
    b->rows_wanted = kept.rows_wanted;
    return located(c, rc, &inner, err);
}

int function_enter(const ExprScope *x, const Query *q, OuterScope *o, Logical **ret, Err *err)
{
    Binder *b = x->b;
    FunctionCall *c = arena_memdup(b->arena, b->entering, sizeof(*c));
    ExprScope *closed = arena_memdup(b->arena, x, sizeof(*x));
    b->entering = NULL;
    if (!c || !closed)
        return RAISE_NOMEM(err);
    closed->closed = true;
    *o = (OuterScope){.outer = b->outer, .x = closed};
    TRY(bind_count_node(b, c->at, err));
    b->outer = o;
    int rc = bind_whole(b, c, q, ret, err);
    b->outer = o->outer;
    return rc;
}

static int parse_body(Binder *b, const Relation *r, Query **ret, Err *err)
{
    ScriptStmt s;
    char *text = arena_strdup(b->arena, r->query);
    if (!text)
        return RAISE_NOMEM(err);
    TRY(sql_parse_one(b->arena, text, (uint32_t)strlen(text), &s, err));
    *ret = arena_memdup(b->arena, AST(QueryStmt, s.node)->query, sizeof(Query));
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* An argument may be needed in many places, and for many rows. */
static int check_volatile(const Relation *r, Expr *const *args, Span at, Err *err)
{
    for (uint32_t i = 0; i + 1 < r->schema->n; i++)
        if (args[i]->is_volatile)
            return RAISE_AT(err, ERR_UNSUPPORTED, at, "a volatile argument of function %s, whose body is a query, is not supported",
                            r->name);
    return 0;
}

/* ---- as a value ---- */

typedef struct Looking {
    bool found;
} Looking;

static int look_for_aggregate(void *self, Node *n)
{
    Looking *l = self;
    if (n->kind == NODE_EXPR_SUBQUERY)
        return 0;
    l->found |= n->kind == NODE_EXPR_CALL && !AST(ExprCall, n)->over && agg_is_name(name_last(&AST(ExprCall, n)->func)->s);
    return ast_each_child(n, look_for_aggregate, self);
}

static bool compares(const Node *where, const char *column)
{
    if (where->kind == NODE_EXPR_LOGIC && !AST(ExprLogic, where)->is_or) {
        AST_EACH(item, AST(ExprLogic, where)->args)
        if (compares(item, column))
            return true;
        return false;
    }
    const ExprBinary *e = where->kind == NODE_EXPR_BINARY ? AST(ExprBinary, where) : NULL;
    const Node *side[2] = {e ? e->left : NULL, e ? e->right : NULL};
    for (int i = 0; e && e->op == SQL_OP_EQ && i < 2; i++)
        if (side[i]->kind == NODE_EXPR_COLUMN && str_eq(name_last(&AST(ExprColumn, side[i])->name)->s, str_of(column)) &&
            (side[!i]->kind == NODE_EXPR_PARAM || side[!i]->kind == NODE_EXPR_LITERAL || side[!i]->kind == NODE_EXPR_COLUMN))
            return true;
    return false;
}

/* FROM a table whose primary key the condition gives. */
static bool finds_one(const Binder *b, const Select *s)
{
    const FromTable *f = s->from.n == 1 && s->from.first->kind == NODE_FROM_TABLE ? AST(FromTable, s->from.first) : NULL;
    const Relation *r = f ? catalog_find(b->ctx->catalog, name_key(&f->name)) : NULL;
    bool all = r && r->kind == REL_TABLE && r->n_primary_key > 0 && s->where;
    for (uint32_t i = 0; all && i < r->n_primary_key; i++)
        all = compares(s->where, r->schema->field[r->primary_key[i]].name);
    return all;
}

/* As PostgreSQL: what stands behind the first row does not count. */
static int first_row(Binder *b, Query *q, Err *err)
{
    Looking l = {false};
    const Select *s = q->body->kind == NODE_SELECT ? AST(Select, q->body) : NULL;
    AST_EACH(item, s ? s->targets : (NodeList){0})
    (void)look_for_aggregate(&l, item);
    bool single = s && s->group_by.n == 0 && (l.found || s->from.n == 0 || finds_one(b, s));
    if (q->limit || single)
        return 0;
    ExprLiteral *one = ARENA_NEW(b->arena, ExprLiteral);
    if (!one)
        return RAISE_NOMEM(err);
    *one = (ExprLiteral){.node = {.kind = NODE_EXPR_LITERAL, .at = q->node.at}, .kind = LITERAL_INT, .text = STR("1")};
    q->limit = &one->node;
    return 0;
}

int function_call_query(const ExprScope *x, const Relation *r, Expr **args, Span at, Expr **ret, Err *err)
{
    Binder *b = x->b;
    Query *q;
    FunctionCall c = {.at = at, .as_value = true};
    c.args = (FunctionArgs){.params = r->schema, .n = r->schema->n - 1, .arg = args, .of = r, .base = b->outer};
    if (r->fn_set) {
        (void)RAISE_AT(err, ERR_UNSUPPORTED, at, "a function that gives rows, such as %s, is not supported here", r->name);
        return err_hint(err, "Call it in FROM.");
    }
    TRY(check_volatile(r, args, at, err));
    TRY(parse_body(b, r, &q, err));
    TRY(first_row(b, q, err));
    ExprSubquery s = {.node = {.kind = NODE_EXPR_SUBQUERY, .at = at}, .query = q};
    b->entering = &c;
    int rc = bind_scalar_subquery(x, &s, ret, err);
    b->entering = NULL;
    TRY(rc);
    return r->strict ? bind_strict(b->arena, args, c.args.n, at, ret, err) : 0;
}

/* ---- in a SELECT list: the rows as an array ---- */

const char *function_output(const Binder *b, Str name)
{
    Relations of = catalog_kind(b->ctx->catalog, REL_FUNCTION);
    const char *output = NULL;
    uint32_t n = 0;
    for (uint32_t i = 0; i < of.n; i++) {
        const Relation *r = of.relation[i];
        bool of_name = strncmp(r->name, name.p, name.n) == 0 && r->name[name.n] == '(';
        for (uint32_t a = 0; of_name && a < r->n_fn_args; a++)
            if (is_output(&r->fn_arg[a])) {
                output = r->fn_arg[a].name;
                n++;
            }
    }
    return n == 1 && output[0] ? output : NULL;
}

bool function_gives_rows(const Binder *b, const ExprCall *call)
{
    Relations of = catalog_kind(b->ctx->catalog, REL_FUNCTION);
    Str name = name_key(&call->func);
    bool all = true, any = false;
    for (uint32_t i = 0; i < of.n && !call->over; i++) {
        const Relation *r = of.relation[i];
        if (strncmp(r->name, name.p, name.n) != 0 || r->name[name.n] != '(')
            continue;
        any = true;
        all &= r->fn_set;
    }
    return any && all;
}

int function_rows_array(const ExprScope *x, const ExprCall *call, Expr **ret, const char **ret_name, Err *err)
{
    Binder *b = x->b;
    const Relation *r;
    Expr **args, *both[2];
    Query *q;
    FunctionCall c = {.at = call->node.at, .as_value = true};
    TRY(function_of_call(x, call, &r, &args, err));
    if (r->fn_script)
        return function_refuse_script(r, call->node.at, err);
    c.args = (FunctionArgs){.params = r->schema, .n = r->schema->n - 1, .arg = args, .of = r, .base = b->outer};
    TRY(check_volatile(r, args, c.at, err));
    TRY(parse_body(b, r, &q, err));
    *ret_name = arena_strndup(b->arena, r->own, strcspn(r->own, "("));
    if (!*ret_name)
        return RAISE_NOMEM(err);
    ExprSubquery s = {.node = {.kind = NODE_EXPR_SUBQUERY, .at = c.at}, .query = q, .array = true};
    b->entering = &c;
    int rc = bind_array_value(x, &s, ret, err);
    b->entering = NULL;
    TRY(rc);
    if (r->strict)
        TRY(bind_strict(b->arena, args, c.args.n, c.at, ret, err));
    Value none = {.type = (*ret)->type, .str = STR("")};
    both[0] = *ret;
    both[1] = expr_const(b->arena, &none, c.at);
    return both[1] ? expr_coalesce(b->arena, both, 2, c.at, ret, err) : RAISE_NOMEM(err);
}

/* ---- in FROM ---- */

bool function_is_rows_item(const Binder *b, const Node *n)
{
    const FromFunction *f = n->kind == NODE_FROM_FUNCTION ? AST(FromFunction, n) : NULL;
    Relations of = catalog_kind(b->ctx->catalog, REL_FUNCTION);
    if (!f || f->more.n || f->table_form || f->call->over)
        return false;
    Str name = name_key(&f->call->func);
    for (uint32_t i = 0; i < of.n; i++) {
        const Relation *r = of.relation[i];
        if ((r->fn_set || r->fn_record) && strncmp(r->name, name.p, name.n) == 0 && r->name[name.n] == '(')
            return true;
    }
    return false;
}

/* AS t (a integer, b text), of a function that RETURNS record. */
static int said_columns(Binder *b, const FromFunction *f, const Relation *r, const Schema **ret, Err *err)
{
    const NodeList *list = f->alias ? &f->alias->fields : NULL;
    Type row;
    *ret = NULL;
    if (!r->fn_record && list && list->n)
        return RAISE_AT(err, ERR_SYNTAX, f->alias->node.at,
                        "a column definition list is only allowed for functions returning \"record\"");
    if (!r->fn_record)
        return 0;
    if (!list || !list->n)
        return RAISE_AT(err, ERR_SYNTAX, f->node.at, "a column definition list is required for functions returning \"record\"");
    if (f->ordinality)
        return RAISE_AT(err, ERR_SYNTAX, f->node.at, "WITH ORDINALITY cannot be used with a column definition list");
    TRY(bind_row_type(b->ctx->catalog, NULL, list, f->alias->node.at, &row, err));
    *ret = row.nested;
    return 0;
}

/* SELECT *, row_number() OVER () AS ordinality FROM (body) */
static int number_rows(Binder *b, const Relation *r, Query **q, Err *err)
{
    ScriptStmt s;
    char *text = arena_printf(b->arena, "SELECT *, row_number() OVER () AS ordinality FROM (%s) AS q", r->query);
    if (!text)
        return RAISE_NOMEM(err);
    TRY(sql_parse_one(b->arena, text, (uint32_t)strlen(text), &s, err));
    *q = AST(QueryStmt, s.node)->query;
    return 0;
}

/* The declared columns, and the number of the row behind them. */
static int with_number(Binder *b, FunctionCall *c, Err *err)
{
    const Relation *r = c->args.of;
    uint32_t n = count_columns(r, c);
    Field *f = ARENA_ARRAY(b->arena, Field, n + 1);
    Schema *s = arena_zalloc(b->arena, sizeof(Schema) + (n + 1) * sizeof(Field));
    if (!f || !s)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        s->field[i] = column_of(r, c, i);
    s->field[n] = (Field){.name = "ordinality", .type = TYPE(I64)};
    s->n = n + 1;
    c->columns = s;
    return 0;
}

/* FROM alone: nothing before it, and nothing around it that it could see. */
static int bind_alone(Binder *b, FunctionCall *c, const Query *q, const Alias *alias, Scope *ret, Err *err)
{
    OuterScope *outer = b->outer;
    Logical *node;
    TRY(bind_count_node(b, c->at, err));
    b->outer = NULL;
    c->args.base = NULL;
    int rc = bind_whole(b, c, q, &node, err);
    b->outer = outer;
    TRY(rc);
    return function_scope(b, node, alias, ret, err);
}

static bool is_nothing(const Scope *s)
{
    return s->n_rels == 0 && s->node->kind == L_VALUES && s->node->n_cols == 0 && s->node->values.n_rows == 1;
}

/* The name of the relation is the function's when nothing else is said, and that of a column without one is the relation's. */
static int name_of(Binder *b, const FromFunction *f, const Relation *r, Alias *ret, Err *err)
{
    *ret = f->alias ? *f->alias : (Alias){.node = {.kind = NODE_ALIAS, .at = f->node.at}};
    ret->fields = (NodeList){0};
    if (!ret->name.s.p) {
        char *name = arena_strndup(b->arena, r->own, strcspn(r->own, "("));
        if (!name)
            return RAISE_NOMEM(err);
        ret->name = (Ident){.s = str_of(name), .at = f->node.at};
    }
    return 0;
}

static bool is_scalar(const Relation *r, const FunctionCall *c)
{
    bool named = false;
    for (uint32_t a = 0; a < r->n_fn_args; a++)
        named |= is_output(&r->fn_arg[a]);
    return !named && !c->columns && r->schema->field[r->schema->n - 1].type.id != T_STRUCT;
}

int bind_function_item(Binder *b, const Scope *left, const Node *n, bool outer, const Node *on, Scope *ret, Err *err)
{
    const FromFunction *f = AST(FromFunction, n);
    Scope around = *left;
    ExprScope x = {.b = b, .scope = &around, .clause = "functions in FROM"};
    FunctionCall *c = ARENA_NEW(b->arena, FunctionCall);
    Alias *alias = ARENA_NEW(b->arena, Alias);
    const Relation *r;
    Expr **args;
    Query *q;
    if (!c || !alias)
        return RAISE_NOMEM(err);
    TRY(function_of_call(&x, f->call, &r, &args, err));
    if (r->fn_script)
        return function_refuse_script(r, f->call->node.at, err);
    if (!r->fn_set && !r->fn_record)
        return 1;
    *c = (FunctionCall){.at = f->call->node.at};
    c->args = (FunctionArgs){.params = r->schema, .n = r->schema->n - 1, .arg = args, .of = r, .base = b->outer};
    TRY(said_columns(b, f, r, &c->columns, err));
    TRY(check_volatile(r, args, c->at, err));
    TRY(parse_body(b, r, &q, err));
    if (!r->fn_set)
        TRY(first_row(b, q, err));
    bool scalar = is_scalar(r, c);
    if (f->ordinality) {
        TRY(number_rows(b, r, &q, err));
        TRY(with_number(b, c, err));
    }
    TRY(name_of(b, f, r, alias, err));
    uint32_t first = left->node->n_cols;
    if (is_nothing(left) && !outer && !on && r->fn_set) {
        TRY(bind_alone(b, c, q, alias, ret, err));
        first = 0;
    } else {
        b->entering = c;
        int rc = bind_lateral_query(b, left, &(LateralItem){q, alias, n->at, outer || !r->fn_set, on}, ret, err);
        b->entering = NULL;
        TRY(rc);
    }
    if (scalar && alias->columns.n == 0)
        ret->node->cols[first].name = alias->name.s.p;
    ret->rels[ret->n_rels - 1].scalar = scalar && !f->ordinality;
    return 0;
}

/* ---- CREATE FUNCTION ---- */

/* A record is what the body gives: a row of its columns, or the row that it has. */
static int close_record(Relation *r, const Logical *body, Err *err)
{
    uint32_t n = r->schema->n;
    Field *f = arena_memdup(&r->arena, r->schema->field, n * sizeof(*f)), *row;
    bool whole = body->n_cols == 1 && body->cols[0].type.id == T_STRUCT;
    row = ARENA_ARRAY(&r->arena, Field, body->n_cols + 1);
    if (!f || !row)
        return RAISE_NOMEM(err);
    if (body->n_cols > STRUCT_FIELDS_MAX)
        return RAISE(err, ERR_TOO_MANY_COLUMNS, "a function has at most %d results", STRUCT_FIELDS_MAX);
    for (uint32_t i = 0; i < body->n_cols; i++) {
        Type t = body->cols[i].type;
        row[i] = (Field){.name = body->cols[i].name, .type = t.id == T_UNKNOWN ? TYPE(TEXT) : t};
    }
    if (whole)
        f[n - 1].type = row[0].type;
    else if (type_struct(NULL, row, body->n_cols, &f[n - 1].type) < 0)
        return RAISE_NOMEM(err);
    Schema *s = schema_new(r->arena.acct, f, n);
    if (!s)
        return RAISE_NOMEM(err);
    schema_unref((Schema *)r->schema);
    r->schema = s;
    return 0;
}

/* Over parameters whose values are not known. */
int function_check_query(Binder *b, const Query *q, Relation *r, Expr *const *like, Err *err)
{
    uint32_t n = r->schema->n - 1;
    Logical *params = logical_new(b->arena, L_SOURCE, NULL, n, SPAN_NONE), *node;
    Expr **arg = ARENA_ARRAY(b->arena, Expr *, n + 1);
    Scope scope = {.node = params, .window_col = -1};
    ExprScope x = {.b = b, .scope = &scope, .clause = "the body of a function"};
    FunctionCall c = {.at = SPAN_NONE, .as_value = !r->fn_set};
    OuterScope o;
    if (!params || !arg)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        params->cols[i] = (Field){.name = r->schema->field[i].name, .type = like[i]->type};
        arg[i] = logical_column(b->arena, params, i, SPAN_NONE);
        if (!arg[i])
            return RAISE_NOMEM(err);
    }
    if (q->clauses)
        return bind_unsupported(err, q->node.at, "EMIT and lateness in the body of a function are");
    c.args = (FunctionArgs){.params = r->schema, .n = n, .arg = arg, .of = r, .base = b->outer};
    b->entering = &c;
    TRY(subquery_plan(&x, q, &o, &node, err));
    if (is_open(r))
        TRY(close_record(r, node, err));
    bool is_volatile = logical_is_volatile(node), reads = false;
    for (uint32_t i = 0; i < b->n_relations; i++)
        reads |= relation_is_one(catalog_by_id(b->ctx->catalog, b->relations[i]));
    if (r->fn_changes == FUNCTION_IMMUTABLE && (is_volatile || reads))
        return RAISE(err, ERR_UNSUPPORTED, "IMMUTABLE of function %s, whose query is not, is not supported", r->name);
    if (r->fn_changes == FUNCTION_STABLE && is_volatile)
        return RAISE(err, ERR_UNSUPPORTED, "STABLE of function %s, whose query is volatile, is not supported", r->name);
    return 0;
}

/* ---- whether there is a query ---- */

/* A function whose body is a query is one where it is called. */
static bool calls_query(const Catalog *c, const Node *n)
{
    Str name = n->kind == NODE_EXPR_CALL ? name_last(&AST(ExprCall, n)->func)->s : (Str){0};
    Relations of = catalog_kind(c, REL_FUNCTION);
    for (uint32_t i = 0; name.n && i < of.n; i++) {
        const Relation *r = of.relation[i];
        if (r->fn_query && strncmp(r->name, name.p, name.n) == 0 && r->name[name.n] == '(')
            return true;
    }
    return false;
}

static int is_query(void *self, Node *child)
{
    return child->kind == NODE_QUERY || calls_query(self, child) || ast_each_child(child, is_query, self);
}

bool plan_holds_query(const Catalog *c, const Node *n)
{
    return n && is_query((Catalog *)c, (Node *)n);
}
