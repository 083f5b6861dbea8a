/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading JSON into a tree.  The text is known to be valid, so nothing is checked twice; its depth is bounded by JSON_DEPTH_MAX,
 * which bounds the recursion. */
#include "data/json.h"

typedef struct Reader {
    const char *p;
    Arena *arena;
    int rc;
} Reader;

JsonNode *json_new(Arena *arena, JsonType type)
{
    JsonNode *n = ARENA_NEW(arena, JsonNode);
    if (n)
        *n = (JsonNode){.type = (uint8_t)type};
    return n;
}

void json_append(JsonNode *container, JsonNode *member)
{
    member->next = NULL;
    if (container->last)
        container->last->next = member;
    else
        container->first = member;
    container->last = member;
    container->n++;
}

static void skip_space(Reader *r)
{
    while (*r->p == ' ' || *r->p == '\t' || *r->p == '\n' || *r->p == '\r')
        r->p++;
}

static uint32_t hex4(const char *p)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++)
        v = v << 4 | (uint32_t)(p[i] <= '9' ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10);
    return v;
}

/* After the backslash and u of an escape; bytes written, 0 for the character that cannot be. */
static int unescape_code(Reader *r, char *out)
{
    uint32_t c = hex4(r->p);
    r->p += 4;
    if (c >= 0xD800 && c <= 0xDBFF) {
        c = 0x10000 + ((c - 0xD800) << 10) + (hex4(r->p + 2) - 0xDC00);
        r->p += 6;
    }
    if (c == 0)
        r->rc = r->rc ? r->rc : -ERR_UNTRANSLATABLE;
    return c ? utf8_encode(c, out) : 0;
}

static char unescape_letter(char c)
{
    switch (c) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return c;
    }
}

static Str read_string(Reader *r)
{
    const char *from = ++r->p;
    while (*r->p != '"' && *r->p != '\\')
        r->p++;
    size_t n = (size_t)(r->p - from);
    if (*r->p++ == '"')
        return (Str){from, n};
    const char *end = r->p;
    while (*end != '"')
        end += 1 + (*end == '\\');
    char *out = arena_alloc(r->arena, (size_t)(end - from) + 1);
    if (!out) {
        r->rc = -ERR_OUT_OF_MEMORY;
        r->p = end + 1;
        return STR("");
    }
    memcpy(out, from, n);
    for (r->p--; *r->p != '"';) {
        if (*r->p != '\\') {
            out[n++] = *r->p++;
            continue;
        }
        char c = r->p[1];
        r->p += 2;
        if (c == 'u')
            n += (size_t)unescape_code(r, out + n);
        else
            out[n++] = unescape_letter(c);
    }
    r->p++;
    return (Str){out, n};
}

static JsonNode *read_value(Reader *r);

static void read_members(Reader *r, JsonNode *n)
{
    char close = n->type == JT_OBJECT ? '}' : ']';
    r->p++;
    skip_space(r);
    for (bool more = *r->p != close; more && r->rc != -ERR_OUT_OF_MEMORY;) {
        Str key = {0};
        skip_space(r);
        if (n->type == JT_OBJECT) {
            key = read_string(r);
            skip_space(r);
            r->p++; /* : */
        }
        JsonNode *m = read_value(r);
        if (!m)
            return;
        m->key = key;
        json_append(n, m);
        skip_space(r);
        more = *r->p == ',';
        r->p += more;
    }
    r->p++;
}

static JsonNode *read_value(Reader *r)
{
    skip_space(r);
    char c = *r->p;
    JsonType type = c == '{'               ? JT_OBJECT
                    : c == '['             ? JT_ARRAY
                    : c == '"'             ? JT_STRING
                    : c == 't' || c == 'f' ? JT_BOOL
                    : c == 'n'             ? JT_NULL
                                           : JT_NUMBER;
    JsonNode *n = json_new(r->arena, type);
    if (!n) {
        r->rc = -ERR_OUT_OF_MEMORY;
        return NULL;
    }
    const char *from = r->p;
    n->b = c == 't';
    switch (type) {
    case JT_OBJECT:
    case JT_ARRAY: read_members(r, n); break;
    case JT_STRING: n->str = read_string(r); break;
    case JT_BOOL: r->p += n->b ? 4 : 5; break;
    case JT_NULL: r->p += 4; break;
    case JT_NUMBER:
        while (*r->p && strchr("+-.0123456789eE", *r->p))
            r->p++;
        n->str = (Str){from, (size_t)(r->p - from)};
        break;
    }
    n->raw = (Str){from, (size_t)(r->p - from)};
    return n;
}

/* A copy, because the reader looks one byte beyond the value. */
int json_tree(Str valid, Arena *arena, JsonNode **ret)
{
    Reader r = {.p = arena_strndup(arena, valid.p, valid.n), .arena = arena};
    if (!r.p)
        return -ERR_OUT_OF_MEMORY;
    *ret = read_value(&r);
    return r.rc;
}

JsonNode *json_member(const JsonNode *object, Str key)
{
    JsonNode *found = NULL;
    for (JsonNode *m = object->first; m; m = m->next)
        if (str_eq(m->key, key))
            found = m;
    return found;
}

JsonNode *json_element(const JsonNode *array, int64_t i)
{
    i = i < 0 ? i + array->n : i;
    JsonNode *m = i < 0 ? NULL : array->first;
    while (m && i-- > 0)
        m = m->next;
    return m;
}
