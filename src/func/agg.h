/* SPDX-License-Identifier: Apache-2.0
 *
 * Aggregate functions as data (design 4.2).  States are plain bytes inside the group's row in a state table: fixed size, movable,
 * position independent, 16-byte aligned, no pointers.  Aggregates that need all their input values to take one back (MIN under
 * deletes, percentiles, string_agg) have no bytes of their own: the operator keeps a counted, ordered multiset per group and asks
 * `final_multi`.
 *
 * Variable-length values in a plain state (MIN(text) on append-only input) use AggText: up to 16 bytes inline prefix + a handle of
 * the AggHeap that the operator provides. */
#pragma once
#include "func/func.h"

typedef enum AggFlags {
    AGG_LINEAR = 1,            /* state(A + B) = state(A) + state(B): partials may be added in any order with weights */
    AGG_MERGEABLE = 2,         /* merge() */
    AGG_INVERTIBLE = 4,        /* merge() with sign -1; add with negative weights */
    AGG_NEEDS_MULTISET = 8,    /* as bound: state is the multiset of (order keys, value) */
    AGG_ORDERED = 16,          /* result depends on an order (FIRST/LAST, ARG_MIN, string_agg) */
    AGG_IGNORES_DISTINCT = 32, /* MIN, MAX, BOOL_AND: DISTINCT changes nothing */
    AGG_USES_HEAP = 64,        /* the state refers to the AggHeap whatever the types are */
    AGG_KEEPS_NULLS = 256,     /* NULL is a value like any other */
    AGG_FEW_VALUES = 128,      /* the multiset has few different elements, whatever the input */
} AggFlags;

typedef enum AggTraits {                        /* of a type: how its calls are written */
                         AGG_TAKES_PARAM = 1,   /* the last argument, if there are two, is a constant: AggSpec.param */
                         AGG_WITHIN_GROUP = 2,  /* WITHIN GROUP (ORDER BY x) gives the first argument; elsewhere it is the same as
                                                   ORDER BY inside */
                         AGG_BY_EVENT_TIME = 4, /* without ORDER BY it goes by event time */
                         AGG_PAIRS = 8,         /* two arguments, name and value, become the text of a member of a JSON object */
                         AGG_LISTS = 16, /* the result lists the values, without ORDER BY in the order of their rows: that of OVER,
                                            or that in which they come to a query that ends; else in their own */
                         AGG_BY_ORDER = 32, /* which rows of equal rank come first shows in the result: states cannot be merged
                                               whose rows came by turns */
} AggTraits;

typedef struct AggType AggType;
/* Items of ORDER BY in an aggregate; more than AGG_ORDER_APART of them are taken together as far as they go the same way. */
#define AGG_ORDER_MAX 16
#define AGG_ORDER_APART 4
typedef struct AggSpec { /* one bound aggregate; lives as long as the plan */
    const AggType *type;
    uint32_t flags; /* as bound */
    uint32_t n_args;
    Type arg[4];
    Type ret;
    bool distinct;
    bool retractable;     /* the input may carry deletes */
    bool arg_desc;        /* WITHIN GROUP (ORDER BY x DESC) */
    bool arg_not_null;    /* argument 0 is proven not null */
    bool count_star;      /* COUNT(*): the operator's own row count; no state */
    bool by_arrival;      /* the last order column is a number that the operator gives to each row that comes */
    uint32_t state_bytes; /* 0 with AGG_NEEDS_MULTISET or count_star */
    /* Multiset element: n_order leading order columns then the value column(s); desc flags per order column. */
    uint32_t n_order;
    Type order[AGG_ORDER_MAX];
    bool order_desc[AGG_ORDER_MAX], order_nulls_first[AGG_ORDER_MAX];
    Value param; /* constant argument (separator, fraction), null when none */
} AggSpec;

/* Keeps texts longer than 12 bytes for plain states; implemented by the operator over its state table. */
typedef struct AggHeap AggHeap;
struct AggHeap {
    int (*put)(AggHeap *h, const char *p, size_t n, uint64_t *ret_ref); /* 0 or -ERR_OUT_OF_MEMORY */
    Str (*get)(AggHeap *h, uint64_t ref);
    void (*drop)(AggHeap *h, uint64_t ref);
};

typedef struct AggCtx {
    EvalCtx *eval; /* row errors (SUM overflow) and scratch */
    AggHeap *heap;
    const char *failed; /* final_multi: what it has to say of the error it returns; NULL = nothing */
} AggCtx;

/* Read access to a group's multiset, ascending by (order columns, value); rows with count <= 0 are skipped. */
typedef struct AggMulti AggMulti;
struct AggMulti {
    int64_t (*total)(AggMulti *m); /* sum of positive counts */
    /* k-th element counting multiplicity, 0 <= k < total; columns as in AggSpec order then value; strings valid until the next
     * call. */
    int (*nth)(AggMulti *m, int64_t k, Value *ret_cols, int64_t *ret_count);
    int (*each)(AggMulti *m, int (*fn)(void *self, const Value *cols, int64_t count), void *self);
};

struct AggType {
    const char *name;
    const char *aliases; /* "a|b" or NULL */
    const char *forms;   /* what it takes and gives, for people: "integer -> bigint|interval -> interval" */
    const char *help;
    const char *example;
    uint32_t traits;
    /* Resolves argument types: fills flags, arg (types to cast to), ret, state_bytes, order for the given retractable/distinct.
     * -ERR_UNDEFINED_FUNCTION when the types do not fit. */
    int (*bind)(AggSpec *spec, const Type *args, uint32_t n_args, Err *err);
    void (*init)(const AggSpec *s, uint8_t *state);
    /* state[i] belongs to the i-th selected row; weight of physical row r: w ? w[r] : w_all.  Rows where an argument is NULL are
     * skipped by the aggregate (COUNT(x), SUM(x), ...).  Args are FLAT or CONST. 0 or -ERR_OUT_OF_MEMORY. */
    int (*add)(const AggSpec *s, AggCtx *x, uint8_t *const *state, const Vec *const *arg, const int32_t *w, int32_t w_all,
               Rows rows);
    /* The same when all rows belong to one group; NULL = add() is used. */
    int (*add_one)(const AggSpec *s, AggCtx *x, uint8_t *state, const Vec *const *arg, const int32_t *w, int32_t w_all, Rows rows);
    /* The same for the usual batch: one argument, FLAT, without NULLs, all n rows in order, weight 1; the i-th row's state lies at
     * row[i] + at.  count_at: where 64 bits of the row count it, so that this needs no pass of its own; 0 = not.  false: not for
     * this type of argument, nothing was done.  NULL = add() is used. */
    bool (*add_dense)(const AggSpec *s, uint8_t *const *row, size_t at, size_t count_at, const Vec *arg, uint32_t n);
    /* Whether the state of 64-bit integers is their 128-bit sum with the count of them at *ret_n_at, and nothing else changes: then
     * others may add to it in loops of their own.  NULL = no. */
    bool (*is_sum)(const AggSpec *s, uint32_t *ret_n_at);
    int (*merge)(const AggSpec *s, AggCtx *x, uint8_t *dst, const uint8_t *src, int sign);
    /* Result of n states into rows 0..n-1 of out (scratch FLAT vector of s->ret; add validity when a result is NULL).  An overflow
     * found here is row_error(eval, i). */
    int (*final)(const AggSpec *s, AggCtx *x, const uint8_t *const *state, uint32_t n, Vec *out);
    int (*final_multi)(const AggSpec *s, AggCtx *x, AggMulti *m, Arena *arena, Value *ret);
    int extreme;               /* final_multi gives the least (-1) or the greatest (1) element; 0 = something else */
    double (*round)(double v); /* of the DOUBLE values of a multiset, before they are counted; NULL = none */
    void (*drop)(const AggSpec *s, AggCtx *x, uint8_t *state); /* releases heap texts; NULL = nothing */
};

const AggType *agg_find(Str name); /* name or alias, lower case; NULL */
const AggType *agg_at(uint32_t index);
/* The i-th of its names (the first is its own) and of its forms; false behind the last. */
bool agg_name_at(const AggType *t, uint32_t i, Str *ret);
bool agg_form_at(const AggType *t, uint32_t i, Str *ret_args, Str *ret_result);
/* retractable, distinct and arg_not_null must be set in *spec by the caller before. */
int agg_bind_type(AggSpec *spec, const AggType *type, const Type *args, uint32_t n_args, Span at, Err *err);
int agg_bind(AggSpec *spec, Str name, const Type *args, uint32_t n_args, Span at, Err *err);
