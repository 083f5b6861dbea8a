/* SPDX-License-Identifier: Apache-2.0
 *
 * The least of growing values against a scan over all of them, with members that leave, come back and go for good. */
#include "base/lazy_min.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define IDS_MAX 300

static uint64_t seed = 42;

static uint32_t below(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((seed >> 33) % n);
}

typedef struct Model {
    int64_t value;
    bool is, out;
} Model;

static void check(LazyMin *m, const Model *model)
{
    int64_t least = INT64_MAX, got = 0;
    uint32_t id = 0;
    for (uint32_t i = 0; i < IDS_MAX; i++)
        if (model[i].is && !model[i].out && model[i].value < least)
            least = model[i].value;
    bool any = lazy_min_least(m, &got, &id);
    assert_int_equal(any, least != INT64_MAX);
    if (any) {
        assert_int_equal(got, least);
        assert_true(model[id].is && !model[id].out && model[id].value == least);
    }
}

static void test_random(void **state)
{
    (void)state;
    static Model model[IDS_MAX];
    LazyMin m = {0};
    uint32_t n = 0, id;
    for (uint32_t step = 0; step < 200000; step++) {
        uint32_t i = below(IDS_MAX);
        switch (below(12)) {
        case 0:
            if (n >= IDS_MAX / 2 || lazy_min_add(&m, (int64_t)below(1000), &id) < 0)
                break;
            assert_true(id < IDS_MAX && !model[id].is);
            model[id] = (Model){m.of[id].value, true, false};
            n++;
            break;
        case 1:
            if (!model[i].is || below(3))
                break;
            lazy_min_drop(&m, i);
            model[i].is = false;
            n--;
            break;
        case 2:
            if (!model[i].is || model[i].out)
                break;
            lazy_min_leave(&m, i);
            model[i].out = true;
            break;
        case 3:
            if (!model[i].is || !model[i].out)
                break;
            model[i].value += below(5);
            model[i].out = false;
            assert_int_equal(lazy_min_enter(&m, i, model[i].value), 0);
            break;
        case 4: check(&m, model); break;
        default:
            if (!model[i].is || model[i].out)
                break;
            model[i].value += below(100);
            lazy_min_raise(&m, i, model[i].value);
        }
    }
    check(&m, model);
    assert_true(m.n_ids <= IDS_MAX);
    lazy_min_done(&m);
}

static void test_ends(void **state)
{
    (void)state;
    LazyMin m = {0};
    int64_t least = 7;
    uint32_t a, b, id;
    assert_false(lazy_min_least(&m, &least, &id));
    assert_int_equal(lazy_min_add(&m, INT64_MIN, &a), 0);
    assert_int_equal(lazy_min_add(&m, 5, &b), 0);
    assert_true(lazy_min_least(&m, &least, &id));
    assert_true(least == INT64_MIN && id == a);
    lazy_min_raise(&m, a, INT64_MAX - 1);
    assert_true(lazy_min_least(&m, &least, &id));
    assert_true(least == 5 && id == b);
    lazy_min_drop(&m, b);
    assert_true(lazy_min_least(&m, &least, &id));
    assert_true(least == INT64_MAX - 1 && id == a);
    assert_int_equal(lazy_min_add(&m, -3, &id), 0);
    assert_int_equal(id, b); /* used again */
    lazy_min_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random), cmocka_unit_test(test_ends)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
