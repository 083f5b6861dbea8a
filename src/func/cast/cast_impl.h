/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of the cast table, one per family; each ends with from == to == 0. */
#pragma once
#include "func/cast.h"
#include "func/func_impl.h"

extern const CastDef cast_numbers[], cast_times[], cast_texts[], cast_bits[], cast_ranges[], cast_networks[], cast_json[],
    cast_nested[];
int cast_same_bytes(KERNEL_ARGS);                        /* of a type that is held as the other one is */
extern const CastDef cast_array_assign, cast_row_assign; /* parts that are stored: cast_assign */
