/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON out of SQL values, and JSON without its nulls.  The blanks between members are PostgreSQL's, which differ from function to
 * function; JSONB has its own in any case. */
#include "func/json/json_impl.h"

/* What was written to out, as it is or in normal form. */
static int finish(RowRun *t)
{
    Str normal;
    if (t->type.id != T_JSONB)
        return 1;
    Err err = ERR_INIT;
    int rc = jsonb_parse((Str){sb_cstr(&t->out), t->out.n}, &t->arena, &normal, &err);
    if (rc < 0)
        return rc;
    sb_clear(&t->out);
    sb_putstr(&t->out, normal);
    return 1;
}

static int to_json_row(RowRun *t)
{
    Value v = row_value(t, 0);
    json_print_value(&v, &t->out);
    return finish(t);
}
ROW_KERNEL(to_json, to_json_row)

static int array_to_json_row(RowRun *t)
{
    Value v = row_value(t, 0);
    json_print_array(&v, t->n_args > 1 && row_value(t, 1).b ? ",\n " : ",", &t->out);
    return 1;
}
ROW_KERNEL(array_to_json, array_to_json_row)

static int build_array_row(RowRun *t)
{
    sb_putc(&t->out, '[');
    for (uint32_t i = 0; i < t->n_args; i++) {
        Value v = row_value(t, i);
        sb_puts(&t->out, i ? ", " : "");
        json_print_value(&v, &t->out);
    }
    sb_putc(&t->out, ']');
    return finish(t);
}
ROW_KERNEL(build_array, build_array_row)

int json_put_key(RowRun *t, const Value *key)
{
    if (type_is_json(key->type.id) || key->type.id == T_ARRAY || key->type.id == T_STRUCT || key->type.id == T_MAP)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "key value must be scalar, not array, composite, or json");
    bool bare = key->type.id == T_BOOL || type_is_numeric(key->type.id);
    size_t from = t->out.n;
    json_print_value(key, &t->out);
    if (bare && !t->out.failed && t->out.p[from] != '"') {
        Str text = {arena_strndup(&t->arena, t->out.p + from, t->out.n - from), t->out.n - from};
        if (!text.p)
            return -ERR_OUT_OF_MEMORY;
        t->out.n = from;
        json_print_string(text, &t->out);
    }
    return 1;
}

static int build_object_row(RowRun *t)
{
    if (t->n_args % 2)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "argument list must have even number of elements");
    sb_putc(&t->out, '{');
    for (uint32_t i = 0; i < t->n_args; i += 2) {
        Value key = row_value(t, i), v = row_value(t, i + 1);
        if (key.is_null)
            return ROW_FAIL(t, ERR_INVALID_PARAMETER, "argument %u: key must not be null", i + 1);
        sb_puts(&t->out, i ? ", " : "");
        int rc = json_put_key(t, &key);
        if (rc <= 0)
            return rc;
        sb_puts(&t->out, " : ");
        json_print_value(&v, &t->out);
    }
    sb_putc(&t->out, '}');
    return finish(t);
}
ROW_KERNEL(build_object, build_object_row)

static int empty_array_row(RowRun *t)
{
    sb_puts(&t->out, "[]");
    return 1;
}
static int empty_object_row(RowRun *t)
{
    sb_puts(&t->out, "{}");
    return 1;
}
ROW_KERNEL(empty_array, empty_array_row)
ROW_KERNEL(empty_object, empty_object_row)

/* One member of json_object_agg: "name" : value. */
static int member_row(RowRun *t)
{
    Value key = row_value(t, 0), v = row_value(t, 1);
    if (key.is_null)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "field name must not be null");
    int rc = json_put_key(t, &key);
    if (rc <= 0)
        return rc;
    sb_puts(&t->out, " : ");
    json_print_value(&v, &t->out);
    return 1;
}
ROW_KERNEL(json_member_text, member_row)

static int put_pair(RowRun *t, Str key, Str value, bool first)
{
    if (!key.p)
        return ROW_FAIL(t, ERR_NULL_NOT_ALLOWED, "null value not allowed for object key");
    sb_puts(&t->out, first ? "" : ", ");
    json_print_string(key, &t->out);
    sb_puts(&t->out, " : ");
    if (value.p)
        json_print_string(value, &t->out);
    else
        sb_puts(&t->out, "null");
    return 1;
}

/* json_object('{a,1,b,2}') and json_object('{a,b}', '{1,2}'). */
static int object_row(RowRun *t)
{
    Str *key, *value;
    uint32_t n, n_values;
    TRY(row_texts(t, 0, &key, &n));
    if (t->n_args > 1) {
        TRY(row_texts(t, 1, &value, &n_values));
        if (n != n_values)
            return ROW_FAIL(t, ERR_SUBSCRIPT, "mismatched array dimensions");
    } else if (n % 2) {
        return ROW_FAIL(t, ERR_SUBSCRIPT, "array must have even number of elements");
    }
    uint32_t step = t->n_args > 1 ? 1 : 2;
    sb_putc(&t->out, '{');
    for (uint32_t i = 0; i < n; i += step)
        if (put_pair(t, key[i], step == 1 ? value[i] : key[i + 1], i == 0) == 0)
            return 0;
    sb_putc(&t->out, '}');
    return finish(t);
}
ROW_KERNEL(json_object, object_row)

static void print_without_nulls(const JsonNode *n, StrBuf *b)
{
    if (n->type < JT_ARRAY) {
        if (n->type == JT_STRING)
            json_print_string(n->str, b);
        else
            sb_putstr(b, n->raw);
        return;
    }
    bool object = n->type == JT_OBJECT, first = true;
    sb_putc(b, object ? '{' : '[');
    for (const JsonNode *m = n->first; m; m = m->next) {
        if (object && m->type == JT_NULL)
            continue;
        sb_puts(b, first ? "" : ",");
        first = false;
        if (object) {
            json_print_string(m->key, b);
            sb_putc(b, ':');
        }
        print_without_nulls(m, b);
    }
    sb_putc(b, object ? '}' : ']');
}

static int strip_nulls_row(RowRun *t)
{
    JsonNode *n;
    TRY(json_arg(t, 0, &n));
    print_without_nulls(n, &t->out);
    return finish(t);
}
ROW_KERNEL(strip_nulls, strip_nulls_row)

#define MAKES(J, j)                                                                                                                \
    FN1("to_" j, TP_ANY, T_##J, to_json, FN_STRICT | FN_ERR, "the value as JSON", "to_" j "('a'::text) -> '\"a\"'"),               \
        FN1(j "_build_array", TP_ANY, T_##J, build_array, FN_ERR | FN_VARIADIC | FN_NOT_NULL, "array of the arguments",            \
            j "_build_array(1, 'a', NULL) -> [1, \"a\", null]"),                                                                   \
        FN0(j "_build_array", T_##J, empty_array, FN_NOT_NULL, "empty array", j "_build_array() -> []"),                           \
        FN1(j "_build_object", TP_ANY, T_##J, build_object, FN_ERR | FN_VARIADIC, "object of names and values in turn",            \
            j "_build_object('a', 1)"),                                                                                            \
        FN0(j "_build_object", T_##J, empty_object, FN_NOT_NULL, "empty object", j "_build_object() -> {}"),                       \
        FN1(j "_object", TP_TEXTARRAY, T_##J, json_object, FN_JSON, "object of an array of names and values in turn",              \
            j "_object('{a, 1, b, x}')"),                                                                                          \
        FN2(j "_object", TP_TEXTARRAY, TP_TEXTARRAY, T_##J, json_object, FN_JSON, "object of an array of names and one of values", \
            j "_object('{a, b}', '{1, 2}')"),                                                                                      \
        FN1(j "_strip_nulls", T_##J, T_##J, strip_nulls, FN_JSON, "without the members that are null",                             \
            j "_strip_nulls('{\"a\": 1, \"b\": null}')")
const FuncDef fn_json_make[] = {
    MAKES(JSON, "json"),
    MAKES(JSONB, "jsonb"),
    FN1("array_to_json", TP_ANYARRAY, T_JSON, array_to_json, FN_STRICT, "array as JSON", "array_to_json(ARRAY[1, 2]) -> [1,2]"),
    FN2("array_to_json", TP_ANYARRAY, T_BOOL, T_JSON, array_to_json, FN_STRICT, "the same, with line feeds when true",
        "array_to_json(ARRAY[1, 2], true)"),
    FN2("json member", TP_ANY, TP_ANY, T_TEXT, json_member_text, FN_ERR | FN_INTERNAL | FN_NULLABLE, "member of an object", ""),
    {0},
};
