/* SPDX-License-Identifier: Apache-2.0
 *
 * What stands behind FROM: relations, derived tables, constants, rows of arrays, joins of joins, LATERAL. */
#include "random_query_impl.h"

#include <stdio.h>
#include <string.h>

static void next_alias(Gen *g, char ret[8])
{
    snprintf(ret, 8, "a%d", g->n_aliases++ % 100000);
}

static void add_numbered(Scope *scope, const char *alias, int n, const char *types)
{
    char col[8];
    for (int i = 0; i < n; i++) {
        snprintf(col, sizeof(col), "c%d", i % 1000);
        scope_add(scope, alias, col, types[i]);
    }
}

static void put_named(Gen *g, Scope *scope)
{
    int n = random_draw(g->n_relations + 2 * g->n_ctes);
    const RandomRelation *r = n < g->n_relations ? &g->relations[n] : &g->cte[(n - g->n_relations) / 2];
    char alias[8];
    next_alias(g, alias);
    put(g, "%s %s", r->name, alias);
    for (int i = 0; i < r->n_cols; i++)
        scope_add(scope, alias, r->col[i], r->type[i]);
}

static void put_derived(Gen *g, Scope *scope, int depth)
{
    char alias[8], types[QUERY_COLS + 1];
    int n = 1 + random_draw(3);
    next_alias(g, alias);
    random_types(types, n);
    types[0] = 'i'; /* something to join on */
    put(g, "(");
    put_query(g, NULL, depth - 1, n, types);
    put(g, ") %s", alias);
    add_numbered(scope, alias, n, types);
}

static void put_column_names(Gen *g, const char *alias, int n)
{
    put(g, " %s(", alias);
    for (int i = 0; i < n; i++)
        put(g, "%sc%d", i ? ", " : "", i);
    put(g, ")");
}

static void put_values(Gen *g, Scope *scope)
{
    char alias[8], types[QUERY_COLS + 1];
    int n = 1 + random_draw(3), rows = 1 + random_draw(3);
    next_alias(g, alias);
    random_types(types, n);
    types[0] = 'i';
    put(g, "(VALUES ");
    for (int row = 0; row < rows; row++)
        for (int i = 0; i < n; i++) {
            put(g, "%sCAST(", i ? ", " : row ? ", (" : "(");
            if (random_draw(5))
                put_literal(g, types[i]);
            else
                put(g, "NULL");
            put(g, " AS %s)%s", type_name(types[i]), i == n - 1 ? ")" : "");
        }
    put(g, ")");
    put_column_names(g, alias, n);
    add_numbered(scope, alias, n, types);
}

static void put_one(Gen *g, Scope *scope, int depth)
{
    if (random_draw(16) == 0)
        put_values(g, scope);
    else if (depth > 0 && random_draw(3) == 0)
        put_derived(g, scope, depth);
    else
        put_named(g, scope);
}

/* The rest of ON behind its equality. */
static void put_residual(Gen *g, const Scope *scope, const Scope *left, const Scope *right, int depth, bool full)
{
    const char *l = scope_pick(left, 's'), *r = scope_pick(right, 's');
    if (random_draw(6) == 0 && l && r)
        put(g, " AND %s %s %s", l, PICK("=", "IS NOT DISTINCT FROM", "<"), r);
    if (random_draw(4) == 0) {
        put(g, " AND ");
        put_condition(g, scope, 1);
    }
    if (random_draw(4) == 0 && depth > 1) {
        const Scope *sees = !full && random_draw(2) ? scope : random_draw(2) ? left : right;
        put(g, " AND ");
        switch (random_draw(3)) {
        case 0: put_exists(g, sees, depth); break;
        case 1: put_in(g, sees, depth); break;
        default: put_condition(g, sees, depth); break;
        }
    }
}

static void put_join(Gen *g, Scope *scope, int depth);

static void put_side(Gen *g, Scope *scope, int depth, bool right)
{
    if (depth <= 0 || random_draw(4)) {
        put_one(g, scope, depth);
        return;
    }
    put(g, "%s", right ? "(" : "");
    put_join(g, scope, depth);
    put(g, "%s", right ? ")" : "");
}

static void put_join(Gen *g, Scope *scope, int depth)
{
    Scope left = {.n = 0}, right = {.n = 0};
    put_side(g, &left, depth - 1, false);
    const char *kind = PICK("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "JOIN");
    bool full = kind[0] == 'F';
    put(g, " %s ", kind);
    put_side(g, &right, depth - 1, true);
    const char *l = scope_pick(&left, 'i'), *r = scope_pick(&right, 'i');
    scope_append(scope, &left);
    scope_append(scope, &right);
    if (!full && random_draw(12) == 0) {
        put(g, " ON ");
        put_condition(g, scope, 1);
        return;
    }
    if (!full && random_draw(10) == 0) { /* alternatives with an equality in common */
        for (int i = 0; i < 2; i++) {
            put(g, "%s%s = %s AND ", i ? ") OR (" : " ON ((", l, r);
            put_condition(g, scope, 1);
        }
        put(g, "))");
        return;
    }
    put(g, " ON %s %s %s", l, full || random_draw(8) ? "=" : PICK("<", ">=", "IS NOT DISTINCT FROM"), r);
    put_residual(g, scope, &left, &right, depth, full);
}

/* ---- LATERAL: behind another item of FROM, whose columns it refers to ---- */

static int put_lateral_values(Gen *g, const Scope *left, const char *alias, int n, const char *types)
{
    put(g, "(VALUES (");
    for (int row = 0; row < 2; row++)
        for (int i = 0; i < n; i++) {
            put(g, "%s", i ? ", " : row ? "), (" : "");
            put_expr(g, left, types[i], 1);
        }
    put(g, "))");
    put_column_names(g, alias, n);
    return n;
}

/* The elements of an array made of columns, numbered; or a series. */
static int put_lateral_function(Gen *g, const Scope *left, const char *alias, char *types)
{
    if (random_draw(2)) {
        types[0] = 'i';
        put(g, "generate_series(%d::BIGINT, ", random_draw(3) - 1);
        put_leaf(g, left, 'i');
        put(g, ")");
        put_column_names(g, alias, 1);
        return 1;
    }
    types[1] = 'i';
    put(g, "unnest(ARRAY[");
    put_expr(g, left, types[0], 1);
    put(g, ", ");
    put_expr(g, left, types[0], 0);
    put(g, "]) WITH ORDINALITY");
    put_column_names(g, alias, 2);
    return 2;
}

static void put_lateral(Gen *g, Scope *scope, int depth)
{
    char alias[8], types[4];
    int n = 1 + random_draw(2);
    Scope left = {.n = 0};
    put_one(g, &left, depth - 1);
    next_alias(g, alias);
    random_types(types, n);
    bool outer = random_draw(2);
    put(g, "%sLATERAL ", outer ? " LEFT JOIN " : ", ");
    switch (random_draw(6)) {
    case 0: n = put_lateral_values(g, &left, alias, n, types); break;
    case 1: n = put_lateral_function(g, &left, alias, types); break;
    case 2:
        put(g, "(SELECT * FROM (");
        put_query(g, &left, depth - 1, n, types);
        put(g, ") l ORDER BY ");
        put_all_columns(g, "l", n);
        put(g, " LIMIT %d) %s", 1 + random_draw(2), alias);
        break;
    default:
        put(g, "(");
        put_query(g, &left, depth - 1, n, types);
        put(g, ") %s", alias);
        break;
    }
    put(g, "%s", outer ? " ON true" : "");
    scope_append(scope, &left);
    add_numbered(scope, alias, n, types);
}

void put_from(Gen *g, Scope *scope, int depth)
{
    put(g, " FROM ");
    if (depth > 1 && random_draw(8) == 0)
        put_lateral(g, scope, depth);
    else if (depth > 0 && random_draw(3) == 0)
        put_join(g, scope, depth);
    else
        put_one(g, scope, depth);
}
