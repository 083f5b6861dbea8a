/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the JSON families: arguments as trees, results out of them.  A function sees one row (row_run.h). */
#pragma once
#include "data/array.h"
#include "data/json.h"
#include "func/row_run.h"

static inline bool json_arg_is_binary(const RowRun *t, uint32_t i)
{
    return t->arg[i]->type.id == T_JSONB;
}
/* The argument as a tree. */
int json_arg(RowRun *t, uint32_t i, JsonNode **ret);
/* The argument as a tree of JSONB, whatever its type is. */
int json_arg_of_value(RowRun *t, uint32_t i, JsonNode **ret);
/* Result: the node as it is written, or as text: strings without quotes, null as NULL. */
int json_give(RowRun *t, const JsonNode *n, bool as_text);
/* A name: the value's JSON, in quotes. 0: the row's error. */
int json_put_key(RowRun *t, const Value *key);
/* Result: a tree that was changed, of type JSONB. */
int json_give_tree(RowRun *t, JsonNode *n);
/* A whole text as an integer, as steps of paths are. */
bool json_step_index(Str step, int64_t *ret);

#define FN_JSON (FN_STRICT | FN_ERR | FN_NULLABLE)
