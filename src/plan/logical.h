/* SPDX-License-Identifier: Apache-2.0
 *
 * Logical plan: what the binder makes and the rules rewrite.  A tree, never a graph; nodes live in the plan's arena; expressions
 * refer to columns of the node's input by position.  Rules may change nodes in place and return another node for a subtree. */
#pragma once
#include "catalog/catalog.h"
#include "plan/phys.h"

typedef enum LogicalKind {
    L_SOURCE,
    L_VALUES,
    L_FILTER,
    L_PROJECT,
    L_UNION,
    L_SET_OP, /* INTERSECT, EXCEPT */
    L_UNNEST, /* appends the element of an array, and its number */
    L_EXPAND, /* each row once per grouping set: appends the keys of the set, its number and the values of GROUPING() */
    L_WINDOW, /* appends window_start, window_end */
    L_AGG,
    L_WINDOW_AGG, /* output: keys, window_start, window_end, aggregates */
    L_TTL,        /* takes rows back when they are too old, or refuses those of keys that are */
    L_JOIN,       /* left columns, then right columns; SEMI and ANTI: left columns */
    L_OVER,       /* output: the input's columns, then one per window function */
    L_TOP_N,      /* output: the input's columns, then the rank if with_rank */
    L_MATCH,      /* output: what the results of MATCH_RECOGNIZE read */
    L_ASOF,       /* left columns, then right columns */
    L_SORT,
    L_LIMIT,
    L_EVERY,   /* a definition with EMIT EVERY ends here: what it gives is held until its period is over */
    L_RECURSE, /* WITH RECURSIVE that is kept up to date: over its first term */
    N_LOGICAL_KINDS
} LogicalKind;

typedef struct Logical Logical;

typedef struct LogicalSource {
    const Relation *relation;
    uint32_t *cols;   /* by output column: column of the relation */
    int32_t time_col; /* output column of the event time, -1 = none */
    bool has_running; /* fed by a running query: `running` are the properties of its result (columns of the relation) */
    Props running;
    int64_t lateness_us;
    bool drop_late;
} LogicalSource;

typedef struct LogicalAgg {
    AggSpec spec;
    Str func;              /* as written, lower case: bound anew when the properties of the input are known */
    const AggType *native; /* an aggregate of the program instead */
    uint32_t n_given;      /* arguments as written; those from spec.n_args on are constants, kept in spec.param */
    Expr *arg[4];
    Expr *filter;
    uint32_t n_order; /* ORDER BY as written */
    Expr *order[AGG_ORDER_MAX];
    bool order_desc[AGG_ORDER_MAX], order_nulls_first[AGG_ORDER_MAX];
    bool order_implied; /* nobody wrote it */
    bool by_arrival;    /* values are listed in the order of their rows, as far as ORDER BY leaves it open */
    const char *name;
    Span at;
} LogicalAgg;

typedef struct LogicalGroup { /* L_AGG, L_WINDOW_AGG */
    uint32_t n_keys;
    Expr **keys;
    uint32_t n_aggs;
    LogicalAgg *aggs;
    bool is_global;
    StandingGroups standing;
    /* L_WINDOW_AGG */
    TimeWindow window;
    uint32_t time_col;
    bool prewindowed;
    uint32_t start_col, end_col;
    OutputMode emit; /* also of L_AGG */
    int64_t lateness_us;
    /* L_AGG */
    Expr *ttl_time; /* event time of a row; NULL = groups are not forgotten */
    int64_t ttl_us; /* set with the class of the state; 0 = none */
    bool freezes;
    bool closes; /* the watermark says when a group is complete: a key has it, and late rows are refused below */
} LogicalGroup;

typedef struct LogicalWindow { /* L_WINDOW */
    TimeWindow spec;
    uint32_t time_col;
    /* Sessions only: whose rows are sessions together, by PARTITION BY or by the keys of the aggregate above. */
    bool is_given, is_set;
    uint32_t n_part;
    Expr **part;
    OutputMode emit;
    int64_t lateness_us;
} LogicalWindow;

typedef struct LogicalTtl {
    int64_t ttl_us;
    bool is_given; /* by name; has_time: its time has been looked for */
    bool has_time;
    Expr *time; /* NULL = processing time */
    uint32_t n_part;
    Expr **part; /* freezes: nothing is taken back, but rows of keys that are over are late */
} LogicalTtl;

typedef struct LogicalJoin {
    JoinType type;
    bool freezes;   /* both inputs are L_TTL */
    Expr *on;       /* over the left columns, then the right columns; NULL = every pair */
    bool is_mutual; /* one side is made of the other's rows and follows them within the step: neither looks the other up */
    PairBest best;  /* set by the last rule: what the node above can do with */
    bool at_clock;  /* FOR SYSTEM_TIME AS OF proctime(): in a continuous query it has to look the right side up */
} LogicalJoin;

typedef struct LogicalAsof {
    uint32_t n_keys;
    Expr **left_key, **right_key; /* over the left and the right input */
    Expr *left_time, *right_time;
    AsofMatch match;
    bool strict, outer;
    bool temporal; /* FOR SYSTEM_TIME AS OF a time of the left side: the right rows are versions */
    int64_t tolerance;
    bool forgets;     /* that is the state_ttl, or less */
    Expr *left_clock; /* TEMPORAL PROBE JOIN: left_time is this plus an offset; NULL = left_time is the left clock */
    int64_t probe_lo_us, probe_hi_us; /* the least and the greatest offset */
} LogicalAsof;

typedef struct LogicalSort {
    uint32_t n;
    Expr **keys;
    bool *desc, *nulls_first;
    int64_t limit, offset; /* -1 = none */
    bool with_ties;        /* LIMIT takes the peers of its last row, too */
} LogicalSort;

typedef struct LogicalOverCall {
    OverFunc func;
    LogicalAgg call; /* arguments, filter; the aggregate of OVER_AGG */
    OverFrame frame;
    bool ignore_nulls;
    Type ret;
    bool not_null;
    const char *name;
    Span at;
} LogicalOverCall;

typedef struct LogicalOver { /* functions over one window: one partitioning, one order */
    uint32_t n_part;
    Expr **part;
    uint32_t n_order;
    Expr **order;
    bool *desc, *nulls_first;
    uint32_t n_calls;
    LogicalOverCall *calls;
    OutputMode emit;
} LogicalOver;

typedef struct LogicalTopN { /* see PhysTopN */
    uint32_t n_part;
    Expr **part;
    uint32_t n_order;
    Expr **order;
    bool *desc, *nulls_first;
    RankKind kind, lo_kind;
    int64_t lo, hi;
    bool with_rank;
    OutputMode emit;
} LogicalTopN;

typedef struct OwnEmit { /* of a definition that is planned into its reader: what its own clauses have settled */
    OutputMode window_mode, other_mode;
    bool has_lateness;
    int64_t lateness_us;
    bool closes_groups;
} OwnEmit;

typedef struct LogicalRecurse { /* see PhysRecurse */
    const char *name;
    bool all;
    struct PhysPlan *body; /* of the statement's plan */
    uint32_t n_leaves;
    Logical **leaf; /* what the body's sources are given, in their order; NULL = the relation as it is */
} LogicalRecurse;

struct Logical {
    LogicalKind kind;
    const OwnEmit *own; /* it belongs to such a definition; NULL = the statement's clauses hold */
    Span at;
    uint32_t n_in;
    Logical *in[2];
    uint32_t n_cols;
    Field *cols;
    Props props;                               /* by props_derive */
    uint32_t out_class[WATERMARK_COLUMNS_MAX]; /* watermark classes that start here; 0 = not given yet */
    StateClass state;
    const char *state_why;
    const struct Shape *shape; /* by shapes_find (shape.h) */
    union {
        LogicalSource source;
        struct {
            uint32_t n_rows;
            Expr ***rows;
            const char *of;       /* system relation whose rows they are; NULL = none */
            const void *list;     /* the rows of a recursive query; NULL = others */
            uint32_t n_key, *key; /* columns that tell its rows apart; 0 = not known */
        } values;
        Expr *predicate;
        Expr **exprs; /* L_PROJECT: n_cols */
        LogicalWindow window;
        LogicalGroup group;
        struct {
            UnnestItem *items; /* n of them: their elements go side by side */
            uint32_t n;
            bool ordinality, outer;
        } unnest;
        ExpandSets expand;
        LogicalTtl ttl;
        LogicalJoin join;
        LogicalAsof asof;
        struct {
            bool is_except, all;
        } set_op;
        LogicalOver over;
        LogicalTopN top;
        Match *match;
        LogicalSort sort; /* L_LIMIT: limit and offset only */
        int64_t every_us; /* L_EVERY */
        LogicalRecurse recurse;
    };
};

/* How the statement wants its results, resolved in emit.c. */
typedef struct EmitPlan {
    OutputMode mode;
    Span at;      /* of the clause */
    bool at_once; /* the clause asks for results that may be corrected, rather than for those that stay */
    int64_t every_us;
    bool has_lateness;
    int64_t lateness_us;
    Span lateness_at;
    const char *late_to;
    Span late_at;
    bool holds; /* rows wait for the watermark: this column's, which is the end of a window */
    bool hold_is_end;
    uint32_t hold_col, hold_class;
    int64_t hold_unit_us;
} EmitPlan;

/* ORDER BY of a stream: its rows leave in this order.  The first column is the time that they wait for (order.c). */
typedef struct StreamOrder {
    uint32_t n; /* 0 = none */
    Span at;
    uint32_t *col; /* of the result */
    bool *desc, *nulls_first;
} StreamOrder;

typedef struct Trace Trace; /* trace.h */

typedef struct PlanState { /* of one plan_query call */
    const struct PlanContext *ctx;
    Arena *arena;
    struct PhysPlan *plan;         /* that is made; NULL = only something of one */
    bool continuous;               /* windows close by watermark, aggregates emit changes */
    bool is_view;                  /* content is always current */
    bool inputs_end;               /* relations are read to their end: a bounded statement */
    bool is_described;             /* PhysPlan.is_described */
    bool is_body;                  /* of a recursion: nobody lends it relations */
    const struct Query *outermost; /* of the statement */
    uint32_t n_locked;             /* tables of FOR UPDATE and its like */
    uint64_t *locked;
    EmitPlan emit;
    StreamOrder order;
    OutputMode window_mode, other_mode; /* of the aggregates, as emit_resolve has settled it */
    bool closes_groups;                 /* window_mode holds for groups by a watermark column, too */
    uint32_t n_classes;
    uint64_t side_ttl_used; /* bit by place in PlanContext.side_ttl */
    uint32_t n_ttl;         /* nodes that forget by state_ttl */
    uint32_t n_capped;      /* nodes with a limit of sessions per key */
    uint32_t n_notices, notices_cap;
    Err *notices;
    Trace *trace; /* what rules do is told to it; NULL = nobody asks */
} PlanState;

/* Constructors; NULL = out of memory.  Column arrays may be NULL and filled later. */
Logical *logical_new(Arena *a, LogicalKind kind, Logical *in, uint32_t n_cols, Span at);
/* The node's own columns are those of its input. */
void logical_take_columns(Logical *n);
bool recurse_reads_stream(const Logical *n); /* rows that nobody stores */
Logical *logical_project(Arena *a, Logical *in, Expr **exprs, uint32_t n, const char *const *names, Span at);
Logical *logical_filter(Arena *a, Logical *in, Expr *predicate);
Expr *logical_column(Arena *a, const Logical *in, uint32_t col, Span at);
/* map[i] = column map_to[i] of `in` for the n old columns (UINT32_MAX: unused, left NULL); for expr_substitute. */
Expr **logical_map(Arena *a, const Logical *in, const uint32_t *map_to, uint32_t n);
/* Join of two nodes; types and names of the columns are the inputs', those of a side that may be missing can be NULL. */
Logical *logical_join(Arena *a, JoinType type, Logical *left, Logical *right, Expr *on, Span at);
int logical_clone(Arena *a, const Logical *n, Logical **ret, Err *err); /* logical_clone.c: the tree once more */
bool logical_is_volatile(Logical *n);                                   /* some value of the tree differs each time it runs */
/* Calls fn on every expression of the node (not of its inputs); fn may replace it. */
int logical_each_expr(Logical *n, int (*fn)(void *self, Expr **e, Err *err), void *self, Err *err);
/* Relation and its column that a column is an unchanged copy of, or NULL. */
const Relation *logical_origin(const Logical *n, uint32_t col, uint32_t *ret_col);
/* Gives the whole tree one place in the statement: it was written elsewhere (a definition that is expanded). */
int logical_set_place(Logical *n, Span at, Err *err);
const char *logical_kind_name(LogicalKind k);

/* How an as-of join runs; valid once the properties of the inputs are derived. */
typedef enum AsofUse {
    ASOF_FINAL_AT_END,   /* bounded */
    ASOF_FINAL_BY_CLOCK, /* two streams: a left row leaves once, when the watermarks say that its answer stays */
    ASOF_EARLY,          /* two streams: answered at once, corrected, and forgotten when its answer stays */
    ASOF_PROBES,         /* a stream over a stored relation: answered at once, by what is there */
    ASOF_VERSIONS,       /* the same, by what has been there: each change of a row is a version of it */
    ASOF_UPDATES         /* stored relations: answered at once, corrected */
} AsofUse;
AsofUse logical_asof_use(const PlanState *s, const Logical *n);
/* Results may come before they stay: what the EMIT clause says, that of n's definition if it has one. */
bool logical_is_early(const PlanState *s, const Logical *n);
/* Whether the right side's unique key are columns that are keys of the join; also: or the right time. */
bool asof_key_covers(const Logical *n, bool or_time);
/* The watermark column that the time of a side is; false = it is none. */
bool asof_time_column(const Logical *n, uint32_t side, uint32_t *ret);

/* A continuous join of a stream with a stored relation: each row of the stream meets the relation as it is when the row comes, so
 * that the stream need not be kept (spec: lookup join).  Valid once the properties of the inputs are derived. */
bool logical_join_probes(const PlanState *s, const Logical *join);
bool lookup_asks(const Logical *n); /* lookup_join.c: reads a lookup table that is asked by key */

/* lookup_join.c.  Of a join that looks up a table whose rows are asked for by key: that table, the relation of its keys, and what
 * they are over the left input, in the order of the primary key.  *ret_keys NULL: it is no such join. */
int lookup_join_find(const PlanState *s, const Logical *join, const Relation **ret_table, const Relation **ret_keys,
                     Expr ***ret_key, Err *err);
/* Refuses every other use of such tables. */
int lookup_check(const PlanState *s, const Logical *root, Err *err);

/* Binds the aggregate to the types of its arguments (again), for input with or without deletes, and casts them. */
int logical_agg_bind(Arena *a, LogicalAgg *g, bool retractable, Err *err);

/* over_reach.c */
OverReach over_reach(const LogicalOver *o);
/* Whether an aggregate's frame begins with the first row and its state tells all of the rows before. */
bool over_call_runs(const LogicalOverCall *c);
/* Whether an L_OVER goes by a watermark column and can forget rows by it. */
bool over_clock(const Logical *n, uint32_t *ret_class);

/* bind_match.c: whether an L_MATCH goes by a watermark column. */
bool match_clock(const Logical *n, uint32_t *ret_class);

/* rules.c: the rewriting rules, two passes; and those that need the emit modes. */
int rules_apply(PlanState *s, Logical **root, Err *err);
int rules_finish(PlanState *s, Logical **root, Err *err);
/* derive_props.c: bottom-up, whole tree. */
int props_derive(PlanState *s, Logical *root, Err *err);
bool props_find_class(const Props *p, uint32_t col, uint32_t *ret_class); /* of a watermark column */
/* The class that runs ahead of the column's others, if it has several (window_end): the one to close windows by. */
bool props_closing_class(const Props *p, uint32_t col, uint32_t *ret_class);
int64_t props_ahead_us(const Props *p, uint32_t col, uint32_t cls); /* see WatermarkColumn */
/* A window of a continuous query that a watermark closes: L_WINDOW of sessions, L_WINDOW_AGG. */
bool logical_window_closes(const Logical *n);
/* moment.c.  Whether a column of n holds moments: timestamps, dates, or the BIGINT event time of a source, of so many microseconds
 * per unit (as PhysSource.time_unit_us; 0 = by the type). */
bool logical_is_time(const Logical *n, uint32_t col, int64_t *ret_unit_us);
/* Another form of the same moment: a cast between timestamps and dates, or a BIGINT time read with the unit its source declares. */
bool logical_is_same_moment(const Logical *in, const Expr *e);
/* Whether the only column of a nondecreasing e is read as a moment, so that e means something for a mark. */
bool logical_is_of_time(const Logical *in, const Expr *e);
/* The moment that e over the columns of `in` holds, as an expression of type TIMESTAMP; *ret NULL = it holds none. */
int moment_of(Arena *a, const Logical *in, Expr *e, Expr **ret, Err *err);
/* L_AGG over rows that only come: the key that completes its groups when a watermark passes it; ret may be NULL, false = none. */
typedef struct ClosingKey {
    uint32_t key, cls;
    int64_t unit_us; /* as PhysSource.time_unit_us */
    bool is_number;  /* no time, but rises with one: of a BIGINT that has so many units in a second */
    int64_t units;
} ClosingKey;
bool logical_closing_key(const Logical *n, ClosingKey *ret);
/* emit.c: which mode each aggregate runs in; errors LM02, LM03, LM09. */
int emit_resolve(PlanState *s, Logical *root, Err *err);
/* order.c: ORDER BY of a stream, from the binder; around emit_resolve, which it calls; and whether rows are held by that column. */
int order_take(PlanState *s, const LogicalSort *sort, Span at, Err *err);
int order_refuse(const PlanState *s, Span at, Err *err); /* the error that a stream cannot be sorted so */
int order_resolve(PlanState *s, Logical *root, Err *err);
bool order_is_by(const PlanState *s, const Props *p, uint32_t col);
/* check_state.c: LM01, LM05, LM06. */
int state_check(PlanState *s, Logical *root, Err *err);
int plan_add_notice(PlanState *s, const Err *what, Err *err);
/* late.c: the shape of late rows, for LATE DATA TO; LM10. */
int late_shape(const PlanState *s, PhysPlan *plan, Err *err);
/* physical.c */
int physical_build(PlanState *s, Logical *root, uint32_t sink_changes, PhysPlan *plan, Err *err);
int physical_reads(PhysPlan *plan, Err *err); /* of a plan that ends: PhysJoin.reads */
int physical_best(PhysPlan *plan, Err *err);  /* PhysAgg.best */
