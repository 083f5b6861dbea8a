/* SPDX-License-Identifier: Apache-2.0
 *
 * Histogram of what lies many powers of two apart, as durations do: eight buckets to each power, so what it says of a share of the
 * values is at most an eighth too large.  Adding is a few instructions and touches two lines of memory; one thread adds, and who
 * reads holds what keeps that thread out. */
#pragma once
#include <stdint.h>

#define HISTOGRAM_SUB_BITS 3
#define HISTOGRAM_BUCKETS ((64 - HISTOGRAM_SUB_BITS + 1) << HISTOGRAM_SUB_BITS)

typedef struct Histogram { /* zeroed = empty */
    uint64_t n, sum, max;
    uint64_t bucket[HISTOGRAM_BUCKETS];
} Histogram;

/* Small values have buckets of their own; above, the bits behind the leading one say which of its power's. */
static inline uint32_t histogram_bucket(uint64_t v)
{
    if (v < 1u << HISTOGRAM_SUB_BITS)
        return (uint32_t)v;
    uint32_t power = 63 - (uint32_t)__builtin_clzll(v), shift = power - HISTOGRAM_SUB_BITS;
    return ((shift + 1) << HISTOGRAM_SUB_BITS) + (uint32_t)(v >> shift & ((1u << HISTOGRAM_SUB_BITS) - 1));
}

static inline void histogram_add(Histogram *h, uint64_t v)
{
    h->n++;
    h->sum += v;
    h->max = v > h->max ? v : h->max;
    h->bucket[histogram_bucket(v)]++;
}

/* A value that at least `share` (0 .. 1) of those added do not exceed; 0 of none. */
uint64_t histogram_at(const Histogram *h, double share);
