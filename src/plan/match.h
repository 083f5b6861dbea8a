/* SPDX-License-Identifier: Apache-2.0
 *
 * MATCH_RECOGNIZE in a plan: the pattern as a program, and what conditions and results read of the rows of a match.
 *
 * The pattern is matched as regular expressions are, by trying and going back; the order of the alternatives of a SPLIT is the
 * order of preference, so the first match found is the match.  A condition or a result is an expression over *slots*: single values
 * that are looked up (a column of the last row of a variable, an aggregate over its rows) before the expression runs. */
#pragma once
#include "expr/expr.h"

#define MATCH_VARS_MAX 64
#define MATCH_INSNS_MAX 10000u

typedef enum MatchOp {
    MATCH_VAR,   /* the next row is of variable a */
    MATCH_SPLIT, /* go on at a; when that fails, at b */
    MATCH_JUMP,  /* at a */
    MATCH_NOTE,  /* place a of the round's beginning */
    MATCH_MOVED, /* at b when nothing was taken since MATCH_NOTE a: an empty round is the last */
    MATCH_AT_START,
    MATCH_AT_END,
    MATCH_DONE,
} MatchOp;
typedef struct MatchInsn {
    MatchOp op;
    uint32_t a, b;
} MatchInsn;

typedef struct MatchProgram {
    uint32_t n, n_notes;
    MatchInsn *insn;
    uint64_t rows_max; /* of a match; UINT64_MAX = no bound */
    bool has_end;      /* MATCH_AT_END */
} MatchProgram;

typedef enum MatchValue {
    MATCH_ROW,        /* column of the current row; of an empty match, of the row it stands before */
    MATCH_COLUMN,     /* column of a row that is found as below; NULL when there is none */
    MATCH_AGG,        /* aggregate over the rows of `vars` */
    MATCH_CLASSIFIER, /* name of the variable of the current row */
    MATCH_NUMBER,     /* of the match in its partition, from 1 */
} MatchValue;
typedef struct MatchSlot {
    MatchValue what;
    Type type;
    /* MATCH_COLUMN: from the rows of `vars`, in the match so far or (final) in all of it, the first or the last, `logical` rows
     * from there towards the others, and `physical` rows behind that in the partition. */
    uint64_t vars;
    bool first, final;
    int64_t logical, physical;
    uint32_t n_cols, col[4]; /* of the input; arguments of MATCH_AGG */
    AggSpec spec;
} MatchSlot;

typedef struct MatchDefine { /* of a variable */
    const char *name;
    Expr *cond;              /* over `slot`; NULL = every row */
    uint32_t n_slots, *slot; /* those that it reads, in Match.slots; the columns of cond count them */
    bool local;              /* it depends on the row and its neighbours alone, not on the match */
    int64_t ahead;           /* it looks so many rows ahead */
} MatchDefine;

typedef enum MatchAfter { AFTER_LAST_ROW, AFTER_NEXT_ROW, AFTER_TO_FIRST, AFTER_TO_LAST } MatchAfter;

typedef struct Match {
    uint32_t n_part, n_order;
    Expr **part, **order; /* over the input; `order` columns */
    bool *desc, *nulls_first;
    MatchProgram program;
    uint32_t n_vars;
    MatchDefine *vars;
    uint32_t n_slots;
    MatchSlot *slots; /* of conditions */
    MatchSlot *out;   /* by output column */
    bool all_rows;
    MatchAfter after;
    uint64_t after_vars;
    int64_t within_us;   /* from the first to the last row of a match; -1 = any */
    int64_t back, ahead; /* rows that conditions and results look back before the match, and ahead behind it */
} Match;
