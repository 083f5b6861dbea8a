/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows by the time at which they can be forgotten, earliest first, without a word in the rows.  [shard]  So their pages may leave
 * memory: 16 bytes per row stay here.  Who takes a row out early says its time.  Made again from the rows when a state is restored.
 *
 * Rows mostly come in the order of their times: those are a sorted run, to whose end they are put and from whose beginning they
 * leave.  What comes long out of order goes to smaller runs beside it, which are merged as they grow, so there are few. */
#pragma once
#include "exec/op_impl.h"

#define DUE_RUNS_MAX 40u /* far more than their sizes, each at least twice the next, allow */

typedef struct DueRow {
    int64_t us;
    uint8_t *row;
} DueRow;
typedef struct DueRun { /* sorted by time and address; an entry that has left keeps its place, with bit 0 of its address set */
    DueRow *at;
    uint32_t head, end, cap; /* the entry at head is there */
    uint32_t n_left;         /* gaps */
} DueRun;
typedef struct DueRuns {
    Account *acct;
    uint32_t n;               /* runs; the last one but the first takes what comes out of order */
    DueRun run[DUE_RUNS_MAX]; /* 0: what comes in order */
} DueRuns;

void due_runs_init(DueRuns *d, Account *acct);
void due_runs_done(DueRuns *d); /* zeroed is fine */
int due_runs_add(DueRuns *d, uint8_t *row, int64_t us);
void due_runs_remove(DueRuns *d, uint8_t *row, int64_t us); /* as it was added; one that is not there is fine */
const DueRow *due_runs_first(const DueRuns *d);             /* NULL = empty */
uint8_t *due_runs_pop(DueRuns *d);                          /* takes the first one out, which there is */
/* Whether a row of this time, added, would come last of those in order, which costs next to nothing. */
static inline bool due_runs_is_last(const DueRuns *d, int64_t us)
{
    return d->run[0].head == d->run[0].end || us > d->run[0].at[d->run[0].end - 1].us;
}
int64_t due_runs_bytes(const DueRuns *d);
