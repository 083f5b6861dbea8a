/* SPDX-License-Identifier: Apache-2.0
 *
 * Constructors of queries and of the relations of FROM.  Clauses that may come in any order arrive as nodes of the final kind with
 * one field set; merging them is where a clause given twice is refused. */
#include "sql/ast_make.h"

static void fail_twice(Parser *p, Span at, const char *what)
{
    PARSE_FAIL(p, ERR_SYNTAX, at, "%s is given twice", what);
}

Query *make_query(Parser *p, Span at, With *with, Node *body, NodeList order_by, const Query *limits)
{
    /* (SELECT ..) LIMIT ALL adds nothing. */
    if (!p->rc && body->kind == NODE_QUERY && !with && !order_by.n &&
        !(limits && (limits->limit || limits->offset || limits->locks.n)))
        return AST(Query, body);
    return MAKE(Query, at, .with = with, .body = body, .order_by = order_by, .limit = limits ? limits->limit : NULL,
                .with_ties = limits && limits->with_ties, .offset = limits ? limits->offset : NULL,
                .locks = limits ? limits->locks : (NodeList){0});
}

Node *query_body(Parser *p, Query *q)
{
    if (p->rc || q->with || q->order_by.n || q->limit || q->offset || q->locks.n || q->clauses || q->options.n)
        return &q->node;
    return q->body;
}

Query *limit_merge(Parser *p, Query *a, Query *b)
{
    if (a->limit && b->limit)
        fail_twice(p, b->node.at, "LIMIT");
    if (a->offset && b->offset)
        fail_twice(p, b->node.at, "OFFSET");
    return MAKE(Query, span_of_parts((Span[]){a->node.at, b->node.at}, 2, &a->node.at), .limit = a->limit ? a->limit : b->limit,
                .with_ties = a->with_ties || b->with_ties, .offset = a->offset ? a->offset : b->offset,
                .locks = b->locks.n ? list_concat(a->locks, b->locks) : a->locks);
}

Node *make_select_from(Parser *p, Span at, Node *from)
{
    Node *star = NEW(Target, at, .expr = NEW(ExprStar, at));
    return NEW(Select, at, .targets = list_one(star), .from = list_one(from));
}

Node *make_select_all(Parser *p, Span at, const Name *table, Span table_at)
{
    return make_select_from(p, at, NEW(FromTable, table_at, .name = *table));
}

/* CREATE RECURSIVE VIEW v (columns) AS query: WITH RECURSIVE v (columns) AS (query) SELECT * FROM v. */
Query *make_recursive(Parser *p, Span at, const Name *name, NodeList columns, Query *query)
{
    if (p->rc)
        return query;
    Ident own = *name_last(name);
    Name *of = name_new(p, own, own.at);
    Node *cte = NEW(Cte, at, .name = own, .columns = columns, .query = query);
    With *with = MAKE(With, at, .recursive = true, .ctes = list_one(cte));
    return make_query(p, at, with, of ? make_select_all(p, at, of, own.at) : NULL, (NodeList){0}, NULL);
}

StreamClauses *make_emit(Parser *p, Span at, EmitMode mode, Node *every)
{
    return MAKE(StreamClauses, at, .emit = mode, .emit_at = at, .every = every);
}

static QueryTail *tail_of(Parser *p, QueryTail *tail)
{
    if (tail || p->rc)
        return tail;
    tail = ARENA_NEW(p->arena, QueryTail);
    if (!tail)
        p->rc = RAISE_NOMEM(p->err);
    return tail;
}

QueryTail *tail_add_clause(Parser *p, QueryTail *tail, StreamClauses *one)
{
    tail = tail_of(p, tail);
    if (p->rc)
        return tail;
    StreamClauses *all = tail->clauses;
    if (!all) {
        tail->clauses = one;
        return tail;
    }
    if (all->emit && one->emit)
        fail_twice(p, one->node.at, "EMIT");
    if (all->lateness && one->lateness)
        fail_twice(p, one->node.at, "ALLOW LATENESS");
    if (all->late_to.n_parts && one->late_to.n_parts)
        fail_twice(p, one->node.at, "LATE DATA TO");
    if (one->emit) {
        all->emit = one->emit;
        all->emit_at = one->emit_at;
        all->every = one->every;
    }
    all->lateness = one->lateness ? one->lateness : all->lateness;
    all->late_to = one->late_to.n_parts ? one->late_to : all->late_to;
    all->node.at = span_of_parts((Span[]){all->node.at, one->node.at}, 2, &all->node.at);
    node_update(p, &all->node);
    return tail;
}

QueryTail *tail_check(Parser *p, uint32_t check)
{
    QueryTail *t = ARENA_NEW(p->arena, QueryTail);
    if (t)
        *t = (QueryTail){.check = check};
    return t;
}

QueryTail *tail_add_options(Parser *p, QueryTail *tail, Span at, NodeList options)
{
    tail = tail_of(p, tail);
    if (p->rc)
        return tail;
    if (tail->options.n)
        fail_twice(p, at, "WITH");
    tail->options = options;
    return tail;
}

Query *query_with_tail(Parser *p, Query *q, const QueryTail *tail)
{
    if (tail && !p->rc) {
        q->clauses = tail->clauses;
        q->options = tail->options;
        node_update(p, &q->node);
    }
    return q;
}

void select_into(Parser *p, Span at, Node *select, CreateRelationStmt *into)
{
    if (into && p->into)
        PARSE_FAIL(p, ERR_SYNTAX, at, "SELECT ... INTO is not allowed here");
    if (!into || p->rc)
        return;
    p->into = into;
    p->into_select = select;
}

/* SELECT .. INTO t is CREATE TABLE t AS SELECT ..; only the first SELECT of a statement may have it. */
static Node *create_into(Parser *p, Span at, Query *query, const QueryTail *tail)
{
    CreateRelationStmt *into = p->into, *rest = rest_of_query(p, query, tail, true);
    p->into = NULL;
    rest->temporary = into->temporary;
    return create_relation(p, at, OBJECT_TABLE, 0, &into->name, rest);
}

static bool is_first_select(const Node *body, const Node *select)
{
    while (body->kind == NODE_SET_OP)
        body = AST(SetOp, body)->left;
    return body == select;
}

Node *make_query_stmt(Parser *p, Span at, Query *query, const QueryTail *tail)
{
    if (p->into && !p->rc && is_first_select(query->body, p->into_select))
        return create_into(p, at, query, tail);
    return NEW(QueryStmt, at, .query = query_with_tail(p, query, tail));
}

/* ---- FROM ---- */

Node *from_table(Parser *p, Span at, const Name *name, Alias *before, const Node *sys_time, Alias *after)
{
    const FromTable *time = (const FromTable *)(const void *)sys_time;
    if (before && after)
        PARSE_FAIL(p, ERR_SYNTAX, after->node.at, "a relation has one alias: before FOR SYSTEM_TIME or after it");
    return NEW(FromTable, at, .name = *name, .alias = before ? before : after, .as_of = time->as_of,
               .versioned_on = time->versioned_on);
}

Node *from_function(Parser *p, Span at, bool lateral, bool table_form, bool ordinality, Node *call, Alias *alias)
{
    if (!p->rc && call->kind == NODE_EXPR_CAST)
        PARSE_FAIL(p, ERR_UNSUPPORTED, call->at, "CAST in FROM is not supported: use a function or a subquery");
    else if (!p->rc && call->kind != NODE_EXPR_CALL)
        PARSE_FAIL(p, ERR_SYNTAX, call->at, "DESCRIPTOR is not a relation");
    else if (!p->rc && RAW(ExprCall, call)->nulls != NULLS_DEFAULT)
        PARSE_FAIL(p, ERR_SYNTAX, call->at, "functions in FROM take no treatment of NULLs");
    return NEW(FromFunction, at, .lateral = lateral, .table_form = table_form, .ordinality = ordinality,
               .call = RAW(ExprCall, call), .alias = alias);
}

Node *from_functions(Parser *p, Span at, bool lateral, NodeList calls, bool ordinality, Alias *alias)
{
    if (p->rc)
        return calls.first;
    if (alias && alias->fields.n)
        PARSE_FAIL(p, ERR_SYNTAX, alias->node.at, "ROWS FROM takes no list of columns with types behind it");
    const FromFunction *first = RAW(FromFunction, calls.first);
    AST_EACH(call, calls)
    {
        FromFunction *f = RAW(FromFunction, call);
        f->columns = f->alias;
        f->alias = NULL;
    }
    NodeList more = {calls.first->next, calls.n > 1 ? calls.last : NULL, calls.n - 1, calls.depth};
    return NEW(FromFunction, at, .lateral = lateral, .ordinality = ordinality, .call = first->call, .columns = first->columns,
               .more = more, .alias = alias);
}

/* (SELECT * FROM t WHERE tablesample (..)) AS t */
Node *make_sample(Parser *p, Span at, Node *table, Node *call, Node *seed)
{
    if (!p->rc && (table->kind != NODE_FROM_TABLE || call->kind != NODE_EXPR_CALL))
        PARSE_FAIL(p, ERR_SYNTAX, at, "TABLESAMPLE stands behind a relation's name, with BERNOULLI (n) or SYSTEM (n)");
    if (p->rc)
        return table;
    FromTable *t = RAW(FromTable, table);
    const ExprCall *c = RAW(ExprCall, call);
    const Ident *method = name_last(&c->func), *name = name_last(&t->name);
    if (!str_eq(method->s, STR("bernoulli")) && !str_eq(method->s, STR("system")))
        PARSE_FAIL(p, ERR_UNDEFINED_OBJECT, method->at, "tablesample method %.*s does not exist", (int)method->s.n, method->s.p);
    else if (c->args.n != 1)
        PARSE_FAIL(p, ERR_SAMPLE, call->at, "tablesample method %.*s requires 1 argument, not %u", (int)method->s.n, method->s.p,
                   c->args.n);
    NodeList args = c->args;
    if (seed) {
        args = list_add(args, seed);
        args = list_add(args, NEW(ExprStar, at, .of = *name_new(p, *name, name->at)));
    }
    Node *in = make_function(p, at, name_new(p, (Ident){.s = STR("tablesample"), .at = at}, at), args);
    Alias *alias = t->alias ? t->alias : MAKE(Alias, at, .name = *name);
    Node *from = NEW(FromTable, table->at, .name = t->name);
    Node *all = NEW(Target, at, .expr = NEW(ExprStar, at));
    Node *select = NEW(Select, at, .targets = list_one(all), .from = list_one(from), .where = in);
    return NEW(FromSubquery, at, .query = make_query(p, at, NULL, select, (NodeList){0}, NULL), .alias = alias);
}

Node *make_join(Parser *p, Span at, JoinKind kind, Node *left, Node *right, const FromJoin *quals)
{
    return NEW(FromJoin, at, .kind = kind, .left = left, .right = right, .on = quals->on, .using_columns = quals->using_columns,
               .using_alias = quals->using_alias, .match = quals->match, .match_nearest = quals->match_nearest,
               .tolerance = quals->tolerance);
}

FromJoin *join_merge(Parser *p, FromJoin *a, const FromJoin *b)
{
    if ((a->match || a->match_nearest) && (b->match || b->match_nearest))
        fail_twice(p, b->node.at, "MATCH_CONDITION");
    if (a->tolerance && b->tolerance)
        fail_twice(p, b->node.at, "TOLERANCE");
    a->on = a->on ? a->on : b->on;
    a->using_columns = a->using_columns.n ? a->using_columns : b->using_columns;
    a->match = a->match ? a->match : b->match;
    a->match_nearest = a->match_nearest || b->match_nearest;
    a->tolerance = a->tolerance ? a->tolerance : b->tolerance;
    return a;
}

Node *probe_of(Parser *p, Span at, FromProbe *offsets, Node *left, Node *right, NodeList keys, const Name *left_ts,
               const Name *right_ts, Alias *alias)
{
    offsets->left = left;
    offsets->right = right;
    offsets->keys = keys;
    offsets->left_ts = *left_ts;
    offsets->right_ts = *right_ts;
    offsets->alias = alias;
    offsets->node.at = at;
    node_update(p, &offsets->node);
    return &offsets->node;
}

FromMatch *match_body_of(Parser *p, Span at, NodeList partition_by, NodeList order_by, NodeList measures, MatchRows rows,
                         FromMatch *skip, Pattern *pattern, Node *within, NodeList subsets, NodeList defines)
{
    return MAKE(FromMatch, at, .partition_by = partition_by, .order_by = order_by, .measures = measures, .rows = rows,
                .skip = skip->skip, .skip_to = skip->skip_to, .pattern = pattern, .within = within, .subsets = subsets,
                .defines = defines);
}

Node *match_of(Parser *p, Span at, Node *input, FromMatch *match, Alias *alias)
{
    match->input = input;
    match->alias = alias;
    match->node.at = at;
    node_update(p, &match->node);
    return &match->node;
}
