/* SPDX-License-Identifier: Apache-2.0
 *
 * How the JSON families read arguments and give results. */
#include "func/json/json_impl.h"

int json_arg(RowRun *t, uint32_t i, JsonNode **ret)
{
    return json_tree(row_text(t, i), &t->arena, ret);
}

int json_arg_of_value(RowRun *t, uint32_t i, JsonNode **ret)
{
    Value v = row_value(t, i);
    _cleanup_(sb_done) StrBuf b;
    sb_init(&b, t->arena.acct);
    json_print_value(&v, &b);
    if (b.failed)
        return -ERR_OUT_OF_MEMORY;
    TRY(json_tree(sb_str(&b), &t->arena, ret));
    return json_normalise(*ret, &t->arena);
}

int json_give(RowRun *t, const JsonNode *n, bool as_text)
{
    if (!n || (as_text && n->type == JT_NULL))
        return 0;
    sb_putstr(&t->out, as_text && n->type == JT_STRING ? n->str : n->raw);
    return 1;
}

int json_give_tree(RowRun *t, JsonNode *n)
{
    TRY(json_normalise(n, &t->arena));
    jsonb_print(n, &t->out);
    return 1;
}

bool json_step_index(Str step, int64_t *ret)
{
    return step.p && step.n > 0 && str_to_i64(step, ret) && *ret <= INT32_MAX && *ret >= INT32_MIN;
}
