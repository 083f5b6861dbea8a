/* SPDX-License-Identifier: Apache-2.0
 *
 * Database: catalog, engine and settings of one open database.  [any]; counted, because writers, streams and subscriptions may
 * outlive the connection that made them: after db_close they answer with 57P01. */
#pragma once
#include "base/zone.h"
#include "catalog/catalog.h"
#include "flow/engine.h"
#include "plan/plan.h"

typedef struct Live { /* what runs for a relation; freed with it */
    struct Live *next;
    uint64_t relation;
    Pipeline *query;
    SinkDriver *sink;
    struct LateRoute *late;
    struct ErrorsRoute *errors; /* from those of what it shares */
} Live;

typedef struct Variable {
    struct Variable *next;
    char *name, *value;
} Variable;

#define SEARCH_PATH_PRESET "\"$user\", public"
typedef struct Settings {
    bool state_check_strict;
    bool keeps_joins;               /* new continuous queries have no delta joins */
    bool shares_nothing;            /* new continuous queries compute all that they contain, each time */
    int32_t on_error;               /* RowErrorPolicy of new continuous queries */
    bool wal_async;                 /* statements do not wait for the disk */
    int32_t wal_io;                 /* WalIo */
    int64_t checkpoint_us;          /* how often; 0 = only when asked, and at closing */
    bool warnings_only;             /* client_min_messages */
    bool read_only;                 /* transactions that do not say, and statements outside of one */
    _Atomic(const TimeZone *) zone; /* NULL = UTC as nobody has named it otherwise; results read it without the lock */
    char application_name[64];
    char search_path[1024]; /* as SHOW gives it */
} Settings;

typedef struct Database Database;
/* Of a directory whose newest checkpoint lacks something (checkpoint_base.c). */
typedef enum RestoreFrom { RESTORE_NEWEST, RESTORE_BASE, RESTORE_NEWEST_AS_IT_IS } RestoreFrom;
typedef struct DatabaseConfig {
    int64_t buffer_rows;        /* 0 = 65,536 */
    int64_t memory_limit_bytes; /* 0 = none */
    bool permissive_variables;
    uint32_t threads;                                         /* 0: 1, or as the database in the directory was left */
    const char *path;                                         /* NULL: in memory; read by db_open only */
    int (*prepare)(Database *db, const void *self, Err *err); /* before what is in the directory is made again; db_open only */
    const void *prepare_self;
    WalOptions wal;
    RestoreFrom restore_from; /* db_open's own, and .. */
    const Err *base_error;    /* .. with _AS_IT_IS: why not from the base */
} DatabaseConfig;
typedef struct Durable Durable;

typedef struct Buried { /* a handle given up inside one of its own callbacks: freed when no step can be in it */
    struct Buried *next;
    void (*free)(void *p);
    void *p;
} Buried;

typedef struct Cursor Cursor;
typedef struct Comment Comment;
struct Database {
    _Atomic uint32_t rc;
    Env *env;
    int64_t opened_ns; /* mono */
    Account acct;
    Engine *engine;
    DatabaseConfig config;
    EnvMutex ddl;          /* one change of the catalog at a time */
    EnvMutex catalog_lock; /* the pointer below */
    Catalog *catalog;
    uint64_t next_relation; /* [ddl] */
    uint64_t n_natives;     /* [ddl] functions of the program that have been registered */
    Live *live;             /* [ddl] */
    EnvMutex streams_lock;  /* subscriptions that are open, for SHOW SUBSCRIPTIONS */
    struct Stream *first_stream, *last_stream;
    uint64_t next_stream;
    EnvMutex comments_lock;
    struct Comment *comments; /* COMMENT ON */
    bool defining;            /* [shard] a transaction that is not over has changed the catalog */
    EnvMutex cursors_lock;
    struct Cursor *cursors; /* DECLARE */
    uint64_t n_cursors;     /* made so far; [cursors_lock] */
    EnvMutex transaction_lock;
    struct Transaction *_Atomic transaction; /* BEGIN; NULL = none.  Statements beside it look whether there is one */
    uint64_t n_transactions;                 /* begun so far; [transaction_lock] */
    _Atomic uint32_t n_alone;                /* statements that run outside of one; BEGIN waits for them */
    EnvMutex identities_lock;
    struct IdentityState *identities; /* numbers of identity columns that have been given */
    uint64_t n_identities;            /* made so far; [identities_lock] */
    uint32_t last_identity;           /* column of the table that last_sequence is */
    EnvMutex sequences_lock;          /* behind the shard */
    uint64_t random_seed;             /* of setseed(); 0 = none */
    int64_t txid, last_txid;          /* [sequences_lock] of the transaction, when it has been asked for */
    struct AdvisoryLock *advisory;    /* [sequences_lock] */
    struct SequenceState *sequences;
    _Atomic uint64_t last_sequence;   /* relation of the last nextval(), or whose column has numbered a row; 0 = none */
    Sequences sequence_calls;         /* what expressions call */
    _Atomic bool sequences_unsettled; /* a number has been given that the disk may not know of */
    EnvMutex lookups_lock;
    struct RegisteredLookup *lookups; /* laminar_register_lookup */
    EnvMutex prepared_lock;
    struct NamedStatement *prepared; /* PREPARE */
    EnvMutex settings_lock;
    Settings settings;
    Variable *variables;
    Buried *graveyard;          /* [settings_lock] */
    Durable *durable;           /* NULL: in memory */
    _Atomic bool has_on_commit; /* there may be temporary tables with ON COMMIT (db/on_commit.c) */
    _Atomic uint64_t domains;   /* changes of what values of domains are held to: who has bound that asks again */
    _Atomic bool closed, interrupted;
    char *reopen_path;     /* of a database that RESTORE has closed: where it goes on */
    _Atomic bool restored; /* it has gone back to another checkpoint; before anybody can open its directory */
};

int db_open(Env *env, const DatabaseConfig *config, Database **ret, Err *err);
/* DatabaseConfig.prepare: what the program has registered with another database, which is closed. */
int db_take_program(Database *db, const void *from, Err *err);
/* See engine_set_threads. Also inside of a step. */
int db_set_threads(Database *db, uint32_t n, Err *err);
Database *db_ref(Database *db);
void db_unref(Database *db);
/* Ends everything that runs; later calls on handles get -ERR_SHUTDOWN. Idempotent. */
void db_close(Database *db);
int db_check_open(Database *db, Err *err);
bool db_is_inside(const Database *db); /* the thread is in a callback of a step, or in a function of the program */

void db_close_cursors(Database *db);
void db_forget_prepared(Database *db);

/* Frees p later, outside of any step; false: no memory, p is leaked. */
bool db_bury(Database *db, void (*free)(void *p), void *p);
void db_exhume(Database *db); /* not inside a step */

Catalog *db_catalog(Database *db);                 /* one reference on the current snapshot */
void db_restore_catalog(Database *db, Catalog *c); /* [ddl] one of before is what there is again */
/* [ddl] Publishes the next snapshot: `add` gets an id when it has none. */
/* The catalog with and without these, and putting it in the place of the one that there is: for who can fail between. */
int db_next_catalog(Database *db, Relation *add, const uint64_t *remove, uint32_t n_remove, Catalog **ret, Err *err);
void db_swap_catalog(Database *db, Catalog *give_next);
int db_publish(Database *db, Relation *add, const uint64_t *remove, uint32_t n_remove, Err *err);
int db_set_variable(Database *db, Str name, const char *value /* NULL = forget */, Err *err);
/* The zone of the session as zone_use() takes it: NULL = UTC. */
const TimeZone *db_zone(Database *db);
bool db_variable(void *db, Str name, Str *ret); /* a sql/variables.h VarLookup; the caller holds settings_lock */
Live *db_live(Database *db, uint64_t relation);
int db_add_live(Database *db, uint64_t relation, Pipeline *q, SinkDriver *sink, struct LateRoute *late, Err *err);
/* [ddl] Stops what runs for the relation and its feeds. */
void db_stop(Database *db, uint64_t relation);
void db_unpublish(Database *db, const Relation *r); /* takes back all of a CREATE that failed */
