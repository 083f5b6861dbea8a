/* SPDX-License-Identifier: Apache-2.0
 *
 * From a bound statement to a physical plan: the only way into this folder from above.  Pure functions of (catalog snapshot, AST,
 * settings); nothing here touches running state. */
#pragma once
#include "catalog/catalog.h"
#include "plan/phys.h"
#include "sql/ast.h"

typedef struct PlanContext {
    Account *acct;
    const Catalog *catalog;
    int64_t now_us;           /* for folding nothing: now() stays; used by messages only */
    bool state_check_strict;  /* SET state_check = strict */
    uint32_t n_params;
    const Value *params;      /* $1.. */
} PlanContext;

typedef enum PlanUse {
    PLAN_CONTINUOUS, /* STREAM, MATERIALIZED VIEW, SINK, subscription: rooted in PHYS_EMIT */
    PLAN_BOUNDED,    /* ad-hoc SELECT: sources end, ORDER BY and LIMIT allowed; windows close at the end */
} PlanUse;

/* Plans a query (with its EMIT and late clauses). STREAMs and VIEWs it names: in a bounded plan they are expanded to their definition;
 * in a continuous plan they are PHYS_SOURCE leaves fed by the running relation (a SOURCE leaf likewise).
 * sink_changes: mask of connect/connect.h's SinkChanges the consumer can take, 0 = anything (LM004 otherwise). */
int plan_query(const PlanContext *ctx, const SelectStmt *query, PlanUse use, uint32_t sink_changes, PhysPlan **ret, Err *err);
/* The text form: (plan_key, plan_value) rows, appended through the callback. */
int plan_explain(const PhysPlan *p, int (*row)(void *self, Str key, Str value, Err *err), void *self, Err *err);

/* CREATE SOURCE / TABLE column lists to a Relation: types, NOT NULL, defaults, watermark (WATERMARK FOR / event_time options), primary
 * key, options split into ours and the connector's.  `discovered`: columns the connector supplies when none are written, else NULL. */
int bind_create_source(const PlanContext *ctx, const CreateSourceStmt *s, const Schema *discovered, Relation *into, Err *err);
/* Value of a constant expression (INSERT VALUES, SET, options), coerced to t by assignment rules. */
int bind_constant(const PlanContext *ctx, const AstExpr *e, Type t, Arena *arena, Value *ret, Err *err);
