/* SPDX-License-Identifier: Apache-2.0
 *
 * Physical plan: what exec/ runs and EXPLAIN prints.  Nodes are plain immutable data in the plan's arena, in topological order
 * (inputs before users); expressions refer to columns of the node's input by position.
 *
 * The words of the syntax tree (sql/ast_query.h) are EmitMode and WindowSpec, those of the plan OutputMode and TimeWindow: what was
 * written and what was made of it. */
#pragma once
#include "data/sortkey.h"
#include "plan/match.h"
#include "plan/phys_group.h"
#include "plan/phys_recurse.h"

typedef enum LookupBy { LOOKUP_BY_NOTHING, LOOKUP_BY_PRIMARY, LOOKUP_BY_UNIQUE, LOOKUP_BY_INDEX } LookupBy;
typedef struct KeyLookup { /* only rows of these ranges can be meant; LOOKUP_BY_NOTHING = all of them may be */
    LookupBy kind;
    uint32_t unique; /* number of the constraint */
    uint32_t n;
    KeyRange *range; /* different ones; of a key (not an index) each is its columns, all equal to something */
    const char *name;
} KeyLookup;

typedef struct PhysSource { /* leaf: rows of a relation as they arrive */
    PhysNode node;
    uint64_t relation; /* catalog id */
    const char *name;
    uint32_t n_cols; /* columns read, of the relation's schema, in output order (pruned) */
    uint32_t *cols;
    /* Watermark (design 5.5); time_col is an OUTPUT column (-1 = no event time; kept even if pruned otherwise). */
    int32_t time_col;
    bool has_watermark;
    int64_t watermark_delay_us, max_future_skew_us;
    int64_t
        time_unit_us; /* event time held in BIGINT: microseconds per unit; negative = units per microsecond; 0 = a timestamp type */
    uint32_t wm_class;
    KeyLookup lookup; /* of a bounded query */
} PhysSource;

typedef struct PhysLateFilter { /* over a source: rows below W - lateness go to the late port */
    PhysNode node;
    uint32_t time_col;
    int64_t time_unit_us; /* as PhysSource */
    int64_t lateness_us;
    uint32_t wm_class;
} PhysLateFilter;

typedef struct PhysValues { /* constant rows (SELECT without FROM, VALUES) */
    PhysNode node;
    uint32_t n_rows;
    Expr ***rows;   /* [row][col], constant */
    const char *of; /* system relation; NULL = none */
} PhysValues;

typedef struct PhysFilter {
    PhysNode node;
    Expr *predicate;
    /* Parts of the predicate that the projection behind it reads, too: their vectors come with the batch (BatchExtra).  No part of
     * the plan's identity. */
    Expr **shared;
    uint32_t n_shared;
} PhysFilter;

/* A comparison of a row's value with a form of now(): step[0](step[1](.. now())) compare value.  Each step adds shift_us or, when
 * floor_us is set, cuts to a multiple of it; so it holds for one span of processing time. */
typedef enum NowCompare { BOUND_LT, BOUND_LE, BOUND_GT, BOUND_GE, BOUND_EQ, N_BOUND_COMPARES } NowCompare;
typedef struct NowStep {
    int64_t floor_us, shift_us;
} NowStep;
typedef struct TimeBound {
    Expr *value; /* over the input: a timestamp or a DATE */
    NowCompare compare;
    bool may_stay; /* some rows hold it at any time: their value is infinite */
    uint32_t n_steps;
    NowStep step[8];
} TimeBound;

typedef struct PhysTemporalFilter { /* rows are in the result while all bounds hold: they enter and leave as time passes */
    PhysNode node;
    uint32_t n;
    TimeBound *bounds;
    Expr *predicate; /* what they were made of */
} PhysTemporalFilter;

/* Marks: for a class of node.props.wm whose expression is a column the mark passes; otherwise the expression is nondecreasing and
 * the mark is what expr_apply_scalar makes of it.  A mark whose class has no column listed passes unchanged. */
typedef struct PhysProject {
    PhysNode node;
    uint32_t n;
    Expr **exprs;
} PhysProject;

typedef struct PhysUnion { /* all inputs have the node's schema */
    PhysNode node;
} PhysUnion;

typedef struct PhysSetOp { /* INTERSECT, EXCEPT: both inputs have the node's columns */
    PhysNode node;
    bool is_except, all;
    bool once; /* bounded: the result leaves at the end */
} PhysSetOp;

#define UNNEST_MAX 16
typedef struct UnnestItem { /* what gives rows: the elements of an array, or generate_series(start, stop, step) */
    bool is_series;
    Type type;            /* of the rows */
    const TimeZone *zone; /* a series of moments goes by its clock; NULL = UTC */
    Expr *arg[3];
} UnnestItem;
static inline uint32_t unnest_args(const UnnestItem *i)
{
    return i->is_series ? 3 : 1;
}
typedef struct PhysUnnest { /* the input's columns, the elements, and their number (BIGINT) if `ordinality` */
    PhysNode node;
    UnnestItem *items; /* over the input */
    uint32_t n;        /* 1..UNNEST_MAX; the shorter ones are padded with NULLs */
    bool ordinality;
    bool outer; /* rows without elements stay, with NULLs */
} PhysUnnest;

#define PAIR_BEST_MAX 2
typedef struct PairBest { /* of the pairs of a stored row only those are wanted that no other comes before, by columns of the other
                             side */
    uint32_t n, side;     /* 0 = all are wanted; 0 = left, 1 = right: whose columns */
    uint32_t col[PAIR_BEST_MAX];
    bool desc[PAIR_BEST_MAX], nulls_first[PAIR_BEST_MAX];
} PairBest;

typedef struct PhysJoin PhysJoin;
/* How the rows of a side that is a join of relations are found, without keeping them: for rows of the other side by their keys,
 * one relation after the other, each found by what was found before (a delta join, design 3.2). */
typedef struct PhysDelta {
    const Schema *start; /* the join's keys, and a BIGINT that goes along: which row of the other side it is */
    uint32_t n_hops;
    PhysJoin **hop; /* no nodes of the plan: left what came before, right a relation; inner, only ever pushed to the left */
    uint32_t *col;  /* of what comes out at the end, by column of the side */
} PhysDelta;

/* Join of in[0] (left) and in[1] (right): left columns, then right columns; SEMI and ANTI: left columns only. */
#define NOT_IN_VALUES_MAX 6u /* the patterns of NULLs in them are looked for one by one */
struct PhysJoin {
    PhysNode node;
    JoinType type;
    uint32_t n_keys;
    Expr **left_key, **right_key; /* equal types pairwise; over the left and the right input */
    bool *null_safe;              /* NULL matches NULL (IS NOT DISTINCT FROM) */
    Expr *residual;               /* over the left columns, then the right ones; NULL = none */
    bool probes;        /* left rows meet the right relation as it is when they come and are not kept; its changes emit nothing */
    bool keeps_answers; /* probes, and left rows may be taken back: with what they were answered */
    bool at_end;        /* bounded: rows without a match wait for the end of the input */
    const uint64_t *reads; /* bits of the pair's columns: nobody looks at the others; NULL = all.  No part of the plan's identity */
    PairBest best;
    /* ANTI by a residual that is comparisons which NULL does not fail: their values, over the left and over the right input; 0 = it
     * is something else. */
    uint32_t n_not_in; /* at most NOT_IN_VALUES_MAX */
    Expr **not_in[2];
    const Schema *pair; /* SEMI and ANTI with a residual: what it is over, for EXPLAIN */
    /* The side is a stored relation that finds its rows by the join's keys: they need not be kept once more.  may_share: it would
     * with an index of these, which may be made at any time. */
    bool shares[2], may_share[2];
    PhysDelta *delta[2]; /* the side is a join whose rows can be found again, where the other side is shared; NULL = not */
    bool keeps;          /* they are kept all the same */
    bool freezes;        /* what the inputs, ROW_TTL over rows that only come, take back meets nothing more, but results stay */
    /* Interval join: left_due - right_clock >= lo_us and left_clock - right_due <= hi_us; the clocks are columns of the inputs'
     * classes, and what a side is due by is its clock or another time.  A row is forgotten once the other side's watermark says
     * that nothing it could meet will come; with `at_death` (no input takes rows back) rows without a match are emitted then, once.
     * It makes the marks of left_out and right_out (0 = none). */
    bool timed, at_death;
    uint32_t left_clock, right_clock, left_due, right_due, left_cls, right_cls, left_out, right_out;
    int64_t lo_us, hi_us;
};

/* Rows of in[0], which only come, wait in their order until the answer for their key has come: then they meet it in the join above.
 * in[1]: the relation of the keys that have been answered (RelationOnDemand), whose changes say that answers have come. */
typedef struct PhysFetch {
    PhysNode node;
    uint64_t keys_relation;
    const char *name; /* of the lookup table */
    uint32_t n_keys;
    Expr **key; /* over in[0], of the types of the table's primary key, in its order */
} PhysFetch;

typedef enum AsofMatch { ASOF_BACKWARD, ASOF_FORWARD, ASOF_NEAREST } AsofMatch;
/* Each left row with the right row of its key whose time is nearest in one direction: left columns, then right columns. */
typedef struct PhysAsofJoin {
    PhysNode node;
    uint32_t n_keys;
    Expr **left_key, **right_key; /* equal types pairwise */
    Expr *left_time, *right_time; /* TIMESTAMPs or BIGINTs, of one type */
    AsofMatch match;
    bool strict;       /* the times must differ */
    bool outer;        /* left rows without a match stay */
    int64_t tolerance; /* largest distance of the times, in their unit; INT64_MAX = any */
    bool probes;       /* left rows meet the right relation as it is when they come */
    bool versions; /* and as it was: a change of a right row adds a version, which stays while the left clock is below the next */
    bool final;    /* left rows wait until no right row can change the answer: by the watermarks, bounded by the end */
    bool at_end;   /* bounded */
    bool early;    /* left rows are answered at once, corrected, and forgotten when the watermarks say that the answer stays */
    uint32_t left_cls, right_cls, out_cls; /* final by the watermarks, early */
    /* TEMPORAL PROBE JOIN: left_time is the left clock's column plus an offset between these two.  -1 = it is that column. */
    int32_t clock_col;
    int64_t probe_lo_us, probe_hi_us;
} PhysAsofJoin;

typedef struct PhysSort { /* bounded input, or each_step */
    PhysNode node;
    uint32_t n;
    Expr **keys;
    bool *desc, *nulls_first;
    int64_t limit, offset; /* limit -1 = none: Top-N when set */
    bool each_step;        /* of what goes on: rows leave with their step, sorted */
} PhysSort;

/* ---- window functions ---- */
typedef enum OverFunc {
    OVER_ROW_NUMBER,
    OVER_RANK,
    OVER_DENSE_RANK,
    OVER_PERCENT_RANK,
    OVER_CUME_DIST,
    OVER_NTILE,
    OVER_LAG,
    OVER_LEAD,
    OVER_FIRST_VALUE,
    OVER_LAST_VALUE,
    OVER_NTH_VALUE,
    OVER_AGG, /* an aggregate over the frame */
    N_OVER_FUNCS
} OverFunc;
const char *over_func_name(OverFunc f);

typedef enum OverUnit { OVER_ROWS, OVER_RANGE, OVER_GROUPS } OverUnit;
typedef enum OverBound { OVER_FIRST, OVER_PRECEDING, OVER_CURRENT, OVER_FOLLOWING, OVER_LAST } OverBound;
typedef enum OverExclude { OVER_KEEP_ALL, OVER_LESS_ROW, OVER_LESS_GROUP, OVER_LESS_TIES } OverExclude;
typedef struct OverFrame {
    OverUnit unit;
    OverBound start, end;
    OverExclude exclude;
    Value offset[2]; /* of PRECEDING and FOLLOWING: I64 for ROWS and GROUPS, else a distance of the order column */
} OverFrame;

/* How rows of equal order keys count: ROW each for itself, RANK alike and the next after all of them, DENSE alike and the next is
 * one more. */
typedef enum RankKind { RANK_ROW, RANK_RANK, RANK_DENSE } RankKind;

/* The rows of each group whose rank is in lo .. hi, ordered by the keys; equal keys by arrival when the input has no deletes, else
 * by the whole row.  Output: the input's columns, then the rank when with_rank.  Per `emit`: OUTPUT_FINAL once at FLUSH_END
 * (bounded plans); OUTPUT_ON_WINDOW_CLOSE a group once, when the clock of its partition column has passed it; else what changed in
 * a step. */
typedef struct PhysTopN {
    PhysNode node;
    uint32_t n_part;
    Expr **part; /* over the input */
    uint32_t n_order;
    Expr **order;
    bool *desc, *nulls_first;
    RankKind kind;  /* of the rank, and of hi */
    int64_t lo, hi; /* 1-based; lo counts by lo_kind; hi INT64_MAX = none */
    RankKind lo_kind;
    bool with_rank;
    OutputMode emit;
    GroupClose close, close_before; /* before: what an earlier version took, whose state may be there */
} PhysTopN;

typedef struct PhysOverCall {
    OverFunc func;
    PhysAggCall call; /* arguments of any function; the aggregate of OVER_AGG */
    uint32_t n_args;
    OverFrame frame;
    bool ignore_nulls, runs; /* runs: over a stream the state of the aggregate stays, for each partition */
    Type ret;
} PhysOverCall;

/* How far results depend on other rows: on so many, or so much time, before and behind.  bounded: the rest holds; local: that is
 * all; runs: on what all rows before add up to; by_peers: on peers, which leave together; from_first: on the first row. */
typedef struct OverReach {
    bool bounded, local, runs, by_peers, from_first;
    int64_t back, ahead, back_us;
} OverReach;

/* Window functions over one window.  Output: the input's columns, then one per call.
 *   sorted        the input ends and comes ordered by (part, order); results leave partition by partition
 *   stream        append-only input in the order of the column with the clock: each row once, when its results are final
 *   otherwise     what changed, at the end of each step */
typedef struct PhysOver {
    PhysNode node;
    uint32_t n_part;
    Expr **part; /* over the input */
    uint32_t n_order;
    Expr **order;
    bool *desc, *nulls_first;
    uint32_t n_calls;
    PhysOverCall *calls;
    bool sorted, stream;
    uint32_t clock; /* stream: watermark class of the order column */
    OverReach reach;
    OutputMode emit;
} PhysOver;

typedef struct PhysMatch { /* MATCH_RECOGNIZE: output match.out; `stream`: matches that are final, by the clock; else at the end */
    PhysNode node;
    Match match;
    bool stream;
    uint32_t clock; /* watermark class of the first order column */
} PhysMatch;

/* Of the rows of each partition the first in the order; over input without deletes.  What TOP_N with one row without a rank is
 * there. */
typedef struct PhysDedup {
    PhysNode node;
    uint32_t n_part;
    Expr **part;
    uint32_t n_order;
    Expr **order;
    bool *desc, *nulls_first;
    OutputMode emit;
} PhysDedup;

typedef struct PhysLimit { /* bounded input, or LIMIT without ORDER BY */
    PhysNode node;
    int64_t limit, offset; /* -1 = none */
} PhysLimit;

/* Rows that only come, each until the mark of wm_class less wait_us has passed the time in its column: is_end, has reached it, for
 * it is a window's end.  Older rows leave at once, or are late when they are older than the mark less lateness_us.  Makes the marks
 * less lateness_us; those of other classes less length_us, too, the length of the windows. */
typedef struct PhysHold {
    PhysNode node;
    uint32_t col, wm_class;
    bool is_end;
    int64_t unit_us; /* of a column that is a number; as PhysSource.time_unit_us */
    int64_t wait_us, lateness_us, length_us;
} PhysHold;

typedef struct PhysEmit { /* root of every continuous query, and of each stream in it that has a period: emit control and changelog
                             normaliser */
    PhysNode node;
    OutputMode mode;
    int64_t every_us;
    bool normalise; /* net changes by key or row before they leave */
    bool inner;     /* not the root: that of a stream which is planned into its reader, with a period of its own (EVERY) */
    uint32_t n_key;
    uint32_t *key; /* upsert key, n_key 0 = whole row */
} PhysEmit;

typedef struct RuleChange { /* what a rewriting rule did, for EXPLAIN */
    const char *rule, *what;
    uint32_t times;
    bool quiet; /* not in the short form */
} RuleChange;

typedef struct PhysPlan {
    Arena arena; /* owns everything below */
    Account *acct;
    uint32_t n_nodes;
    PhysNode **nodes; /* topological; the last is the root (PHYS_EMIT for continuous plans) */
    PhysNode *root;
    const Schema *schema; /* of the result */
    uint32_t n_held;      /* schemas of relations that types in expressions borrow from */
    const Schema **held;
    uint32_t n_hidden; /* schemas of what is no node of the plan (PhysDelta) */
    const Schema **hidden;
    bool is_inline;          /* needs no exchange */
    bool is_bounded, at_end; /* at_end: it runs until its inputs end, and what a node holds leaves when its own have */
    bool is_described;       /* rows are missing in it (PlanContext.describes): it must not run */
    RowErrorPolicy on_error;
    /* LATE DATA TO relation, NULL = none: what a late row looks like (borrowed), and whether it is the row that a leaf got (the
     * same physical row of the leaf's batch) or the one that the refusing operator got. */
    const char *late_to;
    const Schema *late_schema;
    bool late_of_leaf;
    struct PhysPlan *bodies, *next_body; /* of PhysRecurse: freed with the plan */
    uint32_t n_relations;                /* relations read */
    uint64_t *relations;
    uint32_t n_shares, n_merged; /* parts that views hold (rule_share.c); parts that are computed once for several */
    uint64_t *shares;
    const struct Shape *shape; /* of the result, when others may take it; NULL = they may not */
    uint32_t n_locked;         /* tables that a transaction must find unchanged when it commits: FOR UPDATE and its like */
    uint64_t *locked;
    uint32_t n_changes; /* when PlanContext.tells_rules */
    RuleChange *changes;
    uint32_t n_notices; /* LM006 and the like, to be shown by CREATE */
    Err *notices;
} PhysPlan;
void phys_plan_free(PhysPlan *p); /* NULL is fine */
/* The columns of a, then those of b (NULL = none), as a schema that lives as long as the plan. */
int phys_hide_schema(PhysPlan *p, const Schema *a, const Schema *b, const Schema **ret, Err *err);
/* The join knows of each row of the side how many it has met: it is given, or not, by that. */
static inline bool join_counts_matches(const PhysJoin *p, uint32_t side)
{
    return p->type == FULL_JOIN || (p->type != INNER_JOIN && side == 0);
}
/* The relation that a side of a join reads, as it is or through one filter; NULL = it is something else. */
const PhysSource *join_side_source(const PhysJoin *p, uint32_t side);
/* How the rows of a relation are found: by its primary key; by what has one row of a key, NULL being none; by what has many. */
typedef enum JoinFinder { FINDER_PRIMARY, FINDER_UNIQUE, FINDER_INDEX } JoinFinder;
/* Whether the n_key columns of the side's relation find its rows by keys of the join: ret[i], where it is not NULL, is the number
 * of the join's key that is the i-th of them, and behind these are the other keys, which can be compared with the rows found. */
bool join_key_order(const PhysJoin *p, uint32_t side, JoinFinder by, const uint32_t *key, uint32_t n_key, uint32_t *ret);
const char *phys_kind_name(PhysKind k);
