/* SPDX-License-Identifier: Apache-2.0
 *
 * Page store: random allocation of pages and runs against a list, ids and regions, epochs, the generation counter's end, snapshots
 * read in slices, failing allocations.  And BUCKET tables, whose buckets own their pages. */
#include "state/state_gen.h"

#define LIVE_MAX 3000u

typedef struct Live {
    PageHeader *page;
    uint32_t n_pages, stamp;
} Live;

static void page_fill(const Live *l)
{
    uint32_t *p = (uint32_t *)(void *)l->page;
    for (size_t i = sizeof(PageHeader) / 4; i < (size_t)l->n_pages * PAGE_BYTES / 4; i++)
        p[i] = l->stamp;
}

static void page_check(const PageStore *ps, const Live *l)
{
    const uint32_t *p = (const uint32_t *)(const void *)l->page;
    size_t words = (size_t)l->n_pages * PAGE_BYTES / 4;
    assert_ptr_equal(page_by_id(ps, (uint32_t)l->page->page_id), l->page);
    assert_int_equal(page_image_bytes(l->page), (size_t)l->n_pages * PAGE_BYTES);
    for (size_t i = sizeof(PageHeader) / 4; i<words; i += words> 4096 ? 511 : 1)
        assert_int_equal(p[i], l->stamp);
}

static Live page_make(PageStore *ps, uint32_t n_pages)
{
    static uint32_t stamp;
    stamp++;
    Live l = {page_alloc(ps, 1 + stamp % 2, 0, INT64_MIN, PAGE_HEAP, n_pages), n_pages, stamp};
    if (!l.page)
        return l;
    for (size_t i = sizeof(PageHeader); i < (size_t)n_pages * PAGE_BYTES; i++)
        assert_int_equal(((const uint8_t *)l.page)[i], 0); /* nothing of what was there before */
    l.page->unit_bytes = n_pages > 1 ? 0 : 64;
    l.page->link[1] = n_pages > 1 ? n_pages : 0;
    page_fill(&l);
    return l;
}

static uint32_t run_length(void)
{
    uint32_t what = gen_below(1000);
    return what == 0 ? 300 + gen_below(1000) : what < 60 ? 2 + gen_below(30) : 1;
}

static void test_pages(void **state)
{
    (void)state;
    static Live live[LIVE_MAX];
    Account acct;
    account_init(&acct, NULL, "pages");
    PageStore *ps = page_store_new(&acct);
    uint32_t n = 0;
    uint64_t pages = 0;
    for (uint32_t r = 0; r < 30000; r++) {
        bool growing = (r / 5000) % 2 == 0;
        if (n < LIVE_MAX && gen_below(100) < (growing ? 70 : 30)) {
            live[n] = page_make(ps, run_length());
            pages += live[n++].n_pages;
        } else if (n) {
            uint32_t i = gen_below(n);
            page_check(ps, &live[i]);
            pages -= live[i].n_pages;
            page_free(ps, live[i].page);
            live[i] = live[--n];
        }
        assert_int_equal(page_store_pages(ps), pages);
        assert_true(page_store_bytes(ps) >= (int64_t)(pages * PAGE_BYTES));
    }
    for (uint32_t i = 0; i < n; i++)
        page_check(ps, &live[i]);
    while (n)
        page_free(ps, live[--n].page);
    assert_int_equal(page_store_pages(ps), 0);
    assert_true(page_store_bytes(ps) <= (int64_t)REGION_BYTES);
    page_store_free(ps);
    account_done(&acct);
}

static void test_small_store(void **state)
{
    (void)state;
    PageStore *ps = page_store_new(NULL);
    Live l = page_make(ps, 1);
    assert_true(page_store_bytes(ps) <= 32768);
    page_free(ps, l.page);
    page_store_free(ps);
}

static void test_epochs(void **state)
{
    (void)state;
    PageStore *ps = page_store_new(NULL);
    Live l = page_make(ps, 1);
    assert_int_equal(l.page->dirty_epoch, 0);
    page_store_begin_epoch(ps, 5);
    assert_int_equal(l.page->dirty_epoch, 0);
    page_touch(ps, (uint8_t *)l.page + 100);
    assert_int_equal(l.page->dirty_epoch, 5);
    ps->gen = UINT32_MAX - 2; /* two epochs before the counter's end */
    for (uint64_t e = 6; e < 12; e++) {
        page_store_begin_epoch(ps, e);
        assert_int_equal(l.page->dirty_epoch, e - 1);
        page_touch(ps, l.page);
        assert_int_equal(l.page->dirty_epoch, e);
    }
    assert_true(ps->gen < 10);
    page_free(ps, l.page);
    page_store_free(ps);
}

static void test_snapshot_in_slices(void **state)
{
    (void)state;
    Account acct;
    account_init(&acct, NULL, "slices");
    PageStore *ps = page_store_new(&acct);
    static Live live[600];
    uint32_t mine = 0, got = 0;
    for (uint32_t i = 0; i < 600; i++) {
        live[i] = page_make(ps, i % 50 ? 1 : 3);
        mine += live[i].page->table == 1;
    }
    PageSnapshot *s;
    assert_int_equal(page_snapshot_open(ps, 1, &s, NULL), 0);
    static uint32_t expected[4096];
    for (uint32_t i = 0; i < 600; i++)
        expected[live[i].page->page_id] = live[i].page->table == 1 ? live[i].stamp : 0;
    uint64_t at = 0;
    const PageHeader *p;
    while (page_snapshot_next(s, &at, &p, NULL) == 1) {
        const uint32_t *words = (const uint32_t *)(const void *)p;
        assert_int_equal(words[page_image_bytes(p) / 4 - 1], expected[p->page_id]);
        expected[p->page_id] = 0;
        got++;
        for (int k = 0; k < 5; k++) { /* the world goes on */
            Live *l = &live[gen_below(600)];
            if (gen_below(2)) {
                page_touch(ps, l->page);
                l->stamp += 1000000;
                page_fill(l);
            } else {
                page_free(ps, l->page);
                *l = page_make(ps, 1);
            }
        }
    }
    assert_int_equal(got, mine);
    page_snapshot_close(s);
    for (uint32_t i = 0; i < 600; i++)
        page_free(ps, live[i].page);
    page_store_free(ps);
    account_done(&acct);
}

static void test_failing_allocations(void **state)
{
    (void)state;
    for (int64_t n = 0; n < 12; n++) {
        Account acct;
        account_init(&acct, NULL, "fail");
        GenFailure f = {.left = n};
        mem_set_hook(gen_failure_hook, &f);
        PageStore *ps = page_store_new(&acct);
        static Live live[200];
        for (uint32_t i = 0; ps && i < 200; i++)
            live[i] = page_make(ps, i % 40 == 39 ? 100 : 1);
        PageSnapshot *s = NULL;
        int rc = ps ? page_snapshot_open(ps, 1, &s, NULL) : -ERR_OUT_OF_MEMORY;
        assert_true(rc == 0 || rc == -ERR_OUT_OF_MEMORY);
        page_snapshot_close(s);
        for (uint32_t i = 0; ps && i < 200; i++) {
            if (!live[i].page)
                continue;
            page_check(ps, &live[i]);
            page_free(ps, live[i].page);
        }
        mem_set_hook(NULL, NULL);
        page_store_free(ps);
        account_done(&acct);
    }
}

static void bucket_put(BucketTable *t, int64_t bucket, int64_t key)
{
    HashTable *h;
    assert_int_equal(bucket_get(t, bucket, &h, NULL), 0);
    Vec v = {.kind = VEC_FLAT, .n = 1, .type = TYPE(I64), .data = &key};
    const Vec *keys[] = {&v};
    uint64_t hash = hash_i64(key), is_new;
    uint8_t *row;
    assert_int_equal(hash_table_upsert(h, keys, &hash, (Rows){1, NULL}, &row, &is_new, NULL), 0);
    assert_int_equal(page_of(row)->bucket, bucket);
}

static void check_buckets(BucketTable *t, const uint32_t *want, uint32_t n)
{
    int64_t at;
    HashTable *h;
    bool more = bucket_first(t, &at, &h);
    uint64_t buckets = 0, rows = 0;
    for (uint32_t i = 0; i < n; i++) {
        HashTable *found = bucket_find(t, (int64_t)i * 10);
        assert_int_equal(found != NULL, want[i] > 0);
        assert_null(bucket_find(t, (int64_t)i * 10 + 1));
        if (!want[i])
            continue;
        assert_true(more);
        assert_int_equal(at, i * 10);
        assert_ptr_equal(found, h);
        buckets++;
        rows += hash_table_rows(h);
        more = bucket_next(t, at, &at, &h);
    }
    assert_false(more);
    assert_int_equal(bucket_table_buckets(t), buckets);
    assert_int_equal(bucket_table_rows(t), rows);
}

static void test_buckets(void **state)
{
    (void)state;
    Account acct;
    account_init(&acct, NULL, "buckets");
    PageStore *ps = page_store_new(&acct);
    RowLayout l;
    assert_int_equal(row_layout_init(&l, &acct, &TYPE(I64), 1, 8, NULL), 0);
    BucketTable *t = bucket_table_new(ps, &l, 9, NULL);
    uint32_t want[64] = {0};
    for (uint32_t r = 0; r < 4000; r++) {
        uint32_t i = r / 70 + gen_below(6);
        if (gen_below(3)) {
            bucket_put(t, (int64_t)i * 10, r);
            want[i]++;
        } else {
            i = gen_below(2) ? r / 100 : gen_below(64);
            bucket_drop(t, (int64_t)i * 10);
            want[i] = 0;
        }
        if (r % 20 == 0)
            check_buckets(t, want, 64);
        bucket_drop(t, 3);
    }
    bucket_put(t, INT64_MAX, 1);
    bucket_put(t, INT64_MIN, 1);
    int64_t at;
    HashTable *h;
    assert_true(bucket_first(t, &at, &h) && at == INT64_MIN);
    assert_false(bucket_next(t, INT64_MAX, &at, &h));
    bucket_drop(t, INT64_MAX);
    bucket_drop(t, INT64_MIN);
    assert_true(bucket_table_bytes(t) > 0);
    GenFailure f = {.sticky = true};
    mem_set_hook(gen_failure_hook, &f);
    assert_int_equal(bucket_get(t, 12345, &h, NULL), -ERR_OUT_OF_MEMORY);
    mem_set_hook(NULL, NULL);
    check_buckets(t, want, 64);
    for (int64_t i = 0; i < 64; i++)
        bucket_drop(t, i * 10);
    assert_int_equal(page_store_pages(ps), 0);
    bucket_put(t, 1, 1);
    bucket_table_free(t);
    assert_int_equal(page_store_pages(ps), 0);
    row_layout_done(&l);
    page_store_free(ps);
    account_done(&acct);
}

static int64_t bytes_of_new(BucketTable *t, int64_t bucket)
{
    HashTable *h;
    assert_null(bucket_find(t, bucket));
    assert_int_equal(bucket_get(t, bucket, &h, NULL), 0);
    assert_int_equal(hash_table_rows(h), 0);
    return hash_table_bytes(h);
}

/* The next bucket has an index for as many rows as the last has or had; one before the last, and one behind a small one, has not.
 */
static void test_bucket_like_the_last(void **state)
{
    enum { N = 3000 };
    (void)state;
    Account acct;
    account_init(&acct, NULL, "buckets");
    PageStore *ps = page_store_new(&acct);
    RowLayout l;
    assert_int_equal(row_layout_init(&l, &acct, &TYPE(I64), 1, 8, NULL), 0);
    BucketTable *t = bucket_table_new(ps, &l, 9, NULL);
    int64_t small = bytes_of_new(t, 0);
    for (int64_t i = 0; i < N; i++)
        bucket_put(t, 100, i);
    int64_t large = bytes_of_new(t, 200);
    assert_true(large > small + N * 8);
    assert_true(large < small + N * 24);
    assert_int_equal(bytes_of_new(t, 300), small); /* the last is empty so far */
    assert_int_equal(bytes_of_new(t, 150), small);
    for (int64_t i = 0; i < N; i++)
        bucket_put(t, 200, i);
    bucket_drop(t, 300);
    bucket_drop(t, 0);
    bucket_drop(t, 100);
    bucket_drop(t, 150);
    bucket_drop(t, 200);
    assert_int_equal(bytes_of_new(t, 400), large);
    bucket_put(t, 400, 1);
    bucket_table_free(t);
    row_layout_done(&l);
    page_store_free(ps);
    account_done(&acct);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_small_store),
        cmocka_unit_test(test_epochs),
        cmocka_unit_test(test_snapshot_in_slices),
        cmocka_unit_test(test_failing_allocations),
        cmocka_unit_test(test_buckets),
        cmocka_unit_test(test_bucket_like_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
