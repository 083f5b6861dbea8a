/* SPDX-License-Identifier: Apache-2.0
 *
 * Plans of whole queries as EXPLAIN prints them. */
#include "plan_test.h"

static void test_first(void **state)
{
    (void)state;
    expect_plan(PLAN_CONTINUOUS, "SELECT sym, price * 2 AS p FROM trades WHERE qty > 10", "");
    expect_plan(PLAN_CONTINUOUS,
                "SELECT sym, count(*) AS n, sum(qty) FROM trades WHERE price > 1 GROUP BY sym, TUMBLE(ts, INTERVAL '1' HOUR)", "");
    expect_plan(PLAN_BOUNDED,
                "SELECT sym, count(*) AS n, sum(qty) FROM trades WHERE price > 1 GROUP BY sym, TUMBLE(ts, INTERVAL '1' HOUR)", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first),
    };
    return cmocka_run_group_tests(tests, db_open, db_close);
}
