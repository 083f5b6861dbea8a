/* SPDX-License-Identifier: Apache-2.0
 *
 * SET CONSTRAINTS: which constraints of a transaction wait for its end.  What has been said is a list, newest first, and the newest
 * word about a constraint holds; where nothing has been said its definition does.  Going back to a savepoint cuts the list. */
#pragma once
#include "catalog/catalog.h"

typedef struct ConstraintMode {
    struct ConstraintMode *before;
    uint64_t relation; /* 0 = all constraints */
    char name[64];
    bool deferred;
} ConstraintMode;

/* initially: as it is defined. */
bool constraint_waits(const ConstraintMode *newest, uint64_t relation, const char *name, bool deferrable, bool initially);
int constraint_mode_push(Account *acct, ConstraintMode **newest, uint64_t relation, const char *name, bool deferred, Err *err);
void constraint_modes_cut(Account *acct, ConstraintMode **newest, const ConstraintMode *until);
/* SET CONSTRAINTS name: every constraint of that name.  42704 when there is none, 42809 when one cannot wait. */
int constraint_modes_named(Account *acct, ConstraintMode **newest, const Catalog *c, Str name, Span at, bool deferred, Err *err);
