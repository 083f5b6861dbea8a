/* SPDX-License-Identifier: Apache-2.0
 *
 * The contract of what answers for single keys (design 4.10).  It is asynchronous: `ask` begins a request and returns, `poll` gives
 * what has come meanwhile, and neither waits.  Requests have tickets; answers may come in any order, in several parts, twice, or
 * for a ticket that nobody waits for any more: whoever asks sorts that out (flow/lookup_table.h).  [shard], but for what an
 * implementation does on threads of its own. */
#pragma once
#include "connect/connect.h"

typedef struct LookupType LookupType;
typedef struct Lookup { /* embedded first in each instance */
    const LookupType *type;
    Account *acct;
} Lookup;

typedef struct LookupAnswer {
    uint64_t ticket;
    Batch *rows;    /* of the table's columns, one reference, NULL = none; what was not asked for is left out by the one who asks */
    uint32_t n_bad; /* rows of the other side that could not be read: what they would have answered is not known */
    bool done;      /* all has come: keys without a row are not there */
    Err failed;     /* code not 0: it has failed, and may be asked again */
} LookupAnswer;

#define LOOKUP_NONE 0
#define LOOKUP_ANSWER 1
struct LookupType {
    const char *name;
    uint32_t max_requests; /* open at one time; each has up to BATCH_ROWS keys */
    /* keys: the columns of the primary key first, in its order; borrowed.  Negative: the request has failed. */
    int (*ask)(Lookup *l, uint64_t ticket, const Batch *keys, Err *err);
    /* LOOKUP_ANSWER, LOOKUP_NONE, or negative: all that is open has failed. */
    int (*poll)(Lookup *l, LookupAnswer *ret, Err *err);
    void (*forget)(Lookup *l, uint64_t ticket); /* nobody waits for it any more; NULL = it does not matter */
    void (*close)(Lookup *l);                   /* frees it */
};

static inline int lookup_ask(Lookup *l, uint64_t ticket, const Batch *keys, Err *err)
{
    return l->type->ask(l, ticket, keys, err);
}
int lookup_poll(Lookup *l, LookupAnswer *ret, Err *err);
void lookup_forget(Lookup *l, uint64_t ticket);
void lookup_close(Lookup *l); /* NULL is fine */

/* Any source that ends can answer, by being read from its start for each request (lookup_scan.c).  open gives one; self is the
 * caller's. */
int lookup_scan_new(Account *acct, int (*open)(void *self, Source **ret, Err *err), void *self, Lookup **ret, Err *err);
