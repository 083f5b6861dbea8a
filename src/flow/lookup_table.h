/* SPDX-License-Identifier: Apache-2.0
 *
 * Lookup table whose rows are asked for by key (design 4.10, spec 6.4).  [shard]
 *
 * What has been answered is two stored relations: the rows, and the keys (columns of the primary key, why it could not be answered,
 * when it was).  Their changes are steps and are logged, so replaying asks nobody and gives what was given.  Queries ask for keys
 * through the Asker; a key is asked for once however many wait for it.  Requests that fail are made again, with growing pauses,
 * until `timeout_us` is over; then the key counts as answered by that failure.  Answers are forgotten after a time, absent keys and
 * failures after a shorter one, and those that were asked for longest ago when there are too many.
 *
 * What is being asked for is not part of a checkpoint: who waits asks again. */
#pragma once
#include "connect/lookup.h"
#include "flow/engine.h"

typedef struct LookupSpec {
    int (*open)(void *self, Lookup **ret, Err *err);
    void (*drop)(void *self); /* with the table */
    void *self;
    int64_t ttl_us, negative_ttl_us; /* how long an answer is kept; 0 = until the next look at the clock */
    int64_t timeout_us;
    uint64_t max_keys;
    int64_t max_bytes; /* of what is kept; INT64_MAX = any */
} LookupSpec;

typedef struct LookupRequest LookupRequest;
typedef enum KeptOrder { KEPT_FOUND, KEPT_ABSENT, KEPT_BY_USE, N_KEPT_ORDERS } KeptOrder;
typedef struct KeptKey { /* an answered key, for forgetting it */
    uint8_t *row;        /* of the keys */
    int64_t us, bytes;   /* answered; what it takes */
    KeptOrder by_age;    /* has it a row */
    struct KeptLink {
        uint32_t before, after; /* UINT32_MAX = none */
    } age, use;
} KeptKey;
typedef struct KeptList { /* what is forgotten first is first */
    uint32_t first, last, n;
} KeptList;

typedef struct LookupTable {
    Timer timer;
    Account *acct;
    LookupSpec spec;
    Engine *engine;
    Feed *rows, *keys; /* borrowed; keys has the table */
    Lookup *lookup;    /* open while something is asked */
    PageStore *pages;  /* of `wanted`: no part of a checkpoint */
    HashTable *wanted; /* keys that are waited for; count: -1 = not asked yet, else the number of the request */
    LookupRequest *requests;
    uint32_t n_requests;
    uint64_t n_unasked, next_number;
    HashTable *places; /* of the answered keys in `kept`; in `pages`, too; count: that and 1 */
    KeptKey *kept;
    uint32_t n_kept_used, kept_cap, kept_free; /* places: used so far, allocated; the first of the free ones, by use.after */
    int64_t kept_bytes;
    KeptList list[N_KEPT_ORDERS]; /* by age with a row, by age without one or failed, all by their use */
    uint32_t n_holds;             /* nothing is forgotten */
    bool started;                 /* what was kept when the database was opened has been looked at */
    uint64_t n_failures_kept;
    uint64_t n_hits, n_misses, n_asked, n_found, n_absent, n_failed, n_retries, n_stray, n_bad;
    uint64_t n_evicted; /* forgotten before their time */
    Err error;          /* of the last request that failed; code 0 = the last one did not */
} LookupTable;

/* Columns of the keys' relation: those of the primary key, then "error" and "answered". */
int lookup_keys_schema(Account *acct, const Schema *rows, const uint32_t *key, uint32_t n_key, Schema **ret, Err *err);
/* Inside.  Takes spec->self, also on failure.  The feed `keys` owns it. */
int lookup_table_start(Account *acct, const LookupSpec *spec, Engine *e, Feed *rows, Feed *keys, Err *err);
void lookup_table_free(LookupTable *t); /* NULL is fine */
/* Inside: all answers, unless somebody holds them. */
int lookup_forget_all(LookupTable *t, Err *err);
/* Inside: what has been answered stays until as many releases. */
void lookup_hold(LookupTable *t);
void lookup_release(LookupTable *t);
extern const Asker lookup_asker; /* without self */
