/* SPDX-License-Identifier: Apache-2.0
 *
 * Bounded lock-free queues.
 *
 * Spsc: head and tail only grow; a slot belongs to the producer until tail passes it and to the consumer until head does.  Each
 * side keeps the last value it saw of the other's counter and touches the shared cache line only when that looks exhausted.
 *
 * Mpsc: slot i % capacity carries a sequence: i = free for the producer that claims i, i + 1 = filled, i + capacity = free again.
 * A producer claims by moving `tail`; the consumer waits for the slot it stands at, so items leave in the order of claims. */
#include "base/ring.h"
#include "base/err.h"

#define RING_ALIGN 64u

static uint64_t capacity_round(uint32_t capacity)
{
    uint64_t n = 2;
    while (n < capacity)
        n *= 2;
    return n;
}

int spsc_init(Spsc *q, Account *acct, uint32_t capacity)
{
    uint64_t n = capacity_round(capacity);
    atomic_init(&q->head, 0);
    atomic_init(&q->tail, 0);
    q->tail_seen = q->head_seen = 0;
    q->mask = n - 1;
    q->acct = acct;
    q->slot = mem_alloc_aligned(acct, n * sizeof(void *), RING_ALIGN);
    return q->slot ? 0 : -ERR_OUT_OF_MEMORY;
}

void spsc_done(Spsc *q)
{
    mem_free_aligned(q->acct, q->slot, q->slot ? (q->mask + 1) * sizeof(void *) : 0);
    q->slot = NULL;
}

bool spsc_push(Spsc *q, void *p)
{
    uint64_t tail = atomic_load_explicit(&q->tail, memory_order_relaxed);
    if (unlikely(tail - q->head_seen > q->mask)) {
        q->head_seen = atomic_load_explicit(&q->head, memory_order_acquire);
        if (tail - q->head_seen > q->mask)
            return false;
    }
    q->slot[tail & q->mask] = p;
    atomic_store_explicit(&q->tail, tail + 1, memory_order_release);
    return true;
}

void *spsc_peek(Spsc *q)
{
    uint64_t head = atomic_load_explicit(&q->head, memory_order_relaxed);
    if (head == q->tail_seen) {
        q->tail_seen = atomic_load_explicit(&q->tail, memory_order_acquire);
        if (head == q->tail_seen)
            return NULL;
    }
    return q->slot[head & q->mask];
}

void *spsc_pop(Spsc *q)
{
    void *p = spsc_peek(q);
    if (p)
        atomic_store_explicit(&q->head, atomic_load_explicit(&q->head, memory_order_relaxed) + 1, memory_order_release);
    return p;
}

uint32_t spsc_count(const Spsc *q)
{
    uint64_t head = atomic_load_explicit(&q->head, memory_order_acquire);
    uint64_t tail = atomic_load_explicit(&q->tail, memory_order_acquire);
    return (uint32_t)MIN(tail - head, q->mask + 1);
}

uint32_t spsc_room(Spsc *q)
{
    q->head_seen = atomic_load_explicit(&q->head, memory_order_acquire);
    return (uint32_t)(q->mask + 1 - (atomic_load_explicit(&q->tail, memory_order_relaxed) - q->head_seen));
}

int mpsc_init(Mpsc *q, Account *acct, uint32_t capacity)
{
    uint64_t n = capacity_round(capacity);
    atomic_init(&q->tail, 0);
    atomic_init(&q->head, 0);
    q->mask = n - 1;
    q->acct = acct;
    q->slot = mem_alloc_aligned(acct, n * sizeof(MpscSlot), RING_ALIGN);
    if (!q->slot)
        return -ERR_OUT_OF_MEMORY;
    for (uint64_t i = 0; i < n; i++) {
        atomic_init(&q->slot[i].seq, i);
        q->slot[i].p = NULL;
    }
    return 0;
}

void mpsc_done(Mpsc *q)
{
    mem_free_aligned(q->acct, q->slot, q->slot ? (q->mask + 1) * sizeof(MpscSlot) : 0);
    q->slot = NULL;
}

bool mpsc_push(Mpsc *q, void *p)
{
    uint64_t at = atomic_load_explicit(&q->tail, memory_order_relaxed);
    for (;;) {
        MpscSlot *s = &q->slot[at & q->mask];
        int64_t lag = (int64_t)(atomic_load_explicit(&s->seq, memory_order_acquire) - at);
        if (lag < 0)
            return false; /* a whole round behind: full */
        if (lag > 0) {
            at = atomic_load_explicit(&q->tail, memory_order_relaxed);
        } else if (atomic_compare_exchange_weak_explicit(&q->tail, &at, at + 1, memory_order_relaxed, memory_order_relaxed)) {
            s->p = p;
            atomic_store_explicit(&s->seq, at + 1, memory_order_seq_cst); /* see mpsc_is_empty */
            return true;
        }
    }
}

void *mpsc_pop(Mpsc *q)
{
    uint64_t head = atomic_load_explicit(&q->head, memory_order_relaxed);
    MpscSlot *s = &q->slot[head & q->mask];
    if (atomic_load_explicit(&s->seq, memory_order_acquire) != head + 1)
        return NULL;
    void *p = s->p;
    atomic_store_explicit(&s->seq, head + q->mask + 1, memory_order_release);
    atomic_store_explicit(&q->head, head + 1, memory_order_relaxed);
    return p;
}
