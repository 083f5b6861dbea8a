/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables that a connector fills (CREATE LOOKUP TABLE, or CREATE TABLE with a connector): what is said of their content.  All rows
 * of the input are held and are read anew from time to time; asking the other side for single keys is refused by name. */
#include "plan/bind_source.h"

#include <stddef.h>

#define REFILL_US (300 * 1000000ll)

typedef struct LookupOptions {
    const char *refresh;
    int64_t cache_ttl_us;
    int32_t cache_mode, strategy;
} LookupOptions;
enum { CACHE_FULL, CACHE_PARTIAL, CACHE_NONE };
enum { STRATEGY_REPLICATED, STRATEGY_PARTITIONED, STRATEGY_ON_DEMAND };

static const OptionDef lookup_options[] = {
    {.key = "refresh",
     .kind = OPTION_TEXT,
     .offset = offsetof(LookupOptions, refresh),
     .help = "snapshot_only, or periodic:60s: when the input is read anew (every 300 seconds)"},
    {.key = "cache_ttl",
     .alias = "cache.ttl",
     .kind = OPTION_DURATION,
     .unit_us = 1000000,
     .min = 1,
     .max = 9e15,
     .offset = offsetof(LookupOptions, cache_ttl_us),
     .help = "how old a row may be: the same as refresh = 'periodic:..'"},
    {.key = "cache_mode",
     .alias = "cache.mode",
     .kind = OPTION_ENUM,
     .offset = offsetof(LookupOptions, cache_mode),
     .preset = "full",
     .names = "full|partial|none",
     .help = "what of the input is held"},
    {.key = "strategy",
     .kind = OPTION_ENUM,
     .offset = offsetof(LookupOptions, strategy),
     .preset = "replicated",
     .names = "replicated=full=poll=snapshot|partitioned=sharded|on-demand=on_demand=lazy",
     .help = "the same, in other words"},
    {0},
};
static const char *const not_yet[] = {"cache_max_entries", "cache.max.entries", "cache_max_bytes", "cache.max.bytes",
                                      "cache.memory",      "cache.disk",        "pushdown",        "storage"};

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

static int bind_refresh(const char *text, Span at, int64_t *ret_us, Err *err)
{
    Str how, period = STR(""), s = str_of(text);
    bool has_period = str_cut(s, ':', &how, &period);
    if (str_eq_nocase(s, STR("snapshot_only"))) {
        *ret_us = 0;
        return 0;
    }
    if (str_eq_nocase(s, STR("manual")) || str_eq_nocase(s, STR("cdc")))
        return RAISE_AT(err, ERR_UNSUPPORTED, at, "refresh = '%s' is not supported yet", text);
    if (!has_period || !str_eq_nocase(how, STR("periodic")) || !str_to_duration_us(str_trim(period), 1000000, ret_us) ||
        *ret_us <= 0)
        return RAISE_AT(err, ERR_BAD_OPTION, at, "refresh must be snapshot_only or periodic:<duration>, as in periodic:60s");
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

int bind_lookup(SourceBinder *b, const CreateRelationStmt *s, Relation *into, Err *err)
{
    LookupOptions o = {0};
    Option *given = ARENA_ARRAY(b->arena, Option, s->options.n + 1), *ttl = NULL, *refresh = NULL;
    uint32_t n = 0;
    if (!given)
        return RAISE_NOMEM(err);
    TRY(check_columns(s, err));
    if (b->n_key == 0) {
        (void)RAISE_AT(err, ERR_INVALID_OBJECT_DEF, s->name.at, "a table that a connector fills needs a PRIMARY KEY");
        return err_hint(err, "its rows are told apart by it when they are read anew");
    }
    AST_EACH(item, s->options)
    {
        const OptionNode *node = AST(OptionNode, item);
        if (is_not_yet(node->key))
            return RAISE_AT(err, ERR_UNSUPPORTED, node->key_at, "option \"%.*s\" of a lookup table is not supported yet",
                            (int)node->key.n, node->key.p);
        if (!option_find(lookup_options, node->key))
            continue;
        Option *to = &given[n++];
        TRY(copy_option(b->arena, node, to, err));
        const char *key = option_find(lookup_options, node->key)->key;
        refresh = str_eq(str_of(key), STR("refresh")) ? to : refresh;
        ttl = str_eq(str_of(key), STR("cache_ttl")) ? to : ttl;
    }
    TRY(options_parse(lookup_options, given, n, "a lookup table", &o, b->arena, err));
    if (o.cache_mode != CACHE_FULL || o.strategy != STRATEGY_REPLICATED)
        return RAISE_AT(err, ERR_UNSUPPORTED, s->name.at,
                        "a lookup table whose rows are asked for one by one is not supported yet: cache_mode = 'full' holds all");
    if (refresh && ttl)
        return RAISE_AT(err, ERR_BAD_OPTION, ttl->key_at, "refresh and cache_ttl say the same: give one of them");
    into->refill_us = ttl ? o.cache_ttl_us : REFILL_US;
    return refresh ? bind_refresh(o.refresh, refresh->at, &into->refill_us, err) : 0;
}
