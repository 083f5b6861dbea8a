/* SPDX-License-Identifier: Apache-2.0
 *
 * The structural scan of CSV: finds the delimiters and line ends that stand outside quotes.  A quote opens a field only as its
 * first character; elsewhere in an unquoted field it is an ordinary character, so that one stray quote costs one record, not the
 * file.
 *
 * Blocks of 64 bytes become bit masks (csv_scan.tmpl.h, once per instruction set); a block whose quotes do not follow RFC 4180, and
 * every input whose dialect has an escape, a comment or trimming, goes through the state machine instead.  Both give the same. */
#pragma once
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#define CSV_BLOCK 64u

typedef struct CsvDialect {
    char delimiter, quote, escape, comment;
    bool has_escape;  /* escape is another character than quote */
    bool has_comment; /* lines that begin with `comment` are skipped */
    bool trim;        /* blanks around fields do not count, also before an opening quote */
} CsvDialect;

typedef enum CsvState {
    CSV_RECORD, /* at the first byte of a record */
    CSV_FIELD,  /* at the first byte of a field, or in the blanks before it when trimming */
    CSV_PLAIN,
    CSV_QUOTED,
    CSV_QUOTE_END, /* behind a quote inside a quoted field: doubled or closing */
    CSV_ESCAPED,   /* behind the escape inside a quoted field */
    CSV_COMMENT,
} CsvState;

/* Result of a scan.  sep[0] is one byte before the first record (modulo 2^32), then come the positions of separators in order;
 * row_end[r] is the index in `sep` of the line end of record r. */
typedef struct CsvScan {
    Account *acct;
    uint32_t *sep, *row_end;
    uint32_t n_sep, cap_sep, n_rows, cap_rows;
    uint32_t pos;   /* scanned up to here */
    CsvState state; /* at pos */
    bool high;      /* a byte >= 0x80 was seen */
    bool quotes;    /* a quote was seen */
} CsvScan;

typedef void (*CsvScanFn)(CsvScan *s, const CsvDialect *d, const char *p, uint32_t n, uint32_t max_rows);

void csv_scan_init(CsvScan *s, Account *acct);
void csv_scan_done(CsvScan *s);
/* Starts over at byte `from` of the input, which begins a record; room for max_rows rows and n_sep separators. */
int csv_scan_start(CsvScan *s, uint32_t from, uint32_t max_rows, uint32_t n_sep);
/* The fastest scanner of this machine for the dialect. All of them: scan [pos, n) until max_rows records are complete, the input
 * ends or `sep` is full.  Padding of CSV_BLOCK bytes must be readable behind n. */
CsvScanFn csv_scanner(const CsvDialect *d);
/* Room for more separators. */
int csv_scan_grow(CsvScan *s);
/* A named one for tests: "scalar", "portable", "sse2", "avx2", "avx512"; NULL = not on this machine. */
CsvScanFn csv_scanner_named(const char *name);

/* One byte of the state machine; returns true when c is a separator. */
static inline bool csv_step(const CsvDialect *d, CsvState *state, char c)
{
    switch (*state) {
    case CSV_RECORD:
        if (d->has_comment && c == d->comment) {
            *state = CSV_COMMENT;
            return false;
        }
        __attribute__((fallthrough));
    case CSV_FIELD:
        if (c == d->quote) {
            *state = CSV_QUOTED;
            return false;
        }
        if (d->trim && c == ' ' && c != d->delimiter) {
            *state = CSV_FIELD;
            return false;
        }
        break;
    case CSV_PLAIN: break;
    case CSV_QUOTED:
        if (d->has_escape && c == d->escape)
            *state = CSV_ESCAPED;
        else if (c == d->quote)
            *state = CSV_QUOTE_END;
        return false;
    case CSV_QUOTE_END:
        if (c == d->quote) {
            *state = CSV_QUOTED;
            return false;
        }
        break;
    case CSV_ESCAPED: *state = CSV_QUOTED; return false;
    case CSV_COMMENT:
        if (c != '\n')
            return false;
        break;
    }
    if (c == '\n') {
        *state = CSV_RECORD;
        return true;
    }
    *state = c == d->delimiter ? CSV_FIELD : CSV_PLAIN;
    return c == d->delimiter;
}
