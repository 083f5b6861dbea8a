/* SPDX-License-Identifier: Apache-2.0
 *
 * A database's directory: made once, locked, refused when it is something else, whole after any crash. */
// clang-format off
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include "durable/directory.h"
#include "env/env_sim.h"

static void test_open(void **state)
{
    (void)state;
    Env *env = env_sim_new(1, NULL);
    Directory a, b;
    Err err = ERR_INIT;
    assert_int_equal(directory_inspect(&a, env, "/db", NULL), -ERR_FILE_NOT_FOUND);
    directory_close(&a);
    assert_int_equal(directory_open(&a, env, "/db", NULL), 0);
    assert_int_equal(directory_open(&b, env, "/db", &err), -ERR_IN_USE);
    directory_close(&b);
    assert_int_equal(directory_inspect(&b, env, "/db", NULL), 0); /* looking needs no lock */
    assert_memory_equal(a.uuid, b.uuid, sizeof(a.uuid));
    directory_close(&b);
    uint8_t uuid[WAL_UUID_BYTES];
    memcpy(uuid, a.uuid, sizeof(uuid));
    directory_close(&a);
    assert_int_equal(directory_open(&a, env, "/db", NULL), 0);
    assert_memory_equal(a.uuid, uuid, sizeof(uuid));
    directory_close(&a);
    env_sim_free(env);
}

static void test_refused(void **state)
{
    (void)state;
    Env *env = env_sim_new(1, NULL);
    Directory d;
    assert_int_equal(env_sim_put_file(env, "/files/letter.txt", "dear", 4), 0);
    assert_int_equal(directory_open(&d, env, "/files", NULL), -ERR_WRONG_STATE);
    directory_close(&d);
    EnvStat st;
    assert_true(env->file->stat(env, "/files/LOCK", &st, NULL) < 0);
    assert_true(directory_open(&d, env, "/files/letter.txt", NULL) < 0);
    directory_close(&d);
    assert_int_equal(directory_open(&d, env, "/db", NULL), 0);
    directory_close(&d);
    assert_int_equal(env_sim_put_file(env, "/db/LAMINAR", "LAMINARD and other bytes, as many as it takes ..", 48), 0);
    assert_int_equal(directory_open(&d, env, "/db", NULL), -ERR_CORRUPT);
    directory_close(&d);
    env_sim_free(env);
}

static void test_crashes(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        SimFaults faults = {.torn_writes = true};
        Env *env = env_sim_new(seed, &faults);
        Directory d;
        uint8_t uuid[WAL_UUID_BYTES];
        env_sim_crash_at(env, 1 + seed % 16);
        int rc = directory_open(&d, env, "/db", NULL);
        memcpy(uuid, d.uuid, sizeof(uuid));
        directory_close(&d);
        env_sim_crash(env);
        assert_int_equal(directory_open(&d, env, "/db", NULL), 0);
        if (rc == 0) /* it was reported as made */
            assert_memory_equal(d.uuid, uuid, sizeof(uuid));
        directory_close(&d);
        env_sim_free(env);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_crashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
