/* SPDX-License-Identifier: Apache-2.0
 *
 * What SQL/JSON's functions with clauses are made of (sql/ast_make_json.c): objects and arrays without absent values or with
 * different names only, whether a text has names twice, and what a path finds: nothing, an error or an item, and that item. */
#include "func/json/json_impl.h"
#include "func/json/jsonpath.h"

#define FLAG_ABSENT 1
#define FLAG_UNIQUE 2
#define FLAG_RAISE_EMPTY 1
#define FLAG_RAISE_ERROR 2
#define FLAG_QUERY 4
#define FLAG_EXISTS 8

/* ---- constructors ---- */

static int make_array_row(RowRun *t)
{
    const char *comma = "";
    sb_putc(&t->out, '[');
    for (uint32_t i = 1; i < t->n_args; i++) {
        Value v = row_value(t, i);
        if (v.is_null && (row_int(t, 0, 0) & FLAG_ABSENT))
            continue;
        sb_puts(&t->out, comma);
        json_print_value(&v, &t->out);
        comma = ", ";
    }
    sb_putc(&t->out, ']');
    return 1;
}
ROW_KERNEL(make_array, make_array_row)

/* Whether the name that was put last, at `from`, is another one than those before. */
static bool is_new_name(RowRun *t, Str *names, uint32_t n, size_t from)
{
    Str name = {arena_strndup(&t->arena, t->out.p + from, t->out.n - from), t->out.n - from};
    for (uint32_t i = 0; i < n && name.p; i++)
        if (str_eq(names[i], name))
            return false;
    names[n] = name;
    return true;
}

static int make_object_row(RowRun *t)
{
    int32_t flags = row_int(t, 0, 0);
    Str *names = arena_alloc(&t->arena, (t->n_args / 2 + 1) * sizeof(*names));
    uint32_t n = 0;
    bool first = true;
    if (!names)
        return -ERR_OUT_OF_MEMORY;
    sb_putc(&t->out, '{');
    for (uint32_t i = 1; i + 1 < t->n_args; i += 2) {
        Value key = row_value(t, i), v = row_value(t, i + 1);
        bool absent = v.is_null && (flags & FLAG_ABSENT);
        size_t begin = t->out.n;
        if (key.is_null)
            return ROW_FAIL(t, ERR_NULL_NOT_ALLOWED, "null value not allowed for object key");
        sb_puts(&t->out, first ? "" : ", ");
        size_t from = t->out.n;
        int rc = json_put_key(t, &key);
        if (rc <= 0)
            return rc;
        if ((flags & FLAG_UNIQUE) && !is_new_name(t, names, n++, from))
            return ROW_FAIL(t, ERR_JSON_DUPLICATE, "duplicate JSON object key value: %.*s", (int)MIN(t->out.n - from, (size_t)64),
                            t->out.p + from);
        if (absent) {
            t->out.n = begin;
            continue;
        }
        sb_puts(&t->out, " : ");
        json_print_value(&v, &t->out);
        first = false;
    }
    sb_putc(&t->out, '}');
    return 1;
}
ROW_KERNEL(make_object, make_object_row)

/* ---- IS JSON WITH UNIQUE KEYS ---- */

static bool names_differ(const JsonNode *n)
{
    for (const JsonNode *m = n->first; m; m = m->next) {
        for (const JsonNode *k = n->first; n->type == JT_OBJECT && k != m; k = k->next)
            if (str_eq(k->key, m->key))
                return false;
        if (m->type >= JT_ARRAY && !names_differ(m))
            return false;
    }
    return true;
}

static int unique_row(RowRun *t)
{
    JsonNode *n;
    if (!json_is_valid(row_text(t, 0))) {
        t->num = false;
        return 1;
    }
    TRY(json_tree(row_text(t, 0), &t->arena, &n));
    t->num = names_differ(n);
    return 1;
}
ROW_KERNEL(unique, unique_row)

/* ---- what a path finds ---- */

typedef enum State { STATE_ITEM, STATE_EMPTY, STATE_ERROR } State;

static bool is_container(const JsonNode *n)
{
    return n->type == JT_ARRAY || n->type == JT_OBJECT;
}

/* A document as a tree of JSONB; -ERR_INVALID_TEXT and what else a text is refused for. */
static int document_of(RowRun *t, JsonNode **ret, Err *err)
{
    Str normal;
    TRY(jsonb_parse(row_text(t, 0), &t->arena, &normal, err));
    return json_tree(normal, &t->arena, ret);
}

/* The items, or the error that there are none for. */
static int items_of(RowRun *t, JsonItems *ret, Err *err)
{
    JsonNode *document, *vars;
    JsonPath *path;
    TRY(jsonpath_parse(row_text(t, 1), &t->arena, &path, err));
    TRY(document_of(t, &document, err));
    TRY(json_arg(t, 2, &vars));
    return jsonpath_run(path, document, vars, false, &t->arena, ret, err);
}

static int judge(int32_t flags, const JsonItems *list, Err *err)
{
    const char *of = flags & FLAG_QUERY ? "JSON_QUERY" : "JSON_VALUE";
    if (flags & FLAG_EXISTS || list->n == 0)
        return list->n ? STATE_ITEM : STATE_EMPTY;
    if (list->n > 1)
        return RAISE(err, ERR_JSON_MORE, "JSON path expression in %s must return single %s", of,
                     flags & FLAG_QUERY ? "item when no wrapper is requested" : "scalar item");
    if (!(flags & FLAG_QUERY) && is_container(list->first->node))
        return RAISE(err, ERR_JSON_SCALAR, "JSON path expression in %s must return single scalar item", of);
    return STATE_ITEM;
}

/* 1, or 0: the row's error. */
static int state_of(RowRun *t, State *ret, JsonItems *list)
{
    int32_t flags = row_int(t, 3, 0);
    Err err = ERR_INIT;
    int rc = items_of(t, list, &err);
    rc = rc < 0 ? rc : judge(flags, list, &err);
    bool wrong_path = rc == -ERR_SYNTAX || rc == -ERR_UNSUPPORTED || rc == -ERR_UNDEFINED_OBJECT;
    if (rc == -ERR_OUT_OF_MEMORY)
        return rc;
    if (rc < 0 && ((flags & FLAG_RAISE_ERROR) || wrong_path))
        return ROW_FAIL(t, (ErrCode)-rc, "%s", err.message);
    *ret = rc < 0 ? STATE_ERROR : (State)rc;
    if (*ret == STATE_EMPTY && (flags & FLAG_RAISE_EMPTY))
        return ROW_FAIL(t, ERR_JSON_NO_ITEM, "no SQL/JSON item found for specified path");
    return 1;
}

static int state_row(RowRun *t)
{
    State state;
    JsonItems list;
    int rc = state_of(t, &state, &list);
    t->num = rc > 0 ? (int64_t)state : 0;
    return rc;
}
ROW_KERNEL(state, state_row)

static int exists_row(RowRun *t)
{
    State state;
    JsonItems list;
    int rc = state_of(t, &state, &list);
    t->num = rc > 0 && state == STATE_ITEM;
    return rc;
}
ROW_KERNEL(exists, exists_row)

static int item_row(RowRun *t)
{
    State state;
    JsonItems list;
    int rc = state_of(t, &state, &list);
    if (rc <= 0 || state != STATE_ITEM)
        return MIN(rc, 0);
    const JsonNode *n = list.first->node;
    if (row_int(t, 3, 0) & FLAG_QUERY)
        jsonb_print(n, &t->out);
    else if (n->type == JT_STRING)
        sb_putstr(&t->out, n->str);
    else if (n->type == JT_NULL)
        return 0;
    else
        jsonb_print(n, &t->out);
    return 1;
}
ROW_KERNEL(item, item_row)

#define OF_PATH(n, r, k) FN4(n, T_TEXT, T_TEXT, T_JSONB, T_I32, r, k, FN_JSON | FN_INTERNAL, "", "")
#define MAKES(n, k)                                                                                                                \
    FN1(n, T_I32, T_JSON, k, FN_ERR | FN_NOT_NULL | FN_INTERNAL, "", ""),                                                          \
        FN2(n, T_I32, TP_ANY, T_JSON, k, FN_ERR | FN_VARIADIC | FN_NOT_NULL | FN_INTERNAL, "", "")
const FuncDef fn_json_standard[] = {
    MAKES("json_array of", make_array),
    MAKES("json_object of", make_object),
    FN1("json unique", T_TEXT, T_BOOL, unique, FN_FAIL | FN_INTERNAL, "", ""),
    OF_PATH("json state", T_I32, state),
    OF_PATH("json_value item", T_TEXT, item),
    OF_PATH("json_query item", T_TEXT, item),
    OF_PATH("json_exists item", T_BOOL, exists),
    {0},
};
