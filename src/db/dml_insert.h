/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows that INSERT and MERGE make: values for some columns, presets for the others. */
#pragma once
#include "data/builder.h"
#include "db/table_write.h"

typedef struct InsertOwn {     /* an expression of VALUES beside subqueries */
    bool is_default, is_value; /* neither: the query has it */
    Value value;
} InsertOwn;

typedef struct Insert {
    StmtContext *x;
    const Relation *to;
    const ViewTarget *view; /* that is named; NULL = none */
    uint32_t n_targets;
    const Catalog *catalog; /* the statement's: the database's may change meanwhile */
    bool all_columns;       /* no list was written: values may be fewer */
    uint32_t *target;       /* column of the i-th value */
    uint32_t *value_of;     /* per column, which value is for it; n_targets or more: none */
    Builder builder;
    BatchList rows; /* what was given, complete rows */
    uint64_t n_rows;
    Value *preset; /* per column */
    Overriding overriding;
    bool *says_default;    /* per value of the row that is being made */
    bool *is_literal;      /* per value of a query: a text literal, which takes the column's type */
    struct InsertOwn *own; /* of VALUES that is run as a query, n_targets for each row: the query has one column more, which row
                              of VALUES it is */
} Insert;
/* The ON CONFLICT that INSERT OR REPLACE and its kind mean for the table; another clause as it is, NULL for none. */
int conflict_of_words(const TableWrite *w, const InsertStmt *st, const OnConflict **ret, Err *err);
/* Before: x, to, catalog, preset, an open builder, the account of rows.  The list of columns; none written: all of them. */
int insert_targets(Insert *in, const NodeList *columns, Err *err);
int insert_check_given(const Insert *in, uint32_t col, Span at, Err *err); /* 428C9: the column gives its values itself */
/* value: one for each target, as its column holds it.  Full batches go to in->rows, the rest stays in the builder. */
int insert_row(Insert *in, const Value *value, Span at, Err *err);
