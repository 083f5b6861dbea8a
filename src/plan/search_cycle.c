/* SPDX-License-Identifier: Apache-2.0
 *
 * SEARCH and CYCLE of a recursive query: columns that its terms get, as the standard explains them (SQL:1999, 7.13) and PostgreSQL
 * writes them.  DEPTH FIRST is the array of the rows from the first one to this; BREADTH FIRST a row that begins with its length;
 * a path is such an array, too, and its mark says whether the row stands in it already: from there nothing goes on.
 *
 * Both terms become the inside of a SELECT that adds these columns.  Its text is put together from what the query's columns are and
 * parsed; the second term hands over what the row that it goes on from had, and leaves marked rows alone. */
#include "plan/search_cycle.h"
#include "sql/ast_equal.h"
#include "sql/parse.h"
#include "sql/print.h"

bool cte_is_marked(const Cte *c)
{
    return c->search || c->cycle;
}

/* ---- what is legal ---- */

static const FromTable *find_self(const Node *from, Str name)
{
    if (from->kind == NODE_FROM_JOIN) {
        const FromTable *left = find_self(AST(FromJoin, from)->left, name);
        return left ? left : find_self(AST(FromJoin, from)->right, name);
    }
    const FromTable *t = from->kind == NODE_FROM_TABLE ? AST(FromTable, from) : NULL;
    return t && t->name.n_parts == 1 && str_eq(t->name.part[0].s, name) ? t : NULL;
}

/* The reference to the query in its second term. */
static int self_of(const Cte *c, const SetOp *s, Str *ret_alias, Err *err)
{
    const FromTable *self = NULL;
    if (s->right->kind != NODE_SELECT)
        return RAISE_AT(err, ERR_SYNTAX, s->right->at,
                        "with a SEARCH or CYCLE clause, the right side of the UNION must be a SELECT");
    AST_EACH(from, AST(Select, s->right)->from)
    self = self ? self : find_self(from, c->name.s);
    if (!self)
        return RAISE_AT(
            err, ERR_UNSUPPORTED, s->right->at,
            "with a SEARCH or CYCLE clause, the recursive reference to WITH query \"%s\" must be at the top level of its "
            "right-hand SELECT",
            c->name.s.p);
    *ret_alias = self->alias ? self->alias->name.s : c->name.s;
    return 0;
}

static int check_listed(const CteColumns *cols, const NodeList *list, const char *what, Err *err)
{
    AST_EACH(item, *list)
    {
        const Ident *name = &AST(IdentNode, item)->ident;
        bool found = false;
        for (uint32_t i = 0; i < cols->n; i++)
            found |= str_eq(str_of(cols->name[i]), name->s);
        if (!found)
            return RAISE_AT(err, ERR_SYNTAX, name->at, "%s column \"%s\" not in WITH query column list", what, name->s.p);
        for (const Node *other = list->first; other != item; other = other->next)
            if (str_eq(AST(IdentNode, other)->ident.s, name->s))
                return RAISE_AT(err, ERR_DUPLICATE_COLUMN, name->at, "%s column \"%s\" specified more than once", what, name->s.p);
    }
    return 0;
}

static int check_differ(const Ident *a, const char *what_a, const Ident *b, const char *what_b, Err *err)
{
    return str_eq(a->s, b->s) ? RAISE_AT(err, ERR_SYNTAX, a->at, "%s column name and %s column name are the same", what_a, what_b)
                              : 0;
}

static int check(const Cte *c, const CteColumns *cols, Err *err)
{
    const CteSearch *s = c->search;
    const CteCycle *y = c->cycle;
    if (s)
        TRY(check_listed(cols, &s->by, "search", err));
    if (!y)
        return 0;
    TRY(check_listed(cols, &y->columns, "cycle", err));
    TRY(check_differ(&y->mark, "cycle mark", &y->path, "cycle path", err));
    if (!s)
        return 0;
    TRY(check_differ(&s->set, "search sequence", &y->mark, "cycle mark", err));
    return check_differ(&s->set, "search sequence", &y->path, "cycle path", err);
}

/* ---- the text: x1 .. xn are the query's own columns, s and p what the row before had ---- */

static void put_row(const CteColumns *cols, const NodeList *list, const char *first, StrBuf *out)
{
    sb_printf(out, "ROW(%s", first);
    AST_EACH(item, *list)
    {
        uint32_t i = 0;
        while (!str_eq(str_of(cols->name[i]), AST(IdentNode, item)->ident.s))
            i++;
        sb_printf(out, "%sx%u", item == list->first && !first[0] ? "" : ", ", i + 1);
    }
    sb_putc(out, ')');
}

static void put_name(const Ident *name, StrBuf *out)
{
    sb_puts(out, " AS ");
    sql_print_ident(name->s, out);
}

static void put_value(const CteCycle *y, bool marked, StrBuf *out)
{
    if (y->value)
        sql_print(marked ? y->value : y->otherwise, out);
    else
        sb_puts(out, marked ? "TRUE" : "FALSE");
}

static void put_search(const CteColumns *cols, const CteSearch *s, bool goes_on, StrBuf *out)
{
    sb_puts(out, ", ");
    if (s->breadth) {
        put_row(cols, &s->by, goes_on ? "(s).f1 + 1" : "CAST(0 AS BIGINT)", out);
    } else {
        sb_puts(out, goes_on ? "s || " : "ARRAY[");
        put_row(cols, &s->by, "", out);
        sb_puts(out, goes_on ? "" : "]");
    }
    put_name(&s->set, out);
}

static void put_cycle(const CteColumns *cols, const CteCycle *y, bool goes_on, StrBuf *out)
{
    sb_puts(out, ", ");
    if (goes_on) {
        sb_puts(out, "CASE WHEN ");
        put_row(cols, &y->columns, "", out);
        sb_puts(out, " = ANY (p) THEN ");
        put_value(y, true, out);
        sb_puts(out, " ELSE ");
        put_value(y, false, out);
        sb_puts(out, " END");
    } else {
        put_value(y, false, out);
    }
    put_name(&y->mark, out);
    sb_puts(out, goes_on ? ", p || " : ", ARRAY[");
    put_row(cols, &y->columns, "", out);
    sb_puts(out, goes_on ? "" : "]");
    put_name(&y->path, out);
}

static void put_select(const Cte *c, const CteColumns *cols, bool goes_on, StrBuf *out)
{
    for (uint32_t i = 0; i < cols->n; i++) {
        sb_printf(out, "%sx%u AS ", i ? ", " : "SELECT ", i + 1);
        sql_print_ident(str_of(cols->name[i]), out);
    }
    if (c->search)
        put_search(cols, c->search, goes_on, out);
    if (c->cycle)
        put_cycle(cols, c->cycle, goes_on, out);
    sb_puts(out, " FROM (SELECT 1) AS term (");
    for (uint32_t i = 0; i < cols->n; i++)
        sb_printf(out, "%sx%u", i ? ", " : "", i + 1);
    sb_printf(out, "%s%s)", goes_on && c->search ? ", s" : "", goes_on && c->cycle ? ", p" : "");
}

/* The SELECT with `inside` as what it reads. */
static int select_over(Binder *b, const Cte *c, const CteColumns *cols, bool goes_on, const Node *inside, const Node **ret,
                       Err *err)
{
    ScriptStmt parsed;
    StrBuf sql;
    sb_init(&sql, b->ctx->acct);
    put_select(c, cols, goes_on, &sql);
    int rc = sql.failed ? RAISE_NOMEM(err) : sql_parse_one_at(b->arena, sb_cstr(&sql), (uint32_t)sql.n, c->name.at, &parsed, err);
    sb_done(&sql);
    TRY(rc);
    Query *own = ARENA_NEW(b->arena, Query);
    if (!own)
        return RAISE_NOMEM(err);
    *own = (Query){.node = {.kind = NODE_QUERY, .at = inside->at, .depth = inside->depth + 1}, .body = (Node *)inside};
    Select *s = AST(Select, AST(QueryStmt, parsed.node)->query->body);
    AST(FromSubquery, s->from.first)->query = inside->kind == NODE_QUERY ? (Query *)AST(Query, inside) : own;
    *ret = &s->node;
    return 0;
}

int marked_first(Binder *b, const Cte *c, const CteColumns *cols, const Node *term, const Node **ret, Err *err)
{
    TRY(check(c, cols, err));
    return select_over(b, c, cols, false, term, ret, err);
}

/* ---- the second term ---- */

static int add_target(Binder *b, const Cte *c, Str alias, const Ident *name, Select *s, Err *err)
{
    StrBuf sql;
    Target *t = ARENA_NEW(b->arena, Target);
    sb_init(&sql, b->ctx->acct);
    sql_print_ident(alias, &sql);
    sb_putc(&sql, '.');
    sql_print_ident(name->s, &sql);
    Node *column = NULL;
    int rc =
        !t || sql.failed ? RAISE_NOMEM(err) : sql_parse_expr_at(b->arena, sb_cstr(&sql), (uint32_t)sql.n, c->name.at, &column, err);
    sb_done(&sql);
    TRY(rc);
    *t = (Target){.node = {.kind = NODE_TARGET, .at = c->name.at, .depth = 2}, .expr = column};
    node_list_append(&s->targets, &t->node);
    return 0;
}

/* WHERE what is there AND the row before is not marked. */
static int add_condition(Binder *b, const Cte *c, Str alias, Select *s, Err *err)
{
    StrBuf sql;
    Node *both = NULL;
    sb_init(&sql, b->ctx->acct);
    sb_puts(&sql, "TRUE AND ");
    sql_print_ident(alias, &sql);
    sb_putc(&sql, '.');
    sql_print_ident(c->cycle->mark.s, &sql);
    sb_puts(&sql, " <> ");
    put_value(c->cycle, true, &sql);
    int rc = sql.failed ? RAISE_NOMEM(err) : sql_parse_expr_at(b->arena, sb_cstr(&sql), (uint32_t)sql.n, c->name.at, &both, err);
    sb_done(&sql);
    TRY(rc);
    ExprLogic *logic = AST(ExprLogic, both);
    if (s->where) {
        Node *own = ast_copy_top(b->arena, s->where);
        if (!own)
            return RAISE_NOMEM(err);
        own->next = logic->args.first->next;
        logic->args.first = own;
    }
    s->where = both;
    return 0;
}

int marked_second(Binder *b, const Cte *c, const SetOp *op, const CteColumns *cols, const Node **ret, Err *err)
{
    Str alias;
    TRY(self_of(c, op, &alias, err));
    Select *s = arena_memdup(b->arena, AST(Select, op->right), sizeof(*s));
    if (!s)
        return RAISE_NOMEM(err);
    s->targets = (NodeList){0};
    AST_EACH(item, AST(Select, op->right)->targets)
    {
        Node *copy = ast_copy_top(b->arena, item);
        if (!copy)
            return RAISE_NOMEM(err);
        node_list_append(&s->targets, copy);
    }
    if (c->search)
        TRY(add_target(b, c, alias, &c->search->set, s, err));
    if (c->cycle)
        TRY(add_target(b, c, alias, &c->cycle->path, s, err));
    if (c->cycle)
        TRY(add_condition(b, c, alias, s, err));
    return select_over(b, c, cols, true, &s->node, ret, err);
}
