/* SPDX-License-Identifier: Apache-2.0
 *
 * Queries with windows, over rows and over groups, DISTINCT ON, WITH and WITH RECURSIVE.  What depends on an order is ordered by
 * whole rows, of which no two are equal, or gives the same for all rows that the order does not tell apart: two engines could take
 * them in different orders. */
#include "random_query_impl.h"

#include <stdio.h>
#include <string.h>

void put_all_columns(Gen *g, const char *alias, int n)
{
    for (int i = 0; i < n; i++)
        put(g, "%s%s.c%d%s", i ? ", " : "", alias, i, PICK("", "", "", " DESC", " NULLS FIRST", " DESC NULLS LAST"));
}

static const char *random_exclude(void)
{
    return PICK("", "", "", " EXCLUDE CURRENT ROW", " EXCLUDE GROUP", " EXCLUDE TIES", " EXCLUDE NO OTHERS");
}

/* A frame over rows that are ordered by all their columns. */
static void put_rows_frame(Gen *g)
{
    switch (random_draw(6)) {
    case 0: break;
    case 1: put(g, " RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING%s", random_exclude()); break;
    case 2: put(g, " GROUPS BETWEEN %d PRECEDING AND %d FOLLOWING%s", random_draw(3), random_draw(3), random_exclude()); break;
    case 3: put(g, " ROWS BETWEEN %d FOLLOWING AND UNBOUNDED FOLLOWING%s", random_draw(2), random_exclude()); break;
    case 4: put(g, " ROWS BETWEEN UNBOUNDED PRECEDING AND %d PRECEDING%s", random_draw(2), random_exclude()); break;
    default: put(g, " ROWS BETWEEN %d PRECEDING AND %d FOLLOWING%s", random_draw(3), random_draw(2), random_exclude()); break;
    }
}

static void put_partition(Gen *g, const char *alias, int n)
{
    if (random_draw(4))
        put(g, "PARTITION BY %s.c%d ", alias, random_draw(n));
}

/* An aggregate within a distance of one column, whose order leaves rows apart that are equal to it. */
static void put_range_call(Gen *g, const char *alias, int n, const char *types, int i)
{
    char column[32];
    int by = -1;
    for (int tries = 0; tries < n && by < 0; tries++)
        by = types[(i + tries) % n] == 'i' ? (i + tries) % n : -1;
    put(g, "%s(%s.c%d)", types[i] == 'b' ? PICK("bool_and", "bool_or") : PICK("min", "max"), alias, i);
    if (random_draw(4) == 0)
        put(g, " FILTER (WHERE %s.c%d IS NOT NULL)", alias, random_draw(n));
    put(g, " OVER (");
    put_partition(g, alias, n);
    snprintf(column, sizeof(column), "%s.c%d", alias, by < 0 ? 0 : by);
    if (by < 0)
        put(g, "ORDER BY %s GROUPS BETWEEN %d PRECEDING AND CURRENT ROW%s)", column, random_draw(2), random_exclude());
    else if (random_draw(2))
        put(g, "ORDER BY %s%s RANGE BETWEEN %d PRECEDING AND %d FOLLOWING%s)", column, PICK("", " DESC", " NULLS FIRST"),
            random_draw(3), random_draw(3), random_exclude());
    else
        put(g, "ORDER BY TIMESTAMP '2026-01-31' + (%s %% 50) * INTERVAL '1 hour'%s RANGE BETWEEN %s AND %s%s)", column,
            PICK("", " DESC"),
            PICK("INTERVAL '2 hours' PRECEDING", "UNBOUNDED PRECEDING", "CURRENT ROW", "INTERVAL '1 day' PRECEDING"),
            PICK("INTERVAL '1 hour' FOLLOWING", "UNBOUNDED FOLLOWING", "INTERVAL '90 minutes' FOLLOWING"), random_exclude());
}

static void put_window_call(Gen *g, const char *alias, int n, const char *types, int i)
{
    char type = types[i];
    bool framed = false;
    if (random_draw(4) == 0) {
        put_range_call(g, alias, n, types, i);
        return;
    }
    const char *call = NULL, *cast = "";
    if (type == 'i' && random_draw(2)) {
        call = PICK("row_number()", "rank()", "dense_rank()", "count(*)", "ntile(2)", "percent_rank()", "cume_dist()");
        cast = call[0] == 'n' ? "::BIGINT" : call[0] == 'p' || (call[0] == 'c' && call[1] == 'u') ? " * 64)::BIGINT" : "";
        put(g, "%s%s", cast[0] == ' ' ? "(" : "", call);
    } else if (random_draw(2)) {
        put(g, "%s(%s.c%d%s)", PICK("lag", "lead"), alias, i, PICK("", "", ", 2", ", 0"));
    } else if (random_draw(6) == 0) {
        framed = true;
        put(g, "nth_value(%s.c%d, 2)", alias, i);
    } else {
        framed = true;
        put(g, "%s(%s.c%d)", type == 'b' ? PICK("bool_and", "bool_or") : PICK("min", "max", "first_value", "last_value"), alias, i);
    }
    put(g, " OVER (");
    put_partition(g, alias, n);
    put(g, "ORDER BY ");
    put_all_columns(g, alias, n);
    if (framed)
        put_rows_frame(g);
    put(g, ")%s", cast);
}

void put_over(Gen *g, const Scope *outer, int depth, int n, const char *types)
{
    char alias[8];
    snprintf(alias, sizeof(alias), "a%d", g->n_aliases++ % 100000);
    put(g, "SELECT ");
    for (int i = 0; i < n; i++) {
        put(g, "%s", i ? ", " : "");
        if (random_draw(2))
            put(g, "%s.c%d", alias, i);
        else
            put_window_call(g, alias, n, types, i);
        put(g, " AS c%d", i);
    }
    put(g, " FROM (SELECT DISTINCT * FROM (");
    put_query(g, outer, depth - 1, n, types);
    put(g, ") q) %s", alias);
}

/* One item over groups of two columns. */
static void put_group_item(Gen *g, const Scope *scope, char type, const char *key, const char *other)
{
    switch (type == 'i' ? random_draw(4) : 4 + random_draw(2)) {
    case 0: put(g, "%s OVER (ORDER BY count(*) DESC, %s, %s)", PICK("rank()", "row_number()"), key, other); return;
    case 1: put(g, "sum(count(*)) OVER (PARTITION BY %s)::BIGINT", key); return;
    case 2: put(g, "dense_rank() OVER (ORDER BY count(*), min(%s))", key); return;
    case 3: put(g, "count(*)"); return;
    case 4: put(g, "%s(", type == 'b' ? "bool_or" : PICK("lag", "lead", "max", "min", "first_value")); break;
    default: put_aggregate(g, scope, type); return;
    }
    put(g, "%s(", type == 'b' ? "bool_and" : PICK("min", "max"));
    put_leaf(g, scope, type);
    put(g, ")) OVER (ORDER BY %s, %s)", key, other);
}

void put_over_groups(Gen *g, const Scope *outer, int depth, int n, const char *types)
{
    Scope scope = {.n = 0};
    size_t from = g->at;
    put_from(g, &scope, depth);
    put_where(g, &scope, outer, depth);
    const char *key = scope_pick(&scope, 'i'), *other = scope_pick(&scope, random_draw(2) ? 's' : 'i');
    char key_type = key ? 'i' : scope.col[0].type;
    key = key ? key : scope.col[0].ref;
    other = other ? other : key;
    put(g, " GROUP BY %s", key);
    if (other != key)
        put(g, ", %s", other);
    if (random_draw(3) == 0)
        put(g, " HAVING %s", PICK("count(*) > 1", "count(*) < 3"));
    Held *rest = hold(g, from);
    if (!rest)
        return;
    put(g, "SELECT ");
    for (int i = 0; i < n; i++) {
        put(g, "%s", i ? ", " : "");
        if (types[i] == key_type && random_draw(3) == 0)
            put(g, "%s", key);
        else
            put_group_item(g, &scope, types[i], key, other);
        put(g, " AS c%d", i);
    }
    put_held(g, rest);
}

void put_distinct_on(Gen *g, const Scope *outer, int depth, int n, const char *types)
{
    char alias[8];
    int on = random_draw(n);
    snprintf(alias, sizeof(alias), "a%d", g->n_aliases++ % 100000);
    put(g, "SELECT DISTINCT ON (%s.c%d) %s.* FROM (", alias, on, alias);
    put_query(g, outer, depth - 1, n, types);
    put(g, ") %s ORDER BY %s.c%d%s, ", alias, alias, on, PICK("", " DESC", " NULLS FIRST"));
    put_all_columns(g, alias, n);
}

/* A query with a name, and one that may read it more than once. */
void put_with(Gen *g, const Scope *outer, int depth, int n, const char *types)
{
    RandomRelation made = {.n_cols = 1 + random_draw(3)};
    char cols[QUERY_COLS + 1];
    snprintf(made.name, sizeof(made.name), "w%d", g->n_aliases++ % 100000);
    random_types(cols, made.n_cols);
    cols[0] = 'i';
    memcpy(made.type, cols, sizeof(made.type));
    for (int i = 0; i < made.n_cols; i++)
        snprintf(made.col[i], sizeof(made.col[i]), "c%d", i % 1000);
    put(g, "WITH %s AS%s (", made.name, PICK("", " MATERIALIZED", " NOT MATERIALIZED"));
    put_query(g, outer, depth - 1, made.n_cols, cols);
    put(g, ") ");
    int before = g->n_ctes;
    g->cte[g->n_ctes++] = made;
    put(g, "SELECT * FROM (");
    put_query(g, outer, depth - 1, n, types);
    put(g, ") %sq", made.name);
    g->n_ctes = before;
}

/* Counts on from rows of a table, along an equality at times, a few times. */
void put_recursive(Gen *g, int n, const char *types)
{
    int steps = 1 + random_draw(3);
    const RandomRelation *from = &g->relations[random_draw(3)], *along = &g->relations[random_draw(3)];
    put(g, "WITH RECURSIVE r(x, y, n) AS (SELECT k, v, 0::BIGINT FROM %s %s ", from->name, PICK("", "WHERE k > 0", "WHERE b"));
    put(g, "UNION%s ", PICK("", " ALL"));
    if (random_draw(2))
        put(g, "SELECT a.v, r.y, r.n + 1 FROM r JOIN %s a ON a.k = r.x WHERE r.n < %d", along->name, steps);
    else
        put(g, "SELECT r.x + 1, r.y %s, r.n + 1 FROM r WHERE r.n < %d", PICK("", "- 1", "% 2"), steps);
    put(g, ") SELECT ");
    Scope scope = {.n = 0};
    scope_add(&scope, "r", "x", 'i');
    scope_add(&scope, "r", "y", 'i');
    scope_add(&scope, "r", "n", 'i');
    for (int i = 0; i < n; i++) {
        put(g, "%s", i ? ", " : "");
        put_expr(g, &scope, types[i], 1);
        put(g, " AS c%d", i);
    }
    put(g, " FROM r");
    put_where(g, &scope, NULL, 1);
}
