/* SPDX-License-Identifier: Apache-2.0
 *
 * Catalog (design 6): an immutable snapshot of all relations, copied on write, published by one pointer.  Readers take a reference
 * and never lock; the one writer builds the next snapshot.  Relations are counted and shared between snapshots. */
#pragma once
#include "base/options.h"
#include "base/zone.h"
#include "data/schema.h"
#include "func/native.h"

typedef enum RelationKind {
    REL_SOURCE,
    REL_TABLE,
    REL_STREAM,
    REL_VIEW /* materialized */,
    REL_SINK,
    REL_ERRORS /* <name>$errors */,
    REL_LATE,
    REL_QUERY,    /* plain VIEW: its definition is put where it is read */
    REL_FUNCTION, /* no relation: see plan/bind_function.c */
    REL_TYPE,     /* ENUM or row type of CREATE TYPE: no rows, only `type` */
    REL_INDEX,    /* CREATE INDEX: of a stored relation or VIEW, and goes with it */
    REL_DOMAIN,   /* CREATE DOMAIN: no rows; its one column, VALUE, has the type, the domain that it is over, NOT NULL, DEFAULT */
    REL_SEQUENCE, /* CREATE SEQUENCE: no rows; what it has given is the database's (db/sequence.c) */
    REL_SCHEMA,   /* CREATE SCHEMA: no rows; what is in it says so itself (`space`) */
    N_RELATION_KINDS
} RelationKind;
const char *relation_kind_name(RelationKind k); /* "SOURCE", "MATERIALIZED VIEW", ... */

typedef enum RelationChanges {                    /* what may be pushed into a SOURCE or TABLE */
                               CHANGES_APPEND,    /* rows that come; of a TABLE: as CHANGES_CHANGELOG */
                               CHANGES_UPSERT,    /* by key, in order: the last change of a key stands */
                               CHANGES_CHANGELOG, /* a Z-set: signed weights add up */
} RelationChanges;
typedef enum RelationWalMode { WAL_MODE_OF_DATABASE, WAL_MODE_SYNC, WAL_MODE_ASYNC } RelationWalMode;
/* What moves the watermark of a source. */
typedef enum WatermarkBy {
    WATERMARK_BY_ROWS,     /* the event time of each row */
    WATERMARK_BY_WHEN,     /* the event time of rows that fulfil a condition */
    WATERMARK_BY_COLUMN,   /* a column that holds watermarks */
    WATERMARK_BY_PROCTIME, /* the clock; event time is the time of arrival */
    WATERMARK_BY_SOURCE,   /* only who pushes: laminar_writer_watermark, the connector */
} WatermarkBy;
typedef enum PartitionBy { PARTITION_NONE, PARTITION_COLUMN, PARTITION_CONNECTOR } PartitionBy;
typedef enum KeysPolicy { KEYS_EVICT_IDLE, KEYS_EVICT_LOWEST, KEYS_REJECT } KeysPolicy; /* beyond max_keys */
typedef enum AheadOfGroup { AHEAD_PAUSES, AHEAD_WARNS, AHEAD_DROPS } AheadOfGroup;

typedef struct WatermarkDecl {
    bool declared;
    uint32_t col;
    int64_t delay_us;
    int64_t max_future_skew_us; /* default 5 minutes */
    int64_t unit_us;            /* see PhysSource.time_unit_us; also without a declaration, for BIGINT times */
    int32_t by;                 /* WatermarkBy */
    const char *when;           /* BY_WHEN: condition, as text */
    uint32_t mark_col;          /* BY_COLUMN */
    int64_t mark_unit_us;       /* as unit_us */
    int64_t interval_us;        /* moves that often; 0 = with every batch */
    int64_t idle_timeout_us;    /* 0 = never idle */
    bool idle_advances;         /* all idle: the watermark goes on with the clock */
    int32_t partition_by;       /* PartitionBy */
    uint32_t partition_col;
    uint32_t n_keys, *keys; /* PER KEY */
    int64_t key_idle_us, max_keys /* 0 = no limit */;
    int32_t max_keys_policy; /* KeysPolicy */
    const char *align_group; /* NULL = none */
    int64_t align_drift_us;
    int32_t align_mode; /* AheadOfGroup */
} WatermarkDecl;

#define OBJECT_NAME_MAX 128     /* schema.name, and NUL */
#define FOREIGN_GONE UINT64_MAX /* a relation that is not there any more */
#define INDEX_COLUMNS_MAX 32

typedef struct RelationSequence { /* what numbers are given */
    int64_t start, step, min, max, cache;
    bool cycle;
} RelationSequence;

typedef struct Fingerprint { /* 128 bits */
    uint64_t a, b;
} Fingerprint;
typedef struct RelationShape { /* what a VIEW holds, for queries that contain the same (plan/shape.h) */
    Fingerprint rows;
    uint32_t n;
    Fingerprint *col;
    uint8_t on_error; /* the RowErrorPolicy it runs with */
} RelationShape;

typedef struct Relation {
    _Atomic uint32_t rc;
    Arena arena; /* owns every text below */
    uint64_t id; /* never reused */
    RelationKind kind;
    const char *name;           /* as written, or lower case when unquoted; "schema.name" where that is not public */
    const char *own;            /* in it: without the schema */
    uint64_t space;             /* its schema, 0 = public */
    const char *ddl;            /* the statement's exact text */
    bool temporary;             /* TABLE, VIEW, SEQUENCE: gone when the database is opened again */
    uint8_t on_commit;          /* temporary TABLE: sql's OnCommit */
    const char *broken;         /* why it could not be made again at opening: nothing runs behind it; NULL = it is whole */
    const Schema *schema;       /* one reference */
    const Schema *input_schema; /* one reference: the columns under their connector's names (* PREFIX); NULL = as in schema */
    Type type;                  /* of a TYPE, of the numbers of a SEQUENCE */
    Native *native;             /* FUNCTION of the program: what runs; one reference. NULL = an expression, in `query` */
    WatermarkDecl watermark;
    const TimeZone *zone;   /* whose clock its query, its defaults and its checks go by, WITH (timezone = ..); NULL = UTC */
    const char **defaults;  /* per column (FUNCTION: parameter, the result has none): expression text or NULL; NULL = none at all */
    struct RelationVaries { /* per column: its DEFAULT is another value for each row; NULL = none at all */
        bool random;        /* of an expression with random values */
        bool identity, always;
        bool serial;              /* an identity that is written SERIAL */
        const char *generated;    /* GENERATED ALWAYS AS: expression text, NULL = none */
        RelationSequence numbers; /* identity */
    } * varies;
    uint32_t n_primary_key;
    uint32_t *primary_key;
    const char *primary_key_name; /* as given by CONSTRAINT, or NULL */
    uint32_t n_unique;            /* TABLE: UNIQUE constraints */
    struct RelationUnique {
        const char *name;
        uint32_t n, *col;
        bool nulls_equal; /* NULLS NOT DISTINCT */
        bool primary;     /* PRIMARY KEY DEFERRABLE: rows are not found by it, so it is no primary_key */
        bool deferrable, deferred /* INITIALLY */;
    } * unique;
    uint32_t n_foreign; /* TABLE: keys of other tables that its columns refer to */
    struct RelationForeign {
        const char *name;
        uint32_t n, *col;
        uint64_t to;         /* relation; 0 = this one */
        const char **to_col; /* by name: the definition there may change */
        bool match_full, deferrable, deferred /* INITIALLY */;
        uint8_t on_delete, on_update; /* sql's ForeignAction */
        uint32_t n_set, *set;         /* ON DELETE SET NULL (col, ..): as places in `col`; 0 = all */
    } * foreign;
    uint32_t n_checks; /* TABLE, DOMAIN: CHECK constraints, as expression text */
    const char **check, **check_name;
    const bool *check_not_valid; /* DOMAIN: nobody has looked at the values that were there; NULL = none is so */
    /* SOURCE, TABLE */
    RelationChanges changes;
    int32_t op_col; /* column that says what a pushed row does (I, U, D, ..), -1 = none */
    /* SOURCE, SINK */
    const char *connector; /* NULL = push source */
    Option *connector_opts;
    uint32_t n_connector_opts;
    const char *format;
    Option *format_opts;
    uint32_t n_format_opts;
    int64_t buffer_rows;      /* push source: rows retained for ad-hoc SELECT, default 65,536 */
    int32_t backpressure;     /* flow's Backpressure; of a SINK without a connector, of readers that say nothing themselves */
    int32_t wait;             /* flow's WaitBy */
    RelationWalMode wal_mode; /* push source: whether statements that push into it wait for the disk */
    bool append_only;         /* TABLE: no row of it goes or changes */
    bool untracked;           /* SHOW SOURCES does not tell its rows */
    int64_t reader_rows;      /* SINK without a connector: rows that wait for such a reader at most, 0 = as for others */
    int32_t future_rows;      /* 0 accept, 1 late, 2 error */
    int64_t refill_us;        /* TABLE that a connector fills: read anew that often; 0 = once, or by REFRESH */
    bool refill_by_hand;      /* refresh = 'manual' */
    bool is_live;             /* SOURCE whose connector gives each row once: it runs as one that a program pushes into does */
    bool by_key;              /* TABLE of a connector that cannot be read: its rows can only be asked for by key */
    /* TABLE whose rows are asked for by key, NULL = it holds all.  Its keys are a TABLE of their own: see relation_is_keys. */
    struct RelationOnDemand {
        int64_t ttl_us, negative_ttl_us, timeout_us, max_keys, max_bytes;
    } * on_demand;
    /* STREAM, VIEW, SINK FROM (query): the query's exact text; SINK FROM name: input */
    const char *query;
    uint8_t view_check; /* plain view: WITH CHECK OPTION (db's ViewCheck) */
    bool strict;        /* FUNCTION: NULL for a NULL argument, without its expression */
    uint8_t fn_changes; /* FUNCTION: sql's FunctionChanges */
    /* FUNCTION: `query` is one, not an expression; it gives rows; its last parameter is the array of all arguments from there on;
     * who calls it in FROM says what its columns are. */
    bool fn_query, fn_set, fn_variadic, fn_record;
    bool fn_script, fn_procedure, fn_void; /* FUNCTION: `query` is statements that are run; by CALL; they give nothing */
    uint32_t n_fn_args;                    /* FUNCTION: all that is declared, in its order; the parameters are those that come in */
    struct RelationFnArg {
        const char *name; /* "": none */
        uint8_t mode;     /* sql's ParamMode */
        Type type;
        uint64_t domain;
    } * fn_arg;
    const RelationShape *shape; /* VIEW: NULL = nobody else can take its content for a part of an own query */
    uint32_t n_shares;          /* VIEW, STREAM, SINK: views whose content its query takes for parts of its own, .. */
    uint64_t *shares;           /* .. which it does not name: they stay as long as it does */
    bool hidden;                /* VIEW, and its ERRORS: dropped, and kept for those who share it; no name finds it */
    uint32_t n_altered;         /* how often ALTER has changed the columns */
    const struct Props *result; /* STREAM, VIEW that runs: properties of its result, by plan_keep_props(); NULL = to be derived */
    bool
        expands; /* STREAM whose leaves are all connector sources: every consumer plans its definition anew, with its own readers */
    uint8_t emit_option;    /* STREAM, VIEW: sql's EmitMode that WITH (emit = ..) gives */
    int64_t retain_history; /* STREAM, VIEW: bytes of changes kept for subscribers that come back; 0 = none */
    uint64_t input;         /* SINK, ERRORS, LATE, INDEX: relation it belongs to */
    uint32_t n_indexed;     /* INDEX: columns of `input`, INDEX_COLUMNS_MAX at most */
    struct RelationIndexed {
        const char *name; /* of a column */
        bool desc;
        uint8_t nulls;    /* sql's SortNulls, as written */
        const char *expr; /* what it is of instead, as text; NULL = the column */
        bool is_call;     /* that is a call, which needs no parentheses */
    } * indexed;
    const char *condition;          /* INDEX: of the rows that fulfil it, as text; NULL = of all */
    bool index_unique, nulls_equal; /* INDEX */
    uint32_t n_included;            /* INDEX: INCLUDE, which only shows */
    const char **included;
    RelationSequence sequence; /* SEQUENCE; OWNED BY: `input`, and the column in `indexed` */
    uint32_t n_depends;        /* relations the query reads, resolved */
    uint64_t *depends;
    struct Relation *renamed; /* one reference: what it was under another name, where part of what it says lies; NULL = nothing */
} Relation;

typedef struct Catalog {
    _Atomic uint32_t rc;
    Account *acct;
    uint64_t version;
    uint32_t n, capacity;
    Relation **relation; /* by id, ascending */
    Relation **named;    /* by name, those that are not hidden */
    uint32_t n_named;
    Relation **of_kind;                  /* by kind, what they belong to, and id */
    uint32_t kind[N_RELATION_KINDS + 1]; /* where each begins there, and its end */
    Relation **refers;                   /* those with foreign keys, by id */
    uint32_t n_refers;
    Relation **shaped; /* those with a shape, by its rows and id */
    uint32_t n_shaped;
} Catalog;

/* Some of a snapshot's relations, borrowed from it: what a statement looks through is no more than it has to. */
typedef struct Relations {
    uint32_t n;
    Relation *const *relation;
} Relations;
static inline Relations catalog_kind(const Catalog *c, RelationKind kind)
{
    return (Relations){c->kind[kind + 1] - c->kind[kind], c->of_kind + c->kind[kind]};
}
/* What belongs to one relation: its indexes, its errors, sequences of its columns. */
Relations catalog_belonging(const Catalog *c, RelationKind kind, uint64_t input);
static inline Relations catalog_referring(const Catalog *c) /* with foreign keys */
{
    return (Relations){c->n_refers, c->refers};
}

/* The views that hold these rows, the oldest first. */
Relations catalog_shaped(const Catalog *c, Fingerprint rows);

Catalog *catalog_empty(Account *acct);
Catalog *catalog_ref(Catalog *c);
Catalog *catalog_unref(Catalog *c);
void catalog_unrefp(Catalog **c); /* for _cleanup_ */
/* Names: unquoted ones arrive in lower case; lookup is exact on the folded name. */
const Relation *catalog_find(const Catalog *c, Str name);   /* borrowed from the snapshot; NULL */
const Relation *catalog_schema(const Catalog *c, Str name); /* one of CREATE SCHEMA; NULL */
/* The sequence that the text of nextval('..') names: -ERR_UNDEFINED_RELATION, -ERR_WRONG_OBJECT_TYPE, -ERR_INVALID_NAME.  A column
 * that numbers by itself is one as <table>_<column>_seq: *ret is the table then and *ret_col the column, else -1. */
int catalog_sequence(const Catalog *c, Str text, const Relation **ret, int32_t *ret_col, Err *err);
/* The table whose column the name <table>_<column>_seq is about, or NULL. */
const Relation *catalog_numbering(const Catalog *c, Str name, int32_t *ret_col);
const Relation *catalog_by_id(const Catalog *c, uint64_t id);
/* The keys of a table whose rows are asked for by key; NULL = it has none. */
const Relation *catalog_keys_of(const Catalog *c, const Relation *table);
/* Name near to `name` for a hint, or NULL. */
const char *catalog_nearest(const Catalog *c, Str name);
/* Raises that relation r has no such column, with the one that was perhaps meant. */
int relation_no_column(const Relation *r, Str column, Span at, Err *err);
/* Direct and indirect dependants, dependants first (the order to drop them). */
int catalog_dependants(const Catalog *c, uint64_t id, Arena *arena, const Relation ***ret, uint32_t *ret_n, Err *err);
/* Next snapshot with `add` put in (replacing the one of the same id or NULL) and the n ids removed. Takes a reference on add. */
int catalog_with(const Catalog *c, Relation *add, const uint64_t *remove, uint32_t n_remove, Catalog **ret, Err *err);

/* The column follows from others of its row: nobody gives it a value. */
/* PostgreSQL's number of it.  Those behind are for what belongs to it, such as its constraints (db/system/pg_object.h). */
#define OID_FIRST 16384
#define OID_PER_RELATION 4096
static inline int64_t relation_oid(const Relation *r)
{
    return OID_FIRST + (int64_t)r->id * OID_PER_RELATION;
}
static inline bool relation_generates(const Relation *r, uint32_t col)
{
    return r->varies && r->varies[col].generated;
}
/* A table or source with columns of domains: its rows are held to them. */
bool relation_has_domains(const Relation *r);

/* The columns of its PRIMARY KEY, by which rows are found or not. */
static inline const uint32_t *relation_primary(const Relation *r, uint32_t *ret_n)
{
    *ret_n = r->n_primary_key;
    for (uint32_t i = 0; i < r->n_unique; i++)
        if (r->unique[i].primary) {
            *ret_n = r->unique[i].n;
            return r->unique[i].col;
        }
    return r->primary_key;
}

/* It has content: a feed with a Z-set behind it, not only the newest rows. (A VIEW has, too; its query keeps it.) */
static inline bool relation_is_stored(const Relation *r)
{
    return r->kind == REL_TABLE || (r->kind == REL_SOURCE && r->changes != CHANGES_APPEND);
}

/* A TABLE whose rows a connector gives (LOOKUP TABLE): stored like any other, and changed by nobody else. */
static inline bool relation_is_lookup(const Relation *r)
{
    return r->kind == REL_TABLE && r->connector != NULL;
}
/* The keys that a lookup table on demand has had answers for: a TABLE that belongs to it (`input`). */
static inline bool relation_is_keys(const Relation *r)
{
    return r->kind == REL_TABLE && r->input != 0;
}
/* Whoever reads it opens its connector. */
static inline bool relation_has_readers(const Relation *r)
{
    return r->kind == REL_SOURCE && r->connector != NULL && !r->is_live;
}
/* Its connector pushes into it, and nobody else does. */
static inline bool relation_is_received(const Relation *r)
{
    return r->kind == REL_SOURCE && r->is_live;
}

/* Functions, types, indexes, sequences and schemas share the catalog, their names and what depends on them, and are no relations to
 * anyone who reads it. */
static inline bool relation_is_one(const Relation *r)
{
    return r->kind != REL_FUNCTION && r->kind != REL_TYPE && r->kind != REL_DOMAIN && r->kind != REL_INDEX &&
           r->kind != REL_SEQUENCE && r->kind != REL_SCHEMA;
}
/* What its query reads: what it depends on, then what it shares. */
static inline uint32_t relation_n_reads(const Relation *r)
{
    return r->n_depends + r->n_shares;
}
static inline uint64_t relation_reads_at(const Relation *r, uint32_t i)
{
    return i < r->n_depends ? r->depends[i] : r->shares[i - r->n_depends];
}

/* It is a name of types. */
static inline bool relation_is_type(const Relation *r)
{
    return r->kind == REL_TYPE || r->kind == REL_DOMAIN;
}
/* A SINK without a connector is there to be subscribed to: it runs as a STREAM does. */
static inline bool relation_is_memory_sink(const Relation *r)
{
    return r->kind == REL_SINK && !r->connector;
}
/* It goes with the relation `input`: a query's errors, its late rows, the keys of a lookup table, an index. */
static inline bool relation_belongs(const Relation *r)
{
    return r->kind == REL_ERRORS || r->kind == REL_INDEX ||
           ((r->kind == REL_LATE || r->kind == REL_TABLE || r->kind == REL_SEQUENCE) && r->input != 0);
}

/* A key, check or foreign key of the table; a primary key without a name of its own is <table>_pkey. */
bool relation_has_constraint(const Relation *r, Str name);
bool relation_has_key(const Relation *r, Str name); /* PRIMARY KEY or UNIQUE */
/* One reference, id 0.  Its schema is the one of c that the name begins with. */
Relation *relation_new(const Catalog *c, Account *acct, RelationKind kind, const char *name);
/* The same with another name and statement; one reference. */
Relation *relation_renamed(const Catalog *c, const Relation *of, const char *name, const char *ddl);
const Relation *relation_origin(const Relation *r); /* what it was at first */
/* What lies beside r under the name `own`; NULL = no memory. */
char *relation_beside(const Relation *r, Str own, Arena *arena);
bool relation_in_schema_of(const Relation *r, Str key, Str *ret_own); /* the key is of something beside r, and what it is there */
/* [schema.]name as SQL, quoted where it must be. */
void relation_print_name(const Relation *r, StrBuf *out);
Relation *relation_ref(Relation *r);
Relation *relation_unref(Relation *r);
