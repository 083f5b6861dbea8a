/* SPDX-License-Identifier: Apache-2.0
 *
 * The least of many values that only grow: watermarks of partitions and of keys (design 5.5).  Raising one is a store.  A heap of
 * what the values were is put right from its top when the least is asked for, and only as far as that takes; so a value that was
 * raised a thousand times since costs one step, and one that is not the least costs nothing.  Exact, unlike counters by bucket. */
#pragma once
#include "base/err.h"
#include "base/mem.h"

typedef struct LazyMinEntry {
    int64_t at; /* the value when it was put here; never above what it is now */
    uint32_t id;
} LazyMinEntry;

typedef struct LazyMinMember {
    int64_t value; /* INT64_MAX = has left */
    uint8_t state; /* stands in the heap, and whether for the last time */
} LazyMinMember;

typedef struct LazyMin {
    Account *acct;
    LazyMinMember *of; /* by id */
    uint32_t n_ids, cap_ids;
    uint32_t free_id;           /* 1 + id that can be used again, chained through the values; 0 = none */
    uint32_t n, cap, n_dropped; /* of the heap; of those, entries of ids that were dropped */
    LazyMinEntry *heap;
} LazyMin;

void lazy_min_done(LazyMin *m);
/* A new member. */
int lazy_min_add(LazyMin *m, int64_t value, uint32_t *ret_id);
/* A value, not below what it was. */
static inline void lazy_min_raise(LazyMin *m, uint32_t id, int64_t value)
{
    m->of[id].value = value;
}
/* Out, for a time: comes back with lazy_min_enter, at a value not below the last. */
void lazy_min_leave(LazyMin *m, uint32_t id);
int lazy_min_enter(LazyMin *m, uint32_t id, int64_t value);
/* Out for good: the id will be given to another. */
void lazy_min_drop(LazyMin *m, uint32_t id);
/* false: no members. */
bool lazy_min_least(LazyMin *m, int64_t *ret_value, uint32_t *ret_id);
