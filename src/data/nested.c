/* SPDX-License-Identifier: Apache-2.0
 *
 * The descriptions of nested types: lists in a fixed table, to which entries are only ever added, by compare-and-swap.  Two threads
 * that make the same one at the same moment may both try; the one that comes second finds the other's and drops its own. */
#include "data/nested.h"

#include <stdio.h>

#define BUCKETS 256u

typedef struct Entry Entry;
struct Entry {
    Entry *next;
    uint8_t kind; /* TypeId */
    Schema *schema;
};

static _Atomic(Entry *) buckets[BUCKETS];

static bool same_name(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* VARCHAR(3) and VARCHAR(4) are different parts, though they are held in the same way. */
static bool same(const Entry *e, TypeId kind, const char *name, const Schema *s)
{
    bool equal = e->kind == kind && same_name(e->schema->name, name) && schema_eq(e->schema, s);
    for (uint32_t i = 0; equal && i < s->n; i++)
        equal = e->schema->field[i].type.length == s->field[i].type.length;
    return equal;
}

static const Entry *find(const Entry *first, const Entry *end, TypeId kind, const char *name, const Schema *s)
{
    for (const Entry *e = first; e != end; e = e->next)
        if (same(e, kind, name, s))
            return e;
    return NULL;
}

static Entry *entry_new(TypeId kind, const char *name, Schema *give_s)
{
    size_t n = name ? strlen(name) + 1 : 0;
    Entry *e = mem_zalloc(NULL, sizeof(*e) + n);
    if (!e) {
        schema_unref(give_s);
        return NULL;
    }
    *e = (Entry){.kind = (uint8_t)kind, .schema = give_s};
    if (name)
        give_s->name = memcpy(e + 1, name, n);
    return e;
}

static int intern(TypeId kind, const char *name, const Field *fields, uint32_t n, Type *ret)
{
    Schema *s = schema_new(NULL, fields, n);
    if (!s)
        return -ERR_OUT_OF_MEMORY;
    _Atomic(Entry *) *bucket = &buckets[(s->fingerprint ^ s->fingerprint >> 32) % BUCKETS];
    Entry *first = atomic_load_explicit(bucket, memory_order_acquire), *mine = NULL;
    const Entry *found = find(first, NULL, kind, name, s), *seen = first;
    while (!found) {
        if (!mine && !(mine = entry_new(kind, name, s)))
            return -ERR_OUT_OF_MEMORY;
        mine->next = first;
        if (atomic_compare_exchange_weak_explicit(bucket, &first, mine, memory_order_acq_rel, memory_order_acquire)) {
            *ret = (Type){.id = (uint8_t)kind, .nested = s};
            return 0;
        }
        found = find(first, seen, kind, name, s);
        seen = first;
    }
    if (mine)
        mem_free(NULL, mine, sizeof(*mine) + (name ? strlen(name) + 1 : 0));
    schema_unref(s);
    *ret = (Type){.id = (uint8_t)kind, .nested = found->schema};
    return 0;
}

int type_struct(const char *name, const Field *fields, uint32_t n, Type *ret)
{
    return intern(T_STRUCT, name, fields, n, ret);
}

int type_map(Type key, Type value, Type *ret)
{
    Field f[2] = {{.name = "key", .type = key, .not_null = true}, {.name = "value", .type = value}};
    return intern(T_MAP, NULL, f, 2, ret);
}

int type_enum(const char *name, const char *const *labels, uint32_t n, Type *ret)
{
    Field *f = mem_zalloc(NULL, MAX(n, 1u) * sizeof(*f));
    if (!f)
        return -ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < n; i++)
        f[i] = (Field){.name = labels[i], .type = TYPE(TEXT)};
    int rc = intern(T_ENUM, name, f, n, ret);
    mem_free(NULL, f, MAX(n, 1u) * sizeof(*f));
    return rc;
}

void row_field_name(uint32_t i, char buf[ROW_FIELD_NAME_MAX])
{
    (void)snprintf(buf, ROW_FIELD_NAME_MAX, "f%u", (i + 1) % 100000);
}

bool type_holds(Type t, TypeId id)
{
    if (t.id == id)
        return true;
    if (t.id == T_ARRAY)
        return type_holds(type_element(t), id);
    if (t.id != T_STRUCT && t.id != T_MAP)
        return false;
    for (uint32_t i = 0; i < t.nested->n; i++)
        if (type_holds(t.nested->field[i].type, id))
            return true;
    return false;
}
