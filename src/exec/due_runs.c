/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows by their due times, in sorted runs. */
#include "exec/due_runs.h"

#include <string.h>

#define NEAR 32u   /* so far from the end of the first run a row is put into its place there */
#define FRESH 128u /* a run that takes what comes out of order has at most so many */

void due_runs_init(DueRuns *d, Account *acct)
{
    *d = (DueRuns){.acct = acct, .n = 1};
}

static void run_free(DueRuns *d, DueRun *r)
{
    mem_free(d->acct, r->at, r->cap * sizeof(*r->at));
    *r = (DueRun){0};
}

void due_runs_done(DueRuns *d)
{
    for (uint32_t i = 0; i < d->n; i++)
        run_free(d, &d->run[i]);
    *d = (DueRuns){0};
}

/* ---- one run ---- */

static uintptr_t address(const DueRow *x)
{
    return (uintptr_t)x->row & ~(uintptr_t)1;
}

static bool has_left(const DueRow *x)
{
    return (uintptr_t)x->row & 1;
}

static bool is_before(const DueRow *x, int64_t us, uintptr_t row)
{
    return x->us < us || (x->us == us && address(x) < row);
}

/* Place of the first entry that is not before. */
static uint32_t lower(const DueRun *r, int64_t us, uintptr_t row)
{
    uint32_t a = r->head, b = r->end;
    while (a < b) {
        uint32_t m = a + (b - a) / 2;
        if (is_before(&r->at[m], us, row))
            a = m + 1;
        else
            b = m;
    }
    return a;
}

static void close_gaps(DueRun *r)
{
    uint32_t to = 0;
    for (uint32_t i = r->head; i < r->end; i++)
        if (!has_left(&r->at[i]))
            r->at[to++] = r->at[i];
    r->head = r->n_left = 0;
    r->end = to;
}

static int make_room(DueRuns *d, DueRun *r)
{
    if (r->end < r->cap)
        return 0;
    uint32_t n = r->end - r->head;
    if (r->head > r->cap / 2) {
        memmove(r->at, r->at + r->head, n * sizeof(*r->at));
        r->head = 0;
        r->end = n;
        return 0;
    }
    uint32_t cap = r->cap ? r->cap * 2 : FRESH;
    DueRow *more = cap > r->cap ? mem_realloc(d->acct, r->at, r->cap * sizeof(*more), cap * sizeof(*more)) : NULL;
    if (!more)
        return -ERR_OUT_OF_MEMORY;
    r->at = more;
    r->cap = cap;
    return 0;
}

static int insert(DueRuns *d, DueRun *r, uint32_t i, DueRow x)
{
    uint32_t from_head = i - r->head;
    TRY(make_room(d, r));
    i = r->head + from_head;
    if (i < r->end)
        memmove(r->at + i + 1, r->at + i, (r->end - i) * sizeof(*r->at));
    r->at[i] = x;
    r->end++;
    return 0;
}

static void leave(DueRun *r, uint32_t i)
{
    r->at[i].row = (uint8_t *)((uintptr_t)r->at[i].row | 1);
    r->n_left++;
    for (; r->head < r->end && has_left(&r->at[r->head]); r->head++)
        r->n_left--;
    if (r->n_left > FRESH && r->n_left > (r->end - r->head) / 2)
        close_gaps(r);
}

/* ---- out of order ---- */

/* Both runs in the place of the first. */
static int merge(DueRuns *d, DueRun *a, DueRun *b)
{
    uint32_t n = a->end - a->head - a->n_left + b->end - b->head - b->n_left;
    DueRow *to = mem_alloc(d->acct, MAX(n, 1) * sizeof(*to));
    if (!to)
        return -ERR_OUT_OF_MEMORY;
    uint32_t i = a->head, k = b->head, at = 0;
    while (i < a->end || k < b->end) {
        bool first = k == b->end || (i < a->end && is_before(&a->at[i], b->at[k].us, address(&b->at[k])));
        const DueRow *x = first ? &a->at[i++] : &b->at[k++];
        if (!has_left(x))
            to[at++] = *x;
    }
    run_free(d, a);
    run_free(d, b);
    *a = (DueRun){.at = to, .end = n, .cap = MAX(n, 1)};
    return 0;
}

static uint32_t n_there(const DueRun *r)
{
    return r->end - r->head - r->n_left;
}

/* Each run has at least twice as many as the next, then a new one is begun. */
static int begin_fresh(DueRuns *d)
{
    while (d->n > 2 && n_there(&d->run[d->n - 2]) < 2 * n_there(&d->run[d->n - 1])) {
        TRY(merge(d, &d->run[d->n - 2], &d->run[d->n - 1]));
        d->n--;
    }
    if (d->n == DUE_RUNS_MAX)
        return -ERR_OUT_OF_MEMORY;
    d->run[d->n++] = (DueRun){0};
    return 0;
}

/* ---- all ---- */

int due_runs_add(DueRuns *d, uint8_t *row, int64_t us)
{
    DueRun *r = &d->run[0];
    uintptr_t key = (uintptr_t)row;
    if (r->head == r->end)
        r->head = r->end = r->n_left = 0;
    if (r->head == r->end || is_before(&r->at[r->end - 1], us, key))
        return insert(d, r, r->end, (DueRow){us, row});
    if (r->end - r->head <= NEAR || is_before(&r->at[r->end - NEAR], us, key))
        return insert(d, r, lower(r, us, key), (DueRow){us, row});
    if (d->n == 1 || d->run[d->n - 1].end - d->run[d->n - 1].head >= FRESH)
        TRY(begin_fresh(d));
    r = &d->run[d->n - 1];
    return insert(d, r, lower(r, us, key), (DueRow){us, row});
}

void due_runs_remove(DueRuns *d, uint8_t *row, int64_t us)
{
    for (uint32_t k = 0; k < d->n; k++) {
        DueRun *r = &d->run[k];
        for (uint32_t i = lower(r, us, (uintptr_t)row); i < r->end && r->at[i].us == us && address(&r->at[i]) == (uintptr_t)row;
             i++)
            if (!has_left(&r->at[i])) {
                leave(r, i);
                return;
            }
    }
}

static const DueRun *first_run(const DueRuns *d)
{
    const DueRun *best = NULL;
    for (uint32_t k = 0; k < d->n; k++) {
        const DueRun *r = &d->run[k];
        if (r->head < r->end && (!best || is_before(&r->at[r->head], best->at[best->head].us, address(&best->at[best->head]))))
            best = r;
    }
    return best;
}

const DueRow *due_runs_first(const DueRuns *d)
{
    const DueRun *r = first_run(d);
    return r ? &r->at[r->head] : NULL;
}

uint8_t *due_runs_pop(DueRuns *d)
{
    DueRun *r = (DueRun *)first_run(d);
    uint8_t *row = r->at[r->head].row;
    leave(r, r->head);
    while (d->n > 1 && d->run[d->n - 1].head == d->run[d->n - 1].end)
        run_free(d, &d->run[--d->n]);
    return row;
}

int64_t due_runs_bytes(const DueRuns *d)
{
    int64_t n = 0;
    for (uint32_t k = 0; k < d->n; k++)
        n += (int64_t)(d->run[k].cap * sizeof(DueRow));
    return n;
}
