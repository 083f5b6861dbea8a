/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the JSON families: the loop over rows.  A function sees one row; it builds trees in an arena that is emptied after each
 * row, and leaves text in `out` or a number in `num`. */
#pragma once
#include "data/array.h"
#include "data/json.h"
#include "func/func_impl.h"

typedef struct JsonRun {
    EvalCtx *x;
    const Vec *const *arg;
    uint32_t n_args, row;
    const void *aux;
    Type type; /* of the result */
    Arena arena;
    StrBuf out;
    int64_t num; /* BOOLEAN and INTEGER results */
} JsonRun;

/* 1: the result is in out or num; 0: NULL, or JSON_FAIL has said why not; or what json_tree and the like return. */
typedef int (*JsonRow)(JsonRun *t);
int json_run(KERNEL_ARGS, JsonRow fn);
#define JSON_FAIL(t, code, ...) (row_error((t)->x, (t)->row, (code), __VA_ARGS__), 0)

#define JSON_KERNEL(name, fn)                                                                                                      \
    static int name(KERNEL_ARGS)                                                                                                   \
    {                                                                                                                              \
        return json_run(x, arg, n_args, aux, dst, rows, fn);                                                                       \
    }

static inline bool json_arg_null(const JsonRun *t, uint32_t i)
{
    return null_at(t->arg[i], t->row);
}
static inline Value json_arg_value(const JsonRun *t, uint32_t i)
{
    return vec_get(t->arg[i], t->row & vec_mask(t->arg[i]));
}
static inline Str json_arg_text(const JsonRun *t, uint32_t i)
{
    return text_at(t->arg[i], t->row);
}
static inline bool json_arg_is_binary(const JsonRun *t, uint32_t i)
{
    return t->arg[i]->type.id == T_JSONB;
}
/* The argument as a tree. */
int json_arg(JsonRun *t, uint32_t i, JsonNode **ret);
/* The argument as a tree of JSONB, whatever its type is. */
int json_arg_of_value(JsonRun *t, uint32_t i, JsonNode **ret);
/* The texts of an argument of type TEXT[]: NULL elements have p == NULL. */
int json_arg_path(JsonRun *t, uint32_t i, Str **ret, uint32_t *ret_n);
/* Result: the node as it is written, or as text: strings without quotes, null as NULL. */
int json_give(JsonRun *t, const JsonNode *n, bool as_text);
/* Result: a tree that was changed, of type JSONB. */
int json_give_tree(JsonRun *t, JsonNode *n);
/* A whole text as an integer, as steps of paths are. */
bool json_step_index(Str step, int64_t *ret);

#define FN_JSON (FN_STRICT | FN_ERR | FN_NULLABLE)
