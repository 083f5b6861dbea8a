/* SPDX-License-Identifier: Apache-2.0
 *
 * Engine.  One shard: a lock word that says who runs steps (a mutex on a futex: uncontended, one compare-and-swap), a mailbox for
 * those who found it taken, the feeds, the queries in the order of their creation.  A query can only depend on what was there
 * before it, so creation order is topological order, and flushing in it makes a step free of glitches.
 *
 * Nothing waits inside: a push that finds the shard taken leaves its rows in the mailbox, and whoever holds the shard empties the
 * mailbox before it lets go and looks again after it has. */
#include "flow/engine.h"
#include "base/ring.h"
#include "env/points.h"
#include "flow/event_clock.h"
#include "flow/errors_feed.h"

#include <stdio.h>

#define MAILBOX_SLOTS 1024u
#define STEP_CHUNK (256u * 1024u)
#define POLL_BUDGET_US 2000
#define IDLE_SPIN_NS 20000

typedef struct Letter { /* a push that was queued */
    Feed *feed;
    Batch *batch; /* owned; NULL: a watermark */
    int64_t wm_us;
} Letter;

typedef struct LeafConsumer { /* a running query's input from a feed */
    Consumer consumer;
    Engine *engine;
    Pipeline *query;
    uint32_t leaf, slot; /* slot: position of the query */
} LeafConsumer;

typedef struct FeedConsumer { /* a query's result into a feed */
    Consumer consumer;
    Pipeline *query;
    Feed *to;
} FeedConsumer;

typedef struct PipelineSlot {
    Pipeline *query;
    PipelineOptions options;
    char name[64];
    LeafConsumer *leaf; /* one per leaf; consumer.type NULL when the leaf is not live */
    Feed **leaf_feed;   /* feed of a live or snapshot leaf */
    bool *snapshot;
    FeedConsumer out;
    bool started;
} PipelineSlot;

struct Engine {
    Env *env;
    Account acct;
    EnvMutex lock;
    _Atomic uint64_t owner; /* thread in the shard */
    Mpsc mailbox;
    Arena step;
    PageStore *pages;
    uint64_t next_query;
    uint32_t n_slots, cap_slots;
    PipelineSlot **slot;   /* by creation */
    uint32_t touched_from; /* first slot that may have got something in this step */
    uint32_t n_feeds, cap_feeds;
    uint32_t n_clocks; /* feeds with a clock */
    Feed **feed;
    Reader *readers;
    StepClock clock; /* number and processing time of the step */
    TimerList timers;
    EngineCounters c;
    /* Worker: started with the first background query that has something to poll. */
    EnvThreadHandle *worker;
    _Atomic uint32_t wake; /* futex word */
    _Atomic bool stop;
    bool closing;
};

/* ---- ownership ---- */

static uint64_t self_id(Engine *e)
{
    return e->env->thread ? e->env->thread->self_id(e->env) : 1;
}

bool engine_is_inside(const Engine *e)
{
    return atomic_load_explicit(&e->owner, memory_order_relaxed) == self_id((Engine *)e);
}

bool engine_is_quiet(Engine *e)
{
    /* In this order: a letter that is gone from the mailbox is being opened by an owner, who is seen until he is done. */
    return mpsc_is_empty(&e->mailbox) && atomic_load(&e->owner) == 0;
}

static void mailbox_drain(Engine *e);

void engine_enter(Engine *e)
{
    env_lock(e->env, &e->lock);
    atomic_store_explicit(&e->owner, self_id(e), memory_order_relaxed);
    mailbox_drain(e);
}

static bool try_enter(Engine *e)
{
    if (!env_trylock(e->env, &e->lock))
        return false;
    atomic_store_explicit(&e->owner, self_id(e), memory_order_relaxed);
    mailbox_drain(e);
    return true;
}

static void leave_once(Engine *e)
{
    atomic_store_explicit(&e->owner, 0, memory_order_release);
    env_unlock(e->env, &e->lock);
    atomic_thread_fence(memory_order_seq_cst);
}

void engine_leave(Engine *e)
{
    mailbox_drain(e);
    leave_once(e);
    /* A letter posted between the drain and the release found the lock taken: its writer relies on this second look. */
    while (!mpsc_is_empty(&e->mailbox) && try_enter(e))
        leave_once(e);
}

static void worker_wake(Engine *e)
{
    if (!e->worker)
        return;
    atomic_fetch_add(&e->wake, 1);
    e->env->thread->unpark(e->env, &e->wake, 1);
}

/* ---- steps ---- */

static void step_begin(Engine *e)
{
    arena_reset(&e->step);
    e->clock.epoch++;
}

static void flush_touched(Engine *e)
{
    for (uint32_t i = e->touched_from; i < e->n_slots; i++)
        pipeline_flush(e->slot[i]->query);
    e->touched_from = UINT32_MAX;
}

static int leaf_batch(Consumer *c, const Batch *b, Err *err)
{
    (void)err;
    LeafConsumer *l = (LeafConsumer *)c;
    l->engine->touched_from = MIN(l->engine->touched_from, l->slot);
    pipeline_push(l->query, l->leaf, (Batch *)b, l->engine->clock.now_us);
    return 0;
}

static void leaf_mark(Consumer *c, int64_t wm_us)
{
    LeafConsumer *l = (LeafConsumer *)c;
    l->engine->touched_from = MIN(l->engine->touched_from, l->slot);
    pipeline_mark(l->query, l->leaf, wm_us);
}

static void leaf_end(Consumer *c, const Err *err)
{
    LeafConsumer *l = (LeafConsumer *)c;
    if (err)
        pipeline_fail(l->query, err);
    else
        pipeline_leaf_end(l->query, l->leaf);
}
static void leaf_idle(Consumer *c, bool is_idle)
{
    LeafConsumer *l = (LeafConsumer *)c;
    l->engine->touched_from = MIN(l->engine->touched_from, l->slot);
    pipeline_idle(l->query, l->leaf, is_idle);
}
static bool leaf_wants_mark(Consumer *c)
{
    LeafConsumer *l = (LeafConsumer *)c;
    return pipeline_wants_mark(l->query, l->leaf);
}
static const ConsumerType leaf_consumer = {
    .batch = leaf_batch, .mark = leaf_mark, .wants_mark = leaf_wants_mark, .idle = leaf_idle, .end = leaf_end};

static int out_to_feed(Consumer *c, const Batch *b, Err *err)
{
    FeedConsumer *f = (FeedConsumer *)c;
    int rc = feed_emit(f->to, (Batch *)b, err);
    if (rc < 0) /* what is kept of the result has a hole: the query cannot go on */
        pipeline_fail(f->query, err);
    return rc;
}
static void mark_to_feed(Consumer *c, int64_t wm_us)
{
    feed_mark(((FeedConsumer *)c)->to, wm_us);
}
static void idle_to_feed(Consumer *c, bool is_idle)
{
    feed_idle(((FeedConsumer *)c)->to, is_idle);
}
static void end_to_feed(Consumer *c, const Err *err)
{
    feed_end(((FeedConsumer *)c)->to, err);
}
static bool feed_wants_mark(Consumer *c)
{
    Feed *to = ((FeedConsumer *)c)->to;
    return to->stored || consumers_want_mark(&to->consumers); /* who reads a view later asks how far it has come */
}
static void step_end_of_feed(Consumer *c)
{
    consumers_step_end(&((FeedConsumer *)c)->to->consumers);
}
static const ConsumerType feed_consumer = {.batch = out_to_feed,
                                           .mark = mark_to_feed,
                                           .wants_mark = feed_wants_mark,
                                           .idle = idle_to_feed,
                                           .step_end = step_end_of_feed,
                                           .end = end_to_feed};

static int refuse_future(Feed *f, const Batch *b, Rows future, Err *err)
{
    f->n_refused += future.n;
    if (future.n == 0 || f->wm.future_rows != FUTURE_ERROR)
        return 0;
    Value v = vec_get(&b->col[f->wm.col], row_at(future, 0));
    StrBuf text;
    sb_init(&text, NULL);
    value_print(&v, &text);
    int rc = RAISE(err, ERR_FUTURE_TIMESTAMP, "event time %s of source \"%s\" lies more than max_future_skew in the future",
                   sb_cstr(&text), f->name);
    sb_done(&text);
    return rc;
}

static void step_mark(Engine *e, Feed *f)
{
    feed_mark(f, f->wm.wm_us);
    flush_touched(e);
}

static void tell_idle(Engine *e, Feed *f)
{
    if (f->wm.clock->idle == f->idle)
        return;
    feed_idle(f, f->wm.clock->idle);
    flush_touched(e);
}

/* What the clocks of push sources do by themselves. */
static void tick_feeds(Engine *e)
{
    int64_t now_us = env_wall_us(e->env), now_ns = env_mono_ns(e->env);
    e->clock.now_us = now_us;
    for (uint32_t i = 0; i < e->n_feeds; i++) {
        Feed *f = e->feed[i];
        if (!f->wm.clock || f->closed)
            continue;
        int64_t before = f->wm.wm_us, next_us = event_clock_next_tick_us(&f->wm, now_us);
        event_clock_polled(f->wm.clock, now_ns, next_us < INT64_MAX / 1000 ? now_ns + next_us * 1000 : now_ns, true);
        if (!event_clock_tick(&f->wm, now_us))
            continue;
        step_begin(e);
        if (f->wm.wm_us != before)
            step_mark(e, f);
        tell_idle(e, f);
        consumers_step_end(&f->consumers);
    }
}

/* Rows that one watermark judges. */
static int step_piece(Engine *e, Feed *f, Batch *b, Err *err)
{
    WatermarkSplit split;
    int64_t before = f->wm.wm_us;
    TRY(watermark_accept(&f->wm, b, b->ptime_us, &e->step, &split));
    int rc = 0;
    if (unlikely(split.is_cut)) {
        rc = refuse_future(f, b, split.future, err);
        int64_t ptime = b->ptime_us;
        b = batch_with_sel(&e->step, b, split.keep.sel, split.keep.n);
        if (!b)
            return RAISE_NOMEM(err);
        b->ptime_us = ptime;
    }
    if (b->n_sel) {
        int emitted = f->stored ? feed_take(f, b, &e->step, err) : feed_emit(f, b, err);
        rc = rc < 0 ? rc : emitted;
        flush_touched(e);
    }
    if (f->wm.wm_us != before)
        step_mark(e, f);
    return rc;
}

static int step_push(Engine *e, Feed *f, Batch *b, Err *err)
{
    if (f->closed)
        return RAISE(err, ERR_CLOSED, "relation \"%s\" is gone", f->name);
    env_point(e->env, POINT_STEP_BEGIN);
    step_begin(e);
    e->c.steps++;
    e->c.rows_in += b->n_sel;
    e->clock.now_us = b->ptime_us = env_wall_us(e->env);
    if (unlikely(f->wm.clock) && !(b = event_clock_stamp(&f->wm, b, e->clock.now_us, &e->step)))
        return RAISE_NOMEM(err);
    Rows rows = batch_rows(b);
    int rc = 0;
    for (uint32_t from = 0, n; from < rows.n; from += n) {
        n = watermark_piece(&f->wm, b, rows, from, b->ptime_us);
        Batch *piece = watermark_take_piece(&e->step, b, rows, from, n);
        int piece_rc = piece ? step_piece(e, f, piece, err) : RAISE_NOMEM(err);
        rc = rc < 0 ? rc : piece_rc;
        if (!piece)
            break;
    }
    if (unlikely(f->wm.clock))
        tell_idle(e, f);
    consumers_step_end(&f->consumers);
    env_point(e->env, POINT_STEP_END);
    return rc;
}

int engine_change(Engine *e, Feed *f, Batch *const *b, uint32_t n, Err *err)
{
    if (f->closed)
        return RAISE(err, ERR_CLOSED, "relation \"%s\" is gone", f->name);
    env_point(e->env, POINT_STEP_BEGIN);
    step_begin(e);
    e->c.steps++;
    e->clock.now_us = env_wall_us(e->env);
    for (uint32_t i = 0; i < n; i++) {
        e->c.rows_in += b[i]->n_sel;
        b[i]->ptime_us = e->clock.now_us;
    }
    int rc = feed_change(f, b, n, err);
    flush_touched(e);
    consumers_step_end(&f->consumers);
    env_point(e->env, POINT_STEP_END);
    return rc;
}

static void mailbox_drain(Engine *e)
{
    for (Letter *m; (m = mpsc_pop(&e->mailbox)) != NULL;) {
        if (m->batch) {
            (void)step_push(e, m->feed, m->batch, NULL);
        } else if (watermark_raise(&m->feed->wm, m->wm_us)) {
            step_begin(e);
            step_mark(e, m->feed);
            consumers_step_end(&m->feed->consumers);
        }
        batch_unref(m->batch);
        feed_unref(m->feed);
        mem_free(&e->acct, m, sizeof(*m));
    }
}

static int post(Engine *e, Feed *f, const Batch *b, int64_t wm_us, Err *err)
{
    Letter *m = mem_zalloc(&e->acct, sizeof(*m));
    if (!m)
        return RAISE_NOMEM(err);
    *m = (Letter){feed_ref(f), b ? batch_own(&e->acct, b) : NULL, wm_us};
    bool no_memory = b && !m->batch;
    if (!no_memory && mpsc_push(&e->mailbox, m))
        return 0;
    batch_unref(m->batch);
    feed_unref(m->feed);
    mem_free(&e->acct, m, sizeof(*m));
    return no_memory ? RAISE_NOMEM(err) : -ERR_QUEUE_FULL;
}

int engine_push(Engine *e, Feed *f, Batch *b, Err *err)
{
    bool inside = engine_is_inside(e);
    if (!inside && try_enter(e)) {
        int rc = step_push(e, f, b, err);
        engine_leave(e);
        return rc;
    }
    int rc = post(e, f, b, 0, err);
    if (inside) /* the holder is this thread: the letter is opened when its step is done */
        return rc == -ERR_QUEUE_FULL ? RAISE(err, ERR_QUEUE_FULL, "too many rows were pushed inside one callback") : rc;
    if (rc == -ERR_QUEUE_FULL) { /* backpressure: wait for the shard */
        engine_enter(e);
        e->c.mailbox_full++;
        rc = step_push(e, f, b, err);
        engine_leave(e);
        return rc;
    }
    if (rc == 0 && try_enter(e))
        engine_leave(e);
    return rc;
}

int engine_push_watermark(Engine *e, Feed *f, int64_t wm_us, Err *err)
{
    if (engine_is_inside(e))
        return post(e, f, NULL, wm_us, err);
    engine_enter(e);
    int rc = f->closed ? RAISE(err, ERR_CLOSED, "relation \"%s\" is gone", f->name) : 0;
    if (rc == 0 && watermark_raise(&f->wm, wm_us)) {
        step_begin(e);
        step_mark(e, f);
        consumers_step_end(&f->consumers);
    }
    engine_leave(e);
    return rc;
}

/* ---- life ---- */

int engine_new(Env *env, Account *parent, Engine **ret, Err *err)
{
    Engine *e = mem_zalloc(parent, sizeof(*e));
    if (!e)
        return RAISE_NOMEM(err);
    e->env = env;
    account_init(&e->acct, parent, "engine");
    arena_init(&e->step, &e->acct, STEP_CHUNK);
    e->touched_from = UINT32_MAX;
    e->next_query = 1;
    e->pages = page_store_new(&e->acct);
    if (!e->pages || mpsc_init(&e->mailbox, &e->acct, MAILBOX_SLOTS) < 0) {
        engine_free(e);
        return RAISE_NOMEM(err);
    }
    *ret = e;
    return 0;
}

Env *engine_env(Engine *e)
{
    return e->env;
}

Account *engine_account(Engine *e)
{
    return &e->acct;
}

Arena *engine_step(Engine *e)
{
    return &e->step;
}

static void worker_stop(Engine *e)
{
    if (!e->worker)
        return;
    atomic_store(&e->stop, true);
    worker_wake(e);
    e->env->thread->join(e->env, e->worker);
    e->worker = NULL;
}

void engine_free(Engine *e)
{
    if (!e)
        return;
    worker_stop(e);
    if (e->mailbox.slot) {
        engine_enter(e);
        e->closing = true;
        while (e->n_slots)
            engine_drop_query(e, e->slot[e->n_slots - 1]->query);
        while (e->n_feeds)
            engine_drop_feed(e, e->feed[e->n_feeds - 1]);
        leave_once(e);
        mpsc_done(&e->mailbox);
    }
    mem_free(&e->acct, e->slot, e->cap_slots * sizeof(*e->slot));
    mem_free(&e->acct, e->feed, e->cap_feeds * sizeof(*e->feed));
    if (e->pages)
        page_store_free(e->pages);
    arena_done(&e->step);
    Account *parent = e->acct.parent;
    account_done(&e->acct);
    mem_free(parent, e, sizeof(*e));
}

static int grow_pointers(Account *acct, void *array_at, uint32_t n, uint32_t *cap)
{
    void **old;
    memcpy(&old, array_at, sizeof(old));
    if (n < *cap)
        return 0;
    uint32_t bigger = *cap ? *cap * 2 : 16;
    void **p = mem_realloc(acct, old, *cap * sizeof(*p), bigger * sizeof(*p));
    if (!p)
        return -ERR_OUT_OF_MEMORY;
    memcpy(array_at, &p, sizeof(p));
    *cap = bigger;
    return 0;
}

int engine_add_feed(Engine *e, uint64_t relation, const char *name, const Schema *schema, const Watermark *wm, uint64_t retain_rows,
                    Feed **ret, Err *err)
{
    const ClockSpec *spec = wm ? wm->spec : NULL;
    Feed *f = NULL;
    int rc = grow_pointers(&e->acct, &e->feed, e->n_feeds, &e->cap_feeds) < 0 ? RAISE_NOMEM(err) : 0;
    if (rc == 0)
        rc = feed_new(&e->acct, relation, name, schema, wm, retain_rows, &f, err);
    if (rc < 0) {
        event_clock_spec_drop(spec);
        return rc;
    }
    if (spec) {
        rc = event_clock_new(&f->acct, e->pages, schema, spec, &f->wm.clock, err);
        if (rc < 0) {
            feed_unref(f);
            return rc;
        }
        e->n_clocks++;
    }
    f->clock = &e->clock;
    e->feed[e->n_feeds++] = *ret = f;
    return 0;
}

Feed *engine_feed(Engine *e, uint64_t relation)
{
    for (uint32_t i = 0; i < e->n_feeds; i++)
        if (e->feed[i]->relation == relation)
            return e->feed[i];
    return NULL;
}

#define STORED_TABLE_IDS UINT32_C(0x80000000) /* below: the tables of operators */

int engine_store(Engine *e, Feed *f, const uint32_t *key, uint32_t n_key, Err *err)
{
    return stored_new(&f->acct, e->pages, STORED_TABLE_IDS | (uint32_t)(f->relation << 2), f->schema, key, n_key, &f->stored, err);
}

uint64_t engine_epoch(const Engine *e)
{
    return e->clock.epoch;
}

int engine_retain_history(Engine *e, Feed *f, int64_t bytes, Err *err)
{
    return history_new(&f->acct, bytes, e->clock.epoch, env_wall_us(e->env), &f->history, err);
}

int engine_wait_room(Engine *e, Feed *f, Err *err)
{
    return likely(room_is_there(&f->room)) || engine_is_inside(e) ? 0 : room_wait(e->env, &f->room, f->name, err);
}

void engine_drop_feed(Engine *e, Feed *f)
{
    if (!f)
        return;
    Err gone = ERR_INIT;
    (void)RAISE(&gone, ERR_CLOSED, "relation \"%s\" was dropped", f->name);
    feed_end(f, &gone);
    for (uint32_t i = 0; i < e->n_feeds; i++) {
        if (e->feed[i] != f)
            continue;
        memmove(&e->feed[i], &e->feed[i + 1], (e->n_feeds - i - 1) * sizeof(*e->feed));
        e->n_feeds--;
        e->n_clocks -= f->wm.clock != NULL;
        break;
    }
    event_clock_free(f->wm.clock);
    f->wm.clock = NULL;
    stored_free(f->stored); /* the pages are the engine's; a writer may hold the feed for longer */
    f->stored = NULL;
    feed_unref(f);
}

void engine_end_feeds(Engine *e, const Err *why)
{
    for (uint32_t i = 0; i < e->n_feeds; i++)
        feed_end(e->feed[i], why);
}

/* ---- queries ---- */

static void slot_free(Engine *e, PipelineSlot *s)
{
    if (!s)
        return;
    uint32_t n = s->query ? s->query->n_leaves : 0;
    for (uint32_t i = 0; s->leaf && i < n; i++)
        if (s->leaf[i].consumer.type && s->leaf_feed[i] && !s->leaf[i].consumer.detached)
            consumer_remove(&s->leaf_feed[i]->consumers, &s->leaf[i].consumer);
    for (Reader **at = &e->readers; *at;) {
        Reader *r = *at;
        if (r->query == s->query && s->query) {
            *at = r->next;
            reader_free(r, &e->acct);
        } else {
            at = &r->next;
        }
    }
    mem_free(&e->acct, s->leaf, n * sizeof(*s->leaf) + 1);
    mem_free(&e->acct, s->leaf_feed, n * sizeof(*s->leaf_feed) + 1);
    mem_free(&e->acct, s->snapshot, n * sizeof(*s->snapshot) + 1);
    pipeline_free(s->query);
    mem_free(&e->acct, s, sizeof(*s));
}

static void leaf_drop(const LeafBinding *b)
{
    if (b->kind != LEAF_READER)
        return;
    source_close(b->source);
    event_clock_spec_drop(b->wm.spec);
}

static int bind_leaf(Engine *e, PipelineSlot *s, uint32_t i, const LeafBinding *b, Err *err)
{
    if (b->kind == LEAF_READER) {
        Reader *r = NULL;
        TRY(reader_new(&e->acct, e->pages, s->query, i, b->source, &b->wm, b->bad_feed, &r, err));
        r->next = e->readers;
        e->readers = r;
        return 0;
    }
    s->leaf_feed[i] = b->feed;
    s->snapshot[i] = b->kind == LEAF_SNAPSHOT;
    return 0;
}

static uint64_t draw_random(void *env)
{
    Env *e = env;
    return e->clock->rand64(e);
}

static int fill_slot(Engine *e, PipelineSlot *s, PhysPlan *give_plan, const LeafBinding *leaves, Err *err)
{
    TRY(pipeline_new(&e->acct, e->pages, &e->step, give_plan, e->next_query++, s->name, &s->query, err));
    Pipeline *q = s->query;
    q->env.eval.rand64 = draw_random;
    q->env.eval.rand_self = e->env;
    if (s->options.errors) {
        q->on_errors = errors_feed_take;
        q->on_errors_self = s->options.errors;
    }
    uint32_t n = q->n_leaves;
    s->leaf = mem_zalloc(&e->acct, n * sizeof(*s->leaf) + 1);
    s->leaf_feed = mem_zalloc(&e->acct, n * sizeof(*s->leaf_feed) + 1);
    s->snapshot = mem_zalloc(&e->acct, n * sizeof(*s->snapshot) + 1);
    int rc = s->leaf && s->leaf_feed && s->snapshot ? 0 : RAISE_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        if (rc == 0)
            rc = bind_leaf(e, s, i, &leaves[i], err);
        else
            leaf_drop(&leaves[i]);
    }
    return rc;
}

static uint32_t count_leaves(const PhysPlan *p)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->n_nodes; i++)
        n += p->nodes[i]->kind == PHYS_SOURCE;
    return n;
}

int engine_add_query(Engine *e, PhysPlan *give_plan, const PipelineOptions *o, const LeafBinding *leaves, Pipeline **ret, Err *err)
{
    uint32_t n = count_leaves(give_plan);
    PipelineSlot *s = mem_zalloc(&e->acct, sizeof(*s));
    if (!s || grow_pointers(&e->acct, &e->slot, e->n_slots, &e->cap_slots) < 0) {
        mem_free(&e->acct, s, sizeof(*s));
        phys_plan_free(give_plan);
        for (uint32_t i = 0; i < n; i++)
            leaf_drop(&leaves[i]);
        return RAISE_NOMEM(err);
    }
    s->options = *o;
    snprintf(s->name, sizeof(s->name), "%s", o->name ? o->name : "query");
    int rc = fill_slot(e, s, give_plan, leaves, err);
    if (rc < 0) {
        if (!s->query)
            for (uint32_t i = 0; i < n; i++)
                leaf_drop(&leaves[i]);
        slot_free(e, s);
        return rc;
    }
    e->slot[e->n_slots++] = s;
    Feed *to = o->output_relation ? engine_feed(e, o->output_relation) : NULL;
    if (to) {
        s->out = (FeedConsumer){.consumer.type = &feed_consumer, .query = s->query, .to = to};
        consumer_add(&s->query->consumers, &s->out.consumer);
    }
    *ret = s->query;
    return 0;
}

static PipelineSlot *slot_of(Engine *e, const Pipeline *q, uint32_t *ret_index)
{
    for (uint32_t i = 0; i < e->n_slots; i++) {
        if (e->slot[i]->query == q) {
            *ret_index = i;
            return e->slot[i];
        }
    }
    return NULL;
}

typedef struct SnapshotFeed {
    Engine *engine;
    Pipeline *query;
    uint32_t leaf;
    int64_t now_us;
} SnapshotFeed;

static int snapshot_batch(void *self, Batch *b, Err *err)
{
    (void)err;
    SnapshotFeed *s = self;
    arena_reset(&s->engine->step);
    pipeline_push(s->query, s->leaf, b, s->now_us);
    pipeline_flush(s->query);
    return 0;
}

static int backfill_batch(void *self, Batch *b, Err *err)
{
    (void)err;
    SnapshotFeed *s = self;
    arena_reset(&s->engine->step);
    pipeline_push(s->query, s->leaf, b, s->now_us);
    return 0;
}

static void read_snapshot(Engine *e, Pipeline *q, uint32_t leaf, Feed *f)
{
    SnapshotFeed snap = {e, q, leaf, e->clock.now_us};
    Err err = ERR_INIT;
    if (feed_each_retained(f, snapshot_batch, &snap, &err) < 0)
        pipeline_fail(q, &err);
    else
        pipeline_leaf_end(q, leaf);
}

static int replay_entry(void *self, const HistoryEntry *h)
{
    SnapshotFeed *s = self;
    s->engine->clock.epoch = h->epoch;
    arena_reset(&s->engine->step);
    pipeline_push(s->query, s->leaf, h->batch, h->ptime_us);
    pipeline_flush(s->query);
    return 0;
}

/* What the inputs' histories hold after an epoch, each change in the epoch it belongs to. */
static void replay(Engine *e, PipelineSlot *s)
{
    StepClock clock = e->clock;
    for (uint32_t i = 0; i < s->query->n_leaves; i++) {
        SnapshotFeed to = {e, s->query, i, 0};
        if (s->leaf_feed[i] && s->leaf_feed[i]->history)
            (void)history_each(s->leaf_feed[i]->history, s->options.after_epoch, replay_entry, &to);
    }
    e->clock = clock;
}

/* What the live inputs hold already goes in before what comes.  The shard is held from here until they are linked, so nothing is
 * missed and nothing comes twice; results leave once, at the flush. */
static void backfill(Engine *e, PipelineSlot *s)
{
    Pipeline *q = s->query;
    if (s->options.start == START_HISTORY)
        replay(e, s);
    if (s->options.start == START_HISTORY || (s->options.start == START_LATEST && q->n_flush == 0))
        return;
    bool any = s->options.keeps_result && q->state == PIPELINE_RUNNING;
    for (uint32_t i = 0; i < q->n_leaves; i++) {
        Feed *f = s->leaf_feed[i];
        if (!f || s->snapshot[i] || !(f->stored || s->options.keeps_result || s->options.start == START_RETAINED))
            continue;
        SnapshotFeed snap = {e, q, i, e->clock.now_us};
        Err err = ERR_INIT;
        if (feed_each_retained(f, backfill_batch, &snap, &err) < 0)
            pipeline_fail(q, &err);
        any = true;
    }
    arena_reset(&e->step);
    q->stands = any;
    q->touched |= any;
    pipeline_flush(q);
}

static void link_leaf(Engine *e, PipelineSlot *s, uint32_t leaf, uint32_t slot)
{
    Feed *f = s->leaf_feed[leaf];
    s->leaf[leaf] = (LeafConsumer){.consumer.type = &leaf_consumer, .engine = e, .query = s->query, .leaf = leaf, .slot = slot};
    consumer_add(&f->consumers, &s->leaf[leaf].consumer);
    if (f->wm.wm_us != INT64_MIN)
        pipeline_mark(s->query, leaf, f->wm.wm_us);
    if (f->idle)
        pipeline_idle(s->query, leaf, true);
    if (f->closed) /* its query has come to its end */
        pipeline_leaf_end(s->query, leaf);
}

static void worker_ensure(Engine *e);

void engine_start_query(Engine *e, Pipeline *q)
{
    uint32_t index = 0;
    PipelineSlot *s = slot_of(e, q, &index);
    ASSERT(s && !s->started);
    s->started = true;
    e->clock.now_us = env_wall_us(e->env);
    step_begin(e);
    pipeline_start(q, e->clock.now_us);
    backfill(e, s);
    for (uint32_t i = 0; i < q->n_leaves; i++) {
        Feed *f = s->leaf_feed[i];
        if (f && s->snapshot[i])
            read_snapshot(e, q, i, f);
        else if (f)
            link_leaf(e, s, i, index);
    }
    pipeline_flush(q);
    if (s->options.background)
        worker_ensure(e);
}

void engine_drop_query(Engine *e, Pipeline *q)
{
    uint32_t index = 0;
    PipelineSlot *s = slot_of(e, q, &index);
    if (!s)
        return;
    arena_reset(&e->step);
    pipeline_cancel(q);
    memmove(&e->slot[index], &e->slot[index + 1], (e->n_slots - index - 1) * sizeof(*e->slot));
    e->n_slots--;
    for (uint32_t i = index; i < e->n_slots; i++)
        for (uint32_t k = 0; k < e->slot[i]->query->n_leaves; k++)
            e->slot[i]->leaf[k].slot = i;
    slot_free(e, s);
}

Pipeline *engine_query(Engine *e, uint64_t id)
{
    for (uint32_t i = 0; i < e->n_slots; i++)
        if (e->slot[i]->query->id == id)
            return e->slot[i]->query;
    return NULL;
}

Pipeline *engine_query_of(Engine *e, uint64_t output_relation)
{
    for (uint32_t i = 0; i < e->n_slots; i++)
        if (e->slot[i]->options.output_relation == output_relation)
            return e->slot[i]->query;
    return NULL;
}

int engine_each_query(Engine *e, int (*each)(void *self, Pipeline *q), void *self)
{
    for (uint32_t i = 0; i < e->n_slots; i++) {
        int rc = each(self, e->slot[i]->query);
        if (rc)
            return rc;
    }
    return 0;
}

Reader *engine_readers(Engine *e)
{
    return e->readers;
}

void engine_leaf_input(Engine *e, const Pipeline *q, uint32_t leaf, Reader **ret_reader, Feed **ret_feed)
{
    uint32_t index = 0;
    PipelineSlot *s = slot_of(e, q, &index);
    *ret_feed = s && s->leaf_feed ? s->leaf_feed[leaf] : NULL;
    *ret_reader = NULL;
    for (Reader *r = e->readers; r; r = r->next)
        if (r->query == q && r->leaf == leaf)
            *ret_reader = r;
}

/* ---- polling ---- */

static bool is_background(Engine *e, const Pipeline *q)
{
    uint32_t index;
    PipelineSlot *s = slot_of(e, q, &index);
    return s && s->started && s->options.background;
}

static bool run_reader(Engine *e, Reader *r)
{
    if (atomic_load_explicit(&r->query->held, memory_order_relaxed)) { /* who reads the result has no room */
        reader_pause(r);
        return false;
    }
    e->clock.epoch++;
    return reader_poll(r, e->env, &e->step);
}

void engine_timer_set(Engine *e, Timer *t, int64_t due_ns)
{
    timers_add(&e->timers, t, due_ns);
    worker_ensure(e);
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
            tick_feeds(e);
        arena_reset(&e->step);
        pipeline_period(q, env_wall_us(e->env));
        flush_touched(e);
        busy |= round;
        if (!round)
            break;
    } while (q->state == PIPELINE_RUNNING && budget_us > 0 && env_mono_ns(e->env) < until);
    engine_leave(e);
    return busy;
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
        if (in_us < INT64_MAX / 1000)
            at = MIN(at, now_ns + in_us * 1000);
    }
    for (uint32_t i = 0; i < e->n_slots; i++) {
        Pipeline *t = e->slot[i]->query;
        if ((!q || t == q) && t->every && t->state == PIPELINE_RUNNING)
            at = MIN(at, now_ns + MAX(t->next_due_us - now_us, 0) * 1000);
    }
    if (!q)
        at = MIN(at, timers_next_ns(&e->timers));
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

bool engine_poll(Engine *e)
{
    bool busy = false;
    engine_enter(e);
    int64_t until = env_mono_ns(e->env) + POLL_BUDGET_US * 1000;
    e->clock.now_us = env_wall_us(e->env);
    uint32_t n_readers = 0;
    for (Reader *r = e->readers; r; r = r->next)
        n_readers++;
    for (uint32_t i = 0; i < n_readers && env_mono_ns(e->env) <= until; i++) {
        Reader *r = rotate_readers(e); /* round robin, also over rounds that the budget ends */
        if (is_background(e, r->query))
            busy |= run_reader(e, r);
        flush_touched(e);
    }
    if (e->n_clocks)
        tick_feeds(e);
    step_begin(e);
    timers_fire(&e->timers, env_mono_ns(e->env));
    int64_t now_us = env_wall_us(e->env);
    for (uint32_t i = 0; i < e->n_slots; i++)
        if (e->slot[i]->started)
            pipeline_period(e->slot[i]->query, now_us);
    flush_touched(e);
    engine_leave(e);
    return busy;
}

bool engine_has_background_work(Engine *e)
{
    bool any = false;
    engine_enter(e);
    for (Reader *r = e->readers; r; r = r->next)
        any |= !r->ended && r->query->state == PIPELINE_RUNNING && is_background(e, r->query);
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

void engine_counters(Engine *e, EngineCounters *ret)
{
    engine_enter(e);
    *ret = e->c;
    engine_leave(e);
}

/* ---- worker ---- */

static void worker_main(void *arg)
{
    Engine *e = arg;
    while (!atomic_load(&e->stop)) {
        uint32_t seen = atomic_load(&e->wake);
        if (engine_poll(e))
            continue;
        int64_t now = env_mono_ns(e->env), at = engine_next_wake_ns(e, NULL);
        if (at <= now + IDLE_SPIN_NS)
            continue;
        e->env->thread->park(e->env, &e->wake, seen, at);
    }
}

static void worker_ensure(Engine *e)
{
    if (!e->env->thread)
        return;
    if (e->worker) {
        worker_wake(e);
        return;
    }
    if (e->closing || e->env->thread->spawn(e->env, "laminar-shard", worker_main, e, &e->worker, NULL) < 0)
        e->worker = NULL; /* polled by callers then: laminar_execute and the row writers still make progress */
}
