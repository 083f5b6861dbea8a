/* SPDX-License-Identifier: Apache-2.0
 *
 * The crew: every part of a call is done once, by whatever threads, and scratch of parts is given back with the step's. */
#include "flow/crew.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "env/env_sim.h"

typedef struct Job {
    _Atomic uint32_t done[PARTS_MAX];
    uint64_t plain[PARTS_MAX]; /* written by the part alone: a race detector sees who is not waited for */
} Job;

static void add_one(void *self, uint32_t part)
{
    Job *j = self;
    atomic_fetch_add(&j->done[part], 1);
    j->plain[part]++;
}

static void open_crew(Crew *c, Env *env, Account *acct, PageStore **pages, uint32_t threads, uint32_t parts)
{
    account_init(acct, NULL, "test");
    *pages = page_store_new(acct);
    crew_init(c, env, acct, *pages);
    assert_int_equal(crew_need_parts(c, parts, NULL), 0);
    assert_int_equal(crew_set_threads(c, threads, NULL), 0);
}

static void close_crew(Crew *c, Account *acct, PageStore *pages)
{
    crew_done(c);
    page_store_free(pages);
    account_done(acct);
}

static void run_many(Env *env, uint32_t threads, uint32_t parts, uint32_t rounds)
{
    Crew c;
    Account acct;
    PageStore *pages;
    Job j = {0};
    uint32_t want[PARTS_MAX] = {0}, which = 1;
    open_crew(&c, env, &acct, &pages, threads, parts);
    for (uint32_t i = 0; i < rounds; i++) {
        which = (which * 1103515245u + 12345u) & ((1u << parts) - 1);
        c.parts.team.run(&c.parts.team, parts, which, add_one, &j);
        for (uint32_t p = 0; p < parts; p++)
            want[p] += which >> p & 1;
        if (i % 1000 == 999) /* the next ones find sleeping threads */
            assert_int_equal(crew_set_threads(&c, 1 + (i / 1000) % threads, NULL), 0);
    }
    for (uint32_t p = 0; p < parts; p++) {
        assert_int_equal(j.done[p], want[p]);
        assert_int_equal(j.plain[p], want[p]);
    }
    close_crew(&c, &acct, pages);
}

static void test_each_part_once(void **state)
{
    (void)state;
    run_many(env_linux(), 1, 3, 100);
    run_many(env_linux(), 2, 2, 5000);
    run_many(env_linux(), 3, 8, 5000);
    run_many(env_linux(), 5, 5, 5000);
}

static void test_simulated(void **state)
{
    (void)state;
    Env *env = env_sim_new(7, NULL);
    run_many(env, 4, 4, 500);
    env_sim_free(env);
}

static void test_scratch(void **state)
{
    (void)state;
    Crew c;
    Account acct;
    PageStore *pages;
    Arena step;
    open_crew(&c, env_linux(), &acct, &pages, 1, 2);
    arena_init(&step, &acct, 0);
    void *first = NULL;
    for (uint32_t s = 0; s < 3; s++) {
        arena_reset(&step);
        parts_call_begins(&c.parts, &step);
        void *own = arena_alloc(&c.parts.part[1].arena, 64);
        first = first ? first : own;
        assert_ptr_equal(own, first); /* the step before is over */
        ArenaMark mark = arena_mark(&step);
        void *above = NULL;
        for (uint32_t i = 0; i < 100; i++) { /* pieces that another call consumes */
            arena_rewind(&step, mark);
            parts_call_begins(&c.parts, &step);
            void *p = arena_alloc(&c.parts.part[1].arena, 1000);
            above = above ? above : p;
            assert_ptr_equal(p, above);
            assert_ptr_not_equal(p, own);
        }
    }
    arena_done(&step);
    close_crew(&c, &acct, pages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_part_once),
        cmocka_unit_test(test_simulated),
        cmocka_unit_test(test_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
