/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the files that bind CREATE SOURCE and CREATE TABLE. */
#pragma once
#include "plan/bind_impl.h"

typedef struct SourceBinder {
    const PlanContext *ctx;
    Arena *arena; /* of the relation */
    const Schema *discovered;
    bool is_table;
    uint32_t n, n_key;
    Field *field;
    const char **preset;
    uint32_t *key;
    uint32_t n_checks;
    const char **check, **check_name;
} SourceBinder;

/* bind_source.c: a declared column by name. */
int source_column(const SourceBinder *b, const Ident *id, uint32_t *ret, Err *err);
/* bind_options.c: WITH and connector options, watermark. */
int bind_source_options(SourceBinder *b, const CreateRelationStmt *s, const WatermarkDef *watermark, Relation *into, Err *err);
