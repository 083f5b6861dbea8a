/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs: batches of one source that come together (design 5.4).  What a step costs besides its rows, and above all that threads have
 * to meet, is paid once for all of them: each part of the queries takes whole batches from the source up (exec/part_chain.h).
 *
 * A run gives what its batches by themselves would have given.  So a batch joins only if none of its rows lies below the watermark
 * of those before it: then no mark between them would have made a row late, and the one behind them closes what each of theirs
 * would have closed.  The log has the batches one by one, and they may be replayed so. */
#include "flow/event_clock.h"
#include "flow/lane.h"

#define RUN_MAX CHAIN_BATCHES

typedef struct Run {
    Feed *feed;
    Batch *const *batch;
    uint32_t n;
    uint32_t n_shares;
    TimeSpan span[RUN_MAX];
} Run;

/* Time of arrival, and nothing else that a row could change. */
static bool is_plain_proctime(const EventClock *c)
{
    const ClockSpec *s = &c->spec;
    return s->by == CLOCK_BY_PROCTIME && s->parts == CLOCK_ONE_PART && !c->keys && !c->align.group;
}

static bool may_join(const Feed *f, const Batch *b)
{
    return b->n > 1 && b->n_sel > 0 && b->w_kind == W_ONE && b->n_cols == f->schema->n;
}

static uint32_t rows_of(Batch *const *b, uint32_t n)
{
    uint32_t rows = 0;
    for (uint32_t k = 0; k < n; k++)
        rows += b[k]->n_sel;
    return rows;
}

/* How many of the batches the queries behind the feed can take as a run, whatever their times; below 2: none. */
static uint32_t count_fitting(const Feed *f, Batch *const *b, uint32_t n)
{
    uint32_t fit = 0;
    if (f->stored || f->consumers.first == NULL || (f->wm.clock && !is_plain_proctime(f->wm.clock)))
        return 0;
    while (fit < MIN(n, RUN_MAX) && may_join(f, b[fit]))
        fit++;
    return fit >= 2 && consumers_take_run(&f->consumers, fit, rows_of(b, fit)) ? fit : 0;
}

static void find_spans(void *self, uint32_t i)
{
    Run *r = self;
    for (uint32_t k = r->n * i / r->n_shares; k < r->n * (i + 1) / r->n_shares; k++)
        if (!watermark_has_span(&r->feed->wm, &r->span[k]))
            r->span[k] = watermark_span(&r->feed->wm, r->batch[k]);
}

/* How many of the first n batches may be judged by the watermark of before them; *ret_wm_us: what it is behind these. */
static uint32_t join_spans(const Run *r, uint32_t n, int64_t now_us, int64_t *ret_wm_us)
{
    const Watermark *w = &r->feed->wm;
    int64_t horizon = watermark_horizon(w, now_us);
    uint32_t k = 0;
    *ret_wm_us = w->wm_us;
    if (!w->on || w->clock)
        return n;
    while (k < n && watermark_joins_run(w, &r->span[k], horizon, ret_wm_us))
        k++;
    return k;
}

static void know_spans(Engine *e, Run *r, const TimeSpan *known)
{
    Team *team = &e->crew.parts.team;
    bool all = known != NULL;
    if (!r->feed->wm.on || r->feed->wm.clock)
        return;
    for (uint32_t k = 0; k < r->n; k++) {
        r->span[k] = known ? known[k] : (TimeSpan){0};
        all &= watermark_has_span(&r->feed->wm, &r->span[k]);
    }
    if (all)
        return;
    r->n_shares = MIN(team->n_threads, r->n);
    team->run(team, r->n_shares, (1u << r->n_shares) - 1, find_spans, r);
}

/* Into the log one by one; how many of them are there. */
static uint32_t log_all(Engine *e, Run *r, Err *err, int *ret_rc)
{
    *ret_rc = 0;
    if (likely(!e->journal.wal))
        return r->n;
    for (uint32_t k = 0; k < r->n; k++) {
        *ret_rc = engine_log_push(e, r->feed, r->batch[k], err);
        if (*ret_rc < 0)
            return k;
        r->batch[k]->seq = wal_last_seq(e->journal.wal);
    }
    return r->n;
}

/* The clock of a source that goes by the time of arrival: all batches have come now. */
static int stamp_all(Engine *e, Run *r, Batch **ret, Err *err)
{
    Watermark *w = &r->feed->wm;
    WatermarkSplit split;
    for (uint32_t k = 0; k < r->n; k++) {
        ret[k] = r->batch[k];
        if (!w->clock)
            continue;
        ret[k] = engine_stamp(e, r->feed, r->batch[k]);
        if (!ret[k])
            return RAISE_NOMEM(err);
        (void)watermark_piece(w, ret[k], batch_rows(ret[k]), 0, e->clock.now_us);
        TRY(watermark_accept(w, ret[k], e->clock.now_us, &e->step, &split));
    }
    return 0;
}

static int step_all(Engine *e, Run *r, int64_t wm_us, Err *err)
{
    Feed *f = r->feed;
    Batch *stamped[RUN_MAX] = {NULL};
    int64_t before = f->wm.wm_us;
    int rc = stamp_all(e, r, stamped, err);
    if (rc == 0) {
        rc = feed_emit_run(f, stamped, r->n, err);
        engine_flush_touched(e);
    }
    f->wm.wm_us = MAX(f->wm.wm_us, wm_us);
    if (f->wm.wm_us != before)
        engine_step_moved(e, f);
    for (uint32_t k = 0; k < r->n; k++)
        if (stamped[k] != r->batch[k])
            batch_unref(stamped[k]);
    return rc;
}

static int step_run(Engine *e, Run *r, Err *err)
{
    int rc;
    int64_t wm_us;
    rc = engine_step_open(e, r->feed, err);
    if (rc < 0) {
        r->n = 0;
        return rc;
    }
    for (uint32_t k = 0; k < r->n; k++)
        r->batch[k]->ptime_us = e->clock.now_us;
    r->n = log_all(e, r, err, &rc);
    if (r->n > 0) {
        e->c.rows_in += rows_of(r->batch, r->n);
        (void)join_spans(r, r->n, e->clock.now_us, &wm_us);
        int done = step_all(e, r, wm_us, rc < 0 ? NULL : err);
        rc = rc < 0 ? rc : done;
    }
    engine_step_end(e, r->feed);
    return rc;
}

/* Several of the batches as one step: how many, 0 = the first one has to come by itself. */
static uint32_t push_some(Engine *e, Feed *f, Batch *const *b, const TimeSpan *known, uint32_t n, int *ret_rc, Err *err)
{
    Run r;
    r.feed = f;
    r.batch = b;
    r.n = count_fitting(f, b, n);
    int64_t wm_us;
    if (r.n < 2)
        return 0;
    know_spans(e, &r, known);
    r.n = join_spans(&r, r.n, engine_clock_us(e), &wm_us);
    if (r.n < 2)
        return 0;
    uint32_t rows = rows_of(b, r.n);
    uint64_t began = measure_step_begin(&e->measures, rows);
    *ret_rc = step_run(e, &r, err);
    if (began)
        measure_step_end(&e->measures, began, rows);
    return *ret_rc < 0 && r.n == 0 ? 0 : r.n;
}

static int push_singly(Engine *e, Feed *f, Batch *const *b, uint32_t n, const Producer *who, Lane *lane, uint32_t *ret_done,
                       Err *err)
{
    for (; *ret_done < n; ++*ret_done)
        TRY(engine_push(e, f, b[*ret_done], who, lane, err));
    return 0;
}

int engine_push_run(Engine *e, Feed *f, Batch *const *b, const TimeSpan *span, uint32_t n, const Producer *who, Lane *lane,
                    uint32_t *ret_done, Err *err)
{
    *ret_done = 0;
    if (n < 2 || (who && who->id) || e->crew.parts.team.n_threads < 2 || engine_is_inside(e))
        return push_singly(e, f, b, n, who, lane, ret_done, err);
    int rc = 0;
    engine_enter(e);
    lane_forget_last();
    while (*ret_done < n && rc == 0) {
        uint32_t i = *ret_done, took = 0;
        if (!engine_is_stale(f, who) && !f->closed)
            took = push_some(e, f, b + i, span ? span + i : NULL, n - i, &rc, err);
        if (took == 0 && rc == 0) {
            rc = engine_push_here(e, f, b[i], who, err);
            took = rc == 0 ? 1 : 0;
        }
        *ret_done += took;
        engine_drain_mailbox(e); /* what callbacks have pushed comes before the next batch */
    }
    engine_leave(e);
    return rc;
}
