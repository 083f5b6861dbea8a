/* SPDX-License-Identifier: Apache-2.0
 *
 * The constructors and query functions of SQL/JSON with clauses, as what they stand for: calls of functions, with FILTER, CASE and
 * casts around them; of functions with a blank in their names, columns are called by what is before it.  JSON_VALUE is a CASE of
 * what its path finds (nothing, an error, an item), which asks twice for the item. */
#include "sql/ast_make.h"

#define FLAG_ABSENT 1 /* as func/json/fn_json_standard.c reads them */
#define FLAG_UNIQUE 2
#define FLAG_RAISE_EMPTY 1
#define FLAG_RAISE_ERROR 2
#define FLAG_QUERY 4
#define FLAG_EXISTS 8

typedef struct JsonCall {
    Parser *p;
    Span at, word;
    Str name;
    const JsonClauses *clauses;
} JsonCall;

static bool is_named(const JsonCall *c, const char *name)
{
    return str_eq(c->name, str_of(name));
}

static Node *alone(Node *n) /* taken out of its list */
{
    n->next = NULL;
    return n;
}

static Node *cast_node(const JsonCall *c, Node *arg, bool tries, TypeName *type)
{
    Parser *p = c->p;
    return NEW(ExprCast, c->at, .arg = arg, .try_cast = tries, .type = type);
}

static Node *cast_to(const JsonCall *c, Node *arg, const char *type)
{
    return cast_node(c, arg, false, make_type(c->p, c->word, type, (NodeList){0}));
}

static Node *integer(const JsonCall *c, uint32_t n)
{
    static const char *const digits[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"};
    return make_literal(c->p, c->word, LITERAL_INT, str_of(digits[n]));
}

/* ---- clauses ---- */

JsonClauses *json_clauses_join(Parser *p, JsonClauses *a, const JsonClauses *b)
{
    if (p->rc)
        return a;
    bool twice = (a->nulls && b->nulls) || (a->uniqueness && b->uniqueness) || (a->returning && b->returning) ||
                 (a->on_empty.kind && b->on_empty.kind) || (a->on_error.kind && b->on_error.kind) || (a->passing.n && b->passing.n);
    if (twice)
        PARSE_FAIL(p, ERR_SYNTAX, b->at, "the same clause is given twice");
    a->nulls = a->nulls ? a->nulls : b->nulls;
    a->uniqueness = a->uniqueness ? a->uniqueness : b->uniqueness;
    a->returning = a->returning ? a->returning : b->returning;
    a->on_empty = a->on_empty.kind ? a->on_empty : b->on_empty;
    a->on_error = a->on_error.kind ? a->on_error : b->on_error;
    a->passing = a->passing.n ? a->passing : b->passing;
    return a;
}

JsonBehavior json_behavior_of(Parser *p, Span at, Str word, Str of)
{
    JsonBehavior b = {0};
    if (str_eq(word, STR("error")) && !of.p)
        b.kind = JSON_RAISES;
    else if (str_eq(word, STR("absent")) && !of.p)
        b.kind = JSON_ABSENT;
    else if (str_eq(word, STR("empty")) && (!of.p || str_eq(of, STR("array"))))
        b.kind = JSON_EMPTY_ARRAY;
    else if (str_eq(word, STR("empty")) && str_eq(of, STR("object")))
        b.kind = JSON_EMPTY_OBJECT;
    else
        PARSE_FAIL(p, ERR_SYNTAX, at, "syntax error at or near \"%.*s\"", (int)word.n, word.p);
    return b;
}

/* .. ON NULL, ON EMPTY, ON ERROR. */
JsonClauses *json_clause_on(Parser *p, Span at, JsonBehavior b, const Ident *event)
{
    JsonClauses c = {.at = at};
    bool of_null = !event && (b.kind == JSON_NULL || b.kind == JSON_ABSENT);
    if (of_null)
        c.nulls = b.kind;
    else if (event && b.kind != JSON_ABSENT && str_eq(event->s, STR("empty")))
        c.on_empty = b;
    else if (event && b.kind != JSON_ABSENT && str_eq(event->s, STR("error")))
        c.on_error = b;
    else
        PARSE_FAIL(p, ERR_SYNTAX, at, "this is no clause of a function of JSON");
    return json_clauses_new(p, &c);
}

JsonClauses *json_clauses_new(Parser *p, const JsonClauses *init)
{
    static JsonClauses spare;
    JsonClauses *c = arena_memdup(p->arena, init, sizeof(*init));
    if (!c)
        PARSE_FAIL(p, ERR_OUT_OF_MEMORY, init->at, "out of memory");
    return c ? c : &spare;
}

/* Those that the function does not have. */
static void refuse_clauses(const JsonCall *c, bool constructs)
{
    Parser *p = c->p;
    const JsonClauses *k = c->clauses;
    bool wrong = constructs ? k->on_empty.kind || k->on_error.kind || k->passing.n : k->nulls || k->uniqueness;
    if (wrong)
        PARSE_FAIL(p, ERR_SYNTAX, k->at, "%.*s() has no such clause", (int)c->name.n, c->name.p);
}

/* ---- constructors ---- */

static Node *returned(const JsonCall *c, Node *made)
{
    return c->clauses->returning ? cast_node(c, made, false, c->clauses->returning) : made;
}

static Node *make_container(const JsonCall *c, bool object, NodeList args)
{
    bool absent = c->clauses->nulls ? c->clauses->nulls == JSON_ABSENT : !object;
    uint32_t flags = (absent ? FLAG_ABSENT : 0u) | (c->clauses->uniqueness == JSON_UNIQUE ? FLAG_UNIQUE : 0u);
    NodeList all = args.n ? list_concat(list_one(integer(c, flags)), args) : list_one(integer(c, flags));
    return returned(c, make_call_list(c->p, c->at, object ? "json_object of" : "json_array of", c->word, all));
}

static Node *make_object(const JsonCall *c, NodeList pairs)
{
    NodeList args = {0};
    for (Node *n = pairs.first, *next; n && !c->p->rc; n = next) {
        next = n->next;
        if (n->kind != NODE_WHEN) {
            Parser *p = c->p;
            PARSE_FAIL(p, ERR_SYNTAX, n->at, "a member of an object is a name and a value: name VALUE value, or name : value");
            break;
        }
        args = list_add(args, alone(RAW(When, n)->when));
        args = list_add(args, alone(RAW(When, n)->then));
    }
    return make_container(c, true, args);
}

static bool returns_binary(const JsonCall *c)
{
    Parser *p = c->p;
    const TypeName *t = c->clauses->returning;
    if (!t)
        return false;
    bool binary = t->name.n_parts && str_eq(name_last(&t->name)->s, STR("jsonb"));
    if (!binary && !(t->name.n_parts && str_eq(name_last(&t->name)->s, STR("json"))))
        PARSE_FAIL(p, ERR_UNSUPPORTED, t->node.at, "RETURNING of an aggregate of JSON is JSON or JSONB");
    return binary;
}

/* Values that are absent where they are NULL. */
static Node *aggregate(const JsonCall *c, const char *func, NodeList args, Node *value, bool absent, NodeList order)
{
    Parser *p = c->p;
    Node *call = call_modify(p, make_call_list(p, c->at, func, c->word, args), false, order);
    if (absent && !p->rc && call->kind == NODE_EXPR_CALL) {
        RAW(ExprCall, call)->filter = NEW(ExprIs, c->word, .test = IS_NULL, .negated = true, .arg = value);
        node_update(p, call);
    }
    return call;
}

static Node *make_object_agg(const JsonCall *c, NodeList items, NodeList order)
{
    Parser *p = c->p;
    const When *pair = RAW(When, items.first);
    if (items.n != 1 || items.first->kind != NODE_WHEN) {
        PARSE_FAIL(p, ERR_SYNTAX, c->at, "JSON_OBJECTAGG takes a name and a value: name VALUE value, or name : value");
        return items.first;
    }
    if (c->clauses->uniqueness == JSON_UNIQUE)
        PARSE_FAIL(p, ERR_UNSUPPORTED, c->clauses->at, "WITH UNIQUE KEYS of JSON_OBJECTAGG is not supported");
    NodeList args = list_add(list_one(alone(pair->when)), alone(pair->then));
    return aggregate(c, returns_binary(c) ? "jsonb_object_agg" : "json_object_agg", args, pair->then,
                     c->clauses->nulls == JSON_ABSENT, order);
}

static Node *make_array_agg(const JsonCall *c, NodeList items, NodeList order)
{
    Node *value = items.first;
    return aggregate(c, returns_binary(c) ? "jsonb_agg" : "json_agg", items, value, c->clauses->nulls != JSON_NULL, order);
}

/* ---- what a path finds ---- */

typedef struct Asked {
    const JsonCall *c;
    Node *document, *path, *variables; /* each in no list */
    uint32_t flags;
    TypeName *type; /* of the result */
} Asked;

static Node *ask(const Asked *a, const char *func)
{
    const JsonCall *c = a->c;
    return make_call(c->p, c->at, func, c->word, cast_to(c, a->document, "text"), cast_to(c, a->path, "text"),
                     cast_to(c, a->variables, "jsonb"), integer(c, a->flags));
}

static Node *behaves(const Asked *a, JsonBehavior b)
{
    const JsonCall *c = a->c;
    Parser *p = c->p;
    switch (b.kind) {
    case JSON_DEFAULT: return cast_node(c, b.value, false, a->type);
    case JSON_TRUE:
    case JSON_FALSE: {
        Node *flag = make_literal(p, c->word, LITERAL_BOOL, (Str){0});
        RAW(ExprLiteral, flag)->flag = b.kind == JSON_TRUE;
        return cast_node(c, flag, false, a->type);
    }
    case JSON_EMPTY_ARRAY:
    case JSON_EMPTY_OBJECT:
        return cast_node(c, make_literal(p, c->word, LITERAL_STRING, b.kind == JSON_EMPTY_ARRAY ? STR("[]") : STR("{}")), false,
                         a->type);
    default: return cast_node(c, make_literal(p, c->word, LITERAL_NULL, (Str){0}), false, a->type);
    }
}

static Node *ask_item(const Asked *a)
{
    return ask(a, a->flags & FLAG_QUERY ? "json_query item" : "json_value item");
}

/* The item as the type: what cannot be it is an error as others are. */
static Node *item_as_type(const Asked *a)
{
    const JsonCall *c = a->c;
    Parser *p = c->p;
    JsonBehavior b = c->clauses->on_error;
    Node *item = ask_item(a);
    if (b.kind == JSON_RAISES || !c->clauses->returning)
        return cast_node(c, item, false, a->type);
    Node *tried = cast_node(c, item, true, a->type);
    if (b.kind == JSON_UNSAID || b.kind == JSON_NULL)
        return tried;
    Node *there = NEW(ExprIs, c->word, .test = IS_NULL, .negated = true, .arg = ask_item(a));
    Node *failed = NEW(ExprIs, c->word, .test = IS_NULL, .arg = cast_node(c, ask_item(a), true, a->type));
    Node *when = NEW(When, c->word, .when = make_logic(p, c->word, false, there, failed), .then = behaves(a, b));
    return NEW(ExprCase, c->at, .whens = list_one(when), .otherwise = tried);
}

static Node *when_state(const Asked *a, uint32_t state, Node *then)
{
    Parser *p = a->c->p;
    return NEW(When, a->c->word, .when = integer(a->c, state), .then = then);
}

static Node *found(const Asked *a)
{
    const JsonCall *c = a->c;
    Parser *p = c->p;
    NodeList whens = list_one(when_state(a, 1, behaves(a, c->clauses->on_empty)));
    whens = list_add(whens, when_state(a, 2, behaves(a, c->clauses->on_error)));
    return NEW(ExprCase, c->at, .arg = ask(a, "json state"), .whens = whens, .otherwise = item_as_type(a));
}

static Node *exists(const Asked *a)
{
    const JsonCall *c = a->c;
    Parser *p = c->p;
    JsonBehavior b = c->clauses->on_error, no = {.kind = JSON_FALSE};
    NodeList whens = list_one(when_state(a, 2, behaves(a, b.kind ? b : no)));
    return NEW(ExprCase, c->at, .arg = ask(a, "json state"), .whens = whens, .otherwise = ask(a, "json_exists item"));
}

static Node *make_path_query(const JsonCall *c, NodeList items)
{
    Parser *p = c->p;
    const JsonClauses *k = c->clauses;
    bool of_value = is_named(c, "json_value"), of_exists = is_named(c, "json_exists");
    if (items.n != 2) {
        PARSE_FAIL(p, ERR_SYNTAX, c->at, "%.*s() takes a document and a path before its clauses", (int)c->name.n, c->name.p);
        return items.first;
    }
    Asked a = {.c = c, .document = items.first, .path = alone(items.last)};
    a.document = alone(items.first);
    a.flags = (of_value    ? 0
               : of_exists ? FLAG_EXISTS
                           : FLAG_QUERY) |
              (k->on_empty.kind == JSON_RAISES ? FLAG_RAISE_EMPTY : 0u) | (k->on_error.kind == JSON_RAISES ? FLAG_RAISE_ERROR : 0u);
    a.variables = k->passing.n ? make_call_list(p, c->at, "jsonb_build_object", c->word, k->passing)
                               : make_literal(p, c->word, LITERAL_STRING, STR("{}"));
    a.type = k->returning ? k->returning : make_type(p, c->word, of_value ? "text" : of_exists ? "bool" : "jsonb", (NodeList){0});
    return of_exists ? exists(&a) : found(&a);
}

/* ---- the call ---- */

Node *make_json_pair(Parser *p, Span at, Node *name, Node *value)
{
    return NEW(When, at, .when = name, .then = value);
}

static bool has_pairs(NodeList items)
{
    AST_EACH(n, items)
    if (n->kind == NODE_WHEN)
        return true;
    return false;
}

Node *make_json_call(Parser *p, Span at, const Ident *word, NodeList items, NodeList order, const JsonClauses *clauses)
{
    static const JsonClauses none = {.at = SPAN_NONE};
    JsonCall c = {.p = p, .at = at, .word = word->at, .name = word->s, .clauses = clauses ? clauses : &none};
    if (p->rc)
        return items.first;
    bool pairs = has_pairs(items), object = is_named(&c, "json_object");
    bool constructs = object || is_named(&c, "json_array") || is_named(&c, "json_objectagg") || is_named(&c, "json_arrayagg");
    refuse_clauses(&c, constructs);
    if (is_named(&c, "json_objectagg"))
        return make_object_agg(&c, items, order);
    if (is_named(&c, "json_arrayagg") && items.n == 1 && !pairs)
        return make_array_agg(&c, items, order);
    if (object && (pairs || items.n == 0))
        return make_object(&c, items);
    if (pairs || order.n || is_named(&c, "json_arrayagg"))
        PARSE_FAIL(p, ERR_SYNTAX, at, "%.*s() is not called like that", (int)c.name.n, c.name.p);
    if (is_named(&c, "json_array"))
        return make_container(&c, false, items);
    if (is_named(&c, "json_serialize") || is_named(&c, "json_scalar"))
        return returned(&c, make_function(p, at, name_new(p, *word, word->at), items));
    if (clauses && !object)
        return make_path_query(&c, items);
    return make_function(p, at, name_new(p, *word, word->at), items);
}
