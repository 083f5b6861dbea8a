/* SPDX-License-Identifier: Apache-2.0
 *
 * laminar_system: how far event time has come, and SHOW WHY name LATE: what holds it back.
 *
 * A source that is pushed into has one watermark; of a source with a connector every reader has one, so there is a row per query
 * that reads it.  Below a source stand its partitions, below what runs the queries with the least of their inputs.  Rows of kind
 * `query` also count what their windows have refused. */
#include "db/stream.h"
#include "db/system/system.h"
#include "flow/event_clock.h"

typedef struct Input { /* of a query: a push source, another query's result, or its own reader */
    const char *name;
    const Watermark *wm;
    bool idle, ended;
} Input;

/* How far it lies behind the clock. */
static void row_lag(SysScan *s, int64_t us)
{
    int64_t lag;
    if (us == INT64_MIN || us == INT64_MAX || __builtin_sub_overflow(env_wall_us(s->db->env), us, &lag))
        sys_null(s);
    else
        sys_int(s, floor_div(lag, 1000));
}

static bool input_of(SysScan *s, const Pipeline *q, uint32_t leaf, Input *ret)
{
    Reader *r = NULL;
    Feed *f = NULL;
    const PipelineLeaf *l = &q->leaf[leaf];
    engine_leaf_input(s->db->engine, q, leaf, &r, &f);
    if (!l->source->has_watermark || (!r && !f))
        return false;
    *ret = (Input){.name = l->source->name, .wm = r ? &r->wm : &f->wm, .idle = l->idle, .ended = l->ended};
    return true;
}

/* The least of the inputs that count, and which it is: -1 when there is none. */
static int32_t least_input(SysScan *s, const Pipeline *q, Input *ret)
{
    int32_t at = -1;
    for (uint32_t i = 0; i < q->n_leaves; i++) {
        Input in;
        if (!input_of(s, q, i, &in) || in.ended)
            continue;
        bool less = at < 0 || (ret->idle && !in.idle) || (ret->idle == in.idle && in.wm->wm_us < ret->wm->wm_us);
        if (!less)
            continue;
        *ret = in;
        at = (int32_t)i;
    }
    return at;
}

static void holder_text(const Watermark *wm, StrBuf *out)
{
    int64_t part = wm->clock ? event_clock_holder(wm->clock) : -1;
    if (part >= 0 && wm->clock->n_parts > 1)
        event_clock_part_name(wm->clock, (uint32_t)part, out);
}

/* Keys that have a watermark of their own, those that had to make room, and rows refused for want of room. */
static void row_keys(SysScan *s, const KeyClock *k)
{
    if (!k) {
        sys_null(s);
        sys_null(s);
        sys_null(s);
        return;
    }
    sys_int(s, (int64_t)hash_table_rows(k->table));
    sys_int(s, (int64_t)k->n_evicted);
    sys_int(s, (int64_t)k->n_refused);
}

/* ---- SHOW WATERMARKS ---- */

static void part_row(SysScan *s, const char *name, const char *query, const EventClock *c, uint32_t i)
{
    const ClockPart *p = &c->part[i];
    StrBuf part;
    sb_init(&part, NULL);
    event_clock_part_name(c, i, &part);
    sys_text(s, name);
    sys_text(s, "partition");
    sys_text(s, query);
    sys_buf(s, &part);
    sys_moment(s, p->wm_us);
    row_lag(s, p->wm_us);
    sys_bool(s, p->idle || p->ended);
    sys_int(s, (int64_t)p->n_late);
    sys_int(s, (int64_t)p->n_future);
    sys_int(s, (int64_t)p->n_null);
    sys_null(s);
    row_keys(s, NULL);
    sys_end(s);
}

static void source_rows(SysScan *s, const char *name, const char *query, const Watermark *wm)
{
    StrBuf holder;
    sb_init(&holder, NULL);
    holder_text(wm, &holder);
    sys_text(s, name);
    sys_text(s, "source");
    sys_text(s, query);
    sys_null(s);
    sys_moment(s, wm->wm_us);
    row_lag(s, wm->wm_us);
    sys_bool(s, wm->clock && wm->clock->idle);
    sys_int(s, (int64_t)wm->n_late);
    sys_int(s, (int64_t)wm->n_future);
    sys_int(s, (int64_t)wm->n_null);
    sys_buf(s, &holder);
    row_keys(s, wm->clock ? wm->clock->keys : NULL);
    sys_end(s);
    for (uint32_t i = 0; wm->clock && wm->clock->spec.parts != CLOCK_ONE_PART && i < wm->clock->n_parts; i++)
        part_row(s, name, query, wm->clock, i);
}

static int query_row(void *self, Pipeline *q)
{
    SysScan *s = self;
    Input least;
    if (least_input(s, q, &least) < 0)
        return 0;
    sys_text(s, q->name);
    sys_text(s, "query");
    sys_null(s);
    sys_null(s);
    sys_moment(s, least.wm->wm_us);
    row_lag(s, least.wm->wm_us);
    sys_bool(s, q->idle);
    sys_int(s, (int64_t)pipeline_late_rows(q));
    sys_int(s, 0);
    sys_int(s, (int64_t)pipeline_null_times(q));
    sys_text(s, least.name);
    row_keys(s, NULL);
    sys_end(s);
    return 0;
}

static int watermarks(SysScan *s, Err *err)
{
    (void)err;
    Engine *e = s->db->engine;
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        if ((r->kind != REL_SOURCE && !r->append_only) || !r->watermark.declared)
            continue;
        const Feed *feed = engine_feed(e, r->id);
        if (feed)
            source_rows(s, r->name, NULL, &feed->wm);
        for (const Reader *at = engine_readers(e); at; at = at->next)
            if (at->query->leaf[at->leaf].source->relation == r->id)
                source_rows(s, r->name, at->query->name, &at->wm);
    }
    return engine_each_query(e, query_row, s);
}

/* ---- SHOW ALIGNMENTS ---- */

static void member_row(SysScan *s, const AlignGroup *g, const AlignMember *m)
{
    static const char *const modes[] = {"pause", "warn", "drop"};
    int64_t since_us = m->is_paused ? env_wall_us(s->db->env) - m->paused_at_us : 0;
    sys_text(s, g->name);
    sys_text(s, m->source);
    sys_text(s, m->query ? ((const Pipeline *)m->query)->name : NULL);
    sys_text(s, modes[m->mode]);
    sys_moment(s, m->wm_us);
    sys_int(s, align_drift_us(m) / 1000);
    sys_int(s, m->drift_us / 1000);
    sys_bool(s, m->is_paused);
    sys_int(s, (int64_t)m->n_pauses);
    sys_int(s, (int64_t)m->n_resumes);
    sys_int(s, (m->paused_us + since_us) / 1000);
    sys_int(s, (int64_t)m->n_warned);
    sys_int(s, (int64_t)m->n_dropped);
    sys_end(s);
}

static int alignments(SysScan *s, Err *err)
{
    (void)err;
    for (const AlignGroup *g = engine_align_groups(s->db->engine); g; g = g->next)
        for (const AlignMember *m = g->members; m; m = m->next)
            member_row(s, g, m);
    return 0;
}

/* ---- SHOW WHY name LATE ---- */

static void why_row(SysScan *s, int64_t step, const char *name, const char *kind, int64_t wm_us, bool idle, StrBuf *holder)
{
    sys_int(s, step);
    sys_text(s, name);
    sys_text(s, kind);
    sys_moment(s, wm_us);
    row_lag(s, wm_us);
    sys_bool(s, idle);
    sys_buf(s, holder);
    sys_end(s);
}

static void why_source(SysScan *s, int64_t step, const char *name, const Watermark *wm)
{
    StrBuf holder, none;
    sb_init(&holder, NULL);
    sb_init(&none, NULL);
    holder_text(wm, &holder);
    bool has_parts = holder.n > 0;
    why_row(s, step, name, "source", wm->wm_us, wm->clock && wm->clock->idle, &holder);
    if (!has_parts)
        return;
    const ClockPart *p = &wm->clock->part[event_clock_holder(wm->clock)];
    sb_init(&holder, NULL);
    event_clock_part_name(wm->clock, (uint32_t)event_clock_holder(wm->clock), &holder);
    why_row(s, step + 1, sb_cstr(&holder), "partition", p->wm_us, p->idle, &none);
    sb_done(&holder);
}

/* From a query to the input that holds it, until a source has been reached. */
static void why_rows(SysScan *s, const Relation *r)
{
    Engine *e = s->db->engine;
    int64_t step = 1;
    for (;; step++) {
        const Pipeline *q = engine_query_of(e, r->id);
        Pipeline *to_sink = NULL;
        if (!q && engine_sink_of(e, r->id, &to_sink)) /* a sink's result goes to no relation */
            q = to_sink;
        Input least;
        int32_t leaf = q ? least_input(s, q, &least) : -1;
        if (!q) {
            const Feed *f = engine_feed(e, r->id);
            if (f && f->wm.on)
                why_source(s, step, r->name, &f->wm);
            return;
        }
        if (leaf < 0)
            return;
        StrBuf holder;
        sb_init(&holder, NULL);
        sb_puts(&holder, least.name);
        why_row(s, step, r->name, relation_kind_name(r->kind), least.wm->wm_us, q->idle, &holder);
        r = catalog_by_id(s->catalog, q->leaf[leaf].source->relation);
        if (!r)
            return;
        if (relation_has_readers(r)) {
            why_source(s, step + 1, r->name, least.wm);
            return;
        }
    }
}

static int why_late(SysScan *s, Err *err)
{
    (void)err;
    why_rows(s, s->of);
    return 0;
}

const SysRelation sys_why_late = {.columns =
                                      "step int8, name text, kind text, watermark timestamp, lag_ms int8, idle bool, held_by text",
                                  .fill = why_late};

#define SYS(name, fill, help, columns)                                                                                             \
    {                                                                                                                              \
        SCHEMA_LAMINAR, name, columns, fill, help                                                                                  \
    }
const SysRelation sys_time[] = {
    SYS("watermarks", watermarks, "how far event time has come",
        "name text, kind text, query text, partition text, watermark timestamp, lag_ms int8, idle bool, late int8, "
        "future int8, null_time int8, held_by text, keys int8, evicted int8, refused int8"),
    SYS("alignments", alignments, "sources that wait for each other",
        "group text, source text, query text, mode text, watermark timestamp, drift_ms int8, max_drift_ms int8, paused bool, "
        "pauses int8, resumes int8, paused_ms int8, warned int8, dropped int8"),
    {0},
};
