/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking into JSON: members and elements by name, place and path, sizes, kinds, keys, and the arrays behind the table functions.
 * JSON and JSONB share all of it: what is cut out of a text in normal form is in normal form. */
#include "func/json/json_impl.h"

#include "base/decimal.h"
#include "func/cast/cast_impl.h"

/* ---- one step, and paths ---- */

/* A scalar alone counts as an array of one element. */
static const JsonNode *step_index(const RowRun *t, const JsonNode *n, int64_t i)
{
    if (n->type == JT_ARRAY)
        return json_element(n, i);
    return n->type < JT_ARRAY && json_arg_is_binary(t, 0) && (i == 0 || i == -1) ? n : NULL;
}

static int get(RowRun *t, bool as_text)
{
    JsonNode *n;
    TRY(json_arg(t, 0, &n));
    if (t->arg[1]->type.id == T_TEXT)
        return json_give(t, n->type == JT_OBJECT ? json_member(n, row_text(t, 1)) : NULL, as_text);
    return json_give(t, step_index(t, n, row_value(t, 1).i32), as_text);
}
static int get_row(RowRun *t)
{
    return get(t, false);
}
static int get_text_row(RowRun *t)
{
    return get(t, true);
}
ROW_KERNEL(get_json, get_row)
ROW_KERNEL(get_text, get_text_row)

static const JsonNode *follow(const JsonNode *n, const Str *path, uint32_t n_path)
{
    for (uint32_t i = 0; n && i < n_path; i++) {
        int64_t at;
        if (!path[i].p)
            return NULL;
        if (n->type == JT_OBJECT)
            n = json_member(n, path[i]);
        else if (n->type == JT_ARRAY && json_step_index(path[i], &at))
            n = json_element(n, at);
        else
            return NULL;
    }
    return n;
}

static int get_path(RowRun *t, bool as_text)
{
    JsonNode *n;
    Str *path;
    uint32_t n_path;
    TRY(row_texts(t, 1, &path, &n_path));
    TRY(json_arg(t, 0, &n));
    return json_give(t, follow(n, path, n_path), as_text);
}
static int get_path_row(RowRun *t)
{
    return get_path(t, false);
}
static int get_path_text_row(RowRun *t)
{
    return get_path(t, true);
}
ROW_KERNEL(path_json, get_path_row)
ROW_KERNEL(path_text, get_path_text_row)

/* json_extract_path(j, 'a', 'b'): the path as arguments. */
static int extract(RowRun *t, bool as_text)
{
    JsonNode *n;
    Str *path = ARENA_ARRAY(&t->arena, Str, t->n_args);
    if (!path)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 1; i < t->n_args; i++)
        path[i - 1] = row_text(t, i);
    TRY(json_arg(t, 0, &n));
    return json_give(t, follow(n, path, t->n_args - 1), as_text);
}
static int extract_row(RowRun *t)
{
    return extract(t, false);
}
static int extract_text_row(RowRun *t)
{
    return extract(t, true);
}
ROW_KERNEL(extract_json, extract_row)
ROW_KERNEL(extract_text, extract_text_row)

/* ---- what there is ---- */

static const char *const kinds[] = {"null", "boolean", "number", "string", "array", "object"};

static int typeof_row(RowRun *t)
{
    JsonNode *n;
    TRY(json_arg(t, 0, &n));
    sb_puts(&t->out, kinds[n->type]);
    return 1;
}
ROW_KERNEL(json_typeof, typeof_row)

static int length_row(RowRun *t)
{
    JsonNode *n;
    TRY(json_arg(t, 0, &n));
    if (n->type != JT_ARRAY)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "cannot get array length of a %s", n->type == JT_OBJECT ? "non-array" : "scalar");
    t->num = n->n;
    return 1;
}
ROW_KERNEL(array_length, length_row)

/* ---- the arrays behind json_array_elements, json_object_keys and json_each ---- */

static int put_node(RowRun *t, const JsonNode *n, bool as_text)
{
    Value v = {.type = type_element(t->type), .is_null = as_text && n->type == JT_NULL};
    v.str = as_text && n->type == JT_STRING ? n->str : n->raw;
    array_put(&t->out, t->type, &v);
    return 0;
}

static int elements(RowRun *t, bool as_text)
{
    JsonNode *n;
    TRY(json_arg(t, 0, &n));
    if (n->type != JT_ARRAY)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "cannot extract elements from %s",
                        n->type == JT_OBJECT ? "an object" : "a scalar");
    for (const JsonNode *m = n->first; m; m = m->next)
        put_node(t, m, as_text);
    return 1;
}
static int elements_row(RowRun *t)
{
    return elements(t, false);
}
static int elements_text_row(RowRun *t)
{
    return elements(t, true);
}
ROW_KERNEL(list_elements, elements_row)
ROW_KERNEL(list_elements_text, elements_text_row)

static int members(RowRun *t, bool keys, bool as_text)
{
    JsonNode *n;
    TRY(json_arg(t, 0, &n));
    if (n->type != JT_OBJECT)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "cannot deconstruct %s as an object",
                        n->type == JT_ARRAY ? "an array" : "a scalar");
    for (const JsonNode *m = n->first; m; m = m->next) {
        Value key = {.type = TYPE(TEXT), .str = m->key};
        if (keys)
            array_put(&t->out, t->type, &key);
        else
            put_node(t, m, as_text);
    }
    return 1;
}
static int keys_row(RowRun *t)
{
    return members(t, true, false);
}
static int values_row(RowRun *t)
{
    return members(t, false, false);
}
static int values_text_row(RowRun *t)
{
    return members(t, false, true);
}
ROW_KERNEL(list_keys, keys_row)
ROW_KERNEL(list_values, values_row)
ROW_KERNEL(list_values_text, values_text_row)

static int array_of_same(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    (void)n_args, (void)err;
    *ret = type_array(args[0]);
    return 0;
}

#define GETS(J)                                                                                                                    \
    FN2("->", T_##J, T_TEXT, T_##J, get_json, FN_JSON | FN_OPERATOR, "member of an object",                                        \
        "'{\"a\": {\"b\": 1}}'::json -> 'a' -> {\"b\": 1}"),                                                                       \
        FN2("->", T_##J, T_I32, T_##J, get_json, FN_JSON | FN_OPERATOR, "element of an array, from 0; from the end when negative", \
            "'[1, 2, 3]'::json -> 2 -> 3"),                                                                                        \
        FN2("->>", T_##J, T_TEXT, T_TEXT, get_text, FN_JSON | FN_OPERATOR, "member of an object as text",                          \
            "'{\"a\": \"x\"}'::json ->> 'a' -> 'x'"),                                                                              \
        FN2("->>", T_##J, T_I32, T_TEXT, get_text, FN_JSON | FN_OPERATOR, "element of an array as text",                           \
            "'[1, \"x\"]'::json ->> 1 -> 'x'"),                                                                                    \
        FN2("#>", T_##J, TP_TEXTARRAY, T_##J, path_json, FN_JSON | FN_OPERATOR, "what lies at a path",                             \
            "'{\"a\": [1, 2]}'::json #> '{a,1}' -> 2"),                                                                            \
        FN2("#>>", T_##J, TP_TEXTARRAY, T_TEXT, path_text, FN_JSON | FN_OPERATOR, "what lies at a path, as text",                  \
            "'{\"a\": [1, \"x\"]}'::json #>> '{a,1}' -> 'x'")
#define READS(J, j)                                                                                                                \
    FN1(j "_typeof", T_##J, T_TEXT, json_typeof, FN_JSON, "object, array, string, number, boolean or null",                        \
        j "_typeof('-123.4') -> 'number'"),                                                                                        \
        FN1(j "_array_length", T_##J, T_I32, array_length, FN_JSON, "number of elements", j "_array_length('[1,2,3]') -> 3"),      \
        FN2(j "_extract_path", T_##J, T_TEXT, T_##J, extract_json, FN_JSON | FN_VARIADIC,                                          \
            "what lies at the path of the arguments", j "_extract_path('{\"a\": [1, 2]}', 'a', '1') -> 2"),                        \
        FN2(j "_extract_path_text", T_##J, T_TEXT, T_TEXT, extract_text, FN_JSON | FN_VARIADIC, "the same as text",                \
            j "_extract_path_text('{\"a\": \"x\"}', 'a') -> 'x'"),                                                                 \
        FN1(j "_array_elements", T_##J, T_ARRAY, list_elements, FN_JSON | FN_INTERNAL, "elements", "", .ret_type = array_of_same), \
        FN1(j "_array_elements_text", T_##J, T_ARRAY, list_elements_text, FN_JSON | FN_INTERNAL, "elements", "",                   \
            .ret_type = row_type_texts),                                                                                           \
        FN1(j "_object_keys", T_##J, T_ARRAY, list_keys, FN_JSON | FN_INTERNAL, "names of members", "",                            \
            .ret_type = row_type_texts),                                                                                           \
        FN1(j "_each", T_##J, T_ARRAY, list_values, FN_JSON | FN_INTERNAL, "values of members", "", .ret_type = array_of_same),    \
        FN1(j "_each_text", T_##J, T_ARRAY, list_values_text, FN_JSON | FN_INTERNAL, "values of members", "",                      \
            .ret_type = row_type_texts)
const FuncDef fn_json[] = {
    GETS(JSON), GETS(JSONB), READS(JSON, "json"), READS(JSONB, "jsonb"), {0},
};

/* ---- casts ---- */

static i128 number_of(RowRun *t, Str text, Type to)
{
    i128 d = 0;
    char name[64];
    int rc = decimal_parse(text, to.precision, to.scale, &d);
    if (rc < 0) {
        type_print(to, name, sizeof(name));
        row_error(t->x, t->row, ERR_NUMERIC_RANGE, "%s out of range", to.id == T_DECIMAL ? "numeric field" : name);
    }
    return d;
}

/* The value of a number or boolean in JSONB, as one of the types it can be cast to. */
static int cast_row(RowRun *t, Value *ret)
{
    JsonNode *n;
    TRY(json_arg(t, 0, &n));
    char name[64];
    bool fits = t->type.id == T_BOOL ? n->type == JT_BOOL : n->type == JT_NUMBER;
    type_print(t->type, name, sizeof(name));
    if (!fits)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "cannot cast jsonb %s to type %s", kinds[n->type], name);
    switch ((TypeId)t->type.id) {
    case T_BOOL: ret->b = n->b; break;
    case T_DECIMAL: ret->dec = number_of(t, n->str, t->type); break;
    case T_F32:
    case T_F64:
        if (!str_to_f64(n->str, &ret->f64) || !__builtin_isfinite(t->type.id == T_F32 ? (double)(float)ret->f64 : ret->f64))
            return ROW_FAIL(t, ERR_NUMERIC_RANGE, "value out of range for type %s", name);
        if (t->type.id == T_F32)
            ret->f32 = (float)ret->f64;
        break;
    default: {
        static const int64_t max[] = {[T_I16] = INT16_MAX, [T_I32] = INT32_MAX, [T_I64] = INT64_MAX};
        i128 d = number_of(t, n->str, TYPE_DECIMAL(38, 0));
        if (d > max[t->type.id] || d < -(i128)max[t->type.id] - 1)
            return ROW_FAIL(t, ERR_NUMERIC_RANGE, "%s out of range", name);
        ret->i64 = (int64_t)d; /* little endian: the low bytes are those of the narrower types */
        break;
    }
    }
    return 1;
}

static int cast_jsonb_scalar(KERNEL_ARGS)
{
    KERNEL_UNUSED;
    RowRun t = {.x = x, .arg = arg, .n_args = n_args, .type = dst->type};
    int rc = 0;
    arena_init(&t.arena, x->arena->acct, 0);
    for (uint32_t i = 0; i < rows.n && rc >= 0; i++) {
        Value v = {.type = dst->type};
        t.row = row_at(rows, i);
        rc = cast_row(&t, &v);
        if (dst->type.id == T_BOOL)
            bit_put(dst->data, t.row, v.b);
        else
            memcpy((uint8_t *)dst->data + (size_t)t.row * type_bytes(dst->type.id), &v.b, type_bytes(dst->type.id));
        arena_reset(&t.arena);
    }
    arena_done(&t.arena);
    return rc < 0 ? rc : 0;
}

/* JSON to JSONB and back. */
static int change_row(RowRun *t)
{
    JsonNode *n;
    TRY(json_arg(t, 0, &n));
    if (t->type.id == T_JSONB)
        return json_give_tree(t, n);
    return json_give(t, n, false);
}
ROW_KERNEL(cast_json_json, change_row)

#define FROM_JSONB(to)                                                                                                             \
    {                                                                                                                              \
        T_JSONB, T_##to, CAST_EXPLICIT, true, false, cast_jsonb_scalar                                                             \
    }
const CastDef cast_json[] = {
    FROM_JSONB(BOOL),
    FROM_JSONB(I16),
    FROM_JSONB(I32),
    FROM_JSONB(I64),
    FROM_JSONB(F32),
    FROM_JSONB(F64),
    FROM_JSONB(DECIMAL),
    {T_JSON, T_JSONB, CAST_ASSIGN, true, false, cast_json_json},
    {T_JSONB, T_JSON, CAST_ASSIGN, false, false, cast_json_json},
    {0},
};
