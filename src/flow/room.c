/* SPDX-License-Identifier: Apache-2.0
 *
 * Room. */
#include "flow/room.h"

#define SPINS 100
#define YIELD_NS 20000
#define READER_COMES_NS INT64_C(1000000000) /* how long the opener waits for a thread that reads */

void room_block(Env *env, Room *r, Blocker *b)
{
    env_lock(env, &r->lock);
    b->next = r->first;
    r->first = b;
    atomic_fetch_add(&r->n_blockers, 1);
    env_unlock(env, &r->lock);
}

void room_unblock(Env *env, Room *r, Blocker *b)
{
    env_lock(env, &r->lock);
    Blocker **at = &r->first;
    while (*at && *at != b)
        at = &(*at)->next;
    if (*at) {
        *at = b->next;
        atomic_fetch_sub(&r->n_blockers, 1);
    }
    env_unlock(env, &r->lock);
    if (env->thread)
        env->thread->unpark(env, &r->n_blockers, UINT32_MAX);
}

/* *ret_until: when to look again at the latest, for a push that began at start_ns. */
static int check(Env *env, Room *r, const char *name, int64_t start_ns, int64_t *ret_until_ns, Err *err)
{
    int rc = 0;
    uint64_t self = env->thread->self_id(env);
    int64_t now = env_mono_ns(env);
    *ret_until_ns = INT64_MAX;
    env_lock(env, &r->lock);
    for (const Blocker *b = r->first; b && rc == 0; b = b->next) {
        uint64_t reader = atomic_load(b->reader);
        int64_t comes = b->since_ns + READER_COMES_NS;
        bool maybe = reader == 0 && b->opener == self;
        if (reader == self || (maybe && now >= comes))
            rc = RAISE(err, ERR_QUEUE_FULL, "a subscription that depends on \"%s\" has no room, and this thread is its reader",
                       name);
        else if (b->timeout_ns > 0 && now - start_ns >= b->timeout_ns)
            rc = RAISE(err, ERR_QUEUE_FULL, "a subscription that depends on \"%s\" has made no room in time", name);
        if (maybe)
            *ret_until_ns = MIN(*ret_until_ns, comes);
        if (b->timeout_ns > 0)
            *ret_until_ns = MIN(*ret_until_ns, start_ns + b->timeout_ns);
    }
    env_unlock(env, &r->lock);
    return rc;
}

/* Until the number of blockers is not `seen` any more, or the deadline; it may end before either. */
static void wait_once(Env *env, Room *r, uint32_t seen, int64_t deadline_ns)
{
    if (r->wait != WAIT_PARK)
        for (int i = 0; i < SPINS && atomic_load_explicit(&r->n_blockers, memory_order_relaxed) == seen; i++)
            env_pause();
    if (r->wait == WAIT_PARK)
        env->thread->park(env, &r->n_blockers, seen, deadline_ns);
    else if (r->wait == WAIT_SPIN_YIELD)
        env->thread->park(env, &r->n_blockers, seen, MIN(deadline_ns, env_mono_ns(env) + YIELD_NS));
}

int room_wait(Env *env, Room *r, const char *name, Err *err)
{
    if (!env->thread)
        return 0;
    int64_t start = env_mono_ns(env);
    for (uint32_t n; (n = atomic_load(&r->n_blockers)) > 0;) {
        int64_t until;
        TRY(check(env, r, name, start, &until, err));
        wait_once(env, r, n, until);
    }
    return 0;
}
