/* SPDX-License-Identifier: Apache-2.0
 *
 * Change queue: deliveries between the step that makes them and whoever takes them, bounded in bytes.  [any]  Rows are references
 * to batches that all subscribers of a relation share, so a queue costs a slot per delivery, not a copy.
 *
 * The parts of a snapshot stand in front and are never dropped: it is as large as what it is a snapshot of. */
#pragma once
#include "db/change_fold.h"
#include "env/env.h"

typedef enum DeliveryKind {
    DELIVER_ROWS,
    DELIVER_MARK, /* the watermark has moved */
    DELIVER_SNAPSHOT_BEGIN,
    DELIVER_SNAPSHOT_ROWS,
    DELIVER_SNAPSHOT_END,
} DeliveryKind;
typedef struct Delivery {
    Batch *batch;      /* ROWS and SNAPSHOT_ROWS, else NULL */
    int64_t wm_us;     /* MARK */
    uint64_t epoch;    /* the step that made it */
    uint64_t gap_rows; /* rows dropped right before it */
    int64_t bytes;
    DeliveryKind kind;
    int32_t event; /* LAMINAR_EVENT_* of folded rows, -1 = as the weights say */
} Delivery;

typedef enum Overflow { /* numbered as LaminarOverflow */
                        OVERFLOW_DROP_OLDEST,
                        OVERFLOW_DISCONNECT,
                        OVERFLOW_BLOCK,
                        OVERFLOW_DROP_NEWEST,
                        OVERFLOW_CONFLATE,
                        N_OVERFLOWS
} Overflow;

typedef struct ChangeQueue {
    Env *env;
    Account *acct;
    Overflow overflow;
    int64_t limit_bytes; /* 0 = none */
    uint64_t limit_rows;
    ChangeKey key; /* CONFLATE */
    /* BLOCK: told, with the lock held, when the queue has no room any more and when it has again. */
    void (*on_room)(void *self, bool has_room);
    void *self;
    EnvMutex lock; /* what follows */
    Delivery *ring;
    uint32_t head, n, cap; /* cap: a power of two */
    uint32_t n_pinned;     /* at the head: parts of the snapshot */
    uint32_t n_new;        /* put since they were conflated */
    _Atomic int fd;        /* eventfd to drain when the last one is taken; -1 = none */
    bool full;
    int64_t bytes;
    uint64_t n_rows, gap_rows; /* rows waiting; rows dropped since the last one that was taken in */
    uint64_t n_dropped;
    _Atomic uint32_t n_ready; /* = n, for a look without the lock */
} ChangeQueue;

void change_queue_init(ChangeQueue *q, Env *env, Account *acct);
void change_queue_done(ChangeQueue *q);
/* Takes d and its batch.  0, or -ERR_SUBSCRIBER_GAP (DISCONNECT), -ERR_OUT_OF_MEMORY. */
int change_queue_put(ChangeQueue *q, const Delivery *give_d, Err *err);
/* The next delivery, the caller's then; false = none. */
bool change_queue_take(ChangeQueue *q, Delivery *ret);
/* What was taken comes back to the front: its batch is only partly used. */
void change_queue_put_back(ChangeQueue *q, const Delivery *give_d);
/* There will be no more puts that may block; whoever waits for room goes on. */
void change_queue_close(ChangeQueue *q);
static inline bool change_queue_is_empty(ChangeQueue *q)
{
    return atomic_load_explicit(&q->n_ready, memory_order_acquire) == 0;
}
