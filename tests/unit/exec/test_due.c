/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows that can be forgotten, in order and out of order, against a search through all of them: adding, leaving early, taking
 * the first, filing anew. */
#include "exec/due_heap.h"

#include "exec/exec_gen.h"

#define N 700u
#define PLACE 8u

typedef struct Row {
    uint64_t other;
    uint32_t place;
} Row;

static uint64_t state = 1;
static uint32_t below(uint32_t n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 33) % n;
}

static void check_first(const DueHeap *h, const int64_t *us, const bool *in)
{
    const DueRow *first = due_heap_first(h);
    int64_t least = INT64_MAX;
    bool any = false;
    for (uint32_t i = 0; i < N; i++) {
        any |= in[i];
        if (in[i] && us[i] < least)
            least = us[i];
    }
    assert_int_equal(first != NULL, any);
    if (any)
        assert_int_equal(first->us, least);
}

/* disorder: how far a time may lie behind the latest. */
static void run(uint32_t disorder, uint32_t steps)
{
    static Row row[N];
    static int64_t us[N];
    static bool in[N];
    int64_t now = -1000;
    Account acct;
    DueHeap h;
    account_init(&acct, NULL, "test");
    due_heap_init(&h, &acct, PLACE);
    memset(row, 0, sizeof(row));
    memset(in, 0, sizeof(in));
    for (uint32_t s = 0; s < steps; s++) {
        uint32_t i = below(N);
        uint8_t *p = (uint8_t *)&row[i];
        assert_int_equal(due_heap_holds(&h, p), in[i]);
        if (in[i]) { /* leaves, or is filed anew */
            due_heap_remove(&h, p);
            in[i] = false;
        }
        if (below(8) > 0) {
            us[i] = (now += below(3)) - (disorder ? below(disorder) : 0);
            assert_int_equal(due_heap_add(&h, p, us[i]), 0);
            in[i] = true;
        }
        for (uint32_t k = below(16) ? 0 : below(2 * N); k > 0 && due_heap_first(&h); k--) {
            uint32_t first = (uint32_t)((Row *)(void *)due_heap_first(&h)->row - row);
            assert_true(in[first]);
            due_heap_remove(&h, due_heap_first(&h)->row);
            in[first] = false;
        }
        if (s % 16 == 0)
            check_first(&h, us, in);
    }
    assert_true(due_heap_bytes(&h) <= (int64_t)(8 * N * sizeof(DueRow)));
    due_heap_done(&h);
    account_done(&acct);
}

static void test_in_order(void **arg)
{
    (void)arg;
    run(0, 60000);
}

static void test_disorder(void **arg)
{
    (void)arg;
    run(5, 60000);
    run(5000, 60000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_in_order), cmocka_unit_test(test_disorder)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
