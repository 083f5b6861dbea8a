/* SPDX-License-Identifier: Apache-2.0
 *
 * Printers: rows of text in one of the output formats.  The contract is three callbacks over a Printer, which holds the columns and
 * the output; what a format keeps between rows (the table holds back rows to size its columns) is in the Printer too.
 *
 * A result whose rows can be taken back has a first column `op` with + or -; the shell adds it as an ordinary column, so every
 * format shows it the same way.  NULL and the empty text differ in every format. */
#pragma once
#include "base/str.h"
#include "shell/output.h"

typedef enum CellKind { CELL_TEXT, CELL_NUMBER, CELL_FLOAT, CELL_BOOL, CELL_JSON, CELL_NESTED } CellKind;

typedef struct Cell {
    const char *p;
    size_t n;
    bool null;
} Cell;

typedef struct Column {
    Str name; /* borrowed */
    CellKind kind;
    size_t width; /* of the table, in display columns */
} Column;

static inline bool column_is_right(const Column *c)
{
    return c->kind == CELL_NUMBER || c->kind == CELL_FLOAT;
}

typedef struct PrinterType PrinterType;
typedef struct Printer {
    const PrinterType *type;
    Output *out;
    Column *col;
    uint32_t n_cols;
    uint64_t n_rows;
    bool started; /* the head has been printed */
    int64_t start_ns;
    StrBuf held; /* table: rows that wait for the widths */
    uint64_t n_held;
    StrBuf text; /* scratch of one cell */
    StrBuf keys; /* json: the names of the columns as printed, each with its NUL */
} Printer;

struct PrinterType {
    const char *name;
    bool nests;       /* takes arrays, rows and maps as JSON */
    bool prints_tags; /* "CREATE SOURCE" and "(3 rows)" belong to this format */
    void (*begin)(Printer *p);
    void (*row)(Printer *p, const Cell *cell);
    void (*end)(Printer *p);
};

extern const PrinterType printer_table, printer_csv, printer_json, printer_jsonl, printer_markdown, printer_line;
const PrinterType *printer_find(Str name); /* NULL = no such format */
const char *printer_names(void);           /* "table, csv, ..." */

CellKind cell_kind(const char *arrow, const char *sql_type); /* both as the schema of a result says them */
/* columns are the caller's and live until printer_done. */
void printer_init(Printer *p, const PrinterType *type, Output *out, Column *columns, uint32_t n_cols);
void printer_row(Printer *p, const Cell *cell);
void printer_release(Printer *p); /* nothing more is held back: someone waits for the rows that are there */
bool printer_waits(const Printer *p);
void printer_end(Printer *p); /* the result is complete */
void printer_done(Printer *p);
