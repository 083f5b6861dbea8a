/* SPDX-License-Identifier: Apache-2.0
 *
 * Crew: the threads that run the parts of operators (exec/parts.h), and the stores of their pages.  [shard]  The holder of the
 * shard is one of the threads; the others spin for some hundred microseconds after their last work and then sleep.  Work that
 * nobody has begun when the holder is done with his own he does himself, so a thread that does not get a core delays nothing.
 *
 * Part p is done by thread p * threads / parts of the query, always: its pages stay in that core's cache.  In the simulator there
 * are no threads; parts run one after another in an order that the seed gives. */
#pragma once
#include "env/env.h"
#include "exec/parts.h"

typedef struct CrewMember CrewMember;
typedef struct Crew {
    Parts parts; /* first */
    Env *env;
    Account *acct;
    CrewMember *member[PARTS_MAX]; /* 1 .. n_threads - 1, of the team */
    uint64_t n_wide;               /* calls that were given to more than one thread */
} Crew;

/* pages: the store of part 0; borrowed. */
void crew_init(Crew *c, Env *env, Account *acct, PageStore *pages);
/* After all queries; threads end, the other stores go. */
void crew_done(Crew *c);
/* Stores for n parts, which stay. */
int crew_need_parts(Crew *c, uint32_t n, Err *err);
/* The calling thread is one of the crew: it runs a part of whoever holds the shard. */
bool crew_has_called(const Crew *c);  /* asks the thread itself */
extern _Atomic uint32_t crew_members; /* threads of all crews */
static inline bool crew_is_member(const Crew *c)
{
    return unlikely(atomic_load_explicit(&crew_members, memory_order_relaxed) > 0) && crew_has_called(c);
}
static inline bool crew_may_have_members(const Crew *c) /* asked by anyone */
{
    return unlikely(atomic_load_explicit(&crew_members, memory_order_relaxed) > 0) || env_is_simulated(c->env);
}
/* So many threads with the holder of the shard. */
int crew_set_threads(Crew *c, uint32_t n, Err *err);
EnvThreadHandle *crew_thread(const Crew *c, uint32_t t); /* of 1 .. n_threads - 1; NULL in the simulator */
