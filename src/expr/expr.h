/* SPDX-License-Identifier: Apache-2.0
 *
 * Typed expressions, made by the binder, read by the rules, compiled by program.h.  Trees live in an arena and are immutable after
 * construction.  The constructors do overload resolution and insert casts, so the binder never handles types itself. */
#pragma once
#include "base/zone.h"
#include "func/agg.h"
#include "func/cast.h"

typedef enum ExprKind {
    EXPR_CONST,
    EXPR_COLUMN, /* column `col` of the input */
    EXPR_PARAM,  /* $n: col = n - 1 */
    EXPR_CALL,   /* fn on args */
    EXPR_CAST,   /* cast on arg[0]; try_cast gives NULL instead of an error */
    EXPR_CASE,   /* arg: when, then, when, then, ..., else (always present; conditions are boolean) */
    EXPR_AND,    /* n-ary, three-valued, not evaluated beyond a decided row */
    EXPR_OR,
    EXPR_COALESCE,
    EXPR_IN,    /* arg[0] IN constants arg[1..]; all of one type */
    EXPR_VALUE, /* the value that a domain's condition is about; only inside a domain check */
} ExprKind;

typedef struct Expr Expr;
struct Expr {
    ExprKind kind;
    Type type;
    bool not_null; /* proven */
    bool try_cast;
    bool is_volatile; /* contains a volatile call */
    bool is_stable;   /* contains now() or watermark() */
    bool can_fail;
    Span at;
    uint32_t col;
    uint32_t n_args;
    Expr **arg;
    const FuncDef *fn;
    const CastDef *cast;
    const TimeZone *zone; /* of a call or cast that goes by the zone in use: the one in which it was bound; NULL = UTC, or any */
    Value value;
    Type *infer; /* a constant that stands for a parameter of unknown type: the type it is converted to is kept there */
};

Expr *expr_const(Arena *a, const Value *v, Span at); /* all constructors: NULL = out of memory where no Err is taken */
Expr *expr_column(Arena *a, uint32_t col, Type t, bool not_null, Span at);
/* Resolves `name` (function or operator) over the arguments and inserts implicit casts. */
int expr_call(Arena *a, Str name, Expr *const *args, uint32_t n_args, Span at, Expr **ret, Err *err);
/* The same of a function that is chosen already: arguments are converted to arg. */
int expr_call_def(Arena *a, const FuncDef *fn, const Type *arg, Type type, Expr *const *args, uint32_t n_args, Span at, Expr **ret,
                  Err *err);
/* The function over args, of which the last is an array whose elements are arguments: how many, only its rows know (spread.c). */
int expr_spread(Arena *a, Str name, Expr *const *args, uint32_t n, Span at, Expr **ret, Err *err);
typedef struct DomainRules { /* what a domain says of a value */
    const char *name;
    bool not_null;
    bool elements; /* of the elements of the array that e is */
    bool tries;    /* what does not fit is NULL */
    uint32_t n;
    Expr **condition; /* over expr_value() */
    const char **constraint;
} DomainRules;
/* e, held to them (domain_check.c): a row whose value does not fit is in error. */
int expr_domain_check(Arena *a, Expr *e, const DomainRules *d, Expr **ret, Err *err);
Expr *expr_value(Arena *a, Type t, Span at);
bool expr_is_domain_check(const Expr *e);
/* -ERR_CANNOT_COERCE when no cast exists, -ERR_DATATYPE_MISMATCH when none exists in a context but EXPLICIT; constants (and unknown
 * literals) are converted at once with the literal's position in the error. */
Type expr_param_type(Type to); /* of a parameter that stands where `to` is asked for: without its limits */
int expr_cast(Arena *a, Expr *e, Type to, CastContext context, bool try_cast, Expr **ret, Err *err);
/* The literal is 'now', 'today', 'tomorrow' or 'yesterday' of a date or timestamp. */
bool expr_is_moment(const Value *v, Type to);
/* The literal is a time without an offset, to become a TIMETZ in a zone whose offset depends on the date: then it is today's. */
bool expr_is_time_alone(const Value *v, Type to);
/* e as a condition of a clause ("WHERE", "NOT"): a boolean or an untyped literal, else -ERR_DATATYPE_MISMATCH. */
int expr_condition(Arena *a, Expr *e, const char *clause, Expr **ret, Err *err);
int expr_logic(Arena *a, ExprKind and_or, Expr *const *args, uint32_t n_args, Span at, Expr **ret,
               Err *err); /* flattens nested ones */
int expr_case(Arena *a, Expr *const *whens, Expr *const *thens, uint32_t n, Expr *otherwise /* NULL = NULL */, Span at, Expr **ret,
              Err *err);
int expr_coalesce(Arena *a, Expr *const *args, uint32_t n_args, Span at, Expr **ret, Err *err);
int expr_in(Arena *a, Expr *e, Expr *const *list, uint32_t n, bool negate, Span at, Expr **ret,
            Err *err); /* non-constants become ORs */
/* Brings n expressions to the type that they are compared as (IN, NULLIF, keys of joins), or to the one that a result of all of
 * them has (UNION, VALUES, CASE). */
int expr_unify(Arena *a, Expr **exprs, uint32_t n, const char *what, Err *err);
int expr_unify_results(Arena *a, Expr **exprs, uint32_t n, const char *what, Err *err);

/* Constant folding (design 2.5): pure calls on constants; if it raises, the call stays. */
Expr *expr_fold(Arena *a, Expr *e);
/* Value of a constant expression (after folding); -ERR_INVALID_PARAMETER with `what` when it is not constant; raises what it
 * raises. */
int expr_const_value(Arena *a, Expr *e, const char *what, Value *ret, Err *err);
/* The same at a moment: now() is that. */
typedef struct ExprRandom { /* where random values come from */
    uint64_t (*rand64)(void *self);
    void *self;
    const Sequences *sequences; /* NULL = there are none */
} ExprRandom;
/* The same of an expression that may be of random values; it reads no row. */
int expr_value_random(Arena *a, Expr *e, int64_t now_us, const ExprRandom *random, Value *ret, Err *err);
int expr_value_at(Arena *a, Expr *e, const char *what, int64_t now_us, Value *ret, Err *err);
/* A call or cast whose result depends on the zone in use (Expr.zone), or on its style. */
bool expr_is_zoned(const Expr *e);
bool expr_equal(const Expr *a, const Expr *b);
uint64_t expr_hash(const Expr *e);
void expr_print(const Expr *e, const Schema *input /* names; NULL = #n */, StrBuf *b);
/* Sets bit i for each input column i used. bits has BIT_WORDS(n) words. */
void expr_columns(const Expr *e, uint64_t *bits);
bool expr_uses_only(const Expr *e, const uint64_t *bits, uint32_t n_bits);
/* Copy with column i replaced by map[i] (a whole expression over another input); used to push filters down and merge projections.
 */
Expr *expr_substitute(Arena *a, const Expr *e, Expr *const *map);
/* What is known about e from its arguments (not_null, can_fail ..), after they were replaced. */
void expr_derive(Expr *e);
/* If e is nondecreasing in input column `col` and uses no other column: true. Drives watermark derivation. */
bool expr_is_nondecreasing(const Expr *e, uint32_t *ret_col);
/* Also of a zone's clock, which is set back at times: a watermark passes such an expression, but as the least value behind it. */
bool expr_rises(const Expr *e, uint32_t *ret_col);
/* Applies such an e to one timestamp: what a watermark on the input column means for the output. false = cannot (error, NULL). */
bool expr_apply_scalar(const Expr *e, const Value *in, Arena *scratch, Value *ret);
