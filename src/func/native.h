/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions of the program that opened the database: scalar ones, aggregates and those that give rows.  A Native is what
 * laminar_register_function was given, checked, together with the row of a function table (FuncDef) or the aggregate (AggType) that
 * stands for it, so that expressions and operators run it as they run any other.
 *
 * The program sees rows through a NativeCall: arguments and results by number of argument and row, converted from and to what is
 * asked for; never vectors of ours.  Its errors are those of rows.  While it runs, the thread's calls into the database are refused
 * (native_is_running): it may stand inside a step or below a lock. */
#pragma once
#include "data/arrow.h"
#include "func/agg.h"

typedef struct LaminarCall NativeCall; /* the handle of laminar.h */
typedef enum NativeKind { NATIVE_SCALAR, NATIVE_AGGREGATE, NATIVE_TABLE } NativeKind;

typedef struct NativeFns { /* as in laminar.h, where they are described */
    int32_t (*scalar)(NativeCall *call, size_t n_rows);
    int32_t (*arrow)(NativeCall *call, const struct ArrowSchema *schema, const struct ArrowArray *args,
                     struct ArrowSchema *ret_schema, struct ArrowArray *ret);
    int32_t (*table)(NativeCall *call);
    void (*init)(void *user_data, void *state);
    void (*step)(NativeCall *call, size_t n_rows, void *const *states, const int64_t *weights);
    void (*merge)(void *user_data, void *into, const void *from, int32_t sign);
    int32_t (*final)(NativeCall *call, size_t n_states, void *const *states);
    void (*drop)(void *user_data, void *state);
} NativeFns;

typedef struct Native {
    _Atomic uint32_t rc;
    Account *acct; /* pays for what its calls give; outlives it */
    NativeKind kind;
    char name[64];
    uint32_t n_args;
    Type arg[FUNC_ARGS_MAX];
    bool any_scale[FUNC_ARGS_MAX]; /* NUMERIC without limits: decimals come as they are */
    Type ret;                      /* of a table function: its row, or its only column */
    bool strict;
    bool is_volatile;
    bool invertible; /* AGGREGATE: step() takes rows back, and states are plain bytes */
    uint32_t state_bytes;
    NativeFns fn;
    void *user_data;
    void (*destroy)(void *user_data);
    Schema *args; /* ARROW: of the arguments; one reference */
    FuncDef def;  /* SCALAR, TABLE */
    AggType agg;  /* AGGREGATE */
} Native;

/* Fills def or agg from the rest of a native that is otherwise complete. */
void native_complete(Native *f);
void native_agg_complete(Native *f); /* its part for aggregates */
Native *native_ref(Native *f);
Native *native_unref(Native *f);               /* the last one calls destroy() */
bool native_is_running(void);                  /* the calling thread is inside a native function */
const Native *native_of_agg(const AggType *t); /* NULL: it is a built-in one */
/* Binds to arguments that the binder has cast to f->arg already. */
int native_agg_bind(AggSpec *s, const Type *args, uint32_t n_args, Err *err);

/* One call of the program: rows of vectors, or one row of values.  What is not given is NULL. */
struct LaminarCall {
    const Native *fn;
    Arena *arena;        /* texts, errors, converted values: until the call returns */
    uint32_t n;          /* rows, or states whose results are wanted */
    const uint16_t *row; /* NULL: i itself */
    const Vec *const *arg;
    const Value *value; /* instead of arg */
    Type ret;           /* of each result; of a row of several columns the fields count */
    Value *result;      /* n of them; TABLE: one per column */
    const char **error; /* by row; NULL = none so far */
    const char *failed; /* of the whole call, first */
    bool no_memory;
    StrBuf *rows; /* TABLE: the rows that were given */
    uint32_t n_rows;
};
Value native_arg(NativeCall *c, size_t arg, size_t row);
/* The argument as a value of type t; what cannot be converted is an error of the row. */
Value native_arg_as(NativeCall *c, size_t arg, size_t row, Type t);
/* The result of a row, converted; texts are copied. */
void native_return(NativeCall *c, size_t i, const Value *v);
void native_return_text(NativeCall *c, size_t i, const char *p, size_t n);
void native_error(NativeCall *c, size_t row, const char *message);
/* The columns of a row of a TABLE have been returned: the next begins. */
void native_row_done(NativeCall *c);
/* Makes the call, run() being one of fn: the thread is inside meanwhile.  0: what was returned holds; else it has failed. */
void native_enter(void);
void native_leave(void);

/* native_arrow.c: the call of a scalar function in whole columns; 0, or what the function returned. */
int native_call_arrow(NativeCall *c);
