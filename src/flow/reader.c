/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader. */
#include "base/zone.h"
#include "flow/reader.h"

#include "env/points.h"
#include "flow/row_block.h"

#include <stdio.h>
#include <string.h>

#define ABSENT_NS INT64_C(1000000000) /* how often it looks whether its source has come back */

static Str part_name(const void *reader, uint32_t part)
{
    const Reader *r = reader;
    return r->source && part < source_partitions(r->source) ? source_partition_name(r->source, part) : (Str){0};
}

void reader_origin_drop(ReaderOrigin *o)
{
    if (o->drop)
        o->drop(o->owner);
    o->drop = NULL;
}

/* Each step says where its rows stand. */
static bool tells_places(const Source *s)
{
    StrBuf text;
    sb_init(&text, NULL);
    bool tells = s->type->began && source_began(s, &text) == 0;
    sb_done(&text);
    return tells;
}

static int take_source(Reader *r, Source *give_source, Err *err)
{
    r->source = give_source;
    r->bounded = source_is_bounded(give_source);
    if (r->wm.clock && !tells_places(give_source) && event_clock_connector_parts(r->wm.clock, source_partitions(give_source)) < 0)
        return RAISE_NOMEM(err);
    return 0; /* of others the partitions are known with the first step */
}

int reader_new(Account *acct, PageStore *pages, Pipeline *q, uint32_t leaf, Source *give_source, const ReaderOrigin *give_origin,
               const Err *absent, const Watermark *wm, Feed *bad_feed, Reader **ret, Err *err)
{
    Reader *r = mem_zalloc(acct, sizeof(*r));
    ReaderOrigin origin = *give_origin;
    if (!r) {
        source_close(give_source);
        reader_origin_drop(&origin);
        event_clock_spec_drop(wm ? wm->spec : NULL);
        return RAISE_NOMEM(err);
    }
    r->query = q;
    r->leaf = leaf;
    r->origin = origin;
    if (wm)
        r->wm = *wm;
    r->wm.wm_us = INT64_MIN;
    r->bad_feed = bad_feed;
    int rc = 0;
    if (wm && wm->spec) {
        ClockSpec spec = *wm->spec;
        spec.table_id = q->env.next_table_id++;
        rc = event_clock_new(acct, pages, origin.args.schema, &spec, &r->wm.clock, err);
    }
    if (rc == 0 && r->wm.clock) {
        r->wm.clock->part_name = part_name;
        r->wm.clock->part_name_self = r;
    }
    if (!give_source)
        r->absent = *absent;
    else if (rc == 0)
        rc = take_source(r, give_source, err);
    else
        source_close(give_source);
    r->wm.spec = NULL;
    if (rc < 0) {
        reader_free(r, acct);
        return rc;
    }
    *ret = r;
    return 0;
}

void reader_free(Reader *r, Account *acct)
{
    if (!r)
        return;
    source_close(r->source);
    mem_strfree(r->origin.args.acct, r->position);
    reader_origin_drop(&r->origin);
    event_clock_free(r->wm.clock);
    mem_free(acct, r, sizeof(*r));
}

/* ---- a source that is not there ---- */

int reader_return(Reader *r, Err *err)
{
    Source *s = NULL;
    TRY(source_open(r->origin.type, &r->origin.args, &s, err));
    int rc = r->position ? source_seek(s, 0, r->position, err) : 0;
    if (rc < 0) {
        source_close(s);
        return rc;
    }
    TRY(take_source(r, s, err));
    mem_strfree(r->origin.args.acct, MOVE(r->position));
    r->absent = ERR_INIT;
    r->wake_at_ns = 0;
    return 0;
}

int reader_resume(Reader *r, Str position, Err *err)
{
    Account *acct = r->origin.args.acct;
    if (position.n == 0 || r->ended)
        return 0;
    char *text = mem_alloc(acct, position.n + 1);
    if (!text)
        return RAISE_NOMEM(err);
    memcpy(text, position.p, position.n);
    text[position.n] = 0;
    int rc = r->source ? source_seek(r->source, 0, text, &r->absent) : -1;
    if (rc < 0) {
        source_close(MOVE(r->source));
        r->bounded = false;
        r->position = MOVE(text);
    }
    mem_strfree(acct, text);
    return rc == -ERR_OUT_OF_MEMORY ? RAISE_NOMEM(err) : 0;
}

/* What may be otherwise later: the source is read on where it stands then. */
static bool may_return(const Reader *r, int rc)
{
    return r->waits && r->source->type->replayable && (rc == -ERR_IO || rc == -ERR_FILE_NOT_FOUND || rc == -ERR_FILE_ACCESS);
}

/* Where the source stands, NULL = at its start.  False: no memory. */
static bool copy_position(const Reader *r, char **ret)
{
    StrBuf text;
    sb_init(&text, r->origin.args.acct);
    bool long_one = source_position(r->source, &text) == 0;
    const char *position = long_one ? sb_cstr(&text) : r->offset;
    *ret = position[0] ? mem_strdup(r->origin.args.acct, position) : NULL;
    bool done = !text.failed && (!position[0] || *ret);
    sb_done(&text);
    return done;
}

static bool loses_source(Reader *r, Env *env, int rc, const Err *why)
{
    char *position = NULL;
    if (!may_return(r, rc) || !copy_position(r, &position)) {
        mem_strfree(r->origin.args.acct, position);
        return false;
    }
    source_close(MOVE(r->source));
    r->bounded = false;
    r->position = position;
    r->absent = *why;
    r->wake_at_ns = env_mono_ns(env) + ABSENT_NS;
    return true;
}

static bool has_returned(Reader *r, Env *env)
{
    Err why = ERR_INIT;
    if (r->source || reader_return(r, &why) == 0)
        return true;
    r->absent = why;
    r->wake_at_ns = env_mono_ns(env) + ABSENT_NS;
    if (r->wm.clock)
        event_clock_polled(r->wm.clock, env_mono_ns(env), r->wake_at_ns, true);
    return false;
}

static int reader_refuse(Reader *r, const Batch *b, Rows future, Err *err)
{
    uint16_t row = (uint16_t)row_at(future, 0);
    if (r->wm.future_rows != FUTURE_ERROR)
        return 0; /* counted */
    Value v = vec_get(&b->col[r->wm.col], row);
    StrBuf text;
    WITH_ZONE(NULL);
    sb_init(&text, NULL);
    value_print(&v, &text);
    int rc = RAISE(err, ERR_FUTURE_TIMESTAMP, "event time %s lies more than max_future_skew in the future", sb_cstr(&text));
    sb_done(&text);
    return rc;
}

static void reader_keys(Reader *r)
{
    if (!r->wm.clock || !event_clock_publish(&r->wm))
        return;
    pipeline_keys(r->query, r->leaf);
    event_clock_settle(&r->wm);
    pipeline_flush(r->query);
}

static int reader_piece(Reader *r, Batch *b, int64_t now_us, Arena *step, Err *err)
{
    WatermarkSplit split;
    int64_t before = r->wm.wm_us;
    TRY(watermark_accept(&r->wm, b, now_us, step, &split));
    if (split.is_cut) {
        if (split.future.n)
            TRY(reader_refuse(r, b, split.future, err));
        b = batch_with_sel(step, b, split.keep.sel, split.keep.n);
        if (!b)
            return RAISE_NOMEM(err);
    }
    r->n_rows += b->n_sel;
    pipeline_push(r->query, r->leaf, b, now_us);
    pipeline_flush(r->query);
    reader_keys(r);
    if (r->wm.wm_us != before) {
        pipeline_mark(r->query, r->leaf, r->wm.wm_us);
        pipeline_flush(r->query);
    }
    return 0;
}

static void reader_idle(Reader *r)
{
    bool is_idle = r->wm.clock && r->wm.clock->idle;
    if (is_idle == r->idle)
        return;
    r->idle = is_idle;
    pipeline_idle(r->query, r->leaf, is_idle);
    pipeline_flush(r->query);
}

static void reader_mark(Reader *r)
{
    pipeline_mark(r->query, r->leaf, r->wm.wm_us);
    pipeline_flush(r->query);
}

static int reader_step(Reader *r, SourcePoll *p, int64_t now_us, Arena *step, Err *err)
{
    Batch *b = r->wm.clock ? event_clock_stamp(&r->wm, p->batch, now_us, step) : p->batch;
    if (!b)
        return RAISE_NOMEM(err);
    Rows rows = batch_rows(b);
    for (uint32_t from = 0, n; from < rows.n; from += n) {
        n = watermark_piece(&r->wm, b, rows, from, now_us);
        Batch *piece = watermark_take_piece(step, b, rows, from, n);
        if (!piece)
            return RAISE_NOMEM(err);
        TRY(reader_piece(r, piece, now_us, step, err));
    }
    if (p->watermark_us != INT64_MIN && watermark_raise(&r->wm, p->watermark_us)) {
        reader_keys(r);
        reader_mark(r);
    }
    reader_idle(r);
    return 0;
}

/* A step that could not be logged cannot be repeated. */
static void reader_lose(Reader *r, const Err *why)
{
    r->ended = true;
    r->query->lost_state = true;
    pipeline_fail(r->query, why);
}

bool reader_can_repeat(const Reader *r)
{
    StrBuf text;
    sb_init(&text, NULL);
    bool can = !r->source || tells_places(r->source) || source_position(r->source, &text) != 0;
    sb_done(&text);
    return can;
}

/* With where the rows stand, if the source has to be told. */
static int log_step(const Reader *r, const ReadStep *s, int64_t now_us, const ReadLog *log, Err *err)
{
    StrBuf text;
    ReadPlace place = {.n_parts = r->source ? source_partitions(r->source) : 0};
    sb_init(&text, r->origin.args.acct);
    bool needs = r->source && source_began(r->source, &text) == 0;
    place.text = s->n_rows ? sb_str(&text) : (Str){0};
    int rc = text.failed ? RAISE_NOMEM(err) : log->put(log->self, r, s, needs ? &place : NULL, now_us, err);
    sb_done(&text);
    return rc;
}

/* What the clock does by itself. */
static void reader_tick(Reader *r, int64_t now_us, const ReadLog *log)
{
    int64_t before = r->wm.wm_us;
    Err err = ERR_INIT;
    ReadStep s = {.leaf = r->leaf, .flags = READ_TICK, .watermark_us = INT64_MIN, .clock = event_clock_time(r->wm.clock)};
    if (!event_clock_tick(&r->wm, now_us))
        return;
    if (log && log_step(r, &s, now_us, log, &err) < 0) {
        reader_lose(r, &err);
        return;
    }
    reader_keys(r);
    if (r->wm.wm_us != before)
        reader_mark(r);
    reader_idle(r);
}

/* When the clock has to be looked at again. */
static void set_tick(Reader *r, Env *env, int64_t now_us)
{
    int64_t in_us = event_clock_next_tick_us(&r->wm, now_us);
    r->tick_at_ns = in_us < INT64_MAX / 1000 ? env_mono_ns(env) + in_us * 1000 : INT64_MAX;
}

int64_t reader_wake_ns(const Reader *r)
{
    return r->wm.clock ? MIN(r->wake_at_ns, r->tick_at_ns) : r->wake_at_ns;
}

bool reader_is_over(Reader *r)
{
    r->ended |= r->query->leaf[r->leaf].ended;
    bool is_over = r->ended || r->query->state != PIPELINE_RUNNING;
    if (is_over && r->wm.clock)
        r->wm.clock->align.is_out = true;
    return is_over;
}

void reader_pause(Reader *r)
{
    if (r->wm.clock)
        event_clock_paused(r->wm.clock);
}

static int64_t wake_after(const Reader *r, Env *env, bool idle)
{
    int64_t wake = idle ? source_wake_at_ns(r->source) : 0;
    return wake == INT64_MAX ? env_mono_ns(env) + 1000000 : wake;
}

/* Malformed records become rows of <source>$errors. */
static int take_bad(Reader *r, SourcePoll *p, Err *err)
{
    int rc = 0;
    if (!p->bad)
        return 0;
    r->n_bad += p->bad->n_sel;
    if (r->bad_feed && feed_emit(r->bad_feed, p->bad, err) < 0)
        rc = -(int)err->code;
    p->bad = batch_unref(p->bad);
    return rc;
}

/* 1: there are new ones among them. */
static int know_parts(Reader *r, uint32_t n, uint32_t partition, Err *err)
{
    EventClock *c = r->wm.clock;
    if (!c || c->spec.parts != CLOCK_PART_CONNECTOR)
        return 0;
    uint32_t before = c->n_parts;
    if (event_clock_connector_parts(c, n) < 0)
        return RAISE_NOMEM(err);
    c->connector_part = partition;
    return c->n_parts > before;
}

static int take_rows(Reader *r, SourcePoll *p, int64_t now_us, Arena *step, Err *err)
{
    if (p->offset[0]) /* of no rows as well: another file may be in the place of the one that they came from */
        snprintf(r->offset, sizeof(r->offset), "%s", p->offset);
    if (!p->batch)
        return 0;
    p->batch->ptime_us = now_us;
    return reader_step(r, p, now_us, step, err);
}

static void take_ends(Reader *r, uint32_t flags, uint32_t partition)
{
    if (flags & READ_ENDED) {
        r->ended = true;
        pipeline_leaf_end(r->query, r->leaf);
    }
    if (r->wm.clock && !r->ended && (flags & READ_PART_ENDED))
        event_clock_part_ended(r->wm.clock, partition);
}

static int put_step(Reader *r, const SourcePoll *p, uint32_t flags, bool new_parts, int64_t now_us, const ReadLog *log, Err *err)
{
    ReadStep s = {r->leaf, p->batch ? p->batch->n_sel : 0, p->partition, flags, .watermark_us = p->watermark_us};
    if (!log || (!p->batch && !flags && !new_parts))
        return 0;
    if (r->wm.clock)
        s.clock = event_clock_time(r->wm.clock);
    int rc = log_step(r, &s, now_us, log, err);
    r->query->lost_state |= rc < 0;
    return rc;
}

bool reader_poll(Reader *r, Env *env, uint32_t credit_rows, Arena *step, const ReadLog *log)
{
    if (reader_is_over(r))
        return false;
    if (r->wake_at_ns && env_mono_ns(env) < r->wake_at_ns) {
        if (!r->wm.clock || env_mono_ns(env) < r->tick_at_ns)
            return false;
        arena_reset(step);
        reader_tick(r, env_wall_us(env), log);
        set_tick(r, env, env_wall_us(env));
        return false;
    }
    if (unlikely(!r->source) && !has_returned(r, env))
        return false;
    env_point(env, POINT_SOURCE_POLL);
    arena_reset(step);
    SourcePoll p = {.watermark_us = INT64_MIN};
    Err err;
    err_reset(&err);
    int rc = source_poll(r->source, credit_rows, &p, &err);
    if (unlikely(rc < 0) && loses_source(r, env, rc, &err))
        return false;
    int64_t now_us = env_wall_us(env);
    bool idle = rc == SOURCE_IDLE;
    uint32_t flags = (rc == SOURCE_END ? READ_ENDED : 0) | (p.partition_ended ? READ_PART_ENDED : 0);
    r->wake_at_ns = wake_after(r, env, idle);
    if (r->wm.clock)
        event_clock_polled(r->wm.clock, env_mono_ns(env), r->wake_at_ns, idle);
    rc = rc < 0 ? rc : take_bad(r, &p, &err);
    rc = rc < 0 ? rc : know_parts(r, source_partitions(r->source), p.partition, &err);
    rc = rc < 0 ? rc : put_step(r, &p, flags, rc > 0, now_us, log, &err);
    rc = rc < 0 ? rc : take_rows(r, &p, now_us, step, &err);
    batch_unref(p.batch);
    batch_unref(p.bad);
    if (rc < 0) {
        r->ended = true;
        pipeline_fail(r->query, &err);
        return true;
    }
    take_ends(r, flags, p.partition);
    if (r->wm.clock && !r->ended) {
        reader_tick(r, now_us, log);
        set_tick(r, env, now_us);
    }
    return !idle;
}

/* ---- once more ---- */

/* The source gives other pieces than it did, as it begins in the middle of them: they become one again. */
static int read_again(Reader *r, const ReadStep *s, RowBlock *all, SourcePoll *ret, Err *err)
{
    int rc = SOURCE_DATA;
    while (rc == SOURCE_DATA && all->n < s->n_rows) {
        SourcePoll p = {.watermark_us = INT64_MIN};
        rc = source_poll(r->source, s->n_rows - all->n, &p, err);
        int done = rc < 0 ? 0 : take_bad(r, &p, err);
        bool fits = rc >= 0 && p.batch && p.partition == s->partition;
        if (done == 0 && fits && all->n + p.batch->n_sel <= s->n_rows)
            done = row_block_append(all, p.batch, batch_rows(p.batch)) < 0 ? RAISE_NOMEM(err) : 0;
        if (rc >= 0)
            memcpy(ret->offset, p.offset, sizeof(ret->offset));
        bool is_other = p.batch && !fits;
        batch_unref(p.batch);
        batch_unref(p.bad);
        TRY(done);
        if (is_other)
            break;
    }
    if (all->n == s->n_rows)
        return 0;
    if (rc >= 0)
        (void)RAISE(err, ERR_IO, "the source of query \"%s\" does not give the rows again that it gave", r->query->name);
    return 1;
}

/* The rows of the step, from where they stood.  As reader_repeat. */
static int read_place_again(Reader *r, const ReadStep *s, const ReadPlace *place, RowBlock *all, SourcePoll *ret, Err *err)
{
    Account *acct = r->origin.args.acct;
    char *what = mem_alloc(acct, place->text.n + 1);
    if (!what)
        return RAISE_NOMEM(err);
    memcpy(what, place->text.p, place->text.n);
    what[place->text.n] = 0;
    int rc = source_again(r->source, s->partition, what, err);
    mem_free(acct, what, place->text.n + 1);
    if (rc < 0)
        return rc == -ERR_OUT_OF_MEMORY ? rc : 1;
    rc = read_again(r, s, all, ret, err);
    int end = source_again_end(r->source, rc == 0, err);
    return rc == 0 && end < 0 ? 1 : rc;
}

int reader_repeat(Reader *r, Env *env, const ReadStep *s, const ReadPlace *place, int64_t now_us, Arena *step, Err *err)
{
    if (reader_is_over(r))
        return 0;
    arena_reset(step);
    if (r->wm.clock)
        event_clock_resume(r->wm.clock, s->clock);
    if (s->flags & READ_TICK) {
        reader_tick(r, now_us, NULL);
        return 0;
    }
    if (!r->source && !has_returned(r, env)) {
        *err = r->absent;
        return 1;
    }
    RowBlock all;
    SourcePoll p = {.partition = s->partition, .watermark_us = s->watermark_us};
    TRY(row_block_init(&all, r->origin.args.acct, r->origin.args.schema, MAX(s->n_rows, 1), err));
    r->source->unpaced = true;
    int rc = s->n_rows == 0 ? 0 : place ? read_place_again(r, s, place, &all, &p, err) : read_again(r, s, &all, &p, err);
    r->source->unpaced = false;
    p.batch = all.n ? row_block_view(&all) : NULL;
    Err own = ERR_INIT;
    int taken = know_parts(r, place ? place->n_parts : source_partitions(r->source), p.partition, &own);
    taken = taken < 0 ? taken : take_rows(r, &p, now_us, step, &own);
    row_block_done(&all);
    if (taken < 0) {
        r->ended = true;
        pipeline_fail(r->query, &own);
        return 0;
    }
    if (rc == 0)
        take_ends(r, s->flags, s->partition);
    return rc;
}
