/* SPDX-License-Identifier: Apache-2.0
 *
 * The simulator: the same answers as the machine, virtual time, repeatable draws, faults at their rates. */
#include "test_util.h"

#include "env/env_sim.h"
#include "env/points.h"

static void files(void **state)
{
    (void)state;
    Env *env = env_sim_new(1, NULL);
    assert_true(env_is_simulated(env));
    assert_int_equal(env->dir->mkdir(env, "/db", NULL), 0);
    check_common_files(env, "/db");
    check_common_files(env, "db");
    env_sim_free(env);
}

static void globs(void **state)
{
    (void)state;
    Env *env = env_sim_new(2, NULL);
    Arena arena;
    Str text;
    char path[128];
    arena_init(&arena, NULL, 0);
    for (size_t i = 0; i < ARRAY_LEN(glob_files); i++) {
        snprintf(path, sizeof(path), "in/%s", glob_files[i]);
        assert_int_equal(env_sim_put_file(env, path, "text", 4), 0);
        assert_int_equal(env_sim_put_file(env, glob_files[i], "text", 4), 0);
    }
    check_common_globs(env, &arena, "in");
    check_glob(env, &arena, "", "*.csv", "a.csv b.csv b10.csv b2.csv");
    assert_int_equal(env_read_file(env, "in/a.csv", &arena, &text, NULL), 0);
    assert_true(str_eq(text, STR("text")));
    assert_true(env_sim_put_file(env, "in", "x", 1) < 0);
    assert_true(env_sim_put_file(env, "in/a.csv/x", "x", 1) < 0);
    arena_done(&arena);
    env_sim_free(env);
}

static void time_stands_still(void **state)
{
    (void)state;
    Env *env = env_sim_new(3, NULL);
    int64_t mono = env_mono_ns(env), wall = env_wall_us(env);
    assert_int_equal(env_mono_ns(env), mono);
    env_sim_advance(env, 5000);
    assert_int_equal(env_mono_ns(env), mono + 5000);
    assert_int_equal(env_wall_us(env), wall + 5);
    assert_int_equal(env->clock->ticks(env), (uint64_t)env_mono_ns(env));
    EnvMutex m = {0};
    env_lock(env, &m);
    assert_false(env_trylock(env, &m));
    env_unlock(env, &m);
    env_sim_free(env);
}

static void draws_repeat(void **state)
{
    (void)state;
    Env *a = env_sim_new(42, NULL), *b = env_sim_new(42, NULL), *c = env_sim_new(43, NULL);
    bool differs = false;
    for (int i = 0; i < 1000; i++) {
        uint64_t below = (uint64_t)i + 1, x = env_sim_draw(a, below);
        assert_true(x < below);
        if (i % 3 == 0)
            a->clock->rand64(a); /* another stream */
        assert_int_equal(x, env_sim_draw(b, below));
        differs |= x != env_sim_draw(c, below);
    }
    assert_true(differs);
    unsigned hits[7] = {0};
    for (int i = 0; i < 70000; i++)
        hits[env_sim_draw(a, 7)]++;
    for (int i = 0; i < 7; i++)
        assert_true(hits[i] > 9500 && hits[i] < 10500);
    env_sim_free(a);
    env_sim_free(b);
    env_sim_free(c);
}

static void faults(void **state)
{
    (void)state;
    SimFaults f = {.short_read = 200000, .read_eio = 100000, .write_eio = 100000, .enospc = 100000, .sync_eio = 100000};
    Env *env = env_sim_new(5, &f);
    char buf[1000] = {0};
    unsigned n_short = 0, read_failed = 0, write_failed = 0, write_short = 0, sync_failed = 0;
    assert_int_equal(env_sim_put_file(env, "f", buf, sizeof(buf)), 0);
    EnvFileHandle *h = open_file(env, "f", ENV_READ | ENV_WRITE);
    for (int i = 0; i < 5000; i++) {
        int64_t n = env->file->pread(env, h, buf, sizeof(buf), 0, NULL);
        assert_true(n == -ERR_IO || (n > 0 && n <= 1000));
        n_short += n > 0 && n < 1000;
        read_failed += n < 0;
        n = env->file->pwrite(env, h, buf, sizeof(buf), 0, NULL);
        assert_true(n == -ERR_IO || n == -ERR_DISK_FULL || (n > 0 && n <= 1000));
        write_short += n > 0 && n < 1000;
        write_failed += n < 0;
        sync_failed += env->file->sync(env, h, NULL) < 0;
    }
    assert_true(n_short > 700 && n_short < 1100);
    assert_true(read_failed > 400 && read_failed < 600);
    assert_true(write_failed > 400 && write_failed < 600);
    assert_true(write_short > 350 && write_short < 600);
    assert_true(sync_failed > 400 && sync_failed < 600);
    env->file->close(env, h);
    env_sim_free(env);
}

static void failing_allocations(void **state)
{
    (void)state;
    SimFaults f = {.alloc_fail = 500000, .clock_jump = 500000};
    Env *env = env_sim_new(6, &f);
    unsigned failed = 0;
    env_sim_set_alloc_faults(env, true);
    for (int i = 0; i < 1000; i++) {
        void *p = mem_alloc(NULL, 8);
        failed += p == NULL;
        mem_free(NULL, p, 8);
    }
    /* The simulator's own disk never fails by this. */
    EnvFileHandle *h = open_file(env, "f", ENV_WRITE | ENV_CREATE);
    for (int i = 0; i < 100; i++)
        write_text(env, h, "0123456789", i * 10);
    env->file->close(env, h);
    env_sim_set_alloc_faults(env, false);
    assert_true(failed > 400 && failed < 600);
    void *p = mem_alloc(NULL, 8);
    assert_non_null(p);
    mem_free(NULL, p, 8);
    int64_t first = env_wall_us(env), mono = env_mono_ns(env);
    bool jumped = false;
    for (int i = 0; i < 20; i++)
        jumped |= env_wall_us(env) != first;
    assert_true(jumped && env_mono_ns(env) == mono);
    env_sim_free(env);
}

static int collect(void *self, const char *name)
{
    strncat(self, name, 1);
    return strlen(self) >= 3 ? 77 : 0;
}

static void listing(void **state)
{
    (void)state;
    Env *env = env_sim_new(7, NULL);
    char names[16] = "";
    for (int i = 0; i < 5; i++) {
        char path[16];
        snprintf(path, sizeof(path), "d/%c", 'a' + i);
        assert_int_equal(env_sim_put_file(env, path, "", 0), 0);
    }
    assert_int_equal(env->file->list(env, "d/", collect, names, NULL), 77);
    assert_int_equal(strlen(names), 3);
    assert_int_equal(env->dir->rename(env, "d", "d/e", NULL), -ERR_IO);
    assert_int_equal(env->dir->rename(env, "d", "e", NULL), 0);
    char buf[8];
    assert_string_equal(read_text(env, "e/a", buf, sizeof(buf)), "");
    assert_string_equal(read_text(env, "d/a", buf, sizeof(buf)), "(none)");
    env_sim_free(env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files),        cmocka_unit_test(globs),  cmocka_unit_test(time_stands_still),
        cmocka_unit_test(draws_repeat), cmocka_unit_test(faults), cmocka_unit_test(failing_allocations),
        cmocka_unit_test(listing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
