/* SPDX-License-Identifier: Apache-2.0
 *
 * Printer of queries and of the relations of FROM. */
#include "sql/print_impl.h"

void print_target(const Node *n, StrBuf *out)
{
    const Target *t = AST(Target, n);
    print_expr(t->expr, out);
    if (t->alias.s.p) {
        sb_puts(out, " AS ");
        sql_print_ident(t->alias.s, out);
    }
}

static void print_search(const CteSearch *s, StrBuf *out)
{
    if (!s)
        return;
    sb_printf(out, " SEARCH %s FIRST BY ", s->breadth ? "BREADTH" : "DEPTH");
    print_list(s->by, ", ", print_any, out);
    sb_puts(out, " SET ");
    sql_print_ident(s->set.s, out);
}

static void print_cycle(const CteCycle *c, StrBuf *out)
{
    if (!c)
        return;
    sb_puts(out, " CYCLE ");
    print_list(c->columns, ", ", print_any, out);
    sb_puts(out, " SET ");
    sql_print_ident(c->mark.s, out);
    if (c->value) {
        sb_puts(out, " TO ");
        print_expr(c->value, out);
        sb_puts(out, " DEFAULT ");
        print_expr(c->otherwise, out);
    }
    sb_puts(out, " USING ");
    sql_print_ident(c->path.s, out);
}

static void print_cte(const Node *n, StrBuf *out)
{
    static const char *const materialized[] = {"", "MATERIALIZED ", "NOT MATERIALIZED "};
    const Cte *c = AST(Cte, n);
    sql_print_ident(c->name.s, out);
    print_list_in(" (", c->columns, ")", print_any, out);
    sb_printf(out, " AS %s(", materialized[c->materialized]);
    if (c->change)
        print_statement(c->change, out);
    else
        print_query(c->query, out);
    sb_putc(out, ')');
    print_search(c->search, out);
    print_cycle(c->cycle, out);
}

void print_with(const With *w, StrBuf *out)
{
    if (w)
        print_list_in(w->recursive ? "WITH RECURSIVE " : "WITH ", w->ctes, " ", print_cte, out);
}

void print_group_item(const Node *n, StrBuf *out)
{
    static const char *const before[] = {"(", "ROLLUP (", "CUBE (", "GROUPING SETS ("};
    if (n->kind != NODE_GROUP_SET) {
        print_expr(n, out);
        return;
    }
    const GroupSet *g = AST(GroupSet, n);
    if (g->kind == GROUP_ALL) {
        sb_puts(out, "ALL");
        return;
    }
    sb_puts(out, before[g->kind]);
    print_list(g->items, ", ", print_group_item, out);
    sb_putc(out, ')');
}

static void print_window_def(const Node *n, StrBuf *out)
{
    sql_print_ident(AST(WindowSpec, n)->name.s, out);
    sb_puts(out, " AS ");
    print_window(AST(WindowSpec, n), out);
}

static void print_select(const Select *s, StrBuf *out)
{
    sb_puts(out, s->distinct == SELECT_DISTINCT ? "SELECT DISTINCT" : "SELECT");
    print_list_in(" DISTINCT ON (", s->distinct_on, ")", print_expr, out);
    print_list_in(" ", s->targets, "", print_target, out);
    print_list_in(" FROM ", s->from, "", print_from, out);
    print_clause(" WHERE ", s->where, out);
    print_list_in(s->group_distinct ? " GROUP BY DISTINCT " : " GROUP BY ", s->group_by, "", print_group_item, out);
    print_clause(" HAVING ", s->having, out);
    print_list_in(" WINDOW ", s->windows, "", print_window_def, out);
    print_clause(" QUALIFY ", s->qualify, out);
}

static void print_row(const Node *n, StrBuf *out)
{
    print_list_in("(", AST(ValuesRow, n)->items, ")", print_expr, out);
}

static void print_body(const Node *n, StrBuf *out);

static void print_operand(const Node *n, bool is_left, SetOpKind kind, StrBuf *out)
{
    bool wrap = n->kind == NODE_QUERY;
    if (n->kind == NODE_SET_OP) {
        bool tight = AST(SetOp, n)->kind == SETOP_INTERSECT, mine = kind == SETOP_INTERSECT;
        wrap = is_left ? tight < mine : tight <= mine;
    }
    if (wrap)
        sb_putc(out, '(');
    print_body(n, out);
    if (wrap)
        sb_putc(out, ')');
}

static void print_body(const Node *n, StrBuf *out)
{
    static const char *const kinds[] = {" UNION ", " INTERSECT ", " EXCEPT "};
    switch (n->kind) {
    case NODE_SELECT: print_select(AST(Select, n), out); break;
    case NODE_VALUES: print_list_in("VALUES ", AST(Values, n)->rows, "", print_row, out); break;
    case NODE_QUERY: print_query(AST(Query, n), out); break;
    default: {
        const SetOp *s = AST(SetOp, n);
        print_operand(s->left, true, s->kind, out);
        sb_puts(out, kinds[s->kind]);
        sb_puts(out, s->all ? "ALL " : "");
        sb_puts(out, s->by_name ? "BY NAME " : "");
        print_operand(s->right, false, s->kind, out);
    }
    }
}

void print_clauses(const StreamClauses *c, StrBuf *out)
{
    static const char *const modes[] = {"",
                                        " EMIT ON WATERMARK",
                                        " EMIT ON WINDOW CLOSE",
                                        " EMIT ON UPDATE",
                                        " EMIT EVERY ",
                                        " EMIT CHANGES",
                                        " EMIT CHANGES IMMEDIATE",
                                        " EMIT FINAL"};
    if (!c)
        return;
    sb_puts(out, modes[c->emit]);
    print_clause("", c->every, out);
    print_clause(" ALLOW LATENESS ", c->lateness, out);
    if (c->late_to.n_parts) {
        sb_puts(out, " LATE DATA TO ");
        sql_print_name(&c->late_to, out);
    }
}

static void print_lock(const Node *n, StrBuf *out)
{
    static const char *const strengths[N_LOCK_STRENGTHS] = {"UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"};
    static const char *const waits[N_LOCK_WAITS] = {"", " NOWAIT", " SKIP LOCKED"};
    const LockClause *c = AST(LockClause, n);
    sb_printf(out, " FOR %s", strengths[c->strength]);
    print_list_in(" OF ", c->of, "", print_any, out);
    sb_puts(out, waits[c->wait]);
}

void print_query(const Query *q, StrBuf *out)
{
    print_with(q->with, out);
    bool wrap = q->body->kind == NODE_QUERY;
    sb_puts(out, wrap ? "(" : "");
    print_body(q->body, out);
    sb_puts(out, wrap ? ")" : "");
    print_list_in(" ORDER BY ", q->order_by, "", print_order_item, out);
    if (q->with_ties) {
        sb_puts(out, " FETCH FIRST (");
        print_expr(q->limit, out);
        sb_puts(out, ") ROWS WITH TIES");
    } else {
        print_clause(" LIMIT ", q->limit, out);
    }
    print_clause(" OFFSET ", q->offset, out);
    AST_EACH(lock, q->locks)
    print_lock(lock, out);
    print_clauses(q->clauses, out);
    print_list_in(" WITH (", q->options, ")", print_option, out);
}

/* ---- FROM ---- */

static const char *join_text(JoinKind kind)
{
    static const char *const texts[N_JOIN_KINDS] = {
        [JOIN_INNER] = "JOIN",
        [JOIN_LEFT] = "LEFT JOIN",
        [JOIN_RIGHT] = "RIGHT JOIN",
        [JOIN_FULL] = "FULL JOIN",
        [JOIN_CROSS] = "CROSS JOIN",
        [JOIN_LEFT_SEMI] = "LEFT SEMI JOIN",
        [JOIN_LEFT_ANTI] = "LEFT ANTI JOIN",
        [JOIN_RIGHT_SEMI] = "RIGHT SEMI JOIN",
        [JOIN_RIGHT_ANTI] = "RIGHT ANTI JOIN",
        [JOIN_ASOF] = "ASOF JOIN",
        [JOIN_ASOF_INNER] = "ASOF INNER JOIN",
        [JOIN_ASOF_LEFT] = "ASOF LEFT JOIN",
    };
    return texts[kind];
}

/* The right side of a join: another join stands in parentheses. */
static void print_right(const Node *n, StrBuf *out)
{
    bool wrap = n->kind == NODE_FROM_JOIN || n->kind == NODE_FROM_PROBE;
    sb_puts(out, wrap ? "(" : "");
    print_from(n, out);
    sb_puts(out, wrap ? ")" : "");
}

static void print_join(const FromJoin *j, StrBuf *out)
{
    print_from(j->left, out);
    sb_printf(out, " %s%s ", j->natural ? "NATURAL " : "", join_text(j->kind));
    print_right(j->right, out);
    print_clause(" MATCH_CONDITION (", j->match, out);
    sb_puts(out, j->match ? ")" : j->match_nearest ? " MATCH_CONDITION NEAREST" : "");
    print_clause(" TOLERANCE ", j->tolerance, out);
    print_clause(" ON ", j->on, out);
    print_list_in(" USING (", j->using_columns, ")", print_any, out);
    if (j->using_alias.s.p) {
        sb_puts(out, " AS ");
        sql_print_ident(j->using_alias.s, out);
    }
}

static void print_probe(const FromProbe *f, StrBuf *out)
{
    print_from(f->left, out);
    sb_puts(out, " TEMPORAL PROBE JOIN ");
    print_right(f->right, out);
    print_list_in(" ON (", f->keys, ")", print_any, out);
    sb_puts(out, " TIMESTAMPS (");
    sql_print_name(&f->left_ts, out);
    sb_puts(out, ", ");
    sql_print_name(&f->right_ts, out);
    sb_putc(out, ')');
    print_clause(" RANGE FROM ", f->range_from, out);
    print_clause(" TO ", f->range_to, out);
    print_clause(" STEP ", f->range_step, out);
    print_list_in(" LIST (", f->offsets, ")", print_expr, out);
    print_alias(f->alias, out);
}

static void print_table(const FromTable *t, StrBuf *out)
{
    sql_print_name(&t->name, out);
    print_clause(" FOR SYSTEM_TIME AS OF ", t->as_of, out);
    if (t->versioned_on.s.p) {
        sb_puts(out, " VERSIONED ON ");
        sql_print_ident(t->versioned_on.s, out);
    }
    print_alias(t->alias, out);
}

static void print_rows_call(const ExprCall *c, const Alias *columns, StrBuf *out)
{
    print_call(c, out);
    if (columns)
        print_list_in(" AS (", columns->fields, ")", print_any, out);
}

static void print_function(const FromFunction *f, StrBuf *out)
{
    bool rows = f->more.n || f->columns;
    sb_puts(out, f->lateral ? "LATERAL " : "");
    sb_puts(out, rows ? "ROWS FROM (" : f->table_form ? "TABLE(" : "");
    print_rows_call(f->call, f->columns, out);
    AST_EACH(item, f->more)
    {
        const FromFunction *more = AST(FromFunction, item);
        sb_puts(out, ", ");
        print_rows_call(more->call, more->columns, out);
    }
    sb_puts(out, rows || f->table_form ? ")" : "");
    sb_puts(out, f->ordinality ? " WITH ORDINALITY" : "");
    print_alias(f->alias, out);
}

void print_from(const Node *n, StrBuf *out)
{
    switch (n->kind) {
    case NODE_FROM_TABLE: print_table(AST(FromTable, n), out); break;
    case NODE_FROM_FUNCTION: print_function(AST(FromFunction, n), out); break;
    case NODE_FROM_JOIN: print_join(AST(FromJoin, n), out); break;
    case NODE_FROM_PROBE: print_probe(AST(FromProbe, n), out); break;
    case NODE_FROM_MATCH: print_match(AST(FromMatch, n), out); break;
    default: {
        const FromSubquery *s = AST(FromSubquery, n);
        sb_puts(out, s->lateral ? "LATERAL (" : "(");
        print_query(s->query, out);
        sb_putc(out, ')');
        print_alias(s->alias, out);
    }
    }
}

/* ---- MATCH_RECOGNIZE ---- */

static void print_quantifier(const Pattern *p, StrBuf *out)
{
    if (p->min == 1 && p->max == 1 && !p->reluctant)
        return;
    if (p->max == UINT32_MAX)
        sb_printf(out, "{%u,}", p->min);
    else
        sb_printf(out, "{%u,%u}", p->min, p->max);
    sb_puts(out, p->reluctant ? "?" : "");
}

static void print_pattern(const Node *n, StrBuf *out);

/* An item of a row of items: alternatives and rows of several stand in parentheses. */
static void print_pattern_item(const Node *n, StrBuf *out)
{
    const Pattern *p = AST(Pattern, n);
    bool wrap = (p->kind == PATTERN_CONCAT && p->items.n > 1) || p->kind == PATTERN_ALT;
    sb_puts(out, wrap ? "(" : "");
    print_pattern(n, out);
    sb_puts(out, wrap ? ")" : "");
}

static void print_pattern(const Node *n, StrBuf *out)
{
    const Pattern *p = AST(Pattern, n);
    switch (p->kind) {
    case PATTERN_VAR: sql_print_ident(p->var.s, out); break;
    case PATTERN_EMPTY: sb_puts(out, "()"); break;
    case PATTERN_START: sb_putc(out, '^'); break;
    case PATTERN_END: sb_putc(out, '$'); break;
    case PATTERN_PERMUTE: print_list_in("PERMUTE (", p->items, ")", print_pattern, out); break;
    case PATTERN_EXCLUDE: print_list_in("{- ", p->items, " -}", print_pattern, out); break;
    case PATTERN_ALT: print_list(p->items, " | ", print_pattern, out); break;
    case PATTERN_CONCAT:
        if (p->items.n == 1)
            print_list_in("(", p->items, ")", print_pattern, out);
        else
            print_list(p->items, " ", print_pattern_item, out);
    }
    print_quantifier(p, out);
}

static void print_measure(const Node *n, StrBuf *out)
{
    print_expr(AST(PatternDef, n)->expr, out);
    sb_puts(out, " AS ");
    sql_print_ident(AST(PatternDef, n)->name.s, out);
}

static void print_define(const Node *n, StrBuf *out)
{
    sql_print_ident(AST(PatternDef, n)->name.s, out);
    print_clause(" AS ", AST(PatternDef, n)->expr, out);
    print_list_in(" = (", AST(PatternDef, n)->members, ")", print_any, out);
}

void print_match(const FromMatch *m, StrBuf *out)
{
    static const char *const rows[] = {"", "ONE ROW PER MATCH ", "ALL ROWS PER MATCH "};
    static const char *const skips[] = {"", "PAST LAST ROW", "TO NEXT ROW", "TO FIRST ", "TO LAST "};
    print_from(m->input, out);
    sb_puts(out, " MATCH_RECOGNIZE (");
    print_list_in("PARTITION BY ", m->partition_by, " ", print_expr, out);
    print_list_in("ORDER BY ", m->order_by, " ", print_order_item, out);
    print_list_in("MEASURES ", m->measures, " ", print_measure, out);
    sb_puts(out, rows[m->rows]);
    if (m->skip) {
        sb_printf(out, "AFTER MATCH SKIP %s", skips[m->skip]);
        if (m->skip_to.s.p)
            sql_print_ident(m->skip_to.s, out);
        sb_putc(out, ' ');
    }
    sb_puts(out, "PATTERN (");
    print_pattern(&m->pattern->node, out);
    sb_putc(out, ')');
    print_clause(" WITHIN ", m->within, out);
    print_list_in(" SUBSET ", m->subsets, "", print_define, out);
    print_list_in(" DEFINE ", m->defines, "", print_define, out);
    sb_putc(out, ')');
    print_alias(m->alias, out);
}
