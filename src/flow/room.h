/* SPDX-License-Identifier: Apache-2.0
 *
 * Room: backpressure of readers that must not lose anything.  [any]  Such a reader, when its queue is full, blocks the relations
 * that its query depends on; a push into one of them waits before its step, holding nothing, until the reader has made room.  So a
 * queue may exceed its bound by what one step gives, and no step ever waits.
 *
 * What would wait for itself is an error instead: a push by the thread that reads.  While nobody has read yet, whoever opened the
 * reader may be it: its push waits a moment for another thread to begin, and is an error then.  A push inside a callback does not
 * wait. */
#pragma once
#include "env/env.h"

/* What a push does while such a reader has no room: it waits; or the reader loses its oldest changes instead; or it fails. */
typedef enum Backpressure { BACKPRESSURE_BLOCK, BACKPRESSURE_DROP_OLDEST, BACKPRESSURE_REJECT } Backpressure;
/* How it waits: asleep; awake, at the cost of a core; awake for a while, then asleep for a little at a time. */
typedef enum WaitBy { WAIT_PARK, WAIT_SPIN, WAIT_SPIN_YIELD } WaitBy;

typedef struct Blocker { /* embedded in the reader */
    struct Blocker *next;
    const _Atomic uint64_t *reader; /* the thread that reads; 0 = none has yet */
    uint64_t opener;                /* the thread that opened the reader */
    int64_t since_ns;               /* when it began to block */
    int64_t timeout_ns;             /* how long a push may wait; 0 = without end */
} Blocker;
typedef struct Room { /* embedded in the relation; zeroed at first */
    EnvMutex lock;
    Blocker *first;              /* [lock] */
    _Atomic uint32_t n_blockers; /* futex word of those who wait */
    WaitBy wait;                 /* set before the first push */
} Room;

void room_block(Env *env, Room *r, Blocker *b);
void room_unblock(Env *env, Room *r, Blocker *b); /* one that does not block is fine */
/* 0 when there is room; -ERR_QUEUE_FULL: not in time, or the caller would wait for itself.  name: of the relation, for messages. */
int room_wait(Env *env, Room *r, const char *name, Err *err);
static inline bool room_is_there(Room *r)
{
    return atomic_load_explicit(&r->n_blockers, memory_order_relaxed) == 0;
}
