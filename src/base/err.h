/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors.  A function that can fail returns int: 0 is success, a negative number is a failure (the negated ErrCode), a
 * positive number is an outcome that the function's header names.  The details go to an Err that the one who can report
 * owns; NULL is accepted everywhere and means "only the code is wanted".
 *
 *   return RAISE(err, ERR_NO_WATERMARK, "source \"%s\" has no watermark", name);
 *   return RAISE_AT(err, ERR_SYNTAX, span, "...");      with the position in the statement's text
 *   TRY(call(...));                                     passes a negative result on unchanged
 *
 * The strings are cut, never overflown: an Err is plain memory and needs no release. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ErrCode {
    ERR_NONE = 0,
#define E(name, number, sqlstate, api, text) ERR_##name,
#include "base/errors.def"
#undef E
    N_ERR_CODES
} ErrCode;

/* Bytes [pos, pos + len) of the statement's text; len 0 = a point.  SPAN_NONE when there is no position. */
typedef struct Span {
    uint32_t pos, len;
} Span;
#define SPAN_NONE ((Span){UINT32_MAX, 0})
static inline bool span_is_none(Span s)
{
    return s.pos == UINT32_MAX;
}

typedef struct Err {
    ErrCode code;
    Span at;               /* SPAN_NONE: no position */
    uint32_t line, column; /* 1-based, in characters; 0 until err_locate() was called */
    char message[512];
    char detail[512]; /* "" = none */
    char hint[256];   /* "" = none */
    const char *file; /* origin in our source, for XX000 */
    int file_line;
} Err;

#define ERR_INIT ((Err){.at = {UINT32_MAX, 0}})
/* The same for a local Err on a hot path: an Err is 1.3 KiB, and only these bytes have to be set. */
static inline void err_reset(Err *err)
{
    err->code = ERR_NONE;
    err->at = SPAN_NONE;
    err->line = err->column = 0;
    err->message[0] = err->detail[0] = err->hint[0] = 0;
    err->file = 0;
    err->file_line = 0;
}

/* Tells the optimizer that a failure is negative; else it follows the way on which TRY passes, and warns of what is not set
 * there. */
static inline int err_negative(int rc)
{
    if (rc >= 0)
        __builtin_unreachable();
    return rc;
}

/* Fills err (when not NULL) and gives the negative code, so that the caller writes `return RAISE(...)`. */
#define RAISE(err, code, ...) err_negative(err_raise((err), (code), SPAN_NONE, __FILE__, __LINE__, __VA_ARGS__))
#define RAISE_AT(err, code, span, ...) err_negative(err_raise((err), (code), (span), __FILE__, __LINE__, __VA_ARGS__))
/* Out of memory, without formatting. */
#define RAISE_NOMEM(err) err_negative(err_raise((err), ERR_OUT_OF_MEMORY, SPAN_NONE, __FILE__, __LINE__, "out of memory"))

/* The only macro in the tree that hides a return. */
#define TRY(call)                                                                                                                  \
    do {                                                                                                                           \
        int try_rc_ = (call);                                                                                                      \
        if (try_rc_ < 0)                                                                                                           \
            return try_rc_;                                                                                                        \
    } while (0)

int err_raise(Err *err, ErrCode code, Span at, const char *file, int file_line, const char *fmt, ...)
    __attribute__((format(printf, 6, 7), cold));
/* Add to an error already raised; all give back -err->code (or -ERR_INTERNAL for NULL) to be chained in a return.  err_hint_names:
 * after an unknown name, the one that was meant, or all that there are. */
int err_hint_names(Err *err, const char *name, size_t n_name, const char *const *names, size_t n_names) __attribute__((cold));
int err_hint(Err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3), cold));
int err_detail(Err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3), cold));
void err_clear(Err *err);
/* Computes line and column of err->at in `text` (UTF-8, n bytes). */
void err_locate(Err *err, const char *text, uint32_t n);

const char *err_sqlstate(ErrCode code); /* static, five characters */
int err_number(ErrCode code);           /* the n of LMn; 0 = none */
int err_api_code(ErrCode code);         /* code of laminar.h */
const char *err_class_text(ErrCode code);

/* A broken invariant of ours, never a matter of input.  Kept in release builds; kernels use KERNEL_ASSERT. */
#define ASSERT(cond) ((cond) ? (void)0 : assert_failed(#cond, __FILE__, __LINE__))
_Noreturn void assert_failed(const char *what, const char *file, int line) __attribute__((cold));
#ifdef NDEBUG
#define KERNEL_ASSERT(cond) ((void)0)
#else
#define KERNEL_ASSERT(cond) ASSERT(cond)
#endif

#define _cleanup_(f) __attribute__((cleanup(f)))
#define MOVE(p)                                                                                                                    \
    ({                                                                                                                             \
        __typeof__(p) move_tmp_ = (p);                                                                                             \
        (p) = NULL;                                                                                                                \
        move_tmp_;                                                                                                                 \
    })
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
/* Each argument is evaluated once, and compared in the type that both have in common; in constant expressions only literals do. */
#define LESSER_OR_GREATER(a, b, op, n)                                                                                             \
    ({                                                                                                                             \
        const __typeof__(1 ? (a) : (b)) UNIQUE_NAME(a_, n) = (a), UNIQUE_NAME(b_, n) = (b);                                        \
        UNIQUE_NAME(a_, n) op UNIQUE_NAME(b_, n) ? UNIQUE_NAME(a_, n) : UNIQUE_NAME(b_, n);                                        \
    })
#define UNIQUE_NAME(name, n) name##n
#define EXPANDED_FIRST(a, b, op, n) LESSER_OR_GREATER(a, b, op, n)
#define MIN(a, b) EXPANDED_FIRST(a, b, <, __COUNTER__)
#define MAX(a, b) EXPANDED_FIRST(a, b, >, __COUNTER__)
typedef __int128 i128;
typedef unsigned __int128 u128;
