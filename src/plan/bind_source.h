/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the files that bind CREATE SOURCE and CREATE TABLE. */
#pragma once
#include "plan/bind_impl.h"

typedef struct SourceBinder {
    const PlanContext *ctx;
    const Relation *into;
    Arena *arena; /* of the relation */
    const Schema *discovered;
    bool is_table, has_primary;
    uint32_t n, n_key;
    Field *field;
    const char **input; /* what the connector calls the column; NULL = as the relation does */
    bool any_input;
    const char **preset;
    struct RelationVaries *varies;
    bool any_varies;
    uint32_t *key;
    const char *key_name;
    uint32_t n_unique;
    struct RelationUnique *unique;
    uint32_t n_foreign;
    struct RelationForeign *foreign;
    uint32_t n_checks;
    const char **check, **check_name;
} SourceBinder;

typedef struct SourceOptions { /* as parsed */
    const char *event_time, *watermark_column, *watermark_partition, *align_group, *op_column, *timezone, *datestyle,
        *intervalstyle;
    int64_t watermark_delay_us, max_future_skew_us, watermark_interval_us, idle_timeout_us, key_idle_us, max_keys, align_drift_us;
    int64_t buffer_size;
    int32_t event_time_unit, backpressure, wait_strategy, wal_mode, future_rows, watermark_by, watermark_scope, idle_watermark;
    int32_t max_keys_policy, align_mode;
    bool track_stats;
    int32_t changes;
} SourceOptions;
typedef struct GivenOptions {
    const SourceOptions *o;
    const Option *option; /* those that were written */
    uint32_t n;
} GivenOptions;

/* The relation as far as expressions over its row see it. */
static inline Relation source_row(const SourceBinder *b, const Schema *schema)
{
    return (Relation){.name = b->into->name, .own = b->into->own, .space = b->into->space, .schema = schema};
}

/* bind_source.c: a declared column by name. */
int source_column(const SourceBinder *b, const Ident *id, uint32_t *ret, Err *err);
/* bind_foreign.c: once the keys are there. */
int bind_foreign(SourceBinder *b, const CreateRelationStmt *s, Err *err);
/* bind_generated.c: once all columns are there; types: of those that say none. */
int bind_generated_types(SourceBinder *b, const CreateRelationStmt *s, Err *err);
int bind_generated(SourceBinder *b, const CreateRelationStmt *s, Err *err);
/* bind_watermark.c: WATERMARK FOR and the options of time. */
int bind_watermark(SourceBinder *b, const WatermarkDef *w, const GivenOptions *given, Relation *into, Err *err);
bool watermark_is_option(Str key);
/* bind_lookup.c: options of a table that a connector fills. */
bool lookup_is_option(Str key);
int bind_lookup(SourceBinder *b, const CreateRelationStmt *s, Relation *into, Err *err);
/* bind_options.c: WITH (timezone = .., datestyle = .., intervalstyle = ..), by which all expressions of the definition go. */
int bind_zone(const CreateRelationStmt *s, Relation *into, Err *err);
/* bind_options.c: WITH and connector options. */
const Option *option_given(const GivenOptions *g, const char *key); /* NULL = not written */
int copy_option(Arena *a, const OptionNode *o, Option *ret, Err *err);
int bind_source_options(SourceBinder *b, const CreateRelationStmt *s, const WatermarkDef *watermark, Relation *into, Err *err);
