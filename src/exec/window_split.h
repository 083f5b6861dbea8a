/* SPDX-License-Identifier: Apache-2.0
 *
 * Splitting a batch by pane (window_time.h): usually all rows fall in one, which costs one pass over the times and one division. */
#pragma once
#include "exec/window_time.h"

typedef struct WindowPart {
    int64_t end; /* of the pane; of the window where ends were given */
    Rows rows;   /* in their order */
} WindowPart;

typedef struct WindowSplitter { /* reused, so that a steady load does not allocate */
    Account *acct;
    WindowBounds last;     /* of the batch before: saves the division when the next one starts in it; {0, 0} = none */
    uint16_t *slot_of_end; /* open addressing over ends: 1 + slot; all zero between calls; made when first needed */
} WindowSplitter;
void window_splitter_done(WindowSplitter *s);

/* By time: rows whose window cannot be represented are blamed in x and belong to no part.  Parts lie in x->arena. */
/* The same where all rows have one time. 1; 0: its window cannot be represented. */
int window_split_const(WindowSplitter *s, const TimeWindow *spec, int64_t us, Rows rows, Arena *arena, WindowPart **ret_part,
                       uint32_t *ret_n);
int window_split_times(WindowSplitter *s, const TimeWindow *spec, EvalCtx *x, const int64_t *us, Rows rows, WindowPart **ret_part,
                       uint32_t *ret_n);
/* By a given window end per physical row. */
int window_split_ends(WindowSplitter *s, const int64_t *end, Rows rows, Arena *arena, WindowPart **ret_part, uint32_t *ret_n);
