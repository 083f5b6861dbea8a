/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the files that answer SHOW: forms that are about one object, as relations with `of` set. */
#pragma once
#include "db/execute.h"
#include "db/system/system.h"

/* The relation that the statement names, or an error with the nearest name. */
int show_find_relation(const Catalog *c, const Name *name, const Relation **ret, Err *err);
int backfill_check(const Relation *r, Span at, Err *err); /* it is one that is filled: backfill.c */
int sys_indexes(SysScan *s, Err *err);                    /* of all relations, or of s->of: sys_pg_class.c */
#define INDEXES_COLUMNS "index_name text, relation text, is_unique bool, definition text"
extern const SysRelation sys_why_late, sys_backfill, sys_show_all; /* sys_time.c, backfill.c, settings.c */
