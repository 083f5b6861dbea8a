/* SPDX-License-Identifier: Apache-2.0
 *
 * Buffers: a counted header, followed by the bytes themselves when they are ours, so that one allocation makes both and the bytes
 * start on a 64-byte line.  A buffer with a `release` callback (imported data) is the header alone.
 *
 * Counting is plain inside a shard: a relaxed load and store, which costs what an ordinary increment costs.  Buffers that several
 * threads may count carry `shared`. */
#include "data/vec.h"

#define HEADER_BYTES 64u
_Static_assert(sizeof(Buffer) <= HEADER_BYTES, "the header fits before the first line of data");

Buffer *buffer_new(Account *acct, size_t cap)
{
    if (cap > SIZE_MAX / 2)
        return NULL;
    cap = (cap + 63u) & ~(size_t)63;
    Buffer *b = mem_alloc_aligned(acct, HEADER_BYTES + cap, 64);
    if (!b)
        return NULL;
    *b = (Buffer){.data = (uint8_t *)b + HEADER_BYTES, .cap = cap, .acct = acct};
    atomic_init(&b->rc, 1);
    return b;
}

Buffer *buffer_ref(Buffer *b)
{
    if (!b)
        return NULL;
    if (b->shared)
        atomic_fetch_add_explicit(&b->rc, 1, memory_order_relaxed);
    else
        atomic_store_explicit(&b->rc, atomic_load_explicit(&b->rc, memory_order_relaxed) + 1, memory_order_relaxed);
    return b;
}

Buffer *buffer_unref(Buffer *b)
{
    uint32_t before;
    if (!b)
        return NULL;
    if (b->shared) {
        before = atomic_fetch_sub_explicit(&b->rc, 1, memory_order_acq_rel);
    } else {
        before = atomic_load_explicit(&b->rc, memory_order_relaxed);
        atomic_store_explicit(&b->rc, before - 1, memory_order_relaxed);
    }
    ASSERT(before > 0);
    if (before > 1)
        return NULL;
    bool is_part = b->is_part;
    if (b->release)
        b->release(b);
    if (!is_part)
        mem_free_aligned(b->acct, b, HEADER_BYTES + b->cap);
    return NULL;
}
