/* SPDX-License-Identifier: Apache-2.0
 *
 * Hopping and cumulating windows that emit once, when they close (design 4.4): a row is added to one slice, its pane, whatever the
 * number of windows over it.  A window is put together from slices in `run`: what leaves is taken off and what comes is added when
 * all states can be inverted; else slices are added up anew.  A cumulating window only grows, so its slices go into `run` and are
 * dropped at once. */
#pragma once
#include "exec/agg_group.h"
#include "exec/window_time.h"

typedef struct WindowSlices {
    AggGroups *g;
    const TimeWindow *window;
    BucketTable *slices; /* by pane end */
    HashTable *run;      /* groups of the panes with an end in (lo, hi] */
    int64_t lo, hi;      /* equal: empty */
    bool is_invertible;
    bool is_built; /* run is the window that ends at hi */
} WindowSlices;

/* Whether all states of the groups can be put together from slices. */
bool window_slices_can(const AggGroups *g);
int window_slices_open(WindowSlices *s, AggGroups *g, BucketTable *slices, Err *err);
void window_slices_close(WindowSlices *s);
/* What is added to a pane: to its slice, and to the window that is put together. */
int window_slices_each(WindowSlices *s, int64_t pane_end, int (*add)(void *self, GroupTable *t), void *self);
/* Rows of one pane. */
int window_slices_add(WindowSlices *s, const Batch *in, Rows rows, int64_t pane_end);
/* The groups of one pane, of slices of another instance, as if their rows had been added. */
int window_slices_take(WindowSlices *s, HashTable *groups, int64_t pane_end);
/* No window is put together here any more: what was is forgotten, the slices stay.  Not of cumulating windows. */
void window_slices_give_up(WindowSlices *s);
/* End of the first window behind `after` that has rows; false = none. */
bool window_slices_next(const WindowSlices *s, int64_t after, int64_t *ret_end);
/* Makes run the window that ends there; nothing if it is already. */
int window_slices_build(WindowSlices *s, int64_t end);
/* That window has closed: forgets what no later one needs. */
int window_slices_retire(WindowSlices *s, int64_t end);
