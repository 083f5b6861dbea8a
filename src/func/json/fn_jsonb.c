/* SPDX-License-Identifier: Apache-2.0
 *
 * Asking and changing JSONB: containment, keys, concatenation, deletion, jsonb_set and its kin.  A change edits the tree of the row
 * and prints it anew. */
#include "func/json/json_impl.h"

/* ---- containment and keys ---- */

static bool contains(const JsonNode *a, const JsonNode *b);

static bool has_element(const JsonNode *array, const JsonNode *e)
{
    for (const JsonNode *m = array->first; m; m = m->next)
        if (e->type < JT_ARRAY ? json_equal(m, e) : m->type == e->type && contains(m, e))
            return true;
    return false;
}

/* Both objects, or both arrays. */
static bool contains(const JsonNode *a, const JsonNode *b)
{
    for (const JsonNode *e = b->first; e; e = e->next) {
        if (b->type == JT_ARRAY) {
            if (!has_element(a, e))
                return false;
            continue;
        }
        const JsonNode *m = json_member(a, e->key);
        if (!m || m->type != e->type || !(e->type < JT_ARRAY ? json_equal(m, e) : contains(m, e)))
            return false;
    }
    return true;
}

/* An array contains a scalar that is one of its elements. */
static bool contains_root(const JsonNode *a, const JsonNode *b)
{
    if (b->type < JT_ARRAY)
        return a->type == JT_ARRAY ? has_element(a, b) : json_equal(a, b);
    return a->type == b->type && contains(a, b);
}

static int contains_row(RowRun *t)
{
    JsonNode *a, *b;
    TRY(json_arg(t, 0, &a));
    TRY(json_arg(t, 1, &b));
    t->num = contains_root(a, b);
    return 1;
}
static int contained_row(RowRun *t)
{
    JsonNode *a, *b;
    TRY(json_arg(t, 0, &a));
    TRY(json_arg(t, 1, &b));
    t->num = contains_root(b, a);
    return 1;
}
ROW_KERNEL(jsonb_contains, contains_row)
ROW_KERNEL(jsonb_contained, contained_row)

static bool has_key(const JsonNode *n, Str key)
{
    JsonNode string = {.type = JT_STRING, .str = key};
    if (n->type == JT_OBJECT)
        return json_member(n, key) != NULL;
    return n->type == JT_ARRAY ? has_element(n, &string) : json_equal(n, &string);
}

static int has_key_row(RowRun *t)
{
    JsonNode *n;
    TRY(json_arg(t, 0, &n));
    t->num = has_key(n, row_text(t, 1));
    return 1;
}
ROW_KERNEL(jsonb_exists, has_key_row)

static int has_keys(RowRun *t, bool all)
{
    JsonNode *n;
    Str *key;
    uint32_t n_keys;
    TRY(json_arg(t, 0, &n));
    TRY(row_texts(t, 1, &key, &n_keys));
    t->num = all;
    for (uint32_t i = 0; i < n_keys; i++)
        if (key[i].p && has_key(n, key[i]) != all)
            t->num = !all;
    return 1;
}
static int has_any_row(RowRun *t)
{
    return has_keys(t, false);
}
static int has_all_row(RowRun *t)
{
    return has_keys(t, true);
}
ROW_KERNEL(jsonb_exists_any, has_any_row)
ROW_KERNEL(jsonb_exists_all, has_all_row)

/* ---- joining and deleting ---- */

static void unlink_after(JsonNode *container, JsonNode *prev, JsonNode *m)
{
    *(prev ? &prev->next : &container->first) = m->next;
    if (container->last == m)
        container->last = prev;
    container->n--;
}

static void remove_node(JsonNode *container, const JsonNode *gone)
{
    JsonNode *prev = NULL;
    for (JsonNode *m = container->first; m; prev = m, m = m->next)
        if (m == gone) {
            unlink_after(container, prev, m);
            return;
        }
}

/* Moves the members of b behind those of a. */
static void take_members(JsonNode *a, JsonNode *b)
{
    for (JsonNode *m = b->first, *next; m; m = next) {
        next = m->next;
        json_append(a, m);
    }
}

static JsonNode *as_array(RowRun *t, JsonNode *n)
{
    JsonNode *a = n->type == JT_ARRAY ? n : json_new(&t->arena, JT_ARRAY);
    if (a && a != n)
        json_append(a, n);
    return a;
}

static int concat_row(RowRun *t)
{
    JsonNode *a, *b;
    TRY(json_arg(t, 0, &a));
    TRY(json_arg(t, 1, &b));
    if (a->type != JT_OBJECT || b->type != JT_OBJECT) {
        a = as_array(t, a);
        b = as_array(t, b);
    }
    if (!a || !b)
        return -ERR_OUT_OF_MEMORY;
    take_members(a, b);
    return json_give_tree(t, a);
}
ROW_KERNEL(jsonb_concat, concat_row)

static void delete_key(JsonNode *n, Str key)
{
    JsonNode *prev = NULL;
    for (JsonNode *m = n->first; m; m = m->next) {
        bool gone = n->type == JT_OBJECT ? str_eq(m->key, key) : m->type == JT_STRING && str_eq(m->str, key);
        if (gone)
            unlink_after(n, prev, m);
        else
            prev = m;
    }
}

static int delete_keys_row(RowRun *t)
{
    JsonNode *n;
    Str one = row_text(t, 1), *key = &one;
    uint32_t n_keys = 1;
    TRY(json_arg(t, 0, &n));
    if (n->type < JT_ARRAY)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "cannot delete from scalar");
    if (t->arg[1]->type.id == T_ARRAY)
        TRY(row_texts(t, 1, &key, &n_keys));
    for (uint32_t i = 0; i < n_keys; i++)
        if (key[i].p)
            delete_key(n, key[i]);
    return json_give_tree(t, n);
}
ROW_KERNEL(jsonb_delete_keys, delete_keys_row)

static int delete_index_row(RowRun *t)
{
    JsonNode *n;
    TRY(json_arg(t, 0, &n));
    if (n->type < JT_ARRAY)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "cannot delete from scalar");
    if (n->type == JT_OBJECT)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER, "cannot delete from object using integer index");
    remove_node(n, json_element(n, row_value(t, 1).i32));
    return json_give_tree(t, n);
}
ROW_KERNEL(jsonb_delete_index, delete_index_row)

/* ---- changes at a path ---- */

typedef enum Change { CHANGE_SET, CHANGE_INSERT, CHANGE_DELETE } Change;
typedef struct PathChange {
    RowRun *t;
    Change kind;
    bool create; /* SET: when there is nothing at the end of the path */
    bool after;  /* INSERT: behind the element, not before it */
    const Str *path;
    uint32_t n_path;
    JsonNode *value;
} PathChange;

/* Puts the value before m, or at the end when m is NULL. */
static void insert_before(JsonNode *container, JsonNode *m, JsonNode *value)
{
    JsonNode *prev = NULL;
    for (JsonNode *p = container->first; m && p != m; p = p->next)
        prev = p;
    if (!m) {
        json_append(container, value);
        return;
    }
    value->next = m;
    *(prev ? &prev->next : &container->first) = value;
    container->n++;
}

static void replace(JsonNode *container, JsonNode *old, JsonNode *value)
{
    value->key = old->key;
    insert_before(container, old, value);
    remove_node(container, old);
}

static int end_of_object(const PathChange *c, JsonNode *n, JsonNode *found, Str step)
{
    if (found && c->kind == CHANGE_INSERT) {
        (void)ROW_FAIL(c->t, ERR_INVALID_PARAMETER, "cannot replace existing key");
        return 0;
    }
    if (found && c->kind == CHANGE_DELETE)
        remove_node(n, found);
    else if (found)
        replace(n, found, c->value);
    else if (c->kind != CHANGE_DELETE && c->create) {
        c->value->key = step;
        json_append(n, c->value);
    }
    return 1;
}

static int end_of_array(const PathChange *c, JsonNode *n, JsonNode *found, int64_t at)
{
    if (c->kind == CHANGE_DELETE && found)
        remove_node(n, found);
    else if (c->kind == CHANGE_SET && found)
        replace(n, found, c->value);
    else if (c->kind == CHANGE_INSERT && found)
        insert_before(n, c->after ? found->next : found, c->value);
    else if (c->kind != CHANGE_DELETE && c->create)
        insert_before(n, at < 0 ? n->first : NULL, c->value);
    return 1;
}

/* 1 = done (or nothing to do), 0 = an error of the row. */
static int change(const PathChange *c, JsonNode *n, uint32_t level)
{
    Str step = c->path[level];
    int64_t at = 0;
    if (!step.p)
        return ROW_FAIL(c->t, ERR_NULL_NOT_ALLOWED, "path element at position %u is null", level + 1);
    if (n->type < JT_ARRAY)
        return 1;
    if (n->type == JT_ARRAY && !json_step_index(step, &at))
        return ROW_FAIL(c->t, ERR_INVALID_TEXT, "path element at position %u is not an integer: \"%.*s\"", level + 1,
                        (int)MIN(step.n, (size_t)64), step.p);
    JsonNode *found = n->type == JT_ARRAY ? json_element(n, at) : json_member(n, step);
    if (level + 1 < c->n_path)
        return found ? change(c, found, level + 1) : 1;
    return n->type == JT_ARRAY ? end_of_array(c, n, found, at) : end_of_object(c, n, found, step);
}

static int change_root(RowRun *t, PathChange c)
{
    JsonNode *n;
    Str *path;
    c.t = t;
    TRY(json_arg(t, 0, &n));
    TRY(row_texts(t, 1, &path, &c.n_path));
    c.path = path;
    if (n->type < JT_ARRAY)
        return ROW_FAIL(t, ERR_INVALID_PARAMETER,
                        c.kind == CHANGE_DELETE ? "cannot delete path in scalar" : "cannot set path in scalar");
    if (c.n_path > 0 && !(!c.create && n->n == 0) && change(&c, n, 0) == 0)
        return 0;
    return json_give_tree(t, n);
}

static bool flag_at(const RowRun *t, uint32_t i, bool otherwise)
{
    return t->n_args > i ? row_value(t, i).b : otherwise;
}

static int set_row(RowRun *t)
{
    PathChange c = {.kind = CHANGE_SET, .create = flag_at(t, 3, true)};
    TRY(json_arg(t, 2, &c.value));
    return change_root(t, c);
}
static int insert_row(RowRun *t)
{
    PathChange c = {.kind = CHANGE_INSERT, .create = true, .after = flag_at(t, 3, false)};
    TRY(json_arg(t, 2, &c.value));
    return change_root(t, c);
}
static int delete_path_row(RowRun *t)
{
    return change_root(t, (PathChange){.kind = CHANGE_DELETE});
}
ROW_KERNEL(jsonb_set, set_row)
ROW_KERNEL(jsonb_insert, insert_row)
ROW_KERNEL(jsonb_delete_path, delete_path_row)

/* jsonb_set_lax: what a NULL value means is said by the last argument. */
static int set_lax_row(RowRun *t)
{
    if (row_is_null(t, 0) || row_is_null(t, 1) || (t->n_args > 3 && row_is_null(t, 3)))
        return 0;
    Str how = t->n_args > 4 ? row_text(t, 4) : STR("use_json_null");
    PathChange c = {.kind = CHANGE_SET, .create = flag_at(t, 3, true)};
    JsonNode *n;
    if (!row_is_null(t, 2)) {
        TRY(json_arg(t, 2, &c.value));
        return change_root(t, c);
    }
    if (t->n_args > 4 && row_is_null(t, 4))
        return ROW_FAIL(
            t, ERR_INVALID_PARAMETER,
            "null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"");
    if (str_eq(how, STR("raise_exception")))
        return ROW_FAIL(t, ERR_NULL_NOT_ALLOWED, "JSON value must not be null");
    if (str_eq(how, STR("delete_key")))
        return change_root(t, (PathChange){.kind = CHANGE_DELETE});
    if (str_eq(how, STR("return_target"))) {
        TRY(json_arg(t, 0, &n));
        return json_give(t, n, false);
    }
    if (!str_eq(how, STR("use_json_null")))
        return ROW_FAIL(
            t, ERR_INVALID_PARAMETER,
            "null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"");
    c.value = json_new(&t->arena, JT_NULL);
    return c.value ? change_root(t, c) : -ERR_OUT_OF_MEMORY;
}
ROW_KERNEL(jsonb_set_lax, set_lax_row)

static int pretty_row(RowRun *t)
{
    JsonNode *n;
    TRY(json_arg(t, 0, &n));
    jsonb_print_pretty(n, 0, &t->out);
    return 1;
}
ROW_KERNEL(jsonb_pretty, pretty_row)

#define OP(n, a, b, r, k, h, e) FN2(n, a, b, r, k, FN_JSON | FN_OPERATOR, h, e)
const FuncDef fn_jsonb[] = {
    OP("@>", T_JSONB, T_JSONB, T_BOOL, jsonb_contains, "contains the value", "'{\"a\":1, \"b\":2}'::jsonb @> '{\"b\":2}' -> true"),
    OP("<@", T_JSONB, T_JSONB, T_BOOL, jsonb_contained, "is contained in", "'{\"b\":2}'::jsonb <@ '{\"a\":1, \"b\":2}' -> true"),
    OP("?", T_JSONB, T_TEXT, T_BOOL, jsonb_exists, "has the key or string", "'{\"a\":1}'::jsonb ? 'a' -> true"),
    OP("?|", T_JSONB, TP_TEXTARRAY, T_BOOL, jsonb_exists_any, "has one of the keys",
       "'{\"a\":1}'::jsonb ?| ARRAY['a', 'b'] -> true"),
    OP("?&", T_JSONB, TP_TEXTARRAY, T_BOOL, jsonb_exists_all, "has all of the keys",
       "'{\"a\":1}'::jsonb ?& ARRAY['a', 'b'] -> false"),
    OP("||", T_JSONB, T_JSONB, T_JSONB, jsonb_concat, "objects merged, arrays joined", "'[1]'::jsonb || '[2]'::jsonb -> [1, 2]"),
    OP("-", T_JSONB, T_TEXT, T_JSONB, jsonb_delete_keys, "without a key, or without equal strings",
       "'{\"a\":1}'::jsonb - 'a' -> {}"),
    OP("-", T_JSONB, TP_TEXTARRAY, T_JSONB, jsonb_delete_keys, "without the keys", "'{\"a\":1}'::jsonb - '{a,b}'::text[] -> {}"),
    OP("-", T_JSONB, T_I32, T_JSONB, jsonb_delete_index, "without an element", "'[1, 2]'::jsonb - 1 -> [1]"),
    OP("#-", T_JSONB, TP_TEXTARRAY, T_JSONB, jsonb_delete_path, "without what lies at a path",
       "'[1, {\"b\":1}]'::jsonb #- '{1,b}' -> [1, {}]"),
    FN3("jsonb_set", T_JSONB, TP_TEXTARRAY, T_JSONB, T_JSONB, jsonb_set, FN_JSON, "with a new value at a path",
        "jsonb_set('{\"a\":1}', '{a}', '2') -> {\"a\": 2}"),
    FN4("jsonb_set", T_JSONB, TP_TEXTARRAY, T_JSONB, T_BOOL, T_JSONB, jsonb_set, FN_JSON,
        "the same; the last argument: also when there is nothing", "jsonb_set('{}', '{a}', '2', false) -> {}"),
    FN3("jsonb_set_lax", T_JSONB, TP_TEXTARRAY, T_JSONB, T_JSONB, jsonb_set_lax, FN_ERR, "jsonb_set where NULL is the JSON null",
        "jsonb_set_lax('{\"a\":1}', '{a}', NULL) -> {\"a\": null}"),
    FN4("jsonb_set_lax", T_JSONB, TP_TEXTARRAY, T_JSONB, T_BOOL, T_JSONB, jsonb_set_lax, FN_ERR, "the same",
        "jsonb_set_lax('{\"a\":1}', '{a}', NULL, true) -> {\"a\": null}"),
    {.name = "jsonb_set_lax",
     .n_args = 5,
     .arg = {T_JSONB, TP_TEXTARRAY, T_JSONB, T_BOOL, T_TEXT},
     .ret = T_JSONB,
     .kernel = jsonb_set_lax,
     .flags = FN_ERR,
     .help = "the same; the last argument says what NULL does",
     .example = "jsonb_set_lax('{\"a\":1}', '{a}', NULL, true, 'delete_key') -> {}"},
    FN3("jsonb_insert", T_JSONB, TP_TEXTARRAY, T_JSONB, T_JSONB, jsonb_insert, FN_JSON, "with a value inserted at a path",
        "jsonb_insert('[1, 2]', '{1}', '9') -> [1, 9, 2]"),
    FN4("jsonb_insert", T_JSONB, TP_TEXTARRAY, T_JSONB, T_BOOL, T_JSONB, jsonb_insert, FN_JSON,
        "the same; the last argument: behind it", "jsonb_insert('[1, 2]', '{1}', '9', true) -> [1, 2, 9]"),
    FN1("jsonb_pretty", T_JSONB, T_TEXT, jsonb_pretty, FN_JSON, "in lines, indented", "jsonb_pretty('[1]')"),
    {0},
};
