/* SPDX-License-Identifier: Apache-2.0
 *
 * The crew.  A member's word goes from IDLE to OFFERED (holder), to TAKEN (by whoever begins it, one compare-and-swap), to DONE
 * (member) and back to IDLE (holder); everything else of a call is written before OFFERED and read after DONE. */
#include "flow/crew.h"

#define SPIN_ROUNDS 20000u /* some hundred microseconds */
#define WAIT_ROUNDS 20000u
#define WAIT_NS 100000

typedef enum MemberState { MEMBER_IDLE, MEMBER_OFFERED, MEMBER_TAKEN, MEMBER_DONE } MemberState;

struct CrewMember {
    _Alignas(64) _Atomic uint32_t state; /* MemberState */
    _Atomic uint32_t wake;               /* it sleeps on this word */
    _Atomic bool sleeps, stop;
    bool may_fail;
    uint32_t which; /* parts that are its work; all of a call is in this line, so one goes over and back */
    TeamWork work;
    void *self;
    Crew *crew;
    EnvThreadHandle *thread;
};

static _Thread_local const Crew *member_of;
_Atomic uint32_t crew_members;

bool crew_has_called(const Crew *c)
{
    return member_of == c;
}

static void do_parts(TeamWork work, void *self, uint32_t which)
{
    for (; which; which &= which - 1)
        work(self, (uint32_t)__builtin_ctz(which));
}

/* ---- a member ---- */

static bool take(CrewMember *m)
{
    uint32_t offered = MEMBER_OFFERED;
    return atomic_load_explicit(&m->state, memory_order_relaxed) == MEMBER_OFFERED &&
           atomic_compare_exchange_strong_explicit(&m->state, &offered, MEMBER_TAKEN, memory_order_acquire, memory_order_relaxed);
}

static bool spin_for_work(CrewMember *m)
{
    for (uint32_t i = 0; i < SPIN_ROUNDS && !atomic_load_explicit(&m->stop, memory_order_relaxed); i++) {
        if (take(m))
            return true;
        env_pause();
    }
    return false;
}

static void member_main(void *arg)
{
    CrewMember *m = arg;
    Crew *c = m->crew;
    member_of = c;
    atomic_fetch_add(&crew_members, 1);
    while (!atomic_load(&m->stop)) {
        if (spin_for_work(m)) {
            (void)mem_may_fail(m->may_fail);
            do_parts(m->work, m->self, m->which);
            atomic_store_explicit(&m->state, MEMBER_DONE, memory_order_release);
            continue;
        }
        uint32_t seen = atomic_load(&m->wake);
        atomic_store(&m->sleeps, true);
        if (atomic_load(&m->state) != MEMBER_OFFERED && !atomic_load(&m->stop))
            c->env->thread->park(c->env, &m->wake, seen, INT64_MAX);
        atomic_store(&m->sleeps, false);
    }
    (void)mem_may_fail(false);
    atomic_fetch_sub(&crew_members, 1);
}

static void wake(CrewMember *m)
{
    atomic_fetch_add(&m->wake, 1);
    m->crew->env->thread->unpark(m->crew->env, &m->wake, 1);
}

/* ---- the holder of the shard ---- */

/* One that goes to sleep at this moment may not be seen to: then its work is done here (finish), and the next offer wakes it.  So
 * nothing is waited for. */
static void offer(CrewMember *m, uint32_t which, TeamWork work, void *self, bool may_fail)
{
    m->which = which;
    m->work = work;
    m->self = self;
    m->may_fail = may_fail;
    bool sleeps = atomic_load_explicit(&m->sleeps, memory_order_relaxed);
    atomic_store_explicit(&m->state, MEMBER_OFFERED, memory_order_release);
    if (unlikely(sleeps))
        wake(m);
}

static void finish(CrewMember *m)
{
    if (take(m)) {
        do_parts(m->work, m->self, m->which);
    } else {
        Env *env = m->crew->env;
        for (uint32_t i = 0; atomic_load_explicit(&m->state, memory_order_acquire) != MEMBER_DONE; i++) {
            env_pause();
            if (i >= WAIT_ROUNDS) /* it has lost its core */
                env->thread->park(env, &m->state, MEMBER_TAKEN, env_mono_ns(env) + WAIT_NS);
        }
    }
    atomic_store_explicit(&m->state, MEMBER_IDLE, memory_order_relaxed);
}

/* Parts share nothing that one of them writes, so all that threads could do to each other is the order in which they come. */
static void run_simulated(Crew *c, uint32_t n, uint32_t which, TeamWork work, void *self)
{
    uint32_t part[PARTS_MAX];
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = (uint32_t)(c->env->clock->rand64(c->env) % (i + 1));
        part[i] = part[at];
        part[at] = i;
    }
    for (uint32_t i = 0; i < n; i++)
        if (which >> part[i] & 1)
            work(self, part[i]);
}

static void crew_run(Team *team, uint32_t n, uint32_t which, TeamWork work, void *self)
{
    Crew *c = (Crew *)team;
    uint32_t threads = MIN(team->n_threads, n), of[PARTS_MAX] = {0}, busy = 0;
    if (env_is_simulated(c->env)) {
        run_simulated(c, n, which, work, self);
        return;
    }
    for (uint32_t left = which; left; left &= left - 1) {
        uint32_t p = (uint32_t)__builtin_ctz(left), t = p * threads / n;
        busy += of[t] == 0;
        of[t] |= 1u << p;
    }
    if (busy < 2) {
        do_parts(work, self, which);
        return;
    }
    c->n_wide++;
    bool may_fail = mem_may_fail(false);
    (void)mem_may_fail(may_fail);
    for (uint32_t t = 1; t < threads; t++)
        if (of[t])
            offer(c->member[t], of[t], work, self, may_fail);
    do_parts(work, self, of[0]);
    for (uint32_t t = 1; t < threads; t++)
        if (of[t])
            finish(c->member[t]);
}

/* ---- life ---- */

void crew_init(Crew *c, Env *env, Account *acct, PageStore *pages)
{
    *c = (Crew){.env = env, .acct = acct, .parts.team = {.n_threads = 1, .wide_rows = TEAM_WIDE_ROWS, .run = crew_run}};
    c->parts.n = 1;
    c->parts.part[0].pages = pages;
    arena_init(&c->parts.part[0].arena, acct, 0);
}

static void member_stop(Crew *c, uint32_t t)
{
    CrewMember *m = c->member[t];
    c->member[t] = NULL;
    if (!m)
        return;
    atomic_store(&m->stop, true);
    atomic_fetch_add(&m->wake, 1);
    c->env->thread->unpark(c->env, &m->wake, 1);
    c->env->thread->join(c->env, m->thread);
    mem_free_aligned(c->acct, m, sizeof(*m));
}

void crew_done(Crew *c)
{
    for (uint32_t t = 1; t < c->parts.team.n_threads; t++)
        member_stop(c, t);
    for (uint32_t p = 0; p < c->parts.n; p++) {
        arena_done(&c->parts.part[p].arena);
        if (p > 0)
            page_store_free(c->parts.part[p].pages);
    }
    c->parts.n = 0;
}

int crew_need_parts(Crew *c, uint32_t n, Err *err)
{
    for (; c->parts.n < n; c->parts.n++) {
        Part *p = &c->parts.part[c->parts.n];
        p->pages = page_store_new(c->acct);
        if (!p->pages)
            return RAISE_NOMEM(err);
        if (page_store_spill_as(p->pages, c->parts.part[0].pages, err) < 0) {
            page_store_free(p->pages);
            return -ERR_OUT_OF_MEMORY;
        }
        page_store_begin_epoch(p->pages, page_store_epoch(c->parts.part[0].pages));
        arena_init(&p->arena, c->acct, 0);
        c->parts.n_marks = 0;
    }
    return 0;
}

static int member_start(Crew *c, uint32_t t, Err *err)
{
    CrewMember *m = mem_alloc_aligned(c->acct, sizeof(*m), _Alignof(CrewMember));
    if (!m)
        return RAISE_NOMEM(err);
    *m = (CrewMember){.crew = c};
    int rc = c->env->thread->spawn(c->env, "laminar-part", member_main, m, &m->thread, err);
    if (rc < 0) {
        mem_free_aligned(c->acct, m, sizeof(*m));
        return rc;
    }
    c->member[t] = m;
    return 0;
}

int crew_set_threads(Crew *c, uint32_t n, Err *err)
{
    Team *t = &c->parts.team;
    for (; t->n_threads > n; t->n_threads--)
        member_stop(c, t->n_threads - 1);
    for (; t->n_threads < n; t->n_threads++)
        if (!env_is_simulated(c->env))
            TRY(member_start(c, t->n_threads, err));
    return 0;
}

EnvThreadHandle *crew_thread(const Crew *c, uint32_t t)
{
    return c->member[t] ? c->member[t]->thread : NULL;
}
