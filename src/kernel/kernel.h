/* SPDX-License-Identifier: Apache-2.0
 *
 * What every kernel gets.  A kernel is a loop over vectors: no plan, no names, no allocation but the step's arena.  Arguments are
 * FLAT or CONST (the evaluator flattens dictionaries or evaluates strict, cheap functions on the dictionary); dst is a FLAT scratch
 * vector of batch size whose data the kernel fills for `rows` (total kernels may fill all n lanes when rows.sel == NULL).  A kernel
 * that is not strict and finds one value for all rows may make it CONST.
 *
 * Row errors (design 2.3, 2.4) are data, not Err: row_error() marks the physical row; the row's result is then meaningless.  The
 * owner of the EvalCtx decides what happens to such rows (quarantine, statement error). */
#pragma once
#include "data/batch.h"
#include "data/value.h"

typedef enum SequenceCall {
    SEQUENCE_NEXT,
    SEQUENCE_CURRENT,
    SEQUENCE_LAST,
    SEQUENCE_SET,
    SESSION_SEED, /* setseed(): the bits of the number */
    SESSION_TRANSACTION,
    SESSION_LOCK, /* pg_advisory_lock() and its kin */
    SESSION_UNLOCK,
    SESSION_UNLOCK_ALL,
} SequenceCall;
enum { LOCK_SHARED = 1, LOCK_OF_TRANSACTION = 2, LOCK_OF_PAIR = 4 };
typedef struct SequenceAsk { /* a call of nextval() and its kin, or of what else the session keeps */
    SequenceCall call;
    Str name;      /* not of lastval() */
    int64_t value; /* setval(); of a lock its key */
    bool is_called;
    uint32_t lock; /* LOCK_.. */
} SequenceAsk;
typedef struct Sequences { /* who answers them */
    int (*ask)(void *self, const SequenceAsk *ask, int64_t *ret, Err *err);
    void *self;
    uint64_t *random_seed; /* of setseed(): random() draws from it; NULL, 0 = it does not */
} Sequences;

typedef struct EvalCtx {
    Arena *arena;                   /* scratch, lives for the step */
    int64_t now_us;                 /* the step's logged processing time: now() */
    int64_t watermark_us;           /* current watermark of the input, INT64_MIN = none: watermark() */
    uint64_t (*rand64)(void *self); /* volatile functions; NULL = not allowed here */
    void *rand_self;
    const Sequences *sequences; /* NULL = not to be had here */
    uint32_t n_rows;            /* physical rows of the batch being evaluated */
    uint64_t *err;              /* bitmap of rows in error; NULL until the first */
    uint16_t *err_code;         /* by row: ErrCode */
    const char **err_text;      /* by row: message in the arena */
    Span *err_at;               /* by row: of the expression that raised; len 0 = of none */
    Span at;                    /* of the expression that runs now, in the text of the statement; len 0 = none */
    uint32_t n_errors;
} EvalCtx;

/* Marks a row in error; the first error of a row stays.  Cold.  Message as printf; NULL = the code's class text. */
void row_error(EvalCtx *x, uint32_t row, ErrCode code, const char *fmt, ...) __attribute__((format(printf, 4, 5), cold));
/* Where the error of a row is in the statement, for RAISE_AT. */
static inline Span row_error_at(const Span *err_at, uint32_t row)
{
    return err_at && err_at[row].len ? err_at[row] : SPAN_NONE;
}
/* The error of a row of `from`, which has one, as the error of a row of x. */
void row_error_copy(EvalCtx *x, uint32_t row, const EvalCtx *from, uint32_t from_row) __attribute__((cold));
static inline bool row_has_error(const EvalCtx *x, uint32_t row)
{
    return x->err && bit_get(x->err, row);
}
static inline void eval_ctx_clear(EvalCtx *x, uint32_t n_rows) /* before each batch */
{
    x->n_rows = n_rows;
    x->err = NULL;
    x->err_code = NULL;
    x->err_text = NULL;
    x->err_at = NULL;
    x->n_errors = 0;
}

/* aux: what FuncDef.prepare made of constant arguments (compiled pattern, set), or NULL.  0 or -ERR_OUT_OF_MEMORY. */
typedef int (*Kernel)(EvalCtx *x, const Vec *const *arg, uint32_t n_args, const void *aux, Vec *dst, Rows rows);

/* Group of loops used by more than one folder. */
/* hash[i] of the i-th of `rows` over key columns, combined left to right (base/hash.h). */
void kernel_hash(const Vec *const *keys, uint32_t n_keys, Rows rows, uint64_t *ret_hash);
/* Which of n > 0 hashes another one is equal to, by their places: mostly few or none.  ret_first: of each the first one like it. */
int kernel_repeated(const uint64_t *hash, uint32_t n, Arena *arena, uint32_t *ret_first, uint32_t *ret, uint32_t *ret_n);
/* Selection of rows where boolean v is true (not null, not false); returns how many. out may alias rows.sel's storage. */
uint32_t kernel_select_true(const Vec *v, Rows rows, uint16_t *ret_sel);
/* Whether from <= v[r] < to in all rows. */
bool kernel_within(const int64_t *v, Rows rows, int64_t from, int64_t to);
/* Three-way comparison of row a of x with row b of y (same type); NULL sorts as the largest; ORDER BY's order. */
int kernel_cmp_rows(const Vec *x, uint32_t a, const Vec *y, uint32_t b);
