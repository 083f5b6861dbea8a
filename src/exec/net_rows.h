/* SPDX-License-Identifier: Apache-2.0
 *
 * The changes of a step side by side, by column, until it ends: then the weights of equal rows are added up.  Mostly no row is
 * there twice, which the hashes of all rows say, so a table of whole rows, with an entry for each that comes and goes with the
 * step, is not needed.  For rows whose columns all have a fixed width. */
#pragma once
#include "data/batch.h"

#define NET_ROWS BATCH_ROWS_MAX

typedef struct NetRows {
    const Schema *schema; /* NULL: not open */
    const Vec **key;      /* the columns, to be hashed */
    Arena arena;          /* of the rows; they stay until the next ones come */
    Batch *rows;
    int64_t *weight;
    uint32_t n, cap;
} NetRows;

bool net_rows_can(const Schema *schema);
int net_rows_open(NetRows *f, Arena *plan, Account *acct, const Schema *schema, Err *err);
void net_rows_close(NetRows *f); /* also zeroed */
/* 1: the rows are taken; 0: there are too many, and none is. */
int net_rows_take(NetRows *f, const Batch *in);
/* Adds equal rows up.  1: done, all can be given; 0: nothing is, some rows look alike and are not. */
int net_rows_add_up(NetRows *f, Arena *scratch);
/* The rows with weights below or above 0, in the order in which they came; *ret NULL: there are none. -ERR_NUMERIC_RANGE. */
int net_rows_give(NetRows *f, bool minus, Arena *arena, Batch **ret);
/* All of them with their weights, of which some may be 0. */
int net_rows_all(NetRows *f, Arena *arena, Batch **ret);
