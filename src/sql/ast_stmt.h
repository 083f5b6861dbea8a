/* SPDX-License-Identifier: Apache-2.0
 *
 * Statements of the syntax tree.  Whether a statement can be executed, and whether its clauses fit each other, is not said here:
 * that is the business of whoever binds it. */
#pragma once
#include "sql/ast_change.h"
#include "sql/ast_define.h"

typedef struct QueryStmt {
    Node node;
    Query *query;
} QueryStmt;

typedef struct CreateRelationStmt CreateRelationStmt;
struct CreateRelationStmt { /* CREATE SOURCE | TABLE | LOOKUP TABLE; CREATE SOURCE TABLE is a source */
    Node node;
    ObjectKind kind;
    bool or_replace, if_not_exists;
    Name name;
    bool has_elements; /* ( .. ) was written, maybe empty */
    NodeList elements; /* ColumnDef, ColumnStar, WatermarkDef, TableKey, TableCheck */
    ConnectorClause *connector;
    NodeList options; /* OptionNode */
    Query *query;     /* CREATE TABLE .. AS query */
    NodeList columns; /* IdentNode: CREATE TABLE t (a, b) AS query */
    bool no_data;     /* .. AS query WITH NO DATA */
    bool temporary;   /* CREATE TEMP TABLE */
    OnCommit on_commit;
    bool append_only; /* CREATE TABLE .. APPEND ONLY */
};

typedef struct CreateQueryStmt { /* CREATE STREAM | MATERIALIZED VIEW | VIEW | CONTINUOUS QUERY name (columns) [WITH] AS query
                                    [clauses] [WITH] */
    Node node;
    ObjectKind kind;
    bool or_replace, if_not_exists;
    Name name;
    NodeList columns; /* IdentNode: name (a, b) */
    Query *query;     /* EMIT and late clauses: query->clauses */
    NodeList options; /* OptionNode */
    bool temporary;   /* CREATE TEMP VIEW */
    uint32_t check;   /* VIEW: 1 WITH LOCAL CHECK OPTION, 2 CASCADED, 0 none */
} CreateQueryStmt;

typedef struct CreateSinkStmt {
    Node node;
    bool or_replace, if_not_exists;
    Name name;
    Name from;    /* FROM relation, */
    Span from_at; /* what stands behind FROM, with its parentheses */
    Query *query; /* or FROM ( query ), or INTO .. AS query */
    Node *where;
    ConnectorClause *connector; /* INTO; NULL: in memory */
    NodeList options;           /* OptionNode */
    StreamClauses *clauses;     /* after the sink itself; the query may carry its own */
} CreateSinkStmt;

typedef enum ParamMode { PARAM_IN, PARAM_OUT, PARAM_INOUT, PARAM_VARIADIC, PARAM_TABLE /* column of RETURNS TABLE */ } ParamMode;
typedef struct FuncParam {
    Node node;
    ParamMode mode;
    Ident name; /* absent: unnamed */
    TypeName *type;
    Node *preset;
} FuncParam;
typedef enum FunctionChanges { /* what its author promises of the result */
                               FUNCTION_CHANGES_UNSAID,
                               FUNCTION_IMMUTABLE,
                               FUNCTION_STABLE,
                               FUNCTION_VOLATILE
} FunctionChanges;
typedef enum FunctionOnNull { FUNCTION_ON_NULL_UNSAID, FUNCTION_CALLED, FUNCTION_STRICT } FunctionOnNull;
typedef struct CreateFunctionStmt { /* CREATE FUNCTION f(a INT) RETURNS INT AS expr | AS 'text' [LANGUAGE l] [STRICT] .. */
    Node node;
    bool or_replace, if_not_exists;
    Name name;
    NodeList params;   /* FuncParam */
    TypeName *returns; /* NULL: unsaid */
    bool is_set;       /* RETURNS SETOF, RETURNS TABLE */
    NodeList columns;  /* FuncParam: RETURNS TABLE */
    /* AS expr or RETURN expr, or, of BEGIN ATOMIC, a QueryStmt; after AS, a string literal is text in `language` */
    Node *body;
    NodeList statements; /* BEGIN ATOMIC of several statements, or of one that is no query; `body` is the first */
    bool is_return, is_atomic, is_procedure;
    Ident language;
    FunctionChanges changes;
    FunctionOnNull on_null;
    NodeList options; /* OptionNode */
} CreateFunctionStmt;

typedef struct CreateIndexStmt { /* CREATE [UNIQUE] INDEX name ON table (a, lower(b) DESC) WHERE condition */
    Node node;
    bool unique, if_not_exists, nulls_equal /* NULLS NOT DISTINCT */;
    Ident name; /* p NULL: one is made */
    Name table;
    Ident method;      /* USING; p NULL = not given */
    NodeList columns;  /* OrderItem */
    NodeList included; /* IdentNode */
    Node *where;
} CreateIndexStmt;

typedef struct CreateTypeStmt { /* CREATE TYPE name AS ENUM ('a', 'b') | AS (a INT, b TEXT) */
    Node node;
    Name name;
    bool is_enum;
    NodeList labels; /* ExprLiteral */
    NodeList fields; /* TypeField */
} CreateTypeStmt;

typedef struct CreateDomainStmt { /* CREATE DOMAIN name AS type [DEFAULT e] [NOT NULL] [CHECK (e)] .. */
    Node node;
    Name name;
    ColumnDef *column; /* what is said, as of a column without a name */
} CreateDomainStmt;

typedef enum SequenceCycle { CYCLE_UNSAID, CYCLE_YES, CYCLE_NO } SequenceCycle;
typedef struct CreateSequenceStmt { /* CREATE SEQUENCE name AS type INCREMENT BY n ..; what is not given is NULL. Or what ALTER, or
                                     * an identity column, says */
    Node node;
    bool if_not_exists, temporary;
    Name name;
    TypeName *type;
    Node *step, *min, *max, *start, *cache;
    bool no_min, no_max; /* NO MINVALUE, NO MAXVALUE */
    SequenceCycle cycle;
    bool not_owned; /* OWNED BY NONE */
    Name owner;     /* OWNED BY table.column */
    bool restarts;  /* ALTER: RESTART [WITH restart] */
    Node *restart;
} CreateSequenceStmt;

typedef struct DropStmt {
    Node node;
    ObjectKind kind;
    bool if_exists;
    NodeList names; /* NameNode */
    DropBehavior behavior;
} DropStmt;

typedef enum AlterKind {                            /* the first ones may stand together in one statement */
                         ALTER_ADD_COLUMN,          /* part: ColumnDef; if_exists: IF NOT EXISTS */
                         ALTER_DROP_COLUMN,         /* name, if_exists, behavior */
                         ALTER_COLUMN_TYPE,         /* name, type, expr: USING or NULL */
                         ALTER_DROP_EXPRESSION,     /* name: a generated column keeps its values */
                         ALTER_COLUMN_DEFAULT,      /* name, expr; NULL: DROP DEFAULT */
                         ALTER_ADD_IDENTITY,        /* name, part: ColumnDef with `identity` and `numbers` only */
                         ALTER_SET_IDENTITY,        /* name, part: the same, what is said of them */
                         ALTER_DROP_IDENTITY,       /* name, if_exists */
                         ALTER_SET_NOT_NULL,        /* name */
                         ALTER_DROP_NOT_NULL,       /* name */
                         ALTER_ADD_CONSTRAINT,      /* part: TableKey, TableCheck */
                         ALTER_DROP_CONSTRAINT,     /* name, if_exists, behavior */
                         ALTER_VALIDATE_CONSTRAINT, /* name */
                         ALTER_CONSTRAINT,          /* name, when */
                         ALTER_RENAME_COLUMN,       /* name, new_name */
                         ALTER_RENAME_CONSTRAINT,   /* name, new_name */
                         ALTER_RENAME,              /* new_name */
                         ALTER_SEQUENCE,            /* part: CreateSequenceStmt without a name */
                         ALTER_OWNER,               /* new_name */
                         ALTER_SET_SCHEMA,          /* new_name */
                         ALTER_ADD_VALUE,    /* of a type; part: the label, if_exists: IF NOT EXISTS; expr: beside which, before */
                         ALTER_RENAME_VALUE, /* part, expr: labels */
                         ALTER_SET,          /* options */
                         ALTER_RESUME,
                         ALTER_PAUSE,
                         ALTER_REPLAN,
} AlterKind;
typedef struct AlterAction {
    Node node;
    AlterKind kind;
    bool if_exists;
    DropBehavior behavior;
    Ident name, new_name;
    Node *part, *expr;
    TypeName *type;
    NodeList options; /* OptionNode */
    uint32_t when;    /* CHECKED_ */
    bool before;      /* ALTER_ADD_VALUE */
    bool by_sequence; /* ALTER_SET_IDENTITY: said of <table>_<column>_seq, so SERIAL will do */
} AlterAction;
typedef struct AlterStmt {
    Node node;
    ObjectKind kind;
    bool if_exists;
    Name name;
    bool has_args;    /* FUNCTION f (types) */
    NodeList args;    /* TypeName */
    NodeList actions; /* AlterAction */
} AlterStmt;

typedef enum ExplainWhat {
    EXPLAIN_STATEMENT, /* stmt */
    EXPLAIN_DAG,
    EXPLAIN_ROW, /* EXPLAIN ROW (view, key, ..): name, keys */
} ExplainWhat;
typedef struct ExplainStmt {
    Node node;
    ExplainWhat what;
    bool analyze, verbose; /* as words; as options they are in `options` */
    NodeList options;      /* OptionNode */
    Node *stmt;            /* statement */
    Name name;
    NodeList keys;
} ExplainStmt;

typedef struct VerifyStmt { /* VERIFY [MATERIALIZED] VIEW v */
    Node node;
    bool materialized;
    Name name;
} VerifyStmt;

typedef enum ShowKind { /* the spelling is in shows.def */
#define S(KIND, text, object) SHOW_##KIND,
#include "sql/shows.def"
#undef S
                        N_SHOW_KINDS
} ShowKind;
bool show_kind_has_name(ShowKind kind);
const char *show_kind_text(ShowKind kind); /* "BACKFILL STATUS FOR" */
typedef struct ShowStmt {
    Node node;
    ShowKind kind;
    ObjectKind object; /* SHOW CREATE <kind> name */
    Name name;         /* the object; of SHOW_SETTING the setting (dotted) */
    Str like;          /* SHOW TABLES LIKE 'x%'; p == NULL: absent */
} ShowStmt;

typedef struct DescribeStmt {
    Node node;
    bool extended;
    Name name;
} DescribeStmt;

typedef struct SetStmt { /* SET [SESSION | LOCAL] name {= | TO} value [, value] | DEFAULT; SET TIME ZONE x */
    Node node;
    bool local;
    Name name;
    bool to_default;
    NodeList values; /* OptionNode without a key */
} SetStmt;

typedef struct ResetStmt {
    Node node;
    bool all;
    Name name;
} ResetStmt;

typedef struct SubscribeStmt { /* SUBSCRIBE rel | (query) [WHERE p] [AS OF EPOCH n] [WITH (..)] */
    Node node;
    Name name;
    Query *query;
    Node *where;
    Node *as_of_epoch;
    NodeList options; /* OptionNode */
} SubscribeStmt;

typedef struct DeclareStmt { /* DECLARE c [NO SCROLL] CURSOR [WITH | WITHOUT HOLD] FOR SUBSCRIBE .. | query */
    Node node;
    Ident name;
    bool no_scroll, scroll;
    bool with_hold, without_hold;
    Node *stmt; /* SubscribeStmt or QueryStmt */
} DeclareStmt;

typedef enum FetchWay { FETCH_FORWARD, FETCH_BACKWARD, FETCH_ABSOLUTE, FETCH_RELATIVE } FetchWay;
typedef struct FetchStmt { /* FETCH | MOVE [FORWARD | BACKWARD] [n | ALL] | ABSOLUTE n | RELATIVE n [FROM | IN] c; NEXT, PRIOR,
                              FIRST and LAST are written so, too */
    Node node;
    bool move;
    FetchWay way;
    bool all;
    Node *count; /* a number, also with a minus before it; NULL: 1 */
    Ident name;
} FetchStmt;

typedef struct CloseStmt {
    Node node;
    bool all;
    Ident name;
} CloseStmt;

typedef struct CheckpointStmt {
    Node node;
} CheckpointStmt;

typedef struct FlushStmt {
    Node node;
} FlushStmt;

typedef struct RestoreStmt { /* RESTORE FROM CHECKPOINT n | RESTORE FROM 'path' */
    Node node;
    Node *checkpoint; /* number */
    Str path;         /* p == NULL: absent */
} RestoreStmt;

typedef struct BackupStmt { /* BACKUP TO 'path' [WITH (..)] */
    Node node;
    Str path;
    NodeList options; /* OptionNode */
} BackupStmt;

typedef struct BackfillStmt { /* CANCEL | RESUME BACKFILL FOR mv */
    Node node;
    bool resume;
    Name name;
} BackfillStmt;

typedef struct RefreshStmt { /* REFRESH [LOOKUP] TABLE name, REFRESH MATERIALIZED VIEW name */
    Node node;
    bool is_view;
    Name name;
} RefreshStmt;

typedef struct PrepareStmt {
    Node node;
    Ident name;
    NodeList types; /* TypeName */
    Node *stmt;     /* statement */
} PrepareStmt;

typedef struct ExecuteStmt {
    Node node;
    Ident name;
    NodeList args;
} ExecuteStmt;

typedef struct DeallocateStmt {
    Node node;
    bool all;
    Ident name;
} DeallocateStmt;

typedef enum TransactionKind {
    TRANSACTION_BEGIN,
    TRANSACTION_COMMIT,
    TRANSACTION_ROLLBACK,
    TRANSACTION_SAVEPOINT, /* name */
    TRANSACTION_RELEASE,
    TRANSACTION_ROLLBACK_TO,
    TRANSACTION_SET,         /* SET TRANSACTION modes */
    TRANSACTION_SET_SESSION, /* SET SESSION CHARACTERISTICS AS TRANSACTION modes */
} TransactionKind;
enum { /* of the first four one, of the two pairs one */
       MODE_SERIALIZABLE = 1,
       MODE_REPEATABLE_READ = 2,
       MODE_READ_COMMITTED = 4,
       MODE_READ_UNCOMMITTED = 8,
       MODE_READ_ONLY = 16,
       MODE_READ_WRITE = 32,
       MODE_DEFERRABLE = 64,
       MODE_NOT_DEFERRABLE = 128,
};
typedef struct TransactionStmt {
    Node node;
    TransactionKind kind;
    uint32_t modes;
    bool start, chain; /* START TRANSACTION for BEGIN; COMMIT, ROLLBACK: AND CHAIN */
    Ident name;
} TransactionStmt;

typedef struct SetConstraintsStmt { /* SET CONSTRAINTS ALL | a, b DEFERRED | IMMEDIATE */
    Node node;
    bool deferred;
    NodeList names; /* NameNode; empty: ALL */
} SetConstraintsStmt;

typedef enum DiscardWhat { DISCARD_ALL, DISCARD_PLANS, DISCARD_SEQUENCES, DISCARD_TEMP } DiscardWhat;
typedef struct DiscardStmt {
    Node node;
    DiscardWhat what;
} DiscardStmt;

typedef struct CommentStmt { /* COMMENT ON kind name IS 'text' | NULL */
    Node node;
    ObjectKind kind;
    bool of_domain; /* CONSTRAINT .. ON DOMAIN */
    Name name;      /* of a column: relation.column */
    bool has_args;  /* FUNCTION f (types): the one of these arguments */
    NodeList args;  /* TypeName */
    Str text;       /* p == NULL: NULL, the comment goes */
} CommentStmt;

typedef struct CancelStmt { /* CANCEL [QUERY] n | KILL [QUERY] n */
    Node node;
    bool kill;
    Node *query_id;
} CancelStmt;
