/* SPDX-License-Identifier: Apache-2.0
 *
 * Refill: a table whose rows a connector gives (LOOKUP TABLE).  [shard]  All of the input is read, by several calls that each read
 * a batch; then what differs from the content becomes one change of the table, as a whole or not at all.  While the input is read,
 * or when it cannot be, the table stays as it was, so no reader meets half of it.
 *
 * Changes of a table are logged, so replaying reads no input. */
#pragma once
#include "connect/connect.h"
#include "flow/engine.h"

typedef struct RefillSpec {
    int (*open)(void *self, Source **ret, Err *err);
    void (*drop)(void *self); /* with the refill */
    void *self;
    int64_t period_us; /* read anew that often; 0 = it is filled once */
} RefillSpec;

typedef struct RefillParts { /* batches of one kind, owned */
    Batch **batch;
    uint32_t n, cap;
} RefillParts;
struct Refill {
    Timer timer;
    Account *acct;
    RefillSpec spec;
    Engine *engine;
    Feed *feed, *bad_feed; /* borrowed: who has the refill; its $errors */
    Source *source;        /* open while it is being read */
    RefillParts rows, bad;
    uint64_t n_fills, n_failed, n_bad;
    int64_t filled_us; /* when the content was read, 0 = before the database was opened */
    Err error;         /* why the last attempt failed; code 0 = it did not */
};

/* Takes spec->self, also on failure. */
int refill_new(Account *acct, const RefillSpec *spec, Refill **ret, Err *err);
void refill_free(Refill *r); /* NULL is fine */
#define REFILL_MORE 1        /* there is more to read: call again */
#define REFILL_IDLE 2        /* there will be, later */
int refill_read(Refill *r, Err *err);
/* Inside, when all is read: the change. */
int refill_apply(Refill *r, Engine *e, Feed *f, Err *err);
/* Inside: the same for what `by`, made for it, has read; r's own reading begins anew. */
int refill_take(Refill *r, Refill *by, Err *err);
/* Inside: from now on the worker reads it anew, for the first time after delay_us; f owns it. */
void refill_start(Refill *r, Engine *e, Feed *f, Feed *bad_feed, int64_t delay_us);
