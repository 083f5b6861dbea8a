/* SPDX-License-Identifier: Apache-2.0
 *
 * From a bound statement to a physical plan: the only way into this folder from above.  Pure functions of (catalog snapshot, AST,
 * settings); nothing here touches running state. */
#pragma once
#include "catalog/catalog.h"
#include "catalog/names.h"
#include "plan/phys.h"
#include "sql/ast.h"

typedef int (*PlanRowFn)(void *to, const Value *row, Err *err);

typedef struct ParamSlot { /* $n of a prepared statement */
    Type type;             /* T_UNKNOWN: not known yet; binding finds it */
    bool has_value;        /* false: only the type counts, and NULL stands for it */
    Value value;
    const char *name; /* of a statement in the body of a function; NULL = none */
} ParamSlot;

typedef struct PlanRows { /* of a system relation; in the arena that was given */
    const char *name;
    uint32_t n_cols;
    Field *cols;
    uint32_t n;
    Value **row;
    uint32_t n_key, *key; /* columns that tell them apart; 0 = not known */
} PlanRows;

typedef struct PlanContext PlanContext;
/* What the database says of itself, asked while a statement is planned. */
typedef struct PlanSystem {
    /* 1: there is such a relation, and *ret has its rows as of now (arena NULL: it is only asked whether there is); 0: none. */
    int (*rows)(const PlanContext *ctx, SchemaId schema, Str name, Arena *arena, PlanRows *ret, Err *err);
    int64_t (*n_rows)(const PlanContext *ctx, const Relation *r); /* that it holds now; -1 = not known */
    const char *(*nearest)(const PlanContext *ctx, Str name);     /* of those in laminar_system, for a hint; NULL = none */
    /* The schemas of search_path that are there, in their order. */
    int (*path)(const PlanContext *ctx, Arena *arena, const char *const **ret, uint32_t *ret_n, Err *err);
    /* 1: the value of a setting as SHOW gives it; 0: there is no such setting, and err says so. */
    int (*setting)(const PlanContext *ctx, Str name, Arena *arena, Str *ret, Err *err);
} PlanSystem;

/* What becomes of the results of state that is forgotten.  By default they are taken back, but those of an inner join of rows that
 * only come stay. */
typedef enum TtlMode { TTL_DEFAULT, TTL_RETRACT, TTL_FREEZE } TtlMode;

#define SIDE_TTLS_MAX 64u
typedef struct SideTtl { /* rows of the item of that name are active for so long */
    Str name;
    int64_t ttl_us;
    Span at;
} SideTtl;

typedef struct PlanShare {                         /* what a query that goes on may share */
    bool (*may)(void *self, const Relation *view); /* the view's content; NULL = only what it contains twice itself */
    void *self;
} PlanShare;

struct PlanContext {
    Account *acct;
    const PlanShare *share; /* NULL: each part is computed where it stands, as in plans that were made so */
    const char *routine;    /* whose body the statement is of: its name stands before parameters; NULL = none */
    bool calls;             /* CALL: procedures are meant */
    const Catalog *catalog;
    bool state_check_strict;    /* SET state_check = strict */
    bool keeps_joins;           /* no delta joins: what lies between joins is kept */
    bool allow_unbounded_state; /* WITH (allow_unbounded_state): what LM01 and LM06 would say is a notice */
    int64_t state_ttl_us;       /* WITH (state_ttl): state of keys that have not changed for so long is forgotten; 0 = never */
    TtlMode ttl_mode;
    uint32_t n_side_ttl; /* WITH (state_ttl.NAME): of one item of the query's FROM, instead */
    const SideTtl *side_ttl;
    uint64_t sessions_per_key; /* WITH (max_sessions_per_key); 0 = any number */
    bool stored_text;        /* what is bound is kept as text and bound again at opening, whatever functions the program has then */
    bool replaying;          /* a statement of before is run again: a table that a foreign key refers to may be gone */
    bool describes;          /* the plan is only looked at: what has to run before the rest can be planned gives no rows */
    bool hybrid;             /* WITH (source = 'hybrid') is served: what is there and what comes are read as one */
    bool sequences;          /* nextval() and its kin may be called: the statement runs once */
    bool as_kept;            /* a query that ends lists values as a view does that keeps them, not in the order of their rows */
    bool unique_names;       /* the result becomes a relation: duplicate column names are an error (ad-hoc SELECT keeps them) */
    RowErrorPolicy on_error; /* of continuous plans; bounded ones always fail */
    bool tells_rules;        /* the plan says what rules did (PhysPlan.changes) */
    const char *object_name; /* what the plan is for ("sink \"audit\""), for messages; NULL = the query */
    uint32_t n_params;
    ParamSlot *params; /* $1.. */
    const struct ExprRandom
        *random;          /* bind_constant: random values are as good as constants, which are used once; NULL = refused */
    const TimeZone *zone; /* whose clock what is planned goes by (base/zone.h); NULL = UTC */
    int64_t now_us;       /* what now() is for bind_constant; 0 = there it is no constant */
    /* Runs a bounded plan to its end, calling `row` with the values of each row, while nothing changes: the rounds of WITH
     * RECURSIVE. NULL: the statement cannot, and has none unless it only `describes`. */
    int (*run)(void *run_self, PhysPlan *give_plan, PlanRowFn row, void *to, Err *err);
    void *run_self;
    const PlanSystem *system; /* NULL: system relations and settings are not to be had */
    void *system_self;
};

/* Functions that are no rows of func/: rewritten by the binder, or forms of their own. */
typedef struct PlanFunction {
    const char *name, *kind, *signature, *result, *help, *example;
} PlanFunction;
const PlanFunction *plan_function_at(uint32_t index);     /* NULL after the last */
bool plan_gives_rows(const PlanContext *ctx, Node *expr); /* whether a call in it gives rows, as unnest() does */
bool plan_is_value_function(Str name);                    /* one of them that gives one value */

typedef enum PlanUse {
    PLAN_CONTINUOUS, /* STREAM, SINK, subscription: rooted in PHYS_EMIT */
    PLAN_VIEW,       /* MATERIALIZED VIEW: the same, but without an EMIT clause its content is always current */
    PLAN_BOUNDED,    /* ad-hoc SELECT: sources end, ORDER BY and LIMIT allowed; windows close at the end */
} PlanUse;

/* Changes the consumer can take; the values are those of SinkChanges in connect/connect.h. */
enum { PLAN_TAKES_APPEND = 1, PLAN_TAKES_ZSET = 2, PLAN_TAKES_UPSERT = 4 };

/* Plans a query with its EMIT and late clauses.  STREAMs it names: in a bounded plan they are expanded to their definition; in a
 * continuous plan they are PHYS_SOURCE leaves fed by the running relation, except a STREAM that `expands`.  SOURCEs, TABLEs and
 * VIEWs are leaves always: a view is read as what it has stored. A bounded query is the batch answer: no row is late; but with an
 * EMIT or lateness clause it is the continuous plan over ended input. sink_changes: mask of what the consumer can take, 0 =
 * anything (LM004 otherwise). */
/* A subquery stands somewhere below, or a function that is one. */
bool plan_holds_query(const Catalog *c, const Node *n);
/* Calls in FROM that read a file, and the name under which the statement's catalog has the source for one (bind_file.c). */
typedef enum FileFormat { FILE_NONE, FILE_CSV, FILE_JSON, FILE_PARQUET } FileFormat;
FileFormat plan_file_format(const Node *n);
int plan_file_key(Arena *a, const Node *n, const char **ret, Err *err);
int plan_query(const PlanContext *ctx, const Query *query, PlanUse use, uint32_t sink_changes, PhysPlan **ret, Err *err);
bool query_is_hybrid(const Query *q); /* WITH (source = 'hybrid') */
/* Keeps the properties of p's result with the relation that p runs for: who reads it need not bind its definition again, however
 * deep that is. */
int plan_keep_props(const PhysPlan *p, Relation *into, Err *err);
/* The text form: (plan_key, plan_value) rows, appended through the callback. */
int plan_explain(const PhysPlan *p, bool verbose, int (*row)(void *self, Str key, Str value, Err *err), void *self, Err *err);
typedef struct PlanJson {
    bool verbose;
    /* The i-th value that belongs to a node, or, NULL, to the whole, appended as JSON: its name, NULL after the last; NULL: there
     * are none. */
    const char *(*number)(void *self, const PhysNode *n, uint32_t i, StrBuf *out);
    void *self;
    bool continuous; /* set inside */
} PlanJson;
/* The JSON form, appended. */
int plan_explain_json(const PhysPlan *p, const PlanJson *options, StrBuf *out, Err *err);

/* Connector, format and their options of CREATE SOURCE / TABLE, for those who ask the connector for columns first; and whether one
 * must: no columns are written, or * stands among them.  bind_create_source does the first by itself when it was not done. */
int bind_source_connector(const PlanContext *ctx, const CreateRelationStmt *s, Relation *into, Err *err);
bool bind_needs_discovery(const CreateRelationStmt *s);
/* CREATE SOURCE / TABLE column lists to a Relation: types, NOT NULL, defaults, watermark (WATERMARK FOR / event_time options),
 * primary key, options split into ours and the connector's.  `discovered`: columns the connector supplies when none are written,
 * else NULL. */
int bind_create_source(const PlanContext *ctx, const CreateRelationStmt *s, const Schema *discovered, Relation *into, Err *err);
bool bind_is_serial(const TypeName *t, Type *ret); /* an integer whose numbers are made */
/* What numbers the options ask for; old NULL: CREATE, else what ALTER starts from. */
int bind_sequence(const PlanContext *ctx, const CreateSequenceStmt *c, Type type, const RelationSequence *old, Type old_type,
                  Arena *arena, RelationSequence *ret, Err *err);
/* Foreign keys: the columns of `to` that the key refers to, and their constraint (-1 = the primary key, else the number of a
 * UNIQUE); false: it has not got them.  Whether a column of one type can refer to one of another. */
bool foreign_resolve(const Relation *to, const struct RelationForeign *f, uint32_t *ret_col, int32_t *ret_arbiter);
bool foreign_types_fit(Type child, Type parent);
/* Value of a constant expression (INSERT VALUES, SET, options), coerced to t by assignment rules. */
int bind_constant(const PlanContext *ctx, const Node *e, Type t, Arena *arena, Value *ret, Err *err);
/* The function (calls: procedure) that a call means, and the values of its parameters. */
int bind_routine_call(const PlanContext *ctx, const ExprCall *c, bool calls, Arena *arena, const Relation **ret, Value **ret_args,
                      Err *err);
/* The same with the type that it has by itself: T_UNKNOWN of a text literal or NULL. */
int bind_value(const PlanContext *ctx, const Node *e, Arena *arena, Value *ret, Err *err);
/* The expression of CREATE FUNCTION over the columns of into->schema but the last, converted to that, and the defaults of these;
 * sets what they depend on.  *ret_preset = the parameter whose default the error is of, or how many there are. */
int bind_function_def(const PlanContext *ctx, const Node *body, Relation *into, Arena *arena, uint32_t *ret_preset, Err *err);
bool function_is_open(const Relation *r);                                         /* it has a parameter of a polymorphic type */
const char *function_open_name(Type t);                                           /* of such a type */
bool function_mixes_open(const struct RelationFnArg *arg, uint32_t n, Type open); /* others of them go by another rule */
bool function_is_open_type(Type t);                                               /* anyelement, anyarray (function_types.c) */
int bind_collation(const Name *collation, Span at, Type type, Err *err);          /* 42704, 42804 */
/* c: its types are known by their names; NULL = none. */
int bind_type(const Catalog *c, const TypeName *t, Type *ret, Err *err);
/* The same where a DOMAIN, or an array of it, is a type, too: sets ret's type and domain. */
int bind_field_type(const Catalog *c, const TypeName *t, Field *ret, Err *err);
/* A row type of TypeField nodes; name NULL: it has none. */
int bind_row_type(const Catalog *c, const char *name, const NodeList *fields, Span at, Type *ret, Err *err);
/* ---- domains (bind_domain.c) ---- */
/* e, of the type that f has, held to f's domain; e itself when f has none. */
int bind_domain_value(const PlanContext *ctx, const Field *f, Expr *e, Arena *arena, Expr **ret, Err *err);
/* CREATE DOMAIN: the type, and what is said of it; then what the domain depends on.  ALTER DOMAIN says the same piece by piece. */
int bind_domain_type(const PlanContext *ctx, const ColumnDef *c, Relation *into, Err *err);
int bind_domain_default(const PlanContext *ctx, const Node *e, Relation *into, Err *err);
int bind_domain_check(const PlanContext *ctx, const TableCheck *check, bool not_valid, Relation *into, Err *err);
int domain_add_check(Relation *into, Str name, Str text, bool not_valid, Err *err); /* of a text that was bound */
int bind_domain_end(const PlanContext *ctx, Relation *into, Err *err);

/* An expression over one relation's columns (sink WHERE, SUBSCRIBE WHERE), boolean when is_predicate. */
int bind_row_expr(const PlanContext *ctx, const Node *e, const Relation *r, bool is_predicate, Arena *arena, Expr **ret, Err *err);
/* Whether such an expression calls the function, of all that have its name. */
int bind_row_calls(const PlanContext *ctx, const Node *e, const Relation *r, uint64_t function, Arena *arena, bool *ret, Err *err);

/* ---- what an index is of (bind_index.c) ---- */
/* A key, and the condition, of CREATE INDEX: 42P17 when it may change by itself. */
/* A part of ON CONFLICT's target: of any type, for constraints have keys that indexes have not. */
int bind_conflict_key(const PlanContext *ctx, const Relation *table, const Node *e, Arena *arena, Expr **ret, Err *err);
int bind_index_key(const PlanContext *ctx, const Relation *table, const Node *e, Arena *arena, Expr **ret, Err *err);
int bind_index_condition(const PlanContext *ctx, const Relation *table, const Node *e, Arena *arena, Expr **ret, Err *err);
typedef struct IndexExprs { /* of an INDEX of the catalog, over its relation's row */
    Expr **key;
    Expr *condition; /* NULL = all rows */
} IndexExprs;
int bind_index(const PlanContext *ctx, const Relation *table, const Relation *index, Arena *arena, IndexExprs *ret, Err *err);

/* ---- rows found by a key or an index (point_lookup.c) ---- */
/* What the condition says of the keys and indexes of a relation.  cols: the relation's column of each of the n_cols that the
 * condition sees; NULL = the same.  ret lies in the arena. */
int plan_point_lookup(Arena *a, const PlanContext *ctx, const Relation *r, const uint32_t *cols, uint32_t n_cols,
                      const Expr *condition, KeyLookup *ret, Err *err);

/* ---- statements that change a table (bind_dml.c) ---- */
bool with_name_is_used(Str name, const Node *within); /* of a WITH query */
typedef struct GivenRelation {                        /* the next n columns of given rows */
    const char *name;
    uint32_t n;
} GivenRelation;
typedef struct GivenRows { /* RETURNING of a statement in WITH, which has run (Cte.given), or rows that a statement holds; there as
                              long as what is planned with it */
    const Schema *schema;  /* NULL: it has none */
    Batch *const *batch;
    uint32_t n;
    uint32_t n_rel; /* in FROM the columns are those of several relations; 0 = of the WITH name */
    const GivenRelation *rel;
    const char *numbers; /* with relations: the name of one more, which is hidden, whose column of the same name numbers the rows */
} GivenRows;
typedef struct TableScopeMore { /* a relation of FROM or USING, whose columns follow */
    const char *name;
    const Schema *schema;
} TableScopeMore;
typedef struct TableScope { /* names over a row of a table; with_excluded: its columns, then those of EXCLUDED */
    const Relation *table;
    const char *alias; /* NULL = the table's name */
    bool with_excluded;
    uint32_t n_more;
    const TableScopeMore *more;
} TableScope;
int bind_table_predicate(const PlanContext *ctx, const TableScope *scope, const Node *e, const char *clause, Arena *arena,
                         Expr **ret, Err *err);
/* An expression converted to the type of column `col` by assignment rules. */
int bind_table_assign(const PlanContext *ctx, const TableScope *scope, const Node *e, uint32_t col, Arena *arena, Expr **ret,
                      Err *err);
/* The same of GENERATED ALWAYS AS, which stands in a definition. */
int bind_table_type(const PlanContext *ctx, const TableScope *scope, const Node *e, Arena *arena, Type *ret, Err *err);
int bind_table_generated(const PlanContext *ctx, const TableScope *scope, const Node *e, uint32_t col, Arena *arena, Expr **ret,
                         Err *err);
/* The same to a type that no column has yet; the error is of the cast alone. */
int bind_table_convert(const PlanContext *ctx, const TableScope *scope, const Node *e, Type to, Arena *arena, Expr **ret, Err *err);
/* MERGE: its result has the columns of the table (of a row that is not matched NULLs), the place of the WHEN that is for the row,
 * and the values of each WHEN, as their columns hold them. */
typedef struct MergeQueryWhen {
    bool matched;
    const Node *condition; /* NULL = none */
    uint32_t n, *col;      /* columns that get a value */
    const Node **value;
} MergeQueryWhen;
typedef struct MergeQuery {
    const With *with;
    const Name *table;
    const Ident *alias;
    const Relation *relation; /* the table */
    Node *source, *on;
    uint32_t n_when;
    const MergeQueryWhen *when;
    const Node *stmt;
} MergeQuery;
int plan_merge(const PlanContext *ctx, const MergeQuery *q, PhysPlan **ret, Err *err);
/* RETURNING: the columns and their names and types. */
int bind_table_returning(const PlanContext *ctx, const TableScope *scope, const NodeList *targets, Arena *arena, Field **ret_field,
                         Expr ***ret, uint32_t *ret_n, Err *err);
/* One of the options timezone, datestyle and intervalstyle of a definition, into its zone (NULL = UTC and the plain styles); others
 * are left alone. */
int zone_option(Str key, Str value, Span at, const TimeZone **zone, Err *err);
