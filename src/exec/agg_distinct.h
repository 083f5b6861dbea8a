/* SPDX-License-Identifier: Apache-2.0
 *
 * DISTINCT aggregates (design 4.3): a count map (group, value) -> i64 in a HASH table.  Only transitions of a count between <= 0
 * and > 0 reach the aggregates, as weight +1 or -1.  Aggregates of equal arguments share one map, in which an entry has a count for
 * each of their FILTERs: a value is looked up once, however many of them it passes.
 *
 * Where rows only come and the value is an integer no count is needed: the map is a table of pairs, in which a mark says that the
 * value has passed a FILTER. */
#pragma once
#include "exec/op_impl.h"

/* Some rows of a batch with the group row of each, and their weights. */
typedef struct RowSet {
    Rows rows;
    uint8_t **row;    /* of the i-th */
    const int32_t *w; /* by physical row; NULL: w_all */
    int32_t w_all;
    bool one_group; /* all rows are of row[0] */
} RowSet;

#define DISTINCT_VALUES_MAX 4
#define DISTINCT_FILTERS_MAX 8 /* of one map */
typedef struct DistinctMap {
    RowLayout layout; /* group id, values */
    bool only_grows;  /* no row is ever taken back, and no group leaves but with all */
    bool keeps_nulls; /* else rows with a NULL value do not count */
    uint32_t n_values;
    uint32_t arg; /* of the first value in the node's results */
    uint32_t n_filters;
    int32_t filter[DISTINCT_FILTERS_MAX]; /* by count: in eval.vec, -1 = none */
    uint32_t live_at;                     /* i64 in the group row's extra bytes: entries of the group, or 0 = none of pairs */
} DistinctMap;
/* The layout of a map whose other members are set. */
int distinct_map_init(DistinctMap *m, Account *acct, const Type *values, Err *err);
void distinct_map_done(DistinctMap *m);

typedef struct DistinctAt {
    Arena *arena;
    uint32_t n_rows; /* physical rows of the batch */
    uint32_t to_come_16ths;
    uint32_t gid, live; /* byte offsets in a group row: its id, and its counter of entries of this map */
} DistinctAt;
/* After an upsert of n rows into t: where most were new and a known part of them is still to come, t makes room for all at once. */
void table_expects_more(HashTable *t, const uint64_t *is_new, uint32_t n, uint32_t to_come_16ths);
/* Adds rows to map t: `all` are those that pass some filter, set[f] those of `all` that pass the f-th; ret[f]: the rows that made a
 * transition of that count, with its sign as weight, in the arena.  Rows with a NULL value are left out, unless the map keeps them.
 */
int distinct_map_add(const DistinctMap *m, HashTable *t, const Vec *values, const RowSet *all, const RowSet *set,
                     const DistinctAt *at, RowSet *ret);
/* Removes the entries of a group that goes while it still has some (only after deletes of what was never inserted): a scan of the
 * map. */
void distinct_map_forget(const DistinctMap *m, HashTable *t, uint64_t gid);
