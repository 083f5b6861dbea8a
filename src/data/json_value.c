/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON into SQL values by type: objects into STRUCT and MAP, arrays into ARRAY of any dimensions, the text of everything else
 * through the input function of its type.  The other direction is json_print_value. */
#include "data/array.h"
#include "data/json.h"
#include "data/record.h"

static int wrong_kind(Type t, const JsonNode *n, Err *err)
{
    static const char *const names[] = {"null", "a boolean", "a number", "a string", "an array", "an object"};
    char type[64];
    type_print(t, type, sizeof(type));
    return RAISE(err, ERR_INVALID_TEXT, "JSON: %s is not a value of type %s", names[n->type], type);
}

static int keep(Type t, StrBuf *out, Arena *arena, Value *ret, Err *err)
{
    char *copy = out->failed ? NULL : arena_strndup(arena, sb_cstr(out), out->n);
    if (!copy)
        return RAISE_NOMEM(err);
    *ret = (Value){.type = t, .str = {copy, out->n}};
    return 0;
}

static int to_struct(const JsonNode *n, Type t, StrBuf *out, Arena *arena, Err *err)
{
    if (n->type != JT_OBJECT)
        return wrong_kind(t, n, err);
    for (uint32_t i = 0; i < t.nested->n; i++) {
        const Field *f = &t.nested->field[i];
        const JsonNode *m = json_member(n, str_of(f->name));
        Value v = value_null(f->type);
        if (m)
            TRY(json_to_value(m, f->type, arena, &v, err));
        record_put(out, &v);
    }
    return 0;
}

static int to_map(const JsonNode *n, Type t, StrBuf *out, Arena *arena, Err *err)
{
    Value *entry = ARENA_ARRAY(arena, Value, 2 * (size_t)n->n + 1);
    uint32_t k = 0;
    if (n->type != JT_OBJECT)
        return wrong_kind(t, n, err);
    if (!entry)
        return RAISE_NOMEM(err);
    for (const JsonNode *m = n->first; m; m = m->next, k++) {
        TRY(value_parse(map_key(t), m->key, arena, &entry[2 * k], err));
        TRY(json_to_value(m, map_value(t), arena, &entry[2 * k + 1], err));
    }
    return map_put(out, entry, k, arena, err);
}

/* Dimensions as the first element of each level has them; JSON elements end them. */
static void dims_of(const JsonNode *n, Type element, ArrayDims *ret)
{
    bool documents = type_is_json((TypeId)element.id);
    *ret = (ArrayDims){.n = 0};
    for (; n && n->type == JT_ARRAY && ret->n < ARRAY_DIMS_MAX && (ret->n == 0 || !documents); n = n->first) {
        ret->len[ret->n] = n->n;
        ret->lower[ret->n++] = 1;
    }
}

static int put_elements(const JsonNode *n, Type t, const ArrayDims *d, uint32_t depth, StrBuf *out, Arena *arena, Err *err)
{
    if (n->type != JT_ARRAY || n->n != d->len[depth])
        return RAISE(err, ERR_INVALID_TEXT, "JSON: arrays of one dimension must have the same length");
    for (const JsonNode *m = n->first; m; m = m->next) {
        Value v;
        if (depth + 1 < d->n) {
            TRY(put_elements(m, t, d, depth + 1, out, arena, err));
            continue;
        }
        TRY(json_to_value(m, type_element(t), arena, &v, err));
        array_put(out, t, &v);
    }
    return 0;
}

static int to_array(const JsonNode *n, Type t, StrBuf *out, Arena *arena, Err *err)
{
    ArrayDims d;
    if (n->type != JT_ARRAY)
        return wrong_kind(t, n, err);
    dims_of(n, type_element(t), &d);
    TRY(put_elements(n, t, &d, 0, out, arena, err));
    if (out->n > 0)
        array_put_dims(out, &d);
    return 0;
}

static int to_nested(const JsonNode *n, Type t, Arena *arena, Value *ret, Err *err)
{
    _cleanup_(sb_done) StrBuf out;
    sb_init(&out, arena->acct);
    TRY(t.id == T_STRUCT ? to_struct(n, t, &out, arena, err)
        : t.id == T_MAP  ? to_map(n, t, &out, arena, err)
                         : to_array(n, t, &out, arena, err));
    return keep(t, &out, arena, ret, err);
}

int json_to_value(const JsonNode *n, Type t, Arena *arena, Value *ret, Err *err)
{
    if (type_is_json((TypeId)t.id) && n->raw.n > 0)
        return value_parse(t, n->raw, arena, ret, err);
    if (n->type == JT_NULL) {
        *ret = value_null(t);
        return 0;
    }
    if (type_is_nested((TypeId)t.id))
        return to_nested(n, t, arena, ret, err);
    if (n->type == JT_BOOL)
        return value_parse(t, n->b ? STR("true") : STR("false"), arena, ret, err);
    if (n->type == JT_STRING || n->type == JT_NUMBER)
        return value_parse(t, n->str, arena, ret, err);
    return t.id == T_TEXT ? value_parse(t, n->raw, arena, ret, err) : wrong_kind(t, n, err);
}

int json_parse_value(Str text, Type t, Arena *arena, Value *ret, Err *err)
{
    JsonNode *n;
    if (!json_is_valid(text))
        return RAISE(err, ERR_INVALID_JSON, "not JSON: %.*s", (int)MIN(text.n, (size_t)64), text.p);
    int rc = json_tree(text, arena, &n);
    if (rc == -ERR_UNTRANSLATABLE)
        return RAISE(err, ERR_UNTRANSLATABLE, "unsupported Unicode escape sequence: \\u0000 cannot be converted to text");
    return rc < 0 ? RAISE_NOMEM(err) : json_to_value(n, t, arena, ret, err);
}
