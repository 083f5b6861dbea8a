/* SPDX-License-Identifier: Apache-2.0
 *
 * What all nodes of a physical plan have: kind, inputs, schema, properties; and the words that several of them use. */
#pragma once
#include "expr/expr.h"
#include "plan/props.h"

typedef enum PhysKind {
#define PHYS(ID, member, Struct, name) PHYS_##ID,
#include "plan/phys.def"
#undef PHYS
    N_PHYS_KINDS
} PhysKind;

typedef enum OutputMode {                           /* design 4.14 */
                          OUTPUT_DEFAULT,           /* none written; never in a plan */
                          OUTPUT_ON_UPDATE,         /* every step; upsert by key where there is one */
                          OUTPUT_CHANGES,           /* net of the epoch, -old +new */
                          OUTPUT_CHANGES_IMMEDIATE, /* every step */
                          OUTPUT_EVERY,             /* net since the last period */
                          OUTPUT_ON_WATERMARK,      /* at W >= window end, then corrections within lateness */
                          OUTPUT_ON_WINDOW_CLOSE,   /* at W >= end + lateness, append only */
                          OUTPUT_FINAL,             /* append only, lateness 0 */
} OutputMode;
const char *output_mode_name(OutputMode m); /* as written in SQL */

typedef enum JoinType { INNER_JOIN, LEFT_JOIN, FULL_JOIN, SEMI_JOIN, ANTI_JOIN, N_JOIN_TYPES } JoinType;
const char *join_type_name(JoinType t); /* "LEFT" */

typedef enum RowErrorPolicy { ON_ERROR_QUARANTINE, ON_ERROR_NULL, ON_ERROR_FAIL } RowErrorPolicy;

typedef struct PhysNode PhysNode;
struct PhysNode {
    PhysKind kind;
    uint32_t id; /* position in the plan, stable, printed by EXPLAIN */
    uint32_t n_in;
    PhysNode **in;
    const Schema *schema; /* of the output; referenced by the plan */
    Props props;
    StateClass state; /* of this operator's own state */
    const char *state_why;
    uint64_t identity; /* hash of operator kind, expressions, lineage (design 7.7) */
};
