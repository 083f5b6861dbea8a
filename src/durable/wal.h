/* SPDX-License-Identifier: Apache-2.0
 *
 * Write-ahead log (design 7.2).  Whoever holds the shard appends records to a buffer in memory: a copy and one store, no lock, no
 * system call.  The log thread takes what is there, writes it as one group and syncs it; the next group forms while the disk works.
 * One that waits alone does it itself while the log thread rests.  Without threads (the simulator) whoever waits does the log
 * thread's work.
 *
 * A record has a number, `seq`, from 1 on without gaps; it is the ticket of who pushed.  A failed write or sync makes the log dead
 * for this process: nothing is tried again, because a later sync may report success for pages that are lost.  Only a write that
 * finds the disk full is, and an allocation: nothing of it was there to be lost.  Meanwhile changes get -ERR_DISK_FULL. */
#pragma once
#include "base/histogram.h"
#include "base/str.h"
#include "env/env.h"

typedef enum WalKind {
    WAL_OPENED = 1, /* a process has begun to write here, u64 the how-manieth; an unfinished unit before it is void.  And u64: the
                       READ records before it with a greater number are, for it has read those rows again (WalEnd.reads_until) */
    WAL_ROWS,       /* rows pushed into a source: durable/rows.h */
    WAL_CHANGE,     /* weighted rows that changed a table */
    WAL_MARK,       /* explicit watermark: i64 microseconds */
    WAL_TICK,       /* processing time of a timer; of a relation: that of its clock, which was as in POLLED before */
    WAL_POLLED,     /* a relation's clock when the next rows came: i64 nanoseconds that it has been polled, i64 its next tick */
    WAL_DDL,        /* a statement that changed the catalog or a setting */
    WAL_EPOCH,      /* barrier of a checkpoint: u64 its number */
    WAL_SINK,       /* decision to commit, of a sink: u64 rows of its result that are in it, then the token */
    WAL_KEEP,       /* a view that is being filled reads what a source retains: from here on (u8 1) all stays, until u8 0 */
    WAL_READ,       /* a step of a reader of the relation's query: how many rows its source gave (flow/reader.h) */
    N_WAL_KINDS
} WalKind;
const char *wal_kind_name(WalKind k);

typedef enum WalFlags {
    WAL_MORE = 1,   /* the next record belongs to the same unit: all of it counts, or nothing */
    WAL_NEXT = 4,   /* it goes on with the unit of the record before */
    WAL_UNIT = 8,   /* the first of a unit whose others say WAL_NEXT; without it they are those of the same relation */
    WAL_PART = 2,   /* the payload goes on in the next fragment (inside of the log) */
    WAL_VOIDS = 16, /* the fragments before it, which end with WAL_PART, are of a record that was given up (inside of the log) */
} WalFlags;

typedef struct WalRecord {
    uint8_t kind, flags;
    uint16_t part;     /* of a producer's sequence number: pieces of one push count 0, 1, ... */
    uint32_t relation; /* 0 = none */
    uint64_t seq;
    int64_t ptime_us;
    uint64_t producer, producer_seq; /* 0 = none */
    Str payload;                     /* when reading; borrowed */
} WalRecord;

typedef struct WalOptions {
    int64_t segment_bytes; /* 0 = 64 MiB; of new segments */
    uint32_t buffer_bytes; /* 0 = 4 MiB; a power of two, at most segment_bytes / 2 */
} WalOptions;

typedef enum WalIo {               /* how groups reach the disk; the last two as far as the machine gives them, else as the first */
                     WAL_IO_PLAIN, /* pwrite, then fdatasync */
                     WAL_IO_RING,  /* both by one call of io_uring */
                     WAL_IO_RING_POLLED, /* without a call: a thread of the kernel looks for them */
                     N_WAL_IOS
} WalIo;
const char *wal_io_name(WalIo io);

typedef struct WalEnd { /* what reading found behind the last whole group */
    uint64_t segment;   /* number of the last segment; UINT64_MAX = none yet */
    int64_t at;         /* byte in it */
    int64_t segment_bytes;
    uint64_t seq, lsn;    /* of the last record and group; 0 = none */
    uint64_t generation;  /* of the last WAL_OPENED; 0 = none, or before what was read */
    uint64_t reads_until; /* given to wal_open: up to which record the reader's steps have been run again */
    uint64_t n_groups, n_records;
    int64_t torn_bytes; /* cut off: a group that was never finished */
} WalEnd;

#define WAL_UUID_BYTES 16
typedef int (*WalEach)(void *self, const WalRecord *r, Err *err);
/* Reads the log of a directory: every record with a number above after_seq, in order; a negative answer stops.  Changes nothing.
 * Segments that end before are not looked at and may be missing.  -ERR_CORRUPT with the place when a group before the last one is
 * damaged, or the log does not go on from after_seq. */
int wal_read(Env *env, const char *dir, const uint8_t *uuid, uint64_t after_seq, WalEach each, void *self, WalEnd *ret, Err *err);
/* Calls back for every group behind the last segment that is missing, for dumps: its place, size and number of records. */
typedef void (*WalGroupEach)(void *self, uint64_t lsn, uint32_t bytes, uint64_t first_seq, uint32_t n_records);
int wal_read_groups(Env *env, const char *dir, const uint8_t *uuid, WalGroupEach group, WalEach each, void *self, WalEnd *ret,
                    Err *err);

typedef struct Wal Wal;
/* Goes on behind `end`; writes and syncs a WAL_OPENED record first. */
int wal_open(Env *env, Account *acct, const char *dir, const uint8_t *uuid, const WalOptions *o, const WalEnd *end, Wal **ret,
             Err *err);
/* Writes out what is there and ends the thread; the negative result is the log's failure.  Later calls get -ERR_SHUTDOWN.  NULL is
 * fine, also for wal_free, which stops it too. */
int wal_stop(Wal *w, Err *err);
void wal_free(Wal *w);

/* [shard] One record: begin, any number of puts, end.  Waits only when the buffer is full.  begin gives the record its number. */
int wal_begin(Wal *w, WalRecord *r, Err *err);
void wal_put(Wal *w, const void *p, size_t n);
uint8_t *wal_place(Wal *w, size_t n); /* to be filled before the end, instead of a put; NULL = it has to be put */
int wal_end(Wal *w, Err *err);        /* -ERR_LOG_DEAD: the record may or may not be in the log; -ERR_DISK_FULL: it is not */
/* Before something is changed that cannot be taken back when its record finds no room: 0, -ERR_LOG_DEAD, or -ERR_DISK_FULL after
 * one more look at the disk.  Small records find room behind it. */
int wal_ready(Wal *w, Err *err);
int wal_fail(Wal *w, const Err *why); /* something has happened that the log does not have: it is dead from now on. -ERR_LOG_DEAD */

/* [any] */
uint64_t wal_last_seq(const Wal *w);    /* appended */
uint64_t wal_durable_seq(const Wal *w); /* on disk */
bool wal_is_dead(const Wal *w);
uint64_t wal_generation(const Wal *w); /* of this opening: from 1 */
int wal_check(Wal *w, Err *err);       /* -ERR_LOG_DEAD with the cause when the log is dead */
/* Until the record is on disk: 0, -ERR_TIMEOUT (deadline in mono ns), -ERR_LOG_DEAD, -ERR_DISK_FULL: it is not, and may be later.
 */
int wal_wait(Wal *w, uint64_t seq, int64_t deadline_ns, Err *err);
void wal_use_io(Wal *w, WalIo io); /* from the next group on; of two callers at once the later one counts */
bool wal_poll(Wal *w);             /* without threads: one group; true when there was one */
/* Removes segments all of whose records are numbered <= seq; gives how many. */
uint32_t wal_truncate(Wal *w, uint64_t seq);
typedef struct WalStats {
    uint64_t n_groups, n_syncs, bytes, n_segments;
    WalIo io;
} WalStats;
void wal_stats(Wal *w, WalStats *ret);
typedef struct WalTimes {  /* nanoseconds */
    Histogram write, sync; /* of groups */
    Histogram wait;        /* of those who waited for a record to be on disk */
} WalTimes;
void wal_times(Wal *w, WalTimes *ret);
