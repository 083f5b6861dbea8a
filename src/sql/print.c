/* SPDX-License-Identifier: Apache-2.0
 *
 * Printer of names, types and expressions.  Parentheses follow from levels: an operand is wrapped when it binds less tightly than
 * its place demands.  The levels are the precedences of grammar.y, in the same order. */
#include "sql/print_impl.h"

#include <stdio.h>

#include "sql/parse.h"

enum {
    LEVEL_ANY,
    LEVEL_OR,
    LEVEL_AND,
    LEVEL_NOT,
    LEVEL_IS,
    LEVEL_CMP,
    LEVEL_LIKE,
    LEVEL_OP,
    LEVEL_ADD,
    LEVEL_MUL,
    LEVEL_POW,
    LEVEL_AT,
    LEVEL_COLLATE,
    LEVEL_SIGN,
    LEVEL_ATOM
};

void print_list(NodeList list, const char *separator, PrintFn print, StrBuf *out)
{
    AST_EACH(n, list)
    {
        print(n, out);
        if (n->next)
            sb_puts(out, separator);
    }
}

void print_list_in(const char *before, NodeList list, const char *after, PrintFn print, StrBuf *out)
{
    if (list.n == 0)
        return;
    sb_puts(out, before);
    print_list(list, ", ", print, out);
    sb_puts(out, after);
}

void print_clause(const char *keyword, const Node *expr, StrBuf *out)
{
    if (!expr)
        return;
    sb_puts(out, keyword);
    print_expr(expr, out);
}

/* ---- names ---- */

static bool is_plain_word(Str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || c == '_' || c >= 0x80;
        if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '$')))
            return false;
    }
    return s.n > 0;
}

static void print_quoted(Str s, char quote, StrBuf *out)
{
    sb_putc(out, quote);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == quote)
            sb_putc(out, quote);
        sb_putc(out, s.p[i]);
    }
    sb_putc(out, quote);
}

void sql_print_ident(Str name, StrBuf *out)
{
    KeywordClass klass = sql_keyword_class(name);
    if (is_plain_word(name) && (klass == KEYWORD_NONE || klass == KEYWORD_NAME))
        sb_putstr(out, name);
    else
        print_quoted(name, '"', out);
}

void sql_print_name(const Name *name, StrBuf *out)
{
    for (uint32_t i = 0; i < name->n_parts; i++) {
        if (i)
            sb_putc(out, '.');
        sql_print_ident(name->part[i].s, out);
    }
}

void sql_print_string(Str text, StrBuf *out)
{
    print_quoted(text, '\'', out);
}

void print_alias(const Alias *a, StrBuf *out)
{
    if (!a)
        return;
    sb_puts(out, " AS ");
    if (a->name.s.p)
        sql_print_ident(a->name.s, out);
    print_list_in(" (", a->columns, ")", print_any, out);
    print_list_in(" (", a->fields, ")", print_any, out);
}

/* ---- options ---- */

void print_option_value(const Node *n, StrBuf *out)
{
    const OptionNode *o = AST(OptionNode, n);
    switch (o->form) {
    case OPTION_FORM_NONE: break;
    case OPTION_FORM_STRING: sql_print_string(o->value, out); break;
    case OPTION_FORM_WORD: sql_print_ident(o->value, out); break;
    case OPTION_FORM_NUMBER: sb_putstr(out, o->value); break;
    case OPTION_FORM_INTERVAL:
        sb_puts(out, "INTERVAL ");
        sql_print_string(o->value, out);
        break;
    case OPTION_FORM_STAR: sb_putc(out, '*'); break;
    case OPTION_FORM_NAMES:
        for (size_t i = 0; i < o->value.n;) {
            Str name = str_of(o->value.p + i);
            sb_puts(out, i ? ", " : "(");
            sql_print_ident(name, out);
            i += name.n + 1;
        }
        sb_putc(out, ')');
        break;
    }
}

void print_option(const Node *n, StrBuf *out)
{
    const OptionNode *o = AST(OptionNode, n);
    if (is_plain_word(o->key))
        sb_putstr(out, o->key);
    else
        sql_print_string(o->key, out);
    if (o->form != OPTION_FORM_NONE)
        sb_puts(out, " = ");
    print_option_value(n, out);
}

/* ---- types ---- */

static bool is_time_type(Str name)
{
    return str_starts(name, STR("timestamp")) || str_eq(name, STR("time")) || str_eq(name, STR("time with time zone"));
}

static void print_mods(const TypeName *t, StrBuf *out)
{
    for (uint32_t i = 0; i < t->n_mods; i++)
        sb_printf(out, "%s%d", i ? ", " : "(", t->mod[i]);
    if (t->n_mods)
        sb_putc(out, ')');
}

static void print_type_name(const TypeName *t, StrBuf *out)
{
    Str name = name_last(&t->name)->s, first = name, rest = {0};
    bool is_words = str_eq(name, STR("double precision")) || str_eq(name, STR("character varying")) ||
                    str_eq(name, STR("bit varying")) || str_eq(name, STR("timestamp with time zone")) ||
                    str_eq(name, STR("time with time zone")) || str_starts(name, STR("interval "));
    bool is_word = str_eq(name, STR("timestamp")) || str_eq(name, STR("time")) || str_eq(name, STR("interval"));
    if (t->name.n_parts == 1 && is_words && is_time_type(name)) { /* the number stands before WITH TIME ZONE */
        str_cut(name, ' ', &first, &rest);
        sb_putstr(out, first);
        print_mods(t, out);
        sb_putc(out, ' ');
        sb_putstr(out, rest);
        return;
    }
    if (t->name.n_parts == 1 && (is_words || is_word))
        sb_putstr(out, name);
    else
        sql_print_name(&t->name, out);
    print_mods(t, out);
}

void print_type(const TypeName *t, StrBuf *out)
{
    if (t->args.n || t->fields.n) {
        sb_putstr(out, name_last(&t->name)->s);
        print_list_in("<", t->args, ">", print_any, out);
        print_list_in("<", t->fields, ">", print_any, out);
    } else {
        print_type_name(t, out);
    }
    for (uint32_t i = 0; i < t->n_dims; i++)
        sb_puts(out, "[]");
}

/* TIMESTAMP '..' and uuid '..': a name of several words or a keyword is a type only with time here. */
static void print_typed(const ExprTyped *e, StrBuf *out)
{
    if (is_time_type(name_last(&e->type->name)->s))
        print_type(e->type, out);
    else
        sql_print_name(&e->type->name, out);
    sb_putc(out, ' ');
    sql_print_string(e->text, out);
}

/* ---- expressions ---- */

static int op_level(SqlOp op)
{
    switch (op) {
    case SQL_OP_EQ:
    case SQL_OP_NE:
    case SQL_OP_LT:
    case SQL_OP_LE:
    case SQL_OP_GT:
    case SQL_OP_GE: return LEVEL_CMP;
    case SQL_OP_ADD:
    case SQL_OP_SUB: return LEVEL_ADD;
    case SQL_OP_MUL:
    case SQL_OP_DIV:
    case SQL_OP_MOD: return LEVEL_MUL;
    case SQL_OP_POW: return LEVEL_POW;
    default: return LEVEL_OP;
    }
}

static int unary_level(SqlOp op)
{
    return op == SQL_OP_NOT ? LEVEL_NOT : op == SQL_OP_ADD || op == SQL_OP_SUB ? LEVEL_SIGN : LEVEL_OP;
}

static int level_of(const Node *n)
{
    switch (n->kind) {
    case NODE_EXPR_UNARY: return unary_level(AST(ExprUnary, n)->op);
    case NODE_EXPR_BINARY: return op_level(AST(ExprBinary, n)->op);
    case NODE_EXPR_QUANTIFIED: return op_level(AST(ExprQuantified, n)->op);
    case NODE_EXPR_LOGIC: return AST(ExprLogic, n)->is_or ? LEVEL_OR : LEVEL_AND;
    case NODE_EXPR_IS:
    case NODE_EXPR_DISTINCT: return LEVEL_IS;
    case NODE_EXPR_BETWEEN:
    case NODE_EXPR_IN:
    case NODE_EXPR_LIKE: return LEVEL_LIKE;
    case NODE_EXPR_AT_TIME_ZONE: return LEVEL_AT;
    case NODE_EXPR_COLLATE: return LEVEL_COLLATE;
    default: return LEVEL_ATOM;
    }
}

static void print_at(const Node *n, int level, StrBuf *out)
{
    bool wrap = level_of(n) < level;
    if (wrap)
        sb_putc(out, '(');
    print_expr(n, out);
    if (wrap)
        sb_putc(out, ')');
}

void print_atom(const Node *n, StrBuf *out)
{
    print_at(n, LEVEL_ATOM, out);
}

static void print_literal(const ExprLiteral *e, StrBuf *out)
{
    switch (e->kind) {
    case LITERAL_NULL: sb_puts(out, "NULL"); break;
    case LITERAL_BOOL: sb_puts(out, e->flag ? "TRUE" : "FALSE"); break;
    case LITERAL_INT:
    case LITERAL_DECIMAL:
    case LITERAL_FLOAT: sb_putstr(out, e->text); break;
    case LITERAL_STRING: sql_print_string(e->text, out); break;
    case LITERAL_BITS: sb_printf(out, "B'%.*s'", (int)e->text.n, e->text.p); break;
    }
}

static void print_interval(const ExprInterval *e, StrBuf *out)
{
    sb_puts(out, "INTERVAL ");
    sql_print_string(e->text, out);
    if (e->from)
        sb_printf(out, " %s", interval_unit_text(e->from));
    if (e->to)
        sb_printf(out, " TO %s", interval_unit_text(e->to));
}

static void print_star(const ExprStar *e, StrBuf *out)
{
    sql_print_name(&e->of, out);
    if (e->row) {
        sb_putc(out, '(');
        print_expr(e->row, out);
        sb_putc(out, ')');
    }
    sb_puts(out, e->of.n_parts || e->row ? ".*" : "*");
    print_list_in(" EXCLUDE (", e->exclude, ")", print_any, out);
    print_list_in(" REPLACE (", e->replace, ")", print_any, out);
    print_list_in(" RENAME (", e->rename, ")", print_any, out);
}

static void print_fields(const ExprRow *e, StrBuf *out)
{
    const Node *name = e->names.first;
    sb_putc(out, '{');
    for (const Node *item = e->items.first; item; item = item->next, name = name->next) {
        sb_puts(out, item == e->items.first ? "" : ", ");
        sql_print_ident(AST(IdentNode, name)->ident.s, out);
        sb_puts(out, ": ");
        print_expr(item, out);
    }
    sb_putc(out, '}');
}

static void print_unary(const ExprUnary *e, StrBuf *out)
{
    sb_puts(out, sql_op_text(e->op));
    if (e->op == SQL_OP_NOT || e->op == SQL_OP_SQRT || e->op == SQL_OP_CBRT || e->op == SQL_OP_ABS)
        sb_putc(out, ' ');
    print_at(e->arg, e->op == SQL_OP_NOT ? LEVEL_NOT : unary_level(e->op) + 1, out);
}

static void print_binary(const ExprBinary *e, StrBuf *out)
{
    int level = op_level(e->op);
    print_at(e->left, level == LEVEL_CMP ? level + 1 : level, out);
    sb_printf(out, " %s ", sql_op_text(e->op));
    print_at(e->right, level + 1, out);
}

static void print_quantified(const ExprQuantified *e, StrBuf *out)
{
    int level = op_level(e->op);
    print_at(e->left, level == LEVEL_CMP ? level + 1 : level, out);
    sb_printf(out, " %s %s (", sql_op_text(e->op), e->all ? "ALL" : "ANY");
    if (e->query)
        print_query(e->query, out);
    else
        print_expr(e->array, out);
    sb_putc(out, ')');
}

static void print_logic(const ExprLogic *e, StrBuf *out)
{
    AST_EACH(a, e->args)
    {
        print_at(a, e->is_or ? LEVEL_OR + 1 : LEVEL_AND + 1, out);
        if (a->next)
            sb_puts(out, e->is_or ? " OR " : " AND ");
    }
}

static void print_is(const ExprIs *e, StrBuf *out)
{
    static const char *const tests[] = {"NULL", "TRUE", "FALSE", "UNKNOWN"};
    print_at(e->arg, LEVEL_IS + 1, out);
    sb_printf(out, " IS %s%s", e->negated ? "NOT " : "", tests[e->test]);
}

static void print_between(const ExprBetween *e, StrBuf *out)
{
    print_at(e->arg, LEVEL_LIKE + 1, out);
    sb_printf(out, " %sBETWEEN %s", e->negated ? "NOT " : "", e->symmetric ? "SYMMETRIC " : "");
    print_atom(e->low, out);
    sb_puts(out, " AND ");
    print_at(e->high, LEVEL_LIKE + 1, out);
}

static void print_in(const ExprIn *e, StrBuf *out)
{
    print_at(e->arg, LEVEL_LIKE + 1, out);
    sb_puts(out, e->negated ? " NOT IN (" : " IN (");
    if (e->query)
        print_query(e->query, out);
    else
        print_list(e->items, ", ", print_expr, out);
    sb_putc(out, ')');
}

static void print_like(const ExprLike *e, StrBuf *out)
{
    static const char *const kinds[] = {"LIKE", "ILIKE", "SIMILAR TO"};
    print_at(e->arg, LEVEL_LIKE + 1, out);
    sb_printf(out, " %s%s ", e->negated ? "NOT " : "", kinds[e->kind]);
    print_at(e->pattern, LEVEL_LIKE + 1, out);
    if (e->escape) {
        sb_puts(out, " ESCAPE ");
        print_at(e->escape, LEVEL_LIKE + 1, out);
    }
}

static void print_case(const ExprCase *e, StrBuf *out)
{
    sb_puts(out, "CASE");
    print_clause(" ", e->arg, out);
    AST_EACH(n, e->whens)
    {
        print_clause(" WHEN ", AST(When, n)->when, out);
        print_clause(" THEN ", AST(When, n)->then, out);
    }
    print_clause(" ELSE ", e->otherwise, out);
    sb_puts(out, " END");
}

static void print_cast(const ExprCast *e, StrBuf *out)
{
    sb_puts(out, e->try_cast ? "TRY_CAST(" : "CAST(");
    print_expr(e->arg, out);
    sb_puts(out, " AS ");
    print_type(e->type, out);
    sb_putc(out, ')');
}

/* What may stand before [ or . without parentheses. */
static void print_base(const Node *n, StrBuf *out)
{
    bool plain =
        n->kind == NODE_EXPR_COLUMN || n->kind == NODE_EXPR_INDEX || n->kind == NODE_EXPR_SLICE || n->kind == NODE_EXPR_FIELD;
    if (!plain)
        sb_putc(out, '(');
    print_expr(n, out);
    if (!plain)
        sb_putc(out, ')');
}

static void print_subscript(const Node *n, StrBuf *out)
{
    sb_putc(out, '[');
    if (n->kind == NODE_EXPR_INDEX) {
        print_expr(AST(ExprIndex, n)->index, out);
    } else {
        print_clause("", AST(ExprSlice, n)->low, out);
        sb_puts(out, " : "); /* the spaces keep a parameter or a cast away from it */
        print_clause("", AST(ExprSlice, n)->high, out);
    }
    sb_putc(out, ']');
}

static void print_part(const Node *n, StrBuf *out)
{
    switch (n->kind) {
    case NODE_EXPR_FIELD: {
        const ExprField *e = AST(ExprField, n);
        bool is_column = e->arg->kind == NODE_EXPR_COLUMN;
        sb_puts(out, is_column ? "(" : "");
        print_base(e->arg, out);
        sb_puts(out, is_column ? ")." : ".");
        sql_print_ident(e->field.s, out);
        break;
    }
    case NODE_EXPR_INDEX:
        print_base(AST(ExprIndex, n)->arg, out);
        print_subscript(n, out);
        break;
    default: print_base(AST(ExprSlice, n)->arg, out); print_subscript(n, out);
    }
}

/* What is assigned: its fields need no parentheses, for no relation stands before a column there. */
static void print_place(const Node *n, StrBuf *out)
{
    switch (n->kind) {
    case NODE_EXPR_FIELD:
        print_place(AST(ExprField, n)->arg, out);
        sb_putc(out, '.');
        sql_print_ident(AST(ExprField, n)->field.s, out);
        break;
    case NODE_EXPR_INDEX:
        print_place(AST(ExprIndex, n)->arg, out);
        print_subscript(n, out);
        break;
    case NODE_EXPR_SLICE:
        print_place(AST(ExprSlice, n)->arg, out);
        print_subscript(n, out);
        break;
    default: print_expr(n, out);
    }
}

/* ---- calls ---- */

static void print_func_name(const ExprCall *c, StrBuf *out)
{
    const Ident *only = c->func.n_parts == 1 ? &c->func.part[0] : NULL;
    bool is_modified = c->distinct || c->star || c->order_by.n || c->within_group.n || c->filter || c->nulls || c->over;
    KeywordClass klass = only ? sql_keyword_class(only->s) : KEYWORD_NONE;
    bool special =
        only && (str_eq(only->s, STR("extract")) || str_eq(only->s, STR("substring")) || str_eq(only->s, STR("overlay")));
    AST_EACH(a, c->args)
    special = special && a->kind != NODE_EXPR_NAMED_ARG && a->kind != NODE_EXPR_TABLE_ARG;
    if (only && str_eq(only->s, STR("descriptor")))
        print_quoted(only->s, '"', out);
    else if (only && is_plain_word(only->s) &&
             (klass == KEYWORD_FUNCTION || klass == KEYWORD_LABEL || (special && !is_modified && c->args.n)))
        sb_putstr(out, only->s);
    else
        sql_print_name(&c->func, out);
}

static void print_bare_call(const ExprCall *c, StrBuf *out)
{
    Str word = c->func.part[0].s;
    for (size_t i = 0; i < word.n; i++)
        sb_putc(out, (char)(word.p[i] >= 'a' && word.p[i] <= 'z' ? word.p[i] - ('a' - 'A') : word.p[i]));
    print_list_in("(", c->args, ")", print_expr, out);
}

void print_call(const ExprCall *c, StrBuf *out)
{
    static const char *const nulls[] = {"", " IGNORE NULLS", " RESPECT NULLS"}, *const ranges[] = {"", "RUNNING ", "FINAL "};
    if (c->bare) {
        print_bare_call(c, out);
    } else {
        sb_puts(out, ranges[c->range]);
        print_func_name(c, out);
        sb_puts(out, c->star ? "(*" : c->distinct ? "(DISTINCT " : "(");
        AST_EACH(a, c->args)
        {
            sb_puts(out, c->variadic && !a->next ? "VARIADIC " : "");
            print_expr(a, out);
            sb_puts(out, a->next ? ", " : "");
        }
        print_list_in(" ORDER BY ", c->order_by, "", print_order_item, out);
        sb_putc(out, ')');
    }
    print_list_in(" WITHIN GROUP (ORDER BY ", c->within_group, ")", print_order_item, out);
    print_clause(" FILTER (WHERE ", c->filter, out);
    sb_puts(out, c->filter ? ")" : "");
    sb_puts(out, nulls[c->nulls]);
    if (!c->over)
        return;
    sb_puts(out, " OVER ");
    if (c->over->reference_only)
        sql_print_ident(c->over->base.s, out);
    else
        print_window(c->over, out);
}

void print_order_item(const Node *n, StrBuf *out)
{
    static const char *const dirs[] = {"", " ASC", " DESC"}, *const nulls[] = {"", " NULLS FIRST", " NULLS LAST"};
    const OrderItem *o = AST(OrderItem, n);
    print_group_item(o->expr, out); /* an expression, or ALL */
    sb_puts(out, dirs[o->dir]);
    sb_puts(out, nulls[o->nulls]);
}

static void print_bound(FrameBound bound, const Node *offset, StrBuf *out)
{
    static const char *const texts[] = {"UNBOUNDED PRECEDING", " PRECEDING", "CURRENT ROW", " FOLLOWING", "UNBOUNDED FOLLOWING"};
    print_clause("", offset, out);
    sb_puts(out, texts[bound]);
}

void print_window(const WindowSpec *w, StrBuf *out)
{
    static const char *const modes[] = {"", "ROWS", "RANGE", "GROUPS"};
    static const char *const excludes[] = {"", " EXCLUDE CURRENT ROW", " EXCLUDE GROUP", " EXCLUDE TIES"};
    sb_putc(out, '(');
    if (w->base.s.p) {
        sql_print_ident(w->base.s, out);
        sb_putc(out, ' ');
    }
    print_list_in("PARTITION BY ", w->partition_by, " ", print_expr, out);
    print_list_in("ORDER BY ", w->order_by, " ", print_order_item, out);
    if (w->mode) {
        sb_printf(out, "%s%s", modes[w->mode], w->between ? " BETWEEN " : " ");
        print_bound(w->start, w->start_offset, out);
        if (w->between) {
            sb_puts(out, " AND ");
            print_bound(w->end, w->end_offset, out);
        }
        sb_puts(out, excludes[w->exclude]);
    }
    sb_putc(out, ')');
}

static void print_named_arg(const ExprNamedArg *a, StrBuf *out)
{
    sql_print_ident(a->name.s, out);
    sb_puts(out, " => ");
    print_expr(a->value, out);
}

void print_expr(const Node *n, StrBuf *out)
{
    switch (n->kind) {
    case NODE_EXPR_LITERAL: print_literal(AST(ExprLiteral, n), out); break;
    case NODE_EXPR_TYPED: print_typed(AST(ExprTyped, n), out); break;
    case NODE_EXPR_INTERVAL: print_interval(AST(ExprInterval, n), out); break;
    case NODE_EXPR_PARAM: sb_printf(out, "$%u", AST(ExprParam, n)->number); break;
    case NODE_EXPR_COLUMN: sql_print_name(&AST(ExprColumn, n)->name, out); break;
    case NODE_EXPR_STAR: print_star(AST(ExprStar, n), out); break;
    case NODE_EXPR_UNARY: print_unary(AST(ExprUnary, n), out); break;
    case NODE_EXPR_BINARY: print_binary(AST(ExprBinary, n), out); break;
    case NODE_EXPR_LOGIC: print_logic(AST(ExprLogic, n), out); break;
    case NODE_EXPR_IS: print_is(AST(ExprIs, n), out); break;
    case NODE_EXPR_DISTINCT:
        print_at(AST(ExprDistinct, n)->left, LEVEL_IS + 1, out);
        sb_puts(out, AST(ExprDistinct, n)->negated ? " IS NOT DISTINCT FROM " : " IS DISTINCT FROM ");
        print_at(AST(ExprDistinct, n)->right, LEVEL_IS + 1, out);
        break;
    case NODE_EXPR_BETWEEN: print_between(AST(ExprBetween, n), out); break;
    case NODE_EXPR_IN: print_in(AST(ExprIn, n), out); break;
    case NODE_EXPR_LIKE: print_like(AST(ExprLike, n), out); break;
    case NODE_EXPR_QUANTIFIED: print_quantified(AST(ExprQuantified, n), out); break;
    case NODE_EXPR_EXISTS:
        sb_puts(out, "EXISTS (");
        print_query(AST(ExprExists, n)->query, out);
        sb_putc(out, ')');
        break;
    case NODE_EXPR_SUBQUERY:
        sb_puts(out, AST(ExprSubquery, n)->array ? "ARRAY(" : "(");
        print_query(AST(ExprSubquery, n)->query, out);
        sb_putc(out, ')');
        break;
    case NODE_EXPR_CASE: print_case(AST(ExprCase, n), out); break;
    case NODE_EXPR_CAST: print_cast(AST(ExprCast, n), out); break;
    case NODE_EXPR_CALL: print_call(AST(ExprCall, n), out); break;
    case NODE_EXPR_NAMED_ARG: print_named_arg(AST(ExprNamedArg, n), out); break;
    case NODE_EXPR_AT_TIME_ZONE:
        print_at(AST(ExprAtTimeZone, n)->arg, LEVEL_AT, out);
        sb_puts(out, " AT TIME ZONE ");
        print_at(AST(ExprAtTimeZone, n)->zone, LEVEL_AT + 1, out);
        break;
    case NODE_EXPR_COLLATE:
        print_at(AST(ExprCollate, n)->arg, LEVEL_COLLATE, out);
        sb_puts(out, " COLLATE ");
        sql_print_name(&AST(ExprCollate, n)->collation, out);
        break;
    default: print_any(n, out);
    }
}

static void print_items(const char *before, NodeList items, const char *after, StrBuf *out)
{
    sb_puts(out, before);
    print_list(items, ", ", print_expr, out);
    sb_puts(out, after);
}

/* The rest of the expressions, and the small parts. */
void print_any(const Node *n, StrBuf *out)
{
    switch (n->kind) {
    case NODE_EXPR_FIELD:
    case NODE_EXPR_INDEX:
    case NODE_EXPR_SLICE: print_part(n, out); break;
    case NODE_EXPR_ASSIGN: print_place(AST(ExprAssign, n)->place, out); break;
    case NODE_EXPR_ARRAY: print_items("ARRAY[", AST(ExprArray, n)->items, "]", out); break;
    case NODE_EXPR_ROW:
        if (AST(ExprRow, n)->names.n) {
            print_fields(AST(ExprRow, n), out);
            break;
        }
        print_items(AST(ExprRow, n)->explicit_row ? "ROW(" : "(", AST(ExprRow, n)->items, ")", out);
        break;
    case NODE_EXPR_MAP: print_items("MAP[", AST(ExprMap, n)->items, "]", out); break;
    case NODE_EXPR_DEFAULT: sb_puts(out, "DEFAULT"); break;
    case NODE_EXPR_TABLE_ARG:
        sb_puts(out, "TABLE ");
        sql_print_name(&AST(ExprTableArg, n)->rel, out);
        print_clause(" PARTITION BY ", AST(ExprTableArg, n)->partition, out);
        break;
    case NODE_EXPR_CURRENT_OF:
        sb_puts(out, "CURRENT OF ");
        sql_print_ident(AST(ExprCurrentOf, n)->cursor.s, out);
        break;
    case NODE_EXPR_DESCRIPTOR: print_list_in("DESCRIPTOR(", AST(ExprDescriptor, n)->columns, ")", print_any, out); break;
    case NODE_IDENT: sql_print_ident(AST(IdentNode, n)->ident.s, out); break;
    case NODE_NAME:
        sql_print_name(&AST(NameNode, n)->name, out);
        if (AST(NameNode, n)->has_args) {
            sb_putc(out, '(');
            print_list(AST(NameNode, n)->args, ", ", print_any, out);
            sb_putc(out, ')');
        }
        break;
    case NODE_OPTION: print_option(n, out); break;
    case NODE_TYPE: print_type(AST(TypeName, n), out); break;
    case NODE_TYPE_FIELD:
        sql_print_ident(AST(TypeField, n)->name.s, out);
        sb_putc(out, ' ');
        print_type(AST(TypeField, n)->type, out);
        break;
    case NODE_ORDER_ITEM: print_order_item(n, out); break;
    case NODE_WINDOW: print_window(AST(WindowSpec, n), out); break;
    case NODE_GROUP_SET: print_group_item(n, out); break;
    case NODE_TARGET: print_target(n, out); break;
    case NODE_QUERY: print_query(AST(Query, n), out); break;
    default: print_statement(n, out);
    }
}

void sql_print(const Node *n, StrBuf *out)
{
    if (NODE_IS_EXPR(n))
        print_expr(n, out);
    else if (NODE_IS_FROM(n))
        print_from(n, out);
    else
        print_any(n, out);
}
