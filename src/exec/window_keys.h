/* SPDX-License-Identifier: Apache-2.0
 *
 * Windows under watermarks per key: which rows of a batch are late for a window, and which groups of it are due.  Each row is
 * judged by the watermark of its own key, and a group closes when that of its key has passed the window (design 5.5). */
#pragma once
#include "exec/agg_group.h"
#include "exec/window_time.h"

typedef struct WindowKeys {
    const KeyClock *clock;
    AggGroups *g;
    const PhysAgg *node;
    int64_t *wm_us; /* of the batch in hand, by physical row */
} WindowKeys;

/* The watermark of each row's key; eval has run on the batch. */
int window_keys_judge(WindowKeys *k, uint32_t n_phys, Rows rows);
/* Rows with from_us > W (or, after: from_us <= W) of their key. */
int window_keys_rows(const WindowKeys *k, Rows rows, int64_t from_us, bool after, Arena *arena, Rows *ret);

typedef int (*WindowDueFn)(void *self, GroupTable *t, uint8_t **row, uint32_t n, Out *out);
/* Calls back with the groups whose own key has not passed end_us: what silent keys have left open. */
int window_keys_unfired(const WindowKeys *k, GroupTable *t, int64_t end_us, WindowDueFn fn, void *self, Out *out);
/* Calls back with groups of the table whose key's watermark has passed `at_us` by the last publication; all: or before it. */
int window_keys_due(const WindowKeys *k, GroupTable *t, int64_t at_us, bool all, WindowDueFn fn, void *self, Out *out);
