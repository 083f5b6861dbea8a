/* SPDX-License-Identifier: Apache-2.0
 *
 * Watermarks per key (design 5.5): key -> largest watermark in a HASH table.  [shard]  The source's clock moves them (flow/); the
 * operators that keep their state by the key look at them here.
 *
 * A key that is silent counts as being where the newest key is less key_idle (the floor), so it is forgotten: what comes of it
 * later is judged by the floor anyway.  A key that makes room for another is judged by the largest watermark that was forgotten so:
 * what its windows have given stays given.  So no key's watermark ever goes back.
 *
 * Operators judge a piece of rows by what was before it (`seen`); publishing makes what has been moved since the last time visible,
 * after each piece or after some.  A key that has to go before that is known by what was visible.  The heap of
 * the least is made anew from the table whenever it is lost. */
#pragma once
#include "base/bytes.h"
#include "base/lazy_min.h"
#include "state/table.h"

typedef enum KeyPolicy { KEY_EVICT_IDLE, KEY_EVICT_LOWEST, KEY_REJECT } KeyPolicy; /* beyond max_keys */

typedef struct KeyTime { /* extra bytes of a row */
    int64_t wm_us, seen_us;
    int64_t was_us;         /* seen before the last publication */
    uint64_t taken;         /* number of its last row; only with KEY_EVICT_IDLE */
    uint32_t id, recent_id; /* in `least` and `recent` */
    bool moved;             /* since the last publication */
    bool is_new;            /* came to be since */
} KeyTime;

typedef struct KeyClock {
    Account acct;
    RowLayout layout;
    HashTable *table;
    int64_t idle_us;
    uint64_t max_keys; /* 0 = no limit */
    KeyPolicy policy;
    int64_t newest_us, floor_us, start_us; /* largest of any key; where silent keys are; where evicted ones are */
    int64_t seen_floor_us, seen_start_us;
    LazyMin least;  /* watermark by id */
    LazyMin recent; /* number of the last row by id; only with KEY_EVICT_IDLE */
    uint64_t n_taken;
    uint32_t cap_ids, cap_recent;
    uint8_t **row_of, **row_of_recent; /* by id */
    uint32_t n_moved, cap_moved;
    uint8_t **moved; /* rows that have moved since the last publication; after one, until the next piece, those that had */
    bool published;
    uint64_t n_forgotten; /* rows that have gone from the table: pointers found before may be stale */
    uint64_t n_evicted, n_refused;
} KeyClock;

typedef struct KeyClockSpec {
    uint32_t n_keys;
    const Type *type; /* of the keys */
    int64_t idle_us;
    uint64_t max_keys;
    KeyPolicy policy;
    uint32_t table_id; /* of its table, whose pages a checkpoint may have */
} KeyClockSpec;
int key_clock_new(Account *parent, PageStore *pages, const KeyClockSpec *spec, KeyClock **ret, Err *err);
void key_clock_free(KeyClock *k); /* NULL is fine */

static inline KeyTime *key_time(const KeyClock *k, uint8_t *row)
{
    return (KeyTime *)(void *)row_extra(&k->layout, row);
}
/* The watermark of the key in that row of the table (NULL: it has none of its own), with all that has been taken. */
static inline int64_t key_clock_now(const KeyClock *k, uint8_t *row)
{
    return MAX(k->floor_us, row ? key_time(k, row)->wm_us : k->start_us);
}
/* The same as operators may see it. */
static inline int64_t key_clock_seen(const KeyClock *k, uint8_t *row)
{
    return MAX(k->seen_floor_us, row ? key_time(k, row)->seen_us : k->seen_start_us);
}

/* Row of one key, by the position of its value in the vectors. */
uint8_t *key_clock_find(const KeyClock *k, const Vec *const *key, uint64_t hash, uint32_t at);
/* Whether a key that has no watermark of its own would have to take the place of another.  A piece must begin with it, so that the
 * rows before are judged by what the other has. */
static inline bool key_clock_is_full(const KeyClock *k)
{
    return k->max_keys && k->policy != KEY_REJECT && hash_table_rows(k->table) >= k->max_keys;
}
/* The key has given wm_us; *row as found, NULL: it had none of its own.  It gets one when that says more than keys without one
 * have, and, where the lowest has to go, when it is not the lowest itself.  1: it was refused (KEY_REJECT). */
#define KEY_REFUSED 1
int key_clock_take(KeyClock *k, const Vec *const *key, uint64_t hash, uint32_t at, int64_t wm_us, uint8_t **row);
/* Time has passed, which counts for each key that is not at up_to_us yet. */
int key_clock_advance(KeyClock *k, int64_t by_us, int64_t up_to_us);
/* Something has moved since the last publication. */
static inline bool key_clock_has_moved(const KeyClock *k)
{
    return (!k->published && k->n_moved > 0) || k->floor_us > k->seen_floor_us || k->start_us > k->seen_start_us;
}
/* Everything of all keys is at least here. */
void key_clock_raise(KeyClock *k, int64_t wm_us);
/* The watermark of the stream: the least over the keys that are not silent.  Silent ones are forgotten. */
int64_t key_clock_settle(KeyClock *k);
/* Operators see what has been taken; `moved` stays for them until the next call of key_clock_begin. */
void key_clock_publish(KeyClock *k);
/* A new piece. */
void key_clock_begin(KeyClock *k);

/* What does not lie in the table, for a checkpoint; between steps.  restore: right after key_clock_new. */
void key_clock_save(const KeyClock *k, StrBuf *out);
int key_clock_restore(KeyClock *k, ByteReader *in, Err *err);
