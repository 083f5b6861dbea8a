/* SPDX-License-Identifier: Apache-2.0
 *
 * The machine's environment: files, globs, threads, parking, the mutex. */
#include "test_util.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

static char dir[64];

static int make_dir(void **state)
{
    (void)state;
    snprintf(dir, sizeof(dir), "%s", "/tmp/laminar-env-XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_each(void *self, const char *name)
{
    Env *env = env_linux();
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", (const char *)self, name);
    EnvStat st;
    if (env->file->stat(env, path, &st, NULL) == 0 && st.is_dir)
        env->file->list(env, path, remove_each, path, NULL);
    env->dir->unlink(env, path, NULL);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    env_linux()->file->list(env_linux(), dir, remove_each, dir, NULL);
    return rmdir(dir);
}

static void files(void **state)
{
    (void)state;
    check_common_files(env_linux(), dir);
}

static void globs(void **state)
{
    (void)state;
    Env *env = env_linux();
    Arena arena;
    char path[128];
    arena_init(&arena, NULL, 0);
    for (int i = 1; i <= 2; i++) {
        snprintf(path, sizeof(path), "%s/d%d", dir, i);
        assert_int_equal(env->dir->mkdir(env, path, NULL), 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(glob_files); i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, glob_files[i]);
        env->file->close(env, open_file(env, path, ENV_WRITE | ENV_CREATE));
    }
    check_common_globs(env, &arena, dir);
    arena_done(&arena);
}

static void whole_files(void **state)
{
    (void)state;
    Env *env = env_linux();
    Arena arena;
    Str text;
    Err err = ERR_INIT;
    char path[128];
    arena_init(&arena, NULL, 0);
    snprintf(path, sizeof(path), "%s/whole", dir);
    EnvFileHandle *f = open_file(env, path, ENV_WRITE | ENV_CREATE | ENV_DIRECT);
    env->file->close(env, f);
    assert_int_equal(env_read_file(env, path, &arena, &text, &err), 0);
    assert_int_equal(text.n, 0);
    f = open_file(env, path, ENV_WRITE);
    for (int i = 0; i < 3000; i++)
        write_text(env, f, "0123456789", i * 10);
    env->file->close(env, f);
    assert_int_equal(env_read_file(env, path, &arena, &text, &err), 0);
    assert_int_equal(text.n, 30000);
    assert_int_equal(text.p[30000], 0);
    assert_int_equal(env_read_file(env, "/proc/self/maps", &arena, &text, &err), 0);
    assert_true(text.n > 100);
    assert_true(env_read_file(env, dir, &arena, &text, &err) < 0);
    assert_int_equal(env_read_file(env, "/none/such", &arena, &text, &err), -ERR_FILE_NOT_FOUND);
    arena_done(&arena);
}

/* Writing to a pipe works like writing to a file, and its end is an error, not a signal. */
static void pipes(void **state)
{
    (void)state;
    Env *env = env_linux();
    int ends[2];
    char path[64], buf[8];
    Err err = ERR_INIT;
    assert_int_equal(pipe(ends), 0);
    snprintf(path, sizeof(path), "/dev/fd/%d", ends[1]);
    EnvFileHandle *f = open_file(env, path, ENV_WRITE);
    write_text(env, f, "abc", 700);
    assert_int_equal(read(ends[0], buf, sizeof(buf)), 3);
    assert_int_equal(env->file->sync(env, f, &err), 0);
    close(ends[0]);
    assert_int_equal(env->file->pwrite(env, f, "d", 1, 0, &err), -ERR_IO);
    env->file->close(env, f);
    int saved = dup(STDOUT_FILENO);
    fflush(stdout);
    dup2(ends[1], STDOUT_FILENO);
    int rc = env_write_stdout("x", 1);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    close(ends[1]);
    assert_int_equal(rc, -ERR_IO);
}

static void clocks(void **state)
{
    (void)state;
    Env *env = env_linux();
    int64_t a = env_mono_ns(env), b = env_mono_ns(env);
    assert_true(b >= a && a > 0);
    assert_true(env_wall_us(env) > INT64_C(1700000000000000));
    assert_true(env->clock->ticks(env) != 0);
    assert_true(env->clock->rand64(env) != env->clock->rand64(env));
    assert_false(env_is_simulated(env));
    assert_ptr_equal(env, env_linux());
    assert_null(env_getenv("LAMINAR_SURELY_NOT_SET"));
    assert_non_null(env_getenv("PATH"));
    _Atomic uint32_t word = 5;
    env->thread->park(env, &word, 4, INT64_MAX); /* another value: no sleep */
    int64_t from = env_mono_ns(env);
    env->thread->park(env, &word, 5, from + 20000000);
    assert_true(env_mono_ns(env) - from >= 20000000);
    env->thread->park(env, &word, 5, -7);
}

typedef struct Shared {
    EnvMutex mutex;
    _Atomic uint32_t word;
    int64_t n;
    uint64_t ids[4];
    _Atomic uint32_t n_ids;
} Shared;

static void count(void *arg)
{
    Env *env = env_linux();
    Shared *s = arg;
    while (atomic_load(&s->word) == 0)
        env->thread->park(env, &s->word, 0, INT64_MAX);
    s->ids[atomic_fetch_add(&s->n_ids, 1)] = env->thread->self_id(env);
    for (int i = 0; i < 50000; i++) {
        env_lock(env, &s->mutex);
        s->n++;
        env_unlock(env, &s->mutex);
    }
}

static void threads(void **state)
{
    (void)state;
    Env *env = env_linux();
    Shared s = {0};
    EnvThreadHandle *t[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(env->thread->spawn(env, "a-very-long-thread-name", count, &s, &t[i], NULL), 0);
    atomic_store(&s.word, 1);
    env->thread->unpark(env, &s.word, UINT32_MAX);
    for (int i = 0; i < 4; i++)
        env->thread->join(env, t[i]);
    assert_int_equal(s.n, 200000);
    for (int i = 0; i < 4; i++) {
        assert_true(s.ids[i] != 0 && s.ids[i] != env->thread->self_id(env));
        for (int k = 0; k < i; k++)
            assert_true(s.ids[i] != s.ids[k]);
    }
    assert_true(env_trylock(env, &s.mutex));
    assert_false(env_trylock(env, &s.mutex));
    env_unlock(env, &s.mutex);
}

/* Holds the mutex nearly all the time. */
static void hold(void *arg)
{
    Env *env = env_linux();
    Shared *s = arg;
    while (atomic_load(&s->word) == 0) {
        env_lock(env, &s->mutex);
        s->n++;
        for (int64_t until = env_mono_ns(env) + 200000; env_mono_ns(env) < until;) {
        }
        env_unlock(env, &s->mutex);
    }
}

/* Whoever waits gets it, though another takes it again at once after each release. */
static void nobody_starves(void **state)
{
    (void)state;
    Env *env = env_linux();
    Shared s = {0};
    EnvThreadHandle *t[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(env->thread->spawn(env, "holds", hold, &s, &t[i], NULL), 0);
    int64_t from = env_mono_ns(env);
    for (int i = 0; i < 50; i++) {
        env_lock(env, &s.mutex);
        s.n++;
        env_unlock(env, &s.mutex);
    }
    assert_true(env_mono_ns(env) - from < INT64_C(120000000000)); /* 50 ms, where nobody else is at work */
    atomic_store(&s.word, 1);
    for (int i = 0; i < 2; i++)
        env->thread->join(env, t[i]);
    assert_true(env_trylock(env, &s.mutex)); /* whatever it went through, it is free */
}

static void event_descriptors(void **state)
{
    (void)state;
    Env *env = env_linux();
    int fd = env->thread->eventfd_new(env, NULL);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    assert_true(fd >= 0);
    assert_int_equal(poll(&p, 1, 0), 0);
    env->thread->eventfd_signal(env, fd);
    env->thread->eventfd_signal(env, fd);
    assert_int_equal(poll(&p, 1, 0), 1);
    env->thread->eventfd_close(env, fd);
}

static void wait_for_end(void *arg)
{
    _Atomic uint32_t *word = arg;
    while (!atomic_load(word))
        env_linux()->thread->park(env_linux(), word, 0, INT64_MAX);
}

static void cores(void **state)
{
    (void)state;
    Env *env = env_linux();
    uint32_t core[256], n = env->thread->cores(env, core, 256);
    assert_true(n > 0);
    for (uint32_t i = 1; i < n; i++)
        assert_true(core[i] > core[i - 1]);
    assert_int_equal(env->thread->cores(env, core, 1), 1);
    static _Atomic uint32_t ended;
    EnvThreadHandle *t;
    assert_int_equal(env->thread->spawn(env, "pinned", wait_for_end, &ended, &t, NULL), 0);
    assert_int_equal(env->thread->pin(env, t, core[0], NULL), 0);
    Err err = ERR_INIT;
    assert_true(env->thread->pin(env, t, 1 << 20, &err) < 0 && err.message[0]);
    assert_int_equal(env->thread->pin(env, t, -1, NULL), 0);
    atomic_store(&ended, 1);
    env->thread->unpark(env, &ended, 1);
    env->thread->join(env, t);
}

static void write_ring(Env *env, bool polled)
{
    _Alignas(4096) static char buf[8192];
    EnvRingHandle *ring;
    Err err = ERR_INIT;
    char path[128], back[sizeof(buf)];
    size_t done = 0;
    if (env->ring->open(env, polled, buf, sizeof(buf), &ring, &err) < 0) { /* the kernel, or who runs it, may not have it */
        assert_true(strncmp(err.message, "io_uring is not available", 25) == 0);
        return;
    }
    snprintf(path, sizeof(path), "%s/ring", dir);
    EnvFileHandle *f = open_file(env, path, ENV_WRITE | ENV_CREATE | ENV_TRUNC);
    for (int i = 0; i < 20; i++) {
        memset(buf, 'a' + i, sizeof(buf));
        assert_int_equal(env->ring->write_sync(env, ring, f, sizeof(buf) / 2 + i, i * 100, &done, &err), 0);
        assert_int_equal(done, sizeof(buf) / 2 + i);
    }
    env->file->close(env, f);
    f = open_file(env, path, ENV_READ);
    assert_int_equal(env->file->pread(env, f, back, sizeof(back), 0, &err), 19 * 100 + sizeof(buf) / 2 + 19);
    for (int i = 0; i < 19; i++)
        assert_int_equal(back[i * 100 + 99], 'a' + i);
    assert_true(env->ring->write_sync(env, ring, f, 10, 0, &done, &err) < 0); /* open for reading */
    assert_int_equal(done, 0);
    env->file->close(env, f);
    f = open_file(env, "/dev/full", ENV_WRITE);
    assert_int_equal(env->ring->write_sync(env, ring, f, 10, 0, &done, &err), -ERR_DISK_FULL);
    assert_int_equal(done, 0);
    env->file->close(env, f);
    env->ring->close(env, ring);
}

static void rings(void **state)
{
    (void)state;
    write_ring(env_linux(), false);
    write_ring(env_linux(), true);
    env_linux()->ring->close(env_linux(), NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cores),          cmocka_unit_test(files),  cmocka_unit_test(globs),   cmocka_unit_test(whole_files),
        cmocka_unit_test(pipes),          cmocka_unit_test(clocks), cmocka_unit_test(threads), cmocka_unit_test(event_descriptors),
        cmocka_unit_test(nobody_starves), cmocka_unit_test(rings),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
