/* SPDX-License-Identifier: Apache-2.0
 *
 * Linear register programs (design 2.1): all expressions of a node compiled together, common subexpressions merged, one instruction
 * per kernel call over a whole batch and selection.  CASE, COALESCE, AND and OR run their arms under disjoint selections, so an arm
 * is never evaluated on rows that do not reach it.  A Program is immutable and may be run by any thread with its own EvalCtx. */
#pragma once
#include "expr/expr.h"

typedef struct Program Program;

/* The program lives in `arena` (as long as the plan). n_in: columns of the input. */
int program_compile(Arena *arena, Expr *const *exprs, uint32_t n_exprs, const Schema *in, Program **ret, Err *err);
/* The same where values of `given` expressions come with the batches, in Batch.extra; they are not computed. */
int program_compile_given(Arena *arena, Expr *const *exprs, uint32_t n_exprs, const Schema *in, Expr *const *given,
                          uint32_t n_given, Program **ret, Err *err);
/* Those parts of exprs that a program of the predicate computes for all rows anyway, be it true or not. */
int program_shared(Arena *arena, Expr *predicate, Expr *const *exprs, uint32_t n_exprs, const Schema *in, Expr ***ret,
                   uint32_t *ret_n, Err *err);
uint32_t program_n_outputs(const Program *p);
bool program_can_fail(const Program *p);
/* Evaluates for the selected rows of `in`; out[i] gets the i-th expression's vector: FLAT scratch of in->n rows, or shares (without
 * references) an input vector, or CONST.  Rows in error are marked in x (call eval_ctx_clear before).  0 or -ERR_OUT_OF_MEMORY. No
 * allocation beyond x->arena. */
int program_run(const Program *p, EvalCtx *x, const Batch *in, Vec *out);
/* The same over a narrower selection than the batch's. */
int program_run_rows(const Program *p, EvalCtx *x, const Batch *in, Rows rows, Vec *out);
/* First expression as a predicate: selection of rows where it is true (rows in error are not selected). ret_sel: room for
 * in->n_sel. */
int program_filter(const Program *p, EvalCtx *x, const Batch *in, Rows rows, uint16_t *ret_sel, uint32_t *ret_n);
/* The same with the results of the other expressions for all rows, if any is selected. ret_more: room for all but the first. */
int program_filter_more(const Program *p, EvalCtx *x, const Batch *in, Rows rows, uint16_t *ret_sel, uint32_t *ret_n,
                        Vec *ret_more);

/* The same program over one row at a time (program_row.c), for an owner who runs it often.  *ret NULL: it is not one for that. */
typedef struct ProgramRow ProgramRow;
int program_row_new(Arena *arena, const Program *p, ProgramRow **ret, Err *err);
/* Sets in out what is the same for every row: the vectors of computed results, whose values lie in r, and of constants. */
void program_row_begin(const ProgramRow *r, Vec *out);
/* in: one physical row, selected; out: as program_row_begin has left it, of which the columns of `in` are set.  1: all results are
 * there until the next run.  0: the row, or an error of it, is for program_run or program_filter, after eval_ctx_clear.
 * -ERR_OUT_OF_MEMORY. */
int program_row_run(ProgramRow *r, EvalCtx *x, const Batch *in, Vec *out);
/* A program of one expression; 1: *ret_pass says whether the row passes. */
int program_row_filter(ProgramRow *r, EvalCtx *x, const Batch *in, bool *ret_pass);
void program_print(const Program *p, StrBuf *b); /* listing for tests and EXPLAIN (PROGRAM) */
