/* SPDX-License-Identifier: Apache-2.0
 *
 * Watermark generator of one source or partition (design 5.5): W = largest accepted event time - delay, never backward.  Rows
 * further in the future than max_future_skew beyond the processing time do not move W and are counted; what happens to them is the
 * declaration's future_rows.  A row is late with respect to the stream iff its time is strictly below W. */
#pragma once
#include "data/batch.h"

typedef enum FutureRows { FUTURE_ACCEPT, FUTURE_LATE, FUTURE_ERROR } FutureRows;

typedef struct EventClock EventClock;
typedef struct ClockSpec ClockSpec;

typedef struct Watermark {
    bool on;      /* the relation declares one */
    uint32_t col; /* event-time column of the relation */
    int64_t delay_us, max_future_skew_us;
    int64_t unit_us; /* BIGINT time: microseconds per unit, negative = units per microsecond; 0 = by the column's type */
    FutureRows future_rows;
    int64_t wm_us; /* current W; INT64_MIN = none yet */
    uint64_t n_late, n_future, n_null;
    const ClockSpec *spec; /* wanted of a EventClock, for who makes the source; NULL = nothing */
    EventClock *clock;     /* more than the above, see flow/event_clock.h; NULL = no more */
    bool in_order;         /* no time of the piece that watermark_piece gave last lies below one before it; watermark_accept asks */
} Watermark;

/* Accounts the selected rows of b (in order) and moves W.  keep: the rows that stay, all of b's unless is_cut; future: rows refused
 * by future_rows.  Selections lie in the arena or the clock.  0 or -ERR_OUT_OF_MEMORY. */
typedef struct WatermarkSplit {
    Rows keep, future;
    bool is_cut;
} WatermarkSplit;
int watermark_accept(Watermark *w, const Batch *b, int64_t ptime_us, Arena *arena, WatermarkSplit *ret);
/* The same for a batch of one row, which is to stay.  False: nothing was done, watermark_accept has to look. */
bool watermark_accept_row(Watermark *w, const Batch *b, int64_t ptime_us);
/* How many of `rows` from the from-th on may be judged by the present W together.  A row that lies below the watermark of the rows
 * before it has to see that watermark, however the input was cut into batches: the caller takes the rows before it as a step of
 * their own. */
uint32_t watermark_piece(Watermark *w, const Batch *b, Rows rows, uint32_t from, int64_t ptime_us);
/* Rows [from, from + n) of `rows` of b as a batch in the arena; b itself when that is all of it.  NULL = no memory. */
Batch *watermark_take_piece(Arena *arena, Batch *b, Rows rows, uint32_t from, uint32_t n);

/* The times of `rows` from the from-th on, when they are microseconds that lie beside each other, none is NULL and none lies below
 * one before it; NULL = anything else.  And how many of n ascending times lie below wm_us. */
const int64_t *watermark_ascending(const Watermark *w, const Batch *b, Rows rows, uint32_t from);
uint32_t watermark_count_below(const int64_t *t, uint32_t n, int64_t wm_us);
/* ---- runs: several batches that one watermark judges (engine_run.c) ---- */
typedef struct TimeSpan { /* of a batch's event times */
    int64_t min_us, max_us;
    uint32_t col;   /* whose */
    bool is_known;  /* somebody has looked */
    bool is_plain;  /* and there are min and max: no NULL, no selection */
    bool ascending; /* no time lies below one before it */
} TimeSpan;
/* [any] Of clocks by key there is none. */
TimeSpan watermark_span(const Watermark *w, const Batch *b);
bool watermark_has_span(const Watermark *w, const TimeSpan *s); /* it is known, and of this watermark's column */
/* Whether a batch of that span may follow in a run whose rows have moved W to *wm_us: none of its rows is late or in the future,
 * nor late for another one of it.  *wm_us: then W behind it. */
bool watermark_joins_run(const Watermark *w, const TimeSpan *s, int64_t horizon_us, int64_t *wm_us);

/* Processing time + max_future_skew. */
int64_t watermark_horizon(const Watermark *w, int64_t ptime_us);

/* An assertion from outside: nothing below ts follows.  Lower values than W are ignored; true when W moved. */
bool watermark_raise(Watermark *w, int64_t wm_us);
/* Event time of one row in microseconds (floored); false when NULL. */
bool watermark_time_us(const Watermark *w, const Vec *v, uint32_t row, int64_t *ret_us);
