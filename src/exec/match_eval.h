/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of one partition and the matches among them.  Inside exec/ only.  [shard]
 *
 * Nothing here is kept between two calls: the rows are read from the state anew, and a match that is not decided is tried again
 * from its first row when more rows are there. */
#pragma once
#include "exec/ranked.h"

#define MATCH_STEPS_LOOK 1024u             /* after so many somebody may have given the statement up */
#define MATCH_STEPS_MAX UINT64_C(20000000) /* of one match: a pattern that goes back without end is an error of its row */

typedef enum MatchTruth { MATCH_NO, MATCH_YES, MATCH_LATER /* it depends on a row that may still come */ } MatchTruth;

typedef struct MatchVarEval { /* condition of a variable */
    Program *program;         /* NULL: every row */
    const Schema *schema;
    uint8_t *known; /* local ones: MatchTruth by row */
} MatchVarEval;

typedef struct MatchRows { /* of a partition, those that are final */
    Op *op;
    const Match *m;
    const Schema *in;
    MatchVarEval *var;
    Arena arena, probe; /* of the rows; of one evaluation */
    AggHeap heap;
    bool ended; /* no row will follow */
    bool whole; /* the first row is the first of the partition */
    int64_t wm_us;
    uint32_t n;
    const Batch **from;
    uint16_t *at;
    int64_t *time_us; /* only with WITHIN */
    uint32_t steps;   /* of all matches tried, for MATCH_STEPS_LOOK */
    uint32_t judged;  /* rows whose errors have been reported */
    Out *out;         /* where errors go */
    /* The match in hand. */
    uint32_t start, length; /* rows mapped so far */
    uint64_t number;
    uint8_t *label; /* variable by row from start; cap_label of them */
    uint32_t cap_label;
} MatchRows;
int match_rows_open(MatchRows *r, Op *op, const Match *m, Err *err);
void match_rows_close(MatchRows *r); /* also zeroed */
/* Reads the first n rows of a group and judges the local conditions. */
int match_rows_read(MatchRows *r, const Ranked *k, uint64_t owner, uint32_t n, Out *out);
/* The row that a slot looks at, `length` rows being mapped and `now` of them counting for RUNNING; -1 = none. */
int64_t match_slot_row(const MatchRows *r, const MatchSlot *s, uint32_t now);
/* An aggregate's result, in row 0 of a vector. */
int match_slot_agg(MatchRows *r, const MatchSlot *s, uint32_t now, Arena *arena, Vec *ret);
/* May row `row` be of variable `var`?  The rows of the match before it are mapped.  MatchTruth, or < 0. */
int match_condition(MatchRows *r, uint32_t var, uint32_t row);
/* Reports an error of a row: it goes to the error port. */
int match_blame(MatchRows *r, uint32_t row, int code, const char *what);

/* match_run.c: tries a match that begins at r->start.  MATCH_YES: r->length and r->label are it; MATCH_NO; MATCH_LATER; < 0. */
int match_run(MatchRows *r);
