/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of a changelog as text, for the sinks that write text: picks the rows by weight, adds the column `op` when the sink writes
 * weights, and drives the encoder. */
#pragma once
#include "connect/connect.h"

typedef struct RowText {
    Sink *sink; /* its writes_weight is looked at with the first row */
    const FormatType *format;
    const Option *opts;
    uint32_t n_opts;
    Schema *schema; /* with `op` in front; NULL = the sink's own */
    Encoder *encoder;
    Arena scratch;
    bool begun; /* the header was written, or is not wanted */
} RowText;

/* opts: arena of the sink.  no_header: what is written is appended to something. */
int row_text_open(RowText *r, Sink *sink, const FormatType *format, const Option *opts, uint32_t n_opts, bool no_header, Err *err);
/* The header, when it is not written yet. */
int row_text_begin(RowText *r, StrBuf *out, Err *err);
/* A row of weight w is written |w| times, with op '+' or '-'.  -ERR_SINK_MODE for a negative weight when weights are not written.
 */
int row_text_put(RowText *r, const Batch *b, StrBuf *out, Err *err);
void row_text_close(RowText *r);
