/* SPDX-License-Identifier: Apache-2.0
 *
 * What every micro-benchmark needs: calls that must not fail, a figure per line as tools/bench.py reads them, random numbers. */
#pragma once
#include "laminar.h"

#include <stdio.h>
#include <stdlib.h>

static inline void check(int32_t code, const char *what)
{
    if (code == LAMINAR_OK)
        return;
    fprintf(stderr, "%s: %d %s\n", what, code, laminar_last_error() ? laminar_last_error() : "");
    exit(1);
}

static inline void report(const char *name, double value, const char *unit)
{
    printf("%-46s %14.3f %s\n", name, value, unit);
    fflush(stdout);
}

static uint64_t rng_state = 88172645463325252ull;
static inline uint64_t rng(void)
{
    rng_state ^= rng_state << 13;
    rng_state ^= rng_state >> 7;
    rng_state ^= rng_state << 17;
    return rng_state;
}

static inline int by_value(const void *a, const void *b) /* of 64-bit integers, for qsort */
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}
