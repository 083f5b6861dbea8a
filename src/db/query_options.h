/* SPDX-License-Identifier: Apache-2.0
 *
 * WITH (...) of CREATE STREAM, MATERIALIZED VIEW and SINK. */
#pragma once
#include "connect/connect.h"
#include "db/execute.h"

typedef struct QueryOptions {
    const char *timezone, *datestyle, *intervalstyle; /* NULL = not given */
    const TimeZone *zone;                             /* the same; NULL = UTC */
    int32_t emit;                                     /* as the EMIT clause; 0 = not given, else EmitMode */
    Span emit_at;
    int32_t on_error;           /* RowErrorPolicy; -1 = as SET on_error says */
    bool allow_unbounded_state; /* LM01 becomes a notice */
    int64_t state_ttl_us;       /* 0 = not given */
    int32_t ttl_mode;           /* TtlMode */
    uint32_t n_side_ttl;        /* PlanContext.side_ttl */
    const SideTtl *side_ttl;
    int64_t sessions_per_key; /* open sessions that a key may have; 0 = any number */
    int64_t history_us;       /* age of the oldest rows that a view begins with; 0 = any */
    int64_t slice_rows;       /* PipelineOptions.slice_rows */
    int64_t retain_history;   /* bytes of changes kept for subscribers; 0 = none */
    int64_t reader_rows;      /* sinks in memory: Relation.reader_rows and .backpressure */
    int32_t backpressure;
    int32_t appends; /* of a sink: 1 = nothing that has been delivered may be taken back */
} QueryOptions;
/* in_memory: of a sink without a connector. */
int query_options_read(Arena *arena, const NodeList *nodes, ObjectKind kind, bool in_memory, QueryOptions *ret, Err *err);
/* What the options say to the planner: into ctx, and as clauses of *q (a copy, where there are any). */
int query_options_apply(Arena *arena, const QueryOptions *o, PlanContext *ctx, const Query **q, Err *err);

/* CREATE SINK .. WITH (connector = 'kind', ..) as INTO kind (..): the options that are not the query's are the connector's. */
int sink_stmt_read(Arena *arena, const CreateSinkStmt *stmt, const CreateSinkStmt **ret, Err *err);

/* ddl_stream.c: inside; what engine_start_build has begun, until it is there, has failed or was cancelled. */
void fill_query(Database *db, Pipeline *q);
/* backfill.c: a notice when it was cancelled. */
void backfill_tell(StmtContext *x, const Relation *r);
/* ddl_stream.c: the plans of CREATE STREAM and MATERIALIZED VIEW, and of CREATE SINK; also for EXPLAIN. */
int plan_create_query(StmtContext *x, const Catalog *c, const CreateQueryStmt *stmt, QueryOptions *ret_o, PhysPlan **ret, Err *err);
/* *ret_query: the sink's input as one query, written in *ret_text. */
int plan_create_sink(StmtContext *x, const Catalog *c, const CreateSinkStmt *stmt, const SinkType *type, const Query **ret_query,
                     Str *ret_text, QueryOptions *ret_o, PhysPlan **ret, Err *err);
