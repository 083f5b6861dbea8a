/* SPDX-License-Identifier: Apache-2.0
 *
 * A database in a directory (design 7): opening with recovery, what statements log, waiting for the disk, closing.
 *
 * Recovery runs the same code as the statements and pushes did: the text of each statement that changed the catalog, with what it
 * looked up outside (columns of a file), and each input in its order.  Of such statements one runs at a time, from its check to its
 * record, so the log has them in the order in which they took effect. */
#pragma once
#include "db/execute.h"
#include "durable/checkpoint.h"
#include "env/points.h"

typedef struct Entry {                      /* a statement whose effect is there, for checkpoints */
    uint64_t first_relation, next_relation; /* numbers that it has given */
    uint64_t setting;                       /* hash of the name of what it sets; 0 = it sets nothing */
    int64_t ptime_us;
    bool keeps_rows; /* what stands behind the statement is no rows of it: what its query shares (share.c) */
    bool past;       /* what it made is gone, and needed on the way to what is there (entries.c) */
    char *payload;
    size_t n;
} Entry;

typedef struct Durable {
    Directory dir;
    Account *acct;
    Wal *wal;
    EnvMutex checkpointing;    /* one at a time */
    EnvMutex kept_lock;        /* for who only looks at the two, and the times */
    Checkpoint newest, before; /* number 0 = none */
    uint64_t base;             /* the newest checkpoint that has everything; 0 = there is none */
    Checkpoint old_base;       /* it, when it is kept beside the two; number 0 = it is not */
    bool lacks;                /* the newest one does not */
    Histogram checkpoint_ns;   /* how long those took that were made */
    uint64_t n_failed;         /* that could not be made */
    uint64_t next_number;
    Err passed_over;    /* at opening: why not the newest checkpoint; code 0 = it was */
    _Atomic bool told;  /* with the result of a statement */
    uint64_t quiet_seq; /* up to here the log has nothing that a checkpoint would add to the newest one */
    bool is_open;
    Entry *entry; /* [statements] in their order */
    uint32_t n_entries, cap_entries;
    bool some_broken;    /* a statement could not be run again: a checkpoint may have state that is nobody's */
    bool entries_broken; /* [statements] one is missing for want of memory */
    EnvThreadHandle *checkpointer;
    _Atomic uint32_t wake;
    _Atomic bool stop;
    EnvMutex statements;                             /* one statement that is logged at a time */
    WalEnd found;                                    /* what recovery read */
    Arena decisions;                                 /* while the database is opened: .. */
    struct Decision *first_decision, *last_decision; /* .. what the log says of sinks */
    struct ReadVoid *read_voids;                     /* .. which steps of readers have been run anew since */
    uint64_t reads_until;                            /* .. and up to where the others are to be run again; 0 = none is */
    /* [statements] The statement that runs: */
    const ScriptStmt *running;
    Str instead;              /* what is logged in place of its text; p NULL = nothing else */
    uint64_t first_relation;  /* next number when it began */
    uint64_t altered_routine; /* of ALTER FUNCTION and its kind: what they have found; 0 = nothing */
    bool logged, skipped;
    bool gone;                 /* what it replaces has gone: a statement that fails has dropped it */
    struct DdlStatement *unit; /* statements before it that have happened, and are logged with it as one record */
    uint32_t n_unit, cap_unit;
    bool in_unit;                /* more follow: nothing is logged yet */
    StrBuf record;               /* its payload */
    StrBuf rows;                 /* and what stands behind the text: rows that it has made of chance or numbers; empty = none */
    Str replayed_rows;           /* of a record that is replayed; p NULL = it has none */
    int64_t unit_now_us;         /* the transaction that is replayed began then; 0 = none */
    Schema *discovered;          /* columns that its connector reported; one reference */
    struct Restoring *restoring; /* RESTORE: what the directory becomes when it is closed; NULL = what it is */
    bool replaying;              /* it comes from the log: `discovered` is the answer, and nothing outside is looked at */
} Durable;

/* db's engine is there; nothing else has happened.  1 = as durable_restore: db can only be closed. */
int durable_open(Database *db, const char *path, Err *err);
void durable_settle_all(Database *db); /* before what runs is stopped: a last checkpoint */
void durable_close(Database *db);      /* idempotent; writes out what is there and gives the directory free */
void durable_free(Database *db);       /* when the last handle is gone */

/* Around a statement of kind LOGGED. */
void durable_begin(Database *db, const ScriptStmt *s);
int durable_end(Database *db, int rc, Err *err); /* logs it when it has succeeded and has not been logged */
void durable_skip(Database *db);                 /* the statement that runs changes nothing that is kept: it is not logged */
/* Where a handler has changed what runs, inside the shard: the record's place among the steps. No-op in memory and when done. */
int durable_log_statement(Database *db, Err *err);
/* The same in one unit with changes of rows, which are made: the log has both or nothing. */
int durable_log_with_changes(Database *db, const FeedChange *c, uint32_t n, Err *err);
/* What the statement takes the place of goes now, whether it succeeds or not. */
void durable_goes(Database *db);
/* Before that: its record has this text, borrowed until then. */
void durable_log_instead(Database *db, Str text);
/* Columns of a connector, for CREATE SOURCE: those found before when replaying, else NULL. And keeping what was found now. */
/* The payload of its record. */
/* Rows behind the statement in its record, which it has made but would make otherwise when it runs again: where they are put before
 * the statement is logged (NULL: it is not), and what the record that is replayed has (p NULL: none).  They are its handler's. */
StrBuf *durable_rows_begin(Database *db);
Str durable_rows(const Database *db);
Str durable_without_rows(Str payload);  /* of a record */
void durable_put_running(Database *db); /* of the statement that runs, into `record` */
void durable_put_statement(StrBuf *b, const Database *db, Str text, const Schema *discovered);
bool durable_statement_text(Str payload, Str *ret); /* of a WAL_DDL record; false: it cannot be read */
Schema *durable_discovered(Database *db);
void durable_keep_discovered(Database *db, const Schema *s);
bool durable_is_replaying(const Database *db);
uint64_t durable_owner(const Database *db, const char *name); /* of things outside that belong to a relation */

/* ---- broken.c ---- */
/* The statement with its first relation number could not be run again: 0 = it has a broken relation now, and why is cleared. */
int broken_keep(Database *db, uint64_t number, Str text, Err *why);
bool broken_may_stay(const Err *why); /* the database opens all the same, with what is broken as it is */

/* ---- checkpoint_base.c ---- */
const Relation *base_lacking(const Catalog *c); /* the first one that a checkpoint would lack the state of; NULL = none */
void base_put(const Durable *d, StrBuf *body);  /* behind all else: the checkpoint lacks something */
bool base_of(Str body, uint64_t *ret);          /* it does, and this is its base */
/* [kept_lock] It is the newest one now.  Then: the log behind this record is needed; 0 = all of it is. */
void base_note(Durable *d, const Checkpoint *made, bool lacks);
uint64_t base_log_seq(const Durable *d);
/* Its pages, for the tables of the statements that are run then (restore_pages.c). */
int durable_load_pages(Database *db, const Checkpoint *c, Err *err);
/* The newest one has been read: it, or what its base is, is what db restores.  1 = the log alone is. */
int base_take(Database *db, Err *err);

/* ---- checkpoint.c ---- */
/* CHECKPOINT_BY_LOG: a sink has failed, as err says.  What it lacks only the log has, so the last checkpoint stays the newest one
 * and the log behind it whole; the other sinks have published what they had. */
#define CHECKPOINT_BY_LOG 1
int durable_checkpoint(Database *db, uint64_t *ret_number, Err *err);
bool durable_needs_checkpoint(const Database *db);
void durable_start_checkpointer(Database *db);
void durable_stop_checkpointer(Database *db);
void durable_wake_checkpointer(Database *db);
/* The newest checkpoint, when there is one.  1 = it lacks what could run again. */
int durable_restore(Database *db, Err *err);
int durable_note_entry(Database *db, const Entry *entry, Str payload, Err *err);
bool durable_entry_stays(const Database *db, const Entry *e);
void durable_entries_done(Durable *d);
int durable_replay_statement(Database *db, const WalRecord *r, Err *err);            /* a WAL_DDL record */
int durable_replay_input(Database *db, LogReplay *at, const WalRecord *r, Err *err); /* any other */
int durable_note_replayed(Database *db, Str text, const WalRecord *r,
                          Err *err);                /* what is there is its statement's, for checkpoints */
int durable_read_decisions(Database *db, Err *err); /* about sinks, from the log behind the checkpoint */

/* ---- restore.c ---- */
typedef struct Restoring Restoring;
/* The log has been stopped (log_rc): the checkpoint to go back to becomes the newest. */
void restore_commit(Database *db, int log_rc, const Err *log_error);

/* ---- backup.c ---- */
bool backup_is_marked(const Directory *d); /* a copy that was never opened: there may be no log */
int backup_unmark(Database *db, Err *err);

/* ---- sink_commit.c ---- */
void sinks_drain(Database *db);                             /* what waits for them, as far as they take it */
int sinks_prepare(Database *db, uint64_t number, Err *err); /* cuts of barriers up to `number`, on disk */
/* Decides them by the log (is_decided: a manifest has them already) and commits them; a commit that fails is kept.  Negative: the
 * log is dead. */
int sinks_commit(Database *db, uint64_t number, bool is_decided, Err *err);
int sinks_decide_by_log(Database *db, uint64_t number, Err *err);    /* before a manifest that may not be the one that is opened */
int sinks_commit_by_log(Database *db, uint64_t number, Err *err);    /* where no checkpoint can be made */
int sinks_publish(Database *db, uint64_t relation, Err *err);        /* [ddl] what is decided and could not be yet */
int sinks_note_decision(Database *db, const WalRecord *r, Err *err); /* of the log, before it is replayed */
int sinks_decide(Database *db, SinkDriver *d, Err *err);             /* [shard] gives a sink the decisions about it */
int sinks_decide_all(Database *db, Err *err);                        /* [shard] */
/* While the log is read.  Steps of readers run again only for the sake of sinks that have got more than the checkpoint knows, up to
 * the last record that says so; beyond, and without one, their rows are read when all is open. */
int sinks_note_opening(Database *db, const WalRecord *r, Err *err);
void sinks_find_reads(Database *db); /* what has come back from the checkpoint has its decisions */
bool sinks_need_read(const Database *db, uint64_t seq);
int sinks_finish(Database *db, uint64_t relation, Err *err); /* [ddl] before a sink goes: all that it has got */

/* What is logged of the statement that runs is this other one, which has the same effect; it outlives the statement. */
void durable_instead(Database *db, const ScriptStmt *s);
/* The statement that runs has been made (rc 0), and `next` follows in the same record of the log (durable_unit.c). */
int durable_next(Database *db, const ScriptStmt *next, Err *err);
void durable_unit_begin(Database *db);
/* Inside durable_end: the record, when there is one to write; `done`: the last statement has been made, too. */
int durable_unit_end(Database *db, bool done, Err *err);
void durable_warn(Database *db, StatementResult *ret); /* a notice, once, when a damaged checkpoint was passed over */

/* A statement that has written: waits as wal_mode says; OF_DATABASE: the setting. */
int durable_settle(Database *db, RelationWalMode mode, Err *err);
/* Until the ticket's record (0: every one so far) is on disk, or settled: in a checkpoint. -ERR_WRONG_STATE in memory. */
int durable_wait(Database *db, uint64_t ticket, bool settled, int64_t deadline_ns, Err *err);
int durable_check(Database *db, Err *err); /* writes are possible */
