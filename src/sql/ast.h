/* SPDX-License-Identifier: Apache-2.0
 *
 * The syntax tree.  One struct per kind of node, allocated in the caller's arena and never freed singly; every node starts with
 * `Node` and carries its tag, the bytes it was written in, and its nesting depth (1 for a leaf), so that a later pass may recurse
 * without fear: the parser refuses deeper trees than SQL_DEPTH_MAX.  The tree says what was written; it knows no catalog and no
 * types.  The tags are rows of nodes.def, and the fields are listed once more in fields.def, from which comparison and walking
 * follow.
 *
 * Conventions: NodeList is an intrusive list (a node is in at most one); a pointer is NULL, a list empty and an Ident has p == NULL
 * when the clause was absent; a field `Node *` is an expression unless its comment says otherwise. */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define SQL_DEPTH_MAX 500

typedef enum NodeKind {
    NODE_NONE,
#define N(KIND, Struct) NODE_##KIND,
#include "sql/nodes.def"
#undef N
    N_NODE_KINDS
} NodeKind;

/* NODE_OF_<Struct>: the tag of a struct, for AST(). */
enum {
#define N(KIND, Struct) NODE_OF_##Struct = NODE_##KIND,
#include "sql/nodes.def"
#undef N
};

typedef struct Node Node;
struct Node {
    uint16_t kind;  /* NodeKind */
    uint16_t depth; /* 1 + the deepest child */
    Span at;        /* in the script's text */
    Node *next;     /* in the list that holds it */
};

typedef struct NodeList {
    Node *first, *last;
    uint32_t n;
    uint32_t depth; /* of the deepest member */
} NodeList;

#define NODE_IS_EXPR(n) ((n)->kind >= NODE_EXPR_LITERAL && (n)->kind <= NODE_EXPR_DESCRIPTOR)
#define NODE_IS_FROM(n) ((n)->kind >= NODE_FROM_TABLE && (n)->kind <= NODE_FROM_MATCH)
#define NODE_IS_STMT(n) ((n)->kind >= NODE_QUERY_STMT)
/* for (Node *n ...) over a list. */
#define AST_EACH(n, list) for (Node *n = (list).first; n; n = n->next)
static inline Node *ast_check(const Node *n, int kind)
{
    ASSERT(n->kind == kind);
    return (Node *)n;
}
/* Checked cast: AST(ExprBinary, node). */
#define AST(Struct, n) ((Struct *)(void *)ast_check((n), NODE_OF_##Struct))
const char *node_kind_name(NodeKind kind); /* "ExprBinary" */

/* A name as written: unquoted ones are folded to lower case (ASCII), quoted ones keep their bytes. */
typedef struct Ident {
    Str s; /* NUL-terminated in the arena as well; p == NULL: absent */
    Span at;
    bool quoted;
} Ident;

#define NAME_PARTS_MAX 4
/* a.b.c; the last part is the object, n_parts == 0: absent. */
typedef struct Name {
    Ident part[NAME_PARTS_MAX];
    uint32_t n_parts;
    Span at;
} Name;
static inline const Ident *name_last(const Name *n)
{
    return &n->part[n->n_parts - 1];
}

typedef struct Query Query;
typedef struct TypeName TypeName;
typedef struct WindowSpec WindowSpec;
typedef struct Alias Alias;
typedef struct With With;
typedef struct Connector Connector;
typedef struct StreamClauses StreamClauses;

/* ---- expressions ------------------------------------------------------------------------------------------------------ */

typedef enum LiteralKind {
    LITERAL_NULL,
    LITERAL_BOOL,    /* `flag` */
    LITERAL_INT,     /* digits (also of 0x, 0o, 0b and with _: already decimal when it fits 64 bits) */
    LITERAL_DECIMAL, /* 1.5  .5  1.   and integers are never this */
    LITERAL_FLOAT,   /* with an exponent */
    LITERAL_STRING,  /* decoded: without quotes and escapes */
    LITERAL_BYTES,   /* X'..': decoded bytes */
} LiteralKind;
typedef struct ExprLiteral {
    Node node;
    LiteralKind kind;
    bool flag;
    Str text; /* never signed: -1 is ExprUnary of 1 */
} ExprLiteral;

typedef struct ExprTyped { /* DATE '2024-01-01', TIMESTAMP WITH TIME ZONE '..', uuid '..' */
    Node node;
    TypeName *type;
    Str text;
} ExprTyped;

typedef enum IntervalUnit {
    UNIT_NONE,
    UNIT_MICROSECOND,
    UNIT_MILLISECOND,
    UNIT_SECOND,
    UNIT_MINUTE,
    UNIT_HOUR,
    UNIT_DAY,
    UNIT_WEEK,
    UNIT_MONTH,
    UNIT_QUARTER,
    UNIT_YEAR,
    N_INTERVAL_UNITS
} IntervalUnit;
typedef struct ExprInterval { /* INTERVAL '5' MINUTE, INTERVAL '1 2:03' DAY TO MINUTE, INTERVAL '5 minutes', INTERVAL 5 MINUTE, 30s
                               */
    Node node;
    Str text;              /* of the string or the number, a leading '-' included; "30s" for a bare duration */
    IntervalUnit from, to; /* UNIT_NONE when absent; `to` only in DAY TO SECOND */
} ExprInterval;

typedef struct ExprParam { /* $1 */
    Node node;
    uint32_t number; /* 1-based */
} ExprParam;

typedef struct ExprColumn { /* a, t.a, s.t.a, s.t.a.field: what the parts mean is for the binder */
    Node node;
    Name name;
} ExprColumn;

typedef struct ExprStar { /* *, t.*: only as a target, in RETURNING, and in count(*) not at all (ExprCall.star) */
    Node node;
    Name of;          /* absent: all relations */
    NodeList exclude; /* IdentNode: * EXCLUDE (a, b) */
} ExprStar;

typedef enum SqlOp { /* the spelling is in ops.def */
#define OP(NAME, spelling) SQL_OP_##NAME,
#include "sql/ops.def"
#undef OP
                     N_SQL_OPS
} SqlOp;
const char *sql_op_text(SqlOp op); /* "+" */

typedef struct ExprUnary { /* SQL_OP_NOT, _SUB (minus), _ADD (plus), _BIT_NOT */
    Node node;
    SqlOp op;
    Node *arg;
} ExprUnary;

typedef struct ExprBinary {
    Node node;
    SqlOp op;
    Span op_at;
    Node *left, *right;
} ExprBinary;

typedef struct ExprLogic { /* a AND b AND c: flat, two or more arguments */
    Node node;
    bool is_or;
    NodeList args;
} ExprLogic;

typedef enum IsTest { IS_NULL, IS_TRUE, IS_FALSE, IS_UNKNOWN } IsTest;
typedef struct ExprIs { /* x IS [NOT] NULL | TRUE | FALSE | UNKNOWN, x ISNULL, x NOTNULL */
    Node node;
    IsTest test;
    bool negated;
    Node *arg;
} ExprIs;

typedef struct ExprDistinct { /* a IS [NOT] DISTINCT FROM b */
    Node node;
    bool negated; /* IS NOT DISTINCT FROM */
    Node *left, *right;
} ExprDistinct;

typedef struct ExprBetween {
    Node node;
    bool negated, symmetric;
    Node *arg, *low, *high;
} ExprBetween;

typedef struct ExprIn {
    Node node;
    bool negated;
    Node *arg;
    NodeList items; /* empty when it is a query */
    Query *query;
} ExprIn;

typedef enum LikeKind { LIKE_LIKE, LIKE_ILIKE, LIKE_SIMILAR } LikeKind;
typedef struct ExprLike {
    Node node;
    LikeKind kind;
    bool negated;
    Node *arg, *pattern, *escape; /* escape may be NULL */
} ExprLike;

typedef struct ExprQuantified { /* x = ANY (query | array), x <> ALL (..); SOME is ANY */
    Node node;
    SqlOp op;
    bool all;
    Node *left;
    Node *array; /* one of the two */
    Query *query;
} ExprQuantified;

typedef struct ExprExists {
    Node node;
    Query *query;
} ExprExists;

typedef struct ExprSubquery { /* (SELECT ..) as a value, or ARRAY(SELECT ..) */
    Node node;
    bool array;
    Query *query;
} ExprSubquery;

typedef struct When {
    Node node;
    Node *when, *then;
} When;
typedef struct ExprCase {
    Node node;
    Node *arg;      /* CASE x WHEN v ..; NULL for the searched form */
    NodeList whens; /* When */
    Node *otherwise;
} ExprCase;

typedef struct ExprCast { /* CAST(x AS t), x::t, TRY_CAST(x AS t) */
    Node node;
    bool try_cast;
    Node *arg;
    TypeName *type;
} ExprCast;

typedef enum NullTreatment { NULLS_DEFAULT, NULLS_IGNORE, NULLS_RESPECT } NullTreatment;
/* Also the special forms, under an ordinary name with ordinary arguments:
 *   EXTRACT(hour FROM x)          extract('hour', x)
 *   SUBSTRING(x FROM a FOR b)     substring(x, a, b);  (x FOR b) = (x, 1, b);  (x SIMILAR p ESCAPE e) is refused
 *   POSITION(a IN b)              strpos(b, a)
 *   TRIM(BOTH|LEADING|TRAILING c FROM x)   btrim | ltrim | rtrim (x [, c])
 *   OVERLAY(x PLACING y FROM a FOR b)      overlay(x, y, a [, b])
 *   CURRENT_DATE, CURRENT_TIMESTAMP(3), ...  current_date, .. with `bare`
 *   NORMALIZE and the like: not special */
typedef struct ExprCall {
    Node node;
    Name func;
    NodeList args; /* expressions, ExprNamedArg, ExprTableArg, ExprDescriptor */
    bool star;     /* count(*) */
    bool distinct; /* ALL is dropped: it is the default */
    bool bare;     /* CURRENT_DATE: written without being an ordinary call */
    NullTreatment nulls;
    NodeList order_by;     /* OrderItem: agg(x ORDER BY y) */
    NodeList within_group; /* OrderItem: WITHIN GROUP (ORDER BY y) */
    Node *filter;
    WindowSpec *over;
} ExprCall;

typedef struct ExprNamedArg { /* size => INTERVAL '5' MINUTE (also :=) */
    Node node;
    Ident name;
    Node *value;
} ExprNamedArg;

typedef struct ExprField { /* (a).field; a.b.c without parentheses is ExprColumn */
    Node node;
    Node *arg;
    Ident field;
} ExprField;

typedef struct ExprIndex { /* a[i] */
    Node node;
    Node *arg, *index;
} ExprIndex;

typedef struct ExprSlice { /* a[low:high]; either may be NULL */
    Node node;
    Node *arg, *low, *high;
} ExprSlice;

typedef struct ExprArray { /* ARRAY[a, b]; inner ARRAY may be dropped as in PostgreSQL: ARRAY[[1,2],[3,4]] */
    Node node;
    NodeList items;
} ExprArray;

typedef struct ExprRow { /* ROW(a, b) or (a, b) */
    Node node;
    bool explicit_row;
    NodeList items;
} ExprRow;

typedef struct ExprMap { /* MAP[k, v, k, v]: an even number of items is the binder's check */
    Node node;
    NodeList items;
} ExprMap;

typedef struct ExprAtTimeZone {
    Node node;
    Node *arg, *zone;
} ExprAtTimeZone;

typedef struct ExprCollate {
    Node node;
    Node *arg;
    Name collation;
} ExprCollate;

typedef struct ExprDefault { /* DEFAULT in VALUES and in SET */
    Node node;
} ExprDefault;

typedef struct ExprTableArg { /* TABLE rel inside the arguments of a table function */
    Node node;
    Name rel;
} ExprTableArg;

typedef struct ExprDescriptor { /* DESCRIPTOR(ts) */
    Node node;
    NodeList columns; /* IdentNode */
} ExprDescriptor;

/* ---- parts ------------------------------------------------------------------------------------------------------------ */

typedef struct IdentNode {
    Node node;
    Ident ident;
} IdentNode;

typedef struct NameNode {
    Node node;
    Name name;
} NameNode;

typedef enum OptionForm {
    OPTION_FORM_NONE,
    OPTION_FORM_STRING,
    OPTION_FORM_WORD,
    OPTION_FORM_NUMBER,
    OPTION_FORM_INTERVAL
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

typedef enum GroupSetKind { GROUP_EMPTY, GROUP_ROLLUP, GROUP_CUBE, GROUP_SETS } GroupSetKind;
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
};

typedef enum CteMaterialized { CTE_DEFAULT, CTE_MATERIALIZED, CTE_NOT_MATERIALIZED } CteMaterialized;
typedef struct Cte {
    Node node;
    Ident name;
    NodeList columns; /* IdentNode */
    CteMaterialized materialized;
    Query *query;
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
    JOIN_ASOF, /* ASOF JOIN, ASOF INNER JOIN */
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
    NodeList targets; /* Target; may be empty as in PostgreSQL */
    NodeList from;    /* relations; a comma is a cross join */
    Node *where;
    bool group_distinct;
    NodeList group_by; /* expressions, GroupSet */
    Node *having;
    NodeList windows; /* WindowSpec with a name */
} Select;

typedef enum SetOpKind { SETOP_UNION, SETOP_INTERSECT, SETOP_EXCEPT } SetOpKind;
typedef struct SetOp {
    Node node;
    SetOpKind kind;
    bool all;
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

struct Query {
    Node node;
    With *with;
    Node *body;        /* Select, SetOp, Values, or Query for one in parentheses; TABLE x is SELECT * FROM x */
    NodeList order_by; /* OrderItem */
    Node *limit;       /* NULL: none or LIMIT ALL */
    bool with_ties;    /* FETCH FIRST n ROWS WITH TIES */
    Node *offset;
    /* Only on the outermost query of a statement, and on the one inside FROM ( ) of a sink; NULL and empty elsewhere. */
    StreamClauses *clauses;
    NodeList options; /* OptionNode: SELECT .. WITH (source = 'hybrid'); of CREATE .. AS query WITH (..) they are the statement's */
};

/* ---- definitions -------------------------------------------------------------------------------------------------------- */

typedef enum NullSpec { NULL_UNSAID, NULL_ALLOWED, NULL_FORBIDDEN } NullSpec;
typedef struct ColumnDef {
    Node node;
    Ident name;
    TypeName *type;
    NullSpec nulls;
    bool primary_key, unique;
    Node *preset;    /* DEFAULT expr */
    Node *generated; /* GENERATED ALWAYS AS (expr), or AS (expr) */
    NodeList checks; /* expressions */
} ColumnDef;

typedef struct ColumnStar { /* * [PREFIX 'p_'] in a column list: take the columns that the connector reports */
    Node node;
    Str prefix; /* p == NULL: none */
} ColumnStar;

typedef struct WatermarkDef { /* WATERMARK FOR col [AS expr] [PER KEY k, ..] */
    Node node;
    Ident column;
    Node *expr;    /* NULL: zero delay */
    NodeList keys; /* IdentNode: PER KEY k or PER KEY (k, l) */
} WatermarkDef;

typedef struct TableKey { /* [CONSTRAINT c] PRIMARY KEY (a, b) | UNIQUE (a, b) */
    Node node;
    Ident name;
    bool primary;     /* false: UNIQUE */
    NodeList columns; /* IdentNode */
} TableKey;
typedef struct TableCheck { /* [CONSTRAINT c] CHECK (expr) */
    Node node;
    Ident name;
    Node *expr;
} TableCheck;

struct Connector { /* FROM | INTO kind [(options)] [FORMAT f [WITH (options)]]; kind absent: FORMAT alone */
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
    OBJECT_COLUMN, /* COMMENT ON COLUMN only */
    N_OBJECT_KINDS
} ObjectKind;
const char *object_kind_text(ObjectKind kind); /* "MATERIALIZED VIEW" */

/* ---- statements --------------------------------------------------------------------------------------------------------- */

typedef struct QueryStmt {
    Node node;
    Query *query;
} QueryStmt;

typedef struct CreateRelationStmt { /* CREATE SOURCE | TABLE | LOOKUP TABLE; CREATE SOURCE TABLE is a source */
    Node node;
    ObjectKind kind;
    bool or_replace, if_not_exists;
    Name name;
    bool has_elements; /* ( .. ) was written, maybe empty */
    NodeList elements; /* ColumnDef, ColumnStar, WatermarkDef, TableKey, TableCheck */
    Connector *connector;
    NodeList options; /* OptionNode */
    Query *query;     /* CREATE TABLE .. AS query */
} CreateRelationStmt;

typedef struct CreateQueryStmt { /* CREATE STREAM | MATERIALIZED VIEW | VIEW | CONTINUOUS QUERY name AS query [clauses] [WITH] */
    Node node;
    ObjectKind kind;
    bool or_replace, if_not_exists;
    Name name;
    NodeList columns; /* IdentNode: VIEW v (a, b) */
    Query *query;     /* EMIT and late clauses: query->clauses */
    NodeList options; /* OptionNode */
} CreateQueryStmt;

typedef struct CreateSinkStmt {
    Node node;
    bool or_replace, if_not_exists;
    Name name;
    Name from;    /* FROM relation, */
    Query *query; /* or FROM ( query ), or INTO .. AS query */
    Node *where;
    Connector *connector;   /* INTO; NULL: in memory */
    NodeList options;       /* OptionNode */
    StreamClauses *clauses; /* after the sink itself; the query may carry its own */
} CreateSinkStmt;

typedef struct FuncParam {
    Node node;
    Ident name; /* absent: unnamed */
    TypeName *type;
    Node *preset;
} FuncParam;
typedef struct CreateFunctionStmt { /* CREATE FUNCTION f(a INT) RETURNS INT AS expr | AS 'text' [LANGUAGE l] [WITH (..)] */
    Node node;
    bool or_replace, if_not_exists;
    Name name;
    NodeList params;   /* FuncParam */
    TypeName *returns; /* NULL: unsaid */
    Node *body;        /* expression: AS (expr) or RETURN expr; a string literal is text in `language` */
    Ident language;
    NodeList options; /* OptionNode */
} CreateFunctionStmt;

typedef enum DropBehavior { DROP_DEFAULT, DROP_CASCADE, DROP_RESTRICT } DropBehavior;
typedef struct DropStmt {
    Node node;
    ObjectKind kind;
    bool if_exists;
    NodeList names; /* NameNode */
    DropBehavior behavior;
} DropStmt;

typedef enum AlterAction {
    ALTER_ADD_COLUMN, /* column, if_not_exists */
    ALTER_SET,        /* options */
    ALTER_RENAME,     /* new_name */
    ALTER_RESUME,
    ALTER_PAUSE,
    ALTER_REPLAN,
} AlterAction;
typedef struct AlterStmt {
    Node node;
    ObjectKind kind;
    bool if_exists;
    Name name;
    AlterAction action;
    ColumnDef *column;
    bool if_not_exists;
    NodeList options; /* OptionNode */
    Ident new_name;
} AlterStmt;

typedef struct SetClause { /* a = expr, (a, b) = (x, y) or (query) */
    Node node;
    NodeList columns; /* IdentNode */
    bool is_tuple;    /* written with parentheses */
    Node *value;      /* may be ExprDefault; for a tuple an ExprRow or ExprSubquery */
} SetClause;
typedef struct OnConflict {
    Node node;
    NodeList columns; /* IdentNode; may be empty for DO NOTHING */
    bool do_nothing;
    NodeList sets; /* SetClause */
    Node *where;
} OnConflict;
typedef struct InsertStmt {
    Node node;
    With *with;
    Name table;
    Ident alias;
    NodeList columns; /* IdentNode */
    Query *query;     /* VALUES or SELECT; NULL: DEFAULT VALUES */
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

typedef struct TruncateStmt {
    Node node;
    NodeList names; /* NameNode */
    DropBehavior behavior;
} TruncateStmt;

typedef struct CopyStmt { /* COPY t [(cols)] | (query)  FROM | TO  'file' | STDIN | STDOUT  [[WITH] (options)] */
    Node node;
    Name table;
    NodeList columns; /* IdentNode */
    Query *query;     /* COPY (query) TO */
    bool is_from;
    bool standard; /* STDIN or STDOUT: path is absent */
    Str path;
    NodeList options; /* OptionNode */
} CopyStmt;

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
const char *show_kind_text(ShowKind kind); /* "BACKFILL STATUS FOR" */
typedef struct ShowStmt {
    Node node;
    ShowKind kind;
    ObjectKind object; /* SHOW CREATE <kind> name */
    bool any_object;   /* SHOW CREATE name */
    Name name;         /* the object; of SHOW_SETTING the setting (dotted) */
    Node *like;        /* SHOW TABLES LIKE 'x%' */
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

typedef struct FetchStmt { /* FETCH [FORWARD] [n | ALL | NEXT] [FROM | IN] c */
    Node node;
    bool forward;
    bool all;
    Node *count; /* NULL: 1 */
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

typedef enum TransactionKind { TRANSACTION_BEGIN, TRANSACTION_COMMIT, TRANSACTION_ROLLBACK } TransactionKind;
typedef struct TransactionStmt {
    Node node;
    TransactionKind kind;
} TransactionStmt;

typedef struct CommentStmt { /* COMMENT ON kind name IS 'text' | NULL */
    Node node;
    ObjectKind kind;
    Name name; /* of a column: relation.column */
    Str text;  /* p == NULL: NULL, the comment goes */
} CommentStmt;

typedef struct CancelStmt { /* CANCEL [QUERY] n | KILL [QUERY] n */
    Node node;
    bool kill;
    Node *query_id;
} CancelStmt;
