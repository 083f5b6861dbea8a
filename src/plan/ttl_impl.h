/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside plan/ only: what state_ttl means for the state of a node (rule_state_ttl.c). */
#pragma once
#include "plan/logical.h"

/* A node whose class of state is known: it gets the TTL, and with it a state that is bounded, or is refused when it grows. */
int ttl_check(PlanState *s, Logical *n, Err *err);
/* After all nodes: an option without effect is an error. */
int ttl_check_used(const PlanState *s, Err *err);
