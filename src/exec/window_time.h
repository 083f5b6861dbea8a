/* SPDX-License-Identifier: Apache-2.0
 *
 * Time arithmetic of windows: half-open [start, end), start by floor division, so that negative times are right, and nothing
 * overflows at the ends of int64. */
#pragma once
#include "exec/op_impl.h"

typedef struct WindowBounds {
    int64_t start, end; /* microseconds */
} WindowBounds;

static inline int64_t add_saturated(int64_t a, int64_t b)
{
    int64_t r;
    return __builtin_add_overflow(a, b, &r) ? (b > 0 ? INT64_MAX : INT64_MIN) : r;
}
/* What a mark says of a time that is so far ahead of the one that it is about. */
static inline int64_t mark_ahead(int64_t wm_us, int64_t ahead_us)
{
    bool is_time = wm_us != INT64_MIN && wm_us != INT64_MAX;
    return is_time ? MIN(add_saturated(wm_us, ahead_us), INT64_MAX - 1) : wm_us;
}
static inline int64_t sub_saturated(int64_t a, int64_t b)
{
    int64_t r;
    return __builtin_sub_overflow(a, b, &r) ? (b > 0 ? INT64_MIN : INT64_MAX) : r;
}

/* The window of size `size` that holds t; boundaries are offset + k * size.  false: it cannot be represented (or t is infinite). */
bool window_tumble(int64_t t_us, int64_t size_us, int64_t offset_us, WindowBounds *ret);

/* Panes: the largest pieces of time that no window boundary cuts (design 4.4), so that the rows of a pane are in the same windows.
 * A tumbling window is one pane; for HOP it is the greatest common divisor of size and slide, for CUMULATE the step.  Sessions have
 * none. */
bool window_has_slices(const TimeWindow *w); /* a window has more than one pane */
/* The pane that holds t.  false: it or a window over it cannot be represented. */
bool window_pane(const TimeWindow *w, int64_t t_us, WindowBounds *ret);

/* The windows over a pane, ascending by end: first_end, .. last_end, a slide apart. */
typedef struct WindowRun {
    int64_t first_end, last_end;
} WindowRun;
WindowRun window_run(const TimeWindow *w, int64_t pane_end);
/* Start of the window that ends there; it is one of window_run. */
int64_t window_start(const TimeWindow *w, int64_t end);
int64_t window_slid_by_calendar(const TimeWindow *w, int64_t bound, int32_t slides);
/* The bound of the window that many slides on; INT64_MIN stays. */
static inline int64_t window_slid(const TimeWindow *w, int64_t bound, int32_t slides)
{
    if (likely(w->tick == TICK_US))
        return add_saturated(bound, slides * (w->kind == WINDOW_TUMBLE ? w->size_us : w->slide_us));
    return window_slid_by_calendar(w, bound, slides);
}
/* Whether the next cumulating window has another start than the one that ends there. */
bool window_is_full(const TimeWindow *w, int64_t end);

/* What a mark means for the bounds of windows that may still come: the start of the earliest window that ends after it; INT64_MIN =
 * nothing, INT64_MAX - 1 = no window may. */
int64_t window_mark(const TimeWindow *w, int64_t wm_us);
/* That the node's window is one this folder can run. */
int window_check(const TimeWindow *w, Err *err);

/* One time in microseconds (floored): a timestamp, a date, or a number of units (unit_us: microseconds per unit, negative = units
 * per microsecond, 0 = by the type); false when NULL. */
bool time_to_us(const Vec *v, uint32_t row, int64_t unit_us, int64_t *ret_us);

/* Event times of the rows as microseconds.  Rows whose time is NULL are left out of *ret_rows.  *ret_us is by physical row and may
 * be v's own data. */
int window_times(const Vec *v, Rows rows, uint32_t n_rows, Arena *arena, const int64_t **ret_us, Rows *ret_rows);
/* Row error 22008 for a time whose window cannot be represented. */
void window_blame(EvalCtx *x, uint32_t row, int64_t t_us);
