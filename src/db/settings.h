/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings: one table gives SET, RESET, SHOW, SHOW ALL, current_setting() and the relations that list them. */
#pragma once
#include "db/database.h"

struct StmtContext;
/* The name of the setting as the table has it, NULL = there is none: -ERR_UNDEFINED_OBJECT with the nearest one. */
int setting_find(Str name, Span at, uint32_t *ret_index, Err *err);
const char *setting_name(uint32_t index);
void setting_print(Database *db, uint32_t index, StrBuf *out); /* its value as SHOW gives it */
uint32_t setting_count(void);
/* A value that it had before; and its present one as a SET of the log. */
void setting_restore(Database *db, uint32_t index, Str value);
int setting_log(struct StmtContext *x, uint32_t index, Err *err);
/* PlanSystem.setting */
int setting_for_plan(const PlanContext *ctx, Str name, Arena *arena, Str *ret, Err *err);
