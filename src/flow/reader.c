/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader. */
#include "flow/reader.h"
#include "env/points.h"

#include <stdio.h>

int reader_new(Account *acct, Pipeline *q, uint32_t leaf, Source *give_source, const Watermark *wm, Feed *bad_feed, Reader **ret,
               Err *err)
{
    Reader *r = mem_zalloc(acct, sizeof(*r));
    if (!r) {
        source_close(give_source);
        return RAISE_NOMEM(err);
    }
    r->query = q;
    r->leaf = leaf;
    r->source = give_source;
    if (wm)
        r->wm = *wm;
    r->wm.wm_us = INT64_MIN;
    r->bad_feed = bad_feed;
    r->bounded = source_is_bounded(give_source);
    *ret = r;
    return 0;
}

void reader_free(Reader *r, Account *acct)
{
    if (!r)
        return;
    source_close(r->source);
    mem_free(acct, r, sizeof(*r));
}

static int reader_refuse(Reader *r, const Batch *b, Rows future, Err *err)
{
    uint16_t row = (uint16_t)row_at(future, 0);
    if (r->wm.future_rows != FUTURE_ERROR)
        return 0; /* counted */
    Value v = vec_get(&b->col[r->wm.col], row);
    StrBuf text;
    sb_init(&text, NULL);
    value_print(&v, &text);
    int rc = RAISE(err, ERR_FUTURE_TIMESTAMP, "event time %s lies more than max_future_skew in the future", sb_cstr(&text));
    sb_done(&text);
    return rc;
}

static int reader_piece(Reader *r, Batch *b, int64_t now_us, Arena *step, Err *err)
{
    WatermarkSplit split;
    int64_t before = r->wm.wm_us;
    TRY(watermark_accept(&r->wm, b, now_us, step, &split));
    if (split.future.n) {
        TRY(reader_refuse(r, b, split.future, err));
        b = batch_with_sel(step, b, split.keep.sel, split.keep.n);
        if (!b)
            return RAISE_NOMEM(err);
    }
    r->n_rows += b->n_sel;
    pipeline_push(r->query, r->leaf, b, now_us);
    pipeline_flush(r->query);
    if (r->wm.wm_us != before) {
        pipeline_mark(r->query, r->leaf, r->wm.wm_us);
        pipeline_flush(r->query);
    }
    return 0;
}

static int reader_step(Reader *r, SourcePoll *p, int64_t now_us, Arena *step, Err *err)
{
    Rows rows = batch_rows(p->batch);
    for (uint32_t from = 0, n; from < rows.n; from += n) {
        n = watermark_piece(&r->wm, p->batch, rows, from, now_us);
        Batch *piece = watermark_take_piece(step, p->batch, rows, from, n);
        if (!piece)
            return RAISE_NOMEM(err);
        TRY(reader_piece(r, piece, now_us, step, err));
    }
    if (p->watermark_us != INT64_MIN && watermark_raise(&r->wm, p->watermark_us)) {
        pipeline_mark(r->query, r->leaf, r->wm.wm_us);
        pipeline_flush(r->query);
    }
    return 0;
}

bool reader_poll(Reader *r, Env *env, Arena *step)
{
    r->ended |= r->query->leaf[r->leaf].ended;
    if (r->ended || r->query->state != PIPELINE_RUNNING)
        return false;
    if (r->wake_at_ns && env_mono_ns(env) < r->wake_at_ns)
        return false;
    env_point(env, POINT_SOURCE_POLL);
    arena_reset(step);
    SourcePoll p = {.watermark_us = INT64_MIN};
    Err err;
    err_reset(&err);
    int rc = source_poll(r->source, BATCH_ROWS, &p, &err);
    int64_t now_us = env_wall_us(env);
    bool idle = rc == SOURCE_IDLE;
    if (p.bad) {
        r->n_bad += p.bad->n_sel;
        if (r->bad_feed && feed_emit(r->bad_feed, p.bad, &err) < 0)
            rc = -(int)err.code;
        batch_unref(p.bad);
    }
    if (rc >= 0 && p.batch) {
        p.batch->ptime_us = now_us;
        int step_rc = reader_step(r, &p, now_us, step, &err);
        rc = step_rc < 0 ? step_rc : rc;
        snprintf(r->offset, sizeof(r->offset), "%s", p.offset);
    }
    batch_unref(p.batch);
    if (rc < 0) {
        r->ended = true;
        pipeline_fail(r->query, &err);
        return true;
    }
    if (rc == SOURCE_END) {
        r->ended = true;
        pipeline_leaf_end(r->query, r->leaf);
    }
    int64_t wake = idle ? source_wake_at_ns(r->source) : 0;
    r->wake_at_ns = wake == INT64_MAX ? env_mono_ns(env) + 1000000 : wake;
    return !idle;
}
