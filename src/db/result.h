/* SPDX-License-Identifier: Apache-2.0
 *
 * Results of statements: rows collected in owned batches, and what the statement was. */
#pragma once
#include "base/err.h"
#include "data/batch.h"
#include "data/builder.h"

typedef struct ResultSet { /* counted: a result handle and an exported stream may share it */
    _Atomic uint32_t rc;
    Account *acct;
    const Schema *schema; /* one reference */
    Batch **batch;
    uint32_t n, cap;
    uint64_t n_rows;
} ResultSet;
ResultSet *result_set_new(Account *acct, const Schema *schema);
ResultSet *result_set_ref(ResultSet *r);
void result_set_unref(ResultSet *r); /* NULL is fine */
int result_set_add(ResultSet *r, Batch *give_b, Err *err);

/* Rows of text and numbers for SHOW, DESCRIBE, EXPLAIN. */
typedef struct RowMaker {
    ResultSet *set;
    Builder builder;
    uint32_t col;
    int failed; /* first negative code */
} RowMaker;
int row_maker_init(RowMaker *m, Account *acct, const Field *fields, uint32_t n, Err *err);
void row_text(RowMaker *m, const char *s); /* NULL = SQL NULL */
void row_str(RowMaker *m, Str s);
void row_i64(RowMaker *m, int64_t v);
void row_bool(RowMaker *m, bool v);
void row_value(RowMaker *m, const Value *v);
void row_null(RowMaker *m);
void row_end(RowMaker *m);
int row_maker_finish(RowMaker *m, ResultSet **ret, Err *err); /* ends the maker, also on failure */

typedef enum StatementKind { STMT_DDL, STMT_QUERY, STMT_ROWS, STMT_METADATA } StatementKind;
typedef struct StatementResult {
    StatementKind kind;
    char tag[64];
    char object[128];
    int64_t rows_affected;
    uint32_t n_notices;
    bool warnings_only; /* client_min_messages: what is skipped is not told */
    char notice[512];
    ResultSet *rows; /* NULL = none; owned */
} StatementResult;
void statement_result_done(StatementResult *r);
void statement_notice(StatementResult *r, const Err *notice);
