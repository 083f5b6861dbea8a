/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions and operators of the path language: jsonb_path_*(document, path [, variables [, silent]]), @? and @@, which are silent.
 */
#include "func/json/json_impl.h"
#include "func/json/jsonpath.h"

/* The items; 1, or 0: NULL (silent) or the row's error. */
static int items_of(RowRun *t, bool silent, bool zones, JsonItems *ret)
{
    JsonNode *document, *vars = NULL;
    JsonPath *path;
    Err err = ERR_INIT;
    silent |= t->n_args > 3 && row_value(t, 3).b;
    int rc = jsonpath_parse(row_text(t, 1), &t->arena, &path, &err);
    if (rc < 0)
        return rc == -ERR_OUT_OF_MEMORY ? rc : ROW_FAIL(t, (ErrCode)-rc, "%s", err.message);
    TRY(json_arg(t, 0, &document));
    if (t->n_args > 2) {
        TRY(json_arg(t, 2, &vars));
        if (vars->type != JT_OBJECT)
            return ROW_FAIL(t, ERR_INVALID_PARAMETER, "\"vars\" argument is not an object");
    }
    rc = jsonpath_run(path, document, vars, zones, &t->arena, ret, &err);
    if (rc == -ERR_OUT_OF_MEMORY)
        return rc;
    if (rc < 0 && (!silent || rc == -ERR_UNDEFINED_OBJECT || rc == -ERR_UNSUPPORTED))
        return ROW_FAIL(t, (ErrCode)-rc, "%s", err.message);
    return rc >= 0;
}

static int exists(RowRun *t, bool silent, bool zones)
{
    JsonItems list;
    int rc = items_of(t, silent, zones, &list);
    t->num = rc > 0 && list.n > 0;
    return rc;
}
static int exists_row(RowRun *t)
{
    return exists(t, false, false);
}
static int exists_silent_row(RowRun *t)
{
    return exists(t, true, false);
}
static int exists_tz_row(RowRun *t)
{
    return exists(t, false, true);
}
ROW_KERNEL(path_exists, exists_row)
ROW_KERNEL(path_exists_tz, exists_tz_row)
ROW_KERNEL(path_exists_silent, exists_silent_row)

static int match(RowRun *t, bool silent, bool zones)
{
    JsonItems list;
    int rc = items_of(t, silent, zones, &list);
    if (rc <= 0)
        return rc;
    silent |= t->n_args > 3 && row_value(t, 3).b;
    bool one = list.n == 1;
    if (one && list.first->node->type == JT_NULL)
        return 0;
    if (!one || list.first->node->type != JT_BOOL)
        return silent ? 0 : ROW_FAIL(t, ERR_JSON_ONE, "single boolean result is expected");
    t->num = list.first->node->b;
    return 1;
}
static int match_row(RowRun *t)
{
    return match(t, false, false);
}
static int match_silent_row(RowRun *t)
{
    return match(t, true, false);
}
static int match_tz_row(RowRun *t)
{
    return match(t, false, true);
}
ROW_KERNEL(path_match, match_row)
ROW_KERNEL(path_match_tz, match_tz_row)
ROW_KERNEL(path_match_silent, match_silent_row)

static int list_of_items(RowRun *t, bool zones)
{
    JsonItems list;
    _cleanup_(sb_done) StrBuf b;
    sb_init(&b, t->arena.acct);
    int rc = items_of(t, false, zones, &list);
    if (rc <= 0)
        return rc;
    for (struct JsonCellItem *i = list.first; i; i = i->next) {
        sb_clear(&b);
        jsonb_print(i->node, &b);
        row_put_element(t, (Str){sb_cstr(&b), b.n}, false);
        t->out.failed |= b.failed;
    }
    return 1;
}
static int list_row(RowRun *t)
{
    return list_of_items(t, false);
}
static int list_tz_row(RowRun *t)
{
    return list_of_items(t, true);
}
ROW_KERNEL(path_list, list_row)
ROW_KERNEL(path_list_tz, list_tz_row)

static int array_of_items(RowRun *t, bool zones)
{
    JsonItems list;
    int rc = items_of(t, false, zones, &list);
    if (rc < 0 || (rc == 0 && row_has_error(t->x, t->row)))
        return rc;
    sb_putc(&t->out, '[');
    for (struct JsonCellItem *i = rc ? list.first : NULL; i; i = i->next) {
        jsonb_print(i->node, &t->out);
        sb_puts(&t->out, i->next ? ", " : "");
    }
    sb_putc(&t->out, ']');
    return 1;
}
static int array_row(RowRun *t)
{
    return array_of_items(t, false);
}
static int array_tz_row(RowRun *t)
{
    return array_of_items(t, true);
}
ROW_KERNEL(path_array, array_row)
ROW_KERNEL(path_array_tz, array_tz_row)

static int first_of_items(RowRun *t, bool zones)
{
    JsonItems list;
    int rc = items_of(t, false, zones, &list);
    if (rc <= 0 || list.n == 0)
        return MIN(rc, 0);
    jsonb_print(list.first->node, &t->out);
    return 1;
}
static int first_row(RowRun *t)
{
    return first_of_items(t, false);
}
static int first_tz_row(RowRun *t)
{
    return first_of_items(t, true);
}
ROW_KERNEL(path_first, first_row)
ROW_KERNEL(path_first_tz, first_tz_row)

static int array_of_documents(const Type *args, uint32_t n_args, Type *ret, Err *err)
{
    (void)args, (void)n_args, (void)err;
    *ret = type_array(TYPE(JSONB));
    return 0;
}

#define PATHS(n, r, k, f, h, e, ...)                                                                                               \
    FN2(n, T_JSONB, T_TEXT, r, k, FN_JSON | (f), h, e, __VA_ARGS__),                                                               \
        FN3(n, T_JSONB, T_TEXT, T_JSONB, r, k, FN_JSON | (f), h, e, __VA_ARGS__),                                                  \
        FN4(n, T_JSONB, T_TEXT, T_JSONB, T_BOOL, r, k, FN_JSON | (f), h, e, __VA_ARGS__)
const FuncDef fn_jsonpath[] = {
    FN2("@?", T_JSONB, T_TEXT, T_BOOL, path_exists_silent, FN_JSON | FN_OPERATOR, "the path finds something",
        "'{\"a\":[1,2,3]}'::jsonb @? '$.a[*] ? (@ > 2)' -> true"),
    FN2("@@", T_JSONB, T_TEXT, T_BOOL, path_match_silent, FN_JSON | FN_OPERATOR, "the condition of the path holds",
        "'{\"a\":[1,2,3]}'::jsonb @@ '$.a[*] > 2' -> true"),
    PATHS("jsonb_path_exists", T_BOOL, path_exists, 0, "the path finds something; an object of variables and `silent` may follow",
          "jsonb_path_exists('{\"a\":[1,2]}', '$.a[*] ? (@ >= $min)', '{\"min\":2}') -> true"),
    PATHS("jsonb_path_match", T_BOOL, path_match, 0, "the condition of the path holds",
          "jsonb_path_match('{\"a\":1}', '$.a == 1') -> true"),
    PATHS("jsonb_path_query_array", T_JSONB, path_array, 0, "what the path finds, as an array",
          "jsonb_path_query_array('{\"a\":[1,2,3]}', '$.a[*] ? (@ >= 2)') -> [2, 3]"),
    PATHS("jsonb_path_query_first", T_JSONB, path_first, 0, "the first item that the path finds",
          "jsonb_path_query_first('{\"a\":[1,2,3]}', '$.a[*] ? (@ >= 2)') -> 2"),
    PATHS("jsonb_path_exists_tz", T_BOOL, path_exists_tz, FN_ZONED, "the same, what has no zone being of that of the session",
          "jsonb_path_exists_tz('[\"2024-01-01\"]', '$[*] ? (@.datetime() < \"2024-01-02T00:00:00+00\".datetime())') -> true"),
    PATHS("jsonb_path_match_tz", T_BOOL, path_match_tz, FN_ZONED, "the same, what has no zone being of that of the session",
          "jsonb_path_match_tz('{\"a\":1}', '$.a == 1') -> true"),
    PATHS("jsonb_path_query_array_tz", T_JSONB, path_array_tz, FN_ZONED, "the same, what has no zone being of that of the session",
          "jsonb_path_query_array_tz('[\"10:20:30\"]', '$[*].datetime()') -> [\"10:20:30\"]"),
    PATHS("jsonb_path_query_first_tz", T_JSONB, path_first_tz, FN_ZONED, "the same, what has no zone being of that of the session",
          "jsonb_path_query_first_tz('[\"10:20:30\"]', '$[*].datetime()') -> \"10:20:30\""),
    PATHS("jsonb_path_query", T_ARRAY, path_list, FN_INTERNAL, "what the path finds", "", .ret_type = array_of_documents),
    PATHS("jsonb_path_query_tz", T_ARRAY, path_list_tz, FN_INTERNAL | FN_ZONED, "what the path finds", "",
          .ret_type = array_of_documents),
    {0},
};
