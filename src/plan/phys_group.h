/* SPDX-License-Identifier: Apache-2.0
 *
 * Nodes that copy rows for grouping sets, put them into windows, forget them by state_ttl, and group them. */
#pragma once
#include "plan/phys_node.h"

/* Grouping sets: what GROUP BY a, ROLLUP (b, c) asks for, as copies of the rows below one aggregate. */
typedef struct ExpandSets {
    uint32_t n_sets, n_keys, n_ids;
    Expr **keys;  /* over the input; those of every set need no copy and are not here */
    bool *in_set; /* [set][key]: the key's value, else NULL */
    int32_t *id;  /* [set][n_ids]: the number of the set, then the value of each GROUPING() */
} ExpandSets;

typedef struct PhysExpand { /* each row once per set: the input's columns, the keys (nullable), the ids (INTEGER) */
    PhysNode node;
    ExpandSets sets;
} PhysExpand;

/* Groups that are there without rows: those of the empty grouping sets.  The last n_ids keys are the ids of their sets, the others
 * NULL. */
typedef struct StandingGroups {
    uint32_t n, n_ids;
    int32_t *id; /* [n][n_ids]; ascending by the first, the number of the set */
} StandingGroups;

/* Appends window_start, window_end (TIMESTAMP) to the input's columns; rows without a time are dropped.  A mark of the time
 * column's class leaves as the start of the window that holds it, and unchanged as one of end_class, which is window_end's. */
typedef struct PhysWindowAssign {
    PhysNode node;
    TimeWindow window;
    uint32_t time_col; /* of type TIMESTAMP */
    uint32_t end_class;
} PhysWindowAssign;

/* Appends the bounds of each row's session among the rows of its partition.  Per `emit` as SESSION_AGG: when the session ends, or
 * at each step what has changed.  Makes the marks W - lateness_us of wm_class (0 = no clock), which bound window_end. */
typedef struct PhysSessionAssign {
    PhysNode node;
    int64_t gap_us;
    Expr *time; /* of type TIMESTAMP */
    uint32_t n_part;
    Expr **part;
    OutputMode emit;
    int64_t lateness_us;
    uint32_t wm_class;
} PhysSessionAssign;

/* Rows of the input, each taken back when the clock is ttl_us behind its time: the watermark of wm_class, or processing time. */
typedef struct PhysRowTtl {
    PhysNode node;
    int64_t ttl_us;
    Expr *time; /* event time of a row; NULL = when it comes */
    uint32_t wm_class;
} PhysRowTtl;

/* Rows that only come, of each key until the clock is ttl_us behind the newest time of its rows; later ones are late. */
typedef struct PhysKeyTtl {
    PhysNode node;
    int64_t ttl_us;
    Expr *time; /* as above */
    uint32_t wm_class;
    uint32_t n_part;
    Expr **part;
} PhysKeyTtl;

typedef struct PhysAggCall {
    AggSpec spec;
    Expr *arg[4];               /* spec.n_args; over the input */
    Expr *filter;               /* boolean, NULL = none */
    Expr *order[AGG_ORDER_MAX]; /* spec.n_order */
    const char *name;
} PhysAggCall;

/* Output: keys, then aggregates; WINDOW_AGG and SESSION_AGG: keys, window_start, window_end, aggregates.
 *   HASH_AGG    emits per `emit`: OUTPUT_FINAL once at FLUSH_END (bounded plans), anything else what changed at the end of each
 * step. WINDOW_AGG  makes the marks of wm_class: the start of the window that holds (W - lateness_us), which bounds both window
 * columns of whatever comes later; SESSION_AGG makes W - lateness_us, which bounds window_end. */
typedef struct PhysAgg {
    PhysNode node;
    uint32_t n_keys;
    Expr **keys; /* over the input */
    uint32_t n_aggs;
    PhysAggCall *aggs;
    bool is_global;          /* no GROUP BY at all: one row always (when n_keys == 0) */
    StandingGroups standing; /* HASH_AGG */
    OutputMode emit;         /* resolved */
    int64_t every_us;        /* OUTPUT_EVERY */
    /* HASH_AGG: a group whose last row is ttl_us or more behind the watermark of wm_class is taken back and forgotten; 0 = never.
     * The time of a row is `time`; NULL: the processing time at which it came. */
    int64_t ttl_us;
    bool freezes; /* its result is not taken back but stays for ever, and later rows of the group are late */
    /* HASH_AGG: close_key is a time that says when a group is complete: when the mark of close_class has passed it, the group
     * leaves the state, and with emit ON WINDOW CLOSE or FINAL its result leaves then. */
    bool closes;
    uint32_t close_key, close_class;
    int64_t close_unit_us; /* of a key that is a number; as PhysSource.time_unit_us */
    /* Or the key is a number that rises with the column that has the class: this is its expression, and close_units are those of a
     * BIGINT column in a second. */
    const Expr *close_expr;
    int64_t close_units;
    /* WINDOW_AGG and SESSION_AGG only */
    TimeWindow window;
    /* The time column of the input (a column of type TIMESTAMP); or, when `prewindowed`, the input carries window_start/window_end
     * already and these are their columns. */
    Expr *time;
    bool prewindowed;
    uint32_t start_col, end_col;
    int64_t lateness_us;
    uint32_t wm_class; /* the clock that closes windows */
    int64_t ahead_us;  /* the times of the rows to come, or of HASH_AGG the close_key, are so far ahead of its marks; mark_ahead */
    uint64_t
        max_sessions; /* SESSION_AGG over input without deletes: open sessions of a key, rows for more are errors; 0 = any number */
    /* WINDOW_AGG whose clock is per key and which groups by that key: place among the keys of each of the clock's, in its order. */
    uint32_t n_wm_keys, *wm_key;
    /* WINDOW_AGG that gives each result once: of a window only those groups are wanted that fewer than `best` others
     * come before by the count best_agg; 0 = all are (phys_best.c). */
    uint32_t best, best_agg;
    bool best_is_least;
} PhysAgg;
