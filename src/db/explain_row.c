/* SPDX-License-Identifier: Apache-2.0
 *
 * EXPLAIN ROW (v, key, ..): which input rows make a row of a materialized view, or why it has no such row.
 *
 * The definition is taken apart: what it selects and what stands in FROM give, per relation of FROM, a query for the rows of that
 * relation which are behind the result rows with that key:
 *     SELECT row, count(*) FROM (SELECT outputs, to_json(relation) FROM .. WHERE ..) WHERE output = key GROUP BY row
 * LIMIT and the other rows of a window function are left out of that: they decide whether there is the row, not what makes it.
 * DISTINCT ON stays, with its order: of the rows with one key it says which it is.
 * A row of an aggregate is made by the rows of its group, so there the outputs are those that no aggregate is part of.  When the
 * view has no such row the same is asked without a condition of WHERE after the other, and then of each relation alone: the first
 * answer says where the rows went.  All of it is read from what the relations hold now; those that do not hold what they have
 * given are named. */
#include "db/explain_row_impl.h"

#include "func/agg.h"
#include "sql/ast_equal.h"

static int refuse(const RowExplain *r, const char *what, Err *err)
{
    return RAISE_AT(err, ERR_UNSUPPORTED, r->st->name.at, "EXPLAIN ROW of a view with %s is not supported yet", what);
}

/* ---- the shape of the definition ---- */

typedef RowFound Found;

/* Of a window: window_start, session_end().. */
static bool is_bound(Str name)
{
    static const char *const kinds[] = {"window_", "tumble_", "hop_", "slide_", "cumulate_", "session_"};
    bool is = false;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        is |= str_starts(name, str_of(kinds[i]));
    return is;
}

static int find(void *self, Node *n)
{
    Found *f = self;
    const ExprCall *call = n->kind == NODE_EXPR_CALL ? AST(ExprCall, n) : NULL;
    f->column |= n->kind == NODE_EXPR_COLUMN;
    f->window |= is_bound(n->kind == NODE_EXPR_COLUMN ? name_last(&AST(ExprColumn, n)->name)->s
                          : call                      ? name_last(&call->func)->s
                                                      : (Str){0});
    f->query |= n->kind == NODE_QUERY;
    f->over |= call && call->over;
    f->agg |= call && !call->over && agg_find(name_last(&call->func)->s);
    return n->kind == NODE_QUERY ? 0 : ast_each_child(n, find, f);
}
RowFound row_found(const Node *n)
{
    Found f = {0};
    if (n)
        (void)find(&f, (Node *)n);
    return f;
}
static Found found_in_list(const NodeList *list)
{
    Found f = {0};
    AST_EACH(n, *list)
    (void)find(&f, n);
    return f;
}

static int add_input(RowExplain *r, const Node *from, const Ident *name, const Relation *relation, Err *err)
{
    if (r->n_inputs == ROW_INPUTS_MAX)
        return RAISE(err, ERR_PROGRAM_LIMIT, "EXPLAIN ROW takes %d relations in FROM at most", ROW_INPUTS_MAX);
    if (!name->s.p)
        return refuse(r, "a query without a name in FROM", err);
    r->input[r->n_inputs++] = (RowInput){from, *name, relation};
    for (uint32_t i = 0; relation && i < r->view->n_depends; i++)
        r->told[i] |= r->view->depends[i] == relation->id;
    return 0;
}

static bool is_cte(const RowExplain *r, Str name)
{
    bool is = false;
    if (r->with)
        AST_EACH(n, r->with->ctes)
    is |= str_eq(AST(Cte, n)->name.s, name);
    return is;
}

bool row_is_window(const Node *n)
{
    static const char *const windows[] = {"tumble", "hop", "slide", "cumulate", "session"};
    bool is = false;
    for (size_t i = 0; n->kind == NODE_EXPR_CALL && i < ARRAY_LEN(windows); i++)
        is |= str_eq(name_last(&AST(ExprCall, n)->func)->s, str_of(windows[i]));
    return is;
}

/* Windows are of the rows of a relation; what is made of values has no rows of its own. */
static int add_function(RowExplain *r, const FromFunction *f, Err *err)
{
    const Node *of = f->call->args.first;
    if (!row_is_window(&f->call->node))
        return 0;
    if (!of || (of->kind != NODE_EXPR_COLUMN && of->kind != NODE_EXPR_TABLE_ARG))
        return refuse(r, "windows of a query", err);
    const Name *name = of->kind == NODE_EXPR_COLUMN ? &AST(ExprColumn, of)->name : &AST(ExprTableArg, of)->rel;
    Str id = object_of(name);
    Ident own = {.s = name_last(name)->s, .at = of->at};
    return add_input(r, &f->node, f->alias ? &f->alias->name : &own, is_cte(r, id) ? NULL : catalog_find(r->catalog, id), err);
}

static int add_from(RowExplain *r, const Node *n, Err *err);
static int add_join(RowExplain *r, const FromJoin *j, Err *err)
{
    if (j->kind != JOIN_RIGHT_SEMI && j->kind != JOIN_RIGHT_ANTI)
        TRY(add_from(r, j->left, err));
    return j->kind == JOIN_LEFT_SEMI || j->kind == JOIN_LEFT_ANTI ? 0 : add_from(r, j->right, err);
}

static int add_from(RowExplain *r, const Node *n, Err *err)
{
    switch (n->kind) {
    case NODE_FROM_TABLE: {
        const FromTable *t = AST(FromTable, n);
        Str id = object_of(&t->name);
        Ident own = *name_last(&t->name);
        const Relation *relation = is_cte(r, id) ? NULL : catalog_find(r->catalog, id);
        return add_input(r, n, t->alias ? &t->alias->name : &own, relation, err);
    }
    case NODE_FROM_SUBQUERY: {
        static const Ident none = {0};
        const Alias *alias = AST(FromSubquery, n)->alias;
        return add_input(r, n, alias ? &alias->name : &none, NULL, err);
    }
    case NODE_FROM_JOIN: return add_join(r, AST(FromJoin, n), err);
    case NODE_FROM_MATCH:
        if (r->select->from.first != n || r->select->from.n > 1)
            return refuse(r, "MATCH_RECOGNIZE beside other relations", err);
        r->match = AST(FromMatch, n);
        return add_from(r, r->match->input, err);
    case NODE_FROM_FUNCTION: return add_function(r, AST(FromFunction, n), err);
    default: return refuse(r, "a probe join", err);
    }
}

/* Whether some of the groups that have the same key are told apart by what is no output. */
static bool has_hidden_key(const RowExplain *r)
{
    bool hidden = false;
    for (uint32_t i = 0; i < r->n_group; i++) {
        bool shown = false;
        AST_EACH(t, r->select->targets)
        shown |= ast_is_equal(AST(Target, t)->expr, r->group[i]);
        hidden |= !shown;
    }
    return hidden;
}

/* Rows that are found by their groups, not by what they are themselves. */
static int take_groups(RowExplain *r, Err *err)
{
    r->n_group = 0;
    r->window = NULL;
    r->sets = false;
    r->by_groups = r->match != NULL;
    if (r->match && (r->grouped || r->ranks))
        return refuse(r, "groups or window functions of MATCH_RECOGNIZE", err);
    if (!r->grouped && !r->match)
        return 0;
    TRY(row_take_groups(r, err));
    bool session = r->window && str_eq(name_last(&r->window->func)->s, STR("session"));
    r->by_groups |= r->ranks || r->firsts || r->sets || session || (!r->window && has_hidden_key(r));
    r->windowed = r->window && !session;
    return 0;
}

static int take_select(RowExplain *r, const Select *s, Err *err)
{
    Found targets = found_in_list(&s->targets);
    r->select = s;
    r->n_inputs = 0;
    r->match = NULL;
    r->grouped = s->group_by.n > 0 || targets.agg || row_found(s->having).agg;
    r->windowed = false;
    r->ranks = targets.over || s->qualify;
    r->firsts = s->distinct == SELECT_DISTINCT_ON;
    AST_EACH(f, s->from)
    TRY(add_from(r, f, err));
    if (!r->n_inputs)
        return refuse(r, "nothing in FROM", err);
    return take_groups(r, err);
}

/* ---- queries ---- */

void row_put_json(const RowExplain *r, const RowInput *in, StrBuf *sql)
{
    const Relation *of = in->relation;
    bool hidden = false; /* a column has the relation's name */
    for (uint32_t i = 0; i < r->n_inputs; i++)
        hidden |= r->input[i].relation && schema_find(r->input[i].relation->schema, in->name.s) >= 0;
    if (!hidden || !of) {
        sb_puts(sql, "to_json(");
        sql_print_ident(in->name.s, sql);
        sb_puts(sql, ")::TEXT");
        return;
    }
    sb_puts(sql, "json_build_object(");
    for (uint32_t c = 0; c < of->schema->n; c++) {
        sb_puts(sql, c ? ", " : "");
        sql_print_string(str_of(of->schema->field[c].name), sql);
        sb_puts(sql, ", ");
        sql_print_ident(in->name.s, sql);
        sb_putc(sql, '.');
        sql_print_ident(str_of(of->schema->field[c].name), sql);
    }
    sb_puts(sql, ")::TEXT");
}

const Node *row_target(const RowExplain *r, uint32_t col)
{
    uint32_t i = 0;
    const Node *at = NULL;
    AST_EACH(n, r->select->targets)
    {
        const Node *e = AST(Target, n)->expr;
        if (e->kind == NODE_EXPR_STAR)
            return NULL;
        at = i++ == col ? e : at;
    }
    return at;
}

const Node *row_key_value(const RowExplain *r, uint32_t k)
{
    uint32_t i = 0;
    AST_EACH(n, r->st->keys)
    if (i++ == k)
        return n;
    return NULL;
}

static bool is_null(const Node *n)
{
    return n->kind == NODE_EXPR_LITERAL && AST(ExprLiteral, n)->kind == LITERAL_NULL;
}

/* Whether the k-th key can be asked of single rows: a result of an aggregate cannot. */
static bool key_is_asked(const RowExplain *r, uint32_t k)
{
    Found f = row_found(row_target(r, r->key[k]));
    return !r->grouped || (!f.agg && !f.over && (!f.window || !r->by_groups) && !(r->sets && is_null(row_key_value(r, k))));
}

void row_put_list(const NodeList *list, StrBuf *sql)
{
    bool first = true;
    AST_EACH(n, *list)
    {
        sb_puts(sql, first ? "" : ", ");
        sql_print(n, sql);
        first = false;
    }
}

void row_put_with(const With *w, StrBuf *sql)
{
    const char *before = w && w->recursive ? "WITH RECURSIVE " : "WITH ";
    if (!w)
        return;
    AST_EACH(n, w->ctes)
    {
        const Cte *c = AST(Cte, n);
        sb_puts(sql, before);
        sql_print_ident(c->name.s, sql);
        const char *open = " (";
        AST_EACH(column, c->columns)
        {
            sb_puts(sql, open);
            sql_print_ident(AST(IdentNode, column)->ident.s, sql);
            open = ", ";
        }
        sb_puts(sql, c->columns.n ? ") AS (" : " AS (");
        sql_print(&c->query->node, sql);
        sb_putc(sql, ')');
        before = ", ";
    }
    sb_putc(sql, ' ');
}

/* The first row of each key; the outputs stand first, for ORDER BY may count them. */
static void put_firsts(const RowExplain *r, const RowInput *in, StrBuf *sql)
{
    const Select *s = r->select;
    row_put_with(r->with, sql);
    sb_puts(sql, "SELECT DISTINCT ON (");
    row_put_list(&s->distinct_on, sql);
    sb_puts(sql, ") ");
    row_put_list(&s->targets, sql);
    sb_puts(sql, ", ");
    row_put_json(r, in, sql);
    sb_puts(sql, " FROM ");
    row_put_list(&s->from, sql);
    if (s->where) {
        sb_puts(sql, " WHERE ");
        sql_print(s->where, sql);
    }
    if (s->qualify) {
        sb_puts(sql, " QUALIFY ");
        sql_print(s->qualify, sql);
    }
    if (r->order && r->order->n > 0) {
        sb_puts(sql, " ORDER BY ");
        row_put_list(r->order, sql);
    }
}

/* SELECT row, outputs FROM .. WHERE ..; lacks: a condition that is not true there, instead of WHERE. */
static void put_rows(const RowExplain *r, const RowInput *in, const Node *lacks, StrBuf *sql)
{
    const Select *s = r->select;
    row_put_with(r->with, sql);
    sb_puts(sql, "SELECT ");
    row_put_json(r, in, sql);
    for (uint32_t k = 0; r->grouped && k < r->n_key; k++) {
        sb_puts(sql, ", ");
        if (key_is_asked(r, k))
            sql_print(row_target(r, r->key[k]), sql);
        else
            sb_puts(sql, "NULL");
    }
    if (r->windowed)
        sb_puts(sql, ", count(*)");
    if (!r->grouped) {
        sb_puts(sql, ", ");
        row_put_list(&s->targets, sql);
    }
    sb_puts(sql, " FROM ");
    row_put_list(&s->from, sql);
    if (lacks || s->where) {
        sb_puts(sql, " WHERE (");
        sql_print(lacks ? lacks : s->where, sql);
        sb_puts(sql, lacks ? ") IS NOT TRUE" : ")");
    }
    if (r->windowed) { /* window_start has a value beside its window only */
        sb_puts(sql, " GROUP BY ");
        row_put_list(&s->group_by, sql);
        sb_puts(sql, ", ");
        row_put_json(r, in, sql);
    }
    if (s->qualify && !lacks && !r->why_not) {
        sb_puts(sql, " QUALIFY ");
        sql_print(s->qualify, sql);
    }
}

/* Rows that have the key by themselves. */
static void put_plain_rows(const RowExplain *r, const RowInput *in, const Node *lacks, StrBuf *sql)
{
    bool firsts = r->firsts && !lacks && !r->why_not;
    if (firsts)
        put_firsts(r, in, sql);
    else
        put_rows(r, in, lacks, sql);
    sb_puts(sql, firsts ? ") AS q(" : ") AS q(p");
    uint32_t n = r->grouped ? r->n_key : r->view->schema->n;
    for (uint32_t c = 0; c < n; c++)
        sb_printf(sql, firsts ? "c%u, " : ", c%u", c);
    sb_puts(sql, firsts ? "p" : "");
    sb_puts(sql, r->windowed ? ", m) WHERE q.p IS NOT NULL" : ") WHERE q.p IS NOT NULL");
    for (uint32_t k = 0; k < r->n_key; k++) {
        if (!key_is_asked(r, k))
            continue;
        sb_printf(sql, " AND q.c%u IS NOT DISTINCT FROM (", r->grouped ? k : r->key[k]);
        sql_print(row_key_value(r, k), sql);
        sb_putc(sql, ')');
    }
}

static void put_input_rows(const RowExplain *r, uint32_t number, const RowInput *in, const Node *lacks, const char *note,
                           StrBuf *sql)
{
    bool by_groups = r->by_groups && !lacks, windowed = r->windowed && !by_groups;
    sb_printf(sql, "SELECT %u AS n, ", number);
    sql_print_string(in->name.s, sql);
    sb_puts(sql,
            windowed ? " AS relation, q.p AS row, sum(q.m)::BIGINT AS times, " : " AS relation, q.p AS row, count(*) AS times, ");
    if (note)
        sql_print_string(str_of(note), sql);
    else
        sb_puts(sql, "NULL::TEXT");
    sb_puts(sql, " AS note FROM (");
    if (by_groups)
        row_put_groups(r, in, sql);
    else
        put_plain_rows(r, in, lacks, sql);
    sb_puts(sql, " GROUP BY q.p");
}

static int run(RowExplain *r, const StrBuf *inner, Err *err)
{
    StrBuf sql;
    sb_init(&sql, &r->x->db->acct);
    sb_puts(&sql, "SELECT relation, row, times, note FROM (");
    sb_put(&sql, inner->p, inner->n);
    sb_puts(&sql, ") AS u ORDER BY n, row");
    int rc = inner->failed || sql.failed ? RAISE_NOMEM(err) : query_collect(r->x->db, r->x->arena, sb_str(&sql), &r->rows, err);
    sb_done(&sql);
    return rc;
}

/* The rows of all inputs behind the key; lacks as above. */
static int ask_all(RowExplain *r, const Node *lacks, const char *note, Err *err)
{
    StrBuf sql;
    sb_init(&sql, &r->x->db->acct);
    for (uint32_t i = 0; i < r->n_inputs; i++) {
        sb_puts(&sql, i ? " UNION ALL " : "");
        put_input_rows(r, i, &r->input[i], lacks, note, &sql);
    }
    int rc = run(r, &sql, err);
    sb_done(&sql);
    return rc;
}

static int say(RowExplain *r, Str relation, const char *note, Err *err)
{
    StrBuf sql;
    sb_init(&sql, &r->x->db->acct);
    sb_puts(&sql, "SELECT 0 AS n, ");
    if (relation.p)
        sql_print_string(relation, &sql);
    else
        sb_puts(&sql, "NULL::TEXT");
    sb_puts(&sql, " AS relation, NULL::TEXT AS row, 0::BIGINT AS times, ");
    sql_print_string(str_of(note), &sql);
    sb_puts(&sql, " AS note");
    int rc = run(r, &sql, err);
    sb_done(&sql);
    return rc;
}

/* ---- why there is no row ---- */

static int ask_condition(RowExplain *r, const Node *condition, Err *err)
{
    StrBuf note;
    sb_init(&note, &r->x->db->acct);
    sb_puts(&note, "WHERE is not true: ");
    sql_print(condition, &note);
    int rc = ask_all(r, condition, sb_cstr(&note), err);
    sb_done(&note);
    return rc;
}

static int ask_conditions(RowExplain *r, Err *err)
{
    const Node *where = r->select->where;
    if (!where || r->match)
        return 0;
    if (where->kind != NODE_EXPR_LOGIC || AST(ExprLogic, where)->is_or)
        return ask_condition(r, where, err);
    AST_EACH(n, AST(ExprLogic, where)->args)
    TRY(ask_condition(r, n, err));
    return 0;
}

/* The rows of one input that have the keys which can be told from it alone, whatever they are joined with. */
static int ask_alone(RowExplain *r, const RowInput *in, Err *err)
{
    StrBuf sql, from;
    bool any = false;
    sb_init(&sql, &r->x->db->acct);
    sb_init(&from, &r->x->db->acct);
    sql_print(in->from, &from);
    sb_puts(&sql, "SELECT 0 AS n, ");
    sql_print_string(in->name.s, &sql);
    sb_puts(&sql, " AS relation, ");
    row_put_json(r, in, &sql);
    sb_puts(&sql, " AS row, count(*) AS times, 'found, but joined with nothing' AS note FROM ");
    sb_put(&sql, from.p, from.n);
    sb_puts(&sql, " WHERE TRUE");
    for (uint32_t k = 0; k < r->n_key; k++) {
        const Node *e = row_target(r, r->key[k]);
        if (!e || !key_is_asked(r, k) || !row_found(e).column)
            continue;
        StrBuf one;
        sb_init(&one, &r->x->db->acct);
        sb_puts(&one, "SELECT ");
        sql_print(e, &one);
        sb_puts(&one, " FROM ");
        sb_put(&one, from.p, from.n);
        bool is_its = !one.failed && query_check(r->x->db, r->x->arena, sb_str(&one));
        sb_done(&one);
        if (!is_its)
            continue;
        any = true;
        sb_puts(&sql, " AND (");
        sql_print(e, &sql);
        sb_puts(&sql, ") IS NOT DISTINCT FROM (");
        sql_print(row_key_value(r, k), &sql);
        sb_putc(&sql, ')');
    }
    sb_puts(&sql, " GROUP BY row");
    int rc = any ? run(r, &sql, err) : 0;
    sb_done(&from);
    sb_done(&sql);
    return rc;
}

static int ask_why_not(RowExplain *r, Err *err)
{
    uint64_t before = r->rows->n_rows;
    StrBuf note;
    sb_init(&note, &r->x->db->acct);
    const Node *condition = r->match ? NULL : r->select->having ? r->select->having : r->select->qualify;
    sb_puts(&note, r->match            ? (r->select->where ? "is in no match of this kind, or WHERE leaves the match out"
                                                           : "is in no match of this kind")
                   : r->select->having ? "HAVING is not true of the group: "
                   : condition         ? "QUALIFY is not true: "
                   : r->firsts         ? "DISTINCT ON takes another row of its key"
                   : r->limited        ? "LIMIT or OFFSET leaves the row out"
                                       : "the view has no row of them at the moment");
    if (condition)
        sql_print(condition, &note);
    if ((condition || r->firsts) && r->limited)
        sb_puts(&note, ", or LIMIT or OFFSET leaves the row out");
    r->why_not = true;
    int rc = ask_all(r, NULL, sb_cstr(&note), err);
    sb_done(&note);
    TRY(rc);
    if (r->rows->n_rows == before)
        TRY(ask_conditions(r, err));
    for (uint32_t i = 0; r->rows->n_rows == before && i < r->n_inputs && r->n_inputs > 1 && !r->with; i++)
        TRY(ask_alone(r, &r->input[i], err));
    return 0;
}

/* ---- the statement ---- */

/* Relations that do not hold what they have given; *ret_runs = they can be read at all. */
static int name_unkept(RowExplain *r, bool *ret_runs, Err *err)
{
    *ret_runs = true;
    for (uint32_t i = 0; i < r->n_inputs; i++) {
        const Relation *of = r->input[i].relation;
        if (!of || relation_is_stored(of) || of->kind == REL_VIEW || of->kind == REL_QUERY)
            continue;
        bool reads_anew = relation_has_readers(of) || of->expands;
        *ret_runs &= !reads_anew;
        TRY(say(r, r->input[i].name.s,
                reads_anew               ? "comes from a connector: what was read is not held"
                : of->kind == REL_STREAM ? "a stream holds its newest changes only"
                                         : "a source holds its newest rows only",
                err));
    }
    return 0;
}

static int explain_select(RowExplain *r, const Select *s, bool is_present, Err *err)
{
    bool runs;
    TRY(take_select(r, s, err));
    TRY(name_unkept(r, &runs, err));
    if (!runs)
        return 0;
    r->why_not = false;
    uint64_t before = r->rows->n_rows;
    TRY(is_present ? ask_all(r, NULL, r->note, err) : ask_why_not(r, err));
    return r->ranks && r->rows->n_rows > before
               ? say(r, (Str){0}, "window functions look at the other rows of the partition, too: these are not told apart", err)
               : 0;
}

static int explain_body(RowExplain *r, const Node *body, bool is_present, Err *err);

/* What a branch reads has a part in the row, though none of its rows do. */
static void mark_told(RowExplain *r, const Node *body)
{
    if (body->kind == NODE_SELECT)
        (void)take_select(r, AST(Select, body), NULL);
    if (body->kind != NODE_SET_OP)
        return;
    mark_told(r, AST(SetOp, body)->left);
    mark_told(r, AST(SetOp, body)->right);
}

/* The rows of the left side make the row; where there is none, those of the right side may be why. */
static int explain_except(RowExplain *r, const SetOp *o, bool is_present, Err *err)
{
    const char *before = r->note;
    TRY(explain_body(r, o->left, is_present, err));
    if (is_present) {
        mark_told(r, o->right);
        return 0;
    }
    r->note = "the other side of EXCEPT: it takes the row away";
    int rc = explain_body(r, o->right, true, err);
    r->note = before;
    return rc;
}

static int explain_body(RowExplain *r, const Node *body, bool is_present, Err *err)
{
    if (body->kind == NODE_SELECT)
        return explain_select(r, AST(Select, body), is_present, err);
    if (body->kind == NODE_VALUES || body->kind == NODE_QUERY)
        return refuse(r, body->kind == NODE_VALUES ? "VALUES" : "a query in parentheses", err);
    const SetOp *o = AST(SetOp, body);
    if (o->kind == SETOP_EXCEPT)
        return explain_except(r, o, is_present, err);
    TRY(explain_body(r, o->left, is_present, err));
    return explain_body(r, o->right, is_present, err);
}

static int list_columns(const RowExplain *r, const uint32_t *col, uint32_t n, StrBuf *out)
{
    for (uint32_t i = 0; i < n; i++) {
        sb_puts(out, i ? ", " : "");
        sql_print_ident(str_of(r->view->schema->field[col ? col[i] : i].name), out);
    }
    return 0;
}

/* Which columns the values are of: the key of the result, or all. */
static int take_key(RowExplain *r, const Query *q, Err *err)
{
    const Props *p = r->view->result;
    uint32_t n = r->st->keys.n, n_cols = r->view->schema->n, n_key = p ? p->n_key : 0;
    const Select *s = q->body->kind == NODE_SELECT ? AST(Select, q->body) : NULL;
    bool one_row = s && s->group_by.n == 0 && found_in_list(&s->targets).agg;
    AST_EACH(v, r->st->keys)
    {
        Found f = {0};
        (void)find(&f, v);
        if (f.column || f.query || f.agg || f.over)
            return RAISE_AT(err, ERR_INVALID_PARAMETER, v->at, "the values of EXPLAIN ROW must be constants");
    }
    r->n_key = n;
    r->key = ARENA_ARRAY(r->x->arena, uint32_t, n + 1);
    if (!r->key)
        return RAISE_NOMEM(err);
    bool by_key = n_key > 0 && n == n_key;
    for (uint32_t i = 0; i < n; i++)
        r->key[i] = by_key ? p->key[i] : i;
    if (by_key || n == n_cols || (one_row && n == 0))
        return 0;
    StrBuf text;
    sb_init(&text, &r->x->db->acct);
    if (n_key)
        sb_puts(&text, "the key of its rows is (");
    else
        sb_puts(&text, "its rows have no key that is known: give all of (");
    list_columns(r, n_key ? p->key : NULL, n_key ? n_key : n_cols, &text);
    (void)RAISE_AT(err, ERR_INVALID_PARAMETER, r->st->name.at, "%u values do not tell a row of \"%s\"", n, r->view->name);
    int rc = err_hint(err, "%s)", sb_cstr(&text));
    sb_done(&text);
    return rc;
}

static int is_there(RowExplain *r, bool *ret, Err *err)
{
    StrBuf sql;
    ResultSet *rows = NULL;
    sb_init(&sql, &r->x->db->acct);
    sb_puts(&sql, "SELECT 1 FROM ");
    relation_print_name(r->view, &sql);
    sb_puts(&sql, " AS v WHERE TRUE");
    for (uint32_t k = 0; k < r->n_key; k++) {
        sb_puts(&sql, " AND v.");
        sql_print_ident(str_of(r->view->schema->field[r->key[k]].name), &sql);
        sb_puts(&sql, " IS NOT DISTINCT FROM (");
        sql_print(row_key_value(r, k), &sql);
        sb_putc(&sql, ')');
    }
    int rc = sql.failed ? RAISE_NOMEM(err) : query_collect(r->x->db, r->x->arena, sb_str(&sql), &rows, err);
    *ret = rc == 0 && rows->n_rows > 0;
    result_set_unref(rows);
    sb_done(&sql);
    return rc;
}

static int explain(RowExplain *r, Err *err)
{
    ScriptStmt stmt;
    bool is_present;
    WITH_ZONE(r->view->zone);
    TRY(sql_parse_one(r->x->arena, r->view->query, (uint32_t)strlen(r->view->query), &stmt, err));
    const Query *q = AST(QueryStmt, stmt.node)->query;
    TRY(take_key(r, q, err));
    r->limited = q->limit || q->offset;
    r->with = q->with;
    r->order = q->body->kind == NODE_SELECT ? &q->order_by : NULL;
    TRY(is_there(r, &is_present, err));
    r->told = ARENA_ARRAY(r->x->arena, bool, r->view->n_depends + 1);
    if (!r->told)
        return RAISE_NOMEM(err);
    TRY(explain_body(r, q->body, is_present, err));
    if (r->rows->n_rows == 0)
        TRY(say(r, (Str){0}, is_present ? "its input rows are not held any more" : "no input row has this key", err));
    for (uint32_t i = 0; i < r->view->n_depends; i++) {
        const Relation *inner = r->told[i] ? NULL : catalog_by_id(r->catalog, r->view->depends[i]);
        if (inner && relation_is_one(inner) && !relation_belongs(inner))
            TRY(say(r, str_of(inner->name), "read by a query inside the query: its rows are not told apart", err));
    }
    return 0;
}

static int open_view(RowExplain *r, Err *err)
{
    const Name *n = &r->st->name;
    Str name = object_of(n);
    r->view = catalog_find(r->catalog, name);
    if (!r->view)
        return RAISE_AT(err, ERR_UNDEFINED_RELATION, n->at, "relation \"%.*s\" does not exist", (int)name.n, name.p);
    if (r->view->kind != REL_VIEW)
        return RAISE_AT(err, ERR_WRONG_OBJECT_TYPE, n->at, "\"%s\" is %s %s, not a materialized view", r->view->name,
                        word_article(relation_kind_name(r->view->kind)), relation_kind_name(r->view->kind));
    const Field f[] = {{"relation", TYPE(TEXT), false},
                       {"row", TYPE(TEXT), false},
                       {"times", TYPE(I64), false},
                       {"note", TYPE(TEXT), false}};
    _cleanup_(schema_unrefp) Schema *schema = schema_new(&r->x->db->acct, f, ARRAY_LEN(f));
    r->rows = schema ? result_set_new(engine_account(r->x->db->engine), schema) : NULL;
    return r->rows ? 0 : RAISE_NOMEM(err);
}

int explain_row(StmtContext *x, const ExplainStmt *st, Err *err)
{
    Catalog *c = db_catalog(x->db);
    RowExplain r = {.x = x, .catalog = c, .st = st};
    int rc = open_view(&r, err);
    if (rc == 0)
        rc = explain(&r, err);
    catalog_unref(c);
    if (rc < 0) {
        result_set_unref(r.rows);
        return rc;
    }
    stmt_done(x, STMT_METADATA, "EXPLAIN", object_of(&st->name));
    x->result->rows = r.rows;
    return 0;
}
