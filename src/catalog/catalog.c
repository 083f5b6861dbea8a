/* SPDX-License-Identifier: Apache-2.0
 *
 * Catalog snapshots (design 6).  A snapshot is one block: the counted head and the array of its relations, by id ascending.  It
 * never changes after it was published, so readers need a reference and nothing else; a change of n relations copies n pointers.
 * Sets of relations are small (hundreds), hence names are found by scanning: no index has to be kept in step with the snapshots. */
#include "catalog/catalog.h"

#include "base/mem.h"

static Catalog *catalog_alloc(Account *acct, uint32_t n)
{
    Catalog *c = mem_zalloc(acct, sizeof(Catalog) + n * sizeof(Relation *));
    if (!c)
        return NULL;
    atomic_init(&c->rc, 1);
    c->acct = acct;
    c->capacity = n;
    c->relation = (Relation **)(c + 1);
    return c;
}

Catalog *catalog_empty(Account *acct)
{
    return catalog_alloc(acct, 0);
}

Catalog *catalog_ref(Catalog *c)
{
    ASSERT(c);
    atomic_fetch_add_explicit(&c->rc, 1, memory_order_relaxed);
    return c;
}

Catalog *catalog_unref(Catalog *c)
{
    if (!c || atomic_fetch_sub_explicit(&c->rc, 1, memory_order_acq_rel) != 1)
        return NULL;
    for (uint32_t i = 0; i < c->n; i++)
        relation_unref(c->relation[i]);
    mem_free(c->acct, c, sizeof(Catalog) + c->capacity * sizeof(Relation *));
    return NULL;
}

const Relation *catalog_find(const Catalog *c, Str name)
{
    ASSERT(c);
    for (uint32_t i = 0; i < c->n; i++)
        if (c->relation[i]->kind != REL_SCHEMA && str_eq(str_of(c->relation[i]->name), name))
            return c->relation[i];
    return NULL;
}

const Relation *catalog_schema(const Catalog *c, Str name)
{
    for (uint32_t i = 0; c && i < c->n; i++)
        if (c->relation[i]->kind == REL_SCHEMA && str_eq(str_of(c->relation[i]->name), name))
            return c->relation[i];
    return NULL;
}

const Relation *catalog_by_id(const Catalog *c, uint64_t id)
{
    ASSERT(c);
    uint32_t lo = 0, hi = c->n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (c->relation[mid]->id < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < c->n && c->relation[lo]->id == id ? c->relation[lo] : NULL;
}

const Relation *catalog_keys_of(const Catalog *c, const Relation *table)
{
    for (uint32_t i = 0; i < c->n; i++)
        if (relation_is_keys(c->relation[i]) && c->relation[i]->input == table->id)
            return c->relation[i];
    return NULL;
}

const char *catalog_nearest(const Catalog *c, Str name)
{
    ASSERT(c);
    const char *best = NULL;
    unsigned limit = 1 + (unsigned)name.n / 4;
    for (uint32_t i = 0; i < c->n; i++) {
        Str of = str_of(c->relation[i]->name);
        unsigned d = str_distance(name, of, limit);
        if (c->relation[i]->kind != REL_SCHEMA && d <= limit && d < MAX(name.n, of.n)) {
            best = c->relation[i]->name;
            if (d == 0)
                break;
            limit = d - 1;
        }
    }
    return best;
}

static bool relation_reads(const Relation *r, uint64_t id)
{
    if (r->input == id || r->space == id)
        return true;
    for (uint32_t i = 0; i < r->n_depends; i++)
        if (r->depends[i] == id)
            return true;
    return false;
}

/* Depth first; a relation is put down after everything that reads it, so each stands before what it depends on. */
static void dependants_visit(const Catalog *c, uint64_t id, bool *seen, const Relation **out, uint32_t *n)
{
    for (uint32_t i = 0; i < c->n; i++) {
        if (seen[i] || c->relation[i]->id == id || !relation_reads(c->relation[i], id))
            continue;
        seen[i] = true;
        dependants_visit(c, c->relation[i]->id, seen, out, n);
        out[(*n)++] = c->relation[i];
    }
}

int catalog_dependants(const Catalog *c, uint64_t id, Arena *arena, const Relation ***ret, uint32_t *ret_n, Err *err)
{
    ASSERT(c && arena);
    const Relation **out = ARENA_ARRAY(arena, const Relation *, c->n + 1);
    bool *seen = ARENA_ARRAY(arena, bool, c->n + 1);
    if (!out || !seen)
        return RAISE_NOMEM(err);
    uint32_t n = 0;
    dependants_visit(c, id, seen, out, &n);
    *ret = out;
    *ret_n = n;
    return 0;
}

static bool id_in(uint64_t id, const uint64_t *ids, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

int catalog_with(const Catalog *c, Relation *add, const uint64_t *remove, uint32_t n_remove, Catalog **ret, Err *err)
{
    ASSERT(c);
    ASSERT(!add || add->id != 0);
    Catalog *next = catalog_alloc(c->acct, c->n + 1);
    if (!next)
        return RAISE_NOMEM(err);
    next->version = c->version + 1;
    bool placed = add == NULL;
    for (uint32_t i = 0; i < c->n; i++) {
        Relation *r = c->relation[i];
        if (!placed && r->id >= add->id) {
            next->relation[next->n++] = relation_ref(add);
            placed = true;
        }
        if ((add && r->id == add->id) || id_in(r->id, remove, n_remove))
            continue;
        next->relation[next->n++] = relation_ref(r);
    }
    if (!placed)
        next->relation[next->n++] = relation_ref(add);
    *ret = next;
    return 0;
}
