/* SPDX-License-Identifier: Apache-2.0
 *
 * Options of continuous queries: rows of a table, like all options.  Those that the dialect has and this version does not are
 * refused by name, so that none is taken without effect. */
#include "db/query_options.h"

#include <stddef.h>

static const OptionDef query_options[] = {
    {.key = "timezone",
     .kind = OPTION_TEXT,
     .offset = offsetof(QueryOptions, timezone),
     .help = "zone whose clock it goes by (UTC, or that of the session that creates it)"},
    {.key = "datestyle",
     .kind = OPTION_TEXT,
     .offset = offsetof(QueryOptions, datestyle),
     .help = "how it writes and reads dates as texts (ISO, MDY, or as the session that creates it)"},
    {.key = "intervalstyle",
     .kind = OPTION_TEXT,
     .offset = offsetof(QueryOptions, intervalstyle),
     .help = "how it writes intervals as texts (postgres, or as the session that creates it)"},
    {.key = "emit",
     .kind = OPTION_ENUM,
     .offset = offsetof(QueryOptions, emit),
     .preset = "default", /* in the order of EmitMode, without EVERY */
     .names = "default|on_watermark=after_watermark|on_window_close=window_close|on_update=update|changes|changes_immediate|final",
     .help = "when results leave, as the EMIT clause says it"},
    {.key = "on_error",
     .kind = OPTION_ENUM,
     .offset = offsetof(QueryOptions, on_error),
     .preset = "default",
     .names = "default|quarantine|null|fail",
     .help = "what becomes of a row whose evaluation fails"},
    {.key = "allow_unbounded_state",
     .kind = OPTION_BOOL,
     .offset = offsetof(QueryOptions, allow_unbounded_state),
     .preset = "false",
     .help = "state may grow with every row: LM001 is a notice"},
    {.key = "state_ttl",
     .kind = OPTION_DURATION,
     .offset = offsetof(QueryOptions, state_ttl_us),
     .preset = "0",
     .max = 1e17,
     .help = "keys that have not changed for so long are forgotten; not given = never"},
    {.key = "ttl_mode",
     .kind = OPTION_ENUM,
     .offset = offsetof(QueryOptions, ttl_mode),
     .preset = "default",
     .names = "default|retract|freeze",
     .help = "what becomes of results whose state is forgotten: they are taken back, or stay"},
    {.key = "max_sessions_per_key",
     .kind = OPTION_INT,
     .offset = offsetof(QueryOptions, sessions_per_key),
     .preset = "0",
     .max = 1e9,
     .help = "open sessions that a key of SESSION may have; rows for more are errors; 0 = any number"},
    {.key = "retain_history",
     .kind = OPTION_BYTES,
     .offset = offsetof(QueryOptions, retain_history),
     .preset = "0",
     .max = 1e15,
     .help = "bytes of changes kept for SUBSCRIBE ... AS OF EPOCH; 0 = none"},
    {.key = "historical_backfill",
     .kind = OPTION_DURATION,
     .offset = offsetof(QueryOptions, history_us),
     .preset = "0",
     .max = 1e17,
     .help = "views over sources: how old a retained row may be to be in the result; not given = any age"},
    {.key = "backfill_batch_size",
     .kind = OPTION_INT,
     .offset = offsetof(QueryOptions, slice_rows),
     .preset = "0",
     .max = 1e9,
     .help = "streams and views: rows of tables and views that go in at once while it is filled, between what others do; 0 = by "
             "the time it takes"},
    {.key = "buffer_size",
     .kind = OPTION_INT,
     .offset = offsetof(QueryOptions, reader_rows),
     .min = 4,
     .max = 1048576,
     .help = "sinks without INTO: rows that wait for a subscriber that names no bound (65536)"},
    {.key = "backpressure",
     .kind = OPTION_ENUM,
     .offset = offsetof(QueryOptions, backpressure),
     .preset = "block",
     .names = "block=blocking|drop=drop_oldest=dropoldest|reject=error",
     .help = "sinks without INTO: what happens beyond it: pushes wait, the oldest go, or the subscriber is cut off"},
    {.key = "changes",
     .kind = OPTION_ENUM,
     .offset = offsetof(QueryOptions, appends),
     .preset = "changelog",
     .names = "changelog=zset|append",
     .help = "sinks: what may be delivered: also rows that are taken back, or only rows that come (a query that takes some back is "
             "refused)"},
    {0},
};

static const char *const not_yet[] = {"backfill_parallelism"};

#define SIDE_TTL "state_ttl."

static bool is_side_ttl(Str key)
{
    size_t n = sizeof(SIDE_TTL) - 1;
    return key.n > n && str_eq_nocase((Str){key.p, n}, STR(SIDE_TTL));
}

static int check_refused(const NodeList *nodes, ObjectKind kind, bool in_memory, Err *err)
{
    AST_EACH(item, *nodes)
    {
        const OptionNode *o = AST(OptionNode, item);
        bool of_readers = str_eq_nocase(o->key, STR("buffer_size")) || str_eq_nocase(o->key, STR("backpressure"));
        if (of_readers && !in_memory)
            return RAISE_AT(err, ERR_UNKNOWN_OPTION, o->key_at, "option \"%.*s\" is for sources, and for sinks without INTO",
                            (int)o->key.n, o->key.p);
        if (str_eq_nocase(o->key, STR("changes")) && kind != OBJECT_SINK)
            return RAISE_AT(err, ERR_UNKNOWN_OPTION, o->key_at, "option \"changes\" is for sources and sinks");
        bool refused = (kind == OBJECT_SINK &&
                        (str_eq_nocase(o->key, STR("retain_history")) || str_eq_nocase(o->key, STR("backfill_batch_size")))) ||
                       (kind != OBJECT_MATERIALIZED_VIEW && str_eq_nocase(o->key, STR("historical_backfill")));
        for (size_t i = 0; i < ARRAY_LEN(not_yet); i++)
            refused |= str_eq_nocase(o->key, str_of(not_yet[i]));
        if (refused)
            return RAISE_AT(err, ERR_UNSUPPORTED, o->key_at, "option \"%.*s\" of CREATE %s is not supported yet", (int)o->key.n,
                            o->key.p, object_kind_text(kind));
        if (kind == OBJECT_SINK && !option_find(query_options, o->key) && !is_side_ttl(o->key)) {
            (void)RAISE_AT(err, ERR_UNKNOWN_OPTION, o->key_at, "unknown option \"%.*s\" of a sink", (int)o->key.n, o->key.p);
            return err_hint(err, "Options of a connector stand in INTO kind (..), or beside connector = 'kind'.");
        }
    }
    return 0;
}

static const OptionNode *connector_option(const NodeList *options)
{
    AST_EACH(item, *options)
    if (str_eq_nocase(AST(OptionNode, item)->key, STR("connector")))
        return AST(OptionNode, item);
    return NULL;
}

static int add_option(Arena *arena, const OptionNode *o, NodeList *to, Err *err)
{
    OptionNode *copy = arena_memdup(arena, o, sizeof(*o));
    if (!copy)
        return RAISE_NOMEM(err);
    copy->node.next = NULL;
    node_list_append(to, &copy->node);
    return 0;
}

int sink_stmt_read(Arena *arena, const CreateSinkStmt *stmt, const CreateSinkStmt **ret, Err *err)
{
    const OptionNode *kind = connector_option(&stmt->options);
    bool has_kind = stmt->connector && stmt->connector->kind.s.p;
    *ret = stmt;
    if (!kind && stmt->connector && !has_kind)
        return RAISE_AT(err, ERR_MISSING_OPTION, stmt->connector->node.at,
                        "FORMAT needs a connector: INTO kind (..), or WITH (connector = 'kind')");
    if (!kind)
        return 0;
    if (has_kind)
        return RAISE_AT(err, ERR_BAD_OPTION, kind->key_at, "the connector is given twice: by INTO and by the option \"connector\"");
    CreateSinkStmt *into = arena_memdup(arena, stmt, sizeof(*stmt));
    ConnectorClause *c = stmt->connector ? arena_memdup(arena, stmt->connector, sizeof(*c)) : arena_zalloc(arena, sizeof(*c));
    if (!into || !c)
        return RAISE_NOMEM(err);
    c->kind = (Ident){.s = kind->value, .at = kind->value_at};
    c->node.at = kind->key_at;
    into->connector = c;
    into->options = (NodeList){0};
    AST_EACH(item, stmt->options)
    {
        const OptionNode *o = AST(OptionNode, item);
        bool of_query = option_find(query_options, o->key) || is_side_ttl(o->key);
        if (item == &kind->node)
            continue;
        TRY(add_option(arena, o, of_query ? &into->options : &c->options, err));
    }
    *ret = into;
    return 0;
}

/* Takes the state_ttl.NAME out of the *n options at o. */
static int take_side_ttls(Arena *arena, Option *o, uint32_t *n, QueryOptions *ret, Err *err)
{
    static const OptionDef one[] = {{.key = "state_ttl", .kind = OPTION_DURATION, .preset = "0", .max = 1e17}, {0}};
    size_t prefix = sizeof(SIDE_TTL) - 1;
    uint32_t kept = 0;
    SideTtl *side = ARENA_ARRAY(arena, SideTtl, SIDE_TTLS_MAX);
    if (!side)
        return RAISE_NOMEM(err);
    for (uint32_t i = 0; i < *n; i++) {
        if (!is_side_ttl(o[i].key)) {
            o[kept++] = o[i];
            continue;
        }
        Str name = {o[i].key.p + prefix, o[i].key.n - prefix};
        for (uint32_t k = 0; k < ret->n_side_ttl; k++)
            if (str_eq(side[k].name, name))
                return RAISE_AT(err, ERR_BAD_OPTION, o[i].key_at, "option \"%.*s\" is given twice", (int)o[i].key.n, o[i].key.p);
        if (ret->n_side_ttl == SIDE_TTLS_MAX)
            return RAISE_AT(err, ERR_PROGRAM_LIMIT, o[i].key_at, "more than %u options \"state_ttl\" with a name", SIDE_TTLS_MAX);
        Option plain = o[i];
        SideTtl *t = &side[ret->n_side_ttl++];
        plain.key = STR("state_ttl");
        t->name = name;
        t->at = o[i].key_at;
        TRY(options_parse(one, &plain, 1, "a query", &t->ttl_us, arena, err));
        if (t->ttl_us == 0)
            return RAISE_AT(err, ERR_BAD_OPTION, o[i].at, "option \"%.*s\" must be longer than 0", (int)o[i].key.n, o[i].key.p);
    }
    ret->side_ttl = side;
    *n = kept;
    return 0;
}

static int check_ttl(const QueryOptions *q, const Option *o, Err *err)
{
    if (str_eq_nocase(o->key, STR("state_ttl")) && q->state_ttl_us == 0)
        return RAISE_AT(err, ERR_BAD_OPTION, o->at, "option \"state_ttl\" must be longer than 0");
    if (str_eq_nocase(o->key, STR("historical_backfill")) && q->history_us == 0)
        return RAISE_AT(err, ERR_BAD_OPTION, o->at, "option \"historical_backfill\" must be longer than 0");
    if (!str_eq_nocase(o->key, STR("ttl_mode")))
        return 0;
    if (q->state_ttl_us == 0 && q->n_side_ttl == 0)
        return RAISE_AT(err, ERR_BAD_OPTION, o->at, "option \"ttl_mode\" needs \"state_ttl\"");
    return 0;
}

int query_options_read(Arena *arena, const NodeList *nodes, ObjectKind kind, bool in_memory, QueryOptions *ret, Err *err)
{
    static const EmitMode modes[] = {EMIT_DEFAULT,           EMIT_ON_WATERMARK, EMIT_ON_WINDOW_CLOSE, EMIT_ON_UPDATE, EMIT_CHANGES,
                                     EMIT_CHANGES_IMMEDIATE, EMIT_FINAL};
    uint32_t n = 0;
    *ret = (QueryOptions){.emit_at = SPAN_NONE};
    TRY(check_refused(nodes, kind, in_memory, err));
    Option *o = options_of(arena, nodes, &n);
    if (!o)
        return RAISE_NOMEM(err);
    TRY(take_side_ttls(arena, o, &n, ret, err));
    TRY(options_parse(query_options, o, n,
                      kind == OBJECT_SINK                ? "a sink"
                      : kind == OBJECT_MATERIALIZED_VIEW ? "a materialized view"
                                                         : "a stream",
                      ret, arena, err));
    for (uint32_t i = 0; i < n; i++) {
        if (str_eq_nocase(o[i].key, STR("emit")))
            ret->emit_at = o[i].at;
        TRY(check_ttl(ret, &o[i], err));
        TRY(zone_option(o[i].key, o[i].value, o[i].at, &ret->zone, err));
    }
    ret->emit = modes[ret->emit];
    ret->on_error--;
    return 0;
}

int query_options_apply(Arena *arena, const QueryOptions *o, PlanContext *ctx, const Query **q, Err *err)
{
    ctx->zone = o->zone;
    ctx->allow_unbounded_state = o->allow_unbounded_state;
    ctx->state_ttl_us = o->state_ttl_us;
    ctx->ttl_mode = (TtlMode)o->ttl_mode;
    ctx->n_side_ttl = o->n_side_ttl;
    ctx->side_ttl = o->side_ttl;
    ctx->sessions_per_key = (uint64_t)o->sessions_per_key;
    if (o->on_error >= 0)
        ctx->on_error = (RowErrorPolicy)o->on_error;
    if (o->emit == EMIT_DEFAULT)
        return 0;
    const StreamClauses *own = (*q)->clauses;
    if (own && own->emit)
        return RAISE_AT(err, ERR_SYNTAX, o->emit_at, "EMIT is given twice: as a clause and as an option");
    Query *copy = arena_memdup(arena, *q, sizeof(*copy));
    StreamClauses *clauses = own ? arena_memdup(arena, own, sizeof(*own)) : arena_zalloc(arena, sizeof(*clauses));
    if (!copy || !clauses)
        return RAISE_NOMEM(err);
    clauses->emit = (EmitMode)o->emit;
    clauses->emit_at = o->emit_at;
    copy->clauses = clauses;
    *q = copy;
    return 0;
}
