/* SPDX-License-Identifier: Apache-2.0
 *
 * BUCKET table: time bucket -> HASH table with pages of its own.
 *
 * A sorted array: open buckets are few, new ones come at the end, old ones are dropped at the front (a gap there is closed when the
 * array has to grow).  The bucket of the last call is tried first. */
#include "state/table.h"

#include <string.h>

#include "state/page_impl.h"

typedef struct BucketEntry {
    int64_t bucket;
    HashTable *table;
} BucketEntry;

struct BucketTable {
    PageStore *ps;
    const RowLayout *layout;
    uint32_t table_id;
    BucketEntry *entry;
    size_t from, end, cap; /* entries in use: from..end */
    size_t last;           /* tried first; always checked */
    uint64_t dropped_rows; /* of the bucket dropped last */
    bool stays;            /* see hash_table_stay */
};

BucketTable *bucket_table_new(PageStore *ps, const RowLayout *layout, uint32_t table_id, Err *err)
{
    BucketTable *t = mem_zalloc(ps->acct, sizeof(*t));
    if (!t) {
        RAISE_NOMEM(err);
        return NULL;
    }
    t->ps = ps;
    t->layout = layout;
    t->table_id = table_id;
    int64_t bucket = 0;
    HashTable *restored;
    for (bool more = page_orphan_bucket(ps, table_id, true, 0, &bucket); more;
         more = page_orphan_bucket(ps, table_id, false, bucket, &bucket)) {
        if (bucket_get(t, bucket, &restored, err) < 0) {
            bucket_table_free(t);
            return NULL;
        }
    }
    return t;
}

void bucket_table_free(BucketTable *t)
{
    if (!t)
        return;
    for (size_t i = t->from; i < t->end; i++)
        hash_table_free(t->entry[i].table);
    mem_free(t->ps->acct, t->entry, t->cap * sizeof(*t->entry));
    mem_free(t->ps->acct, t, sizeof(*t));
}

void bucket_table_stay(BucketTable *t)
{
    t->stays = true;
    for (size_t i = t->from; i < t->end; i++)
        hash_table_stay(t->entry[i].table);
}

/* First entry with a bucket >= the given one. */
static size_t bucket_lower(const BucketTable *t, int64_t bucket)
{
    if (t->from == t->end || t->entry[t->end - 1].bucket < bucket)
        return t->end;
    size_t a = t->from, b = t->end;
    while (a < b) {
        size_t m = a + (b - a) / 2;
        if (t->entry[m].bucket < bucket)
            a = m + 1;
        else
            b = m;
    }
    return a;
}

static bool bucket_is_at(const BucketTable *t, size_t i, int64_t bucket)
{
    return i >= t->from && i < t->end && t->entry[i].bucket == bucket;
}

static size_t bucket_locate(BucketTable *t, int64_t bucket)
{
    if (!bucket_is_at(t, t->last, bucket))
        t->last = bucket_lower(t, bucket);
    return t->last;
}

HashTable *bucket_find(BucketTable *t, int64_t bucket)
{
    size_t i = bucket_locate(t, bucket);
    return bucket_is_at(t, i, bucket) ? t->entry[i].table : NULL;
}

/* Room for one more entry at the end. */
static int bucket_reserve(BucketTable *t)
{
    if (t->end < t->cap)
        return 0;
    size_t n = t->end - t->from;
    if (t->from < t->cap / 4 || t->from == 0) {
        size_t cap = t->cap ? t->cap * 2 : 8;
        BucketEntry *e = mem_realloc(t->ps->acct, t->entry, t->cap * sizeof(*e), cap * sizeof(*e));
        if (!e)
            return -ERR_OUT_OF_MEMORY;
        t->entry = e;
        t->cap = cap;
    }
    memmove(t->entry, t->entry + t->from, n * sizeof(*t->entry));
    t->from = 0;
    t->end = n;
    return 0;
}

/* A bucket that comes after all others mostly gets as many rows as the one before: its index need not grow with them.  No other
 * does, so that one large bucket among many that are nearly empty makes one index too large, not many. */
static void expect_as_before(const BucketTable *t, HashTable *table, size_t i)
{
    if (i < t->end || hash_table_rows(table) > 0 || t->ps->spilling)
        return;
    hash_table_expect(table, i > t->from ? hash_table_rows(t->entry[i - 1].table) : t->dropped_rows);
}

int bucket_get(BucketTable *t, int64_t bucket, HashTable **ret, Err *err)
{
    *ret = bucket_find(t, bucket);
    if (*ret)
        return 0;
    if (bucket_reserve(t) < 0)
        return RAISE_NOMEM(err);
    HashTable *table = hash_table_new(t->ps, t->layout, t->table_id, bucket, err);
    if (!table)
        return -ERR_OUT_OF_MEMORY;
    if (t->stays)
        hash_table_stay(table);
    size_t i = bucket_lower(t, bucket);
    expect_as_before(t, table, i);
    memmove(&t->entry[i + 1], &t->entry[i], (t->end - i) * sizeof(*t->entry));
    t->entry[i] = (BucketEntry){bucket, table};
    t->end++;
    t->last = i;
    *ret = table;
    return 0;
}

static bool bucket_give(const BucketTable *t, size_t i, int64_t *ret_bucket, HashTable **ret)
{
    if (i == t->end)
        return false;
    *ret_bucket = t->entry[i].bucket;
    *ret = t->entry[i].table;
    return true;
}

bool bucket_first(BucketTable *t, int64_t *ret_bucket, HashTable **ret)
{
    return bucket_give(t, t->from, ret_bucket, ret);
}

bool bucket_next(BucketTable *t, int64_t after, int64_t *ret_bucket, HashTable **ret)
{
    return after != INT64_MAX && bucket_give(t, bucket_lower(t, after + 1), ret_bucket, ret);
}

void bucket_drop(BucketTable *t, int64_t bucket)
{
    size_t i = bucket_locate(t, bucket);
    if (!bucket_is_at(t, i, bucket))
        return;
    t->dropped_rows = hash_table_rows(t->entry[i].table);
    hash_table_free(t->entry[i].table);
    if (i == t->from) {
        t->from++;
    } else {
        t->end--;
        memmove(&t->entry[i], &t->entry[i + 1], (t->end - i) * sizeof(*t->entry));
    }
    if (t->from == t->end)
        t->from = t->end = 0;
}

uint64_t bucket_table_buckets(const BucketTable *t)
{
    return t->end - t->from;
}

uint64_t bucket_table_rows(const BucketTable *t)
{
    uint64_t n = 0;
    for (size_t i = t->from; i < t->end; i++)
        n += hash_table_rows(t->entry[i].table);
    return n;
}

int64_t bucket_table_bytes(const BucketTable *t)
{
    int64_t n = (int64_t)(sizeof(*t) + t->cap * sizeof(*t->entry));
    for (size_t i = t->from; i < t->end; i++)
        n += hash_table_bytes(t->entry[i].table);
    return n;
}
