/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows that can be forgotten, in order and out of order, against a search through all of them: adding, leaving early, taking
 * the first, taking all that are due, filing anew. */
#include "exec/due_runs.h"

#include "exec/exec_gen.h"

#define N 700u

typedef struct Row {
    uint64_t other;
} Row;

static uint64_t state = 1;
static uint32_t below(uint32_t n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 33) % n;
}

static Row row[16 * N];
static int64_t us[16 * N];
static bool in[16 * N];

/* All that are due at a limit, in pieces: how many. */
static uint32_t take(DueRuns *d, int64_t limit)
{
    static DueRow due[DUE_TAKE_MIN * 3];
    uint32_t taken = 0;
    while (due_runs_may_be_due(d, limit)) {
        uint32_t n = due_runs_take(d, limit, due, DUE_TAKE_MIN * (1 + below(3)));
        for (uint32_t i = 0; i < n; i++) {
            uint32_t k = (uint32_t)((Row *)(void *)due[i].row - row);
            assert_true(in[k] && us[k] == due[i].us && us[k] <= limit);
            in[k] = false;
        }
        taken += n;
    }
    for (uint32_t k = 0; k < 16 * N; k++)
        assert_true(!in[k] || us[k] > limit);
    return taken;
}

static void run(int64_t span, uint32_t disorder, uint32_t ties, uint32_t steps)
{
    uint32_t n_in = 0;
    int64_t now = -1000;
    Account acct;
    DueRuns d;
    account_init(&acct, NULL, "test");
    if (span)
        due_runs_init_span(&d, &acct, span);
    else
        due_runs_init(&d, &acct);
    memset(in, 0, sizeof(in));
    for (uint32_t s = 0; s < steps; s++) {
        uint32_t i = below(16 * N);
        uint8_t *p = (uint8_t *)&row[i];
        if (in[i] && below(2))
            continue; /* so that it fills */
        if (in[i])
            due_runs_remove(&d, p, us[i]);
        n_in -= in[i];
        in[i] = false;
        if (below(8) > 0) {
            us[i] = ((now += below(3)) - (disorder ? below(disorder) : 0)) / ties;
            assert_int_equal(due_runs_add(&d, p, us[i]), 0);
            in[i] = true;
            n_in++;
        }
        for (uint32_t k = below(64) ? 0 : below(N); k > 0 && due_runs_first(&d); k--) {
            int64_t at = due_runs_first(&d)->us;
            uint32_t first = (uint32_t)((Row *)(void *)due_runs_pop(&d) - row);
            assert_true(in[first] && us[first] == at);
            in[first] = false;
            n_in--;
        }
        if (below(512) == 0)
            n_in -= take(&d, (now - below(disorder + 10)) / ties);
        if (s % 512 == 0) {
            int64_t least = INT64_MAX;
            for (uint32_t k = 0; k < 16 * N; k++)
                least = in[k] && us[k] < least ? us[k] : least;
            assert_int_equal(due_runs_first(&d) != NULL, n_in > 0);
            assert_true(!n_in || due_runs_first(&d)->us == least);
        }
    }
    for (int64_t last = INT64_MIN; due_runs_first(&d); n_in--) {
        assert_true(due_runs_first(&d)->us >= last);
        last = due_runs_first(&d)->us;
        (void)due_runs_pop(&d);
    }
    assert_int_equal(n_in, 0);
    assert_true(due_runs_bytes(&d) <= (int64_t)(64 * N * sizeof(DueRow)));
    due_runs_done(&d);
    account_done(&acct);
}

static void test_runs(void **arg)
{
    (void)arg;
    static const int64_t spans[] = {0, 1, 5000, 100000, INT64_C(1) << 40};
    for (uint32_t i = 0; i < ARRAY_LEN(spans); i++) {
        run(spans[i], 0, 1, 100000);
        run(spans[i], 20, 1, 100000);
        run(spans[i], 100000, 1, 200000);
        run(spans[i], 100000, 1000, 200000); /* many at one time */
        run(spans[i], 0, 1000, 100000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_runs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
