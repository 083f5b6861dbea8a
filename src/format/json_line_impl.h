/* SPDX-License-Identifier: Apache-2.0
 *
 * The quick way for JSON lines: a line whose members come in the order of the line before is read straight into the builder, in one
 * pass, without a structural index.  It is only an accelerator: what it does not know for certain (escapes, nested values of
 * columns, exponents, members that come twice, anything malformed) it declines, and json_reader_row, which alone decides what is
 * valid, reads the line again.  A declined line leaves no trace in the builder.
 *
 * Each member name seen has a slot: the text that stood between the value before and its value, `, "name": `, which the next line
 * is compared with in one go, and the slot that followed it last time.  So order is learned as it comes, and members that are
 * missing or moved cost one search. */
#pragma once
#include "format/format_impl.h"
#include "format/parse_fast_impl.h"

#define JSON_LEAD_MAX 64u
#define JSON_SLOTS_MAX 256u

typedef struct JsonSlot {
    char lead[JSON_LEAD_MAX];
    uint8_t lead_n; /* 0: longer than JSON_LEAD_MAX, always searched */
    uint16_t next;  /* the slot of the member that followed */
    int32_t column; /* -1: no column has this name */
    Str name;
} JsonSlot;

/* How the value of a column is taken. */
typedef enum JsonTake {
    TAKE_NONE, /* not here: only null */
    TAKE_I16,
    TAKE_I32,
    TAKE_I64,
    TAKE_F32,
    TAKE_F64,
    TAKE_DECIMAL,
    TAKE_TS,        /* of microseconds */
    TAKE_TS_DIGITS, /* of fewer digits */
    TAKE_TSNS,
    TAKE_DATE,
    TAKE_BOOL,
    TAKE_TEXT,
} JsonTake;

typedef struct JsonLineColumn {
    uint8_t take;
    bool not_null, yes; /* yes: the value of a BOOL of this line */
    bool is_null;
    uint64_t seen; /* number of the line that had it last */
    Str text;      /* of this line */
} JsonLineColumn;

typedef struct JsonLines {
    const Schema *schema;
    Arena *arena; /* of the decoder, for names */
    int32_t epoch_unit;
    bool off;
    JsonSlot *slot; /* slot[0] has no name: its `next` is the first member */
    uint32_t n_slots;
    JsonLineColumn *column;
    uint32_t *late; /* columns of this line that are put when the line is known to be good */
    uint32_t n_late, n_seen;
    uint64_t line;                     /* lines begun */
    uint32_t tried, declined, resting; /* declined: whole lines, the caller counts them; resting: lines that are not tried,
                                        * because most were declined */
    DateCache date, date_ns;
} JsonLines;

/* epoch_unit: of timestamps that are integers.  Memory from the arena, which outlives it. */
int json_lines_init(JsonLines *l, const Schema *schema, int32_t epoch_unit, Arena *arena, Err *err);
/* The line at p, which has FEED_PADDING readable bytes behind `end`, into the builder's next row.  *ret_end: its newline, before
 * `end`.  1 = the row is in, call builder_row_done; 0 = declined; negative: no memory. */
int json_line_row(JsonLines *l, const char *p, const char *end, Builder *out, const char **ret_end, Err *err);
