/* SPDX-License-Identifier: Apache-2.0
 *
 * MULTI table: owners, time buckets, lookups.  The trees are changed in multi_tree.c.
 *
 * The pages of each time bucket are kept apart (PageHeader.bucket), so a bucket's collections share no page with another's; the
 * bucket of a collection is read from its root's page. */
#include "state/table.h"

#include <string.h>

#include "state/multi_impl.h"

#define PREFETCH_BYTES 384u /* of a root: slots and cells of a usual run */

static MultiBucket *bucket_make(MultiTable *t, int64_t bucket);

/* Restored pages of a bucket.  How many owners there are is not in them: the count starts again. */
static int bucket_adopt(MultiTable *t, int64_t bucket, Err *err)
{
    uint64_t at = 0;
    MultiBucket *b = bucket_make(t, bucket);
    if (!b)
        return RAISE_NOMEM(err);
    for (PageHeader *p; (p = page_orphan_take(t->ps, t->table_id, bucket, &at)) != NULL;) {
        page_store_breathe(t->ps);
        int rc = !page_need(t->ps, p) ? -ERR_IO : p->kind == PAGE_NODES ? unit_heap_adopt(&b->heap, &b->pages, p) : -ERR_CORRUPT;
        if (rc < 0) {
            page_free(t->ps, p);
            if (rc == -ERR_IO)
                return page_store_take_error(t->ps, err);
            return rc == -ERR_CORRUPT ? RAISE(err, ERR_CORRUPT, "a page of a checkpoint does not fit its table") : RAISE_NOMEM(err);
        }
    }
    return 0;
}

MultiTable *multi_table_new(PageStore *ps, uint32_t table_id, Err *err)
{
    MultiTable *t = mem_zalloc(ps->acct, sizeof(*t));
    if (!t) {
        RAISE_NOMEM(err);
        return NULL;
    }
    t->ps = ps;
    t->table_id = table_id;
    int64_t bucket = 0;
    for (bool more = page_orphan_bucket(ps, table_id, true, 0, &bucket); more;
         more = page_orphan_bucket(ps, table_id, false, bucket, &bucket)) {
        if (bucket_adopt(t, bucket, err) < 0) {
            multi_table_free(t);
            return NULL;
        }
    }
    return t;
}

static void bucket_free(MultiTable *t, MultiBucket *b)
{
    unit_heap_done(&b->heap);
    page_list_done(&b->pages);
    mem_free(t->ps->acct, b, sizeof(*b));
}

void multi_table_free(MultiTable *t)
{
    if (!t)
        return;
    for (uint32_t i = 0; i < t->n_buckets; i++)
        bucket_free(t, t->bucket[i]);
    mem_free(t->ps->acct, t->bucket, t->cap_buckets * sizeof(*t->bucket));
    mem_free(t->ps->acct, t, sizeof(*t));
}

/* Position of the first one >= bucket. */
static uint32_t bucket_position(const MultiTable *t, int64_t bucket)
{
    uint32_t a = 0, b = t->n_buckets;
    if (t->last < b && t->bucket[t->last]->bucket == bucket)
        return t->last;
    while (a < b) {
        uint32_t m = (a + b) / 2;
        if (t->bucket[m]->bucket < bucket)
            a = m + 1;
        else
            b = m;
    }
    return a;
}

static MultiBucket *bucket_make(MultiTable *t, int64_t bucket)
{
    uint32_t i = bucket_position(t, bucket);
    t->last = i;
    if (i < t->n_buckets && t->bucket[i]->bucket == bucket)
        return t->bucket[i];
    Account *acct = t->ps->acct;
    if (t->n_buckets == t->cap_buckets) {
        uint32_t cap = t->cap_buckets ? t->cap_buckets * 2 : 2;
        MultiBucket **p = mem_realloc(acct, t->bucket, t->cap_buckets * sizeof(*p), cap * sizeof(*p));
        if (!p)
            return NULL;
        t->bucket = p;
        t->cap_buckets = cap;
    }
    MultiBucket *b = mem_zalloc(acct, sizeof(*b));
    if (!b)
        return NULL;
    b->bucket = bucket;
    page_list_init(&b->pages, t->ps, t->table_id, bucket);
    unit_heap_init(&b->heap, PAGE_NODES);
    memmove(&t->bucket[i + 1], &t->bucket[i], (t->n_buckets - i) * sizeof(*t->bucket));
    t->bucket[i] = b;
    t->n_buckets++;
    return b;
}

/* Forgets a bucket that has lost its last page, except the only one: most tables have no time buckets. */
void multi_bucket_trim(MultiTable *t, MultiBucket *b)
{
    if (b->pages.n_pages || t->n_buckets == 1)
        return;
    uint32_t i = bucket_position(t, b->bucket);
    t->n_buckets--;
    memmove(&t->bucket[i], &t->bucket[i + 1], (t->n_buckets - i) * sizeof(*t->bucket));
    bucket_free(t, b);
}

MultiBucket *multi_bucket_of(const MultiTable *t, uint64_t owner)
{
    if (likely(t->n_buckets == 1)) /* as in most tables: the header of the root's page is a line that nobody else looks at */
        return t->bucket[0];
    const PageHeader *p = page_by_id(t->ps, (uint32_t)(owner >> 32));
    uint32_t i = page_need(t->ps, p) ? bucket_position(t, p->bucket) : 0; /* else it does not matter: the query fails */
    return t->bucket[MIN(i, t->n_buckets - 1)];
}

int multi_add(MultiTable *t, uint64_t *owner, int64_t bucket, Str key, int64_t weight, int64_t *ret_count, Err *err)
{
    if (key.n > MULTI_KEY_MAX)
        return RAISE(err, ERR_PROGRAM_LIMIT, "an ordered value takes %zu bytes, at most %u are possible", key.n, MULTI_KEY_MAX);
    MultiBucket *b = *owner ? multi_bucket_of(t, *owner) : bucket_make(t, bucket);
    if (!b)
        return RAISE_NOMEM(err);
    bool had = *owner != 0;
    int rc = multi_tree_add(b, owner, key, weight, ret_count, err);
    if (rc < 0 && !had && *owner) { /* the first entry of a new collection failed after its root was made */
        multi_tree_drop(b, *owner);
        *owner = 0;
    }
    if (!had)
        t->n_owners += *owner != 0;
    else if (*owner == 0 && t->n_owners > 0)
        t->n_owners--;
    multi_bucket_trim(t, b);
    return unlikely(t->ps->lost) ? page_store_error(t->ps, err) : rc;
}

void multi_drop(MultiTable *t, uint64_t owner)
{
    if (!owner)
        return;
    MultiBucket *b = multi_bucket_of(t, owner);
    multi_tree_drop(b, owner);
    t->n_owners -= t->n_owners > 0;
    multi_bucket_trim(t, b);
}

void multi_prefetch(const MultiTable *t, uint64_t owner)
{
    if (!owner)
        return;
    const uint8_t *root = unit_at(t->ps, owner);
    __builtin_prefetch(root, 1);
    __builtin_prefetch(page_of(root)); /* a removal asks how large the unit is */
    for (uint32_t at = 64; at < PREFETCH_BYTES; at += 64)
        __builtin_prefetch(root + at);
}

int64_t multi_count(const MultiTable *t, uint64_t owner, Str key)
{
    if (!owner)
        return 0;
    const Node *x = node_at(t->ps, owner);
    while (x->level)
        x = node_at(t->ps, node_branch(x, node_child(t->ps, x, key)).child);
    bool found;
    uint32_t i = node_lower(t->ps, x, key, &found);
    return found ? node_count(x, i) : 0;
}

int64_t multi_total(const MultiTable *t, uint64_t owner)
{
    return owner ? node_at(t->ps, owner)->total : 0;
}

uint64_t multi_entries(const MultiTable *t, uint64_t owner)
{
    return owner ? node_entries(node_at(t->ps, owner)) : 0;
}

static bool give_entry(const MultiTable *t, const Node *x, uint32_t i, Str *ret_key, int64_t *ret_count)
{
    *ret_key = node_key(t->ps, x, i);
    *ret_count = node_count(x, i);
    return true;
}

/* The k-th from the end: the greatest of a group is the last of each node. */
static bool nth_back(const MultiTable *t, const Node *x, int64_t k, Str *ret_key, int64_t *ret_count)
{
    while (x->level) {
        uint32_t i = x->n - 1u;
        for (int64_t n = node_branch(x, i).total; k >= n; n = node_branch(x, i).total) {
            k -= n;
            i--;
        }
        x = node_at(t->ps, node_branch(x, i).child);
    }
    uint32_t i = x->n - 1u;
    for (int64_t n = MAX(node_count(x, i), 0); k >= n; n = MAX(node_count(x, i), 0)) {
        k -= n;
        i--;
    }
    return give_entry(t, x, i, ret_key, ret_count);
}

bool multi_nth(const MultiTable *t, uint64_t owner, int64_t k, Str *ret_key, int64_t *ret_count)
{
    int64_t total = multi_total(t, owner);
    if (k < 0 || k >= total)
        return false;
    const Node *x = node_at(t->ps, owner);
    if (k >= total / 2)
        return nth_back(t, x, total - 1 - k, ret_key, ret_count);
    while (x->level) {
        uint32_t i = 0;
        for (int64_t n = node_branch(x, 0).total; k >= n && i + 1 < x->n; n = node_branch(x, i).total) {
            k -= n;
            i++;
        }
        x = node_at(t->ps, node_branch(x, i).child);
    }
    uint32_t i = 0;
    if (x->n == 0) /* a page that could not be read */
        return false;
    for (int64_t n = MAX(node_count(x, 0), 0); k >= n && i + 1u < x->n; n = MAX(node_count(x, i), 0)) {
        k -= n;
        i++;
    }
    return give_entry(t, x, i, ret_key, ret_count);
}

int64_t multi_rank(const MultiTable *t, uint64_t owner, Str key)
{
    int64_t n = 0;
    if (!owner)
        return 0;
    const Node *x = node_at(t->ps, owner);
    while (x->level) {
        uint32_t i = node_child(t->ps, x, key);
        for (uint32_t k = 0; k < i; k++)
            n += node_branch(x, k).total;
        x = node_at(t->ps, node_branch(x, i).child);
    }
    bool found;
    uint32_t i = node_lower(t->ps, x, key, &found);
    for (uint32_t k = 0; k < i; k++)
        n += MAX(node_count(x, k), 0);
    return n;
}

/* The leaf with the first (or last) entry below a node. */
static const Node *edge_leaf(const MultiTable *t, const Node *x, bool last)
{
    while (x->level)
        x = node_at(t->ps, node_branch(x, last ? x->n - 1u : 0).child);
    return x;
}

bool multi_seek_place(const MultiTable *t, uint64_t owner, Str from, bool strictly, MultiPlace *ret, Str *ret_key,
                      int64_t *ret_count)
{
    if (!owner)
        return false;
    const Node *x = node_at(t->ps, owner), *after = NULL; /* the subtree right of the path */
    while (x->level) {
        uint32_t i = node_child(t->ps, x, from);
        if (i + 1 < x->n)
            after = node_at(t->ps, node_branch(x, i + 1).child);
        x = node_at(t->ps, node_branch(x, i).child);
    }
    bool found;
    uint32_t i = node_lower(t->ps, x, from, &found);
    i += found && strictly;
    if (i >= x->n && after) {
        x = edge_leaf(t, after, false);
        i = 0;
    }
    *ret = (MultiPlace){x, i};
    return i < x->n && give_entry(t, x, i, ret_key, ret_count);
}

bool multi_seek(const MultiTable *t, uint64_t owner, Str from, bool strictly, Str *ret_key, int64_t *ret_count)
{
    MultiPlace place;
    return multi_seek_place(t, owner, from, strictly, &place, ret_key, ret_count);
}

/* Most entries are followed by one of their leaf; from the last one the way goes down from the root again. */
bool multi_next(const MultiTable *t, uint64_t owner, MultiPlace *at, Str *ret_key, int64_t *ret_count)
{
    const Node *leaf = at->leaf;
    if (likely(at->i + 1u < leaf->n))
        return give_entry(t, leaf, ++at->i, ret_key, ret_count);
    return leaf != node_at(t->ps, owner) && multi_seek_place(t, owner, node_key(t->ps, leaf, at->i), true, at, ret_key, ret_count);
}

bool multi_seek_back(const MultiTable *t, uint64_t owner, Str from, bool strictly, Str *ret_key, int64_t *ret_count)
{
    if (!owner)
        return false;
    const Node *x = node_at(t->ps, owner), *before = NULL; /* the subtree left of the path */
    while (x->level) {
        uint32_t i = node_child(t->ps, x, from);
        if (i > 0)
            before = node_at(t->ps, node_branch(x, i - 1).child);
        x = node_at(t->ps, node_branch(x, i).child);
    }
    bool found;
    uint32_t n = node_lower(t->ps, x, from, &found); /* entries below */
    n += found && !strictly;
    if (n > 0)
        return give_entry(t, x, n - 1, ret_key, ret_count);
    x = before ? edge_leaf(t, before, true) : NULL;
    return x && x->n > 0 && give_entry(t, x, x->n - 1u, ret_key, ret_count);
}

uint64_t multi_table_owners(const MultiTable *t)
{
    return t->n_owners;
}

int64_t multi_table_bytes(const MultiTable *t)
{
    int64_t n = (int64_t)(sizeof(*t) + t->cap_buckets * sizeof(*t->bucket));
    for (uint32_t i = 0; i < t->n_buckets; i++)
        n += (int64_t)sizeof(MultiBucket) + page_list_bytes(&t->bucket[i]->pages);
    return n;
}
