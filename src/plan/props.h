/* SPDX-License-Identifier: Apache-2.0
 *
 * Streaming properties, derived bottom-up for every plan node (design 3.3, 3.4). */
#pragma once
#include "data/schema.h"
#include "base/arena.h"
#include "base/zone.h"

typedef enum ChangeKind { CHANGE_APPEND, CHANGE_ZSET, CHANGE_UPSERT } ChangeKind;
typedef enum StateClass { STATE_CONST, STATE_WINDOW, STATE_TABLE, STATE_KEYS, STATE_ROWS } StateClass; /* design 3.4, ascending */

#define WATERMARK_COLUMNS_MAX 4
/* A mark (cls, W) at a node's output says: no later row has a time below W in any column of that class.  Clocks that meet in one
 * column (UNION ALL) are one class. */
typedef struct WatermarkColumn {
    uint32_t col;
    uint32_t cls; /* watermark class: id of a clock, unique in the plan */
    /* No later row has a time below W + ahead_us: a mark is the least over the columns of its class, and the end of a window lies
     * its size behind the start. */
    int64_t ahead_us;
} WatermarkColumn;

typedef struct GroupClose { /* a partition expression whose clock ends the group: a timestamp column; -1 = none */
    int32_t part;
    uint32_t cls;
    bool is_end; /* it is the end of a window, of which no row comes when the clock has reached it */
} GroupClose;
typedef enum WindowKind { WINDOW_NONE, WINDOW_TUMBLE, WINDOW_HOP, WINDOW_CUMULATE, WINDOW_SESSION } WindowKind;
/* What a window's size and slide count.  TICK_US are fixed durations; days and months go by the calendar, of UTC or of a zone:
 * their boundaries are midnights and first days of months there, counted from January 1970, moved by the offset.  A window of days
 * without a zone is one of fixed durations. */
typedef enum WindowTick { TICK_US, TICK_DAY, TICK_MONTH } WindowTick;
typedef struct TimeWindow { /* microseconds */
    WindowKind kind;
    WindowTick tick;
    int32_t size_ticks, slide_ticks;                          /* days or months */
    int64_t size_us, slide_us /* HOP slide, CUMULATE step */; /* TICK_US */
    int64_t offset_us, gap_us;
    const TimeZone *zone; /* NULL = UTC */
} TimeWindow;
bool window_equal(const TimeWindow *a, const TimeWindow *b);
int64_t window_longest_us(const TimeWindow *w); /* from a window's start to its end, at most; not of sessions */

typedef struct Props {
    ChangeKind change;
    uint32_t n_key; /* one unique key: columns, 0 = none known */
    uint32_t *key;
    uint32_t n_wm;
    WatermarkColumn wm[WATERMARK_COLUMNS_MAX];
    TimeWindow window;                        /* when the rows are windowed */
    int32_t window_start_col, window_end_col; /* -1 = absent */
    bool bounded;                             /* the input ends */
    StateClass content;                       /* size class of the integrated relation */
    const char *content_why;                  /* reason, for messages and EXPLAIN */
    uint64_t *volatile_cols;                  /* bitmap, NULL = none */
} Props;
const char *change_kind_name(ChangeKind k);
const char *state_class_name(StateClass c);
