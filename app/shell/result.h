/* SPDX-License-Identifier: Apache-2.0
 *
 * From batches of the library to rows of a printer: the columns of a schema, the `op` column of results that can take rows back,
 * one row per unit of weight. */
#pragma once
#include "shell/shell.h"

typedef struct ResultPrinter {
    Printer printer;
    Column *col;     /* of the printer */
    Cell *cell;      /* one row */
    char **name;     /* owned by the library */
    uint32_t n_cols; /* with op */
    uint32_t n_fields;
    bool has_op;
    StrBuf row; /* text of the cells of one row */
} ResultPrinter;

/* Takes the names and types from the schema, which may be freed afterwards. 0 or -1 (the library's error is set). */
int result_init(ResultPrinter *r, Shell *s, LaminarSchema *schema, bool has_op);
/* Prints all rows of a batch. 0; -1 when the library failed; stops early when interrupted. */
int result_batch(ResultPrinter *r, LaminarRecordBatch *batch);
void result_done(ResultPrinter *r);
/* A collected result, printed whole. */
int result_print(Shell *s, LaminarQueryResult *result);
