/* SPDX-License-Identifier: Apache-2.0
 *
 * Shares of a histogram against those of the sorted values: never below, and at most an eighth above. */
#include "base/histogram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_VALUES 5000

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void test_shares(void **state)
{
    static uint64_t value[N_VALUES];
    static const double shares[] = {0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1};
    uint64_t seed = 11, sum = 0;
    Histogram h = {0};
    (void)state;
    for (size_t i = 0; i < N_VALUES; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        value[i] = seed >> (i % 60); /* of every magnitude */
        sum += value[i];
        histogram_add(&h, value[i]);
    }
    qsort(value, N_VALUES, sizeof(*value), compare);
    assert_true(h.n == N_VALUES && h.sum == sum && h.max == value[N_VALUES - 1]);
    for (size_t i = 0; i < sizeof(shares) / sizeof(*shares); i++) {
        size_t at = (size_t)(shares[i] * N_VALUES + 0.999999);
        uint64_t exact = value[at ? at - 1 : 0], got = histogram_at(&h, shares[i]);
        assert_true(got >= exact && got - exact <= exact / 8);
    }
}

static void test_buckets(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 64; i++) {
        uint64_t power = UINT64_C(1) << i;
        assert_true(histogram_bucket(power) < HISTOGRAM_BUCKETS);
        assert_true(histogram_bucket(power) == histogram_bucket(power - 1) + 1 || i == 0);
        Histogram h = {0};
        histogram_add(&h, power);
        assert_true(histogram_at(&h, 0.5) == power);
    }
    assert_int_equal(histogram_bucket(UINT64_MAX), HISTOGRAM_BUCKETS - 1);
    Histogram none = {0};
    assert_int_equal(histogram_at(&none, 0.99), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_shares), cmocka_unit_test(test_buckets)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
