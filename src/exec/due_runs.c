/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows by their due times, in runs of a range of times each.
 *
 * Order is by time and address, so no two rows are alike and a run can always be split.  Where rows come in order the last run is
 * left full and a new one begun; else the upper half of a full run becomes one. */
#include "exec/due_runs.h"

#include <string.h>

#define RUN_ROWS 128u
#define PART_ROWS DUE_TAKE_MIN /* of a run that is a part of a span */
#define SHIFT_MAX 60u
#define MANY_RUNS 256u
#define FEW_ROWS 32u
#define RUNS_WALKED 4u
#define SPAN_PARTS_LOG 6 /* of a span at least so many parts, to the power of two */
#define SORTED_BY_INSERTION 12u
#define FIRST_ROWS 16u /* room of the only run of few rows */

void due_runs_init(DueRuns *d, Account *acct)
{
    *d = (DueRuns){.acct = acct};
}

void due_runs_init_span(DueRuns *d, Account *acct, int64_t span_us)
{
    due_runs_init(d, acct);
    int log = 63 - __builtin_clzll((uint64_t)MAX(span_us, 1)) - SPAN_PARTS_LOG;
    d->shift = (uint8_t)MAX(log, 1);
}

static uint32_t rows_max(const DueRuns *d)
{
    return d->shift ? PART_ROWS : RUN_ROWS;
}

void due_runs_done(DueRuns *d)
{
    for (uint32_t i = d->head; i < d->end; i++)
        mem_free(d->acct, d->run[i].at, d->run[i].cap * sizeof(DueRow));
    mem_free(d->acct, d->spare, d->spare_cap * sizeof(DueRow));
    mem_free(d->acct, d->run, d->cap * sizeof(*d->run));
    *d = (DueRuns){0};
}

static inline bool is_before(const DueRow *x, const DueRow *y)
{
    return x->us < y->us || (x->us == y->us && (uintptr_t)x->row < (uintptr_t)y->row);
}

/* ---- one run ---- */

static inline DueRow middle(const DueRow *x, const DueRow *y, const DueRow *z)
{
    const DueRow *low = is_before(y, x) ? y : x, *high = low == x ? y : x;
    return is_before(z, low) ? *low : is_before(z, high) ? *z : *high;
}

/* Parts n > 2 rows: those before the result's place come before those from there on; neither part is empty. */
static uint32_t part_rows(DueRow *at, uint32_t n)
{
    DueRow pivot = middle(&at[0], &at[n / 2], &at[n - 1]);
    uint32_t a = 0, b = n - 1;
    for (;; a++, b--) {
        while (is_before(&at[a], &pivot))
            a++;
        while (is_before(&pivot, &at[b]))
            b--;
        if (a >= b)
            return a > 0 ? a : 1;
        DueRow x = at[a];
        at[a] = at[b];
        at[b] = x;
    }
}

static void sort_rows(DueRow *at, uint32_t n)
{
    while (n > SORTED_BY_INSERTION) {
        uint32_t k = part_rows(at, n);
        sort_rows(at, k); /* as deep as there are bits in a run's rows, or a few more */
        at += k;
        n -= k;
    }
    for (uint32_t i = 1; i < n; i++) {
        DueRow x = at[i];
        uint32_t k = i;
        for (; k > 0 && is_before(&x, &at[k - 1]); k--)
            at[k] = at[k - 1];
        at[k] = x;
    }
}

/* Parts n rows so that those in front come before the others, and are about half of them; how many. */
static uint32_t halve_rows(DueRow *at, uint32_t n)
{
    uint32_t a = 0, b = n;
    while (b - a > n / 4) {
        uint32_t k = a + part_rows(at + a, b - a);
        if (k <= n / 2)
            a = k;
        else
            b = k;
    }
    return a;
}

/* Place of the first row of a sorted run that is not before. */
static uint32_t run_lower(const DueRun *r, const DueRow *x)
{
    uint32_t a = r->from, b = r->end;
    while (a < b) {
        uint32_t m = (a + b) / 2;
        if (is_before(&r->at[m], x))
            a = m + 1;
        else
            b = m;
    }
    return a;
}

static uint32_t run_find(const DueRun *r, const DueRow *x)
{
    uint32_t i = r->sorted ? run_lower(r, x) : r->from;
    while (!r->sorted && i < r->end && (r->at[i].row != x->row || r->at[i].us != x->us))
        i++;
    return i < r->end && r->at[i].row == x->row && r->at[i].us == x->us ? i : r->end;
}

/* There is room.  in_order: keeps a sorted run sorted. */
static void run_put(DueRun *r, DueRow x, bool in_order)
{
    uint32_t i = r->end++;
    if (r->sorted && i > r->from && is_before(&x, &r->at[i - 1])) {
        if (in_order) {
            r->end--;
            i = run_lower(r, &x);
            memmove(&r->at[i + 1], &r->at[i], (r->end++ - i) * sizeof(x));
        }
        r->sorted = in_order;
    }
    r->at[i] = x;
}

/* ---- the list of runs ---- */

/* Memory of n rows. */
static DueRow *rows_new(DueRuns *d, uint32_t n)
{
    DueRow *p = n == d->spare_cap ? MOVE(d->spare) : NULL;
    if (p)
        return p;
    p = mem_alloc(d->acct, n * sizeof(*p));
    d->bytes += p ? (int64_t)(n * sizeof(*p)) : 0;
    return p;
}

static void rows_free(DueRuns *d, DueRow *p, uint32_t n)
{
    if (n >= RUN_ROWS && !d->spare) {
        d->spare = p;
        d->spare_cap = n;
        return;
    }
    mem_free(d->acct, p, n * sizeof(*p));
    d->bytes -= (int64_t)(n * sizeof(*p));
}

static bool list_make_room(DueRuns *d)
{
    uint32_t n = d->end - d->head;
    if (d->end < d->cap)
        return true;
    if (d->head > d->cap / 2) {
        memmove(d->run, d->run + d->head, n * sizeof(*d->run));
    } else {
        uint32_t cap = d->cap ? 2 * d->cap : 4;
        DueRun *more = cap > d->cap ? mem_realloc(d->acct, d->run, d->cap * sizeof(*more), cap * sizeof(*more)) : NULL;
        if (!more)
            return false;
        d->bytes += (int64_t)((cap - d->cap) * sizeof(*more));
        d->run = more;
        d->cap = cap;
        return true;
    }
    d->end = n;
    d->head = 0;
    return true;
}

/* A new run behind the i-th from the head, or the first; NULL = no memory. */
static DueRun *run_new(DueRuns *d, uint32_t i, DueRow low, uint32_t cap)
{
    if (!list_make_room(d))
        return NULL;
    DueRow *at = rows_new(d, cap);
    if (!at)
        return NULL;
    DueRun *r = d->run + d->head + i;
    memmove(r + 1, r, (d->end - d->head - i) * sizeof(*r));
    d->end++;
    *r = (DueRun){.low = low, .at = at, .cap = (uint16_t)cap, .sorted = !d->shift};
    return r;
}

static void run_drop(DueRuns *d, DueRun *r)
{
    rows_free(d, r->at, r->cap);
    if (r == d->run + d->head) {
        d->head++;
        return;
    }
    memmove(r, r + 1, (size_t)(d->run + d->end - r - 1) * sizeof(*r));
    d->end--;
}

/* The run that a row belongs to: the last one whose low is not after it, or the first. */
static DueRun *run_of(const DueRuns *d, const DueRow *x)
{
    DueRun *last = &d->run[d->end - 1], *r = &d->run[d->head];
    if (!is_before(x, &last->low))
        return last;
    if (d->shift) { /* most parts of the span have a run: it is there, or next to it */
        uint64_t parts = x->us < r->low.us ? 0 : ((uint64_t)x->us - (uint64_t)r->low.us) >> d->shift, n = d->end - d->head - 1;
        r += MIN(parts, n);
        for (uint32_t i = 0; i < RUNS_WALKED; i++) {
            if (r > &d->run[d->head] && is_before(x, &r->low))
                r--;
            else if (r < last && !is_before(x, &r[1].low))
                r++;
            else
                return r;
        }
        r = &d->run[d->head];
    }
    for (uint32_t n = d->end - d->head; n > 1;) { /* without a branch on times, which nobody can foresee */
        uint32_t half = n / 2;
        r = r[half].low.us <= x->us ? r + half : r;
        n -= half;
    }
    while (r > &d->run[d->head] && is_before(x, &r->low)) /* of the same time */
        r--;
    return r;
}

static DueRow least(const DueRow *at, uint32_t n)
{
    const DueRow *x = at;
    for (uint32_t i = 1; i < n; i++)
        if (is_before(&at[i], x))
            x = &at[i];
    return *x;
}

/* Room for x in a full run, or in a new one: the run that x goes to. */
static DueRun *run_split(DueRuns *d, DueRun *r, const DueRow *x)
{
    uint32_t i = (uint32_t)(r - d->run) - d->head, n = r->end - r->from;
    if (r->from > 0) {
        memmove(r->at, r->at + r->from, n * sizeof(*r->at));
        r->from = 0;
        r->end = (uint16_t)n;
        return r;
    }
    bool last = d->head + i + 1 == d->end && r->sorted && is_before(&r->at[n - 1], x);
    uint32_t keep = last ? n : r->sorted ? n / 2 : halve_rows(r->at, n);
    DueRun *next = run_new(d, i + 1, last ? *x : least(r->at + keep, n - keep), rows_max(d));
    if (!next)
        return NULL;
    r = next - 1;
    memcpy(next->at, r->at + keep, (n - keep) * sizeof(*r->at));
    next->end = (uint16_t)(n - keep);
    next->sorted = r->sorted;
    r->end = (uint16_t)keep;
    return is_before(x, &next->low) ? r : next;
}

/* A run of few rows gets more room. */
static int run_grow(DueRuns *d, DueRun *r)
{
    uint32_t cap = MIN(2u * r->cap, rows_max(d));
    DueRow *more = rows_new(d, cap);
    if (!more)
        return -ERR_OUT_OF_MEMORY;
    memcpy(more, r->at, r->end * sizeof(*more));
    rows_free(d, r->at, r->cap);
    r->at = more;
    r->cap = (uint16_t)cap;
    return 0;
}

/* A new run behind r, or before all, for a time that none is of.  Where rows are so far from each other that many parts have few of
 * them, parts become larger. */
static DueRun *part_new(DueRuns *d, const DueRun *r, const DueRow *x)
{
    uint32_t i = r ? (uint32_t)(r - d->run) - d->head + 1 : 0, n = r ? r->end - r->from : 0;
    DueRow low = {(int64_t)((uint64_t)x->us >> d->shift << d->shift), NULL};
    d->shift = (uint8_t)(d->shift + (d->end - d->head > MANY_RUNS && n < FEW_ROWS && d->shift < SHIFT_MAX));
    return run_new(d, i, low, r && n > r->cap / 2 ? r->cap : FIRST_ROWS);
}

int due_runs_add(DueRuns *d, uint8_t *row, int64_t us)
{
    DueRow x = {us, row};
    DueRun *r = d->head < d->end ? run_of(d, &x) : d->shift ? part_new(d, NULL, &x) : run_new(d, 0, x, FIRST_ROWS);
    if (d->shift && r && (us ^ r->low.us) >> d->shift != 0)
        r = part_new(d, us > r->low.us ? r : NULL, &x);
    if (unlikely(r && r->end == r->cap)) {
        if (r->cap < rows_max(d))
            TRY(run_grow(d, r));
        else
            r = run_split(d, r, &x);
    }
    if (!r)
        return -ERR_OUT_OF_MEMORY;
    if (is_before(&x, &r->low)) /* only the first run has such rows */
        r->low = x;
    run_put(r, x, r == d->run + d->head);
    return 0;
}

void due_runs_remove(DueRuns *d, uint8_t *row, int64_t us)
{
    DueRow x = {us, row};
    if (d->head == d->end)
        return;
    DueRun *r = run_of(d, &x);
    uint32_t i = run_find(r, &x);
    if (i == r->end)
        return;
    if (i == r->from)
        r->from++;
    else if (r->sorted)
        memmove(&r->at[i], &r->at[i + 1], (--r->end - i) * sizeof(x));
    else
        r->at[i] = r->at[--r->end];
    if (r->from == r->end)
        run_drop(d, r);
}

const DueRow *due_runs_sort_first(const DueRuns *d)
{
    DueRun *r = d->run + d->head;
    sort_rows(r->at + r->from, r->end - r->from);
    r->sorted = true;
    return &r->at[r->from];
}

/* The rows of the first run that are due, where those of the next one are not; the run's low is its least row then. */
static uint32_t take_some(DueRuns *d, int64_t limit_us, DueRow *ret)
{
    DueRun *r = d->run + d->head;
    uint32_t n = 0, end = r->from;
    DueRow low = {INT64_MAX, (uint8_t *)UINTPTR_MAX};
    for (uint32_t i = r->from; i < r->end; i++) {
        DueRow x = r->at[i];
        if (x.us <= limit_us) {
            ret[n++] = x;
            continue;
        }
        r->at[end++] = x;
        low = is_before(&x, &low) ? x : low;
    }
    r->low = low;
    r->end = (uint16_t)end;
    if (r->from == r->end)
        run_drop(d, r);
    return n;
}

uint32_t due_runs_take(DueRuns *d, int64_t limit_us, DueRow *ret, uint32_t max)
{
    uint32_t n = 0;
    while (due_runs_may_be_due(d, limit_us)) {
        DueRun *r = d->run + d->head;
        uint32_t n_run = r->end - r->from;
        bool whole = d->head + 1 < d->end && r[1].low.us <= limit_us;
        if (n_run > max - n)
            break;
        if (!whole)
            return n + take_some(d, limit_us, ret + n);
        memcpy(ret + n, r->at + r->from, n_run * sizeof(*ret));
        n += n_run;
        run_drop(d, r);
    }
    return n;
}

uint8_t *due_runs_pop(DueRuns *d)
{
    DueRun *r = d->run + d->head;
    uint8_t *row = due_runs_first(d)->row;
    __builtin_prefetch(due_runs_ahead(d, DUE_AHEAD), 1); /* NULL is fine */
    if (++r->from == r->end)
        run_drop(d, r);
    return row;
}
