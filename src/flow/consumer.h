/* SPDX-License-Identifier: Apache-2.0
 *
 * Consumer: who takes what a query or a feed gives: a feed's queries, a sink, a subscription, a collected result.  Called on the
 * shard, inside the step, so an implementation neither waits nor keeps a batch without batch_own(). */
#pragma once
#include "data/batch.h"

typedef struct Consumer Consumer;
typedef struct ConsumerType {
    int (*batch)(Consumer *c, const Batch *b, Err *err); /* borrows b; negative ends the consumer with that error */
    /* Rows that go and those that come in their place, as one change; NULL = as two batches. */
    int (*change)(Consumer *c, const Batch *minus, const Batch *plus, Err *err);
    /* Several batches at once (pipeline.h), and whether so many of n_rows together may come now; NULL = never. */
    void (*run)(Consumer *c, Batch *const *b, uint32_t n);
    bool (*takes_run)(Consumer *c, uint32_t n, uint32_t n_rows);
    void (*mark)(Consumer *c, int64_t wm_us); /* watermark of the result; NULL = not wanted */
    bool (*wants_mark)(Consumer *c);          /* now; NULL = whenever there is `mark` */
    uint64_t (*reads)(Consumer *c);           /* bits of the first 64 columns that it looks at row by row; NULL = none */
    void (*keys)(Consumer *c);                /* watermarks of single keys have moved (exec/key_clock.h); NULL = not wanted */
    void (*idle)(Consumer *c, bool is_idle);  /* its input has nothing to give for now, or has again; NULL = not wanted */
    void (*step_end)(Consumer *c);            /* after the step in which it got something; NULL = not wanted */
    void (*end)(Consumer *c, const Err *err); /* last call: the input ended, or failed (err) */
} ConsumerType;
struct Consumer { /* embedded first */
    const ConsumerType *type;
    Consumer *next, *prev;
    bool linked;   /* in a list */
    bool detached; /* taken off while a list is walked; nothing is called any more */
    bool touched;  /* got something in this step, and wants to know when it ends */
};

typedef struct ConsumerList {
    Consumer *first, *last;
    uint32_t walking;
    bool sweep;      /* detached ones to be unlinked */
    bool touched;    /* some consumer is */
    bool wants_mark; /* what consumers_want_mark found when consumer_links was links_seen */
    uint64_t links_seen;
    uint64_t reads, reads_seen; /* what consumers_reads found when consumer_links was reads_seen */
    const Batch *handing;       /* what `kept` is a copy of */
    Batch *kept;
} ConsumerList;
/* How often a consumer has come or gone, in any list; from 1 on.  Whether somebody behind a list wants marks changes with it only,
 * or ceases to be true. */
extern _Atomic uint64_t consumer_links;
void consumer_add(ConsumerList *l, Consumer *c);
void consumer_remove(ConsumerList *l, Consumer *c); /* also while the list is walked */
void consumers_batch(ConsumerList *l, const Batch *b);
/* Rows that go and those that come in their place: as one change where the only consumer takes it as such. */
void consumers_change(ConsumerList *l, const Batch *minus, const Batch *plus);
Batch *batch_keep(Account *acct,
                  const Batch *b); /* a reference on b, or on a copy when it borrows, for any thread; NULL = no memory */
/* A reference on b that any thread may keep; b is what is being handed out, or is next.  However many consumers ask, one copy is
 * made, and none when b owns its memory.  NULL = no memory. */
Batch *consumers_keep(ConsumerList *l, Account *acct, const Batch *b);
void consumers_mark(ConsumerList *l, int64_t wm_us);
bool consumers_take_run(const ConsumerList *l, uint32_t n, uint32_t n_rows); /* all do */
void consumers_run(ConsumerList *l, Batch *const *b, uint32_t n);
bool consumers_ask_mark(ConsumerList *l);
static inline bool consumers_want_mark(ConsumerList *l)
{
    return l->links_seen == atomic_load_explicit(&consumer_links, memory_order_relaxed) ? l->wants_mark : consumers_ask_mark(l);
}
uint64_t consumers_ask_reads(ConsumerList *l);
/* Columns that some consumer looks at, of the first 64. */
static inline uint64_t consumers_reads(ConsumerList *l)
{
    return l->reads_seen == atomic_load_explicit(&consumer_links, memory_order_relaxed) ? l->reads : consumers_ask_reads(l);
}
void consumers_keys(ConsumerList *l);
void consumers_idle(ConsumerList *l, bool is_idle);
void consumers_step_end(ConsumerList *l);
void consumers_end(ConsumerList *l, const Err *err);
/* Only of those that `stays` does not name. */
void consumers_end_but(ConsumerList *l, bool (*stays)(void *self, const Consumer *c), void *self, const Err *err);
