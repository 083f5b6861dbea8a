/* SPDX-License-Identifier: Apache-2.0
 *
 * What a simulated crash keeps and loses: synced data always survives, unsynced data may be lost or torn by sectors, names and
 * contents are independent, and over many seeds every legal outcome is seen. */
#include "test_util.h"

#include "env/env_sim.h"
#include "env/points.h"

#define N_SEEDS 200

static void write_new(Env *env, const char *path, const char *text, bool sync)
{
    EnvFileHandle *f = open_file(env, path, ENV_WRITE | ENV_CREATE);
    write_text(env, f, text, 0);
    if (sync)
        assert_int_equal(env->file->sync(env, f, NULL), 0);
    env->file->close(env, f);
}

static void synced_survives(void **state)
{
    (void)state;
    char buf[64];
    for (uint64_t seed = 0; seed < N_SEEDS; seed++) {
        SimFaults torn = {.torn_writes = true};
        Env *env = env_sim_new(seed, &torn);
        assert_int_equal(env->dir->mkdir(env, "d", NULL), 0);
        assert_int_equal(env->dir->sync_dir(env, "", NULL), 0);
        write_new(env, "d/a", "content", true);
        assert_int_equal(env->dir->sync_dir(env, "d", NULL), 0);
        env_sim_crash(env);
        assert_string_equal(read_text(env, "d/a", buf, sizeof(buf)), "content");
        env_sim_crash(env);
        assert_string_equal(read_text(env, "d/a", buf, sizeof(buf)), "content");
        env_sim_free(env);
    }
}

/* Without the directory's sync a synced file may be gone; without the file's sync it may be empty or half written. */
static void unsynced_is_open(void **state)
{
    (void)state;
    char buf[64];
    unsigned gone = 0, empty = 0, whole = 0, other = 0;
    for (uint64_t seed = 0; seed < N_SEEDS; seed++) {
        Env *env = env_sim_new(seed, NULL);
        write_new(env, "a", "content", false);
        env_sim_crash(env);
        const char *got = read_text(env, "a", buf, sizeof(buf));
        gone += strcmp(got, "(none)") == 0;
        empty += strcmp(got, "") == 0;
        whole += strcmp(got, "content") == 0;
        env_sim_free(env);
        env = env_sim_new(seed, NULL);
        write_new(env, "a", "content", true);
        env_sim_crash(env);
        got = read_text(env, "a", buf, sizeof(buf));
        other += strcmp(got, "(none)") != 0 && strcmp(got, "content") != 0;
        env_sim_free(env);
    }
    assert_true(gone > 60 && empty > 20 && whole > 20 && gone + empty + whole == N_SEEDS);
    assert_int_equal(other, 0);
}

/* Replace by rename: after a crash the name holds the old or the new content, never anything else. */
static void atomic_replace(void **state)
{
    (void)state;
    char buf[64];
    unsigned was_old = 0, was_new = 0;
    for (uint64_t seed = 0; seed < N_SEEDS; seed++) {
        SimFaults torn = {.torn_writes = true};
        Env *env = env_sim_new(seed, &torn);
        assert_int_equal(env_sim_put_file(env, "d/current", "old", 3), 0);
        write_new(env, "d/next", "new", true);
        assert_int_equal(env->dir->rename(env, "d/next", "d/current", NULL), 0);
        bool synced = seed % 2;
        if (synced)
            assert_int_equal(env->dir->sync_dir(env, "d", NULL), 0);
        env_sim_crash(env);
        const char *got = read_text(env, "d/current", buf, sizeof(buf));
        bool is_old = strcmp(got, "old") == 0, is_new = strcmp(got, "new") == 0;
        assert_true(synced ? is_new : is_old || is_new);
        was_old += is_old;
        was_new += is_new && !synced;
        if (synced)
            assert_string_equal(read_text(env, "d/next", buf, sizeof(buf)), "(none)");
        env_sim_free(env);
    }
    assert_true(was_old > 20 && was_new > 20);
}

static void sectors_tear(void **state)
{
    (void)state;
    enum { BYTES = 8 * 512 };
    static char new_bytes[BYTES], old_bytes[BYTES], got[BYTES + 1];
    memset(new_bytes, 'n', BYTES);
    memset(old_bytes, 'o', BYTES);
    for (int torn = 0; torn < 2; torn++) {
        unsigned mixed = 0;
        for (uint64_t seed = 0; seed < N_SEEDS; seed++) {
            SimFaults f = {.torn_writes = torn != 0};
            Env *env = env_sim_new(seed, &f);
            assert_int_equal(env_sim_put_file(env, "f", old_bytes, BYTES), 0);
            EnvFileHandle *h = open_file(env, "f", ENV_READ | ENV_WRITE);
            assert_int_equal(env->file->pwrite(env, h, new_bytes, 3000, 100, NULL), 3000);
            assert_int_equal(env->file->pread(env, h, got, BYTES, 0, NULL), BYTES);
            assert_true(got[99] == 'o' && got[100] == 'n' && got[3099] == 'n' && got[3100] == 'o');
            env_sim_crash(env);
            assert_int_equal(env->file->pread(env, h, got, BYTES, 0, NULL), -ERR_IO);
            env->file->close(env, h);
            h = open_file(env, "f", ENV_READ);
            assert_int_equal(env->file->pread(env, h, got, BYTES, 0, NULL), BYTES);
            env->file->close(env, h);
            bool any_old = false, any_new = false;
            for (int i = 0; i < BYTES; i++) {
                bool inside = i >= 100 && i < 3100;
                assert_true(got[i] == 'o' || (inside && got[i] == 'n'));
                if (inside && i > 100 && i % 512)
                    assert_int_equal(got[i], got[i - 1]);
                any_old |= inside && got[i] == 'o';
                any_new |= inside && got[i] == 'n';
            }
            mixed += any_old && any_new;
            env_sim_free(env);
        }
        assert_true(torn ? mixed > 20 : mixed == 0);
    }
}

/* After a failed sync nothing that was pending can be made durable by a later one. */
static void failed_sync_is_final(void **state)
{
    (void)state;
    char buf[64];
    unsigned lost = 0;
    for (uint64_t seed = 0; seed < N_SEEDS; seed++) {
        SimFaults f = {.sync_eio = 500000};
        Env *env = env_sim_new(seed, &f);
        assert_int_equal(env_sim_put_file(env, "f", "old", 3), 0);
        EnvFileHandle *h = open_file(env, "f", ENV_WRITE);
        write_text(env, h, "new", 0);
        bool failed = env->file->sync(env, h, NULL) < 0;
        while (env->file->sync(env, h, NULL) < 0) {
        }
        env->file->close(env, h);
        assert_string_equal(read_text(env, "f", buf, sizeof(buf)), "new");
        env_sim_crash(env);
        bool is_old = strcmp(read_text(env, "f", buf, sizeof(buf)), "old") == 0;
        assert_true(failed || !is_old);
        lost += is_old;
        env_sim_free(env);
    }
    assert_true(lost > 20);
}

static void crash_point(void **state)
{
    (void)state;
    Env *env = env_sim_new(9, NULL);
    EnvFileHandle *h = open_file(env, "f", ENV_WRITE | ENV_CREATE);
    uint64_t before = env_sim_points(env);
    env_point(env, POINT_STEP_BEGIN);
    assert_int_equal(env_sim_points(env), before + 1);
    env_sim_crash_at(env, 3);
    env_point(env, POINT_STEP_BEGIN);
    write_text(env, h, "x", 0);
    assert_false(env_sim_crashed(env));
    env_point(env, POINT_STEP_END);
    assert_true(env_sim_crashed(env));
    Err err = ERR_INIT;
    EnvStat st;
    assert_int_equal(env->file->pwrite(env, h, "x", 1, 0, &err), -ERR_IO);
    assert_int_equal(env->file->sync(env, h, &err), -ERR_IO);
    assert_int_equal(env->file->stat(env, "f", &st, &err), -ERR_IO);
    assert_int_equal(env->dir->rename(env, "f", "g", &err), -ERR_IO);
    env_sim_crash(env);
    assert_false(env_sim_crashed(env));
    assert_int_equal(env->file->sync(env, h, &err), -ERR_IO);
    env->file->close(env, h);
    h = open_file(env, "g", ENV_WRITE | ENV_CREATE);
    assert_int_equal(env->dir->lock(env, h, NULL), 0);
    env_sim_crash(env);
    env->file->close(env, h);
    h = open_file(env, "g", ENV_WRITE | ENV_CREATE);
    assert_int_equal(env->dir->lock(env, h, NULL), 0);
    env->file->close(env, h);
    env_sim_free(env);
}

/* A random mix of operations against a model of what must hold: only what is fully synced is compared. */
static void random_history(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        SimFaults f = {.torn_writes = true};
        Env *env = env_sim_new(seed, &f);
        char want[4][8] = {"", "", "", ""}, path[8], buf[64];
        bool stable[4] = {false};
        for (int step = 0; step < 300; step++) {
            unsigned k = (unsigned)env_sim_draw(env, 4);
            snprintf(path, sizeof(path), "f%u", k);
            switch (env_sim_draw(env, 4)) {
            case 0:
            case 1:
                snprintf(want[k], sizeof(want[k]), "%06d", step);
                write_new(env, path, want[k], true);
                assert_int_equal(env->dir->sync_dir(env, "/", NULL), 0);
                stable[k] = true;
                break;
            case 2:
                if (env->dir->unlink(env, path, NULL) == 0)
                    stable[k] = false;
                break;
            case 3:
                if (env_sim_draw(env, 10) == 0)
                    env_sim_crash(env);
                for (int i = 0; i < 4; i++) {
                    snprintf(path, sizeof(path), "f%d", i);
                    if (stable[i])
                        assert_string_equal(read_text(env, path, buf, sizeof(buf)), want[i]);
                }
                break;
            }
        }
        env_sim_free(env);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(synced_survives), cmocka_unit_test(unsynced_is_open),     cmocka_unit_test(atomic_replace),
        cmocka_unit_test(sectors_tear),    cmocka_unit_test(failed_sync_is_final), cmocka_unit_test(crash_point),
        cmocka_unit_test(random_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
