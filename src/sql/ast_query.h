/* SPDX-License-Identifier: Apache-2.0
 *
 * Queries of the syntax tree: the parts that queries and definitions share (types, names, options, windows), the relations of
 * FROM with all joins, and the query itself.  A query in parentheses that carries anything of its own stays a Query node. */
#pragma once
#include "sql/ast_expr.h"

typedef struct IdentNode {
    Node node;
    Ident ident;
} IdentNode;

typedef struct NameNode {
    Node node;
    Name name;
    bool has_args; /* DROP FUNCTION f (types): the one of these arguments */
    NodeList args; /* TypeName */
} NameNode;

typedef enum OptionForm {
    OPTION_FORM_NONE,
    OPTION_FORM_STRING,
    OPTION_FORM_WORD,
    OPTION_FORM_NUMBER,
    OPTION_FORM_INTERVAL,
    OPTION_FORM_STAR,  /* * */
    OPTION_FORM_NAMES, /* (a, b): the names behind each other, each with its NUL */
} OptionForm;
typedef struct OptionNode { /* k = v of WITH ( .. ), of a connector, of SET ( .. ), of EXPLAIN ( .. ) and COPY ( .. ) */
    Node node;
    Str key; /* lower case when it was not quoted; dots kept: properties.bootstrap.servers */
    Span key_at;
    OptionForm form; /* NONE: a key alone, as in EXPLAIN (ANALYZE) */
    Str value;       /* text as options_parse wants it: 'a' gives a, -5 gives -5, INTERVAL '5' MINUTE gives "5 minute" */
    Span value_at;
} OptionNode;

typedef struct TypeField {
    Node node;
    Ident name;
    TypeName *type;
} TypeField;
struct TypeName {
    Node node;
    Name name;       /* normalised words: "double precision", "character varying", "timestamp with time zone", "array", "struct" */
    uint32_t n_mods; /* VARCHAR(10), DECIMAL(10, 2), TIMESTAMP(3) */
    int32_t mod[2];  /* DECIMAL(10, -2) is possible */
    uint32_t n_dims; /* INT[][] = 2 */
    NodeList args;   /* TypeName: ARRAY<INT>, MAP<K, V> */
    NodeList fields; /* TypeField: STRUCT<a INT, b TEXT>, ROW(a INT) */
};

typedef struct Target { /* one item of SELECT or RETURNING */
    Node node;
    Node *expr; /* may be ExprStar */
    Ident alias;
} Target;

typedef enum SortDir { SORT_DEFAULT, SORT_ASC, SORT_DESC } SortDir;
typedef enum SortNulls { SORT_NULLS_DEFAULT, SORT_NULLS_FIRST, SORT_NULLS_LAST } SortNulls;
typedef struct OrderItem {
    Node node;
    Node *expr;
    SortDir dir;
    SortNulls nulls;
} OrderItem;

typedef enum GroupSetKind { GROUP_EMPTY, GROUP_ROLLUP, GROUP_CUBE, GROUP_SETS, GROUP_ALL /* by itself */ } GroupSetKind;
typedef struct GroupSet { /* in GROUP BY beside plain expressions; (a, b) is an ExprRow */
    Node node;
    GroupSetKind kind;
    NodeList items; /* expressions, ExprRow, GroupSet */
} GroupSet;

typedef enum FrameMode { FRAME_NONE, FRAME_ROWS, FRAME_RANGE, FRAME_GROUPS } FrameMode;
typedef enum FrameBound {
    BOUND_UNBOUNDED_PRECEDING,
    BOUND_PRECEDING, /* offset */
    BOUND_CURRENT_ROW,
    BOUND_FOLLOWING, /* offset */
    BOUND_UNBOUNDED_FOLLOWING,
} FrameBound;
typedef enum FrameExclude { EXCLUDE_NO_OTHERS, EXCLUDE_CURRENT_ROW, EXCLUDE_GROUP, EXCLUDE_TIES } FrameExclude;
struct WindowSpec {
    Node node;
    Ident name; /* definition: WINDOW name AS (..) */
    Ident base; /* OVER w (reference_only), or OVER (w ORDER BY ..) */
    bool reference_only;
    NodeList partition_by;
    NodeList order_by; /* OrderItem */
    FrameMode mode;
    FrameBound start, end; /* end is CURRENT ROW when not written */
    bool between;          /* false: only the start was written */
    Node *start_offset, *end_offset;
    FrameExclude exclude;
};

struct Alias {
    Node node;
    Ident name;
    NodeList columns; /* IdentNode */
    NodeList fields;  /* TypeField: of a function that gives rows of no type of their own, AS x (a integer, b text) */
};

typedef enum CteMaterialized { CTE_DEFAULT, CTE_MATERIALIZED, CTE_NOT_MATERIALIZED } CteMaterialized;
typedef struct CteSearch { /* SEARCH DEPTH | BREADTH FIRST BY by SET set */
    Node node;
    bool breadth;
    NodeList by; /* IdentNode */
    Ident set;
} CteSearch;

typedef struct CteCycle { /* CYCLE columns SET mark [TO value DEFAULT otherwise] USING path */
    Node node;
    NodeList columns; /* IdentNode */
    Ident mark;
    Node *value, *otherwise; /* both or neither: TRUE and FALSE */
    Ident path;
} CteCycle;

typedef struct Cte {
    Node node;
    Ident name;
    NodeList columns; /* IdentNode */
    CteMaterialized materialized;
    Query *query;
    Node *change;      /* INSERT, UPDATE, DELETE or MERGE instead of the query */
    CteSearch *search; /* columns of a recursive one that say in which order, and whether, its rows were reached */
    CteCycle *cycle;
    const struct GivenRows *given; /* what that has returned, set by whoever runs the statement; NULL = it has not run */
} Cte;
struct With {
    Node node;
    bool recursive;
    NodeList ctes; /* Cte */
};

typedef enum EmitMode {
    EMIT_DEFAULT,      /* no EMIT clause */
    EMIT_ON_WATERMARK, /* ON | AFTER WATERMARK */
    EMIT_ON_WINDOW_CLOSE,
    EMIT_ON_UPDATE,
    EMIT_PERIODICALLY, /* EVERY | PERIODICALLY interval */
    EMIT_CHANGES,
    EMIT_CHANGES_IMMEDIATE,
    EMIT_FINAL,
    N_EMIT_MODES
} EmitMode;
struct StreamClauses { /* EMIT, ALLOW LATENESS, LATE DATA TO, in any order; each at most once */
    Node node;
    EmitMode emit;
    Span emit_at;
    Node *every; /* EMIT_PERIODICALLY */
    Node *lateness;
    Name late_to;
};

/* ---- relations of FROM -------------------------------------------------------------------------------------------------- */

typedef struct FromTable {
    Node node;
    Name name;
    Alias *alias;
    Node *as_of; /* FOR SYSTEM_TIME AS OF expr */
    Ident versioned_on;
} FromTable;

typedef struct FromSubquery {
    Node node;
    bool lateral;
    Query *query;
    Alias *alias;
} FromSubquery;

typedef struct FromFunction { /* TUMBLE(rel, ts, size), UNNEST(a), generate_series(1, 3), TABLE(TUMBLE(TABLE rel, DESCRIPTOR(ts),
                                 size)) */
    Node node;
    bool lateral;
    bool table_form; /* written TABLE(f(..)) */
    bool ordinality; /* WITH ORDINALITY */
    ExprCall *call;
    Alias *columns; /* ROWS FROM (call AS (a INT, ..)): only fields */
    NodeList more;  /* ROWS FROM (call, more ..): FromFunction of a call and its columns, side by side */
    Alias *alias;
} FromFunction;

typedef enum JoinKind {
    JOIN_INNER,
    JOIN_LEFT,
    JOIN_RIGHT,
    JOIN_FULL,
    JOIN_CROSS,
    JOIN_LEFT_SEMI,
    JOIN_LEFT_ANTI,
    JOIN_RIGHT_SEMI,
    JOIN_RIGHT_ANTI,
    JOIN_ASOF, /* keeps every left row, as ASOF LEFT JOIN does */
    JOIN_ASOF_INNER,
    JOIN_ASOF_LEFT,
    N_JOIN_KINDS
} JoinKind;
typedef struct FromJoin {
    Node node;
    JoinKind kind;
    bool natural;
    Node *left, *right; /* relations */
    Node *on;
    NodeList using_columns; /* IdentNode */
    Ident using_alias;      /* what these are called; absent: nothing */
    /* ASOF only.  MATCH_CONDITION (expr) gives match; MATCH_CONDITION NEAREST gives match_nearest; TOLERANCE gives tolerance. */
    Node *match;
    bool match_nearest;
    Node *tolerance;
} FromJoin;

typedef struct FromProbe { /* l TEMPORAL PROBE JOIN r ON (k) TIMESTAMPS (l_ts, r_ts) RANGE FROM a TO b STEP s | LIST (..) AS p */
    Node node;
    Node *left, *right; /* relations */
    NodeList keys;      /* IdentNode: names common to both sides */
    Name left_ts, right_ts;
    Node *range_from, *range_to, *range_step; /* NULL with LIST */
    NodeList offsets;                         /* LIST */
    Alias *alias;
} FromProbe;

typedef enum PatternKind {
    PATTERN_VAR,
    PATTERN_CONCAT,
    PATTERN_ALT,
    PATTERN_PERMUTE,
    PATTERN_EXCLUDE,
    PATTERN_START,
    PATTERN_END,
    PATTERN_EMPTY
} PatternKind;
typedef struct Pattern {
    Node node;
    PatternKind kind;
    Ident var;
    NodeList items;    /* Pattern */
    uint32_t min, max; /* {1, 1} without a quantifier; max UINT32_MAX: no bound */
    bool reluctant;
} Pattern;
typedef struct PatternDef { /* DEFINE a AS cond, SUBSET u = (a, b), MEASURES expr AS name */
    Node node;
    Ident name;
    Node *expr;
    NodeList members; /* IdentNode: SUBSET */
} PatternDef;
typedef enum MatchRows { MATCH_ROWS_DEFAULT, MATCH_ONE_ROW, MATCH_ALL_ROWS } MatchRows;
typedef enum MatchSkip { SKIP_DEFAULT, SKIP_PAST_LAST_ROW, SKIP_TO_NEXT_ROW, SKIP_TO_FIRST, SKIP_TO_LAST } MatchSkip;
typedef struct FromMatch {
    Node node;
    Node *input; /* relation */
    NodeList partition_by;
    NodeList order_by; /* OrderItem */
    NodeList measures; /* PatternDef */
    MatchRows rows;
    MatchSkip skip;
    Ident skip_to;
    Pattern *pattern;
    Node *within;     /* Flink: PATTERN (..) WITHIN INTERVAL .. */
    NodeList subsets; /* PatternDef */
    NodeList defines; /* PatternDef */
    Alias *alias;
} FromMatch;

/* ---- queries ------------------------------------------------------------------------------------------------------------ */

typedef enum SelectDistinct { SELECT_ALL, SELECT_DISTINCT, SELECT_DISTINCT_ON } SelectDistinct;
typedef struct Select {
    Node node;
    SelectDistinct distinct;
    NodeList distinct_on;
    NodeList targets; /* Target */
    NodeList from;    /* relations; a comma is a cross join */
    Node *where;
    bool group_distinct;
    NodeList group_by; /* expressions, GroupSet */
    Node *having;
    NodeList windows; /* WindowSpec with a name */
    Node *qualify;    /* predicate over window functions */
} Select;

typedef enum SetOpKind { SETOP_UNION, SETOP_INTERSECT, SETOP_EXCEPT } SetOpKind;
typedef struct SetOp {
    Node node;
    SetOpKind kind;
    bool all;
    bool by_name;       /* UNION BY NAME: columns of one name, NULL where a side has none */
    Node *left, *right; /* bodies: Select, SetOp, Values, or Query for one in parentheses */
} SetOp;

typedef struct ValuesRow {
    Node node;
    NodeList items; /* expressions, ExprDefault */
} ValuesRow;
typedef struct Values {
    Node node;
    NodeList rows; /* ValuesRow */
} Values;

typedef enum LockStrength { LOCK_UPDATE, LOCK_NO_KEY_UPDATE, LOCK_SHARE, LOCK_KEY_SHARE, N_LOCK_STRENGTHS } LockStrength;
typedef enum LockWait { LOCK_WAIT, LOCK_NOWAIT, LOCK_SKIP_LOCKED, N_LOCK_WAITS } LockWait;
typedef struct LockClause { /* FOR UPDATE [OF a, b] [NOWAIT | SKIP LOCKED] */
    Node node;
    LockStrength strength;
    NodeList of; /* NameNode */
    LockWait wait;
} LockClause;

struct Query {
    Node node;
    With *with;
    Node *body;        /* Select, SetOp, Values, or Query for one in parentheses; TABLE x is SELECT * FROM x */
    NodeList order_by; /* OrderItem */
    Node *limit;       /* NULL: none or LIMIT ALL */
    bool with_ties;    /* FETCH FIRST n ROWS WITH TIES */
    Node *offset;
    NodeList locks; /* LockClause */
    /* Only on the outermost query of a statement, and on the one inside FROM ( ) of a sink; NULL and empty elsewhere. */
    StreamClauses *clauses;
    NodeList options; /* OptionNode: SELECT .. WITH (source = 'hybrid'); of CREATE .. AS query WITH (..) they are the statement's */
};
