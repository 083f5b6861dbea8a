/* SPDX-License-Identifier: Apache-2.0
 *
 * What the api_*.c files share: the handles of laminar.h, and the one place where an Err becomes a returned code and the thread's
 * last error (style 5.2). */
#pragma once
#include "db/execute.h"
#include "db/stream.h"
#include "laminar.h"

typedef struct ClosedDatabase { /* that RESTORE has closed; another thread may still look at it */
    struct ClosedDatabase *next;
    Database *db;
} ClosedDatabase;
struct LaminarConnection {
    Database *_Atomic db; /* changes with RESTORE: a function reads it once */
    EnvMutex lock;
    ClosedDatabase *closed; /* [lock] */
};
struct LaminarSchema {
    Schema *schema;
};
struct LaminarRecordBatch {
    Batch *batch; /* one reference, or borrowed inside a LaminarChange; the first of `part` */
    Batch **part; /* an imported array of more rows than a Batch holds is kept in pieces, the first being `batch` */
    uint32_t n_parts, cap_parts;
    bool borrowed;
    Database *db;         /* one reference when the batch's memory is the database's; NULL = imported, on its own account */
    const TimeZone *zone; /* of the session when it was made: of moments as texts */
    StrBuf text;          /* of laminar_batch_text */
};
struct LaminarQueryResult {
    Database *db;
    ResultSet *rows;
};
struct LaminarQueryStream {
    Stream *stream;
    char *text;           /* of the statement, for the line and column of errors that rows raise */
    uint64_t transaction; /* in which it was opened: transaction_number() */
};

/* [api_function.c] Makes the function known; in->destroy is called when that fails. */
int db_register(Database *db, const LaminarFunction *in, Err *err);

/* Threads that have an error set (one that ends with it counts on).  While there are none, which is usual, the row functions need
 * not look at their thread's. */
extern _Atomic uint32_t api_threads_in_error;
void api_forget(void);
/* Clears the thread's error; every function that returns a status begins with it. */
static inline void api_begin(void)
{
    if (unlikely(atomic_load_explicit(&api_threads_in_error, memory_order_relaxed) > 0))
        api_forget();
}
/* Keeps err as the thread's last error and gives its API code. */
int32_t api_fail(const Err *err);
/* The same for rc < 0 with err filled, LAMINAR_OK for rc >= 0. */
int32_t api_return(int rc, const Err *err);
/* As api_return, with `code` whatever err says. */
int32_t api_return_as(int32_t code, int rc, const Err *err);
/* A failure of the interface itself: code as returned, message kept. */
int32_t api_error(int32_t code, const char *message);
/* The end of a call that has run statements: r goes into info and *out, both of which may be NULL. */
int32_t api_result(Database *db, int rc, StatementResult *r, LaminarExecuteInfo *info, LaminarQueryResult **out, Err *err);
int32_t api_null(void);                 /* LAMINAR_ERR_NULL_POINTER, no message */
bool api_text(const char *s, Str *ret); /* false: not UTF-8; the caller returns LAMINAR_ERR_INVALID_UTF8 */
char *api_strdup(const char *s);        /* for laminar_string_free */

/* timeout_ms from now; INT64_MAX = never: it is negative, or as good as. */
static inline int64_t api_deadline(Env *env, int64_t timeout_ms)
{
    int64_t now = env_mono_ns(env);
    return timeout_ms < 0 || timeout_ms > (INT64_MAX - now) / 1000000 ? INT64_MAX : now + timeout_ms * 1000000;
}

/* Handle of a batch, taking one reference; NULL = no memory. */
LaminarRecordBatch *api_batch_new(Database *db, Batch *give_b);
/* What the catalog knows a relation by that the program names: the name itself; when there is none of it, the name as SQL reads it
 * without quotes, which is in lower case, and public when it says so.  The answer lies in buf, or is `name`. */
#define API_NAME_BYTES 256
Str api_name(const Catalog *c, Str name, char *buf);
int32_t api_schema_new(const Schema *s, LaminarSchema **out); /* a copy on no account: it may outlive the database */
