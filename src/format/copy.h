/* SPDX-License-Identifier: Apache-2.0
 *
 * The text and CSV formats of COPY, by PostgreSQL's rules: records to fields and back.  Unlike the formats of connectors these read
 * one record at a time and stop at the first that is wrong: COPY takes all rows or none.  What a field means is the caller's. */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

typedef struct CopyFormat {
    bool csv;
    char delimiter, quote, escape; /* the last two of CSV only */
    Str null_text;
} CopyFormat;

typedef struct CopyField {
    Str text; /* unescaped */
    bool quoted;
    bool is_null; /* the text as written is the format's NULL, without quotes */
} CopyField;

typedef enum CopyLineEnd { COPY_END_UNKNOWN, COPY_END_LF, COPY_END_CRLF, COPY_END_CR } CopyLineEnd;
typedef struct CopyReader {
    const CopyFormat *format;
    Arena arena; /* of one record */
    CopyLineEnd line_end;
    uint64_t line, next_line; /* of the record, 1-based; of the one that follows */
    CopyField *field;
    uint32_t n_fields, cap;
} CopyReader;

void copy_reader_init(CopyReader *r, const CopyFormat *f, Account *acct);
void copy_reader_done(CopyReader *r);

#define COPY_RECORD 1 /* r->field, r->n_fields; valid until the next call */
#define COPY_MORE 2   /* the record goes on: give it again with more behind it */
#define COPY_END 0    /* there is nothing more, or the end mark \. */
/* The next record of [p, p + n); last: nothing follows.  *ret_used: bytes that are done with. */
int copy_read(CopyReader *r, const char *p, size_t n, bool last, size_t *ret_used, Err *err);

/* One field of a record that is being written; force: quotes even where they are not needed. */
void copy_put(const CopyFormat *f, Str text, bool force, bool is_only, StrBuf *out);
