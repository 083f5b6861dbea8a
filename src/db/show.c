/* SPDX-License-Identifier: Apache-2.0
 *
 * SHOW and DESCRIBE: small tables over the catalog and what runs. */
#include "db/show_impl.h"
#include "db/stream.h"
#include "sql/print.h"

#include <stdio.h>

static void watermark_text(StrBuf *b, const Relation *r)
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

/* What was counted of a source: by its feed, or by all who read it. */
static Watermark source_counts(Shower *w, const Relation *r, int64_t *ret_rows)
{
    Engine *e = w->x->db->engine;
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

static int show_sources(Shower *w, Err *err)
{
    const Field f[] = {TEXT_FIELD("source_name"), TEXT_FIELD("connector"), TEXT_FIELD("format"), TEXT_FIELD("watermark"),
                       INT_FIELD("rows"),         INT_FIELD("late"),       INT_FIELD("future"),  INT_FIELD("null_time")};
    TRY(row_maker_init(&w->m, &w->x->db->acct, f, ARRAY_LEN(f), err));
    engine_enter(w->x->db->engine);
    for (uint32_t i = 0; i < w->catalog->n; i++) {
        const Relation *r = w->catalog->relation[i];
        if (r->kind != REL_SOURCE)
            continue;
        StrBuf wm;
        sb_init(&wm, NULL);
        watermark_text(&wm, r);
        row_text(&w->m, r->name);
        row_text(&w->m, r->connector);
        row_text(&w->m, r->format);
        row_text(&w->m, wm.n ? sb_cstr(&wm) : NULL);
        int64_t rows;
        Watermark counts = source_counts(w, r, &rows);
        row_i64(&w->m, rows);
        row_i64(&w->m, (int64_t)counts.n_late);
        row_i64(&w->m, (int64_t)counts.n_future);
        row_i64(&w->m, (int64_t)counts.n_null);
        row_end(&w->m);
        sb_done(&wm);
    }
    engine_leave(w->x->db->engine);
    return 0;
}

static int show_streams(Shower *w, Err *err)
{
    const Field f[] = {TEXT_FIELD("stream_name"), TEXT_FIELD("sql")};
    TRY(row_maker_init(&w->m, &w->x->db->acct, f, ARRAY_LEN(f), err));
    for (uint32_t i = 0; i < w->catalog->n; i++) {
        const Relation *r = w->catalog->relation[i];
        if (r->kind != REL_STREAM && r->kind != REL_LATE) /* late rows: a stream without a query */
            continue;
        row_text(&w->m, r->name);
        row_text(&w->m, r->query);
        row_end(&w->m);
    }
    return 0;
}

static int show_sinks(Shower *w, Err *err)
{
    const Field f[] = {TEXT_FIELD("sink_name"), TEXT_FIELD("connector"), TEXT_FIELD("input"),
                       TEXT_FIELD("state"),     INT_FIELD("rows"),       TEXT_FIELD("error")};
    TRY(row_maker_init(&w->m, &w->x->db->acct, f, ARRAY_LEN(f), err));
    env_lock(w->x->db->env, &w->x->db->ddl);
    engine_enter(w->x->db->engine);
    for (uint32_t i = 0; i < w->catalog->n; i++) {
        const Relation *r = w->catalog->relation[i];
        if (r->kind != REL_SINK)
            continue;
        const Live *l = db_live(w->x->db, r->id);
        row_text(&w->m, r->name);
        row_text(&w->m, r->connector);
        row_text(&w->m, r->query);
        row_text(&w->m, r->broken ? "BROKEN" : !l ? "STOPPED" : l->sink->failed ? "FAILED" : pipeline_state_name(l->query->state));
        row_i64(&w->m, l ? (int64_t)l->sink->n_rows : 0);
        Err commit = l ? sink_driver_commit_error(l->sink) : ERR_INIT;
        row_text(&w->m, l && l->sink->failed ? l->sink->error.message : commit.code ? commit.message : r->broken);
        row_end(&w->m);
    }
    engine_leave(w->x->db->engine);
    env_unlock(w->x->db->env, &w->x->db->ddl);
    return 0;
}

/* Rows stored for a relation; the shard is held. */
static int64_t stored_rows(Shower *w, const Relation *r)
{
    const Feed *f = engine_feed(w->x->db->engine, r->id);
    return f && f->stored ? (int64_t)f->stored->n_rows : 0;
}

static void key_text(StrBuf *b, const Relation *r)
{
    for (uint32_t i = 0; i < r->n_primary_key; i++)
        sb_printf(b, "%s%s", i ? ", " : "", r->schema->field[r->primary_key[i]].name);
}

static int show_tables(Shower *w, Err *err)
{
    const Field f[] = {TEXT_FIELD("name"), TEXT_FIELD("primary_key"), INT_FIELD("row_count"), TEXT_FIELD("connector")};
    TRY(row_maker_init(&w->m, &w->x->db->acct, f, ARRAY_LEN(f), err));
    engine_enter(w->x->db->engine);
    for (uint32_t i = 0; i < w->catalog->n; i++) {
        const Relation *r = w->catalog->relation[i];
        if (r->kind != REL_TABLE)
            continue;
        StrBuf key;
        sb_init(&key, NULL);
        key_text(&key, r);
        row_text(&w->m, r->name);
        row_text(&w->m, key.n ? sb_cstr(&key) : NULL);
        row_i64(&w->m, stored_rows(w, r));
        row_text(&w->m, r->connector);
        row_end(&w->m);
        sb_done(&key);
    }
    engine_leave(w->x->db->engine);
    return 0;
}

static int show_views(Shower *w, Err *err)
{
    const Field f[] = {TEXT_FIELD("view_name"), TEXT_FIELD("sql"), TEXT_FIELD("state")};
    TRY(row_maker_init(&w->m, &w->x->db->acct, f, ARRAY_LEN(f), err));
    env_lock(w->x->db->env, &w->x->db->ddl);
    engine_enter(w->x->db->engine);
    for (uint32_t i = 0; i < w->catalog->n; i++) {
        const Relation *r = w->catalog->relation[i];
        bool plain = r->kind == REL_QUERY && w->st->kind == SHOW_VIEWS;
        if (r->kind != REL_VIEW && !plain)
            continue;
        const Live *l = db_live(w->x->db, r->id);
        row_text(&w->m, r->name);
        row_text(&w->m, r->query);
        row_text(&w->m, plain ? NULL : r->broken ? "BROKEN" : l ? pipeline_state_name(l->query->state) : "STOPPED");
        row_end(&w->m);
    }
    engine_leave(w->x->db->engine);
    env_unlock(w->x->db->env, &w->x->db->ddl);
    return 0;
}

static int show_one_query(void *self, Pipeline *q)
{
    Shower *w = self;
    row_i64(&w->m, (int64_t)q->id);
    row_text(&w->m, q->name);
    row_bool(&w->m, q->state == PIPELINE_RUNNING);
    row_text(&w->m, pipeline_state_name(q->state));
    row_i64(&w->m, (int64_t)q->n_in);
    row_i64(&w->m, (int64_t)q->n_out);
    row_i64(&w->m, (int64_t)pipeline_late_rows(q));
    row_i64(&w->m, (int64_t)pipeline_late_partial_rows(q));
    row_i64(&w->m, (int64_t)pipeline_null_times(q));
    row_i64(&w->m, (int64_t)q->n_errors);
    row_i64(&w->m, pipeline_state_bytes(q));
    row_text(&w->m, q->state == PIPELINE_FAILED ? q->error.message : NULL);
    row_end(&w->m);
    return 0;
}

static int show_queries(Shower *w, Err *err)
{
    const Field f[] = {INT_FIELD("query_id"),  TEXT_FIELD("name"),    BOOL_FIELD("active"),     TEXT_FIELD("state"),
                       INT_FIELD("rows_in"),   INT_FIELD("rows_out"), INT_FIELD("late"),        INT_FIELD("late_partial"),
                       INT_FIELD("null_time"), INT_FIELD("errors"),   INT_FIELD("state_bytes"), TEXT_FIELD("error")};
    TRY(row_maker_init(&w->m, &w->x->db->acct, f, ARRAY_LEN(f), err));
    engine_enter(w->x->db->engine);
    (void)engine_each_query(w->x->db->engine, show_one_query, w);
    engine_leave(w->x->db->engine);
    return 0;
}

static const char *stream_state(Stream *s)
{
    env_lock(s->db->env, &s->lock);
    bool failed = s->failed;
    env_unlock(s->db->env, &s->lock);
    return failed ? "FAILED" : !stream_is_active(s) ? "ENDED" : atomic_load(&s->paused) ? "PAUSED" : "ACTIVE";
}

static void show_one_subscription(Shower *w, Stream *s)
{
    ChangeQueue *q = &s->queue;
    row_i64(&w->m, (int64_t)s->id);
    row_text(&w->m, s->text);
    row_text(&w->m, s->o.deliver ? "callback" : "poll");
    row_text(&w->m, stream_state(s));
    row_i64(&w->m, (int64_t)atomic_load(&s->c.rows_in));
    row_i64(&w->m, (int64_t)atomic_load(&s->c.rows));
    env_lock(s->db->env, &q->lock);
    row_i64(&w->m, (int64_t)q->n_rows);
    row_i64(&w->m, q->bytes);
    row_i64(&w->m, (int64_t)q->n_dropped);
    env_unlock(s->db->env, &q->lock);
    row_i64(&w->m, (int64_t)atomic_load(&s->c.errors));
    row_i64(&w->m, (int64_t)atomic_load(&s->c.epoch));
    row_end(&w->m);
}

static int show_subscriptions(Shower *w, Err *err)
{
    const Field f[] = {INT_FIELD("subscription_id"), TEXT_FIELD("query"),   TEXT_FIELD("kind"),       TEXT_FIELD("state"),
                       INT_FIELD("rows_in"),         INT_FIELD("rows_out"), INT_FIELD("queued_rows"), INT_FIELD("queued_bytes"),
                       INT_FIELD("dropped_rows"),    INT_FIELD("errors"),   INT_FIELD("epoch")};
    Database *db = w->x->db;
    TRY(row_maker_init(&w->m, &db->acct, f, ARRAY_LEN(f), err));
    env_lock(db->env, &db->streams_lock);
    for (Stream *s = db->first_stream; s; s = s->next)
        show_one_subscription(w, s);
    env_unlock(db->env, &db->streams_lock);
    return 0;
}

static int show_functions(Shower *w, Err *err)
{
    const Field f[] = {TEXT_FIELD("name"), TEXT_FIELD("kind"), TEXT_FIELD("help"), TEXT_FIELD("example")};
    TRY(row_maker_init(&w->m, &w->x->db->acct, f, ARRAY_LEN(f), err));
    for (uint32_t i = 0; func_at(i); i++) {
        const FuncDef *d = func_at(i);
        if (d->flags & FN_INTERNAL)
            continue;
        row_text(&w->m, d->name);
        row_text(&w->m, d->flags & FN_OPERATOR ? "operator" : d->flags & FN_WINDOW ? "window" : "scalar");
        row_text(&w->m, d->help);
        row_text(&w->m, d->example);
        row_end(&w->m);
    }
    for (uint32_t i = 0; agg_at(i); i++) {
        row_text(&w->m, agg_at(i)->name);
        row_text(&w->m, "aggregate");
        row_text(&w->m, agg_at(i)->help);
        row_text(&w->m, agg_at(i)->example);
        row_end(&w->m);
    }
    return 0;
}

static void connector_rows(Shower *w, const char *name, const char *kind, const OptionDef *options)
{
    for (const OptionDef *o = options; o && o->key; o++) {
        row_text(&w->m, name);
        row_text(&w->m, kind);
        row_text(&w->m, o->key);
        row_text(&w->m, o->preset);
        row_bool(&w->m, o->required);
        row_text(&w->m, o->help);
        row_end(&w->m);
    }
}

static int show_connectors(Shower *w, Err *err)
{
    const Field f[] = {TEXT_FIELD("connector"), TEXT_FIELD("kind"),     TEXT_FIELD("option"),
                       TEXT_FIELD("default"),   BOOL_FIELD("required"), TEXT_FIELD("help")};
    TRY(row_maker_init(&w->m, &w->x->db->acct, f, ARRAY_LEN(f), err));
    uint32_t n = 0;
    const SourceType *const *sources = source_type_list(&n);
    for (uint32_t i = 0; i < n; i++)
        connector_rows(w, sources[i]->name, "source", sources[i]->options);
    const SinkType *const *sinks = sink_type_list(&n);
    for (uint32_t i = 0; i < n; i++)
        connector_rows(w, sinks[i]->name, "sink", sinks[i]->options);
    const FormatType *const *formats = format_list(&n);
    for (uint32_t i = 0; i < n; i++)
        connector_rows(w, formats[i]->name, "format", formats[i]->options);
    return 0;
}

int show_find_relation(const Catalog *c, const Name *name, const Relation **ret, Err *err)
{
    TRY(check_plain_name(name, err));
    Str id = object_of(name);
    *ret = catalog_find(c, id);
    if (*ret)
        return 0;
    const char *near = catalog_nearest(c, id);
    int rc = RAISE_AT(err, ERR_UNDEFINED_RELATION, name->at, "relation \"%.*s\" does not exist", (int)id.n, id.p);
    return near ? err_hint(err, "did you mean \"%s\"?", near) : rc;
}

static int show_create(Shower *w, Err *err)
{
    const Relation *r = NULL;
    TRY(show_find_relation(w->catalog, &w->st->name, &r, err));
    const Field f[] = {TEXT_FIELD("name"), TEXT_FIELD("statement")};
    TRY(row_maker_init(&w->m, &w->x->db->acct, f, ARRAY_LEN(f), err));
    row_text(&w->m, r->name);
    row_text(&w->m, r->ddl);
    row_end(&w->m);
    return 0;
}

static void dependency_rows(Shower *w, const Relation *r, int64_t level)
{
    for (uint32_t i = 0; i < r->n_depends; i++) {
        const Relation *d = catalog_by_id(w->catalog, r->depends[i]);
        if (!d)
            continue;
        row_text(&w->m, d->name);
        row_text(&w->m, relation_kind_name(d->kind));
        row_text(&w->m, r->name);
        row_i64(&w->m, level);
        row_end(&w->m);
        dependency_rows(w, d, level + 1); /* a relation depends only on older ones: this ends */
    }
}

static int show_dependencies(Shower *w, Err *err)
{
    const Relation *r = NULL;
    TRY(show_find_relation(w->catalog, &w->st->name, &r, err));
    const Field f[] = {TEXT_FIELD("name"), TEXT_FIELD("kind"), TEXT_FIELD("used_by"), INT_FIELD("level")};
    TRY(row_maker_init(&w->m, &w->x->db->acct, f, ARRAY_LEN(f), err));
    dependency_rows(w, r, 1);
    return 0;
}

static int describe(Shower *w, const Name *name, bool extended, Err *err)
{
    const Relation *r = NULL;
    TRY(show_find_relation(w->catalog, name, &r, err));
    const Field f[] = {TEXT_FIELD("column_name"), TEXT_FIELD("data_type"), BOOL_FIELD("nullable"), TEXT_FIELD("default"),
                       TEXT_FIELD("extra")};
    TRY(row_maker_init(&w->m, &w->x->db->acct, f, extended ? 5 : 3, err));
    for (uint32_t c = 0; c < r->schema->n; c++) {
        char type[128];
        type_print(r->schema->field[c].type, type, sizeof(type));
        row_text(&w->m, r->schema->field[c].name);
        row_text(&w->m, type);
        row_bool(&w->m, !r->schema->field[c].not_null);
        if (extended) {
            StrBuf wm;
            sb_init(&wm, NULL);
            if (r->watermark.declared && r->watermark.col == c)
                watermark_text(&wm, r);
            row_text(&w->m, r->defaults ? r->defaults[c] : NULL);
            row_text(&w->m, wm.n ? sb_cstr(&wm) : NULL);
            sb_done(&wm);
        }
        row_end(&w->m);
    }
    return 0;
}

static int show_columns(Shower *w, Err *err)
{
    return describe(w, &w->st->name, false, err);
}

static int show_setting(Shower *w, Err *err)
{
    Str name = object_of(&w->st->name);
    const Settings *s = &w->x->db->settings;
    const char *value = NULL;
    char number[24];
    if (str_eq_nocase(name, STR("state_check")))
        value = s->state_check_strict ? "strict" : "notice";
    else if (str_eq_nocase(name, STR("on_error")))
        value = s->on_error == ON_ERROR_NULL ? "null" : s->on_error == ON_ERROR_FAIL ? "fail" : "quarantine";
    else if (str_eq_nocase(name, STR("epoch"))) {
        snprintf(number, sizeof(number), "%llu", (unsigned long long)db_epoch(w->x->db));
        value = number;
    } else
        return RAISE_AT(err, ERR_UNDEFINED_OBJECT, w->st->name.at, "unrecognized configuration parameter \"%.*s\"", (int)name.n,
                        name.p);
    const Field f[] = {{arena_strndup(w->x->arena, name.p, name.n), TYPE(TEXT), false}};
    TRY(row_maker_init(&w->m, &w->x->db->acct, f, 1, err));
    row_text(&w->m, value);
    row_end(&w->m);
    return 0;
}

static const struct {
    ShowKind kind;
    ShowFn fn;
} shows[] = {
    {SHOW_SOURCES, show_sources},
    {SHOW_STREAMS, show_streams},
    {SHOW_SINKS, show_sinks},
    {SHOW_TABLES, show_tables},
    {SHOW_VIEWS, show_views},
    {SHOW_MATERIALIZED_VIEWS, show_views},
    {SHOW_QUERIES, show_queries},
    {SHOW_SUBSCRIPTIONS, show_subscriptions},
    {SHOW_FUNCTIONS, show_functions},
    {SHOW_CONNECTORS, show_connectors},
    {SHOW_CREATE, show_create},
    {SHOW_COLUMNS, show_columns},
    {SHOW_DEPENDENCIES, show_dependencies},
    {SHOW_SETTING, show_setting},
    {SHOW_WATERMARKS, show_watermarks},
    {SHOW_WHY, show_why_late},
    {SHOW_ALIGNMENTS, show_alignments},
    {SHOW_CHECKPOINTS, show_checkpoints},
    {SHOW_BACKFILL_STATUS, show_backfill},
};

static int finish(Shower *w, int rc, const char *tag, Err *err)
{
    ResultSet *rows = NULL;
    if (w->m.set) {
        int made = row_maker_finish(&w->m, &rows, rc < 0 ? NULL : err);
        rc = rc < 0 ? rc : made;
    }
    catalog_unref(w->catalog);
    if (rc < 0) {
        result_set_unref(rows);
        return rc;
    }
    stmt_done(w->x, STMT_METADATA, tag, (Str){"", 0});
    w->x->result->rows = rows;
    return 0;
}

int stmt_show(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const ShowStmt *st = AST(ShowStmt, s->node);
    if (st->like.p)
        return RAISE_AT(err, ERR_UNSUPPORTED, s->node->at, "SHOW ... LIKE is not supported yet");
    for (size_t i = 0; i < ARRAY_LEN(shows); i++) {
        if (shows[i].kind != st->kind)
            continue;
        Shower w = {.x = x, .st = st, .catalog = db_catalog(x->db)};
        return finish(&w, shows[i].fn(&w, err), "SHOW", err);
    }
    return RAISE_AT(err, ERR_UNSUPPORTED, s->node->at, "SHOW %s is not supported yet", show_kind_text(st->kind));
}

int stmt_describe(StmtContext *x, const ScriptStmt *s, Err *err)
{
    const DescribeStmt *st = AST(DescribeStmt, s->node);
    Shower w = {.x = x, .catalog = db_catalog(x->db)};
    return finish(&w, describe(&w, &st->name, st->extended, err), "DESCRIBE", err);
}
