/* SPDX-License-Identifier: Apache-2.0
 *
 * Statements that change rows: INSERT, UPDATE, DELETE, MERGE, TRUNCATE. */
#pragma once
#include "sql/ast_define.h"

typedef struct SetClause { /* a = expr, (a, b) = (x, y) or (query) */
    Node node;
    NodeList columns; /* IdentNode */
    bool is_tuple;    /* written with parentheses */
    Node *value;      /* may be ExprDefault; for a tuple an ExprRow or ExprSubquery */
} SetClause;
typedef enum ConflictWords {
    CONFLICT_CLAUSE,  /* ON CONFLICT, as it is written */
    CONFLICT_IGNORE,  /* INSERT OR IGNORE: DO NOTHING */
    CONFLICT_REPLACE, /* INSERT OR REPLACE: by the primary key, every other column, also those that are left out */
    CONFLICT_UPSERT,  /* UPSERT: the same of the columns that are given */
} ConflictWords;
typedef struct OnConflict {
    Node node;
    NodeList columns; /* OrderItem, whose order means nothing; may be empty for DO NOTHING */
    Node *target_where;
    Ident constraint; /* ON CONSTRAINT name; absent: by the columns */
    bool do_nothing;
    NodeList sets; /* SetClause */
    Node *where;
    ConflictWords words; /* all else is empty, but for do_nothing */
} OnConflict;
typedef enum Overriding { OVERRIDING_NOTHING, OVERRIDING_SYSTEM, OVERRIDING_USER } Overriding;
typedef struct InsertStmt {
    Node node;
    With *with;
    Name table;
    Ident alias;
    NodeList columns; /* IdentNode */
    Query *query;     /* VALUES or SELECT; NULL: DEFAULT VALUES */
    Overriding overriding;
    OnConflict *on_conflict;
    NodeList returning; /* Target */
} InsertStmt;

typedef struct UpdateStmt {
    Node node;
    With *with;
    Name table;
    Ident alias;
    NodeList sets; /* SetClause */
    NodeList from; /* relations */
    Node *where;
    NodeList returning; /* Target */
} UpdateStmt;

typedef struct DeleteStmt {
    Node node;
    With *with;
    Name table;
    Ident alias;
    NodeList using_from; /* relations */
    Node *where;
    NodeList returning; /* Target */
} DeleteStmt;

typedef enum MergeAction { MERGE_NOTHING, MERGE_UPDATE, MERGE_DELETE, MERGE_INSERT } MergeAction;
typedef struct MergeWhen { /* WHEN [NOT] MATCHED [AND condition] THEN .. */
    Node node;
    bool matched;
    Node *condition;
    MergeAction action;
    NodeList sets;    /* UPDATE: SetClause */
    NodeList columns; /* INSERT: IdentNode */
    Overriding overriding;
    Node *row; /* INSERT: ValuesRow; NULL: DEFAULT VALUES */
} MergeWhen;
typedef struct MergeStmt {
    Node node;
    With *with;
    Name table;
    Ident alias;
    Node *source; /* a relation, as in FROM */
    Node *on;
    NodeList whens; /* MergeWhen */
} MergeStmt;

typedef enum DropBehavior { DROP_DEFAULT, DROP_CASCADE, DROP_RESTRICT } DropBehavior;
typedef struct TruncateStmt {
    Node node;
    NodeList names; /* NameNode */
    bool restart;   /* RESTART IDENTITY */
    DropBehavior behavior;
} TruncateStmt;

/* ---- CALL ---- */

typedef struct CallStmt {
    Node node;
    Node *call; /* ExprCall */
} CallStmt;

/* ---- COPY ---- */

typedef struct CopyStmt { /* COPY t [(cols)] | (query)  FROM | TO  'file' | STDIN | STDOUT  [[WITH] (options)] [WHERE condition] */
    Node node;
    Name table;
    NodeList columns; /* IdentNode */
    Query *query;     /* COPY (query) TO */
    Node *change;     /* COPY (INSERT .. RETURNING ..) TO */
    bool is_from;
    bool standard; /* STDIN or STDOUT: path is absent */
    Str path;
    NodeList options; /* OptionNode */
    Node *where;      /* of the rows that come; NULL = all */
} CopyStmt;

/* ---- ANALYZE, VACUUM, LOCK TABLE, REINDEX ---- */

typedef enum MaintainWhat { MAINTAIN_ANALYZE, MAINTAIN_VACUUM, MAINTAIN_LOCK, MAINTAIN_REINDEX } MaintainWhat;
typedef enum ReindexOf { REINDEX_TABLE, REINDEX_INDEX, REINDEX_SCHEMA, REINDEX_DATABASE } ReindexOf;
enum { MAINTAINS_ANALYZE = 1, MAINTAINS_ALOUD = 2 };
typedef struct MaintainStmt { /* ANALYZE, VACUUM, LOCK TABLE, REINDEX */
    Node node;
    MaintainWhat what;
    ReindexOf of;    /* REINDEX: what `tables` names one of, or `whole` */
    Name whole;      /* the schema or the database */
    bool analyzes;   /* VACUUM: ANALYZE as well */
    bool aloud;      /* VERBOSE */
    bool excludes;   /* LOCK: in a mode that others who write are not in */
    NodeList tables; /* MaintainTable; empty: all */
} MaintainStmt;
typedef struct MaintainTable {
    Node node;
    Name name;
    NodeList columns; /* IdentNode; empty: all */
} MaintainTable;
