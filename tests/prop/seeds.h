/* SPDX-License-Identifier: Apache-2.0
 *
 * Seeds of property tests: random numbers that follow from one, how a failure names it, and the loop over many. */
#pragma once
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "laminar.h"

static uint64_t rng_state; /* splitmix64 */
static inline uint64_t draw64(uint64_t below)
{
    rng_state += 0x9e3779b97f4a7c15ull;
    uint64_t z = rng_state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return (z ^ (z >> 31)) % below;
}
static inline int draw(int below)
{
    return (int)draw64((uint64_t)below);
}

static inline bool seed_failed(const char *program, uint64_t seed, const char *what, const char *detail)
{
    printf("seed %" PRIu64 ": %s\n  %s\n", seed, what, detail ? detail : "");
    if (laminar_last_error())
        printf("  %s\n", laminar_last_error());
    printf("replay: %s %" PRIu64 " 1\n", program, seed);
    return false;
}

/* [first [n]], n preset; ends when so many have failed.  The exit code. */
static inline int run_seeds(int argc, char **argv, uint64_t preset, unsigned failures, bool (*run_seed)(uint64_t seed))
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, n = argc > 2 ? strtoull(argv[2], NULL, 10) : preset;
    unsigned passed = 0, failed = 0;
    for (uint64_t seed = first; seed < first + n && failed < failures; seed++) {
        bool ok = run_seed(seed);
        passed += ok;
        failed += !ok;
    }
    printf("%u passed, %u failed, 0 skipped\n", passed, failed);
    return failed ? 1 : 0;
}
