/* SPDX-License-Identifier: Apache-2.0
 *
 * Parts that new queries share with materialized views, without naming them: which they may, what is written of it, and what
 * becomes of a view that is dropped while others share it.  [ddl] */
#pragma once
#include "db/execute.h"

/* What the query of that name, which the statement makes, may share: in ctx, in the statement's arena.  Of a statement that runs
 * again, what it shared then. */
int share_plan(StmtContext *x, const Node *statement, const Name *name, const Catalog *c, PlanContext *ctx, Err *err);
/* For a query that is no relation's: only what it contains twice itself; NULL = not that either. */
const PlanShare *share_own(const Database *db);
/* What the plan shares, with r and behind the statement in its record. */
int share_keep(Database *db, const PhysPlan *p, Relation *r, Err *err);
/* Between engine_enter and engine_leave: the errors of what r shares are its own, too. */
int share_errors(Database *db, const Relation *r, Feed *errors, Err *err);
const Relation *share_reader(const Catalog *c, uint64_t view, const uint64_t *but, uint32_t n_but); /* NULL = nobody */

typedef struct Leaving { /* what a statement drops */
    uint32_t n, n_hidden;
    uint64_t *id;     /* with room for all relations of the catalog */
    uint64_t *hidden; /* views that are out of sight from now on, and stay for who shares them, with their errors */
} Leaving;
/* Of what is to go some stays hidden, and what was hidden for it only goes, too. */
int share_leave(StmtContext *x, const uint64_t *id, uint32_t n, Leaving *ret, Err *err);
/* The next catalog, with what stays under its hidden name; then, once it is in use: what runs. */
int share_hide(StmtContext *x, const Leaving *l, Catalog **next, Err *err);
void share_hidden(StmtContext *x, const Leaving *l, const Catalog *before);
