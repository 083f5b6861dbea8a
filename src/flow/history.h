/* SPDX-License-Identifier: Apache-2.0
 *
 * History: the newest changes of a relation by epoch, up to a number of bytes (design 9, `retain_history`).  [shard]  A subscriber
 * that comes back with the last epoch it has seen gets everything after it, or an error: `floor` says what is gone, so nothing is
 * skipped unsaid. */
#pragma once
#include "base/err.h"
#include "data/batch.h"

typedef struct HistoryEntry {
    Batch *batch; /* one reference, shared */
    uint64_t epoch;
    int64_t ptime_us, bytes;
} HistoryEntry;
typedef struct History {
    Account *acct;
    int64_t keep_bytes, bytes;
    uint64_t floor;   /* everything after this epoch is held */
    int64_t floor_us; /* and everything from this processing time on */
    HistoryEntry *ring;
    uint32_t head, n, cap; /* cap: a power of two */
} History;

int history_new(Account *acct, int64_t keep_bytes, History **ret, Err *err); /* of a relation that has no changes yet */
void history_free(History *h);                                               /* NULL is fine */
/* Cannot fail: without memory what is held is given up, and the floor rises. */
void history_add(History *h, Batch *give_b, uint64_t epoch, int64_t ptime_us);
/* A change is not held: those who come later must not believe it is. */
void history_break(History *h, uint64_t epoch, int64_t ptime_us);
/* The newest epoch before processing time t: what comes after it is what happened from t on.  -ERR_SUBSCRIBER_GAP when that is not
 * held any more. */
int history_epoch_at(const History *h, int64_t time_us, uint64_t *ret, Err *err);
/* Every entry after an epoch that is held, oldest first; a non-zero answer stops and is returned. */
int history_each(History *h, uint64_t after, int (*each)(void *self, const HistoryEntry *e), void *self);
int64_t batch_memory(const Batch *b); /* bytes of header and buffers, shared ones included */
