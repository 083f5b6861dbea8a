/* SPDX-License-Identifier: Apache-2.0
 *
 * Views that statements change: INSERT, UPDATE and DELETE go to the table that a simple view reads. */
#pragma once
#include "db/table_write.h"

typedef struct ViewLevel ViewLevel;
struct ViewTarget {
    const Relation *view;  /* that is named, the last level's */
    const Relation *table; /* that all of them read */
    uint32_t n;
    ViewLevel *level;  /* the first reads the table */
    uint32_t *base_of; /* per column of the view: of the table; VIEW_EXPRESSION = none */
};
#define VIEW_EXPRESSION UINT32_MAX

typedef enum ViewCheck { VIEW_CHECK_NONE, VIEW_CHECK_LOCAL, VIEW_CHECK_CASCADED } ViewCheck;

/* All lies in the statement's arena.  -ERR_WRONG_STATE: it is not simple enough; doing: "insert into", "update" or "delete from".
 */
int view_target_open(TableWrite *w, const Relation *view, const char *doing, Span at, ViewTarget **ret, Err *err);
/* CREATE VIEW .. WITH CHECK OPTION: 0A000 when nothing can be changed through it. */
int view_check_option(StmtContext *x, const Catalog *c, const Relation *view, Span at, Err *err);
/* Its rows can be changed and go, and new ones come; ret_column[c]: this column of it can be given a value.  -ERR_OUT_OF_MEMORY. */
int view_is_updatable(Database *db, const Catalog *c, const Relation *view, Arena *arena, bool *ret, const bool **ret_column,
                      Err *err);
/* The column of the table behind column `name`; -ERR_UNDEFINED_COLUMN, -ERR_UNSUPPORTED of an expression. */
int view_column(const ViewTarget *v, const Ident *name, const char *doing, uint32_t *ret, Err *err);
/* INSERT: the list of columns as columns of the table; none written: the first ones of the view, as far as they are columns. */
int view_columns(const ViewTarget *v, Arena *a, const NodeList *written, Span at, NodeList *ret, Err *err);
/* UPDATE, DELETE: FROM item `alias` with the view's rows; and, as targets, the columns of the table behind them. */
int view_from(const ViewTarget *v, Arena *a, const Ident *alias, Node **ret, Err *err);
int view_row_targets(const ViewTarget *v, Arena *a, const Ident *alias, NodeList *targets, Err *err);
/* Rows of the table as rows of the view, for RETURNING. */
int view_rows(TableWrite *w, const Batch *b, Batch **ret, Err *err);
/* New rows of the table against the check options: -ERR_CHECK_OPTION. */
int view_check_rows(TableWrite *w, const Batch *b, Err *err);
