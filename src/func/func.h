/* SPDX-License-Identifier: Apache-2.0
 *
 * SQL functions and operators as data (design 2.6): one static table per family (fn_math.c, fn_text.c, ...), rows with signature,
 * null handling, error capability, determinism, monotonicity per argument, help and example.  Overload resolution follows
 * PostgreSQL's rules over the cast table (cast.h). */
#pragma once
#include "kernel/kernel.h"

#define FUNC_ARGS_MAX 8 /* fixed arguments; variadic functions take up to 100 */
#define CALL_ARGS_MAX 100

typedef enum FuncFlags {
    FN_STRICT = 1,       /* NULL in, NULL out: the evaluator ANDs validity, the kernel never sees nulls */
    FN_ERR = 2,          /* can raise a row error: runs only on rows that need it */
    FN_VOLATILE = 4,     /* random(), uuid */
    FN_STABLE = 8,       /* now(), watermark(): constant within a step */
    FN_VARIADIC = 16,    /* last argument type repeats */
    FN_OPERATOR = 32,    /* name is an operator: "+", "||" */
    FN_WINDOW = 64,      /* TUMBLE, HOP, ...: recognised by the binder, not callable elsewhere */
    FN_CHEAP = 128,      /* worth evaluating once per dictionary entry or on all lanes */
    FN_INTERNAL = 256,   /* not offered in help */
    FN_LANES = 512,      /* FN_ERR, but may run over null lanes: it asks dst->valid before it blames a row */
    FN_NULLABLE = 1024,  /* strict, but may give NULL for arguments that are not NULL */
    FN_NOT_NULL = 2048,  /* never gives NULL, whatever the arguments */
    FN_BLANKS = 8192,    /* sees the blanks at the end of a CHAR(n); other functions of texts do not */
    FN_SEQUENCE = 16384, /* nextval() and its kin: only in statements that run once */
    FN_ZONED = 32768,    /* of moments, by the clock of the zone in use (base/zone.h) */
    FN_TYPED = 4096,     /* not for untyped literals: PostgreSQL has no such overload, and they mean one of its own */
} FuncFlags;

typedef enum Monotone {
    MONO_NONE,
    MONO_NONDEC,
    MONO_NONDEC_IF_CONST_POSITIVE,
    MONO_NONINC,
    MONO_NONDEC_BY_FIELD,   /* by the field that the other argument names: the epoch and years, not hours */
    MONO_NONDEC_BY_CHANGES, /* nondecreasing between the changes of the zone that the other argument names */
    MONO_NONDEC_BY_UNITS,   /* of times that are cut to hours or longer, for no clock jumps over two of those */
} Monotone;                 /* in one argument, others constant */

/* Type patterns of signatures beyond plain TypeIds. */
enum {
    TP_ANY = N_TYPES, /* anything */
    TP_ANYELEMENT,    /* anything, all TP_ANYELEMENT arguments of one common type */
    TP_ANYNUMERIC,    /* any numeric type */
    TP_TO_TEXT,       /* anything, cast to TEXT (||) */
    TP_ANYARRAY,      /* an array whose elements have the type of the TP_ANYELEMENT arguments */
    TP_TEXTARRAY,     /* an array of TEXT */
    TP_INTARRAY,      /* an array of INTEGER */
    TP_ANYMULTIRANGE, /* a multirange; of the ranges that the TP_ANYRANGE arguments are */
    TP_ANYRANGE,      /* a range; all of one type, of whose bounds' type the TP_ANYELEMENT arguments are */
    TP_NONE = 255,
};

/* How several calls of one function are done in one. */
typedef struct FuncTogether {
    /* Whether a call with these constants (NULL: not constant) may be among them; such calls raise nothing. */
    bool (*takes)(const Value *const *consts, uint32_t n_args);
    /* arg: all arguments but the last, FLAT or CONST; last[i]: the last one of the i-th call; dst[i]: its result. */
    int (*kernel)(const Vec *const *arg, const Vec *const *last, uint32_t n, Vec *const *dst, Rows rows);
} FuncTogether;
#define FUNC_TOGETHER_MAX 16 /* calls in one */

typedef struct FuncDef FuncDef;
struct FuncDef {
    const char *name;
    uint8_t n_args;
    uint8_t arg[FUNC_ARGS_MAX]; /* TypeId or TP_ */
    uint8_t ret;                /* TypeId, TP_ANYELEMENT, TP_ANYARRAY or TP_ANYRANGE (of the arguments) */
    Kernel kernel;
    uint32_t flags;
    uint8_t mono[FUNC_ARGS_MAX]; /* Monotone */
    const char *help;            /* one line */
    const char *example;         /* "upper('a') -> 'A'" */
    const char *signature;       /* of FN_WINDOW, whose arguments the binder knows; NULL = that of arg */
    const char *arg_names;       /* "days|hours": arguments may be given by name, and those left out are 0; NULL = no names */
    /* Exact result type when it depends on precision and scale or lengths. NULL = plain `ret`. */
    int (*ret_type)(const Type *args, uint32_t n_args, Type *ret, Err *err);
    /* Narrows *ret further when arguments are constant: round(decimal, 2).  consts[i] is NULL when argument i is not. NULL =
     * nothing. */
    void (*refine)(const Value *const *consts, const Type *args, uint32_t n_args, Type *ret);
    /* At compile time; consts[i] is NULL when argument i is not constant.  May leave *ret_aux NULL. */
    int (*prepare)(Arena *arena, const Value *const *consts, uint32_t n_args, Type ret, void **ret_aux, Err *err);
    const void *self; /* the kernel's aux when there is no prepare */
    /* Calls over the same rows whose last arguments are different constants, all others the same: all results in one walk. NULL =
     * each by itself. */
    const FuncTogether *together;
};

/* Chosen overload: the types the arguments must be cast to, and the result. */
typedef struct FuncMatch {
    const FuncDef *def;
    Type arg[CALL_ARGS_MAX];
    Type ret;
} FuncMatch;
/* name: folded to lower case for functions, as is for operators.  args may be T_UNKNOWN (untyped literals, NULL).
 * -ERR_UNDEFINED_FUNCTION (message lists the argument types; hint: nearest name or the candidates), -ERR_AMBIGUOUS_FUNCTION. */
int func_resolve(Str name, const Type *args, uint32_t n_args, Span at, FuncMatch *ret, Err *err);
bool func_exists(Str name);         /* any overload */
const char *func_nearest(Str name); /* of functions and aggregates, for a hint; NULL when none is near */
/* Whether a time zone's name means a fixed offset from UTC. */
bool func_zone_offset(Str name, int64_t *ret_east_us);
/* Whether what it gives for such arguments depends on the zone in use, so that it has to run in the zone that it was bound in. */
bool func_is_zoned(const FuncDef *f, const Type *args, uint32_t n_args, Type ret);
/* The same of the style in use (base/text_style.h). */
bool func_is_styled(const FuncDef *f, const Type *args, uint32_t n_args, Type ret);
const char *func_arg_names(Str name); /* arg_names of the function, NULL = none */
/* "integer, text": the types of its arguments; and one of them, or of its result. */
void func_signature(const FuncDef *d, StrBuf *out);
const char *func_type_name(uint8_t pattern);
/* "integer, text": as PostgreSQL names them. */
void func_print_types(const Type *args, uint32_t n, const char *separator, char *buf, size_t cap);
/* Every row in turn, from {0}; NULL after the last. n: how many have been given, so the row's number is n - 1. */
typedef struct FuncCursor {
    uint32_t family, index, n;
} FuncCursor;
const FuncDef *func_next(FuncCursor *c);
