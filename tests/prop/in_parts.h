/* SPDX-License-Identifier: Apache-2.0
 *
 * Databases of property tests: seeds run their queries whole, in two, three and five parts, however few rows there are. In
 * every fifth seed all state that can leaves memory after every step. */
#pragma once
#include <stdint.h>

#include "laminar.h"

static inline int32_t open_in_parts(const char *dir, uint64_t seed, LaminarConnection **ret)
{
    static const uint32_t parts[] = {1, 2, 3, 5};
    LaminarConfig config = {.size = sizeof(config), .threads = parts[seed / 2 % 4]};
    int32_t rc = laminar_open_with_config(dir, &config, ret);
    rc = rc == LAMINAR_OK ? laminar_execute(*ret, "SET parallel_rows = 1", NULL) : rc;
    return rc == LAMINAR_OK && seed % 5 == 3 ? laminar_execute(*ret, "SET spill = always", NULL) : rc;
}
