/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing the log.
 *
 * The buffer is a ring of bytes between the holder of the shard (one at a time) and the log thread: `head` is what is published,
 * `tail` what has been taken.  A record is built behind `head` and published by one store; when it does not fit, what stands so far
 * becomes a fragment and goes first.  The log thread copies what it finds into its group, which frees the ring before the disk is
 * asked, writes, syncs, and moves `durable`.
 *
 * Nobody wakes the log thread on the push path: it looks every now and then.  Who waits for the disk alone writes the group itself,
 * which spares it two changes of threads; with others it wakes the log thread, which then stays awake for them. After a second
 * without work it sleeps for good, and the next record wakes it.
 *
 * A disk that is full is no end: the group that it does not take stays, and is tried again every now and then, and whenever
 * somebody asks.  Until it is taken no new record is begun; who waits for one of those that are here is told so.  A record that
 * found no room any more has not happened; the pieces of it that were published are void by the mark of the record behind them.
 *
 * A single row, which is what most pushes are, is written into the ring at once (wal_place); anything else piece by piece. */
#include "base/hash.h"
#include "durable/wal_impl.h"
#include "env/points.h"

#define BUFFER_BYTES_PRESET (4u << 20)
#define FRAGMENT_BYTES_MAX (256u << 10)
#define AHEAD_BYTES_MIN (64u << 10)
#define AHEAD_BYTES_MAX (1u << 20)
#define SPIN_NS 20000
#define LOOK_NS 1000000          /* while records come */
#define FULL_LOOK_NS 100000000   /* while the disk is full */
#define DEEP_SLEEP_NS 1000000000 /* without any, until one wakes us */

typedef struct Segment {
    uint64_t number, first_seq;
} Segment;

struct Wal { /* a line of memory that one thread writes at every record or group is not one that the other reads as often */
    Env *env;
    uint8_t *ring;
    uint64_t cap; /* a power of two */
    _Atomic bool dead, stop;
    Account *acct;
    char *dir;
    int64_t segment_bytes;
    uint64_t generation;
    uint8_t uuid[WAL_UUID_BYTES];
    /* [shard] */
    _Alignas(64) uint64_t at, fragment_at;
    uint64_t tail_seen;        /* the last look at tail */
    RecordHeader open;         /* the record under construction */
    _Atomic uint64_t appended; /* number of the last record */
    bool failed;               /* the record under construction cannot be written */
    bool in_parts;             /* some of it is published */
    bool voids;                /* some of one before is published that failed: the next fragment says WAL_VOIDS */
    _Alignas(64) _Atomic uint64_t head;
    _Atomic uint32_t sleeping; /* the log thread sleeps until it is woken */
    /* [log]: of who has the turn to write */
    EnvMutex turn;
    _Alignas(64) _Atomic uint64_t tail;
    _Atomic uint32_t drained; /* futex: tail moved */
    _Atomic uint32_t space_waiters;
    EnvFileHandle *file;
    EnvRingHandle *io_ring; /* over `group`; NULL: plain calls */
    uint64_t segment, prev_group;
    int64_t file_at;
    int64_t written_until; /* of the segment; what is behind has blocks, but the file system has not noted them as written */
    size_t ahead;          /* how far behind a group they are next time */
    uint8_t *group;        /* header, payload, padding */
    size_t group_cap;
    GroupHeader stuck; /* that the disk has no space for; n_records 0 = none */
    uint64_t stuck_whole;
    WalStats stats;
    /* [any] */
    _Alignas(64) _Atomic uint64_t durable;
    _Atomic uint64_t taken;     /* last whole record of the newest group taken; its parity in bit 0, so that a waiter has both */
    _Atomic uint32_t synced[2]; /* futexes, by the parity of the group that is waited for: durable moved, or the log is dead */
    _Atomic uint32_t waiters;
    _Atomic uint32_t work;   /* futex of the log thread */
    _Atomic uint32_t parked; /* it waits for that */
    _Atomic bool full;       /* a group is stuck */
    _Atomic uint32_t tries;  /* that it was tried */
    bool stopped;
    _Atomic bool io_changes; /* next_io is to be taken */
    EnvMutex lock;           /* the list of segments, the error, the stats, the times, what comes next */
    EnvRingHandle *next_io;
    WalTimes times;
    Err error;
    Segment *list;
    uint32_t n_list, cap_list;
    EnvThreadHandle *thread;
};

/* ---- the log thread's side ---- */

static void notify_one(Wal *w, _Atomic uint32_t *word)
{
    atomic_fetch_add(word, 1);
    if (w->env->thread)
        w->env->thread->unpark(w->env, word, UINT32_MAX);
}

static void notify(Wal *w)
{
    notify_one(w, &w->synced[0]);
    notify_one(w, &w->synced[1]);
    notify_one(w, &w->drained);
}

static void die(Wal *w, const Err *why)
{
    env_lock(w->env, &w->lock);
    if (!atomic_load(&w->dead)) {
        err_reset(&w->error);
        (void)RAISE(&w->error, ERR_LOG_DEAD, "the write-ahead log cannot be written: %s", why ? why->message : "its disk is full");
        (void)err_hint(&w->error, "free space or mend the disk, then open the database again: what was acknowledged is there");
        atomic_store(&w->dead, true);
    }
    env_unlock(w->env, &w->lock);
    notify(w);
}

int wal_fail(Wal *w, const Err *why)
{
    die(w, why);
    return -ERR_LOG_DEAD;
}

static int raise_full(Err *err, const char *what)
{
    int rc = RAISE(err, ERR_DISK_FULL, "%s: the disk of the write-ahead log is full", what);
    (void)err_hint(err, ENV_DISK_FULL_HINT);
    return rc;
}

static int list_add(Wal *w, uint64_t number, uint64_t first_seq, Err *err)
{
    env_lock(w->env, &w->lock);
    int rc = 0;
    if (w->n_list == w->cap_list) {
        uint32_t cap = w->cap_list ? w->cap_list * 2 : 8;
        Segment *p = mem_realloc(w->acct, w->list, w->cap_list * sizeof(*p), cap * sizeof(*p));
        if (p) {
            w->list = p;
            w->cap_list = cap;
        } else {
            rc = RAISE_NOMEM(err);
        }
    }
    if (rc == 0)
        w->list[w->n_list++] = (Segment){number, first_seq};
    env_unlock(w->env, &w->lock);
    return rc;
}

static uint64_t log_place(const Wal *w)
{
    return w->segment * (uint64_t)w->segment_bytes + (uint64_t)w->file_at;
}

static int next_segment(Wal *w, uint64_t first_seq, Err *err)
{
    SegmentHeader h = {.number = w->file ? w->segment + 1 : 0, .first_seq = first_seq, .segment_bytes = w->segment_bytes};
    h.prev_end = w->file ? log_place(w) : 0;
    h.prev_group = w->prev_group;
    memcpy(h.uuid, w->uuid, sizeof(h.uuid));
    EnvFileHandle *f = NULL;
    env_point(w->env, POINT_WAL_ROTATE);
    TRY(list_add(w, h.number, first_seq, err));
    int rc = segment_create(w->env, w->dir, &h, &f, err);
    if (rc < 0) {
        env_lock(w->env, &w->lock);
        w->n_list--;
        env_unlock(w->env, &w->lock);
        return rc;
    }
    w->env->file->close(w->env, w->file);
    w->file = f;
    w->segment = h.number;
    w->file_at = w->written_until = WAL_BLOCK;
    return 0;
}

static void ring_copy(const Wal *w, uint64_t from, void *to, size_t n)
{
    size_t first = MIN(n, (size_t)(w->cap - (from & (w->cap - 1))));
    memcpy(to, w->ring + (from & (w->cap - 1)), first);
    memcpy((char *)to + first, w->ring, n - first);
}

/* Numbers of the group's records. */
static void describe(GroupHeader *g, const uint8_t *payload, uint64_t *ret_whole)
{
    for (uint32_t at = 0; at < g->bytes;) {
        RecordHeader h;
        memcpy(&h, payload + at, sizeof(h));
        if (g->n_records++ == 0)
            g->first_seq = h.seq;
        if (!(h.flags & WAL_PART))
            *ret_whole = h.seq;
        at += (uint32_t)sizeof(h) + h.bytes;
    }
}

/* ---- how groups are written ---- */

const char *wal_io_name(WalIo io)
{
    static const char *const names[] = {"plain", "io_uring", "io_uring_sqpoll"};
    return names[io];
}

void wal_use_io(Wal *w, WalIo io)
{
    EnvRingHandle *ring = NULL, *unused;
    const EnvRing *calls = w->env->ring;
    if (io != WAL_IO_PLAIN && calls && calls->open(w->env, io == WAL_IO_RING_POLLED, w->group, w->group_cap, &ring, NULL) < 0)
        ring = NULL;
    env_lock(w->env, &w->lock);
    unused = w->next_io;
    w->next_io = ring;
    w->stats.io = ring ? io : WAL_IO_PLAIN;
    atomic_store(&w->io_changes, true);
    env_unlock(w->env, &w->lock);
    if (unused)
        calls->close(w->env, unused);
}

static void take_next_io(Wal *w)
{
    env_lock(w->env, &w->lock);
    EnvRingHandle *old = w->io_ring;
    w->io_ring = w->next_io;
    w->next_io = NULL;
    atomic_store(&w->io_changes, false);
    env_unlock(w->env, &w->lock);
    if (old)
        w->env->ring->close(w->env, old);
}

static int sync_file(Wal *w, Err *err)
{
    env_point(w->env, POINT_WAL_SYNC);
    return w->env->file->sync(w->env, w->file, err) < 0 ? -ERR_LOG_DEAD : 0; /* whatever the reason was */
}

/* The first n bytes of the group, and the sync; *ret_written: when the one was done and the other began. */
static int write_durably(Wal *w, size_t n, int64_t *ret_written, Err *err)
{
    size_t done = 0;
    if (unlikely(atomic_load_explicit(&w->io_changes, memory_order_relaxed)))
        take_next_io(w);
    if (w->io_ring) {
        *ret_written = env_mono_ns(w->env); /* the two are not told apart */
        int rc = w->env->ring->write_sync(w->env, w->io_ring, w->file, n, w->file_at, &done, err);
        if (rc < 0 || done == n)
            return rc < 0 && done == n ? -ERR_LOG_DEAD : rc;
    }
    TRY(file_write_full(w->env, w->file, w->group + done, n - done, w->file_at + (int64_t)done, err));
    *ret_written = env_mono_ns(w->env);
    return sync_file(w, err);
}

/* Bytes of zeros to be written behind a group.  A sync that makes allocated blocks written ones goes through the journal of the
 * file system and takes about twice as long as one of blocks that are, so one does it for many.  Not worth it behind a long one. */
static size_t zeros_behind(Wal *w, size_t padded)
{
    int64_t end = w->file_at + (int64_t)padded;
    if (end <= w->written_until || padded > AHEAD_BYTES_MIN || w->stuck.n_records > 0) /* a full disk may have room for it alone */
        return 0;
    size_t ahead = (size_t)MIN((int64_t)MIN(w->ahead, w->group_cap - padded), w->segment_bytes - end) / WAL_BLOCK * WAL_BLOCK;
    w->ahead = MIN(w->ahead * 2, AHEAD_BYTES_MAX);
    memset(w->group + padded, 0, ahead);
    return ahead;
}

static int write_group(Wal *w, GroupHeader *g, Err *err)
{
    size_t n = sizeof(*g) + g->bytes, padded = wal_padded(n);
    if (!w->file || w->file_at + (int64_t)padded > w->segment_bytes)
        TRY(next_segment(w, g->first_seq, err));
    g->lsn = log_place(w);
    g->prev_group = w->prev_group;
    group_seal(g, w->group + sizeof(*g));
    memcpy(w->group, g, sizeof(*g));
    memset(w->group + n, 0, padded - n);
    env_point(w->env, POINT_WAL_WRITE);
    int64_t began = env_mono_ns(w->env), written, synced;
    size_t ahead = zeros_behind(w, padded);
    TRY(write_durably(w, padded + ahead, &written, err));
    synced = env_mono_ns(w->env);
    w->prev_group = g->lsn;
    w->file_at += (int64_t)padded;
    w->written_until = MAX(w->written_until, w->file_at + (int64_t)ahead);
    env_lock(w->env, &w->lock);
    histogram_add(&w->times.write, (uint64_t)(written - began));
    histogram_add(&w->times.sync, (uint64_t)(synced - written));
    w->stats.n_groups++;
    w->stats.n_syncs++;
    w->stats.bytes += padded;
    env_unlock(w->env, &w->lock);
    return 0;
}

/* What is in the ring into the group; false: nothing. */
static bool take_group(Wal *w, GroupHeader *ret, uint64_t *ret_whole)
{
    uint64_t head = atomic_load_explicit(&w->head, memory_order_acquire),
             tail = atomic_load_explicit(&w->tail, memory_order_relaxed);
    if (head == tail)
        return false;
    GroupHeader g = {.magic = GROUP_MAGIC, .bytes = (uint32_t)(head - tail)};
    *ret_whole = atomic_load_explicit(&w->durable, memory_order_relaxed);
    ring_copy(w, tail, w->group + sizeof(g), g.bytes);
    atomic_store_explicit(&w->tail, head, memory_order_release);
    if (atomic_load(&w->space_waiters))
        notify_one(w, &w->drained);
    describe(&g, w->group + sizeof(g), ret_whole);
    atomic_store(&w->taken, *ret_whole << 1 | (~atomic_load(&w->taken) & 1));
    *ret = g;
    return true;
}

static void keep_stuck(Wal *w, const GroupHeader *g, uint64_t whole)
{
    w->stuck = *g;
    w->stuck_whole = whole;
    atomic_store(&w->full, true);
    atomic_fetch_add(&w->tries, 1);
    notify(w);
}

static bool drain(Wal *w)
{
    GroupHeader g = w->stuck;
    uint64_t whole = w->stuck_whole;
    if (atomic_load(&w->dead) || (g.n_records == 0 && !take_group(w, &g, &whole)))
        return false;
    Err err = ERR_INIT;
    int rc = write_group(w, &g, &err);
    if (rc == -ERR_DISK_FULL) {
        keep_stuck(w, &g, whole);
        return false;
    }
    if (rc < 0) {
        die(w, &err);
        return false;
    }
    atomic_store_explicit(&w->durable, whole, memory_order_seq_cst);
    env_point(w->env, POINT_WAL_DURABLE);
    bool was_full = atomic_load_explicit(&w->full, memory_order_relaxed);
    if (unlikely(was_full)) {
        w->stuck = (GroupHeader){0};
        atomic_store(&w->full, false);
        notify(w);
    } else if (atomic_load(&w->waiters)) { /* those of the next group sleep on */
        notify_one(w, &w->synced[atomic_load(&w->taken) & 1]);
    }
    return true;
}

static bool has_work(const Wal *w)
{
    return (atomic_load(&w->head) != atomic_load(&w->tail) || atomic_load(&w->full)) && !atomic_load(&w->dead);
}

static void rest(Wal *w, uint32_t seen, int64_t deadline_ns)
{
    atomic_store(&w->parked, 1);
    w->env->thread->park(w->env, &w->work, seen, deadline_ns);
    atomic_store(&w->parked, 0);
}

/* A writer publishes and then looks whether to wake us, without a fence: of one that did so at this moment we may not see the
 * record yet, and it not that we sleep.  A look later we do. */
static void sleep_deeply(Wal *w, uint32_t seen)
{
    atomic_store(&w->sleeping, 1);
    if (!has_work(w) && !atomic_load(&w->stop))
        rest(w, seen, env_mono_ns(w->env) + LOOK_NS);
    if (!has_work(w) && !atomic_load(&w->stop))
        rest(w, seen, INT64_MAX);
    atomic_store(&w->sleeping, 0);
}

static bool drain_in_turn(Wal *w)
{
    env_lock(w->env, &w->turn);
    bool any = drain(w);
    env_unlock(w->env, &w->turn);
    return any;
}

static void log_main(void *arg)
{
    Wal *w = arg;
    int64_t last = env_mono_ns(w->env);
    uint64_t durable = 0;
    bool has_crowd = false; /* several wait: soon they have the next ones */
    while (!atomic_load(&w->stop)) {
        uint32_t seen = atomic_load(&w->work);
        if (has_work(w) && drain_in_turn(w)) {
            last = env_mono_ns(w->env);
            has_crowd = atomic_load(&w->waiters) > 1;
            continue;
        }
        int64_t now = env_mono_ns(w->env);
        if (atomic_load(&w->full)) {
            rest(w, seen, now + FULL_LOOK_NS);
            continue;
        }
        if (has_crowd && now - last < SPIN_NS)
            continue;
        if (durable != atomic_load(&w->durable)) { /* also by who writes itself */
            durable = atomic_load(&w->durable);
            last = now;
        }
        has_crowd = false;
        if (now - last < DEEP_SLEEP_NS)
            rest(w, seen, now + LOOK_NS);
        else
            sleep_deeply(w, seen);
    }
    while (drain_in_turn(w)) {
    }
}

bool wal_poll(Wal *w)
{
    return !w->thread && drain(w);
}

static void wake(Wal *w)
{
    if (!w->thread)
        return;
    atomic_fetch_add(&w->work, 1);
    if (atomic_load(&w->parked)) /* one that is about to park sees that `work` has moved */
        w->env->thread->unpark(w->env, &w->work, 1);
}

/* The word that moves when the group with record `seq` is on disk, or one before it. */
static uint32_t word_of(Wal *w, uint64_t seq)
{
    uint64_t taken = atomic_load(&w->taken);
    return (uint32_t)(seq <= taken >> 1 ? taken : ~taken) & 1;
}

/* While the log thread rests and nobody else writes, a waiter does; false: somebody does. */
static bool lead(Wal *w)
{
    if (!atomic_load(&w->parked) || !env_trylock(w->env, &w->turn))
        return false;
    bool any = drain(w);
    env_unlock(w->env, &w->turn);
    if (any && has_work(w)) /* those who came meanwhile */
        wake(w);
    return any;
}

/* The stuck group once more; false: the disk is still full. */
static bool try_again(Wal *w)
{
    if (!w->thread)
        return drain(w);
    uint32_t first = atomic_load(&w->tries); /* one that is under way now may have looked before there was space */
    while (atomic_load(&w->full) && !atomic_load(&w->dead) && atomic_load(&w->tries) - first < 2) {
        uint32_t seen = atomic_load(&w->synced[0]); /* each try moves both */
        wake(w);
        if (atomic_load(&w->full) && atomic_load(&w->tries) - first < 2)
            w->env->thread->park(w->env, &w->synced[0], seen, env_mono_ns(w->env) + FULL_LOOK_NS);
    }
    return !atomic_load(&w->full);
}

/* ---- the shard's side ---- */

static void ring_write(Wal *w, const void *p, size_t n)
{
    size_t at = (size_t)(w->at & (w->cap - 1)), first = MIN(n, (size_t)w->cap - at);
    memcpy(w->ring + at, p, first);
    if (unlikely(first < n))
        memcpy(w->ring, (const char *)p + first, n - first);
    w->at += n;
}

static uint64_t room(Wal *w)
{
    w->tail_seen = atomic_load_explicit(&w->tail, memory_order_acquire);
    return w->cap - (w->at - w->tail_seen);
}

/* What was seen last is mostly enough, and costs no look at what the log thread writes. */
static inline bool has_room(Wal *w, uint64_t need)
{
    return likely(w->cap - (w->at - w->tail_seen) >= need) || room(w) >= need;
}

/* Until the ring has room for `need` bytes; false: the log is dead, or its disk full. */
static bool make_room(Wal *w, uint64_t need)
{
    while (room(w) < need) {
        if (atomic_load(&w->dead) || (atomic_load(&w->full) && !try_again(w)))
            return false;
        if (!w->thread) {
            (void)drain(w);
            continue;
        }
        atomic_fetch_add(&w->space_waiters, 1);
        uint32_t seen = atomic_load(&w->drained);
        if (room(w) < need && !atomic_load(&w->dead) && !atomic_load(&w->full)) {
            wake(w);
            w->env->thread->park(w->env, &w->drained, seen, INT64_MAX);
        }
        atomic_fetch_sub(&w->space_waiters, 1);
    }
    return true;
}

/* The header's place was left free at fragment_at. */
static void publish(Wal *w, uint8_t flags)
{
    w->open.bytes = (uint32_t)(w->at - w->fragment_at - sizeof(w->open));
    w->open.flags = (uint8_t)(flags | (w->voids ? WAL_VOIDS : 0));
    w->voids = false;
    w->in_parts = (flags & WAL_PART) != 0;
    uint64_t end = w->at, from = w->fragment_at & (w->cap - 1);
    if (likely(from + sizeof(w->open) <= w->cap)) {
        memcpy(w->ring + from, &w->open, sizeof(w->open));
    } else {
        w->at = w->fragment_at;
        ring_write(w, &w->open, sizeof(w->open));
        w->at = end;
    }
    atomic_store_explicit(&w->head, end, memory_order_release);
}

static bool begin_fragment(Wal *w)
{
    if (unlikely(!has_room(w, sizeof(w->open))) && !make_room(w, sizeof(w->open)))
        return false;
    w->fragment_at = w->at;
    w->at += sizeof(w->open);
    return true;
}

int wal_check(Wal *w, Err *err)
{
    if (likely(!atomic_load_explicit(&w->dead, memory_order_acquire)))
        return 0;
    env_lock(w->env, &w->lock);
    Err why = w->error;
    env_unlock(w->env, &w->lock);
    if (err)
        *err = why;
    return -(int)why.code;
}

int wal_ready(Wal *w, Err *err)
{
    TRY(wal_check(w, err));
    if (likely(!atomic_load_explicit(&w->full, memory_order_acquire)) || try_again(w))
        return 0;
    TRY(wal_check(w, err));
    return raise_full(err, "nothing can be changed");
}

/* Why a record cannot be written. */
static int no_room(Wal *w, Err *err)
{
    TRY(wal_check(w, err));
    return raise_full(err, "this cannot be changed");
}

int wal_begin(Wal *w, WalRecord *r, Err *err)
{
    TRY(wal_check(w, err));
    r->seq = atomic_load_explicit(&w->appended, memory_order_relaxed) + 1;
    w->open = (RecordHeader){.kind = r->kind,
                             .flags = r->flags,
                             .part = r->part,
                             .relation = r->relation,
                             .seq = r->seq,
                             .ptime_us = r->ptime_us,
                             .producer = r->producer,
                             .producer_seq = r->producer_seq};
    w->in_parts = false;
    w->failed = !begin_fragment(w);
    return w->failed ? no_room(w, err) : 0;
}

static void put_slowly(Wal *w, const char *p, size_t n)
{
    uint8_t flags = w->open.flags;
    while (n && !w->failed) {
        uint64_t used = w->at - w->fragment_at - sizeof(w->open), have = MIN(room(w), FRAGMENT_BYTES_MAX - used);
        if (have == 0) {
            if (used) {
                publish(w, flags | WAL_PART);
                w->open.flags = flags;
                w->failed = !begin_fragment(w);
            }
            w->failed = w->failed || !make_room(w, MIN(n, 4096u));
            continue;
        }
        size_t take = MIN(n, (size_t)have);
        ring_write(w, p, take);
        p += take;
        n -= take;
    }
}

void wal_put(Wal *w, const void *p, size_t n)
{
    if (likely(has_room(w, n) && w->at - w->fragment_at + n <= FRAGMENT_BYTES_MAX && !w->failed))
        ring_write(w, p, n);
    else
        put_slowly(w, p, n);
}

uint8_t *wal_place(Wal *w, size_t n)
{
    uint64_t at = w->at & (w->cap - 1);
    if (unlikely(at + n > w->cap || !has_room(w, n) || w->at - w->fragment_at + n > FRAGMENT_BYTES_MAX || w->failed))
        return NULL;
    w->at += n;
    return w->ring + at;
}

int wal_end(Wal *w, Err *err)
{
    if (unlikely(w->failed)) {
        w->at = atomic_load_explicit(&w->head, memory_order_relaxed);
        w->voids |= w->in_parts;
        return no_room(w, err);
    }
    publish(w, w->open.flags);
    atomic_store_explicit(&w->appended, w->open.seq, memory_order_release);
    if (unlikely(atomic_load_explicit(&w->sleeping, memory_order_seq_cst)))
        wake(w);
    return 0;
}

/* ---- waiting ---- */

uint64_t wal_last_seq(const Wal *w)
{
    return atomic_load_explicit(&w->appended, memory_order_acquire);
}

uint64_t wal_durable_seq(const Wal *w)
{
    return atomic_load_explicit(&w->durable, memory_order_acquire);
}

bool wal_is_dead(const Wal *w)
{
    return atomic_load(&w->dead);
}

uint64_t wal_generation(const Wal *w)
{
    return w->generation;
}

/* One that finds its record on disk counts as well: how many there were is not a matter of who was quicker. */
static int wait_ended(Wal *w, int64_t took_ns)
{
    env_lock(w->env, &w->lock);
    histogram_add(&w->times.wait, (uint64_t)took_ns);
    env_unlock(w->env, &w->lock);
    return 0;
}

int wal_wait(Wal *w, uint64_t seq, int64_t deadline_ns, Err *err)
{
    if (wal_durable_seq(w) >= seq)
        return wait_ended(w, 0);
    int rc = 0;
    bool has_tried = false;
    int64_t began = env_mono_ns(w->env);
    atomic_fetch_add(&w->waiters, 1);
    while (rc == 0 && wal_durable_seq(w) < seq) {
        uint32_t seen[2] = {atomic_load(&w->synced[0]), atomic_load(&w->synced[1])};
        uint32_t word = word_of(w, seq); /* behind `seen`: a group that is done by then moves no word that is waited for */
        rc = wal_check(w, err);
        if (rc < 0 || wal_durable_seq(w) >= seq)
            break;
        if (unlikely(atomic_load(&w->full))) {
            rc = has_tried ? raise_full(err, "what was changed is not safe yet, and will be when there is space") : 0;
            has_tried = has_tried || !try_again(w);
            continue;
        }
        if (!w->thread) {
            if (!drain(w) && !atomic_load(&w->dead) && !atomic_load(&w->full))
                rc = RAISE(err, ERR_TIMEOUT, "record %llu has not been appended", (unsigned long long)seq);
            continue;
        }
        if (env_mono_ns(w->env) >= deadline_ns) {
            rc = RAISE(err, ERR_TIMEOUT, "the record was not on disk in time");
            break;
        }
        if (deadline_ns == INT64_MAX && lead(w))
            continue;
        wake(w);
        w->env->thread->park(w->env, &w->synced[word], seen[word], deadline_ns);
    }
    atomic_fetch_sub(&w->waiters, 1);
    return rc < 0 ? rc : wait_ended(w, env_mono_ns(w->env) - began);
}

/* ---- life ---- */

uint32_t wal_truncate(Wal *w, uint64_t seq)
{
    StrBuf path;
    sb_init(&path, NULL);
    uint32_t n = 0;
    env_lock(w->env, &w->lock);
    while (n + 1 < w->n_list && w->list[n + 1].first_seq <= seq) /* it may go on with the record before its first */ {
        segment_path(&path, w->dir, w->list[n].number);
        if (path.failed || w->env->dir->unlink(w->env, path.p, NULL) < 0)
            break; /* tried again after the next checkpoint */
        n++;
    }
    memmove(w->list, w->list + n, (w->n_list - n) * sizeof(*w->list));
    w->n_list -= n;
    env_unlock(w->env, &w->lock);
    if (n)
        (void)w->env->dir->sync_dir(w->env, w->dir, NULL);
    sb_done(&path);
    return n;
}

void wal_stats(Wal *w, WalStats *ret)
{
    env_lock(w->env, &w->lock);
    *ret = w->stats;
    ret->n_segments = w->n_list;
    env_unlock(w->env, &w->lock);
}

void wal_times(Wal *w, WalTimes *ret)
{
    env_lock(w->env, &w->lock);
    *ret = w->times;
    env_unlock(w->env, &w->lock);
}

/* The segments that are there, for truncation, and the last one opened for writing. */
static int adopt(Wal *w, const WalEnd *end, Err *err)
{
    Arena arena;
    StrBuf path;
    uint64_t *number = NULL;
    uint32_t n = 0;
    arena_init(&arena, NULL, 0);
    sb_init(&path, NULL);
    int rc = segment_list(w->env, w->dir, &arena, &number, &n, err);
    for (uint32_t i = 0; rc == 0 && i < n && number[i] <= end->segment; i++) {
        SegmentHeader h = {0};
        EnvFileHandle *f = NULL;
        segment_path(&path, w->dir, number[i]);
        rc = path.failed ? RAISE_NOMEM(err) : w->env->file->open(w->env, path.p, ENV_READ | ENV_WRITE, &f, err);
        if (rc == 0)
            rc = segment_read_header(w->env, f, w->uuid, number[i], &h, err);
        if (rc == 0)
            rc = list_add(w, number[i], h.first_seq, err);
        if (rc == 0 && number[i] == end->segment)
            w->file = MOVE(f);
        w->env->file->close(w->env, f);
    }
    sb_done(&path);
    arena_done(&arena);
    if (rc >= 0 && !w->file)
        rc = RAISE(err, ERR_CORRUPT, "log segment %016llx cannot be opened any more", (unsigned long long)end->segment);
    return rc;
}

static int start(Wal *w, const WalEnd *end, Err *err)
{
    if (!w->ring || !w->group || !w->dir)
        return RAISE_NOMEM(err);
    atomic_store(&w->appended, end->seq);
    atomic_store(&w->durable, end->seq);
    if (end->segment != UINT64_MAX) {
        w->segment = end->segment;
        w->segment_bytes = end->segment_bytes;
        w->file_at = end->at;
        w->prev_group = end->lsn;
        TRY(adopt(w, end, err));
    }
    w->generation = end->generation + 1;
    WalRecord r = {.kind = WAL_OPENED, .ptime_us = env_wall_us(w->env)};
    TRY(wal_begin(w, &r, err));
    wal_put(w, &w->generation, sizeof(w->generation));
    wal_put(w, &end->reads_until, sizeof(end->reads_until));
    TRY(wal_end(w, err));
    (void)drain(w);
    TRY(wal_check(w, err));
    if (atomic_load(&w->full))
        return raise_full(err, "the database cannot be opened");
    if (w->env->thread)
        TRY(w->env->thread->spawn(w->env, "laminar-log", log_main, w, &w->thread, err));
    return 0;
}

int wal_open(Env *env, Account *acct, const char *dir, const uint8_t *uuid, const WalOptions *o, const WalEnd *end, Wal **ret,
             Err *err)
{
    Wal *w = mem_alloc_aligned(acct, sizeof(*w), 64);
    if (!w)
        return RAISE_NOMEM(err);
    memset(w, 0, sizeof(*w));
    w->env = env;
    w->acct = acct;
    memcpy(w->uuid, uuid, sizeof(w->uuid));
    w->ahead = AHEAD_BYTES_MIN;
    w->segment_bytes = o && o->segment_bytes ? o->segment_bytes : SEGMENT_BYTES_PRESET;
    w->cap = o && o->buffer_bytes ? o->buffer_bytes : BUFFER_BYTES_PRESET;
    if (end->segment != UINT64_MAX)
        while ((int64_t)w->cap * 2 > end->segment_bytes)
            w->cap /= 2;
    ASSERT((w->cap & (w->cap - 1)) == 0 && (int64_t)w->cap * 2 <= w->segment_bytes);
    w->ring = mem_alloc(acct, w->cap);
    w->group_cap = wal_padded(sizeof(GroupHeader) + w->cap);
    w->group = mem_alloc_aligned(acct, w->group_cap, WAL_BLOCK);
    w->dir = mem_strdup(acct, dir);
    int rc = start(w, end, err);
    if (rc < 0) {
        wal_free(w);
        return rc;
    }
    *ret = w;
    return 0;
}

int wal_stop(Wal *w, Err *err)
{
    if (!w || w->stopped)
        return 0;
    if (w->thread) {
        atomic_store(&w->stop, true);
        wake(w);
        w->env->thread->join(w->env, w->thread);
        w->thread = NULL;
    } else {
        while (w->file && drain(w)) {
        }
    }
    env_lock(w->env, &w->turn);
    int rc = wal_check(w, err);
    if (rc == 0 && atomic_load(&w->full))
        rc = raise_full(err, "what was changed last is lost");
    take_next_io(w);
    if (w->io_ring)
        w->env->ring->close(w->env, MOVE(w->io_ring));
    w->env->file->close(w->env, w->file);
    w->file = NULL;
    w->stopped = true;
    env_lock(w->env, &w->lock);
    err_reset(&w->error);
    (void)RAISE(&w->error, ERR_SHUTDOWN, "the database is closed");
    atomic_store(&w->dead, true);
    env_unlock(w->env, &w->lock);
    env_unlock(w->env, &w->turn);
    notify(w);
    return rc;
}

void wal_free(Wal *w)
{
    if (!w)
        return;
    (void)wal_stop(w, NULL);
    mem_free(w->acct, w->ring, w->cap);
    if (w->group)
        mem_free_aligned(w->acct, w->group, w->group_cap);
    if (w->dir)
        mem_strfree(w->acct, w->dir);
    mem_free(w->acct, w->list, w->cap_list * sizeof(*w->list));
    mem_free_aligned(w->acct, w, sizeof(*w));
}
