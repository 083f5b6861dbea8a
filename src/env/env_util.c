/* SPDX-License-Identifier: Apache-2.0
 *
 * Helpers on top of an Env: the mutex, whole files, environment variables.
 *
 * The mutex's word: 0 = free, 1 = held, 2 = held and somebody may be asleep.  In the simulator there is one thread, so a lock
 * that is already held is a mistake of ours that would be a deadlock on the machine. */
#include "env/env.h"

#include <stdlib.h>

#define MUTEX_FREE 0u
#define MUTEX_HELD 1u
#define MUTEX_WAITED 2u
#define MUTEX_SPINS 64

/* Taking and releasing are in one order with what else is sequentially consistent: see mpsc_is_empty. */
bool env_trylock(Env *env, EnvMutex *m)
{
    (void)env;
    uint32_t expect = MUTEX_FREE;
    return atomic_compare_exchange_strong_explicit(&m->word, &expect, MUTEX_HELD, memory_order_seq_cst, memory_order_seq_cst);
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
    while (atomic_exchange_explicit(&m->word, MUTEX_WAITED, memory_order_acquire) != MUTEX_FREE)
        env->thread->park(env, &m->word, MUTEX_WAITED, INT64_MAX);
}

void env_unlock(Env *env, EnvMutex *m)
{
    if (atomic_exchange_explicit(&m->word, MUTEX_FREE, memory_order_seq_cst) == MUTEX_WAITED)
        env->thread->unpark(env, &m->word, 1);
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
