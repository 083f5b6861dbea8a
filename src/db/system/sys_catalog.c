/* SPDX-License-Identifier: Apache-2.0
 *
 * laminar_system: what statements have made, one relation per kind, and how it hangs together. */
#include "db/comment.h"
#include "db/stream.h"
#include "db/system/system.h"
#include "flow/lookup_table.h"
#include "flow/receiver.h"
#include "flow/refill.h"

void sys_watermark_text(StrBuf *b, const Relation *r)
{
    if (!r->watermark.declared)
        return;
    const WatermarkDecl *d = &r->watermark;
    const Field *f = r->schema->field;
    char text[CALENDAR_TEXT_MAX];
    Interval delay = {.ns = d->delay_us * 1000};
    interval_print(&delay, text);
    switch ((WatermarkBy)d->by) {
    case WATERMARK_BY_ROWS: sb_printf(b, "%s - %s", f[d->col].name, text); break;
    case WATERMARK_BY_WHEN: sb_printf(b, "%s - %s when %s", f[d->col].name, text, d->when); break;
    case WATERMARK_BY_COLUMN: sb_printf(b, "%s of column %s", f[d->col].name, f[d->mark_col].name); break;
    case WATERMARK_BY_PROCTIME: sb_printf(b, "%s as proctime()", f[d->col].name); break;
    case WATERMARK_BY_SOURCE: sb_printf(b, "%s as given", f[d->col].name); break;
    }
    if (d->partition_by == PARTITION_COLUMN)
        sb_printf(b, " per partition %s", f[d->partition_col].name);
    else if (d->partition_by)
        sb_puts(b, " per partition");
    for (uint32_t i = 0; i < d->n_keys; i++)
        sb_printf(b, "%s%s", i ? ", " : " per key ", f[d->keys[i]].name);
}

static void watermark_column(SysScan *s, const Relation *r)
{
    StrBuf b;
    sb_init(&b, NULL);
    sys_watermark_text(&b, r);
    sys_buf(s, &b);
}

/* What was counted of a source: by its feed, or by all who read it. */
static Watermark source_counts(SysScan *s, const Relation *r, int64_t *ret_rows)
{
    Engine *e = s->db->engine;
    const Feed *f = engine_feed(e, r->id);
    Watermark sum = {0};
    *ret_rows = f ? (int64_t)f->n_rows : 0;
    if (f)
        return f->wm;
    for (const Reader *at = engine_readers(e); at; at = at->next) {
        if (at->query->leaf[at->leaf].source->relation != r->id)
            continue;
        sum.n_late += at->wm.n_late;
        sum.n_future += at->wm.n_future;
        sum.n_null += at->wm.n_null;
        *ret_rows += (int64_t)at->n_rows;
    }
    return sum;
}

/* How many rows are retained, and whether a push would wait for a reader. */
static void room_columns(SysScan *s, const Relation *r)
{
    Feed *f = engine_feed(s->db->engine, r->id);
    if (f && f->retain_rows)
        sys_int(s, (int64_t)f->retain_rows);
    else
        sys_null(s);
    sys_bool(s, f && !room_is_there(&f->room));
}

static int sources(SysScan *s, Err *err)
{
    (void)err;
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        int64_t rows;
        if (r->kind != REL_SOURCE)
            continue;
        Watermark counts = source_counts(s, r, &rows);
        sys_text(s, r->name);
        sys_text(s, r->connector);
        sys_text(s, r->format);
        watermark_column(s, r);
        if (r->untracked)
            sys_null(s);
        else
            sys_int(s, rows);
        sys_int(s, (int64_t)counts.n_late);
        sys_int(s, (int64_t)counts.n_future);
        sys_int(s, (int64_t)counts.n_null);
        room_columns(s, r);
        sys_end(s);
    }
    return 0;
}

/* How a connector pushes; NULL = none does. */
static Receiver *receiver_of(SysScan *s, const Relation *r)
{
    const Feed *f = relation_is_received(r) ? engine_feed(s->db->engine, r->id) : NULL;
    return f ? f->receiver : NULL;
}

static int receivers(SysScan *s, Err *err)
{
    (void)err;
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        const Receiver *at = receiver_of(s, r);
        SourceReport report = {0};
        if (!at)
            continue;
        if (at->source)
            source_report(at->source, &report);
        sys_text(s, r->name);
        sys_text(s, r->connector);
        sys_text(s, at->source ? "RUNNING" : "WAITING");
        sys_text(s, at->source ? report.how : NULL);
        sys_text(s, report.note[0] ? report.note : NULL);
        sys_int(s, (int64_t)at->n_rows);
        sys_int(s, (int64_t)at->n_bad);
        sys_int(s, (int64_t)at->n_lost);
        sys_text(s, at->error.code ? at->error.message : NULL);
        sys_end(s);
    }
    return 0;
}

static int receiver_counters(SysScan *s, Err *err)
{
    (void)err;
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        const Receiver *at = receiver_of(s, r);
        SourceReport report = {0};
        if (at && at->source)
            source_report(at->source, &report);
        for (uint32_t k = 0; k < report.n; k++) {
            sys_text(s, r->name);
            sys_text(s, report.counter[k].name);
            sys_int(s, (int64_t)report.counter[k].value);
            sys_end(s);
        }
    }
    return 0;
}

static int streams(SysScan *s, Err *err)
{
    (void)err;
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        if (r->kind != REL_STREAM && r->kind != REL_LATE) /* late rows: a stream without a query */
            continue;
        sys_text(s, r->name);
        sys_text(s, r->query);
        sys_end(s);
    }
    return 0;
}

static const char *query_state(SysScan *s, const Pipeline *q)
{
    return !q ? "STOPPED" : engine_absent_source(s->db->engine, q) ? "WAITING" : pipeline_state_name(q->state);
}

static const char *sink_state(SysScan *s, const Relation *r, SinkDriver *d, const Pipeline *q)
{
    if (r->broken)
        return "BROKEN";
    if (r->expands)
        return "DEFINED"; /* each of its readers runs it */
    if (d && d->failed)
        return "FAILED";
    if (d && (d->stuck.code || sink_driver_commit_error(d).code) && !(q && q->state == PIPELINE_FAILED))
        return "DEGRADED"; /* what it could not take or publish is kept */
    return query_state(s, q);
}

static int sinks(SysScan *s, Err *err)
{
    (void)err;
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        Pipeline *q = NULL;
        if (r->kind != REL_SINK)
            continue;
        SinkDriver *d = engine_sink_of(s->db->engine, r->id, &q);
        if (relation_is_memory_sink(r))
            q = engine_query_of(s->db->engine, r->id);
        Err why = d && d->failed ? d->error : q && q->error.code ? q->error : d ? d->stuck : ERR_INIT;
        if (!why.code && d)
            why = sink_driver_commit_error(d);
        sys_text(s, r->name);
        sys_text(s, r->connector);
        sys_text(s, r->query);
        const char *absent = q ? engine_absent_source(s->db->engine, q) : NULL;
        sys_text(s, sink_state(s, r, d, q));
        sys_int(s, d ? (int64_t)d->n_rows : q ? (int64_t)q->n_out : 0);
        sys_text(s, why.code ? why.message : r->broken ? r->broken : absent);
        sys_end(s);
    }
    return 0;
}

/* Rows stored for a relation. */
static int64_t stored_rows(SysScan *s, const Relation *r)
{
    const Feed *f = engine_feed(s->db->engine, r->id);
    return f && f->stored ? (int64_t)f->stored->n_rows : 0;
}

static void key_column(SysScan *s, const Relation *r)
{
    StrBuf b;
    uint32_t n;
    const uint32_t *col = relation_primary(r, &n);
    sb_init(&b, NULL);
    for (uint32_t i = 0; i < n; i++)
        sb_printf(&b, "%s%s", i ? ", " : "", r->schema->field[col[i]].name);
    sys_buf(s, &b);
}

static int tables(SysScan *s, Err *err)
{
    (void)err;
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        if (r->kind != REL_TABLE || relation_belongs(r)) /* the keys of a lookup table */
            continue;
        sys_text(s, r->name);
        key_column(s, r);
        sys_int(s, stored_rows(s, r));
        sys_text(s, r->connector);
        sys_end(s);
    }
    return 0;
}

static void refresh_text(SysScan *s, const Relation *r)
{
    int64_t us = r->refill_us;
    StrBuf b;
    sb_init(&b, NULL);
    if (r->refill_by_hand)
        sb_puts(&b, "manual");
    else if (us == 0)
        sb_puts(&b, "snapshot_only");
    else if (us % 1000000 == 0)
        sb_printf(&b, "periodic:%llds", (long long)(us / 1000000));
    else
        sb_printf(&b, "periodic:%lldms", (long long)(us / 1000));
    sys_buf(s, &b);
}

static const LookupTable *lookup_of(SysScan *s, const Relation *r)
{
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *keys = s->catalog->relation[i];
        const Feed *f = relation_is_keys(keys) && keys->input == r->id ? engine_feed(s->db->engine, keys->id) : NULL;
        if (f)
            return f->lookup;
    }
    return NULL;
}

static void put_by_key(SysScan *s, const LookupTable *t)
{
    const uint64_t n[] = {
        t ? t->n_hits : 0,   t ? t->n_misses : 0,  t ? t->n_asked : 0,   t ? hash_table_rows(t->wanted) : 0, t ? t->n_absent : 0,
        t ? t->n_failed : 0, t ? t->n_retries : 0, t ? t->n_evicted : 0, t ? (uint64_t)t->kept_bytes : 0};
    for (size_t i = 0; i < ARRAY_LEN(n); i++)
        if (t)
            sys_int(s, (int64_t)n[i]);
        else
            sys_null(s);
}

static int lookup_tables(SysScan *s, Err *err)
{
    (void)err;
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        if (!relation_is_lookup(r) || relation_is_keys(r))
            continue;
        const Feed *f = engine_feed(s->db->engine, r->id);
        const LookupTable *by_key = r->on_demand ? lookup_of(s, r) : NULL;
        const Refill *fill = f ? f->refill : NULL;
        sys_text(s, r->name);
        sys_text(s, r->connector);
        key_column(s, r);
        sys_int(s, stored_rows(s, r));
        if (r->on_demand)
            sys_text(s, "on demand");
        else
            refresh_text(s, r);
        sys_int(s, fill ? (int64_t)fill->n_fills : 0);
        sys_moment(s, fill && fill->filled_us ? fill->filled_us : INT64_MIN);
        sys_int(s, fill ? (int64_t)fill->n_bad : by_key ? (int64_t)by_key->n_bad : 0);
        const Err *why = fill ? &fill->error : by_key ? &by_key->error : NULL;
        sys_text(s, r->broken ? r->broken : why && why->code ? why->message : NULL);
        put_by_key(s, by_key);
        sys_end(s);
    }
    return 0;
}

static const char *state_of(SysScan *s, const Relation *r)
{
    const Pipeline *q = engine_query_of(s->db->engine, r->id);
    return r->broken ? "BROKEN" : query_state(s, q);
}

static int all_views(SysScan *s, bool plain_too)
{
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        bool plain = r->kind == REL_QUERY && plain_too;
        if ((r->kind != REL_VIEW || r->hidden) && !plain)
            continue;
        sys_text(s, r->name);
        sys_text(s, r->query);
        sys_text(s, plain ? NULL : state_of(s, r));
        sys_end(s);
    }
    return 0;
}

static int views(SysScan *s, Err *err)
{
    (void)err;
    return all_views(s, true);
}

static int materialized_views(SysScan *s, Err *err)
{
    (void)err;
    return all_views(s, false);
}

/* ---- all of them ---- */

static const Relation *owner_of(SysScan *s, const Relation *r)
{
    return r->input ? catalog_by_id(s->catalog, r->input) : NULL;
}

static int comment_column(SysScan *s, const Relation *r, int32_t col, Err *err)
{
    const char *text = NULL;
    TRY(comment_find(s->db, r->id, col, s->arena, &text, err));
    sys_text(s, text);
    return 0;
}

/* Views whose content it reads without naming them. */
static void shares_column(SysScan *s, const Relation *r)
{
    StrBuf names;
    sb_init(&names, NULL);
    for (uint32_t i = 0; i < r->n_shares; i++) {
        const Relation *view = catalog_by_id(s->catalog, r->shares[i]);
        sb_printf(&names, "%s%s", i ? ", " : "", view ? view->name : "");
    }
    sys_buf(s, &names);
}

static int relations(SysScan *s, Err *err)
{
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i], *owner = relation_belongs(r) ? owner_of(s, r) : NULL;
        const Feed *f = engine_feed(s->db->engine, r->id);
        if (!relation_is_one(r))
            continue;
        sys_int(s, (int64_t)r->id);
        sys_text(s, r->name);
        sys_text(s, relation_kind_name(r->kind));
        sys_text(s, owner ? owner->name : NULL);
        if (f && f->stored)
            sys_int(s, (int64_t)f->stored->n_rows);
        else if (f && relation_belongs(r)) /* errors and late rows: all that have come, also those that are gone */
            sys_int(s, (int64_t)f->n_rows);
        else
            sys_null(s);
        if (f)
            sys_int(s, atomic_load(&f->acct.bytes) + (f->stored ? stored_bytes(f->stored) : 0));
        else
            sys_null(s);
        sys_text(s, r->ddl[0] ? r->ddl : NULL);
        sys_text(s, r->broken);
        TRY(comment_column(s, r, COMMENT_OF_RELATION, err));
        shares_column(s, r);
        sys_end(s);
    }
    return 0;
}

static int columns(SysScan *s, Err *err)
{
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        uint32_t n_key;
        const uint32_t *key_col = relation_primary(r, &n_key);
        for (uint32_t c = 0; r->schema && relation_is_one(r) && c < r->schema->n; c++) {
            const Field *f = &r->schema->field[c];
            char type[128];
            int32_t key = 0;
            for (uint32_t k = 0; k < n_key; k++)
                key = key_col[k] == c ? (int32_t)k + 1 : key;
            type_print(f->type, type, sizeof(type));
            sys_text(s, r->name);
            sys_text(s, f->name);
            sys_int(s, c + 1);
            sys_text(s, type);
            sys_bool(s, !f->not_null);
            sys_text(s, r->defaults ? r->defaults[c] : NULL);
            if (key)
                sys_int(s, key);
            else
                sys_null(s);
            TRY(comment_column(s, r, (int32_t)c, err));
            sys_end(s);
        }
    }
    return 0;
}

static int dependencies(SysScan *s, Err *err)
{
    (void)err;
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        for (uint32_t d = 0; d < r->n_depends; d++) {
            const Relation *on = catalog_by_id(s->catalog, r->depends[d]);
            if (!on)
                continue;
            sys_text(s, r->name);
            sys_text(s, relation_kind_name(r->kind));
            sys_text(s, on->name);
            sys_text(s, relation_kind_name(on->kind));
            sys_end(s);
        }
    }
    return 0;
}

static uint32_t readers_of(SysScan *s, const Relation *r, StrBuf *names)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *by = s->catalog->relation[i];
        for (uint32_t d = 0; !relation_belongs(by) && d < relation_n_reads(by); d++)
            if (relation_reads_at(by, d) == r->id) {
                sb_printf(names, "%s%s", n++ ? ", " : "", by->name);
                break;
            }
    }
    return n;
}

/* Nodes are relations; a node is shared when more than one reads it. */
static int dag_topology(SysScan *s, Err *err)
{
    (void)err;
    for (uint32_t i = 0; i < s->catalog->n; i++) {
        const Relation *r = s->catalog->relation[i];
        StrBuf in, out;
        if (relation_belongs(r) || !relation_is_one(r))
            continue;
        sb_init(&in, NULL);
        sb_init(&out, NULL);
        for (uint32_t d = 0; d < relation_n_reads(r); d++) {
            const Relation *on = catalog_by_id(s->catalog, relation_reads_at(r, d));
            sb_printf(&in, "%s%s", in.n ? ", " : "", on ? on->name : "");
        }
        uint32_t n = readers_of(s, r, &out);
        sys_int(s, (int64_t)r->id);
        sys_text(s, r->name);
        sys_text(s, relation_kind_name(r->kind));
        sys_buf(s, &in);
        sys_buf(s, &out);
        sys_bool(s, n > 1);
        sys_end(s);
    }
    return 0;
}

#define SYS(name, fill, help, columns)                                                                                             \
    {                                                                                                                              \
        SCHEMA_LAMINAR, name, columns, fill, help                                                                                  \
    }
const SysRelation sys_catalog[] = {
    SYS("sources", sources, "sources, and what has come",
        "source_name text, connector text, format text, watermark text, rows int8, late int8, future int8, null_time int8, "
        "buffer_size int8, is_backpressured bool"),
    SYS("receivers", receivers, "sources that connectors push into, and how they are",
        "name text, connector text, state text, how text, note text, rows int8, malformed int8, lost int8, error text"),
    SYS("receiver_counters", receiver_counters, "what they count", "name text, counter text, value int8"),
    SYS("streams", streams, "streams", "stream_name text, sql text"),
    SYS("sinks", sinks, "sinks, and how they are", "sink_name text, connector text, input text, state text, rows int8, error text"),
    SYS("tables", tables, "tables", "name text, primary_key text, row_count int8, connector text"),
    SYS("lookup_tables", lookup_tables, "tables that connectors fill",
        "name text, connector text, primary_key text, row_count int8, refresh text, fills int8, filled_at timestamptz, "
        "malformed int8, error text, hits int8, misses int8, asked int8, waiting int8, absent int8, failed int8, retries int8, "
        "evictions int8, cached_bytes int8"),
    SYS("views", views, "views, plain and materialized", "view_name text, sql text, state text"),
    SYS("materialized_views", materialized_views, "materialized views", "view_name text, sql text, state text"),
    SYS("relations", relations, "everything that statements have made",
        "id int8, name text, kind text, belongs_to text, rows int8, bytes int8, statement text, broken text, comment text, shares "
        "text"),
    SYS("columns", columns, "columns of all relations",
        "relation text, column_name text, position int4, data_type text, nullable bool, default_value text, key_position int4, "
        "comment text"),
    SYS("dependencies", dependencies, "which relation reads which", "name text, kind text, depends_on text, depends_on_kind text"),
    SYS("dag_topology", dag_topology, "the graph of relations",
        "node_id int8, name text, node_type text, inputs text, outputs text, is_shared bool"),
    {0},
};
