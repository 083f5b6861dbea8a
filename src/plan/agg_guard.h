/* SPDX-License-Identifier: Apache-2.0
 *
 * Arguments of aggregates with FILTER that may raise. */
#pragma once
#include "plan/phys.h"

int agg_guard(Arena *a, PhysAggCall *call, Err *err);
