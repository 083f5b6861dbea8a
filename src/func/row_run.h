/* SPDX-License-Identifier: Apache-2.0
 *
 * Kernels written for one row, for functions whose work per row is far more than the loop around it: JSON, regular expressions,
 * arrays. The function sees one row, may use an arena that is emptied after it, and leaves its result in `out` (texts, bytes,
 * arrays) or in the member of its type. */
#pragma once
#include "data/array.h"
#include "func/func_impl.h"

typedef struct RowRun {
    EvalCtx *x;
    const Vec *const *arg;
    uint32_t n_args, row;
    const void *aux;
    Type type; /* of the result */
    Arena arena;
    StrBuf out;
    void *kept; /* what the function keeps for the next rows of the call, from x->arena; NULL before the first */
    Str slice;  /* the result of one that row_run_slices runs: a part of the text of argument 0 */
    union {     /* BOOLEAN, integers, dates and times in num; cleared before each row */
        int64_t num;
        float f32;
        double f64;
        i128 dec;
        Interval iv;
        Uuid uuid;
    };
} RowRun;

/* 1: the result is there; 0: NULL, or ROW_FAIL has said why not; negative: what json_tree and the like return, or no memory. */
typedef int (*RowFn)(RowRun *t);
int row_run(KERNEL_ARGS, RowFn fn);
int row_run_slices(KERNEL_ARGS, RowFn fn);
#define ROW_FAIL(t, code, ...) (row_error((t)->x, (t)->row, (code), __VA_ARGS__), 0)

#define ROW_KERNEL(name, fn)                                                                                                       \
    static int name(KERNEL_ARGS)                                                                                                   \
    {                                                                                                                              \
        return row_run(x, arg, n_args, aux, dst, rows, fn);                                                                        \
    }

static inline bool row_is_null(const RowRun *t, uint32_t i)
{
    return null_at(t->arg[i], t->row);
}
static inline Value row_value(const RowRun *t, uint32_t i)
{
    return vec_get(t->arg[i], t->row & vec_mask(t->arg[i]));
}
static inline Str row_text(const RowRun *t, uint32_t i)
{
    return text_at(t->arg[i], t->row);
}
/* An INTEGER argument, or `otherwise` when the call has fewer. */
static inline int32_t row_int(const RowRun *t, uint32_t i, int32_t otherwise)
{
    return i < t->n_args ? ((const int32_t *)t->arg[i]->data)[t->row & vec_mask(t->arg[i])] : otherwise;
}
/* The texts of an argument of type TEXT[]: NULL elements have p == NULL. */
int row_texts(RowRun *t, uint32_t i, Str **ret, uint32_t *ret_n);
/* Puts text behind the elements of an array result. */
void row_put_element(RowRun *t, Str text, bool is_null);

/* The result of a kernel whose type only its arguments tell; what its RowFn returns. */
int row_put_value(RowRun *t, const Value *v);

/* ret_type of functions that give TEXT[]. */
int row_type_texts(const Type *args, uint32_t n_args, Type *ret, Err *err);
