/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions that give rows: unnest(array, ..), generate_series() and those of the table below, which are unnest() over functions
 * that give arrays.  In FROM, alone or behind other relations whose columns they may name (LATERAL is implied, as in PostgreSQL),
 * and in the SELECT list, which is the same thing written elsewhere: all that stand there advance together, the shorter padded with
 * NULLs. */
#include "plan/bind_function.h"
#include "plan/bind_rows.h"

#include "data/nested.h"
#include "sql/ast_equal.h"

typedef struct TableFunction {
    const char *name;
    uint32_t n;
    const char *column[2]; /* their names in FROM */
    const char *array[2];  /* the functions whose elements they are, over the same arguments; NULL: the first argument */
} TableFunction;

#define ELEMENTS(name)                                                                                                             \
    {                                                                                                                              \
        name, 1, {"value"},                                                                                                        \
        {                                                                                                                          \
            name                                                                                                                   \
        }                                                                                                                          \
    }
#define ONE(name, array)                                                                                                           \
    {                                                                                                                              \
        name, 1, {name},                                                                                                           \
        {                                                                                                                          \
            array                                                                                                                  \
        }                                                                                                                          \
    }
#define EACH(name, keys)                                                                                                           \
    {                                                                                                                              \
        name, 2, {"key", "value"},                                                                                                 \
        {                                                                                                                          \
            keys, name                                                                                                             \
        }                                                                                                                          \
    }
static const TableFunction table_functions[] = {
    ELEMENTS("json_array_elements"),
    ELEMENTS("jsonb_array_elements"),
    ELEMENTS("json_array_elements_text"),
    ELEMENTS("jsonb_array_elements_text"),
    ONE("json_object_keys", "json_object_keys"),
    ONE("jsonb_object_keys", "jsonb_object_keys"),
    EACH("json_each", "json_object_keys"),
    EACH("jsonb_each", "jsonb_object_keys"),
    EACH("json_each_text", "json_object_keys"),
    EACH("jsonb_each_text", "jsonb_object_keys"),
    ONE("jsonb_path_query", "jsonb_path_query"),
    ONE("jsonb_path_query_tz", "jsonb_path_query_tz"),
    ONE("string_to_table", "string_to_array"),
    ONE("regexp_split_to_table", "regexp_split_to_array"),
    ONE("regexp_matches", "regexp_matches"),
    ONE("generate_subscripts", "array_subscripts"),
    {"_pg_expandarray", 2, {"x", "n"}, {NULL, "array_places"}}, /* of information_schema: elements and their places from 1 on */
};

static bool is_plain(const ExprCall *c)
{
    if (c->func.n_parts == 2 && str_eq(c->func.part[0].s, STR("information_schema")))
        return str_eq(c->func.part[1].s, STR("_pg_expandarray"));
    return c->func.n_parts == 1 || (c->func.n_parts == 2 && str_eq(c->func.part[0].s, STR("pg_catalog")));
}

/* unnest() itself: NULL with *ret_unnest. */
static const TableFunction *find(const ExprCall *c, bool *ret_unnest)
{
    Str name = name_last(&c->func)->s;
    *ret_unnest = is_plain(c) && !c->over && str_eq(name, STR("unnest"));
    for (size_t i = 0; i < ARRAY_LEN(table_functions) && is_plain(c) && !c->over; i++)
        if (str_eq(name, str_of(table_functions[i].name)))
            return &table_functions[i];
    return NULL;
}

static bool is_series(const ExprCall *c)
{
    return is_plain(c) && !c->over && str_eq(name_last(&c->func)->s, STR("generate_series"));
}

/* range(n), range(from, to [, by]) of FROM: without the end. */
static bool is_range(const Binder *b, const ExprCall *c)
{
    static const FunctionKind kinds[] = {FUNCTION_SCALAR, FUNCTION_ROWS};
    bool taken = false;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        taken |= function_is_name(b->ctx->catalog, STR("range"), kinds[i]);
    return c->func.n_parts == 1 && !c->over && !taken && str_eq(c->func.part[0].s, STR("range"));
}

/* One of the program's. */
static bool is_native(const Binder *b, const ExprCall *c)
{
    return c->func.n_parts == 1 && !c->over && function_is_name(b->ctx->catalog, name_last(&c->func)->s, FUNCTION_ROWS);
}

bool unnest_is_call(const Binder *b, const Node *n)
{
    bool unnest;
    if (n->kind == NODE_EXPR_CALL && function_gives_rows(b, AST(ExprCall, n)))
        return true;
    return n->kind == NODE_EXPR_CALL && (find(AST(ExprCall, n), &unnest) || unnest || is_series(AST(ExprCall, n)) ||
                                         is_native(b, AST(ExprCall, n)) || record_rows_is_call(AST(ExprCall, n)));
}

typedef struct RowsCall {
    const Binder *b;
    bool found;
} RowsCall;

static int look_for_rows_call(void *self, Node *n)
{
    RowsCall *x = self;
    if (n->kind == NODE_QUERY) /* a subquery is one value */
        return 0;
    x->found |= unnest_is_call(x->b, n);
    return ast_each_child(n, look_for_rows_call, x);
}

bool plan_gives_rows(const PlanContext *ctx, Node *expr)
{
    Binder b = {.ctx = ctx};
    RowsCall x = {.b = &b};
    (void)look_for_rows_call(&x, expr);
    return x.found;
}

static int add_item(Columns *t, const char *name, const UnnestItem *item, Span at, Err *err)
{
    if (t->n == UNNEST_MAX)
        return RAISE_AT(err, ERR_PROGRAM_LIMIT, at, "more than %d functions that give rows side by side", UNNEST_MAX);
    t->name[t->n] = name;
    t->item[t->n++] = *item;
    return 0;
}

static int add_column(Columns *t, const char *name, Expr *array, Span at, Err *err)
{
    char type[64];
    type_print(array->type, type, sizeof(type));
    if (array->type.id != T_ARRAY)
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, at, "unnest() takes an array, but this is of type %s", type);
    return add_item(t, name, &(UnnestItem){.type = type_element(array->type), .arg = {array}}, at, err);
}

static int no_series(Expr *const *arg, uint32_t n, Span at, Err *err)
{
    char type[3][64] = {"", "", ""};
    for (uint32_t i = 0; i < n && i < 3; i++)
        type_print(arg[i]->type, type[i], sizeof(type[i]));
    return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, at, "function generate_series(%s%s%s%s%s) does not exist", type[0],
                    n > 1 ? ", " : "", type[1], n > 2 ? ", " : "", type[2]);
}

/* Timestamps with an interval; a DATE counts as the moment of its midnight. */
static int time_series(const ExprScope *x, UnnestItem *item, uint32_t n, Span at, Err *err)
{
    Type t = TYPE(TS);
    for (uint32_t i = 0; i < 2; i++)
        if (item->arg[i]->type.id == T_TSTZ || item->arg[i]->type.id == T_DATE)
            t = TYPE(TSTZ);
    if (n != 3 || (item->arg[2]->type.id != T_INTERVAL && item->arg[2]->type.id != T_UNKNOWN))
        return no_series(item->arg, n, at, err);
    for (uint32_t i = 0; i < 2; i++)
        TRY(expr_cast(x->b->arena, item->arg[i], t, CAST_IMPLICIT, false, &item->arg[i], err));
    item->type = t;
    item->zone = t.id == T_TSTZ ? zone_clock_in_use() : NULL;
    return expr_cast(x->b->arena, item->arg[2], TYPE(INTERVAL), CAST_IMPLICIT, false, &item->arg[2], err);
}

/* INTEGER, BIGINT or DECIMAL, whatever holds all arguments; by one when nothing else is said. */
static int number_series(const ExprScope *x, UnnestItem *item, uint32_t n, Span at, Err *err)
{
    Arena *a = x->b->arena;
    Value one = {.type = TYPE(I32), .i32 = 1};
    if (n == 2)
        item->arg[2] = expr_const(a, &one, at);
    if (!item->arg[2])
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        TypeId t = item->arg[i]->type.id;
        if (t != T_I16 && t != T_I32 && t != T_I64 && t != T_DECIMAL && t != T_UNKNOWN)
            return no_series(item->arg, n, at, err);
    }
    TRY(expr_unify(a, item->arg, 3, "generate_series", err));
    item->type = item->arg[0]->type.id == T_I16 ? TYPE(I32) : item->arg[0]->type;
    for (uint32_t i = 0; i < 3; i++)
        TRY(expr_cast(a, item->arg[i], item->type, CAST_IMPLICIT, false, &item->arg[i], err));
    return 0;
}

static int add_series(const ExprScope *x, const ExprCall *c, Columns *t, Err *err)
{
    UnnestItem item = {.is_series = true};
    uint32_t n = 0;
    bool times = false;
    if (c->args.n != 2 && c->args.n != 3)
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, c->node.at, "function generate_series with %u arguments does not exist",
                        c->args.n);
    AST_EACH(arg, c->args)
    TRY(bind_expr(x, arg, &item.arg[n++], err));
    for (uint32_t i = 0; i < 2; i++)
        times |= item.arg[i]->type.id == T_TS || item.arg[i]->type.id == T_TSTZ || item.arg[i]->type.id == T_DATE;
    TRY(times ? time_series(x, &item, n, c->node.at, err) : number_series(x, &item, n, c->node.at, err));
    return add_item(t, "generate_series", &item, c->node.at, err);
}

static int add_range(const ExprScope *x, const ExprCall *c, Columns *t, Err *err)
{
    Arena *a = x->b->arena;
    Span at = c->node.at;
    UnnestItem item = {.is_series = true, .type = TYPE(I64)};
    Expr *arg[3], *zero = expr_const(a, &(Value){.type = TYPE(I64)}, at), *down;
    Expr *sign[2] = {expr_const(a, &(Value){.type = TYPE(I64), .i64 = -1}, at),
                     expr_const(a, &(Value){.type = TYPE(I64), .i64 = 1}, at)};
    uint32_t n = 0;
    if (!zero || !sign[0] || !sign[1])
        return RAISE_NOMEM(err);
    if (c->args.n == 0 || c->args.n > ARRAY_LEN(arg))
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, at, "function range with %u arguments does not exist", c->args.n);
    AST_EACH(e, c->args)
    {
        TRY(bind_expr(x, e, &arg[n], err));
        TRY(expr_cast(a, arg[n], TYPE(I64), CAST_IMPLICIT, false, &arg[n], err));
        n++;
    }
    item.arg[0] = n == 1 ? zero : arg[0];
    item.arg[2] = n == 3 ? arg[2] : sign[1];
    TRY(expr_call(a, STR("<"), (Expr *[]){item.arg[2], zero}, 2, at, &down, err));
    TRY(expr_case(a, &down, &sign[0], 1, sign[1], at, &down, err));
    TRY(expr_call(a, STR("-"), (Expr *[]){arg[n > 1], down}, 2, at, &item.arg[1], err));
    return add_item(t, "range", &item, at, err);
}

static int add_native(const ExprScope *x, const ExprCall *c, Columns *t, Err *err)
{
    Expr *arg[FUNC_ARGS_MAX], *rows;
    const Relation *r;
    uint32_t n = 0;
    Str name = name_last(&c->func)->s;
    const char *column = arena_strndup(x->b->arena, name.p, name.n);
    if (!column)
        return RAISE_NOMEM(err);
    if (c->args.n > ARRAY_LEN(arg))
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, c->node.at, "function %s with %u arguments does not exist", column, c->args.n);
    AST_EACH(item, c->args)
    TRY(bind_expr(x, item, &arg[n++], err));
    TRY(function_find(x, name, FUNCTION_ROWS, arg, n, FIND_ANY, c->node.at, &r, err));
    TRY(bind_native_rows(x, r, arg, n, c->node.at, &rows, err));
    return add_column(t, column, rows, c->node.at, err);
}

static int add_value(const ExprScope *x, const ExprCall *c, Columns *t, Err *err)
{
    Str name = name_last(&c->func)->s;
    const char *column = arena_strndup(x->b->arena, name.p, name.n);
    Expr *value;
    if (!column)
        return RAISE_NOMEM(err);
    TRY(bind_call(x, c, &value, err));
    const char *output = function_output(x->b, name_key(&c->func));
    t->named = output != NULL;
    column = output ? output : column;
    t->wrapped = value->type.id == T_ARRAY; /* no element of an array is one, but a field of a row may be */
    if (t->wrapped) {
        Field field = {.name = column, .type = value->type};
        TRY(expr_call(x->b->arena, STR("row"), &value, 1, c->node.at, &value, err));
        if (type_struct(NULL, &field, 1, &value->type) < 0)
            return RAISE_NOMEM(err);
    }
    TRY(expr_call(x->b->arena, STR("array"), &value, 1, c->node.at, &value, err));
    return add_column(t, column, value, c->node.at, err);
}

int unnest_columns(const ExprScope *x, const ExprCall *c, const Alias *alias, Columns *t, Err *err)
{
    bool unnest;
    const TableFunction *f = find(c, &unnest);
    Expr *arg[FUNC_ARGS_MAX], *rows;
    const char *name;
    uint32_t n = 0;
    if (alias && alias->fields.n && !record_rows_has_columns(c))
        return RAISE_AT(err, ERR_SYNTAX, alias->node.at,
                        "a list of columns with types stands behind json_to_record and the like only");
    if (record_rows_is_call(c)) {
        TRY(bind_record_rows(x, c, alias, &rows, &name, err));
        return add_column(t, name, rows, c->node.at, err);
    }
    if (is_series(c))
        return add_series(x, c, t, err);
    if (is_range(x->b, c))
        return add_range(x, c, t, err);
    if (!unnest_is_call(x->b, &c->node))
        return add_value(x, c, t, err);
    if (is_native(x->b, c))
        return add_native(x, c, t, err);
    if (function_gives_rows(x->b, c)) {
        TRY(function_rows_array(x, c, &rows, &name, err));
        return add_column(t, name, rows, c->node.at, err);
    }
    if (c->args.n > ARRAY_LEN(arg) || ((unnest || (f && !f->array[0])) && c->args.n == 0))
        return RAISE_AT(err, ERR_UNDEFINED_FUNCTION, c->node.at, "function %s with %u arguments does not exist",
                        f ? f->name : "unnest", c->args.n);
    AST_EACH(item, c->args)
    TRY(bind_expr(x, item, &arg[n++], err));
    for (uint32_t i = 0; unnest && i < n; i++) {
        if (arg[i]->type.id == T_MAP)
            TRY(expr_call(x->b->arena, STR("map_entries"), &arg[i], 1, c->node.at, &arg[i], err));
        if (type_is_multirange((TypeId)arg[i]->type.id))
            TRY(expr_call(x->b->arena, STR("multirange_ranges"), &arg[i], 1, c->node.at, &arg[i], err));
        TRY(add_column(t, "unnest", arg[i], c->node.at, err));
    }
    for (uint32_t i = 0; f && i < f->n; i++) {
        Expr *array = arg[0]; /* itself, when no function is named */
        if (f->array[i])
            TRY(expr_call(x->b->arena, str_of(f->array[i]), arg, n, c->node.at, &array, err));
        TRY(add_column(t, f->column[i], array, c->node.at, err));
    }
    return 0;
}

int unnest_node(Binder *b, Scope *s, const Columns *t, bool ordinality, bool outer, Span at, Err *err)
{
    uint32_t n = s->node->n_cols;
    TRY(bind_count_node(b, at, err));
    Logical *u = logical_new(b->arena, L_UNNEST, s->node, n + t->n + ordinality, at);
    UnnestItem *items = arena_memdup(b->arena, t->item, t->n * sizeof(*items));
    if (!u || !items)
        return RAISE_NOMEM(err);
    memcpy(u->cols, s->node->cols, n * sizeof(Field));
    for (uint32_t i = 0; i < t->n; i++)
        u->cols[n + i] = (Field){.name = t->name[i], .type = items[i].type};
    if (ordinality)
        u->cols[n + t->n] = (Field){.name = "ordinality", .type = TYPE(I64), .not_null = !outer};
    u->unnest.items = items;
    u->unnest.n = t->n;
    u->unnest.ordinality = ordinality;
    u->unnest.outer = outer;
    s->node = u;
    return 0;
}

/* In FROM rows that are elements are as many columns as they have fields; *ret_n: columns from `first` on. */
static int spread_rows(const ExprScope *x, Scope *s, uint32_t first, uint32_t *ret_n, Span at, Err *err)
{
    Arena *a = x->b->arena;
    Logical *u = s->node;
    uint32_t n = 0, n_all = 0;
    bool any = false;
    for (uint32_t i = 0; i < u->n_cols; i++) {
        bool row = i >= first && u->cols[i].type.id == T_STRUCT;
        n_all += row ? u->cols[i].type.nested->n : 1;
        any |= row;
    }
    if (!any)
        return 0;
    if (n_all > COLUMNS_MAX)
        return RAISE_AT(err, ERR_TOO_MANY_COLUMNS, at, "more than %d columns", COLUMNS_MAX);
    Expr **e = ARENA_ARRAY(a, Expr *, n_all + 1);
    const char **name = ARENA_ARRAY(a, const char *, n_all + 1);
    for (uint32_t i = 0; i < u->n_cols; i++) {
        Expr *col = logical_column(a, u, i, at);
        const Schema *row = i >= first && u->cols[i].type.id == T_STRUCT ? u->cols[i].type.nested : NULL;
        if (!e || !name || !col)
            return RAISE_NOMEM(err);
        for (uint32_t k = 0; row && k < row->n; k++) {
            name[n] = row->field[k].name;
            TRY(bind_field_at(x, col, k, at, &e[n++], err));
        }
        if (!row) {
            name[n] = u->cols[i].name;
            e[n++] = col;
        }
    }
    s->node = logical_project(a, u, e, n, name, at);
    *ret_n = n - first;
    return s->node ? 0 : RAISE_NOMEM(err);
}

/* Names of the relation and its columns: x of FROM unnest(a) AS x names both. */
static int name_columns(Scope *s, uint32_t first, bool one, const Alias *alias, Err *err)
{
    const ScopeRel *rel = &s->rels[s->n_rels - 1];
    uint32_t i = 0;
    if (!alias)
        return 0;
    if (alias->columns.n > rel->n)
        return RAISE_AT(err, ERR_INVALID_COLUMN_REF, alias->node.at,
                        "table \"%s\" has %u columns available but %u columns specified", rel->name, rel->n, alias->columns.n);
    if (one)
        s->node->cols[first].name = alias->name.s.p;
    AST_EACH(item, alias->columns)
    s->node->cols[first + i++].name = AST(IdentNode, item)->ident.s.p;
    return 0;
}

/* A function of one value, which is a relation of one row. */
static bool is_value(const Binder *b, const ExprCall *c)
{
    Str name = is_plain(c) ? name_last(&c->func)->s : name_key(&c->func);
    return !c->over && !window_is_name(name) &&
           (func_exists(name) || function_is_name(b->ctx->catalog, name, FUNCTION_SCALAR) || plan_is_value_function(name));
}

bool unnest_is_item(const Binder *b, const Node *n)
{
    const FromFunction *f = n->kind == NODE_FROM_FUNCTION ? AST(FromFunction, n) : NULL;
    return f && (f->more.n || f->columns || unnest_is_call(b, &f->call->node) || (!f->table_form && is_range(b, f->call)) ||
                 (!f->table_form && is_value(b, f->call)));
}

/* ROWS FROM: the functions behind the first. */
static int add_more(const ExprScope *x, const FromFunction *f, Columns *t, Err *err)
{
    AST_EACH(item, f->more)
    TRY(unnest_columns(x, AST(FromFunction, item)->call, AST(FromFunction, item)->columns, t, err));
    return 0;
}

/* Of the arguments: their columns stand behind those of the rows. */
static int join_subqueries(Binder *b, const SubqueryList *subs, Scope *s, Columns *t, Err *err)
{
    Expr **e[UNNEST_MAX * ARRAY_LEN(t->item[0].arg)];
    uint32_t n = 0;
    for (uint32_t i = 0; i < t->n; i++)
        for (uint32_t k = 0; k < unnest_args(&t->item[i]); k++)
            e[n++] = &t->item[i].arg[k];
    return subs->n ? subqueries_join(b, subs, &s->node, e, n, err) : 0;
}

int bind_unnest_item(Binder *b, const Scope *left, const Node *n, bool outer, Scope *ret, Err *err)
{
    const FromFunction *f = AST(FromFunction, n);
    uint32_t first = left->node->n_cols;
    Columns t = {.n = 0};
    SubqueryList subs = {0};
    bool unnest;
    int is_value = function_is_rows_item(b, n) ? bind_function_item(b, left, n, outer, NULL, ret, err) : 1;
    if (is_value <= 0)
        return is_value;
    if (f->ordinality && f->alias && f->alias->fields.n)
        return RAISE_AT(err, ERR_SYNTAX, n->at, "WITH ORDINALITY cannot be used with a column definition list");
    *ret = *left;
    ExprScope x = {.b = b, .scope = ret, .clause = "functions in FROM", .subs = &subs};
    const TableFunction *of = find(f->call, &unnest);
    TRY(unnest_columns(&x, f->call, f->columns ? f->columns : f->more.n ? NULL : f->alias, &t, err));
    TRY(add_more(&x, f, &t, err));
    TRY(join_subqueries(b, &subs, ret, &t, err));
    first = ret->node->n_cols;
    TRY(unnest_node(b, ret, &t, f->ordinality, outer, n->at, err));
    uint32_t n_cols = t.n + f->ordinality;
    bool array = of && str_eq(str_of(of->name), STR("regexp_matches")); /* the one field of its rows, and so the column */
    bool one = t.n == 1 && (t.wrapped || array || t.item[0].type.id != T_STRUCT);
    TRY(spread_rows(&x, ret, first, &n_cols, n->at, err));
    ScopeRel *rels = ARENA_ARRAY(b->arena, ScopeRel, left->n_rels + 1);
    if (!rels)
        return RAISE_NOMEM(err);
    if (left->n_rels)
        memcpy(rels, left->rels, left->n_rels * sizeof(*rels));
    rels[left->n_rels] = (ScopeRel){.name = f->alias && f->alias->name.s.p ? f->alias->name.s.p
                                            : of                           ? of->name
                                                                           : t.name[0],
                                    .first = first,
                                    .n = n_cols,
                                    .scalar = one};
    ret->rels = rels;
    ret->n_rels = left->n_rels + 1;
    one = one && !t.named;
    return name_columns(ret, first, one && !(of && str_eq(str_of(of->column[0]), STR("value"))), f->alias, err);
}

/* The calls of the SELECT list, also within operators, casts and arguments; in the order they are written.  One in whose arguments
 * there are others gives its rows for each row of these: it is of a level above theirs, as in PostgreSQL. */
typedef struct Calls {
    const Binder *b;
    const ExprCall *call[UNNEST_MAX];
    uint32_t level[UNNEST_MAX];
    uint32_t n, top; /* top: the highest level of what was collected last */
    Err *err;
} Calls;

static int collect_list(const NodeList *list, Calls *t, Err *err);
static int collect_child(void *self, Node *n);

static int collect_call(const ExprCall *c, Calls *t, Err *err)
{
    uint32_t beside = t->top;
    t->top = 0;
    TRY(collect_list(&c->args, t, err));
    if (t->n == UNNEST_MAX)
        return RAISE_AT(err, ERR_PROGRAM_LIMIT, c->node.at, "more than %d functions that give rows side by side", UNNEST_MAX);
    t->call[t->n] = c;
    t->level[t->n++] = ++t->top;
    t->top = MAX(t->top, beside);
    return 0;
}

static int collect(const Node *n, Calls *t, Err *err)
{
    if (!n || n->kind == NODE_QUERY || n->kind == NODE_EXPR_CASE)
        return 0;
    if (unnest_is_call(t->b, n))
        return collect_call(AST(ExprCall, n), t, err);
    if (n->kind == NODE_EXPR_CALL && AST(ExprCall, n)->over)
        return 0;
    t->err = err;
    return ast_each_child(n, collect_child, t);
}

static int collect_child(void *self, Node *n)
{
    Calls *t = self;
    return collect(n, t, t->err);
}

static int collect_list(const NodeList *list, Calls *t, Err *err)
{
    AST_EACH(item, *list)
    TRY(collect(item, t, err));
    return 0;
}

/* Whether an item of GROUP BY is a target: its number, its name where no column has it, ALL; or something in it is. */
static bool names_target(const Node *n, const Scope *scope, const Target *t, uint32_t number)
{
    int64_t i;
    NodeList parts = {0};
    if (n->kind == NODE_GROUP_SET)
        parts = AST(GroupSet, n)->items;
    else if (n->kind == NODE_EXPR_ROW)
        parts = AST(ExprRow, n)->items;
    AST_EACH(part, parts)
    if (names_target(part, scope, t, number))
        return true;
    if (n->kind == NODE_GROUP_SET)
        return AST(GroupSet, n)->kind == GROUP_ALL;
    if (n->kind == NODE_EXPR_LITERAL)
        return str_to_i64(AST(ExprLiteral, n)->text, &i) && i == number;
    if (n->kind != NODE_EXPR_COLUMN || AST(ExprColumn, n)->name.n_parts != 1 || !t->alias.s.p)
        return false;
    Str name = AST(ExprColumn, n)->name.part[0].s;
    return str_eq(name, t->alias.s) && !scope_has_column(scope, name);
}

static bool is_grouped_by(const Select *s, const Scope *scope, const Target *t, uint32_t number)
{
    AST_EACH(item, s->group_by)
    if (names_target(item, scope, t, number))
        return true;
    return false;
}

/* The calls of one level, side by side in a node of their own. */
static int add_level(ExprScope *x, Scope *scope, const Calls *calls, uint32_t level, UnnestCall *made, Span at, Err *err)
{
    Columns t = {.n = 0};
    SubqueryList subs = {0};
    uint32_t first = scope->n_unnest, n = first;
    x->subs = &subs;
    for (uint32_t i = 0; i < calls->n; i++) {
        uint32_t before = t.n;
        if (calls->level[i] != level)
            continue;
        TRY(unnest_columns(x, calls->call[i], NULL, &t, err));
        made[n] = (UnnestCall){calls->call[i], before, t.n - before};
        for (uint32_t k = before; k < t.n; k++) {
            made[n].name[k - before] = t.name[k];
            t.name[k] = ""; /* no name reaches it */
        }
        n++;
    }
    TRY(join_subqueries(x->b, &subs, scope, &t, err));
    for (uint32_t i = first; i < n; i++)
        made[i].col += scope->node->n_cols;
    scope->n_unnest = n;
    return unnest_node(x->b, scope, &t, false, false, at, err);
}

int bind_unnest_target(Binder *b, const Select *s, bool late, Scope *scope, Err *err)
{
    Calls calls = {.b = b};
    uint32_t top = 0, number = 0;
    ExprScope x = {.b = b, .scope = scope, .clause = "functions that give rows"};
    AST_EACH(item, s->group_by)
    TRY(collect(item, &calls, err));
    AST_EACH(item, s->targets)
    {
        const Target *t = AST(Target, item);
        number++;
        if (!late || (is_grouped_by(s, scope, t, number) && !rows_gathers(b, t->expr)))
            TRY(collect(t->expr, &calls, err));
    }
    if (calls.n == 0)
        return 0;
    UnnestCall *made = ARENA_ARRAY(b->arena, UnnestCall, calls.n);
    scope->unnest = made;
    if (!made)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < calls.n; i++)
        top = MAX(top, calls.level[i]);
    for (uint32_t level = 1; level <= top; level++)
        TRY(add_level(&x, scope, &calls, level, made, s->node.at, err));
    return 0;
}

/* The call itself, or, of what is grouped by, one that is written alike. */
static const UnnestCall *find_made(const Scope *s, const ExprCall *c)
{
    for (uint32_t i = 0; s && i < s->n_unnest; i++)
        if (s->unnest[i].call == c)
            return &s->unnest[i];
    for (uint32_t i = 0; s && i < s->n_unnest; i++)
        if (ast_is_equal(&s->unnest[i].call->node, &c->node))
            return &s->unnest[i];
    return NULL;
}

int bind_unnest_call(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err)
{
    const UnnestCall *u = find_made(x->scope, c);
    Expr *col[UNNEST_MAX];
    for (uint32_t k = 0; u && k < u->n; k++) {
        col[k] = logical_column(x->b->arena, x->scope->node, u->col + k, c->node.at);
        if (!col[k])
            return RAISE_NOMEM(err);
    }
    return u ? rows_value(x, c, col, u->name, u->n, ret, err) : rows_call(x, c, ret, err);
}
