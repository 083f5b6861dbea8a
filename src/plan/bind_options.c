/* SPDX-License-Identifier: Apache-2.0
 *
 * Options of CREATE SOURCE and CREATE TABLE.  Those of the engine are rows of a table; the others belong to the connector that the
 * statement names, or are refused.  What they say of time is bound in bind_watermark.c. */
#include "plan/bind_source.h"

#include <stddef.h>
#include <stdio.h>

#define BUFFER_ROWS_MIN 4
#define BUFFER_ROWS_MAX 1048576

static const OptionDef source_options[] = {
    {.key = "event_time",
     .kind = OPTION_TEXT,
     .offset = offsetof(SourceOptions, event_time),
     .help = "column that holds the event time"},
    {.key = "watermark_delay",
     .kind = OPTION_DURATION,
     .offset = offsetof(SourceOptions, watermark_delay_us),
     .preset = "0",
     .help = "how much later than a newer row a row may come"},
    {.key = "event_time_unit",
     .kind = OPTION_ENUM,
     .offset = offsetof(SourceOptions, event_time_unit),
     .preset = "ms",
     .names = "s=second=seconds|ms=millisecond=milliseconds|us=microsecond=microseconds|ns=nanosecond=nanoseconds",
     .help = "unit of an event time of type BIGINT"},
    {.key = "max_future_skew",
     .kind = OPTION_DURATION,
     .offset = offsetof(SourceOptions, max_future_skew_us),
     .preset = "5 minutes",
     .help = "rows further in the future do not move the watermark"},
    {.key = "future_rows",
     .kind = OPTION_ENUM,
     .offset = offsetof(SourceOptions, future_rows),
     .preset = "accept",
     .names = "accept|late|error",
     .help = "what happens to rows beyond max_future_skew"},
    {.key = "watermark_by",
     .kind = OPTION_ENUM,
     .offset = offsetof(SourceOptions, watermark_by),
     .preset = "rows",
     .names = "rows|source",
     .help = "what moves the watermark: the rows, or only the source or host that gives it"},
    {.key = "watermark_column",
     .kind = OPTION_TEXT,
     .offset = offsetof(SourceOptions, watermark_column),
     .help = "column whose values are watermarks; NULL = this row is none"},
    {.key = "watermark_interval",
     .kind = OPTION_DURATION,
     .offset = offsetof(SourceOptions, watermark_interval_us),
     .help = "the watermark moves that often, also without rows; by the clock: how often (100 ms)"},
    {.key = "watermark_partition",
     .kind = OPTION_TEXT,
     .offset = offsetof(SourceOptions, watermark_partition),
     .help = "column with a watermark per value, of which the source's is the least"},
    {.key = "watermark_scope",
     .kind = OPTION_ENUM,
     .offset = offsetof(SourceOptions, watermark_scope),
     .preset = "source",
     .names = "source|partition",
     .help = "one watermark, or one per partition of the connector"},
    {.key = "idle_timeout",
     .kind = OPTION_DURATION,
     .offset = offsetof(SourceOptions, idle_timeout_us),
     .help = "polled in vain for that long, a partition does not hold the watermark back"},
    {.key = "idle_watermark",
     .kind = OPTION_ENUM,
     .offset = offsetof(SourceOptions, idle_watermark),
     .preset = "hold",
     .names = "hold|clock",
     .help = "all partitions idle: the watermark stays, or follows the clock less the delay"},
    {.key = "key_idle",
     .kind = OPTION_DURATION,
     .offset = offsetof(SourceOptions, key_idle_us),
     .preset = "60 seconds",
     .help = "PER KEY: how far a silent key may lag behind the newest"},
    {.key = "max_keys",
     .kind = OPTION_INT,
     .offset = offsetof(SourceOptions, max_keys),
     .min = 1,
     .max = 4000000000.0,
     .help = "PER KEY: keys that have a watermark of their own (no limit)"},
    {.key = "max_keys_policy",
     .kind = OPTION_ENUM,
     .offset = offsetof(SourceOptions, max_keys_policy),
     .preset = "evict_idle",
     .names = "evict_idle|evict_lowest|reject",
     .help = "a key beyond max_keys: takes the place of the one silent longest or lowest, or its rows are refused"},
    {.key = "alignment.group",
     .kind = OPTION_TEXT,
     .offset = offsetof(SourceOptions, align_group),
     .help = "sources of one group stay together in event time"},
    {.key = "alignment.max_drift",
     .kind = OPTION_DURATION,
     .offset = offsetof(SourceOptions, align_drift_us),
     .help = "how far a source may be ahead of the last of its group"},
    {.key = "alignment.mode",
     .kind = OPTION_ENUM,
     .offset = offsetof(SourceOptions, align_mode),
     .preset = "pause",
     .names = "pause|warn|drop",
     .help = "what happens beyond max_drift: it waits, is counted, or loses those rows"},
    {.key = "buffer_size",
     .kind = OPTION_INT,
     .offset = offsetof(SourceOptions, buffer_size),
     .min = BUFFER_ROWS_MIN,
     .max = BUFFER_ROWS_MAX,
     .help = "rows kept for ad-hoc SELECT, rounded up to a power of two (65536)"},
    {.key = "backpressure",
     .kind = OPTION_ENUM,
     .offset = offsetof(SourceOptions, backpressure),
     .preset = "block",
     .names = "block=blocking|drop=drop_oldest=dropoldest|reject=error",
     .help = "what a push does while a subscription with overflow = 'block' has no room: wait, make it lose its oldest, or fail"},
    {.key = "wait_strategy",
     .kind = OPTION_ENUM,
     .offset = offsetof(SourceOptions, wait_strategy),
     .preset = "park",
     .names = "park=parking|spin|spin_yield=spinyield=yield",
     .help = "how a push waits for that room: asleep, awake, or awake for a while"},
    {.key = "wal_mode",
     .kind = OPTION_ENUM,
     .offset = offsetof(SourceOptions, wal_mode),
     .preset = "database",
     .names = "database|sync|async",
     .help = "whether INSERT and COPY wait for the disk: as SET wal_mode says for all, or otherwise for this source"},
    {.key = "track_stats",
     .kind = OPTION_BOOL,
     .offset = offsetof(SourceOptions, track_stats),
     .preset = "true",
     .help = "whether SHOW SOURCES counts the rows"},
    {.key = "changes",
     .kind = OPTION_ENUM,
     .offset = offsetof(SourceOptions, changes),
     .preset = "append",
     .names = "append|upsert|changelog=zset",
     .help = "what is pushed: rows that come, the last change of each key, or signed weights"},
    {.key = "op_column",
     .kind = OPTION_TEXT,
     .offset = offsetof(SourceOptions, op_column),
     .help = "column that says what a change does: I, U, D and their like (_op, when there is such a column)"},
    {.key = "timezone",
     .kind = OPTION_TEXT,
     .offset = offsetof(SourceOptions, timezone),
     .help = "zone whose clock its defaults, checks and generated columns go by (UTC, or that of the session that creates it)"},
    {.key = "datestyle",
     .kind = OPTION_TEXT,
     .offset = offsetof(SourceOptions, datestyle),
     .help = "how they write and read dates (ISO, MDY, or as the session that creates it)"},
    {.key = "intervalstyle",
     .kind = OPTION_TEXT,
     .offset = offsetof(SourceOptions, intervalstyle),
     .help = "how they write intervals (postgres, or as the session that creates it)"},
    {0},
};

/* Options of push sources that stand for nothing elsewhere. */
static const char *const push_only[] = {"buffer_size", "backpressure", "wait_strategy", "track_stats", "wal_mode"};
static const char *const kept_only[] = {"buffer_size", "track_stats"}; /* of them: what a source that receives has, too */
static const char *const not_yet[] = {"checkpoint_interval"};

static bool in_list(Str key, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(key, str_of(list[i])))
            return true;
    return false;
}

static int check_refused(const OptionNode *o, Err *err)
{
    if (str_eq(o->key, STR("channel")) || str_eq(o->key, STR("type")))
        return RAISE_AT(err, ERR_BAD_OPTION, o->key_at,
                        "option \"%.*s\" cannot be set: the engine derives the kind of channel from the producers and consumers",
                        (int)o->key.n, o->key.p);
    if (in_list(o->key, not_yet, ARRAY_LEN(not_yet)))
        return RAISE_AT(err, ERR_UNSUPPORTED, o->key_at, "option \"%.*s\" is not supported yet", (int)o->key.n, o->key.p);
    return 0;
}

static int check_twice(const OptionNode *o, Err *err)
{
    for (const Node *later = o->node.next; later; later = later->next)
        if (str_eq(AST(OptionNode, later)->key, o->key))
            return RAISE_AT(err, ERR_BAD_OPTION, AST(OptionNode, later)->key_at, "option \"%.*s\" is given twice", (int)o->key.n,
                            o->key.p);
    return 0;
}

int copy_option(Arena *a, const OptionNode *o, Option *ret, Err *err)
{
    char *key = arena_strndup(a, o->key.p, o->key.n), *value = arena_strndup(a, o->value.p ? o->value.p : "", o->value.n);
    if (!key || !value)
        return RAISE_NOMEM(err);
    *ret = (Option){.key = {key, o->key.n}, .value = {value, o->value.n}, .at = o->value_at, .key_at = o->key_at};
    return 0;
}

static int copy_text(Arena *a, Str s, const char **ret, Err *err)
{
    *ret = arena_strndup(a, s.p, s.n);
    return *ret ? 0 : RAISE_NOMEM(err);
}

/* FROM kind (..) FORMAT f WITH (..), or connector = 'kind' in WITH. */
static int bind_connector(Arena *a, const CreateRelationStmt *s, Relation *into, Err *err)
{
    const ConnectorClause *c = s->connector;
    uint32_t n = s->options.n + (c ? c->options.n : 0);
    into->connector_opts = ARENA_ARRAY(a, Option, n + 1);
    into->format_opts = ARENA_ARRAY(a, Option, (c ? c->format_options.n : 0) + 1);
    if (!into->connector_opts || !into->format_opts)
        return RAISE_NOMEM(err);
    if (c && c->kind.s.p)
        TRY(copy_text(a, c->kind.s, &into->connector, err));
    AST_EACH(item, s->options)
    {
        const OptionNode *o = AST(OptionNode, item);
        if (!str_eq(o->key, STR("connector")))
            continue;
        if (into->connector)
            return RAISE_AT(err, ERR_BAD_OPTION, o->key_at,
                            "the connector is given twice: by FROM and by the option \"connector\"");
        TRY(copy_text(a, o->value, &into->connector, err));
    }
    if (!c)
        return 0;
    if (!into->connector)
        return RAISE_AT(err, ERR_MISSING_OPTION, c->node.at,
                        "FORMAT needs a connector: FROM kind (..), or WITH (connector = 'kind')");
    AST_EACH(item, c->options)
    {
        TRY(check_twice(AST(OptionNode, item), err));
        TRY(copy_option(a, AST(OptionNode, item), &into->connector_opts[into->n_connector_opts++], err));
    }
    if (c->format.s.p)
        TRY(copy_text(a, c->format.s, &into->format, err));
    AST_EACH(item, c->format_options)
    TRY(copy_option(a, AST(OptionNode, item), &into->format_opts[into->n_format_opts++], err));
    return 0;
}

int zone_option(Str key, Str value, Span at, const TimeZone **zone, Err *err)
{
    const TimeZone *z = *zone;
    TextStyle style = z ? z->style : (TextStyle){0};
    bool good = true;
    if (str_eq_nocase(key, STR("timezone"))) {
        z = zone_of_setting(value);
        if (!z)
            return RAISE_AT(err, ERR_INVALID_PARAMETER, at, "time zone \"%.*s\" not recognized", (int)MIN(value.n, (size_t)64),
                            value.p);
    } else if (str_eq_nocase(key, STR("datestyle"))) {
        good = text_style_read_dates(value, &style);
    } else if (str_eq_nocase(key, STR("intervalstyle"))) {
        good = text_style_read_intervals(value, &style);
    } else {
        return 0;
    }
    if (!good)
        return RAISE_AT(err, ERR_INVALID_PARAMETER, at, "invalid value for option \"%.*s\": \"%.*s\"", (int)key.n, key.p,
                        (int)MIN(value.n, (size_t)64), value.p);
    if (!zone_styled(z, style, &z))
        return RAISE_NOMEM(err);
    *zone = z && zone_is_utc(z) ? NULL : z;
    return 0;
}

int bind_zone(const CreateRelationStmt *s, Relation *into, Err *err)
{
    AST_EACH(item, s->options)
    {
        const OptionNode *o = AST(OptionNode, item);
        TRY(zone_option(o->key, o->value, o->value_at, &into->zone, err));
    }
    return 0;
}

/* Options of WITH that the engine does not know are the connector's. */
static bool is_connectors(const CreateRelationStmt *s, const OptionNode *o)
{
    bool of_lookup = s->kind != OBJECT_SOURCE && lookup_is_option(o->key);
    return !str_eq(o->key, STR("connector")) && !of_lookup && !option_find(source_options, o->key);
}

int bind_source_connector(const PlanContext *ctx, const CreateRelationStmt *s, Relation *into, Err *err)
{
    ASSERT(ctx && s && into);
    if (into->connector_opts)
        return 0;
    AST_EACH(item, s->options)
    {
        TRY(check_refused(AST(OptionNode, item), err));
        TRY(check_twice(AST(OptionNode, item), err));
    }
    TRY(bind_connector(&into->arena, s, into, err));
    AST_EACH(item, s->options)
    if (into->connector && is_connectors(s, AST(OptionNode, item)))
        TRY(copy_option(&into->arena, AST(OptionNode, item), &into->connector_opts[into->n_connector_opts++], err));
    return 0;
}

bool bind_needs_discovery(const CreateRelationStmt *s)
{
    bool any = false;
    AST_EACH(item, s->elements)
    {
        if (item->kind == NODE_COLUMN_STAR)
            return true;
        any |= item->kind == NODE_COLUMN_DEF;
    }
    return !any;
}

/* The engine's own options of WITH; without a connector all of them, so that an unknown one is refused. */
static int own_options(SourceBinder *b, const CreateRelationStmt *s, const Relation *into, Option *given, uint32_t *n_given,
                       Err *err)
{
    AST_EACH(item, s->options)
    {
        const OptionNode *o = AST(OptionNode, item);
        if (str_eq(o->key, STR("connector")) || (into->connector && is_connectors(s, o)))
            continue;
        if (b->is_table && into->connector && lookup_is_option(o->key))
            continue; /* bind_lookup.c */
        if (b->is_table && watermark_is_option(o->key))
            return RAISE_AT(err, ERR_UNSUPPORTED, o->key_at,
                            "option \"%.*s\" of a table is not supported: its rows may change at any time", (int)o->key.n,
                            o->key.p);
        bool is_kept = into->is_live && in_list(o->key, kept_only, ARRAY_LEN(kept_only));
        if (in_list(o->key, push_only, ARRAY_LEN(push_only)) && !is_kept && (into->connector || b->is_table))
            return RAISE_AT(err, ERR_UNSUPPORTED, o->key_at, "option \"%.*s\" is for sources without a connector", (int)o->key.n,
                            o->key.p);
        TRY(copy_option(b->arena, o, &given[(*n_given)++], err));
    }
    return 0;
}

const Option *option_given(const GivenOptions *g, const char *key)
{
    for (uint32_t i = 0; i < g->n; i++)
        if (str_eq(g->option[i].key, str_of(key)))
            return &g->option[i];
    return NULL;
}

static int64_t power_of_two(int64_t n)
{
    int64_t p = BUFFER_ROWS_MIN;
    while (p < n)
        p *= 2;
    return p;
}

/* What may be pushed, and which column says it. */
static int bind_changes(SourceBinder *b, const GivenOptions *g, Relation *into, Err *err)
{
    const SourceOptions *o = g->o;
    const Option *changes = option_given(g, "changes"), *op = option_given(g, "op_column"),
                 *buffer = option_given(g, "buffer_size");
    Ident name = {.s = op ? str_of(o->op_column) : STR("_op"), .at = op ? op->at : SPAN_NONE};
    uint32_t col = 0;
    into->changes = (RelationChanges)o->changes;
    into->op_col = -1;
    if (into->changes == CHANGES_APPEND)
        return op ? RAISE_AT(err, ERR_MISSING_OPTION, op->at, "option \"op_column\" needs changes = 'upsert'") : 0;
    if (into->connector)
        return bind_unsupported(err, changes->at, "a connector that delivers changes is");
    if (buffer)
        return RAISE_AT(err, ERR_BAD_OPTION, buffer->at,
                        "option \"buffer_size\" has no meaning here: a source that takes changes stores its content");
    if (into->changes == CHANGES_UPSERT && b->n_key == 0)
        return RAISE_AT(err, ERR_INVALID_OBJECT_DEF, changes->at, "changes = 'upsert' needs a PRIMARY KEY");
    while (!op && col < b->n && strcmp(b->field[col].name, "_op") != 0)
        col++;
    if (!op && (col == b->n || into->changes != CHANGES_UPSERT))
        return 0;
    TRY(source_column(b, &name, &col, err));
    if (into->changes != CHANGES_UPSERT || b->field[col].type.id != T_TEXT)
        return RAISE_AT(err, ERR_BAD_OPTION, name.at, "the column of the operation must be of type TEXT, and changes = 'upsert'");
    into->op_col = (int32_t)col;
    return 0;
}

/* An update takes back the row that it replaces, which is older than the watermark unless every row of a key has one time. */
static int check_changes_time(const SourceBinder *b, const Relation *r, Span at, Err *err)
{
    bool in_key = b->n_key == 0;
    for (uint32_t i = 0; i < b->n_key; i++)
        in_key |= b->key[i] == r->watermark.col;
    if (r->watermark.by == WATERMARK_BY_PROCTIME && r->changes != CHANGES_APPEND)
        return RAISE_AT(err, ERR_WATERMARK_EXPR, at,
                        "a source that takes changes cannot have the time of arrival as its event time");
    if (!r->watermark.declared || in_key || b->is_table)
        return 0;
    (void)RAISE_AT(err, ERR_WATERMARK_EXPR, at, "the event time of a source with a primary key must be part of the key");
    return err_hint(err, "A change of a row would take back one that is older than the watermark.");
}

int bind_source_options(SourceBinder *b, const CreateRelationStmt *s, const WatermarkDef *watermark, Relation *into, Err *err)
{
    SourceOptions o = {0};
    uint32_t n_given = 0;
    char what[16];
    Option *given = ARENA_ARRAY(b->arena, Option, s->options.n + 1);
    if (!given)
        return RAISE_NOMEM(err);
    TRY(bind_source_connector(b->ctx, s, into, err));
    TRY(own_options(b, s, into, given, &n_given, err));
    snprintf(what, sizeof(what), "%s", b->is_table ? "a table" : "a source");
    TRY(options_parse(source_options, given, n_given, what, &o, b->arena, err));
    TRY(bind_watermark(b, watermark, &(GivenOptions){&o, given, n_given}, into, err));
    TRY(bind_changes(b, &(GivenOptions){&o, given, n_given}, into, err));
    if (b->is_table && into->connector)
        TRY(bind_lookup(b, s, into, err));
    TRY(check_changes_time(b, into, watermark ? watermark->node.at : s->name.at, err));
    into->buffer_rows = o.buffer_size ? power_of_two(o.buffer_size) : 0; /* 0: the database's default */
    into->backpressure = o.backpressure;
    into->wait = o.wait_strategy;
    into->wal_mode = (RelationWalMode)o.wal_mode;
    into->untracked = !o.track_stats;
    into->future_rows = o.future_rows;
    return 0;
}
