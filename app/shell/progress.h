/* SPDX-License-Identifier: Apache-2.0
 *
 * The progress line: one line on standard error, redrawn in place, for a statement that takes more than half a second.  Anything
 * else that writes to the terminal takes it away first (progress_clear), so it never mixes with rows or messages.  Silent unless
 * standard error is a terminal. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef struct Progress {
    uint64_t rows_in, rows_out, late, errors;
    int64_t watermark_us; /* INT64_MIN = none yet, INT64_MAX = ended */
} Progress;

void progress_start(bool enabled); /* the clock of a statement starts */
bool progress_is_due(void);        /* half a second is over and the line is older than a fifth of one */
void progress_show(const Progress *p);
void progress_clear(void); /* takes the line away; it comes back with the next progress_show */
void progress_stop(void);
int64_t clock_ns(void); /* monotone */
