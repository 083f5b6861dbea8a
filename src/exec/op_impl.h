/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside exec/ only: what operators share that is not about aggregates.
 *
 * Nothing an operator keeps between two calls may lie in the step's arena: the driver rewinds it between the pieces of another
 * operator's output. */
#pragma once
#include "exec/op.h"

/* What runs a node; joins and ranks of inputs that end and only come have operators of their own. */
const OpType *op_type_for(const OpEnv *env, const PhysNode *node);
bool join_is_bounded(const OpEnv *env, const PhysNode *node);
bool top_n_is_bounded(const OpEnv *env, const PhysNode *node);
bool top_n_is_few(const OpEnv *env, const PhysNode *node);
extern const OpType op_bounded_join, op_bounded_top_n, op_top_few, op_not_in, op_answers;

/* A zeroed operator becomes one of its type; op_new does the rest. */
void op_init(Op *op, OpEnv *env, const OpType *type, const PhysNode *node);

/* Marks of up to two inputs.  hold() notes a mark; release() forwards each class whose minimum over the inputs has moved. Operators
 * that keep results back hold marks until those results are out. */
int op_mark_hold(Op *op, uint32_t input, Mark m);
int op_mark_release(Op *op, Out *out);
/* `mark` of an operator whose result has no watermark. */
int op_mark_none(Op *op, uint32_t input, Mark m, Out *out);
/* Holds what m means for the node's watermark columns, which exprs (over the input) make; nothing if that is unknown. */
int op_mark_exprs(Op *op, uint32_t input, Expr *const *exprs, Mark m, Out *out);
/* The least rank of what e makes of times from us on: times rank by microseconds, numbers by themselves.  units: per second, of a
 * BIGINT time; 0 = as the call that reads it says.  false = nothing is known. */
bool op_mark_rank(const Expr *e, int64_t us, int64_t units, Arena *scratch, int64_t *ret);
int64_t op_rank_of_f64(double v);
int64_t op_rank_of_decimal(i128 v); /* of one type */

static inline bool is_step_end(FlushWhy why)
{
    return why == FLUSH_STEP || why == FLUSH_EPOCH;
}

/* When an operator that holds changes lets them go. */
static inline bool emit_is_due(OutputMode mode, FlushWhy why)
{
    switch (mode) {
    case OUTPUT_CHANGES: return why == FLUSH_EPOCH || why == FLUSH_END;
    case OUTPUT_EVERY: return why == FLUSH_PERIOD || why == FLUSH_END;
    case OUTPUT_FINAL: return why == FLUSH_END;
    default: return is_step_end(why) || why == FLUSH_END;
    }
}

/* ---- expressions of a node under the query's row error policy ---- */
typedef struct RowEval {
    Op *op;
    uint32_t n, n_programs; /* n_programs: 1 for all expressions, or n under ON_ERROR_NULL */
    Program **program;
    Program **rest; /* the same for batches with what `giver` has computed; NULL = there is no such thing */
    const void *giver;
    ProgramRow *alone; /* see row_eval_alone */
    bool alone_begun;  /* vec is as program_row_begin has left it */
    uint32_t *col;     /* all expressions are columns: which; no program runs then. Else NULL */
    Vec *vec;          /* n results of the last run, valid until the next */
    bool can_fail;
} RowEval;
/* Programs and arrays live in env->plan. */
int row_eval_open(RowEval *e, Op *op, const Schema *in, Expr *const *exprs, uint32_t n, Err *err);
/* Batches may come with values of these expressions (BatchExtra of `giver`). */
int row_eval_given(RowEval *e, const Schema *in, Expr *const *exprs, Expr *const *given, uint32_t n_given, const void *giver,
                   Err *err);
/* The operator has used what an evaluation gave before it asks for the next: batches of one row are evaluated in place. */
int row_eval_alone(RowEval *e, Err *err);
/* Those of rows that are not in error, in x's arena. */
int rows_without_error(const EvalCtx *x, Rows rows, Rows *ret);
/* Evaluates e->vec for the rows of `in`; *ret_rows: those without error.  The others go to the error port (quarantine, fail) or
 * have NULL where the failing expression stands (null). */
int row_eval_run(RowEval *e, Batch *in, Out *out, Rows *ret_rows);
/* The n results elsewhere, and whatever the number of rows, not in place. */
int row_eval_into(RowEval *e, Batch *in, Out *out, Vec *ret, Rows *ret_rows);
/* After the node itself has blamed rows of `in` in eval (time out of range): the same treatment for `rows`. */
int row_eval_blame(Op *op, Batch *in, Out *out, Rows rows, Rows *ret_rows);

/* ---- making batches ---- */
/* Rows, selection, weights and stamps of `in`. */
static inline void batch_stamp(Batch *b, const Batch *in)
{
    b->n_sel = in->n_sel;
    b->sel = in->sel;
    b->w = in->w;
    b->w_kind = in->w_kind;
    b->flags = (uint8_t)(BATCH_BORROWED | (in->flags & BATCH_LAST_OF_STEP));
    b->epoch = in->epoch;
    b->seq = in->seq;
    b->ptime_us = in->ptime_us;
}
/* Arena header of `schema` with the rows, selection, weights and stamps of `in`; columns are the caller's. */
Batch *batch_derive(Arena *arena, const Schema *schema, const Batch *in);
/* The same for one who writes all columns whole. */
Batch *batch_derive_bare(Arena *arena, const Schema *schema, const Batch *in);
/* Column c of rows taken from several batches, dense: ret[i] = from[i]'s row row[i]. */
int vec_collect(Vec *ret, Type type, const Batch *const *from, const uint16_t *row, uint32_t n, uint32_t c, Arena *arena);
/* The same with texts that stay where they are, which they do until the output has been used. */
int vec_gather_lent(Vec *ret, Type type, const Batch *const *from, const uint16_t *row, uint32_t n, uint32_t c, Arena *arena);
/* A CONST vector of one 8-byte value. */
int vec_const_i64(Vec *ret, Type type, int64_t v, uint32_t n, Arena *arena);
/* Concatenation of vectors of one type. */
int vec_concat(Vec *ret, const Vec *const *part, uint32_t n_parts, Arena *arena);
