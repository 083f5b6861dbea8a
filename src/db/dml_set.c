/* SPDX-License-Identifier: Apache-2.0
 *
 * SET, as columns and their values: tuples taken apart, and the parts of one column put together.  a[1] = x, a[2] = y is one value
 * of a, x put into it and y into what comes of that. */
#include "db/dml_query.h"
#include "sql/ast_equal.h"

/* The n fields that the row must have, all of them over one node. */
static int fields_of_row(Arena *a, Node *row, uint32_t n, Span at, NodeList *ret, Err *err)
{
    for (uint32_t i = 1; i <= n; i++) {
        ExprField *f = ARENA_NEW(a, ExprField);
        if (!f)
            return RAISE_NOMEM(err);
        *f = (ExprField){.node = {.kind = NODE_EXPR_FIELD, .at = at, .depth = (uint16_t)(row->depth + 1)},
                         .arg = row,
                         .number = i,
                         .of = n};
        node_list_append(ret, &f->node);
    }
    return 0;
}

/* ---- (a, b) = (query) ---- */

/* FROM (query) AS name, and the column that is its row. */
static int query_as(Arena *a, Query *query, Span at, Str name, FromSubquery **ret_from, Node **ret_row, Err *err)
{
    Ident *ident = ARENA_NEW(a, Ident);
    FromSubquery *from = ARENA_NEW(a, FromSubquery);
    Alias *alias = ARENA_NEW(a, Alias);
    ExprColumn *row = ARENA_NEW(a, ExprColumn);
    if (!ident || !from || !alias || !row)
        return RAISE_NOMEM(err);
    *ident = (Ident){.s = name, .at = at};
    *alias = (Alias){.node = {.kind = NODE_ALIAS, .at = at}, .name = *ident};
    *from = (FromSubquery){.node = {.kind = NODE_FROM_SUBQUERY, .at = at}, .query = query, .alias = alias};
    *row = (ExprColumn){.node = {.kind = NODE_EXPR_COLUMN, .at = at}, .name = {.part = ident, .n_parts = 1, .at = at}};
    *ret_from = from;
    *ret_row = &row->node;
    return 0;
}

/* (SELECT "set" FROM (query) AS "set"): the query's row as one value. */
static int row_of_query(Arena *a, const ExprSubquery *query, Node **ret, Err *err)
{
    Span at = query->node.at;
    FromSubquery *from;
    Node *row;
    Target *t = ARENA_NEW(a, Target);
    Select *s = ARENA_NEW(a, Select);
    Query *q = ARENA_NEW(a, Query);
    ExprSubquery *value = ARENA_NEW(a, ExprSubquery);
    TRY(query_as(a, query->query, at, STR("set"), &from, &row, err));
    if (!t || !s || !q || !value)
        return RAISE_NOMEM(err);
    *t = (Target){.node = {.kind = NODE_TARGET, .at = at}, .expr = row};
    *s = (Select){.node = {.kind = NODE_SELECT, .at = at},
                  .targets = {&t->node, &t->node, 1, 1},
                  .from = {&from->node, &from->node, 1, 1}};
    *q = (Query){.node = {.kind = NODE_QUERY, .at = at}, .body = &s->node};
    *value = (ExprSubquery){.node = {.kind = NODE_EXPR_SUBQUERY, .at = at, .depth = query->node.depth}, .query = q};
    *ret = &value->node;
    return 0;
}

/* A field of the row for each column.  All of them read one node, which is bound and evaluated once (bind_scalar_subquery). */
static int split_query(Arena *a, const SetClause *set, NodeList *ret, Err *err)
{
    Node *row;
    *ret = (NodeList){0};
    TRY(row_of_query(a, AST(ExprSubquery, set->value), &row, err));
    return fields_of_row(a, row, set->columns.n, set->value->at, ret, err);
}

/* ---- parts of columns ---- */

static Node *part_assigned(Arena *a, const ExprAssign *part, Node *of, Node *value)
{
    ExprAssign *e = arena_memdup(a, part, sizeof(*e));
    if (!e || !of || !value)
        return NULL;
    e->node.next = NULL;
    e->node.depth = (uint16_t)(MAX(MAX(of->depth, value->depth), part->node.depth) + 1);
    e->of = of;
    e->value = value;
    return &e->node;
}

const Ident *dml_column(const Node *n)
{
    return n->kind == NODE_EXPR_ASSIGN ? &AST(ExprAssign, n)->column : &AST(IdentNode, n)->ident;
}

static Node *column_node(Arena *a, const Ident *of, const Ident *column)
{
    ExprColumn *c = ARENA_NEW(a, ExprColumn);
    Ident *part = ARENA_ARRAY(a, Ident, 2);
    if (!c || !part)
        return NULL;
    part[0] = *of;
    part[1] = *column;
    *c = (ExprColumn){.node = {.kind = NODE_EXPR_COLUMN, .at = column->at, .depth = 1},
                      .name = {.part = part, .n_parts = 2, .at = column->at}};
    return &c->node;
}

/* What INSERT puts the first part of a column into: NULL, of the column's type. */
static Node *null_node(Arena *a, const Relation *to, const Ident *column)
{
    char type[256];
    Node *ret = NULL;
    int c = schema_find(to->schema, column->s);
    ExprLiteral *null = ARENA_NEW(a, ExprLiteral);
    if (!null)
        return NULL;
    *null = (ExprLiteral){.node = {.kind = NODE_EXPR_LITERAL, .at = column->at, .depth = 1}, .kind = LITERAL_NULL};
    if (c < 0) /* the name is complained about where columns are looked for */
        return &null->node;
    size_t n = type_print(to->schema->field[c].type, type, sizeof(type));
    const char *text = n < sizeof(type) ? arena_printf(a, "NULL::%s", type) : NULL;
    if (!text || sql_parse_expr_at(a, text, (uint32_t)strlen(text), column->at, &ret, NULL) < 0)
        return NULL;
    return ret;
}

typedef struct Placing {
    Arena *a;
    const Ident *of;    /* UPDATE: what the table is called */
    const Relation *to; /* INSERT: where to */
} Placing;

/* A part whose column has parts before it in the list goes into what comes of them. */
static int add_item(const Placing *p, const Node *column, Node *value, SetItem *items, uint32_t *n, Err *err)
{
    const Ident *id = dml_column(column);
    bool part = column->kind == NODE_EXPR_ASSIGN;
    SetItem *before = NULL;
    for (uint32_t i = 0; part && i < *n; i++)
        if (items[i].value->kind == NODE_EXPR_ASSIGN && str_eq(items[i].column->s, id->s))
            before = &items[i];
    if (part) {
        Node *of = before ? before->value : p->of ? column_node(p->a, p->of, id) : null_node(p->a, p->to, id);
        value = part_assigned(p->a, AST(ExprAssign, column), of, value);
    }
    if (!value)
        return RAISE_NOMEM(err);
    if (before)
        before->value = value;
    else
        items[(*n)++] = (SetItem){id, value};
    return 0;
}

int dml_set_items(Arena *a, const Ident *of, const NodeList *sets, SetItem **ret, uint32_t *ret_n, Err *err)
{
    uint32_t n = 0;
    AST_EACH(item, *sets)
    n += AST(SetClause, item)->columns.n;
    const Placing p = {.a = a, .of = of};
    *ret = ARENA_ARRAY(a, SetItem, n + 1);
    *ret_n = 0;
    if (!*ret)
        return RAISE_NOMEM(err);
    AST_EACH(item, *sets)
    {
        const SetClause *s = AST(SetClause, item);
        NodeList values = {.first = s->value, .n = 1};
        if (s->is_tuple && s->value->kind == NODE_EXPR_ROW)
            values = AST(ExprRow, s->value)->items;
        else if (s->is_tuple)
            TRY(split_query(a, s, &values, err));
        if (values.n != s->columns.n)
            return RAISE_AT(err, ERR_SYNTAX, s->value->at, "number of columns does not match number of values");
        Node *value = values.first;
        AST_EACH(col, s->columns)
        {
            Node *next = value->next;
            TRY(add_item(&p, col, value, *ret, ret_n, err));
            value = next;
        }
    }
    return 0;
}

/* ---- INSERT ---- */

bool dml_has_parts(const NodeList *columns)
{
    AST_EACH(c, *columns)
    if (c->kind == NODE_EXPR_ASSIGN)
        return true;
    return false;
}

int dml_join_values(Arena *a, const Relation *to, const NodeList *columns, const NodeList *values, NodeList *ret, Err *err)
{
    const Placing p = {.a = a, .to = to};
    SetItem *item = ARENA_ARRAY(a, SetItem, columns->n + 1);
    uint32_t n = 0;
    Node *value = values->first;
    *ret = (NodeList){0};
    if (!item)
        return RAISE_NOMEM(err);
    if (values->n != columns->n)
        return RAISE_AT(err, ERR_SYNTAX, value->at, "INSERT has more %s",
                        values->n > columns->n ? "expressions than target columns" : "target columns than expressions");
    AST_EACH(c, *columns)
    {
        TRY(add_item(&p, c, value, item, &n, err));
        value = value->next;
    }
    for (uint32_t i = 0; i < n; i++) {
        Node *one = ast_copy_top(a, item[i].value);
        if (!one)
            return RAISE_NOMEM(err);
        node_list_append(ret, one);
    }
    return 0;
}

int dml_join_columns(Arena *a, const NodeList *columns, NodeList *ret, Err *err)
{
    *ret = (NodeList){0};
    AST_EACH(c, *columns)
    {
        const Ident *id = dml_column(c);
        bool there = false;
        for (const Node *b = columns->first; b != c; b = b->next)
            there |= c->kind == NODE_EXPR_ASSIGN && b->kind == NODE_EXPR_ASSIGN && str_eq(dml_column(b)->s, id->s);
        IdentNode *n = there ? NULL : ARENA_NEW(a, IdentNode);
        if (there)
            continue;
        if (!n)
            return RAISE_NOMEM(err);
        *n = (IdentNode){.node = {.kind = NODE_IDENT, .at = c->at, .depth = 1}, .ident = *id};
        node_list_append(ret, &n->node);
    }
    return 0;
}

static int join_rows(Arena *a, const Relation *to, const NodeList *columns, const Values *v, Node **ret, Err *err)
{
    Values *made = arena_memdup(a, v, sizeof(*made));
    if (!made)
        return RAISE_NOMEM(err);
    made->rows = (NodeList){0};
    AST_EACH(row, v->rows)
    {
        ValuesRow *r = arena_memdup(a, AST(ValuesRow, row), sizeof(*r));
        if (!r)
            return RAISE_NOMEM(err);
        r->node.next = NULL;
        TRY(dml_join_values(a, to, columns, &AST(ValuesRow, row)->items, &r->items, err));
        node_list_append(&made->rows, &r->node);
    }
    *ret = &made->node;
    return 0;
}

/* SELECT (1 of "insert"), .. FROM (query) AS "insert" */
static int join_query(Arena *a, const Relation *to, const NodeList *columns, Query *query, Node **ret, Err *err)
{
    Span at = query->node.at;
    Select *s = ARENA_NEW(a, Select);
    FromSubquery *from;
    Node *row;
    NodeList fields = {0}, values;
    TRY(query_as(a, query, at, STR("insert"), &from, &row, err));
    if (!s)
        return RAISE_NOMEM(err);
    *s = (Select){.node = {.kind = NODE_SELECT, .at = at, .depth = query->node.depth}};
    TRY(fields_of_row(a, row, columns->n, at, &fields, err));
    TRY(dml_join_values(a, to, columns, &fields, &values, err));
    node_list_append(&s->from, &from->node);
    AST_EACH(value, values)
    {
        Target *t = ARENA_NEW(a, Target);
        if (!t)
            return RAISE_NOMEM(err);
        *t = (Target){.node = {.kind = NODE_TARGET, .at = at, .depth = (uint16_t)(value->depth + 1)}, .expr = (Node *)value};
        node_list_append(&s->targets, &t->node);
    }
    *ret = &s->node;
    return 0;
}

int dml_join_query(Arena *a, const Relation *to, const NodeList *columns, Query *query, Query **ret, Err *err)
{
    Query *q = arena_memdup(a, query, sizeof(*q));
    bool bare = query->body->kind == NODE_VALUES && !query->with && !query->order_by.n && !query->limit && !query->offset;
    if (!q)
        return RAISE_NOMEM(err);
    if (!bare)
        *q = (Query){.node = query->node};
    *ret = q;
    return bare ? join_rows(a, to, columns, AST(Values, query->body), &q->body, err)
                : join_query(a, to, columns, query, &q->body, err);
}
