/* SPDX-License-Identifier: Apache-2.0
 *
 * Bounded lock-free queues of pointers.  Spsc: one producer thread, one consumer thread.  Mpsc: many producers, one consumer
 * (Vyukov's bounded queue: per-slot sequence numbers).  Capacity is rounded up to a power of two.  No call blocks or allocates
 * after init. */
#pragma once
#include "base/mem.h"
#include <stdbool.h>

typedef struct Spsc {
    _Alignas(64) _Atomic uint64_t head; /* consumer writes */
    uint64_t tail_seen;                 /* consumer's cache of tail */
    _Alignas(64) _Atomic uint64_t tail; /* producer writes */
    uint64_t head_seen;                 /* producer's cache of head */
    _Alignas(64) void **slot;
    uint64_t mask;
    Account *acct;
} Spsc;
int spsc_init(Spsc *q, Account *acct, uint32_t capacity); /* 0 or -ERR_OUT_OF_MEMORY */
void spsc_done(Spsc *q);
bool spsc_push(Spsc *q, void *p); /* false = full */
void *spsc_pop(Spsc *q);          /* NULL = empty */
void *spsc_peek(Spsc *q);
uint32_t spsc_count(const Spsc *q); /* exact on either end's thread when the other is quiet */
uint32_t spsc_room(Spsc *q);        /* producer side */

typedef struct MpscSlot {
    _Atomic uint64_t seq;
    void *p;
} MpscSlot;
typedef struct Mpsc {
    _Alignas(64) _Atomic uint64_t tail; /* producers claim */
    _Alignas(64) _Atomic uint64_t head; /* the consumer writes it; others only look (mpsc_is_empty) */
    _Alignas(64) MpscSlot *slot;
    uint64_t mask;
    Account *acct;
} Mpsc;
int mpsc_init(Mpsc *q, Account *acct, uint32_t capacity);
void mpsc_done(Mpsc *q);
bool mpsc_push(Mpsc *q, void *p);
void *mpsc_pop(Mpsc *q);
/* In one order with pushes and with the mutexes of env/: who pushes and then finds a lock taken may rely on its holder seeing that
 * after the release. */
static inline bool mpsc_is_empty(const Mpsc *q)
{
    uint64_t head = atomic_load_explicit(&q->head, memory_order_relaxed);
    return atomic_load_explicit(&q->slot[head & q->mask].seq, memory_order_seq_cst) != head + 1;
}
