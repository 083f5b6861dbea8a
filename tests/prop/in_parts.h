/* SPDX-License-Identifier: Apache-2.0
 *
 * Databases of property tests: every third seed runs its queries in two parts, every third in three, however few rows there are. In
 * every fifth seed all state that can leaves memory after every step. */
#pragma once
#include <stdint.h>

#include "laminar.h"

static inline int32_t open_in_parts(const char *dir, uint64_t seed, LaminarConnection **ret)
{
    LaminarConfig config = {.size = sizeof(config), .threads = (uint32_t)(seed / 2 % 3 + 1)};
    int32_t rc = laminar_open_with_config(dir, &config, ret);
    rc = rc == LAMINAR_OK ? laminar_execute(*ret, "SET parallel_rows = 1", NULL) : rc;
    return rc == LAMINAR_OK && seed % 5 == 3 ? laminar_execute(*ret, "SET spill = always", NULL) : rc;
}
