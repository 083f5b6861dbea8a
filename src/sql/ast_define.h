/* SPDX-License-Identifier: Apache-2.0
 *
 * Parts of definitions in the syntax tree: columns, constraints, watermarks, connectors. */
#pragma once
#include "sql/ast_query.h"

typedef enum NullSpec { NULL_UNSAID, NULL_ALLOWED, NULL_FORBIDDEN } NullSpec;
typedef enum Identity { IDENTITY_NONE, IDENTITY_BY_DEFAULT, IDENTITY_ALWAYS } Identity;
typedef enum ForeignAction {
    FOREIGN_NO_ACTION,
    FOREIGN_RESTRICT,
    FOREIGN_CASCADE,
    FOREIGN_SET_NULL,
    FOREIGN_SET_DEFAULT,
    N_FOREIGN_ACTIONS
} ForeignAction;
enum { /* when a constraint is checked, as it is written: DEFERRED alone says DEFERRABLE, too */
       CHECKED_DEFERRABLE = 1,
       CHECKED_NOT_DEFERRABLE = 2,
       CHECKED_DEFERRED = 4,
       CHECKED_IMMEDIATE = 8,
       CHECKED_NOT_VALID = 16, /* ADD CONSTRAINT: only while it is parsed */
};
static inline bool is_deferrable(uint32_t when)
{
    return when & (CHECKED_DEFERRABLE | CHECKED_DEFERRED);
}

typedef struct TableForeign { /* [CONSTRAINT c] FOREIGN KEY (a, b) REFERENCES t [(c, d)] .. */
    Node node;
    Ident name;
    NodeList columns; /* IdentNode; empty: of the column that it stands with */
    Name table;
    NodeList ref_columns; /* IdentNode; empty: the primary key */
    bool match_full;
    ForeignAction on_delete, on_update;
    NodeList set_columns; /* IdentNode: ON DELETE SET NULL (a, b); empty: all */
    uint32_t when;        /* CHECKED_ */
} TableForeign;

typedef enum ColumnRule { RULE_OTHER, RULE_KEY, RULE_UNIQUE, RULE_FOREIGN } ColumnRule;
typedef struct ColumnDef {
    Node node;
    Ident name;
    TypeName *type;
    NullSpec nulls;
    bool primary_key, unique;
    bool nulls_equal;               /* UNIQUE NULLS NOT DISTINCT */
    Ident key_name, unique_name;    /* CONSTRAINT c before them */
    uint32_t key_when, unique_when; /* CHECKED_ */
    ColumnRule last;                /* while it is parsed: what DEFERRABLE belongs to */
    Name collation;                 /* n_parts == 0: none */
    Node *preset;                   /* DEFAULT expr */
    Node *generated;                /* GENERATED ALWAYS AS (expr), or AS (expr) */
    Identity identity;
    struct CreateSequenceStmt *numbers; /* identity: its options, NULL = none */
    NodeList checks;                    /* TableCheck */
    NodeList foreign;                   /* TableForeign */
} ColumnDef;

typedef struct ColumnStar { /* * [PREFIX 'p_'] in a column list: take the columns that the connector reports */
    Node node;
    Str prefix; /* p == NULL: none */
} ColumnStar;

typedef enum LikeParts { /* of a table, bits */
                         LIKE_COMMENTS = 1,
                         LIKE_CONSTRAINTS = 2,
                         LIKE_DEFAULTS = 4,
                         LIKE_GENERATED = 8,
                         LIKE_IDENTITY = 16,
                         LIKE_INDEXES = 32,
                         LIKE_ALL = 63,
} LikeParts;
typedef struct ColumnsLike { /* LIKE table [INCLUDING part | EXCLUDING part ..] in a column list */
    Node node;
    Name table;
    uint32_t including; /* LikeParts */
} ColumnsLike;

typedef struct WatermarkDef { /* WATERMARK FOR col [AS expr] [WHEN condition] [PER KEY k, ..] */
    Node node;
    Ident column;
    Node *expr;    /* NULL: zero delay */
    Node *when;    /* NULL: every row moves it */
    NodeList keys; /* IdentNode: PER KEY k or PER KEY (k, l) */
} WatermarkDef;

typedef struct TableKey { /* [CONSTRAINT c] PRIMARY KEY (a, b) | UNIQUE (a, b) */
    Node node;
    Ident name;
    bool primary;     /* false: UNIQUE */
    bool nulls_equal; /* UNIQUE NULLS NOT DISTINCT */
    NodeList columns; /* IdentNode */
    uint32_t when;    /* CHECKED_ */
    Ident index;      /* ADD CONSTRAINT .. USING INDEX index, without columns */
} TableKey;
typedef struct TableCheck { /* [CONSTRAINT c] CHECK (expr) */
    Node node;
    Ident name;
    Node *expr;
} TableCheck;

struct ConnectorClause { /* FROM | INTO kind [(options)] [FORMAT f [WITH (options)]]; kind absent: FORMAT alone */
    Node node;
    Ident kind;
    NodeList options; /* OptionNode */
    Ident format;
    NodeList format_options; /* OptionNode */
};

typedef enum ObjectKind {
    OBJECT_SOURCE,
    OBJECT_TABLE,
    OBJECT_LOOKUP_TABLE,
    OBJECT_STREAM,
    OBJECT_MATERIALIZED_VIEW,
    OBJECT_VIEW,
    OBJECT_CONTINUOUS_QUERY,
    OBJECT_SINK,
    OBJECT_FUNCTION,
    OBJECT_PROCEDURE,
    OBJECT_ROUTINE,    /* either; of DROP, ALTER and COMMENT */
    OBJECT_COLUMN,     /* COMMENT ON COLUMN only */
    OBJECT_CONSTRAINT, /* the same: table.constraint */
    OBJECT_TYPE,
    OBJECT_DOMAIN,
    OBJECT_INDEX,
    OBJECT_SEQUENCE, /* DROP and SHOW CREATE only */
    OBJECT_SCHEMA,   /* CREATE, ALTER and DROP only */
    OBJECT_ANY,      /* SHOW CREATE name */
    N_OBJECT_KINDS
} ObjectKind;
static inline bool object_is_routine(ObjectKind k)
{
    return k == OBJECT_FUNCTION || k == OBJECT_PROCEDURE || k == OBJECT_ROUTINE;
}
const char *object_kind_text(ObjectKind kind); /* "MATERIALIZED VIEW" */

typedef enum OnCommit { ON_COMMIT_UNSAID, ON_COMMIT_PRESERVE, ON_COMMIT_DELETE, ON_COMMIT_DROP } OnCommit;
const char *on_commit_text(OnCommit what); /* " ON COMMIT DROP"; "": nothing is said */

typedef struct CreateSchemaStmt {
    Node node;
    bool if_not_exists;
    Name name;
    Ident owner;       /* AUTHORIZATION; s.p NULL: none is said */
    NodeList elements; /* statements that make something in it */
} CreateSchemaStmt;
