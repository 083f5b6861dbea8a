/* SPDX-License-Identifier: Apache-2.0
 *
 * Refill. */
#include "flow/refill.h"

#include "flow/engine_impl.h"

#include <stddef.h>

#define WAIT_NS 1000000 /* until a source is asked again that had nothing, or memory is looked at again */

int refill_new(Account *acct, const RefillSpec *spec, Refill **ret, Err *err)
{
    Refill *r = mem_zalloc(acct, sizeof(*r));
    if (!r) {
        spec->drop(spec->self);
        return RAISE_NOMEM(err);
    }
    r->acct = acct;
    r->spec = *spec;
    *ret = r;
    return 0;
}

static void parts_clear(Refill *r, RefillParts *p)
{
    for (uint32_t i = 0; i < p->n; i++)
        batch_unref(p->batch[i]);
    mem_free(r->acct, p->batch, p->cap * sizeof(*p->batch));
    *p = (RefillParts){0};
}

/* What has been read of the input in hand is dropped. */
static void refill_clear(Refill *r)
{
    source_close(r->source);
    r->source = NULL;
    parts_clear(r, &r->rows);
    parts_clear(r, &r->bad);
}

void refill_free(Refill *r)
{
    if (!r)
        return;
    if (r->engine)
        engine_timer_clear(r->engine, &r->timer);
    refill_clear(r);
    r->spec.drop(r->spec.self);
    mem_free(r->acct, r, sizeof(*r));
}

/* Takes b. */
static int parts_add(Refill *r, RefillParts *p, Batch *b, Err *err)
{
    if (p->n == p->cap) {
        uint32_t cap = p->cap ? 2 * p->cap : 16;
        Batch **bigger = mem_realloc(r->acct, p->batch, p->cap * sizeof(Batch *), cap * sizeof(Batch *));
        if (!bigger) {
            batch_unref(b);
            return RAISE_NOMEM(err);
        }
        p->batch = bigger;
        p->cap = cap;
    }
    p->batch[p->n++] = b;
    return 0;
}

int refill_read(Refill *r, Err *err)
{
    SourcePoll p = {.watermark_us = INT64_MIN};
    if (!r->source)
        TRY(r->spec.open(r->spec.self, &r->source, err));
    int rc = source_poll(r->source, BATCH_ROWS, &p, err), kept = 0, kept_bad = 0;
    if (p.batch)
        kept = parts_add(r, &r->rows, p.batch, err);
    if (p.bad) {
        r->n_bad += p.bad->n_sel;
        kept_bad = parts_add(r, &r->bad, p.bad, err);
    }
    rc = rc < 0 ? rc : kept < 0 ? kept : kept_bad < 0 ? kept_bad : rc;
    if (rc < 0) {
        refill_clear(r);
        return rc;
    }
    return rc == SOURCE_END ? 0 : rc == SOURCE_IDLE ? REFILL_IDLE : REFILL_MORE;
}

static int change(Refill *r, Engine *e, Feed *f, Err *err)
{
    Arena arena;
    Replacement what;
    arena_init(&arena, r->acct, 0);
    int rc = stored_replace(f->stored, r->rows.batch, r->rows.n, &arena, &what, err);
    if (rc == 0 && what.n > 0)
        rc = engine_change(e, f, what.batch, what.n, err);
    arena_done(&arena);
    return rc;
}

int refill_apply(Refill *r, Engine *e, Feed *f, Err *err)
{
    int rc = change(r, e, f, err);
    for (uint32_t i = 0; rc == 0 && r->bad_feed && i < r->bad.n; i++)
        rc = feed_emit(r->bad_feed, r->bad.batch[i], err);
    refill_clear(r);
    if (rc < 0)
        return rc;
    r->n_fills++;
    r->filled_us = env_wall_us(engine_env(e));
    return 0;
}

int refill_take(Refill *r, Refill *by, Err *err)
{
    by->bad_feed = r->bad_feed;
    TRY(refill_apply(by, r->engine, r->feed, err));
    refill_clear(r);
    r->error = ERR_INIT;
    r->n_fills++;
    r->n_bad += by->n_bad;
    r->filled_us = by->filled_us;
    if (r->spec.period_us > 0)
        engine_timer_set(r->engine, &r->timer, env_mono_ns(engine_env(r->engine)) + r->spec.period_us * 1000);
    return 0;
}

static void refill_fire(Timer *t)
{
    Refill *r = (Refill *)((char *)t - offsetof(Refill, timer));
    Err err = ERR_INIT;
    int64_t now_ns = env_mono_ns(engine_env(r->engine));
    if (r->spec.period_us == 0 && r->feed->stored->n_rows > 0)
        return; /* what was read before the database was closed */
    if (engine_memory_is_full(r->engine)) {
        engine_timer_set(r->engine, t, now_ns + WAIT_NS);
        return;
    }
    int rc = refill_read(r, &err);
    if (rc > 0) { /* others come between: the timer is not due before the next round */
        engine_timer_set(r->engine, t, now_ns + (rc == REFILL_IDLE ? WAIT_NS : 1));
        return;
    }
    if (rc == 0)
        rc = refill_apply(r, r->engine, r->feed, &err);
    r->n_failed += rc < 0;
    r->error = err;
    if (r->spec.period_us > 0)
        engine_timer_set(r->engine, t, now_ns + r->spec.period_us * 1000);
}

void refill_start(Refill *r, Engine *e, Feed *f, Feed *bad_feed, int64_t delay_us)
{
    r->engine = e;
    r->feed = f;
    r->bad_feed = bad_feed;
    r->timer.fire = refill_fire;
    f->refill = r;
    engine_timer_set(e, &r->timer, env_mono_ns(engine_env(e)) + delay_us * 1000);
}
