/* SPDX-License-Identifier: Apache-2.0
 *
 * LATE DATA TO name: the relation that the late rows of a query go to.  [ddl] */
#pragma once
#include "db/database.h"
#include "flow/late_route.h"

/* That the plan's late rows can go where it says: the name is free, or the relation there takes them.  `replaced`: a relation that
 * goes before, with what belongs to it; `own`: the name of the new query.  *ret_existing: the relation there, or NULL. */
int late_target_check(Database *db, const PhysPlan *p, Span at, const char *own, const Relation *replaced,
                      const Relation **ret_existing, Err *err);
/* Between engine_enter and engine_leave, after the check: makes the relation when it is not there, as one of `owner` (0: of its
 * own), and the route to it.  *ret_made: its id, 0 when it was there. */
int late_target_open(Database *db, const PhysPlan *p, uint64_t owner, LateRoute **ret, uint64_t *ret_made, Err *err);
