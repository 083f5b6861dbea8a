/* SPDX-License-Identifier: Apache-2.0
 *
 * Schemas: one block of memory holding the header, the fields and their names, so that freeing is one call and a field's name can
 * be borrowed for as long as the schema lives.  Descriptions of nested types are kept for good (nested.h) and only pointed at. */
#include "data/schema.h"

#include "base/hash.h"

static uint64_t field_hash(uint64_t h, const Field *f)
{
    Type t = f->type;
    h = hash_combine(h, hash_bytes(f->name, strlen(f->name)));
    h = hash_combine(h, hash_i64((int64_t)t.id | (int64_t)t.precision << 8 | (int64_t)t.scale << 16 | (int64_t)f->not_null << 24 |
                                 (int64_t)t.element << 32));
    return t.nested ? hash_combine(h, t.nested->fingerprint) : h;
}

Schema *schema_new(Account *acct, const Field *fields, uint32_t n)
{
    size_t bytes = sizeof(Schema) + n * sizeof(Field);
    ASSERT(fields || n == 0);
    for (uint32_t i = 0; i < n; i++)
        bytes += strlen(fields[i].name) + 1;
    Schema *s = mem_alloc(acct, bytes);
    if (!s)
        return NULL;
    *s = (Schema){.n = n, .acct = acct, .bytes = bytes};
    atomic_init(&s->rc, 1);
    char *names = (char *)&s->field[n];
    uint64_t h = hash_i64(n);
    for (uint32_t i = 0; i < n; i++) {
        size_t len = strlen(fields[i].name) + 1;
        s->field[i] = fields[i];
        s->field[i].name = memcpy(names, fields[i].name, len);
        names += len;
        h = field_hash(h, &s->field[i]);
    }
    s->fingerprint = h;
    return s;
}

Schema *schema_ref(const Schema *s)
{
    Schema *own = (Schema *)s; /* only the count is ever written */
    ASSERT(s);
    atomic_fetch_add_explicit(&own->rc, 1, memory_order_relaxed);
    return own;
}

Schema *schema_unref(Schema *s)
{
    if (!s || atomic_fetch_sub_explicit(&s->rc, 1, memory_order_acq_rel) != 1)
        return NULL;
    mem_free(s->acct, s, s->bytes);
    return NULL;
}

void schema_unrefp(Schema **s)
{
    schema_unref(*s);
    *s = NULL;
}

int schema_find(const Schema *s, Str name)
{
    for (uint32_t i = 0; i < s->n; i++)
        if (str_eq(str_of(s->field[i].name), name))
            return (int)i;
    return -1;
}

int schema_find_nocase(const Schema *s, Str name)
{
    for (uint32_t i = 0; i < s->n; i++)
        if (str_eq_nocase(str_of(s->field[i].name), name))
            return (int)i;
    return -1;
}

const char *schema_nearest(const Schema *s, Str name)
{
    unsigned best = 2 + (unsigned)name.n / 4;
    const char *nearest = NULL;
    for (uint32_t i = 0; i < s->n; i++) {
        Str of = str_of(s->field[i].name);
        unsigned d = str_distance(name, of, best);
        if (d < best && d < MAX(name.n, of.n)) {
            best = d;
            nearest = s->field[i].name;
        }
    }
    return nearest;
}

bool schema_eq(const Schema *a, const Schema *b)
{
    if (a == b)
        return true;
    if (!schema_same_types(a, b))
        return false;
    for (uint32_t i = 0; i < a->n; i++)
        if (a->field[i].not_null != b->field[i].not_null || strcmp(a->field[i].name, b->field[i].name) != 0)
            return false;
    return true;
}

bool schema_same_types(const Schema *a, const Schema *b)
{
    if (a == b)
        return true;
    if (a->n != b->n)
        return false;
    for (uint32_t i = 0; i < a->n; i++)
        if (!type_eq(a->field[i].type, b->field[i].type))
            return false;
    return true;
}
