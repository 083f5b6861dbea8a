/* SPDX-License-Identifier: Apache-2.0
 *
 * j['a'][0] = value: unlike jsonb_set() it makes what is missing on the way, an array where the next step is a number and an
 * object else, fills the gap before a new element with nulls, and refuses to put anything into a number, a text or a truth. */
#include "func/json/json_impl.h"

typedef struct Path {
    RowRun *t;
    uint32_t n;
    JsonNode *value;
} Path;

static Str step_at(const Path *p, uint32_t level)
{
    return row_text(p->t, level + 3);
}

static bool is_number(Str step, int64_t *ret)
{
    return json_step_index(step, ret) && *ret <= INT32_MAX && *ret >= INT32_MIN;
}

/* n nulls and `last` behind the elements of an array. */
static int extend(RowRun *t, JsonNode *array, int64_t n, JsonNode *last)
{
    if (n >= ARRAY_ITEMS_MAX)
        return ROW_FAIL(t, ERR_PROGRAM_LIMIT, "number of jsonb array elements exceeds the maximum allowed (%u)", ARRAY_ITEMS_MAX);
    for (int64_t i = 0; i < n; i++) {
        JsonNode *null = json_new(&t->arena, JT_NULL);
        if (!null)
            return -ERR_OUT_OF_MEMORY;
        json_append(array, null);
    }
    json_append(array, last);
    return 1;
}

/* What stands behind step `level`, where there was nothing: from the value outwards. */
static int make_rest(const Path *p, uint32_t level, JsonNode **ret)
{
    *ret = p->value;
    for (uint32_t i = p->n; --i > level;) {
        Str step = step_at(p, i);
        int64_t at;
        bool number = is_number(step, &at);
        JsonNode *around = json_new(&p->t->arena, number ? JT_ARRAY : JT_OBJECT);
        if (!around)
            return -ERR_OUT_OF_MEMORY;
        if (number) {
            int rc = extend(p->t, around, at, *ret);
            if (rc <= 0)
                return rc;
        } else {
            (*ret)->key = step;
            json_append(around, *ret);
        }
        *ret = around;
    }
    return 1;
}

static void replace(JsonNode *container, JsonNode *old, JsonNode *value)
{
    JsonNode *prev = NULL;
    for (JsonNode *m = container->first; m != old; m = m->next)
        prev = m;
    value->key = old->key;
    value->next = old->next;
    *(prev ? &prev->next : &container->first) = value;
    if (container->last == old)
        container->last = value;
}

static int put_element(const Path *p, JsonNode *n, uint32_t level, JsonNode **ret_found)
{
    RowRun *t = p->t;
    Str step = step_at(p, level);
    JsonNode *value;
    int64_t at;
    if (!is_number(step, &at))
        return ROW_FAIL(t, ERR_INVALID_TEXT, "path element at position %u is not an integer: \"%.*s\"", level + 1,
                        (int)MIN(step.n, (size_t)64), step.p);
    if (at < 0 && -at > n->n)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "path element at position %u is out of range: %lld", level + 1, (long long)at);
    *ret_found = json_element(n, at);
    if (*ret_found)
        return 1;
    int rc = make_rest(p, level, &value);
    return rc <= 0 ? rc : extend(t, n, at - n->n, value);
}

static int put_member(const Path *p, JsonNode *n, uint32_t level, JsonNode **ret_found)
{
    Str step = step_at(p, level);
    JsonNode *value;
    *ret_found = json_member(n, step);
    if (*ret_found)
        return 1;
    int rc = make_rest(p, level, &value);
    if (rc <= 0)
        return rc;
    value->key = step;
    json_append(n, value);
    return 1;
}

static int walk(const Path *p, JsonNode *n)
{
    for (uint32_t level = 0; level < p->n; level++) {
        JsonNode *found = NULL;
        if (n->type < JT_ARRAY)
            return ROW_FAIL(p->t, ERR_INVALID_PARAMETER, "cannot replace existing key");
        int rc = n->type == JT_ARRAY ? put_element(p, n, level, &found) : put_member(p, n, level, &found);
        if (rc <= 0 || !found)
            return rc;
        if (level + 1 == p->n)
            replace(n, found, p->value);
        n = found;
    }
    return 1;
}

/* document, value, whether the first step is a number by its type, the steps */
static int assign_row(RowRun *t)
{
    Path p = {.t = t, .n = t->n_args - 3};
    JsonNode *n;
    for (uint32_t i = 3; i < t->n_args; i++)
        if (row_is_null(t, i))
            return ROW_FAIL(t, ERR_NULL_NOT_ALLOWED, "jsonb subscript in assignment must not be null");
    if (row_is_null(t, 0)) {
        n = json_new(&t->arena, row_value(t, 2).b ? JT_ARRAY : JT_OBJECT);
        if (!n)
            return -ERR_OUT_OF_MEMORY;
    } else {
        TRY(json_arg(t, 0, &n));
    }
    if (row_is_null(t, 1)) {
        p.value = json_new(&t->arena, JT_NULL);
        if (!p.value)
            return -ERR_OUT_OF_MEMORY;
    } else {
        TRY(json_arg(t, 1, &p.value));
    }
    int rc = walk(&p, n);
    return rc <= 0 ? rc : json_give_tree(t, n);
}
ROW_KERNEL(jsonb_assign, assign_row)

const FuncDef fn_jsonb_assign[] = {
    FN4("jsonb set path", T_JSONB, T_JSONB, T_BOOL, T_TEXT, T_JSONB, jsonb_assign, FN_ERR | FN_INTERNAL | FN_VARIADIC | FN_NOT_NULL,
        "", ""),
    {0},
};
