/* SPDX-License-Identifier: Apache-2.0
 *
 * The descriptions of nested types: lists in a fixed table, to which entries are only ever added, by compare-and-swap.  Two threads
 * that make the same one at the same moment may both try; the one that comes second finds the other's and drops its own.  Those of
 * ENUMs have owners, for they grow: one that nobody owns any more is found again by who wants the same labels. */
#include "data/nested.h"

#include <stdio.h>

#define BUCKETS 256u

typedef struct KeptLabel {
    struct KeptLabel *next;
    char text[];
} KeptLabel;

typedef struct Entry Entry;
struct Entry {
    Entry *next;
    uint8_t kind; /* TypeId */
    Schema *schema;
    uint32_t room;                   /* of the labels of an ENUM: fields at most */
    _Atomic uint32_t owners, hidden; /* hidden: of its labels, the last ones */
    KeptLabel *labels;               /* that were added or renamed; the owner's */
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

/* It is the finder's own: an ENUM that nobody owned. */
static bool take(Entry *e)
{
    uint32_t nobody = 0;
    return atomic_compare_exchange_strong_explicit(&e->owners, &nobody, 1, memory_order_acq_rel, memory_order_acquire);
}

static Schema *with_room(const Schema *s)
{
    size_t bytes = s->bytes + ENUM_ROOM * sizeof(Field);
    Schema *r = mem_zalloc(NULL, bytes);
    if (!r)
        return NULL;
    memcpy(r, s, sizeof(*s) + s->n * sizeof(Field));
    atomic_init(&r->rc, 1);
    r->bytes = bytes;
    char *names = (char *)&r->field[s->n + ENUM_ROOM];
    for (uint32_t i = 0; i < s->n; i++) {
        size_t n = strlen(s->field[i].name) + 1;
        r->field[i].name = memcpy(names, s->field[i].name, n);
        names += n;
    }
    return r;
}

static int make_enum(const char *name, const Field *fields, uint32_t n, Type *ret)
{
    Schema *plain = schema_new(NULL, fields, n), *s;
    if (!plain)
        return -ERR_OUT_OF_MEMORY;
    _Atomic(Entry *) *bucket = &buckets[(plain->fingerprint ^ plain->fingerprint >> 32) % BUCKETS];
    Entry *first = atomic_load_explicit(bucket, memory_order_acquire);
    *ret = (Type){.id = T_ENUM};
    for (Entry *e = first; e && !ret->nested; e = e->next)
        if (same(e, T_ENUM, name, plain) && take(e))
            ret->nested = e->schema;
    s = ret->nested ? NULL : with_room(plain);
    schema_unref(plain);
    if (ret->nested)
        return 0;
    Entry *mine = s ? entry_new(T_ENUM, name, s) : NULL;
    if (!mine)
        return -ERR_OUT_OF_MEMORY;
    mine->room = n + ENUM_ROOM;
    atomic_init(&mine->owners, 1);
    do
        mine->next = first;
    while (!atomic_compare_exchange_weak_explicit(bucket, &first, mine, memory_order_acq_rel, memory_order_acquire));
    ret->nested = s;
    return 0;
}

static Schema *parts_new(const Field *fields, uint32_t n)
{
    Field *f = mem_zalloc(NULL, MAX(n, 1u) * sizeof(*f));
    if (!f)
        return NULL;
    for (uint32_t i = 0; i < n; i++) {
        f[i] = fields[i];
        f[i].type = type_part(f[i].type);
    }
    Schema *s = schema_new(NULL, f, n);
    mem_free(NULL, f, MAX(n, 1u) * sizeof(*f));
    return s;
}

static int intern(TypeId kind, const char *name, const Field *fields, uint32_t n, Type *ret)
{
    Schema *s = parts_new(fields, n);
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
    int rc = make_enum(name, f, n, ret);
    mem_free(NULL, f, MAX(n, 1u) * sizeof(*f));
    return rc;
}

/* Of an ENUM. */
static Entry *entry_of(Type t)
{
    Entry *e =
        atomic_load_explicit(&buckets[(t.nested->fingerprint ^ t.nested->fingerprint >> 32) % BUCKETS], memory_order_acquire);
    while (e->schema != t.nested)
        e = e->next;
    return e;
}

void type_enum_hold(Type t)
{
    atomic_fetch_add_explicit(&entry_of(t)->owners, 1, memory_order_relaxed);
}

void type_enum_release(Type t)
{
    atomic_fetch_sub_explicit(&entry_of(t)->owners, 1, memory_order_acq_rel);
}

/* For good, as the type is: results that are still there have its labels, also those that were renamed or cut since. */
static const char *keep_label(Type t, Str label)
{
    KeptLabel *kept = mem_alloc(NULL, sizeof(*kept) + label.n + 1);
    if (!kept)
        return NULL;
    memcpy(kept->text, label.p, label.n);
    kept->text[label.n] = 0;
    kept->next = entry_of(t)->labels;
    entry_of(t)->labels = kept;
    return kept->text;
}

uint32_t type_enum_usable(Type t)
{
    uint32_t n = __atomic_load_n(&t.nested->n, __ATOMIC_ACQUIRE);
    return n - MIN(n, atomic_load_explicit(&entry_of(t)->hidden, memory_order_acquire));
}

void type_enum_show(Type t)
{
    atomic_store_explicit(&entry_of(t)->hidden, 0, memory_order_release);
}

int type_enum_add(Type t, Str label, bool hidden)
{
    Schema *s = (Schema *)t.nested;
    if (s->n == entry_of(t)->room)
        return -ERR_PROGRAM_LIMIT;
    const char *name = keep_label(t, label);
    if (!name)
        return -ERR_OUT_OF_MEMORY;
    s->field[s->n] = (Field){.name = name, .type = TYPE(TEXT)};
    if (hidden)
        atomic_fetch_add_explicit(&entry_of(t)->hidden, 1, memory_order_release);
    __atomic_store_n(&s->n, s->n + 1, __ATOMIC_RELEASE);
    return 0;
}

void type_enum_cut(Type t, uint32_t n)
{
    uint32_t hidden = atomic_load_explicit(&entry_of(t)->hidden, memory_order_relaxed), cut = t.nested->n - n;
    __atomic_store_n(&((Schema *)t.nested)->n, n, __ATOMIC_RELEASE);
    atomic_store_explicit(&entry_of(t)->hidden, hidden - MIN(hidden, cut), memory_order_release);
}

void type_enum_name_again(Type t, uint32_t i, const char *was)
{
    __atomic_store_n(&((Schema *)t.nested)->field[i].name, was, __ATOMIC_RELEASE);
}

int type_enum_rename(Type t, uint32_t i, Str label)
{
    const char *name = keep_label(t, label);
    if (!name)
        return -ERR_OUT_OF_MEMORY;
    __atomic_store_n(&((Schema *)t.nested)->field[i].name, name, __ATOMIC_RELEASE);
    return 0;
}

int type_enum_call(Type t, Str name)
{
    const char *kept = keep_label(t, name);
    if (!kept)
        return -ERR_OUT_OF_MEMORY;
    type_enum_call_again(t, kept);
    return 0;
}

void type_enum_call_again(Type t, const char *was)
{
    __atomic_store_n(&((Schema *)t.nested)->name, was, __ATOMIC_RELEASE);
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
    if (type_has_bounds((TypeId)t.id))
        return type_holds(type_bound((TypeId)t.id), id);
    if (t.id != T_STRUCT && t.id != T_MAP)
        return false;
    for (uint32_t i = 0; i < t.nested->n; i++)
        if (type_holds(t.nested->field[i].type, id))
            return true;
    return false;
}

bool type_has_style(Type t)
{
    static const TypeId ids[] = {T_DATE, T_TS, T_TSTZ, T_TSNS, T_INTERVAL};
    for (size_t i = 0; i < ARRAY_LEN(ids); i++)
        if (type_holds(t, ids[i]))
            return true;
    return false;
}
