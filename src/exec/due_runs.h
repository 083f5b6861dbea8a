/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows by the time at which they can be forgotten, earliest first, without a word in the rows.  [shard]  So their pages may leave
 * memory: 16 bytes per row stay here.  Who takes a row out early says its time.  Made again from the rows when a state is restored.
 *
 * Runs of some hundred rows, each of a range of times: a row is put to the end of its run, and a run is sorted only when it is the
 * first one, whose rows leave.  So what comes in order and what comes out of order cost the same few instructions, and rows may be
 * filed anew when they are found due instead of whenever their time moves.  Who takes all rows that are due at once, whatever their
 * order, needs no run sorted: due_runs_take.  Where most rows are due within a known time from now (due_runs_init_span), a run is
 * of a part of it: mostly it is found without a search and never split. */
#pragma once
#include "exec/op_impl.h"

typedef struct DueRow {
    int64_t us;
    uint8_t *row;
} DueRow;
typedef struct DueRun {
    DueRow low; /* no row of it is before; the first run takes all that come before the second */
    DueRow *at;
    uint16_t from, end, cap; /* rows at from .. end */
    bool sorted;
} DueRun;
typedef struct DueRuns {
    Account *acct;
    DueRun *run; /* head .. end, none of them empty */
    uint32_t head, end, cap;
    DueRow *spare; /* memory of a run that has gone, or NULL */
    uint32_t spare_cap;
    uint8_t shift; /* a new run is of times that are equal but for so many low bits; 0: of any */
    int64_t bytes;
} DueRuns;

void due_runs_init(DueRuns *d, Account *acct);
void due_runs_init_span(DueRuns *d, Account *acct, int64_t span_us); /* of most rows, from now */
void due_runs_done(DueRuns *d);                                      /* zeroed is fine */
int due_runs_add(DueRuns *d, uint8_t *row, int64_t us);
void due_runs_remove(DueRuns *d, uint8_t *row, int64_t us); /* as it was added; one that is not there is fine */
const DueRow *due_runs_sort_first(const DueRuns *d);
static inline const DueRow *due_runs_first(const DueRuns *d) /* NULL = empty */
{
    const DueRun *r = &d->run[d->head];
    return d->head == d->end ? NULL : r->sorted ? &r->at[r->from] : due_runs_sort_first(d);
}
uint8_t *due_runs_pop(DueRuns *d); /* takes the first one out, which there is */
#define DUE_AHEAD 8u               /* rows behind the first that are on their way into the cache */
/* The row n places behind the first, for those who ask for memory ahead; NULL: it is not known. */
static inline const uint8_t *due_runs_ahead(const DueRuns *d, uint32_t n)
{
    const DueRun *r = &d->run[d->head];
    return d->head < d->end && r->sorted && r->from + n < r->end ? r->at[r->from + n].row : NULL;
}
/* Whether a row may be due at limit_us: no row is where this says no. */
static inline bool due_runs_may_be_due(const DueRuns *d, int64_t limit_us)
{
    return d->head < d->end && d->run[d->head].low.us <= limit_us;
}
/* Takes up to max >= DUE_TAKE_MIN rows due at limit_us out, in no order but that of the runs; how many: 0 = none is due. */
#define DUE_TAKE_MIN 512u
uint32_t due_runs_take(DueRuns *d, int64_t limit_us, DueRow *ret, uint32_t max);
static inline int64_t due_runs_bytes(const DueRuns *d)
{
    return d->bytes;
}
