/* SPDX-License-Identifier: Apache-2.0
 *
 * The memory limit (design 5.6).  Who asked for something that can be refused is refused it: a statement that collects rows fails
 * at nine tenths of the limit (a soft limit of the database's account), one who pushes waits at all of it and then fails, a source
 * that is read waits.  What runs is never refused memory, so a step may go beyond the limit by what it needs; deleting and dropping
 * always go through, for they are what helps. */
#include "flow/engine_impl.h"

#define WAIT_NS INT64_C(1000000000)
#define LOOK_NS INT64_C(1000000)

void engine_set_memory_limit(Engine *e, int64_t bytes)
{
    atomic_store(&e->memory_limit, bytes);
    if (e->acct.parent)
        atomic_store(&e->acct.parent->soft_limit_bytes, bytes - bytes / 10);
}

int64_t engine_memory_limit(const Engine *e)
{
    return atomic_load_explicit(&e->memory_limit, memory_order_relaxed);
}

bool engine_memory_is_full(const Engine *e)
{
    int64_t limit = engine_memory_limit(e);
    return unlikely(limit > 0) && e->acct.parent && !e->replaying &&
           atomic_load_explicit(&e->acct.parent->bytes, memory_order_relaxed) >= limit;
}

int engine_wait_memory(Engine *e, Err *err)
{
    if (likely(!engine_memory_is_full(e)))
        return 0;
    bool can_wait = e->env->thread && !engine_is_inside(e);
    _Atomic uint32_t never = 0;
    for (int64_t end = env_mono_ns(e->env) + WAIT_NS, now; can_wait && (now = env_mono_ns(e->env)) < end;) {
        e->env->thread->park(e->env, &never, 0, now + LOOK_NS);
        if (!engine_memory_is_full(e))
            return 0;
    }
    (void)RAISE(err, ERR_OUT_OF_MEMORY, "no rows are taken: the database holds %lld bytes, and memory_limit is %lld",
                (long long)atomic_load(&e->acct.parent->bytes), (long long)engine_memory_limit(e));
    return err_hint(err, "delete or drop something, or set memory_limit higher");
}
