/* SPDX-License-Identifier: Apache-2.0
 *
 * What runs without a push: readers, clocks, timers, periods, in rounds, by whoever waits for a query or by the worker. */
#include "base/bytes.h"
#include "flow/engine_impl.h"
#include "flow/event_clock.h"

#define TIGHT_CREDIT_ROWS (BATCH_ROWS / 4) /* that a reader gets while pages have to leave memory */
#define IDLE_SPIN_NS 20000
#define PAUSE_NS 1000000 /* how often a reader looks whether its group has caught up */

static void worker_wake(Engine *e)
{
    if (!e->worker)
        return;
    atomic_fetch_add(&e->wake, 1);
    e->env->thread->unpark(e->env, &e->wake, 1);
}

static bool is_background(Engine *e, const Pipeline *q)
{
    uint32_t index;
    PipelineSlot *s = engine_slot_of(e, q, &index);
    return s && s->started && s->options.background;
}

/* Pages can leave between steps only, when the shard is let go: that is not far away then. */
static bool is_tight(const Engine *e)
{
    return unlikely(engine_memory_state(e) >= MEMORY_EVICTING);
}

static int log_read(void *self, const Reader *r, const ReadStep *s, const ReadPlace *place, int64_t now_us, Err *err)
{
    Engine *e = self;
    uint32_t index;
    StrBuf with_place;
    Str payload = {(const char *)s, sizeof(*s)};
    sb_init(&with_place, &e->acct);
    if (place) {
        sb_putstr(&with_place, payload);
        bytes_put_u32(&with_place, place->n_parts);
        sb_putstr(&with_place, place->text);
        payload = sb_str(&with_place);
    }
    engine_random_restart(e, wal_last_seq(e->journal.wal) + 1);
    int rc = with_place.failed ? RAISE_NOMEM(err)
                               : journal_put(&e->journal, WAL_READ, engine_relation_of(engine_slot_of(e, r->query, &index)), now_us,
                                             payload, NULL, err);
    sb_done(&with_place);
    return rc;
}

/* Of a relation's query, and the log is not dead. */
static bool is_logged(Engine *e, const Reader *r)
{
    uint32_t index;
    const PipelineSlot *s = e->journal.wal && !wal_is_dead(e->journal.wal) ? engine_slot_of(e, r->query, &index) : NULL;
    return s && s->options.of_relation && reader_can_repeat(r);
}

/* Its steps cannot be in the log for now: the disk is full, or the statement that makes its query is not there yet. */
static bool must_wait(Engine *e, const Reader *r)
{
    uint32_t index;
    return engine_slot_of(e, r->query, &index)->build || (wal_ready(e->journal.wal, NULL) < 0 && !wal_is_dead(e->journal.wal));
}

static bool run_reader(Engine *e, Reader *r)
{
    if (reader_is_over(r))
        return false;
    bool logged = is_logged(e, r);
    if (logged && must_wait(e, r)) {
        reader_pause(r);
        r->wake_at_ns = env_mono_ns(e->env) + PAUSE_NS;
        return false;
    }
    if (r->wm.clock && event_clock_must_pause(r->wm.clock, e->clock.now_us)) {
        reader_pause(r);
        r->wake_at_ns = env_mono_ns(e->env) + PAUSE_NS;
        return false;
    }
    if (atomic_load_explicit(&r->query->held, memory_order_relaxed)) { /* who reads the result has no room */
        reader_pause(r);
        return false;
    }
    if (engine_memory_is_full(e) && !r->query->plan->is_bounded) { /* looks again soon; an ad-hoc query fails by itself */
        atomic_fetch_add(&e->memory_waits, 1);
        reader_pause(r);
        r->wake_at_ns = env_mono_ns(e->env) + PAUSE_NS;
        return false;
    }
    e->clock.epoch++;
    const ReadLog log = {log_read, e};
    return reader_poll(r, e->env, is_tight(e) ? TIGHT_CREDIT_ROWS : BATCH_ROWS, &e->step, logged ? &log : NULL);
}

const char *engine_absent_source(const Engine *e, const Pipeline *q)
{
    for (const Reader *r = e->readers; r && q->state == PIPELINE_RUNNING; r = r->next)
        if (r->query == q && !r->source && !r->ended)
            return r->absent.message;
    return NULL;
}

int engine_look_for_sources(Engine *e, const Pipeline *q, Err *err)
{
    for (Reader *r = e->readers; r; r = r->next)
        if (r->query == q && !r->source && !r->ended)
            TRY(reader_return(r, err));
    return 0;
}

const char *engine_waits_for(Engine *e, const Pipeline *q)
{
    const char *absent = engine_absent_source(e, q);
    if (absent)
        return absent;
    for (const Reader *r = e->readers; r; r = r->next) {
        if (r->query != q || r->ended || q->state != PIPELINE_RUNNING)
            continue;
        if (atomic_load_explicit(&q->held, memory_order_relaxed))
            return "room for its result";
        if (engine_memory_is_full(e) && !q->plan->is_bounded)
            return "memory";
    }
    return NULL;
}

void engine_timer_set(Engine *e, Timer *t, int64_t due_ns)
{
    timers_add(&e->timers, t, due_ns);
    engine_worker_ensure(e);
}

void engine_timer_clear(Engine *e, Timer *t)
{
    timers_remove(&e->timers, t);
}

bool engine_run(Engine *e, Pipeline *q, int64_t budget_us)
{
    bool busy = false;
    engine_enter(e);
    int64_t until = env_mono_ns(e->env) + budget_us * 1000;
    e->clock.now_us = env_wall_us(e->env);
    do {
        bool round = false;
        for (Reader *r = e->readers; r; r = r->next)
            if (r->query == q)
                round |= run_reader(e, r);
        if (e->n_clocks)
            engine_tick_feeds(e);
        arena_reset(&e->step);
        int64_t now_us = env_wall_us(e->env);
        pipeline_tick(q, now_us);
        if (q->n_timers)
            pipeline_flush(q);
        pipeline_period(q, now_us);
        engine_flush_touched(e);
        busy |= round;
        if (!round || is_tight(e))
            break;
    } while (q->state == PIPELINE_RUNNING && budget_us > 0 && env_mono_ns(e->env) < until);
    engine_leave(e);
    return busy;
}

static int64_t first_due_us(const Engine *e, const Pipeline *q)
{
    int64_t us = INT64_MAX;
    for (uint32_t i = 0; i < e->n_slots && e->n_timed; i++)
        if (e->slot[i]->started && (!q || e->slot[i]->query == q))
            us = MIN(us, pipeline_due_us(e->slot[i]->query));
    return us;
}

/* What is due so late that a count of nanoseconds does not reach it is not waited for. */
static int64_t wake_at_ns(int64_t now_ns, int64_t in_us)
{
    return in_us < INT64_MAX / 2000 ? now_ns + MAX(in_us, 0) * 1000 : INT64_MAX;
}

int64_t engine_next_wake_ns(Engine *e, Pipeline *q)
{
    int64_t at = INT64_MAX;
    engine_enter(e);
    for (Reader *r = e->readers; r; r = r->next)
        if ((!q || r->query == q) && !r->ended && r->query->state == PIPELINE_RUNNING && !atomic_load(&r->query->held))
            at = MIN(at, reader_wake_ns(r));
    int64_t now_us = env_wall_us(e->env), now_ns = env_mono_ns(e->env);
    for (uint32_t i = 0; i < e->n_feeds && e->n_clocks; i++) {
        int64_t in_us = e->feed[i]->wm.clock ? event_clock_next_tick_us(&e->feed[i]->wm, now_us) : INT64_MAX;
        at = MIN(at, wake_at_ns(now_ns, in_us));
    }
    for (uint32_t i = 0; i < e->n_slots; i++) {
        Pipeline *t = e->slot[i]->query;
        if ((!q || t == q) && t->every && !e->slot[i]->build && t->state == PIPELINE_RUNNING)
            at = MIN(at, wake_at_ns(now_ns, t->next_due_us - now_us));
    }
    int64_t due_us = first_due_us(e, q);
    at = MIN(at, wake_at_ns(now_ns, due_us <= now_us ? 0 : due_us - now_us));
    if (!q) {
        e->watched_us = due_us;
        at = MIN(at, timers_next_ns(&e->timers));
    }
    engine_leave(e);
    return at;
}

/* Takes the first reader, which goes to the end of the list. */
static Reader *rotate_readers(Engine *e)
{
    Reader *first = e->readers, **at = &e->readers;
    while (*at)
        at = &(*at)->next;
    *at = first;
    e->readers = first->next;
    first->next = NULL;
    return first;
}

static bool period_is_due(const Engine *e, int64_t now_us)
{
    for (uint32_t i = 0; i < e->n_slots; i++)
        if (e->slot[i]->started && !e->slot[i]->build && pipeline_period_is_due(e->slot[i]->query, now_us))
            return true;
    return false;
}

/* What happens by processing time. */
void engine_step_tick(Engine *e, int64_t now_us)
{
    e->clock.now_us = now_us;
    if (e->journal.wal) {
        engine_random_restart(e, wal_last_seq(e->journal.wal) + 1);
        if (journal_put(&e->journal, WAL_TICK, 0, now_us, (Str){"", 0}, NULL, NULL) < 0)
            return; /* the log is dead, or full: what is not logged does not happen */
    }
    engine_step_begin(e);
    for (uint32_t i = 0; i < e->n_slots; i++)
        if (e->slot[i]->started) {
            bit_set(e->touched, i);
            if (e->slot[i]->query->n_timers)
                engine_touch(e, i);
            pipeline_tick(e->slot[i]->query, now_us);
            if (!e->slot[i]->build)
                pipeline_period(e->slot[i]->query, now_us);
        }
    engine_flush_touched(e);
}

void engine_tick_due(Engine *e)
{
    if (likely(e->n_timed == 0) || e->replaying || e->restoring.p)
        return;
    int64_t now_us = env_wall_us(e->env);
    if (first_due_us(e, NULL) <= now_us)
        engine_step_tick(e, now_us);
}

void engine_watch_due(Engine *e)
{
    if (likely(e->n_timed == 0) || !e->worker)
        return;
    int64_t due_us = first_due_us(e, NULL);
    if (due_us >= e->watched_us)
        return;
    e->watched_us = due_us;
    worker_wake(e);
}

/* Each gets its turn, until the budget is used up; pushes that have been queued meanwhile come first.  True when one had something.
 */
static bool run_readers(Engine *e)
{
    Measures *m = &e->measures;
    bool busy = false;
    int64_t until = env_mono_ns(e->env) + task_budget_ns(TASK_BACKGROUND);
    uint32_t n = 0, i;
    for (Reader *r = e->readers; r; r = r->next)
        n++;
    for (i = 0; i < n && env_mono_ns(e->env) <= until && !(busy && is_tight(e)); i++) {
        Reader *r = rotate_readers(e); /* round robin, also over rounds that the budget ends */
        uint64_t began = measure_begin(m);
        if (is_background(e, r->query) && run_reader(e, r)) {
            busy = true;
            measure_end(m, TASK_BACKGROUND, began, 1);
        }
        engine_flush_touched(e);
        if (mpsc_is_empty(&e->mailbox))
            continue;
        engine_open_letters(e);
        m->n_yields[YIELD_PRIORITY]++;
    }
    m->n_yields[YIELD_BUDGET] += i < n;
    m->n_yields[YIELD_EMPTY] += n > 0 && !busy;
    return busy;
}

bool engine_poll(Engine *e)
{
    bool busy;
    engine_enter(e);
    e->clock.now_us = env_wall_us(e->env);
    busy = run_readers(e);
    uint64_t began = measure_begin(&e->measures);
    if (e->n_clocks)
        engine_tick_feeds(e);
    engine_step_begin(e);
    timers_fire(&e->timers, env_mono_ns(e->env));
    int64_t now_us = env_wall_us(e->env);
    if (period_is_due(e, now_us) || first_due_us(e, NULL) <= now_us)
        engine_step_tick(e, now_us);
    engine_flush_touched(e);
    measure_end(&e->measures, TASK_ITERATION, began, 1);
    engine_leave(e);
    return busy;
}

bool engine_has_background_work(Engine *e)
{
    bool any = false;
    engine_enter(e);
    for (Reader *r = e->readers; r; r = r->next)
        any |= !r->ended && r->query->state == PIPELINE_RUNNING && is_background(e, r->query);
    for (uint32_t i = 0; i < e->n_feeds; i++)
        any |= e->feed[i]->receiver && e->feed[i]->consumers.first;
    engine_leave(e);
    return any;
}

bool engine_has_bounded_work(Engine *e)
{
    bool any = false;
    engine_enter(e);
    for (Reader *r = e->readers; r; r = r->next)
        any |= r->bounded && !r->ended && r->query->state == PIPELINE_RUNNING && is_background(e, r->query);
    engine_leave(e);
    return any;
}

static void add_spill(SpillCounters *sum, const PageStore *ps)
{
    SpillCounters c = page_store_spill_counters(ps);
    sum->n_evicted += c.n_evicted;
    sum->n_written += c.n_written;
    sum->n_read += c.n_read;
    sum->n_failed += c.n_failed;
    sum->out_bytes += c.out_bytes;
    sum->file_bytes += c.file_bytes;
}

void engine_counters(Engine *e, EngineCounters *ret)
{
    bool inside = engine_is_inside(e);
    if (!inside)
        engine_enter(e);
    *ret = e->c;
    ret->memory_waits = atomic_load(&e->memory_waits);
    for (uint32_t i = 0; i < e->n_slots; i++)
        ret->rows_out += e->slot[i]->query->n_out;
    for (uint32_t p = 0; p < e->crew.parts.n; p++)
        add_spill(&ret->spill, e->crew.parts.part[p].pages);
    if (!inside)
        engine_leave(e);
}

void engine_measures(Engine *e, Measures *ret)
{
    bool inside = engine_is_inside(e);
    if (!inside)
        engine_enter(e);
    (void)measure_ns_per_tick(&e->measures);
    *ret = e->measures;
    if (!inside)
        engine_leave(e);
}

void engine_measure(Engine *e, Task t, uint64_t began)
{
    measure_end(&e->measures, t, began, 1);
}

void engine_mailbox(const Engine *e, uint64_t *ret_queued, uint64_t *ret_slots)
{
    uint64_t head = atomic_load_explicit(&e->mailbox.head, memory_order_relaxed);
    *ret_queued = atomic_load_explicit(&e->mailbox.tail, memory_order_relaxed) - head;
    *ret_slots = e->mailbox.mask + 1;
}

/* ---- worker ---- */

void engine_worker_stop(Engine *e)
{
    if (!e->worker)
        return;
    atomic_store(&e->stop, true);
    worker_wake(e);
    e->env->thread->join(e->env, e->worker);
    e->worker = NULL;
}

static void worker_main(void *arg)
{
    Engine *e = arg;
    for (;;) {
        uint32_t seen = atomic_load(&e->wake);
        if (atomic_load(&e->stop)) /* looked at behind `wake`: a wake that has been seen ends no sleep */
            break;
        if (engine_poll(e))
            continue;
        int64_t now = env_mono_ns(e->env), at = engine_next_wake_ns(e, NULL);
        if (at <= now + IDLE_SPIN_NS)
            continue;
        e->env->thread->park(e->env, &e->wake, seen, at);
    }
}

void engine_worker_ensure(Engine *e)
{
    if (!e->env->thread || e->replaying)
        return;
    if (e->worker) {
        worker_wake(e);
        return;
    }
    if (e->closing || e->env->thread->spawn(e->env, "laminar-shard", worker_main, e, &e->worker, NULL) < 0)
        e->worker = NULL; /* polled by callers then: laminar_execute and the row writers still make progress */
    else if (e->pinning.on)
        engine_pin_again(e);
}
