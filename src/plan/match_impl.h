/* SPDX-License-Identifier: Apache-2.0
 *
 * Binding of MATCH_RECOGNIZE, inside plan/ only. */
#pragma once
#include "plan/bind_impl.h"

typedef struct MatchNames { /* pattern variables, in the order of the pattern; then SUBSET names */
    uint32_t n_vars, n_subsets;
    Ident var[MATCH_VARS_MAX], subset[MATCH_VARS_MAX];
    uint64_t members[MATCH_VARS_MAX];
} MatchNames;
uint32_t match_var(const MatchNames *names, Str name); /* UINT32_MAX = none */

typedef struct MatchSlots {
    uint32_t n, cap;
    MatchSlot *item;
} MatchSlots;

typedef enum MatchReading {
    READS_DEFINE,  /* a condition: the match so far, whose last row is the one that is tried */
    READS_MEASURE, /* a result */
    READS_ROW,     /* the arguments of a navigation or an aggregate: one row of the input */
} MatchReading;
typedef struct MatchScope { /* where a condition or a result of MATCH_RECOGNIZE stands */
    MatchNames names;
    Scope *in;
    uint32_t n_below, cap_below; /* what the arguments compute for each row of the input; its columns come first */
    Expr **below;
    MatchReading reads;
    uint32_t define; /* READS_DEFINE: the variable */
    bool final;      /* READS_MEASURE: all of the match, unless it says RUNNING */
    MatchSlots *slots;
    bool has_vars; /* READS_ROW: a column was read, of these */
    uint64_t vars;
} MatchScope;

/* match_pattern.c */
int match_compile(Arena *arena, const Pattern *p, const MatchNames *names, MatchProgram *ret, Err *err);
/* match_expr.c */
int match_subset(MatchNames *names, const PatternDef *def, Err *err);
int match_add_below(MatchScope *m, Arena *arena, Expr *e, uint32_t *ret_col, Err *err);
int match_add_slot(MatchScope *m, Arena *arena, const MatchSlot *slot, bool not_null, Span at, Expr **ret, Err *err);
