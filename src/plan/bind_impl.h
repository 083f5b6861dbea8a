/* SPDX-License-Identifier: Apache-2.0
 *
 * The binder's own state: from the syntax tree and the catalog to logical nodes.  One Binder per statement; a definition that is
 * expanded is bound by the same Binder, at a greater depth and without the CTEs of the statement. */
#pragma once
#include "plan/logical.h"
#include "plan/plan.h"
#include "sql/ast.h"

#define QUERY_DEPTH_MAX 64   /* queries inside queries, definitions inside definitions */
#define PLAN_NODES_MAX 4096u /* CTEs are expanded where they are used: keeps doubling in check */
/* Columns that stand for aggregates until the grouped node exists. */
#define GROUPING_COLUMN UINT32_C(0x80000) /* GROUPING(..) of a query with grouping sets */
#define AGG_COLUMN UINT32_C(0x100000)
#define OVER_COLUMN UINT32_C(0x200000) /* the same for window functions */

typedef struct RowList { /* of a recursive query (bind_recursive.c) */
    uint32_t n_cols;
    Field *cols;
    uint32_t n, cap;
    Value **row;
    uint32_t from, to; /* those that its name stands for */
    bool distinct;
    uint32_t n_slots, *slot; /* distinct: 1 + place of a row, by its hash; 0 = empty */
} RowList;

typedef struct CteScope CteScope;
struct CteScope { /* visible WITH queries, innermost first */
    CteScope *outer;
    const Cte *cte;
    CteScope *env;           /* what its own query sees */
    bool recursive, is_kept; /* is_kept: of `rows` only the columns are known, for they come and go */
    bool read;               /* somewhere in what was bound */
    const Node *within;      /* what may read it: its uses are counted when that matters */
    RowList *rows;           /* once they are there; NULL = not yet, or a query that is expanded */
};

typedef struct ScopeRel { /* one item of FROM */
    const char *name;
    uint32_t first, n;
    bool scalar;           /* a function of one column: its name alone means that column */
    const bool *merged;    /* per column: a JOIN .. USING shows it in front, so bare names and * pass it over; NULL = none */
    bool is_system;        /* what is hidden is so from relation.*, too */
    const char *schema;    /* a relation under its own name: names may give it, too; NULL = no name with a schema means it */
    const Relation *table; /* whose columns these are, in its order, and whose primary key says what the others are; NULL = none */
    const Relation *relation; /* whose number tableoid is; NULL = none */
} ScopeRel;

typedef struct UnnestCall { /* a call that gives rows: its columns in the node */
    const ExprCall *call;
    uint32_t col, n;
    const char *name[UNNEST_MAX];
} UnnestCall;

typedef struct Scope { /* names over the columns of `node`; columns outside every item and those named "" are hidden */
    Logical *node;
    uint32_t n_rels;
    ScopeRel *rels;
    /* GROUP BY TUMBLE(...): columns of the window in `node` */
    int32_t window_col; /* window_start; window_end follows; -1 = none */
    TimeWindow window;
    Expr *window_bound;       /* its time, as the calls of the query write it */
    Expr *window_time;        /* its time as a column of `node`; NULL = the rows have no window */
    const UnnestCall *unnest; /* calls of the SELECT list that give rows */
    uint32_t n_unnest;
} Scope;

typedef struct OuterScope OuterScope;
typedef enum FunctionKind { FUNCTION_SCALAR, FUNCTION_AGGREGATE, FUNCTION_ROWS } FunctionKind; /* numbered as NativeKind */
#define FUNCTION_DEPTH_MAX 32u
typedef struct FunctionArgs FunctionArgs;
struct FunctionArgs {     /* of the body being bound */
    const Schema *params; /* their names; NULL: they have none */
    uint32_t n;
    Expr *const *arg;
    const Relation *of;     /* the function; NULL = something else that is like one */
    const OuterScope *base; /* what the arguments are bound under */
    uint32_t depth;         /* set inside, as what follows */
    const FunctionArgs *outer;
};
typedef enum FunctionFind { FIND_ANY, FIND_EXACT /* of exactly these types */, FIND_SPREAD /* VARIADIC array */ } FunctionFind;
typedef struct Binder {
    const PlanContext *ctx;
    PlanState *state;
    Arena *arena;
    CteScope *ctes;
    OuterScope *outer; /* of the subquery being bound; NULL = none */
    uint32_t depth;
    bool in_definition;     /* of a relation that the statement reads */
    const Query *of_stream; /* the query of a stream that the statement reads; NULL = none */
    uint32_t n_nodes;
    uint64_t rows_wanted; /* of the one relation of FROM being bound: no more are read; 0 = all */
    uint32_t n_relations, relations_cap;
    uint64_t *relations;
    const FunctionArgs *function;        /* whose body is being bound; NULL = none */
    const struct FunctionCall *entering; /* the next subquery is the body of this one (bind_function_query.c) */
    uint32_t n_held, held_cap;
    const Schema **held;
} Binder;

typedef struct AggList {
    uint32_t n, cap;
    LogicalAgg *item;
} AggList;

#define SUBQUERY_COLUMN UINT32_C(0x400000) /* columns that stand for subqueries as values until their joins are put in */
typedef struct PendingSubquery PendingSubquery;
typedef struct SubqueryList {
    uint32_t n, cap;
    PendingSubquery **item;
} SubqueryList;

typedef struct OverList { /* window functions of a SELECT; each with its window in a node of its own until they are put together */
    uint32_t n, cap;
    LogicalOver *item;       /* n_calls 1 */
    const NodeList *windows; /* WINDOW w AS (..) */
} OverList;

#define GROUPING_SETS_MAX 4096u
#define GROUPING_KEYS_MAX 256u /* keys of a query with grouping sets */
typedef struct KeySet {        /* bit per key */
    uint64_t word[GROUPING_KEYS_MAX / 64];
} KeySet;
typedef struct KeySets {
    uint32_t n, cap;
    KeySet *set;
} KeySets;
typedef struct GroupingCall { /* GROUPING(..): its keys */
    uint32_t n, key[31];
} GroupingCall;
typedef struct GroupParts { /* GROUP BY */
    uint32_t n_keys, cap;
    Expr **keys;  /* over the rows of FROM */
    KeySets sets; /* fewer than two: every row is in one group of all keys */
    Span at;
    uint32_t n_calls;
    GroupingCall *call;
    Expr **over_sets; /* of the aggregate, over the copies of the rows */
} GroupParts;

typedef struct TargetItems TargetItems;
typedef struct ExprScope { /* where an expression stands */
    Binder *b;
    Scope *scope;               /* NULL: constants only */
    bool lateral;               /* NULL scope: and columns of the query around */
    bool closed;                /* subqueries see nothing of it, nor of what is around it: they are bodies of functions */
    const char *clause;         /* "WHERE": for messages */
    AggList *aggs;              /* NULL: aggregates are not allowed here */
    bool in_agg;                /* inside the arguments of an aggregate */
    OverList *overs;            /* NULL: window functions are not allowed here */
    bool in_over;               /* inside a window function or its window */
    const TargetItems *aliases; /* output columns that may be named, after those of FROM; NULL = none */
    SubqueryList *subs;         /* NULL: subqueries as values are not allowed here */
    GroupParts *group;          /* for GROUPING(); NULL: not allowed here */
    const Node *column;         /* inside an item of a SELECT list: what COLUMNS(..) means; NULL: not allowed here */
    struct RowsList *rows;      /* for functions that give rows of groups (bind_rows.h); NULL: not allowed here */
    struct MatchScope *match;   /* inside MATCH_RECOGNIZE: names are those of pattern variables and their columns; NULL = not */
} ExprScope;

/* bind_scope.c */
int scope_find(const Scope *s, const Name *name, uint32_t *ret_col, Err *err);
/* The item that the first n_before parts of the name mean: relation, schema.relation or database.schema.relation. */
int scope_find_rel_of(const Scope *s, const Name *name, uint32_t n_before, const ScopeRel **ret, Err *err);
int scope_find_rel(const Scope *s, const Ident *rel, const ScopeRel **ret, Err *err);
static inline bool scope_hides(const ScopeRel *r, uint32_t col) /* from bare names */
{
    return r->merged && r->merged[col - r->first];
}
bool scope_has_column(const Scope *s, Str name);       /* by its bare name, not hidden */
const ScopeRel *scope_whole(const Scope *s, Str name); /* the item of FROM of that name, or NULL */
int bind_unsupported(Err *err, Span at, const char *what);
int bind_count_node(Binder *b, Span at, Err *err);

/* bind_expr.c */
int bind_expr(const ExprScope *x, const Node *n, Expr **ret, Err *err);
int bind_predicate(const ExprScope *x, const Node *n, Expr **ret, Err *err);
int bind_const_us(const ExprScope *x, const Node *n, const char *what, int64_t *ret_us, Err *err); /* a fixed interval */
int bind_const_interval(const ExprScope *x, const Node *n, const char *what, Interval *ret, Err *err);
int bind_const_text(const ExprScope *x, const Node *n, const char *what, Value *ret, Err *err);
int bind_row_count(const ExprScope *x, const Node *n, bool is_limit, int64_t *ret, Err *err);
/* bind_lateral.c: LATERAL (query) behind other items of FROM; on: of LEFT JOIN, NULL = TRUE */
bool lateral_is_item(const Node *n);
int bind_lateral(Binder *b, const Scope *left, const Node *n, bool outer, const Node *on, Scope *ret, Err *err);
typedef struct LateralItem { /* the same of any query */
    const Query *query;
    const Alias *alias;
    Span at;
    bool outer;
    const Node *on;
} LateralItem;
int bind_lateral_query(Binder *b, const Scope *left, const LateralItem *item, Scope *ret, Err *err);
/* bind_literal.c */
int bind_literal(Arena *a, const ExprLiteral *l, bool negative, Expr **ret, Err *err);
int bind_known_type(Binder *b, const TypeName *t, Field *ret, Err *err);
int bind_typed(Binder *b, const ExprTyped *t, Expr **ret, Err *err);
int bind_leaf(Binder *b, const Relation *r, Span at, Logical **ret, Err *err); /* bind_from.c */
int bind_remember(Binder *b, const Relation *r, Err *err);                     /* bind_from.c: the definition needs it */
int bind_interval(Arena *a, const ExprInterval *v, Expr **ret, Err *err);
int bind_param(const ExprScope *x, const ExprParam *p, Expr **ret, Err *err);
/* Functions whose rows are of columns that the query says; *ret: the array of the rows. */
bool record_rows_is_call(const ExprCall *c); /* bind_record_rows.c */
bool record_rows_has_columns(const ExprCall *c);
int bind_record_rows(const ExprScope *x, const ExprCall *c, const Alias *alias, Expr **ret, const char **ret_name, Err *err);
int bind_array_elements(const ExprScope *x, Expr *array, Expr ***ret, uint32_t *ret_n, Err *err); /* of a written or constant one */
/* Of f(a, VARIADIC b), b being the last of the arguments: *ret is the call, or NULL when the elements are arguments now. */
int bind_variadic(const ExprScope *x, Str name, Expr ***args, uint32_t *n, Span at, Expr **ret, Err *err); /* bind_variadic.c */
/* Interval types with fields or digits: 1, or 0 when it is another type. */
int bind_interval_type(const TypeName *t, Type *ret, Err *err); /* bind_interval.c */
int bind_interval_cast(const ExprScope *x, const ExprCast *c, Expr **ret, Err *err);
/* bind_array.c: ARRAY[..], a[i], a[i:j], x op ANY (a) */
int bind_array_expr(const ExprScope *x, const Node *n, Expr **ret, Err *err);
int bind_quantified_array(const ExprScope *x, const ExprQuantified *q, Expr *left, Expr *array, Expr **ret, Err *err);
int bind_part_assigned(const ExprScope *x, const ExprAssign *a, Expr **ret, Err *err); /* bind_assign.c */
/* bind_nested.c: ROW(..), (row).field, MAP[..] */
int bind_nested(const ExprScope *x, const Node *n, Expr **ret, Err *err);
/* column.field, or a relation's row; 0 or no such name */
int bind_nested_name(const ExprScope *x, const Name *name, Expr **ret, Err *err);
int bind_field_at(const ExprScope *x, Expr *row, uint32_t i, Span at, Expr **ret, Err *err);
/* The row that a * in a SELECT list takes apart; *ret NULL: it is a relation's. */
int bind_star_row(const ExprScope *x, const ExprStar *star, Expr **ret, Err *err);
int bind_star_value(const ExprScope *x, const ExprStar *star, Expr **ret, Err *err); /* t.* elsewhere: the row of t */
/* An argument of a call: t.* is the row of t, as t is. */
int bind_argument(const ExprScope *x, const Node *n, Expr **ret, Err *err);
int bind_map_element(const ExprScope *x, Expr *map, const Node *key, Span at, Expr **ret, Err *err);
/* bind_unnest.c */
int bind_check_shared(const Expr *e, const Node *n, Err *err); /* e is going to be used more than once */
int bind_row_comparison(const ExprScope *x, SqlOp op, const Node *left, const Node *right, Span at, Expr **ret, Err *err);
int bind_row_with_value(const ExprScope *x, SqlOp op, const Node *left, Expr *right, Span at, Expr **ret, Err *err);
int bind_row_distinct(const ExprScope *x, const ExprDistinct *d, Expr **ret, Err *err);
int bind_row_is(const ExprScope *x, const ExprIs *i, Expr **ret, Err *err);
int bind_row_in(const ExprScope *x, const ExprIn *n, Expr **ret, Err *err);
/* A function made of others; *ret = NULL: it is none of these. */
int bind_macro(const ExprScope *x, Str name, Expr **args, uint32_t n, Span at, Expr **ret, Err *err);
/* bind_dialect.c: a function of another system; *ret = NULL: it is none. */
int bind_dialect(const ExprScope *x, Str name, Expr *const *args, uint32_t n, Span at, Expr **ret, Err *err);
/* The aggregate of ours that one of another system is; *ret = c: it is none. */
int bind_dialect_agg(const ExprScope *x, const ExprCall *c, const ExprCall **ret, Err *err);
bool macro_is_bare(Str name);
bool macro_is_form(const ExprCall *c, const Node *arg);
bool unnest_is_call(const Binder *b, const Node *n);
/* A function of FROM that names columns of what stands before it; LEFT JOIN an item ON what may have subqueries, as LATERAL. */
bool lateral_names_left(const Scope *left, const Node *item);
int bind_lateral_left(Binder *b, const Scope *left, const Node *n, const Node *on, Scope *ret, Err *err);
bool unnest_is_item(const Binder *b, const Node *n); /* of FROM */
int bind_unnest_item(Binder *b, const Scope *left, const Node *n, bool outer, Scope *ret, Err *err);
/* bind_call.c */
int bind_call(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err);
/* bind_agg.c */
bool agg_is_name(Str name);
int bind_aggregate(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err);
/* Whether an aggregate or GROUPING() is one of a query around, for it reads only that; then it is bound there, as *ret_rc says. */
bool agg_bind_around(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err, int *ret_rc);
/* bind_rank_within.c */
/* bind_fraction.c: percentile_cont and percentile_disc with a fraction of the group */
bool bind_fraction_varies(const ExprCall *c);
int bind_fraction(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err);
bool rank_within_is_name(Str name);
int bind_rank_within(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err);
/* The parts of an aggregate call, without its place in a list. */
bool agg_takes_rows(const ExprCall *c); /* RESPECT NULLS of first() and its kin: .. */
int bind_agg_of_rows(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err);
int agg_nulls_allowed(const ExprCall *c, Err *err); /* IGNORE and RESPECT NULLS of an aggregate */
int bind_agg_parts(const ExprScope *in, const ExprCall *c, LogicalAgg *g, Err *err);
/* The order of the values: more than an aggregate takes as rows, of those that go the same way. */
int agg_take_order(Arena *a, LogicalAgg *g, Expr **key, const bool *desc, const bool *nulls_first, uint32_t n, Span at, Err *err);
/* bind_delimited.c: string_agg() with a delimiter for each row; *ret NULL: it is none */
int bind_delimited(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err);
/* bind_over.c */
bool over_is_name(Str name); /* row_number, rank, lag, ... */
int bind_over(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err);
int bind_windows(const ExprScope *x, Err *err); /* WINDOW: checks names and what nobody refers to */
/* bind_over_node.c */
/* Expressions of all windows and functions: *ret of n, for bind_grouped to rewrite. */
int over_exprs(Arena *a, const OverList *l, Expr ****ret, uint32_t *ret_n, Err *err);
bool over_is_in(const Expr *e); /* a window function, not yet built */
/* Puts the nodes over *node and rewrites the n expressions over the last one's output. */
int over_build(Binder *b, OverList *l, Expr ***exprs, uint32_t n, Logical **node, Err *err);
/* bind_window.c */
int bind_window_time(const ExprScope *x, Span at, Expr **ret, Err *err); /* window_time: the scope has a window */
bool window_is_name(Str name);                                           /* tumble, tumble_start, hop, ... */
bool window_is_group_item(const Node *n);                                /* a call that opens a window in GROUP BY */
int bind_group_window(const ExprScope *x, const ExprCall *c, Err *err);
int bind_window_call(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err);
int bind_window_table(Binder *b, const FromFunction *f, Scope *ret, Err *err);
/* bind_from.c */
int bind_from(Binder *b, const NodeList *from, Scope *ret, Err *err);
int function_scope(Binder *b, Logical *node, const Alias *alias, Scope *ret, Err *err);
int bind_relation_item(Binder *b, const Name *name, const Alias *alias, Span at, Scope *ret, Err *err);
int bind_from_item(Binder *b, const Node *n, Scope *ret, Err *err);
int bind_stream_leaf(Binder *b, const Relation *r, Span at, Logical **ret, Err *err); /* what is no definition of others */
/* bind_match.c, match_expr.c */
int bind_match(Binder *b, const FromMatch *m, Logical **ret, Err *err);
int match_column(const ExprScope *x, const ExprColumn *c, Expr **ret, Err *err);
int match_call(const ExprScope *x, const ExprCall *c, bool *ret_is, Expr **ret, Err *err); /* *ret_is false: like any other */
/* bind_join.c */
int bind_join(Binder *b, const FromJoin *j, Scope *ret, Err *err);
/* bind_asof.c: the node of an as-of join over `pairs` (left columns, right columns); using_on: the equalities of USING, or NULL. */
int bind_asof(Binder *b, const FromJoin *j, const Scope *both, Logical *pairs, Expr *using_on, Logical **ret, Err *err);
/* The time that FOR SYSTEM_TIME AS OF names on the right of a join, over the left side; *ret NULL: the clock, a join with what is
 * now. */
int bind_system_time(Binder *b, const FromJoin *j, const Scope *l, Expr **ret, Err *err);
/* The node of a join with the version of the right side at that time. */
int bind_temporal(Binder *b, const FromJoin *j, Expr *time, const Scope *r, const Scope *both, Logical *pairs, Expr *using_on,
                  Logical **ret, Err *err);
/* bind_probe.c */
int bind_probe(Binder *b, const FromProbe *p, Scope *ret, Err *err);
int join_check_names(const Scope *l, const Scope *r, Span at, Err *err);                 /* no relation is named twice */
int bind_cross_join(Binder *b, const Scope *l, const Node *right, Scope *ret, Err *err); /* l, right */
/* bind_subquery.c */
int bind_where(const ExprScope *x, const Node *where, Err *err); /* puts filters, semi and anti joins over x->scope->node */
bool where_asks_queries(const Node *where);                      /* a conjunct of it is EXISTS, IN, ANY or ALL over a query */
int bind_scalar_subquery(const ExprScope *x, const ExprSubquery *s, Expr **ret, Err *err);
int bind_array_query(const ExprScope *x, const ExprSubquery *s, Expr **ret, Err *err); /* bind_array_query.c */
int bind_array_value(const ExprScope *x, const ExprSubquery *s, Expr **ret, Err *err); /* NULL for no rows */
int bind_exists_value(const ExprScope *x, const ExprExists *e, Expr **ret, Err *err);
int bind_quantified_value(const ExprScope *x, const ExprQuantified *q, Expr **ret, Err *err);
/* subquery_row.c: left is an ExprRow */
int bind_row_to_query(const ExprScope *x, SqlOp op, const Node *left, Query *query, Span at, Expr **ret, Err *err);
int bind_row_quantified(const ExprScope *x, const Node *left, Query *query, SqlOp op, bool all, Span at, Expr **ret, Err *err);
int bind_in_value(const ExprScope *x, const ExprIn *in, Expr **ret, Err *err);
/* A name that the subquery's own rows do not have. */
int outer_find(OuterScope *o, const ExprColumn *c, Expr **ret, Err *err);
/* Expressions of the pending subqueries over the rows around, for bind_grouped to rewrite; the number of them. */
uint32_t subqueries_outer(const SubqueryList *l, Expr ***ret, uint32_t cap);
/* Puts the joins over *node and their values into the n expressions. */
int subqueries_join(Binder *b, const SubqueryList *l, Logical **node, Expr ***exprs, uint32_t n, Err *err);
/* The list taken apart: those that read window functions, or one that does, are `late`. */
int subqueries_part(Arena *a, const SubqueryList *l, bool (*is_late)(const Expr *), SubqueryList *early, SubqueryList *late,
                    Err *err);
/* Of a join's condition: each of them is joined to the side whose rows it reads; *on is over the sides as they are then.  missing:
 * the side whose rows need not be in the result by themselves.  *ret_mutual: one side is made of the other's rows. */
#define NO_SIDE 2
/* Whether one of them is about both sides, the left having n_left columns. */
int subqueries_read_both(Binder *b, const SubqueryList *l, uint32_t n_left, bool *ret, Err *err);
int subqueries_join_sides(Binder *b, const SubqueryList *l, uint32_t missing, Logical *side[2], Expr **on, bool *ret_mutual,
                          Err *err);
/* bind_dml.c: e as the column f of a table takes it */
int bind_assigned(Arena *arena, const Field *f, Expr *e, bool is_default, Span at, Expr **ret, Err *err);
/* bind_merge.c */
int bind_merge(Binder *b, const MergeQuery *q, Logical **ret, Err *err);
/* bind_select.c */
int bind_select(Binder *b, const Select *s, const Query *outer, Logical **ret, Err *err);
/* bind_target.c */
/* bind_group.c */
bool bind_is_minus_number(const Node *e); /* -1 where a column is given by its number: a number as 1 is, and of no column */
int bind_group_by(ExprScope *x, const Select *s, const TargetItems *targets, GroupParts *ret, Err *err);
/* Builds the aggregate over scope->node and rewrites the n expressions over its output. */
int bind_grouped(ExprScope *x, GroupParts *group, Expr ***exprs, uint32_t n, Logical **ret, Err *err);
/* group_sets.c */
int bind_grouping(const ExprScope *x, const ExprCall *c, Expr **ret, Err *err);
/* bind_recursive.c */
bool cte_is_recursive(const Cte *c);
uint32_t cte_uses(const Cte *c, const Node *within);
int cte_check_columns(const Cte *c, uint32_t n, Err *err); /* its query has n; no more are named */
/* A query whose values differ each time it runs: its rows are there before the statement is planned, for all that read it. */
int bind_once(Binder *b, CteScope *c, Span at, Logical **ret, Err *err);
int bind_integer_now(Binder *b, const Query *q, Value *ret, Err *err); /* the BIGINT that a query gives now, or NULL */
int bind_recursive(Binder *b, CteScope *c, Span at, Logical **ret, Err *err);
int bind_given(Binder *b, const Cte *c, Span at, Logical **ret, Err *err);          /* what a statement in WITH has returned */
int bind_kept_rows(Binder *b, const CteScope *c, Span at, Logical **ret, Err *err); /* what its name stands for, where it is kept */
int bind_row_list(Binder *b, const RowList *l, Span at, Logical **ret, Err *err);
/* bind_system.c: relations that the database makes of itself, functions that ask the catalog */
/* 1: *ret has its rows; 0: there is no such relation; 0A000 in a continuous query. */
int bind_system_rows(Binder *b, SchemaId schema, Str name, Span at, PlanRows *ret, Err *err);
/* bind_catalog.c */
int bind_catalog_call(const ExprScope *x, Str name, Expr *const *arg, uint32_t n, Span at, Expr **ret,
                      Err *err);                                                /* *ret NULL: no such */
int bind_reg_cast(const ExprScope *x, const ExprCast *c, Expr **ret, Err *err); /* 1: it was one to regclass and the like */
int bind_reg_text(const ExprScope *x, const ExprCast *c, Expr **ret, Err *err); /* 1: of such a cast to text: the name */
int bind_regclass(const ExprScope *x, Expr *e, bool missing_ok, Span at, Expr **ret, Err *err);
uint32_t bind_system_column(const PlanRows *rows, const char *name);                               /* that is there */
int bind_system_table(const ExprScope *x, const char *relation, Span at, PlanRows *ret, Err *err); /* of pg_catalog */
int bind_privilege_check(const ExprScope *x, Str function, Expr *const *arg, uint32_t n, Span at, Err *err);
/* Of names that rows say (bind_catalog_names.c). */
int bind_regclass_of(const ExprScope *x, Expr *name, bool missing_ok, Span at, Expr **ret, Err *err);
int bind_serial_sequence_of(const ExprScope *x, Expr *const *arg, Span at, Expr **ret, Err *err);
/* The sequence of that name beside r, as a text that nextval() takes; NULL = no memory. */
const char *bind_sequence_text(Arena *a, const Relation *r, const char *name);
int bind_system_relation(Binder *b, SchemaId schema, const Ident *name, Logical **ret, Err *err); /* *ret NULL = there is none */
/* plan.c: a plan of its own for what `bind` makes, with a binder over its arena; one that goes on belongs to that around it. */
int plan_term(Binder *around, int (*bind)(void *self, Binder *b, Logical **ret, Err *err), void *self, PhysPlan **ret, Err *err);
/* bind_query.c */
int bind_query_body(Binder *b, const Node *body, Logical **ret, Err *err);
int bind_query(Binder *b, const Query *q, Logical **ret, Err *err);
int bind_with(Binder *b, const With *w, const Node *within, Err *err); /* until b->ctes is put back */
int bind_distinct(Binder *b, Logical *in, Span at, Logical **ret, Err *err);
int bind_limits(Binder *b, const Query *q, Logical **node, LogicalSort *sort, Err *err);
/* FOR UPDATE and its like: where it may stand; the tables it means, once the SELECT with that many aggregates and window functions
 * is bound. */
int bind_lock_place(const Binder *b, const Query *q, Err *err);
int bind_locks(const Binder *b, const Select *s, const Query *q, uint32_t n_aggs, uint32_t n_overs, Err *err);
/* The query of a stream or view, expanded; ret_query: as parsed, with its clauses. */
int bind_definition(Binder *b, const Relation *r, Span at, const Query **ret_query, Logical **ret, Err *err);
/* emit.c */
int bind_emit(const ExprScope *x, const StreamClauses *c, EmitPlan *ret, Err *err);
