/* SPDX-License-Identifier: Apache-2.0
 *
 * The loop over rows of the JSON families, and how they read arguments and give results. */
#include "func/json/json_impl.h"

static int set_null(EvalCtx *x, Vec *dst, uint32_t r)
{
    TRY(vec_add_valid(dst, x->arena));
    bit_clear(dst->valid, r);
    return 0;
}

/* Errors of the text itself are the row's. */
static int settle(JsonRun *t, int rc)
{
    if (rc == -ERR_UNTRANSLATABLE)
        return JSON_FAIL(t, ERR_UNTRANSLATABLE, "unsupported Unicode escape sequence: \\u0000 cannot be converted to text");
    if (rc == -ERR_NUMERIC_RANGE)
        return JSON_FAIL(t, ERR_NUMERIC_RANGE, "value overflows numeric format");
    if (rc == -ERR_INVALID_TEXT)
        return JSON_FAIL(t, ERR_INVALID_TEXT, "invalid input syntax for type json");
    return rc;
}

int json_run(KERNEL_ARGS, JsonRow fn)
{
    JsonRun t = {.x = x, .arg = arg, .n_args = n_args, .aux = aux, .type = dst->type};
    bool strings = type_is_string(dst->type.id);
    StrWriter w;
    int rc = 0;
    arena_init(&t.arena, x->arena->acct, 0);
    sb_init(&t.out, x->arena->acct);
    if (strings)
        strwriter_init(&w, dst, x->arena);
    for (uint32_t i = 0; i < rows.n && rc >= 0; i++) {
        t.row = row_at(rows, i);
        sb_clear(&t.out);
        t.num = 0;
        rc = settle(&t, fn(&t));
        if (rc == 0)
            rc = set_null(x, dst, t.row);
        if (rc >= 0 && t.out.failed)
            rc = -ERR_OUT_OF_MEMORY;
        if (strings && rc >= 0)
            rc = strwriter_put(&w, t.row, sb_cstr(&t.out), t.out.n);
        else if (dst->type.id == T_BOOL)
            bit_put(dst->data, t.row, t.num != 0);
        else if (!strings)
            ((int32_t *)dst->data)[t.row] = (int32_t)t.num;
        arena_reset(&t.arena);
    }
    sb_done(&t.out);
    arena_done(&t.arena);
    return rc < 0 ? rc : strings ? strwriter_finish(&w) : 0;
}

int json_arg(JsonRun *t, uint32_t i, JsonNode **ret)
{
    return json_tree(json_arg_text(t, i), &t->arena, ret);
}

int json_arg_of_value(JsonRun *t, uint32_t i, JsonNode **ret)
{
    Value v = json_arg_value(t, i);
    _cleanup_(sb_done) StrBuf b;
    sb_init(&b, t->arena.acct);
    json_print_value(&v, &b);
    if (b.failed)
        return -ERR_OUT_OF_MEMORY;
    TRY(json_tree(sb_str(&b), &t->arena, ret));
    return json_normalise(*ret, &t->arena);
}

int json_arg_path(JsonRun *t, uint32_t i, Str **ret, uint32_t *ret_n)
{
    Type type = t->arg[i]->type;
    Str bytes = json_arg_text(t, i);
    uint32_t n = 0;
    Str *path = ARENA_ARRAY(&t->arena, Str, array_count(type, bytes) + 1);
    if (!path)
        return -ERR_OUT_OF_MEMORY;
    ArrayReader r = array_read(type, bytes, &t->arena);
    int rc;
    for (Value v; (rc = array_next(&r, &v)) > 0;)
        path[n++] = v.is_null ? (Str){0} : v.str.p ? v.str : STR("");
    *ret = path;
    *ret_n = n;
    return rc;
}

int json_give(JsonRun *t, const JsonNode *n, bool as_text)
{
    if (!n || (as_text && n->type == JT_NULL))
        return 0;
    sb_putstr(&t->out, as_text && n->type == JT_STRING ? n->str : n->raw);
    return 1;
}

int json_give_tree(JsonRun *t, JsonNode *n)
{
    TRY(json_normalise(n, &t->arena));
    jsonb_print(n, &t->out);
    return 1;
}

bool json_step_index(Str step, int64_t *ret)
{
    return step.p && step.n > 0 && str_to_i64(step, ret) && *ret <= INT32_MAX && *ret >= INT32_MIN;
}
