/* SPDX-License-Identifier: Apache-2.0
 *
 * Stream: what the step gives, on its way to the reader.  A callback that nothing holds back gets the step's own batch, without a
 * copy or an allocation; everything else goes through the queue. */
#include "db/stream.h"
#include "db/api.h"

#define BATCH_DELAY_PRESET_US 1000

static void bump(_Atomic uint64_t *c, uint64_t by) /* one writer at a time */
{
    atomic_store_explicit(c, atomic_load_explicit(c, memory_order_relaxed) + by, memory_order_relaxed);
}

void stream_signal(Stream *s)
{
    Env *env = s->db->env;
    atomic_fetch_add(&s->event, 1);
    if (!env->thread)
        return;
    if (atomic_load(&s->waiting))
        env->thread->unpark(env, &s->event, UINT32_MAX);
    int fd = atomic_load(&s->queue.fd);
    if (fd >= 0)
        env->thread->eventfd_signal(env, fd);
}

static ConsumerList *list_of(Stream *s)
{
    return s->query ? &s->query->consumers : &s->feed->consumers;
}

/* ---- to the callback ---- */

static void call(Stream *s, const Delivery *d)
{
    bump(&s->c.batches, 1);
    bump(&s->c.rows, d->batch ? d->batch->n_sel : 0);
    bump(&s->c.bytes, (uint64_t)d->bytes);
    atomic_store_explicit(&s->c.epoch, d->epoch, memory_order_relaxed);
    s->o.deliver(s->o.self, d);
}

/* Gives what has been gathered. */
static void give_block(Stream *s)
{
    if (!s->has_block || s->block.n == 0)
        return;
    engine_timer_clear(s->db->engine, &s->timer);
    Batch *b = row_block_view(&s->block);
    b->w_kind = s->block_changes ? W_VEC : W_ONE;
    b->w = s->block_changes ? s->block_w : NULL;
    Delivery d = {.batch = b, .epoch = s->epoch ? s->epoch : engine_epoch(s->db->engine), .kind = DELIVER_ROWS, .event = -1};
    if (!atomic_load(&s->cancelled))
        call(s, &d);
    b->w = NULL;
    b->w_kind = W_ONE;
    s->block_changes = false;
    row_block_reset(&s->block);
}

static void timer_fired(Timer *t)
{
    Stream *s = (Stream *)(void *)((char *)t - offsetof(Stream, timer));
    if (!atomic_load(&s->paused))
        give_block(s);
}

static int open_block(Stream *s, Err *err)
{
    Account *acct = engine_account(s->db->engine);
    s->block_w = mem_alloc(acct, s->o.batch_rows * sizeof(*s->block_w));
    if (!s->block_w)
        return RAISE_NOMEM(err);
    TRY(row_block_init(&s->block, acct, s->schema, s->o.batch_rows, err));
    s->has_block = true;
    s->timer.fire = timer_fired;
    return 0;
}

static int gather(Stream *s, const Delivery *d, Err *err)
{
    if (!s->has_block)
        TRY(open_block(s, err));
    Rows rows = batch_rows(d->batch);
    for (uint32_t i = 0; i < rows.n; i++) {
        uint16_t row = (uint16_t)row_at(rows, i);
        int32_t w = batch_weight(d->batch, row);
        s->block_w[s->block.n] = w;
        s->block_changes |= w != 1;
        TRY(row_block_append(&s->block, d->batch, (Rows){1, &row}) < 0 ? RAISE_NOMEM(err) : 0);
        if (s->block.n == s->block.cap)
            give_block(s);
    }
    if (s->block.n && !s->timer.armed) {
        int64_t delay_us = s->o.batch_delay_us > 0 ? s->o.batch_delay_us : BATCH_DELAY_PRESET_US;
        engine_timer_set(s->db->engine, &s->timer, env_mono_ns(s->db->env) + delay_us * 1000);
    }
    return 0;
}

static int hand(Stream *s, const Delivery *d, Err *err)
{
    if (s->o.batch_rows > 1 && d->kind == DELIVER_ROWS && d->event < 0)
        return gather(s, d, err);
    give_block(s);
    call(s, d);
    return 0;
}

/* Takes `credits` rows from the front of d; the rest goes back to the queue.  NULL batch = no memory. */
static void split(Stream *s, Delivery *d, uint64_t credits)
{
    Account *acct = engine_account(s->db->engine);
    Rows rows = batch_rows(d->batch);
    Batch *part[2] = {NULL, NULL};
    for (int i = 0; i < 2; i++) {
        uint32_t from = i == 0 ? 0 : (uint32_t)credits, n = i == 0 ? (uint32_t)credits : rows.n - (uint32_t)credits;
        uint16_t *sel = arena_alloc(engine_step(s->db->engine), n * sizeof(*sel));
        for (uint32_t k = 0; sel && k < n; k++)
            sel[k] = (uint16_t)row_at(rows, from + k);
        Batch *view = sel ? batch_with_sel(engine_step(s->db->engine), d->batch, sel, n) : NULL;
        part[i] = view ? batch_own(acct, view) : NULL;
    }
    if (!part[0] || !part[1]) { /* whole, rather than not at all */
        batch_unref(part[0]);
        batch_unref(part[1]);
        return;
    }
    Delivery rest = *d;
    rest.batch = part[1];
    rest.gap_rows = 0;
    batch_unref(d->batch);
    d->batch = part[0];
    change_queue_put_back(&s->queue, &rest);
}

/* Calls back with what waits, as far as pause and credits allow. */
static void pump(Stream *s)
{
    if (s->pumping)
        return; /* inside one of its own calls: the loop below goes on */
    s->pumping = true;
    Delivery d;
    while (!atomic_load(&s->paused) && !atomic_load(&s->cancelled) && (!s->o.demand || atomic_load(&s->credits) > 0) &&
           change_queue_take(&s->queue, &d)) {
        if (s->o.demand && d.batch) {
            uint64_t credits = atomic_load(&s->credits);
            if (d.batch->n_sel > credits)
                split(s, &d, credits);
            atomic_fetch_sub(&s->credits, MIN(credits, d.batch->n_sel));
        }
        (void)hand(s, &d, NULL);
        batch_unref(d.batch);
    }
    s->pumping = false;
}

/* ---- from the step ---- */

static bool is_direct(Stream *s)
{
    return s->o.deliver && !s->o.demand && !atomic_load_explicit(&s->paused, memory_order_relaxed) &&
           change_queue_is_empty(&s->queue) && !s->pumping;
}

Batch *stream_keep(Stream *s, const Batch *b)
{
    Account *acct = engine_account(s->db->engine);
    ConsumerList *l = list_of(s);
    return l->handing == b ? consumers_keep(l, acct, b) : batch_keep(acct, b);
}

/* borrows d and its batch */
static int deliver(Stream *s, Delivery *d, Err *err)
{
    d->epoch = s->epoch ? s->epoch : engine_epoch(s->db->engine);
    if (is_direct(s))
        return hand(s, d, err);
    if (d->batch) {
        d->batch = stream_keep(s, d->batch);
        if (!d->batch)
            return RAISE_NOMEM(err);
    }
    TRY(change_queue_put(&s->queue, d, err));
    if (s->o.deliver)
        pump(s);
    else
        stream_signal(s);
    return 0;
}

static int hold(Stream *s, const Batch *b, Err *err)
{
    Account *acct = engine_account(s->db->engine);
    if (s->n_held == s->cap_held) {
        uint32_t cap = 2 * s->cap_held + 4;
        Batch **bigger = mem_realloc(acct, s->held, s->cap_held * sizeof(*bigger), cap * sizeof(*bigger));
        if (!bigger)
            return RAISE_NOMEM(err);
        s->held = bigger;
        s->cap_held = cap;
    }
    Batch *own = batch_own(acct, b);
    if (!own)
        return RAISE_NOMEM(err);
    s->held[s->n_held++] = own;
    return 0;
}

static int give_folded(void *self, FoldedPart part, Batch *give_b, Err *err)
{
    static const int32_t events[] = {LAMINAR_EVENT_DELETE, LAMINAR_EVENT_UPDATE, LAMINAR_EVENT_INSERT};
    Stream *s = self;
    Delivery d = {.batch = give_b, .kind = s->rows_kind, .event = events[part]};
    int rc = atomic_load(&s->cancelled) ? 0 : deliver(s, &d, err);
    batch_unref(give_b);
    return rc;
}

int stream_step_end(Stream *s, Err *err)
{
    if (s->n_held == 0)
        return 0;
    uint32_t n = s->n_held;
    s->n_held = 0;
    int rc = fold_changes(engine_account(s->db->engine), &s->key, s->held, n, give_folded, s, err);
    for (uint32_t i = 0; i < n; i++)
        batch_unref(s->held[i]);
    return rc;
}

/* Without a key, or without anything taken back, there is nothing to fold: rows go on by their sign. */
static int give_by_sign(Stream *s, const Batch *b, Err *err)
{
    if (b->w_kind != W_VEC) {
        Delivery d = {.batch = (Batch *)b,
                      .kind = s->rows_kind,
                      .event = b->w_kind == W_ONE ? LAMINAR_EVENT_INSERT : LAMINAR_EVENT_DELETE};
        return deliver(s, &d, err);
    }
    Rows rows = batch_rows(b);
    Arena *step = engine_step(s->db->engine);
    uint16_t *sel = arena_alloc(step, MAX(rows.n, 1) * 2 * sizeof(*sel));
    if (!sel)
        return RAISE_NOMEM(err);
    uint32_t n[2] = {0, 0};
    for (uint32_t i = 0; i < rows.n; i++) {
        uint16_t row = (uint16_t)row_at(rows, i);
        if (b->w[row] != 0)
            sel[(b->w[row] > 0) * rows.n + n[b->w[row] > 0]++] = row;
    }
    for (int plus = 0; plus < 2; plus++) {
        if (n[plus] == 0 || atomic_load(&s->cancelled))
            continue;
        Batch *part = n[plus] == rows.n ? (Batch *)b : batch_with_sel(step, b, sel + plus * rows.n, n[plus]);
        if (!part)
            return RAISE_NOMEM(err);
        Delivery d = {.batch = part, .kind = s->rows_kind, .event = plus ? LAMINAR_EVENT_INSERT : LAMINAR_EVENT_DELETE};
        TRY(deliver(s, &d, err));
    }
    return 0;
}

/* Every n-th row. */
static const Batch *take_sample(Stream *s, const Batch *b)
{
    Rows rows = batch_rows(b);
    Arena *step = engine_step(s->db->engine);
    uint16_t *sel = arena_alloc(step, MAX(rows.n, 1) * sizeof(*sel));
    uint32_t n = 0;
    for (uint32_t i = 0; sel && i < rows.n; i++)
        if (s->sampled++ % s->o.sample == 0)
            sel[n++] = (uint16_t)row_at(rows, i);
    return sel ? batch_with_sel(step, b, sel, n) : NULL;
}

static int put_rows(Stream *s, const Batch *b, Err *err);

/* The batch answer knows rows, not changes: one of weight n is n rows. */
static int put_repeated(Stream *s, const Batch *b, Err *err)
{
    Arena *step = engine_step(s->db->engine);
    Rows rows = batch_rows(b);
    uint16_t *sel = arena_alloc(step, BATCH_ROWS * sizeof(*sel));
    if (!sel)
        return RAISE_NOMEM(err);
    uint32_t i = 0;
    int32_t left = rows.n ? b->w[row_at(rows, 0)] : 0;
    ArenaMark mark = arena_mark(step);
    while (i < rows.n) {
        uint32_t n = 0;
        if (op_is_cancelled(&s->query->env))
            return RAISE(err, ERR_QUERY_CANCELED, "the statement was cancelled");
        if (atomic_load_explicit(&s->cancelled, memory_order_relaxed))
            return 0;
        while (i < rows.n && n < BATCH_ROWS) {
            if (left > 0) {
                sel[n++] = (uint16_t)row_at(rows, i);
                left--;
            } else if (++i < rows.n) {
                left = b->w[row_at(rows, i)];
            }
        }
        Batch *part = batch_scratch(step, b->schema, n);
        if (!part)
            return RAISE_NOMEM(err);
        part->n_sel = n;
        part->ptime_us = b->ptime_us;
        for (uint32_t c = 0; c < b->n_cols; c++)
            TRY(vec_pick(&b->col[c], (Rows){n, sel}, &part->col[c], step));
        TRY(put_rows(s, part, err));
        if (!s->o.fold) /* else it is held in this scratch */
            arena_rewind(step, mark);
    }
    return 0;
}

int stream_put(Stream *s, const Batch *b, Err *err)
{
    bool batch_answer = s->query && s->query->plan->root->kind != PHYS_EMIT;
    return batch_answer && b->w_kind == W_VEC ? put_repeated(s, b, err) : put_rows(s, b, err);
}

static int put_rows(Stream *s, const Batch *b, Err *err)
{
    if (atomic_load_explicit(&s->cancelled, memory_order_relaxed))
        return 0;
    bump(&s->c.rows_in, b->n_sel);
    if (s->o.sample > 1 && !(b = take_sample(s, b)))
        return RAISE_NOMEM(err);
    if (b->n_sel == 0)
        return 0;
    if (s->o.fold && s->rows_kind == DELIVER_ROWS) {
        bool plain = s->n_held == 0 && b->w_kind == W_ONE;
        return s->key.n == 0 || plain ? give_by_sign(s, b, err) : hold(s, b, err);
    }
    Delivery d = {.batch = (Batch *)b, .kind = s->rows_kind, .event = -1};
    return deliver(s, &d, err);
}

int stream_event(Stream *s, DeliveryKind kind, Err *err)
{
    Delivery d = {.kind = kind, .event = -1};
    return atomic_load(&s->cancelled) ? 0 : deliver(s, &d, err);
}

/* The short way of most: the callback at once, with the step's own batch. */
static int stream_batch(Consumer *c, const Batch *b, Err *err)
{
    Stream *s = (Stream *)c;
    bool repeats = s->query && b->w_kind == W_VEC; /* maybe: see stream_put */
    if (unlikely(!s->straight || repeats || s->rows_kind != DELIVER_ROWS || !is_direct(s) ||
                 atomic_load_explicit(&s->cancelled, memory_order_relaxed)))
        return stream_put(s, b, err);
    bump(&s->c.rows_in, b->n_sel);
    Delivery d = {.batch = (Batch *)b, .epoch = s->epoch ? s->epoch : engine_epoch(s->db->engine), .event = -1};
    call(s, &d);
    return 0;
}

static void end_with(Stream *s, const Err *err)
{
    env_lock(s->db->env, &s->lock);
    if (err && !atomic_load(&s->cancelled)) {
        s->failed = true;
        s->error = *err;
    }
    env_unlock(s->db->env, &s->lock);
    change_queue_close(&s->queue);
    atomic_store(&s->ended, true); /* last: the reader looks at it without the lock */
}

static void stream_mark(Consumer *c, int64_t wm_us)
{
    Stream *s = (Stream *)c;
    if (!s->o.watermarks || atomic_load(&s->cancelled))
        return;
    Delivery d = {.kind = DELIVER_MARK, .wm_us = wm_us, .event = -1};
    if (stream_step_end(s, NULL) == 0 && !atomic_load(&s->cancelled))
        (void)deliver(s, &d, NULL);
}

static void stream_end(Consumer *c, const Err *err)
{
    Stream *s = (Stream *)c;
    (void)stream_step_end(s, NULL);
    give_block(s);
    end_with(s, err);
    if (s->o.on_end)
        s->o.on_end(s->o.self, err);
    stream_signal(s);
}

static void stream_step_ended(Consumer *c)
{
    Stream *s = (Stream *)c;
    Err err = ERR_INIT;
    if (stream_step_end(s, &err) < 0 && !c->detached) {
        consumer_remove(list_of(s), c);
        stream_end(c, &err);
    }
}

static bool stream_wants_mark(Consumer *c)
{
    return ((Stream *)c)->o.watermarks;
}
static const ConsumerType stream_consumer = {.batch = stream_batch,
                                             .mark = stream_mark,
                                             .wants_mark = stream_wants_mark,
                                             .end = stream_end};
static const ConsumerType folding_consumer = {
    .batch = stream_batch, .mark = stream_mark, .wants_mark = stream_wants_mark, .step_end = stream_step_ended, .end = stream_end};

bool streams_watch(const Feed *f)
{
    for (const Consumer *c = f->consumers.first; c; c = c->next)
        if (!c->detached && (c->type == &stream_consumer || c->type == &folding_consumer))
            return true;
    return false;
}

/* ---- backpressure ---- */

static void on_room(void *self, bool has_room)
{
    Stream *s = self;
    for (uint32_t i = 0; i < s->n_upstream; i++) {
        if (has_room) {
            room_unblock(s->db->env, &s->upstream[i]->room, &s->blocker[i]);
            continue;
        }
        Blocker *b = &s->blocker[i]; /* nobody sees it before it blocks */
        b->reader = &s->reader_thread;
        b->opener = s->opener_thread;
        b->since_ns = env_mono_ns(s->db->env);
        b->timeout_ns = s->o.block_timeout_ns;
        room_block(s->db->env, &s->upstream[i]->room, &s->blocker[i]);
    }
    if (s->query)
        atomic_store(&s->query->held, !has_room);
}

/* ---- life ---- */

int stream_new(Database *db, const StreamOptions *o, Stream **ret, Err *err)
{
    Account *acct = engine_account(db->engine);
    Stream *s = mem_zalloc(acct, sizeof(*s));
    if (!s)
        return RAISE_NOMEM(err);
    s->db = db_ref(db);
    if (o)
        s->o = *o;
    s->consumer.type = s->o.fold ? &folding_consumer : &stream_consumer;
    s->straight = !s->o.fold && s->o.sample <= 1 && s->o.batch_rows <= 1 && !s->o.demand;
    change_queue_init(&s->queue, db->env, acct);
    s->queue.overflow = s->o.overflow;
    s->queue.limit_bytes = s->o.buffer_bytes;
    s->queue.limit_rows = s->o.buffer_rows;
    s->queue.self = s;
    if (s->o.overflow == OVERFLOW_BLOCK)
        s->queue.on_room = on_room;
    if (db->env->thread)
        s->opener_thread = db->env->thread->self_id(db->env);
    if (s->o.opened)
        *s->o.opened = s;
    *ret = s;
    return 0;
}

void stream_pause(Stream *s, bool pause)
{
    Engine *e = s->db->engine;
    bool inside = engine_is_inside(e);
    atomic_store(&s->paused, pause);
    if (pause)
        return;
    if (!s->o.deliver) {
        stream_signal(s);
        return;
    }
    if (!inside)
        engine_enter(e);
    if (!atomic_load(&s->ended) || !change_queue_is_empty(&s->queue))
        pump(s);
    if (!inside)
        engine_leave(e);
}

int stream_request(Stream *s, uint64_t rows, Err *err)
{
    if (!s->o.demand)
        return RAISE(err, ERR_WRONG_STATE, "the subscription was not opened with demand");
    uint64_t had = atomic_load(&s->credits);
    atomic_store(&s->credits, had + rows < had ? UINT64_MAX : had + rows);
    stream_pause(s, atomic_load(&s->paused));
    return 0;
}
