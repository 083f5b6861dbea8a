/* SPDX-License-Identifier: Apache-2.0
 *
 * EventClock: what a source's watermark needs beyond "largest event time - delay" (design 5.5): a watermark per partition or per
 * key, other things that move it than rows, moving by processing time, idleness, staying together with other sources.  [shard]  A
 * source that asks for none of it has no EventClock and pays nothing.
 *
 * Rows are taken in pieces (watermark_piece): a piece ends before the first row that would be late only by what the piece itself
 * has moved, so what is late does not depend on how the input was cut into batches. */
#pragma once
#include "base/lazy_min.h"
#include "exec/key_clock.h"
#include "flow/align.h"
#include "flow/watermark.h"
#include "state/table.h"

typedef enum ClockBy { CLOCK_BY_ROWS, CLOCK_BY_WHEN, CLOCK_BY_COLUMN, CLOCK_BY_PROCTIME, CLOCK_BY_SOURCE } ClockBy;
typedef enum ClockParts { CLOCK_ONE_PART, CLOCK_PART_COLUMN, CLOCK_PART_CONNECTOR } ClockParts;

typedef struct ClockRule ClockRule;
struct ClockRule { /* WATERMARK .. WHEN: which rows of a batch fulfil the condition; good until the next run */
    int (*run)(ClockRule *r, const Batch *b, int64_t ptime_us, Rows *ret);
    void (*free)(ClockRule *r);
};

struct ClockSpec { /* as declared */
    ClockBy by;
    ClockRule *rule;      /* BY_WHEN; taken by event_clock_new */
    uint32_t mark_col;    /* BY_COLUMN */
    int64_t mark_unit_us; /* as Watermark.unit_us */
    int64_t interval_us;  /* 0: moves with every piece */
    int64_t idle_timeout_us;
    bool idle_advances;
    ClockParts parts;
    uint32_t part_col;
    AlignSpec align;
    uint32_t n_keys, *keys; /* PER KEY: columns; borrowed by event_clock_new */
    int64_t key_idle_us;
    int64_t max_keys;
    KeyPolicy max_keys_policy;
    uint32_t table_id; /* for its table of keys or partitions; set by who makes the clock */
};

typedef struct ClockTime { /* what of a clock moves without rows; the log has it before what depends on it */
    int64_t polled_ns, next_tick_us;
} ClockTime;

typedef struct ClockPart { /* one partition; 64 bytes */
    int64_t wm_us;         /* INT64_MIN = none yet */
    int64_t seen_ns;       /* EventClock.polled_ns when its last row came */
    uint64_t n_rows, n_late, n_future, n_null;
    uint8_t *row; /* of the table of partitions; NULL: by number */
    bool idle, ended;
} ClockPart;

typedef struct ClockRows {
    uint64_t hash[BATCH_ROWS_MAX];                         /* by position */
    uint8_t *row[BATCH_ROWS_MAX];                          /* by position */
    uint64_t is_new[BIT_WORDS(BATCH_ROWS_MAX)];            /* by position */
    uint64_t when[BIT_WORDS(BATCH_ROWS_MAX)];              /* by physical row: fulfils the rule */
    uint16_t keep[BATCH_ROWS_MAX], future[BATCH_ROWS_MAX]; /* of the piece: physical rows */
} ClockRows;

struct EventClock {
    ClockSpec spec;
    Account acct;
    const Schema *schema; /* of the relation; one reference */
    KeyClock *keys;       /* PER KEY; NULL = one watermark for all */
    const Vec **key;      /* columns of the batch in hand */
    uint64_t n_forgotten; /* of keys, when the rows of the batch were found */
    AlignMember align;    /* group NULL: stays with nobody */
    AlignGroup **groups;  /* the engine's */
    /* Partitions: rows of `table` by value of the column, whose extra bytes are 1 + the number of the part. */
    RowLayout layout;
    HashTable *table;
    uint32_t n_parts, cap_parts;
    ClockPart *part;
    LazyMin least; /* over the active parts; ids are part numbers */
    uint32_t n_active;
    /* Time that was spent polling in vain: grows by what a poll had to wait for, never by what a step took. */
    int64_t polled_ns, last_poll_ns, wait_ns;
    bool idle;            /* all parts are */
    int64_t raw_us;       /* what the rows say; wm_us follows it at once or by interval */
    int64_t next_tick_us; /* processing time; INT64_MIN = not begun */
    int64_t last_row_us;  /* processing time of the last piece */
    bool hides_keys;      /* what keys have moved becomes visible at a tick, which has not come yet */
    ClockRows *rows;      /* about the batch in hand; made when first needed */
    uint32_t connector_part;
    Str (*part_name)(const void *self, uint32_t part); /* of the connector's; NULL = by number */
    const void *part_name_self;
    /* The piece in hand. */
    int rc;
    WatermarkSplit split;
    int64_t piece_wm_us; /* W after it */
    int64_t limit_us;    /* rows whose watermark would lie beyond are dropped */
};

/* Takes spec->rule, also on failure. */
int event_clock_new(Account *parent, PageStore *pages, const Schema *schema, const ClockSpec *spec, EventClock **ret, Err *err);
void event_clock_spec_drop(const ClockSpec *spec); /* of one that no clock was made of; NULL is fine */
/* Puts the source into the group that it wants; query: whose reader it is, NULL = a push source. */
int event_clock_align(EventClock *c, AlignGroup **groups, Account *acct, const void *query, const char *source, Err *err);
void event_clock_free(EventClock *c); /* NULL is fine */

/* By the clock: b with the time of arrival as its event time; b itself in any other case.  NULL = no memory. */
Batch *event_clock_stamp(const Watermark *w, Batch *b, int64_t ptime_us, Arena *arena);
/* watermark_piece and watermark_accept of a source with a EventClock. */
uint32_t event_clock_piece(Watermark *w, const Batch *b, Rows rows, uint32_t from, int64_t ptime_us);
int event_clock_accept(Watermark *w, const Batch *piece, WatermarkSplit *ret);

/* After the piece's rows have gone to the queries, or a tick: what keys have moved becomes visible; false: there are no keys, or it
 * does not yet.  Then, when the operators have seen it and before the mark: silent keys are forgotten and W follows. */
bool event_clock_publish(Watermark *w);
void event_clock_settle(Watermark *w);

/* The connector has n partitions, none of which has given anything; and one of them has ended. */
int event_clock_connector_parts(EventClock *c, uint32_t n);
void event_clock_part_ended(EventClock *c, uint32_t part);

/* A poll that found nothing, and when the next one is due (mono ns; INT64_MAX = as soon as may be); one that found something. */
void event_clock_polled(EventClock *c, int64_t now_ns, int64_t next_ns, bool in_vain);
void event_clock_paused(EventClock *c); /* not polled for now, on purpose: no time passes until the next poll */
/* Whether the source has to wait for others of its group. */
bool event_clock_must_pause(EventClock *c, int64_t now_us);
/* W has moved: tells the group. */
void event_clock_report(const Watermark *w);
/* Processing time goes on: true when W moved, a partition became idle, or something of keys is to be published. */
bool event_clock_tick(Watermark *w, int64_t now_us);
ClockTime event_clock_time(const EventClock *c);
void event_clock_resume(EventClock *c, ClockTime t); /* it was so when rows or event_clock_tick came */
/* How long from now until a tick can do something, in microseconds; INT64_MAX = not by itself. */
int64_t event_clock_next_tick_us(const Watermark *w, int64_t now_us);
/* The part that holds W back; -1 = none does. */
int64_t event_clock_holder(EventClock *c);
/* Name of a part as text; appends. */
void event_clock_part_name(const EventClock *c, uint32_t part, StrBuf *out);

/* ---- event_clock_keep.c ---- */
/* What does not lie in its table, for a checkpoint; between steps.  restore: right after event_clock_new and, of a reader, after
 * its source knows its partitions; W is restored already. */
void event_clock_save(const EventClock *c, StrBuf *out);
int event_clock_restore(Watermark *w, ByteReader *in, Err *err);
/* For restoring: a part as it was. */
int event_clock_add_part(EventClock *c, const ClockPart *p);
