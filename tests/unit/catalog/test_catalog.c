/* SPDX-License-Identifier: Apache-2.0
 *
 * Snapshots of the catalog: copies on write leave older snapshots alone, lookups, nearest names, order of dropping. */
#include "catalog/catalog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static Account root;

static Relation *relation_of(uint64_t id, const char *name, RelationKind kind, uint64_t depends)
{
    Relation *r = relation_new(NULL, &root, kind, name);
    assert_non_null(r);
    r->id = id;
    if (depends) {
        r->depends = ARENA_ARRAY(&r->arena, uint64_t, 1);
        r->depends[0] = depends;
        r->n_depends = 1;
    }
    return r;
}

static Catalog *with(Catalog *give_c, Relation *give_r)
{
    Catalog *next = NULL;
    assert_int_equal(catalog_with(give_c, give_r, NULL, 0, &next, NULL), 0);
    catalog_unref(give_c);
    relation_unref(give_r);
    return next;
}

static void test_copy_on_write(void **state)
{
    (void)state;
    account_init(&root, NULL, "test");
    Catalog *a = with(catalog_empty(&root), relation_of(7, "trades", REL_SOURCE, 0));
    Catalog *old = catalog_ref(a);
    Catalog *b = with(a, relation_of(3, "quotes", REL_SOURCE, 0));
    assert_int_equal(old->n, 1);
    assert_int_equal(b->n, 2);
    assert_int_equal(b->version, 2);
    assert_int_equal(b->relation[0]->id, 3);
    assert_string_equal(catalog_find(b, STR("quotes"))->name, "quotes");
    assert_null(catalog_find(old, STR("quotes")));
    assert_string_equal(catalog_by_id(b, 7)->name, "trades");
    assert_null(catalog_by_id(b, 5));
    catalog_unref(old);
    Catalog *c = with(b, relation_of(7, "trades2", REL_SOURCE, 0)); /* the same id: replaced */
    assert_int_equal(c->n, 2);
    assert_string_equal(catalog_by_id(c, 7)->name, "trades2");
    Catalog *d = NULL;
    assert_int_equal(catalog_with(c, NULL, (uint64_t[]){3, 7}, 2, &d, NULL), 0);
    assert_int_equal(d->n, 0);
    catalog_unref(c);
    catalog_unref(d);
    account_done(&root);
}

/* What each order says of a snapshot, against a walk over all of it. */
static void check_orders(const Catalog *c)
{
    uint32_t n = 0, n_referring = 0;
    for (uint32_t k = 0; k < N_RELATION_KINDS; k++) {
        Relations of = catalog_kind(c, k);
        n += of.n;
        for (uint32_t i = 0; i < of.n; i++)
            assert_int_equal(of.relation[i]->kind, k);
    }
    assert_int_equal(n, c->n);
    for (uint32_t i = 0; i < c->n; i++) {
        const Relation *r = c->relation[i];
        uint32_t n_alike = 0;
        n_referring += r->n_foreign > 0;
        assert_true(i == 0 || c->relation[i - 1]->id < r->id);
        assert_ptr_equal(r->kind == REL_SCHEMA ? catalog_schema(c, str_of(r->name)) : catalog_find(c, str_of(r->name)), r);
        for (uint32_t k = 0; k < c->n; k++)
            n_alike += c->relation[k]->kind == r->kind && c->relation[k]->input == r->input;
        Relations alike = catalog_belonging(c, r->kind, r->input);
        assert_int_equal(alike.n, n_alike);
        for (uint32_t k = 1; k < alike.n; k++)
            assert_true(alike.relation[k - 1]->id < alike.relation[k]->id);
    }
    assert_int_equal(catalog_referring(c).n, n_referring);
    assert_null(catalog_find(c, STR("r9999")));
}

static void test_orders(void **state)
{
    (void)state;
    account_init(&root, NULL, "test");
    Catalog *c = catalog_empty(&root);
    uint64_t seed = 7;
    for (int step = 0; step < 400; step++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint64_t id = 1 + (seed >> 33) % 60, gone[2] = {1 + (seed >> 40) % 60, 1 + (seed >> 50) % 60};
        Catalog *next = NULL;
        Relation *r = NULL;
        if (seed >> 62) { /* also one that there is, of another kind and name */
            char name[16];
            snprintf(name, sizeof(name), "r%d", (int)((uint64_t)step * 37 % 1000));
            r = relation_of(id, name, (RelationKind)((seed >> 20) % N_RELATION_KINDS), 0);
            r->input = (seed >> 10) % 3;
            r->n_foreign = (seed >> 15) % 2;
        }
        assert_int_equal(catalog_with(c, r, gone, r ? 0 : 2, &next, NULL), 0);
        relation_unref(r);
        catalog_unref(c);
        c = next;
        check_orders(c);
    }
    assert_true(c->n > 10);
    catalog_unref(c);
    account_done(&root);
}

static void test_nearest(void **state)
{
    (void)state;
    account_init(&root, NULL, "test");
    Catalog *c = with(catalog_empty(&root), relation_of(1, "trades", REL_SOURCE, 0));
    c = with(c, relation_of(2, "trade_stats", REL_VIEW, 0));
    assert_string_equal(catalog_nearest(c, STR("trade")), "trades");
    assert_string_equal(catalog_nearest(c, STR("trade_stat")), "trade_stats");
    assert_null(catalog_nearest(c, STR("orders")));
    catalog_unref(c);
    account_done(&root);
}

static void test_dependants(void **state)
{
    (void)state;
    account_init(&root, NULL, "test");
    Catalog *c = with(catalog_empty(&root), relation_of(1, "s", REL_SOURCE, 0));
    c = with(c, relation_of(2, "v1", REL_VIEW, 1));
    c = with(c, relation_of(3, "v2", REL_VIEW, 2));
    Relation *k = relation_of(4, "k", REL_SINK, 0);
    k->input = 3;
    c = with(c, k);
    c = with(c, relation_of(5, "other", REL_SOURCE, 0));
    Arena arena;
    arena_init(&arena, &root, 0);
    const Relation **list;
    uint32_t n;
    assert_int_equal(catalog_dependants(c, 1, &arena, &list, &n, NULL), 0);
    assert_int_equal(n, 3);
    assert_string_equal(list[0]->name, "k");
    assert_string_equal(list[1]->name, "v2");
    assert_string_equal(list[2]->name, "v1");
    assert_int_equal(catalog_dependants(c, 5, &arena, &list, &n, NULL), 0);
    assert_int_equal(n, 0);
    arena_done(&arena);
    catalog_unref(c);
    account_done(&root);
}

static void test_kind_names(void **state)
{
    (void)state;
    assert_string_equal(relation_kind_name(REL_VIEW), "MATERIALIZED VIEW");
    assert_string_equal(relation_kind_name(REL_LATE), "LATE STREAM");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copy_on_write), cmocka_unit_test(test_orders),     cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_dependants),    cmocka_unit_test(test_kind_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
