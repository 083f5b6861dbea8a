/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of the kinds and enums of the tree, from their rows, and the operations that follow from the table of fields. */
#include "sql/ast_equal.h"

#include <stddef.h>

const char *node_kind_name(NodeKind kind)
{
    static const char *const names[] = {
        "none",
#define N(KIND, Struct) #Struct,
#include "sql/nodes.def"
#undef N
    };
    return names[kind];
}

const char *sql_op_text(SqlOp op)
{
    static const char *const texts[] = {
#define OP(NAME, spelling) spelling,
#include "sql/ops.def"
#undef OP
    };
    return texts[op];
}

static const struct {
    const char *text;
    bool has_name;
} shows[] = {
#define S(KIND, text, object) {text, object},
#include "sql/shows.def"
#undef S
};

const char *show_kind_text(ShowKind kind)
{
    return shows[kind].text;
}

bool show_kind_has_name(ShowKind kind)
{
    return shows[kind].has_name;
}

const char *object_kind_text(ObjectKind kind)
{
    static const char *const texts[N_OBJECT_KINDS] = {
        "SOURCE",
        "TABLE",
        "LOOKUP TABLE",
        "STREAM",
        "MATERIALIZED VIEW",
        "VIEW",
        "CONTINUOUS QUERY",
        "SINK",
        "FUNCTION",
        "PROCEDURE",
        "ROUTINE",
        "COLUMN",
        "CONSTRAINT",
        "TYPE",
        "DOMAIN",
        "INDEX",
        "SEQUENCE",
        "SCHEMA",
        "",
    };
    return texts[kind];
}

const char *interval_unit_text(IntervalUnit unit)
{
    static const char *const texts[N_INTERVAL_UNITS] = {
        "", "microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year",
    };
    return texts[unit];
}

/* ---- the table of fields ---- */

typedef enum FieldClass { FIELD_NODE, FIELD_LIST, FIELD_STR, FIELD_IDENT, FIELD_NAME, FIELD_INT } FieldClass;
typedef struct Field {
    uint16_t kind, offset;
    uint8_t klass, bytes;
} Field;
static const Field fields[] = {
#define F(Struct, field, CLASS) {NODE_OF_##Struct, offsetof(Struct, field), FIELD_##CLASS, sizeof(((Struct *)0)->field)},
#include "sql/fields.def"
#undef F
};

/* fields[] is ordered by kind as nodes.def is (test_ast.c checks it), so the rows of one kind lie together. */
static const Field *fields_of(int kind, const Field **ret_end)
{
    size_t low = 0, high = ARRAY_LEN(fields);
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (fields[mid].kind < kind)
            low = mid + 1;
        else
            high = mid;
    }
    const Field *f = &fields[low], *end = f;
    while (end < fields + ARRAY_LEN(fields) && end->kind == kind)
        end++;
    *ret_end = end;
    return f;
}

static const void *field_at(const Node *n, const Field *f)
{
    return (const char *)n + f->offset;
}

Node *ast_copy_top(Arena *arena, const Node *n)
{
    static const size_t bytes[] = {
        0,
#define N(KIND, Struct) sizeof(Struct),
#include "sql/nodes.def"
#undef N
    };
    Node *copy = arena_memdup(arena, n, bytes[n->kind]);
    if (copy)
        copy->next = NULL;
    return copy;
}

uint32_t ast_depth(const Node *n)
{
    uint32_t depth = 0;
    const Field *end, *f = fields_of(n->kind, &end);
    for (; f < end; f++) {
        if (f->klass == FIELD_NODE) {
            const Node *child = *(Node *const *)field_at(n, f);
            if (child)
                depth = MAX(depth, child->depth);
        } else if (f->klass == FIELD_LIST) {
            const NodeList *list = field_at(n, f);
            depth = MAX(depth, list->depth);
        }
    }
    return depth + 1;
}

int ast_each_child(const Node *n, AstVisit visit, void *self)
{
    const Field *end, *f = fields_of(n->kind, &end);
    for (; f < end; f++) {
        int rc = 0;
        if (f->klass == FIELD_NODE) {
            Node *child = *(Node *const *)field_at(n, f);
            rc = child ? visit(self, child) : 0;
        } else if (f->klass == FIELD_LIST) {
            const NodeList *list = field_at(n, f);
            for (Node *c = list->first; c && !rc; c = c->next)
                rc = visit(self, c);
        }
        if (rc)
            return rc;
    }
    return 0;
}

bool name_set_key(Arena *arena, Name *name)
{
    const Ident *object = name_last(name), *schema = name->n_parts > 1 ? object - 1 : NULL;
    name->key = (Str){0};
    if (!schema || str_eq(schema->s, STR("public")) || str_eq(schema->s, STR("main")))
        return true;
    const char *key = arena_printf(arena, "%.*s.%.*s", (int)schema->s.n, schema->s.p, (int)object->s.n, object->s.p);
    if (key)
        name->key = str_of(key);
    return key != NULL;
}

static bool str_same(Str a, Str b)
{
    return !a.p == !b.p && str_eq(a, b);
}

/* A quoted name equals the same name without quotes: both name the same thing unless folding changed it. */
static bool ident_same(const Ident *a, const Ident *b)
{
    return str_same(a->s, b->s);
}

static bool name_same(const Name *a, const Name *b)
{
    if (a->n_parts != b->n_parts)
        return false;
    for (uint32_t i = 0; i < a->n_parts; i++)
        if (!ident_same(&a->part[i], &b->part[i]))
            return false;
    return true;
}

static bool list_same(const NodeList *a, const NodeList *b)
{
    const Node *x = a->first, *y = b->first;
    if (a->n != b->n)
        return false;
    for (; x && y; x = x->next, y = y->next)
        if (!ast_is_equal(x, y))
            return false;
    return x == y;
}

static bool field_same(const Node *a, const Node *b, const Field *f)
{
    const void *x = field_at(a, f), *y = field_at(b, f);
    switch ((FieldClass)f->klass) {
    case FIELD_NODE: return ast_is_equal(*(Node *const *)x, *(Node *const *)y);
    case FIELD_LIST: return list_same(x, y);
    case FIELD_STR: return str_same(*(const Str *)x, *(const Str *)y);
    case FIELD_IDENT: return ident_same(x, y);
    case FIELD_NAME: return name_same(x, y);
    case FIELD_INT: return memcmp(x, y, f->bytes) == 0;
    }
    return false;
}

bool ast_is_equal(const Node *a, const Node *b)
{
    if (a == b)
        return true;
    if (!a || !b || a->kind != b->kind)
        return false;
    const Field *end, *f = fields_of(a->kind, &end);
    for (; f < end; f++)
        if (!field_same(a, b, f))
            return false;
    return true;
}
