/* SPDX-License-Identifier: Apache-2.0
 *
 * Receiver. */
#include "flow/receiver.h"

#include "flow/engine_impl.h"
#include "flow/event_clock.h"

#include <stddef.h>

#define WAIT_MIN_NS 20000
#define WAIT_MAX_NS 1000000
#define ABSENT_NS INT64_C(1000000000) /* how often it is tried to open it */

int receiver_new(Account *acct, const ReaderOrigin *give_origin, Receiver **ret, Err *err)
{
    ReaderOrigin origin = *give_origin;
    Receiver *r = mem_zalloc(acct, sizeof(*r));
    if (!r) {
        reader_origin_drop(&origin);
        return RAISE_NOMEM(err);
    }
    r->acct = acct;
    r->origin = origin;
    *ret = r;
    return 0;
}

void receiver_free(Receiver *r)
{
    if (!r)
        return;
    if (r->engine)
        engine_timer_clear(r->engine, &r->timer);
    source_close(r->source);
    reader_origin_drop(&r->origin);
    mem_free(r->acct, r, sizeof(*r));
}

int receiver_open(Receiver *r, Err *err)
{
    return source_open(r->origin.type, &r->origin.args, &r->source, err);
}

void receiver_let_go(Receiver *r)
{
    source_close(MOVE(r->source));
}

static void push(Receiver *r, Batch *b)
{
    Err err = ERR_INIT;
    uint32_t n = b->n_sel;
    int rc = engine_step_push(r->engine, r->feed, b, &err);
    batch_unref(b);
    r->n_rows += n;
    if (rc == 0)
        return;
    r->error = err;
    if (rc != -ERR_FUTURE_TIMESTAMP) /* of those the source counts its own */
        r->n_lost += n;
}

/* One poll.  True = there may be more. */
static bool take(Receiver *r)
{
    SourcePoll p = {.watermark_us = INT64_MIN};
    Err err = ERR_INIT;
    int rc = source_poll(r->source, BATCH_ROWS, &p, &err);
    if (p.bad) {
        r->n_bad += p.bad->n_sel;
        if (feed_emit(r->bad_feed, p.bad, &err) < 0)
            r->error = err;
        batch_unref(p.bad);
    }
    if (p.batch)
        push(r, p.batch);
    if (rc < 0)
        r->error = err;
    if (rc == -ERR_IO) /* it is opened again when that can be done */
        source_close(MOVE(r->source));
    return rc == SOURCE_DATA;
}

static bool must_wait(const Receiver *r)
{
    return engine_memory_is_full(r->engine) || !room_is_there(&r->feed->room) || r->feed->defining ||
           (r->feed->wm.clock && event_clock_must_pause(r->feed->wm.clock, r->engine->clock.now_us));
}

/* Until nothing more is there, or others shall have their turn. */
static bool take_all(Receiver *r)
{
    Env *env = engine_env(r->engine);
    int64_t until = env_mono_ns(env) + task_budget_ns(TASK_BACKGROUND);
    bool any = false, more = true;
    while (more && r->source && !must_wait(r) && mpsc_is_empty(&r->engine->mailbox) && env_mono_ns(env) <= until) {
        more = take(r);
        any |= more;
    }
    return any;
}

static bool has_opened(Receiver *r)
{
    Err err = ERR_INIT;
    if (r->source)
        return true;
    r->error = receiver_open(r, &err) < 0 ? err : ERR_INIT;
    return r->source;
}

static void receiver_fire(Timer *t)
{
    Receiver *r = (Receiver *)((char *)t - offsetof(Receiver, timer));
    if (r->feed->closed)
        return;
    if (!has_opened(r))
        r->wait_ns = ABSENT_NS;
    else if (take_all(r))
        r->wait_ns = WAIT_MIN_NS;
    else
        r->wait_ns = MIN(2 * r->wait_ns, (int64_t)WAIT_MAX_NS);
    timers_add(&r->engine->timers, t, env_mono_ns(engine_env(r->engine)) + r->wait_ns); /* who fires looks at the list itself */
}

void receiver_start(Receiver *r, Engine *e, Feed *f, Feed *bad_feed)
{
    r->engine = e;
    r->feed = f;
    r->bad_feed = bad_feed;
    r->wait_ns = WAIT_MIN_NS;
    r->timer.fire = receiver_fire;
    f->receiver = r;
    engine_timer_set(e, &r->timer, env_mono_ns(engine_env(e)));
}
