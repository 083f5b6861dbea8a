/* SPDX-License-Identifier: Apache-2.0
 *
 * How old a row of state is: a group or key with a TTL, or a group that the watermark closes.  Inside exec/ only.
 *
 * It is filed in a DueRuns under the time of its first row; later rows say their times here alone, and it is filed anew when it is
 * found due before it is. */
#pragma once
#include "exec/due_runs.h"

typedef struct RowAge { /* in the extra bytes of the row */
    int64_t us;         /* of its newest row; the group's own time */
    uint32_t unused;    /* part of the stored layout */
    bool listed;        /* in the DueRuns: it is active */
    bool over;          /* it is known, and stays as it is */
} RowAge;

static inline int row_age_note(RowAge *a, DueRuns *due, uint8_t *row, int64_t us)
{
    if (a->listed) {
        a->us = MAX(a->us, us);
        return 0;
    }
    TRY(due_runs_add(due, row, us));
    a->listed = true;
    a->us = us;
    return 0;
}

/* Of rows that were made for what came too late for them: each once, in front; how many. */
static inline uint32_t row_age_unborn(uint8_t **row, uint32_t n, RowAge *(*age_of)(const void *self, uint8_t *row),
                                      const void *self)
{
    uint32_t k = 0;
    for (uint32_t i = 0; i < n; i++) {
        RowAge *a = age_of(self, row[i]);
        if (a->listed || a->over)
            continue;
        a->over = true; /* once, however many rows it was made for */
        row[k++] = row[i];
    }
    return k;
}
