/* SPDX-License-Identifier: Apache-2.0
 *
 * HASH table: life, iteration, texts of aggregate states.  The index is in hash_index.c, the probe in hash_probe.c, rows and keys
 * in hash_rows.c, pages and units in units.c.
 *
 * Invariant: every row of a page in the list is in the index once, where there is one, and every unit of the string heap belongs to
 * one row. */
#include "state/table.h"

#include <string.h>

#include "state/hash_impl.h"

#define BREATHE_PAGES 512u

static void table_pools_init(HashTable *t)
{
    unit_pool_init(&t->rows, PAGE_ROWS, t->layout->row_bytes);
    unit_heap_init(&t->strings, PAGE_HEAP);
    unit_heap_init(&t->heap, PAGE_SHARED_HEAP);
}

/* Rows from before there were pairs lie in pages that go when the pairs are there. */
static int table_adopt_pairs(HashTable *t)
{
    uint64_t at = 0;
    int rc = 0;
    for (PageHeader *p; (p = page_orphan_take(t->ps, t->pages.table, t->pages.bucket, &at)) != NULL && rc == 0;) {
        bool rows = page_need(t->ps, p) && p->kind == PAGE_ROWS && p->unit_bytes == t->layout->row_bytes;
        rc = t->ps->lost             ? -ERR_IO
             : p->kind == PAGE_PAIRS ? pair_pages_adopt(t, p)
             : rows                  ? pair_pages_take_rows(t, p)
                                     : -ERR_CORRUPT;
        if (rc < 0 || rows)
            page_free(t->ps, p);
    }
    return rc;
}

/* Restored pages of the table: to the pools by their kind; the index is made from the rows. */
static int table_adopt(HashTable *t)
{
    uint64_t at = 0;
    uint32_t n = 0;
    if (t->layout->pairs)
        return table_adopt_pairs(t);
    for (PageHeader *p; (p = page_orphan_take(t->ps, t->pages.table, t->pages.bucket, &at)) != NULL;) {
        if (n++ % BREATHE_PAGES == 0)
            page_store_breathe(t->ps);
        int rc = !page_need(t->ps, p)          ? -ERR_IO
                 : p->kind == PAGE_ROWS        ? unit_pool_adopt(&t->rows, &t->pages, p)
                 : p->kind == PAGE_HEAP        ? unit_heap_adopt(&t->strings, &t->pages, p)
                 : p->kind == PAGE_SHARED_HEAP ? unit_heap_adopt(&t->heap, &t->pages, p)
                                               : -ERR_CORRUPT;
        if (rc < 0) {
            page_free(t->ps, p);
            return rc;
        }
        t->n_rows += p->kind == PAGE_ROWS ? p->n_used : 0;
    }
    return t->n_rows && !t->is_bare ? hash_index_build(t, t->n_rows, NULL) : 0;
}

static HashTable *table_new(PageStore *ps, const RowLayout *layout, uint32_t table_id, int64_t bucket, bool is_bare, Err *err)
{
    HashTable *t = mem_zalloc(ps->acct, sizeof(*t));
    if (!t) {
        RAISE_NOMEM(err);
        return NULL;
    }
    t->ps = ps;
    t->layout = layout;
    t->is_bare = is_bare;
    page_list_init(&t->pages, ps, table_id, bucket);
    table_pools_init(t);
    t->blank = mem_zalloc(ps->acct, layout->row_bytes);
    if (t->blank && layout->n_cols > 0)
        t->blank[layout->null_offset] = 1; /* no key is equal to its first one */
    if (!t->blank || hash_index_init(t) < 0 || (layout->pairs && pair_pages_init(t) < 0)) {
        hash_table_free(t);
        RAISE_NOMEM(err);
        return NULL;
    }
    int rc = table_adopt(t);
    if (rc < 0) {
        (void)(rc == -ERR_CORRUPT ? RAISE(err, ERR_CORRUPT, "a page of a checkpoint does not fit its table")
               : rc == -ERR_IO    ? page_store_take_error(ps, err)
                                  : RAISE_NOMEM(err));
        hash_table_free(t);
        return NULL;
    }
    return t;
}

HashTable *hash_table_new(PageStore *ps, const RowLayout *layout, uint32_t table_id, int64_t bucket, Err *err)
{
    return table_new(ps, layout, table_id, bucket, false, err);
}

HashTable *hash_table_new_bare(PageStore *ps, const RowLayout *layout, uint32_t table_id, int64_t bucket, Err *err)
{
    return table_new(ps, layout, table_id, bucket, true, err);
}

/* Without the layout, which may have gone with the relation that it is of. */
static void table_drop_pages(HashTable *t)
{
    unit_pool_init(&t->rows, PAGE_ROWS, t->rows.unit_bytes);
    unit_heap_done(&t->strings);
    unit_heap_done(&t->heap);
    page_list_clear(&t->pages);
    t->n_rows = 0;
}

void hash_table_free(HashTable *t)
{
    if (!t)
        return;
    Account *acct = t->ps->acct;
    table_drop_pages(t);
    page_list_done(&t->pages);
    key_cache_done(t);
    hash_index_done(t);
    pair_pages_done(t);
    mem_free(acct, t->blank, t->rows.unit_bytes);
    mem_free(acct, t, sizeof(*t));
}

void hash_table_clear(HashTable *t)
{
    uint64_t n_rows = t->n_rows;
    table_drop_pages(t);
    table_pools_init(t);
    key_cache_reset(t);
    hash_index_clear(t, n_rows);
    if (t->layout->pairs)
        pair_pages_clear(t);
}

uint64_t hash_table_rows(const HashTable *t)
{
    return t->n_rows;
}

int64_t hash_table_bytes(const HashTable *t)
{
    return (int64_t)sizeof(*t) + (int64_t)t->layout->row_bytes + hash_index_bytes(t) + key_cache_bytes(t) +
           page_list_bytes(&t->pages) + pair_pages_bytes(t);
}

int hash_table_touch(HashTable *t, uint8_t *row)
{
    page_touch(t->ps, row);
    return unlikely(t->ps->lost) ? -ERR_IO : 0;
}

int hash_table_touch_all(HashTable *t, uint8_t *const *row, uint32_t n)
{
    bool all = t->ps->gen == t->ps->first_gen && !t->ps->spilling; /* then every page has been announced */
    for (uint32_t i = 0; !all && i < n; i++)
        page_touch(t->ps, row[i]);
    return unlikely(t->ps->lost) ? -ERR_IO : 0;
}

bool hash_table_is_spilling(const HashTable *t)
{
    return t->ps->spilling;
}

int hash_table_need(const HashTable *t, const uint8_t *row)
{
    return page_need(t->ps, row) ? 0 : -ERR_IO;
}

int hash_table_need_all(const HashTable *t, uint8_t *const *row, uint32_t n)
{
    for (uint32_t i = 0; unlikely(t->ps->spilling) && i < n; i++)
        TRY(hash_table_need(t, row[i]));
    return 0;
}

void hash_table_stay(HashTable *t)
{
    if (!t)
        return;
    t->pages.stays = true;
    for (uint32_t i = 0; i < t->pages.n; i++)
        if (t->pages.slot[i].page && page_need(t->ps, t->pages.slot[i].page))
            t->pages.slot[i].page->crc = 1;
}

void hash_table_remove(HashTable *t, uint8_t *row)
{
    if (!page_need(t->ps, row))
        return;
    if (t->is_bare)
        t->n_rows--;
    else
        hash_index_remove(t, row);
    hash_row_free(t, row);
}

int hash_table_reindex(HashTable *t)
{
    return hash_index_build(t, t->n_rows, NULL);
}

#define REMOVE_AHEAD 8u /* rows whose places in the index are on their way into the cache */

void hash_table_remove_all(HashTable *t, uint8_t *const *row, uint32_t n)
{
    if (t->is_bare)
        t->n_rows -= n;
    for (uint32_t i = 0; i < n; i++) {
        if (i + REMOVE_AHEAD < n) {
            __builtin_prefetch(page_of(row[i + REMOVE_AHEAD]), 1);
            hash_table_prefetch(t, row[i + REMOVE_AHEAD]);
        }
        if (!t->is_bare)
            hash_index_remove(t, row[i]);
        hash_row_free(t, row[i]);
    }
}

/* Its header and first rows: what the processor reads ahead by itself ends with the page. */
static inline void prefetch_page(const PageHeader *p)
{
    for (size_t at = 0; p && at < 6 * sizeof(*p); at += sizeof(*p))
        __builtin_prefetch((const uint8_t *)p + at);
}

/* Rows of a page from c->slot on, which moves behind them; at most `room`, which is not 0. */
static uint32_t take_rows(PageHeader *p, HashCursor *c, uint8_t **ret_row, uint32_t room)
{
    uint32_t from = (uint32_t)c->slot, unit = p->unit_bytes, n = 0;
    uint8_t *first = (uint8_t *)p + sizeof(PageHeader);
    for (uint32_t w = from / 64; w < (unit ? 2u : 1u); w++, from = w * 64) {
        for (uint64_t m = p->link[w] & (UINT64_MAX << (from % 64)); m; m &= m - 1) {
            uint32_t i = w * 64 + (uint32_t)__builtin_ctzll(m);
            ret_row[n++] = first + (size_t)i * unit;
            c->slot = i + 1;
            if (n == room)
                return n;
        }
    }
    return n;
}

uint32_t hash_table_next(HashTable *t, HashCursor *c, uint8_t **ret_row, uint32_t max_rows)
{
    uint32_t n = 0;
    for (; c->page < t->pages.n && n < max_rows; c->page++, c->slot = 0) {
        PageHeader *p = t->pages.slot[c->page].page;
        if (!p || !page_need(t->ps, p) || p->kind != PAGE_ROWS)
            continue;
        if (c->slot == 0 && c->page + 1 < t->pages.n)
            prefetch_page(t->pages.slot[c->page + 1].page);
        n += take_rows(p, c, ret_row + n, max_rows - n);
        if (n == max_rows)
            return n;
    }
    return n;
}

/* A text is its length (4 bytes), then its bytes. */
static int heap_make(HashTable *t, size_t n, uint64_t *ret_ref, char **ret)
{
    uint32_t len = (uint32_t)n;
    if (n > INT32_MAX)
        return -ERR_PROGRAM_LIMIT;
    uint8_t *unit = unit_heap_alloc(&t->heap, &t->pages, sizeof(len) + n);
    if (!unit)
        return -ERR_OUT_OF_MEMORY;
    memcpy(unit, &len, sizeof(len));
    *ret_ref = unit_ref(unit);
    *ret = (char *)unit + sizeof(len);
    return 0;
}

int hash_table_heap_put(HashTable *t, const char *p, size_t n, uint64_t *ret_ref)
{
    char *to;
    TRY(heap_make(t, n, ret_ref, &to));
    if (n)
        memcpy(to, p, n);
    return 0;
}

Str hash_table_heap_get(const HashTable *t, uint64_t ref)
{
    if (unlikely(ref == 0)) /* of a row that could not be read */
        return STR("");
    const uint8_t *unit = unit_at(t->ps, ref);
    uint32_t len;
    memcpy(&len, unit, sizeof(len));
    return (Str){(const char *)unit + sizeof(len), len};
}

void hash_table_heap_drop(HashTable *t, uint64_t ref)
{
    unit_heap_free(&t->heap, &t->pages, unit_at(t->ps, ref));
}

int hash_table_heap_renew(HashTable *t, size_t n, uint64_t *ref, char **ret)
{
    if (*ref == 0)
        return heap_make(t, n, ref, ret);
    uint8_t *unit = unit_at(t->ps, *ref);
    uint32_t room = unit_room(unit), len = (uint32_t)n;
    if (room >= sizeof(len) + n && n >= room / 2) {
        page_touch(t->ps, unit);
        memcpy(unit, &len, sizeof(len));
        *ret = (char *)unit + sizeof(len);
        return 0;
    }
    uint64_t old = *ref;
    TRY(heap_make(t, n, ref, ret));
    hash_table_heap_drop(t, old);
    return 0;
}

int hash_table_heap_replace(HashTable *t, const char *p, size_t n, uint64_t *ref)
{
    char *to;
    TRY(hash_table_heap_renew(t, n, ref, &to));
    if (n)
        memcpy(to, p, n);
    return 0;
}

void hash_table_heap_prefetch(const HashTable *t, uint64_t ref)
{
    const uint8_t *unit = unit_at(t->ps, ref);
    __builtin_prefetch(unit);
    __builtin_prefetch(unit + 64);
}
