/* SPDX-License-Identifier: Apache-2.0
 *
 * Random queries of the dialect that PostgreSQL reads as well, with results that do not depend on the order of rows: what has an
 * order is ordered by whole rows.  The relations they read are tables t (with a key), u and bag, all with the same columns, and
 * whatever else the caller names. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUERY_BYTES 16384
#define QUERY_COLS 8

typedef struct RandomRelation {
    char name[16];
    int n_cols;
    char col[QUERY_COLS][8];
    char type[QUERY_COLS]; /* 'i' BIGINT, 's' TEXT, 'n' NUMERIC, 'b' BOOLEAN */
} RandomRelation;

typedef struct RandomQuery {
    char text[QUERY_BYTES];
    int n_cols; /* named c0, c1, .. */
    char type[QUERY_COLS];
    bool too_long; /* the text was cut: not to be used */
} RandomQuery;

extern const char *const random_tables_ddl; /* CREATE TABLE of t, u, bag */
extern const RandomRelation random_tables[3];

/* The state of the generator of all draws; the same state gives the same query everywhere. */
void random_seed(uint64_t seed);
int random_draw(int below); /* 0 .. below - 1 */

/* A query over the given relations with derived tables and subqueries nested at most `depth` deep.  `ends`: it may be one that only
 * a query that ends can be. */
void random_query(const RandomRelation *relations, int n_relations, int depth, bool ends, RandomQuery *ret);
/* One INSERT, UPDATE or DELETE of t, u or bag. */
void random_change(char *ret, size_t size);
