/* SPDX-License-Identifier: Apache-2.0
 *
 * SHOW WATERMARKS and SHOW WHY name LATE: how far event time has come, and what holds it back.
 *
 * A source that is pushed into has one watermark; of a source with a connector every reader has one, so there is a row per query
 * that reads it.  Below a source stand its partitions, below what runs the queries with the least of their inputs.  Rows of kind
 * `query` also count what their windows have refused. */
#include "db/show_impl.h"
#include "db/stream.h"
#include "flow/event_clock.h"

typedef struct Input { /* of a query: a push source, another query's result, or its own reader */
    const char *name;
    const Watermark *wm;
    bool idle, ended;
} Input;

static void row_time(Shower *w, int64_t us)
{
    Value v = {.type = TYPE(TS), .i64 = us};
    if (us == INT64_MIN)
        row_null(&w->m);
    else
        row_value(&w->m, &v);
}

/* How far it lies behind the clock. */
static void row_lag(Shower *w, int64_t us)
{
    int64_t lag;
    if (us == INT64_MIN || us == INT64_MAX || __builtin_sub_overflow(env_wall_us(w->x->db->env), us, &lag))
        row_null(&w->m);
    else
        row_i64(&w->m, floor_div(lag, 1000));
}

static bool input_of(Shower *w, const Pipeline *q, uint32_t leaf, Input *ret)
{
    Reader *r = NULL;
    Feed *f = NULL;
    const PipelineLeaf *l = &q->leaf[leaf];
    engine_leaf_input(w->x->db->engine, q, leaf, &r, &f);
    if (!l->source->has_watermark || (!r && !f))
        return false;
    *ret = (Input){.name = l->source->name, .wm = r ? &r->wm : &f->wm, .idle = l->idle, .ended = l->ended};
    return true;
}

/* The least of the inputs that count, and which it is: -1 when there is none. */
static int32_t least_input(Shower *w, const Pipeline *q, Input *ret)
{
    int32_t at = -1;
    for (uint32_t i = 0; i < q->n_leaves; i++) {
        Input in;
        if (!input_of(w, q, i, &in) || in.ended)
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

static void row_buf(Shower *w, StrBuf *b)
{
    row_text(&w->m, b->n ? sb_cstr(b) : NULL);
    sb_done(b);
}

/* Keys that have a watermark of their own, those that had to make room, and rows refused for want of room. */
static void row_keys(Shower *w, const KeyClock *k)
{
    if (!k) {
        row_null(&w->m);
        row_null(&w->m);
        row_null(&w->m);
        return;
    }
    row_i64(&w->m, (int64_t)hash_table_rows(k->table));
    row_i64(&w->m, (int64_t)k->n_evicted);
    row_i64(&w->m, (int64_t)k->n_refused);
}

/* ---- SHOW WATERMARKS ---- */

static void part_row(Shower *w, const char *name, const char *query, const EventClock *c, uint32_t i)
{
    const ClockPart *p = &c->part[i];
    StrBuf part;
    sb_init(&part, NULL);
    event_clock_part_name(c, i, &part);
    row_text(&w->m, name);
    row_text(&w->m, "partition");
    row_text(&w->m, query);
    row_buf(w, &part);
    row_time(w, p->wm_us);
    row_lag(w, p->wm_us);
    row_bool(&w->m, p->idle || p->ended);
    row_i64(&w->m, (int64_t)p->n_late);
    row_i64(&w->m, (int64_t)p->n_future);
    row_i64(&w->m, (int64_t)p->n_null);
    row_null(&w->m);
    row_keys(w, NULL);
    row_end(&w->m);
}

static void source_rows(Shower *w, const char *name, const char *query, const Watermark *wm)
{
    StrBuf holder;
    sb_init(&holder, NULL);
    holder_text(wm, &holder);
    row_text(&w->m, name);
    row_text(&w->m, "source");
    row_text(&w->m, query);
    row_null(&w->m);
    row_time(w, wm->wm_us);
    row_lag(w, wm->wm_us);
    row_bool(&w->m, wm->clock && wm->clock->idle);
    row_i64(&w->m, (int64_t)wm->n_late);
    row_i64(&w->m, (int64_t)wm->n_future);
    row_i64(&w->m, (int64_t)wm->n_null);
    row_buf(w, &holder);
    row_keys(w, wm->clock ? wm->clock->keys : NULL);
    row_end(&w->m);
    for (uint32_t i = 0; wm->clock && wm->clock->spec.parts != CLOCK_ONE_PART && i < wm->clock->n_parts; i++)
        part_row(w, name, query, wm->clock, i);
}

static int query_row(void *self, Pipeline *q)
{
    Shower *w = self;
    Input least;
    if (least_input(w, q, &least) < 0)
        return 0;
    row_text(&w->m, q->name);
    row_text(&w->m, "query");
    row_null(&w->m);
    row_null(&w->m);
    row_time(w, least.wm->wm_us);
    row_lag(w, least.wm->wm_us);
    row_bool(&w->m, q->idle);
    row_i64(&w->m, (int64_t)pipeline_late_rows(q));
    row_i64(&w->m, 0);
    row_i64(&w->m, (int64_t)pipeline_null_times(q));
    row_text(&w->m, least.name);
    row_keys(w, NULL);
    row_end(&w->m);
    return 0;
}

int show_watermarks(Shower *w, Err *err)
{
    const Field f[] = {TEXT_FIELD("name"),      TEXT_FIELD("kind"),     TEXT_FIELD("query"),   TEXT_FIELD("partition"),
                       TIME_FIELD("watermark"), INT_FIELD("lag_ms"),    BOOL_FIELD("idle"),    INT_FIELD("late"),
                       INT_FIELD("future"),     INT_FIELD("null_time"), TEXT_FIELD("held_by"), INT_FIELD("keys"),
                       INT_FIELD("evicted"),    INT_FIELD("refused")};
    TRY(row_maker_init(&w->m, &w->x->db->acct, f, ARRAY_LEN(f), err));
    Engine *e = w->x->db->engine;
    engine_enter(e);
    for (uint32_t i = 0; i < w->catalog->n; i++) {
        const Relation *r = w->catalog->relation[i];
        if (r->kind != REL_SOURCE || !r->watermark.declared)
            continue;
        const Feed *feed = engine_feed(e, r->id);
        if (feed)
            source_rows(w, r->name, NULL, &feed->wm);
        for (const Reader *at = engine_readers(e); at; at = at->next)
            if (at->query->leaf[at->leaf].source->relation == r->id)
                source_rows(w, r->name, at->query->name, &at->wm);
    }
    (void)engine_each_query(e, query_row, w);
    engine_leave(e);
    return 0;
}

/* ---- SHOW ALIGNMENTS ---- */

static void member_row(Shower *w, const AlignGroup *g, const AlignMember *m)
{
    static const char *const modes[] = {"pause", "warn", "drop"};
    int64_t since_us = m->is_paused ? env_wall_us(w->x->db->env) - m->paused_at_us : 0;
    row_text(&w->m, g->name);
    row_text(&w->m, m->source);
    row_text(&w->m, m->query ? ((const Pipeline *)m->query)->name : NULL);
    row_text(&w->m, modes[m->mode]);
    row_time(w, m->wm_us);
    row_i64(&w->m, align_drift_us(m) / 1000);
    row_i64(&w->m, m->drift_us / 1000);
    row_bool(&w->m, m->is_paused);
    row_i64(&w->m, (int64_t)m->n_pauses);
    row_i64(&w->m, (int64_t)m->n_resumes);
    row_i64(&w->m, (m->paused_us + since_us) / 1000);
    row_i64(&w->m, (int64_t)m->n_warned);
    row_i64(&w->m, (int64_t)m->n_dropped);
    row_end(&w->m);
}

int show_alignments(Shower *w, Err *err)
{
    const Field f[] = {TEXT_FIELD("group"),     TEXT_FIELD("source"),  TEXT_FIELD("query"),       TEXT_FIELD("mode"),
                       TIME_FIELD("watermark"), INT_FIELD("drift_ms"), INT_FIELD("max_drift_ms"), BOOL_FIELD("paused"),
                       INT_FIELD("pauses"),     INT_FIELD("resumes"),  INT_FIELD("paused_ms"),    INT_FIELD("warned"),
                       INT_FIELD("dropped")};
    TRY(row_maker_init(&w->m, &w->x->db->acct, f, ARRAY_LEN(f), err));
    engine_enter(w->x->db->engine);
    for (const AlignGroup *g = engine_align_groups(w->x->db->engine); g; g = g->next)
        for (const AlignMember *m = g->members; m; m = m->next)
            member_row(w, g, m);
    engine_leave(w->x->db->engine);
    return 0;
}

/* ---- SHOW WHY name LATE ---- */

static void why_row(Shower *w, int64_t step, const char *name, const char *kind, int64_t wm_us, bool idle, StrBuf *holder)
{
    row_i64(&w->m, step);
    row_text(&w->m, name);
    row_text(&w->m, kind);
    row_time(w, wm_us);
    row_lag(w, wm_us);
    row_bool(&w->m, idle);
    row_buf(w, holder);
    row_end(&w->m);
}

static void why_source(Shower *w, int64_t step, const char *name, const Watermark *wm)
{
    StrBuf holder, none;
    sb_init(&holder, NULL);
    sb_init(&none, NULL);
    holder_text(wm, &holder);
    bool has_parts = holder.n > 0;
    why_row(w, step, name, "source", wm->wm_us, wm->clock && wm->clock->idle, &holder);
    if (!has_parts)
        return;
    const ClockPart *p = &wm->clock->part[event_clock_holder(wm->clock)];
    sb_init(&holder, NULL);
    event_clock_part_name(wm->clock, (uint32_t)event_clock_holder(wm->clock), &holder);
    why_row(w, step + 1, sb_cstr(&holder), "partition", p->wm_us, p->idle, &none);
    sb_done(&holder);
}

/* From a query to the input that holds it, until a source has been reached. */
static void why_rows(Shower *w, const Relation *r)
{
    Engine *e = w->x->db->engine;
    int64_t step = 1;
    for (;; step++) {
        const Pipeline *q = engine_query_of(e, r->id);
        const Live *live = q ? NULL : db_live(w->x->db, r->id); /* a sink's result goes to no relation */
        q = live ? live->query : q;
        Input least;
        int32_t leaf = q ? least_input(w, q, &least) : -1;
        if (!q) {
            const Feed *f = engine_feed(e, r->id);
            if (f && f->wm.on)
                why_source(w, step, r->name, &f->wm);
            return;
        }
        if (leaf < 0)
            return;
        StrBuf holder;
        sb_init(&holder, NULL);
        sb_puts(&holder, least.name);
        why_row(w, step, r->name, relation_kind_name(r->kind), least.wm->wm_us, q->idle, &holder);
        r = catalog_by_id(w->catalog, q->leaf[leaf].source->relation);
        if (!r)
            return;
        if (r->connector) {
            why_source(w, step + 1, r->name, least.wm);
            return;
        }
    }
}

int show_why_late(Shower *w, Err *err)
{
    const Relation *r = NULL;
    TRY(show_find_relation(w->catalog, &w->st->name, &r, err));
    const Field f[] = {INT_FIELD("step"),   TEXT_FIELD("name"), TEXT_FIELD("kind"),   TIME_FIELD("watermark"),
                       INT_FIELD("lag_ms"), BOOL_FIELD("idle"), TEXT_FIELD("held_by")};
    TRY(row_maker_init(&w->m, &w->x->db->acct, f, ARRAY_LEN(f), err));
    env_lock(w->x->db->env, &w->x->db->ddl);
    engine_enter(w->x->db->engine);
    why_rows(w, r);
    engine_leave(w->x->db->engine);
    env_unlock(w->x->db->env, &w->x->db->ddl);
    return 0;
}
