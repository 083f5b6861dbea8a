/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader: drives one connector's source for one leaf of one query.  [shard]  Every consumer of a connector source has its own
 * reader from the start position, so a view made late sees all of a file, and each has the watermark of what it has read itself.
 *
 * A source that is not there when the database is opened again, or is not the one that was read, is as one that has nothing to give
 * for now: the query keeps its state and its place in checkpoints, and the reader looks from time to time.
 *
 * What it reads is not in the log, but when: each of its steps is, with the number of rows, and, of several files that are
 * followed, where they stand.  Where a sink has got more than the last checkpoint knows, these steps run again in their place, so
 * that the same rows come to it in the same order. */
#pragma once
#include "connect/connect.h"
#include "flow/event_clock.h"
#include "flow/feed.h"
#include "flow/pipeline.h"

typedef struct ReaderOrigin { /* what its source is opened with, again when it was not there */
    const SourceType *type;
    ConnectArgs args;
    void *owner; /* of what args point to */
    void (*drop)(void *owner);
} ReaderOrigin;

typedef struct Reader Reader;
struct Reader {
    Reader *next;
    Pipeline *query;
    uint32_t leaf;
    Source *source; /* NULL: it is not there */
    ReaderOrigin origin;
    Err absent;     /* why it is not there */
    char *position; /* where it is read on when it comes back; NULL = at its start */
    bool waits;     /* for one that cannot be read any more; else the query fails */
    Watermark wm;   /* owns its clock */
    bool idle;      /* as told to the query */
    Feed *bad_feed; /* <source>$errors; NULL = malformed records are only counted */
    bool ended, bounded;
    int64_t wake_at_ns; /* nothing before; 0 = at once */
    int64_t tick_at_ns; /* when its clock goes on without rows */
    uint64_t n_rows, n_bad;
    char offset[OFFSET_TEXT_MAX]; /* behind the last batch handed on */
};

/* Takes the source (NULL: it is not there, for what *absent says), the origin's reference and what wm.spec wants taken. */
int reader_new(Account *acct, PageStore *pages, Pipeline *q, uint32_t leaf, Source *give_source, const ReaderOrigin *give_origin,
               const Err *absent, const Watermark *wm, Feed *bad_feed, Reader **ret, Err *err);
void reader_free(Reader *r, Account *acct);
void reader_origin_drop(ReaderOrigin *o);
/* After a restart: goes on behind `position`, at once, or when the source is there again.  Negative: out of memory. */
int reader_resume(Reader *r, Str position, Err *err);
int reader_return(Reader *r, Err *err);  /* tries whether a source that was not there is */
int64_t reader_wake_ns(const Reader *r); /* mono ns of the next thing to do */
bool reader_is_over(Reader *r);          /* nothing will be read any more; leaves its group then */
void reader_pause(Reader *r);            /* is not polled for now, on purpose: that is no idleness */
typedef enum ReadFlags {
    READ_ENDED = 1,      /* the source has */
    READ_PART_ENDED = 2, /* that partition has */
    READ_TICK = 4,       /* nothing was read: its clock has gone on */
} ReadFlags;
typedef struct ReadStep { /* what the log has of a step */
    uint32_t leaf, n_rows, partition;
    uint32_t flags;
    int64_t watermark_us; /* given by the source */
    ClockTime clock;      /* before the rows */
} ReadStep;
_Static_assert(sizeof(ReadStep) == 40, "records of the log have it as it is");
typedef struct ReadPlace { /* behind it in the log, for a source that has to be told what to give (source_again) */
    uint32_t n_parts;      /* partitions that were known */
    Str text;              /* of source_began */
} ReadPlace;
typedef struct ReadLog {
    /* The step follows; place: NULL = the source needs none. */
    int (*put)(void *self, const Reader *r, const ReadStep *s, const ReadPlace *place, int64_t now_us, Err *err);
    void *self;
} ReadLog;
/* One poll of so many rows at most, and its step: true when something was done. A failed source fails the query.  log: NULL = it is
 * not logged. */
bool reader_poll(Reader *r, Env *env, uint32_t credit_rows, Arena *step, const ReadLog *log);
/* Whether its steps can be repeated: where its source stands is told by one position, or the steps say it. */
bool reader_can_repeat(const Reader *r);
/* The step once more.  1: the source is not there, or gives other or fewer rows, and err says why; those have been taken. */
int reader_repeat(Reader *r, Env *env, const ReadStep *s, const ReadPlace *place, int64_t now_us, Arena *step, Err *err);
