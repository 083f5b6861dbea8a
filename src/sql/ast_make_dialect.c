/* SPDX-License-Identifier: Apache-2.0
 *
 * What other systems write, as what it stands for: a lambda over a list is a query over its elements, a comprehension as well,
 * PIVOT is aggregates with FILTER, UNPIVOT a row of VALUES for each column.  The tree says only that, so whatever holds of these
 * queries holds of the short forms, and they are printed as such. */
#include "sql/ast_make.h"
#include "sql/print.h"

static Node *bare_column(Parser *p, Span at, Ident name)
{
    return NEW(ExprColumn, at, .name = *name_new(p, name, at));
}

static Node *alone(Node *n) /* taken out of its list */
{
    n->next = NULL;
    return n;
}

Node *star_of_changes(Parser *p, Span at, const Node *changes, const Node *of, Node *row)
{
    const ExprStar *c = RAW(ExprStar, changes);
    Node *star = NEW(ExprStar, at, .row = row, .exclude = c->exclude, .replace = c->replace, .rename = c->rename);
    if (!p->rc && of) {
        RAW(ExprStar, star)->of = RAW(ExprStar, of)->of;
        node_update(p, star);
    }
    return star;
}

Node *make_fields(Parser *p, Span at, NodeList fields)
{
    NodeList items = {0}, names = {0};
    for (Node *f = fields.first, *next; f && !p->rc; f = next) {
        next = f->next;
        items = list_add(items, alone(RAW(Target, f)->expr));
        names = list_add(names, ident_node(p, RAW(Target, f)->alias));
    }
    return NEW(ExprRow, at, .explicit_row = true, .items = items, .names = names);
}

Node *make_collation(Parser *p, Span at, Span word, Node *arg)
{
    StrBuf name;
    if (p->rc || arg->kind != NODE_EXPR_COLLATE)
        return make_call(p, at, "pg_collation_for", word, arg, NULL, NULL, NULL);
    sb_init(&name, NULL);
    sql_print_ident(name_last(&RAW(ExprCollate, arg)->collation)->s, &name);
    const char *text = arena_strndup(p->arena, sb_cstr(&name), name.n);
    if (!text)
        PARSE_FAIL(p, ERR_OUT_OF_MEMORY, at, "out of memory");
    sb_done(&name);
    return make_literal(p, at, LITERAL_STRING, str_of(text ? text : ""));
}

/* ---- lambdas ---- */

#define LAMBDA_NAME STR("list element")
#define LAMBDA_PLACE STR("list place")

/* ARRAY(SELECT body FROM unnest(list) WITH ORDINALITY AS e (name, place) WHERE condition ORDER BY place), NULL of NULL. */
static Node *over_elements(Parser *p, Span at, Node *body, Ident name, Ident place, Node *list, Node *condition)
{
    Ident of = {.s = LAMBDA_NAME, .at = at, .quoted = true};
    if (p->rc)
        return body;
    Node *call = make_call(p, at, "unnest", at, list, NULL, NULL, NULL);
    Alias *alias = MAKE(Alias, at, .name = of, .columns = list_add(list_one(ident_node(p, name)), ident_node(p, place)));
    Node *from = from_function(p, at, false, false, true, call, alias);
    Node *key = NEW(ExprColumn, at, .name = *name_add(p, name_new(p, of, at), place, at));
    Node *select = NEW(Select, at, .targets = list_one(NEW(Target, at, .expr = body)), .from = list_one(from), .where = condition);
    Query *query = make_query(p, at, NULL, select, list_one(NEW(OrderItem, at, .expr = key)), NULL);
    Node *when =
        NEW(When, at, .when = NEW(ExprIs, at, .test = IS_NULL, .arg = list), .then = make_literal(p, at, LITERAL_NULL, (Str){0}));
    return NEW(ExprCase, at, .whens = list_one(when), .otherwise = NEW(ExprSubquery, at, .array = true, .query = query));
}

static Ident place_name(Span at)
{
    return (Ident){.s = LAMBDA_PLACE, .at = at, .quoted = true};
}

Node *make_comprehension(Parser *p, Span at, Node *body, Ident name, Node *list, Node *condition)
{
    return over_elements(p, at, body, name, place_name(at), list, condition);
}

Node *make_lambda(Parser *p, Span at, NodeList names, Node *body)
{
    NodeList columns = {0};
    for (Node *n = names.first; n && !p->rc; n = n->next)
        columns = list_add(columns, bare_column(p, n->at, RAW(IdentNode, n)->ident));
    Node *left = names.n == 1 ? columns.first : NEW(ExprRow, at, .items = columns);
    return make_binary(p, at, SQL_OP_JSON_GET, at, left, body);
}

static bool is_bare_column(const Node *n)
{
    return n->kind == NODE_EXPR_COLUMN && RAW(ExprColumn, n)->name.n_parts == 1;
}

/* x, or (x, i). */
static bool is_lambda_names(const Node *n)
{
    if (n->kind != NODE_EXPR_ROW)
        return is_bare_column(n);
    const NodeList *items = &RAW(ExprRow, n)->items;
    return items->n == 2 && is_bare_column(items->first) && is_bare_column(items->last);
}

/* The operand that an expression begins with; NULL: none that counts here. */
static Node **first_operand(Node *n)
{
    switch ((NodeKind)n->kind) {
    case NODE_EXPR_BINARY: return &RAW(ExprBinary, n)->left;
    case NODE_EXPR_DISTINCT: return &RAW(ExprDistinct, n)->left;
    case NODE_EXPR_IS: return &RAW(ExprIs, n)->arg;
    case NODE_EXPR_BETWEEN: return &RAW(ExprBetween, n)->arg;
    case NODE_EXPR_IN: return &RAW(ExprIn, n)->arg;
    case NODE_EXPR_LIKE: return &RAW(ExprLike, n)->arg;
    case NODE_EXPR_LOGIC: return &RAW(ExprLogic, n)->args.first;
    default: return NULL;
    }
}

static void replace_first(Parser *p, Node *n, Node **at, Node *with)
{
    if (n->kind == NODE_EXPR_LOGIC) {
        NodeList *args = &RAW(ExprLogic, n)->args;
        with->next = args->first->next;
        args->first = with;
    } else {
        *at = with;
    }
    node_update(p, n);
}

/* x -> x > 1 AND x < 5 is parsed as ((x -> x) > 1) AND x < 5, for the arrow is an operator that binds more tightly: what begins
 * with an arrow behind names is its body, with what follows.  false: it does not. */
static bool split_lambda(Parser *p, Node *n, Node **ret_names, Node **ret_body)
{
    Node **first = first_operand(n), *inner;
    if (n->kind == NODE_EXPR_BINARY && RAW(ExprBinary, n)->op == SQL_OP_JSON_GET && is_lambda_names(*first)) {
        *ret_names = *first;
        *ret_body = RAW(ExprBinary, n)->right;
        return true;
    }
    if (!first || !split_lambda(p, *first, ret_names, &inner))
        return false;
    replace_first(p, n, first, inner);
    *ret_body = n;
    return true;
}

typedef enum ListCall { LIST_TRANSFORM, LIST_FILTER, LIST_REDUCE } ListCall;
static const struct {
    const char *name;
    ListCall call;
    bool lambda_first;
} list_calls[] = {
    {"list_transform", LIST_TRANSFORM, false}, {"list_apply", LIST_TRANSFORM, false},
    {"apply", LIST_TRANSFORM, false},          {"array_transform", LIST_TRANSFORM, false},
    {"array_apply", LIST_TRANSFORM, false},    {"transform", LIST_TRANSFORM, false},
    {"arraymap", LIST_TRANSFORM, true},        {"list_filter", LIST_FILTER, false},
    {"array_filter", LIST_FILTER, false},      {"filter", LIST_FILTER, false},
    {"arrayfilter", LIST_FILTER, true},        {"list_reduce", LIST_REDUCE, false},
    {"array_reduce", LIST_REDUCE, false},      {"reduce", LIST_REDUCE, false},
};

Node *make_list_call(Parser *p, Span at, const Ident *name, NodeList args)
{
    Node *names, *body, *list;
    size_t i = 0;
    while (i < ARRAY_LEN(list_calls) && !str_eq_nocase(name->s, str_of(list_calls[i].name)))
        i++;
    if (p->rc || i == ARRAY_LEN(list_calls))
        return NULL;
    Node *lambda = list_calls[i].lambda_first ? args.first : args.last;
    list = list_calls[i].lambda_first ? args.last : args.first;
    if (!NODE_IS_EXPR(lambda) || !NODE_IS_EXPR(list) || !split_lambda(p, lambda, &names, &body))
        return NULL;
    if (list_calls[i].call == LIST_REDUCE) {
        PARSE_FAIL(p, ERR_UNSUPPORTED, at, "%s() with a lambda is not supported", list_calls[i].name);
        return NULL;
    }
    bool two = names->kind == NODE_EXPR_ROW;
    const Node *first = two ? RAW(ExprRow, names)->items.first : names;
    Ident element = *name_last(&RAW(ExprColumn, first)->name);
    Ident place = two ? *name_last(&RAW(ExprColumn, first->next)->name) : place_name(at);
    bool filter = list_calls[i].call == LIST_FILTER;
    return over_elements(p, at, filter ? bare_column(p, at, element) : alone(body), element, place, alone(list),
                         filter ? alone(body) : NULL);
}

/* ---- files ---- */

static bool ends_in(Str s, const char *ending)
{
    size_t n = strlen(ending);
    return s.n >= n && str_eq_nocase((Str){s.p + s.n - n, n}, str_of(ending));
}

/* The reader that the ending of the path means, in front of that of a compressed file. */
static const char *reader_of(Str path)
{
    static const struct {
        const char *ending, *reader;
    } readers[] = {{".csv", "read_csv"},    {".tsv", "read_csv"},     {".json", "read_json"},
                   {".jsonl", "read_json"}, {".ndjson", "read_json"}, {".parquet", "read_parquet"}};
    if (ends_in(path, ".gz") || ends_in(path, ".zst"))
        path.n -= ends_in(path, ".gz") ? 3 : 4;
    for (size_t i = 0; i < ARRAY_LEN(readers); i++)
        if (ends_in(path, readers[i].ending))
            return readers[i].reader;
    return NULL;
}

/* Called like the file, without its directory and endings. */
static Alias *alias_of_path(Parser *p, Str path, Span at)
{
    size_t from = path.n, end;
    while (from > 0 && path.p[from - 1] != '/')
        from--;
    for (end = from; end < path.n && path.p[end] != '.'; end++)
        ;
    const char *name = arena_strndup(p->arena, path.p + from, end - from);
    if (!name)
        PARSE_FAIL(p, ERR_OUT_OF_MEMORY, at, "out of memory");
    return end > from ? MAKE(Alias, at, .name = {.s = str_of(name ? name : ""), .at = at, .quoted = true}) : NULL;
}

Node *from_file(Parser *p, Span at, Str path, Span path_at, Alias *alias)
{
    const char *reader = reader_of(path);
    if (!reader) {
        PARSE_FAIL(p, ERR_UNSUPPORTED, path_at,
                   "reading \"%.*s\" in FROM is not supported: its ending is none of csv, tsv, json, jsonl, ndjson",
                   (int)MIN(path.n, (size_t)64), path.p);
        reader = "read_csv";
    }
    Node *call = make_call(p, at, reader, path_at, make_literal(p, path_at, LITERAL_STRING, path), NULL, NULL, NULL);
    return from_function(p, at, false, false, false, call, alias ? alias : alias_of_path(p, path, path_at));
}

/* ---- PIVOT and UNPIVOT ---- */

typedef struct Named {
    Parser *p;
    NodeList names; /* IdentNode, each once */
} Named;

static void add_name(Named *w, Ident name)
{
    for (const Node *n = w->names.first; n; n = n->next)
        if (str_eq(RAW(IdentNode, n)->ident.s, name.s))
            return;
    w->names = list_add(w->names, ident_node(w->p, name));
}

static int find_names(void *self, Node *n)
{
    if (n->kind == NODE_EXPR_COLUMN) {
        add_name(self, *name_last(&RAW(ExprColumn, n)->name));
        return 0;
    }
    return ast_each_child(n, find_names, self);
}

/* As text: of a literal what it says, of anything else how it is written. */
static Str text_of(Parser *p, const Node *n)
{
    StrBuf b;
    if (n->kind == NODE_EXPR_LITERAL && RAW(ExprLiteral, n)->text.p)
        return RAW(ExprLiteral, n)->text;
    sb_init(&b, NULL);
    sql_print(n, &b);
    const char *text = arena_strndup(p->arena, sb_cstr(&b), b.n);
    if (b.failed || !text)
        PARSE_FAIL(p, ERR_OUT_OF_MEMORY, n->at, "out of memory");
    sb_done(&b);
    return str_of(text ? text : "");
}

/* The aggregate of the rows that have this value. */
static Node *pivoted(Parser *p, const Target *aggregate, const Name *by, const Target *value, bool only)
{
    if (aggregate->expr->kind != NODE_EXPR_CALL) {
        PARSE_FAIL(p, ERR_SYNTAX, aggregate->expr->at, "PIVOT needs calls of aggregates");
        return NULL;
    }
    Node *key = NEW(ExprColumn, by->at, .name = *by);
    Node *has = NEW(ExprDistinct, value->node.at, .negated = true, .left = key, .right = value->expr);
    Node *call = ast_copy_top(p->arena, aggregate->expr);
    if (!call) {
        PARSE_FAIL(p, ERR_OUT_OF_MEMORY, by->at, "out of memory");
        return NULL;
    }
    Node *filter = RAW(ExprCall, call)->filter;
    RAW(ExprCall, call)->filter = filter ? make_logic(p, has->at, false, filter, has) : has;
    node_update(p, call);
    Str name = value->alias.s.p ? value->alias.s : text_of(p, value->expr);
    Str of = aggregate->alias.s.p ? aggregate->alias.s : only ? (Str){0} : text_of(p, aggregate->expr);
    const char *full = arena_printf(p->arena, "%.*s%s%.*s", (int)name.n, name.p, of.n ? "_" : "", (int)of.n, of.p ? of.p : "");
    if (!full) {
        PARSE_FAIL(p, ERR_OUT_OF_MEMORY, by->at, "out of memory");
        return NULL;
    }
    return NEW(Target, value->node.at, .expr = call, .alias = {.s = str_of(full), .at = value->node.at, .quoted = true});
}

static Node *from_select(Parser *p, Span at, Node *select, Alias *alias)
{
    return NEW(FromSubquery, at, .query = make_query(p, at, NULL, select, (NodeList){0}, NULL), .alias = alias);
}

Node *make_pivot(Parser *p, Span at, Node *table, NodeList aggregates, const Name *by, NodeList values, NodeList groups,
                 Alias *alias)
{
    NodeList targets = {0};
    Named taken = {.p = p};
    if (p->rc)
        return table;
    add_name(&taken, *name_last(by));
    for (Node *a = aggregates.first; a; a = a->next)
        (void)find_names(&taken, RAW(Target, a)->expr);
    for (Node *g = groups.first, *next; g; g = next) {
        next = g->next;
        targets = list_add(targets, NEW(Target, g->at, .expr = alone(g)));
    }
    if (groups.n == 0)
        targets = list_one(NEW(Target, at, .expr = NEW(ExprStar, at, .exclude = taken.names)));
    for (Node *v = values.first; v && !p->rc; v = v->next)
        for (Node *a = aggregates.first; a && !p->rc; a = a->next) {
            Node *t = pivoted(p, RAW(Target, a), by, RAW(Target, v), aggregates.n == 1);
            targets = t ? list_add(targets, t) : targets;
        }
    Node *all = NEW(GroupSet, at, .kind = GROUP_ALL);
    return from_select(p, at, NEW(Select, at, .targets = targets, .from = list_one(table), .group_by = list_one(all)), alias);
}

Node *make_unpivot(Parser *p, Span at, Node *table, bool with_nulls, Ident value, Ident name, NodeList columns, Alias *alias)
{
    Ident of = {.s = STR("unpivot"), .at = at, .quoted = true};
    NodeList rows = {0};
    if (p->rc)
        return table;
    for (Node *c = columns.first; c; c = c->next) {
        Ident column = RAW(IdentNode, c)->ident;
        NodeList items = list_one(make_literal(p, c->at, LITERAL_STRING, column.s));
        rows = list_add(rows, NEW(ValuesRow, c->at, .items = list_add(items, bare_column(p, c->at, column))));
    }
    Query *values = make_query(p, at, NULL, NEW(Values, at, .rows = rows), (NodeList){0}, NULL);
    Alias *called = MAKE(Alias, at, .name = of, .columns = list_add(list_one(ident_node(p, name)), ident_node(p, value)));
    Node *lateral = NEW(FromSubquery, at, .lateral = true, .query = values, .alias = called);
    Node *key = NEW(ExprColumn, at, .name = *name_add(p, name_new(p, of, at), value, at));
    Node *has = with_nulls ? NULL : NEW(ExprIs, at, .test = IS_NULL, .negated = true, .arg = key);
    Node *star = NEW(Target, at, .expr = NEW(ExprStar, at, .exclude = columns));
    return from_select(p, at, NEW(Select, at, .targets = list_one(star), .from = list_add(list_one(table), lateral), .where = has),
                       alias);
}
