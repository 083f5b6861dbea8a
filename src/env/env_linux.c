/* SPDX-License-Identifier: Apache-2.0
 *
 * The machine: clocks, random numbers, threads, parking.  Files are in env_linux_file.c.
 *
 * Threads we start block every signal, because signals belong to the program that embeds us.  Parking is the futex call itself:
 * the kernel compares the word under its lock, so a wake between the caller's look and its sleep is never lost. */
#include "env/env_linux_impl.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#include "base/hash.h"

struct EnvThreadHandle {
    pthread_t thread;
    EnvThreadMain main;
    void *arg;
    char name[16]; /* the kernel's limit */
};

pthread_t linux_thread_of(const EnvThreadHandle *t)
{
    return t->thread;
}

int linux_raise(Err *err, int number, const char *what, const char *path)
{
    ErrCode code = ERR_IO;
    if (number == ENOENT || number == ENOTDIR)
        code = ERR_FILE_NOT_FOUND;
    else if (number == EACCES || number == EPERM || number == EROFS)
        code = ERR_FILE_ACCESS;
    else if (number == ENOMEM)
        code = ERR_OUT_OF_MEMORY;
    else if (number == ENOSPC || number == EDQUOT)
        code = ERR_DISK_FULL;
    char buf[128];
    const char *text = strerror_r(number, buf, sizeof(buf));
    int rc = path ? RAISE(err, code, "%s \"%s\": %s", what, path, text) : RAISE(err, code, "%s: %s", what, text);
    if (code == ERR_DISK_FULL)
        (void)err_hint(err, ENV_DISK_FULL_HINT);
    return rc;
}

static int64_t clock_ns(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static int64_t linux_mono_ns(Env *env)
{
    (void)env;
    return clock_ns(CLOCK_MONOTONIC);
}

static int64_t linux_wall_us(Env *env)
{
    (void)env;
    return clock_ns(CLOCK_REALTIME) / 1000;
}

static uint64_t linux_ticks(Env *env)
{
    (void)env;
#if defined(__x86_64__)
    return __rdtsc();
#else
    return (uint64_t)clock_ns(CLOCK_MONOTONIC);
#endif
}

/* A counter per thread, scrambled; the kernel gives its start.  Not for secrets. */
static uint64_t linux_rand64(Env *env)
{
    (void)env;
    static _Thread_local uint64_t state[2];
    static _Thread_local bool seeded;
    if (unlikely(!seeded)) {
        if (getrandom(state, sizeof(state), 0) != (ssize_t)sizeof(state)) {
            state[0] = (uint64_t)clock_ns(CLOCK_REALTIME);
            state[1] = (uint64_t)(uintptr_t)&seeded ^ (uint64_t)syscall(SYS_gettid);
        }
        seeded = true;
    }
    state[0] += UINT64_C(0x9e3779b97f4a7c15);
    return hash_combine(state[0], state[1]);
}

static void linux_point(Env *env, int id)
{
    (void)env;
    (void)id;
}

static void *thread_begin(void *arg)
{
    EnvThreadHandle *t = arg;
    pthread_setname_np(pthread_self(), t->name);
    t->main(t->arg);
    return NULL;
}

static int linux_spawn(Env *env, const char *name, EnvThreadMain thread_main, void *arg, EnvThreadHandle **ret, Err *err)
{
    (void)env;
    EnvThreadHandle *t = mem_zalloc(NULL, sizeof(*t));
    if (!t)
        return RAISE_NOMEM(err);
    t->main = thread_main;
    t->arg = arg;
    strncpy(t->name, name, sizeof(t->name) - 1);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&t->thread, NULL, thread_begin, t);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0) {
        mem_free(NULL, t, sizeof(*t));
        return linux_raise(err, rc, "cannot start thread", name);
    }
    *ret = t;
    return 0;
}

static void linux_join(Env *env, EnvThreadHandle *t)
{
    (void)env;
    if (!t)
        return;
    pthread_join(t->thread, NULL);
    mem_free(NULL, t, sizeof(*t));
}

/* The bitset variant takes an absolute monotonic time. */
static void linux_park(Env *env, _Atomic uint32_t *word, uint32_t expect, int64_t deadline_ns)
{
    (void)env;
    struct timespec at = {.tv_sec = deadline_ns / INT64_C(1000000000), .tv_nsec = deadline_ns % INT64_C(1000000000)};
    if (deadline_ns <= 0) /* long past; the call refuses negative times */
        return;
    syscall(SYS_futex, word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, expect, deadline_ns == INT64_MAX ? NULL : &at, NULL,
            FUTEX_BITSET_MATCH_ANY);
}

static void linux_unpark(Env *env, _Atomic uint32_t *word, uint32_t n_threads)
{
    (void)env;
    syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, MIN(n_threads, (uint32_t)INT32_MAX), NULL, NULL, 0);
}

static uint64_t linux_self_id(Env *env)
{
    (void)env;
    static _Thread_local uint64_t id;
    if (unlikely(id == 0))
        id = (uint64_t)syscall(SYS_gettid);
    return id;
}

static int linux_eventfd_new(Env *env, Err *err)
{
    (void)env;
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return fd >= 0 ? fd : linux_raise(err, errno, "cannot make an event descriptor", NULL);
}

static void linux_eventfd_signal(Env *env, int fd)
{
    (void)env;
    uint64_t one = 1;
    while (write(fd, &one, sizeof(one)) < 0 && errno == EINTR) {
    } /* EAGAIN: the counter is full, so it is readable already */
}

void env_eventfd_drain(int fd)
{
    uint64_t n;
    while (read(fd, &n, sizeof(n)) < 0 && errno == EINTR) {
    } /* EAGAIN: nothing was there */
}

static void linux_eventfd_close(Env *env, int fd)
{
    (void)env;
    close(fd);
}

static const EnvClock linux_clock = {
    .now_mono_ns = linux_mono_ns,
    .now_wall_us = linux_wall_us,
    .ticks = linux_ticks,
    .rand64 = linux_rand64,
    .point = linux_point,
};

static const EnvThread linux_thread = {
    .spawn = linux_spawn,
    .join = linux_join,
    .park = linux_park,
    .unpark = linux_unpark,
    .self_id = linux_self_id,
    .cores = linux_cores,
    .pin = linux_pin,
    .eventfd_new = linux_eventfd_new,
    .eventfd_signal = linux_eventfd_signal,
    .eventfd_close = linux_eventfd_close,
};

Env *env_linux(void)
{
    static Env env = {.clock = &linux_clock,
                      .file = &linux_file,
                      .dir = &linux_dir,
                      .ring = &linux_ring,
                      .net = &linux_net,
                      .thread = &linux_thread,
                      .name = "linux"};
    return &env;
}
