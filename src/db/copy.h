/* SPDX-License-Identifier: Apache-2.0
 *
 * COPY: its options, bound, and the two directions. */
#pragma once
#include "db/execute.h"
#include "format/copy.h"

/* Where STDIN and STDOUT of COPY are, when the caller of the statement has them. */
typedef struct CopyIo {
    int64_t (*read)(void *self, void *to, size_t n);       /* bytes; 0 = the end; negative = failed */
    int (*write)(void *self, const void *bytes, size_t n); /* 0, or negative = failed */
    void *self;
} CopyIo;

typedef enum CopyHeader { COPY_NO_HEADER, COPY_HEADER, COPY_HEADER_MATCH } CopyHeader;
typedef struct CopyPlan {
    const CopyStmt *st;
    CopyFormat format;
    bool json;
    CopyHeader header;
    uint32_t n_cols, *col;                           /* columns of the table, in the order of the data; of a query all, in theirs */
    const Relation *of;                              /* the relation; NULL: a query's result */
    const Schema *schema;                            /* of the table or query */
    bool *force_quote, *force_not_null, *force_null; /* per column of schema */
} CopyPlan;
/* Options that need no columns; then the columns. */
int copy_options_read(StmtContext *x, const CopyStmt *st, CopyPlan *ret, Err *err);
int copy_columns_find(StmtContext *x, CopyPlan *p, const Schema *schema, const char *relation, Err *err);

int copy_from(StmtContext *x, CopyPlan *p, Err *err); /* copy_from.c */
int copy_to(StmtContext *x, CopyPlan *p, Err *err);   /* copy_to.c */

/* Statements of text that may be COPY FROM STDIN or TO STDOUT. */
int db_execute_copy(Database *db, Str text, const CopyIo *io, StatementResult *ret, Err *err);
