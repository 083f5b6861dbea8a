/* SPDX-License-Identifier: Apache-2.0
 *
 * A recursive generator: expressions of a type, conditions, queries with given types of columns; and the changes of the tables
 * below. */
#include "random_query_impl.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *const random_tables_ddl =
    "CREATE TABLE t (id BIGINT PRIMARY KEY, k BIGINT, v BIGINT, s TEXT, d NUMERIC(8,2), b BOOLEAN);"
    "CREATE TABLE u (id BIGINT PRIMARY KEY, k BIGINT, v BIGINT, s TEXT, d NUMERIC(8,2), b BOOLEAN);"
    "CREATE TABLE bag (id BIGINT, k BIGINT, v BIGINT, s TEXT, d NUMERIC(8,2), b BOOLEAN)";

const RandomRelation random_tables[3] = {
    {"t", 6, {"id", "k", "v", "s", "d", "b"}, "iiisnb"},
    {"u", 6, {"id", "k", "v", "s", "d", "b"}, "iiisnb"},
    {"bag", 6, {"id", "k", "v", "s", "d", "b"}, "iiisnb"},
};

static uint64_t rng_state;

void random_seed(uint64_t seed)
{
    rng_state = seed * 0x2545f4914f6cdd1dull;
}

int random_draw(int below)
{
    rng_state += 0x9e3779b97f4a7c15ull;
    uint64_t z = rng_state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return (int)((z ^ (z >> 31)) % (uint64_t)below);
}

const char *pick(const char *const *from, size_t n)
{
    return from[random_draw((int)n)];
}

void put(Gen *g, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t room = sizeof(g->out->text) - g->at;
    int n = vsnprintf(g->out->text + g->at, room, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= room)
        g->out->too_long = true;
    else
        g->at += (size_t)n;
}

/* ---- scopes ---- */

void scope_add(Scope *s, const char *alias, const char *col, char type)
{
    if (s->n == SCOPE_COLS)
        return;
    snprintf(s->col[s->n].ref, sizeof(s->col[s->n].ref), "%s.%s", alias, col);
    s->col[s->n++].type = type;
}

void scope_append(Scope *s, const Scope *from)
{
    for (int i = 0; i < from->n && s->n < SCOPE_COLS; i++)
        s->col[s->n++] = from->col[i];
}

const char *scope_pick(const Scope *s, char type)
{
    int n = 0;
    for (int i = 0; i < s->n; i++)
        n += s->col[i].type == type;
    if (n == 0)
        return NULL;
    n = random_draw(n);
    for (int i = 0; i < s->n; i++)
        if (s->col[i].type == type && n-- == 0)
            return s->col[i].ref;
    return NULL;
}

/* The columns of both, for conditions of a subquery that refer to the query around it. */
void scope_both(const Scope *scope, const Scope *outer, Scope *ret)
{
    *ret = *scope;
    if (outer)
        scope_append(ret, outer);
}

void random_types(char *types, int n)
{
    for (int i = 0; i < n; i++)
        types[i] = "iiisnb"[random_draw(6)];
    types[n] = 0;
}

const char *type_name(char type)
{
    return type == 'i' ? "BIGINT" : type == 's' ? "TEXT" : type == 'n' ? "NUMERIC(8,2)" : "BOOLEAN";
}

/* ---- expressions ---- */

static void put_first(Gen *g, const Scope *outer, int depth, const char *types);
static void put_grouped(Gen *g, const Scope *outer, int depth, int n, const char *types, bool keyed);

void put_literal(Gen *g, char type)
{
    switch (type) {
    case 'i': put(g, "%d", random_draw(7) - 2); break;
    case 's': put(g, "%s", PICK("'a'", "'b'", "'ab'", "''")); break;
    case 'n': put(g, "%s", PICK("0.50", "1.25", "2.00")); break;
    default: put(g, "%s", PICK("true", "false", "(NULL::BOOLEAN)")); break;
    }
}

void put_leaf(Gen *g, const Scope *scope, char type)
{
    const char *ref = random_draw(5) ? scope_pick(scope, type) : NULL;
    if (ref)
        put(g, "%s", ref);
    else
        put_literal(g, type);
}

static void put_case(Gen *g, const Scope *scope, char type, int depth)
{
    put(g, "CASE WHEN ");
    put_expr(g, scope, 'b', depth - 1);
    put(g, " THEN ");
    put_expr(g, scope, type, depth - 1);
    if (random_draw(3)) {
        put(g, " ELSE ");
        put_expr(g, scope, type, depth - 1);
    }
    put(g, " END");
}

static void put_call(Gen *g, const Scope *scope, char type, int depth, const char *before, const char *between, const char *after)
{
    put(g, "%s", before);
    put_expr(g, scope, type, depth - 1);
    if (between) {
        put(g, "%s", between);
        put_expr(g, scope, type, depth - 1);
    }
    put(g, "%s", after);
}

static void put_integer(Gen *g, const Scope *scope, int depth)
{
    switch (random_draw(7)) {
    case 0: put_call(g, scope, 'i', depth, "(", " + ", ")"); break;
    case 1: put_call(g, scope, 'i', depth, "(", " - ", ")"); break;
    case 2: put_call(g, scope, 'i', depth, "(", NULL, " % 3)"); break;
    case 3: put_call(g, scope, 'i', depth, "coalesce(", ", ", ")"); break;
    case 4: put_call(g, scope, 'i', depth, PICK("abs(", "-("), NULL, ")"); break;
    case 5: put_call(g, scope, 's', depth, "length(", NULL, ")::BIGINT"); break;
    default: put_call(g, scope, 'i', depth, PICK("greatest(", "least(", "nullif("), ", ", ")"); break;
    }
}

static void put_text(Gen *g, const Scope *scope, int depth)
{
    switch (random_draw(4)) {
    case 0: put_call(g, scope, 's', depth, "left(", " || ", ", 4)"); break;
    case 1: put_call(g, scope, 's', depth, "upper(", NULL, ")"); break;
    case 2: put_call(g, scope, 's', depth, "coalesce(", ", ", ")"); break;
    default: put_call(g, scope, 's', depth, "substr(", NULL, ", 1, 1)"); break;
    }
}

/* Two digits behind the point everywhere: the same value has one text. */
static void put_numeric(Gen *g, const Scope *scope, int depth)
{
    switch (random_draw(3)) {
    case 0: put_call(g, scope, 'n', depth, "(", " + ", ")"); break;
    case 1: put_call(g, scope, 'n', depth, "coalesce(", ", ", ")"); break;
    default: put_call(g, scope, 'n', depth, "(", " - ", ")"); break;
    }
}

void put_exists(Gen *g, const Scope *scope, int depth)
{
    put(g, "%sEXISTS (", random_draw(3) ? "" : "NOT ");
    put_query(g, scope, depth - 1, 1, "i");
    put(g, ")");
}

void put_in(Gen *g, const Scope *scope, int depth)
{
    put_expr(g, scope, 'i', 0);
    if (random_draw(2) && depth > 1) {
        put(g, " %sIN (", random_draw(3) ? "" : "NOT ");
        put_query(g, scope, depth - 1, 1, "i");
        put(g, ")");
    } else {
        put(g, " %sIN (%s, %d, %d)", random_draw(3) ? "" : "NOT ", PICK("1", "1", "NULL"), random_draw(5), random_draw(3) - 1);
    }
}

static void put_compare(Gen *g, const Scope *scope, char type, int depth)
{
    put_expr(g, scope, type, depth - 1);
    put(g, " %s ", PICK("=", "<>", "<", ">=", "=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"));
    put_expr(g, scope, type, depth - 1);
}

static void put_quantified(Gen *g, const Scope *scope, int depth)
{
    put_expr(g, scope, 'i', 0);
    put(g, " %s %s (", PICK("=", "<>", "<", ">="), PICK("ANY", "ALL"));
    put_query(g, scope, depth - 1, 1, "i");
    put(g, ")");
}

static void put_row(Gen *g, const Scope *scope)
{
    put(g, "(");
    put_expr(g, scope, 'i', 0);
    put(g, ", ");
    put_expr(g, scope, 's', 0);
    put(g, ")");
}

/* Rows of two values, compared with each other, with some, and with those of a query. */
static void put_rows(Gen *g, const Scope *scope, int depth)
{
    int form = random_draw(depth > 1 ? 5 : 3);
    put_row(g, scope);
    if (form < 2) {
        put(g, " %s ", PICK("=", "<>", "<", ">=", "<=", "IS DISTINCT FROM"));
        put_row(g, scope);
        return;
    }
    put(g, " %s (", form == 4 ? PICK("= ANY", "<> ALL", "=") : PICK("IN", "IN", "NOT IN"));
    if (form == 2) {
        put_row(g, scope);
        put(g, ", ");
        put_row(g, scope);
    } else if (g->out->text[g->at - 3] == '=') {
        put(g, "SELECT * FROM (");
        put_query(g, scope, depth - 1, 2, "is");
        put(g, ") f ORDER BY 1, 2 LIMIT 1");
    } else {
        put_query(g, scope, depth - 1, 2, "is");
    }
    put(g, ")");
}

void put_condition(Gen *g, const Scope *scope, int depth)
{
    put(g, "(");
    switch (random_draw(depth > 1 ? 11 : 7)) {
    case 0: put_compare(g, scope, 's', depth); break;
    case 1: put_compare(g, scope, 'n', depth); break;
    case 2:
        put_expr(g, scope, 'i', depth - 1);
        put(g, " IS %sNULL", random_draw(2) ? "NOT " : "");
        break;
    case 3:
        put_expr(g, scope, 'i', depth - 1);
        put(g, " BETWEEN %d AND %d", random_draw(3) - 1, random_draw(5) + 1);
        break;
    case 4: put_in(g, scope, depth); break;
    case 5: put_compare(g, scope, 'i', depth); break;
    case 6: put_rows(g, scope, depth); break;
    case 7: put_call(g, scope, 'b', depth, "", PICK(" AND ", " OR "), ""); break;
    case 8: put_call(g, scope, 'b', depth, "NOT ", NULL, ""); break;
    case 9: put_quantified(g, scope, depth); break;
    default: put_exists(g, scope, depth); break;
    }
    put(g, ")");
}

/* One value: the first row in the order of whole rows, or an aggregate. */
static void put_scalar(Gen *g, const Scope *scope, char type, int depth)
{
    char types[2] = {type, 0};
    put(g, "(");
    if (random_draw(2))
        put_first(g, scope, depth - 1, types);
    else
        put_grouped(g, scope, depth - 1, 1, types, false);
    put(g, ")");
}

void put_expr(Gen *g, const Scope *scope, char type, int depth)
{
    if (depth > 1 && random_draw(12) == 0) {
        put_scalar(g, scope, type, depth);
        return;
    }
    if (depth <= 0 || random_draw(3) == 0)
        put_leaf(g, scope, type);
    else if (random_draw(6) == 0)
        put_case(g, scope, type, depth);
    else if (type == 'i')
        put_integer(g, scope, depth);
    else if (type == 's')
        put_text(g, scope, depth);
    else if (type == 'n')
        put_numeric(g, scope, depth);
    else
        put_condition(g, scope, depth);
}

/* `outer`, when a subquery may refer to the query around it: by an equality, another comparison, or anywhere in a condition. */
void put_where(Gen *g, const Scope *scope, const Scope *outer, int depth)
{
    const char *mine = outer ? scope_pick(scope, 'i') : NULL, *theirs = mine && random_draw(2) ? scope_pick(outer, 'i') : NULL;
    Scope both;
    if (theirs)
        put(g, " WHERE %s %s %s", mine, PICK("=", "=", "<", ">=", "<>"), theirs);
    if (random_draw(2)) {
        put(g, "%s", theirs ? " AND " : " WHERE ");
        scope_both(scope, random_draw(3) ? NULL : outer, &both);
        put_condition(g, &both, depth);
    }
}

/* ---- queries.  The select list is written before FROM is known: the parts behind SELECT are made first and put in place. ---- */

Held *hold(Gen *g, size_t from)
{
    static _Thread_local Held stack[24];
    if (g->n_held == 24 || g->out->too_long) {
        g->out->too_long = true;
        return NULL;
    }
    Held *ret = &stack[g->n_held++];
    memcpy(ret->text, g->out->text + from, g->at - from);
    ret->text[g->at - from] = 0;
    g->at = from;
    g->out->text[from] = 0;
    return ret;
}

void put_held(Gen *g, const Held *held)
{
    put(g, "%s", held->text);
    g->n_held--;
}

static void put_plain(Gen *g, const Scope *outer, int depth, int n, const char *types)
{
    Scope scope = {.n = 0}, both;
    size_t from = g->at;
    put_from(g, &scope, depth);
    put_where(g, &scope, outer, depth);
    Held *rest = hold(g, from);
    if (!rest)
        return;
    scope_both(&scope, random_draw(3) ? NULL : outer, &both);
    put(g, "SELECT %s", random_draw(6) ? "" : "DISTINCT ");
    for (int i = 0; i < n; i++) {
        put(g, "%s", i ? ", " : "");
        put_expr(g, &both, types[i], 1 + random_draw(2));
        put(g, " AS c%d", i);
    }
    put_held(g, rest);
}

void put_aggregate(Gen *g, const Scope *scope, char type)
{
    static const char *const integer[] = {"count(", "count(DISTINCT ", "min(", "max(", "sum(", "sum(DISTINCT "};
    if (type == 'n' && random_draw(3) == 0) { /* small, to have room in the type; of columns, to be of the same one at times */
        put(g, "CAST(CAST(%s(", PICK("sum", "avg"));
        put_leaf(g, scope, random_draw(2) ? 'i' : 'n');
        put(g, ") AS NUMERIC(18,4)) %% 1000 AS NUMERIC(8,2))");
        return;
    }
    if (type == 'i' && random_draw(4) == 0) {
        put(g, "count(*)");
    } else if (type == 'i') {
        const char *f = integer[random_draw(6)];
        bool sums = f[0] == 's';
        put(g, "%s", f);
        put_expr(g, scope, f[0] == 'c' ? 's' : 'i', 1);
        put(g, ")%s", sums ? "::BIGINT" : "");
        if (sums)
            return;
    } else if (type == 's' && random_draw(3) == 0) {
        put(g, "left(string_agg(");
        const char *ref = scope_pick(scope, 's');
        put(g, "%s, ',' ORDER BY %s), 20)", ref ? ref : "'x'", ref ? ref : "1");
        return;
    } else if ((type == 'i' || type == 's') && random_draw(8) == 0) {
        put(g, "percentile_disc(%s) WITHIN GROUP (ORDER BY ", PICK("0", "0.5", "1"));
        put_expr(g, scope, type, 1);
        put(g, "%s)", type == 's' ? "::TEXT" : "");
    } else if (type == 'b') {
        put(g, "%s", PICK("bool_and(", "bool_or("));
        put_expr(g, scope, 'b', 1);
        put(g, ")");
    } else {
        put(g, "%s", PICK("min(", "max("));
        put_expr(g, scope, type, 1);
        put(g, ")");
    }
    if (random_draw(4) == 0) {
        put(g, " FILTER (WHERE ");
        put_condition(g, scope, 1);
        put(g, ")");
    }
}

/* Grouping sets are of two different columns: what is shown of one column named twice is a matter of taste. */
static void put_group_by(Gen *g, int n_keys, bool differ)
{
    if (n_keys == 2 && differ && random_draw(6) == 0)
        put(g, " GROUP BY %s",
            PICK("ROLLUP (1, 2)", "CUBE (1, 2)", "GROUPING SETS ((1), (2), ())", "GROUPING SETS ((1, 2), (2))", "1, ROLLUP (2)"));
    else
        for (int i = 0; i < n_keys; i++)
            put(g, "%s%d", i ? ", " : " GROUP BY ", i + 1);
}

/* Of groups: aggregates compared, and conditions on their keys, with subqueries that refer to them. */
static void put_having(Gen *g, const Scope *scope, const Scope *keys, int depth)
{
    put(g, " HAVING ");
    switch (random_draw(keys->n ? 4 : 3)) {
    case 0: put(g, "count(*) %s %d", PICK(">", "<", ">="), random_draw(3)); break;
    case 1:
        put_aggregate(g, scope, 'i');
        put(g, " %s ", PICK("=", "<>", ">", "<="));
        if (depth > 1 && random_draw(2))
            put_scalar(g, keys, 'i', depth);
        else
            put_literal(g, 'i');
        break;
    case 2:
        put_aggregate(g, scope, 's');
        put(g, " IS %sNULL", random_draw(2) ? "NOT " : "");
        break;
    default: put_condition(g, keys, depth); break;
    }
}

static void put_key(Gen *g, const Scope *scope, const char *ref, char type)
{
    if (ref) {
        put(g, "%s", ref);
    } else if (random_draw(2)) {
        put_expr(g, scope, type, 1);
    } else {
        put(g, "(CASE WHEN true THEN ");
        put_literal(g, type);
        put(g, " END)");
    }
}

static void put_grouped(Gen *g, const Scope *outer, int depth, int n, const char *types, bool keyed)
{
    Scope scope = {.n = 0}, keys = {.n = 0};
    int n_keys = keyed ? random_draw(n < 3 ? n + 1 : 3) : 0;
    const char *key[2] = {NULL, NULL};
    size_t from = g->at;
    put_from(g, &scope, depth);
    put_where(g, &scope, outer, depth);
    Held *rest = hold(g, from);
    if (!rest)
        return;
    put(g, "SELECT ");
    for (int i = 0; i < n; i++) {
        put(g, "%s", i ? ", " : "");
        if (i < n_keys) {
            key[i] = random_draw(6) ? scope_pick(&scope, types[i]) : NULL;
            put_key(g, &scope, key[i], types[i]);
            for (int c = 0; key[i] && c < scope.n; c++)
                if (scope.col[c].ref == key[i])
                    keys.col[keys.n++] = scope.col[c];
        } else {
            put_aggregate(g, &scope, types[i]);
        }
        put(g, " AS c%d", i);
    }
    put_held(g, rest);
    put_group_by(g, n_keys, key[0] && key[1] && key[0] != key[1]);
    if (random_draw(3) == 0)
        put_having(g, &scope, &keys, depth);
}

static void put_set_operation(Gen *g, const Scope *outer, int depth, int n, const char *types)
{
    put(g, "(");
    put_query(g, outer, depth - 1, n, types);
    put(g, ") %s (", PICK("UNION", "UNION ALL", "INTERSECT", "EXCEPT", "INTERSECT ALL", "EXCEPT ALL"));
    put_query(g, outer, depth - 1, n, types);
    put(g, ")");
    if (random_draw(4) == 0) {
        put(g, " ORDER BY ");
        for (int i = 0; i < n; i++)
            put(g, "%s%d%s", i ? ", " : "", i + 1, PICK("", " DESC", " NULLS FIRST"));
        put(g, " LIMIT %d", 1 + random_draw(4));
    }
}

static void put_top(Gen *g, const Scope *outer, int depth, int n, const char *types)
{
    char alias[8];
    snprintf(alias, sizeof(alias), "a%d", g->n_aliases++);
    if (random_draw(2)) {
        put(g, "SELECT * FROM (");
        put_query(g, outer, depth - 1, n, types);
        put(g, ") %s ORDER BY ", alias);
        put_all_columns(g, alias, n);
        put(g, " LIMIT %d", 1 + random_draw(4));
        if (random_draw(3) == 0)
            put(g, " OFFSET %d", random_draw(3));
        return;
    }
    put(g, "SELECT ");
    for (int i = 0; i < n; i++)
        put(g, "%sc%d", i ? ", " : "", i);
    put(g, " FROM (SELECT %s.*, %s OVER (PARTITION BY %s.c%d ORDER BY ", alias, PICK("row_number()", "rank()", "dense_rank()"),
        alias, random_draw(n));
    put_all_columns(g, alias, n);
    put(g, ") AS rn FROM (");
    put_query(g, outer, depth - 1, n, types);
    put(g, ") %s) %sr WHERE rn <= %d", alias, alias, 1 + random_draw(3));
}

static void put_first(Gen *g, const Scope *outer, int depth, const char *types)
{
    put(g, "SELECT f.c0 FROM (");
    put_query(g, outer, depth, 1, types);
    put(g, ") f ORDER BY 1%s LIMIT 1", random_draw(2) ? " DESC" : "");
}

void put_query(Gen *g, const Scope *outer, int depth, int n, const char *types)
{
    int form = depth <= 0 ? random_draw(2) : random_draw(13);
    if (form == 12 && g->n_ctes < CTES_MAX)
        put_with(g, outer, depth, n, types);
    else if (form == 11)
        put_distinct_on(g, outer, depth, n, types);
    else if (form == 10)
        put_over_groups(g, outer, depth, n, types);
    else if (form == 7)
        put_set_operation(g, outer, depth, n, types);
    else if (form == 8)
        put_over(g, outer, depth, n, types);
    else if (form == 9)
        put_top(g, outer, depth, n, types);
    else if (form % 2)
        put_grouped(g, outer, depth, n, types, true);
    else
        put_plain(g, outer, depth, n, types);
}

void random_query(const RandomRelation *relations, int n_relations, int depth, bool ends, RandomQuery *ret)
{
    Gen g = {.out = ret, .relations = relations, .n_relations = n_relations};
    char types[QUERY_COLS + 1];
    ret->too_long = false;
    ret->text[0] = 0;
    ret->n_cols = 1 + random_draw(4);
    random_types(types, ret->n_cols);
    memcpy(ret->type, types, sizeof(ret->type));
    if (ends && random_draw(12) == 0)
        put_recursive(&g, ret->n_cols, types);
    else
        put_query(&g, NULL, depth, ret->n_cols, types);
}

/* ---- changes ---- */

static const char *value_or_null(char *buf, size_t size, int from, int below)
{
    if (random_draw(6) == 0)
        return "NULL";
    snprintf(buf, size, "%d", from + random_draw(below));
    return buf;
}

/* No row of the table meets two of the source, whose ids or keys differ. */
static void random_merge(char *ret, size_t size, const char *table)
{
    const char *from = PICK("t", "u");
    const char *when = PICK("a.v < x.v", "x.b", "a.s IS NULL AND x.k > 1", "a.b");
    const char *matched = PICK("DELETE", "UPDATE SET k = x.v, v = a.k", "UPDATE SET s = x.s || a.s, d = x.d", "DO NOTHING");
    if (random_draw(3))
        snprintf(ret, size,
                 "MERGE INTO %s a USING %s x ON a.id = x.id%s WHEN MATCHED AND %s THEN %s WHEN MATCHED THEN UPDATE SET v = x.k %s",
                 table, from, PICK("", "", " AND a.k = x.k"), when, matched,
                 table[0] == 'b' ? "WHEN NOT MATCHED AND x.k > 0 THEN INSERT (id, k, d) VALUES (x.id, x.v, x.d)" : "");
    else
        snprintf(ret, size,
                 "MERGE INTO %s a USING (SELECT k, count(*) AS n, max(v) AS v, min(s) AS s FROM %s GROUP BY k) x ON a.k = x.k "
                 "WHEN MATCHED AND x.n = 1 AND a.b THEN DELETE WHEN MATCHED AND a.v IS NULL THEN UPDATE SET v = x.v, s = x.s "
                 "WHEN MATCHED THEN UPDATE SET v = x.n WHEN NOT MATCHED THEN %s",
                 table, from, table[0] == 'b' ? "INSERT VALUES (x.n, x.k, x.v, x.s, 0.5, true)" : "DO NOTHING");
}

void random_change(char *ret, size_t size)
{
    const char *table = PICK("t", "u", "bag");
    const char *where = PICK("k = 1", "v > 0", "k IS NULL", "v IS NULL", "s = 'a'", "b", "TRUE");
    char k[16], v[16];
    int id = random_draw(9);
    switch (random_draw(10)) {
    case 9: random_merge(ret, size, table); break;
    case 0:
        snprintf(ret, size, "UPDATE %s SET %s WHERE %s", table,
                 PICK("k = (k + 1) % 4", "v = v + 1", "v = NULL", "k = v, v = k", "s = s || 'b'", "d = d + 0.5, b = NOT b"), where);
        break;
    case 1: snprintf(ret, size, "DELETE FROM %s WHERE %s AND id %% 4 = %d", table, where, random_draw(4)); break;
    default:
        snprintf(ret, size, "INSERT INTO %s VALUES (%d, %s, %s, %s, %s, %s)%s", table, id, value_or_null(k, sizeof(k), 0, 4),
                 value_or_null(v, sizeof(v), -3, 11), PICK("'a'", "'b'", "'ab'", "'B'", "NULL", "''"),
                 PICK("0.5", "1.25", "2", "NULL", "-1.10"), PICK("true", "false", "NULL"),
                 table[0] == 'b' ? "" : " ON CONFLICT (id) DO UPDATE SET k = EXCLUDED.k, v = EXCLUDED.v, s = EXCLUDED.s");
        break;
    }
}
