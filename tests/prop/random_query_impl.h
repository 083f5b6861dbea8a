/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of the generator of random queries: each writes its text at the end of one buffer.  random_query.c has expressions,
 * conditions and the plain forms of a query, random_from.c what stands behind FROM, random_over.c windows, DISTINCT ON and
 * recursion. */
#pragma once
#include "random_query.h"

#define SCOPE_COLS 48
#define CTES_MAX 6

typedef struct Column {
    char ref[24];
    char type;
} Column;

typedef struct Scope { /* columns that an expression may name */
    Column col[SCOPE_COLS];
    int n;
} Scope;

typedef struct Gen {
    RandomQuery *out;
    size_t at;
    const RandomRelation *relations;
    int n_relations;
    int n_aliases;
    RandomRelation cte[CTES_MAX]; /* the names that WITH has given around here */
    int n_ctes, n_held;
} Gen;

typedef struct Held { /* text taken off the end, to be written again later */
    char text[QUERY_BYTES];
} Held;

const char *pick(const char *const *from, size_t n);
#define PICK(...) pick((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))
__attribute__((format(printf, 2, 3))) void put(Gen *g, const char *format, ...);
Held *hold(Gen *g, size_t from); /* NULL: there is no room, the text is too long */
void put_held(Gen *g, const Held *held);

void scope_add(Scope *s, const char *alias, const char *col, char type);
void scope_append(Scope *s, const Scope *from);
const char *scope_pick(const Scope *s, char type); /* NULL: none of the type */
void scope_both(const Scope *scope, const Scope *outer, Scope *ret);
void random_types(char *types, int n);
const char *type_name(char type);

void put_literal(Gen *g, char type);
void put_leaf(Gen *g, const Scope *scope, char type);
void put_condition(Gen *g, const Scope *scope, int depth);
void put_exists(Gen *g, const Scope *scope, int depth);
void put_in(Gen *g, const Scope *scope, int depth);
void put_expr(Gen *g, const Scope *scope, char type, int depth);
void put_aggregate(Gen *g, const Scope *scope, char type);
void put_where(Gen *g, const Scope *scope, const Scope *outer, int depth);
void put_from(Gen *g, Scope *scope, int depth);
void put_all_columns(Gen *g, const char *alias, int n);

/* Whole queries of n columns c0, c1, .. of the given types; `outer` has what they may refer to around them, or is NULL. */
void put_query(Gen *g, const Scope *outer, int depth, int n_cols, const char *types);
void put_over(Gen *g, const Scope *outer, int depth, int n, const char *types);
void put_over_groups(Gen *g, const Scope *outer, int depth, int n, const char *types);
void put_distinct_on(Gen *g, const Scope *outer, int depth, int n, const char *types);
void put_with(Gen *g, const Scope *outer, int depth, int n, const char *types);
void put_recursive(Gen *g, int n, const char *types);
