/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of the cast table, one per family; each ends with from == to == 0. */
#pragma once
#include "func/cast.h"

extern const CastDef cast_numbers[], cast_times[], cast_texts[], cast_bits[], cast_ranges[], cast_json[], cast_nested[];
extern const CastDef cast_array_assign, cast_row_assign; /* parts that are stored: cast_assign */
