/* SPDX-License-Identifier: Apache-2.0
 *
 * Helpers on top of an Env: the mutex, whole files, environment variables.
 *
 * The mutex's word: free; held; held and somebody may be asleep; held and somebody has waited too long, who gets it next: it is
 * then handed over, which is neither free nor held.  Without that a thread that takes it again and again, at once after it has let
 * it go, keeps those who sleep from it for as long as it likes, for waking up takes longer.  In the simulator there is one thread,
 * so a lock that is already held is a mistake of ours that would be a deadlock on the machine. */
#include "env/env.h"

#include <stdlib.h>

#define MUTEX_FREE 0u
#define MUTEX_HELD 1u
#define MUTEX_WAITED 2u
#define MUTEX_STARVED 3u
#define MUTEX_HANDED 4u
#define MUTEX_SPINS 64
#define MUTEX_STARVES_NS 1000000

/* Taking and releasing are in one order with what else is sequentially consistent: see mpsc_is_empty. */
bool env_trylock(Env *env, EnvMutex *m)
{
    (void)env;
    uint32_t expect = MUTEX_FREE;
    return atomic_compare_exchange_strong_explicit(&m->word, &expect, MUTEX_HELD, memory_order_seq_cst, memory_order_seq_cst);
}

static bool mutex_change(EnvMutex *m, uint32_t from, uint32_t to)
{
    return atomic_compare_exchange_strong_explicit(&m->word, &from, to, memory_order_seq_cst, memory_order_seq_cst);
}

/* Asleep until it is free, or handed to this thread. */
static void mutex_wait(Env *env, EnvMutex *m)
{
    int64_t until = env_mono_ns(env) + MUTEX_STARVES_NS;
    bool starves = false;
    for (;;) {
        uint32_t is = atomic_load_explicit(&m->word, memory_order_seq_cst), sleeps = is;
        if ((is == MUTEX_FREE || (is == MUTEX_HANDED && starves)) && mutex_change(m, is, MUTEX_WAITED))
            return;
        if (is == MUTEX_HELD || is == MUTEX_WAITED) {
            sleeps = starves ? MUTEX_STARVED : MUTEX_WAITED;
            if (is != sleeps && !mutex_change(m, is, sleeps))
                continue;
        }
        if (sleeps != MUTEX_FREE)
            env->thread->park(env, &m->word, sleeps, starves ? INT64_MAX : until);
        starves = starves || env_mono_ns(env) >= until;
    }
}

void env_lock(Env *env, EnvMutex *m)
{
    if (likely(env_trylock(env, m)))
        return;
    ASSERT(!env_is_simulated(env));
    for (int i = 0; i < MUTEX_SPINS; i++) {
        if (atomic_load_explicit(&m->word, memory_order_relaxed) == MUTEX_FREE && env_trylock(env, m))
            return;
        env_pause();
    }
    mutex_wait(env, m);
}

void env_unlock(Env *env, EnvMutex *m)
{
    if (likely(mutex_change(m, MUTEX_HELD, MUTEX_FREE)))
        return;
    if (mutex_change(m, MUTEX_WAITED, MUTEX_FREE)) {
        env->thread->unpark(env, &m->word, 1);
        return;
    }
    /* Only who holds it changes this.  Who starves is not known among those asleep. */
    atomic_store_explicit(&m->word, MUTEX_HANDED, memory_order_seq_cst);
    env->thread->unpark(env, &m->word, UINT32_MAX);
}

const char *env_getenv(const char *name)
{
    return getenv(name);
}

typedef struct OpenFile {
    Env *env;
    EnvFileHandle *handle;
} OpenFile;

static void open_file_done(OpenFile *f)
{
    if (f->handle)
        f->env->file->close(f->env, f->handle);
}

#define READ_FILE_BYTES_FIRST 4096u

/* Reads to the end instead of trusting the size: pipes and /proc files say 0, and a file may grow meanwhile. */
int env_read_file(Env *env, const char *path, Arena *arena, Str *ret, Err *err)
{
    EnvStat st;
    _cleanup_(open_file_done) OpenFile f = {env, NULL};
    TRY(env->file->stat(env, path, &st, err));
    if (st.is_dir)
        return RAISE(err, ERR_IO, "cannot read \"%s\": it is a directory", path);
    TRY(env->file->open(env, path, ENV_READ, &f.handle, err));
    size_t cap = st.bytes > 0 ? (size_t)st.bytes + 1 : READ_FILE_BYTES_FIRST, n = 0;
    char *buf = arena_alloc(arena, cap + 1);
    if (!buf)
        return RAISE_NOMEM(err);
    for (;;) {
        int64_t got = env->file->read(env, f.handle, buf + n, cap - n, err);
        if (got < 0)
            return (int)got;
        if (got == 0)
            break;
        n += (size_t)got;
        if (n == cap) {
            char *more = arena_alloc(arena, cap * 2 + 1);
            if (!more)
                return RAISE_NOMEM(err);
            memcpy(more, buf, n);
            buf = more;
            cap *= 2;
        }
    }
    buf[n] = 0;
    *ret = (Str){buf, n};
    return 0;
}
