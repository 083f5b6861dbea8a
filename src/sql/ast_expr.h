/* SPDX-License-Identifier: Apache-2.0
 *
 * Expressions of the syntax tree.  The special call forms of SQL (EXTRACT, TRIM ..) are ordinary calls here, see ExprCall, so that
 * the binder meets one kind of call.  AND and OR are flat lists, so that a long chain of them is not deep. */
#pragma once
#include "sql/ast_node.h"

typedef enum LiteralKind {
    LITERAL_NULL,
    LITERAL_BOOL,    /* `flag` */
    LITERAL_INT,     /* digits (also of 0x, 0o, 0b and with _: already decimal when it fits 64 bits) */
    LITERAL_DECIMAL, /* 1.5  .5  1.   and integers are never this */
    LITERAL_FLOAT,   /* with an exponent */
    LITERAL_STRING,  /* decoded: without quotes and escapes */
    LITERAL_BITS,    /* B'..', X'..': binary digits */
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
const char *interval_unit_text(IntervalUnit unit); /* "minute" */
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
    Node *row;        /* (row).*, instead of a name */
    NodeList exclude; /* IdentNode: * EXCLUDE (a, b) */
    NodeList replace; /* Target: * REPLACE (expr AS a) */
    NodeList rename;  /* Target of a name alone: * RENAME (a AS b) */
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
typedef enum CallRange { CALL_DEFAULT, CALL_RUNNING, CALL_FINAL } CallRange;
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
    bool variadic; /* the last argument is an array whose elements are arguments: f(a, VARIADIC b) */
    NullTreatment nulls;
    CallRange range;       /* RUNNING | FINAL f(..) in MEASURES */
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
    uint32_t number, of; /* of (a, b) = (query): field `number`, from 1, of a row that must have `of`; 0 = by its name */
} ExprField;

typedef struct ExprIndex { /* a[i] */
    Node node;
    Node *arg, *index;
} ExprIndex;

typedef struct ExprSlice { /* a[low:high]; either may be NULL */
    Node node;
    Node *arg, *low, *high;
} ExprSlice;

typedef struct ExprAssign { /* a part of a column that is assigned: a[i], a[low:high], a.field */
    Node node;
    Ident column;
    Node *place; /* ExprIndex, ExprSlice, ExprField over the column */
    Node *of;    /* what the column holds before; NULL in a list of columns, where no value stands beside it */
    Node *value;
} ExprAssign;

typedef struct ExprArray { /* ARRAY[a, b]; inner ARRAY may be dropped as in PostgreSQL: ARRAY[[1,2],[3,4]] */
    Node node;
    NodeList items;
} ExprArray;

typedef struct ExprRow { /* ROW(a, b) or (a, b), {'x': a, 'y': b} */
    Node node;
    bool explicit_row;
    NodeList items;
    NodeList names; /* IdentNode: of its fields; empty, or one for each */
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
    Node *partition; /* PARTITION BY expr, a row of several; NULL = none */
} ExprTableArg;

typedef struct ExprCurrentOf { /* WHERE CURRENT OF cursor */
    Node node;
    Ident cursor;
} ExprCurrentOf;

typedef struct ExprDescriptor { /* DESCRIPTOR(ts) */
    Node node;
    NodeList columns; /* IdentNode */
} ExprDescriptor;
