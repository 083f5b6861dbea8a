/* SPDX-License-Identifier: Apache-2.0
 *
 * The connector contract (design 9, spec/connectors 1).  A connector knows files, brokers and wires; it knows neither plans nor
 * shards. flow/ drives it.  Every callback of one instance is called by one thread at a time: the source's or the sink's driver.
 * Built-in connectors and plugins stand in the same registry.
 *
 * Offsets are opaque text per partition: what `poll` reports with a batch is the position just behind that batch; `seek` with it
 * makes the next poll continue exactly there. */
#pragma once
#include "data/builder.h"
#include "env/env.h"
#include "format/format.h"

#define OFFSET_TEXT_MAX 512

typedef struct SourceType SourceType;
typedef struct SinkType SinkType;
typedef struct Source Source;

typedef struct WholeRows WholeRows;
struct WholeRows { /* makes whole rows of what is read, some columns of which follow from the others */
    const Schema *schema;
    /* *ret: NULL when no row is left.  Rows that cannot be made are malformed records (source_put_bad). */
    int (*make)(WholeRows *m, Source *s, Batch *give_b, Batch **ret, Err *err);
    void (*close)(WholeRows *m);
};

typedef struct ConnectArgs ConnectArgs;
struct ConnectArgs { /* what CREATE SOURCE / SINK gives */
    Env *env;
    Account *acct;
    const char *object; /* relation's name, for messages */
    const Option *opts; /* the connector's own options */
    uint32_t n_opts;
    const char *format; /* NULL = the connector's default */
    const Option *format_opts;
    uint32_t n_format_opts;
    const Schema *schema; /* source: declared columns, NULL = discover; sink: columns of the input */
    bool writes_weight;   /* sink: the input may take rows back (Sink.writes_weight, set by sink_open) */
    bool in_epochs;       /* sink with `commit`: nothing is to be seen before its epoch is committed */
    bool again;           /* sink: it was made before; what it has written stays */
    bool looks;           /* sink: opened to see whether it can be; no file is made or cut off */
    uint64_t owner;       /* sink: of which database and sink; tells what it has left unfinished from what others have */
    const char *outbox;   /* sink in epochs: a directory of the database for what is not published yet; NULL = it has none */
    int (*maker)(const ConnectArgs *args, WholeRows **ret, Err *err); /* source: NULL = what is read is the whole row */
    void *maker_self;
    const void *maker_of;
};

struct Source { /* embedded first in each connector's instance */
    const SourceType *type;
    Env *env;
    Account *acct;
    const Schema *schema; /* one reference */
    void *config;         /* owned, as parsed from type->options */
    Builder bad;          /* rows of connect_bad_schema(), filled during poll */
    bool fail_on_bad;     /* on_error = 'fail' */
    bool unpaced;         /* what is read has been read before: it comes at once, whatever rate the source keeps */
    int64_t n_rows, n_bytes, n_bad;
    WholeRows *maker; /* NULL = none */
};

typedef struct SourcePoll {       /* result of one poll */
    Batch *batch;                 /* one reference, W_ONE unless the connector says otherwise; NULL = none */
    Batch *bad;                   /* malformed records, schema connect_bad_schema(); NULL = none */
    uint32_t partition;           /* of the batch: a batch is of one */
    bool partition_ended;         /* nothing further will come of `partition`; there may be no batch */
    char offset[OFFSET_TEXT_MAX]; /* position behind the batch */
    int64_t watermark_us;         /* given by the source itself; INT64_MIN = none */
} SourcePoll;

#define SOURCE_DATA 0
#define SOURCE_IDLE 1 /* nothing now, ask again */
#define SOURCE_END 2  /* bounded: nothing will follow (a batch may come with it) */

#define SOURCE_COUNTERS_MAX 32
typedef struct SourceCounter {
    const char *name;
    uint64_t value;
} SourceCounter;
typedef struct SourceReport { /* what a source says of itself */
    char how[64];             /* in which of its ways it works */
    char note[256];           /* why not as was asked for; empty = it does */
    uint32_t n;
    SourceCounter counter[SOURCE_COUNTERS_MAX];
} SourceReport;

struct SourceType {
    const char *name; /* "file" */
    const char *help; /* one line */
    const OptionDef *options;
    size_t config_bytes, size;
    bool bounded_possible, replayable;
    bool by_key; /* cannot be read: it answers for keys (connect/lookup.h) */
    bool live;   /* what it gives is there once: one instance feeds all who read (flow/receiver.h) */
    /* Options per column, written "<column>.<key>"; NULL = none. */
    const OptionDef *column_options;
    /* The format whose options may stand among the connector's own; NULL = none may. */
    int (*format)(const ConnectArgs *args, const FormatType **ret, Err *err);
    /* Columns when none are declared; NULL = they must be declared. */
    int (*discover)(const ConnectArgs *args, Schema **ret, Err *err);
    /* Checks everything that can be checked now (a missing file is an error here). */
    int (*open)(Source *s, const ConnectArgs *args, Err *err);
    /* At most max_rows rows, without waiting: SOURCE_DATA, SOURCE_IDLE, SOURCE_END or a negative code. */
    int (*poll)(Source *s, uint32_t max_rows, SourcePoll *ret, Err *err);
    int (*seek)(Source *s, uint32_t partition, const char *offset, Err *err);
    /* Where all partitions stand that have been polled, as text for seek (partition 0), when one offset does not say it: 0.  NULL
     * or 1: the last offset does. */
    int (*position)(const Source *s, StrBuf *out);
    /* Of a source whose partitions come in no order of their own: where the last batch began and ended, as text (0).  NULL or 1: a
     * position is all that it takes to read on in the same order.  again: the next polls give that batch once more, in pieces
     * perhaps, as that partition, until again_end; -ERR_IO then, when it was whole: those were other bytes. */
    int (*began)(const Source *s, StrBuf *out);
    int (*again)(Source *s, uint32_t partition, const char *what, Err *err);
    int (*again_end)(Source *s, bool whole, Err *err);
    bool (*is_bounded)(const Source *s);
    /* How many partitions are known, and what to call one; NULL = one without a name. */
    uint32_t (*partitions)(const Source *s);
    Str (*partition_name)(const Source *s, uint32_t partition);
    int64_t (*wake_at_ns)(const Source *s); /* when poll can give more (mono ns) after SOURCE_IDLE; NULL or INT64_MAX = unknown */
    void (*report)(Source *s, SourceReport *ret); /* NULL = it has nothing to tell; *ret is zeroed */
    void (*close)(Source *s);
};

/* What a sink can promise when a process ends in the middle (design 7.9).  The rows since the last commit are made again from the
 * log and from the positions of sources, so they come to the sink again: */
typedef enum SinkLevel {
    SINK_NONE,     /* at least once: they are written again */
    SINK_KEYED,    /* writing a key again changes nothing: as NONE, and the result is exact */
    SINK_ATOMIC,   /* what was written since the last cut is published or dropped as one (SinkCommit) */
    SINK_PREPARED, /* the same, by transactions that the other side has prepared */
} SinkLevel;
typedef enum SinkChanges {
    SINK_APPEND = 1, /* takes inserts */
    SINK_ZSET = 2,   /* takes rows with a weight (changelog) */
    SINK_UPSERT = 4, /* takes upserts and deletes by key */
} SinkChanges;

typedef struct Sink {
    const SinkType *type;
    Env *env;
    Account *acct;
    const Schema *schema; /* one reference */
    void *config;
    bool writes_weight;      /* the input may carry weights other than +1 and the output has a leading weight column */
    bool in_epochs;          /* as asked for; only with `commit` */
    int64_t n_rows, n_bytes; /* with `commit`: rows that it has taken, in their order, also of a write that failed */
} Sink;

struct SinkType {
    const char *name;
    const char *help;
    const OptionDef *options;
    size_t config_bytes, size;
    SinkLevel level;
    uint32_t changes;                                                         /* SinkChanges it can take */
    int (*format)(const ConnectArgs *args, const FormatType **ret, Err *err); /* as SourceType */
    int (*open)(Sink *s, const ConnectArgs *args, Err *err);
    int (*write)(Sink *s, uint64_t epoch, const Batch *b, Err *err); /* borrows b */
    int (*flush)(Sink *s, Err *err); /* make what was written visible; at the end of the input too */
    void (*close)(Sink *s);
    const struct SinkCommit *commit; /* NULL unless ATOMIC or PREPARED */
};
/* Two-phase commit with presumed abort.  A token names what one cut holds, for this process and for the next one: whoever has a
 * token whose commit is decided calls commit until it succeeds; what no decided token names is dropped by `sweep`.  The decision is
 * the database's: the manifest of a checkpoint or a record of the log, on disk before the first commit.
 * cut and abort are called like write; prepare and commit by the checkpoint, beside a running write, one at a time. */
typedef struct SinkCommit {
    int (*cut)(Sink *s, StrBuf *ret_token, Err *err); /* what was written since the last cut; empty = nothing.  Quick. */
    int (*prepare)(Sink *s, Str token, Err *err);     /* on disk, and still invisible */
    int (*commit)(Sink *s, Str token, Err *err);      /* visible and on disk; a second time changes nothing */
    int (*abort)(Sink *s, Str token, Err *err);       /* of a cut that is covered by another's commit */
    int (*keep)(Sink *s, Str token, Err *err);        /* before the first write: what comes next goes behind it; its commit waits */
    int (*sweep)(Sink *s, Err *err);                  /* after recovery: what an earlier process left unfinished */
} SinkCommit;

const SourceType *source_type_find(Str name); /* any case; NULL */
const SinkType *sink_type_find(Str name);
const SourceType *const *source_type_list(uint32_t *ret_n);
const SinkType *const *sink_type_list(uint32_t *ret_n);

/* Wrappers; callers use these, never the tables. */
int source_discover(const SourceType *t, const ConnectArgs *args, Schema **ret, Err *err);
int source_check_options(const SourceType *t, const ConnectArgs *args, Err *err);
int source_open(const SourceType *t, const ConnectArgs *args, Source **ret, Err *err);
int source_poll(Source *s, uint32_t max_rows, SourcePoll *ret, Err *err);
int source_seek(Source *s, uint32_t partition, const char *offset, Err *err);
/* 0 and a text of any length, or 1: the offset of the last batch is all. */
int source_position(const Source *s, StrBuf *out);
int source_began(const Source *s, StrBuf *out); /* 0 or 1 */
int source_again(Source *s, uint32_t partition, const char *what, Err *err);
int source_again_end(Source *s, bool whole, Err *err);
bool source_is_bounded(const Source *s);
uint32_t source_partitions(const Source *s);
Str source_partition_name(const Source *s, uint32_t partition); /* p == NULL: has none */
int64_t source_wake_at_ns(const Source *s);
void source_report(Source *s, SourceReport *ret);
void source_close(Source *s);                                         /* frees; NULL is fine */
int sink_check(const SinkType *t, const ConnectArgs *args, Err *err); /* its options, and whether it could be opened now */
int sink_open(const SinkType *t, const ConnectArgs *args, Sink **ret, Err *err);
int sink_write(Sink *s, uint64_t epoch, const Batch *b, Err *err);
int sink_flush(Sink *s, Err *err);
void sink_close(Sink *s);
/* The level it works at: ATOMIC and PREPARED only in epochs. */
SinkLevel sink_level(const Sink *s);
const char *sink_level_name(SinkLevel l);

/* Columns of a source's error relation: file TEXT, line BIGINT, byte BIGINT, text TEXT, sqlstate TEXT, reason TEXT, ptime
 * TIMESTAMP. Static, never freed; schema_ref/unref are harmless. */
const Schema *connect_bad_schema(void);
/* For connectors, during poll: adds a row to the error relation.  Bytes that are not UTF-8 become \xNN.  0 or negative: out of
 * memory, or -ERR_BAD_RECORD with the record's place and reason when on_error = 'fail'. */
int source_put_bad(Source *s, const char *file, const BadRecord *bad, Err *err);

/* All connectors, formats and their options as Markdown tables, for the documentation. */
void connect_print_options(StrBuf *out);
