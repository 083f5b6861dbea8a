/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings: one table gives SET, RESET, SHOW, SHOW ALL, current_setting() and the relations that list them. */
#pragma once
#include "db/database.h"
#include "sql/ast.h"

struct StmtContext;
typedef struct SetConfig { /* SELECT set_config('name', 'value', is_local) [AS alias] */
    const Node *call;
    Str alias; /* p NULL = none */
    const ExprLiteral *name, *value, *local;
} SetConfig;
bool set_config_find(const Node *stmt, SetConfig *ret); /* the statement is that, and nothing else */
int stmt_set_config(struct StmtContext *x, const SetConfig *c, Err *err);
typedef struct SleepCall { /* SELECT pg_sleep(seconds) [AS alias] */
    const Node *call, *seconds;
    Str alias; /* p NULL = none */
} SleepCall;
bool sleep_find(const Node *stmt, SleepCall *ret);
int stmt_sleep(struct StmtContext *x, const SleepCall *s, Err *err); /* without the shard; 57014 when it is interrupted */
/* The name of the setting as the table has it, NULL = there is none: -ERR_UNDEFINED_OBJECT with the nearest one. */
int setting_find(Str name, Span at, uint32_t *ret_index, Err *err);
const char *setting_name(uint32_t index);
void setting_print(Database *db, uint32_t index, StrBuf *out); /* its value as SHOW gives it */
/* It has to do with queries, and is not what it is by default: its value. */
bool setting_changes_queries(Database *db, uint32_t index, StrBuf *ret);
uint32_t setting_count(void);
/* A value that it had before; and its present one as a SET of the log. */
void setting_restore(Database *db, uint32_t index, Str value);
int setting_log(struct StmtContext *x, uint32_t index, Err *err);
/* PlanSystem.setting */
int setting_for_plan(const PlanContext *ctx, Str name, Arena *arena, Str *ret, Err *err);
