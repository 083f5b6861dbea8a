/* SPDX-License-Identifier: Apache-2.0
 *
 * laminar.h - the C interface of LaminarDB, an embedded streaming SQL database.
 *
 *   LaminarConnection *db;
 *   laminar_open(&db);
 *   laminar_execute(db, "CREATE SOURCE s (k TEXT, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)", NULL);
 *   ...
 *   laminar_close(db);
 *
 * Rules that hold for every function unless it says otherwise
 *  - int32_t results: LAMINAR_OK (0), or an error code; what was wrong is told by laminar_last_error() and, in full,
 *    laminar_last_error_detail(), both per thread. A call clears the error state at its start.
 *  - Out-parameters are written on success only. Strings are UTF-8, NUL-terminated.
 *  - `*_free` functions accept NULL. Strings given through char ** are freed with laminar_string_free.
 *  - A connection may be used by many threads at once; a transaction is the connection's, so what any thread runs until its end is
 *    part of it, and BEGIN waits for the statements that run, 5 s at most (55006). A writer, result, stream, batch, row or
 * subscription belongs to one thread at a time and may move between threads.
 *  - A relation is named as the catalog has it, or as SQL reads the name without quotes: for CREATE SOURCE Trades both "trades" and
 *    "Trades" will do.
 *  - A process that was forked must not use what its parent has opened, nor free it; it may open databases of its own.
 *  - Times are microseconds since 1970-01-01 UTC, sizes are bytes, counts are rows.
 *  - No call aborts the process, whatever it is given. */
#ifndef LAMINAR_H
#define LAMINAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define LAMINAR_API __attribute__((visibility("default")))
#else
#define LAMINAR_API
#endif

/* ---- Arrow C data interface (https://arrow.apache.org/docs/format/CDataInterface.html), unchanged ---- */

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

/* ---- Types and constants ---- */

typedef struct LaminarConnection LaminarConnection;
typedef struct LaminarWriter LaminarWriter;
typedef struct LaminarQueryResult LaminarQueryResult;
typedef struct LaminarQueryStream LaminarQueryStream;
typedef struct LaminarSchema LaminarSchema;
typedef struct LaminarRecordBatch LaminarRecordBatch;
typedef struct LaminarSubscriptionHandle LaminarSubscriptionHandle;
typedef struct LaminarStatement LaminarStatement;

#define LAMINAR_OK 0
#define LAMINAR_ERR_NULL_POINTER (-1)
#define LAMINAR_ERR_INVALID_UTF8 (-2)
#define LAMINAR_ERR_CONNECTION 100
#define LAMINAR_ERR_TABLE_NOT_FOUND 200
#define LAMINAR_ERR_TABLE_EXISTS 201
#define LAMINAR_ERR_SCHEMA_MISMATCH 202
#define LAMINAR_ERR_INGESTION 300
#define LAMINAR_ERR_QUERY 400
#define LAMINAR_ERR_SUBSCRIPTION 500
#define LAMINAR_ERR_INTERNAL 900
#define LAMINAR_ERR_SHUTDOWN 901

/* Codes that calls return; laminar_last_error_code() folds them to the classes above. */
#define LAMINAR_API_CONNECTION_FAILED 100
#define LAMINAR_API_CONNECTION_CLOSED 101
#define LAMINAR_API_CONNECTION_IN_USE 102
#define LAMINAR_API_TABLE_NOT_FOUND 200
#define LAMINAR_API_TABLE_EXISTS 201
#define LAMINAR_API_SCHEMA_MISMATCH 202
#define LAMINAR_API_INVALID_SCHEMA 203
#define LAMINAR_API_INGESTION_FAILED 300
#define LAMINAR_API_WRITER_CLOSED 301
#define LAMINAR_API_BATCH_SCHEMA_MISMATCH 302
#define LAMINAR_API_QUERY_FAILED 400
#define LAMINAR_API_SQL_PARSE_ERROR 401
#define LAMINAR_API_QUERY_CANCELLED 402
#define LAMINAR_API_SUBSCRIPTION_FAILED 500
#define LAMINAR_API_SUBSCRIPTION_CLOSED 501
#define LAMINAR_API_SUBSCRIPTION_TIMEOUT 502
#define LAMINAR_API_INTERNAL_ERROR 900
#define LAMINAR_API_SHUTDOWN 901

#define LAMINAR_EVENT_INSERT 0
#define LAMINAR_EVENT_DELETE 1
#define LAMINAR_EVENT_UPDATE 2
#define LAMINAR_EVENT_WATERMARK 3
#define LAMINAR_EVENT_SNAPSHOT 4

/* Called on the thread that runs the step, never twice at once for one subscription. The callback owns `batch`
 * (laminar_batch_free); for LAMINAR_EVENT_WATERMARK it is NULL. Inside, only the batch, the caller's own writers (queued) and
 * pausing, resuming, cancelling or freeing subscriptions are allowed; other calls return 400 (LM072).
 *   INSERT, DELETE  rows that came, rows that are taken back
 *   UPDATE          of a result with a unique key: old and new row by turns, their weights are -1 and +1
 *   SNAPSHOT        what a table or view held when the subscription began: a batch without rows, the rows, a batch without rows */
typedef void (*LaminarSubscriptionCallback)(void *user_data, LaminarRecordBatch *batch, int32_t event_type);
typedef void (*LaminarErrorCallback)(void *user_data, int32_t error_code, const char *error_message);
typedef void (*LaminarCompletionCallback)(void *user_data, int32_t status, void *result); /* declared for completeness */

/* ---- Errors, memory ---- */

LAMINAR_API const char *laminar_last_error(void); /* until the next call on this thread; NULL = none */
LAMINAR_API int32_t laminar_last_error_code(void);
LAMINAR_API void laminar_clear_error(void);
LAMINAR_API void laminar_string_free(char *s);
LAMINAR_API const char *laminar_version(void);

typedef struct LaminarError { /* `size` = sizeof(LaminarError), set by the caller */
    uint32_t size;
    int32_t api_code; /* as returned by the call */
    char sqlstate[6];
    int32_t number;       /* n of LMn, 0 = none */
    int32_t line, column; /* 1-based, in characters, of the whole text that was given; 0 = no position */
    int64_t offset;       /* bytes into the statement text, -1 = none */
    int64_t length;       /* bytes the error covers */
    char message[512], detail[512], hint[256];
} LaminarError;
/* Copies the record of this thread's last error; LAMINAR_OK also when there is none (sqlstate "00000"). Does not clear it. */
LAMINAR_API int32_t laminar_last_error_detail(LaminarError *out);

/* ---- Connection ---- */

LAMINAR_API int32_t laminar_open(LaminarConnection **out); /* a new database in memory */
/* Takes the handle whatever it returns, but inside a callback: there it does nothing (400). No other thread may be using the
 * handle. */
LAMINAR_API int32_t laminar_close(LaminarConnection *conn);
/* All statements of `sql` in order; the result of the last, the first error stops. SELECT gives the collected result, SHOW,
 * DESCRIBE and EXPLAIN one batch, everything else *out = NULL. `out` may be NULL. */
LAMINAR_API int32_t laminar_execute(LaminarConnection *conn, const char *sql, LaminarQueryResult **out);
LAMINAR_API int32_t laminar_query(LaminarConnection *conn, const char *sql, LaminarQueryResult **out); /* one query, else 400 */
/* Rows as they come: a bounded query ends, one over an unbounded source goes on until it is cancelled.  An error among its rows
 * fails the transaction in which it was opened, but not when a callback reads them. */
LAMINAR_API int32_t laminar_query_stream(LaminarConnection *conn, const char *sql, LaminarQueryStream **out);
LAMINAR_API int32_t laminar_start(LaminarConnection *conn); /* idempotent */
LAMINAR_API int32_t laminar_is_closed(LaminarConnection *conn, bool *out);

typedef struct LaminarConfig { /* `size` = sizeof(LaminarConfig); zero fields mean the default */
    uint32_t size;
    int64_t buffer_rows; /* rows a push source retains for SELECT; default 65,536 */
    int64_t
        memory_limit_bytes; /* as SET memory_limit, which it goes before; 0 = as that says, else none; state above it is on disk */
    const char *const *variables; /* name, value, name, value, ..., NULL: for ${name} in SQL; NULL = none */
    bool permissive_variables;    /* leave unknown ${name} in the text instead of an error */
    /* A `size` that ends before this leaves it at its default. */
    const struct LaminarFunction *const
        *functions;   /* as by laminar_register_function, before a directory is recovered; ends with NULL */
    uint32_t threads; /* as SET threads, which it goes before; 0 = as that says, else 1; at most LAMINAR_THREADS_MAX */
} LaminarConfig;
#define LAMINAR_THREADS_MAX 16
/* path: NULL or "" for a database in memory, else a directory: made when it is not there, recovered when it is, and open once at a
 * time (102); 100: it cannot be opened or made. config may be NULL. */
LAMINAR_API int32_t laminar_open_with_config(const char *path, const LaminarConfig *config, LaminarConnection **out);
/* The statement RESTORE takes the database of a directory back; the connection goes on with it as it was then.  Writers, queries
 * and subscriptions of before end with 57P01. */
/* The directory of a database, without opening it; what is found comes line by line.  Neither changes anything.
 * check: every manifest, page and log record, of a database that nobody has open (102); LAMINAR_OK = all is whole, else XX001.
 * dump_log: the records numbered from..to (0 = to the last one). */
typedef void (*LaminarLineCallback)(void *user_data, const char *line);
LAMINAR_API int32_t laminar_check(const char *path, LaminarLineCallback line, void *user_data);
LAMINAR_API int32_t laminar_dump_log(const char *path, uint64_t from, uint64_t to, LaminarLineCallback line, void *user_data);
/* Waits until a push is as safe as asked for: accepted (it is in memory), durable (a crash or power loss does not take it), settled
 * (it is in a checkpoint, which is made when none is under way). ticket 0: everything accepted so far. timeout_ms < 0 waits, 0
 * looks; 502 when it is not so in time, 300 when the log cannot be written. In memory only LAMINAR_ACCEPTED can be had. SQL
 * statements wait by themselves, see SET wal_mode. */
typedef enum LaminarLevel { LAMINAR_ACCEPTED, LAMINAR_DURABLE, LAMINAR_SETTLED } LaminarLevel;
LAMINAR_API int32_t laminar_wait(LaminarConnection *conn, uint64_t ticket, LaminarLevel level, int64_t timeout_ms);
LAMINAR_API int32_t laminar_set_variable(LaminarConnection *conn, const char *name, const char *value); /* value NULL: forget it */
/* Makes the statement that runs on this connection end with 402 soon. Async-signal-safe, any thread. */
LAMINAR_API void laminar_interrupt(LaminarConnection *conn);

typedef enum LaminarStatementKind {
    LAMINAR_STATEMENT_DDL,
    LAMINAR_STATEMENT_QUERY,
    LAMINAR_STATEMENT_ROWS,
    LAMINAR_STATEMENT_METADATA
} LaminarStatementKind;
typedef struct LaminarExecuteInfo { /* `size` = sizeof(LaminarExecuteInfo) */
    uint32_t size;
    int32_t kind; /* LaminarStatementKind of the last statement */
    char tag[64]; /* "CREATE SOURCE", "INSERT 0 3", "SELECT 12" */
    char object_name[128];
    int64_t rows_affected;
    int32_t n_notices;
    char notice[512]; /* first notice (LM006 and the like), "" = none */
} LaminarExecuteInfo;
LAMINAR_API int32_t laminar_execute_info(LaminarConnection *conn, const char *sql, LaminarExecuteInfo *info,
                                         LaminarQueryResult **out);
/* laminar_execute for a caller that gives the data of COPY .. FROM STDIN and takes that of COPY .. TO STDOUT.  read fills up to n
 * bytes and returns how many, 0 at the end, less than 0 to give up (402); write returns 0, or less to give up.  Either may be NULL.
 * Both are called by this thread, with no lock held, and must not use the connection. */
typedef int64_t (*LaminarReadCallback)(void *user_data, void *to, size_t n);
typedef int32_t (*LaminarWriteCallback)(void *user_data, const void *bytes, size_t n);
LAMINAR_API int32_t laminar_copy(LaminarConnection *conn, const char *sql, LaminarReadCallback read, LaminarWriteCallback write,
                                 void *user_data, LaminarExecuteInfo *info);
/* One SELECT, VALUES, INSERT, UPDATE, DELETE or MERGE with parameters $1, $2, ..: checked now, run as often as wanted.  The type of
 * a parameter follows from where it stands ("could not determine data type", 42P18, when it does not).  Values are bound by
 * position from 1 on, converted to the parameter's type, and stay bound until they are bound anew; one that was never bound is
 * NULL.  A statement belongs to one thread at a time and outlives its connection only to be freed. */
LAMINAR_API int32_t laminar_prepare(LaminarConnection *conn, const char *sql, LaminarStatement **out);
LAMINAR_API int32_t laminar_statement_num_params(LaminarStatement *stmt, size_t *out);
LAMINAR_API int32_t laminar_statement_param_type(LaminarStatement *stmt, size_t param, char **out); /* "BIGINT" */
LAMINAR_API int32_t laminar_bind_null(LaminarStatement *stmt, size_t param);
LAMINAR_API int32_t laminar_bind_bool(LaminarStatement *stmt, size_t param, bool value);
LAMINAR_API int32_t laminar_bind_i64(LaminarStatement *stmt, size_t param, int64_t value); /* any number */
LAMINAR_API int32_t laminar_bind_f64(LaminarStatement *stmt, size_t param, double value);
LAMINAR_API int32_t laminar_bind_decimal(LaminarStatement *stmt, size_t param, int64_t high, uint64_t low, int32_t scale);
LAMINAR_API int32_t laminar_bind_timestamp(LaminarStatement *stmt, size_t param, int64_t us);
LAMINAR_API int32_t laminar_bind_text(LaminarStatement *stmt, size_t param, const char *text, size_t length); /* of any type */
LAMINAR_API int32_t laminar_bind_bytes(LaminarStatement *stmt, size_t param, const void *bytes, size_t length);
LAMINAR_API int32_t laminar_clear_bindings(LaminarStatement *stmt); /* all are NULL again */
LAMINAR_API int32_t laminar_statement_execute(LaminarStatement *stmt, LaminarExecuteInfo *info,
                                              LaminarQueryResult **out); /* both may be NULL */
LAMINAR_API void laminar_statement_free(LaminarStatement *stmt);
/* First statement of the text [sql, sql + n): where it starts, its length without ';', and where the next begins. 0 length at the
 * end.
 * `*complete` is false when the text ends inside a statement (no ';' yet, open quote or comment). */
LAMINAR_API int32_t laminar_split(const char *sql, size_t n, size_t *start, size_t *length, size_t *next, bool *complete);
/* Kind of one statement without running it: true when laminar_query_stream can run it: a
 * query that changes nothing in its WITH, or SUBSCRIBE. */
LAMINAR_API int32_t laminar_is_query(const char *sql, bool *out);
/* Waits until every background pipeline over bounded sources has come to its end. timeout_ms < 0: as long as it takes. 402 when
 * interrupted, 502 when the time is over. *unbounded (may be NULL): whether pipelines over unbounded sources are still running. */
LAMINAR_API int32_t laminar_wait_idle(LaminarConnection *conn, int64_t timeout_ms, bool *unbounded);
LAMINAR_API const char *laminar_keyword(size_t index); /* SQL keywords in order, NULL after the last; for completion */

/* ---- Functions of the program ---- */

/* Functions that SQL calls by name and C, or whatever calls C, computes.  They can be used in every query, ad-hoc or continuous;
 * not in DEFAULT, CHECK, watermarks and CREATE FUNCTION, which must be readable at opening.
 *
 * A function belongs to the database and goes with it: `destroy` is called once, when the connection and all its handles are gone,
 * or when the registration fails.  It is not stored: give what the views of a directory use in LaminarConfig.functions.  A view,
 * stream or sink whose function is missing at opening is broken, says so whenever it is used, and runs again after an opening that
 * has it, with all that came meanwhile.
 *
 * Calls are by batch: n_rows rows, numbered from 0.  The functions below read arguments and set results by row; a row whose result
 * is not set is NULL.  An error of a row (laminar_return_error) is that of the row's expression, SQLSTATE 38000: it ends an ad-hoc
 * query and goes to `name$errors` in a continuous one.  A call that returns something else than 0 has failed for all its rows; it
 * is then made again for each row by itself.  What a call is given and gives is valid until it returns.
 *
 * Threads: a call is made by the thread that pushes or asks, or with SET threads by one that works for it, so several may run at
 * once.  It may use the caller's writers, and no other function of a connection (400, LM072). */
typedef struct LaminarCall LaminarCall;
typedef enum LaminarFunctionKind {
    LAMINAR_FUNCTION_SCALAR,
    LAMINAR_FUNCTION_AGGREGATE,
    LAMINAR_FUNCTION_TABLE, /* gives rows: FROM f(x), or in a SELECT list when they have one column */
} LaminarFunctionKind;
/* IMMUTABLE: the same arguments always give the same result, so the optimizer may call it early or once, and a continuous query may
 * take back what it gave.  The others are called once for each row, and not above rows that are updated or deleted (LM005). */
typedef enum LaminarVolatility { LAMINAR_VOLATILE, LAMINAR_STABLE, LAMINAR_IMMUTABLE } LaminarVolatility;

typedef struct LaminarFunction { /* `size` = sizeof(LaminarFunction) */
    uint32_t size;
    /* Lower case. A built-in scalar function of the name is no hindrance unless its arguments are of these types; the function is
     * then called for exactly these. */
    const char *name;
    int32_t kind;                 /* LaminarFunctionKind */
    int32_t volatility;           /* LaminarVolatility */
    bool strict;                  /* a NULL argument gives NULL (no rows; a row that does not count) without a call */
    size_t n_args;                /* at most 8, of an aggregate 4 */
    const char *const *arg_types; /* in SQL: "BIGINT", "NUMERIC", "TEXT[]" */
    const char *result;           /* in SQL; of a TABLE also a list of columns: "n BIGINT, word TEXT" */
    void *user_data;
    void (*destroy)(void *user_data); /* may be NULL */
    /* SCALAR: one of these two. */
    int32_t (*scalar)(LaminarCall *call, size_t n_rows);
    /* In whole columns: args is a struct array of the arguments, which the callee may move from, text as utf8; ret an array of as
     * many values that the callee makes, ret_schema its schema, which may stay zeroed when it is of the declared type with text as
     * utf8. */
    int32_t (*scalar_arrow)(LaminarCall *call, const struct ArrowSchema *schema, const struct ArrowArray *args,
                            struct ArrowSchema *ret_schema, struct ArrowArray *ret);
    /* TABLE: called for each row of arguments (row 0); returns its rows one after the other, by column: laminar_return_*(call,
     * column, ..), then laminar_return_row. */
    int32_t (*table)(LaminarCall *call);
    /* AGGREGATE: a state of `state_bytes`, zeroed and then given to init.
     *   invertible: step gets negative weights for rows that are taken back.  The state is bytes that are moved, copied and written
     * to disk: at most 1,024, no pointers.  After as many rows out as in it must be as it began. else:       the database keeps the
     * rows of each group and calls init, step, final and drop anew when the group has changed. */
    size_t state_bytes;
    bool invertible;
    void (*init)(void *user_data, void *state); /* may be NULL */
    /* Row i counts weights[i] times for states[i]; rows come in no order but that of ORDER BY in the call, if it has one. */
    void (*step)(LaminarCall *call, size_t n_rows, void *const *states, const int64_t *weights);
    /* Invertible: into += sign * from; NULL: windows that overlap add each row to every one of them. */
    void (*merge)(void *user_data, void *into, const void *from, int32_t sign);
    int32_t (*final)(LaminarCall *call, size_t n_states, void *const *states); /* returns the result of state i as that of row i */
    void (*drop)(void *user_data, void *state);                                /* not invertible: frees what the state refers to */
} LaminarFunction;
LAMINAR_API int32_t laminar_register_function(LaminarConnection *conn, const LaminarFunction *function); /* copied */

LAMINAR_API void *laminar_call_user_data(const LaminarCall *call);
LAMINAR_API bool laminar_arg_is_null(LaminarCall *call, size_t arg, size_t row);
/* Converted; 0 for NULL.  A number, BOOLEAN, date (days) or time (microseconds). */
LAMINAR_API int64_t laminar_arg_i64(LaminarCall *call, size_t arg, size_t row);
LAMINAR_API double laminar_arg_f64(LaminarCall *call, size_t arg, size_t row);
LAMINAR_API bool laminar_arg_bool(LaminarCall *call, size_t arg, size_t row);
LAMINAR_API void laminar_arg_decimal(LaminarCall *call, size_t arg, size_t row, int64_t *high, uint64_t *low, int32_t *scale);
/* The bytes of a text, JSON or BYTEA, and any other type as PostgreSQL prints it; ends with a NUL; NULL for NULL. */
LAMINAR_API const char *laminar_arg_text(LaminarCall *call, size_t arg, size_t row, size_t *length);
/* The result of row i, or of column i of a TABLE's row, converted to its type. */
LAMINAR_API void laminar_return_null(LaminarCall *call, size_t i);
LAMINAR_API void laminar_return_i64(LaminarCall *call, size_t i, int64_t value); /* also BOOLEAN, dates (days) and times */
LAMINAR_API void laminar_return_f64(LaminarCall *call, size_t i, double value);
LAMINAR_API void laminar_return_bool(LaminarCall *call, size_t i, bool value);
LAMINAR_API void laminar_return_decimal(LaminarCall *call, size_t i, int64_t high, uint64_t low, int32_t scale);
LAMINAR_API void laminar_return_text(LaminarCall *call, size_t i, const char *text,
                                     size_t length); /* of any type: read from text */
/* The error of row i; of all rows when there is no such row (SIZE_MAX), and of a TABLE's whole call. */
LAMINAR_API void laminar_return_error(LaminarCall *call, size_t i, const char *message);
LAMINAR_API void laminar_return_row(LaminarCall *call); /* TABLE */

/* ---- Lookups that the program answers ---- */

/* CREATE LOOKUP TABLE users (id BIGINT PRIMARY KEY, name TEXT) FROM PROGRAM (lookup = 'users'): a table whose rows the program
 * gives when a query wants a key: from another database, a service, a cache of its own.  A key is asked for once, however many rows
 * wait for it, with others in one request; answers are kept as the table's options say, and are logged, so nobody is asked again
 * when a directory is recovered.
 *
 * ask is given a request and must not wait: it begins what it takes, on a thread of the program or in its event loop, and returns.
 * It may also answer at once.  It is called inside a step: of the functions of this header it may use those of this section only.
 * The request is the program's until laminar_lookup_done or laminar_lookup_fail has taken it; each one must be ended so, however
 * late, also after laminar_close: it keeps the database in memory.  What comes after the table's lookup_timeout is dropped.
 *
 * A lookup belongs to the database and is not stored: register it after laminar_open_with_config, before or after rows wait for it;
 * what waits is asked again with growing pauses until lookup_timeout is over.  `destroy` is called once, when the connection and
 * all its handles and requests are gone, or when the registration fails. */
typedef struct LaminarLookupRequest LaminarLookupRequest;
typedef struct LaminarLookup { /* `size` = sizeof(LaminarLookup) */
    uint32_t size;
    const char *name;
    void *user_data;
    void (*destroy)(void *user_data); /* may be NULL */
    void (*ask)(LaminarLookupRequest *request, void *user_data);
} LaminarLookup;
LAMINAR_API int32_t laminar_register_lookup(LaminarConnection *conn, const LaminarLookup *lookup); /* copied */

/* A request belongs to one thread at a time.  Its keys are numbered from 0; their columns are those of the PRIMARY KEY, in its
 * order, and never NULL. */
LAMINAR_API size_t laminar_lookup_num_keys(const LaminarLookupRequest *request); /* at most 4,096 */
LAMINAR_API int64_t laminar_lookup_key_i64(const LaminarLookupRequest *request, size_t key,
                                           size_t column); /* a number, BOOLEAN, date or time */
/* The bytes of a text or BYTEA, and any other type as PostgreSQL prints it; ends with a NUL; until the next call. */
LAMINAR_API const char *laminar_lookup_key_text(LaminarLookupRequest *request, size_t key, size_t column, size_t *length);
/* Rows of the answer, with all columns of the table, any number of times and in any order; of one key the last row counts, and keys
 * that were not asked for are left out.  As texts, NULL = NULL; or as Arrow (the array is moved, also when it fails). */
LAMINAR_API int32_t laminar_lookup_row(LaminarLookupRequest *request, const char *const *values, size_t n_values);
LAMINAR_API int32_t laminar_lookup_rows(LaminarLookupRequest *request, struct ArrowArray *array, const struct ArrowSchema *schema);
/* The end, which takes the request whatever it returns: keys without a row are not there; or it could not be answered for now, and
 * is made again after a pause. */
LAMINAR_API int32_t laminar_lookup_done(LaminarLookupRequest *request);
LAMINAR_API int32_t laminar_lookup_fail(LaminarLookupRequest *request, const char *message);

/* ---- Schema, catalog ---- */

LAMINAR_API int32_t laminar_get_schema(LaminarConnection *conn, const char *name,
                                       LaminarSchema **out);                   /* of a source, table or view */
LAMINAR_API int32_t laminar_list_sources(LaminarConnection *conn, char **out); /* JSON array of names */
LAMINAR_API int32_t laminar_schema_num_fields(LaminarSchema *schema, size_t *out);
LAMINAR_API int32_t laminar_schema_field_name(LaminarSchema *schema, size_t index, char **out);
LAMINAR_API int32_t laminar_schema_field_type(LaminarSchema *schema, size_t index, char **out);     /* "Int64", "Utf8", ... */
LAMINAR_API int32_t laminar_schema_field_sql_type(LaminarSchema *schema, size_t index, char **out); /* "BIGINT", "DECIMAL(10,2)" */
LAMINAR_API void laminar_schema_free(LaminarSchema *schema);

/* ---- Writer ---- */

/* What is written into a generated column of a table does not count: it gets its own value. A writer ends with ALTER TABLE or
 * SOURCE that changes columns or constraints: it returns 302, and a new one is opened. Rows that are queued, because another thread
 * is at work or inside a callback, may turn out not to be taken (a duplicate key, no memory) when the call that gave them has
 * returned: the writer's next call says so, does nothing else, and can be made again; laminar_writer_close waits for that. */
LAMINAR_API int32_t laminar_writer_create(LaminarConnection *conn, const char *source_name, LaminarWriter **out);
LAMINAR_API int32_t laminar_writer_write(LaminarWriter *writer,
                                         LaminarRecordBatch *batch); /* consumes the batch even when it fails */
LAMINAR_API int32_t laminar_writer_flush(LaminarWriter *writer);
LAMINAR_API int32_t laminar_writer_close(LaminarWriter *writer); /* idempotent; free is still needed */
LAMINAR_API void laminar_writer_free(LaminarWriter *writer);
/* Moves the array in (its release is NULL afterwards, also on failure), zero copy where the layout allows; columns by position.
 * ticket may be NULL; it is what laminar_wait waits for. What subscriptions and sinks get of the rows they have when this returns,
 * and whoever reads sees them; small pushes into a source that neither is behind are worked on together, at the latest when
 * somebody reads. It is released when nobody needs it any more: a database in memory without memory_limit may keep it as long as
 * the state of a query has rows of it. Any thread of the database may release it, while it works: a release function calls nothing
 * of this library. */
LAMINAR_API int32_t laminar_writer_push(LaminarWriter *writer, struct ArrowArray *array, const struct ArrowSchema *schema,
                                        uint64_t *ticket);
/* As laminar_writer_push of each of the stream's arrays in turn, up to 32 of which are read and then pushed together: what can be
 * done for all of them at once is, on as many threads as SET threads says (docs/operations.md). What a query gives for them is the
 * same, but subscriptions may get it in one epoch, and what callbacks push then comes behind it. The stream is released, also on
 * failure: then those before the array that failed are in. ticket may be NULL; it is that of the last array. While a writer pushes
 * a stream, another one through the same writer, from a function of the stream or a callback, is refused with 400. */
LAMINAR_API int32_t laminar_writer_push_stream(LaminarWriter *writer, struct ArrowArrayStream *stream, uint64_t *ticket);
/* Whether the texts of this writer's arrays are taken without a look at them (preset: false, all are checked). True is a promise of
 * the producer: text is UTF-8; every string view, also that of a null row, is of a length from 0, lies within its buffer, or is
 * inlined with zeros behind its bytes. Where it is broken, results are wrong and memory may be read that is not the array's. What
 * costs no look at each text is checked all the same, and so are JSON and the lengths of VARCHAR(n) and CHAR(n). Arrays of short
 * rows that mostly pass through are taken several times as fast. */
LAMINAR_API int32_t laminar_writer_trust(LaminarWriter *writer, bool trusted);
/* Weighted rows into a table, or a source created WITH (changes = 'upsert' | 'changelog'); another refuses rows that are taken
 * back. The array (moved in as above) has the relation's own layout, that of laminar_schema_export, except that every column may be
 * NULL; weights[i], one per row, adds row i (positive) or takes it back (negative). With a primary key a row that comes replaces
 * the one with its key. For 'upsert' the rows count in their order, and a row is taken back by its key alone. Else weights of equal
 * rows are added up first, and a stored row is taken back when it does not contradict the one given (NULL says nothing): -old and
 * +new may come in any order. What is taken back and is not there is counted and left out. */
LAMINAR_API int32_t laminar_writer_push_changes(LaminarWriter *writer, struct ArrowArray *array, const int32_t *weights,
                                                uint64_t *ticket);
typedef struct LaminarWriterStats { /* of the relation written to; `size` = sizeof(LaminarWriterStats) */
    uint32_t size;
    uint64_t rows;            /* that came into it, by whatever writer or statement */
    uint64_t refused;         /* future rows that were left out */
    uint64_t unknown_deletes; /* rows taken back that were not there (LM040) */
} LaminarWriterStats;
LAMINAR_API int32_t laminar_writer_stats(LaminarWriter *writer, LaminarWriterStats *out);
/* Ticket of the writer's last push, by whatever call; see laminar_wait. */
LAMINAR_API int32_t laminar_writer_ticket(LaminarWriter *writer, uint64_t *out);
/* From now on each push of this writer is one of the producer's (an id of the caller's choice, not 0), with the next sequence
 * number: one per call of laminar_writer_push, _push_changes, _write, _flush with rows, laminar_row_push, and per 1,024 rows of the
 * row builder. A push whose number has come before, from any writer into this relation, is accepted and changes nothing: so after
 * a crash a client asks for the last number (0 = none) and sends again what came after it, or sends everything again. */
LAMINAR_API int32_t laminar_writer_producer(LaminarWriter *writer, uint64_t producer, uint64_t *last_sequence);
LAMINAR_API int32_t laminar_writer_sequence(LaminarWriter *writer, uint64_t sequence); /* of the next push */
/* Asserts that no row below this event time follows; lower values than the current watermark are ignored. */
LAMINAR_API int32_t laminar_writer_watermark(LaminarWriter *writer, int64_t event_time_us);
LAMINAR_API int32_t laminar_writer_current_watermark(LaminarWriter *writer, int64_t *out_us); /* INT64_MIN = none yet */

/* Row builder: begin, set columns (others become their DEFAULT or NULL), end. Rows gather in the writer until laminar_writer_flush,
 * or until 1,024 are there; laminar_row_push ends the row and pushes at once, without allocating. One row at a time per writer.
 * While a writer's built rows are pushed, a callback builds others with another writer (400). */
typedef struct LaminarRow LaminarRow;
LAMINAR_API int32_t laminar_row_begin(LaminarWriter *writer, LaminarRow **out);
LAMINAR_API int32_t laminar_row_weight(LaminarRow *row, int32_t weight); /* 1 when not set; see laminar_writer_push_changes */
LAMINAR_API int32_t laminar_row_null(LaminarRow *row, size_t column);
LAMINAR_API int32_t laminar_row_bool(LaminarRow *row, size_t column, bool value);
LAMINAR_API int32_t laminar_row_i64(LaminarRow *row, size_t column,
                                    int64_t value); /* any integer column, range-checked; DECIMAL; dates and times in their unit */
LAMINAR_API int32_t laminar_row_f64(LaminarRow *row, size_t column, double value); /* REAL, DOUBLE */
LAMINAR_API int32_t laminar_row_decimal(LaminarRow *row, size_t column, int64_t high, uint64_t low,
                                        int32_t scale); /* 128-bit value / 10^scale */
LAMINAR_API int32_t laminar_row_text(LaminarRow *row, size_t column, const char *text,
                                     size_t length); /* string columns as is; others parsed */
LAMINAR_API int32_t laminar_row_timestamp(LaminarRow *row, size_t column, int64_t us);
LAMINAR_API int32_t laminar_row_end(LaminarRow *row);
LAMINAR_API int32_t laminar_row_push(LaminarRow *row);

/* ---- Result ---- */

LAMINAR_API int32_t laminar_result_schema(LaminarQueryResult *result, LaminarSchema **out);
LAMINAR_API int32_t laminar_result_num_rows(LaminarQueryResult *result, size_t *out);
LAMINAR_API int32_t laminar_result_num_batches(LaminarQueryResult *result, size_t *out);
LAMINAR_API int32_t laminar_result_get_batch(LaminarQueryResult *result, size_t index,
                                             LaminarRecordBatch **out); /* caller frees it */
LAMINAR_API void laminar_result_free(LaminarQueryResult *result);
/* The whole result as an Arrow stream; the stream keeps what it needs, the result may be freed. */
LAMINAR_API int32_t laminar_result_export_stream(LaminarQueryResult *result, struct ArrowArrayStream *out);

/* ---- Stream ---- */

LAMINAR_API int32_t laminar_stream_schema(LaminarQueryStream *stream, LaminarSchema **out);
LAMINAR_API int32_t laminar_stream_next(LaminarQueryStream *stream, LaminarRecordBatch **out);     /* waits; OK with NULL = end */
LAMINAR_API int32_t laminar_stream_try_next(LaminarQueryStream *stream, LaminarRecordBatch **out); /* OK with NULL = nothing yet */
LAMINAR_API int32_t laminar_stream_next_timeout(LaminarQueryStream *stream, int64_t timeout_ms,
                                                LaminarRecordBatch **out); /* 502 = nothing in time */
LAMINAR_API int32_t laminar_stream_is_active(LaminarQueryStream *stream, bool *out);
LAMINAR_API int32_t laminar_stream_cancel(LaminarQueryStream *stream);
LAMINAR_API void laminar_stream_free(LaminarQueryStream *stream);
typedef struct LaminarStats { /* `size` = sizeof(LaminarStats) */
    uint32_t size;
    bool append_only; /* no row of the result is ever taken back */
    uint64_t rows_in, rows_out, late, errors, malformed;
    int64_t watermark_us; /* of the result; INT64_MIN = none yet, INT64_MAX = ended */
    int64_t state_bytes;
    uint64_t late_partial; /* rows that came too late for some of their windows and counted in the others */
} LaminarStats;
LAMINAR_API int32_t laminar_stream_stats(LaminarQueryStream *stream, LaminarStats *out);

/* ---- Batch and Arrow ---- */

LAMINAR_API int32_t laminar_batch_num_rows(LaminarRecordBatch *batch, size_t *out);
LAMINAR_API int32_t laminar_batch_num_columns(LaminarRecordBatch *batch, size_t *out);
LAMINAR_API void laminar_batch_free(LaminarRecordBatch *batch);
/* A struct array; the batch stays valid; the consumer calls both release functions. Text leaves as utf8 ("u"). */
LAMINAR_API int32_t laminar_batch_export(LaminarRecordBatch *batch, struct ArrowArray *out_array, struct ArrowSchema *out_schema);
LAMINAR_API int32_t laminar_schema_export(LaminarSchema *schema, struct ArrowSchema *out_schema);
LAMINAR_API int32_t laminar_batch_export_column(LaminarRecordBatch *batch, size_t column_index, struct ArrowArray *out_array,
                                                struct ArrowSchema *out_schema);
/* As laminar_batch_export, with text as string views ("vu", "vz"): no copy. */
LAMINAR_API int32_t laminar_batch_export_views(LaminarRecordBatch *batch, struct ArrowArray *out_array,
                                               struct ArrowSchema *out_schema);
/* Takes both structs and marks them released even on failure. */
LAMINAR_API int32_t laminar_batch_import(struct ArrowArray *array, struct ArrowSchema *schema, LaminarRecordBatch **out);
LAMINAR_API int32_t laminar_batch_create(struct ArrowArray *array, struct ArrowSchema *schema, LaminarRecordBatch **out);
/* Signed multiplicity of a row: +1 inserted, -1 taken back. */
LAMINAR_API int32_t laminar_batch_weight(LaminarRecordBatch *batch, size_t row, int32_t *out);
/* Text of a value as PostgreSQL prints it, valid until the next call for this batch or its end; *text = NULL for SQL NULL. */
LAMINAR_API int32_t laminar_batch_text(LaminarRecordBatch *batch, size_t row, size_t column, const char **text, size_t *length);
/* The same as JSON: numbers, booleans, JSON, arrays, rows and maps as such, all else as a string; numbers that JSON has not, as
 * null. */
LAMINAR_API int32_t laminar_batch_json(LaminarRecordBatch *batch, size_t row, size_t column, const char **text, size_t *length);
LAMINAR_API int32_t laminar_batch_schema(LaminarRecordBatch *batch, LaminarSchema **out);

/* ---- Subscriptions ---- */

/* `query`: the name of a source, stream or view, or a SELECT. */
LAMINAR_API int32_t laminar_subscribe_callback(LaminarConnection *conn, const char *query, LaminarSubscriptionCallback on_data,
                                               LaminarErrorCallback on_error, void *user_data, LaminarSubscriptionHandle **out);
LAMINAR_API int32_t
laminar_subscription_cancel(LaminarSubscriptionHandle *handle); /* idempotent; no callback after it returns, also from inside one */
LAMINAR_API int32_t laminar_subscription_is_active(LaminarSubscriptionHandle *handle, bool *out);
LAMINAR_API void *laminar_subscription_user_data(LaminarSubscriptionHandle *handle);
LAMINAR_API void laminar_subscription_free(LaminarSubscriptionHandle *handle); /* cancels first */

typedef struct LaminarChange { /* one delivery; everything is valid during the callback, or until the next laminar_subscription_next
                                */
    LaminarRecordBatch *batch; /* borrowed; NULL for a watermark alone */
    size_t num_rows;
    uint64_t sequence;    /* counts deliveries, from 1 */
    uint64_t gap_rows;    /* rows dropped right before this delivery (DROP_OLDEST, DROP_NEWEST) */
    int64_t watermark_us; /* INT64_MIN = none yet */
    uint64_t epoch;       /* the step that made the change; subscribe from it to get what came after */
    int32_t kind;         /* LaminarChangeKind */
    int32_t event;        /* of rows: LAMINAR_EVENT_INSERT, _DELETE, or _UPDATE when they have both signs */
} LaminarChange;
typedef enum LaminarChangeKind {
    LAMINAR_CHANGE_ROWS,
    LAMINAR_CHANGE_WATERMARK,
    LAMINAR_CHANGE_SNAPSHOT_BEGIN, /* begin and end come only with LAMINAR_START_SNAPSHOT */
    LAMINAR_CHANGE_SNAPSHOT_ROWS,
    LAMINAR_CHANGE_SNAPSHOT_END,
    LAMINAR_CHANGE_END /* of laminar_subscription_next: nothing will follow */
} LaminarChangeKind;
typedef void (*LaminarChangeCallback)(void *user_data, const LaminarChange *change);
/* What happens when more than buffer_bytes wait for the reader. */
typedef enum LaminarOverflow {
    LAMINAR_OVERFLOW_DROP_OLDEST, /* gap_rows tells how many rows went */
    LAMINAR_OVERFLOW_DISCONNECT,  /* the subscription ends with LM032 */
    /* Pushes into what the query depends on wait until half of the queue is read. The bound is looked at between steps, so one push
     * may exceed it. A push inside a callback does not wait; one by the thread that reads the subscription returns LM031 instead of
     * waiting for itself, and so does one by the thread that opened it when for a second no other has begun to read. Cancelling,
     * the end of the subscription and laminar_close let everybody go on. */
    LAMINAR_OVERFLOW_BLOCK,
    LAMINAR_OVERFLOW_DROP_NEWEST,
    LAMINAR_OVERFLOW_CONFLATE /* of a result with a unique key: what waits is folded to the latest row of each key */
} LaminarOverflow;
typedef enum LaminarStart {
    LAMINAR_START_DEFAULT,   /* of tables and views the content, then the changes; of streams and sources the changes from now on */
    LAMINAR_START_LATEST,    /* the changes from now on */
    LAMINAR_START_SNAPSHOT,  /* content or, of a source, the rows it retains, between BEGIN and END; then the changes */
    LAMINAR_START_EPOCH,     /* the changes after from_epoch; LM032 when they are not all held any more (retain_history) */
    LAMINAR_START_TIMESTAMP, /* the changes made at or after the processing time from_timestamp_us */
} LaminarStart;
typedef struct LaminarSubscribeOptions { /* `size` = sizeof(LaminarSubscribeOptions) */
    uint32_t size;
    LaminarChangeCallback on_change; /* NULL: poll with laminar_subscription_next */
    LaminarErrorCallback on_error;   /* may be NULL */
    void *user_data;
    bool watermarks;      /* deliver watermark moves too */
    int32_t overflow;     /* LaminarOverflow of the queue */
    int64_t buffer_bytes; /* of the queue; 0 = 16 MiB */
    /* A `size` that ends before any of the following leaves it at its default. */
    LaminarCompletionCallback on_complete; /* the input has ended: status LAMINAR_OK, result NULL; may be NULL */
    int32_t start;                         /* LaminarStart */
    uint64_t from_epoch;
    int64_t from_timestamp_us;
    const char *filter;       /* a condition over the columns, as in WHERE; NULL = all rows. A row it raises for goes to on_error */
    const char *columns;      /* a select list; NULL = all columns */
    uint32_t sample;          /* every n-th row only; 0 = all */
    bool fold_updates;        /* deliver DELETE, UPDATE and INSERT apart, changes of a step folded by the result's unique key */
    bool demand;              /* callbacks: deliver only as many rows as laminar_subscription_request has asked for */
    uint32_t batch_rows;      /* callbacks: gather up to so many rows (4,096 at most) per call; 0 = as they come */
    int64_t batch_delay_us;   /* and no longer than this; 0 = 1 ms */
    int64_t block_timeout_ms; /* BLOCK: a push that has waited so long returns LM031; 0 = it waits without end */
} LaminarSubscribeOptions;
typedef struct LaminarSubscription LaminarSubscription;
LAMINAR_API int32_t laminar_subscribe(LaminarConnection *conn, const char *sql_or_name, const LaminarSubscribeOptions *options,
                                      LaminarSubscription **out);
/* timeout_ms < 0 waits, 0 polls. LAMINAR_OK with batch NULL and num_rows 0 and watermark unchanged = the subscription has ended;
 * 502 = nothing in time. */
LAMINAR_API int32_t laminar_subscription_next(LaminarSubscription *subscription, int64_t timeout_ms, LaminarChange *out);
/* As laminar_subscription_next with up to `capacity` deliveries that are there; all stay valid until the next call. */
LAMINAR_API int32_t laminar_subscription_next_many(LaminarSubscription *subscription, int64_t timeout_ms, LaminarChange *out,
                                                   size_t capacity, size_t *n);
/* Calls `each` with up to `limit` deliveries that are there, without waiting or allocating; it stops early by returning false.
 * LAMINAR_OK also when there was nothing. */
typedef bool (*LaminarEachCallback)(void *user_data, const LaminarChange *change);
LAMINAR_API int32_t laminar_subscription_poll_each(LaminarSubscription *subscription, size_t limit, LaminarEachCallback each,
                                                   void *user_data, size_t *n);
/* While paused nothing is delivered; what comes waits in the queue, under its bound. Also inside callbacks. */
LAMINAR_API int32_t laminar_subscription_pause(LaminarSubscription *subscription);
LAMINAR_API int32_t laminar_subscription_resume(LaminarSubscription *subscription);
LAMINAR_API int32_t laminar_subscription_request(LaminarSubscription *subscription,
                                                 uint64_t rows); /* with `demand`: so many more */
typedef struct LaminarSubscriptionStats {                        /* `size` = sizeof(LaminarSubscriptionStats) */
    uint32_t size;
    bool active, paused;
    uint64_t rows_in;                                   /* that the relation or query gave */
    uint64_t batches, rows, bytes;                      /* delivered; bytes: of what went through the queue */
    uint64_t queued_rows, queued_batches, queued_bytes; /* waiting: how far the reader is behind */
    uint64_t dropped_rows, errors;                      /* errors: rows that raised */
    uint64_t poll_misses;                               /* calls that found nothing */
    uint64_t epoch, current_epoch;                      /* of the newest delivery; of the database */
} LaminarSubscriptionStats;
LAMINAR_API int32_t laminar_subscription_stats(LaminarSubscription *subscription, LaminarSubscriptionStats *out);
LAMINAR_API int32_t laminar_current_epoch(LaminarConnection *conn, uint64_t *out); /* the number of the newest step */
LAMINAR_API int32_t laminar_subscription_schema(LaminarSubscription *subscription, LaminarSchema **out);
LAMINAR_API int laminar_subscription_fd(
    LaminarSubscription *subscription); /* readable when there is something; -1 = not available */
LAMINAR_API int32_t
laminar_subscription_close(LaminarSubscription *subscription); /* no delivery after it returns, also from inside a callback */
LAMINAR_API void laminar_subscription_release(LaminarSubscription *subscription); /* closes first, frees */

#ifdef __cplusplus
}
#endif
#endif
