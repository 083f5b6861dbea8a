/* SPDX-License-Identifier: Apache-2.0
 *
 * Steps: what a push, a change of a table, a watermark does, from the feed through the queries that hang on it; and the mailbox of
 * those that found the shard taken.  In a durable database each logs itself first (journal.h). */
#include "base/zone.h"
#include "env/points.h"
#include "flow/arrangement.h"
#include "flow/event_clock.h"
#include "flow/lane.h"

void engine_step_begin(Engine *e)
{
    arena_reset(&e->step);
    e->clock.epoch++;
}

void engine_flush_touched(Engine *e)
{
    while (e->touched_from < e->n_slots) { /* late rows may go to a relation that an older query reads: then from there again */
        uint32_t i = (uint32_t)bits_next(e->touched, e->n_slots, e->touched_from);
        if (i >= e->n_slots)
            break;
        e->touched_from = i + 1;
        bit_clear(e->touched, i);
        if (!e->slot[i]->build)
            pipeline_flush(e->slot[i]->query);
    }
    e->touched_from = UINT32_MAX;
}

/* Its query still reads what was there: time stands still for it, and it looks where its inputs are when it is done. */
static bool is_building(const LeafConsumer *l)
{
    return l->engine->slot[l->slot]->build != NULL;
}

static int leaf_batch(Consumer *c, const Batch *b, Err *err)
{
    (void)err;
    LeafConsumer *l = (LeafConsumer *)c;
    engine_touch(l->engine, l->slot);
    if (unlikely(l->query->leaf[l->leaf].is_shared))
        arrangement_next(l->engine->slot[l->slot], l->leaf);
    pipeline_push(l->query, l->leaf, (Batch *)b, l->engine->clock.now_us);
    return 0;
}

static void leaf_run(Consumer *c, Batch *const *b, uint32_t n)
{
    LeafConsumer *l = (LeafConsumer *)c;
    engine_touch(l->engine, l->slot);
    pipeline_push_run(l->query, l->leaf, b, n, l->engine->clock.now_us);
}

/* What comes to the other leaves is pushed there: it is neither what comes to this one, nor what a query makes of it. */
static bool is_alone(const LeafConsumer *l)
{
    const Engine *e = l->engine;
    const PipelineSlot *s = e->slot[l->slot];
    for (uint32_t i = 0; i < l->query->n_leaves; i++) {
        const Feed *f = s->leaf_feed[i];
        if (i == l->leaf || s->snapshot[i])
            continue;
        if (!f || f == s->leaf_feed[l->leaf])
            return false;
        for (uint32_t k = 0; k < e->n_slots; k++)
            if (e->slot[k]->out.to == f || e->slot[k]->options.errors == f || e->slot[k]->options.late)
                return false;
    }
    return true;
}

static bool leaf_takes_run(Consumer *c, uint32_t n, uint32_t n_rows)
{
    LeafConsumer *l = (LeafConsumer *)c;
    uint64_t entries = atomic_load_explicit(&l->engine->n_entries, memory_order_relaxed);
    if (l->alone_seen != entries + 1) {
        l->alone = l->query->n_leaves == 1 || is_alone(l);
        l->alone_seen = entries + 1;
    }
    return !is_building(l) && pipeline_takes_run(l->query, l->leaf, n, n_rows, l->alone);
}

static void leaf_mark(Consumer *c, int64_t wm_us)
{
    LeafConsumer *l = (LeafConsumer *)c;
    if (unlikely(is_building(l)))
        return;
    if (pipeline_mark(l->query, l->leaf, wm_us))
        engine_touch(l->engine, l->slot);
}

static void leaf_end(Consumer *c, const Err *err)
{
    LeafConsumer *l = (LeafConsumer *)c;
    if (err)
        pipeline_fail(l->query, err);
    else if (!is_building(l)) {
        bit_set(l->engine->touched, l->slot);
        pipeline_leaf_end(l->query, l->leaf);
    }
}
static void leaf_keys(Consumer *c)
{
    LeafConsumer *l = (LeafConsumer *)c;
    if (unlikely(is_building(l)))
        return;
    engine_touch(l->engine, l->slot);
    pipeline_keys(l->query, l->leaf);
}
static void leaf_idle(Consumer *c, bool is_idle)
{
    LeafConsumer *l = (LeafConsumer *)c;
    if (unlikely(is_building(l)))
        return;
    engine_touch(l->engine, l->slot);
    pipeline_idle(l->query, l->leaf, is_idle);
}
static bool leaf_wants_mark(Consumer *c)
{
    LeafConsumer *l = (LeafConsumer *)c;
    return pipeline_wants_mark(l->query, l->leaf);
}
static uint64_t leaf_reads(Consumer *c)
{
    LeafConsumer *l = (LeafConsumer *)c;
    return pipeline_reads(l->query, l->leaf);
}
const ConsumerType engine_leaf_consumer = {.reads = leaf_reads,
                                           .batch = leaf_batch,
                                           .run = leaf_run,
                                           .takes_run = leaf_takes_run,
                                           .mark = leaf_mark,
                                           .wants_mark = leaf_wants_mark,
                                           .keys = leaf_keys,
                                           .idle = leaf_idle,
                                           .end = leaf_end};

/* rc < 0: what is kept of the result has a hole, so the query cannot go on. */
static int given_to_feed(const FeedConsumer *f, int rc, const Err *err)
{
    if (likely(rc >= 0))
        return rc;
    f->query->lost_state |= rc == -ERR_IO;
    pipeline_fail(f->query, err);
    return rc;
}
static int out_to_feed(Consumer *c, const Batch *b, Err *err)
{
    FeedConsumer *f = (FeedConsumer *)c;
    return given_to_feed(f, feed_emit(f->to, (Batch *)b, err), err);
}
static int change_to_feed(Consumer *c, const Batch *minus, const Batch *plus, Err *err)
{
    FeedConsumer *f = (FeedConsumer *)c;
    Batch *both[2] = {(Batch *)minus, (Batch *)plus};
    if (f->to->stored)
        return given_to_feed(f, feed_change(f->to, both, 2, err), err);
    int rc = feed_emit(f->to, both[0], err);
    return given_to_feed(f, rc < 0 ? rc : feed_emit(f->to, both[1], err), err);
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
const ConsumerType engine_feed_consumer = {.batch = out_to_feed,
                                           .change = change_to_feed,
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
    WITH_ZONE(NULL);
    sb_init(&text, NULL);
    value_print(&v, &text);
    int rc = RAISE(err, ERR_FUTURE_TIMESTAMP, "event time %s of source \"%s\" lies more than max_future_skew in the future",
                   sb_cstr(&text), f->name);
    sb_done(&text);
    return rc;
}

static __attribute__((noinline)) void step_mark_timed(Engine *e, Feed *f)
{
    uint64_t began = measure_begin(&e->measures);
    feed_mark(f, f->wm.wm_us);
    bool closed = e->touched_from != UINT32_MAX;
    engine_flush_touched(e);
    if (closed)
        measure_end(&e->measures, TASK_WINDOW, began, 1);
}

void engine_step_moved(Engine *e, Feed *f)
{
    if (unlikely(e->measures.is_timed)) {
        step_mark_timed(e, f);
        return;
    }
    feed_mark(f, f->wm.wm_us);
    engine_flush_touched(e);
}

static void tell_idle(Engine *e, Feed *f)
{
    if (f->wm.clock->idle == f->idle)
        return;
    feed_idle(f, f->wm.clock->idle);
    engine_flush_touched(e);
}

/* The clock of a source counts time that the log would not show. */
static int log_clock(Engine *e, Feed *f, WalKind kind, ClockTime t, Err *err)
{
    if (!e->journal.wal || (kind == WAL_POLLED && t.polled_ns == f->logged_polled_ns && t.next_tick_us == f->logged_tick_us))
        return 0;
    TRY(journal_put(&e->journal, kind, f->relation, e->clock.now_us, (Str){(const char *)&t, sizeof(t)}, NULL, err));
    f->logged_polled_ns = t.polled_ns;
    f->logged_tick_us = f->wm.clock->next_tick_us;
    return 0;
}

static void publish_keys(Engine *e, Feed *f)
{
    if (!event_clock_publish(&f->wm))
        return;
    consumers_keys(&f->consumers);
    event_clock_settle(&f->wm);
    engine_flush_touched(e);
}

/* A clock has moved its watermark, or some of it has become or ceased to be idle. */
static void clock_moved(Engine *e, Feed *f, int64_t before)
{
    engine_step_begin(e);
    publish_keys(e, f);
    if (f->wm.wm_us != before)
        engine_step_moved(e, f);
    tell_idle(e, f);
    consumers_step_end(&f->consumers);
}

void engine_tick_feeds(Engine *e)
{
    int64_t now_us = env_wall_us(e->env), now_ns = env_mono_ns(e->env);
    e->clock.now_us = now_us;
    for (uint32_t i = 0; i < e->n_feeds; i++) {
        Feed *f = e->feed[i];
        if (!f->wm.clock || f->closed)
            continue;
        int64_t before = f->wm.wm_us, next_us = event_clock_next_tick_us(&f->wm, now_us);
        event_clock_polled(f->wm.clock, now_ns, next_us < INT64_MAX / 1000 ? now_ns + next_us * 1000 : now_ns, true);
        ClockTime t = event_clock_time(f->wm.clock);
        if (event_clock_tick(&f->wm, now_us) && log_clock(e, f, WAL_TICK, t, NULL) == 0)
            clock_moved(e, f, before);
    }
}

void engine_replay_clock(Engine *e, Feed *f, ClockTime t, bool ticks)
{
    int64_t before = f->wm.wm_us;
    event_clock_resume(f->wm.clock, t);
    if (ticks && event_clock_tick(&f->wm, e->clock.now_us))
        clock_moved(e, f, before);
    f->logged_polled_ns = t.polled_ns;
    f->logged_tick_us = f->wm.clock->next_tick_us;
}

/* What the watermark leaves of *b, NULL = no memory; an error may be about the others. */
static int judge_rows(Engine *e, Feed *f, Batch **b, Err *err)
{
    WatermarkSplit split;
    Batch *all = *b;
    *b = NULL;
    TRY(watermark_accept(&f->wm, all, all->ptime_us, &e->step, &split));
    *b = all;
    if (likely(!split.is_cut))
        return 0;
    int rc = refuse_future(f, all, split.future, err);
    *b = batch_with_sel(&e->step, all, split.keep.sel, split.keep.n);
    if (!*b)
        return RAISE_NOMEM(err);
    (*b)->ptime_us = all->ptime_us;
    return rc;
}

/* Rows that one watermark judges. */
static int step_piece(Engine *e, Feed *f, Batch *b, Err *err)
{
    int64_t before = f->wm.wm_us;
    int rc = b->n_sel == 1 && watermark_accept_row(&f->wm, b, b->ptime_us) ? 0 : judge_rows(e, f, &b, err);
    if (unlikely(!b))
        return rc;
    if (b->n_sel) {
        int emitted = f->stored ? feed_take(f, b, &e->step, err) : feed_emit(f, b, err);
        rc = rc < 0 ? rc : emitted;
        engine_flush_touched(e);
    }
    if (unlikely(f->wm.clock))
        publish_keys(e, f);
    if (f->wm.wm_us != before)
        engine_step_moved(e, f);
    return rc;
}

/* Into the log, before anything happens: the rows as they were pushed.  A table logs what has changed instead (feed_change). */
int engine_log_push(Engine *e, Feed *f, Batch *b, Err *err)
{
    TRY(wal_ready(e->journal.wal, err));
    if (f->wm.clock)
        TRY(log_clock(e, f, WAL_POLLED, event_clock_time(f->wm.clock), err));
    engine_random_restart(e, wal_last_seq(e->journal.wal) + 1);
    return f->journal ? 0 : journal_rows(&e->journal, f, b, err);
}

#define ANNOUNCE_ROWS 256u

static inline uint64_t time_column(const Feed *f)
{
    return f->wm.on && f->wm.col < 64 ? UINT64_C(1) << f->wm.col : 0;
}

static int step_pieces(Engine *e, Feed *f, Batch *b, Err *err)
{
    if (b->n >= ANNOUNCE_ROWS)
        batch_announce(b, consumers_reads(&f->consumers) | time_column(f));
    Rows rows = batch_rows(b);
    int rc = 0;
    if (b->n_sel == 1 && !f->wm.clock)
        return step_piece(e, f, b, err);
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
    return rc;
}

/* The rows with their time of arrival. A large batch that could be kept by reference still can: only the time is new in it. */
Batch *engine_stamp(Engine *e, Feed *f, Batch *b)
{
    Batch *stamped = event_clock_stamp(&f->wm, b, e->clock.now_us, &e->step);
    if (!stamped || stamped == b || b->n_sel < FEED_BY_REF_ROWS || !b->rc || b->sel || (b->flags & BATCH_BORROWED))
        return stamped;
    Batch *kept = batch_dense(&f->acct, b);
    if (!kept)
        return NULL;
    Vec *time = &kept->col[f->wm.col];
    vec_done(time);
    *time = (Vec){0};
    if (vec_own_const(&f->acct, &stamped->col[f->wm.col], time) < 0)
        kept = batch_unref(kept);
    return kept;
}

static int check_takes(const Feed *f, Err *err)
{
    if (f->closed)
        return RAISE(err, ERR_CLOSED, "relation \"%s\" is gone", f->name);
    if (unlikely(f->defining))
        return RAISE(err, ERR_IN_USE, "relation \"%s\" is being defined by a transaction that is not over", f->name);
    return 0;
}

static void step_open_at(Engine *e, int64_t now_us)
{
    env_point(e->env, POINT_STEP_BEGIN);
    engine_step_begin(e);
    e->c.steps++;
    e->clock.now_us = now_us;
}

int engine_step_open(Engine *e, const Feed *f, Err *err)
{
    TRY(check_takes(f, err));
    engine_tick_due(e);
    step_open_at(e, engine_clock_us(e));
    return 0;
}

void engine_step_end(Engine *e, Feed *f)
{
    consumers_step_end(&f->consumers);
    engine_watch_due(e);
    env_point(e->env, POINT_STEP_END);
}

static __attribute__((noinline)) int push_step(Engine *e, Feed *f, Batch *b, Err *err)
{
    if (unlikely(b->n_cols != f->schema->n)) /* made before a column was added */
        return RAISE(err, ERR_SCHEMA_MISMATCH, "relation \"%s\" has %u columns, the rows have %u", f->name, f->schema->n,
                     (unsigned)b->n_cols);
    TRY(engine_step_open(e, f, err));
    e->c.rows_in += b->n_sel;
    b->ptime_us = e->clock.now_us;
    if (unlikely(e->journal.wal != NULL))
        TRY(engine_log_push(e, f, b, err));
    Batch *stamped = unlikely(f->wm.clock) ? engine_stamp(e, f, b) : b;
    int rc = stamped ? step_pieces(e, f, stamped, err) : RAISE_NOMEM(err);
    if (unlikely(stamped != b))
        batch_unref(stamped);
    if (unlikely(e->journal.wal != NULL))
        b->seq = wal_last_seq(e->journal.wal);
    engine_step_end(e, f);
    return rc;
}

int engine_step_push(Engine *e, Feed *f, Batch *b, Err *err)
{
    uint32_t n = b->n_sel;
    uint64_t began = measure_step_begin(&e->measures, n);
    if (likely(!began))
        return push_step(e, f, b, err);
    int rc = push_step(e, f, b, err);
    measure_step_end(&e->measures, began, n);
    return rc;
}

int engine_step_gathered(Engine *e, Feed *f, Batch *b, int64_t now_us, Err *err)
{
    uint64_t began = measure_step_begin(&e->measures, b->n_sel);
    uint32_t n = b->n_sel;
    step_open_at(e, now_us);
    e->c.rows_in += b->n_sel;
    b->ptime_us = now_us;
    int rc = step_pieces(e, f, b, err);
    engine_step_end(e, f);
    if (began)
        measure_step_end(&e->measures, began, n);
    return rc;
}

/* A push that may come twice. */
static int step_push_once(Engine *e, Feed *f, Batch *b, const Producer *who, Err *err)
{
    if (producers_have(&e->producers, f->relation, who)) {
        e->c.repeated++;
        return 0;
    }
    e->journal.producer = *who;
    int rc = engine_step_push(e, f, b, err);
    e->journal.producer = (Producer){0};
    return rc < 0 ? rc : producers_note(&e->producers, f->relation, who, err);
}

/* Columns of other types are no text that could be looked at. */
bool engine_is_stale(const Feed *f, const Producer *who)
{
    return who && who->n_altered != atomic_load_explicit(&f->n_altered, memory_order_relaxed);
}

static int step_push(Engine *e, Feed *f, Batch *b, const Producer *who, Err *err)
{
    if (unlikely(engine_is_stale(f, who)))
        return RAISE(err, ERR_SCHEMA_MISMATCH, "relation \"%s\" was altered while rows were pushed into it", f->name);
    return unlikely(who && who->id) ? step_push_once(e, f, b, who, err) : engine_step_push(e, f, b, err);
}

static uint32_t rows_of(const FeedChange *c, uint32_t n)
{
    uint64_t rows = 0;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < c[i].n; k++)
            rows += c[i].batch[k]->n_sel;
    return (uint32_t)MIN(rows, UINT32_MAX);
}

/* The rows of one change come together, so none of them is late for another; one beyond the horizon moves nothing. */
static int move_watermark(Engine *e, const FeedChange *c, Err *err)
{
    Watermark *wm = &c->feed->wm;
    int64_t before = wm->wm_us;
    WatermarkSplit split;
    for (uint32_t k = 0; k < c->n; k++)
        if (watermark_accept(wm, c->batch[k], e->clock.now_us, &e->step, &split) < 0)
            return RAISE_NOMEM(err);
    if (wm->wm_us != before)
        engine_step_moved(e, c->feed);
    return 0;
}

int engine_change_all(Engine *e, const FeedChange *c, uint32_t n, Err *err)
{
    for (uint32_t i = 0; i < n; i++)
        if (c[i].feed->closed)
            return RAISE(err, ERR_CLOSED, "relation \"%s\" is gone", c[i].feed->name);
    uint32_t n_rows = rows_of(c, n);
    uint64_t began = measure_step_begin(&e->measures, n_rows);
    TRY(engine_step_open(e, c[0].feed, err));
    for (uint32_t i = 0; i < n && e->journal.wal; i++)
        TRY(engine_log_push(e, c[i].feed, NULL, err));
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < c[i].n; k++) {
            e->c.rows_in += c[i].batch[k]->n_sel;
            c[i].batch[k]->ptime_us = e->clock.now_us;
        }
    int rc = feed_change_all(c, n, err);
    engine_flush_touched(e);
    for (uint32_t i = 0; i < n && rc == 0; i++)
        if (c[i].feed->wm.on)
            rc = move_watermark(e, &c[i], err);
    for (uint32_t i = 1; i < n; i++)
        consumers_step_end(&c[i].feed->consumers);
    engine_step_end(e, c[0].feed);
    if (began)
        measure_step_end(&e->measures, began, n_rows);
    return rc;
}

int engine_change_unit(Engine *e, uint64_t relation, Str statements, const FeedChange *c, uint32_t n, Err *err)
{
    if (!e->journal.wal)
        return n ? engine_change_all(e, c, n, err) : 0;
    TRY(journal_statements(&e->journal, relation, engine_clock_us(e), statements, n > 0, err));
    e->journal.continues = n > 0;
    int rc = n ? engine_change_all(e, c, n, err) : 0;
    e->journal.continues = false;
    return rc;
}

int engine_change(Engine *e, Feed *f, Batch *const *b, uint32_t n, Err *err)
{
    return engine_change_all(e, &(FeedChange){f, (Batch **)b, n}, 1, err);
}

int engine_step_mark(Engine *e, Feed *f, int64_t wm_us, Err *err)
{
    if (e->journal.wal)
        TRY(wal_ready(e->journal.wal, err));
    if (!watermark_raise(&f->wm, wm_us))
        return 0;
    e->clock.now_us = engine_clock_us(e);
    if (e->journal.wal) {
        engine_random_restart(e, wal_last_seq(e->journal.wal) + 1);
        int rc =
            journal_put(&e->journal, WAL_MARK, f->relation, e->clock.now_us, (Str){(const char *)&wm_us, sizeof(wm_us)}, NULL, err);
        if (rc == -ERR_DISK_FULL) /* the mark is raised already */
            rc = wal_fail(e->journal.wal, err);
        TRY(rc);
    }
    engine_step_begin(e);
    if (f->wm.clock)
        publish_keys(e, f);
    engine_step_moved(e, f);
    consumers_step_end(&f->consumers);
    return 0;
}

#define LETTERS_FREELY 256u /* that are opened before those who write more have to wait */
#define LETTER_ROWS_MAX (4 * (int64_t)BATCH_ROWS)

static void open_letter(Engine *e, Letter *m)
{
    Err err;
    err_reset(&err);
    int rc = m->batch ? step_push(e, m->feed, m->batch, &m->producer, &err) : engine_step_mark(e, m->feed, m->wm_us, &err);
    if (unlikely(rc < 0))
        fate_note(m->producer.fate, m->batch ? m->batch->n_sel : 0, &err);
}

static void letter_free(Engine *e, Letter *m)
{
    batch_unref(m->batch);
    feed_unref(m->feed);
    fate_unref(m->producer.fate);
    mem_free(&e->acct, m, sizeof(*m));
}

void engine_open_letters(Engine *e)
{
    uint32_t n = 0;
    bool impatient = false;
    gather_end(e);
    for (Letter *m; (m = mpsc_pop(&e->mailbox)) != NULL;) {
        if (unlikely(++n == LETTERS_FREELY)) {
            impatient = true;
            atomic_fetch_add(&e->n_impatient, 1);
        }
        if (m->batch)
            atomic_fetch_sub_explicit(&e->letter_rows, m->batch->n_sel, memory_order_relaxed);
        histogram_add(&e->measures.handed_over, measure_begin(&e->measures) - m->posted);
        open_letter(e, m);
        letter_free(e, m);
    }
    if (unlikely(impatient))
        atomic_fetch_sub(&e->n_impatient, 1);
}

static int post(Engine *e, Feed *f, const Batch *b, int64_t wm_us, const Producer *who, Err *err)
{
    Letter *m = mem_zalloc(&e->acct, sizeof(*m));
    if (!m)
        return RAISE_NOMEM(err);
    *m = (Letter){.posted = measure_begin(&e->measures),
                  .feed = feed_ref(f),
                  .batch = b ? batch_own(&e->acct, b) : NULL,
                  .wm_us = wm_us};
    if (who)
        m->producer = *who;
    m->producer.fate = fate_ref(m->producer.fate);
    bool no_memory = b && !m->batch;
    int64_t n_rows = m->batch ? m->batch->n_sel : 0;
    atomic_fetch_add_explicit(&e->letter_rows, n_rows, memory_order_relaxed);
    if (!no_memory && mpsc_push(&e->mailbox, m))
        return 0;
    atomic_fetch_sub_explicit(&e->letter_rows, n_rows, memory_order_relaxed);
    letter_free(e, m);
    return no_memory ? RAISE_NOMEM(err) : -ERR_QUEUE_FULL;
}

/* A push into a source that is too far ahead of its group is refused: the one who would wait may be the one who pushes the others.
 * Rows that were queued have been taken. */
static int check_pause(Engine *e, Feed *f, Err *err)
{
    EventClock *c = f->wm.clock;
    if (!event_clock_must_pause(c, env_wall_us(e->env)))
        return 0;
    (void)RAISE(err, ERR_QUEUE_FULL, "source \"%s\" is paused: it is %lld ms ahead of alignment group \"%s\"", f->name,
                (long long)(align_drift_us(&c->align) / 1000), c->align.group->name);
    (void)err_hint(err, "Push again when the other sources of the group have caught up.");
    return -ERR_QUEUE_FULL;
}

int engine_push_here(Engine *e, Feed *f, Batch *b, const Producer *who, Err *err)
{
    int rc = unlikely(f->wm.clock) ? check_pause(e, f, err) : 0;
    return rc < 0 ? rc : step_push(e, f, b, who, err);
}

/* behind: rows that this writer or this thread has in lanes. */
static inline __attribute__((always_inline)) int push_entered(Engine *e, Feed *f, Batch *b, const Producer *who, bool behind,
                                                              Err *err)
{
    int rc = 0;
    if (unlikely(behind)) {
        gather_end(e);
        lane_forget_last();
    }
    if (!gather_may(e, f) || (who && who->id) || engine_is_stale(f, who) || !gather_push(e, f, b, &rc, err)) {
        gather_end(e);
        rc = engine_push_here(e, f, b, who, err);
    }
    engine_leave(e);
    return rc;
}

/* What a push may be answered with is known when its rows are looked at, so whoever pushes waits for that; a letter says nothing.
 * And letters stop while somebody waits, or when many rows lie there: one who writes faster than others read would keep them
 * reading. */
static bool may_post(const Engine *e, const Feed *f, const Batch *b)
{
    return !atomic_load(&f->may_refuse) && atomic_load_explicit(&e->n_impatient, memory_order_relaxed) == 0 &&
           atomic_load_explicit(&e->letter_rows, memory_order_relaxed) + b->n_sel <= LETTER_ROWS_MAX;
}

/* 1: no letters now.  A log wants to tell the caller the record's number, so there are none beside one. */
static int post_if_allowed(Engine *e, Feed *f, const Batch *b, const Producer *who, Err *err)
{
    int rc = 1;
    atomic_fetch_add(&f->n_posting, 1);
    if (may_post(e, f, b) &&
        !engine_is_stale(f, who)) /* in this order: an ALTER that is over has counted itself before it allows letters */
        rc = e->journal.wal ? -ERR_QUEUE_FULL : post(e, f, b, 0, who, err);
    atomic_fetch_sub(&f->n_posting, 1);
    return rc;
}

static bool push_in_lane(Engine *e, Lane *lane, const Batch *b)
{
    LanePush how = atomic_load_explicit(&e->n_impatient, memory_order_relaxed) > 0 ? LANE_NOT : lane_push(lane, e, b);
    if (how == LANE_SOON && engine_try_enter(e))
        engine_leave(e);
    return how != LANE_NOT;
}

/* A push without a number, made for what the relation is now. */
static inline bool is_plain(const Feed *f, const Producer *who)
{
    return !(who && who->id) && !engine_is_stale(f, who);
}

/* Another thread has the shard, or this one has, in a callback. */
static __attribute__((noinline)) int push_to_taken(Engine *e, Feed *f, Batch *b, const Producer *who, Lane *lane, bool behind,
                                                   Err *err)
{
    if (engine_is_inside(e)) { /* the letter is opened when its step is done */
        int rc = post(e, f, b, 0, who, err);
        return rc == -ERR_QUEUE_FULL ? RAISE(err, ERR_QUEUE_FULL, "too many rows were pushed inside one callback") : rc;
    }
    if (lane && !behind && is_plain(f, who) && push_in_lane(e, lane, b))
        return 0;
    int rc = behind ? 1 : post_if_allowed(e, f, b, who, err);
    if (rc == 1) {
        engine_enter_in_line(e);
        return push_entered(e, f, b, who, behind, err);
    }
    if (rc == -ERR_QUEUE_FULL) { /* backpressure: wait for the shard */
        engine_enter_in_line(e);
        e->c.mailbox_full++;
        gather_end(e);
        rc = step_push(e, f, b, who, err);
        engine_leave(e);
        return rc;
    }
    if (rc == 0 && engine_try_enter(e))
        engine_leave(e);
    return rc;
}

int engine_push(Engine *e, Feed *f, Batch *b, const Producer *who, Lane *lane, Err *err)
{
    b->seq = 0;
    bool behind = false;
    if (unlikely(lanes_wait(e))) {
        bool in_lane = lane && lane_has_rows(lane), other = lane_is_other(lane);
        if (in_lane && !other && is_plain(f, who) && push_in_lane(e, lane, b))
            return 0;
        behind = in_lane || other;
    }
    if (unlikely(!env_trylock(e->env, &e->lock))) /* who is inside holds it, too */
        return push_to_taken(e, f, b, who, lane, behind, err);
    if (e->gathering == f && !behind && is_plain(f, who) && mpsc_is_empty(&e->mailbox) && gather_more(e, f, b)) {
        engine_let_go(e);
        return 0;
    }
    engine_entered(e);
    return push_entered(e, f, b, who, behind, err);
}

int engine_push_watermark(Engine *e, Feed *f, int64_t wm_us, Err *err)
{
    if (engine_is_inside(e))
        return post(e, f, NULL, wm_us, NULL, err);
    engine_enter(e);
    int rc = f->closed ? RAISE(err, ERR_CLOSED, "relation \"%s\" is gone", f->name) : engine_step_mark(e, f, wm_us, err);
    engine_leave(e);
    return rc;
}
