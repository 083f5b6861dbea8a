/* SPDX-License-Identifier: Apache-2.0
 *
 * Feeds: retention of small and large batches, consumers that go while they are called; and when a relation that is read again and
 * again gets an image; and hashes of rows that are made anew. */
#include "flow/feed.h"
#include "data/builder.h"
#include "flow/stored.h"
#include "state/page_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static Account root;

static Schema *two_columns(void)
{
    const Field f[] = {{"id", TYPE(I64), true}, {"name", TYPE(TEXT), false}};
    return schema_new(&root, f, 2);
}

static Batch *rows(const Schema *s, int64_t from, uint32_t n)
{
    Builder b;
    assert_int_equal(builder_init(&b, &root, s, n, NULL), 0);
    for (uint32_t i = 0; i < n; i++) {
        char name[64];
        int len = snprintf(name, sizeof(name), "a name of some length %lld", (long long)from + i);
        ((int64_t *)builder_data(&b, 0))[b.n] = from + i;
        if ((from + i) % 3 == 0)
            builder_null(&b, 1);
        else
            assert_int_equal(builder_str(&b, 1, name, (size_t)len), 0);
        (void)builder_row_done(&b);
    }
    Batch *out = builder_take(&b);
    builder_done(&b);
    return out;
}

typedef struct Expect {
    int64_t next, n;
} Expect;

static int expect_rows(void *self, Batch *b, Err *err)
{
    (void)err;
    Expect *e = self;
    for (uint32_t i = 0; i < b->n_sel; i++) {
        uint32_t row = row_at(batch_rows(b), i);
        char name[64];
        snprintf(name, sizeof(name), "a name of some length %lld", (long long)e->next);
        assert_int_equal(vec_get(&b->col[0], row).i64, e->next);
        Value v = vec_get(&b->col[1], row);
        assert_int_equal(v.is_null, e->next % 3 == 0);
        if (!v.is_null)
            assert_true(str_eq(v.str, str_of(name)));
        e->next++;
        e->n++;
    }
    return 0;
}

static void test_retention(void **state)
{
    (void)state;
    Schema *s = two_columns();
    Feed *f;
    assert_int_equal(feed_new(&root, 1, "f", s, NULL, 3000, &f, NULL), 0);
    int64_t next = 0;
    const uint32_t sizes[] = {1, 7, 500, 1, 2000, 3, 1024, 90, 4096, 2, 2, 600};
    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < ARRAY_LEN(sizes); i++) {
            Batch *b = rows(s, next, sizes[i]);
            assert_int_equal(feed_emit(f, b, NULL), 0);
            batch_unref(b);
            next += sizes[i];
            Expect e = {.next = next - (int64_t)f->retained_rows};
            assert_int_equal(feed_each_retained(f, expect_rows, &e, NULL), 0);
            assert_int_equal(e.next, next);
            assert_int_equal(e.n, f->retained_rows);
            assert_true(next < 3000 ? e.n == next : e.n >= 3000);
        }
    }
    feed_unref(f);
    schema_unref(s);
    assert_int_equal(root.bytes, 0);
}

typedef struct Counter {
    Consumer consumer;
    ConsumerList *list;
    Consumer *remove; /* taken off at the first batch */
    int n, ended;
} Counter;

static int counter_batch(Consumer *c, const Batch *b, Err *err)
{
    (void)b, (void)err;
    Counter *k = (Counter *)c;
    k->n++;
    if (k->remove)
        consumer_remove(k->list, MOVE(k->remove));
    return 0;
}

static void counter_end(Consumer *c, const Err *err)
{
    (void)err;
    ((Counter *)c)->ended++;
}
static const ConsumerType counting = {.batch = counter_batch, .end = counter_end};

static void test_removal_inside(void **state)
{
    (void)state;
    Schema *s = two_columns();
    Batch *b = rows(s, 0, 1);
    ConsumerList list = {0};
    Counter a = {.consumer.type = &counting, .list = &list}, c = a, d = a;
    consumer_add(&list, &a.consumer);
    consumer_add(&list, &c.consumer);
    consumer_add(&list, &d.consumer);
    a.remove = &c.consumer; /* the next in line */
    d.remove = &d.consumer; /* itself */
    consumers_batch(&list, b);
    consumers_batch(&list, b);
    assert_int_equal(a.n, 2);
    assert_int_equal(c.n, 0);
    assert_int_equal(d.n, 1);
    consumers_end(&list, NULL);
    assert_int_equal(a.ended, 1);
    assert_int_equal(c.ended + d.ended, 0);
    assert_null(list.first);
    batch_unref(b);
    schema_unref(s);
}

/* ---- images ---- */

static int add_rows(void *self, Batch *b, Err *err)
{
    (void)err;
    *(uint64_t *)self += b->n_sel;
    return 0;
}

static void change(Stored *s, const Schema *schema, int64_t from, uint32_t n)
{
    Batch *b = rows(schema, from, n);
    assert_int_equal(stored_apply(s, "t", &b, 1, NULL), 0);
    batch_unref(b);
}

static void read_ids(Stored *s, uint32_t times)
{
    for (uint32_t i = 0; i < times; i++) {
        uint64_t n = 0;
        assert_int_equal(stored_each_columns(s, &(uint32_t){0}, 1, add_rows, &n, NULL), 0);
        assert_int_equal(n, s->n_rows);
    }
}

/* An image that was of little use makes the next one wait twice as long, one that was of use does not. */
static void test_patience(void **state)
{
    (void)state;
    Schema *schema = two_columns();
    PageStore *pages = page_store_new(&root);
    Stored *s;
    assert_int_equal(stored_new(&root, pages, 1, schema, NULL, 0, &s, NULL), 0);
    change(s, schema, 0, 3000);
    change(s, schema, 3000, 3000);
    const uint32_t needed[] = {2, 3, 5, 9, 2, 3};
    for (uint32_t i = 0; i < ARRAY_LEN(needed); i++) {
        read_ids(s, needed[i] - 1);
        assert_null(s->image);
        read_ids(s, 1);
        assert_non_null(s->image);
        read_ids(s, i == 3 ? 10 : 1);
        change(s, schema, 6000 + i, 1);
        assert_null(s->image);
    }
    stored_free(s);
    page_store_free(pages);
    schema_unref(schema);
    assert_int_equal(root.bytes, 0);
}

/* ---- hashes ---- */

/* Rows whose columns are alike up to `alike`. */
static Batch *pairs(const Schema *s, uint32_t n, uint32_t alike)
{
    Builder b;
    assert_int_equal(builder_init(&b, &root, s, n, NULL), 0);
    for (uint32_t i = 0; i < n; i++) {
        ((int64_t *)builder_data(&b, 0))[b.n] = i;
        ((int64_t *)builder_data(&b, 1))[b.n] = i < alike ? i : i * 7 + 1;
        (void)builder_row_done(&b);
    }
    Batch *out = builder_take(&b);
    builder_done(&b);
    return out;
}

/* Rows that came hashed by all columns are found by the same columns in another order, whether or not the first ones look the same
 * by either. */
static void test_hash_by(void **state)
{
    (void)state;
    const Field f[] = {{"a", TYPE(I64), true}, {"b", TYPE(I64), true}};
    const uint32_t alike[] = {0, 1, 1500, 3000}, by[][2] = {{1, 0}, {0, 1}};
    Schema *schema = schema_new(&root, f, 2);
    for (uint32_t i = 0; i < ARRAY_LEN(alike) * ARRAY_LEN(by); i++) {
        PageStore *pages = page_store_new(&root);
        Stored *s;
        assert_int_equal(stored_new(&root, pages, 1, schema, NULL, 0, &s, NULL), 0);
        Batch *b = pairs(schema, 3000, alike[i / ARRAY_LEN(by)]);
        assert_int_equal(stored_apply(s, "t", &b, 1, NULL), 0);
        assert_int_equal(stored_hash_by(s, by[i % ARRAY_LEN(by)], 2, NULL), 0);
        b->w_kind = W_MINUS;
        assert_int_equal(stored_apply(s, "t", &b, 1, NULL), 0);
        assert_int_equal(hash_table_rows(s->rows), 0);
        batch_unref(b);
        stored_free(s);
        page_store_free(pages);
    }
    schema_unref(schema);
    assert_int_equal(root.bytes, 0);
}

int main(void)
{
    account_init(&root, NULL, "test");
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_retention), cmocka_unit_test(test_removal_inside),
                                       cmocka_unit_test(test_patience), cmocka_unit_test(test_hash_by)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
