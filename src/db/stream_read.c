/* SPDX-License-Identifier: Apache-2.0
 *
 * Stream: the reader's side: taking, waiting, ending. */
#include "db/stream.h"
#include "db/sequence.h"
#include "flow/late_route.h"

#define RUN_BUDGET_US 5000
#define WAIT_SLICE_NS INT64_C(50000000) /* an interrupt is seen within this time */
#define SPIN_NS 20000                   /* shorter than what waking a thread takes */

/* Before what it takes makes room: who waits for that looks at it. */
static void note_reader(Stream *s)
{
    Env *env = s->db->env;
    if (s->n_upstream == 0 || !env->thread)
        return;
    uint64_t self = env->thread->self_id(env);
    if (atomic_load_explicit(&s->reader_thread, memory_order_relaxed) != self)
        atomic_store(&s->reader_thread, self);
}

static bool dequeue(Stream *s, Delivery *ret)
{
    note_reader(s);
    if (atomic_load_explicit(&s->paused, memory_order_relaxed) || !change_queue_take(&s->queue, ret))
        return false;
    uint64_t rows = ret->batch ? ret->batch->n_sel : 0;
    atomic_fetch_add_explicit(&s->c.batches, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&s->c.rows, rows, memory_order_relaxed);
    atomic_fetch_add_explicit(&s->c.bytes, (uint64_t)ret->bytes, memory_order_relaxed);
    atomic_store_explicit(&s->c.epoch, ret->epoch, memory_order_relaxed);
    return true;
}

bool stream_take(Stream *s, Delivery *ret)
{
    return dequeue(s, ret);
}

int stream_fd(Stream *s)
{
    Env *env = s->db->env;
    if (atomic_load(&s->queue.fd) < 0 && env->thread && !s->o.deliver) {
        int fd = env->thread->eventfd_new(env, NULL);
        atomic_store(&s->queue.fd, fd < 0 ? -1 : fd);
        if (fd >= 0 && (!change_queue_is_empty(&s->queue) || atomic_load(&s->ended))) /* what came before is to be seen */
            env->thread->eventfd_signal(env, fd);
    }
    return atomic_load(&s->queue.fd);
}

uint64_t db_epoch(Database *db)
{
    if (engine_is_inside(db->engine))
        return engine_epoch(db->engine);
    engine_enter(db->engine);
    uint64_t epoch = engine_epoch(db->engine);
    engine_leave(db->engine);
    return epoch;
}

void stream_stats(Stream *s, StreamStats *ret)
{
    uint64_t epoch = db_epoch(s->db);
    ChangeQueue *q = &s->queue;
    env_lock(s->db->env, &q->lock);
    *ret = (StreamStats){q->n_rows, q->n, q->n_dropped, epoch, q->bytes};
    env_unlock(s->db->env, &q->lock);
}

static int end_of(Stream *s, Err *err)
{
    env_lock(s->db->env, &s->lock);
    bool failed = s->failed;
    if (failed && err)
        *err = s->error;
    int rc = failed ? -(int)s->error.code : STREAM_END;
    env_unlock(s->db->env, &s->lock);
    return rc;
}

static bool is_given_up(Stream *s)
{
    return !s->o.background && atomic_load_explicit(&s->db->interrupted, memory_order_relaxed);
}

static int give_up(Stream *s, Err *err)
{
    stream_cancel(s);
    return RAISE(err, ERR_QUERY_CANCELED, "the statement was cancelled");
}

/* Waits for an event, the query's next own work, or the deadline. */
static void wait_event(Stream *s, uint32_t seen, int64_t deadline_ns)
{
    Env *env = s->db->env;
    int64_t now = env_mono_ns(env);
    int64_t until = MIN(deadline_ns, now + WAIT_SLICE_NS);
    if (s->query)
        until = MIN(until, engine_next_wake_ns(s->db->engine, s->query));
    if (!env->thread)
        return;
    for (int64_t spin = MIN(until, now + SPIN_NS); now < spin && atomic_load(&s->event) == seen;)
        now = env_mono_ns(env);
    atomic_fetch_add(&s->waiting, 1);
    if (until > now && atomic_load(&s->event) == seen)
        env->thread->park(env, &s->event, seen, until);
    atomic_fetch_sub(&s->waiting, 1);
}

/* What others have pushed before now counts as there: the step that takes it has ended when this returns. */
static bool settle(Stream *s)
{
    Engine *e = s->db->engine;
    if (s->query)
        return engine_run(e, s->query, RUN_BUDGET_US);
    if (!engine_is_quiet(e)) {
        engine_enter(e);
        engine_leave(e);
    }
    return false;
}

/* Numbers of sequences in what is delivered are safe then. */
static int rows(Stream *s, Delivery *d, Err *err)
{
    int rc = sequences_settle(s->db, err);
    if (rc == 0)
        return STREAM_ROWS;
    batch_unref(d->batch);
    d->batch = NULL;
    return rc;
}

int stream_next(Stream *s, int64_t deadline_ns, Delivery *ret, Err *err)
{
    Database *db = s->db;
    if (unlikely(is_given_up(s))) /* also of rows that are there already, of which there may be many */
        return give_up(s, err);
    if (dequeue(s, ret))
        return rows(s, ret, err);
    if (engine_is_inside(db->engine))
        return RAISE(err, ERR_REENTRANT, "a stream cannot be read inside a callback");
    for (;;) {
        uint32_t seen = atomic_load(&s->event);
        if (dequeue(s, ret))
            return rows(s, ret, err);
        if (atomic_load(&s->cancelled) || is_given_up(s))
            return give_up(s, err);
        if (atomic_load(&s->ended) && !atomic_load(&s->paused))
            return dequeue(s, ret) ? rows(s, ret, err) : end_of(s, err);
        if (settle(s) || atomic_load(&s->event) != seen)
            continue;
        if (deadline_ns == 0 || env_mono_ns(db->env) >= deadline_ns) {
            atomic_fetch_add_explicit(&s->c.poll_misses, 1, memory_order_relaxed);
            return STREAM_TIMEOUT;
        }
        wait_event(s, seen, deadline_ns);
    }
}

void stream_cancel(Stream *s)
{
    if (atomic_exchange(&s->cancelled, true))
        return;
    Engine *e = s->db->engine;
    ConsumerList *list = s->query ? &s->query->consumers : s->feed ? &s->feed->consumers : NULL;
    bool inside = engine_is_inside(e);
    if (!inside)
        engine_enter(e);
    if (list && !s->consumer.detached)
        consumer_remove(list, &s->consumer);
    engine_timer_clear(e, &s->timer);
    change_queue_close(&s->queue);
    if (!inside && s->query)
        pipeline_cancel(s->query);
    if (!inside)
        engine_leave(e);
    atomic_store(&s->ended, true);
    stream_signal(s);
}

bool stream_is_active(Stream *s)
{
    return !atomic_load(&s->cancelled) && (!atomic_load(&s->ended) || !change_queue_is_empty(&s->queue));
}

void stream_list(Stream *s, Str text)
{
    Database *db = s->db;
    s->text = mem_alloc(&db->acct, text.n + 1);
    if (s->text) {
        memcpy(s->text, text.p, text.n);
        s->text[text.n] = 0;
    }
    env_lock(db->env, &db->streams_lock);
    s->id = ++db->next_stream;
    s->listed = true;
    s->prev = db->last_stream;
    s->next = NULL;
    if (s->prev)
        s->prev->next = s;
    else
        db->first_stream = s;
    db->last_stream = s;
    env_unlock(db->env, &db->streams_lock);
}

static void unlist(Stream *s)
{
    Database *db = s->db;
    if (!s->listed)
        return;
    env_lock(db->env, &db->streams_lock);
    if (s->prev)
        s->prev->next = s->next;
    else
        db->first_stream = s->next;
    if (s->next)
        s->next->prev = s->prev;
    else
        db->last_stream = s->prev;
    env_unlock(db->env, &db->streams_lock);
}

static void free_parts(Stream *s, Account *acct)
{
    change_queue_done(&s->queue);
    for (uint32_t i = 0; i < s->n_upstream; i++)
        feed_unref(s->upstream[i]);
    mem_free(acct, s->upstream, s->n_upstream * sizeof(*s->upstream));
    mem_free(acct, s->blocker, s->n_upstream * sizeof(*s->blocker));
    if (s->has_block)
        row_block_done(&s->block);
    mem_free(acct, s->block_w, s->block_w ? s->o.batch_rows * sizeof(*s->block_w) : 0);
    for (uint32_t i = 0; i < s->n_held; i++)
        batch_unref(s->held[i]);
    mem_free(acct, s->held, s->cap_held * sizeof(*s->held));
    mem_free(acct, s->key.col, s->key.n * sizeof(*s->key.col));
    mem_strfree(&s->db->acct, s->text);
}

void stream_free(Stream *s)
{
    if (!s)
        return;
    Database *db = s->db;
    Account *acct = engine_account(db->engine);
    unlist(s);
    stream_cancel(s);
    if (s->query) {
        engine_enter(db->engine);
        engine_drop_query(db->engine, s->query);
        engine_leave(db->engine);
    }
    free_parts(s, acct);
    late_route_free(s->late);
    feed_unref(s->feed);
    if (s->queue.fd >= 0)
        db->env->thread->eventfd_close(db->env, s->queue.fd);
    schema_unref((Schema *)s->schema);
    mem_free(acct, s, sizeof(*s));
    db_unref(db);
}
