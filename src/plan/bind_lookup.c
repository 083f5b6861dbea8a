/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables that a connector fills (CREATE LOOKUP TABLE, or CREATE TABLE with a connector): what is said of their content.  Either all
 * rows of the input are held and are read anew from time to time, or rows are asked for by key and answers are kept for a time. */
#include "plan/bind_source.h"

#include <stddef.h>

#define REFILL_US (300 * 1000000ll)
#define NEGATIVE_TTL_US (30 * 1000000ll) /* at most, and no longer than the others */

typedef struct LookupOptions {
    const char *refresh;
    int64_t cache_ttl_us, negative_ttl_us, timeout_us, max_entries, max_bytes;
    int32_t cache_mode, strategy;
} LookupOptions;
enum { CACHE_FULL, CACHE_PARTIAL, CACHE_NONE };
enum { STRATEGY_REPLICATED, STRATEGY_PARTITIONED, STRATEGY_ON_DEMAND };

static const OptionDef lookup_options[] = {
    {.key = "refresh",
     .kind = OPTION_TEXT,
     .offset = offsetof(LookupOptions, refresh),
     .help = "snapshot_only, manual, or periodic:60s: when the input is read anew (every 300 seconds)"},
    {.key = "cache_ttl",
     .alias = "cache.ttl",
     .kind = OPTION_DURATION,
     .unit_us = 1000000,
     .min = 1,
     .max = 9e15,
     .offset = offsetof(LookupOptions, cache_ttl_us),
     .help =
         "how old a row may be: the same as refresh = 'periodic:..'; of rows asked for by key, how long an answer is kept (300)"},
    {.key = "negative_ttl",
     .alias = "cache.negative.ttl",
     .kind = OPTION_DURATION,
     .unit_us = 1000000,
     .min = 0,
     .max = 9e15,
     .offset = offsetof(LookupOptions, negative_ttl_us),
     .help = "by key: how long it is known that a key is not there, or could not be asked for (30, at most cache_ttl)"},
    {.key = "lookup_timeout",
     .alias = "lookup.timeout",
     .kind = OPTION_DURATION,
     .unit_us = 1000000,
     .min = 1,
     .max = 9e15,
     .preset = "10",
     .offset = offsetof(LookupOptions, timeout_us),
     .help =
         "by key: how long an answer is waited for, failed requests being made again; then the rows that wait go to the errors"},
    {.key = "cache_max_entries",
     .alias = "cache.max.entries",
     .kind = OPTION_INT,
     .min = 1,
     .max = 1e9,
     .preset = "100000",
     .offset = offsetof(LookupOptions, max_entries),
     .help = "by key: how many answers are kept; those that were asked for longest ago go first"},
    {.key = "cache_max_bytes",
     .alias = "cache.max.bytes",
     .kind = OPTION_BYTES,
     .min = 1,
     .max = 9e18,
     .offset = offsetof(LookupOptions, max_bytes),
     .help = "by key: how much the answers that are kept may take (any); the same order"},
    {.key = "cache_memory",
     .alias = "cache.memory",
     .kind = OPTION_BYTES,
     .min = 1,
     .max = 9e18,
     .offset = offsetof(LookupOptions, max_bytes),
     .help = "the same as cache_max_bytes"},
    {.key = "cache_mode",
     .alias = "cache.mode",
     .kind = OPTION_ENUM,
     .offset = offsetof(LookupOptions, cache_mode),
     .preset = "full",
     .names = "full|partial|none",
     .help = "what of the input is held: all rows, answers for keys that were asked for, or none longer than it is needed"},
    {.key = "strategy",
     .kind = OPTION_ENUM,
     .offset = offsetof(LookupOptions, strategy),
     .preset = "replicated",
     .names = "replicated=full=poll=snapshot|partitioned=sharded|on-demand=on_demand=lazy",
     .help = "replicated: all rows are held; on-demand: rows are asked for by key, as with cache_mode partial and none"},
    {0},
};
static const char *const not_yet[] = {"cache.disk", "pushdown", "storage"};

static bool is_not_yet(Str key)
{
    for (size_t i = 0; i < ARRAY_LEN(not_yet); i++)
        if (str_eq_nocase(key, str_of(not_yet[i])))
            return true;
    return false;
}

bool lookup_is_option(Str key)
{
    return option_find(lookup_options, key) || is_not_yet(key);
}

static int bind_refresh(const char *text, Span at, int64_t *ret_us, bool *ret_manual, Err *err)
{
    Str how, period = STR(""), s = str_of(text);
    bool has_period = str_cut(s, ':', &how, &period);
    if (str_eq_nocase(s, STR("snapshot_only"))) {
        *ret_us = 0;
        return 0;
    }
    if (str_eq_nocase(s, STR("manual"))) {
        *ret_us = 0;
        *ret_manual = true;
        return 0;
    }
    if (str_eq_nocase(s, STR("cdc")))
        return RAISE_AT(err, ERR_UNSUPPORTED, at, "refresh = '%s' is not supported yet", text);
    if (!has_period || !str_eq_nocase(how, STR("periodic")) || !str_to_duration_us(str_trim(period), 1000000, ret_us) ||
        *ret_us <= 0)
        return RAISE_AT(err, ERR_BAD_OPTION, at,
                        "refresh must be snapshot_only, manual or periodic:<duration>, as in periodic:60s");
    return 0;
}

/* Its rows are the connector's: what would change or refuse one has no place here. */
static int check_columns(const CreateRelationStmt *s, Err *err)
{
    AST_EACH(item, s->elements)
    {
        const ColumnDef *c = item->kind == NODE_COLUMN_DEF ? AST(ColumnDef, item) : NULL;
        bool is_unique = item->kind == NODE_TABLE_KEY && !AST(TableKey, item)->primary;
        if (item->kind == NODE_TABLE_CHECK || (c && c->checks.n))
            return bind_unsupported(err, item->at, "CHECK of a table that a connector fills is");
        if (is_unique || (c && c->unique))
            return bind_unsupported(err, item->at, "UNIQUE of a table that a connector fills is");
        if (c && c->preset)
            return bind_unsupported(err, item->at, "DEFAULT of a table that a connector fills is");
    }
    return 0;
}

typedef struct LookupGiven { /* those of a lookup table, and some of them by themselves; NULL = not given */
    Option *all, *ttl, *refresh, *mode, *negative, *timeout, *entries, *bytes, *strategy;
    uint32_t n;
} LookupGiven;

static int bind_on_demand(SourceBinder *b, const LookupOptions *o, const LookupGiven *g, Relation *into, Err *err)
{
    if (g->refresh)
        return RAISE_AT(err, ERR_BAD_OPTION, g->refresh->key_at,
                        "refresh is of a table that holds all rows; of one whose rows are asked for by key it is cache_ttl");
    if (o->cache_mode == CACHE_NONE && (g->ttl || g->negative || g->entries || g->bytes))
        return RAISE_AT(err, ERR_BAD_OPTION,
                        g->ttl        ? g->ttl->key_at
                        : g->negative ? g->negative->key_at
                        : g->entries  ? g->entries->key_at
                                      : g->bytes->key_at,
                        "with cache_mode = 'none' no answer is kept");
    struct RelationOnDemand *d = arena_zalloc(&into->arena, sizeof(*d));
    (void)b;
    if (!d)
        return RAISE_NOMEM(err);
    if (o->cache_mode != CACHE_NONE) {
        d->ttl_us = g->ttl ? o->cache_ttl_us : REFILL_US;
        d->negative_ttl_us = g->negative ? o->negative_ttl_us : MIN(d->ttl_us, NEGATIVE_TTL_US);
    }
    d->timeout_us = o->timeout_us;
    d->max_keys = o->max_entries;
    d->max_bytes = g->bytes ? o->max_bytes : INT64_MAX;
    into->on_demand = d;
    return 0;
}

static int bind_replicated(const LookupOptions *o, const LookupGiven *g, Relation *into, Err *err)
{
    const Option *alien = g->negative ? g->negative : g->timeout ? g->timeout : g->entries ? g->entries : g->bytes;
    if (alien)
        return RAISE_AT(err, ERR_BAD_OPTION, alien->key_at,
                        "option \"%.*s\" is of a table whose rows are asked for by key: "
                        "WITH (strategy = 'on-demand')",
                        (int)alien->key.n, alien->key.p);
    if (g->refresh && g->ttl)
        return RAISE_AT(err, ERR_BAD_OPTION, g->ttl->key_at, "refresh and cache_ttl say the same: give one of them");
    into->refill_us = g->ttl ? o->cache_ttl_us : REFILL_US;
    return g->refresh ? bind_refresh(o->refresh, g->refresh->at, &into->refill_us, &into->refill_by_hand, err) : 0;
}

int bind_lookup(SourceBinder *b, const CreateRelationStmt *s, Relation *into, Err *err)
{
    LookupOptions o = {0};
    LookupGiven g = {.all = ARENA_ARRAY(b->arena, Option, s->options.n + 1)};
    if (!g.all)
        return RAISE_NOMEM(err);
    TRY(check_columns(s, err));
    if (b->n_key == 0) {
        (void)RAISE_AT(err, ERR_INVALID_OBJECT_DEF, s->name.at, "a table that a connector fills needs a PRIMARY KEY");
        return err_hint(err, "its rows are told apart by it when they are read anew");
    }
    const struct {
        const char *key;
        Option **at;
    } single[] = {{"refresh", &g.refresh},       {"cache_ttl", &g.ttl},          {"cache_mode", &g.mode},
                  {"negative_ttl", &g.negative}, {"lookup_timeout", &g.timeout}, {"cache_max_entries", &g.entries},
                  {"cache_max_bytes", &g.bytes}, {"cache_memory", &g.bytes},     {"strategy", &g.strategy}};
    AST_EACH(item, s->options)
    {
        const OptionNode *node = AST(OptionNode, item);
        if (is_not_yet(node->key))
            return RAISE_AT(err, ERR_UNSUPPORTED, node->key_at, "option \"%.*s\" of a lookup table is not supported yet",
                            (int)node->key.n, node->key.p);
        if (!option_find(lookup_options, node->key))
            continue;
        Option *to = &g.all[g.n++];
        TRY(copy_option(b->arena, node, to, err));
        const char *key = option_find(lookup_options, node->key)->key;
        for (size_t i = 0; i < ARRAY_LEN(single); i++)
            if (str_eq(str_of(key), str_of(single[i].key)) && *single[i].at)
                return RAISE_AT(err, ERR_BAD_OPTION, to->key_at, "option \"%s\" of a lookup table is given twice", key);
            else if (str_eq(str_of(key), str_of(single[i].key)))
                *single[i].at = to;
    }
    TRY(options_parse(lookup_options, g.all, g.n, "a lookup table", &o, b->arena, err));
    if (o.strategy == STRATEGY_PARTITIONED)
        return RAISE_AT(err, ERR_UNSUPPORTED, s->name.at,
                        "a lookup table in parts (strategy = 'partitioned') is not supported yet");
    if (o.strategy == STRATEGY_ON_DEMAND && g.mode && o.cache_mode == CACHE_FULL)
        return RAISE_AT(err, ERR_BAD_OPTION, g.mode->at,
                        "strategy = 'on-demand' does not hold all rows: cache_mode must be partial or none");
    if (into->by_key && ((g.mode && o.cache_mode == CACHE_FULL) || (g.strategy && o.strategy == STRATEGY_REPLICATED)))
        return RAISE_AT(err, ERR_BAD_OPTION, (g.strategy ? g.strategy : g.mode)->at,
                        "connector \"%s\" answers for keys only: it does not give all rows", into->connector);
    if (into->by_key || o.cache_mode != CACHE_FULL || o.strategy == STRATEGY_ON_DEMAND)
        return bind_on_demand(b, &o, &g, into, err);
    return bind_replicated(&o, &g, into, err);
}
