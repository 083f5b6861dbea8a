/* SPDX-License-Identifier: Apache-2.0
 *
 * CALL, and calls of functions that run statements. */
#pragma once
#include "db/table_write.h"

#define ROUTINE_RESULTS_MAX 64u
/* What calls have given, as long as the query that they stand in is planned. */
typedef struct RoutineResults {
    uint32_t n;
    ResultSet *rows[ROUTINE_RESULTS_MAX]; /* one reference each */
} RoutineResults;
void routine_results_done(RoutineResults *k);

/* A SELECT calls such a function where it can. */
bool routine_is_called(Database *db, const Node *stmt);
/* Runs it together with its calls: all of it happens, or nothing. */
int stmt_with_calls(StmtContext *x, const ScriptStmt *s, Err *err);
/* Runs the calls of a SELECT that has some; what they give stands in it from then on, and is kept in x->called. */
int routine_run_calls(StmtContext *x, Node *stmt, Err *err);
int routine_run_in(StmtContext *x, const void *stmt, Err *err); /* the same, for run_as_one() */
/* CREATE FUNCTION: r's statements, over parameters whose values are not known. */
int routine_check(StmtContext *x, const Relation *r, Err *err);
