/* SPDX-License-Identifier: Apache-2.0
 *
 * What the text form (explain.c) and the JSON form (explain_json.c) of a plan share. */
#pragma once
#include "plan/plan.h"

void explain_body(StrBuf *b, const PhysNode *n);  /* what a node does, behind its name; begins with a space, or is empty */
const char *explain_plan_type(const PhysPlan *p); /* "aggregation" */
void explain_emit(StrBuf *b, const PhysPlan *p);  /* when results leave; begins with a space */
