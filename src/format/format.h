/* SPDX-License-Identifier: Apache-2.0
 *
 * Formats: bytes to batches and back; no files, no sockets.  A decoder is fed pieces of a byte stream and appends whole rows to a
 * Builder; an encoder appends the text of a batch to a StrBuf.  One row of format.def per format. */
#pragma once
#include "base/options.h"
#include "data/builder.h"

typedef struct FormatType FormatType;

/* A record that could not be decoded. All texts are valid only during the call. */
typedef struct BadRecord {
    int64_t line; /* 1-based line (record) number in the stream */
    int64_t byte; /* offset of its first byte in the stream */
    Str text;     /* the raw record, possibly cut to 4 KiB */
    ErrCode code;
    Str reason;
} BadRecord;
typedef int (*BadRecordFn)(void *self, const BadRecord *bad); /* negative stops the decoder with that code (on_error = fail) */

typedef struct Decoder { /* embedded first in each format's decoder */
    const FormatType *type;
    Account *acct;
    const Schema *schema; /* columns to produce; borrowed */
    void *config;         /* as parsed from type->options; owned */
    BadRecordFn on_bad;
    void *on_bad_self;
    int64_t n_rows, n_bad, line, byte; /* progress in the stream */
} Decoder;

typedef struct Encoder {
    const FormatType *type;
    Account *acct;
    const Schema *schema;
    void *config;
} Encoder;

#define FEED_MORE 0 /* all usable input was consumed; give the unconsumed tail again, followed by more */
#define FEED_FULL 1 /* the builder is full; take its batch and feed the unconsumed rest again */

struct FormatType {
    const char *name;    /* "csv" */
    const char *aliases; /* "tsv|..." or NULL */
    bool by_length;      /* its records end where they say, not at a line break */
    const OptionDef *options;
    size_t config_bytes, decoder_bytes, encoder_bytes; /* decoder_bytes 0: cannot read; encoder_bytes 0: cannot write */
    int (*open)(Decoder *d, Err *err);
    /* Consumes whole records from [p, p + n); `last`: nothing follows, so the tail without a newline is a record.  *ret_used says
     * how many bytes were consumed.  FEED_MORE, FEED_FULL or a negative code.  p has at least FEED_PADDING readable bytes beyond n.
     */
    int (*feed)(Decoder *d, const char *p, size_t n, bool last, Builder *out, size_t *ret_used, Err *err);
    void (*restart)(Decoder *d); /* a new stream (next file) begins: header expected again, counters back to zero */
    void (*close)(Decoder *d);
    int (*encode_begin)(Encoder *e, StrBuf *out, Err *err);           /* header line; NULL = none */
    int (*encode)(Encoder *e, const Batch *b, StrBuf *out, Err *err); /* selected rows, one record each */
    /* Column names and types guessed from the beginning of a stream (whole or cut anywhere). NULL = cannot. */
    int (*infer)(const void *config, const char *p, size_t n, Account *acct, Schema **ret, Err *err);
};
#define FEED_PADDING 64

const FormatType *format_find(Str name);               /* by name or alias, any case; NULL */
const FormatType *const *format_list(uint32_t *ret_n); /* all of format.def */
/* -ERR_UNKNOWN_FORMAT, -ERR_UNKNOWN_OPTION, ...; opts are the format's own. */
int decoder_new(const FormatType *t, Account *acct, const Schema *schema, const Option *opts, size_t n_opts, BadRecordFn on_bad,
                void *self, Decoder **ret, Err *err);
int decoder_feed(Decoder *d, const char *p, size_t n, bool last, Builder *out, size_t *ret_used, Err *err);
void decoder_restart(Decoder *d);
void decoder_free(Decoder *d);
int encoder_new(const FormatType *t, Account *acct, const Schema *schema, const Option *opts, size_t n_opts, Encoder **ret,
                Err *err);
int encoder_begin(Encoder *e, StrBuf *out, Err *err);
int encoder_encode(Encoder *e, const Batch *b, StrBuf *out, Err *err);
void encoder_free(Encoder *e);
void json_put(const Value *v, StrBuf *out); /* one value, as the format json writes it by default; not NULL */
