/* SPDX-License-Identifier: Apache-2.0
 *
 * CSV inside this folder: options, decoder state, and the borders between its files.  csv.c frames records and reports bad ones,
 * csv_column.c turns one column of many records into a vector, csv_write.c encodes, csv_infer.c guesses columns. */
#pragma once
#include "format/csv_scan_impl.h"
#include "format/format_impl.h"

typedef struct CsvConfig {
    bool header, trim;
    char delimiter, quote, escape, comment; /* escape, comment: 0 = not given */
    const char *null_text;
    int64_t skip_rows;
    int32_t timestamp_format; /* 0 = ISO 8601, else EpochUnit + 1 */
} CsvConfig;

typedef struct CsvDecoder CsvDecoder;
typedef struct CsvRun CsvRun;
/* Parses column `col` of all records of the run; marks records that cannot be read in run->bad.  0 or -ERR_OUT_OF_MEMORY. */
typedef int (*CsvColumnFn)(CsvRun *run, Err *err);

typedef struct CsvColumn {
    CsvColumnFn parse;
    Type type;
    bool not_null;
    int32_t file_col; /* place in the record */
} CsvColumn;

struct CsvDecoder {
    Decoder base;
    CsvDialect dialect;
    CsvScanFn scan_fn;
    CsvScan scan;
    CsvColumn *column; /* of the schema, in its order */
    uint32_t n_file_cols;
    bool ready;        /* the header was seen, or there is none */
    bool skipping;     /* inside a record that is too long */
    int64_t n_to_skip; /* of skip_rows */
    uint32_t *first;   /* per record of a run: index in scan.sep of the end of its first field */
    uint32_t *record;  /* per record of a run: its number in the scan */
    uint64_t *bad;     /* bitmap over the records of the scan */
    Str null_text;
    Arena scratch; /* of one slow field */
};

struct CsvRun {
    CsvDecoder *d;
    const char *p;
    Builder *out;
    const uint32_t *sep, *first;
    uint32_t n, row0; /* records; row of the builder where they begin */
    uint32_t col;
    uint32_t file_col;
    bool last_col; /* a CR before the line end does not belong to the field */
    uint64_t *bad; /* bit per record of the run */
};

bool csv_dialect(const CsvConfig *c, CsvDialect *ret, Err *err); /* false: an option is wrong, err is filled */
CsvColumnFn csv_column_fn(Type t, const CsvConfig *c, const CsvDialect *d);
int csv_column_slow(CsvRun *run, Err *err); /* of every type, field by field */
/* Fields [from, to) of an integer column one by one. */
int csv_i32_fields(CsvRun *run, uint32_t from, uint32_t to, Err *err);
int csv_i64_fields(CsvRun *run, uint32_t from, uint32_t to, Err *err);
/* Of a type whose fields this machine can read several at once; else NULL. */
CsvColumnFn csv_digits_column(TypeId id);
/* The slow and deciding way: one field as it stands in the file to a value. */
int csv_field_value(CsvDecoder *d, uint32_t col, Str field, Value *ret, Err *err);
/* Takes the quotes off a field.  false: text behind the closing quote, or no closing quote.  *ret_quoted: it had quotes. */
bool csv_unquote(const CsvDialect *d, Str field, Arena *arena, Str *ret, bool *ret_quoted);

int csv_encode_begin(Encoder *e, StrBuf *out, Err *err);
int csv_encode(Encoder *e, const Batch *b, StrBuf *out, Err *err);
int csv_infer(const void *config, const char *p, size_t n, Account *acct, Schema **ret, Err *err);

static inline Str csv_field(const CsvRun *r, uint32_t i)
{
    uint32_t end_at = r->first[i] + r->file_col;
    uint32_t from = r->sep[end_at - 1] + 1, to = r->sep[end_at];
    if (r->last_col && to > from && r->p[to - 1] == '\r')
        to--;
    return (Str){r->p + from, to - from};
}
