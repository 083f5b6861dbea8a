/* SPDX-License-Identifier: Apache-2.0
 *
 * Catalog snapshots (design 6).  A snapshot is one block: the counted head and pointers to its relations in several orders, so that
 * a statement finds what it names in some comparisons however many there are.  It never changes after it was published, so readers
 * need a reference and nothing else; a change copies the pointers and puts one in its places. */
#include "catalog/catalog.h"

#include "base/mem.h"

enum { N_ORDERS = 5 };

static Catalog *catalog_alloc(Account *acct, uint32_t n)
{
    Catalog *c = mem_zalloc(acct, sizeof(Catalog) + (size_t)n * N_ORDERS * sizeof(Relation *));
    if (!c)
        return NULL;
    atomic_init(&c->rc, 1);
    c->acct = acct;
    c->capacity = n;
    c->relation = (Relation **)(c + 1);
    c->named = c->relation + n;
    c->of_kind = c->named + n;
    c->refers = c->of_kind + n;
    c->shaped = c->refers + n;
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
    mem_free(c->acct, c, sizeof(Catalog) + (size_t)c->capacity * N_ORDERS * sizeof(Relation *));
    return NULL;
}

void catalog_unrefp(Catalog **c)
{
    catalog_unref(*c);
}

/* The first with that name, or where it would be. */
static uint32_t named_at(const Catalog *c, Str name)
{
    uint32_t lo = 0, hi = c->n_named;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (str_cmp(str_of(c->named[mid]->name), name) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static const Relation *find_named(const Catalog *c, Str name, bool is_schema)
{
    for (uint32_t i = named_at(c, name); i < c->n_named && str_eq(str_of(c->named[i]->name), name); i++)
        if ((c->named[i]->kind == REL_SCHEMA) == is_schema)
            return c->named[i];
    return NULL;
}

const Relation *catalog_find(const Catalog *c, Str name)
{
    ASSERT(c);
    return find_named(c, name, false);
}

const Relation *catalog_schema(const Catalog *c, Str name)
{
    return c ? find_named(c, name, true) : NULL;
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

Relations catalog_belonging(const Catalog *c, RelationKind kind, uint64_t input)
{
    Relations all = catalog_kind(c, kind);
    uint32_t lo = 0, hi = all.n, end;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (all.relation[mid]->input < input)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (end = lo; end < all.n && all.relation[end]->input == input;)
        end++;
    return (Relations){end - lo, all.relation + lo};
}

static int rows_order(Fingerprint x, Fingerprint y)
{
    if (x.a != y.a)
        return x.a < y.a ? -1 : 1;
    return x.b < y.b ? -1 : x.b > y.b;
}

Relations catalog_shaped(const Catalog *c, Fingerprint rows)
{
    uint32_t lo = 0, hi = c->n_shaped, end;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (rows_order(c->shaped[mid]->shape->rows, rows) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (end = lo; end < c->n_shaped && rows_order(c->shaped[end]->shape->rows, rows) == 0;)
        end++;
    return (Relations){end - lo, c->shaped + lo};
}

const Relation *catalog_keys_of(const Catalog *c, const Relation *table)
{
    Relations keys = catalog_belonging(c, REL_TABLE, table->id);
    return keys.n ? keys.relation[0] : NULL;
}

const char *catalog_nearest(const Catalog *c, Str name)
{
    ASSERT(c);
    const char *best = NULL;
    unsigned limit = 1 + (unsigned)name.n / 4;
    for (uint32_t i = 0; i < c->n; i++) {
        Str of = str_of(c->relation[i]->name);
        unsigned d = str_distance(name, of, limit);
        if (c->relation[i]->kind != REL_SCHEMA && !c->relation[i]->hidden && d <= limit && d < MAX(name.n, of.n)) {
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

/* ---- the next snapshot ---- */

typedef struct Change {
    const Relation *add;
    const Relation **gone; /* removed, or replaced by add */
    uint32_t n_gone;
} Change;

static bool is_gone(const Change *change, const Relation *r)
{
    for (uint32_t i = 0; i < change->n_gone; i++)
        if (change->gone[i] == r)
            return true;
    return false;
}

static bool id_before(const Relation *a, const Relation *b)
{
    return a->id < b->id;
}
static bool name_before(const Relation *a, const Relation *b)
{
    int order = str_cmp(str_of(a->name), str_of(b->name));
    return order < 0 || (order == 0 && a->id < b->id);
}
static bool shape_before(const Relation *a, const Relation *b)
{
    int order = rows_order(a->shape->rows, b->shape->rows);
    return order < 0 || (order == 0 && a->id < b->id);
}
static bool kind_before(const Relation *a, const Relation *b)
{
    if (a->kind != b->kind)
        return a->kind < b->kind;
    return a->input < b->input || (a->input == b->input && a->id < b->id);
}

/* One order: what stays, then add in its place.  Only that looks at relations, some of them. */
static uint32_t put_order(const Change *change, Relation *const *from, uint32_t n, Relation **to, bool adds,
                          bool (*before)(const Relation *a, const Relation *b))
{
    uint32_t n_kept = 0, lo = 0;
    for (uint32_t i = 0; i < n; i++)
        if (!is_gone(change, from[i]))
            to[n_kept++] = from[i];
    if (!adds)
        return n_kept;
    for (uint32_t hi = n_kept; lo < hi;) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (before(to[mid], change->add))
            lo = mid + 1;
        else
            hi = mid;
    }
    memmove(to + lo + 1, to + lo, (n_kept - lo) * sizeof(*to));
    to[lo] = (Relation *)change->add;
    return n_kept + 1;
}

static void count_kinds(const Catalog *c, const Change *change, Catalog *next)
{
    uint32_t n[N_RELATION_KINDS];
    for (uint32_t k = 0; k < N_RELATION_KINDS; k++)
        n[k] = c->kind[k + 1] - c->kind[k];
    for (uint32_t i = 0; i < change->n_gone; i++)
        n[change->gone[i]->kind]--;
    if (change->add)
        n[change->add->kind]++;
    for (uint32_t k = 0; k < N_RELATION_KINDS; k++)
        next->kind[k + 1] = next->kind[k] + n[k];
}

int catalog_with(const Catalog *c, Relation *add, const uint64_t *remove, uint32_t n_remove, Catalog **ret, Err *err)
{
    ASSERT(c);
    ASSERT(!add || add->id != 0);
    Catalog *next = catalog_alloc(c->acct, c->n + 1);
    Change change = {.add = add, .gone = mem_alloc(c->acct, (n_remove + 1) * sizeof(Relation *))};
    if (!next || !change.gone) {
        catalog_unref(next);
        mem_free(c->acct, change.gone, change.gone ? (n_remove + 1) * sizeof(Relation *) : 0);
        return RAISE_NOMEM(err);
    }
    for (uint32_t i = 0; i <= n_remove; i++) {
        const Relation *r = i < n_remove ? catalog_by_id(c, remove[i]) : add ? catalog_by_id(c, add->id) : NULL;
        if (r && !is_gone(&change, r))
            change.gone[change.n_gone++] = r;
    }
    next->version = c->version + 1;
    next->n = put_order(&change, c->relation, c->n, next->relation, add != NULL, id_before);
    next->n_named = put_order(&change, c->named, c->n_named, next->named, add && !add->hidden, name_before);
    put_order(&change, c->of_kind, c->n, next->of_kind, add != NULL, kind_before);
    next->n_refers = put_order(&change, c->refers, c->n_refers, next->refers, add && add->n_foreign > 0, id_before);
    next->n_shaped = put_order(&change, c->shaped, c->n_shaped, next->shaped, add && add->shape, shape_before);
    count_kinds(c, &change, next);
    for (uint32_t i = 0; i < next->n; i++)
        relation_ref(next->relation[i]);
    mem_free(c->acct, change.gone, (n_remove + 1) * sizeof(Relation *));
    *ret = next;
    return 0;
}
