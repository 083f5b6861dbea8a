/* SPDX-License-Identifier: Apache-2.0
 *
 * EXPLAIN ROW of a view whose rows cannot be told from single input rows: grouping sets, sessions, window functions, QUALIFY and
 * DISTINCT ON over groups, MATCH_RECOGNIZE.  There the query itself says which groups (sessions, matches) make the row: with what
 * makes them behind its outputs, and the key as its condition.  The input rows are those that lie in one:
 *     SELECT row FROM (SELECT to_json(relation), keys, time FROM .. WHERE ..) AS q
 *     WHERE EXISTS (SELECT 1 FROM (SELECT outputs, keys, grouping(key) .., start, end FROM .. WHERE .. GROUP BY ..) AS r
 *                   WHERE output = value AND (grouping = 1 OR r.key = q.key) AND q.time BETWEEN start AND end)
 * A key that a set has not got does not count; a session and a match are a stretch of time. */
#include "db/explain_row_impl.h"

#include "sql/ast_equal.h"

/* ---- what makes the groups ---- */

static int too_many(Err *err)
{
    return RAISE(err, ERR_PROGRAM_LIMIT, "EXPLAIN ROW takes %d keys of groups at most", ROW_GROUP_MAX);
}

/* GROUP BY 2, GROUP BY name: an output, unless the rows have such a column. */
static const Node *meant_by(const RowExplain *r, const Node *n)
{
    uint64_t at;
    if (n->kind == NODE_EXPR_LITERAL && AST(ExprLiteral, n)->kind == LITERAL_INT && str_to_u64(AST(ExprLiteral, n)->text, &at) &&
        at > 0 && row_target(r, (uint32_t)at - 1))
        return row_target(r, (uint32_t)at - 1);
    if (n->kind != NODE_EXPR_COLUMN || AST(ExprColumn, n)->name.n_parts != 1)
        return n;
    StrBuf sql;
    sb_init(&sql, &r->x->db->acct);
    row_put_with(r->with, &sql);
    sb_puts(&sql, "SELECT ");
    sql_print(n, &sql);
    sb_puts(&sql, " FROM ");
    row_put_list(&r->select->from, &sql);
    bool is_column = query_check(r->x->db, r->x->arena, sb_str(&sql));
    sb_done(&sql);
    AST_EACH(t, r->select->targets)
    if (!is_column && AST(Target, t)->alias.s.p && str_eq(AST(Target, t)->alias.s, name_last(&AST(ExprColumn, n)->name)->s))
        return AST(Target, t)->expr;
    return n;
}

/* FROM SESSION(relation, time, gap), which is all of FROM: grouped, its sessions are those of each key, as with GROUP BY
 * SESSION(time, gap).  NULL: it is something else, or has partitions of its own. */
static const ExprCall *session_of_from(const RowExplain *r)
{
    const Node *from = r->select->from.first;
    if (r->select->from.n != 1 || from->kind != NODE_FROM_FUNCTION)
        return NULL;
    const ExprCall *c = AST(FromFunction, from)->call;
    const Node *of = c->args.first, *time = of ? of->next : NULL;
    bool whole = of && (of->kind == NODE_EXPR_COLUMN || (of->kind == NODE_EXPR_TABLE_ARG && !AST(ExprTableArg, of)->partition));
    bool is = str_eq(name_last(&c->func)->s, STR("session")) && whole && time;
    return is && (time->kind == NODE_EXPR_COLUMN || time->kind == NODE_EXPR_DESCRIPTOR) ? c : NULL;
}

static bool is_bound(const Node *key)
{
    Str name = key->kind == NODE_EXPR_COLUMN ? name_last(&AST(ExprColumn, key)->name)->s : (Str){0};
    return str_eq(name, STR("window_start")) || str_eq(name, STR("window_end"));
}

/* Both bounds are keys: they are the session then, and no columns of a row. */
static void take_session(RowExplain *r)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->n_group; i++)
        n += is_bound(r->group[i]);
    if (n != 2 || !session_of_from(r))
        return;
    r->window = session_of_from(r);
    n = r->n_group;
    r->n_group = 0;
    for (uint32_t i = 0; i < n; i++)
        if (!is_bound(r->group[i]))
            r->group[r->n_group++] = r->group[i];
}

static int add_key(RowExplain *r, const Node *n, Err *err);
static int add_keys(RowExplain *r, const NodeList *list, Err *err)
{
    AST_EACH(n, *list)
    TRY(add_key(r, n, err));
    return 0;
}

static int add_key(RowExplain *r, const Node *n, Err *err)
{
    if (n->kind == NODE_GROUP_SET && AST(GroupSet, n)->kind == GROUP_ALL)
        return RAISE_AT(err, ERR_UNSUPPORTED, n->at, "EXPLAIN ROW of GROUP BY ALL is not supported");
    if (n->kind == NODE_GROUP_SET) {
        r->sets = true;
        return add_keys(r, &AST(GroupSet, n)->items, err);
    }
    if (n->kind == NODE_EXPR_ROW)
        return add_keys(r, &AST(ExprRow, n)->items, err);
    if (row_is_window(n)) {
        r->window = AST(ExprCall, n);
        return 0;
    }
    const Node *key = meant_by(r, n);
    for (uint32_t i = 0; i < r->n_group; i++)
        if (ast_is_equal(r->group[i], key))
            return 0;
    if (r->n_group == ROW_GROUP_MAX)
        return too_many(err);
    r->group[r->n_group++] = key;
    return 0;
}

/* FIRST(t) and LAST(t) of the first of its order: measures of the match that say where it lies. */
static int find_stretch(RowExplain *r, Err *err)
{
    StrBuf sql;
    ScriptStmt stmt;
    const OrderItem *by = AST(OrderItem, r->match->order_by.first);
    sb_init(&sql, &r->x->db->acct);
    sb_puts(&sql, "SELECT first(");
    sql_print(by->expr, &sql);
    sb_puts(&sql, "), last(");
    sql_print(by->expr, &sql);
    sb_putc(&sql, ')');
    char *text = sql.failed ? NULL : arena_strndup(r->x->arena, sb_cstr(&sql), sql.n);
    int rc = text ? sql_parse_one(r->x->arena, text, (uint32_t)sql.n, &stmt, err) : RAISE_NOMEM(err);
    if (rc == 0)
        r->match_order = AST(Select, AST(QueryStmt, stmt.node)->query->body)->targets;
    sb_done(&sql);
    return rc;
}

int row_take_groups(RowExplain *r, Err *err)
{
    r->n_group = 0;
    r->window = NULL;
    r->sets = false;
    if (!r->match) {
        TRY(add_keys(r, &r->select->group_by, err));
        take_session(r);
        return 0;
    }
    if (r->match->partition_by.n > ROW_GROUP_MAX)
        return too_many(err);
    AST_EACH(n, r->match->partition_by)
    r->group[r->n_group++] = n;
    return find_stretch(r, err);
}

/* ---- the query ---- */

/* The match with two more measures. */
static void put_match(const RowExplain *r, StrBuf *sql)
{
    static const char *const names[] = {"start of it", "end of it"};
    FromMatch more = *r->match;
    PatternDef def[2] = {0};
    NodeList all = {0};
    uint32_t i = 0;
    AST_EACH(n, r->match->measures)
    {
        PatternDef *copy = arena_memdup(r->x->arena, n, sizeof(*copy)); /* a node is in one list */
        if (copy)
            node_list_append(&all, &copy->node);
        sql->failed |= !copy;
    }
    AST_EACH(n, r->match_order)
    {
        def[i].node.kind = NODE_PATTERN_DEF;
        def[i].name.s = str_of(names[i]);
        def[i].expr = AST(Target, n)->expr;
        node_list_append(&all, &def[i++].node);
    }
    more.measures = all;
    sql_print(&more.node, sql);
}

static void put_from(const RowExplain *r, StrBuf *sql)
{
    sb_puts(sql, " FROM ");
    if (r->match)
        put_match(r, sql);
    else
        row_put_list(&r->select->from, sql);
    if (r->select->where) {
        sb_puts(sql, " WHERE ");
        sql_print(r->select->where, sql);
    }
}

static bool has_star(const RowExplain *r)
{
    return r->select->targets.n > 0 && !row_target(r, 0);
}

/* Where a session or match lies; of SELECT * the measures are among the outputs, at their end. */
static void put_stretch(const RowExplain *r, StrBuf *sql)
{
    if (r->window)
        sb_puts(sql, ", window_start, window_end");
    if (r->match && !has_star(r))
        sb_puts(sql, ", \"start of it\", \"end of it\"");
}

/* Outputs, stretch, keys: the groups that the query gives. */
static void put_groups(const RowExplain *r, StrBuf *sql)
{
    const Select *s = r->select;
    row_put_with(r->with, sql);
    sb_puts(sql, "SELECT ");
    if (r->firsts && !r->why_not) {
        sb_puts(sql, "DISTINCT ON (");
        row_put_list(&s->distinct_on, sql);
        sb_puts(sql, ") ");
    }
    row_put_list(&s->targets, sql);
    put_stretch(r, sql);
    for (uint32_t i = 0; i < r->n_group; i++) {
        sb_puts(sql, ", ");
        sql_print(r->group[i], sql);
        if (!r->sets)
            continue;
        sb_puts(sql, ", grouping(");
        sql_print(r->group[i], sql);
        sb_putc(sql, ')');
    }
    put_from(r, sql);
    if (s->group_by.n) {
        sb_puts(sql, " GROUP BY ");
        row_put_list(&s->group_by, sql);
    }
    if (s->having && !r->why_not) {
        sb_puts(sql, " HAVING ");
        sql_print(s->having, sql);
    }
    if (s->qualify && !r->why_not) {
        sb_puts(sql, " QUALIFY ");
        sql_print(s->qualify, sql);
    }
    if (r->firsts && !r->why_not && r->order && r->order->n) {
        sb_puts(sql, " ORDER BY ");
        row_put_list(r->order, sql);
    }
}

static void put_group_names(const RowExplain *r, StrBuf *sql)
{
    sb_puts(sql, ") AS r(");
    for (uint32_t c = 0; c < r->view->schema->n; c++)
        sb_printf(sql, "%sc%u", c ? ", " : "", c);
    sb_puts(sql, r->window || r->match ? ", s, e" : "");
    for (uint32_t i = 0; i < r->n_group; i++)
        sb_printf(sql, r->sets ? ", k%u, b%u" : ", k%u", i, i);
    sb_puts(sql, ") WHERE TRUE");
}

/* Why there is no row is asked of the keys alone: what is computed over groups is what may be missed. */
static bool is_asked(const RowExplain *r, uint32_t k)
{
    RowFound f = row_found(row_target(r, r->key[k]));
    bool session = r->window && str_eq(name_last(&r->window->func)->s, STR("session"));
    return !r->why_not || (!f.agg && !f.over && !(f.window && session));
}

/* The partition that the k-th key is; UINT32_MAX = it is a measure. */
static uint32_t partition_of(const RowExplain *r, uint32_t k)
{
    const Node *target = row_target(r, r->key[k]);
    for (uint32_t i = 0; i < r->n_group; i++) {
        const Name *name = &AST(ExprColumn, r->group[i])->name;
        bool is = target
                      ? target->kind == NODE_EXPR_COLUMN && str_eq(name_last(&AST(ExprColumn, target)->name)->s, name_last(name)->s)
                      : str_eq(str_of(r->view->schema->field[r->key[k]].name), name_last(name)->s);
        if (is)
            return i;
    }
    return UINT32_MAX;
}

/* No match is what the key says: the rows of the partition. */
static void put_unmatched(const RowExplain *r, StrBuf *sql)
{
    bool any = false;
    sb_puts(sql, " WHERE q.p IS NOT NULL");
    for (uint32_t k = 0; k < r->n_key; k++) {
        uint32_t i = partition_of(r, k);
        if (i == UINT32_MAX)
            continue;
        any = true;
        sb_printf(sql, " AND q.k%u IS NOT DISTINCT FROM (", i);
        sql_print(row_key_value(r, k), sql);
        sb_putc(sql, ')');
    }
    sb_puts(sql, any ? "" : " AND FALSE");
}

/* The time of a row, for those that go by a stretch of it. */
static const Node *time_of(const RowExplain *r)
{
    if (r->window && r->window == session_of_from(r)) {
        const Node *time = r->window->args.first->next;
        return time->kind == NODE_EXPR_DESCRIPTOR ? AST(ExprDescriptor, time)->columns.first : time;
    }
    if (r->window)
        return r->window->args.first;
    return r->match ? AST(OrderItem, r->match->order_by.first)->expr : NULL;
}

/* The rows of FROM SESSION(..) without it. */
static void put_relation(const RowInput *in, const Node *of, StrBuf *sql)
{
    FromTable t = {.node = {.kind = NODE_FROM_TABLE, .at = of->at}};
    t.name = of->kind == NODE_EXPR_COLUMN ? AST(ExprColumn, of)->name : AST(ExprTableArg, of)->rel;
    sql_print(&t.node, sql);
    sb_puts(sql, " AS ");
    sql_print_ident(in->name.s, sql);
}

static void put_rows(const RowExplain *r, const RowInput *in, StrBuf *sql)
{
    row_put_with(r->with, sql);
    sb_puts(sql, "SELECT ");
    row_put_json(r, in, sql);
    for (uint32_t i = 0; i < r->n_group; i++) {
        sb_puts(sql, ", ");
        sql_print(r->group[i], sql);
    }
    if (time_of(r)) {
        sb_puts(sql, ", ");
        sql_print(time_of(r), sql);
    }
    sb_puts(sql, " FROM ");
    if (r->match)
        sql_print(r->match->input, sql);
    else if (r->window && r->window == session_of_from(r))
        put_relation(in, r->window->args.first, sql);
    else
        row_put_list(&r->select->from, sql);
    if (r->select->where && !r->match) {
        sb_puts(sql, " WHERE ");
        sql_print(r->select->where, sql);
    }
    sb_puts(sql, ") AS q(p");
    for (uint32_t i = 0; i < r->n_group; i++)
        sb_printf(sql, ", k%u", i);
    sb_puts(sql, time_of(r) ? ", t)" : ")");
}

void row_put_groups(const RowExplain *r, const RowInput *in, StrBuf *sql)
{
    put_rows(r, in, sql);
    if (r->match && r->why_not) {
        put_unmatched(r, sql);
        return;
    }
    sb_puts(sql, " WHERE q.p IS NOT NULL AND EXISTS (SELECT 1 FROM (");
    put_groups(r, sql);
    put_group_names(r, sql);
    for (uint32_t k = 0; k < r->n_key; k++) {
        if (!is_asked(r, k))
            continue;
        sb_printf(sql, " AND r.c%u IS NOT DISTINCT FROM (", r->key[k]);
        sql_print(row_key_value(r, k), sql);
        sb_putc(sql, ')');
    }
    for (uint32_t i = 0; i < r->n_group; i++) {
        sb_puts(sql, " AND (");
        if (r->sets)
            sb_printf(sql, "r.b%u = 1 OR ", i);
        sb_printf(sql, "r.k%u IS NOT DISTINCT FROM q.k%u)", i, i);
    }
    if (time_of(r))
        sb_puts(sql, r->window ? " AND q.t >= r.s AND q.t < r.e" : " AND q.t BETWEEN r.s AND r.e");
    sb_putc(sql, ')');
}
