/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of the log back into steps (design 7.8).
 *
 * A step that was refused when it first ran is refused again and for the same reason, because everything it looks at is as it was;
 * so such an outcome is no failure of recovery.  Only what says that the log does not fit the catalog, or that memory is short, is.
 */
#include "base/bytes.h"
#include "durable/rows.h"
#include "flow/engine_impl.h"
#include "flow/engine_keep.h"

struct ReplayUnit { /* batches of one change so far, in the arena; those of one table stand together */
    uint32_t n, cap;
    Batch **batch;
    uint64_t *relation;
    bool marked; /* WAL_UNIT */
};

static int no_relation(const WalRecord *r, Err *err)
{
    return RAISE(err, ERR_CORRUPT, "record %llu of the log belongs to relation %u, which is not there", (unsigned long long)r->seq,
                 r->relation);
}

static bool was_refused(int rc)
{
    return rc == -ERR_FUTURE_TIMESTAMP || rc == -ERR_UNIQUE || rc == -ERR_PROGRAM_LIMIT;
}

static int note_producer(Engine *e, const WalRecord *r, Err *err)
{
    Producer who = {r->producer, r->producer_seq, r->part};
    return r->producer ? producers_note(engine_producers(e), r->relation, &who, err) : 0;
}

static int replay_rows(Engine *e, const WalRecord *r, Arena *unit, Err *err)
{
    Feed *f = engine_feed(e, r->relation);
    Batch *b;
    if (!f)
        return no_relation(r, err);
    arena_reset(unit);
    TRY(rows_read(r->payload, f->schema, unit, &b, err));
    int rc = engine_step_push(e, f, b, err);
    return rc < 0 && !was_refused(rc) ? rc : note_producer(e, r, err);
}

/* A change in several records: what came before waits in the unit's arena, texts included. */
static int add_to_unit(ReplayUnit *u, const WalRecord *r, const Schema *schema, Arena *arena, Err *err)
{
    if (u->n == u->cap) {
        uint32_t cap = u->cap ? u->cap * 2 : 4;
        Batch **bigger = ARENA_ARRAY(arena, Batch *, cap);
        uint64_t *relation = ARENA_ARRAY(arena, uint64_t, cap);
        if (!bigger || !relation)
            return RAISE_NOMEM(err);
        if (u->n) {
            memcpy(bigger, u->batch, u->n * sizeof(*bigger));
            memcpy(relation, u->relation, u->n * sizeof(*relation));
        }
        u->batch = bigger;
        u->relation = relation;
        u->cap = cap;
    }
    Str payload = r->payload;
    if (r->flags & WAL_MORE)
        payload.p = arena_memdup(arena, payload.p, payload.n);
    if (!payload.p)
        return RAISE_NOMEM(err);
    TRY(rows_read(payload, schema, arena, &u->batch[u->n], err));
    u->relation[u->n++] = r->relation;
    return 0;
}

static int change_tables(Engine *e, const ReplayUnit *u, Arena *arena, Err *err)
{
    FeedChange *c = ARENA_ARRAY(arena, FeedChange, u->n);
    uint32_t n = 0;
    if (!c)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < u->n; i++) {
        if (i == 0 || u->relation[i] != u->relation[i - 1])
            c[n++] = (FeedChange){engine_feed(e, u->relation[i]), u->batch + i, 0};
        c[n - 1].n++;
    }
    return engine_change_all(e, c, n, err);
}

static int replay_change(Engine *e, const WalRecord *r, LogReplay *at, Err *err)
{
    Feed *f = engine_feed(e, r->relation);
    if (!f || !f->stored)
        return no_relation(r, err);
    if (!at->unit) {
        arena_reset(&at->arena);
        at->unit = ARENA_NEW(&at->arena, ReplayUnit);
        if (!at->unit)
            return RAISE_NOMEM(err);
        at->unit->marked = (r->flags & (WAL_UNIT | WAL_NEXT)) != 0;
    }
    TRY(add_to_unit(at->unit, r, f->schema, &at->arena, err));
    if (r->flags & WAL_MORE)
        return 0;
    TRY(change_tables(e, MOVE(at->unit), &at->arena, err));
    return note_producer(e, r, err);
}

static int replay_mark(Engine *e, const WalRecord *r, Err *err)
{
    Feed *f = engine_feed(e, r->relation);
    ByteReader b = bytes_of(r->payload);
    int64_t wm_us = bytes_i64(&b);
    if (!f || b.failed)
        return no_relation(r, err);
    return engine_step_mark(e, f, wm_us, err);
}

/* A view that was filled piece by piece meanwhile is filled at once where its statement stands: over the same rows. */
static int replay_keep(Engine *e, const WalRecord *r, Err *err)
{
    Feed *f = engine_feed(e, r->relation);
    ByteReader b = bytes_of(r->payload);
    bool on = bytes_u8(&b) != 0;
    if (!f || b.failed)
        return no_relation(r, err);
    feed_keep_all(f, on);
    return 0;
}

static int replay_clock(Engine *e, const WalRecord *r, Err *err)
{
    Feed *f = engine_feed(e, r->relation);
    ByteReader b = bytes_of(r->payload);
    ClockTime t;
    t.polled_ns = bytes_i64(&b);
    t.next_tick_us = bytes_i64(&b);
    if (!f || !f->wm.clock || b.failed)
        return no_relation(r, err);
    engine_replay_clock(e, f, t, r->kind == WAL_TICK);
    return 0;
}

/* ---- readers ---- */

static PipelineSlot *maker_of(const Engine *e, const Feed *f)
{
    for (uint32_t i = 0; f && i < e->n_slots; i++)
        if (e->slot[i]->out.to == f)
            return e->slot[i];
    return NULL;
}

/* Whether what the one gives comes, among others, from the other. */
static bool reads(const Engine *e, const PipelineSlot *s, const PipelineSlot *from)
{
    bool found = s == from;
    for (uint32_t i = 0; s && i < s->query->n_leaves && !found; i++)
        found = reads(e, maker_of(e, s->leaf_feed[i]), from);
    return found;
}

/* From how many inputs of the database its rows come. */
static uint32_t count_inputs(const Engine *e, const PipelineSlot *s)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->query->n_leaves && n < 2; i++) {
        const PipelineSlot *maker = maker_of(e, s->leaf_feed[i]);
        n += maker ? count_inputs(e, maker) : 1;
    }
    return n;
}

/* A sink of several inputs, or of several files in no order, has got rows that come again in another order now: which of them it
 * has cannot be told. The log brings them when the source is there, so until then no checkpoint is made without. */
static void stop_sinks(Engine *e, const PipelineSlot *from, bool many, const Err *why)
{
    for (uint32_t i = 0; i < e->n_slots; i++) {
        PipelineSlot *s = e->slot[i];
        const SinkDriver *sink = s->options.sink;
        if (!sink || !sink->sink->in_epochs || sink->n_rows >= sink->skip_rows || s->query->state != PIPELINE_RUNNING ||
            (!many && count_inputs(e, s) < 2) || !reads(e, s, from))
            continue;
        s->query->lost_state = true;
        pipeline_fail(s->query, why);
    }
}

static bool read_step(const WalRecord *r, ReadStep *ret, ReadPlace *ret_place, bool *ret_has_place)
{
    ByteReader b = bytes_of(r->payload);
    const char *step = bytes_take(&b, sizeof(*ret));
    *ret_has_place = b.n > 0;
    if (step)
        memcpy(ret, step, sizeof(*ret));
    if (b.n) {
        ret_place->n_parts = bytes_u32(&b);
        ret_place->text = (Str){b.p, b.n};
    }
    return !b.failed;
}

static int replay_read(Engine *e, const WalRecord *r, Err *err)
{
    ReadStep step;
    ReadPlace place = {0};
    bool has_place;
    Err why = ERR_INIT;
    if (!read_step(r, &step, &place, &has_place))
        return RAISE(err, ERR_CORRUPT, "record %llu of the log cannot be read", (unsigned long long)r->seq);
    for (uint32_t i = 0; i < e->n_slots; i++) {
        PipelineSlot *s = e->slot[i];
        Reader *reader = engine_relation_of(s) == r->relation ? engine_reader_of(e, s->query, step.leaf) : NULL;
        if (!reader)
            continue;
        engine_step_begin(e);
        engine_touch(e, i);
        int rc = reader_repeat(reader, e->env, &step, has_place ? &place : NULL, r->ptime_us, &e->step, &why);
        if (rc == 1)
            stop_sinks(e, s, has_place, &why);
        engine_flush_touched(e);
        if (rc < 0 && err)
            *err = why;
        return MIN(rc, 0);
    }
    return 0;
}

static bool goes_on(const ReplayUnit *u, const WalRecord *r)
{
    return r->kind == WAL_CHANGE && (u->marked ? (r->flags & WAL_NEXT) != 0 : r->relation == u->relation[u->n - 1]);
}

int engine_replay(Engine *e, LogReplay *at, const WalRecord *r, Err *err)
{
    engine_replay_at(e, r);
    if (at->unit && !goes_on(at->unit, r)) /* its rest never came */
        at->unit = NULL;
    switch ((WalKind)r->kind) {
    case WAL_ROWS: return replay_rows(e, r, &at->arena, err);
    case WAL_CHANGE: return replay_change(e, r, at, err);
    case WAL_MARK: return replay_mark(e, r, err);
    case WAL_KEEP: return replay_keep(e, r, err);
    case WAL_EPOCH: return engine_replay_barrier(e, err);
    case WAL_SINK: return 0; /* the sinks know their decisions before the first record */
    case WAL_POLLED: return replay_clock(e, r, err);
    case WAL_READ: return replay_read(e, r, err);
    case WAL_TICK:
        if (r->relation)
            return replay_clock(e, r, err);
        engine_step_tick(e, r->ptime_us);
        return 0;
    default: return 0;
    }
}
