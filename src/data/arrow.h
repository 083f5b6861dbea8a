/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrow C Data Interface (https://arrow.apache.org/docs/format/CDataInterface.html), both ways.  The two ABI structs are declared
 * in include/laminar.h's guard-compatible form, so that a program may include both.
 *
 * Import is zero copy for fixed-width columns, views, and for utf8/binary data (views are written, the producer's bytes are kept
 * alive by its release callback).  Export shares buffers: strings leave as views ("vu", "vz") or, on request, as utf8 with one
 * copy. */
#pragma once
#include "base/team.h"
#include "data/batch.h"

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4
struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};
struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};
#endif
#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE
struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};
#endif

typedef enum ArrowExport {
    ARROW_VIEWS = 0,   /* strings as vu / vz, zero copy */
    ARROW_OFFSETS = 1, /* strings as u / z, one copy */
} ArrowExport;

/* Schema of a struct ("+s") ArrowSchema; does not release it.  -ERR_BAD_ARROW with the column named. */
int arrow_import_schema(Account *acct, const struct ArrowSchema *in, Schema **ret, Err *err);
/* Batches of at most BATCH_ROWS_MAX rows.  Takes `array` (moved: array->release is NULL afterwards, also on failure); `in_schema`
 * is read only.  `want`: NULL, or a schema to convert to by position (unsigned widen, utf8 offsets to views, timestamp units to us,
 * other mismatches are -ERR_SCHEMA_MISMATCH).  The callback gets one reference per batch; a negative answer stops. */
typedef int (*ArrowBatchFn)(void *self, Batch *give_b, Err *err);
int arrow_import(Account *acct, struct ArrowArray *array, const struct ArrowSchema *in_schema, const Schema *want,
                 ArrowBatchFn each, void *self, Err *err);
/* How an array is taken.  loan: a team may be borrowed for what has to be looked at row by row, not while it calls back; NULL =
 * none. trusted: the producer answers for texts and string views (UTF-8, within their buffers, zeros behind inlined ones, those of
 * null rows as well), which are not looked at then.  JSON and what is kept in a normal form is parsed all the same, and
 * dictionaries, offsets and the lengths that types allow are checked. */
typedef struct ArrowTake {
    const TeamLoan *loan;
    bool trusted;
    struct ArrowView *view; /* of the producer, whose notes of the schema spare a look at it; NULL = none */
} ArrowTake;
int arrow_import_taking(Account *acct, ArrowTake how, struct ArrowArray *array, const struct ArrowSchema *in_schema,
                        const Schema *want, ArrowBatchFn each, void *self, Err *err);

/* Small arrays pushed again and again under one schema, read in place.  [owner's thread] */
#define ARROW_VIEW_ROWS 127 /* beyond, the import's few allocations do not count */
#define ARROW_NOT_IN_PLACE 1
typedef struct ArrowPlace ArrowPlace; /* where and how wide the values of a column are */
typedef struct ArrowView {
    Account *acct;
    uint32_t n_cols;
    bool is_known, is_plain;     /* the schema seen last is noted; all its columns can be read in place */
    ArrowPlace *place;           /* its columns */
    bool is_takeable, has_texts; /* its arrays can be taken as they are; some columns are texts */
    Batch *batch;                /* the header, of the wanted schema */
    struct TakePool *pool;       /* of arrow_take; made by the first */
} ArrowView;
int arrow_view_init(ArrowView *v, Account *acct, const Schema *want, Err *err);
void arrow_view_done(ArrowView *v); /* zeroed is fine */
/* *ret: a borrowed batch over the array's memory, good until the array is released or the next call; or ARROW_NOT_IN_PLACE: then
 * arrow_import takes the array, or says what is wrong with it. */
int arrow_view(ArrowView *v, const struct ArrowArray *a, const struct ArrowSchema *s, Batch **ret);
/* *ret: a batch that owns the array, which has moved, one reference; or ARROW_NOT_IN_PLACE, as above.  trusted: as ArrowTake's. */
/* [any] Structs of an array that is taken soon are asked for from level to level, each of which is found through the one before:
 * the lists of children (0), these (1), their lists of buffers (2).  Between the levels of one array are those of others. */
#define ARROW_LEVELS 3u
void arrow_announce(const struct ArrowArray *a, uint32_t level);
int arrow_take(ArrowView *v, bool trusted, struct ArrowArray *a, const struct ArrowSchema *s, Batch **ret);

/* [owner] A batch of arrow_take's that nobody else has yet: all its rows have this value in a column of 64 bits.  false: it is
 * none. */
bool arrow_take_fix(Batch *b, uint32_t col, int64_t value);

int arrow_export_schema(const Schema *s, ArrowExport mode, struct ArrowSchema *ret, Err *err);
/* Shares b's owned FLAT columns for as long as ret or a moved child lives; borrowed, CONST and DICT columns and a selection are
 * copied dense.  Weights are not exported.  acct must outlive ret.  UNKNOWN columns must be all NULL; nested types are
 * -ERR_UNSUPPORTED. */
int arrow_export_batch(Account *acct, Batch *b, ArrowExport mode, struct ArrowArray *ret, Err *err);
/* One column as a stand-alone array. */
int arrow_export_column(Account *acct, Batch *b, uint32_t col, ArrowExport mode, struct ArrowArray *ret,
                        struct ArrowSchema *ret_schema, Err *err);
